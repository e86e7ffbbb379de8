"""The two pages of a real run, opened in a browser as an office, a family on a phone, or a screen reader would."""

from __future__ import annotations

import csv
import shutil
from itertools import pairwise

import pytest
from playwright.sync_api import sync_playwright

from lottery.engine import run
from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize

CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
LONG_NAME = "WWW Academy of Science, Technology, Engineering, Arts and Mathematics"
WIDTHS = [360, 390, 1280]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A run of 300 applicants to 6 programs with long names, under the district's published rules."""
    folder = tmp_path_factory.mktemp("browser")
    synthesize(300, 6, "browser", folder / "cycle")
    with (folder / "cycle/programs.csv").open(encoding="utf-8", newline="") as file:
        programs = list(csv.DictReader(file))
    with (folder / "cycle/programs.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(programs[0]))
        writer.writeheader()
        writer.writerows(row | {"name": f"{row['name']}: {LONG_NAME}"} for row in programs)
    return run(folder / "cycle", shipped_policy("pusd/general-2019"), "browser", folder / "results").folder


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(params=["report.html", "public/report.html"], ids=["office", "public"])
def address(results, request):
    return (results / request.param).as_uri()


@pytest.fixture
def visit(browser, address):
    """Open the page, every table unfolded, and collect what it asks for and complains about."""
    contexts = []

    def opened(width=1280, scheme="light", unfold=True):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page.goto(address)
        if unfold:
            page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_beyond_the_screen(visit, width):
    page = visit(width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    beyond = page.evaluate(
        """width => [...document.querySelectorAll('body *')]
            .filter(part => !part.closest('.scroll, pre, svg, .skip'))
            .filter(part => part.getBoundingClientRect().right > width + 0.5)
            .map(part => part.outerHTML.slice(0, 80))""",
        width,
    )
    assert beyond == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_label_of_a_plot_lies_inside_its_drawing(visit, width):
    """What is cut off at the edge of a drawing cannot be read."""
    cut = visit(width).evaluate(
        """() => [...document.querySelectorAll('svg[role=img]')].filter(plot => plot.getBoundingClientRect().width)
            .flatMap(plot => [...plot.querySelectorAll('text')].filter(text => {
                const outer = plot.getBoundingClientRect(), inner = text.getBoundingClientRect();
                return inner.left < outer.left - 1 || inner.right > outer.right + 1
                    || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
            })).map(text => text.textContent)"""
    )
    assert cut == []


def test_the_page_asks_for_nothing_but_itself_and_has_nothing_to_complain_about(visit, address):
    page = visit()
    page.wait_for_load_state("networkidle")
    assert page.asked == [address]
    assert page.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_every_question_is_answered_by_one_drawing_that_fits_the_screen(visit, width):
    page = visit(width)
    shown = page.evaluate(
        """() => [...document.querySelectorAll('figure')].map(figure =>
            [...figure.querySelectorAll('svg[role=img]')].filter(plot => plot.getBoundingClientRect().width).length)"""
    )
    assert len(shown) >= 5
    assert set(shown) == {1}


def test_every_drawing_has_a_name_or_is_hidden_from_screen_readers(visit):
    names = visit().evaluate(
        """() => [...document.querySelectorAll('svg')].map(plot =>
            plot.getAttribute('aria-hidden') === 'true' ? 'hidden'
                : plot.getAttribute('role') === 'img' && plot.getAttribute('aria-label') || '')"""
    )
    assert "" not in names
    assert len(set(names)) > 5


def test_every_table_has_a_caption_and_headers_with_a_scope(visit):
    faults = visit().evaluate(
        """() => [...document.querySelectorAll('table')].filter(table =>
            !table.caption || !table.tHead || !table.tBodies[0].rows.length
            || [...table.tHead.rows[0].cells].some(cell => cell.tagName !== 'TH' || cell.scope !== 'col')
            || [...table.tBodies[0].rows].some(row => row.cells[0].tagName !== 'TH' || row.cells[0].scope !== 'row'
                || row.cells.length !== table.tHead.rows[0].cells.length)
        ).map(table => table.outerHTML.slice(0, 120))"""
    )
    assert faults == []


def test_headings_go_down_one_level_at_a_time(visit):
    levels = visit().evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_every_link_and_every_folded_table_is_reached_by_tab(visit):
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
    assert len(wanted) > 10


def test_a_folded_table_opens_with_the_keyboard(visit):
    page = visit(unfold=False)
    page.locator("summary").first.focus()
    assert page.locator("details").first.get_attribute("open") is None
    page.keyboard.press("Enter")
    assert page.locator("details table").first.is_visible()


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
    const seen = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const part = walker.currentNode.parentElement, style = getComputedStyle(part);
        if (!walker.currentNode.textContent.trim() || !part.getBoundingClientRect().width) continue;
        if (part.tagName === 'text' && part.getAttribute('fill') === '#ffffff') continue;  // on a bar, see below
        const text = light(parse(part.closest('svg') ? style.fill : style.color)), paper = light(behind(part));
        const ratio = (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05);
        seen.push([ratio, walker.currentNode.textContent.trim().slice(0, 40)]);
    }
    for (const text of document.querySelectorAll('svg text[fill="#ffffff"]')) {
        const bar = text.closest('svg').querySelector('[fill="#0b3c6f"]');
        if (!text.getBoundingClientRect().width || !bar) continue;
        const over = light(parse(getComputedStyle(text).fill)), under = light(parse(getComputedStyle(bar).fill));
        seen.push([(Math.max(over, under) + 0.05) / (Math.min(over, under) + 0.05), text.textContent]);
    }
    return seen;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(visit, scheme):
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1."""
    seen = visit(scheme=scheme).evaluate(CONTRAST)
    assert len(seen) > 200
    assert [line for line in seen if line[0] < 4.5] == []


def test_the_dark_page_is_dark_and_paper_is_light(visit):
    background = "getComputedStyle(document.body).backgroundColor"
    page = visit(scheme="dark")
    assert page.evaluate(background) == "rgb(16, 22, 28)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_on_paper_the_wide_drawings_are_printed_and_the_skip_link_is_not(visit):
    page = visit(390)
    page.emulate_media(media="print")
    assert page.locator("svg.wide").first.is_visible()
    assert not page.locator("svg.narrow").first.is_visible()
    assert not page.locator(".skip").is_visible()


def test_spanish_text_says_that_it_is_spanish_and_english_that_it_is_english(visit):
    page = visit()
    assert page.evaluate("document.documentElement.lang") == "en"
    unmarked = page.evaluate(
        """() => {
            const found = [], spanish = /[áéíóúñ¿¡]|\\b(solicitantes|oferta|ofertas|lugares|lugar|lista|puesto)\\b/i;
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const text = walker.currentNode.textContent;
                const lang = walker.currentNode.parentElement.closest('[lang]').lang;
                if (lang !== 'es' && spanish.test(text)) found.push(text);
                if (lang === 'es' && /\\b(the|seats|offer|choice)\\b/i.test(text)) found.push(text);
            }
            return found;
        }"""
    )
    assert unmarked == []
    assert page.locator("[lang=es]").count() > 10
