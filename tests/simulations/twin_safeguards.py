"""The twin's reading of safeguards: whom they are for, how many seats they have, and the same policy with those open."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from fractions import Fraction
from math import ceil, floor
from typing import Any

from .twin import Offers, Town

Offering = tuple[str, str]  # program, grade
HALF = Fraction(1, 2)
KINDS = (("seat_groups", "groups"), ("bands", "categories"), ("guarantees", "traits"))


def safeguards(policy: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By name of a seat group with members, a category or a trait: the same policy with its seats open."""
    found = {}
    for entry in policy.get("seat_groups", []):
        for group in entry["groups"]:
            if "for" in group or "order" in group:
                found[group["name"]] = _with_that_group_open(policy, group["name"])
    for key, parts in KINDS[1:]:
        names = [part["name"] for entry in policy.get(key, []) for part in entry[parts]]
        found |= {name: {k: value for k, value in policy.items() if k != key} for name in names}
    return found


def _with_that_group_open(policy: Mapping[str, Any], name: str) -> dict[str, Any]:
    opened = deepcopy(dict(policy))
    for entry in opened["seat_groups"]:
        for group in entry["groups"]:
            if group["name"] == name:
                for key in ("for", "unfilled", "order"):
                    group.pop(key, None)
    return opened


def seats_of(town: Town, policy: Mapping[str, Any], name: str) -> int:
    """The seats of a seat group, the floors of a category, the guaranteed seats of a trait, at all offerings."""
    total = 0
    for offering, capacity in town.seats.items():
        left, parts = capacity, _parts(town, policy, offering)
        for part in parts:
            own = 0 if "rest" in part else min(left, _wanted(town, policy, part, parts, capacity))
            left -= own
            total += own if part["name"] == name else 0
        total += left if any("rest" in part and part["name"] == name for part in parts) else 0
    return total


def members_offered(town: Town, policy: Mapping[str, Any], name: str, offers: Offers) -> int:
    """Members of a safeguard who are offered a program that has it, and do not hold a seat there now."""
    count = 0
    for child, program in offers.items():
        if policy["secured_seat"] == "continuing" and town.child[child].get("current_program_id") == program:
            continue
        parts = _parts(town, policy, (program, town.child[child]["grade"])) if program is not None else []
        whom = [_for(part, parts) for part in parts if part["name"] == name]
        count += any(town.holds(policy, condition, child, program or "") for condition in whom)
    return count


def _parts(town: Town, policy: Mapping[str, Any], offering: Offering) -> list[dict[str, Any]]:
    """The seat groups, the categories or the traits that serve an offering; a band's rounding is put into each."""
    row = {**town.program[offering[0]], "grade": offering[1]}
    for key, parts in KINDS:
        for entry in policy.get(key, []):
            chosen = {} if entry["programs"] == "all" else entry["programs"]
            if all(row[column] in ([one] if isinstance(one, str) else one) for column, one in chosen.items()):
                band = {"rounding": entry["rounding"]["floor"]} if "rounding" in entry else {}
                return [{**part, **band} for part in entry[parts]]
    return []


def _for(part: Mapping[str, Any], parts: list[dict[str, Any]]) -> Any:
    """Whom a part is for; the category that does not say is for those whom no other takes."""
    if "order" in part and "for" not in part:
        return part["order"][0].get("when", {"none": []})
    return part.get("for", {"none": [other["for"] for other in parts if "for" in other]})


def _wanted(
    town: Town, policy: Mapping[str, Any], part: Mapping[str, Any], parts: list[dict[str, Any]], capacity: int
) -> int:
    if "points" in part:
        centre = _exact(part["centre"]) if part["centre"] != "district" else _district(town, policy, _for(part, parts))
        return _rounded(capacity * max(Fraction(0), centre - Fraction(str(part["points"])) / 100), part["rounding"])
    size = part.get("share", part.get("seats", part.get("floor")))
    return size if isinstance(size, int) else _rounded(capacity * _exact(size), part["rounding"])


def _district(town: Town, policy: Mapping[str, Any], condition: Any) -> Fraction:
    """A category's share of all who take part."""
    return Fraction(sum(town.holds(policy, condition, child, "") for child in town.child), len(town.child))


def _exact(share: str) -> Fraction:
    return Fraction(share[:-1]) / 100 if share.endswith("%") else Fraction(share)


def _rounded(seats: Fraction, rounding: str) -> int:
    return {"down": floor(seats), "up": ceil(seats), "nearest": floor(seats + HALF)}[rounding]
