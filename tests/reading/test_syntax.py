"""Syntax trees are walked as `ast` walks them, without what only says how a name is used."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from import_contracts.reading.source.trees import Visitor, arguments, dotted_name, parse, remembering, walk
from tests.support.arranging import ROOT

SOURCES = sorted((ROOT / "tests").glob("*/test_*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_all_nodes_are_met_but_those_that_say_how_a_name_is_used(path: Path) -> None:
    tree = parse(path.read_text(encoding="utf-8"))
    assert walk(tree) == [each for each in ast.walk(tree) if not isinstance(each, ast.expr_context)]


def test_what_is_below_a_type_that_is_left_out_is_not_met() -> None:
    tree = parse("def f():\n    x = 1\ny = 2")
    assert {each.id for each in walk(tree, without=ast.FunctionDef) if isinstance(each, ast.Name)} == {"y"}


def test_a_visitor_meets_nodes_in_the_order_in_which_they_are_written() -> None:
    class Names(Visitor):
        def __init__(self) -> None:
            self.found: list[str] = []

        def visit_Name(self, node: ast.Name) -> None:  # noqa: N802 - as ast calls it
            self.found.append(node.id)

    names = Names()
    names.visit(parse("a = b\nclass C(d):\n    e = [f for f in g]"))
    assert names.found == ["a", "b", "d", "e", "f", "f", "g"]


def test_what_python_warns_of_is_parsed() -> None:
    assert isinstance(parse("x = '\\d'"), ast.Module)


def test_only_a_method_named_after_a_type_visits_it() -> None:
    class Other(Visitor):
        def Name(self, node: ast.Name) -> None:  # noqa: N802 - as ast calls it
            raise AssertionError(node)

        def visit_Constant(self, node: ast.Constant) -> None:  # noqa: N802 - as ast calls it
            found.append(node.value)

    found: list[object] = []
    Other().visit(parse("a = 1\nb(2)"))
    assert found == [1, 2]


@pytest.mark.parametrize(
    ("text", "expected"), [("a", ("a",)), ("a.b.c", ("a", "b", "c")), ("a().b", None), ("1", None), ("a[0].b.c", None)]
)
def test_a_dotted_name_is_told_from_other_expressions(text: str, expected: tuple[str, ...] | None) -> None:
    (statement,) = parse(text).body
    assert isinstance(statement, ast.Expr)
    assert dotted_name(statement.value) == expected


@pytest.mark.parametrize("text", ["def", "\0", "(" * 10_000, "x = '\ud800'"])
def test_what_python_makes_nothing_of_is_a_syntax_error(text: str) -> None:
    with pytest.raises(SyntaxError):
        parse(text)


def test_a_tree_is_made_once() -> None:
    known = remembering()
    assert known("x = 1") is known("x = 1")


def test_every_argument_of_a_function_is_told() -> None:
    (function,) = parse("def f(a, /, b, *c, d=lambda e: 1, **g): ...").body
    assert isinstance(function, ast.FunctionDef)
    assert sorted(each.arg for each in arguments(function)) == ["a", "b", "c", "d", "g"]
