"""What is kept of a program: the files of the cache, what has changed since, and which answers still hold."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import SimpleNamespace

import pytest

from import_contracts.graph.kinds import Kind
from import_contracts.hashing import hashed
from import_contracts.inputs import UNKNOWN, signature
from import_contracts.problems import Problem, Severity, UserError
from import_contracts.reading.assembly import Scan
from import_contracts.reading.context import Advance, RunContext, not_counted
from import_contracts.reading.files.excluding import Excluded
from import_contracts.reading.files.program import Extent, Findings, Program, SourceFile
from import_contracts.reading.snapshot import Snapshot, take_snapshot
from import_contracts.reading.star_imports.stars import StarImport, Stars, Texts, load_stars
from import_contracts.reading.store import cache as cache_module
from import_contracts.reading.store.answer import Answer, Grounds, StoredAnswer
from import_contracts.reading.store.cache import Cache
from import_contracts.reading.store.last_run import LastRun
from import_contracts.reading.store.manifest import Manifest, shape
from import_contracts.reading.store.refresh import compare
from import_contracts.reading.store.watch import Watch, packed, unpacked
from import_contracts.reading.store.watch import compare as compare_watch
from import_contracts.records import replace
from tests.support.arranging import program, stored, write

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


def test_a_new_folder_is_marked_and_an_old_one_left_as_it_is(cache: Cache, tmp_path: Path) -> None:
    folder = tmp_path / "deep/cache"
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "CACHEDIR.TAG"]
    (folder / ".gitignore").unlink()
    cache.prepare()
    assert sorted(path.name for path in folder.iterdir()) == ["CACHEDIR.TAG"]


def test_a_value_is_json_without_spaces_below_its_checksum(cache: Cache, tmp_path: Path) -> None:
    cache.save("a.report", {"b": [1, None], "c": "d"})
    name = cache.save_named(".imports", [1, {"e": 2}])
    assert (tmp_path / "deep/cache/a.report").read_bytes() == stored("a.report", b'{"b":[1,null],"c":"d"}')
    assert name == hashed(b'[1,{"e":2}]')
    assert (tmp_path / f"deep/cache/{name}.imports").read_bytes() == stored(f"{name}.imports", b'[1,{"e":2}]')
    assert cache.load("a.report") == {"b": [1, None], "c": "d"}
    assert cache.load("absent") is None


@pytest.mark.parametrize(
    "data",
    [b"", b"1", b"0\n1", stored("a", b"1") + b"2", stored("a", b"1").replace(b"\n", b"\n\n"), stored("b", b"1")],
)
def test_a_value_with_another_checksum_is_none(cache: Cache, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "deep/cache/a").write_bytes(data)
    assert cache.load("a") is None


def test_an_answer_is_found_by_state_and_request(cache: Cache) -> None:
    stored = StoredAnswer(Answer("text", 3), {"p.a": ("of file", "shown")})
    stored.save(cache, "state", "request")
    assert StoredAnswer.load(cache, "state", "request") == stored
    assert StoredAnswer.load(cache, "state", "other") is None
    assert StoredAnswer.load(cache, "other", "request") is None


@pytest.mark.parametrize(
    ("size", "is_kept"), [(0, True), (19_999_999, True), (20_000_000, True), (20_000_001, False), (10**9, False)]
)
def test_a_huge_answer_is_not_kept(cache: Cache, size: int, is_kept: bool) -> None:
    class Long(str):
        __slots__ = ()

        def __len__(self) -> int:
            return size

    StoredAnswer(Answer(Long("x"), 0), {}).save(cache, "state", "request")
    assert (StoredAnswer.load(cache, "state", "request") is not None) is is_kept


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
    write(
        tmp_path, {"src/own/a/b/b.py": "1", "src/own/c.py": "2", "src/own/d.txt": "3", "src/e.py": "4", "grimp.py": "5"}
    )
    monkeypatch.setattr(cache_module, "__file__", str(tmp_path / "src/own/a/b/b.py"))
    grimp = ModuleSpec("grimp", None, origin=str(tmp_path / "grimp.py"))

    def versions(folder: str, spec: ModuleSpec | None = grimp, **changed: str) -> str:
        for name, text in changed.items():
            path = {
                "b": "src/own/a/b/b.py",
                "c": "src/own/c.py",
                "d": "src/own/d.txt",
                "e": "src/e.py",
                "g": "grimp.py",
            }
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
    walk = os.walk
    monkeypatch.setattr(os, "walk", lambda top: reversed([*walk(top)]))
    assert versions("10") == found[3]
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
    Problem("three", key="exclude"),
)
PORTIONS = (("p", "/base/p"), ("q", "/other/q"), ("q", "/base/q"))
SPACES = frozenset({"q", "q.x", "q.c", "q.m", "q.e"})
COMPILED = (SourceFile("p.fast", "/base/p/fast.abi3.so", is_package=False),)
EXCLUDED = (Excluded("p.t", is_folder=True), Excluded("q.u", is_folder=False))
WATCHED = ("/base/p", "/other/q", "/base/q")
FOUND = Findings(PROBLEMS, WATCHED)
PROGRAM = Program(("p", "q"), FILES, SPACES, PORTIONS, SPACES, COMPILED, EXCLUDED, lambda: FOUND)
PATHS = [*(file.path for file in FILES), *PROGRAM.watched]
SIGNATURES = {path: (number, 10 + number, 20 + number, 30 + number) for number, path in enumerate(PATHS)}


def manifest() -> Manifest:
    return Manifest.of(PROGRAM, SIGNATURES, {"p": "x", "q.b": "y"}, "state", "/base/")


def loaded(cache: Cache) -> Manifest | None:
    watch, _ = compare_watch(cache.path("a.watch"), "/base/") or (None, {})
    return None if watch is None else Manifest.load(cache, "a.program", watch, "/base/", PORTIONS)


def test_what_a_program_consists_of_has_paths_relative_to_the_base() -> None:
    assert shape(PROGRAM, "/base/") == {
        "modules": ["p", "p.a", "q.b"],
        "files": ["p/__init__.py", "p/a.py", "/other/q/b.py"],
        "namespaces": ["q", "q.c", "q.e", "q.m", "q.x"],
        "shadowed": ["q", "q.c", "q.e", "q.m", "q.x"],
        "compiled": [["p.fast"], ["p/fast.abi3.so"]],
        "problems": [
            ["one", "p/c", None, "warning"],
            ["two", "/other/q/d", None, "error"],
            ["three", None, "exclude", "error"],
        ],
        "excluded": [["p.t", True], ["q.u", False]],
    }


def test_a_manifest_gives_back_what_it_was_made_of(cache: Cache) -> None:
    manifest().save(cache, "a.program")
    for found in (manifest(), loaded(cache)):
        assert found is not None
        assert replace(found.program, find=PROGRAM.find) == PROGRAM
        assert found.program.findings == FOUND
        assert found.by_path == SIGNATURES
        assert found.digests == {"p": "x", "p.a": "", "q.b": "y"}
        assert found.state == "state"
        assert (found.files, found.watched) == (PATHS[:3], PATHS[3:])
    names = "compiled digests excluded modules namespaces problems shadowed state"
    assert sorted(manifest().value) == names.split()


@pytest.mark.parametrize(
    "damage",
    [
        {"modules": "p/p.a/"},
        {"modules": "p/p.a/q.b/r/"},
        {"modules": ["p", "p.a", "q.b"]},
        {"digests": "x//"},
        {"digests": None},
        {"modules": "p/q/", "digests": "x/y/z/"},
        {"state": "../state"},
        {"state": None},
    ],
    ids=str,
)
def test_a_manifest_whose_parts_do_not_fit_counts_as_absent(cache: Cache, damage: dict[str, object]) -> None:
    assert loaded(cache) is None
    manifest().save(cache, "a.program")
    watch, _ = compare_watch(cache.path("a.watch"), "/base/") or (None, {})
    assert watch is not None
    watch.program = cache.save("a.program", {**manifest().value, **damage})
    assert Manifest.load(cache, "a.program", watch, "/base/", PORTIONS) is None


def test_a_manifest_of_another_run_than_the_signatures_counts_as_absent(cache: Cache) -> None:
    manifest().save(cache, "a.program")
    cache.save("a.program", {**manifest().value, "state": "other"})
    assert loaded(cache) is None


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"program", b"a"),
        (b"program", b"a", b"12345678" * 3),
        (b"program", b"a", b"12345678" * 5),
        (b"program", b"a", b"1234567" * 4),
        (b"program", b"a\0b", b"12345678" * 4),
        (b"\xff", b"a", b"12345678" * 4),
        (b"program", b"a", b"12345678" * 4, b""),
    ],
    ids=str,
)
def test_a_watch_whose_parts_do_not_fit_counts_as_absent(cache: Cache, parts: tuple[bytes, ...]) -> None:
    cache.write("a.watch", packed(*parts))
    assert compare_watch(cache.path("a.watch"), "/base/") is None


@pytest.mark.parametrize("body", [b"", b"1", b"1\n", b"-1 2\nx", b"2 -1\nx", b"x\ny", b"0\nx", b"1 1\nx", b"9" * 5000])
def test_what_is_no_parts_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"size|int"):
        unpacked(memoryview(body))


def test_parts_are_taken_apart_as_they_were() -> None:
    for parts in ((b"",), (b"a", b"", b"b\n1\n"), (b"x" * 5000, b"\0")):
        assert [bytes(part) for part in unpacked(memoryview(packed(*parts)))] == [*parts]


def test_changed_are_the_paths_with_another_signature(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a": "1", "b": "2", "c": "3"})
    paths = ["a", "b", "c", "absent", str(tmp_path / "c")]
    before = [number for path in paths for number in signature(str(tmp_path / path))]
    watch = Watch("", paths, before)
    assert watch.changed(f"{tmp_path}{os.sep}") == {}
    (tmp_path / "c").unlink()
    write(tmp_path, {"b": "more"})
    write(tmp_path, {"absent": ""})
    now = {path: signature(str(tmp_path / path)) for path in paths[1:]}
    assert watch.changed(f"{tmp_path}{os.sep}") == {str(tmp_path / path): new for path, new in now.items()}
    monkeypatch.chdir(tmp_path)
    assert watch.changed(f"{tmp_path}{os.sep}") == now
    assert Watch("", ["a"], [*UNKNOWN]).changed(f"{tmp_path}{os.sep}") == {"a": signature("a")}


def test_each_way_to_read_a_program_has_a_manifest_of_its_own(tmp_path: Path) -> None:
    context = RunContext(tmp_path, tmp_path / "cache")
    extents = [
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=False),
        Extent((("p", str(tmp_path / "p")),), include_external=True, kinds=False),
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=True),
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=False, every_folder=True),
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=False, calls=True),
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=False, exclude=(("t", str(tmp_path)),)),
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=False, exclude=(("t", "/elsewhere"),)),
        Extent((("p", str(tmp_path / "p")),), include_external=False, kinds=False, exclude=(("u", str(tmp_path)),)),
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
    kinds: list[object] = [[*graph.without_kinds({kind}).edges()] for kind in Kind]
    return [*kinds, *((edge, graph.lines(*edge)) for edge in graph.edges())]


class Taken:
    """Takes snapshots of the package ``p`` in a folder, and notes the steps of the last one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache: Path | None = folder / "cache"
        self.steps: list[str] = []
        self.jobs = 1

    @contextmanager
    def step(self, what: str, total: int | None = None, done: int = 0) -> Iterator[Advance]:
        del total, done
        self.steps.append(what)
        yield not_counted

    def last(self) -> LastRun:
        return compare(self.extent(), RunContext(self.folder, self.cache, self.step)).last

    def extent(self) -> Extent:
        return Extent((("p", str(self.folder / "p")),), include_external=True, kinds=True)

    def take(self) -> Snapshot:
        self.steps = []
        return take_snapshot(compare(self.extent(), RunContext(self.folder, self.cache, self.step, jobs=self.jobs)))

    def edges(self) -> list[str]:
        """Return the imports by a snapshot, which are those without a cache."""
        found = self.take().scan
        fresh = take_snapshot(compare(self.extent(), RunContext(self.folder))).scan
        assert found.unreadable == fresh.unreadable
        assert lines(found) == lines(fresh)
        return [" -> ".join(edge) for edge in found.graph.edges()]


SOURCES = ["p.a -> p.b", "p.c -> p.b", "p.c -> os", "p.d.e"]


@pytest.fixture
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Taken:
    """Return snapshots of a program, in which no signature is too young to be trusted, with one taken."""
    monkeypatch.setattr("import_contracts.inputs._GRANULARITY", -(10**18))
    program(tmp_path, *SOURCES)
    found = Taken(tmp_path)
    found.take()
    return found


def test_at_first_everything_is_read_and_then_only_compared(taken: Taken) -> None:
    assert taken.steps == ["find the modules", "scan 6 files", "store the snapshot"]
    taken.take()
    assert taken.steps == ["compare the files and folders"]
    assert taken.edges() == ["p.a -> p.b", "p.c -> os", "p.c -> p.b"]
    assert taken.steps == ["compare the files and folders", "load the imports", "build the graph"]


LOADED = "load the imports"
STORED = "store the snapshot"


@pytest.mark.parametrize(
    ("files", "steps", "edges"),
    [
        ({"p/a.py": "import p.b\n"}, ["hash 1", LOADED], ["p.a -> p.b", "p.c -> os", "p.c -> p.b"]),
        (
            {"p/a.py": "import p.b\n# more\n"},
            ["hash 1", LOADED, "scan 1 files; 5 reused"],
            ["p.a -> p.b", "p.c -> os", "p.c -> p.b"],
        ),
        (
            {"p/a.py": "import p.c\n", "p/b.py": "", "p/c.py": "import p.b, os, json"},
            ["hash 3", LOADED, "scan 2 files; 4 reused", STORED],
            ["p.a -> p.c", "p.c -> json", "p.c -> os", "p.c -> p.b"],
        ),
        (
            {"p/a.py": "import p.b # why", "p/c.py": "import json"},
            ["hash 2", LOADED, "scan 2 files; 4 reused", STORED],
            ["p.a -> p.b", "p.c -> json"],
        ),
        (
            {"p/a.py": "def f(): import p.b\n"},
            ["hash 1", LOADED, "scan 1 files; 5 reused", STORED],
            ["p.a -> p.b", "p.c -> os", "p.c -> p.b"],
        ),
        ({"p/a.py": "x = ("}, ["hash 1", LOADED, "scan 1 files; 5 reused", STORED], ["p.c -> os", "p.c -> p.b"]),
        ({"p/a.py": "x = '\\n'\nimport ("}, ["hash 1", LOADED, "scan 1 files; 5 reused", STORED],
         ["p.c -> os", "p.c -> p.b"]),
        ({"p/x.txt": ""}, ["find", "hash 0", LOADED], ["p.a -> p.b", "p.c -> os", "p.c -> p.b"]),
        (
            {"p/new.py": ""},
            ["find", "hash 1", LOADED, "search 7 files for 1 new", "scan 1 files; 6 reused", STORED],
            ["p.a -> p.b", "p.c -> os", "p.c -> p.b"],
        ),
        (
            {"p/os.py": "", "p/z/__init__.py": "from .. import c", "p/a.py": "import p.b  # here"},
            ["find", "hash 3", LOADED, "search 8 files for 2 new", "scan 4 files; 4 reused", STORED],
            ["p.a -> p.b", "p.c -> os", "p.c -> p.b", "p.z -> p.c"],
        ),
        (
            {"p/b/__init__.py": ""},
            ["find", "hash 1", LOADED, "search 6 files for 0 new", "scan 1 files; 5 reused", STORED],
            ["p.a -> p.b", "p.c -> os", "p.c -> p.b"],
        ),
        (
            {"p/d/b.py": "from . import e", "p/d/e.py": "from . import b"},
            ["find", "hash 2", LOADED, "search 7 files for 1 new", "scan 4 files; 3 reused", STORED],
            ["p.a -> p.b", "p.c -> os", "p.c -> p.b", "p.d.b -> p.d.e", "p.d.e -> p.d.b"],
        ),
        (
            {f"p/m{number}.py": "" for number in range(100)},
            ["find", "hash 100", LOADED, "search 106 files for 100 new", "scan 100 files; 6 reused", STORED],
            ["p.a -> p.b", "p.c -> os", "p.c -> p.b"],
        ),
        (
            {f"p/m{number}.py": "" for number in range(101)},
            ["find", "hash 101", LOADED, "scan 107 files", STORED],
            ["p.a -> p.b", "p.c -> os", "p.c -> p.b"],
        ),
    ],
)  # fmt: skip
def test_only_what_may_have_changed_is_read_again(
    taken: Taken, files: dict[str, str], steps: list[str], edges: list[str]
) -> None:
    write(taken.folder, files)
    assert taken.edges() == edges
    assert [step for step, start in zip(taken.steps[1:-1], steps, strict=True) if not step.startswith(start)] == []
    assert (taken.steps[0], taken.steps[-1]) == ("compare the files and folders", "build the graph")
    taken.take()
    assert [step.partition(" ")[0] for step in taken.steps] == ["compare"]


@pytest.mark.parametrize(
    "files",
    [
        {"p/a.py": "import p.b\n# more\n"},
        {"p/a.py": "import p.c\n", "p/b.py": "x = ("},
        {"p/a.py": "from p.d import *\n", "p/d/__init__.py": "__all__ = ['e']\n"},
        {"p/new.py": "import p.a\n"},
    ],
    ids=str,
)
def test_what_is_stored_after_an_edit_is_what_would_be_stored_without_a_last_run(
    taken: Taken, files: dict[str, str]
) -> None:
    write(taken.folder, files)
    found = taken.take()
    cache, taken.cache = taken.cache, taken.folder / "other"
    fresh = taken.take()
    assert found.manifest is not None
    assert fresh.manifest is not None
    assert list(found.manifest.value.items()) == list(fresh.manifest.value.items())
    assert cache is not None
    (stored_imports,) = taken.cache.glob("*.imports")
    assert (cache / stored_imports.name).read_bytes() == stored_imports.read_bytes()


@pytest.mark.parametrize(
    ("files", "times"),
    [
        ({"p/b.py": "import p.a\n"}, 0),
        ({"p/d/e.py": "# more\n"}, 0),
        ({"p/d/__init__.py": "__all__ = ['e']  # more\n"}, 1),
        ({"p/a.py": "from p.d import *\n# more\n"}, 0),
        ({"p/a.py": "\nfrom p.d import *\n"}, 1),
        ({"p/d/f.py": ""}, 1),
    ],
    ids=str,
)
def test_star_imports_are_followed_again_only_if_something_has_changed_that_they_depend_on(
    taken: Taken, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], times: int
) -> None:
    write(taken.folder, {"p/a.py": "from p.d import *\n", "p/d/__init__.py": "__all__ = ['e']\n"})
    write(taken.folder, {"p/b.py": "import p.a\nimport p.c\n"})
    taken.take()
    followed = []

    def load(found: Program, stars: Iterable[StarImport], read: Texts) -> Stars:
        followed.append(stars)
        return load_stars(found, stars, read)

    monkeypatch.setattr("import_contracts.reading.snapshot.load_stars", load)
    write(taken.folder, files)
    taken.take()
    assert len(followed) == times
    monkeypatch.undo()
    assert "p.a -> p.d.e" in taken.edges()


def test_without_a_module_those_that_imported_it_are_read_again(taken: Taken) -> None:
    (taken.folder / "p/b.py").unlink()
    assert taken.edges() == ["p.a -> p", "p.c -> os", "p.c -> p"]
    assert taken.steps[1:-1] == [
        "find the modules",
        "hash 0 files",
        "load the imports",
        "search 5 files for 0 new modules",
        "scan 2 files; 3 reused",
        "store the snapshot",
    ]


def test_what_is_wrong_with_a_file_is_remembered(taken: Taken) -> None:
    write(taken.folder, {"p/a.py": "import p.b\nx = (\n", "p/b.py": "from .... import c", "p/c.py": "# coding: nope"})
    fresh = taken.take().scan.unreadable
    assert [(each.module, each.line) for each in fresh] == [("p.a", 3), ("p.b", 1), ("p.c", None)]
    assert taken.take().scan.unreadable == fresh
    assert taken.steps[1:] == ["load the imports", "build the graph"]


def test_kinds_are_remembered(taken: Taken) -> None:
    write(taken.folder, {"p/a.py": "def f(): import p.b, os\nlazy import p.c\nif TYPE_CHECKING: import p.d.e\n"})
    taken.edges()
    assert taken.edges() == ["p.a -> os", "p.a -> p.b", "p.a -> p.c", "p.a -> p.d.e", "p.c -> os", "p.c -> p.b"]
    assert taken.steps[1:] == ["load the imports", "build the graph"]


def test_without_a_cache_everything_is_read(taken: Taken) -> None:
    taken.cache = None
    found = taken.take()
    assert taken.steps == ["find the modules", "scan 6 files"]
    found.keep("request", Answer("text", 0), Grounds(["p.a"]))
    assert found.answer("request") is None
    assert taken.last().answer("request") is None
    assert found.manifest is None


def test_a_lost_list_of_imports_is_made_again(taken: Taken) -> None:
    for path in (taken.folder / "cache").glob("*.imports"):
        path.unlink()
    assert taken.edges() == ["p.a -> p.b", "p.c -> os", "p.c -> p.b"]
    assert taken.steps == ["compare the files and folders", "load the imports", "scan 6 files", "build the graph"]
    write(taken.folder, {"p/a.py": "import p.b # more"})
    taken.take()
    assert taken.steps[1:] == ["hash 1 files", "load the imports", "scan 6 files", "store the snapshot"]


@pytest.mark.parametrize(("early", "is_trusted"), [(2_000_000_000, True), (1_999_999_999, False), (0, False)])
def test_a_file_that_was_just_written_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, early: int, is_trusted: bool
) -> None:
    program(tmp_path, *SOURCES)
    for path in (tmp_path / "p").rglob("*"):
        os.utime(path, ns=(0, 0))
    paths = [tmp_path / "p", *(tmp_path / "p").rglob("*")]
    latest = max(path.stat().st_ctime_ns for path in paths)
    monkeypatch.setattr(Cache, "clock", lambda _: latest + early)
    taken = Taken(tmp_path)
    found = taken.take().manifest
    assert found is not None
    unknown = {path for path, each in found.by_path.items() if each == (-1, -1, -1, -1)}
    late = {str(path) for path in paths if path.stat().st_ctime_ns > latest + early - 2_000_000_000}
    assert unknown == {path for path in late if path in found.by_path}
    assert (not unknown) is is_trusted


def test_a_file_with_a_time_to_come_is_not_trusted(taken: Taken) -> None:
    os.utime(taken.folder / "p/a.py", ns=(2**62, 2**62))
    found = taken.take().manifest
    assert found is not None
    assert [path for path, each in found.by_path.items() if each[0] == -1] == [str(taken.folder / "p/a.py")]


def test_where_only_times_have_changed_contents_are_compared_once(taken: Taken) -> None:
    for path in (taken.folder / "p").rglob("*.py"):
        os.utime(path, ns=(1, 1))
    taken.take()
    assert taken.steps == ["compare the files and folders", "hash 6 files"]
    taken.take()
    assert taken.steps == ["compare the files and folders"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_many_files_are_compared_by_content_in_two_processes(
    taken: Taken, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("import_contracts.reading.store.refresh._MANY", 2)
    taken.jobs = jobs
    write(taken.folder, {"p/b.py": "import p.a\n", "p/d/e.py": "import p.c\n"})
    for path in (taken.folder / "p").rglob("*.py"):
        os.utime(path, ns=(1, 1))
    found = taken.take()
    waits = ["wait for the second process"] if jobs > 1 and sys.platform == "linux" else []
    assert taken.steps[1:-1] == ["hash 6 files", *waits, LOADED, "scan 2 files; 4 reused"]
    assert found.manifest is not None
    assert found.manifest.digests == {file.module: hashed(Path(file.path).read_bytes()) for file in found.program.files}


def test_a_file_that_could_not_be_read_is_tried_again(taken: Taken) -> None:
    (taken.folder / "p/gone.py").symlink_to(taken.folder / "p/gone.py")
    taken.take()
    assert [each.module for each in taken.take().scan.unreadable] == ["p.gone"]
    assert taken.steps[:5] == [
        "compare the files and folders",
        "find the modules",
        "hash 1 files",
        "load the imports",
        "scan 1 files; 6 reused",
    ]


def test_a_file_that_cannot_be_searched_for_a_new_name_is_read_again(
    taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = SourceFile.read

    def guarded(file: SourceFile) -> bytes:
        if file.module == "p.c":
            raise PermissionError(13, "Permission denied")
        return read(file)

    write(taken.folder, {"p/new.py": ""})
    monkeypatch.setattr(SourceFile, "read", guarded)
    assert [each.module for each in taken.take().scan.unreadable] == ["p.c"]
    assert "scan 2 files; 5 reused" in taken.steps


def test_clock_signature_and_content_are_looked_at_in_this_order(taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    read, clock = SourceFile.read, Cache.clock

    def noted(path: str) -> tuple[int, int, int, int]:
        seen.append(f"signature {Path(path).name}")
        return signature(path)

    def noted_clock(self: Cache) -> int:
        seen.append("clock")
        return clock(self)

    def noted_read(file: SourceFile) -> bytes:
        seen.append(f"read {Path(file.path).name}")
        return read(file)

    write(taken.folder, {"p/new.py": ""})
    monkeypatch.setattr(Cache, "clock", noted_clock)
    monkeypatch.setattr(SourceFile, "read", noted_read)
    monkeypatch.setattr("import_contracts.reading.store.refresh.signature", noted)
    taken.take()
    first = list(dict.fromkeys(each for each in seen if each == "clock" or each.endswith(" new.py")))
    assert first == ["clock", "signature new.py", "read new.py"]


# --- which answers still hold -------------------------------------------------------------------------------------

ANSWER = Answer("text", 1)


@pytest.mark.parametrize(
    ("evidence", "files", "holds"),
    [
        (["p.a"], {}, True),
        (["p.a"], {"p/c.py": "import p.b, os"}, False),
        (["p.a"], {"p/c.py": "import p.b\nimport os # why"}, True),
        (["p.a"], {"p/a.py": "import p.b # why"}, True),
        (["p.a"], {"p/a.py": "import p.b as q"}, False),
        (["p.a"], {"p/a.py": "if x: import p.b"}, False),
        (["p.a", "p.c"], {"p/a.py": "import p.b # why"}, True),
        (["p.a", "p.c"], {"p/a.py": "import p.b # why", "p/c.py": "import p.b as q\nimport os"}, False),
        (["p.c", "p.a"], {"p/a.py": "import p.b # why", "p/c.py": "import p.b as q\nimport os"}, False),
        ([], {"p/a.py": "import p.b as q"}, True),
        (None, {}, True),
        (None, {"p/a.py": "import p.b # why"}, False),
        (None, {"p/e.py": "x = 1"}, False),
        (["p.d", "p"], {"p/a.py": "import p.b # why"}, True),
    ],
)
def test_an_answer_holds_while_imports_and_shown_statements_are_the_same(
    taken: Taken, evidence: list[str] | None, files: dict[str, str], holds: bool
) -> None:
    taken.take().keep("request", ANSWER, Grounds(evidence))
    assert taken.last().answer("request") == ANSWER
    assert taken.last().answer("other") is None
    write(taken.folder, files)
    assert taken.last().answer("request") == (None if files else ANSWER)
    found = taken.take()
    assert found.answer("request") == (ANSWER if holds else None)
    assert found.answer("other") is None
    assert taken.last().answer("request") == (ANSWER if holds else None)


def test_an_answer_that_depends_on_all_files_is_not_kept_if_one_cannot_be_read(taken: Taken) -> None:
    (taken.folder / "p/gone.py").symlink_to(taken.folder / "p/gone.py")
    found = taken.take()
    found.keep("request", ANSWER, Grounds(None))
    found.keep("other", ANSWER, Grounds(["p.gone", "p.a"]))
    assert found.answer("request") is None
    assert found.answer("other") == ANSWER


def test_statements_and_callers_are_those_of_the_files(taken: Taken) -> None:
    write(
        taken.folder, {"p/a.py": "def f(): import p.b\n", "p/b.py": "x = __import__(y)", "p/c.py": "import_module(z)"}
    )
    for found in (taken.take(), taken.take()):
        assert list(found.callers()) == ["p.b", "p.c"]
        assert [(*place, each.column) for place, each in found.statements("p.a").items()] == [("p.b", 1, 10)]
        assert found.statements("p.a") is found.statements("p.a")
        then = found.statements_at("p.a", {"p.a": b"import p.c, json, p.gone.x"}.get)
        assert [module for module, _ in then] == ["p.c", "json"]
        assert found.context.folder == taken.folder
    (taken.folder / "p/b.py").unlink()
    assert list(found.callers()) == ["p.b", "p.c"]


def test_a_file_that_is_gone_since_it_was_read_is_not_said_to_call_nothing(taken: Taken) -> None:
    found = taken.take()
    write(taken.folder, {"p/c.py": "import_module(z)"})
    (taken.folder / "p/b.py").unlink()
    with pytest.raises(UserError, match=r"p/b.py: This file cannot be read"):
        list(found.callers())
