"""The program around some of its files: found from where they are, without the names of root packages.

Unlike a program of `import_contracts.reading.files.program`, it may have modules outside packages, such as scripts.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from import_contracts import disk
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import top_level
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import SourceFile
from import_contracts.reading.files.quoting import Quoting
from import_contracts.reading.files.walk import walk
from import_contracts.reading.source.imports import WrittenImport, read_imports
from import_contracts.reading.source.resolution import resolve
from import_contracts.reading.source.text import Source, UndecodableError, decode
from import_contracts.records import dataclass, field

_INIT = "__init__.py"


@dataclass(frozen=True)
class ProgramAround:
    """A program as far as some of its files need it.

    ``names`` are the modules of those files, by path. ``sources`` are the texts of all modules, ``namespaces`` the
    packages without a file, and ``folders`` the folders in which the top-level modules are.
    """

    names: Mapping[str, str]
    sources: Mapping[str, Source]
    namespaces: frozenset[str]
    folders: tuple[str, ...]

    @cached_property
    def modules(self) -> frozenset[str]:
        """All modules and packages."""
        return self.namespaces.union(self.sources)

    @cached_property
    def graph(self) -> ImportGraph:
        """The imports between the modules."""
        imports: dict[str, dict[str, list[int]]] = {}
        kinds: dict[str, dict[tuple[str, int], Kind]] = {}
        for source in self.sources.values():
            for written in _written(source):
                imported = resolve(written, source.module, is_package=source.is_package, modules=self.modules)
                if imported is not None:
                    imports.setdefault(source.module, {}).setdefault(imported, []).append(written.line)
                    kinds.setdefault(source.module, {})[imported, written.line] = written.kind
        return ImportGraph(self.modules, imports, roots=sorted(map(top_level, self.modules)), kinds=kinds)


def read_around(
    files: Iterable[str], mentioned: Collection[str], source_roots: Collection[str], context: RunContext
) -> ProgramAround:
    """Return the program around some files, whose paths are absolute; what reports must not quote is left out.

    A package is a folder with ``__init__.py``; so is one without it where a longer name of the file is ``mentioned``,
    or leads to one of ``source_roots``.
    """
    reader = _Reader(context, source_roots)
    for path, name in (names := _names(files, mentioned, source_roots)).items():
        reader.add_root(top_level(name), _folder(name, path))
    reader.follow(top_level(name) for name in mentioned)
    known = {path: name for path, name in names.items() if name in reader.sources}
    return ProgramAround(known, reader.sources, frozenset(reader.namespaces), tuple(reader.folders.values()))


def _written(source: Source) -> tuple[WrittenImport, ...]:
    return read_imports(source.text, source.module, is_package=source.is_package)


def _folder(name: str, path: str) -> str:
    """Return the folder of the top level, given the name of a module and the path of its file."""
    levels = name.count(".") + 1 + path.endswith(os.sep + _INIT)
    return path.rsplit(os.sep, levels)[0]


def _names(files: Iterable[str], mentioned: Collection[str], source_roots: Collection[str]) -> dict[str, str]:
    """Return the names of the modules in some files; what is in the folder of one package is in that package."""
    names = {path: name for path in files if (name := _name(path, mentioned, source_roots))}
    packages = [os.path.join(_folder(name, path), top_level(name)) for path, name in names.items() if "." in name]
    for path, name in names.items():
        inside = next((each for each in packages if "." not in name and path.startswith(each + os.sep)), None)
        if inside is not None:
            relative = path[len(os.path.dirname(inside)) + 1 :].removesuffix(".py").removesuffix(f"{os.sep}__init__")
            names[path] = relative.replace(os.sep, ".")
    return names


def _name(path: str, mentioned: Collection[str], source_roots: Collection[str]) -> str:
    """Return the name of the module in a file; "" if it has none.

    Of its possible names it is the longest that is mentioned, or one from a source root, or the longest that begins
    with a regular package: that may have folders without ``__init__.py``.
    """
    possible = list(_possible_names(path))
    known = [name for name, _, _ in reversed(possible) if name in mentioned]
    known += [name for name, folder, _ in possible if folder in source_roots]
    known += [name for name, _, is_regular in reversed(possible) if is_regular]
    known += [name for name, _, _ in possible[:1]]
    return known[0] if known and all(part.isidentifier() for part in known[0].split(".")) else ""


def _possible_names(path: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the names that the module in a file may have, shortest first, each with the folder of its top level.

    The last value tells whether the top level is a regular package.
    """
    folder, _, file = path.rpartition(os.sep)
    name = "" if file == _INIT else file.removesuffix(".py")
    is_regular = False
    while folder:
        is_inside = disk.is_file(os.path.join(folder, _INIT))
        if name and not is_inside:
            yield name, folder, is_regular
        folder, _, last = folder.rpartition(os.sep)
        name, is_regular = f"{last}.{name}" if name else last, is_inside


@dataclass
class _Reader:
    """Reads the modules in and below the top-level packages and modules of a program."""

    context: RunContext
    source_roots: Collection[str]
    sources: dict[str, Source] = field(default_factory=dict)
    namespaces: set[str] = field(default_factory=set)
    folders: dict[str, str] = field(default_factory=dict)
    """The folder of each top-level module, in the order in which they were added."""

    def add_root(self, name: str, folder: str) -> None:
        """Read the top-level module of a name in a folder with all that is in it, unless that name is known."""
        if name in self.folders:
            return
        self.folders[name] = folder
        inside = os.path.join(folder, name)
        if disk.is_folder(inside):
            program = walk(((name, inside),), every_folder=True)
            self.namespaces |= program.namespaces
            files: Collection[SourceFile] = program.files
        else:
            files = [SourceFile(name, f"{inside}.py", is_package=False)]
        quoting = Quoting(self.context, ())
        for file in files:
            if quoting.allows(file.path):
                self._read(file)

    def _read(self, file: SourceFile) -> None:
        try:
            text = decode(file.read())
        except (OSError, UndecodableError):
            return
        self.sources[file.module] = Source(file.module, self.context.shown(file.path), file.is_package, text)

    def follow(self, wanted: Iterable[str]) -> None:
        """Add the top-level modules of some names, and those that the modules import which were read.

        They are looked for in the folders of those that are known, then in the folder of the run and the source roots.
        """
        done: set[str] = set()
        names = {*wanted}
        while left := self.folders.keys() - done:
            done |= left
            names |= {*self._imported(left)}
            for name in sorted(names - self.folders.keys()):
                folders = dict.fromkeys([*self.folders.values(), str(self.context.folder), *self.source_roots])
                found = next((folder for folder in folders if _is_module(name, folder)), None)
                if found is not None and name:
                    self.add_root(name, found)

    def _imported(self, roots: Collection[str]) -> Iterator[str]:
        for module, source in self.sources.items():
            if top_level(module) in roots:
                yield from (top_level(each.module) for each in _written(source) if not each.level and each.module)


def _is_module(name: str, folder: str) -> bool:
    inside = os.path.join(folder, name)
    return disk.is_file(f"{inside}.py") or disk.is_folder(inside)
