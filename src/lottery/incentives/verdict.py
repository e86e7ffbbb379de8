"""Is it safe to rank truthfully?  What the literature says about the mechanisms, the list and the choice rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from lottery.market import Mechanism
from lottery.policy.model import Policy, SeatGroups

Threat = Literal["list_cap", "immediate-acceptance", "efficiency-adjusted", "stable-improvement-cycles"]


class Statement(NamedTuple):
    """One thing that is known, with its source."""

    text: str
    source: str


THREATS: dict[Threat, Statement] = {
    "list_cap": Statement(
        "A list that must end early rewards leaving out popular programs for one that is within reach.",
        "Haeringer and Klijn 2009; Calsamiglia, Haeringer and Klijn 2010",
    ),
    "immediate-acceptance": Statement(
        "A seat given to a first choice is given for good, so a first choice spent on a program out of reach is lost.",
        "Abdulkadiroğlu and Sönmez 2003",
    ),
    "efficiency-adjusted": Statement(
        "What a child gives up by consent depends on what others list, and a list can be written to steer it.",
        "Kesten 2010; Abdulkadiroğlu, Pathak and Roth 2009: nothing that improves on deferred acceptance for everybody "
        "is safe",
    ),
    "stable-improvement-cycles": Statement(
        "A list can be written so that a trade after the draw comes about.",
        "Erdil and Ergin 2008; Abdulkadiroğlu, Pathak and Roth 2009",
    ),
}

SAFE: dict[Mechanism, Statement] = {
    "deferred-acceptance": Statement(
        "Every program chooses by a rule that is substitutable and obeys the law of aggregate demand, and the "
        "applicants propose: no list is ever better than the true one.",
        "Hatfield and Milgrom 2005; Abdulkadiroğlu and Sönmez 2003",
    ),
    "top-trading-cycles": Statement(
        "Whom a child could trade with does not depend on the child's own list.", "Abdulkadiroğlu and Sönmez 2003"
    ),
    "serial-dictatorship": Statement(
        "Each child in turn takes the best choice that is left.", "Svensson 1999; Abdulkadiroğlu and Sönmez 2003"
    ),
}

CHOICE_RULES: dict[str, str] = {  # why each of our choice rules is substitutable
    "reserve": "Kominers and Sönmez 2016; Dur, Kominers, Pathak and Sönmez 2018",
    "group": "Kominers and Sönmez 2016",
    "soft": "Ehlers, Hafalir, Yenmez and Yildirim 2014",
    "hard": "Ehlers, Hafalir, Yenmez and Yildirim 2014",
    "overlapping": "Sönmez and Yenmez 2022",
}


def threats(policy: Policy, longest_list: int | None = None) -> list[Threat]:
    """
    What makes ranking truthfully unsafe; empty where nothing does.

    `longest_list` is how many programs a child may choose from, where it is known: a cap that is no shorter is none.
    """
    found: list[Threat] = []
    if policy.list_cap != "none" and (longest_list is None or policy.list_cap < longest_list):
        found.append("list_cap")
    if policy.mechanism in THREATS:
        found.append(policy.mechanism)
    return found


def kinds_of(policy: Policy) -> list[str]:
    """The kinds of choice rules in a policy, by the names of `lottery.incentives.tiny.RULES`."""
    found = [kind for entry in policy.seat_groups for kind in _group_kinds(entry)]
    found += [f"{entry.kind} band" for entry in policy.bands]
    found += ["overlapping guarantees"] * bool(policy.guarantees)
    return sorted(set(found))


def _group_kinds(entry: SeatGroups) -> list[str]:
    found = []
    for slot, group in enumerate(entry.groups):
        if group.members is not None:
            last = any(other.members is None for other in entry.groups[:slot])
            unfilled = "held" if group.unfilled == "hold" else "released"
            found.append(f"reserve filled {'last' if last else 'first'}, {unfilled}")
        if group.order:
            found.append("group with an order of its own")
    return found


def cautions(policy: Policy) -> list[Statement]:
    """What is not about ranking, and still lets a family gain or lose by what it says."""
    found = [
        Statement(f"A blank {column!r} counts as meeting the condition, so saying nothing pays.", "undisclosed")
        for column, answer in sorted(policy.undisclosed.items())
        if answer == "member"
    ]
    if policy.tie_breaker.weights:
        why = "The tickets depend on what is true of the child: check what families declare, or saying more pays."
        found.append(Statement(why, "tie_breaker.weights"))
    if policy.secured_seat == "none":
        why = (
            "A family that holds a seat gives it up by taking part, and may end with nothing: taking part itself is "
            "not safe for it."
        )
        found.append(Statement(why, "secured_seat"))
    return found


def sources(kinds: Sequence[str]) -> list[str]:
    """Where it is proved that choice rules of these kinds are substitutable."""
    return sorted({CHOICE_RULES[kind.split()[0]] for kind in kinds})
