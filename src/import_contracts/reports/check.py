"""The result of ``lint-imports check``."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from shlex import quote

from import_contracts.baseline import MODULE, Entry, Renaming
from import_contracts.graph.import_graph import Edge, Import
from import_contracts.problems import Problem, Severity, united
from import_contracts.records import NamedTuple, dataclass
from import_contracts.reports.changes import ReportedFix
from import_contracts.reports.later import Later, Parts
from import_contracts.reports.weakening import Weakening
from import_contracts.wording import count


class Result(StrEnum):
    """The result of a whole run."""

    KEPT = "kept"
    BROKEN = "broken"
    ERROR = "error"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class ReportedViolation:
    """A violation with its evidence from the source files.

    ``lines`` are the lines of all statements with which ``importer`` imports ``imported``, sorted; excluded kinds are
    left out. ``chain`` begins with the import itself; each of its imports has the place of the first statement and the
    kind of the most eager one. ``is_known`` is True if the violation is in the baseline, and ``is_renamed`` if it is
    there with old names. ``is_chain_cut`` is True if the chain has only the import itself, because the chains of a
    large cycle would be too long together.

    For a module that no layer lists, ``imported`` is empty, ``path`` is the module's own file, and ``lines`` and
    ``chain`` are empty. For a crash, ``importer`` is the module that is imported first, ``imported`` is empty,
    ``path`` and ``lines`` are those of the statement that fails, and ``chain`` leads there. ``advice`` is what to do
    about this violation, as the end of a sentence about ``importer``; "" if there is none.
    """

    importer: str
    imported: str
    target: str
    message: str
    path: str
    lines: tuple[int, ...] = ()
    chain: tuple[Import, ...] = ()
    is_known: bool = False
    is_chain_cut: bool = False
    is_renamed: bool = False
    advice: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the violation is not in the baseline, not even with old names."""
        return not self.is_known and not self.is_renamed

    @property
    def is_crash(self) -> bool:
        """Whether the importer crashes when it is imported first."""
        return not self.imported and bool(self.chain)

    @property
    def line(self) -> int:
        """The line of the first statement; 1 if there is no statement."""
        return self.lines[0] if self.lines else 1

    @property
    def column(self) -> int:
        """The column of that statement, from 1."""
        return self.chain[0].column if self.chain else 1

    def fingerprint(self, contract: str) -> str:
        """Return 32 hexadecimal digits that identify the violation of a contract, whatever its lines and its chain."""
        return Entry.of(contract, self).fingerprint


@dataclass(frozen=True, slots=True)
class ReportedCut:
    """Imports whose removal fixes all violations with ``message``.

    ``is_minimum`` is True if this is proven to be the smallest such set.
    """

    message: str
    imports: tuple[Import, ...]
    is_minimum: bool
    fixes: Sequence[ReportedFix] = ()
    """A fix for each import, in the same order; empty if the contract is about neither cycles nor direct imports."""
    others: Sequence[int] = ()
    """For each import, in the same order, how many other cuts have it."""


@dataclass(frozen=True, slots=True)
class Cause:
    """An import that causes ``effects`` new violations.

    ``is_added`` tells whether it was added since the merge base; None if git knows no merge base. ``others`` are the
    imports that could be removed instead; if ``has_more``, there may be more of them.
    """

    evidence: Import
    effects: int
    is_added: bool | None
    others: tuple[Import, ...] = ()
    has_more: bool = False


class Sentence(NamedTuple):
    """The new violations with one message, most urgent first, and the imports to remove to fix them."""

    message: str
    violations: Sequence[ReportedViolation]
    cuts: Sequence[ReportedCut]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many violations are new, how many are known, and how many are known with old names."""

    new: int
    known: int
    renamed: int


class _Remembering:
    """Has room for cached properties, for which a class of slots alone has none."""


@dataclass(frozen=True, slots=True)
class Outcome(_Remembering):
    """The result of one contract.

    ``kept`` is True if there is no new violation, and None if the contract could not be checked. ``violations`` are
    in the order in which the contract type returns them. ``ignored`` is the number of imports that ``ignore_imports``
    matches, and ``inline`` that of the comments in the program that ignore an import. ``causes`` are
    the cheapest imports whose removal leaves no new violation, those with most effects first. Without a baseline, this
    is about the violations that need imports which were added since the merge base; without one, there are no causes.
    """

    id: str
    name: str
    type: str
    reason: str
    kept: bool | None
    violations: Sequence[ReportedViolation] = ()
    cuts: Sequence[ReportedCut] = ()
    ignored: int = 0
    causes: tuple[Cause, ...] = ()
    about_cycles: bool = False
    demand: str = ""
    """The rule of its contract type, in one sentence."""
    inline: int = 0
    has_baseline: bool = False
    """Whether its violations are compared with a baseline."""
    counted: Counts | None = None
    """The `counts`, if they are known without a look at the violations."""

    @cached_property
    def counts(self) -> Counts:
        """The numbers of violations."""
        if self.counted is not None:
            return self.counted
        return Counts(sum(each.is_new for each in self.violations), len(self.known), len(self.renamed))

    @cached_property
    def new(self) -> tuple[ReportedViolation, ...]:
        """The new violations: first those that cause others, then those with the shortest chains."""
        new = (violation for violation in self.violations if violation.is_new)
        return tuple(sorted(new, key=self._urgency))

    @property
    def known(self) -> tuple[ReportedViolation, ...]:
        """The violations that are in the baseline."""
        return tuple(violation for violation in self.violations if violation.is_known)

    @property
    def renamed(self) -> tuple[ReportedViolation, ...]:
        """The violations that are in the baseline with old names."""
        return tuple(violation for violation in self.violations if violation.is_renamed)

    @property
    def is_shown(self) -> bool:
        """Whether the contract is broken by more than violations with old names."""
        return self.kept is False and bool(self.counts.new or not self.counts.renamed)

    @property
    def sentences(self) -> dict[str, list[ReportedViolation]]:
        """The new violations by message, in the order of `new`; the messages in the order of ``violations``."""
        return {sentence.message: list(sentence.violations) for sentence in self.told}

    @property
    def told(self) -> Sequence[Sentence]:
        """The same, each with its cuts; what is about a message is made when that is read."""
        counts, parts = self.counts, self.violations
        if isinstance(parts, Parts):
            numbers = range(parts.number) if counts.new else ()
            places = [at for at in numbers if len(parts) == counts.new or any(each.is_new for each in parts.part(at))]
            return Later(len(places), lambda number: self._sentence(parts, places[number]))
        by_message: dict[str, list[ReportedViolation]] = {}
        for violation in parts if counts.new else ():
            if violation.is_new:
                by_message.setdefault(violation.message, []).append(violation)
        cuts: dict[str, list[ReportedCut]] = {}
        for cut in self.shown_cuts if by_message else ():
            cuts.setdefault(cut.message, []).append(cut)
        return [
            Sentence(message, sorted(new, key=self._urgency), cuts.get(message, ()))
            for message, new in by_message.items()
        ]

    def _sentence(self, violations: Parts[ReportedViolation], at: int) -> Sentence:
        new, cuts = [each for each in violations.part(at) if each.is_new], self.shown_cuts
        cuts_here = cuts.part(at) if isinstance(cuts, Parts) else ()
        return Sentence(new[0].message, sorted(new, key=self._urgency), cuts_here)

    @cached_property
    def shown_causes(self) -> tuple[Cause, ...]:
        """The causes; empty if each new violation is one of them, and causes no other."""
        if not self.causes:
            return ()
        alone = [violation for violation in self.new if len(violation.chain) == 1 and not violation.is_chain_cut]
        direct = {(violation.importer, violation.imported) for violation in alone}
        repeated = (
            (cause.evidence.importer, cause.evidence.imported) in direct and cause.effects == 1 for cause in self.causes
        )
        is_whole = len(self.causes) == self.counts.new
        return () if all(repeated) and is_whole else self.causes

    @property
    def shown_cuts(self) -> Sequence[ReportedCut]:
        """The cuts; none if the causes say all that has to be removed to get back to the baseline."""
        return () if self.has_baseline and self.causes else self.cuts

    @property
    def cuts_with_fixes(self) -> Sequence[ReportedCut]:
        """The cuts that have fixes."""
        return () if isinstance(self.cuts, Parts) else [cut for cut in self.cuts if cut.fixes]

    def cause_of(self, violation: ReportedViolation) -> Cause | None:
        """Return what causes a new violation, unless it does so itself."""
        chain = {(each.importer, each.imported) for each in violation.chain} if violation.is_new else ()
        found = (each for each in self.causes if (each.evidence.importer, each.evidence.imported) in chain)
        cause = next(found, None)
        own = (violation.importer, violation.imported)
        alone = cause is None or (own == (cause.evidence.importer, cause.evidence.imported) and not cause.others)
        return None if alone else cause

    def _urgency(self, violation: ReportedViolation) -> tuple[bool, bool, int, str, str]:
        first = violation.chain[0] if self.causes and violation.chain else None
        is_cause = first is not None and (first.importer, first.imported) in self._caused
        return not is_cause, violation.is_chain_cut, len(violation.chain), violation.importer, violation.imported

    @cached_property
    def _caused(self) -> frozenset[Edge]:
        return frozenset((cause.evidence.importer, cause.evidence.imported) for cause in self.causes)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read completely; ``line`` is None if the problem is not on one line."""

    path: str
    line: int | None
    message: str

    @property
    def problem(self) -> Problem:
        """The same, as a `Problem`."""
        return Problem(self.message, file=self.path, line=self.line)


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run.

    ``modules`` and ``imports`` are the numbers of modules and of pairs of importer and imported. ``outcomes`` are in
    the order of the configuration.

    ``baseline`` is the path of the baseline, ``stale`` are its entries that no violation matches any more, sorted; both
    are None without a baseline. ``renamings`` turn other entries into violations; these are not stale. ``options`` are
    the options that select this configuration in another command. ``names_added`` is True if the report depends on the
    merge base, and ``asked_git`` if it depends on more that git says.

    ``parts`` are the reports of the single configurations, if there are several; otherwise it is empty.

    Paths are relative to ``folder``, unless they are outside it; ``root`` is the root of the repository around it. Both
    are absolute, and "" if there is none. If ``judges`` is False, as for ``cycles``, only errors fail the run.
    ``weakening`` is what is let through now, and was not at the merge base; None if that was not asked or is unknown.
    """

    modules: int
    imports: int
    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    stale: tuple[str, ...] | None = None
    renamings: tuple[Renaming, ...] = ()
    stale_fails: bool = True
    options: str = ""
    baseline: str | None = None
    folder: str = ""
    root: str = ""
    judges: bool = True
    weakening: Weakening | None = None
    parts: tuple[Report, ...] = ()
    asked_git: bool = False
    names_added: bool = False

    @property
    def configurations(self) -> tuple[Report, ...]:
        """The reports of the single configurations: ``parts``, or this report."""
        return self.parts or (self,)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that did not prevent a check."""
        return united(problem for problem in self.problems if not problem.is_error)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that prevented a check."""
        return united(problem for problem in self.problems if problem.is_error)

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The errors, and a problem for each unreadable file: because of these the result is incomplete."""
        return (*self.errors, *(file.problem for file in self.unreadable))

    @property
    def drift(self) -> tuple[Problem, ...]:
        """A problem for each renaming, and one for each stale entry, with the command that updates the baseline."""
        if self.parts:
            return tuple(problem for part in self.parts for problem in part.drift)
        problems = []
        for renaming, command in self.renaming_commands:
            why = f"this explains {count(renaming.entries, 'violation')}"
            problems.append(Problem(f"{renaming}; {why}. Update the baseline: {command}", self.baseline))
        severity = Severity.ERROR if self.stale_fails else Severity.WARNING
        for entry in self.stale or ():
            message = f"No violation matches '{entry}' any more. Remove it: {self.shrink_command}"
            problems.append(Problem(message, self.baseline, severity=severity))
        return tuple(problems)

    @property
    def renaming(self) -> Renaming | None:
        """The renaming of a module, if there is only this one; None if there are others."""
        return self.renamings[0] if len(self.renamings) == 1 and self.renamings[0].kind == MODULE else None

    @property
    def renaming_commands(self) -> tuple[tuple[Renaming, str], ...]:
        """The renamings, each with the command that updates the baseline."""
        return tuple(
            (each, f"lint-imports baseline rename {quote(each.old)} {quote(each.new)}{self.options}")
            for each in self.renamings
        )

    @property
    def shrink_command(self) -> str:
        """The command that removes the stale entries."""
        return f"lint-imports baseline shrink{self.options}"

    def in_repository(self, path: str) -> str:
        """Return a path of the report relative to the root of the repository; unchanged if it is outside."""
        if not self.root:
            return path
        is_absolute = path.startswith("/") or path[1:3] == ":/"
        return (path if is_absolute else f"{self.folder}/{path}").removeprefix(f"{self.root.rstrip('/')}/")

    @property
    def result(self) -> Result:
        """ERROR if something was not checked, else BROKEN if a contract is, else STALE if an entry is, else KEPT."""
        if self.errors or self.unreadable or any(outcome.kept is None for outcome in self.outcomes):
            return Result.ERROR
        if any(outcome.kept is False for outcome in self.outcomes):
            return Result.BROKEN
        is_stale = any(report.stale and report.stale_fails for report in self.configurations)
        return Result.STALE if is_stale else Result.KEPT

    @property
    def exit_status(self) -> int:
        """The exit status of the command: 0 kept, 1 broken, 2 error, 3 stale."""
        if not self.judges and self.result is not Result.ERROR:
            return 0
        return {Result.KEPT: 0, Result.BROKEN: 1, Result.ERROR: 2, Result.STALE: 3}[self.result]
