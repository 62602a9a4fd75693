"""What was counted at earlier commits, in the cache: by commit, and by the names of the objects there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from import_contracts import git
from import_contracts.reading.context import RunContext
from import_contracts.reading.store.cache import Cache, digest
from import_contracts.reading.store.trust import doubt
from import_contracts.reading.store.values import DAMAGED, text
from import_contracts.reports.trend import Facts

FOLDER = "trend"
"""The folder in that of the cache, so that programs of the past do not drive out that of today."""


def context_of(context: RunContext, folder: Path) -> RunContext:
    """Return the context for programs of the past in a folder: with a cache of their own, and steps that are not shown.

    Without a cache if another user may have written it.
    """
    past = RunContext(folder, warn=context.warn, checkouts=(folder,))
    if context.cache is None or doubt(context.cache) or doubt(context.cache / FOLDER):
        return past
    return past._replace(cache=context.cache / FOLDER)


class Memory:
    """The facts of earlier runs with equal ``settings``, which are everything that they depend on except the commit.

    Commits with the same objects have the same facts, so these are stored once.
    """

    def __init__(self, context: RunContext, settings: object) -> None:
        self._cache = Cache(context.cache, context.warn) if context.cache else None
        self._name = f"{digest(self._cache.versions, repr(settings))}.points" if self._cache else ""
        self._states: dict[str, str] = {}
        self._facts: dict[str, Any] = {}
        self._is_changed = False
        if self._cache is not None:
            try:
                value = self._cache.load(self._name)
                states = {text(commit): text(state) for commit, state in value["states"].items()}
                self._facts = {state: value["facts"][state] for state in states.values()}
                self._states = states
            except DAMAGED:
                self._facts = {}

    def of_commit(self, commit: str) -> tuple[Facts | None, tuple[str, ...]] | None:
        """Return what was counted at a commit, and its marks; None if that is not known."""
        return self._found(self._states.get(commit, ""))

    def of_state(self, commit: str, state: str) -> tuple[Facts | None, tuple[str, ...]] | None:
        """Return what was counted where the objects were the same, and remember that the commit has these."""
        found = self._found(state)
        if found is not None:
            self._states[commit] = state
            self._is_changed = True
        return found

    def _found(self, state: str) -> tuple[Facts | None, tuple[str, ...]] | None:
        try:
            value, marks = self._facts[state]
            return None if value is None else Facts.of(value), tuple(map(text, marks))
        except DAMAGED:
            return None

    def keep(self, commit: str, state: str, facts: Facts | None, marks: tuple[str, ...]) -> None:
        """Remember what was counted at a commit."""
        self._states[commit] = state
        self._facts[state] = [facts and facts.value, list(marks)]
        self._is_changed = True

    def save(self) -> None:
        """Write what is new to the cache."""
        if self._cache is not None and self._is_changed:
            self._cache.prepare()
            self._cache.save(self._name, {"states": self._states, "facts": self._facts})


def state_of(listing: Mapping[str, git.Listed], *more: object) -> str:
    """Return a digest of the files of a commit."""
    return digest(sorted((path, *each) for path, each in listing.items()), repr(more))
