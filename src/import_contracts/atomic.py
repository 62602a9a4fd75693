"""Writing a file in one step: a reader sees the old content or the new content, never a part of either."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Write a file under a temporary name in the same folder, and rename it.

    A file that already exists keeps its mode, and its owner if the system allows that. Raises OSError; the old file is
    unchanged then.
    """
    file = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        file.write_bytes(data)
        _keep_mode_and_owner(path, file)
        file.replace(path)
    finally:
        file.unlink(missing_ok=True)


def _keep_mode_and_owner(old: Path, new: Path) -> None:
    try:
        before = old.stat()
    except OSError:  # there is no old file
        return
    if hasattr(os, "chown"):
        with suppress(OSError):  # only root may give a file away
            os.chown(new, before.st_uid, before.st_gid)
    new.chmod(before.st_mode & 0o7777)
