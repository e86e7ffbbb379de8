"""Bars and lines: what is drawn is in proportion to what was given, measured on the drawing itself."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottery.report.planned import Bars, Line, Lines, bars, lines
from lottery.report.planned.series import COLORS, look

SIZES = pytest.mark.parametrize("size", ["wide", "narrow"])
NAN = float("nan")


def parts(drawing, tag):
    return [part.attrib for part in ElementTree.fromstring(drawing).iter(tag)]


def words(drawing):
    return [part.text for part in ElementTree.fromstring(drawing).iter("text")]


def points(part):
    return [tuple(map(float, point.split(","))) for point in part["points"].split()]


@SIZES
@given(values=st.lists(st.integers(-400, 400), min_size=1, max_size=6).filter(any))
def test_bars_are_as_long_as_their_numbers_and_begin_at_one_zero(size, values):
    drawing = bars.drawn(Bars("Seats", [f"p{k}" for k in range(len(values))], [("s", values)]), size)

    drawn = [(float(bar["x"]), float(bar["width"])) for bar in parts(drawing, "rect")]
    scale = max(width for _, width in drawn) / max(map(abs, values))
    starts = [x if value >= 0 else x + width for (x, width), value in zip(drawn, values, strict=True)]
    assert [width for _, width in drawn] == pytest.approx([scale * abs(value) for value in values], abs=0.11)
    assert max(starts) - min(starts) < 0.25


@SIZES
def test_a_bar_that_may_not_be_shown_leaves_no_bar_but_says_so(size):
    drawing = bars.drawn(Bars("Seats", ["a", "b", "c"], [("s", [5, None, NAN])]), size)

    assert len(parts(drawing, "rect")) == 1
    assert words(drawing).count("not shown") == 2


@SIZES
def test_series_stand_below_each_other_in_their_order_with_colors_of_their_own(size):
    drawing = bars.drawn(Bars("Seats", ["a", "b"], [("now", [5, 6]), ("then", [7, 8]), ("later", [1, 2])]), size)

    drawn = [(float(bar["y"]), bar["fill"]) for bar in parts(drawing, "rect")]
    assert drawn == sorted(drawn)
    assert [color for _, color in drawn] == [*COLORS[:3], *COLORS[:3]]


@SIZES
@pytest.mark.parametrize(("kind", "by"), [("count", 1), ("percent", 0.01), ("metres", 1000), ("points", 1)])
def test_an_interval_reaches_from_its_low_to_its_high_end_in_every_unit(size, kind, by):
    given_bars = Bars(
        "t", ["a", "b"], [("s", [50 * by, 100 * by])], kind, "", [[25 * by, 100 * by]], [[75 * by, 100 * by]]
    )
    drawing = bars.drawn(given_bars, size)

    first, second = parts(drawing, "rect")
    whisker = next(line for line in parts(drawing, "line") if line["y1"] == line["y2"])
    start, unit = float(first["x"]), float(second["width"]) / 100
    assert float(whisker["x1"]) == pytest.approx(start + 25 * unit, abs=0.11)
    assert float(whisker["x2"]) == pytest.approx(start + 75 * unit, abs=0.11)


@SIZES
def test_only_the_first_forty_of_two_hundred_labels_are_drawn(size, full):
    drawing = bars.drawn(full.programs(), size)

    assert len(parts(drawing, "rect")) == 40
    assert "Program 039" in words(drawing)
    assert "Program 040" not in words(drawing)


def test_names_that_differ_at_their_end_are_told_apart_on_a_phone():
    start = "Octavia E. Butler Magnet, Dual Language Immersion"
    drawing = bars.drawn(Bars("Seats", [f"{start} (Mandarin)", f"{start} (Spanish)"], [("s", [1, 2])]), "narrow")

    assert "(Mandarin)" in words(drawing)
    assert "(Spanish)" in words(drawing)


@SIZES
@given(
    heights=st.lists(st.integers(-300, 300), min_size=2, max_size=9),
    limit=st.integers(-500, 500),
    kind=st.sampled_from(["count", "percent", "metres"]),
)
def test_a_line_and_its_limit_share_one_scale(size, heights, limit, kind):
    line = Line("n", list(enumerate(heights)))
    drawing = lines.drawn(Lines("t", "x", "y", [line], [("limit", limit)], kind=kind), size)

    drawn = points(parts(drawing, "polyline")[0])
    dashed = next(part for part in parts(drawing, "line") if part.get("stroke-dasharray") == "5 4")
    at = {limit: float(dashed["y1"])} | {height: y for height, (_, y) in zip(heights, drawn, strict=True)}
    low, high = min(at), max(at)
    unit = (at[low] - at[high]) / (high - low) if high > low else 0.0
    assert [at[low] - y for y in at.values()] == pytest.approx([unit * (height - low) for height in at], abs=0.21)
    across = [x for x, _ in drawn]
    assert across == pytest.approx(
        [across[0] + k * (across[-1] - across[0]) / (len(across) - 1) for k in range(len(across))], abs=0.11
    )


@SIZES
def test_a_year_that_is_not_known_breaks_the_line(size):
    line = Line("n", [(2026, 1), (2027, 2), (2028, NAN), (2029, 3), (2030, 4)])
    drawing = lines.drawn(Lines("t", "year", "y", [line], years=True), size)

    pieces = [points(part) for part in parts(drawing, "polyline") if part["stroke-width"] == "2"]
    assert [len(piece) for piece in pieces] == [2, 2]


@SIZES
def test_points_are_drawn_from_left_to_right_in_whatever_order_they_come(size):
    there = Line("n", [(1, 5), (2, 7), (3, 6)], [4, 6, 5], [6, 8, 7])
    back = Line("n", [(3, 6), (1, 5), (2, 7)], [5, 4, 6], [7, 6, 8])

    assert lines.drawn(Lines("t", "x", "y", [there]), size) == lines.drawn(Lines("t", "x", "y", [back]), size)


def test_any_two_of_the_first_twelve_lines_differ_in_color_and_any_two_of_one_color_in_something_else():
    looks = [look(number) for number in range(12)]

    assert len({(own.color, own.dash, own.shape) for own in looks}) == 12
    assert len({(own.dash, own.shape) for own in looks}) == 12  # without any color


def test_names_stand_at_the_ends_of_their_lines_on_a_wide_screen_where_they_fit(full):
    assert {"Jackson", "Longfellow", "Altadena", "Hamilton"} <= set(words(lines.drawn(full.enrolment(), "wide")))
    assert "Jackson" not in words(lines.drawn(full.enrolment(), "narrow"))
    assert not lines.named_beside(full.crowded())


def test_a_limit_close_under_another_has_its_words_below_its_line(full):
    drawing = lines.drawn(full.enrolment(), "wide")

    places = {part.text: float(part.get("y")) for part in ElementTree.fromstring(drawing).iter("text")}
    high, low = (float(part["y1"]) for part in parts(drawing, "line") if part.get("stroke-dasharray") == "5 4")
    assert places["Rooms of Jackson with portables: 612"] < high < low < places["Rooms of Longfellow: 604"]


def test_an_axis_that_is_cut_says_so(full):
    assert lines.cut(full.enrolment()) == "The upright axis does not start at 0."
    assert lines.cut(full.crowded()) == ""


def test_years_have_no_comma_and_shares_are_percent(full):
    assert {"2026", "2031"} <= set(words(lines.drawn(full.enrolment(), "wide")))
    assert {"40%", "60%", "Goal: 55.0%"} <= set(words(lines.drawn(full.curve(), "wide")))
