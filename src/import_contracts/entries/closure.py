"""What an interpreter finds on its path: from the files that it runs to all that these may import."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from import_contracts.crashes.model import possible_imports, written_imports
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors, top_level
from import_contracts.reading.files.outside import Outside
from import_contracts.reading.files.program_text import Started
from import_contracts.reading.source.imports import WrittenImport
from import_contracts.reading.source.text import Source


class Located(NamedTuple):
    """Where a module is: its file, "" for a namespace package; and of a package, where its modules are."""

    path: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """The folder in which commands are typed, and what is known of the path that interpreters have there.

    ``installed`` are the folders with what is installed of the project. ``names`` are the top-level modules that the
    project has. ``shown`` returns a path as reports show it.
    """

    folder: str
    installed: tuple[str, ...]
    names: frozenset[str]
    outside: Outside
    shown: Callable[[str], str]

    def text(self, path: str) -> str | None:
        """Return the text of a file; None if it cannot be read."""
        return self.outside.text(path)


class Written:
    """The imports that are written in files, each read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], list[WrittenImport]] = {}

    def imports(self, source: Source, path: str) -> list[WrittenImport]:
        """Return the imports of a module, whose file is at a path."""
        key = (path, source.module)
        if key not in self._known:
            self._known[key] = written_imports(source)
        return self._known[key]


_PATH = re.compile(r"sys\s*\.\s*path\b")
# What an interpreter has imported before any file runs.
_ALREADY_IMPORTED = frozenset(
    {"_collections_abc", "_thread", "abc", "atexit", "builtins", "codecs", "encodings", "errno", "gc", "genericpath"}
    | {"io", "itertools", "marshal", "os", "posix", "posixpath", "pwd", "site", "stat", "sys", "time", "zipimport"}
)


class Closure:
    """The modules that an interpreter with a ``path`` may import; the folders on the path may change in between.

    Of the path, ``first`` is what comes before the standard library, and ``last`` what comes after it.

    A module is looked up once, when something is read that may import it, as if it were imported then; but again, if it
    was not found, once there are more folders on the path.
    """

    def __init__(self, project: Project, path: Sequence[str], written: Written, skipped: frozenset[str]) -> None:
        self._first = tuple(dict.fromkeys(path))
        self._last = project.installed
        self.own: set[str] = set()
        self._project = project
        self._written = written
        self._skipped = skipped | _ALREADY_IMPORTED
        self._found: dict[str, Located | None] = {}
        self._sources: dict[str, Source] = {}
        self._imports: dict[str, dict[str, Kind]] = {}
        self._namespaces: set[str] = set()
        self._missing: dict[str, str] = {}
        self._leaving: set[str] = set()
        self._changes_path = False
        self._todo: list[str] = []

    # --- finding ------------------------------------------------------------------------------------------------

    def __contains__(self, module: object) -> bool:
        return isinstance(module, str) and self.find(module) is not None

    def find(self, module: str) -> Located | None:
        """Return where a module is; None if it is not on the path."""
        if module not in self._found:
            package, _, name = module.rpartition(".")
            outer = self.find(package) if package else None
            places = self._searched(name) if not package else outer.places if outer else ()
            self._found[module] = self._located(places, name)
        return self._found[module]

    def found_again(self, module: str) -> Located | None:
        """Return where a top-level module is on the path now, as if it had not been imported."""
        return self._located(self._searched(module), module)

    def _searched(self, name: str) -> tuple[str, ...]:
        """Return the folders in which a top-level module may be."""
        if name in self._skipped:
            return ()
        return self._first if name in sys.stdlib_module_names else self.path

    def _located(self, places: Sequence[str], name: str) -> Located | None:
        portions = []
        for place in places:
            files, folders = self._project.outside.listing(place)
            folder = os.path.join(place, name)
            if name in folders and "__init__.py" in self._project.outside.listing(folder).files:
                return Located(os.path.join(folder, "__init__.py"), (folder,))
            if f"{name}.py" in files:
                return Located(f"{folder}.py")
            if name in folders:
                portions.append(folder)
        return Located("", tuple(portions)) if any(map(self._has_python, portions)) else None

    def _has_python(self, folder: str) -> bool:
        todo = [folder]
        for each in todo:
            files, folders = self._project.outside.listing(each)
            if any(name.endswith(".py") for name in files):
                return True
            todo += [os.path.join(each, name) for name in folders if name.isidentifier()]
            if len(todo) > _MOST_FOLDERS:
                break
        return False

    @property
    def path(self) -> tuple[str, ...]:
        """The folders of the project on the path, in order."""
        return tuple(dict.fromkeys((*self._first, *self._last)))

    def add_folder(self, folder: str, *, at_end: bool) -> None:
        """Put a folder on the path; what was found stays where it is, and the rest is looked up again."""
        before = self.path
        if at_end:
            self._last = tuple(dict.fromkeys((*self._last, folder)))
        else:
            self._first = tuple(dict.fromkeys((folder, *self._first)))
        if self.path != before:
            self._found = {module: located for module, located in self._found.items() if located}

    def place(self, packages: Sequence[str], path: str) -> None:
        """Note where the packages around a file are that is imported by its path, wherever they would be found."""
        for package in reversed(packages):
            path = os.path.dirname(path)
            init = os.path.join(path, "__init__.py")
            is_regular = self._project.outside.is_file(init)
            self._found.setdefault(package, Located(init if is_regular else "", (path,)))

    def free_key(self, module: str, path: str) -> str:
        """Return a key for a file that takes the place of other modules of its name, each of which was another file."""
        located = self._found.get(module)
        return (
            module
            if located is None or located.path == path
            else f"{module} {self._project.shown(path)}".replace(".", "_")
        )

    # --- adding -------------------------------------------------------------------------------------------------

    def run(self, path: str, key: str, module: str, *, running_as: str = "") -> None:
        """Add a file that runs under a key of ``sys.modules``; relative imports in it are those of ``module``."""
        is_package = os.path.basename(path) == "__init__.py"
        text = self._project.text(path)
        self.own.add(key)
        self._found[key] = Located(path, (os.path.dirname(path),) if is_package else ())
        if text is not None:
            self._read(key, Source(module, self._project.shown(path), is_package, text, running_as), path)
        self._follow()

    def run_text(self, text: str) -> None:
        """Add a text that runs as ``__main__`` and is in no file, as that of an installed script."""
        self.own.add("__main__")
        self._read("__main__", Source("__main__", "", is_package=False, text=text), "")
        self._follow()

    def add(self, module: str) -> None:
        """Add a module on the path, with the packages around it and all that they may import."""
        self._todo.append(module)
        self._follow()

    def _follow(self) -> None:
        while self._todo:
            module = self._todo.pop()
            for name in (module, *ancestors(module)):
                located = self.find(name)
                if located is None or name in self._sources or name in self._namespaces:
                    continue
                is_package = bool(located.places)
                text = self._project.text(located.path) if located.path else None
                if text is None:
                    self._namespaces.add(name)
                else:
                    self._read(name, Source(name, self._project.shown(located.path), is_package, text), located.path)

    def _read(self, key: str, source: Source, path: str) -> None:
        self._sources[key] = source
        if path and changes_path(source.text):
            self._change_path(os.path.dirname(path))
        written = self._written.imports(source, path)
        self._imports[key] = possible_imports(source, self, written)
        self._todo += self._imports[key]
        for each in written:
            self._note_missing(key, source, each)
            if each.name == "*" and each.module:
                self._todo += self._inside(each.module)

    def _note_missing(self, key: str, source: Source, written: WrittenImport) -> None:
        root = top_level(written.module)
        if written.level > source.module.count(".") + source.is_package:
            self._leaving.add(key)
        elif not written.level and root in self._project.names and self.find(root) is None:
            self._missing.setdefault(key, root)

    def _inside(self, package: str) -> Iterator[str]:
        """Yield the modules in a package, which a star import may load."""
        located = self.find(package)
        for place in located.places if located else ():
            files, folders = self._project.outside.listing(place)
            for name in (*(file.removesuffix(".py") for file in files if file.endswith(".py")), *folders):
                if name.isidentifier() and name != "__init__":
                    yield f"{package}.{name}"

    def _change_path(self, folder: str) -> None:
        """Note that a file in a folder changes the path: every folder of the project may be on it from then on."""
        self._changes_path = True
        more = [folder]
        while more[-1] != self._project.folder and more[-1] != os.path.dirname(more[-1]):
            more.append(os.path.dirname(more[-1]))
        for each in (*more, os.path.join(self._project.folder, "src")):
            if not self._project.outside.is_file(os.path.join(each, "__init__.py")):
                self.add_folder(each, at_end=True)

    # --- the result ---------------------------------------------------------------------------------------------

    @property
    def started(self) -> Started:
        """All that was added."""
        missing = {} if self._changes_path else self._missing
        return Started(
            self._sources,
            self._imports,
            frozenset(self.own),
            frozenset(self._namespaces),
            frozenset(missing.values()),
            frozenset(self._leaving | missing.keys()),
        )


_MOST_FOLDERS = 1_000


def changes_path(text: str) -> bool:
    """Tell whether a text may change the path on which modules are looked for."""
    return "addsitedir" in text or _PATH.search(text) is not None
