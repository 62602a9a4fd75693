"""Changing files of a program: all of them or none, also if the process is killed.

Before the first file is changed, a journal is written: what each file was, and the digest of what it becomes. It is
removed when everything is done. A run that finds one puts the files back, so that the program is the old one or the
new one. It is in the user's own folder for states, where no checkout can bring one, and a file that was changed since
is left as it is. The reasons: docs/decisions/012-a-journal-of-fixes.md.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from import_contracts import disk
from import_contracts.problems import Problem, UserError, unreadable, unwritable
from import_contracts.reading.context import text_of
from import_contracts.reading.store.trust import doubt
from import_contracts.reading.store.values import DAMAGED, strings
from import_contracts.records import dataclass, field
from import_contracts.reports.fix import Recovery
from import_contracts.runs.changing import UserFile, changed

_VERSION = 1


@dataclass
class _Entry:
    """What the journal knows of a file: its content before, the digests of all that we write, and a temporary name."""

    path: str
    before: bytes
    temporary: str
    ours: list[str] = field(default_factory=list)


class Rewriting:
    """Files that are being changed; ``files`` are those that may be, with their content before."""

    def __init__(self, root: Path, files: Mapping[Path, UserFile]) -> None:
        self._root = root
        self._files = files
        self._journal = _place(root)
        self._entries = {
            path: _Entry(str(path.relative_to(root)), file.before or b"", disk.temporary_name())
            for path, file in files.items()
        }
        self._now = {path: entry.before for path, entry in self._entries.items()}

    def write(self, contents: Mapping[Path, bytes]) -> None:
        """Give each file its new content; one without any gets the one that it had before.

        Raises UserError if a file was changed meanwhile, or cannot be written; the others are not changed then.
        """
        new = {path: data for path, data in contents.items() if data != self._now[path]}
        for path, data in new.items():
            self._entries[path].ours.append(_digest(data))
        if new:
            self._store()
        for path, entry in self._entries.items():
            data = contents.get(path, entry.before)
            if data != self._now[path]:
                self._replace(path, data)

    def _replace(self, path: Path, data: bytes) -> None:
        file = self._files[path]
        try:
            if disk.read(path) != self._now[path]:
                raise changed(file.name)
            disk.refuse_links(file.checkout, path)
            disk.write(path, data, self._entries[path].temporary, is_durable=True)
        except OSError as error:
            raise unwritable(error, file.name) from None
        self._now[path] = data

    def put_back(self) -> Recovery:
        """Give each file the content that it had before, unless it was changed since."""
        return _put_back(self._root, self._entries.values())

    def end(self) -> None:
        """Forget what the files were before."""
        with suppress(FileNotFoundError):
            self._journal.unlink()
        disk.force(self._journal.parent)
        with suppress(OSError):  # other journals may be there
            self._journal.parent.rmdir()

    def _store(self) -> None:
        files = [
            [each.path, b64encode(each.before).decode(), each.temporary, each.ours] for each in self._entries.values()
        ]
        body = json.dumps([_VERSION, str(self._root), files]).encode()
        try:
            self._journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk.write(self._journal, _digest(body).encode() + b"\n" + body, is_durable=True)
        except OSError as error:
            raise _no_journal(f"{self._journal.parent} cannot be written: {error.strerror}") from None


def _place(root: Path) -> Path:
    """Return where the journal is; raises UserError if there is no place, or another user can write there."""
    place = disk.journal_of(root)
    if place is None:
        raise _no_journal("this user has no home folder")
    if (why := doubt(place.parent)) is not None:
        raise _no_journal(f"{place.parent} is not used: {why}")
    return place


def _no_journal(why: str) -> UserError:
    message = f"There is no place for the journal that undoes a change: {why}. Set XDG_STATE_HOME to a folder of yours."
    return UserError(Problem(message))


@contextmanager
def rewriting(root: Path, files: Mapping[Path, UserFile]) -> Iterator[Rewriting]:
    """Change files inside a folder, of which the path is real; if an exception is raised, they are put back."""
    one = Rewriting(root, files)
    try:
        yield one
    except BaseException as error:
        left = one.put_back().left
        one.end()
        if left and isinstance(error, UserError):
            raise UserError(*error.problems, *_left(left)) from None
        raise
    one.end()


def _left(names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        yield Problem("This file was changed meanwhile, so it was not put back.", file=name)


# --- after a run that was stopped --------------------------------------------------------------------------------


def refuse_unfinished(root: Path) -> None:
    """Raise UserError if an earlier run was stopped while it changed files in a folder."""
    place = disk.journal_of(root)
    if place is not None and disk.exists(place):
        message = "An earlier 'lint-imports fix' was stopped. Run it without --diff first, which puts its files back."
        raise UserError(Problem(message))


def recover(root: Path) -> Recovery | None:
    """Put back what an earlier run changed in a folder before it was stopped; None if there was none.

    Nobody else may be changing files there. Raises UserError if the journal is damaged, or a file cannot be written.
    """
    place = disk.journal_of(root)
    if place is None or not disk.exists(place):
        return None
    place = _place(root)
    try:
        entries = _entries(disk.read(place), root)
    except OSError as error:
        raise unreadable(error, str(place)) from None
    except DAMAGED:
        message = "This journal of an earlier 'lint-imports fix' is damaged. Check the program, and delete the journal."
        raise UserError(Problem(message, file=str(place))) from None
    recovery = _put_back(root, entries)
    place.unlink(missing_ok=True)
    with suppress(OSError):
        place.parent.rmdir()
    return recovery


def _entries(data: bytes, root: Path) -> list[_Entry]:
    """Return the entries of a journal; raises one of ``DAMAGED`` if it is not valid."""
    checksum, _, body = data.partition(b"\n")
    version, folder, files = json.loads(body)
    if checksum != _digest(body).encode() or version != _VERSION or folder != str(root):
        raise ValueError
    found = [
        _Entry(path, b64decode(before, validate=True), temporary, strings(ours))
        for path, before, temporary, ours in files
    ]
    if not all(_is_inside(entry.path) and _TEMPORARY.fullmatch(entry.temporary) for entry in found):
        raise ValueError
    return found


_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.tmp")


def _is_inside(path: str) -> bool:
    return not Path(path).is_absolute() and os.pardir not in Path(path).parts


def _put_back(root: Path, entries: Iterable[_Entry]) -> Recovery:
    """Give files their content before, where they have one of ours; remove temporary files that were left.

    Raises UserError, when everything else is done, for files that cannot be written.
    """
    put_back: list[str] = []
    left: list[str] = []
    problems: list[Problem] = []
    for entry in entries:
        name = text_of(Path(entry.path).as_posix())
        try:
            (put_back if _is_put_back(root, entry) else left).append(name)
        except OSError as error:
            problems.append(Problem(f"This file cannot be put back: {error.strerror}.", file=name))
    if problems:
        raise UserError(*problems)
    return Recovery(tuple(put_back), tuple(left))


def _is_put_back(root: Path, entry: _Entry) -> bool:
    """Give a file its content before; return False if it was changed since. Raises OSError."""
    path = root / entry.path
    with suppress(OSError):
        (path.parent / entry.temporary).unlink()
    try:
        now = disk.read(path)
    except FileNotFoundError:
        return False
    if now != entry.before:
        if _digest(now) not in entry.ours:
            return False
        disk.refuse_links(root, path)
        disk.write(path, entry.before, entry.temporary, is_durable=True)
    return True


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
