"""Ask tach, in an environment of its own, and ask this project, which imports are wrong."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.oracle.peer import made_environment
from tests.support.arranging import lint, write

from .projects import Files

TACH = "tach==0.35.3"


def tach_command() -> Path:
    """Return the command of tach; it is installed when this is first called."""
    return made_environment(TACH) / "bin" / "tach"


def verdict_of_tach(tach: Path, folder: Path, project: Files) -> list[str]:
    """Return each wrong import as ``file:line``, sorted."""
    write(folder, project)
    done = subprocess.run([tach, "check", "--output", "json"], cwd=folder, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    assert isinstance(found, list), found
    located = [each["Located"] for each in found if "Located" in each]
    return sorted({f"{each['file_path']}:{each['line_number']}" for each in located if each["severity"] == "Error"})


def verdict_of_contracts(folder: Path, project: Files) -> list[str]:
    """Return each wrong import by the contracts that the configuration becomes, as ``file:line``, sorted."""
    write(folder, project)
    converted = lint(folder, "init", "--from-tach", "--dry-run")
    assert converted.status == 0, converted.err
    write(folder, {"converted.toml": converted.out})
    run = lint(folder, "--config", "converted.toml", "--no-baseline", "--format", "json")
    assert run.status in (0, 1), run.out
    contracts = json.loads(run.out)["contracts"]
    return sorted({f"{each['path']}:{each['line']}" for one in contracts for each in one["violations"]})
