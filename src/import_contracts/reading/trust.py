"""Who may have written a cache. Whoever writes it decides what a run reports, so one of other people is not used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from import_contracts.repository import is_tracked

SUFFIXES = (".program", ".imports", ".statements", ".report", ".beside", ".points")
VERSIONS = "versions"


def doubt(folder: Path) -> str | None:
    """Return why a cache may be from somebody else than this user or root; None if there is no sign of that.

    It may be if git tracks it, if other users own it or a file in it, or if they can write to it.
    """
    tracked = is_tracked(folder)
    if tracked is None:
        return "the index of its git repository cannot be read, so git may track it. Repair the repository"
    if tracked:
        return "git tracks it, so whoever wrote a commit may have written it. Remove it from the repository"
    return _doubt_users(folder) if hasattr(os, "geteuid") else None  # on Windows there are no such modes


def _doubt_users(folder: Path) -> str | None:
    try:
        inside = folder.stat()
        files = list(_statuses(folder))
    except OSError:  # there is none, or it cannot be read, which is no different
        return None
    if not _owners().issuperset(status.st_uid for status in (inside, *files)):
        return "it belongs to another user, or a file in it does. Delete it"
    entering = (inside.st_mode & 0o11) << 1  # in a folder that others cannot enter, they cannot write to a file
    if _is_open(inside, 0o22) or any(_is_open(status, entering) for status in files):
        return "other users can write to it. Delete it"
    return None


def _statuses(folder: Path) -> Iterator[os.stat_result]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == VERSIONS or entry.name.endswith(SUFFIXES):
                yield entry.stat(follow_symlinks=False)


def _owners() -> set[int]:
    """Return the users whose files are trusted: this user, root, and the one who became root with sudo."""
    user = os.geteuid()
    sudo = os.environ.get("SUDO_UID", "") if user == 0 else ""
    return {user, 0, *([int(sudo)] if sudo.isdecimal() else [])}


def _is_open(status: os.stat_result, bits: int) -> bool:
    """Return whether users of the given bits of a mode, group or others, can write.

    A group with the number of the owner is the owner's own, as on most systems where new files are group-writable.
    """
    if status.st_gid == status.st_uid:
        bits &= ~0o20
    return bool(status.st_mode & bits)
