"""Adopting the tool: a first configuration, from the code or from import-linter's. Nothing that is there is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from import_contracts import atomic
from import_contracts.adopt.inference import infer, to_toml
from import_contracts.adopt.migration import migrate
from import_contracts.config.config import OWN, find_config, has_own, read_config
from import_contracts.problems import Problem, UserError
from import_contracts.reading.program import find_packages, find_program
from import_contracts.reading.scan import scan
from import_contracts.runs import baseline as ratchet

_FILE = "pyproject.toml"
_PLACES = (".", "src")


def infer_configuration(folder: Path, packages: Sequence[str]) -> str:
    """Return contracts that hold today for packages of a folder, or for those found there and in ``src``.

    Raises UserError where no package is found, or a file cannot be read, whose imports might break a contract.
    """
    places = [folder / each for each in _PLACES]
    roots = tuple(packages) or find_packages(places)
    if not roots:
        raise UserError(Problem("There is no package here or in 'src'; name one: lint-imports init shop"))
    try:
        program = find_program(roots, places)
    except UserError as error:
        raise UserError(*(replace(problem, key=None) for problem in error.problems)) from None
    found = scan(program, include_external=False, kinds=True)
    if found.unreadable:
        raise UserError(*(Problem(each.message, file=each.path) for each in found.unreadable))
    return to_toml({"root_packages": roots}, infer(found.graph, roots=roots), prefix=f"tool.{OWN}")


def rewrite_configuration(folder: Path) -> str:
    """Return what import-linter's configuration of a folder says, in this program's words; raises UserError if none."""
    path = find_config(folder)
    config = read_config(path, start=folder, found=True)
    if not config.documents[0].is_peers:
        raise UserError(Problem("This is no configuration of import-linter.", file=config.file))
    return migrate(config.documents)


def write_configuration(folder: Path, text: str, check: ratchet.Check) -> str:
    """Add a configuration to ``pyproject.toml`` of a folder and take what breaks it today for known.

    Returns what was done. Where there is a configuration of this program already, nothing is.
    """
    path = folder / _FILE
    if has_own(path):
        return f"{_FILE} has a configuration already; nothing was changed.\n"
    before = path.read_bytes().decode() if path.exists() else ""
    gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    atomic.write(path.resolve(), f"{before}{gap}{text}".encode())
    config = read_config(path, start=folder, found=True)
    many = len(config.contracts)
    done = f"Wrote {many} contract{'' if many == 1 else 's'} to {_FILE}.\n"
    report = check(config)
    if any(outcome.violations for outcome in report.outcomes) and config.baseline is None:
        done += ratchet.create(config, check)
    return done
