"""Record what tach says: ``python -m tests.tach``, and with ``--compare 500`` compare that many random projects."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from .peer import TACH, tach_command, verdict_of_contracts, verdict_of_tach
from .projects import PROJECTS, random_project

RECORD = Path(__file__).with_name("recorded.json")
_RANDOM = 40


def record() -> None:
    projects = {**PROJECTS, **{f"random {number}": random_project(f"r{number}") for number in range(_RANDOM)}}
    tach, verdicts = tach_command(), {}
    for name, files in projects.items():
        with TemporaryDirectory() as folder:
            wrong = verdict_of_tach(tach, Path(folder), files)
        verdicts[name] = {"files": files, "wrong": wrong} if name.startswith("random") else {"wrong": wrong}
    lines = (f"{json.dumps(name)}: {json.dumps(verdict)}" for name, verdict in verdicts.items())
    RECORD.write_text(f'{{"tach": "{TACH}", "projects": {{\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")


def disagreements(seeds: list[str]) -> int:
    tach, found = tach_command(), 0
    for seed in seeds:
        project = random_project(seed)
        with TemporaryDirectory() as one, TemporaryDirectory() as other:
            theirs = verdict_of_tach(tach, Path(one), project)
            ours = verdict_of_contracts(Path(other), project)
        if theirs != ours:
            found += 1
            sys.stdout.write(
                f"{seed}: only tach {[*set(theirs) - set(ours)]}, only here {[*set(ours) - set(theirs)]}\n"
            )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compare", type=int, default=0)
    parser.add_argument("--seed", default="s")
    options = parser.parse_args()
    if options.compare:
        sys.exit(disagreements([f"{options.seed}{number}" for number in range(options.compare)]) > 0)
    record()
