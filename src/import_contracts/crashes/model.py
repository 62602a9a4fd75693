"""A program as an import sees it: its modules, its packages, and what each of them may import."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import NamedTuple, TypeAlias

from import_contracts.crashes.operations import ReadingContext
from import_contracts.crashes.reach import reached
from import_contracts.crashes.relevance import lists_files
from import_contracts.graph.components import components
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import parent, top_level
from import_contracts.reading.source.imports import WrittenImport, read_calls, read_imports
from import_contracts.reading.source.resolution import resolve
from import_contracts.reading.source.text import Source
from import_contracts.reading.star_imports.exports import Exports

Imports: TypeAlias = Mapping[str, Mapping[str, Kind]]
"""The modules that each module imports, with the kind of the most eager import."""


def possible_imports(
    source: Source, modules: Container[str], written: Sequence[WrittenImport] | None = None
) -> dict[str, Kind]:
    """Return those of some modules that a text may import when it runs, in functions and by calls too.

    Each has the kind of the most eager import. ``written`` are its imports, if they are known.
    """
    found: dict[str, Kind] = {}
    for each in sorted(
        written_imports(source) if written is None else written, key=lambda each: each.kind.rank, reverse=True
    ):
        module = resolve(each, source.module, is_package=source.is_package, modules=modules)
        if module and each.kind is not Kind.TYPE_CHECKING:
            found[module] = each.kind
    return found


def written_imports(source: Source) -> list[WrittenImport]:
    """Return the imports in a text, in functions and by calls too."""
    own = {"is_package": source.is_package}
    return [*read_imports(source.text, source.module, **own), *read_calls(source.text, source.module, **own)]


@dataclass(frozen=True, eq=False)
class ImportModel:
    """A program, as far as the import of one of its modules depends on it.

    ``sources`` are the texts by module, and ``namespaces`` the packages without a file. ``imports`` has at least all
    imports in the texts except those for type checking (see `possible_imports`). ``version`` is the version of Python
    whose behaviour is predicted. ``missing`` are top-level modules that certainly cannot be imported. The modules of
    ``like`` have the same numbers as there, and what is known of them can be taken over. ``advance`` is called
    twice for each module while `risky` is found.
    """

    sources: Mapping[str, Source]
    imports: Imports
    version: tuple[int, int]
    namespaces: Collection[str] = ()
    missing: frozenset[str] = frozenset()
    like: ImportModel | None = None
    advance: Callable[[], object] = int

    @cached_property
    def modules(self) -> dict[str, int]:
        """All modules and packages, sorted, each with its number."""
        if self.like and self._has_modules_of(self.like):
            return self.like.modules
        found = new = self.sources.keys() | set(self.namespaces)
        while new := set(map(parent, new)) - found - {""}:
            found = found | new
        known = self.like.modules if self.like else {}
        free = count(max(known.values(), default=-1) + 1)
        return {module: known[module] if module in known else next(free) for module in sorted(found)}

    def _has_modules_of(self, other: ImportModel) -> bool:
        return self.sources.keys() == other.sources.keys() and set(self.namespaces) == set(other.namespaces)

    @cached_property
    def packages(self) -> frozenset[str]:
        """All packages, those without a file too."""
        return frozenset(each for each in self.modules if each not in self.sources or self.sources[each].is_package)

    def context(self, source: Source) -> ReadingContext:
        """Return what the operations of one of the texts depend on."""
        roots = self._roots
        if self.like is not None:
            roots = self.like._roots.union(map(top_level, (source.module, *self.imports.get(source.module, ()))))  # noqa: SLF001
        return ReadingContext(source.module, source.is_package, self.version, self.missing | roots, source.running_as)

    @cached_property
    def exports(self) -> Exports:
        """What the modules have bound after they were imported, as far as star imports depend on it."""
        return Exports(self.modules, self.sources.get)

    @cached_property
    def started(self) -> dict[str, set[str]]:
        """The modules that the import of each one starts, but for what is imported by the functions that it calls."""
        known = self._unchanged
        return {
            module: known.started[module]
            if known and module not in self._changed
            else self._with_packages(module, self._named(module, _AT_ONCE))
            for module in self.modules
        }

    @property
    def _unchanged(self) -> ImportModel | None:
        """The program that this is like, if that has the same modules: those with the same text name the same ones."""
        return self.like if self.like and self.like.modules == self.modules else None

    def not_named(self, module: str, modules: Set[str]) -> Set[str]:
        """Return those of some modules that the text of a module does not name, and no package around those."""
        return modules - self._all_around[module]

    def below(self, modules: Iterable[str]) -> set[str]:
        """Return some modules and those that they may import, directly or not, in functions too."""
        return reached(modules, self._all_around)

    def importers(self, modules: Collection[str]) -> set[str]:
        """Return some modules and those that may import them, directly or not, in functions too."""
        return reached(modules, self._importers) if modules else set()

    @cached_property
    def _importers(self) -> dict[str, list[str]]:
        """For each module, those that may import it directly."""
        found: dict[str, list[str]] = {}
        for module, named in self._all_around.items():
            for each in named:
                found.setdefault(each, []).append(module)
        return found

    @cached_property
    def risky(self) -> tuple[str, ...]:
        """The modules that may be needed while they are partially initialized.

        Each of these is in a cycle. A cycle that closes only through the packages around a module does not count, as
        these have always begun before the module; but ``import package.module`` gives a module the package too, which
        it then may use.
        """
        return tuple([module for component in components(self._all_needed) for module in component])

    @cached_property
    def _all_needed(self) -> dict[str, set[str]]:
        known = self._unchanged
        return {
            module: known._all_needed[module]  # noqa: SLF001
            if known and module not in self._changed
            else self._needed(module)
            for module in self.modules
        }

    def _needed(self, module: str) -> set[str]:
        """Return the modules that one may import, or use while they are partially initialized."""
        self.advance()
        named = self._all_named[module]
        needed = self._with_packages(module, named)
        around = {module, *self.around[module]} - named
        if needed.isdisjoint(around) or module not in self.sources:
            return needed
        return needed if self._plain_import.search(self.sources[module].text) else needed - around

    @cached_property
    def _all_named(self) -> dict[str, set[str]]:
        known = self._unchanged
        return {
            module: known._all_named[module]  # noqa: SLF001
            if known and module not in self._changed
            else self._named_ever(module)
            for module in self.modules
        }

    def _named_ever(self, module: str) -> set[str]:
        """Return the modules that a text names, in functions and in strings too."""
        self.advance()
        return self._named(module, _EVER) | self._computed(module)

    @cached_property
    def _all_around(self) -> dict[str, set[str]]:
        """The modules that each module may import, with all packages around these and it."""
        return {module: self._with_packages(module, named) for module, named in self._all_named.items()}

    def is_like(self, other: ImportModel) -> bool:
        """Tell whether what is known of the modules of another program can be taken over, if they are the same here."""
        is_related = other is self.like or (self.like is not None and other.like is self.like)
        return is_related and other.version == self.version and other.missing == self.missing

    def changed_since(self, other: ImportModel) -> Set[str]:
        """Return the modules of another program that this one does not have, has otherwise, or with another number."""
        return self._changed if other is self.like else self._differing(other)

    @cached_property
    def _changed(self) -> Set[str]:
        return self._differing(self.like) if self.like else frozenset()

    def _differing(self, other: ImportModel) -> Set[str]:
        """Return those too whose unchanged text imports a module that the other program does not have."""
        mine, sources = self.modules, self.sources
        added = mine.keys() - other.modules.keys()
        return {
            module
            for module, number in other.modules.items()
            if mine.get(module) != number
            or ((source := sources.get(module)) is not (old := other.sources.get(module)) and source != old)
            or not added.isdisjoint(self.imports.get(module, ()))
        }

    def _named(self, module: str, kinds: Container[Kind]) -> set[str]:
        """Return the modules that the imports of some kinds name; with a star import, what is inside of these too."""
        imports = self.imports.get(module, {})
        found = {each for each, kind in imports.items() if kind in kinds and each in self.modules}
        if found and "import *" in self.sources[module].text:
            found.update(*(self._children.get(each, ()) for each in found.copy()))
        return found

    def _computed(self, module: str) -> set[str]:
        """Return the modules that a text may import by names that it computes: those that it names in strings.

        A string may also name only the package, and others the modules inside it. Any text counts that gives a full
        name to a function, because one of another module may import it.
        """
        source = self.sources.get(module)
        if source is None:
            return set()
        given = (name.replace(":", ".") for name in self._given(source.text))
        full = {each for name in given for each in (name, parent(name)) if each in self.modules}
        if (strings := strings_computed_with(source.text)) is None:
            return full
        package = module if source.is_package else parent(module)
        begun = (_BEGINNING.match(text.replace("/", ".")) for text in strings)
        names = {each[1] for each in begun if each}
        inside = {f"{each}.{name}" for each in (package, module) for name in names} & self.modules.keys()
        of_names = {f"{start}{parent(name)}" for name in names for start in ("", f"{package}.", f"{module}.")}
        words = _words(strings)
        candidates = self._inside({package, module} | (self.packages & (inside | names)))
        made = (each for each in candidates if _is_made_of(each.rpartition(".")[2], words))
        return full.union(inside, (names | of_names) & self.modules.keys(), made, self._listed(module, package, inside))

    def _listed(self, module: str, package: str, inside: Set[str]) -> set[str]:
        """Return the modules whose files a text may list: those beside it, or in packages that it names or imports.

        It may name those ``inside`` its package or module.
        """
        if (listing := listing_in(self.sources[module].text)) is None:
            return set()
        asked = (each for each in self.imports.get(module, ()) if each.rpartition(".")[2] in listing.of_paths)
        listed = {package, *asked, *(inside & self.packages if listing.at_once else ())}
        if listing.is_deep:
            return {each for each in self.modules if not listed.isdisjoint(self.around[each])}
        return set(self._inside(listed))

    def _inside(self, packages: Iterable[str]) -> list[str]:
        """Return the modules directly inside some packages."""
        return [each for package in packages for each in self._children.get(package, ())]

    def _with_packages(self, module: str, named: set[str]) -> set[str]:
        """Return modules that one names, with all packages around these and it, which are imported first."""
        around = self.around
        return named.union(around[module], *map(around.__getitem__, named))

    @cached_property
    def _roots(self) -> frozenset[str]:
        return frozenset(map(top_level, self.modules))

    @cached_property
    def _given(self) -> Callable[[str], Sequence[str]]:
        return given(self._roots)

    @cached_property
    def _plain_import(self) -> re.Pattern[str]:
        return plain_import(self._roots)

    @cached_property
    def around(self) -> dict[str, tuple[str, ...]]:
        """The packages around each module, the nearest first."""
        if known := self._unchanged:
            return known.around
        found: dict[str, tuple[str, ...]] = {"": ()}
        names = {module: module for module in self.modules}  # one text for each, because there are long ones
        for module in names:  # packages come before what is inside them
            package = parent(module)
            found[module] = (names[package], *found[package]) if package else ()
        del found[""]
        return found

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for module in self.modules:
            found.setdefault(parent(module), []).append(module)
        return found


def plain_import(roots: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of ``import a.b``, but not of ``from a import b``, where ``a`` is one of some names."""
    return re.compile(_PLAIN_IMPORT.format("|".join(map(re.escape, sorted(roots)))))


def given(roots: Collection[str]) -> Callable[[str], Sequence[str]]:
    """Return what finds the strings in a text that are given to a function, and may name a module below some names.

    They may also name what is in the module. Other strings are not looked for: settings have hundreds of them.
    """
    pattern = re.compile(_GIVEN.format("|".join(map(re.escape, sorted(roots)))))
    begins = [f"{quote}{root}." for root in roots for quote in "\"'"] if len(roots) <= _FEW else [""]

    def find(text: str) -> Sequence[str]:
        return pattern.findall(text) if any(begin in text for begin in begins) else ()

    return find


def strings_computed_with(text: str) -> list[str] | None:
    """Return the strings of a text that may compute the names of modules; None of one that does not.

    It does that by a function for that, or as it gives its own name away.
    """
    is_by_function = (
        ("module" in text and any(word in text for word in _OF_MODULES))
        or "__import__" in text
        or "walk_packages" in text
        or ("__getattr__" in text and ("\ndef __getattr__" in text or text.startswith("def __getattr__")))
    )
    if is_by_function or ("__name__" in text and _GIVES_OWN.search(text) is not None):
        return _STRINGS.findall(text)
    return None


def _words(strings: Iterable[str]) -> set[str]:
    """Return the words in strings, as they are and in lower case."""
    found = {word for text in strings for word in _WORD.findall(text)}
    return found.union(map(str.lower, found))


def _is_made_of(name: str, words: Set[str]) -> bool:
    """Tell whether a name is one of some words, or made of two of which one begins or ends with an underscore."""
    if name in words:
        return True
    ends = [place for place, letter in enumerate(name) if letter == "_"]
    cuts = {cut for place in ends for cut in (place, place + 1)}
    return any(name[:cut] in words and name[cut:] in words for cut in cuts)


class Listing(NamedTuple):
    """How a text may list the files of modules, other than those beside it.

    ``of_paths`` are the names of which it takes the ``__path__``. With ``at_once`` it may list those of other folders,
    and what is inside packages too if it ``is_deep``.
    """

    of_paths: frozenset[str]
    at_once: bool
    is_deep: bool


def listing_in(text: str) -> Listing | None:
    """Return how a text may list the files of modules; None if it does not."""
    if not lists_files(text):
        return None
    return Listing(frozenset(_PATH.findall(text)), _LISTS_AT_ONCE.search(text) is not None, "walk_packages" in text)


_AT_ONCE = frozenset({Kind.RUNTIME})
_EVER = frozenset(Kind)
_FEW = 2
"""Of how many names each is looked for before the pattern of all is."""
_OF_MODULES = ("import_module", "sys.modules", "iter_modules")
_GIVES_OWN = re.compile(r"\((?<!ogger\()\s*__name__\b")
"""Begins with a literal, which ``search`` finds fast; a logger has the name of its module in most texts."""
_LISTS_AT_ONCE = re.compile(r"^\S.*(?:listdir|glob|iterdir)\(", re.MULTILINE)
_STRINGS = re.compile(r"""["']([\w.{%/][\w.{}:%/ -]*)["']""")
_WORD = re.compile(r"\w+")
_BEGINNING = re.compile(r"(?:\{[^{}]*\}|%s)?\.*(\w+(?:\.\w+)*)(?![\w{%])")
"""What is behind a dot may be computed, and so may be what is before the first one."""
_PATH = re.compile(r"(\w+)\.__path__")
_GIVEN = r"""\((?<=[\w\])]\()\s*(?:[^\s()]+,\s*)?["']((?:{})\.[\w.:]+)["']"""
_PLAIN_IMPORT = r"import\b(?:\\\n|[^\n;#])*?\b(?:{})\s*\."
"""Begins with a literal, which ``search`` finds fast."""
