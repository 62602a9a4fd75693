"""Answers: the text of a report, and what it depends on, as the cache stores it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from itertools import chain

from import_contracts.reading.store.cache import Cache, digest
from import_contracts.reading.store.values import DAMAGED, exit_status, is_number, strings, text
from import_contracts.reading.store.watch import absolute
from import_contracts.records import NamedTuple

_LARGEST = 20_000_000  # characters


class Answer(NamedTuple):
    """The text of a report, the exit status, and sentences about what the report leaves out."""

    text: str
    exit_status: int
    left_out: tuple[str, ...] = ()


class Grounds(NamedTuple):
    """What an answer depends on besides the state of the program.

    ``evidence`` are the modules whose statements are in its text; None if it depends on the whole text of every file.
    ``branch`` is as in `StoredAnswer`. ``outside`` are the files and folders outside the program that it depends on,
    with their digests, by absolute path. ``total`` is the number of imports in the program; apart from that, it stays
    the same if imports change in none of the ``importers``, or if none of those that change is of one of the
    ``imported``, which are None if all imports may change it.
    """

    evidence: Iterable[str] | None
    branch: str = ""
    outside: Mapping[str, str] = {}
    importers: Set[str] | None = None
    imported: Set[str] | None = None
    total: int = 0


class StoredAnswer(NamedTuple):
    """An answer in the cache, and the files that its text depends on besides the state of the program.

    ``evidence`` has, for each module with a statement in the text, the digest of the file and the digest of all its
    import statements; the second is "" if the text depends on the whole file. ``branch`` is `LastRun.branch` if the
    text depends on the merge base, else "". ``outside`` has the digest of each file or folder outside the program, by
    its path as `relative` returns it.

    ``importers``, ``imported`` and ``total`` are as in `Grounds`. The first two have a bit for each module with a file,
    the first one highest, in hexadecimal digits; "" if all of them are meant.
    """

    answer: Answer
    evidence: Mapping[str, tuple[str, str]]
    branch: str = ""
    outside: Mapping[str, str] = {}
    importers: str = ""
    imported: str = ""
    total: int = 0

    def is_same_outside(self, base: str) -> bool:
        """Return whether what lies outside the program is still the same; paths are relative to ``base``."""
        if not self.outside:
            return True
        from import_contracts.reading.files.outside import is_same  # noqa: PLC0415 - few reports depend on that

        return is_same(dict(zip(absolute(self.outside, base), self.outside.values(), strict=True)))

    @classmethod
    def load(cls, cache: Cache, state: str, request: str) -> StoredAnswer | None:
        """Return the answer in the cache to a request about a state of a program; None if there is none."""
        try:
            value = cache.load(_name(cache, state, request))
            evidence = {module: (file, shown) for module, (file, shown) in value["evidence"].items()}
            outside = value.get("outside", {})
            strings([*chain.from_iterable(evidence.values()), *outside.keys(), *outside.values()])
            left_out = tuple(map(text, strings(value["left_out"])))
            answer = Answer(text(value["text"]), exit_status(value["status"]), left_out)
            importers, imported, total = value.get("decided", ("", "", 0))
            if not is_number(total) or not all(not bits or int(bits, 16) >= 0 for bits in (importers, imported)):
                raise ValueError
            return cls(answer, evidence, text(value["branch"]), outside, importers, imported, total)
        except DAMAGED:
            return None

    def save(self, cache: Cache, state: str, request: str) -> None:
        """Write it to the cache, unless its text is very long."""
        (said, status, left_out), evidence, branch, outside, *decided = self
        if len(said) > _LARGEST:
            return
        value = {
            "text": said,
            "status": status,
            "left_out": left_out,
            "evidence": evidence,
            "branch": branch,
            **({"outside": outside} if outside else {}),
            **({"decided": decided} if self.importers or self.imported else {}),
        }
        cache.save(_name(cache, state, request), value)


def _name(cache: Cache, state: str, request: str) -> str:
    return f"{digest(cache.versions, state, request)}.report"
