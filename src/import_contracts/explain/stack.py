"""The frames of a traceback as lines of the program: in which module each is, and whether it is still there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from import_contracts.explain.prediction import MAIN
from import_contracts.reading.files.around import ProgramAround
from import_contracts.reading.source.text import split_lines
from import_contracts.reports.cycles import Place
from import_contracts.tracebacks.raised import MODULE, PrintedFrame, Raised


@dataclass(frozen=True)
class Stack:
    """The lines of the program in a traceback, from the first module to the statement that fails.

    The module of a script is `MAIN`, and ``main`` is the name under which it can be imported; "" if there is no script.
    ``notes`` say which lines have changed.
    """

    steps: tuple[Place, ...]
    main: str
    notes: tuple[str, ...]

    def begin_of(self, module: str) -> int | None:
        """Return the number of the last step in the code of a module while it is imported; None if there is none."""
        runs = [step.module == module and not step.is_call for step in self.steps]
        return max((number for number, is_run in enumerate(runs) if is_run), default=None)

    @property
    def twice(self) -> str:
        """The module that runs as a script and again under its name; "" if there is none."""
        again = any(step.module == self.main for step in self.steps)
        return self.main if self.main and again else ""


def stack_of(raised: Raised, files: Mapping[str, str], program: ProgramAround, partial: str) -> Stack:
    """Return the lines of a program in a traceback.

    ``files`` are the paths here of the printed ones. ``partial`` is the module that was being imported according to the
    message of the exception, or "": if only the first frame can be that module, it is no script.
    """
    steps: list[Place] = []
    notes: list[str] = []
    modules = [program.names.get(files.get(frame.path, ""), "") for frame in raised.frames]
    first = _script(raised)
    main = modules[first] if first is not None else ""
    if main == partial and modules.count(main) < 2:
        main = ""
    previous: PrintedFrame | None = None
    for number, (frame, module) in enumerate(zip(raised.frames, modules, strict=True)):
        if not module:
            previous = None
            continue
        place = _place(frame, program, module, notes)
        is_call = frame.function not in {"", MODULE}
        if previous is not None and previous.path == frame.path and _continues(previous, frame):
            place = replace(place, module=steps[-1].module, is_call=steps.pop().is_call)
        elif number == first and main:
            place = replace(place, module=MAIN)
        elif is_call:
            running = (step.module for step in reversed(steps) if step.path == place.path)
            place = replace(place, module=next(running, module), is_call=True)
        steps.append(place)
        previous = frame
    return Stack(tuple(steps), main, tuple(dict.fromkeys(notes)))


def _script(raised: Raised) -> int | None:
    """Return the number of the frame of the script that a traceback begins with, after those of ``python -m``."""
    number = next((i for i, frame in enumerate(raised.frames) if "runpy" not in frame.path), None)
    if number is None or not raised.starts_at_top or raised.frames[number].function != MODULE:
        return None
    return number


def _continues(previous: PrintedFrame, frame: PrintedFrame) -> bool:
    """Tell whether a frame is the body of a class, or of a comprehension, in the code of the one before."""
    if frame.function in {"<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"}:
        return True
    is_class = previous.text.startswith(("class ", "@"))
    return is_class and (frame.function == MODULE or previous.text.startswith(f"class {frame.function}"))


def _place(frame: PrintedFrame, program: ProgramAround, module: str, notes: list[str]) -> Place:
    """Return where the line of a frame is now; adds a note if that is not the same line, or if it is gone."""
    source = program.sources[module]
    lines = [line.strip() for line in split_lines(source.text)]
    here = lines[frame.line - 1] if 0 < frame.line <= len(lines) else ""
    if not frame.text or here == frame.text:
        return Place(module, source.path, frame.line, here)
    same = [number for number, line in enumerate(lines, 1) if line == frame.text]
    nearest = min(same, key=lambda number: abs(number - frame.line), default=None)
    if nearest is None:
        notes.append(f"{source.path} has changed: no line of it reads '{frame.text}' now.")
        return Place(module, source.path, frame.line, frame.text)
    notes.append(f"{source.path} has changed: line {frame.line} of the traceback is line {nearest} now.")
    return Place(module, source.path, nearest, frame.text)
