"""Reading INI files, as import-linter reads them."""

from __future__ import annotations

from collections.abc import Mapping
from configparser import (
    ConfigParser,
    DuplicateOptionError,
    DuplicateSectionError,
    Error,
    InterpolationError,
    MissingSectionHeaderError,
    ParsingError,
)


class InvalidIniError(Exception):
    """A text is not valid INI; the message says what is wrong and where, and what to write instead."""


def parse_ini(text: str) -> dict[str, Mapping[str, object]]:
    """Return the sections of an INI file; raises InvalidIniError if it is not valid.

    A value over several lines is a list of its lines.
    """
    parser = ConfigParser()
    try:
        parser.read_string(text)
    except Error as error:
        raise InvalidIniError(_in_words(error)) from None
    return {
        section: {key: _value(parser, section, key) for key in parser.options(section)} for section in parser.sections()
    }


def _value(parser: ConfigParser, section: str, key: str) -> object:
    try:
        text = parser.get(section, key)
    except InterpolationError:  # a literal %, as in "100% typed"
        text = parser.get(section, key, raw=True)
    return [line for line in text.splitlines() if line.strip()] if "\n" in text else text


def _in_words(error: Error) -> str:
    """Return what is wrong and where, and what to write instead."""
    if isinstance(error, MissingSectionHeaderError):
        line = error.line.strip()
        if line.startswith("["):
            return f"{line!r} has no closing bracket (at line {error.lineno})"
        return f"{line!r} is in no section (at line {error.lineno}). Begin the file with [importlinter]"
    if isinstance(error, DuplicateSectionError):
        return f"there are two sections [{error.section}] (at line {error.lineno}). Give one of them another name"
    if isinstance(error, DuplicateOptionError):
        return f"'{error.option}' is twice in [{error.section}] (at line {error.lineno}). Remove one of them"
    if isinstance(error, ParsingError) and error.errors:
        number, line = error.errors[0]
        return f"{_unquoted(line)!r} is neither a key nor indented (at line {number}). Indent the lines of a list"
    return str(error)


def _unquoted(line: str) -> str:
    """Return a line as it is in the file; configparser shows it as a Python string."""
    return line.strip().strip("'\"").removesuffix("\\n").strip()
