"""Programs to draw, arranged in one line, and what pictures of them show."""

from __future__ import annotations

from xml.etree import ElementTree

from import_contracts.drawing.model import Layering, Module, Options, Subject
from import_contracts.drawing.picture import Picture, draw
from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.reports.check import Outcome, ReportedViolation
from import_contracts.reports.cycles import CyclesReport
from tests.support.arranging import graph

SVG = "{http://www.w3.org/2000/svg}"


def subject(
    *lines: str,
    kinds: dict[str, Kind] | None = None,
    external: tuple[str, ...] = (),
    layers: tuple[str, ...] = (),
    broken: tuple[Edge, ...] = (),
    **options: object,
) -> Subject:
    """Return a program of lines such as ``a.b -> a.c``, and what is asked of it; by default its packages are opened.

    ``layers`` are those of one contract, such as ``a.b | a.c``, and ``broken`` the imports that break it.
    """
    return about(graph(*lines, external=external, kinds=kinds), layers, broken, **options)


def about(
    a_graph: ImportGraph, layers: tuple[str, ...] = (), broken: tuple[Edge, ...] = (), **options: object
) -> Subject:
    """Return a graph with what is asked of it, as `subject` does."""
    options = {"packages": a_graph.roots, "external": options.pop("with_external", False), **options}
    asked = Options(**options)  # type: ignore[arg-type]  # as given by the tests
    inside = [name for name in a_graph.modules if name not in a_graph.external]
    chains = [(Import(*edge, "", 1, 1, Kind.RUNTIME, ""),) for edge in broken]
    violations = tuple(
        ReportedViolation(*edge, "", "", "", (1,), chain) for edge, chain in zip(broken, chains, strict=True)
    )
    layering = Layering("layers", tuple(tuple(layer.split(" | ")) for layer in layers))
    return Subject(
        asked,
        a_graph,
        tuple(Module(name, f"{name.replace('.', '/')}.py", bool(a_graph.children(name))) for name in inside),
        lambda edge: tuple(Import(*edge, "", line, 1, Kind.RUNTIME, "") for line in a_graph.lines(*edge)),
        lambda: CyclesReport(a_graph.roots, 0, 0, (3, 13)),
        lambda: (Outcome("layers", "Layers", "layers", "", not broken, violations),),
        (layering,) * bool(layers),
        configuration="pyproject.toml" * bool(layers or broken),
    )


def levels(picture: Picture) -> list[str]:
    """Return the names of each level, the highest first, each line sorted."""
    return [" ".join(sorted(box.name for box in level)) for level in picture.levels]


def picture(*lines: str, **arguments: object) -> Picture:
    """Return the picture of a `subject`."""
    return draw(subject(*lines, **arguments))  # type: ignore[arg-type]  # as given by the tests


def drawn(found: Picture) -> list[str]:
    """Return the links that are drawn; with ``!`` if they lead upwards, and ``?`` if they break a contract."""
    return [f"{each.importer} -> {each.imported}{'!' * each.is_cut}{'?' * each.breaks}" for each in found.drawn]


def texts(svg: str) -> list[str]:
    """Return what a reader of an SVG document reads, in the order of the file; fails if it is not XML."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    return ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]
