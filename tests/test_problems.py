"""How problems are shown, and which word a misspelt one may have meant."""

import difflib
from collections.abc import Collection

import pytest

from import_contracts.problems import Problem, Severity, UserError, did_you_mean


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
