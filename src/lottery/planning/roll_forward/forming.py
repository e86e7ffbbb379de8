"""From a question and a cycle to stages that can be rolled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.cycle import GRADES, Cycle
from lottery.plan.cohorts import SURE, Rate, Stages, Way
from lottery.plan.cohorts.stages import ELSEWHERE
from lottery.planning.roll_forward.network import Network, Roll, Span
from lottery.planning.roll_forward.question import Places, RollForward, Site

NEVER = Rate(0.0, 0.0)
Seats = Mapping[tuple[str, str], int]


def seats_on_offer(cycle: Cycle) -> Seats:
    """The seats of the cycle by program and grade."""
    seats = cycle["seats"]
    offerings = zip(seats["program_id"].tolist(), seats["grade"].tolist(), strict=True)
    return {offering: int(n) for offering, n in zip(offerings, seats["capacity"], strict=True)}


@dataclass(frozen=True, slots=True, eq=False)
class Former:
    """Forms the stages of one scenario."""

    asked: RollForward
    network: Network
    roll: Roll
    seats: Seats

    def stages(self, onward: float | None = None, stay: float | None = None) -> Stages:
        """The stages behind all sites; with `onward` or `stay` in place of the mean of every such rate."""
        programs = self.network.behind(program for site in self.asked.sites.values() for program in site.programs)
        named = [(program, grade) for program in programs for grade in self.network.spans[program].grades]
        at = {name: stage for stage, name in enumerate(named)}
        refill = [self._refill(*name) for name in named]
        return Stages(
            program=tuple(program for program, _ in named),
            grade=tuple(grade for _, grade in named),
            children=np.array([self.roll.get(name, 0) for name in named], dtype=np.int64),
            ways=tuple(self._ways(*name, at) for name in named),
            onward=tuple(self._onward(*name, onward, stay) for name in named),
            places=self._places(named),
            taken=tuple(places.rate if (places := self._entering(*name)) else SURE for name in named),
            refill_to=np.array([up_to for up_to, _ in refill], dtype=np.int64),
            refilled=tuple(rate for _, rate in refill),
        )

    def group(self, stages: Stages, site: Site, without: str | None = None) -> Bools:
        """[stage] Whether its children are at a site; those of the program `without` left out."""
        return np.array(
            [
                program in site.programs and program != without and (site.grades is None or grade in site.grades)
                for program, grade in zip(stages.program, stages.grade, strict=True)
            ],
            dtype=np.bool_,
        )

    def _span(self, program: str) -> Span:
        return self.network.spans[program]

    def _is_last(self, program: str, grade: str) -> bool:
        return grade == GRADES[self._span(program).highest]

    def _ways(self, program: str, grade: str, at: Mapping[tuple[str, str], int]) -> tuple[Way, ...]:
        following = GRADES[min(GRADES.index(grade) + 1, len(GRADES) - 1)]
        if not self._is_last(program, grade):
            return (Way(at[program, following], 1.0),)
        fed = self.network.feeds.get(program, {})
        shares = self.network.split.get(program, {})
        return tuple(
            Way(at.get((other, following), ELSEWHERE), float(shares.get(other, 1)), opens)
            for other, opens in sorted(fed.items())
        )

    def _onward(self, program: str, grade: str, onward: float | None, stay: float | None) -> Rate:
        if self._is_last(program, grade):
            written = self.asked.onward.by_program.get(program, self.asked.onward).known
            return written if onward is None else Rate(onward, written.spread)
        rates = self.asked.stay
        written = rates.by_program.get(program, rates.by_grade.get(grade, rates)).known
        return written if stay is None else Rate(stay, written.spread)

    def _entering(self, program: str, grade: str) -> Places | None:
        return self.network.entering.get(program, {}).get(grade)

    def _places(self, named: Sequence[tuple[str, str]]) -> Longs:
        """[year, stage] A program that is not open yet has none, and nobody enters in the first year."""
        places = np.zeros((self.asked.years + 1, len(named)), dtype=np.int64)
        for stage, name in enumerate(named):
            if written := self._entering(*name):
                begins = max(1, self._span(name[0]).begins)
                for year in range(begins, self.asked.years + 1):
                    places[year, stage] = self._number(name, written, year)
        return places

    def _number(self, name: tuple[str, str], written: Places, year: int) -> int:
        """The number of the last change up to a year; before the first, what is written for every year."""
        past = [changed for changed in written.changes if self.asked.index(changed) <= year]
        if past:
            return written.changes[max(past, key=self.asked.index)]
        if isinstance(written.per_year, int):
            return written.per_year
        return (self.roll if written.per_year == "as_now" else self.seats).get(name, 0)

    def _refill(self, program: str, grade: str) -> tuple[int, Rate]:
        written = self.asked.refill.get(program)
        return (written.up_to, written.known) if written and grade in written.grades else (0, NEVER)
