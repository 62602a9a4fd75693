"""Programs in memory, and what LibCST and ruff say of their texts before and after edits of imports."""

# ruff: noqa: N802, ARG002 - the methods of a transformer are named after nodes, and get two

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Mapping
from pathlib import Path

import libcst as cst

from import_contracts.graph.import_graph import ImportGraph
from import_contracts.reading.source.imports import read_imports
from import_contracts.reading.source.resolution import resolve
from import_contracts.reading.source.text import Source

Files = dict[str, str]
"""Texts by the names of modules inside the package p."""


def program(files: Files) -> tuple[dict[str, Source], ImportGraph]:
    """Return the modules of the package p, and their imports."""
    modules = {"p", *(f"p.{each}" for each in files if each)}
    packages = {name for name in modules if name == "p" or any(each.startswith(f"{name}.") for each in modules)}
    sources = {
        name: Source(name, f"{name.replace('.', '/')}.py", name in packages, files.get(name[2:], ""))
        for name in modules
    }
    imports: dict[str, dict[str, list[int]]] = {}
    for each in sources.values():
        for written in read_imports(each.text, each.module, is_package=each.is_package):
            if found := resolve(written, each.module, is_package=each.is_package, modules=modules):
                imports.setdefault(each.module, {}).setdefault(found, []).append(written.line)
    return sources, ImportGraph(modules, imports, roots=["p"])


class _WithoutImports(cst.CSTTransformer):
    """Removes imports, blocks that only import, blank lines, and comments on lines of their own."""

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        kept = [each for each in updated_node.body if not isinstance(each, cst.Import | cst.ImportFrom)]
        if not kept:
            return cst.RemoveFromParent()
        kept[-1] = kept[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(body=kept)

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If | cst.RemovalSentinel:
        return updated_node if updated_node.orelse or updated_node.body.body else cst.RemoveFromParent()

    def leave_EmptyLine(
        self, original_node: cst.EmptyLine, updated_node: cst.EmptyLine
    ) -> cst.EmptyLine | cst.RemovalSentinel:
        return cst.RemoveFromParent()


def without_imports(text: str) -> str:
    """Return the code of a text, exactly as it is written, without what may differ after edits of imports."""
    return cst.parse_module(text).visit(_WithoutImports()).code.rstrip("\r\n")


def comments(text: str) -> list[str]:
    """Return the comments of a text, in order."""
    tokens = tokenize.generate_tokens(io.StringIO(text, newline=None).readline)
    return [each.string for each in tokens if each.type == tokenize.COMMENT]


def lost_comments(before: str, after: str) -> list[str]:
    """Return the comments of a text that are not in another."""
    kept = comments(after)
    return [comment for comment in comments(before) if not any(comment in each for each in kept)]


def findings(folder: Path, texts: Mapping[str, str]) -> dict[str, set[tuple[str, str]]]:
    """Return what ruff says of the imports in some texts: codes and messages, without modules and lines."""
    for name, text in texts.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F401,F811,F821,E402"]
    options = ["--output-format", "json", "--exit-zero", "--target-version", "py312", "."]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, check=True)
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in texts}
    for each in json.loads(done.stdout):
        name = Path(each["filename"]).relative_to(folder.resolve()).with_suffix("").as_posix()
        message = re.sub(r"`[\w.]*\b(\w+)`", r"`\1`", re.sub(r"line \d+", "a line", each["message"]))
        found[name].add((str(each["code"]), message))
    return found
