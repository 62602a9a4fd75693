"""A configuration of tach: its modules, layers and interfaces, and what ``tach check`` allows of them.

The source is tach 0.35.3, whose documentation leaves out much: what it does was found by running it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from import_contracts.contracts.table import Table
from import_contracts.graph.names import ancestors
from import_contracts.problems import Problem, UserError

_ROOT = "<domain_root>"


class TachDependency(NamedTuple):
    """An item of ``depends_on`` or ``cannot_depend_on``: a module, or a glob of modules."""

    path: str
    deprecated: bool = False

    def matches(self, module: str) -> bool:
        """Return whether the item is meant for a module of the configuration."""
        return _glob(self.path).fullmatch(module) is not None


@dataclass(frozen=True, slots=True)
class TachModule:
    """A module of tach, with everything inside it that belongs to no other one. ``depends_on`` is None for anything."""

    path: str
    depends_on: tuple[TachDependency, ...] | None = None
    cannot_depend_on: tuple[TachDependency, ...] = ()
    layer: str = ""
    visibility: tuple[str, ...] | None = None
    utility: bool = False
    unchecked: bool = False

    @property
    def is_glob(self) -> bool:
        """Whether the path stands for all modules that it matches."""
        return _is_glob(self.path)


class TachInterface(NamedTuple):
    """An interface: regular expressions of members, and of the modules that expose them.

    It is for the modules in ``visibility``, or for all if that is None.
    """

    expose: tuple[str, ...]
    sources: tuple[str, ...]
    visibility: tuple[str, ...] | None
    exclusive: bool


class TachDomain(NamedTuple):
    """A ``tach.domain.toml``: its file, the module that its folder is, and its content."""

    file: str
    module: str
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TachProject:
    """All that the files of a tach configuration say. ``remarks`` are about what is not read."""

    modules: tuple[TachModule, ...]
    interfaces: tuple[TachInterface, ...]
    layers: tuple[str, ...]
    closed: frozenset[str]
    exclude: tuple[str, ...]
    source_roots: tuple[str, ...]
    exact: bool
    skips_type_checking: bool
    explicit: bool
    remarks: tuple[str, ...]


_KEYS = frozenset(
    {
        "modules",
        "interfaces",
        "layers",
        "exclude",
        "source_roots",
        "exact",
        "ignore_type_checking_imports",
        "layers_explicit_depends_on",
    }
)
_WITHOUT_MEANING = frozenset({"cache", "map", "disable_logging", "respect_gitignore"})
_NOT_TRANSLATED = {
    "external": "'external' is for 'tach check-external', which compares imports with the declared dependencies.",
    "forbid_circular_dependencies": (
        "'forbid_circular_dependencies' compares the lists of this file, not the imports. For these, add a contract of "
        "the type acyclic_siblings."
    ),
    "include_string_imports": "'include_string_imports' is not translated: strings are no imports here.",
    "plugins": "'plugins' is not translated: foreign keys of Django are no imports here.",
    "root_module": "'root_module' is not translated: imports of modules that are not in the file are not judged.",
    "rules": (
        "'rules' is not translated: imports inside functions count, and a comment that ignores nothing is an error."
    ),
}


def read_project(content: Mapping[str, object], file: str, domains: Sequence[TachDomain] = ()) -> TachProject:
    """Return what a ``tach.toml`` and the domains say. Raises UserError, with all problems."""
    table = Table(content, file=file)
    layers, closed, problems = _layers(table)
    modules = [module for each in _tables(table, "modules") for module in _modules(each)]
    interfaces = [_interface(each) for each in _tables(table, "interfaces")]
    for domain in domains:
        of_domain = Table(domain.content, file=domain.file)
        root = of_domain.values.get("root")
        roots = [Table({"path": _ROOT, **root}, file=domain.file)] if isinstance(root, Mapping) else []
        tables = [*roots, *_tables(of_domain, "modules")]
        modules += [_module_in(module, domain.module) for each in tables for module in _modules(each)]
        interfaces += [_interface_in(_interface(each), domain.module) for each in _tables(of_domain, "interfaces")]
        problems += of_domain.problems
    project = TachProject(
        tuple(modules),
        tuple(interfaces),
        layers,
        closed,
        table.strings("exclude", ()),
        table.strings("source_roots", (".",)),
        table.flag("exact"),
        table.flag("ignore_type_checking_imports", default=True),
        table.flag("layers_explicit_depends_on"),
        (*_remarks(table), *_module_remarks(modules)),
    )
    problems += [
        Problem(f"There is no layer '{each.layer}' for {each.path}.", file=file)
        for each in modules
        if each.layer and each.layer not in layers
    ]
    problems += [*table.problems, *_invalid(interfaces, file)]
    if problems:
        raise UserError(*problems)
    return project


def _tables(table: Table, key: str) -> list[Table]:
    return [Table(each, file=table.file) for each in table.tables(key)]


def _layers(table: Table) -> tuple[tuple[str, ...], frozenset[str], list[Problem]]:
    value = table.values.get("layers", [])
    items = value if isinstance(value, list) else [value]
    pairs = [(each, False) if isinstance(each, str) else _layer(each) for each in items]
    problems = [] if all(pairs) else [Problem("Write a name or {name = …}.", file=table.file, key="layers")]
    found = [pair for pair in pairs if pair]
    return tuple(name for name, _ in found), frozenset(name for name, closed in found if closed), problems


def _layer(item: object) -> tuple[str, bool] | None:
    if isinstance(item, Mapping) and isinstance(name := item.get("name"), str):
        return name, item.get("closed") is True
    return None


def _modules(table: Table) -> Iterator[TachModule]:
    """Yield the modules of a table, which has a ``path`` or several ``paths``."""
    paths = table.strings("paths") if "paths" in table else (table.string("path"),)
    layer = table.string("layer", "")
    for path in paths:
        yield TachModule(
            path,
            _dependencies(table, "depends_on"),
            _dependencies(table, "cannot_depend_on") or (),
            layer,
            table.strings("visibility", ()) if "visibility" in table else None,
            table.flag("utility"),
            table.flag("unchecked"),
        )
    if table.problems:
        raise UserError(*table.problems)


def _dependencies(table: Table, key: str) -> tuple[TachDependency, ...] | None:
    value = table.values.get(key)
    if value is None:
        return None
    found = []
    for item in value if isinstance(value, list) else [value]:
        path = item.get("path") if isinstance(item, Mapping) else item
        if isinstance(path, str):
            found.append(TachDependency(path, isinstance(item, Mapping) and item.get("deprecated") is True))
        else:
            table.error(key, "Write a list of modules, or of tables with a 'path'.")
    return tuple(found)


def _interface(table: Table) -> TachInterface:
    interface = TachInterface(
        table.strings("expose"),
        table.strings("from", (".*",)),
        table.strings("visibility", ()) if "visibility" in table else None,
        table.flag("exclusive"),
    )
    if table.problems:
        raise UserError(*table.problems)
    return interface


def _invalid(interfaces: Iterable[TachInterface], file: str) -> Iterator[Problem]:
    for pattern in sorted({pattern for each in interfaces for pattern in (*each.expose, *each.sources)}):
        try:
            re.compile(pattern)
        except re.error as error:
            yield Problem(f"'{pattern}' is no regular expression: {error}.", file=file, key="interfaces")


def _module_in(module: TachModule, domain: str) -> TachModule:
    def depends(items: tuple[TachDependency, ...]) -> tuple[TachDependency, ...]:
        return tuple(each._replace(path=_resolved(each.path, domain)) for each in items)

    return replace(
        module,
        path=_resolved(module.path, domain),
        depends_on=None if module.depends_on is None else depends(module.depends_on),
        cannot_depend_on=depends(module.cannot_depend_on),
    )


def _interface_in(interface: TachInterface, domain: str) -> TachInterface:
    sources = tuple(domain if each == _ROOT else f"{domain}.{each}" for each in interface.sources)
    visible = interface.visibility
    return interface._replace(
        sources=sources, visibility=None if visible is None else tuple(_resolved(each, domain) for each in visible)
    )


def _resolved(path: str, domain: str) -> str:
    return path[2:] if path.startswith("//") else domain if path == _ROOT else f"{domain}.{path}"


def _remarks(table: Table) -> Iterator[str]:
    for key, value in table.values.items():
        if key in _NOT_TRANSLATED:
            if value not in (False, "ignore"):
                yield _NOT_TRANSLATED[key]
        elif key not in _KEYS | _WITHOUT_MEANING:
            yield f"'{key}' is no key of tach 0.35, so it is not translated."


def _module_remarks(modules: Iterable[TachModule]) -> Iterator[str]:
    if any(each.visibility is not None for each in modules):
        yield "'visibility' of a module compares the lists of this file, not the imports: see the type protected."
    if deprecated := sorted({each.path for module in modules for each in module.depends_on or () if each.deprecated}):
        yield f"Deprecated, and allowed: {', '.join(deprecated)}. To forbid new imports, remove them from the lists."


def _is_glob(path: str) -> bool:
    return any(character in path for character in "*?[]{}")


@cache
def _glob(path: str) -> re.Pattern[str]:
    """Return the pattern of a path: ``**`` at the end also matches the module before it.

    A wrong glob matches nothing.
    """
    try:
        return re.compile(_regex(path) if _is_glob(path) else re.escape(path))
    except re.error:
        return re.compile(r"(?!)")


def _regex(path: str) -> str:
    *parts, last = path.split(".")
    start = "".join(r"(?:[^.]+\.)*" if part == "**" else rf"{_part(part)}\." for part in parts)
    if last == "**":
        return start.removesuffix(r"\.") + r"(?:\.[^.]+)*" if parts else ".*"
    return start + _part(last)


def _part(part: str) -> str:
    pieces = {"*": "[^.]*", "?": "[^.]", "{": "(?:", "}": ")", ",": "|"}
    return "".join(pieces.get(each, each if each in "[]-" else re.escape(each)) for each in part)


class TachRules:
    """What tach allows, for the modules of a program.

    ``parts`` are the modules of tach that are in the program; the glob of a path matches only those in ``kept``, which
    are not excluded. ``packages`` has the package, a folder with a ``pyproject.toml``, of each: imports that leave it
    are not judged.
    """

    def __init__(
        self, project: TachProject, modules: Iterable[str], kept: Collection[str], packages: Mapping[str, str]
    ) -> None:
        self.project = project
        self.parts: dict[str, TachModule] = {}
        self.absent: list[str] = []
        self._packages = packages
        names = sorted(modules)
        known = set(names)
        for module in project.modules:
            pattern = _glob(module.path) if module.is_glob else None
            found = [each for each in names if each in kept and pattern.fullmatch(each)] if pattern else [module.path]
            self.parts |= {name: replace(module, path=name) for name in found if name in known}
            self.absent += [module.path] if known.isdisjoint(found) else []

    def part_of(self, name: str) -> TachModule | None:
        """Return the module of tach that a module, or a name in one, belongs to: the closest one around it."""
        return next((self.parts[each] for each in (name, *ancestors(name)) if each in self.parts), None)

    def allows(self, one: TachModule, other: TachModule) -> bool:
        """Return whether a module may import another one, whatever the interface of that."""
        if one == other or one.unchecked or not self.compares(one, other):
            return True
        heights = self._heights(one, other)
        if heights and heights[0] != heights[1]:
            if not self._may_descend(*heights):
                return False
            if not self.project.explicit or other.utility:
                return True
        if any(each.matches(other.path) for each in one.cannot_depend_on):
            return False
        return one.depends_on is None or other.utility or any(each.matches(other.path) for each in one.depends_on)

    def layers_forbid(self, one: TachModule, other: TachModule) -> bool:
        """Return whether the layers of two modules alone forbid an import."""
        heights = self._heights(one, other)
        return bool(heights) and heights[0] != heights[1] and not self._may_descend(*heights)

    def exposes(self, one: TachModule, other: TachModule, member: str) -> bool:
        """Return whether a module may import a member of another one, as far as the interfaces of that say."""
        visible = self.interfaces(one, other)
        if not member or not visible or one == other or one.unchecked or not self.compares(one, other):
            return True
        return any(re.fullmatch(pattern, member) for each in visible for pattern in each.expose)

    def interfaces(self, one: TachModule, other: TachModule) -> tuple[TachInterface, ...]:
        """Return the interfaces of a module that another one sees."""
        visible = [
            each
            for each in self.project.interfaces
            if any(re.fullmatch(pattern, other.path) for pattern in each.sources)
            if each.visibility is None or one.path in each.visibility
        ]
        exclusive = [each for each in visible if each.exclusive]
        return tuple(exclusive[:1] or visible)

    def compares(self, one: TachModule, other: TachModule) -> bool:
        """Return whether tach judges imports between two modules."""
        return self._packages.get(one.path) == self._packages.get(other.path)

    def _heights(self, one: TachModule, other: TachModule) -> tuple[int, ...]:
        names = self.project.layers
        return (names.index(one.layer), names.index(other.layer)) if one.layer and other.layer else ()

    def _may_descend(self, above: int, below: int) -> bool:
        """Return whether one layer may import another one: a lower one, with no closed layer between them."""
        between = self.project.layers[above + 1 : below]
        return above < below and self.project.closed.isdisjoint(between)
