/* What is beside the picture: the program, a box, an arrow, a path, contracts and cycles, as text. */

/* An element with properties and children. Texts become text nodes: nothing of the program is ever read as HTML. */
function el(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function number(value) {
  return value.toLocaleString("en");
}

function count(value, noun, plural = `${noun}s`) {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}

function listed(items, word) {
  return items.join(", ").replace(/, ([^,]*)$/, ` ${word} $1`);
}

const SHOWN = 100;

class Panel {
  constructor(page) {
    this.page = page;
    this.program = page.program;
    this.data = page.program.data;
  }

  /* The contents of a tab. */
  contents(state, view) {
    if (state.tab === "contracts") return this.contracts(state);
    if (state.tab === "cycles") return this.cycles(state);
    if (state.from !== null && state.to !== null) return this.path(state);
    if (state.link) return this.link(state.link, view);
    if (state.select !== null) return this.box(state.select, view, state);
    return this.overview(view);
  }

  name(module) {
    return typeof module === "string" ? module : this.program.names[module];
  }

  /* A button that selects a module; its name alone if it is not in the page. */
  module(module, text = this.name(module)) {
    if (typeof module === "string") return el("bdi", {}, module);
    return el("button", { type: "button", class: "link", onclick: () => this.page.go(this.page.selecting(module)) }, el("bdi", {}, text));
  }

  button(text, changes, properties) {
    return el("button", { type: "button", onclick: () => this.page.go(changes), ...properties }, text);
  }

  /* A list that shows the rest on demand. */
  list(items, make, properties) {
    const list = el("ul", properties, items.slice(0, SHOWN).map((item) => el("li", {}, make(item))));
    if (items.length <= SHOWN) return [list];
    const more = el("button", { type: "button" }, `Show ${count(items.length - SHOWN, "more", "more")}`);
    more.addEventListener("click", () => {
      list.append(...items.slice(SHOWN).map((item) => el("li", {}, make(item))));
      list.children[SHOWN].tabIndex = -1;
      list.children[SHOWN].focus();
      more.remove();
    });
    return [list, more];
  }

  // --- the program --------------------------------------------------------------------------------------------

  overview(view) {
    const cut = view.links.filter((link) => link.isCut);
    return [
      el("h2", {}, this.data.title),
      el("p", {}, "Boxes import those below them. Select a box to see what it imports and what imports it, or an arrow to see its statements."),
      this.data.problems.length ? [el("h3", {}, "Not read, or not as asked"), ...this.list(this.data.problems, (problem) => problem, { class: "crash" })] : null,
      this.pathForm(),
      cut.length
        ? [
            el("h3", {}, `Cut: ${count(cut.length, "arrow")} upwards`),
            el("p", {}, "Without these, all others point downwards."),
            this.list(cut, (link) => this.arrow(link, view), { class: "rows" }),
          ]
        : el("p", {}, view.boxes.length ? "There are no cycles between these boxes." : "There is nothing to draw."),
      el("h3", {}, "Keys"),
      el(
        "dl",
        { class: "keys" },
        [["Arrow keys", "move between boxes"], ["Enter", "select a box"], ["+ and −", "expand and collapse"], ["Escape", "select nothing"], ["/", "search"]].map(([key, what]) => el("div", {}, el("dt", {}, key), el("dd", {}, what))),
      ),
    ].flat(2).filter(Boolean);
  }

  pathForm() {
    const { from, to } = this.page.state;
    const chosen = { from, to };
    const form = el("form", { class: "path", "aria-label": "Path from one module to another" });
    const go = () => {
      if (chosen.from !== null && chosen.to !== null) this.page.go({ ...chosen, link: null, tab: "details" });
    };
    const chooser = (label, end) => new Chooser(this.program, `Path ${label}`, (module) => {
      chosen[end] = module;
      go();
    }, chosen[end]).element;
    form.append(el("h3", {}, "Path"), chooser("from", "from"), chooser("to", "to"));
    form.addEventListener("submit", (event) => event.preventDefault());
    return form;
  }

  /* A button for an arrow, with its ends and the number of its imports. */
  arrow(link, view, text = `${this.short(link.tail)} → ${this.short(link.head)}`) {
    return el(
      "button",
      { type: "button", class: `link${link.isCut ? " cut" : ""}`, onclick: () => this.page.go(this.page.showing(link)) },
      el("bdi", {}, text),
      el("span", { class: "number" }, ` ${number(link.imports.length)}`),
    );
  }

  short(module) {
    return this.page.label(module).join("") + (this.page.view.isOwn(module) ? " (__init__)" : "");
  }

  // --- a box --------------------------------------------------------------------------------------------------

  box(module, view, state) {
    const { program } = this;
    const box = view.boxOf[module];
    const size = program.sizes[module];
    const { out, into } = view.at(module);
    return [
      el("h2", {}, el("bdi", {}, this.name(module))),
      el("p", {}, program.isPackage(module) ? `Package with ${count(size - 1, "module")}. ` : "Module. ", program.files[module] ? this.place(module, 1, program.files[module]) : null),
      box === module ? null : el("p", {}, box < 0 ? "It is not in this picture." : ["It is a part of ", this.module(box), "."]),
      el("p", { class: "buttons" }, this.actions(module, box, view, state)),
      this.member(module),
      box === module ? [...this.ends("Imports", "out", out, "head", view), ...this.ends("Imported by", "in", into, "tail", view)] : [],
    ].flat().filter(Boolean);
  }

  actions(module, box, view, state) {
    const { page, program } = this;
    const isOpen = view.opened.has(module);
    return [
      program.isPackage(module) && !isOpen && box === module && this.button("Expand", { open: [...state.open, module] }),
      isOpen && !state.inside.includes(module) && this.button("Collapse", page.without(module)),
      program.isPackage(module) && !(state.inside.length === 1 && state.inside[0] === module) && this.button("Show only what is inside", { inside: [module], open: [], near: false, view: "" }),
      box !== module && this.button("Show as a box", page.revealing(module)),
      !state.near && this.button("Show only its neighbours", { ...page.revealing(module), near: true, view: "" }),
      state.near && this.button("Show all boxes", { near: false, view: "" }),
      this.button("Path from here", { from: module, to: null }, { "aria-pressed": state.from === module }),
      state.from !== null && state.from !== module && this.button("Path to here", { to: module }),
    ].filter(Boolean);
  }

  /* The cycles and the crash of a module. */
  member(module) {
    const cycles = this.data.cycles.map((cycle, number) => [cycle, number]).filter(([cycle]) => cycle.modules.includes(module));
    const crash = this.data.crashes.find((each) => each.entry === module);
    return [
      ...cycles.map(([cycle, number]) => el("p", {}, "In ", this.button(`cycle ${number + 1} of ${count(cycle.modules.length, "module")}`, { tab: "cycles", cycle: number }, { class: "link" }))),
      crash && el("p", { class: "crash" }, "Crashes when it is imported first: ", crash.message),
    ].filter(Boolean);
  }

  ends(title, className, links, side, view) {
    const sorted = [...links].sort((one, other) => other.imports.length - one.imports.length || one[side] - other[side]);
    return [
      el("h3", { class: className }, `${title} ${count(links.length, "box", "boxes")}`),
      ...this.list(sorted, (link) => this.arrow(link, view, this.short(link[side])), { class: "rows" }),
    ];
  }

  // --- statements ---------------------------------------------------------------------------------------------

  link([tail, head], view) {
    const link = view.link(tail, head);
    const title = el("h2", {}, this.module(tail), " → ", this.module(head));
    if (!link) return [title, el("p", {}, "There is no such arrow in this picture.")];
    const why = link.isCut ? "It leads upwards." : link.isDrawn ? null : "It is not drawn, as it follows from other arrows.";
    return [
      title,
      el("p", {}, `${count(link.imports.length, "import")}. `, why),
      ...this.list(link.imports, (edge) => this.evidence(edge), { class: "imports" }),
    ];
  }

  evidence(edge) {
    const { program } = this;
    const importer = program.importers[edge];
    return [
      el("div", { class: "ends" }, this.module(importer), " → ", this.module(program.imported[edge])),
      ...program.statementsOf(edge).map(({ line, text, kind }) => this.statement(importer, line, text, kind)),
    ];
  }

  statement(module, line, text, kind = 0) {
    return el("div", { class: "statement" }, this.place(module, line), kind ? [" ", el("span", { class: "kind" }, KINDS[kind])] : null, el("code", {}, text));
  }

  /* A link to a line: in the editor, and at the forge if there is one. */
  place(module, line, text = `${this.program.files[module]}:${line}`) {
    if (typeof module === "string") return el("bdi", {}, module);
    const path = this.program.files[module];
    const isAbsolute = path.startsWith("/") || /^[A-Za-z]:/.test(path);
    const whole = isAbsolute ? path : this.data.folder && `${this.data.folder}/${path}`;
    const escaped = (each) => each.split("/").map(encodeURIComponent).join("/");
    const inEditor = whole && `vscode://file/${escaped(whole.replace(/^\//, "")).replace(/^([A-Za-z])%3A/, "$1:")}:${line}`;
    const atForge = this.data.forge && !isAbsolute && this.data.forge.replace("{path}", escaped(path)).replace("{line}", line);
    return el(
      "span",
      { class: "place" },
      inEditor ? el("a", { href: inEditor, title: "Open in Visual Studio Code" }, el("bdi", {}, text)) : el("bdi", {}, text),
      atForge ? [" ", el("a", { href: atForge, rel: "noreferrer", "aria-label": `${text} at the forge` }, "web")] : [],
    );
  }

  // --- a path -------------------------------------------------------------------------------------------------

  path(state) {
    const found = this.program.chain(state.from, state.to, state.kinds);
    const why = this.program.overlap(state.from, state.to) ? "There is nothing between them: one is inside the other." : "There is no chain of imports of these kinds between them.";
    return [
      el("h2", {}, "Path"),
      el("p", {}, this.module(state.from), " → ", this.module(state.to)),
      el("p", { class: "buttons" }, this.button("Other way", { from: state.to, to: state.from }), this.button("Close", { from: null, to: null })),
      found === null
        ? el("p", {}, why)
        : [el("p", {}, `${count(found.length, "import")}, the fewest there are:`), el("ol", { class: "imports" }, found.map((edge) => el("li", {}, this.evidence(edge))))],
      this.pathForm(),
    ].flat();
  }

  // --- contracts ----------------------------------------------------------------------------------------------

  contracts(state) {
    const { contracts } = this.data;
    if (!contracts.length) return [el("h2", {}, "Contracts"), el("p", {}, "There is no configuration with contracts.")];
    return [
      el("h2", {}, "Contracts"),
      el("ul", { class: "cards" }, contracts.map((contract, number) => this.contract(contract, number, state.contract === number))),
    ];
  }

  contract(contract, number, isChosen) {
    const result = contract.kept === null ? "not checked" : contract.kept ? "kept" : "broken";
    const violations = contract.violations;
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "card", "aria-expanded": String(isChosen), onclick: () => this.page.go({ contract: isChosen ? null : number, tab: "contracts" }) },
        el("span", { class: `result ${result.replace(" ", "-")}` }, result),
        " ",
        el("bdi", {}, contract.name),
        violations.length ? el("span", { class: "number" }, ` ${count(violations.length, "violation")}`) : null,
      ),
      isChosen && el("div", { class: "body" }, el("p", {}, `Type ${contract.type}. ${contract.reason}`), this.list(violations, (each) => this.violation(each), { class: "imports" })),
    );
  }

  violation(violation) {
    return [
      el("div", {}, violation.message, violation.known ? [" ", el("span", { class: "kind" }, "known")] : null),
      violation.way.length ? violation.way.map((step) => this.step(step)) : el("div", { class: "ends" }, this.module(violation.at)),
    ].flat();
  }

  step([importer, imported, line]) {
    return el("div", { class: "ends" }, this.module(importer), " → ", this.module(imported), " ", this.place(importer, line, `line ${line}`));
  }

  // --- cycles -------------------------------------------------------------------------------------------------

  cycles(state) {
    const { cycles, crashes, plan, untried } = this.data;
    return [
      el("h2", {}, "Cycles"),
      cycles.length ? null : el("p", {}, "There are no cycles between modules."),
      el("ul", { class: "cards" }, cycles.map((cycle, number) => this.cycle(cycle, number, state.cycle === number))),
      untried.length ? el("p", { class: "crash" }, `It was too much work to tell whether ${count(untried.length, "module crashes", "modules crash")}.`) : null,
      crashes.length ? [el("h3", {}, `${count(crashes.length, "module crashes", "modules crash")} when imported first`), ...this.list(crashes, (crash) => this.crash(crash), { class: "imports" })] : [],
      plan.length ? [el("h3", {}, "Edits that stop the crashes"), el("ol", { class: "imports" }, plan.map((step) => el("li", {}, this.edit(step))))] : [],
    ].flat().filter(Boolean);
  }

  cycle(cycle, number, isChosen) {
    const crashing = cycle.crashes.length;
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "card", "aria-expanded": String(isChosen), onclick: () => this.page.go({ cycle: isChosen ? null : number, tab: "cycles" }) },
        `Cycle ${number + 1}: ${count(cycle.modules.length, "module")}`,
        " ",
        el("span", { class: "kind" }, KINDS[cycle.kind]),
        " ",
        crashing ? el("span", { class: "result broken" }, count(crashing, "crash", "crashes")) : null,
      ),
      isChosen && el("div", { class: "body" }, this.cycleBody(cycle)),
    );
  }

  cycleBody({ modules, ring, crashes, steps, minimum }) {
    return [
      el("h3", {}, "A shortest way around"),
      ring.map((step) => this.step(step)),
      steps.length ? [el("h3", {}, `Cheapest fix: change ${count(steps.length, "import")}${minimum ? " (proven minimal)" : ""}`), el("ol", { class: "imports" }, steps.map((step) => el("li", {}, this.planStep(step))))] : [],
      crashes.length ? [el("h3", {}, "Crash when imported first"), ...this.list(crashes, (module) => this.module(module), { class: "rows" })] : [],
      el("h3", {}, "Modules"),
      ...this.list(modules, (module) => this.module(module), { class: "rows" }),
    ].flat();
  }

  planStep({ imports, fix, why, gain }) {
    return [
      ...imports.map((step) => this.step(step)),
      el("div", {}, `${this.data.fixes[fix] ?? fix}${gain > 0 ? ` (breaks ${count(gain, "cyclic import")})` : ""}`),
      why ? el("div", { class: "why" }, why) : null,
    ];
  }

  crash({ entry, message, module, line, text }) {
    return [el("div", { class: "ends" }, this.module(entry)), el("div", { class: "crash" }, message), this.statement(module, line, text)];
  }

  edit({ module, line, text, fix, level, stops }) {
    return [this.statement(module, line, text), el("div", {}, `${this.data.fixes[fix] ?? fix} (${level === "shown" ? "by hand" : level}); stops ${count(stops.length, "crash", "crashes")}`)];
  }
}

/* A field in which a module is found by a part of its name: a combobox with a list (WAI-ARIA Authoring Practices). */
class Chooser {
  static number = 0;

  constructor(program, label, choose, chosen = null) {
    this.program = program;
    this.choose = choose;
    const id = `choices-${Chooser.number++}`;
    this.input = el("input", { type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, "aria-label": label, placeholder: label, autocomplete: "off", spellcheck: "false" });
    if (chosen !== null) this.input.value = program.names[chosen];
    this.list = el("ul", { role: "listbox", id, "aria-label": label, hidden: true });
    this.element = el("div", { class: "chooser" }, this.input, this.list);
    this.input.addEventListener("input", () => this.suggest());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.close();
  }

  suggest() {
    const found = this.matching(this.input.value.trim().toLowerCase());
    this.at = found.length ? 0 : -1;
    this.found = found;
    this.list.replaceChildren(
      ...found.map((module, number) => {
        const option = el("li", { role: "option", id: `${this.list.id}-${number}` }, el("bdi", {}, this.program.names[module]));
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          this.take(number);
        });
        return option;
      }),
      ...(this.input.value.trim() && !found.length ? [el("li", { role: "option", "aria-disabled": "true" }, "No module has such a name")] : []),
    );
    this.list.hidden = !this.list.children.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark();
  }

  /* First the names whose last part begins with the text, then the shortest; at most twelve. */
  matching(text) {
    if (!text) return [];
    const rank = (name) => (name === text ? 0 : name.slice(name.lastIndexOf(".") + 1).startsWith(text) ? 1 : 2);
    const found = [];
    this.program.names.forEach((name, module) => {
      const lower = name.toLowerCase();
      if (lower.includes(text)) found.push([rank(lower), name.length, module]);
    });
    found.sort((one, other) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2]);
    return found.slice(0, 12).map(([, , module]) => module);
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!this.found.length) return;
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : -1) + this.found.length) % this.found.length;
      this.mark();
    } else if (event.key === "Enter" && this.at >= 0) this.take(this.at);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  mark() {
    [...this.list.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === this.at)));
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  take(number) {
    const module = this.found[number];
    this.input.value = this.program.names[module];
    this.close();
    this.choose(module);
  }

  close() {
    this.found = [];
    this.at = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
