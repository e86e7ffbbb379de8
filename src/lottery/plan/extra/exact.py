"""
The best plan, proved: a model for CP-SAT, one rule a function.

An outcome is told by two kinds of yes and no, in every draw: *gets* (the child gets this entry of its list or a better
one) and *admitted* (the child stands well enough to be let in here, whether it comes or not).  Among the outcomes in
which nobody envies anybody of a worse standing the applicant-optimal stable one is best for every child at once (Wu and
Roth 2018), so goals that never prefer a worse offer find it by themselves: for given seats the model has the value of
the lottery.  That whoever is refused sees the seats full of better ones (Baïou and Balinski 2000; Bobbio, Carvalho,
Lodi, Rios and Torrico 2025) follows from it; the solver is told all the same, since it makes its linear relaxation
strong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from lottery.arrays import Ints
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.span import Entries, Span, seated
from lottery.plan.patience import Patience
from lottery.plan.solver import Solved, Told, Variable, solve

Truth = Any  # a variable of yes and no, or 0 or 1 where it is known
LARGEST_SIZE = 2**40  # values of a number that tells part of a plan


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved, and the best plan on the way."""

    plan: Ints | None  # [program], steps; None: nothing was found
    bound: int | None  # of the first goal; None: nothing is known
    optimal: bool  # no plan is better by the goals that were asked for
    unique: bool  # and this is the one of them that the order names


@dataclass(frozen=True, slots=True)
class Line:
    """The children who may be seated by a seat group in one draw, in the order in which it takes them."""

    draw: int
    entries: list[int]
    admitted: list[Truth]  # whether each stands well enough to be let in
    seats: Any


@dataclass(slots=True, eq=False)
class Draft:
    """A model under construction: what is to be decided; the rules say how it hangs together."""

    expansion: Expansion
    entries: Entries
    spans: Sequence[Span]  # [draw]
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    plan: list[Variable] = field(init=False)  # [program]  steps
    gets: list[list[Truth]] = field(init=False)  # [draw][entry]  seated by this entry or a better one
    lines: list[Line] = field(init=False)

    def __post_init__(self) -> None:
        self.plan = [self.model.new_int_var(0, most, "") for most in self.expansion.room.tolist()]
        self.gets = [self._truths(span) for span in self.spans]
        seats: dict[int, Any] = {}
        self.lines = [line for draw in range(len(self.spans)) for line in self._lines(draw, seats)]

    def before(self, draw: int, entry: int) -> Truth:
        """Whether the child is seated by a better entry than this."""
        return 0 if self.entries.first[entry] else self.gets[draw][entry - 1]

    def taken(self, draw: int, entry: int) -> Any:
        """1 where the child is seated by this entry, else 0."""
        return self.gets[draw][entry] - self.before(draw, entry)

    def goal(self, number: int) -> Any:
        """A goal, summed over the draws."""
        goal, length = self.expansion.goals[number], np.diff(self.entries.start)
        cost = goal.cost[self.entries.application]
        after = np.append(cost[1:], 0)
        after[self.entries.start[1:][length > 0] - 1] = goal.none[length > 0]
        gain = (cost - after).tolist()  # what it changes that a child gets this entry or a better one
        terms = [(truth, own) for gets in self.gets for truth, own in zip(gets, gain, strict=True) if own]
        return sum((truth * own for truth, own in terms), int(goal.none.sum()) * len(self.spans))

    def _truths(self, span: Span) -> list[Truth]:
        length, rows = np.diff(self.entries.start), np.arange(len(self.entries.application))
        best, worst = np.repeat(span.best, length), np.repeat(span.worst, length)
        known = np.where(rows >= worst, 1, np.where(rows < best, 0, -1)).tolist()
        return [self.model.new_bool_var("") if truth < 0 else truth for truth in known]

    def _lines(self, draw: int, seats: dict[int, Any]) -> Iterator[Line]:
        expansion, entries, market = self.expansion, self.entries, self.expansion.market
        group = market.program[entries.application].astype(np.int64) * market.n_slots + entries.slot
        place = expansion.places[draw]
        order = place[entries.application] if expansion.per_application else place[entries.applicant]
        rows = np.flatnonzero(np.arange(len(group)) <= self.spans[draw].worst[entries.applicant])
        rows = rows[np.lexsort((order[rows], entries.standing[rows], group[rows]))]
        for line in np.split(rows, np.flatnonzero(np.diff(group[rows])) + 1) if len(rows) else ():
            own = int(group[line[0]])
            if own not in seats:
                seats[own] = self._seats(*divmod(own, market.n_slots))
            yield Line(draw, line.tolist(), [self._admitted(self.gets[draw][entry]) for entry in line], seats[own])

    def _admitted(self, gets: Truth) -> Truth:
        """Who surely gets it has it without any extra seats, and is let in with more of them, too."""
        return gets if isinstance(gets, int) else self.model.new_bool_var("")

    def _seats(self, program: int, slot: int) -> Any:
        """The seats of a group under the plan."""
        most = int(self.expansion.room[program])
        seats = [int(market.capacity[program, slot]) for market in self.expansion.ladder.markets[: most + 1]]
        more = np.diff(seats).tolist()
        if len(set(more)) <= 1:
            return seats[0] + (more[0] if more else 0) * self.plan[program]
        steps = [self._reaches(program, level) * change for level, change in enumerate(more, start=1) if change]
        return sum(steps, seats[0])

    def _reaches(self, program: int, level: int) -> Variable:
        reaches = self.model.new_bool_var("")
        self.model.add(self.plan[program] >= level).only_enforce_if(reaches)
        self.model.add(self.plan[program] < level).only_enforce_if(~reaches)
        return reaches


Rule = Callable[[Draft], None]


def within_the_limits(draft: Draft) -> None:
    """A plan keeps every limit."""
    for limit in draft.expansion.limits:
        draft.model.add(cp_model.LinearExpr.weighted_sum(draft.plan, limit.use.tolist()) <= limit.most)


def down_the_list(draft: Draft) -> None:
    """Whoever gets a choice or a better one gets the next one or a better one."""
    for draw, gets in enumerate(draft.gets):
        for entry, truth in enumerate(gets):
            _implies(draft.model, draft.before(draw, entry), truth)


def within_the_seats(draft: Draft) -> None:
    """A seat group seats no more children than it has seats."""
    for line in draft.lines:
        draft.model.add(sum(draft.taken(line.draw, entry) for entry in line.entries) <= line.seats)


def nobody_envies(draft: Draft) -> None:
    """Whoever is let in comes or gets something better, and so is everybody let in who stands before."""
    for line in draft.lines:
        ahead: Truth = 1
        for entry, admitted in zip(line.entries, line.admitted, strict=True):
            gets, before = draft.gets[line.draw][entry], draft.before(line.draw, entry)
            _implies(draft.model, admitted, ahead)
            _implies(draft.model, admitted, gets)
            if not isinstance(gets, int):
                draft.model.add_bool_or(~gets, before, admitted)
            ahead = admitted


def refused_where_full(draft: Draft) -> None:
    """Whoever is refused sees every seat held by children who stand before: it follows, and makes bounds strong."""
    for line in draft.lines:
        ahead: Any = 0
        for entry, admitted in zip(line.entries, line.admitted, strict=True):
            if not isinstance(admitted, int):
                draft.model.add(ahead >= line.seats).only_enforce_if(~admitted)
            ahead = ahead + draft.taken(line.draw, entry)


RULES: tuple[Rule, ...] = (within_the_limits, down_the_list, within_the_seats, nobody_envies, refused_where_full)


def prove(
    expansion: Expansion,
    entries: Entries,
    spans: Sequence[Span],
    hint: Ints,
    *,
    effort: float,
    patience: Patience,
    progress: Told | None = None,
) -> Proof:
    """
    Find the one plan of the written order and prove it, each part of the order at most `effort` long.

    `hint` is a good plan to start from ([program], steps), the better the faster.
    """
    draft = Draft(expansion, entries, spans)
    for rule in RULES:
        rule(draft)
    proving = _Proving(draft, effort, patience, progress)
    proving.start_from(hint)
    bound = None
    for number in range(len(expansion.goals)):
        if not proving.least(draft.goal(number)):
            if number == 0:
                bound = proving.bound
            return Proof(proving.plan, bound, optimal=number >= expansion.asked, unique=False)
        bound = proving.bound if number == 0 else bound
    unique = proving.least(sum(draft.plan))
    for weighted in _by_name(draft):
        unique = unique and proving.least(-weighted)
    return Proof(proving.plan, bound, optimal=True, unique=unique)


def best_value_bound(
    expansion: Expansion, entries: Entries, spans: Sequence[Span], hint: Ints, *, effort: float, patience: Patience
) -> int | None:
    """What is proved of the first goal in so much effort: no plan is below it; None: nothing."""
    draft = Draft(expansion, entries, spans)
    for rule in RULES:
        rule(draft)
    proving = _Proving(draft, effort, patience, None)
    proving.start_from(hint)
    proving.least(draft.goal(0))
    return proving.bound


class _Proving:
    """One part of the order after the other; what is proved of one is a rule for the next."""

    def __init__(self, draft: Draft, effort: float, patience: Patience, progress: Told | None) -> None:
        self.draft = draft
        self.plan: Ints | None = None
        self.bound: int | None = None
        self._effort, self._patience, self._progress = effort, patience, progress
        self._truths = [truth for gets in draft.gets for truth in gets if not isinstance(truth, int)]
        self._truths += [truth for line in draft.lines for truth in line.admitted if not isinstance(truth, int)]

    def start_from(self, plan: Ints) -> None:
        """Hint at a plan, and what it does."""
        draft, expansion = self.draft, self.draft.expansion
        for variable, steps in zip(draft.plan, plan.tolist(), strict=True):
            draft.model.add_hint(variable, steps)
        rows = np.arange(len(draft.entries.application))
        for gets, entry in zip(draft.gets, seated(expansion, draft.entries, plan), strict=True):
            for truth, got in zip(gets, (rows >= entry[draft.entries.applicant]).tolist(), strict=True):
                if not isinstance(truth, int):
                    draft.model.add_hint(truth, got)

    def least(self, number: Any) -> bool:
        """Make a number as small as can be, and keep it so; whether it was proved."""
        model, variables = self.draft.model, [*self.draft.plan, *self._truths]
        model.minimize(number)
        solved = solve(model, variables, effort=self._effort, patience=self._patience, progress=self._progress)
        self.bound = solved.bound
        if solved.values is not None:
            self._keep(solved, variables)
        if not solved.proved or solved.values is None:
            return False
        model.clear_objective()  # type: ignore[no-untyped-call]
        model.add(number == solved.objective)
        return True

    def _keep(self, solved: Solved, variables: list[Variable]) -> None:
        assert solved.values is not None
        self.plan = np.array(solved.values[: len(self.draft.plan)], dtype=np.int32)
        self.draft.model.clear_hints()  # type: ignore[no-untyped-call]
        for variable, value in zip(variables, solved.values, strict=True):
            self.draft.model.add_hint(variable, value)


def _by_name(draft: Draft) -> Iterator[Any]:
    """The plan as numbers, the first program in the order of names weighing most; as few numbers as can be exact."""
    number: Any = 0
    size = 1  # how many values the number can have
    for program in draft.expansion.by_name.tolist():
        if (values := int(draft.expansion.room[program]) + 1) > 1:
            if size * values > LARGEST_SIZE:
                yield number
                number, size = 0, 1
            number, size = number * values + draft.plan[program], size * values
    yield number


def _implies(model: cp_model.CpModel, first: Truth, second: Truth) -> None:
    """If the first is true, so is the second; either may be known."""
    if isinstance(first, int) and isinstance(second, int):
        if first > second:
            model.add_bool_or([])  # cannot be
    elif isinstance(first, int):
        if first:
            model.add(second == 1)
    elif isinstance(second, int):
        if not second:
            model.add(first == 0)
    else:
        model.add_implication(first, second)
