"""Whether a program has changed since the last run, as far as that is seen without reading it.

A file of the cache begins with a line that tells whether it is whole: the BLAKE2b of its name and of what follows. What
an unchanged program needs is in parts of bytes, not in JSON, so that little has to be imported.
"""

import os
import time

from import_contracts import disk, inputs
from import_contracts.hashing import hashed
from import_contracts.inputs import Signature

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DIGITS = 64


def load(path: str) -> memoryview | None:
    """Return what a file of the cache has below its first line; None if it is absent, or was changed or renamed."""
    found = load_sealed(path)
    return None if found is None else found[1]


def load_sealed(path: str) -> tuple[str, memoryview] | None:
    """Return the checksum of a file of the cache, and what `load` returns; None as there."""
    try:
        data = disk.read_unnoted(path)
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return None
    body = memoryview(data)[_DIGITS + 1 :]  # not a copy: it may be the largest value of a run
    seal = checksum(os.path.basename(path), body)
    return (seal.decode(), body) if data[: _DIGITS + 1] == seal + b"\n" else None


def sealed(name: str, body: bytes) -> bytes:
    """Return the content of the file with a name that `load` returns a body of."""
    return b"%s\n%s" % (checksum(name, body), body)


def checksum(name: str, body: bytes | memoryview) -> bytes:
    """Return the digest of a name and a body, in 64 hexadecimal digits."""
    return hashed(os.fsencode(name), b"\n", body).encode()


def packed(*parts: bytes) -> bytes:
    """Return some parts as one; a line before them has the size of each."""
    return b"%s\n%s" % (b" ".join(b"%d" % len(part) for part in parts), b"".join(parts))


def unpacked(body: memoryview) -> "list[memoryview]":
    """Return the parts in what `packed` returns; raises ValueError if they are not."""
    line = bytes(body[:1000]).partition(b"\n")[0]
    at, parts = len(line) + 1, []
    for size in map(int, line.split()):
        parts.append(body[at : at + size])
        at += size
        if size < 0:
            raise ValueError("size")
    if at != len(body):
        raise ValueError("size")
    return parts


class Watch:
    """The files and folders that a program depends on, and the signature of each in the last run.

    ``paths`` are absolute, or relative to the folder of the run. ``numbers`` are four for each. ``program`` is the
    checksum of what else was known of that program: equal ones mean the same content of all files.
    """

    def __init__(self, program: str, paths: "Sequence[str]", numbers: "Sequence[int] | memoryview") -> None:
        self.program = program
        self.paths = paths
        self.numbers = numbers

    @classmethod
    def unpacked(cls, body: memoryview) -> "Watch":
        """Return what a file of the cache watches; raises ValueError or TypeError if it is damaged."""
        program, paths, numbers = unpacked(body)
        names = os.fsdecode(bytes(paths)).split("\0") if paths else []
        found = cls(str(program, "ascii"), names, numbers.cast("q"))
        if len(found.numbers) != 4 * len(names):
            raise ValueError
        return found

    def packed(self) -> bytes:
        """Return the content of its file in the cache."""
        return packed(self.program.encode(), os.fsencode("\0".join(self.paths)), bytes(self.numbers))

    def changed(self, base: str) -> dict[str, Signature]:
        """Return the paths whose signatures have changed or were unknown, with those now; some may be relative."""
        return inputs.changed(self.places(base), self.numbers)

    def places(self, base: str) -> "Sequence[str]":
        """Return the paths, given what they are relative to, as this process can open them."""
        return self.paths if base == os.path.join(os.getcwd(), "") else absolute(self.paths, base)


def relative(path: str, base: str) -> str:
    """Return a path as the cache stores it: relative to a folder, which ends in a separator, if it is inside."""
    return path.removeprefix(base)


def absolute(paths: "Iterable[str]", base: str) -> "list[str]":
    """Return paths that are relative to a folder, which ends in a separator, or absolute, as absolute ones."""
    if os.name == "nt":
        return [os.path.join(base, path) for path in paths]
    return [path if path[:1] == "/" else base + path for path in paths]  # as above, in a tenth of the time


Compared = tuple[Watch, dict[str, Signature]]
_compared: dict[tuple[str, str], Compared] = {}


def compare(path: str, base: str) -> Compared | None:
    """Return what a file of the cache watches, and what has changed of that; None if there is no such file.

    What was kept by `keep` is not compared again, once.
    """
    found = _compared.pop((path, base), None)
    if found is not None:
        return found
    try:
        body = load(path)
        watch = None if body is None else Watch.unpacked(body)
        return None if watch is None else (watch, watch.changed(base))
    except (ValueError, TypeError):
        return None


def keep(path: str, base: str, found: Compared) -> None:
    """Keep what `compare` has returned for its next call."""
    _compared[path, base] = found


def clock(folder: str) -> int:
    """Return the time in nanoseconds since the epoch: the earlier of our clock and that of a folder's file system.

    Raises OSError if the folder cannot be written.
    """
    probe = os.path.join(folder, "clock")
    disk.write(probe, b"")
    return min(time.time_ns(), os.stat(probe).st_mtime_ns)


def forget() -> None:
    """Forget what has been compared: from now on it may have changed."""
    _compared.clear()
