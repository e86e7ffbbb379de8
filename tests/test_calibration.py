"""Predictions against what came true: the bins, the intervals with years as clusters, and planted errors."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from tiny_cycles import cycle, policy

from lottery.calibration import FEWEST_YEARS, Calibration, calibration, students_t
from lottery.chances import Draws, chances
from lottery.equity import offer_rate
from lottery.errors import LotteryError
from lottery.intake import read_cycle
from lottery.policy import compile_market, load_policy
from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize
from lottery.sample.another_year import drawn_year

GENERAL = load_policy(shipped_policy("pusd/general-2019"))


def year_of(rng, probability, shift=0.0):
    """What comes true in a year that is better or worse for everybody by `shift`."""
    return probability, rng.random(len(probability)) < np.clip(probability + shift, 0, 1)


@pytest.fixture
def rng():
    return np.random.default_rng(2027)


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibration") / "cycle"
    synthesize(150, 6, "calibration", folder)
    header, *offerings = (folder / "seats.csv").read_text(encoding="utf-8").splitlines()
    scarce = [f"{row.rpartition(',')[0]},{(int(row.rpartition(',')[2]) + 1) // 2}" for row in offerings]
    (folder / "seats.csv").write_text("\n".join([header, *scarce, ""]), encoding="utf-8")
    return read_cycle(folder)[0]


def twin(years):
    """Everything from single predictions, as the papers write it."""
    points = [
        (p, bool(y), t) for t, (ps, ys) in enumerate(years) for p, y in zip(ps.tolist(), ys.tolist(), strict=True)
    ]
    n, share = len(points), sum(y for _, y, _ in points) / len(points)
    score = sum((p - y) ** 2 for p, y, _ in points) / n
    groups = {}
    for point in points:
        groups.setdefault(min(9, int(round(point[0] * 10, 9))), []).append(point)
    told, reliability, resolution, distance = [], 0.0, 0.0, 0.0
    for k, own in sorted(groups.items()):
        predicted, realised = sum(p for p, _, _ in own) / len(own), sum(y for _, y, _ in own) / len(own)
        clusters = [sum(y - realised for _, y, t in own if t == year) for year in range(len(years))]
        error = sqrt(len(years) / (len(years) - 1) * sum(c * c for c in clusters)) / len(own)
        told.append((k / 10, len(own), predicted, realised, error))
        reliability += len(own) * (predicted - realised) ** 2 / n
        resolution += len(own) * (realised - share) ** 2 / n
        distance += len(own) * abs(predicted - realised) / n
    return told, (score, reliability, resolution, share * (1 - share)), distance


def test_every_number_is_that_of_the_slow_twin(rng):
    years = [year_of(rng, rng.integers(0, 21, rng.integers(30, 60)) / 20, rng.normal(0, 0.1)) for _ in range(12)]
    counted = Calibration.of(years)
    told, (score, reliability, resolution, uncertainty), distance = twin(years)

    assert [(b.start, b.predictions) for b in counted.bins()] == [(start, n) for start, n, *_ in told]
    for found, (_, _, predicted, realised, error) in zip(counted.bins(), told, strict=True):
        assert (found.predicted, found.realised.estimate) == pytest.approx((predicted, realised))
        if 0 < realised < 1:
            half = students_t(11) * error
            ends = max(0.0, realised - half), min(1.0, realised + half)
            assert (found.realised.low, found.realised.high) == pytest.approx(ends)
    brier = counted.brier()
    assert brier[:4] == pytest.approx((score, reliability, resolution, uncertainty))
    assert brier.score == pytest.approx(brier.reliability - brier.resolution + brier.uncertainty + brier.within_bins)
    assert counted.expected_error() == pytest.approx(distance)


def test_murphys_partition_is_exact_where_a_bin_has_one_probability(rng):
    years = [year_of(rng, rng.choice([0.05, 0.35, 0.65, 0.95], 40)) for _ in range(10)]

    assert Calibration.of(years).brier().within_bins == pytest.approx(0, abs=1e-12)


def test_the_brier_score_of_a_coin_is_a_quarter_and_all_of_it_is_uncertainty():
    year = np.full(10, 0.5), np.array([True, False] * 5)

    assert Calibration.of([year] * 10).brier() == pytest.approx((0.25, 0, 0, 0.25, 0))


@pytest.mark.parametrize(
    ("probability", "start"), [(0.0, 0.0), (0.1, 0.1), (0.3, 0.3), (0.7, 0.7), (0.999, 0.9), (1.0, 0.9)]
)
def test_a_probability_on_an_edge_belongs_to_the_bin_above_and_certainty_to_the_last(probability, start):
    year = np.array([probability]), np.array([True])

    assert [found.start for found in Calibration.of([year] * 10).bins()] == [start]


def test_students_points_are_those_of_the_tables():
    """Fisher and Yates, Statistical Tables, 1938, table III, 5 % two-tailed."""
    table = {9: 2.262, 14: 2.145, 19: 2.093, 29: 2.045, 39: 2.023, 60: 2.000, 120: 1.980}
    assert {freedom: round(students_t(freedom), 3) for freedom in table} == table


def coverage(rng, spread, repetitions=300, n_years=15):
    """How often the interval, and Wilson's for independent applications, hold the truth."""
    held = np.zeros(2)
    for _ in range(repetitions):
        shifts = rng.uniform(-spread, spread, n_years)
        years = [year_of(rng, np.full(80, 0.45), shift) for shift in shifts]
        (found,) = Calibration.of(years).bins()
        wilson = offer_rate(round(found.realised.estimate * found.predictions), found.predictions)
        held += [found.holds, wilson.low <= 0.45 <= wilson.high]
    return held / repetitions


def test_the_interval_holds_in_95_of_100_cases_although_good_and_bad_years_exist(rng):
    by_year, by_application = coverage(rng, spread=0.25)

    assert 0.92 < by_year < 0.98
    assert by_application < 0.7  # who takes applications as independent is far too sure


def test_without_good_and_bad_years_both_intervals_hold(rng):
    by_year, by_application = coverage(rng, spread=0.0)

    assert 0.92 < by_year < 0.99
    assert 0.92 < by_application < 0.99


@pytest.mark.parametrize(("came_true", "ends"), [(False, (0, 1 - 0.025**0.1)), (True, (0.025**0.1, 1))])
def test_what_never_or_always_came_true_in_ten_years_is_not_certain(came_true, ends):
    """Clopper and Pearson 1934, with years as the trials."""
    year = np.full(500, 0.02 if not came_true else 0.98), np.full(500, came_true)
    (found,) = Calibration.of([year] * 10).bins()

    assert (found.realised.low, found.realised.high) == pytest.approx(ends)
    assert found.holds


def test_a_planted_error_of_ten_points_is_found_and_measured(rng):
    probability = np.tile(np.linspace(0.15, 0.85, 8), 60)
    right = Calibration.of([year_of(rng, probability, rng.normal(0, 0.02)) for _ in range(30)])
    wrong = Calibration.of([year_of(rng, probability, 0.1 + rng.normal(0, 0.02)) for _ in range(30)])

    assert sum(found.holds for found in right.bins()) >= 7
    assert not any(found.holds for found in wrong.bins())
    assert right.expected_error() < 0.015
    assert wrong.expected_error() == pytest.approx(0.1, abs=0.015)
    assert wrong.brier().reliability == pytest.approx(0.01, abs=0.003)


def test_without_predictions_there_is_nothing_to_tell():
    nothing = Calibration.of([(np.empty(0), np.empty(0, dtype=np.bool_))] * 10)

    assert nothing.bins() == []
    assert np.isnan(nothing.brier()).all()
    assert nothing.expected_error() == 0


# --- simulated years ---------------------------------------------------------------------------------------------------


def lists(**own: str):
    people = "applicant_id,grade,status\n" + "".join(f"{child},KG,included\n" for child in sorted(own))
    rows = [(child, rank, p) for child, listed in sorted(own.items()) for rank, p in enumerate(listed.split(), 1)]
    return people, "applicant_id,rank,program_id\n" + "".join(f"{c},{r},{p}\n" for c, r, p in rows)


def town(seats: int, **own: str):
    people, choices = lists(**own)
    return cycle(
        applicants=people, choices=choices, seats=f"program_id,grade,capacity\nart,KG,9\nelm,KG,0\noak,KG,{seats}\n"
    )


def test_who_all_want_one_program_get_it_as_often_as_predicted_in_every_year():
    """Forty alike for ten seats: a quarter, whoever is drawn."""
    this = town(10, **{f"i{k:02d}": "oak" for k in range(40)})
    predicted = chances(compile_market(policy(), this), "2027", 400)
    offer, none = calibration(predicted, policy(), this, 20)

    assert offer.predictions.sum(axis=1).tolist() == none.predictions.sum(axis=1).tolist() == [40] * 20
    assert offer.realised.sum(axis=1).tolist() == [10] * 20
    assert none.realised.sum(axis=1).tolist() == [30] * 20
    assert offer.expected_error() < 0.03
    assert offer.total.sum() == pytest.approx(200, abs=3)  # the copies are of other children than the draws favoured


def test_predictions_that_cannot_fail_are_left_out():
    """Ineligible applications, and children with no others: they would flatter every predictor."""
    this = town(1, ana="oak art", ben="elm", cal="", dia="oak")
    file = policy(eligible={"column": "pathway", "in": ["GENERAL"]})  # art is for nobody
    offer, none = calibration(chances(compile_market(file, this), "x", 20), file, this, 10)

    for year in range(10):
        drawn = list(drawn_year(this, "x", year + 1).source.values())
        assert none.predictions[year].sum() == sum(child != "cal" for child in drawn)
        assert offer.predictions[year].sum() == sum(child != "cal" for child in drawn)


def test_a_copy_is_judged_by_what_was_predicted_for_its_source(district):
    """Chances that are certain of this year's own outcome: each copy must be met with that child's certainty."""
    predicted = chances(compile_market(GENERAL, district), "x", 1)
    offer, _ = calibration(predicted, GENERAL, district, 10)
    market = predicted.market
    certain = {
        (market.applicants[i], market.programs[p]): int(c)
        for i, p, c, k in zip(
            market.applicant_of(), market.program, predicted.count, market.priority_class, strict=True
        )
        if k >= 0
    }
    by_child = {}
    for (child, _), count in certain.items():
        by_child.setdefault(child, []).append(count)
    for year in range(10):
        counts = [c for child in drawn_year(district, "x", year + 1).source.values() for c in by_child.get(child, [])]
        assert offer.predictions[year, [0, 9]].tolist() == [counts.count(0), counts.count(1)]


def test_the_right_seats_are_calibrated_and_wrong_ones_are_found(district):
    """F7: a predictor that was fed other seats than the lottery has."""
    right = compile_market(GENERAL, district)
    twice = right.capacity.copy() * 2
    wrong = replace(right, capacity=twice)

    fit, misfit = (calibration(chances(m, "x", 200), GENERAL, district, 20) for m in (right, wrong))

    for kind in range(2):
        assert fit[kind].expected_error() < 0.05
        assert misfit[kind].expected_error() > 3 * fit[kind].expected_error()
        assert misfit[kind].brier().reliability > 5 * fit[kind].brier().reliability
    assert sum(found.holds for found in misfit.no_offer.bins()) < len(misfit.no_offer.bins()) / 2


def test_every_year_has_a_draw_of_its_own_and_none_that_the_predictions_were_counted_from(district, monkeypatch):
    drawn = []

    class Spy(Draws):
        def places(self, draw):
            drawn.append((self.seed, draw))
            return super().places(draw)

    predicted = chances(compile_market(GENERAL, district), "x", 20)
    monkeypatch.setattr("lottery.calibration.Draws", Spy)
    calibration(predicted, GENERAL, district, 12)

    assert len(set(drawn)) == len(drawn) == 12
    assert "x" not in {seed for seed, _ in drawn}


def test_equal_arguments_give_equal_numbers_and_progress_counts_the_years(district):
    predicted, told = chances(compile_market(GENERAL, district), "x", 20), []
    one, other = (
        calibration(predicted, GENERAL, district, 10, lambda done, total: told.append((done, total))) for _ in range(2)
    )

    for kind in range(2):
        assert np.array_equal(one[kind].realised, other[kind].realised)
        assert np.array_equal(one[kind].squared_error, other[kind].squared_error)
    assert told == 2 * [(year, 10) for year in range(1, 11)]


@pytest.mark.parametrize("years", [0, FEWEST_YEARS - 1])
def test_too_few_years_are_refused(district, years):
    with pytest.raises(LotteryError, match="at least 10"):
        calibration(chances(compile_market(GENERAL, district), "x", 5), GENERAL, district, years)


@pytest.mark.parametrize("own", [{"ana": "oak"}, {"ana": "oak", "ben": "oak elm"}, {"ana": "oak", "ben": "elm"}])
def test_chances_of_other_children_or_other_lists_are_refused(own):
    this = town(1, ana="oak", ben="oak")
    predicted = chances(compile_market(policy(), town(1, **own)), "x", 5)

    with pytest.raises(LotteryError, match="Compute them again"):
        calibration(predicted, policy(), this, 10)
