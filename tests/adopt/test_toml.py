import datetime as dt
import tomllib

import pytest

from import_contracts.adopt.toml import table


@pytest.mark.parametrize(
    ("header", "values", "comments", "text"),
    [
        ("[x]", {}, (), "[x]\n"),
        ("", {"a": 1}, (), "a = 1\n"),
        ("[[x.y]]", {"a": 1, "b": 2}, (), "[[x.y]]\na = 1\nb = 2\n"),
        ("[x]", {}, ("a\n[y]\x1b",), "# a\\n[y]\\x1b\n[x]\n"),
        ("[x]", {"a": 1}, ("Why.", "", "And why not."), "# Why.\n#\n# And why not.\n[x]\na = 1\n"),
        ("", {}, (), ""),
    ],
)
def test_a_table_is_its_comments_its_header_and_its_values(
    header: str, values: dict[str, object], comments: tuple[str, ...], text: str
) -> None:
    assert table(header, values, comments=comments) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (-1.5, "-1.5"),
        (dt.date(2026, 1, 31), "2026-01-31"),
        ("", '""'),
        ('a "b" \\ c', r'"a \"b\" \\ c"'),
        ("tab\tä€\x7f", r'"tab\tä€\u007f"'),
        ("\u202ea\x9b##[b]\U000e0041", r'"\u202ea\u009b\u0023#[b]\U000e0041"'),
        ([], "[]"),
        (["a"], '["a"]'),
        (["a", True, 2], '["a", true, 2]'),
        (("a", "b"), '["a", "b"]'),
        ([["a", "b"], []], '[["a", "b"], []]'),
        ({}, "{}"),
        ({"a": 1, "b c": [True]}, '{a = 1, "b c" = [true]}'),
        (["a\nb"], r'["a\nb"]'),
        ("one\ntwo", '"""\none\ntwo"""'),
        ('\n"one"\n\\\n', '"""\n\n"one"\n\\\\\n"""'),
        ('one\n\\"two"', '"""\none\n\\\\"two\\""""'),
        ('"""\none""', '"""\n\\"\\""\none"\\""""'),
        ("a | b", '"a | b"'),
        ("x" * 200, f'"{"x" * 200}"'),
        (["x" * 200], f'["{"x" * 200}"]'),
    ],
)
def test_a_value_is_written_as_toml_has_it_and_read_back_as_it_was(value: object, text: str) -> None:
    assert table("", {"key": value}) == f"key = {text}\n"
    assert tomllib.loads(f"key = {text}\n") == {"key": list(value) if isinstance(value, tuple) else value}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("a", "a"),
        ("a-b_c", "a-b_c"),
        ("-", "-"),
        ("_", "_"),
        ("1", "1"),
        ("", '""'),
        ("a.b", '"a.b"'),
        ("a b", '"a b"'),
        ("é", '"é"'),
        ('"', r'"\""'),
    ],
)
def test_a_key_is_quoted_where_toml_asks_for_it(key: str, text: str) -> None:
    assert table("", {key: 1}) == f"{text} = 1\n"
    assert tomllib.loads(f"{text} = 1\n") == {key: 1}


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_list_has_one_item_per_line_if_it_is_longer_than_a_line(kind: type) -> None:
    items = kind(["a" * 50, "b" * 50])
    assert table("", {"modules": items}) == f'modules = ["{"a" * 50}", "{"b" * 50}"]\n'
    assert table("", {"packages": items}) == f'packages = [\n  "{"a" * 50}",\n  "{"b" * 50}",\n]\n'


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ([], "[]"),
        (["a"], '["a"]'),
        (["a", "b | c"], '[\n  "a",\n  "b | c",\n]'),
        (("a", "b"), '[\n  "a",\n  "b",\n]'),
        ([["a"], 1], '[\n  ["a"],\n  1,\n]'),
        ("a", '"a"'),
    ],
)
def test_layers_have_one_line_each_if_there_are_several(layers: object, text: str) -> None:
    assert table("", {"layers": layers}) == f"layers = {text}\n"


def layer(*lengths: int, mark: str) -> str:
    return mark.join(letter * length for letter, length in zip("abcdefgh", lengths, strict=False))


@pytest.mark.parametrize("mark", [" | ", " : "])
@pytest.mark.parametrize(
    ("lengths", "lines"),
    [
        ((50, 60), None),
        ((50, 61), [(50,), (61,)]),
        ((52, 52, 9), [(52, 52), (9,)]),
        ((52, 53, 9), [(52,), (53, 9)]),
        ((20,) * 8, [(20, 20, 20, 20), (20, 20, 20, 20)]),
        ((130, 1, 1), [(130,), (1, 1)]),
        ((1, 130, 1), [(1,), (130,), (1,)]),
    ],
)
def test_a_layer_that_is_longer_than_a_line_goes_on_in_lines_that_end_with_its_mark(
    mark: str, lengths: tuple[int, ...], lines: list[tuple[int, ...]] | None
) -> None:
    value = layer(*lengths, mark=mark)
    if lines is None:
        expected = f'  "{value}",\n'
    else:
        letters = iter("abcdefgh")
        parts = [mark.join(next(letters) * length for length in line) for line in lines]
        expected = '  """\\\n    ' + f"{mark.rstrip()} \\\n    ".join(parts) + '""",\n'
    text = table("", {"layers": [value, "x"]})
    assert text == f'layers = [\n{expected}  "x",\n]\n'
    assert tomllib.loads(text) == {"layers": [value, "x"]}


def test_a_long_item_without_a_mark_stays_on_its_line() -> None:
    assert table("", {"modules": ["x" * 120, "y"]}) == f'modules = [\n  "{"x" * 120}",\n  "y",\n]\n'


def test_a_part_that_begins_like_the_line_before_it_is_a_line_of_its_own() -> None:
    text = table("", {"layers": [f"{'x' * 60} | {'x' * 70} | y", "z"]})
    assert text == f'layers = [\n  """\\\n    {"x" * 60} | \\\n    {"x" * 70} | y""",\n  "z",\n]\n'
