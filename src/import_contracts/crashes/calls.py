"""Calls: what runs when a function, a class, or an object is called, or an iterator is followed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain

from import_contracts.crashes.machine import Block, FailureError, Left, TooMuchError, raised
from import_contracts.crashes.memory import ABSENT, NO_IMPORT_ERROR, UNKNOWN, Names
from import_contracts.crashes.modules import World
from import_contracts.crashes.objects import Objects, special_methods
from import_contracts.crashes.operations import Code, Parameters
from import_contracts.crashes.relevance import only_reads
from import_contracts.crashes.remembering import Habit, Keeper, Result, UnlikeError, call_key, own_names
from import_contracts.crashes.scopes import Scope
from import_contracts.crashes.values import (
    ALL_MODULES,
    Argument,
    Arguments,
    BoundMethod,
    ClassValue,
    Container,
    Each,
    External,
    FunctionValue,
    InstanceValue,
    Manager,
    ModuleNames,
    ModuleValue,
    OwnName,
    Partial,
    Stream,
    Wrapped,
    objects_in,
)
from import_contracts.graph.names import ancestors

_DEEPEST_CALL, _MOST_CALLS = 30, 10_000
"""Calls that nest deeper, and more of them in one interpreter, are not followed. SQLAlchemy has less than 2,000."""
_MOST_PATHS_OF_CALL = 100
"""A call in which there are more paths is not followed."""
_MOST_EXACT_CALLS = 300
"""After so many calls, of all interpreters together, one that has done nothing before is not followed again."""
_EFFORT_OF_CALL = 2
"""A call takes about as long as to begin so many paths."""
_MOST_RECURSIVE = 3
"""A function that calls itself more often is not followed."""
_LOOKING = frozenset(
    [
        "abc",
        "builtins",
        "collections",
        "contextlib",
        "copy",
        "dataclasses",
        "enum",
        "functools",
        "importlib",
        "inspect",
        "json",
        "logging",
        "pkgutil",
        "pprint",
        "re",
        "types",
        "typing",
        "warnings",
        "weakref",
    ]
)
"""Modules of the standard library whose functions only look at modules."""
_MOST_ITEMS = 300
"""Of a longer sequence, not every element is followed."""


# Values through which their elements can be changed.
_HOLDERS = (tuple, Container, BoundMethod)


class StoppedError(FailureError):
    """The consumer of an iterator leaves it: the iterator ends, and what was left goes on."""

    def __init__(self, left: object, stream: object) -> None:
        super().__init__(External("builtins.GeneratorExit"))
        self.left = left
        self.stream = stream


class Calls(Objects):
    """A machine that calls what is in the program."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._calls_left = _MOST_CALLS
        self._called = self.memory.names()
        """The functions with a cache that were called."""
        self._used_from = 0
        """How many scopes are on the stack around a special method that code that is not followed has called; or 0."""

    def call(self, function: object, arguments: Arguments) -> object:  # noqa: PLR0911 - one case each
        """Return the result of a call; raises FailureError."""
        match function:
            case FunctionValue():
                return self._call_function(function, arguments)
            case BoundMethod(inner, first):
                return self.call(inner, (Argument(first), *arguments))
            case ClassValue():
                return self.construct(function, arguments)
            case Partial(inner, given):
                return self.call(inner, (*given, *arguments))
            case Wrapped():
                return self._call_wrapped(function, arguments)
            case External():
                return self.call_external(function, arguments)
            case InstanceValue():
                caller = function.of.find("__call__")
                if caller is not ABSENT and caller is not UNKNOWN:
                    return self.call(self._bind_to(caller, function, function.of), arguments)
        return self.call_unknown(arguments)

    @abstractmethod
    def call_external(self, function: External, arguments: Arguments) -> object:
        """Return the result of calling something outside the program."""

    def call_unknown(self, arguments: Arguments, origin: External | None = None) -> object:
        """Note that something is called that is not followed; return what comes from it."""
        is_harmless = origin is not None and origin.is_standard and not origin.name.startswith("unittest")
        if origin is not None and "f_globals" in origin.name and not origin.name.endswith(".get"):
            self.forget_callers()
        for each in arguments:
            is_module = isinstance(each.value, ModuleValue | ModuleNames)
            is_safe = origin is not None and origin.name.partition(".")[0] in _LOOKING
            self.escape(
                each.value, is_harmless=is_safe if is_module or isinstance(each.value, _HOLDERS) else is_harmless
            )
            if not is_harmless and isinstance(each.value, str) and not (origin and only_reads(origin.name)):
                self._give_name(each.value)
        may_import = origin is None or origin.may_import or not all(self._is_plain(each.value) for each in arguments)
        self.note(FailureError(UNKNOWN if may_import else NO_IMPORT_ERROR))
        return UNKNOWN if origin is None else External(f"{origin.name}()")

    def _is_plain(self, value: object) -> bool:
        """Tell whether code that is given a value imports nothing because of it."""
        if isinstance(value, str):
            return value.partition(".")[0] not in self.model.modules
        return isinstance(value, External | bytes | int | float | None)

    def _give_name(self, text: str) -> None:
        """Note that code that is not followed is given some text, which may name a module or something in one.

        A module may be changed by whoever has its ``__name__``, or a dotted path into it. Its name alone as written in
        the program is most often that of something else, such as a command.
        """
        if text.partition(".")[0] in self.model.modules:
            for module in (text, *ancestors(text)):
                self.modules.touch(module)
        for module in self.modules.partial:
            if (text == module and isinstance(text, OwnName)) or text.startswith(f"{module}."):
                self.modules.forget_names(module)

    def forget_callers(self) -> None:
        """Note that what runs may put names into the modules on the stack."""
        self.modules.touch_all()
        for module in dict.fromkeys(each.module for each in self.stack):
            self.modules.forget_names(module)

    def _call_wrapped(self, function: Wrapped, arguments: Arguments) -> object:
        if function.kind == "contextmanager":
            made = self.call(function.function, arguments)
            return Manager("function", self.memory.names({"stream": made}))
        if function.kind == "dispatch":
            self.value_maybe(lambda: self.call(function.function, arguments))
            return self.call_unknown(arguments)
        if function.kind == "cached":
            for each in arguments:
                self.hash(each.value)
        if function.kind == "cached" and function in self._called:
            self.value_maybe(lambda: self.call(function.function, arguments))
            return UNKNOWN
        if function.kind in {"staticmethod", "cached", "abstract"}:
            self.memory.set(self._called, function, UNKNOWN)
            return self.call(function.function, arguments)
        return self.call_unknown(arguments)

    # --- functions -----------------------------------------------------------------------------------------------

    def _call_function(self, function: FunctionValue, arguments: Arguments) -> object:
        code = self.bodies.function(function.module, function.operation)
        self._calls_left -= 1
        running = [each.arguments[-1] for each in self.stack if each.arguments]
        if self._calls_left < 0 or len(running) >= _DEEPEST_CALL:
            self.modules.forget_names(function.module)
            return self.call_unknown((Argument(function), *arguments))
        # Identities are compared fast, and those of functions in other modules may be the same.
        if len(running) > _MOST_RECURSIVE:
            alike = [each for each in running if isinstance(each, FunctionValue) and each.identity == function.identity]
            if len(alike) > _MOST_RECURSIVE and alike.count(function) > _MOST_RECURSIVE:
                return self.call_unknown((Argument(function), *arguments))
        self.world.calls += 1
        self.world.effort += _EFFORT_OF_CALL
        if code.yields or code.is_async:
            behind = (function, *(each.value for each in arguments))
            return self._stream_of_call(self._scope_of_call(function, code, arguments), code, behind)
        is_exact = self.world.calls < _MOST_EXACT_CALLS or self._is_used
        follow = self._follow if is_exact else self._remembered
        return follow(function, code, arguments)

    def _follow(self, function: FunctionValue, code: Code, arguments: Arguments) -> object:
        """Return the result of a call; with too many paths in it, it is not followed.

        A call that another makes may have half as many. What a call has loaded that is not followed may be loaded.
        """
        depth = len(self.stack)
        budget = min(self.paths_left, max(_MOST_PATHS_OF_CALL >> self._calls_in_module(), 4))
        limit = self.world.limits[function.module, function.operation.first]
        if limit.exceeds(budget):
            self.modules.may_be_loaded(limit.loaded)
            return self.call_unknown((Argument(function), *arguments))
        rest, self.paths_left = self.paths_left - budget, budget
        mark = self.memory.mark()
        try:
            return self._run_body(self._scope_of_call(function, code, arguments), code)
        except TooMuchError:
            if rest <= 0:
                raise
            del self.stack[depth:]
            loaded = self.modules.loaded
            self.memory.undo(mark)
            self.modules.may_be_loaded(loaded)
            limit.add(budget, loaded)
            return self.call_unknown((Argument(function), *arguments))
        finally:
            self.memory.release()
            self.paths_left = rest + max(self.paths_left, 0)

    def _calls_in_module(self) -> int:
        """Return how many calls there are on the stack since the body of a module began."""
        count = 0
        for each in reversed(self.stack):
            if each.kind == "module":
                break
            count += each.kind == "function"
        return count

    def _remembered(self, function: FunctionValue, code: Code, arguments: Arguments) -> object:
        """Return the result of a call, which may be that of an earlier one which did nothing but return it."""
        habit = self.world.habits[function.module, function.operation.first]
        if habit.is_none:
            return self._follow(function, code, arguments)
        key = call_key(function, arguments)
        known = self.world.result(key) if key else None
        if known and all(map(self.modules.is_initialized, known.looked_at)):
            habit.repeats = True
            return self._again(known, arguments)
        if habit.is_firm:
            return self._by_habit(habit, arguments)
        outer, self.looked_at = self.looked_at, set()
        keeper = Keeper(self.memory, arguments, self.memory.births)
        mark, noted = self.memory.mark(), len(self.noted)
        kept: Result | None = None
        try:
            result = self._follow(function, code, arguments)
            with suppress(UnlikeError):
                kept = self._kept(result, keeper, mark, self.noted[noted:])
            if kept and key:
                self.world.results[key] = kept
        finally:
            habit.add(kept)
            self.memory.release()
            outer |= self.looked_at
            self.looked_at = outer
        return result

    def _kept(self, result: object, keeper: Keeper, mark: int, noted: Sequence[object]) -> Result:
        """Return what has come of a call; raises UnlikeError if it is not to be remembered."""
        own = own_names(keeper.arguments)
        changed = self.memory.changed(mark, keeper.births)
        if any(names is not own or key not in names for names, key in changed):
            raise UnlikeError
        if not all(map(self.modules.is_initialized, self.looked_at)):
            raise UnlikeError
        bound = keeper.kept_items([(key, names[key]) for names, key in changed])
        return Result(keeper.kept(result), frozenset(self.looked_at), tuple(dict.fromkeys(noted)), bound)

    def _by_habit(self, habit: Habit, arguments: Arguments) -> object:
        """Return the result of a call that is not followed, as many calls of its function did nothing that matters."""
        if habit.may_raise:
            self.note(FailureError(UNKNOWN))
        own = own_names(arguments)
        if habit.binds and own is not None:
            for key in (*own, UNKNOWN):
                self.memory.set(own, key, UNKNOWN)
        return UNKNOWN

    def _again(self, known: Result, arguments: Arguments) -> object:
        """Return the result of a call that is like an earlier one."""
        keeper = Keeper(self.memory, arguments)
        self.looked_at |= known.looked_at
        for kind in known.may_raise:
            self.note(FailureError(kind))
        own = own_names(arguments)
        for key, value in known.bound:
            if own is not None:
                self.memory.set(own, key, keeper.again(value))
        return keeper.again(known.value)

    def _scope_of_call(self, function: FunctionValue, code: Code, arguments: Arguments) -> Scope:
        local = self.memory.names(code.local)
        first = self._give(local, code.parameters, function, arguments)
        scope = Scope("function", function.module, self.modules.space(function.module), function.scopes, local, code)
        scope.arguments = (first, function)
        scope.line = function.operation.first
        return scope

    def _give(self, local: Names, parameters: Parameters, function: FunctionValue, arguments: Arguments) -> object:
        """Bind the parameters of a function to arguments; return the first one."""
        local.update(function.defaults)
        values: list[object] = []
        named: dict[str, object] = {}
        unpacked: dict[str, int] = {}  # how many positional arguments come before the first that is unpacked
        for each in arguments:
            if not each.keyword:
                values.append(each.value)
            elif each.keyword in {"*", "**"}:
                unpacked.setdefault(each.keyword, len(values))
            else:
                named[each.keyword] = each.value
        is_whole = not unpacked
        local.update(zip(parameters.positional, values[: unpacked.get("*")]))  # noqa: B905 - the rest is the parameter with a star
        known = {*parameters.positional, *parameters.keyword}
        local.update({name: value for name, value in named.items() if name in known})
        if not is_whole:
            local.update(dict.fromkeys(known - named.keys() - set(parameters.positional[: len(values)]), UNKNOWN))
        if parameters.rest:
            local[parameters.rest] = tuple(values[len(parameters.positional) :]) if is_whole else UNKNOWN
        if parameters.others:
            rest = {name: value for name, value in named.items() if name not in known}
            local[parameters.others] = Container("dict", self.memory.names(rest if is_whole else {UNKNOWN: True}))
        if is_whole:
            self._check_arguments(parameters, function, len(values), named.keys())
        return local[parameters.positional[0]] if parameters.positional else ABSENT

    def _check_arguments(
        self, parameters: Parameters, function: FunctionValue, count: int, named: Collection[str]
    ) -> None:
        """Raise the TypeError of a call with too few arguments, too many, or others."""
        required = {*parameters.positional[count:], *parameters.keyword} - function.defaults.keys()
        too_many = count > len(parameters.positional) and parameters.rest is None
        others = set(named) - {*parameters.positional, *parameters.keyword} and parameters.others is None
        if too_many or others or not required <= set(named):
            raise raised("TypeError")

    def _run_body(self, scope: Scope, code: Code) -> object:
        depth = len(self.stack)
        self.stack.append(scope)
        try:
            left = self.until("return", lambda: self.run(code.operations))
        finally:
            del self.stack[depth:]
        return left.value if left else None

    def _stream_of_call(self, scope: Scope, code: Code, behind: tuple[object, ...]) -> Stream:
        """Return the iterator or coroutine that the call of a function makes."""

        def run(each: Each) -> object:
            scope.yields = each
            return self._run_body(scope, code)

        return self.stream(run, behind, is_async=code.is_async and not code.yields)

    # --- iteration -----------------------------------------------------------------------------------------------

    def stream(
        self, run: Callable[[Each], object], behind: tuple[object, ...] = (), *, is_async: bool = False
    ) -> Stream:
        """Return an iterator or coroutine that was not begun."""
        return Stream(run, self.memory.names(), is_async, behind)

    def _begin(self, stream: Stream) -> bool:
        """Begin an iterator; tell whether it had not been begun before. Of one that goes on, nothing is followed."""
        if stream.state:
            self.escape(stream.behind)
            return False
        self.memory.set(stream.state, "begun", UNKNOWN)
        return True

    def iterate(self, value: object, each: Callable[[object], Left | None]) -> Left | None:
        """Call a function with each element of a value, as far as they are known; return what it leaves with."""
        items = self.items_of(value)
        if isinstance(value, Container) and value.kind == "set" and isinstance(items, tuple) and len(items) > 1:
            forwards, backwards = items, items[::-1]
            return self.follow_each([lambda: self.iterate(forwards, each), lambda: self.iterate(backwards, each)])
        if isinstance(items, tuple):
            for item in items[:_MOST_ITEMS]:
                if (left := each(item)) is not None:
                    return left
            return None
        if isinstance(items, Stream) and self._begin(items):
            return self._iterate_stream(items, each)
        self.use_objects((value,))
        self.note(FailureError(UNKNOWN))
        return self.follow_maybe(lambda: each(UNKNOWN))

    def one_is(self, values: object, decide: Callable[[object], bool | None]) -> bool | None:
        """Tell whether something is true of one of some values; an iterator is followed up to the first of these."""
        found: list[bool | None] = [None if self.items_of(values) is None else False]

        def take(item: object) -> Left | None:
            known = decide(item)
            if known is False:
                return None
            found[0] = known or found[0] or None
            return Left("break") if known else self.follow_each([lambda: Left("break"), lambda: None])

        self.until("break", lambda: self.iterate(values, take))
        return found[0]

    def items_of(self, value: object) -> tuple[object, ...] | Stream | None:
        """Return the elements of a value, or an iterator; None if nothing is known."""
        match value:
            case tuple() | Stream():
                return value
            case str():
                return tuple(value)
            case External(origin) if origin == ALL_MODULES:
                self.modules.touch_all()
                for module in self.modules.partial:
                    self.modules.forget_names(module)
            case Container():
                return value.items
            case InstanceValue():
                maker = value.of.find("__iter__")
                if isinstance(maker, FunctionValue):
                    found = self.call(BoundMethod(maker, value), ())
                    return self.items_of(found) if found is not value else self._from_next(value)
        return None

    def _from_next(self, value: InstanceValue) -> Stream | None:
        step = value.of.find("__next__")
        if not isinstance(step, FunctionValue):
            return None

        def run(each: Each) -> object:
            try:
                first = self.call(BoundMethod(step, value), ())
            except FailureError as error:
                if error.kind != External("builtins.StopIteration"):
                    raise
                error.bare()
                return None
            each(first)
            return self.follow_maybe(giving(each, UNKNOWN))

        return self.stream(run, (value,))

    def _iterate_stream(self, stream: Stream, each: Callable[[object], Left | None]) -> Left | None:
        stack = self.stack
        consumer = self.stack[:]

        def take(item: object) -> None:
            inner, self.stack = self.stack, consumer[:]
            try:
                left = each(item)
            finally:
                self.stack = inner
            if left is not None:
                raise StoppedError(left, stream)

        try:
            stream.run(take)
        except StoppedError as stop:
            if stop.stream is not stream:
                raise
            stop.bare()
            return stop.left if isinstance(stop.left, Left) else None
        finally:
            self.stack = stack
            del self.stack[len(consumer) :]
        return None

    def elements(self, value: object) -> tuple[object, ...] | None:
        """Return all elements of a value, whose iterator runs; None if they are not known."""
        items = self.items_of(value)
        if not isinstance(items, Stream):
            if items is None:
                self.use_objects((value,))
                self.note(FailureError(UNKNOWN))
            return items
        if not self._begin(items):
            return None
        found = self.memory.names({"items": ()})

        def take(item: object) -> None:
            before = found["items"]
            self.memory.set(found, "items", (*before, item) if isinstance(before, tuple) else UNKNOWN)

        self._iterate_stream(items, take)
        result = found["items"]
        return result if isinstance(result, tuple) else None

    # --- special methods -----------------------------------------------------------------------------------------

    def call_method(self, value: InstanceValue, names: tuple[str, ...], arguments: Arguments) -> object:
        """Return the result of the first of some special methods that the class of an object has."""
        for name in names:
            found = value.of.find(name)
            if found is not ABSENT:
                result = self.call(self._bind_to(found, value, value.of), arguments)
                return self.awaited(result)
        return UNKNOWN

    def hash(self, value: object) -> None:
        """Follow what an object does to be an element of a set or a key."""
        if isinstance(value, InstanceValue):
            self.call_method(value, ("__hash__",), ())

    def use_objects(self, values: Iterable[object]) -> None:
        """Note that code that is not followed uses values: it may call any special method of the objects among them.

        The objects that such a method uses in turn only may raise something.
        """
        for value in chain.from_iterable(map(objects_in, values)):
            if not self._is_used:
                before, self._used_from = self._used_from, len(self.stack)
                try:
                    for method in special_methods(value.of):
                        self.value_maybe(partial(self.call, BoundMethod(method, value), (Argument(UNKNOWN, "*"),)))
                finally:
                    self._used_from = before
            self.note(FailureError(UNKNOWN))

    @property
    def _is_used(self) -> bool:
        """Whether what runs was called by code that is not followed, as a special method, in the present module."""
        return self._used_from > 0 and all(each.kind != "module" for each in self.stack[self._used_from :])

    def awaited(self, value: object) -> object:
        """Return the result of a coroutine, which runs now, or else UNKNOWN if it is not known."""
        if isinstance(value, Stream) and value.is_async:
            return value.run(lambda _: None)
        return value


def giving(each: Each, item: object) -> Block:
    """Return a block that hands a value to the consumer of an iterator."""

    def block() -> None:
        each(item)

    return block
