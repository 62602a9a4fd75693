import ast
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from import_contracts.graph.import_graph import Edge
from import_contracts.graph.kinds import Kind
from import_contracts.hashing import hashed
from import_contracts.problems import Severity, UserError
from import_contracts.reading.assembly import Scan, UnreadableFile, scan
from import_contracts.reading.files.packages import find_packages
from import_contracts.reading.files.program import Program, SourceFile
from import_contracts.reading.files.roots import find_portions, runs
from import_contracts.reading.files.walk import walk
from import_contracts.reading.scanning import grimp_scanner
from import_contracts.reading.scanning.scan import (
    Read,
    Reading,
    Statement,
    Take,
    read,
    statements,
    statements_at,
)
from tests.support.arranging import MODELS, configuration, find_program, lint, program, write

Named: TypeAlias = tuple[bool, int, str]


def find(folder: Path, *roots: str, sources: tuple[str, ...] = (".", "src")) -> Program:
    return find_program(roots, [folder / source for source in sources])


def scanned(folder: Path, *roots: str, external: bool = False, kinds: bool = True) -> Scan:
    return scan(find(folder, *roots), include_external=external, kinds=kinds)


def edges(folder: Path, *roots: str, external: bool = False) -> list[str]:
    return [" -> ".join(edge) for edge in scanned(folder, *roots, external=external).graph.edges()]


# --- finding ------------------------------------------------------------------------------------------------------


def test_a_package_is_found_in_the_folder_or_under_src(tmp_path: Path) -> None:
    write(tmp_path, {"a/__init__.py": "", "src/b/__init__.py": "", "src/b/c.py": ""})
    assert sorted(find(tmp_path, "a", "b").modules) == ["a", "b", "b.c"]


def test_a_package_of_this_very_name_that_runs_now_is_not_mistaken_for_it(tmp_path: Path) -> None:
    write(tmp_path, {"click/__init__.py": "raise SystemExit", "click/mine.py": ""})
    assert sorted(find(tmp_path, "click").modules) == ["click", "click.mine"]


def test_an_installed_package_is_found_without_being_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"site/installed_zz/__init__.py": "raise SystemExit", "site/installed_zz/a.py": ""})
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert sorted(find(tmp_path, "installed_zz").modules) == ["installed_zz", "installed_zz.a"]
    assert "installed_zz" not in sys.modules


def test_the_portions_of_a_namespace_package_are_put_together(tmp_path: Path) -> None:
    write(tmp_path, {"ns/a/__init__.py": "", "src/ns/b/__init__.py": "", "src/ns/c.py": "", "src/ns/data/x.txt": ""})
    assert sorted(find(tmp_path, "ns").modules) == ["ns", "ns.a", "ns.b", "ns.c"]
    assert sorted(find(tmp_path, "ns.b").modules) == ["ns.b"]


def test_a_regular_package_wins_over_the_portions_of_a_namespace_package(tmp_path: Path) -> None:
    write(tmp_path, {"shop/stray.py": "", "src/shop/__init__.py": ""})
    assert sorted(find(tmp_path, "shop").modules) == ["shop"]


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ("shp", "Package 'shp' is neither in the source roots nor installed. Did you mean 'shop'?"),
        ("zzzz", "If it is elsewhere, name the folder that contains it: --source-root DIR."),
        ("shop.models", "'shop.models' is inside the package 'shop'; write 'shop'."),
        ("ns.shop.models", "'ns.shop.models' is inside the package 'ns.shop'; write 'ns.shop'."),
        ("single", "'single' is a module, not a package; name a package."),
        ("ns.single", "'ns.single' is a module, not a package; name a package."),
        ("json.decoder", "'json.decoder' is inside the package 'json'; write 'json'."),
        ("data", "Package 'data' is neither in the source roots nor installed."),
        ("plain", "Package 'plain' is neither in the source roots nor installed."),
        ("single.models", "Package 'single.models' is neither in the source roots nor installed."),
        ("shop.a-b", "'shop.a-b' is not the name of a package; write it as in an import statement."),
        ("src/shop", "'src/shop' is not the name of a package; write it as in an import statement."),
    ],
)
def test_what_is_no_root_package_is_said_to_be_none(tmp_path: Path, root: str, message: str) -> None:
    write(
        tmp_path, {"shop/__init__.py": "", "shop/models/__init__.py": "", "single.py": "", "plain": "", "ns/x.py": ""}
    )
    write(
        tmp_path, {"ns/shop/__init__.py": "", "ns/shop/models/__init__.py": "", "ns/single.py": "", "data/a/b.txt": ""}
    )
    (tmp_path / "data/link").symlink_to(tmp_path / "ns")
    with pytest.raises(UserError, match=message):
        find(tmp_path, root)


def test_all_missing_root_packages_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        find(tmp_path, "aa_zz", "bb_zz")
    assert len(error.value.problems) == 2


def test_a_folder_without_an_init_in_a_package_is_left_out_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/tests/x.py": "", "p/data/y.txt": "", "p/{{ name }}/__init__.py": ""})
    found = find(tmp_path, "p")
    assert sorted(found.modules) == ["p"]
    assert [Path(str(each.file)).name for each in found.problems] == ["tests"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["x"], "its Python file and imports of it (p.d.x) are not checked, although Python can import it"),
        (
            ["x", "a"],
            "its 2 Python files and imports of them (p.d.a, …) are not checked, although Python can import them",
        ),
        (
            ["in/x", "in/deep/y", "pack/__init__"],
            (
                "its 3 Python files and imports of them (p.d.in.deep.y, …) are not checked, although Python can "
                "import them"
            ),
        ),
        (["x", "x/y"], "its Python file and imports of it (p.d.x) are not checked, although Python can import it"),
    ],
)
def test_what_is_left_out_is_counted_and_an_example_named(tmp_path: Path, files: list[str], message: str) -> None:
    write(tmp_path, {"p/__init__.py": "", **{f"p/d/{name}.py": "" for name in files}})
    (only,) = find(tmp_path, "p").problems
    remedy = "add an __init__.py, or set count_namespace_folders = true."
    assert only.message == f"This folder has no __init__.py, so {message}; {remedy}"


def test_what_is_left_out_is_counted_again_once_it_changes(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": configuration(MODELS),
            "shop/__init__.py": "",
            "shop/models.py": "",
            "shop/web.py": "",
            "shop/d/in/x.py": "",
        },
    )
    assert "its Python file and" in lint(tmp_path).out
    write(tmp_path, {"shop/d/in/y.py": ""})
    assert "its 2 Python files and" in lint(tmp_path).out
    write(tmp_path, {"pyproject.toml": configuration(MODELS, keys="strict = true\n")})
    run = lint(tmp_path)
    assert (run.status, "error: shop/d: This folder has no __init__.py" in run.out) == (2, True)


def test_files_that_no_import_can_name_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.b.py": "", "p/.hidden.py": "", "p/0001_first.py": ""})
    assert sorted(find(tmp_path, "p").modules) == ["p", "p.0001_first"]


def test_of_a_module_and_a_package_of_one_name_the_package_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"p/__init__.py": "", "p/x.py": "import p.b", "p/x/__init__.py": "import p.a", "p/a.py": "", "p/b.py": ""},
    )
    assert edges(tmp_path, "p") == ["p.x -> p.a"]
    assert "never imported, because the package 'p.x' has the same name" in find(tmp_path, "p").problems[0].message


def test_a_link_that_goes_round_is_left_out_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/q/__init__.py": ""})
    (tmp_path / "p/q/loop").symlink_to(tmp_path / "p")
    found = find(tmp_path, "p")
    assert sorted(found.modules) == ["p", "p.q"]
    (problem,) = found.problems
    assert (problem.file, problem.severity) == (str(tmp_path / "p/q/loop"), Severity.WARNING)
    assert problem.message == (
        "This link leads to the folder of 'p', which counts only under that name; "
        "imports of 'p.q.loop' are not checked."
    )


def test_a_folder_counts_once_under_its_own_name_although_a_link_is_first(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/deep/z/__init__.py": "", "p/deep/z/x.py": "", "p/deep/__init__.py": ""})
    for link in ("a", "b", "deep/a"):
        (tmp_path / "p" / link).symlink_to(tmp_path / "p/deep/z")
    found = find(tmp_path, "p")
    assert sorted(found.modules) == ["p", "p.deep", "p.deep.z", "p.deep.z.x"]
    (problem,) = found.problems
    assert problem.file == str(tmp_path / "p/a")
    assert problem.message.endswith("'p.a' are not checked. The same is true of 2 more links to it.")


def test_of_several_links_to_a_folder_outside_the_shortest_name_counts_then_the_first(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a/__init__.py": "", "out/__init__.py": "", "out/in/__init__.py": ""})
    for link, target in {"a/x": "out", "c": "out", "b": "out", "d": "out/in", "a/e": "out/in"}.items():
        (tmp_path / "p" / link).symlink_to(tmp_path / target)
    found = find(tmp_path, "p")
    assert sorted(found.modules) == ["p", "p.a", "p.b", "p.d"]
    assert relative(tmp_path, [each.file for each in found.problems]) == ["p/a/e", "p/c"]


def test_a_folder_without_modules_may_have_many_names(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/data/x.txt": ""})
    (tmp_path / "p/other").symlink_to("data")
    assert find(tmp_path, "p").problems == ()


def test_a_folder_counts_in_each_root_package_and_each_portion(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/x.py": "", "ns/a/__init__.py": "", "src/ns/b/__init__.py": ""})
    (tmp_path / "q").symlink_to("p")
    (tmp_path / "src/ns/c").symlink_to(tmp_path / "ns/a")
    found = find(tmp_path, "p", "q", "ns")
    assert sorted(found.modules) == ["ns", "ns.a", "ns.b", "ns.c", "p", "p.x", "q", "q.x"]
    assert found.problems == ()


def test_links_to_links_end(tmp_path: Path) -> None:
    names = [f"d{number}" for number in range(20)]
    write(tmp_path, {"p/__init__.py": "", **{f"p/{name}/__init__.py": "" for name in names}})
    for one in names:
        for other in names:
            if one != other:
                (tmp_path / "p" / one / other).symlink_to(f"../{other}")
    found = find(tmp_path, "p")
    assert sorted(found.modules) == ["p", *(f"p.{name}" for name in sorted(names))]
    assert len(found.problems) == 20


def names_by_folder(folder: Path, name: str, inside: bool, seen: tuple[Path, ...]) -> Iterator[tuple[Path, Named]]:
    """Yield each name that a folder has, by its real path, without going round."""
    real = folder.resolve()
    if real not in seen:
        yield real, (inside, name.count("."), name)
        for inner in folder.iterdir():
            if inner.is_dir():
                through_link = inside or inner.is_symlink()
                yield from names_by_folder(inner, f"{name}.{inner.name}", through_link, (*seen, real))


@settings(max_examples=40, deadline=None)
@example([], {"p/w": "p/a/c", "p/a/x": "p", "p/a/c/z": "o", "o/v": "p"})  # p.w.z is shorter, but p.w is p.a.c
@given(
    st.lists(st.sampled_from(["p/a", "p/b", "p/a/c", "p/a/c/d", "o", "o/e", "o/e/f"]), unique=True),
    st.dictionaries(
        st.sampled_from(["p/a/x", "p/b/y", "p/a/c/z", "p/w", "o/v", "o/e/u"]),
        st.sampled_from(["p", "p/a", "p/b", "p/a/c", "o", "o/e", "o/e/f"]),
    ),
)
def test_a_folder_has_the_least_of_its_names_in_folders_that_count(folders: list[str], links: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        for each in ("p", *folders, *(str(Path(link).parent) for link in links)):
            for package in (Path(each), *list(Path(each).parents)[:-1]):
                write(folder, {f"{package}/__init__.py": ""})
        for link, target in links.items():
            (folder / link).symlink_to(folder / target)
        counted: dict[Path, str] = {}
        for (_, _, name), real in sorted((name, real) for real, name in names_by_folder(folder / "p", "p", False, ())):
            if real not in counted and name.rpartition(".")[0] in {"", *counted.values()}:
                counted[real] = name
        assert find(folder, "p").modules == set(counted.values())


@pytest.mark.slow
def test_packages_may_be_nested_deeply(tmp_path: Path) -> None:
    depth = 1050
    path = tmp_path / "p"
    for _ in range(depth):
        path.mkdir()
        (path / "__init__.py").touch()
        path /= "p"
    assert len(find(tmp_path, "p").modules) == depth
    subprocess.run(["rm", "-r", tmp_path / "p"], check=True)  # noqa: S607 - pytest would remove it by recursion


class Mapped:
    """Finds packages and modules by a table, as an editable install may."""

    def __init__(self, **folders: list[str] | None) -> None:
        self.folders = folders

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name not in self.folders:
            return None
        spec = ModuleSpec(name, None)
        spec.submodule_search_locations = self.folders[name]
        return spec


@pytest.mark.parametrize(
    ("root", "folders"),
    [
        ("mapped_zz", ["mapped"]),
        ("mapped_zz.a", ["mapped/a"]),
        ("mapped_zz.missing", None),
        ("mapped_zz.data", None),
        ("mapped_zz.space", ["mapped/space"]),
        ("mapped_zz.space.deep", ["mapped/space/deep"]),
        ("module_zz", None),
        ("module_zz.a", None),
    ],
)
def test_a_package_that_only_an_import_hook_knows_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: str, folders: list[str] | None
) -> None:
    write(tmp_path, {"mapped/__init__.py": "", "mapped/a/__init__.py": "", "mapped/mapped_zz/__init__.py": ""})
    write(tmp_path, {"mapped/data/x.txt": "", "mapped/space/x.py": "", "mapped/space/deep/x.py": ""})
    mapped = Mapped(mapped_zz=[str(tmp_path / "mapped"), str(tmp_path / "mapped/data")], module_zz=None)
    monkeypatch.setattr(sys, "meta_path", [object(), *sys.meta_path, mapped])
    if folders is None:
        with pytest.raises(UserError, match=f"'{root}' is neither in the source roots nor installed"):
            find_portions([root], [])
    else:
        assert find_portions([root], []) == tuple((root, str(tmp_path / each)) for each in folders)


def test_an_empty_entry_of_the_path_is_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"here_zz/__init__.py": ""})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    assert find_portions(["here_zz"], []) == (("here_zz", str(tmp_path / "here_zz")),)


def test_root_packages_keep_their_order_and_their_folders(tmp_path: Path) -> None:
    write(tmp_path, {"ns/x/a.py": "", "src/ns/b.py": "", "src/b/__init__.py": "", "b/ignored.py": "", "ns/b.py": ""})
    write(tmp_path, {"src/single/inner/__init__.py": "", "src/ns/data/x.txt": ""})
    found = find(tmp_path, "ns", "b", "ns", "single.inner", sources=(".", "src", "."))
    assert found.roots == ("ns", "b", "single.inner")
    assert found.portions == (
        ("ns", str(tmp_path / "ns")),
        ("ns", str(tmp_path / "src/ns")),
        ("b", str(tmp_path / "src/b")),
        ("single.inner", str(tmp_path / "src/single/inner")),
    )
    assert found.files == (
        SourceFile("b", str(tmp_path / "src/b/__init__.py"), is_package=True),
        SourceFile("ns.b", str(tmp_path / "ns/b.py"), is_package=False),
        SourceFile("ns.x.a", str(tmp_path / "ns/x/a.py"), is_package=False),
        SourceFile("single.inner", str(tmp_path / "src/single/inner/__init__.py"), is_package=True),
    )
    assert found.namespaces == {"ns", "ns.x"}
    assert found.by_module["ns.b"].path == str(tmp_path / "ns/b.py")


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("p", True),
        ("p.gone.deep", True),
        ("inside_zz", True),
        ("outer_zz.inside", True),
        ("beside_zz", False),
        ("outer_zz", False),
        ("space_zz", False),
        ("space_zz.a", False),
        ("space_zz.inside", True),
        ("space_zz.deep.a", False),
        ("space_zz.deep.inside", True),
        ("gone_zz", False),
        ("gone_zz.a", False),
    ],
)
def test_a_module_runs_code_of_the_program_if_one_of_its_parts_lies_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, expected: bool
) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/inside_zz.py": "", "px/beside_zz.py": "", "px/outer_zz/__init__.py": ""})
    write(tmp_path, {"px/space_zz/a.py": "", "px/space_zz/deep/a.py": ""})
    for folder in ("px/outer_zz", "px/space_zz", "px/space_zz/deep"):
        (tmp_path / folder / "inside.py").symlink_to(tmp_path / "p/inside_zz.py")
    for folder in ("p", "px"):
        monkeypatch.syspath_prepend(str(tmp_path / folder))
    assert runs(module, ["missing_zz", "p"], [tmp_path]) is expected


def test_packages_beside_the_program_are_none_of_it(tmp_path: Path) -> None:
    beside = ["benchmarks", "doc", "docs", "examples", "scripts", "test", "testing", "tests", "tools"]
    write(tmp_path, {f"{name}/__init__.py": "" for name in [*beside, "shop", "mall", "bank", "kiosk", "inn"]})
    write(tmp_path, {"loose.py": "", "folder/x.py": "", "src/more/__init__.py": ""})
    places = [tmp_path / "missing", tmp_path, tmp_path / "src"]
    assert find_packages(places) == ("bank", "inn", "kiosk", "mall", "more", "shop")


def relative(folder: Path, paths: Sequence[str | None]) -> list[str]:
    return [Path(str(path)).relative_to(folder).as_posix() for path in paths]


def test_folders_without_an_init_are_part_of_a_package_where_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/x/y/z.py": "", "p/data/t.txt": "", "p/c.py": "", "p/c/lost.py": ""})
    write(tmp_path, {"p/__pycache__/old.py": "", "p/a-b/c.py": "", "p/.py": "", "p/name": "", "p/n.py/t.txt": ""})
    portions = (("p", str(tmp_path / "p")),)
    every, only = walk(portions, every_folder=True), walk(portions)
    assert sorted(every.modules) == ["p", "p.c", "p.x", "p.x.y", "p.x.y.z"]
    assert every.namespaces == {"p.x", "p.x.y"}
    assert every.problems == ()
    assert sorted(only.modules) == ["p", "p.c"]
    assert relative(tmp_path, [each.file for each in only.problems]) == ["p/x"]
    assert [each.severity for each in only.problems] == [Severity.WARNING]


def test_what_is_left_out_or_shadowed_is_told_in_order(tmp_path: Path) -> None:
    names = ["f", "b", "d", "a", "c", "e"]
    write(tmp_path, {"p/__init__.py": "", **{f"p/{name}.py": "" for name in names}})
    write(tmp_path, {f"p/{name}/__init__.py": "" for name in names})
    write(tmp_path, {f"p/no_{name}/x.py": "" for name in names})
    found = find(tmp_path, "p")
    assert found.shadowed == {f"p.{name}" for name in names}
    assert relative(tmp_path, [each.file for each in found.problems]) == [
        *(f"p/{name}.py" for name in sorted(names)),
        *(f"p/no_{name}" for name in sorted(names)),
    ]
    assert {each.severity for each in found.problems} == {Severity.WARNING}


def test_the_paths_on_which_a_program_depends_are_folders_links_and_what_may_become_a_package(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/b/__init__.py": "", "p/b.py": "", "p/c.py": "", "p/c/d.txt": ""})
    write(tmp_path, {"p/a/__init__.py": "", "p/data/deep/t.txt": "", "other/__init__.py": "", "other/x.py": ""})
    (tmp_path / "p/e").symlink_to(tmp_path / "other")
    (tmp_path / "p/gone.py").symlink_to(tmp_path / "nowhere")
    (tmp_path / "p/f.txt").symlink_to(tmp_path / "nowhere")
    found = find(tmp_path, "p")
    first, *links, c, a, b, data, deep = relative(tmp_path, found.watched)
    assert [first, c, a, b, data, deep] == ["p", "p/c", "p/a", "p/b", "p/data", "p/data/deep"]
    assert sorted(links) == ["p/e", "p/gone.py"]
    assert "p.e.x" in found.modules


def test_a_name_that_is_no_text_is_told_and_is_no_module(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": ""})
    (tmp_path / "p" / os.fsdecode(b"\xff.py")).touch()
    found = find(tmp_path, "p")
    assert sorted(found.modules) == ["p", "p.a"]
    assert relative(tmp_path, [each.file for each in found.problems]) == ["p/\\udcff.py"]
    assert "UTF-8" in found.problems[0].message
    assert found.problems[0].is_error


def test_a_folder_that_cannot_be_read_is_told_and_the_rest_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"ns/closed/a.py": "", "p/__init__.py": "", "p/data/closed/a.py": "", "p/data/open/a.py": ""})
    scandir = os.scandir

    def guarded(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found = walk((("ns", str(tmp_path / "ns")), ("p", str(tmp_path / "p"))))
    assert found.modules == {"p"}
    assert relative(tmp_path, [each.file for each in found.problems]) == ["ns/closed", "p/data"]
    assert "Permission denied" in found.problems[0].message
    assert found.problems[0].is_error


def test_a_link_to_itself_is_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": ""})
    (tmp_path / "p/self.py").symlink_to(tmp_path / "p/self.py")
    (only,) = scanned(tmp_path, "p").unreadable
    assert (only.module, only.path, only.line) == ("p.self", str(tmp_path / "p/self.py"), None)
    assert os.strerror(errno.ELOOP) in only.message


# --- reading ------------------------------------------------------------------------------------------------------


def test_an_import_from_a_package_is_of_the_submodule_if_there_is_one(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "from . import b\nfrom p import nope\n", "p/b.py": ""})
    assert edges(tmp_path, "p") == ["p.a -> p", "p.a -> p.b"]


@pytest.mark.parametrize("external", [False, True])
def test_an_import_of_a_module_that_does_not_exist_is_none(tmp_path: Path, external: bool) -> None:
    write(
        tmp_path,
        {"p/__init__.py": "", "p/a.py": "from p.missing import x\nimport p.gone.too\nimport p.b\n", "p/b.py": ""},
    )
    assert edges(tmp_path, "p", external=external) == ["p.a -> p.b"]


def few_and_many(folder: Path, *roots: str, external: bool, imports: str) -> tuple[Scan, Scan]:
    """Scan modules in three folders with the same imports, and then with so many more files that grimp reads them."""
    modules = ["p/__init__", "p/x", "q/__init__", "q/y", "ns/a/__init__", "src/ns/b/__init__", "src/ns/b/y"]
    write(folder, {f"{module}.py": imports for module in modules})
    few = scanned(folder, *roots, external=external)
    assert list(few.graph.edges())
    write(folder, {f"{'p' if 'p' in roots else 'ns/a'}/m{number}.py": "" for number in range(101)})
    return few, scanned(folder, *roots, external=external)


def lines(found: Scan) -> dict[Edge, tuple[int, ...]]:
    assert not found.unreadable
    return {edge: found.graph.lines(*edge) for edge in found.graph.edges()}


@pytest.mark.parametrize("external", [False, True])
@pytest.mark.parametrize("roots", [("p", "q"), ("ns",), ("ns.a", "ns.b")], ids=" ".join)
@pytest.mark.parametrize(
    "imports",
    ["import p.x, q.y, os\nimport ns.b.y\nfrom ns import a\n", "from p.gone import x\nimport q.gone, ns.a.gone\n"],
    ids=["there", "gone"],
)
def test_many_files_are_read_as_few_are(tmp_path: Path, roots: tuple[str, ...], external: bool, imports: str) -> None:
    few, many = few_and_many(tmp_path, *roots, external=external, imports=imports)
    assert lines(many) == lines(few)


@pytest.mark.xfail(reason="grimp knows a namespace as a module only where external packages are asked for")
@pytest.mark.parametrize("imports", ["import ns\n", "import ns.gone\n", "from ns import gone\n"])
def test_an_import_of_a_namespace_is_one_however_many_files_there_are(tmp_path: Path, imports: str) -> None:
    few, many = few_and_many(tmp_path, "ns", external=False, imports=imports)
    assert lines(many) == lines(few)


def test_external_packages_are_leaves(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "import django.db.models, json\n"})
    assert edges(tmp_path, "p", external=True) == ["p -> django", "p -> json"]
    assert edges(tmp_path, "p") == []


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        (b"import p.b\nx = (\n", 3, "not valid Python"),
        (b"x = 1\0\n", 1, "not valid Python"),
        (b"# fine\nx = '\xff'\n", 2, "its declared encoding is unknown or wrong"),
        (b"# coding: nonsense\n", None, "its declared encoding is unknown or wrong."),
        (
            b"import p.b\nfrom ... import x\n",
            2,
            "This relative import goes beyond the top-level package: 'from ... import x' in 'p.bad'.",
        ),
    ],
    ids=["syntax", "NUL", "encoding", "cookie", "relative"],
)
def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_read(
    tmp_path: Path, source: bytes, line: int | None, message: str
) -> None:
    program(tmp_path, "p.a -> p.b", "p.c -> p.bad", "p.d -> p.a")
    (tmp_path / "p/bad.py").write_bytes(source)
    found = scanned(tmp_path, "p")
    assert [(each.module, each.line) for each in found.unreadable] == [("p.bad", line)]
    assert message in found.unreadable[0].message
    assert {("p.a", "p.b"), ("p.c", "p.bad"), ("p.d", "p.a")} <= set(found.graph.edges())
    assert "p.bad" in found.graph


def test_several_files_that_cannot_be_read_are_all_named(tmp_path: Path) -> None:
    program(tmp_path, *(f"p.m{number} -> p.m0" for number in range(20)))
    for number in (3, 11, 12, 19):
        (tmp_path / f"p/m{number}.py").write_text("x = (")
    found = scanned(tmp_path, "p")
    assert [each.module for each in found.unreadable] == ["p.m11", "p.m12", "p.m19", "p.m3"]
    assert len(list(found.graph.edges())) == 16


def many_unreadable(folder: Path, *unreadable: int) -> list[str]:
    """Write a program of 150 modules, some of which cannot be read; return the names of these, sorted."""
    program(folder, *(f"p.m{number} -> p.m0" for number in range(1, 150)))
    write(folder, {"p/__init__.py": "# for grimp, which is not given empty files\n", "p/m0.py": "x = 1\n"})
    for number in unreadable:
        (folder / f"p/m{number}.py").write_text("print 'x'\n")
    return sorted(f"p.m{number}" for number in unreadable)


@pytest.mark.parametrize("external", [False, True])
@pytest.mark.parametrize("unreadable", [(7,), range(0, 150, 10), range(3, 150), range(150)], ids=len)
def test_grimp_reads_the_whole_program_at_most_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unreadable: Sequence[int], external: bool
) -> None:
    whole = []
    scan_files = grimp_scanner.scan_files

    def counted(files: Sequence[SourceFile], **keys: Any) -> object:
        whole.extend([len(files)] if len(keys["known"].files) == 151 else [])
        return scan_files(files, **keys)

    expected = many_unreadable(tmp_path, *unreadable)
    monkeypatch.setattr(grimp_scanner, "scan_files", counted)
    found = scanned(tmp_path, "p", external=external)
    assert [each.module for each in found.unreadable] == expected
    assert len(list(found.graph.edges())) == len({*range(1, 150)} - {*unreadable})
    assert whole == [151, 151 - len(unreadable)]


def test_a_file_that_fails_only_with_the_whole_program_is_found_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan_files = grimp_scanner.scan_files

    def failing(files: Sequence[SourceFile], **keys: Any) -> object:
        if len(keys["known"].files) == 151 and any(file.module == "p.m20" for file in files):
            raise PanicException("odd")
        return scan_files(files, **keys)

    many_unreadable(tmp_path, 30)
    monkeypatch.setattr(grimp_scanner, "scan_files", failing)
    found = scanned(tmp_path, "p")
    assert [each.module for each in found.unreadable] == ["p.m20", "p.m30"]
    assert len(list(found.graph.edges())) == 147


def test_a_relative_import_in_a_text_leaves_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": '"""from .... import x"""\n'})
    assert not scanned(tmp_path, "p").unreadable


def test_what_only_looks_like_a_file_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": ""})
    (tmp_path / "p/gone.py").symlink_to(tmp_path / "nowhere")
    (tmp_path / "p/folder.py").mkdir()
    assert sorted(find(tmp_path, "p").modules) == ["p"]


def test_kinds_are_read_for_all_of_the_graph(tmp_path: Path) -> None:
    source = "from typing import TYPE_CHECKING as TC\nif TC: import p.b\nelse: import p.c\ndef f(): import p.d\n"
    write(tmp_path, {"p/__init__.py": "", "p/a.py": source, "p/b.py": "", "p/c.py": "", "p/d.py": ""})
    found = statements(find(tmp_path, "p"), "p.a", Take())
    assert {imported: statement.kind for (imported, _), statement in found.items()} == {
        "p.b": "type_checking",
        "p.c": "runtime",
        "p.d": "deferred",
    }


# --- what is read -------------------------------------------------------------------------------------------------


def readings(folder: Path, source: str, *, more: int = 0, external: bool = False, kinds: bool = True) -> Read:
    """Read a module ``p.a`` beside ``p.b`` and ``p.c``, and beside so many more modules."""
    write(folder, {"p/__init__.py": "", "p/a.py": source, "p/b.py": "", "p/c.py": ""})
    write(folder, {f"p/m{number}.py": "# m\n" for number in range(more)})
    found = find(folder, "p")
    return read(found, found.files, Take(external, kinds))


@pytest.fixture
def grimps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the modules that grimp reads, or would; it finds nothing in them."""
    seen: list[str] = []

    def scan_files(files: Sequence[SourceFile], **_: object) -> dict[str, dict[str, list[int]]]:
        seen.extend(file.module for file in files)
        return {file.module: {} for file in files}

    monkeypatch.setattr(grimp_scanner, "scan_files", scan_files)
    return seen


@pytest.mark.parametrize(
    ("source", "is_for_grimp"),
    [
        ("import p.b\n", False),
        ("# coding: utf-8\nimport p.b\n", False),
        ("#\n# -*- coding: utf-8 -*-\n", False),
        ("# coding: utf-8 \r\n", False),
        ("#\n#\n# coding: latin-1\n", False),
        ("x = '\\d'\n", False),
        ("# coding: latin-1\nimport p.b\n", False),
        ("#\n# coding: latin-1\nimport p.b\n", False),
        ("# coding: utf-8-unix\n", False),
        ("import p.b\nx = (\n", True),
        ("\0", False),
    ],
)
def test_grimp_reads_only_what_this_python_does_not_take_for_valid(
    tmp_path: Path, grimps: list[str], source: str, is_for_grimp: bool
) -> None:
    readings(tmp_path, source)
    assert grimps == (["p.a"] if is_for_grimp else [])


@pytest.mark.parametrize("more", [0, 101])
@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"# coding: ascii\nx = 1\n#\xff\n", 3),
        (b"# coding: ascii\nx = '\xc3\xa9'\n", 2),
        (b"# coding: cp1252\nx = '\x81'\n", 2),
        (b"\xef\xbb\xbf# coding: latin-1\n", None),
        (b"x = 1\n# coding: latin-1\ny = '\xff'\n", 3),
        (b"# coding: rot13\nvzcbeg c.o\n", None),
        (b"# coding: hex\n", None),
        (b"# coding: nope\n", None),
        (b"# coding: os\n", None),
        (b"# coding: utf-16\nimport p.b\n", 1),
        (b"# coding: punycode\n" + b"a" * 1_000_000, None),
        ("\ufeffimport p.b\n".encode("utf-16"), 1),
        (b"x = '\0'\n", 1),
        (b"#\n# \0\n", 2),
        (b"import p.b\n\0", 2),
        (b"(" * 10_000 + b")" * 10_000, 1),
    ],
    ids=lambda value: ascii(value[:20]) if isinstance(value, bytes) else None,
)
def test_what_this_python_refuses_is_unreadable_whoever_reads_it(
    tmp_path: Path, source: bytes, line: int | None, more: int
) -> None:
    program(tmp_path, "p.a", *(f"p.m{number}" for number in range(more)))
    (tmp_path / "p/a.py").write_bytes(source)
    with pytest.raises((SyntaxError, ValueError, MemoryError, RecursionError)):
        ast.parse(source)
    assert [(each.module, each.line) for each in scanned(tmp_path, "p").unreadable] == [("p.a", line)]


@pytest.mark.parametrize("more", [0, 101])
@pytest.mark.parametrize(
    "source",
    [
        b"# coding: utf-7\n+AGkAbQBwAG8AcgB0- p.b\n",
        "# coding: latin-1\nx = '\xff'; import p.b\n".encode("latin-1"),
        b"#!/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x93'; import p.b\n",
        b"\xef\xbb\xbf# coding: utf-8\nimport p.b\n",
        b"# coding: shift_jis\nx = '\x83\x5c'; import p.b\n",
        b"import p.b\nx = a" + b".a" * 100_000,
        b"import p.b\nx = 1" + b"+1" * 100_000,
        b"x = '" + b"a" * 4_000_000 + b"'; import p.b\n",
        b"from p import b, " + b", ".join(b"x%d" % number for number in range(10_000)) + b"\n",
    ],
    ids=lambda source: ascii(source[:20]),
)
def test_what_is_hard_to_read_is_read_whoever_reads_it(tmp_path: Path, source: bytes, more: int) -> None:
    program(tmp_path, "p.b", *(f"p.m{number}" for number in range(more)))
    (tmp_path / "p/a.py").write_bytes(source)
    assert ("p.a", "p.b") in scanned(tmp_path, "p").graph.edges()


@pytest.mark.parametrize("more", [0, 101])
@pytest.mark.parametrize("repeated", [b".a", b"()", b"[0]", b"+1"])
def test_an_expression_without_end_is_read_or_refused(tmp_path: Path, repeated: bytes, more: int) -> None:
    program(tmp_path, "p.b", *(f"p.m{number}" for number in range(more)))
    (tmp_path / "p/a.py").write_bytes(b"import p.b\nx = a" + repeated * 400_000)
    found = scanned(tmp_path, "p")
    assert [each.module for each in found.unreadable] == ["p.a"] or ("p.a", "p.b") in found.graph.edges()


@pytest.mark.parametrize(("files", "expected"), [(100, 0), (101, 97)])  # four are empty
def test_grimp_reads_many_files_at_once(tmp_path: Path, grimps: list[str], files: int, expected: int) -> None:
    readings(tmp_path, "", more=files - 4)
    assert len(grimps) == expected


@pytest.mark.parametrize("more", [0, 101])
def test_a_reading_has_sorted_imports_and_the_kinds_that_are_not_runtime(tmp_path: Path, more: int) -> None:
    source = "def f():\n  import p.c\n" + 4 * "import p.c, json, p.b\n" + "if TYPE_CHECKING: import os, p\n"
    found = readings(tmp_path, source, more=more, external=True).readings
    assert list(found["p.a"].imports.items()) == [
        ("json", (3, 4, 5, 6)),
        ("os", (7,)),
        ("p", (7,)),
        ("p.b", (3, 4, 5, 6)),
        ("p.c", (2, 3, 4, 5, 6)),
    ]
    assert found["p.a"].kinds == {
        ("p.c", 2): Kind.DEFERRED,
        ("os", 7): Kind.TYPE_CHECKING,
        ("p", 7): Kind.TYPE_CHECKING,
    }
    assert found["p.b"] == Reading({}, {}, None)


@pytest.mark.parametrize("more", [0, 101])
def test_a_reading_without_kinds_has_none(tmp_path: Path, more: int) -> None:
    found = readings(tmp_path, "def f(): import p.c\n__import__('p')", more=more, kinds=False)
    assert found.readings["p.a"] == Reading({"p.c": (1,)}, {}, None)
    assert found.statements == {}
    assert found.may_call == {}


def test_what_was_found_by_the_way_is_kept(tmp_path: Path) -> None:
    found = readings(tmp_path, "def f(): import p.c\n__import__('p')")
    assert found.statements.keys() == {"p.a"}
    assert found.statements["p.a"]() == {("p.c", 1): Statement(10, Kind.DEFERRED, "import p.c")}
    assert found.may_call == {"p": False, "p.a": True, "p.b": False, "p.c": False}
    assert found.digests["p.b"] == hashed(b"")
    assert sorted(found.digests) == ["p", "p.a", "p.b", "p.c"]


@pytest.mark.parametrize(
    ("source", "column", "kind"),
    [
        ("import p.b; import p.b", 1, Kind.RUNTIME),
        ("lazy import p.b; import p.b", 18, Kind.RUNTIME),
        ("import p.b; lazy import p.b", 1, Kind.RUNTIME),
    ],
)
def test_of_two_statements_on_a_line_the_most_eager_counts(
    tmp_path: Path, source: str, column: int, kind: Kind
) -> None:
    program(tmp_path, "p.a -> p.b")
    (tmp_path / "p/a.py").write_text(source)
    (only,) = statements(find(tmp_path, "p"), "p.a", Take()).values()
    assert (only.column, only.kind) == (column, kind)


def test_there_are_no_statements_without_a_file(tmp_path: Path) -> None:
    write(tmp_path, {"ns/a.py": "import ns.b", "ns/b.py": "import ns.a", "ns/c.py": "import ns.a"})
    (tmp_path / "ns/b.py").write_bytes(b"# coding: nope\nimport ns.a")
    found = find(tmp_path, "ns")
    (tmp_path / "ns/c.py").unlink()
    modules = ["ns", "ns.a", "ns.b", "ns.c", "other"]
    assert [len(statements(found, each, Take(external=True))) for each in modules] == [0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("data", "external", "expected"),
    [
        (b"import p.b, os\nfrom p import c, gone", False, {"p", "p.b", "p.c"}),
        (b"import p.b, os\nimport p.gone.x", True, {"p.b", "os"}),
        (b"# coding: nope\nimport p.b", True, set()),
    ],
)
def test_what_a_module_would_import_with_another_text_is_told(
    tmp_path: Path, data: bytes, external: bool, expected: set[str]
) -> None:
    program(tmp_path, "p.a -> p.b", "p.c")
    found = statements_at(find(tmp_path, "p"), "p.a", {"p.a": data}.get, Take(external))
    assert {module for module, _ in found} == expected


@pytest.mark.parametrize(
    ("module", "source", "line"),
    [
        ("p/__init__", "from . import q", None),
        ("p/__init__", "from .. import x", 1),
        ("p/q/a", "from .. import q\nfrom . import b\nfrom ..q import b", None),
        ("p/q/a", "from .. import q\nfrom . import b\n\nfrom ... import p\nfrom .... import p", 4),
        ("p/q/__init__", "from .. import q\nfrom . . . import q", 2),
    ],
)
def test_an_import_with_more_dots_than_packages_around_it_is_named(
    tmp_path: Path, module: str, source: str, line: int | None
) -> None:
    write(
        tmp_path, {"p/__init__.py": "", "p/q/__init__.py": "", "p/q/a.py": "", "p/q/b.py": "", f"{module}.py": source}
    )
    assert [each.line for each in scanned(tmp_path, "p").unreadable] == ([line] if line else [])


def test_a_byte_that_is_no_text_is_on_the_line_where_it_is(tmp_path: Path) -> None:
    program(tmp_path, "p.a")
    (tmp_path / "p/a.py").write_bytes(b"\n\n'\xff'\n'\xff'")
    assert [(each.module, each.line) for each in scanned(tmp_path, "p").unreadable] == [("p.a", 3)]


class PanicException(BaseException):
    """What grimp's scanner raises where it aborts; it is no Exception either."""


class GrimpError(Exception):
    lineno = 7
    text: str | None = None


def syntax(text: str | None) -> GrimpError:
    error = GrimpError()
    error.text = text
    return error


@pytest.mark.parametrize(
    ("error", "line", "part"),
    [
        (ValueError("odd"), None, "failed on this file: odd"),
        (PanicException("odd"), None, "failed on this file: odd"),
        (syntax(None), 7, "not valid Python."),
        (syntax("  \n"), 7, "not valid Python."),
        (syntax(f"  {'x' * 81}\n"), 7, f"'{'x' * 80}'"),
        (syntax(f"  {'x' * 80}\n"), 7, f"'{'x' * 80}'"),
        (syntax("from {{ project }} import settings\n"), 7, "import settings'. Leave templates out with 'exclude'."),
    ],
)
def test_whatever_the_scanner_raises_is_told_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, line: int | None, part: str
) -> None:
    def scan_files(*_: object, **__: object) -> None:
        raise error

    program(tmp_path, "p.a")
    (tmp_path / "p/a.py").write_text("x = (")
    monkeypatch.setattr(grimp_scanner, "scan_files", scan_files)
    (only,) = scanned(tmp_path, "p").unreadable
    assert only == UnreadableFile("p.a", str(tmp_path / "p/a.py"), line, only.message)
    assert part in only.message


def test_whoever_interrupts_the_scanner_is_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scan_files(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    program(tmp_path, "p.a")
    (tmp_path / "p/a.py").write_text("x = (")
    monkeypatch.setattr(grimp_scanner, "scan_files", scan_files)
    with pytest.raises(KeyboardInterrupt):
        scanned(tmp_path, "p")


def test_packages_with_names_that_start_alike_are_told_apart_in_many_files(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "from . import a", "p/a.py": "import pq.a", "pq/__init__.py": "from . import a"})
    write(tmp_path, {"pq/a.py": "if TYPE_CHECKING:\n  import p.a", **{f"p/m{number}.py": "" for number in range(101)}})
    assert edges(tmp_path, "p", "pq") == ["p -> p.a", "p.a -> pq.a", "pq -> pq.a", "pq.a -> p.a"]


def test_of_a_root_package_and_what_is_gone_from_it_many_files_import_the_package(tmp_path: Path) -> None:
    source = "import p\nimport p.gone.too\nfrom p import nope\nfrom p.gone import x\n"
    assert readings(tmp_path, source, more=101, external=True).readings["p.a"].imports == {"p": (1, 3)}
