"""The report of ``trend`` as one HTML page with charts, which needs no network; a script only moves between points.

All texts are visible already, as in other formats for people; here they are also escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from urllib.parse import quote

from import_contracts.drawing.charts import ChartPoint, chart, spark
from import_contracts.drawing.inline import whole
from import_contracts.drawing.markup import escaped
from import_contracts.reporters.trend_words import (
    commit_text,
    commits_counted,
    date_of,
    difference_text,
    hash_of,
    how_it_moved,
    number_text,
    point_text,
    value_text,
    verdict,
)
from import_contracts.reports.trend import MEANINGS, CountChange, Facts, Item, Items, Meaning, Pair, Point, TrendReport
from import_contracts.wording import count, listed

_OPEN = 6
"""The most items of a list that is open when the page is."""
_PAIRS = 15
"""How many pairs of modules are shown at once."""
_CONTRACTS = "violations"
_LAYERS = "upward"


def as_html(report: TrendReport) -> str:
    """Return the page."""
    return _Page(report).text()


class _Page:
    """The parts of the page, and the points of its charts: the history or the point of comparison, and the last one."""

    def __init__(self, report: TrendReport) -> None:
        facts = report.now.facts
        assert facts is not None, "a run without counts raises an error"  # noqa: S101
        self._report, self._facts = report, facts
        self._points = [*(report.history or filter(None, [report.since])), report.now]
        self._events = list(_events(self._points))

    def text(self) -> str:
        name = listed(self._facts.packages)
        body = [
            '<a class="skip" href="#counts">Skip to the counts</a>',
            *self._head(name),
            "<main>",
            *self._warnings(),
            *self._counts(),
            *self._movement(),
            *self._together(),
            *self._others(),
            *self._table(),
            "</main>",
        ]
        title = f"Import trend of {name}"
        return whole(title, "\n".join([*body, ""]), styles=("trend.css",), scripts=("trend.js",))

    def _head(self, name: str) -> Iterator[str]:
        report, facts = self._report, self._facts
        size = f"{count(facts.modules, 'module')} and {count(facts.imports, 'import')} now"
        since = f", compared with {point_text(report.since)} ({report.why})" if report.since else ""
        history = f" {count(len(report.history), 'commit')} of its history." if report.history else ""
        yield f"<header><h1>Import trend of <bdi>{escaped(name)}</bdi></h1>"
        yield f"<p>{escaped(f'{size}{since}.{history}')}</p></header>"

    def _warnings(self) -> Iterator[str]:
        report = self._report
        points = [("Now", report.now), *([("Then", report.since)] if report.since else [])]
        found = [f"{when}: {mark}" for when, point in points for mark in point.all_marks]
        if found or report.notes:
            lines = "".join(f"<li>{escaped(each)}</li>" for each in [*found, *report.notes])
            yield f'<ul class="warnings" aria-label="Warnings">{lines}</ul>'

    # --- the five counts ------------------------------------------------------------------------------------------

    def _counts(self) -> Iterator[str]:
        yield '<section id="counts" tabindex="-1" aria-labelledby="counts-title">'
        yield '<h2 id="counts-title">Five counts</h2>'
        yield f'<p class="intro">{escaped(verdict(self._report))} Lower is better.</p><div class="cards">'
        for number in range(len(self._report.changes)):
            yield from self._card(number)
        if len(self._points) > 1:
            yield from self._legend()
        yield "</div></section>"

    def _legend(self) -> Iterator[str]:
        keys = [("line", "from the oldest commit to now, at equal distances")]
        if self._report.since:
            keys.append(("base", f"the value at {self._name(self._report.since)}"))
        if any(point.facts and point.all_marks for point in self._points):
            keys.append(("unsure", "read with a warning: the value may be too low"))
        if any(point.facts is None for point in self._points):
            keys.append(("cross", "could not be read"))
        if any(self._events):
            keys.append(("flag", "what is counted has changed, for example because a contract was added"))
        yield '<article aria-labelledby="legend"><h3 id="legend">How to read the charts</h3><ul class="keys">'
        yield from (f'<li class="{css}">{escaped(text)}</li>' for css, text in keys)
        yield '</ul><p class="meaning">Point at a chart, or reach it with the Tab key and use the arrow keys, to see '
        yield "the commit and the number of each point. Not every chart begins at 0.</p></article>"

    def _card(self, number: int) -> Iterator[str]:
        change = self._report.changes[number]
        meaning = MEANINGS[change.count.id]
        yield f'<article aria-labelledby="count-{change.count.id}">'
        yield f'<h3 id="count-{change.count.id}">{_first_large(meaning.label)}</h3>'
        yield f'<p class="now"><strong>{value_text(change.count)}</strong> {self._moved(change)}</p>'
        if change.count.value is None:
            yield "<p>Nothing is counted: there are no contracts that can be checked.</p>"
        yield from self._chart(number, meaning.label)
        yield f'<p class="meaning">{_explained(meaning)}</p>'
        if change.count.id == _CONTRACTS:
            yield from _by_contract(self._facts)
        then = self._report.since.commit.name if self._report.since and self._report.since.commit else ""
        yield from self._list(f"{len(change.came):,} added", change.came, self._report.head, "came")
        yield from self._list(f"{len(change.went):,} removed", change.went, then, "went")
        yield from self._list(f"All {len(change.count.items):,}", change.count.items, self._report.head, "all")
        yield "</article>"

    def _moved(self, change: CountChange) -> str:
        if change.difference is None or self._report.since is None:
            return ""
        since = escaped(self._name(self._report.since))
        if not change.difference:
            return f"no change since {since}"
        css, arrow, more = ("worse", "▲", "more") if change.difference > 0 else ("better", "▼", "fewer")
        number = f"{abs(change.difference):,} {more}"
        return f'<span class="{css}"><span aria-hidden="true">{arrow}</span> {number}</span> since {since}'

    def _chart(self, number: int, title: str) -> Iterator[str]:
        if len(self._points) < 2:
            return
        report = self._report
        id_ = report.changes[number].count.id
        points = [self._point(at, number) for at in range(len(self._points))]
        if all(point.value is None for point in points):
            return
        base = report.since.facts.counts[number].value if report.since and report.since.facts else None
        yield f'<figure>{chart(title, points, base)}<div class="tip" aria-hidden="true" hidden></div></figure>'
        events = [
            f"<li>{escaped(f'{self._name(self._points[at])}: {each[id_]}')}</li>"
            for at, each in enumerate(self._events)
            if id_ in each
        ]
        if events:
            yield f'<ul class="events">{"".join(events)}</ul>'

    def _point(self, at: int, number: int) -> ChartPoint:
        point, facts = self._points[at], self._points[at].facts
        counted = facts.counts[number] if facts else None
        event = self._events[at].get(counted.id, "") if counted else ""
        label = MEANINGS[self._report.changes[number].count.id].label
        known = counted is not None and counted.value is not None
        title = commit_text(point.commit, self._report) if point.commit else "now"
        lines = [
            title,
            f"{label}: {value_text(counted)}" if known else "no contracts" if counted else "could not be read",
            *([event] if event else []),
            *point.all_marks[:3],
            *([f"and {len(point.all_marks) - 3:,} more"] if len(point.all_marks) > 3 else []),
        ]
        whole_ = not point.all_marks and facts is not None
        return ChartPoint(self._name(point), "\n".join(lines), counted.value if counted else None, whole_, event)

    def _name(self, point: Point) -> str:
        """Return the date of a point, or its hash if several points have the same date and no other has another."""
        dates = [date_of(each) for each in self._points if each.commit]
        is_clear = len(dates) == 1 or len(set(dates)) > 1
        return date_of(point) if is_clear and point.commit else hash_of(point)

    def _list(self, title: str, items: Items, commit: str, css: str) -> Iterator[str]:
        if not items:
            return
        is_open = " open" if css != "all" and len(items) <= _OPEN else ""
        yield f'<details class="{css}"{is_open}><summary>{title}</summary><ul>'
        yield from (f"<li>{self._item(item, commit)}</li>" for item in items)
        yield "</ul></details>"

    def _item(self, item: Item, commit: str = "") -> str:
        contract = f' <span class="contract">{escaped(item.contract)}</span>' if item.contract else ""
        return f"{_arrowed(item.what)}{contract}{self._place(item, commit)}"

    def _place(self, item: Item, commit: str) -> str:
        if not item.path:
            return ""
        place = escaped(f"{item.path}:{item.line}" if item.line else item.path)
        address = self._report.forge if commit else ""
        if not address:
            return f' <span class="place">{place}</span>'
        parts = {"{commit}": commit, "{path}": quote(item.path), "{line}": str(item.line or 1)}
        for part, text in parts.items():
            address = address.replace(part, text)
        return f' <a class="place" href="{escaped(address)}">{place}</a>'

    # --- the other sections -----------------------------------------------------------------------------------------

    def _movement(self) -> Iterator[str]:
        report = self._report
        if report.moved is None:
            return
        yield '<section aria-labelledby="moved"><h2 id="moved">What moved the cycles</h2>'
        yield '<p class="intro">The commits at which a runtime cycle changed, the oldest first, and the imports that '
        yield "did it: without any one of them it would not have changed.</p>"
        yield "" if report.moved else "<p>No commit has moved them.</p>"
        for commit, moves in groupby(report.moved, key=attrgetter("commit")):
            yield f'<article class="commit"><h3>{escaped(commit_text(commit, report))}</h3>'
            for move in moves:
                is_added = bool(set(move.after) - set(move.before))
                name = commit.name if commit and is_added else ""
                css = "came" if is_added else "went"
                yield f"<p>{_first_large(how_it_moved(move))}.</p>"
                yield from self._list(f"{count(len(move.imports), 'import')} {css}", move.imports, name, css)
            yield "</article>"
        yield "</section>"

    def _together(self) -> Iterator[str]:
        found = self._report.coupling
        if found is None:
            return
        yield '<section aria-labelledby="coupling"><h2 id="coupling">Modules that change together</h2>'
        yield '<p class="intro">More often than by chance, the least probable first. '
        yield f"Commits show that two modules change together, not why. {escaped(commits_counted(found))}.</p>"
        yield from _pairs("No import joins them", "A dependency that the imports do not show.", found.hidden)
        yield from _pairs(
            "An import joins them across a boundary of a contract", "Changes do not stay on one side.", found.leaky
        )
        yield "</section>"

    def _others(self) -> Iterator[str]:
        old = self._report.since.facts.numbers if self._report.since and self._report.since.facts else {}
        yield '<section aria-labelledby="others"><h2 id="others">Other numbers</h2>'
        yield '<p class="intro">More of these is neither better nor worse in itself.</p><div class="wide"><table>'
        yield '<thead><tr><th scope="col">What</th><th scope="col" class="number">Now</th>'
        yield '<th scope="col" class="number">Change</th><th scope="col" class="history">History</th></tr></thead>'
        yield "<tbody>"
        for name, value in self._facts.numbers.items():
            meaning = MEANINGS[name]
            change = difference_text(round(value - old[name], 4), name) if name in old else ""
            values = [point.facts.numbers[name] for point in self._points if point.facts]
            yield f'<tr><th scope="row">{_first_large(meaning.label)}<p class="meaning">{_explained(meaning)}</p></th>'
            yield f'<td class="number">{number_text(name, value)}</td><td class="number">{change}</td>'
            yield f'<td class="history">{spark(values) if len(values) > 1 else ""}</td></tr>'
        yield "</tbody></table></div>"
        for name, items in (("reexporting", self._facts.reexporting), ("hubs", self._facts.hubs)):
            yield from self._list(f"{len(items):,} {_coded(MEANINGS[name].label)}", items, self._report.head, "all")
        yield "</section>"

    def _table(self) -> Iterator[str]:
        yield '<section aria-labelledby="points"><h2 id="points">Every point</h2>'
        yield '<details><summary>The numbers of the charts as a table</summary><div class="wide plain"><table>'
        labels = [_first_large(MEANINGS[change.count.id].label) for change in self._report.changes]
        heads = "".join(_cell("th", label) for label in labels)
        yield f'<thead><tr><th scope="col">Commit</th>{heads}</tr></thead><tbody>'
        for point in self._points:
            counts = point.facts.counts if point.facts else (None,) * len(labels)
            marks = "".join(f'<p class="mark">{escaped(mark)}</p>' for mark in point.all_marks)
            title = commit_text(point.commit, self._report) if point.commit else "now"
            cells = "".join(_cell("td", escaped(value_text(each))) for each in counts)
            yield f'<tr><th scope="row">{escaped(title)}{marks}</th>{cells}</tr>'
        yield "</tbody></table></div></details></section>"


def _events(points: Sequence[Point]) -> Iterator[dict[str, str]]:
    """Yield for each point which contracts were added or removed there, by the count that it is about."""
    before: Facts | None = None
    for point in points:
        found: dict[str, str] = {}
        facts = point.facts
        if before is not None and facts is not None and (facts.contracts is not None or not point.all_marks):
            old, new = set(before.contracts or ()), set(facts.contracts or ())
            ways = (("added", new - old), ("removed", old - new))
            texts = [f"{count(len(ids), 'contract')} {how}: {listed(sorted(ids))}" for how, ids in ways if ids]
            if texts:
                found[_CONTRACTS] = "; ".join(texts)
            if facts.are_written != before.are_written:
                found[_LAYERS] = "layers are written from here on" if facts.are_written else "no layers are written now"
        if facts is not None and (facts.contracts is not None or not point.all_marks):
            before = facts
        yield found


def _by_contract(facts: Facts) -> Iterator[str]:
    found = {contract: numbers for contract, numbers in facts.by_contract().items() if any(numbers)}
    if found:
        lines = (
            f"<li>{escaped(contract)}: {count(known, 'known violation')}, {new:,} new</li>"
            for contract, (known, new) in found.items()
        )
        yield f'<ul class="contracts">{"".join(lines)}</ul>'


def _pairs(title: str, meaning: str, pairs: Sequence[Pair]) -> Iterator[str]:
    yield f"<h3>{title}</h3>"
    if not pairs:
        yield "<p>None.</p>"
        return
    yield f'<p class="intro">{meaning}</p>'
    yield from _pair_table(pairs[:_PAIRS])
    if rest := pairs[_PAIRS:]:
        yield f"<details><summary>{count(len(rest), 'pair')} more</summary>"
        yield from _pair_table(rest)
        yield "</details>"


def _pair_table(pairs: Sequence[Pair]) -> Iterator[str]:
    yield '<div class="wide plain"><table><thead><tr><th scope="col">Modules</th>'
    yield '<th scope="col" class="number">Commits of both</th><th scope="col" class="number">Of those of the first</th>'
    yield '<th scope="col" class="history">Some of them</th></tr></thead><tbody>'
    for pair in pairs:
        contracts = "".join(f' <span class="contract">{escaped(each)}</span>' for each in pair.contracts)
        names = f"<bdi>{escaped(pair.first)}</bdi> and <bdi>{escaped(pair.second)}</bdi>{contracts}"
        commits = ", ".join(f"<code>{escaped(commit[:12])}</code>" for commit in pair.commits[:3])
        numbers = (f"{pair.support:,}", f"{pair.confidence:.0%} of {pair.of_first:,}")
        cells = "".join(_cell("td", each) for each in numbers)
        yield f'<tr><th scope="row">{names}</th>{cells}<td class="history">{commits}</td></tr>'
    yield "</tbody></table></div>"


def _cell(tag: str, content: str) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    return f'<{tag}{scope} class="number">{content}</{tag}>'


def _arrowed(what: str) -> str:
    """Return the name of a module, or those of an importer and of what it imports."""
    return " → ".join(f"<bdi>{escaped(name)}</bdi>" for name in what.split(" -> "))


def _first_large(text: str) -> str:
    return _coded(text if text.startswith("`") else text[:1].upper() + text[1:])


def _explained(meaning: Meaning) -> str:
    return f'{_coded(meaning.sentence)} <span class="source">Source: {_coded(meaning.source)}.</span>'


def _coded(text: str) -> str:
    return re.sub("`(.*?)`", r"<code>\1</code>", escaped(text))
