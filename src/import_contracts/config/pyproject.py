"""The ``pyproject.toml`` of a project: its tables, and the members of its workspace if it is one of uv."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from import_contracts import disk
from import_contracts.config.files import parse_toml
from import_contracts.config.globs import folders_at
from import_contracts.problems import UserError
from import_contracts.repository import checkout

PROJECT = "pyproject.toml"


def uv_members(folder: Path) -> list[Path]:
    """Return the folders of the members of a workspace of uv, sorted; not those that its ``exclude`` leaves out.

    Empty if the folder is not that of a workspace.
    """
    workspace = uv_workspace(folder)
    excluded = {each for pattern in string_list(workspace, "exclude") for each in folders_at(folder, pattern)}
    members = {each for pattern in string_list(workspace, "members") for each in folders_at(folder, pattern)}
    return sorted(
        Path(os.path.normpath(member))
        for member in members
        if excluded.isdisjoint((member, *member.parents)) and is_ours(member, folder)
    )


def uv_workspace(folder: Path) -> Mapping[str, object]:
    """Return the table ``tool.uv.workspace`` of a project; empty if it has none."""
    return table(table(table(project(folder), "tool"), "uv"), "workspace")


def project(folder: Path, read: Callable[[Path, str], bytes] | None = None) -> Mapping[str, object]:
    """Return the content of a project's ``pyproject.toml``; empty if it cannot be read, which others report.

    ``read`` is as in `Files`, for a commit.
    """
    path = folder / PROJECT
    try:
        return parse_toml(disk.read(path) if read is None else read(path, PROJECT), PROJECT)
    except (OSError, UserError):
        return {}


def table(outer: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return a table in another one; empty if it is none."""
    value = outer.get(key)
    return value if isinstance(value, Mapping) else {}


def string_list(outer: Mapping[str, object], key: str) -> list[str]:
    """Return the strings of a list in a table; empty if it is none."""
    value = outer.get(key)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def is_ours(place: Path, folder: Path) -> bool:
    """Return whether a folder is in the checkout: a project could name any folder of the machine."""
    return disk.is_folder(place) and disk.is_inside(place, checkout(folder))
