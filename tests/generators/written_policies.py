"""Policies written key by key, for tests of what is said about a policy."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from lottery.policy import PolicyFile, parse_policy

SMALL = {
    "schema_version": 1,
    "policy": "test/small",
    "title": "Small",
    "jurisdiction": "Nowhere",
    "effective": "2027-03-01",
    "reference": "none",
    "mechanism": "deferred-acceptance",
    "list_cap": "none",
    "priorities": [{"class": "sibling", "when": "sibling"}, {"class": "otherwise"}],
    "siblings": {"at": "program", "household": "same_address"},
    "tie_breaker": {"draw": "single"},
    "secured_seat": "none",
    "waitlist": {"vacancy": "group_then_open"},
    "rounds": ["main"],
}
OPEN = {"name": "open", "rest": True}
LOW = {"column": "income", "in": ["free", "reduced"]}


def policy_of(**keys: object) -> PolicyFile:
    """The small policy with other keys; None takes a key away."""
    written = {key: value for key, value in {**SMALL, **keys}.items() if value is not None}
    return parse_policy(json.dumps(written), "test.yaml")


def groups(*parts: dict[str, object], programs: object = "all") -> dict[str, object]:
    """An entry of `seat_groups`."""
    return {"programs": programs, "groups": list(parts)}


def reserve(members: object, **keys: object) -> dict[str, object]:
    """A soft reserve of half the seats."""
    return {"name": "r", "for": members, "share": "50%", "rounding": "up", "unfilled": "release"} | keys


FACTS = st.sampled_from(["zone", "sibling", "feeder", "continuing", "low", "gifted_child"])
TESTS = st.sampled_from([LOW, *({"column": "age", "range": ends} for ends in ([3, 7], [None, 7], [3, None]))])
CONDITIONS = st.recursive(
    FACTS | TESTS,
    lambda inner: st.builds(
        lambda kind, parts: {kind: parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
CHILDREN = st.sampled_from(["low", LOW, {"none": ["low"]}])  # about the child, whatever the program
SHARES = st.sampled_from(["10%", "12.5%", "1/3", "50%"])
ROUNDINGS = st.sampled_from(["up", "down", "nearest"])
PROGRAMS = st.sampled_from(["all", {"pathway": ["ARTS", "STEM"]}, {"grade": "01", "pathway": "ARTS"}])


@st.composite
def lines(draw, prefix):
    found = [{"class": f"{prefix}_{k}", "when": draw(CONDITIONS)} for k in range(draw(st.integers(1, 3)))]
    return [*found, {"class": "otherwise"}] if draw(st.booleans()) else found


@st.composite
def seat_groups(draw, entry):
    parts = []
    for k in range(draw(st.integers(0, 3))):
        part: dict[str, object] = {"name": f"group_{entry}{k}"}
        share = {"share": draw(SHARES), "rounding": draw(ROUNDINGS)}
        part |= draw(st.sampled_from([share, {"seats": 0}, {"seats": 1}, {"seats": 7}]))
        if draw(st.booleans()):
            part |= {"for": draw(CONDITIONS), "unfilled": draw(st.sampled_from(["release", "hold"]))}
        if draw(st.booleans()):
            part["order"] = draw(lines(f"line_{entry}{k}"))
        parts.append(part)
    parts.insert(draw(st.integers(0, len(parts))), OPEN)
    return groups(*parts, programs=draw(PROGRAMS))


@st.composite
def bands(draw):
    ends = draw(
        st.sampled_from(
            [{"floor": "10%", "ceiling": "60%"}, {"centre": "40%", "points": 15}, {"centre": "district", "points": 10}]
        )
    )
    categories = [{"name": "low", "for": draw(CHILDREN), **ends}, {"name": "others", "floor": 1, "ceiling": "90%"}]
    kind = draw(st.sampled_from(["soft", "hard"]))
    rounding = {"floor": draw(ROUNDINGS), "ceiling": draw(ROUNDINGS)}
    return {"programs": draw(PROGRAMS), "kind": kind, "rounding": rounding, "categories": categories}


@st.composite
def guarantees(draw):
    traits = [
        {"name": f"trait_{k}", "for": draw(CONDITIONS), "share": draw(SHARES), "rounding": draw(ROUNDINGS)}
        for k in range(draw(st.integers(1, 2)))  # three could guarantee more than all seats
    ]
    return {"programs": draw(PROGRAMS), "traits": traits}


@st.composite
def divided_seats(draw) -> dict[str, object]:
    """Seat groups, or a band and guarantees of other programs."""
    if draw(st.booleans()):
        return {"seat_groups": [draw(seat_groups(k)) for k in range(draw(st.integers(0, 2)))]}
    found: dict[str, object] = {
        "bands": draw(st.lists(bands(), max_size=1)),
        "guarantees": draw(st.lists(guarantees(), max_size=1)),
    }
    if found["bands"] and found["guarantees"]:
        found["bands"][0]["programs"] = {"pathway": ["MUSIC"]}
        found["guarantees"][0]["programs"] = {"pathway": ["ARTS", "STEM"], "grade": "01"}
        found["seat_groups"] = [draw(seat_groups(0)) | {"programs": {"pathway": "IB"}}]
    return found


@st.composite
def policies(draw) -> PolicyFile:
    """Any policy the model accepts, with every key drawn."""
    keys: dict[str, object] = {
        "title": draw(st.sampled_from(["One", "Two"])),
        "list_cap": draw(st.sampled_from(["none", 1, 4])),
        "priorities": draw(lines("class")),
        "facts": {"low": LOW},
        "near": {"metres": draw(st.integers(1, 3000))},
        "siblings": {"at": draw(st.sampled_from(["program", "school"])), "household": "same_address"},
        "undisclosed": {"income": draw(st.sampled_from(["member", "not_member"])), "age": "not_member"},
        "eligible": draw(st.none() | CONDITIONS),
        "given_priorities": draw(
            st.none()
            | st.fixed_dictionaries(
                {
                    "use": st.sampled_from(["replaces_class", "breaks_ties_in_class"]),
                    "absent": st.sampled_from(["last", "ineligible"]),
                }
            )
        ),
        "waitlist": {"vacancy": draw(st.sampled_from(["group_then_open", "choice_function"]))},
        "resolution": draw(st.none() | st.just("2027-14")),
        "source": draw(st.none() | st.just("A study of 2019")),
        "targets": draw(st.just([]) | st.just([{"fact": "low", "per": "school", "centre": "district", "points": 10}])),
    }
    if draw(st.booleans()):
        keys |= draw(divided_seats())
        keys["secured_seat"] = draw(st.sampled_from(["continuing", "none"]))
        draws = ["single", "multiple", "hybrid"]
    else:
        keys["mechanism"] = mechanism = draw(
            st.sampled_from(
                [
                    "immediate-acceptance",
                    "top-trading-cycles",
                    "serial-dictatorship",
                    "efficiency-adjusted",
                    "stable-improvement-cycles",
                ]
            )
        )
        if mechanism == "efficiency-adjusted":
            keys["consent"] = draw(st.just("all") | CHILDREN)
        single = mechanism in ("top-trading-cycles", "serial-dictatorship")
        draws = ["single"] if single else ["single", "multiple", "hybrid"]
    tie_breaker: dict[str, object] = {"draw": draw(st.sampled_from(draws))}
    if tie_breaker["draw"] == "hybrid":
        tie_breaker["popular"] = draw(PROGRAMS)
    tickets = st.sampled_from([1, 2, 1.5])
    weighed = draw(st.sampled_from([[], ["low"], ["low", {"none": ["low"]}]]))
    tie_breaker["weights"] = [{"when": when, "tickets": draw(tickets)} for when in weighed]
    return policy_of(**keys, tie_breaker=tie_breaker)
