"""Who may have written a cache. Whoever writes it decides what a run reports, so one of other people is not used."""

import os

from import_contracts import disk

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE = ".import_contracts_cache"
"""The default name of the cache's folder."""

SUFFIXES = (".run", ".watch", ".program", ".imports", ".statements", ".report", ".beside", ".points")
VERSIONS = "versions"


def doubt(folder: str | os.PathLike[str]) -> str | None:
    """Return why somebody other than this user or root may have written a cache; None if nothing suggests that.

    It may be if git tracks it, if other users own it or a file in it, or if they can write to it.
    """
    if _may_be_tracked(os.path.abspath(folder)):
        from pathlib import Path  # noqa: PLC0415 - rarely needed

        from import_contracts.repository import is_tracked  # noqa: PLC0415 - as above

        if (tracked := is_tracked(Path(folder))) is None:
            return "the index of its git repository cannot be read, so git may track it. Repair the repository"
        if tracked:
            return "git tracks it, so whoever wrote a commit may have written it. Remove it from the repository"
    return _doubt_users(folder) if hasattr(os, "geteuid") else None  # on Windows there are no such modes


def _may_be_tracked(folder: str) -> bool:
    """Return whether git may track a folder; False only if it is in no repository, or its name is in no index there."""
    if os.path.realpath(folder) != folder:
        return True
    root = folder
    while not os.path.lexists(git_dir := os.path.join(root, ".git")):
        if root == (root := os.path.dirname(root)):
            return False
    if root == folder or os.path.islink(git_dir) or os.path.exists(os.path.join(root, ".GIT")):
        return True
    name = os.fsencode(os.path.basename(folder))
    try:
        if os.path.isfile(git_dir):  # in a worktree or a submodule
            git_dir = os.path.join(root, os.fsdecode(disk.read_unnoted(git_dir).removeprefix(b"gitdir: ").strip()))
        indexes = [each for each in os.listdir(git_dir) if each == "index" or each.startswith("sharedindex.")]
        contents = [disk.read_unnoted(os.path.join(git_dir, each)) for each in indexes]
    except (OSError, ValueError):
        return True
    return not indexes or any(name in content or content[4:8] == _COMPRESSED for content in contents)


_COMPRESSED = b"\0\0\0\4"  # the version of an index in which a name leaves out what it shares with the one before


def _doubt_users(folder: str | os.PathLike[str]) -> str | None:
    try:
        inside = os.stat(folder)
        files = list(_statuses(folder))
    except OSError:  # there is none, or it cannot be read, which is no different
        return None
    if not _owners().issuperset(status.st_uid for status in (inside, *files)):
        return "it belongs to another user, or a file in it does. Delete it"
    entering = (inside.st_mode & 0o11) << 1  # in a folder that others cannot enter, they cannot write to a file
    if _is_open(inside, 0o22) or any(_is_open(status, entering) for status in files):
        return "other users can write to it. Delete it"
    return None


def _statuses(folder: str | os.PathLike[str]) -> "Iterator[os.stat_result]":
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
