"""What an earlier run has found out about a program, taken over after edits that cannot change it.

It is stored as a report, with the text of every module, so that it can be told what an edit has changed.
"""

from __future__ import annotations

import json
import re
import zlib
from binascii import a2b_base64, b2a_base64
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from import_contracts.graph.import_graph import Edge, Import
from import_contracts.judging.quiet_edits import Known, Moved, moved_by
from import_contracts.judging.statements import Statements
from import_contracts.reading.cache import Answer, StoredAnswer, digest, shape, shortened
from import_contracts.reading.values import DAMAGED, strings
from import_contracts.records import replace
from import_contracts.repair.usage import EVALUATING
from import_contracts.reports.kept import KeptReport, as_value

T = TypeVar("T")
_TOGETHER = 64
"""How many modules have their texts compressed together."""
_LARGEST = 100_000_000
"""How many bytes these may have; a file that no run has written could have more than there is memory."""
_MOST = 20
"""How many files may have changed."""
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
        value = {
            "report": as_value(report),
            "functions": sorted(self._statements.functions),
            "texts": [_packed(texts[first : first + _TOGETHER]) for first in range(0, len(texts), _TOGETHER)],
        }
        ours = {file.path for file in files}
        seen = self._statements.outside
        if last.cache is not None and (before := last.stored(_LAST, self._request)):
            last.cache.keep(_BEFORE, self._request, before)
        self._outside = {shortened(path, last.base): seen[path] for path in seen if path not in ours}
        self._store(_LAST, self._request, Answer(json.dumps(value), 0))

    def keep_answer(self, request: str, answer: Answer) -> None:
        """Store the answer to a request that was made of what was taken over."""
        if self._snapshot.manifest is not None:
            self._store(self._snapshot.manifest.state, request, answer)

    def _store(self, state: str, request: str, answer: Answer) -> None:
        cache, manifest = self._snapshot.last.cache, self._snapshot.manifest
        if cache is not None and manifest is not None and all(manifest.digests.values()):
            evidence = {module: (of_file, "") for module, of_file in manifest.digests.items()}
            cache.keep(state, request, StoredAnswer(answer, evidence, outside=self._outside))

    def take_over(self, kind: type[T]) -> T | None:
        """Return the report as it would be now; None if there is none, or if that is not certain."""
        found = (self._taken_over(kind, when) for when in (_LAST, _BEFORE))
        return next((report for report in found if report is not None), None)

    def _taken_over(self, kind: type[T], when: str) -> T | None:
        last, manifest = self._snapshot.last, self._snapshot.manifest
        stored = None if manifest is None else last.stored(when, self._request)
        if manifest is None or stored is None:
            return None
        try:
            changed = [module for module, now in manifest.digests.items() if stored.evidence[module][0] != now]
            value = json.loads(stored.answer.text)
            moved = self._moved(changed, value) if len(changed) <= _MOST else None
            if moved is None:
                return None
            paths = {module: self._statements.path(module) for module in moved}
            by_path = {paths[module]: of_module for module, of_module in moved.items()}
            kept = KeptReport(by_path, paths, self._later, self._statements.text)
            report = kept.read(kind, value["report"])
        except (*DAMAGED, zlib.error):
            return None
        self._outside = stored.outside
        return report

    def _moved(self, changed: Sequence[str], value: Any) -> dict[str, Moved] | None:
        """Return where the lines of some modules are now; None unless it is certain that nothing else has changed."""
        places = {file.module: divmod(number, _TOGETHER) for number, file in enumerate(self._snapshot.program.files)}
        functions: dict[str, set[str]] = {}
        for module, name in map(strings, value["functions"]):
            functions.setdefault(module, set()).add(name)
        roots = frozenset(module.partition(".")[0] for module in places)
        readers = EVALUATING.union(functions.get("", ()))
        moved = {}
        for module in changed:
            pack, number = places[module]
            source = self._statements.quotable_source(module)
            before = _unpacked(value["texts"][pack])[number]
            known = Known(functions.get(module, set()), readers, roots, partial(_may_import, value["texts"]))
            found = source and moved_by(replace(source, text=before), source, known)
            if not found:
                return None
            moved[module] = found
        return moved

    def _later(self, edge: Edge, line: int, lines: tuple[int, ...] | None) -> Import:
        statements = self._statements
        return statements.on_line(edge, line) if lines is None else statements.statement_of(edge, lines)


def _may_import(packs: Sequence[str], names: Collection[str]) -> bool:
    """Return whether an import statement in some texts may have one of some names."""
    last = rf"\b(?:{'|'.join(names)})\b"
    pattern = re.compile(rf"import\b(?:(?:[^\n(\\]|\\\n)*?{last}|[\s\\]*\((?:[^)#]|#[^\n]*)*?{last})")
    return any(pattern.search(text) for pack in packs for text in _unpacked(pack))


def _packed(texts: Sequence[str]) -> str:
    return b2a_base64(zlib.compress(json.dumps(texts).encode(), 1), newline=False).decode()


def _unpacked(packed: str) -> list[str]:
    return strings(json.loads(zlib.decompressobj().decompress(a2b_base64(packed), _LARGEST)))
