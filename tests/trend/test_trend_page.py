"""The HTML page of ``trend``, in a browser; what its charts show is compared with the numbers without one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from import_contracts.drawing.charts import HEIGHT, Axis, ChartPoint, axis_of, chart
from import_contracts.reporters.style import Style
from import_contracts.reports.trend import Commit, Coupling, Facts, Item, Moved, Pair, Point, TrendReport
from import_contracts.runs.trend import FORMATS
from tests.support import repositories
from tests.support.arranging import configuration, contract, lint, program
from tests.support.browser import FAINT, UNNAMED, browser, open_page, watched
from tests.support.hostile import HOSTILE

LAYERS = contract("layers", "layers", layers=["shop.web", "shop.models", "shop.db"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def opened(chromium: Browser) -> Page:
    return chromium.new_page()


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    with watched(opened):
        yield opened


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository: a cycle comes, a contract, a file that cannot be read, and then the package itself."""
    folder = tmp_path_factory.mktemp("shop")
    repositories.git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "notes.txt").write_text("later\n")
    commit(folder, "Before <b>anything</b>", 1)
    program(folder, "shop.web -> shop.models", "shop.models -> shop.db")
    commit(folder, "A shop", 2)
    program(folder, "shop.web -> shop.models", "shop.models -> shop.db", "shop.db -> shop.web")
    commit(folder, "A cycle", 3)
    (folder / "pyproject.toml").write_text(configuration(LAYERS))
    commit(folder, "Contracts", 4)
    (folder / "shop/mail.py").write_text("import (\n")
    commit(folder, "Broken", 5)
    (folder / "shop/mail.py").write_text("import shop.web\n")
    commit(folder, "Mended", 6)
    repositories.git(folder, "remote", "add", "origin", "https://me:secret@github.com/shop/shop.git")
    done = lint(folder, "trend", *ASKED, "--format", "html", "--output", "page.html", "--format", "json")
    assert done.status == 0, done.err
    (folder / "report.json").write_text(done.out)
    return folder


ASKED = ("shop", "--points", "9", "--moved", "--coupling")


def commit(folder: Path, message: str, day: int) -> None:
    date = f"2026-01-0{day}T00:00:00Z"
    repositories.git(folder, "add", "--all")
    env = repositories.environment(GIT_COMMITTER_DATE=date, GIT_AUTHOR_DATE=date)
    done = repositories.run(folder, "git", "commit", "--quiet", "--message", message, env=env)
    assert done.returncode == 0, done.stdout


# --- in a browser -------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_a_name_and_enough_contrast_and_fits(
    page: Page, shop: Path, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    for width in (390, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        open_page(page, shop / "page.html")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.evaluate(UNNAMED) == []
        assert page.evaluate(FAINT) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.emulate_media(color_scheme="light")


@pytest.mark.browser
def test_tooltips_are_reached_with_the_keyboard(page: Page, shop: Path) -> None:
    open_page(page, shop / "page.html")
    tip = page.locator("figure .tip").first
    expect(tip).to_be_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(tip).to_have_text("now\nmodules in runtime cycles: 3")
    page.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text("Mended\nmodules in runtime cycles: 3")
    page.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text("Broken\nmodules in runtime cycles: 3\n1 file could not be read")
    page.keyboard.press("Home")
    expect(tip).to_contain_text("Before <b>anything</b>\ncould not be read")
    page.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text("Before")
    assert page.locator(".point[tabindex='0']").count() == 4 + 1
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.keyboard.press("End")
    expect(tip).to_contain_text("now")
    page.keyboard.press("Tab")
    expect(tip).to_be_hidden()


@pytest.mark.browser
def test_a_point_under_the_pointer_is_marked_in_all_charts(page: Page, shop: Path) -> None:
    page.set_viewport_size({"width": 1200, "height": 900})
    open_page(page, shop / "page.html")
    plot = page.locator("figure .plot .grid").first.bounding_box()
    assert plot is not None
    for at, text in ((0, "Before"), (2, "A cycle"), (6, "now")):
        page.mouse.move(plot["x"] + plot["width"] * at / 6, plot["y"] - 30)
        tip = page.locator("figure .tip").first
        expect(tip).to_contain_text(text)
        box, figure = tip.bounding_box(), page.locator("figure").first.bounding_box()
        assert box
        assert figure
        assert figure["x"] <= box["x"]
        assert box["x"] + box["width"] <= figure["x"] + figure["width"]
        marked = "all => all.map(each => [...each.querySelectorAll('.point')].map(p => p.classList.contains('at')))"
        assert page.eval_on_selector_all("figure", marked) == [[each == at for each in range(7)]] * 5
    page.mouse.move(1, 1)
    assert page.locator(".point.at").count() == 0


@pytest.mark.browser
def test_a_point_is_drawn_where_its_number_is(page: Page, shop: Path) -> None:
    open_page(page, shop / "page.html")
    find = """all => all.map((each) => each.getBoundingClientRect())
      .map((each) => [each.x + each.width / 2, each.y + each.height / 2])"""
    first = page.locator("figure").first
    ticks = [y for _, y in first.locator(".grid").evaluate_all(find)]
    dots = first.locator(".dot").evaluate_all(find)
    assert [y for _, y in dots] == pytest.approx([ticks[0]] + [ticks[3]] * 5, abs=1)  # 0, and then 3 modules
    gaps = [after - before for (before, _), (after, _) in pairwise(dots)]
    assert gaps == pytest.approx([gaps[0]] * 5, abs=0.5)


@pytest.mark.browser
def test_hostile_texts_run_nothing(page: Page, tmp_path: Path) -> None:
    bad = ["</script><script>hacked=1</script>", "<img src=x onerror=hacked=1>", '" onfocus="hacked=1', *HOSTILE]
    (tmp_path / "page.html").write_text(FORMATS["html"](hostile(bad), Style()))
    open_page(page, tmp_path / "page.html")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for point in page.query_selector_all(".point"):
        point.focus()
    assert page.evaluate("window.hacked") is None
    assert "<img src=x onerror=hacked=1>" in page.inner_text("main")
    assert page.locator("img, script:not(:last-of-type)").count() == 0


# --- without a browser --------------------------------------------------------------------------------------------


def hostile(texts: Sequence[str]) -> TrendReport:
    """Return a report of which every text is one of some others."""
    joined = " ".join(texts)
    items = tuple(Item(text, path=text, line=1, contract=text) for text in texts)
    facts = Facts(
        tuple(texts), 1, 1, {"deferred": 0, "lazy": 0, "type_checking": 0}, items, (tuple(texts),), items,
        contracts=tuple(texts), new=items, upward=items, reexporting=items, hubs=items, marks=tuple(texts),
    )  # fmt: skip
    before = Facts(("p",), 1, 1, facts.kinds, contracts=())
    old = Point(Commit("c" * 40, 0, joined, joined), before, tuple(texts))
    pair = Pair(joined, texts[0], 3, 3, 4, tuple(texts), tuple(texts))
    return TrendReport(
        Point(None, facts),
        old,
        joined,
        (old, Point(Commit("d" * 40, 9, joined, joined), None, tuple(texts))),
        (Moved(old.commit, (), tuple(texts), items),),
        shows_authors=True,
        coupling=Coupling(9, 0, 0, 0, (pair,), (pair,)),
        notes=tuple(texts),
    )


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_texts_add_no_element_and_can_be_seen() -> None:
    harmless = Elements(FORMATS["html"](hostile([f"x{number}" for number in range(len(HOSTILE))]), Style()))
    found = Elements(FORMATS["html"](hostile(HOSTILE), Style()))
    assert [tag for tag, _ in found.found] == [tag for tag, _ in harmless.found]
    assert [set(attrs) for _, attrs in found.found] == [set(attrs) for _, attrs in harmless.found]
    assert found.text.replace("\n", "").isprintable()
    assert not any("style" in attrs or any(name.startswith("on") for name in attrs) for _, attrs in found.found)


def figures(folder: Path) -> list[ElementTree.Element]:
    text = (folder / "page.html").read_text()
    return [ElementTree.fromstring(each) for each in re.findall('<figure>(<svg class="lines".*?</svg>)<div', text)]  # noqa: S314 - our own


def values_drawn(figure: ElementTree.Element) -> list[float | None]:
    """Return the values of the points by the heights of their dots, as a reader finds them: with the axis."""
    ticks = [(float(each.get("y", "")) - 4, int((each.text or "").replace(",", ""))) for each in figure.findall("text")]
    (low, least), *_, (high, most) = ticks
    plot = figure.find("svg")
    assert plot is not None
    dots = [point.find("circle") for point in plot.findall("g")]
    top = float(plot.get("y", ""))
    heights = [None if dot is None else top + float(dot.get("cy", "")) for dot in dots]
    return [None if each is None else least + (low - each) * (most - least) / (low - high) for each in heights]


def test_the_charts_have_the_numbers_of_the_report(shop: Path) -> None:
    report: dict[str, Any] = json.loads((shop / "report.json").read_text())
    points = [*report["history"], report["now"]]
    assert len(points) == 7
    drawn = list(map(values_drawn, figures(shop)))
    names = [each["count"] for each in report["changes"]]
    expected = [[each["counts"] and each["counts"][name]["value"] for each in points] for name in names]
    assert [[each if each is None else round(each, 1) for each in one] for one in drawn] == expected
    assert expected[3] == [None, None, None, 1, 1, 1, 1]


def test_what_could_not_be_read_and_what_is_counted_otherwise_is_marked(shop: Path) -> None:
    for number, figure in enumerate(figures(shop)):
        plot = figure.find("svg")
        assert plot is not None
        points = plot.findall("g")
        assert ["unsure" in each.get("class", "") for each in points] == [True, False, False, False, True, False, False]
        assert [each.find("svg/path[@class='cross']") is not None for each in points] == [True] + [False] * 6
        flags = [each.find("svg/path[@class='flag']") is not None for each in points]
        assert flags == [number > 2 and at == 3 for at in range(7)]
    assert "1 contract added: layers" in (shop / "page.html").read_text()


def test_files_lead_to_the_forge_at_the_commit_where_they_are(shop: Path) -> None:
    text = (shop / "page.html").read_text()
    head = repositories.git(shop, "rev-parse", "HEAD")
    addresses = {attrs["href"] for tag, attrs in Elements(text).found if tag == "a"}
    assert f"https://github.com/shop/shop/blob/{head}/shop/db.py#L1" in addresses
    assert all(str(each).startswith(("#", "https://github.com/shop/shop/blob/")) for each in addresses)
    assert "secret" not in text


def test_without_a_history_the_page_has_the_counts_and_no_charts(tmp_path: Path) -> None:
    program(tmp_path, "shop.web -> shop.db")
    done = lint(tmp_path, "trend", "shop", "--format", "html")
    assert done.status == 0, done.err
    assert "<figure>" not in done.out
    assert "There are no earlier counts" in done.out


VALUES = st.lists(st.none() | st.integers(0, 5000), min_size=2, max_size=50)


@given(VALUES, st.none() | st.integers(0, 5000))
def test_every_point_has_its_height_and_only_neighbours_are_joined(values: list[int | None], base: int | None) -> None:
    drawn = ElementTree.fromstring(chart("x", [ChartPoint("n", "a", each) for each in values], base))  # noqa: S314
    found = values_drawn(drawn)
    pixel = 2 * max(filter(None, [*values, base, 50])) / HEIGHT  # what a pixel is worth, at most
    assert found == [each if each is None else pytest.approx(each, abs=0.05 * pixel + 0.01) for each in values]
    plot = drawn.find("svg")
    assert plot is not None
    pieces = [each for each in plot.findall("line") if each.get("class") == "piece"]
    assert len(pieces) == sum(one is not None and other is not None for one, other in pairwise(values))
    dots = {each.get("cx"): each.get("cy") for each in plot.iter("circle")}
    for piece in pieces:
        assert [dots[piece.get(f"x{end}")] for end in "12"] == [piece.get(f"y{end}") for end in "12"]


@given(st.lists(st.integers(0, 10**6), max_size=9))
def test_an_axis_has_round_steps_and_room_for_every_value(values: list[int]) -> None:
    axis: Axis = axis_of(values)
    assert axis.low <= min(values, default=0) <= max(values, default=0) <= axis.high
    steps, rest = divmod(axis.high - axis.low, axis.step)
    assert rest == 0
    assert 1 <= steps <= 4
    assert re.fullmatch("[125]0*", str(axis.step))
    assert axis.height(axis.low) == HEIGHT
    assert axis.height(axis.high) == 0
    small = max(values, default=0) <= 20 or min(values) <= max(values) / 2
    assert not small or axis.low == 0


def test_a_small_change_of_a_large_number_looks_small() -> None:
    axis = axis_of([500, 501])
    assert 0 < axis.height(500) - axis.height(501) < HEIGHT / 20
