"""The frames of a traceback as lines of the program: in which module each is, and whether it is still there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from import_contracts.explain.rehearsal import MAIN
from import_contracts.reading.around import ProgramAround
from import_contracts.reading.text import split_lines
from import_contracts.reports.cycles import Place
from import_contracts.tracebacks.raised import MODULE, PrintedFrame, Raised


@dataclass(frozen=True)
class Stack:
    """The lines of the program in a traceback, from the first module to the statement that fails.

    The module of a script is `MAIN`, and ``main`` is the name under which it can be imported; "" if there is no script.
    ``notes`` say which lines have changed. ``gaps`` are the numbers of the steps before which code of a library ran.
    """

    steps: tuple[Place, ...]
    main: str
    notes: tuple[str, ...]
    gaps: frozenset[int]

    def begin_of(self, module: str) -> int | None:
        """Return the number of the last step in the code of a module while it is imported; None if there is none."""
        return next((i for i in reversed(range(len(self.steps))) if self._runs(i, module)), None)

    def _runs(self, number: int, module: str) -> bool:
        step = self.steps[number]
        return step.module == module and not step.is_call

    @property
    def twice(self) -> str:
        """The module that runs as a script and again under its name; "" if there is none."""
        again = any(step.module == self.main for step in self.steps)
        return self.main if self.main and again else ""

    @property
    def imported(self) -> list[str]:
        """The modules that are being imported, in order."""
        return list(dict.fromkeys(step.module for step in self.steps if not step.is_call))


def stack_of(raised: Raised, files: Mapping[str, str], program: ProgramAround) -> Stack:
    """Return the lines of a program in a traceback; ``files`` are the paths here of the printed ones."""
    steps: list[Place] = []
    notes: list[str] = []
    gaps: set[int] = set()
    main = _main(raised, files, program)
    previous: PrintedFrame | None = None
    for number, frame in enumerate(raised.frames):
        module = program.names.get(files.get(frame.path, ""), "")
        if not module:
            gaps.add(len(steps))
            previous = None
            continue
        place = _place(frame, program, module, notes)
        is_script = bool(main) and not any(step.module == MAIN for step in steps[:1]) and number == _first(raised)
        if previous is not None and previous.path == frame.path and _continues(previous, frame):
            steps[-1] = replace(place, module=steps[-1].module, is_call=steps[-1].is_call)
        else:
            if is_script:
                module = MAIN
            elif frame.function not in {"", MODULE}:
                module = next((step.module for step in reversed(steps) if step.path == place.path), module)
            steps.append(replace(place, module=module, is_call=frame.function not in {"", MODULE}))
        previous = frame
    return Stack(tuple(steps), main, tuple(dict.fromkeys(notes)), frozenset(gaps))


def _first(raised: Raised) -> int:
    """Return the number of the first frame that does not belong to ``python -m``."""
    return next((i for i, frame in enumerate(raised.frames) if "runpy" not in frame.path), 0)


def _main(raised: Raised, files: Mapping[str, str], program: ProgramAround) -> str:
    """Return the module of the script that the traceback begins in; "" if it does not begin in one."""
    if not raised.starts_at_top or not raised.frames:
        return ""
    first = raised.frames[_first(raised)]
    return program.names.get(files.get(first.path, ""), "") if first.function == MODULE else ""


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
