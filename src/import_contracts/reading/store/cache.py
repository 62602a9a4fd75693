"""The cache: the imports and reports of earlier runs, and what is needed to see that nothing has changed.

The folder of the cache has seven kinds of files. Each is a line with a checksum, of its name and the rest, and then
JSON, or parts of bytes in those that every run needs:

- ``.run``, one for each set of arguments and surroundings: what a run printed, and what it had looked at.
- ``.watch``, one for each `Extent`: every file and folder with its signature, and the checksum of the next file.
- ``.program``, one for each `Extent`: the modules, the digest of every file, and the name of the state.
- ``.imports``, one for each state: the imports of every file. Its name is the digest of its content.
- ``.statements``, one for each `Extent` and set of modules: the import statements of files that reports have shown.
- ``.report``, one for each state and request: the text of the report, and the exit status.
- ``.beside``, one for each set of root packages: which packages beside them are read too, and the signature of every
  file and folder that decides this.

A file that cannot be read, or is damaged, is ignored; so is a file with a value that no run has written. A cache that
somebody else may have written is not used at all. The reasons for this design: docs/decisions/006-snapshot.md.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from import_contracts import disk, inputs
from import_contracts.hashing import hashed
from import_contracts.inputs import noted_signature
from import_contracts.reading.store.trust import SUFFIXES, VERSIONS
from import_contracts.reading.store.values import DAMAGED, strings
from import_contracts.reading.store.watch import clock, load_sealed, sealed

_KEPT = 60  # files for each program of a run
_OWN = (".css", ".html", ".js", ".py")


class Cache:
    """The folder of the cache. A file in it that is damaged or incomplete is ignored.

    ``warn`` is called once if the folder cannot be written; after that nothing is written.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._warn = warn
        self._is_usable = True

    @property
    def is_new(self) -> bool:
        """Whether nothing has been stored yet; then the own files, on which all names depend, have not been hashed."""
        return not disk.is_file(self._folder / VERSIONS)

    @cached_property
    def versions(self) -> str:
        """A digest of the programs that the content of the cache depends on: import-contracts, grimp and Python.

        The digest of their files is stored with the signatures of the files, and used again while these are the same.
        """
        spec = PathFinder.find_spec("grimp")  # which does not import it
        paths = sorted(_own_files()) + ([spec.origin] if spec is not None and spec.origin else [])
        for path in sys.path:
            inputs.note(inputs.STATUS, path or os.curdir)
        signatures = digest(sys.version, sys.platform, *([path, *noted_signature(path)] for path in paths))
        try:
            known, versions = strings(self.load(VERSIONS))
        except DAMAGED:
            known, versions = "", ""
        if known != signatures:
            contents = (hashed(disk.read(path)) for path in paths)
            versions = digest(sys.version, sys.platform, *contents)
            self.prepare()
            self.save(VERSIONS, [signatures, versions])
        return versions

    def path(self, name: str) -> str:
        """Return the path of a file."""
        return os.path.join(self._folder, name)

    def load(self, name: str) -> Any:
        """Return the value in a file; None if the file does not exist, or has been changed or renamed.

        Raises ValueError or RecursionError if it is not valid JSON.
        """
        return self.load_sealed(name)[1]

    def load_sealed(self, name: str) -> tuple[str, Any]:
        """Return the checksum of a file, "" if there is none, and what `load` returns."""
        checksum, body = load_sealed(self.path(name)) or ("", b"null")
        decoded = str(body, "utf-8")
        del body
        return checksum, json.loads(decoded)

    def save(self, name: str, value: object) -> str:
        """Write a value to a file and return its checksum; if that fails, warn once and write nothing more."""
        return self.write(name, json.dumps(value, separators=(",", ":")).encode())

    def save_named(self, suffix: str, value: object) -> str:
        """Write a value to a file named by the digest of its content, and return the name without the suffix."""
        body = json.dumps(value, separators=(",", ":")).encode()
        name = hashed(body)
        self.write(name + suffix, body)
        return name

    def write(self, name: str, body: bytes) -> str:
        """Write bytes to a file, as `save` does, and return its checksum."""
        data = sealed(name, body)
        self._try(lambda: disk.write(self._folder / name, data))
        return data.partition(b"\n")[0].decode()

    def prepare(self) -> None:
        """Make the folder if it does not exist, with a ``.gitignore`` and a ``CACHEDIR.TAG`` for backup programs."""

        def make() -> None:
            if not self._folder.is_dir():
                self._folder.mkdir(mode=0o700, parents=True)
                disk.write(self._folder / ".gitignore", b"*\n")
                disk.write(self._folder / "CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n")

        self._try(make)

    def clock(self) -> int:
        """Return the time in nanoseconds since the epoch: the earlier of our clock and the file system's.

        Returns 0 if the folder cannot be written.
        """
        times = [0]
        self._try(lambda: times.append(clock(str(self._folder))))
        return times[-1]

    def tidy(self, programs: int = 1) -> None:
        """Remove the oldest files if there are more than ``_KEPT`` for each program of a run."""

        def remove() -> None:
            ours = [path for path in self._folder.iterdir() if len(path.stem) == 64 and path.suffix in SUFFIXES]
            for path in sorted(ours, key=lambda path: path.stat().st_mtime_ns)[: -_KEPT * programs]:
                path.unlink()

        self._try(remove)

    def _try(self, action: Callable[[], None]) -> None:
        """Run an action that may raise OSError, unless one has failed before; warn if it fails."""
        if not self._is_usable:
            return
        try:
            action()
        except OSError as error:
            self._is_usable = False
            self._warn(f"The cache in {self._folder} cannot be written: {error.strerror}.")


def _own_files() -> Iterator[str]:
    """Yield the paths of this program's own files, also those that its pages are made of."""
    for folder, folders, names in os.walk(Path(__file__).parents[2]):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (os.path.join(folder, name) for name in names if name.endswith(_OWN))


def digest(*parts: object) -> str:
    """Return the digest of the JSON of some values, in hexadecimal digits."""
    return hashed(json.dumps(parts).encode())
