"""What is kept of a program: the files of the cache, what has changed since, and which answers still hold."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import SimpleNamespace

import pytest

from import_contracts.problems import Problem, Severity
from import_contracts.reading import cache as cache_module
from import_contracts.reading.cache import (
    Answer,
    Cache,
    Extent,
    LastRun,
    Manifest,
    StoredAnswer,
    shape,
    signature,
)
from import_contracts.reading.context import RunContext
from import_contracts.reading.program import Program, SourceFile
from import_contracts.reading.refresh import compare
from import_contracts.reading.scan import Scan
from import_contracts.reading.snapshot import Snapshot, take_snapshot
from tests.arranging import program, write

# --- the files of the cache ---------------------------------------------------------------------------------------


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path: Path, warnings: list[str]) -> Cache:
    """Return a cache in a folder that is there."""
    found = Cache(tmp_path / "deep/cache", warnings.append)
    found.prepare()
    return found


def checked(body: bytes) -> bytes:
    return sha256(body).hexdigest().encode() + b"\n" + body


def test_a_new_folder_is_marked_and_an_old_one_left_as_it_is(cache: Cache, tmp_path: Path) -> None:
    folder = tmp_path / "deep/cache"
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "CACHEDIR.TAG"]
    (folder / ".gitignore").unlink()
    cache.prepare()
    assert sorted(path.name for path in folder.iterdir()) == ["CACHEDIR.TAG"]


def test_a_value_is_json_without_spaces_below_its_checksum(cache: Cache, tmp_path: Path) -> None:
    cache.save("a.report", {"b": [1, None], "c": "d"})
    name = cache.save_named(".imports", [1, {"e": 2}])
    assert (tmp_path / "deep/cache/a.report").read_bytes() == checked(b'{"b":[1,null],"c":"d"}')
    assert name == sha256(b'[1,{"e":2}]').hexdigest()
    assert (tmp_path / f"deep/cache/{name}.imports").read_bytes() == checked(b'[1,{"e":2}]')
    assert cache.load("a.report") == {"b": [1, None], "c": "d"}
    assert cache.load("absent") is None


@pytest.mark.parametrize("data", [b"", b"1", b"0\n1", checked(b"1") + b"2", checked(b"1").replace(b"\n", b"\n\n")])
def test_a_value_with_another_checksum_is_none(cache: Cache, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "deep/cache/a").write_bytes(data)
    assert cache.load("a") is None


def test_an_answer_is_found_by_state_and_request(cache: Cache) -> None:
    stored = StoredAnswer(Answer("text", 3), {"p.a": ("of file", "shown")})
    cache.keep("state", "request", stored)
    assert cache.answer("state", "request") == stored
    assert cache.answer("state", "other") is None
    assert cache.answer("other", "request") is None


@pytest.mark.parametrize(
    ("size", "is_kept"), [(0, True), (19_999_999, True), (20_000_000, True), (20_000_001, False), (10**9, False)]
)
def test_a_huge_answer_is_not_kept(cache: Cache, size: int, is_kept: bool) -> None:
    class Long(str):
        __slots__ = ()

        def __len__(self) -> int:
            return size

    cache.keep("state", "request", StoredAnswer(Answer(Long("x"), 0), {}))
    assert (cache.answer("state", "request") is not None) is is_kept


def test_only_the_files_written_longest_ago_go(cache: Cache, tmp_path: Path) -> None:
    folder = tmp_path / "deep/cache"
    suffixes = [".program", ".imports", ".report"]
    names = [f"{number * 37 % 100:064}{suffixes[number % 3]}" for number in range(63)]
    others = [f"{'0' * 63}.report", f"{'0' * 65}.report", f"{'0' * 64}.txt", "clock", "versions"]
    for age, name in enumerate([*others, *names]):
        (folder / name).touch()
        os.utime(folder / name, ns=(0, age))
    cache.tidy()
    assert {path.name for path in folder.iterdir()} == {".gitignore", "CACHEDIR.TAG", *others, *names[3:]}
    cache.tidy()
    assert len(list(folder.iterdir())) == 67


def test_of_two_clocks_the_earlier_counts(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 7)
    assert cache.clock() == 7
    monkeypatch.setattr("time.time_ns", lambda: 2**62)
    assert cache.clock() == (tmp_path / "deep/cache/clock").stat().st_mtime_ns


def test_a_cache_that_cannot_be_written_warns_once(tmp_path: Path, warnings: list[str]) -> None:
    write(tmp_path, {"file": ""})
    cache = Cache(tmp_path / "file", warnings.append)
    cache.prepare()
    assert cache.clock() == 0
    cache.save("a", 1)
    cache.tidy()
    (only,) = warnings
    assert str(tmp_path / "file") in only
    (tmp_path / "file").unlink()
    (tmp_path / "file").mkdir()
    cache.save("a", 1)
    assert cache.load("a") is None


def test_a_cache_depends_on_the_code_of_this_program_and_of_grimp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"src/own/a/b.py": "1", "src/own/c.py": "2", "src/own/d.txt": "3", "src/e.py": "4", "grimp.py": "5"})
    monkeypatch.setattr(cache_module, "__file__", str(tmp_path / "src/own/a/b.py"))
    grimp = ModuleSpec("grimp", None, origin=str(tmp_path / "grimp.py"))

    def versions(folder: str, spec: ModuleSpec | None = grimp, **changed: str) -> str:
        for name, text in changed.items():
            path = {"b": "src/own/a/b.py", "c": "src/own/c.py", "d": "src/own/d.txt", "e": "src/e.py", "g": "grimp.py"}
            (tmp_path / path[name]).write_text(text)
        monkeypatch.setattr(PathFinder, "find_spec", lambda _: spec)
        return Cache(tmp_path / folder, lambda _: None).versions

    first = versions("1")
    assert versions("1") == versions("2") == versions("3", d="33") == versions("4", e="44") == first
    found = [
        first,
        versions("5", g="55"),
        versions("6", c="66"),
        versions("7", b="77"),
        versions("8", None),
    ]
    assert len(set(found)) == len(found)
    assert versions("9", ModuleSpec("grimp", None)) == found[-1]
    assert versions("1") == found[3]
    monkeypatch.setattr(sys, "version", "other")
    assert versions("8", None) not in found


def test_the_code_is_hashed_once(cache: Cache, warnings: list[str], tmp_path: Path) -> None:
    assert cache.versions == cache.versions
    known, found = cache.load("versions")
    assert found == cache.versions
    cache.save("versions", [known, "as it was"])
    assert Cache(tmp_path / "deep/cache", warnings.append).versions == "as it was"
    cache.save("versions", ["else", "as it was"])
    assert Cache(tmp_path / "deep/cache", warnings.append).versions == found
    assert cache.load("versions") == [known, found]


def test_a_signature_has_times_size_and_inode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a": "text"})
    found = (tmp_path / "a").stat()
    assert signature(str(tmp_path / "a")) == (found.st_mtime_ns, found.st_ctime_ns, 4, found.st_ino)
    assert signature(str(tmp_path / "absent")) == (0, 0, 0, 0)
    assert signature("\0") == (0, 0, 0, 0)
    huge = SimpleNamespace(st_mtime_ns=1, st_ctime_ns=2, st_size=3, st_ino=2**63 + 5)
    monkeypatch.setattr(os, "stat", lambda _: huge)
    assert signature("any") == (1, 2, 3, 5)


# --- the manifest -------------------------------------------------------------------------------------------------

FILES = (
    SourceFile("p", "/base/p/__init__.py", is_package=True),
    SourceFile("p.a", "/base/p/a.py", is_package=False),
    SourceFile("q.b", "/other/q/b.py", is_package=False),
)
PROBLEMS = (
    Problem("one", "/base/p/c", severity=Severity.WARNING),
    Problem("two", "/other/q/d"),
    Problem("three"),
)
PORTIONS = (("p", "/base/p"), ("q", "/other/q"), ("q", "/base/q"))
SPACES = frozenset({"q", "q.x", "q.c", "q.m", "q.e"})
PROGRAM = Program(("p", "q"), FILES, SPACES, PORTIONS, SPACES, PROBLEMS, ("/base/p", "/other/q", "/base/q"))
PATHS = [*(file.path for file in FILES), *PROGRAM.watched]
SIGNATURES = {path: (number, 10 + number, 20 + number, 30 + number) for number, path in enumerate(PATHS)}


def manifest() -> Manifest:
    return Manifest.of(PROGRAM, SIGNATURES, {"p": "x", "q.b": "y"}, "state", "/base/")


def test_what_a_program_consists_of_has_paths_relative_to_the_base() -> None:
    assert shape(PROGRAM, "/base/") == {
        "modules": ["p", "p.a", "q.b"],
        "files": ["p/__init__.py", "p/a.py", "\0/other/q/b.py"],
        "namespaces": ["q", "q.c", "q.e", "q.m", "q.x"],
        "shadowed": ["q", "q.c", "q.e", "q.m", "q.x"],
        "problems": [["one", "p/c", "warning"], ["two", "\0/other/q/d", "error"], ["three", None, "error"]],
    }


def test_a_manifest_gives_back_what_it_was_made_of(cache: Cache) -> None:
    cache.save("a.program", manifest().value)
    for found in (manifest(), Manifest.load(cache, "a.program", "/base/", PORTIONS)):
        assert found is not None
        assert found.program == PROGRAM
        assert found.by_path == SIGNATURES
        assert found.digests == {"p": "x", "p.a": "", "q.b": "y"}
        assert found.state == "state"
        assert (found.files, found.watched) == (PATHS[:3], PATHS[3:])
    assert sorted(manifest().value) == sorted(
        ["digests", "files", "modules", "namespaces", "problems", "shadowed", "signatures", "state", "watched"]
    )
    assert "\n" not in manifest().value["signatures"]


@pytest.mark.parametrize(
    "damage",
    [
        {"modules": ["p", "p.a"]},
        {"watched": ["p"]},
        {"files": ["p", "q"], "modules": ["p", "q"]},
        {"signatures": ""},
        {"signatures": "?"},
        {"files": None},
    ],
    ids=str,
)
def test_a_manifest_whose_parts_do_not_fit_counts_as_absent(cache: Cache, damage: dict[str, object]) -> None:
    cache.save("a.program", {**manifest().value, **damage})
    assert Manifest.load(cache, "a.program", "/base/", PORTIONS) is None
    assert Manifest.load(cache, "absent", "/base/", PORTIONS) is None


def test_changed_are_the_paths_with_another_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    now = dict(SIGNATURES)
    monkeypatch.setattr(cache_module, "signature", lambda path: now[path])
    assert manifest().changed() == {}
    now |= {PATHS[1]: (1, 2, 3, 4), PATHS[5]: (5, 6, 7, 8)}
    assert manifest().changed() == {PATHS[1]: (1, 2, 3, 4), PATHS[5]: (5, 6, 7, 8)}


def test_each_way_to_read_a_program_has_a_manifest_of_its_own(tmp_path: Path) -> None:
    context = RunContext(tmp_path, tmp_path / "cache")
    extents = [
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=False),
        Extent((("p", str(tmp_path / "p")),), include_external=True, kinds=False),
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=True),
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=False, every_folder=True),
        Extent((("p", str(tmp_path / "src/p")),), include_external=False, kinds=False),
        Extent((("q", str(tmp_path / "p")),), include_external=False, kinds=False),
    ]
    names = [LastRun(extent, context).name for extent in extents]
    assert len(set(names)) == len(names)
    assert {len(name) for name in names} == {64 + len(".program")}
    assert not extents[0].every_folder
    moved = Extent((("p", str(tmp_path / "moved/p")),), include_external=False, kinds=False)
    assert LastRun(moved, RunContext(tmp_path / "moved", tmp_path / "cache")).name == names[0]


def test_the_base_is_the_folder_with_one_separator(tmp_path: Path) -> None:
    extent = Extent((), include_external=False, kinds=False)
    assert LastRun(extent, RunContext(tmp_path)).base == f"{tmp_path}{os.sep}"
    assert LastRun(extent, RunContext(Path(os.sep))).base == os.sep


# --- what is read again -------------------------------------------------------------------------------------------


def lines(found: Scan) -> list[object]:
    graph = found.graph
    return [(edge, graph.lines(*edge), [graph.kind(*edge, line) for line in graph.lines(*edge)]) for edge in graph.edges()]


class Taken:
    """Takes snapshots of the package ``p`` in a folder, and notes the steps of the last one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache: Path | None = folder / "cache"
        self.steps: list[str] = []

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        self.steps.append(text)
        yield

    def last(self) -> LastRun:
        return compare(self.extent(), RunContext(self.folder, self.cache, self.step)).last

    def extent(self) -> Extent:
        return Extent((("p", str(self.folder / "p")),), include_external=True, kinds=True)

    def take(self) -> Snapshot:
        self.steps = []
        return take_snapshot(compare(self.extent(), RunContext(self.folder, self.cache, self.step)))

    def edges(self) -> list[str]:
        """Return the imports by a snapshot, which are those without a cache."""
        found = self.take().scan
        fresh = take_snapshot(compare(self.extent(), RunContext(self.folder))).scan
        assert found.unreadable == fresh.unreadable
        assert lines(found) == lines(fresh)
        return [" -> ".join(edge) for edge in found.graph.edges()]


SOURCES = ["p.a -> p.b", "p.c -> p.b", "p.c -> os", "p.d.e"]
CLOSED = ["compare 6 files and 2 folders"]


@pytest.fixture
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Taken:
    """Return snapshots of a program, in which no signature is too young to be trusted, with one taken."""
    monkeypatch.setattr("import_contracts.reading.refresh._GRANULARITY", -(10**18))
    program(tmp_path, *SOURCES)
    found = Taken(tmp_path)
    found.take()
    return found
