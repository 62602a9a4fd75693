"""Numbers and lists in English sentences, and phrases that several rooms share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def count(number: int, noun: str) -> str:
    """Return a number and its noun, such as ``1 import`` or ``1,200 entries``."""
    plural = (
        f"{noun[:-1]}ies" if noun.endswith(("cy", "ry")) else f"{noun}es" if noun.endswith(("sh", "x")) else f"{noun}s"
    )
    return f"{number:,} {noun if number == 1 else plural}"


def listed(names: Iterable[object], word: str = "and", *, most: int = 5) -> str:
    """Return names joined as in a sentence, such as ``a, b and c``.

    Of more than ``most`` names, return the first ``most - 1`` and how many more there are: ``a, b, c, d and 7 more``.
    """
    texts = list(map(str, names))
    if len(texts) > most:
        texts[most - 1 :] = [f"{len(texts) - most + 1:,} more"]
    return f" {word} ".join([*([", ".join(texts[:-1])] if texts[1:] else []), *texts[-1:]])


def path(names: Sequence[str], *, most: int = 20) -> str:
    """Return names joined by arrows, such as ``a -> b -> a``; of a very long path, the beginning and the end."""
    if len(names) <= most:
        return " -> ".join(names)
    hidden = f"… {len(names) - most + 2:,} more …"
    return " -> ".join([*names[: most // 2], hidden, *names[-most // 2 + 2 :]])


FIXES = {
    "type_checking": "import it for type checking only",
    "direct_import": "import it from its defining module",
    "reorder": "put these imports in another order",
    "move": "move this import below what the other module needs",
    "move_definition": "move a definition above the import",
    "extract": "move what both need into a new module",
    "module_form": "import the module, and look the name up where it is used",
    "defer": "defer it (a workaround: the cycle is hidden, not removed)",
    "import_first": "import another module first",
    "restructure": "needs manual restructuring",
}
"""A phrase for each kind of fix."""
