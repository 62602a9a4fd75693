"""Which renamings of contracts and modules explain what is new and what is stale.

The time is linear in the number of entries: only a few violations are compared with each stale entry.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from import_contracts.baseline import CONTRACT, MODULE, Entry, Renaming
from import_contracts.graph.names import ancestors, parent, within
from import_contracts.records import NamedTuple

Pair: TypeAlias = tuple[str, str]
"""An old and a new name."""

# How many violations that are like a stale entry in the same way are compared with it.
_LIKE = 8

# From how many stale entries on those that one of a few promising renamings explains are not compared any more.
_EXACT, _PROMISING = 1_024, 4


class Named(NamedTuple):
    """The names that exist now: of all contracts, and of all modules."""

    contracts: Collection[str]
    modules: Collection[str]


def find_renamings(
    known: Collection[Entry],
    found: Collection[Entry],
    now: Named,
    moves: Callable[[], Mapping[str, str]] = dict,
) -> tuple[Renaming, ...]:
    """Return the renamings that turn stale entries into new violations; contracts first, inner modules before outer.

    ``known`` are the entries of the baseline, and ``found`` the violations now. ``moves`` returns the modules that git
    knows to have moved; it is called only if something is new and something is stale. A renaming must explain most of
    the stale entries with the old name, or most of the new violations with the new name, unless git knows it. An old
    name is not in use now, and a new one is; no known violation has the new one already, unless git knows the renaming.
    No two entries become equal.
    """
    before, current = frozenset(known), frozenset(found)
    gone, added = sorted(before - current, key=_sorting), current - before
    if not gone or not added:
        return ()
    fresh = {entry.contract for entry in added} - {entry.contract for entry in before}
    lost = {entry.contract for entry in gone}.difference(now.contracts)
    ids = _contracts(gone, added, (lost, fresh), _same)
    modules: dict[str, str] = {}
    if any(name not in now.modules for entry in gone for name in _names(entry)):
        names = _Names(now.modules, current, before & current, moves())
        ids, modules = _with_modules(gone, added, (lost, fresh), names, ids)
    return _counted(gone, added, ids, modules)


def _same(entry: Entry) -> Entry:
    return entry


def _sorting(entry: Entry) -> tuple[str, ...]:
    return entry.contract, *_names(entry)


def _names(entry: Entry) -> tuple[str, str, str]:
    return entry.importer, entry.imported, entry.target


def _counted(
    gone: Iterable[Entry], added: Collection[Entry], ids: Mapping[str, str], modules: Mapping[str, str]
) -> tuple[Renaming, ...]:
    """Return the renamings with the number of entries that each turns into violations; not those that do so for none.

    A name is changed by the innermost renaming, which is therefore carried out first.
    """
    rename = _renamer(modules)
    of_ids: Counter[str] = Counter()
    of_modules: Counter[str] = Counter()
    for entry in gone:
        moved = Entry(ids.get(entry.contract, entry.contract), *_names(rename(entry)))
        if moved in added:
            of_ids.update({entry.contract} & ids.keys())
            of_modules.update({old for name in _names(entry) if (old := _outer(name, modules)) is not None})
    inner_first = sorted(modules.items(), key=lambda pair: (-pair[0].count("."), pair))
    return (
        *(Renaming(CONTRACT, old, new, of_ids[old]) for old, new in sorted(ids.items()) if of_ids[old]),
        *(Renaming(MODULE, old, new, of_modules[old]) for old, new in inner_first if of_modules[old]),
    )


def _outer(name: str, modules: Mapping[str, str]) -> str | None:
    """Return the innermost of some renamed modules that contains a module, or is it."""
    return next((each for each in (name, *ancestors(name)) if each in modules), None)


def _renamer(modules: Mapping[str, str]) -> Callable[[Entry], Entry]:
    """Return a function that renames modules in an entry."""
    return (lambda entry: _renamed(entry, modules)) if modules else _same


def _renamed(entry: Entry, modules: Mapping[str, str]) -> Entry:
    names = []
    for name in _names(entry):
        old = _outer(name, modules)
        names.append(name if old is None else modules[old] + name[len(old) :])
    return Entry(entry.contract, *names)


def moved(entries: Iterable[Entry], renamings: Iterable[Renaming]) -> dict[Entry, Entry]:
    """Return entries with what renamings make of them."""
    renamings = tuple(renamings)
    ids = {each.old: each.new for each in renamings if each.kind == CONTRACT}
    modules = {each.old: each.new for each in renamings if each.kind == MODULE}
    return {
        entry: Entry(ids.get(entry.contract, entry.contract), *_names(_renamed(entry, modules))) for entry in entries
    }


# --- contracts ----------------------------------------------------------------------------------------------------


def _contracts(
    gone: Iterable[Entry],
    added: Iterable[Entry],
    ids: tuple[Collection[str], Collection[str]],
    rename: Callable[[Entry], Entry],
) -> dict[str, str]:
    """Return the contracts that are called differently: old ids that are gone, each with its new id.

    ``ids`` are the old and the new ones. A contract must have most of the violations of the new one, or no others.
    """
    lost, fresh = ids
    triples: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    having: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for entry in added:
        if entry.contract in fresh:
            triples[entry.contract].add(_names(entry))
            having[_names(entry)].append(entry.contract)
    entries: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for entry in gone:
        if entry.contract in lost:
            entries[entry.contract].add(_names(rename(entry)))
    shared = Counter((old, new) for old in entries for names in entries[old] for new in having.get(names, ()))
    sizes = {new: len(found) for new, found in triples.items()}
    chosen: dict[str, str] = {}
    for old, new in sorted(shared, key=lambda pair: (-shared[pair], -_likeness(*pair), pair)):
        gain = 0 if old in chosen else len(entries[old] & triples[new])
        if gain and (2 * gain > sizes[new] or gain == len(entries[old])):
            chosen[old] = new
            triples[new] -= entries[old]
    return chosen


def _likeness(one: str, other: str) -> float:
    """Return the share of common words in two ids."""
    words, others = set(one.split("-")), set(other.split("-"))
    return len(words & others) / len(words | others)


# --- modules ------------------------------------------------------------------------------------------------------


class _Names:
    """Which names are in use now, which were before, and which renamings git knows.

    ``found`` are the violations now, and ``kept`` those of them that are known.
    """

    def __init__(
        self, modules: Collection[str], found: Iterable[Entry], kept: Iterable[Entry], moves: Mapping[str, str]
    ) -> None:
        self.modules, self.moves = modules, moves
        self._before = {name for entry in kept for name in _names(entry)}
        used = {name for entry in found for name in _names(entry)}
        self._used = used.union(modules, *(ancestors(name) for name in used))
        self.known = {pair for old, new in moves.items() for pair in _shortened(old, new) if pair[0] not in self._used}

    def is_used(self, name: str) -> bool:
        """Return whether a name is that of a module, or in a violation."""
        return not name or name in self._used

    def pairs(self, old: str, new: str) -> Iterator[Pair]:
        """Yield the renamings that turn a name into another one, the shortest first."""
        return (
            pair
            for pair in _shortened(old, new)
            if not self.is_used(pair[0]) and pair[1] in self.modules
            if pair[1] not in self._before or pair in self.known
        )


def _shortened(old: str, new: str) -> Iterator[Pair]:
    """Yield two names without what is the same at their ends, then with more and more of that."""
    before, later = old.split("."), new.split(".")
    same = 0
    while same < min(len(before), len(later)) - 1 and before[-1 - same] == later[-1 - same]:
        same += 1
    for left in reversed(range(same + 1)):
        yield ".".join(before[: len(before) - left]), ".".join(later[: len(later) - left])


def _with_modules(
    gone: list[Entry],
    added: frozenset[Entry],
    ids: tuple[Collection[str], Collection[str]],
    names: _Names,
    contracts: dict[str, str],
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the contracts and the modules that have other names, where both may have changed."""

    def modules_with(contracts: Mapping[str, str]) -> dict[str, str]:
        stale = [Entry(contracts.get(entry.contract, entry.contract), *_names(entry)) for entry in gone]
        return _Modules([entry for entry in stale if entry not in added], added, names).found()

    before, modules = contracts, modules_with(contracts)
    contracts = _contracts(gone, added, ids, _renamer(modules))
    lost, fresh = set(ids[0]) - contracts.keys(), set(ids[1]) - set(contracts.values())
    if lost and fresh and len(lost) * len(fresh) <= _LIKE:
        for old, new in sorted(((old, new) for old in lost for new in fresh), key=lambda pair: -_likeness(*pair)):
            if old not in contracts and new not in contracts.values():
                more = modules_with({**contracts, old: new})
                again = _contracts(gone, added, ids, _renamer(more))
                contracts, modules = (again, more) if again.get(old) == new else (contracts, modules)
    return contracts, modules if contracts == before else modules_with(contracts)


class _Modules:
    """The search for renamings of modules that turn stale entries into new violations."""

    def __init__(self, gone: list[Entry], added: frozenset[Entry], names: _Names) -> None:
        self._names = names
        self._gone, self._added = gone, added
        self._of_old = Counter(prefix for entry in gone for prefix in _prefixes(entry))
        self._of_new = Counter(prefix for entry in added for prefix in _prefixes(entry))
        self._chosen: dict[str, str] = {}
        self._around_new: set[str] = set()  # the chosen new names, and the packages that contain them
        self._explained: set[Entry] = set()
        self._in_explained: set[str] = set()  # their names, and the packages that contain these
        self._taken: set[Entry] = set()

    def found(self) -> dict[str, str]:
        """Return the renamed modules."""
        single: dict[Pair, list[tuple[Entry, Entry]]] = defaultdict(list)
        joint: Counter[Pair] = Counter()
        for stale, new in self._like(single):
            pairs = [[*self._names.pairs(*each)] for each in _differences(stale, new)]
            alone = [pair for pair in (pairs[0] if pairs else ()) if stale.renamed(*pair) == new]
            for pair in alone:
                single[pair].append((stale, new))
            joint.update({shortest[0] for shortest in pairs} if all(pairs) and not alone else ())
        for pair in self._ranked({pair: len(explains) for pair, explains in single.items()}):
            self._choose(pair, single[pair])
        self._choose_together(self._ranked(joint))
        return self._chosen

    def _like(self, votes: Mapping[Pair, list[tuple[Entry, Entry]]]) -> Iterator[tuple[Entry, Entry]]:
        """Yield stale entries with new violations that they may have become.

        Of very many entries, those that a promising renaming explains are only counted for it in ``votes``.
        """
        like, moved = _Alike(self._added, self._names), _renamer(dict(self._names.moves))
        promising: list[Pair] = []
        for place, stale in enumerate(self._gone):
            if place >= _EXACT and place.bit_count() == 1:
                promising = sorted(votes, key=lambda pair: (-len(votes[pair]), len(pair[0]), pair))[:_PROMISING]
            pair = next(
                (each for each in promising if stale != (new := stale.renamed(*each)) and new in self._added), None
            )
            if pair is not None:
                votes[pair].append((stale, stale.renamed(*pair)))
                continue
            known = moved(stale)
            yield from ((stale, new) for new in {*like.those(stale), *({known} & self._added)})

    def _ranked(self, votes: Mapping[Pair, int]) -> list[Pair]:
        """Return renamings: first those that git knows, then those that explain most, then the shortest."""
        known = self._names.known
        return sorted(
            votes, key=lambda pair: (pair not in known, -votes[pair], len(pair[0]), not _is_near(*pair), pair)
        )

    def _choose(self, pair: Pair, explains: Iterable[tuple[Entry, Entry]]) -> None:
        """Choose a renaming if it explains enough that no other one does."""
        left = [each for each in explains if each[0] not in self._explained and each[1] not in self._taken]
        if not self._is_enough(pair, len(left)) or not self._add(pair):
            return
        gain = [(stale, new) for stale, new in left if _renamed(stale, self._chosen) == new]
        if not self._is_enough(pair, len(gain)):
            del self._chosen[pair[0]]
            return
        self._explained.update(stale for stale, _ in gain)
        self._in_explained.update(prefix for stale, _ in gain for prefix in _prefixes(stale))
        self._taken.update(new for _, new in gain)

    def _add(self, pair: Pair) -> bool:
        """Choose a renaming if it agrees with those that are chosen already; return whether it does."""
        old, new = pair
        if old in self._chosen or old in self._around_new or within(new, old) or _outer(new, self._chosen):
            return False
        if old in self._in_explained and _outer(old, self._chosen):
            return False
        self._chosen[old] = new
        self._around_new.update((new, *ancestors(new)))
        return True

    def _is_enough(self, pair: Pair, gain: int) -> bool:
        old, new = pair
        return gain > 0 and (pair in self._names.known or 2 * gain > min(self._of_old[old], self._of_new[new]))

    def _choose_together(self, pairs: Iterable[Pair]) -> None:
        """Choose the renamings of entries in which two modules are renamed, as far as they explain enough together."""
        added = [pair for pair in pairs if _outer(pair[0], self._chosen) is None and self._add(pair)]
        while added:
            moved = [entry for entry in self._gone if _renamed(entry, self._chosen) in self._added]
            gains = Counter(old for entry in moved for old in {_outer(name, self._chosen) for name in _names(entry)})
            dropped = {pair for pair in added if not self._is_enough(pair, gains[pair[0]])}
            for old, _ in dropped:
                del self._chosen[old]
            added = [pair for pair in added if pair not in dropped] if dropped else []


def _is_near(old: str, new: str) -> bool:
    """Return whether two names are in the same package, or have the same last part."""
    before, later = old.rpartition("."), new.rpartition(".")
    return before[0] == later[0] or before[2] == later[2]


def _prefixes(entry: Entry) -> set[str]:
    """Return the names in an entry, and the packages that contain them."""
    return {prefix for name in _names(entry) if name for prefix in (name, *ancestors(name))}


def _differences(one: Entry, other: Entry) -> list[Pair]:
    return [pair for pair in zip(_names(one), _names(other), strict=True) if pair[0] != pair[1]]


class _Alike:
    """Finds the violations that a stale entry may have become: equal in all names that are still in use."""

    def __init__(self, added: Iterable[Entry], names: _Names) -> None:
        self._sorted = sorted(added, key=_sorting)
        self._is_used = names.is_used
        self._tables: dict[tuple[bool, ...], dict[object, list[Entry]]] = {}

    def those(self, stale: Entry) -> list[Entry]:
        """Return a few violations: those with the most similar names."""
        unused = tuple(not self._is_used(name) for name in _names(stale))
        if not any(unused):
            return []
        if unused not in self._tables:
            self._tables[unused] = self._table(unused)
        table, kept = self._tables[unused], _kept(stale, unused)
        name = next(name for name, is_unused in zip(_names(stale), unused, strict=True) if is_unused)
        near = [table.get((kept,), []), table.get((kept, "in", parent(name)), [])]
        ends = (table.get((kept, "end", end), []) for end in _ends(name))
        near.append(next((found for found in ends if 0 < len(found) <= _LIKE), []))
        return list(dict.fromkeys(entry for entries in near if len(entries) <= _LIKE for entry in entries))

    def _table(self, unused: tuple[bool, ...]) -> dict[object, list[Entry]]:
        """Return violations by the names that are not unused, and by the ends and the package of the first other one.

        Of many that are equal in this, only one more than are compared.
        """
        table: dict[object, list[Entry]] = defaultdict(list)
        for entry in self._sorted:
            name = next(name for name, is_unused in zip(_names(entry), unused, strict=True) if is_unused)
            kept = _kept(entry, unused)
            keys = [(kept,), (kept, "in", parent(name)), *((kept, "end", end) for end in _ends(name))]
            for key in keys if name else ():
                if len(table[key]) <= _LIKE:
                    table[key].append(entry)
        return table


def _kept(entry: Entry, unused: tuple[bool, ...]) -> tuple[str, ...]:
    names = zip(_names(entry), unused, strict=True)
    return (entry.contract, *("" if is_unused else name for name, is_unused in names))


def _ends(name: str) -> Iterator[str]:
    """Yield a name without its first part, without its first two, and so on."""
    while name := name.partition(".")[2]:
        yield name
