"""The imports of many files at once, from grimp's scanner in Rust. The only module that imports grimp."""

from __future__ import annotations

import importlib
import os
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any, TypeAlias

from import_contracts import disk
from import_contracts.graph.names import within
from import_contracts.reading.files.program import Portions, SourceFile

# The parser's threads get this stack, in bytes, so that long expressions don't end the process. It is only reserved.
os.environ.setdefault("RUST_MIN_STACK", str(1 << 26))


class MovedError(Exception):
    """The installed grimp has no scanner of the form that is used here; the message says what is different."""


class Known:
    """The files whose modules grimp takes for modules of a program, for one scan or several."""

    def __init__(self, portions: Portions, files: Sequence[SourceFile]) -> None:
        self.files = files
        self._portions = portions

    @cached_property
    def given(self) -> tuple[dict[str, _ModuleFile], set[_FoundPackage]]:
        """What grimp is given of them: values by module, and the packages."""
        values = {file.module: _ModuleFile(file.module) for file in self.files}
        by_path = sorted((file.path, file.module) for file in self.files)
        packages = set()
        for name, folder in self._portions:
            start = bisect_left(by_path, (folder + os.sep,))
            end = bisect_left(by_path, (folder + chr(ord(os.sep) + 1),))
            inside = frozenset([values[module] for _, module in by_path[start:end] if within(module, name)])
            packages.add(_FoundPackage(name, folder, inside))
        return values, packages


def scan_files(files: Sequence[SourceFile], *, known: Known, include_external: bool) -> dict[str, dict[str, list[int]]]:
    """Return the lines of imports, by importer and imported module; raises whatever grimp raises.

    ``known`` are at least ``files``. Raises MovedError if grimp has no such scanner, or its answer has another form.
    """
    imports: dict[str, dict[str, list[int]]] = {}
    try:
        _scan(imports, files, known, include_external)
    except (ImportError, AttributeError, KeyError, TypeError) as error:
        raise MovedError(f"{type(error).__name__}: {error}") from error
    if imports.keys() != {file.module for file in files}:
        raise MovedError("it answers about other modules")
    return imports


def _scan(
    imports: dict[str, dict[str, list[int]]],
    files: Sequence[SourceFile],
    known: Known,
    include_external: bool,  # noqa: FBT001 - private
) -> None:
    """Add the imports of files; raises an exception of many kinds if grimp's scanner has another form."""
    rust = importlib.import_module("grimp._rustgrimp")
    module_files, found_packages = known.given
    names = {module: module for module in module_files}
    with _plain_values() if _is_alone() else nullcontext(_parts) as parts:
        for start in range(0, len(files), _AT_ONCE):
            scanned = rust.scan_for_imports(
                module_files=tuple([module_files[file.module] for file in files[start : start + _AT_ONCE]]),
                found_packages=found_packages,
                include_external_packages=include_external,
                exclude_type_checking_imports=False,
                file_system=rust.RealBasicFileSystem(),
            )
            for module, found in map(parts, scanned.items()):
                lines = imports.setdefault(names[module], {})
                for imported, line in found:
                    lines.setdefault(names.setdefault(imported, imported), []).append(line)
    if not all(isinstance(name, str) for name in names):
        raise TypeError("the name of a module is not a string")


_Places: TypeAlias = Iterable[tuple[str, int]]
# The imports of a module: the imported modules, each with the line.


def _parts(found: tuple[Any, Iterable[Any]]) -> tuple[str, _Places]:
    """Return a module and its imports from what grimp returns of it."""
    module, imports = found
    return module.name, ((each.imported.name, int(each.line_number)) for each in imports)


@contextmanager
def _plain_values() -> Iterator[Callable[[tuple[str, _Places]], tuple[str, _Places]]]:
    """Let grimp return names and pairs of a name and a line, which takes a fifth of the time of its own values.

    grimp's scanner makes its values by calling two classes of this module of grimp, with the names of the fields.
    """
    stand_in = ModuleType(_VALUES)
    vars(stand_in).update(Module=str, DirectImport=lambda *, imported, line_number, **_: (imported, int(line_number)))
    with _ONE_AT_A_TIME:
        before = sys.modules.get(_VALUES)
        sys.modules[_VALUES] = stand_in
        try:
            yield lambda found: found
        finally:
            del sys.modules[_VALUES]
            sys.modules |= {} if before is None else {_VALUES: before}


_VALUES = "grimp.domain.valueobjects"

_ONE_AT_A_TIME = RLock()  # a scan with plain values, or whatever needs grimp's own


def _unfinished() -> ModuleType | None:
    """Return grimp without what its ``__init__`` imports, ten times what a scan needs; None if somebody uses grimp.

    The ``__init__`` runs when the package is asked for a name.
    """
    spec = None if "grimp" in sys.modules else find_spec("grimp")
    if spec is None or spec.loader is None:
        return None
    package = module_from_spec(spec)
    finish = spec.loader.exec_module

    def load(name: str) -> Any:
        with _ONE_AT_A_TIME:
            if vars(package).pop("__getattr__", None):
                finish(package)
        return getattr(package, name)

    package.__getattr__ = load  # type: ignore[method-assign]
    sys.modules["grimp"] = package
    return package


_UNFINISHED = _unfinished()


def _is_alone() -> bool:
    """Return whether nobody else in this process uses grimp."""
    return _UNFINISHED is not None and "__getattr__" in vars(_UNFINISHED)


# grimp returns seven objects for each import, which take the most memory of a run if they are all there at once. But it
# reads the list of modules again in each call.
_AT_ONCE = 25_000


def refuse_invalid(sources: Sequence[tuple[SourceFile, bytes]]) -> None:
    """Raise what grimp raises if one of some files is not valid Python, asked through its public function.

    `grimp.build_graph` takes the names of packages and looks for them as an import does. So that it never looks at the
    program, it gets a package with a random name in a temporary folder, with the content of these files alone.
    """
    from secrets import token_hex  # noqa: PLC0415 - few programs have such files
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    import grimp  # noqa: PLC0415

    name = f"import_contracts_{token_hex(8)}"
    with _ONE_AT_A_TIME, TemporaryDirectory(ignore_cleanup_errors=True) as place:
        paths = {_copy(Path(place, name), number, *source): source[0] for number, source in enumerate(sources)}
        sys.path.insert(0, place)
        importlib.invalidate_caches()
        try:
            grimp.build_graph(name, cache_dir=None)
        except Exception as error:
            if not isinstance(error, UnicodeError) and getattr(error, "lineno", None) is None:
                raise MovedError(f"{type(error).__name__}: {error}") from error
            file = paths.get(str(getattr(error, "filename", "")))
            if file is not None:
                error.filename = file.path  # type: ignore[attr-defined]
            raise
        finally:
            sys.path.remove(place)


def _copy(package: Path, number: int, file: SourceFile, data: bytes) -> str:
    """Write the content of a file into a package, as deep as its module is, and return the path."""
    folder = package.joinpath(f"m{number}", *["d"] * (file.module.count(".") + 1))
    folder.mkdir(parents=True)
    for outer in (folder, *folder.parents):
        disk.write(outer / "__init__.py", b"")
        if outer == package:
            break
    path = folder / "m.py"
    disk.write(path, data)
    return str(path)


# grimp's scanner needs values with these attributes. grimp's own classes are compared and hashed by value, which takes
# a tenth of a scan; these are compared by identity.
class _ModuleFile:
    """A module and its file in one."""

    __slots__ = ("name",)
    mtime = 0.0

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def module(self) -> _ModuleFile:
        return self


class _FoundPackage:
    namespace_packages: frozenset[str] = frozenset()

    def __init__(self, name: str, directory: str, module_files: frozenset[_ModuleFile]) -> None:
        self.name = name
        self.directory = directory
        self.module_files = module_files
