"""Which imports were added on this branch, according to git."""

from __future__ import annotations

from functools import cached_property

from import_contracts import git
from import_contracts.graph.import_graph import Edge
from import_contracts.graph.names import within
from import_contracts.reading.snapshot import Snapshot


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
            file = self._snapshot.program.by_module.get(importer)
            data = git.at(self._snapshot.context.folder, commit, file.path) if file else None
            self._before[importer] = frozenset() if data is None else self._snapshot.imported_by(importer, data)
        return self._before[importer]
