/* Where boxes and lines are: levels become rows, in which long lines have a place of their own between the boxes. */

const SIZES = { height: 28, apart: 14, line: 9, gap: 24, edge: 24 };

class Layout {
  /* `widthOf` returns the width of a box; `width` is how wide the picture should be, in pixels. */
  constructor(view, widthOf, width) {
    this.view = view;
    this.width = width;
    this.drawn = view.links.filter((link) => link.isDrawn);
    this.items = new Map(view.boxes.map((box) => [box, { box, width: this.widthFor(box, widthOf), up: [], down: [] }]));
    this.makeRows();
    this.makeLines();
    this.orderRows();
    this.placeColumns();
    this.placeRows();
  }

  /* Red lines have numbers, which need room side by side. */
  widthFor(box, widthOf) {
    const { out, into } = this.view.at(box);
    const cut = (links) => links.filter((link) => link.isCut).length;
    return Math.max(widthOf(box), 26 * cut(out) + 12, 10 * cut(into) + 12);
  }

  /* A level that is wider than the page has several rows. */
  makeRows() {
    this.rows = [];
    for (let height = this.view.top; height >= -1; height--) {
      const level = this.view.boxes.filter((box) => this.view.heights.get(box) === height).map((box) => this.items.get(box));
      const total = level.reduce((sum, item) => sum + item.width + SIZES.apart, 0);
      const number = Math.max(1, Math.ceil(total / (this.width * 0.86)));
      let row = null;
      let left = 0;
      level.forEach((item) => {
        if (row === null || left + item.width / 2 > total / number) {
          row = { items: [], height, top: 0 };
          this.rows.push(row);
          left = 0;
        }
        left += item.width + SIZES.apart;
        item.row = this.rows.length - 1;
        row.items.push(item);
      });
    }
  }

  /* A line is a list of items from its upper box to its lower one, with one in each row that it passes. Grey lines from
     the same box to the same rows are one line until they part. */
  makeLines() {
    this.shared = new Map();
    this.lines = this.drawn.map((link) => {
      const tail = this.items.get(link.tail);
      const head = this.items.get(link.head);
      const isUp = tail.row > head.row;
      const [upper, lower] = isUp ? [head, tail] : [tail, head];
      const points = [upper];
      for (let row = upper.row + 1; row < lower.row; row++) points.push(this.passing(link, upper, row));
      points.push(lower);
      for (let at = 1; at < points.length; at++) {
        if (!points[at - 1].down.includes(points[at])) {
          points[at - 1].down.push(points[at]);
          points[at].up.push(points[at - 1]);
        }
      }
      return { link, points, isUp };
    });
  }

  passing(link, upper, row) {
    const key = link.isCut ? `${link.tail}>${link.head}/${row}` : `${upper.box}/${row}`;
    if (!this.shared.has(key)) {
      const item = { box: null, width: SIZES.line, up: [], down: [], row, along: this.along(key.split("/")[0]) };
      item.along.push(item);
      this.shared.set(key, item);
      this.rows[row].items.push(item);
    }
    return this.shared.get(key);
  }

  along(line) {
    if (!this.shared.has(line)) this.shared.set(line, []);
    return this.shared.get(line);
  }

  /* Sweeps down and up: each item goes to the mean of its neighbours (Sugiyama, Tagawa, Toda, 1981). */
  orderRows() {
    const spread = (row) => row.items.forEach((item, at) => (item.at = (at + 0.5) / row.items.length));
    this.rows.forEach(spread);
    let best = null;
    for (let sweep = 0; sweep < 12; sweep++) {
      const isDown = sweep % 2 === 0;
      const rows = isDown ? this.rows : [...this.rows].reverse();
      for (const row of rows) {
        for (const item of row.items) {
          const near = isDown ? item.up : item.down;
          const all = near.length ? near : [...item.up, ...item.down];
          item.wanted = all.length ? all.reduce((sum, other) => sum + other.at, 0) / all.length : item.at;
        }
        row.items.sort((one, other) => one.wanted - other.wanted || one.at - other.at);
        spread(row);
      }
      const crossings = this.crossings();
      if (best === null || crossings < best.crossings) best = { crossings, rows: this.rows.map((row) => [...row.items]) };
    }
    if (best) this.rows.forEach((row, at) => (row.items = best.rows[at]));
  }

  crossings() {
    let number = 0;
    for (const row of this.rows.slice(0, -1)) {
      const ends = row.items.flatMap((item) => item.down.map((other) => other.at).sort((one, other) => one - other));
      if (ends.length > 400) return 0;
      for (let at = 0; at < ends.length; at++) for (let next = at + 1; next < ends.length; next++) number += ends[at] > ends[next];
    }
    return number;
  }

  /* Items move towards the mean of their neighbours as far as the others in their row let them. */
  placeColumns() {
    const room = (row) => row.items.reduce((sum, item) => sum + item.width + this.apart(item), 0);
    this.width = Math.max(this.width, ...this.rows.map((row) => room(row) + 2 * SIZES.edge));
    for (const row of this.rows) {
      const free = (this.width - room(row)) / 2;
      let left = free;
      for (const item of row.items) {
        item.x = left + item.width / 2;
        left += item.width + this.apart(item);
      }
    }
    for (let sweep = 0; sweep < 30; sweep++) {
      for (const row of sweep % 2 ? [...this.rows].reverse() : this.rows) this.settle(row);
    }
    this.center();
  }

  /* Boxes without lines are in the middle already. */
  center() {
    const items = this.rows.flatMap((row) => row.items).filter((item) => item.up.length || item.down.length);
    if (!items.length) return;
    const left = Math.min(...items.map((item) => item.x - item.width / 2));
    const right = Math.max(...items.map((item) => item.x + item.width / 2));
    for (const item of items) item.x += (this.width - left - right) / 2;
  }

  apart(item) {
    return item.box === null ? SIZES.line / 2 : SIZES.apart;
  }

  /* A box is wanted where its neighbours are, a part of a line where its other parts are, so that it is straight. */
  wanted(item) {
    const near = item.box === null && item.along.length > 1 ? item.along : [...item.up, ...item.down];
    return near.length ? near.reduce((sum, other) => sum + other.x, 0) / near.length : item.x;
  }

  /* The places nearest to the wanted ones in this order: a regression that must not decrease (pool adjacent violators). */
  settle(row) {
    const pools = [];
    let offset = SIZES.edge;
    for (const item of row.items) {
      const wanted = this.wanted(item);
      const weight = item.box === null ? 2 : 1 + (item.up.length + item.down.length) / 4;
      item.offset = offset + item.width / 2;
      offset += item.width + this.apart(item);
      let pool = { sum: (wanted - item.offset) * weight, weight, items: [item] };
      while (pools.length && pools.at(-1).sum / pools.at(-1).weight > pool.sum / pool.weight) {
        const before = pools.pop();
        pool = { sum: before.sum + pool.sum, weight: before.weight + pool.weight, items: [...before.items, ...pool.items] };
      }
      pools.push(pool);
    }
    const most = this.width - offset - SIZES.edge;
    for (const pool of pools) {
      const shift = Math.min(Math.max(pool.sum / pool.weight, 0), Math.max(most, 0));
      for (const item of pool.items) item.x = item.offset + shift;
    }
  }

  /* The gap between two rows is as high as its lines are many and wide. */
  placeRows() {
    let top = SIZES.edge;
    this.rows.forEach((row, at) => {
      row.top = top;
      top += SIZES.height;
      const next = this.rows[at + 1];
      if (!next) return;
      const lines = row.items.flatMap((item) => item.down.map((other) => Math.abs(other.x - item.x)));
      const slope = Math.min(60, 1.2 * lines.filter((far) => far > 40).length + Math.max(0, ...lines) / 25);
      top += (lines.length ? SIZES.gap : SIZES.apart) + slope;
    });
    this.height = top + SIZES.edge;
  }

  /* The lines as paths, with the place of the number of a red one. */
  paths() {
    const ports = this.ports();
    return this.lines.map(({ link, points, isUp }) => {
      const last = points.length - 1;
      const x = points.map((item, at) => (at === 0 ? ports.get(`${link.tail}>${link.head}v`) : at === last ? ports.get(`${link.tail}>${link.head}^`) : item.x));
      const above = (at) => this.rows[points[at].row].top;
      let path = `M${round(x[0])} ${round(above(0) + SIZES.height + (isUp ? 5 : 0))}`;
      for (let at = 1; at <= last; at++) {
        const from = above(at - 1) + SIZES.height;
        const to = above(at) - (at === last && !isUp ? 5 : 0);
        const middle = (from + to) / 2;
        path += `C${round(x[at - 1])} ${round(middle)} ${round(x[at])} ${round(middle)} ${round(x[at])} ${round(to)}`;
        if (at < last) path += `V${round(above(at) + SIZES.height)}`;
      }
      return { link, path, isUp, number: { x: x[last], y: above(last) - 9 } };
    });
  }

  /* Lines leave and enter a box side by side, in the order of their other ends. */
  ports() {
    const ports = new Map();
    const sides = new Map();
    for (const { link, points } of this.lines) {
      const key = `${link.tail}>${link.head}`;
      const below = this.atSide(sides, points[0], "v");
      const shared = below.find((end) => end.item === points[1]);
      if (shared) shared.keys.push(`${key}v`);
      else below.push({ keys: [`${key}v`], item: points[1], room: 10 });
      this.atSide(sides, points.at(-1), "^").push({ keys: [`${key}^`], item: points.at(-2), room: link.isCut ? 26 : 10 });
    }
    for (const { item, ends } of sides.values()) {
      ends.sort((one, other) => one.item.x - other.item.x);
      const total = ends.reduce((sum, end) => sum + end.room, 0);
      const scale = Math.min(1, (item.width - 8) / total);
      let left = item.x - (total * scale) / 2;
      for (const { keys, room } of ends) {
        keys.forEach((key) => ports.set(key, left + (room * scale) / 2));
        left += room * scale;
      }
    }
    return ports;
  }

  atSide(sides, item, side) {
    const key = `${item.box}${side}`;
    if (!sides.has(key)) sides.set(key, { item, ends: [] });
    return sides.get(key).ends;
  }
}

function round(number) {
  return Math.round(number * 10) / 10;
}
