"use strict";

/* The program as arrays: a module is a number, and a package comes before what is inside it. The order of siblings
   is the one that the levels of the packages have among themselves. */

const TOO_MANY = 300; // boxes above which there is no map
const KINDS = ["runtime", "deferred", "lazy", "type checking"];

class Program {
  constructor(data) {
    this.data = data;
    this.size = data.parents.length;
    this.parents = data.parents;
    this.names = [];
    this.children = data.parents.map(() => []);
    this.files = [];
    data.parents.forEach((around, module) => {
      const part = data.parts[module];
      this.names.push(around < 0 || around === data.standard ? part : `${this.names[around]}.${part}`);
      if (around >= 0) this.children[around].push(module);
      this.files.push(this.path(module));
    });
    this.byName = new Map(this.names.map((name, module) => [name, module]));
    this.external = new Set(data.external);
    this.roots = [...this.parents.keys()].filter((module) => this.parents[module] < 0);
    this.sizes = new Array(this.size).fill(1);
    for (let module = this.size - 1; module >= 0; module--) {
      if (this.parents[module] >= 0) this.sizes[this.parents[module]] += this.sizes[module];
    }
    this.place();
    this.readImports();
  }

  /* The first and the own position of each module: a package with its __init__ comes where that belongs. */
  place() {
    this.first = new Array(this.size);
    this.own = new Array(this.size);
    let position = 0;
    const visit = (module) => {
      this.first[module] = position;
      const inside = this.children[module];
      const at = this.data.own[module];
      inside.forEach((child, number) => {
        if (number === at) this.own[module] = position++;
        visit(child);
      });
      if (this.own[module] === undefined) this.own[module] = position++;
    };
    this.roots.forEach(visit);
  }

  path(module) {
    const file = this.data.files[module];
    if (typeof file === "string") return file;
    const folder = this.files[this.parents[module]].replace(/__init__\.py$/, "");
    const part = this.data.parts[module].replaceAll(".", "/");
    return folder + part + (file ? "/__init__.py" : ".py");
  }

  readImports() {
    this.importers = [];
    this.imported = [];
    this.kinds = []; // of each import, as bits
    this.statements = [];
    this.data.imports.forEach((found, importer) => {
      for (const statements of found) {
        let kinds = 0;
        for (let at = 2; at < statements.length; at += 2) kinds |= 1 << statements[at] % KINDS.length;
        this.importers.push(importer);
        this.imported.push(statements[0]);
        this.kinds.push(kinds || 1);
        this.statements.push(statements);
      }
    });
  }

  /* The statements of an import: line, text and kind of each. */
  statementsOf(edge) {
    const found = this.statements[edge];
    const result = [];
    for (let at = 1; at < found.length; at += 2) {
      const text = this.data.texts[Math.floor(found[at + 1] / KINDS.length)];
      const whole = text.startsWith("*") ? `from ${this.names[found[0]]} import ${text.slice(1)}` : text;
      result.push({ line: found[at], text: whole, kind: found[at + 1] % KINDS.length });
    }
    return result;
  }

  within(module, around) {
    return module >= around && module < around + this.sizes[around];
  }

  isPackage(module) {
    return this.children[module].length > 0;
  }

  /* Whether one of two modules is inside the other. */
  overlap(one, other) {
    return this.within(one, other) || this.within(other, one);
  }

  /* A shortest chain of imports from a module of one box to a module of another; null if there is none. */
  chain(from, to, kinds) {
    if (this.overlap(from, to)) return null;
    const heads = this.heads(kinds);
    const before = new Map();
    let border = [];
    for (let module = from; module < from + this.sizes[from]; module++) {
      before.set(module, -1);
      border.push(module);
    }
    while (border.length) {
      const next = [];
      for (const module of border) {
        for (const edge of heads[module]) {
          const head = this.imported[edge];
          if (before.has(head)) continue;
          before.set(head, edge);
          if (this.within(head, to)) return this.back(head, before);
          next.push(head);
        }
      }
      border = next;
    }
    return null;
  }

  back(module, before) {
    const edges = [];
    for (let edge = before.get(module); edge >= 0; edge = before.get(this.importers[edge])) edges.unshift(edge);
    return edges;
  }

  heads(kinds) {
    if (this.headsFor?.kinds !== kinds) {
      const heads = Array.from({ length: this.size }, () => []);
      this.importers.forEach((importer, edge) => {
        if (this.kinds[edge] & kinds) heads[importer].push(edge);
      });
      this.headsFor = { kinds, heads };
    }
    return this.headsFor.heads;
  }
}

/* What is drawn: boxes in levels, and links between them. `asked` has: `inside`, the packages whose inside is drawn, or
   none, if the packages themselves are;
   `open`, the packages that are opened in their place; `kinds`, as bits; `only`, "cycles", "violations" or ""; `hubs`,
   whether boxes that more than half of the others import are drawn; `near`, the box around which the others are left
   out, or null; `violating`, the imports that break contracts, and `breaking`, those of them that are marked wherever they
   lead; `order`, all linked boxes in the order of the model, or null if that is not known for what is asked. */
class View {
  constructor(program, asked) {
    this.program = program;
    this.order = asked.order && new Map(asked.order.map((box, place) => [box, place]));
    this.findBoxes(asked);
    this.findLinks(asked.kinds);
    this.choose(asked);
    this.level(asked);
  }

  findBoxes({ inside, open }) {
    const { size, parents, children, external } = this.program;
    const scopes = new Set(inside.length ? inside : this.program.data.inside);
    const opened = new Set([...open, ...inside].filter((module) => children[module].length));
    this.boxOf = new Int32Array(size).fill(-1);
    for (let module = 0; module < size; module++) {
      const around = parents[module];
      const isExternal = external.has(module) && !external.has(around);
      if (isExternal || scopes.has(module) || (opened.has(around) && this.boxOf[around] === around)) this.boxOf[module] = module;
      else if (around >= 0) this.boxOf[module] = this.boxOf[around];
    }
    this.opened = opened;
    this.boxes = [];
    for (let module = 0; module < size; module++) if (this.boxOf[module] === module) this.boxes.push(module);
  }

  /* Whether a box is the __init__ of a package whose inside has boxes of its own. */
  isOwn(box) {
    return this.opened.has(box);
  }

  position(box) {
    return this.order?.get(box) ?? this.place(box);
  }

  /* The place of a box by the order of siblings. */
  place(box) {
    return this.isOwn(box) ? this.program.own[box] : this.program.first[box];
  }

  findLinks(kinds) {
    const { importers, imported, kinds: kindsOf, size } = this.program;
    const found = new Map();
    this.leftOut = 0; // the imports between boxes that are of other kinds
    for (let edge = 0; edge < importers.length; edge++) {
      const tail = this.boxOf[importers[edge]];
      const head = this.boxOf[imported[edge]];
      if (tail < 0 || head < 0 || tail === head) continue;
      if (!(kindsOf[edge] & kinds)) {
        this.leftOut++;
        continue;
      }
      const key = tail * size + head;
      const link = found.get(key);
      if (link) link.imports.push(edge);
      else found.set(key, { tail, head, imports: [edge], isCut: false, isDrawn: false, breaks: false });
    }
    this.links = [...found.values()];
    const linked = new Set();
    for (const { tail, head } of this.links) linked.add(tail).add(head);
    const alone = (box) => !linked.has(box) && (this.isOwn(box) || this.program.external.has(box));
    if (this.boxes.length > 1) this.boxes = this.boxes.filter((box) => !alone(box));
  }

  choose({ only, hubs, near, violating }) {
    this.hidden = [];
    if (!hubs) {
      const importing = new Map();
      for (const { head } of this.links) importing.set(head, (importing.get(head) ?? 0) + 1);
      this.hidden = this.boxes.filter((box) => importing.get(box) > (this.boxes.length - 1) / 2);
      const gone = new Set(this.hidden);
      this.keep((link) => !gone.has(link.tail) && !gone.has(link.head), (box) => !gone.has(box));
    }
    if (near !== null) {
      const around = new Set([near]);
      for (const { tail, head } of this.links) if (tail === near || head === near) around.add(tail).add(head);
      this.keep((link) => around.has(link.tail) && around.has(link.head), (box) => around.has(box));
    }
    if (only) {
      const knots = this.knots(this.links);
      const wanted = (link) => (only === "cycles" ? knots.get(link.tail) === knots.get(link.head) : link.imports.some((edge) => violating.has(edge)));
      const ends = new Set(this.links.filter(wanted).flatMap(({ tail, head }) => [tail, head]));
      this.keep(wanted, (box) => ends.has(box));
    }
  }

  keep(link, box) {
    this.links = this.links.filter(link);
    this.boxes = this.boxes.filter(box);
  }

  /* The links that begin and end at a box. */
  at(box) {
    if (!this.ends) {
      this.ends = new Map(this.boxes.map((each) => [each, { out: [], into: [] }]));
      for (const link of this.links) {
        this.ends.get(link.tail).out.push(link);
        this.ends.get(link.head).into.push(link);
      }
    }
    return this.ends.get(box) ?? { out: [], into: [] };
  }

  link(tail, head) {
    return this.at(tail).out.find((link) => link.head === head);
  }

  /* The number of the strongly connected component of each box (Tarjan, 1972), without recursion. */
  knots(links) {
    const heads = new Map();
    for (const { tail, head } of links) {
      if (!heads.has(tail)) heads.set(tail, []);
      heads.get(tail).push(head);
    }
    const index = new Map();
    const low = new Map();
    const knot = new Map();
    const stack = [];
    for (const root of heads.keys()) {
      if (index.has(root)) continue;
      const work = [[root, 0]];
      while (work.length) {
        const frame = work.at(-1);
        const [node, at] = frame;
        const below = heads.get(node) ?? [];
        if (at === 0) {
          index.set(node, index.size);
          low.set(node, index.get(node));
          stack.push(node);
        }
        if (at > 0 && !knot.has(below[at - 1])) low.set(node, Math.min(low.get(node), low.get(below[at - 1])));
        let next = at;
        while (next < below.length && index.has(below[next])) {
          if (!knot.has(below[next])) low.set(node, Math.min(low.get(node), index.get(below[next])));
          next++;
        }
        frame[1] = next + 1;
        if (next < below.length) {
          work.push([below[next], 0]);
          continue;
        }
        work.pop();
        if (low.get(node) !== index.get(node)) continue;
        for (let member; member !== node; ) knot.set((member = stack.pop()), node);
      }
    }
    return knot;
  }

  /* Boxes without links are at height -1, apart from the others.
     Links within a component that lead against the order of siblings are cut; the others lead downwards. */
  level({ only, violating, breaking }) {
    const order = this.layers();
    const knot = this.knots([...this.links, ...order]);
    for (const link of this.links) {
      const isInside = knot.get(link.tail) === knot.get(link.head);
      link.isCut = isInside && this.position(link.tail) > this.position(link.head);
      const marked = link.isCut || only === "violations" ? violating : breaking;
      link.breaks = marked.size > 0 && link.imports.some((edge) => marked.has(edge));
    }
    this.knot = this.knotSizes(this.knots(this.links));
    const down = this.links.filter((link) => !link.isCut);
    this.heights = heightsOf(this.linked(), [...down, ...order]);
    for (const box of this.boxes) if (!this.heights.has(box)) this.heights.set(box, -1);
    if (this.boxes.length <= TOO_MANY) this.reduce(down);
    this.boxes.sort((one, other) => this.heights.get(other) - this.heights.get(one) || this.position(one) - this.position(other));
    this.top = Math.max(0, ...this.boxes.map((box) => this.heights.get(box)));
  }

  linked() {
    return this.boxes.filter((box) => this.at(box).out.length || this.at(box).into.length);
  }

  /* The boxes that reach each other have the same number, from 1. */
  knotSizes(knot) {
    const members = new Map();
    for (const box of [...this.boxes].sort((one, other) => this.position(one) - this.position(other))) {
      if (!knot.has(box)) continue;
      if (!members.has(knot.get(box))) members.set(knot.get(box), []);
      members.get(knot.get(box)).push(box);
    }
    this.knotted = [...members.values()].filter((boxes) => boxes.length > 1);
    return new Map(this.knotted.flatMap((boxes, number) => boxes.map((box) => [box, number + 1])));
  }

  /* The layers of contracts as links from the boxes of each to a negative node, and from there to the next one. The view
     is layered if there are some, and none is against the order of siblings. */
  layers() {
    const links = [];
    let isKept = true;
    let node = -1;
    for (const layers of this.program.data.layers) {
      const boxes = this.linked();
      const groups = layers.map((layer) => boxes.filter((box) => layer.some((module) => this.program.within(box, module))));
      const some = groups.filter((boxes) => boxes.length);
      for (let at = 1; at < some.length; at++, node--) {
        const lowest = Math.max(...some[at - 1].map((box) => this.position(box)));
        if (some[at].some((box) => this.position(box) < lowest)) {
          isKept = false;
          continue;
        }
        links.push(...some[at - 1].map((tail) => ({ tail, head: node })));
        links.push(...some[at].map((head) => ({ tail: node, head })));
      }
    }
    this.isLayered = isKept && links.length > 0;
    return links;
  }

  /* Mark the links from which all others downwards follow: the transitive reduction. */
  reduce(down) {
    const below = new Map();
    for (const link of down) {
      if (!below.has(link.tail)) below.set(link.tail, []);
      below.get(link.tail).push(link);
    }
    const place = new Map(this.boxes.map((box, number) => [box, number]));
    const words = Math.ceil(this.boxes.length / 32);
    const reach = new Map();
    const upwards = [...below.keys()].sort((one, other) => this.heights.get(one) - this.heights.get(other));
    for (const tail of upwards) {
      const seen = new Int32Array(words);
      below.get(tail).sort((one, other) => this.heights.get(other.head) - this.heights.get(one.head));
      for (const link of below.get(tail)) {
        const at = place.get(link.head);
        link.isDrawn = !(seen[at >> 5] & (1 << (at & 31)));
        seen[at >> 5] |= 1 << (at & 31);
        const further = reach.get(link.head);
        for (let word = 0; further && word < words; word++) seen[word] |= further[word];
      }
      reach.set(tail, seen);
    }
    for (const link of this.links) link.isDrawn ||= link.isCut || link.breaks;
  }
}

/* The height of each box: the most boxes below it on a path; negative nodes do not count. */
function heightsOf(boxes, links) {
  const above = new Map(boxes.map((box) => [box, []]));
  const left = new Map();
  for (const { tail, head } of links) {
    if (!above.has(head)) above.set(head, []);
    if (!above.has(tail)) above.set(tail, []);
    above.get(head).push(tail);
    left.set(tail, (left.get(tail) ?? 0) + 1);
  }
  const heights = new Map();
  const ready = [...above.keys()].filter((node) => !left.has(node));
  for (const node of ready) heights.set(node, 0);
  for (let at = 0; at < ready.length; at++) {
    const head = ready[at];
    for (const tail of above.get(head)) {
      heights.set(tail, Math.max(heights.get(tail) ?? 0, heights.get(head) + (head >= 0)));
      left.set(tail, left.get(tail) - 1);
      if (!left.get(tail)) ready.push(tail);
    }
  }
  return heights;
}
