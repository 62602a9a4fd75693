"""What the formats for machines have in common: every value is exact, and nothing in the text acts on its own.

JSON and XML have escapes for any character, so these formats need not change a value to make it safe: a terminal, a
CI log and an encoder see only visible characters, and a parser gets the value as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from import_contracts.patterns import pattern
from import_contracts.visible import escaped

_NOT_XML = pattern("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def json_text(document: object, *, indent: int | None = 2) -> str:
    """Return a value as JSON in which what cannot be seen is escaped; dates, which TOML has, become strings."""
    return _escaped(json.dumps(document, indent=indent, ensure_ascii=False, default=str), _in_json)


def xml_text(document: str) -> str:
    """Return an XML document with what cannot be seen as a character reference, such as ``&#8238;``."""
    return _escaped(document, _in_xml)


def legal_in_xml(text: str) -> str:
    """Return a text in which characters that XML cannot contain in any form are escaped as in Python."""
    return _NOT_XML.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _escaped(document: str, escape: Callable[[str], str]) -> str:
    return "\n".join(escaped(line, escape) for line in document.split("\n"))


def _in_json(character: str) -> str:
    escape = json.dumps(character)[1:-1]
    return escape if len(escape) > 1 else f"\\u{ord(character):04x}"


def _in_xml(character: str) -> str:
    return f"&#{ord(character)};"
