"""The result of ``lint-imports trend``: counts of a program, each with its list, now and at earlier commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, fields
from typing import Any, NamedTuple, TypeVar

from import_contracts.records import dataclass, replace

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One line of a list behind a count: a module, or ``importer -> imported``.

    ``path`` is as reports show it; "" if there is no file. ``line`` counts from 1; 0 if it is about the whole file.
    ``contract`` is the id of the contract that it breaks; "" for none.
    """

    what: str
    path: str = ""
    line: int = 0
    contract: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """What is the same at two commits, although lines have moved."""
        return self.contract, self.what


Items = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was counted in a program; all lists are sorted.

    ``cyclic`` are the modules in runtime cycles, and ``cycles`` the modules of each of these, the largest first.
    ``cut`` are the fewest imports without which there is no runtime cycle, if ``is_minimum``; else there may be fewer.
    ``known`` and ``new`` are the violations that are in the baseline, and those that are not; ``contracts`` are the ids
    of the contracts that were checked, None without a configuration; without any, there is no count of violations.
    ``upward`` are the imports upwards through layers: through those of contracts if ``are_written``, else through
    inferred ones.

    ``imports`` is the number of imports, and ``kinds`` how many of them are of each kind. ``loads`` is the median of
    the numbers of modules that importing one module loads, itself included, and ``most_loads`` their 95th percentile.
    ``reexporting`` are the packages that import their own modules while they are imported. ``hubs`` are the modules
    that both import and are imported more than others.

    ``marks`` say in sentences what could not be read or checked; counts are too low then.
    """

    packages: tuple[str, ...]
    modules: int
    imports: int
    kinds: Mapping[str, int]
    cyclic: Items = ()
    cycles: tuple[tuple[str, ...], ...] = ()
    cut: Items = ()
    is_minimum: bool = True
    known: Items = ()
    new: Items = ()
    contracts: tuple[str, ...] | None = None
    upward: Items = ()
    are_written: bool = False
    loads: int = 0
    most_loads: int = 0
    reexporting: Items = ()
    hubs: Items = ()
    marks: tuple[str, ...] = ()

    @property
    def value(self) -> dict[str, Any]:
        """The same as JSON values."""
        items = {name: [astuple(item) for item in getattr(self, name)] for name in _LISTS}
        others = (field.name for field in fields(self) if field.name not in _LISTS)
        return {**items, **{name: getattr(self, name) for name in others}}

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Facts:
        """Return what `value` made JSON values of; raises KeyError, TypeError or ValueError if they are not valid."""
        made: dict[str, Any] = {name: tuple(map(_item, _sound(value[name], list))) for name in _LISTS}
        made |= {name: _texts(value[name]) for name in ("packages", "marks")}
        made |= {name: _sound(value[name], int) for name in ("modules", "imports", "loads", "most_loads")}
        made |= {name: _sound(value[name], bool) for name in ("is_minimum", "are_written")}
        contracts = value["contracts"]
        return cls(
            **made,
            kinds={kind: _sound(value["kinds"][kind], int) for kind in ("runtime", *_SHARES)},
            cycles=tuple(map(_texts, _sound(value["cycles"], list))),
            contracts=None if contracts is None else _texts(contracts),
        )

    @property
    def counts(self) -> tuple[Count, ...]:
        """The five counts, in order."""
        largest = self.cycles[0] if self.cycles else ()
        inside = frozenset(largest)
        of_largest = tuple(item for item in self.cyclic if item.what in inside)
        violations = (*self.new, *self.known) if self.contracts else None
        return (
            Count("cyclic_modules", len(self.cyclic), self.cyclic),
            Count("largest_cycle", len(largest), of_largest),
            Count("cut", len(self.cut), self.cut, is_exact=self.is_minimum),
            Count("violations", None if violations is None else len(violations), violations or ()),
            Count("upward", len(self.upward), self.upward, by="contracts" if self.are_written else "cut"),
        )

    @property
    def numbers(self) -> dict[str, int | float]:
        """What is not judged, by name, in order; the shares are those of all imports, from 0 to 1."""
        shares = {f"{kind}_share": round(self.kinds[kind] / (self.imports or 1), 3) for kind in _SHARES}
        return {
            "modules": self.modules,
            "imports": self.imports,
            **shares,
            "loads_median": self.loads,
            "loads_95th": self.most_loads,
            "reexporting": len(self.reexporting),
            "hubs": len(self.hubs),
        }

    def by_contract(self) -> dict[str, tuple[int, int]]:
        """Return the number of known and of new violations of each contract that was checked, by its id, sorted."""
        known, new = (Counter(item.contract for item in items) for items in (self.known, self.new))
        return {contract: (known[contract], new[contract]) for contract in sorted(self.contracts or ())}


_LISTS = ("cyclic", "cut", "known", "new", "upward", "reexporting", "hubs")
_SHARES = ("deferred", "lazy", "type_checking")


def _sound(value: object, kind: type[T]) -> T:
    """Return a value of exactly one type, as JSON has it; raises TypeError if it is not."""
    if type(value) is not kind:
        raise TypeError
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_sound(each, str) for each in _sound(value, list))


def _item(value: object) -> Item:
    what, path, line, contract = _sound(value, list)
    return Item(_sound(what, str), _sound(path, str), _sound(line, int), _sound(contract, str))


@dataclass(frozen=True, slots=True)
class Count:
    """One of the five counts, with the list behind it; ``value`` is None if there is nothing to count it by.

    Without ``is_exact``, the value is the most that it can be. Counts ``by`` different things are not compared.
    """

    id: str
    value: int | None
    items: Items
    is_exact: bool = True
    by: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its full hash, its time in seconds since the epoch, its author, and the first line of its message."""

    name: str
    seconds: int
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class Point:
    """A commit of the history and what was counted there; None if nothing could be, and then ``marks`` say why.

    ``commit`` is None for the program as it is.
    """

    commit: Commit | None
    facts: Facts | None
    marks: tuple[str, ...] = ()

    @property
    def all_marks(self) -> tuple[str, ...]:
        """What could not be read or checked."""
        return (*self.marks, *(self.facts.marks if self.facts else ()))


@dataclass(frozen=True, slots=True)
class CountChange:
    """How one of the five counts has changed: the difference, None if not known, and the items that came and went.

    Nothing is compared unless it ``is_comparable``: what is counted is the same.
    """

    count: Count
    difference: int | None
    came: Items = ()
    went: Items = ()
    is_comparable: bool = True


@dataclass(frozen=True, slots=True)
class Moved:
    """How a commit, None for changes that are not committed, has moved a runtime cycle, and the imports that did it.

    ``before`` and ``after`` are its modules, empty if there was no such cycle. If modules came, ``imports`` are imports
    that came too; else imports that went.
    """

    commit: Commit | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    imports: Items

    @property
    def how(self) -> str:
        """One of appeared, vanished, grew, shrank and changed."""
        if not (self.before and self.after):
            return "appeared" if self.after else "vanished"
        sizes = len(self.before), len(self.after)
        return "changed" if sizes[0] == sizes[1] else "grew" if sizes[0] < sizes[1] else "shrank"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two modules that change together: ``support`` commits change both, ``of_first`` and ``of_second`` each of them.

    ``first`` is the one that changes less often. ``commits`` are hashes, the newest first, of at most five of them.
    ``contracts`` are the ids of those of which the modules are in different parts, although an import joins them.
    """

    first: str
    second: str
    support: int
    of_first: int
    of_second: int
    commits: tuple[str, ...]
    contracts: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """The share of the commits of the first that change the second too."""
        return self.support / self.of_first


@dataclass(frozen=True, slots=True)
class Coupling:
    """What changes together in ``commits``; commits that are ``large``, of ``bots`` or ``ignored`` are left out.

    ``hidden`` are pairs that no import joins, and ``leaky`` those that one joins across a boundary of a contract; the
    least probable by chance first.
    """

    commits: int
    large: int
    bots: int
    ignored: int
    hidden: tuple[Pair, ...]
    leaky: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class TrendReport:
    """The program as it is, the point with which it is compared, and the history, the oldest point first.

    ``why`` says in words what the point is: what was asked for, or where the branch began. ``notes`` are sentences
    about what is not known. ``moved`` is what moved the cycles, the oldest commit first; None if not asked for, and
    ``shows_authors`` if they may be named. ``coupling`` is what changes together; None if not asked for.

    ``forge`` is the address of a file, with ``{commit}``, ``{path}``, relative to the folder, and ``{line}``; "" if it
    is not known. ``head`` is the hash of the last commit.
    """

    now: Point
    since: Point | None = None
    why: str = ""
    history: tuple[Point, ...] = ()
    moved: tuple[Moved, ...] | None = None
    shows_authors: bool = False
    coupling: Coupling | None = None
    notes: tuple[str, ...] = ()
    forge: str = ""
    head: str = ""

    @property
    def exit_status(self) -> int:
        """2 if something of the program as it is could not be read or checked, else 0."""
        return 2 if self.now.all_marks else 0

    @property
    def changes(self) -> tuple[CountChange, ...]:
        """How each of the five counts has changed."""
        now = self.now.facts.counts if self.now.facts else ()
        before = self.since.facts.counts if self.since and self.since.facts else (None,) * len(now)
        return tuple(map(_change, now, before))


def _change(now: Count, before: Count | None) -> CountChange:
    if before is None or now.value is None or before.value is None:
        return CountChange(now, None)
    if now.by != before.by:
        return CountChange(now, None, is_comparable=False)
    came, went = _without(now.items, before.items), _without(before.items, now.items)
    return CountChange(now, now.value - before.value, came, went)


def _without(items: Items, others: Items) -> Items:
    known = {item.identity for item in others}
    return tuple(item for item in items if item.identity not in known)


def renamed(facts: Facts, names: Mapping[str, str]) -> Facts:
    """Return facts in which root packages have other names, by their old ones."""

    def present(several: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(present_name(name, names) for name in several)

    if all(old == new for old, new in names.items()):
        return facts
    lists: dict[str, Any] = {
        name: tuple(
            replace(item, what=" -> ".join(present(tuple(item.what.split(" -> "))))) for item in getattr(facts, name)
        )
        for name in _LISTS
    }
    return replace(facts, packages=present(facts.packages), cycles=tuple(map(present, facts.cycles)), **lists)


def present_name(module: str, names: Mapping[str, str]) -> str:
    """Return the name of a module if its root package has another name now, by the old one."""
    root, dot, rest = module.partition(".")
    return names.get(root, root) + dot + rest


class Meaning(NamedTuple):
    """What a number means: its name in words, one sentence, and where it is from."""

    label: str
    sentence: str
    source: str


MEANINGS = {
    "cyclic_modules": Meaning(
        "modules in runtime cycles",
        "Modules that import each other, directly or indirectly, while they are imported: none of them can be "
        "understood, tested or moved without the others.",
        "a count of `lint-imports cycles`; the components are Tarjan's (1972)",
    ),
    "largest_cycle": Meaning(
        "the largest of these cycles",
        "Modules in the largest runtime cycle; a change in one may affect all of them.",
        "a count of `lint-imports cycles`",
    ),
    "cut": Meaning(
        "imports in the cheapest cut",
        "The fewest imports to remove or defer so that no runtime cycle is left.",
        "a minimum feedback arc set (Karp 1972), as the contract type `acyclic` reports it",
    ),
    "violations": Meaning(
        "violations of contracts",
        "What `lint-imports check` reports: known ones are in the baseline, new ones are not.",
        "a count of `lint-imports check`",
    ),
    "upward": Meaning(
        "imports upwards through layers",
        "Imports that break a contract of type `layers`; without one, the fewest imports that lead upwards in any "
        "order of the modules in a package.",
        "a count of `lint-imports check`; without layers, the cut of a contract `acyclic_siblings`",
    ),
    "modules": Meaning("modules", "Modules and packages that were read.", "a count"),
    "imports": Meaning("imports", "Pairs of a module and a module of the program that it imports.", "a count"),
    "deferred_share": Meaning(
        "deferred imports", "The share of imports that only run later, as those inside functions.", "a count"
    ),
    "lazy_share": Meaning("lazy imports", "The share of imports that are only lazy.", "a count; PEP 810"),
    "type_checking_share": Meaning(
        "type-checking imports", "The share of imports that only a type checker reads.", "a count; PEP 563, PEP 649"
    ),
    "loads_median": Meaning(
        "modules that one import loads, median",
        "How many modules of the program the import of one module runs, including itself and its packages: for half of "
        "the modules no more.",
        "the fan-out visibility of MacCormack, Rusnak and Baldwin (2006), here of runtime imports",
    ),
    "loads_95th": Meaning(
        "modules that one import loads, 95th percentile", "The same: for 95 of 100 modules no more.", "as above"
    ),
    "reexporting": Meaning(
        "`__init__` files that re-export",
        "Packages that import their own modules while they are imported, so that an import of one module loads others.",
        "a count",
    ),
    "hubs": Meaning(
        "hubs",
        "Modules that are among the top 5 % both by the modules that they import and by those that import them, and "
        "have at least five of each.",
        "a count, after hub-like dependencies (Arcelli Fontana and others 2016)",
    ),
}
"""What each number means, by its name."""
