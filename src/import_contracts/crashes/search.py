"""The search for crashes: every module that may be in one is imported first, in a fresh interpreter of its own."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from import_contracts.crashes.bodies import Bodies, CodeCache
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.interpreter import Interpreter
from import_contracts.crashes.machine import CrashError, FailureError, TooMuchError
from import_contracts.crashes.memory import Imported
from import_contracts.crashes.messages import Lack, message, message_at_root
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.modules import World
from import_contracts.crashes.reach import Reach
from import_contracts.crashes.uniform import is_uniform

_WORK = 3_200_000
"""How many operations of modules are followed, twice, before the search ends; that of one entry is always complete."""
_EFFORT = 600_000
"""How much is done besides, as `World.effort` counts it: about as much as those operations, half a minute."""

_DEEPEST = 200_000
"""How deep calls may nest. They need no room on the stack of C, as only functions of Python call each other."""


@dataclass(frozen=True, slots=True)
class CrashSearch:
    """The result of a search: the crashes, and the modules for which it was too much work to tell, both sorted."""

    crashes: tuple[Crash, ...]
    untried: tuple[str, ...]
    world: World | None = field(default=None, compare=False, repr=False)
    """What was found out, for another search."""

    work: int = field(default=0, compare=False)
    """How many operations at the top level of modules have been followed, as `World.work` counts them."""


def search_crashes(
    model: ImportModel,
    entries: Collection[str] | None = None,
    cache: CodeCache | None = None,
    advance: Callable[[], object] = int,
    before: Iterable[CrashSearch] = (),
) -> CrashSearch:
    """Return a crash for every module whose import fails in a fresh interpreter, sorted by that module.

    Where ``entries`` are given, only those modules are tried. ``cache`` keeps what was read for other questions about
    the same version of Python and mostly the same texts. ``advance`` is called for each module whose outcome is known.
    Of the searches ``before``, each in nearly the same program, what edits since then cannot change is taken.

    Nothing of the program runs. Its modules are read into operations, and these are followed as CPython would. Where
    nobody can decide which path CPython takes, all are followed, and only what crashes on each of them is a crash. All
    of this is repeated as long as an import in a function that is called adds a module to a strongly connected
    component of which one module was followed for all, or until there is too much work.
    """
    with deep():
        return _search(model, entries, CodeCache() if cache is None else cache, advance, before)


def least_tried(model: ImportModel) -> int:
    """Return how many modules a search tries; it tries them again if one starts more than is seen at first."""
    return len(Reach(model.started).below(model.risky))


def try_entries(
    model: ImportModel, entries: Iterable[str], cache: CodeCache, before: Iterable[CrashSearch] = ()
) -> CrashSearch:
    """Return the crashes of some modules; the rest is as in `search_crashes`, which tries all that these import too.

    For a few entries this is much less work: each is followed once. The crashes have no messages, and nothing is known
    of what works.
    """
    return Attempt(model, cache, before).tried(entries)


class Attempt:
    """A program of which some modules are tried, as `try_entries` does, and then others.

    What is known is kept, as long as modules are tried in the order of the first search: each would see what those
    before it have changed. In between, nothing else may take over from the searches before.
    """

    def __init__(self, model: ImportModel, cache: CodeCache, before: Iterable[CrashSearch] = ()) -> None:
        self._worlds = Worlds(model, cache, [each.world for each in before])
        self._world = self._worlds.new()
        self._last = 0

    def tried(self, entries: Iterable[str], most: float = math.inf) -> CrashSearch:
        """Return the crashes of some modules.

        After ``most`` operations, as `CrashSearch.work` counts them, none is tried any more once there is a crash.
        """
        wanted = sorted(entries)
        places = [self._place(module) for module in wanted if module not in self._world.outcomes]
        if min(places, default=self._last) < self._last:
            self._world = self._worlds.new()
        done = self._world.work
        with deep():
            while True:
                trials = Trials(self._world, int)
                found = trials.alone(wanted, done + most)
                if trials.untried or self._world.is_settled():
                    break
                self._world, done = self._worlds.new(), 0
        self._last = max([self._last, *map(self._place, wanted)])
        crashes = tuple(replace(found[entry], entry=entry) for entry in sorted(found))
        return CrashSearch(crashes, tuple(sorted(trials.untried)), self._world, self._world.work - done)

    def _place(self, module: str) -> int:
        return self._world.followed.get(module, sys.maxsize)


@contextmanager
def deep() -> Iterator[None]:
    """Let modules import one another, and functions call one another, more deeply than Python allows by default."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _search(
    model: ImportModel,
    entries: Collection[str] | None,
    cache: CodeCache,
    advance: Callable[[], object],
    before: Iterable[CrashSearch],
) -> CrashSearch:
    worlds = Worlds(model, cache, [each.world for each in before])
    while True:
        world = worlds.new()
        trials = Trials(world, advance)
        wanted = model.importers(trials.crashes(worlds.risky(entries)))
        found = trials.crashes(wanted if entries is None else wanted.intersection(entries))
        untried = model.importers(trials.untried) - trials.tried
        if untried or world.is_settled():
            break
    return CrashSearch(
        tuple(
            _told(replace(found[entry], entry=entry, works_from=trials.works_from(entry)), model)
            for entry in sorted(found)
        ),
        tuple(sorted(untried if entries is None else untried.intersection(entries))),
        world,
        world.work,
    )


class Worlds:
    """Makes worlds, each to be followed before the next, until one is settled.

    What is taken over is that of the world before in which most modules do the same.
    """

    def __init__(self, model: ImportModel, cache: CodeCache, before: Iterable[World | None]) -> None:
        self._model = model
        self._bodies, self._reach = Bodies(model, cache), Reach(model.started)
        self._before = [world for world in before if world]
        same = {world: world.same_in(model) for world in self._before}
        self._known = max(same, key=lambda world: len(same[world]), default=None)
        self._same = same[self._known] if self._known else set()
        if self._known:
            self._reach.take_over(self._known.reach, self._same)

    def risky(self, entries: Collection[str] | None) -> Collection[str]:
        """Return the modules of which it has to be known whether they crash, to tell that of some entries, or of all.

        Once all have been searched, these are those that the entries may start, also by calls that were followed then.
        """
        risky = self._model.risky
        if entries is None or not self._before:
            return risky
        started = (each.below(entries) for each in (self._reach, *(world.reach for world in self._before)))
        return set(risky).intersection(set().union(*started))

    def new(self) -> World:
        """Return the next world."""
        world = World(self._model, self._bodies, self._reach)
        if self._known:
            world.take_over(self._known, self._same)
        return world


def _told(crash: Crash, model: ImportModel) -> Crash:
    """Return a crash with the messages of CPython."""
    module, name = crash.imported, crash.name
    if name is None:
        module, _, name = module.rpartition(".")
    path = model.sources[module].path if module in model.sources else "unknown location"
    is_partial = any(each.module == module and not each.is_call for each in crash.stack)
    lack = Lack(crash.error, module, name, path, crash.name is None, is_partial)
    return replace(crash, message=message(lack, model.version), message_at_root=message_at_root(lack, model.version))


def is_too_much(world: World) -> bool:
    """Tell whether there has been so much work that the search ends."""
    return world.work > _WORK or world.effort > _EFFORT


class Trials:
    """Modules, each imported first by a fresh interpreter, and what that comes to.

    As long as a module touches no module that is partially initialized, nor one that has seen such a module, importing
    it has the same outcome as in a fresh interpreter. So its outcome is kept with what it has touched there, and it is
    followed again only where that is not so. One module of a component is followed for all, where it makes no
    difference with which of them the import begins. A module that crashes does so again where nothing is loaded of the
    cycles on its stack.

    ``untried`` are the modules that were left when there had been too much work.
    """

    def __init__(self, world: World, advance: Callable[[], object]) -> None:
        self.untried: set[str] = set()
        self._world = world
        self._advance = advance

    @property
    def tried(self) -> Set[str]:
        """The modules whose outcome is known."""
        return self._world.outcomes.keys()

    def crashes(self, entries: Iterable[str]) -> dict[str, Crash]:
        """Return the crashes of those of the entries that crash; all that they may import is tried before."""
        wanted = set(entries)
        self._try(self._world.reach.lowest_first(wanted, self._world.component))
        return self._crashes_of(wanted)

    def alone(self, entries: Iterable[str], most: float = math.inf) -> dict[str, Crash]:
        """Return the crashes of those of the entries that crash; nothing else is tried.

        When the world has done more work than ``most``, none is tried any more once there is a crash.
        """
        world = self._world
        wanted = sorted(entries, key=lambda module: world.followed.get(module, sys.maxsize))
        self._try(wanted, lambda: world.work > most and bool(self._crashes_of(wanted)))
        return self._crashes_of(wanted)

    def _try(self, modules: Iterable[str], is_enough: Callable[[], bool] = bool) -> None:
        world = self._world
        for module in modules:
            if module not in world.outcomes:
                if is_too_much(world) or is_enough():
                    self.untried.add(module)
                    continue
                outcome = self._outcome(module)
                world.outcomes.update(dict.fromkeys(self._alike(module) if outcome else (module,), outcome))
            self._advance()

    def _crashes_of(self, modules: Iterable[str]) -> dict[str, Crash]:
        return {module: self._world.crashes[module] for module in modules if module in self._world.crashes}

    def _alike(self, module: str) -> Collection[str]:
        """Return the modules with the same outcome as one that could be imported, and that itself."""
        members = self._world.members[self._world.component[module]]
        if len(members) > 1 and is_uniform(members, self._world.model, self._world.bodies):
            self._world.whole.append(members)
            return members
        return (module,)

    def _outcome(self, module: str) -> Imported | None:
        world = self._world
        outcomes, crashes = world.outcomes, world.crashes
        for package in reversed(self._world.model.around[module]):
            if package in outcomes and outcomes[package] is None:  # it is imported before, and fails in the same way
                if package in crashes:
                    crashes[module] = crashes[package]
                return None
        interpreter = Interpreter(self._world)
        try:
            interpreter.start(module)
        except CrashError as error:
            crashes[module] = error.crash
            if error.crash.stack[0].module == module:
                world.spent[module] = world.spent_since(interpreter.spent_before)
            error.bare()
            return None
        except (FailureError, TooMuchError, RecursionError):  # of a module that nests too deeply, nothing is known
            return None
        return interpreter.modules.imported(interpreter.noted)

    def works_from(self, entry: str) -> str | None:
        """Return a module after whose import another is loaded: the outermost, and of these the first by name."""
        bit = 1 << self._world.model.modules[entry]
        fine = [module for module, known in self._world.outcomes.items() if known and known.loaded.certain & bit]
        return min(fine, key=lambda module: (module.count("."), module), default=None)
