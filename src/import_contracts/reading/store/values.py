"""What a value in the cache must be. A file with any other value counts as absent."""

from __future__ import annotations

import os
from operator import lt
from typing import TypeGuard

from import_contracts.reading.files.precedence import compiled_name
from import_contracts.reading.files.program import Program, SourceFile

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
    compiled = [file.module for file in program.compiled]
    "\n".join(modules + compiled).encode()
    return (
        all(map(lt, modules, modules[1:]))
        and all(map(lt, compiled, compiled[1:]))
        and program.by_module.keys().isdisjoint(compiled)
        and _are_in_place(program)
        and program.namespaces == _namespaces(program, {*modules, *compiled})
        and program.shadowed <= program.modules
    )


def _are_in_place(program: Program) -> bool:
    """Return whether the file of each module is where its name says, in one of the folders of its root package."""
    portions = [(f"{root}.", len(root), folder) for root, folder in program.portions]
    with_source = [(module, path, _INIT if is_package else ".py") for module, path, is_package in program.files]
    for module, path, end in (*with_source, *map(_with_end, program.compiled)):
        inside = module.replace(".", os.sep) + end
        for root, length, folder in portions:
            if path == folder + inside[length:] and f"{module}.".startswith(root):
                break
        else:
            return False
    return True


def _with_end(compiled: SourceFile) -> tuple[str, str, str]:
    """Return the module and the path of a compiled file, and what must follow the name of the module in the path."""
    name = compiled.path.rpartition(os.sep)[2]
    if not compiled_name(name):
        raise ValueError
    end = name[name.index(".") :]
    return compiled.module, compiled.path, f"{os.sep}__init__{end}" if compiled.is_package else end


_INIT = f"{os.sep}__init__.py"


def _namespaces(program: Program, modules: set[str]) -> set[str]:
    """Return the packages around modules, from the root packages on, that are not modules with a file."""
    namespaces: set[str] = set()
    outside = {root.rpartition(".")[0] for root in program.roots} | modules
    for nearest in {module.rpartition(".")[0] for module in modules}:
        package = nearest
        while package not in outside and package not in namespaces:
            namespaces.add(package)
            package = package.rpartition(".")[0]
    return namespaces
