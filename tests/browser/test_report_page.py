"""The two pages of a real run, opened in a browser as an office, a family on a phone, or a screen reader would."""

from __future__ import annotations

import csv

import pytest

from lottery.engine import run
from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize

from .looking import (
    CONTRAST,
    CUT,
    DRAWN,
    NAMES,
    NEEDS_CHROMIUM,
    TABLES_AT_FAULT,
    WIDTHS,
    goes_down_step_by_step,
    not_reached_by_tab,
    prints_the_wide_drawings,
    reaches_beyond,
)

LONG_NAME = "WWW Academy of Science, Technology, Engineering, Arts and Mathematics"

pytestmark = NEEDS_CHROMIUM


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


@pytest.fixture(params=["report.html", "public/report.html"], ids=["office", "public"])
def address(results, request):
    return (results / request.param).as_uri()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_beyond_the_screen(visit, width):
    assert reaches_beyond(visit(width), width) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_label_of_a_plot_lies_inside_its_drawing(visit, width):
    """What is cut off at the edge of a drawing cannot be read."""
    assert visit(width).evaluate(CUT, 1) == []


def test_the_page_asks_for_nothing_but_itself_and_has_nothing_to_complain_about(visit, address):
    page = visit()
    page.wait_for_load_state("networkidle")
    assert page.asked == [address]
    assert page.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_every_question_is_answered_by_one_drawing_that_fits_the_screen(visit, width):
    shown = visit(width).evaluate(DRAWN)
    assert len(shown) >= 5
    assert set(shown) == {1}


def test_every_drawing_has_a_name_or_is_hidden_from_screen_readers(visit):
    names = visit().evaluate(NAMES)
    assert "" not in names
    assert len(set(names)) > 5


def test_every_table_has_a_caption_and_headers_with_a_scope(visit):
    assert visit().evaluate(TABLES_AT_FAULT) == []


def test_headings_go_down_one_level_at_a_time(visit):
    assert goes_down_step_by_step(visit())


def test_every_link_and_every_folded_table_is_reached_by_tab(visit):
    page = visit()
    assert not_reached_by_tab(page) == set()
    assert page.locator("[data-stop]").count() > 10


def test_a_folded_table_opens_with_the_keyboard(visit):
    page = visit(unfold=False)
    page.locator("summary").first.focus()
    assert page.locator("details").first.get_attribute("open") is None
    page.keyboard.press("Enter")
    assert page.locator("details table").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(visit, scheme):
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1."""
    seen = visit(scheme=scheme).evaluate(CONTRAST)
    assert len(seen) > 200
    assert [line for line in seen if line[0] < line[1]] == []


def test_the_dark_page_is_dark_and_paper_is_light(visit):
    background = "getComputedStyle(document.body).backgroundColor"
    page = visit(scheme="dark")
    assert page.evaluate(background) == "rgb(16, 22, 28)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_on_paper_the_wide_drawings_are_printed_and_the_skip_link_is_not(visit):
    page = visit(390)
    assert prints_the_wide_drawings(page)
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
