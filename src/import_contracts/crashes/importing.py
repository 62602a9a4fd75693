"""What imports do: parents first, `sys.modules` is filled before a body runs, and names are bound one by one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from import_contracts.crashes import operations as does
from import_contracts.crashes.bodies import LOADED
from import_contracts.crashes.machine import (
    CrashError,
    FailureError,
    Left,
    Machine,
    NotFoundError,
    TooMuchError,
    raised,
)
from import_contracts.crashes.memory import ABSENT, MAYBE, UNKNOWN, Names
from import_contracts.crashes.scopes import Scope
from import_contracts.crashes.values import (
    Argument,
    BoundMethod,
    Container,
    External,
    FunctionValue,
    InstanceValue,
    Literal,
    ModuleValue,
    Wrapped,
    bind_unknown,
)
from import_contracts.graph.names import ancestors
from import_contracts.reading.source.bound import OF_EVERY_MODULE


class Importer(Machine):
    """A machine that imports modules."""

    # --- modules -------------------------------------------------------------------------------------------------

    def import_module(self, module: str) -> None:
        """Import a module of the program and its parents; nothing is imported if it is in `sys.modules` itself."""
        if module in self.model.modules and self.modules.has(module):
            return
        around = self.model.around.get(module)
        for name in (*reversed(list(ancestors(module)) if around is None else around), module):
            if name not in self.model.modules:
                return
            has = self.modules.has(name)
            if has is None:
                self.follow_each([partial(self.modules.choose_loaded, name), partial(self._load_missing, name)])
            elif not has:
                self._load(name)

    def _load_missing(self, module: str) -> None:
        self.modules.choose_missing(module)
        self._load(module)

    def _load(self, module: str) -> None:
        importer = next(reversed(self.modules.partial), "")
        self.begun.append((importer, module))
        if self.model.like is not None:  # some modules are as they would be after edits
            self.bodies.cache.called.add((module, LOADED))
        if importer:
            self.world.reach.add(importer, module)
        else:
            self.spent_before = self.world.counts
            self.noted.clear()
        if (known := self.modules.known(module)) is not None:
            for kind in known.may_raise:
                self.note(FailureError(kind), within=module)
            self.modules.load(known)
            return
        self._fail_again(module)
        operations = self.bodies.module(module).operations
        self.world.work += 1 + sum(not isinstance(each, does.Bind | does.Define) for each in operations)
        self.stack.append(Scope("module", module, self.modules.begin(module)))
        depth = len(self.stack)
        try:
            self.run(operations)
        except TooMuchError:
            self.modules.give_up(module)
            raise
        except FailureError:
            self.modules.fail(module)
            raise
        finally:
            del self.stack[depth - 1 :]
        self.modules.finish(module)

    def _fail_again(self, module: str) -> None:
        """Raise the crash of a module that has failed where it was imported first, if it does here, uncaught."""
        if not self.ends_with_crash or self.memory.is_marked or (crash := self.modules.known_crash(module)) is None:
            return
        self.world.spend_again(module)
        lazy = next((each.lazy for each in self.stack if each.lazy), crash.lazy)
        raise CrashError(replace(crash, stack=(*self._frames_now(), *crash.stack), lazy=lazy))

    def import_known(self, module: str) -> None:
        """Import the module of a statement; of one that is not in the program, the innermost package that is."""
        self.looked_at.add(module)
        if module in self.model.modules:
            self.import_module(module)
            return
        if (root := module.partition(".")[0]) in self.model.missing:
            raise NotFoundError(self.crash("ModuleNotFoundError", root))
        self.note(raised("ModuleNotFoundError"))
        name = ""
        while module and module not in self.model.modules:
            module, _, name = module.rpartition(".")
        if module:
            self.import_module(module)
            if self.modules.binds(module, name) is False:
                self.memory.set(self.modules.space(module), name, MAYBE)

    # --- statements ----------------------------------------------------------------------------------------------

    def import_statement(self, operation: does.ImportModule) -> None:
        """Follow ``import module``."""
        scope = self.scope
        scope.line = operation.line
        try:
            self.import_known(operation.module)
        except CrashError:
            if scope.module not in self.bodies.unparsed:
                raise
        if operation.alias is None:
            name = operation.module.partition(".")[0]
            self.bind(name, ModuleValue(name))
        elif operation.alias:
            self.bind(operation.alias, self._module_value(operation.module))

    def bind(self, name: str, value: object) -> None:
        """Bind a name in the present scope."""
        scope = self.stack[-1]
        self.memory.set(scope.space if scope.local is None else scope.binding(name), name, value)

    def _module_value(self, dotted: str) -> object:
        """Return what `import a.b as c` binds: since Python 3.7 the attributes, and the module where there is none."""
        value: object = UNKNOWN
        module = ""
        for name in dotted.split("."):
            package, module = module, f"{module}.{name}" if module else name
            known = self.modules.attributes(package) if package in self.model.modules else {}
            is_module = module in self.model.modules and UNKNOWN not in known
            value = known.get(name, ModuleValue(module) if is_module else UNKNOWN)
        return UNKNOWN if value is MAYBE else value

    def import_names(self, operation: does.ImportNames) -> None:
        """Follow ``from module import names``."""
        self.scope.line = operation.line
        module = operation.module
        self.import_known(module)
        if module not in self.model.modules:
            for _, alias in operation.names:
                self.bind(alias, UNKNOWN)
            return
        if module in self.model.packages:
            self._import_submodules(module, [name for name, _ in operation.names])
        for name, alias in operation.names:
            self.bind(alias, self._imported_name(module, name))

    def _import_submodules(self, package: str, names: Iterable[str]) -> None:
        """Import those names from a package that are none of its attributes, as far as there are such modules."""
        for name in names:
            module = f"{package}.{name}"
            asks = "__getattr__" in self.modules.space(package) or self.modules.replacing(package) is not None
            if module not in self.model.modules and not asks:
                continue
            has = self._has_attribute(package, name)
            if module not in self.model.modules or has:
                continue
            if has is False:
                self.import_module(module)
            elif name not in self.modules.attributes(package) and self.modules.replacing(package) is None:
                self._import_unless_it_fails(module)
            else:
                self.follow_maybe(partial(self.import_module, module))

    def _import_unless_it_fails(self, module: str) -> None:
        """Import a module inside a package in which code that is not followed may have bound its name.

        What is bound there is taken to be the module, so that it is imported in any case; but whether the import fails
        is not known.
        """
        mark, depth = self.memory.mark(), len(self.stack)
        try:
            self.import_module(module)
        except FailureError as error:
            del self.stack[depth:]
            self.note(error.bare())
            self.memory.undo(mark)
        finally:
            self.memory.release()

    def _has_attribute(self, module: str, name: str) -> bool | None:
        """Tell whether a module has an attribute, as ``hasattr`` does."""
        if (replacing := self.modules.replacing(module)) is not None:
            return self._object_has(replacing, name)
        found, function = self.modules.binds(module, name), self.modules.space(module).get("__getattr__", ABSENT)
        if found is not False or function is ABSENT:
            return found
        return self.modules.is_initialized(f"{module}.{name}") or self._finds(function, name)

    def _object_has(self, value: InstanceValue, name: str) -> bool | None:
        """Tell whether a module that the program has made has an attribute, as ``hasattr`` does."""
        found = value.names.get(name, ABSENT)
        if found is not ABSENT or MAYBE in value.names:
            return None if found is MAYBE or MAYBE in value.names else True
        found = value.of.find(name)
        if UNKNOWN in (*value.names, found, value.of.find("__getattribute__")):
            return None
        if found is not ABSENT or name in OF_EVERY_MODULE:
            return True
        function = value.of.find("__getattr__")
        return self._finds(BoundMethod(function, value) if isinstance(function, FunctionValue) else function, name)

    def _finds(self, function: object, name: str) -> bool | None:
        """Tell whether a ``__getattr__`` returns something for a name."""
        if function is ABSENT:
            return False
        if not isinstance(function, FunctionValue | BoundMethod | Wrapped):
            return None
        try:
            return None if self.call(function, (Argument(name),)) is UNKNOWN else True
        except FailureError as error:
            if error.kind != External("builtins.AttributeError"):
                raise
            error.bare()
            return False

    def _imported_name(self, module: str, name: str) -> object:
        """Return the value of a name in `from module import name`."""
        submodule = f"{module}.{name}"
        if (replacing := self.modules.replacing(module)) is not None:
            if self._object_has(replacing, name) is not False:
                return self.get(replacing, name)
            return ModuleValue(submodule) if submodule in self.model.modules else UNKNOWN
        binds = self.modules.binds(module, name)
        asks = "__getattr__" in self.modules.space(module) and not self.modules.is_initialized(submodule)
        if binds is False and asks:
            return self._from_getattr(module, name)
        if binds is False and submodule in self.model.modules and self.modules.has(submodule) is not False:
            return ModuleValue(submodule)
        if binds is not False or module not in self.modules.partial:
            return self.get(ModuleValue(module), name)
        if self.bodies.will_have(module, name, is_imported=True):
            self.fail("ImportError", module, name)
        self.note(raised("ImportError"))
        return UNKNOWN

    def _from_getattr(self, module: str, name: str) -> object:
        """Return what a module's ``__getattr__`` returns for a name that is imported from the module."""
        function = self.modules.space(module)["__getattr__"]
        line = self.scope.line
        try:
            return self.call(function, (Argument(name),))
        except FailureError as error:
            submodule = f"{module}.{name}"
            if error.kind != External("builtins.AttributeError"):
                raise
            error.bare()
            self.scope.line = line
            if submodule in self.model.modules and self.modules.has(submodule) is not False:
                return ModuleValue(submodule)
            if isinstance(error, CrashError) or (module in self.modules.partial and self.bodies.binds(module, name)):
                self.fail("ImportError", module, name)
            raise raised("ImportError") from error

    def import_star(self, operation: does.ImportStar) -> None:
        """Follow ``from module import *``."""
        scope = self.scope
        scope.line = operation.line
        module = operation.module
        if module is None or module not in self.model.modules:
            if module is not None:
                self.import_known(module)
            bind_unknown(self.memory, scope.space)
            return
        self.import_known(module)
        space = self.modules.attributes(module)
        if UNKNOWN in space:
            bind_unknown(self.memory, scope.space)
        listed = self._exported(module, space)
        if module in self.model.packages:
            self._import_submodules(module, listed)
        for name in listed:
            self.bind(name, self.get(ModuleValue(module), name))

    def _exported(self, module: str, space: Names) -> Iterable[str]:
        """Return the names in ``__all__``; bind the other public names."""
        listed = self.settled(space, "__all__") if "__all__" in space else ABSENT
        names = listed.items if isinstance(listed, Container) else listed
        if isinstance(names, tuple) and all(isinstance(each, str) for each in names):
            return [str(each) for each in names]
        for name in [name for name, value in space.items() if isinstance(value, does.LazyImport)]:
            self.settled_of(module, space, name)
        public = {name: value for name, value in space.items() if isinstance(name, str) and _is_public(name, listed)}
        for name, value in public.items():
            self.memory.set(self.scope.space, name, value)
        if listed is ABSENT or module in self.modules.partial:
            return ()
        loaded = self.model.exports.loaded(module)
        return [name.removeprefix(f"{module}.") for name in loaded.modules if loaded.is_exact]

    # --- values that are made when they are used ------------------------------------------------------------------

    def settled(self, names: Names, key: object) -> object:
        """Return a value that is bound; of a lazy import, which runs now, what it binds."""
        value = names.get(key, ABSENT)
        if type(value) is Literal:
            value = self.literal(value)
            self.memory.set(names, key, value)
        elif value is MAYBE or value is ABSENT:
            return UNKNOWN
        return value

    def settled_of(self, module: str, names: Names, key: object) -> object:
        """Return a value that is bound in a module."""
        value = names.get(key, ABSENT)
        if not isinstance(value, does.LazyImport):
            return self.settled(names, key)
        self.stack.append(Scope("module", module, names, line=value.operation.line, lazy=_named(value.operation)))
        self.run((value.operation,))
        self.stack.pop()
        return self.settled(names, key)

    @abstractmethod
    def literal(self, value: Literal) -> object:
        """Return the value of a display of constants."""

    def import_lazily(self, operation: does.LazyImport) -> None:
        """Follow a lazy import, which only binds a name."""
        self.bind(operation.name, operation)
        imported = operation.operation
        names = (imported.module, *(f"{imported.module}.{name}" for name, _ in getattr(imported, "names", ())))
        self.lazily_imported.update(name for name in names if name in self.model.modules)

    def leaving_import(self, operation: does.LeavingImport) -> None:
        """Follow a relative import that leaves the top-level package."""
        self.scope.line = operation.line
        raise NotFoundError(self.crash("ImportError", ""))

    def import_external(self, _: does.ImportExternal) -> Left | None:
        """Follow the import of what may be missing."""
        self.note(raised("ModuleNotFoundError"))
        return None


def _named(operation: does.ImportModule | does.ImportNames) -> str:
    """Return what CPython says that a lazy import imports; "" for ``import a.b``, whose parts it imports one by one."""
    if isinstance(operation, does.ImportNames):
        return f"{operation.module}.{operation.names[0][0]}"
    return operation.module if operation.alias or "." not in operation.module else ""


def _is_public(name: str, listed: object) -> bool:
    return not name.startswith("__") and (listed is not ABSENT or not name.startswith("_"))
