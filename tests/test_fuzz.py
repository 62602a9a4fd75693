"""Whatever stands in a configuration, the answer is a report or a message, never a traceback."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from import_contracts.contracts.types import TYPES
from tests.arranging import lint, program

KEYS = {
    "allow_indirect_imports", "allowed_importers", "ancestors", "as_packages", "broken_contract_guidance", "containers",
    "depth", "exclude_deferred_imports", "exhaustive", "exhaustive_ignores", "forbidden_modules", "id",
    "ignore_imports", "include_parent_packages", "layers", "modules", "name", "protected_modules", "reason",
    "skip_descendants", "source_modules", "type", "unmatched_ignore_imports_alerting",
}  # fmt: skip
SESSION = {
    "root_package", "root_packages", "source_roots", "include", "strict", "include_external_packages",
    "contract_types", "exclude_type_checking_imports", "baseline", "contracts",
}  # fmt: skip
WORDS = st.sampled_from(
    ["p", "p.a", "p.*", "p.**", "**", "q", "", " ", ".", "..", "p..a", "p.a | p.b", "(p.c)", "a : b", "p.a -> p.b",
     "->", "* -> **", "true", "False", "yes", "1", "-1", "warn", "os", "os.path", "/", "../x", "*.toml", "x: y.z",
     "%(x)s", "é"]
)  # fmt: skip
NUMBERS = st.one_of(st.integers(-2, 3), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(WORDS, NUMBERS, st.text())
LISTS = st.one_of(st.lists(WORDS, max_size=4), st.lists(SCALARS, max_size=2))
VALUES = st.one_of(SCALARS, LISTS, st.dictionaries(WORDS, WORDS))
CONTRACT = st.dictionaries(st.sampled_from(sorted(KEYS)), VALUES, max_size=6).flatmap(
    lambda keys: st.sampled_from(sorted(TYPES)).map(lambda type_: {"name": "n", "type": type_, **keys})
)
CONTRACTS = st.lists(st.one_of(CONTRACT, CONTRACT, SCALARS), max_size=3)


def toml(value: object) -> str:
    """Write a value as TOML; JSON's texts and numbers are also TOML's, but for one escape."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value).replace("\x7f", "\\u007f")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(session=st.dictionaries(st.sampled_from(sorted(SESSION)), VALUES, max_size=3), contracts=CONTRACTS)
def test_any_toml_is_answered(tmp_path: Path, session: dict[str, object], contracts: list[object]) -> None:
    if not (tmp_path / "p").exists():
        program(tmp_path, "p.a -> p.b", "p.b -> p.c.x", "p.c.x -> p.a", "p.b -> os")
    keys = {"root_packages": ["p"], "contracts": contracts, **session}
    text = "".join(f"{toml(key)} = {toml(value)}\n" for key, value in keys.items())
    (tmp_path / "pyproject.toml").write_text("[tool.import-contracts]\n" + text)
    run = lint(tmp_path)
    assert run.status in {0, 1, 2}, run.err
    assert "Traceback" not in run.err
    assert run.out or run.err


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    lines=st.lists(
        st.one_of(
            st.sampled_from(
                ["[importlinter]", "[importlinter:contract:a]", "[importlinter:b]", "root_package = p", "name=n"]
            ),
            st.builds(lambda key, word: f"{key} = {word}", st.sampled_from(sorted(KEYS | SESSION)), WORDS),
            st.builds(lambda word: f"    {word}", WORDS),
            st.sampled_from([f"type = {type_}" for type_ in TYPES]),
            st.text(max_size=8),
        ),
        max_size=12,
    )
)
def test_any_ini_is_answered(tmp_path: Path, lines: list[str]) -> None:
    if not (tmp_path / "p").exists():
        program(tmp_path, "p.a -> p.b", "p.b -> p.c.x", "p.c.x -> p.a", "p.b -> os")
    (tmp_path / "x.ini").write_bytes("\n".join(lines).encode(errors="replace"))
    run = lint(tmp_path, "--config", "x.ini")
    assert run.status in {0, 1, 2}, run.err
    assert "Traceback" not in run.err
