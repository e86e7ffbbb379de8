"""Extra seats under every rule a policy can have, cut short anywhere, told truly: against plain compiling and trying."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from tiny_cycles import POLICY, TABLES

from lottery.chances import Draws
from lottery.mechanisms import DeferredAcceptance
from lottery.plan.extra import by_draw, climb, planned
from lottery.plan.extra.oracle import Oracle
from lottery.plan.patience import Patience
from lottery.planning import Answered, Work
from lottery.planning.extra_seats import ExtraSeats, answer
from lottery.planning.extra_seats.expansion import Asked, asked_of, with_seats
from lottery.planning.question import QuestionFile, read_question
from lottery.policy import compile_market
from lottery.report.planned import render

from .small_districts import District, random_district

PROGRAMS = ("art", "elm", "oak")
SHARES = ("20%", "25%", "1/3", "50%", "2/3", "75%")
ROUNDINGS = ("up", "down", "nearest")
GOALS = ("sum_of_ranks", "first_choices", "top_three", "offers", "first_choices of low_income", "sum_of_ranks of el")


def read(path: Path) -> QuestionFile[Any]:
    return read_question(path, {"extra_seats": ExtraSeats})


def random_group(rng: Random, name: str) -> dict[str, Any]:
    share = {"share": rng.choice(SHARES), "rounding": rng.choice(ROUNDINGS)}
    group = {"name": name, **rng.choice([share, share, {"seats": rng.randint(0, 2)}])}
    if rng.random() < 0.7:
        group |= {"for": rng.choice(["low_income", "el", "near_it"]), "unfilled": rng.choice(["hold", "release"])}
    return group


def random_policy(rng: Random) -> dict[str, Any]:
    """Every program has open seats, groups, a band or guarantees; any tie-breaker, weights, holders."""
    terms: dict[str, Any] = {"seat_groups": [], "bands": [], "guarantees": []}
    for program in PROGRAMS:
        kind = rng.choice(["open", "seat_groups", "seat_groups", "bands", "guarantees"])
        own: dict[str, Any] = {"programs": {"program_id": [program]}}
        if kind == "seat_groups":
            own["groups"] = [random_group(rng, f"g{k}") for k in range(rng.choice([1, 2, 2, 3]))]
            if rng.random() < 0.5:
                lines = [{"class": f"{program}_first", "when": rng.choice(["a", "el"])}, {"class": f"{program}_last"}]
                own["groups"][0]["order"] = lines[: rng.choice([1, 2])]
            own["groups"].insert(rng.randint(0, len(own["groups"])), {"name": "rest", "rest": True})
        elif kind == "bands":
            own["kind"] = rng.choice(["soft", "hard"])
            own["rounding"] = {"floor": rng.choice(ROUNDINGS), "ceiling": rng.choice(ROUNDINGS)}
            ends = [{"floor": rng.choice(["0%", "25%", "50%"]), "ceiling": rng.choice(["50%", "75%"])} for _ in "12"]
            own["categories"] = [{"name": "low", "for": "low_income", **ends[0]}, {"name": "others", **ends[1]}]
        elif kind == "guarantees":
            rounding = rng.choice(ROUNDINGS)
            traits = [{"name": t, "for": t, "share": rng.choice(["25%", "50%"])} for t in ("low_income", "el")]
            own["traits"] = [{**trait, "rounding": rounding} for trait in traits]
        if kind != "open":
            terms[kind].append(own)
    draw = rng.choice(["single", "single", "multiple", "hybrid"])
    tie_breaker: dict[str, Any] = {"draw": draw}
    if draw == "hybrid":
        tie_breaker["popular"] = {"program_id": [rng.choice(PROGRAMS)]}
    if rng.random() < 0.3:
        tie_breaker["weights"] = [{"when": "low_income", "tickets": 3}]
    return {
        **POLICY,
        **{name: entries for name, entries in terms.items() if entries},
        "resolution": "an example of the tests",
        "facts": {"low_income": {"column": "income", "in": ["free"]}, "el": {"column": "el", "in": ["yes"]}},
        "priorities": rng.choice([[{"class": "otherwise"}], [{"class": "a", "when": "a"}, {"class": "otherwise"}]]),
        "secured_seat": rng.choice(["continuing", "none", "none"]),
        "tie_breaker": tie_breaker,
        "list_cap": rng.choice(["none", 3]),
        **({"eligible": "may"} if rng.random() < 0.3 else {}),
    }


def random_town(rng: Random, folder: Path) -> Path:
    grades = ("KG", "01")[: rng.choice([1, 1, 2])]
    children = [f"i{k}" for k in range(rng.choice([1, 4, 6, 7, 8]))]
    lists = {i: rng.sample(PROGRAMS, rng.choice([3, rng.randint(0, 3)])) for i in children}
    if rng.random() < 0.2:
        lists = {i: ["oak"] for i in children}
    share = rng.choice([0.0, 0.3])
    tables = {
        **TABLES,
        "applicants": "applicant_id,grade,current_program_id,income,el\n"
        + "".join(
            f"{i},{rng.choice(grades)},{rng.choice(PROGRAMS) if rng.random() < share else ''},"
            f"{rng.choice(['free', 'paid'])},{rng.choice(['yes', 'no'])}\n"
            for i in children
        ),
        "choices": "applicant_id,rank,program_id\n"
        + "".join(f"{i},{rank},{p}\n" for i in children for rank, p in enumerate(lists[i], 1)),
        "seats": "program_id,grade,capacity\n"
        + "".join(f"{p},{g},{rng.choice([0, 1, 1, 2, 3])}\n" for p in PROGRAMS for g in sorted(grades)),
        "facts": "applicant_id,program_id,fact,value\n"
        + "".join(
            f"{i},{p},{fact},{rng.choice(['true', 'true', 'false'])}\n"
            for i in children
            for p in PROGRAMS
            for fact in ("a", "may", "near_it")
        ),
    }
    step = rng.choice([1, 1, 1, 2])
    question = {
        "question": "extra_seats",
        "cycle": "town",
        "policy": "policy.yaml",
        "seed": str(rng.random()),
        "draws": rng.choice([1, 2, 3]),
        "step": step,
        "extra": step * rng.choice([1, 2, 3] if step == 1 else [1, 2]),
        "objective": rng.sample(GOALS, rng.choice([1, 1, 2])),
    }
    (folder / "town").mkdir(parents=True)
    for name, text in tables.items():
        (folder / "town" / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "policy.yaml").write_text(json.dumps(random_policy(rng)), encoding="utf-8")
    (folder / "question.yaml").write_text(json.dumps(question), encoding="utf-8")
    return folder / "question.yaml"


def every_worth(asked: Asked, question: ExtraSeats) -> dict[tuple[int, ...], tuple[int, ...]]:
    """What every plan is worth: the changed table of seats compiled anew, its lottery counted child by child."""
    cycle, found = asked.cycle, {}
    columns = (cycle["applicants"][name] for name in ("applicant_id", "income", "el"))
    of = {i: {"": True, "low_income": a == "free", "el": e == "yes"} for i, a, e in zip(*columns, strict=True)}
    listed = Counter(cycle["choices"]["applicant_id"])
    steps = range(question.extra // question.step + 1)
    for plan in product(steps, repeat=len(cycle["seats"])):
        if sum(plan) not in steps:
            continue
        market = compile_market(asked.policy, with_seats(cycle, np.array(plan) * question.step))
        draws, engine, rank = Draws(market, question.seed), DeferredAcceptance(market), market.rank_of()
        goals = [*question.objective, *({"sum_of_ranks"} - set(question.objective))]
        total = [0] * len(goals)
        for place in draws.in_draws(range(question.draws or 1)):
            offered = engine.run(place, per_application=draws.per_application).tolist()
            for child, application in zip(market.applicants, offered, strict=True):
                own = listed[child] + 1 if application < 0 else int(rank[application])
                for number, (measure, _, group) in enumerate(goal.partition(" of ") for goal in goals):
                    last = {"first_choices": 1, "top_three": 3}.get(measure, 9)
                    counted = own if measure == "sum_of_ranks" else -(own <= min(last, listed[child]))
                    total[number] += counted * of[child][group]
        found[plan] = tuple(total)
    return found


def order(asked: Asked, plan: tuple[int, ...], worth: tuple[int, ...]) -> tuple[int, ...]:
    """The one plan of docs/plans.md comes first."""
    seats = asked.cycle["seats"]
    names = list(zip(map(str.encode, seats["program_id"]), map(str.encode, seats["grade"]), strict=True))
    return *worth, sum(plan), *(-plan[k] for k in sorted(range(len(names)), key=names.__getitem__))


@pytest.mark.parametrize("seed", range(16))
def test_whatever_the_rules_the_plan_is_the_best_of_all_and_every_claim_about_it_holds(seed, tmp_path, monkeypatch):
    file = read(random_town(Random(f"review {seed}"), tmp_path))
    asked = asked_of(file, Work())
    worth = every_worth(asked, file.asked)
    best = min(worth, key=lambda plan: order(asked, plan, worth[plan]))
    plans = np.array(list(worth), dtype=np.int32)
    assert [*map(tuple, Oracle(asked.expansion).totals(plans).tolist())] == list(worth.values())
    for exact, tried in ((True, True), (None, True), (None, False), (False, False)):
        with monkeypatch.context() as patch:
            if not tried:
                patch.setattr(planned, "every_plan", lambda expansion: None)
            found = planned.plan_extra(asked.expansion, exact=exact, effort=3)
        reached, n = tuple(found.totals.tolist()), len(file.asked.objective)
        assert found.bound is not None
        assert found.bound <= worth[best][0]
        assert not found.optimal or reached[:n] == worth[best][:n]
        assert not found.unique or tuple(found.steps.tolist()) == best
        assert found.unique or not tried
        assert reached == worth[tuple(found.steps.tolist())]


@pytest.mark.parametrize("seed", range(12))
def test_a_policy_divides_other_seats_as_it_does_when_the_changed_table_is_compiled(seed, tmp_path):
    file = read(random_town(Random(f"ladder {seed}"), tmp_path))
    asked = asked_of(file, Work())
    rng = np.random.default_rng(seed)
    for _ in range(5):
        plan = rng.integers(0, asked.expansion.room + 1).astype(np.int32)
        found = asked.expansion.ladder.at(plan)
        anew = compile_market(asked.policy, with_seats(asked.cycle, plan * file.asked.step))
        names = ("capacity", "standing", "member", "choice_start")
        pairs = [(getattr(found, name), getattr(anew, name)) for name in names]
        assert found.group_names == anew.group_names
        assert (found.bounds is None) == (anew.bounds is None)
        if found.bounds is not None:
            ends = ("rule", "seats", "floor", "ceiling", "traits", "guaranteed")
            pairs += [(getattr(found.bounds, name), getattr(anew.bounds, name)) for name in ends]
        assert all(np.array_equal(mine, own) for mine, own in pairs)


class Polled(Patience):
    """Over after it was looked at so often."""

    def __init__(self, looks: float) -> None:
        super().__init__()
        self.polls = looks

    @property
    def over(self) -> bool:
        self.polls -= 1
        return self.polls < 0


def cut_short(district: District, folder: Path) -> Iterator[tuple[int, Answered]]:
    """The answers to a question that is cut short at the looks at the patience, until it is not: first at every one."""
    file, looks = read(district.written(folder)), -1
    while True:
        looks += 1 + max(0, looks - 30) // 10
        patience = Polled(looks)
        found = answer(file, Work(patience=patience))
        yield looks, found
        if patience.polls >= 0:
            return


@pytest.mark.parametrize(("exact", "tried"), [(True, True), (None, True), (None, False), (False, False)])
def test_cut_short_anywhere_the_plan_the_bound_the_curve_and_the_sentences_hold(exact, tried, tmp_path, monkeypatch):
    monkeypatch.setattr(climb, "IDLE", 3)
    if not tried:
        monkeypatch.setattr(planned, "every_plan", lambda expansion: None)
    rng = Random("cut short")
    districts = (random_district(rng) for _ in range(200))
    district = next(d for d in districts if sum(d.twin().best().extra.values()) >= 3 and d.twin().draws > 1)
    district = replace(district, question={**district.question, "exact": exact})
    twin = district.twin()
    best, sign = twin.best(), twin.sign(twin.objective[0])
    seen: Counter[str] = Counter()
    for looks, found in cut_short(district, tmp_path):
        summary = found.summary
        plan = {f"{own['program_id']}\0{own['grade']}": own["extra"] for own in summary["plan"]}
        assert twin.allows(plan), looks
        for goal, total in zip(twin.objective, twin.goals_of(plan), strict=True):
            assert summary["goals"][goal]["value"] == pytest.approx(total / twin.draws), looks
        if summary["bound"] is not None:
            assert sign * summary["bound"] <= sign * best.goals[0] / twin.draws + 1e-9, looks
        assert not summary["optimal"] or twin.goals_of(plan) == best.goals
        assert not summary["unique"] or plan == best.extra
        curve = [sign * float(row[1]) for row in found.files["curve.csv"].rows]
        assert curve == sorted(curve, reverse=True), looks
        assert curve[-1] == pytest.approx(sign * twin.goals_of(plan)[0] / twin.draws), looks
        told = render(found.page) + render(found.public_page) + " ".join(found.lines)
        if not summary["optimal"]:
            assert "helps anybody" not in told, looks
            assert "more would help nobody" not in told, looks
            assert "more seats would not help" not in told, looks
        seen["without a bound"] += summary["bound"] is None
        seen["nothing found yet"] += not plan
    assert plan == best.extra
    assert seen["without a bound"] >= 1
    assert seen["nothing found yet"] >= 1


def one_program(folder: Path, seats: int = 0, applicants: int = 9, **question: Any) -> Answered:
    """Everybody wants Oak, and nobody anything else."""
    children = [f"i{k}" for k in range(applicants)]
    tables = {
        **TABLES,
        "applicants": "applicant_id,grade\n" + "".join(f"{i},KG\n" for i in children),
        "choices": "applicant_id,rank,program_id\n" + "".join(f"{i},1,oak\n" for i in children),
        "seats": f"program_id,grade,capacity\nart,KG,1\nelm,KG,1\noak,KG,{seats}\n",
    }
    (folder / "town").mkdir()
    for name, text in tables.items():
        (folder / "town" / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "policy.yaml").write_text(json.dumps(POLICY), encoding="utf-8")
    asked = {"question": "extra_seats", "cycle": "town", "policy": "policy.yaml", "seed": "1", "draws": 1, "extra": 6}
    asked |= {"objective": "offers", **question}
    (folder / "question.yaml").write_text(json.dumps(asked), encoding="utf-8")
    return answer(read(folder / "question.yaml"), Work())


ROOMS = {"why": "free rooms", "programs": {"program_id": ["oak"]}, "seats": 3}
WIDER = {"why": "staff", "programs": {"school_id": ["oakb"]}, "seats": 5}
FREE = {"programs": {"program_id": ["oak"]}, "per_seat": 0}
DEAR = {"programs": "all", "per_seat": 5}


@pytest.mark.parametrize(
    ("question", "extra", "binding"),
    [
        ({}, 6, ["No more than 6 extra seats in all."]),
        ({"extra": 0}, 0, ["No more than 0 extra seats in all."]),
        ({"extra": 12}, 9, []),
        ({"limits": {"per_offering": 2}}, 2, ["No more than 2 extra seats at a program in a grade."]),
        ({"limits": {"per_offering": 1}, "step": 2}, 0, ["No more than 1 extra seats at a program in a grade."]),
        ({"limits": {"per_offering": 3}, "step": 2}, 2, ["No more than 3 extra seats at a program in a grade."]),
        ({"limits": {"per_program": 2}}, 2, ["Program oak: no more than 2 extra seats."]),
        ({"limits": {"per_school": 4}}, 4, ["School oakb: no more than 4 extra seats."]),
        ({"limits": {"per_school": 5}, "step": 2}, 4, ["School oakb: no more than 5 extra seats."]),
        ({"limits": {"at_most": [ROOMS, WIDER]}}, 3, ["free rooms: no more than 3 extra seats."]),
        ({"limits": {"budget": 20, "costs": [DEAR, FREE]}}, 4, ["The extra seats cost no more than 20."]),
        ({"limits": {"budget": 0, "costs": [FREE, DEAR]}}, 6, ["No more than 6 extra seats in all.",
                                                              "The extra seats cost no more than 0."]),
        ({"limits": {"budget": 0, "costs": [FREE, DEAR]}, "among": {"program_id": ["oak"]}, "extra": 9}, 9,
         ["No more than 9 extra seats in all."]),
        ({"limits": {"per_program": 0}, "among": {"program_id": ["elm"]}}, 0,
         ["Program elm: no more than 0 extra seats."]),
    ],
)  # fmt: skip
def test_what_stops_more_is_every_limit_that_does_and_no_other(question, extra, binding, tmp_path):
    found = one_program(tmp_path, **question)
    assert sum(own["extra"] for own in found.summary["plan"]) == extra
    assert found.summary["binding"] == binding


def test_the_bound_does_not_depend_on_the_number_of_processors(tmp_path, monkeypatch):
    monkeypatch.setattr(planned, "every_plan", lambda expansion: None)
    expansion = asked_of(read(random_town(Random("processors"), tmp_path)), Work()).expansion
    bounds = []
    for processors in (1, 2, 7):
        monkeypatch.setattr(by_draw.os, "cpu_count", lambda processors=processors: processors)
        found = planned.plan_extra(expansion, exact=False)
        bounds.append((found.bound, found.steps.tolist(), found.pairs))
    assert bounds[0] == bounds[1] == bounds[2]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_rows_changes_nothing(seed, tmp_path):
    rng = Random(f"rows {seed}")
    path = random_town(rng, tmp_path / "one")
    found = answer(read(path), Work())
    for table in (path.parent / "town").iterdir():
        header, *rows = table.read_text(encoding="utf-8").splitlines()
        table.write_text("\n".join([header, *rng.sample(rows, len(rows))]) + "\n", encoding="utf-8")
    again = answer(read(path), Work())
    assert again.files == found.files
    assert again.summary == found.summary
    assert render(again.page) == render(found.page)
