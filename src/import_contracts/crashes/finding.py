"""Functions that import modules by their names, and those that list the files and modules of a program."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from functools import partial

from import_contracts.crashes.calls import giving
from import_contracts.crashes.iterators import Iterators
from import_contracts.crashes.machine import FailureError, is_caught, raised
from import_contracts.crashes.memory import ABSENT, UNKNOWN
from import_contracts.crashes.values import (
    Argument,
    Arguments,
    Container,
    Each,
    External,
    FilePath,
    ModuleInfo,
    ModuleValue,
    first_of,
    named_argument,
)
from import_contracts.graph.names import absolute


class Finder(Iterators):
    """A machine that knows the functions that find modules and files."""

    def import_by_name(self, arguments: Arguments) -> object:
        """``importlib.import_module(name, package)``."""
        name, package = named_argument(arguments, "name", 0), named_argument(arguments, "package", 1)
        if not isinstance(name, str):
            return self._computed()
        level = len(name) - len(name.lstrip("."))
        if level and not isinstance(package, str):
            return self._computed() if package is not ABSENT else self.call_unknown(())
        module = absolute(level, name[level:], str(package), is_package=True) if level else name
        return self._import_rooted(module or "")

    def _computed(self) -> object:
        """Go on behind an import of what is not known."""
        self.note(FailureError(UNKNOWN))
        return UNKNOWN

    def dunder_import(self, arguments: Arguments) -> object:
        """``__import__(name, globals, locals, fromlist, level)``."""
        name, level = named_argument(arguments, "name", 0), named_argument(arguments, "level", 4)
        listed = named_argument(arguments, "fromlist", 3)
        if not isinstance(name, str) or not isinstance(level if level is not ABSENT else 0, int):
            return self._computed()
        if isinstance(level, int) and level > 0:
            scope = self.scope
            is_package = scope.module in self.model.packages
            name = absolute(level, name, scope.module, is_package=is_package) or ""
        found = self._import_rooted(name)
        names = self.elements(listed) if listed is not ABSENT else ()
        if isinstance(found, ModuleValue) and names:
            if found.name in self.model.packages:
                self._import_submodules(found.name, [each for each in names if isinstance(each, str)])
            return found
        if names != ():
            return UNKNOWN
        root = name.partition(".")[0]
        return ModuleValue(root) if isinstance(found, ModuleValue) else External(root) if root else UNKNOWN

    def _import_rooted(self, module: str) -> object:
        if module.partition(".")[0] not in self.model.modules:
            self.note(raised("ModuleNotFoundError"))
            return External(module) if module else UNKNOWN
        self.import_known(module)
        return ModuleValue(module) if module in self.model.modules else UNKNOWN

    def reload(self, arguments: Arguments) -> object:
        """``importlib.reload(module)``."""
        self.escape(first_of(arguments))
        return first_of(arguments)

    def loaded_module(self, arguments: Arguments) -> object:
        """``sys.modules.get(name, default)``."""
        name = first_of(arguments)
        has = self.modules.has(name) if isinstance(name, str) and name in self.model.modules else None
        if has and isinstance(name, str):
            return ModuleValue(name)
        if has is None:
            return UNKNOWN
        return arguments[1].value if len(arguments) > 1 else None

    def change_modules(self, arguments: Arguments) -> object:
        """``sys.modules.pop(name)`` and other methods that change it."""
        name = first_of(arguments)
        self.modules.replace(name if isinstance(name, str) else self.scope.module)
        return UNKNOWN

    def iterate_modules(self, arguments: Arguments) -> object:
        """``pkgutil.iter_modules(path, prefix)``, sorted by name."""
        path, prefix = named_argument(arguments, "path", 0), named_argument(arguments, "prefix", 1)
        if (package := self._package_of(path)) is None:
            return UNKNOWN
        before = "" if prefix is ABSENT else prefix
        inside = [each for each in self.model.modules if each.rpartition(".")[0] == package]
        if not isinstance(before, str):
            return UNKNOWN
        found = [ModuleInfo(UNKNOWN, before + each.rpartition(".")[2], each in self.model.packages) for each in inside]
        return tuple(found)

    def _package_of(self, path: object) -> str | None:
        """Return the package whose ``__path__`` it is, or whose folder is the only one in a list; None if unknown."""
        if isinstance(path, External) and path.name.startswith("__path__ "):
            return path.name.removeprefix("__path__ ")
        folders = self.elements(path) if isinstance(path, Container) else None
        if folders is None or len(folders) != 1:
            return None
        packages = (each for each in self.model.sources.values() if each.is_package)
        return next((each.module for each in packages if f"/{posixpath.dirname(each.path)}" == folders[0]), None)

    def walk_packages(self, arguments: Arguments) -> object:
        """``pkgutil.walk_packages(path, prefix)``: imports each package behind its name, and goes on inside."""
        found = self.iterate_modules(arguments)
        if not isinstance(found, tuple):
            return UNKNOWN

        def run(each: Each) -> object:
            for info in found:
                giving(each, info)()
                if info.ispkg and info.name in self.model.packages:
                    self.guarded(partial(self.import_module, info.name), self._walk_on, lambda left: left)
                    within = External(f"__path__ {info.name}")
                    inside = self.walk_packages((Argument(within), Argument(f"{info.name}.")))
                    self.iterate(inside, lambda one: giving(each, one)())
            return None

        return self.stream(run)

    def _walk_on(self, error: FailureError) -> None:
        """Go on behind a package that cannot be imported."""
        if is_caught(error, External("builtins.ImportError")) is False:
            raise error

    def path_function(self, name: str, arguments: Arguments) -> object:
        """Follow a function of ``os.path``; the folder of the program is "/"."""
        values = [each.value for each in arguments if not each.keyword]
        if not values or len(values) != len(arguments) or not all(isinstance(each, str) for each in values):
            return self.call_unknown(arguments, External(f"os.path.{name}"))
        first, *rest = map(str, values)
        match name:
            case "dirname":
                return posixpath.dirname(first)
            case "basename":
                return posixpath.basename(first)
            case "splitext":
                return posixpath.splitext(first)
            case "join":
                return posixpath.join(first, *rest)
        return posixpath.normpath(first)

    def list_files(self, arguments: Arguments) -> object:
        """``os.listdir(folder)``: the files of the program, in any order."""
        folder = first_of(arguments)
        if not isinstance(folder, str):
            return self.call_unknown(arguments, External("os.listdir"))
        return self.new("set", tuple([posixpath.basename(each) for each in self._files_in(folder)]))

    def match_files(self, arguments: Arguments) -> object:
        """``glob.glob(pattern)``: files of the program, in any order."""
        pattern = first_of(arguments)
        if not isinstance(pattern, str) or len(arguments) != 1 or not pattern.endswith(".py"):
            return self.call_unknown(arguments, External("glob.glob"))
        found = self._files_in(posixpath.dirname(pattern))
        return self.new("set", tuple([each for each in found if fnmatchcase(each, pattern)]))

    def is_there(self, arguments: Arguments, *, is_file: bool | None = None) -> object:
        """``os.path.exists(path)``, ``isfile`` or ``isdir``: what is known is there; other files may be."""
        path = first_of(arguments)
        if not isinstance(path, str):
            return self.call_unknown(arguments, External("os.path.exists"))
        for files in (True, False):
            paths = (f"/{source.path}" for source in self.model.sources.values())
            if path in (paths if files else map(posixpath.dirname, paths)):
                return is_file in (files, None)
        return UNKNOWN

    def make_path(self, arguments: Arguments) -> object:
        """``pathlib.Path(path, ...)``."""
        values = [each.value for each in arguments if isinstance(each.value, str) and not each.keyword]
        if not values or len(values) != len(arguments):
            return self.call_unknown(arguments, External("pathlib.Path"))
        return FilePath(posixpath.normpath(posixpath.join(*map(str, values))))

    def method_of_path(self, name: str, arguments: Arguments) -> object:  # noqa: PLR0911 - one case each
        """Follow a method of a ``pathlib.Path``."""
        path, given = first_of(arguments), [each.value for each in arguments[1:] if isinstance(each.value, str)]
        if not isinstance(path, FilePath) or len(given) + 1 != len(arguments):
            return self.call_unknown(arguments)
        match name, *given:
            case "resolve" | "absolute", *_:
                return path
            case "joinpath", *parts:
                return FilePath(posixpath.join(path, *map(str, parts)))
            case "glob", str(pattern) if pattern.endswith(".py") and "/" not in pattern:
                found = [each for each in self._files_in(path) if fnmatchcase(posixpath.basename(each), pattern)]
                return self.new("set", tuple(map(FilePath, found)))
            case ("iterdir",):
                return self.new("set", tuple(map(FilePath, self._files_in(path))))
            case "is_file" | "is_dir" | "exists", *_:
                return self.is_there(arguments[:1], is_file={"is_file": True, "is_dir": False}.get(name))
            case "as_posix" | "__str__" | "__fspath__", *_:
                return str(path)
        return UNKNOWN

    def _files_in(self, folder: str) -> list[str]:
        paths = sorted(f"/{source.path}" for source in self.model.sources.values())
        return [each for each in paths if posixpath.dirname(each) == folder.rstrip("/")]
