"""All tiny markets, the smallest first: every choice list, every priority order, a seat or two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, permutations, product
from typing import Any, Literal, NamedTuple

Choices = tuple[tuple[str, ...], ...]  # [applicant]  programs, best first
Classes = tuple[tuple[str, ...], ...]  # best first; inside a class the number decides
Orders = Literal["strict", "with_ties", "one_class"]
Rule = Mapping[str, Any]  # what `market_of` takes besides: seat_groups, bands or guarantees

APPLICANTS, PROGRAMS = ("ana", "ben", "cruz"), ("elm", "fir", "oak")
RULED = PROGRAMS[0]  # the program with a seat group, a band or guarantees, of two seats
SIZES = ((2, 1), (3, 1), (2, 2), (3, 2), (2, 3))  # applicants, programs
RULED_SIZES = SIZES[:4]


class Structure(NamedTuple):
    """A tiny market before anybody has handed in a list; numbers are 1, 2, 3 in the order of the applicants."""

    applicants: tuple[str, ...]
    priorities: Mapping[str, Classes]
    seats: Mapping[str, int]
    rule: Rule  # empty: all seats are open

    @property
    def lists(self) -> list[tuple[str, ...]]:
        """Every list with something on it."""
        programs = sorted(self.seats)
        return [listed for length in range(1, len(programs) + 1) for listed in permutations(programs, length)]

    @property
    def profiles(self) -> Iterator[Choices]:
        """Everything the applicants may hand in together."""
        return product(self.lists, repeat=len(self.applicants))


def structures(orders: Orders, kind: str = "") -> Iterator[Structure]:
    """
    Every tiny market with open seats, or with a rule of one `kind` (see `RULES`) at a program of two seats.

    The order of the first program is that of the names where all orders are strict: the names mean nothing.
    """
    for n_applicants, n_programs in RULED_SIZES if kind else SIZES:
        applicants, programs = APPLICANTS[:n_applicants], PROGRAMS[:n_programs]
        rules = RULES[kind](applicants) if kind else [{}]
        for seats, priorities, rule in product(
            _seats(n_applicants, n_programs, ruled=bool(kind)), _priorities(applicants, n_programs, orders), rules
        ):
            named = dict(zip(programs, priorities, strict=True)), dict(zip(programs, seats, strict=True))
            yield Structure(applicants, *named, rule)


def _seats(n_applicants: int, n_programs: int, *, ruled: bool) -> list[tuple[int, ...]]:
    """One or two seats at each program, fewer than there are applicants; a rule divides two."""
    if ruled:
        return [(2, *[1] * (n_programs - 1))]
    return sorted(product(range(1, min(n_applicants, 3)), repeat=n_programs), key=sum)


def _priorities(applicants: tuple[str, ...], n_programs: int, orders: Orders) -> Iterator[tuple[Classes, ...]]:
    if orders == "one_class":
        return iter([((applicants,),) * n_programs])
    strict: list[Classes] = [tuple((i,) for i in order) for order in permutations(applicants)]
    if orders == "strict":
        return product(strict[:1], *[strict] * (n_programs - 1))
    return product(_with_ties(applicants), repeat=n_programs)


def _with_ties(applicants: tuple[str, ...]) -> list[Classes]:
    """Every order of classes: each applicant in one, none of them empty."""
    ranked = product(range(len(applicants)), repeat=len(applicants))
    return [
        tuple(
            tuple(i for i, own in zip(applicants, ranks, strict=True) if own == rank) for rank in range(max(ranks) + 1)
        )
        for ranks in ranked
        if set(ranks) == set(range(max(ranks) + 1))
    ]


def _groups_of(applicants: Sequence[str]) -> list[list[str]]:
    """Everybody a rule may be for: neither nobody nor everybody."""
    return [list(some) for n in range(1, len(applicants)) for some in combinations(applicants, n)]


def _reserve(unfilled: str, *, last: bool) -> Callable[[Sequence[str]], list[Rule]]:
    def rules(applicants: Sequence[str]) -> list[Rule]:
        reserves = [{"for": some, "seats": 1, "unfilled": unfilled} for some in _groups_of(applicants)]
        parts = [[{"open": 1}, reserve] if last else [reserve, {"open": 1}] for reserve in reserves]
        return [{"seat_groups": {RULED: groups}} for groups in parts]

    return rules


def _own_order(applicants: Sequence[str]) -> list[Rule]:
    orders = [[[i] for i in order] for order in permutations(applicants)]
    return [{"seat_groups": {RULED: [{"open": 1, "order": order}, {"open": 1}]}} for order in orders]


def _band(kind: str) -> Callable[[Sequence[str]], list[Rule]]:
    def rules(applicants: Sequence[str]) -> list[Rule]:
        found: list[Rule] = []
        for some in _groups_of(applicants):
            others = [i for i in applicants if i not in some]
            low, rest = ({"for": members, "floor": 1, "ceiling": 1} for members in (some, others))
            found.append({"bands": {RULED: {"low": low, "other": rest, "kind": kind}}})
        return found

    return rules


def _guarantees(applicants: Sequence[str]) -> list[Rule]:
    """Two traits that overlap: somebody has both."""
    both = [(one, two) for one in _groups_of(applicants) for two in _groups_of(applicants) if set(one) < set(two)]
    return [
        {"guarantees": {RULED: {"one": {"for": one, "seats": 1}, "two": {"for": two, "seats": 1}}}} for one, two in both
    ]


RULES: Mapping[str, Callable[[Sequence[str]], list[Rule]]] = {
    "reserve filled first, released": _reserve("release", last=False),
    "reserve filled last, released": _reserve("release", last=True),
    "reserve filled first, held": _reserve("hold", last=False),
    "reserve filled last, held": _reserve("hold", last=True),
    "group with an order of its own": _own_order,
    "soft band": _band("soft"),
    "hard band": _band("hard"),
    "overlapping guarantees": _guarantees,
}
