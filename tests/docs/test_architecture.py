"""The page about the architecture knows every module."""

from __future__ import annotations

import re

from .pages import DOCS, ROOT
from .tables import names

SOURCE = ROOT / "src" / "import_contracts"


def modules() -> set[str]:
    """Return the modules of the program by their names inside it; a package is the module of its ``__init__``."""
    found = (path.relative_to(SOURCE).with_suffix("") for path in SOURCE.rglob("*.py"))
    return {".".join(part for part in path.parts if part != "__init__") for path in found} - {"", "__main__"}


def test_every_module_is_explained_and_no_other() -> None:
    assert sorted(names("architecture.md", "## The modules")) == sorted(modules())


def test_every_decision_is_listed() -> None:
    listed = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    numbered = [path.name for path in sorted((DOCS / "decisions").glob("[0-9]*.md"))]

    assert re.findall(r"\((\d{3}-[\w-]+\.md)\)", listed) == numbered
