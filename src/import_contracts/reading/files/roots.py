"""Where root packages are: in the source roots, or installed for the running Python. None is imported."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from import_contracts import disk, inputs
from import_contracts.graph.names import within
from import_contracts.problems import Problem, UserError, did_you_mean
from import_contracts.reading.files.folders import has_python, regular_packages
from import_contracts.reading.files.precedence import Unread, candidate, choice, extends_path, is_regular, left_out
from import_contracts.reading.files.program import Portions

ELSEWHERE = " If it is elsewhere, add the folder that contains it to 'source_roots'."


def find_portions(
    roots: Iterable[str],
    source_roots: Iterable[Path],
    *,
    plain: bool = False,
    elsewhere: Callable[[str], str] = lambda _: ELSEWHERE,
) -> Portions:
    """Return each root package with its folder or folders, in the order of ``roots``; if ``plain``, single files too.

    A package is searched for in the source roots, in order, and then among the packages installed for the running
    Python. As in CPython, a regular package takes precedence over the portions of a namespace package (PEP 420), and
    takes other folders along if its ``__init__.py`` extends its path. Raises UserError, with a problem for every root
    package that is not found or is not a top-level package; ``elsewhere`` says what to do about one that is not found.
    """
    places = list(dict.fromkeys(map(str, source_roots)))
    problems: list[Problem] = []
    portions: list[tuple[str, str]] = []
    for name in dict.fromkeys(roots):
        try:
            portions += [(name, folder) for folder in _folders(name, places, plain=plain, elsewhere=elsewhere)]
        except _NotFoundError as error:
            problems.append(Problem(str(error)))
    if problems:
        raise UserError(*problems)
    return tuple(portions)


def find_unread(portions: Portions, paths: Iterable[Iterable[Path]]) -> tuple[Unread, ...]:
    """Return what CPython does not import of the files and folders with the names of root packages.

    Each of ``paths`` are source roots that are one path of Python; a root package is looked for in each by itself.
    """
    found: dict[str, Unread] = {}
    for places in [list(map(str, path)) for path in paths]:
        for name in dict.fromkeys(name for name, _ in portions):
            with contextlib.suppress(_NotFoundError):
                taken, unread = _portions(name, places)
                if taken and all((name, folder) in portions for folder in taken):
                    found |= {each.path: each for each in unread if (name, each.path) not in portions}
    return tuple(each for each in found.values() if matters(each, []))


def matters(unread: Unread, watched: list[str]) -> bool:
    """Return whether to report what is not imported: a file of its own, or a folder with Python files."""
    folder, name = os.path.split(unread.path)
    is_same = disk.real(unread.path) == disk.real(unread.taken)
    is_same = is_same or (name == "__init__.py" and extends_path(folder) != "")  # which is all that such a file has
    return not is_same and (not disk.is_folder(unread.path) or has_python(unread.path, watched))


def runs(module: str, roots: Iterable[str], source_roots: Iterable[Path]) -> bool:
    """Return whether importing a module would run code of the root packages. The module itself is not imported."""
    places = list(map(str, source_roots))
    root_folders: list[str] = []
    for root in roots:
        if within(module, root):
            return True
        with contextlib.suppress(_NotFoundError):
            root_folders += [os.path.realpath(folder) + os.sep for folder in _folders(root, places)]
    origins = (spec.origin for spec in _specs(module) if spec.origin is not None)
    return any(os.path.realpath(origin).startswith(tuple(root_folders)) for origin in origins)


class _NotFoundError(Exception):
    """There is no top-level package of a name; the message is what to write instead."""


def _folders(
    name: str, places: list[str], *, plain: bool = False, elsewhere: Callable[[str], str] = lambda _: ELSEWHERE
) -> list[str]:
    if not all(part.isidentifier() for part in name.split(".")):
        raise _NotFoundError(f"'{name}' is not the name of a package; write it as in an import statement.")
    on_path = [os.path.abspath(entry) for entry in sys.path]
    searched = (_portions(name, each, plain=plain)[0] for each in (places, on_path))
    folders = next(filter(None, searched), None) or installed(name)
    if folders:
        return folders
    near = did_you_mean(name, regular_packages(places))
    raise _NotFoundError(f"Package '{name}' is neither in the source roots nor installed.{near or elsewhere(name)}")


def _portions(name: str, places: Collection[str], *, plain: bool = False) -> tuple[list[str], list[Unread]]:
    """Return the folders of a package that contain Python files, and what is not imported because of the first.

    Raises _NotFoundError if the name is inside a regular package, or, unless ``plain``, if it is that of a module.
    """
    *outer, last = name.split(".")
    for done, part in enumerate(outer, 1):
        taken = choice([each for place in places if (each := candidate(place, part))]).taken
        if taken and taken[0].kind == "package":
            regular = ".".join(outer[:done])
            raise _NotFoundError(f"'{name}' is inside the package '{regular}'; write '{regular}'.")
        places = [each.path for each in taken if each.kind == "portion"]
    chosen = choice([each for place in places if (each := candidate(place, last))])
    unread = list(left_out(name, chosen))
    modules = [each.path for each in chosen.taken if each.kind == "module"]
    if plain and modules and modules[0].endswith(".py"):
        return [modules[0].removesuffix(".py")], unread
    if modules:
        instead = next((f" {each.reason}" for each in unread if is_regular(each.path)), "")
        raise _NotFoundError(f"'{name}' is a module, not a package; name a package.{instead}")
    return [each.path for each in chosen.taken if each.kind == "package" or has_python(each.path, [])], unread


def installed(name: str) -> list[str]:
    """Return the folders of a package that the running Python would import, such as one installed as editable."""
    specs = list(_specs(name))
    if len(specs) <= name.count("."):
        return []
    return [folder for folder in specs[-1].submodule_search_locations or () if has_python(folder, [])]


def _specs(name: str) -> Iterator[ModuleSpec]:
    """Yield the spec of each part of a dotted name that the running Python finds: ``a``, then ``a.b``.

    Stops at the first part that is not found. Nothing is imported.
    """
    path: list[str] | None = None
    for place in sys.path:
        inputs.note(inputs.STATUS, place or ".")
    # Of a whole dotted name PathFinder would look among what is imported for the package around it.
    for part in name.split("."):
        finders = sys.meta_path if path is None else [PathFinder]
        specs = (finder.find_spec(part, path) for finder in finders if hasattr(finder, "find_spec"))
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is None:
            return
        yield spec
        path = list(spec.submodule_search_locations or ())
        for place in path:
            inputs.note(inputs.STATUS, place)
