"""What ``exclude``, ``count_namespace_folders`` and ``count_dynamic_imports`` do to a program."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts import UserError, find_cycles
from import_contracts.reading.files.excluding import Globs
from import_contracts.reading.files.walk import walk
from tests.support.arranging import MODELS, configuration, lint, write

TREE = {
    "shop/__init__.py": "",
    "shop/web.py": "",
    "shop/models.py": "",
    "shop/t/__init__.py": "",
    "shop/t/app.py": "from {{ x }} import y",
    "shop/t/in/m.py": "",
}


def modules(folder: Path, *globs: str) -> str:
    found = walk(
        (("shop", str(folder / "shop")),), every_folder=True, exclude=tuple((glob, str(folder)) for glob in globs)
    )
    return " ".join(sorted(found.modules))


REST = "shop shop.models shop.web"


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        *(
            (glob, REST)
            for glob in ("shop/t", "./shop/t/", "t", "t/", "**/t", "**/t/**", "shop/t/**", "s*p/?", "../*/shop/t")
        ),
        ("shop/t/*", REST),
        (
            "app.py",
            f"{REST} shop.t shop.t.in shop.t.in.m".replace("shop.web", "shop.t shop.t.in shop.t.in.m shop.web", 0),
        ),
        ("shop/*/app.py", f"{REST} shop.t shop.t.in shop.t.in.m"),
        ("shop/**/m.py", f"{REST} shop.t shop.t.app"),
        ("shop/t/__init__.py", f"{REST} shop.t shop.t.app shop.t.in shop.t.in.m"),
        ("[a-t]", REST),
        ("shop/T", f"{REST} shop.t shop.t.app shop.t.in shop.t.in.m"),
        ("nothing", f"{REST} shop.t shop.t.app shop.t.in shop.t.in.m"),
        ("shop", ""),
        ("**", ""),
    ],
)
def test_a_glob_leaves_out_files_and_folders(tmp_path: Path, glob: str, expected: str) -> None:
    write(tmp_path, TREE)
    assert modules(tmp_path, glob).split() == sorted(expected.split())


def test_names_of_folders_around_the_configuration_are_chance(tmp_path: Path) -> None:
    write(tmp_path / "tests" / "repo", TREE)
    assert modules(tmp_path / "tests" / "repo", "tests", "t") == REST


def by_recursion(parts: list[str], names: list[str]) -> bool:
    if not parts or not names:
        return not names and all(part == "**" for part in parts)
    if parts[0] == "**":
        return by_recursion(parts[1:], names) or by_recursion(parts, names[1:])
    return fnmatchcase(names[0], parts[0]) and by_recursion(parts[1:], names[1:])


@given(
    st.lists(st.sampled_from(["**", "a", "b", "*", "a*", "?b"]), min_size=2, max_size=5),
    st.lists(st.sampled_from(["a", "b", "ab", "bb"]), min_size=1, max_size=5),
)
def test_a_glob_matches_what_a_recursive_matcher_does(parts: list[str], names: list[str]) -> None:
    globs = Globs((("/".join(parts), "/r"),))
    found = globs.start("p", "/r")
    folder = "/r"
    for name in names:
        found = found or globs.leave_out(folder, name)
        folder = f"{folder}/{name}"
    kept = parts[: max((number + 1 for number, part in enumerate(parts) if part != "**"), default=0)] or ["**", "*"]
    assert found == any(by_recursion(kept, names[:end]) for end in range(len(names) + 1))
    assert globs.unmatched == ([] if found else ["/".join(parts)])


def shop(folder: Path, keys: str, **files: str) -> Path:
    named = {f"shop/{name}.py": text for name, text in files.items()}
    return write(folder, {"pyproject.toml": configuration(MODELS, keys=keys), **TREE, **named})


@pytest.mark.parametrize("cache", [(), ("--no-cache",)])
@pytest.mark.parametrize(
    "statement",
    [
        "import shop.t.app",
        "from shop import t",
        "from shop.t import app",
        "from .t.app import *",
        "from . import t",
        "import shop.t",
    ],
)
def test_an_import_of_an_excluded_module_is_no_edge_but_a_warning(
    tmp_path: Path, statement: str, cache: tuple[str, ...]
) -> None:
    shop(tmp_path, "exclude = ['t']\n", web=f"\n{statement}\n")
    for _ in range(2):
        run = lint(tmp_path, *cache)
        assert run.status == 0
        assert "warning: shop/web.py:2: exclude: 'shop.t' is excluded, but shop.web imports it." in run.out
        assert "3 modules, 0 imports" in run.out


def test_an_excluded_file_beside_others_is_told_apart(tmp_path: Path) -> None:
    shop(tmp_path, "exclude = ['shop/t/app.py']\n", web="from shop.t import app, other\n")
    run = lint(tmp_path)
    assert "'shop.t.app' is excluded, but shop.web imports it" in run.out
    assert "shop.web -> shop.t.app" not in run.out


def test_a_change_of_what_is_excluded_is_noticed(tmp_path: Path) -> None:
    shop(tmp_path, "exclude = ['late*', 't']\n", web="import shop.later\n")
    assert "is excluded" not in lint(tmp_path).out
    write(tmp_path, {"shop/later.py": ""})
    assert "'shop.later' is excluded" in lint(tmp_path).out
    (tmp_path / "shop/later.py").unlink()
    assert "is excluded" not in lint(tmp_path).out


@pytest.mark.parametrize(
    ("glob", "message"),
    [
        ("nothing", "'nothing' matches no file or folder of the program; remove it."),
        ("shop.t", "'shop.t' is the name of a module; write its path: 'shop/t'."),
        ("!shop/t", "'!shop/t': a pattern cannot take back what another one excludes; exclude less."),
        ("shop", "The whole package 'shop' is excluded; exclude less."),
        (".", "'.' is not a file or folder; write one like 'shop/templates'."),
    ],
)
def test_a_glob_that_is_a_mistake_is_told(tmp_path: Path, glob: str, message: str) -> None:
    shop(tmp_path, f"exclude = ['{glob}']\n")
    assert f"pyproject.toml: exclude: {message}" in lint(tmp_path).out


def test_cycles_and_init_take_globs_without_a_configuration(tmp_path: Path) -> None:
    write(tmp_path, TREE)
    assert lint(tmp_path, "cycles", "shop").status == 2
    assert lint(tmp_path, "cycles", "shop", "--exclude", "shop/t").status == 0
    assert "--exclude" in lint(tmp_path, "cycles", "--exclude", "!x").err
    assert not find_cycles("shop", folder=tmp_path, exclude="t").unreadable
    with pytest.raises(UserError):
        find_cycles("shop", folder=tmp_path, exclude=["!t"])
    run = lint(tmp_path, "init", "--dry-run", "--exclude", "t")
    assert (run.status, 'exclude = ["t"]' in run.out) == (0, True)


@pytest.mark.parametrize(("text", "is_counted"), [("import os", True), ("", False)])
def test_init_counts_folders_without_an_init_that_have_imports(tmp_path: Path, text: str, *, is_counted: bool) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/a.py": "import shop", "shop/an/x.py": text})
    assert ("count_namespace_folders = true" in lint(tmp_path, "init", "--dry-run").out) == is_counted


def test_folders_without_an_init_count_in_contracts_with_the_key(tmp_path: Path) -> None:
    files = {"shop/an/x.py": "import shop.web", "shop/models.py": "import shop.an.x", "shop/t/app.py": ""}
    write(tmp_path, {**TREE, **files, "pyproject.toml": configuration(MODELS)})
    assert lint(tmp_path).status == 0
    write(tmp_path, {"pyproject.toml": configuration(MODELS, keys="count_namespace_folders = true\n")})
    run = lint(tmp_path)
    assert (run.status, "shop.models -> shop.an.x -> shop.web" in run.out, "warning" in run.out) == (1, True, False)


@pytest.mark.parametrize("cache", [(), ("--no-cache",)])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("import importlib\nimportlib.import_module('shop.web')", "2:11: importlib.import_module('shop.web')"),
        ("def f():\n    return __import__('shop.web')", "2:12: return __import__('shop.web')  (in a function)"),
        (
            "from importlib import import_module\nimport_module('.web', __package__)",
            "2:1: import_module('.web', __package__)",
        ),
    ],
)
def test_literal_calls_count_in_contracts_with_the_key(
    tmp_path: Path, text: str, place: str, cache: tuple[str, ...]
) -> None:
    shop(tmp_path, "exclude = ['t']\n", models=text)
    assert lint(tmp_path, *cache).status == 0
    shop(tmp_path, "exclude = ['t']\ncount_dynamic_imports = true\n", models=text)
    for _ in range(2):
        run = lint(tmp_path, *cache)
        assert (run.status, f"shop/models.py:{place.partition('  ')[0]}" in run.out) == (1, True)


def test_many_files_give_the_same_imports_as_few(tmp_path: Path) -> None:
    shop(
        tmp_path,
        "exclude = ['t']\ncount_dynamic_imports = true\n",
        web="import shop.t",
        models="__import__('shop.web')",
    )
    few = lint(tmp_path, "--no-cache").out.partition("broken")[0]
    write(tmp_path, {f"shop/m{number}.py": "" for number in range(150)})
    assert lint(tmp_path, "--no-cache").out.partition("broken")[0] == few
