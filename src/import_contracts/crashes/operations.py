"""What the text of a module does when it is imported, as a list of operations: binding, importing, using names.

Whatever can neither bind a name, nor import, nor fail on a partially initialized module is left out. Expressions are
syntax trees.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

# --- names -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bind:
    """Bind names to values: constants, `values.Literal`, `values.External`, UNKNOWN, or what a `Define` makes."""

    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Evaluate an expression."""

    value: ast.expr


@dataclass(frozen=True, slots=True)
class Assign:
    """``target = ... = value``; if it is in place, ``target += value``, where the value is the whole sum."""

    targets: tuple[ast.expr, ...]
    value: ast.expr
    is_in_place: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    """``del target``."""

    target: ast.expr


@dataclass(frozen=True, slots=True)
class MayRaise:
    """Something was left out that may raise an exception: an ImportError only if it ``may_import``."""

    may_import: bool = False


@dataclass(frozen=True, slots=True)
class Define:
    """``def name``, whose body is read when it is called, or a lambda."""

    name: str
    first: int
    """The line of ``def``, below its decorators."""
    last: int
    decorators: tuple[ast.expr, ...] = ()
    defaults: tuple[tuple[str, ast.expr], ...] = ()
    annotations: tuple[ast.expr, ...] = ()
    """Those that are evaluated."""
    globals: frozenset[str] = frozenset()
    """The names that a call may bind in the module."""
    binds_unknown: bool = False
    """A call may bind unknown names in the module."""
    node: ast.Lambda | None = None

    @property
    def is_plain(self) -> bool:
        """Whether only a function is made, with constants as defaults, and a call of it binds nothing in the module."""
        has_more = self.decorators or self.annotations or self.globals or self.binds_unknown or self.name in IMPLICIT
        return not has_more and all(isinstance(default, ast.Constant) for _, default in self.defaults)


IMPLICIT = {"__init_subclass__": "classmethod", "__class_getitem__": "classmethod", "__new__": "staticmethod"}
"""The methods that are wrapped without a decorator."""


@dataclass(frozen=True, slots=True)
class DefineClass:
    """``class name``, whose body runs at once."""

    name: str
    first: int
    """The line of ``class``, below its decorators."""
    last: int
    decorators: tuple[ast.expr, ...]
    bases: tuple[ast.expr, ...]
    keywords: tuple[tuple[str, ast.expr], ...]
    """Those whose name is not known have the name ""."""
    body: Operations
    globals: frozenset[str] = frozenset()


# --- imports -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImportModule:
    """``import module``, or ``import module as alias``; with the alias "" nothing is bound."""

    line: int
    module: str
    alias: str | None


@dataclass(frozen=True, slots=True)
class ImportNames:
    """``from module import name as alias, ...``."""

    line: int
    module: str
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ImportStar:
    """``from module import *``; without a module, it is one outside the program."""

    line: int
    module: str | None


@dataclass(frozen=True, slots=True)
class LazyImport:
    """A lazy import: the name is bound, and the import runs when it is first used (PEP 810)."""

    name: str
    operation: ImportModule | ImportNames


@dataclass(frozen=True, slots=True)
class ImportExternal:
    """An import, in the body of a ``try``, of a module or name outside the program that may be missing."""


@dataclass(frozen=True, slots=True)
class LeavingImport:
    """A relative import that leaves the top-level package, or has none, as in a file that is run: it fails."""

    line: int


# --- control flow ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class If:
    """One branch or the other, whichever the condition chooses; without a condition it may be either."""

    test: ast.expr | None
    then: Operations
    otherwise: Operations


@dataclass(frozen=True, slots=True)
class For:
    """``for target in items``."""

    target: ast.expr
    items: ast.expr
    body: Operations
    otherwise: Operations


@dataclass(frozen=True, slots=True)
class While:
    """``while test``."""

    test: ast.expr
    body: Operations
    otherwise: Operations


@dataclass(frozen=True, slots=True)
class Handler:
    """``except errors as name``; without errors it handles all."""

    errors: ast.expr | None
    name: str | None
    body: Operations


@dataclass(frozen=True, slots=True)
class Try:
    """``try``, with all its clauses."""

    body: Operations
    handlers: tuple[Handler, ...]
    otherwise: Operations
    finally_: Operations


@dataclass(frozen=True, slots=True)
class With:
    """``with manager as target``, with one item."""

    manager: ast.expr
    target: ast.expr | None
    body: Operations


@dataclass(frozen=True, slots=True)
class Case:
    """``case pattern if guard``."""

    pattern: ast.pattern
    guard: ast.expr | None
    body: Operations


@dataclass(frozen=True, slots=True)
class Match:
    """``match subject``."""

    subject: ast.expr
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Return:
    """``return value``."""

    value: ast.expr | None


@dataclass(frozen=True, slots=True)
class Leave:
    """``break`` or ``continue``, whichever is the word."""

    word: str


@dataclass(frozen=True, slots=True)
class Raise:
    """Raise an exception; without one, the present one again."""

    error: ast.expr | None


Operation: TypeAlias = (
    Bind
    | Evaluate
    | Assign
    | Delete
    | MayRaise
    | Define
    | DefineClass
    | ImportModule
    | ImportNames
    | ImportStar
    | LazyImport
    | ImportExternal
    | LeavingImport
    | If
    | For
    | While
    | Try
    | With
    | Match
    | Return
    | Leave
    | Raise
)
Operations: TypeAlias = tuple[Operation, ...]


# --- bodies ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a function, by the way they are given."""

    positional: tuple[str, ...] = ()
    keyword: tuple[str, ...] = ()
    rest: str | None = None
    """The one with a ``*``."""
    others: str | None = None
    """The one with two."""


@dataclass(frozen=True, slots=True)
class Code:
    """What the body of a module or of a function does."""

    operations: Operations
    defined: Mapping[str, int] = field(default_factory=dict)
    """The names that may be bound, each with the first line that does it; for a function, its local names."""
    submodules: frozenset[str] = frozenset()
    """What a statement imports as a module of the program, whether or not it has a file that can be read."""
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    local: Mapping[str, object] = field(default_factory=dict)
    """The local names of a function, each with what is known of its value when a call begins."""
    parameters: Parameters = Parameters()
    yields: bool = False
    """A call returns an iterator and runs nothing: a generator function."""
    is_async: bool = False
    has_future_annotations: bool = False
    """The annotations of the module are text: they are not evaluated when something is defined."""


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What the operations of a text depend on besides the text."""

    module: str
    is_package: bool
    version: tuple[int, int]
    roots: frozenset[str]
    """The first parts of the names of the program's modules."""
    running_as: str = ""
    """The name under which the module runs, where that is another: ``__main__``."""

    @property
    def name(self) -> str:
        """The value of ``__name__``."""
        return self.running_as or self.module


def parts(operation: Operation) -> tuple[Operations, ...]:  # noqa: PLR0911 - one case each
    """Return the operations inside one."""
    match operation:
        case If(_, then, otherwise):
            return (then, otherwise)
        case For(body=body, otherwise=otherwise) | While(body=body, otherwise=otherwise):
            return (body, otherwise)
        case DefineClass(body=body) | With(body=body):
            return (body,)
        case Try(body, handlers, otherwise, finally_):
            return (body, otherwise, finally_, *(handler.body for handler in handlers))
        case Match(cases=cases):
            return tuple(case.body for case in cases)
        case LazyImport(_, imports):
            return ((imports,),)
    return ()


def all_operations(operations: Operations) -> Iterator[Operation]:
    """Yield operations and those inside them."""
    for operation in operations:
        yield operation
        for inside in parts(operation):
            yield from all_operations(inside)
