"""Which imports were added on this branch, according to git."""

from __future__ import annotations

from functools import cached_property

from import_contracts import git
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.names import within
from import_contracts.reading.snapshot import Snapshot
from import_contracts.reading.stars import Texts


class History:
    """The imports of a program at the merge base: where this branch starts from the branch it will be merged into."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._before: dict[str, frozenset[str]] = {}

    @cached_property
    def _merge_base(self) -> str | None:
        return git.merge_base(self._snapshot.context.folder)

    def is_added(self, edge: Edge, *, parents: bool) -> bool | None:
        """Return whether an import was added since the merge base; None if there is no merge base.

        With ``parents``, an import of ``a.b`` counts as an import of ``a`` too.
        """
        if self._merge_base is None:
            return None
        importer, imported = edge
        before = self._imported_before(importer, self._merge_base)
        return not (imported in before or (parents and any(within(module, imported) for module in before)))

    def _imported_before(self, importer: str, commit: str) -> frozenset[str]:
        if importer not in self._before:
            then = texts_at(self._snapshot, commit)
            self._before[importer] = frozenset(module for module, _ in self._snapshot.statements_at(importer, then))
        return self._before[importer]


def texts_at(snapshot: Snapshot, commit: str) -> Texts:
    """Return a function that returns the files of the modules of a program as they were at a commit."""

    def read(module: str) -> bytes | None:
        file = snapshot.program.by_module.get(module)
        return git.at(snapshot.context.folder, commit, file.path) if file else None

    return read
