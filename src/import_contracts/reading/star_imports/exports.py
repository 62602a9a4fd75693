"""What star imports load: the modules that ``__all__`` of a package names, as `importlib._bootstrap` imports them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Container

from import_contracts.reading.source import trees
from import_contracts.reading.source.outline import DEFINITION, outline
from import_contracts.reading.source.text import Source, split_lines, universal_newlines
from import_contracts.reading.star_imports.evaluation import Evaluator, TooMuchError
from import_contracts.reading.star_imports.loaded import Loaded
from import_contracts.reading.star_imports.namings import UNBOUND, Bound, ModuleName, Names, Value, elements

_DEEPEST = 20
_EXPORTS = re.compile("__all__")


class Exports:
    """What the modules of a program have bound after they were imported.

    ``source`` returns the text of a module; None if there is none. It is asked only for what is needed.
    """

    def __init__(self, modules: Container[str], source: Callable[[str], Source | None]) -> None:
        self._modules = modules
        self._source = source
        self._followed: dict[str, Evaluator] = {}
        self._asked: set[tuple[str, str]] = set()
        self._answered: dict[tuple[str, str], Bound] = {}
        self._outermost = 0
        self._depth = 0

    def loaded(self, package: str, before: int | None = None) -> Loaded:
        """Return the modules that a star import of a package loads; of its own one, what is bound before that line.

        CPython imports a name in ``__all__`` as a module if the package has no such attribute.
        """
        source = self._source(package)
        if source is None or "__all__" not in source.text:
            return Loaded()
        try:
            return self._loaded(source, before)
        except RecursionError:
            return Loaded((), is_whole=False, is_exact=False)

    def _loaded(self, source: Source, before: int | None) -> Loaded:
        package = source.module
        followed = self._follow(package) if before is None else self._evaluated(source, before)
        listed = followed.lookup("__all__")
        if listed is UNBOUND:
            return Loaded()
        names = elements(listed)
        inside = {name: f"{package}.{name}" for name in names.counts if f"{package}.{name}" in self._modules}
        found = sorted(module for name, module in inside.items() if not self._is_other(followed, name, module))
        return Loaded(tuple(found), names.is_whole, names.is_exact)

    def _is_other(self, followed: Evaluator, name: str, module: str) -> bool:
        """Tell whether a name is certainly bound to something else than the module of this name."""
        value = followed.lookup(name)
        found = followed.names.find(name)
        if found is None:
            stars = (star for star in followed.names.all_stars() if star.is_certain)
            exported = (self.exported(star.module, name) for star in stars)
            found = next((each for each in exported if each.value is not UNBOUND), Bound(UNBOUND))
            value = found.value
        return found.is_certain and value is not UNBOUND and value != ModuleName(module)

    def attribute(self, module: str, name: str) -> Value:
        """Return the value of an attribute of a module; ``UNBOUND`` if it has none, None if it is not known."""
        if module not in self._modules:
            return None
        value = self._asking(module, name, lambda: Bound(self._follow(module).lookup(name))).value
        if isinstance(value, Names):
            return value.copy()
        submodule = f"{module}.{name}"
        return ModuleName(submodule) if value is UNBOUND and submodule in self._modules else value

    def exported(self, module: str, name: str) -> Bound:
        """Return what a star import of a module binds a name to; ``UNBOUND`` if it does not."""
        if module not in self._modules:
            return Bound(UNBOUND)
        return self._asking(f"{module}.*", name, lambda: self._exported(module, name))

    def _asking(self, module: str, name: str, answer: Callable[[], Bound]) -> Bound:
        """Return an answer; nothing is bound to a name that depends on itself.

        Until the outermost question is answered, no other is answered twice: modules that import all of each other have
        more paths between them than anybody could wait for. Later, more may have been bound.
        """
        key = (module, name)
        if key in self._asked:
            return Bound(UNBOUND)
        if key not in self._answered:
            self._asked.add(key)
            try:
                self._answered[key] = answer()
            finally:
                self._asked.remove(key)
        found = self._answered[key]
        if len(self._asked) == self._outermost:
            self._answered = {}
        return found

    def _exported(self, module: str, name: str) -> Bound:
        followed = self._follow(module)
        listed = followed.lookup("__all__")
        names = Names(has_bound=True) if listed is UNBOUND else elements(listed)
        if name not in names.counts:
            return Bound(UNBOUND) if name.startswith("_") or not names.has_bound else self._bound(followed, name)
        return Bound(self.attribute(module, name), names.is_exact)

    def _bound(self, followed: Evaluator, name: str) -> Bound:
        found = followed.names.find(name)
        if found is not None:
            return found._replace(value=followed.lookup(name))
        for star in followed.names.all_stars():
            exported = self.exported(star.module, name)
            if exported.value is not UNBOUND:
                return Bound(exported.value, exported.is_certain and star.is_certain)
        return Bound(UNBOUND)

    def _follow(self, module: str) -> Evaluator:
        """Return what a module has bound, as far as it was followed: of one that is being followed, nothing."""
        if module not in self._followed:
            source = self._source(module)
            self._followed[module] = Evaluator(module, self, is_package=bool(source and source.is_package))
            if source is not None and self._depth < _DEEPEST:
                self._depth += 1
                outer, self._answered, self._outermost = (self._answered, self._outermost), {}, len(self._asked)
                self._followed[module] = self._evaluated(source)
                self._answered, self._outermost = outer
                self._depth -= 1
            elif source is not None:
                self._followed[module].names.bind("__all__", None)
        return self._followed[module]

    def _evaluated(self, source: Source, before: int | None = None) -> Evaluator:
        followed = Evaluator(source.module, self, is_package=source.is_package)
        try:
            listing = [number for number, line in enumerate(split_lines(source.text), 1) if "__all__" in line]
            followed.run(_tree(source.text), listing, before)
        except (SyntaxError, TooMuchError, RecursionError):
            followed = Evaluator(source.module, self, is_package=source.is_package)
            followed.names.bind("__all__", None)
        return followed


def _tree(text: str) -> ast.Module:
    """Return the tree of a text, whose syntax may be newer than this Python; raises SyntaxError."""
    try:
        return trees.parse_newer(outline(universal_newlines(text), DEFINITION, _EXPORTS))
    except SyntaxError:
        return trees.parse_newer(text)
