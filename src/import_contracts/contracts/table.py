"""Reading the keys of a configuration table by type. Problems are collected, not raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from import_contracts.contracts.mistakes import likely_mistake
from import_contracts.graph.names import (
    STANDARD_LIBRARY,
    THIRD_PARTY,
    ImportPattern,
    InvalidPatternError,
    ModulePattern,
    NamePattern,
)
from import_contracts.problems import Problem, Severity, did_you_mean
from import_contracts.records import replace
from import_contracts.wording import listed

if TYPE_CHECKING:
    from import_contracts.contracts.declared import Declaration

T = TypeVar("T")

DECLARED = "declared"
"""What stands in place of a list of modules that projects declare."""

_BOOLEANS = {"true": True, "false": False}


class Table:
    """The keys of one table.

    Each method reads one key as one type. It returns the value; if the key is absent or has a wrong value, it returns
    the default. A wrong value, and an absent key without a default, add an error to `problems`. A key that no method
    has read is unknown, and `finish` adds a problem for it. In a list of modules, each of the ``groups`` stands for
    some others; their names are in angle brackets. The ``declarations`` are those of the projects of the workspace.
    """

    def __init__(
        self,
        values: Mapping[str, object],
        *,
        file: str | None = None,
        contract: str | None = None,
        groups: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        declarations: Sequence[Declaration] = (),
    ) -> None:
        self._values = values
        self._groups = groups
        self._declarations = declarations
        self._place = Problem("", file=file, contract=contract)
        self._forms: dict[str, str] = {}
        self._problems: list[Problem] = []

    @property
    def file(self) -> str:
        """The path of the file, as messages show it; "" if there is none."""
        return self._place.file or ""

    @property
    def values(self) -> Mapping[str, object]:
        """The values by key, as written."""
        return self._values

    @property
    def forms(self) -> Mapping[str, str]:
        """The keys that were read so far, each with the name of its type, such as "strings"."""
        return self._forms

    def place(self, *, contract: str) -> None:
        """Set the id of the contract to which the problems belong, past and future ones."""
        self._place = replace(self._place, contract=contract)
        self._problems = [replace(problem, contract=contract) for problem in self._problems]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems so far, in the order in which they were found."""
        return tuple(self._problems)

    def error(self, key: str | None, message: str) -> None:
        """Add an error: the contract has no verdict. ``key`` is None if the error is not about one key."""
        self._problems.append(replace(self._place, key=key, message=message))

    def warn(self, key: str | None, message: str) -> None:
        """Add a warning about something that is probably a mistake."""
        self._problems.append(replace(self._place, key=key, message=message, severity=Severity.WARNING))

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def string(self, key: str, default: str | None = None) -> str:
        """Return one line of text. Without a default the key is required."""
        value = self._get(key, "string", required=default is None)
        if value is None:
            return default or ""
        if isinstance(value, str):
            return value
        if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
            return " ".join(value)  # an INI value over several lines
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self._wrong(key, value, "a string")
        return default or ""

    def text(self, key: str) -> str:
        """Return text with any number of lines; "" if the key is absent."""
        value = self._get(key, "text")
        if value is None:
            return ""
        return "\n".join(self._list(key, value)).strip()

    def strings(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of strings; a single string is a list of one. Without a default the key is required."""
        value = self._get(key, "strings", required=default is None)
        if value is None:
            return default or ()
        return tuple(item.strip() for item in self._list(key, value) if item.strip())

    def flag(self, key: str, *, default: bool = False, lenient: bool = False) -> bool:
        """Return true or false. The strings "true" and "false" are read too, because INI has only strings.

        If ``lenient``, any other value is False and adds a warning instead of an error.
        """
        value = self._get(key, "lenient flag" if lenient else "flag")
        if value is None or isinstance(value, bool):
            return default if value is None else value
        if isinstance(value, str) and (flag := _BOOLEANS.get(value.strip().lower())) is not None:
            return flag
        if lenient:
            self.warn(key, f"Found {_shown(value)}, which is read as false; write true or false.")
            return False
        self._wrong(key, value, "true or false")
        return default

    def integer(self, key: str, *, default: int, at_least: int) -> int:
        """Return a whole number of at least ``at_least``."""
        value = self._get(key, "integer")
        if value is None:
            return default
        if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,9}", value.strip()):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
            self._wrong(key, value, f"a whole number, {at_least} or more")
            return default
        return value

    def version(self, key: str) -> tuple[int, int] | None:
        """Return a version of Python 3, ``"3.13"`` as (3, 13); None if the key is absent."""
        value = self._get(key, "version")
        if value is None:
            return None
        match = re.fullmatch(r"3\.(\d{1,3})", str(value).strip())
        if match is None:
            self._wrong(key, value, 'a version of Python 3 such as "3.13"')
            return None
        return 3, int(match[1])

    def choice(self, key: str, options: Collection[str], default: str) -> str:
        """Return one of several words."""
        value = self._get(key, "choice")
        if value is None:
            return default
        value = value.strip() if isinstance(value, str) else value
        if value == "":
            return default
        if not isinstance(value, str) or value not in options:
            hint = did_you_mean(value.lower(), options) if isinstance(value, str) else ""
            self._wrong(key, value, "one of " + ", ".join(f"'{option}'" for option in options), hint)
            return default
        return value

    def modules(self, key: str, default: tuple[str, ...] | None = None) -> tuple[ModulePattern, ...]:
        """Return a list of module patterns, each once. Without a default the key is required."""
        return self._parsed(key, ModulePattern, default)

    def listings(self, key: str) -> dict[ModulePattern, tuple[ModulePattern, ...]] | None:
        """Return a table of lists of module patterns, by module pattern; None if the value is no table.

        ``shop.web`` without quotes is a table in a table, as TOML has it, and read like ``"shop.web"``.
        """
        value = self._values.get(key)
        if not isinstance(value, Mapping):
            return None
        self._get(key, "table")
        found: dict[ModulePattern, tuple[ModulePattern, ...]] = {}
        for name, allowed in _flattened("", value):
            row = Table({key: [name]}, groups=self._groups)
            items = Table({key: allowed}, groups=self._groups)
            found |= dict.fromkeys(row.modules(key), items.modules(key))
            for problem in row.problems:
                self.error(key, problem.message)
            for problem in items.problems:
                self.error(key, f"'{name}': {problem.message}")
        return found

    def declared(self, key: str) -> Sequence[Declaration] | None:
        """Return what projects declare, if a key has the word for that; else None, and the key is not read."""
        if self._values.get(key) != DECLARED:
            return None
        self._get(key, "declared")
        return self._declarations

    def names(self, key: str) -> tuple[NamePattern, ...]:
        """Return a list of modules and of names in them, written ``module:name``, each once. The key is required."""
        return self._parsed(key, NamePattern.parse, None)

    def imports(self, key: str) -> tuple[ImportPattern, ...]:
        """Return a list of import patterns, written ``importer -> imported``, each once; empty if the key is absent."""
        return self._parsed(key, ImportPattern.parse, ())

    def tables(self, key: str) -> list[Mapping[str, object]]:
        """Return an array of tables; empty if the key is absent."""
        value = self._get(key, "tables")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            self._wrong(key, value, f"an array of tables, each with the header [[…{key}]]")
            return []
        return value

    def finish(self, severity: Severity = Severity.ERROR) -> None:
        """Add a problem for every key that no method has read."""
        for key in self._values:
            if key not in self._forms:
                message = f"This key is unknown.{did_you_mean(key, self._forms)}"
                self._problems.append(replace(self._place, key=key, message=message, severity=severity))

    def _get(self, key: str, form: str, *, required: bool = False) -> object:
        self._forms[key] = form
        if required and key not in self._values:
            self.error(key, "This key is required.")
        return self._values.get(key)

    def _list(self, key: str, value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        self._wrong(key, value, "a list of strings")
        return []

    def _parsed(self, key: str, parse: Callable[[str], T], default: tuple[str, ...] | None) -> tuple[T, ...]:
        parsed = []
        for item in self.strings(key, default):
            for text in self._groups.get(item, (item,)):
                try:
                    parsed.append(parse(text))
                except InvalidPatternError as error:
                    self.error(key, self._not_a_group(text) or likely_mistake(text) or str(error))
        return tuple(dict.fromkeys(parsed))

    def _not_a_group(self, text: str) -> str:
        if not (text.startswith("<") and text.endswith(">")):
            return ""
        known = (THIRD_PARTY, STANDARD_LIBRARY, *self._groups)
        hint = did_you_mean(text, known) or f" Write {listed(map(repr, known), 'or')}."
        return f"'{text}' is no group, and no layer has this name.{hint}"

    def _wrong(self, key: str, value: object, wanted: str, hint: str = "") -> None:
        self.error(key, f"Found {_shown(value)}; write {wanted}.{hint}")


def _flattened(outer: str, value: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield what is in a table and the tables in it, with the keys that lead there joined by dots."""
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flattened(f"{outer}{key}.", inner)
        else:
            yield f"{outer}{key}", inner


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a table"
    return repr(value)
