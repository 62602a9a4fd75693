"""Packages from npm, which tests run under Node.js: each is installed once and kept in .cache."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from tests.support.arranging import ROOT

_CACHE = ROOT / ".cache/npm"


def found(command: str) -> str:
    """Return the path of ``node`` or ``npm``; skips the test where there is none."""
    path = shutil.which(command)
    if path is None:
        pytest.skip(f"This test needs Node.js, and there is no {command}")
    return path


@cache
def installed(*specs: str) -> Path:
    """Return the folder with some npm packages, such as ``pyodide@314.0.7``; skips the test if that fails."""
    folder = _CACHE / "+".join(specs)
    if not folder.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=_CACHE))
        options = ["--prefix", str(partial), "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run([found("npm"), "install", *options, *specs], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install {' '.join(specs)}: {done.stderr.strip()[-300:]}")
        with suppress(OSError):  # another process was faster
            partial.rename(folder)
        shutil.rmtree(partial, ignore_errors=True)
    return folder / "node_modules"
