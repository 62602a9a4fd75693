"""Why a module or a name was not found, where no cycle is the cause."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from import_contracts.explain.fixing import diff
from import_contracts.explain.stack import Stack
from import_contracts.graph.names import absolute, ancestors, parent, top_level
from import_contracts.problems import did_you_mean
from import_contracts.reading.files.around import ProgramAround
from import_contracts.reading.source.text import Source, split_lines
from import_contracts.repair.edits import Rewrite, edits
from import_contracts.repair.layout import edited
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.usage import Usage
from import_contracts.reports.tracebacks import Mending, StoryKind
from import_contracts.tracebacks.messages import Failing, Failure

BINDS_ANYTHING = re.compile(
    r"\b(?:globals|vars|locals)\(\)|\bexec\(|\bsys\.modules\b|\bsetattr\(|\b__dict__\b|def __getattr__\(|import \*"
)
"""Code that may bind names that are not written as names."""


class Answer(NamedTuple):
    """The kind of a story, its sentences, and the change that fixes it."""

    kind: StoryKind
    sentences: tuple[str, ...] = ()
    mending: Mending | None = None


def binds(usage: Usage, name: str, module: str) -> bool:
    """Tell whether a statement at the top level binds a name, other than an import of it from a module."""
    from_there = [each.statement for each in usage.bindings if each.module == module]
    return any(each not in from_there for each in usage.defined.get(name, ()))


@dataclass(frozen=True)
class Missing:
    """A failed import of a program, and the lines of the program in its traceback.

    ``hiding`` is the module in the file that Python found instead of a library of the same name; "" if there is none.
    """

    program: ProgramAround
    names: ProgramNames
    stack: Stack
    failure: Failure
    hiding: str

    def answer(self) -> Answer:
        """Return why the import failed."""
        if self.hiding:
            return self._hidden(self.program.sources[self.hiding])
        by_kind = {
            Failing.NAME: self._name,
            Failing.ATTRIBUTE: self._attribute,
            Failing.SUBMODULE: self._attribute,
            Failing.MODULE: self._module,
            Failing.RELATIVE: self._outside,
            Failing.BEYOND: self._beyond,
        }
        importer = self.importer
        return by_kind[self.failure.what](importer) if importer else Answer(StoryKind.UNKNOWN)

    @property
    def importer(self) -> Source | None:
        """The text of the module that fails."""
        module = self.stack.steps[-1].module
        return self.program.sources.get(module if module in self.program.sources else self.stack.main)

    @property
    def _line(self) -> int:
        return self.stack.steps[-1].line

    # --- files that hide others -------------------------------------------------------------------------------------

    def _hidden(self, source: Source) -> Answer:
        """Return that a file hides a library, or as a script the package that it is in."""
        wanted = self.failure.not_package or self.failure.module
        if self.hiding.split(".")[-2:-1] == [wanted] or source.path.split("/")[-2:-1] == [wanted]:
            sentence = (
                f"Python looks for '{wanted}' in the folder of the script first, and finds the script: {source.path}"
            )
            return Answer(StoryKind.HIDDEN_PACKAGE, (sentence,), _run_as_module(self.hiding))
        what = "standard library module" if wanted in sys.stdlib_module_names else "library"
        sentence = f"{source.path} has the name of the {what} '{wanted}', and Python finds it first."
        return Answer(StoryKind.HIDDEN_LIBRARY, (sentence,), self._renamed(source))

    def _renamed(self, source: Source) -> Mending:
        if source.is_package:
            return Mending("rename", (f"Rename the package '{self.hiding}', for example to '{self.hiding}_'.",))
        new = f"{source.path.removesuffix('.py')}_.py"
        why = [f"Rename it, for example to {new}."]
        importers = {*self.program.graph.importers_of(self.hiding)} - {self.hiding, self.stack.main, self._failing}
        if importers:
            those = ", ".join(sorted(importers))
            why.append(f"If these modules mean this file and not the library, they need the new name: {those}")
        lines = ("similarity index 100%", f"rename from {source.path}", f"rename to {new}")
        return Mending("rename", tuple(why), (f"diff --git a/{source.path} b/{new}", *lines))

    @property
    def _failing(self) -> str:
        return self.stack.steps[-1].module

    # --- names ------------------------------------------------------------------------------------------------------

    def may_bind(self, module: str, name: str) -> bool:
        """Tell whether a module may bind a name, or have a submodule of that name."""
        usage = self.names.usage(module)
        if usage is None or f"{module}.{name}" in self.program.modules or "__getattr__" in usage.defined:
            return True
        return binds(usage, name, module) or bool(BINDS_ANYTHING.search(self.program.sources[module].text))

    def _name(self, importer: Source) -> Answer:
        module, name = self.failure.module, self.failure.name
        usage = self.names.usage(module)
        if usage is None or self.may_bind(module, name):
            return Answer(StoryKind.UNKNOWN, (self._unknown(),))
        source = self.program.sources[module]
        known = [
            *usage.defined.keys() - {name},
            *(each.rpartition(".")[2] for each in self.program.graph.children(module)),
        ]
        hint = did_you_mean(name, known)
        sentences = [f"No statement of {source.path} binds {name}.{hint}"]
        if source.is_package:
            sentences.append(
                f"There is no file for a module {module}.{name} either; an extension module may not be built."
            )
        homes = [] if hint else list(self._homes(name))
        if homes:
            sentences.append(f"{name} is defined in {' and '.join(homes)}.")
        return Answer(
            StoryKind.MISSING_NAME, tuple(sentences), self._from(homes[0], importer) if len(homes) == 1 else None
        )

    def _unknown(self) -> str:
        module, name = self.failure.module, self.failure.name
        if module not in self.program.modules:
            return f"{module} is not in this program." if module else ""
        if self.failure.is_partial:
            return f"The traceback does not show where the import of {module} began; it may be cut off at the top."
        return f"{module} binds {name} here: the files may have changed, or something removed it."

    def _homes(self, name: str) -> Iterator[str]:
        """Yield the modules that define a function or class of a name, sorted."""
        for module, source in sorted(self.program.sources.items()):
            if re.search(rf"(?m)^(?:async def|def|class) {re.escape(name)}\b", source.text):
                yield module

    def _from(self, home: str, importer: Source) -> Mending | None:
        """Return how to import the name from the module that defines it."""
        usage = self.names.usage(importer.module)
        wanted = (self.failure.module, self.failure.name)
        bindings = [each for each in usage.bindings if (each.module, each.name) == wanted] if usage else []
        layout = self.names.layout(importer.module)
        if usage is None or not bindings or not all(layout.has_own_lines(each.statement) for each in bindings):
            return None
        rewrites = [Rewrite(each, origin=(home, self.failure.name)) for each in bindings]
        new = edited(layout.text, edits(self.names.tree(importer.module), layout, rewrites, usage))
        return _import(f"{self.failure.name} from {home}", importer, new, "direct_import")

    def _attribute(self, importer: Source) -> Answer:
        package, name = self.failure.module, self.failure.name
        submodule = f"{package}.{name}"
        if submodule not in self.program.modules:
            return self._name(importer)
        sentence = f"{submodule} is a module that nothing had imported; 'import {package}' alone does not import it."
        lines = split_lines(importer.text)
        pattern = re.compile(rf"import {re.escape(package)}\s*(?:#.*)?")
        number = next((number for number, line in enumerate(lines) if pattern.fullmatch(line)), None)
        if number is None:
            return Answer(StoryKind.MISSING_IMPORT, (sentence,))
        lines[number] = f"import {submodule}"
        return Answer(StoryKind.MISSING_IMPORT, (sentence,), _import(submodule, importer, "\n".join(lines)))

    # --- modules ----------------------------------------------------------------------------------------------------

    def _module(self, importer: Source) -> Answer:
        wanted, modules = self.failure.module, self.program.modules
        top = top_level(wanted)
        package = importer.module if importer.is_package else parent(importer.module)
        beside = f"{package}.{wanted}"
        if beside in modules:
            sentence = f"There is no top-level module '{wanted}'; the one in this package is {beside}."
            return Answer(StoryKind.MISSING_MODULE, (sentence,), self._instead(wanted, beside, importer))
        if wanted in modules:
            return self._not_on_path(wanted, top)
        near = did_you_mean(wanted, modules)
        if top in modules:
            outer = next(each for each in (*ancestors(wanted), top) if each in modules)
            found = re.search("'(.*)'", near)
            sentence = f"There is no module '{wanted}' in {outer}.{near}"
            return Answer(
                StoryKind.MISSING_MODULE, (sentence,), self._instead(wanted, found[1], importer) if found else None
            )
        sentence = f"'{wanted}' is not part of this program, and not installed for the Python that ran it.{near}"
        return Answer(StoryKind.MISSING_MODULE, (sentence,))

    def _not_on_path(self, wanted: str, top: str) -> Answer:
        sentence = f"There is a module {wanted} here, but the folder that contains '{top}' is not on sys.path."
        if self.stack.main.startswith(f"{top}."):
            return Answer(StoryKind.OUTSIDE_PACKAGE, (sentence,), _run_as_module(self.stack.main))
        ways = "Install the program, or add the folder to PYTHONPATH, or to pythonpath in the configuration of pytest."
        return Answer(StoryKind.MISSING_MODULE, (sentence,), Mending("run", (ways,)))

    def _instead(self, old: str, new: str, importer: Source) -> Mending | None:
        """Return how to import another module on the line that fails; None if it is not a plain import of one."""
        package, _, name = new.rpartition(".")
        whole = rf"from {package} import {name}\g<alias>" if "." not in old and package else rf"import {new}\g<alias>"
        patterns = {
            rf"from\s+{re.escape(old)}(?P<inside>(?:\.\w+)*)\s+import\b": rf"from {new}\g<inside> import",
            rf"import\s+{re.escape(old)}(?P<alias>\s+as\s+\w+)?\s*(?:#.*)?$": whole,
        }
        return self._changed(patterns, new, importer)

    def _changed(self, patterns: dict[str, str], what: str, importer: Source) -> Mending | None:
        """Return the line that fails with what follows its indentation replaced by the first pattern that matches."""
        lines = split_lines(importer.text)
        text = lines[self._line - 1] if self._line <= len(lines) else ""
        for pattern, new in patterns.items():
            changed, number = re.subn(rf"^(?P<indent>\s*){pattern}", rf"\g<indent>{new}", text)
            if number:
                lines[self._line - 1] = changed
                return _import(what, importer, "\n".join(lines))
        return None

    # --- packages ---------------------------------------------------------------------------------------------------

    def _outside(self, importer: Source) -> Answer:
        if "." not in importer.module:
            sentence = f"{importer.path} is not in a package, so a relative import has nothing to start from."
            patterns = {r"from\s+\.(?=\w)": "from ", r"from\s+\.\s+import\b": "import"}
            mending = self._changed(patterns, "the module by its whole name", importer)
            return Answer(StoryKind.OUTSIDE_PACKAGE, (sentence,), mending)
        sentence = f"{importer.path} was not imported as {importer.module}, so Python does not know its package."
        return Answer(StoryKind.OUTSIDE_PACKAGE, (sentence,), _run_as_module(importer.module))

    def _beyond(self, importer: Source) -> Answer:
        dots = re.match(r"\s*from\s+(\.+)", self.stack.steps[-1].text)
        if dots is None or absolute(len(dots[1]), "", importer.module, is_package=importer.is_package) is None:
            sentence = f"The import has more dots than there are packages around {importer.module}."
            return Answer(StoryKind.OUTSIDE_PACKAGE, (sentence,))
        top = top_level(importer.module)
        sentence = f"{importer.path} was not imported as {importer.module}: the folder '{top}' itself is on sys.path."
        ways = f"Start the program in the folder that contains '{top}', or take '{top}' off sys.path."
        return Answer(StoryKind.OUTSIDE_PACKAGE, (sentence,), Mending("run", (ways,)))


def _run_as_module(module: str) -> Mending:
    return Mending("run", (f"Run it as a module, from the folder that contains the package: python -m {module}",))


def _import(what: str, importer: Source, new: str, kind: str = "import") -> Mending:
    return Mending(kind, (f"Import {what}.",), tuple(diff(importer.path, importer.text, new)))
