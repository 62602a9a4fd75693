"""From files to their imports: reads many files with grimp's parser, and a few with our own.

grimp fails for all files if it cannot read one of them, and aborts if a relative import goes beyond the top-level
package. So these imports are searched for first. If a scan fails, the files that cause it are found by halves, set
aside, and the others are scanned again. Each scan of the halves knows only the modules in it, so that many unreadable
files don't cost a scan of the whole program each.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from import_contracts.graph.columns import Lines, SingleLines
from import_contracts.graph.kinds import Kind
from import_contracts.hashing import hashed
from import_contracts.reading.context import Advance, not_counted
from import_contracts.reading.files.program import Program, SourceFile
from import_contracts.reading.scanning.file_imports import FileImports
from import_contracts.reading.scanning.limits import is_for_us, is_valid, refusal
from import_contracts.reading.scanning.prefilter import may_call, may_defer, may_star, mentions
from import_contracts.reading.source.imports import WrittenImport, read_imports
from import_contracts.reading.source.remarks import Remark, may_remark, read_remarks
from import_contracts.reading.source.text import UndecodableError, decode
from import_contracts.reading.star_imports.stars import StarImport, Stars, Texts, load_stars, texts_of

if TYPE_CHECKING:
    from import_contracts.reading.scanning.grimp_scanner import Known


Kinds = dict[tuple[str, int], Kind]
"""The kinds of a module's import statements, by imported module and line; a missing one is ``runtime``."""

NO_KINDS: Kinds = {}
"""The kinds of all modules without a kind, one object because there are many. Nobody changes it."""

NO_LINES: Lines = {}
"""Those of all modules without such imports."""

_Found = dict[str, list[int]]
# The lines of a module's import statements, in the order in which they were found.


class Reading(NamedTuple):
    """The imports of one file.

    If the file could not be read completely, imports are missing and ``trouble`` is the line, None if unknown, and the
    reason. ``stars`` are the star imports of modules of the program; what else these load depends on other files.
    ``excluded`` are the imports of excluded modules, which are not in ``imports``. ``remarks`` are the comments to this
    tool, in order.
    """

    imports: Lines
    kinds: Kinds
    trouble: tuple[int | None, str] | None = None
    stars: Kinds = NO_KINDS
    excluded: Lines = NO_LINES
    remarks: tuple[Remark, ...] = ()


class Statement(NamedTuple):
    """An import statement: its column from 1, in characters, its kind, and its text, joined into one line."""

    column: int
    kind: Kind
    text: str


Meanwhile: TypeAlias = Callable[[Sequence[StarImport]], object]
"""Called by a thread that would otherwise wait for others, with the star imports in the files that they read."""


def nothing_else(_: Sequence[StarImport]) -> None:
    """Do nothing meanwhile."""


class Take(NamedTuple):
    """What is read of each file, as in `import_contracts.reading.files.program.Extent`."""

    external: bool = False
    kinds: bool = False
    calls: bool = False
    external_parts: frozenset[str] = frozenset()

    @property
    def parts(self) -> frozenset[str] | None:
        """The parts of external packages that are told apart; None without external packages."""
        return self.external_parts if self.external else None

    def may_name_part(self, data: bytes) -> bool:
        """Tell whether a file may import one of these parts. False is certain, except in encodings unlike ASCII."""
        return any(all(word in data for word in words) for words in self._words)

    @property
    def _words(self) -> Iterator[tuple[bytes, bytes]]:
        for part in self.external_parts:
            package, _, rest = part.partition(".")
            yield rest.rpartition(".")[2].encode(), package.encode()


def stars_in(stars: Mapping[str, Kinds]) -> Iterator[StarImport]:
    """Yield the star imports of some modules; ``stars`` has their `Reading.stars`, by module."""
    return (StarImport(module, package, line) for module, places in stars.items() for package, line in places)


class Read(NamedTuple):
    """What was read from some files, by module.

    ``digests`` are those, in hexadecimal digits, of the files that could be read. ``statements``, which return what the
    function of this name does, and ``may_call`` (whether a file may import by a call) have only the files for which
    they were needed anyway.
    """

    readings: dict[str, Reading]
    digests: dict[str, str]
    statements: dict[str, Callable[[], dict[tuple[str, int], Statement]]]
    may_call: dict[str, bool]


def read(
    program: Program,
    files: Sequence[SourceFile],
    take: Take,
    advance: Advance = not_counted,
    meanwhile: Meanwhile = nothing_else,
) -> Read:
    """Read some files of a program: up to ``_FEW`` files without grimp, more with grimp. The result is the same.

    While grimp reads files in other threads, ``meanwhile`` is called with the star imports in all of the files; those
    of files that grimp cannot read are not in the result. ``advance`` is called twice for each file: when it has been
    read, and when its imports are known.
    """
    # grimp knows no top-level module that is a single file.
    is_ours = len(files) <= _FEW or any(file.module in program.roots for file in program.files if not file.is_package)
    reader = _FilesReader(program, take, are_few=is_ours)
    unfinished: deque[Callable[[], None]] = deque()
    scan = None
    for batch in _batches(files):
        for file in batch:
            reader.prepare(file)
            advance()
        left = [file for file in batch if file.module not in reader.imports]
        scan = reader.start(left) if left else None
        reader.note_kinds()
        unfinished.append(partial(reader.finish, batch, left, scan, advance))
        if len(unfinished) > _AT_ONCE:
            unfinished.popleft()()
    if scan is not None:
        meanwhile([*stars_in(reader.stars)])
    for finish in unfinished:
        finish()
    return Read(reader.readings, reader.digests, reader.statements, reader.may_call)


def _batches(files: Sequence[SourceFile]) -> Iterator[Sequence[SourceFile]]:
    """Yield files in batches, of which grimp reads some while the next is prepared; few, as each call has its price."""
    size = max(_BATCH, -(-len(files) // 4))
    return (files[start : start + size] for start in range(0, len(files), size))


_BATCH = 500
_AT_ONCE = 2  # so many batches grimp reads while the next is prepared


def without_quotes(found: Read, files: Iterable[SourceFile]) -> Read:
    """Return what was read, where the reasons why some of the files could not be read have no text of them."""
    unquoted: dict[str, Reading] = {}
    for file in files:
        reading = found.readings[file.module]
        line, message = reading.trouble or (None, "")
        quoting = next((sentence for sentence in _QUOTING if message.startswith(sentence)), None)
        if quoting is not None:
            unquoted[file.module] = reading._replace(trouble=(line, f"{quoting}."))
    return found._replace(readings=found.readings | unquoted)


# The beginnings of the messages that quote the file, or may do so because they are grimp's.
_INVALID, _FAILED = "This is not valid Python", "The scanner failed on this file"
_LEAVING = "This relative import goes beyond the top-level package"
_QUOTING = (_INVALID, _FAILED, _LEAVING)

# What Jinja, Django and Cookiecutter write in templates of Python files, and Python itself hardly ever.
_TEMPLATE = ("{{", "{%")


# For so many files our own reader is faster, because grimp has to be imported and needs all modules.
_FEW = 100


def statements(
    program: Program, module: str, take: Take, stars: Stars | None = None, read: Texts | None = None
) -> dict[tuple[str, int], Statement]:
    """Return the import statements of one file by imported module and line; of the file as ``read`` returns it.

    If two on a line import the same module, the most eager one is returned. Empty if the file cannot be read.
    """
    data = (read or texts_of(program))(module)
    return {} if data is None else _most_eager(_all_imports(program, module, data, take, stars or Stars()))


def statements_at(program: Program, module: str, read: Texts, take: Take) -> dict[tuple[str, int], Statement]:
    """Return what `statements` would if the files were as ``read`` returns them."""
    data = read(module)
    if data is None:
        return {}
    imports = _all_imports(program, module, data, take, Stars())
    stars = (StarImport(module, imported, written.line) for written, imported in imports if written.name == "*")
    loaded = load_stars(program, stars, read)
    return _most_eager([*imports, *_loaded(module, imports, loaded)])


def _all_imports(
    program: Program, module: str, data: bytes, take: Take, stars: Stars
) -> list[tuple[WrittenImport, str]]:
    """Return the imports of a file and what they import, as written, then what star imports load."""
    try:
        file, text = program.by_module[module], decode(data)
        imports = [*FileImports.read(file, text, calls=take.calls).resolved(program, take.parts)]
    except UndecodableError:
        return []
    return [*imports, *_loaded(module, imports, stars)]


def _loaded(
    module: str, imports: Iterable[tuple[WrittenImport, str]], stars: Stars
) -> Iterator[tuple[WrittenImport, str]]:
    for written, imported in imports:
        if written.name == "*":
            for loaded in stars.loaded_by(StarImport(module, imported, written.line)):
                yield written, loaded


def _most_eager(imports: Iterable[tuple[WrittenImport, str]]) -> dict[tuple[str, int], Statement]:
    most_eager: dict[tuple[str, int], Statement] = {}
    for written, imported in imports:
        known = most_eager.get((imported, written.line))
        if known is None or written.kind.rank < known.kind.rank:
            most_eager[imported, written.line] = Statement(written.column, written.kind, written.text)
    return most_eager


class _FilesReader:
    """Collects the imports of some files: `prepare` reads each file, `start` calls grimp for the rest, `finish` waits.

    The kinds of imports are read in between, while grimp reads in other threads.
    """

    def __init__(self, program: Program, take: Take, *, are_few: bool) -> None:
        self.readings: dict[str, Reading] = {}
        self.imports: dict[str, _Found] = {}
        self.kinds: dict[str, Kinds] = {}
        self.troubles: dict[str, tuple[int | None, str]] = {}
        self.digests: dict[str, str] = {}
        self.statements: dict[str, Callable[[], dict[tuple[str, int], Statement]]] = {}
        self.may_call: dict[str, bool] = {}
        self.stars: dict[str, Kinds] = {}
        self.excluded: dict[str, _Found] = {}
        self.remarks: dict[str, tuple[Remark, ...]] = {}
        self._program = program
        self._take = take
        self._are_few = are_few
        self._unlike_grimp: dict[str, bytes] = {}
        self._with_kinds: list[tuple[SourceFile, bytes]] = []
        self._known: Known | None = None
        self._singles = SingleLines()

    def prepare(self, file: SourceFile) -> None:
        """Read what grimp does not return, and the imports too if grimp would not find them or is not needed."""
        data = self._data(file)
        if data is None:
            return
        calls = (self._take.kinds or self._take.calls) and may_call(data)
        if self._take.kinds:
            self.may_call[file.module] = calls
        leaving = _leaving_import(file, data)
        if leaving is not None:
            message = f"{_LEAVING}: '{leaving.text}' in '{file.module}'."
            self.troubles[file.module] = (leaving.line, message)
        try:
            if leaving is not None or file.module in self._program.shadowed or self._is_ours(data):
                self._read(file, data)
            calls &= self._take.calls
            if calls or self._program.excluded or self._take.external_parts:
                self._note_unlike_grimp(file, data)
            if may_remark(data):
                self.remarks[file.module] = read_remarks(decode(data))
            if may_star(data):
                self._note_stars(file, data)
            if self._take.kinds and (calls or may_defer(data)):
                self._with_kinds.append((file, data))
        except UndecodableError:
            pass  # grimp fails on this file too, and that is reported

    def _data(self, file: SourceFile) -> bytes | None:
        """Return the content of a file; None, with the reason noted, if it is not read."""
        try:
            data = file.read()
        except OSError as error:
            self._give_up(file, None, f"This file cannot be read: {error.strerror}.")
            return None
        self.digests[file.module] = hashed(data)
        if (refused := refusal(data)) is not None:
            self._give_up(file, *refused)
            return None
        return data

    def _is_ours(self, data: bytes) -> bool:
        """Return whether our own reader reads a file that CPython would read; else grimp does."""
        return not data or ((self._are_few or is_for_us(data)) and is_valid(data))

    def start(self, files: Sequence[SourceFile]) -> _Scan:
        """Let grimp begin to read the imports of files."""
        from import_contracts.reading.scanning.grimp_scanner import Known  # noqa: PLC0415 - not needed for a few files
        from import_contracts.reading.scanning.scanner import start  # noqa: PLC0415

        if self._known is None:
            self._known = Known(self._program.portions, (*self._program.files, *self._program.compiled))
        return start(self._program, files, known=self._known, include_external=self._take.external)

    def parse(self, files: Sequence[SourceFile], scan: _Scan | None = None) -> None:
        """Read the imports of files with grimp, which has begun with ``scan`` unless that is None."""
        if not files:
            return
        imports = _scanned(scan or self.start(files))
        if isinstance(imports, dict):
            self.imports |= imports
            if self._take.external:
                self._drop_missing(files)
            for file in files if self._unlike_grimp else ():
                if file.module in self._unlike_grimp:
                    self._read(file, self._unlike_grimp[file.module])
        elif len(files) == 1:
            self._give_up(files[0], *_trouble(files[0], imports))
        elif unparsable := dict(chain.from_iterable(_unparsable(self._program, half) for half in _halves(files))):
            for file, reason in unparsable.items():
                self._give_up(file, *_trouble(file, reason))
            self.parse([file for file in files if file not in unparsable])
        else:
            for half in _halves(files):
                self.parse(half)

    def finish(
        self, files: Sequence[SourceFile], left: Sequence[SourceFile], scan: _Scan | None, advance: Advance
    ) -> None:
        """Add the readings of files, in order; grimp has begun to read those that are ``left`` with ``scan``."""
        self.parse(left, scan)
        for file in files:
            advance()
            module = file.module
            self.readings[module] = Reading(
                self._in_order(self.imports.pop(module)),
                self.kinds.get(module) or NO_KINDS,
                self.troubles.get(module),
                self.stars.get(module) or NO_KINDS,
                self._in_order(self.excluded[module]) if module in self.excluded else NO_LINES,
                self.remarks.get(module, ()),
            )

    def _in_order(self, found: _Found) -> Lines:
        """Return the lines of a module in order. Most are a small number alone, so equal ones are one object."""
        singles = self._singles
        return {
            imported: singles[lines[0]] if len(lines := found[imported]) == 1 else tuple(sorted(set(lines)))
            for imported in sorted(found)
        }

    def _drop_missing(self, files: Sequence[SourceFile]) -> None:
        """Drop imports of missing modules: with external ones, grimp returns an import of the root package instead."""
        for file in files:
            imports = self.imports[file.module]
            for root in self._program.roots:
                if root in imports:
                    known = statements(self._program, file.module, Take())
                    lines = [line for line in imports.pop(root) if (root, line) in known]
                    imports |= {root: lines} if lines else {}

    def _imports(self, file: SourceFile, data: bytes) -> FileImports:
        return FileImports.read(file, decode(data), calls=self._take.calls and may_call(data))

    def _resolved(self, imports: FileImports) -> Iterator[tuple[WrittenImport, str]]:
        return imports.resolved(self._program, self._take.parts)

    def _statements(self, imports: FileImports) -> dict[tuple[str, int], Statement]:
        return _most_eager(self._resolved(imports))

    def note_kinds(self) -> None:
        """Read the kinds of imports in the files that may have other ones than ``runtime``."""
        for file, data in self._with_kinds:
            with suppress(UndecodableError):  # as in `prepare`
                imports = self._imports(file, data)
                if not self.stars.get(file.module):
                    self.statements[file.module] = partial(self._statements, imports)
                delayed = self._statements(imports.delayed())
                self.kinds[file.module] = {
                    place: statement.kind for place, statement in delayed.items() if statement.kind is not Kind.RUNTIME
                }
        self._with_kinds.clear()

    def _note_unlike_grimp(self, file: SourceFile, data: bytes) -> None:
        """Note the imports of excluded modules, and whether grimp's imports of a file are not those that count."""
        if self._program.excluded and mentions(data, self._program.excluded_names):
            for imported, line in self._imports(file, data).excluded(self._program):
                self.excluded.setdefault(file.module, {}).setdefault(imported, []).append(line)
        if file.module in self.excluded or (self._take.calls and may_call(data)) or self._take.may_name_part(data):
            self._unlike_grimp[file.module] = data

    def _note_stars(self, file: SourceFile, data: bytes) -> None:
        for written, imported in self._resolved(self._imports(file, data).stars()):
            if written.name == "*" and imported in self._program.modules:
                kind = written.kind if self._take.kinds else Kind.RUNTIME
                self.stars.setdefault(file.module, {})[imported, written.line] = kind

    def _read(self, file: SourceFile, data: bytes) -> None:
        imports: _Found = {}
        for written, imported in self._resolved(self._imports(file, data)):
            imports.setdefault(imported, []).append(written.line)
        self.imports[file.module] = imports

    def _give_up(self, file: SourceFile, line: int | None, message: str) -> None:
        self.imports[file.module] = {}
        self.stars.pop(file.module, None)
        self.excluded.pop(file.module, None)
        self.remarks.pop(file.module, None)
        self.troubles[file.module] = (line, message)


@cache
def _dots(number: int) -> re.Pattern[bytes]:
    """Return what finds relative imports with at least so many dots; it starts with a literal, so that it is fast."""
    return re.compile(rb"from[ \t\f\\\r\n]*+(?:\.[ \t\f\\\r\n]*+){%d}" % number)


def _leaving_import(file: SourceFile, data: bytes) -> WrittenImport | None:
    """Return the first relative import that goes beyond the top-level package; None if there is none."""
    depth = file.module.count(".") + file.is_package
    if _dots(depth + 1).search(data) is None:
        return None
    try:
        written = read_imports(decode(data), file.module, is_package=file.is_package)
    except UndecodableError:
        return None
    return next((relative for relative in written if relative.level > depth), None)


_Scan: TypeAlias = Callable[[], dict[str, _Found]]
# Returns the imports of files, by module, as grimp finds them; raises what grimp raises.


def _scanned(scan: _Scan) -> dict[str, _Found] | BaseException:
    """Return the imports that grimp finds, or the exception that it raises."""
    try:
        return scan()
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        return error


def _unparsable(program: Program, files: Sequence[SourceFile]) -> Iterator[tuple[SourceFile, BaseException]]:
    """Yield the files that grimp cannot read, whatever other modules there are, each with what it raises.

    Without external imports, because grimp may abort on those of modules that it does not know.
    """
    from import_contracts.reading.scanning.grimp_scanner import Known  # noqa: PLC0415 - not needed for a few files
    from import_contracts.reading.scanning.scanner import scan_files  # noqa: PLC0415

    known = Known(program.portions, files)
    error = _scanned(partial(scan_files, program, files, known=known, include_external=False))
    if isinstance(error, dict):
        return
    if len(files) == 1:
        yield files[0], error
    else:
        for half in _halves(files):
            yield from _unparsable(program, half)


def _halves(files: Sequence[SourceFile]) -> tuple[Sequence[SourceFile], Sequence[SourceFile]]:
    middle = len(files) // 2
    return files[:middle], files[middle:]


def _trouble(file: SourceFile, error: BaseException) -> tuple[int | None, str]:
    """Return the line, None if unknown, and the reason why grimp could not read a file."""
    if isinstance(error, UnicodeError):
        return _undecodable_line(file), "This file cannot be decoded: its declared encoding is unknown or wrong."
    line, text = getattr(error, "lineno", None), getattr(error, "text", None)
    if line is None:
        return None, f"{_FAILED}: {error}."
    shown = text.strip()[:80] if text else ""
    hint = " Leave templates out with 'exclude'." if any(mark in shown for mark in _TEMPLATE) else ""
    return line, f"{_INVALID}: {shown!r}.{hint}" if shown else f"{_INVALID}."


def _undecodable_line(file: SourceFile) -> int | None:
    try:
        file.read().decode()
    except UnicodeDecodeError as error:
        return error.object.count(b"\n", 0, error.start) + 1
    except OSError:  # deleted since the scan
        pass
    return None
