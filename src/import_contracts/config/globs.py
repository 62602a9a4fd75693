"""What a path in a configuration matches: it may have wildcards, as in ``libs/*/src`` or ``contracts/**/*.toml``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from glob import glob
from pathlib import Path

from import_contracts import disk, inputs


def folders_at(base: Path, place: str) -> list[Path]:
    """Return the folders that match a pattern, sorted; the path itself, whether it exists or not, if it is none."""
    if not is_glob(place) or disk.is_folder(base / place):
        return [base / place]
    try:
        return sorted({path for path in _expanded(base, Path(place).parts) if disk.is_folder(path)})
    except ValueError:  # a NUL, which no path contains
        return []


def is_glob(place: str) -> bool:
    """Return whether a path has a wildcard."""
    return not set("*?[").isdisjoint(place)


def files_at(folder: Path, pattern: str) -> list[Path]:
    """Return the files that match a pattern, sorted."""
    try:
        return sorted({path for path in _expanded(folder, Path(pattern).parts) if disk.is_file(path)})
    except ValueError:  # a NUL, which no path contains
        return []


def _expanded(folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    """Yield what a pattern matches; ``**`` stands for any number of folders, but is not followed into links.

    With links to each other, a few folders would have more paths than anybody could wait for.
    """
    first = parts.index("**") if "**" in parts else len(parts)
    around, rest = parts[:first], parts[first:]
    for number, part in enumerate(around):
        searched = glob(str(Path(*around[:number])), root_dir=folder) if number else [""]  # noqa: PTH207 - as below
        for place in searched:
            inputs.note(*((inputs.STATUS, folder / place) if is_glob(part) else (inputs.KIND, folder / place / part)))
    found = glob(str(Path(*around)), root_dir=folder) if around else [""]  # noqa: PTH207 - absolute patterns too
    for name in found:
        if not rest:
            yield folder / name
            continue
        for outer, inner, files in os.walk(folder / name):
            inputs.note(inputs.STATUS, outer)
            inner[:] = [each for each in inner if not each.startswith(".")]
            if len(rest) == 1:
                yield Path(outer)
                yield from (Path(outer, file) for file in files if not file.startswith("."))
            else:
                yield from _expanded(Path(outer), rest[1:])
