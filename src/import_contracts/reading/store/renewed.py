"""A program whose files only have new times, next to a cache from before: their contents are compared.

It imports little, because it is a part of a run that is remembered.
"""

import json
import os
from array import array

from import_contracts import disk
from import_contracts.hashing import hashed
from import_contracts.inputs import UNKNOWN, is_recent
from import_contracts.reading.forked import CAN_FORK, end, fork
from import_contracts.reading.store.watch import Compared, Watch, clock, load_sealed, sealed

TYPE_CHECKING = False  # as in typing, which takes long to import
if TYPE_CHECKING:
    from collections.abc import Sequence


def renew(path: str, compared: Compared, base: str, *, alone: bool) -> Compared | None:
    """Write a file of the cache again with the signatures of now, if nothing but times of files has changed.

    The arguments are those of `reading.store.watch.compare`, with what that has returned; what it would
    return now is returned. That is None if something else may have changed, which costs little to see where the size of
    a file is another one, or if something cannot be read or written. Unless the run has to be ``alone``, a second
    process compares half of many files.
    """
    watch, changed = compared
    places = watch.places(base)
    sizes = dict(zip(places, watch.numbers[2::4], strict=True))
    if any(sizes[place] != now[2] or not place.endswith(".py") for place, now in changed.items()):
        return None
    folder, name = os.path.split(path)
    try:
        digests = _digests(path, watch.program)
        now = clock(folder)
        numbers = array("q", watch.numbers)
        touched = [number for number, place in enumerate(places) if place in changed]
        if touched and touched[-1] >= len(digests):
            return None  # what is behind the files of the program decides which files there are
        if not _are_same([(places[number], digests[number]) for number in touched], alone=alone):
            return None
        for number in touched:
            found = changed[places[number]]
            numbers[4 * number : 4 * number + 4] = array("q", UNKNOWN if is_recent(found, now) else found)
        renewed = Watch(watch.program, watch.paths, numbers)
        disk.write(path, sealed(name, renewed.packed()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):  # not to be read, or damaged
        return None
    return renewed, {}


def _are_same(files: "Sequence[tuple[str, str]]", *, alone: bool) -> bool:
    """Return whether files have some digests; raises OSError if one cannot be read."""
    if alone or len(files) < _MANY or not CAN_FORK or len(os.sched_getaffinity(0)) < 2:
        return all(hashed(disk.read_unnoted(path)) == digest for path, digest in files)
    half = len(files) // 2
    if not (copy := fork()):
        try:
            os._exit(0 if _are_same(files[half:], alone=True) else 1)
        finally:
            os._exit(1)
    status = None
    try:
        is_same = _are_same(files[:half], alone=True)
        status = os.waitpid(copy, 0)[1]
        return is_same and status == 0
    finally:
        if status is None:
            end(copy)


_MANY = 2_000
"""From how many files on a second process is worth its start."""


def _digests(path: str, program: str) -> "Sequence[str]":
    """Return the digest of each file of a program, in order; raises many kinds of exceptions if they are not there."""
    found, body = load_sealed(f"{path.removesuffix('.watch')}.program") or ("", b"")
    if found != program:
        raise ValueError("another program")
    digests: list[str] = json.loads(str(body, "utf-8"))["digests"].split("/")[:-1]
    return digests
