"""The result of ``lint-imports init``."""

from __future__ import annotations

from dataclasses import dataclass

from import_contracts.reports.baseline import BaselineChange


@dataclass(frozen=True, slots=True)
class Initialized:
    """The result of writing a first configuration to ``file``.

    ``contracts`` is the number of contracts written; None if the file had a configuration already and was not changed.
    ``baseline`` is the change to the baseline; None if no contract is broken, so that no baseline was needed.
    """

    file: str
    contracts: int | None
    baseline: BaselineChange | None = None
