import json
import os
import shutil
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

from import_contracts.contracts.types import TYPES
from import_contracts.reporters import FORMATS
from tests.support.arranging import MODELS, ROOT, Run, configuration, contract, lint, program, write

HEAD = configuration()
CUSTOM = """
from import_contracts.rules import Findings, Violation

class Few:
    def __init__(self, most):
        self.most = most
    def check(self, graph):
        return Findings(tuple(
            Violation(importer, imported, None, f"at most {self.most} imports", ((importer, imported),))
            for importer, imported in list(graph.edges())[self.most:]
        ))

def parse(table):
    return Few(table.integer("most", default=0, at_least=0))

class Failing:
    def __init__(self, table): ...
    def check(self, graph):
        raise RuntimeError("oh")

class Returning:
    def __init__(self, table): ...
    def check(self, graph):
        return []

def unreadable(table):
    return {}["x"]
"""


def edit(shop: Path, old: str, new: str, name: str = "pyproject.toml") -> None:
    text = (shop / name).read_text()
    assert old in text
    (shop / name).write_text(text.replace(old, new))


def report(folder: Path, *args: str) -> dict[str, object]:
    found = json.loads(lint(folder, "--format", "json", *args).out)
    assert isinstance(found, dict)
    return found


# --- exit status --------------------------------------------------------------------------------------------------


def test_a_broken_contract_is_status_1(shop: Path) -> None:
    assert lint(shop).status == 1


def test_when_all_are_kept_it_is_0(shop: Path) -> None:
    edit(shop, "shop.web", "shop.models", "shop/util.py")
    assert lint(shop).status == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"shop"', '"shp"'),
        ('type = "forbidden"', 'type = "forbiden"'),
        ('"shop.web"', '"shop.wb"'),
        ("source_modules", "sources"),
        ("[tool.import-contracts]", "[tool.import-contracts"),
    ],
)
def test_a_wrong_configuration_is_status_2_and_no_traceback(shop: Path, old: str, new: str) -> None:
    edit(shop, old, new)
    run = lint(shop)
    assert run.status == 2
    assert "Traceback" not in run.out + run.err


@pytest.mark.parametrize(
    "command", ["cycles", "graph", "graph shop", "fix --diff", "trend", "explain shop.models shop.web"]
)
def test_no_command_takes_a_configuration_that_cannot_be_read_for_none(shop: Path, command: str) -> None:
    """Else it would read files that are excluded, and not those in other source roots."""
    write(shop, {"pyproject.toml": "[tool.import-contracts"})
    run = lint(shop, *command.split())
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith("error: pyproject.toml: This is not valid TOML")


@pytest.mark.parametrize("command", ["cycles", "graph", "fix --diff", "trend"])
@pytest.mark.parametrize("wrong", ["root_packages = 1", "exclude = [1]", "source_roots = 1"])
def test_no_command_reads_a_program_if_it_is_not_known_which_files_are_part_of_it(
    shop: Path, command: str, wrong: str
) -> None:
    keys = {"root_packages": '["shop"]', **dict([wrong.split(" = ")])}
    write(shop, {"pyproject.toml": "\n".join(["[tool.import-contracts]", *map(" = ".join, keys.items())])})
    run = lint(shop, *command.split())
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(f"error: pyproject.toml: {wrong.partition(' ')[0]}: Found")


@pytest.mark.parametrize(
    "args", [["--nope"], ["--contract", "nope"], ["--config", "nope"], ["--format", "nope"], ["chek"]]
)
def test_a_wrong_call_is_status_2_and_no_traceback(shop: Path, args: list[str]) -> None:
    run = lint(shop, *args)
    assert run.status == 2
    assert not run.out
    assert "Traceback" not in run.err


def test_a_file_that_cannot_be_read_is_status_2_and_the_rest_is_reported(shop: Path) -> None:
    write(shop, {"shop/bad.py": "x = ("})
    run = lint(shop)
    assert run.status == 2
    assert "error: shop/bad.py:1: This is not valid Python" in run.out
    assert "shop.models must not import shop.web" in run.out


def test_one_unusable_contract_does_not_hide_another(shop: Path) -> None:
    edit(shop, MODELS, MODELS + MODELS.replace("models", "other", 1).replace("shop.web", "shop.nope"))
    run = lint(shop)
    assert run.status == 2
    assert "broken      Models do not know the web [models]" in run.out
    assert "not checked Models do not know the web [other]" in run.out


def test_a_misspelt_key_does_not_hide_a_misspelt_module(shop: Path) -> None:
    edit(shop, MODELS, MODELS.replace("shop.web", "shop.wb") + "foo = 1\n")
    out = lint(shop).out
    assert "contract 'models': foo: This key is unknown." in out
    assert "contract 'models': forbidden_modules: Module 'shop.wb' does not exist. Did you mean 'shop.web'?" in out


def test_a_warning_is_an_error_where_the_configuration_is_strict(shop: Path) -> None:
    edit(shop, HEAD, HEAD + "spelt_rong = 1\n")
    assert lint(shop).status == 1
    edit(shop, HEAD, HEAD + "strict = true\n")
    assert lint(shop).status == 2


def test_a_bug_of_ours_is_status_70_and_asks_for_a_report(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("import_contracts.runs.answers.check", lambda *_, **__: 1 / 0)
    run = lint(shop)
    assert run.status == 70
    assert "ZeroDivisionError" in run.err
    assert "Please report it" in run.err


@pytest.mark.parametrize(
    ("args", "is_in_err", "is_in_out", "files"),
    [
        ((), True, False, ()),
        (("--format", "text"), True, False, ()),
        (("--format", "json"), False, True, ()),
        (("--format", "text", "--format", "json", "--output", "a"), True, False, ("a",)),
        (("--format", "json", "--format", "text", "--output", "a"), True, True, ("a",)),
        (("--output", "a"), True, False, ("a",)),
        (("--format", "json", "--output", "a"), True, False, ("a",)),
    ],
)
def test_why_nothing_could_be_checked_is_on_standard_error_unless_another_report_says_it_on_the_screen(
    shop: Path, args: tuple[str, ...], is_in_err: bool, is_in_out: bool, files: tuple[str, ...]
) -> None:
    edit(shop, '"shop"', '"shp"')
    run = lint(shop, *args)
    assert run.status == 2
    assert run.err.startswith("error: pyproject.toml: root_packages: Package 'shp' is neither in ") is is_in_err
    assert ("Package 'shp' is neither in" in run.out) is is_in_out
    assert bool(run.out) is is_in_out
    assert [each for each in "ab" if (shop / each).exists()] == list(files)
    assert all("Package 'shp' is neither in" in (shop / each).read_text() for each in files)


def test_a_traceback_of_a_wrong_configuration_is_shown_on_demand(shop: Path) -> None:
    edit(shop, '"shop"', '"shp"')
    usual, debugged = lint(shop).err, lint(shop, "--debug").err
    assert "Traceback" not in usual
    assert debugged.startswith("Traceback (most recent call last):\n")
    assert debugged.endswith(f"\n{usual}")


# --- where --------------------------------------------------------------------------------------------------------


def test_the_report_is_the_same_from_every_folder_below_the_configuration(shop: Path) -> None:
    write(shop, {"shop/shop/__init__.py": "", "docs/shop/__init__.py": ""})
    edit(shop, HEAD, HEAD + "spelt_rong = 1\n")
    assert lint(shop).out == lint(shop / "shop").out == lint(shop / "docs").out


# Every contract type has several violations, and the baseline several entries that match and several that do not.
EVERYTHING = configuration(
    contract("layers", "layers", containers=["shop"], layers=["web", "core", "db"], exhaustive=True),
    contract(
        "independence",
        "independence",
        modules=["shop.web.*", "shop.core.*"],
        ignore_imports=["shop.web.* -> shop.core.m0", "shop.db -> shop.gone"],
        unmatched_ignore_imports_alerting="warn",
    ),
    contract(
        "forbidden",
        "forbidden",
        source_modules=["shop.core", "shop.db"],
        forbidden_modules=["shop.web", "django"],
    ),
    contract("protected", "protected", protected_modules=["shop.db"], allowed_importers=[]),
    contract("allowed", "allowed", modules=["shop.web.*", "shop.core.*"], allowed=["shop.db"], indirect=True),
    contract("interface", "interface", package="shop.db", exposed=["shop.db:x", "shop.db.m0", "shop.db.m1:*"]),
    contract("private", "private_modules"),
    contract("direct", "direct_siblings"),
    contract("acyclic", "acyclic"),
    contract("siblings", "acyclic_siblings", ancestors=["shop"]),
    contract("crash", "crash"),
    contract("deferred", "no_needless_deferrals"),
    contract("count", "no_worse", at_most=1),
    keys='baseline = "known.txt"\ninclude_external_packages = true\nmisspelt = true\n',
)
QUESTIONS = (("shop.core", "shop.web"), ("protected",), ())
COMMANDS = (
    *((command, "--verbose", "--format", format_) for command in ("check", "cycles") for format_ in FORMATS),
    *(("explain", *names, "--verbose", "--format", format_) for names in QUESTIONS for format_ in ("json", "text")),
    *(("baseline", "status", "--format", format_) for format_ in ("json", "markdown", "text")),
)
# Runs commands in one process, as a process for each would take a minute.
SAYING = """
import json, sys
from pathlib import Path
from tests.support.arranging import lint
print(json.dumps([lint(Path(sys.argv[1]), *each, "--no-cache") for each in json.loads(sys.argv[2])]))
"""


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    numbers = range(5)
    ways = [*permutations(("web", "core", "db"), 2)]
    program(tmp_path, *(f"shop.{one}.m{n} -> shop.{other}.m{n}" for one, other in ways for n in numbers))
    calls = {
        f"shop/calls/c{n}.py": f"import shop\nimport shop.late._p\n__import__('shop.calls.c{(n + 1) % 5}')\n"
        for n in numbers
    }
    calls |= {f"shop/calls/d{n}.py": "def f():\n    import shop.late._p\n" for n in numbers}
    early = {f"shop/late/a{n}.py": f"from shop.late.b{n} import y\nx = 1\n" for n in numbers}
    late = {f"shop/late/b{n}.py": f"import django\nfrom shop.late.a{n} import x\ny = 1\n" for n in numbers}
    known = (f"protected shop.{one}.m{n} -> shop.db.m{n} => shop.db\n" for one in ("web", "gone") for n in numbers)
    write(
        tmp_path,
        {"shop/calls/__init__.py": "", "shop/late/__init__.py": "", "shop/late/_p.py": "", **calls, **early, **late},
    )
    return write(tmp_path, {"pyproject.toml": EVERYTHING, "known.txt": "".join(known)})


def test_the_program_with_everything_has_every_contract_type(everything: Path) -> None:
    contracts = report(everything)["contracts"]
    assert isinstance(contracts, list)
    assert {each["type"] for each in contracts if len(each["violations"]) > 1} == set(TYPES)


@pytest.mark.slow
def test_the_bytes_are_the_same_whatever_the_hash_seed(everything: Path) -> None:
    def said(seed: str) -> list[list[object]]:
        run = subprocess.run(
            [sys.executable, "-c", SAYING, str(everything), json.dumps(COMMANDS)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        )
        found = json.loads(run.stdout)
        assert isinstance(found, list)
        return found

    first, *others = map(said, "012")
    for other in others:
        for command, one, two in zip(COMMANDS, first, other, strict=True):
            assert one == two, command


@pytest.mark.parametrize(
    "environment", [{"COLUMNS": "40"}, {"COLUMNS": "400", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}]
)
def test_the_bytes_are_the_same_whatever_the_terminal(everything: Path, environment: dict[str, str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "import_contracts"],
        cwd=everything,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert run.stdout.decode() == lint(everything, "--no-cache").out
    assert not run.stderr


def test_the_report_may_go_to_a_file(shop: Path) -> None:
    run = lint(shop, "--output", "report.txt")
    assert (run.status, run.out) == (1, "")
    assert (shop / "report.txt").read_text() == lint(shop).out
    assert not list(shop.glob(".report*"))


@pytest.mark.parametrize("format_", ["text", "json"])
def test_a_report_of_an_earlier_run_does_not_stay_where_nothing_could_be_checked(shop: Path, format_: str) -> None:
    write(shop, {"report": "all is well"})
    edit(shop, '"shop"', '"shp"')
    run = lint(shop, "--format", format_, "--output", "report")
    assert run.status == 2
    assert "Package 'shp' is neither in" in (shop / "report").read_text()
    assert "Package 'shp' is neither in" in run.err


def test_a_report_that_cannot_be_written_is_status_2(shop: Path) -> None:
    run = lint(shop, "--output", "no/such/folder.txt")
    assert run.status == 2
    assert "error: no/such/folder.txt: Cannot write the report: there is no folder 'no/such'." in run.err


NAMED = ("--config", "conf/contracts.toml")


def test_paths_outside_the_configurations_folder_are_absolute(shop: Path) -> None:
    text = (
        (shop / "pyproject.toml")
        .read_text()
        .replace("tool.import-contracts.", "")
        .replace("[tool.import-contracts]", "")
    )
    write(shop, {"conf/contracts.toml": text})
    assert f'"{(shop / "shop/models.py").as_posix()}"' in lint(shop, *NAMED, "--format", "json").out
    assert "    shop/models.py:1:1" in lint(shop, *NAMED).out


# --- what it says -------------------------------------------------------------------------------------------------


def test_the_json_report_has_what_the_text_has_not_room_for(shop: Path) -> None:
    found = report(shop)
    assert (found["version"], found["outcome"], found["modules"], found["imports"]) == (1, "broken", 4, 3)
    contracts = found["contracts"]
    assert isinstance(contracts, list)
    (violation,) = contracts[0]["violations"]
    assert (violation["importer"], violation["imported"], violation["target"]) == (
        "shop.models",
        "shop.util",
        "shop.web",
    )
    assert (violation["path"], violation["line"], violation["column"]) == ("shop/models.py", 1, 1)
    assert [each["text"] for each in violation["chain"]] == ["import shop.util", "import shop.web"]
    assert [(each["importer"], each["imported"]) for each in contracts[0]["cut"]] == [("shop.util", "shop.web")]


def test_the_fingerprint_stays_when_the_line_moves(shop: Path) -> None:
    def fingerprint() -> object:
        contracts = report(shop)["contracts"]
        assert isinstance(contracts, list)
        return contracts[0]["violations"][0]["fingerprint"]

    before = fingerprint()
    edit(shop, "import", "\n\nimport", "shop/models.py")
    assert fingerprint() == before


def test_json_is_json_also_when_nothing_could_be_checked(shop: Path) -> None:
    edit(shop, '"shop"', '"shp"')
    found = report(shop)
    assert (found["outcome"], found["modules"], found["imports"], found["contracts"]) == ("error", 0, 0, [])
    assert "Package 'shp' is neither in" in json.dumps(found["errors"])


def test_only_the_chosen_contracts_are_checked(shop: Path) -> None:
    edit(shop, MODELS, MODELS + MODELS.replace("models", "other", 1))
    assert "[other]" not in lint(shop, "--contract", "models").out
    assert lint(shop, "--contract", "models", "--contract", "other").out == lint(shop).out


def test_ignored_imports_are_counted(shop: Path) -> None:
    edit(shop, MODELS, MODELS + 'ignore_imports = ["shop.util -> shop.*"]\n')
    assert "kept     Models do not know the web [models] (1 import ignored)" in lint(shop).out


@pytest.mark.parametrize(("level", "status"), [("error", 2), ("warn", 1), ("none", 1)])
def test_an_ignore_that_matches_nothing_is_as_loud_as_the_contract_wants(shop: Path, level: str, status: int) -> None:
    ignore = f'ignore_imports = "shop.util -> shop.wb"\nunmatched_ignore_imports_alerting = "{level}"\n'
    edit(shop, MODELS, MODELS + ignore)
    run = lint(shop)
    assert run.status == status
    assert ("No module matches 'shop.wb'. Did you mean 'shop.web'?" in run.out) is (level != "none")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("shop.util -> shop.models", " Remove it."),
        ("shop.util -> shop.wb", " No module matches 'shop.wb'. Did you mean 'shop.web'?"),
        ("shop.utl -> shop.web", " No module matches 'shop.utl'. Did you mean 'shop.util'?"),
        ("shop.utl -> shop.wb", " No module matches 'shop.utl'. Did you mean 'shop.util'?"),
        ("shop.util -> quite.different", " No module matches 'quite.different'. Remove it."),
    ],
)
def test_why_an_ignore_matches_nothing_is_said(shop: Path, pattern: str, why: str) -> None:
    edit(shop, MODELS, MODELS + f'ignore_imports = "{pattern}"\n')
    assert said(shop) == [
        ("models", "ignore_imports", f"No import matches '{pattern}'.{why}"),
    ]


def test_an_unknown_type_is_one_error(shop: Path) -> None:
    edit(shop, "forbidden", "forbiden")
    assert [each[:2] for each in said(shop)] == [("models", "type")]


def said(shop: Path) -> list[tuple[object, ...]]:
    """Return the errors of a report: of which contract, about which key, and what."""
    errors = report(shop)["errors"]
    assert isinstance(errors, list)
    return [(each["contract"], each["key"], each["message"]) for each in errors]


def test_a_type_of_this_program_that_fails_is_a_bug_of_this_program(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("import_contracts.contracts.forbidden.Forbidden.check", lambda *_: 1 / 0)
    run = lint(shop)
    assert (run.status, run.out) == (70, "")
    assert "ZeroDivisionError" in run.err


def test_kinds_may_be_excluded_and_parents_included(shop: Path) -> None:
    write(
        shop,
        {"shop/util.py": "def f():\n    import shop.web.page\n", "shop/web/__init__.py": "", "shop/web/page.py": ""},
    )
    (shop / "shop/web.py").unlink()
    assert lint(shop).status == 1
    edit(shop, HEAD, HEAD + "exclude_deferred_imports = true\n")
    assert lint(shop).status == 0
    write(shop, {"shop/util.py": "import shop.web.page\n"})
    edit(shop, '"shop.web"', '"shop.web"\nas_packages = false\n'.replace('"\n', '"]\n').replace("false\n", "false #"))
    assert lint(shop).status == 0
    edit(shop, HEAD, HEAD + "include_parent_packages = true\n")
    assert lint(shop).status == 1


def test_a_long_report_is_capped_with_an_honest_count(shop: Path) -> None:
    program(shop, *(f"shop.models.m{number} -> shop.web" for number in range(9)))
    (shop / "shop/models.py").unlink()
    assert "… and 6 more imports (--verbose shows all)" in lint(shop).out
    verbose = lint(shop, "--verbose").out
    assert "more" not in verbose
    assert all(f"shop/models/m{number}.py:1:1: import shop.web" in verbose for number in range(9))


def test_colours_are_used_on_demand(shop: Path) -> None:
    assert "\x1b[" not in lint(shop).out
    assert "\x1b[31m" in lint(shop, "--color").out


@pytest.mark.parametrize(
    ("variables", "is_colored"),
    [({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": ""}, False), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_variables_decide_about_colours(
    shop: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], is_colored: bool
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in lint(shop).out) is is_colored
    assert "\x1b[" not in lint(shop, "--no-color").out
    lint(shop, "--output", "report.txt")
    assert "\x1b[" not in (shop / "report.txt").read_text()


def test_timings_go_to_standard_error(shop: Path) -> None:
    run = lint(shop, "--show-timings")
    assert run.out == lint(shop).out
    assert "scan 4 files" in run.err
    assert "check 'models'" in run.err


def test_timings_may_be_asked_for_in_the_configuration(shop: Path) -> None:
    edit(shop, HEAD, HEAD + "show_timings = true\n")
    assert "check 'models'" in lint(shop).err


def test_a_shell_completes_the_commands(shop: Path) -> None:
    words = {"COMP_WORDS": "lint-imports ch", "COMP_CWORD": "1", "_LINT_IMPORTS_COMPLETE": "bash_complete"}
    command = [str(Path(sys.executable).with_name("lint-imports"))]
    run = subprocess.run(command, cwd=shop, env={**os.environ, **words}, capture_output=True, check=False)
    assert run.stdout == b"plain,check\n"


@pytest.mark.parametrize("flag", [["--no-cache"], ["--cache-dir", "x"], ["--no-logo"], ["--debug"]])
def test_import_linters_flags_are_accepted(shop: Path, flag: list[str]) -> None:
    assert lint(shop, *flag) == lint(shop)


def test_help_and_version_are_status_0(shop: Path) -> None:
    assert lint(shop, "--version").status == 0
    assert lint(shop, "--help").status == 0
    assert lint(shop, "check", "--help").status == 0


# --- contract types of the team's own -----------------------------------------------------------------------------


def custom(shop: Path, name: str, keys: str = "") -> Run:
    contract = f'[[tool.import-contracts.contracts]]\nname = "Few"\ntype = "few"\n{keys}'
    module = f"custom_{shop.name.replace('-', '_')}"
    write(
        shop, {f"{module}.py": CUSTOM, "pyproject.toml": f'{HEAD}contract_types = ["few: {module}.{name}"]\n{contract}'}
    )
    return lint(shop)


def test_a_custom_type_is_checked_and_reported_like_any(shop: Path) -> None:
    run = custom(shop, "parse", "most = 2\n")
    assert run.status == 1
    assert "shop/web.py:1:1: import shop.models" in run.out


def test_a_custom_type_reads_its_table_as_carefully(shop: Path) -> None:
    assert "most: Found -1; write a whole number, 0 or more." in custom(shop, "parse", "most = -1\n").out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Failing", "The contract type 'few' failed with RuntimeError: oh"),
        ("Returning", "The contract type 'few' returned list; check(graph) must return Findings."),
        ("unreadable", "The contract type 'few' failed with KeyError: 'x'"),
    ],
)
def test_a_custom_type_that_fails_is_an_error_and_no_traceback(shop: Path, name: str, message: str) -> None:
    run = custom(shop, name)
    assert run.status == 2
    assert message in run.out


def test_the_program_is_never_run(shop: Path) -> None:
    write(shop, {"shop/__init__.py": "open('ran', 'w')\n"})
    lint(shop)
    assert not (shop / "ran").exists()


# --- what others have tried ---------------------------------------------------------------------------------------


def test_a_custom_type_in_the_linted_program_is_refused_under_any_name(tmp_path: Path) -> None:
    program(tmp_path / "src", "shop.rules -> shop.web")
    write(tmp_path, {"src/shop/__init__.py": "open('ran', 'w')\n"})
    write(tmp_path, {"pyproject.toml": HEAD + 'contract_types = ["x: src.shop.rules.parse"]\n' + MODELS})
    run = lint(tmp_path)
    assert "it is in the linted program, which is never executed" in run.out
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["grimp", "click", "json"])
def test_a_program_named_like_something_this_one_needs_is_linted_and_not_run(tmp_path: Path, name: str) -> None:
    write(tmp_path, {f"{name}/__init__.py": "raise SystemExit(0)\n", f"{name}/models.py": f"import {name}.web\n"})
    text = (HEAD + 'contract_types = ["few: checks_zz.parse"]\n' + MODELS).replace("shop", name)
    write(tmp_path, {f"{name}/web.py": "", "checks_zz.py": CUSTOM, "pyproject.toml": text})
    run = subprocess.run([sys.executable, "-m", "import_contracts"], cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 1, run.stderr
    assert f"{name}/models.py:1:1: import {name}.web" in run.stdout.decode()


def test_a_custom_type_that_exits_gives_no_green_run(shop: Path) -> None:
    write(shop, {"exiting_zz.py": "raise SystemExit(0)\n"})
    edit(shop, HEAD, HEAD + 'contract_types = ["x: exiting_zz.parse"]\n')
    run = lint(shop)
    assert run.status == 2
    assert "importing it failed with SystemExit: 0." in run.out


def test_a_folder_that_cannot_be_listed_and_a_name_that_is_no_text_are_named(shop: Path) -> None:
    (shop / "shop/self.py").symlink_to(shop / "shop/self.py")
    Path(os.fsdecode(os.fsencode(shop / "shop") + b"/bad\xff.py")).touch()
    run = lint(shop)
    assert run.status == 2
    assert "shop/self.py: This file cannot be read: " in run.out
    assert "shop/bad\\udcff.py: The name of this file is not UTF-8 text; rename it." in run.out
    assert "shop.models must not import shop.web" in run.out


@pytest.mark.parametrize("depth", ["10000000000", '"+-3"', '"' + "9" * 5000 + '"', "9" * 5000])
def test_a_number_however_large_is_answered(shop: Path, depth: str) -> None:
    siblings = 'type = "acyclic_siblings"\nancestors = "shop"\n'
    write(
        shop, {"pyproject.toml": f'{HEAD}[[tool.import-contracts.contracts]]\nname = "n"\n{siblings}depth = {depth}\n'}
    )
    assert lint(shop).status in {1, 2}


def test_a_report_is_readable_by_others(shop: Path) -> None:
    (shop / "other.txt").touch()
    lint(shop, "--output", "new.txt")
    assert (shop / "new.txt").stat().st_mode == (shop / "other.txt").stat().st_mode
    assert lint(shop, "--output", ".").status == 2
    assert lint(shop, "--output", os.devnull).status == 1


@pytest.mark.parametrize(
    ("output", "link", "target"),
    [
        ("report.txt", "report.txt", "../victim"),
        ("report.txt", "report.txt", "../nowhere"),
        ("report.txt", "report.txt", "/dev/null"),
        ("report.txt", "report.txt", "report.txt"),
        ("out/victim", "out", ".."),
        ("out/victim", "out", "../../{}"),
        ("out/in/victim", "out", "../in"),
        ("out/../victim", "out", "../other/in"),
    ],
)
def test_no_link_in_a_checkout_decides_where_a_report_is_written(
    shop: Path, output: str, link: str, target: str
) -> None:
    checkout, victim = shop / "checkout", shop / "victim"
    shutil.copytree(shop, checkout, ignore=lambda *_: ["checkout"])
    write(shop, {"victim": "", "in/victim": "", "in/in/victim": "", "other/victim": "", "other/in/victim": ""})
    (checkout / link).symlink_to(target.format(shop.name))
    run = lint(checkout, "--format", "sarif", "--output", output)
    assert run.status == 2
    target = target.format(shop.name)
    what = "it is a" if output == link else f"'{link}' is a"
    assert run.err.endswith(f"Cannot write the report: {what} symbolic link to '{target}'; use that path instead.\n")
    assert {path.read_text() for path in shop.rglob("victim")} == {victim.read_text()} == {""}
    assert (checkout / link).is_symlink()
    assert not (shop / "nowhere").exists()


def test_a_link_above_the_working_folder_in_its_repository_is_not_followed_either(shop: Path) -> None:
    write(shop, {".git/hooks/x": "", "sub/pyproject.toml": (shop / "pyproject.toml").read_text()})
    (shop / "out").symlink_to(".git/hooks")
    run = lint(shop / "sub", "--output", "../out/pre-commit")
    assert "'out' is a symbolic link to '.git/hooks'; use that path instead." in run.err
    assert run.status == 2


def test_a_link_outside_the_checkout_is_followed(shop: Path) -> None:
    write(shop, {"real/x": ""})
    checkout = shop / "checkout"
    shutil.copytree(shop, checkout, ignore=lambda *_: ["checkout", "real"])
    (shop / "folder").symlink_to("real")
    (shop / "file").symlink_to("real/y")
    for output in (shop / "folder/x", "../folder/x", "../file"):
        assert lint(checkout, "--output", str(output)).status == 1
    assert (shop / "file").is_symlink()
    assert (shop / "real/x").read_text() == (shop / "real/y").read_text() == lint(checkout).out


@pytest.mark.parametrize("output", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("is_file", [False, True])
def test_standard_output_may_be_named_as_a_file(shop: Path, output: str, is_file: bool) -> None:
    if not Path(output).exists():
        pytest.skip(f"no {output}")
    command = [sys.executable, "-m", "import_contracts", "--output", output]
    write(shop, {".git/x": ""})
    with (shop / "out.txt").open("wb") as file:
        run = subprocess.run(command, cwd=shop, stdout=file if is_file else subprocess.PIPE, check=False)
    assert run.returncode == 1
    assert (run.stdout or (shop / "out.txt").read_bytes()).decode() == lint(shop).out


def test_one_bad_included_file_does_not_hide_the_rest(shop: Path) -> None:
    write(shop, {"contracts/bad.toml": "[", "contracts/good.toml": "[[contracts]]\nname = 'x'\ntype = 'zzz'\n"})
    edit(shop, HEAD, HEAD + 'include = ["contracts/*.toml", "contracts/good.toml", "*.toml"]\n')
    out = lint(shop).out
    assert "include: contracts/bad.toml: This is not valid TOML" in out
    assert "There is no contract type 'zzz'" in out
    assert "shop.models must not import shop.web" in out
    assert "Another contract has this id" not in out


def test_a_configuration_that_checks_nothing_is_no_success(shop: Path) -> None:
    write(shop, {"pyproject.toml": HEAD + 'include = ["*x.toml"]\n'})
    assert lint(shop).status == 2


def test_a_byte_order_mark_is_passed_over(shop: Path) -> None:
    text = (shop / "pyproject.toml").read_bytes()
    (shop / "pyproject.toml").write_bytes(b"\xef\xbb\xbf" + text)
    assert lint(shop).status == 1


def test_a_reason_and_guidance_are_both_shown(shop: Path) -> None:
    edit(shop, MODELS, MODELS + 'reason = "ADR 7"\nbroken_contract_guidance = "Ask Ann."\n')
    assert "  Reason: ADR 7\n        | Ask Ann.\n" in lint(shop).out


def test_a_source_root_that_does_not_exist_is_a_warning(shop: Path) -> None:
    edit(shop, HEAD, HEAD + 'source_roots = [".", "scr"]\n')
    assert "warning: pyproject.toml: source_roots: There is no folder 'scr'." in lint(shop).out


def test_a_source_root_with_a_name_that_is_too_long_does_not_exist(shop: Path) -> None:
    name = "x" * 300
    write(shop, {"pyproject.toml": configuration(MODELS, keys=f'source_roots = [".", "{name}"]\n')})
    run = lint(shop)
    assert run.status == 1
    assert f"source_roots: There is no folder '{name}'." in run.out


@pytest.mark.parametrize("command", ["cycles x", "graph x", "fix x", "trend x", "init x", "explain x.a x.b"])
def test_without_a_configuration_an_option_finds_what_is_elsewhere(tmp_path: Path, command: str) -> None:
    assert "name the folder that contains it: --source-root DIR." in lint(tmp_path, *command.split()).err


@pytest.mark.parametrize("command", ["check", "cycles", "graph", "fix --diff", "trend", "explain", "baseline status"])
def test_every_command_that_reads_the_program_has_a_number_of_processes(shop: Path, command: str) -> None:
    runs = [lint(shop, *command.split(), "--no-cache", "--jobs", jobs) for jobs in ("1", "2")]
    assert runs[0] == runs[1]
    assert "option" not in runs[0].err
