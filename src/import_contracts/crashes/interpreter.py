"""A fresh interpreter that imports a module of a program: it follows the operations of the modules as CPython would.

Parents are imported first, `sys.modules` is filled before a body runs, and names are bound one by one. What cannot be
known is taken as working. The platform is Linux.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from types import GeneratorType
from typing import ClassVar, TypeAlias

from import_contracts.crashes import operations as does
from import_contracts.crashes.crash import Crash, Frame
from import_contracts.crashes.modules import Modules, World
from import_contracts.crashes.operations import (
    Condition,
    DottedName,
    Operations,
    all_operations,
    bound_names,
    ends_with_raise,
)
from import_contracts.crashes.values import ClassValue, FunctionValue, InstanceValue, ModuleValue, Namespace, Scope
from import_contracts.graph.names import ancestors


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
    """Another exception is raised, which is not reported; ``name`` is that of its class."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotFoundError(RaisedError):
    """An import fails because what it names cannot be found, wherever the import is."""

    def __init__(self, crash: Crash) -> None:
        super().__init__(crash.error)
        self.crash = crash


class _NotInstalledError(RaisedError):
    """A module outside the program is taken as not installed."""

    def __init__(self) -> None:
        super().__init__("ModuleNotFoundError")


# What catches an exception, unless that is only its own class, Exception and BaseException.
_CAUGHT_BY = {
    "ModuleNotFoundError": frozenset({"ModuleNotFoundError", "ImportError", "Exception", "BaseException"}),
    "SystemExit": frozenset({"SystemExit", "BaseException"}),
}

_DEEPEST_CALL, _MOST_CALLS = 30, 10_000
"""Calls that nest deeper, and more of them in one interpreter, are not followed. SQLAlchemy has less than 2,000."""

_Steps: TypeAlias = Generator["_Steps", None, does.Leave | None]
"""Operations that are being followed: what is yielded is followed first; what is returned leaves the block."""

_Value: TypeAlias = Generator[_Steps, None, object]
"""The same for an expression, whose value is returned: None where it is unknown."""


class Interpreter:
    """One fresh interpreter: its modules, and the stack of what it executes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._model = world.model
        self._bodies = world.bodies
        self._modules = Modules(world)
        self._stack: list[Scope] = []
        self._calls: list[FunctionValue] = []
        self._calls_left = _MOST_CALLS
        self._handled: list[CrashError | RaisedError] = []
        self._lazily_imported: set[str] = set()  # which are then attributes of their packages
        self.begun: list[tuple[str, str]] = []
        """The module around each import, "" if there is none, and the module that was imported, in order."""

    @property
    def loaded(self) -> int:
        """The modules that are initialized, as bits by their number."""
        return self._modules.loaded

    def start(self, module: str) -> None:
        """Import a module; raises CrashError or RaisedError.

        Imports nest as deep as the program has them, without recursion.
        """
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
        for name, space in self._modules.spaces.items():
            self._world.spaces.setdefault(name, space)
        if error:
            try:
                raise error
            finally:
                del error  # else it and this frame would refer to each other

    def _all(self, operations: Operations) -> _Steps:
        """Follow operations until one leaves."""
        for operation in operations:
            result = self._FOLLOW[type(operation)](self, operation)
            if result.__class__ is GeneratorType:
                result = yield from result
            if result is not None:
                return result  # type: ignore[return-value]
        return None

    def _at(self, line: int) -> Scope:
        """Return the present scope, which has got to a line."""
        scope = self._stack[-1]
        scope.line = line
        return scope

    def _fail(self, error: str, imported: str, name: str | None) -> None:
        """Raise the crash of the present statement, if its module was parsed."""
        scope = self._stack[-1]
        if scope.module not in self._bodies.unparsed:
            raise CrashError(self._crash(error, imported, name))

    def _crash(self, error: str, imported: str, name: str | None) -> Crash:
        scope = self._stack[-1]
        return Crash(
            entry="",
            error=error,
            importer=scope.module,
            imported=imported,
            name=name,
            path=self._model.sources[scope.module].path,
            line=scope.line,
            text=self._bodies.line(scope.module, scope.line),
            stack=tuple(Frame(each.module, each.line, each.is_function) for each in self._stack),
            defined=self._bodies.line_of(imported, name) if name else None,
            lazy=next((each.lazy for each in self._stack if each.lazy), ""),
            works_from=None,
        )

    # --- importing a module --------------------------------------------------------------------------------------

    def _import_module(self, module: str) -> _Steps:
        """Import a module of the program and its parents."""
        around = self._model.around.get(module)
        for name in (*reversed(list(ancestors(module)) if around is None else around), module):
            if name not in self._model.modules:
                return None
            if not self._modules.has(name):
                yield self._import_one(name)
        return None

    def _import_one(self, module: str) -> _Steps:
        importer = next(reversed(self._modules.partial), "")
        self.begun.append((importer, module))
        if importer:
            self._world.reach.add(importer, module)
        if self._modules.load_known(module):
            return None
        operations = self._bodies.module(module).operations
        self._world.work += 1 + len(operations)
        depth = len(self._stack)
        self._stack.append(Scope(module, self._modules.begin(module)))
        try:
            yield from self._all(operations)
        except (CrashError, RaisedError):
            self._modules.fail(module)
            raise
        finally:
            del self._stack[depth:]
        self._modules.finish(module)
        return None

    def _import_as_far_as_known(self, module: str) -> _Steps:
        """Import the module of a statement; of one that is not in the program, the innermost package that is."""
        if module in self._model.modules:
            if not self._modules.has(module):
                yield self._import_module(module)
            return None
        if (root := module.partition(".")[0]) in self._model.missing:
            raise NotFoundError(self._crash("ModuleNotFoundError", root, None))
        self._may_not_be_installed()
        while module and module not in self._model.modules:
            module, _, name = module.rpartition(".")
        if module:
            yield self._import_module(module)
            if module in self._modules.spaces:
                self._modules.spaces[module].names.setdefault(name, None)
        return None

    def _leaving_import(self, operation: does.LeavingImport) -> None:
        self._at(operation.line)
        raise NotFoundError(self._crash("ImportError", "", None))

    def _may_not_be_installed(self) -> None:
        """Take a module outside the program as not installed, once, where the program would go on without it."""
        if self._world.takes_last and self._stack[-1].trying:
            raise _NotInstalledError

    # --- import statements ---------------------------------------------------------------------------------------

    def _import_statement(self, operation: does.ImportModule) -> _Steps:
        scope = self._at(operation.line)
        try:
            yield from self._import_as_far_as_known(operation.module)
        except CrashError:
            if scope.module not in self._bodies.unparsed:
                raise
        if operation.alias is None:
            name = operation.module.partition(".")[0]
            scope.bind(name, ModuleValue(name))
        elif operation.alias:
            scope.bind(operation.alias, self._module_value(operation.module))
        return None

    def _module_value(self, dotted: str) -> object:
        """Return what `import a.b as c` binds: since Python 3.7 the attributes, and the module where there is none."""
        value: object = None
        module = ""
        for name in dotted.split("."):
            package, module = module, f"{module}.{name}" if module else name
            known = self._modules.space(package).names if package in self._model.modules else {}
            value = known.get(name, ModuleValue(module) if module in self._model.modules else None)
        return value

    def _import_names(self, operation: does.ImportNames) -> _Steps:
        scope = self._at(operation.line)
        module = operation.module
        yield from self._import_as_far_as_known(module)
        if module not in self._model.modules:
            for _, alias in operation.names:
                scope.bind(alias, None)
            return None
        if module in self._model.packages:
            yield from self._import_submodules(module, [name for name, _ in operation.names])
        for name, alias in operation.names:
            scope.bind(alias, (yield from self._imported_name(module, name)))
        return None

    def _import_submodules(self, package: str, names: Iterable[str]) -> _Steps:
        """Import those names from a package that are none of its attributes, as far as there are such modules."""
        space = self._modules.space(package)
        for name in names:
            module = f"{package}.{name}"
            if name in space.names or module not in self._model.modules:
                continue
            if not (self._world.takes_last and (space.has_unknown_names or "__getattr__" in space.names)):
                yield self._import_module(module)
        return None

    def _imported_name(self, module: str, name: str) -> _Value:
        """Return the value of a name in `from module import name`."""
        submodule = f"{module}.{name}"
        is_loaded = submodule in self._model.modules and self._modules.has(submodule)
        if is_loaded and name not in self._modules.space(module).names:
            return ModuleValue(submodule)
        if not self._modules.lacks(module, name):
            return (yield from self._attribute(ModuleValue(module), name))
        if self._bodies.binds(module, name):
            self._fail("ImportError", module, name)
        return None

    def _import_star(self, operation: does.ImportStar) -> _Steps:
        scope = self._at(operation.line)
        module = operation.module
        yield from self._import_as_far_as_known(module)
        if module not in self._model.modules:
            scope.space.has_unknown_names = True
            return None
        space = self._modules.space(module)
        listed = space.names.get("__all__")
        scope.space.has_unknown_names |= space.has_unknown_names
        if not isinstance(listed, tuple):
            for value in [each for each in space.names.values() if isinstance(each, does.LazyImport)]:
                yield from self._imported_if_lazy(module, space, value)
            public = [name for name in space.names if "__all__" in space.names or not name.startswith("_")]
            scope.space.names.update({name: space.names[name] for name in public if not name.startswith("__")})
            if "__all__" not in space.names or module in self._modules.partial:
                return None
            loaded = self._model.exports.loaded(module)
            listed = tuple(name.removeprefix(f"{module}.") for name in loaded.modules if loaded.is_exact)
        if module in self._model.packages:
            yield from self._import_submodules(module, listed)
        for name in listed:
            scope.bind(name, (yield from self._attribute(ModuleValue(module), name)))
        return None

    def _import_lazily(self, operation: does.LazyImport) -> None:
        self._stack[-1].bind(operation.name, operation)
        imported = operation.operation
        names = (imported.module, *(f"{imported.module}.{name}" for name, _ in getattr(imported, "names", ())))
        self._lazily_imported.update(name for name in names if name in self._model.modules)

    def _import_external(self, _: does.ImportExternal) -> None:
        self._may_not_be_installed()

    # --- values --------------------------------------------------------------------------------------------------

    def _value(self, dotted: DottedName, line: int) -> _Value:
        """Return the value of a dotted name."""
        scope = self._at(line)
        value = yield from self._imported_if_lazy(scope.module, scope.space, scope.find(dotted[0]))
        for name in dotted[1:]:
            if value is None:
                return None
            value = yield from self._attribute(value, name)
        return value

    def _attribute(self, value: object, name: str) -> _Value:
        """Return an attribute of a value."""
        if isinstance(value, ClassValue):
            return value.find(name)
        if isinstance(value, InstanceValue):
            return value.of.find(name)
        if isinstance(value, ModuleValue) and value.name in self._model.modules:
            return (yield from self._module_attribute(value.name, name))
        return None

    def _module_attribute(self, module: str, name: str) -> _Value:
        submodule = f"{module}.{name}"
        if submodule in self._lazily_imported and name not in self._modules.space(module).names:
            yield from self._import_as_far_as_known(submodule)
            return ModuleValue(submodule)
        if self._modules.lacks(module, name):
            if submodule in self._model.modules or self._bodies.binds(module, name):
                self._fail("AttributeError", module, name)
            return None
        space = self._modules.space(module)
        if name in space.names:
            return (yield from self._imported_if_lazy(module, space, space.names[name]))
        if submodule in self._modules.partial and module not in self._modules.partial and not space.may_have(name):
            self._fail("AttributeError", submodule, None)
        return ModuleValue(submodule) if submodule in self._model.modules and self._modules.has(submodule) else None

    def _imported_if_lazy(self, module: str, space: Namespace, value: object) -> _Value:
        """Return a value; of a lazy import, which runs now, what it binds."""
        if not isinstance(value, does.LazyImport):
            return value
        self._stack.append(Scope(module, space, line=value.operation.line, lazy=_named(value.operation)))
        yield from self._all((value.operation,))
        self._stack.pop()
        return space.names.get(value.name)

    # --- names ---------------------------------------------------------------------------------------------------

    def _bind(self, operation: does.Bind) -> None:
        scope = self._stack[-1]
        if scope.local is None:
            scope.space.names.update(operation.values)
        else:
            for name, value in operation.values.items():
                scope.bind(name, value)

    def _bind_unknown(self, operation: does.BindUnknown) -> None:
        self._modules.forget_names(operation.module)

    def _unbind(self, operation: does.Unbind) -> None:
        scope = self._stack[-1]
        if scope.local is None:
            scope.space.names.pop(operation.name, None)
        else:
            scope.bind(operation.name, None)

    def _load(self, operation: does.Load) -> _Steps:
        value = yield from self._value(operation.dotted, operation.line)
        if operation.alias:
            self._stack[-1].bind(operation.alias, value)
        return None

    def _set_attribute(self, operation: does.SetAttribute) -> _Steps:
        value = yield from self._value(operation.dotted, operation.line)
        if isinstance(value, ModuleValue) and value.name in self._modules.spaces:
            space = self._modules.spaces[value.name]
            space.has_unknown_names |= operation.name is None
            if operation.name:
                space.names[operation.name] = None
        return None

    # --- definitions and calls -----------------------------------------------------------------------------------

    def _define(self, operation: does.Define) -> None:
        scope = self._stack[-1]
        function = FunctionValue(scope.module, operation, scope.around) if operation.is_known else None
        scope.bind(operation.name, function)
        scope.space.has_unknown_names |= operation.binds_unknown
        for name in operation.globals:
            scope.space.names.setdefault(name, None)

    def _define_class(self, operation: does.DefineClass) -> _Steps:
        scope = self._stack[-1]
        names: dict[str, object] = {}
        inner = scope.in_class_body(names)
        bases = tuple(scope.find(base[0]) if base and len(base) == 1 else None for base in operation.bases)
        self._stack[-1] = inner
        try:
            yield from self._all(operation.body)
        finally:
            self._stack[self._stack.index(inner)] = scope
            scope.line = inner.line
        scope.bind(operation.name, ClassValue(names, bases) if operation.is_known else None)
        return None

    def _call(self, operation: does.CallObject) -> _Steps:
        value = yield from self._value(operation.dotted, operation.line)
        result = None
        if isinstance(value, ClassValue):
            result = InstanceValue(value)
            value = value.find("__init__")
        if isinstance(value, FunctionValue) and value not in self._calls:
            yield from self._called(value)
        if operation.alias:
            self._stack[-1].bind(operation.alias, result)
        return None

    def _called(self, function: FunctionValue) -> _Steps:
        """Follow a call; if there are too many, the function may have bound any name of its module."""
        self._calls_left -= 1
        if self._calls_left < 0 or len(self._calls) == _DEEPEST_CALL:
            self._modules.space(function.module).has_unknown_names = True
        else:
            yield from self._body(function)
        return None

    def _body(self, function: FunctionValue) -> _Steps:
        """Follow the body of a function, of whose arguments nothing is known."""
        code = self._bodies.function(function.module, function.operation)
        if not code.operations:
            return None
        self._calls.append(function)
        depth = len(self._stack)
        self._stack.append(self._stack[-1].in_call(function, self._modules.space(function.module), code))
        try:
            yield from self._all(code.operations)
        finally:
            self._calls.pop()
        del self._stack[depth:]
        return None

    # --- control flow --------------------------------------------------------------------------------------------

    def _known(self, condition: Condition) -> bool | None:
        """Return the value of a condition; None if it is unknown."""
        if condition is None or isinstance(condition, bool):
            return condition
        if not isinstance(condition, does.BooleanTest):
            return self._known_value(condition)
        values = [self._known(each) for each in condition.operands]
        if condition.word == "not":
            return None if values[0] is None else not values[0]
        decisive = condition.word == "or"
        return decisive if decisive in values else None if None in values else not decisive

    def _known_value(self, dotted: DottedName) -> bool | None:
        """Return the value of a dotted name if it is a boolean; this neither imports nor fails."""
        value = self._stack[-1].find(dotted[0])
        for name in dotted[1:]:
            if not isinstance(value, ModuleValue) or value.name not in self._model.modules:
                return None
            value = self._modules.space(value.name).names.get(name)
        return value if isinstance(value, bool) else None

    def _if(self, operation: does.If) -> _Steps:
        known = self._known(operation.test)
        if known is not None:
            return (yield from self._all(operation.then if known else operation.otherwise))
        return (yield from self._either(operation.then, operation.otherwise))

    def _either(self, then: Operations, otherwise: Operations) -> _Steps:
        """Follow one of two branches: not the one that raises an exception, if the other does not."""
        chosen, other = (otherwise, then) if self._world.takes_last else (then, otherwise)
        if ends_with_raise(chosen):
            chosen, other = other, chosen
        depth = len(self._stack)
        try:
            result = yield from self._all(chosen)
        except RaisedError as error:
            if isinstance(error, _NotInstalledError) or ends_with_raise(other):
                raise
            del self._stack[depth:]
            return (yield from self._all(other))
        self._may_have_run(other)
        return result

    def _may_have_run(self, operations: Operations) -> None:
        """Forget what is known of the names that operations would have bound."""
        if not operations:
            return
        scope = self._stack[-1]
        for name in bound_names(operations):
            scope.bind(name, None)
        if any(isinstance(each, does.BindUnknown | does.ImportStar) for each in all_operations(operations)):
            scope.space.has_unknown_names = True

    def _loop(self, operation: does.Loop) -> _Steps:
        if self._world.takes_last and not operation.always_runs:
            self._may_have_run(operation.body)
            return None
        left = yield from self._all(operation.body)
        return left if left and left.function else None

    def _try(self, operation: does.Try) -> _Steps:
        scope, depth = self._stack[-1], len(self._stack)
        goes_on = _goes_on_without_modules(operation)
        scope.trying += goes_on
        try:
            left = yield from self._all(operation.body)
        except (CrashError, RaisedError) as error:
            del self._stack[depth:]
            scope.trying -= goes_on
            left = yield from self._handle(operation, error)
        else:
            scope.trying -= goes_on
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

    # Functions of the class, not methods of this object: an interpreter that refers to itself would stay in memory,
    # with all that it has loaded, until the end.
    _FOLLOW: ClassVar[dict[type, Callable[..., object]]] = {
        does.Bind: _bind,
        does.BindUnknown: _bind_unknown,
        does.Unbind: _unbind,
        does.Load: _load,
        does.CallObject: _call,
        does.SetAttribute: _set_attribute,
        does.Define: _define,
        does.DefineClass: _define_class,
        does.ImportModule: _import_statement,
        does.ImportNames: _import_names,
        does.ImportStar: _import_star,
        does.LazyImport: _import_lazily,
        does.ImportExternal: _import_external,
        does.LeavingImport: _leaving_import,
        does.If: _if,
        does.Loop: _loop,
        does.Try: _try,
        does.Leave: _leave,
        does.Raise: _raise,
    }


def _named(operation: does.ImportModule | does.ImportNames) -> str:
    """Return what CPython says that a lazy import imports; "" for ``import a.b``, whose parts it imports one by one."""
    if isinstance(operation, does.ImportNames):
        return f"{operation.module}.{operation.names[0][0]}"
    return operation.module if operation.alias or "." not in operation.module else ""


def _goes_on_without_modules(operation: does.Try) -> bool:
    """Tell whether a `try` statement handles that a module is not installed, and does not raise that again."""
    return any(
        (handler.errors is None or handler.errors & _CAUGHT_BY["ModuleNotFoundError"])
        and not ends_with_raise(handler.body)
        for handler in operation.handlers
    )
