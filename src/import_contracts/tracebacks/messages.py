"""What the message of an exception says about a failed import, in every version of Python since 3.6."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Failing(Enum):
    """What an import could not do."""

    NAME = "name"
    """It found no name in a module."""
    ATTRIBUTE = "attribute"
    """A module has no attribute."""
    SUBMODULE = "submodule"
    """A package has no such attribute yet, because that module is being imported."""
    MODULE = "module"
    """It found no module."""
    RELATIVE = "relative"
    """A relative import is in a file that is not in a package."""
    BEYOND = "beyond"
    """A relative import has too many dots."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An import that failed.

    ``module`` is the module that was asked for ``name``, or that was not found; "" if it was not printed. ``path`` is
    its file, if that was printed. ``is_partial`` says that Python knew the module to be partially initialized.
    ``hides`` is what Python says the file at ``path`` may hide: "stdlib", "library", or "". ``not_package`` is the
    module in which Python looked for another one, although it is no package.
    """

    what: Failing
    module: str = ""
    name: str = ""
    path: str = ""
    is_partial: bool = False
    hides: str = ""
    not_package: str = ""


_PARTIAL = r"(?P<partial>partially initialized )?"
_FROM = rf"(?: from {_PARTIAL}(?:module )?'(?P<module>[^']*)')?"
_MODULE = r"'(?P<module>[^']*)'(?: from '(?P<path>[^']*)')?"
_CIRCULAR = r"(?: \((?P<circular>most likely due to a circular import)\))?"
_RENAME = r"(?: \(consider renaming '(?P<renamed>[^']+)' (?P<why>since|if)[^)]*\))?"
_HINT = r"(?:\.? Did you mean:? .*)?"
_PATTERNS = tuple(
    (what, re.compile(pattern + _HINT))
    for what, pattern in (
        (
            Failing.NAME,
            rf"cannot import name '?(?P<name>[^' ]+)'?{_FROM}{_CIRCULAR}{_RENAME}(?: \((?P<path>.*)\))?",
        ),
        (
            Failing.ATTRIBUTE,
            rf"{_PARTIAL}module {_MODULE} has no attribute '(?P<name>[^']*)'{_CIRCULAR}{_RENAME}",
        ),
        (Failing.SUBMODULE, rf"cannot access submodule '(?P<name>[^']*)' of module '(?P<module>[^']*)'{_CIRCULAR}"),
        (Failing.MODULE, r"No module named '?(?P<module>[^' ;]+)'?(?:; '(?P<plain>[^']*)' is not a package)?"),
        (Failing.RELATIVE, r"attempted relative import with no known parent package"),
        (Failing.RELATIVE, r"[Aa]ttempted relative import in non-package"),
        (Failing.BEYOND, r"attempted relative import beyond top-level package"),
    )
)
_ERRORS = {
    Failing.NAME: "ImportError",
    Failing.ATTRIBUTE: "AttributeError",
    Failing.SUBMODULE: "AttributeError",
}
_HIDES = {"since": "stdlib", "if": "library", None: ""}


def read_message(error: str, message: str) -> Failure | None:
    """Return what an exception of a class says about a failed import; None if it is about something else."""
    if len(message) > _LONGEST:
        return None
    for what, pattern in _PATTERNS:
        found = pattern.fullmatch(message.strip())
        if found is None or error.rpartition(".")[2] not in {_ERRORS.get(what, "ImportError"), *_ALSO[what]}:
            continue
        groups = found.groupdict()
        return Failure(
            what,
            groups.get("module") or "",
            groups.get("name") or "",
            groups.get("renamed") or _known(groups.get("path")),
            bool(groups.get("partial") or groups.get("circular")),
            _HIDES[groups.get("why")],
            groups.get("plain") or "",
        )
    return None


def _known(path: str | None) -> str:
    return "" if path is None or path == "unknown location" else path


_LONGEST = 10_000  # characters; no message about an import comes near
_ALSO: dict[Failing, tuple[str, ...]] = {
    Failing.NAME: (),
    Failing.ATTRIBUTE: (),
    Failing.SUBMODULE: (),
    Failing.MODULE: ("ModuleNotFoundError",),
    Failing.RELATIVE: ("ValueError", "SystemError"),
    Failing.BEYOND: ("ValueError",),
}
