"""One fresh interpreter: its state, and the paths through the program that it follows at once.

Where nobody can decide which path CPython takes, each is followed, and what is known afterwards is what is the same on
all of them. So a failure is certain if no path is left on which it does not happen.
"""

from __future__ import annotations

import builtins
import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from import_contracts.crashes.crash import Crash, Frame
from import_contracts.crashes.memory import NO_IMPORT_ERROR, UNKNOWN, Delta, Memory, joined
from import_contracts.crashes.modules import Modules, Spent, World
from import_contracts.crashes.operations import Operations
from import_contracts.crashes.scopes import Scope
from import_contracts.crashes.values import Arguments, ClassValue, External, ModuleValue


class FailureError(Exception):
    """The path that is followed ends with an exception; ``kind`` is its class, UNKNOWN if that is not known."""

    def __init__(self, kind: object) -> None:
        super().__init__()
        self.kind = kind

    def bare(self) -> FailureError:
        """Return it without its traceback, which would keep frames, and these would keep it."""
        self.__cause__ = self.__context__ = None
        return self.with_traceback(None)


class CrashError(FailureError):
    """An import fails because a module is only partially initialized."""

    def __init__(self, crash: Crash) -> None:
        super().__init__(External(f"builtins.{crash.error}"))
        self.crash = crash


class NotFoundError(FailureError):
    """An import fails because what it names cannot be found, wherever the import is."""

    def __init__(self, crash: Crash) -> None:
        super().__init__(External(f"builtins.{crash.error}"))
        self.crash = crash


class TooMuchError(Exception):
    """There is too much work."""


def raised(name: str) -> FailureError:
    """Return another exception, given the name of its builtin class. It is not reported."""
    return FailureError(External(f"builtins.{name}"))


@dataclass(slots=True, unsafe_hash=True)
class Left:
    """Operations were left before their end: ``word`` is "return", "break" or "continue"."""

    word: Literal["return", "break", "continue"]
    value: object = None


Block: TypeAlias = Callable[[], Left | None]
_Path: TypeAlias = tuple[Delta, Block]


@dataclass(slots=True, eq=False)
class _Frame:
    """What is left with a word: a function or a loop. ``pending`` are the paths that have left it."""

    word: str
    scope: Scope
    mark: int
    pending: list[tuple[object, Delta]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Thrown:
    """An exception that may have been raised, and the state there; or one like it ``from_there_on``."""

    error: FailureError
    state: Delta
    partial: tuple[str, ...]
    from_there_on: bool


@dataclass(slots=True, eq=False)
class _Guard:
    """A ``try`` or ``with`` statement. ``pending`` are the exceptions that may have been raised in it."""

    mark: int
    partial: int
    pending: list[_Thrown] = field(default_factory=list)


_MOST_PATHS = 20_000
"""How many paths are followed in one interpreter besides the first one before there is too much work."""

_CHANGES = 8
"""To join so many changes of paths takes about as long as to begin a path."""


class Machine(ABC):
    """One fresh interpreter: its modules, and the stack of what it executes."""

    def __init__(self, world: World) -> None:
        world.interpreters += 1
        self.world = world
        self.model = world.model
        self.bodies = world.bodies
        self.memory = Memory(world.interpreters)
        self.modules = Modules(world, self.memory)
        self.stack: list[Scope] = []
        self.handled: list[FailureError] = []
        self._frames: list[_Frame] = []
        self._guards: list[_Guard] = []
        self.paths_left = _MOST_PATHS
        self.noted: list[object] = []
        """The kinds of the exceptions that may have been raised."""
        self.looked_at: set[str] = set()
        """The modules that were imported or looked at, in the present call."""
        self.begun: list[tuple[str, str]] = []
        """The module around each import, "" if there is none, and the module that was imported, in order."""
        self.ends_with_crash = False
        """Whether nothing else is asked of this interpreter once an import has failed."""
        self.spent_before: Spent = world.counts
        """What had been spent before the last module was imported that no other one imports."""
        self.lazily_imported: set[str] = set()
        """The modules of lazy imports, which are attributes of their packages from then on (PEP 810)."""

    @abstractmethod
    def run(self, operations: Operations) -> Left | None:
        """Follow operations until one leaves; raises FailureError."""

    @abstractmethod
    def call(self, function: object, arguments: Arguments) -> object:
        """Return the result of a call; raises FailureError."""

    @abstractmethod
    def get(self, value: object, name: str) -> object:
        """Return an attribute; raises FailureError."""

    @property
    def scope(self) -> Scope:
        """Where the present operation runs."""
        return self.stack[-1]

    def fail(self, error: str, imported: str, name: str | None) -> None:
        """Raise the crash of the present statement, if its module was parsed; ``name`` is as in `Crash`."""
        if self.scope.module not in self.bodies.unparsed:
            raise CrashError(self.crash(error, imported, name))

    def crash(self, error: str, imported: str, name: str | None = None) -> Crash:
        """Return the failure of the present statement."""
        scope = self.stack[-1]
        return Crash(
            entry="",
            error=error,
            importer=scope.module,
            imported=imported,
            name=name,
            path=self.model.sources[scope.module].path,
            line=scope.line,
            text=self.bodies.line(scope.module, scope.line),
            stack=self._frames_now(),
            defined=self.bodies.line_of(imported, name) if name else None,
            lazy=next((each.lazy for each in self.stack if each.lazy), ""),
            works_from=None,
        )

    def _frames_now(self) -> tuple[Frame, ...]:
        """Return the traceback: the body of a class, and a comprehension, are part of what is around them."""
        found: list[Frame] = []
        for each in self.stack:
            if each.kind in {"module", "function"}:
                found.append(Frame(each.module, each.line, each.kind == "function"))
            elif found and found[-1].module == each.module:
                found[-1] = Frame(each.module, each.line, found[-1].is_call)
        return tuple(found)

    # --- paths ---------------------------------------------------------------------------------------------------

    def follow_each(self, blocks: Sequence[Block]) -> Left | None:
        """Follow blocks of which CPython runs one, nobody knows which."""
        mark = self.memory.mark()
        try:
            return self._follow_paths(mark, [({}, block) for block in blocks])
        finally:
            self.memory.release()

    def follow_maybe(self, block: Block) -> Left | None:
        """Follow a block that CPython may run or not."""
        return self.follow_each([block, lambda: None])

    def value_maybe(self, get: Callable[[], object]) -> None:
        """Follow what returns a value, and may run or not."""

        def block() -> None:
            get()

        self.follow_maybe(block)

    def _follow_paths(self, mark: int, paths: Sequence[_Path]) -> Left | None:
        """Follow paths that begin with different changes since a mark."""
        self.paths_left -= len(paths) - 1
        self.world.effort += len(paths)
        if self.paths_left < 0:
            raise TooMuchError
        live: list[tuple[Left | None, Delta]] = []
        failed: list[tuple[FailureError, Delta]] = []
        depth = len(self.stack)
        for state, block in paths:
            self.memory.undo(mark)
            self.memory.apply(state)
            try:
                left = block()
            except FailureError as error:
                del self.stack[depth:]
                failed.append((error.bare(), self.memory.since(mark)))
            else:
                live.append((left, self.memory.since(mark)))
        self.memory.undo(mark)
        if live:
            for raised_there, state in failed:
                self._note_at(mark, state, raised_there)
            return self._meet(mark, live)
        # A crash, if there is one.
        chosen = next((each for each in failed if isinstance(each[0], CrashError)), failed[0])
        for raised_there, state in failed:
            if raised_there is not chosen[0]:
                self._note_at(mark, state, raised_there)
        self.memory.apply(chosen[1])
        raise chosen[0]

    def _meet(self, mark: int, live: list[tuple[Left | None, Delta]]) -> Left | None:
        """Go on with the paths that have left nothing, or else with those that leave with one word."""
        words = [left.word if left else None for left, _ in live]
        word = None if None in words else words[0]
        staying = []
        for left, state in live:
            if left is None or left.word == word:
                staying.append((left.value if left else None, state))
            else:
                self.memory.apply(state)
                self._leave_later(left)
                self.memory.undo(mark)
        self._join(mark, [state for _, state in staying])
        return Left(word, joined([value for value, _ in staying])) if word else None

    def _join(self, mark: int, states: Sequence[Delta]) -> None:
        """Go on from a mark with what several paths have in common."""
        self.world.effort += self.memory.join(mark, states) // _CHANGES

    def _leave_later(self, left: Left) -> None:
        """Note that the present path may leave a function or loop."""
        for frame in reversed(self._frames):
            if frame.word == left.word and frame.scope is self._home:
                frame.pending.append((left.value, self.memory.since(frame.mark)))
                return

    @property
    def _home(self) -> Scope:
        """The module, class or function that is left by the words of the present scope."""
        scope = self.stack[-1]
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def until(self, word: Literal["return", "break", "continue"], block: Block) -> Left | None:
        """Follow a block up to its end or to what leaves it with a word.

        Returns what leaves it with another word; with this one, if that is certain.
        """
        mark = self.memory.mark()
        frame = _Frame(word, self._home, mark)
        self._frames.append(frame)
        depth = len(self.stack)
        try:
            try:
                left, lives = block(), True
            except FailureError as error:
                if not frame.pending:
                    raise
                del self.stack[depth:]
                self.note(error.bare())
                left, lives = None, False
            finally:
                self._frames.pop()
            if not frame.pending:
                return left
            if left is not None and left.word != word:
                self._leave_later(left)
                lives = False
            values = [value for value, _ in frame.pending]
            states = [state for _, state in frame.pending]
            if lives:
                values.append(left.value if left else None)
                states.append(self.memory.since(mark))
            self._join(mark, states)
            return Left(word, joined(values)) if word == "return" or left else None
        finally:
            self.memory.release()

    # --- exceptions ----------------------------------------------------------------------------------------------

    def note(self, error: FailureError, within: str = "") -> None:
        """Note that an exception may be raised here, or while a module is imported that is not followed."""
        self.noted.append(error.kind)
        if not self._guards:
            return
        guard = self._guards[-1]
        partial = (*self.modules.partial, within) if within else tuple(self.modules.partial)
        # One of which little is known may be raised from there on, and one of which nothing is known may be any other.
        is_vague = error.kind is UNKNOWN or error.kind is NO_IMPORT_ERROR
        same = (UNKNOWN, error.kind) if is_vague else (UNKNOWN,)
        if not any(each.error.kind in same and len(each.partial) <= len(partial) for each in guard.pending):
            from_there_on = is_vague or bool(within)
            guard.pending.append(_Thrown(error, self.memory.since(guard.mark), partial, from_there_on))

    def _note_at(self, mark: int, state: Delta, error: FailureError) -> None:
        """Note an exception that may be raised after changes since a mark."""
        if self._guards:
            self.memory.apply(state)
            self.note(error)
            self.memory.undo(mark)

    def guarded(
        self, body: Block, handle: Callable[[FailureError], Left | None], after: Callable[[Left | None], Left | None]
    ) -> Left | None:
        """Follow a block, and what handles its exceptions, or what comes after it."""
        mark = self.memory.mark()
        guard = _Guard(mark, len(self.modules.partial))
        self._guards.append(guard)
        depth = len(self.stack)
        try:
            first: Block
            try:
                left = body()
            except FailureError as error:
                del self.stack[depth:]
                failure = error.bare()
                pending = guard.pending
                first = lambda: handle(failure)  # noqa: E731 - of the two paths one
            else:
                # What else a module does that is imported in here is taken as working, as everywhere.
                pending = [each for each in guard.pending if len(each.partial) == guard.partial]
                first = lambda: after(left)  # noqa: E731
            finally:
                self._guards.pop()
            if not pending:
                return first()
            here = self.memory.since(mark)
            paths: list[_Path] = [(here, first)]
            paths += [(self._thrown_state(mark, each, here), functools.partial(handle, each.error)) for each in pending]
            return self._follow_paths(mark, paths)
        finally:
            self.memory.release()

    def _thrown_state(self, mark: int, thrown: _Thrown, here: Delta) -> Delta:
        """Return the changes since a mark where an exception is handled."""
        if thrown.from_there_on:
            self._join(mark, [thrown.state, here])
        else:
            self.memory.undo(mark)
            self.memory.apply(thrown.state)
        for module in thrown.partial:
            if module not in self.modules.partial:
                self.modules.drop(module)
        return self.memory.since(mark)


def is_caught(error: FailureError, by: object) -> bool | None:
    """Tell whether a class, or a tuple of classes, catches an exception; None if that is not known."""
    if isinstance(by, tuple):
        answers = [is_caught(error, each) for each in by]
        return True if True in answers else None if None in answers else False
    is_vague = error.kind is UNKNOWN or error.kind is NO_IMPORT_ERROR
    if isinstance(by, External) and by.name in {"builtins.BaseException", "builtins.Exception"}:
        return True if is_vague or by.name.endswith("BaseException") else is_subclass(error.kind, by)
    if error.kind is NO_IMPORT_ERROR and is_subclass(by, External("builtins.ImportError")):
        return False
    return None if is_vague else is_subclass(error.kind, by)


def is_subclass(kind: object, of: object) -> bool | None:
    """Tell whether a class is a subclass of another; None if that is not known."""
    if isinstance(of, tuple):
        answers = [is_subclass(kind, each) for each in of]
        return True if True in answers else None if None in answers else False
    if isinstance(kind, External) and isinstance(of, External):
        one, other = kind.builtin, of.builtin
        if isinstance(one, type) and isinstance(other, type):
            return issubclass(one, other)
        # No other module of the standard library has a class under which it gives these.
        is_builtin = one is not builtins.object and isinstance(one, type)
        return True if kind == of else False if is_builtin and of.is_standard else None
    if isinstance(kind, ClassValue):
        return _is_derived(kind, of)
    if isinstance(kind, External) and isinstance(of, ClassValue):
        return False if isinstance(kind.builtin, type) and of.is_known else None
    return None


def _is_derived(kind: ClassValue, of: object) -> bool | None:
    answers = [
        True
        if each is of
        else is_subclass(each, of)
        if isinstance(each, External)
        else None
        if each is UNKNOWN
        else False
        for each in kind.order
    ]
    if True in answers:
        return True
    return None if None in answers or not isinstance(of, ClassValue | External) else False


def own_name(value: object) -> str:
    """Return the name of a module of the program that a value stands for, else ""."""
    return value.name if isinstance(value, ModuleValue) else ""
