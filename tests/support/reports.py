"""What reports are made of: in one line each; and whatever may be in one, for properties of the formats."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from import_contracts.baseline import Renaming
from import_contracts.graph.import_graph import Import
from import_contracts.graph.kinds import Kind
from import_contracts.problems import Problem, Severity
from import_contracts.reports.changes import Change
from import_contracts.reports.check import Cause, Outcome, Report, ReportedCut, ReportedViolation, Unreadable

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["a%b:c,d", "::error::x", "a\r\nb", "]]>&<", "`*_[x](y)|", "\x00\x1b[31m", "größe", "a/b.py", "{0}", "'\"#"]
)
NAMES = TEXTS.filter(bool)
LINES = st.integers(1, 9)
IMPORTS = st.builds(Import, NAMES, NAMES, NAMES, LINES, LINES, st.sampled_from(list(Kind)), TEXTS)
VIOLATIONS = st.builds(
    ReportedViolation,
    NAMES,
    TEXTS,
    TEXTS,
    TEXTS,
    NAMES,
    st.lists(LINES, max_size=2, unique=True).map(tuple),
    st.lists(IMPORTS, max_size=3).map(tuple),
    st.booleans(),
)
CUTS = st.builds(ReportedCut, TEXTS, st.lists(IMPORTS, max_size=2, unique=True).map(tuple), st.booleans())
CAUSES = st.builds(Cause, IMPORTS, LINES, st.none() | st.booleans())
PROBLEMS = st.builds(
    Problem,
    NAMES,
    st.none() | NAMES,
    st.none() | NAMES,
    st.none() | NAMES,
    st.sampled_from(list(Severity)),
    st.none() | LINES,
)
OUTCOMES = st.builds(
    Outcome,
    NAMES,
    NAMES,
    NAMES,
    TEXTS,
    st.none() | st.booleans(),
    st.lists(VIOLATIONS, max_size=4).map(tuple),
    st.lists(CUTS, max_size=2).map(tuple),
    LINES,
    st.lists(CAUSES, max_size=2).map(tuple),
)
REPORTS = st.builds(
    Report,
    LINES,
    LINES,
    st.lists(OUTCOMES, max_size=3).map(tuple),
    st.lists(PROBLEMS, max_size=2).map(tuple),
    st.lists(st.builds(Unreadable, NAMES, st.none() | LINES, TEXTS), max_size=2).map(tuple),
    st.none() | st.lists(TEXTS, max_size=2).map(tuple),
    st.lists(st.builds(Renaming, st.sampled_from(["contract", "module"]), NAMES, NAMES, LINES), max_size=2).map(tuple),
    st.booleans(),
    baseline=st.none() | NAMES,
    folder=st.sampled_from(["", "/repo/pkg"]),
    root=st.sampled_from(["", "/repo"]),
)


def an_import(importer: str, imported: str, kind: Kind = Kind.RUNTIME) -> Import:
    """Return the import of a module on the first line of another one."""
    return Import(importer, imported, f"{importer}.py", 1, 2, kind, f"import {imported}")


def of_edge(edge: str) -> Import:
    """Return the import of a line such as ``a -> b``."""
    importer, imported = edge.split(" -> ")
    return an_import(importer, imported)


def chain(*modules: str, kind: Kind = Kind.RUNTIME) -> tuple[Import, ...]:
    """Return a chain of imports from the first module to the last."""
    return tuple(an_import(*edge, kind) for edge in pairwise(modules))


def outcome(*violations: ReportedViolation, kept: bool | None = False, reason: str = "", **more: Any) -> Outcome:
    """Return what a contract with some violations comes to."""
    return Outcome("x", "Name", "layers", reason, kept, violations, **more)


def change(path: str, line: int, old: str, new: str) -> Change:
    """Return a change of whole lines."""
    end_line = line + len(old.splitlines())
    return Change(path, line, old, new, 1, end_line, 1, new and f"{new}\n", "unsafe")
