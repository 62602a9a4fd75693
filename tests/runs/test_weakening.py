"""What a change of the configuration or the baseline lets through is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from import_contracts.git import files
from import_contracts.reporters.weakening import as_json, as_markdown, as_text
from import_contracts.reports.weakening import LetThrough, Weakening
from tests.judging.test_ratchet import commit, git
from tests.support.arranging import configuration, contract, lint, program, write

LAYERS = contract("layers", "layers", layers=["shop.web", "shop.models"])
NO_DB = contract("db", "forbidden", source_modules=["shop.web"], forbidden_modules=["shop.db"])
KEYS = 'baseline = "known.txt"\nstale = "error"\nstrict = true\n'
KNOWN = "layers shop.models.old -> shop.web => shop.web\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a repository on a branch that has added an import that breaks ``layers``, and one that breaks ``db``."""
    program(tmp_path, "shop.models.old -> shop.web", "shop.models.new", "shop.web", "shop.db")
    write(tmp_path, {"pyproject.toml": configuration(LAYERS, NO_DB, keys=KEYS), "known.txt": KNOWN})
    write(tmp_path, {".gitignore": ".import_contracts_cache\n"})
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "-b", "feature")
    write(tmp_path, {"shop/models/new.py": "import shop.web\n", "shop/web.py": "import shop.db\n"})
    return tmp_path


def status(folder: Path, since: str = "main") -> dict[str, Any]:
    found = json.loads(lint(folder, "baseline", "status", "--since", since, "--format", "json").out)
    assert isinstance(found, dict)
    return found


def let_through(folder: Path, since: str = "main") -> list[tuple[object, object]]:
    return [(each["violation"], each["because"]) for each in status(folder, since)["let_through"]]


NEW = "layers shop.models.new -> shop.web => shop.web"
DB = "db shop.web -> shop.db => shop.db"
MODELS_DB = "layers shop.models.new -> shop.db"


def configured(*contracts: str, keys: str = KEYS) -> dict[str, str]:
    return {"pyproject.toml": configuration(*contracts, keys=keys)}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"known.txt": f"{KNOWN}{NEW}\n"}, [(NEW, "added to the baseline")]),
        (
            configured(LAYERS + 'ignore_imports = ["shop.models.new -> shop.web"]\n', NO_DB),
            [(NEW, "changed: ignore_imports")],
        ),
        (configured(LAYERS + 'ignore_imports = ["** -> shop.web"]\n', NO_DB), [(NEW, "changed: ignore_imports")]),
        (configured(LAYERS.replace('"shop.web", ', ""), NO_DB), [(NEW, "changed: layers")]),
        (configured(NO_DB), [(NEW, "contract removed")]),
        (configured(LAYERS), [(DB, "contract removed")]),
        (configured(LAYERS, NO_DB + "allow_indirect_imports = true\n"), []),
        (configured(LAYERS.replace('id = "layers"', 'id = "renamed"'), NO_DB), []),
        (configured(LAYERS.replace("Layers", "Other name"), NO_DB), []),
    ],
)
def test_what_was_new_with_the_configuration_of_then_and_is_not_now_is_let_through(
    shop: Path, change: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    write(shop, change)
    assert let_through(shop) == expected
    assert let_through(shop, "HEAD") == expected


def test_kinds_that_are_excluded_now_are_let_through(shop: Path) -> None:
    write(shop, {"shop/models/new.py": "def f():\n    import shop.web\n"})
    write(shop, configured(LAYERS, NO_DB, keys=f"{KEYS}exclude_deferred_imports = true\n"))
    assert let_through(shop) == [(NEW, "changed: exclude_deferred_imports")]
    write(shop, configured(LAYERS + "exclude_deferred_imports = true\n", NO_DB))
    assert let_through(shop) == [(NEW, "changed: exclude_deferred_imports")]


def test_a_package_that_is_checked_no_longer_is_let_through(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b", "lib.a -> lib.b")
    rule = contract("lib", "forbidden", source_modules=["lib.a"], forbidden_modules=["lib.b"])
    both = configuration(rule).replace('["shop"]', '["shop", "lib"]')
    write(tmp_path, {"pyproject.toml": both, "known.txt": ""})
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    write(tmp_path, {"pyproject.toml": configuration(contract("acyclic", "acyclic"), keys='baseline = "known.txt"\n')})
    found = status(tmp_path, "HEAD")
    assert [each["violation"] for each in found["let_through"]] == ["lib lib.a -> lib.b => lib.b"]
    assert 'root_packages: ["shop", "lib"] -> ["shop"]' in found["changes"]


@pytest.mark.parametrize("pattern", ["contracts/*.toml", "contracts/more.toml", "**/*.toml", "./contracts/[m]ore.toml"])
def test_a_contract_file_that_was_removed_is_let_through(shop: Path, pattern: str) -> None:
    bare = NO_DB.replace("tool.import-contracts.", "")
    write(shop, {"contracts/more.toml": bare, **configured(LAYERS, keys=f'{KEYS}include = ["{pattern}"]\n')})
    commit(shop)
    write(shop, configured(LAYERS, keys=KEYS))
    (shop / "contracts/more.toml").unlink()
    assert let_through(shop, "HEAD") == [(DB, "contract removed")]


def test_a_configuration_in_a_folder_below_the_root_is_read_too(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    program(inner, "shop.models.new -> shop.web")
    write(inner, {"c.toml": configuration(LAYERS, keys=KEYS), "known.txt": ""})
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    write(inner, {"known.txt": f"{NEW}\n"})
    run = lint(inner, "baseline", "status", "--since", "HEAD", "--config", "c.toml")
    assert f"  shop/models/new.py:1: {NEW}  (added to the baseline)\n" in run.out


CHANGES = [
    ('stale = "error"', 'stale = "warn"', 'stale: "error" -> "warn"'),
    ("strict = true", "strict = false", "strict: true -> false"),
    ("strict = true\n", "", "strict: true -> not set"),
    ("strict = true\n", 'strict = true\nsource_roots = ["."]\n', 'source_roots: not set -> ["."]'),
]


@pytest.mark.parametrize(("old", "new", "change"), CHANGES)
def test_keys_of_the_run_that_have_changed_are_listed(shop: Path, old: str, new: str, change: str) -> None:
    write(shop, configured(LAYERS, NO_DB, keys=KEYS.replace(old, new)))
    assert status(shop)["changes"] == [change]


def test_how_many_stale_entries_and_warnings_no_longer_fail_is_told(shop: Path) -> None:
    write(shop, {"shop/models/old.py": "", "shop/d/x.py": ""})
    write(shop, configured(LAYERS, NO_DB, keys=KEYS.replace("true", "false").replace('"error"', '"warn"')))
    assert status(shop)["changes"] == [
        'stale: "error" -> "warn" (1 stale entry no longer fails the run)',
        "strict: true -> false (1 warning no longer fails the run)",
    ]


@pytest.mark.parametrize(
    ("then", "sentence"),
    [
        ("[tool.import-contracts", "the configuration at HEAD: pyproject.toml: This is not valid TOML"),
        (configuration(contract("x", "nope")), "contract 'x': There is no contract type 'nope'."),
        (configuration(contract("x", "layers", layers=["shop.gone"])), "contract 'x': "),
        ('[tool.import-contracts]\nroot_packages = ["gone"]\n', "the configuration at HEAD: "),
    ],
)
def test_a_configuration_of_then_that_cannot_be_used_is_told(shop: Path, then: str, sentence: str) -> None:
    now = (shop / "pyproject.toml").read_text()
    write(shop, {"pyproject.toml": then})
    commit(shop)
    write(shop, {"pyproject.toml": now})
    found = status(shop, "HEAD")
    assert str(found["not_compared"][0]).startswith(sentence)
    assert found["let_through"] == []


def test_a_configuration_that_did_not_exist_and_a_wrong_baseline_of_then_are_told(shop: Path) -> None:
    write(shop, {"c.toml": configuration(LAYERS, keys=KEYS)})
    run = lint(shop, "baseline", "status", "--since", "HEAD", "--config", "c.toml")
    assert "Not compared with HEAD:\n  there was no c.toml at HEAD\n" in run.out
    assert run.status == 0


def test_nothing_is_let_through_where_the_baseline_of_then_cannot_be_read(shop: Path) -> None:
    write(shop, {"known.txt": "<<<<<<< HEAD\n"})
    commit(shop)
    git(shop, "branch", "-f", "main")
    write(shop, {"known.txt": f"{KNOWN}{NEW}\n{DB}\n"})
    out = lint(shop, "--format", "markdown").out
    assert "### Not compared with `" in out
    assert "This line is part of a merge conflict; resolve it." in out
    assert SECTION not in out


def test_a_baseline_that_is_new_lets_all_its_entries_through(shop: Path) -> None:
    write(shop, configured(LAYERS, NO_DB, keys=""))
    (shop / "known.txt").unlink()
    commit(shop)
    write(shop, configured(LAYERS, NO_DB, keys='baseline = "known.txt"\n') | {"known.txt": KNOWN})
    assert let_through(shop, "HEAD") == [(KNOWN.strip(), "added to the baseline")]


def test_a_renamed_module_is_not_let_through(shop: Path) -> None:
    write(shop, {"shop/web.py": "", "shop/models/new.py": ""})
    (shop / "shop/models/old.py").rename(shop / "shop/models/older.py")
    write(shop, {"known.txt": KNOWN.replace(".old ", ".older ")})
    assert let_through(shop) == []


CODE = "def parse(table):\n    raise SystemExit('the code of then was run')\n"
RULE = """\
from import_contracts.rules import Findings, Violation
class Rule:
    def check(self, graph):
        return Findings((Violation("shop.web", "shop.db", "", "no", (("shop.web", "shop.db"),)),))
def parse(table):
    return Rule()
"""


def test_no_custom_contract_type_of_then_is_run(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(shop))
    own = contract("own", "own")
    write(shop, {"own_of_weakening.py": CODE})
    write(shop, configured(own, keys=f'{KEYS}contract_types = ["own: own_of_weakening.parse"]\n'))
    commit(shop)
    write(shop, configured(LAYERS))
    assert status(shop, "HEAD")["not_compared"] == [
        "contract 'own': 'own' is a custom contract type; its earlier code is not run"
    ]


def test_a_custom_contract_that_is_the_same_is_compared_by_its_baseline(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(shop))
    keys = f'{KEYS}contract_types = ["own: rule_of_weakening.parse"]\n'
    write(shop, {"rule_of_weakening.py": RULE, **configured(contract("own", "own"), keys=keys), "known.txt": ""})
    commit(shop)
    write(shop, {"known.txt": "own shop.web -> shop.db\n"})
    found = status(shop, "HEAD")
    assert [each["violation"] for each in found["let_through"]] == ["own shop.web -> shop.db"]
    assert found["not_compared"] == []


# --- the report of check ------------------------------------------------------------------------------------------

SECTION = "### Let through now, but not at"


def test_the_markdown_report_compares_with_the_merge_base_and_no_other_format_does(shop: Path) -> None:
    write(shop, {"known.txt": f"{KNOWN}{NEW}\n{DB}\n"})
    run = lint(shop, "--format", "markdown")
    assert run.status == 0
    assert f"{SECTION} `" in run.out
    assert f"- `shop/models/new.py:1` `{NEW}` (added to the baseline)\n" in run.out
    assert lint(shop, "--format", "markdown").out == run.out
    for name in ("text", "json", "concise", "github"):
        assert "et through" not in lint(shop, "--format", name).out


def test_a_stored_report_is_that_of_its_merge_base(shop: Path) -> None:
    write(shop, {"known.txt": f"{KNOWN}{NEW}\n{DB}\n"})
    commit(shop)
    assert SECTION in lint(shop, "--format", "markdown").out
    git(shop, "branch", "-f", "main", "feature")
    assert SECTION not in lint(shop, "--format", "markdown").out
    git(shop, "branch", "-f", "main", "feature~1")
    assert SECTION in lint(shop, "--format", "markdown").out


def test_a_report_that_compares_nothing_is_stored(shop: Path) -> None:
    lint(shop, "--format", "markdown", "--no-baseline")
    assert "reuse the report" in lint(shop, "--format", "markdown", "--no-baseline", "--show-timings").err


def test_only_the_chosen_contracts_are_compared(shop: Path) -> None:
    write(shop, {"known.txt": f"{KNOWN}{NEW}\n{DB}\n"})
    out = lint(shop, "--format", "markdown", "--contract", "db").out
    assert DB in out
    assert NEW not in out


def test_without_a_repository_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    program(tmp_path, "shop.models.new -> shop.web")
    write(tmp_path, {"pyproject.toml": configuration(LAYERS, keys=KEYS), "known.txt": f"{NEW}\n"})
    assert SECTION not in lint(tmp_path, "--format", "markdown").out


# --- how it looks -------------------------------------------------------------------------------------------------

ONE = LetThrough("x", "x a -> b", "a.py", 3, "changed: layers")
BARE = LetThrough("x", "x a", "a.py", None, "contract removed")


def test_the_text_has_only_what_there_is_to_say() -> None:
    assert list(as_text(Weakening("v1"))) == []
    assert list(as_text(Weakening("v1", (ONE, BARE), ("stale: 1 -> 2",), ("contract 'y': no",)))) == [
        "",
        "Let through now, but not at v1 (2 violations):",
        "  a.py:3: x a -> b  (changed: layers)",
        "  a.py: x a  (contract removed)",
        "",
        "Configuration changed since v1:",
        "  stale: 1 -> 2",
        "",
        "Not compared with v1:",
        "  contract 'y': no",
    ]


def test_twenty_violations_are_shown() -> None:
    many = Weakening("v1", (ONE,) * 1_021)
    assert list(as_text(many))[-1] == "  … and 1,001 more"
    assert list(as_markdown(many))[-2] == "- … and 1,001 more"
    found = as_json(many)["let_through"]
    assert isinstance(found, list)
    assert len(found) == 1_021


def test_the_files_of_a_commit_have_paths_from_the_root(shop: Path) -> None:
    found = files(shop / "shop", "HEAD")
    assert list(found)[:2] == [".gitignore", "known.txt"]
    assert found["shop/__init__.py"] == git(shop, "rev-parse", "HEAD:shop/__init__.py").strip()
    assert files(shop, "nope") == {}


# --- when known imports run ---------------------------------------------------------------------------------------

CYCLES = contract("acyclic", "acyclic", exclude_type_checking_imports=False)
SIBLINGS = contract("siblings", "acyclic_siblings", ancestors=["shop"], exclude_type_checking_imports=False)


def earlier(folder: Path, before: str, now: str, of: str) -> list[tuple[object, ...]]:
    """Return what runs earlier where a module of a known cycle has changed."""
    write(
        folder, {"pyproject.toml": configuration(of), "shop/__init__.py": "", "shop/b/__init__.py": "import shop.a\n"}
    )
    write(folder, {"shop/a.py": before, "shop/b/c.py": ""})
    assert lint(folder, "baseline", "create").status == 0
    git(folder, "init", "-q")
    commit(folder)
    write(folder, {"shop/a.py": now})
    return [(each["violation"], each["line"], each["before"]) for each in status(folder, "HEAD")["earlier"]]


DEFERRED = "def f():\n    import shop.b\n"


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (DEFERRED, "import shop.b\n", "deferred"),
        ("lazy import shop.b\n", "import shop.b\n", "lazy"),
        ("if TYPE_CHECKING:\n    import shop.b\n", "import shop.b\n", "type_checking"),
        (DEFERRED, f"{DEFERRED}import shop.b\n", "deferred"),
        (DEFERRED, f"{DEFERRED}from shop import b\n", "deferred"),
        ("import shop.b\n", f"{DEFERRED}import shop.b\n", None),
        (DEFERRED, f"# more\n{DEFERRED}", None),
        ("if TYPE_CHECKING:\n    import shop.b\n", DEFERRED, None),
        ("import shop.b\n", DEFERRED, None),
    ],
)
@pytest.mark.parametrize("of", ["acyclic", "siblings"])
def test_a_known_cyclic_import_that_is_made_at_import_time_now_is_told(
    tmp_path: Path, before: str, now: str, kind: str | None, of: str
) -> None:
    lines = now.splitlines()
    expected = [(f"{of} shop.a -> shop.b", len(lines), kind)] if kind else []
    assert earlier(tmp_path, before, now, CYCLES if of == "acyclic" else SIBLINGS) == expected


def test_it_is_a_sentence_in_text_and_in_markdown(tmp_path: Path) -> None:
    assert earlier(tmp_path, DEFERRED, "import shop.b\n", CYCLES)
    head = "1 known cyclic import now runs when the importer is imported, but not at HEAD:"
    text = lint(tmp_path, "baseline", "status", "--since", "HEAD").out
    assert f"\n{head}\n  shop/a.py:1: acyclic shop.a -> shop.b  (was deferred)\n" in text
    markdown = lint(tmp_path, "baseline", "status", "--since", "HEAD", "--format", "markdown").out
    assert (
        f"\n{head.replace('HEAD', '`HEAD`')}\n\n- `shop/a.py:1` `acyclic shop.a -> shop.b` (was deferred)\n" in markdown
    )


def test_other_contracts_and_new_entries_have_no_such_sentence(tmp_path: Path) -> None:
    rule = contract("x", "forbidden", source_modules=["shop.a"], forbidden_modules=["shop.b"])
    assert earlier(tmp_path, DEFERRED, "import shop.b\n", rule) == []
