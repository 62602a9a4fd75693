"""The files of a commit, in a folder of their own outside the repository: nothing is checked out.

Only files that decide what is counted are written: Python files and configurations. Git's objects are data here, so no
hook, filter or attribute of the repository has a part in it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from import_contracts import git
from import_contracts.reading.files.precedence import COMPILED
from import_contracts.repository import root_of

_TEXTS = (".py", ".toml", ".ini", ".cfg", ".importlinter", ".pyi")


class Tree:
    """A folder with the files of one commit after another; only what differs between them is read and written.

    ``root`` is the folder. ``files`` are those of the commit by their paths from the root of the repository. Git has no
    content for those in ``missing``, and those in ``unwritten`` could not be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._temporary = tempfile.TemporaryDirectory(prefix="import-contracts-", ignore_cleanup_errors=True)
        self.root = Path(os.path.realpath(self._temporary.name))
        (self.root / ".git").mkdir()  # where a search for the configuration ends
        self._repository = Path(os.path.realpath(root_of(folder.resolve()) or folder))
        self.files: Mapping[str, git.Listed] = {}
        self.missing: list[str] = []
        self.unwritten: list[str] = []
        self._written: dict[str, git.Listed] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._temporary.cleanup()
        except KeyboardInterrupt:  # the only one: more are ignored
            self._temporary.cleanup()
            raise

    def place(self, path: Path) -> Path | None:
        """Return where a file or folder of the repository is in this folder; None if it is outside the repository."""
        real = Path(os.path.realpath(path))
        return self.root / real.relative_to(self._repository) if real.is_relative_to(self._repository) else None

    def inside(self, path: Path) -> str:
        """Return the path of a file or folder from the root of the repository; if it is outside, the absolute one."""
        place = self.place(path)
        return place.relative_to(self.root).as_posix() if place else str(path)

    def become(self, listing: Mapping[str, git.Listed]) -> None:
        """Write the files of a commit, and remove those of the one before."""
        self.files = listing
        wanted = {path: each for path, each in listing.items() if _is_wanted(path, each)}
        for path in [path for path, each in self._written.items() if wanted.get(path) != each]:
            self._remove(path)
        self.missing, self.unwritten = [], []
        self._write({path: each for path, each in wanted.items() if path not in self._written})

    @property
    def is_whole(self) -> bool:
        """Whether all files that are wanted are there."""
        return not (self.missing or self.unwritten)

    @property
    def marks(self) -> tuple[str, ...]:
        """What of the commit is not there, in sentences."""
        modules = sorted(path for path, each in self.files.items() if each.mode == git.SUBMODULE)
        return (
            *(f"the submodule {path} is not read" for path in modules),
            *(
                f"git has no content for {path}{_more(self.missing)}; fetch what this clone lacks"
                for path in self.missing[:1]
            ),
            *(f"{path}{_more(self.unwritten)} could not be written" for path in self.unwritten[:1]),
        )

    def add(self, path: Path) -> None:
        """Write one more file of the commit, such as a baseline, whatever its name is; nothing if it has none."""
        name = Path(os.path.normpath(path)).relative_to(self.root).as_posix() if path.is_relative_to(self.root) else ""
        if name in self.files and name not in self._written and _is_safe(name):
            self._write({name: self.files[name]})

    def _write(self, files: Mapping[str, git.Listed]) -> None:
        """Write some files; links of which the target is outside are left out."""
        names = {each.name for path, each in files.items() if not _is_built(path)}
        contents = git.contents(self._folder, sorted(names))
        for path, each in sorted(files.items()):
            data = b"" if _is_built(path) else contents.get(each.name)
            if data is None:
                self.missing.append(path)
            elif _done(lambda: self._put(path, each, data)):  # noqa: B023 - called at once
                self._written[path] = each
            else:
                self.unwritten.append(path)

    def _put(self, path: str, listed: git.Listed, data: bytes) -> None:
        """Write a file; raises OSError if a folder around it is a link, as a hostile commit may have both."""
        target = self.root / path
        if os.path.realpath(target.parent) != str(target.parent):
            raise NotADirectoryError(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if listed.mode != git.LINK:
            target.write_bytes(data)
        elif _stays_inside(path, os.fsdecode(data)):
            target.symlink_to(os.fsdecode(data))

    def _remove(self, path: str) -> None:
        del self._written[path]
        target = self.root / path
        _done(target.unlink)
        while (target := target.parent) != self.root and _done(target.rmdir):
            pass


def _done(action: Callable[[], object]) -> bool:
    """Run an action and return whether it could be done; a hostile commit may have names that no file can have."""
    try:
        action()
    except (OSError, ValueError):
        return False
    return True


def _is_wanted(path: str, listed: git.Listed) -> bool:
    if listed.mode == git.SUBMODULE or not _is_safe(path):
        return False
    return listed.mode == git.LINK or path.endswith(_TEXTS) or _is_built(path)


def _is_built(path: str) -> bool:
    """Return whether a file is one of a module without source, which is never read."""
    return path.endswith(COMPILED) and not path.endswith(".pyi")


def _is_safe(path: str) -> bool:
    """Return whether a path from the root leads to a file inside; git's own folder is none of the program."""
    parts = path.split("/")
    return all(part not in {"", ".", ".."} and part.lower() != ".git" for part in parts) and (
        os.name != "nt" or not set('\\:*?"<>|').intersection(path)
    )


def _stays_inside(path: str, target: str) -> bool:
    """Return whether a link leads to a place in the folder, whatever other links there are."""
    parts = target.split("/")
    ups = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
    return not target.startswith("/") and ".." not in parts[ups:] and ups <= path.count("/") and os.name != "nt"


def _more(paths: list[str]) -> str:
    return f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
