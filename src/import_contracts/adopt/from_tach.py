"""Converting a configuration of tach to contracts with the same verdicts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from import_contracts.adopt.tach import TachInterface, TachModule, TachRules
from import_contracts.adopt.tach_ignores import TachIgnore, ignored_imports
from import_contracts.adopt.toml import table
from import_contracts.config.misnamed import OWN
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ancestors
from import_contracts.reading.source.text import Source

_ANYTHING = "**"


@dataclass(slots=True)
class _Contract:
    """A table of a contract, with the tables in it and comments above it; ``ignores`` is what its ignores are under.

    The imports of the modules in ``free`` are not judged.
    """

    values: dict[str, object]
    ignores: str = ""
    tables: dict[str, Mapping[str, object]] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    free: frozenset[str] = frozenset()


class Excluded(NamedTuple):
    """The modules whose imports tach does not check, and those ``unseen``: nor does it check imports of these."""

    modules: frozenset[str]
    unseen: frozenset[str]


class TachConversion:
    """The contracts for the rules of tach and a program, without what is excluded."""

    def __init__(
        self, rules: TachRules, graph: ImportGraph, source: Callable[[str], Source | None], excluded: Excluded
    ) -> None:
        self._rules = rules
        self._graph = graph
        self._modules = [module for module in graph.modules if module not in graph.external]
        self._excluded, self._unseen = excluded.modules, sorted(excluded.unseen.intersection(self._modules))
        self._ignores, self._remarks = ignored_imports(rules, graph, source, self._judged())
        self._has_layers = self._may_have_layers()

    def to_toml(self, session: Mapping[str, object], origin: str) -> str:
        """Return the configuration, with what could not be converted in comments at its top."""
        contracts = [*self._layers(), *self._allowed(), *self._interfaces()]
        contracts = contracts or [self._table(self._rows(is_complete=True))]
        project = self._rules.project
        absent = [f"Not in the program: {', '.join(self._rules.absent)}."] if self._rules.absent else []
        remarks = [*project.remarks, *absent, *self._across(), *self._remarks]
        head = [f"Converted from {origin} by lint-imports init --from-tach.", *remarks]
        return "\n".join([table(f"[tool.{OWN}]", session, comments=head), *map(self._written, contracts)])

    def _written(self, contract: _Contract) -> str:
        own = self._ignores.get(contract.ignores, ())
        values = {**contract.values, **self._left_out(contract, own)}
        notes = {("ignore_imports", number): [each.reason] for number, each in enumerate(own) if each.reason}
        name = f"tool.{OWN}.contracts"
        head = table(f"[[{name}]]", values, comments=contract.above, notes=notes)
        return "\n".join([head, *(table(f"[{name}.{key}]", rows) for key, rows in contract.tables.items())])

    def _left_out(self, contract: _Contract, own: Sequence[TachIgnore]) -> dict[str, object]:
        """Return the keys for imports that tach does not judge: of excluded and unchecked modules, and ignored ones.

        An interface is judged for all modules outside a package, so those that are in no module of tach are left out.
        """
        type_name, free = contract.values["type"], self._excluded | contract.free
        if type_name != "allowed":
            parts = ((each, self._rules.part_of(each)) for each in self._modules)
            free |= {
                each for each, part in parts if (part and part.unchecked) or (type_name == "interface" and not part)
            }
        whole, alone = self._subtrees(free)
        imports = [*(f"{each.importer} -> {each.imported}" for each in own), *(f"{each} -> **" for each in alone)]
        imports += (f"** -> {each}" for each in self._unseen)
        found: dict[str, object] = {"except_modules": whole} if whole else {}
        if imports:
            found |= {"ignore_imports": imports}
        if alone or self._unseen:
            found |= {"unmatched_ignore_imports_alerting": "none"}
        return found

    def _subtrees(self, modules: frozenset[str]) -> tuple[list[str], list[str]]:
        """Return the modules that are there with all that is inside them, and those without; many of one name as one.

        ``shop.**.tests`` stands for all modules of that name, if all of them are there.
        """
        whole = {each for each in modules if self._graph.subtree(each) <= modules}
        tops = sorted(each for each in whole if not whole.intersection(ancestors(each)))
        alone = sorted(each for each in modules if each not in whole)
        patterns: dict[str, list[str]] = {}
        for top in tops:
            root, _, rest = top.partition(".")
            pattern = f"{root}.**.{rest.rpartition('.')[2]}" if "." in rest else top
            patterns.setdefault(pattern, []).append(top)
        shown: list[str] = []
        for pattern, matching in patterns.items():
            root, *_, last = pattern.split(".")
            named = [each for each in self._modules if each.count(".") > 1 and each.endswith(f".{last}")]
            is_exact = all(each in whole for each in named if each.startswith(f"{root}."))
            shown += [pattern] if len(matching) > 1 and is_exact else matching
        return shown, alone

    def _judged(self) -> frozenset[str]:
        """Return the modules whose imports tach checks."""
        parts = ((each, self._rules.part_of(each)) for each in self._modules if each not in self._excluded)
        return frozenset(each for each, part in parts if part is not None and not part.unchecked)

    # --- dependencies ---------------------------------------------------------------------------------------------

    def _may_have_layers(self) -> bool:
        """Return whether the layers can be a contract: no module of tach is inside one that has a layer."""
        parts = self._rules.parts
        layered = {path: part.layer for path, part in parts.items() if part.layer}
        return len(set(layered.values())) > 1 and not any(each in layered for path in parts for each in ancestors(path))

    def _in_layer(self, layer: str) -> list[str]:
        return sorted(path for path, part in self._rules.parts.items() if part.layer == layer)

    def _layers(self) -> Iterator[_Contract]:
        layers = [layer for layer in self._rules.project.layers if self._in_layer(layer)]
        if not self._has_layers:
            return
        closed = self._rules.project.closed
        written = [
            f"<{_group(layer)}> {'closed ' if layer in closed and layer in layers[1:-1] else ''}"
            + " : ".join(self._in_layer(layer))
            for layer in layers
        ]
        keys = {"id": "layers", "name": "Layers", "type": "layers", "direct": True, "layers": written}
        yield _Contract(keys, "layers")

    def _allowed(self) -> Iterator[_Contract]:
        rows = self._rows()
        if any(row != [_ANYTHING] for row in rows.values()):
            yield self._table(rows)

    def _table(self, rows: dict[str, list[str]]) -> _Contract:
        project = self._rules.project
        values: dict[str, object] = {"id": "modules", "name": "What each module may import", "type": "allowed"}
        values["only_listed"] = True
        own = _Contract(values, "modules", {"allowed": rows})
        declared = {path: part.depends_on for path, part in self._rules.parts.items()}
        is_as_declared = all(
            row in ([_ANYTHING], [each.path for each in declared[path] or ()]) for path, row in rows.items()
        )
        if project.exact and is_as_declared:
            values["exact"] = True
        elif project.exact:
            own.above.append("'exact' is not translated: the lists have more than 'depends_on'.")
        used = {item for row in rows.values() for item in row}
        if not self._has_layers and (groups := {name: all_ for name, all_ in self._groups().items() if name in used}):
            own.tables = {"groups": {name[1:-1]: all_ for name, all_ in groups.items()}, **own.tables}
        return own

    def _groups(self) -> dict[str, list[str]]:
        """Return the names for modules of one layer, and for those without a layer that no module must depend on."""
        parts = self._rules.parts
        refused = [each for part in parts.values() for each in part.cannot_depend_on]
        free = (path for path, part in parts.items() if not part.layer)
        others = sorted(path for path in free if not any(each.matches(path) for each in refused))
        layers = {f"<{_group(layer)}>": self._in_layer(layer) for layer in self._rules.project.layers}
        named = {name: members for name, members in layers.items() if members}
        return named if self._has_layers or not (named or refused) else {**named, "<other>": others}

    def _rows(self, *, is_complete: bool = False) -> dict[str, list[str]]:
        """Return what each module of tach may import; one that may import anything only if it must be listed."""
        rows = {path: self._row(part) for path, part in sorted(self._rules.parts.items())}
        named = {item for row in rows.values() for item in row}
        for name, members in self._groups().items():
            named.update(members if name in named else ())
        return {path: row for path, row in rows.items() if is_complete or row != [_ANYTHING] or path not in named}

    def _row(self, part: TachModule) -> list[str]:
        others = [each for each in self._rules.parts.values() if each != part]
        needed = [each.path for each in others if self._rules.allows(part, each)]
        harmless = {each.path for each in others if self._has_layers and self._rules.layers_forbid(part, each)}
        if len(needed) + len(harmless) == len(others):
            return [_ANYTHING]
        declared = [each.path for each in part.depends_on or ()]
        groups = []
        left = dict.fromkeys(sorted(needed, key=lambda path: (path not in declared, path)))
        for name, members in self._groups().items():
            listed_there = {*members} - {part.path}
            if len(listed_there.intersection(needed)) > 1 and listed_there <= {*needed, *harmless}:
                groups.append(name)
                left = {path: None for path in left if path not in listed_there}
        ordered = sorted(left, key=lambda path: declared.index(path) if path in declared else len(declared))
        return [*groups, *ordered]

    def _across(self) -> Iterator[str]:
        rules = self._rules
        declared = [
            f"{part.path} on {each.path}"
            for part in rules.parts.values()
            for each in rules.parts.values()
            if part.depends_on is not None and not rules.compares(part, each)
        ]
        if declared:
            yield "tach compares no imports between folders with a pyproject.toml of their own: these are allowed."

    # --- interfaces -----------------------------------------------------------------------------------------------

    def _interfaces(self) -> Iterator[_Contract]:
        """Yield a contract for each module with interfaces; several if not all other modules see the same ones."""
        parts = self._rules.parts
        for path, part in sorted(parts.items()):
            judged = [each for each in parts.values() if each != part and not each.unchecked]
            seen: dict[tuple[TachInterface, ...], list[str]] = {}
            for each in judged:
                if self._rules.compares(each, part):
                    seen.setdefault(self._rules.interfaces(each, part), []).append(each.path)
            number = 0
            for visible, importers in seen.items():
                exposed = self._exposed(part, [pattern for each in visible for pattern in each.expose])
                if visible and exposed is not None:
                    number += 1
                    yield self._interface(path, exposed, importers, f"-{number}" if number > 1 else "")

    def _interface(self, path: str, exposed: list[str], importers: list[str], suffix: str) -> _Contract:
        values: dict[str, object] = {"id": f"interface-{path}{suffix}", "name": f"Interface of {path}"}
        values |= {"type": "interface", "package": path, "exposed": exposed, "as_written": True}
        parts = self._rules.parts
        nested = sorted(each for each in parts if path in ancestors(each))
        if tops := [each for each in nested if not set(nested).intersection(ancestors(each))]:
            values["without"] = tops
        others = [each for each in parts.values() if each.path not in {path, *importers} and not each.unchecked]
        around = [each for each in others if any(each.path in ancestors(importer) for importer in importers)]
        if free := sorted(each.path for each in others if each not in around):
            values["except"] = free
        free_modules = frozenset(each for each in self._modules if self._rules.part_of(each) in around)
        return _Contract(values, f"interface-{path}", free=free_modules)

    def _exposed(self, part: TachModule, patterns: Iterable[str]) -> list[str] | None:
        """Return what an interface exposes, as modules and names; None if that is everything."""
        members = [each for each in self._modules if self._rules.part_of(each) == part]
        found: list[str] = []
        alternatives = dict.fromkeys(one for several in patterns for one in _alternatives(several))
        if ".*" in alternatives:
            return None
        for pattern in alternatives:
            items = [*self._exposed_by(part.path, pattern, members)]
            if not items:
                self._remarks.append(
                    f"Interface of {part.path}: '{pattern}' is left out; it matches nothing that is known."
                )
            found += items
        return list(dict.fromkeys(found))

    def _exposed_by(self, path: str, pattern: str, members: Sequence[str]) -> Iterator[str]:
        """Yield the modules and names that one regular expression exposes."""
        if re.fullmatch(r"(?:\w|\\?\.)+", pattern):
            module, _, name = f"{path}.{pattern.replace(chr(92), '')}".rpartition(".")
            if module in members:
                yield f"{module}:{name}"
            return
        whole = {each for each in members if each != path and _exposes_all(each.removeprefix(f"{path}."), pattern)}
        for member in sorted(each for each in whole if not whole.intersection(ancestors(each))):
            yield from (member, f"{member}.**") if self._graph.children(member) else (member,)
        for member in members:
            start = member.removeprefix(path).removeprefix(".")
            if member not in whole and re.fullmatch(pattern, f"{start}.Zq_9" if start else "Zq_9"):
                yield f"{member}:*"
        if name_in := re.fullmatch(r"(\w*)(?:\.|\\w)[*+](\w*)", pattern):
            yield f"{path}:{name_in[1]}*{name_in[2]}"


def _exposes_all(member: str, pattern: str) -> bool:
    return all(re.fullmatch(pattern, name) for name in (member, f"{member}.Zq_9"))


def _alternatives(pattern: str) -> list[str]:
    """Return the alternatives of a regular expression, as far as brackets are not inside each other."""
    match = re.fullmatch(r"([^()|]*)\((?:\?:)?([^()]*)\)([^()|]*)", pattern)
    if match and not match[3].startswith(("*", "+", "?", "{")):
        return [f"{match[1]}{each}{match[3]}" for each in match[2].split("|")]
    return [pattern] if "(" in pattern else pattern.split("|")


def _group(layer: str) -> str:
    return re.sub(r"[^\w-]", "-", layer)
