"""The run of ``graph``: reads the program, and makes the picture that is asked for in each wanted format."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from import_contracts import git
from import_contracts.config.contracts import read_contracts
from import_contracts.config.session import Config
from import_contracts.contracts.layers import Layers
from import_contracts.contracts.types import TYPES
from import_contracts.drawing.forge import file_address
from import_contracts.drawing.formats import FORMATS, left_out
from import_contracts.drawing.model import Layering, Module, Options, Subject
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.graph.names import top_level, within
from import_contracts.judging.cycles import CycleSearch
from import_contracts.judging.diagnosis import about_exclude, diagnose
from import_contracts.judging.statements import Statements
from import_contracts.judging.verdict import judge
from import_contracts.problems import Problem, UserError, did_you_mean_module
from import_contracts.reading.snapshot import Snapshot
from import_contracts.reading.store.answer import Answer, Grounds
from import_contracts.reporters.graph import as_text
from import_contracts.reporters.style import Wanted
from import_contracts.reports.check import Outcome
from import_contracts.reports.cycles import CyclesReport, Question
from import_contracts.repository import root_text
from import_contracts.runs.check import known_entries, report
from import_contracts.runs.requests import Requests, Scope, keep, read_baseline


def answer(options: Options, scope: Scope, snapshot: Snapshot, requests: Requests) -> list[Answer]:
    """Draw a program in each wanted format, and store the pictures in the cache.

    Raises UserError if a module that is asked for does not exist.
    """
    statements = Statements(snapshot)
    subject = _subject(options, scope, statements)
    with snapshot.context.step("draw the graph"):
        status = 2 if any(problem.is_error for problem in subject.problems) else 0
        answers = [_answer(subject, wanted, status) for wanted in requests.wanted]
    links = any(each.format == "html" for each in requests.wanted)  # to files at the forge, at the commit
    keep(answers, requests, statements, Grounds(None, snapshot.last.branch if links else ""))
    return answers


def _answer(subject: Subject, wanted: Wanted, status: int) -> Answer:
    text = as_text(subject, wanted.style) if wanted.format == "text" else FORMATS[wanted.format](subject)
    too_much = (f"{wanted.format}: {sentence}" for sentence in left_out(wanted.format, subject, text))
    return Answer(text, status, (*map(str, subject.problems), *too_much))


def _subject(options: Options, scope: Scope, statements: Statements) -> Subject:
    snapshot, config = statements.snapshot, scope.config
    question = Question(options.packages, scope.python)
    search = CycleSearch(question, statements)
    graph = search.graph if options.external else search.graph.without_external()
    _demand(options, graph)

    def cycles() -> CyclesReport:
        return diagnose(question, statements)

    def contracts() -> tuple[Outcome, ...]:
        return _outcomes(config, statements) if config else ()

    files = snapshot.program.files
    return Subject(
        options,
        graph,
        tuple(Module(file.module, statements.path(file.module), file.is_package) for file in files),
        cache(search.statements_of),
        cycles,
        contracts,
        tuple(_layerings(config, graph)) if config else (),
        folder=snapshot.context.folder.as_posix(),
        root=root_text(snapshot.context.folder),
        configuration=config.file if config else "",
        problems=tuple(_problems(snapshot)),
        cycle_types=frozenset(name for name, of_type in TYPES.items() if of_type.about_cycles),
        forge=partial(_forge, snapshot.context.folder),
    )


def _forge(folder: Path) -> str:
    remote, commit = git.remote(folder), git.commit(folder, "HEAD")
    return file_address(remote, commit) if remote and commit else ""


def _problems(snapshot: Snapshot) -> Iterator[Problem]:
    yield from about_exclude(snapshot)
    for file in snapshot.unreadable:
        yield Problem(file.message, snapshot.context.shown(file.path), line=file.line)


def _demand(options: Options, graph: ImportGraph) -> None:
    """Raise UserError for modules that do not exist, and for two of which one is inside the other."""
    named = dict.fromkeys((*options.packages, *options.boxes))
    unknown = [name for name in named if name not in graph]
    if unknown:
        raise UserError(*(Problem(f"There is no module '{each}'.{_hint(each, options, graph)}") for each in unknown))
    outer, inner = sorted((options.source, options.target), key=len)
    if outer and within(inner, outer):
        how = f"overlap: '{inner}' is inside '{outer}'" if inner != outer else f"are both '{outer}'"
        raise UserError(Problem(f"--from and --to {how}."))


def _hint(unknown: str, options: Options, graph: ImportGraph) -> str:
    is_outside = top_level(unknown) not in graph.roots and not options.external
    external = " External packages are drawn only with --external." if is_outside else ""
    return did_you_mean_module(unknown, graph.modules) or external


def _outcomes(config: Config, statements: Statements) -> tuple[Outcome, ...]:
    known = known_entries(config, read_baseline(config))
    judgement = judge(config, read_contracts(config), statements, known)
    return report(judgement, statements).outcomes


def _layerings(config: Config, graph: ImportGraph) -> Iterator[Layering]:
    for contract in read_contracts(config).chosen:
        if isinstance(contract.rule, Layers) and contract.is_sound:
            yield from (Layering(contract.id, layers) for layers in contract.rule.modules_in(graph))
