"""The value of a condition while TYPE_CHECKING is false."""

from __future__ import annotations

import re
from collections.abc import Collection, Container

_CONDITION = re.compile(r"\w+(?:\s*+\.\s*+\w+)*+|\S")
_CONSTANTS = {"True": True, "False": False, "None": False, "0": False, "1": True}
_NESTED = 100


def at_run_time(condition: str, names: Collection[str]) -> bool | None:
    """Return the value of a condition where TYPE_CHECKING, which has these names, is false; None if that is not enough.

    The condition is part of a text that `plain_text` returned.
    """
    if not any(name in condition for name in names):
        return None
    tokens = ["".join(word.split()) for word in _CONDITION.findall(condition)]
    if tokens.count("(") > _NESTED or not any(_is_type_checking(token, names) for token in tokens):
        return None
    tokens.reverse()
    value = _any_of(tokens, names)
    return None if tokens else value


def _is_type_checking(token: str, names: Container[str]) -> bool:
    return token in names or token.endswith(".TYPE_CHECKING")


def _any_of(tokens: list[str], names: Container[str]) -> bool | None:
    values = [_all_of(tokens, names)]
    while tokens and tokens[-1] == "or":
        tokens.pop()
        values.append(_all_of(tokens, names))
    return True if True in values else None if None in values else False


def _all_of(tokens: list[str], names: Container[str]) -> bool | None:
    values = [_operand(tokens, names)]
    while tokens and tokens[-1] == "and":
        tokens.pop()
        values.append(_operand(tokens, names))
    return False if False in values else None if None in values else True


def _operand(tokens: list[str], names: Container[str]) -> bool | None:
    negated = False
    while tokens and tokens[-1] == "not":
        tokens.pop()
        negated = not negated
    value = None
    if tokens and tokens[-1] == "(":
        tokens.pop()
        value = _any_of(tokens, names)
        if not (tokens and tokens[-1] == ")"):  # a tuple, a conditional expression, ...
            _skip(tokens, {")"})
            value = None
        del tokens[-1:]
    elif tokens and tokens[-1] not in _ENDS:
        token = tokens.pop()
        value = False if _is_type_checking(token, names) else _CONSTANTS.get(token)
    if _skip(tokens, _ENDS):  # a comparison, a call, ...
        value = None
    return value if value is None else value != negated


# The tokens that end an operand of `and` and `or`.
_ENDS = frozenset({"and", "or", ")", ",", "if", ":"})


def _skip(tokens: list[str], ends: Container[str]) -> bool:
    """Remove tokens up to one of the ends outside brackets, and tell whether there were any."""
    before, depth = len(tokens), 0
    while tokens and (depth or tokens[-1] not in ends):
        depth += {"(": 1, ")": -1}.get(tokens.pop(), 0)
    return len(tokens) < before
