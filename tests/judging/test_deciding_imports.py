"""A report from before an edit is taken over if no import that decides it has changed: then it is the same."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from import_contracts.contracts.findings import Deciding, Findings, together
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.reporters import FORMATS, with_imports
from tests.support.arranging import check, configuration, contract, graph, lint, offenders, write

# --- which imports decide findings --------------------------------------------------------------------------------

PACKAGES = ["p.a", "p.b", "p.c", "p.d", "p.e"]
MODULES = [f"{package}.{name}" for package in PACKAGES for name in "xyz"]


def imports(random: Random, number: int) -> set[tuple[str, str]]:
    drawn = (random.sample(MODULES, 2) for _ in range(number))
    return {(importer, imported) for importer, imported in drawn}


def graph_of(edges: set[tuple[str, str]]) -> ImportGraph:
    return graph(*MODULES, *(f"{importer} -> {imported}" for importer, imported in sorted(edges)))


def keys(random: Random) -> tuple[str, dict[str, object]]:
    """Return a random contract whose findings are decided by the imports of known modules: its type and its keys."""
    some = random.sample(PACKAGES, random.randint(2, 4))
    half = random.randint(1, len(some) - 1)
    closed = f"closed {some[1]}" if len(some) > 2 and random.random() < 0.3 else some[1]
    independent = " | ".join(some[2:]) if random.random() < 0.5 else None
    layers = [some[0], closed, *([independent] if independent and some[2:] else some[2:])]
    forbidden = {"source_modules": some[:half], "forbidden_modules": some[half:]}
    found: dict[str, dict[str, object]] = {
        "layers": {"layers": layers, "direct": random.random() < 0.2},
        "independence": {"modules": some},
        "forbidden": {**forbidden, "allow_indirect_imports": random.random() < 0.2},
    }
    type_ = random.choice(sorted(found))
    return type_, found[type_]


def contents(findings: Findings) -> tuple[object, ...]:
    return list(findings.violations), list(findings.cuts), findings.problems


@pytest.mark.parametrize("seed", range(20))
def test_other_imports_change_nothing(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - so that it is the same each time
    free, broken = [0, 0], 0
    for _ in range(40):
        edges = imports(random, random.randint(5, 40))
        type_, of_type = keys(random)
        excepted = random.sample(MODULES, random.choice([0, 0, 2]))
        findings = check(graph_of(edges).excepting(excepted), type_, **of_type)
        decide = decided(findings)
        broken += bool(findings.violations)
        for end in (0, 1):
            now = edges
            for _ in range(2):  # what decides is kept for the edits after the first one too
                others = {edge for edge in now | imports(random, 60) if edge[end] not in decide[end]}
                now = now - others | {edge for edge in others if random.random() < 0.5}
                assert contents(check(graph_of(now).excepting(excepted), type_, **of_type)) == contents(findings)
            free[end] += now != edges
    assert broken > 10
    assert min(free) > 10


def decided(findings: Findings) -> Deciding:
    assert findings.decided is not None
    return findings.decided()


CHAIN = ["p.a -> p.b", "p.b -> p.c", "p.c -> p.d", "p.d -> p.e", "p.f -> p.a"]


@pytest.mark.parametrize(
    ("type_", "of_type", "importers", "imported"),
    [
        ("forbidden", {"source_modules": ["p.c"], "forbidden_modules": ["p.a"]}, "cde", "af"),
        ("forbidden", {"source_modules": ["p.a"], "forbidden_modules": ["p.c"]}, "ab", "bcf"),
        ("forbidden", {"source_modules": ["p.a", "p.b"], "forbidden_modules": ["p.c", "p.d"]}, "abcde", "abcdf"),
        ("independence", {"modules": ["p.b", "p.d"]}, "bcde", "abcdf"),
        ("layers", {"layers": ["p.a", "p.b", "p.c"]}, "bcde", "abf"),
        ("layers", {"layers": ["p.a", "p.b", "p.c"], "direct": True}, "bc", "ab"),
    ],
)
def test_what_leads_from_a_source_to_a_target_decides(
    type_: str, of_type: dict[str, object], importers: str, imported: str
) -> None:
    found = decided(check(graph(*CHAIN), type_, **of_type))
    assert ["".join(sorted(each.removeprefix("p.") for each in modules)) for modules in found] == [importers, imported]


def test_a_module_in_no_layer_is_placed_by_all_imports() -> None:
    found = check(graph("p.a -> p.b", "p.c"), "layers", layers=["a", "b"], containers=["p"], exhaustive=True)
    assert offenders(found) == ["p.c -> "]
    assert found.decided is None


def test_findings_that_all_imports_decide_make_others_so() -> None:
    known = together([lambda: Deciding({"p.a"}, {"p.c"}), lambda: Deciding({"p.b"}, {"p.c"})])
    assert known is not None
    assert known() == ({"p.a", "p.b"}, {"p.c"})
    assert together([lambda: Deciding(set(), set()), None]) is None


# --- which reports are taken over ---------------------------------------------------------------------------------

PROGRAM = {
    "p/__init__.py": "",
    "p/top.py": "import p.low\n",
    "p/low.py": "import p.mid\n",
    "p/mid.py": "import p.high\nimport p.side\n",
    "p/side.py": "import p.leaf\n",
    "p/leaf.py": "",
    "p/high.py": "",
    "p/other.py": "import p.top\nimport os\n",
}
FORBIDDEN = contract("f", "forbidden", source_modules=["p.low"], forbidden_modules=["p.high"])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path, PROGRAM)


def reports(folder: Path, *args: str) -> tuple[list[str], str]:
    """Run once for all formats; return the status and each report, and what was said on standard error."""
    outputs = [part for name in FORMATS for part in ("--format", name, "--output", f"{name}.out")]
    run = lint(folder, *outputs, *args)
    assert run.status in {0, 1}, run
    return [str(run.status), *((folder / f"{name}.out").read_text() for name in FORMATS)], run.err


PROTECTED = contract("x", "protected", protected_modules=["p.mid"])


def is_taken_over(folder: Path) -> bool:
    """Return whether a run needs no graph after an edit that has changed imports."""
    said = lint(folder, "--show-timings").err
    assert ("reuse the report" in said) is ("build the graph" not in said)
    return "reuse the report" in said


@pytest.mark.parametrize(
    ("more", "file", "text", "is_same"),
    [
        ("", "p/top.py", "import p.low\nimport p.mid, p.high\n", True),
        ("", "p/top.py", "", True),
        ("", "p/top.py", "# moved\nimport p.low\n", True),
        ("", "p/other.py", "import os\nimport p.low", True),
        ("", "p/other.py", "import os\nimport p.low\nimport os", True),
        ("", "p/low.py", "import p.mid, p.top\n", False),
        ("", "p/mid.py", "import p.top\nimport p.high\n", False),
        ("", "p/high.py", "import p.mid\n", True),
        ("", "p/side.py", "import p.leaf\nimport p.low\n", True),
        ("", "p/side.py", "", True),
        ("", "p/side.py", "import p.leaf\nimport p.mid\n", False),
        ('ignore_imports = ["p.side -> p.leaf"]\n', "p/side.py", "import p.leaf\nimport p.low\n", True),
        ('ignore_imports = ["p.side -> p.leaf"]\n', "p/side.py", "import p.low\n", False),
        ("include_parent_packages = true\n", "p/side.py", "import p.leaf, p.low\n", False),
        ("include_parent_packages = true\n", "p/top.py", "import p.low, p.mid\n", True),
        ("", "p/other.py", "import os, sys, p.low", False),
        ("", "p/other.py", "import p.low", False),
        ("", "p/other.py", "def f(): import os\nimport p.low", True),
        ("", "p/top.py", "from p.low import *\nimport p.mid\n", False),
        ("", "p/top.py", "import p.mid\ndef broken(:\n", False),
        ("", "p/top.py", "import p.mid  # import-contracts: ignore[f] why\n", False),
        ('ignore_imports = ["p.top -> *"]\n', "p/top.py", "import p.mid\n", False),
        ('ignore_imports = ["p.other -> *"]\n', "p/top.py", "import p.mid\n", True),
        ('except_modules = ["p.top"]\n', "p/top.py", "import p.mid\n", True),
        ("", "p/extra.py", "import p.mid\n", False),
    ],
)
def test_a_report_is_taken_over_unless_the_edit_may_change_it(
    shop: Path, more: str, file: str, text: str, is_same: bool
) -> None:
    external = "include_external_packages = true\n"
    write(shop, {"pyproject.toml": configuration(f"{FORBIDDEN}\n{more}", keys=external, root="p")})
    lint(shop)
    lint(shop)
    write(shop, {file: text})
    assert is_taken_over(shop) is is_same
    assert lint(shop)[:2] == lint(shop, "--no-cache")[:2]


def test_each_format_is_taken_over(shop: Path) -> None:
    write(shop, {"pyproject.toml": configuration(FORBIDDEN, root="p")})
    shown = [name for name in FORMATS if name != "markdown"]
    for name in shown:
        lint(shop, "--format", name)
        write(shop, {"p/top.py": f"import p.mid\n# {name}\nimport p.high\n"})
        assert "reuse the report" in (run := lint(shop, "--format", name, "--show-timings")).err
        assert run[:2] == lint(shop, "--format", name, "--no-cache")[:2]
        write(shop, {"p/top.py": PROGRAM["p/top.py"]})


def statements(random: Random) -> str:
    """Return the text of a module: imports of some kinds, which may be of modules outside the program, and comments."""
    lines = []
    for _ in range(random.choice([0, 0, 1, 1, 2, 3])):
        name = random.choice(MODULES if random.random() < 0.95 else ["os", "json", "p.a"])
        form = random.choice(["import {}", "import {}", "def f(): import {}", "if TYPE_CHECKING: import {}", "# {}"])
        lines.append(f"{form.format(name)}\n")
    return "".join(lines)


def settings(random: Random) -> str:
    """Return a configuration with some contracts whose findings are decided by the imports of known modules."""
    contracts = []
    for number in range(random.randint(1, 3)):
        type_, of_type = keys(random)
        more: dict[str, object] = {}
        if random.random() < 0.3:
            patterns = [f"{random.choice([*PACKAGES, *MODULES])}* -> {random.choice(MODULES)}" for _ in range(2)]
            more = {"ignore_imports": patterns, "unmatched_ignore_imports_alerting": random.choice(["warn", "none"])}
        more["include_parent_packages"] = random.random() < 0.2
        if random.random() < 0.2:
            more["except_modules"] = [random.choice(MODULES)]
        contracts.append(contract(f"c{number}", type_, **of_type, **more))
    options = ("include_external_packages", "exclude_type_checking_imports")
    chosen = "".join(f"{option} = {json.dumps(random.random() < 0.5)}\n" for option in options)
    return configuration(*contracts, keys=chosen, root="p")


@pytest.mark.parametrize("seed", range(8))
def test_a_report_after_edits_is_the_report_without_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("import_contracts.runs.requests._COMPARING", frozenset())  # here is no git to ask
    random = Random(seed)  # noqa: S311 - so that it is the same each time
    taken_over = 0
    for number in range(5):
        folder = tmp_path / str(number)
        files = [f"{module.replace('.', '/')}.py" for module in MODULES]
        packages = {f"{package.replace('.', '/')}/__init__.py": "" for package in ["p", *PACKAGES]}
        write(folder, {"pyproject.toml": settings(random), **packages})
        write(folder, {file: statements(random) for file in files})
        reports(folder)
        for _ in range(8):
            write(folder, {file: statements(random) for file in random.sample(files, random.choice([1, 1, 2]))})
            now, said = reports(folder, "--show-timings")
            taken_over += "store the snapshot" in said and "build the graph" not in said
            assert now == reports(folder, "--no-cache")[0]
    assert taken_over


# --- the number of imports ----------------------------------------------------------------------------------------


def test_a_number_that_may_mean_something_else_is_not_changed() -> None:
    assert with_imports("text", "3 modules, 1,200 imports: 1 contract kept.\n", 1200, 1) == (
        "3 modules, 1 import: 1 contract kept.\n"
    )
    assert with_imports("text", "x, 2 imports: y\n3 modules, 2 imports: 1 contract kept.\n", 2, 3) is None
    assert with_imports("text", "3 modules, 2 imports: 1 contract kept.\n", 4, 5) is None
    assert with_imports("concise", "x, 2 imports: y\n", 2, 3) == "x, 2 imports: y\n"


@pytest.mark.parametrize("more", ["", contract("x", "acyclic"), PROTECTED])
def test_other_contracts_are_judged_again(shop: Path, more: str) -> None:
    write(shop, {"pyproject.toml": configuration(f"{FORBIDDEN}\n{more}", root="p")})
    lint(shop)
    write(shop, {"p/top.py": "import p.mid\n"})
    assert is_taken_over(shop) is (more == "")
