"""The picture as one HTML file that needs no network: the program as data, and the script that draws it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Any

from import_contracts.drawing.collapse import collapse, kinds_drawn
from import_contracts.drawing.forge import inside
from import_contracts.drawing.inline import read, whole
from import_contracts.drawing.levels import find_levels
from import_contracts.drawing.model import Subject
from import_contracts.graph.import_graph import Edge, Import
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import STANDARD_LIBRARY, ancestors
from import_contracts.graph.standard_library import is_standard
from import_contracts.reports.check import Outcome
from import_contracts.reports.cycles import Cycle, ReportedCrash, ReportedCrashPlan
from import_contracts.visible import visible, visible_code, visible_lines
from import_contracts.wording import FIXES, listed

_LONGEST = 200
"""The most characters of a statement in the page; the rest of it is in the file."""

_SCRIPTS = ("program.js", "layout.js", "panel.js", "page.js")


def render(subject: Subject) -> str:
    """Return the page about a program."""
    body = read("page.html").replace("{{DATA}}", _embedded(_data(subject, _Modules(subject))))
    return whole("Imports", body, styles=("page.css",), scripts=_SCRIPTS)


def _embedded(value: object) -> str:
    """Return a value as JSON in ASCII that cannot end the element it is in, nor begin another."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").replace("'", "\\u0027")


class _Modules:
    """The modules as a tree, in the order of the page: each package before what is inside it.

    ``children`` has, for each package and for "", what is directly inside it, from the top of the picture to the
    bottom, with the package itself where its ``__init__`` belongs.
    """

    def __init__(self, subject: Subject) -> None:
        inside = {module.name for module in subject.modules} | set(subject.graph.modules)
        self._inside = inside | {STANDARD_LIBRARY} if any(map(is_standard, subject.graph.external)) else inside
        self._external = subject.graph.external
        found: dict[str, list[str]] = {"": []}
        for name in sorted(self._inside):
            found.setdefault(self.around(name), []).append(name)
        self.children = _ordered(found, subject, self.around)
        self.names = list(self._in_order(""))
        self.numbers = {name: number for number, name in enumerate(self.names)}
        self.paths = {module.name: module.path for module in subject.modules}

    def around(self, name: str) -> str:
        """Return the package that a module is in; "" if it is in none."""
        if package := next((each for each in ancestors(name) if each in self._inside), ""):
            return package
        return STANDARD_LIBRARY if name in self._external and is_standard(name) else ""

    def _in_order(self, package: str) -> Iterator[str]:
        for name in self.children[package]:
            if name != package:
                yield name
                if name in self.children:
                    yield from self._in_order(name)

    def own(self, name: str) -> int:
        """Return the place of a package among what is inside it; -1 if nothing is."""
        return self.children[name].index(name) if name in self.children else -1

    def file(self, name: str) -> str | int:
        """Return the path of a module; 0 or 1 if it is ``part.py`` or ``part/__init__.py`` next to its package's."""
        path, around = self.paths.get(name, ""), self.around(name)
        part = name.removeprefix(f"{around}.").replace(".", "/")
        folder = self.paths.get(around, "").removesuffix("__init__.py")
        places = (f"{folder}{part}.py", f"{folder}{part}/__init__.py") if folder.endswith("/") else ()
        return places.index(path) if path in places else visible(path)

    def number(self, name: str) -> int | str:
        """Return the number of a module; its name if it is not in the page."""
        return self.numbers.get(name, visible(name))


def _ordered(
    children: Mapping[str, list[str]], subject: Subject, around: Callable[[str], str]
) -> dict[str, tuple[str, ...]]:
    """Return the same children of packages in the order of the levels that they have among themselves."""
    around = cache(around)
    weights: dict[str, Counter[Edge]] = {package: Counter() for package in children}
    for importer, imported in kinds_drawn(subject.graph, subject.options.kinds).edges():
        ways = [[each, *_all_around(each, around)] for each in (importer, imported)]
        meeting = next(each for each in ways[0] if each in ways[1])
        one, other = (way[max(way.index(meeting) - 1, 0)] for way in ways)
        if one != other:
            weights[meeting][one, other] += 1
    layerings = [layering.layers for layering in subject.layerings]
    return {
        package: tuple(
            chain.from_iterable(
                find_levels([package, *found] if package else found, weights[package], layerings).levels
            )
        )
        for package, found in children.items()
    }


def _all_around(module: str, around: Callable[[str], str]) -> Iterator[str]:
    while module:
        module = around(module)
        yield module


def _data(subject: Subject, modules: _Modules) -> dict[str, Any]:
    """Return what the script reads: tables of numbers, which stand for modules in the order of the page."""
    options, number = subject.options, modules.numbers
    texts: dict[str, int] = {}
    return {
        "title": listed(map(visible, options.packages)),
        "folder": visible(subject.folder),
        "forge": _forge(subject),
        "problems": [visible(str(problem)) for problem in subject.problems],
        "untried": [modules.number(name) for name in subject.cycles.untried],
        "inside": [number[name] for name in options.packages],
        "depth": options.depth,
        "matrix": options.matrix,
        "only": options.only,
        "focus": visible(options.focus),
        "from": visible(options.source),
        "to": visible(options.target),
        "kinds": [kind.rank for kind in options.kinds],
        "order": [number[name] for name in _order(subject) if name in number],
        "parents": [number.get(modules.around(name), -1) for name in modules.names],
        "parts": [visible(name.removeprefix(f"{modules.around(name)}.")) for name in modules.names],
        "own": [modules.own(name) for name in modules.names],
        "files": [modules.file(name) for name in modules.names],
        "external": sorted(number[name] for name in {*subject.graph.external, STANDARD_LIBRARY} if name in number),
        "standard": number.get(STANDARD_LIBRARY, -1),
        "layers": [
            [[number[name] for name in layer if name in number] for layer in layering.layers]
            for layering in subject.layerings
        ],
        "imports": [list(_imports(name, subject, number, texts)) for name in modules.names],
        "texts": list(texts),
        "contracts": [_contract(outcome, modules, subject.cycle_types) for outcome in subject.contracts],
        "cycles": [_cycle(cycle, modules) for cycle in subject.cycles.cycles],
        "crashes": [_crash(crash, modules) for crash in subject.cycles.crashes or ()],
        "plan": _crash_plan(subject.cycles.crash_plan, modules),
        "fixes": FIXES,
    }


def _order(subject: Subject) -> Iterator[str]:
    """Return the boxes with which the page begins, from the top to the bottom: so their cut is that of the model."""
    options = replace(subject.options, focus="", source="", target="", only="", only_packages=False)
    graph = kinds_drawn(subject.graph, options.kinds)
    links = {link: len(imports) for link, imports in collapse(graph, options, graph.edges()).links.items()}
    boxes = {end for link in links for end in link}
    layerings = [layering.layers for layering in subject.layerings]
    return chain.from_iterable(find_levels(boxes, links, layerings).levels)


def _forge(subject: Subject) -> str:
    """Return the address of a file whose path is relative to the folder."""
    return inside(subject.forge(), subject.folder.removeprefix(subject.root).strip("/"))


def _imports(name: str, subject: Subject, numbers: Mapping[str, int], texts: dict[str, int]) -> Iterator[list[int]]:
    """Yield for each imported module its number, and then for each statement its line, and its text with its kind."""
    for imported in subject.graph.imported_by(name):
        found = [numbers[imported]]
        for statement in subject.statements((name, imported)):
            text = texts.setdefault(_short(statement), len(texts))
            found += [statement.line, text * len(Kind) + statement.kind.rank]
        yield found


def _short(statement: Import) -> str:
    """Return the text of a statement, with ``*`` for "from x import " if x is the imported module."""
    text = visible_code(statement.text)
    text = re.sub(rf"^from {re.escape(statement.imported)} import ", "*", text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _contract(outcome: Outcome, modules: _Modules, cycle_types: frozenset[str]) -> dict[str, Any]:
    return {
        "id": visible(outcome.id),
        "name": visible(outcome.name),
        "type": visible(outcome.type),
        "reason": visible_lines(outcome.reason),
        "kept": outcome.kept,
        "cyclic": outcome.type in cycle_types,
        "violations": [
            {
                "message": visible(violation.message),
                "known": not violation.is_new,
                "way": [_step(step, modules) for step in violation.chain],
                "at": modules.number(violation.importer),
            }
            for violation in outcome.violations
        ],
    }


def _step(step: Import, modules: _Modules) -> list[int | str]:
    return [modules.number(step.importer), modules.number(step.imported), step.line]


def _cycle(cycle: Cycle, modules: _Modules) -> dict[str, Any]:
    plan = cycle.plan
    return {
        "kind": cycle.kind.rank,
        "modules": [modules.number(name) for name in cycle.modules],
        "ring": [_step(step, modules) for step in cycle.ring],
        "crashes": [modules.number(name) for name in cycle.crashes],
        "minimum": plan is not None and plan.is_minimum,
        "steps": [
            {
                "imports": [_step(each, modules) for each in step.imports],
                "fix": step.fix.kind,
                "why": " ".join(map(visible, step.fix.why)),
                "gain": step.gain,
            }
            for step in (plan.steps if plan else ())
        ],
    }


def _crash(crash: ReportedCrash, modules: _Modules) -> dict[str, Any]:
    return {
        "entry": modules.number(crash.entry),
        "message": visible(crash.message),
        "module": modules.number(crash.place.module),
        "line": crash.place.line,
        "text": visible_code(crash.place.text),
    }


def _crash_plan(plan: ReportedCrashPlan | None, modules: _Modules) -> list[dict[str, Any]]:
    return [
        {
            "module": modules.number(step.place.module),
            "line": step.place.line,
            "text": visible_code(step.place.text),
            "fix": step.fix.kind,
            "level": step.level,
            "stops": [modules.number(name) for name in step.stops],
        }
        for step in (plan.steps if plan else ())
    ]
