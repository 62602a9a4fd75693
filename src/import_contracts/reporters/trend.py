"""The report of ``trend`` as text, Markdown, JSON and CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter

from import_contracts.reporters.exact import json_text
from import_contracts.reporters.markup import cells, code, code_cell, plain
from import_contracts.reporters.style import BOLD, DIM, GREEN, RED, YELLOW, Style
from import_contracts.reporters.trend_words import (
    commit_text,
    commits_counted,
    date_of,
    difference_text,
    hash_of,
    how_it_moved,
    item_text,
    number_text,
    point_text,
    value_text,
    verdict,
)
from import_contracts.reporters.words import more
from import_contracts.reports.trend import (
    MEANINGS,
    CountChange,
    Coupling,
    Facts,
    Item,
    Moved,
    Pair,
    Point,
    TrendReport,
)
from import_contracts.visible import visible
from import_contracts.wording import count, listed

# How many items of a list, points of the history, and marks of a point are shown without --verbose.
_ITEMS, _POINTS, _MARKS = 8, 20, 3
_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = max(len(meaning.label) for meaning in MEANINGS.values()) + 2


def as_text(report: TrendReport, style: Style) -> str:
    """Return the counts and what has changed, then the history, for people."""
    facts = report.now.facts
    assert facts is not None, "a run without counts raises an error"  # noqa: S101
    lines = [
        f"{listed(facts.packages)}: {count(facts.modules, 'module')}, {count(facts.imports, 'import')}",
        *([f"Compared with {point_text(report.since)} ({report.why})"] if report.since else []),
        *_marks("now", report.now, style),
        *(_marks("then", report.since, style) if report.since else ()),
        *(style.paint(f"note: {note}", YELLOW) for note in report.notes),
        "",
        *(line for change in report.changes for line in _section(change, facts, style)),
        *_others(report, style),
        *_movement(report, style),
        *_together(report, style),
        *_history(report, style),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _section(change: CountChange, facts: Facts, style: Style) -> Iterator[str]:
    """Yield a count, what it means, and what came and went; with --verbose the whole list."""
    meaning = MEANINGS[change.count.id]
    value = f"{value_text(change.count):>9}  {difference_text(change.difference):<6}"
    if change.difference:
        value = style.paint(value, RED if change.difference > 0 else GREEN)
    yield f"{style.paint(f'{meaning.label:{_WIDTH}}', BOLD)} {value}".rstrip()
    if style.verbose:
        yield style.paint(f"  {meaning.sentence} Source: {meaning.source}.", DIM)
    if change.count.id == "violations":
        for contract, (known, new) in facts.by_contract().items():
            if known or new:
                yield f"  {contract}: {count(known, 'known violation')}, {new:,} new"
    if not change.is_comparable:
        yield f"  Not compared: only {'now' if facts.are_written else 'then'} there is a contract of type layers."
    changed = [*(("+", item) for item in change.came), *(("-", item) for item in change.went)]
    shown = style.capped(changed, _ITEMS)
    yield from (f"  {sign} {item_text(item)}" for sign, item in shown)
    if len(shown) < len(changed):
        yield f"    {more(len(changed) - len(shown))}"
    if style.verbose:
        came = set(change.came)
        yield from (f"    {item_text(item)}" for item in change.count.items if item not in came)


def _movement(report: TrendReport, style: Style) -> Iterator[str]:
    """Yield what moved the cycles, the oldest commit first."""
    if report.moved is None:
        return
    yield ""
    yield style.paint("What moved the cycles", BOLD)
    if not report.moved:
        yield "  nothing"
    for commit, moves in groupby(report.moved, key=attrgetter("commit")):
        yield f"  {commit_text(commit, report)}"
        for move in moves:
            yield f"    {how_it_moved(move)}"
            shown = style.capped(move.imports, _MARKS)
            sign = "+" if set(move.after) - set(move.before) else "-"
            yield from (f"      {sign} {item_text(item)}" for item in shown)
            if len(shown) < len(move.imports):
                yield f"        {more(len(move.imports) - len(shown), 'import')}"


def _together(report: TrendReport, style: Style) -> Iterator[str]:
    """Yield the pairs of modules that change together."""
    found = report.coupling
    if found is None:
        return
    yield ""
    yield style.paint("Modules that change together", BOLD)
    yield f"  {commits_counted(found)}"
    for sentence, pairs in (("No import joins:", found.hidden), ("Across a boundary of a contract:", found.leaky)):
        yield f"  {sentence}{'' if pairs else ' none'}"
        shown = style.capped(pairs, _ITEMS)
        yield from (f"    {_pair(pair)}" for pair in shown)
        if len(shown) < len(pairs):
            yield f"    {more(len(pairs) - len(shown))}"


def _pair(pair: Pair) -> str:
    commits = f"{pair.support:,} of {pair.of_first:,} commits"
    contracts = f"  [{', '.join(pair.contracts)}]" if pair.contracts else ""
    some = ", ".join(commit[:12] for commit in pair.commits[:_MARKS])
    return f"{pair.first} and {pair.second}: {commits} ({pair.confidence:.0%}){contracts}  {some}"


def _others(report: TrendReport, style: Style) -> Iterator[str]:
    """Yield the numbers that are not judged."""
    facts, before = report.now.facts, report.since.facts if report.since else None
    old = before.numbers if before else {}
    yield ""
    yield style.paint("Other numbers", BOLD)
    for name, value in facts.numbers.items() if facts else ():
        meaning = MEANINGS[name]
        change = difference_text(round(value - old[name], 4), name) if name in old else ""
        yield f"  {meaning.label:{_WIDTH - 2}} {number_text(name, value):>9}  {change}".rstrip()
        if style.verbose:
            yield style.paint(f"    {meaning.sentence} Source: {meaning.source}.", DIM)


def _history(report: TrendReport, style: Style) -> Iterator[str]:
    if not report.history:
        return
    points = [*report.history, report.now]
    yield ""
    yield style.paint(f"History: {count(len(report.history), 'commit')}, the oldest first, then the program now", BOLD)
    for number, name in enumerate(_COUNTS):
        values = [point.facts.counts[number].value if point.facts else None for point in points]
        yield f"  {MEANINGS[name].label:{_WIDTH - 2}}  {sparkline(values, _POINTS * 3)}  {_ends(values)}".rstrip()
    yield ""
    yield f"  {'date':10} {'commit':12} {'cyclic':>7} {'largest':>7} {'cut':>7} {'broken':>7} {'upward':>7}"
    shown = points if style.verbose else points[-_POINTS:]
    if len(shown) < len(points):
        yield f"  {more(len(points) - len(shown))}"
    for point in shown:
        values_here = point.facts.counts if point.facts else (None,) * len(_COUNTS)
        row = " ".join(f"{value_text(each):>7}" for each in values_here)
        mark = f"  ! {'; '.join(point.all_marks)}" if point.all_marks else ""
        subject = f"  {_short(point.commit.subject, 50)}" if point.commit and not mark else ""
        yield f"  {date_of(point):10} {hash_of(point):12} {row}{mark}{subject}".rstrip()


def sparkline(values: Sequence[int | None], width: int) -> str:
    """Return a line of bars, one for each value, or for the last of several in a row if there are more than ``width``.

    The lowest is the least value, and the highest the greatest; a value that is not known is a space.
    """
    if len(values) > width:
        values = [values[(place + 1) * len(values) // width - 1] for place in range(width)]
    known = [value for value in values if value is not None]
    least, most = (min(known), max(known)) if known else (0, 0)
    steps = len(_BARS) - 1
    return "".join(" " if each is None else _BARS[(each - least) * steps // ((most - least) or 1)] for each in values)


def _ends(values: Sequence[int | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{known[0]:,} -> {known[-1]:,}" if known else "-"


_COUNTS = ("cyclic_modules", "largest_cycle", "cut", "violations", "upward")


def _marks(when: str, point: Point, style: Style) -> Iterator[str]:
    marks = point.all_marks
    shown = style.capped(marks, _MARKS)
    yield from (style.paint(f"warning: {when}: {mark}", YELLOW) for mark in shown)
    if len(shown) < len(marks):
        yield more(len(marks) - len(shown), "warning")


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


# --- Markdown -----------------------------------------------------------------------------------------------------


def as_markdown(report: TrendReport, style: Style) -> str:
    """Return what has moved, for a comment on a pull request."""
    facts = report.now.facts
    assert facts is not None, "a run without counts raises an error"  # noqa: S101
    since = f" since {code(hash_of(report.since))} ({plain(report.why)})" if report.since else ""
    lines = [
        f"## Import trend{since}",
        "",
        *([verdict(report), "", *_in_short(report), ""] if verdict(report) else []),
        *(f"- {plain(f'{when}: {mark}')}" for when, mark in _all_marks(report)),
        *(f"- {plain(note)}" for note in report.notes),
        "",
        cells("", "Now", "Change", *(["History"] if report.history else [])),
        cells("---", "---:", "---:", *(["---"] if report.history else [])),
    ]
    points = [*report.history, report.now]
    for number, change in enumerate(report.changes):
        values = [point.facts.counts[number].value if point.facts else None for point in points]
        row = [plain(MEANINGS[change.count.id].label), value_text(change.count), difference_text(change.difference)]
        lines.append(cells(*row, *([code_cell(sparkline(values, _POINTS))] if report.history else [])))
    for change in report.changes:
        lines += _moved(change, style)
    for part in (_movement, _together):
        _, *shown = [*part(report, Style(style.verbose)), ""]
        if shown:
            lines += ["", f"<details><summary>{shown[0]}</summary>", "", *map(_indented, shown[1:]), "", "</details>"]
    return "\n".join(lines).rstrip() + "\n"


def _in_short(report: TrendReport) -> Iterator[str]:
    """Yield in a line for each count that has moved by how much, and the first of what came and went."""
    for change in report.changes:
        lists = ((_SIGNS["+"], change.came), (_SIGNS["-"], change.went))
        parts = [f"{how} {listed([code(item.what) for item in items], most=_MARKS)}" for how, items in lists if items]
        if parts:
            number = "as many" if not change.difference else difference_text(change.difference)
            yield f"- **{number}** {plain(MEANINGS[change.count.id].label)}: {'; '.join(parts)}"


def _all_marks(report: TrendReport) -> Iterator[tuple[str, str]]:
    for when, point in (("now", report.now), ("then", report.since)):
        yield from ((when, mark) for mark in (point.all_marks if point else ()))


def _moved(change: CountChange, style: Style) -> Iterator[str]:
    changed = [*(("+", item) for item in change.came), *(("-", item) for item in change.went)]
    if not changed:
        return
    meaning = MEANINGS[change.count.id]
    yield from ("", f"<details><summary>{plain(meaning.label)}: {len(changed):,} changed</summary>", "")
    yield from (plain(meaning.sentence), "")
    shown = style.capped(changed, _POINTS)
    yield from (f"- {_SIGNS[sign]}: {code(item_text(item))}" for sign, item in shown)
    if len(shown) < len(changed):
        yield f"- {more(len(changed) - len(shown))}"
    yield from ("", "</details>")


def _indented(line: str) -> str:
    return f"    {line}".rstrip()


_SIGNS = {"+": "added", "-": "gone"}


# --- for machines -------------------------------------------------------------------------------------------------


def as_json(report: TrendReport) -> str:
    """Return the report as one JSON object, complete and versioned."""
    document = {
        "version": 1,
        "now": _point_object(report.now),
        "since": report.since and {**_point_object(report.since), "why": report.why},
        "changes": [_change_object(change) for change in report.changes],
        **({} if report.moved is None else {"moved": [_moved_object(each, report) for each in report.moved]}),
        **({} if report.coupling is None else {"coupling": _coupling_object(report.coupling)}),
        "history": [_point_object(point) for point in report.history],
        "meanings": {name: meaning._asdict() for name, meaning in MEANINGS.items()},
        "notes": report.notes,
    }
    return json_text(document) + "\n"


def _point_object(point: Point) -> dict[str, object]:
    commit = point.commit
    named = {"commit": commit.name, "time": _time(point), "subject": commit.subject} if commit else {"commit": None}
    return {**named, "marks": point.all_marks, **(_facts_object(point.facts) if point.facts else {"counts": None})}


def _time(point: Point) -> str:
    return datetime.fromtimestamp(point.commit.seconds, UTC).isoformat() if point.commit else ""


def _facts_object(facts: Facts) -> dict[str, object]:
    counts: dict[str, dict[str, object]] = {
        counted.id: {
            "value": counted.value,
            "is_exact": counted.is_exact,
            "items": [_item_object(item) for item in counted.items],
        }
        for counted in facts.counts
    }
    contracts = {name: {"known": known, "new": new} for name, (known, new) in facts.by_contract().items()}
    counts["violations"] |= {"known": len(facts.known), "new": len(facts.new), "contracts": contracts}
    counts["upward"]["layers"] = "written" if facts.are_written else "inferred"
    return {
        "packages": facts.packages,
        "counts": counts,
        "cycles": facts.cycles,
        "numbers": facts.numbers,
        "reexporting": [_item_object(item) for item in facts.reexporting],
        "hubs": [_item_object(item) for item in facts.hubs],
    }


def _item_object(item: Item) -> dict[str, object]:
    return {name: value for name, value in asdict(item).items() if value}


def _change_object(change: CountChange) -> dict[str, object]:
    return {
        "count": change.count.id,
        "difference": change.difference,
        "came": [_item_object(item) for item in change.came],
        "went": [_item_object(item) for item in change.went],
    }


def _moved_object(move: Moved, report: TrendReport) -> dict[str, object]:
    commit = move.commit
    return {
        "commit": commit and commit.name,
        **({"subject": commit.subject} if commit else {}),
        **({"author": commit.author} if commit and report.shows_authors else {}),
        "how": move.how,
        "before": move.before,
        "after": move.after,
        "imports": [_item_object(item) for item in move.imports],
    }


def _coupling_object(found: Coupling) -> dict[str, object]:
    def pairs(some: Sequence[Pair]) -> list[dict[str, object]]:
        return [{**asdict(pair), "confidence": round(pair.confidence, 4)} for pair in some]

    return {**asdict(found), "hidden": pairs(found.hidden), "leaky": pairs(found.leaky)}


def as_csv(report: TrendReport) -> str:
    """Return one line for each point, the oldest first and the program as it is last; RFC 4180 with line feeds."""
    names = tuple(report.now.facts.numbers) if report.now.facts else ()
    table: list[list[object]] = [["commit", "time", *_COUNTS, "cut_is_exact", *names, "marks"]]
    for point in [*(report.history or filter(None, [report.since])), report.now]:
        facts = point.facts
        numbers = [counted.value for counted in facts.counts] if facts else [None] * len(_COUNTS)
        others = [facts.is_minimum, *facts.numbers.values()] if facts else [None, *(None for _ in names)]
        commit = point.commit.name if point.commit else ""
        table.append([commit, _time(point), *numbers, *others, visible("; ".join(point.all_marks))])
    return "".join(f"{','.join(map(_field, row))}\n" for row in table)


def _field(value: object) -> str:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return '"{}"'.format(text.replace('"', '""')) if set('",\r\n').intersection(text) else text
