"""What a value in the cache must be. A file with anything else in it is as good as absent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TypeGuard

from import_contracts.reading.program import Program

DAMAGED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, OverflowError)
"""The exceptions that reading a damaged value may raise."""

_EXIT_STATUSES = (0, 1, 2, 3)


def strings(value: object) -> list[str]:
    """Return a value that is a list of strings; raises TypeError if it is not."""
    if not isinstance(value, list):
        raise TypeError
    "".join(value)  # raises TypeError for any other item, and takes no time
    return value


def text(value: object) -> str:
    """Return a value that is a string and can be printed; raises TypeError or ValueError if it is not."""
    (found,) = strings([value])
    found.encode()
    return found


def exit_status(value: object) -> int:
    """Return a value that is an exit status; raises ValueError if it is not."""
    if not is_number(value) or value not in _EXIT_STATUSES:
        raise ValueError
    return value


def is_number(value: object) -> TypeGuard[int]:
    """Return whether a value is a whole number. JSON has true and 1.0 too, which Python takes for equal to 1."""
    return type(value) is int


def is_sound(program: Program) -> bool:
    """Return whether a program can be one that was read: names and places of its modules fit.

    Raises one of `DAMAGED` if a name cannot be printed.
    """
    modules = [file.module for file in program.files]
    "\n".join(modules).encode()
    return (
        sorted(set(modules)) == modules
        and all(any(file.path == path for path in _places(program, *file[::2])) for file in program.files)
        and program.namespaces == _namespaces(program, set(modules))
        and program.shadowed <= program.modules
    )


def _places(program: Program, module: str, is_package: bool) -> Iterator[str]:  # noqa: FBT001 - private
    """Yield the paths that the file of a module may have, one for each folder of its root package."""
    for root, folder in program.portions:
        if module == root or module.startswith(f"{root}."):
            inside = module[len(root) :].replace(".", os.sep)
            yield f"{folder}{inside}{os.sep}__init__.py" if is_package else f"{folder}{inside}.py"


def _namespaces(program: Program, modules: set[str]) -> set[str]:
    """Return the packages around modules, from the root packages on, that are not modules with a file."""
    namespaces: set[str] = set()
    outermost = {outer for root in program.roots for outer in [root.rpartition(".")[0]]}
    for module in modules:
        package = module.rpartition(".")[0]
        while package not in outermost and package not in namespaces and package not in modules:
            namespaces.add(package)
            package = package.rpartition(".")[0]
    return namespaces
