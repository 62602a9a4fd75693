"""The plugin of pytest: ``pytest --import-contracts`` runs each contract as a test.

Nothing but this module is imported unless that is asked for.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import pluggy

    from import_contracts.config.session import Config
    from import_contracts.problems import Problem
    from import_contracts.reports.check import Outcome, Report

NAME = "import-contracts"


class ContractWarning(pytest.PytestWarning):
    """What is doubtful about the configuration or the program, but keeps no contract from being checked."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup(NAME, "contracts about imports")
    group.addoption("--import-contracts", action="store_true", help="Run each contract as a test, after all others.")
    group.addoption(
        "--import-contracts-config",
        metavar="FILE",
        help="The same with this configuration, instead of the one that is found from the root folder on.",
    )


@pytest.hookimpl(hookwrapper=True)  # which older versions of pytest know as well, and load this plugin too
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pluggy.Result[pytest.CollectReport], None]:
    """Put the contracts behind all that the session collects, where they are asked for."""
    report = (yield).get_result()
    options = collector.config.option
    if isinstance(collector, pytest.Session) and (options.import_contracts or options.import_contracts_config):
        report.result = [*(report.result or ()), Contracts.from_parent(collector, name=NAME, nodeid=NAME)]


class Contracts(pytest.Collector):
    """The contracts of a configuration, which are checked together when the first of them is run."""

    found: Config | None = None
    wrong = ""
    """Why there is no configuration."""
    report: Report

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each contract, and before them what else may be wrong."""
        from import_contracts.config.contracts import read_contracts  # noqa: PLC0415 - only where it is asked for
        from import_contracts.problems import UserError  # noqa: PLC0415
        from import_contracts.public import read  # noqa: PLC0415

        named = self.config.option.import_contracts_config
        try:
            self.found = read(named, self.config.invocation_params.dir if named else self.config.rootpath)
        except UserError as error:
            self.wrong = str(error)
        found = self.found
        path = found.path if found else self.path
        yield ConfigurationAndFiles.from_parent(self, path=path, name="configuration-and-files")
        if found and found.baseline:
            yield Baseline.from_parent(self, path=path, name="baseline")
        for number, id_ in enumerate(read_contracts(found).ids if found else ()):
            yield Contract.from_parent(self, path=path, name=id_, number=number)

    def setup(self) -> None:
        """Check the contracts."""
        from import_contracts.problems import UserError  # noqa: PLC0415
        from import_contracts.public import CACHE  # noqa: PLC0415
        from import_contracts.reading.context import RunContext  # noqa: PLC0415
        from import_contracts.runs.check import check  # noqa: PLC0415
        from import_contracts.runs.requests import Choice  # noqa: PLC0415

        if self.found is None:
            pytest.fail(self.wrong, pytrace=False)
        try:
            self.report = check(self.found, Choice(), RunContext(self.found.folder, self.found.folder / CACHE))
        except UserError as error:
            pytest.fail(str(error), pytrace=False)


class Test(pytest.Item):
    """Something that a report tells. What could not be judged fails in the setup, which pytest calls an error."""

    parent: Contracts

    @property
    def report(self) -> Report:
        """What was found."""
        return self.parent.report

    def reportinfo(self) -> tuple[str, int, str]:
        """Return the configuration file, and what stands above a failure."""
        return str(self.path), 0, self.nodeid

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what is told, so that pytest repeats only its first line in the summary, in CI too."""
        if isinstance(excinfo.value, pytest.fail.Exception):
            return _Told(str(excinfo.value))
        return super().repr_failure(excinfo, style)


class _Told:
    """A text in the form in which pytest takes the account of a failure."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.reprcrash = SimpleNamespace(message=text.partition("\n")[0])

    def __str__(self) -> str:
        return self._text

    def toterminal(self, terminal: Any) -> None:
        """Write the text."""
        terminal.line(self._text)


class ConfigurationAndFiles(Test):
    """All of the configuration but its contracts can be used, and every file of the program can be read."""

    def setup(self) -> None:
        """Fail where the report is not whole."""
        _fail_for(self._ours(self.report.faults))

    def runtest(self) -> None:
        """Warn of what is doubtful."""
        _warn_of(self._ours(self.report.warnings), self)

    def _ours(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return the problems that no contract is told of."""
        ids = {each.id for each in self.report.outcomes}
        return [each for each in problems if each.contract not in ids]


class Baseline(Test):
    """Nothing in the baseline is stale."""

    def runtest(self) -> None:
        """Fail where it is not in step, unless the configuration says that this is only worth a warning."""
        said = self.report.drift
        if any(each.is_error for each in said):
            _fail_for(said)
        _warn_of(said, self)


class Contract(Test):
    """A contract is kept."""

    def __init__(self, *, number: int, **others: Any) -> None:
        super().__init__(**others)
        self._number = number

    @property
    def outcome(self) -> Outcome:
        """What the contract comes to."""
        return self.report.outcomes[self._number]

    def setup(self) -> None:
        """Fail where something is wrong with the contract itself."""
        _fail_for(each for each in self.report.errors if each.contract == self.outcome.id)

    def runtest(self) -> None:
        """Fail with what the report says of the contract."""
        from import_contracts.reporters.section import broken  # noqa: PLC0415 - as above
        from import_contracts.reporters.style import Style  # noqa: PLC0415

        _warn_of((each for each in self.report.warnings if each.contract == self.outcome.id), self)
        if not self.outcome.kept:
            style = Style(verbose=self.config.option.verbose > 0)
            pytest.fail("\n".join(broken(self.outcome, style)).rstrip(), pytrace=False)


def _fail_for(problems: Iterable[Problem]) -> None:
    if lines := "\n".join(map(str, problems)):
        pytest.fail(lines, pytrace=False)


def _warn_of(problems: Iterable[Problem], test: Test) -> None:
    for each in problems:
        test.warn(ContractWarning(str(each)))
