"""How the keys of a configuration table are read, and what is said of a wrong one."""

from __future__ import annotations

from typing import Any

import pytest

from import_contracts.contracts.table import Table
from import_contracts.graph.names import ImportPattern, ModulePattern
from import_contracts.problems import Problem, Severity

WORDS = {"options": ("error", "warn"), "default": "warn"}
WHOLE = {"default": 7, "at_least": 2}


def read(table: Table, method: str, **how: Any) -> object:
    return getattr(table, method)("key", **how)


@pytest.mark.parametrize(
    ("method", "how", "value", "expected"),
    [
        ("string", {}, " a ", " a "),
        ("string", {"default": "d"}, "", ""),
        ("string", {}, ["a", "b"], "a b"),
        ("string", {}, 3, "3"),
        ("string", {}, 2.5, "2.5"),
        ("text", {}, " a\n", "a"),
        ("text", {}, ["a", "", "b"], "a\n\nb"),
        ("strings", {}, " a ", ("a",)),
        ("strings", {"default": ("d",)}, [" b", " ", "a", ""], ("b", "a")),
        ("strings", {"default": ("d",)}, [], ()),
        ("flag", {}, True, True),
        ("flag", {"default": True}, False, False),
        ("flag", {}, " True ", True),
        ("flag", {"default": True}, "false", False),
        ("flag", {"lenient": True}, "TRUE", True),
        ("flag", {"lenient": True, "default": True}, False, False),
        ("integer", WHOLE, 2, 2),
        ("integer", WHOLE, 12, 12),
        ("integer", WHOLE, " 12 ", 12),
        ("integer", WHOLE, "+12", 12),
        ("integer", WHOLE, "123456789", 123456789),
        ("version", {}, "3.13", (3, 13)),
        ("version", {}, " 3.9 ", (3, 9)),
        ("version", {}, 3.12, (3, 12)),
        ("choice", WORDS, "error", "error"),
        ("choice", WORDS, " error ", "error"),
        ("choice", WORDS, "", "warn"),
        ("choice", WORDS, "  ", "warn"),
        ("modules", {}, ["shop.b", "shop.*", "shop.b"], (ModulePattern("shop.b"), ModulePattern("shop.*"))),
        ("imports", {}, ["b -> a", "a -> b", "b->a"], (ImportPattern.parse("b -> a"), ImportPattern.parse("a -> b"))),
        ("tables", {}, [{"a": 1}, {}], [{"a": 1}, {}]),
        ("tables", {}, [], []),
    ],
)
def test_a_right_value_is_read(method: str, how: dict[str, Any], value: object, expected: object) -> None:
    table = Table({"key": value})
    assert read(table, method, **how) == expected
    assert table.problems == ()


@pytest.mark.parametrize(
    ("method", "how", "expected"),
    [
        ("string", {"default": "d"}, "d"),
        ("string", {"default": ""}, ""),
        ("text", {}, ""),
        ("strings", {"default": ("d",)}, ("d",)),
        ("strings", {"default": ()}, ()),
        ("flag", {}, False),
        ("flag", {"default": True}, True),
        ("flag", {"default": True, "lenient": True}, True),
        ("integer", WHOLE, 7),
        ("version", {}, None),
        ("choice", WORDS, "warn"),
        ("modules", {"default": ("d",)}, (ModulePattern("d"),)),
        ("imports", {}, ()),
        ("tables", {}, []),
    ],
)
def test_an_absent_key_has_its_default(method: str, how: dict[str, Any], expected: object) -> None:
    table = Table({"other": 1})
    assert read(table, method, **how) == expected
    assert table.problems == ()


@pytest.mark.parametrize(("method", "expected"), [("string", ""), ("strings", ()), ("modules", ())])
def test_a_key_without_a_default_is_required(method: str, expected: object) -> None:
    table = Table({})
    assert read(table, method) == expected
    assert table.problems == (Problem("This key is required.", key="key"),)


NO_STRINGS = "write a list of strings."
NO_WHOLE = "write a whole number, 2 or more."
NO_VERSION = 'write a version of Python 3 such as "3.13".'
NO_TABLES = "write an array of tables, each with the header [[…key]]."
NO_WORD = "write one of 'error', 'warn'."


@pytest.mark.parametrize(
    ("method", "how", "value", "expected", "message"),
    [
        ("string", {}, True, "", "Found true; write a string."),
        ("string", {"default": "d"}, [], "d", "Found []; write a string."),
        ("string", {"default": "d"}, ["a", 3], "d", "Found ['a', 3]; write a string."),
        ("string", {"default": "d"}, {"a": "b"}, "d", "Found a table; write a string."),
        ("text", {}, 3, "", f"Found 3; {NO_STRINGS}"),
        ("strings", {"default": ("d",)}, ["a", 3], (), f"Found ['a', 3]; {NO_STRINGS}"),
        ("strings", {}, {"a": "b"}, (), f"Found a table; {NO_STRINGS}"),
        ("strings", {}, False, (), f"Found false; {NO_STRINGS}"),
        ("flag", {"default": True}, "yes", True, "Found 'yes'; write true or false."),
        ("flag", {}, "", False, "Found ''; write true or false."),
        ("flag", {}, 1, False, "Found 1; write true or false."),
        ("integer", WHOLE, 1, 7, f"Found 1; {NO_WHOLE}"),
        ("integer", WHOLE, "-12", 7, f"Found -12; {NO_WHOLE}"),
        ("integer", WHOLE, True, 7, f"Found true; {NO_WHOLE}"),
        ("integer", {"default": 7, "at_least": 0}, True, 7, "Found true; write a whole number, 0 or more."),
        ("integer", WHOLE, 2.5, 7, f"Found 2.5; {NO_WHOLE}"),
        ("integer", WHOLE, "two", 7, f"Found 'two'; {NO_WHOLE}"),
        ("integer", WHOLE, "1234567890", 7, f"Found '1234567890'; {NO_WHOLE}"),
        ("integer", WHOLE, [3], 7, f"Found [3]; {NO_WHOLE}"),
        ("version", {}, "2.7", None, f"Found '2.7'; {NO_VERSION}"),
        ("version", {}, "3", None, f"Found '3'; {NO_VERSION}"),
        ("version", {}, "3.13.1", None, f"Found '3.13.1'; {NO_VERSION}"),
        ("version", {}, True, None, f"Found true; {NO_VERSION}"),
        ("choice", WORDS, "eror", "warn", f"Found 'eror'; {NO_WORD} Did you mean 'error'?"),
        ("choice", WORDS, "ERROR", "warn", f"Found 'ERROR'; {NO_WORD} Did you mean 'error'?"),
        ("choice", WORDS, "x", "warn", f"Found 'x'; {NO_WORD}"),
        ("choice", WORDS, "~", "warn", f"Found '~'; {NO_WORD}"),
        ("choice", WORDS, 3, "warn", f"Found 3; {NO_WORD}"),
        ("tables", {}, {"a": 1}, [], f"Found a table; {NO_TABLES}"),
        ("tables", {}, [{"a": 1}, 3], [], f"Found [{{'a': 1}}, 3]; {NO_TABLES}"),
    ],
)
def test_a_wrong_value_is_an_error_that_says_what_to_write(
    method: str, how: dict[str, Any], value: object, expected: object, message: str
) -> None:
    table = Table({"key": value})
    assert read(table, method, **how) == expected
    assert table.problems == (Problem(message, key="key"),)


@pytest.mark.parametrize(("value", "shown"), [("yes", "'yes'"), (1, "1"), ([True], "[True]")])
def test_a_wrong_flag_may_be_a_warning_and_is_false(value: object, shown: str) -> None:
    table = Table({"key": value})
    assert table.flag("key", default=True, lenient=True) is False
    message = f"Found {shown}, which is read as false; write true or false."
    assert table.problems == (Problem(message, key="key", severity=Severity.WARNING),)


def test_of_several_patterns_the_right_ones_are_read() -> None:
    table = Table({"key": ["a", "b**", "c", ""], "imports": ["a -> b", "a"]})
    assert table.modules("key") == (ModulePattern("a"), ModulePattern("c"))
    assert table.imports("imports") == (ImportPattern.parse("a -> b"),)
    assert [(each.key, each.message.partition(":")[0]) for each in table.problems] == [
        ("key", "'b**'"),
        ("imports", "'a' is not an import; write 'importer -> imported'."),
    ]


def test_problems_have_the_place_of_their_table() -> None:
    table = Table({}, file="x.toml", contract="one")
    table.error("key", "No.")
    table.place(contract="two")
    table.warn(None, "Perhaps not.")
    assert table.problems == (
        Problem("No.", "x.toml", "two", "key"),
        Problem("Perhaps not.", "x.toml", "two", None, Severity.WARNING),
    )
    assert (table.file, Table({}).file) == ("x.toml", "")


def test_a_key_that_nothing_has_read_is_unknown() -> None:
    table = Table({"b": 1, "flaag": 2, "flag": True, "a": 3}, file="x.toml")
    table.flag("flag")
    table.finish()
    table.finish(Severity.WARNING)
    messages = (("b", ""), ("flaag", " Did you mean 'flag'?"), ("a", ""))
    assert table.problems == tuple(
        Problem(f"This key is unknown.{hint}", "x.toml", key=key, severity=severity)
        for severity in (Severity.ERROR, Severity.WARNING)
        for key, hint in messages
    )


def test_a_table_knows_its_keys_and_how_each_was_read() -> None:
    values = {"a": 1}
    table = Table(values)
    for method in ("string", "text", "strings", "flag", "version", "modules", "imports", "tables"):
        getattr(table, method)(method)
    table.flag("lenient", lenient=True)
    table.integer("integer", **WHOLE)
    table.choice("choice", ("x",), "x")
    assert table.forms == {
        "string": "string",
        "text": "text",
        "strings": "strings",
        "flag": "flag",
        "version": "version",
        "modules": "strings",
        "imports": "strings",
        "tables": "tables",
        "lenient": "lenient flag",
        "integer": "integer",
        "choice": "choice",
    }
    assert table.values is values
    assert ("a" in table, "b" in table) == (True, False)
