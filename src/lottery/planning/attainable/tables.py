"""The files of the answer: rows sorted bytewise by their keys, six decimals, blank where there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lottery.plan.prices import Floors, Price, Prices
from lottery.plan.reach import Attainable, Count
from lottery.planning.answered import Rows
from lottery.planning.attainable.found import Found

TARGETS = (
    "target", "per", "low", "high", "unit", "lowest", "highest", "can_meet", "found", "bound", "stable_found",
    "stable_bound", "compared", "seated", "stable_seated", "stable_seated_bound",
)  # fmt: skip
BANDS = ("program_id", "grade", "category", "floor", "ceiling", "children", "lacking", "beyond")
PLACED = ("what", "children", "bound", "standard_error", "low", "high")
PRICES = ("price", "group", "measure", "with", "without", "difference", "standard_error")

Row = tuple[str, ...]


def files(found: Found) -> dict[str, Rows]:
    """Every file; categories of bands are the office's."""
    targets = [row for goal, reach in found.targets for row in _target(goal.fact, goal.per, reach)]
    own = {
        "targets.csv": _sorted(TARGETS, 5, targets),
        "placed.csv": Rows(PLACED, list(_placed(found))),
    }
    if found.floors is not None and not found.public:
        own["bands.csv"] = _sorted(BANDS, 3, _bands(found.floors))
    if found.prices is not None:
        own["prices.csv"] = _sorted(PRICES, 3, [row for price in every(found.prices) for row in _price(price)])
    return own


def every(prices: Prices) -> tuple[Price, ...]:
    """All prices, in the order of the page."""
    return (*prices.stability, *prices.trades, *prices.safeguards)


def decimal(number: float | None) -> str:
    """
    Six decimals; blank where there is no number; no negative zero.

    >>> decimal(-1e-9), decimal(None)
    ('0.000000', '')
    """
    return "" if number is None else f"{round(number, 6) + 0.0:.6f}"


def _sorted(header: Row, keys: int, rows: Sequence[Row]) -> Rows:
    return Rows(header, sorted(rows, key=lambda row: tuple(cell.encode() for cell in row[:keys])))


def _target(fact: str, per: str, reach: Attainable) -> Iterator[Row]:
    """A row for every unit, and one with a blank unit for all of them at the same time."""
    key = (fact, per, decimal(reach.low), decimal(reach.high))
    jointly = (*_count(reach.any_assignment), *_count(reach.stable), str(reach.compared), str(reach.largest))
    yield *key, "", "", "", "", *jointly, *_count(reach.largest_stable)
    for unit in reach.units:
        can_meet = "" if unit.can_meet is None else "yes" if unit.can_meet else "no"
        yield *key, unit.name, decimal(unit.lowest), decimal(unit.highest), can_meet, *("",) * 8


def _count(count: Count | None) -> tuple[str, str]:
    return ("", "") if count is None else (str(count.found), str(count.bound))


def _bands(floors: Floors) -> list[Row]:
    """A row for every category, one with a blank category for its offering, one that is blank for all together."""
    rows: list[Row] = [
        (own.program, own.grade, own.name, str(own.floor), str(own.ceiling), str(own.children), str(own.lacking), "")
        for own in floors.categories
    ]
    for (program, grade), beyond in floors.beyond.items():
        here = [own for own in floors.categories if (own.program, own.grade) == (program, grade)]
        sums = (sum(own.floor for own in here), "", sum(own.children for own in here), sum(own.lacking for own in here))
        rows.append((program, grade, "", *map(str, sums), str(beyond)))
    rows.append(("", "", "", str(floors.floors), "", "", str(floors.lacking), ""))
    return rows


def _placed(found: Found) -> Iterator[Row]:
    if found.applicants is not None:
        yield "applicants", str(found.applicants), "", "", "", ""
    yield "largest_assignment", str(found.largest), str(found.largest), "", "", ""
    if found.largest_stable is not None:
        yield "largest_weakly_stable", str(found.largest_stable.found), str(found.largest_stable.bound), "", "", ""
    if found.prices is not None:
        mean, error = own = found.prices.policy["offers"]
        half = own.half(found.prices.draws)
        yield "policy", decimal(mean), "", decimal(error), decimal(mean - half), decimal(mean + half)


def _price(price: Price) -> Iterator[Row]:
    for line in price.lines:
        numbers = (line.with_, line.without, line.difference.mean, line.difference.standard_error)
        yield price.name, line.group, line.measure, *map(decimal, numbers)
