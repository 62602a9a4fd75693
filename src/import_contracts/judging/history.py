"""Which imports were added on this branch, according to git."""

from __future__ import annotations

import os
from collections.abc import Iterable, Set
from functools import cached_property
from pathlib import Path

from import_contracts import git
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.judging.statements import Statements
from import_contracts.patterns import pattern
from import_contracts.reading.scanning.scan import Statement
from import_contracts.reading.snapshot import Snapshot
from import_contracts.reading.star_imports.stars import Texts, texts_of
from import_contracts.repository import path_in, root_of


class Then:
    """The modules of a program as they were at a commit."""

    def __init__(self, snapshot: Snapshot, commit: str) -> None:
        self._snapshot = snapshot
        self._commit = commit
        self._statements: dict[str, dict[tuple[str, int], Statement]] = {}
        self._data = texts_of(snapshot.program)

    def statements(self, module: str) -> dict[tuple[str, int], Statement]:
        """Return what `Snapshot.statements` would have returned then; raises `git.UnreadableError`."""
        if module not in self._statements:
            then = texts_at(self._snapshot, self._commit)
            self._statements[module] = self._snapshot.statements_at(module, then)
        return self._statements[module]

    def is_unchanged(self, module: str, *, and_alone: bool = False) -> bool:
        """Tell whether git has the same content of a file, so that it need not be read.

        With ``and_alone``, the file also has no star import, which depends on other files.
        """
        file, data = self._snapshot.program.by_module.get(module), self._data(module)
        if file is None or data is None or (and_alone and _STAR.search(data)):
            return False
        name = self._objects.get(self._in_repository(file.path), "")
        return git.object_name(data, len(name)) == name

    @property
    def has_program(self) -> bool:
        """Whether git had any file of the program then: not of one that is untracked, or all new."""
        inside = [self._in_repository(folder) for _, folder in self._snapshot.program.portions]
        return any(path.startswith(f"{folder}/") for folder in inside if folder for path in self._objects)

    def _in_repository(self, path: str) -> str:
        """Return the path of a file or folder from the root of the repository; "" if it is not known."""
        return "" if self._root is None else path_in(self._root, path)

    @cached_property
    def _objects(self) -> dict[str, str]:
        return git.files(self._snapshot.context.folder, self._commit)

    @cached_property
    def _root(self) -> Path | None:
        return root_of(Path(os.path.realpath(self._snapshot.context.folder)))


_STAR = pattern(rb"\bimport\s*\*")


class History:
    """The imports of a program at the merge base: where this branch starts from the branch it will be merged into.

    Git is asked when the first import is asked for. ``is_asked`` tells whether it was, and ``has_failed`` whether it
    could not say what the repository promises, so that another run may know more.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._unchanged: dict[str, bool] = {}
        self.is_asked = self.has_failed = False

    @cached_property
    def _then(self) -> Then | None:
        self.is_asked = True
        tips = self._snapshot.last.tips  # read before git is asked
        commit = git.merge_base(self._snapshot.context.folder)
        self.has_failed = commit is None and tips.promise_a_base
        then = None if commit is None else Then(self._snapshot, commit)
        return then if then and then.has_program else None

    def is_added(self, edge: Edge, *, parents: bool = False, excluded: Set[Kind] = frozenset()) -> bool | None:
        """Return whether an import was added since the merge base; None if there is none, or none with the program.

        None also from the first file on that git cannot read. With ``parents``, an import of ``a.b`` counts as an
        import of ``a`` too. Imports of ``excluded`` kinds did not count then.
        """
        then, (importer, imported) = self._then, edge
        if then is None or self.has_failed:
            return None
        try:
            if self._is_unchanged(importer, then):
                return False
            before = {module for (module, _), found in then.statements(importer).items() if found.kind not in excluded}
        except git.UnreadableError:
            self.has_failed = True
            return None
        return not (imported in before or (parents and any(within(module, imported) for module in before)))

    def _is_unchanged(self, module: str, then: Then) -> bool:
        if module not in self._unchanged:
            self._unchanged[module] = then.is_unchanged(module, and_alone=True)
        return self._unchanged[module]


class ImportTiming:
    """When imports ran at a commit, and when they run now."""

    def __init__(self, statements: Statements, commit: str) -> None:
        self._statements = statements
        self._snapshot = statements.snapshot
        self._then = Then(self._snapshot, commit)

    def made_runtime(self, edges: Iterable[Edge]) -> tuple[str, int, Kind] | None:
        """Return where the first of some imports runs when its importer is imported, and the kind of all of them then.

        None if that was so then, if none of them existed, or if it is not so now. Raises `git.UnreadableError`.
        """
        edges = list(edges)
        now = [(edge, line) for edge in edges for line, kind in self._kinds(edge) if kind is Kind.RUNTIME]
        if not now or any(self._then.is_unchanged(importer) for (importer, _), _ in now):
            return None
        then = [
            found.kind
            for importer, imported in edges
            for (module, _), found in self._then.statements(importer).items()
            if module == imported
        ]
        eager = min(then, key=lambda kind: kind.rank, default=Kind.RUNTIME)
        (importer, _), line = now[0]
        return None if eager is Kind.RUNTIME else (self._statements.path(importer), line, eager)

    def _kinds(self, edge: Edge) -> list[tuple[int, Kind]]:
        """Return the lines of an import, with their kinds, sorted."""
        known = self._snapshot.statements(edge[0]).items()
        return sorted((line, statement.kind) for (imported, line), statement in known if imported == edge[1])


def texts_at(snapshot: Snapshot, commit: str) -> Texts:
    """Return a function that returns the files of the modules of a program as they were at a commit."""

    def read(module: str) -> bytes | None:
        file = snapshot.program.by_module.get(module)
        return git.at(snapshot.context.folder, commit, file.path) if file else None

    return read
