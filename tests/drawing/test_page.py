"""The HTML page of ``graph``, in a browser; what it is made of is tested without one at the end."""

from __future__ import annotations

import json
import re
import subprocess
import webbrowser
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, ViewportSize, expect

from import_contracts.drawing import page as page_module
from import_contracts.drawing.collapse import collapse, kinds_drawn
from import_contracts.drawing.forge import file_address
from import_contracts.drawing.levels import find_levels, knots, reduced
from import_contracts.drawing.model import Layering, Module, Options, Subject
from import_contracts.drawing.page import render
from import_contracts.drawing.picture import draw
from import_contracts.graph.import_graph import Edge, Import, ImportGraph
from import_contracts.graph.kinds import Kind
from import_contracts.graph.names import ancestors
from import_contracts.reports.cycles import CyclesReport
from tests.support.arranging import configuration, contract, graph, lint, write
from tests.support.browser import FAINT, UNNAMED, browser, open_page, watched
from tests.support.hostile import DENSE

SHOP = {
    "shop/__init__.py": "",
    "shop/web/__init__.py": "",
    "shop/web/views.py": "from shop.orders import place\nfrom shop.orders.models import Order\nimport shop.web.forms\n",
    "shop/web/forms.py": "from shop.util import text\n",
    "shop/orders/__init__.py": "from shop.orders.service import place\n",
    "shop/orders/service.py": "from shop.orders.models import Order\n\ndef place():\n    import shop.web.views\n",
    "shop/orders/models.py": "from typing import TYPE_CHECKING\nfrom shop.db import Table\nimport shop.util\n"
    "if TYPE_CHECKING:\n    from shop.reports import Report\n\nclass Order(Table):\n    pass\n",
    "shop/db.py": "import shop.util\nfrom shop.orders import models\n\nclass Table:\n    pass\n",
    "shop/reports.py": "import shop.db\nimport shop.util\n",
    "shop/util.py": "",
    "shop/alone.py": "",
    "pyproject.toml": configuration(
        contract(
            "low",
            "forbidden",
            name="The database is low",
            source_modules=["shop.db"],
            forbidden_modules=["shop.orders"],
        ),
        contract(
            "util", "forbidden", name="Util is the ground", source_modules=["shop.util"], forbidden_modules=["shop.db"]
        ),
    ),
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def opened(chromium: Browser) -> Page:
    return chromium.new_page(viewport=WIDE)


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    """Return a tab, the same for all tests: nothing is left of a page when the next one is opened."""
    with watched(opened):
        yield opened


WIDE = ViewportSize(width=1280, height=800)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a program that breaks a contract, has a cycle, and crashes."""
    folder = write(tmp_path_factory.mktemp("shop"), SHOP)
    return html(folder, "shop")


def html(folder: Path, *args: str) -> Path:
    done = lint(folder, "graph", *args, "--format", "html", "--output", "page.html")
    assert done.status == 0, done.err
    return folder / "page.html"


def subject(a_graph: ImportGraph, *packages: str, layerings: tuple[Layering, ...] = (), depth: int = 1) -> Subject:
    """Return what a picture is about, of a graph alone."""

    def statements(edge: Edge) -> tuple[Import, ...]:
        return tuple(Import(*edge, "f.py", line, 1, Kind.RUNTIME, f"import {edge[1]}") for line in a_graph.lines(*edge))

    modules = tuple(Module(name, name.replace(".", "/") + ".py", is_package=False) for name in a_graph.modules)
    report = CyclesReport(packages, len(modules), a_graph.size, (3, 13))
    return Subject(Options(packages, depth), a_graph, modules, statements, lambda: report, layerings=layerings)


Lines = set[tuple[str, str, str]]
Drawn = tuple[dict[str, int], Lines]


def drawn(page: Page) -> Drawn:
    """Return the level of each box, and the lines with their kinds."""
    boxes = page.eval_on_selector_all(
        "#picture [data-module]",
        "all => all.map(each => [each.dataset.module, each.title, Number(each.dataset.level)])",
    )
    name = {number: title for number, title, _ in boxes}
    lines = page.eval_on_selector_all(
        "#picture path.line", "all => all.map(each => [...each.dataset.link.split(','), each.classList[1]])"
    )
    return {title: level for _, title, level in boxes}, {(name[tail], name[head], kind) for tail, head, kind in lines}


def named(name: str) -> str:
    """Return the selector of a box."""
    return f'#picture [data-module][title="{name}"]'


def shown(page: Page) -> set[str]:
    return set(drawn(page)[0])


def classes(page: Page, kind: str) -> set[str]:
    """Return the boxes that are marked as a kind."""
    titles = page.eval_on_selector_all(f"#picture .{kind} > [data-module]", "all => all.map(each => each.title)")
    return set(titles)


def panel(page: Page) -> str:
    return page.inner_text("#panel")


# --- what is drawn ------------------------------------------------------------------------------------------------


def picture_of(a_subject: Subject) -> Drawn:
    """Return the same of the picture that the other formats show."""
    picture = draw(a_subject)
    kinds = {True: "cut", False: "down"}
    lines = {(link.importer, link.imported, kinds[link.is_cut]) for link in picture.drawn}
    return {box.name: box.level for box in picture.boxes}, lines


def twin(a_subject: Subject, opened: tuple[str, ...]) -> Drawn:
    """Return what the page has to draw if packages are opened, found in another way."""
    graph_ = kinds_drawn(a_subject.graph, a_subject.options.kinds)
    root = a_subject.options.packages[0]
    found = collapse(graph_, Options((root, *opened)), graph_.edges())
    places = {package: siblings(graph_, package) for package in (root, *opened)}
    position = {box: place(box, root, places) for box in found.boxes}
    knot_of = {box: number for number, knot in enumerate(knots(found.boxes, found.links)) for box in knot}
    cut = {
        link
        for link in found.links
        if knot_of.get(link[0], -1) == knot_of.get(link[1]) and position[link[0]] > position[link[1]]
    }
    down = {link: 1 for link in found.links if link not in cut}
    levels = find_levels({end for link in found.links for end in link}, down)
    assert not levels.cut
    level_of = {box: number for number, level in enumerate(reversed(levels.levels), 1) for box in level}
    lines = {(*link, "down") for link in reduced(down, level_of)} | {(*link, "cut") for link in cut}
    return {box: level_of.get(box, 0) for box in found.boxes}, lines


def siblings(graph_: ImportGraph, package: str) -> list[str]:
    found = collapse(graph_, Options((package,)), graph_.edges())
    order = list(chain.from_iterable(find_levels(found.boxes, {k: len(v) for k, v in found.links.items()}).levels))
    return order if package in order else [*order, package]


def place(box: str, root: str, places: dict[str, list[str]]) -> tuple[int, ...]:
    """Return where a box is among what is next to it, in each package around it from the root on."""
    way = [box, *ancestors(box)][: box.count(".") - root.count(".") + 1][::-1]
    found = [places[package].index(inner) for package, inner in pairwise(way)]
    return (*found, places[box].index(box)) if box in places else tuple(found)


_MODULES = [f"p.{a}.{b}" for a in "abcd" for b in "xyz"] + ["p.a.x.i", "p.a.x.j", "p.e", "p"]
_EDGES = st.lists(
    st.tuples(st.sampled_from(_MODULES), st.sampled_from(_MODULES)).filter(lambda e: e[0] != e[1]), max_size=40
)


_VIEW = """([data, opened, order]) => {
  const program = new Program(data);
  const open = opened.map((name) => program.byName.get(name));
  const inside = data.depth ? data.inside : [];
  const none = new Set();
  const asked = { inside, open, kinds: 7, only: "", hubs: true, near: null, violating: none, breaking: none, order };
  const view = new View(program, asked);
  const name = (box) => program.names[box];
  const lines = view.links.filter((link) => link.isDrawn);
  return [
    Object.fromEntries(view.boxes.map((box) => [name(box), view.heights.get(box) + 1])),
    lines.map((link) => [name(link.tail), name(link.head), link.isCut ? "cut" : "down"]),
  ];
}"""


@pytest.mark.browser
def test_each_view_has_the_levels_and_the_cut_of_the_model(page: Page, shop: Path) -> None:
    open_page(page, shop)

    def view(asked: Subject, *opened: str) -> Drawn:
        levels, lines = page.evaluate(_VIEW, [data(render(asked)), opened, None])
        return levels, {(tail, head, kind) for tail, head, kind in lines}

    @settings(max_examples=40)
    @given(_EDGES)
    def test(edges: list[Edge]) -> None:
        asked = subject(graph(*_MODULES, *(f"{one} -> {other}" for one, other in edges)), "p")
        assert view(asked) == picture_of(asked) == twin(asked, ())
        for opened in [("p.a",), ("p.b", "p.c"), ("p.a", "p.a.x", "p.b", "p.c", "p.d")]:
            assert view(asked, *opened) == twin(asked, opened)

    test()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("packages", "depth", "inner"),
    [
        (("p.a", "p.b", "p.c"), 1, ()),
        (("p.a", "p.b", "p.c"), 0, ()),
        (("p",), 2, ("p.a", "p.b", "p.c", "p.d")),
        (("p", "p.a"), 1, ()),
    ],
)
def test_what_the_page_begins_with_is_the_picture_of_the_other_formats(
    page: Page, shop: Path, packages: tuple[str, ...], depth: int, inner: tuple[str, ...]
) -> None:
    open_page(page, shop)

    @settings(max_examples=20)
    @given(_EDGES)
    def test(edges: list[Edge]) -> None:
        asked = subject(graph(*_MODULES, *(f"{one} -> {other}" for one, other in edges)), *packages, depth=depth)
        found = data(render(asked))
        levels, lines = page.evaluate(_VIEW, [found, inner, found["order"]])
        assert (levels, {(tail, head, kind) for tail, head, kind in lines}) == picture_of(asked)

    test()


@pytest.mark.browser
def test_a_view_is_drawn_as_it_is_computed(page: Page, tmp_path: Path) -> None:
    edges = (
        "p.a.x -> p.b.y",
        "p.b.y -> p.a.z",
        "p.a.z -> p.c",
        "p.c -> p.b.x",
        "p.b.x -> p",
        "p -> p.d",
        "p.e.i -> p.d",
    )
    asked = subject(graph(*edges), "p")
    (tmp_path / "page.html").write_text(render(asked))
    open_page(page, tmp_path / "page.html")
    assert drawn(page) == picture_of(asked)
    open_page(page, tmp_path / "page.html", "open=p.a,p.b")
    assert drawn(page) == twin(asked, ("p.a", "p.b"))


@pytest.mark.browser
def test_layers_are_the_levels_as_in_the_other_formats(page: Page, tmp_path: Path) -> None:
    layering = Layering("layers", (("p.top",), ("p.low", "p.a"), ("p.ground",)))
    asked = subject(
        graph("p.low -> p.top", "p.ground -> p.low", "p.a -> p.b", "p.b -> p.ground", "p.top -> p.c"),
        "p",
        layerings=(layering,),
    )
    (tmp_path / "page.html").write_text(render(asked))
    open_page(page, tmp_path / "page.html")
    assert drawn(page) == picture_of(asked)
    assert ("p.low", "p.top", "cut") in drawn(page)[1]
    said = "Without the 2 imports upwards there is no cycle and no way up through the layers"
    assert f"{said} (no cheaper cut exists)." in draw(asked).notes
    assert f"{said}." in page.inner_text("#notes")


@pytest.mark.browser
def test_what_is_left_out_is_said(page: Page, shop: Path) -> None:
    open_page(page, shop)
    text = page.inner_text("#notes")
    assert re.fullmatch(
        r"9 dependencies between 6 boxes: 7 downwards, 2 upwards\. "
        r"Of those downwards, 4 are drawn; the others follow from them\. "
        r"Without the 2 imports upwards there is no cycle\. 1 dependency breaks a contract\. "
        r"Left out: 1 type-checking import\.",
        text,
    ), text


@pytest.mark.browser
def test_boxes_and_names_do_not_overlap(page: Page, shop: Path) -> None:
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        open_page(page, shop, "open=shop.orders,shop.web&view=map")
        boxes = page.eval_on_selector_all("#picture .box", "all => all.map(e => e.getBoundingClientRect().toJSON())")
        for number, one in enumerate(boxes):
            for other in boxes[:number]:
                apart = one["right"] <= other["left"] or other["right"] <= one["left"]
                assert apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]
        assert (
            page.eval_on_selector_all("#picture .name", "all => all.filter(e => e.scrollWidth > e.clientWidth).length")
            == 0
        )


@pytest.mark.browser
def test_a_map_is_as_small_as_it_has_to_be_to_be_seen_and_can_be_made_larger(page: Page, tmp_path: Path) -> None:
    def height() -> float:
        return float(page.evaluate("document.querySelector('#picture .box').getBoundingClientRect().height"))

    for levels, scale in ((5, 1.0), (13, 0.9), (35, 1.0)):
        (tmp_path / "page.html").write_text(
            render(subject(graph(*(f"p.m{n} -> p.m{n + 1}" for n in range(levels))), "p"))
        )
        open_page(page, tmp_path / "page.html")
        assert height() == pytest.approx(28 * scale, abs=4)
        is_whole = page.evaluate("(picture => picture.scrollHeight <= picture.clientHeight + 1)(byId('picture'))")
        assert is_whole == (levels < 35)
    expect(page.locator(named("p.m35"))).not_to_be_in_viewport()
    choose(page, "#search input", "m35")
    expect(page.locator(named("p.m35"))).to_be_in_viewport()
    page.click("[aria-label=Larger]")
    assert height() == pytest.approx(28 * 1.2, abs=0.5)
    page.click("[aria-label=Smaller]")
    page.click("[aria-label=Smaller]")
    assert height() == pytest.approx(28 / 1.2, abs=0.5)
    page.click("#as-matrix")
    assert page.is_hidden("[aria-label=Larger]")


# --- expanding ----------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_package_is_expanded_and_collapsed_in_place(page: Page, shop: Path) -> None:
    open_page(page, shop)
    before = drawn(page)
    page.click('[aria-label="Expand shop.orders"]')
    assert {"shop.orders", "shop.orders.models", "shop.orders.service", "shop.web"} <= shown(page)
    assert page.inner_text(named("shop.orders")).endswith("__init__")
    page.click('#picture [aria-label="Collapse shop.orders"]')
    assert drawn(page) == before
    page.click('[aria-label="Expand shop.web"]')
    assert "shop.web" not in shown(page), "its __init__ has no imports"
    page.click('#crumbs [aria-label="Collapse shop.web"]')
    assert drawn(page) == before


@pytest.mark.browser
def test_many_opened_packages_are_counted(page: Page, tmp_path: Path) -> None:
    packages = [f"p.a{number}" for number in range(20)]
    (tmp_path / "page.html").write_text(render(subject(graph(*(f"{name}.x -> p.b" for name in packages)), "p")))
    open_page(page, tmp_path / "page.html", f"open={','.join(packages)}")
    assert page.locator("#crumbs .chip").count() == 9
    assert "and 12 more" in page.inner_text("#crumbs")
    page.click("text=Collapse all")
    assert shown(page) == {*packages, "p.b"}


@pytest.mark.browser
def test_only_the_inside_of_a_package_can_be_shown(page: Page, shop: Path) -> None:
    open_page(page, shop)
    page.click(named("shop.orders"))
    page.click("text=Show only what is inside")
    assert shown(page) == {"shop.orders", "shop.orders.models", "shop.orders.service"}
    page.click("#crumbs >> text=shop")
    assert "shop.web" in shown(page)


@pytest.mark.browser
def test_several_packages_are_drawn_together(page: Page, tmp_path: Path) -> None:
    asked = subject(graph("one.a -> two.b.c", "two.b.c -> two.d", "two.d -> one.e"), "one", "two")
    (tmp_path / "page.html").write_text(render(asked))
    open_page(page, tmp_path / "page.html")
    assert drawn(page) == picture_of(asked)
    page.click(named("two.b"))
    page.click("text=Show only what is inside")
    assert shown(page) == {"two.b.c"}
    page.click("#crumbs >> text=two")
    assert shown(page) == {"two.b", "two.d"}
    page.click("text=all packages")
    assert drawn(page) == picture_of(asked)


# --- choosing -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_click_mutes_what_is_not_imported_and_does_not_import(page: Page, shop: Path) -> None:
    open_page(page, shop)
    page.click(named("shop.db"))
    assert page.get_attribute("#picture", "class") == "map muted"
    assert classes(page, "selected") == {"shop.db"}
    assert classes(page, "in") == {"shop.orders", "shop.reports"}
    assert classes(page, "out") == {"shop.util", "shop.orders"}
    assert len(page.query_selector_all("path.mark.in")) == len(page.query_selector_all("path.mark.out")) == 2
    assert page.get_attribute(named("shop.db"), "aria-pressed") == "true"
    assert "Imports 2 boxes" in panel(page)
    page.click(named("shop.db"))
    assert page.get_attribute("#picture", "class") == "map"
    assert not page.query_selector_all("path.mark")


@pytest.mark.browser
def test_of_a_module_that_is_no_box_no_imports_are_counted(page: Page, shop: Path) -> None:
    open_page(page, shop, "select=shop.orders.service")
    assert "It is a part of shop.orders." in panel(page)
    assert "Imports 0" not in panel(page)
    page.click("text=Show as a box")
    assert "Imports 2 boxes" in panel(page)


@pytest.mark.browser
def test_a_path_that_has_its_beginning_gets_its_end_from_the_map_or_the_search(page: Page, shop: Path) -> None:
    for is_searched in (False, True):
        open_page(page, shop, "select=shop.reports")
        page.click("text=Path from here")
        choose(page, "#search input", "shop.util") if is_searched else page.click(named("shop.util"))
        page.click("text=Path to here")
        assert "1 import, the fewest there are:" in panel(page)


@pytest.mark.browser
def test_between_a_package_and_what_is_inside_it_there_is_no_path_to_look_for(page: Page, shop: Path) -> None:
    for ends in ("from=shop.web&to=shop.web.views", "from=shop.web.views&to=shop.web", "from=shop.web&to=shop.web"):
        open_page(page, shop, ends)
        assert "one is inside the other" in panel(page)


@pytest.mark.browser
def test_only_the_neighbours_of_a_box_can_be_shown(page: Page, shop: Path) -> None:
    open_page(page, shop, "select=shop.db")
    page.click("text=Show only its neighbours")
    assert shown(page) == {"shop.db", "shop.orders", "shop.reports", "shop.util"}
    page.locator("path.hit").first.dispatch_event("click")
    assert "→" in panel(page)
    assert shown(page) == {"shop.db", "shop.orders", "shop.reports", "shop.util"}
    page.go_back()
    page.click("text=Show all boxes")
    assert "shop.web" in shown(page)


@pytest.mark.browser
def test_behind_an_arrow_are_its_statements_with_links(page: Page, shop: Path) -> None:
    open_page(page, shop)
    page.locator("path.line.cut + path.hit").first.dispatch_event("click")
    assert "It leads upwards." in panel(page)
    page.click(named("shop.web"))
    page.click("#panel >> text=orders 2")
    assert "2 imports." in panel(page)
    assert "shop/web/views.py:1" in panel(page)
    assert "from shop.orders import place" in panel(page)
    link = page.get_attribute("#panel .place a >> nth=0", "href")
    assert link == f"vscode://file{(shop.parent / 'shop/web/views.py').as_posix()}:1"
    open_page(page, shop, "link=shop.orders,shop.web")
    assert "deferred" in panel(page)


@pytest.mark.browser
def test_a_path_is_a_shortest_chain_of_imports(page: Page, shop: Path) -> None:
    open_page(page, shop)
    choose(page, "#panel [aria-label='Path from']", "shop.web.forms")
    choose(page, "#panel [aria-label='Path to']", "shop.orders")
    assert "There is no chain of imports of these kinds between them." in panel(page)
    page.click("text=Other way")
    assert "2 imports, the fewest there are:" in panel(page)
    assert classes(page, "selected") == {"shop.orders", "shop.web"}
    assert page.locator("path.mark.out").count() == 1
    page.click("#panel >> text=Close")
    assert page.get_attribute("#picture", "class") == "map"


def choose(page: Page, field: str, text: str) -> None:
    page.fill(field, text)
    page.press(field, "Enter")


@pytest.mark.browser
def test_search_finds_modules_by_a_part_of_their_names(page: Page, shop: Path) -> None:
    open_page(page, shop)
    field = page.locator("#search input")
    field.fill("MOD")
    expect(page.locator("#search [role=option]")).to_have_text(["shop.orders.models"])
    assert field.get_attribute("aria-expanded") == "true"
    assert page.locator(f"#{field.get_attribute('aria-activedescendant')}").text_content() == "shop.orders.models"
    field.press("Enter")
    assert "It is a part of shop.orders." in panel(page)
    page.click("text=Show as a box")
    assert classes(page, "selected") == {"shop.orders.models"}
    field.fill("shop.or")
    field.press("ArrowDown")
    field.press("ArrowUp")
    field.press("Escape")
    assert page.locator("#search [role=listbox]").is_hidden()
    field.fill("nothing like it")
    expect(page.locator("#search [role=option]")).to_have_text("No module has such a name")
    field.fill("util")
    page.click("#search [role=option]")
    assert classes(page, "selected") == {"shop.util"}


# --- filters ------------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_filters_leave_out_boxes_and_arrows(page: Page, shop: Path) -> None:
    open_page(page, shop)
    whole = shown(page)
    page.select_option("#only", "cycles")
    assert shown(page) == {"shop.web", "shop.orders", "shop.db"}
    page.select_option("#only", "violations")
    assert shown(page) == {"shop.orders", "shop.db"}
    assert drawn(page)[1] == {("shop.db", "shop.orders", "breaks")}
    page.select_option("#only", "")
    page.check("#hubs")
    assert shown(page) == whole - {"shop.util"}
    assert "Hidden, as more than half of the boxes import them: util." in page.inner_text("#notes")
    page.uncheck("#hubs")
    page.uncheck("[data-kind='1']")
    assert ("shop.orders", "shop.web", "cut") not in drawn(page)[1]
    page.check("[data-kind='3']")
    assert page.locator("#kinds label").all_inner_texts() == [" runtime", " deferred", " type checking"]
    open_page(page, shop, "kinds=type_checking")
    assert drawn(page)[1] == {("shop.orders", "shop.reports", "down")}


# --- the matrix ---------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_the_matrix_has_the_same_order_and_the_same_cut(page: Page, shop: Path) -> None:
    open_page(page, shop)
    rows = list(drawn(page)[0])
    cut = {(tail, head) for tail, head, kind in drawn(page)[1] if kind == "cut"}
    page.click("#as-matrix")
    assert sorted(drawn(page)[0]) == sorted(rows)
    red = page.eval_on_selector_all(".cell.cut", "all => all.map(each => each.title)")
    assert {tuple(title.partition(":")[0].split(" → ")) for title in red} == {
        (tail.removeprefix("shop."), head.removeprefix("shop.")) for tail, head in cut
    }
    for cell in page.query_selector_all(".cell"):
        row = int(cell.evaluate("each => each.parentElement.getAttribute('aria-rowindex')"))
        column = int(cell.get_attribute("aria-colindex") or 0) - 1
        assert ("cut" in (cell.get_attribute("class") or "")) == (column < row)
    page.click(".cell.cut >> nth=0")
    assert "It leads upwards" in panel(page)
    assert page.locator(".cell.chosen").count() == 1
    page.click("#as-map")
    assert page.get_attribute("#picture", "class") == "map muted"


@pytest.mark.browser
def test_many_boxes_are_a_matrix_whose_rows_are_made_when_they_are_seen(page: Page, tmp_path: Path) -> None:
    several = graph(*(f"p.m{number:03} -> p.m{number + 1:03}" for number in range(50)))
    (tmp_path / "several.html").write_text(render(subject(several, "p")))
    open_page(page, tmp_path / "several.html")
    assert "A matrix shows more than 40 boxes more clearly" in page.inner_text("#notes")
    page.click("#as-map")
    assert len(shown(page)) == 51
    many = graph(*(f"p.m{number:03} -> p.m{number + 1:03}" for number in range(400)))
    (tmp_path / "many.html").write_text(render(subject(many, "p")))
    open_page(page, tmp_path / "many.html", "view=map")
    assert "A map of more than 300 boxes would not be readable." in page.inner_text("#notes")
    assert page.get_attribute(".grid", "aria-rowcount") == "401"
    assert "p.m000" in shown(page)
    assert "p.m200" not in shown(page)
    page.eval_on_selector("#picture", "each => each.scrollTop = 4000")
    page.wait_for_selector(named("p.m200"))
    open_page(page, tmp_path / "many.html", "select=p.m300")
    expect(page.locator(named("p.m300"))).to_be_in_viewport()
    order = page.eval_on_selector_all(".row", "all => all.map(each => Number(each.getAttribute('aria-rowindex')))")
    assert order == sorted(order)


@pytest.mark.browser
def test_the_page_begins_with_what_the_command_asks_for(page: Page, tmp_path: Path) -> None:
    folder = write(tmp_path, SHOP)
    open_page(page, html(folder, "shop", "--depth", "2"))
    assert "shop.orders.models" in shown(page)
    open_page(page, html(folder, "shop.web", "shop.orders", "shop.db", "--depth", "0"))
    assert shown(page) == {"shop.web", "shop.orders", "shop.db"}
    page.click('[aria-label="Expand shop.orders"]')
    assert {"shop.db", "shop.orders.models"} <= shown(page)
    open_page(page, html(folder, "shop", "--focus", "shop.orders.models"))
    assert shown(page) == {"shop.orders.models", "shop.db", "shop.util", "shop.web", "shop.orders.service"}
    assert classes(page, "selected") == {"shop.orders.models"}
    open_page(page, html(folder, "shop", "--from", "shop.orders", "--to", "shop.web"))
    assert "import, the fewest there are" in panel(page)
    open_page(page, html(folder, "shop", "--only", "violations"))
    assert shown(page) == {"shop.db", "shop.orders"}
    open_page(page, html(folder, "shop.orders"))
    assert shown(page) == {"shop.orders", "shop.orders.models", "shop.orders.service"}


@pytest.mark.browser
def test_external_packages_are_boxes_if_they_are_asked_for(page: Page, tmp_path: Path) -> None:
    lines = {"shop/a.py": "import os.path\nimport json\nimport requests.api\n", "shop/__init__.py": ""}
    folder = write(tmp_path, lines)
    open_page(page, html(folder, "shop", "--external"))
    assert shown(page) == {"shop.a", "requests", "<standard library>"}


# --- contracts and cycles -----------------------------------------------------------------------------------------


@pytest.mark.browser
def test_contracts_have_their_results_and_violations(page: Page, shop: Path) -> None:
    open_page(page, shop)
    page.click("role=tab[name='Contracts: 1 broken']")
    assert [card.inner_text() for card in page.query_selector_all(".card")] == [
        "broken The database is low 1 violation",
        "kept Util is the ground",
    ]
    page.click("text=The database is low")
    assert "shop.db must not import shop.orders" in panel(page)
    assert classes(page, "member") == {"shop.db", "shop.orders"}
    assert page.locator("path.mark.breaks").count() == 1
    assert page.get_attribute(".card", "aria-expanded") == "true"
    page.click("text=The database is low")
    assert page.get_attribute("#picture", "class") == "map"


@pytest.mark.browser
def test_cycles_have_crashes_and_a_plan(page: Page, shop: Path) -> None:
    open_page(page, shop, "tab=cycles")
    assert "modules crash when imported first" in panel(page)
    assert "Edits that stop the crashes" in panel(page)
    page.click(".card >> nth=0")
    text = panel(page)
    assert "A shortest way around" in text
    assert "Cheapest fix: change" in text
    assert "breaks" in text
    assert classes(page, "member")
    page.click("#panel .link >> text=shop.db >> nth=0")
    assert "Crashes when it is imported first: ImportError" in panel(page)


# --- the address --------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_back_goes_back_and_each_view_has_an_address(page: Page, shop: Path) -> None:
    open_page(page, shop)
    first = drawn(page)
    page.click('[aria-label="Expand shop.orders"]')
    page.click(named("shop.db"))
    page.select_option("#only", "cycles")
    address, last = page.url, drawn(page)
    page.go_back()
    page.go_back()
    assert classes(page, "selected") == set()
    assert "shop.orders.models" in shown(page)
    page.go_back()
    assert drawn(page) == first
    page.go_forward()
    assert "shop.orders.models" in shown(page)
    page.goto("about:blank")
    page.goto(address)
    assert drawn(page) == last
    assert page.input_value("#only") == "cycles"
    assert classes(page, "selected") == {"shop.db"}


@pytest.mark.browser
def test_an_address_that_says_nonsense_shows_what_it_can(page: Page, shop: Path) -> None:
    open_page(page, shop)
    first = drawn(page)
    nonsense = (
        "open=no.such&inside=nor&select=x&kinds=runtime,deferred&only=%22%3E&view=z&link=a&contract=q&cycle=99&tab=!"
    )
    open_page(page, shop, nonsense)
    assert drawn(page) == first


# --- keyboard, screen reader, looks -------------------------------------------------------------------------------


@pytest.mark.browser
def test_everything_is_done_with_the_keyboard(page: Page, shop: Path) -> None:
    open_page(page, shop)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert focused(page) == "shop.web"
    page.keyboard.press("ArrowDown")
    assert page.get_attribute(named(focused(page)), "tabindex") == "0"
    while focused(page) != "shop.orders":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("+")
    assert "shop.orders.models" in shown(page)
    assert focused(page) == "shop.orders"
    page.keyboard.press("Enter")
    assert classes(page, "selected") == {"shop.orders"}
    page.keyboard.press("-")
    assert "shop.orders.models" not in shown(page)
    page.keyboard.press("Escape")
    assert classes(page, "selected") == set()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Search modules"
    page.focus("#tab-details")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-contracts"
    assert page.locator("#picture [tabindex='0']").count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("view", ["map", "matrix"])
def test_a_package_that_is_expanded_and_collapsed_keeps_the_focus(page: Page, shop: Path, view: str) -> None:
    open_page(page, shop, f"view={view}&hubs=0")
    page.focus(named("shop.web"))
    page.keyboard.press("+")
    assert focused(page) in {"shop.web.views", "shop.web.forms"}
    page.keyboard.press("-")
    assert focused(page) == "shop.web"


@pytest.mark.browser
def test_the_cells_of_the_matrix_are_reached_with_the_keyboard(page: Page, shop: Path) -> None:
    open_page(page, shop, "view=matrix")
    page.focus(named("shop.web"))
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.className").startswith("cell")
    page.keyboard.press("Enter")
    assert "shop.web → shop.orders" in panel(page)
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("orders → ")
    page.keyboard.press("ArrowUp")
    assert focused(page).startswith("web → ")
    page.focus(named("shop.web"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "shop.web"
    page.keyboard.press("ArrowDown")
    assert focused(page) != "shop.web"


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.title"))


VIEWS = [
    "",
    "select=shop.db",
    "view=matrix&select=shop.orders",
    "tab=contracts&contract=low",
    "tab=cycles&cycle=1",
    "link=shop.web,shop.orders",
    "from=shop.web&to=shop.util",
]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_a_name_and_enough_contrast(page: Page, shop: Path, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for view in VIEWS:
        open_page(page, shop, view)
        assert page.evaluate(UNNAMED) == [], view
        assert page.evaluate(FAINT) == [], view
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")


@pytest.mark.browser
def test_what_has_the_focus_is_seen_and_nothing_moves_for_who_does_not_want_it(page: Page, shop: Path) -> None:
    motion = "getComputedStyle(document.querySelector('.box')).transitionDuration"
    open_page(page, shop)
    assert page.evaluate(motion) != "0s"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(motion) == "0s"
    page.emulate_media(reduced_motion="no-preference")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


# --- what others wrote --------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_hostile_names_are_text(page: Page, tmp_path: Path) -> None:
    names = [
        "</script><script>hacked=1</script>",
        "<img src=x onerror=hacked=1>",
        "`${hacked=1}`",
        "'\"&amp;",
        "\u05d0\u05d1\u05d2",
        "\U0001f600",
        "a,b=c#d",
        *DENSE,
    ]
    modules = [f"p.{name.replace('.', '_')}" for name in names]
    asked = subject(graph(*(f"{one} -> p.z" for one in modules)), "p")
    (tmp_path / "page.html").write_text(render(asked))
    open_page(page, tmp_path / "page.html", "view=map")
    assert len(shown(page)) == len(modules) + 1
    assert "p.</script><script>hacked=1</script>" in shown(page)
    for box in page.query_selector_all("#picture .name"):
        box.click()
    assert page.evaluate("window.hacked") is None
    assert not re.search("[\u2028\u202e]", page.content())


@pytest.mark.browser
def test_long_names_are_seen_as_a_whole(page: Page, tmp_path: Path) -> None:
    long = f"p.{'m' * 80}.{'n' * 80}"
    asked = subject(graph(f"{long}.x -> p.z", f"{long} -> p.z", f"{long}.x -> {long}"), "p")
    (tmp_path / "page.html").write_text(render(asked))
    open_page(page, tmp_path / "page.html", f"open=p.{'m' * 80},{long}")
    clipped = "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.title)"
    assert page.eval_on_selector_all("#picture .box .name", clipped) == []
    assert page.eval_on_selector_all(".chip", "all => all.every(e => e.getBoundingClientRect().right <= innerWidth)")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["a,b", "a%2Cb,c", "x=y&z", "#hash"])
def test_an_address_has_any_name(page: Page, tmp_path: Path, name: str) -> None:
    asked = subject(graph(f"p.{name}.x -> p.{name}.y", f"p.{name}.x -> p.z"), "p")
    (tmp_path / "page.html").write_text(render(asked))
    open_page(page, tmp_path / "page.html")
    page.click(f'[aria-label="Expand p.{name}"]')
    page.locator("path.hit").first.dispatch_event("click")
    before = shown(page), panel(page)
    assert f"p.{name}.y" in before[0]
    assert f"p.{name}.x → p." in before[1]
    page.reload()
    assert (shown(page), panel(page)) == before


@pytest.mark.browser
def test_the_page_may_ask_for_nothing_and_run_nothing_else(chromium: Browser, shop: Path) -> None:
    context = chromium.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: asked.append(request.failure or ""))
    page.goto(shop.as_uri())
    page.evaluate("fetch('https://example.org/').catch(() => {})")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://example.org/x.png'}))")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    assert asked == [shop.as_uri(), "csp"]
    context.close()


# --- without a browser --------------------------------------------------------------------------------------------


def data(text: str) -> dict[str, object]:
    """Return the data of a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    value: dict[str, object] = json.loads(found[1])
    return value


@given(st.dictionaries(st.text(), st.text()))
def test_data_cannot_end_its_element(value: dict[str, str]) -> None:
    text = page_module._embedded(value)  # noqa: SLF001 - the one place where it is escaped
    assert json.loads(text) == value
    assert text.isascii()
    assert not set("<>&'") & set(text)


@given(st.permutations(["p", "p.a -> p.b", "p.b -> p.c.d", "p.c.d -> p.a", "p.c -> p.a", "p.e"]))
def test_the_page_is_the_same_whatever_the_order(lines: list[str]) -> None:
    names = sorted({name for line in lines for name in line.split(" -> ")})
    edges = {line.split(" -> ")[0]: {line.split(" -> ")[1]: [1]} for line in lines if " -> " in line}
    first = ImportGraph(names, edges, roots=["p"])
    again = ImportGraph(reversed(names), dict(sorted(edges.items(), reverse=True)), roots=["p"])
    assert render(subject(first, "p")) == render(subject(again, "p"))


def test_the_scripts_write_no_html_and_ask_for_nothing() -> None:
    scripts = [*(Path(page_module.__file__).parent / "html").glob("*.js")]
    assert scripts
    for script in scripts:
        text = script.read_text()
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|fetch\(|XMLHttp|import\(", text
        )


def test_paths_that_follow_from_names_are_not_in_the_page() -> None:
    modules = (
        Module("p", "src/p/__init__.py", is_package=True),
        Module("p.a", "src/p/a.py", is_package=False),
        Module("p.b", "src/p/b/__init__.py", is_package=True),
        Module("p.odd", "elsewhere/odd.py", is_package=False),
    )
    a_graph = ImportGraph([module.name for module in modules], {}, roots=["p"])
    report = CyclesReport(("p",), 4, 0, (3, 13))
    text = render(Subject(Options(("p",)), a_graph, modules, lambda _: (), lambda: report))
    assert sorted(map(str, data(text)["files"])) == ["0", "1", "elsewhere/odd.py", "src/p/__init__.py"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:shop/web.git", "https://github.com/shop/web/blob/c0/{path}#L{line}"),
        (
            "https://user:secret@github.example.org:8443/shop/web",
            "https://github.example.org/shop/web/blob/c0/{path}#L{line}",
        ),
        ("ssh://git@gitlab.com/group/part/web.git/", "https://gitlab.com/group/part/web/-/blob/c0/{path}#L{line}"),
        ("https://bitbucket.org/shop/web.git", "https://bitbucket.org/shop/web/src/c0/{path}#lines-{line}"),
        ("https://codeberg.org/shop/web", "https://codeberg.org/shop/web/src/commit/c0/{path}#L{line}"),
        ("https://example.org/shop/web", ""),
        ("/srv/github/shop.git", ""),
        ("javascript:alert(1)//github/x", ""),
        ('https://github.com/shop/"><script>', ""),
    ],
)
def test_files_have_addresses_at_known_forges(remote: str, address: str) -> None:
    assert file_address(remote, "c0") == address


def test_the_page_links_to_the_commit_of_the_repository(tmp_path: Path) -> None:
    folder = write(tmp_path / "repository", {f"back/{name}": text for name, text in SHOP.items()})
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", "https://me:secret@github.com/shop/shop.git")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "one")
    first = data(html(folder / "back", "shop").read_text())
    assert (
        first["forge"]
        == f"https://github.com/shop/shop/blob/{git(folder, 'rev-parse', 'HEAD')}/back/{{path}}#L{{line}}"
    )
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "two")
    second = html(folder / "back", "shop").read_text()
    assert data(second)["forge"] != first["forge"]
    assert "secret" not in second


def git(folder: Path, *args: str) -> str:
    who = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    command = ["git", "-C", str(folder), *who, *args]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path, SHOP | {"shop/broken.py": "import (\n"})
    done = lint(folder, "graph", "shop", "--format", "html", "--output", "page.html")
    assert done.status == 2
    assert "shop/broken.py" in str(data((folder / "page.html").read_text())["problems"])


def test_options_are_where_the_page_begins(tmp_path: Path) -> None:
    folder = write(tmp_path, SHOP)
    begun = data(html(folder, "shop", "--focus", "shop.orders.models", "--only", "cycles", "--depth", "2").read_text())
    assert [begun[key] for key in ("focus", "only", "depth")] == ["shop.orders.models", "cycles", 2]


def test_the_page_is_opened_in_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, SHOP)
    opened: list[str] = []

    def browse(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    assert lint(folder, "graph", "shop", "--open", "--format", "html", "--output", "page.html").status == 0
    assert opened == [(folder / "page.html").as_uri()]


def test_what_the_page_does_not_do_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path, SHOP)
    done = lint(folder, "graph", "shop", "--packages", "--matrix", "--format", "html", "--output", "page.html")
    assert "--packages is for the other formats" in done.err
    assert data((folder / "page.html").read_text())["matrix"] is True
