"""The input of a run: which contracts, which program, which reports, which baseline."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from import_contracts import disk
from import_contracts.config.session import Config
from import_contracts.graph.names import top_level
from import_contracts.problems import Problem, UserError, unreadable
from import_contracts.reading.files.excluding import Exclude
from import_contracts.reading.files.program import Extent
from import_contracts.reading.files.roots import ELSEWHERE, find_portions, find_unread
from import_contracts.reading.store.answer import Answer, Grounds, StoredAnswer
from import_contracts.reading.store.last_run import LastRun
from import_contracts.records import NamedTuple, replace
from import_contracts.reporters import with_imports
from import_contracts.reporters.style import Wanted
from import_contracts.repository import root_of

if TYPE_CHECKING:
    from import_contracts.config.contracts import Contracts
    from import_contracts.judging.statements import Statements
    from import_contracts.reading.snapshot import Snapshot


class Choice(NamedTuple):
    """What to check: the contracts with the ids ``only``, or all if that is empty, with the baseline or without."""

    only: Collection[str] = ()
    use_baseline: bool = True


class Task(NamedTuple):
    """One configuration of a run, the text of its baseline (None without one), and its program."""

    config: Config
    baseline: str | None
    snapshot: Snapshot


class Scope(NamedTuple):
    """Where ``graph`` finds the packages, what it leaves out, and the configuration; None if none is about them.

    ``python`` is the version to predict crashes for.
    """

    source_roots: Sequence[Path]
    exclude: Exclude
    config: Config | None
    python: tuple[int, int]


class Requests(NamedTuple):
    """The wanted reports, and for each a key: JSON of everything that it depends on except the program.

    There are no keys if the reports must not be stored.
    """

    wanted: Sequence[Wanted]
    keys: Sequence[str]

    @classmethod
    def of(cls, settings: Sequence[object], folder: Path, wanted: Sequence[Wanted]) -> Requests:
        """Return the requests for reports; ``settings`` is what they depend on except the program and the format."""
        root = root_of(folder)
        settings = [*settings, folder.relative_to(root).parts if root else None]
        return cls(wanted, [json.dumps([*settings, each.format, *each.style], default=repr) for each in wanted])

    @property
    def compare(self) -> bool:
        """Whether one of the reports compares with the merge base."""
        return any(each.format in _COMPARING for each in self.wanted)

    def stored(self, source: LastRun | Snapshot) -> list[Answer]:
        """Return the stored answers, one for each key; empty if one is missing, because then all are made again."""
        answers = [answer for key in self.keys if (answer := source.answer(key)) is not None]
        if not self.keys or len(answers) < len(self.keys):
            return []
        with source.context.step("reuse the report"):
            return answers

    def stored_before(self, snapshot: Snapshot) -> list[Answer]:
        """Return the answers from before an edit, and store them, if nothing in them differs but the number of imports.

        Empty if one is missing, because then all are made again.
        """
        if not self.keys or snapshot.changed_imports is None:
            return []
        found = [
            (key, now)
            for key, each in zip(self.keys, self.wanted, strict=True)
            if (before := snapshot.answer_before(key)) is not None
            and (now := _with_imports(before, each.format, snapshot.changed_imports.more)) is not None
        ]
        if len(found) < len(self.keys):
            return []
        with snapshot.context.step("reuse the report"):
            for key, now in found:
                snapshot.keep_stored(key, now)
            return [now.answer for _, now in found]


def _with_imports(stored: StoredAnswer, format_: str, more: int) -> StoredAnswer | None:
    """Return an answer about a program with more imports; None if it is not certain where their number is."""
    total = stored.total + more
    text = with_imports(format_, stored.answer.text, stored.total, total)
    return None if text is None else stored._replace(answer=stored.answer._replace(text=text), total=total)


def keep(answers: Iterable[Answer], requests: Requests, statements: Statements, grounds: Grounds) -> None:
    """Store the answer to each request in the cache, with what it depends on; `Statements.outside` is added."""
    evidence = None if grounds.evidence is None else sorted(grounds.evidence)
    grounds = grounds._replace(evidence=evidence, outside=statements.outside)
    for key, one in zip(requests.keys, answers, strict=True):
        statements.snapshot.keep(key, one, grounds)


# The formats that show what is let through now, and was not at the merge base.
_COMPARING = frozenset({"markdown"})


def extent_of(config: Config, *, kinds: bool = False) -> Extent:
    """Return the extent of a configuration's program; with the kinds of imports if a contract or the caller needs them.

    Raises UserError, with all problems of the configuration, if a root package is not found.
    """
    try:
        if config.root_packages:
            portions = find_portions(
                config.root_packages, config.source_roots, elsewhere=partial(_elsewhere, config.folder)
            )
            return Extent(
                portions,
                config.include_external,
                kinds or config.may_exclude,
                every_folder=config.count_namespace_folders,
                calls=config.count_dynamic_imports,
                exclude=config.exclude,
                unread=find_unread(portions, config.paths),
                external_parts=config.external_parts,
            )
        missing: list[Problem] = []
    except UserError as error:
        missing = [replace(problem, file=config.file, key="root_packages") for problem in error.problems]
    raise UserError(*_chosen([config], ())[0].problems, *missing)


def _elsewhere(folder: Path, package: str) -> str:
    """Return what to do about a package that is in no source root: which folder of the project has it, if one does."""
    from import_contracts.config.workspace import places_of  # noqa: PLC0415 - only for a message
    from import_contracts.reading.files.packages import find_beside, find_packages  # noqa: PLC0415 - as above

    places = list(find_beside(folder)[1])
    with suppress(UserError):
        places += places_of(folder, ()).folders
    place = next((each for each in places if top_level(package) in find_packages([each])), None)
    if place is None:
        return ELSEWHERE
    return f" Add the folder that contains it to 'source_roots': {os.path.relpath(place, folder).replace(os.sep, '/')}"


def with_contracts(configs: Sequence[Config], ids: Collection[str]) -> Sequence[Config]:
    """Return the configurations that have one of the wanted contracts; all if none are named.

    Raises UserError for ids that no contract has, or contracts of several files.
    """
    if not ids or len(configs) == 1:
        return configs
    found = _chosen(configs, ids)
    left_out = [contracts for contracts in found if not contracts.chosen]
    if errors := [problem for contracts in left_out for problem in contracts.problems if problem.is_error]:
        raise UserError(*errors)
    return [config for config, contracts in zip(configs, found, strict=True) if contracts.chosen]


def _chosen(configs: Sequence[Config], ids: Collection[str]) -> list[Contracts]:
    from import_contracts.config.contracts import chosen, read_contracts  # noqa: PLC0415 - rarely needed

    return chosen([(config, read_contracts(config)) for config in configs], ids)


def extents_of(configs: Sequence[Config]) -> list[Extent]:
    """Return the extent of each configuration's program; equal ones for the same program, which is then read once.

    Raises UserError, with all problems of all configurations, if a root package is not found.
    """
    extents: list[Extent] = []
    problems: list[Problem] = []
    for config in configs:
        try:
            extents.append(extent_of(config))
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)
    first: dict[object, Extent] = {}
    for extent in extents:
        known = first.setdefault(_program_of(extent), extent)
        first[_program_of(extent)] = known._replace(kinds=known.kinds or extent.kinds)
    return [first[_program_of(extent)] for extent in extents]


def _program_of(extent: Extent) -> object:
    return tuple(sorted(extent.portions, key=itemgetter(0))), extent._replace(portions=(), kinds=False)


def packages_extent(packages: Sequence[str], source_roots: Sequence[Path], exclude: Exclude = ()) -> Extent:
    """Return the extent of packages without a configuration; raises UserError if a root package is not found."""
    roots = [top_level(package) for package in packages]
    return extent_here(roots, source_roots, exclude, plain=True)._replace(every_folder=True)


def extent_here(
    roots: Sequence[str], source_roots: Sequence[Path], exclude: Exclude = (), *, plain: bool = False
) -> Extent:
    """Return the extent of packages without a configuration, if ``plain`` also of single files.

    Raises UserError if a root package is not found.
    """
    elsewhere = " If it is elsewhere, name the folder that contains it: --source-root DIR."
    portions = find_portions(roots, source_roots, plain=plain, elsewhere=lambda _: elsewhere)
    unread = find_unread(portions, [source_roots])
    return Extent(portions, include_external=False, kinds=True, exclude=exclude, unread=unread)


def read_baseline(config: Config) -> str | None:
    """Return the text of the baseline; None if none is configured. Raises UserError if it cannot be read."""
    if config.baseline is None:
        return None
    name = config.shown(str(config.baseline))
    try:
        return disk.read(config.baseline).decode()
    except FileNotFoundError:
        message = f"This file does not exist. Create it with 'lint-imports baseline create{config.options}'."
        raise UserError(Problem(message, file=name, key="baseline")) from None
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name, key="baseline")) from None
    except OSError as error:
        raise unreadable(error, name, key="baseline") from None
