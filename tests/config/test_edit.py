"""Editing configuration files: items of lists are removed, and everything else stays as it is."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.config.edit import without_items
from import_contracts.config.files import document_of
from import_contracts.problems import UserError

KEY = "ignore_imports"
HEAD = 'root_packages = ["shop"]\n[[contracts]]\nname = "A"\n'


def without(value: str, *items: str) -> str:
    """Return what becomes of the value of a key in a contract, without some items."""
    text = f"{HEAD}{KEY} = {value}\n"
    document = document_of(text.encode(), "contracts.toml", is_toml=True)
    result = without_items(document, text.encode(), KEY, [set(items)]).decode()
    assert result.startswith(f"{HEAD}{KEY} = ")
    return result.removeprefix(f"{HEAD}{KEY} = ").rstrip("\n")


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ('["a -> b"]', "[]"),
        ('["a -> b", "c -> d"]', '["c -> d"]'),
        ('["c -> d", "a -> b"]', '["c -> d"]'),
        ('["c -> d" , "a -> b" , ]', '["c -> d" , ]'),
        ('["c -> d", "a -> b"]  # a -> b', '["c -> d"]  # a -> b'),
        ('[\n  "a -> b",\n  "c -> d",\n]', '[\n  "c -> d",\n]'),
        ('[\n  "c -> d",  # c\n  "a -> b"  # a\n  # end\n]', '[\n  "c -> d",  # c\n  # end\n]'),
        ('[\'a -> b\', """c -> d"""]', '["""c -> d"""]'),
        ('["c -> d"]', '["c -> d"]'),
        ('["a\\u0020-> b", "c -> d"]', '["c -> d"]'),
        ('[\n\t"a -> b", "c -> d",\n]', '[\n\t"c -> d",\n]'),
    ],
)
def test_an_item_goes_with_its_comma_and_its_comment(value: str, after: str) -> None:
    assert without(value, "a -> b") == after


def test_only_the_contract_that_is_meant_loses_the_item() -> None:
    text = "\ufeff" + HEAD + f'x = "{KEY} = ["\n{KEY} = ["a"]\n# {KEY} = ["a"]\n[[contracts]]\n"{KEY}" = ["a", "b"]\r\n'
    document = document_of(text.encode(), "contracts.toml", is_toml=True)
    expected = text.replace('["a", "b"]', '["b"]')
    assert without_items(document, text.encode(), KEY, [set(), {"a"}]).decode() == expected


def test_what_is_not_found_is_named() -> None:
    text = f'{HEAD}contracts.0 = 1\n{KEY} = ["a"]\n'
    document = document_of(text.replace("contracts.0 = 1\n", "").encode(), "contracts.toml", is_toml=True)
    with pytest.raises(UserError, match="Remove these items by hand: a"):
        without_items(document, b"root_packages = ['shop']\n", KEY, [{"a"}])


ITEM = st.sampled_from(['"a"', "'a'", '"b"', "'''c'''", '"""a"""', '"d # \\"e"', '"]"', '"\\u0061"'])
SPACE = st.sampled_from(["", " ", "\n", "\n    ", '  # a, "b" ]\n', "\r\n"])


@given(st.lists(st.tuples(SPACE, ITEM, SPACE), max_size=6), SPACE, st.booleans(), st.sets(st.sampled_from("abc")))
def test_the_result_has_the_other_items_whatever_the_layout(
    items: list[tuple[str, str, str]], space: str, comma: bool, dropped: set[str]
) -> None:
    value = ",".join("".join(item) for item in items) + ("," if comma and items else "") + space
    text = f"{HEAD}{KEY} = [{value}]\nend = 1\n"
    before = tomllib.loads(text)["contracts"][0]
    document = document_of(text.encode(), "contracts.toml", is_toml=True)
    result = without_items(document, text.encode(), KEY, [dropped]).decode()
    after = tomllib.loads(result)["contracts"][0]
    assert after == {**before, KEY: [item for item in before[KEY] if item not in dropped]}
    assert result.count("\n") <= text.count("\n")
