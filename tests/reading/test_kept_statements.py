from pathlib import Path
from typing import Any

import pytest

from import_contracts.graph.kinds import Kind
from import_contracts.reading.files.program import Program, SourceFile
from import_contracts.reading.scanning.scan import Statement
from import_contracts.reading.store.cache import Cache
from import_contracts.reading.store.kept_statements import KeptStatements, OfFile
from import_contracts.reading.store.manifest import Manifest

FOUND: OfFile = {("p.a", 3): Statement(5, Kind.DEFERRED, "from p import a"), ("os", 1): Statement(1, Kind.RUNTIME, "é")}


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    made = Cache(tmp_path, pytest.fail)
    made.prepare()
    return made


def kept(cache: Cache, digests: dict[str, str], *more: str) -> KeptStatements:
    files = [SourceFile(module, f"/{module}", is_package=False) for module in (*digests, *more)]
    program = Program(("p",), tuple(files), frozenset(), (("p", "/p"),))
    signatures = {file.path: (1, 1, 1, 1) for file in files}
    return KeptStatements(cache, "x.program", Manifest.of(program, signatures, digests, "s", "/"))


def test_statements_are_kept_while_a_file_and_the_modules_are_the_same(cache: Cache) -> None:
    digests = {"p": "1", "p.a": "2", "p.b": "3"}
    kept(cache, digests).keep({"p": FOUND, "p.a": {}, "p.b": FOUND}, digests | {"p.b": "changed meanwhile"})
    found = kept(cache, digests)
    assert [found.of(module) for module in (*digests, "gone")] == [FOUND, {}, None, None]
    assert list((found.of("p") or {}).items()) == list(FOUND.items())
    assert [kept(cache, digests | {"p": "4"}).of(module) for module in digests] == [None, {}, None]
    assert kept(cache, digests, "p.new").of("p") is None


def test_more_statements_are_kept_beside_those_of_unchanged_files(cache: Cache) -> None:
    kept(cache, {"p": "1", "p.a": "2"}).keep({"p": FOUND, "p.a": FOUND}, {"p": "1", "p.a": "2"})
    now = {"p": "1", "p.a": "3"}
    kept(cache, now).keep({"p.a": {}}, now)
    assert [kept(cache, now).of(module) for module in now] == [FOUND, {}]


def test_the_statements_of_a_file_that_could_not_be_read_are_not_kept(cache: Cache, tmp_path: Path) -> None:
    kept(cache, {"p": ""}).keep({"p": {}}, {"p": ""})
    kept(cache, {"p": "1"}).keep({"p": {}}, {})
    assert list(tmp_path.glob("*.statements")) == []


@pytest.mark.parametrize(
    "damage",
    [None, [], 1, ["1"], {"p": None}, {"p": ["1", None]}, {"p": ["1", ["os", 1, 1, "runtime"]]}]
    + [
        {"p": ["1", [*wrong]]}
        for wrong in (
            (1, 1, 1, "runtime", "x"),
            ("os", 0, 1, "runtime", "x"),
            ("os", True, 1, "runtime", "x"),
            ("os", 1, -1, "runtime", "x"),
            ("os", 1, 1, "odd", "x"),
            ("os", 1, 1, "runtime", "\ud800"),
            ("os", 1, 1, "runtime", "x", "more"),
        )
    ],
    ids=str,
)
def test_what_no_run_has_written_is_not_there(cache: Cache, tmp_path: Path, damage: Any) -> None:
    kept(cache, {"p": "1"}).keep({"p": FOUND}, {"p": "1"})
    (path,) = tmp_path.glob("*.statements")
    cache.save(path.name, damage)
    found = kept(cache, {"p": "1"})
    assert found.of("p") is None
    found.keep({"p": FOUND}, {"p": "1"})
    assert kept(cache, {"p": "1"}).of("p") == FOUND
