"""The formats of pictures: what they show, that tools read them, and that no name of a module is taken for markup."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given

from import_contracts.drawing.formats import FORMATS, left_out
from import_contracts.drawing.model import Subject
from import_contracts.drawing.picture import MOST
from import_contracts.graph.import_graph import ImportGraph
from import_contracts.visible import visible
from tests.support.drawings import SVG, about, subject, texts
from tests.support.hostile import HOSTILE, TEXTS, lines
from tests.support.npm import found, installed

PROGRAM = (
    *("p.web.a -> p.db", "p.web.b -> p.db", "p.web.a -> p.base", "p.web.b -> p.base", "p.db -> p.base"),
    *("p.base -> p.web.a", "p.db -> p.web.a"),
)
KNOTTED = subject(*PROGRAM, "p.alone", broken=(("p.base", "p.web.a"),))


def numbers(path: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?[\d.]+", path)]


# --- SVG ---------------------------------------------------------------------------------------------------------


def test_svg_is_xml_with_a_title_a_description_and_names_as_text() -> None:
    svg = FORMATS["svg"](KNOTTED)
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert root.findtext(f"{SVG}title") == "The imports of p"
    assert "Without the 2 imports upwards" in (root.findtext(f"{SVG}desc") or "")
    assert {"web 3", "db", "base", "alone"} <= set(texts(svg))
    assert "prefers-color-scheme:dark" in svg


def test_the_legend_of_an_svg_says_what_is_left_out() -> None:
    shown = " ".join(texts(FORMATS["svg"](KNOTTED)))
    assert "Of those downwards, 2 are drawn; the others follow from them." in shown
    assert "Red arrows lead upwards, each with its number of imports" in shown


def test_arrows_upwards_have_their_number_of_imports() -> None:
    svg = FORMATS["svg"](subject("p.a.x -> p.b", "p.a.y -> p.b", "p.a.z -> p.b", "p.b -> p.a.x", "p.b -> p.a.y"))
    assert 'class="number middle">2<' in svg


def test_boxes_do_not_overlap_and_no_arrow_runs_through_one() -> None:
    names = [f"p.{letter * (1 + number % 7)}{number}" for number, letter in enumerate("abcdefghijklmnopqrstuvw")]
    imports = [f"{one} -> {other}" for one, other in combinations(names, 2) if (len(one) * len(other)) % 3 == 1]
    back = [f"{other} -> {one}" for one, other in zip(names[::3], names[5::3], strict=False)]
    root = ElementTree.fromstring(FORMATS["svg"](subject(*imports, *back)))  # noqa: S314 - our own
    boxes = [
        tuple(float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        for rect in root.iter(f"{SVG}rect")
        if rect.attrib["class"].startswith("box")
    ]
    assert len(boxes) == 20
    for (x, y, width, height), (left, top, wide, high) in combinations(boxes, 2):
        assert x + width <= left or left + wide <= x or y + height <= top or top + high <= y
    upright = [
        numbers(piece)
        for path in root.iter(f"{SVG}path")
        if path.attrib["class"] == "line"
        for piece in re.findall(r"M[^M]*v[^M]*", path.attrib["d"])
    ]
    assert upright
    for x, y, height in upright:
        assert not any(
            left < x < left + wide and top < y + height and y < top + high for left, top, wide, high in boxes
        )


def test_no_text_of_a_box_is_wider_than_the_box() -> None:
    long = "a_name_of_a_module_that_goes_on_and_on_without_a_dot"
    root = ElementTree.fromstring(FORMATS["svg"](subject(f"p.{long} -> p.漢字漢字漢字")))  # noqa: S314 - our own
    both = ((group.find(f"{SVG}rect"), group.find(f"{SVG}text")) for group in root.iter(f"{SVG}g"))
    boxes = [(rect, text) for rect, text in both if rect is not None and text is not None]
    assert len(boxes) == 3
    for rect, text in boxes:
        cells = sum(2 if ord(letter) > 0x2E80 else 1 for letter in "".join(text.itertext()))
        assert float(rect.attrib["width"]) >= cells * 7.2


def test_more_boxes_than_can_be_drawn_are_a_matrix_and_a_sentence() -> None:
    many = subject(*(f"p.m{number} -> p.m{number + 1}" for number in range(MOST + 1)))
    svg = FORMATS["svg"](many)
    assert svg == FORMATS["svg"](
        subject(*(f"p.m{number} -> p.m{number + 1}" for number in range(MOST + 1)), matrix=True)
    )
    assert left_out("svg", many, svg) == (f"{MOST + 2} boxes are too many to draw; this is their matrix.",)


# --- the matrix --------------------------------------------------------------------------------------------------


def test_a_matrix_has_links_downwards_above_the_diagonal_and_those_upwards_below_it() -> None:
    svg = FORMATS["svg"](subject(*PROGRAM, matrix=True))
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    cells = {}
    for group in root.iter(f"{SVG}g"):
        title, rect = group.findtext(f"{SVG}title"), group.find(f"{SVG}rect")
        if title and rect is not None and " imports " in title:
            cells[title] = (rect.attrib["class"], float(rect.attrib["x"]) > float(rect.attrib["y"]))
    assert cells == {
        "p.base imports p.web: 1 import": ("cell-up", False),
        "p.db imports p.base: 1 import": ("cell", True),
        "p.db imports p.web: 1 import": ("cell-up", False),
        "p.web imports p.base: 2 imports": ("cell", True),
        "p.web imports p.db: 2 imports": ("cell", True),
    }


def test_a_large_matrix_has_one_path_for_all_cells_of_a_look() -> None:
    imports = [f"p.m{one:03} -> p.m{other:03}" for one, other in combinations(range(110), 2)]
    svg = FORMATS["svg"](subject(*imports, matrix=True))
    assert svg.count('<path class="cell"') == 1
    assert svg.count("h12v12h-12z") == len(imports)


# --- DOT, Mermaid and JSON ---------------------------------------------------------------------------------------


def test_dot_has_a_rank_for_each_level_and_arrows_upwards_that_do_not_move_it() -> None:
    dot = FORMATS["dot"](KNOTTED)
    assert dot.count("rank=same") == 4
    assert '[label="1", color="#cf222e", fontcolor="#cf222e", constraint=false, style=dashed]' in dot


_DOT = shutil.which("dot") or ""


@pytest.mark.skipif(not _DOT, reason="Graphviz is not installed")
def test_graphviz_reads_dot_whatever_the_names() -> None:
    for hostile in HOSTILE:
        dot = FORMATS["dot"](_with_name(hostile))
        assert subprocess.run([_DOT, "-Tsvg"], input=dot.encode(), capture_output=True, check=True).stderr == b""


def test_mermaid_has_red_arrows_upwards() -> None:
    mermaid = FORMATS["mermaid"](KNOTTED)
    assert mermaid.startswith("flowchart TD\n  accTitle: The imports of p\n")
    assert mermaid.count('-- "1" -->') == 2
    assert "linkStyle 2,3 stroke:#d1242f,stroke-width:3px" in mermaid


def test_the_description_of_mermaid_is_the_legend() -> None:
    mermaid = FORMATS["mermaid"](KNOTTED)
    assert "  accDescr: Red arrows lead upwards, each with its number of imports, dashed arrows" in mermaid


def test_mermaid_does_not_take_the_underscores_of_a_name_for_bold_type() -> None:
    assert '["#95;#95;main#95;#95;"]' in FORMATS["mermaid"](subject("p.__main__ -> p.a_b"))
    assert '["a_b"]' in FORMATS["mermaid"](subject("p.__main__ -> p.a_b"))


def test_what_mermaid_refuses_is_said() -> None:
    many = subject(*(f"p.a{one} -> p.b{other}" for one in range(25) for other in range(25)))
    mermaid = FORMATS["mermaid"](many)
    assert left_out("mermaid", many, mermaid) == (
        "Mermaid draws 500 arrows and 50,000 characters at most, and this is more.",
    )
    assert left_out("mermaid", KNOTTED, FORMATS["mermaid"](KNOTTED)) == ()


@pytest.mark.pyodide
@pytest.mark.slow
def test_mermaid_itself_reads_mermaid_whatever_the_names(tmp_path: Path) -> None:
    diagrams = [FORMATS["mermaid"](_with_name(hostile)) for hostile in HOSTILE]
    (tmp_path / "diagrams.json").write_text(json.dumps(diagrams), encoding="utf-8")
    (tmp_path / "parse.mjs").write_text(_PARSE, encoding="utf-8")
    packages = installed("mermaid@11.12.2", "jsdom@26.1.0")
    command: list[str | Path] = [found("node"), tmp_path / "parse.mjs", packages, tmp_path / "diagrams.json"]
    answer = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)
    for hostile, (kind, labels) in zip(HOSTILE, answer, strict=True):
        assert kind == "flowchart-v2"
        assert sorted(labels) == sorted(["b", visible(f"a{_part(hostile)}")])


_PARSE = r"""
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const [folder, diagrams] = process.argv.slice(2);
const { JSDOM } = createRequire(folder + "/")("./jsdom");
const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import(pathToFileURL(folder + "/mermaid/dist/mermaid.esm.mjs"));
const decode = (text) => text.replace(/ﬂ°°(\d+)¶ß/g, (_, code) => String.fromCodePoint(Number(code)));
const answers = [];
for (const text of JSON.parse(readFileSync(diagrams, "utf8"))) {
  await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  answers.push([diagram.type, [...diagram.db.getVertices().values()].map((vertex) => decode(vertex.text))]);
}
console.log(JSON.stringify(answers));
process.exit(0);
"""


def test_json_has_all_links_and_exact_names() -> None:
    found = json.loads(FORMATS["json"](KNOTTED))
    assert [box["name"] for box in found["boxes"]] == ["p.web", "p.db", "p.base", "p.alone"]
    assert {(link["importer"], link["imported"]): link["is_drawn"] for link in found["links"]} == {
        ("p.base", "p.web"): True,
        ("p.db", "p.base"): True,
        ("p.db", "p.web"): True,
        ("p.web", "p.base"): False,
        ("p.web", "p.db"): True,
    }
    assert found["links"][0]["imports"] == [{"importer": "p.base", "imported": "p.web.a"}]


# --- names -------------------------------------------------------------------------------------------------------


def _part(text: str) -> str:
    """Return a text as a part of the name of a module, in which there is no dot."""
    return text.replace(".", "_")


def _with_name(text: str, **options: object) -> Subject:
    name = f"p.a{_part(text)}"
    return about(ImportGraph(["p", name, "p.b"], {name: {"p.b": [1]}}, roots=["p"]), **options)  # type: ignore[arg-type]


@given(TEXTS)
def test_no_name_is_markup_in_svg(text: str) -> None:
    for options in ({}, {"matrix": True}):
        svg = FORMATS["svg"](_with_name(text, **options))
        assert visible(f"a{_part(text)}") in texts(svg)
        lines(svg)


@given(TEXTS)
def test_no_name_is_a_statement_in_dot_and_mermaid(text: str) -> None:
    for name in ("dot", "mermaid"):
        plain, hostile = (FORMATS[name](_with_name(each)) for each in ("x", text))
        assert len(lines(hostile)) == len(lines(plain))
    assert sum(line.count('"') for line in hostile.splitlines()) == 4


@given(TEXTS)
def test_json_has_every_name_as_it_is(text: str) -> None:
    names = [box["name"] for box in json.loads(FORMATS["json"](_with_name(text)))["boxes"]]
    assert f"p.a{_part(text)}" in names
