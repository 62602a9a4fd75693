"""The result of ``lint-imports explain``.

The names of the fields are the keys of the JSON report.
"""

from __future__ import annotations

from enum import StrEnum

from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem
from import_contracts.records import dataclass
from import_contracts.reports.trend import Pair


class Stance(StrEnum):
    """How a contract judges the dependency of one module on another, the worst first."""

    BROKEN = "broken"
    """There are violations whose chain leads from the first module to the second, and not all are known."""
    KNOWN = "known"
    """There are such violations, and all are in the baseline."""
    IGNORED = "ignored"
    """There would be such violations without ``ignore_imports``."""
    FORBIDDEN = "forbidden"
    """There are none, but a direct import would be one."""
    ALLOWED = "allowed"
    """The contract covers both modules, and allows a direct import."""
    ELSEWHERE = "elsewhere"
    """The contract covers only one of the two."""


@dataclass(frozen=True, slots=True)
class ContractVerdict:
    """How one contract judges a dependency.

    ``sentences`` are the messages of its violations, or of those that a direct import would cause; for ``ELSEWHERE``,
    the name of the module that it covers. ``note`` is not "" if the contract forbids the dependency, the dependency
    exists, and yet nothing is broken; it says why: "Imports of the kind deferred do not count." ``new``, ``known`` and
    ``ignored`` are the numbers of violations whose chain leads from the first module to the second.
    """

    id: str
    name: str
    stance: Stance
    sentences: tuple[str, ...]
    note: str = ""
    new: int = 0
    known: int = 0
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class Objection:
    """A contract that forbids an import, its reason, and the messages of the violations that the import would be."""

    id: str
    name: str
    reason: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dependency:
    """How one module or package depends on another.

    If one of the two is inside the other, ``outer`` is the outer one, and it is taken without the inner one; else None.
    ``chains`` has the shortest chain for each import that leaves ``importer`` and leads to ``imported``, the shortest
    first; empty if there is no dependency. ``cut`` are the fewest imports whose removal ends the dependency.
    ``is_eager`` is True if there is a chain of imports that all run while their importer is imported. ``back`` is the
    number of imports that leave ``imported`` and lead to ``importer``.

    ``concerns`` are the judgements of the contracts, the worst first, and ``silent`` the ids of the contracts that
    cover neither module; both are None without a configuration. ``objections`` are the contracts that forbid the
    importer to import the other; None without a configuration. ``new`` are those of the two that do not exist. If
    ``judges``, the exit status says whether the import is allowed. ``coupling`` are the pairs of modules, one of each
    of the two, that change together, the least probable by chance first; None if not asked for.
    """

    importer: str
    imported: str
    outer: str | None
    chains: tuple[tuple[Import, ...], ...]
    cut: tuple[Import, ...]
    is_eager: bool
    back: int
    concerns: tuple[ContractVerdict, ...] | None = None
    silent: tuple[str, ...] | None = None
    problems: tuple[Problem, ...] = ()
    objections: tuple[Objection, ...] | None = None
    new: tuple[str, ...] = ()
    judges: bool = False
    coupling: tuple[Pair, ...] | None = None

    @property
    def exit_status(self) -> int:
        """2 if there is an error, else 0: violations do not fail this command. 1 if it judges, and there are any."""
        is_wrong = any(problem.is_error for problem in self.problems)
        return 2 if is_wrong else int(self.judges and bool(self.objections))


@dataclass(frozen=True, slots=True)
class Region:
    """A package with everything inside it, or if ``alone``, a module without that; the number of ``modules`` in it.

    ``contracts`` are the ids of those that forbid an import of it, or by it; empty if it is allowed.
    """

    name: str
    alone: bool
    modules: int
    contracts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a module may import, and which modules may import it, as few regions as possible; both sorted.

    ``exists`` is False for a module that is not in the program. ``covered_by`` are the contracts that cover it.
    ``left_out`` are the ids of the contracts that were not asked, because they are about cycles or the text of modules.
    """

    module: str
    exists: bool
    imports: tuple[Region, ...]
    importers: tuple[Region, ...]
    covered_by: tuple[str, ...]
    left_out: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def exit_status(self) -> int:
        """2 if there is an error, else 0."""
        return 2 if any(problem.is_error for problem in self.problems) else 0


@dataclass(frozen=True, slots=True)
class Ignore:
    """One entry of ``ignore_imports``: how many imports it matches, and how many violations it prevents.

    The entries with 0 violations can all be removed together. The number of another entry is how many violations there
    would be if it were removed too. None if the contract could not be checked.
    """

    pattern: str
    imports: int
    violations: int | None


@dataclass(frozen=True, slots=True)
class InlineIgnored:
    """A comment that ignores an import: its place, the statement, the reason, and how many violations it prevents.

    ``text`` is the statement on one line.
    """

    path: str
    line: int
    text: str
    reason: str
    violations: int


@dataclass(frozen=True, slots=True)
class CoveredPart:
    """One name in a contract, its role, such as "source" or "layer 2", and the modules that it stands for."""

    role: str
    name: str
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContractDescription:
    """A contract in words, and its result.

    ``options`` are the keys of its table if its type does not describe itself, else empty. ``covers`` are the modules
    of the program that it covers, sorted; None if they are not known. ``kept`` is None if it could not be checked.
    """

    id: str
    name: str
    type: str
    file: str
    reason: str
    sentences: tuple[str, ...]
    parts: tuple[CoveredPart, ...]
    options: tuple[tuple[str, object], ...]
    covers: tuple[str, ...] | None
    ignores: tuple[Ignore, ...]
    kept: bool | None
    new: int
    known: int
    inline: tuple[InlineIgnored, ...] = ()


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A package or module that no contract covers, and the number of ``modules`` in it.

    ``alone`` is True if contracts cover modules inside it, but not its own ``__init__``.
    """

    name: str
    modules: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which of the modules of a program no contract covers; ``modules`` is their total number.

    ``sweeping`` are the ids of the contracts that cover every module; they are not counted. ``unknown`` are the ids of
    the contracts that do not describe what they cover.
    """

    modules: int
    uncovered: tuple[Uncovered, ...]
    sweeping: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def missing(self) -> int:
        """The number of modules that are not covered."""
        return sum(package.modules for package in self.uncovered)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Contracts in words; ``coverage`` is None if one contract was named."""

    contracts: tuple[ContractDescription, ...]
    coverage: Coverage | None
    problems: tuple[Problem, ...] = ()

    @property
    def exit_status(self) -> int:
        """2 if there is an error, else 0: violations do not fail this command."""
        return 2 if any(problem.is_error for problem in self.problems) else 0
