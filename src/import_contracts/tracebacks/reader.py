"""From a log to the exceptions in it: the tracebacks of Python 3.6 to 3.15, pytest, IPython and Rich."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from import_contracts.tracebacks.raised import MODULE, PrintedFrame, Raised
from import_contracts.tracebacks.streams import HEADER, Stream, streams

_MOST_FRAMES = 5_000  # of one exception: CPython prints fewer, and nobody reads more

_FRAME = re.compile(r' *File "(?P<path>[^"]+)", line (?P<line>\d{1,9})(?:, in (?P<name>.+))?')
_PYTEST_FRAME = re.compile(r"(?P<path>(?:[A-Za-z]:)?[^:\s][^:]*):(?P<line>\d{1,9}): in (?P<name>\S+)")
_PYTEST_PLACE = re.compile(r"(?P<path>(?:[A-Za-z]:)?[^:\s][^:]*):(?P<line>\d{1,9}): ?(?P<name>[\w.]*)")
_IPYTHON_FRAME = re.compile(r"File (?P<path>[^\"].*?):(?P<line>\d{1,9})(?:, in (?P<name>[\w<>.]+).*)?")
_RICH_FRAME = re.compile(r"(?P<path>\S.*?):(?P<line>\d{1,9}) in (?P<name>\S+)")
_ARROW = re.compile(r"(?:-+>|❱) *\d+ +(?P<text>.+)")
_ERROR = re.compile(r"(?P<error>(?:[A-Za-z_]\w*\.)*(?![A-Z]+:)(?:[A-Z]\w*|\w*error))(?:: ?(?P<message>.*))?")
_BARE_ERROR = re.compile(r".*(?:Error|Exception|Exit|Interrupt|Warning|Group)|\w+(?:\.\w+)+")
_DEF = re.compile(r"\s*(?:async )?def (?P<name>\w+)\(")
_MARKS = re.compile(r"[ ~^]*")
_HANDLED = "During handling of the above exception, another exception occurred:"
_BOX = "│╭╰┌└|"


def read_tracebacks(text: str) -> tuple[Raised, ...]:
    """Return the exceptions in a log whose traceback is there, each once, in the order of their last lines.

    An exception without a last line, because the log ends before it, is left out. The time is proportional to the
    length of the text.
    """
    found = sorted(each for stream in streams(text) for each in _Reader().read(stream))
    return tuple(dict.fromkeys(raised for _, _, raised in found))


@dataclass
class _Reader:
    """Reads one stream."""

    frames: list[PrintedFrame] = field(default_factory=list)
    starts_at_top: bool = False
    code: str = ""
    """The marked line of the entry of pytest's long style that is being read."""
    function: str = ""
    error: tuple[str, str] | None = None
    """The error of the same entry."""
    found: list[tuple[int, int, Raised]] = field(default_factory=list)

    def read(self, stream: Stream) -> list[tuple[int, int, Raised]]:
        """Return the exceptions, each with the number of its last line and its place."""
        for number, line in stream:
            if line and not line.isspace():
                self._line(number, line.rstrip())
        return self.found

    def _line(self, number: int, line: str) -> None:
        if HEADER in line or line == "Traceback:" or line.startswith("ImportError while "):
            self._begin(starts_at_top=HEADER in line)
        elif self._is_link(line) or self._is_frame(line) or not (self.frames or self.code):
            self._look_for_code(line)
        elif line.startswith("E  "):
            self._pytest_error(number, line[1:].strip())
        elif self.code and (place := _PYTEST_PLACE.fullmatch(line)):
            self._pytest_place(number, place)
        elif not line[0].isspace() and line[0] not in _BOX and self._is_error(number, line):
            return
        else:
            self._look_for_code(line)
            self._text(line)

    def _begin(self, *, starts_at_top: bool = False) -> None:
        self.frames, self.starts_at_top = [], starts_at_top
        self.code, self.function, self.error = "", "", None

    def _is_link(self, line: str) -> bool:
        if line.strip() == _HANDLED and self.found:
            number, place, raised = self.found[-1]
            self.found[-1] = number, place, replace(raised, was_handled=True)
            return True
        return False

    def _is_frame(self, line: str) -> bool:
        found = _FRAME.match(line) if "File " in line else None
        if found is None and line.startswith("File "):
            found = _IPYTHON_FRAME.fullmatch(line)
        if found is None and ": in " in line:
            found = _PYTEST_FRAME.fullmatch(line)
        if found is None and line[0] in _BOX and " in " in line:
            found = _RICH_FRAME.fullmatch(line.strip(_BOX + " "))
        if found is None:
            return False
        self.frames.append(PrintedFrame(found["path"], int(found["line"]), (found["name"] or "").strip()))
        return True

    def _text(self, line: str) -> None:
        """Note the code of the last frame, if this is its first line."""
        if not self.frames or self.code:
            return
        arrow = _ARROW.fullmatch(line.strip(_BOX + " "))
        if (self.frames[-1].text and not arrow) or _MARKS.fullmatch(line) or (line[0] in _BOX and not arrow):
            return
        self.frames[-1] = replace(self.frames[-1], text=arrow["text"] if arrow else line.strip())

    # --- pytest's long style: the code, the error, and then the place -----------------------------------------------

    def _look_for_code(self, line: str) -> None:
        if line.startswith(">  "):
            self.code = line[1:].strip()
        elif definition := _DEF.match(line):
            self.function = definition["name"]

    def _pytest_error(self, number: int, text: str) -> None:
        found = _ERROR.fullmatch(text)
        if found is None or not (found["message"] or _BARE_ERROR.fullmatch(text)) or self.error:
            return
        if self.code:
            self.error = found["error"], found["message"] or ""
        else:
            self._end(number, found["error"], found["message"] or "")

    def _pytest_place(self, number: int, place: re.Match[str]) -> None:
        self.frames.append(PrintedFrame(place["path"], int(place["line"]), self.function or MODULE, self.code))
        self.code, self.function = "", ""
        if self.error:
            self._end(number, *self.error)

    # --- the last line ----------------------------------------------------------------------------------------------

    def _is_error(self, number: int, line: str) -> bool:
        found = _ERROR.fullmatch(line)
        if found is None or self.code or not (found["message"] is not None or _BARE_ERROR.fullmatch(line)):
            return False
        self._end(number, found["error"], found["message"] or "")
        return True

    def _end(self, number: int, error: str, message: str) -> None:
        raised = Raised(tuple(self.frames[-_MOST_FRAMES:]), error, message.strip(), self.starts_at_top)
        self.found.append((number, len(self.found), raised))
        self._begin()
