"""Whatever is in a configuration, every command answers with a report or a message, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from import_contracts.config.contracts import read_contracts
from import_contracts.config.session import EXCLUDING, load_config
from import_contracts.contracts.types import TYPES
from import_contracts.reporters import FORMATS
from tests.support.arranging import configuration, contract, lint, program, write

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1250"))
"""For each of the two tests."""

COMMANDS = [
    *(["check", "--format", format_] for format_ in FORMATS),
    ["check", "--no-baseline", "--verbose"],
    ["check", "--contract", "n"],
    ["check", "--format", "sarif", "--output", "out", "--format", "json"],
    ["check", "--no-custom-types"],
    ["explain"],
    ["explain", "--format", "json"],
    ["explain", "p.a", "p.b"],
    ["explain", "n"],
    ["baseline", "create"],
    ["baseline", "shrink"],
    ["baseline", "accept", "--all"],
    ["baseline", "accept", "n"],
    ["baseline", "rename", "p.a", "p.z"],
    ["baseline", "status"],
    ["baseline", "status", "--format", "json"],
    ["baseline", "status", "--format", "markdown"],
    ["init", "--from-import-linter"],
    ["init", "--from-import-linter", "--dry-run"],
    ["init"],
    ["cycles"],
    ["cycles", "--quick", "--format", "json"],
]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The keys that the code reads: those of the run, and those of the contracts of each type."""
    folder = write(tmp_path_factory.mktemp("keys"), {"p/__init__.py": ""})
    contracts = [contract(type_, type_) for type_ in TYPES]
    write(folder, {"pyproject.toml": configuration(*contracts, root="p")})
    config = load_config(None, folder)
    found = {each.type: sorted(each.table.forms) for each in read_contracts(config).chosen}
    return {"": sorted({*config.session.forms, *EXCLUDING}), **found}


def test_the_keys_come_from_the_code(keys: dict[str, list[str]]) -> None:
    assert {"root_packages", "include", "strict", "contract_types", "stale", "contracts", "baseline"} <= set(keys[""])
    assert keys.keys() == {"", *TYPES}
    assert {"id", "name", "type", "reason", "layers", "containers", "exhaustive"} <= set(keys["layers"])


WORDS = st.sampled_from(
    ["p", "p.a", "p.*", "p.**", "**", "q", "", " ", ".", "..", "p..a", "p.a | p.b", "(p.c)", "a : b", "p.a -> p.b",
     "->", "* -> **", "true", "False", "yes", "1", "-1", "warn", "error", "os", "os.path", "/", "../x", "*.toml",
     "x: y.z", "few: checks_zz.parse", "%(x)s", "é", "\0", "x" * 300, "a\nb", "\x1b[2J", "known.txt", "more.toml",
     "/dev/null", "p/", "~", "9" * 5000, "3.13", "\u202e"]
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-2, 3), st.booleans(), st.floats(), st.sampled_from([10**30, -(10**30), 2**63, float("inf")])
)
TIMES = st.sampled_from([date(2026, 1, 1), time(1, 2), datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)])  # noqa: DTZ001 - TOML has these too
SCALARS = st.one_of(WORDS, NUMBERS, TIMES, st.text())
LISTS = st.one_of(st.lists(WORDS, max_size=4), st.lists(SCALARS, max_size=2), st.lists(st.lists(WORDS, max_size=2)))
VALUES = st.one_of(SCALARS, LISTS, st.dictionaries(WORDS, st.one_of(WORDS, LISTS), max_size=3))
LIKELY = st.one_of(WORDS, st.lists(WORDS, max_size=4), st.booleans())


def toml(value: object) -> str:
    """Write a value as TOML; JSON's texts and numbers are also TOML's, but for one escape."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    return json.dumps(value).replace("\x7f", "\\u007f")


@st.composite
def contracts(draw: st.DrawFn, keys: dict[str, list[str]]) -> dict[str, object]:
    type_ = draw(st.sampled_from(sorted(TYPES)))
    found = draw(st.dictionaries(st.sampled_from(keys[type_]), st.one_of(LIKELY, VALUES), max_size=7))
    return {"name": "n", "type": type_, **found}


@st.composite
def configurations(draw: st.DrawFn, keys: dict[str, list[str]]) -> dict[str, object]:
    """Return the keys of a run, most of which make sense, with some contracts, or anything in place of them."""
    some = st.lists(st.one_of(contracts(keys), contracts(keys), st.dictionaries(WORDS, VALUES, max_size=2)), max_size=3)
    session = draw(st.dictionaries(st.sampled_from(keys[""]), st.one_of(LIKELY, VALUES), max_size=3))
    return {"root_packages": ["p"], "contracts": draw(some), **session}


def fresh(folder: Path) -> dict[Path, bytes]:
    """Make a folder one with only the program, and return the content of that."""
    for path in folder.iterdir():
        if path.is_dir() and path.name not in {"p", ".import_contracts_cache"}:
            shutil.rmtree(path)
        elif path.is_file() or path.is_symlink():
            path.unlink()
    if not (folder / "p").exists():
        program(folder, "p.a -> p.b", "p.b -> p.c.x", "p.c.x -> p.a", "p.b -> os")
    return {path: path.read_bytes() for path in (folder / "p").rglob("*") if path.is_file()}


def answered(folder: Path, before: dict[Path, bytes], args: list[str]) -> None:
    """Assert that a command gives an answer, and leaves the program as it is."""
    run = lint(folder, *args)
    assert run.status in {0, 1, 2, 3}, run.err
    assert "Traceback" not in run.err
    assert run.out or run.err or "--output" in args or args[-1] in {"concise", "github"}
    assert all(not text or text.endswith("\n") for text in (run.out, run.err))
    assert {path: path.read_bytes() for path in (folder / "p").rglob("*") if path.is_file()} == before
    assert run.status in {0, 2} or args[0] == "check"
    if args[-2:] == ["--format", "json"] and args[0] == "check":
        assert (run.status == 2) == bool(json.loads(run.out)["errors"])
    if "json" in args and run.out and "--output" not in args:
        json.loads(run.out, parse_constant=pytest.fail)  # NaN is no JSON


SETTINGS = settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.slow
@SETTINGS
@given(data=st.data(), args=st.sampled_from(COMMANDS), tool=st.sampled_from(["import-contracts", "importlinter"]))
def test_any_toml_is_answered(
    tmp_path: Path, keys: dict[str, list[str]], data: st.DataObject, args: list[str], tool: str
) -> None:
    before = fresh(tmp_path)
    found = data.draw(configurations(keys))
    text = "".join(f"{toml(key)} = {toml(value)}\n" for key, value in found.items())
    more = data.draw(st.none() | st.lists(contracts(keys), max_size=2))
    if more is not None:
        write(tmp_path, {"more.toml": f"contracts = {toml(more)}\n"})
    write(tmp_path, {"pyproject.toml": f"[tool.{tool}]\n{text}", "known.txt": ""})
    answered(tmp_path, before, args)


@pytest.mark.slow
@SETTINGS
@given(data=st.data(), args=st.sampled_from(COMMANDS), name=st.sampled_from([".importlinter", "setup.cfg"]))
def test_any_ini_is_answered(
    tmp_path: Path, keys: dict[str, list[str]], data: st.DataObject, args: list[str], name: str
) -> None:
    before = fresh(tmp_path)
    every = sorted({key for some in keys.values() for key in some})
    lines = st.lists(
        st.one_of(
            st.sampled_from(
                ["[importlinter]", "[importlinter:contract:a]", "[importlinter:b]", "root_package = p", "name=n"]
            ),
            st.builds(lambda key, word: f"{key} = {word}", st.sampled_from(every), WORDS),
            st.builds(lambda word: f"    {word}", WORDS),
            st.sampled_from([f"type = {type_}" for type_ in TYPES]),
            st.text(max_size=8),
        ),
        max_size=12,
    )
    started = data.draw(st.booleans())
    text = "\n".join([*(["[importlinter]", "root_package = p"] if started else []), *data.draw(lines)])
    (tmp_path / name).write_bytes(text.encode(errors="replace"))
    answered(tmp_path, before, args)
