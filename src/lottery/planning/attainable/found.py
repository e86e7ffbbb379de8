"""Everything an answer says, as values: for the office, and what of it may be published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.market import Market
from lottery.plan.prices import EVERYBODY, Floors, Price, Prices
from lottery.plan.reach import Attainable, Count
from lottery.planning.attainable.scene import Goal, Scene
from lottery.report.suppression import SMALLEST_SHOWN

FEWEST_TO_SUBTRACT = 3  # groups: everybody less the others is the one


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


def published(found: Found) -> Found:
    """
    Without what speaks of fewer than 11 children, or would tell it.

    Groups of fewer than 11 applicants, or of all but fewer, go with every line, and so do those that a reader could
    subtract: of three or more groups all but the first, where one goes; of two, one inside the other, the second where
    they differ by fewer than 11.  Units go where fewer than 11 members, or others, list them; schools cut the same
    children in another way than programs do.  Categories of bands stay in the office.
    """
    market = found.scene.market
    few = {found.largest, *(() if found.largest_stable is None else (found.largest_stable.found,))}
    total = market.n_applicants
    told = not any(_few(total - own) for own in few)
    return replace(
        found,
        applicants=found.applicants if told else None,
        targets=[(goal, _units(goal, reach, market)) for goal, reach in found.targets if not _small(goal.member)],
        prices=None if found.prices is None else _prices(found.prices),
        public=True,
    )


def _few(children: int) -> bool:
    return 0 < children < SMALLEST_SHOWN


def _small(member: Bools) -> bool:
    """Whether a group is of few, or of all but few."""
    own = int(member.sum())
    return own < SMALLEST_SHOWN or _few(len(member) - own)


def _units(goal: Goal, reach: Attainable, market: Market) -> Attainable:
    """Without the programs that few members, or few others, list; without schools and the district."""
    applicant, unit = market.applicant_of(), goal.unit[market.program]
    listing = np.unique(np.stack([unit, applicant], axis=1), axis=0)
    members, others = (
        np.bincount(listing[goal.member[listing[:, 1]] == own, 0], minlength=len(goal.names)) for own in (True, False)
    )
    shown: Longs = np.flatnonzero((members >= SMALLEST_SHOWN) & (others >= SMALLEST_SHOWN))
    units = tuple(reach.units[row] for row in shown.tolist()) if goal.per == "program" else ()
    return replace(reach, units=units)


def _prices(prices: Prices) -> Prices:
    keep = _groups(prices)
    return replace(
        prices,
        trades=[_of_groups(price, keep) for price in prices.trades],
        safeguards=[_of_groups(price, keep) for price in prices.safeguards],
    )


def _groups(prices: Prices) -> set[tuple[str, str]]:
    """Which groups of which prices may be shown."""
    every = [(price, group) for price in (*prices.trades, *prices.safeguards) for group in price.groups]
    members = {(price.name, group): price.groups[group] for price, group in every if group != EVERYBODY}
    distinct: dict[bytes, Bools] = {own.tobytes(): own for own in members.values()}
    large = [own for own in distinct.values() if not _small(own)]
    if len(distinct) >= FEWEST_TO_SUBTRACT and len(large) < len(distinct):
        large = large[:1]
    shown: list[Bools] = []
    for own in large:
        if not any(_few(int((one & ~other).sum())) for one, other in _nested(own, shown)):
            shown.append(own)
    kept = {own.tobytes() for own in shown}
    return {key for key, own in members.items() if own.tobytes() in kept}


def _nested(own: Bools, shown: Sequence[Bools]) -> Iterator[tuple[Bools, Bools]]:
    """A group and another inside it, the larger first; two that share nobody are inside each other's rest."""
    for other in shown:
        for mask in (other, ~other):
            if not (mask & ~own).any():
                yield own, mask
            elif not (own & ~mask).any():
                yield mask, own


def _of_groups(price: Price, keep: set[tuple[str, str]]) -> Price:
    groups: Mapping[str, Bools] = {
        name: own for name, own in price.groups.items() if name == EVERYBODY or (price.name, name) in keep
    }
    return replace(price, groups=groups, lines=[line for line in price.lines if line.group in groups])
