"""Every import of Django and Home Assistant that can be changed is: nothing but imports differs, and ruff agrees.

Each order of ways is tried for all modules of Django, and for a third of Home Assistant's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.reading.source.imports import read_imports
from import_contracts.reading.source.resolution import resolve
from import_contracts.reading.source.text import Source
from import_contracts.reading.source.trees import parse
from import_contracts.repair.edits import Rewrite, edits
from import_contracts.repair.fix_kinds import FixKind
from import_contracts.repair.layout import edited
from import_contracts.repair.program_names import ProgramNames
from import_contracts.repair.ways import ImportedName
from tests.real.test_programs import home_assistant
from tests.real.wheels import django
from tests.support.concrete import findings, lost_comments, without_imports
from tests.support.crashes import read

pytestmark = pytest.mark.real
ORDERS = [
    (FixKind.TYPE_CHECKING, FixKind.DIRECT_IMPORT, FixKind.DEFER),
    (FixKind.DEFER, FixKind.DIRECT_IMPORT, FixKind.TYPE_CHECKING),
    (FixKind.DIRECT_IMPORT, FixKind.DEFER, FixKind.TYPE_CHECKING),
]


def graph_of(sources: dict[str, Source], package: str) -> ImportGraph:
    imports: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for each in sources.values():
        for written in read_imports(each.text, each.module, is_package=each.is_package):
            if found := resolve(written, each.module, is_package=each.is_package, modules=sources.keys()):
                imports[each.module].setdefault(found, []).append(written.line)
    return ImportGraph(set(sources), imports, roots=[package])


def changed(names: ProgramNames, sources: dict[str, Source], order: tuple[FixKind, ...]) -> Iterator[tuple[str, str]]:
    """Yield modules with new texts, in which every name is changed in the first way that there is."""
    for module in sources:
        usage = names.usage(module)
        found: list[Rewrite] = []
        for binding in usage.bindings if usage else ():
            if usage and binding.kind is Kind.RUNTIME and names.module(binding.module, binding.name):
                ways = ImportedName(module, usage, binding, names, (3, 13)).ways
                found += [ways[kind][1] for kind in order if kind in ways][:1]
        if usage and found:
            layout = names.layout(module)
            yield module, edited(layout.text, edits(names.tree(module), layout, found, usage))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order[0])
@pytest.mark.parametrize(
    ("folder", "package", "least"), [(django, "django", 300), (home_assistant, "homeassistant", 1000)]
)
def test_nothing_but_imports_differs_and_ruff_finds_nothing_new(
    folder: Callable[[], Path], package: str, least: int, order: tuple[FixKind, ...], tmp_path: Path
) -> None:
    sources = {each.module: each for each in read(folder(), package).sources}
    names = ProgramNames(sources.get, graph_of(sources, package), parse)
    texts: dict[str, str] = {}
    share = [*ORDERS].index((order[0], order[1], order[2]))
    tried = sources if package == "django" else dict(sorted(sources.items())[share :: len(ORDERS)])
    for number, (module, after) in enumerate(changed(names, tried, order)):
        before = sources[module].text
        assert lost_comments(before, after) == [], module
        if number % 5 == 0 or package == "django":
            assert without_imports(after) == without_imports(before), module
        texts |= {f"before/{module}": before, f"after/{module}": after}
    assert len(texts) // 2 > least
    found = findings(tmp_path, texts)
    new = {name: found[f"after/{name[7:]}"] - each for name, each in found.items() if name.startswith("before/")}
    assert {name: each for name, each in new.items() if each} == {}
