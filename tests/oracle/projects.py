"""Real projects with import-linter's configuration as they were released, and with imports added to them at random."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .peer import cache_folder, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Project:
    """`tree` is the package's folder and `place` the configuration's file, in the released sources."""

    requirement: str
    tree: str
    place: str = "pyproject.toml"

    @property
    def name(self) -> str:
        return self.requirement.partition("==")[0]

    @property
    def stem(self) -> str:
        return self.requirement.replace("-", "_").replace("==", "-")


PROJECTS = (
    Project("kedro==1.7.0", "kedro"),
    Project("napari==0.9.2", "src/napari"),
    Project("ophyd-async==0.21.3", "src/ophyd_async"),
    Project("sqlfluff==4.5.0", "src/sqlfluff"),
    Project("usethis==0.22.0", "src/usethis", ".importlinter"),
)


def released(project: Project) -> Path:
    """Return the file of the project's sources, which is fetched from the package index once."""
    folder = cache_folder("sources")
    file = folder / f"{project.stem}.tar.gz"
    with one_at_a_time():
        if not file.exists():
            options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
            subprocess.run([sys.executable, "-m", "pip", "download", *options, project.requirement], check=True)
    assert file.exists(), f"pip fetched no {file.name}"
    return file


def unpack(project: Project, folder: Path) -> Path:
    """Put the project's package and its configuration side by side in the folder, and nothing else."""
    with tarfile.open(released(project)) as archive:
        archive.extractall(folder / "released", filter="data")
    source = folder / "released" / project.stem
    workplace = folder / "work"
    workplace.mkdir()
    (source / project.tree).rename(workplace / Path(project.tree).name)
    (source / project.place).rename(workplace / project.place)
    shutil.rmtree(folder / "released")
    return workplace


@contextmanager
def injected(project: Project, workplace: Path, seed: str, imports: int = 10) -> Iterator[list[str]]:
    """Add imports to the ends of modules, which are chosen at random, and take them away again."""
    rng = random.Random(seed)  # noqa: S311  (cases are to be the same again, not hard to guess)
    package = workplace / Path(project.tree).name
    files = sorted(path for path in package.rglob("*.py") if is_module(path, package))
    before: dict[Path, bytes] = {}
    added = []
    for _ in range(imports):
        importer, imported = rng.choice(files), module_name(rng.choice(files), workplace)
        before.setdefault(importer, importer.read_bytes())
        with importer.open("a", encoding="utf-8") as file:
            file.write(f"\nimport {imported}\n")
        added.append(f"{module_name(importer, workplace)} -> {imported}")
    try:
        yield added
    finally:
        for path, text in before.items():
            path.write_bytes(text)


def is_module(path: Path, package: Path) -> bool:
    """Return whether every folder on the way is a package and every name can be imported."""
    inside = path.relative_to(package.parent)
    folders = [package.parent.joinpath(*inside.parts[:end]) for end in range(1, len(inside.parts))]
    return path.stem.isidentifier() and all((folder / "__init__.py").exists() for folder in folders)


def module_name(path: Path, workplace: Path) -> str:
    return ".".join(path.relative_to(workplace).with_suffix("").parts).removesuffix(".__init__")
