"""The value of a condition while TYPE_CHECKING is false."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container

from import_contracts.patterns import pattern
from import_contracts.records import NamedTuple

_CONDITION = pattern(r"\w+(?:\s*+\.\s*+\w+)*+|[=!<>]=|\S")
_CONSTANTS = {"True": True, "False": False, "None": None}
_CONSTANT = pattern(r"\b(?:True|False|None|\d++)\b")
_NESTED = 100


def at_run_time(condition: str, names: Collection[str]) -> bool | None:
    """Return the value of a condition where TYPE_CHECKING, which has these names, is false; None if that is not enough.

    The condition is part of a text that `plain_text` returned.
    """
    if not any(name in condition for name in names) and not _CONSTANT.search(condition):
        return None
    tokens = ["".join(word.split()) for word in _CONDITION.findall(condition)]
    if tokens.count("(") > _NESTED:
        return None
    tokens.reverse()
    known = _any_of(tokens, names)
    return None if tokens or known is None else bool(known.value)


def compared(left: object, operator: str, right: object) -> bool | None:
    """Return the value of a comparison of two constants, which are numbers, booleans or None; None if not known."""
    if operator not in _OPERATORS:
        return None
    is_same = left == right and (operator in {"==", "!="} or type(left) is type(right))
    return is_same is (operator in {"==", "is"})


_OPERATORS = frozenset({"==", "!=", "is", "is not"})


def _is_type_checking(token: str, names: Container[str]) -> bool:
    return token in names or token.endswith(".TYPE_CHECKING")


class _Known(NamedTuple):
    """What is known of an expression: its value or, if not ``is_exact``, only whether that is true."""

    value: object
    is_exact: bool = True


def _any_of(tokens: list[str], names: Container[str]) -> _Known | None:
    return _joined("or", _all_of, tokens, names)


def _all_of(tokens: list[str], names: Container[str]) -> _Known | None:
    return _joined("and", _operand, tokens, names)


def _joined(
    word: str, part: Callable[[list[str], Container[str]], _Known | None], tokens: list[str], names: Container[str]
) -> _Known | None:
    """Return what is known of parts that are joined by ``and`` or ``or``, or of the only part."""
    parts = [part(tokens, names)]
    while tokens and tokens[-1] == word:
        tokens.pop()
        parts.append(part(tokens, names))
    if len(parts) == 1:
        return parts[0]
    values = [known and bool(known.value) for known in parts]
    decides = word == "or"
    value = decides if decides in values else None if None in values else not decides
    return _truth(value)


def _operand(tokens: list[str], names: Container[str]) -> _Known | None:
    negated = None
    while tokens and tokens[-1] == "not":
        tokens.pop()
        negated = not negated
    known = _comparison(tokens, names)
    if _skip(tokens, _ENDS):  # another comparison, a call, ...
        return None
    return known if known is None or negated is None else _truth(bool(known.value) != negated)


def _truth(value: bool | None) -> _Known | None:  # noqa: FBT001 - the value
    return None if value is None else _Known(value, is_exact=False)


def _comparison(tokens: list[str], names: Container[str]) -> _Known | None:
    left = _term(tokens, names)
    operator = _operator(tokens)
    if not operator:
        return left
    right = _term(tokens, names)
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


def _term(tokens: list[str], names: Container[str]) -> _Known | None:
    if not tokens or tokens[-1] in _ENDS:
        return None
    if tokens[-2:] == ["(", "bool"]:
        tokens.pop()
        found = _term(tokens, names)
        return None if found is None else _Known(bool(found.value))
    if tokens[-1] == "(":
        tokens.pop()
        return _group(tokens, names)
    token = tokens.pop()
    if _is_type_checking(token, names):
        return _Known(False)  # noqa: FBT003 - the value
    if token.isdecimal() and len(token) < 10:
        return _Known(int(token))
    return _Known(_CONSTANTS[token]) if token in _CONSTANTS else None


def _group(tokens: list[str], names: Container[str]) -> _Known | None:
    """Return what is known of an expression in brackets, up to and with the closing one."""
    found = _any_of(tokens, names)
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
