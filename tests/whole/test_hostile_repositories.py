"""Nothing that a repository configures is executed, wherever it is and whatever it looks like."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from import_contracts import git
from tests.support import repositories
from tests.support.arranging import MODELS, configuration, lint, program, write

KEYS = [
    *(
        "alias.cat-file",
        "alias.merge-base",
        "alias.ls-tree",
        "alias.rev-parse",
        "alias.rev-list",
        "alias.show",
        "alias.x",
    ),
    *("browser.x.cmd", "browser.x.path", "web.browser", "help.browser", "man.x.cmd", "man.x.path"),
    *("core.alternateRefsCommand", "core.askPass", "core.editor", "core.fsmonitor", "core.gitProxy", "core.pager"),
    *("core.sshCommand", "core.attributesFile", "credential.helper", "credential.https://nohost.helper"),
    *("diff.external", "diff.evil.textconv", "diff.evil.command", "difftool.x.cmd", "difftool.x.path"),
    *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "merge.evil.driver"),
    *("fsmonitor.socketDir", "gc.recentObjectsHook", "gpg.program", "gpg.openpgp.program", "gpg.ssh.program"),
    *("gpg.x509.program", "gpg.ssh.defaultKeyCommand", "guitool.x.cmd", "hook.x.command", "imap.tunnel"),
    *("instaweb.browser", "instaweb.httpd", "interactive.diffFilter", "mergetool.x.cmd", "mergetool.x.path"),
    *("pager.cat-file", "pager.ls-tree", "pager.merge-base", "pager.rev-list", "pager.rev-parse", "pager.show"),
    *("receive.procReceiveRefs", "remote.evil.uploadpack", "remote.evil.receivepack", "sendemail.ccCmd"),
    *("sendemail.sendmailCmd", "sendemail.smtpServer", "sendemail.toCmd", "sequence.editor", "submodule.x.update"),
    *("tar.x.command", "trace2.eventTarget", "trace2.normalTarget", "trace2.perfTarget", "trailer.x.cmd"),
    *("trailer.x.command", "uploadpack.packObjectsHook", "diff.guitool", "diff.tool", "merge.tool"),
]
"""The keys of git's configuration whose value can be a command, or can lead to one."""
HOOKS = [
    *("applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-applypatch", "post-checkout", "post-commit"),
    *("post-index-change", "post-merge", "post-rewrite", "pre-applypatch", "pre-auto-gc", "pre-commit", "pre-push"),
    *("pre-merge-commit", "pre-rebase", "prepare-commit-msg", "push-to-checkout", "reference-transaction", "update"),
]
REMOTES = {
    "ssh": "ssh://nohost/x",
    "scp": "nohost:x",
    "ext": "ext::{command}",
    "git": "git://localhost:1/x",
    "https": "https://localhost:1/x",
    "file": "file://{folder}/other",
    "folder": "{folder}/other",
    "helper": "evilhelper::x",
    "vcs": "x",
}


class Traps:
    """Commands that leave a mark when they are executed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "marks").mkdir(parents=True)

    def command(self, name: str) -> str:
        """Return the path of a command with a name."""
        name = name.replace("/", "_").replace(":", "_")
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n: > '{self.folder}/marks/{name}'\nexit 1\n")
        path.chmod(0o755)
        return str(path)

    @property
    def sprung(self) -> set[str]:
        """The names of the commands that were executed."""
        return {path.name for path in (self.folder / "marks").iterdir()}

    def set_up(self, repository: Path, git_dir: Path) -> None:
        """Set each key, each hook and each attribute in a repository."""
        aliases = {"alias", "submodule"}
        more = [
            f"[include]\n path = {write(self.folder, {'included': self.settings('core.sshCommand')})}/included\n",
            '[protocol]\n allow = always\n[protocol "ext"]\n allow = always\n[protocol "ssh"]\n allow = always\n',
            '[protocol "evilhelper"]\n allow = always\n[core]\n hooksPath = ' + str(self.folder / "hooks") + "\n",
            '[url "ext::' + self.command("insteadOf") + '"]\n insteadOf = https://\n',
        ]
        with (git_dir / "config").open("a") as file:
            for key in KEYS:
                file.write(self.settings(key, "!" if key.partition(".")[0] in aliases else ""))
            file.writelines(more)
        for hook in HOOKS:
            for folder in (self.folder / "hooks", git_dir / "hooks"):
                folder.mkdir(exist_ok=True)
                shutil.copy(self.command(hook), folder / hook)
        write(git_dir, {"info/attributes": "* filter=evil diff=evil merge=evil\n"})
        write(repository, {".gitattributes": "* filter=evil diff=evil merge=evil\n"})

    def settings(self, key: str, before: str = "") -> str:
        """Return a key, whose value is a command, as it stands in a file."""
        section, _, rest = key.partition(".")
        name, _, variable = rest.rpartition(".")
        quoted = f' "{name}"' if name else ""
        return f'[{section}{quoted}]\n {variable} = "{before}{self.command(key)}"\n'

    def partial(self, git_dir: Path, remote: str) -> None:
        """Make a repository a partial clone, from where git fetches the objects that are missing."""
        url = REMOTES[remote].format(command=self.command("ext"), folder=self.folder)
        lines = (
            f'[core]\n repositoryFormatVersion = 1\n[extensions]\n partialClone = evil\n[remote "evil"]\n url = {url}\n'
        )
        with (git_dir / "config").open("a") as file:
            file.write(f"{lines} promisor = true\n" + (" vcs = evilhelper\n" if remote == "vcs" else ""))


@pytest.fixture
def traps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Traps:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(write(tmp_path / "home", {"x": ""})))
    traps = Traps(tmp_path / "traps")
    helper = Path(traps.command("git-remote-evilhelper"))
    monkeypatch.setenv("PATH", f"{helper.parent}{os.pathsep}{os.environ['PATH']}")
    return traps


BASELINE = "# none yet\n"


def shop(folder: Path) -> Path:
    """Write a program in a sub-folder, with a branch that adds one of two new violations and an entry; return it."""
    program(folder / "backend", "shop.models -> shop.web", "shop.util -> shop.db")
    contracts = configuration(
        MODELS.replace('"shop.models"', '"shop.models", "shop.util"'), keys='baseline = "k.txt"\n'
    )
    write(folder, {"backend/pyproject.toml": contracts, "backend/k.txt": BASELINE})
    repositories.commit(folder)
    repositories.git(folder, "checkout", "--quiet", "-b", "work")
    write(folder, {"backend/shop/util.py": "import shop.web\n"})
    entry = "models shop.gone -> shop.db => shop.db\n"
    write(folder, {"backend/k.txt": BASELINE + entry})
    repositories.git(folder, "commit", "--quiet", "--all", "--message", "x")
    return folder


def at_root(folder: Path) -> Path:
    return shop(folder / "r")


def in_a_worktree(folder: Path) -> Path:
    repositories.git(shop(folder / "r"), "worktree", "add", "--quiet", "-b", "more", str(folder / "w"), "work")
    return folder / "w"


def in_a_submodule(folder: Path) -> Path:
    outer = write(folder / "outer", {"x": ""})
    repositories.commit(outer)
    allow = ("-c", "protocol.file.allow=always")
    repositories.git(outer, *allow, "submodule", "--quiet", "add", str(shop(folder / "r")), "sub")
    repositories.git(outer / "sub", "remote", "set-head", "origin", "main")
    return outer / "sub"


def in_an_archive(folder: Path) -> Path:
    packed = shutil.make_archive(str(folder / "packed"), "gztar", shop(folder / "r"))
    shutil.unpack_archive(packed, folder / "unpacked", filter="data")
    return folder / "unpacked"


PLACES = [at_root, in_a_worktree, in_a_submodule, in_an_archive]
Place = Callable[[Path], Path]


def git_dir(root: Path) -> Path:
    """Return the folder with the configuration of a repository."""
    return root / Path(repositories.git(root, "rev-parse", "--git-common-dir"))


def added(folder: Path, *args: str) -> dict[str, bool | None]:
    """Return, for each importer that causes new violations, whether its import is said to be new on the branch."""
    run = lint(folder, "--no-cache", "--format", "json", *args)
    assert run.status == 1, run.err
    causes = [cause for outcome in json.loads(run.out)["contracts"] for cause in outcome["culprits"]]
    return {cause["importer"]: cause["added"] for cause in causes}


RIGHT = {"shop.models": False, "shop.util": True}


def look(root: Path) -> list[dict[str, bool | None]]:
    """Run all that asks git, from each folder; return what is said to be new."""
    config = ("--config", "backend/pyproject.toml")
    for since in ("HEAD~1", "main", ":x", "--all", "@{-1}"):
        lint(root / "backend", "baseline", "status", "--since", since, "--no-cache")
    assert lint(root / "backend", "trend", "--points", "9", "--no-cache").status in {0, 2}
    return [added(root, *config), added(root / "backend"), added(root / "backend/shop")]


@pytest.mark.parametrize("place", PLACES)
def test_what_a_repository_configures_is_not_executed(traps: Traps, tmp_path: Path, place: Place) -> None:
    root = place(tmp_path)
    traps.set_up(root, git_dir(root))
    assert look(root) == [RIGHT] * 3
    assert traps.sprung == set()
    status = lint(root / "backend", "baseline", "status", "--since", "HEAD~1", "--no-cache")
    assert "1 added" in status.out or "shop.gone" in status.out
    assert traps.sprung == set()


def test_what_the_home_folder_configures_is_not_executed_where_that_is_the_checkout(
    traps: Traps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = at_root(tmp_path)
    traps.set_up(root, root / ".git")
    targets = "".join(f" {each}Target = {tmp_path}/trace\n" for each in ("event", "normal", "perf"))
    write(root, {".gitconfig": (root / ".git/config").read_text() + f"[trace2]\n{targets}"})
    monkeypatch.setenv("HOME", str(root))
    repositories.run(root, "git", "version", env={"HOME": str(root), "PATH": os.environ["PATH"]})
    assert (tmp_path / "trace").exists()
    (tmp_path / "trace").unlink()
    assert look(root) == [RIGHT] * 3
    assert traps.sprung == set()
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize(
    ("remote", "place"), [*((remote, at_root) for remote in REMOTES), *(("ssh", place) for place in PLACES[1:])]
)
def test_what_is_missing_is_not_fetched(traps: Traps, tmp_path: Path, remote: str, place: Place) -> None:
    root = place(tmp_path)
    blob = repositories.git(root, "rev-parse", "HEAD:backend/shop/models.py")
    shutil.rmtree(git_dir(root) / "objects" / blob[:2])
    for path in (git_dir(root) / "objects/pack").glob("*"):
        path.unlink()
    traps.set_up(root, git_dir(root))
    traps.partial(git_dir(root), remote)
    assert all(None in causes.values() or causes == RIGHT for causes in look(root))
    assert traps.sprung == set()
    write(git_dir(root), dict.fromkeys(("refs/heads/main", "refs/remotes/origin/main"), "1" * 40 + "\n"))
    look(root)
    assert traps.sprung == set()


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("core.fsmonitor", "status"),
        ("core.editor", "commit --allow-empty"),
        ("diff.external", "diff"),
        ("diff.evil.command", "diff"),
        ("diff.evil.textconv", "log -p"),
        ("filter.evil.clean", "add ."),
        ("filter.evil.process", "add ."),
        ("alias.x", "x"),
    ],
)
def test_the_traps_work(traps: Traps, tmp_path: Path, key: str, command: str) -> None:
    root = at_root(tmp_path)
    write(root, {"backend/shop/db.py": "x = 1\n", ".gitattributes": "* filter=evil diff=evil\n"})
    with (root / ".git/config").open("a") as file:
        file.write(traps.settings(key, "!" if key == "alias.x" else ""))
    repositories.run(root, "git", *command.split())
    assert traps.sprung == {key}


@pytest.mark.parametrize(
    ("remote", "trap"), [("ssh", "core.sshCommand"), ("ext", "ext"), ("vcs", "git-remote-evilhelper")]
)
def test_the_traps_for_what_is_missing_work(traps: Traps, tmp_path: Path, remote: str, trap: str) -> None:
    root = at_root(tmp_path)
    traps.partial(root / ".git", remote)
    with (root / ".git/config").open("a") as file:
        file.write(traps.settings("core.sshCommand") + '[protocol "ext"]\n allow = always\n')
    repositories.run(root, "git", "cat-file", "-e", "1" * 40, env=repositories.environment(PATH=os.environ["PATH"]))
    assert traps.sprung == {trap}


def bare(folder: Path, traps: Traps) -> None:
    """Make a folder look like a repository whose objects are missing."""
    write(folder, {"HEAD": "ref: refs/heads/main\n", "objects/keep": "", "refs/heads/main": "1" * 40 + "\n"})
    write(folder, {"config": "[core]\n bare = true\n"})
    traps.set_up(folder, folder)
    traps.partial(folder, "ssh")


@pytest.mark.parametrize("inside", [".", "backend", "backend/shop"])
def test_a_folder_that_looks_like_a_repository_is_a_folder(traps: Traps, tmp_path: Path, inside: str) -> None:
    root = at_root(tmp_path)
    bare(root / inside, traps)
    assert look(root) == [RIGHT] * 3
    assert traps.sprung == set()


@pytest.mark.parametrize("named", ["./evil", "../evil", "{root}/evil", "{root}/backend/evil", "{root}/l"])
def test_a_file_that_names_a_folder_of_the_checkout_as_repository_is_not_believed(
    traps: Traps, tmp_path: Path, named: str
) -> None:
    root = at_root(tmp_path)
    bare(root / "evil", traps)
    bare(root / "backend/evil", traps)
    (root / "l").symlink_to("evil")
    write(root, {"backend/.git": f"gitdir: {named.format(root=root)}\n"})
    assert look(root) == [{"shop.models": None, "shop.util": None}] * 3
    assert traps.sprung == set()
    assert git.commit(root / "backend", "HEAD") is None


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("variables", ["own", "other", "relative", "gone"])
def test_in_a_hook_the_repository_is_that_of_the_program(
    traps: Traps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Place, variables: str
) -> None:
    root = place(tmp_path)
    own = repositories.git(root, "rev-parse", "--absolute-git-dir")
    bare(tmp_path / "evil", traps)
    value = {"own": own, "other": str(tmp_path / "evil"), "relative": ".git", "gone": "/gone"}[variables]
    for name in ("GIT_DIR", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_WORK_TREE"):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_INDEX_FILE", f"{value}/next-index-1.lock")
    monkeypatch.setenv("GIT_PREFIX", "backend/")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", traps.command("external"))
    monkeypatch.setenv("GIT_SSH_COMMAND", traps.command("ssh"))
    monkeypatch.setenv("GIT_ASKPASS", traps.command("askpass"))
    assert look(root) == [RIGHT] * 3
    assert traps.sprung == set()


def test_a_real_hook_gives_the_same_answers(traps: Traps, tmp_path: Path) -> None:
    root = at_root(tmp_path)
    command = f"cd backend && '{sys.executable}' -m import_contracts --no-cache --format json > '{tmp_path}/report'\n"
    write(root, {".git/hooks/pre-commit": f"#!/bin/sh\n{command}exit 0\n", "backend/more.txt": ""})
    (root / ".git/hooks/pre-commit").chmod(0o755)
    repositories.git(root, "add", "--all")
    repositories.git(root, "commit", "--message", "x", "backend/more.txt")
    causes = json.loads((tmp_path / "report").read_text())["contracts"][0]["culprits"]
    assert {cause["importer"]: cause["added"] for cause in causes} == RIGHT
    assert traps.sprung == set()


def test_a_shallow_clone_without_the_merge_base_knows_nothing_and_with_it_all(traps: Traps, tmp_path: Path) -> None:
    source = at_root(tmp_path).as_uri()
    for depth, expected in (("1", {"shop.models": None, "shop.util": None}), ("2", RIGHT)):
        arguments = ("clone", "--quiet", "--depth", depth, "--branch", "work", source, f"clone{depth}")
        repositories.git(tmp_path, *arguments)
        clone = tmp_path / f"clone{depth}"
        repositories.git(clone, "fetch", "--quiet", "--depth", depth, "origin", "main:refs/remotes/origin/main")
        repositories.git(clone, "remote", "set-head", "origin", "main")
        assert added(clone / "backend") == expected
    assert traps.sprung == set()


def test_in_a_partial_clone_what_is_not_there_is_not_called_new(traps: Traps, tmp_path: Path) -> None:
    source = at_root(tmp_path)
    repositories.git(source, "config", "uploadpack.allowFilter", "true")
    command = ("clone", "--quiet", "--filter=blob:none", "--branch", "work", source.as_uri(), "clone")
    repositories.git(tmp_path, *command)
    clone = tmp_path / "clone"
    repositories.git(clone, "remote", "set-head", "origin", "main")
    blob = repositories.git(source, "rev-parse", "main:backend/shop/util.py")
    assert added(clone / "backend")["shop.util"] is None
    run = lint(clone / "backend", "baseline", "status", "--since", "origin/main", "--no-cache")
    assert run.status == 2
    assert "error: k.txt: Git cannot read this file at 'origin/main'." in run.err
    assert blob not in repositories.git(clone, "cat-file", "--batch-all-objects", "--batch-check")
    assert traps.sprung == set()


def test_a_repository_with_sha256_is_read(traps: Traps, tmp_path: Path) -> None:
    root = write(tmp_path / "r", {"x": ""})
    repositories.git(root, "init", "--quiet", "--object-format", "sha256")
    assert added(shop(root) / "backend") == RIGHT
    assert traps.sprung == set()


def test_a_git_in_the_checkout_is_not_started(traps: Traps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = at_root(tmp_path)
    real = os.environ["PATH"]
    for place in (".", "bin", "backend"):
        shutil.copy(traps.command("fake"), write(root / place, {"x": ""}) / "git")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/git").symlink_to(root / "bin/git")
    places = ("", ".", "bin", "../bin", str(root), str(root / "bin"), str(tmp_path / "outside"))
    monkeypatch.setenv("PATH", os.pathsep.join((*places, real)))
    monkeypatch.chdir(root)
    assert (
        git.commit(root / "backend", "HEAD")
        == repositories.run(root, "git", "rev-parse", "HEAD", env=repositories.environment(PATH=real)).stdout.strip()
    )
    assert added(root / "backend") == RIGHT
    assert traps.sprung == set()


def test_what_never_ends_is_given_up(traps: Traps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "_SECONDS", 0.5)
    monkeypatch.setattr(git, "_TOO_SLOW", set())
    root = at_root(tmp_path)
    os.mkfifo(root / ".git/hooks/endless")
    with (root / ".git/config").open("a") as file:
        file.write("[include]\n path = hooks/endless\n")
    assert added(root / "backend") == {"shop.models": None, "shop.util": None}
    assert list(git._TOO_SLOW) == [root]  # noqa: SLF001 - so that it is given up once
    assert traps.sprung == set()


@pytest.mark.parametrize(
    "place", ["HEAD", "config", "commondir", "shallow", "packed-refs", "refs/tags/x", "info/grafts"]
)
def test_git_is_not_started_where_it_would_wait_for_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    root = at_root(tmp_path)
    (root / ".git" / place).unlink(missing_ok=True)
    (root / ".git" / place).parent.mkdir(exist_ok=True)
    os.mkfifo(root / ".git" / place)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("git was started"))
    assert added(root / "backend") == {"shop.models": None, "shop.util": None}


def test_a_socket_of_git_is_no_pipe(tmp_path: Path) -> None:
    root = at_root(tmp_path)
    with socket.socket(socket.AF_UNIX) as waiting, contextlib.chdir(root / ".git"):
        waiting.bind("fsmonitor--daemon.ipc")
    assert added(root / "backend") == RIGHT


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a folder away")
def test_the_repository_of_somebody_else_is_read_if_git_is_told_that_it_is_safe(
    traps: Traps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (at_root(tmp_path / name) for name in "abc")
    for root in (first, second, third):
        for path in (root, root / ".git"):
            os.chown(path, 12345, 12345)
    unknown = {"shop.models": None, "shop.util": None}
    assert added(first / "backend") == unknown
    write(tmp_path / "home", {".gitconfig": f"[safe]\n directory = {second}\n"})
    assert added(second / "backend") == RIGHT
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "*")
    assert added(third / "backend") == RIGHT
    assert traps.sprung == set()
