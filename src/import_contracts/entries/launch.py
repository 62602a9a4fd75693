"""From commands to entries: those that the user names, and those that the project has."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from import_contracts import disk
from import_contracts.entries import settings
from import_contracts.entries.closure import Closure, Project, Written
from import_contracts.entries.collection import Collection, Imported
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.outside import Outside
from import_contracts.reading.program import find_top_level
from import_contracts.reading.spelling import Command, How, not_understood, parse
from import_contracts.reading.text import Entry, Step
from import_contracts.repository import checkout

_FOR_TESTS = frozenset({"test", "testing", "tests"})


class Launcher:
    """The entries of the project in a folder; ``outside`` notes all that they depend on."""

    def __init__(self, context: RunContext, source_roots: Iterable[Path], packages: Iterable[str]) -> None:
        self.outside = Outside()
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
        for spelling in dict.fromkeys(self._spellings()):
            try:
                entries.append(self._entry(spelling, parse(spelling)))
            except UserError:  # such as a script without a function, which no command can start
                continue
        return [*entries, *self._tests()]

    def _spellings(self) -> Iterator[str]:
        for package in self._packages:
            folder = package.replace(".", os.sep)
            if any(self.outside.is_file(os.path.join(root, folder, "__main__.py")) for root in self._places):
                yield f"python -m {package}"
        yield from settings.scripts(self._project)
        yield from settings.entry_points(self._project)
        for file in self.outside.listing(self._folder).files:
            if file.endswith(".py") and self._is_run(file):
                yield f"python {file}"

    @property
    def _places(self) -> tuple[str, ...]:
        return (self._folder, *self._project.installed)

    def _is_run(self, file: str) -> bool:
        """Tell whether a file beside the program is there to be run."""
        if file.removesuffix(".py") not in find_top_level(self._folder):
            return False
        text = self._project.text(os.path.join(self._folder, file)) or ""
        return file in {"app.py", "main.py", "manage.py", "run.py"} or _MAIN.search(text) is not None

    def _tests(self) -> list[Entry]:
        """Return the run of all tests, and of each test file alone."""
        if not (whole := self._pytest("pytest", (), from_here=False)).steps:
            return []
        spelling, entries = whole.spelling, [whole]
        if whole.started.missing:
            spelling = "python -m pytest"
            entries.append(self._pytest(spelling, (), from_here=True))
        files = [each.path for each in Collection(self._project, (), self._top).imports() if each.is_test]
        for path in dict.fromkeys(files) if len(files) > 1 else ():
            shown = self._project.shown(path)
            alone = self._pytest(f"{spelling} {shown}", (path,), from_here=spelling != "pytest", is_shared=True)
            entries.append(Entry(alone.spelling, alone.steps, alone.started, parent=spelling))
        return entries

    # --- what an entry imports ----------------------------------------------------------------------------------

    def _entry(self, spelling: str, command: Command) -> Entry:
        match command.how:
            case How.PYTEST:
                return self._pytest(spelling, command.arguments, from_here=command.from_here)
            case How.MAIN:
                return self._main(spelling, command.target)
            case How.SCRIPT:
                return self._script(spelling, command.target)
            case How.INSTALLED:
                return self._installed(spelling, command)
            case How.CELERY:
                return self._imports(spelling, self._celery(command.target))
            case How.FLASK:
                return self._object(spelling, self._flask(command.target))
            case How.OBJECT:
                return self._object(spelling, command.target)
        return self._imports(spelling, [command.target])

    def _closure(self, *path: str) -> Closure:
        return Closure(self._project, path, self._written, frozenset())

    def _imports(self, spelling: str, modules: Sequence[str]) -> Entry:
        closure = self._closure(self._folder)
        for module in modules:
            if module not in closure:
                raise UserError(Problem(f"There is no module '{module}', which '{spelling}' imports."))
            closure.add(module)
        return Entry(spelling, tuple(Step(module, module) for module in modules), closure.started)

    def _main(self, spelling: str, module: str) -> Entry:
        closure = self._closure(self._folder)
        located = closure.find(module)
        if located and located.places:
            module = f"{module}.__main__"
            located = closure.find(module)
        if located is None or not located.path:
            raise UserError(Problem(f"There is no module '{module}', which '{spelling}' runs."))
        return self._run(spelling, closure, located.path, module)

    def _script(self, spelling: str, file: str) -> Entry:
        path = os.path.normpath(os.path.join(self._folder, file))
        if not self.outside.is_file(path):
            raise UserError(Problem(f"There is no file '{file}', which '{spelling}' runs."))
        return self._run(spelling, self._closure(os.path.dirname(path)), path, "__main__")

    def _run(self, spelling: str, closure: Closure, path: str, module: str) -> Entry:
        """Return the entry that runs a file as ``__main__``, after the package around the module that it is."""
        package = module.rpartition(".")[0]
        steps = [Step(package, package)] if package else []
        if package:
            closure.add(package)
        closure.run(path, "__main__", module, running_as="__main__")
        return Entry(spelling, (*steps, Step("__main__", self._project.shown(path))), closure.started)

    def _installed(self, spelling: str, command: Command) -> Entry:
        target = settings.scripts(self._project).get(command.target)
        if target is None:
            if command.arguments or command.target not in self._closure(self._folder):
                raise not_understood(spelling)
            return self._imports(spelling, [command.target])
        module, _, function = target.partition(":")
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
        return Entry(spelling, (Step("__main__", spelling),), closure.started)

    def _celery(self, app: str) -> list[str]:
        """Return the modules that ``celery -A app`` imports: in a package without an application, also ``celery``."""
        module = app.partition(":")[0]
        closure = self._closure(self._folder)
        found = [module]
        located = closure.find(module)
        if located and located.places and ":" not in app and f"{module}.celery" in closure:
            if not _binds(self._project.text(located.path) or "", ("app", "celery")):
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

    def _pytest(self, spelling: str, arguments: Sequence[str], *, from_here: bool, is_shared: bool = False) -> Entry:
        """Return the run of pytest; if ``is_shared``, together with others that have the same path."""
        collection = Collection(self._project, arguments, self._top)
        imports = collection.imports()
        path = (*collection.pythonpath, *((self._folder,) if from_here else ()))
        closure = Closure(self._project, path, self._written, sys.stdlib_module_names)
        if is_shared:
            for each in imports:
                self._add_folder(closure, each, collection.mode)
            closure = self._shared.setdefault(closure.path, closure)
        steps: list[Step] = []
        for each in imports:
            self._add_folder(closure, each, collection.mode)
            steps.append(self._step(each, closure, collection.mode))
        return Entry(spelling, tuple(steps), closure.started)

    def _add_folder(self, closure: Closure, imported: Imported, mode: str) -> None:
        """Put the folder of a file on the path, as its import mode does."""
        if imported.path and mode != "importlib":
            closure.add_folder(imported.root, at_end=mode == "append")

    def _step(self, imported: Imported, closure: Closure, mode: str) -> Step:
        """Return the import of one file, and add it to what the interpreter finds."""
        path, name = imported.path, imported.name
        shown = self._project.shown(path) if path else name
        if not path:
            closure.add(name)
            return Step(name, shown, imported.guards)
        packages = list(accumulate(name.split(".")[:-1], "{}.{}".format))
        if mode == "importlib":
            closure.place(packages, path)
            closure.run(path, name, name)
            return Step(name, shown, imported.guards)
        if packages and packages[0] in _FOR_TESTS:
            closure.own.update(packages)
        if name == "conftest":
            key = closure.free_key(name, path)
            closure.run(path, key, name)
            return Step(key, shown, imported.guards)
        located = closure.find(name)
        if located is None or located.path != path:
            other = self._project.shown(located.path) if located and located.path else "another one"
            return Step(name, shown, imported.guards, f"import file mismatch: module '{name}' is {other}")
        closure.own.add(name)
        closure.add(name)
        return Step(name, shown, imported.guards)


_MAIN = re.compile(r"^if\s+__name__\s*==\s*['\"]__main__['\"]", re.MULTILINE)


def _binds(text: str, names: Iterable[str]) -> bool:
    """Tell whether a text seems to bind one of some names at its top level."""
    which = "|".join(names)
    return (
        re.search(rf"^(?:{which})\s*[:=]|^(?:from|import)\b.*\b(?:{which})\s*(?:,|$|#)", text, re.MULTILINE) is not None
    )
