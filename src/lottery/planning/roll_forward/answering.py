"""Answer a question of roll-forward: check it, roll every scenario, judge every claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lottery.arrays import Longs
from lottery.cycle import Cycle
from lottery.equity import offer_rate
from lottery.plan.cohorts import Stages, filling, roll
from lottery.planning.answered import Answered, Work
from lottery.planning.question import QuestionError, QuestionFile
from lottery.planning.roll_forward.findings import Findings, Future, Judged, Tried, rooms_of
from lottery.planning.roll_forward.forming import Former, seats_on_offer
from lottery.planning.roll_forward.network import enrolled, network, spans
from lottery.planning.roll_forward.objections import RULES, Case
from lottery.planning.roll_forward.page import page
from lottery.planning.roll_forward.question import RollForward
from lottery.planning.roll_forward.tables import tables
from lottery.planning.roll_forward.words import answers, terminal


def answer(file: QuestionFile[RollForward], work: Work) -> Answered:
    """
    In which year each site runs out of room, scenario by scenario, and how often each claim holds.

    Raises IntakeError for the cycle, QuestionError with every problem of the question.
    """
    work.step("reading the cycle")
    cycle = file.cycle()
    formers = _formers(file, cycle)
    futures = []
    for former in formers:
        work.step(f"rolling the cohorts forward: {former.network.scenario}")
        futures.append(_future(former, file.asked.worlds, work))
    judged = _judged(file.asked, {future.name: future for future in futures})
    work.step("trying other rates")
    found = Findings(file.asked, cycle.name, futures, judged, tuple(_tried(file.asked, formers, work)))
    shown = found.publishable()
    return Answered(
        cycle=cycle,
        policies=(),
        files=tables(found, found.sites, public=False),
        public=tables(found, shown, public=True),
        summary=_summary(found),
        page=page(found, found.sites, public=False),
        public_page=page(found, shown, public=True),
        lines=terminal(found),
    )


def _formers(file: QuestionFile[RollForward], cycle: Cycle) -> list[Former]:
    """One for each scenario, sorted; raises QuestionError with every problem."""
    if "roster" not in cycle:
        why = "The cycle has no roster, so nobody knows how many children are in which grade now."
        raise file.refusal(("cycle",), file.asked.cycle, why, "Add `roster`, see docs/formats.md.")
    roll_now = enrolled(cycle)
    known = spans(cycle, roll_now)
    networks = {name: network(file.asked, name, cycle, known) for name in sorted(file.asked.scenarios)}
    case = Case(file, frozenset(cycle["programs"]["program_id"]), known, networks, roll_now)
    if problems := [problem for rule in RULES for problem in rule(case)]:
        raise QuestionError(sorted(problems, key=lambda problem: problem.order))
    seats = seats_on_offer(cycle)
    return [Former(file.asked, own, roll_now, seats) for own in networks.values()]


def _rolled(former: Former, stages: Stages, worlds: int, work: Work) -> tuple[dict[str, Longs], dict[int, Longs]]:
    """The children of every site, and of every claim about one program those who are in another."""
    asked = former.asked
    sites = sorted(asked.sites)
    alone = [number for number, claim in enumerate(asked.claims, 1) if claim.program is not None]
    groups = [former.group(stages, asked.sites[name]) for name in sites]
    for number in alone:
        claim = asked.claims[number - 1]
        groups.append(former.group(stages, asked.sites[claim.site], without=claim.program))
    counted = roll(stages, np.array(groups), asked.seed, worlds, lambda: work.patience.over)
    return dict(zip(sites, counted, strict=False)), dict(zip(alone, counted[len(sites) :], strict=True))


def _future(former: Former, worlds: int, work: Work) -> Future:
    stages = former.stages()
    children, others = _rolled(former, stages, worlds, work)
    fillings = {name: filling(counted, former.asked.sites[name].room) for name, counted in children.items()}
    return Future(former.network.scenario, former, stages, children, others, fillings)


def _judged(asked: RollForward, futures: Mapping[str, Future]) -> list[Judged]:
    judged = []
    for number, claim in enumerate(asked.claims, 1):
        future = futures[claim.scenario]
        rooms = rooms_of(asked, number, future.children, future.others)
        judged.append(Judged(number, claim, asked.sites[claim.site], rooms, future.worlds))
    return judged


def _tried(asked: RollForward, formers: list[Former], work: Work) -> Iterator[Tried]:
    """Roll with each rate that is to be tried, in fewer worlds."""
    if asked.vary is None or not asked.claims:
        return
    for key, rates in (("continue", asked.vary.onward), ("stay", asked.vary.stay)):
        for rate in sorted({float(rate) for rate in rates}):
            rolled = {}
            for former in formers:
                stages = former.stages(**{"onward" if key == "continue" else "stay": rate})
                rolled[former.network.scenario] = _rolled(former, stages, asked.vary.worlds, work)
            chances = []
            for number, claim in enumerate(asked.claims, 1):
                holds = rooms_of(asked, number, *rolled[claim.scenario]).holds(asked.sites[claim.site].room)
                chances.append(offer_rate(int(holds.sum()), len(holds)))
            yield Tried(key, rate, tuple(chances))


def _summary(found: Findings) -> dict[str, Any]:
    """For a program."""
    sites = [
        {
            "scenario": future.name,
            "site": name,
            "room": found.asked.sites[name].room,
            "room_assumed": found.asked.sites[name].assumed is not None,
            "children_now": int(future.children[name][0, 0]),
            "over_within_years": future.fillings[name].chance(int(future.fillings[name].first[:-1].sum())).estimate,
            "worlds": future.worlds,
        }
        for future in found.futures
        for name in found.sites
    ]
    claims = [
        {
            "claim": judged.number,
            "site": judged.claim.site,
            "scenario": judged.claim.scenario,
            "reading": judged.claim.reading,
            "quote": judged.claim.quote,
            **dict(zip(("probability", "low", "high"), judged.chance, strict=True)),
        }
        for judged in found.judged
    ]
    return {
        "question": found.asked.question,
        "answer": list(answers(found, found.sites, found.judged, public=False)),
        "assumed": found.asked.assumed,
        "start": found.asked.start,
        "years": found.asked.years,
        "sites": sites,
        "claims": claims,
    }
