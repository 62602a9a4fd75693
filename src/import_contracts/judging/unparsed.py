"""What the texts of modules are searched for without being parsed, and what is found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Set
from typing import NamedTuple

from import_contracts.crashes.bodies import computes_names
from import_contracts.crashes.missing import seem_bound
from import_contracts.crashes.model import given, listing_in, plain_import, strings_computed_with
from import_contracts.crashes.unfollowed import unfollowed
from import_contracts.entries.closure import changes_path
from import_contracts.entries.django import settings_module
from import_contracts.reading.source.bound import is_opaque
from import_contracts.reading.source.text import Source
from import_contracts.repair.layout import Layout
from import_contracts.repair.lookups import named_in_doctests, named_in_looked_up
from import_contracts.repair.program_names import attributes_taken, named_in_strings, replaced_in, takes_others

_ALIAS = re.compile(r"(\w+)\s+as\s+(?=(\w+))")
_TOP = re.compile(r"\w[^#]*")
_RARE = re.compile(
    r"__(?:all|annotations|dict|getattr|import|lazy_modules|path)__|\b(?:eval|exec|globals?|locals|vars)\b"
    r"|import_module|modules\[|addsitedir|DJANGO_SETTINGS|import-contracts|\blazy\b|noqa|#!"
    r"|#.*(?:coding[:=]|type:)"
)
"""What is looked for in parts of texts, and is so rare in edits that it is not worth knowing where it matters."""


class Found(NamedTuple):
    """What is found in a text: what may not change, and names, each with what is asked about it.

    These may change if no import statement has them; those that seem ``bound``, if none has them that imports from the
    module.
    """

    whole: tuple[object, ...]
    names: Set[tuple[str, int]]
    bound: Set[str]


def is_rare(lines: Iterable[str]) -> bool:
    """Tell whether there is something in lines of a text whose meaning depends on where it is."""
    return any(map(_RARE.search, lines))


def top_of(lines: Iterable[str]) -> list[str]:
    """Return the code on lines that are not indented, without the line ends and comments."""
    return [found[0].rstrip() for found in map(_TOP.match, lines) if found]


def may_have_looked_up(text: str, name: str) -> bool:
    """Tell whether a text may have an attribute of some name, or a string with that name."""
    return name in text and re.search(rf"\.[\s\\]*(?:#.*\s+)?{name}\b|[\"'](?:.*\W)?{name}\b", text) is not None


def found_in(source: Source, imported: Collection[str], roots: Set[str]) -> Found:
    """Return what is found in the text of a module.

    ``imported`` are the words of its import statements, and ``roots`` the top-level packages of the program.
    """
    text, layout = source.text, Layout(source.text)
    strings = strings_computed_with(text)
    whole = (
        ("\r" in text or "\f" in text, text.isascii(), text.endswith("\n"), takes_others(text), "import *" in text),
        (layout.width, layout.indentation, "__all__." in text),
        (is_opaque(text), computes_names(text), changes_path(text), plain_import(roots).search(text) is not None),
        strings is not None and (frozenset(strings), listing_in(text)),
        frozenset(given(roots)(text)),
        unfollowed([source]),
        settings_module(text),
        {name for name in replaced_in(text) if name.partition(".")[0] in roots},
    )
    called = {alias for name, alias in _ALIAS.findall(text) if name in imported}.union(imported)
    named = (
        attributes_taken(called, text),
        named_in_strings(text),
        named_in_doctests(text),
        named_in_looked_up(text),
    )
    return Found(
        whole,
        frozenset((name, question) for question, names in enumerate(named) for name in names if name.isidentifier()),
        seem_bound(text),
    )
