"""The run of ``explain --traceback``: finds the program of the tracebacks in a log, and why imports failed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from import_contracts.explain.failure import Teller
from import_contracts.explain.stack import stack_of
from import_contracts.graph.names import ancestors
from import_contracts.problems import Problem, UserError
from import_contracts.reading.context import RunContext
from import_contracts.reading.files.around import read_around
from import_contracts.reading.files.elsewhere import find_elsewhere
from import_contracts.reading.source.imports import read_imports
from import_contracts.reports.cycles import Place
from import_contracts.reports.tracebacks import Story, StoryKind, TracebackReport
from import_contracts.tracebacks.messages import Failure, read_message
from import_contracts.tracebacks.raised import Raised
from import_contracts.tracebacks.reader import read_tracebacks

_VERSION = re.compile(r"python3?\.?(?:3\.?)?(?P<minor>\d{1,2})[/\\]", re.IGNORECASE)
_LARGEST_MINOR = 30
_MOST = 100  # statements that fail in one log; more are too many to read
_HANDLED = {StoryKind.MISSING_MODULE}


def explain_traceback(text: str, file: str, source_roots: Sequence[Path], context: RunContext) -> TracebackReport:
    """Return why the imports failed whose tracebacks are in a text.

    The files are looked for in the folder of the context and in the source roots. ``file`` is the name of the text in
    messages. Raises UserError if there is no traceback in it.
    """
    found = read_tracebacks(text)
    if not found:
        message = "There is no traceback in this file." if text.strip() else "This file is empty."
        raise UserError(
            Problem(f'{message} A traceback has lines like: File "shop/models.py", line 1, in <module>', file=file)
        )
    return explain_raised(found, file, source_roots, context)


def explain_raised(
    found: Sequence[Raised], file: str, source_roots: Sequence[Path], context: RunContext
) -> TracebackReport:
    """Return why the imports failed that raised some exceptions; the rest is as in `explain_traceback`."""
    version = _version(found)
    failures = [(raised, read_message(raised.error, raised.message)) for raised in found]
    others = [_line(raised) for raised, failure in failures if failure is None]
    wanted = [(raised, failure) for raised, failure in failures if failure is not None]
    if not wanted:
        return TracebackReport(file, version, others=tuple(dict.fromkeys(others)))
    stories: dict[Raised, Story] = {}
    elsewhere: list[str] = []
    for raised, story in _stories(wanted, version, source_roots, context):
        if story is None:
            elsewhere.append(_line(raised))
        else:
            stories[raised] = story
    for raised in [raised for raised, story in stories.items() if raised.was_handled and story.kind in _HANDLED]:
        if len(stories) > 1:  # the program goes on without that module, and fails for another reason
            others.append(_line(raised))
            del stories[raised]
    if stories:
        others += elsewhere
        elsewhere = []
    problems = (Problem(f"None of the files in the traceback is here: {line}") for line in dict.fromkeys(elsewhere))
    return TracebackReport(
        file, version, tuple(stories.values()), tuple(dict.fromkeys(others)), tuple(islice(problems, _MOST))
    )


def _line(raised: Raised) -> str:
    return f"{raised.error}: {raised.message}" if raised.message else raised.error


def _version(found: Sequence[Raised]) -> tuple[int, int]:
    """Return the version of Python in the paths of its library; that of the running one if there is none."""
    for frame in (frame for raised in found for frame in raised.frames):
        if (version := _VERSION.search(frame.path)) and 0 < int(version["minor"]) < _LARGEST_MINOR:
            return 3, int(version["minor"])
    return sys.version_info.major, sys.version_info.minor


def _stories(
    wanted: Sequence[tuple[Raised, Failure]],
    version: tuple[int, int],
    source_roots: Sequence[Path],
    context: RunContext,
) -> Iterator[tuple[Raised, Story | None]]:
    """Yield the story of each exception, once for each statement that fails; None if none of its files is here."""
    paths = [frame.path for raised, _ in wanted for frame in raised.frames]
    paths += [failure.path for _, failure in wanted if failure.path]
    with context.step("find the files of the traceback"):
        files = find_elsewhere(paths, context.folder, source_roots)
    with context.step("read the program"):
        program = read_around(files.values(), set(_mentioned(wanted)), set(map(str, source_roots)), context)
    teller = Teller(program, files, version)
    told: set[tuple[Place, Failure]] = set()
    for raised, failure in wanted:
        stack = stack_of(raised, files, program, failure.module)
        if not stack.steps:
            yield raised, None
        elif (stack.steps[-1], failure) not in told and len(told) < _MOST:
            told.add((stack.steps[-1], failure))
            with context.step("explain the traceback"):
                yield raised, teller.story(raised, failure, stack)


def _mentioned(wanted: Sequence[tuple[Raised, Failure]]) -> Iterator[str]:
    """Yield the modules that tracebacks name: in messages, and in the statements on their lines."""
    for _, failure in wanted:
        yield from (failure.module, *ancestors(failure.module))
    for text in {frame.text for raised, _ in wanted for frame in raised.frames if "import" in frame.text}:
        for written in read_imports(text, "", is_package=False):
            if not written.level:
                yield from (written.module, *ancestors(written.module))
                yield f"{written.module}.{written.name}"
