"""Commits and earlier versions of files, from git. Without git or a repository, every function returns None.

A checkout may come from a stranger: a pull request, or an archive with a ``.git`` of its own. So git never searches for
a repository: `_git` names the one that `repository_of` has found. Only commands are used that run no program which the
configuration or the attributes of a repository name (no `show`, which converts text, and nothing that reads the index).
Settings that could start one all the same are overridden, and nothing is fetched.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha1, sha256
from pathlib import Path

from import_contracts.repository import Repository, repository_of, root_of, target_branches


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
    listed = _git(folder, "ls-tree", "-r", "-z", "--full-tree", revision) or b""
    entries = (entry.partition("\t") for entry in os.fsdecode(listed).split("\0"))
    return {path: entry.split()[2] for entry, _, path in sorted(entries, key=lambda each: each[2]) if path}


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


def object_name(data: bytes, length: int = 40) -> str:
    """Return the name that git gives to a content, of as many hexadecimal digits as the names of its repository."""
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

    Git doesn't check that for a repository that it is told to use. Nor does it check that its files are no pipes.
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
    """Return whether opening a file may wait for somebody else; a socket, such as that of fsmonitor, does not."""
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
