"""What cycles and their repair cost, against ``check`` with one contract and against pylint's ``cyclic-import``."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import tools
from benchmarks.programs import Release
from benchmarks.timing import Run, run

_FORBIDDEN = """\
[tool.import-contracts]
root_packages = ["{package}"]

[[tool.import-contracts.contracts]]
name = "One contract"
type = "forbidden"
source_modules = ["{source}"]
forbidden_modules = ["{forbidden}"]
"""
_ACYCLIC = """\
root_packages = ["{package}"]

[[contracts]]
name = "One contract"
type = "acyclic"
"""


COMPARED = "cycles, no cache"
"""What the CPU time of the others is compared with."""


def measure(release: Release, runs: int, *, pylint: bool) -> Iterator[tuple[str, list[Run]]]:
    """Yield what was run, and its runs; those at one index were made in turn."""
    tool = tools.ours()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        release.copy_to(folder)
        package, contracts = release.program.package, release.program.contracts
        text = _FORBIDDEN.format(package=package, source=contracts.source, forbidden=contracts.forbidden)
        (folder / "pyproject.toml").write_text(text)
        (folder / "acyclic.toml").write_text(_ACYCLIC.format(package=package))
        commands: dict[str, list[str | Path]] = {
            "check, forbidden, no cache": [tool.command, "check", "--no-cache"],
            "check, acyclic, no cache": [tool.command, "check", "--no-cache", "--config", "acyclic.toml"],
            "cycles --quick, no cache": [tool.command, "cycles", "--quick", "--no-cache", package],
            "graph --format svg, no cache": [tool.command, "graph", "--no-cache", "--format", "svg", package],
            COMPARED: [tool.command, "cycles", "--no-cache", package],
            "fix --unsafe-fixes --diff, no cache": [
                *(tool.command, "fix", "--unsafe-fixes", "--diff", "--no-cache", package)
            ],
            "cycles, nothing changed": [tool.command, "cycles", package],
        }
        unclear = [name for name in commands if name.startswith(("check", "fix"))]
        status = {name: _status(commands[name], folder) for name in unclear}
        run(commands["cycles, nothing changed"], folder)
        measured: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                measured[name].append(run(command, folder, status=status.get(name, 0)))
        yield from measured.items()
        if pylint:
            command = [tools.pylint().command, "--disable=all", "--enable=cyclic-import", package]
            yield "pylint --enable=cyclic-import", [run(command, folder, status=8)]
        shutil.rmtree(folder / ".import_contracts_cache", ignore_errors=True)


def _status(command: Sequence[str | Path], folder: Path) -> int:
    """Return with what status a command ends, which depends on the program."""
    for status in (0, 1):
        try:
            run(command, folder, status=status)
        except SystemExit:
            continue
        return status
    message = f"the command fails: {' '.join(map(str, command))}"
    raise SystemExit(message)
