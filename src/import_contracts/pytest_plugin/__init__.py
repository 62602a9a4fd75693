"""The pytest plugin: contracts as tests, and why a test file cannot be imported.

``pytest --import-contracts`` runs each contract as a test. pytest loads this module in every run, so everything else is
imported only if the option is given, or if collecting a file fails because of an import cycle.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from import_contracts.pytest_plugin.warning import ContractWarning as ContractWarning

if TYPE_CHECKING:
    import pluggy

NAME = "import-contracts"
EXPLAIN = "import_contracts_explain"
_SIGNS = ("circular import", "partially initialized", "consider renaming")
"""What Python says in the message of an exception if a module is only partially initialized."""


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
    about = "Explain below the error why a test file cannot be imported, if an import cycle is the cause."
    parser.addini(EXPLAIN, about, type="bool", default=True)


@pytest.hookimpl(hookwrapper=True)  # older versions of pytest know this form too
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pluggy.Result[pytest.CollectReport], None]:
    """Add the contracts after everything else that the session collects, if an option asks for them."""
    report = (yield).get_result()
    options = collector.config.option
    if isinstance(collector, pytest.Session) and (options.import_contracts or options.import_contracts_config):
        from import_contracts.pytest_plugin.items import collectors  # noqa: PLC0415 - only with the option

        added = collectors(collector, NAME, dict.fromkeys(options.import_contracts_config or []))
        report.result = [*(report.result or ()), *added]


def pytest_exception_interact(
    node: pytest.Item | pytest.Collector,
    call: pytest.CallInfo[object],
    report: pytest.CollectReport | pytest.TestReport,
) -> None:
    """Add a section below the error, if a file cannot be imported because of an import cycle."""
    if call.excinfo is None or not isinstance(report, pytest.CollectReport) or not node.config.getini(EXPLAIN):
        return
    error = call.excinfo.value.__cause__ or call.excinfo.value
    if isinstance(error, ImportError | AttributeError) and any(sign in str(error) for sign in _SIGNS):
        from import_contracts.pytest_plugin.collecting import explanation  # noqa: PLC0415 - only upon failure

        if text := explanation(error, node):
            report.sections.append((NAME, text))
