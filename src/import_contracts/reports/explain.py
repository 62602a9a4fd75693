"""What there is to explain: complete data, of which every text is a function."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from import_contracts.graph.import_graph import Import
from import_contracts.problems import Problem


class Stance(StrEnum):
    """What a contract says of the dependency of one module on another, the gravest first."""

    BROKEN = "broken"
    """It has violations whose chain leads from the one to the other, and not all are known."""
    KNOWN = "known"
    """It has such violations, all in the baseline."""
    IGNORED = "ignored"
    """It would have such violations if it ignored no imports."""
    FORBIDDEN = "forbidden"
    """It has none today, and would have if the one imported the other directly."""
    ALLOWED = "allowed"
    """It looks at both, and an import of the one by the other would not break it."""
    ELSEWHERE = "elsewhere"
    """It looks at only one of the two."""


@dataclass(frozen=True, slots=True)
class ContractVerdict:
    """What one contract says of a dependency.

    ``sentences`` are the messages of its violations, or what it would say; where it looks at one of the two alone, its
    name. ``note`` says why what it forbids is there and does not break it. ``new``, ``known`` and ``ignored`` count the
    violations that lead from the one to the other.
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
class Dependency:
    """How one module or package comes to depend on another.

    Where one of the two lies inside the other, the ``outer`` one is taken without it. ``chains`` has, for each import
    that leaves the importer and leads to the imported, the shortest chain; the shortest come first. ``cut`` are the
    fewest imports without which there is no dependency. It ``is_eager`` if there is one with imports alone that run
    while their importer is imported. ``back`` counts the imports that leave the imported and lead to the importer.
    ``concerns`` are what the contracts say, the gravest first, and ``silent`` the ids of those that look at neither;
    both None where there is no configuration.
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

    @property
    def exit_status(self) -> int:
        """2 where something could not be read or asked, else 0: this command explains, and contracts judge."""
        return 2 if any(problem.is_error for problem in self.problems) else 0


@dataclass(frozen=True, slots=True)
class Ignore:
    """One entry of ``ignore_imports``: how many imports it lets through, and how many violations it keeps away.

    The entries that keep none away can be taken away all at once; without any one of the others there would then be so
    many violations more. None where the contract could not be checked.
    """

    pattern: str
    imports: int
    violations: int | None


@dataclass(frozen=True, slots=True)
class CoveredPart:
    """What has one role in a contract under one name, with its modules."""

    role: str
    name: str
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContractDescription:
    """A contract in words, and how it stands.

    ``options`` are the keys of its table that no sentence tells. ``covers`` are the modules of the program that it
    looks at, sorted, None where it does not say. It is ``kept`` as in a report.
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


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A package, or a module alone, at which no contract looks: with everything inside it, ``modules`` in number.

    If it is ``alone``, contracts look at some modules inside it, and not at itself.
    """

    name: str
    modules: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which of the ``modules`` of a program no contract looks at.

    The ``sweeping`` contracts look at every module, so that they are left out; ``unknown`` are those that do not say.
    """

    modules: int
    uncovered: tuple[Uncovered, ...]
    sweeping: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def missing(self) -> int:
        """How many modules are not looked at."""
        return sum(each.modules for each in self.uncovered)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Contracts in words; with the coverage, where all of them were asked about."""

    contracts: tuple[ContractDescription, ...]
    coverage: Coverage | None
    problems: tuple[Problem, ...] = ()

    @property
    def exit_status(self) -> int:
        """2 where something could not be read or asked, else 0: this command explains, and contracts judge."""
        return 2 if any(problem.is_error for problem in self.problems) else 0
