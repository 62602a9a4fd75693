"""The `sys.modules` of a fresh interpreter: what is loaded, what is partially initialized, and what each has bound."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import itemgetter, or_
from types import MappingProxyType
from typing import TypeAlias

from import_contracts.crashes.bodies import Bodies
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.memory import ABSENT, MAYBE, REPLACED, UNKNOWN, Effects, Imported, Loaded, Memory, Names
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.reach import Reach
from import_contracts.crashes.remembering import CallKey, Habit, Limit, Result
from import_contracts.crashes.values import InstanceValue, ModuleValue, bind_unknown
from import_contracts.reading.source.bound import OF_EVERY_MODULE

Spent: TypeAlias = tuple[int, int, int]
"""`World.work`, `World.effort` and `World.calls`, or parts of them."""
_ALL = -1
"""The bits of all modules."""


@dataclass(eq=False)
class World:
    """What fresh interpreters share."""

    model: ImportModel
    bodies: Bodies
    reach: Reach
    component: dict[str, int] = field(init=False)
    """The number of the strongly connected component of each module, as far as ``reach`` is settled."""
    apart: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    """Modules that were partially initialized, and one that was taken to import none of them."""
    whole: list[list[str]] = field(default_factory=list)
    """The components that were taken to have no other modules."""
    outcomes: dict[str, Imported | None] = field(default_factory=dict)
    """By the module that was imported first: what is known of that import; None if it failed."""
    crashes: dict[str, Crash] = field(default_factory=dict)
    """The crashes, by the module that was imported first."""
    spent: dict[str, Spent] = field(default_factory=dict)
    """What was spent on the crashes of modules themselves, not of packages around them."""
    spaces: dict[str, Names] = field(default_factory=dict)
    """The names of the modules that were loaded."""
    followed: dict[str, int] = field(default_factory=dict)
    """The place of each module in the order in which they were imported first: that of the first search of several."""
    effects: Effects = field(default_factory=Effects)
    """What interpreters have changed in the names of modules that were loaded before, and in other values."""
    results: dict[CallKey, Result] = field(default_factory=dict)
    """What came of calls."""
    habits: defaultdict[tuple[str, int], Habit] = field(default_factory=lambda: defaultdict(Habit))
    """What calls have in common, by module and line of the function."""
    limits: defaultdict[tuple[str, int], Limit] = field(default_factory=lambda: defaultdict(Limit))
    """What was too much work in calls, by module and line of the function."""
    calls: int = 0
    """How many calls have been followed."""
    work: int = 0
    """How many operations at the top level of modules have been followed, those aside that only bind a name."""
    effort: int = 0
    """How many paths were followed, with what the calls of functions and the joins of paths take, in the same unit."""
    interpreters: int = 0
    _results_before: tuple[dict[CallKey, Result], Set[str]] = field(default=({}, frozenset()))
    """What came of calls in the world that was taken over, and the modules that do the same here."""

    def __post_init__(self) -> None:
        self.component = self.reach.components()

    @property
    def counts(self) -> Spent:
        """What has been spent until now."""
        return self.work, self.effort, self.calls

    def spent_since(self, before: Spent) -> Spent:
        """Return what has been spent since."""
        work, effort, calls = before
        return self.work - work, self.effort - effort, self.calls - calls

    def spend_again(self, module: str) -> None:
        """Count the crash of a module as if it had been followed again."""
        work, effort, calls = self.spent[module]
        self.work, self.effort, self.calls = self.work + work, self.effort + effort, self.calls + calls

    @cached_property
    def members(self) -> dict[int, list[str]]:
        """The modules of each component."""
        found: dict[int, list[str]] = {}
        for module, component in self.component.items():
            found.setdefault(component, []).append(module)
        return found

    def is_settled(self) -> bool:
        """Tell whether what was followed is right with what ``reach`` knows by now, which then counts from here on."""
        now = self.reach.components()
        if now != self.component:
            if any(now[module] in {now[each] for each in partial} for partial, module in self.apart):
                return False
            sizes = Counter(now.values())
            if any({sizes[now[each]] for each in members} != {len(members)} for members in self.whole):
                return False
            self.component = now
            self.__dict__.pop("members", None)
        return True

    @property
    def needed(self) -> set[str]:
        """The modules of which more depends than whether their own importers crash.

        They are what is in a cycle or crashes, with all that these start; what others start without naming it; and what
        changes others.
        """
        ours = self.model
        hidden = (ours.not_named(module, self.reach.started(module)) for module in ours.modules)
        return self.reach.below({*ours.risky, *self.crashes}).union(self.effects.entries, *hidden)

    def same_in(self, model: ImportModel) -> set[str]:
        """Return the modules that do the same in a program like this, which has them and all they start unchanged.

        What modules have changed in others that the program does not have counts as changed there too: less is known.
        """
        ours = self.model
        if not model.is_like(ours):
            return set()
        changed = model.changed_since(ours)
        left_out = ours.modules.keys() - model.modules.keys()
        other: set[str] = set()
        while changed - other:
            other |= self.reach.starting(changed)
            changed = self._seeing(self.effects.of_others((ours.modules.keys() - other) | left_out))
        return ours.modules.keys() - other

    def _seeing(self, interpreters: Mapping[int, int]) -> set[str]:
        """Return the modules that may have looked at what interpreters have made, each after another had changed it.

        The interpreters are given by number, each with the place in the order of the search of the first change.
        """
        made: dict[int, list[str]] = {}
        for module, names in self.spaces.items():
            made.setdefault(names.epoch, []).append(module)
        found: set[str] = set()
        known: set[str] = set()
        for maker, changer in sorted(interpreters.items(), key=itemgetter(1)):
            new = self.reach.starting(made.get(maker, ()), known)  # the others come after an earlier change, if any
            found.update(each for each in new if self.followed.get(each, 0) > changer)
            known |= new
        return found

    def take_over(self, before: World, modules: Collection[str]) -> None:
        """Take what is known of modules that do the same as in an earlier world: outcomes, crashes, names, calls."""
        self.interpreters = before.interpreters
        for module in modules:
            if (imported := before.outcomes.get(module)) is not None:
                self.outcomes[module] = imported
            if (crash := before.crashes.get(module)) is not None:
                self.crashes[module], self.outcomes[module] = crash, None
                if module in before.spent:
                    self.spent[module] = before.spent[module]
            if (names := before.spaces.get(module)) is not None:
                self.spaces[module] = names
        taken = frozenset(modules)
        self.followed = before.followed.copy()
        self.effects.take_over(before.effects, taken | (before.model.modules.keys() - self.model.modules.keys()))
        self._results_before = before._all_results(), taken
        self.habits.update((place, habit) for place, habit in before.habits.items() if place[0] in taken)
        self.calls = before.calls

    def result(self, call: CallKey) -> Result | None:
        """Return what came of a call like one, also in the world that was taken over; None if that is not known."""
        if (found := self.results.get(call)) is not None:
            return found
        before, taken = self._results_before
        found = before.get(call) if call.module in taken else None
        return found if found and found.looked_at <= taken else None

    def _all_results(self) -> dict[CallKey, Result]:
        """Return what came of calls, with that of the world that was taken over."""
        known = {call: result for call in self._results_before[0] if (result := self.result(call))}
        self.results |= known
        self._results_before = {}, frozenset()
        return self.results


class Modules:
    """The modules of one fresh interpreter.

    ``partial`` are those that are being imported, in this order.
    """

    def __init__(self, world: World, memory: Memory) -> None:
        self.partial: dict[str, None] = {}
        self._world = world
        self._memory = memory
        self._numbers = world.model.modules
        self._spaces = memory.names()
        self._state = memory.names({"loaded": Loaded()})
        self._touched: set[str] = set()
        """The modules that were looked for in `sys.modules`, or looked at: names, as large bits take time to make."""
        self._touched_below = 0
        """Those that known imports have touched, as bits."""
        self._arrivals: list[tuple[int, int, Mapping[int, int]]] = []
        """The bits of modules as they came, with those that were initialized then, and besides with each of them."""
        self._implied: dict[int, int] = {}
        """By the bit of a module: those that are initialized wherever it is, of the arrivals that were counted."""

    @property
    def loaded(self) -> Loaded:
        """Those that are initialized."""
        found = self._state["loaded"]
        return found if isinstance(found, Loaded) else Loaded()

    def has(self, module: str) -> bool | None:
        """Tell whether a module of the program is in `sys.modules`; None if it may be."""
        self._touched.add(module)
        if module in self.partial:
            return True
        bit = 1 << self._numbers[module]
        loaded = self.loaded
        return True if loaded.certain & bit else None if loaded.maybe & bit else False

    def is_initialized(self, module: str) -> bool:
        """Tell whether a module of the program certainly is in `sys.modules`, with all that its body does."""
        return module in self._numbers and self.has(module) is True and module not in self.partial

    def space(self, module: str) -> Names:
        """Return the names of a module; unknown ones if its body was never followed."""
        if module in self._numbers:
            self._touched.add(module)
        found = self._spaces.get(module)
        if found is None:
            found = self._world.spaces.get(module)
        return found if isinstance(found, Names) else self._memory.names({UNKNOWN: True})

    def touch(self, module: str) -> None:
        """Note that what is done may depend on a module, or changes it, if it is one of the program."""
        if module in self._numbers:
            self._touched.add(module)

    def touch_all(self) -> None:
        """Note that what is done may change any module."""
        self._touched_below = _ALL

    def attributes(self, module: str) -> Names:
        """Return the names that others see in a module: unknown ones if another one has taken its place."""
        space = self.space(module)
        return space if _replacing(space) is None else self._memory.names({UNKNOWN: True})

    def binds(self, module: str, name: str) -> bool | None:
        """Tell whether a module has an attribute without asking its ``__getattr__``; None if it may have."""
        space = self.attributes(module)
        found = space.get(name, ABSENT)
        if found is MAYBE:
            return None
        if found is not ABSENT or name in OF_EVERY_MODULE:
            return True
        return None if UNKNOWN in space else False

    def known(self, module: str) -> Imported | None:
        """Return what is known of the import of a module, if that has the same outcome here.

        It has if it touched no module whose body this interpreter has begun: one that is partially initialized, or that
        may have seen such a one.
        """
        known = self._world.outcomes.get(module)
        if known is None or any(known.touched >> self._numbers[str(each)] & 1 for each in self._spaces):
            return None
        return known

    def load(self, known: Imported) -> None:
        """Load a module with all that it imports, as is known."""
        self._touched_below |= known.touched
        self._add(known.loaded, known.implied)

    def known_crash(self, module: str) -> Crash | None:
        """Return the crash of a module that fails here as it does where it is imported first; None if it may not.

        It does if nothing is loaded yet that is in a cycle with a module on its stack.
        """
        crash = self._world.crashes.get(module)
        if crash is None or module not in self._world.spent or self._reaches_partial(module):
            return None
        component, loaded = self._world.component, self.loaded
        involved = {component[each] for each in (crash.imported, *(frame.module for frame in crash.stack))}
        cycles = [self._world.members[each] for each in involved]
        begun = loaded.certain | loaded.maybe
        if any(begun >> self._numbers[each] & 1 or each in self.partial for members in cycles for each in members):
            return None
        self._world.apart.append((tuple(self.partial), module))
        self._world.whole += cycles
        return crash

    def _reaches_partial(self, module: str) -> bool:
        component = self._world.component
        return any(component[each] == component[module] for each in self.partial)

    def begin(self, module: str) -> Names:
        """Put a module into `sys.modules`, partially initialized, and return its names."""
        space = self._memory.names({UNKNOWN: True} if module in self._world.bodies.unparsed else ())
        self._memory.set(self._spaces, module, space)
        self.partial[module] = None
        return space

    def finish(self, module: str) -> None:
        """Note that a module is initialized, and bind it in its package."""
        del self.partial[module]
        self.assume_loaded(module)
        package, _, name = module.rpartition(".")
        if package in self._spaces:
            self._memory.set(self.space(package), name, ModuleValue(module))
            if (replacing := self.replacing(package)) is not None:
                self._memory.set(replacing.names, name, ModuleValue(module))

    def assume_loaded(self, module: str) -> None:
        """Note that a module is in `sys.modules`."""
        self._add(Loaded(1 << self._numbers[module]))

    def may_be_loaded(self, modules: Loaded) -> None:
        """Note that some modules may be in `sys.modules`."""
        self._add(Loaded(maybe=modules.certain | modules.maybe))

    def _add(self, modules: Loaded, implied: Mapping[int, int] = MappingProxyType({})) -> None:
        before = self.loaded
        now = before | modules
        self._arrivals.append(((modules.certain | modules.maybe) & ~before.certain, now.certain, implied))
        self._memory.set(self._state, "loaded", now)

    def choose_loaded(self, module: str) -> None:
        """Follow the paths on which a module that may be in `sys.modules` is there, with all that came before it."""
        bit = 1 << self._numbers[module]
        self._add(Loaded(bit | self._implied_by(bit)))

    def choose_missing(self, module: str) -> None:
        """Follow the paths on which a module that may be in `sys.modules` is not, and so nothing that came after it.

        Otherwise each of these would be imported on paths that do not exist, and in it again all that may be loaded.
        """
        bit = 1 << self._numbers[module]
        loaded = self.loaded
        missing = bit | sum(each for each in _bits(loaded.maybe) if self._implied_by(each) & bit)
        self._memory.set(self._state, "loaded", Loaded(loaded.certain, loaded.maybe & ~missing))

    def _implied_by(self, bit: int) -> int:
        """Return the modules that are initialized on all paths followed so far on which the module of a bit is."""
        for came, certain, implied in self._arrivals:
            for each in _bits(came):
                with_it = certain | implied.get(each, 0)
                self._implied[each] = self._implied.get(each, with_it) & with_it
        self._arrivals.clear()
        return self._implied.get(bit, 0)

    def fail(self, module: str) -> None:
        """Take a module out again whose import failed."""
        del self.partial[module]
        self.drop(module)

    def give_up(self, module: str) -> None:
        """Note that it is not known what the import of a module does."""
        del self.partial[module]
        self.may_be_loaded(Loaded(1 << self._numbers[module]))

    def drop(self, module: str) -> None:
        """Take a module out."""
        self._memory.set(self._spaces, module, ABSENT)

    def forget_names(self, module: str) -> None:
        """Note that a module may have any names."""
        if module in self._numbers:
            bind_unknown(self._memory, self.space(module))
            if (replacing := self.replacing(module)) is not None:
                bind_unknown(self._memory, replacing.names)
                self._memory.set(replacing.names, MAYBE, UNKNOWN)

    def replacing(self, module: str) -> InstanceValue | None:
        """Return the module that the program has made and put into the place of another one, if that is certain."""
        return _replacing(self.space(module))

    def replace(self, module: str, by: object = UNKNOWN) -> None:
        """Note that another object is put into `sys.modules` under the name of a module."""
        if module not in self._numbers:
            return
        if self.has(module) is not True:
            self._memory.set(self._spaces, module, self._memory.names())
            self.assume_loaded(module)
        self._memory.set(self.space(module), REPLACED, by)
        if self.replacing(module) is None:
            self.forget_names(module)

    def imported(self, may_raise: Iterable[object]) -> Imported:
        """Return what is known of what was done, which may have raised some kinds of exceptions."""
        loaded = self.loaded
        # From here on, nothing is asked of the others.
        self._arrivals = [(came & loaded.maybe, certain, with_it) for came, certain, with_it in self._arrivals]
        implied = ((bit, self._implied_by(bit) & ~loaded.certain) for bit in _bits(loaded.maybe))
        touched = reduce(or_, (1 << self._numbers[each] for each in self._touched), self._touched_below)
        kinds = tuple(dict.fromkeys(may_raise))
        return Imported(loaded, touched, {bit: modules for bit, modules in implied if modules}, kinds)

    def keep(self) -> None:
        """Keep the names of the modules for other interpreters."""
        for module, space in self._spaces.items():
            if isinstance(space, Names) and self.loaded.certain >> self._numbers[str(module)] & 1:
                self._world.spaces.setdefault(str(module), space)


def _bits(modules: int) -> Iterator[int]:
    while modules:
        bit = modules & -modules
        yield bit
        modules ^= bit


def _replacing(space: Names) -> InstanceValue | None:
    found = space.get(REPLACED)
    return found if isinstance(found, InstanceValue) and found.is_module else None
