"""From the question and the cycle to arrays: the ladder of markets, the limits, the goals, the draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.chances import Draws
from lottery.cycle import Cycle, Table
from lottery.errors import Problem
from lottery.market import Market
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.ladder import Ladder
from lottery.plan.extra.limits import Limit
from lottery.plan.extra.plan_seats import DEFERRED, goals_of
from lottery.planning.answered import Work
from lottery.planning.extra_seats.question import DRAWS, ExtraSeats
from lottery.planning.groups import groups_of
from lottery.planning.question import QuestionError, QuestionFile
from lottery.policy import PolicyFile, compile_for_seats
from lottery.policy.groups_of_children import members_of
from lottery.policy.load import Path_
from lottery.policy.model import Programs
from lottery.policy.selection import Offerings


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The question as arrays, and the names to tell the answer with."""

    expansion: Expansion
    policy: PolicyFile
    cycle: Cycle
    groups: dict[str, Bools]  # [applicant] by name
    members: dict[str, Bools]  # the same, and the groups that goals are of
    written: Longs  # [applicant]  choices handed in
    no_offer: int | None  # what no offer counts in sum_of_ranks; None: one more than the list is long
    allowed: Bools  # [offering]  where seats may be added at all
    per_offering: int | None  # extra seats of an offering at most


@dataclass(frozen=True, slots=True)
class _Selecting:
    """The question, as a file that selects programs."""

    file: QuestionFile[ExtraSeats]

    @property
    def written(self) -> Any:
        return self.file.written

    def problem(self, path: Path_, why: str, remedy: str) -> Problem:
        return self.file.problem(path, "", why, remedy)


def asked_of(file: QuestionFile[ExtraSeats], work: Work) -> Asked:
    """
    Everything the question says, as arrays.

    Raises QuestionError, IntakeError or PolicyError with every problem.
    """
    question = file.asked
    work.step("reading the cycle")
    cycle, policy = file.cycle(), file.policy(question.policy)
    if policy.policy.mechanism != DEFERRED:
        why = f"This policy matches by {policy.policy.mechanism}."
        raise file.refusal(("policy",), question.policy, why, f"Name a policy whose mechanism is {DEFERRED}.")
    names = groups_of(file, policy, cycle, question.groups, ("groups",))
    goals_for = groups_of(file, policy, cycle, question.of_groups, ("objective",))
    market, divided = compile_for_seats(policy, cycle)
    problems: list[Problem] = []
    offerings = Offerings(_Selecting(file), cycle, problems)
    limits, allowed = _limits(question, offerings), _fitting(offerings, question.among, ("among",))
    room = _room(question, allowed)
    problems += _numbers(file, market)
    if problems:
        raise QuestionError(sorted(set(problems), key=lambda problem: problem.order))
    rows = _rows_of(cycle, market)
    written = _written(cycle, market)
    per = question.limits.per_offering
    no_offer = None if isinstance(question.no_offer, str) else question.no_offer
    if no_offer is not None and no_offer <= written.max(initial=0):
        why = f"The longest list has {written.max(initial=0)} choices, and no offer must count more than any."
        raise file.refusal(("no_offer",), no_offer, why, "Write a larger rank, or list_length_plus_one.")
    places, per_application = _places(question, market)
    members = members_of([*dict.fromkeys((*names, *goals_for))], policy, cycle, rows)
    expansion = Expansion(
        ladder=_ladder(market, divided, offerings.on_offer, room, question.step),
        step=question.step,
        room=room,
        limits=limits,
        goals=goals_of(market, question.objective, members, written, no_offer),
        asked=len(question.objective),
        places=places,
        per_application=per_application,
    )
    return Asked(
        expansion, policy, cycle, {name: members[name] for name in names}, members, written, no_offer, allowed, per
    )


def _ladder(market: Market, divided: Callable[[Longs], Market], on_offer: Longs, room: Ints, step: int) -> Ladder:
    """The policy divides the seats of every level; who applies where in which standing stays as it is."""
    levels = range(1, int(room.max(initial=0)) + 1)
    return Ladder((market, *(divided(on_offer + np.minimum(room, level) * step) for level in levels)))


def with_seats(cycle: Cycle, extra: Ints | Longs) -> Cycle:
    """The cycle with more seats ([row of `seats`])."""
    seats = cycle["seats"]
    capacity = (seats["capacity"].astype(np.int64) + extra).astype(str).astype(object)
    table = Table(seats.name, seats.file, {**seats.columns, "capacity": capacity}, seats.line)
    return replace(cycle, tables={**cycle.tables, "seats": table})


def _room(question: ExtraSeats, allowed: Bools) -> Ints:
    """The steps each offering may have at most ([offering])."""
    most = question.extra
    if question.limits.per_offering is not None:
        most = min(most, question.limits.per_offering)
    return np.where(allowed, most // question.step, 0).astype(np.int32)


def _fitting(offerings: Offerings, selector: Programs, path: Path_) -> Bools:
    """Where a selector fits ([offering]); one that fits nowhere is a slip of the pen."""
    fits = offerings.fit(selector, path)
    if not fits.any() and not any(problem.column == ".".join(map(str, path)) for problem in offerings.problems):
        written = "all" if selector == "all" else "; ".join(f"{key} {', '.join(own)}" for key, own in selector.items())
        remedy = "Correct the values: together they must hold of some program on offer."
        offerings.problems.append(offerings.file.problem(path, f"No program on offer fits {written}.", remedy))
    return fits


def _limits(question: ExtraSeats, offerings: Offerings) -> tuple[Limit, ...]:
    """Every limit of the question as a sentence with its numbers."""
    limits, step = question.limits, question.step
    program = offerings.seats["program_id"]
    school = offerings.programs["school_id"][offerings.program]
    found = [Limit(f"No more than {question.extra} extra seats in all.", np.full(len(offerings), step), question.extra)]
    for most, names, what in ((limits.per_program, program, "Program"), (limits.per_school, school, "School")):
        for name in sorted(set(names.tolist()), key=str.encode) if most is not None else ():
            use = np.where(names == name, step, 0)
            found.append(Limit(f"{what} {name}: no more than {most} extra seats.", use, int(most or 0)))
    for index, limit in enumerate(limits.at_most):
        use = np.where(_fitting(offerings, limit.programs, ("limits", "at_most", index, "programs")), step, 0)
        found.append(Limit(f"{limit.why}: no more than {limit.seats} extra seats.", use, limit.seats))
    if limits.budget is not None:
        price = np.zeros(len(offerings), dtype=np.int64)
        for index, cost in reversed(list(enumerate(limits.costs))):
            fits = _fitting(offerings, cost.programs, ("limits", "costs", index, "programs"))
            price = np.where(fits, cost.per_seat * step, price)
        found.append(Limit(f"The extra seats cost no more than {limits.budget:,}.", price, limits.budget))
    return tuple(found)


def _numbers(file: QuestionFile[ExtraSeats], market: Market) -> Sequence[Problem]:
    """Numbers that the cycle brings along are one draw."""
    if market.given is None or file.asked.draws in (None, 1):
        return []
    why = "The cycle brings its lottery numbers, which are one draw."
    return [file.problem(("draws",), file.asked.draws, why, "Write `draws: 1`, or take the numbers out of the cycle.")]


def _places(question: ExtraSeats, market: Market) -> tuple[Ints, bool]:
    if market.given is not None:
        return market.given.place[None], market.given.per_application
    drawn = Draws(market, question.seed)
    return drawn.in_draws(range(question.draws or DRAWS)), drawn.per_application


def _rows_of(cycle: Cycle, market: Market) -> Longs:
    """The row of `applicants` of every applicant of the market."""
    row = {applicant: row for row, applicant in enumerate(cycle["applicants"]["applicant_id"].tolist())}
    return np.array([row[applicant] for applicant in market.applicants], dtype=np.int64)


def _written(cycle: Cycle, market: Market) -> Longs:
    """How many choices each applicant handed in ([applicant]); a seat that is held and was not listed is no choice."""
    count = Counter(cycle["choices"]["applicant_id"].tolist())
    return np.array([count[applicant] for applicant in market.applicants], dtype=np.int64)
