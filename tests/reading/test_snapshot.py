"""A report from the cache is the report without it, whatever has happened to the program or to the cache."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from io import FileIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import import_contracts
from tests.support.arranging import configuration, contract, lint, program, stored, write

CACHE = ".import_contracts_cache"
KEYS = 'root_packages = ["p"]\ninclude_external_packages = true\n'
CONTRACTS = """
[[contracts]]
name = "layers"
type = "layers"
layers = ["p.a", "p.b", "p.c"]

[[contracts]]
name = "no os"
type = "forbidden"
source_modules = ["p.c"]
forbidden_modules = ["os", "p.a"]

[[contracts]]
name = "acyclic"
type = "acyclic"
"""
LINES = [
    *(
        "import p.a",
        "import p.b.c as d",
        "from p import b",
        "from p.b import c, a",
        "from . import a",
        "from .. import b",
    ),
    *("from ..... import a", "import os", "def f():\n    import p.a", "from p.c import *", "from p.new.deep import x"),
    *(
        "from p import *",
        "from .b import *",
        '__all__ = ["a", "c"]',
        '__all__ += ["b", "deep"]',
        "c = 5",
        "__all__ = a.__all__",
    ),
    "if '__main__' == __name__: import p.d",
    *("if TYPE_CHECKING:\n    from p import c", "def broken(:", "type X = int", "x = '\\d'", "import p.a; import p.c"),
]
OWN_TYPE = """
root_packages = ["p"]
contract_types = ["own: mytypes_not_kept.parse"]
[[contracts]]
name = "own"
type = "own"
"""
BYTES = [b"\xff\n", b"# coding: latin-1\nx = '\xe9'\nimport p.c\n", b"\0", b"\xef\xbb\xbfimport p.a\n"]
MODULES = ["a", "b/__init__", "b/a", "b/c", "c", "new/__init__", "new/deep", "c/__init__", "a/__init__", "odd/x"]


def without_cache(folder: Path, *args: str) -> tuple[int, str]:
    run = lint(folder, "--no-cache", "--config", "c.toml", *args)
    return run.status, run.out


def with_cache(folder: Path, *args: str) -> tuple[int, str]:
    run = lint(folder, "--config", "c.toml", *args)
    return run.status, run.out


def steps(folder: Path, *args: str) -> str:
    return lint(folder, "--show-timings", *args).err


class Life(RuleBasedStateMachine):
    """The life of a program, its configuration and its cache."""

    def __init__(self) -> None:
        super().__init__()
        # Two seconds would make every file too young to be trusted; no file system here has ticks of 10 ms. The name is
        # private, but neither our clock nor that of the file system can be put forward.
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("import_contracts.inputs._GRANULARITY", 10_000_000)
        self.folder = Path(tempfile.mkdtemp())
        write(self.folder, {"c.toml": KEYS + CONTRACTS, "p/__init__.py": "", "p/a.py": "import p.c\n", "p/c.py": ""})
        self.args: list[str] = []

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.folder)

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("p/**/*.py") if path.is_file())

    def some(self, data: st.DataObject) -> Path:
        return data.draw(st.sampled_from(self.files()))

    @rule(
        name=st.sampled_from(MODULES), lines=st.lists(st.sampled_from(LINES), max_size=4), end=st.sampled_from("\n\r")
    )
    def write_a_module(self, name: str, lines: list[str], end: str) -> None:
        write(
            self.folder,
            {f"p/{name}.py": "".join(f"{line}\n" for line in lines).replace("\n", end.replace("\r", "\r\n"))},
        )

    @rule(
        package=st.sampled_from(["__init__", "b/__init__", "c/__init__"]),
        names=st.lists(st.sampled_from(["a", "b", "c", "deep", "f()"]), max_size=3, unique=True),
        more=st.sampled_from(["", "a = 5\n", "from .b import __all__\n", "from . import *\n", "from p.b import *\n"]),
        importer=st.sampled_from(["a", "b/c", "c", None]),
    )
    def list_modules(self, package: str, names: list[str], more: str, importer: str | None) -> None:
        listed = ", ".join(name if name == "f()" else repr(name) for name in names)
        write(self.folder, {f"p/{package}.py": f"__all__ = [{listed}]\n{more}"})
        if importer:
            of = f"p/{package}".removesuffix("/__init__").replace("/", ".")
            write(self.folder, {f"p/{importer}.py": f"from {of} import *\n"})

    @rule(
        data=st.data(),
        what=st.sampled_from(
            [b"\xff\n", b"# coding: latin-1\nx = '\xe9'\nimport p.c\n", b"\0", b"\xef\xbb\xbfimport p.a\n"]
        ),
    )
    def write_bytes(self, data: st.DataObject, what: bytes) -> None:
        self.some(data).write_bytes(what)

    @rule(data=st.data())
    def change_unseen(self, data: st.DataObject) -> None:
        path = self.some(data)
        before = path.stat()
        old = path.read_bytes()
        path.write_bytes(old.replace(b"p.a", b"p.c") if b"p.a" in old else old.replace(b"p.c", b"p.a"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @rule(data=st.data())
    def add_a_comment(self, data: st.DataObject) -> None:
        with self.some(data).open("ab") as file:
            file.write(b"# more\n")

    @rule(data=st.data())
    def say_it_otherwise(self, data: st.DataObject) -> None:
        path = self.some(data)
        path.write_bytes(path.read_bytes().replace(b"import p.a\n", b"import p.a as q\n"))

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        self.some(data).unlink()
        write(self.folder, {"p/__init__.py": ""})

    @rule(data=st.data(), name=st.sampled_from(MODULES))
    def rename(self, data: st.DataObject, name: str) -> None:
        target = self.folder / f"p/{name}.py"
        target.parent.mkdir(exist_ok=True)
        self.some(data).replace(target)
        if not (self.folder / "p/__init__.py").exists():
            write(self.folder, {"p/__init__.py": ""})

    @rule(data=st.data())
    def retarget_a_link(self, data: st.DataObject) -> None:
        link = self.folder / "p/link.py"
        link.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            link.symlink_to(data.draw(st.sampled_from([Path("a.py"), Path("c.py"), Path("missing.py")])))

    @rule()
    def wait(self) -> None:
        time.sleep(0.02)
        self.both_are_the_same()

    @rule()
    def look_as_freshly_cloned(self) -> None:
        for path in self.files():
            os.utime(path)

    @rule(external=st.booleans(), types=st.booleans(), reason=st.sampled_from("xy"))
    def configure(self, external: bool, types: bool, reason: str) -> None:
        keys = f"include_external_packages = {str(external).lower()}\n"
        keys += f"exclude_type_checking_imports = {str(types).lower()}\n"
        contracts = CONTRACTS if external else CONTRACTS.replace('"os", ', "")
        write(self.folder, {"c.toml": f'root_packages = ["p"]\n{keys}{contracts}reason = "{reason}"\n'})

    @rule(args=st.sampled_from([[], ["--format", "json"], ["--verbose"], ["--contract", "layers"]]))
    def choose(self, args: list[str]) -> None:
        self.args = args

    @precondition(lambda self: (self.folder / CACHE).exists())
    @rule(data=st.data(), how=st.sampled_from(["cut", "flip", "empty", "remove", "other"]))
    def damage(self, data: st.DataObject, how: str) -> None:
        path = data.draw(st.sampled_from(sorted((self.folder / CACHE).iterdir())))
        damage(path, how)

    @invariant()
    def both_are_the_same(self) -> None:
        expected = without_cache(self.folder, *self.args)
        assert expected[0] != 70
        for _ in range(3):  # what has changed; the stored report; the remembered run
            assert with_cache(self.folder, *self.args) == expected


def damage(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "remove":
        path.unlink()
    elif how == "other":
        body = json.dumps([{"modules": 1}, None]).encode()
        path.write_bytes(stored(path.name, body))
    else:
        middle = len(data) // 2
        changed = bytes([data[middle] ^ 1]) if data else b"?"
        path.write_bytes(
            {"cut": data[:middle], "flip": data[:middle] + changed + data[middle + 1 :], "empty": b""}[how]
        )


TestLife = pytest.mark.slow(Life.TestCase)
TestLife.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)


# --- what is spared -----------------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    only = contract("x", "forbidden", source_modules=["p.a"], forbidden_modules=["p.b"])
    program(write(tmp_path, {"pyproject.toml": configuration(only, root="p")}), "p.a -> p.b", "p.c -> p.d", "p.e")
    lint(tmp_path)
    return tmp_path


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def test_nothing_is_scanned_where_nothing_changed(shop: Path) -> None:
    assert "scan" not in steps(shop)
    assert "reuse the report" in steps(shop)


def test_nothing_is_scanned_in_a_fresh_clone_with_the_cache_restored(
    shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clone = tmp_path_factory.mktemp("clone") / "of"
    shutil.copytree(shop, clone)
    assert "hash 6 files" in (err := steps(clone))
    assert "scan" not in err
    assert "reuse the report" in err


def test_one_edited_file_is_read_again_and_nothing_checked_if_it_imports_the_same(shop: Path) -> None:
    append(shop / "p/a.py", "x = 1\n")
    assert "scan 1 files; 5 reused" in (err := steps(shop))
    assert "reuse the report" in err


def test_a_new_module_has_those_read_again_that_may_mean_it(shop: Path) -> None:
    write(shop, {"p/c.py": "from p import new\n"})
    lint(shop)
    write(shop, {"p/new.py": ""})
    assert "scan 2 files; 5 reused" in steps(shop)


def test_a_shown_statement_that_is_written_otherwise_is_shown_so(shop: Path) -> None:
    write(shop, {"p/a.py": "import p.b as q\n"})
    assert "import p.b as q" in lint(shop).out


def test_another_version_of_the_program_reads_anew(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(Path(import_contracts.__file__).parent, copy / "import_contracts")

    def steps_of_the_copy() -> str:
        command = [sys.executable, "-m", "import_contracts", "--show-timings"]
        run = subprocess.run(
            command,
            cwd=shop,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
        return run.stderr

    steps_of_the_copy()
    assert "reuse the report" in steps_of_the_copy()
    append(copy / "import_contracts/version.py", "# another\n")
    assert "scan 6 files\n" in steps_of_the_copy()


def test_an_unchanged_tree_needs_neither_grimp_nor_a_parser(shop: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "import_contracts"],
        cwd=shop,
        capture_output=True,
        text=True,
        check=False,
    )
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    ours = {each.removeprefix("import_contracts.") for each in imported if each.startswith("import_contracts.")}
    assert run.returncode == 1
    assert "reading.store.cache" in ours
    assert not {"grimp", "difflib", "subprocess"} & imported
    assert not {each.partition(".")[0] for each in ours} & {"judging", "explain", "repair", "crashes", "adopt"}
    assert (
        not {"reading.scanning.scan", "reading.snapshot", "graph.import_graph", "config.contracts", "runs.check"} & ours
    )


def test_a_module_that_comes_to_be_shadowed_is_read_again(shop: Path) -> None:
    write(shop, {"p/d/__init__.py": "def broken(:"})
    (shop / "p/d.py").unlink()
    lint(shop)
    write(shop, {"p/d.py": ""})
    assert lint(shop)[:2] == lint(shop, "--no-cache")[:2]


def test_the_report_of_a_custom_contract_type_is_not_kept(shop: Path) -> None:
    rule = "def parse(table):\n    return None\n"
    write(shop, {"mytypes_not_kept.py": rule, "own.toml": OWN_TYPE})
    lint(shop, "--config", "own.toml")
    again = steps(shop, "--config", "own.toml")
    assert "reuse the report" not in again
    assert "check 'own'" in again


# --- the folder ---------------------------------------------------------------------------------------------------


def test_a_new_folder_says_what_it_is(shop: Path) -> None:
    assert (shop / CACHE / ".gitignore").read_text() == "*\n"
    assert (shop / CACHE / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_a_folder_that_was_there_is_not_hidden_from_git(shop: Path) -> None:
    write(shop, {"mine/file": ""})
    lint(shop, "--cache-dir", "mine")
    assert not (shop / "mine/.gitignore").exists()
    assert list((shop / "mine").glob("*.program"))


def test_no_cache_writes_nothing(shop: Path) -> None:
    shutil.rmtree(shop / CACHE)
    lint(shop, "--no-cache")
    assert not (shop / CACHE).exists()


def test_the_home_folder_is_written_as_a_tilde(
    shop: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    lint(shop, "--cache-dir", "~/c")
    assert list((home / "c").glob("*.program"))
    assert lint(shop, "--cache-dir", "~nobody-at-all/c").status == 1
    assert (shop / "~nobody-at-all/c").is_dir()


def test_a_cache_that_cannot_be_written_is_one_line_on_standard_error(shop: Path) -> None:
    shutil.rmtree(shop / CACHE)
    write(shop, {CACHE: "a file"})
    run = lint(shop)
    assert (run.status, run.out) == lint(shop, "--no-cache")[:2]
    assert run.err.count("\n") == 1
    assert "cannot be written" in run.err


def test_a_full_disk_leaves_no_half_files(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = lint(shop)
    shutil.rmtree(shop / CACHE)

    class Full(FileIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            super().write(data[:2])
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", Full)
    run = lint(shop)
    assert run[:2] == expected[:2]
    assert run.err.count("\n") == 1
    assert list((shop / CACHE).iterdir()) == []


@pytest.mark.parametrize("how", ["cut", "flip", "empty", "remove", "other"])
@pytest.mark.parametrize("suffix", ["watch", "program", "imports", "statements", "report"])
def test_a_damaged_file_counts_as_absent(shop: Path, suffix: str, how: str) -> None:
    expected = lint(shop)
    for path in (shop / CACHE).glob(f"*.{suffix}"):
        damage(path, how)
    assert lint(shop) == expected
    for path in (shop / CACHE).glob(f"*.{suffix}"):
        damage(path, how)
    append(shop / "p/e.py", "import p.b\n")
    assert lint(shop)[:2] == lint(shop, "--no-cache")[:2]


def test_two_runs_at_once_are_both_right(shop: Path) -> None:
    expected = lint(shop)
    shutil.rmtree(shop / CACHE)
    runs = [
        subprocess.Popen([sys.executable, "-m", "import_contracts"], cwd=shop, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [(run.communicate()[0], run.returncode) for run in runs] == 4 * [(expected.out, expected.status)]


def test_what_was_written_long_ago_goes_when_there_is_much(shop: Path) -> None:
    for number in range(70):
        write(shop, {"p/e.py": "import p.b\n" * number})
        lint(shop)
    assert len(list((shop / CACHE).iterdir())) < 70
