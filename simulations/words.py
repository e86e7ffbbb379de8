"""How every measure is told: its title, its unit, what it says in a sentence, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan

from simulations.results import Estimate

MINUS, PERCENT, GAP = "−", "\u00a0%", " points"  # a number and its percent sign stay on one line
UNDEFINED, NO_GAP = "not defined", "no gap"
FINER = 5  # how much smaller than an end of an interval a number is that may be told as 0
MOST_MORE = 9  # decimals beside the usual ones
POINTS, CHILDREN, RANKS, METRES, INDEX = "percentage points", "children", "ranks", "metres", "from 0 to 1"

NEAR_AVERAGE = "Programs near the average program"
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
        A level with its unit, never 0 where it is not; a gap says who is more likely.

        >>> WORDS["without_offer"].level(41.25), WORDS["mean_rank"].level(1.5), WORDS["better_off"].level(0.004)
        ('41.2 children', '1.50', '0.004 children')
        >>> WORDS["offer_rate_gap"].level(-0.031)
        '3.1 points less likely'
        """
        if isnan(number):
            return UNDEFINED
        shown = self.plain(number)
        if self.mark != GAP:
            return f"{shown}{self.mark}"
        if number == 0:
            return NO_GAP
        return f"{shown.removeprefix(MINUS)}{GAP} {'more' if number > 0 else 'less'} likely"

    def plain(self, number: float) -> str:
        """A level without its unit."""
        return self._written(number, self._enough(self.decimals, number))

    def error(self, number: float) -> str:
        """A standard error, with two more decimals than its level."""
        return "" if isnan(number) else self._written(number, self._enough(self.decimals + 2, number))

    def digits(self, difference: Estimate) -> int:
        """
        Decimals that do not contradict a difference: where its interval leaves zero out, no number of it is told as 0.

        >>> WORDS["offer_rate"].digits(Estimate(0.0001, 0.00003, 0.00002, 0.00018))
        3
        """
        ends = [end for end in (difference.low, difference.high) if not isnan(end)]
        if not ends or min(ends) > 0 or max(ends) < 0:
            return self._enough(self._fine, *ends, difference.mean)
        return self._enough(self._fine, max(ends, key=abs) / FINER)

    def signed(self, number: float, decimals: int | None = None) -> str:
        """A difference with its sign, a true minus and no negative zero; without its unit."""
        fine = self._fine if decimals is None else decimals
        rounded = round(self.scale * number, fine) + 0.0
        sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
        return f"{sign}{abs(rounded):,.{fine}f}"

    def interval(self, estimate: Estimate) -> str:
        """The ends of a level's interval."""
        if isnan(estimate.low):
            return ""
        fine = self._enough(self._fine, max(estimate.low, estimate.high, key=abs))
        return f"{self._written(estimate.low, fine)} to {self._written(estimate.high, fine)}"

    def signed_interval(self, estimate: Estimate) -> str:
        """The ends of a difference's interval."""
        if isnan(estimate.low):
            return ""
        fine = self.digits(estimate)
        return f"{self.signed(estimate.low, fine)} to {self.signed(estimate.high, fine)}"

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

    def _enough(self, decimals: int, *numbers: float) -> int:
        """So many decimals, or as many more as it takes for none of the numbers to be told as 0 that is not."""
        told = [self.scale * number for number in numbers if number != 0]
        enough = (n for n in range(decimals, decimals + MOST_MORE) if all(round(number, n) for number in told))
        return next(enough, decimals + MOST_MORE)

    def _written(self, number: float, decimals: int) -> str:
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
    return Words(title, POINTS, GAP, 1, 100, "toward the group", "toward all others", what, THIS_STUDY)


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
        "By how many points children of the group are more or less likely to have an offer than all others: the "
        "group’s share with an offer less that of all others; 0 is no gap.",
    ),
    "first_choice_gap": _gap(
        "Gap in first choices",
        "By how many points children of the group are more or less likely to have their first choice than all others: "
        "the group’s share with its first choice less that of all others; 0 is no gap.",
    ),
    "rank_distribution": _share(
        "Which choice families get",
        "Share of the applicants offered their first, second, third … choice; “none” is no offer, 12 is the twelfth or "
        "a later one, “kept” a seat that a child keeps and did not list.",
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
        NEAR_AVERAGE,
        "Share of the programs with offers at which the group’s share lies near the mean of the programs’ shares, in "
        "which every program counts once. It is not the board’s target.",
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


CHILDREN_OF: Mapping[str, str] = {  # by group
    "": "all children",
    "low_income": "low-income children",
    "english_learner": "English learners",
    "temporary_housing": "children in temporary housing",
    "at_risk": "children at risk",
}


def words_of(band: float) -> dict[str, Words]:
    """The words of every measure, with the points of the study around the average program."""
    near = WORDS["within_band"]
    return {**WORDS, "within_band": replace(near, title=f"{near.title} (± {band:g} points)")}


def words(name: str) -> str:
    """A name of the policy as words; no name is everybody."""
    return name.replace("_", " ") or "everybody"


def children_of(group: str) -> str:
    """
    Who is of a group, to be read inside a sentence.

    >>> children_of("low_income"), children_of("foster_care")
    ('low-income children', 'children of the group “foster care”')
    """
    return CHILDREN_OF.get(group, f"children of the group “{words(group)}”")
