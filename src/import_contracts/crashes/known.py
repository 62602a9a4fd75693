"""The functions of the standard library that are followed, by where they come from."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from import_contracts.crashes.library import Library
from import_contracts.crashes.memory import ABSENT, UNKNOWN
from import_contracts.crashes.objects import DATACLASS_INITIALIZER
from import_contracts.crashes.values import (
    ALL_MODULES,
    Arguments,
    BoundMethod,
    ClassValue,
    External,
    FunctionValue,
    Partial,
    Wrapped,
    first_of,
)

Known = Callable[[Library, Arguments], object]


def _nothing(_: Library, __: Arguments) -> object:
    return None


def _unknown(_: Library, __: Arguments) -> object:
    return UNKNOWN


def _making(kind: str) -> Known:
    """Return a known function that makes a container of an iterator."""

    def known(machine: Library, arguments: Arguments) -> object:
        value = first_of(arguments)
        items = () if value is ABSENT else machine.elements(value)
        if kind == "tuple":
            return UNKNOWN if items is None else items
        return machine.new(kind, UNKNOWN if items is None else items)

    return known


def _any_or_all(*, decisive: bool) -> Known:
    """Return ``any``, which ends with the first true value, or ``all``, which ends with the first false one."""

    def decide(machine: Library, item: object) -> bool | None:
        value = machine.truth_of(item)
        return None if value is None else value is decisive

    def known(machine: Library, arguments: Arguments) -> object:
        found = machine.one_is(first_of(arguments), lambda item: decide(machine, item))
        return UNKNOWN if found is None else found is decisive

    return known


def _decorator(name: str) -> Known:
    """Return a known decorator that may also be called with options first."""

    def known(_: Library, arguments: Arguments) -> object:
        target = first_of(arguments)
        if isinstance(target, FunctionValue | ClassValue | Wrapped | BoundMethod | Partial):
            return Wrapped(name, target) if name else target
        return External(f"decorator.{name}")

    return known


def _path_function(name: str) -> Known:
    return lambda machine, arguments: machine.path_function(name, arguments)


def _table() -> dict[str, Known]:
    found: dict[str, Known] = {
        "importlib.import_module": Library.import_by_name,
        "builtins.__import__": Library.dunder_import,
        "importlib.__import__": Library.dunder_import,
        "importlib.reload": Library.reload,
        "sys.modules.get": Library.loaded_module,
        "sys.modules.setdefault": Library.loaded_module,
        "sys.modules.keys": _unknown,
        "sys.modules.items": lambda _, __: External(ALL_MODULES),
        "sys.modules.values": lambda _, __: External(ALL_MODULES),
        "sys.modules.copy": _unknown,
        "os.listdir": Library.list_files,
        "os.path.isfile": lambda machine, arguments: machine.is_there(arguments, is_file=True),
        "os.path.isdir": lambda machine, arguments: machine.is_there(arguments, is_file=False),
        "os.path.exists": lambda machine, arguments: machine.is_there(arguments),
        "pathlib.Path": Library.make_path,
        "glob.glob": Library.match_files,
        "pkgutil.iter_modules": Library.iterate_modules,
        "pkgutil.walk_packages": Library.walk_packages,
        "builtins.super": Library.super_of,
        "builtins.isinstance": Library.isinstance,
        "builtins.issubclass": Library.issubclass,
        "builtins.type": Library.type,
        "builtins.type.__new__": Library.make_type,
        "builtins.type.__call__": Library.call_class,
        "abc.ABCMeta.__new__": Library.make_type,
        "builtins.object.__new__": Library.make_instance,
        "builtins.object.__setattr__": Library.set_in_object,
        "builtins.object.__getattribute__": Library.get_in_object,
        "types.ModuleType.__getattribute__": Library.get_in_object,
        "types.ModuleType.__init__": Library.initialize_module,
        "builtins.getattr": Library.getattr,
        "builtins.hasattr": Library.hasattr,
        "builtins.setattr": Library.setattr,
        "builtins.delattr": Library.delattr,
        "builtins.vars": Library.vars,
        "builtins.globals": Library.globals,
        "builtins.locals": Library.locals,
        "builtins.exec": Library.execute,
        "builtins.eval": Library.evaluate_text,
        "types.ModuleType.__setattr__": Library.set_in_object,
        "builtins.type.__setattr__": Library.set_in_object,
        "types.MethodType": Library.bind_method,
        "itertools.starmap": Library.starmap,
        "itertools.chain": Library.chain,
        "asyncio.gather": Library.gather,
        "enum.global_enum": Library.put_members,
        "builtins.dict.fromkeys": Library.consume,
        "property.getter": Library.same,
        "property.deleter": Library.same,
        "builtins.len": Library.length,
        "builtins.str": Library.text,
        "builtins.repr": Library.text,
        "builtins.next": Library.next,
        "builtins.iter": Library.iter,
        "builtins.enumerate": Library.number,
        "builtins.zip": Library.zip,
        "builtins.reversed": Library.reversed,
        "builtins.range": Library.range,
        "builtins.dict": Library.dict,
        "builtins.map": Library.map,
        "builtins.filter": Library.filter,
        "builtins.sorted": Library.sort,
        "builtins.sum": Library.consume,
        "builtins.min": Library.compare_all,
        "builtins.max": Library.compare_all,
        "collections.deque": Library.consume,
        "collections.Counter": Library.consume,
        "functools.reduce": Library.reduce,
        "functools.partial": Library.partial,
        "functools.wraps": lambda _, __: External("functools.wraps()"),
        "functools.update_wrapper": Library.same,
        "functools.singledispatch.register": Library.register_dispatch,
        "operator.attrgetter": Library.attribute_getter,
        "attrgetter.call": Library.get_dotted,
        "operator.methodcaller": Library.method_caller,
        "methodcaller.call": Library.call_named,
        "asyncio.run": Library.run_coroutine,
        "typing.cast": Library.second,
        "typing.get_type_hints": Library.type_hints,
        "inspect.signature": Library.signature,
        "inspect.get_annotations": Library.signature,
        "dataclasses.dataclass": Library.dataclass,
        "dataclasses.field": Library.field,
        DATACLASS_INITIALIZER.name: Library.initialize_dataclass,
        "copy.copy": lambda machine, arguments: machine.copied("__copy__", arguments),
        "copy.deepcopy": lambda machine, arguments: machine.copied("__deepcopy__", arguments),
        "contextlib.suppress": Library.suppress,
        "contextlib.ExitStack": Library.exit_stack,
        "contextlib.AsyncExitStack": Library.exit_stack,
        "contextlib.nullcontext": Library.null_context,
        "property.setter": Library.setter,
        "builtins.callable": Library.callable,
        "builtins.print": _nothing,
    }
    for name in ("tuple", "list", "set", "frozenset"):
        found[f"builtins.{name}"] = _making(name if name != "frozenset" else "set")
    for name in ("dirname", "basename", "join", "splitext", "abspath", "realpath", "normpath"):
        found[f"os.path.{name}"] = _path_function(name)
    for name in ("any", "all"):
        found[f"builtins.{name}"] = _any_or_all(decisive=name == "any")
    for name, kind in _WRAPPING.items():
        found[name] = _decorator(kind)
        found[f"decorator.{kind}"] = _decorator(kind)
    for name in ("get", "keys", "items", "values", "copy", "update", "setdefault", "pop", "clear", "popitem"):
        found[f"ModuleNames.{name}"] = _unknown if name in {"keys", "items", "values", "copy"} else Library.change_names
    for name in ("pop", "update", "clear", "popitem", "__setitem__"):
        found[f"sys.modules.{name}"] = Library.change_modules
    found["ModuleNames.get"] = Library.get_name
    return found


_WRAPPING = {
    "builtins.property": "property",
    "functools.cached_property": "cached_property",
    "builtins.staticmethod": "staticmethod",
    "builtins.classmethod": "classmethod",
    "abc.abstractmethod": "abstract",
    "functools.cache": "cached",
    "functools.lru_cache": "cached",
    "functools.singledispatch": "dispatch",
    "functools.singledispatchmethod": "dispatch",
    "contextlib.contextmanager": "contextmanager",
    "contextlib.asynccontextmanager": "contextmanager",
    "functools.wraps()": "",
    "functools.total_ordering": "",
    "typing.final": "",
    "typing.overload": "",
    "typing.no_type_check": "",
    "typing.runtime_checkable": "",
    "typing.override": "",
    "atexit.register": "",
    "enum.unique": "",
    "warnings.deprecated()": "",
}
KNOWN = _table()


@cache
def known_function(name: str) -> Known | None:
    """Return what a function outside the program does, if that is known."""
    if name.startswith("typing_extensions."):
        name = name.removeprefix("typing_extensions.")
        return KNOWN.get(f"typing.{name}") or KNOWN.get(f"warnings.{name}")
    found = KNOWN.get(name)
    if found is None:
        owner, _, method = name.partition(".")
        if owner in _METHODS:
            return lambda machine, arguments: _METHODS[owner](machine, method, arguments)
        if name.startswith(("builtins.dict.", "builtins.list.", "builtins.set.")) and not name.endswith(".fromkeys"):
            return lambda machine, arguments: machine.method_of_type(name.rpartition(".")[2], arguments)
    return found


_METHODS = {
    "Container": Library.method_of_container,
    "str": Library.method_of_text,
    "Path": Library.method_of_path,
    "Manager": Library.method_of_manager,
    "Stream": Library.method_of_stream,
    "Wrapped": Library.method_of_wrapped,
}
