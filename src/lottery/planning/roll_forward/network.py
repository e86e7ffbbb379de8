"""The programs of a scenario, their grades, and which feeds which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lottery.cycle import GRADE_ORDER, GRADES, Cycle
from lottery.planning.roll_forward.question import ByGrade, RollForward, Split

Roll = Mapping[tuple[str, str], int]  # children by program and grade


class Span(NamedTuple):
    """The grades of a program, as indices of GRADES, and the year in which it begins."""

    lowest: int
    highest: int
    begins: int = 0

    @property
    def grades(self) -> tuple[str, ...]:
        """Their names, in order."""
        return GRADES[self.lowest : self.highest + 1]


@dataclass(frozen=True, slots=True)
class Network:
    """What a scenario has; everything by program."""

    scenario: str
    spans: Mapping[str, Span]
    feeds: Mapping[str, Mapping[str, int]]  # the programs fed, with the year in which the first child can arrive
    loose: tuple[tuple[str, str], ...]  # edges to programs without the grade that comes next
    entering: Mapping[str, ByGrade]
    split: Split

    def behind(self, programs: Iterable[str]) -> tuple[str, ...]:
        """Programs, and all from which their children come, sorted."""
        found: set[str] = set()
        waiting = [program for program in programs if program in self.spans]
        while waiting:
            found.add(program := waiting.pop())
            waiting += [before for before, fed in self.feeds.items() if program in fed and before not in found]
        return tuple(sorted(found))


def enrolled(cycle: Cycle) -> Roll:
    """The children of the roster by program and grade; those without a program are nowhere."""
    roster = cycle["roster"]
    return Counter(zip(roster["program_id"].tolist(), roster["grade"].tolist(), strict=True))


def spans(cycle: Cycle, roll: Roll) -> dict[str, Span]:
    """The grades of the cycle's programs: as written, else those with children or seats, else none."""
    programs, seats = cycle["programs"], cycle["seats"]
    known: dict[str, list[int]] = {name: [] for name in programs["program_id"]}
    for program, grade in [*roll, *zip(seats["program_id"], seats["grade"], strict=True)]:
        known.get(program, []).append(GRADE_ORDER[grade])
    found = {}
    written = zip(programs["program_id"], programs.get("lowest_grade"), programs.get("highest_grade"), strict=True)
    for program, low, high in written:
        lowest = GRADE_ORDER[low] if low else min(known[program], default=None)
        highest = GRADE_ORDER[high] if high else max(known[program], default=None)
        if lowest is not None and highest is not None:
            found[program] = Span(lowest, highest)
    return found


def network(asked: RollForward, scenario: str, cycle: Cycle, known: Mapping[str, Span]) -> Network:
    """The programs and edges of a scenario; what it opens comes to those of the cycle (`known`)."""
    written = asked.scenarios[scenario]
    opened = {
        opening.program: Span(
            GRADE_ORDER[opening.lowest_grade], GRADE_ORDER[opening.highest_grade], asked.index(opening.begins)
        )
        for opening in written.opens
    }
    own = {**known, **opened}
    feeders = cycle["feeders"]
    edges = set(zip(feeders["from_program_id"].tolist(), feeders["to_program_id"].tolist(), strict=True))
    for opening in written.opens:
        edges |= {(before, opening.program) for before in opening.fed_by}
        edges |= {(opening.program, after) for after in opening.feeds}
    feeds: dict[str, dict[str, int]] = {}
    loose = []
    for before, after in sorted(edges):
        if before in own and after in own:
            if own[after].lowest <= own[before].highest + 1 <= own[after].highest:
                feeds.setdefault(before, {})[after] = max(own[before].begins, own[after].begins)
            else:
                loose.append((before, after))
    entering = {**asked.entering, **{opening.program: opening.entering for opening in written.opens}}
    return Network(
        scenario, own, feeds, tuple(loose), {**entering, **written.entering}, {**asked.split, **written.split}
    )
