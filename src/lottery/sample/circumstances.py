"""What the safeguards of other districts ask of a child; invented, from streams of its own: no other column moves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lottery.arrays import AnyArray, Bools, Floats, Longs, Texts
from lottery.sample.chance import Stream

BRACKETS = np.array(["low", "middle", "high"], dtype=object)
AT_RISK = (0.02, 0.35)  # of other families, of those with free or reduced-price meals
CATEGORIES = 3  # of areas, by meal share; 1 has the most meals
YES_NO = np.array(["no", "yes"], dtype=object)


def safeguards(
    meals: Bools, income: Texts, housing: Bools, area_category: Longs, languages: Mapping[str, Bools], seed: str
) -> dict[str, AnyArray]:
    """
    The columns of applicants that the shipped policies read beside income, language and housing.

    `meals` [applicant] is the truth behind `income`, which may be undisclosed (blank); `languages` says who speaks the
    target language of which dual-language programs.
    """
    risk = housing | Stream(seed, "at risk").coin(np.array(AT_RISK)[meals.astype(np.int64)], len(meals))
    return {
        "income_bracket": np.where(income == "", "", income_thirds(meals, Stream(seed, "income brackets"))),
        "at_risk": YES_NO[risk.astype(np.int64)],
        "area_ses_category": area_category,
        **{f"language_{name}": YES_NO[speaks.astype(np.int64)] for name, speaks in languages.items()},
    }


def income_thirds(meals: Bools, stream: Stream) -> Texts:
    """Thirds of the families by a family income that puts those with free or reduced-price meals below all others."""
    income = stream.uniform(len(meals)) + ~meals
    third = np.empty(len(meals), dtype=np.int64)
    third[np.argsort(income, kind="stable")] = np.arange(len(meals)) * len(BRACKETS) // len(meals)
    return BRACKETS[third]


def area_categories(meal_share: Floats, groups: int) -> Longs:
    """Equal groups of areas by meal share [area]; 1 has the most meals."""
    category = np.empty(len(meal_share), dtype=np.int64)
    category[np.argsort(-meal_share, kind="stable")] = 1 + np.arange(len(meal_share)) * groups // len(meal_share)
    return category
