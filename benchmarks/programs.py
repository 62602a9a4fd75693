"""The programs that are checked: pinned releases, and the contracts for them that both tools read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from benchmarks.tools import CACHE


@dataclass(frozen=True)
class Contracts:
    """One contract of each common type."""

    layers: list[str]
    independent: list[str]
    source: str
    forbidden: str

    def configuration(self, package: str) -> str:
        """Write them in the one way that both tools read."""
        return f"""\
[tool.importlinter]
root_package = "{package}"

[[tool.importlinter.contracts]]
name = "Layers"
type = "layers"
layers = {json.dumps(self.layers)}

[[tool.importlinter.contracts]]
name = "Independence"
type = "independence"
modules = {json.dumps(self.independent)}

[[tool.importlinter.contracts]]
name = "Forbidden"
type = "forbidden"
source_modules = ["{self.source}"]
forbidden_modules = ["{self.forbidden}"]
"""


@dataclass(frozen=True)
class Program:
    """A package, and what happens to it: a file is edited, and files that match a glob begin to import a module."""

    package: str
    contracts: Contracts
    edited: str
    importing: str
    added: str
    status: int


@dataclass(frozen=True)
class Release:
    """A program as published, with the goals for it: at most this part of import-linter's time, by case."""

    requirement: str
    python: str
    program: Program
    goals: dict[str, float]

    def pristine(self) -> Path:
        """Return the package as it was published, fetched from the package index the first time."""
        folder = CACHE / "programs" / self.requirement
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            with ZipFile(self._wheel()) as wheel:
                wheel.extractall(partial)
            partial.rename(folder)
        return folder / self.program.package

    def copy_to(self, folder: Path) -> None:
        """Lay out the program, to be changed at will, with its configuration."""
        shutil.copytree(self.pristine(), folder / self.program.package)

    def _wheel(self) -> Path:
        folder = CACHE / "wheels" / self.requirement
        options = ["--no-deps", "--only-binary=:all:", "--python-version", self.python, "--dest", str(folder)]
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *options, self.requirement], check=True)
        (wheel,) = folder.glob("*.whl")
        return wheel


_HOME_ASSISTANT = Program(
    package="homeassistant",
    contracts=Contracts(
        layers=["homeassistant.components", "homeassistant.helpers", "homeassistant.util"],
        independent=["homeassistant.components.hue", "homeassistant.components.zha", "homeassistant.components.mqtt"],
        source="homeassistant.util",
        forbidden="homeassistant.components",
    ),
    edited="homeassistant/components/hue/light.py",
    importing="homeassistant/components/*/sensor.py",
    added="homeassistant.util.dt",
    status=1,
)

_DJANGO = Program(
    package="django",
    contracts=Contracts(
        layers=["django.contrib", "django.db", "django.core", "django.utils"],
        independent=["django.contrib.gis", "django.contrib.sessions", "django.contrib.sites"],
        source="django.utils",
        forbidden="django.contrib",
    ),
    edited="django/db/models/query.py",
    importing="django/db/*/*.py",
    added="django.utils.timezone",
    status=1,
)

RELEASES = {
    "homeassistant": Release(
        "homeassistant==2026.2.3",
        python="3.13.2",
        program=_HOME_ASSISTANT,
        goals={
            "nothing changed": 0.07,
            "a comment added in one file": 0.12,
            "an import added, each run in another file": 0.15,
            "no cache at all": 0.65,
            "restored cache, new time stamps": 0.10,
            "cycles, no cache": 3.0,
        },
    ),
    "django": Release(
        "django==5.2.8",
        python="3.11",
        program=_DJANGO,
        goals={
            "nothing changed": 0.20,
            "no cache at all": 0.80,
            "restored cache, new time stamps": 0.25,
            "cycles --quick, no cache": 1.1,
            "cycles, no cache, and pylint": 0.04,
            "cycles after one edited file": 0.2,
        },
    ),
}
