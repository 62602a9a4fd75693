"""What is changed, and what is left alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .mutations import mutants_of

CHANGES = {
    "a == b": ["comparison: a != b"],
    "a < b": ["comparison: a <= b", "comparison: a >= b"],
    "(a) is not (b)": ["comparison: (a) is (b)"],
    "a in b": ["comparison: a not in b"],
    "a < b <= c": [
        "comparison: a <= b <= c",
        "comparison: a >= b <= c",
        "comparison: a < b < c",
        "comparison: a < b > c",
    ],
    "a and b or c": ["operand: a", "operand: a and b", "and/or: a and b and c", "and/or: a or b"],
    "(a) and (b or c)": ["operand: (a)", "operand: b", "and/or: (a) or (b or c)", "and/or: b and c"],
    "a - (b)": ["operand: a"],
    "1": ["constant: 2"],
    "0.5": ["constant: 1.5"],
    "True": ["constant: False"],
    "a['key']": ["constant: 'key~'"],
    "a == 'key'": ["comparison: a != 'key'", "constant: 'key~'"],
    "{'key': a}": ["constant: 'key~'"],
    "{'key', 'two words'}": ["constant: 'key~'"],
    "a.split(b'/')": ["constant: b'/~'"],
    "sorted(a, key=b)": ["sorted: list(a)"],
    "sorted(a for a in b)": ["sorted: list(a for a in b)"],
    "a if b else c": ["condition: not (b)"],
    "a if not b else c": ["condition: (b)"],
    "a if b is c else d": ["comparison: b is not c"],
    "[a for a in b if (c)]": ["filter: True"],
    "min(a)": ["swap: max(a)"],
    "any(a)": ["swap: all(a)"],
    "lambda a=1: a": ["constant: 2"],
    "cast('a | b', c)": [],
    "f'{1} of {a or b}'": [],
    "a('text', b='text')": [],
    "Data(frozen=True, slots=True)": [],
}
STATEMENTS = {
    "a()": ["statement: pass"],
    "a.b = c": ["statement: pass"],
    "a = b; a = c": ["statement: pass", "statement: pass"],
    "a = b": [],
    "a += b": ["statement: pass"],
    "a: list[Literal[1]] = b": [],
    "del a": ["statement: pass"],
    "raise a": ["statement: pass"],
    "for a in b: continue": ["statement: pass"],
    "while a: break": ["condition: not (a)", "statement: pass"],
    "def f(a: Literal[1]) -> Literal[2]:\n    return a": ["statement: return None"],
    "def f(): return False": ["constant: True"],
    "if a:\n    import b\nelif c:\n    import d": ["condition: not (a)", "condition: not (c)"],
    "match a:\n    case 'key' if b: pass": ["constant: 'key~'", "condition: not (b)"],
    '"""A docstring."""': [],
    "assert a == b": [],
    "if TYPE_CHECKING:\n    a = 1\n    a = 2": [],
    "__all__ = ['a']": [],
    "Pair: TypeAlias = tuple[Literal[1], Literal[2]]": [],
    "Pair = tuple[Literal[1], Literal[2]]": [],
}


@pytest.mark.parametrize("code", CHANGES)
def test_an_expression_is_changed_in_one_place(code: str) -> None:
    assert changes(f"x = {code}\n") == sorted(CHANGES[code])


@pytest.mark.parametrize("code", STATEMENTS)
def test_a_statement_is_changed_in_one_place(code: str) -> None:
    assert changes(f"{code}\n") == sorted(STATEMENTS[code])


def changes(source: str) -> list[str]:
    return sorted(f"{each.kind}: {each.after}" for each in mutants_of("a.py", source.encode()))


def test_all_else_stays_byte_for_byte() -> None:
    source = "x = 'ä', (  # ö\r\n\ta  <  b)\r\ny = 1 \r\n".encode()
    found = [each.apply(source) for each in mutants_of("a.py", source)]
    assert source.replace(b"  <  ", b"  <=  ") in found
    assert source.replace(b"1", b"2") in found


def test_a_mutant_knows_its_lines() -> None:
    source = b"@a(1)\ndef f():\n    if b(\n        c == d\n    ):\n        pass\n"
    outside, inside = sorted(mutants_of("a.py", source), key=lambda each: each.line)[:2]
    assert (outside.line, outside.first_line, outside.last_line, outside.runs_on_import) == (1, 1, 2, True)
    assert (inside.line, inside.first_line, inside.last_line, inside.runs_on_import) == (3, 3, 5, False)
    assert str(inside) == "a.py:3  condition: b( c == d ) -> not (b( c == d ))"


def test_every_mutant_of_this_tool_is_a_program_and_another_one() -> None:
    source = Path(__file__).with_name("mutations.py").read_bytes()
    tree = ast.dump(ast.parse(source))
    mutants = mutants_of("mutations.py", source)
    assert len(mutants) > 100
    for mutant in mutants[::5]:
        assert ast.dump(ast.parse(mutant.apply(source))) != tree, mutant
