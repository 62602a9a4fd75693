"""Changing files of the user: one run at a time, without losing what another program has written meanwhile."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from import_contracts import disk
from import_contracts.config.files import read_document
from import_contracts.config.session import Config
from import_contracts.problems import Problem, UserError, unreadable, unwritable
from import_contracts.repository import checkout

if sys.platform != "win32":  # there only `write_all` protects the files
    import fcntl

_PATIENCE = 60.0  # seconds to wait for another run


class UserFile(NamedTuple):
    """A file to change, and the content that the change is based on; None if it did not exist.

    ``name`` is its path as messages show it. No link is followed that is in ``checkout``.
    """

    path: Path
    name: str
    checkout: Path
    before: bytes | None

    @classmethod
    def read(cls, path: Path, name: str, folder: Path) -> UserFile:
        """Return a file as it is now, for the configuration in a folder; raises UserError if it cannot be read."""
        return cls(path, name, checkout(folder), _content(path, name))


def _content(path: Path, name: str) -> bytes | None:
    try:
        return disk.read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(error, name) from None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep every other run from changing files for the configuration in a folder until this one has finished.

    Raises UserError if another run does not finish within a minute. The folder itself is locked, so no file is left
    behind, and the system unlocks it when the process ends in whatever way. Where folders cannot be locked, as on
    Windows and some network file systems, this does nothing.
    """
    descriptor = _opened(folder)
    try:
        if descriptor is not None:
            _lock(descriptor)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _opened(folder: Path) -> int | None:
    with suppress(OSError):  # on Windows, no folder can be opened
        return os.open(folder, os.O_RDONLY)
    return None


def _lock(descriptor: int) -> None:
    end = time.monotonic() + _PATIENCE
    while not _is_locked(descriptor):
        if time.monotonic() > end:
            raise UserError(Problem("Another lint-imports is changing these files; try again when it has ended."))
        time.sleep(0.02)


def _is_locked(descriptor: int) -> bool:
    """Lock a folder if no other process has, and return whether there is nothing to wait for."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # not on this file system
        return True
    return True


@contextmanager
def changing(config: Config) -> Iterator[None]:
    """Be `alone` with the files of a configuration; raises UserError if it has changed since it was read."""
    with alone(config.folder):
        if repr(read_document(config.path, config.file)) != repr(config.documents[0]):
            raise changed(config.file)
        yield


def write_all(*changes: tuple[UserFile, str]) -> None:
    """Write files with new texts, and the folders around them: all of them, or none.

    Raises UserError if a file cannot be written, or is not what it was when it was read.
    """
    done: list[UserFile] = []
    try:
        for file, text in changes:
            _refuse_changed(file)
            _write(file, text.encode())
            done.append(file)
    except BaseException:
        for file in done:
            _restore(file)
        raise


def _refuse_changed(file: UserFile) -> None:
    if _content(file.path, file.name) != file.before:
        raise changed(file.name)


def changed(name: str) -> UserError:
    """Return the error for a file that was changed meanwhile."""
    return UserError(Problem("This file was changed while the command was running; run the command again.", file=name))


def _write(file: UserFile, data: bytes) -> None:
    try:
        disk.refuse_links(file.checkout, file.path)
        file.path.parent.mkdir(parents=True, exist_ok=True)
        disk.write_in(file.checkout, file.path, data)
    except OSError as error:
        raise unwritable(error, file.name) from None


def _restore(file: UserFile) -> None:
    with suppress(OSError, UserError):
        if file.before is None:
            file.path.unlink()
        else:
            _write(file, file.before)
