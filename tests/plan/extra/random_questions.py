"""Random small questions about extra seats, with everything that `lottery.plan_seats` takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from random_markets import random_classes, random_groups, random_numbers

from .twin import Asked

GOALS = ("sum_of_ranks", "first_choices", "top_three", "offers")


def random_question(rng: Random) -> Asked:
    """Ties, seats that are not there, empty lists, one applicant, everyone's first choice, groups, draws, limits."""
    applicants = [f"i{n}" for n in range(rng.choice([1, 2, 4, 5, 6, 7]))]
    programs = [f"s{n}" for n in rng.sample(range(12), rng.choice([1, 2, 3, 3, 4]))]  # s10 stands before s2
    choices = {i: rng.sample(programs, rng.choice([len(programs), rng.randint(0, len(programs))])) for i in applicants}
    if rng.random() < 0.2:
        choices = {i: [programs[0], *(s for s in own if s != programs[0])] for i, own in choices.items()}
    share = rng.choice([0.75, 1.0])
    eligible = {s: [i for i in applicants if rng.random() < share] for s in programs}
    seats = {s: rng.choice([0, 1, 1, 2]) for s in programs}
    numbered = rng.choice(["numbers", "program", "strict", "draws"])
    groups = {s: random_groups(rng, applicants, eligible[s], seats[s]) for s in programs if rng.random() < 0.3}
    priorities: dict[str, Sequence[Sequence[str]]] = {s: random_classes(rng, eligible[s]) for s in programs}
    if numbered == "strict":
        priorities = {s: strict(rng, own) for s, own in priorities.items()}
        groups = {s: [_strictly(rng, group) for group in own] for s, own in groups.items()}
    step = rng.choice([1, 1, 1, 2, 3])
    limit = rng.choice([None, None, rng.randint(0, 4), {s: rng.randint(0, 3) for s in programs if rng.random() < 0.7}])
    named = {name: [i for i in applicants if rng.random() < 0.6] for name in ("low income", "el")}
    longest = max(map(len, choices.values()))
    return Asked(
        choices=choices,
        priorities=priorities,
        seats=seats,
        extra=step * (rng.randint(0, 4) if step == 1 else rng.randint(0, 2)),
        objective=random_goals(rng, [name for name, own in named.items() if own]),
        numbers=_numbers(rng, numbered, applicants, programs),
        seat_groups=groups,
        per_program=limit,
        step=step,
        groups=named,
        into={s: _a_name(rng, own) for s, own in groups.items() if len(own) > 1},
        no_offer=rng.choice([None, None, longest + rng.randint(1, 3)]),
        seed=str(rng.random()) if numbered == "draws" else None,
        draws=rng.choice([1, 2, 3]) if numbered == "draws" else 1,
    )


def random_goals(rng: Random, names: Sequence[str]) -> list[str]:
    """One to three different goals, some of a group."""
    everything = [*GOALS, *(f"{goal} of {name}" for goal in GOALS for name in names)]
    return rng.sample(everything, rng.choice([1, 1, 2, 3]))


def strict(rng: Random, classes: Sequence[Sequence[str]]) -> list[list[str]]:
    """A class for each."""
    return [[i] for own in classes for i in rng.sample(list(own), len(own))]


def _strictly(rng: Random, group: dict[str, Any]) -> dict[str, Any]:
    return group | ({"order": strict(rng, group["order"])} if "order" in group else {})


def _numbers(rng: Random, numbered: str, applicants: Sequence[str], programs: Sequence[str]) -> dict[str, Any] | None:
    if numbered == "program":
        return {s: random_numbers(rng, applicants) for s in programs}
    return random_numbers(rng, applicants) if numbered == "numbers" else None


def _a_name(rng: Random, groups: Sequence[Mapping[str, Any]]) -> str:
    """The name of one of the groups, as `market_of` gives it to a group that has none."""
    own = ["reserved" if "for" in group else "open" for group in groups]
    return rng.choice([t if own.count(t) == 1 else f"{t}-{k}" for k, t in enumerate(own, 1)])
