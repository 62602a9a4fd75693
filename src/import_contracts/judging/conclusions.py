"""What an earlier run has found out about a program, taken over after edits that cannot change it.

It is stored as a report, with the text of every module, so that it can be told what an edit has changed.
"""

from __future__ import annotations

import json
import re
import zlib
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from functools import cached_property, partial
from itertools import chain
from typing import Any, TypeAlias, TypeVar

from import_contracts.crashes.bodies import LOADED
from import_contracts.disk import read_unnoted
from import_contracts.graph.import_graph import Edge, Import
from import_contracts.graph.names import top_level
from import_contracts.judging.definitions import looks_up
from import_contracts.judging.quiet_edits import LookedAt, MovedLines, moved_by
from import_contracts.judging.statements import Statements
from import_contracts.judging.unparsed import may_have_looked_up
from import_contracts.reading.source.text import Source
from import_contracts.reading.source.trees import parse
from import_contracts.reading.store.answer import Answer, StoredAnswer
from import_contracts.reading.store.cache import digest
from import_contracts.reading.store.manifest import shape
from import_contracts.reading.store.values import DAMAGED, strings
from import_contracts.reading.store.watch import absolute, relative
from import_contracts.records import replace
from import_contracts.repair.runtime_annotations import EVALUATING
from import_contracts.reports.kept import KeptReport, Unknown, as_value

T = TypeVar("T")
After: TypeAlias = Callable[[T, Mapping[str, str], Set[tuple[str, str]]], T | None]
"""Returns a report after edits; given are the texts of modules before these, and the functions it depends on."""
_TOGETHER = 64
"""How many modules have their texts compressed together."""
_LARGEST = 100_000_000
"""How many bytes these may have; a file that no run has written could have more than there is memory."""
_MOST = 20
"""How many files may have changed, and how many others are parsed to know whether these look up a name."""
_LAST, _BEFORE = "", "before"
"""What was found last, and what was found before that: it holds again if an edit is undone."""


class Conclusions:
    """What was reported about the program of some statements, in answer to a question with a ``key``."""

    def __init__(self, statements: Statements, key: str) -> None:
        self._outside: Mapping[str, str] = {}
        self._statements = statements
        self._snapshot = statements.snapshot
        self._key = key

    @cached_property
    def _request(self) -> str:
        """What the report depends on, besides the texts of modules and what lies outside the program."""
        last, of_program = self._snapshot.last, digest(shape(self._snapshot.program, self._snapshot.last.base))
        return json.dumps(["conclusions", last.name, str(last.context.folder), of_program, self._key])

    def keep(self, report: object) -> None:
        """Store a report, unless the text of a file is not known, or must not be quoted."""
        last, manifest, files = self._snapshot.last, self._snapshot.manifest, self._snapshot.program.files
        modules, sources = [file.module for file in files], self._statements.sources
        if manifest is None or len(sources) < len(modules) or not all(map(self._snapshot.may_quote, modules)):
            return
        texts = [sources[module].text for module in modules]
        ours, seen = {file.path for file in files}, self._statements.outside
        looked_at = {(file.module, LOADED) for file in files if file.path in seen}
        value = {
            "report": as_value(report),
            "functions": sorted(self._statements.functions | looked_at),
            "texts": [_packed(texts[first : first + _TOGETHER]) for first in range(0, len(texts), _TOGETHER)],
        }
        if last.cache is not None and (before := last.stored(_LAST, self._request)):
            before.save(last.cache, _BEFORE, self._request)
        self._outside = {relative(path, last.base): seen[path] for path in seen if path not in ours}
        self._store(_LAST, self._request, Answer(json.dumps(value), 0))

    def keep_answer(self, request: str, answer: Answer) -> None:
        """Store the answer to a request that was made of what was taken over."""
        if self._snapshot.manifest is not None:
            self._store(self._snapshot.manifest.state, request, answer)

    def _store(self, state: str, request: str, answer: Answer) -> None:
        cache, manifest = self._snapshot.last.cache, self._snapshot.manifest
        if cache is not None and manifest is not None and all(manifest.digests.values()):
            evidence = {module: (of_file, "") for module, of_file in manifest.digests.items()}
            StoredAnswer(answer, evidence, outside=self._outside).save(cache, state, request)

    def take_over(self, kind: type[T], after: After[T] | None = None) -> T | None:
        """Return the report as it would be now; None if there is none, or if that is not certain.

        ``after`` returns what a report is after edits that are not quiet, of modules of which it names no line.
        """
        found = (self._taken_over(kind, when, after) for when in (_LAST, _BEFORE))
        return next((report for report in found if report is not None), None)

    def _taken_over(self, kind: type[T], when: str, after: After[T] | None) -> T | None:
        last, manifest = self._snapshot.last, self._snapshot.manifest
        stored = None if manifest is None else last.stored(when, self._request)
        if manifest is None or stored is None:
            return None
        try:
            changed = [module for module, now in manifest.digests.items() if stored.evidence[module][0] != now]
            value = json.loads(stored.answer.text)
            if len(changed) > _MOST:
                return None
            moved = self._moved(changed, value, stored.outside)
            others = {module: self._before(module, value) for module in changed if module not in moved}
            if others and after is None:
                return None
            moved |= dict.fromkeys(others, Unknown())
            paths = {module: self._statements.path(module) for module in moved}
            by_path = {paths[module]: of_module for module, of_module in moved.items()}
            kept = KeptReport(by_path, paths, self._later, self._statements.text)
            report: T | None = kept.read(kind, value["report"])
            if others and after is not None and report is not None:
                report = after(report, others, {(module, name) for module, name in map(strings, value["functions"])})
        except (*DAMAGED, zlib.error):
            return None
        self._outside = stored.outside
        return report

    def _before(self, module: str, value: Any) -> str:
        """Return the text that a module had."""
        pack, number = divmod(self._numbers[module], _TOGETHER)
        return _unpacked(value["texts"][pack])[number]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {file.module: number for number, file in enumerate(self._snapshot.program.files)}

    def _moved(self, changed: Sequence[str], value: Any, outside: Iterable[str]) -> dict[str, MovedLines | Unknown]:
        """Return where the lines of some modules are now, of those of which it is certain that nothing else changed.

        ``outside`` are the files and folders outside the program that were looked at.
        """
        functions: dict[str, set[str]] = {}
        for module, name in map(strings, value["functions"]):
            functions.setdefault(module, set()).add(name)
        roots = frozenset(top_level(module) for module in self._numbers)
        readers = EVALUATING.union(functions.get("", ()))
        moved: dict[str, MovedLines | Unknown] = {}
        now = {module: source.text for module in changed if (source := self._statements.quotable_source(module))}
        is_once = partial(self._is_once, value["texts"], now, outside)
        for module in changed:
            source = self._statements.quotable_source(module)
            if source is None:
                continue
            known = LookedAt(
                functions.get(module, set()),
                readers,
                roots,
                partial(_may_import, value["texts"]),
                partial(_may_import, value["texts"], origin=_last_part(source)),
                is_once,
                partial(self._is_own, value["texts"], now, outside, source),
            )
            if found := moved_by(replace(source, text=self._before(module, value)), source, known):
                moved[module] = found
        return moved

    def _is_once(self, packs: Sequence[str], now: Mapping[str, str], outside: Iterable[str], name: str) -> bool:
        """Return whether a name is written once in the texts before and after the edits, and nowhere else."""
        if self._is_part(name) or any(name in text for text in self._read_outside(outside)):
            return False
        word = re.compile(rf"{name}(?<!\w{name})(?!\w)")
        texts = chain(now.values(), chain.from_iterable(map(_unpacked, packs)))
        return sum(len(word.findall(text)) for text in texts) == 1

    def _is_own(
        self, packs: Sequence[str], now: Mapping[str, str], outside: Iterable[str], source: Source, name: str
    ) -> bool:
        """Return whether no text but that of a module can look a name up in it, before and after the edits."""
        before = zip(self._numbers, chain.from_iterable(map(_unpacked, packs)), strict=True)
        texts = (text for module, text in chain(before, now.items()) if module != source.module)
        imported = _importing([rf"{name}\b", r"\*"], _last_part(source))
        everywhere = [*texts, *self._read_outside(outside)]
        suspects = [text for text in everywhere if may_have_looked_up(text, name)]
        return (
            not self._is_part(name)
            and not any(map(imported.search, everywhere))
            and len(suspects) <= _MOST
            and not any(looks_up(parse(text), name) for text in suspects)
        )

    def _is_part(self, name: str) -> bool:
        """Return whether a name is part of that of a module."""
        return any(name in module.split(".") for module in self._numbers)

    def _read_outside(self, outside: Iterable[str]) -> Iterator[str]:
        """Yield the texts of those files outside the program that can be read."""
        for path in absolute(outside, self._snapshot.last.base):
            with suppress(OSError):
                yield read_unnoted(path).decode(errors="replace")

    def _later(self, edge: Edge, line: int, lines: tuple[int, ...] | None) -> Import:
        statements = self._statements
        return statements.on_line(edge, line) if lines is None else statements.statement_of(edge, lines)


def _may_import(packs: Sequence[str], names: Collection[str], origin: str = "") -> bool:
    """Return whether an import statement in some texts may have one of some names, of modules with a last part."""
    pattern = _importing([rf"{name}\b" for name in names], origin)
    return any(pattern.search(text) for pack in packs for text in _unpacked(pack))


def _importing(names: Collection[str], origin: str) -> re.Pattern[str]:
    """Return the pattern of an import statement that may have one of some names, of modules with a last part."""
    found = rf"(?<!\w)(?:{'|'.join(names)})"
    begin = rf"\b{origin}[\s\\]+" if origin else ""
    return re.compile(rf"{begin}import\b(?:(?:[^\n(\\]|\\\n)*?{found}|[\s\\]*\((?:[^)#]|#[^\n]*)*?{found})")


def _last_part(source: Source) -> str:
    """Return the last part of the name of a module if each import from it has that; else ""."""
    return "" if source.is_package else source.module.rpartition(".")[2]


def _packed(texts: Sequence[str]) -> str:
    return b2a_base64(zlib.compress(json.dumps(texts).encode(), 1), newline=False).decode()


def _unpacked(packed: str) -> list[str]:
    return strings(json.loads(zlib.decompressobj().decompress(a2b_base64(packed), _LARGEST)))
