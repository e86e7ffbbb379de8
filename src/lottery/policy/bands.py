"""Bands: floors and ceilings by category (Ehlers, Hafalir, Yenmez and Yildirim 2014)."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np

from lottery.arrays import Bools, Ints
from lottery.market import HARD_BAND, SOFT_BAND
from lottery.policy.allot import in_written_order, rounded
from lottery.policy.draft import Draft, Slots
from lottery.policy.load import Path_
from lottery.policy.model import Bands, Category, fraction

NAMED = 3  # applicants that an objection names

End = int | Fraction  # of a band: seats, or a share of them


def bands(draft: Draft, entry: Ints) -> None:
    """Give the offerings the band of their entry ([offering]), and everybody eligible who holds no seat a category."""
    for index, written in enumerate(draft.file.policy.bands):
        path: Path_ = ("bands", index, "categories")
        here = (entry[draft.offering] == index) & draft.eligible & ~draft.holds
        member = _members(draft, written, path)
        _must_partition(draft, member[:, here], here, path)
        draft.enter(here, member.argmax(axis=0).astype(np.int32), draft.priority_class)
        ends = _ends(draft, written, path)
        for offering in np.flatnonzero(entry == index).tolist():
            draft.divisions[offering] = partial(slots_of, written, ends, held=int(draft.held[offering]))


def slots_of(written: Bands, ends: list[tuple[End, End]], seats: int, held: int) -> Slots:
    """The categories of a program with `seats` on offer, beside those that are `held` now."""
    floor = in_written_order(seats, (_in_seats(low, seats, written, "floor") for low, _ in ends))
    high = (_in_seats(high, seats, written, "ceiling") for _, high in ends)
    ceiling = [min(seats, max(least, most)) for least, most in zip(floor, high, strict=True)]
    others = [sum(floor) - least for least in floor]
    hard = written.kind == "hard"
    most = [min(c, seats - o + held) if hard else seats + held for c, o in zip(ceiling, others, strict=True)]
    names = tuple(category.name for category in written.categories)
    return Slots(names, tuple(most), HARD_BAND if hard else SOFT_BAND, tuple(floor), tuple(ceiling))


def _in_seats(end: End, seats: int, written: Bands, which: str) -> int:
    return end if isinstance(end, int) else rounded(end * seats, getattr(written.rounding, which))


def _members(draft: Draft, written: Bands, path: Path_) -> Bools:
    """Who is in which category ([category, application]); the one without `for` has whom no other has."""
    member = np.zeros((len(written.categories), len(draft.offering)), dtype=np.bool_)
    for slot, category in enumerate(written.categories):
        if category.members is not None:
            member[slot] = draft.facts.holds(category.members, (*path, slot, "for"))
    for slot, category in enumerate(written.categories):
        if category.members is None:
            member[slot] = ~member.any(axis=0)
    return member


def _must_partition(draft: Draft, member: Bools, here: Bools, path: Path_) -> None:
    """Everybody eligible belongs to exactly one category: overlap would make it matter who applies first."""
    count = member.sum(axis=0)
    people = draft.facts.cycle["applicants"]["applicant_id"][draft.facts.applicant[here]]
    for wrong, why, remedy in (
        (count > 1, "in two categories", "Change the conditions so that nobody is in two, or use guarantees."),
        (count == 0, "in no category", "Add a category without `for`: it has whom no other has."),
    ):
        names = sorted(set(people[wrong]))
        if names:
            verb = "is" if len(names) == 1 else "are"
            more = ", ..." if len(names) > NAMED else ""
            found = f"{len(names)} eligible applicant{'s' * (len(names) > 1)} {verb} {why}: "
            problem = draft.file.problem(path, f"{found}{', '.join(names[:NAMED])}{more}.", remedy)
            draft.problems.append(problem)


def _ends(draft: Draft, written: Bands, path: Path_) -> list[tuple[End, End]]:
    """Floor and ceiling of every category."""
    return [
        ends_of(category, _district_share(draft, written, slot, path) if category.centre == "district" else None)
        for slot, category in enumerate(written.categories)
    ]


def ends_of(category: Category, of_district: Fraction | None = None) -> tuple[End, End]:
    """Floor and ceiling as written: numbers of seats, or exact shares, of which `of_district` may be the centre."""
    if category.floor is not None and category.ceiling is not None:
        return _end(category.floor), _end(category.ceiling)
    centre = fraction(str(category.centre)) if of_district is None else of_district
    width = Fraction(category.points or 0) / 100
    return max(Fraction(0), centre - width), min(Fraction(1), centre + width)


def _end(written: str | int) -> End:
    return fraction(written) if isinstance(written, str) else written


def _district_share(draft: Draft, written: Bands, slot: int, path: Path_) -> Fraction:
    """The share of a category among all who take part, of all grades."""
    members = written.categories[slot].members
    if members is not None:
        own = draft.children.holds(members, (*path, slot, "for"))
    else:
        own = np.ones(draft.children.n, dtype=np.bool_)
        for k, other in enumerate(written.categories):
            if other.members is not None:
                own &= ~draft.children.holds(other.members, (*path, k, "for"))
    return Fraction(int(own.sum()), max(1, draft.children.n))
