"""The files of a tach configuration: ``tach.toml`` or ``[tool.tach]``, and each ``tach.domain.toml``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from import_contracts import disk
from import_contracts.config.files import may_quote, name_of, read_toml
from import_contracts.problems import Problem, UserError, unreadable

_FILE, _DOMAIN_FILE = "tach.toml", "tach.domain.toml"


class TachFile(NamedTuple):
    """A file of tach: its path, its name in messages, and its content."""

    path: Path
    name: str
    content: Mapping[str, object]


def find_tach(start: Path) -> TachFile:
    """Return the configuration of tach in a folder, or in the nearest folder around it that has one.

    Raises UserError if there is none, or if it cannot be read.
    """
    for folder in (start, *start.parents):
        if disk.is_file(folder / _FILE):
            return _read(folder / _FILE, start)
        pyproject = folder / "pyproject.toml"
        if disk.is_file(pyproject) and b"tool.tach" in _bytes(pyproject, start):
            file = _read(pyproject, start)
            tool = file.content.get("tool")
            if isinstance(tool, Mapping) and isinstance(own := tool.get("tach"), Mapping):
                return file._replace(content=own)
        if disk.exists(folder / ".git"):
            break
    message = "There is no configuration of tach here: neither tach.toml nor [tool.tach] in pyproject.toml."
    raise UserError(Problem(message))


def find_domains(source_roots: Sequence[Path], start: Path) -> Iterator[TachFile]:
    """Yield the domains in some folders, sorted by path; not those in hidden folders."""
    found: dict[str, Path] = {}
    for root in source_roots:
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(each for each in folders if not each.startswith("."))
            if _DOMAIN_FILE in files:
                found.setdefault(os.path.realpath(folder), Path(folder, _DOMAIN_FILE))
    yield from (_read(path, start) for path in sorted(found.values()))


def _bytes(path: Path, start: Path) -> bytes:
    try:
        return disk.read(path)
    except OSError as error:
        raise unreadable(error, name_of(path, start)) from None


def _read(path: Path, start: Path) -> TachFile:
    name = name_of(path, start)
    return TachFile(path, name, read_toml(path, name, quotes=may_quote(path)))
