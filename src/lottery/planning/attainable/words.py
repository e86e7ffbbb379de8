"""The answer in sentences, as a board reads them aloud."""

from __future__ import annotations

from collections.abc import Iterator

from lottery.plan.prices import (
    ALL,
    BOUNDED,
    EVERYBODY,
    LEAST_RANKS,
    MEANT,
    MOST_CHILDREN,
    NOT_MEANT,
    PRIORITIES,
    TIES,
    Line,
    Price,
    Prices,
)  # fmt: skip
from lottery.plan.reach import Attainable, Count
from lottery.planning.attainable.found import Found
from lottery.planning.attainable.scene import Goal

TITLES = {
    MOST_CHILDREN: "Stability, beside placing the most children",
    LEAST_RANKS: "Stability, beside the least sum of ranks",
    PRIORITIES: "Priorities nobody may waive",
    TIES: "Ties that the lottery breaks",
    BOUNDED: "Bands and guarantees",
    ALL: "All safeguards together",
}
UNSEARCHED = "No count was searched for"  # how the remark of `lottery.plan.reach` begins
WHAT = {"offers": "offers", "first_choices": "first choices"}


def answer_of(found: Found) -> list[str]:
    """The answer, the sentence to remember first."""
    first, *others = [*targets(found), placed(found)] if found.targets else [placed(found), *targets(found)]
    return [first, *others, *bands(found), *stability(found), *safeguards(found)]


def words(name: str) -> str:
    """A name of the policy as words."""
    return name.replace("_", " ")


def percent(share: float) -> str:
    """
    A share as people read it.

    >>> percent(0.4), percent(0.447)
    ('40%', '44.7%')
    """
    return f"{f'{100 * share:.1f}'.removesuffix('.0')}%"


def title(price: str) -> str:
    """
    What has a price, as words.

    >>> title("seat_group low_income")
    'Seats for low income'
    """
    return TITLES.get(price) or f"Seats for {words(price.removeprefix('seat_group '))}"


def group(name: str) -> str:
    """
    A group as words.

    >>> group("meant_for low_income"), group("not_meant_for low_income")
    ('low income: meant for', 'low income: all others')
    """
    for mark, said in ((NOT_MEANT, "all others"), (MEANT, "meant for")):
        if name.startswith(f"{mark} "):
            return f"{words(name.removeprefix(f'{mark} '))}: {said}"
    return words(name)


def targets(found: Found) -> Iterator[str]:
    """For each target at how many units it can be met at once."""
    if not found.scene.goals:
        yield "The policy has no target that could be looked at, and the question names none."
    for goal, reach in found.targets:
        yield (
            f"{percent(reach.low)} to {percent(reach.high)} {words(goal.fact)} in each {goal.per}: any assignment of "
            f"these families can meet this target {_units(goal, reach)}{_stable(reach)}."
        )


def _units(goal: Goal, reach: Attainable) -> str:
    of = f" of {reach.compared:,} {goal.per}{'s' * (reach.compared != 1)}"
    return f"at once in {_at_most(reach.any_assignment, searched(reach), of)}"


def _stable(reach: Attainable) -> str:
    if reach.stable is None:
        return ""
    return f"; one that respects the priority classes (weakly stable) in {_at_most(reach.stable, searched(reach))}"


def searched(reach: Attainable) -> bool:
    """Whether the pool was small enough to be searched; otherwise what was found is any assignment, not the best."""
    return not any(remark.startswith(UNSEARCHED) for remark in reach.remarks)


def _at_most(count: Count, known: bool, of: str = "") -> str:
    """A count that is proved, or the room between what was found and what is proved; no room that nobody searched."""
    if count.proved or not known:
        return f"at most {count.bound:,}{of} (proved)"
    return f"at most {count.bound:,}{of} (proved; the best one found reaches {count.found:,})"


def placed(found: Found) -> str:
    """The most children any assignment could seat, beside stability and the policy."""
    of = "" if found.applicants is None else f" of {found.applicants:,}"
    said = f"Any assignment could seat {found.largest:,}{of} children at most"
    if (stable := found.largest_stable) is not None:
        said += f", one that respects the priority classes (weakly stable) {stable.bound:,}"
        said += "" if stable.proved else f" at most ({stable.found:,} were found)"
    if found.withheld:
        return f"{said}."
    if found.prices is None:
        return f"{said}; what the policy seats was not drawn, since its mechanism is not deferred acceptance."
    own, draws = found.prices.policy["offers"], found.prices.draws
    return (
        f"{said}; the policy seats {own.mean:,.1f} (mean of {draws:,} draws, ± {own.half(draws):,.1f}): "
        f"{found.largest - own.mean:,.1f} fewer than could be."
    )


def bands(found: Found) -> Iterator[str]:
    """Whether the floors can be filled; in public no count of a category."""
    if (own := found.floors) is None:
        return
    short = [category for category in own.categories if category.lacking]
    if not own.lacking:
        yield "Every floor of the bands can be filled at the same time with the children who list the programs."
    elif found.public:
        yield "Not every floor of the bands can be filled with the children who list the programs."
    else:
        alone = sum(category.lacking for category in short)
        yield (
            f"The floors of the bands ask for {own.floors:,} seats and {own.filled:,} can be filled at once: "
            f"{own.lacking:,} children are missing. In {len(short):,} of {len(own.categories):,} categories of an "
            f"offering too few children list it, {alone:,} in all."
        )
    if not found.public:
        beyond = sum(own.beyond.values())
        yield (
            f"With so many floor seats filled and nobody above a ceiling {own.seated:,} children can be seated, "
            f"{found.largest - own.seated:,} fewer than without bands; each by itself, ceilings keep {beyond:,} seats "
            "empty that enough children list."
        )


def stability(found: Found) -> Iterator[str]:
    """What the best assignments that ignore priorities give, and what trades could better."""
    if found.withheld:
        return
    if (prices := found.prices) is None:
        yield "Prices are those of deferred acceptance, and this policy has another mechanism."
        return
    most, least = prices.stability
    ranks, firsts = most.line("sum_of_ranks"), most.line("first_choices")
    fewest, seated = least.line("sum_of_ranks").without, least.line("offers").without
    yield (
        "A sum of ranks counts 1 for a first choice, 2 for a second and so on: less is better. Seating the most "
        f"children without regard to priorities would bring a sum of ranks of {ranks.without:,.0f} "
        f"and {firsts.without:,.0f} first choices; the policy has {ranks.with_:,.1f} and {firsts.with_:,.1f}. The "
        f"least sum of ranks of any assignment is {fewest:,.0f}, with {seated:,.0f} children seated."
    )
    waived, ties = (price.line("worse_off").difference.mean for price in prices.trades)
    yield (
        f"With all seats open, {waived:,.1f} children on average could be better off and nobody worse off if every "
        f"family let others trade against its priority; {ties:,.1f} by trades that no priority class speaks against."
    )


def safeguards(found: Found) -> Iterator[str]:
    """Every safeguard: those that change nothing first, then all together."""
    if (prices := found.prices) is None:
        return
    if not prices.safeguards:
        yield "The policy has no safeguard: all seats are open."
    for price in sorted(prices.safeguards, key=lambda own: (not void(own, prices), own.name != ALL)):
        yield safeguard(price, prices, each=len(meant(price)) < 2)


def meant(price: Price) -> list[str]:
    """The safeguards of a price that are meant for somebody who is shown."""
    return [name.removeprefix(f"{MEANT} ") for name in price.groups if name.startswith(f"{MEANT} ")]


def void(price: Price, prices: Prices) -> bool:
    """Whether a rule changes nothing in any draw."""
    return price.unchanged == prices.draws


def safeguard(price: Price, prices: Prices, *, each: bool = True) -> str:
    """What a safeguard changes: for everybody and, with `each`, for those it is meant for and the others."""
    if void(price, prices):
        said = f"{title(price.name)}: this safeguard changes nothing."
        return f"{said} In all {prices.draws:,} draws nobody gets another answer."
    better, worse = (price.line(move).difference.mean for move in ("better_off", "worse_off"))
    said = (
        f"{title(price.name)}: {_changes(price, EVERYBODY, prices.draws)}; {better:,.1f} children are better off than "
        f"without, {worse:,.1f} worse off."
    )
    named = [f"{MEANT} {name}" for name in meant(price)]
    for name in (named or [name for name in price.groups if name != EVERYBODY]) if each else []:
        whom = "Those it is meant for" if len(named) == 1 else f"“{group(name)}”"
        said += f" {whom}: {_changes(price, name, prices.draws)}"
        others = f"{NOT_MEANT} {name.removeprefix(f'{MEANT} ')}"
        said += f"; all others: {_changes(price, others, prices.draws)}." if others in price.groups else "."
    return said


def _changes(price: Price, name: str, draws: int) -> str:
    return " and ".join(f"{more(price.line(key, name), draws)} {what}" for key, what in WHAT.items())


def more(line: Line, draws: int) -> str:
    """How many more or fewer; "about as many" where the draws cannot tell."""
    mean, half = line.difference.mean, line.difference.half(draws)
    if abs(mean) <= half or mean == 0:
        return "about as many" if half else "as many"
    return f"{abs(mean):,.1f} {'more' if mean > 0 else 'fewer'}"
