"""The JSON report is as its schema says, and the page explains every field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from .pages import DOCS, Run
from .tables import names

SCHEMA = json.loads((DOCS / "report.schema.json").read_text(encoding="utf-8"))

PROGRAM = """\
```text title="program"
shop.api -> shop.models
shop.models -> shop.util (deferred)
shop.util -> shop.api
shop.util -> yaml
shop.billing.tax
```
"""
CONTRACTS = {
    "kept": 'type = "forbidden"\nsource_modules = "shop.api"\nforbidden_modules = "shop.billing"',
    "broken": 'type = "layers"\nlayers = ["shop.api", "shop.models"]\nreason = "Models are shared."',
    "cyclic": 'type = "acyclic"',
    "siblings": 'type = "acyclic_siblings"\nancestors = "shop"',
    "protected": 'type = "protected"\nprotected_modules = "shop.util"\nallowed_importers = []',
    "independence": 'type = "independence"\nmodules = ["shop.api", "shop.models"]',
    "unlisted": 'type = "layers"\nlayers = ["api", "models"]\ncontainers = "shop"\nexhaustive = true',
    "external": 'type = "forbidden"\nsource_modules = "shop.api"\nforbidden_modules = "yaml"',
    "ignoring": (
        'type = "forbidden"\nsource_modules = "shop.api"\nforbidden_modules = "shop.models"\n'
        'ignore_imports = "shop.api -> shop.models"'
    ),
    "warning": 'type = "forbidden"\nsource_modules = "shop.*.nothing"\nforbidden_modules = "shop.billing"',
    "error": 'type = "layers"\nlayers = ["shop.apis", "shop.models"]',
}


def report(folder: Path, *contracts: str, session: str = "") -> Any:
    """Return the JSON report of a run over the program with some of the contracts."""
    (folder / "pyproject.toml").write_text(
        f'[tool.import-contracts]\nroot_packages = ["shop"]\ninclude_external_packages = true\n{session}\n'
        + "".join(f'[[tool.import-contracts.contracts]]\nname = "{each}"\n{CONTRACTS[each]}\n' for each in contracts),
        encoding="utf-8",
    )
    command = "```console\n$ lint-imports --format json --output report.json\n$ echo $?\n0\n```\n"
    Run(folder).page(PROGRAM + command)
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def wrong(document: object) -> list[str]:
    """Return where a report is not as the schema says."""
    validator = pytest.importorskip("jsonschema").Draft202012Validator(SCHEMA)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_report_of_a_contract_is_as_the_schema_says(contract: str, tmp_path: Path) -> None:
    assert wrong(report(tmp_path, contract)) == []


def test_a_report_of_all_contracts_is_as_the_schema_says(tmp_path: Path) -> None:
    document = report(tmp_path, *CONTRACTS)

    assert wrong(document) == []
    assert document["outcome"] == "error"
    assert {each["kept"] for each in document["contracts"]} == {True, False, None}


@pytest.mark.parametrize(("contract", "outcome"), [("kept", "kept"), ("broken", "broken"), ("error", "error")])
def test_every_outcome_is_one_that_the_schema_knows(contract: str, outcome: str, tmp_path: Path) -> None:
    assert report(tmp_path, contract)["outcome"] == outcome
    assert outcome in SCHEMA["properties"]["outcome"]["enum"]


def test_a_report_with_a_baseline_is_as_the_schema_says(tmp_path: Path) -> None:
    known = "broken shop.models -> shop.util => shop.api"
    (tmp_path / "baseline.txt").write_text(f"{known}\n", encoding="utf-8")
    with_baseline = 'baseline = "baseline.txt"'
    document = report(tmp_path, "broken", session=with_baseline)
    (tmp_path / "baseline.txt").write_text(f"{known}\nbroken shop.models -> shop.gone => shop.api\n", encoding="utf-8")
    stale = report(tmp_path, "broken", session=with_baseline)

    assert [wrong(document), wrong(stale)] == [[], []]
    assert [document["outcome"], stale["outcome"]] == ["kept", "stale"]


def test_an_unlisted_module_is_as_the_schema_says(tmp_path: Path) -> None:
    document = report(tmp_path, "unlisted")
    found = [each for each in document["contracts"][0]["violations"] if each["imported"] is None]

    assert wrong(document) == []
    assert [each["importer"] for each in found] == ["shop.billing", "shop.util"]


def test_the_report_of_a_program_with_an_unreadable_file_is_as_the_schema_says(tmp_path: Path) -> None:
    broken = '```python title="shop/bad.py"\nimport (\n```\n'
    Run(tmp_path).page(broken)
    document = report(tmp_path, "kept")

    assert wrong(document) == []
    assert [each["path"] for each in document["unreadable"]] == ["shop/bad.py"]


def test_the_report_of_an_unusable_configuration_is_as_the_schema_says(tmp_path: Path) -> None:
    document = report(tmp_path, session='source_roots = 3\nroot_package = "elsewhere"')

    assert wrong(document) == []
    assert document["errors"]


def test_the_schema_is_one_and_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    pytest.importorskip("jsonschema").Draft202012Validator.check_schema(SCHEMA)
    document = report(tmp_path, "broken")
    for each in parts(document):
        each["unknown"] = 1
        assert wrong(document), f"an unknown key of {sorted(each)} passes"
        del each["unknown"]
        for key, value in list(each.items()):
            del each[key]
            assert wrong(document), f"a report without '{key}' passes"
            each[key] = value


def parts(document: object) -> Iterator[dict[str, Any]]:
    """Yield every object of a JSON document."""
    if isinstance(document, dict):
        yield document
    values = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    for value in values:
        yield from parts(value)


def objects() -> Mapping[str, list[str]]:
    """Return the names of the fields of every object in the schema by the heading that explains it."""
    kinds = {f"### {'An' if key[0] in 'aeiou' else 'A'} {key}": value for key, value in SCHEMA["$defs"].items()}
    return {
        heading.replace("_", " "): list(each["properties"])
        for heading, each in {"### The report": SCHEMA, **kinds}.items()
        if "properties" in each
    }


@pytest.mark.parametrize("heading", objects())
def test_every_field_is_explained(heading: str) -> None:
    assert names("report.md", heading) == objects()[heading]
