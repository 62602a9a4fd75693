"""The text of a program, and of what a command starts: all that the analysis of crashes has to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

from import_contracts.graph.kinds import Kind
from import_contracts.reading.source.text import Source
from import_contracts.records import NamedTuple, dataclass

ALL = 1 << 62
"""More steps than an entry has."""


class EntryStep(NamedTuple):
    """One import: of the ``module``, or of a file that runs under its name, such as ``__main__``.

    ``label`` is what reports call it: a file, or the module. If it fails, so many of the next steps are left out as
    ``guards`` says, by default all. ``refusal`` is why it fails whatever the file does; "" if nothing is wrong.
    """

    module: str
    label: str
    guards: int = ALL
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class Started:
    """What an interpreter finds on its path: the texts of modules, and what each of them may import.

    The keys are the names in ``sys.modules``; the file of the command is there a second time, as ``__main__``.
    ``own`` are those that only a command runs, such as ``__main__`` and test files. ``namespaces`` are packages without
    a file. ``missing`` are top-level modules of the project that are not on the path, so importing them fails; the
    modules in ``doubtful`` import one of them, or have a relative import that leaves the top-level package.
    """

    sources: Mapping[str, Source]
    imports: Mapping[str, Mapping[str, Kind]]
    own: frozenset[str]
    namespaces: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Entry:
    """A command, as the user types it, and its imports in order.

    ``parent`` is the spelling of a command that does the same and more: of ``pytest tests/test_a.py``, ``pytest``.
    """

    spelling: str
    steps: tuple[EntryStep, ...]
    started: Started
    parent: str = ""


@dataclass(frozen=True, slots=True)
class ProgramText:
    """The text of a program, by module, and what may import what.

    ``imports`` has, for each module, at least all imports in its text, those for type checking aside, with the kind of
    the most eager one. ``namespaces`` are the packages without a file. ``python`` is the version of the Python that
    runs this. ``start`` returns the entries that some commands are, and raises UserError if one is not understood.
    ``followed`` is to be called with the functions, by module and name, that a verdict depends on.
    """

    sources: Mapping[str, Source]
    imports: Mapping[str, Mapping[str, Kind]]
    namespaces: frozenset[str]
    python: tuple[int, int]
    start: Callable[[Sequence[str]], Sequence[Entry]] = lambda _: ()
    followed: Callable[[Set[tuple[str, str]]], object] = lambda _: None
