"""import-linter 2.17's own tests of its contract types, as inputs and its answers, and what is answered here.

``tests/oracle/recorded.json`` has one contract a line: its type, the keys of the run and its own, the modules, external
modules and imports of a graph, and what import-linter answered: kept, broken, or an error of the keys (``invalid``, and
then there is no graph) or of the check.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from import_contracts.adopt.toml import table
from import_contracts.config.contracts import read_contracts
from import_contracts.config.session import ConfigSource, read_config
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import ancestors
from import_contracts.judging.verdict import judge
from import_contracts.reading.assembly import Scan
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import Program
from tests.support.arranging import write

RECORDED = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
TYPES = {"layers", "forbidden", "independence", "protected", "private_modules", "acyclic_siblings"}


def graph_of(record: dict[str, Any]) -> ImportGraph:
    """Return the graph of a record; the packages around its modules are namespaces, as in a program.

    Some of the graphs have external modules although the keys of the run leave them out. The type ``forbidden`` looks
    at the key, so they are left out here too.
    """
    external = set(record["external"].split())
    is_with_external = str(record["session"].get("include_external_packages")).lower() == "true"
    if not is_with_external and record["type"] == "forbidden":
        external.clear()
    modules = {part for name in record["modules"].split() for part in (name, *ancestors(name))}
    imports: dict[str, dict[str, list[int]]] = {}
    for importer, imported in (pair.split(">") for pair in record["imports"].split()):
        if imported in modules | external:
            imports.setdefault(importer, {})[imported] = [1]
    roots = record["session"].get("root_packages", ())
    return ImportGraph(modules, imports, roots=roots, external=external if external or is_with_external else None)


def answer(folder: Path, record: dict[str, Any]) -> str:
    contract = {"id": "x", "name": "x", "type": record["type"], **record["keys"]}
    texts = [table("[tool.importlinter]", record["session"]), table("[[tool.importlinter.contracts]]", contract)]
    write(folder, {"pyproject.toml": "".join(texts)})
    config = read_config(folder / "pyproject.toml", ConfigSource(folder))
    contracts = read_contracts(config)
    if record["answer"] == "invalid" and any(problem.is_error for problem in contracts.problems):
        return "invalid"
    graph = graph_of(record)
    program = Program(config.root_packages, (), frozenset(graph.modules), ())
    snapshot: Any = SimpleNamespace(program=program, scan=Scan(graph, ()), context=RunContext(folder))
    statements: Any = SimpleNamespace(snapshot=snapshot, asked_base=False)
    [verdict] = judge(config, contracts, statements, None).verdicts
    return {True: "kept", False: "broken", None: "error"}[verdict.kept]


# Import-linter knows external packages as a whole only: see tests/oracle/differences.py.
PARTS = {"google.protobuf", "requests.something"}


@pytest.mark.parametrize("record", RECORDED, ids=lambda record: f"{record['type']}-{record['answer']}")
def test_every_recorded_contract_gets_the_answer_of_import_linter(tmp_path: Path, record: dict[str, Any]) -> None:
    names_part = not PARTS.isdisjoint(record["keys"].get("forbidden_modules", ()))
    assert answer(tmp_path, record) == ("kept" if names_part else record["answer"])


def test_every_type_is_recorded_kept_broken_and_wrong() -> None:
    answers = {(record["type"], record["answer"]) for record in RECORDED}
    assert {(type_, each) for type_ in TYPES for each in ("kept", "broken")} <= answers
    assert {type_ for type_, each in answers if each in ("invalid", "error")} >= TYPES - {"protected"}
