"""What ``init`` did: complete data, of which every report is a function."""

from __future__ import annotations

from dataclasses import dataclass

from import_contracts.reports.baseline import BaselineChange


@dataclass(frozen=True, slots=True)
class Initialized:
    """What became of a first configuration.

    ``contracts`` is how many were written to ``file``, None where it had a configuration already and was not changed.
    ``baseline`` is what was done to a baseline for the contracts that are broken today, None where there are none.
    """

    file: str
    contracts: int | None
    baseline: BaselineChange | None = None
