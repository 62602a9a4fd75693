"""Which files pytest imports, in its order: conftest.py files and test files, without running it."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatch, translate
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from import_contracts.disk import within
from import_contracts.entries.closure import Project
from import_contracts.entries.settings import pytest_file, upwards, words
from import_contracts.problems import Problem, UserError
from import_contracts.reading.files.program_text import ALL
from import_contracts.reading.source.trees import parse


class Options(NamedTuple):
    """What is asked of pytest: by its arguments, and by ``addopts``."""

    paths: tuple[str, ...]
    mode: str
    plugins: tuple[str, ...]
    ignored: tuple[str, ...]
    ignored_globs: tuple[str, ...]
    rootdir: str | None
    confcutdir: str | None
    has_conftest: bool


class Imported(NamedTuple):
    """A file that pytest imports; or, if ``path`` is "", a plugin, which is named.

    ``name`` is that of the module, and ``root`` the folder that is put on the path first. If it fails, so many of the
    next ones are left out as ``guards`` says.
    """

    path: str
    name: str
    root: str
    guards: int
    is_test: bool = False


_MOST_FOLDERS, _DEEPEST = 10_000, 100
_VALUED = frozenset(
    {"-c", "-k", "-m", "-n", "-o", "-p", "-r", "-W", "--basetemp", "--color", "--confcutdir", "--cov", "--cov-config"}
    | {
        "--cov-context",
        "--cov-report",
        "--deselect",
        "--dist",
        "--ds",
        "--durations",
        "--ignore",
        "--ignore-glob",
        "--import-mode",
    }
    | {"--junit-xml", "--junitxml", "--log-cli-level", "--log-level", "--maxfail", "--numprocesses", "--override-ini"}
    | {"--rootdir", "--tb", "--timeout"}
)


def parse_options(arguments: Sequence[str], exists: Callable[[str], bool]) -> Options:
    """Return what the arguments of pytest ask for.

    A word after an option that is not known, of a plugin, is its value, unless there is a file or folder of this name.
    """
    given: dict[str, list[str]] = {}
    paths: list[str] = []
    rest = iter(arguments)
    last_word = ""
    for word in rest:
        name, equals, value = word.partition("=")
        before, last_word = last_word, word
        if not word.startswith("-"):
            path = word.partition("::")[0]
            paths += [path] if exists(path) or not before.startswith("--") or "=" in before else []
        elif equals:
            given.setdefault(name, []).append(value)
        elif word in _VALUED:
            given.setdefault(word, []).append(next(rest, ""))
        elif word[:2] == "-p":
            given.setdefault("-p", []).append(word[2:])
        else:
            given.setdefault(word, [])

    def last(name: str) -> str | None:
        return given[name][-1] if given.get(name) else None

    return Options(
        paths=tuple(dict.fromkeys(paths)),
        mode=last("--import-mode") or "",
        plugins=tuple(each for each in given.get("-p", ()) if not each.startswith("no:")),
        ignored=tuple(given.get("--ignore", ())),
        ignored_globs=tuple(given.get("--ignore-glob", ())),
        rootdir=last("--rootdir"),
        confcutdir=last("--confcutdir"),
        has_conftest="--noconftest" not in given,
    )


class Conftest(NamedTuple):
    """What a conftest.py tells pytest: the plugins to import, and the absolute paths and globs of what to ignore."""

    plugins: tuple[str, ...]
    ignored: frozenset[str]
    ignored_globs: tuple[str, ...]


class Conftests:
    """The files conftest.py of a project, each read once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[str, Conftest] = {}

    def at(self, path: str) -> Conftest:
        """Return what a conftest.py says, as far as it is written out at its top level."""
        if path not in self._known:
            text, folder = self._project.text(path) or "", os.path.dirname(path)
            plugins, ignored, globs = (_literals(text, name) for name in _READ_BY_PYTEST)
            self._known[path] = Conftest(
                tuple(plugins),
                frozenset(os.path.normpath(os.path.join(folder, each)) for each in ignored),
                tuple(os.path.join(folder, each) for each in globs),
            )
        return self._known[path]


_READ_BY_PYTEST = ("pytest_plugins", "collect_ignore", "collect_ignore_glob")


def _literals(text: str, name: str) -> list[str]:
    """Return the texts in a list that a text binds to a name at its top level, if it is written out."""
    if name not in text:
        return []
    try:
        tree = parse(text)
    except SyntaxError:
        return []
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            try:
                value = ast.literal_eval(node.value)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                return []
            return [value] if isinstance(value, str) else words(value)
    return []


class Collection:
    """What one command imports. Paths are absolute."""

    def __init__(self, project: Project, arguments: Sequence[str], top: str, conftests: Conftests) -> None:
        self._project = project
        self._conftest = conftests.at
        self._outside = project.outside
        self._top = top
        asked = parse_options(arguments, self._exists)
        start = self._common([self._absolute(path) for path in asked.paths] or [project.folder])
        file = pytest_file(project, start, top)
        self._settings = file.settings
        self._options = self._with_addopts(asked)
        self._root = self._rootdir(file.folder, start, top)
        self._cut = self._absolute(self._options.confcutdir) if self._options.confcutdir else self._root
        self._searched: set[str] = set()
        """The folders in which conftest.py was looked for."""
        self._loaded: set[str] = set()
        self._walked = 0
        self._is_wanted = _any_of(words(self._settings.get("python_files")) or ["test_*.py", "*_test.py"])
        not_wanted = words(self._settings.get("norecursedirs")) or _NOT_WANTED
        self._is_name_left_out = _any_of(each for each in not_wanted if os.sep not in each)
        self._is_path_left_out = _any_of(f"*/{each}" for each in not_wanted if os.sep in each)
        self._ignored = {self._absolute(each) for each in self._options.ignored}
        self._is_ignored_by_option = _any_of(map(self._absolute, self._options.ignored_globs))

    @property
    def mode(self) -> str:
        """How files are imported: ``prepend``, ``append`` or ``importlib``."""
        return self._options.mode or "prepend"

    @property
    def pythonpath(self) -> list[str]:
        """The folders that the setting ``pythonpath`` puts on the path."""
        paths = (os.path.normpath(os.path.join(self._root, each)) for each in words(self._settings.get("pythonpath")))
        return [path for path in paths if within(path, self._top)]

    @property
    def django_settings(self) -> str:
        """The settings that pytest-django reads; "" if there are none."""
        return str(self._settings.get("DJANGO_SETTINGS_MODULE") or self._settings.get("django_settings_module") or "")

    @cached_property
    def imports(self) -> list[Imported]:
        """What is imported, in order.

        Raises UserError if an argument names no file or folder. Empty if there are too many folders to search.
        """
        paths = self._arguments()
        plugins = [Imported("", name, "", ALL) for name in self._options.plugins]
        found = [*plugins, *self._initial_conftests(paths)]
        for path in paths:
            found += self._at(path)
        return found if self._walked <= _MOST_FOLDERS else []

    # --- options ------------------------------------------------------------------------------------------------

    def _with_addopts(self, asked: Options) -> Options:
        added = parse_options(words(self._settings.get("addopts")), self._exists)
        return Options(
            asked.paths or added.paths,
            asked.mode or added.mode,
            (*added.plugins, *asked.plugins),
            (*added.ignored, *asked.ignored),
            (*added.ignored_globs, *asked.ignored_globs),
            asked.rootdir or added.rootdir,
            asked.confcutdir or added.confcutdir,
            asked.has_conftest and added.has_conftest,
        )

    def _absolute(self, path: str) -> str:
        return os.path.normpath(os.path.join(self._project.folder, path))

    def _common(self, paths: Sequence[str]) -> str:
        folders = [path if self._is_folder(path) else os.path.dirname(path) for path in paths]
        return os.path.commonpath(folders)

    def _exists(self, path: str) -> bool:
        absolute = self._absolute(path)
        is_ours = within(absolute, self._top)
        return is_ours and (self._is_folder(absolute) or self._outside.is_file(absolute))

    def _is_folder(self, path: str) -> bool:
        return within(self._project.folder, path) or self._outside.is_folder(path)

    def _rootdir(self, configured: str | None, start: str, top: str) -> str:
        if self._options.rootdir:
            return self._absolute(self._options.rootdir)
        if configured:
            return configured
        with_setup = (each for each in upwards(start, top) if self._outside.is_file(os.path.join(each, "setup.py")))
        return next(with_setup, None) or self._common([self._project.folder, start])

    def _arguments(self) -> list[str]:
        if self._options.paths:
            absent = [path for path in self._options.paths if not self._exists(path)]
            if absent:
                raise UserError(*(Problem(f"There is no file or folder '{path}' for pytest.") for path in absent))
            return [self._absolute(path) for path in self._options.paths]
        if self._project.folder == self._root:
            patterns = words(self._settings.get("testpaths"))
            if found := [path for each in patterns for path in self._matching(each)]:
                return found
        return [self._project.folder]

    def _matching(self, pattern: str) -> list[str]:
        """Return the files and folders that match one of ``testpaths``, sorted; ``**`` is all that is inside."""
        found = [self._project.folder]
        for part in os.path.normpath(pattern).split(os.sep):
            if part == "**":
                break
            names = {folder: (part,) if part == ".." else sum(self._outside.listing(folder), ()) for folder in found}
            paths = [os.path.join(folder, name) for folder in found for name in names[folder] if fnmatch(name, part)]
            found = found if part == "." else sorted(paths)
        return [path for path in map(os.path.normpath, found) if within(path, self._top)]

    # --- conftest.py --------------------------------------------------------------------------------------------

    def _initial_conftests(self, paths: Sequence[str]) -> Iterator[Imported]:
        for path in paths:
            yield from self._conftests(path, ALL)
            if self._is_folder(path):
                for name in self._outside.listing(path).folders:
                    if name.startswith("test"):
                        yield from self._conftests(os.path.join(path, name), ALL)

    def _conftests(self, path: str, guards: int) -> Iterator[Imported]:
        """Yield the conftest.py files for a path that are not imported yet, from the outermost on."""
        if not self._options.has_conftest:
            return
        folder = path if self._is_folder(path) else os.path.dirname(path)
        around = upwards(folder, self._cut) if within(folder, self._cut) else iter([folder])
        new = list(takewhile(lambda each: each not in self._searched, around))
        self._searched.update(new)
        for each in reversed(new):
            conftest = os.path.join(each, "conftest.py")
            if self._outside.is_file(conftest):
                self._loaded.add(conftest)
                yield self._imported(conftest, guards)
                yield from (Imported("", name, "", guards) for name in self._conftest(conftest).plugins)

    # --- collecting ---------------------------------------------------------------------------------------------

    def _at(self, path: str) -> list[Imported]:
        """Return what is imported for an argument: first the conftest.py files around it."""
        around = list(self._conftests(path, ALL))
        return [*around, *(self._folder(path) if self._is_folder(path) else [self._imported(path, 0, is_test=True)])]

    def _folder(self, folder: str) -> list[Imported]:
        self._walked += 1 if folder.count(os.sep) < self._top.count(os.sep) + _DEEPEST else _MOST_FOLDERS
        files, folders = self._outside.listing(folder)
        found: list[Imported] = []
        for name in sorted((*files, *folders), key=lambda name: (name != "__init__.py", name)):
            path = os.path.join(folder, name)
            if self._walked > _MOST_FOLDERS or self._is_ignored(path):
                continue
            if name in folders:
                found += [] if self._is_left_out(path) else self._inner(path)
            elif name.endswith(".py") and self._is_wanted(name):
                found.append(self._imported(path, 0, is_test=True))
        return found

    def _inner(self, folder: str) -> list[Imported]:
        """Return what is imported for a folder; nothing in it if one of its conftest.py files fails."""
        conftests = list(self._conftests(folder, 0))
        inside = self._folder(folder)
        numbers = range(len(inside) + len(conftests) - 1, -1, -1)
        return [*(each._replace(guards=left) for each, left in zip(conftests, numbers, strict=False)), *inside]

    def _is_ignored(self, path: str) -> bool:
        if path in self._ignored or self._is_ignored_by_option(path):
            return True
        for folder in upwards(os.path.dirname(path), self._cut) if self._loaded else ():
            conftest = os.path.join(folder, "conftest.py")
            if conftest in self._loaded:
                said = self._conftest(conftest)
                if path in said.ignored or any(fnmatch(path, each) for each in said.ignored_globs):
                    return True
        return False

    def _is_left_out(self, folder: str) -> bool:
        """Return whether a folder is not searched: by its name, or because it is a virtual environment."""
        if self._is_name_left_out(os.path.basename(folder)) or self._is_path_left_out(folder):
            return True
        return any(os.path.lexists(os.path.join(folder, mark)) for mark in ("pyvenv.cfg", "conda-meta"))

    def _imported(self, path: str, guards: int, *, is_test: bool = False) -> Imported:
        """Return a file with the name under which it is imported, and the folder of its outermost package."""
        folder, file = os.path.split(path)
        parts = [] if file == "__init__.py" else [file.removesuffix(".py")]
        while self._outside.is_file(os.path.join(folder, "__init__.py")) and os.path.basename(folder).isidentifier():
            folder, package = os.path.split(folder)
            parts.insert(0, package)
        if self.mode == "importlib" and len(parts) < 2:
            relative = os.path.relpath(path, self._root).removesuffix(".py").split(os.sep)
            parts = [each.replace(".", "_") for each in relative]
        return Imported(path, ".".join(parts), folder, guards, is_test)


def _any_of(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return what tells whether a name matches one of some patterns, as `fnmatch` does."""
    normal = map(translate, map(os.path.normcase, patterns))
    match = re.compile("|".join(normal) or "(?!)").match
    return lambda name: match(os.path.normcase(name)) is not None


_NOT_WANTED = ["*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"]
