"""Regular expressions that are compiled when they are first used, as most runs use few of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ("pattern",)

if TYPE_CHECKING:
    from re import compile as pattern
else:

    class pattern:  # noqa: N801 - called like `re.compile`
        """A regular expression with the methods of `re.Pattern`."""

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            self._given = (text, flags)

        def __getattr__(self, name: str) -> Any:
            method = getattr(re.compile(*self._given), name)
            setattr(self, name, method)  # found without this method from now on
            return method
