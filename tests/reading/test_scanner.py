"""What is read if grimp's scanner is gone or answers differently: the same, only more slowly."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grimp
import pytest

from import_contracts.reading import assembly
from import_contracts.reading.scanning import scan
from import_contracts.reading.scanning.slow import SLOW
from tests.support.arranging import MODELS, ROOT, configuration, find_program, lint, write

RUST = importlib.import_module("grimp._rustgrimp")
REAL = RUST.scan_for_imports
FILES = {
    "shop/__init__.py": "from . import web\n",
    "shop/web.py": "import os, shop.models\nfrom shop.models import user\n\n\ndef later():\n    import django.db\n",
    "shop/models/__init__.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .. import web\n",
    "shop/models/user.py": "from ..nowhere import x\nfrom . import *\n",
    "shop/newer.py": "try:\n    import shop.web\nexcept A, B:\n    pass\nlazy import shop.models\n",
    "shop/broken.py": "import shop.web\nx = = 1\n",
    "shop/deep/er/broken.py": "import (\n",
    "shop/latin.py": b"import shop.web\nx = '\xe9'\n".decode("latin-1"),
    "shop/beyond.py": "from ... import web\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write(tmp_path, FILES)
    for package in ("shop/deep", "shop/deep/er"):
        write(tmp_path, {f"{package}/__init__.py": ""})
    (tmp_path / "shop/latin.py").write_bytes(FILES["shop/latin.py"].encode("latin-1"))
    return tmp_path


@pytest.fixture(autouse=True)
def many_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let grimp read every program, however small, and let grimp itself find its scanner wherever it may have moved."""
    monkeypatch.setattr(scan, "_FEW", -1)
    monkeypatch.setattr("grimp.application.scanning.rust", SimpleNamespace(scan_for_imports=REAL))
    yield
    SLOW.reason = ""


def with_values(**values: object) -> Callable[..., object]:
    def changed(**others: Any) -> object:
        return {
            module: [
                SimpleNamespace(**{"imported": each.imported, "line_number": each.line_number, **values})
                for each in imports
            ]
            for module, imports in REAL(**others).items()
        }

    return changed


def refuses(error: Exception) -> Callable[..., object]:
    def scanner(**_: object) -> object:
        raise error

    return scanner


SCANNERS: dict[str, Callable[..., object] | None] = {
    "gone": None,
    "other parameters": lambda files: files,
    "wants more of its arguments": refuses(AttributeError("'_ModuleFile' object has no attribute 'size'")),
    "a list": lambda **others: list(REAL(**others).items()),
    "nothing": lambda **_: None,
    "no module": lambda **_: {},
    "other modules": lambda **others: dict(list(REAL(**others).items())[1:]),
    "names for modules": lambda **others: {module.name: imports for module, imports in REAL(**others).items()},
    "names for imports": lambda **others: {
        module: [each.imported.name for each in found] for module, found in REAL(**others).items()
    },
    "no line": with_values(line_number=None),
    "no module for a name": with_values(imported="shop.web"),
    "a name that is none": with_values(imported=SimpleNamespace(name=3)),
}


@pytest.mark.parametrize("name", SCANNERS)
@pytest.mark.parametrize("include_external", [False, True])
def test_the_answer_is_the_same_without_the_scanner(
    shop: Path, monkeypatch: pytest.MonkeyPatch, name: str, include_external: bool
) -> None:
    program = find_program(["shop"], [shop])
    expected = assembly.scan(program, include_external=include_external, kinds=True)
    assert not SLOW.reason
    assert {Path(file.path).name for file in expected.unreadable} == {"broken.py", "latin.py", "beyond.py"}
    scanner = SCANNERS[name]
    if scanner is None:
        monkeypatch.delattr(RUST, "scan_for_imports")
    else:
        monkeypatch.setattr(RUST, "scan_for_imports", scanner)
    found = assembly.scan(program, include_external=include_external, kinds=True)
    assert SLOW.reason.startswith(
        f"grimp {importlib.metadata.version('grimp')} has no scanner that this version knows ("
    )
    assert found.unreadable == expected.unreadable
    assert list(found.graph.edges()) == list(expected.graph.edges())
    assert [found.graph.lines(*edge) for edge in found.graph.edges()] == [
        expected.graph.lines(*edge) for edge in expected.graph.edges()
    ]
    assert found.graph.modules == expected.graph.modules


def test_the_other_private_names_of_grimp_may_be_gone_too(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = find_program(["shop"], [shop])
    expected = assembly.scan(program, include_external=False, kinds=False)
    monkeypatch.setitem(sys.modules, "grimp._rustgrimp", SimpleNamespace(scan_for_imports=REAL))
    assert assembly.scan(program, include_external=False, kinds=False).unreadable == expected.unreadable
    assert SLOW.reason


def test_where_grimp_cannot_be_asked_at_all_this_python_says_what_is_not_valid(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(RUST, "scan_for_imports")
    monkeypatch.setattr(grimp, "build_graph", refuses(TypeError("build_graph() takes other arguments")))
    found = assembly.scan(find_program(["shop"], [shop]), include_external=False, kinds=False)
    troubles = {file.module: (file.line, file.message) for file in found.unreadable}
    assert troubles["shop.broken"] == (2, "This is not valid Python: 'x = = 1'.")
    assert found.graph.lines("shop.web", "shop.models") == (1,)


ALONE = """\
import json, sys
from pathlib import Path
if {before}:
    import grimp
from import_contracts.reading import assembly
from import_contracts.reading.scanning import scan
from import_contracts.reading.scanning.slow import SLOW
scan._FEW, scan._BATCH = -1, 2
from import_contracts.reading.files.roots import find_portions
from import_contracts.reading.files.walk import walk
found = assembly.scan(walk(find_portions(["shop"], [Path.cwd()])), include_external={external}, kinds=True)
assert not SLOW.reason, SLOW.reason
loaded = sorted(name for name in sys.modules if name.startswith("grimp"))
import grimp, grimp.application.scanning
from grimp.domain.valueobjects import DirectImport, Module
assert type(Module("a")).__name__ == "Module" and grimp.DirectImport is DirectImport, Module
assert grimp.build_graph("shop_of_one", cache_dir=None).modules == {{"shop_of_one"}}
graph = found.graph
print(json.dumps([loaded, repr(found.unreadable), [[*edge, *graph.lines(*edge)] for edge in graph.edges()]]))
"""


@pytest.mark.parametrize("external", [False, True])
def test_a_scan_is_the_same_where_grimp_is_used_by_nobody_else_and_leaves_grimp_as_it_is(
    shop: Path, external: bool
) -> None:
    write(shop, {"shop_of_one/__init__.py": ""})
    (loaded, *alone), (loaded_before, *others) = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", ALONE.format(before=before, external=external)],
                cwd=shop,
                env=os.environ | {"PYTHONPATH": str(shop)},
                capture_output=True,
                check=True,
            ).stdout
        )
        for before in (False, True)
    )
    assert alone == others
    assert "grimp.main" not in loaded
    assert "grimp.main" in loaded_before


def test_each_file_of_a_root_inside_another_root_is_read_under_both_names(tmp_path: Path) -> None:
    write(tmp_path, {"src/__init__.py": "", "src/p/__init__.py": "", "src/p/a.py": "import p.b", "src/p/b.py": ""})
    program = find_program(["p", "src"], [tmp_path / "src", tmp_path])
    for _ in range(10):  # grimp takes the roots in a random order
        graph = assembly.scan(program, include_external=False, kinds=False).graph
        assert list(graph.edges()) == [("p.a", "p.b"), ("src.p.a", "p.b")]


def test_a_file_that_cannot_be_read_is_no_reason_to_be_slow(shop: Path) -> None:
    program = find_program(["shop"], [shop])
    assert assembly.scan(program, include_external=False, kinds=False).unreadable
    assert not SLOW.reason


@pytest.mark.parametrize("few", [-1, 100])
def test_each_file_counts_when_it_has_been_read_and_when_its_imports_are_known(
    shop: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(scan, "_FEW", few)
    program = find_program(["shop"], [shop])
    counted: list[None] = []
    before: list[int] = []

    def meanwhile(_: object) -> None:
        before.append(len(counted))

    scan.read(program, program.files, scan.Take(), lambda: counted.append(None), meanwhile)
    files = len(program.files)
    assert len(counted) == 2 * files
    assert all(files <= number < 2 * files for number in before)
    assert before or few > 0


def test_a_slow_run_is_noted_with_the_timings_only(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(RUST, "scan_for_imports")
    write(shop, {"pyproject.toml": configuration(MODELS)})
    assert "one by one" not in lint(shop, "--no-cache").err
    err = lint(shop, "--no-cache", "--show-timings").err
    assert err.count("the files were read one by one: grimp ") == 1


def test_only_what_this_python_rejects_is_asked_of_grimp_and_nothing_of_the_program_is_looked_up(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    build = grimp.build_graph

    def watched(name: str, **others: Any) -> Any:
        names.append(name)
        assert not any(Path(place) == shop for place in sys.path)
        return build(name, **others)

    monkeypatch.setattr(grimp, "build_graph", watched)
    monkeypatch.delattr(RUST, "scan_for_imports")
    before = list(sys.path), set(sys.modules)
    (shop / "shop/latin.py").unlink()
    assembly.scan(find_program(["shop"], [shop]), include_external=False, kinds=False)
    assert names
    assert all(name.startswith("import_contracts_") for name in names)
    assert (sys.path, {name for name in sys.modules if name.startswith(("shop", "import_contracts_"))}) == (
        before[0],
        set(),
    )
    names.clear()
    write(shop, {"all/__init__.py": "", "all/a.py": "import all\n"})
    assembly.scan(find_program(["all"], [shop]), include_external=False, kinds=False)
    assert names == []


@pytest.mark.slow
def test_the_core_of_the_suite_passes_without_the_scanner() -> None:
    core = [
        "tests/reading/test_program.py",
        "tests/reading/test_source.py",
        "tests/reports/test_results.py",
        "tests/golden",
        "tests/cli/test_cli.py",
    ]
    # Tests of the scanner itself.
    asks_grimp = "grimp or hash_seed or scanner or import_of_a_namespace or whole_program"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n0",
            "-p",
            "tests.support.without_scanner",
            "-k",
            f"not ({asks_grimp})",
            *core,
        ],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
