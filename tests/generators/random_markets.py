"""
Random markets as they are written for `lottery.market_of`, and what RULES 1 to 5 say of them in plain Python.

Nothing here knows the engine's arrays: the choice functions are a few lines over the written market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

import choice_rules

import lottery

Queue = tuple[int, list[str]]  # a seat group: its seats, and everyone it admits, best first


@dataclass(frozen=True)
class Written:
    """The arguments of `market_of`."""

    choices: Mapping[str, Sequence[str]]
    priorities: Mapping[str, Sequence[Sequence[str]]]
    seats: Mapping[str, int]
    numbers: Mapping[str, Any]
    seat_groups: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    bands: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    guarantees: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def compiled(self) -> lottery.Market:
        return lottery.market_of(**vars(self))

    def offers(self) -> dict[str, str | None]:
        return dict(lottery.match(self.compiled()).offers)

    def chosen(self, program: str, pool: AbstractSet[str]) -> set[str]:
        """Ch_s(pool), whatever the program chooses by."""
        present = [i for i in self.queue(program, {"open": 0}) if i in pool]
        seats = self.seats[program]
        if program in self.bands:
            categories = {name: own for name, own in self.bands[program].items() if name != "kind"}
            rule = choice_rules.soft_band if self.bands[program]["kind"] == "soft" else choice_rules.hard_band
            floor, ceiling = ({name: own[end] for name, own in categories.items()} for end in ("floor", "ceiling"))
            return set(rule(present, {i: self.slot_name(program, i) for i in present}, floor, ceiling, seats))
        if program in self.guarantees:
            traits = {i: {t for t, own in self.guarantees[program].items() if i in own["for"]} for i in present}
            promised = {t: own["seats"] for t, own in self.guarantees[program].items()}
            return set(choice_rules.guarantees(present, traits, promised, seats))
        return set(choose(self.queues(program), pool))

    def slot_name(self, program: str, applicant: str) -> str:
        """The category of an applicant, or the set of traits, at a program that chooses by them."""
        written = self.bands.get(program) or self.guarantees[program]
        own = sorted(name for name, entry in written.items() if name != "kind" and applicant in entry["for"])
        return "+".join(own) or "none"

    def queues(self, program: str) -> list[Queue]:
        """The seat groups of a program in precedence order (RULES 2)."""
        groups = self.seat_groups.get(program, [{"open": self.seats[program]}])
        written = [group.get("open", group.get("seats")) for group in groups]
        rest = self.seats[program] - sum(n for n in written if n != "rest")
        return [(rest if n == "rest" else n, self.queue(program, g)) for n, g in zip(written, groups, strict=True)]

    def queue(self, program: str, group: Mapping[str, Any]) -> list[str]:
        """Members in the group's order, then, if unfilled seats are released, the others in the same order."""
        classes = group.get("order", self.priorities[program])
        rank = {i: c for c, members in enumerate(classes) for i in members if self.number(i, program) is not None}
        members = set(group["for"]) if "for" in group else set(rank)
        entrants = [i for i in rank if i in members or group["unfilled"] == "release"]
        return sorted(entrants, key=lambda i: (i not in members, rank[i], self.number(i, program)))

    def number(self, applicant: str, program: str) -> Decimal | None:
        """The lottery number, or None where a program draws its own and the applicant did not ask for it."""
        own = self.numbers.get(program, self.numbers)
        return Decimal(own[applicant]) if applicant in own else None


def choose(queues: Sequence[Queue], pool: AbstractSet[str]) -> dict[str, int]:
    """Ch_s(pool) slot by slot: each group in turn takes the best of those left.  Returns the group of each chosen."""
    taken: dict[str, int] = {}
    for group, (seats, queue) in enumerate(queues):
        taken |= dict.fromkeys([i for i in queue if i in pool and i not in taken][:seats], group)
    return taken


def random_market(rng: Random, n_applicants: int, n_programs: int, most_seats: int = 2, bounds: float = 0.0) -> Written:
    """
    A market with everything that can be written; with bands or guarantees at a share `bounds` of the programs.

    Ties inside classes, ineligible pairs, empty lists, programs without seats or everybody's first choice, reserves
    released and held, larger and smaller than their group, orders of a group's own, one number or one per program.
    """
    applicants = [f"i{n}" for n in range(n_applicants)]
    programs = [f"s{n}" for n in range(n_programs)]
    choices = {i: rng.sample(programs, rng.choice([n_programs, rng.randint(0, n_programs)])) for i in applicants}
    if rng.random() < 0.15:
        choices = {i: ["s0", *(s for s in own if s != "s0")] for i, own in choices.items()}
    share = rng.choice([0.8, 1.0])
    eligible = {s: [i for i in applicants if rng.random() < share] for s in programs}
    priorities = {s: random_classes(rng, eligible[s]) for s in programs}
    seats = {s: rng.choice([1, rng.randint(0, most_seats)]) for s in programs}
    rules = {s: rng.choice([random_band, random_guarantees]) for s in programs if bounds and rng.random() < bounds}
    written = {s: rule(rng, applicants, seats[s]) for s, rule in rules.items()}
    seat_groups = {
        s: random_groups(rng, applicants, eligible[s], seats[s])
        for s in programs
        if s not in rules and rng.random() < 0.75
    }
    numbers: dict[str, Any] = random_numbers(rng, applicants)
    if rng.random() < 0.2:
        numbers = {s: random_numbers(rng, applicants) for s in programs}
    bands, guarantees = ({s: written[s] for s in rules if rules[s] is r} for r in (random_band, random_guarantees))
    return Written(choices, priorities, seats, numbers, seat_groups, bands, guarantees)


def random_classes(rng: Random, applicants: Sequence[str]) -> list[list[str]]:
    """From one class, where the lottery decides everything, to a class each; some may be empty."""
    classes: list[list[str]] = [[] for _ in range(rng.choice([1, 2, 3, 3 * len(applicants) + 1]))]
    for applicant in rng.sample(applicants, len(applicants)):
        rng.choice(classes).append(applicant)
    return classes


def random_numbers(rng: Random, applicants: Sequence[str]) -> dict[str, str]:
    """Different decimals, as text: 0.07, 0.14, ..."""
    drawn = rng.sample(range(1, len(applicants) + 1), len(applicants))
    return {i: str(Decimal(place) * Decimal("0.07")) for i, place in zip(applicants, drawn, strict=True)}


def random_groups(rng: Random, applicants: Sequence[str], eligible: Sequence[str], seats: int) -> list[dict[str, Any]]:
    """One to three groups that sum to the seats; some have none, some more than their members."""
    groups = []
    for size in random_parts(rng, seats, rng.randint(1, 3)):
        kind = rng.choice(["open", "release", "hold"])
        group: dict[str, Any] = {"open": size}
        if kind != "open":
            group = {"for": [i for i in applicants if rng.random() < 0.5], "seats": size, "unfilled": kind}
        if rng.random() < 0.25:
            group["order"] = random_classes(rng, [i for i in eligible if rng.random() < 0.9])
        groups.append(group)
    if rng.random() < 0.4:
        last = rng.choice(groups)
        last["open" if "open" in last else "seats"] = "rest"
    return groups


def random_band(rng: Random, applicants: Sequence[str], seats: int) -> dict[str, Any]:
    """One to three categories, some empty; ceilings below and above what is there."""
    names = ["low", "middle", "top"][: rng.randint(1, 3)]
    category = {i: rng.choice(names) for i in applicants}
    band: dict[str, Any] = {"kind": rng.choice(["soft", "hard"])}
    for name, floor in zip(names, random_parts(rng, rng.randint(0, seats), len(names)), strict=True):
        ceiling = floor + rng.randint(0, seats + 1)
        band[name] = {"for": [i for i in applicants if category[i] == name], "floor": floor, "ceiling": ceiling}
    return band


def random_guarantees(rng: Random, applicants: Sequence[str], seats: int) -> dict[str, Any]:
    """One to three traits, of which an applicant may have all or none; fewer seats than members, or more."""
    promised = random_parts(rng, rng.randint(0, seats), rng.randint(1, 3))
    share = rng.choice([0.3, 0.7])
    return {
        trait: {"for": [i for i in applicants if rng.random() < share], "seats": number}
        for trait, number in zip(["el", "frl", "swd"], promised, strict=False)
    }


def random_parts(rng: Random, whole: int, n_parts: int) -> list[int]:
    cuts = sorted(rng.randint(0, whole) for _ in range(n_parts - 1))
    return [high - low for low, high in zip([0, *cuts], [*cuts, whole], strict=True)]


def permuted(rng: Random, written: Written) -> Written:
    """The same market with every dictionary, class and group of people in another order."""
    return Written(
        shuffled(rng, written.choices),
        {s: [rng.sample(list(c), len(c)) for c in own] for s, own in shuffled(rng, written.priorities).items()},
        shuffled(rng, written.seats),
        {
            key: shuffled(rng, own) if isinstance(own, Mapping) else own
            for key, own in shuffled(rng, written.numbers).items()
        },
        {
            s: [{**g, "for": rng.sample(g["for"], len(g["for"]))} if "for" in g else g for g in own]
            for s, own in shuffled(rng, written.seat_groups).items()
        },
        *(
            {
                s: {
                    name: {**e, "for": rng.sample(e["for"], len(e["for"]))} if isinstance(e, Mapping) else e
                    for name, e in shuffled(rng, own).items()
                }
                for s, own in shuffled(rng, rule).items()
            }
            for rule in (written.bands, written.guarantees)
        ),
    )


def shuffled(rng: Random, written: Mapping[str, Any]) -> dict[str, Any]:
    return {key: written[key] for key in rng.sample(list(written), len(written))}
