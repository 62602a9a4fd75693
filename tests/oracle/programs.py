"""Random programs: one or two root packages, a few modules, and imports in every spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .cases import Module, is_package

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

CHILDREN = ("a", "b", "c", "d", "x", "y", "models", "_private", "_b", "__main__", "__half")
ROOTS = (
    *[("p",)] * 8,
    *[("p", "q")] * 6,
    *[("ns.one",), ("ns.one", "ns.two"), ("p", "ns.one")] * 2,
    *[("_p",), ("p", "ns._one"), ("_ns.one", "_ns.two")],
)
EXTERNALS = ("django", "requests", "json", "attr")
DEEPEST = 4
BROKEN_SOURCES = ("def f(:", "import", "from . import (a, b", "x = = 1")


@dataclass(frozen=True, slots=True)
class Program:
    """`pairs` are the imports as (importer, imported); of externals, only the first name is in them."""

    roots: tuple[str, ...]
    modules: Mapping[str, Module]
    pairs: tuple[tuple[str, str], ...]

    @property
    def names(self) -> list[str]:
        return sorted(self.modules)

    def children(self, parent: str) -> list[str]:
        depth = parent.count(".") + 1
        return [name for name in self.names if name.startswith(f"{parent}.") and name.count(".") == depth]

    @property
    def packages(self) -> list[str]:
        return [name for name in self.names if self.children(name)]


def random_program(rng: random.Random) -> Program:
    roots = random_roots(rng)
    names = random_names(rng, roots)
    packages = {
        name for name in names if name in roots or is_package(name, dict.fromkeys(names)) or rng.random() < 0.05
    }
    pairs = random_pairs(rng, names, tidy=rng.random() < 0.4)
    modules = {
        name: Module(random_pieces(rng, name, name in packages, [b for a, b in pairs if a == name]), name in packages)
        for name in names
    }
    return Program(roots, with_oddities(rng, modules), tuple(pairs))


def random_roots(rng: random.Random) -> tuple[str, ...]:
    return rng.choice(ROOTS)


def random_names(rng: random.Random, roots: tuple[str, ...]) -> list[str]:
    names = list(roots)
    for _ in range(rng.randint(4, 14)):
        parent = min(rng.choices(names, k=rng.choice([1, 2])), key=len)
        if parent.count(".") < DEEPEST - 1:
            names.append(f"{parent}.{rng.choice(CHILDREN)}")
    return sorted(set(names))


def random_pairs(rng: random.Random, names: list[str], *, tidy: bool) -> list[tuple[str, str]]:
    """Return imports; in a tidy program nearly all lead to a module that is later in the alphabet."""
    pairs = []
    for _ in range(rng.randint(2, 2 * len(names) + 4)):
        one, other = rng.choice(names), rng.choice(names)
        if one == other and rng.random() < 0.9:
            continue
        if tidy and rng.random() < 0.93:
            one, other = min(one, other), max(one, other)
        pairs.append((one, other))
    pairs += [(rng.choice(names), rng.choice(EXTERNALS)) for _ in range(rng.choice([0, 0, 1, 2, 3]))]
    return pairs


def random_pieces(rng: random.Random, importer: str, package: bool, imported: list[str]) -> tuple[str, ...]:
    return tuple(wrapped(rng, spelled(rng, importer, package, name)) for name in imported)


def spelled(rng: random.Random, importer: str, package: bool, imported: str) -> str:
    if imported in EXTERNALS:
        return external_import(rng, imported)
    choices = absolute_spellings(imported) + relative_spellings(importer, package, imported) * 2
    return rng.choice(choices)


def external_import(rng: random.Random, name: str) -> str:
    return rng.choice(
        [f"import {name}", f"import {name}.sub.deep", f"from {name} import thing", f"from {name}.sub import deep"]
    )


def absolute_spellings(imported: str) -> list[str]:
    parent, _, last = imported.rpartition(".")
    spellings = [
        f"import {imported}",
        f"import {imported} as name",
        f"import os, {imported} as name",
        f"from {imported} import THING",
        f"from {imported} import *",
        f"from {imported} import (\n    ONE,\n    TWO,\n)",
    ]
    return spellings + ([f"from {parent} import {last}", f"from {parent} import {last} as name"] if parent else [])


def relative_spellings(importer: str, package: bool, imported: str) -> list[str]:
    here = importer.split(".") if package else importer.split(".")[:-1]
    there = imported.split(".")
    spellings = []
    for level in range(1, len(here) + 1):
        base = here[: len(here) - level + 1]
        if there[: len(base)] == base:
            dots, rest = "." * level, there[len(base) :]
            spellings.append(f"from {dots}{'.'.join(rest)} import THING")
            if rest:
                spellings.append(f"from {dots}{'.'.join(rest[:-1])} import {rest[-1]}")
    return spellings


def wrapped(rng: random.Random, statement: str) -> str:
    if rng.random() < 0.7 or "*" in statement or "\n" in statement:
        return statement
    return rng.choice(
        [
            f"def load():\n    {statement}",
            f"async def load():\n    if True:\n        {statement}",
            f"class Scope:\n    {statement}",
            f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {statement}",
            f"import typing\nif typing.TYPE_CHECKING:\n    {statement}",
            f"import typing as t\nif t.TYPE_CHECKING:\n    {statement}",
            f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\nelse:\n    {statement}",
            f"from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    {statement}",
            f"try:\n    {statement}\nexcept ImportError:\n    pass",
            f"if True:\n    {statement}\nelse:\n    pass",
            f"if __name__ == '__main__':\n    {statement}",
        ]
    )


def with_oddities(rng: random.Random, modules: dict[str, Module]) -> dict[str, Module]:
    """Return the modules, now and then with an import of nothing, or with a file that is no Python."""
    name = rng.choice(sorted(modules))
    draw = rng.random()
    if draw < 0.05:
        return extended(
            modules, name, rng.choice(["import p.nowhere", "from p import nowhere", "from . import nowhere"])
        )
    if draw < 0.06:
        return extended(modules, name, rng.choice(BROKEN_SOURCES))
    if draw < 0.08:
        folder = name if modules[name].package else name.rpartition(".")[0] or name
        return {**modules, f"{folder}.bare.inner": Module(("import p",))}
    return modules


def extended(modules: dict[str, Module], name: str, piece: str) -> dict[str, Module]:
    return {**modules, name: Module((*modules[name].imports, piece), modules[name].package)}
