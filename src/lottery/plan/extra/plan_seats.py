"""The public face of planning extra seats, for researchers: a market in, a plan out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lottery.arrays import Bools, Ints
from lottery.chances import Draws
from lottery.errors import LotteryError
from lottery.market import Market
from lottery.plan.extra.expansion import Expansion
from lottery.plan.extra.goal import Goal, goal_of
from lottery.plan.extra.ladder import ladder_of
from lottery.plan.extra.limits import Limit
from lottery.plan.extra.planned import EFFORT, Planned, plan_extra

DEFERRED = "deferred-acceptance"
MOST_EXTRA = 10_000
SUM_OF_RANKS = "sum_of_ranks"


@dataclass(frozen=True, slots=True)
class Plan:
    """Where extra seats go, what that is worth, and what is proved about it; over draws, values are means."""

    extra: Mapping[str, int]  # by program; those without extra seats are left out
    value: float  # of the first objective; a whole number under one draw
    values: tuple[float, ...]  # of every objective
    bound: float | None  # no plan is better than this
    optimal: bool  # whether no plan is better by the objectives, proved
    unique: bool  # whether it is proved to be the first of those that are as good, in the written order
    gap: float | None  # between value and bound, as a share of the bound


def plan_seats(
    market: Market,
    extra: int,
    objective: str | Sequence[str] = SUM_OF_RANKS,
    exact: bool = True,
    *,
    seed: str | None = None,
    draws: int = 1,
    per_program: int | Mapping[str, int] | None = None,
    step: int = 1,
    groups: Mapping[str, Collection[str]] | None = None,
    into: Mapping[str, str] | None = None,
    no_offer: int | None = None,
    effort: float = EFFORT,
) -> Plan:
    """
    Where up to `extra` more seats help most (Bobbio, Carvalho, Lodi, Rios and Torrico 2025; RULES 13).

    The applicant-optimal stable outcome with the seats of the plan is the best there is, by `objective`: `sum_of_ranks`
    (least; no offer counts as one more than the list is long, or `no_offer`), `first_choices`, `top_three`, `offers`
    (most), each also ` of GROUP` with the applicants of `groups`; of several, the first decides, the next among equals.
    Equal plans are settled by the sum of ranks, then fewer seats, then more seats at the first program by name.

    Numbers, or strict classes, are one draw; otherwise `seed` and `draws` say over which the objective is averaged.
    Seats come in steps of `step`, at most `per_program` at a program; `into` names the seat group that they join where
    a program has several.  `exact` proves the plan with CP-SAT, as far as `effort` (about seconds) goes; without it the
    plan is searched for and bounded.  The same call gives the same plan on every machine.

    Raises LotteryError for what does not belong together.

    Example (an improvement chain): one seat at s1 lets i2 leave s2, which i3 gets.

    >>> import lottery
    >>> market = lottery.market_of(
    ...     choices={"i1": ["s1"], "i2": ["s1", "s2"], "i3": ["s2"]},
    ...     priorities={"s1": [["i1"], ["i2"]], "s2": [["i2"], ["i3"]]},
    ...     seats={"s1": 1, "s2": 1},
    ... )
    >>> plan = lottery.plan_seats(market, extra=1)
    >>> dict(plan.extra), plan.value, plan.bound, plan.optimal
    ({'s1': 1}, 3, 3, True)
    """
    _check(market, extra, step, effort)
    places, per_application = _places(market, seed, draws)
    members = _members(market, groups or {})
    written = np.diff(market.choice_start).astype(np.int64)
    if no_offer is not None and not (isinstance(no_offer, int) and written.max(initial=0) < no_offer <= MOST_EXTRA):
        raise LotteryError(
            f"no_offer is {no_offer!r}. Write a rank that is larger than every list is long, {MOST_EXTRA:,} at most."
        )
    if not isinstance(objective, (str, list, tuple)):
        raise LotteryError(f"objective is {objective!r}. Write one goal as text, or a list of them.")
    asked = [objective] if isinstance(objective, str) else list(objective)
    goals = goals_of(market, asked, members, written, no_offer)
    room = np.minimum(_room(market, per_program), extra) // step
    expansion = Expansion(
        ladder=ladder_of(market, int(room.max(initial=0)), step, {} if into is None else into),
        step=step,
        room=room.astype(np.int32),
        limits=(in_all(market, extra, step),),
        goals=goals,
        asked=len(asked),
        places=places,
        per_application=per_application,
    )
    return plan_of(plan_extra(expansion, exact=exact, effort=effort))


def goals_of(
    market: Market, asked: Sequence[str], members: Mapping[str, Bools], written: np.ndarray, no_offer: int | None
) -> tuple[Goal, ...]:
    """The goals as asked for, and behind them the sum of ranks of everybody, which settles what they leave open."""
    if not asked:
        raise LotteryError("There is no objective. Name one or more.")
    if len(set(asked)) < len(asked):
        raise LotteryError("An objective is named twice. Name each once, the most important first.")
    names = [*asked, *([] if SUM_OF_RANKS in asked else [SUM_OF_RANKS])]
    return tuple(goal_of(market, name, members, written, no_offer) for name in names)


def in_all(market: Market, extra: int, step: int) -> Limit:
    """The limit that every plan has."""
    everywhere = np.full(market.n_programs, step, dtype=np.int64)
    return Limit(f"No more than {extra} extra seats in all.", everywhere, extra)


def plan_of(planned: Planned) -> Plan:
    """A plan in names and means."""
    expansion, market = planned.expansion, planned.expansion.market
    goals, n = expansion.goals[: expansion.asked], expansion.n_draws

    def mean(total: int, goal: Goal) -> float:
        return goal.shown(total) if n == 1 else goal.shown(total) / n

    values = tuple(mean(int(total), goal) for total, goal in zip(planned.totals.tolist(), goals, strict=False))
    extra = {
        market.programs[p]: int(planned.steps[p]) * expansion.step
        for p in expansion.by_name.tolist()
        if planned.steps[p]
    }
    bound = None if planned.bound is None else mean(planned.bound, goals[0])
    return Plan(extra, values[0], values, bound, planned.optimal, planned.unique, planned.gap)


def _check(market: object, extra: object, step: object, effort: object) -> None:
    if not isinstance(market, Market):
        raise LotteryError(f"plan_seats needs a market, not {type(market).__name__}. Make one with lottery.market_of.")
    if market.terms.mechanism != DEFERRED:
        raise LotteryError("Extra seats are planned for deferred acceptance alone. Use a market that is matched so.")
    if not isinstance(extra, int) or isinstance(extra, bool) or not 0 <= extra <= MOST_EXTRA:
        raise LotteryError(f"extra is {extra!r}. Write a whole number of seats, from 0 to {MOST_EXTRA:,}.")
    if not isinstance(step, int) or isinstance(step, bool) or step < 1 or extra % step:
        raise LotteryError(f"step is {step!r}. Write a whole number that divides {extra} without remainder.")
    if not isinstance(effort, (int, float)) or not effort > 0:
        raise LotteryError(f"effort is {effort!r}. Write about how many seconds a proof may take.")


def _places(market: Market, seed: str | None, draws: int) -> tuple[Ints, bool]:
    """The places under which plans are compared ([draw, …]), and whether every program has its own."""
    if not isinstance(draws, int) or draws < 1:
        raise LotteryError(f"draws is {draws!r}. Write a whole number, 1 or more.")
    if market.given is not None:
        if seed is not None or draws != 1:
            raise LotteryError("The market has its numbers, which are one draw. Leave out seed and draws.")
        return market.given.place[None], market.given.per_application
    if seed is not None:
        if not isinstance(seed, str):
            raise LotteryError(f'The seed is {seed!r}. A seed is text: seed="{seed}".')
        drawn = Draws(market, seed)
        return drawn.in_draws(range(draws)), drawn.per_application
    if not _strict(market):
        raise LotteryError(
            "Some program has two applicants of one class, so a draw decides. Give market_of the numbers, or "
            'plan_seats a seed="any text" and how many draws.'
        )
    if draws != 1:
        raise LotteryError("The classes are strict, so there is nothing to draw. Leave out draws.")
    return np.arange(1, market.n_applicants + 1, dtype=np.int32)[None], False


def _strict(market: Market) -> bool:
    """Whether no two applicants of a program are in one class, in any of its seat groups."""
    for slot in range(market.n_slots):
        own = market.standing[:, slot] < market.barred
        pairs = np.stack([market.program[own], market.standing[own, slot].astype(np.int32)], axis=1)
        if len(np.unique(pairs, axis=0)) < len(pairs):
            return False
    return True


def _room(market: Market, per_program: int | Mapping[str, int] | None) -> np.ndarray:
    """How many extra seats a program may have by itself ([program])."""
    if per_program is None:
        return np.full(market.n_programs, MOST_EXTRA)
    if isinstance(per_program, Mapping):
        if unknown := sorted(set(per_program) - set(market.programs), key=str):
            raise LotteryError(f"per_program names program {unknown[0]}, which has no seats. Correct the name.")
        most = [per_program.get(program, MOST_EXTRA) for program in market.programs]
    else:
        most = [per_program] * market.n_programs
    if bad := [number for number in most if not isinstance(number, int) or isinstance(number, bool) or number < 0]:
        raise LotteryError(f"per_program has {bad[0]!r}. Write whole numbers of seats, 0 or more.")
    return np.array([min(number, MOST_EXTRA) for number in most], dtype=np.int64)


def _members(market: Market, groups: Mapping[str, Collection[str]]) -> Mapping[str, Bools]:
    """[applicant] By name of a group, its members."""
    if not isinstance(groups, Mapping):
        raise LotteryError('groups is no dictionary. Write {"low_income": ["i1", "i2"]}.')
    index = {applicant: i for i, applicant in enumerate(market.applicants)}
    members = {}
    for name, applicants in groups.items():
        if isinstance(applicants, str):
            raise LotteryError(f"The group {name} is the text {applicants!r}. Write a list: [{applicants!r}].")
        if unknown := sorted(set(applicants) - set(index), key=str):
            raise LotteryError(f"The group {name} names applicant {unknown[0]}, who has no choices. Correct the name.")
        members[name] = np.isin(np.arange(market.n_applicants), [index[i] for i in applicants])
    return members
