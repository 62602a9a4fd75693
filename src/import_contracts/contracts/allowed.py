"""The contract type ``allowed``: modules may import only what is on a list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import TypeAlias

from import_contracts.contracts.declared import Declaration, normalized
from import_contracts.contracts.findings import Cut, Description, Findings, Part, Violation
from import_contracts.contracts.matching import Matcher
from import_contracts.contracts.table import DECLARED, Table
from import_contracts.graph.import_graph import Chain, Edge, ImportGraph
from import_contracts.graph.names import STANDARD_LIBRARY, ModulePattern, ancestors, external_package
from import_contracts.records import dataclass
from import_contracts.wording import count, listed


@dataclass(frozen=True, slots=True)
class Allowance:
    """Some modules, each of which may import only the ``allowed`` modules and what is inside them.

    If these are what a project declares, ``file`` says so, "" otherwise; they need not exist then. The modules of the
    ``guessed`` distributions are not known: each is taken to be imported by its own name, which is with it.
    """

    modules: tuple[ModulePattern, ...]
    allowed: tuple[ModulePattern, ...]
    file: str = ""
    guessed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Importer:
    """A module that a contract names. Its ``members`` must import none of the ``barred`` modules, except each other.

    They are everything inside the module that is not in another one. Many importers have the same ``barred`` modules.
    """

    name: str
    allowance: Allowance
    members: frozenset[str]
    barred: frozenset[str]

    @property
    def message(self) -> str:
        return _sentence(self.name, self.allowance)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Each module may import only what its allowance has, directly or, if ``indirect``, also through other modules.

    A module stands for everything inside it, except what a module inside it stands for. If several allowances match
    one, the closest counts: an exact name, then one with wildcards within parts. The modules may import each other only
    if this is allowed, unless ``apart`` is False. If ``exact``, something must use each of the allowed modules.

    If ``only_listed``, only imports of the ``listed`` modules, and those that the allowances name, are judged. Each
    module belongs to the closest of them, and an allowed module is allowed without those that are listed inside it.
    """

    allowances: tuple[Allowance, ...]
    indirect: bool
    apart: bool
    exact: bool
    key: str = "modules"
    only_listed: bool = False
    listed: tuple[ModulePattern, ...] = ()

    def check(self, graph: ImportGraph) -> Findings:
        """Return a violation for every import that leads to a module that is not allowed, then for unused ones."""
        matcher = Matcher(graph)
        importers = self._importers(matcher)
        if matcher.failed:
            return Findings(problems=matcher.problems)
        if all(importer.members <= graph.excepted for importer in importers):
            matcher.warn(self.key, "This contract cannot be broken: none of its modules is in the program.")
        elif not self._must_use() and all(importer.barred <= importer.members for importer in importers):
            matcher.warn("allowed", "This contract cannot be broken: every module is allowed.")
        violations: list[Violation] = []
        cuts = []
        for importer in importers:
            chains, cut = self._broken(graph, importer)
            violations += (Violation(*chain[0], "", importer.message, chain) for chain in chains)
            cuts += [Cut(importer.message, cut)] if cut else []
        violations += self._unused(graph, importers)
        _warn_of_guesses(matcher, self.allowances, violations)
        return Findings(tuple(violations), tuple(cuts), matcher.problems)

    def describe(self, graph: ImportGraph) -> Description:
        """Return the contract in words, with its modules and what they may import."""
        importers = self._importers(matcher := Matcher(graph))
        is_table = self.key == "allowed"
        summary = f"{listed(pattern for each in self.allowances for pattern in each.modules)} may import only what"
        rules = [f"{_sentence(listed(each.modules), each)}." for each in self.allowances]
        sentences = [*([f"{summary} is listed for each."] if is_table else []), *rules]
        sentences.append("Indirect imports count too." if self.indirect else "Only direct imports count.")
        if not self.apart:
            sentences.append("They may import each other.")
        if self.only_listed:
            sentences.append("Imports of modules that are not listed do not count.")
        if self.exact:
            sentences.append("Something must import each of the allowed modules.")
        parts = [Part("module", importer.name, importer.members) for importer in importers]
        for each in self.allowances:
            role = f"allowed for {listed(each.modules)}" if is_table else "allowed"
            parts += (Part(role, module, graph.subtree(module)) for module in self._named(matcher, each))
        return Description(tuple(sentences), tuple(parts))

    def would_break(self, graph: ImportGraph, importers: Set[str], imported: Set[str]) -> tuple[str, ...]:
        """Return the message of each module with an importer that may not import all of ``imported``."""
        return tuple(
            importer.message
            for importer in self._importers(Matcher(graph))
            if importers & importer.members and imported & importer.barred - importer.members
        )

    def _must_use(self) -> bool:
        return self.exact and any(allowance.allowed for allowance in self.allowances)

    def _broken(self, graph: ImportGraph, importer: _Importer) -> tuple[list[Chain], tuple[Edge, ...]]:
        """Return the chains to modules that are not allowed, and a smallest cut of them."""
        judged = importer.members - graph.excepted
        if not self.indirect:
            edges = [
                (module, imported)
                for module in sorted(judged)
                for imported in graph.imported_by(module)
                if imported in importer.barred and imported not in importer.members
            ]
            return [(edge,) for edge in edges], tuple(edges)
        routes = graph.routes_to(importer.barred - importer.members, frozenset()).avoiding(judged)
        return [*routes.chains_from(judged)], routes.minimum_cut(judged)

    def _unused(self, graph: ImportGraph, importers: list[_Importer]) -> Iterator[Violation]:
        """Yield a violation for each allowed module that none of those import that may; the importer is the first."""
        inside = self._inside(graph, [importer.name for importer in importers])
        for allowance in self.allowances if self.exact else ():
            own = [importer for importer in importers if importer.allowance is allowance]
            used = {
                imported
                for importer in own
                for module in importer.members
                for imported in graph.imported_by(module)
                if imported not in importer.members
            }
            for pattern in allowance.allowed if own else ():
                if pattern.text != "**" and used.isdisjoint(frozenset().union(*map(inside, graph.matching(pattern)))):
                    others = f"and {count(len(own) - 1, 'other module')} import" if own[1:] else "imports"
                    advice = f"{others} nothing of {pattern}. Remove it from 'allowed'"
                    yield Violation(own[0].name, str(pattern), "", "every allowed module must be used", advice=advice)

    def _importers(self, matcher: Matcher) -> list[_Importer]:
        """Return the modules that the contract names, in the order of the allowances."""
        graph = matcher.graph
        found = self._allowance_of(matcher)
        members = _closest(graph, self._parts(graph, found))
        inside = self._inside(graph, found)
        every = frozenset().union(*members.values()) if self.only_listed else graph.modules_set
        free = [] if self.apart else [members[module] for module in found]
        barred = {
            each: frozenset(every.difference(*free, *map(inside, self._named(matcher, each))))
            for each in self.allowances
        }
        return [
            _Importer(module, allowance, frozenset(members[module]), barred[allowance])
            for module, allowance in found.items()
        ]

    def _inside(self, graph: ImportGraph, found: Iterable[str]) -> Callable[[str], Set[str]]:
        """Return what tells which modules an allowed module stands for; none if it is not listed but must be."""
        if not self.only_listed:
            return graph.subtree
        members = _closest(graph, self._parts(graph, found))
        return lambda module: members.get(module, frozenset())

    def _parts(self, graph: ImportGraph, found: Iterable[str]) -> Collection[str]:
        """Return the modules to which others inside them belong: the importers and, if only these count, all listed."""
        if not self.only_listed:
            return set(found)
        exact = (pattern for each in self.allowances for pattern in each.allowed if pattern.is_exact)
        return {*found, *(module for pattern in (*self.listed, *exact) for module in graph.matching(pattern))}

    def _allowance_of(self, matcher: Matcher) -> dict[str, Allowance]:
        """Return the modules that may import only what is listed, each with the allowance that matches it closest."""
        graph = matcher.graph
        found: dict[str, list[tuple[int, ModulePattern, Allowance]]] = {}
        for allowance in self.allowances:
            for pattern in allowance.modules:
                for module in matcher.modules(self.key, [pattern]):
                    if module not in graph.external:
                        found.setdefault(module, []).append((pattern.width, pattern, allowance))
                    elif pattern.is_exact:
                        message = f"'{module}' is an external package; its imports are not known. Remove it."
                        matcher.error(self.key, message)
        for module, matching in found.items():
            closest = [each for each in matching if each[0] == min(width for width, *_ in matching)]
            if closest[0][2] is not closest[-1][2]:
                both = f"'{closest[0][1]}' and '{closest[-1][1]}' both match '{module}'"
                matcher.error(self.key, f"{both}; list it by its exact name.")
        return {module: min(matching, key=lambda each: each[0])[2] for module, matching in found.items()}

    def _named(self, matcher: Matcher, allowance: Allowance) -> tuple[str, ...]:
        """Return the modules that an allowance lists; an external package need not be imported by anything."""
        graph = matcher.graph
        if allowance.file:
            return tuple(module for pattern in allowance.allowed for module in graph.matching(pattern))
        absent = {
            pattern
            for pattern in allowance.allowed
            if pattern.is_exact and graph.knows_external and pattern.text not in graph
            if external_package(pattern.text, graph.roots)
        }
        return matcher.modules("allowed", [pattern for pattern in allowance.allowed if pattern not in absent])


def _closest(graph: ImportGraph, parts: Collection[str]) -> dict[str, set[str]]:
    """Return the modules that belong to each of the parts: those inside it for which no other is closer."""
    members: dict[str, set[str]] = {part: set() for part in parts}
    for module in graph.modules:
        if owner := next((outer for outer in (module, *ancestors(module)) if outer in members), None):
            members[owner].add(module)
    return members


def _sentence(modules: str, allowance: Allowance) -> str:
    if allowance.file:
        return f"{modules} may import only what {allowance.file} declares"
    return f"{modules} may import " + (f"only {listed(allowance.allowed)}" if allowance.allowed else "no other module")


def _warn_of_guesses(matcher: Matcher, allowances: Iterable[Allowance], violations: Iterable[Violation]) -> None:
    """Warn of the guesses that nothing imports, if something imports an external package that is not allowed."""
    external = matcher.graph.external
    messages = {violation.message for violation in violations if violation.chain and violation.chain[-1][1] in external}
    for allowance in allowances:
        if messages & {_sentence(str(module), allowance) for module in allowance.modules}:
            for name, module in allowance.guessed:
                if module not in external:
                    hint = f'import_names = {{ {name} = "…" }}'
                    matcher.warn(
                        "allowed", f"'{name}' is not installed, so its modules are not known. Name them: {hint}."
                    )


Names: TypeAlias = Mapping[str, tuple[ModulePattern, ...]]
"""The top-level modules of distributions, by their normalized names."""


def _declared(table: Table, declarations: Sequence[Declaration], names: Names) -> Iterator[Allowance]:
    """Yield what the packages of each project may import: each other, the standard library, and what it declares."""
    wanted = table.modules("modules", ())
    known = [package for each in declarations for package in each.packages]
    for pattern in wanted if known else ():
        if not pattern.matching(known):
            table.error("modules", f"'{pattern}' is no package of a project; write one like '{known[0]}'.")
    for each in declarations:
        packages = [name for name in each.packages if not wanted or any(pattern.matches(name) for pattern in wanted)]
        if packages and not each.file:
            what = f"There is no pyproject.toml with a [project] around '{packages[0]}'"
            table.error("allowed", f"{what}, so it is not known what it declares. List others in 'modules'.")
        elif packages and each.is_dynamic:
            hint = "List the packages of the other projects in 'modules'."
            table.error("allowed", f"The dependencies in {each.file} are dynamic, so they are not known. {hint}")
        elif packages:
            yield _allowance(each, packages, names)


def _allowance(declaration: Declaration, packages: Sequence[str], names: Names) -> Allowance:
    allowed = [*map(ModulePattern, (*declaration.packages, STANDARD_LIBRARY))]
    guessed = []
    for name, modules in declaration.required:
        allowed += names.get(name) or map(ModulePattern, modules or [name.replace("-", "_")])
        if not modules and name not in names:
            guessed.append((name, name.replace("-", "_")))
    own = tuple(map(ModulePattern, packages))
    return Allowance(own, tuple(dict.fromkeys(allowed)), declaration.file, tuple(guessed))


def groups(values: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return the modules of each of the ``groups`` of a contract, by its name in angle brackets."""
    found = Table(values).listings("groups") or {}
    return {f"<{name}>": tuple(map(str, modules)) for name, modules in found.items()}


def parse(table: Table) -> Allowed:
    """Return the rule for the keys of the type."""
    rows = table.listings("allowed")
    declarations = table.declared("allowed")
    names = {normalized(str(name)): modules for name, modules in (table.listings("import_names") or {}).items()}
    if declarations is None and "import_names" in table:
        table.error("import_names", f'This key is only for allowed = "{DECLARED}".')
    if declarations is not None:
        allowances = tuple(_declared(table, declarations, names))
        if table.flag("exact"):
            table.error(
                "exact", "'allowed' is what projects declare, so nothing can be removed from it. Remove this key."
            )
    elif rows is None:
        allowances = (Allowance(table.modules("modules"), table.modules("allowed")),)
    else:
        allowances = tuple(Allowance((module,), allowed) for module, allowed in rows.items())
        if table.modules("modules", ()):
            table.error("modules", "'allowed' is a table, which has the modules as keys. Remove this key.")
    named = table.listings("groups")
    if named is None and "groups" in table:
        table.error("groups", 'Write a table of lists of modules, such as groups.core = ["shop.models"].')
    return Allowed(
        allowances,
        indirect=table.flag("indirect"),
        apart=table.flag("among_themselves", default=True),
        exact=table.flag("exact"),
        key="modules" if rows is None else "allowed",
        only_listed=table.flag("only_listed"),
        listed=tuple(dict.fromkeys(module for modules in (named or {}).values() for module in modules)),
    )
