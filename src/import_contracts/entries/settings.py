"""The settings of the project and of pytest, from pyproject.toml and the INI files beside it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from import_contracts.config.files import parse_toml
from import_contracts.config.ini import InvalidIniError, parse_ini
from import_contracts.entries.closure import Project
from import_contracts.problems import UserError

Table = Mapping[str, object]


def toml(project: Project, path: str) -> Table:
    """Return the content of a TOML file; nothing if it cannot be read or is not valid."""
    text = project.text(path) if project.outside.is_file(path) else None
    return _parsed_toml(text or "", path)


@lru_cache(maxsize=64)
def _parsed_toml(text: str, path: str) -> Table:
    try:
        return parse_toml(text.encode(), path, quotes=False)
    except UserError:
        return {}


def ini(project: Project, path: str) -> Table:
    """Return the sections of an INI file; none if it cannot be read or is not valid."""
    text = project.text(path) if project.outside.is_file(path) else None
    try:
        return parse_ini(text or "")
    except InvalidIniError:
        return {}


def table(content: object, *keys: str) -> Table:
    """Return a table in a table; an empty one if there is none."""
    for key in keys:
        content = content.get(key) if isinstance(content, Mapping) else None
    return content if isinstance(content, Mapping) else {}


def words(value: object) -> list[str]:
    """Return the words of a setting: a list, or a text that is split as a shell does it."""
    if isinstance(value, str):
        try:
            return shlex.split(value)
        except ValueError:
            return value.split()
    return [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []


# --- the project -------------------------------------------------------------------------------------------------


def is_installable(project: Project) -> bool:
    """Tell whether the project may be installed, as by ``pip install --editable .``."""
    pyproject = toml(project, os.path.join(project.folder, "pyproject.toml"))
    setup = ini(project, os.path.join(project.folder, "setup.cfg"))
    has_setup = project.outside.is_file(os.path.join(project.folder, "setup.py"))
    is_poetry = bool(table(pyproject, "tool", "poetry"))
    return has_setup or is_poetry or "metadata" in setup or not {"project", "build-system"}.isdisjoint(pyproject)


def scripts(project: Project) -> dict[str, str]:
    """Return the commands that the project installs, each with its function, such as ``shop.cli:main``; sorted."""
    pyproject = toml(project, os.path.join(project.folder, "pyproject.toml"))
    found: dict[str, object] = {}
    for keys in (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts")):
        found |= table(pyproject, *keys)
    declared = table(ini(project, os.path.join(project.folder, "setup.cfg")), "options.entry_points")
    for key in ("console_scripts", "gui_scripts"):
        for line in _lines(declared.get(key)):
            name, _, function = line.partition("=")
            found[name.strip()] = function.strip()
    targets = {name: target.partition("[")[0].strip() for name, target in found.items() if isinstance(target, str)}
    return {
        name: targets[name] for name in sorted(targets) if _NAME.fullmatch(name) and _OBJECT.fullmatch(targets[name])
    }


def entry_points(project: Project) -> list[str]:
    """Return the objects in ``[project.entry-points]``, sorted."""
    pyproject = toml(project, os.path.join(project.folder, "pyproject.toml"))
    groups = table(pyproject, "project", "entry-points")
    found = {value for group in groups for value in table(groups, group).values() if isinstance(value, str)}
    return sorted(each for each in (each.partition("[")[0].strip() for each in found) if _OBJECT.fullmatch(each))


_NAME = re.compile(r"[\w.-]+")
_OBJECT = re.compile(r"[\w.]+(?:\s*:\s*[\w.]+)?")


def _lines(value: object) -> list[str]:
    lines = value.splitlines() if isinstance(value, str) else value if isinstance(value, list) else []
    return [line for line in lines if "=" in line]


# --- pytest ------------------------------------------------------------------------------------------------------


class PytestFile(NamedTuple):
    """The folder of pytest's configuration, and its settings; the folder is None if there is none."""

    folder: str | None
    settings: Table


def pytest_file(project: Project, start: str, top: str) -> PytestFile:
    """Return the configuration that pytest finds from a folder upwards, at most up to ``top``."""
    beside_pyproject = None
    for folder in upwards(start, top):
        for name, settings in _candidates(project, folder):
            if settings is not None:
                return PytestFile(folder, settings)
            if name == "pyproject.toml":
                beside_pyproject = beside_pyproject or folder
    return PytestFile(beside_pyproject, {})


def upwards(start: str, top: str) -> Iterator[str]:
    """Yield a folder and those around it, up to ``top``; only the folder if it is not inside."""
    yield start
    while start != top and start.startswith(top.rstrip(os.sep) + os.sep):
        start = os.path.dirname(start)
        yield start


def _candidates(project: Project, folder: str) -> Iterator[tuple[str, Table | None]]:
    """Yield the files that may have settings of pytest, in its order; None if there are no such settings."""
    for name in ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"):
        path = os.path.join(folder, name)
        if not project.outside.is_file(path):
            continue
        if name.endswith("pytest.toml"):
            yield name, table(toml(project, path), "pytest")
        elif name.endswith("pytest.ini"):
            yield name, table(ini(project, path), "pytest")
        elif name == "pyproject.toml":
            pytest = table(toml(project, path), "tool", "pytest")
            yield name, table(pytest, "ini_options") or pytest or None
        else:
            section = "pytest" if name == "tox.ini" else "tool:pytest"
            sections = ini(project, path)
            yield name, table(sections, section) if section in sections else None
