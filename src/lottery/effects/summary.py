"""What a policy says, in a few lines for its author: classes, eligibility, numbers, mechanism and the like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lottery.effects.words import condition_in_words, order_in_words, programs_in_words
from lottery.policy.model import Policy

GIVEN = {
    "replaces_class": "At the programs that priorities.csv names, the standing there replaces the class.",
    "breaks_ties_in_class": "At the programs that priorities.csv names, the standing there divides each class.",
}
ABSENT = {
    "last": "Who has no standing there comes last.",
    "ineligible": "Who has no standing there is not eligible.",
}
DRAWS = {
    "single": "One number for each child, the same at every program.",
    "multiple": "A number of its own for each child at every program.",
    "hybrid": "One number for each child, the same at {popular}; a number of its own at every other program.",
}
HELD = {
    "continuing": "Whoever holds a seat keeps it unless a better choice is offered.",
    "none": "Whoever holds a seat gives it up by taking part.",
}
VACANCY = {
    "group_then_open": "A vacancy goes to the next of its seat group, then to the next of all.",
    "choice_function": "A vacancy goes to whom the program would now choose.",
    "undivided": "A vacancy goes to the next who waits.",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a policy: a heading and its lines."""

    heading: str
    lines: tuple[str, ...]


def summary(policy: Policy) -> list[Part]:
    """Everything but the seats, which `divisions` tells; parts that the policy does not have are left out."""
    written = (
        ("Mechanism", _mechanism(policy)),
        ("Eligible", _eligible(policy)),
        (f"Classes, served {order_in_words(policy)}", _classes(policy)),
        ("Numbers", _numbers(policy)),
        ("Seats held now", iter([HELD[policy.secured_seat]])),
        ("Wait list", iter([_vacancy(policy)])),
        ("Facts", _facts(policy)),
        ("Targets, which decide nothing", _targets(policy)),
    )
    return [Part(heading, lines) for heading, found in written if (lines := tuple(found))]


def _mechanism(policy: Policy) -> Iterator[str]:
    length = "any length" if policy.list_cap == "none" else f"up to {policy.list_cap}"
    yield f"{policy.mechanism}, on lists of {length}."
    if policy.consent is not None:
        yield f"Consenting: {'everybody' if policy.consent == 'all' else condition_in_words(policy.consent)}."


def _eligible(policy: Policy) -> Iterator[str]:
    everybody = policy.priorities[-1].when is None
    if policy.eligible is not None:
        yield f"{condition_in_words(policy.eligible)}."
    elif everybody:
        yield "Everybody."
    if not everybody:
        yield "Nobody outside the classes."


def _classes(policy: Policy) -> Iterator[str]:
    for number, line in enumerate(policy.priorities, 1):
        rest = "everybody else" if number > 1 else "everybody"
        yield f"{number}. {line.name}: {rest if line.when is None else condition_in_words(line.when)}"
    if policy.given_priorities:
        yield GIVEN[policy.given_priorities.use]
        yield ABSENT[policy.given_priorities.absent]


def _numbers(policy: Policy) -> Iterator[str]:
    draw = policy.tie_breaker
    yield DRAWS[draw.draw].format(popular=draw.popular and programs_in_words(draw.popular))
    for weight in draw.weights:
        yield f"Tickets of {condition_in_words(weight.when)}: {weight.tickets.normalize():f}"
    if draw.weights:
        yield "Tickets of everybody else: 1"


def _vacancy(policy: Policy) -> str:
    divided = policy.seat_groups or policy.bands or policy.guarantees
    return VACANCY[policy.waitlist.vacancy if divided else "undivided"]


def _facts(policy: Policy) -> Iterator[str]:
    for name, test in policy.facts.items():
        table = f", in {test.table}" if test.table else ""
        yield f"{name}: {condition_in_words(test)}{table}"
    if policy.siblings:
        yield f"sibling: lives at the same address, attends the same {policy.siblings.at} now and next year"
    if policy.near:
        yield f"near: {policy.near.metres:,} metres at most"
    for column, answer in policy.undisclosed.items():
        yield f"blank {column}: {'a member' if answer == 'member' else 'not a member'}"


def _targets(policy: Policy) -> Iterator[str]:
    for target in policy.targets:
        centre = "the district's share" if target.centre == "district" else target.centre
        yield f"{target.fact}, by {target.per}: {centre} ± {target.points} points"
