"""What tests are arranged with, in one line each."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from import_contracts.cli import main
from import_contracts.cli.remembered import repeat
from import_contracts.contracts.findings import Findings, Rule
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import Program
from import_contracts.reading.store.refresh import compare
from import_contracts.reading.store.watch import sealed
from import_contracts.runs.requests import extent_here

ROOT = Path(__file__).parents[2]
"""The root of this repository."""


def graph(*lines: str, external: tuple[str, ...] | None = (), kinds: dict[str, Kind] | None = None) -> ImportGraph:
    """Make a graph of lines such as ``a.b -> a.c`` or ``a.d``: the n-th line is the n-th line of its importer's file.

    ``kinds`` gives the kind of an import by its line as written here.
    """
    modules: set[str] = set()
    imports: dict[str, dict[str, list[int]]] = {}
    known: dict[str, dict[tuple[str, int], Kind]] = {}
    for number, line in enumerate(lines, 1):
        importer, _, imported = (part.strip() for part in line.partition("->"))
        modules |= {importer, imported} - {""}
        if imported:
            imports.setdefault(importer, {}).setdefault(imported, []).append(number)
            known.setdefault(importer, {})[imported, number] = (kinds or {}).get(line, Kind.RUNTIME)
    modules |= {package for module in set(modules) for package in ancestors(module)}
    inside = modules - set(external or ())
    roots = {module.partition(".")[0] for module in inside}
    return ImportGraph(inside, imports, roots=roots, external=external, kinds=known)


def rule_of(type_: str, **keys: object) -> Rule:
    """Return the rule of a contract of a type with some keys, which must be right."""
    table = Table(keys)
    found = TYPES[type_].parse(table)
    table.finish()
    assert not table.problems
    return found


def check(a_graph: ImportGraph, type_: str, **keys: object) -> Findings:
    """Check a contract of a type, with some keys, against a graph."""
    return rule_of(type_, **keys).check(a_graph)


def offenders(findings: Findings) -> list[str]:
    """Return violations as ``a -> b => target``, in order."""
    return [
        f"{each.importer} -> {each.imported}" + (f" => {each.target}" if each.target else "")
        for each in findings.violations
    ]


def messages(findings: Findings) -> list[str]:
    """Return the problems of findings as ``key: message``."""
    return [f"{each.key}: {each.message}" for each in findings.problems]


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def program(folder: Path, *lines: str) -> Path:
    """Write a program of lines such as ``a.b -> a.c`` into a folder, each an ``import`` statement of a module.

    What they import is written too, unless it is no part of a package that imports anything.
    """
    roots = {line.partition(".")[0].partition(" ")[0] for line in lines}
    sources: dict[str, list[str]] = {}
    for line in lines:
        importer, _, imported = (part.strip() for part in line.partition("->"))
        inside = [each for each in (importer, imported) if each.partition(".")[0] in roots]
        for module in (package for each in inside for package in (each, *ancestors(each))):
            sources.setdefault(module, [])
        if imported:
            sources[importer].append(f"import {imported}\n")
    packages = {package for module in sources for package in ancestors(module)}
    packages |= {module for module in sources if "." not in module}
    return write(
        folder,
        {
            module.replace(".", "/") + ("/__init__.py" if module in packages else ".py"): "".join(statements)
            for module, statements in sources.items()
        },
    )


def find_program(roots: Sequence[str], source_roots: Sequence[Path]) -> Program:
    """Return the program that a run without a configuration finds."""
    return compare(extent_here(roots, source_roots), RunContext(source_roots[0])).program


def contract(id_: str, type_: str, **keys: object) -> str:
    """Return a contract as a configuration in pyproject.toml has it; its name is made of its id unless it is given."""
    table = {"id": id_, "name": id_.title(), "type": type_, **keys}
    values = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in table.items())
    return "[[tool.import-contracts.contracts]]\n" + "".join(values)


def forbidden(id_: str, source: str, target: str) -> str:
    """Return a contract that one module must not import another."""
    return contract(id_, "forbidden", source_modules=[source], forbidden_modules=[target])


def project(name: str, *dependencies: str, more: str = "") -> str:
    """Return the pyproject.toml of a project that declares dependencies; ``more`` are further lines of its table."""
    return f'[project]\nname = "{name}"\nversion = "1"\ndependencies = {json.dumps(dependencies)}\n{more}'


def configuration(*contracts: str, keys: str = "", root: str = "shop") -> str:
    """Return a pyproject.toml with keys of the run, as lines, and with contracts."""
    return f'[tool.import-contracts]\nroot_packages = ["{root}"]\n{keys}' + "".join(contracts)


MODELS = contract(
    "models",
    "forbidden",
    name="Models do not know the web",
    source_modules=["shop.models"],
    forbidden_modules=["shop.web"],
)


def stored(name: str, body: bytes) -> bytes:
    """Return the content of a file of the cache with a name, for what is in it."""
    return sealed(name, body)


class Run(NamedTuple):
    """What a run of the command came to."""

    status: int
    out: str
    err: str


def lint(folder: Path, *args: str) -> Run:
    """Run the command in a folder, within this process."""
    before, depth = Path.cwd(), sys.getrecursionlimit()
    out_bytes, err = io.BytesIO(), io.StringIO()
    out = io.TextIOWrapper(out_bytes, encoding="utf-8")
    status: str | int | None = None
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = repeat(args)
                if status is None:
                    main(args)
            except SystemExit as stop:
                status = stop.code
    finally:
        os.chdir(before)
        sys.setrecursionlimit(depth)  # which hypothesis wants unchanged
    out.flush()
    assert isinstance(status, int)
    return Run(status, out_bytes.getvalue().decode(), err.getvalue())


def not_obeyed(text: str) -> str:
    """Return what was printed in GitHub Actions without the lines that turn commands off and on again."""
    return re.sub(r"^::stop-commands::([0-9a-f]{32})\n(.*?)^::\1::\n", r"\2", text, flags=re.MULTILINE | re.DOTALL)
