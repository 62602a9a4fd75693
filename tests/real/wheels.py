"""Real programs at pinned versions, fetched from the package index once and kept in .cache."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

_CACHE = Path(__file__).parents[2] / ".cache" / "wheels"


def unpacked(requirement: str, *, python: str = "3.11", platform: str = "") -> Path:
    """Return the folder with the packages of a requirement's wheel, for a Python that it supports.

    With the platform ``any`` it is a wheel of nothing but Python.
    """
    folder = _CACHE / requirement
    if not folder.exists():
        download = _CACHE / f"{requirement}.download"
        options = ["--no-deps", "--only-binary", ":all:", "--python-version", python, "--dest", str(download)]
        options += ["--platform", platform] if platform else []
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *options, requirement], check=True)
        (wheel,) = download.glob("*.whl")
        partial = folder.with_suffix(".partial")
        ZipFile(wheel).extractall(partial)
        partial.rename(folder)
    return folder
