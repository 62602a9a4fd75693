"""The tables of keys have every key that the program reads, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli

from import_contracts.config.contracts import read_contracts
from import_contracts.config.session import ConfigSource, read_config
from import_contracts.contracts.table import Table
from import_contracts.contracts.types import TYPES

from .tables import names

THEIRS = ("acyclic_siblings", "forbidden", "independence", "layers", "private_modules", "protected")
RUN, CONTRACT = "## Keys of the run", "## Keys of every contract"


class Targets(dict[str, object]):
    """A table that notes which keys are asked for."""

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.keys_asked: set[str] = set()

    def get(self, key: str, default: object = None) -> object:
        self.keys_asked.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.keys_asked.add(str(key))
        return super().__contains__(key)


def asked_by_type(name: str) -> set[str]:
    table = Targets()
    TYPES[name].parse(Table(table))
    return table.keys_asked


def asked(*, root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], set[str]]:
    """Return the keys of the run and those of every contract that reading a configuration asks for."""
    contract = Targets(name="a", type="acyclic")
    session = Targets(contracts=[contract], **{root: "shop"})
    monkeypatch.setattr(tomli, "loads", lambda _: {"tool": {"import-contracts": session}})
    path = tmp_path / "pyproject.toml"
    path.touch()
    assert read_contracts(read_config(path, ConfigSource(tmp_path))).problems == ()
    return session.keys_asked, contract.keys_asked


@pytest.mark.parametrize("name", TYPES)
def test_every_key_of_a_contract_type_is_documented(name: str) -> None:
    assert sorted(names(f"contracts/{name}.md", "## Keys")) == sorted(asked_by_type(name))


def test_every_key_of_the_run_is_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(root="root_packages", tmp_path=tmp_path, monkeypatch=monkeypatch)[0]

    assert sorted(names("configuration.md", RUN)) == sorted(found)


def test_every_key_of_every_contract_is_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(root="root_package", tmp_path=tmp_path, monkeypatch=monkeypatch)[1]

    assert sorted(names("configuration.md", CONTRACT)) == sorted(found)


def test_every_contract_type_has_a_page_and_a_row() -> None:
    assert names("contracts/index.md", "## The types") == sorted(
        TYPES, key=names("contracts/index.md", "## The types").index
    )


def test_the_page_for_users_of_import_linter_has_every_type() -> None:
    new = names("from-import-linter.md", "### New types")
    assert sorted([*new, *THEIRS]) == sorted(TYPES)


@pytest.mark.parametrize("name", THEIRS)
def test_the_page_for_users_of_import_linter_has_every_key(name: str) -> None:
    documented = set(names("from-import-linter.md", f"### {name}"))
    assert documented >= asked_by_type(name)
