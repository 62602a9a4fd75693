"""What the text of a module does when it is imported, as a short list of operations: binding, importing, using names.

Everything that can neither bind a name, nor import, nor fail on a partly initialised module is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Chain: TypeAlias = tuple[str, ...]
"""A name and the attributes that are taken from it: `a.b.c`."""


# --- operations --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bind:
    """Bind names to values of which nothing is known, or to booleans, or (`__all__`) to strings."""

    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Unbind:
    """`del name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Obscure:
    """From here on nothing is known of the names of a module: `globals()`, `exec`, `sys.modules[...] = ...`."""

    module: str


@dataclass(frozen=True, slots=True)
class Import:
    """`import module`, or `import module as alias`."""

    line: int
    module: str
    alias: str | None


@dataclass(frozen=True, slots=True)
class From:
    """`from module import name as alias, ...`."""

    line: int
    module: str
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Star:
    """`from module import *`."""

    line: int
    module: str


@dataclass(frozen=True, slots=True)
class Lazy:
    """A lazy import: the name is bound, and the import runs when it is first used (PEP 810)."""

    name: str
    operation: Import | From


@dataclass(frozen=True, slots=True)
class Outside:
    """An import of something that is not in the program, and may not be installed, in the body of a `try`."""


@dataclass(frozen=True, slots=True)
class Use:
    """Take attributes; where `alias` is given, bind it to what they come to."""

    line: int
    chain: Chain
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """Call something; where `alias` is given, bind it to the result."""

    line: int
    chain: Chain
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """`a.b.name = ...`; without a name, any attribute may be set."""

    line: int
    chain: Chain
    name: str | None


@dataclass(frozen=True, slots=True)
class Define:
    """`def name`: its text is read only if it is called."""

    name: str
    first: int
    last: int
    transparent: bool
    """No decorator puts something unknown in its place, and a call runs its body."""
    globals: frozenset[str]
    obscures: bool


@dataclass(frozen=True, slots=True)
class DefineClass:
    """`class name`: its body runs."""

    name: str
    bases: tuple[Chain | None, ...]
    body: Operations
    transparent: bool


@dataclass(frozen=True, slots=True)
class Test:
    """A condition of others; `word` is "and", "or" or "not"."""

    word: str
    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class If:
    """The one or the other, if the condition is known; else it may be either."""

    test: Condition
    then: Operations
    otherwise: Operations


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop; `certain` if its body runs at least once."""

    body: Operations
    certain: bool


@dataclass(frozen=True, slots=True)
class Handler:
    """`except`: the last parts of the names of exceptions; None for all."""

    errors: frozenset[str] | None
    body: Operations


@dataclass(frozen=True, slots=True)
class Try:
    """`try`, with all its clauses."""

    body: Operations
    handlers: tuple[Handler, ...]
    otherwise: Operations
    finally_: Operations


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the loop or the function."""

    function: bool


@dataclass(frozen=True, slots=True)
class Raise:
    """Raise an exception of a name, of which the last part is given."""

    error: str


Operation: TypeAlias = (
    Bind
    | Unbind
    | Obscure
    | Import
    | From
    | Star
    | Lazy
    | Outside
    | Use
    | Call
    | SetAttribute
    | Define
    | DefineClass
    | If
    | Loop
    | Try
    | Leave
    | Raise
)
Operations: TypeAlias = tuple[Operation, ...]
Condition: TypeAlias = bool | Chain | Test | None
"""A value, a name that may have a known value, or None if nothing is known."""


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
class Setting:
    """What has to be known of a module and of its program to read its text."""

    module: str
    is_package: bool
    version: tuple[int, int]
    roots: frozenset[str]
    """The first parts of the names of the program's modules."""


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
            case Lazy(_, imports):
                yield imports


def bound(operations: Operations) -> Iterator[str]:  # noqa: C901 - one case each
    """Yield the names that operations may bind in their own scope."""
    for operation in operations:
        match operation:
            case Bind(values):
                yield from values
            case Define(name) | DefineClass(name) | Lazy(name):
                yield name
            case Use(alias=str(name)) | Call(alias=str(name)):
                yield name
            case Import(_, module, alias):
                yield module.partition(".")[0] if alias is None else alias
            case From(_, _, names):
                yield from (alias for _, alias in names)
            case If(_, then, otherwise):
                yield from bound(then + otherwise)
            case Loop(body):
                yield from bound(body)
            case Try(body, handlers, otherwise, finally_):
                yield from bound(body + otherwise + finally_)
                for handler in handlers:
                    yield from bound(handler.body)


def gives_up(operations: Operations) -> bool:
    """Tell whether operations end with an exception."""
    return bool(operations) and isinstance(operations[-1], Raise)
