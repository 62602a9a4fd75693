"""A run that is remembered: what it wrote, and all that it had looked at. While that is the same, so is the result.

Remembered is a run that has found the program as it was, and its reports in the cache. The result is a function of its
arguments and surroundings, and of what it looks at: its configuration, the program, and the files of this tool.
"""

import os
import sys
from itertools import pairwise

from import_contracts import inputs
from import_contracts.inputs import Input
from import_contracts.reading.store.trust import CACHE, doubt
from import_contracts.reading.store.watch import checksum, compare, forget, keep, load, packed, unpacked

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "program"
"""The question whether a program is as its file in the cache says; the answer is its checksum, and its folder."""

VARIABLES = (
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "FORCE_COLOR",
    "GITHUB_ACTIONS",
    "GITHUB_BASE_REF",
    "HOME",
    "LINT_IMPORTS_NO_CUSTOM_TYPES",
    "LOCALAPPDATA",
    "NO_COLOR",
    "SUDO_UID",
    "TERM",
    "USERPROFILE",
    "XDG_STATE_HOME",
)
"""The environment variables on which a result may depend."""

_CONFIGURATIONS = (".importlinter", "pyproject.toml", "setup.cfg")


class Output:
    """A report as it was written, to a file or, if that is "", standard output; for people, ``format`` is ""."""

    def __init__(self, file: str, format_: str, text: str) -> None:
        self.file = file
        self.format = format_
        self.text = text

    def is_asked(self, arguments: "Sequence[str]") -> bool:
        """Return whether the arguments ask for it. Nothing else is written, whatever is in the cache."""
        files, formats = _values("--output", arguments), _values("--format", arguments)
        formats += ["github"] if os.environ.get("GITHUB_ACTIONS") == "true" else []
        is_format = self.format in ("", *formats) or self.file.endswith(f".{self.format}")
        return self.file in ("", *files) and is_format


def _values(option: str, arguments: "Sequence[str]") -> "list[str]":
    """Return the values that an option is given."""
    joined = [word.removeprefix(f"{option}=") for word in arguments if word.startswith(f"{option}=")]
    return joined + [value for word, value in pairwise(arguments) if word == option]


class Remembered:
    """A run: its exit status, what it wrote, and what it had looked at."""

    def __init__(self, status: int, outputs: "Sequence[Output]", seen: "Sequence[Input]") -> None:
        self.status = status
        self.outputs = outputs
        self.seen = seen

    @classmethod
    def unpacked(cls, body: memoryview) -> "Remembered":
        """Return the run in a file of the cache; raises ValueError or TypeError if there is none in it."""
        status, seen, *rest = unpacked(body)
        words = iter(os.fsdecode(bytes(seen)).split("\0"))
        three = iter(rest)
        outputs = [
            Output(os.fsdecode(bytes(file)), str(format_, "ascii"), str(text, "utf-8"))
            for file, format_, text in zip(three, three, three, strict=True)
        ]
        if bytes(status) not in (b"0", b"1", b"2", b"3") or not outputs or not seen:
            raise ValueError
        return cls(int(bytes(status)), outputs, list(zip(words, words, words, strict=True)))

    def packed(self) -> bytes:
        """Return the content of its file in the cache."""
        words = "\0".join(word for each in self.seen for word in each)
        parts = ((os.fsencode(each.file), each.format.encode(), each.text.encode()) for each in self.outputs)
        outputs = [part for three in parts for part in three]
        return packed(b"%d" % self.status, os.fsencode(words), *outputs)


def recall(arguments: "Sequence[str]") -> Remembered | None:
    """Return the run with some arguments, here and now, if it is remembered, and would be the same again.

    From now on it is noted what this run looks at.
    """
    forget()
    inputs.begin(arguments)
    folder = folder_of(arguments)
    body = None if folder is None else load(os.path.join(folder, name_of(arguments)))
    is_completing = any(name.endswith("_COMPLETE") for name in os.environ)  # click completes the words of a shell then
    if folder is None or body is None or is_completing or doubt(folder) is not None:
        return None
    try:
        found = Remembered.unpacked(body)
    except (ValueError, TypeError):
        return None
    if not all(output.is_asked(arguments) for output in found.outputs):
        return None
    alone = "1" in _values("--jobs", arguments)
    for each in found.seen:
        if not _holds(each, alone=alone):
            if each[0] == PROGRAM:
                inputs.stop()  # this run will not be remembered
            return None
    return found


def _holds(noted: Input, *, alone: bool) -> bool:
    question, path, answer = noted
    if question != PROGRAM:
        return inputs.holds(noted)
    program, _, base = answer.partition(" ")
    found = compare(path, base)
    if found is not None and found[1] and found[0].program == program:
        from import_contracts.reading.store.renewed import renew  # noqa: PLC0415 - not needed where nothing has changed

        found = renew(path, found, base, alone=alone) or found
    if found is not None:
        keep(path, base, found)
    return found is not None and found[0].program == program and not found[1]


def name_of(arguments: "Sequence[str]") -> str:
    """Return the name of the file for a run with some arguments, in these surroundings."""
    surroundings = [sys.version, sys.platform, sys.getfilesystemencoding(), os.getcwd(), str(sys.stdout.isatty())]
    surroundings.append(str(os.geteuid()) if hasattr(os, "geteuid") else "")  # who may not read what others may
    surroundings += [f"{name}={os.environ.get(name)}" for name in VARIABLES]
    words = "\0".join((*surroundings, *sys.path, "", *arguments))
    return f"{checksum('run', os.fsencode(words)).decode()}.run"


def folder_of(arguments: "Sequence[str]") -> str | None:
    """Return the folder in which a run with some arguments may be remembered; None if it has no cache for that.

    It is the one that the run would use, as far as that is seen without reading its configuration: a cache of somebody
    else may be nearer.
    """
    here = os.getcwd()
    if "--no-cache" in arguments:
        return None
    if named := "".join(_values("--cache-dir", arguments)[:1]):
        return os.path.join(here, os.path.expanduser(named))
    words = [word.partition("=")[2] if word.startswith("--") else word for word in arguments]
    others = ("", *_values("--output", arguments))
    for word in words:
        if word not in others and not word.endswith((".py", ".pyi")) and os.path.isfile(word):
            return os.path.join(os.path.dirname(os.path.join(here, word)), CACHE)
    return _nearest(here)


def _nearest(folder: str) -> str | None:
    """Return the cache in a folder, or in the nearest one around it that has one; None if no configuration is there.

    Whoever can place both may as well write the configuration.
    """
    while not os.path.isdir(cache := os.path.join(folder, CACHE)):
        if folder == (folder := os.path.dirname(folder)):
            return None
    return cache if any(os.path.exists(os.path.join(folder, name)) for name in _CONFIGURATIONS) else None
