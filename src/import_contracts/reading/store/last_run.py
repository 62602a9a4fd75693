"""The last run on a program, from the cache, and what has changed since."""

from __future__ import annotations

import json
import os
from functools import cached_property

from import_contracts import inputs
from import_contracts.inputs import Signature
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.program import Extent
from import_contracts.reading.store.answer import Answer, StoredAnswer
from import_contracts.reading.store.cache import Cache, digest
from import_contracts.reading.store.manifest import Manifest, watch_of
from import_contracts.reading.store.remembered import PROGRAM
from import_contracts.reading.store.trust import doubt
from import_contracts.reading.store.watch import absolute, compare, relative
from import_contracts.repository import Tips, tips


class LastRun:
    """The last run with the same extent, from the cache.

    ``manifest`` is None if there was none, or without a cache. ``changed`` are the paths that have changed since, with
    their signature now.
    """

    def __init__(self, extent: Extent, context: RunContext) -> None:
        self.extent = extent
        self.context = context
        self.base = f"{context.folder}{os.sep}".replace(os.sep * 2, os.sep)
        self.cache = _opened(context)
        self.manifest: Manifest | None = None
        self.changed: dict[str, Signature] = {}
        if self.cache is not None and not self.cache.is_new:
            self.manifest, self.changed = self._compared(self.cache)
        if self.manifest is not None and self.changed and not self.manifest.has_program:
            self.forget()

    def _compared(self, cache: Cache) -> tuple[Manifest | None, dict[str, Signature]]:
        """Return the manifest in the cache, and what has changed since."""
        with self.context.step("compare the files and folders"):
            watch, changed = compare(cache.path(watch_of(self.name)), self.base) or (None, {})
        if watch is None:
            return None, {}
        manifest = Manifest.load(cache, self.name, watch, self.base, self.extent.portions)
        if manifest is None:
            return None, {}
        return manifest, dict(zip(absolute(changed, self.base), changed.values(), strict=True))

    @cached_property
    def name(self) -> str:
        """The name of the manifest's file in the cache; "" without a cache."""
        if self.cache is None:
            return ""
        extent = self.extent
        inside = [[name, relative(folder, self.base)] for name, folder in extent.portions]
        globs = [[glob, relative(f"{folder}{os.sep}", self.base)] for glob, folder in extent.exclude]
        unread = [[name, *(relative(path, self.base) for path in paths)] for name, *paths in extent.unread]
        how = [*extent[1:5], globs, inside, unread, extent.external_parts]
        return f"{digest(self.cache.versions, json.dumps(how))}.program"

    def forget_forged(self) -> bool:
        """Return whether the program in the manifest cannot be one that was read; then forget the manifest."""
        if self.manifest is None or self.manifest.is_sound:
            return False
        self.forget()
        return True

    def forget(self) -> None:
        """Go on as if there had been no last run."""
        self.manifest, self.changed = None, {}

    @property
    def is_current(self) -> bool:
        """Whether there was a last run, and nothing has changed since."""
        return self.manifest is not None and not self.changed

    @property
    def _current(self) -> Manifest | None:
        """The manifest if nothing has changed since; that is noted, because the result depends on it."""
        if self.manifest is None or self.changed or self.cache is None:
            return None
        inputs.note(PROGRAM, self.cache.path(watch_of(self.name)), f"{self.manifest.checksum} {self.base}")
        return self.manifest

    @property
    def whole_state(self) -> str | None:
        """A digest of the whole text of the program; None if there was no last run, or something has changed since."""
        return None if (manifest := self._current) is None else manifest.whole_state

    @cached_property
    def tips(self) -> Tips:
        """What the merge base depends on."""
        return tips(self.context.folder)

    @property
    def branch(self) -> str:
        """A digest of that."""
        return digest(*self.tips)

    def stored(self, state: str, request: str) -> StoredAnswer | None:
        """Return the stored answer to a request about a state of the program, if all else it depends on is the same."""
        found = None if self.cache is None else StoredAnswer.load(self.cache, state, request)
        if found is None or (found.branch and found.branch != self.branch) or not found.is_same_outside(self.base):
            return None
        return found

    def answer(self, request: str) -> Answer | None:
        """Return the stored answer to a request; None if there is none, or if something has changed since."""
        manifest = self._current
        stored = None if manifest is None else self.stored(manifest.state, request)
        if manifest is None or stored is None:
            return None
        is_same = all(manifest.digests.get(module) == was for module, (was, _) in stored.evidence.items())
        return stored.answer if is_same else None


def _opened(context: RunContext) -> Cache | None:
    """Return the cache of a run; None without one, or, with a warning, if somebody else may have written it."""
    if context.cache is None:
        return None
    reason = doubt(context.cache)
    if reason is None:
        return Cache(context.cache, context.warn)
    context.warn(f"The cache in {context.cache} is not used: {reason}, or name another folder with --cache-dir.")
    return None
