"""Python files of a repository beside the program, such as its tests, and the names of its modules that they use."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from import_contracts import disk
from import_contracts.reading.files.elsewhere import folders_of_programs

_LARGEST = 1 << 20
_USES = (
    r"""["']{module}\.{name}\b"""  # patch("shop.orders.User")
    r"|\bfrom\s+{module}\s+import\s+(?:\([^)]*|[^\n(]*)\b{name}\b"
    r"""|\b{bound}\s*(?:\.\s*{name}\b|,\s*["']{name}["'])"""  # orders.User, patch.object(orders, "User")
)


class UsedOutside:
    """The names that files in a folder take of modules; ``program`` are the files that are not looked at.

    Files of more than a megabyte are left out, and so are links, environments and hidden folders.
    """

    def __init__(self, folder: Path, program: Collection[str]) -> None:
        self._folder = folder
        self._program = program

    @cached_property
    def _texts(self) -> dict[str, bytes]:
        return dict(self._read())

    def _read(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files, in order, with what is in them."""
        known = {os.path.realpath(path) for path in self._program}
        for outer, files in folders_of_programs(str(self._folder)):
            for path in sorted(os.path.join(outer, name) for name in files if name.endswith(".py")):
                if os.path.realpath(path) == path and path not in known:
                    with suppress(OSError):
                        if os.path.getsize(path) <= _LARGEST:
                            yield path, disk.read(path)

    def user(self, module: str, name: str) -> str:
        """Return the path of the first file that may take a name of a module; "" if none does."""
        last = module.rpartition(".")[2]
        words = [word.encode() for word in (name, last)]
        for path, data in self._texts.items():
            if all(word in data for word in words) and _takes(data.decode(errors="replace"), module, last, name):
                return path
        return ""


def _takes(text: str, module: str, last: str, name: str) -> bool:
    aliases = re.findall(rf"\b{re.escape(last)}\s+as\s+(\w+)", text)
    bound = f"(?:{'|'.join(map(re.escape, (last, *aliases)))})"
    uses = _USES.format(module=re.escape(module), name=re.escape(name), bound=bound)
    return module.partition(".")[0] in text and re.search(uses, text) is not None
