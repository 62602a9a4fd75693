"""Which imports were added on this branch, according to git."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from hashlib import sha1, sha256
from pathlib import Path

from import_contracts import git
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import within
from import_contracts.judging.statements import Statements
from import_contracts.reading.snapshot import Snapshot
from import_contracts.reading.star_imports.stars import Texts, texts_of
from import_contracts.repository import root_of


class History:
    """The imports of a program at the merge base: where this branch starts from the branch it will be merged into."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._before: dict[str, frozenset[str]] = {}

        self._is_known = True

    @cached_property
    def _merge_base(self) -> str | None:
        return git.merge_base(self._snapshot.context.folder)

    def is_added(self, edge: Edge, *, parents: bool) -> bool | None:
        """Return whether an import was added since the merge base; None if there is no merge base.

        None also from the first file on that git cannot read. With ``parents``, an import of ``a.b`` counts as an
        import of ``a`` too.
        """
        if self._merge_base is None or not self._is_known:
            return None
        importer, imported = edge
        try:
            before = self._imported_before(importer, self._merge_base)
        except git.UnreadableError:
            self._is_known = False
            return None
        return not (imported in before or (parents and any(within(module, imported) for module in before)))

    def _imported_before(self, importer: str, commit: str) -> frozenset[str]:
        if importer not in self._before:
            then = texts_at(self._snapshot, commit)
            self._before[importer] = frozenset(module for module, _ in self._snapshot.statements_at(importer, then))
        return self._before[importer]


class ImportTiming:
    """When imports ran at a commit, and when they run now."""

    def __init__(self, statements: Statements, commit: str) -> None:
        self._statements = statements
        self._snapshot = statements.snapshot
        self._commit = commit
        self._then: dict[str, dict[str, Kind]] = {}

    def made_runtime(self, edges: Iterable[Edge]) -> tuple[str, int, Kind] | None:
        """Return where the first of some imports runs when its importer is imported, and the kind of all of them then.

        None if that was so then, if none of them existed, or if it is not so now. Raises `git.UnreadableError`.
        """
        edges = list(edges)
        now = [(edge, line) for edge in edges for line, kind in self._kinds(edge) if kind is Kind.RUNTIME]
        if not now or any(self._is_unchanged(importer) for (importer, _), _ in now):
            return None
        then = [kind for importer, imported in edges if (kind := self._before(importer).get(imported)) is not None]
        eager = min(then, key=lambda kind: kind.rank, default=Kind.RUNTIME)
        (importer, _), line = now[0]
        return None if eager is Kind.RUNTIME else (self._statements.path(importer), line, eager)

    def _kinds(self, edge: Edge) -> list[tuple[int, Kind]]:
        """Return the lines of an import, with their kinds, sorted."""
        known = self._snapshot.statements(edge[0]).items()
        return sorted((line, statement.kind) for (imported, line), statement in known if imported == edge[1])

    def _before(self, importer: str) -> dict[str, Kind]:
        """Return the modules that one imported then, with the kind of the most eager import."""
        if importer not in self._then:
            found = self._then[importer] = {}
            then = self._snapshot.statements_at(importer, texts_at(self._snapshot, self._commit))
            for (imported, _), statement in then.items():
                found[imported] = min(statement.kind, found.get(imported, statement.kind), key=lambda kind: kind.rank)
        return self._then[importer]

    def _is_unchanged(self, module: str) -> bool:
        """Tell whether git has the same content of a file, so that it need not be read."""
        file, data = self._snapshot.program.by_module.get(module), texts_of(self._snapshot.program)(module)
        if file is None or data is None or self._root is None:
            return False
        name = self._objects.get(os.path.relpath(os.path.realpath(file.path), self._root).replace(os.sep, "/"), "")
        hashed = sha1 if len(name) == 40 else sha256
        return hashed(b"blob %d\0" % len(data) + data).hexdigest() == name

    @cached_property
    def _objects(self) -> dict[str, str]:
        return git.files(self._snapshot.context.folder, self._commit)

    @cached_property
    def _root(self) -> Path | None:
        return root_of(Path(os.path.realpath(self._snapshot.context.folder)))


def texts_at(snapshot: Snapshot, commit: str) -> Texts:
    """Return a function that returns the files of the modules of a program as they were at a commit."""

    def read(module: str) -> bytes | None:
        file = snapshot.program.by_module.get(module)
        return git.at(snapshot.context.folder, commit, file.path) if file else None

    return read
