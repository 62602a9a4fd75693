"""Commits and earlier versions of files, from git. Without git or a repository, there are none.

A checkout may come from a stranger: a pull request, or an archive with a ``.git`` of its own. So git never searches for
a repository: `_git` names the one that `repository_of` has found. Only commands are used that run no program which the
configuration or the attributes of a repository name (no `show`, which converts text, and nothing that reads the index).
Settings that could start one all the same are overridden, and nothing is fetched.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from shlex import quote

from import_contracts.records import NamedTuple
from import_contracts.repository import Repository, repository_of, root_of, target_branches, tips


class UnreadableError(Exception):
    """The file existed at the commit, but git cannot read it, as in a partial clone."""


def merge_base(folder: Path) -> str | None:
    """Return the full hash of the merge base of HEAD and the target branch; None if there is none.

    ``folder`` is in the repository. The target branch is the first of these that exists: the one that GitHub or GitLab
    names for a merge request, the default branch of ``origin``, its ``main`` or ``master``, the local ``main`` or
    ``master``.
    """
    found = _git(
        folder, "cat-file", "--batch-check", given="".join(f"{name}^{{commit}}\n" for name in target_branches())
    )
    commits = [line.split()[0] for line in (found or b"").decode(errors="replace").splitlines() if " commit " in line]
    base = _git(folder, "merge-base", "HEAD", commits[0]) if commits else None
    return base.decode().strip() if base else None


def commit(folder: Path, revision: str) -> str | None:
    """Return the full hash of the commit that a revision (such as ``main`` or ``HEAD~3``) names; None if none does."""
    name = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return name.decode().strip() if name else None


def remote(folder: Path) -> str | None:
    """Return the URL of the remote ``origin``, which may contain a password; None if there is none."""
    url = _git(folder, "config", "--get", "remote.origin.url")
    return url.decode(errors="replace").strip() if url else None


def files(folder: Path, revision: str) -> dict[str, str]:
    """Return the files of the repository at a revision, sorted by path: the path from its root, and the object's name.

    ``folder`` is in the repository.
    """
    return {path: each.name for path, each in sorted((listing(folder, revision) or {}).items())}


class Listed(NamedTuple):
    """A file of a commit: its mode, such as ``100644``, ``LINK`` or ``SUBMODULE``, and the name of its object."""

    mode: str
    name: str


LINK, SUBMODULE = "120000", "160000"


def listing(folder: Path, revision: str) -> dict[str, Listed] | None:
    """Return the files of the repository at a revision by their paths from its root; None if git cannot list them."""
    listed = _git(folder, "ls-tree", "-r", "-z", "--full-tree", revision)
    if listed is None:
        return None
    entries = (entry.partition("\t") for entry in os.fsdecode(listed).split("\0"))
    return {path: Listed(*entry.split()[::2]) for entry, _, path in entries if path}


def contents(folder: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return the contents of objects by their names; without those that are missing, as in a partial clone, or huge."""
    found = _git(folder, "cat-file", "--batch-check", given="".join(f"{name}\n" for name in names)) or b""
    blobs = [line.split() for line in found.decode(errors="replace").splitlines() if " blob " in line]
    read: dict[str, bytes] = {}
    batch: list[str] = []
    total = 0
    for name, size in ((name, int(digits)) for name, _, digits in blobs if int(digits) <= _LARGEST):
        if total + size > _LARGEST:
            read |= _batch(folder, batch)
            batch, total = [], 0
        batch.append(name)
        total += size
    return read | dict(_batch(folder, batch))


def _batch(folder: Path, names: Collection[str]) -> Iterator[tuple[str, bytes]]:
    data = _git(folder, "cat-file", "--batch", given="".join(f"{name}\n" for name in names)) if names else None
    at = 0
    while data and at < len(data):
        end = data.index(b"\n", at)
        name, *_, size = data[at:end].decode().split()
        yield name, data[end + 1 : end + 1 + int(size)]
        at = end + int(size) + 2


def first_parents(folder: Path, revision: str) -> list[tuple[str, int, str, str]]:
    """Return a commit, given by its full hash, and then its first parent, the first parent of that, and so on.

    Each has its full hash, its time in seconds since the epoch, its author, and the first line of its message. A time
    after the year 9999 is the last of that, and one that git cannot read is the epoch.
    """
    told = _git(folder, "rev-list", "--first-parent", "--encoding=UTF-8", f"--format={_FORMAT}", revision) or b""
    lines = (line.split("\t", 3) for line in told.decode(errors="replace").split("\n") if "\t" in line)
    return [(name, min(int(seconds or 0), _LAST_SECOND), author, subject) for name, seconds, author, subject in lines]


_LAST_SECOND = 253_402_300_799
_FORMAT = "%H%x09%ct%x09%an%x09%s"


def changes(folder: Path, most: int) -> list[tuple[str, str, list[tuple[str, str]]]] | None:
    """Return the last commits that are no merges, the newest first, at most so many; None if git cannot tell.

    Each has its full hash, its author's name and address, and the paths that it changes, each with the path before if
    the file was renamed, else "".
    """
    told = _git(
        folder, "rev-list", "--no-merges", f"--max-count={most}", "--encoding=UTF-8", f"--format={_WHO}", "HEAD"
    )
    if told is None:
        return None
    lines = (line.split("\t", 1) for line in told.decode(errors="replace").split("\n") if "\t" in line)
    authors = dict((name, who) for name, who in lines)  # noqa: C402 - lists of two
    found: list[tuple[str, str, list[tuple[str, str]]]] = []
    names = list(authors)
    for start in range(0, len(names), _AT_ONCE):
        given = "".join(f"{name}\n" for name in names[start : start + _AT_ONCE])
        raw = _git(folder, *_CHANGED, given=given)
        if raw is None:
            return None
        words = iter(os.fsdecode(raw).split("\0"))
        for word in filter(None, words):
            if word in authors:
                found.append((word, authors[word], []))
            elif word[0] in "RC":
                before, path = next(words), next(words)
                found[-1][2].append((path, before if word[0] == "R" else ""))
            else:
                found[-1][2].append((next(words), ""))
    return found


_WHO = "%H%x09%an <%ae>"
_CHANGED = ("diff-tree", "--stdin", "-r", "-M", "--root", "-z", "--name-status", "--no-ext-diff", "--no-textconv")
_AT_ONCE = 1000  # commits, so that each command ends in time


def is_shallow(folder: Path) -> bool:
    """Return whether the history of a repository is cut off, as ``git clone --depth`` does."""
    limits = tips(folder).limits
    return bool(limits and limits[0])


def obstacle(folder: Path) -> str:
    """Return why git knows no commit of the repository of a folder, and what to do about it, as a sentence."""
    repository = repository_of(folder.resolve())
    if repository is None:
        return "This folder is not in a git repository that can be read."
    if not _is_allowed(repository):
        root = repository[0].as_posix()
        return (
            "The git repository belongs to another user, or cannot be read. If you trust it: "
            f"git config --global --add safe.directory {quote(root)}"
        )
    if _output(repository[0], ["--version"], {}) is None:
        return "git is not installed, or does not answer."
    return "The git repository has no commits yet, or cannot be read."


def absence(folder: Path, revision: str) -> str:
    """Return a sentence that the repository of a folder has no such commit, and what to do about it."""
    if commit(folder, "HEAD") is None:
        return obstacle(folder)
    deeper = " This is a shallow clone; fetch more: git fetch --unshallow" if is_shallow(folder) else ""
    return f"There is no commit '{revision}' in this repository.{deeper}"


def at(folder: Path, revision: str, path: str) -> bytes | None:
    """Return the content of a file at a revision; None if it did not exist then.

    ``path`` is absolute, and ``folder`` is in the repository. Raises UnreadableError if the content is not known.
    """
    root, real = root_of(folder.resolve()), Path(os.path.realpath(path))
    if root is None or not real.is_relative_to(root):
        return None
    inside = real.relative_to(root).as_posix()
    listed = _git(folder, "ls-tree", "-z", "--long", "--full-tree", "--end-of-options", revision, "--", inside)
    if listed is None and commit(folder, revision) is None:
        return None
    if listed is None:
        raise UnreadableError
    _, kind, name, size, *_ = [*listed.decode(errors="replace").split(maxsplit=4), "", "", "", ""]
    if kind != "blob":
        return None
    data = _git(folder, "cat-file", "blob", name) if size.isdecimal() and int(size) <= _LARGEST else None
    if data is None:
        raise UnreadableError
    return data


def object_name(data: bytes, length: int) -> str:
    """Return the name that git gives to a content, of as many hexadecimal digits as the names of its repository."""
    from hashlib import sha1, sha256  # noqa: PLC0415 - loading OpenSSL takes 3.5 MiB

    hashed = sha1 if length == 40 else sha256
    return hashed(b"blob %d\0" % len(data) + data).hexdigest()


_LARGEST = 1 << 28  # bytes
_SECONDS = 20
_TOO_SLOW: set[Path] = set()
"""The repositories in which git has taken longer than that."""

# On the command line, a setting overrides that of every file. What can only be named with the name of a driver, a
# remote or an alias (filter.x.clean) cannot be overridden: no command is used that asks for it.
_HARMLESS = (
    "safe.bareRepository=explicit",
    "core.alternateRefsCommand=",
    "core.askPass=",
    "core.attributesFile=",
    "core.editor=:",
    "core.fsmonitor=",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "gpg.program=false",
    "log.showSignature=false",
    "maintenance.auto=false",
    "protocol.allow=never",
    "submodule.recurse=false",
)
_VARIABLES = {
    "GIT_ALLOW_PROTOCOL": "none",  # unlike protocol.allow, this overrides protocol.ssh.allow of the repository
    "GIT_ASKPASS": "",
    "GIT_EDITOR": ":",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PROXY_COMMAND": "",
    "GIT_SSH_COMMAND": "false",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_TRACE2": "0",  # these three override trace2.normalTarget and others, which name files to write
    "GIT_TRACE2_EVENT": "0",
    "GIT_TRACE2_PERF": "0",
    "LC_ALL": "C",
    "NoDefaultCurrentDirectoryInExePath": "1",  # on Windows, no program is searched for in the working directory
    "SSH_ASKPASS": "",
}


def _git(folder: Path, *args: str, given: str = "") -> bytes | None:
    """Return the output of a git command in the repository of a folder, with ``given`` as its standard input.

    None if it fails or takes too long, if there is no repository, or if git is not installed.
    """
    repository = repository_of(folder.resolve())
    if repository is None or not _is_allowed(repository):
        return None
    root, git_dir = repository
    return _output(root, args, {"GIT_DIR": str(git_dir), "GIT_WORK_TREE": str(root)}, given)


@lru_cache(maxsize=8)
def _is_allowed(repository: Repository) -> bool:
    """Return whether a repository is this user's, or git uses it although it is not (``safe.directory``).

    Git doesn't check that for a repository that is given explicitly. Nor does it check that its files are no pipes.
    """
    root, git_dir = repository
    if any(map(_would_block, _files_of_git(git_dir))):
        return False
    try:
        owners = {path.stat().st_uid for path in (root, root / ".git", git_dir)}
    except OSError:
        return False
    if hasattr(os, "geteuid") and owners == {os.geteuid()}:
        return True
    found = _output(root, ["rev-parse", "--absolute-git-dir"], {"GIT_CEILING_DIRECTORIES": str(root.parent)})
    return found is not None and os.path.realpath(os.fsdecode(found).rstrip("\r\n")) == os.path.realpath(git_dir)


def _files_of_git(git_dir: Path) -> Iterator[Path]:
    """Yield the files that git may open by their names, whatever is asked; not those of objects."""
    for folder in (git_dir, git_dir / "info", git_dir / "objects" / "info", git_dir / "objects" / "pack"):
        with suppress(OSError):
            yield from folder.iterdir()
    for outer, _, names in os.walk(git_dir / "refs"):
        yield from (Path(outer, name) for name in names)


def _would_block(path: Path) -> bool:
    """Return whether opening a file may wait for another process; a socket, such as that of fsmonitor, does not."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode)


def _output(root: Path, args: Sequence[str], variables: Mapping[str, str], given: str = "") -> bytes | None:
    """Return the output of a git command; None if it fails or takes too long, or if git is not installed.

    What has taken too long once would do so again, so git is not started again then.
    """
    if root in _TOO_SLOW:
        return None
    places = list(_search_path(root))
    program = next((path for place in places if _is_program(path := place / _NAME, root)), None)
    if program is None:
        return None
    import subprocess  # noqa: PLC0415 - it takes three milliseconds, and most runs do not ask git

    settings = [part for setting in _HARMLESS for part in ("-c", setting)]
    try:
        done = subprocess.run(  # noqa: S603 - a command of ours, and not through a shell
            [program, "--no-pager", *settings, *args],
            cwd=root,
            env={**_environment(), "PATH": os.pathsep.join(map(str, places)), **variables},
            input=given.encode(),
            capture_output=True,
            timeout=_SECONDS,
            start_new_session=True,  # without a terminal, so that nothing can ask there
            check=False,
        )
    except subprocess.TimeoutExpired:
        _TOO_SLOW.add(root)
        return None
    except (OSError, ValueError):  # ValueError: a null character
        return None
    return done.stdout if done.returncode == 0 else None


_NAME = "git.exe" if os.name == "nt" else "git"


def _search_path(root: Path) -> Iterator[Path]:
    """Yield the folders of PATH, except those in the checkout: a program there is part of what is linted."""
    for place in map(Path, os.environ.get("PATH", "").split(os.pathsep)):
        if place.is_absolute() and not _is_in(root, place):
            yield place


def _is_program(path: Path, root: Path) -> bool:
    return os.access(path, os.X_OK) and path.is_file() and not _is_in(root, path)


def _is_in(root: Path, path: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root)


def _environment() -> dict[str, str]:
    """Return the variables of this process, without those that name a repository, or what git should run.

    In a hook, git sets variables about the repository of the commit, which may not be that of the program.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("GIT_") or name.upper().startswith("GIT_CONFIG_") or name == "GIT_EXEC_PATH"
    }
    return {**kept, **_VARIABLES}
