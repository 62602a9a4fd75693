"""What the members of a workspace declare as dependencies: the lists of a contract with ``allowed = "declared"``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from import_contracts import disk
from import_contracts.config.files import Document, is_declared, parse_toml
from import_contracts.contracts.table import Table
from import_contracts.graph.names import STANDARD_LIBRARY, THIRD_PARTY
from import_contracts.problems import UserError

_FILE = "pyproject.toml"
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")  # that of a requirement, before its version (PEP 508)


@dataclass(frozen=True)
class Workspace:
    """Where the members of a workspace are looked for.

    The root packages ``roots`` are in some of the ``folders``. No file outside ``around`` is read; ``read`` returns the
    content of one, or raises OSError or UserError.
    """

    roots: Sequence[str]
    folders: Sequence[Path]
    around: Path
    read: Callable[[Path], bytes]

    def filled_in(
        self, documents: Sequence[Document], session: Table, *, include_external: bool
    ) -> tuple[Document, ...]:
        """Return configuration files with a table for each ``allowed = "declared"``; add problems to ``session``.

        With ``include_external``, packages of others are allowed: a requirement does not say which packages it brings.
        """
        groups = [STANDARD_LIBRARY, THIRD_PARTY] if include_external else []
        members = {root: member for root in self.roots if (member := self._member(root))}
        for root in self.roots:
            if root not in members:
                what = f"There is no {_FILE} with a [project] around '{root}'"
                session.error(None, f"{what}, so it is not known what it declares. Write what is allowed as a table.")
        table = {root: [*self._allowed(root, members), *groups] for root in members}
        return tuple(
            each._replace(contracts=[{**one, "allowed": table} if is_declared(one) else one for one in each.contracts])
            for each in documents
        )

    @staticmethod
    def _allowed(root: str, members: Mapping[str, tuple[str, frozenset[str]]]) -> list[str]:
        """Return the other root packages of the same member, and of those that it declares."""
        name, declared = members[root]
        return [other for other in members if other != root and (members[other][0] in {name, *declared})]

    def _member(self, root: str) -> tuple[str, frozenset[str]] | None:
        """Return the name of the project that a root package is in, and its dependencies; None if there is none."""
        parts = Path(*root.split("."))
        place = next((folder / parts for folder in self.folders if disk.is_folder(folder / parts)), None)
        for folder in place.parents if place else ():
            if not disk.is_inside(folder, self.around):
                return None
            if found := _project(folder / _FILE, self.read):
                return found
        return None


def _project(path: Path, read: Callable[[Path], bytes]) -> tuple[str, frozenset[str]] | None:
    """Return the name and the dependencies that a file declares, extras included; None if it declares no project."""
    try:
        project = parse_toml(read(path), _FILE).get("project")
    except (OSError, UserError):
        return None
    if not isinstance(project, Mapping) or not isinstance(project.get("name"), str):
        return None
    extras = project.get("optional-dependencies")
    lists = [project.get("dependencies"), *(extras.values() if isinstance(extras, Mapping) else ())]
    texts = [text for each in lists if isinstance(each, list) for text in each if isinstance(text, str)]
    return _normalized(project["name"]), frozenset(_normalized(name[1]) for name in map(_NAME.match, texts) if name)


def _normalized(name: str) -> str:
    """Return the name of a distribution as distributions are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
