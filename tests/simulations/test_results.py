"""Means, standard errors and paired differences, against numpy's formulas and numbers worked by hand."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from simulations.intervals import Row, nice_ticks, svg
from simulations.results import decimal, results_of, write_results
from simulations.study import Study

STUDY = Study.model_validate(
    {
        "study": "s", "seed": "1", "draws": 4, "cycles": ["c"], "baseline": "b", "measures": ["offer_rate", "mean_rank"],
        "arms": {"a": "x", "b": "y", "same": "y"},
    }
)  # fmt: skip


def found(values):
    return {(r.arm, r.measure): r for r in results_of(STUDY, "c", values)}


def test_a_difference_is_taken_draw_by_draw_as_worked_by_hand():
    values = np.zeros((4, 3, 2))
    values[:, 0, 0] = [0.5, 0.7, 0.6, 0.8]
    values[:, 1, 0] = [0.4, 0.6, 0.6, 0.6]

    paired = found(values)["a", "offer_rate"].difference

    # Differences .1 .1 0 .2: mean .1, squared deviations 0 0 .01 .01, s² = .02 / 3, se = √(.02 / 12).
    assert paired.mean == pytest.approx(0.1)
    assert paired.standard_error == pytest.approx((0.02 / 12) ** 0.5)
    assert (paired.low, paired.high) == pytest.approx((0.1 - 0.080014, 0.1 + 0.080014), abs=1e-5)


def test_standard_errors_are_numpys_and_pairing_uses_the_covariance():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(50, 1, 2)) + 0.3 * rng.normal(size=(50, 3, 2))  # arms share a draw

    result = found(values)["a", "mean_rank"]

    a, b = values[:, 0, 1], values[:, 1, 1]
    assert result.standard_error == pytest.approx(np.sqrt(np.var(a, ddof=1) / 50))
    variance = np.var(a, ddof=1) + np.var(b, ddof=1) - 2 * np.cov(a, b)[0, 1]
    assert result.difference.standard_error == pytest.approx(np.sqrt(variance / 50))
    assert result.difference.standard_error < 0.7 * np.hypot(
        result.standard_error, found(values)["b", "mean_rank"].standard_error
    )


def test_two_identical_arms_differ_by_exactly_nothing():
    values = np.random.default_rng(2).random((50, 3, 2))
    values[:, 2] = values[:, 1]

    for measure in STUDY.measures:
        same = found(values)["same", measure].difference
        assert (same.mean, same.standard_error, same.low, same.high) == (0, 0, 0, 0)


def test_a_measure_that_is_undefined_in_one_draw_is_blank_and_the_baseline_has_no_difference(tmp_path):
    values = np.ones((4, 3, 2))
    values[2, 0, 1] = np.nan

    write_results(results_of(STUDY, "c", values), tmp_path)

    with (tmp_path / "results.csv").open(newline="") as file:
        rows = {(row.pop("arm"), row.pop("measure")): row for row in csv.DictReader(file)}
    assert list(rows) == sorted(rows)
    assert rows["a", "mean_rank"] == dict.fromkeys(rows["a", "mean_rank"], "") | {"cycle": "c"}
    assert rows["b", "offer_rate"]["mean"] == "1.000000"
    assert rows["b", "offer_rate"]["difference"] == ""
    assert rows["same", "offer_rate"]["difference"] == "0.000000"


@pytest.mark.parametrize(("number", "text"), [(-1e-9, "0.000000"), (-0.1234567, "-0.123457"), (float("nan"), "")])
def test_decimals_have_six_places_and_no_negative_zero(number, text):
    assert decimal(number) == text


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (-0.7, 3.2, [-1, 0, 1, 2, 3, 4]),
        (0, 0, [0, 1]),
        (-10.2, 1.8, [-15, -10, -5, 0, 5]),
        (0, 0.004, [0, 0.001, 0.002, 0.003, 0.004]),
    ],
)
def test_ticks_are_round_and_cover_the_intervals(low, high, ticks):
    assert nice_ticks(low, high) == pytest.approx(ticks)


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_name_cannot_put_markup_into_a_drawing(size):
    drawn = svg('"><script>', [Row("<b>", -1, 0, 1, "<i>")], size)

    assert not any(tag in drawn for tag in ("<script", "<b>", "<i>", '=""'))
