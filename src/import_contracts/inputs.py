"""What a run has read from the disk: as long as it would read the same again, its result is the same.

The functions of `disk` note here what they are asked, if somebody wants to know. It imports only `os` and `time`,
because a run that is remembered needs this.
"""

import os
import time

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Signature = tuple[int, int, int, int]
"""The mtime and ctime of a file in nanoseconds, its size in bytes, and its inode: if all are equal, so is the file.

On a system without ctime, an edit that restores both mtime and size is not noticed.
"""

ABSENT: Signature = (0, 0, 0, 0)
"""The signature of what does not exist."""

UNKNOWN: Signature = (-1, -1, -1, -1)
"""The signature of a file that the next run has to read."""

# A file may change twice within one tick of its file system's clock. In nanoseconds; FAT has the longest tick, 2 s.
_GRANULARITY = 2_000_000_000
_INODE = 0x7FFFFFFFFFFFFFFF  # what fits into a signed number of 64 bits


def signature(path: str) -> Signature:
    """Return the signature of a file or folder; `ABSENT` if it does not exist."""
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return ABSENT
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino & _INODE


def changed(paths: "Sequence[str]", numbers: "Iterable[int]") -> dict[str, Signature]:
    """Return the paths whose signatures are not the given numbers, four for each, with their signatures now."""
    found: dict[str, Signature] = {}
    four, stat = iter(numbers), os.stat
    for path, mtime, ctime, size, inode in zip(paths, four, four, four, four, strict=True):
        try:
            status = stat(path)
        except (OSError, ValueError):
            now = ABSENT
        else:
            now = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino & _INODE)
        if now != (mtime, ctime, size, inode):
            found[path] = now
    return found


def is_recent(found: Signature, clock: int) -> bool:
    """Return whether a file changed so shortly before a time that it may change again with the same signature."""
    return max(found[0], found[1]) > clock - _GRANULARITY


# --- what is noted ------------------------------------------------------------------------------------------------

Input = tuple[str, str, str]
"""A question, the path that it is about, and the answer."""


def _status(path: str) -> str:
    return _written(signature(path))


def _written(found: Signature) -> str:
    return " ".join(map(str, found))


def _kind(path: str) -> str:
    try:
        return str(os.stat(path).st_mode >> 12)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError:
        return "?"


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


STATUS, KIND, REAL, LINK = "status", "kind", "real", "link"
_QUESTIONS: "dict[str, Callable[[str], str]]" = {
    STATUS: _status,  # what is in a file, or which names are in a folder
    KIND: _kind,  # whether it is a file or a folder, or nothing
    REAL: os.path.realpath,
    LINK: _link,
}


class Record:
    """What a run with some arguments has looked at since a time, in nanoseconds since the epoch."""

    def __init__(self, arguments: "Sequence[str]") -> None:
        self.arguments = arguments
        self.since = time.time_ns()
        self.inputs: dict[tuple[str, str], str] = {}

    def is_recent(self, clock: int) -> bool:
        """Return whether something that was looked at changed so shortly before a time that it may look the same."""
        found = (answer.split(" ") for (question, _), answer in self.inputs.items() if question == STATUS)
        return any(is_recent((int(mtime), int(ctime), 0, 0), clock) for mtime, ctime, *_ in found)


_records: list[Record] = []  # at most one


def begin(arguments: "Sequence[str]") -> None:
    """Begin to note what is looked at."""
    _records[:] = [Record(arguments)]


def stop() -> None:
    """Note nothing more and forget what was noted: another run might not do the same, so this one is not remembered."""
    _records.clear()


def record() -> Record | None:
    """Return what has been noted; None if nobody wants to know."""
    return _records[0] if _records else None


def note(question: str, path: "str | os.PathLike[str]", answer: str | None = None) -> None:
    """Note a question before it is answered; of a question that is not one of those above, also the answer."""
    if not _records:
        return
    found, place = _records[0].inputs, os.fspath(path)
    if (question, place) not in found and "\0" not in place:  # which is the name of no file
        found[question, place] = _QUESTIONS[question](place) if answer is None else answer


def noted_signature(path: str) -> Signature:
    """Return the signature of a file or folder, and note it."""
    found = signature(path)
    if _records:
        note(STATUS, path, _written(found))
    return found


def holds(noted: Input) -> bool:
    """Return whether a question has the same answer now. An unknown question has none."""
    question, path, answer = noted
    return question in _QUESTIONS and _QUESTIONS[question](path) == answer
