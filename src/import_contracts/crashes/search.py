"""The search for crashes: every module that may be in one is imported first, in a fresh interpreter of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from import_contracts.crashes.bodies import Bodies, CodeCache
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.interpreter import CrashError, Interpreter, RaisedError
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.modules import World
from import_contracts.crashes.reach import Reach


def find_crashes(
    model: ImportModel,
    entries: Collection[str] | None = None,
    cache: CodeCache | None = None,
    advance: Callable[[], object] = int,
) -> tuple[Crash, ...]:
    """Return a crash for every module whose import fails in a fresh interpreter, sorted by that module.

    Where ``entries`` are given, only those modules are tried. ``cache`` keeps what was read for other questions about
    the same version of Python and mostly the same texts. ``advance`` is called for each module that was tried.

    Nothing of the program runs. Its modules are read into operations, and these are followed as CPython would. What
    depends on a condition that cannot be decided is followed twice, once with the first branch of every such condition
    and once with the last, and only what crashes both times is a crash. All of this is repeated until the imports in
    functions that are called no longer change the strongly connected components.
    """
    bodies, reach = Bodies(model, CodeCache() if cache is None else cache), Reach(model.started)
    while True:
        components = reach.components()
        first = _Trials(World(model, bodies, reach, components, takes_last=False), advance)
        wanted = model.importers(first.crashes(model.risky()))
        found = first.crashes(wanted if entries is None else wanted.intersection(entries))
        last = _Trials(World(model, bodies, reach, reach.components(), takes_last=True), advance).crashes(found)
        if reach.components() == components:
            return tuple(
                replace(found[entry], entry=entry, works_from=first.works_from(entry))
                for entry in sorted(found.keys() & last.keys())
            )


class _Trials:
    """Modules, each imported first by a fresh interpreter, and what that comes to.

    As long as a module reaches no module that is partially initialized, importing it has the same outcome as in a fresh
    interpreter, whatever has been imported before. So it is followed once, and its outcome is kept.
    """

    def __init__(self, world: World, advance: Callable[[], object]) -> None:
        self._world = world
        self._advance = advance
        self._failures: dict[str, Crash] = {}

    def crashes(self, entries: Iterable[str]) -> dict[str, Crash]:
        """Return the crashes of those of the entries that crash."""
        wanted = set(entries)
        for module in self._world.reach.lowest_first(wanted, self._world.component):
            if module not in self._world.outcomes:
                self._world.outcomes[module] = self._outcome(module)
                self._advance()
        return {module: self._failures[module] for module in wanted & self._failures.keys()}

    def _outcome(self, module: str) -> int | None:
        interpreter = Interpreter(self._world)
        try:
            interpreter.start(module)
        except CrashError as error:
            self._failures[module] = error.crash
            return None
        except (RaisedError, RecursionError):  # of a module that nests too deeply, nothing is known
            return None
        return interpreter.loaded

    def works_from(self, entry: str) -> str | None:
        """Return a module after whose import another is loaded: the outermost, and of these the first by name."""
        bit = 1 << self._world.model.modules[entry]
        fine = [module for module, loaded in self._world.outcomes.items() if loaded and loaded & bit]
        return min(fine, key=lambda module: (module.count("."), module), default=None)
