"""The page of a plan with everything in it, opened in a browser as a board, an office or a family on a phone would."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from lottery.report.planned import render

from .looking import (
    CONTRAST,
    COVERED,
    CUT,
    DRAWN,
    LEFT_LIGHT,
    MARKS,
    NEEDS_CHROMIUM,
    TABLES_AT_FAULT,
    WIDTHS,
    goes_down_step_by_step,
    not_reached_by_tab,
    prints_the_wide_drawings,
    reaches_beyond,
)

pytestmark = NEEDS_CHROMIUM
PLOTS = "figure svg *"
PAINTED = "figure svg :is(rect, circle, polyline, polygon:not([fill-opacity]))"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = Path(__file__).parents[1] / "report" / "planned" / "full_page.py"
    spec = importlib.util.spec_from_file_location("full_page", path)
    full = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(full)
    written = tmp_path_factory.mktemp("plan") / "report.html"
    written.write_text(render(full.everything()), encoding="utf-8")
    return written.as_uri()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_beyond_the_screen(visit, width):
    assert reaches_beyond(visit(width), width) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_label_of_a_drawing_lies_inside_it(visit, width):
    assert visit(width).evaluate(CUT, 2) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_no_two_labels_of_a_drawing_stand_on_each_other(visit, width):
    assert visit(width).evaluate(COVERED) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_every_figure_shows_the_one_drawing_that_fits_the_screen(visit, width):
    assert visit(width).evaluate(DRAWN) == [1] * 9


def test_names_are_in_the_legend_on_a_phone_and_at_their_lines_on_a_wide_screen(visit):
    figure = "figure[aria-labelledby=figure-7]"
    wide, narrow = visit(1280).locator(f"{figure} .legend"), visit(390).locator(f"{figure} .legend")

    assert not wide.is_visible()
    assert narrow.is_visible()
    assert "Rooms of Jackson with portables: 612" in narrow.inner_text()


def test_the_page_asks_for_nothing_but_itself_and_has_nothing_to_complain_about(visit, address):
    page = visit()
    page.wait_for_load_state("networkidle")
    assert page.asked == [address]
    assert page.complaints == []


def test_every_table_has_a_caption_of_its_own_and_headers_with_a_scope(visit):
    page = visit()
    faults = page.evaluate(TABLES_AT_FAULT)
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
    assert goes_down_step_by_step(visit())


def test_every_part_that_is_named_by_another_is_there(visit):
    lost = visit().evaluate(
        """() => [...document.querySelectorAll('[aria-labelledby]')].map(part => part.getAttribute('aria-labelledby'))
            .filter(name => !document.getElementById(name))"""
    )
    assert lost == []


def test_every_link_table_and_folded_part_is_reached_by_tab(visit):
    assert not_reached_by_tab(visit()) == set()


def test_a_long_table_scrolls_by_itself_with_its_headings_in_sight(visit):
    page = visit()
    region = page.locator(".long").last
    region.evaluate("part => part.scrollTop = 2000")

    box, head = region.bounding_box(), region.locator("thead th").first.bounding_box()
    assert box["height"] < 600
    assert abs(head["y"] - box["y"]) < 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_and_every_mark_has_the_contrast_of_wcag_aa(visit, scheme):
    """WCAG 2.2, success criteria 1.4.3 (4.5 to 1) and 1.4.11 (3 to 1)."""
    page = visit(scheme=scheme)
    seen = page.evaluate(CONTRAST) + page.evaluate(MARKS, PAINTED)
    assert len(seen) > 500
    assert [line for line in seen if line[0] < line[1]] == []


def test_no_color_of_a_drawing_is_left_light_on_the_dark_page(visit):
    """Every color is mapped: none is painted in the dark as it is written."""
    left = visit(scheme="dark").evaluate(LEFT_LIGHT, PLOTS)
    assert sorted(set(left)) == []


def test_on_paper_the_wide_drawings_are_printed(visit):
    assert prints_the_wide_drawings(visit(390))
