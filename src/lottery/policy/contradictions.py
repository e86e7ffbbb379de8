"""Where a policy contradicts itself, or combines rules that cannot be combined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product

from lottery.cycle import GRADES, normal_grade
from lottery.market import NO_TRAIT
from lottery.policy.condition import ColumnTest, Condition, atoms
from lottery.policy.model import (
    BUILT_IN_FACTS,
    SECURED,
    UNLISTED,
    Category,
    Path_,
    Policy,
    PriorityLine,
    Programs,
    conditions,
    fraction,
    selectors,
)
from lottery.protected import is_protected

Found = Iterator[tuple[Path_, str, str]]  # path, why, what to do

ONE_NUMBER = ("top-trading-cycles", "serial-dictatorship")  # mechanisms in which everybody has one number
OPEN_SEATS = "gives all seats of a program out in one order, so only deferred-acceptance knows"


def contradictions(policy: Policy) -> Found:
    """Where a policy contradicts itself."""
    yield from _mechanism(policy)
    yield from _classes(policy)
    yield from _parts(policy)
    yield from _sums(policy)
    yield from _centres(policy)
    yield from _overlaps(policy)
    yield from _draw(policy)
    yield from _needs(policy)
    yield from _about_the_child(policy)
    for place, name in _named(policy):
        if is_protected(name):
            why = f"No rule and no measure may use {name!r} (California Constitution art. I, section 31)."
            yield place, why, "Take it out."
    for name, test in policy.facts.items():
        yield from _empty_range(("facts", name), test)
        if name in BUILT_IN_FACTS:
            yield ("facts", name), f"The fact {name!r} is built in.", "Choose another name."
    for place, condition in conditions(policy):
        for atom in atoms(condition):
            if isinstance(atom, ColumnTest):
                yield from _empty_range(place, atom)


def _mechanism(policy: Policy) -> Found:
    """What only one mechanism knows."""
    mechanism = policy.mechanism
    if mechanism != "deferred-acceptance":
        remedy = "Take it out, or write `mechanism: deferred-acceptance`."
        for key, rule in (("seat_groups", "seat groups"), ("bands", "bands"), ("guarantees", "guarantees")):
            if getattr(policy, key):
                yield (key,), f"{mechanism} {OPEN_SEATS} {rule}.", remedy
        if policy.secured_seat == "continuing":
            why = f"{mechanism} {OPEN_SEATS} seats that stand aside for those who hold them now."
            yield ("secured_seat",), why, "Write `secured_seat: none`, or `mechanism: deferred-acceptance`."
    if (mechanism == "efficiency-adjusted") != (policy.consent is not None):
        why = "efficiency-adjusted and consent belong together: who lets others trade against their priority?"
        yield ("consent",), why, "Add `consent: all` or a fact about the child; with other mechanisms take it out."
    if mechanism in ONE_NUMBER and policy.tie_breaker.draw != "single":
        yield ("tie_breaker", "draw"), f"In {mechanism} everybody has one number.", "Write `draw: single`."


def _classes(policy: Policy) -> Found:
    """Names of classes, in the order of the programs and in those of groups; families read them."""
    meaning: dict[str, Condition | None] = {}
    for path, lines in _orders(policy):
        names = [line.name for line in lines]
        for index, line in enumerate(lines):
            here = (*path, index, "class")
            if line.name == SECURED:
                yield here, "This name is taken by the seats that are held now.", "Choose another name."
            if line.name == UNLISTED and policy.given_priorities is not None:
                yield here, "This name is taken by those without a row in priorities.csv.", "Choose another name."
            if line.name in names[:index]:
                yield here, f"There are two classes {line.name!r}; each needs a name of its own.", "Rename one."
            elif meaning.setdefault(line.name, line.when) != line.when:
                why = f"The class {line.name!r} has another condition above; a name that families read means one thing."
                yield here, why, "Rename one, or write the same condition."
            if line.when is None and index + 1 < len(lines):
                why = "A class without `when` takes everybody who is left, so it can only be the last line."
                yield here, why, "Move it to the end, or say when it holds."


def _orders(policy: Policy) -> Iterator[tuple[Path_, Sequence[PriorityLine]]]:
    yield ("priorities",), policy.priorities
    for entry, written in enumerate(policy.seat_groups):
        for slot, group in enumerate(written.groups):
            yield ("seat_groups", entry, "groups", slot, "order"), group.order or ()


def _parts(policy: Policy) -> Found:
    """Seat groups, categories and traits: their names, and what there is one of."""
    for entry, written in enumerate(policy.seat_groups):
        path: Path_ = ("seat_groups", entry, "groups")
        yield from _names(path, "groups", [group.name for group in written.groups])
        if sum(group.rest is True for group in written.groups) != 1:
            why = "Exactly one seat group has `rest: true`, so that every seat is in a group."
            yield path, why, "Add it to one group, or take it from the others."
    for entry, band in enumerate(policy.bands):
        path = ("bands", entry, "categories")
        yield from _names(path, "categories", [category.name for category in band.categories])
        without = [slot for slot, category in enumerate(band.categories) if category.members is None]
        for slot in without[1:]:
            why = "Another category has no `for` either; both would have whom no other category has."
            yield (*path, slot), why, "Say who is in it, or leave it out."
    for entry, guaranteed in enumerate(policy.guarantees):
        path = ("guarantees", entry, "traits")
        yield from _names(path, "traits", [trait.name for trait in guaranteed.traits])
        for slot, trait in enumerate(guaranteed.traits):
            if trait.name == NO_TRAIT:
                yield (*path, slot, "name"), "This name is taken by those without any trait.", "Choose another name."


def _names(path: Path_, what: str, names: Sequence[str]) -> Found:
    for slot, name in enumerate(names):
        if name in names[:slot]:
            yield (*path, slot, "name"), f"There are two {what} {name!r}; each needs a name of its own.", "Rename one."
        if name == SECURED:
            yield (*path, slot, "name"), "This name is taken by the seats that are held now.", "Choose another name."


def _sums(policy: Policy) -> Found:
    """Seats promised twice."""
    for entry, band in enumerate(policy.bands):
        if (total := sum(map(_floor, band.categories))) > 1:
            why = f"The floors of the categories add up to {_percent(total)} of the seats."
            yield ("bands", entry, "categories"), why, "Lower them to 100% in all, or move the centres."
    for entry, guaranteed in enumerate(policy.guarantees):
        if (total := sum(trait.fraction for trait in guaranteed.traits)) > 1:
            why = f"The guarantees add up to {_percent(total)} of the seats."
            yield ("guarantees", entry, "traits"), why, "Lower them to 100% in all."


def _floor(category: Category) -> Fraction:
    """The share that a category is promised, as far as it is known without a cycle."""
    if isinstance(category.floor, str):
        return fraction(category.floor)
    if category.centre in (None, "district"):
        return Fraction(0)
    return max(Fraction(0), fraction(str(category.centre)) - Fraction(category.points or 0) / 100)


def _centres(policy: Policy) -> Found:
    """Middles above everybody."""
    found: list[tuple[Path_, str | None]] = [
        (("bands", entry, "categories", slot, "centre"), category.centre)
        for entry, band in enumerate(policy.bands)
        for slot, category in enumerate(band.categories)
    ]
    found += [(("targets", index, "centre"), target.centre) for index, target in enumerate(policy.targets)]
    for path, centre in found:
        if centre not in (None, "district") and fraction(str(centre)) > 1:
            yield path, "A share is at most 100%.", "Write 100% or less."


def _percent(share: Fraction | int) -> str:
    return f"{float(share * 100):.4g}%"


def _overlaps(policy: Policy) -> Found:
    """Two rules for the same seats, whatever the cycle: the programs of one are among those of the other."""
    for key, other in combinations(("seat_groups", "bands", "guarantees"), 2):
        for one, (index, two) in product(getattr(policy, key), enumerate(getattr(policy, other))):
            if _within(one.programs, two.programs) or _within(two.programs, one.programs):
                why = f"An entry of {key} serves the same programs; a program has seat groups, a band or guarantees."
                yield (other, index, "programs"), why, "Narrow `programs` in one of the two."
                break


def _within(one: Programs, other: Programs) -> bool:
    """Whether every program that the one selector fits is fitted by the other."""
    if one == "all" or other == "all":
        return other == "all"
    return all(column in one and set(one[column]) <= set(values) for column, values in other.items())


def _needs(policy: Policy) -> Found:
    """Facts that are not defined without an answer of the policy's own."""
    missing = {}
    if policy.near is None:
        missing["near"] = "The fact `near` needs a distance.", "Add `near: {metres: 805}`."
    if policy.siblings is None:
        remedy = "Add `siblings: {at: program, household: same_address}`, or at: school."
        missing["sibling"] = "The fact `sibling` needs to know where siblings must attend.", remedy
    named = [(path, atom) for path, condition in conditions(policy) for atom in atoms(condition)]
    named += [(("targets", index, "fact"), target.fact) for index, target in enumerate(policy.targets)]
    for path, atom in named:
        if isinstance(atom, str) and atom in missing:
            yield path, *missing[atom]


def _draw(policy: Policy) -> Found:
    """Lines of the tie-breaker that never decide."""
    weights = policy.tie_breaker.weights
    for index, weight in enumerate(weights):
        if weight.when in [earlier.when for earlier in weights[:index]]:
            why = "An earlier line has the same condition and decides before this one."
            yield ("tie_breaker", "weights", index, "when"), why, "Keep one of the two."
    for path, programs in selectors(policy):
        for column, values in ({} if programs == "all" else programs).items():
            if len(set(values)) < len(values):
                yield (*path, column), "A value stands here twice.", "Write every value once."
            if column == "grade" and (wrong := [value for value in values if normal_grade(value) not in GRADES]):
                why = f"{' and '.join(map(repr, wrong))}: not a grade."
                yield (*path, column), why, f"Grades are {' '.join(GRADES)}."


def _about_the_child(policy: Policy) -> Found:
    """Weights, consent and the share of a district are about the child, whatever the program."""
    for path, condition in _child_conditions(policy):
        for atom in atoms(condition):
            test = policy.facts.get(atom) if isinstance(atom, str) else atom
            if test is None and atom in BUILT_IN_FACTS:
                why = f"{atom!r} depends on the program, and this condition must be about the child alone."
                yield path, why, "Use columns of applicants only."
            elif test is not None and test.table not in (None, "applicants"):
                why = f"{test.column!r} of {test.table} is not about the child alone, and this condition must be."
                yield path, why, "Use columns of applicants only."


def _child_conditions(policy: Policy) -> Iterator[tuple[Path_, Condition]]:
    for index, weight in enumerate(policy.tie_breaker.weights):
        yield ("tie_breaker", "weights", index, "when"), weight.when
    if policy.consent is not None and policy.consent != "all":
        yield ("consent",), policy.consent
    for entry, band in enumerate(policy.bands):
        asked = [category.centre == "district" for category in band.categories]
        catch_all = any(ask and category.members is None for ask, category in zip(asked, band.categories, strict=True))
        for slot, category in enumerate(band.categories):
            if category.members is not None and (asked[slot] or catch_all):
                yield ("bands", entry, "categories", slot, "for"), category.members


def _named(policy: Policy) -> Iterator[tuple[Path_, str]]:
    """Every column and fact a policy reads, with its path."""
    for name, test in policy.facts.items():
        yield ("facts", name), name
        yield ("facts", name, "column"), test.column
    for path, condition in conditions(policy):
        for atom in atoms(condition):
            yield path, atom if isinstance(atom, str) else atom.column
    for path, programs in selectors(policy):
        for column in () if programs == "all" else programs:
            yield (*path, column), column
    for index, target in enumerate(policy.targets):
        yield ("targets", index, "fact"), target.fact


def _empty_range(path: Path_, test: ColumnTest) -> Found:
    low, high = test.range or (None, None)
    if low is not None and high is not None and low > high:
        yield (*path, "range"), f"Nothing lies between {low} and {high}.", "Write the lower end first."
