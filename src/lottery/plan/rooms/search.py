"""The one best plan of a school: the written goals one after the other, until nothing is left to choose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from lottery.errors import LotteryError
from lottery.plan.patience import Patience
from lottery.plan.rooms.draft import Draft
from lottery.plan.rooms.rules import drafted
from lottery.plan.rooms.school import Class, School
from lottery.plan.solver import solve

EFFORT = 20.0  # deterministic time of one search
WIDEST = 2**30  # of the weights of choices that are decided in one search
Expression = Any


class Found(NamedTuple):
    """A plan, with what is known of the first goal."""

    classes: tuple[Class, ...]
    kept_back: dict[tuple[int, int], int]  # strand, year -> places
    value: int
    bound: int
    proved: bool


def best_plan(school: School, patience: Patience) -> Found | None:
    """
    The plan with the most wanted seats, then the fewest places kept back, combination classes and classes.

    Among those the first in the written order: going through the years and strands, the most classes at the first, then
    at the second and so on; then the most places for the lower grade of combination classes; then the larger rooms;
    then the fewest places kept back.

    None where the rules conflict.  A plan is sought whatever the patience; it is bettered while there is some.

    Raises LotteryError where not even that is found in the effort allowed.
    """
    draft = drafted(school)
    asked = [*draft.classes.values(), *draft.kept.values(), *draft.kept_back.values(), *draft.filled.values()]
    first = solve(draft.model, asked, effort=EFFORT, patience=Patience())
    if first.infeasible:
        return None
    if first.values is None:
        raise LotteryError(f"No plan of {school.name} was found. Give some of its rooms to programs or grades.")
    values: Sequence[int] = first.values
    bound, proved = sum(strand.wanted for strand in school.strands) * school.years, True
    for at, goal in enumerate(_goals(draft)):
        _start_from(draft, asked, values)
        draft.model.maximize(goal)
        found = solve(draft.model, asked, effort=EFFORT, patience=patience)
        if found.values is not None:
            values = found.values
            if at == 0 and found.bound is not None:
                bound = min(bound, found.bound)
        if not found.proved or found.objective is None:
            proved = False
            break
        draft.model.add(goal == found.objective)
    read = dict(zip(_keys(draft), values, strict=True))
    value = sum(read["filled", key] for key in draft.filled)
    kept_back = {key: read["kept_back", key] for key in draft.kept_back}
    return Found(tuple(_classes(draft, read)), kept_back, value, bound, proved)


def _start_from(draft: Draft, asked: Sequence[Any], values: Sequence[int]) -> None:
    draft.model.clear_hints()
    for variable, value in zip(asked, values, strict=True):
        draft.model.add_hint(variable, value)


def _goals(draft: Draft) -> Iterator[Expression]:
    """What is maximised, in order."""
    school = draft.school
    years = range(1, school.years + 1)
    kinds = list(enumerate(school.kinds))
    yield sum(draft.filled.values())
    if draft.kept_back:
        yield -sum(draft.kept_back.values())
    if school.pairs:
        yield -sum(draft.of_kind(at, year) for at, kind in kinds if kind.combined for year in years)
    yield -sum(draft.classes.values())
    numbered = sorted(kinds, key=lambda pair: pair[1].strands)
    yield from _in_order((draft.of_kind(at, year), _usable(school, at)) for year in years for at, _ in numbered)
    yield from _in_order(
        (draft.kept[at, kind.strands[0], year], draft.most_places)
        for year in years
        for at, kind in numbered
        if kind.combined
    )
    yield from _in_order(
        (draft.classes[at, group, year], len(alike.room_ids))
        for year in years
        for at, kind in numbered
        for group, alike in enumerate(school.groups)
        if school.fits(kind, alike)
    )
    yield from _in_order((-draft.kept_back[key], draft.most_places) for key in sorted(draft.kept_back, key=_by_year))


def _by_year(key: tuple[int, int]) -> tuple[int, int]:
    strand, year = key
    return year, strand


def _usable(school: School, at: int) -> int:
    """The rooms that a kind of class could use."""
    return sum(school.fits(school.kinds[at], room) for room in school.rooms)


def _in_order(choices: Iterable[tuple[Expression, int]]) -> Iterator[Expression]:
    """The most of the first, then of the second and so on, each with its maximum, in as few sums as weights allow."""
    terms: list[tuple[Expression, int]] = []
    width = 1
    for expression, most in choices:
        if width * (most + 1) > WIDEST and terms:
            yield _weighted(terms)
            terms, width = [], 1
        terms.append((expression, most))
        width *= most + 1
    if terms:
        yield _weighted(terms)


def _weighted(terms: Sequence[tuple[Expression, int]]) -> Expression:
    weight, total = 1, 0
    for expression, most in reversed(terms):
        total += weight * expression
        weight *= most + 1
    return total


def _keys(draft: Draft) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name in ("classes", "kept", "kept_back", "filled"):
        yield from ((name, key) for key in getattr(draft, name))


def _classes(draft: Draft, read: dict[tuple[str, Any], int]) -> Iterator[Class]:
    """Name the rooms: alike ones by their identifiers, for kinds of class in their order."""
    school = draft.school
    order = sorted(range(len(school.kinds)), key=lambda at: school.kinds[at].strands)
    for year in range(1, school.years + 1):
        left = {group: iter(alike.room_ids) for group, alike in enumerate(school.groups)}
        for at in order:
            kind = school.kinds[at]
            strands = [school.strands[strand] for strand in kind.strands]
            sizes = [group for group in left for _ in range(read["classes", (at, group, year)])]
            for_upper = read["kept", (at, kind.strands[-1], year)] - len(sizes)
            for group in sizes:
                places = school.places(kind, school.groups[group].size)
                upper = min(places - 1, 1 + for_upper)
                for_upper -= upper - 1
                shared = (places - upper, upper) if kind.combined else (places,)
                yield Class(year, strands[0].program, tuple(s.grade for s in strands), next(left[group]), shared)
