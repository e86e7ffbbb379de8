"""Everything an answer says, as values: for the office, and what of it may be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lottery.arrays import Bools
from lottery.plan.prices import EVERYBODY, Floors, Price, Prices
from lottery.plan.reach import Attainable, Count
from lottery.planning.attainable.scene import Goal, Scene
from lottery.planning.few import FEWEST_DRAWS, few, tellable
from lottery.report.suppression import SMALLEST_SHOWN, is_small


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found out."""

    scene: Scene
    applicants: int | None  # None: not shown
    largest: int  # children placed by every largest assignment
    largest_stable: Count | None  # None: not looked at
    targets: Sequence[tuple[Goal, Attainable]]
    floors: Floors | None  # None: the policy has no bands
    prices: Prices | None  # None: the mechanism is another one
    remarks: Sequence[str]
    public: bool = False
    withheld: bool = False  # prices of too few draws to be published


def published(found: Found) -> Found:
    """
    Without what speaks of fewer than 11 children, or would tell it.

    Groups go whose sums, with those of the groups before them, would tell a number about few: targets first, then the
    groups of prices.  Units go where fewer than 11 members, or others, list them, and their shares where 1 to 10 hold a
    seat there, for those bound what can be reached; schools cut the same children in another way than programs do.
    Categories of bands stay in the office, and so do prices of fewer than 11 draws.
    """
    market, prices = found.scene.market, found.prices
    largest = {found.largest, *(() if found.largest_stable is None else (found.largest_stable.found,))}
    total = market.n_applicants
    shown = tellable(_members(found))
    withheld = prices is not None and prices.draws < FEWEST_DRAWS
    return replace(
        found,
        applicants=None if any(few(total - own) for own in largest) else found.applicants,
        targets=[
            (goal, _units(goal, reach, found.scene)) for goal, reach in found.targets if _key(goal.member) in shown
        ],
        prices=None if prices is None or withheld else _prices(prices, shown),
        public=True,
        withheld=withheld,
    )


def _key(member: Bools) -> str:
    """A group by its children: equal groups have many names."""
    return member.tobytes().hex()


def _members(found: Found) -> dict[str, Bools]:
    """Everybody, then every group that something is told of."""
    every = [np.ones(found.scene.market.n_applicants, dtype=np.bool_), *(goal.member for goal, _ in found.targets)]
    if found.prices is not None:
        prices = (*found.prices.trades, *found.prices.safeguards)
        every += [own for price in prices for name, own in price.groups.items() if name != EVERYBODY]
    return {_key(own): own for own in every}


def _units(goal: Goal, reach: Attainable, scene: Scene) -> Attainable:
    """Without programs that few members, or few others, list; without schools and the district."""
    if goal.per != "program" or not reach.units:
        return replace(reach, units=())
    market = scene.market
    applicant, unit = market.applicant_of(), goal.unit[market.program]
    holds = market.member[:, : scene.held].any(axis=1)
    told, bounded = np.ones(len(goal.names), np.bool_), np.zeros(len(goal.names), np.bool_)
    for members in (goal.member[applicant], ~goal.member[applicant]):
        listing = np.unique(np.stack([unit[members], applicant[members]], axis=1), axis=0)[:, 0]
        told &= np.bincount(listing, minlength=len(told)) >= SMALLEST_SHOWN
        bounded |= is_small(np.bincount(unit[members & holds], minlength=len(told)))
    units = [
        replace(reach.units[row], lowest=None, highest=None) if bounded[row] else reach.units[row]
        for row in np.flatnonzero(told).tolist()
    ]
    return replace(reach, units=tuple(units))


def _prices(prices: Prices, shown: frozenset[str]) -> Prices:
    return replace(
        prices,
        trades=[_of_groups(price, shown) for price in prices.trades],
        safeguards=[_of_groups(price, shown) for price in prices.safeguards],
    )


def _of_groups(price: Price, shown: frozenset[str]) -> Price:
    groups: Mapping[str, Bools] = {
        name: own for name, own in price.groups.items() if name == EVERYBODY or _key(own) in shown
    }
    return replace(price, groups=groups, lines=[line for line in price.lines if line.group in groups])
