"""What reads annotations at run time, so that the names in them have to be there: in this or any other module."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cached_property
from itertools import chain

from import_contracts.reading.source.trees import arguments, dotted_name, last_name, walk
from import_contracts.repair.program_names import Origin, ProgramNames
from import_contracts.repair.runtime_annotations import EVALUATING, HARMLESS_BASES, READING_LIBRARIES
from import_contracts.repair.usage import NameUse, Usage

_WHEN_ASKED = frozenset({"from_callable", "get_annotations", "signature"})
_HARMLESS_CALLS = frozenset({"isinstance", "issubclass", "cast", "super", "TypeVar", "NewType", "field", "Field"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_READING = (ast.Call, ast.Attribute)
_MOST_ROUNDS = 3


class AnnotationReaders:
    """What reads the annotations of a program; looked for when it is first asked for."""

    def __init__(self, names: ProgramNames) -> None:
        self._names = names

    @cached_property
    def _calls(self) -> _Calls:
        return _Calls(self._names, self._bases)

    @property
    def functions(self) -> frozenset[str]:
        """The names of functions whose calls were looked for; none if nothing was asked for that depends on calls."""
        return self._calls.functions if "_calls" in vars(self) else frozenset()

    def reader_of(self, module: str, use: NameUse) -> str:
        """Return what may read an annotation of a module, as a sentence shows it; "" if nothing is known to."""
        if use.owner is None:
            return ""
        if reader := use.reader or self._reader_of_class(module, use.class_name, frozenset()):
            return reader
        parts = use.owner.split(".") if use.owner else [""]
        owners = (".".join(parts[:number]) for number in range(1, len(parts) + 1))
        read = self._calls.read | (self._calls.raw if self._is_bare(module, use) else {})
        return next((read[module, owner] for owner in owners if (module, owner) in read), "")

    def any_in(self, module: str, usage: Usage) -> bool:
        """Tell whether something may read annotations of a module that are evaluated when they are executed."""
        return usage.has_readers or any(self._reader_of_class(module, each, frozenset()) for each in usage.classes)

    def may_read(self, module: str, use: NameUse) -> bool:
        """Tell whether the program evaluates annotations of what is not certain, such as a parameter."""
        calls = self._calls
        is_any = calls.reads_anything or (calls.takes_anything and self._is_bare(module, use))
        return use.owner is not None and is_any

    def _is_bare(self, module: str, use: NameUse) -> bool:
        """Tell whether an annotation is not a string."""
        usage = self._names.usage(module)
        return not use.is_quoted and usage is not None and not usage.has_future_annotations

    # --- classes --------------------------------------------------------------------------------------------------

    def _reader_of_class(self, module: str, name: str, seen: frozenset[Origin]) -> str:
        usage = self._names.usage(module)
        headers = usage.classes.get(name, []) if usage and name else []
        if (module, name) in seen:
            return ""
        for header in headers:
            if header.reader:
                return header.reader
            for base in header.bases:
                if reader := self._reader_of_base(module, name, base, seen | {(module, name)}):
                    return reader
        return ""

    def _reader_of_base(self, module: str, name: str, base: ast.expr, seen: frozenset[Origin]) -> str:
        plain = base.value if isinstance(base, ast.Subscript) else base
        found = self._class(module, name, plain)
        if found is not None:
            return self._reader_of_class(*found, seen)
        last = last_name(plain)
        is_harmless = last in HARMLESS_BASES or last.endswith("Error")
        return "" if is_harmless else f"the base class {ast.unparse(plain)}"

    def _class(self, module: str, inside: str, base: ast.expr) -> Origin | None:
        """Return the class of the program that a base class is, as a class in a module calls it."""
        dotted, usage = dotted_name(base), self._names.usage(module)
        if dotted is None or usage is None:
            return None
        around = inside.split(".")[:-1]
        for number in range(len(around), -1, -1):
            name = ".".join([*around[:number], *dotted])
            if name in usage.classes and (number or len(dotted) > 1 or dotted[0] not in self._imported(usage)):
                return module, name
        found = self._names.definition(module, dotted)
        other = self._names.usage(found[0]) if found else None
        return found if found and other and found[1] in other.classes else None

    @staticmethod
    def _imported(usage: Usage) -> set[str]:
        return {each.local for each in usage.bindings if not each.inside}

    def _bases(self, origin: Origin) -> Iterator[Origin]:
        """Yield the classes of the program that a class inherits from directly."""
        usage = self._names.usage(origin[0])
        for header in usage.classes.get(origin[1], []) if usage else ():
            for base in header.bases:
                if found := self._class(*origin, base):
                    yield found


class _Calls:
    """The calls of a program that evaluate annotations.

    ``read`` has the classes, functions and modules of the program that are given to them, each with what reads it.
    ``reads_anything`` says that a call is given something else, such as a parameter. ``raw`` has those whose
    annotations are taken as they are, be they strings or not (PEP 563); ``takes_anything`` says the same of it.
    ``functions`` are the names by which such calls are found.
    """

    def __init__(self, names: ProgramNames, bases: Callable[[Origin], Iterable[Origin]]) -> None:
        self.read: dict[Origin, str] = {}
        self.raw: dict[Origin, str] = {}
        self.reads_anything = self.takes_anything = False
        self._names = names
        self._bases = bases
        self.functions: frozenset[str] = EVALUATING
        wanted = self.functions
        for _ in range(_MOST_ROUNDS):
            wanted = self._functions_that_read(wanted) - self.functions
            self.functions |= wanted
            if not wanted:
                break

    def _functions_that_read(self, readers: Set[str]) -> frozenset[str]:
        """Note what some functions read, and return the names of those that give them one of their parameters."""
        names = ["__annotations__", *sorted(readers)]
        calls = rf"(?:{'|'.join(map(re.escape, sorted(readers)))})(?=[\s\\)]*[(#])"
        pattern = re.compile(rf"\b(?:__annotations__\b|{calls})")
        found: set[str] = set()
        for source in self._names.sources:
            text = source.text
            is_library = readers is EVALUATING and self._names.imports_any(source, READING_LIBRARIES)
            is_named = any(map(text.__contains__, names)) and pattern.search(text) is not None
            if (is_library or is_named) and self._names.usage(source.module):
                tree = self._names.tree(source.module)
                found |= _functions_that_read(tree, readers)
                for statement in tree.body:
                    self._note(source.module, statement, readers, is_library=is_library)
        return frozenset(found)

    def _note(self, module: str, statement: ast.stmt, readers: Set[str], *, is_library: bool) -> None:
        """Note what the calls in a statement of the top level read."""
        for node in _readings(statement):
            name, given, is_raw = _reading(node, readers)
            if not name and is_library and isinstance(node, ast.Call) and last_name(node.func) not in _HARMLESS_CALLS:
                for each in self._given(module, _arguments(node)):
                    self._read(each, f"{last_name(node.func) or 'a call'} ({module}:{node.lineno})", self.read)
            if not name:
                continue
            found = self.raw if is_raw else self.read
            read = list(self._given(module, given))
            if not read and not self._is_foreign(module, given):
                self.reads_anything |= not is_raw
                self.takes_anything = True
                if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
                    read = list(self._given(module, [statement]))
            for each in read:
                self._read(each, f"{name} ({module}:{node.lineno})", found)

    def _read(self, origin: Origin, reader: str, found: dict[Origin, str]) -> None:
        """Note that something is read, and the classes of the program that it inherits from."""
        if origin not in found:
            found[origin] = reader
            for base in self._bases(origin):
                self._read(base, reader, found)

    def _given(self, module: str, nodes: Iterable[ast.AST]) -> Iterator[Origin]:
        """Yield the classes, functions and modules of the program that some code names."""
        for node in chain.from_iterable(map(walk, nodes)):
            dotted = dotted_name(node) if isinstance(node, ast.Name | ast.Attribute) else None
            if dotted and (origin := self._names.definition(module, dotted)) and self._is_definition(origin):
                yield origin

    def _is_definition(self, origin: Origin) -> bool:
        usage = self._names.usage(origin[0])
        first = origin[1].partition(".")[0]
        defined = usage.defined.get(first, []) if usage else []
        return not first or any(isinstance(each, (*_FUNCTIONS, ast.ClassDef)) for each in defined)

    def _is_foreign(self, module: str, given: Iterable[ast.AST]) -> bool:
        """Tell whether code names only what is imported, and so is not of the program if it was not found there."""
        usage = self._names.usage(module)
        imported = {each.local for each in usage.bindings if not each.inside} if usage else set()
        return _names(given) <= imported


def _functions_that_read(tree: ast.Module, readers: Set[str]) -> set[str]:
    """Return the names of functions that give one of some functions a parameter; for a constructor, of its class."""
    found = set()
    for node in walk(tree):
        for function in node.body if isinstance(node, ast.Module | ast.ClassDef) else ():
            if isinstance(function, _FUNCTIONS):
                parameters = {each.arg for each in arguments(function)} - {"self", "cls"}
                given = (_reading(each, readers) for each in _readings(function))
                if any(name and not is_raw and parameters & _names(nodes) for name, nodes, is_raw in given):
                    is_special = function.name.startswith("__") and isinstance(node, ast.ClassDef)
                    found.add(getattr(node, "name", "") if is_special else function.name)
    return found


def _readings(node: ast.AST) -> Iterator[ast.Call | ast.Attribute]:
    """Yield the calls and the attributes in some code, some of which read annotations."""
    return (each for each in walk(node) if isinstance(each, _READING))


def _reading(node: ast.Call | ast.Attribute, readers: Set[str]) -> tuple[str, list[ast.expr], bool]:
    """Return what reads annotations, what it is given, and whether it takes them as they are; "" if nothing does."""
    if isinstance(node, ast.Attribute):
        return (node.attr, [node.value], True) if node.attr == "__annotations__" else ("", [], False)
    if (name := last_name(node.func)) not in readers:
        return "", [], False
    asked = [each.value for each in node.keywords if each.arg in {"eval_str", None}]
    is_asked = any(not isinstance(each, ast.Constant) or each.value for each in asked)
    return name, _arguments(node), name in _WHEN_ASKED and not is_asked


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(each.value for each in call.keywords)]


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {each.id for each in chain.from_iterable(map(walk, nodes)) if isinstance(each, ast.Name)}
