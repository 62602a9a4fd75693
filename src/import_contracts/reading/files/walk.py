"""The modules of a program: walks the folders of its root packages, and says which files do not count."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from import_contracts.graph.names import within
from import_contracts.problems import Problem, Severity
from import_contracts.reading.files.excluding import EXCLUDE, Exclude, Excluded, Globs
from import_contracts.reading.files.folders import Entries, folder_entries
from import_contracts.reading.files.precedence import Unread, compiled_name, contested, is_regular
from import_contracts.reading.files.program import Findings, Portions, Program, SourceFile
from import_contracts.reading.files.roots import matters
from import_contracts.records import dataclass, field
from import_contracts.wording import count


def walk(
    portions: Portions, *, every_folder: bool = False, exclude: Exclude = (), unread: Iterable[Unread] = ()
) -> Program:
    """Return the program in the folders of its root packages, without the files and folders that match ``exclude``.

    A folder without ``__init__.py`` inside a regular package counts only with ``every_folder``, although CPython would
    import it. ``unread`` is what `find_unread` returns; there is a problem for each. Folders whose modules do not count
    are looked at when the problems of the program are first asked for, unless a glob may match something in them.
    """
    walked = _Walk(every_folder, Globs(exclude))
    walked.leave_out(portions, unread)
    for name, folder in portions:
        walked.package(name, folder)
    if exclude:
        walked.look_aside()
    return Program(
        tuple(dict.fromkeys(name for name, _ in portions)),
        tuple(sorted(walked.files.values(), key=lambda file: file.module)),
        walked.namespaces,
        portions,
        frozenset(walked.shadowed),
        walked.without_source,
        tuple(sorted(each for each in walked.excluded if each.module not in walked.files)),
        walked.findings,
    )


class _Folder(NamedTuple):
    """A folder that may be a package, in the order in which folders are walked: those without links on the way first.

    Then a shorter name comes first. ``name`` is that of the package, ``path`` the path, ``real`` the one without links.
    """

    through_link: bool
    depth: int
    name: str
    path: str
    real: str
    inside_regular: bool

    def inner(self, name: str, *, is_link: bool, inside_regular: bool) -> _Folder:
        """Return a folder in this one."""
        path = f"{self.path}{os.sep}{name}"
        real = os.path.realpath(path) if is_link else f"{self.real}{os.sep}{name}"
        through_link = is_link or self.through_link
        return _Folder(through_link, self.depth + 1, f"{self.name}.{name}", path, real, inside_regular)


@dataclass
class _Walk:
    """Walks the folders of packages and collects their modules. The first file found for a module counts.

    A folder counts once in each portion, under the first of its names. With links to each other, ten folders would have
    more names than anybody could wait for.
    """

    every_folder: bool
    globs: Globs
    files: dict[str, SourceFile] = field(default_factory=dict)
    excluded: set[Excluded] = field(default_factory=set)
    shadowed: set[str] = field(default_factory=set)
    watched: list[str] = field(default_factory=list)
    compiled: dict[str, SourceFile] = field(default_factory=dict)
    _unread: set[str] = field(default_factory=set)
    _whole: set[str] = field(default_factory=set)
    _without_file: set[str] = field(default_factory=set)
    _repeated: list[tuple[str, list[_Folder]]] = field(default_factory=list)
    _aside: list[tuple[str, str, Entries]] = field(default_factory=list)
    _problems: list[Problem] = field(default_factory=list)

    @property
    def namespaces(self) -> frozenset[str]:
        """The packages without a file that contain modules."""
        packages: set[str] = set()
        for module in (*self.files, *self.compiled) if self._without_file else ():
            while (module := module.rpartition(".")[0]) and module not in packages:
                packages.add(module)
        return frozenset(packages & self._without_file).difference(self.files)

    @property
    def without_source(self) -> tuple[SourceFile, ...]:
        """The modules without source, sorted: not a stub of one that has source in another folder."""
        others = self.namespaces.union(self.files)
        return tuple(self.compiled[module] for module in sorted(self.compiled.keys() - others))

    def findings(self) -> Findings:
        """Return the problems, sorted by path, and what is watched."""
        self.look_aside()
        self._report_globs()
        modules = self.namespaces.union(self.files, self.compiled)
        repeated = (_counted_once(name, again) for name, again in self._repeated if name in modules)
        problems = sorted((*self._problems, *repeated), key=lambda problem: str(problem.file or ""))
        return Findings(tuple(problems), tuple(dict.fromkeys(self.watched)))

    def leave_out(self, portions: Portions, unread: Iterable[Unread]) -> None:
        """Note what CPython does not import in packages with several folders, besides what is known already."""
        self._problems += (each.problem for each in unread)
        for name, folders in _by_package(portions).items():
            for each in contested(name, folders, self.watched) if len(folders) > 1 else ():
                self._unread.add(each.path if os.path.basename(each.path) == "__init__.py" else _place(each.path))
                if matters(each, self.watched):
                    self._problems.append(each.problem)

    def package(self, name: str, folder: str) -> None:
        """Add the modules of a package, or a module that is a single file."""
        if os.path.isfile(file := f"{folder}.py") and not is_regular(folder):
            if self.globs and self.globs.start(name, file):
                self.excluded.add(Excluded(name, is_folder=False))
                return
            self.files.setdefault(name, SourceFile(name, file, is_package=False))
            self.watched += (folder, os.path.join(folder, "__init__.py"))
            return
        if self.globs and self.globs.start(name, folder):
            self._whole.add(name)
            return
        todo = [_Folder(False, 0, name, folder, os.path.realpath(folder), inside_regular=False)]  # noqa: FBT003
        names: dict[str, str] = {}
        repeated: dict[str, list[_Folder]] = {}
        while todo:
            folder_now = heappop(todo)
            if names.setdefault(folder_now.real, folder_now.name) != folder_now.name:
                repeated.setdefault(folder_now.real, []).append(folder_now)
                continue
            for inner in self._folder(folder_now):
                heappush(todo, inner)
        self._repeated += ((names[real], again) for real, again in repeated.items())

    def _folder(self, folder: _Folder) -> list[_Folder]:
        """Add the modules in a folder, and return the folders in it that may be packages."""
        try:
            files, folders, compiled, links = entries = folder_entries(folder.path, self.watched)
        except OSError as error:
            self._problems.append(Problem(f"This folder cannot be read: {error.strerror}.", file=folder.path))
            return []
        if not (files or folders or compiled):  # as in most folders of translations
            return []
        for file in [] if _is_text("".join(files)) else [file for file in files if not _is_text(file)]:
            files.remove(file)
            path = os.path.join(folder.path, file).encode(errors="backslashreplace").decode()
            self._problems.append(Problem("The name of this file is not UTF-8 text; rename it.", file=path))
        if self._unread:
            files, folders, compiled = (self._read(folder.path, names) for names in (files, folders, compiled))
        built = _built(files, compiled) if compiled else {}
        has_init = "__init__.py" in files or "__init__" in built
        if self.globs:
            files, folders, compiled = self._kept(folder.name, folder.path, files, folders, compiled)
            built = {name: file for name, file in built.items() if file in compiled}
        if folder.inside_regular and not has_init and not self.every_folder:
            self._aside.append((folder.name, folder.path, entries))
            return []
        if "__init__.py" not in files and "__init__" not in built:
            self._without_file.add(folder.name)
        both = {file[:-3] for file in files}.union(built).intersection(folders)
        packages = {inner for inner in both if is_regular(os.path.join(folder.path, inner))}
        self.watched += (os.path.join(folder.path, inner) for inner in both - packages)
        if files:
            self._files(folder, files, packages)
        if built:
            self._compiled(folder, {name: file for name, file in built.items() if name not in packages})
        inside = [inner for inner in folders if inner in packages or inner not in both]
        return [folder.inner(inner, is_link=inner in links, inside_regular=has_init) for inner in inside]

    def _read(self, folder: str, names: Iterable[str]) -> list[str]:
        return [name for name in names if os.path.join(folder, name.partition(".")[0]) not in self._unread]

    def _compiled(self, folder: _Folder, built: Mapping[str, str]) -> None:
        """Add modules without source; one of another portion with source comes first, as a stub is never imported."""
        for name, file in built.items():
            module = folder.name if name == "__init__" else f"{folder.name}.{name}"
            known = self.compiled.get(module)
            if known is None or (known.path.endswith(".pyi") and not file.endswith(".pyi")):
                path = os.path.join(folder.path, file)
                self.compiled[module] = SourceFile(module, path, is_package=name == "__init__")

    def _kept(
        self, name: str, folder: str, files: list[str], folders: list[str], compiled: list[str]
    ) -> tuple[list[str], list[str], list[str]]:
        """Return the files, folders and compiled files in a folder that are not excluded."""
        if not self.globs:
            return files, folders, compiled
        out = {each for each in (*files, *folders, *compiled) if self.globs.leave_out(folder, each)}
        for each in out:
            last = each if each in folders else compiled_name(each) if each in compiled else each[:-3]
            is_init = last == "__init__" and each not in folders
            self.excluded.add(Excluded(name if is_init else f"{name}.{last}", each in folders))
        files, folders, compiled = ([each for each in names if each not in out] for names in (files, folders, compiled))
        return files, folders, compiled

    def _report_globs(self) -> None:
        """Add a problem for each glob without effect, and for each root package of which nothing is left."""
        for glob in self.globs.unmatched:
            message = f"'{glob}' matches no file or folder of the program; remove it."
            self._problems.append(Problem(message, key=EXCLUDE, severity=Severity.WARNING))
        for name in sorted(self._whole):
            if not any(within(module, name) for module in self.files):
                self._problems.append(Problem(f"The whole package '{name}' is excluded; exclude less.", key=EXCLUDE))

    def _files(self, folder: _Folder, files: Iterable[str], packages: Collection[str]) -> None:
        place = os.path.join(folder.path, "")
        for file in files:
            path = place + file
            is_package = file == "__init__.py"
            module = folder.name if is_package else f"{folder.name}.{file[:-3]}"
            if file[:-3] in packages:
                self._shadowed(module, path)
            elif path not in self._unread:
                self.files.setdefault(module, SourceFile(module, path, is_package))

    def look_aside(self) -> None:
        """Add a problem for each folder with modules that do not count."""
        for each in self._aside:
            self._left_out(*each)
        self._aside.clear()

    def _left_out(self, name: str, folder: str, entries: Entries) -> None:
        modules = sorted(self._inside(name, folder, entries))
        if modules:
            files = "its Python file" if len(modules) == 1 else f"its {len(modules):,} Python files"
            them = f"it ({modules[0]})" if len(modules) == 1 else f"them ({modules[0]}, …)"
            message = (
                f"This folder has no __init__.py, so {files} and imports of {them} are not checked, although Python "
                f"can import {them.partition(' ')[0]}; add an __init__.py, or set count_namespace_folders = true."
            )
            self._problems.append(Problem(message, file=folder, severity=Severity.WARNING))

    def _inside(self, name: str, folder: str, entries: Entries) -> set[str]:
        """Return the modules in a folder and in those inside it, without following links."""
        found: set[str] = set()
        todo = [(name, folder, entries)]
        for package, outer, (*found_here, links) in todo:
            files, folders, _ = self._kept(package, outer, *found_here)
            modules = {file[:-3] for file in files if _is_text(file)}
            found.update(package if each == "__init__" else f"{package}.{each}" for each in modules)
            for inner in folders:
                path = f"{outer}{os.sep}{inner}"
                if inner in modules and not os.path.isfile(os.path.join(path, "__init__.py")):
                    self.watched.append(path)
                elif inner not in links:
                    with contextlib.suppress(OSError):
                        todo.append((f"{package}.{inner}", path, folder_entries(path, self.watched)))
        return found

    def _shadowed(self, module: str, path: str) -> None:
        self.shadowed.add(module)
        message = f"This file is never imported, because the package '{module}' has the same name."
        self._problems.append(Problem(message, file=path, severity=Severity.WARNING))


def _counted_once(name: str, again: Sequence[_Folder]) -> Problem:
    first, *others = again
    more = f" The same is true of {count(len(others), 'more link')} to it." if others else ""
    message = (
        f"This link leads to the folder of '{name}', which counts only under that name; "
        f"imports of '{first.name}' are not checked.{more}"
    )
    return Problem(message, file=first.path, severity=Severity.WARNING)


def _by_package(portions: Portions) -> dict[str, list[str]]:
    folders: dict[str, list[str]] = {}
    for name, folder in portions:
        folders.setdefault(name, []).append(folder)
    return folders


def _place(path: str) -> str:
    """Return the path of a module without the end of its file's name."""
    folder, name = os.path.split(path)
    return os.path.join(folder, name.partition(".")[0])


def _built(files: Collection[str], compiled: Sequence[str]) -> dict[str, str]:
    """Return the compiled files of modules that have no source beside them, by name; a stub only if it is alone.

    A stub of a package counts only if all in it are stubs: otherwise the folder has no ``__init__`` for CPython.
    """
    built: dict[str, str] = {}
    for file in sorted(compiled, key=lambda file: (file.endswith(".pyi"), file)):
        name = compiled_name(file)
        if f"{name}.py" not in files and not (file == "__init__.pyi" and files):
            built.setdefault(name, file)
    return built


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # os.fsdecode has put surrogates into it
        return False
    return True
