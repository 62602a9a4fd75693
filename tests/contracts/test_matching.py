"""Which modules a contract's names stand for, and which problems that can have."""

from __future__ import annotations

import pytest

from import_contracts.contracts.findings import Cut, SelfDescription, Violation, self_description
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.separation import Group
from import_contracts.contracts.types import TYPES
from import_contracts.graph.names import ModulePattern
from import_contracts.problems import Problem, Severity
from tests.support.arranging import graph


def matcher(*lines: str) -> Matcher:
    return Matcher(graph(*lines))


def test_modules_are_in_the_order_of_the_patterns_each_once() -> None:
    found = matcher("p.b.y", "p.b.x", "p.a")
    patterns = [ModulePattern(text) for text in ("p.b.*", "p.a", "p.b.x", "p.*")]
    assert found.modules("key", patterns) == ("p.b.x", "p.b.y", "p.a", "p.b")
    assert found.problems == ()
    assert not found.failed


def test_a_name_without_a_module_is_an_error_and_a_wildcard_a_warning() -> None:
    found = matcher("p.models")
    assert found.modules("key", [ModulePattern("p.model"), ModulePattern("p.models"), ModulePattern("q.*")]) == (
        "p.models",
    )
    assert found.problems == (
        Problem("Module 'p.model' does not exist. Did you mean 'p.models'?", key="key", missing="p.model"),
        Problem("'q.*' matches no module.", key="key", severity=Severity.WARNING),
    )


@pytest.mark.parametrize(
    ("reports", "failed"), [("", False), ("w", False), ("e", True), ("ew", True), ("we", True), ("ww", False)]
)
def test_one_error_is_enough_to_fail(reports: str, failed: bool) -> None:
    found = matcher("p")
    for each in reports:
        (found.error if each == "e" else found.warn)("key", each)
    assert [each.message for each in found.problems] == list(reports)
    assert found.failed is failed


@pytest.mark.parametrize(
    ("groups", "inside"),
    [
        ([["p.a"], ["p.b"]], []),
        ([["p.a"], ["p.ab"]], []),
        ([["p.a", "p.a.x"]], []),
        ([["p.a"], ["p.a.x"]], [("p.a.x", "p.a")]),
        ([["p.a.x.y.z"], ["p.a"]], [("p.a.x.y.z", "p.a")]),
        ([["p.a", "p.a.x"], ["p.a.x.y"]], [("p.a.x.y", "p.a.x")]),
        ([["p"], ["p.a", "p.a.x"]], [("p.a", "p"), ("p.a.x", "p")]),
        ([["p.d.x", "p.c.x"], ["p.b.x"], ["p.d", "p.c"], ["p.b"]], [(f"p.{one}.x", f"p.{one}") for one in "bcd"]),
    ],
)
def test_modules_of_two_groups_must_not_lie_inside_one_another(
    groups: list[list[str]], inside: list[tuple[str, str]]
) -> None:
    found = matcher("p")
    found.refuse_overlap("key", groups)
    assert found.problems == tuple(
        Problem(f"'{one}' is inside '{other}'; name one of the two, or the children of '{other}'.", key="key")
        for one, other in inside
    )


@pytest.mark.parametrize(
    ("members", "external", "can_import"),
    [
        ({"django"}, ("django",), False),
        ({"django"}, ("django", "flask"), False),
        ({"django", "p.a"}, ("django", "flask"), True),
        ({"django", "p.a"}, ("django",), True),
        ({"p.a"}, ("django",), True),
        ({"p.a"}, (), True),
        (set(), (), False),
    ],
)
def test_only_a_module_of_the_program_can_import(
    members: set[str], external: tuple[str, ...], can_import: bool
) -> None:
    a_graph = graph("p.a", *(f"p.a -> {each}" for each in external), external=external)
    assert Group("x", frozenset(members)).can_import(a_graph) is can_import


# --- types and findings -------------------------------------------------------------------------------------------


def test_reports_show_fixes_for_the_types_about_cycles() -> None:
    assert sorted(name for name, each in TYPES.items() if each.about_cycles) == ["acyclic", "acyclic_siblings"]


def test_none_in_a_violation_is_no_name() -> None:
    assert Violation("a", None, None, "m") == Violation("a", "", "", "m")  # type: ignore[arg-type]  # what custom types may give
    assert Violation("a", "b", "c", "m").identity == ("a", "b", "c")


def test_a_cut_is_a_minimum_unless_it_is_said_to_be_none() -> None:
    assert Cut("m", ()).is_minimum
    assert not Cut("m", (), is_minimum=False).is_minimum


class Rules:
    """Rules that have some methods, each of which returns its own name."""

    def __init__(self, *names: str, broken: str = "") -> None:
        for name in names:
            setattr(self, name, lambda *_, name=name: name)
        if broken:
            setattr(self, broken, "not a function")


def called(found: SelfDescription | None) -> object:
    empty = graph("p")
    return found and [found.describe(empty), found.would_break(empty, set(), set())]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rules("describe", "would_break"), ["describe", "would_break"]),
        (Rules("account", "objections"), ["account", "objections"]),
        (Rules("describe", "would_break", "account", "objections"), ["describe", "would_break"]),
        (Rules("describe", "account", "objections"), ["account", "objections"]),
        (Rules(), None),
        (Rules("describe"), None),
        (Rules("would_break"), None),
        (Rules("describe", "objections"), None),
        (Rules("describe", broken="would_break"), None),
        (Rules("would_break", broken="describe"), None),
    ],
)
def test_a_rule_describes_itself_with_two_methods(rule: Rules, expected: object) -> None:
    assert called(self_description(rule)) == expected
