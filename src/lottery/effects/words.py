"""A policy's conditions, programs and sizes in the words of its author."""

from __future__ import annotations

from lottery.policy.condition import All, AnyOf, ColumnTest, Condition
from lottery.policy.model import BandRounding, Category, Guarantee, Policy, Programs, SeatGroup

NEAREST = "to the nearest seat"


def condition_in_words(condition: Condition) -> str:
    """A condition as a board member says it: `zone and not continuing`."""
    if isinstance(condition, str):
        return condition
    if isinstance(condition, ColumnTest):
        return _test_in_words(condition)
    if isinstance(condition, All):
        return " and ".join(map(_part, condition.all))
    if isinstance(condition, AnyOf):
        return " or ".join(map(_part, condition.any))
    return " and ".join(f"not {_part(part)}" for part in condition.none)


def programs_in_words(programs: Programs) -> str:
    """Which programs an entry serves."""
    if programs == "all":
        return "all programs"
    return "programs with " + " and ".join(f"{column} {' or '.join(values)}" for column, values in programs.items())


def size_in_words(part: SeatGroup | Guarantee) -> str:
    """How many seats a group or a guarantee has."""
    if isinstance(part, SeatGroup) and part.rest:
        return "the seats that the other groups leave"
    if part.seats is not None:
        return f"{part.seats} {'seat' if part.seats == 1 else 'seats'}"
    return f"{part.share} of the seats, rounded {_rounding(str(part.rounding))}"


def order_in_words(policy: Policy) -> str:
    """Who stands before whom, where a seat group has no order of its own."""
    one_class = len(policy.priorities) == 1 and policy.given_priorities is None
    return "by number" if one_class or policy.mechanism == "serial-dictatorship" else "by priority class and number"


def limits_in_words(category: Category, rounding: BandRounding | None) -> str:
    """Floor and ceiling of a category."""
    if category.points is not None:
        centre = "district share" if category.centre == "district" else str(category.centre)
        ends = f"{centre} ± {category.points} points"
    else:
        ends = f"{_end(category.floor)} to {_end(category.ceiling)}"
    if rounding is None:
        return ends
    return f"{ends}, floor rounded {_rounding(rounding.floor)}, ceiling {_rounding(rounding.ceiling)}"


def _end(end: str | int | None) -> str:
    return str(end) if isinstance(end, str) else f"{end} {'seat' if end == 1 else 'seats'}"


def _rounding(how: str) -> str:
    return NEAREST if how == "nearest" else how


def _part(condition: Condition) -> str:
    words = condition_in_words(condition)
    single = isinstance(condition, (str, ColumnTest)) or " " not in words
    return words if single else f"({words})"


def _test_in_words(test: ColumnTest) -> str:
    if test.range is not None:
        low, high = test.range
        if low is None:
            return f"{test.column} at most {high}"
        return f"{test.column} at least {low}" if high is None else f"{test.column} from {low} to {high}"
    return f"{test.column} {' or '.join(test.among or (str(test.equals),))}"
