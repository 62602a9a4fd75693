"""A run that is remembered: what it depends on, and that it is not repeated once any of that has changed."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from import_contracts import disk, drawing, inputs
from import_contracts.cli import main
from import_contracts.reading.forked import CAN_FORK, fork
from import_contracts.reading.store import cache as cache_module
from import_contracts.reading.store import renewed
from import_contracts.reading.store.remembered import VARIABLES, Remembered, folder_of, name_of, recall
from import_contracts.reading.store.trust import CACHE
from import_contracts.reading.store.watch import load, packed, unpacked
from tests.support.arranging import MODELS, Run, configuration, contract, lint, not_obeyed, stored, write

ACYCLIC = contract("rings", "acyclic")
FILES = {
    ".git/HEAD": "ref: refs/heads/main\n",
    "pyproject.toml": configuration(MODELS, keys='baseline = "known.txt"\ninclude = ["rules/*.toml"]\n'),
    "rules/rings.toml": '[[contracts]]\nname = "rings"\ntype = "acyclic"\n',
    "known.txt": "",
    "shop/__init__.py": "",
    "shop/web.py": "from shop import models\n",
    "shop/models.py": "import shop.web\n",
    "inner/x.py": "",
    "ini.cfg": "[importlinter]\nroot_package = shop\n[importlinter:contract:a]\nname = a\ntype = acyclic\n",
}


@pytest.fixture(autouse=True)
def _nothing_is_too_young(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_GRANULARITY", -(10**18))
    for name in VARIABLES:
        if name not in {"HOME", "TERM"}:
            monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "work", FILES)


def remembered(folder: Path, *args: str) -> Remembered | None:
    """Return the run of a command in a folder that is remembered, if it would be repeated."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        return recall(args)
    finally:
        inputs.stop()
        os.chdir(before)


def learned(folder: Path, *args: str) -> Run:
    """Run a command until it is remembered."""
    first = lint(folder, *args)
    assert lint(folder, *args) == first
    found = remembered(folder, *args)
    assert found is not None
    assert found.status == first.status
    assert lint(folder, *args) == first
    return first


def relearned(folder: Path, *args: str) -> None:
    """Fail unless a run is made anew and right, and then remembered again."""
    assert remembered(folder, *args) is None
    expected = lint(folder, *args, "--no-cache")
    assert lint(folder, *args)[:2] == expected[:2]
    if expected.status != 2:  # the report of an error is not stored
        assert learned(folder, *args)[:2] == expected[:2]


COMMANDS = [
    (),
    ("check", "--format", "json"),
    ("--verbose", "--color"),
    ("--config", "ini.cfg"),
    ("ini.cfg", "pyproject.toml"),
    ("--contract", "rings"),
    ("--no-baseline", "--format", "github"),
    ("cycles",),
    ("cycles", "shop", "--quick", "--format", "json"),
    ("graph", "--format", "svg"),
    ("graph", "shop", "--source-root", ".", "--format", "json"),
]


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_a_run_that_found_all_as_it_was_is_remembered(shop: Path, args: tuple[str, ...]) -> None:
    assert learned(shop, *args)[:2] == lint(shop, *args, "--no-cache")[:2]


@pytest.mark.parametrize(
    "args",
    [
        ("--no-cache",),
        ("--show-timings",),
        ("baseline", "status"),
        ("explain",),
        ("--config", "no.toml"),
        ("--no-such-option",),
        ("--help",),
        ("fix", "--diff"),
    ],
    ids=" ".join,
)
def test_what_says_more_than_a_report_is_not_remembered(shop: Path, args: tuple[str, ...]) -> None:
    first = lint(shop, *args)
    for _ in range(3):
        assert lint(shop, *args)[:2] == first[:2]
        assert remembered(shop, *args) is None


def test_a_warning_is_said_again(shop: Path) -> None:
    write(shop, {"pyproject.toml": configuration(MODELS, keys='nonsense = "x"\n')})
    first = lint(shop)
    assert [lint(shop) for _ in range(3)] == [first] * 3
    assert "nonsense" in first.out + first.err


# --- what a result depends on -------------------------------------------------------------------------------------


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: write(folder, {name: (folder / name).read_text().replace(old, new)})


def added(name: str, text: str = "") -> Callable[[Path], object]:
    return lambda folder: write(folder, {name: text})


def removed(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def moved(name: str, to: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).rename(folder / to)


def copied(folder: Path) -> None:
    shutil.copytree(folder / "shop", folder / "x")
    shutil.rmtree(folder / "shop")
    (folder / "x").rename(folder / "shop")


CHANGES: dict[str, Callable[[Path], object]] = {
    "an import": added("shop/web.py", "from shop import models\nimport shop\n"),
    "a comment": added("shop/web.py", "from shop import models  # why\n"),
    "a module": added("shop/more.py", "import shop.models\n"),
    "a module less": removed("shop/models.py"),
    "a folder": added("shop/deep/__init__.py", "import shop.models\n"),
    "another name": moved("shop/models.py", "shop/other.py"),
    "a key": replaced("pyproject.toml", "baseline", "strict = true\nbaseline"),
    "a contract": replaced("pyproject.toml", "Models", "Other"),
    "an included file": added("rules/more.toml", '[[contracts]]\nname = "more"\ntype = "acyclic"\n'),
    "an included file that changes": replaced("rules/rings.toml", "rings", "circles"),
    "an included file less": removed("rules/rings.toml"),
    "the baseline": added("known.txt", "rings shop.models -> shop.web => shop.web\n"),
    "no baseline": removed("known.txt"),
    "another source root": added("src/shop/__init__.py", ""),
    "no configuration": moved("pyproject.toml", "elsewhere.toml"),
    "a copy in its place": copied,
    "no cache": lambda folder: shutil.rmtree(folder / CACHE),
}  # fmt: skip


@pytest.mark.parametrize("change", [*CHANGES])
def test_a_change_is_noticed(shop: Path, change: str) -> None:
    learned(shop)
    CHANGES[change](shop)
    relearned(shop)


def touched(folder: Path) -> None:
    for path in (folder / "shop").glob("*.py"):
        os.utime(path, ns=(1, 1))


@pytest.fixture(params=[2, 1_000], ids=["two processes", "one process"])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """From how many files on there are two."""
    many: int = request.param
    monkeypatch.setattr(renewed, "_MANY", many)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    return many


@pytest.mark.usefixtures("processes")
def test_new_times_alone_are_no_change_and_are_stored(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = learned(shop)
    touched(shop)
    assert remembered(shop) is not None
    monkeypatch.setattr(renewed, "renew", lambda *_, **__: pytest.fail("the files are compared again"))
    assert remembered(shop) is not None
    assert lint(shop) == expected


@pytest.mark.skipif(not CAN_FORK, reason="processes are copied only on Linux")
@pytest.mark.parametrize(("args", "copies"), [([], 1), (["--jobs", "2"], 1), (["--jobs", "1"], 0), (["--jobs=1"], 0)])
def test_one_copy_is_made_unless_only_one_process_may_work(
    shop: Path, processes: int, monkeypatch: pytest.MonkeyPatch, args: list[str], copies: int
) -> None:
    made: list[int] = []

    def noted() -> int:
        made.append(os.getpid())
        return fork()

    monkeypatch.setattr(renewed, "fork", noted)
    learned(shop, *args)
    touched(shop)
    assert remembered(shop, *args) is not None
    assert len(made) == (copies if processes == 2 else 0)


@pytest.mark.skipif(not CAN_FORK, reason="processes are copied only on Linux")
def test_if_the_second_process_is_killed_the_files_are_compared_by_the_run(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> int:
        if not (process := fork()):
            os.kill(os.getpid(), signal.SIGKILL)
        return process

    monkeypatch.setattr(renewed, "_MANY", 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(renewed, "fork", killed)
    expected = learned(shop)
    touched(shop)
    assert remembered(shop) is None
    assert lint(shop) == expected


def test_a_file_with_a_new_time_that_may_change_again_is_compared_again(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned(shop)
    touched(shop)
    monkeypatch.setattr(inputs, "_GRANULARITY", 10**18)
    assert remembered(shop) is not None
    replaced("shop/web.py", "models", "modelz")(shop)
    os.utime(shop / "shop/web.py", ns=(1, 1))
    assert lint(shop)[:2] == lint(shop, "--no-cache")[:2]


def damaged(suffix: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        for path in (folder / CACHE).glob(f"*{suffix}"):
            path.write_bytes(path.read_bytes()[:-1])

    return change


def linked(folder: Path) -> None:
    moved("shop/web.py", "w.py")(folder)
    (folder / "shop/web.py").symlink_to("../w.py")


WITH_NEW_TIMES: dict[str, Callable[[Path], object]] = {
    "an import of the same length": replaced("shop/web.py", "models", "shop  "),
    "the folder": lambda folder: os.utime(folder / "shop", ns=(1, 1)),
    "a module less": removed("shop/models.py"),
    "a link": linked,
    "no digests": lambda folder: [*map(Path.unlink, (folder / CACHE).glob("*.program"))],
    "damaged digests": damaged(".program"),
}


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("change", [*WITH_NEW_TIMES])
def test_what_else_has_changed_with_the_times_is_noticed(shop: Path, change: str) -> None:
    learned(shop)
    touched(shop)
    WITH_NEW_TIMES[change](shop)
    assert remembered(shop) is None
    relearned(shop)


def test_where_new_times_cannot_be_stored_the_run_says_so(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = learned(shop)
    touched(shop)
    monkeypatch.setattr(disk, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert remembered(shop) is None
    assert "No space left" in (run := lint(shop)).err
    assert run.out == expected.out


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", ".importlinter"])
@pytest.mark.parametrize("content", ["", "[importlinter]\nroot_package = shop\n"])
def test_a_configuration_that_appears_nearer_is_noticed(shop: Path, name: str, content: str) -> None:
    inner = shop / "inner"
    learned(inner)
    text = configuration(ACYCLIC) if name.endswith("toml") and content else content
    write(inner, {name: text})
    relearned(inner)


def test_a_configuration_of_higher_precedence_is_noticed(tmp_path: Path) -> None:
    folder = write(tmp_path, {**FILES, "setup.cfg": FILES["ini.cfg"], "pyproject.toml": ""})
    learned(folder)
    write(folder, {"pyproject.toml": configuration(MODELS)})
    relearned(folder)


def test_the_members_of_a_workspace_are_noticed(tmp_path: Path) -> None:
    own = {f"a/{name}": text for name, text in FILES.items() if name.startswith("shop/")}
    workspace = '[tool.uv.workspace]\nmembers = ["*"]\n'
    write(tmp_path, {".git/HEAD": "", "pyproject.toml": workspace, "a/pyproject.toml": configuration(ACYCLIC), **own})
    learned(tmp_path)
    learned(tmp_path, "cycles")
    write(tmp_path, {f"b/{name.partition('/')[2]}": text for name, text in own.items()})
    assert remembered(tmp_path, "cycles") is None
    write(tmp_path, {"b/pyproject.toml": configuration(ACYCLIC)})
    relearned(tmp_path)
    write(tmp_path, {"b/pyproject.toml": configuration(MODELS)})
    relearned(tmp_path)


def test_what_is_declared_is_noticed(tmp_path: Path) -> None:
    declared = contract("declared", "allowed", modules=["shop"], allowed="declared")
    project = '[project]\nname = "shop"\nversion = "1"\ndependencies = []\n'
    keys = "include_external_packages = true\n"
    write(tmp_path, {**FILES, "shop/web.py": "import click\n", "rules/rings.toml": ""})
    write(tmp_path, {"pyproject.toml": project + configuration(declared, keys=keys), ".git/HEAD": ""})
    assert learned(tmp_path).status == 1
    text = (tmp_path / "pyproject.toml").read_text()
    write(tmp_path, {"pyproject.toml": text.replace("dependencies = []", 'dependencies = ["click"]')})
    relearned(tmp_path)


def test_a_package_beside_the_program_is_noticed(shop: Path) -> None:
    learned(shop, "cycles", "shop")
    write(shop, {"store/__init__.py": "import shop.web\n", "shop/web.py": "import store\n"})
    relearned(shop, "cycles", "shop")
    write(shop, {"store/__init__.py": "import shop.models\n"})
    relearned(shop, "cycles", "shop")


LINKS = ["shop/linked.py", "shop/__init__.py", "shop/deep", "tests/test_linked.py", "tests/deep"]


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("args", [(), ("cycles",)], ids=" ".join)
def test_what_a_link_leads_to_is_noticed(shop: Path, tmp_path: Path, name: str, args: tuple[str, ...]) -> None:
    target = tmp_path / "far/away"
    (shop / "shop/__init__.py").unlink()
    write(shop, {"tests/test_shop.py": "import shop.web\n"})
    (shop / name).symlink_to(target)
    learned(shop, *args)
    text = "import shop.models\n"
    write(target.parent, {"away": text} if name.endswith(".py") else {"away/test_x.py": text})
    assert lint(shop, *args)[:2] == lint(shop, *args, "--no-cache")[:2]
    learned(shop, *args)
    target.rename(tmp_path / "gone")
    assert lint(shop, *args)[:2] == lint(shop, *args, "--no-cache")[:2]


def test_an_installed_package_that_another_one_hides_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "work", {**FILES, "pyproject.toml": configuration(ACYCLIC, root="store")})
    places = write(tmp_path, {"a/store/data.txt": "", "b/store/__init__.py": "", "b/store/x.py": "import store\n"})
    for place in ("b", "a"):
        monkeypatch.syspath_prepend(str(places / place))
    learned(folder)
    write(places, {"a/store/__init__.py": ""})
    relearned(folder)


def test_an_unfinished_fix_is_noticed(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    learned(shop)
    found = next(path for _, path in _seen(shop) if path.endswith(".journal"))
    write(Path(found).parent, {Path(found).name: ""})
    assert remembered(shop) is None
    assert "was interrupted" in lint(shop).err


def _seen(folder: Path, *args: str) -> set[tuple[str, str]]:
    found = remembered(folder, *args)
    assert found is not None
    return {(question, path) for question, path, _ in found.seen}


@pytest.mark.parametrize("name", [each for each in VARIABLES if each not in {"HOME", "USERPROFILE", "SUDO_UID"}])
def test_another_variable_is_another_run(shop: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    learned(shop)
    monkeypatch.setenv(name, "true")
    assert remembered(shop) is None
    expected = lint(shop, "--no-cache")
    assert not_obeyed(lint(shop).out) == not_obeyed(expected.out)


def test_a_shell_that_completes_gets_no_report(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learned(shop)
    monkeypatch.setenv("_LINT_IMPORTS_COMPLETE", "bash_complete")
    assert remembered(shop) is None


def test_every_variable_that_the_code_reads_is_known() -> None:
    elsewhere = {"RUST_MIN_STACK", "PATH"}  # for grimp and git, which a remembered run has not used
    named = {"NO_CUSTOM_TYPES", "variable", "name"}  # these are constants, and in `VARIABLES`
    read = re.compile(r"""os\.environ(?:\.\w+\(|\[)"?(\w+)""")
    texts = (path.read_text(encoding="utf-8") for path in Path(cache_module.__file__).parents[1].rglob("*.py"))
    assert {name for text in texts for name in read.findall(text)} - elsewhere - named <= set(VARIABLES)


def test_another_folder_is_another_run(shop: Path) -> None:
    learned(shop)
    assert remembered(shop / "inner") is None
    assert learned(shop / "inner").out == lint(shop).out
    (shop.parent / "link").symlink_to(shop)
    assert remembered(shop.parent / "link") is not None


@pytest.mark.parametrize("what", ["version", "path"])
def test_another_python_is_another_run(shop: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    learned(shop)
    monkeypatch.setattr(sys, what, "4.0" if what == "version" else [*sys.path, "/elsewhere"])
    assert remembered(shop) is None


def test_another_state_of_this_tool_is_noticed(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = write(tmp_path / "own", {"a.py": "1"}) / "a.py"
    monkeypatch.setattr(cache_module, "_own_files", lambda: [str(own)])
    learned(shop)
    own.write_text("22")
    relearned(shop)


def test_what_a_page_is_made_of_belongs_to_the_state_of_this_tool(shop: Path) -> None:
    learned(shop)
    seen = {path for _, path in _seen(shop)}
    assert {str(path) for path in Path(drawing.__file__).parent.glob("html/*.*")} <= seen


# --- everything that is asked is noted ----------------------------------------------------------------------------

PROGRAMS: dict[str, tuple[dict[str, str], str, tuple[str, ...]]] = {
    "found": (FILES, "", ()),
    "from a folder inside": (FILES, "inner", ()),
    "named": (FILES, "inner", ("--config", "../pyproject.toml")),
    "INI": (FILES, "", ("ini.cfg",)),
    "several": (FILES, "", ("ini.cfg", "pyproject.toml")),
    "cycles": (FILES, "", ("cycles", "shop")),
    "a path": (FILES, "", ("cycles", "shop/web.py", "--quick")),
    "no configuration": ({**FILES, "pyproject.toml": "", "src/store/__init__.py": "import shop\n"}, "", ("cycles",)),
    "a picture": (FILES, "", ("graph", "--format", "dot")),
    "source roots": (
        {
            **FILES,
            "pyproject.toml": configuration(ACYCLIC, keys='source_roots = ["lib/**/py", "li[bc]/*", "inner", "no"]\n'),
            "lib/a/py/shop/__init__.py": "",
            "lib/b/shop/x.py": "",
        },
        "",
        (),
    ),
    "namespace": ({**FILES, "pyproject.toml": configuration(ACYCLIC, root="space"), "space/a/b/c.py": ""}, "", ()),
    "installed": ({**FILES, "pyproject.toml": configuration(ACYCLIC, root="click")}, "", ()),
    "workspace": (
        {
            **FILES,
            "pyproject.toml": '[tool.import-contracts]\nworkspace = ["parts/*"]\n',
            "parts/a/pyproject.toml": configuration(ACYCLIC, root="a"),
            "parts/a/src/a/__init__.py": "",
        },
        "",
        (),
    ),
    "uv": (
        {
            **FILES,
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["parts/*"]\nexclude = ["parts/b"]\n',
            "parts/a/pyproject.toml": configuration(ACYCLIC, root="a"),
            "parts/a/src/a/__init__.py": "",
        },
        "",
        (),
    ),
    "declared": (
        {
            **FILES,
            "pyproject.toml": '[project]\nname = "shop"\n'
            + configuration(contract("d", "allowed", modules=["shop"], allowed="declared")),
        },
        "",
        (),
    ),
}  # fmt: skip


class Targets:
    """Notes the paths that this process asks the system about through `os`."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.paths: set[str] = set()
        for name in ("stat", "lstat", "open", "scandir", "listdir", "readlink", "access"):
            patch.setattr(os, name, self._noting(getattr(os, name)))

    def _noting(self, call: Callable[..., object]) -> Callable[..., object]:
        def noted(path: str | bytes | int | os.PathLike[str] = ".", *args: object, **keys: object) -> object:
            if not isinstance(path, int):
                self.paths.add(os.path.join(os.getcwd(), os.path.normpath(os.fsdecode(path))))
            return call(path, *args, **keys)

        return noted


@pytest.mark.parametrize("case", PROGRAMS)
def test_all_that_a_run_asks_the_system_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    files, inner, args = PROGRAMS[case]
    top = write(Path(os.path.realpath(tmp_path)) / "work", files)
    folder = top / inner
    lint(folder, *args)
    monkeypatch.chdir(folder)
    place = folder_of(args)
    with monkeypatch.context() as patch:
        patch.setattr("import_contracts.cli.reports.folder_of", lambda _: place)  # asked again by each run
        asked = Targets(patch)
        with pytest.raises(SystemExit):
            main(args)
    found = remembered(folder, *args)
    assert found is not None
    noted = {os.path.normpath(os.path.join(folder, path)) for _, path, _ in found.seen}
    for cache in top.glob(f"**/{CACHE}/*.watch"):
        body = load(str(cache))
        assert body is not None
        base = cache.parents[1]
        noted |= {os.path.join(base, path) for path in os.fsdecode(bytes(unpacked(body)[1])).split("\0")}
    around = {str(outer) for path in noted for outer in Path(path).parents}  # looked at for links on the way
    own = (sys.prefix, sys.base_prefix, str(Path(cache_module.__file__).parents[2]))
    others = {path for path in asked.paths - noted - around if CACHE not in path and not path.startswith(own)}
    missing = {path for path in others if not path.endswith(".GIT")}  # who may have written the cache is asked again
    assert missing == set()


# --- where it is ---------------------------------------------------------------------------------------------------


def test_it_is_looked_for_where_the_run_has_its_cache(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop / "inner")
    monkeypatch.setenv("HOME", "/home/me")
    assert folder_of(()) is None
    write(shop, {f"{CACHE}/x": ""})
    own = str(shop / CACHE)
    for args in [
        (),
        ("check",),
        ("--output", "x.py"),
        ("--format", "json", "--output", "x.py"),
        ("no/such.toml",),
        ("cycles", "x.py"),
    ]:
        assert folder_of(args) == own
    assert folder_of(("--no-cache",)) is None
    assert folder_of(("--cache-dir", "c")) == folder_of(("--cache-dir=c",)) == str(shop / "inner/c")
    assert folder_of(("--cache-dir", "~/c")) == "/home/me/c"
    (shop / "inner/x.ini").touch()
    for args in [("x.ini",), ("--config", "x.ini"), ("check", "--config=x.ini")]:
        assert folder_of(args) == str(shop / "inner" / CACHE)


def test_a_nearer_cache_without_a_configuration_is_not_used(shop: Path) -> None:
    """Otherwise a folder of somebody else, in which a run uses the configuration around it, could forge its report."""
    inner = shop / "inner"
    learned(inner)
    shutil.copytree(shop / CACHE, inner / CACHE)
    assert remembered(inner) is None
    (inner / "setup.cfg").touch()
    assert remembered(inner) is None  # which notices the file
    assert lint(inner)[:2] == lint(inner, "--no-cache")[:2]


def test_a_named_configuration_has_its_own_cache(shop: Path) -> None:
    args = ("--config", "../pyproject.toml")
    learned(shop / "inner", *args)
    assert not (shop / "inner" / CACHE).exists()


def test_another_cache_is_used_where_it_is_named(shop: Path, tmp_path: Path) -> None:
    learned(shop, "--cache-dir", str(tmp_path / "cache"))
    assert not (shop / CACHE).exists()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="on Windows there are no such modes")
def test_a_cache_that_others_can_write_to_is_not_used(shop: Path) -> None:
    learned(shop)
    (shop / CACHE).chmod(0o777)
    assert remembered(shop) is None


def test_a_file_that_is_damaged_counts_as_absent(shop: Path) -> None:
    expected = learned(shop)
    paths = [*(shop / CACHE).glob("*.run"), *(shop / CACHE).glob("*.watch")]
    assert len(paths) == 2
    for path in paths:
        data = path.read_bytes()
        for damage in (b"", data[:-1], data + b"x", data[:100] + b"x" + data[101:], b"x" * len(data)):
            path.write_bytes(damage)
            assert remembered(shop) is None
            assert lint(shop) == expected
        path.write_bytes(data)


SEEN = b"kind\0/\x004"
FORGED = [
    (),
    (b"0", SEEN),
    (b"5", SEEN, b"", b"", b"forged"),
    (b"x", SEEN, b"", b"", b"forged"),
    (b"0", b"", b"", b"", b"forged"),
    (b"0", b"kind\0/", b"", b"", b"forged"),
    (b"0", b"nonsense\0/\x004", b"", b"", b"forged"),
    (b"0", b"program\0/\0nonsense", b"", b"", b"forged"),
    (b"0", b"status\0/\x001 2 3", b"", b"", b"forged"),
    (b"0", SEEN, b"", b"", b"\xff"),
    (b"0", SEEN, b"", b"\xff", b"forged"),
    (b"0", SEEN, b"", b""),
    (b"0", SEEN, b"", b"", b"forged", b"more"),
    (b"0", SEEN, b"shop/web.py", b"", b"forged"),
    (b"0", SEEN, b"", b"json", b"forged"),
    (b"0", SEEN, b"", b"", b"forged", b"shop/web.py", b"py", b"forged"),
]


@pytest.mark.parametrize("parts", FORGED, ids=str)
def test_what_no_run_has_written_is_as_good_as_absent(shop: Path, parts: tuple[bytes, ...]) -> None:
    expected = learned(shop)
    (path,) = (shop / CACHE).glob("*.run")
    path.write_bytes(stored(path.name, packed(*parts)))
    assert remembered(shop) is None
    assert lint(shop) == expected


def test_a_forged_report_is_visible_and_no_command(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    learned_text = lint(shop).out
    lint(shop)
    (path,) = (shop / CACHE).glob("*.run")
    texts = {"\x1b[2J": "\\x1b[2J", "::error::x": "\\x3a:error::x", "\u202e": "\\u202e", "\x1b[31mred\x1b[0m": None}
    for text, shown in texts.items():
        path.write_bytes(stored(path.name, packed(b"0", SEEN, b"", b"", f"{text}\n".encode())))
        assert not_obeyed(lint(shop).out) == f"{shown or text}\n"
        assert lint(shop).out.startswith("::stop-commands::")
    assert learned_text.startswith("::stop-commands::")


@pytest.mark.parametrize("args", [("ini.cfg",), ("cycles", "shop/web.py"), ("--contract", "ini.cfg")])
def test_a_forged_run_writes_no_file_but_that_of_an_output(shop: Path, args: tuple[str, ...]) -> None:
    learned(shop)  # which makes a cache
    before = (shop / args[-1]).read_bytes()
    name = name_at(shop, args)
    body = packed(b"0", SEEN, args[-1].encode(), b"", b"forged")
    (shop / CACHE / name).write_bytes(stored(name, body))
    lint(shop, *args)
    assert (shop / args[-1]).read_bytes() == before
    asked = ("--format", "json", "--output", args[-1])
    name = name_at(shop, asked)
    (shop / CACHE / name).write_bytes(stored(name, packed(b"0", SEEN, args[-1].encode(), b"json", b"forged")))
    lint(shop, *asked)
    assert (shop / args[-1]).read_bytes() == b"forged"


def name_at(folder: Path, args: tuple[str, ...]) -> str:
    """Return the name of the file for a run in a folder, as `lint` runs it."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
            return name_of(args)
    finally:
        os.chdir(before)


def test_a_run_under_the_name_of_another_is_absent(shop: Path) -> None:
    learned(shop)
    (path,) = (shop / CACHE).glob("*.run")
    learned(shop, "--verbose")
    for other in (shop / CACHE).glob("*.run"):
        other.write_bytes(path.read_bytes())
    assert remembered(shop, "--verbose") is None


def test_what_changed_just_before_is_not_remembered(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_GRANULARITY", 10**18)
    for _ in range(3):
        lint(shop)
    assert list((shop / CACHE).glob("*.run")) == []


# --- as a process -------------------------------------------------------------------------------------------------


COMMAND = [sys.executable, "-m", "import_contracts"]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A program that is not new any more."""
    folder = write(tmp_path / "work", FILES)
    time.sleep(2.1)
    return folder


def process(folder: Path, *args: str, **variables: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run([*COMMAND, *args], cwd=folder, env=os.environ | variables, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def runs(folder: Path) -> int:
    return len(list((folder / CACHE).glob("*.run")))


def on_a_terminal(folder: Path, *args: str, **variables: str) -> tuple[int, bytes]:
    """Run the command with a terminal for its standard streams; return the exit status and what it printed."""
    outer, inner = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *args], cwd=folder, env=os.environ | variables, stdin=inner, stdout=inner, stderr=inner
    ) as run:
        os.close(inner)
        printed = b""
        try:
            while data := os.read(outer, 1 << 16):
                printed += data
        except OSError:  # Linux says so that nobody has it open any more
            pass
        os.close(outer)
    return run.returncode, printed


def test_a_process_repeats_a_run_and_knows_a_terminal(old: Path) -> None:
    plain = process(old)
    assert [process(old) for _ in range(3)] == [plain] * 3
    assert runs(old) == 1
    colored = on_a_terminal(old)
    assert b"\x1b[" in colored[1]
    assert [on_a_terminal(old) for _ in range(3)] == [colored] * 3
    assert runs(old) == 2
    without = on_a_terminal(old, NO_COLOR="1")
    assert b"\x1b[" not in without[1]
    assert [on_a_terminal(old, NO_COLOR="1") for _ in range(2)] == [without] * 2
    assert process(old) == plain


def test_in_github_actions_each_run_has_another_token(old: Path) -> None:
    found = [process(old, GITHUB_ACTIONS="true") for _ in range(4)]
    assert runs(old) == 1
    assert len({out for _, out, _ in found}) == 4
    assert len({not_obeyed(out.decode()) for _, out, _ in found}) == 1


def test_a_repeated_run_writes_its_files_again(old: Path) -> None:
    args = ("--format", "json", "--output", "inner/report.json", "--format", "text")
    found = process(old, *args)
    report = (old / "inner/report.json").read_bytes()
    for _ in range(3):
        (old / "inner/report.json").write_bytes(b"other")
        assert process(old, *args) == found
        assert (old / "inner/report.json").read_bytes() == report
    assert runs(old) == 1
    shutil.rmtree(old / "inner")
    status, _, error = process(old, *args)
    assert (status, b"Cannot write the report" in error) == (2, True)


@pytest.mark.parametrize("stream", [">/dev/full", ">&-"])
def test_what_cannot_be_printed_is_said_by_a_remembered_run_too(old: Path, stream: str) -> None:
    process(old)
    process(old)
    assert runs(old) == 1
    line = f"{sys.executable} -m import_contracts {stream}"
    done = subprocess.run(["sh", "-c", line], cwd=old, capture_output=True, check=False)  # noqa: S607 - a shell
    assert (done.returncode, b"Cannot write to standard output" in done.stderr) == (2, True)


def test_runs_at_once_are_all_right(old: Path) -> None:
    expected = process(old)
    for _ in range(2):
        started = [subprocess.Popen(COMMAND, cwd=old, stdout=subprocess.PIPE) for _ in range(4)]
        assert [(run.communicate()[0], run.returncode) for run in started] == [(expected[1], expected[0])] * 4
