"""Attributes, classes and their instances: the data model of the language, as far as it decides what runs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from itertools import chain

from import_contracts.crashes import operations as does
from import_contracts.crashes.importing import Importer
from import_contracts.crashes.machine import CrashError, FailureError, own_name, raised
from import_contracts.crashes.memory import ABSENT, MAYBE, UNKNOWN, Names
from import_contracts.crashes.values import (
    Argument,
    Arguments,
    BoundMethod,
    ClassValue,
    Container,
    ErrorValue,
    External,
    FilePath,
    FunctionValue,
    InstanceValue,
    Literal,
    Manager,
    ModuleInfo,
    ModuleNames,
    ModuleValue,
    OwnName,
    Partial,
    Stream,
    SuperValue,
    Wrapped,
    bind_unknown,
    find_in,
    inside,
    is_simple,
    unbind_unknown,
)
from import_contracts.graph.names import parent

# Bases outside the program that change neither how classes are made nor how their attributes are looked up.
_PLAIN_BASES = frozenset(
    [
        "abc.ABC",
        "collections.abc.Callable",
        "collections.abc.Iterable",
        "collections.abc.Iterator",
        "collections.abc.Mapping",
        "collections.abc.MutableMapping",
        "collections.abc.Sequence",
        "collections.UserDict",
        "collections.OrderedDict",
        "contextlib.AbstractContextManager",
        "contextlib.ContextDecorator",
        "json.JSONEncoder",
        "logging.Handler",
        "logging.Filter",
        "logging.Formatter",
        "threading.Thread",
        "types.ModuleType",
        "typing.Generic",
        "typing.Protocol",
        "string.Formatter",
        "typing.NamedTuple",
        "argparse.Action",
        "argparse.ArgumentParser",
        "ast.NodeVisitor",
        "ast.NodeTransformer",
        "io.StringIO",
        "io.BytesIO",
    ]
)
_ABC_METACLASSES = frozenset({"abc.ABC", "abc.ABCMeta", "typing.Protocol"})
TYPE = External("builtins.type")
OBJECT = External("builtins.object")
DATACLASS_INITIALIZER = External("dataclasses.dataclass.__init__")
_MAKING = frozenset({"__new__", "__init__", "__post_init__"})
_HARMLESS = (str, int, External)
"""Values that stay as they are, whoever has them."""
_INITIALIZERS = (External("types.ModuleType.__init__"), DATACLASS_INITIALIZER)


class Objects(Importer):
    """A machine that knows attributes, classes and instances."""

    # --- attributes ----------------------------------------------------------------------------------------------

    def get(self, value: object, name: str) -> object:  # noqa: C901, PLR0911, PLR0912 - one case each
        """Return an attribute, UNKNOWN if it is not known; raises FailureError."""
        match value:
            case ModuleValue(module):
                return self._module_attribute(module, name)
            case InstanceValue():
                return self._instance_attribute(value, name)
            case ClassValue():
                return self._class_attribute(value, name)
            case External("sys.version_info") if name in {"major", "minor"}:
                return self.model.version[name == "minor"]
            case External(origin):
                return External(f"{origin}.{name}")
            case SuperValue(after, of, first):
                found = of.find(name, after)
                if found is ABSENT:
                    found = External(f"{(TYPE if is_metaclass(of) else OBJECT).name}.{name}")
                return found if name == "__new__" else self._bind_to(found, first, of)
            case FilePath():
                return self._path_attribute(value, name)
            case Container() | Stream() | Manager() | Partial() | ModuleNames() | str() | Wrapped():
                return self._method(value, name)
            case FunctionValue(module) if name == "__globals__":
                return ModuleNames(module)
            case FunctionValue() | BoundMethod():
                return value if name == "__call__" else UNKNOWN
            case ModuleInfo():
                return getattr(value, name, UNKNOWN)
            case ErrorValue(CrashError(crash=crash)) if name == "name":
                return crash.imported if crash.error == "ImportError" else crash.name or UNKNOWN
        self.note(FailureError(UNKNOWN))
        return UNKNOWN

    def _path_attribute(self, path: FilePath, name: str) -> object:
        match name:
            case "name":
                return posixpath.basename(path)
            case "stem" | "suffix":
                return posixpath.splitext(posixpath.basename(path))[name == "suffix"]
            case "parent":
                return FilePath(posixpath.dirname(path))
        return BoundMethod(External(f"Path.{name}"), path)

    def _method(self, value: object, name: str) -> object:
        if isinstance(value, Partial) and name == "func":
            return value.function
        if isinstance(value, Wrapped) and name in {"setter", "getter", "deleter"}:
            return BoundMethod(External(f"property.{name}"), value)
        if isinstance(value, Wrapped) and name in {"__wrapped__", "__func__", "fget"}:
            return value.function
        owner = "str" if isinstance(value, str) else type(value).__name__
        return BoundMethod(External(f"{owner}.{name}"), value)

    def _module_attribute(self, module: str, name: str) -> object:  # noqa: PLR0911 - one case each
        """Return an attribute of a module of the program."""
        self.looked_at.add(module)
        if module not in self.model.modules:
            return UNKNOWN
        submodule = f"{module}.{name}"
        space = self.modules.attributes(module)
        if name in space:
            return self.settled_of(module, space, name)
        if submodule in self.lazily_imported:
            self.import_known(submodule)
            return ModuleValue(submodule)
        binds = self.modules.binds(module, name)
        if binds:
            return self._of_every_module(module, name)
        if binds is False and "__getattr__" in space and not self.modules.is_initialized(submodule):
            return self._getattr(module, name)
        if binds is False and module in self.modules.partial:
            if submodule in self.model.modules or self.bodies.will_have(module, name, is_imported=False):
                self.fail("AttributeError", module, name)
            return UNKNOWN
        if binds is False and submodule in self.modules.partial:
            self.fail("AttributeError", submodule, None)
        if submodule in self.model.modules and self.modules.has(submodule) and binds is False:
            return ModuleValue(submodule)
        self.note(FailureError(UNKNOWN))
        return UNKNOWN

    def _of_every_module(self, module: str, name: str) -> object:  # noqa: PLR0911 - one case each
        match name:
            case "__dict__":
                return ModuleNames(module)
            case "__name__":
                return OwnName(module)
            case "__package__":
                return module if module in self.model.packages else parent(module)
            case "__path__":
                return External(f"__path__ {module}")
            case "__setattr__" | "__getattribute__":
                return BoundMethod(External(f"builtins.{name.strip('_').replace('ibute', '')}"), ModuleValue(module))
            case "__file__" if module in self.model.sources:
                return f"/{self.model.sources[module].path}"
        return UNKNOWN

    def _getattr(self, module: str, name: str) -> object:
        """Return what a module's ``__getattr__`` returns."""
        function = self.modules.space(module)["__getattr__"]
        line = self.scope.line
        try:
            return self.call(function, (Argument(name),))
        except FailureError as error:
            known = error.kind == External("builtins.AttributeError") and type(error) is FailureError
            if known and module in self.modules.partial and self.bodies.binds(module, name):
                self.scope.line = line
                self.fail("AttributeError", module, name)
            raise

    def _class_attribute(self, value: ClassValue, name: str) -> object:  # noqa: PLR0911 - one case each
        if name == "__name__":
            return value.name
        if name == "__module__":
            return value.module
        found = self._found(value, name)
        if found is ABSENT:
            return self._of_metaclass(value, name)
        is_plain = isinstance(found, FunctionValue | ClassValue | Wrapped)
        if (isinstance(found, Wrapped) and found.kind in {"property", "cached_property"}) or (
            not value.is_known and not is_plain
        ):
            return UNKNOWN
        if isinstance(found, Wrapped) and found.kind == "classmethod":
            return BoundMethod(found.function, value)
        if isinstance(found, InstanceValue) and isinstance(found.of.find("__get__"), FunctionValue):
            return self.call(BoundMethod(found.of.find("__get__"), found), (Argument(None), Argument(value)))
        return found.function if isinstance(found, Wrapped) and found.kind == "staticmethod" else found

    def _found(self, kind: ClassValue, name: str) -> object:
        """Return an attribute that a class or its bases bind."""
        found = kind.find(name)
        if isinstance(found, Literal):
            owners = [each for each in kind.order if isinstance(each, ClassValue) and each.names.get(name) is found]
            return self.settled(owners[0].names, name)
        return found

    def _of_metaclass(self, value: ClassValue, name: str) -> object:
        if not isinstance(value.metaclass, ClassValue):
            return UNKNOWN
        found = value.metaclass.find(name)
        if found is ABSENT:
            found = value.metaclass.find("__getattr__")
            return self.call(BoundMethod(found, value), (Argument(name),)) if found is not ABSENT else UNKNOWN
        return self._bind_to(found, value, value.metaclass)

    def _instance_attribute(self, value: InstanceValue, name: str) -> object:  # noqa: C901, PLR0911 - one case each
        if name == "__class__":
            return value.of
        if name == "__dict__":
            return Container("dict", value.names)
        if isinstance(value.of.find("__getattribute__"), FunctionValue):
            return self.call(BoundMethod(value.of.find("__getattribute__"), value), (Argument(name),))
        found = self._found(value.of, name)
        if not value.of.is_known and not isinstance(found, FunctionValue | Wrapped):
            found = ABSENT if found is ABSENT else UNKNOWN
        if _is_data_descriptor(found):
            return self._bind_to(found, value, value.of)
        if name in value.names:
            return self.settled(value.names, name)
        if MAYBE in value.names or (UNKNOWN in value.names and not isinstance(found, FunctionValue | Wrapped)):
            self.note(FailureError(UNKNOWN))
            return UNKNOWN
        if found is ABSENT and name in {"__setattr__", "__delattr__"}:
            return BoundMethod(External(f"builtins.object.{name}"), value)
        if found is ABSENT:
            fallback = value.of.find("__getattr__")
            if isinstance(fallback, FunctionValue):
                return self.call(BoundMethod(fallback, value), (Argument(name),))
            self.note(FailureError(UNKNOWN))
            return UNKNOWN
        result = self._bind_to(found, value, value.of)
        if isinstance(found, Wrapped) and found.kind == "cached_property":
            self.memory.set(value.names, name, result)
        return result

    def _bind_to(self, found: object, first: object, of: ClassValue) -> object:  # noqa: PLR0911 - one case each
        """Return what an attribute of a class is for an object, or for a class derived from it."""
        match found:
            case FunctionValue() | External():
                return BoundMethod(found, first)
            case Wrapped("classmethod", function):
                return BoundMethod(function, of if isinstance(first, InstanceValue) else first)
            case Wrapped("staticmethod" | "abstract", function):
                return function if found.kind == "staticmethod" else BoundMethod(function, first)
            case Wrapped("property" | "cached_property", function):
                return self.call(function, (Argument(first),))
            case Wrapped():
                return BoundMethod(found, first)
            case InstanceValue() if isinstance(found.of.find("__get__"), FunctionValue):
                return self.call(BoundMethod(found.of.find("__get__"), found), (Argument(first), Argument(of)))
        return found

    def set_attribute(self, target: object, name: str | None, value: object) -> None:
        """Set an attribute: an unknown one without a name; raises FailureError."""
        match target:
            case ModuleValue(module):
                if name is None or name in {"__class__", "__dict__"} or self.modules.replacing(module):
                    self.modules.forget_names(module)
                elif module in self.model.modules:
                    self.memory.set(self.modules.space(module), name, value)
            case InstanceValue():
                self._set_in_instance(target, name, value)
            case ClassValue():
                if isinstance(target.metaclass, ClassValue) and target.metaclass.find("__setattr__") is not ABSENT:
                    name = None
                if name is None:
                    bind_unknown(self.memory, target.names, value)
                else:
                    self.memory.set(target.names, name, value)
            case External() | FunctionValue() | Wrapped():
                pass
            case _:
                self.escape(value)
                self.note(FailureError(UNKNOWN))

    def delete_attribute(self, target: object, name: str | None) -> None:
        """Delete an attribute: an unknown one without a name; raises FailureError."""
        match target:
            case ModuleValue(module) if name is None:
                self.modules.forget_names(module)
            case ModuleValue(module) if module in self.model.modules:
                self.memory.set(self.modules.space(module), name, MAYBE)
            case InstanceValue(of, _) if isinstance(hook := of.find("__delattr__"), FunctionValue):
                self.call(BoundMethod(hook, target), (Argument(UNKNOWN if name is None else name),))
            case InstanceValue(_, names) | ClassValue(names=names) if name is None:
                unbind_unknown(self.memory, names)
            case InstanceValue() if name is not None:
                self._delete_in_instance(target, name)
            case ClassValue(names=names):
                self.memory.set(names, name, UNKNOWN)

    def _delete_in_instance(self, target: InstanceValue, name: str) -> None:
        found = target.of.find(name)
        if isinstance(found, InstanceValue) and isinstance(hook := found.of.find("__delete__"), FunctionValue):
            self.call(BoundMethod(hook, found), (Argument(target),))
        elif isinstance(found, Wrapped) and found.kind == "property":
            self.note(FailureError(UNKNOWN))
        self.memory.set(target.names, name, ABSENT if self.is_plain_attribute(target, name) else MAYBE)

    def change_container(self, value: Container) -> None:
        """Note that a list, set or dict is changed in a way that is not known."""
        if value.kind == "dict":
            bind_unknown(self.memory, value.names)
        else:
            self.memory.set(value.names, "items", UNKNOWN)

    def hide_names(self, value: InstanceValue) -> None:
        """Note that an object may have any attributes, also instead of those of its class."""
        bind_unknown(self.memory, value.names)
        self.memory.set(value.names, MAYBE, UNKNOWN)

    def is_plain_attribute(self, value: InstanceValue, name: str) -> bool:
        """Tell whether an object certainly has an attribute of its own, which can be deleted."""
        is_bound = value.names.get(name, ABSENT) not in (ABSENT, MAYBE)
        found = value.of.find("__delattr__"), value.of.find(name)
        return is_bound and found[0] is ABSENT and found[1] is not UNKNOWN and not _is_data_descriptor(found[1])

    def _set_in_instance(self, target: InstanceValue, name: str | None, value: object) -> None:
        setter = target.of.find("__setattr__")
        if isinstance(setter, FunctionValue):
            self.call(BoundMethod(setter, target), (Argument(UNKNOWN if name is None else name), Argument(value)))
            return
        if name is None or setter is UNKNOWN or name in {"__class__", "__dict__"}:
            self.hide_names(target)
            return
        found = target.of.find(name)
        if isinstance(found, Wrapped) and found.kind == "property":
            if found.setter is not None:
                self.call(found.setter, (Argument(target), Argument(value)))
        elif isinstance(found, InstanceValue) and isinstance(found.of.find("__set__"), FunctionValue):
            self.call(BoundMethod(found.of.find("__set__"), found), (Argument(target), Argument(value)))
        else:
            self.memory.set(target.names, name, value)

    # --- what code that is not followed can do -------------------------------------------------------------------

    def escape(self, value: object, *, is_harmless: bool = False) -> None:  # noqa: C901, PLR0912 - one case each
        """Note that a value is handed to code that is not followed.

        It may put names into modules, call functions, and replace methods. Code that is harmless does neither to
        modules and classes.
        """
        seen: set[int] = set()
        todo = [value]
        for each in todo:
            if id(each) in seen or isinstance(each, _HARMLESS):
                continue
            seen.add(id(each))
            match each:
                case ModuleValue(module) | ModuleNames(module):
                    if not is_harmless:
                        self.modules.forget_names(module)
                case FunctionValue(module, operation):
                    space = self.modules.space(module)
                    if operation.binds_unknown:
                        self.modules.forget_names(module)
                    for name in operation.globals:
                        if name not in space:
                            self.memory.set(space, name, MAYBE)
                        elif is_simple(space[name]):
                            self.memory.set(space, name, UNKNOWN)
                case ClassValue(_, _, names) | InstanceValue(_, names):
                    if not is_harmless:
                        bind_unknown(self.memory, names)
                    todo += inside(each)
                    if isinstance(each, InstanceValue):
                        todo += [one for one in each.of.order if isinstance(one, ClassValue)] if is_harmless else []
                case Stream():
                    if not each.state:  # it is gone through, and what it does to its values is not harmless
                        self.memory.set(each.state, "begun", UNKNOWN)
                        self.escape(each.behind)
                case Container():
                    todo += inside(each)
                    if not is_harmless:
                        self.change_container(each)
                case _:
                    todo += inside(each)

    # --- classes -------------------------------------------------------------------------------------------------

    def make_class(
        self, operation: does.DefineClass, bases: tuple[object, ...], names: Names, metaclass: object
    ) -> ClassValue:
        """Return a class whose body was followed, without calling what is called for it."""
        module, is_local = self.scope.module, bool(self.scope.around)
        return ClassValue(operation.name, module, names, bases, _order(bases), metaclass, operation, is_local)

    def metaclass_of(self, bases: tuple[object, ...]) -> object:
        """Return the metaclass of a class with some bases; UNKNOWN if that is not known."""
        found: object = TYPE
        for base in bases:
            own: object = TYPE
            if isinstance(base, ClassValue):
                own = base.metaclass
            elif not _is_plain(base):
                return UNKNOWN
            if own is UNKNOWN or own == TYPE or own is found:
                found = UNKNOWN if own is UNKNOWN else found
            elif found == TYPE or (isinstance(own, ClassValue) and found in own.order):
                found = own
            elif not (isinstance(found, ClassValue) and own in found.order):
                return UNKNOWN
        return found

    def announce(self, made: ClassValue, keywords: Arguments) -> None:
        """Call ``__set_name__`` of what is in a new class, and ``__init_subclass__`` of its bases."""
        for name, value in [(name, each) for name, each in made.names.items() if isinstance(each, InstanceValue)]:
            hook = value.of.find("__set_name__")
            if isinstance(hook, FunctionValue):
                self.call(BoundMethod(hook, value), (Argument(made), Argument(name)))
        hook = made.find("__init_subclass__", made)
        if isinstance(hook, Wrapped):
            hook = hook.function
        if isinstance(hook, FunctionValue):
            self.call(BoundMethod(hook, made), keywords)
        elif hook is UNKNOWN:
            self.escape(tuple(each.value for each in keywords))

    def construct(self, kind: ClassValue, arguments: Arguments) -> object:
        """Return the result of calling a class."""
        if isinstance(kind.metaclass, ClassValue):
            caller = kind.metaclass.find("__call__")
            if isinstance(caller, FunctionValue):
                return self.call(BoundMethod(caller, kind), arguments)
        return self.construct_plainly(kind, arguments)

    def construct_plainly(self, kind: ClassValue, arguments: Arguments) -> object:
        """Return the result of ``type.__call__``."""
        if not kind.is_known:
            if _initializes(kind):
                self._initialize(InstanceValue(kind, self.memory.names({UNKNOWN: True})), arguments)
            else:
                self.value_maybe(lambda: self._construct(kind, arguments))
            self.escape(tuple(each.value for each in arguments))
            return UNKNOWN
        if abstract_methods(kind):
            raise raised("TypeError")
        return self._construct(kind, arguments)

    def _construct(self, kind: ClassValue, arguments: Arguments) -> object:
        if is_metaclass(kind):
            return UNKNOWN
        maker = kind.find("__new__")
        maker = maker.function if isinstance(maker, Wrapped) else maker
        made: object = InstanceValue(kind, self.memory.names())
        if isinstance(maker, FunctionValue):
            made = self.call(maker, (Argument(kind), *arguments))
        elif maker is UNKNOWN:
            made = UNKNOWN
        if made is UNKNOWN:
            self.value_maybe(
                lambda: self._initialize(InstanceValue(kind, self.memory.names({UNKNOWN: True})), arguments)
            )
        elif isinstance(made, InstanceValue) and kind in made.of.order:
            self._initialize(made, arguments)
        return made

    def _initialize(self, made: InstanceValue, arguments: Arguments) -> None:
        initializer = made.of.find("__init__")
        if isinstance(initializer, FunctionValue | Wrapped) or initializer in _INITIALIZERS:
            self.call(self._bind_to(initializer, made, made.of), arguments)
            return
        if initializer is UNKNOWN or any(isinstance(each.value, FunctionValue | ModuleValue) for each in arguments):
            self.memory.set(made.names, UNKNOWN, UNKNOWN)


def _initializes(kind: ClassValue) -> bool:
    """Tell whether a class with unknown bases calls its own ``__init__``: those of other libraries leave that alone."""
    bases = (base for each in kind.order if isinstance(each, ClassValue) for base in each.bases)
    is_foreign = all(
        isinstance(each, ClassValue) or (isinstance(each, External) and (_is_plain(each) or not each.is_standard))
        for each in bases
    )
    has_own_maker = isinstance(kind.metaclass, ClassValue) or kind.find("__new__") not in (UNKNOWN, ABSENT)
    return is_foreign and not has_own_maker and isinstance(kind.find("__init__"), FunctionValue)


def is_metaclass(kind: ClassValue) -> bool:
    """Tell whether a class is derived from ``type``."""
    return TYPE in kind.behind or any(isinstance(each, External) and each.name == "abc.ABCMeta" for each in kind.behind)


def _is_plain(base: object) -> bool:
    if not isinstance(base, External):
        return False
    return base.name in _PLAIN_BASES or base.name == "abc.ABCMeta" or isinstance(base.builtin, type)


def special_methods(kind: ClassValue) -> list[FunctionValue]:
    """Return the special methods of a class and its bases that run when an object of it is used, not made."""
    own = (name for each in kind.order if isinstance(each, ClassValue) for name in each.names)
    names = dict.fromkeys(
        name for name in own if isinstance(name, str) and (name[:2] == name[-2:] == "__" or name == "keys")
    )
    found = (kind.find(name) for name in names if name not in _MAKING)
    return [each for each in found if isinstance(each, FunctionValue)]


def _is_data_descriptor(found: object) -> bool:
    if isinstance(found, Wrapped):
        return found.kind == "property"
    return isinstance(found, InstanceValue) and isinstance(found.of.find("__set__"), FunctionValue)


def _order(bases: tuple[object, ...]) -> tuple[object, ...]:
    """Return the order in which attributes are looked up behind a class: C3, or by depth where that has no answer."""
    known = [each if isinstance(each, ClassValue) or _is_plain(each) else UNKNOWN for each in bases]
    sequences = [list(each.order) if isinstance(each, ClassValue) else [each] for each in known]
    if len(sequences) < 2:
        return tuple(chain.from_iterable(sequences))
    todo = [*sequences, list(known)]
    order: list[object] = []
    while todo := [each for each in todo if each]:
        heads = (each[0] for each in todo)
        head = next((one for one in heads if not any(one in each[1:] for each in todo)), todo[0][0])
        order.append(head)
        todo = [[one for one in each if one is not head and one != head] for each in todo]
    return tuple(order)


def abstract_methods(kind: ClassValue) -> set[str]:
    """Return the abstract methods of a class that has them checked."""
    checked = any(isinstance(each, External) and each.name in _ABC_METACLASSES for each in kind.behind)
    metaclass = kind.metaclass
    checked |= isinstance(metaclass, External) and metaclass.name == "abc.ABCMeta"
    checked |= isinstance(metaclass, ClassValue) and External("abc.ABCMeta") in metaclass.order
    if not checked:
        return set()
    names = {
        name for each in kind.order if isinstance(each, ClassValue) for name in each.names if isinstance(name, str)
    }
    return {name for name in names if _is_abstract(find_in(kind.order, name))}


def _is_abstract(value: object) -> bool:
    return isinstance(value, Wrapped) and (value.kind == "abstract" or _is_abstract(value.function))


def names_in(values: Iterable[object]) -> list[str]:
    """Return the names of modules among values."""
    return [name for name in map(own_name, values) if name]
