"""Phrases that the formats of ``trend`` for people share."""

from __future__ import annotations

from datetime import UTC, datetime

from import_contracts.reports.trend import Commit, Count, Coupling, Item, Moved, Point, TrendReport
from import_contracts.wording import count, listed


def item_text(item: Item) -> str:
    """Return an item with its contract and its place."""
    place = f"  {item.path}{f':{item.line}' if item.line else ''}" if item.path else ""
    return f"{item.what}{f'  [{item.contract}]' if item.contract else ''}{place}"


def value_text(counted: Count | None) -> str:
    """Return the value of a count, after "≤" if it is the most that it can be; "-" if there is none."""
    if counted is None or counted.value is None:
        return "-"
    return f"{'' if counted.is_exact else '≤ '}{counted.value:,}"


def difference_text(difference: float | None, name: str = "") -> str:
    """Return a difference with its sign, "=" for none; "" if it is not known."""
    if difference is None:
        return ""
    return "=" if not difference else f"{'+' if difference > 0 else '-'}{number_text(name, abs(difference))}"


def number_text(name: str, value: float) -> str:
    """Return a number that is not judged; shares in percent."""
    return f"{value * 100:.1f} %" if name.endswith("_share") else f"{value:,}"


def point_text(point: Point) -> str:
    """Return the short hash of a point and its date."""
    return f"{hash_of(point)}, {date_of(point)}"


def hash_of(point: Point) -> str:
    """Return the short hash of a point; "now" for the program as it is."""
    return point.commit.name[:12] if point.commit else "now"


def date_of(point: Point) -> str:
    """Return the date of a point, in UTC; "" for the program as it is."""
    return datetime.fromtimestamp(point.commit.seconds, UTC).strftime("%Y-%m-%d") if point.commit else ""


def commit_text(commit: Commit | None, report: TrendReport) -> str:
    """Return a commit with its date and the first line of its message, and its author if that may be named."""
    if commit is None:
        return "not committed"
    author = f", {commit.author}" if report.shows_authors else ""
    return f"{commit.name[:12]}, {date_of(Point(commit, None))}{author}: {commit.subject}"


def how_it_moved(move: Moved) -> str:
    """Return in a sentence how a commit moved a cycle."""
    came, went = sorted({*move.after} - {*move.before}), sorted({*move.before} - {*move.after})
    if move.how in {"appeared", "vanished"}:
        return f"a cycle of {count(len(came or went), 'module')} {move.how}: {listed(came or went)}"
    changes = [f"{listed(names)} {what}" for names, what in ((came, "came"), (went, "went")) if names]
    module = min({*move.before} & {*move.after})
    sizes = f"from {len(move.before):,} to {len(move.after):,} modules"
    return f"the cycle of {module} {move.how} {sizes}: {'; '.join(changes)}"


def commits_counted(found: Coupling) -> str:
    """Return how many commits count, and how many are left out and why."""
    left_out = [(found.large, "large"), (found.bots, "by bots"), (found.ignored, "ignored by .git-blame-ignore-revs")]
    rest = listed([f"{number:,} {what}" for number, what in left_out if number])
    return f"{count(found.commits, 'commit')} of these modules{f'; left out: {rest}' if rest else ''}"


def verdict(report: TrendReport) -> str:
    """Return in a sentence how many of the counts rose and fell since the point of comparison; "" without one."""
    differences = [change.difference for change in report.changes if change.difference is not None]
    if not differences:
        return ""
    rose, fell = (sum(1 for each in differences if sign * each > 0) for sign in (1, -1))
    if not (rose or fell):
        return f"None of the {len(differences)} counts has changed."
    return f"Of {count(len(differences), 'count')}, {rose or 'none'} rose and {fell or 'none'} fell."
