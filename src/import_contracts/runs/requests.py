"""What is asked of a run, and which program it is about."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from import_contracts.config.files import repository
from import_contracts.config.session import Config
from import_contracts.problems import Problem, UserError
from import_contracts.reading.cache import Answer, Extent, LastRun
from import_contracts.reading.program import find_portions
from import_contracts.reporters.style import Wanted

if TYPE_CHECKING:
    from import_contracts.reading.snapshot import Snapshot
    from import_contracts.reports.cycles import Question


class Choice(NamedTuple):
    """What is checked: the contracts with some ids, or all where none is given; against the baseline, or without it."""

    only: Collection[str] = ()
    use_baseline: bool = True


class Requests(NamedTuple):
    """The reports that are wanted, each with all that it depends on beside the program."""

    wanted: Sequence[Wanted]
    keys: Sequence[str]

    @classmethod
    def of(cls, said: Sequence[object], folder: Path, wanted: Sequence[Wanted]) -> Requests:
        """Return the requests for reports; ``said`` is all that they depend on beside the program and their form."""
        root = repository(folder)
        said = [*said, folder.relative_to(root).parts if root else None]
        keys = [json.dumps([*said, each.format, each.style.verbose, each.style.color], default=repr) for each in wanted]
        return cls(wanted, keys)

    def stored(self, source: LastRun | Snapshot) -> list[Answer]:
        """Return the answers in the cache; none where one is missing, as all are made of the same report."""
        found = [answer for key in self.keys if (answer := source.answer(key)) is not None]
        if len(found) < len(self.keys):
            return []
        with source.context.step("reuse the report"):
            return found


def extent_of(config: Config, *, kinds: bool = False) -> Extent:
    """Return the program that a configuration names, with the kinds of imports if a contract or the caller wants them.

    Raises UserError, with all problems of the configuration, where a root package is not found.
    """
    try:
        if config.root_packages:
            portions = find_portions(config.root_packages, config.source_roots)
            return Extent(portions, config.include_external, kinds or config.may_exclude)
        missing: list[Problem] = []
    except UserError as error:
        missing = [replace(problem, file=config.file, key="root_packages") for problem in error.problems]
    from import_contracts.config.contracts import read_contracts  # noqa: PLC0415 - only once something is wrong

    raise UserError(*read_contracts(config).problems, *missing)


def cycles_extent(question: Question, source_roots: Sequence[Path]) -> Extent:
    """Return the program of some packages, or parts of them; raises UserError where a package is not found."""
    roots = [each.partition(".")[0] for each in question.packages]
    return Extent(find_portions(roots, source_roots), include_external=False, kinds=True, every_folder=True)


def read_baseline(config: Config) -> str | None:
    """Return the text of the baseline, None where none is configured; raises UserError if it cannot be read."""
    if config.baseline is None:
        return None
    name = config.shown(str(config.baseline))
    try:
        return config.baseline.read_bytes().decode()
    except FileNotFoundError:
        message = f"This file does not exist. Create it with 'lint-imports baseline create{config.options}'."
        raise UserError(Problem(message, file=name, key="baseline")) from None
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=name, key="baseline")) from None
    except OSError as error:
        raise UserError(Problem(f"This file cannot be read: {error.strerror}.", file=name, key="baseline")) from None
