"""Which modules have another name than at the merge base, according to git: the same content at another path."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from import_contracts import git
from import_contracts.reading.files.program import SourceFile
from import_contracts.reading.snapshot import Snapshot
from import_contracts.repository import path_in, root_of


class Moves:
    """The modules of a program that have moved since the merge base. Git is asked when the first one is asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.are_read = False

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """The old names of modules, each with the new one; empty without git."""
        self.are_read = True
        folder = self._snapshot.context.folder
        root, commit = root_of(Path(os.path.realpath(folder))), git.merge_base(folder)
        if root is None or commit is None:
            return {}
        then, program = git.files(folder, commit), self._snapshot.program
        now = {path_in(root, file.path): file for file in program.files}
        places = {path_in(root, place).rpartition("/")[0] for _, place in program.portions}
        gone = {module: then[path] for path, module in _modules(then.keys() - now.keys(), places)}
        come = {now[path].module: now[path] for path in now.keys() - then.keys()}
        return moved(
            {module: name for module, name in gone.items() if module not in program.modules},
            {module: name for module, file in come.items() if (name := _object(file, gone.values())) is not None},
        )

    def new_name(self, module: str) -> str | None:
        """Return the new name of a module or package that does not exist any more; None if git knows none."""
        return self.modules.get(module) or _of_package(module, self.modules)


def moved(gone: Mapping[str, str], come: Mapping[str, str]) -> dict[str, str]:
    """Return the modules that are gone and have the content of one that has come, each with the name of that.

    Both are names of modules, with the name of their content. Of several with the same content, those whose names end
    alike belong together, and nothing is said of the others.
    """
    with_content: dict[str, list[str]] = defaultdict(list)
    for module, content in come.items():
        with_content[content].append(module)
    olds = Counter(gone.values())
    found = {}
    for module, content in sorted(gone.items()):
        same = with_content[content]
        if olds[content] > 1 or len(same) > 1:
            same = [new for new in same if new.rpartition(".")[2] == module.rpartition(".")[2]]
        if len(same) == 1:
            found[module] = same[0]
    times = Counter(found.values())
    return {old: new for old, new in found.items() if times[new] == 1}


def _of_package(package: str, modules: Mapping[str, str]) -> str | None:
    """Return the new name of a package most of whose moved modules are at the same places in another one."""
    inside = [(old, new) for old, new in modules.items() if old.startswith(f"{package}.")]
    names = Counter(
        new[: -len(rest)] for old, new in inside if new.endswith(rest := old[len(package) :]) and len(new) > len(rest)
    )
    name, number = names.most_common(1)[0] if names else ("", 0)
    return name if 2 * number > len(inside) else None


def _modules(paths: Iterable[str], places: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the paths of modules in some folders with packages, with the names of the modules."""
    for path in sorted(paths):
        if path.endswith(".py"):
            parts = path.removesuffix(".py").removesuffix("/__init__")
            inside = next((folder for folder in _folders(parts) if folder in places), None)
            if inside is not None:
                yield path, parts.removeprefix(f"{inside}/").replace("/", ".")


def _folders(path: str) -> Iterator[str]:
    """Yield the folders that contain a path, the nearest first; the last is ""."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _object(file: SourceFile, names: Iterable[str]) -> str | None:
    """Return the name that git gives to the content of a file; None if it is empty, as many are, or cannot be read."""
    try:
        data = file.read()
    except OSError:
        return None
    return git.object_name(data, len(next(iter(names), ""))) if data.strip() else None
