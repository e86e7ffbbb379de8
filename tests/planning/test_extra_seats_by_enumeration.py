"""Questions about extra seats as a board would ask them, against every plan within their limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from lottery.errors import LotteryError
from lottery.planning import Answered, QuestionFile, Work
from lottery.planning.extra_seats import ExtraSeats, answer
from lottery.planning.question import read_question

from .small_districts import District, Twin, key, random_district


def answered(district: District, folder: Path) -> Answered:
    file: QuestionFile[Any] = read_question(district.written(folder), {"extra_seats": ExtraSeats})
    return answer(file, Work())


def lines_of(found: Answered, name: str) -> list[dict[str, str]]:
    file = found.files[name]
    return [dict(zip(file.header, row, strict=True)) for row in file.rows]


def plan_of(found: Answered) -> dict[str, int]:
    lines = lines_of(found, "plan.csv")
    return {key(line["program_id"], line["grade"]): int(line["extra"]) for line in lines if int(line["extra"])}


def means(twin: Twin, extra: Mapping[str, int]) -> list[float]:
    return [goal / twin.draws for goal in twin.goals_of(extra)]


def questions(name: str, n: int, tmp_path: Path) -> Iterator[tuple[District, Twin, Answered]]:
    rng = Random(name)
    for k in range(n):
        district = random_district(rng)
        yield district, district.twin(), answered(district, tmp_path / f"{name}-{k}")


def test_the_plan_is_the_best_of_all_within_the_limits_and_every_program_is_worth_what_it_says(tmp_path):
    for district, twin, found in questions("plan", 40, tmp_path):
        best = twin.best()
        assert plan_of(found) == best.extra, district
        for line in lines_of(found, "plan.csv"):
            offering = key(line["program_id"], line["grade"])
            without = [float(value) for value in list(line.values())[4:]]
            assert int(line["seats"]) in (twin.seats[offering], twin.seats[offering] + int(line["extra"]))
            left_out = {o: n for o, n in best.extra.items() if o != offering}
            assert without == pytest.approx(means(twin, left_out), abs=1e-6), district


def test_numbers_of_the_cycle_are_one_draw(tmp_path):
    rng = Random("numbers")
    district = next(d for d in iter(lambda: random_district(rng), None) if d.best_first and d.twin().best().extra)
    silent = replace(district, question={name: value for name, value in district.question.items() if name != "draws"})
    assert plan_of(answered(silent, tmp_path / "silent")) == district.twin().best().extra


def test_the_table_of_seats_has_the_plan_in_it(tmp_path):
    for district, twin, found in questions("seats", 15, tmp_path):
        planned = {
            key(line["program_id"], line["grade"]): int(line["capacity"]) for line in lines_of(found, "seats.csv")
        }
        extra = twin.best().extra
        assert planned == {o: n + extra.get(o, 0) for o, n in twin.seats.items()}, district


def test_the_curve_runs_from_the_seats_there_are_to_the_plan_and_is_never_better_than_the_best(tmp_path):
    for district, twin, found in questions("curve", 20, tmp_path):
        curve = lines_of(found, "curve.csv")
        goals = [[float(value) for value in list(line.values())[1 : 1 + len(twin.objective)]] for line in curve]
        best = twin.best()
        assert goals[0] == pytest.approx(means(twin, {}), abs=1e-6), district
        assert goals[-1] == pytest.approx(means(twin, best.extra), abs=1e-6), district
        for line, values in zip(curve, goals, strict=True):
            fewer = replace(twin, extra=int(line["extra"]) // twin.step * twin.step)
            assert twin.sign(twin.objective[0]) * (values[0] - means(twin, fewer.best().extra)[0]) >= -1e-6, district


def test_chains_are_what_each_seat_moves_on_the_first_draw_and_seats_are_added_best_first(tmp_path):
    moved = 0
    for district, twin, found in questions("chains", 40, tmp_path):
        if twin.step > 1:
            continue
        lines = lines_of(found, "chains.csv")
        plan: dict[str, int] = {}
        for seat, offering in enumerate(one_at_a_time(twin, twin.best().extra), 1):
            own = [line for line in lines if line["seat"] == str(seat)]
            before, plan = twin.offers(plan, 0), plan | {offering: plan.get(offering, 0) + 1}
            after = twin.offers(plan, 0)
            told = {(line["applicant_id"], line["from_program"], line["to_program"]) for line in own}
            assert told == {
                (i, (before[i] or "").split("\0")[0], (after[i] or "").split("\0")[0])
                for i in after
                if before[i] != after[i]
            }, (district, seat)
            assert all(key(line["program_id"], line["grade"]) == offering for line in own), district
            assert_linked([line for line in own if not line["chain"].startswith("x")], offering.split("\0")[0])
            moved += len(own)
    assert moved >= 20


def assert_linked(chain: list[dict[str, str]], program: str) -> None:
    """The first takes the new seat, everyone else the seat that the one before leaves."""
    assert [line["to_program"] for line in chain] == [program, *(line["from_program"] for line in chain)][: len(chain)]
    assert [line["step"] for line in chain] == [str(step) for step in range(1, len(chain) + 1)]


def one_at_a_time(twin: Twin, extra: Mapping[str, int]) -> Iterator[str]:
    """The offerings that get the seats of a plan, each time the one that helps the goals most."""
    left, plan = Counter(extra), dict.fromkeys(twin.seats, 0)

    def order(offering: str) -> tuple[Any, ...]:
        then = plan | {offering: plan[offering] + 1}
        goals = [twin.sign(goal) * value for goal, value in zip(twin.objective, twin.goals_of(then), strict=True)]
        return *goals, twin.total("sum_of_ranks", then), offering

    while left := +left:
        best = min(left, key=order)
        plan[best] += 1
        left[best] -= 1
        yield best


def test_the_random_districts_are_not_all_easy():
    rng = Random("easy")
    seen: Counter[str] = Counter()
    for _ in range(250):
        twin = (district := random_district(rng)).twin()
        best = twin.best()
        free = replace(district, question={k: v for k, v in district.question.items() if k not in ("limits", "among")})
        seen["seats are added"] += bool(best.extra)
        seen["limits bind"] += free.twin().best().extra != best.extra
        seen["seats of holders at a program that grows"] += any(
            key(p, district.grade[i]) in best.extra for i, p in district.holds.items()
        )
        seen["a share of a larger capacity"] += district.reserve is not None and any(
            o.startswith("oak") for o in best.extra
        )
        seen["two grades"] += len({o.split("\0")[1] for o in best.extra}) > 1
    assert len(seen) == 5
    assert min(seen.values()) >= 5, seen


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"extra": -1}, "extra"),
        ({"extra": 1.5}, "extra"),
        ({"extra": 3, "step": 2}, "step"),
        ({"step": 0}, "step"),
        ({"objective": "happiness"}, "happiness"),
        ({"objective": []}, "objective"),
        ({"objective": ["offers", "offers"]}, "objective"),
        ({"objective": "offers of nobody"}, "nobody"),
        ({"objective": "offers of sibling"}, "sibling"),
        ({"among": {"colour": ["red"]}}, "colour"),
        ({"among": {"program_id": ["ash"]}}, "ash"),
        ({"among": {"grade": ["15"]}}, "15"),
        ({"limits": {"per_offering": -1}}, "per_offering"),
        ({"limits": {"per_family": 1}}, "per_family"),
        ({"limits": {"at_most": [{"programs": "all", "seats": 1}]}}, "why"),
        ({"limits": {"at_most": [{"why": "rooms", "programs": {"program_id": ["ash"]}, "seats": 1}]}}, "ash"),
        ({"limits": {"budget": 10}}, "costs"),
        ({"limits": {"costs": [{"programs": "all", "per_seat": 3}]}}, "budget"),
        ({"no_offer": 2}, "no_offer"),
        ({"no_offer": "last"}, "no_offer"),
        ({"draws": 0}, "draws"),
        ({"policy": "nowhere.yaml"}, "nowhere.yaml"),
        ({"exact": "perhaps"}, "exact"),
        ({"extras": 3}, "extras"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_by_name(changes, named, tmp_path):
    rng = Random("refused")
    district = next(d for d in iter(lambda: random_district(rng), None) if max(map(len, d.lists.values())) == 3)
    question = {"extra": 2, "objective": "offers", "assumed": "an example", "draws": 1} | changes
    with pytest.raises(LotteryError) as refused:
        answered(replace(district, question=question), tmp_path)
    assert named in str(refused.value)
