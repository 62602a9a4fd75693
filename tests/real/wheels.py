"""Real programs at pinned versions, fetched from the package index once and kept in .cache."""

from __future__ import annotations

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from zipfile import ZipFile

from tests.support.arranging import ROOT

# What they need to be imported.
DJANGO = ("asgiref==3.8.1", "sqlparse==0.5.3")
MYPY = (
    "mypy-extensions==1.1.0",
    "typing-extensions==4.15.0",
    "pathspec==1.0.4",
    "librt==0.16.0",
    "ast-serialize==0.12.1",
)

_CACHE = ROOT / ".cache" / "wheels"


def _scratch() -> Path:
    """Return a new folder beside the kept ones: two processes may fetch the same program at once."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    return Path(mkdtemp(dir=_CACHE))


def _keep(made: Path, folder: Path) -> None:
    """Move a folder to where it is kept, unless another process has done so."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        made.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def unpacked(requirement: str, *, python: str = "3.11", platform: str = "") -> Path:
    """Return the folder with the packages of a requirement's wheel, for a Python that it supports.

    With the platform ``any`` it is a wheel of nothing but Python.
    """
    folder = _CACHE / requirement
    if not folder.exists():
        download = _scratch()
        options = ["--no-deps", "--only-binary", ":all:", "--python-version", python, "--dest", str(download)]
        options += ["--platform", platform] if platform else []
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *options, requirement], check=True)
        (wheel,) = download.glob("*.whl")
        partial = download / "unpacked"
        ZipFile(wheel).extractall(partial)
        _keep(partial, folder)
    return folder


def with_tests(requirement: str) -> Path:
    """Return the folder with the source distribution of a requirement, which has its tests."""
    folder = _CACHE / f"{requirement}.sdist"
    if not folder.exists():
        download = _scratch()
        options = ["--no-deps", "--no-binary", requirement.partition("==")[0], "--dest", str(download)]
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *options, requirement], check=True)
        (archive,) = download.glob("*.tar.gz")
        partial = download / "unpacked"
        shutil.unpack_archive(archive, partial, filter="data")
        _keep(partial, folder)
    (unpacked_folder,) = folder.iterdir()
    return unpacked_folder


def mypy() -> Path:
    """Its sources as they are: most of its other wheels are compiled."""
    return unpacked("mypy==2.4.1", platform="any")


def django() -> Path:
    return unpacked("django==5.2.8")


def installed(requirements: tuple[str, ...], python: str) -> Path:
    """Return a folder with some requirements and what they need, for the interpreter ``python``."""
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    name = f"{requirements[0]}-{sha256(' '.join(requirements).encode()).hexdigest()[:8]}-{version}"
    folder = _CACHE.parent / "installed" / name
    if not folder.exists():
        partial = _scratch() / "unpacked"
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary"]
        subprocess.run([*command, "--target", str(partial), *requirements], check=True, stderr=subprocess.DEVNULL)
        _keep(partial, folder)
    return folder
