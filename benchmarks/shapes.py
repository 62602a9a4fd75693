"""Programs of extreme shapes, of any size: the same size gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random


@dataclass(frozen=True)
class Step:
    """A command to measure: the arguments of ours, and the exit status that is right.

    ``prepare`` is run before each of its runs. Without ``cached``, there is no cache. ``peer`` tells whether import-linter
    can do the same: check the same contract.
    """

    arguments: tuple[str, ...]
    status: int
    peer: bool = False
    cached: bool = False
    prepare: Callable[[Path], None] | None = None


@dataclass(frozen=True)
class Shape:
    """A kind of program: what its size counts, the three sizes that are measured, and what is measured.

    ``write`` writes a program of a size with its configuration into an empty folder.
    """

    what: str
    sizes: tuple[int, int, int]
    write: Callable[[Path, int], None]
    steps: Mapping[str, Step] = field(default_factory=dict)


_FUNCTION = '''

def function(first: int, second: int = {number}) -> list[int]:
    """Return some of the numbers from the first to the second."""
    found = []
    for each in range(first, second):
        found.append(each * {number})
    return found
'''
_MODULES_IN_PACKAGE = 20
_GROUPS = 4
_EXTERNAL = (
    "dataclasses",
    "json",
    "logging",
    "os",
    "pathlib",
    "re",
    "typing",
    "attr",
    "click",
    "requests",
    "sqlalchemy",
)


def _configuration(package: str, *contracts: Mapping[str, object], **keys: object) -> str:
    """Write a configuration that both tools read."""
    tables = [("[tool.importlinter]", {"root_package": package, **keys})]
    tables += [("\n[[tool.importlinter.contracts]]", {"name": contract["type"], **contract}) for contract in contracts]
    lines = (
        line
        for head, table in tables
        for line in (head, *(f"{key} = {json.dumps(value)}" for key, value in table.items()))
    )
    return "\n".join(lines) + "\n"


def _lay_out(folder: Path, files: Iterator[tuple[str, str]]) -> None:
    """Write files by path, and an empty ``__init__.py`` into each of their packages that has none."""
    packages: set[Path] = set()
    for name, text in files:
        path = folder / name
        for package in path.relative_to(folder).parents[:-1]:
            if package not in packages:
                packages.add(package)
                (folder / package).mkdir(exist_ok=True, parents=True)
                (folder / package / "__init__.py").touch()
        path.write_text(text, encoding="utf-8")


def write_modules(folder: Path, size: int) -> None:
    """Write a layered program: packages of 20 modules, with six imports in each module, of which one is external.

    A fifth of the packages are independent applications on top of the layers.
    """
    layers = [f"big.group_{number}" for number in reversed(range(_GROUPS))]
    contracts = [
        {"type": "layers", "layers": ["big.apps", *layers]},
        {"type": "forbidden", "source_modules": layers[-1:], "forbidden_modules": ["big.apps", "django"]},
        {"type": "independence", "modules": [f"big.apps.package_{number}" for number in _some_apps(size)]},
        {"type": "acyclic_siblings", "ancestors": ["big"]},
    ]
    _lay_out(folder, _modules(size))
    text = _configuration("big", *contracts, include_external_packages=True)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


def _some_apps(size: int) -> range:
    packages = size // _MODULES_IN_PACKAGE
    return range(packages * _GROUPS // (_GROUPS + 1), packages)[:100]


def _modules(size: int) -> Iterator[tuple[str, str]]:
    random = Random(size)  # noqa: S311 - nothing secret
    for number in range(size):
        own = number // _MODULES_IN_PACKAGE * _MODULES_IN_PACKAGE
        is_app = number >= size * _GROUPS // (_GROUPS + 1)
        inside, below = range(own, number), range(min(own, size * _GROUPS // (_GROUPS + 1)))
        imported = {*random.sample(inside, min(2, len(inside))), *random.sample(below, min(3, len(below)))}
        lines = [f"import {random.choice(_EXTERNAL)}\n"]
        for each in sorted(imported):
            package, _, module = _module(each, size).rpartition(".")
            lines.append(f"from {package} import {module}\n" if is_app or each % 3 else f"import {package}.{module}\n")
        path = _module(number, size).replace(".", "/") + ".py"
        yield path, "".join(lines) + _FUNCTION.format(number=number)


def _module(number: int, size: int) -> str:
    group = number * (_GROUPS + 1) // size
    where = f"group_{group}" if group < _GROUPS else "apps"
    return f"big.{where}.package_{number // _MODULES_IN_PACKAGE}.module_{number}"
