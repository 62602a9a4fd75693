"""The report of ``init`` as text."""

from __future__ import annotations

from import_contracts.reporters.baseline import change_as_text
from import_contracts.reporters.people import for_people
from import_contracts.reports.init import Initialized
from import_contracts.wording import count


@for_people
def as_text(done: Initialized) -> str:
    """Return what was written, and to which files."""
    if done.contracts is None:
        convert = "To convert it, run: lint-imports init --from-import-linter\n" if done.is_peers else ""
        return f"{done.file} has a configuration already; nothing was changed.\n{convert}"
    written = f"Wrote {count(done.contracts, 'contract')} to {done.file}.\n"
    return written + (change_as_text(done.baseline) if done.baseline else "")
