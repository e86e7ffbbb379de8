"""Every school with its plan, and the sums over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lottery.cycle import Cycle
from lottery.plan.rooms import QUOTED, Planned, School, Step
from lottery.plan.rooms.steps import LATER_YEARS, LATER_YEARS_QUOTED
from lottery.planning.few import few

RULES_IN_WORDS: Mapping[str, str] = {**QUOTED, LATER_YEARS: LATER_YEARS_QUOTED}
RULES_IN_A_WORD: Mapping[str, str] = {
    "a_room_takes_one_class": "rooms",
    "kindergarten_rooms": "KG rooms",
    "given_rooms_stay": "given rooms",
    "class_size": "class size",
    "combination_classes": "combination classes",
    "teachers": "teachers",
    "designed_sections": "design",
    "everybody_has_a_place": "places taken",
    "strands_go_up": "continuing upward",
    LATER_YEARS: "later years",
}
ENOUGH = "–"


@dataclass(frozen=True, slots=True)
class Found:
    """The schools in their order, each with its plan or its conflict."""

    cycle: Cycle
    schools: Sequence[School]
    plans: Sequence[Planned]  # [school]
    unplanned: Sequence[tuple[str, str, str]]  # seats of the cycle at schools without rooms: program, grade, capacity

    def __iter__(self) -> Iterator[tuple[School, Planned]]:
        return zip(self.schools, self.plans, strict=True)

    @property
    def steps(self) -> list[Step]:
        """Of the coming year, sorted by program and grade."""
        return sorted((step for step in self.every_step if step.year == 1), key=lambda step: (step.program, step.grade))

    @property
    def every_step(self) -> list[Step]:
        """Of all years, sorted by program, grade and year."""
        steps = [step for plan in self.plans for step in plan.steps]
        return sorted(steps, key=lambda step: (step.program, step.grade, step.year))

    @property
    def conflicting(self) -> list[tuple[School, Planned]]:
        """Schools without a plan."""
        return [(school, plan) for school, plan in self if not plan.found]

    @property
    def hidden(self) -> set[tuple[str, str]]:
        """
        Offerings whose seats are not published: the places of their classes less the seats would tell a small count.

        The places of the first year that are taken are residents, those who continue and those that are held.
        """
        return {(step.program, step.grade) for step in self.steps if few(step.taken)}

    @property
    def tells_who_asks(self) -> bool:
        """Whether the seats that are asked for may be published: less those that are full they are children who ask."""
        return not any(few(step.wanted) for step in self.steps if step.wanted <= step.offered)


def why(step: Step) -> str:
    """What keeps the strand from one section more, in a word for each rule; a dash where nobody asks for more."""
    return ", ".join(RULES_IN_A_WORD[rule] for rule in step.binds) or ENOUGH
