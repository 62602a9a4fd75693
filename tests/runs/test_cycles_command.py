"""The command cycles, and the contract type crash, on whole programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from import_contracts import find_cycles
from import_contracts.reading.context import RunContext
from import_contracts.reports.cycles import Question
from import_contracts.runs import cycles as run
from tests.golden.reports import compare
from tests.support.arranging import configuration, contract, lint, program, write

SHOP = {
    "shop/__init__.py": "",
    "shop/orders.py": "from shop.users import User\n\n\nclass Order:\n    def owner(self) -> User: ...\n",
    "shop/users.py": "from shop.orders import Order\n\n\nclass User:\n    def orders(self) -> list[Order]: ...\n",
}


def cycles(folder: Path, *args: str) -> dict[str, Any]:
    run = lint(folder, "cycles", "--format", "json", *args)
    assert run.status == 0, run.err
    found = json.loads(run.out)
    assert isinstance(found, dict)
    return found


def found(folder: Path, *args: str) -> list[tuple[str, list[str]]]:
    return [(each["kind"], each["modules"]) for each in cycles(folder, *args)["cycles"]]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path, SHOP)


@pytest.mark.parametrize("step", ["read the texts", "find the possible imports"])
def test_long_steps_count_the_modules(shop: Path, step: str) -> None:
    counted: dict[str, tuple[int | None, int]] = {}

    @contextmanager
    def noted(what: str, total: int | None = None, done: int = 0) -> Iterator[Callable[[], None]]:
        numbers = [done]
        yield lambda: numbers.append(1)
        counted[what] = total, sum(numbers)

    run.cycles(Question(("shop",), (3, 13)), [shop], RunContext(shop, step=noted))
    assert counted[step] == (3, 3)


def test_no_configuration_is_needed(request: pytest.FixtureRequest, shop: Path) -> None:
    run = lint(shop, "cycles", "--python", "3.13")
    assert run.status == 0
    compare(request, "cycles.txt", run.out)


def test_kinds_are_told_by_what_the_cycle_needs_to_stand(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "p/__init__.py": "",
            "p/a.py": "import p.b",
            "p/b.py": "import p.a",
            "p/c.py": "import p.d",
            "p/d.py": "def f():\n    import p.c",
            "p/e.py": "import p.f",
            "p/f.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.e",
            "p/g.py": "import p.h",
            "p/h.py": "lazy import p.g",
            "p/i.py": "import p.j",
            "p/j.py": "if __name__ == '__main__':\n    import p.i",
        },
    )
    assert found(tmp_path) == [
        ("runtime", ["p.a", "p.b"]),
        ("deferred", ["p.c", "p.d"]),
        ("deferred", ["p.i", "p.j"]),
        ("lazy", ["p.g", "p.h"]),
        ("type_checking", ["p.e", "p.f"]),
    ]
    assert found(tmp_path, "--kind", "lazy", "--kind", "runtime") == [
        ("runtime", ["p.a", "p.b"]),
        ("lazy", ["p.g", "p.h"]),
    ]


def test_a_deferred_import_makes_a_larger_cycle_around_one_that_stands_without(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "import p.b", "p/b.py": "import p.a\nimport p.c"})
    write(tmp_path, {"p/c.py": "def f():\n    import p.a"})
    assert found(tmp_path) == [("runtime", ["p.a", "p.b"]), ("deferred", ["p.a", "p.b", "p.c"])]


def test_a_ring_that_closes_through_the_init_of_a_parent_is_no_cycle_but_may_crash(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/q/__init__.py": "from p.r import y", "p/q/x.py": "z = 1"})
    write(tmp_path, {"p/r.py": "from p.q.x import z\ny = 1"})
    report = cycles(tmp_path)
    assert report["cycles"] == []
    assert [each["entry"] for each in report["crashes"]] == ["p.r"]
    assert [each["module"] for each in report["crashes"][0]["stack"]] == ["p.r", "p.q"]


@pytest.mark.parametrize("call", ['import_module("p.a")', '__import__("p.a")', 'import_module(".a", __package__)'])
def test_a_literal_call_of_the_import_machinery_is_an_import(tmp_path: Path, call: str) -> None:
    write(
        tmp_path,
        {"p/__init__.py": "", "p/a.py": "import p.b", "p/b.py": f"from importlib import import_module\n{call}"},
    )
    assert found(tmp_path) == [("runtime", ["p.a", "p.b"])]


def test_a_folder_without_init_counts_as_for_cpython(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/q/a.py": "import p.q.b", "p/q/b.py": "import p.q.a"})
    assert found(tmp_path) == [("runtime", ["p.q.a", "p.q.b"])]


def test_what_crashes_comes_first(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "import p.b", "p/b.py": "import p.c", "p/c.py": "import p.a"})
    write(tmp_path, {"p/x.py": "from p.y import z\nw = 1", "p/y.py": "from p.x import w\nz = 1"})
    assert [modules for _, modules in found(tmp_path)] == [["p.x", "p.y"], ["p.a", "p.b", "p.c"]]


def test_a_part_of_a_package_shows_the_cycles_that_lead_through_it(tmp_path: Path) -> None:
    program(tmp_path, "p.a.x -> p.b", "p.b -> p.a.x", "p.c -> p.d", "p.d -> p.c")
    assert found(tmp_path, "p.a") == [("runtime", ["p.a.x", "p.b"])]
    assert [len(found(tmp_path, each)) for each in ("p", "p.c")] == [2, 1]


def test_packages_are_those_of_the_configuration_if_there_is_one(tmp_path: Path) -> None:
    program(tmp_path, "p.a -> p.b", "p.b -> p.a", "q.a -> q.b", "q.b -> q.a")
    assert len(found(tmp_path)) == 2
    write(tmp_path, {"pyproject.toml": configuration(root="q")})
    assert found(tmp_path) == [("runtime", ["q.a", "q.b"])]


def test_an_installed_package_will_do(tmp_path: Path) -> None:
    assert cycles(tmp_path, "click")["packages"] == ["click"]


def test_the_python_of_the_predictions_can_be_chosen(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "from p.b import y\nx = 1"})
    write(tmp_path, {"p/b.py": "import p.a as a\ndef f(n: a.x): ...\ny = 1"})
    assert [len(cycles(tmp_path, "--python", each)["crashes"]) for each in ("3.13", "3.14")] == [2, 1]
    assert cycles(tmp_path)["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_the_json_report_is_the_agreed_one(shop: Path) -> None:
    report = cycles(shop, "--python", "3.13")
    (cycle,), (first, second) = report["cycles"], report["crashes"]
    assert cycle["shortest"] == ["shop.orders", "shop.users", "shop.orders"]
    assert [(each["importer"], each["imported"], each["fix"], each["why"]) for each in cycle["cut"]] == [
        ("shop.orders", "shop.users", "type_checking", "Used only in annotations: User (line 5).")
    ]
    told = ("entry", "error", "importer", "imported", "name", "path", "line")
    assert tuple(first[key] for key in told) == (
        *("shop.orders", "ImportError", "shop.users", "shop.orders", "Order", "shop/users.py", 1),
    )
    assert [(each["module"], each["line"]) for each in second["stack"]] == [("shop.users", 1), ("shop.orders", 1)]


def test_a_cycle_for_type_checking_has_a_cut_that_needs_no_fix(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "import p.b"})
    write(tmp_path, {"p/b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.a"})
    (cycle,) = cycles(tmp_path)["cycles"]
    assert [(each["importer"], each["fix"], each["changes"]) for each in cycle["cut"]] == [("p.b", "none", [])]


def test_a_stack_distinguishes_a_call_from_an_import(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "from p.b import y\nx = 1"})
    write(tmp_path, {"p/b.py": "def f():\n    from p.a import x\nf()\ny = 1"})
    report = lint(tmp_path, "cycles").out
    assert "p/a.py:1: from p.b import y\n      runs p.b\n" in report
    assert "p/b.py:3: f()\n      calls a function of p.b\n" in report


def test_only_a_frame_of_a_stack_can_be_a_call(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "from p.b import y\nx = 1"})
    write(tmp_path, {"p/b.py": "def f():\n    from p.a import x\nf()\ny = 1"})
    crashes = find_cycles("p", folder=tmp_path).crashes or ()
    assert [crash.entry for crash in crashes] == ["p.a", "p.b"]
    for crash in crashes:
        assert {frame.is_call for frame in crash.stack} == {False, True}
        assert not crash.place.is_call
        assert crash.defined is not None
        assert not crash.defined.is_call


def test_a_lazy_import_that_runs_on_its_own_line_is_one_step_of_a_story(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "lazy from p.b import y; x = y", "p/b.py": "from p.a import x"})
    story = lint(tmp_path, "cycles", "--python", "3.15").out.partition("\n\n  import p.b")[0]
    assert story.count("p/a.py:1: ") == 1
    assert "runs p.b" in story


def test_quick_looks_for_neither_crashes_nor_a_plan(shop: Path) -> None:
    quick = cycles(shop, "--quick")
    assert quick["crashes"] is None
    assert [each["cut"] for each in quick["cycles"]] == [None]


def test_quick_finds_all_cycles(tmp_path: Path) -> None:
    program(tmp_path, "p.a -> p.b", "p.b -> p.a", "p.c -> p.d", "p.d -> p.c")
    assert found(tmp_path, "--quick") == [("runtime", ["p.a", "p.b"]), ("runtime", ["p.c", "p.d"])]


def test_of_crashes_those_of_the_packages_and_parts_are_told_that_are_named(tmp_path: Path) -> None:
    for package in ("p", "q"):
        program(tmp_path, f"{package}.a", f"{package}.b")
        write(tmp_path, {f"{package}/a.py": f"from {package}.b import y\nx = 1\n"})
        write(tmp_path, {f"{package}/b.py": f"from {package}.a import x\ny = 1\n"})

    def entries(*packages: str) -> list[str]:
        return [each["entry"] for each in cycles(tmp_path, *packages)["crashes"]]

    assert entries("p", "q") == entries("q", "p") == ["p.a", "p.b", "q.a", "q.b"]
    assert entries("p") == ["p.a", "p.b"]
    assert entries("q.a") == ["q.a"]
    assert entries("q.b", "p.a") == ["p.a", "q.b"]


def test_modules_and_imports_of_the_program_are_counted_and_no_others(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "import os\nimport p.b\nimport click\n", "p/b.py": "import p.a\n"})
    assert [cycles(tmp_path)[each] for each in ("modules", "imports")] == [3, 2]


def test_a_call_is_shown_where_it_is(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "import p.b\n", "p/b.py": '\n\nx = __import__("p.a")\n'})
    said = lint(tmp_path, "cycles", "--format", "concise").out
    (cycle,) = cycles(tmp_path)["cycles"]
    told = {(each["importer"], each["path"], each["line"]) for each in cycle["cut"]}
    assert told <= {("p.a", "p/a.py", 1), ("p.b", "p/b.py", 3)}
    assert "p/b.py:3" in said + lint(tmp_path, "cycles", "--verbose").out


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_claimed_through_it(shop: Path) -> None:
    write(shop, {"shop/users.py": "from shop.orders import Order\nclass User(:\n"})
    run = lint(shop, "cycles")
    assert run.status == 2
    assert "error: shop/users.py:2: " in run.out
    assert "Crashes" not in run.out


@pytest.mark.parametrize("version", ["3.0", "3.9", "3.14", "3.999"])
def test_any_version_of_python_3_may_be_named(shop: Path, version: str) -> None:
    assert cycles(shop, "--quick", "--python", version)["python"] == version


@pytest.mark.parametrize(
    "version", ["3", "3.", "3.1000", "3.x", "3.-1", "3.13.1", "4.13", "2.7", ".13", "33.13", "three", ""]
)
def test_nothing_else_is_a_version_of_python_3(shop: Path, version: str) -> None:
    run = lint(shop, "cycles", "--quick", "--python", version)
    assert (run.status, run.out) == (2, "")
    assert f"'{version}' is not a version of Python 3; write one like 3.13." in run.err


def test_packages_are_looked_up_here_and_in_src(tmp_path: Path) -> None:
    program(tmp_path, "p.a -> p.b", "p.b -> p.a")
    program(tmp_path / "src", "q.a -> q.b", "q.b -> q.a")
    assert found(tmp_path, "q", "p") == found(tmp_path) == [("runtime", ["p.a", "p.b"]), ("runtime", ["q.a", "q.b"])]
    assert cycles(tmp_path, "q", "p", "q")["packages"] == ["q", "p"]


def test_a_configuration_that_is_named_says_where_packages_are_and_which(tmp_path: Path) -> None:
    program(tmp_path / "lib", "p.a -> p.b", "p.b -> p.a", "q.a -> q.b", "q.b -> q.a")
    write(tmp_path, {"lib/c.toml": 'root_packages = ["q"]\ncontracts = []\n'})
    assert found(tmp_path, "--config", "lib/c.toml") == [("runtime", ["q.a", "q.b"])]
    assert found(tmp_path, "--config", "lib/c.toml", "p") == [("runtime", ["p.a", "p.b"])]
    (cycle,) = cycles(tmp_path, "--config", "lib/c.toml")["cycles"]
    assert {each["path"] for each in cycle["cut"]} <= {"q/a.py", "q/b.py"}


@pytest.mark.parametrize("packages", [(), ("p",)])
def test_a_configuration_that_is_named_has_to_be_there(tmp_path: Path, packages: tuple[str, ...]) -> None:
    program(tmp_path, "p.a -> p.b", "p.b -> p.a")
    run = lint(tmp_path, "cycles", "--config", "c.toml", *packages)
    assert (run.status, run.out) == (2, "")
    assert "c.toml" in run.err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("mall",), "Package 'mall' is neither in the source roots"),
        (("shop.user",), "'shop.user'"),
        (("shop.user",), "Did you mean 'shop.users'?"),
        (("shop.orders", "shop.user", "shop.ordrs"), "'shop.user'"),
        (("shop.orders", "shop.user", "shop.ordrs"), "'shop.ordrs'"),
        (("--python", "2.7"), "'2.7' is not a version of Python 3; write one like 3.13."),
        (("--python", "three"), "'three' is not a version of Python 3; write one like 3.13."),
        (("--kind", "eager"), "'eager' is not one of"),
    ],
)
def test_what_cannot_be_done_is_said(shop: Path, args: tuple[str, ...], message: str) -> None:
    run = lint(shop, "cycles", *args)
    assert (run.status, run.out) == (2, "")
    assert message in run.err


def test_without_a_package_one_has_to_be_named(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    run = lint(tmp_path, "cycles")
    assert run.status == 2
    assert "name one: lint-imports cycles shop" in run.err


def test_the_plan_is_carried_out_on_paper_before_it_is_shown(tmp_path: Path) -> None:
    # To import B from where it is defined would close another cycle, so that the next dearer fix is taken.
    write(
        tmp_path, {"p/__init__.py": "", "p/a.py": "from p.b import B\nclass A(B): ...", "p/b.py": "from p.c import B"}
    )
    write(tmp_path, {"p/c.py": "import p.a\nclass B: ..."})
    (cycle,) = cycles(tmp_path)["cycles"]
    assert cycle["modules"] == ["p.a", "p.b", "p.c"]
    assert "direct_import" not in {step["fix"] for step in cycle["cut"]}


def test_nothing_is_planned_with_which_a_module_would_crash_that_did_not(tmp_path: Path) -> None:
    # p.c needs p.a for an annotation alone, and works because p.a comes before p.b.
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "class A: ...\nfrom p.b import B\nclass C(B): ...\nimport p.c"})
    write(tmp_path, {"p/b.py": "import p.a\nclass B: ...", "p/c.py": "from p.a import A\nimport p.b\ndef f(a: A): ..."})
    (cycle,) = cycles(tmp_path)["cycles"]
    assert (cycle["crashes"], cycle["crashes_new"]) == (["p.b"], [])
    assert "type_checking" not in {step["fix"] for step in cycle["cut"]}


USED_TWICE = {
    "a": "from p.b import B\nclass A: ...\nx: B",
    "b": "from p.a import A\nclass B(A): ...",
    "c": "from p.d import D\nclass C: ...\nx: D",
    "d": "from p.c import C\nclass D(C): ...",
}
BASES = {
    "a": "from p.b import B\nclass A(B): ...",
    "b": "from p.a import A\nclass B(A): ...",
    "c": "from p.d import D\nclass C(D): ...",
    "d": "from p.c import C\nclass D(C): ...",
}
THREE = {
    "a": "class A: ...\nfrom p.b import B\nclass C(B): ...\nimport p.c",
    "b": "import p.a\nclass B: ...",
    "c": "from p.a import A\nimport p.b\ndef f(a: A): ...",
}
NEVER_RUNS = {
    "a": "from p.b import B\nx: B",
    "b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import A\nfrom p.c import C",
    "c": "from p.b import B\nx = B",
}
PASSED_ALONG = {
    "a": "from p.b import B\nclass A(B): ...",
    "b": "from p.c import B",
    "c": "import p.a\nclass B: ...",
}


@pytest.mark.parametrize(
    ("files", "plans"),
    [
        (
            USED_TWICE,
            [
                ("p.a p.b", ["p.a p.b type_checking 2"], "", ""),
                ("p.c p.d", ["p.c p.d type_checking 2"], "", ""),
            ],
        ),
        (
            BASES,
            [
                ("p.a p.b", ["p.a p.b restructure 2"], "", ""),
                ("p.c p.d", ["p.c p.d restructure 2"], "", ""),
            ],
        ),
        (THREE, [("p.a p.b p.c", ["p.b p.a restructure 3", "p.c p.a extract 2"], "", "")]),
        (
            NEVER_RUNS,
            [
                ("p.b p.c", ["p.b p.c restructure 2"], "", ""),
                ("p.a p.b p.c", ["p.b p.a none 2", "p.b p.c restructure 2"], "unknown", ""),
            ],
        ),
        (PASSED_ALONG, [("p.a p.b p.c", ["p.c p.a restructure 3"], "", "")]),
    ],
)
def test_a_plan_has_the_cheapest_imports_in_order_and_what_becomes_of_crashes(
    tmp_path: Path, files: dict[str, str], plans: list[tuple[str, list[str], str, str]]
) -> None:
    write(tmp_path, {"p/__init__.py": "", **{f"p/{name}.py": text for name, text in files.items()}})
    assert [
        (
            " ".join(each["modules"]),
            [f"{step['importer']} {step['imported']} {step['fix']} {step['gain']}" for step in each["cut"]],
            "unknown" if each["crashes_left"] is None else " ".join(each["crashes_left"]),
            " ".join(each["crashes_new"]),
        )
        for each in cycles(tmp_path)["cycles"]
    ] == plans


def test_a_plan_says_what_it_does_to_crashes(shop: Path) -> None:
    (cycle,) = cycles(shop)["cycles"]
    assert cycle["crashes"] == ["shop.orders", "shop.users"]
    assert (cycle["crashes_left"], cycle["crashes_new"]) == ([], [])
    assert cycle["is_minimum"]


def test_a_second_run_says_the_same_and_notices_a_change_that_is_no_import(shop: Path) -> None:
    write(shop, {"pyproject.toml": ""})
    first = lint(shop, "cycles").out
    second = lint(shop, "cycles", "--show-timings")
    assert second.out == first
    assert "reuse the report\n" in second.err
    assert "plan\n" not in second.err
    write(shop, {"shop/users.py": "class User: ...\n\n\nfrom shop.orders import Order\n"})
    assert lint(shop, "cycles").out == lint(shop, "cycles", "--no-cache").out != first


# --- the contract type --------------------------------------------------------------------------------------------

CONFIGURATION = configuration(contract("c", "crash"))


def offenders(folder: Path, keys: str) -> list[str]:
    write(folder, {"pyproject.toml": CONFIGURATION + keys})
    (outcome,) = json.loads(lint(folder, "--format", "json").out)["contracts"]
    return [each["importer"] for each in outcome["violations"]]


def test_a_contract_fails_on_crashes_alone(shop: Path) -> None:
    assert offenders(shop, "") == ["shop.orders", "shop.users"]
    assert lint(shop).status == 1
    write(shop, {"shop/users.py": "import shop.orders\n\n\nclass User: ...\n"})
    assert offenders(shop, "") == ["shop.users"]
    write(shop, {"shop/orders.py": "import shop.users\n"})
    assert offenders(shop, "") == []
    assert lint(shop).status == 0


def test_a_contract_may_be_about_some_modules_and_ignore_some_imports(shop: Path) -> None:
    assert offenders(shop, 'modules = ["shop.users"]') == ["shop.users"]
    assert offenders(shop, 'ignore_imports = ["shop.orders -> *.users"]') == ["shop.orders"]


def test_a_contract_may_be_about_another_python(shop: Path) -> None:
    write(shop, {"shop/users.py": "import shop.orders as o\nclass User:\n    x: o.Order\n"})
    assert [len(offenders(shop, f'python = "{each}"')) for each in ("3.13", "3.14")] == [2, 1]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('modules = ["shop.user"]', "No module matches 'shop.user'. Did you mean 'shop.users'?"),
        ('python = "2.7"', "a version of Python 3"),
        ("python = true", "a version of Python 3"),
        ('module = ["shop"]', "Did you mean 'modules'?"),
    ],
)
def test_a_wrong_contract_is_said_to_be(shop: Path, keys: str, message: str) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION + keys})
    run = lint(shop)
    assert message in run.out + run.err
    assert run.status == 2


def test_a_crash_that_is_known_is_no_news(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION})
    assert lint(shop, "baseline", "create").status == 0
    assert (shop / "known-violations.txt").read_text() == "c shop.orders\nc shop.users\n"
    assert lint(shop).status == 0


def test_a_report_about_crashes_is_not_reused_when_any_line_has_changed(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION})
    assert lint(shop).status == 1
    write(shop, {"shop/users.py": "class User: ...\n\n\nfrom shop.orders import Order\n\n\n\n\n"})
    assert lint(shop).out == lint(shop, "--no-cache").out


def test_a_contract_without_cycles_says_how_to_be_rid_of_one(shop: Path) -> None:
    write(shop, {"pyproject.toml": CONFIGURATION.replace('"crash"', '"acyclic"')})
    (outcome,) = json.loads(lint(shop, "--format", "json").out)["contracts"]
    assert [each["fix"]["kind"] for each in outcome["cut"]] == ["type_checking"]
    assert "import it for type checking only" in lint(shop).out


def test_a_crash_is_shown_at_the_statement_that_fails(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "", "shop/orders.py": "x = 1\n\nfrom shop.users import User\nOrder = 1\n"})
    write(tmp_path, {"shop/users.py": "\n\n\n\nfrom shop.orders import Order\nUser = 1\n"})
    write(tmp_path, {"pyproject.toml": CONFIGURATION})
    (outcome,) = json.loads(lint(tmp_path, "--format", "json").out)["contracts"]
    assert [(each["importer"], each["path"], each["lines"]) for each in outcome["violations"]] == [
        ("shop.orders", "shop/users.py", [5]),
        ("shop.users", "shop/orders.py", [3]),
    ]
    assert [(each["line"], each["text"]) for each in outcome["violations"][0]["chain"]] == [
        (3, "from shop.users import User"),
        (5, "from shop.orders import Order"),
    ]


KEPT = {"source_modules": ["p.x"], "forbidden_modules": ["p.a"]}


def test_a_report_about_crashes_is_not_reused_when_a_line_that_is_no_import_has_changed(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": CONFIGURATION, "shop/__init__.py": ""})
    write(tmp_path, {"shop/orders.py": "# Order\nfrom shop.users import User\n"})
    write(tmp_path, {"shop/users.py": "# User\nfrom shop.orders import Order\n"})
    assert lint(tmp_path).status == 1
    write(tmp_path, {"shop/orders.py": "Order = 1\nfrom shop.users import User\n"})
    write(tmp_path, {"shop/users.py": "User = 1\nfrom shop.orders import Order\n"})
    assert lint(tmp_path).status == 0


ACYCLIC = configuration(contract("c", "acyclic"), contract("d", "forbidden", **KEPT), root="p")
PASSED_ON = {
    "p/__init__.py": "",
    "p/a.py": "from p.b import B\nclass A(B): ...\n",
    "p/b.py": "from p.x import B\nimport p.a\n",
    "p/x.py": "import p.y\nclass B: ...\n",
    "p/y.py": "import p.x\n",
}


def test_a_fix_is_about_the_cycle_of_its_import_and_of_no_other(tmp_path: Path) -> None:
    more = "import p.a\nfrom p.x import y\ndef one(): return y\ndef two(): ...\ndef three(): ...\n"
    write(tmp_path, {"pyproject.toml": ACYCLIC, **PASSED_ON, "p/a.py": "from p.b import one\nx = one()\n"})
    write(tmp_path, {"p/b.py": more, "p/x.py": "import p.y\ny = 1\n"})
    outcome = json.loads(lint(tmp_path, "--format", "json").out)["contracts"][0]
    assert [(each["importer"], each["fix"]["kind"]) for each in outcome["cut"]] == [
        ("p.a", "extract"),
        ("p.x", "restructure"),
    ]


def test_a_report_with_fixes_is_not_reused_when_what_they_rest_on_has_changed(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": ACYCLIC, **PASSED_ON, "p/x.py": "class B: ...\n"})
    assert "+ from p.x import B\n" in lint(tmp_path).out
    write(tmp_path, {"p/x.py": "class C: ...\n"})
    assert "+ from p.x import B\n" not in lint(tmp_path).out
