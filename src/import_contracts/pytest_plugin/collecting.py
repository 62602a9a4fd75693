"""Why a test file cannot be imported: the section below the error."""

from __future__ import annotations

import sys
import traceback
from dataclasses import replace
from pathlib import Path

import pytest

from import_contracts import disk
from import_contracts.reading.context import RunContext
from import_contracts.reporters.style import Style
from import_contracts.reporters.tracebacks import as_section
from import_contracts.reports.tracebacks import StoryKind
from import_contracts.runs.tracebacks import explain_raised
from import_contracts.tracebacks.raised import PrintedFrame, Raised
from import_contracts.visible import visible

_KINDS = {StoryKind.CYCLE, StoryKind.HIDDEN_LIBRARY}
_TOLD = pytest.StashKey[dict[tuple[object, ...], str]]()
"""The first node of each failing statement, by what identifies that; "" if there was nothing to say about it."""


def explanation(error: ImportError | AttributeError, node: pytest.Item | pytest.Collector) -> str:
    """Return why an import failed when a file was collected; "" if nothing is known beyond the error itself.

    Of several files that fail at the same statement, only the first gets the whole explanation.
    """
    raised = Raised(tuple(_frames(error)), type(error).__name__, str(error))
    told = node.config.stash.setdefault(_TOLD, {})
    key = (raised.error, raised.message, *raised.frames[-1:])
    if key in told:
        return f"The cause is the same as for {visible(told[key])}.\n" if told[key] else ""
    text = _text(raised, node.config)
    told[key] = node.nodeid if text else ""
    return text


def _text(raised: Raised, config: pytest.Config) -> str:
    folder = config.rootpath
    roots = [Path(entry) for entry in sys.path if entry and disk.is_inside(entry, folder)]
    try:
        report = explain_raised([raised], "pytest", roots, RunContext(folder))
    except Exception:  # noqa: BLE001 - a bug here must not hide the error of the user
        return ""
    stories = tuple(story for story in report.stories if story.kind in _KINDS)
    style = Style(verbose=config.option.verbose > 0)
    return as_section(replace(report, stories=stories, python=sys.version_info[:2]), style) if stories else ""


def _frames(error: BaseException) -> list[PrintedFrame]:
    return [
        PrintedFrame(frame.filename, frame.lineno or 1, frame.name, frame.line or "")
        for frame in traceback.extract_tb(error.__traceback__)
    ]
