"""Reading and writing files: no pipe or device blocks, and a reader sees the old content or the new, never a part."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

_LARGEST = 1 << 30  # bytes; no source, configuration, baseline or cache comes near, and some files in /proc never end
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def read(path: str | os.PathLike[str]) -> bytes:
    """Return the content of a regular file; symbolic links are followed.

    Raises OSError if the file cannot be read, is a pipe, a socket, a device or a folder, or has more than 1 GiB; also
    if the path cannot be the name of a file, because it contains a null character.
    """
    try:
        descriptor = os.open(path, _READ)
    except ValueError:
        raise OSError(errno.EINVAL, "Not a valid file name", path) from None
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", path)
        if status.st_size > _LARGEST:
            raise OSError(errno.EFBIG, "Larger than 1 GiB", path)
        data = os.read(descriptor, status.st_size + 1)
        if data and len(data) == status.st_size:
            return data
        return data + _rest(descriptor, path)
    finally:
        os.close(descriptor)


def _rest(descriptor: int, path: str | os.PathLike[str]) -> bytes:
    """Return what is left of a file that has not its stated size, such as one in /proc, where each size is 0."""
    data = bytearray()
    while more := os.read(descriptor, 1 << 20):
        data += more
        if len(data) > _LARGEST:
            raise OSError(errno.EFBIG, "Larger than 1 GiB", path)
    return bytes(data)


def write(path: Path, data: bytes) -> None:
    """Write a file under a temporary name in the same folder, and rename it.

    The temporary name is random and did not exist. A file that already exists keeps its mode, and its owner if the
    system allows that. Raises OSError; the old file is unchanged then.
    """
    file = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        descriptor = os.open(file, _CREATE, 0o666)  # here, because an interrupt may come as soon as the file is there
        with os.fdopen(descriptor, "wb") as new:
            new.write(data)
        _keep_mode_and_owner(path, file)
        file.replace(path)
    except FileExistsError:  # somebody else's
        raise
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _keep_mode_and_owner(old: Path, new: Path) -> None:
    try:
        before = old.stat()
    except OSError:  # there is no old file
        return
    if hasattr(os, "chown"):
        with suppress(OSError):  # only root may give a file away
            os.chown(new, before.st_uid, before.st_gid)
    new.chmod(before.st_mode & 0o7777)
