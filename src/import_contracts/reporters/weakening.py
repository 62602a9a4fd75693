"""What is let through now, and was not at an earlier commit, as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

from import_contracts.reporters.markup import code, plain, plain_line
from import_contracts.reports.weakening import LetThrough, Weakening
from import_contracts.wording import count

# How many violations are shown in text and Markdown.
_SHOWN = 20


def _place(let: LetThrough, path: str) -> str:
    return path if let.line is None else f"{path}:{let.line}"


def as_text(weakening: Weakening) -> Iterator[str]:
    """Yield the lines of the text; none if there is nothing to say."""
    found = weakening.let_through
    if found:
        yield from ("", f"Let through now, but not at {weakening.since} ({count(len(found), 'violation')}):")
        yield from (f"  {_place(let, let.path)}: {let.violation}  ({let.because})" for let in found[:_SHOWN])
        yield from _more(found, found[:_SHOWN], "  ")
    if weakening.changes:
        yield from ("", f"Configuration changed since {weakening.since}:")
        yield from (f"  {change}" for change in weakening.changes)
    if weakening.not_compared:
        yield from ("", f"Not compared with {weakening.since}:")
        yield from (f"  {each}" for each in weakening.not_compared)


def as_markdown(
    weakening: Weakening, in_repository: Callable[[str], str] = str, shown: Sequence[LetThrough] | None = None
) -> Iterator[str]:
    """Yield the lines of a section in Markdown; none if there is nothing to say. ``shown`` are the violations in it."""
    found = weakening.let_through
    shown = found[:_SHOWN] if shown is None else shown
    since = code(weakening.since)
    if found:
        yield from (f"### Let through now, but not at {since}", "")
        for let in shown:
            yield f"- {code(_place(let, in_repository(let.path)))} {code(let.violation)} ({plain(let.because)})"
        yield from (*_more(found, shown, "- "), "")
    if weakening.changes:
        yield from (
            f"### Configuration changed since {since}",
            "",
            *(f"- {code(each)}" for each in weakening.changes),
            "",
        )
    if weakening.not_compared:
        yield from (f"### Not compared with {since}", "")
        yield from (*(f"- {plain_line(each)}" for each in weakening.not_compared), "")


def _more(found: Sequence[LetThrough], shown: Sequence[LetThrough], before: str) -> Iterator[str]:
    if hidden := len(found) - len(shown):
        yield f"{before}… and {hidden:,} more"


def as_json(weakening: Weakening | None) -> dict[str, object]:
    """Return the same as JSON values, complete."""
    found = weakening or Weakening("")
    return {
        "let_through": [asdict(let) for let in found.let_through],
        "changes": found.changes,
        "not_compared": found.not_compared,
    }
