"""What a module does with the names that it imports: where it uses each of them, and which names it defines."""

# ruff: noqa: N802 - the methods of a visitor are named after the nodes

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import absolute
from import_contracts.reading.source.imports import main_blocks, read_imports
from import_contracts.reading.source.text import Source, universal_newlines
from import_contracts.reading.source.trees import (
    FunctionDefinition,
    Visitor,
    arguments,
    children,
    last_name,
    walk,
)
from import_contracts.repair.runtime_annotations import EVALUATING, READING_LIBRARIES, decorator_that_reads

FunctionNode: TypeAlias = FunctionDefinition | ast.Lambda
LateBlock: TypeAlias = FunctionDefinition | ast.If
"""Code that does not run when its module is imported: a function, or what is under ``if __name__ == "__main__"``."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SCOPES = (*_DEFINITIONS, ast.Lambda)
_CONDITIONAL = frozenset({"if", "while"})


class Role(Enum):
    """When the value of a name is needed where it is used."""

    ANNOTATION = "annotation"
    """When the annotation is evaluated, if it ever is."""
    BODY = "body"
    """When a function is called."""
    MAIN = "main"
    """When the module is started as a program."""
    EAGER = "eager"
    """While the module is imported."""


@dataclass(frozen=True, slots=True)
class NameUse:
    """A place where a name is used."""

    name: str
    line: int
    role: Role
    block: LateBlock | None = None
    """The outermost function around it, or the outermost block that only runs when the module is started."""
    is_quoted: bool = False
    """It is in an annotation that is a string, or that is never evaluated."""
    reader: str = ""
    """What may read this annotation at run time, as sentences show it, base classes aside; "" if nothing may."""
    owner: str | None = None
    """The class or function that has the annotation, such as ``Order.total``; "" is the module, None if none has it."""
    class_name: str = ""
    """The class around it, functions aside; "" if there is none."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One name that an import statement binds."""

    statement: ast.Import | ast.ImportFrom
    alias: ast.alias
    module: str
    """The absolute name of the module; "" if it would lie above the top-level package."""
    name: str | None
    """The name that is imported from the module; None for ``import a.b``."""
    kind: Kind
    function: FunctionDefinition | None
    """The outermost function around the statement."""
    inside: tuple[str, ...] = ()
    """The functions, classes and compound statements around it, the outermost first: ``def``, ``class``, ``try``."""

    @property
    def local(self) -> str:
        """The name that is bound."""
        return self.alias.asname or (self.alias.name if self.name else self.alias.name.partition(".")[0])

    @property
    def shown(self) -> str:
        """The name as sentences show it."""
        return self.alias.asname or self.alias.name


@dataclass(frozen=True, slots=True)
class ClassHeader:
    """What may read the annotations of a class: a decorator, its metaclass or itself ("" if none may), or a base."""

    reader: str
    bases: tuple[ast.expr, ...]


@dataclass(slots=True)
class Usage:
    """The names of one module."""

    bindings: list[Binding] = field(default_factory=list)
    imports: Counter[str] = field(default_factory=Counter)
    """How often each name is imported outside functions."""
    uses: dict[str, list[NameUse]] = field(default_factory=dict)
    """The uses of each name that is imported at the top level from the program."""
    rebound: set[str] = field(default_factory=set)
    """The names that are bound by anything but an import."""
    reassigned: set[str] = field(default_factory=set)
    """The names of the module that functions bind."""
    unclear: frozenset[str] = frozenset()
    """The words in code that this Python cannot parse."""
    defined: dict[str, list[ast.stmt]] = field(default_factory=dict)
    """The top-level statements that bind each name, imports too."""
    exported: frozenset[str] = frozenset()
    """The strings in ``__all__``."""
    type_checking: frozenset[str] = frozenset({"TYPE_CHECKING", "MYPY"})
    """The names of ``TYPE_CHECKING``."""
    has_future_annotations: bool = False
    has_readers: bool = False
    """A decorator of a function may read annotations at run time."""
    classes: dict[str, list[ClassHeader]] = field(default_factory=dict)
    """The classes, by their names with those of the classes and functions around them."""

    def uses_of(self, binding: Binding, *roles: Role) -> list[NameUse]:
        """Return where the name of a binding is used in one of some roles, in the order of the module."""
        return [use for use in self.uses.get(binding.local, []) if use.role in roles]

    def is_type_checking(self, node: ast.expr) -> bool:
        """Tell whether an expression is ``TYPE_CHECKING`` of `typing`, under any name."""
        return last_name(node) in (self.type_checking if isinstance(node, ast.Name) else {"TYPE_CHECKING"})


def read_usage(tree: ast.Module, source: Source, roots: Container[str]) -> Usage:
    """Return what a module does with names; ``roots`` are the first parts of the names of its program's modules."""
    defined: dict[str, list[ast.stmt]] = {}
    imported: set[str] = set()
    rebound: set[str] = set()
    for statement in tree.body:
        for origin, name in _bound(statement):
            defined.setdefault(name, []).append(statement)
            if origin is None:
                rebound.add(name)
            elif origin.startswith(".") or origin.partition(".")[0] in roots:
                imported.add(name)
    reader = _UsageReader(source, imported)
    reader.read(tree.body)
    reader.usage.defined = defined
    reader.usage.rebound |= rebound
    for use in reader.uses:
        reader.usage.uses.setdefault(use.name, []).append(use)
    return reader.usage


def names_in(node: ast.AST) -> frozenset[str]:
    """Return all names in a piece of code, and the words in short strings, which may be annotations.

    For a ``global`` statement the word "global" is among them, which is no name.
    """
    found = set()
    for each in walk(node):
        if isinstance(each, ast.Name):
            found.add(each.id)
        elif isinstance(each, ast.Global):
            found.add("global")
        elif isinstance(each, ast.Constant) and isinstance(each.value, str) and len(each.value) < _LONGEST:
            found.update(WORD.findall(each.value))
    return frozenset(found)


WORD = re.compile(r"[^\W\d]\w*")
_LONGEST = 200


def _lines_with(words: Iterable[str], text: str) -> list[int]:
    """Return the numbers of the lines with one of some words, maybe spelled otherwise, sorted; then one behind all."""
    text = universal_newlines(text)
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    found = set() if text.isascii() else {number for number, line in enumerate(lines, 1) if not line.isascii()}
    for word in words:
        at = text.find(word)
        while at >= 0:
            number = bisect_right(starts, at)
            found.add(number)
            at = text.find(word, starts[number])
    return [*sorted(found), len(lines) + 1]


def _bound(statement: ast.stmt) -> Iterator[tuple[str | None, str]]:
    """Yield the names that a statement binds at the top level in any of its branches.

    Each comes with the module that it is imported from, as written; None if it is not imported.
    """
    for node in walk(statement, without=_SCOPES):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield None, node.id
        elif isinstance(node, _DEFINITIONS):
            yield None, node.name
        elif isinstance(node, ast.Import):
            yield from ((each.name, each.asname or each.name.partition(".")[0]) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = f"{'.' * node.level}{node.module or ''}"
            yield from ((origin, each.asname or each.name) for each in node.names)


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


LOOKING = frozenset(
    {"__dict__", "__import__", "eval", "exec", "get_annotations", "get_type_hints", "globals", "import_module"}
    | {"locals", "modules", "signature", "vars"}
)
"""What may need a name, or a module, that it does not mention."""
_ITSELF = frozenset({"self", "cls", "__class__"})


# A statement without any of these, and without the names in question, does nothing that matters to its module.
_RELEVANT = ("import", "global", "class", "@", "__all__")


@dataclass(slots=True)
class _UsageScope:
    """The module, a function or a class while it is read; a class shares the uses of the scope around it."""

    bound: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    """Names that ``global`` and ``nonlocal`` declare to be those of another scope."""
    uses: list[NameUse] = field(default_factory=list)


class _Annotated(NamedTuple):
    """What has an annotation, the class around it, and what may read it, as in `NameUse`."""

    owner: str | None = None
    class_name: str = ""
    reader: str = ""


_NOTHING = _Annotated()


class _UsageReader(Visitor):
    """Reads one module."""

    def __init__(self, source: Source, imported: Collection[str]) -> None:
        self.usage = Usage()
        self._source = source
        self._lines = _lines_with((*_RELEVANT, *imported), source.text)
        self._functions: list[FunctionNode] = []
        self._scopes = [_UsageScope()]
        self._imported = imported
        self._owners: list[str] = []
        self._libraries: set[str] = set()
        self._class_readers: list[tuple[str, str]] = [("", "")]
        self._may_read_itself = any(map(source.text.__contains__, EVALUATING))
        self._inside: list[str] = []
        self._main: ast.If | None = None

    @property
    def uses(self) -> list[NameUse]:
        """The uses of the module's own names."""
        return self._scopes[0].uses

    # --- imports --------------------------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._bind(node, alias, alias.name, None)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if module == "__future__":
            self.usage.has_future_annotations |= any(alias.name == "annotations" for alias in node.names)
        origin = absolute(node.level, module, self._source.module, is_package=self._source.is_package) or ""
        for alias in node.names:
            if alias.name == "TYPE_CHECKING" and module in {"typing", "typing_extensions"}:
                self.usage.type_checking |= {alias.asname or alias.name}
            self._bind(node, alias, origin, alias.name)

    def _bind(self, node: ast.Import | ast.ImportFrom, alias: ast.alias, module: str, name: str | None) -> None:
        kind = Kind.DEFERRED if self._functions else Kind.RUNTIME
        if not _CONDITIONAL.isdisjoint(self._inside):
            kind = self._kinds.get(node.lineno, kind)
        binding = Binding(node, alias, module, name, kind, self._outermost, tuple(self._inside))
        self.usage.bindings.append(binding)
        if module.partition(".")[0] in READING_LIBRARIES:
            self._libraries.add(binding.local)
        if self._functions:
            self._scopes[-1].bound.add(binding.local)
        else:
            self.usage.imports[binding.local] += 1

    @cached_property
    def _kinds(self) -> dict[int, Kind]:
        """The kinds of imports under conditions, and of others, by line."""
        source = self._source
        return {each.line: each.kind for each in read_imports(source.text, source.module, is_package=source.is_package)}

    @cached_property
    def _main_blocks(self) -> frozenset[int]:
        """The lines of the blocks that run only when the module is started."""
        return frozenset(main_blocks(self._source.text))

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        around = self._main
        if not around and {"if"}.issuperset(self._inside) and node.lineno in self._main_blocks:
            self._main = node
        self._inside.append("if")
        self.read(node.body)
        self._main = around
        self.read(node.orelse)
        self._inside.pop()

    def visit_Try(self, node: ast.Try) -> None:
        self._compound(node, "try")

    def visit_TryStar(self, node: ast.TryStar) -> None:
        self._compound(node, "try")

    def visit_With(self, node: ast.With) -> None:
        self._compound(node, "with")

    def visit_For(self, node: ast.For) -> None:
        self._compound(node, "for")

    def visit_While(self, node: ast.While) -> None:
        self._compound(node, "while")

    def visit_Match(self, node: ast.Match) -> None:
        self._compound(node, "match")

    def _compound(self, node: ast.stmt, what: str) -> None:
        self._inside.append(what)
        self.generic_visit(node)
        self._inside.pop()

    # --- scopes ---------------------------------------------------------------------------------------------------

    @property
    def _outermost(self) -> FunctionDefinition | None:
        named = [each for each in self._functions if not isinstance(each, ast.Lambda)]
        return named[0] if named else None

    def read(self, nodes: Iterable[ast.AST | None]) -> None:
        """Read some nodes, without the statements in which there is nothing that matters to the module."""
        todo = [node for node in nodes if node is not None]
        for node in todo:
            if isinstance(node, ast.stmt):
                if self._matters(node):
                    self.visit(node)
            elif (method := self._methods.get(type(node))) is not None:
                method(self, node)
            else:
                self._quoted(node)
                todo += children(node)

    def _matters(self, node: ast.stmt | ast.expr) -> bool:
        """Tell whether there is anything on the lines of some code that matters to the module."""
        decorators = getattr(node, "decorator_list", None)
        place = bisect_left(self._lines, decorators[0].lineno if decorators else node.lineno)
        return self._lines[place] <= (node.end_lineno or node.lineno)

    def generic_visit(self, node: ast.AST) -> None:
        """Read the children of a node."""
        self.read(children(node))

    def visit_FunctionDef(self, node: FunctionDefinition) -> None:
        self.read(node.decorator_list)
        self.read([*node.args.defaults, *node.args.kw_defaults])
        decorator = decorator_that_reads(node.decorator_list, self._libraries)
        self.usage.has_readers |= bool(decorator)
        class_name, reader = self._class_readers[-1]
        place = _Annotated(".".join([*self._owners, node.name]), class_name, reader or decorator)
        for annotation in (*(each.annotation for each in arguments(node)), node.returns):
            self._annotation(annotation, place)
        for parameter in getattr(node, "type_params", ()):
            self.visit(parameter)
        self._rebind(node.name)
        self._body(node, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name of the node

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.read([*node.args.defaults, *node.args.kw_defaults])
        self._body(node, [node.body])

    def _body(self, node: FunctionNode, body: Iterable[ast.AST]) -> None:
        """Read the body of a function."""
        scope = _UsageScope({each.arg for each in arguments(node)})
        self._functions.append(node)
        self._scopes.append(scope)
        self._class_readers.append(("", ""))
        self._owners.append(getattr(node, "name", "<lambda>"))
        self._inside.append("def")
        self.read(body)
        self._inside.pop()
        self._owners.pop()
        self._class_readers.pop()
        self._scopes.pop()
        self._functions.pop()
        own = scope.bound - scope.declared
        self._scopes[-1].uses += [each for each in scope.uses if each.name not in own]

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.read(node.decorator_list)
        self.read(node.bases)
        self.read(each.value for each in node.keywords)
        self._owners.append(node.name)
        name, reader = ".".join(self._owners), self._reader_of(node)
        self.usage.classes.setdefault(name, []).append(ClassHeader(reader, tuple(node.bases)))
        self._rebind(node.name)
        self._class_readers.append((name, reader))
        self._scopes.append(_UsageScope(uses=self._scopes[-1].uses))
        self._inside.append("class")
        self.read(node.body)
        self._inside.pop()
        self._scopes.pop()
        self._class_readers.pop()
        self._owners.pop()

    def _reader_of(self, node: ast.ClassDef) -> str:
        """Return what may read the annotations of a class, its bases aside; "" if nothing may."""
        if reader := decorator_that_reads(node.decorator_list, self._libraries):
            return reader
        if any(each.arg == "metaclass" and last_name(each.value) != "ABCMeta" for each in node.keywords):
            return "the metaclass"
        calls = (each for each in walk(node) if isinstance(each, ast.Call)) if self._may_read_itself else ()
        reads = any(last_name(call.func) in EVALUATING and not _ITSELF.isdisjoint(names_in(call)) for call in calls)
        return f"the class {node.name}" if reads else ""

    # --- uses -----------------------------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        if node.id not in self._imported:
            return
        if isinstance(node.ctx, ast.Load):
            role = Role.MAIN if self._main else Role.BODY if self._functions else Role.EAGER
            self._use(node.id, node.lineno, role)
        else:
            self._rebind(node.id)
            self._scopes[-1].bound.add(node.id)

    def _rebind(self, name: str) -> None:
        if not self._functions:
            self.usage.rebound.add(name)

    def visit_Global(self, node: ast.Global) -> None:
        self.usage.rebound |= set(node.names)
        self.usage.reassigned |= set(node.names)
        self._scopes[-1].declared |= set(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self._scopes[-1].declared |= set(node.names)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._scopes[-1].bound |= {node.name} if node.name else set()
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._exports(node.targets, node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._exports([node.target], node.value)
        self.generic_visit(node)

    def _exports(self, targets: Iterable[ast.expr], value: ast.expr) -> None:
        if any(isinstance(each, ast.Name) and each.id == "__all__" for each in targets):
            strings = (each.value for each in walk(value) if isinstance(each, ast.Constant))
            self.usage.exported |= {each for each in strings if isinstance(each, str)}

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        class_name, reader = self._class_readers[-1]
        is_local = bool(self._functions) and not class_name
        place = _NOTHING if is_local else _Annotated(".".join(self._owners), class_name, reader)
        self._annotation(node.annotation, place, is_evaluated=not is_local)
        self._exports([node.target], node.value or ast.Constant(None))
        self.read([node.target, node.value])

    def _quoted(self, node: ast.AST) -> None:
        """Note the names in strings that are types: the first argument of ``cast``, and what bounds a ``TypeVar``."""
        if not isinstance(node, ast.Call):
            return
        types: list[ast.expr] = []
        match last_name(node.func):
            case "cast":
                types = node.args[:1]
            case "TypeVar":
                types = [*node.args[1:], *(each.value for each in node.keywords)]
        for each in types:
            if isinstance(each, ast.Constant):
                self._annotation(each, _NOTHING)

    def _annotation(self, node: ast.expr | None, place: _Annotated, *, is_evaluated: bool = True) -> None:
        """Note the names in an annotation, which may be a string or contain strings; those in ``Literal`` are values.

        The annotation of a local variable is never evaluated (PEP 526).
        """
        found = walk(node) if node is not None else []
        literal = [each for each in found if isinstance(each, ast.Subscript) and last_name(each.value) == "Literal"]
        values = {value for each in literal for value in walk(each.slice)}
        for each in found:
            if isinstance(each, ast.Name):
                self._use(each.id, each.lineno, Role.ANNOTATION, place, is_quoted=not is_evaluated)
            elif isinstance(each, ast.Constant) and isinstance(each.value, str) and each not in values:
                for name in walk(_parsed(each.value) or ast.Constant(None)):
                    if isinstance(name, ast.Name):
                        self._use(name.id, each.lineno, Role.ANNOTATION, place, is_quoted=True)

    def _use(self, name: str, line: int, role: Role, place: _Annotated = _NOTHING, *, is_quoted: bool = False) -> None:
        if name in self._imported:
            owner, class_name, reader = place
            self._scopes[-1].uses.append(
                NameUse(name, line, role, self._main or self._outermost, is_quoted, reader, owner, class_name)
            )
