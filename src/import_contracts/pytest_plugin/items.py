"""The tests of the plugin: the configuration, the baseline, and each contract."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from import_contracts.config.contracts import read_contracts
from import_contracts.config.loading import load_configs
from import_contracts.config.session import Config
from import_contracts.problems import Problem, UserError
from import_contracts.pytest_plugin.warning import ContractWarning
from import_contracts.reading.context import RunContext
from import_contracts.reading.store.trust import CACHE
from import_contracts.reporters.people import shown
from import_contracts.reporters.section import broken
from import_contracts.reporters.style import Style
from import_contracts.reports.check import Outcome, Report
from import_contracts.runs.check import check
from import_contracts.runs.requests import Choice
from import_contracts.visible import visible, visible_report


def collectors(session: pytest.Session, title: str, named: Collection[str]) -> Iterator[ContractCollector]:
    """Yield a collector for each named configuration; else for the one that is found, and those of its members.

    Their names begin with ``title``.
    """
    files: Collection[str | None] = named or [None]
    for file in files:
        folder = session.config.invocation_params.dir if file else session.config.rootpath
        refuses = session.config.option.import_contracts_no_custom_types
        found: Sequence[Config | None] = [None]
        wrong = ""
        try:
            found = load_configs([file] if file else (), folder, custom_types=not refuses)
        except UserError as error:
            wrong = str(error)
        for each in found:
            place = file if each is None or len(found) == 1 else each.file
            name = f"{title}[{visible(place or '')}]" if len(named) > 1 or len(found) > 1 else title
            yield ContractCollector.from_parent(session, name=name, nodeid=name, configuration=each, wrong=wrong)


class ContractCollector(pytest.Collector):
    """The contracts of a configuration; all are checked together, when the first of them is run."""

    report: Report

    def __init__(self, *, configuration: Config | None, wrong: str, **others: Any) -> None:
        super().__init__(**others)
        self.configuration = configuration
        self.wrong = wrong  # the message if there is no configuration

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for the configuration and the files, for the baseline, and for each contract."""
        found = self.configuration
        path = found.path if found else self.path
        yield ConfigurationTest.from_parent(self, path=path, name="configuration-and-files")
        if found and found.baseline:
            yield BaselineTest.from_parent(self, path=path, name="baseline")
        for number, id_ in enumerate(read_contracts(found).ids if found else ()):
            yield ContractTest.from_parent(self, path=path, name=visible(id_), number=number)

    def setup(self) -> None:
        """Check the contracts."""
        if self.configuration is None:
            pytest.fail(self.wrong, pytrace=False)
        found = self.configuration
        context = RunContext(found.folder, found.home / CACHE, checkouts=found.checkouts)
        try:
            self.report = check([found], Choice(), context)
        except UserError as error:
            pytest.fail(str(error), pytrace=False)


class ReportTest(pytest.Item):
    """A test of one part of the report.

    It fails in the setup, which pytest calls an error, if the part could not be checked.
    """

    parent: ContractCollector

    @property
    def report(self) -> Report:
        """The report of the run."""
        return self.parent.report

    def reportinfo(self) -> tuple[str, int, str]:
        """Return the configuration file, its line, and the heading of a failure."""
        return str(self.path), 0, self.nodeid

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the message, in a form of which pytest repeats only the first line in its summary, in CI too."""
        if isinstance(excinfo.value, pytest.fail.Exception):
            return _FailureText(str(excinfo.value))
        return super().repr_failure(excinfo, style)


class _FailureText:
    """A text with the interface of pytest's representation of a failure."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.reprcrash = SimpleNamespace(message=text.partition("\n")[0])

    def __str__(self) -> str:
        return self._text

    def toterminal(self, terminal: Any) -> None:
        """Write the text."""
        terminal.line(self._text)


class ConfigurationTest(ReportTest):
    """The configuration outside the contracts is valid, and every file of the program can be read."""

    def setup(self) -> None:
        """Fail if something could not be read."""
        _fail_for(self._ours(self.report.faults))

    def runtest(self) -> None:
        """Show the warnings."""
        _warn_of(self._ours(self.report.warnings), self)

    def _ours(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return the problems that belong to no contract."""
        ids = {outcome.id for outcome in self.report.outcomes}
        return [problem for problem in problems if problem.contract not in ids]


class BaselineTest(ReportTest):
    """The baseline has no stale entries."""

    def runtest(self) -> None:
        """Fail for stale entries, or only warn with ``stale = "warn"``."""
        problems = self.report.drift
        if any(problem.is_error for problem in problems):
            _fail_for(problems)
        _warn_of(problems, self)


class ContractTest(ReportTest):
    """A contract is kept."""

    def __init__(self, *, number: int, **others: Any) -> None:
        super().__init__(**others)
        self._number = number

    @property
    def outcome(self) -> Outcome:
        """The result of the contract."""
        return self.report.outcomes[self._number]

    def setup(self) -> None:
        """Fail if the contract could not be checked."""
        _fail_for(problem for problem in self.report.errors if self.outcome.id in problem.contracts)

    def runtest(self) -> None:
        """Fail with the contract's part of the report if it is broken."""
        _warn_of((problem for problem in self.report.warnings if self.outcome.id in problem.contracts), self)
        if not self.outcome.kept:
            style = Style(verbose=self.config.option.verbose > 0)
            pytest.fail(visible_report("\n".join(broken(shown(self.outcome), style))).rstrip())


def _fail_for(problems: Iterable[Problem]) -> None:
    if lines := "\n".join(map(str, problems)):
        pytest.fail(lines, pytrace=False)


def _warn_of(problems: Iterable[Problem], test: ReportTest) -> None:
    for problem in problems:
        test.warn(ContractWarning(str(problem)))
