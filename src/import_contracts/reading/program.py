"""Finding the linted program: from the names of its root packages to its files, without importing them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import heappop, heappush
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import NamedTuple, TypeAlias

from import_contracts import disk, looks
from import_contracts.graph.names import within
from import_contracts.problems import Problem, Severity, UserError, did_you_mean
from import_contracts.reading.excluding import EXCLUDE, Exclude, Excluded, Globs
from import_contracts.reading.precedence import (
    COMPILED,
    Unread,
    candidate,
    choice,
    compiled_name,
    contested,
    extends_path,
    is_regular,
    left_out,
)
from import_contracts.records import dataclass, field
from import_contracts.wording import count

Portions: TypeAlias = tuple[tuple[str, str], ...]
"""Each root package and its folder, in order. A namespace package may have several folders, so several items.

Of a root that is a single file, it is the path of the file without ``.py``.
"""


class SourceFile(NamedTuple):
    """The file of one module; ``path`` is absolute, and ``is_package`` is True for an ``__init__.py``."""

    module: str
    path: str
    is_package: bool

    def read(self) -> bytes:
        """Return the content of the file; raises OSError."""
        return disk.read_unnoted(self.path)


class Findings(NamedTuple):
    """What else was found with the modules of a program.

    ``problems`` are files and folders that cannot be checked. ``watched`` are the folders, links and files that were
    read to find the files: while none of them changes, there are the same files.
    """

    problems: tuple[Problem, ...] = ()
    watched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Program:
    """The modules of the root packages.

    ``roots`` are the root packages, in order. ``files`` are sorted by module. ``namespaces`` are the packages without a
    file. ``portions`` are the folders of the root packages. ``shadowed`` are the modules with a second file, which
    CPython ignores: ``a.py`` next to ``a/__init__.py``. ``compiled`` are the modules without source, sorted: extension
    modules, and stubs alone. They import nothing. ``excluded`` are the modules that ``exclude`` leaves out, sorted.
    ``find`` returns what else was found; it is called once, when somebody asks for that.
    """

    roots: tuple[str, ...]
    files: tuple[SourceFile, ...]
    namespaces: frozenset[str]
    portions: Portions
    shadowed: frozenset[str] = frozenset()
    compiled: tuple[SourceFile, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    find: Callable[[], Findings] = Findings

    @cached_property
    def findings(self) -> Findings:
        """What else was found with the modules."""
        return self.find()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The files and folders that cannot be checked."""
        return self.findings.problems

    @property
    def watched(self) -> tuple[str, ...]:
        """What was read to find the files."""
        return self.findings.watched

    @cached_property
    def by_module(self) -> dict[str, SourceFile]:
        """The file of each module that has one."""
        return {file.module: file for file in self.files}

    @cached_property
    def excluded_files(self) -> frozenset[str]:
        """The modules of the files that are excluded by themselves."""
        return frozenset(each.module for each in self.excluded if not each.is_folder)

    @cached_property
    def excluded_folders(self) -> frozenset[str]:
        """The packages of the folders that are excluded, with everything inside them."""
        return frozenset(each.module for each in self.excluded if each.is_folder)

    @cached_property
    def excluded_names(self) -> frozenset[str]:
        """The last part of each excluded module, one of which is in every import of it."""
        return frozenset(each.module.rpartition(".")[2] for each in self.excluded)

    @cached_property
    def modules(self) -> frozenset[str]:
        """All modules, including namespace packages and modules without source."""
        return self.namespaces.union(self.by_module, (file.module for file in self.compiled))


def find_program(roots: Iterable[str], source_roots: Iterable[Path]) -> Program:
    """Return the program with the given root packages; raises UserError as `find_portions` does."""
    places = list(source_roots)
    portions = find_portions(roots, places)
    return walk(portions, unread=find_unread(portions, [places]))


def find_portions(roots: Iterable[str], source_roots: Iterable[Path], *, plain: bool = False) -> Portions:
    """Return each root package with its folder or folders, in the order of ``roots``; if ``plain``, single files too.

    A package is searched for in the source roots, in order, and then among the packages installed for the running
    Python. As in CPython, a regular package takes precedence over the portions of a namespace package (PEP 420), and
    takes other folders along if its ``__init__.py`` extends its path. Raises UserError, with a problem for every root
    package that is not found or is not a top-level package.
    """
    places = list(dict.fromkeys(map(str, source_roots)))
    problems: list[Problem] = []
    portions: list[tuple[str, str]] = []
    for name in dict.fromkeys(roots):
        try:
            portions += [(name, folder) for folder in _folders(name, places, plain=plain)]
        except _NotFoundError as error:
            problems.append(Problem(str(error)))
    if problems:
        raise UserError(*problems)
    return tuple(portions)


def find_unread(portions: Portions, paths: Iterable[Iterable[Path]]) -> tuple[Unread, ...]:
    """Return what CPython does not import of the files and folders with the names of root packages.

    Each of ``paths`` are source roots that are one path of Python; a root package is looked for in each by itself.
    """
    found: dict[str, Unread] = {}
    for places in [list(map(str, path)) for path in paths]:
        for name in dict.fromkeys(name for name, _ in portions):
            with contextlib.suppress(_NotFoundError):
                taken, unread = _portions(name, places)
                if taken and all((name, folder) in portions for folder in taken):
                    found |= {each.path: each for each in unread if (name, each.path) not in portions}
    return tuple(each for each in found.values() if _matters(each, []))


def _matters(unread: Unread, watched: list[str]) -> bool:
    """Return whether something that is not imported is worth a word: another file, or a folder with Python in it."""
    folder, name = os.path.split(unread.path)
    is_same = disk.real(unread.path) == disk.real(unread.taken)
    is_same = is_same or (name == "__init__.py" and extends_path(folder) != "")  # which is all that such a file has
    return not is_same and (not disk.is_folder(unread.path) or has_python(unread.path, watched))


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


def runs(module: str, roots: Iterable[str], source_roots: Iterable[Path]) -> bool:
    """Return whether importing a module would run code of the root packages. The module itself is not imported."""
    places = list(map(str, source_roots))
    root_folders: list[str] = []
    for root in roots:
        if within(module, root):
            return True
        with contextlib.suppress(_NotFoundError):
            root_folders += [os.path.realpath(folder) + os.sep for folder in _folders(root, places)]
    origins = (spec.origin for spec in _specs(module) if spec.origin is not None)
    return any(os.path.realpath(origin).startswith(tuple(root_folders)) for origin in origins)


class _NotFoundError(Exception):
    """There is no top-level package of a name; the message is what to write instead."""


def _folders(name: str, places: list[str], *, plain: bool = False) -> list[str]:
    if not all(part.isidentifier() for part in name.split(".")):
        raise _NotFoundError(f"'{name}' is not the name of a package; write it as in an import statement.")
    on_path = [entry or "." for entry in sys.path]
    searched = (_portions(name, each, plain=plain)[0] for each in (places, on_path))
    folders = next(filter(None, searched), None) or installed(name)
    if folders:
        return folders
    near = did_you_mean(name, regular_packages(places))
    hint = near or " If it is elsewhere, add the folder that contains it to 'source_roots'."
    raise _NotFoundError(f"Package '{name}' is neither in the source roots nor installed.{hint}")


def _portions(name: str, places: Collection[str], *, plain: bool = False) -> tuple[list[str], list[Unread]]:
    """Return the folders of a package that contain Python files, and what is not imported because of the first.

    Raises _NotFoundError if the name is inside a regular package, or, unless ``plain``, if it is that of a module.
    """
    *outer, last = name.split(".")
    for done, part in enumerate(outer, 1):
        taken = choice([each for place in places if (each := candidate(place, part))]).taken
        if taken and taken[0].kind == "package":
            regular = ".".join(outer[:done])
            raise _NotFoundError(f"'{name}' is inside the package '{regular}'; write '{regular}'.")
        places = [each.path for each in taken if each.kind == "portion"]
    chosen = choice([each for place in places if (each := candidate(place, last))])
    unread = list(left_out(name, chosen))
    modules = [each.path for each in chosen.taken if each.kind == "module"]
    if plain and modules and modules[0].endswith(".py"):
        return [modules[0].removesuffix(".py")], unread
    if modules:
        instead = next((f" {each.reason}" for each in unread if is_regular(each.path)), "")
        raise _NotFoundError(f"'{name}' is a module, not a package; name a package.{instead}")
    return [each.path for each in chosen.taken if each.kind == "package" or has_python(each.path, [])], unread


def installed(name: str) -> list[str]:
    """Return the folders of a package that the running Python would import, such as one installed as editable."""
    specs = list(_specs(name))
    if len(specs) <= name.count("."):
        return []
    return [folder for folder in specs[-1].submodule_search_locations or () if has_python(folder, [])]


def _specs(name: str) -> Iterator[ModuleSpec]:
    """Yield the spec of each part of a dotted name that the running Python finds: ``a``, then ``a.b``.

    Stops at the first part that is not found. Nothing is imported.
    """
    path: list[str] | None = None
    for place in sys.path:
        looks.note(looks.STATUS, place or ".")
    # Of a whole dotted name PathFinder would look among what is imported for the package around it.
    for part in name.split("."):
        finders = sys.meta_path if path is None else [PathFinder]
        specs = (finder.find_spec(part, path) for finder in finders if hasattr(finder, "find_spec"))
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is None:
            return
        yield spec
        path = list(spec.submodule_search_locations or ())
        for place in path:
            looks.note(looks.STATUS, place)


def has_python(folder: str, watched: list[str]) -> bool:
    """Return whether a folder contains Python files that can be imported; adds to ``watched`` what it has read."""
    todo = [folder]
    for outer in todo:
        try:
            entries = folder_entries(outer, watched)
        except OSError:
            continue
        if entries.files or entries.compiled:
            return True
        todo += [os.path.join(outer, name) for name in entries.folders if name not in entries.links]
    return False


def regular_packages(places: Iterable[str]) -> set[str]:
    """Return the names of the regular packages directly in some folders."""
    packages = set()
    for place in places:
        packages |= {name for name in disk.names(place) if disk.is_file(os.path.join(place, name, "__init__.py"))}
    return packages


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
                if _matters(each, self.watched):
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


class Entries(NamedTuple):
    """What a folder has: the names of Python files, of folders that may contain modules, of compiled files and stubs.

    Each is sorted. ``links`` are those of them that are symbolic links.
    """

    files: list[str]
    folders: list[str]
    compiled: list[str]
    links: Collection[str]


def folder_entries(folder: str, watched: list[str]) -> Entries:
    """Return what a folder has; raises OSError.

    Adds to ``watched`` the folder and the links in it, whose targets may change when the folder itself does not.
    """
    found = Entries([], [], [], links := set())
    watched.append(folder)
    looks.note(looks.STATUS, folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            end = name[-3:]
            if end == ".py":
                if name.count(".") > 1 or name == ".py":
                    continue
                names, is_kind = found.files, os.DirEntry.is_file
            elif "." not in name:
                if name == "__pycache__" or not name.isidentifier():
                    continue
                names, is_kind = found.folders, os.DirEntry.is_dir
            elif end in _COMPILED and name.endswith(COMPILED) and compiled_name(name):
                names, is_kind = found.compiled, os.DirEntry.is_file
            else:
                continue
            if entry.is_symlink():
                watched.append(entry.path)
                looks.note(looks.STATUS, entry.path)
                links.add(name)
            if _is(entry, is_kind):
                names.append(name)
    for names in found[:3]:
        names.sort()
    return found


_COMPILED = frozenset(end[-3:] for end in COMPILED)  # looked up first, because most names are of other files


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # os.fsdecode has put surrogates into it
        return False
    return True


def _is(entry: os.DirEntry[str], what: Callable[[os.DirEntry[str]], bool]) -> bool:
    try:
        return what(entry)
    except OSError:  # such as a link to itself; reading it will fail, and that is reported
        return True
