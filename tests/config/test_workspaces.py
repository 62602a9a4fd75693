"""Workspaces: one run checks the contracts of the root and those of every member."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import import_contracts
from import_contracts.problems import UserError
from import_contracts.pytest_plugin.items import collectors
from tests.support.arranging import Run, contract, forbidden, lint, program, write
from tests.support.repositories import git

UV = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
LISTED = '[tool.import-contracts]\nworkspace = ["packages/*"]\n'
CACHE = ".import_contracts_cache"


def member(name: str, *contracts: str, keys: str = "") -> str:
    """Return the pyproject.toml of a member with the package ``name``."""
    run = f'[tool.import-contracts]\nroot_packages = ["{name}"]\n{keys}' if contracts or keys else ""
    return f'[project]\nname = "{name}"\nversion = "1"\n\n{run}{"".join(contracts)}'


@pytest.fixture(params=[UV, LISTED])
def space(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A workspace: ``web`` breaks its contract, ``core`` keeps it, ``bare`` has none."""
    program(tmp_path / "packages/core/src", "core.b -> core.a")
    program(tmp_path / "packages/web/src", "web.a -> web.b")
    program(tmp_path / "packages/bare/src", "bare.a -> bare.b")
    return write(
        tmp_path,
        {
            ".git/HEAD": "",
            "docs/x": "",
            "pyproject.toml": request.param,
            "packages/core/pyproject.toml": member("core", forbidden("one", "core.a", "core.b")),
            "packages/web/pyproject.toml": member(
                "web", forbidden("one", "web.a", "web.b"), forbidden("two", "web.b", "web.a")
            ),
            "packages/bare/pyproject.toml": member("bare"),
            "packages/README.md": "",
        },
    )


def verdicts(run: Run) -> dict[str, bool | None]:
    return {each["id"]: each["kept"] for each in json.loads(run.out)["contracts"]}


ALL = {"packages/core/pyproject.toml:one": True, "packages/web/pyproject.toml:one": False, "two": True}


@pytest.mark.parametrize("place", [".", "docs", "packages/bare/src/bare"])
def test_a_run_in_the_root_checks_every_member_and_a_member_without_contracts_is_no_other_place(
    space: Path, place: str
) -> None:
    for _ in range(2):  # without and with a cache
        run = lint(space / place, "--format", "json")
        assert (run.status, verdicts(run)) == (1, ALL)
        assert '"path": "packages/web/src/web/a.py"' in run.out
    assert [path.parent for path in space.rglob(CACHE)] == [space]


def test_a_run_in_a_member_checks_only_that(space: Path) -> None:
    run = lint(space / "packages/web/src", "--format", "json")
    assert verdicts(run) == {"one": False, "two": True}
    assert '"path": "src/web/a.py"' in run.out
    assert lint(space / "packages/core").status == 0


def test_an_unchanged_run_reuses_the_report_and_a_change_in_any_member_counts(space: Path) -> None:
    for _ in range(2):
        lint(space)
    again = lint(space, "--show-timings")
    assert "reuse the report" in again.err
    assert "check '" not in again.err
    write(space, {"packages/core/src/core/a.py": "import core.b\n"})
    assert verdicts(lint(space, "--format", "json"))["packages/core/pyproject.toml:one"] is False
    write(space, {"packages/bare/pyproject.toml": member("bare", forbidden("new", "bare.a", "bare.b"))})
    assert verdicts(lint(space, "--format", "json"))["new"] is False


def test_a_contract_is_named_by_the_file_of_its_member(space: Path) -> None:
    run = lint(space, "--contract", "packages/core/pyproject.toml:one")
    assert (run.status, run.out.startswith("kept")) == (0, True)
    run = lint(space, "--contract", "one")
    named = "--contract packages/core/pyproject.toml:one or --contract packages/web/pyproject.toml:one"
    assert run.err == f"error: Several files have a contract 'one'. Write {named}.\n"


def test_the_contracts_of_the_root_come_first(space: Path) -> None:
    text = (space / "pyproject.toml").read_text(encoding="utf-8")
    keys = 'root_packages = ["core", "web"]\nsource_roots = ["packages/*/src"]\n'
    own = forbidden("apart", "core", "web")
    text = text + keys + own if text == LISTED else f"{text}[tool.import-contracts]\n{keys}{own}"
    write(space, {"pyproject.toml": text})
    assert verdicts(lint(space, "--format", "json")) == {"apart": True, **ALL}
    assert lint(space, "explain", "apart").status == 0
    only = "warning: Only the contracts of pyproject.toml are explained; --config explains those of a member.\n"
    assert lint(space, "explain").err == only
    assert lint(space, "cycles").out.splitlines()[-1].startswith("6 modules")  # those of the root's configuration
    named = lint(space, "pyproject.toml", "--format", "json")
    assert verdicts(named) == ({"apart": True, **ALL} if "workspace = [" in text else {"apart": True})
    write(space, {"pyproject.toml": text.replace("[tool.import-contracts]", "[tool.import-contracts]\nworkspace = []")})
    if text.startswith(UV):
        assert verdicts(lint(space, "--format", "json")) == {"apart": True}


def test_packages_of_one_name_in_two_members_are_two_programs(space: Path) -> None:
    for name, imports in (("core", ""), ("web", "import app.b\n")):
        write(space, {f"packages/{name}/{file}": text for file, text in _app(name, imports).items()})
    assert verdicts(lint(space, "--format", "json")) == {"core": True, "web": False}
    assert lint(space).out.endswith("6 modules, 1 import: 1 contract kept, 1 broken.\n")


def _app(name: str, imports: str) -> dict[str, str]:
    files = {"app/__init__.py": "", "app/a.py": imports, "app/b.py": ""}
    return {**files, "pyproject.toml": member("app", forbidden(name, "app.a", "app.b"))}


def test_a_package_beside_the_root_is_not_that_of_a_member(space: Path) -> None:
    write(space, {"web/__init__.py": "", "web/a.py": "", "web/b.py": ""})
    assert verdicts(lint(space, "--format", "json")) == ALL


def test_each_member_has_its_own_baseline(space: Path) -> None:
    folder = space / "packages/web"
    assert lint(space, "baseline", "create", "--config", "packages/web/pyproject.toml").status == 0
    assert (folder / "known-violations.txt").read_text(encoding="utf-8").count("web.a -> web.b") == 1
    assert lint(space).status == 0
    write(space, {"packages/web/src/web/a.py": ""})
    run = lint(space)
    assert run.status == 3
    assert "packages/web/known-violations.txt:1:1: " in lint(space, "--format", "concise").out
    assert "lint-imports baseline shrink --config packages/web/pyproject.toml\n" in run.out
    assert lint(space, "baseline", "shrink", "--config", "packages/web/pyproject.toml").status == 0
    assert lint(space).status == 0


@pytest.mark.parametrize("command", [("baseline", "create"), ("explain",), ("explain", "nothing")])
def test_a_command_for_one_configuration_asks_for_a_member(space: Path, command: tuple[str, ...]) -> None:
    run = lint(space, *command)
    assert run.status == 2
    options = "--config packages/core/pyproject.toml or --config packages/web/pyproject.toml"
    assert run.err == f"error: Only the members of this workspace have contracts. Name one, from its root: {options}.\n"


def test_explain_takes_the_member_that_a_contract_or_a_module_belongs_to(space: Path) -> None:
    assert "web.b" in lint(space, "explain", "two").out
    assert "one" in lint(space, "explain", "web.a", "web.b").out
    run = lint(space, "explain", "one")
    assert run.status == 2
    assert "Several configurations have a contract 'one'. Add --config packages/core/pyproject.toml or" in run.err


def test_cycles_and_init_read_the_packages_of_all_members(space: Path) -> None:
    assert lint(space, "cycles").out.splitlines()[-1].startswith("9 modules")
    if (space / "pyproject.toml").read_text(encoding="utf-8") == UV:
        assert 'source_roots = ["packages/*/src"]' in lint(space, "init", "--dry-run").out


def test_packages_of_members_may_be_in_namespace_packages(tmp_path: Path) -> None:
    program(tmp_path / "packages/core/src", "shop.parts.core.b -> shop.parts.core.a")
    program(tmp_path / "packages/web/src", "shop.parts.web.a -> shop.parts.core.a")
    for name in ("core", "web"):
        for folder in ("shop", "shop/parts"):
            (tmp_path / f"packages/{name}/src/{folder}/__init__.py").unlink()
    write(tmp_path, {"pyproject.toml": UV, "packages/core/pyproject.toml": "", "packages/web/pyproject.toml": ""})
    assert lint(tmp_path, "cycles", "--quick").out.startswith("7 modules, 2 imports: 0 cycles")
    assert 'root_packages = ["shop.parts.core", "shop.parts.web"]' in lint(tmp_path, "init", "--dry-run").out


def test_a_member_may_get_a_configuration_of_its_own(space: Path) -> None:
    assert lint(space, "init").status == 0
    assert lint(space / "packages/bare", "init").out.startswith("Wrote ")
    assert "import-contracts" in (space / "packages/bare/pyproject.toml").read_text(encoding="utf-8")
    assert lint(space / "packages/bare", "init").out.endswith("nothing was changed.\n")


def test_python_and_pytest_check_every_member(space: Path, request: pytest.FixtureRequest) -> None:
    report = import_contracts.check(folder=space)
    assert {outcome.id: outcome.kept for outcome in report.outcomes} == ALL
    assert (space / CACHE).is_dir()
    request.session.config.option.import_contracts_no_custom_types = False
    found = request.session.config
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(found), "rootpath", space)
        collected = list(collectors(request.session, "import-contracts", []))
    assert [each.name for each in collected] == [
        "import-contracts[packages/core/pyproject.toml]",
        "import-contracts[packages/web/pyproject.toml]",
    ]
    assert [item.name for item in collected[1].collect()] == ["configuration-and-files", "one", "two"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("libs/*", "'libs/*' matches no folder inside this one."),
        ("doc*", "'doc*' matches no folder with a configuration."),
        ("packages/gone", "'packages/gone' is no folder inside this one."),
        ("packages/bare", "There is no configuration in 'packages/bare'."),
        ("/", "'/' is no folder inside this one."),
        ("../n*", "'../n*' matches no folder inside this one."),
        ("\\u0000", "'\\x00' is no folder inside this one."),
    ],
)
@pytest.mark.parametrize("rest", ["", ', "packages/web"'])
def test_an_item_that_finds_no_configuration_is_an_error(tmp_path: Path, pattern: str, message: str, rest: str) -> None:
    program(tmp_path / "packages/web", "web.a -> web.b")
    text = f'[tool.import-contracts]\nworkspace = ["{pattern}"{rest}]\n'
    web = member("web", forbidden("two", "web.b", "web.a"))
    files = {"pyproject.toml": text, "packages/web/pyproject.toml": web, "packages/bare/x": "", "docs/x": ""}
    run = lint(write(tmp_path, {**files, ".git/HEAD": ""}))
    assert run.status == 2
    assert f"error: pyproject.toml: workspace: {message}" in run.out + run.err
    assert ("kept     Two [two]" in run.out) is bool(rest)


def test_problems_of_a_root_without_contracts_are_shown_and_strict_makes_them_errors(space: Path) -> None:
    text = LISTED + "stirct = true\n"
    write(space, {"pyproject.toml": text, "packages/web/src/web/a.py": ""})
    run = lint(space)
    assert (run.status, "warning: pyproject.toml: stirct: This key is unknown." in run.out) == (0, True)
    write(space, {"pyproject.toml": text + "strict = true\n"})
    run = lint(space)
    assert (run.status, "error: pyproject.toml: stirct: This key is unknown." in run.out) == (2, True)


def test_a_root_that_lists_no_members_has_no_contracts(tmp_path: Path) -> None:
    run = lint(write(tmp_path, {"pyproject.toml": "[tool.import-contracts]\nworkspace = []\n"}))
    assert (run.status, "There are no contracts." in run.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.import-contracts]\nx = = 1\n", "packages/core/pyproject.toml: This is not valid TOML"),
        (
            '[tool.import-contracts]\nroot_packages = ["nowhere"]\n',
            "packages/core/pyproject.toml: root_packages: Package",
        ),
    ],
)
def test_a_member_that_cannot_be_read_is_an_error_with_its_place(space: Path, text: str, message: str) -> None:
    write(space, {"packages/core/pyproject.toml": text})
    run = lint(space)
    assert (run.status, message in run.err) == (2, True)
    with pytest.raises(UserError, match="packages/core/pyproject"):
        import_contracts.check(folder=space)


def test_a_member_has_members_of_its_own_only_in_its_folder(space: Path) -> None:
    inner = member("core", forbidden("one", "core.a", "core.b"), keys='workspace = [".", "in/*"]\n')
    program(space / "packages/core/in/deep", "deep.a -> deep.b")
    deep = member("deep", forbidden("deep", "deep.a", "deep.b"))
    write(space, {"packages/core/pyproject.toml": inner, "packages/core/in/deep/pyproject.toml": deep})
    assert verdicts(lint(space, "--format", "json")) == ALL
    assert verdicts(lint(space / "packages/core", "--format", "json")) == {"one": True, "deep": False}


def test_what_uv_excludes_is_not_checked(tmp_path: Path) -> None:
    for name in ("new", "old"):
        program(tmp_path / f"packages/{name}", f"{name}.a -> {name}.b")
        write(tmp_path, {f"packages/{name}/pyproject.toml": member(name, forbidden(name, f"{name}.a", f"{name}.b"))})
    write(tmp_path, {"pyproject.toml": f'{UV}exclude = ["packages/old"]\n'})
    assert verdicts(lint(tmp_path, "--format", "json")) == {"new": False}


def test_a_configuration_of_import_linter_in_a_member_counts(space: Path) -> None:
    ini = "[importlinter]\nroot_package = bare\n[importlinter:contract:ini]\nname = Ini\ntype = independence\n"
    write(space, {"packages/bare/setup.cfg": f"{ini}modules =\n  bare.a\n  bare.b\n"})
    assert verdicts(lint(space, "--format", "json"))["ini"] is False


def test_a_workspace_without_contracts_is_no_configuration(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": UV, "packages/core/pyproject.toml": member("core"), ".git/HEAD": ""})
    run = lint(tmp_path)
    assert (run.status, "No configuration found." in run.err) == (2, True)


def test_many_members_do_not_push_each_other_out_of_the_cache(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": UV})
    for number in range(35):
        name = f"m{number}"
        text = member(name, forbidden(name, f"{name}.a", f"{name}.b"))
        write(
            tmp_path,
            {
                f"packages/{name}/pyproject.toml": text,
                **{f"packages/{name}/{name}/{each}.py": "" for each in ("__init__", "a", "b")},
            },
        )
    lint(tmp_path)
    assert len(list((tmp_path / CACHE).glob("*.program"))) == 35


def test_a_pull_request_is_compared_with_the_members_of_then(space: Path) -> None:
    (space / ".git/HEAD").unlink()
    (space / ".git").rmdir()
    git(space, "init", "--quiet", "--initial-branch", "main")
    git(space, "add", "--all")
    git(space, "commit", "--quiet", "--message", "All")
    git(space, "switch", "--quiet", "--create", "branch")
    ignored = contract("two", "forbidden", source_modules=["web.b"], forbidden_modules=["web.a"])
    loose = member("web", ignored, forbidden("one", "web.a", "web.b") + 'ignore_imports = ["web.a -> web.b"]\n')
    write(space, {"packages/web/pyproject.toml": loose})
    git(space, "commit", "--all", "--quiet", "--message", "Loosen")
    run = lint(space, "--format", "markdown")
    assert run.status == 0
    assert "web.a -> web.b" in run.out
    assert "could not be compared" not in run.out
