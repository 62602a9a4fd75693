"""Reading and writing files: no pipe or device blocks, and a reader sees the old content or the new, never a part."""

from __future__ import annotations

import errno
import os
import stat

from import_contracts import inputs
from import_contracts.hashing import hashed

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from pathlib import Path


_LARGEST = 1 << 30  # bytes; no source, configuration, baseline or cache comes near, and some files in /proc never end
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def read(path: str | os.PathLike[str]) -> bytes:
    """Return the content of a regular file; symbolic links are followed.

    Raises OSError if the file cannot be read, is a pipe, a socket, a device or a folder, or has more than 1 GiB; also
    if the path cannot be the name of a file, because it contains a null character.
    """
    inputs.note(inputs.STATUS, path)
    return read_unnoted(path)


def read_unnoted(path: str | os.PathLike[str]) -> bytes:
    """Do what `read` does, for a file on which the result of a run does not depend, such as one of the cache."""
    descriptor = _open(path, _READ)
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


def _open(path: str | os.PathLike[str], flags: int) -> int:
    try:
        return os.open(path, flags, 0o666)
    except ValueError:
        raise _invalid(path) from None


def _invalid(path: str | os.PathLike[str]) -> OSError:
    """Return the error for a null character, or for characters that the file system's encoding does not have."""
    return OSError(errno.EINVAL, "Not a valid file name", os.fspath(path))


def _rest(descriptor: int, path: str | os.PathLike[str]) -> bytes:
    """Return what is left of a file that has not its stated size, such as one in /proc, where each size is 0."""
    data = bytearray()
    while more := os.read(descriptor, 1 << 20):
        data += more
        if len(data) > _LARGEST:
            raise OSError(errno.EFBIG, "Larger than 1 GiB", path)
    return bytes(data)


def is_file(path: str | os.PathLike[str]) -> bool:
    """Return whether a path leads to a regular file; False, whatever it contains, if the system cannot tell.

    Unlike the methods of `Path`, this and the next two functions raise nothing for a null character, for a name that is
    too long, or for a folder that cannot be searched.
    """
    inputs.note(inputs.KIND, path)
    return os.path.isfile(path)


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Return whether a path leads to a folder; False if the system cannot tell."""
    inputs.note(inputs.KIND, path)
    return os.path.isdir(path)


def exists(path: str | os.PathLike[str]) -> bool:
    """Return whether a path leads to anything; False if the system cannot tell."""
    inputs.note(inputs.KIND, path)
    return os.path.exists(path)


def is_link(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is that of a symbolic link, which may lead nowhere; False if the system cannot tell."""
    inputs.note(inputs.LINK, path)
    return os.path.islink(path)


def names(folder: str | os.PathLike[str]) -> list[str]:
    """Return the names in a folder, in no order; none if it cannot be read."""
    inputs.note(inputs.STATUS, folder)
    try:
        return os.listdir(folder)
    except (OSError, ValueError):  # ValueError for a null character
        return []


def may_exist(path: str | os.PathLike[str]) -> bool:
    """Return whether a path leads to anything; True if the system cannot tell."""
    inputs.note(inputs.KIND, path)
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return True


def real(path: str | os.PathLike[str]) -> str:
    """Return a path without symbolic links; raises OSError if it cannot be the name of a file."""
    inputs.note(inputs.REAL, path)
    try:
        return os.path.realpath(path)
    except ValueError:
        raise _invalid(path) from None


def temporary_name() -> str:
    """Return a random name for a file that is renamed soon."""
    return f".{os.urandom(8).hex()}.tmp"


def write(path: str | os.PathLike[str], data: bytes, temporary: str = "", *, is_durable: bool = False) -> None:
    """Write a file under a temporary name in the same folder, and rename it.

    The temporary name is random unless one is given, and did not exist. A regular file that already exists keeps its
    mode, and its owner if the system allows that; a symbolic link is replaced, not followed; anything else stays.
    Raises OSError; the old file is unchanged then. Only if it ``is_durable``, the data is forced to the disk, which
    matters if the whole system stops.
    """
    _refuse_impossible(path)
    folder = os.path.dirname(path)
    file = os.path.join(folder, temporary or temporary_name())
    try:
        descriptor = _open(file, _CREATE)  # here, because an interrupt may come as soon as the file is there
        with os.fdopen(descriptor, "wb") as new:
            new.write(data)
            if is_durable:
                new.flush()
                os.fsync(new.fileno())
        _keep_mode_and_owner(path, file)
        os.replace(file, path)
        if is_durable:
            force(folder or os.curdir)
    except FileExistsError:  # somebody else's
        raise
    except BaseException:
        if os.path.lexists(file):
            os.unlink(file)
        raise


def force(folder: str | os.PathLike[str]) -> None:
    """Force the names in a folder to the disk, where the system can do that."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        pass


def journal_of(folder: Path) -> Path | None:
    """Return where the journal of unfinished changes to the files in a folder is; None if there is no place for it.

    It is in the user's own folder for states (XDG Base Directory Specification), where no checkout can bring one. Its
    name is the digest of the folder's real path. Raises nothing.
    """
    from pathlib import Path  # noqa: PLC0415 - not needed if a run is remembered

    states = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(states):
        local = os.environ.get("LOCALAPPDATA", "") if os.name == "nt" else ""
        states = local or os.path.expanduser(os.path.join("~", ".local", "state"))
    if not os.path.isabs(states):
        return None
    try:
        name = hashed(os.fsencode(real(folder)))
    except OSError:
        return None
    return Path(states, "import-contracts", f"{name}.journal")


def _keep_mode_and_owner(old: str | os.PathLike[str], new: str) -> None:
    try:
        before = os.lstat(old)
    except OSError:  # there is no old file
        return
    if stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(old))
    if stat.S_ISLNK(before.st_mode):
        return
    if not stat.S_ISREG(before.st_mode):
        raise OSError(errno.EINVAL, "Not a regular file", str(old))
    if hasattr(os, "chown"):
        try:  # noqa: SIM105 - contextlib takes long to import
            os.chown(new, before.st_uid, before.st_gid)
        except OSError:  # only root may give a file away
            pass
    os.chmod(new, before.st_mode & 0o7777)


def write_in(checkout: Path, path: Path, data: bytes) -> None:
    """Write a file that the user or a configuration has named, as `write` does, but through no link of a checkout.

    Whoever wrote the checkout could place such a link, and so choose the file. Links elsewhere are the user's own, so
    what they lead to is written; such a path may also lead to a device or a pipe, as ``/dev/stdout`` does. Raises
    OSError.
    """
    refuse_links(checkout, path)
    target = type(path)(real(path)) if os.path.islink(path) else path
    if os.path.islink(target):  # a link to itself
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if _is_of_the_system(path) or (exists(target) and not is_file(target) and not is_folder(target)):
        path.write_bytes(data)
    else:
        write(target, data)


def refuse_links(checkout: Path, path: Path) -> None:
    """Raise OSError if a path leads through a symbolic link that is in a folder; the message says where it leads."""
    _refuse_impossible(path)
    inside = real(checkout)
    absolute = path.absolute()
    for place in (*reversed(absolute.parents), absolute):
        if not os.path.islink(place) or _is_of_the_system(place):
            continue
        if within(real(place.parent), inside):
            what = "it is a" if place == absolute else f"'{place.name}' is a"
            target = os.readlink(place)  # as it is written, also if it ends in a slash
            raise OSError(errno.ELOOP, f"{what} symbolic link to '{target}'; use that path instead", str(path))


def _refuse_impossible(path: str | os.PathLike[str]) -> None:
    try:
        os.lstat(path)
    except ValueError:
        raise _invalid(path) from None
    except OSError:  # there may be no such file yet
        pass


def _is_of_the_system(path: Path) -> bool:
    """Return whether a path is in a folder for devices, where links such as ``/dev/stdout`` are no files to replace."""
    folder = real(path.parent)
    return within(folder, "/dev") or within(folder, "/proc")


def within(path: str, folder: str) -> bool:
    """Return whether a real path is that of a folder or of something in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def is_inside(path: str | os.PathLike[str], *folders: Path) -> bool:
    """Return whether the file that a path leads to is in one of some folders, whatever links are on the way."""
    try:
        target = real(path)
        return any(within(target, real(folder)) for folder in folders)
    except OSError:
        return False
