"""Plans for crashes: what CPython makes of the edits, and that no cheaper ones are overlooked."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path

import pytest

from import_contracts.crashes.bodies import CodeCache
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.model import ImportModel, possible_imports
from import_contracts.crashes.search import Attempt, CrashSearch, search_crashes
from import_contracts.reading.files.around import ProgramAround
from import_contracts.reading.source.text import Source
from import_contracts.reading.source.trees import remembering
from import_contracts.repair.crash_plans import CrashPlan, CrashTools, crash_plan
from import_contracts.repair.deadlocks import Deadlock, WaysOut
from import_contracts.repair.edits import overlap
from import_contracts.repair.fix_kinds import FixKind, Level
from import_contracts.repair.fixes import Fix, Fixes
from import_contracts.repair.moving import added_import
from tests.crashes.test_crash_cases import CASES, HERE, program, sibling
from tests.support.crashes import Found, imported_by_cpython

VERSION = (sys.version_info.major, sys.version_info.minor)


@dataclass
class Planned:
    """A program and its plan."""

    found: Found

    def __post_init__(self) -> None:
        self.sources = {source.module: source for source in self.found.sources}
        self.around = ProgramAround({}, self.sources, self.found.namespaces, ())
        self.fixes = Fixes(self.sources.get, self.around.graph, VERSION, remembering())
        self._codes = CodeCache()

    @cached_property
    def before(self) -> CrashSearch:
        return search_crashes(self._model({}), None, self._codes)

    def _model(self, changed: Mapping[str, Source]) -> ImportModel:
        texts = {**self.sources, **changed}
        imports = {module: possible_imports(source, self.around.modules) for module, source in texts.items()}
        like = self.before.world.model if changed and self.before.world else None
        return ImportModel(texts, imports, VERSION, self.found.namespaces, like=like)

    def search(self, changed: Mapping[str, Source]) -> tuple[Crash, ...]:
        return search_crashes(self._model(changed), None, self._codes, before=[self.before]).crashes

    @cached_property
    def plan(self) -> CrashPlan:
        return self.plan_within(math.inf)

    def plan_within(self, most: float, *, may_stop: bool = False) -> CrashPlan:
        """Return the plan for which so many operations may be followed; then one crash of several may be enough."""
        work = 0

        def attempt(changed: Mapping[str, Source], entries: Collection[str], most: float = math.inf) -> Iterable[Crash]:
            nonlocal work
            found = Attempt(self._model(changed), self._codes, [self.before]).tried(entries, most)
            work += found.work
            return found.crashes

        def attempt_any(changed: Mapping[str, Source], entries: Collection[str]) -> Iterable[Crash]:
            return attempt(changed, entries, most - work if may_stop else math.inf)

        tools = CrashTools(
            self.sources,
            self.around.graph,
            self.fixes,
            VERSION,
            self.sources,
            attempt,
            attempt_any,
            self.search,
            lambda: work > most,
        )
        return crash_plan(tools, self.before.crashes)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The kind of each edit, and the module in which it is made."""
        return [(step.fix.kind.value, step.fix.importer) for step in self.plan.steps]

    @property
    def left(self) -> set[str]:
        return {entry for left in self.plan.left for entry in left.entries}

    def changed(self, fixes: Iterable[Fix]) -> dict[str, Source] | None:
        edits = self.fixes.edits(fixes)
        if any(map(overlap, edits.values())):
            return None
        return {
            module: replace(self.sources[module], text=self.fixes.text(module, found))
            for module, found in edits.items()
        }

    @property
    def after(self) -> dict[str, str]:
        """The texts that the plan changes, by path."""
        changed = self.changed(step.fix for step in self.plan.steps) or {}
        return {source.path: source.text for source in changed.values()}


def planned(**files: str) -> Planned:
    """Arrange a program of the package p; the names of files have ``__`` for the separator."""
    texts = {"p/__init__.py": ""}
    texts |= {f"{name.replace('__', '/')}.py": text for name, text in files.items() if not name.startswith("init_")}
    texts |= {f"{name[5:].replace('__', '/')}/__init__.py": text for name, text in files.items() if name[:5] == "init_"}
    return Planned(sibling(texts))


def failing(found: Found, after: Mapping[str, str], folder: Path) -> set[str]:
    """Return the modules that CPython cannot import first, with some texts changed."""
    for source in found.sources:
        path = folder / source.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(after.get(source.path, source.text), encoding="utf-8")
    outcomes = imported_by_cpython(sys.executable, folder, [source.module for source in found.sources])
    return {module for module, outcome in outcomes.items() if outcome}


# --- what is planned ---------------------------------------------------------------------------------------------


def test_a_program_that_does_not_crash_needs_no_plan() -> None:
    assert planned(p__a="import p.b\n", p__b="import p.a\n").plan == CrashPlan()


def test_an_import_for_annotations_is_guarded() -> None:
    of = planned(p__a="from p.b import B\n\n\ndef a(b: 'B'): ...\n\n\nA = 1\n", p__b="from p.a import A\n\nB = A\n")
    assert of.steps == [("type_checking", "p.a")]
    assert of.plan.steps[0].stops == tuple(crash.entry for crash in of.before.crashes)


def test_in_a_fat_package_a_submodule_imports_from_where_it_is_defined() -> None:
    of = planned(
        init_p="from p.user import User\nfrom p.order import Order\n",
        p__user="from p import Order\n\n\nclass User(Order): ...\n",
        p__order="class Order: ...\n",
    )
    assert of.steps == [("direct_import", "p.user")]
    assert of.plan.steps[0].stops == ("p", "p.order", "p.user")


def test_the_imports_of_a_package_are_put_in_another_order() -> None:
    of = planned(
        init_p="from .conv import Conv\nfrom . import scheme\n",
        p__conv="import p\n\n\nclass Conv:\n    scheme = p.scheme.S\n",
        p__scheme="S = 1\n",
    )
    assert of.steps == [("reorder", "p")]
    assert of.after == {"p/__init__.py": "from . import scheme\nfrom .conv import Conv\n"}


def test_no_order_of_imports_is_tried_in_a_module_between_that_which_lacks_a_name_and_that_which_needs_it() -> None:
    of = planned(
        p__a="from p.b import b\nNAME = 1\n",
        p__b="from p.c import c\nfrom p.e import e\nb = 1\n",
        p__c="from p.d import d\nc = 1\n",
        p__d="from p.a import NAME\nd = 1\n",
        p__e="from p.d import d\ne = 1\n",
    )
    (crash,) = (each for each in of.before.crashes if each.entry == "p.a")
    ways = WaysOut(of.fixes, of.around.graph, VERSION)
    orders = [fix.importer for fix in ways.of(Deadlock.of(crash)) if fix.kind is FixKind.REORDER]
    assert [frame.module for frame in crash.stack] == ["p.a", "p.b", "p.c", "p.d"]
    assert "p.b" not in orders


def test_a_submodule_is_imported_before_its_user() -> None:
    of = planned(
        init_p="from .core import B\n",
        p__core="import p\n\nB = p.other.O\n",
        p__other="O = 1\n",
    )
    assert of.steps == [("import_first", "p")]
    assert of.plan.steps[0].stops == ("p", "p.core", "p.other")


def test_a_ring_through_parents_is_broken_where_the_module_is_taken_from_its_package() -> None:
    of = planned(init_p__a="from p.a.c import C\n", p__a__c="import p.a.d\n\nC = p.a.d.D\n", p__a__d="D = 1\n")
    assert of.steps == [("module_form", "p.a.c")]
    assert of.after == {"p/a/c.py": "from p.a import d\n\nC = d.D\n"}
    assert of.plan.steps[0].stops == ("p.a", "p.a.c", "p.a.d")


def test_a_name_for_functions_is_looked_up_when_it_is_used() -> None:
    of = planned(
        p__a="A = 1\nfrom p.b import B, f  # both\n\n\ndef a(x):\n    return [f(), f, B, x.f]\n",
        p__b="from p.a import A\n\nB = A\n\n\ndef f(): ...\n",
    )
    assert of.steps == [("module_form", "p.a")]
    assert of.after == {"p/a.py": "A = 1\nimport p.b  # both\n\n\ndef a(x):\n    return [p.b.f(), p.b.f, p.b.B, x.f]\n"}


def test_a_name_that_may_be_another_one_is_not_written_in_another_form() -> None:
    for use in ("f = 1\n    return f", "p = 1\n    return f, p", "global f\n    return f"):
        of = planned(
            p__a=f"A = 1\nfrom p.b import f\n\n\ndef a():\n    {use}\n",
            p__b="from p.a import A\n\nB = A\n\n\ndef f(): ...\n",
        )
        assert all("import p.b\n" not in text for text in of.after.values()), use


@pytest.mark.parametrize("init", ["from p.b import b\n", "b = 1\n", "from p.c import *\n"])
def test_a_module_whose_name_is_that_of_something_else_in_its_package_is_not_looked_up(init: str) -> None:
    of = planned(
        p__a="A = 1\nfrom p.b import f\n\n\ndef a():\n    return f()\n",
        p__b="from p.a import A\n\nb = A\n\n\ndef f(): ...\n",
        p__c="b = 1\n",
        init_p=init,
    )
    assert of.steps
    assert all("p.b.f" not in text for text in of.after.values())


def test_two_packages_may_wait_for_each_other() -> None:
    of = Planned(
        sibling(
            {
                "lat/__init__.py": "from lat.flow import task\n",
                "lat/flow.py": "from cli.util import header\n\n\ndef task():\n    return header\n",
                "lat/util.py": "def space(): ...\n",
                "cli/__init__.py": "",
                "cli/util/__init__.py": "from lat.util import space\n\n\ndef header():\n    return space()\n",
                "cli/util/path.py": "from cli.util import header\n",
            }
        )
    )
    assert of.steps == [("module_form", "lat.flow")]
    assert of.plan.steps[0].stops == ("cli.util", "cli.util.path")
    assert of.after == {"lat/flow.py": "import cli.util\n\n\ndef task():\n    return cli.util.header\n"}


FIRST = "from p import b  # noqa: F401 - imported first because of a cycle\n"


@pytest.mark.parametrize(
    ("top", "bottom"),
    [
        ("", ""),
        ("# Licence.\n", ""),
        ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n", "\n\nclass C: ...\n"),
        ("# Licence.\n\n", "\n\n# Why.\ndef f(): ...\n"),
        ("# Licence.\n", "\nX = 1\n"),
        ('"""Doc."""\n\n', "\n\n@f\nclass C: ...\n"),
        ("import os\n", "\nX = 1\n"),
        ("__version__ = '1'\n\n", "\nX = 1\n"),
    ],
)
def test_an_import_is_added_below_what_belongs_to_the_file(top: str, bottom: str) -> None:
    of = Planned(sibling({"p/__init__.py": top + bottom.lstrip("\n"), "p/b.py": ""}))
    edits = added_import("p", None, "p.b", of.fixes.names)
    assert of.fixes.text("p", edits) == f"{top}{FIRST}{bottom}"


def test_one_edit_for_many_crashes_is_cheaper_than_one_for_each() -> None:
    leaves = {f"p__leaf{number}": f"from p.core import C\n\nL{number} = C\n" for number in range(19)}
    core = "".join(f"from p.leaf{number} import L{number}\n" for number in range(19))
    of = planned(
        p__core="C = 1\n" + core + "ALL = [" + ", ".join(f"L{number}" for number in range(19)) + "]\n", **leaves
    )
    assert len(of.before.crashes) == 19
    assert of.steps == [("import_first", "p")]
    assert len(of.plan.steps[0].stops) == 19
    assert of.after == {"p/__init__.py": "from p import core  # noqa: F401 - imported first because of a cycle\n"}


def test_an_import_is_moved_below_code_where_nothing_else_helps() -> None:
    of = planned(p__a="from p.b import B\n\nA = 1\n\nprint(B)\n", p__b="from p.a import A\n\nB = A\n")
    assert of.steps == [("move", "p.a"), ("import_first", "p")]


def test_an_import_is_not_moved_below_code_that_may_need_it() -> None:
    of = planned(
        p__a="from p.b import b\n\n\ndef use():\n    return b\n\n\ndef other():\n    return use()\n\n\nA = other()\n",
        p__b="from p.a import A\n\nb = A\n",
    )
    assert all(kind != "move" for kind, _ in of.steps)


def test_an_import_is_not_moved_below_code_that_needs_it_when_the_file_is_started() -> None:
    main = "if __name__ == '__main__':\n    B()\n\n"
    of = planned(p__a=f"from p.b import B\n\n{main}A = 1\n\nprint(B)\n", p__b="from p.a import A\n\nB = A\n")
    assert all(kind != "move" for kind, _ in of.steps)


def test_no_edit_makes_another_module_crash() -> None:
    for seed in range(60):
        of = Planned(random_program(random.Random(seed)))  # noqa: S311 - the same programs every time
        crashing = {crash.entry for crash in of.before.crashes}
        now = {crash.entry for crash in of.search(of.changed([step.fix for step in of.plan.steps]) or {})}
        assert now == of.left <= crashing


def test_what_is_left_is_said_with_what_prevents_every_edit() -> None:
    of = planned(p__a="from p.b import B\n\nA = B\n", p__b="from p.a import A\n\nB = A\n")
    assert of.steps == []
    assert [(left.entries, left.fix.kind) for left in of.plan.left] == [
        (("p.a",), FixKind.RESTRUCTURE),
        (("p.b",), FixKind.RESTRUCTURE),
    ]
    assert "p.a: Used while p.a is imported: B (line 3)." in of.plan.left[0].fix.why


NEEDED_BELOW = "from p.b import Base\n\n\nclass Own(Base): ...\n\n\n"


@pytest.mark.parametrize(
    ("definition", "moved"),
    [
        ("A = 1\n", "A (line 7)"),
        ("N = 1\n\n\ndef A(n=N) -> int:\n    return Own\n", "N (line 7) and A (line 10)"),
        ("def plain(f):\n    return f\n\n\n# What b needs.\n@plain\ndef A(): ...\n", "plain (line 7) and A (line 13)"),
        ("class A:\n    def own(self):\n        return Own\n", "A (line 7)"),
    ],
)
def test_a_definition_is_to_be_moved_above_an_import(definition: str, moved: str, tmp_path: Path) -> None:
    of = planned(p__a=NEEDED_BELOW + definition, p__b="from p.a import A\n\n\nclass Base:\n    made = A\n")
    left = of.plan.left[0]
    assert (left.entries, left.fix.kind, left.fix.level) == (("p.a",), FixKind.MOVE_DEFINITION, Level.SHOWN)
    assert left.fix.why[0].startswith(f"Move {moved} above the import on line 1: ")
    fix = WaysOut(of.fixes, of.around.graph, VERSION).move_definitions(Deadlock.of(of.before.crashes[0]), ["A"])
    assert fix
    after = {source.path: source.text for source in (of.changed([fix]) or {}).values()}
    assert sorted(after["p/a.py"].split()) == sorted(of.sources["p.a"].text.split())
    assert failing(of.found, after, tmp_path) == {"p.b"}


@pytest.mark.parametrize(
    "definition",
    [
        "class A(Own): ...\n",
        "A = Own\n",
        "A = 1\nA = 2\n",
        "for A in (1, 2): ...\n",
        "A = 1; B = 2\n",
        "def change():\n    global A\n    A = 2\n\n\nA = 1\n",
        "def A(own: Own): ...\n",
    ],
)
def test_a_definition_that_needs_what_is_below_stays(definition: str) -> None:
    of = planned(p__a=NEEDED_BELOW + definition, p__b="from p.a import A\n\n\nclass Base:\n    made = A\n")
    assert FixKind.MOVE_DEFINITION not in {left.fix.kind for left in of.plan.left}


# --- the shared programs -----------------------------------------------------------------------------------------

# By hand: two hooks that need each other while classes are made, and names that only `__getattr__` provides.
NOT_WHOLE = {"class-hooks/c27", "module-getattr/O26", "module-getattr/O3b"}


@pytest.mark.parametrize("case", CASES)
def test_cpython_imports_what_the_plan_stops_from_crashing(case: str, tmp_path: Path) -> None:
    of = Planned(program(HERE / case))
    if not of.before.crashes:
        return
    crashing = {crash.entry for crash in of.before.crashes}
    assert bool(of.left) == (case in NOT_WHOLE)
    before, after = failing(of.found, {}, tmp_path / "before"), failing(of.found, of.after, tmp_path / "after")
    assert not after & (crashing - of.left)
    assert after <= before


# --- brute force -------------------------------------------------------------------------------------------------


def random_program(of: random.Random) -> Found:
    """Return a package with three modules, which import from each other for all kinds of uses."""
    names = "abc"
    files = {"p/__init__.py": "".join(f"from p.{name} import {name.upper()}1\n" for name in names if of.random() < 0.3)}
    for name in names:
        blocks = [f"{name.upper()}1 = 1", f"{name.upper()}2 = 1"]
        for number in range(of.randint(1, 2)):
            other = of.choice([each for each in names if each != name])
            wanted = f"{other.upper()}{of.randint(1, 2)}"
            use = of.choice([f"V{number} = {{}}", f"def f{number}(): return {{}}", f"def f{number}(x: '{{}}'): ..."])
            if of.random() < 0.7:
                blocks.insert(of.randint(0, 1), f"from p.{other} import {wanted}\n{use.format(wanted)}")
            else:
                blocks.insert(of.randint(0, 1), f"import p.{other}\n{use.format(f'p.{other}.{wanted}')}")
        files[f"p/{name}.py"] = "\n".join(blocks) + "\n"
    return sibling(files)


def every_edit(of: Planned) -> list[Fix]:
    """Return the edits that may end the deadlocks of a program."""
    ways = WaysOut(of.fixes, of.around.graph, VERSION)
    working = [module for module in of.sources if module not in {crash.entry for crash in of.before.crashes}]
    found: dict[Fix, None] = {}
    for crash in of.before.crashes:
        deadlock = Deadlock.of(crash)
        found |= dict.fromkeys(ways.of(deadlock, working))
        found |= dict.fromkeys(filter(None, [ways.move(deadlock, [deadlock.missing])]))
    return list(found)


@pytest.mark.parametrize("seed", range(40))
def test_no_two_edits_are_cheaper_than_the_plan(seed: int) -> None:
    of = Planned(random_program(random.Random(seed)))  # noqa: S311 - the same programs every time
    if not of.before.crashes:
        return
    price = sum(step.fix.kind.weight for step in of.plan.steps) if not of.left else 1000
    for several in (1, 2):
        for fixes in combinations(every_edit(of), several):
            if sum(fix.kind.weight for fix in fixes) < price and (changed := of.changed(fixes)):
                assert of.search(changed), [(fix.kind, fix.importer, fix.imported) for fix in fixes]


@pytest.mark.parametrize("seed", range(20))
def test_where_it_is_too_much_work_one_crash_says_as_much_as_all(seed: int) -> None:
    of = Planned(random_program(random.Random(seed)))  # noqa: S311 - the same programs every time
    for most in (0, 5, 10, 20, 40, 80, 160):
        assert of.plan_within(most, may_stop=True) == of.plan_within(most), most
