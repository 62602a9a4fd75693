"""What CPython prints about an import that fails, in its own words, which differ between its versions.

The words are those of `import_from` in `Python/ceval.c` and `_Py_module_getattro_impl` in `Objects/moduleobject.c`, and
for lazy imports (PEP 810) of `Python/import.c`. Where CPython prints an absolute path, these messages have the path
that reports show.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

_CIRCULAR = "(most likely due to a circular import)"


@dataclass(frozen=True, slots=True)
class Lack:
    """What fails: ``module``, whose file is ``path``, lacks ``name``, because one of them is partially initialized.

    That is the module itself, or if ``is_submodule``, its submodule of that name. If it is not ``is_partial``, its
    ``__getattr__`` has failed. ``error`` is ``ImportError`` or ``AttributeError``.
    """

    error: str
    module: str
    name: str
    path: str
    is_submodule: bool
    is_partial: bool = True


def message(lack: Lack, version: tuple[int, int]) -> str:
    """Return what a version of CPython prints about an import that fails, with the name of the exception."""
    name, module = lack.name, lack.module
    if lack.is_submodule:
        what = f"cannot access submodule '{name}' of module '{module}' {_CIRCULAR}"
    elif not lack.is_partial:
        what = f"cannot import name '{name}' from '{module}' ({lack.path})"
    elif lack.error == "ImportError":
        what = f"cannot import name '{name}' from partially initialized module '{module}' {_CIRCULAR} ({lack.path})"
    else:
        origin = f" from '{lack.path}'" if version >= (3, 13) else ""
        what = f"partially initialized module '{module}'{origin} has no attribute '{name}' {_CIRCULAR}"
    return f"{lack.error}: {what}"


def message_at_root(lack: Lack, version: tuple[int, int]) -> str | None:
    """Return what it prints instead if the folder of the report is the first on `sys.path`; None if that is the same.

    It then takes a top-level module for one that may hide another of the same name. That folder is the first for
    ``python -c`` and ``python -m`` in it, and for scripts in it.
    """
    name, module, path = lack.name, lack.module, lack.path
    since = (3, 14) if lack.error == "ImportError" else (3, 13)
    is_standard = module in sys.stdlib_module_names
    if version < since or path not in {f"{module}.py", f"{module}/__init__.py"}:
        return None
    if (lack.is_submodule or not lack.is_partial) and not is_standard:
        return None
    what = f"cannot import name '{name}' from" if lack.error == "ImportError" else "module"
    lacks = "" if lack.error == "ImportError" else f" has no attribute '{name}'"
    return f"{lack.error}: {what} '{module}'{lacks} (consider renaming '{path}' {_why(module, version)})"


def _why(module: str, version: tuple[int, int]) -> str:
    """Return why to rename a module; for Python 3.13 in the words of 3.13.0, as later ones have those of 3.14."""
    if module in sys.stdlib_module_names:
        effect = "the import system gives it precedence"
        if version >= (3, 14):
            effect = "prevents importing that standard library module"
        return f"since it has the same name as the standard library module named '{module}' and {effect}"
    kind = "a library" if version >= (3, 14) else "a third-party module"
    return f"if it has the same name as {kind} you intended to import"


def message_of_lazy(imported: str) -> str:
    """Return what Python 3.15 prints above that: the cause is the lazy import of a module or of ``module.name``."""
    return f"ImportError: lazy import of '{imported}' raised an exception during resolution"
