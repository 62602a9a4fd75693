"""Why a module or a name was not found, where no module waits for another."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from import_contracts.explain.mending import diff
from import_contracts.explain.stack import Stack
from import_contracts.graph.names import absolute, ancestors, parent
from import_contracts.problems import did_you_mean
from import_contracts.reading.around import ProgramAround
from import_contracts.reading.text import Source, split_lines
from import_contracts.repair.edits import Rewrite, edited, edits
from import_contracts.repair.program_names import ProgramNames
from import_contracts.reports.tracebacks import Mending, StoryKind
from import_contracts.tracebacks.messages import Failing, Failure

Answer = tuple[StoryKind, tuple[str, ...], Mending | None]
"""The kind of a story, its sentences, and the change that ends it."""


@dataclass(frozen=True)
class Missing:
    """A failed import of a program, and the lines of the program in its traceback.

    ``module`` is the module that was asked for or not found, and ``name`` what it was asked for; ``hiding`` is the
    module in the file that Python found instead of another one, or "".
    """

    program: ProgramAround
    names: ProgramNames
    stack: Stack
    failure: Failure
    hiding: str

    def answer(self) -> Answer:
        """Return why the import failed."""
        hidden = self._hidden()
        if hidden is not None:
            return hidden
        by_kind = {
            Failing.NAME: self._name,
            Failing.ATTRIBUTE: self._attribute,
            Failing.SUBMODULE: self._attribute,
            Failing.MODULE: self._module,
            Failing.RELATIVE: self._outside,
            Failing.BEYOND: self._beyond,
        }
        return by_kind[self.failure.what]()

    @property
    def _place_path(self) -> str:
        return self.stack.steps[-1].path

    @property
    def _importer(self) -> Source | None:
        """The text of the module that fails."""
        module = self.stack.steps[-1].module
        return self.program.sources.get(module if module in self.program.sources else self.stack.main)

    # --- files that hide others -------------------------------------------------------------------------------------

    def _hidden(self) -> Answer | None:
        """Return that a file hides a library or a package; None if none does."""
        wanted = self.failure.not_package or self.failure.module
        source = self.program.sources.get(self.hiding)
        if source is None or not wanted:
            return None
        if self._is_inside_package(wanted, source):
            sentence = f"Python looks for '{wanted}' beside the script first, and finds the script itself, {source.path}."
            return StoryKind.HIDDEN_PACKAGE, (sentence,), self._run_as_module(self.hiding)
        is_stdlib = wanted in sys.stdlib_module_names
        what = "standard library module" if is_stdlib else "library"
        sentences = (f"{source.path} has the name of the {what} '{wanted}', and Python finds it first.",)
        return StoryKind.HIDDEN_LIBRARY, sentences, self._renamed(wanted, source)

    def _is_inside_package(self, wanted: str, source: Source) -> bool:
        """Tell whether the file that hides a package is itself in a package of that name."""
        return self.hiding.split(".")[-2:-1] == [wanted] or source.path.split("/")[-2:-1] == [wanted]

    def _renamed(self, wanted: str, source: Source) -> Mending:
        folder, slash, file = source.path.rpartition("/")
        if source.is_package:
            return Mending("rename", (f"Rename the package '{self.hiding}', for example to {self.hiding}_.",))
        new = f"{folder}{slash}{file.removesuffix('.py')}_.py"
        why = [f"Rename it, for example to {new}."]
        others = [each for each in self.program.graph.importers_of(self.hiding) if each not in {self.hiding, self.stack.main}]
        if others:
            why.append(f"Where {', '.join(others)} means this file by 'import {wanted}', use the new name.")
        lines = (f"diff --git a/{source.path} b/{new}", "similarity index 100%", f"rename from {source.path}", f"rename to {new}")
        return Mending("rename", tuple(why), lines)

    # --- names ------------------------------------------------------------------------------------------------------

    def _name(self) -> Answer:
        module, name = self.failure.module, self.failure.name
        usage = self.names.usage(module)
        if usage is None or self.may_bind(module, name):
            return StoryKind.UNKNOWN, (self._unknown(),), None
        children = [each.rpartition(".")[2] for each in self.program.graph.children(module)]
        hint = did_you_mean(name, [*usage.defined, *children])
        sentences = [f"No statement of {self.program.sources[module].path} binds {name}.{hint}"]
        if self.failure.is_partial and self.program.sources[module].is_package:
            sentences.append(f"There is no module {module}.{name} here either: an extension module that is not built?")
        homes = list(self._homes(name)) if not hint else []
        if homes:
            sentences.append(f"{name} is defined in {' and '.join(homes)}.")
        return StoryKind.MISSING_NAME, tuple(sentences), self._from(homes[0]) if len(homes) == 1 else None

    def may_bind(self, module: str, name: str) -> bool:
        """Tell whether a module may bind a name, or have a submodule of that name."""
        usage = self.names.usage(module)
        if usage is None or f"{module}.{name}" in self.program.modules:
            return True
        return bool({name, "__getattr__"} & usage.defined.keys()) or any(each.name == "*" for each in usage.bindings)

    def _unknown(self) -> str:
        module, name = self.failure.module, self.failure.name
        if self.failure.is_partial:
            return f"The traceback does not show where {module} is being imported: it may be cut off at the top."
        return f"{module} binds {name} here: the files have changed, or it was removed again when it ran."

    def _homes(self, name: str) -> Iterator[str]:
        """Yield the modules that define a function or class of a name, sorted."""
        for module, source in sorted(self.program.sources.items()):
            if re.search(rf"(?m)^(?:async def|def|class) {re.escape(name)}\b", source.text):
                yield module

    def _from(self, home: str) -> Mending | None:
        """Return how to import the name from the module that defines it."""
        source = self._importer
        usage = self.names.usage(source.module) if source else None
        wanted = [each for each in usage.bindings if each.name == self.failure.name] if usage else []
        wanted = [each for each in wanted if each.module == self.failure.module]
        if source is None or not wanted:
            return None
        rewrites = [Rewrite(each, origin=(home, self.failure.name)) for each in wanted]
        lines = split_lines(source.text)
        new = edited(lines, edits(self.names.tree(source.module), lines, rewrites))
        return Mending("direct_import", (f"Import {self.failure.name} from {home}.",), tuple(diff(source.path, source.text, new)))

    def _attribute(self) -> Answer:
        package, name = self.failure.module, self.failure.name
        submodule = f"{package}.{name}"
        if submodule not in self.program.modules:
            return self._name() if package in self.program.sources else (StoryKind.UNKNOWN, (), None)
        source = self._importer
        sentence = f"{submodule} is a module that nothing had imported by then: 'import {package}' does not import it."
        if source is None:
            return StoryKind.MISSING_IMPORT, (sentence,), None
        lines = split_lines(source.text)
        for number, line in enumerate(lines):
            if re.fullmatch(rf"import {re.escape(package)}\s*(?:#.*)?", line):
                new = [*lines[:number], f"import {submodule}", *lines[number + 1 :]]
                change = tuple(diff(source.path, source.text, "\n".join(new)))
                return StoryKind.MISSING_IMPORT, (sentence,), Mending("import", ("Import the submodule by its name.",), change)
        return StoryKind.MISSING_IMPORT, (sentence,), None

    # --- modules ----------------------------------------------------------------------------------------------------

    def _module(self) -> Answer:
        wanted, program, source = self.failure.module, self.program, self._importer
        here = parent(source.module) if source and not source.is_package else source.module if source else ""
        beside = f"{here}.{wanted}" if here else ""
        top = wanted.partition(".")[0]
        if beside in program.modules:
            sentence = f"There is no top-level module '{wanted}'; {beside} is imported by that name only from inside its folder."
            return StoryKind.MISSING_MODULE, (sentence,), self._replaced(wanted, beside)
        if wanted in program.modules:
            sentence = f"{wanted} exists here, but Python did not look in the folder that contains '{top}'."
            kind = StoryKind.OUTSIDE_PACKAGE if self.stack.main.startswith(f"{top}.") else StoryKind.MISSING_MODULE
            return kind, (sentence,), self._run_as_module(self.stack.main) if kind is StoryKind.OUTSIDE_PACKAGE else self._on_path(top)
        if top in program.modules:
            near = did_you_mean(wanted, program.modules)
            found = re.search(r"'([^']*)'", near)
            outer = next((each for each in ancestors(wanted) if each in program.modules), top)
            sentence = f"There is no module '{wanted}': {outer} has none of that name.{near}"
            return StoryKind.MISSING_MODULE, (sentence,), self._replaced(wanted, found[1]) if found else None
        sentence = f"'{wanted}' is no module of this program{self._is_stdlib(top)}: it is not installed, or misspelled.{did_you_mean(wanted, program.modules)}"
        return StoryKind.MISSING_MODULE, (sentence,), None

    def _is_stdlib(self, top: str) -> str:
        return f", but '{top}' is one of the standard library of another Python" if top in sys.stdlib_module_names else ""

    def _on_path(self, top: str) -> Mending:
        why = f"Install the program, or add the folder that contains '{top}' to sys.path: PYTHONPATH, or pythonpath in pytest's configuration."
        return Mending("run", (why,))

    def _replaced(self, old: str, new: str) -> Mending | None:
        """Return how to import another module on the line that fails; None if it is not a plain import of it."""
        source, line = self._importer, self.stack.steps[-1].line
        if source is None:
            return None
        lines = split_lines(source.text)
        text = lines[line - 1] if line <= len(lines) else ""
        package, _, name = new.rpartition(".")
        changed = re.sub(rf"^(\s*from\s+){re.escape(old)}(\s+import\b)", rf"\g<1>{new}\g<2>", text)
        if changed == text and old.count(".") == 0:
            changed = re.sub(rf"^(\s*)import\s+{re.escape(old)}(\s+as\s+\w+)?\s*(#.*)?$", rf"\g<1>from {package} import {name}\g<2>", text)
        elif changed == text:
            changed = re.sub(rf"^(\s*import\s+){re.escape(old)}(?=\s|$)", rf"\g<1>{new}", text)
        if changed == text or not package and "from  import" in changed:
            return None
        lines[line - 1] = changed
        return Mending("import", (f"Import {new}.",), tuple(diff(source.path, source.text, "\n".join(lines))))

    # --- packages ---------------------------------------------------------------------------------------------------

    def _run_as_module(self, module: str) -> Mending:
        return Mending("run", (f"Run it as a module, in the folder that contains the package: python -m {module}",))

    def _outside(self) -> Answer:
        source = self._importer
        if source is None or "." not in source.module:
            sentence = f"{self._place_path} is not in a package, so a relative import has nothing to start from."
            return StoryKind.OUTSIDE_PACKAGE, (sentence,), self._made_absolute()
        sentence = f"{source.path} runs as a script or top-level module, so Python does not know that it is {source.module}."
        return StoryKind.OUTSIDE_PACKAGE, (sentence,), self._run_as_module(source.module)

    def _made_absolute(self) -> Mending | None:
        """Return how to write a relative import of a module beside the importer as an absolute one."""
        source, line = self._importer, self.stack.steps[-1].line
        if source is None:
            return None
        lines = split_lines(source.text)
        text = lines[line - 1] if line <= len(lines) else ""
        changed = re.sub(r"^(\s*)from\s+\.\s+import\b", r"\1import", re.sub(r"^(\s*from\s+)\.(?=\w)", r"\1", text))
        if changed == text:
            return None
        lines[line - 1] = changed
        return Mending("import", ("Import the module by its name.",), tuple(diff(source.path, source.text, "\n".join(lines))))

    def _beyond(self) -> Answer:
        source, text = self._importer, self.stack.steps[-1].text
        dots = re.match(r"\s*from\s+(\.+)", text)
        if source is None or dots is None:
            return StoryKind.OUTSIDE_PACKAGE, (), None
        level = len(dots[1])
        if absolute(level, "", source.module, is_package=source.is_package) is None:
            sentence = f"{source.module} is not deep enough for {level} dots."
            return StoryKind.OUTSIDE_PACKAGE, (sentence,), None
        sentence = f"Python does not know that {source.path} is {source.module}: its package was imported from inside '{source.module.partition('.')[0]}'."
        return StoryKind.OUTSIDE_PACKAGE, (sentence,), Mending("run", ("Start the program in the folder that contains the package.",))
