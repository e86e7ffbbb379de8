"""The pages of a study, opened in a browser as a board, an office or a family on a phone would."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from simulations.page import write_page
from simulations.published import published

from .looking import (
    CONTRAST,
    COVERED,
    CUT,
    DRAWN,
    LEFT_LIGHT,
    MARKS,
    NAMES,
    NEEDS_CHROMIUM,
    TABLES_AT_FAULT,
    WIDTHS,
    goes_down_step_by_step,
    not_reached_by_tab,
    prints_the_wide_drawings,
    reaches_beyond,
)

ARMS = {"general": 0.0, "again": 0.0, "half-of-the-seats-" + 46 * "w": 0.5, "leaving": 0.2}

pytestmark = NEEDS_CHROMIUM
PLOTS = "svg[role=img] *"


def fakes():
    path = Path(__file__).parents[1] / "simulations" / "fake_findings.py"
    spec = importlib.util.spec_from_file_location("fake_findings", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    fake = fakes()
    made = fake.World(children=300, programs=8, draws=6, arms=ARMS, groups=("low_income", "english_learner"))
    findings = fake.fake_findings(made, assumed=("leaving",), looks=3)
    folder = tmp_path_factory.mktemp("study")
    (folder / "public").mkdir()
    write_page(findings, folder, public=False)
    write_page(published(findings), folder / "public", public=True)
    return folder


@pytest.fixture(params=["report.html", "public/report.html"], ids=["office", "public"])
def address(pages, request):
    return (pages / request.param).as_uri()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_beyond_the_screen(visit, width):
    assert reaches_beyond(visit(width), width) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_of_the_answers_table_nothing_is_cut_and_nothing_has_to_be_scrolled(visit, width):
    page = visit(width)
    cut = page.evaluate(
        """width => [...document.querySelectorAll('.blocks *, .blocks')].filter(part => !part.closest('thead')
            && (part.getBoundingClientRect().right > width + 0.5 || part.scrollWidth > part.clientWidth + 1
                && getComputedStyle(part).display !== 'inline')).map(part => part.outerHTML.slice(0, 80))""",
        width,
    )
    assert page.locator(".blocks").count() == 2
    assert cut == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_number_of_the_answers_table_stands_under_its_heading_or_beside_it(visit, width):
    """On a phone every policy is a block, with the headings in it."""
    table = visit(width).locator(".blocks").first
    headings = [heading for heading in table.locator("thead th").all_text_contents() if heading != "Policy"]
    row = table.locator("tbody tr").nth(1)
    inside = [own for own in row.locator(".head").all() if own.is_visible()]
    assert [own.text_content() for own in inside] == (headings if width < 640 else [])
    assert (table.locator("thead").bounding_box()["height"] > 10) == (width > 640)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_label_of_a_plot_lies_inside_its_drawing(visit, width):
    assert visit(width).evaluate(CUT, 2) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_no_two_labels_of_a_plot_stand_on_each_other(visit, width):
    assert visit(width).evaluate(COVERED) == []


def test_the_page_asks_for_nothing_but_itself_and_has_nothing_to_complain_about(visit, address):
    page = visit()
    page.wait_for_load_state("networkidle")
    assert page.asked == [address]
    assert page.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_every_figure_shows_the_one_drawing_that_fits_the_screen(visit, width):
    shown = visit(width).evaluate(DRAWN)
    assert len(shown) >= 20
    assert set(shown) == {1}


def test_every_drawing_has_a_name_of_its_own_or_is_hidden_from_screen_readers(visit):
    names = [name for name in visit().evaluate(NAMES) if name != "hidden"]
    assert "" not in names
    assert len(set(names)) == len(names)


def test_every_table_has_a_caption_of_its_own_and_headers_with_a_scope(visit):
    page = visit()
    faults = page.evaluate(TABLES_AT_FAULT)
    captions = page.evaluate("[...document.querySelectorAll('caption')].map(caption => caption.textContent)")
    assert faults == []
    assert len(set(captions)) == len(captions) > 10


def test_headings_go_down_one_level_at_a_time(visit):
    assert goes_down_step_by_step(visit())


def test_every_link_table_and_folded_part_is_reached_by_tab(visit):
    assert not_reached_by_tab(visit()) == set()


def test_a_folded_table_opens_with_the_keyboard(visit):
    page = visit(unfold=False)
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details table").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_and_every_mark_has_the_contrast_of_wcag_aa(visit, scheme):
    """WCAG 2.2, success criteria 1.4.3 (4.5 to 1) and 1.4.11 (3 to 1)."""
    page = visit(scheme=scheme)
    seen = page.evaluate(CONTRAST) + page.evaluate(MARKS, "svg[role=img] circle, svg[role=img] polyline")
    assert len(seen) > 500
    assert [line for line in seen if line[0] < line[1]] == []


def test_no_color_of_a_drawing_is_left_light_on_the_dark_page(visit):
    """Every color is mapped: none is painted in the dark as it is written."""
    left = visit(scheme="dark").evaluate(LEFT_LIGHT, PLOTS)
    assert sorted(set(left)) == []


def test_on_paper_the_wide_drawings_are_printed(visit):
    assert prints_the_wide_drawings(visit(390))
