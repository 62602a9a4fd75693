"""The contract type ``no_needless_deferrals``, and the report of ``cycles`` about the same imports."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_contracts.contracts.no_needless_deferrals import NEEDLESS, REPEATED, find_needless
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.reading.files.program_text import ProgramText
from import_contracts.reading.source.deferrals import unexplained
from import_contracts.reading.source.imports import read_calls, read_imports
from import_contracts.reading.source.text import Source
from tests.support.arranging import configuration, contract, lint, program, write

NO_NEEDLESS = contract("deferred", "no_needless_deferrals")


def deferred(folder: Path, *lines: str, **keys: object) -> list[str]:
    """Return the violations in a program of lines; ``a ~> b`` is an import inside a function."""
    plain = [line for line in lines if "~>" not in line]
    program(folder, *plain, *{part.strip() for line in lines if "~>" in line for part in line.split("~>")})
    for number, line in enumerate(line for line in lines if "~>" in line):
        importer, imported = (part.strip() for part in line.split("~>"))
        path = folder / importer.replace(".", "/")
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        path.write_text(f"{path.read_text()}def f{number}():\n    import {imported}\n")
    return violations(write(folder, {"pyproject.toml": configuration(contract("x", "no_needless_deferrals", **keys))}))


def violations(folder: Path) -> list[str]:
    found = json.loads(lint(folder, "--format", "json").out)["contracts"][0]
    return [f"{each['importer']} -> {each['imported']}" for each in found["violations"]]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["shop.a ~> shop.b"], ["shop.a -> shop.b"]),
        (["shop.a ~> shop.b", "shop.b -> shop.a"], []),
        (["shop.a ~> shop.b", "shop.b -> shop.c", "shop.c -> shop.a"], []),
        (["shop.a ~> shop.b", "shop.b ~> shop.a"], []),
        (["shop.a ~> shop.b", "shop.b -> shop.a.x"], []),
        (["shop.a.x ~> shop.b.y", "shop.b -> shop.a.x"], []),
        (["shop.a.x ~> shop.a", "shop.a -> shop.a.x"], []),
        (["shop.a ~> shop.b", "shop.a -> shop.c", "shop.c -> shop.a"], ["shop.a -> shop.b"]),
        (["shop.a ~> shop.b", "shop.c ~> shop.d"], ["shop.a -> shop.b", "shop.c -> shop.d"]),
    ],
)
def test_an_import_in_a_function_needs_a_cycle(tmp_path: Path, lines: list[str], expected: list[str]) -> None:
    assert deferred(tmp_path, *lines) == expected


def test_only_the_named_modules_are_judged(tmp_path: Path) -> None:
    assert deferred(tmp_path, "shop.a.x ~> shop.b", "shop.c ~> shop.b", modules=["shop.a"]) == ["shop.a.x -> shop.b"]
    write(tmp_path, {"pyproject.toml": configuration(contract("x", "no_needless_deferrals", modules=["shop.d"]))})
    assert "modules: Module 'shop.d' does not exist." in lint(tmp_path).out


def test_a_contract_about_no_module_of_the_program_is_a_warning(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> django")
    of_type = contract("x", "no_needless_deferrals", modules=["django"])
    write(tmp_path, {"pyproject.toml": configuration(of_type, keys="include_external_packages = true\n")})
    assert "This contract cannot be broken: none of its modules is in the program." in lint(tmp_path).out


def is_explained(text: str) -> bool:
    """Return whether no import of a text needs an explanation."""
    imports = (*read_imports(text, "m", is_package=False), *read_calls(text, "m", is_package=False))
    return not unexplained(text, frozenset(each.line for each in imports))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    import shop.b\n", False),
        ("    import shop.b  # slow\n", True),
        ("    import shop.b  # noqa: PLC0415 - only if asked for\n", True),
        ("    # only needed for exports\n    import shop.b\n", True),
        ("    # heavy\n    # and rarely needed\n    from shop import (\n        b,\n    )\n", True),
        ("    import shop.b  # noqa: PLC0415\n", False),
        ("    # lazy because of a circular import\n    import shop.b\n", False),
        ("    # slow\n    x = 1\n    import shop.b\n", False),
        ("    try:\n        import shop.b\n    except ImportError:\n        pass\n", True),
        ("    try:\n        import shop.b\n    except (KeyError, ModuleNotFoundError):\n        pass\n", True),
        ("    try:\n        pass\n    except ImportError:\n        import shop.b\n", False),
        ("    try:\n        import shop.b\n    except KeyError:\n        pass\n", False),
        ("    with contextlib.suppress(ImportError):\n        import shop.b\n", True),
        ("    with open(x):\n        import shop.b\n", False),
        ('    if sys.platform == "win32":\n        import shop.b\n', True),
        ("    if sys.version_info >= (3, 12):\n        import shop.b\n", True),
        ("    if platform.system() in x:\n        import shop.b\n", True),
        ("    if __name__ == '__main__':\n        import shop.b\n", True),
        ("    if x.platform:\n        import shop.b\n", False),
        ("    if x:\n        for y in x:\n            import shop.b\n", False),
        ("    match x:\n        case 1:\n            import shop.b\n", False),
        ("    def inner():\n        import shop.b  # costs a second\n", True),
        ("    try:\n        import shop.b\n    except A, B:\n        pass\n", False),
    ],
)
def test_what_the_text_says_may_be_a_reason(body: str, expected: bool) -> None:
    assert is_explained(f"def f(x):\n{body}") is expected


@pytest.mark.parametrize("text", ["def __getattr__(name):\n", "class Config:\n    def ready(self):\n    "])
def test_functions_that_run_later_may_import_later(text: str) -> None:
    indent = "        " if "class" in text else "    "
    assert is_explained(f"{text.rstrip(' ')}{indent}import a\n")


def test_a_text_that_is_not_valid_explains_nothing() -> None:
    assert unexplained("def f(:\n    import a  # slow\n", frozenset({2})) == {2}


GUARD = 'if __name__ == "__main__":\n    import shop.b\n'


@pytest.mark.parametrize("guard", [GUARD, f"import shop.b\n{GUARD}", f"{GUARD}    def f():\n        import shop.b\n"])
def test_an_import_of_a_file_that_is_started_is_in_no_function(tmp_path: Path, guard: str) -> None:
    files = {"shop/__init__.py": "", "shop/a.py": guard, "shop/b.py": ""}
    write(tmp_path, {**files, "pyproject.toml": configuration(NO_NEEDLESS)})
    assert violations(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if __name__ == '__main__':\n    __import__('a')\n", True),
        ("if __name__ == '__main__': import a; __import__('b')\n", True),
        ("def f():\n    __import__('a')\nif __name__ == '__main__':\n    import b\n", False),
        ("class A:\n    async def f():\n        pass\n        import a\n", False),
    ],
)
def test_only_what_is_in_a_function_needs_a_reason(text: str, expected: bool) -> None:
    assert is_explained(text) is expected


def test_a_library_that_is_loaded_later_is_a_reason(tmp_path: Path) -> None:
    later = {"shop/__init__.py": "", "shop/a.py": "def f():\n    import shop.b\n", "shop/b.py": "import shop.c\n"}
    write(tmp_path, {**later, "shop/c.py": "import pandas, os\n", "pyproject.toml": configuration(NO_NEEDLESS)})
    assert violations(tmp_path) == []
    for files in (
        {"shop/c.py": "import os\n"},
        {"shop/__init__.py": "import pandas\n", "shop/c.py": "import pandas\n"},
    ):
        write(tmp_path, files)
        assert violations(tmp_path) == ["shop.a -> shop.b"]


def test_one_that_is_imported_at_the_top_too_is_told_apart(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "", "shop/a.py": "import shop.b\ndef f():\n    from shop import b\n", "shop/b.py": ""}
    write(tmp_path, {**files, "pyproject.toml": configuration(NO_NEEDLESS)})
    (found,) = json.loads(lint(tmp_path, "--format", "json").out)["contracts"][0]["violations"]
    assert (found["message"], found["line"], found["lines"]) == (REPEATED, 3, [3])


def test_a_comment_that_explains_it_later_is_noticed(tmp_path: Path) -> None:
    assert deferred(tmp_path, "shop.a ~> shop.b") == ["shop.a -> shop.b"]
    path = tmp_path / "shop" / "a.py"
    for comment, status in (("  # slow", 0), ("", 1), ("  # import-contracts: ignore[x] Django first", 0)):
        path.write_text(f"def f0():\n    import shop.b{comment}\n")
        assert lint(tmp_path, "--cache-dir", "cache").status == status


def test_cycles_lists_them_where_it_is_asked_to(tmp_path: Path) -> None:
    deferred(tmp_path, "shop.a ~> shop.b", "shop.a ~> shop.b", "shop.c -> shop.d", "shop.c ~> shop.d")
    assert "avoid no cycle" not in lint(tmp_path, "cycles", "shop").out
    assert lint(tmp_path, "cycles", "shop", "--needless", "--quick").out.startswith(
        "Imports inside functions that avoid no cycle: 2\n"
        "\n"
        "  An import inside a function must be at the top of the file if it avoids no cycle:\n"
        "\n"
        "    shop/a.py:2:5: import shop.b  (also line 4)\n"
        "\n"
        "  A module that is imported at the top of the file must not be imported again inside a function:\n"
        "\n"
        "    shop/c.py:3:1: import shop.d\n"
    )
    found = json.loads(lint(tmp_path, "cycles", "shop.c", "--needless", "--format", "json").out)
    assert [(each["importer"], each["lines"], each["message"]) for each in found["needless_deferrals"]] == [
        ("shop.c", [3], REPEATED)
    ]
    concise = lint(tmp_path, "cycles", "shop", "--needless", "--format", "concise").out
    assert f"shop/a.py:2:5: needless {NEEDLESS} (shop.a -> shop.b)\n" in concise
    assert "needless" not in lint(tmp_path, "cycles", "shop", "--format", "concise").out


MODULES = ("p", "p.a", "p.a.x", "p.b", "p.b.y", "p.c")
IMPORTS = st.dictionaries(
    st.tuples(st.sampled_from(MODULES), st.sampled_from(MODULES)).filter(lambda edge: edge[0] != edge[1]),
    st.sampled_from([Kind.RUNTIME, Kind.DEFERRED]),
    max_size=10,
)


@given(IMPORTS)
def test_the_imports_that_are_told_can_move_to_the_top_together_and_the_others_cannot_all(
    imports: dict[tuple[str, str], Kind],
) -> None:
    lines: dict[str, dict[str, list[int]]] = {}
    kinds: dict[str, dict[tuple[str, int], Kind]] = {}
    may_import: dict[str, dict[str, Kind]] = {module: {} for module in MODULES}
    for number, ((importer, imported), kind) in enumerate(imports.items(), 1):
        lines.setdefault(importer, {})[imported] = [number]
        kinds.setdefault(importer, {})[imported, number] = kind
        may_import[importer][imported] = kind
    whole = ImportGraph(MODULES, lines, roots=["p"], kinds=kinds)
    body = "def f():\n" + "    0\n" * max(1, len(imports))
    sources = {module: Source(module, f"{module}.py", is_package=False, text=body) for module in MODULES}
    text = ProgramText(sources, may_import, frozenset(), (3, 11))
    told = {each.edge for each in find_needless(whole, text)}

    def runs(edge: tuple[str, str]) -> set[str]:
        """Return what an import imports: the module, and the packages around it that do not contain the importer."""
        importer, imported = edge
        around = {package for package in MODULES if imported.startswith(f"{package}.")}
        return {imported, *(package for package in around if not f"{importer}.".startswith(f"{package}."))}

    def reaches(start: str, goal: str) -> bool:
        seen, todo = set(), [start]
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += [each for edge in imports if edge[0] == module for each in runs(edge)]
        return goal in seen

    expected = {
        edge
        for edge, kind in imports.items()
        if kind is Kind.DEFERRED and not any(reaches(module, edge[0]) for module in runs(edge))
    }
    assert told == expected
