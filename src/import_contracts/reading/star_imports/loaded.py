"""The modules that a star import loads."""

from __future__ import annotations

from import_contracts.records import NamedTuple


class Loaded(NamedTuple):
    """The modules that a star import of a package may load, sorted.

    If not ``is_whole``, there may be more; if not ``is_exact``, some are loaded only on some paths through the package.
    """

    modules: tuple[str, ...] = ()
    is_whole: bool = True
    is_exact: bool = True
