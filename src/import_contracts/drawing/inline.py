"""One HTML file that needs no network: its style and its scripts are inside it, and nothing else may run or load."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from hashlib import sha256
from importlib import resources

from import_contracts.drawing.markup import escaped


def whole(title: str, body: str, *, styles: Sequence[str], scripts: Sequence[str]) -> str:
    """Return a page, given what is in its body as HTML, and files of the folder ``html`` for its style and scripts."""
    style = "".join(map(read, ("base.css", *styles)))
    script = "".join(map(read, scripts))
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    parts = {"POLICY": policy, "TITLE": escaped(title), "STYLE": style, "BODY": body, "SCRIPT": script}
    return re.sub(r"\{\{([A-Z]+)\}\}", lambda match: parts[match[1]], read("shell.html"))


def read(name: str) -> str:
    """Return the text of a file of the folder ``html``."""
    return resources.files(__package__).joinpath("html", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return a source expression for inline content (Content Security Policy Level 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
