"""
Calibration: whether offers come as often as they were predicted, when other families apply.

This year's probabilities are held against the offers of simulated years, each with families drawn again
(`lottery.sample.another_year`) and one fresh draw: whoever was told 30 % should have the offer in about 30 of 100
years.  Every copy of a child is judged by what was predicted for the child.  The families of one year compete for the
same seats, so years are the independent observations, and applications are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lottery.arrays import Bools, Floats, Longs, Texts, frozen
from lottery.chances import Chances, Draws
from lottery.cycle import Cycle
from lottery.equity import Interval
from lottery.equity.access import Z_95
from lottery.errors import LotteryError
from lottery.market import INELIGIBLE, Market
from lottery.mechanisms import mechanism_of
from lottery.policy import PolicyFile, compile_market
from lottery.sample.another_year import drawn_year

N_BINS = 10  # of equal width; a probability on an edge belongs to the bin above
FEWEST_YEARS = 10  # from fewer, nobody can tell how far years differ
MISSED = 0.05  # how often an interval may miss

Year = tuple[Floats, Bools]  # predicted probabilities, and which of them came true, in the same order


class Bin(NamedTuple):
    """Predictions of about the same probability."""

    start: float
    end: float
    predictions: int
    predicted: float  # their mean
    realised: Interval  # the share that came true, with an interval of 95 % for years as clusters

    @property
    def holds(self) -> bool:
        """Whether what was predicted lies in the interval of what came true."""
        return self.realised.low <= self.predicted <= self.realised.high


class Brier(NamedTuple):
    """
    The mean squared error of the predictions, and its parts: reliability - resolution + uncertainty + within_bins.

    Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, 1950; Murphy, "A
    new vector partition of the probability score", Journal of Applied Meteorology 12, 1973.  The last part is what bins
    with several probabilities add (Stephenson, Coelho and Jolliffe, Weather and Forecasting 23, 2008).
    """

    score: float
    reliability: float  # how far predictions are from what came true, bin by bin; 0 is best
    resolution: float  # how far what came true differs between the bins; more is better
    uncertainty: float  # the score of whoever always predicts the overall share
    within_bins: float


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Predictions and what came of them, counted by year and bin."""

    predictions: Longs  # [year, bin]
    realised: Longs  # [year, bin]  those that came true
    total: Floats  # [year, bin]  sum of the predicted probabilities
    squared_error: Floats  # [year, bin]  sum of (probability - 1)² where it came true, of probability² elsewhere

    def __post_init__(self) -> None:
        for array in (self.predictions, self.realised, self.total, self.squared_error):
            frozen(array)

    @classmethod
    def of(cls, years: Iterable[Year]) -> Calibration:
        """
        Count the predictions of some years.

        >>> year = np.array([0.25, 0.25, 0.75, 0.75]), np.array([True, False, True, False])
        >>> Calibration.of([year] * 10).expected_error()
        0.25
        """
        return cls.summed([_counted(*year) for year in years])

    @classmethod
    def summed(cls, years: Sequence[Floats]) -> Calibration:
        """The same from years that are already counted."""
        predictions, realised, total, error = np.array(years).reshape(-1, 4, N_BINS).swapaxes(0, 1)
        return cls(predictions.astype(np.int64), realised.astype(np.int64), total.copy(), error.copy())

    def bins(self) -> list[Bin]:
        """The bins that have predictions, in order."""
        found = []
        for k in np.flatnonzero(self.predictions.sum(axis=0)).tolist():
            n = int(self.predictions[:, k].sum())
            realised = _by_years(self.realised[:, k], self.predictions[:, k])
            found.append(Bin(k / N_BINS, (k + 1) / N_BINS, n, float(self.total[:, k].sum() / n), realised))
        return found

    def brier(self) -> Brier:
        """The Brier score with its parts, NaN where nothing was predicted."""
        n = self.predictions.sum()
        if not n:
            return Brier(*[float("nan")] * 5)
        score, share = self.squared_error.sum() / n, self.realised.sum() / n
        bins = self.bins()
        reliability = sum(each.predictions * (each.predicted - each.realised.estimate) ** 2 for each in bins) / n
        resolution = sum(each.predictions * (each.realised.estimate - share) ** 2 for each in bins) / n
        uncertainty = share * (1 - share)
        within = score - (reliability - resolution + uncertainty)
        return Brier(*map(float, (score, reliability, resolution, uncertainty, within)))

    def expected_error(self) -> float:
        """
        Expected calibration error: the mean distance between predicted and realised, over predictions by bin.

        Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.
        """
        bins, n = self.bins(), int(self.predictions.sum())
        return sum(each.predictions * abs(each.predicted - each.realised.estimate) for each in bins) / n if n else 0.0


class Calibrations(NamedTuple):
    """What was predicted of offers, application by application, and of having none, child by child."""

    offer: Calibration
    no_offer: Calibration


def calibration(
    predicted: Chances,
    file: PolicyFile,
    cycle: Cycle,
    years: int,
    progress: Callable[[int, int], None] | None = None,
) -> Calibrations:
    """
    Hold probabilities against the offers of simulated years under the policy and with the seats of the cycle.

    Predictions that cannot fail are left out: applications to programs where the child is not eligible, and children
    who have no others.  Families and draws depend on the seed of `predicted` and the year.  `progress` is told (done,
    total).

    Raises LotteryError for fewer than 10 years, and where `predicted` is of other children or lists than the cycle's.
    """
    if years < FEWEST_YEARS:
        raise LotteryError(f"{years} years cannot show how far years differ. Ask for at least {FEWEST_YEARS}.")
    counted = []
    for year in range(1, years + 1):
        counted.append([_counted(*found) for found in _year(predicted, file, cycle, year)])
        if progress is not None:
            progress(year, years)
    return Calibrations(*map(Calibration.summed, zip(*counted, strict=True)))


def _counted(probability: Floats, came_true: Bools) -> Floats:
    """The rows of a Calibration for one year ([row, bin])."""
    where = np.minimum((probability * N_BINS).astype(np.int64), N_BINS - 1)
    error = (probability - came_true) ** 2
    return np.array([np.bincount(where, own, N_BINS) for own in (None, came_true, probability, error)])


def _year(predicted: Chances, file: PolicyFile, cycle: Cycle, year: int) -> Iterator[Year]:
    """What was predicted and what came true in one year: of every application, then of having no offer."""
    other = drawn_year(cycle, predicted.seed, year)
    market = compile_market(file, other.cycle)
    draws = Draws(market, f"{predicted.seed}, other years")
    offered = mechanism_of(market).run(draws.places(year), per_application=draws.per_application)
    applicant = market.applicant_of()
    child, row = _sources(predicted.market, market, [other.source[name] for name in market.applicants])
    eligible = market.priority_class != INELIGIBLE
    came_true = np.zeros(len(applicant), dtype=np.bool_)
    came_true[offered[offered >= 0]] = True
    yield predicted.count[row[eligible]] / predicted.draws, came_true[eligible]
    open_to = np.bincount(applicant[eligible], minlength=market.n_applicants) > 0
    yield predicted.count_none[child[open_to]] / predicted.draws, offered[open_to] < 0


def _sources(this: Market, other: Market, names: list[str]) -> tuple[Longs, Longs]:
    """The children and the applications of this year that those of the other year are copies of."""
    known = {name: i for i, name in enumerate(this.applicants)}
    child = np.array([known.get(name, -1) for name in names], dtype=np.int64)
    length = np.append(np.diff(this.choice_start), -1)[child]
    if np.array_equal(length, np.diff(other.choice_start)):
        row = np.repeat(this.choice_start[child], length) + other.rank_of() - 1
        if np.array_equal(_offerings(this)[this.program[row]], _offerings(other)[other.program]):
            return child, row
    raise LotteryError(
        "The probabilities are of other children or other lists than those of this cycle under this policy. "
        "Compute them again from the same folder and policy."
    )


def _offerings(market: Market) -> Texts:
    """The name of every program and grade."""
    return np.array([f"{p}/{grade}" for p, grade in zip(market.programs, market.grades, strict=True)], dtype=object)


def _by_years(realised: Longs, predictions: Longs) -> Interval:
    """
    A share of all predictions, with an interval of 95 % that takes years as clusters.

    The ratio estimator's (Cochran, "Sampling Techniques", 1977, section 6.3) with Student's t; where every year says
    the same, none or all, the exact one for as many independent years.
    """
    n_years, n = len(predictions), int(predictions.sum())
    share = float(realised.sum() / n)
    if share in (0.0, 1.0):
        rest = 1 - (MISSED / 2) ** (1 / n_years)
        return Interval(share, max(0.0, share - rest), min(1.0, share + rest))
    residual = realised - share * predictions
    error = float(np.sqrt(n_years / (n_years - 1) * (residual**2).sum()) / n)
    half = students_t(n_years - 1) * error
    return Interval(share, max(0.0, share - half), min(1.0, share + half))


def students_t(freedom: int) -> float:
    """
    The 97.5 % point of Student's distribution, to three decimals from 9 degrees of freedom on.

    Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, 26.7.5.

    >>> round(students_t(9), 3), round(students_t(60), 3)
    (2.262, 2.0)
    """
    z, more = Z_95, 0.0
    for order, (divisor, powers) in enumerate(
        ((4, (1, 1)), (96, (3, 16, 5)), (384, (-15, 17, 19, 3)), (92160, (-945, -1920, 1482, 776, 79))), start=1
    ):
        more += sum(factor * z ** (2 * k + 1) for k, factor in enumerate(powers)) / (divisor * freedom**order)
    return z + more
