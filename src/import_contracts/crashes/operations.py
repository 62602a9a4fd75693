"""What the text of a module does when it is imported, as a short list of operations: binding, importing, using names.

Whatever can neither bind a name, nor import, nor fail on a partially initialized module is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

DottedName: TypeAlias = tuple[str, ...]
"""A name and the attributes that are taken from it: ``a.b.c`` is ``("a", "b", "c")``."""


# --- names -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bind:
    """Bind names, each to a boolean, to a tuple of strings (``__all__``), or to None: an unknown value."""

    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BindUnknown:
    """Bind unknown names in a module: ``globals()``, ``exec``, ``sys.modules[...] = ...``."""

    module: str


@dataclass(frozen=True, slots=True)
class Unbind:
    """``del name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Load:
    """Take attributes; where there is an alias, bind it to the value."""

    line: int
    dotted: DottedName
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class CallObject:
    """Call a function or a class; where there is an alias, bind it to the result."""

    line: int
    dotted: DottedName
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """``a.b.name = ...``; without a name, an unknown attribute is set."""

    line: int
    dotted: DottedName
    name: str | None


@dataclass(frozen=True, slots=True)
class Define:
    """``def name``, whose body is read when it is called."""

    name: str
    first: int
    """The line of ``def``, below its decorators."""
    last: int
    is_known: bool
    """No decorator may replace it by an unknown object, so that a call runs its body."""
    globals: frozenset[str]
    """The names that it may bind in the module."""
    binds_unknown: bool
    """It may bind unknown names in the module."""


@dataclass(frozen=True, slots=True)
class DefineClass:
    """``class name``, whose body runs at once; a base that is no dotted name is None."""

    name: str
    bases: tuple[DottedName | None, ...]
    body: Operations
    is_known: bool
    """No decorator or metaclass may replace it by an unknown object."""


# --- imports -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImportModule:
    """``import module``, or ``import module as alias``; with the alias "" nothing is bound, as by ``import_module``."""

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
    """``from module import *``."""

    line: int
    module: str


@dataclass(frozen=True, slots=True)
class LazyImport:
    """A lazy import: the name is bound, and the import runs when it is first used (PEP 810)."""

    name: str
    operation: ImportModule | ImportNames


@dataclass(frozen=True, slots=True)
class ImportExternal:
    """An import, in the body of a ``try``, of a module outside the program that may not be installed."""


@dataclass(frozen=True, slots=True)
class LeavingImport:
    """A relative import that leaves the top-level package, or has none, as in a file that is run: it fails."""

    line: int


# --- control flow ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BooleanTest:
    """A condition made of others; ``word`` is "and", "or" or "not"."""

    word: str
    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class If:
    """One branch or the other, whichever the condition chooses; it may be either where the condition is unknown."""

    test: Condition
    then: Operations
    otherwise: Operations


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop; ``always_runs`` says that its body runs at least once."""

    body: Operations
    always_runs: bool


@dataclass(frozen=True, slots=True)
class Handler:
    """``except``: the names of the exceptions, without the modules they are in; None for all."""

    errors: frozenset[str] | None
    body: Operations


@dataclass(frozen=True, slots=True)
class Try:
    """``try``, with all its clauses."""

    body: Operations
    handlers: tuple[Handler, ...]
    otherwise: Operations
    finally_: Operations


@dataclass(frozen=True, slots=True)
class Leave:
    """``return``, where ``function`` is true, else ``break`` or ``continue``."""

    function: bool


@dataclass(frozen=True, slots=True)
class Raise:
    """Raise an exception, given the name of its class without the module it is in; "" raises the present one again."""

    error: str


Operation: TypeAlias = (
    Bind
    | BindUnknown
    | Unbind
    | Load
    | CallObject
    | SetAttribute
    | Define
    | DefineClass
    | ImportModule
    | ImportNames
    | ImportStar
    | LazyImport
    | ImportExternal
    | LeavingImport
    | If
    | Loop
    | Try
    | Leave
    | Raise
)
Operations: TypeAlias = tuple[Operation, ...]
Condition: TypeAlias = bool | DottedName | BooleanTest | None
"""A value, a name that may have a known value, or None if nothing is known."""


# --- bodies ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Code:
    """What the body of a module or of a function does."""

    operations: Operations
    defined: Mapping[str, int] = field(default_factory=dict)
    """The names that may be bound, each with the first line that does it; for a function, its local names."""
    globals: frozenset[str] = frozenset()
    """The names that a function declares to be those of the module."""
    submodules: frozenset[str] = frozenset()
    """What a statement imports as a module of the program, whether or not it has a file that can be read."""


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


def all_operations(operations: Operations) -> Iterator[Operation]:
    """Yield operations and those inside them."""
    for operation in operations:
        yield operation
        match operation:
            case If(_, then, otherwise):
                yield from all_operations(then + otherwise)
            case Loop(body, _) | DefineClass(_, _, body, _):
                yield from all_operations(body)
            case Try(body, handlers, otherwise, finally_):
                yield from all_operations(body + otherwise + finally_)
                for handler in handlers:
                    yield from all_operations(handler.body)
            case LazyImport(_, imports):
                yield imports


def bound_names(operations: Operations) -> Iterator[str]:  # noqa: C901 - one case each
    """Yield the names that operations may bind in their own scope."""
    for operation in operations:
        match operation:
            case Bind(values):
                yield from values
            case Define(name) | DefineClass(name) | LazyImport(name):
                yield name
            case Load(alias=str(name)) | CallObject(alias=str(name)):
                yield name
            case ImportModule(_, module, alias):
                yield module.partition(".")[0] if alias is None else alias
            case ImportNames(_, _, names):
                yield from (alias for _, alias in names)
            case If(_, then, otherwise):
                yield from bound_names(then + otherwise)
            case Loop(body):
                yield from bound_names(body)
            case Try(body, handlers, otherwise, finally_):
                yield from bound_names(body + otherwise + finally_)
                for handler in handlers:
                    yield from bound_names(handler.body)


def ends_with_raise(operations: Operations) -> bool:
    """Tell whether the last operation raises an exception."""
    return bool(operations) and isinstance(operations[-1], Raise)
