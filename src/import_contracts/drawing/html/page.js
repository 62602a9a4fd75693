/* The page: what is asked for is in the address, so that each view has a link and "back" goes back. */

const MANY = 40; // boxes above which a matrix says more than a map
const CHIPS = 8; // the opened packages that are named above the picture
const CELL = 20; // the width and height of a cell of the matrix, in pixels, and:
const SMALLEST = 0.7; // how small a map may be drawn so that all of it is seen
const BEYOND = 8; // the rows that are there above and below the visible ones
const NOTHING = { select: null, link: null, from: null, to: null, near: false, contract: null, cycle: null };

class Page {
  constructor(data) {
    this.program = new Program(data);
    this.panel = new Panel(this);
    this.start = this.initial(data);
    this.state = this.start;
    const edges = new Map(this.program.importers.map((importer, edge) => [importer * this.program.size + this.program.imported[edge], edge]));
    this.edgeOf = (importer, imported) => edges.get(importer * this.program.size + imported);
    this.violating = this.violatingImports(data.contracts);
    this.breaking = this.violatingImports(data.contracts.filter((contract) => !contract.cyclic));
    this.canvas = document.createElement("canvas").getContext("2d");
    this.font = getComputedStyle(document.body).font;
    this.fillHeader(data);
    this.listen();
    this.read();
  }

  /* What is asked for if the address says nothing. */
  initial(data) {
    const { program } = this;
    const module = (name) => program.byName.get(name) ?? null;
    const inside = data.inside.length ? data.inside : program.roots;
    const depth = (box) => (inside.includes(box) ? 0 : 1 + depth(program.parents[box]));
    const isInside = (box) => inside.some((scope) => program.within(box, scope));
    const packages = [...program.names.keys()].filter((box) => program.isPackage(box) && isInside(box) && depth(box) < data.depth);
    const focus = module(data.focus);
    for (let around = program.parents[focus] ?? -1; around >= 0; around = program.parents[around]) packages.push(around);
    return {
      inside: data.depth ? inside : [],
      open: [...new Set(packages)].filter((box) => !inside.includes(box) && isInside(box)),
      kinds: data.kinds.reduce((bits, kind) => bits | (1 << kind), 0),
      select: focus,
      near: focus !== null,
      from: module(data.from),
      to: module(data.to),
      only: data.only,
      view: data.matrix ? "matrix" : "",
      hubs: true,
      link: null,
      tab: "details",
      contract: null,
      cycle: null,
    };
  }

  violatingImports(contracts) {
    const steps = contracts.flatMap((contract) => contract.violations.flatMap((violation) => violation.way));
    return new Set(steps.map(([importer, imported]) => this.edgeOf(importer, imported)));
  }

  // --- the address --------------------------------------------------------------------------------------------

  /* Change what is asked for, as a new place in the history. */
  go(changes) {
    const next = { ...this.state, ...changes };
    const address = this.address(next);
    if (address !== location.hash.slice(1)) history.pushState(null, "", `#${address}`);
    this.show(next);
  }

  address(state) {
    const { names } = this.program;
    const name = (module) => (module === null ? "" : names[module]);
    const list = (modules) => modules.map((module) => names[module].replace(/[%,]/g, encodeURIComponent)).join();
    const words = {
      inside: list(state.inside),
      open: list(state.open),
      kinds: KINDS.filter((_, kind) => state.kinds & (1 << kind)).join().replaceAll(" ", "_"),
      select: name(state.select),
      near: state.near ? "1" : "",
      from: name(state.from),
      to: name(state.to),
      only: state.only,
      view: state.view,
      hubs: state.hubs ? "" : "0",
      link: list(state.link ?? []),
      tab: state.tab === "details" ? "" : state.tab,
      contract: state.contract === null ? "" : this.program.data.contracts[state.contract].id,
      cycle: state.cycle === null ? "" : String(state.cycle + 1),
    };
    const first = state === this.start ? null : this.words;
    if (first) for (const key of Object.keys(words)) if (words[key] === first[key]) delete words[key];
    return first ? new URLSearchParams(words).toString() : words;
  }

  /* Show what the address asks for. What it has and nobody knows is left out. */
  read() {
    this.words ??= this.address(this.start);
    const words = new URLSearchParams(location.hash.slice(1));
    const said = (key) => words.get(key) ?? this.words[key];
    const module = (key) => this.program.byName.get(said(key)) ?? null;
    const named = (name) => this.program.byName.get(name.replace(/%2C|%25/g, decodeURIComponent));
    const modules = (key) => said(key).split(",").map(named).filter((found) => found !== undefined);
    const kinds = said("kinds").replaceAll("_", " ").split(",");
    const link = modules("link");
    const contract = this.program.data.contracts.findIndex((each) => each.id === said("contract"));
    const cycle = Number(said("cycle")) - 1;
    this.show({
      inside: modules("inside").length ? modules("inside") : this.start.inside,
      open: modules("open"),
      kinds: KINDS.reduce((bits, kind, number) => bits | (kinds.includes(kind) ? 1 << number : 0), 0),
      select: module("select"),
      near: said("near") === "1",
      from: module("from"),
      to: module("to"),
      only: ["cycles", "violations"].includes(said("only")) ? said("only") : "",
      view: ["map", "matrix"].includes(said("view")) ? said("view") : "",
      hubs: said("hubs") !== "0",
      link: link.length === 2 ? link : null,
      tab: ["contracts", "cycles"].includes(said("tab")) ? said("tab") : "details",
      contract: contract < 0 ? null : contract,
      cycle: this.program.data.cycles[cycle] ? cycle : null,
    });
  }

  // --- what changes -------------------------------------------------------------------------------------------

  listen() {
    addEventListener("popstate", () => this.read());
    addEventListener("resize", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.draw(), 120);
    });
    addEventListener("keydown", (event) => {
      if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") this.go(NOTHING);
      else if (event.key === "/") {
        event.preventDefault();
        document.querySelector("#search input").focus();
      }
    });
    byId("skip").addEventListener("click", (event) => {
      event.preventDefault();
      (byId("picture").querySelector("[tabindex='0']") ?? byId("picture")).focus();
    });
    byId("as-map").addEventListener("click", () => this.go({ view: "map" }));
    byId("as-matrix").addEventListener("click", () => this.go({ view: "matrix" }));
    byId("smaller").addEventListener("click", () => this.zoom(1 / 1.2));
    byId("larger").addEventListener("click", () => this.zoom(1.2));
    byId("only").addEventListener("change", (event) => this.go({ only: event.target.value }));
    byId("hubs").addEventListener("change", (event) => this.go({ hubs: !event.target.checked }));
    byId("picture").addEventListener("scroll", () => {
      if (!this.isMatrix) return;
      this.fillRows();
      this.highlight();
    });
    byId("picture").addEventListener("keydown", (event) => this.key(event));
    byId("picture").addEventListener("click", (event) => {
      const isEmpty = event.target.closest("button, [role='gridcell'], path.hit") === null;
      if (isEmpty && this.mark) this.go(NOTHING);
    });
  }

  fillHeader(data) {
    document.title = `Imports of ${data.title}`;
    byId("title").textContent = data.title;
    byId("size").textContent = `${count(this.program.size, "module")}, ${count(this.program.importers.length, "import")}`;
    byId("search").append(new Chooser(this.program, "Search modules", (module) => this.go(this.selecting(module))).element);
    KINDS.forEach((kind, number) => {
      if (!this.program.kinds.some((bits) => bits & (1 << number))) return;
      const box = el("input", { type: "checkbox", "data-kind": number, onchange: () => this.go({ kinds: this.state.kinds ^ (1 << number) }) });
      byId("kinds").append(el("label", {}, box, ` ${kind}`));
    });
    const broken = data.contracts.filter((contract) => contract.kept === false).length;
    const tabs = [["details", "Details"], ["contracts", `Contracts${broken ? `: ${broken} broken` : ""}`], ["cycles", `Cycles (${data.cycles.length})`]];
    for (const [id, text] of tabs) byId("tabs").append(el("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": "panel", onclick: () => this.go({ tab: id }) }, text));
    byId("tabs").addEventListener("keydown", (event) => this.tabKey(event));
  }

  tabKey(event) {
    const tabs = [...byId("tabs").children];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    next.click();
    next.focus();
  }

  /* The same without a package that is opened, and without those that are opened inside it. */
  without(module) {
    return { open: this.state.open.filter((box) => !this.program.within(box, module)) };
  }

  /* What has to be opened for a module to be a box. */
  revealing(module) {
    const { program, state } = this;
    const scope = state.inside.find((each) => program.within(module, each));
    const root = scope ?? program.roots.find((each) => program.within(module, each));
    const open = new Set(state.open);
    for (let around = program.parents[module]; around >= 0 && around !== root && module !== root; around = program.parents[around]) open.add(around);
    return { select: module, link: null, open: [...open], inside: scope === undefined ? [root] : state.inside, tab: "details" };
  }

  // --- drawing ------------------------------------------------------------------------------------------------

  show(state) {
    const isOther = state.select !== this.state?.select;
    this.state = state;
    const key = JSON.stringify([state.inside, state.open, state.kinds, state.only, state.hubs, state.near && state.select]);
    const isNew = key !== this.viewKey;
    if (isNew) {
      this.viewKey = key;
      this.view = new View(this.program, {
        inside: state.inside,
        open: state.open,
        kinds: state.kinds,
        only: state.only,
        hubs: state.hubs,
        near: state.near ? state.select : null,
        violating: this.violating,
        breaking: this.breaking,
        order: this.isStart(state) ? this.program.data.order : null,
      });
    }
    const isMatrix = state.view === "matrix" || (state.view !== "map" && this.view.boxes.length > MANY) || this.view.boxes.length > TOO_MANY;
    this.mark = this.marked();
    this.fillControls(isMatrix);
    if (isNew || isMatrix !== this.isMatrix) {
      this.isMatrix = isMatrix;
      this.draw();
    } else this.highlight();
    if (state.select !== null && (isNew || isOther)) this.bringIntoView(this.view.boxOf[state.select]);
    byId("panel").replaceChildren(...this.panel.contents(state, this.view));
    byId("panel").scrollTop = 0;
  }

  bringIntoView(box) {
    const picture = byId("picture");
    if (this.isMatrix) {
      const top = this.view.boxes.indexOf(box) * CELL;
      const isSeen = top >= picture.scrollTop && top + 2 * CELL <= picture.scrollTop + picture.clientHeight;
      if (top >= 0 && !isSeen) picture.scrollTop = top - picture.clientHeight / 2;
      this.fillRows();
      this.highlight();
    } else picture.querySelector(`[data-module="${box}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /* Whether the boxes are those of the command, for which the order of the model is known. */
  isStart({ inside, open }) {
    const isSame = (one, other) => one.length === other.length && one.every((module) => other.includes(module));
    return this.program.data.focus === "" && isSame(inside, this.start.inside) && isSame(open, this.start.open);
  }

  fillControls(isMatrix) {
    const { state, program } = this;
    byId("as-map").setAttribute("aria-pressed", String(!isMatrix));
    byId("as-matrix").setAttribute("aria-pressed", String(isMatrix));
    byId("zoom").hidden = isMatrix;
    byId("only").value = state.only;
    byId("hubs").checked = !state.hubs;
    for (const box of byId("kinds").querySelectorAll("input")) box.checked = Boolean(state.kinds & (1 << box.dataset.kind));
    for (const tab of byId("tabs").children) {
      const isChosen = tab.id === `tab-${state.tab}`;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      if (isChosen) byId("panel").setAttribute("aria-labelledby", tab.id);
    }
    const scope = state.inside.length === 1 ? state.inside[0] : null;
    const around = [];
    for (let module = scope ?? -1; module >= 0; module = program.parents[module]) around.unshift(module);
    const crumb = (module) => el("button", { type: "button", class: "crumb", "aria-current": module === scope ? "true" : null, onclick: () => this.go({ inside: [module], open: [], near: false, view: "" }) }, el("bdi", {}, program.data.parts[module]));
    const opened = state.open.filter((module) => this.view.boxOf[module] === module);
    const whole = scope !== null && this.start.inside.length > 1;
    byId("crumbs").replaceChildren(
      ...(whole ? [el("button", { type: "button", class: "crumb", onclick: () => this.go({ inside: this.start.inside, open: [], near: false, view: "" }) }, "all packages")] : []),
      ...around.map(crumb),
      ...(scope === null ? [el("span", {}, program.data.title)] : []),
      ...opened.slice(0, CHIPS).map((module) => el("button", { type: "button", class: "chip", "aria-label": `Collapse ${program.names[module]}`, onclick: () => this.go(this.without(module)) }, el("bdi", {}, this.label(module).join("")), " ×")),
      ...(opened.length > CHIPS ? [el("span", {}, `and ${count(opened.length - CHIPS, "more", "more")}`)] : []),
      ...(opened.length > 1 ? [el("button", { type: "button", class: "chip", onclick: () => this.go({ open: [] }) }, "Collapse all")] : []),
    );
  }

  /* What is chosen, as classes of boxes and as links to draw above the others; null if nothing is. */
  marked() {
    const { state, view } = this;
    if (state.tab === "contracts") {
      const contract = this.program.data.contracts[state.contract];
      return contract ? this.markedImports(contract.violations.flatMap((violation) => violation.way), "breaks") : null;
    }
    if (state.tab === "cycles") {
      const cycle = this.program.data.cycles[state.cycle];
      if (!cycle) return null;
      const cut = this.markedImports(cycle.steps.flatMap((step) => step.imports), "cut");
      for (const module of cycle.modules) if (view.boxOf[module] >= 0 && !cut.boxes.has(view.boxOf[module])) cut.boxes.set(view.boxOf[module], "member");
      return cut;
    }
    if (state.from !== null && state.to !== null) {
      const way = this.program.chain(state.from, state.to, state.kinds) ?? [];
      const mark = this.markedImports(way.map((edge) => [this.program.importers[edge], this.program.imported[edge]]), "out");
      for (const end of [state.from, state.to]) if (view.boxOf[end] >= 0) mark.boxes.set(view.boxOf[end], "selected");
      return mark;
    }
    if (state.link) return { boxes: new Map([[state.link[0], "in"], [state.link[1], "out"]]), links: view.link(...state.link) ? [{ tail: state.link[0], head: state.link[1], kind: "chosen" }] : [] };
    if (state.select === null || view.boxOf[state.select] < 0) return null;
    return this.markedAround(view.boxOf[state.select]);
  }

  markedAround(box) {
    const boxes = new Map([[box, "selected"]]);
    const links = [];
    const { out, into } = this.view.at(box);
    for (const { tail, head } of [...out, ...into]) {
      const [other, kind] = tail === box ? [head, "out"] : [tail, "in"];
      boxes.set(other, boxes.has(other) ? "in out" : kind);
      links.push({ tail, head, kind });
    }
    return { boxes, links };
  }

  markedImports(steps, kind) {
    const boxes = new Map();
    const links = new Map();
    for (const [importer, imported] of steps) {
      const [tail, head] = [this.view.boxOf[importer] ?? -1, this.view.boxOf[imported] ?? -1];
      for (const end of [tail, head]) if (end >= 0) boxes.set(end, "member");
      if (tail >= 0 && head >= 0 && tail !== head) links.set(`${tail}>${head}`, { tail, head, kind });
    }
    return { boxes, links: [...links.values()] };
  }

  /* The name of a box, as what is around it and its own part; what all boxes have in common is left out. */
  label(module) {
    const { names, data, parents } = this.program;
    const scope = this.state.inside.length === 1 ? this.state.inside[0] : null;
    const around = parents[module];
    if (module === scope || around < 0) return ["", names[module]];
    if (around === scope) return ["", data.parts[module]];
    const name = names[around];
    const start = scope !== null && this.program.within(module, scope) ? names[scope].length + 1 : 0;
    return [`${name.slice(start)}.`, data.parts[module]];
  }

  notes() {
    const { view, state } = this;
    const { links, boxes } = view;
    const said = [];
    const broken = this.program.data.contracts.length ? "No import in the picture breaks a contract." : "There is no configuration with contracts.";
    const nothing = { cycles: "There is no cycle.", violations: broken }[state.only] ?? "There are no imports between these boxes.";
    if (!links.length) said.push(nothing);
    else {
      const down = links.filter((link) => !link.isCut);
      const drawn = down.filter((link) => link.isDrawn).length;
      const up = links.length - down.length;
      const imports = links.filter((link) => link.isCut).reduce((sum, link) => sum + link.imports.length, 0);
      const broken = links.filter((link) => link.breaks).length;
      const lead = up && down.length ? `${number(down.length)} downwards, ${number(up)} upwards` : `all ${up ? "up" : "down"}wards`;
      said.push(`${count(links.length, "dependency", "dependencies")} between ${count(boxes.length, "box", "boxes")}: ${lead}.`);
      if (!this.isMatrix && drawn < down.length) said.push(`Of those downwards, ${number(drawn)} are drawn; the others follow from them.`);
      if (up) said.push(`Without the ${count(imports, "import")} upwards there is no cycle${view.isLayered ? " and no way up through the layers" : ""}.`);
      if (broken) said.push(broken === 1 ? "1 dependency breaks a contract." : `${number(broken)} dependencies break a contract.`);
    }
    const kinds = KINDS.filter((_, kind) => !(state.kinds & (1 << kind)) && this.program.kinds.some((bits) => bits & (1 << kind)));
    if (view.leftOut) said.push(`Left out: ${count(view.leftOut, `${listed(kinds, "or").replace(" checking", "-checking")} import`)}.`);
    if (view.hidden.length) said.push(`Hidden, as more than half of the boxes import them: ${view.hidden.map((box) => this.label(box).join("")).join(", ")}.`);
    if (this.isMatrix && boxes.length > TOO_MANY) said.push(`A map of more than ${TOO_MANY} boxes would not be readable.`);
    else if (this.isMatrix && state.view !== "matrix") said.push(`A matrix shows more than ${MANY} boxes more clearly; "Map" draws them with arrows.`);
    return said.join(" ");
  }

  draw() {
    const picture = byId("picture");
    const had = picture.contains(document.activeElement) ? document.activeElement.dataset.module : null;
    byId("notes").textContent = this.notes();
    this.fillLegend();
    picture.className = this.isMatrix ? "matrix" : "map";
    if (this.isMatrix) this.drawMatrix(picture);
    else this.drawMap(picture);
    this.highlight();
    const boxes = [...picture.querySelectorAll("[data-module]")];
    const again = had === null ? null : (boxes.find((box) => box.dataset.module === had) ?? this.instead(Number(had), boxes));
    const first = again ?? boxes.find((box) => Number(box.dataset.module) === this.state.select) ?? boxes[0];
    for (const box of boxes) box.tabIndex = box === first ? 0 : -1;
    again?.focus({ preventScroll: true });
  }

  /* The element that is focused if a box is gone: of what it is in now, or of what is inside it. */
  instead(module, boxes) {
    const find = (isWanted) => boxes.find((box) => isWanted(Number(box.dataset.module)));
    return find((box) => box === this.view.boxOf[module]) ?? find((box) => this.program.within(box, module)) ?? boxes[0];
  }

  fillLegend() {
    const { view } = this;
    const items = [
      ["down", this.isMatrix ? "imports of boxes below" : "imports; the arrows point downwards"],
      view.links.some((link) => link.isCut) && ["cut", "upwards, with the number of imports"],
      view.links.some((link) => link.breaks) && ["breaks", "breaks a contract"],
      view.knotted.length && ["knot", `in ${view.knotted.length > 1 ? "cycles" : "a cycle"} of ${listed(view.knotted.map((boxes) => boxes.length), "and")} boxes`],
      ["out", "imported by the selected box"],
      ["in", "imports the selected box"],
    ].filter(Boolean);
    byId("legend").replaceChildren(...items.map(([kind, text]) => el("li", { class: kind }, text)));
  }

  // --- the map ------------------------------------------------------------------------------------------------

  widthOf(box) {
    const [around, part] = this.label(box);
    const isPackage = this.program.isPackage(box);
    const more = isPackage ? 26 : 0;
    this.canvas.font = `${isPackage ? "600 " : ""}${this.font}`;
    return Math.ceil(this.canvas.measureText(around + part).width * 1.06 + 22 + more + (this.view.isOwn(box) ? 54 : 0));
  }

  drawMap(picture) {
    const layout = this.fitting(picture);
    this.layout = layout;
    const lines = svg("svg", { class: "lines", width: layout.width, height: layout.height, "aria-hidden": "true" });
    for (const kind of ["down", "cut", "breaks", "in", "out", "chosen"]) {
      const tip = svg("marker", { id: `tip-${kind}`, class: `tip ${kind}`, viewBox: "0 0 6 6", refX: 1, refY: 3, markerWidth: 6, markerHeight: 6, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" });
      tip.append(svg("path", { d: "M0 0L6 3L0 6z" }));
      lines.append(tip);
    }
    const numbers = [];
    for (const line of layout.paths()) this.drawLine(lines, numbers, line);
    lines.append(...numbers, svg("g", { class: "marks" }));
    const space = el("div", { class: "space" }, ...this.bands(layout), lines, this.levels(layout));
    Object.assign(space.style, { width: `${layout.width}px`, height: `${layout.height}px`, transform: `scale(${layout.scale})` });
    const frame = el("div", { class: "frame" }, space);
    Object.assign(frame.style, { width: `${layout.width * layout.scale}px`, height: `${layout.height * layout.scale}px` });
    picture.replaceChildren(frame);
  }

  /* The layout at the largest scale at which all of it is seen, or else at the full one; or at the chosen one. */
  fitting(picture) {
    const { clientWidth: width, clientHeight: height } = picture;
    const at = (scale) => Object.assign(new Layout(this.view, (box) => this.widthOf(box), width / scale - 2), { scale });
    if (this.scale) return at(this.scale);
    const whole = at(1);
    const scale = Math.floor((100 * height) / whole.height) / 100;
    if (whole.height <= height || scale < SMALLEST) return whole;
    const smaller = at(scale);
    return smaller.height * scale <= height + 1 ? smaller : whole;
  }

  zoom(factor) {
    this.scale = Math.min(2, Math.max(0.3, (this.layout?.scale ?? 1) * factor));
    if (!this.isMatrix) this.draw();
  }

  drawLine(lines, numbers, { link, path, isUp, number }) {
    const kind = link.isCut ? "cut" : link.breaks ? "breaks" : "down";
    const tip = { [isUp ? "marker-start" : "marker-end"]: `url(#tip-${kind})` };
    lines.append(svg("path", { class: `line ${kind}${link.breaks ? " dashed" : ""}`, d: path, "data-link": `${link.tail},${link.head}`, ...tip }));
    const hit = svg("path", { class: "hit", d: path });
    hit.append(svgText("title", {}, this.about(link)));
    hit.addEventListener("click", () => this.go(this.showing(link)));
    lines.append(hit);
    if (link.isCut) numbers.push(svgText("text", { class: "count", x: round(number.x) + 3, y: round(number.y) }, String(link.imports.length)));
  }

  about(link) {
    return `${this.label(link.tail).join("")} → ${this.label(link.head).join("")}: ${count(link.imports.length, "import")}`;
  }

  bands(layout) {
    const bands = [];
    layout.rows.forEach((row, at) => {
      if (at && layout.rows[at - 1].height === row.height) return;
      const next = layout.rows.findIndex((other, place) => place > at && other.height !== row.height);
      const middle = (place) => (layout.rows[place - 1].top + SIZES.height + layout.rows[place].top) / 2;
      const top = at ? middle(at) : 0;
      const bottom = next < 0 ? layout.height : middle(next);
      const band = el("div", { class: `band${row.height % 2 && row.height > 0 ? " odd" : ""}` }, el("span", {}, row.height < 0 ? "without imports" : String(row.height + 1)));
      band.style.top = `${top}px`;
      band.style.height = `${bottom - top}px`;
      bands.push(band);
    });
    return bands;
  }

  levels(layout) {
    const list = el("ol", { class: "levels", "aria-label": `${count(this.view.boxes.length, "box", "boxes")} in ${count(this.view.top + 1, "level")}, the highest first` });
    for (let height = this.view.top; height >= -1; height--) {
      const rows = layout.rows.filter((row) => row.height === height);
      const boxes = rows.flatMap((row) => row.items.filter((item) => item.box !== null).map((item) => this.boxElement(item, row.top)));
      if (boxes.length) list.append(el("li", { "aria-label": height < 0 ? "Without imports" : `Level ${height + 1}` }, el("ul", {}, boxes)));
    }
    return list;
  }

  boxElement({ box, x, width }, top) {
    const { program, view } = this;
    const isOwn = view.isOwn(box);
    const isPackage = program.isPackage(box);
    const select = this.nameButton(box, this.spoken(box));
    const isScope = this.state.inside.includes(box);
    const more = isPackage && !isScope ? this.toggle(box, isOwn) : null;
    const knot = view.knot.get(box);
    const element = el("li", { class: `box${isPackage ? " package" : ""}${isOwn ? " own" : ""}${knot ? " knot" : ""}` }, select, more);
    Object.assign(element.style, { left: `${round(x - width / 2)}px`, top: `${top}px`, width: `${width}px` });
    return element;
  }

  nameButton(box, spoken, before = null) {
    const [around, part] = this.label(box);
    const { program, view } = this;
    return el(
      "button",
      { type: "button", class: "name", "data-module": box, "data-level": view.heights.get(box) + 1, "aria-pressed": "false", "aria-label": spoken, title: program.names[box], onclick: () => this.choose(box) },
      before,
      el("bdi", {}, around ? el("span", { class: "around" }, around) : null, part),
      view.isOwn(box) ? el("span", { class: "init" }, "__init__") : null,
    );
  }

  toggle(box, isOwn) {
    const name = this.program.names[box];
    return el("button", { type: "button", class: "more", tabindex: "-1", "aria-label": isOwn ? `Collapse ${name}` : `Expand ${name}`, onclick: () => this.go(isOwn ? this.without(box) : { open: [...this.state.open, box] }) }, isOwn ? "−" : "+");
  }

  spoken(box) {
    const { program, view } = this;
    const { out, into } = view.at(box);
    const what = view.isOwn(box) ? "__init__ of an expanded package" : program.isPackage(box) ? `package of ${count(program.sizes[box] - 1, "module")}` : "module";
    return `${program.names[box]}, ${what}, imports ${out.length}, imported by ${into.length}${view.knot.get(box) ? ", in a cycle" : ""}`;
  }

  choose(box) {
    const isChosen = this.state.select === box && !this.state.link;
    this.go({ ...this.selecting(isChosen ? null : box), near: isChosen ? false : this.state.near });
  }

  /* What is asked for if a module is selected: a path that has only its beginning can still be given its end. */
  selecting(module) {
    return { select: module, link: null, from: this.state.to === null ? this.state.from : null, to: null, tab: "details" };
  }

  /* What is asked for if an arrow is chosen. */
  showing({ tail, head }) {
    return { link: [tail, head], from: null, to: null, tab: "details" };
  }

  /* Mute what is not chosen, and draw the links of what is in colors. */
  highlight() {
    const picture = byId("picture");
    const { mark } = this;
    picture.classList.toggle("muted", mark !== null);
    for (const button of picture.querySelectorAll("[data-module]")) {
      const box = Number(button.dataset.module);
      const kind = mark?.boxes.get(box) ?? "";
      const element = button.closest(".box, .row");
      for (const each of ["selected", "in", "out", "member"]) element.classList.toggle(each, kind.split(" ").includes(each));
      button.setAttribute("aria-pressed", String(kind === "selected"));
    }
    if (this.isMatrix) return this.highlightCells();
    picture.querySelector(".marks").replaceChildren(...(mark?.links ?? []).map((link) => this.markLine(link)));
  }

  markLine({ tail, head, kind }) {
    const ends = [this.layout.items.get(tail), this.layout.items.get(head)];
    const [from, to] = ends.map((item) => ({ x: item.x, top: this.layout.rows[item.row].top }));
    const isDown = from.top < to.top;
    const start = isDown ? from.top + SIZES.height : from.top;
    const end = isDown ? to.top - 5 : to.top + SIZES.height + 5;
    const bend = (end - start) * 0.45;
    const path = `M${round(from.x)} ${round(start)}C${round(from.x)} ${round(start + bend)} ${round(to.x)} ${round(end - bend)} ${round(to.x)} ${round(end)}`;
    return svg("path", { class: `mark ${kind}`, d: path, "marker-end": `url(#tip-${kind})`, "data-link": `${tail},${head}` });
  }

  /* Arrow keys move to the next box in a row, or to the nearest one in the next row. */
  key(event) {
    const at = event.target.closest("[data-module]");
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = Number(at.dataset.module);
    if (event.key === "+" || event.key === "-") {
      const isOpen = this.view.isOwn(box) || (event.key === "-" && this.program.parents[box] >= 0);
      const closing = this.view.isOwn(box) ? box : this.program.parents[box];
      if (event.key === "+" && this.program.isPackage(box) && !this.view.isOwn(box)) this.go({ open: [...this.state.open, box] });
      if (event.key === "-" && isOpen && !this.state.inside.includes(closing)) this.go(this.without(closing));
      return;
    }
    const next = this.isMatrix ? this.nextRow(at, event.key) : this.nextBox(box, event.key);
    if (!next) return;
    event.preventDefault();
    at.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  nextBox(box, key) {
    const item = this.layout.items.get(box);
    const boxesOf = (row) => row.items.filter((each) => each.box !== null);
    const row = boxesOf(this.layout.rows[item.row]);
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[key];
    const along = { ArrowUp: -1, ArrowDown: 1 }[key];
    let next = aside ? row[row.indexOf(item) + aside] : null;
    if (along) {
      const other = this.layout.rows[item.row + along];
      next = other && boxesOf(other).sort((one, two) => Math.abs(one.x - item.x) - Math.abs(two.x - item.x))[0];
    }
    return next ? byId("picture").querySelector(`[data-module="${next.box}"]`) : null;
  }

  // --- the matrix ---------------------------------------------------------------------------------------------

  /* A row for each importer and a column for each imported box, in the same order: what is left of the diagonal is cut.
     Only cells with imports are elements, and only in rows that are to be seen. */
  drawMatrix(picture) {
    const { boxes, links } = this.view;
    const cells = new Map(boxes.map((box) => [box, []]));
    for (const link of links) cells.get(link.tail).push(link);
    const lengths = boxes.map((box) => this.label(box).join("").length);
    const longest = boxes[lengths.indexOf(Math.max(...lengths))];
    const left = Math.min(440, longest === undefined ? 0 : this.widthOf(longest) + 60);
    const grid = el("div", { class: "grid", role: "grid", "aria-label": "Matrix: the box of a row imports those of the columns", "aria-rowcount": boxes.length, "aria-colcount": boxes.length + 1 });
    const heads = el("div", { class: "heads", "aria-hidden": "true" });
    for (const part of [grid, heads]) part.style.width = `${left + boxes.length * CELL}px`;
    grid.style.height = `${boxes.length * CELL}px`;
    this.matrix = { grid, heads, cells, left, column: new Map(boxes.map((box, at) => [box, at])), rows: new Map() };
    picture.replaceChildren(el("div", { class: "table" }, heads, grid));
    this.fillRows();
  }

  /* Make the heads of columns and the rows that are to be seen, and leave out the others. */
  fillRows() {
    const { scrollTop: top, scrollLeft } = byId("picture");
    const { grid, heads, rows, cells, column, left } = this.matrix;
    const columns = [...this.view.boxes.keys()].filter((at) => at * CELL >= scrollLeft - left && at * CELL <= scrollLeft + innerWidth);
    heads.replaceChildren(
      ...columns.map((at) => {
        const head = el("span", {}, String(at + 1));
        head.style.left = `${left + at * CELL}px`;
        return head;
      }),
    );
    const first = Math.max(0, Math.floor(top / CELL) - BEYOND);
    const last = Math.min(this.view.boxes.length, Math.ceil((top + innerHeight) / CELL) + BEYOND);
    for (const [at, row] of rows) {
      if ((at >= first && at < last) || row.contains(document.activeElement)) continue;
      row.remove();
      rows.delete(at);
    }
    let after = [...rows].find(([at]) => at >= last)?.[1] ?? null;
    for (let at = last - 1; at >= first; at--) {
      const box = this.view.boxes[at];
      if (!rows.has(at)) rows.set(at, grid.insertBefore(this.matrixRow(box, at, cells.get(box), column, left), after));
      after = rows.get(at);
    }
  }

  matrixRow(box, at, links, column, left) {
    const { view } = this;
    const select = this.nameButton(box, `${at + 1}: ${this.spoken(box)}`, el("span", { class: "at" }, String(at + 1)));
    const canToggle = this.program.isPackage(box) && !this.state.inside.includes(box);
    const head = el("div", { class: "head", role: "rowheader" }, select, canToggle ? this.toggle(box, view.isOwn(box)) : null);
    head.style.width = `${left}px`;
    const cells = links.sort((one, other) => column.get(one.head) - column.get(other.head)).map((link) => this.cell(link, column.get(link.head), left));
    const self = el("div", { class: "self", "aria-hidden": "true" });
    self.style.left = `${left + at * CELL}px`;
    const row = el("div", { class: `row${view.knot.get(box) ? " knot" : ""}`, role: "row", "aria-rowindex": at + 1 }, head, self, cells);
    row.style.top = `${at * CELL}px`;
    return row;
  }

  cell(link, at, left) {
    const number = link.imports.length;
    const kind = link.isCut ? "cut" : link.breaks ? "breaks" : "down";
    const cell = el("div", { class: `cell ${kind}`, role: "gridcell", "aria-colindex": at + 2, "data-link": `${link.tail},${link.head}`, tabindex: "-1", "aria-label": `imports ${this.label(link.head).join("")}: ${count(number, "import")}${link.isCut ? ", cut" : ""}`, title: this.about(link) }, number > 999 ? "…" : String(number));
    cell.style.left = `${left + at * CELL}px`;
    cell.addEventListener("click", () => this.go(this.showing(link)));
    cell.addEventListener("keydown", (event) => this.cellKey(event, cell));
    return cell;
  }

  cellKey(event, cell) {
    if (event.key === "Enter" || event.key === " ") cell.click();
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const isRight = event.key === "ArrowRight";
      const beside = isRight ? cell.nextElementSibling : cell.previousElementSibling;
      (beside?.matches(".cell") ? beside : isRight ? null : cell.parentElement.querySelector(".name"))?.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.nextCell(cell, event.key)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /* The cell of the next row that is nearest, or the name of that row if it has none. */
  nextCell(cell, key) {
    const row = cell.parentElement;
    const next = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
    const far = (other) => Math.abs(parseFloat(other.style.left) - parseFloat(cell.style.left));
    return [...(next?.querySelectorAll(".cell") ?? [])].sort((one, other) => far(one) - far(other))[0] ?? next?.querySelector(".name");
  }

  nextRow(at, key) {
    const row = at.closest(".row");
    if (key === "ArrowRight") {
      row.querySelector(".cell")?.focus();
      return null;
    }
    const next = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling }[key];
    next?.scrollIntoView({ block: "nearest" });
    return next?.querySelector(".name") ?? null;
  }

  highlightCells() {
    const marked = new Map((this.mark?.links ?? []).map(({ tail, head, kind }) => [`${tail},${head}`, kind]));
    for (const cell of byId("picture").querySelectorAll(".cell")) {
      const kind = marked.get(cell.dataset.link) ?? "";
      for (const each of ["in", "out", "chosen", "marked"]) cell.classList.toggle(each, kind === each || (each === "marked" && kind !== ""));
    }
  }
}

function byId(id) {
  return document.getElementById(id);
}

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function svgText(tag, attributes, text) {
  const element = svg(tag, attributes);
  element.textContent = text;
  return element;
}

new Page(JSON.parse(byId("data").textContent));
