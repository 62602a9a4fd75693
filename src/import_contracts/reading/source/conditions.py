"""The value of a condition where TYPE_CHECKING is false, when the file is imported or started as a program."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import TypeAlias

from import_contracts.patterns import pattern
from import_contracts.records import NamedTuple

MAIN = '"__main__"'
"""The one string that a condition may have: ``__name__`` in the file that is started as a program."""
Values: TypeAlias = Mapping[str, object]
"""What names stand for."""

_CONDITION = pattern(rf"{MAIN}|\w+(?:\s*+\.\s*+\w+)*+|[=!<>]=|\S")
_CONSTANTS = {"True": True, "False": False, "None": None, MAIN: "__main__"}
_CONSTANT = pattern(r"\b(?:True|False|None|\d++)\b")
_NESTED = 100


def at_run_time(condition: str, values: Values) -> bool | None:
    """Return the value of a condition where names have some values; None if these are not enough.

    An attribute ``TYPE_CHECKING`` is false. The condition is part of a text that `plain_text` returned, with MAIN where
    the text has that string.
    """
    if not any(name in condition for name in values) and not _CONSTANT.search(condition):
        return None
    tokens = ["".join(word.split()) for word in _CONDITION.findall(condition)]
    if tokens.count("(") > _NESTED:
        return None
    tokens.reverse()
    known = _any_of(tokens, values)
    return None if tokens or known is None else bool(known.value)


def compared(left: object, operator: str, right: object) -> bool | None:
    """Return the value of a comparison of two constants, which are numbers, booleans, strings or None.

    None if it is not known, as with ``is`` of strings.
    """
    if operator not in _OPERATORS or (operator in {"is", "is not"} and str in {type(left), type(right)}):
        return None
    is_same = left == right and (operator in {"==", "!="} or type(left) is type(right))
    return is_same is (operator in {"==", "is"})


_OPERATORS = frozenset({"==", "!=", "is", "is not"})


class _Known(NamedTuple):
    """What is known of an expression: its value or, if not ``is_exact``, only whether that is true."""

    value: object
    is_exact: bool = True


def _any_of(tokens: list[str], values: Values) -> _Known | None:
    return _joined("or", _all_of, tokens, values)


def _all_of(tokens: list[str], values: Values) -> _Known | None:
    return _joined("and", _operand, tokens, values)


def _joined(
    word: str, part: Callable[[list[str], Values], _Known | None], tokens: list[str], values: Values
) -> _Known | None:
    """Return what is known of parts that are joined by ``and`` or ``or``, or of the only part."""
    parts = [part(tokens, values)]
    while tokens and tokens[-1] == word:
        tokens.pop()
        parts.append(part(tokens, values))
    if len(parts) == 1:
        return parts[0]
    truths = [known and bool(known.value) for known in parts]
    decides = word == "or"
    return _truth(decides if decides in truths else None if None in truths else not decides)


def _operand(tokens: list[str], values: Values) -> _Known | None:
    negated = None
    while tokens and tokens[-1] == "not":
        tokens.pop()
        negated = not negated
    known = _comparison(tokens, values)
    if _skip(tokens, _ENDS):  # another comparison, a call, ...
        return None
    return known if known is None or negated is None else _truth(bool(known.value) != negated)


def _truth(value: bool | None) -> _Known | None:  # noqa: FBT001 - the value
    return None if value is None else _Known(value, is_exact=False)


def _comparison(tokens: list[str], values: Values) -> _Known | None:
    left = _term(tokens, values)
    operator = _operator(tokens)
    if not operator:
        return left
    right = _term(tokens, values)
    if left is None or right is None or not (left.is_exact and right.is_exact):
        return None
    return _truth(compared(left.value, operator, right.value))


def _operator(tokens: list[str]) -> str:
    """Remove an operator that compares, and return it; "" if there is none."""
    for operator in (["is", "not"], ["is"], ["=="], ["!="]):
        if tokens[: -1 - len(operator) : -1] == operator:
            del tokens[-len(operator) :]
            return " ".join(operator)
    return ""


def _term(tokens: list[str], values: Values) -> _Known | None:
    if not tokens or tokens[-1] in _ENDS:
        return None
    if tokens[-2:] == ["(", "bool"]:
        tokens.pop()
        found = _term(tokens, values)
        return None if found is None else _Known(bool(found.value))
    if tokens[-1] == "(":
        tokens.pop()
        return _group(tokens, values)
    token = tokens.pop()
    if token.endswith(".TYPE_CHECKING"):
        return _Known(False)  # noqa: FBT003 - the value
    if token.isdecimal() and len(token) < 10:
        return _Known(int(token))
    known = values if token in values else _CONSTANTS
    return _Known(known[token]) if token in known else None


def _group(tokens: list[str], values: Values) -> _Known | None:
    """Return what is known of an expression in brackets, up to and with the closing one."""
    found = _any_of(tokens, values)
    if not (tokens and tokens[-1] == ")"):  # a tuple, a conditional expression, ...
        _skip(tokens, {")"})
        found = None
    del tokens[-1:]
    return found


# The tokens that end an operand of `and` and `or`.
_ENDS = frozenset({"and", "or", ")", ",", "if", ":"})


def _skip(tokens: list[str], ends: Container[str]) -> bool:
    """Remove tokens up to one of the ends outside brackets, and tell whether there were any."""
    before, depth = len(tokens), 0
    while tokens and (depth or tokens[-1] not in ends):
        depth += {"(": 1, ")": -1}.get(tokens.pop(), 0)
    return len(tokens) < before
