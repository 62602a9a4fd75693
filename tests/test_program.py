import sys
from pathlib import Path

import pytest

from import_contracts.graph.import_graph import Edge
from import_contracts.problems import UserError
from import_contracts.reading.program import Program, find_program
from import_contracts.reading.scan import Scan, scan, statements
from tests.arranging import program, write


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
        ("zzzz", "If it is elsewhere, add the folder that contains it to 'source_roots'."),
        ("shop.models", "'shop.models' is inside the package 'shop'; write 'shop'."),
        ("single", "'single' is a module, not a package; name a package."),
        ("src/shop", "'src/shop' is not the name of a package; write it as in an import statement."),
    ],
)
def test_what_is_no_root_package_is_said_to_be_none(tmp_path: Path, root: str, message: str) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/models/__init__.py": "", "single.py": ""})
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


def test_files_that_no_import_can_name_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.b.py": "", "p/.hidden.py": "", "p/stub.pyi": "", "p/0001_first.py": ""})
    assert sorted(find(tmp_path, "p").modules) == ["p", "p.0001_first"]


def test_of_a_module_and_a_package_of_one_name_the_package_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"p/__init__.py": "", "p/x.py": "import p.b", "p/x/__init__.py": "import p.a", "p/a.py": "", "p/b.py": ""},
    )
    assert edges(tmp_path, "p") == ["p.x -> p.a"]
    assert "never imported, because the package 'p.x' has the same name" in find(tmp_path, "p").problems[0].message


def test_a_link_that_goes_round_ends_the_walk(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/q/__init__.py": ""})
    (tmp_path / "p/q/loop").symlink_to(tmp_path / "p")
    assert sorted(find(tmp_path, "p").modules) == ["p", "p.q"]


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
    found = statements(find(tmp_path, "p"), "p.a", include_external=False)
    assert {imported: statement.kind for (imported, _), statement in found.items()} == {
        "p.b": "type_checking",
        "p.c": "runtime",
        "p.d": "deferred",
    }
