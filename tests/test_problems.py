"""How problems are shown, and which word a misspelt one may have meant."""

import difflib
from collections.abc import Collection
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from import_contracts.problems import (
    Problem,
    Severity,
    UserError,
    _distance,
    did_you_mean,
    did_you_mean_module,
    united,
)


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (Problem("No."), "No."),
        (Problem("No.", file="x.toml"), "x.toml: No."),
        (Problem("No.", file="x.toml", line=3), "x.toml:3: No."),
        (Problem("No.", contract="one"), "contract 'one': No."),
        (Problem("No.", key="type"), "type: No."),
        (Problem("No.", "x.toml", "one", "type", line=3), "x.toml:3: contract 'one': type: No."),
        (Problem("No.", "", "", ""), ": contract '': : No."),
    ],
)
def test_a_problem_is_shown_with_its_place(problem: Problem, shown: str) -> None:
    assert str(problem) == shown


def test_a_place_is_a_file_with_a_line_or_without() -> None:
    places = [Problem("No.").place, Problem("No.", file="x").place, Problem("No.", file="x", line=1).place]
    assert places == [None, "x", "x:1"]


def test_a_problem_is_an_error_unless_it_is_a_warning() -> None:
    assert Problem("No.").is_error
    assert not Problem("No.", severity=Severity.WARNING).is_error


def test_an_error_has_every_problem() -> None:
    one, two = Problem("No.", key="a"), Problem("Nor this.", key="b")
    error = UserError(one, two)
    assert str(error) == "a: No.\nb: Nor this."
    assert error.problems == (one, two)


@pytest.mark.parametrize(
    ("found", "known", "closeness", "nearest"),
    [
        ("model", ["web", "models", "modelling"], 0.6, "models"),
        ("model", ["models", "mode"], 0.95, None),
        ("abcde", ["abcxy"], 0.6, "abcxy"),
        ("abcde", ["abcxy"], 0.61, None),
        ("model", [], 0.6, None),
    ],
)
def test_the_most_similar_word_is_offered_if_it_is_close(
    found: str, known: list[str], closeness: float, nearest: str | None
) -> None:
    expected = "" if nearest is None else f" Did you mean '{nearest}'?"
    assert did_you_mean(found, known, closeness=closeness) == expected
    assert did_you_mean(found, reversed(known), closeness=closeness) == expected


def test_of_equally_similar_words_always_the_same_is_offered() -> None:
    assert did_you_mean("ab", ["ac", "ad", "ae"]) == did_you_mean("ab", ["ad", "ae", "ac"])


def test_what_is_less_than_three_fifths_alike_is_not_offered() -> None:
    assert did_you_mean("abcde", ["abcxy"]) == " Did you mean 'abcxy'?"
    assert did_you_mean("abcdef", ["abcxyz"]) == ""


NAMES = [f"big.group_{number % 7}.package_{number // 20}.module_{number}" for number in range(10_000)]


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ("big.group_3.package_29.modul_584", "big.group_3.package_29.module_584"),
        ("big.group_3.pakage_29.module_584", "big.group_3.package_29.module_584"),
        ("bgi.group_3.package_29.module_584", "big.group_3.package_29.module_584"),
        ("djagno", "django"),
    ],
)
def test_of_very_many_names_a_few_are_compared(monkeypatch: pytest.MonkeyPatch, found: str, meant: str) -> None:
    compared = []
    original = difflib.get_close_matches

    def counted(word: str, words: Collection[str], n: int, cutoff: float) -> list[str]:
        compared.append(len(words))
        return original(word, words, n, cutoff)

    monkeypatch.setattr(difflib, "get_close_matches", counted)
    flat = [f"big.group_3.package_29.other_{number}" for number in range(10_000)]
    words = [f"word{number}" for number in range(10_000)]
    for known in ([*NAMES, "django"], [*NAMES, *flat, *words, "django"]):
        assert did_you_mean(found, known) == f" Did you mean '{meant}'?"
    assert max(compared) <= 2_000


# --- one problem for one missing module ---------------------------------------------------------------------------


def missing(contract: str, *, key: str = "k", name: str | None = "p.x", file: str = "a.toml") -> Problem:
    return Problem("It is not there.", file, contract, key, missing=name)


def test_a_missing_module_is_one_problem_of_all_contracts_that_name_it() -> None:
    (problem,) = united([missing("one"), missing("two"), missing("one")])
    assert problem.contracts == ("one", "two")
    assert str(problem) == "a.toml: contracts 'one', 'two': k: It is not there."


def test_a_missing_module_that_different_keys_name_is_a_problem_of_no_key() -> None:
    (problem,) = united([missing("one"), missing("two", key="other")])
    assert problem.key is None
    assert str(problem) == "a.toml: contracts 'one', 'two': It is not there."


@pytest.mark.parametrize(
    "other",
    [
        missing("two", name="p.y"),
        missing("two", name=None),
        missing("two", file="b.toml"),
        replace(missing("two"), severity=Severity.WARNING),
        replace(missing("two"), contract=None),
    ],
)
def test_other_problems_stay_apart_and_in_order(other: Problem) -> None:
    assert united([missing("one"), other, missing("three")]) == (replace(missing("one"), others=("three",)), other)


def test_an_error_of_a_user_has_united_problems() -> None:
    assert len(UserError(missing("one"), missing("two")).problems) == 1


# --- typing errors ------------------------------------------------------------------------------------------------

WORDS = st.text("abc", max_size=6)


def edits(one: str, other: str) -> int:
    """Return the optimal string alignment distance, by its definition."""
    if not one or not other:
        return len(one) + len(other)
    least = min(edits(one[1:], other) + 1, edits(one, other[1:]) + 1, edits(one[1:], other[1:]) + (one[0] != other[0]))
    is_swap = len(one) > 1 and len(other) > 1 and one[0] == other[1] and one[1] == other[0]
    return min(least, edits(one[2:], other[2:]) + 1) if is_swap else least


@settings(deadline=None)
@given(WORDS, WORDS, st.integers(0, 4))
def test_letters_are_added_left_out_replaced_or_swapped(one: str, other: str, limit: int) -> None:
    found, expected = _distance(one, other, limit), edits(one, other)
    assert found == expected if expected <= limit else found > limit


@pytest.mark.parametrize(
    ("written", "known", "meant"),
    [
        ("shop.modles", "shop.models", "shop.models"),
        ("shop.model", "shop.models", "shop.models"),
        ("shp.models", "shop.models", "shop.models"),
        ("shp.modles", "shop.models", None),
        ("shop.offers", "shop._filters", None),
        ("shop.mandate", "shop", None),
        ("shop.a", "shop.b", None),
        ("shop.ab", "shop.ac", "shop.ac"),
        ("shop.notifcation", "shop.notification", "shop.notification"),
        ("shop.notifaction_sendr", "shop.notification_sender", "shop.notification_sender"),
        ("shop.web.views", "shop.views", None),
        ("shop.models shop.mdels", "shop.models", None),
        ("shop.mdels", "shop.models shop.mdel", "shop.mdel"),
    ],
)
def test_only_a_typing_error_is_taken_for_another_module(written: str, known: str, meant: str | None) -> None:
    assert did_you_mean_module(written, known.split()) == (f" Did you mean '{meant}'?" if meant else "")
