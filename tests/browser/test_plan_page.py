"""The page of a plan with everything in it, opened in a browser as a board, an office or a family on a phone would."""

from __future__ import annotations

import importlib.util
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from lottery.report.planned import render

CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
WIDTHS = [360, 390, 1280]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    path = Path(__file__).parents[1] / "report" / "planned" / "full_page.py"
    spec = importlib.util.spec_from_file_location("full_page", path)
    full = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(full)
    written = tmp_path_factory.mktemp("plan") / "report.html"
    written.write_text(render(full.everything()), encoding="utf-8")
    return written


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, page_file):
    """Open the page, everything unfolded, and collect what it asks for and complains about."""
    contexts = []

    def opened(width=1280, scheme="light", unfold=True):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.goto(page_file.as_uri())
        if unfold:
            page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_beyond_the_screen(visit, width):
    page = visit(width)
    beyond = page.evaluate(
        """width => [...document.querySelectorAll('body *')].filter(part => !part.closest('.scroll, svg, .skip'))
            .filter(part => part.getBoundingClientRect().right > width + 0.5).map(part => part.outerHTML.slice(0, 80))""",
        width,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert beyond == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_label_of_a_drawing_lies_inside_it(visit, width):
    cut = visit(width).evaluate(
        """() => [...document.querySelectorAll('svg[role=img]')].filter(plot => plot.getBoundingClientRect().width)
            .flatMap(plot => [...plot.querySelectorAll('text')].filter(text => {
                const outer = plot.getBoundingClientRect(), inner = text.getBoundingClientRect();
                return inner.left < outer.left - 1 || inner.right > outer.right + 1
                    || inner.top < outer.top - 2 || inner.bottom > outer.bottom + 2;
            })).map(text => text.textContent)"""
    )
    assert cut == []


@pytest.mark.parametrize("width", [390, 1280])
def test_no_two_labels_of_a_drawing_stand_on_each_other(visit, width):
    covered = visit(width).evaluate(
        """() => [...document.querySelectorAll('svg[role=img]')].filter(plot => plot.getBoundingClientRect().width)
            .flatMap(plot => {
                const boxes = [...plot.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
                return boxes.flatMap(([name, a], k) => boxes.slice(k + 1).filter(([, b]) =>
                    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
                    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5).map(([other]) => [name, other]));
            })"""
    )
    assert covered == []


@pytest.mark.parametrize("width", [390, 1280])
def test_every_figure_shows_the_one_drawing_that_fits_the_screen(visit, width):
    shown = visit(width).evaluate(
        """() => [...document.querySelectorAll('figure')].map(figure =>
            [...figure.querySelectorAll('svg[role=img]')].filter(plot => plot.getBoundingClientRect().width).length)"""
    )
    assert shown == [1] * 9


def test_names_are_in_the_legend_on_a_phone_and_at_their_lines_on_a_wide_screen(visit):
    figure = "figure[aria-labelledby=figure-7]"
    wide, narrow = visit(1280).locator(f"{figure} .legend"), visit(390).locator(f"{figure} .legend")

    assert not wide.is_visible()
    assert narrow.is_visible()
    assert "Rooms of Jackson with portables: 612" in narrow.inner_text()


def test_the_page_asks_for_nothing_but_itself_and_has_nothing_to_complain_about(visit, page_file):
    page = visit()
    page.wait_for_load_state("networkidle")
    assert page.asked == [page_file.as_uri()]
    assert page.complaints == []


def test_every_table_has_a_caption_of_its_own_and_headers_with_a_scope(visit):
    page = visit()
    faults = page.evaluate(
        """() => [...document.querySelectorAll('table')].filter(table =>
            !table.caption || !table.tHead || !table.tBodies[0].rows.length
            || [...table.tHead.rows[0].cells].some(cell => cell.tagName !== 'TH' || cell.scope !== 'col' || !cell.textContent)
            || [...table.tBodies[0].rows].some(row => row.cells[0].tagName !== 'TH' || row.cells[0].scope !== 'row'
                || row.cells.length !== table.tHead.rows[0].cells.length)
        ).map(table => table.outerHTML.slice(0, 120))"""
    )
    captions = page.evaluate("[...document.querySelectorAll('caption')].map(caption => caption.textContent)")
    assert faults == []
    assert len(set(captions)) == len(captions) == 11


def test_numbers_stand_to_the_right_of_their_column_and_words_to_the_left(visit):
    aligned = visit().evaluate(
        """() => [...document.querySelector('table').rows].map(row =>
            [...row.cells].map(cell => getComputedStyle(cell).textAlign).join(' '))"""
    )
    assert set(aligned) == {"left right right right right right right"}


def test_headings_go_down_one_level_at_a_time(visit):
    levels = visit().evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_every_part_that_is_named_by_another_is_there(visit):
    lost = visit().evaluate(
        """() => [...document.querySelectorAll('[aria-labelledby]')].map(part => part.getAttribute('aria-labelledby'))
            .filter(name => !document.getElementById(name))"""
    )
    assert lost == []


def test_every_link_table_and_folded_part_is_reached_by_tab(visit):
    page = visit()
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], summary, [tabindex]')]
            .map((part, index) => (part.dataset.stop = index, index))"""
    )
    reached = set()
    for _ in range(len(wanted) + 5):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.stop"))
    assert reached >= {str(index) for index in wanted}


def test_a_long_table_scrolls_by_itself_with_its_headings_in_sight(visit):
    page = visit()
    region = page.locator(".long").last
    region.evaluate("part => part.scrollTop = 2000")

    box, head = region.bounding_box(), region.locator("thead th").first.bounding_box()
    assert box["height"] < 600
    assert abs(head["y"] - box["y"]) < 2


CONTRAST = """() => {
    const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
    const behind = part => {
        for (let at = part; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), seen = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const part = walker.currentNode.parentElement, style = getComputedStyle(part);
        if (!walker.currentNode.textContent.trim() || !part.getBoundingClientRect().width) continue;
        const text = light(parse(part.closest('svg') ? style.fill : style.color));
        seen.push([ratio(text, light(behind(part))), 4.5, walker.currentNode.textContent.trim().slice(0, 40)]);
    }
    for (const mark of document.querySelectorAll('figure svg :is(rect, circle, polyline, polygon:not([fill-opacity]))')) {
        if (!mark.getBoundingClientRect().width) continue;
        const style = getComputedStyle(mark), paint = style.stroke === 'none' ? style.fill : style.stroke;
        seen.push([ratio(light(parse(paint)), light(behind(mark))), 3, mark.outerHTML.slice(0, 80)]);
    }
    return seen;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_and_every_mark_has_the_contrast_of_wcag_aa(visit, scheme):
    """WCAG 2.2, success criteria 1.4.3 (4.5 to 1) and 1.4.11 (3 to 1)."""
    seen = visit(scheme=scheme).evaluate(CONTRAST)
    assert len(seen) > 500
    assert [line for line in seen if line[0] < line[1]] == []


def test_no_color_of_a_drawing_is_left_light_on_the_dark_page(visit):
    """Every color is mapped: none is painted in the dark as it is written."""
    left = visit(scheme="dark").evaluate(
        """() => [...document.querySelectorAll('figure svg *')].flatMap(part => ['fill', 'stroke'].filter(how => {
            const hex = part.getAttribute(how);
            if (!hex || !hex.startsWith('#')) return false;
            const written = [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16));
            return getComputedStyle(part)[how] === `rgb(${written.join(', ')})`;
        }).map(how => `${how} ${part.getAttribute(how)}`))"""
    )
    assert sorted(set(left)) == []


def test_on_paper_the_wide_drawings_are_printed(visit):
    page = visit(390)
    page.emulate_media(media="print")
    assert page.locator("svg.wide").first.is_visible()
    assert not page.locator("svg.narrow").first.is_visible()
