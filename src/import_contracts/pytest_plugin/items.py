"""Each contract as a test of pytest, and what else a report says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from import_contracts.config.contracts import read_contracts
from import_contracts.config.session import Config, load_config
from import_contracts.problems import Problem, UserError
from import_contracts.pytest_plugin.warning import ContractWarning
from import_contracts.reading.context import CACHE, RunContext
from import_contracts.reporters.section import broken
from import_contracts.reporters.style import Style
from import_contracts.reports.check import Outcome, Report
from import_contracts.runs.check import check
from import_contracts.runs.requests import Choice


class Contracts(pytest.Collector):
    """The contracts of a configuration, which are checked together when the first of them is run."""

    found: Config | None = None
    wrong = ""
    """Why there is no configuration."""
    report: Report

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each contract, and before them tests of what else may be wrong."""
        named = self.config.option.import_contracts_config
        try:
            self.found = load_config(named, self.config.invocation_params.dir if named else self.config.rootpath)
        except UserError as error:
            self.wrong = str(error)
        found = self.found
        path = found.path if found else self.path
        yield ConfigurationTest.from_parent(self, path=path, name="configuration-and-files")
        if found and found.baseline:
            yield BaselineTest.from_parent(self, path=path, name="baseline")
        for number, id_ in enumerate(read_contracts(found).ids if found else ()):
            yield ContractTest.from_parent(self, path=path, name=id_, number=number)

    def setup(self) -> None:
        """Check the contracts."""
        if self.found is None:
            pytest.fail(self.wrong, pytrace=False)
        try:
            self.report = check(self.found, Choice(), RunContext(self.found.folder, self.found.folder / CACHE))
        except UserError as error:
            pytest.fail(str(error), pytrace=False)


class ReportTest(pytest.Item):
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


class ConfigurationTest(ReportTest):
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


class BaselineTest(ReportTest):
    """Nothing in the baseline is stale."""

    def runtest(self) -> None:
        """Fail where it is not in step, unless the configuration says that this is only worth a warning."""
        said = self.report.drift
        if any(each.is_error for each in said):
            _fail_for(said)
        _warn_of(said, self)


class ContractTest(ReportTest):
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
        _warn_of((each for each in self.report.warnings if each.contract == self.outcome.id), self)
        if not self.outcome.kept:
            style = Style(verbose=self.config.option.verbose > 0)
            pytest.fail("\n".join(broken(self.outcome, style)).rstrip(), pytrace=False)


def _fail_for(problems: Iterable[Problem]) -> None:
    if lines := "\n".join(map(str, problems)):
        pytest.fail(lines, pytrace=False)


def _warn_of(problems: Iterable[Problem], test: ReportTest) -> None:
    for each in problems:
        test.warn(ContractWarning(str(each)))
