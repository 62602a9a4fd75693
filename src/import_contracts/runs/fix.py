"""The run of ``fix``: writes the plans for cycles and crashes into the files, all of them or none."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import NamedTuple

from import_contracts import disk
from import_contracts.config.session import Config
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.judging.diagnosis import about_exclude
from import_contracts.judging.repairs import Proposal, Refusal, Repair, Selection, StaleTextError, State, repair
from import_contracts.judging.statements import Statements
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import Extent
from import_contracts.reading.files.used_outside import UsedOutside
from import_contracts.reading.siblings import compare_with_siblings
from import_contracts.reading.snapshot import take_snapshot
from import_contracts.reading.source.rewriting import lines_with_ends
from import_contracts.reading.source.text import decode
from import_contracts.records import replace
from import_contracts.repair.edits import Rewrite
from import_contracts.repair.fix_kinds import FixKind, Level
from import_contracts.repair.fixes import Fix
from import_contracts.reports.check import Unreadable
from import_contracts.reports.fix import (
    ChangedFile,
    FixQuestion,
    FixReport,
    LeftFix,
    MadeFix,
    Replacement,
    Verification,
)
from import_contracts.repository import checkout, repository_of, root_text
from import_contracts.runs.changing import UserFile, alone, changed, changing
from import_contracts.runs.check import judged
from import_contracts.runs.cycles import demand_modules
from import_contracts.runs.journal import Rewriting, recover, refuse_unfinished, rewriting
from import_contracts.runs.stale import Stale, find_stale
from import_contracts.uncommitted import UnknownError, uncommitted
from import_contracts.wording import listed


class Place(NamedTuple):
    """Which program is fixed: its extent, the context of the run, and the folder outside which nothing is written.

    ``config`` is the configuration in which to look for what is stale; None if that is not asked for. ``direct`` is the
    one whose contracts want direct imports, if only these are to be made.
    """

    extent: Extent
    context: RunContext
    root: Path
    config: Config | None = None
    direct: Config | None = None

    @classmethod
    def of(cls, extent: Extent, context: RunContext, folder: Path, config: Config | None) -> Place:
        """Return the place of a program in a folder: what is in its repository, or in the folder if there is none."""
        return cls(extent, context, Path(disk.real(checkout(folder))), config)

    def state(self, wanted: FixQuestion) -> State:
        """Return the program as it is on the disk; raises UserError if it has no module of a name that is asked for."""
        snapshot = take_snapshot(compare_with_siblings(self.extent, self.context))
        demand_modules(wanted.question, snapshot.program)
        return State.of(wanted.question, Statements(snapshot))


def fix(wanted: FixQuestion, place: Place) -> FixReport:
    """Write the plans for the cycles of a program into its files, or return what would be written.

    Raises UserError, and changes nothing, if a package is not found, if files have changes that are in no commit, or if
    a file cannot be written.
    """
    if wanted.is_diff:
        refuse_unfinished(place.root)
        return _Fixing(wanted, place).report()
    with alone(place.root), _alone_with(place):
        recovery = recover(place.root)
        fixing = _Fixing(wanted, place)
        fixing.write()
        return replace(fixing.report(), recovery=recovery)


def _alone_with(place: Place) -> AbstractContextManager[None]:
    """Be alone with the files of a configuration that is in another folder; one that is not has been locked already."""
    config = place.config
    is_other = config is not None and disk.real(config.folder) != str(place.root)
    return changing(config) if config is not None and is_other else nullcontext()


class _Fixing:
    """One run: what is on the disk, and what is made of it."""

    def __init__(self, wanted: FixQuestion, place: Place) -> None:
        self._wanted = wanted
        self._place = place
        self._before = place.state(wanted)
        program = self._before.statements.snapshot.program
        self._outside = UsedOutside(place.root, [each.path for each in program.by_module.values()])
        self._selection = Selection(
            levels=frozenset({Level.SAFE, Level.UNSAFE} if wanted.unsafe else {Level.SAFE}),
            kinds=frozenset(map(FixKind, wanted.only)),
            stops_crashes=wanted.stops_crashes,
            refusal=self._refusal,
            direct=None if place.direct is None else _not_direct(place.direct, place.context),
        )
        self._planned = self._kept = self._repaired(self._selection)
        self._made = [*map(_made, self._planned.made)]  # from the texts that are on the disk now
        self._left = [_left(refusal, wanted) for refusal in self._planned.left]
        self._stale = self._found_stale()
        self._runs = 0
        self._fails_without = False

    def _repaired(self, selection: Selection) -> Repair:
        try:
            return repair(self._before, selection)
        except StaleTextError as error:
            raise changed(str(error)) from None

    def _refusal(self, fix: Fix) -> str:
        """Return why a fix must not be made; "" if it may."""
        return self._refusal_of_file(fix.importer) or next(self._uses_outside(fix), "")

    def _uses_outside(self, fix: Fix) -> Iterator[str]:
        """Yield which files beside the program take a name of the importer that it would not have any more."""
        moved = [each.binding for each in fix.rewrites if isinstance(each, Rewrite) and not each.stays]
        for name in dict.fromkeys(binding.local for binding in moved if not binding.function):
            if path := self._outside.user(fix.importer, name):
                yield f"{self._place.context.shown(path)} takes {name} from {fix.importer}."

    def _refusal_of_file(self, module: str) -> str:
        """Return why the file of a module must not be changed; "" if it may."""
        path = Path(self._before.statements.snapshot.program.by_module[module].path)
        if not disk.is_inside(path, self._place.root):
            return f"Its file is outside {self._place.root.name or self._place.root}, so it is not changed."
        try:
            disk.refuse_links(self._place.root, path)
        except OSError as error:
            return f"Its file is not changed: {error.strerror}."
        if not os.access(path, os.W_OK):
            return "Its file is read-only."
        return "" if os.access(path.parent, os.W_OK) else "Its folder cannot be written."

    # --- writing --------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Write what is planned, and keep what the command passes with."""
        program = {self._path(module): self._file(module) for module in self._planned.state.contents}
        configured = {file.path: file for file, _ in self._stale.changes}
        files = {**program, **configured}
        if not files:
            return
        for path in configured:
            if not path.is_relative_to(self._place.root):
                raise UserError(Problem(f"This file is outside {self._place.root}, so it is not changed.", str(path)))
        self._refuse_dirty(files)
        with rewriting(self._place.root, files) as one:
            self._write(one, self._planned)
            if self._wanted.verify:
                self._verify(one)
            if self._kept is not self._planned:
                self._stale = self._found_stale()
            one.write(self._contents(self._kept) | {file.path: data for file, data in self._stale.changes})

    def _contents(self, repaired: Repair) -> dict[Path, bytes]:
        return {self._path(module): data for module, data in repaired.state.contents.items()}

    def _found_stale(self) -> Stale:
        """Return what is stale with what is kept."""
        if self._place.config is None:
            return Stale((), ())
        contents = {str(path): data for path, data in self._contents(self._kept).items()}
        return find_stale(self._place.config, self._place.context, contents)

    def _path(self, module: str) -> Path:
        return Path(disk.real(self._before.statements.snapshot.program.by_module[module].path))

    def _file(self, module: str) -> UserFile:
        name = self._before.statements.path(module)
        return UserFile(self._path(module), name, self._place.root, self._before.original(module))

    def _refuse_dirty(self, paths: Iterable[Path]) -> None:
        if self._wanted.allow_dirty or not _has_git(self._place.root):
            return
        advice = "Commit or stash them, or add --allow-dirty."
        try:
            dirty = uncommitted(self._place.root, paths)
        except UnknownError as error:
            why = f"Cannot tell whether files have uncommitted changes: {error}. To go on, add --allow-dirty."
            raise UserError(Problem(why)) from None
        if dirty:
            message = f"These files have uncommitted changes: {listed(dirty)}. {advice}"
            raise UserError(Problem(message))

    def _write(self, one: Rewriting, repaired: Repair) -> None:
        """Write what is made of the program, and look whether it has the imports then that it should have."""
        one.write(self._contents(repaired))
        found = Statements(take_snapshot(compare_with_siblings(self._place.extent, self._place.context)))
        if not repaired.state.is_as(found):
            message = "The changed program does not have the predicted imports. All changes were undone."
            raise UserError(Problem(message))

    # --- the command ----------------------------------------------------------------------------------------------

    def _verify(self, one: Rewriting) -> None:
        """Run the command; if it fails, put back all, or as little as is needed. Look whether it fails without too."""
        if self._passes():
            return
        self._kept = self._part(())
        self._write(one, self._kept)
        self._fails_without = not self._passes()
        if self._wanted.keep_passing and not self._fails_without and len(self._planned.made) > 1:
            self._kept = self._largest(one)
            self._write(one, self._kept)

    def _largest(self, one: Rewriting) -> Repair:
        """Return a part of the steps with which the command passes, and with no other one of them besides.

        Each half of what fails is tried together with what is known to pass.
        """
        kept: list[Proposal] = []
        best = self._kept
        todo = [*_halves(self._planned.made)]
        while todo:
            group, *todo = todo
            part = self._part([*kept, *group])
            self._write(one, part)
            if self._passes():
                kept, best = [*kept, *group], part
            elif len(group) > 1:
                todo = [*_halves(group), *todo]
        return best

    def _part(self, steps: Iterable[Proposal]) -> Repair:
        return self._repaired(replace(self._selection, within=frozenset(step.fix.identity for step in steps)))

    def _passes(self) -> bool:
        """Run the command, without a shell, and return whether it passes; raises UserError if it cannot be started.

        Its output goes to standard error. It writes no bytecode: Python takes that of a file for current if the time,
        in seconds, and the size are the same, as they may be if one file is changed several times.
        """
        command = self._wanted.verify
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            with self._place.context.step(f"run {command[0]}"):
                done = subprocess.run(  # noqa: S603 - the command that the user wrote, which is what the option is for
                    command,
                    cwd=self._place.context.folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=2,
                    check=False,
                )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise UserError(Problem(f"The command '{command[0]}' cannot be started: {why}.")) from None
        self._runs += 1
        return done.returncode == 0

    # --- the report -----------------------------------------------------------------------------------------------

    def report(self) -> FixReport:
        """Return what was written, or would be, and what is left."""
        before, kept = self._before, self._kept
        snapshot, shown = before.statements.snapshot, self._place.context.shown
        folder = self._place.context.folder
        identities = {proposal.fix.identity for proposal in kept.made}
        is_kept = [proposal.fix.identity in identities for proposal in self._planned.made]
        return FixReport(
            question=self._wanted,
            modules=len(snapshot.program.modules),
            cycles_before=_by_kind(before),
            cycles_after=_by_kind(kept.state),
            crashes_before=before.crashes,
            crashes_after=kept.state.crashes,
            untried=kept.state.remedies.untried,
            made=tuple(replace(made, was_put_back=not is_in) for made, is_in in zip(self._made, is_kept, strict=True)),
            left=tuple(self._left),
            files=tuple(sorted(self._changed_files(), key=lambda file: file.path)),
            removed=self._stale.removed,
            verification=Verification(self._wanted.verify, self._runs, self._fails_without) if self._runs else None,
            unreadable=tuple(Unreadable(shown(each.path), each.line, each.message) for each in snapshot.unreadable),
            problems=tuple(about_exclude(snapshot)),
            has_git=_has_git(self._place.root),
            folder=folder.as_posix(),
            root=root_text(folder),
        )

    def _changed_files(self) -> Iterator[ChangedFile]:
        for module, after in self._kept.state.contents.items():
            before, path = self._before.original(module), self._before.statements.path(module)
            yield ChangedFile(path, replacements(path, decode(before), decode(after)), before, after)
        for file, after in self._stale.changes:
            before = file.before or b""
            yield ChangedFile(file.name, replacements(file.name, before.decode(), after.decode()), before, after)


def _not_direct(config: Config, context: RunContext) -> frozenset[Edge]:
    """Return the imports that contracts want to be direct; raises UserError if there is none, or one is not checked."""
    judgement, _ = judged(config, context)
    if not judgement.is_whole:
        raise UserError(*judgement.faults)
    verdicts = [each for each in judgement.verdicts if (of := each.contract.contract_type) and of.wants_direct_imports]
    if not verdicts:
        raise UserError(
            Problem("No contract wants direct imports. Add one of the type 'direct_siblings'.", config.file)
        )
    return frozenset(violation.chain[0] for verdict in verdicts for violation in verdict.violations)


def _has_git(root: Path) -> bool:
    repository = repository_of(root)
    return repository is not None and disk.exists(repository[1] / "HEAD")


def _halves(steps: Sequence[Proposal]) -> list[Sequence[Proposal]]:
    middle = len(steps) // 2
    return [half for half in (steps[:middle], steps[middle:]) if half]


def _by_kind(state: State) -> Mapping[Kind, int]:
    numbers = Counter(cycle.kind for cycle in state.cycles)
    return {kind: numbers[kind] for kind in Kind if numbers[kind]}


def _edits(proposal: Proposal) -> tuple[Replacement, ...]:
    path = proposal.state.statements.path
    return tuple(
        each for module, before, after in proposal.alone() for each in replacements(path(module), before, after)
    )


def _made(proposal: Proposal) -> MadeFix:
    fix = proposal.fix
    return MadeFix(proposal.evidence, fix.kind, fix.level, fix.why, _edits(proposal))


def _left(refusal: Refusal, wanted: FixQuestion) -> LeftFix:
    proposal, fix = refusal.proposal, refusal.proposal.fix
    needs_unsafe = refusal.level is Level.UNSAFE and not wanted.unsafe
    return LeftFix(proposal.evidence, fix.kind, fix.level, fix.why, refusal.why, needs_unsafe, _edits(proposal))


def replacements(path: str, before: str, after: str) -> tuple[Replacement, ...]:
    """Return what to replace in a text, in order, so that it becomes another: whole lines, as few as possible."""
    old, new = lines_with_ends(before), lines_with_ends(after)
    place = partial(_position, old)
    return tuple(
        Replacement(path, *place(start), *place(end), "".join(old[start:end]), "".join(new[first:last]))
        for tag, start, end, first, last in SequenceMatcher(None, old, new).get_opcodes()
        if tag != "equal"
    )


def _position(lines: Sequence[str], number: int) -> tuple[int, int]:
    """Return the line and the column where so many lines end."""
    if number and number == len(lines) and not lines[-1].endswith(("\n", "\r")):
        return number, len(lines[-1]) + 1
    return number + 1, 1
