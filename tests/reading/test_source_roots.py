"""Which of several files and folders with one name is read: compared with CPython, which is asked in a process."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from import_contracts.reading.files.program import Program
from tests.support.arranging import MODELS, configuration, find_program, lint, write

EXTEND = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
DECLARE = "__import__('pkg_resources').declare_namespace(__name__)\n"

_ASK = """
import importlib.util, json, sys
sys.path[:0] = sys.argv[1].split(":")
found = {}
for name in json.loads(sys.argv[2]):
    try:
        spec = importlib.util.find_spec(name)
    except ImportError:
        spec = None
    if spec is not None:
        found[name] = spec.origin if spec.has_location else ""
print(json.dumps(found))
"""


def read(folder: Path, *roots: str) -> Program:
    return find_program(["ns"], [folder / root for root in roots])


def python(version: str) -> str | None:
    """Return an interpreter of a version: the one that runs, one on the path, or one of pyenv's."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    managed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return (
        str(managed[-1])
        if managed
        else None
        if "shims" in str(shutil.which(f"python{version}"))
        else shutil.which(f"python{version}")
    )


def layout(chance: random.Random) -> dict[str, str]:
    """Return the files of a namespace package in two or three source roots, with names that clash."""
    files: dict[str, str] = {}
    for root in ("one", "two", "three")[: chance.choice((2, 3))]:
        files[f"{root}/ns/only_{root}.py"] = ""
        for name in ("a", "b"):
            for kind in chance.sample(("package", "extending", "module", "portion"), chance.choice((0, 1, 1, 2))):
                if kind == "module":
                    files[f"{root}/ns/{name}.py"] = ""
                    continue
                files[f"{root}/ns/{name}/x.py"] = ""
                files[f"{root}/ns/{name}/{root}.py"] = ""
                if kind != "portion":
                    files[f"{root}/ns/{name}/__init__.py"] = EXTEND if kind == "extending" else ""
                if chance.random() < 0.5:
                    files[f"{root}/ns/{name}/sub/{chance.choice(('__init__', 'y'))}.py"] = ""
    return files


def names() -> list[str]:
    inside = [f"ns.{name}{end}" for name in "ab" for end in ("", ".x", ".one", ".two", ".three", ".sub", ".sub.y")]
    return ["ns", *(f"ns.only_{root}" for root in ("one", "two", "three")), *inside]


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_of_several_roots_those_files_are_read_that_python_would_import(tmp_path: Path, version: str) -> None:
    interpreter = python(version)
    if interpreter is None:
        pytest.skip(f"there is no Python {version}")
    chance = random.Random(15)  # noqa: S311 - the same layouts each time
    for number in range(60):
        folder = write(tmp_path / str(number), layout(chance))
        roots = [root for root in ("one", "two", "three") if (folder / root).is_dir()]
        path = ":".join(str(folder / root) for root in roots)
        ask = [interpreter, "-c", _ASK, path, json.dumps(names())]
        answer = json.loads(subprocess.run(ask, check=True, capture_output=True, text=True).stdout)
        ours = find_program(["ns"], [folder / root for root in roots])
        found = {file.module: file.path for file in ours.files}
        # A folder without __init__.py inside a regular package is another question.
        skipped = {name for name in answer if ".sub" in name and name not in found}
        expected = {name: origin for name, origin in answer.items() if origin and name not in skipped}
        assert found == expected, sorted(str(each.relative_to(folder)) for each in folder.rglob("*.py"))


@pytest.mark.parametrize(
    ("files", "modules", "unread"),
    [
        (["one/ns/api/__init__", "two/ns/api/__init__", "two/ns/api/n"], ["ns", "ns.api"], ["two/ns/api"]),
        (["one/ns/api", "two/ns/api/__init__"], ["ns", "ns.api"], ["two/ns/api"]),
        (["one/ns/api/__init__", "two/ns/api"], ["ns", "ns.api"], ["two/ns/api.py"]),
        (["one/ns/api/x", "two/ns/api/__init__"], ["ns", "ns.api"], ["one/ns/api"]),
        (["one/ns/api/x", "two/ns/api"], ["ns", "ns.api"], ["one/ns/api"]),
        (["one/ns/api/x", "two/ns/api/y"], ["ns", "ns.api", "ns.api.x", "ns.api.y"], []),
        (["one/ns/__init__", "two/ns/__init__", "two/ns/a"], ["ns"], ["two/ns"]),
        (["one/ns/__init__", "two/ns"], ["ns"], ["two/ns.py"]),
        (["one/ns/a", "two/ns/__init__"], ["ns"], ["one/ns"]),
    ],
)
def test_the_first_regular_package_or_module_wins_whole_and_the_rest_is_named(
    tmp_path: Path, files: list[str], modules: list[str], unread: list[str]
) -> None:
    found = read(write(tmp_path, {f"{file}.py": "" for file in files}), "one", "two")
    assert sorted(found.modules) == modules
    assert [Path(str(each.file)).relative_to(tmp_path).as_posix() for each in found.problems] == unread
    assert all("is never imported, because Python imports 'ns" in each.message for each in found.problems)


def test_a_module_before_a_package_of_its_name_is_no_root_package(tmp_path: Path) -> None:
    run = lint(
        write(
            tmp_path,
            {
                "pyproject.toml": configuration(MODELS, keys='source_roots = ["one", "two"]\n'),
                "one/shop.py": "",
                "two/shop/__init__.py": "",
            },
        )
    )
    assert run.status == 2
    assert "'shop' is a module, not a package; name a package. Python imports one/shop.py, and not two/shop." in run.err


@pytest.mark.parametrize(("text", "joins_folders"), [(EXTEND, True), (DECLARE, False)])
def test_a_package_that_extends_its_path_has_the_modules_of_other_roots(
    tmp_path: Path, text: str, joins_folders: bool
) -> None:
    files = {"one/ns/__init__.py": text, "one/ns/a.py": "", "two/ns/__init__.py": text, "two/ns/b.py": ""}
    found = read(write(tmp_path, {**files, "three/ns/c.py": ""}), "one", "two", "three")
    assert sorted(found.modules) == ["ns", "ns.a", "ns.b", *(["ns.c"] if joins_folders else [])]
    assert len(found.problems) == (not joins_folders)


def test_a_comment_extends_no_path(tmp_path: Path) -> None:
    found = read(write(tmp_path, {"one/ns/__init__.py": f"# {EXTEND}", "two/ns/b/__init__.py": ""}), "one", "two")
    assert sorted(found.modules) == ["ns"]


def test_what_an_extended_package_has_in_its_other_init_is_never_run(tmp_path: Path) -> None:
    found = read(write(tmp_path, {"one/ns/__init__.py": EXTEND, "two/ns/__init__.py": "import ns.b"}), "one", "two")
    assert [Path(str(each.file)).relative_to(tmp_path).as_posix() for each in found.problems] == ["two/ns/__init__.py"]


def test_a_package_that_begins_to_extend_its_path_is_found_again(tmp_path: Path) -> None:
    one = "one/shop/in_/__init__.py"
    write(tmp_path, {"pyproject.toml": configuration(MODELS, keys='source_roots = ["one", "two"]\n')})
    write(tmp_path, {"one/shop/models.py": "", "one/shop/web.py": "", one: "", "two/shop/in_/__init__.py": EXTEND})
    assert "two/shop/in_: This folder is never imported" in lint(tmp_path).out
    assert "two/shop/in_: This folder is never imported" in lint(tmp_path).out
    write(tmp_path, {one: EXTEND})
    assert "never imported" not in lint(tmp_path).out


def test_links_to_each_other_in_two_roots_end(tmp_path: Path) -> None:
    write(tmp_path, {"one/ns/a.py": "", "two/ns/b.py": ""})
    for root in ("one", "two"):
        for number in range(12):
            (tmp_path / root / f"ns/l{number}").symlink_to(tmp_path / root / "ns")
    assert {"ns", "ns.a", "ns.b"} <= read(tmp_path, "one", "two").modules


# --- modules without source ----------------------------------------------------------------------------------------

BUILT = ["fast.so", "fast.abi3.so", "fast.cpython-311-x86_64-linux-gnu.so", "fast.cp311-win_amd64.pyd", "fast.pyi"]


@pytest.mark.parametrize("file", BUILT)
@pytest.mark.parametrize("more", [0, 120])
def test_a_compiled_module_or_a_stub_alone_can_be_named_and_imported(tmp_path: Path, file: str, more: int) -> None:
    forbidden = MODELS.replace("shop.web", "shop.fast")
    write(tmp_path, {"pyproject.toml": configuration(forbidden), "shop/__init__.py": "", f"shop/{file}": ""})
    write(tmp_path, {"shop/models.py": "from shop import fast\n", **{f"shop/m{n}.py": "" for n in range(more)}})
    for _ in range(2):
        run = lint(tmp_path)
        assert (run.status, "shop.models -> shop.fast" in run.out) == (1, True)
    (tmp_path / "shop" / file).unlink()
    assert lint(tmp_path).status == 2


@pytest.mark.parametrize("file", ["libfast.1.so", "lib-fast.so", "fast.so.1", "fast.x.y.so", ".so", "fast.x.pyi"])
def test_other_libraries_are_no_modules(tmp_path: Path, file: str) -> None:
    found = read(write(tmp_path, {"ns/__init__.py": "", f"ns/{file}": ""}), ".")
    assert sorted(found.modules) == ["ns"]


@pytest.mark.parametrize("file", BUILT)
def test_source_beside_a_compiled_module_counts(tmp_path: Path, file: str) -> None:
    found = read(write(tmp_path, {"ns/__init__.py": "", "ns/fast.py": "", f"ns/{file}": ""}), ".")
    assert sorted(found.by_module) == ["ns", "ns.fast"]
    assert found.compiled == ()


def test_a_stub_never_comes_before_what_python_imports(tmp_path: Path) -> None:
    found = read(
        write(tmp_path, {"one/ns/x.pyi": "", "two/ns/x.py": "", "two/ns/y.so": "", "one/ns/y.pyi": ""}), "one", "two"
    )
    assert sorted(found.by_module) == ["ns.x"]
    assert [(each.module, Path(each.path).name) for each in found.compiled] == [("ns.y", "y.so")]


def test_a_pipe_is_no_compiled_module(tmp_path: Path) -> None:
    write(tmp_path, {"ns/__init__.py": ""})
    os.mkfifo(tmp_path / "ns/fast.so")
    assert sorted(read(tmp_path, ".").modules) == ["ns"]


def test_a_compiled_module_binds_unknown_names_and_crashes_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "from shop.fast import x\nfrom shop import a\n", "shop/fast.so": ""})
    write(tmp_path, {"shop/a.py": "from shop import fast\nfrom shop.fast import *\ny = fast.z\nprint(w)\n"})
    run = lint(tmp_path, "cycles")
    assert (run.status, "0 modules crash" in run.out) == (0, True)


# --- globs and workspaces ------------------------------------------------------------------------------------------


def workspace(folder: Path, *, table: str = 'members = ["packages/*"]\nexclude = ["packages/old"]') -> Path:
    files = {f"packages/{name}/pyproject.toml": "" for name in ("core", "web-app", "old")}
    write(folder, {**files, "pyproject.toml": f"[tool.uv.workspace]\n{table}\n"})
    write(folder, {"packages/core/src/core/__init__.py": "", "packages/old/src/old/__init__.py": ""})
    return write(folder, {"packages/web-app/src/web/__init__.py": "import core\n", "packages/README.md": ""})


def test_source_roots_may_have_wildcards(tmp_path: Path) -> None:
    keys = 'root_packages = ["core", "web"]\nsource_roots = ["packages/*/src"]\n'
    write(
        workspace(tmp_path),
        {
            "x.toml": keys
            + MODELS.replace("tool.import-contracts.", "").replace("shop.models", "web").replace("shop.web", "core")
        },
    )
    run = lint(tmp_path, "x.toml")
    assert (run.status, "web -> core" in run.out) == (1, True)
    write(tmp_path, {"x.toml": (tmp_path / "x.toml").read_text().replace("/src", '/src", "nope/*')})
    assert "source_roots: 'nope/*' matches no folder." in lint(tmp_path, "x.toml").out


def test_init_finds_the_members_of_a_workspace_and_writes_where_they_are(tmp_path: Path) -> None:
    workspace(tmp_path)
    out = lint(tmp_path, "init", "--dry-run").out
    assert 'root_packages = ["core", "web"]' in out
    assert 'source_roots = ["packages/core/src", "packages/web-app/src"]' in out
    assert lint(tmp_path, "init").status == 0
    assert lint(tmp_path).status == 0
    assert lint(tmp_path / "packages/core").status == 0  # the configuration of the workspace is found


def test_init_writes_the_pattern_of_a_workspace_that_leaves_out_nothing(tmp_path: Path) -> None:
    out = lint(workspace(tmp_path, table='members = ["packages/*"]'), "init", "--dry-run").out
    assert 'source_roots = ["packages/*/src"]' in out


@pytest.mark.parametrize("command", [("cycles",), ("explain", "web", "core")])
@pytest.mark.parametrize("options", [(), ("--source-root", "packages/*/src")])
def test_commands_without_a_configuration_find_the_members(
    tmp_path: Path, command: tuple[str, ...], options: tuple[str, ...]
) -> None:
    run = lint(workspace(tmp_path), *command, *options)
    assert (run.status, run.err) == (0, "")


def test_init_writes_the_source_roots_that_it_was_given(tmp_path: Path) -> None:
    run = lint(workspace(tmp_path), "init", "--dry-run", "--source-root", "packages/core/src")
    assert 'root_packages = ["core"]\nsource_roots = ["packages/core/src"]' in run.out
    assert "There is no folder 'nope'" in lint(tmp_path, "init", "--source-root", "nope").err


@pytest.mark.parametrize(
    "table",
    [
        'setuptools.package-dir = {"" = "lib"}',
        'setuptools.packages.find.where = ["lib"]',
        'poetry.packages = [{include = "shop", from = "lib"}]',
        'hatch.build.targets.wheel.packages = ["lib/shop"]',
        'uv.build-backend.module-root = "lib"',
    ],
)
def test_the_layout_that_a_build_backend_is_told_is_found(tmp_path: Path, table: str) -> None:
    write(tmp_path, {"pyproject.toml": f"[tool]\n{table}\n", "lib/shop/__init__.py": "", "lib/shop/a.py": ""})
    assert 'source_roots = ["lib"]' in lint(tmp_path, "init", "--dry-run").out


@pytest.mark.parametrize(
    "table", ["uv = 3", 'uv.workspace = "x"', "uv.workspace.members = 3", 'uv.workspace.members = ["..", "\\u0000*"]']
)
def test_a_workspace_of_another_form_is_as_good_as_none(tmp_path: Path, table: str) -> None:
    write(tmp_path, {"pyproject.toml": f"[tool]\n{table}\n", "shop/__init__.py": "", "shop/a.py": ""})
    assert "source_roots" not in lint(tmp_path, "init", "--dry-run").out


# --- packages that nobody names ------------------------------------------------------------------------------------

RING = {"shop/__init__.py": "", "shop/a.py": "from shop import b\n", "shop/b.py": "from shop import a\n"}
NAMESPACE = {"shop/a.py": "from shop.in_ import b\n", "shop/in_/__init__.py": "", "shop/in_/b.py": "import shop.a\n"}


@pytest.mark.parametrize("files", [RING, NAMESPACE], ids=["regular", "namespace"])
@pytest.mark.parametrize("place", [".", "src", "backend"])
def test_a_program_is_found_where_it_is(tmp_path: Path, place: str, files: dict[str, str]) -> None:
    if (files, place) == (NAMESPACE, "backend"):
        files = {**files, "shop/__init__.py": ""}
    write(tmp_path / place, files)
    found = json.loads(lint(tmp_path, "cycles", "--quick", "--format", "json").out)
    assert [each["modules"] for each in found["cycles"]] == [["shop.a", "shop.b" if files is RING else "shop.in_.b"]]
    assert 'root_packages = ["shop"]' in lint(tmp_path, "init", "--dry-run").out
    assert lint(tmp_path, "init").status == 0
    assert lint(tmp_path).out.endswith("1 contract kept, 0 broken.\n")


def test_a_folder_that_its_files_import_by_name_is_a_package(tmp_path: Path) -> None:
    write(tmp_path, {"app.py": "import lib.x.a\n", "lib/x/__init__.py": "", "lib/x/a.py": "if 1:\n  import lib.x\n"})
    write(tmp_path, {"backend/manage.py": "import web\n", "backend/web/__init__.py": ""})
    found = lint(tmp_path, "explain", "app", "lib", "--format", "json")
    assert (found.status, found.err) == (0, "")
    graph = json.loads(lint(tmp_path, "graph", "--format", "json", "--depth", "9").out)
    assert sorted(each["name"] for each in graph["boxes"]) == ["app", "lib.x", "lib.x.a", "manage", "web"]
