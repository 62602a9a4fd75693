"""What builtin functions do with iterators, and the methods of containers and text."""

from __future__ import annotations

from import_contracts.crashes.calls import giving
from import_contracts.crashes.evaluation import Evaluator
from import_contracts.crashes.machine import FailureError, Left
from import_contracts.crashes.memory import ABSENT, UNKNOWN
from import_contracts.crashes.operators import is_constant
from import_contracts.crashes.values import (
    Argument,
    Arguments,
    Container,
    Each,
    InstanceValue,
    Stream,
    bind_unknown,
    first_of,
    merge,
    named_argument,
    positional,
    unbind_unknown,
)


class Iterators(Evaluator):
    """A machine that knows functions of iterators and containers."""

    def map(self, arguments: Arguments) -> object:
        """``map(function, values, ...)``."""
        values = positional(arguments)
        if not values or len(values) < 2:
            return self.call_unknown(arguments)
        function, first, *others = values

        def run(each: Each) -> object:
            def take(item: object) -> None:
                each(self.call(function, (Argument(item), *(Argument(UNKNOWN) for _ in others))))

            return self.iterate(first, take)

        return self.stream(run, values)

    def starmap(self, arguments: Arguments) -> object:
        """``itertools.starmap(function, values)``."""
        values = positional(arguments)
        if not values or len(values) != 2:
            return self.call_unknown(arguments)
        function, rows = values

        def run(each: Each) -> object:
            def take(row: object) -> None:
                given = [Argument(item) for item in row] if isinstance(row, tuple) else [Argument(UNKNOWN, "*")]
                each(self.call(function, tuple(given)))

            return self.iterate(rows, take)

        return self.stream(run, values)

    def chain(self, arguments: Arguments) -> object:
        """``itertools.chain(values, ...)``."""

        def run(each: Each) -> object:
            for one in arguments:
                self.iterate(one.value, lambda item: giving(each, item)())
            return None

        return self.stream(run, tuple(each.value for each in arguments))

    def filter(self, arguments: Arguments) -> object:
        """``filter(function, values)``."""
        values = positional(arguments)
        if not values or len(values) != 2:
            return self.call_unknown(arguments)

        def run(each: Each) -> object:
            def take(item: object) -> Left | None:
                known = self.truth_of(item if values[0] is None else self.call(values[0], (Argument(item),)))
                if known is None:
                    return self.follow_maybe(giving(each, item))
                if known:
                    each(item)
                return None

            return self.iterate(values[1], take)

        return self.stream(run, values)

    def consume(self, arguments: Arguments) -> object:
        """``sorted(values, key=function)`` and others that take all values of an iterator."""
        function = named_argument(arguments, "key")
        for argument in arguments:
            if argument.keyword in {"", "*"}:
                self._consume(argument.value, function)
        return UNKNOWN

    def sort(self, arguments: Arguments) -> object:
        """``sorted(values, key=function)``."""
        items = self.elements(first_of(arguments))
        if items is None:
            return self.consume(arguments)
        self._consume(items, named_argument(arguments, "key"))
        texts = [each for each in items if isinstance(each, str)]
        is_text = len(texts) == len(items) and len(arguments) == 1
        return self.new("list", tuple(sorted(texts)) if is_text else UNKNOWN)

    def _consume(self, value: object, function: object) -> None:
        items = self.elements(value)
        if function in (ABSENT, None):
            return
        if items is None:
            self.value_maybe(lambda: self.call(function, (Argument(UNKNOWN),)))
        for item in items or ():
            self.call(function, (Argument(item),))

    def compare_all(self, arguments: Arguments) -> object:
        """``min`` and ``max``: of an iterator, or of several values."""
        values = [each.value for each in arguments if not each.keyword]
        function = named_argument(arguments, "key")
        self._consume(values[0] if len(values) == 1 else tuple(values), function)
        return UNKNOWN

    def dict(self, arguments: Arguments) -> Container:
        """Follow ``dict(...)``."""
        names = self.memory.names()
        for each in arguments:
            if each.keyword and not each.keyword.startswith("*"):
                names[each.keyword] = each.value
                continue
            known = each.value if isinstance(each.value, Container) and each.value.kind == "dict" else None
            pairs = None if known else self.elements(each.value)
            if known is not None:
                merge(self.memory, names, known.names)
            elif pairs is not None and all(
                isinstance(one, tuple) and len(one) == 2 and is_constant(one[0]) for one in pairs
            ):
                names.update(pairs)  # type: ignore[arg-type]  # just checked
            else:
                bind_unknown(self.memory, names)
        return Container("dict", names)

    def next(self, arguments: Arguments) -> object:
        """``next(iterator, default)``."""
        value = first_of(arguments)
        if not isinstance(value, Stream):
            self.use_objects((value,))
            self.note(FailureError(UNKNOWN))
            return UNKNOWN
        found: list[object] = []

        def take(item: object) -> Left | None:
            found.append(item)
            return Left("break")

        self.iterate(value, take)
        return found[0] if found else UNKNOWN

    def iter(self, arguments: Arguments) -> object:
        """``iter(values)``."""
        function = first_of(arguments)
        if len(arguments) == 2:

            def run(each: Each) -> object:
                each(self.call(function, ()))
                return self.follow_maybe(giving(each, UNKNOWN))

            return self.stream(run, (function,))
        found = self.items_of(function)
        return self._once(found) if isinstance(found, tuple) else UNKNOWN if found is None else found

    def _once(self, items: tuple[object, ...]) -> Stream:
        """Return an iterator over some values."""

        def take(each: Each) -> object:
            return self.iterate(items, lambda item: giving(each, item)())

        return self.stream(take)

    def number(self, arguments: Arguments) -> object:
        """``enumerate(values)``."""
        value = first_of(arguments)
        if isinstance(value, Stream):
            return self.stream(lambda each: self.iterate(value, lambda item: giving(each, (UNKNOWN, item))()), (value,))
        items = self.elements(value) if len(arguments) == 1 else None
        return UNKNOWN if items is None else self._once(tuple(enumerate(items)))

    def zip(self, arguments: Arguments) -> object:
        """``zip(values, ...)``."""
        if any(isinstance(each.value, Stream) or each.keyword for each in arguments):
            return self.call_unknown(arguments)
        columns = [self.elements(each.value) for each in arguments]
        if not columns or any(each is None for each in columns):
            return UNKNOWN
        return self._once(tuple(zip(*(each or () for each in columns), strict=False)))

    def reversed(self, arguments: Arguments) -> object:
        """``reversed(values)``."""
        items = self.elements(first_of(arguments))
        return UNKNOWN if items is None else self._once(items[::-1])

    def range(self, arguments: Arguments) -> object:
        """``range(...)``."""
        values = positional(arguments)
        if not values or not all(type(each) is int for each in values):
            return UNKNOWN
        try:
            found = range(*map(int, map(str, values)))
        except (TypeError, ValueError):
            return UNKNOWN
        return tuple(found) if len(found) < 1_000 else UNKNOWN

    def length(self, arguments: Arguments) -> object:
        """``len(values)``."""
        value = first_of(arguments)
        if isinstance(value, InstanceValue):
            return self.call_method(value, ("__len__",), ())
        items = value.items if isinstance(value, Container) else value
        if isinstance(value, Container) and value.kind == "set" and not is_constant(items):
            return UNKNOWN  # elements of which nothing is known may be equal
        return len(items) if isinstance(items, str | tuple) else UNKNOWN

    def text(self, arguments: Arguments) -> object:
        """``str(value)``."""
        value = first_of(arguments)
        if isinstance(value, InstanceValue):
            return self.call_method(value, ("__str__", "__repr__"), ())
        self.use_objects((value,))
        return str(value) if isinstance(value, str | int) else UNKNOWN

    def reduce(self, arguments: Arguments) -> object:
        """``functools.reduce(function, values, initial)``."""
        values = positional(arguments)
        items = self.elements(values[1]) if values and len(values) > 1 else None
        if values is None or items is None:
            return self.call_unknown(arguments)
        items = (*values[2:], *items)
        result: object = items[0] if items else UNKNOWN
        for item in items[1:]:
            result = self.call(values[0], (Argument(result), Argument(item)))
        return result

    def change(self, arguments: Arguments) -> object:
        """Follow a method of a container that changes it in a way that is not followed."""
        target = first_of(arguments)
        for each in arguments[1:]:
            self.escape(each.value, is_harmless=True)
        if isinstance(target, Container):
            self.change_container(target)
        return UNKNOWN

    def method_of_container(self, name: str, arguments: Arguments) -> object:
        """Follow a method of a list, set or dict."""
        target, *given = (each.value for each in arguments)
        if not isinstance(target, Container):
            return UNKNOWN
        items = target.items
        if target.kind == "dict":
            return self._method_of_dict(target, name, arguments[1:])
        if name in {"append", "add"} and len(given) == 1 and items is not None:
            self.fill(target, (*items, given[0]))
            return None
        if name in {"extend", "update"} and len(given) == 1 and items is not None:
            more = self.elements(given[0])
            self.fill(target, UNKNOWN if more is None else (*items, *more))
            return None
        if name == "sort":
            self._consume(target, named_argument(arguments, "key"))
        if name in {"index", "count", "copy"}:
            return self.new(target.kind, UNKNOWN if items is None else items) if name == "copy" else UNKNOWN
        return self.change(arguments)

    def method_of_type(self, name: str, arguments: Arguments) -> object:
        """``dict.update(values, ...)`` and other methods that are called through ``dict``, ``list`` or ``set``."""
        if isinstance(first_of(arguments), Container):
            return self.method_of_container(name, arguments)
        return self.call_unknown(arguments)

    def _method_of_dict(self, target: Container, name: str, arguments: Arguments) -> object:  # noqa: C901, PLR0911 - one case each
        items, given = target.items, [each.value for each in arguments]
        match name:
            case "items" | "values" | "keys":
                if items is None:
                    return UNKNOWN
                values = {key: self.settled(target.names, key) for key in items}
                return {"items": tuple(values.items()), "values": tuple(values.values()), "keys": items}[name]
            case "get" | "setdefault" | "pop" if given and is_constant(given[0]):
                if given[0] in target.names:
                    found = self.settled(target.names, given[0])
                    if name == "pop":
                        self.memory.set(target.names, given[0], ABSENT)
                    return found
                if target.has_key(given[0]) is False and (len(given) > 1 or name == "get"):
                    if name == "setdefault":
                        self.memory.set(target.names, given[0], given[1])
                    return given[1] if len(given) > 1 else None
            case "update":
                merge(self.memory, target.names, self.dict(arguments).names)
                return None
            case "copy":
                return Container("dict", self.memory.names(target.names))
        if name == "get":
            return UNKNOWN
        change = unbind_unknown if name in {"pop", "popitem", "clear"} else bind_unknown
        change(self.memory, target.names)
        return UNKNOWN

    def method_of_text(self, name: str, arguments: Arguments) -> object:
        """Follow a method of a string."""
        values = positional(tuple([each for each in arguments if name != "format" or each.keyword in {"", "*", "**"}]))
        named = {each.keyword: each.value for each in arguments if each.keyword}
        if values is None or name not in _TEXT_METHODS or not all(map(is_constant, named.values())):
            return UNKNOWN
        given = [self.elements(each) if isinstance(each, Container | Stream) else each for each in values[1:]]
        if not all(map(is_constant, given)) or None in given:
            return UNKNOWN
        try:
            found = getattr(str(values[0]), name)(*given, **named)
        except (TypeError, ValueError, IndexError, KeyError, OverflowError, MemoryError):
            return UNKNOWN
        return self.new("list", tuple(found)) if isinstance(found, list) else found

    def method_of_stream(self, name: str, arguments: Arguments) -> object:
        """Follow a method of an iterator."""
        return self.next(arguments[:1]) if name in {"send", "__next__"} else UNKNOWN


_TEXT_METHODS = frozenset(
    [
        "capitalize",
        "casefold",
        "endswith",
        "format",
        "join",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "startswith",
        "strip",
        "title",
        "upper",
    ]
)
