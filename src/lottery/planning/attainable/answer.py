"""From a question of what is attainable to its answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from lottery.equity.safeguards import DEFERRED
from lottery.named import DEMO
from lottery.plan.prices import Price, Prices, floors, prices
from lottery.plan.reach import Attainable, attainable
from lottery.planning.answered import Answered, Work
from lottery.planning.attainable.asked import AttainableQuestion
from lottery.planning.attainable.found import Found, published
from lottery.planning.attainable.page import page_of
from lottery.planning.attainable.scene import Goal, Scene, scene
from lottery.planning.attainable.tables import every, files
from lottery.planning.attainable.words import answer_of
from lottery.planning.question import QuestionFile

MOST_LINES = 8
OTHER_MECHANISM = "The prices of stability and of safeguards are those of deferred acceptance; this policy is {}."
SYNTHETIC = "The families of the sample district are synthetic; its numbers of seats are, too."


def answer(file: QuestionFile[AttainableQuestion], work: Work) -> Answered:
    """
    Answer what is attainable, before any lottery, and what rules cost.

    Raises IntakeError, PolicyError or QuestionError with every problem; AuditFailure where a checker objects.
    """
    asked = file.asked
    work.step("reading the cycle")
    cycle, policy = file.cycle(), file.policy(asked.policy)
    found = find(scene(file, cycle, policy), asked.seed, asked.draws, work)
    public = published(found)
    assumed = [
        *([asked.assumed] if asked.assumed else []),
        *([policy.policy.source] if policy.policy.source else []),
        *([SYNTHETIC] if asked.cycle == DEMO else []),
    ]
    return Answered(
        cycle=cycle,
        policies=[policy],
        files=files(found),
        public=files(public),
        summary=_summary(found),
        page=page_of(found, asked.title, assumed),
        public_page=page_of(public, asked.title, assumed),
        lines=answer_of(found)[:MOST_LINES],
    )


def find(own: Scene, seed: str, draws: int, work: Work) -> Found:
    """Everything that is to be said of a market before its lottery."""
    targets = [(goal, _reach(own, goal, work)) for goal in own.goals]
    limits = targets[0][1] if targets else _reach(own, None, work)
    remarks = [*own.remarks, *dict.fromkeys(remark for _, reach in targets for remark in reach.remarks)]
    priced = None
    if own.market.terms.mechanism == DEFERRED:
        priced = prices(
            own.market,
            own.held,
            own.listed,
            own.twins,
            own.groups,
            limits.largest,
            seed,
            draws,
            work.step,
            work.patience,
        )
        if priced.draws < draws:
            remarks.append(f"The draws were cut short: {priced.draws:,} of {draws:,} were done.")
    else:
        remarks.append(OTHER_MECHANISM.format(own.market.terms.mechanism))
    return Found(
        scene=own,
        applicants=own.market.n_applicants,
        largest=limits.largest,
        largest_stable=limits.largest_stable,
        targets=targets,
        floors=floors(own.market, own.held),
        prices=priced,
        remarks=remarks,
    )


def _reach(own: Scene, goal: Goal | None, work: Work) -> Attainable:
    """What is attainable for a target; without one the numbers of children alone."""
    if goal is None:
        nobody, nowhere = np.zeros(own.market.n_applicants, np.bool_), np.full(own.market.n_programs, -1, np.int32)
        goal = Goal("", "", 0.0, 0.0, nobody, nowhere, ())
    asked = (goal.member, goal.unit, goal.names, goal.centre, goal.points)
    return attainable(own.market, *asked, held=own.held, progress=work.step, patience=work.patience)


def _summary(found: Found) -> dict[str, Any]:
    stable = found.largest_stable
    return {
        "question": "attainable",
        "applicants": found.applicants,
        "largest": found.largest,
        "largest_stable": None if stable is None else {"found": stable.found, "bound": stable.bound},
        "targets": [_target(goal, reach) for goal, reach in found.targets],
        "bands": None
        if found.floors is None
        else {"floors": found.floors.floors, "filled": found.floors.filled, "placed": found.floors.seated},
        "prices": None if found.prices is None else _prices(found.prices),
        "remarks": list(found.remarks),
    }


def _target(goal: Goal, reach: Attainable) -> dict[str, Any]:
    stable, together = reach.stable, reach.any_assignment
    return {
        "fact": goal.fact,
        "per": goal.per,
        "low": round(reach.low, 6),
        "high": round(reach.high, 6),
        "compared": reach.compared,
        "any_assignment": {"found": together.found, "bound": together.bound},
        "stable": None if stable is None else {"found": stable.found, "bound": stable.bound},
    }


def _prices(own: Prices) -> dict[str, Any]:
    policy = {
        measure: {"mean": round(mean, 6), "standard_error": round(error, 6)}
        for measure, (mean, error) in own.policy.items()
    }
    return {"draws": own.draws, "policy": policy, "prices": {price.name: _price(price) for price in every(own)}}


def _price(price: Price) -> dict[str, Any]:
    lines: dict[str, Any] = {}
    for line in price.lines:
        lines.setdefault(line.group, {})[line.measure] = round(line.difference.mean, 6)
    return {"difference": lines, "unchanged": price.unchanged}
