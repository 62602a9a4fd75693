"""Real git repositories: this project as others get it, and a team's that uses it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.arranging import ROOT

SHOP = {
    "src/shop/__init__.py": "open('ran', 'w')  # what is linted is never run\n",
    "src/shop/models.py": "import shop.web\n",
    "src/shop/web.py": "",
    "src/shop/util.py": "",
    "pyproject.toml": """\
[tool.import-contracts]
root_packages = ["shop"]

[[tool.import-contracts.contracts]]
id = "models"
name = "Models do not know the web"
type = "forbidden"
source_modules = ["shop.models"]
forbidden_modules = ["shop.web"]
""",
}


def environment(**more: str) -> dict[str, str]:
    """Return that of this process without what speaks of another repository, another run or this machine's user."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT", "PRE_COMMIT", "PYTEST"))}
    who = {f"GIT_{role}_{what}": "ann@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return {**kept, **who, "PATH": path, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **more}


def run(folder: Path, *command: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    return subprocess.run(
        command,
        cwd=folder,
        env=env or environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


def git(folder: Path, *args: str) -> str:
    """Run git in a folder and return what it prints."""
    done = run(folder, "git", *args)
    assert done.returncode == 0, done.stdout
    return done.stdout.strip()


def commit(folder: Path) -> str:
    """Commit all that a folder has, to a repository that is new if there is none, and return the revision."""
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--no-verify", "--message", "x")
    return git(folder, "rev-parse", "HEAD")


def this_project(folder: Path) -> Path:
    """Copy the files of this project, as they are now, into a folder and return it."""
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder
