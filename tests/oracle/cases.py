"""A case: a small program and a configuration for it, which can be written to a folder and shown to a person."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Value = str | bool | int | tuple["Value", ...]
Table = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Module:
    """A file of the program; `imports` are pieces of source, each of which can be left out."""

    imports: tuple[str, ...] = ()
    package: bool = False

    def source(self) -> str:
        return "".join(f"{piece}\n" for piece in self.imports)


@dataclass(frozen=True, slots=True)
class Case:
    """`contracts` are tables with an `id`; `place` is the configuration's file; `files` are others, as they are.

    `more` are further configurations, which share the program, and `arguments` those with which both are called.
    """

    modules: Mapping[str, Module]
    session: Table
    contracts: tuple[Table, ...]
    place: str = "pyproject.toml"
    files: Mapping[str, str] = field(default_factory=dict)
    more: tuple[Case, ...] = ()
    arguments: tuple[str, ...] = ()

    def texts(self) -> dict[str, str]:
        """Return the path and the text of every file."""
        program = {path_of(name, module): module.source() for name, module in sorted(self.modules.items())}
        more = {case.place: case.configuration() for case in self.more}
        return {**program, **self.files, **more, self.place: self.configuration()}

    def configuration(self) -> str:
        return toml(self) if self.place.endswith(".toml") else ini(self)

    def write(self, folder: Path) -> None:
        for path, text in self.texts().items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def show(self) -> str:
        called = f"called with {' '.join(self.arguments)}\n" if self.arguments else ""
        return called + "".join(f"--- {path}\n{text}" for path, text in self.texts().items() if text)


def path_of(name: str, module: Module) -> str:
    return name.replace(".", "/") + ("/__init__.py" if module.package else ".py")


def ini(case: Case) -> str:
    sections = [("importlinter", case.session)]
    for number, contract in enumerate(case.contracts):
        options = {key: value for key, value in contract.items() if key != "id"}
        sections.append((f"importlinter:contract:{contract.get('id', number)}", options))
    return "\n".join(ini_section(title, options) for title, options in sections)


def ini_section(title: str, options: Table) -> str:
    return "\n".join([f"[{title}]", *(f"{key} ={ini_value(value)}" for key, value in options.items())]) + "\n"


def ini_value(value: Value) -> str:
    if isinstance(value, tuple):
        return "".join(f"\n    {item}" for item in value)
    return f" {value}"


def toml(case: Case) -> str:
    tables = [("[tool.importlinter]", case.session)]
    tables += [("[[tool.importlinter.contracts]]", contract) for contract in case.contracts]
    return "\n".join(toml_table(title, options) for title, options in tables)


def toml_table(title: str, options: Table) -> str:
    return "\n".join([title, *(f"{key} = {json.dumps(value)}" for key, value in options.items())]) + "\n"


def program(*lines: str) -> dict[str, Module]:
    """Return the modules of lines such as `shop.web -> shop.core` (an import) and `shop.empty` (a module)."""
    imports: dict[str, list[str]] = {}
    for line in lines:
        importer, _, imported = (part.strip() for part in line.partition("->"))
        for name in [importer, *([imported] if imported else [])]:
            for end in range(1, name.count(".") + 2):
                imports.setdefault(".".join(name.split(".")[:end]), [])
        if imported:
            imports[importer].append(f"import {imported}")
    return {name: Module(tuple(pieces), package=is_package(name, imports)) for name, pieces in imports.items()}


def is_package(name: str, names: Mapping[str, object]) -> bool:
    return "." not in name or any(other.startswith(f"{name}.") for other in names)
