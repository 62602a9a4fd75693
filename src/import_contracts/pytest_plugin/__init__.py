"""The pytest plugin: ``pytest --import-contracts`` runs each contract as a test.

pytest loads this module in every run, so everything else is imported only if the option is given.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from import_contracts.pytest_plugin.warning import ContractWarning as ContractWarning

if TYPE_CHECKING:
    import pluggy

NAME = "import-contracts"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup(NAME, "import contracts")
    group.addoption(
        "--import-contracts", action="store_true", help="Run each contract as a test, after all other tests."
    )
    group.addoption(
        "--import-contracts-config",
        metavar="FILE",
        action="append",
        help="The same, with this configuration file instead of the one found from the root directory. "
        "Can be repeated.",
    )
    group.addoption(
        "--import-contracts-no-custom-types",
        action="store_true",
        help="Refuse custom contract types, which are code that the configuration runs.",
    )


@pytest.hookimpl(hookwrapper=True)  # older versions of pytest know this form too
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pluggy.Result[pytest.CollectReport], None]:
    """Add the contracts after everything else that the session collects, if an option asks for them."""
    report = (yield).get_result()
    options = collector.config.option
    if isinstance(collector, pytest.Session) and (options.import_contracts or options.import_contracts_config):
        from import_contracts.pytest_plugin.items import ContractCollector  # noqa: PLC0415 - only with the option

        named: list[str | None] = list(dict.fromkeys(options.import_contracts_config or [])) or [None]
        names = {file: NAME if len(named) == 1 else f"{NAME}[{file}]" for file in named}
        added = (
            ContractCollector.from_parent(collector, name=name, nodeid=name, named=file) for file, name in names.items()
        )
        report.result = [*(report.result or ()), *added]
