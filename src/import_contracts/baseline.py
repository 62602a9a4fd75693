"""The baseline: known violations, one a line, with nothing in a line that changes while the violation does not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from import_contracts.errors import Problem, UserError

_LINE = re.compile(r"(?P<contract>\S.*?)\s+(?P<importer>\S+)(?:\s+->\s+(?P<imported>\S+)(?:\s+=>\s+(?P<target>\S+))?)?")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """The identity of a violation: what makes it the same one in another run.

    ``imported`` is empty for a module that no layer lists, ``target`` where the contract has no targets.
    """

    contract: str
    importer: str
    imported: str = ""
    target: str = ""

    def __str__(self) -> str:
        imported = f" -> {self.imported}" if self.imported else ""
        return f"{self.contract} {self.importer}{imported}" + (f" => {self.target}" if self.target else "")


def parse(text: str, file: str) -> frozenset[Entry]:
    """Return the entries of a baseline file, whose lines may end in a comment.

    Raises UserError naming every line that is none, stands twice, or is left from a merge conflict.
    """
    found: dict[Entry, int] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        words = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        match = _LINE.fullmatch(words)
        if line.startswith(_CONFLICT):
            problems.append(Problem("This line is left from a merge conflict; resolve it.", file=f"{file}:{number}"))
        elif match:
            first = found.setdefault(Entry(*(part or "" for part in match.groups())), number)
            if first != number:
                problems.append(
                    Problem(f"This entry stands already in line {first}; remove one.", file=f"{file}:{number}")
                )
        elif words:
            example = "'contract importer -> imported' or 'contract importer -> imported => target'"
            problems.append(Problem(f"Found '{words}'; write {example}.", file=f"{file}:{number}"))
    if problems:
        raise UserError(*problems)
    return frozenset(found)
