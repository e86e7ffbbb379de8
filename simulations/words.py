"""How every measure is told: its title, its unit, what it says in a sentence, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

from simulations.results import Estimate

MINUS, PERCENT, GAP = "−", "\u00a0%", " points"  # a number and its percent sign stay on one line
UNDEFINED = "not defined"
POINTS, CHILDREN, RANKS, METRES, INDEX = "percentage points", "children", "ranks", "metres", "from 0 to 1"

THIS_STUDY = "A count of this study."
RANK_DISTRIBUTION = (
    "Abdulkadiroğlu, Pathak and Roth, “Strategy-proofness versus efficiency in matching with indifferences”, American "
    "Economic Review 99, 2009."
)
PAIRED = "Two policies on the same draw, child by child, as in Abdulkadiroğlu, Pathak and Roth (2009)."


@dataclass(frozen=True, slots=True)
class Words:
    """How a measure is told."""

    title: str
    unit: str  # of a difference
    mark: str  # behind a level
    decimals: int  # of a level; a difference of shares has one more
    scale: float  # 100: a share, told in percent and percentage points
    more: str  # what a higher number says
    less: str  # what a lower number says
    what: str  # a sentence
    source: str

    def level(self, number: float) -> str:
        """
        A level with its unit.

        >>> WORDS["without_offer"].level(41.25), WORDS["mean_rank"].level(1.5)
        ('41.2 children', '1.50')
        """
        return UNDEFINED if isnan(number) else f"{self._plain(number, self.decimals)}{self.mark}"

    def error(self, number: float) -> str:
        """A standard error, with two more decimals than its level."""
        return "" if isnan(number) else self._plain(number, self.decimals + 2)

    def signed(self, number: float) -> str:
        """A difference with its sign, a true minus and no negative zero; without its unit."""
        rounded = round(self.scale * number, self._fine) + 0.0
        sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
        return f"{sign}{abs(rounded):,.{self._fine}f}"

    def interval(self, estimate: Estimate) -> str:
        """The ends of a level's interval."""
        if isnan(estimate.low):
            return ""
        return f"{self._plain(estimate.low, self._fine)} to {self._plain(estimate.high, self._fine)}"

    def signed_interval(self, estimate: Estimate) -> str:
        """The ends of a difference's interval."""
        if isnan(estimate.low):
            return ""
        return f"{self.signed(estimate.low)} to {self.signed(estimate.high)}"

    @property
    def short_unit(self) -> str:
        """The unit behind a difference in a sentence."""
        return {POINTS: "points", INDEX: ""}.get(self.unit, self.unit)

    @property
    def told_unit(self) -> str:
        """What the numbers are in, as a sentence of the glossary."""
        if self.unit == POINTS:
            return f"In {'points' if self.mark == GAP else 'percent'}; differences are in percentage points."
        return "A number from 0 to 1." if self.unit == INDEX else f"In {self.unit}."

    @property
    def _fine(self) -> int:
        return self.decimals + (self.scale == 100)

    def _plain(self, number: float, decimals: int) -> str:
        rounded = round(self.scale * number, decimals) + 0.0
        return f"{rounded:,.{decimals}f}".replace("-", MINUS)


def percent(share: float) -> str:
    r"""
    A share as people read it.

    >>> percent(0.4)
    '40.0\xa0%'
    """
    return f"{100 * share:.1f}{PERCENT}"


def _share(title: str, what: str, source: str = THIS_STUDY) -> Words:
    return Words(title, POINTS, PERCENT, 1, 100, "more", "fewer", what, source)


def _gap(title: str, what: str) -> Words:
    return Words(title, POINTS, GAP, 1, 100, "higher", "lower", what, THIS_STUDY)


def _count(title: str, what: str, source: str = THIS_STUDY) -> Words:
    return Words(title, CHILDREN, " children", 1, 1, "more", "fewer", what, source)


def _index(title: str, what: str, source: str, more: str = "more separate", less: str = "more mixed") -> Words:
    return Words(title, INDEX, "", 3, 1, more, less, what, source)


WORDS: Mapping[str, Words] = {  # by measure
    "offer_rate": _share("With an offer", "Share of the applicants who have an offer."),
    "first_choice_rate": _share(
        "First choices",
        "Share of the applicants offered the first program of their true list.",
        RANK_DISTRIBUTION,
    ),
    "top_three_rate": _share(
        "One of the first three choices",
        "Share of the applicants offered one of the first three programs of their true list.",
        RANK_DISTRIBUTION,
    ),
    "offer_rate_gap": _gap(
        "Gap in offers",
        "The group’s share with an offer less that of all others; 0 is no gap.",
    ),
    "first_choice_gap": _gap(
        "Gap in first choices",
        "The group’s share with its first choice less that of all others; 0 is no gap.",
    ),
    "rank_distribution": _share(
        "Which choice families get",
        "Share of the applicants offered their first, second, third … choice; “none” is no offer, 12 is the twelfth or "
        "a later one.",
        RANK_DISTRIBUTION,
    ),
    "mean_rank": Words(
        "Mean rank",
        RANKS,
        "",
        2,
        1,
        "later choices",
        "earlier choices",
        "Mean rank of the offer among those offered; 1 is the first choice. A kept seat that is not listed ranks "
        "behind the list.",
        RANK_DISTRIBUTION,
    ),
    "without_offer": _count("Without an offer", "Applicants who have no offer."),
    "siblings_together": _share(
        "Siblings together",
        "Of the applicants who list a program with a brother or sister there, the share offered such a program.",
    ),
    "distance": Words(
        "Distance",
        METRES,
        " metres",
        0,
        1,
        "farther",
        "nearer",
        "Mean distance in a straight line from home to the school offered, where both places are known.",
        THIS_STUDY,
    ),
    "group_share": _share("Share of the offers", "Share of the group among all who have an offer."),
    "low_income_share": _share(
        "Low-income children among those offered", "Share of low-income children among all who have an offer."
    ),
    "dissimilarity": _index(
        "Separation (dissimilarity)",
        "The share of the group who would have to move for every program to have the same mix: 0 is even, 1 is wholly "
        "separate.",
        "Duncan and Duncan, “A methodological analysis of segregation indexes”, American Sociological Review 20, 1955.",
    ),
    "isolation": _index(
        "Isolation",
        "The share of the group in the program of an average member of the group.",
        "Bell, “A probability model for the measurement of ecological segregation”, Social Forces 32, 1954.",
    ),
    "exposure": _index(
        "Exposure",
        "The share of other children in the program of an average member of the group.",
        "Lieberson, “An asymmetrical approach to segregation”, in Ethnic Segregation in Cities, 1981.",
        "more mixed",
        "more separate",
    ),
    "theil_h": _index(
        "Theil’s H",
        "How much knowing a child’s program tells of whether the child is of the group: 0 nothing, 1 everything.",
        "Theil, Statistical Decomposition Analysis, 1972; Reardon and Firebaugh, “Measures of multigroup segregation”, "
        "Sociological Methodology 32, 2002.",
    ),
    "variance_ratio": _index(
        "Variance ratio",
        "The part of the differences in membership that lies between programs: 0 none, 1 all.",
        "Bell (1954), as the revised index of isolation; James and Taeuber, “Measures of segregation”, Sociological "
        "Methodology 15, 1985.",
    ),
    "within_band": _share(
        "Programs within the band",
        "Share of the programs with offers at which the group’s share lies within the band around the programs’ mean.",
        "The rule of controlled-choice plans such as that of Cambridge.",
    ),
    "targets_met": _share(
        "Programs that meet the target",
        "Share of the programs with offers at which the group’s share lies inside the target of the baseline’s policy.",
        "The target is the board’s.",
    ),
    "program_offers": _count("Offers, by program", "Children offered a program."),
    "program_share": _share("Share of the offers, by program", "Share of the group among those offered a program."),
    "program_first_choice_rate": _share(
        "First choices, by program", "Of the applicants who rank a program first, the share offered it."
    ),
    "better_off": _count(
        "Better off", "Children whose offer stands higher on their list than in the baseline on the same draw.", PAIRED
    ),
    "worse_off": _count(
        "Worse off",
        "Children whose offer stands lower on their list than in the baseline on the same draw, or who lost it.",
        PAIRED,
    ),
    "displaced": _count(
        "Without their offer",
        "Children who have an offer in the baseline on the same draw and none here; they are among the worse off.",
        PAIRED,
    ),
}


def words(name: str) -> str:
    """A name of the policy as words; no name is everybody."""
    return name.replace("_", " ") or "everybody"
