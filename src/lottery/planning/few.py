"""What may be told in public of groups of children: no number about fewer than 11, and none that would tell it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lottery.arrays import Bools
from lottery.report.suppression import SMALLEST_SHOWN

FEWEST_DRAWS = 11  # a mean of fewer and its standard error come near the counts of a single lottery


def few(children: float) -> bool:
    """
    Whether a number of children may not be shown: more than 0 and fewer than 11.

    >>> [few(0), few(1), few(10), few(11)]
    [False, True, True, False]
    """
    return 0 < children < SMALLEST_SHOWN


def tellable(groups: Mapping[str, Bools]) -> frozenset[str]:
    """
    The groups ([child] of the same children) whose sums may be told together, chosen in their order.

    Who knows the sums of some groups knows every weighted sum of them.  So a group is left out where, with those
    before it, some weights cancel for every set of 11 or more children who are in the same groups, but not for all
    children: that is a number about few.  It covers a group of few, one that differs from another by few, all but few,
    and what several groups leave over.  Pass everybody first, since totals are told.

    >>> child = np.arange(40)
    >>> sorted(tellable({"everybody": child >= 0, "most": child < 20, "rest": child >= 23, "all but few": child < 35}))
    ['everybody', 'most']
    """
    told: dict[str, Bools] = {}
    for name, member in groups.items():
        if int(member.sum()) >= SMALLEST_SHOWN and _safe([*told.values(), member]):
            told[name] = member
    return frozenset(told)


def _safe(groups: list[Bools]) -> bool:
    """Whether no weights cancel for every large set of children alike, and not for all children."""
    alike, children = np.unique(np.stack(groups).astype(np.float64), axis=1, return_counts=True)
    large = alike[:, children >= SMALLEST_SHOWN]
    return large.size > 0 and int(np.linalg.matrix_rank(large)) == int(np.linalg.matrix_rank(alike))
