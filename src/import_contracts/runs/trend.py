"""The run of ``trend``: counts what there is in a program, as it is and as it was at earlier commits."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from import_contracts import git
from import_contracts.drawing.forge import file_address, inside
from import_contracts.judging.statements import Statements
from import_contracts.problems import Problem, UserError
from import_contracts.reading.commit_tree import Tree
from import_contracts.reading.context import RunContext
from import_contracts.reading.siblings import compare_with_siblings
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.records import replace
from import_contracts.reporters.badge import as_badge
from import_contracts.reporters.people import shown as seen
from import_contracts.reporters.style import Style
from import_contracts.reporters.trend import as_csv, as_json, as_markdown, as_text
from import_contracts.reporters.trend_page import as_html
from import_contracts.reports.cycles import Question
from import_contracts.reports.trend import Commit, Coupling, Facts, Moved, Point, TrendReport, present_name, renamed
from import_contracts.repository import root_of
from import_contracts.runs.check import judged
from import_contracts.runs.coupling import evidence
from import_contracts.runs.cycles import demand_modules
from import_contracts.runs.earlier import EarlierSubjects, Named, Subject
from import_contracts.runs.requests import packages_extent
from import_contracts.trend.counting import Judged, boundaries, facts_of, runtime_imports, whole_graph
from import_contracts.trend.coupling import coupling
from import_contracts.trend.memory import Memory, context_of, state_of
from import_contracts.trend.movement import Imports, changes_at, moved
from import_contracts.visible import visible_report
from import_contracts.wording import count

DAYS = 30
"""How many days before the last commit the default of ``--since`` is, where no branch began."""
PERIODS = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m", "year": "%Y"}
"""What ``--every`` may name, each with a format that is the same for all times in one of them."""


def _text(report: TrendReport, style: Style) -> str:
    return visible_report(as_text(seen(report), style))


def _markdown(report: TrendReport, style: Style) -> str:
    return visible_report(as_markdown(seen(report), style))


FORMATS: Mapping[str, Callable[[TrendReport, Style], str]] = {
    "badge": lambda report, _: as_badge(report),
    "csv": lambda report, _: as_csv(report),
    "html": lambda report, _: as_html(seen(report)),
    "json": lambda report, _: as_json(report),
    "markdown": _markdown,
    "text": _text,
}


class Wish(NamedTuple):
    """Which earlier commits are wanted: one revision, so many points of the history, or one in each period.

    With ``moved``, also what moved the cycles since, with ``authors`` who, and with ``coupling`` what changes together.
    """

    since: str | None = None
    points: int | None = None
    every: str | None = None
    moved: bool = False
    authors: bool = False
    coupling: bool = False


def trend(now: Subject, named: Named, wish: Wish, context: RunContext) -> TrendReport:
    """Return the counts of a program as it is, and at earlier commits; raises UserError if there is nothing to count.

    Also if what the user has named is not there: a package, a revision or, if one is wished for, a history.
    """
    counted = _counted(now, context)
    facts = counted.facts
    report = TrendReport(Point(None, facts, (*now.marks, *counted.marks)))
    commits = _ancestors(now.folder, "HEAD")
    if not commits:
        why = git.obstacle(now.folder)
        if any(wish):
            raise UserError(Problem(f"There is no history: {why}"))
        return replace(report, notes=(f"There are no earlier counts: {why}",))
    since, why = _since(now.folder, commits, wish)
    wanted = _chosen(commits, wish, since)
    with Tree(now.folder) as tree:
        past = Past(now, named, tree, context)
        points = past.points([*wanted, *([] if since in wanted else [since])])
        moved = past.moved(_between(now.folder, commits, since), facts) if wish.moved else None
    notes = []
    if git.is_shallow(now.folder):
        notes.append(f"This is a shallow clone with {count(len(commits), 'commit')}; for more: git fetch --unshallow")
    history = tuple(points[commit] for commit in reversed(wanted))
    if wish.coupling:
        report = replace(report, coupling=_coupling(now, counted, context))
    report = replace(report, since=points[since], why=why, history=history, notes=tuple(notes))
    report = replace(report, forge=_forge(now.folder), head=commits[0].name)
    return replace(report, moved=moved, shows_authors=wish.authors)


def _forge(folder: Path) -> str:
    """Return the address of a file of a commit, whose path is relative to a folder; "" if it is not known."""
    remote, root = git.remote(folder), root_of(folder.resolve())
    if not remote or root is None:
        return ""
    inner = folder.resolve().relative_to(root)
    return inside(file_address(remote, "{commit}"), inner.as_posix() if inner.parts else "")


# --- which commits ------------------------------------------------------------------------------------------------


def _ancestors(folder: Path, revision: str) -> list[Commit]:
    """Return a commit, its first parent, the first parent of that, and so on; empty if there is no such commit."""
    name = git.commit(folder, revision)
    return [Commit(*each) for each in git.first_parents(folder, name)] if name else []


def _since(folder: Path, commits: Sequence[Commit], wish: Wish) -> tuple[Commit, str]:
    """Return the commit to compare with, and why that one; raises UserError if there is no such commit."""
    if wish.since is not None:
        found = _ancestors(folder, wish.since)
        if not found:
            raise UserError(Problem(f"--since: {git.absence(folder, wish.since)}"))
        return found[0], wish.since
    if wish.points or wish.every:
        first = _chosen(commits, wish, None)[-1]
        return first, "the first point"
    base = git.merge_base(folder)
    if base is not None and base != commits[0].name and (found := _ancestors(folder, base)):
        return found[0], "where this branch began"
    old = [commit for commit in commits if commit.seconds <= commits[0].seconds - DAYS * 24 * 3600]
    return (old[0], f"{DAYS} days before the last commit") if old else (commits[-1], "the first commit")


def _between(folder: Path, commits: Sequence[Commit], since: Commit) -> list[Commit]:
    """Return a commit, and then those that came after it, or after the commit where its branch began, in order."""
    known = set(commits)
    base = next((commit for commit in _ancestors(folder, since.name) if commit in known), None)
    return [since, *reversed(commits[: commits.index(base)] if base else commits)]


def _chosen(commits: Sequence[Commit], wish: Wish, since: Commit | None) -> list[Commit]:
    """Return the points of the history, the newest first: of those since a commit, if that is one of them."""
    if wish.since is not None and since in commits:
        commits = commits[: commits.index(since) + 1]
    if wish.every is not None:
        form = PERIODS[wish.every]
        last: dict[str, Commit] = {}
        for commit in commits:
            last.setdefault(datetime.fromtimestamp(commit.seconds, UTC).strftime(form), commit)
        commits = list(last.values())
    if wish.points is None:
        return list(commits) if wish.every else []
    if wish.points >= len(commits):
        return list(commits)
    last_index = max(wish.points - 1, 1)
    return [commits[number * (len(commits) - 1) // last_index] for number in range(wish.points)]


# --- what is counted ----------------------------------------------------------------------------------------------


class Counted(NamedTuple):
    """What was counted, why contracts could not be checked, what was read, and the verdicts on the contracts."""

    facts: Facts
    marks: tuple[str, ...]
    statements: Statements
    judged: Sequence[Judged] | None


def _counted(subject: Subject, context: RunContext) -> Counted:
    """Count what there is; raises UserError if nothing is there."""
    statements = _read(subject, context)
    marks: list[str] = []
    verdicts = None
    try:
        if subject.configs is not None:
            verdicts = [judged(config, context._replace(folder=config.folder)) for config in subject.configs]
    except UserError as error:
        marks = [f"the contracts could not be checked: {problem}" for problem in error.problems]
    with context.step("count"):
        return Counted(facts_of(subject.question, statements, verdicts), tuple(marks), statements, verdicts)


def _read(subject: Subject, context: RunContext) -> Statements:
    """Read the program that something is counted in; raises UserError if a package or module is not there."""
    extent = packages_extent(subject.question.packages, subject.roots, subject.exclude)
    statements = Statements(take_snapshot(compare_with_siblings(extent, context._replace(folder=subject.folder))))
    demand_modules(subject.question, statements.snapshot.program)
    return statements


def _coupling(now: Subject, counted: Counted, context: RunContext) -> Coupling:
    """Return what changes together; raises UserError if git cannot tell."""
    changes, modules, ignored = evidence(now.folder, counted.statements.snapshot.program, context)
    graph = whole_graph(now.question, counted.statements)
    with context.step("find what changes together"):
        return coupling(changes, modules, graph, ignored, boundaries(counted.judged or ()))


_BEFORE_COLLECTION = 10


class Past:
    """The program at earlier commits."""

    def __init__(self, now: Subject, named: Named, tree: Tree, context: RunContext) -> None:
        self._now = now
        self._tree = tree
        self._context_now = context
        self._context = context_of(context, tree.root)
        here = [tree.inside(path) for path in (named.here, *named.folders)]
        settings = (here, named.packages, named[3:], now.question, now.configs is None)
        self._memory = Memory(self._context, settings)
        self._subjects = EarlierSubjects(now, named, tree)
        self._read_until_now = 0

    def points(self, commits: Sequence[Commit]) -> dict[Commit, Point]:
        """Return the point of each commit; they are read from the newest to the oldest."""
        points: dict[Commit, Point] = {}
        try:
            with self._context_now.step(f"read {count(len(commits), 'commit')}", len(commits)) as advance:
                for commit in sorted(commits, key=lambda each: -each.seconds):
                    points[commit] = self._point(commit)
                    advance()
        finally:
            self._memory.save()
        return points

    def _point(self, commit: Commit) -> Point:
        known = self._memory.of_commit(commit.name)
        if known is not None:
            return Point(commit, *known)
        listing = git.listing(self._now.folder, commit.name)
        if listing is None:
            return Point(commit, None, ("git cannot list its files; fetch what this clone lacks",))
        state = state_of(listing)
        known = self._memory.of_state(commit.name, state)
        if known is not None:
            return Point(commit, *known)
        self._tree.become(listing)
        found, is_whole = self._read()
        self._read_until_now += 1
        if self._read_until_now % _BEFORE_COLLECTION == 0:
            gc.collect()  # which does not run automatically, and each program has many objects
        if is_whole and self._tree.is_whole:
            self._memory.keep(commit.name, state, *found)
        return Point(commit, *found)

    def _read(self) -> tuple[tuple[Facts | None, tuple[str, ...]], bool]:
        """Count what is in the tree; return it, what could not be read or checked, and if each package is there."""
        tree = self._tree
        try:
            subject, names = self._subjects.find()
            facts, marks, *_ = _counted(subject, self._context)
        except UserError as error:
            return (None, (*tree.marks, *(problem.message for problem in error.problems))), False
        facts = renamed(facts, {then: now for now, then in names.items()})
        return (facts, (*tree.marks, *subject.marks, *marks)), all(names.values())

    # --- what moved the cycles --------------------------------------------------------------------------------------

    def moved(self, commits: Sequence[Commit], now: Facts) -> tuple[Moved, ...]:
        """Return what moved the cycles from a commit to the program as it is, given its descendants in order."""
        cycles = cache(partial(self._cycles, commits, now))
        with self._context_now.step("find what moved the cycles"):
            found: list[Moved] = []
            for number in changes_at(0, len(commits), cycles):
                commit = commits[number] if number < len(commits) else None
                before = self._imports(commits[number - 1])
                after = self._imports(commit) if commit else runtime_imports(*self._program(self._now))
                found += moved(commit, before, after)
        self._memory.save()
        return tuple(found)

    def _cycles(self, commits: Sequence[Commit], now: Facts, number: int) -> object:
        """Return the cycles of a commit by its number, or after the last of the program as it is, in any order."""
        facts = now if number == len(commits) else self._point(commits[number]).facts
        return facts and facts.cycles

    def _program(self, subject: Subject) -> tuple[Question, Statements]:
        context = self._context_now if subject is self._now else self._context
        return subject.question, _read(subject, context)

    def _imports(self, commit: Commit) -> Imports:
        """Return the runtime imports at a commit, by the present names of packages; empty if it cannot be read."""
        self._tree.become(git.listing(self._now.folder, commit.name) or {})
        try:
            subject, names = self._subjects.find()
            found = runtime_imports(*self._program(subject))
        except UserError:
            return {}
        old = {then: now for now, then in names.items()}
        ends = {edge: (present_name(edge[0], old), present_name(edge[1], old)) for edge in found}
        return {ends[edge]: replace(item, what=" -> ".join(ends[edge])) for edge, item in found.items()}
