"""The result of ``lint-imports init``."""

from __future__ import annotations

from import_contracts.records import dataclass
from import_contracts.reports.baseline import BaselineChange


@dataclass(frozen=True, slots=True)
class Initialized:
    """The result of writing a first configuration to ``file``.

    ``contracts`` is the number of contracts written; None if there is a configuration already, in ``file``, so that
    nothing was changed; ``is_peers`` is True if that is import-linter's. ``baseline`` is the change to the baseline;
    None if no contract is broken, so that no baseline was needed.
    """

    file: str
    contracts: int | None
    baseline: BaselineChange | None = None
    is_peers: bool = False
