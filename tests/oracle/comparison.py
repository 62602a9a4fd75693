"""Compare both programs on a case, and make a case on which they disagree as small as it gets."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .cases import Case, Module, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .peer import Answer, Oracle


@dataclass(frozen=True, slots=True)
class Comparison:
    case: Case
    peer: Answer
    ours: Answer

    @property
    def agree(self) -> bool:
        return self.peer.agrees_with(self.ours) and not self.unexplained

    @property
    def unexplained(self) -> frozenset[tuple[str, str, str]]:
        """What import-linter reports and this project does not; the other way round there may be more."""
        return self.peer.reported - self.ours.reported if self.peer.verdict == self.ours.verdict else frozenset()

    @property
    def difference(self) -> tuple[str, str, bool]:
        """Return how the answers differ, coarsely enough to stay the same while a case shrinks."""
        return self.peer.verdict, self.ours.verdict, bool(self.unexplained)

    def show(self) -> str:
        head = f"import-linter: {self.peer.verdict}; import-contracts: {self.ours.verdict}"
        head += f"; only import-linter reports {sorted(self.unexplained)}" if self.unexplained else ""
        texts = f"=== import-linter\n{self.peer.text}\n=== import-contracts\n{self.ours.text}"
        return f"{head}\n{self.case.show()}{texts}\n"


def compare(oracle: Oracle, case: Case) -> Comparison:
    folder = Path(tempfile.mkdtemp(prefix="oracle-"))
    try:
        case.write(folder)
        return Comparison(case, *oracle.ask(folder, *case.arguments))
    finally:
        shutil.rmtree(folder)


def smallest(oracle: Oracle, found: Comparison, *, most_runs: int = 600) -> Comparison:
    """Take away one thing after another as long as both programs go on to disagree in the same way."""
    runs = 0
    progress = True
    while progress and runs < most_runs:
        progress = False
        for smaller in smaller_cases(found.case):
            runs += 1
            candidate = compare(oracle, smaller)
            if not candidate.agree and candidate.difference == found.difference:
                found, progress = candidate, True
                break
            if runs >= most_runs:
                break
    return found


def smaller_cases(case: Case) -> Iterator[Case]:
    for number in range(len(case.contracts) if len(case.contracts) > 1 else 0):
        yield replace(case, contracts=(*case.contracts[:number], *case.contracts[number + 1 :]))
    for number in range(len(case.arguments)):
        yield replace(case, arguments=(*case.arguments[:number], *case.arguments[number + 1 :]))
    for number, other in enumerate(case.more):
        for smaller in (*without_an_option(other), *with_a_shorter_list(other)):
            yield replace(case, more=(*case.more[:number], smaller, *case.more[number + 1 :]))
    for path in case.files:
        yield replace(case, files={other: text for other, text in case.files.items() if other != path})
    yield from without_an_import(case)
    yield from without_a_module(case)
    yield from without_an_option(case)
    yield from with_a_shorter_list(case)
    yield from with_a_plainer_import(case)


def without_a_module(case: Case) -> Iterator[Case]:
    """Take modules away that nothing can be seen to import, as an import of nothing can mean something else."""
    words = {word for module in case.modules.values() for piece in module.imports for word in re.findall(r"\w+", piece)}
    for name in case.modules:
        if name.rpartition(".")[2] in words:
            continue
        kept = {other: module for other, module in case.modules.items() if not f"{other}.".startswith(f"{name}.")}
        if kept:
            yield replace(case, modules=kept)


def without_an_option(case: Case) -> Iterator[Case]:
    for key in case.session:
        yield replace(case, session={other: value for other, value in case.session.items() if other != key})
    for number, contract in enumerate(case.contracts):
        for key in contract:
            if key not in {"id", "name", "type"}:
                yield with_contract(case, number, {other: value for other, value in contract.items() if other != key})


def with_a_shorter_list(case: Case) -> Iterator[Case]:
    for number, contract in enumerate(case.contracts):
        for key, value in contract.items():
            for shorter in shorter_lists(value):
                yield with_contract(case, number, {**contract, key: shorter})
    for key, value in case.session.items():
        for shorter in shorter_lists(value):
            yield replace(case, session={**case.session, key: shorter})


def shorter_lists(value: Value) -> Iterator[Value]:
    if isinstance(value, tuple) and len(value) > 1:
        for place in range(len(value)):
            yield value[:place] + value[place + 1 :]


def with_contract(case: Case, number: int, contract: dict[str, Value]) -> Case:
    return replace(case, contracts=(*case.contracts[:number], contract, *case.contracts[number + 1 :]))


def without_an_import(case: Case) -> Iterator[Case]:
    for name, module in case.modules.items():
        for place in range(len(module.imports)):
            fewer = (*module.imports[:place], *module.imports[place + 1 :])
            yield replace(case, modules={**case.modules, name: replace(module, imports=fewer)})


def with_a_plainer_import(case: Case) -> Iterator[Case]:
    for name, module in case.modules.items():
        for place, piece in enumerate(module.imports):
            if "\n" in piece:
                inner = next((line.strip() for line in piece.splitlines()[1:] if "import" in line), "pass")
                plain = (*module.imports[:place], inner, *module.imports[place + 1 :])
                yield replace(case, modules={**case.modules, name: Module(plain, module.package)})
