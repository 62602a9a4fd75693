"""The command ``trend``: its counts are those of ``cycles`` and ``check`` on a checkout of the same commit."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from import_contracts import git
from import_contracts.reading.store.cache import Cache
from import_contracts.reading.store.values import DAMAGED
from import_contracts.reporters.trend import sparkline
from import_contracts.reports.trend import MEANINGS, Facts, Item, renamed
from import_contracts.trend.movement import Imports, changes_at, moved
from tests.support import repositories
from tests.support.arranging import MODELS, ROOT, configuration, contract, lint, program, write

LAYERS = contract("layers", "layers", layers=["shop.web", "shop.models", "shop.db"])
ACYCLIC = contract(
    "rings",
    "acyclic",
    exclude_type_checking_imports=True,
    exclude_deferred_imports=True,
    exclude_lazy_imports=True,
)
SIBLINGS = contract("siblings", "acyclic_siblings", ancestors=["shop"], exclude_type_checking_imports=True)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)


def trend(folder: Path, *args: str) -> dict[str, Any]:
    """Return the JSON report of a run that succeeds."""
    done = lint(folder, "trend", "--format", "json", *args)
    assert done.status == 0, done
    found = json.loads(done.out)
    assert isinstance(found, dict)
    return found


def commit(folder: Path, files: dict[str, str], *, date: str = "2026-01-01T00:00:00Z", add: bool = True) -> str:
    """Write files, where "" deletes one, commit them and return the revision."""
    for name, text in files.items():
        if text:
            write(folder, {name: text})
        else:
            (folder / name).unlink()
    repositories.git(folder, "init", "--quiet", "--initial-branch", "main")
    if add:
        repositories.git(folder, "add", "--all")
    env = repositories.environment(GIT_COMMITTER_DATE=date, GIT_AUTHOR_DATE=date)
    done = repositories.run(folder, "git", "commit", "--quiet", "--allow-empty", "--message", "x", env=env)
    assert done.returncode == 0, done.stdout
    return repositories.git(folder, "rev-parse", "HEAD")


def numbers(point: dict[str, Any]) -> dict[str, int]:
    return {name: found["value"] for name, found in point["counts"].items()}


def counted(folder: Path, *, layers: bool = False) -> dict[str, Any]:
    """Return the counts of a checkout, by ``cycles`` and ``check`` alone."""
    cycles = json.loads(lint(folder, "cycles", "shop", "--format", "json", "--no-cache").out)
    runtime = [cycle["modules"] for cycle in cycles["cycles"] if cycle["kind"] == "runtime"]
    more = folder / "counted.toml"
    text = configuration(ACYCLIC, SIBLINGS, keys="count_namespace_folders = true\ncount_dynamic_imports = true\n")
    more.write_text(text)
    contracts = json.loads(lint(folder, "check", "counted.toml", "--format", "json", "--no-cache").out)["contracts"]
    more.unlink()
    rings, siblings = (len(each["cut"]) for each in contracts)
    found: dict[str, Any] = {
        "cyclic_modules": len({module for cycle in runtime for module in cycle}),
        "largest_cycle": max(map(len, runtime), default=0),
        "cut": rings,
        "violations": None,
        "upward": siblings,
    }
    if layers:
        checked = json.loads(lint(folder, "check", "--format", "json", "--no-cache").out)["contracts"]
        found["violations"] = sum(len(each["violations"]) for each in checked)
        ups = {(v["importer"], v["imported"]) for each in checked if each["id"] == "layers" for v in each["violations"]}
        found["upward"] = len(ups)
    return found


def checked_out(folder: Path, revision: str, place: Path) -> Path:
    """Return a clone of a repository in which a revision is checked out."""
    shutil.rmtree(place, ignore_errors=True)
    repositories.run(folder, "git", "clone", "--quiet", str(folder), str(place))
    repositories.git(place, "checkout", "--quiet", revision)
    return place


# --- the counts ---------------------------------------------------------------------------------------------------


def test_each_count_has_its_list_and_what_has_changed_in_it(tmp_path: Path) -> None:
    program(tmp_path, "shop.web -> shop.models", "shop.models -> shop.db", "shop.mail -> shop.db")
    commit(tmp_path, {})
    program(
        tmp_path, "shop.web -> shop.models", "shop.models -> shop.db", "shop.mail -> shop.web", "shop.db -> shop.mail"
    )
    found = trend(tmp_path, "shop", "--since", "HEAD")
    assert numbers(found["now"]) == {"cyclic_modules": 4, "largest_cycle": 4, "cut": 1, "violations": None, "upward": 1}
    assert numbers(found["since"])["cyclic_modules"] == 0
    moved = {each["count"]: [item["what"] for item in each["came"]] for each in found["changes"]}
    assert moved["cyclic_modules"] == ["shop.db", "shop.mail", "shop.models", "shop.web"]
    assert moved["cut"] == ["shop.db -> shop.mail"]
    assert [each["difference"] for each in found["changes"]] == [4, 4, 1, None, 1]
    (item,) = found["now"]["counts"]["cut"]["items"]
    assert (item["path"], item["line"]) == ("shop/db.py", 1)


def test_imports_upwards_through_a_contract_are_not_compared_with_those_through_any_layers(tmp_path: Path) -> None:
    program(tmp_path, "shop.models -> shop.web", "shop.web -> shop.models")
    commit(tmp_path, {})
    write(tmp_path, {"pyproject.toml": configuration(contract("layers", "layers", layers=["shop.web", "shop.db"]))})
    write(tmp_path, {"shop/db.py": ""})
    change = trend(tmp_path)["changes"][4]
    assert (change["difference"], change["came"], change["went"]) == (None, [], [])
    assert "  Not compared: only now there is a contract of type layers.\n" in lint(tmp_path, "trend").out


def test_violations_are_those_of_the_configuration_and_the_baseline_of_the_commit(tmp_path: Path) -> None:
    program(tmp_path, "shop.models -> shop.web", "shop.db -> shop.models", "shop.db -> shop.web")
    commit(tmp_path, {"pyproject.toml": configuration(LAYERS)})
    commit(
        tmp_path, {"pyproject.toml": configuration(MODELS, LAYERS, keys='baseline = "known"\n'), "known": "# none\n"}
    )
    assert lint(tmp_path, "baseline", "accept", "--all").status == 0
    commit(tmp_path, {})
    program(tmp_path, "shop.db -> shop.web", "shop.models -> shop.web")
    (tmp_path / "shop/db.py").write_text("import shop.web\nfrom shop import web, models\n")
    found = trend(tmp_path, "--points", "9")
    each = [*found["history"], found["now"]]
    violations = [point["counts"]["violations"] for point in each]
    assert [(one["known"], one["new"]) for one in violations] == [(0, 3), (0, 4), (4, 0), (4, 0)]
    assert violations[1]["contracts"] == {"layers": {"known": 0, "new": 3}, "models": {"known": 0, "new": 1}}
    assert [point["counts"]["upward"]["layers"] for point in each] == ["written"] * 4
    for point in found["history"]:
        place = checked_out(tmp_path, point["commit"], tmp_path.parent / "clone")
        assert numbers(point) == counted(place, layers=True)


MODULES = ["shop", "shop.a", "shop.b", "shop.c", "shop.p", "shop.p.x", "shop.p.y", "shop.q.r.z"]
COMING = ["shop.new", "shop.p.new", "shop.s.new"]  # they come and go, and nobody imports them
FORMS = ["import {0}\n", "def f():\n    import {0}\n", "if TYPE_CHECKING:\n    import {0}\n", "import_module('{0}')\n"]


def path_of(module: str) -> str:
    is_package = any(other.startswith(f"{module}.") for other in MODULES)
    return module.replace(".", "/") + ("/__init__.py" if is_package else ".py")


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, str]]:
    """Draw the files of some commits of a program; "" deletes a file."""
    versions = [dict.fromkeys(map(path_of, MODULES), "# text\n")]
    for _ in range(draw(st.integers(1, 3))):
        changes: dict[str, str] = {}
        for module in draw(st.lists(st.sampled_from([*MODULES, *COMING]), min_size=1, max_size=6, unique=True)):
            lines = draw(st.lists(st.tuples(st.sampled_from(FORMS), st.sampled_from(MODULES)), max_size=3))
            text = "".join(form.format(name) for form, name in lines) if draw(st.integers(0, 20)) else "def (:\n"
            changes[path_of(module)] = f"# text\n{text}"
        there = {path for version in versions for path, text in version.items() if text}
        gone = [path for path in map(path_of, COMING) if path in there and path not in changes and draw(st.booleans())]
        versions.append({**changes, **{path: "" for path in gone if versions[-1].get(path)}})
    return versions


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=histories())
def test_the_counts_of_every_commit_are_those_of_its_checkout(
    tmp_path_factory: pytest.TempPathFactory, versions: Sequence[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    for files in versions:
        commit(folder, files)
    done = lint(folder, "trend", "shop", "--points", "9", "--format", "json")
    history = json.loads(done.out)["history"]
    assert len(history) == len(versions)
    for point in history:
        place = checked_out(folder, point["commit"], folder.parent / f"{folder.name}-clone")
        assert numbers(point) == counted(place)
    again = lint(folder, "trend", "shop", "--points", "9", "--format", "json")
    assert (again.status, again.out) == (done.status, done.out)


def test_imports_load_their_targets_and_the_packages_around_them(tmp_path: Path) -> None:
    program(tmp_path, "shop.a.b.c -> shop.d.e", "shop.d.e", "shop.f")
    found = trend(tmp_path, "shop")["now"]["numbers"]
    # shop 1; shop.a, shop.d and shop.f 2; shop.a.b and shop.d.e 3; shop.a.b.c 6, all but shop.f
    assert (found["loads_median"], found["loads_95th"]) == (2, 6)


# --- the history --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    for number, month in enumerate(("01-05", "01-20", "03-01", "03-02")):
        text = "".join(f"import shop.m{each}\n" for each in range(number))
        files = {f"shop/m{number}.py": "import shop\n", "shop/__init__.py": text or "# none\n"}
        commit(folder, files, date=f"2026-{month}T12:00:00Z")
    return folder


@pytest.fixture
def shop(made_once: Path, tmp_path: Path) -> Path:
    """A repository with four commits, each with one import more."""
    return Path(shutil.copytree(made_once, tmp_path, dirs_exist_ok=True))


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--points", "9"], [0, 2, 3, 4]),
        (["--points", "2"], [0, 4]),
        (["--points", "1"], [4]),
        (["--every", "month"], [2, 4]),
        (["--every", "year"], [4]),
        (["--every", "day", "--points", "3"], [0, 3, 4]),
        (["--points", "9", "--since", "HEAD~1"], [3, 4]),
        ([], []),
    ],
)
def test_the_history_has_the_commits_that_were_asked_for(shop: Path, args: list[str], expected: list[int]) -> None:
    found = trend(shop, "shop", *args)
    assert [point["counts"]["cyclic_modules"]["value"] for point in found["history"]] == expected


def test_without_since_the_base_of_the_branch_counts_and_else_thirty_days(shop: Path) -> None:
    assert trend(shop, "shop")["since"]["why"] == "30 days before the last commit"
    assert numbers(trend(shop, "shop")["since"])["cyclic_modules"] == 2
    repositories.git(shop, "checkout", "--quiet", "-b", "work")
    commit(shop, {"shop/new.py": "import shop\n"}, date="2026-03-03T00:00:00Z")
    since = trend(shop, "shop")["since"]
    assert (since["why"], since["commit"]) == ("where this branch began", repositories.git(shop, "rev-parse", "main"))


def test_merges_are_followed_by_their_first_parent(shop: Path) -> None:
    repositories.git(shop, "checkout", "--quiet", "-b", "side", "HEAD~2")
    commit(shop, {"shop/side.py": "import shop\n"}, date="2026-03-03T00:00:00Z")
    repositories.git(shop, "checkout", "--quiet", "main")
    repositories.git(shop, "merge", "--quiet", "--no-edit", "side")
    assert len(trend(shop, "shop", "--points", "99")["history"]) == 5


def test_a_second_run_reads_nothing_of_the_past(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = trend(shop, "shop", "--points", "9")
    monkeypatch.delattr(git, "listing")
    monkeypatch.delattr(git, "contents")
    assert trend(shop, "shop", "--points", "9") == first


def test_a_damaged_memory_is_as_good_as_none(shop: Path) -> None:
    (shop / ".gitignore").write_text(".import_contracts_cache\n")
    first = trend(shop, "shop", "--points", "9")
    (stored,) = (shop / ".import_contracts_cache/trend").glob("*.points")
    stored.write_bytes(stored.read_bytes()[:-9] + b"123456789")
    assert trend(shop, "shop", "--points", "9") == first


def test_a_memory_that_no_run_has_written_is_as_good_as_none(tmp_path: Path) -> None:
    commit(program(tmp_path, "shop.a -> shop.b"), {})
    first = trend(tmp_path, "shop", "--points", "9")
    (stored,) = (tmp_path / ".import_contracts_cache/trend").glob("*.points")
    memory = Cache(stored.parent, lambda _: None)
    value = memory.load(stored.name)
    wrongs: tuple[object, ...] = ({}, 0, "x", [], value["states"])
    for wrong in wrongs:
        memory.save(stored.name, {**value, "facts": {state: [wrong, []] for state in value["facts"]}})
        assert trend(tmp_path, "shop", "--points", "9") == first


def test_the_working_tree_is_left_alone(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path.parent / f"{tmp_path.name}-temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    write(shop, {"shop/m0.py": "import shop.m1\n", "untracked.txt": "x"})
    before = repositories.git(shop, "status", "--porcelain")
    trend(shop, "shop", "--points", "9", "--no-cache")
    assert repositories.git(shop, "status", "--porcelain") == before
    assert not list(temporary.iterdir())


# --- what cannot be read whole ------------------------------------------------------------------------------------


def test_a_file_that_is_not_python_is_a_mark_at_its_point_only(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b")
    commit(tmp_path, {"shop/b.py": "print 'python 2'\n"})
    commit(tmp_path, {"shop/b.py": "# text\n"})
    old, new = trend(tmp_path, "shop", "--points", "9")["history"]
    assert old["marks"] == ["1 file could not be read, so imports are missing; the first is shop/b.py:1"]
    assert new["marks"] == []
    assert numbers(old)["cyclic_modules"] == 0


def test_a_file_that_is_not_python_now_is_a_warning_and_fails(tmp_path: Path) -> None:
    commit(program(tmp_path, "shop.a -> shop.b"), {})
    write(tmp_path, {"shop/b.py": "print 'python 2'\n"})
    done = lint(tmp_path, "trend", "shop")
    assert done.status == 2
    assert "warning: now: 1 file could not be read" in done.out


def test_a_package_that_did_not_exist_is_a_point_without_counts(tmp_path: Path) -> None:
    commit(tmp_path, {"readme": "x"})
    commit(program(tmp_path, "shop.a -> shop.b"), {})
    old, new = trend(tmp_path, "shop", "--points", "9")["history"]
    assert (old["counts"], old["marks"]) == (None, ["there was no package 'shop'"])
    assert numbers(new)["cyclic_modules"] == 0


def test_a_package_of_another_name_or_place_is_followed(tmp_path: Path) -> None:
    ring = ("{0}.a -> {0}.b", "{0}.b -> {0}.a", "{0}.c -> {0}.a")
    for place, name in (("", "store"), ("lib", "shop"), ("src", "shop")):
        program(tmp_path / place, *(line.format(name) for line in ring))
        commit(tmp_path, {})
        shutil.rmtree(tmp_path / (place or name))
    repositories.git(tmp_path, "checkout", ".")
    found = trend(tmp_path, "shop", "--points", "9")
    marks = [point["marks"] for point in found["history"]]
    assert marks == [["'shop' was called 'store'"], ["'shop' was in lib"], []]
    assert [numbers(point)["cyclic_modules"] for point in found["history"]] == [2, 2, 2]
    assert [each["came"] for each in found["changes"]] == [[]] * 5
    assert trend(tmp_path, "shop", "--points", "9") == found


def test_a_package_that_is_new_was_not_another_one_before(tmp_path: Path) -> None:
    commit(program(tmp_path, "shop.a -> shop.b", "shop.c"), {})
    program(tmp_path, "store.a -> store.b", "store.c")
    commit(program(tmp_path, "small"), {})
    for others in (["store"], ["small"], ["small", "store"]):
        old, _ = trend(tmp_path, "shop", *others, "--points", "9")["history"]
        assert old["marks"] == [f"there was no package '{name}'" for name in others]
    assert trend(tmp_path, "small", "--points", "9")["history"][0]["counts"] is None


def test_what_is_counted_without_a_name_are_the_packages_of_then_else_modules(tmp_path: Path) -> None:
    commit(tmp_path, {"one.py": "import two\n", "two.py": "# text\n"})
    commit(tmp_path, {"two.py": "import one\n"})
    assert [numbers(point)["cut"] for point in trend(tmp_path, "--points", "9")["history"]] == [0, 1]


def test_a_package_that_the_configuration_of_then_did_not_name_is_no_reason_to_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(program(tmp_path, "shop.a -> shop.b"), {"pyproject.toml": configuration(ACYCLIC)})
    text = configuration(ACYCLIC).replace('["shop"]', '["shop", "store"]')
    assert "store" in text
    commit(program(tmp_path, "store.a -> store.b"), {"pyproject.toml": text})
    first = trend(tmp_path, "--points", "9")
    monkeypatch.delattr(git, "contents")
    assert trend(tmp_path, "--points", "9") == first


def test_an_installed_package_is_not_that_of_an_earlier_commit(tmp_path: Path) -> None:
    commit(tmp_path, {"readme": "x"})
    commit(tmp_path, {"click/__init__.py": "# ours\n"})
    old, _ = trend(tmp_path, "click", "--points", "9")["history"]
    assert old["marks"] == ["there was no package 'click'"]


def test_a_submodule_is_a_mark(tmp_path: Path) -> None:
    other = tmp_path / "other"
    commit(program(other, "lib.a"), {})
    folder = program(tmp_path / "here", "shop.a -> shop.b")
    commit(folder, {})
    repositories.git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "sub")
    commit(folder, {}, add=False)
    old, new = trend(folder, "shop", "--points", "9")["history"]
    assert (old["marks"], new["marks"]) == ([], ["the submodule sub is not read"])


def test_a_custom_type_of_an_earlier_commit_is_not_run(tmp_path: Path) -> None:
    keys = 'contract_types = ["mine: types_of.Mine"]\n'
    text = f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\nclass Mine: ...\n"
    program(tmp_path, "shop.web -> shop.models", "shop.models -> shop.db")
    commit(tmp_path, {"types_of.py": text, "pyproject.toml": configuration(contract("m", "mine"), LAYERS, keys=keys)})
    commit(tmp_path, {"types_of.py": "", "pyproject.toml": configuration(LAYERS)})
    old, _ = trend(tmp_path, "--points", "9")["history"]
    assert not (tmp_path / "ran").exists()
    assert any("contract 'm' could not be checked" in mark for mark in old["marks"])


def test_links_of_a_commit_do_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", {"__init__.py": "import shop.a\n", "x.py": "import shop\n"})
    folder = program(tmp_path / "here", "shop.a -> shop.b")
    for name, target in {"out": str(secret), "up": "../../secret", "here": "../shop2", "dot": "b/../../.."}.items():
        (folder / "shop" / name).symlink_to(target)
    write(folder, {"shop2/__init__.py": "# x\n", "shop2/y.py": "import shop.b\n"})
    commit(folder, {})
    for name in ("out", "up", "dot"):
        (folder / "shop" / name).unlink()
    found = trend(folder, "shop", "--since", "HEAD")
    assert found["since"]["numbers"] == found["now"]["numbers"]


def stored(folder: Path, kind: str, data: bytes) -> str:
    """Store an object of any content and return its name."""
    command = ["git", "hash-object", "-t", kind, "-w", "--literally", "--stdin"]
    return subprocess.run(command, cwd=folder, input=data, stdout=subprocess.PIPE, check=True).stdout.decode().strip()


def stored_tree(folder: Path, *entries: tuple[str, str, str]) -> str:
    """Store a tree of modes, names and objects, which need not be sorted or have different names."""
    data = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(object_) for mode, name, object_ in entries)
    return stored(folder, "tree", data)


def stored_commit(folder: Path, tree: str, *, who: str = "x <x> 1767225600 +0000") -> None:
    """Let the branch be at a new commit of a tree, with any committer."""
    head = repositories.git(folder, "rev-parse", "HEAD")
    text = f"tree {tree}\nparent {head}\nauthor x <x> 1767225600 +0000\ncommitter {who}\n\nx\n"
    repositories.git(folder, "update-ref", "refs/heads/main", stored(folder, "commit", text.encode()))


def test_names_in_a_commit_do_not_lead_out_of_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git makes no such trees, but whoever writes objects can: `..` as a name, and a link that is also a folder."""
    temporary = tmp_path / "a/b/c/temporary"
    temporary.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    folder = program(tmp_path / "here", "shop.a -> shop.b")
    commit(folder, {})
    text, up, out = (stored(folder, "blob", data) for data in (b"x = 1\n", b"../..", b"../../../escaped"))
    (tmp_path / "a/b/escaped").mkdir()
    names = ("..", "../x.py", str(tmp_path / "absolute.py"), "c/../../x.py", "n" * 300 + ".py")
    weird = stored_tree(folder, *(("100644", name, text) for name in names))
    inner = stored_tree(folder, ("120000", "l", out), ("40000", "l", stored_tree(folder, ("100644", "x.py", text))))
    outer = stored_tree(folder, ("120000", "r", up), ("40000", "r", inner))
    shop = repositories.git(folder, "rev-parse", "HEAD:shop")
    deep = stored_tree(folder, ("40000", "q", outer))
    root = (("40000", "p", deep), ("40000", "shop", shop), ("40000", "weird", weird), ("40000", "..", weird))
    stored_commit(folder, stored_tree(folder, *root))
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(folder)}
    (_, last) = trend(folder, "shop", "--points", "9", "--no-cache")["history"]
    assert {path for path in tmp_path.rglob("*") if not path.is_relative_to(folder)} == before
    assert last["marks"] == ["p/q/r/l and 2 more could not be written"]
    assert last["numbers"]["modules"] == 3


# --- bad input ----------------------------------------------------------------------------------------------------


def test_without_a_history_there_are_counts_and_a_note(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b")
    found = trend(tmp_path, "shop")
    assert found["notes"] == ["There are no earlier counts: This folder is not in a git repository that can be read."]
    repositories.git(tmp_path, "init", "--quiet")
    assert "has no commits yet" in trend(tmp_path, "shop")["notes"][0]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--since", "nowhere"], "There is no commit 'nowhere' in this repository."),
        (["--since", "--output=x"], "There is no commit '--output=x' in this repository."),
        (["--since", "HEAD:shop"], "There is no commit 'HEAD:shop' in this repository."),
        (["--points", "0"], "'0' is not a number from 1 to 10,000."),
        (["--points", "many"], "'many' is not a number"),
        (["--every", "hour"], "'hour' is not one of 'day', 'week', 'month', 'year'."),
    ],
)
def test_what_is_wrong_on_the_command_line_is_said(shop: Path, args: list[str], message: str) -> None:
    done = lint(shop, "trend", "shop", *args)
    assert done.status == 2
    assert message in done.err


@pytest.mark.parametrize(
    ("who", "date"),
    [
        ("x <x> 99999999999999 +0000", "9999-12-31"),
        ("x <x> 99999999999999999999999 +0000", "9999-12-31"),
        ("x <x>", "1970-01-01"),
        ("x", "1970-01-01"),
    ],
)
def test_a_commit_may_have_any_date(shop: Path, who: str, date: str) -> None:
    stored_commit(shop, repositories.git(shop, "rev-parse", "HEAD^{tree}"), who=who)
    args = ["--every", "day", "--moved", "--since", "HEAD~1"]
    assert trend(shop, "shop", *args)["history"][-1]["time"][:10] == date
    assert lint(shop, "trend", "shop", *args).status == 0


def test_a_history_of_no_repository_is_an_error(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b")
    done = lint(tmp_path, "trend", "shop", "--points", "3")
    assert (done.status, "There is no history" in done.err) == (2, True)


def test_a_shallow_clone_says_how_to_deepen_it(shop: Path, tmp_path: Path) -> None:
    place = tmp_path / "clone"
    repositories.git(shop, "clone", "--quiet", "--depth", "2", f"file://{shop}", str(place))
    found = trend(place, "shop", "--points", "9")
    assert len(found["history"]) == 2
    assert found["notes"] == ["This is a shallow clone with 2 commits; for more: git fetch --unshallow"]
    assert "git fetch --unshallow" in lint(place, "trend", "shop", "--since", "HEAD~3").err


def test_missing_objects_of_a_partial_clone_are_a_mark_and_are_not_remembered(shop: Path, tmp_path: Path) -> None:
    place = tmp_path / "partial"
    repositories.git(shop, "config", "uploadpack.allowFilter", "true")
    repositories.git(shop, "clone", "--quiet", "--filter=blob:none", f"file://{shop}", str(place))
    old, *_, last = trend(place, "shop", "--points", "9")["history"]
    assert old["marks"][0] == "git has no content for shop/__init__.py; fetch what this clone lacks"
    assert last["marks"] == []
    repositories.git(place, "log", "-p")  # which fetches them
    assert trend(place, "shop", "--points", "9")["history"][0]["marks"] == []


def test_a_repository_of_another_user_is_not_read(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "_is_allowed", lambda _: False)
    assert "safe.directory" in trend(shop, "shop")["notes"][0]


# --- formats ------------------------------------------------------------------------------------------------------


def test_csv_has_a_line_for_each_point(shop: Path) -> None:
    lines = lint(shop, "trend", "shop", "--points", "9", "--format", "csv").out.splitlines()
    names = lines[0].split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in lines[1:]]
    assert [row["cyclic_modules"] for row in rows] == ["0", "2", "3", "4", "4"]
    assert [row["commit"] == "" for row in rows] == [False] * 4 + [True]


def test_markdown_and_text_say_what_moved(shop: Path) -> None:
    text = lint(shop, "trend", "shop", "--points", "9").out
    assert "+ shop.m2  shop/m2.py" in text
    assert "▁▄▆██  0 -> 4" in text
    markdown = lint(shop, "trend", "shop", "--points", "9", "--format", "markdown").out
    first = markdown.split("| ")[0]
    assert "Of 4 counts, 3 rose and none fell." in first
    assert "- **+4** modules in runtime cycles: added `shop`, `shop.m0` and 2 more\n" in first
    assert "| modules in runtime cycles | 4 | +4 | `▁▄▆██` |" in markdown
    assert "- added: `shop.m2  shop/m2.py`" in markdown


def test_the_subject_of_a_commit_is_shown_as_it_is_and_never_obeyed(shop: Path) -> None:
    message = "\x1b[2J::error::x"
    repositories.git(shop, "commit", "--quiet", "--allow-empty", "--message", message)
    assert "\x1b" not in lint(shop, "trend", "shop", "--points", "9").out
    assert trend(shop, "shop", "--points", "9")["history"][-1]["subject"] == message


def test_a_sparkline_has_a_bar_for_each_value() -> None:
    assert sparkline([0, 7, None, 14], 9) == "▁▄ █"
    assert sparkline([5, 5], 9) == "▁▁"
    assert sparkline([], 9) == ""
    assert sparkline(list(range(100)), 10) == "▁▁▂▃▄▄▅▆▇█"


ITEM = Item("shop.a -> shop.b", "shop/a.py", 3, "id")
KINDS = {"runtime": 2, "deferred": 0, "lazy": 0, "type_checking": 0}
FACTS = Facts(("shop",), 3, 2, KINDS, (ITEM,), (("shop.a", "shop.b"),), (ITEM,), contracts=("id",))


def test_facts_are_the_same_after_they_were_stored() -> None:
    assert Facts.of(json.loads(json.dumps(FACTS.value))) == FACTS
    assert renamed(FACTS, {"shop": "store"}).cut[0].what == "store.a -> store.b"
    assert renamed(FACTS, {"shop": "shop"}) is FACTS


@pytest.mark.parametrize("name", [field.name for field in fields(Facts)])
def test_facts_of_other_kinds_are_none(name: str) -> None:
    value = json.loads(json.dumps(FACTS.value))
    kinds: tuple[object, ...] = (None, 1, 1.0, True, "x", {}, [1], [[1]], [["a", "b", 1, 2]], {**KINDS, "lazy": 0.5})
    right = {type(value[name])} - {list, dict} | ({type(None)} if name == "contracts" else set())
    for wrong in kinds:
        if type(wrong) not in right:
            with pytest.raises(DAMAGED):
                Facts.of({**value, name: wrong})


def test_every_number_says_what_it_means(tmp_path: Path) -> None:
    now = trend(program(tmp_path, "shop.a -> shop.b"), "shop")["now"]
    assert {*now["counts"], *now["numbers"]} == MEANINGS.keys()
    text = lint(tmp_path, "trend", "shop", "--verbose").out
    assert all(meaning.sentence in text and meaning.source in text for meaning in MEANINGS.values())


def test_the_page_has_a_row_for_each_number() -> None:
    page = (ROOT / "docs/trend.md").read_text(encoding="utf-8")
    for name, meaning in MEANINGS.items():
        sentence = meaning.sentence[0].lower() + meaning.sentence[1:]
        assert f"| `{name}` | {meaning.label}: {sentence} | {meaning.source} |" in page


# --- what moved the cycles ----------------------------------------------------------------------------------------


def test_the_commit_and_the_import_that_moved_a_cycle_are_found(tmp_path: Path) -> None:
    program(tmp_path, "shop.a -> shop.b", "shop.b", "shop.c -> shop.b", "shop.d -> shop.e", "shop.e -> shop.d")
    hashes = [commit(tmp_path, {"n": str(number)}) for number in range(3)]
    hashes.append(commit(tmp_path, {"shop/b.py": "x = 1\nimport shop.a\n"}))
    hashes += [commit(tmp_path, {"n": str(number)}) for number in range(3, 7)]
    hashes.append(commit(tmp_path, {"shop/a.py": "import shop.b\nimport shop.c\n"}))
    hashes.append(commit(tmp_path, {"shop/e.py": "# nothing\n"}))
    hashes.append(commit(tmp_path, {"n": "8"}))
    write(tmp_path, {"shop/c.py": "# nothing\n"})
    found = trend(tmp_path, "shop", "--since", hashes[0], "--moved")["moved"]
    assert [(each["commit"], each["how"], each["imports"][0]["what"]) for each in found] == [
        (hashes[3], "appeared", "shop.b -> shop.a"),
        (hashes[8], "grew", "shop.a -> shop.c"),
        (hashes[9], "vanished", "shop.e -> shop.d"),
        (None, "shrank", "shop.c -> shop.b"),
    ]
    assert (found[0]["imports"][0]["path"], found[0]["imports"][0]["line"]) == ("shop/b.py", 2)
    text = lint(tmp_path, "trend", "shop", "--since", hashes[0], "--moved").out
    assert "the cycle of shop.a grew from 2 to 3 modules: shop.c came" in text
    assert "a cycle of 2 modules vanished: shop.d and shop.e" in text


def test_authors_are_named_only_if_they_are_asked_for(tmp_path: Path) -> None:
    commit(program(tmp_path, "shop.a -> shop.b"), {})
    commit(tmp_path, {"shop/b.py": "import shop.a\n"})
    plainly = ["trend", "shop", "--since", "HEAD~1", "--moved"]
    for form in ("text", "json", "markdown"):
        assert "ann@example.org" not in lint(tmp_path, *plainly, "--format", form).out
        assert "ann@example.org" in lint(tmp_path, *plainly, "--authors", "--format", form).out
    assert lint(tmp_path, "trend", "shop", "--authors").status == 2


def test_halving_finds_every_change_of_a_value_that_never_comes_back() -> None:
    values = [0, 0, 1, 1, 1, 2, 3, 3, 3, 3]
    assert list(changes_at(0, 9, values.__getitem__)) == [2, 5, 6]
    asked: set[int] = set()

    def is_late(number: int) -> bool:
        asked.add(number)
        return number > 700

    assert list(changes_at(0, 1000, is_late)) == [701]
    assert len(asked) < 15


EDGES = st.dictionaries(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), st.builds(Item, st.just("x")), max_size=14
)


@given(before=EDGES, after=EDGES)
def test_no_import_that_is_said_to_have_moved_a_cycle_can_be_left_out(before: Imports, after: Imports) -> None:
    named = ({edge: Item(" -> ".join(edge)) for edge in edges} for edges in (before, after))
    one, other = named
    cycles = [set(strong(edges)) for edges in (one, other)]
    for move in moved(None, one, other):
        edges = {edge for edge in {*one, *other} if Item(" -> ".join(edge)) in move.imports}
        assert move.before in {*cycles[0], ()}
        assert move.after in {*cycles[1], ()}
        if set(move.after) - set(move.before):
            assert edges <= other.keys() - one.keys()
            assert all(
                move.after not in strong(other.keys() - {edge} - (other.keys() - one.keys() - edges)) for edge in edges
            )
        else:
            assert edges <= one.keys() - other.keys()
            kept = other.keys() | (one.keys() - other.keys() - edges)
            inside = {edge for edge in kept if set(edge) <= set(move.before)}
            assert all(move.before in strong(inside | {edge}) for edge in edges)


def strong(edges: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return the strongly connected components with a cycle, by what reaches what."""
    reached = {(a, b) for a, b in edges}
    while more := {(a, d) for a, b in reached for c, d in reached if b == c} - reached:
        reached |= more
    nodes = {a for a, _ in reached}
    return sorted({tuple(sorted(b for b in nodes if (a, b) in reached and (b, a) in reached)) for a in nodes} - {()})


@pytest.mark.parametrize(
    ("since", "value", "color"),
    [("HEAD~1", "4 modules", "#b3261e"), ("HEAD", "4 modules", "#5a6068"), (None, "none", "#2d7d32")],
)
def test_the_badge_says_how_many_modules_are_in_cycles(shop: Path, since: str | None, value: str, color: str) -> None:
    if since is None:
        write(shop, {"shop/__init__.py": "# none\n"})
    svg = lint(shop, "trend", "shop", "--since", since or "HEAD", "--format", "badge").out
    badge = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert badge.attrib["aria-label"] == f"import cycles: {value}"
    assert color in svg
    widths = [float(each.attrib["width"]) for each in badge.iter("{http://www.w3.org/2000/svg}rect")]
    assert widths[0] == sum(widths[1:]) == float(badge.attrib["width"])
