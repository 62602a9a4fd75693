"""What happens when the program is started by a command: each entry is followed in a fresh interpreter of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from import_contracts.crashes.bodies import LOADED, Bodies, CodeCache
from import_contracts.crashes.crash import Crash
from import_contracts.crashes.interpreter import Interpreter
from import_contracts.crashes.machine import CrashError, FailureError, NotFoundError, TooMuchError
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.modules import World
from import_contracts.crashes.reach import Reach
from import_contracts.crashes.search import Trials, Worlds, deep, is_too_much
from import_contracts.reading.files.program_text import Entry, EntryStep, ProgramText, Started


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that fails; ``crash`` is None if its import is refused.

    In the crash, files outside the program have their path instead of the name of a module.
    """

    step: EntryStep
    crash: Crash | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A module of the program that a step imports itself, and all that was imported for the first time with it."""

    step: EntryStep
    module: str
    modules: frozenset[str]


@dataclass(frozen=True, slots=True)
class EntryRun:
    """An entry that was followed: what fails, and what it imports, both in order.

    ``begun`` is empty if the entry imports nothing that may fail. If it was too much work to follow, ``is_known`` is
    False, and nothing fails.
    """

    entry: Entry
    failures: tuple[Failure, ...] = ()
    begun: tuple[Begun, ...] = ()
    is_known: bool = True


def follow(
    entries: Sequence[Entry],
    program: ProgramText,
    version: tuple[int, int],
    before: World | None = None,
    advance: Callable[[], object] = int,
) -> list[EntryRun]:
    """Return what happens in each entry of a program, in their order, under a version of Python.

    As in `import_contracts.crashes.search.search_crashes`, only what fails on each path fails. ``advance`` is called
    for each entry. What is known from a search ``before`` is taken from there, or from the entries before.
    """
    groups: dict[Started, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.started, []).append(entry)
    found: dict[Entry, EntryRun] = {}
    known = [before or _nothing_known(version)]
    with deep():
        for started, several in groups.items():
            runs, world = _Group(started, program, known).runs(several, advance)
            found.update(zip(several, runs, strict=True))
            known[1:] = [world]
    return [found[entry] for entry in entries]


def _nothing_known(version: tuple[int, int]) -> World:
    empty = ImportModel({}, {}, version)
    return World(empty, Bodies(empty, CodeCache()), Reach({}))


class _Group:
    """Entries whose interpreters find the same modules."""

    def __init__(self, started: Started, program: ProgramText, known: Sequence[World]) -> None:
        first = known[0]
        self._started = started
        self._program = program
        self._model = ImportModel(
            started.sources, started.imports, first.model.version, started.namespaces, started.missing, first.model
        )
        self._cache = first.bodies.cache
        self._worlds = Worlds(self._model, self._cache, known)

    def runs(self, entries: Sequence[Entry], advance: Callable[[], object]) -> tuple[list[EntryRun], World]:
        """Return what happens in each entry, repeated as in a search until the world is settled, and that world."""
        while True:
            world = self._worlds.new()
            world.effects.until(math.inf)
            wanted = self._may_fail(world)
            runs = []
            for entry in entries:
                runs.append(self._run(entry, world, wanted))
                advance()
            if world.is_settled():
                return runs, world

    def _may_fail(self, world: World) -> set[str]:
        """Return the modules whose import may fail, whatever comes first; what is below them is followed before."""
        trials = Trials(world, int)
        crashing = trials.crashes(set(self._model.risky) - self._started.own)
        found = self._model.importers({*crashing, *trials.untried, *self._started.doubtful})
        trials.crashes(found - self._started.own)
        return found

    def _run(self, entry: Entry, world: World, wanted: Collection[str]) -> EntryRun:
        process = _Process(world, self._started)
        failures: list[Failure] = []
        left_out = 0
        for step in entry.steps:
            self._cache.called.add((step.module, LOADED))
            if left_out or not (step.refusal or step.module in wanted):
                left_out -= bool(left_out)
                continue
            if is_too_much(world):
                return EntryRun(entry, is_known=False)
            is_whole, crash = process.start(step)
            left_out = 0 if is_whole else step.guards
            failures += [Failure(step, crash and self._with_paths(crash))] if crash or step.refusal else []
        process.end()
        return EntryRun(entry, tuple(failures), tuple(process.begun()))

    def _with_paths(self, crash: Crash) -> Crash:
        """Return a crash in which files outside the program have their path as their name; without texts in no file."""

        def name(module: str) -> str:
            source, known = self._started.sources.get(module), self._program.sources.get(module)
            return source.path if source and (known is None or known.path != source.path) else module

        frames = tuple(replace(frame, module=name(frame.module)) for frame in crash.stack if name(frame.module))
        return replace(crash, importer=name(crash.importer), imported=name(crash.imported), stack=frames)


class _Process:
    """One fresh interpreter, which makes the steps of an entry one by one."""

    def __init__(self, world: World, started: Started) -> None:
        self._world = world
        self._own = started.own
        self._interpreter = Interpreter(world)
        self._steps: list[tuple[EntryStep, int]] = []

    def start(self, step: EntryStep) -> tuple[bool, Crash | None]:
        """Make a step; return whether it ends without an exception, and the crash if it ends with one."""
        self._steps.append((step, len(self._interpreter.begun)))
        if step.refusal:
            return False, None
        try:
            self._interpreter.import_module(step.module)
        except (CrashError, NotFoundError) as error:
            return False, error.crash
        except (FailureError, TooMuchError, RecursionError):  # or it nests too deeply, and nothing is known
            return False, None
        return True, None

    def end(self) -> None:
        """Undo what the steps have changed in modules that are known to other interpreters."""
        self._interpreter.memory.leave()

    def begun(self) -> Iterator[Begun]:
        """Yield what the steps have imported themselves."""
        imports = self._interpreter.begun
        ends = [start for _, start in self._steps[1:]]
        for (step, start), end in zip(self._steps, [*ends, len(imports)], strict=False):
            direct, modules = "", set[str]()
            for importer, module in imports[start:end]:
                if module in self._own:
                    continue
                if not importer or importer in self._own:
                    if direct:
                        yield Begun(step, direct, frozenset(modules))
                    direct, modules = module, set()
                modules |= {module, *self._loaded_with(module)}
            if direct:
                yield Begun(step, direct, frozenset(modules))

    def _loaded_with(self, module: str) -> Iterator[str]:
        """Yield what a module has loaded, if that was known before and so was not followed again."""
        if (known := self._world.outcomes.get(module)) is None:
            return
        for other, number in self._world.model.modules.items():
            if known.loaded.certain >> number & 1:
                yield other
