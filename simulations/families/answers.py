"""What families tell the district under an assumed behaviour, and what is true of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.cycle import Cycle, Table
from lottery.policy import PolicyFile
from simulations.families.assumptions import Assumptions
from simulations.families.choice_lists import Choices
from simulations.study import StudyFile

HELD = "current_program_id"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """One cycle twice: as the district sees it, and as it is."""

    seen: Cycle  # with `choices` and `applicants` as families hand them in
    true: Cycle  # with the lists as they are: those of the cycle, and whatever program is new
    leaving: frozenset[str]  # applicants who leave before seats are final
    sophisticated: frozenset[str]  # applicants who play the best Nash equilibrium


def answers(file: StudyFile, arm: str, baseline: PolicyFile, cycle: Cycle, replication: int) -> Answers:
    """
    How the families of a cycle answer one arm of a study.

    Conditions are read from the true answers, by the facts of the baseline's policy.  Families put the new program on
    their lists, leave answers blank, write others (which counts where both are drawn), cut their lists, and leave, in
    this order.  Whoever leaves stays in the table without choices and without a seat held, so that everybody keeps the
    same lottery number in every arm.  `cycle` stays as it is; tables that no behaviour touches are shared.

    Raises StudyError with every problem of this arm.
    """
    if file.study.arms[arm].behaviour is None:
        return Answers(cycle, cycle, frozenset(), frozenset())
    assumed = Assumptions(file, arm, baseline, cycle)
    assumed.check()
    assumed.refuse()
    leaving = assumed.families("exit", assumed.behaviour.exit, replication)
    sophisticated = assumed.families("sophisticated", assumed.behaviour.sophisticated, replication)
    true = _with_new_program(assumed, replication)
    people = _as_told(assumed, replication, leaving)
    choices = Choices(true).cut_at(_handed_in(assumed, replication, leaving))
    return Answers(
        seen=replace(cycle, tables={**cycle.tables, "applicants": people, "choices": choices}),
        true=true,
        leaving=_names(cycle, leaving),
        sophisticated=_names(cycle, sophisticated),
    )


def _with_new_program(assumed: Assumptions, replication: int) -> Cycle:
    """The lists from now on."""
    cycle, new = assumed.cycle, assumed.behaviour.new_program
    if new is None:
        return cycle
    choices = Choices(cycle)
    joining = assumed.families("new_program", new, replication) & choices.could_add(new.program)
    return replace(cycle, tables={**cycle.tables, "choices": choices.with_program(new.program, new.rank, joining)})


def _as_told(assumed: Assumptions, replication: int, leaving: Bools) -> Table:
    """The table of applicants with the answers that families give."""
    people, behaviour = assumed.people, assumed.behaviour
    columns = dict(people.columns)
    if (blank := behaviour.undisclosed) is not None:
        silent = assumed.families("undisclosed", blank, replication)
        columns[blank.column] = np.where(silent, "", columns[blank.column])
    if (other := behaviour.misreported) is not None:
        false = assumed.families("misreported", other, replication)
        columns[other.column] = np.where(false, other.value, columns[other.column])
    if HELD in columns:
        columns[HELD] = np.where(leaving, "", columns[HELD])
    return replace(people, columns=columns)


def _handed_in(assumed: Assumptions, replication: int, leaving: Bools) -> Longs:
    """How many choices of the true list the district gets to see, at most ([row of applicants])."""
    people, behaviour = assumed.people, assumed.behaviour
    all_of_them = len(assumed.cycle["programs"])
    most = np.full(len(people), all_of_them, dtype=np.int64)
    if behaviour.keep_first is not None:
        most[assumed.included] = behaviour.keep_first
    if (decline := behaviour.decline) is not None:
        refusing = assumed.families("decline", decline, replication)
        most[refusing] = np.minimum(most[refusing], decline.beyond)
    most[leaving] = 0
    return most


def _names(cycle: Cycle, chosen: Bools) -> frozenset[str]:
    return frozenset(cycle["applicants"]["applicant_id"][chosen].tolist())


def free_seats(told: Answers) -> Answers:
    """
    The seats that leaving children hold, on offer to others: for policies that secure the seats of those who stay.

    Elsewhere the seats of a cycle are on offer whoever holds them now.
    """
    people, seats = told.true["applicants"], told.seen["seats"]
    leaving = np.isin(people["applicant_id"].astype(str), sorted(told.leaving))
    held = Counter(zip(people.get(HELD)[leaving].tolist(), people["grade"][leaving].tolist(), strict=True))
    more = [held[offering] for offering in zip(seats["program_id"].tolist(), seats["grade"].tolist(), strict=True)]
    if not any(more):
        return told
    capacity = [str(int(own) + extra) for own, extra in zip(seats["capacity"].tolist(), more, strict=True)]
    table = replace(seats, columns={**seats.columns, "capacity": np.array(capacity, dtype=object)})
    return replace(told, seen=replace(told.seen, tables={**told.seen.tables, "seats": table}))
