"""Context managers: what the ``with`` statement does with them, and those of `contextlib` that are known."""

from __future__ import annotations

from import_contracts.crashes.finding import Finder
from import_contracts.crashes.machine import FailureError, Left, is_caught
from import_contracts.crashes.memory import UNKNOWN
from import_contracts.crashes.values import (
    Argument,
    Arguments,
    ErrorValue,
    External,
    InstanceValue,
    Manager,
    ModuleValue,
    Partial,
    first_of,
    positional,
)


class Managers(Finder):
    """A machine that knows context managers."""

    def suppress(self, arguments: Arguments) -> object:
        """``contextlib.suppress(*errors)``."""
        errors = positional(arguments)
        return Manager("suppress", self.memory.names({"errors": UNKNOWN if errors is None else errors}))

    def exit_stack(self, _: Arguments) -> object:
        """``contextlib.ExitStack()``."""
        return Manager("stack", self.memory.names({"entered": ()}))

    def null_context(self, arguments: Arguments) -> object:
        """``contextlib.nullcontext(value)``."""
        return Manager("null", self.memory.names({"value": first_of(arguments) if arguments else None}))

    def method_of_manager(self, name: str, arguments: Arguments) -> object:
        """Follow a method of ``contextlib.ExitStack``."""
        target, *given = (each.value for each in arguments)
        entered = target.names.get("entered") if isinstance(target, Manager) else UNKNOWN
        if isinstance(target, Manager) and name == "callback" and given and isinstance(entered, tuple):
            self.memory.set(target.names, "entered", (*entered, Partial(given[0], arguments[2:])))
            return given[0]
        if not isinstance(target, Manager) or name not in {"enter_context", "enter_async_context"} or not given:
            if isinstance(target, Manager) and name not in {"close", "aclose"}:
                self.memory.set(target.names, "entered", UNKNOWN)
            return UNKNOWN
        known = (*entered, given[0]) if isinstance(entered, tuple) else UNKNOWN
        self.memory.set(target.names, "entered", known)
        return self.enter(given[0])

    def enter(self, manager: object) -> object:
        """Return what a context manager gives to the name behind ``as``."""
        if isinstance(manager, InstanceValue):
            return self.call_method(manager, ("__enter__", "__aenter__"), ())
        return manager if isinstance(manager, Manager) else UNKNOWN

    def leave(self, manager: object, left: Left | None) -> Left | None:
        """Go on behind a ``with`` block that was left without an exception."""
        if isinstance(manager, Partial):
            self.call(manager, ())
        elif not isinstance(manager, Manager):
            self.exit(manager, None)
        elif isinstance(entered := manager.names.get("entered"), tuple) and entered:
            outer = Manager("stack", self.memory.names({"entered": entered[:-1]}))
            return self.guarded(
                lambda: self.leave(entered[-1], left),
                lambda error: self.swallow(outer, error),
                lambda left: self.leave(outer, left),
            )
        return left

    def swallow(self, manager: object, error: FailureError) -> Left | None:
        """Go on behind a ``with`` block that may swallow an exception."""
        if isinstance(manager, Manager):
            known = self._swallows(manager, error)
        else:
            known = self.truth_of(self.exit(manager, error))
        if known:
            return None
        if known is False:
            raise error

        def fail() -> None:
            raise error

        return self.follow_each([lambda: None, fail])

    def _swallows(self, manager: Manager, error: FailureError) -> bool | None:
        if manager.kind == "suppress":
            errors = manager.names["errors"]
            return None if errors is UNKNOWN else is_caught(error, errors)
        if manager.kind == "null":
            return False
        entered = manager.names.get("entered")
        if not isinstance(entered, tuple):
            return None
        for each in reversed(entered):
            if isinstance(each, Partial):
                self.call(each, ())
                continue
            if isinstance(each, Manager):
                known = self._swallows(each, error) if each.kind != "function" else None
            else:
                known = self.truth_of(self.exit(each, error))
            if known is not False:
                return known
        return False

    def exit(self, manager: object, error: FailureError | None) -> object:
        """Return whether the end of a ``with`` block swallows an exception, as far as that is known."""
        if isinstance(manager, InstanceValue):
            kind = None if error is None else error.kind
            value: object = None if error is None else ErrorValue(error)
            arguments = (Argument(kind), Argument(value), Argument(None if error is None else UNKNOWN))
            return self.call_method(manager, ("__exit__", "__aexit__"), arguments)
        if isinstance(manager, External):
            return False if manager.is_standard and not _may_swallow(manager.name) else UNKNOWN
        if isinstance(manager, ModuleValue):
            return False
        return UNKNOWN


def _may_swallow(name: str) -> bool:
    return any(word in name for word in ("assert", "suppress", "ExitStack", "subTest", "contextmanager"))
