"""Plain command lines: they are read as click reads them, and no other is taken for one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.cli.by_click import clicked
from import_contracts.cli.commands import COMMANDS, found, with_default
from import_contracts.cli.parameters import DeclaredCommand, DeclaredGroup, UsageError
from tests.support.arranging import lint

VALUES = ["", "-", "--", "-h", "--help", "--no", "x", "3", "3.12", "a.svg", "--x=1", "--format=json", "runtime", "lazy"]


def commands() -> Iterator[DeclaredCommand]:
    for name in COMMANDS:
        command = found(name)
        yield from command.commands if isinstance(command, DeclaredGroup) else [command]


def words(command: DeclaredCommand) -> st.SearchStrategy[list[str]]:
    """Return lists of words of which most are options with values that they may have."""
    options = [each for each in command.parameters if each.word]
    values = {each.word: st.sampled_from([*each.choices, *VALUES]) for each in options}
    whole = [
        st.tuples(st.just(each.word), *([] if each.is_flag else [values[each.word]])).map(list) for each in options
    ]
    joined = [st.builds("{}={}".format, st.just(word), values[word]) for word in values]
    alone = st.one_of(*joined, st.sampled_from([*VALUES, *values])).map(lambda word: [word])
    return st.lists(st.one_of(*whole, *whole, alone), max_size=5).map(lambda found: [*chain.from_iterable(found)])


def by_click(command: DeclaredCommand, given_: list[str]) -> dict[str, Any] | None:
    """Return the values that click passes to the function of a command; None if it calls none."""
    try:
        return clicked(command).make_context(command.name, list(given_)).params
    except (click.ClickException, click.exceptions.Exit):
        return None


@given(data=st.data())
def test_a_plain_command_line_means_what_click_makes_of_it(data: st.DataObject) -> None:
    command = data.draw(st.sampled_from([*commands()]), label="command")
    given_ = data.draw(words(command), label="words")
    expected = by_click(command, given_)
    try:
        values = command.read(given_)
    except UsageError:
        values = None
        assert expected is None
    if values is not None:
        assert values == expected


@pytest.mark.parametrize("line", ["", "--format json --output x.json", "--format=json a.toml --no-cache", "--jobs 2"])
def test_what_is_usual_is_plain(line: str) -> None:
    name, *rest = with_default(line.split())
    command = found(name)
    assert isinstance(command, DeclaredCommand)
    assert command.read(rest) is not None


def test_on_windows_click_reads_words_that_stand_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    command = found("check")
    assert isinstance(command, DeclaredCommand)
    assert command.read(["*.toml"]) is not None
    monkeypatch.setattr(os, "name", "nt")
    assert [command.read([word]) for word in ("*.toml", "~/a.toml", "%A%.toml")] == [None] * 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--quick --entry x", "--entry cannot be used with --quick."),
        ("--format", "Option '--format' requires an argument."),
        ("--fromat text", "No such option '--fromat'. Did you mean '--format'?"),
    ],
)
def test_what_a_command_says_is_wrong_has_its_usage(shop: Any, words: str, message: str) -> None:
    run = lint(shop, "cycles", *words.split())
    assert (run.status, run.out) == (2, "")
    assert run.err.splitlines()[0].endswith(" cycles [OPTIONS] [PACKAGE]...")
    assert run.err.endswith(f"Error: {message}\n")
