"""A fresh interpreter that imports a module of a program: it follows the operations of the modules as CPython would.

Parents are imported first, `sys.modules` is filled before a body runs, and names are bound one by one. What cannot be
known is taken as working. The platform is Linux.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from types import GeneratorType
from typing import TypeAlias

from import_contracts.crashes import operations as does
from import_contracts.crashes.bodies import Bodies
from import_contracts.crashes.crash import Crash, Frame
from import_contracts.crashes.model import ImportModel
from import_contracts.crashes.operations import Chain, Condition, Operations, all_operations, bound, gives_up
from import_contracts.crashes.reach import Reach
from import_contracts.crashes.values import ClassValue, FunctionValue, InstanceValue, ModuleValue, Namespace, Scope
from import_contracts.graph.names import ancestors

_DEPTH = 30


class CrashError(Exception):
    """An import fails because a module is only partially initialized."""

    def __init__(self, crash: Crash) -> None:
        super().__init__(crash.name)
        self.crash = crash

    @property
    def name(self) -> str:
        """The name of the exception's class."""
        return self.crash.error


class RaisedError(Exception):
    """Something else is raised, which is not reported; ``name`` is that of its class."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _NotInstalledError(RaisedError):
    """A module outside the program is taken as not installed."""

    def __init__(self) -> None:
        super().__init__("ModuleNotFoundError")


_CAUGHT_BY = {
    "ImportError": frozenset({"ImportError", "Exception", "BaseException"}),
    "ModuleNotFoundError": frozenset({"ModuleNotFoundError", "ImportError", "Exception", "BaseException"}),
    "AttributeError": frozenset({"AttributeError", "Exception", "BaseException"}),
    "SystemExit": frozenset({"SystemExit", "BaseException"}),
}


# --- following ---------------------------------------------------------------------------------------------------

_Steps: TypeAlias = Generator["_Steps", None, does.Leave | None]
"""Following operations: what is yielded is to be followed first. It ends with Leave's `function`, if it leaves."""


@dataclass(eq=False)
class World:
    """What fresh interpreters share that take the same side of every condition that cannot be decided.

    ``component`` has the number of the strongly connected component of each module, as far as ``reach`` knew it before.
    ``takes_last`` says which branch of such a condition is taken: the first or the last.
    """

    model: ImportModel
    bodies: Bodies
    reach: Reach
    component: dict[str, int]
    takes_last: bool
    outcomes: dict[str, int | None] = field(default_factory=dict)
    """By the module that was imported first: the modules loaded after that, as bits; None if it failed."""
    spaces: dict[str, Namespace] = field(default_factory=dict)
    """What a module has when it is loaded."""


class Interpreter:
    """One fresh interpreter: `sys.modules`, and the modules that are being imported."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._model = world.model
        self._bodies = world.bodies
        self.loaded = 0
        self._spaces: dict[str, Namespace] = {}
        self._partial: dict[str, None] = {}
        self._stack: list[Scope] = []
        self._calls: list[FunctionValue] = []
        self._handled: list[CrashError | RaisedError] = []
        self._follow: dict[type, Callable[..., object]] = {
            does.Bind: self._bind,
            does.Unbind: self._unbind,
            does.Obscure: self._obscure,
            does.Import: self._import,
            does.From: self._from,
            does.Star: self._star,
            does.Lazy: self._lazy,
            does.Outside: self._outside,
            does.Use: self._use,
            does.Call: self._call,
            does.SetAttribute: self._set_attribute,
            does.Define: self._define,
            does.DefineClass: self._define_class,
            does.If: self._if,
            does.Loop: self._loop,
            does.Try: self._try,
            does.Leave: self._leave,
            does.Raise: self._raise,
        }

    def start(self, module: str) -> None:
        """Import a module; raises CrashError or RaisedError. Its depth is not that of Python's own stack."""
        waiting: list[_Steps] = [self._import_module(module)]
        error: Exception | None = None
        while waiting:
            try:
                steps = waiting[-1]
                waiting.append(steps.throw(error) if error else next(steps))
                error = None
            except StopIteration:
                waiting.pop()
                error = None
            except (CrashError, RaisedError) as raised:
                waiting.pop()
                error = raised
        for name, space in self._spaces.items():
            self._world.spaces.setdefault(name, space)
        if error:
            raise error

    # --- importing modules ---------------------------------------------------------------------------------------

    def _has(self, module: str) -> bool:
        """Tell whether a module is in `sys.modules`."""
        return module in self._spaces or bool(self.loaded >> self._model.modules[module] & 1)

    def _import_module(self, module: str) -> _Steps:
        """Import a module of the program and its parents."""
        for name in (*reversed(list(ancestors(module))), module):
            if name not in self._model.modules:
                return None
            if not self._has(name):
                yield self._import_one(name)
        return None

    def _import_one(self, module: str) -> _Steps:
        world = self._world
        component = world.component[module]
        if self._partial:
            world.reach.add(next(reversed(self._partial)), module)
        fresh = world.outcomes.get(module)
        if fresh is not None and not any(world.component[each] == component for each in self._partial):
            self.loaded |= fresh
            return None
        operations = self._bodies.module(module).operations
        space = self._spaces[module] = Namespace(opaque=module in self._bodies.unparsed)
        self._partial[module] = None
        depth = len(self._stack)
        self._stack.append(Scope(module, space))
        try:
            yield from self._all(operations)
        except (CrashError, RaisedError):
            del self._spaces[module]
            raise
        finally:
            del self._stack[depth:]
            del self._partial[module]
        self.loaded |= 1 << self._model.modules[module]
        package, _, name = module.rpartition(".")
        if package in self._spaces:
            self._spaces[package].names[name] = ModuleValue(module)
        return None

    def _space(self, module: str) -> Namespace:
        return self._spaces.get(module) or self._world.spaces.get(module) or Namespace(opaque=True)

    def _all(self, operations: Operations) -> _Steps:
        """Follow operations until one leaves."""
        for operation in operations:
            result = self._follow[type(operation)](operation)
            if result.__class__ is GeneratorType:
                result = yield from result
            if result is not None:
                return result  # type: ignore[return-value]
        return None

    # --- imports -------------------------------------------------------------------------------------------------

    def _fail(self, error: str, imported: str, name: str) -> None:
        """Raise the failure of the present statement."""
        scope = self._stack[-1]
        if scope.module in self._bodies.unparsed:
            return
        raise CrashError(
            Crash(
                entry="",
                error=error,
                importer=scope.module,
                imported=imported,
                name=name,
                path=self._model.sources[scope.module].path,
                line=scope.line,
                text=self._bodies.line(scope.module, scope.line),
                stack=tuple(Frame(each.module, each.line, each.is_function) for each in self._stack),
                defined=self._bodies.line_of(imported, name),
                works_from=None,
            )
        )

    def _reached(self, line: int) -> Scope:
        scope = self._stack[-1]
        scope.line = line
        return scope

    def _begin(self, module: str) -> _Steps:
        """Import the module of a statement, as far as it is known."""
        if module in self._model.modules:
            if not self._has(module):
                yield self._import_module(module)
            return None
        scope = self._stack[-1]
        if self._world.takes_last and scope.trying:
            raise _NotInstalledError
        while module and module not in self._model.modules:
            module, _, name = module.rpartition(".")
        if module:
            yield self._import_module(module)
            if module in self._spaces:
                self._spaces[module].names.setdefault(name, None)
        return None

    def _import(self, operation: does.Import) -> _Steps:
        scope = self._reached(operation.line)
        try:
            yield from self._begin(operation.module)
        except CrashError:
            if scope.module not in self._bodies.unparsed:
                raise
        if operation.alias is None:
            name = operation.module.partition(".")[0]
            scope.bind(name, ModuleValue(name))
        elif operation.alias:
            value: object = None
            module = ""
            for name in operation.module.split("."):
                package, module = module, f"{module}.{name}" if module else name
                known = self._space(package).names if package in self._model.modules else {}
                value = known.get(name, ModuleValue(module) if module in self._model.modules else None)
            scope.bind(operation.alias, value)
        return None

    def _from(self, operation: does.From) -> _Steps:
        scope = self._reached(operation.line)
        module = operation.module
        yield from self._begin(module)
        if module not in self._model.modules:
            for _, alias in operation.names:
                scope.bind(alias, None)
            return None
        if module in self._model.packages:
            yield from self._submodules(module, [name for name, _ in operation.names])
        for name, alias in operation.names:
            scope.bind(alias, (yield from self._taken(module, name)))
        return None

    def _submodules(self, package: str, names: Iterable[str]) -> _Steps:
        """Import those names from a package that are none of its attributes, as far as there are such modules."""
        space = self._space(package)
        for name in names:
            module = f"{package}.{name}"
            if name in space.names or module not in self._model.modules or self._has(module):
                continue
            if not (self._world.takes_last and (space.opaque or "__getattr__" in space.names)):
                yield self._import_module(module)
        return None

    def _taken(self, module: str, name: str) -> Generator[_Steps, None, object]:
        """Return what `from module import name` takes."""
        submodule = f"{module}.{name}"
        is_loaded = submodule in self._model.modules and self._has(submodule)
        if is_loaded and name not in self._space(module).names:
            return ModuleValue(submodule)
        if not self._lacks(module, name):
            return (yield from self._attribute(ModuleValue(module), name))
        if self._bodies.binds(module, name):
            self._fail("ImportError", module, name)
        return None

    def _lacks(self, module: str, name: str) -> bool:
        """Tell whether a module is partly initialised and certainly has no such attribute."""
        if module not in self._partial:
            return False
        return not self._spaces[module].may_have(name)

    def _attribute(self, value: object, name: str) -> Generator[_Steps, None, object]:
        """Return an attribute of a value."""
        if isinstance(value, ClassValue):
            return value.find(name)
        if isinstance(value, InstanceValue):
            return value.of.find(name)
        if not isinstance(value, ModuleValue) or value.name not in self._model.modules:
            return None
        module = value.name
        if self._lacks(module, name):
            submodule = f"{module}.{name}"
            if submodule in self._model.modules or self._bodies.binds(module, name):
                self._fail("AttributeError", module, name)
            return None
        space = self._space(module)
        if name in space.names:
            return (yield from self._reified(module, space, space.names[name]))
        submodule = f"{module}.{name}"
        if submodule in self._partial and module not in self._partial and not space.may_have(name):
            self._fail("AttributeError", submodule, name)
        return ModuleValue(submodule) if submodule in self._model.modules and self._has(submodule) else None

    def _reified(self, module: str, space: Namespace, value: object) -> Generator[_Steps, None, object]:
        """Return a value; if it is a lazy import, run that first."""
        if not isinstance(value, does.Lazy):
            return value
        self._stack.append(Scope(module, space, line=value.operation.line))
        yield from self._all((value.operation,))
        self._stack.pop()
        return space.names.get(value.name)

    def _star(self, operation: does.Star) -> _Steps:
        scope = self._reached(operation.line)
        module = operation.module
        yield from self._begin(module)
        if module not in self._model.modules:
            scope.space.opaque = True
            return None
        space = self._space(module)
        listed = space.names.get("__all__")
        scope.space.opaque |= space.opaque
        if not isinstance(listed, tuple):
            public = [name for name in space.names if "__all__" in space.names or not name.startswith("_")]
            scope.space.names.update({name: space.names[name] for name in public if not name.startswith("__")})
            return None
        if module in self._model.packages:
            yield from self._submodules(module, listed)
        for name in listed:
            scope.bind(name, (yield from self._attribute(ModuleValue(module), name)))
        return None

    def _lazy(self, operation: does.Lazy) -> None:
        self._stack[-1].bind(operation.name, operation)

    def _outside(self, _: does.Outside) -> None:
        if self._world.takes_last and self._stack[-1].trying:
            raise _NotInstalledError

    # --- names ---------------------------------------------------------------------------------------------------

    def _bind(self, operation: does.Bind) -> None:
        scope = self._stack[-1]
        if scope.local is None:
            scope.space.names.update(operation.values)
        else:
            for name, value in operation.values.items():
                scope.bind(name, value)

    def _unbind(self, operation: does.Unbind) -> None:
        scope = self._stack[-1]
        if scope.local is None:
            scope.space.names.pop(operation.name, None)
        else:
            scope.bind(operation.name, None)

    def _obscure(self, operation: does.Obscure) -> None:
        if operation.module in self._spaces:
            self._spaces[operation.module].opaque = True
        elif operation.module in self._model.modules and not self._has(operation.module):
            self._spaces[operation.module] = Namespace(opaque=True)

    def _value(self, chain: Chain, line: int) -> Generator[_Steps, None, object]:
        """Return what a chain comes to."""
        scope = self._reached(line)
        value = yield from self._reified(scope.module, scope.space, scope.find(chain[0]))
        for name in chain[1:]:
            if value is None:
                return None
            value = yield from self._attribute(value, name)
        return value

    def _use(self, operation: does.Use) -> _Steps:
        value = yield from self._value(operation.chain, operation.line)
        if operation.alias:
            self._stack[-1].bind(operation.alias, value)
        return None

    def _set_attribute(self, operation: does.SetAttribute) -> _Steps:
        value = yield from self._value(operation.chain, operation.line)
        if isinstance(value, ModuleValue) and value.name in self._spaces:
            space = self._spaces[value.name]
            space.opaque |= operation.name is None
            if operation.name:
                space.names[operation.name] = None
        return None

    def _define(self, operation: does.Define) -> None:
        scope = self._stack[-1]
        function = FunctionValue(scope.module, operation, scope.around) if operation.transparent else None
        scope.bind(operation.name, function)
        scope.space.opaque |= operation.obscures
        for name in operation.globals:
            scope.space.names.setdefault(name, None)

    def _define_class(self, operation: does.DefineClass) -> _Steps:
        scope = self._stack[-1]
        names: dict[str, object] = {}
        inner = Scope(scope.module, scope.space, scope.around, names, in_class=True, line=scope.line)
        inner.trying = scope.trying
        bases = tuple(scope.find(base[0]) if base and len(base) == 1 else None for base in operation.bases)
        self._stack[-1] = inner
        try:
            yield from self._all(operation.body)
        finally:
            self._stack[self._stack.index(inner)] = scope
            scope.line = inner.line
        scope.bind(operation.name, ClassValue(names, bases) if operation.transparent else None)
        return None

    def _call(self, operation: does.Call) -> _Steps:
        value = yield from self._value(operation.chain, operation.line)
        result = None
        if isinstance(value, ClassValue):
            result = InstanceValue(value)
            value = value.find("__init__")
        if isinstance(value, FunctionValue) and value not in self._calls and len(self._calls) < _DEPTH:
            yield from self._body(value)
        if operation.alias:
            self._stack[-1].bind(operation.alias, result)
        return None

    def _body(self, function: FunctionValue) -> _Steps:
        """Follow the body of a function, of whose arguments nothing is known."""
        code = self._bodies.function(function.module, function.operation)
        if not code.operations:
            return None
        local = dict.fromkeys(code.defined.keys() - code.globals)
        self._calls.append(function)
        depth = len(self._stack)
        space = self._space(function.module)
        scope = Scope(function.module, space, function.scopes, local, code.globals, line=function.operation.first)
        scope.trying = self._stack[-1].trying
        self._stack.append(scope)
        try:
            yield from self._all(code.operations)
        finally:
            self._calls.pop()
        del self._stack[depth:]
        return None

    # --- branches ------------------------------------------------------------------------------------------------

    def _known(self, condition: Condition) -> bool | None:
        """Return what a condition comes to, None if that cannot be known."""
        if condition is None or isinstance(condition, bool):
            return condition
        if not isinstance(condition, does.Test):
            return self._known_value(condition)
        values = [self._known(each) for each in condition.operands]
        if condition.word == "not":
            return None if values[0] is None else not values[0]
        decisive = condition.word == "or"
        return decisive if decisive in values else None if None in values else not decisive

    def _known_value(self, chain: Chain) -> bool | None:
        value = self._stack[-1].find(chain[0])
        for name in chain[1:]:
            if not isinstance(value, ModuleValue) or value.name not in self._model.modules:
                return None
            value = self._space(value.name).names.get(name)
        return value if isinstance(value, bool) else None

    def _if(self, operation: does.If) -> _Steps:
        known = self._known(operation.test)
        if known is not None:
            return (yield from self._all(operation.then if known else operation.otherwise))
        first = not self._world.takes_last
        if gives_up(operation.then if first else operation.otherwise):
            first = not first
        chosen, other = operation.then, operation.otherwise
        if not first:
            chosen, other = other, chosen
        depth = len(self._stack)
        try:
            result = yield from self._all(chosen)
        except RaisedError as error:
            if isinstance(error, _NotInstalledError) or gives_up(other):
                raise
            del self._stack[depth:]
            return (yield from self._all(other))
        self._may_have_run(other)
        return result

    def _may_have_run(self, operations: Operations) -> None:
        """Forget what is known of names that operations would have bound."""
        if not operations:
            return
        scope = self._stack[-1]
        for name in bound(operations):
            scope.bind(name, None)
        if any(isinstance(each, does.Obscure | does.Star) for each in all_operations(operations)):
            scope.space.opaque = True

    def _loop(self, operation: does.Loop) -> _Steps:
        if self._world.takes_last and not operation.certain:
            self._may_have_run(operation.body)
            return None
        left = yield from self._all(operation.body)
        return left if left and left.function else None

    def _try(self, operation: does.Try) -> _Steps:
        scope, depth = self._stack[-1], len(self._stack)
        optional = any(
            (handler.errors is None or handler.errors & _CAUGHT_BY["ModuleNotFoundError"])
            and not gives_up(handler.body)
            for handler in operation.handlers
        )
        scope.trying += optional
        try:
            left = yield from self._all(operation.body)
        except (CrashError, RaisedError) as error:
            del self._stack[depth:]
            scope.trying -= optional
            left = yield from self._handle(operation, error)
        else:
            scope.trying -= optional
            if left is None:
                left = yield from self._all(operation.otherwise)
            for handler in operation.handlers:
                self._may_have_run(handler.body)
        return (yield from self._all(operation.finally_)) or left

    def _handle(self, operation: does.Try, error: CrashError | RaisedError) -> _Steps:
        caught_by = _CAUGHT_BY.get(error.name, frozenset({error.name, "Exception", "BaseException"}))
        for handler in operation.handlers:
            if handler.errors is None or handler.errors & caught_by:
                self._handled.append(error)
                try:
                    return (yield from self._all(handler.body))
                finally:
                    self._handled.pop()
        raise error

    def _leave(self, operation: does.Leave) -> does.Leave:
        return operation

    def _raise(self, operation: does.Raise) -> None:
        if not operation.error and self._handled:
            raise self._handled[-1]
        raise RaisedError(operation.error)
