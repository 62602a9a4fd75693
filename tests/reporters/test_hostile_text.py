"""Nothing of the linted program speaks in a report's name, whatever the report contains."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.reporters import FORMATS, baseline, cycles, explanation, init
from import_contracts.reporters.cycles_as_contracts import as_report
from import_contracts.reporters.exact import legal_in_xml
from import_contracts.reporters.markup import code, plain
from import_contracts.reporters.people import shown
from import_contracts.reporters.style import Style
from import_contracts.reports.baseline import BaselineChange, Status
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.check import Report
from import_contracts.reports.cycles import CyclesReport
from import_contracts.reports.explain import Dependency, Explanation
from import_contracts.reports.init import Initialized
from import_contracts.reports.later import Later
from import_contracts.visible import visible, visible_code, visible_lines, visible_report
from tests.support.hostile import HOSTILE, LONE, TEXTS, lines, obeyed


@pytest.mark.parametrize("text", HOSTILE[:6])
def test_a_runner_would_obey_these_lines(text: str) -> None:
    assert obeyed(f"a\n{text}\nb\n") or "\n" in text


def test_a_runner_does_not_obey_what_is_between_stop_commands_and_its_token() -> None:
    token = "0123456789abcdef" * 2
    assert obeyed(f"::stop-commands::{token}\n::error::a\n##[x]\n::{token}::\n::error::b\n") == ["::error::b"]


# --- the function -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ""),
        ("é 漢字 🎉 ❤️ שלום 'a' \\x", "é 漢字 🎉 ❤️ שלום 'a' \\x"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[0m\x7f\x9b", "\\x1b[0m\\x7f\\x9b"),
        ("\u202ea\u2028\xa0", "\\u202ea\\u2028\\xa0"),
        ("\udc80\U000e0041\u3164", "\\udc80\\U000e0041\\u3164"),
        ("::error::a", "\\x3a:error::a"),
        ("  ::error::a", "  \\x3a:error::a"),
        ("a ::error::b", "a ::error::b"),
        ("a::b", "a::b"),
        (":a", ":a"),
        ("a##[b", "a\\x23#[b"),
        ("###[##[", "#\\x23#[\\x23#["),
        ("##vso[a##TeamCity[", "\\x23#vso[a\\x23#TeamCity["),
        ("# ## a[0] ##vs[", "# ## a[0] ##vs["),
    ],
)
def test_what_cannot_be_seen_is_written_as_in_python_and_a_command_is_broken(text: str, found: str) -> None:
    assert visible(text) == found


@given(TEXTS | st.sampled_from(LONE))
def test_a_visible_text_is_one_line_without_commands_and_visible_already(text: str) -> None:
    found = visible(text)

    assert lines(f"{found}\n") == [found]
    assert obeyed(found) == []
    assert visible(found) == found
    found.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M"], exclude_characters=":#"), max_size=20))
def test_what_can_be_seen_stays_as_it_is_unless_it_looks_like_nothing(text: str) -> None:
    unseen = set("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
    kept = "".join(
        character
        for character in text
        if character not in unseen and not "\ufe00" <= character < "\ufe0e" and not character >= "\U000e0100"
    )
    assert visible(kept) == kept


def test_lines_of_code_keep_their_indentation_and_lines_of_text_their_number() -> None:
    assert visible_lines("\tif a:\n\t\tb\x1b", visible_code) == "    if a:\n        b\\x1b"
    assert visible_code("import\ta\nb") == "import    a\\nb"
    assert visible_lines("a\r\nb\rc\n::d") == "a\nb\\rc\n\\x3a:d"


@given(st.lists(TEXTS, max_size=4))
def test_a_report_of_visible_values_has_no_commands_however_they_are_joined(texts: list[str]) -> None:
    text = "\n".join(":".join(map(visible, texts[:end])) for end in range(len(texts) + 1))

    assert obeyed(visible_report(text)) == []
    assert len(visible_report(text).split("\n")) == len(text.split("\n"))


def test_a_report_keeps_its_colors() -> None:
    bold = Style(color=True).paint("a", 1, 31)
    assert visible_report(f"{bold}\x1b[2J") == f"{bold}\\x1b[2J"


# --- every format -------------------------------------------------------------------------------------------------


def hostile(type_: Any, text: str) -> Any:
    """Return a value of a type in which every text is ``text``, and no collection is empty."""
    arguments = get_args(type_)
    origin: Any = get_origin(type_) or type_
    if origin in (UnionType, Union):
        return hostile(next(each for each in arguments if each is not NoneType), text)
    if is_dataclass(type_):
        hints = get_type_hints(origin)
        return origin(
            **{
                field.name: _ours(origin, field.name) or hostile(hints[field.name], text)
                for field in fields(origin)
                if (origin, field.name) != (Report, "parts")  # which are reports again
            }
        )
    if origin is tuple:
        return tuple(hostile(each, text) for each in arguments if each is not ...)
    if origin is Sequence:
        return Later(1, lambda _: hostile(arguments[0], text))
    if issubclass(origin, Enum):
        return next(iter(origin))
    return {str: text, int: 1, bool: False, object: text}[origin]


def _ours(type_: type, field: str) -> Any:
    """Return the value of a field that has only values of ours: the kinds of fixes."""
    return "defer" if (type_, field) == (ReportedFix, "kind") else None


def in_format(name: str, *, verbose: bool = False, color: bool = False, base: str = "") -> Callable[[Any], str]:
    """Return a function that returns a report in a format."""
    return lambda report: FORMATS[name](report, Style(verbose, color, base))


FOR_MACHINES: list[tuple[str, type, Callable[[Any], str]]] = [
    *((name, Report, in_format(name)) for name in ("gitlab", "json", "junit", "sarif")),
    ("cycles", CyclesReport, cycles.as_json),
    ("explain", Explanation, explanation.as_json),
    ("explain dependency", Dependency, explanation.as_json),
    ("status", Status, baseline.STATUS_FORMATS["json"]),
    ("change", BaselineChange, baseline.CHANGE_FORMATS["json"]),
]
FOR_PEOPLE: list[tuple[str, type, Callable[[Any], str]]] = [
    *(
        (name, Report, in_format(name, verbose=True))
        for name in sorted({*FORMATS} - {each[0] for each in FOR_MACHINES})
    ),
    ("text in color", Report, in_format("text", color=True)),
    ("cycles", CyclesReport, lambda report: cycles.as_text(report, Style(verbose=True))),
    ("cycles markdown", CyclesReport, lambda report: FORMATS["markdown"](as_report(report), Style())),
    ("explain", Explanation, lambda report: explanation.as_text(report, Style(verbose=True))),
    ("explain dependency", Dependency, lambda report: explanation.as_text(report, Style(verbose=True))),
    *((f"status {name}", Status, render) for name, render in baseline.STATUS_FORMATS.items() if name != "json"),
    *((f"change {name}", BaselineChange, render) for name, render in baseline.CHANGE_FORMATS.items() if name != "json"),
    ("init", Initialized, init.as_text),
]


@pytest.mark.parametrize("text", [*HOSTILE, *LONE])
@pytest.mark.parametrize(("name", "type_", "render"), FOR_PEOPLE)
def test_a_report_for_people_is_visible_and_as_long_as_one_without_malice(
    name: str, type_: type, render: Callable[[Any], str], text: str
) -> None:
    found = render(hostile(type_, text))
    plainly = render(hostile(type_, "".join("\n" if each == "\n" else "x" for each in text.replace("\r\n", "\n"))))

    assert len(lines(found, colors="color" in name)) == len(lines(plainly, colors="color" in name))
    assert all(line.startswith("::") for line in lines(found)) if name == "github" else obeyed(found) == []
    assert found
    found.encode()


@pytest.mark.parametrize("text", [*HOSTILE, *LONE])
@pytest.mark.parametrize(("name", "type_", "render"), FOR_MACHINES)
def test_a_report_for_machines_is_visible_and_has_the_exact_value(
    name: str, type_: type, render: Callable[[Any], str], text: str
) -> None:
    found = render(hostile(type_, text))
    values = set(_attributes(found)) if name == "junit" else set(_values(json.loads(found)))

    assert obeyed(found) == []
    assert lines(found)
    assert any((legal_in_xml(text) if name == "junit" else text) in value for value in values)
    found.encode()


def _values(document: object) -> Iterator[str]:
    if isinstance(document, dict | list):
        for each in document.values() if isinstance(document, dict) else document:
            yield from _values(each)
    elif isinstance(document, str):
        yield document


def _attributes(text: str) -> Iterator[str]:
    for element in ET.fromstring(text).iter():  # noqa: S314 - our own
        yield from element.attrib.values()


def test_a_statement_is_read_only_if_it_is_shown() -> None:
    read: list[int] = []
    later = Later(1, read.append)
    visibly = shown(later)

    assert not read
    assert len(visibly) == 1
    assert visibly[0] is None
    assert read == [0]


# --- Markdown -----------------------------------------------------------------------------------------------------

LIVE = {
    "a mention": r"@\w",
    "an issue": r"#\d|\bGH-\d",
    "an address": r"://|\bwww\.",
    "a commit": r"(?<![0-9a-zA-Z])[0-9a-f]{7,40}(?![0-9a-zA-Z])",
    "an emoji": r":[a-z+-]\w*:",
    "HTML": r"(?<!\\)<(?!!-- -->|/?details>|/?summary>)",
    "a link": r"(?<!\\)[\[\]]",
    "emphasis": r"(?<!\\)~|(?<![\\_*])(?<!\\\*)\*(?!\*)",
}
CODE = re.compile(r"(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)")


def outside_code(text: str) -> str:
    """Return Markdown without code: neither what is between fences nor what is within a line."""
    kept: list[str] = []
    is_code = False
    for line in text.split("\n"):
        if line.startswith("```"):
            is_code = not is_code
        elif not is_code:
            kept.append(CODE.sub("", line))
    assert not is_code
    return "\n".join(kept)


MARKDOWN = [(type_, render) for name, type_, render in FOR_PEOPLE if "markdown" in name]
BAIT = [
    *("@team", "a@b.org", "@org/team", "#1", "org/repo#23", "GH-4", "gh-4", "https://x.org/a?b#c", "www.x.org"),
    *("http://x", "ftp://x", "deadbeef", "a deadbeef12345678deadbeef12345678deadbeef b", ":tada:", "!5", "<b>x</b>"),
    *(
        "[a](b)",
        "![a](b)",
        "*a*",
        "~~a~~",
        "`a",
        "a ``` b",
        "<!-- a",
        "&lt;b&gt;",
        "``` @team",
        "a` #1 `b",
        "\\@team",
        "\\\\<b>",
        "`@team",
        "``@team`",
    ),
]


@pytest.mark.parametrize("text", [*HOSTILE, *BAIT])
@pytest.mark.parametrize(("type_", "render"), MARKDOWN)
def test_nothing_in_markdown_is_live(type_: type, render: Callable[[Any], str], text: str) -> None:
    found = outside_code(render(hostile(type_, text))).replace(", ", " ")

    for what, pattern in LIVE.items():
        ours = re.sub(r"\*\*(.*)\*\*", r"\1", found, flags=re.MULTILINE)
        assert not re.search(pattern, ours, re.IGNORECASE), what


@pytest.mark.parametrize("text", [*HOSTILE, *BAIT, "a|b", "|", "\\|"])
@pytest.mark.parametrize(("type_", "render"), MARKDOWN)
def test_a_row_of_a_table_in_markdown_has_as_many_cells_as_its_head(
    type_: type, render: Callable[[Any], str], text: str
) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", render(hostile(type_, text)), re.MULTILINE)

    assert tables
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@team", "@<!-- -->team"),
        ("a@b.org", "a@<!-- -->b.org"),
        ("x/y#1 GH-2", "x/y#<!-- -->1 GH-<!-- -->2"),
        ("https://www.x.org", "https:<!-- -->//www<!-- -->.x.org"),
        ("deadbeef1 decade", "deadbe<!-- -->ef1 decade"),
        ("=", "\\="),
        ("a = b: c", "a = b: c"),
    ],
)
def test_what_would_become_a_link_has_an_empty_comment_in_it(text: str, found: str) -> None:
    assert plain(text) == found


@given(TEXTS.map(visible))
def test_code_is_code_to_its_end(text: str) -> None:
    assert CODE.sub("", f"a {code(text)} b") == "a  b"
