"""From commands to entries: those that the user names, and those that the project has."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

from import_contracts import disk
from import_contracts.entries import django, settings
from import_contracts.entries.closure import Closure, Project, Written
from import_contracts.entries.collection import Collection, Conftests, Imported
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.outside import Outside
from import_contracts.reading.files.packages import find_top_level
from import_contracts.reading.files.program_text import Entry, EntryStep
from import_contracts.reading.source.imports import main_blocks
from import_contracts.reading.spelling import Command, How, not_understood, parse
from import_contracts.repository import checkout

_FOR_TESTS = frozenset({"test", "testing", "tests"})


class Launcher:
    """The entries of the project in a folder; ``outside`` notes all that they depend on, and may know some texts."""

    def __init__(
        self, context: RunContext, source_roots: Iterable[Path], packages: Iterable[str], outside: Outside
    ) -> None:
        self.outside = outside
        self._packages = tuple(packages)
        self._folder = str(context.folder)
        self._top = str(checkout(context.folder))
        bare = Project(self._folder, (), frozenset(), self.outside, context.shown)
        roots = [os.path.normpath(root) for root in map(str, source_roots)]
        self._is_here = any(disk.within(root, self._folder) for root in roots)
        added = [root for root in roots if root != self._folder and os.path.isdir(root)]
        if settings.is_installable(bare):
            added.append(self._folder)
        self._project = Project(
            self._folder, tuple(dict.fromkeys(added)), self._names(roots), self.outside, context.shown
        )
        self._written = Written()
        self._shared: dict[tuple[str, ...], Closure] = {}
        self._collections: dict[tuple[str, ...], Collection] = {}
        self._conftests = Conftests(self._project)

    def _names(self, roots: Iterable[str]) -> frozenset[str]:
        """Return the top-level modules that the project has, but for those that have the name of another module."""
        found = {name.partition(".")[0] for name in self._packages}
        for folder in {self._folder, *roots}:
            files, folders = self.outside.listing(folder)
            found.update(file.removesuffix(".py") for file in files if file.endswith(".py"))
            found.update(each for each in folders if self.outside.is_file(os.path.join(folder, each, "__init__.py")))
        return frozenset(found - sys.stdlib_module_names)

    # --- which entries there are --------------------------------------------------------------------------------

    def given(self, spellings: Iterable[str]) -> list[Entry]:
        """Return the entries that are named; raises UserError, with a problem for each that cannot be understood."""
        entries: list[Entry] = []
        problems: list[Problem] = []
        for spelling in dict.fromkeys(spellings):
            try:
                entries.append(self._entry(spelling, parse(spelling)))
            except UserError as error:
                problems += error.problems
        if problems:
            raise UserError(*problems)
        return entries

    def found(self) -> list[Entry]:
        """Return the entries that there are: packages that can be run, installed scripts, files that are run, tests.

        There are none if the program is not in this folder, such as one that is installed.
        """
        if not self._is_here:
            return []
        entries: list[Entry] = []
        for spelling, command in dict(self._commands()).items():
            try:
                entries.append(self._entry(spelling, command))
            except UserError:  # such as a script without a function, which no command can start
                continue
        with suppress(UserError):  # pytest would not start either
            entries += self._tests()
        return entries

    def _commands(self) -> Iterator[tuple[str, Command]]:
        for package in self._packages:
            folder = package.replace(".", os.sep)
            if any(self.outside.is_file(os.path.join(root, folder, "__main__.py")) for root in self._places):
                yield f"python -m {package}", Command(How.MAIN, package)
        yield from ((name, Command(How.INSTALLED, name)) for name in settings.scripts(self._project))
        yield from ((name, Command(How.OBJECT, name)) for name in settings.entry_points(self._project))
        for folder in (self._folder, os.path.join(self._folder, "src")):
            for file in self._runnable(folder):
                path = os.path.relpath(os.path.join(folder, file), self._folder)
                arguments = ("check",) if file == "manage.py" else ()
                yield shlex.join(["python", path, *arguments]), Command(How.SCRIPT, path, arguments)

    @property
    def _places(self) -> tuple[str, ...]:
        return (self._folder, *self._project.installed)

    def _runnable(self, folder: str) -> Iterator[str]:
        """Yield the files in a folder, beside the program, that are there to be run."""
        modules = find_top_level(folder)
        for file in self.outside.listing(folder).files:
            text = self._project.text(os.path.join(folder, file)) if file.removesuffix(".py") in modules else None
            if text is not None and (file in _RUN or main_blocks(text)):
                yield file

    def _tests(self) -> list[Entry]:
        """Return the run of all tests, and of each test file alone; from this folder too, if something is missing."""
        spelling, command = "pytest", Command(How.PYTEST, "", from_here=False)
        if not (whole := self._pytest(spelling, command)).steps:
            return []
        entries = [whole]
        if whole.started.missing:
            spelling, command = "python -m pytest", command._replace(from_here=True)
            entries.append(self._pytest(spelling, command))
        files = [each.path for each in self._collection(()).imports if each.is_test]
        alone = []
        for path in dict.fromkeys(files) if len(files) > 1 else ():
            steps, closure = self._collected(command._replace(arguments=(path,)), is_shared=True)
            alone.append((f"{spelling} {shlex.quote(self._project.shown(path))}", steps, closure))
        started = {closure: closure.started for _, _, closure in alone}
        return [*entries, *(Entry(typed, steps, started[closure], spelling) for typed, steps, closure in alone)]

    # --- what an entry imports ----------------------------------------------------------------------------------

    def _entry(self, spelling: str, command: Command) -> Entry:
        start: dict[How, Callable[[str, Command], Entry]] = {
            How.MODULE: lambda spelling, command: self._imports(spelling, [command.target]),
            How.MAIN: self._main,
            How.SCRIPT: self._script,
            How.OBJECT: lambda spelling, command: self._object(spelling, command.target),
            How.CELERY: lambda spelling, command: self._imports(spelling, self._celery(command.target)),
            How.FLASK: lambda spelling, command: self._object(spelling, self._flask(command.target)),
            How.PYTEST: self._pytest,
            How.INSTALLED: self._installed,
        }
        return start[command.how](spelling, command)

    def _closure(self, *path: str) -> Closure:
        return Closure(self._project, path, self._written, frozenset())

    def _imports(self, spelling: str, modules: Sequence[str]) -> Entry:
        closure = self._closure(self._folder)
        for module in modules:
            if module not in closure:
                raise UserError(Problem(f"There is no module '{module}', which '{spelling}' imports."))
            closure.add(module)
        steps = [*(EntryStep(module, module) for module in modules), *self._django(modules[-1], closure)]
        return Entry(spelling, tuple(steps), closure.started)

    def _django(self, module: str, closure: Closure, *, path: str = "", with_urls: bool = False) -> list[EntryStep]:
        """Return what Django imports if a module or a file sets it up; nothing if it does not."""
        located = closure.find(module)
        path = path or (located.path if located else "")
        named = django.settings_module(self._project.text(path) or "") if path else ""
        return self._set_up(named, closure, with_urls=with_urls)

    def _set_up(self, settings_module: str, closure: Closure, *, with_urls: bool) -> list[EntryStep]:
        found = dict.fromkeys(django.imports(settings_module, closure, self._project, with_urls=with_urls))
        for each in found:
            closure.add(each)
        return [EntryStep(each, each) for each in found]

    def _main(self, spelling: str, command: Command) -> Entry:
        module = command.target
        closure = self._closure(self._folder)
        located = closure.find(module)
        if located and located.places:
            module = f"{module}.__main__"
            located = closure.find(module)
        if located is None or not located.path:
            raise UserError(Problem(f"There is no module '{module}', which '{spelling}' runs."))
        return self._run(spelling, closure, located.path, module)

    def _script(self, spelling: str, command: Command) -> Entry:
        file = command.target
        path = os.path.normpath(os.path.join(self._folder, file))
        if not self.outside.is_file(path):
            raise UserError(Problem(f"There is no file '{file}', which '{spelling}' runs."))
        closure = self._closure(os.path.dirname(path))
        entry = self._run(spelling, closure, path, "__main__")
        with_urls = command.arguments[:1] not in {(), ("help",), ("shell",)}
        steps = (*entry.steps, *self._django("", closure, path=path, with_urls=with_urls))
        return Entry(spelling, steps, closure.started)

    def _run(self, spelling: str, closure: Closure, path: str, module: str) -> Entry:
        """Return the entry that runs a file as ``__main__``, after the package around the module that it is."""
        package = module.rpartition(".")[0]
        steps = [EntryStep(package, package)] if package else []
        if package:
            closure.add(package)
        closure.run(path, "__main__", module, running_as="__main__")
        return Entry(spelling, (*steps, EntryStep("__main__", self._project.shown(path))), closure.started)

    def _installed(self, spelling: str, command: Command) -> Entry:
        target = settings.scripts(self._project).get(command.target)
        if target is None:
            if command.arguments or command.target not in self._closure(self._folder):
                raise not_understood(spelling)
            return self._imports(spelling, [command.target])
        module, _, function = (part.strip() for part in target.partition(":"))
        if not function:
            raise UserError(Problem(f"The script '{command.target}' names no function; write '{module}:main'."))
        called = f"if __name__ == '__main__':\n    sys.exit({function}())"
        text = f"import sys\nfrom {module} import {function.partition('.')[0]}\n{called}\n"
        return self._text(spelling, self._closure(), module, text)

    def _object(self, spelling: str, target: str) -> Entry:
        module, _, name = target.partition(":")
        if not name.endswith(")"):
            return self._imports(spelling, [module])
        text = f"from {module} import {name.partition('(')[0].partition('.')[0]}\n{name}\n"
        return self._text(spelling, self._closure(self._folder), module, text)

    def _text(self, spelling: str, closure: Closure, module: str, text: str) -> Entry:
        if module not in closure:
            raise UserError(Problem(f"There is no module '{module}', which '{spelling}' imports."))
        closure.run_text(text)
        return Entry(spelling, (EntryStep("__main__", spelling),), closure.started)

    def _celery(self, app: str) -> list[str]:
        """Return the modules that ``celery -A app`` imports: in a package without an application, also ``celery``."""
        module = app.partition(":")[0]
        closure = self._closure(self._folder)
        found = [module]
        located = closure.find(module)
        has_inner = located and located.places and ":" not in app and f"{module}.celery" in closure
        if located and has_inner and not _binds(self._project.text(located.path) or "", ("app", "celery")):
            found.append(f"{module}.celery")
        return found

    def _flask(self, app: str) -> str:
        """Return what ``flask --app`` imports, by default wsgi.py or app.py: a factory that is called, or a module."""
        here = (name for name in ("wsgi", "app") if self.outside.is_file(os.path.join(self._folder, f"{name}.py")))
        module = app or next(here, "app")
        located = self._closure(self._folder).find(module)
        text = self._project.text(located.path) or "" if located and located.path else ""
        if not _binds(text, ("app", "application")):
            for factory in ("create_app", "make_app"):
                if re.search(rf"^def {factory}\b", text, re.MULTILINE):
                    return f"{module}:{factory}()"
        return module

    # --- pytest -------------------------------------------------------------------------------------------------

    def _pytest(self, spelling: str, command: Command) -> Entry:
        steps, closure = self._collected(command, is_shared=False)
        return Entry(spelling, steps, closure.started)

    def _collected(self, command: Command, *, is_shared: bool) -> tuple[tuple[EntryStep, ...], Closure]:
        """Return what pytest imports, and what it finds; if ``is_shared``, as other commands with the same path."""
        collection = self._collection(command.arguments)
        imports = collection.imports
        path = (*collection.pythonpath, *((self._folder,) if command.from_here else ()))
        closure = Closure(self._project, path, self._written, sys.stdlib_module_names)
        if is_shared:
            for each in imports:
                self._add_folder(closure, each, collection.mode)
            closure = self._shared.setdefault(closure.path, closure)
        steps = self._pytest_django(collection, closure)
        for each in imports:
            self._add_folder(closure, each, collection.mode)
            steps.append(self._step(each, closure, collection.mode))
        return tuple(steps), closure

    def _collection(self, arguments: tuple[str, ...]) -> Collection:
        if arguments not in self._collections:
            self._collections[arguments] = Collection(self._project, arguments, self._top, self._conftests)
        return self._collections[arguments]

    def _pytest_django(self, collection: Collection, closure: Closure) -> list[EntryStep]:
        """Return what pytest-django imports first, if pytest's configuration names settings."""
        if not collection.django_settings:
            return []
        if folder := next(self._beside_manage, None):
            closure.add_folder(folder, at_end=False)
        return self._set_up(collection.django_settings, closure, with_urls=False)

    @property
    def _beside_manage(self) -> Iterator[str]:
        """Yield the folders with a manage.py: this one, and those in it."""
        inside = (os.path.join(self._folder, each) for each in self.outside.listing(self._folder).folders)
        yield from (each for each in (self._folder, *inside) if self.outside.is_file(os.path.join(each, "manage.py")))

    def _add_folder(self, closure: Closure, imported: Imported, mode: str) -> None:
        """Put the folder of a file on the path, as its import mode does."""
        if imported.path and mode != "importlib":
            closure.add_folder(imported.root, at_end=mode == "append")

    def _step(self, imported: Imported, closure: Closure, mode: str) -> EntryStep:
        """Return the import of one file, and add it to what the interpreter finds."""
        path, name = imported.path, imported.name
        shown = self._project.shown(path) if path else name
        if not path:
            closure.add(name)
            return EntryStep(name, shown, imported.guards)
        packages = list(accumulate(name.split(".")[:-1], "{}.{}".format))
        if mode == "importlib":
            closure.place(packages, path)
            closure.run(path, name, name)
            return EntryStep(name, shown, imported.guards)
        if packages and packages[0] in _FOR_TESTS:
            closure.own.update(packages)
        located = closure.find(name) if name != "conftest" else closure.found_again(name)
        if located is None:
            return EntryStep(name, shown, imported.guards, f"No module named '{name}'")
        if located.path != path:
            other = self._project.shown(located.path) if located.path else "a namespace package"
            return EntryStep(name, shown, imported.guards, f"import file mismatch: module '{name}' is {other}")
        if name == "conftest":
            key = closure.free_key(name, path)
            closure.run(path, key, name)
            return EntryStep(key, shown, imported.guards)
        closure.own.add(name)
        closure.add(name)
        return EntryStep(name, shown, imported.guards)


_RUN = frozenset({"app.py", "main.py", "manage.py", "run.py"})


def _binds(text: str, names: Iterable[str]) -> bool:
    """Tell whether a text seems to bind one of some names at its top level."""
    which = "|".join(names)
    pattern = rf"^(?:{which})\s*[:=]|^(?:from|import)\b[^#\n]*\b(?:{which})\s*(?:,|$|#)"
    return re.search(pattern, text, re.MULTILINE) is not None
