"""Every school with its plan, and the sums over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lottery.cycle import Cycle
from lottery.plan.rooms import QUOTED, Planned, School, Step
from lottery.plan.rooms.steps import LATER_YEARS, LATER_YEARS_QUOTED
from lottery.report.suppression import SMALLEST_SHOWN

RULES_IN_WORDS: Mapping[str, str] = {**QUOTED, LATER_YEARS: LATER_YEARS_QUOTED}
ENOUGH = "Everybody who asks for it has a seat."


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
        few = (step for step in self.steps if 0 < step.taken < SMALLEST_SHOWN)
        return {(step.program, step.grade) for step in few}


def why(step: Step) -> str:
    """What keeps the strand from one section more, in words."""
    return " ".join(RULES_IN_WORDS[rule] for rule in step.binds) or ENOUGH
