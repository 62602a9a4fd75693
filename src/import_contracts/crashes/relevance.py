"""Which expressions matter: those that may import, call something of the program, or use a module of it."""

from __future__ import annotations

import ast
import builtins
import re

from import_contracts.crashes.values import External
from import_contracts.reading.source import trees
from import_contracts.reading.source.trees import dotted_name, last_name

_NAMES = frozenset(
    [
        "__all__",
        "__import__",
        "delattr",
        "eval",
        "exec",
        "execfile",
        "exit",
        "globals",
        "locals",
        "quit",
        "setattr",
        "vars",
        "AttributeError",
        "BaseException",
        "Exception",
        "ImportError",
        "ModuleNotFoundError",
    ]
)
_ATTRIBUTES = frozenset(
    {
        "modules",
        "exit",
        "_exit",
        "import_module",
        "reload",
        "__dict__",
        "__globals__",
        "f_globals",
        "_convert_",
        "patch",
    }
)
_EXTERNALS = frozenset(
    {"builtins", "importlib", "importlib.import_module", "importlib.reload", "os._exit", "sys.exit", "sys.modules"}
    | {"unittest.mock.patch"}
)
_LISTS = re.compile(r"iter_modules|walk_packages|listdir|iterdir|glob(?!al)")
_OWN_NAMES = frozenset({"__name__", "__package__"})


class Relevance:
    """What is known of the names of one module while it is read.

    ``names`` are those that may be bound to something of the program, and ``lazy`` those of lazy imports. With
    ``everything`` each expression matters.
    """

    def __init__(self, *, everything: bool = False) -> None:
        self.everything = everything
        self.names = set(_NAMES)
        self.lazy: set[str] = set()
        self._origins: dict[str, str | None] = {}

    def add_external(self, name: str, origin: str) -> None:
        """Note a name that is bound to something outside the program."""
        self._origins[name] = None if self._origins.get(name, origin) != origin else origin
        if origin in _EXTERNALS:
            self.names.add(name)

    def forget_origin(self, name: str) -> None:
        """Note that a name is bound to something else."""
        self._origins[name] = None

    def origin(self, node: ast.expr) -> str | None:
        """Return where the value of an expression comes from outside the program: see `values.External`."""
        if isinstance(node, ast.Call):
            function = self.origin(node.func)
            return f"{function}()" if function else None
        dotted = dotted_name(node)
        if dotted is None:
            return None
        origin = self._origins.get(dotted[0], f"builtins.{dotted[0]}" if is_builtin(dotted[0]) else None)
        return origin and ".".join((origin, *dotted[1:]))

    def may_import(self, node: ast.expr) -> bool:
        """Tell whether an expression that does not matter may raise an ImportError: by code of other libraries."""
        for each in trees.walk(node):
            if isinstance(each, ast.Call | ast.Attribute):
                origin = self.origin(each.func if isinstance(each, ast.Call) else each)
                if origin is None or External(origin).may_import:
                    return True
        return False

    def is_lazy(self, node: ast.expr) -> bool:
        """Tell whether an expression is the name of a lazy import."""
        return isinstance(node, ast.Name) and node.id in self.lazy

    def matters(self, node: ast.expr) -> bool:
        """Tell whether the evaluation of an expression matters, or an assignment to it."""
        if isinstance(node, ast.Constant):
            return False
        if self.everything:
            return True
        names = self.names
        todo: list[ast.AST] = [node]
        for each in todo:
            kind = type(each)
            if kind is ast.Name:
                if each.id in names:  # type: ignore[attr-defined]
                    return True
            elif kind is not ast.Constant:
                if kind is ast.Attribute and each.attr in _ATTRIBUTES:  # type: ignore[attr-defined]
                    return True
                if kind is ast.Call and self._passes_name(each):  # type: ignore[arg-type]
                    return True
                todo += trees.children(each)
        return False

    def _passes_name(self, node: ast.Call) -> bool:
        """Tell whether a call of something that may change the module is given the module's name."""
        values = [*node.args, *(each.value for each in node.keywords)]
        if not any(isinstance(each, ast.Name) and each.id in _OWN_NAMES for each in values):
            return False
        origin = self.origin(node.func)
        return not (origin and External(origin).is_standard) and not only_reads(last_name(node.func))


def lists_files(text: str) -> bool:
    """Tell whether a text may list files of modules: then each expression may be the name of one."""
    return _LISTS.search(text) is not None


def is_logger(node: ast.expr) -> bool:
    """Tell whether a function, by its name, returns a logger, for which it needs the name of the module."""
    return "log" in last_name(node).lower()


def only_reads(function: str) -> bool:
    """Tell whether what is called, by its name, only looks up the module whose name it is given.

    So do classes, such as ``Flask``, and what gets something for the module, such as ``get_tracer`` or ``getLogger``.
    """
    name = function.rpartition(".")[2]
    return name[:1].isupper() or name.startswith("get") or "log" in name.lower()


def is_exception(name: str) -> bool:
    """Tell whether a name is that of a builtin exception."""
    kind = External(f"builtins.{name}").builtin
    return isinstance(kind, type) and issubclass(kind, BaseException)


def is_builtin(name: str) -> bool:
    """Tell whether there is a builtin object of this name."""
    return hasattr(builtins, name)
