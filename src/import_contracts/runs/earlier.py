"""What is counted at an earlier commit: where its packages are, what they were called, and its contracts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from import_contracts import git
from import_contracts.config.files import existing_config
from import_contracts.config.loading import load_configs
from import_contracts.config.session import Config
from import_contracts.config.workspace import packages_at, places_of
from import_contracts.graph.names import top_level
from import_contracts.problems import Problem, UserError
from import_contracts.reading.commit_tree import Tree
from import_contracts.reading.context import shown
from import_contracts.reading.files.excluding import Exclude
from import_contracts.reading.files.roots import find_portions
from import_contracts.records import replace
from import_contracts.reports.cycles import Question
from import_contracts.trend.renames import earlier_place, shape


class Subject(NamedTuple):
    """What is counted: the modules of a question, in packages that are found in folders, and contracts.

    ``configs`` are the configurations of the contracts; None without one. Paths are shown relative to ``folder``.
    """

    question: Question
    roots: tuple[Path, ...]
    exclude: Exclude
    configs: Sequence[Config] | None
    folder: Path
    marks: tuple[str, ...] = ()


class Named(NamedTuple):
    """What the user has named: packages, folders of packages, source roots, globs, and a configuration.

    ``here`` is the working directory.
    """

    here: Path
    packages: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    source_roots: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    config_file: str | None = None


class EarlierSubjects:
    """Finds what is counted in a tree, which becomes that of one commit after another.

    ``now`` is what is counted in the program as it is, and ``named`` what the user has named.
    """

    def __init__(self, now: Subject, named: Named, tree: Tree) -> None:
        self._now = now
        self._named = named
        self._tree = tree
        self._shapes: dict[str, frozenset[str]] = {}

    def find(self) -> tuple[Subject, dict[str, str]]:
        """Return what is counted in the tree, and the names that root packages have there, "" for those that are not.

        Raises UserError if none is there.
        """
        here = self._tree.place(self._named.here)
        if here is None or not here.is_dir():
            raise UserError(Problem("this folder did not exist"))
        configs, marks = self._configs(here)
        packages, folder, roots, exclude = self._asked(here, configs)
        found, names = [], dict[str, str]()
        taken = [self._inside(folder) for package in packages for folder in self._portions(top_level(package), roots)]
        for package in packages:
            root, dot, rest = package.partition(".")
            then, place = self._place(root, roots, taken)
            names[root] = then
            if not then:
                marks += (f"there was no package '{root}'",)
                continue
            roots = (*roots, *place)
            if (then, place) != (root, ()):
                where = f"in {shown(str(place[0]), self._tree.root)}" if place else "elsewhere"
                marks += (f"'{root}' was called '{then}'" if then != root else f"'{root}' was {where}",)
            found.append(then + dot + rest)
        if not found:
            raise UserError(*(Problem(mark) for mark in marks or ("there was no package",)))
        question = replace(self._now.question, packages=tuple(dict.fromkeys(found)))
        return Subject(question, roots, exclude, configs, folder, marks), names

    def _configs(self, here: Path) -> tuple[Sequence[Config] | None, tuple[str, ...]]:
        """Return the earlier configurations, without their code, and why there are none although there is one."""
        if self._named.source_roots:
            return None, ()
        file = self._named.config_file
        try:
            if file is None and existing_config(here) is None:
                return None, ()
            configs = load_configs([self._file(file)] if file else [], here)
            for config in configs:
                if config.baseline is not None:
                    self._tree.add(config.baseline)
                self._demand(config)
        except UserError as error:
            return None, tuple(f"the contracts could not be checked: {problem.message}" for problem in error.problems)
        return [replace(config, custom_types=()) for config in configs], ()

    def _demand(self, config: Config) -> None:
        """Raise UserError if a root package of a configuration is not in the tree."""
        absent = [name for name in config.root_packages if not self._portions(name, config.source_roots)]
        if absent:
            raise UserError(*(Problem(f"there was no package '{name}', which {config.file} names") for name in absent))

    def _file(self, file: str) -> str:
        place = self._tree.place(self._named.here / file)
        if place is None:
            raise UserError(Problem(f"{file} is outside the repository"))
        return str(place)

    def _asked(
        self, here: Path, configs: Sequence[Config] | None
    ) -> tuple[tuple[str, ...], Path, tuple[Path, ...], Exclude]:
        """Return the packages, the folder that paths are relative to, the source roots and what is excluded."""
        named = self._named
        places = places_of(here, named.source_roots)
        exclude: Exclude = tuple((glob, str(here)) for glob in named.globs)
        folders = tuple(filter(None, map(self._tree.place, named.folders)))
        if not named.source_roots and configs and (named.config_file is not None or not named.packages):
            config = configs[0]
            roots = (*folders, *config.source_roots)
            return named.packages or config.root_packages, config.folder, roots, (*exclude, *config.exclude)
        packages, roots = named.packages, places.folders
        if not packages and self._now.configs is None:
            packages, roots = packages_at(here, places)
        return packages or self._now.question.packages, here, (*folders, *roots), exclude

    def _portions(self, name: str, roots: Iterable[Path]) -> list[str]:
        """Return the folders of a root package in the tree: an installed one is not the earlier one."""
        try:
            portions = find_portions((name,), roots, plain=True)
        except UserError:
            return []
        return [folder for _, folder in portions if Path(os.path.realpath(folder)).is_relative_to(self._tree.root)]

    def _inside(self, folder: str) -> str:
        """Return the path of a folder of the tree from the root of the repository."""
        return os.path.relpath(folder, self._tree.root).replace(os.sep, "/")

    def _place(self, root: str, roots: tuple[Path, ...], taken: Sequence[str]) -> tuple[str, tuple[Path, ...]]:
        """Return the name that a root package has in the tree, and a source root to add; "" if it is not there.

        The folders that are ``taken`` are other packages.
        """
        paths = self._tree.files.keys()
        folder = next(iter(self._portions(root, roots)), None)
        more: tuple[Path, ...] = ()
        if folder is None:
            earlier = earlier_place(self._shape_now(root), paths, taken)
            if earlier is None:
                return "", ()
            folder = str(self._tree.root / earlier)
            more = (Path(folder).parent,)
        self._shapes[root] = shape(paths, self._inside(folder))
        return Path(folder).name, more

    def _shape_now(self, root: str) -> frozenset[str]:
        """Return the files of a package as it was where it was last found, or as it is in the last commit."""
        if root not in self._shapes:
            paths = git.listing(self._now.folder, "HEAD") or {}
            folders = [folder for _, folder in find_portions((root,), self._now.roots, plain=True)]
            self._shapes[root] = shape(paths, self._tree.inside(Path(folders[0])))
        return self._shapes[root]
