"""Programs of extreme shapes, of any size: the same size gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random


@dataclass(frozen=True)
class Step:
    """A command to measure: its arguments, and the exit status that is right.

    ``prepare`` changes the folder before each run. ``is_cached`` tells whether the command has a cache, from a run
    before that; ``is_shared``, whether import-linter can do the same.
    """

    arguments: tuple[str, ...]
    status: int
    is_cached: bool = False
    is_shared: bool = False
    prepare: Callable[[Path], object] = lambda _: None


@dataclass(frozen=True)
class Shape:
    """A kind of program: ``what`` its size counts, the three sizes that are measured, and the steps, by name.

    ``write`` writes a program of a size, with its configuration, into an empty folder.
    """

    what: str
    sizes: tuple[int, int, int]
    write: Callable[[Path, int], None]
    steps: Mapping[str, Step]


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


def _configure(folder: Path, *contracts: Mapping[str, object], **keys: object) -> None:
    """Write a configuration that both tools read, if the types of the contracts are import-linter's."""
    tables = [("[tool.importlinter]", {"root_package": "big", **keys})]
    tables += [("\n[[tool.importlinter.contracts]]", {"name": contract["type"], **contract}) for contract in contracts]
    lines = ((head, *(f"{key} = {json.dumps(value)}" for key, value in table.items())) for head, table in tables)
    text = "".join(f"{line}\n" for table in lines for line in table)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


def _lay_out(folder: Path, files: Iterable[tuple[str, str]]) -> None:
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


def _write_modules(folder: Path, size: int) -> None:
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
    _configure(folder, *contracts, include_external_packages=True)


def _some_apps(size: int) -> range:
    packages = size // _MODULES_IN_PACKAGE
    return range(packages * _GROUPS // (_GROUPS + 1), packages)[:100]


def _modules(size: int) -> Iterator[tuple[str, str]]:
    random = Random(size)
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


def _write_tangle(folder: Path, size: int) -> None:
    """Write one cycle of all modules, with five more imports in each."""
    random = Random(size)
    _write_cycle(
        folder, [{(number + 1) % size, *random.choices(range(size), k=5)} - {number} for number in range(size)]
    )


def _write_ring(folder: Path, size: int) -> None:
    """Write one cycle of all modules, and no other import."""
    _write_cycle(folder, [{(number + 1) % size} for number in range(size)])


def _write_cycle(folder: Path, imported: list[set[int]]) -> None:
    _lay_out(
        folder,
        (
            (f"big/m{number}.py", "".join(f"from big import m{each}\n" for each in sorted(others)))
            for number, others in enumerate(imported)
        ),
    )
    _configure(folder, {"type": "acyclic"})


_BASELINE = "known.txt"
_TARGETS = 10


def _write_baseline(folder: Path, size: int) -> None:
    """Write a program with so many violations of one contract, all of them known."""
    imports = "".join(f"from big.to import t{number}\n" for number in range(_TARGETS))
    modules = range(size // _TARGETS)
    _lay_out(folder, ((f"big/to/t{number}.py", "") for number in range(_TARGETS)))
    _lay_out(folder, ((f"big/of/m{number}.py", imports) for number in modules))
    contract = {"id": "apart", "type": "forbidden", "source_modules": ["big.of"], "forbidden_modules": ["big.to"]}
    _configure(folder, contract, baseline=_BASELINE)
    ends = (("apart", f"big.of.m{module}", f"big.to.t{target}") for module in modules for target in range(_TARGETS))
    lines = sorted(f"{contract} {importer} -> {imported} => big.to\n" for contract, importer, imported in ends)
    (folder / f"{_BASELINE}.saved").write_text("".join(lines), encoding="utf-8")
    _restore_baseline(folder)


def _restore_baseline(folder: Path) -> None:
    (folder / _BASELINE).write_bytes((folder / f"{_BASELINE}.saved").read_bytes())


def _write_unreadable(folder: Path, size: int) -> None:
    """Write a program of which every tenth file is not valid Python."""
    _lay_out(
        folder,
        (
            (f"big/m{number}.py", f"from big import m{number // 2}\n" + ("" if number % 10 else "print 'x'\n"))
            for number in range(size)
        ),
    )
    _configure(folder, {"type": "forbidden", "source_modules": ["big.m0"], "forbidden_modules": ["big.m1"]})


def _write_links(folder: Path, size: int) -> None:
    """Write so many packages, each with symbolic links to all others."""
    _lay_out(folder, ((f"big/p{number}/module.py", "import big\n") for number in range(size)))
    for number in range(size):
        for other in {*range(size)} - {number}:
            (folder / f"big/p{number}/p{other}").symlink_to(f"../p{other}")
    _configure(folder, {"type": "forbidden", "source_modules": ["big.p0"], "forbidden_modules": ["big.p1"]})


_CHECK = ("check", "--no-cache")
_CYCLES = ("cycles", "--no-cache", "big")

SHAPES = {
    "modules": Shape(
        "modules",
        (20_000, 60_000, 200_000),
        _write_modules,
        {
            "check": Step(("--no-cache",), status=0, is_shared=True),
            "check, nothing changed": Step((), status=0, is_cached=True, is_shared=True),
        },
    ),
    "tangle": Shape(
        "modules in one tangle",
        (1_000, 3_000, 10_000),
        _write_tangle,
        {"check": Step(_CHECK, status=1), "cycles": Step(_CYCLES, status=0)},
    ),
    "ring": Shape(
        "modules in one ring",
        (1_000, 3_000, 10_000),
        _write_ring,
        {"check": Step(_CHECK, status=1), "cycles": Step(_CYCLES, status=0)},
    ),
    "baseline": Shape(
        "entries in the baseline",
        (10_000, 30_000, 100_000),
        _write_baseline,
        {
            "check": Step(_CHECK, status=0),
            "baseline status": Step(("baseline", "status", "--no-cache"), status=0),
            "baseline rename": Step(("baseline", "rename", "big.of", "big.at"), status=0, prepare=_restore_baseline),
        },
    ),
    "unreadable": Shape(
        "files, a tenth unreadable",
        (1_000, 3_000, 10_000),
        _write_unreadable,
        {"check": Step(_CHECK, status=2)},
    ),
    "links": Shape(
        "packages with links to each other",
        (10, 30, 100),
        _write_links,
        {"check": Step(_CHECK, status=0)},
    ),
}
