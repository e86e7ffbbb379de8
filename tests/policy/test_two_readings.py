"""
Two programs read every random policy and cycle: the engine's compiler, and the verifier's that shares no code with it.

They must agree on every list, seat group, capacity and on who stands before whom; what one of them refuses, the other
refuses too, so that no run fails at the gate for want of a sentence at the door.
"""

from __future__ import annotations

from decimal import InvalidOperation
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from tiny_cycles import cycle, policy

from lottery.auditor import verify, witness
from lottery.cycle import Cycle
from lottery.draw import Seed
from lottery.errors import PolicyError
from lottery.market import Market
from lottery.matching import draw, solve
from lottery.policy import PolicyFile, compile_market
from lottery.policy.model import fraction
from lottery.report.bundle import write_inputs

SEED = "two readings"


class Reading(NamedTuple):
    """What a policy means on a cycle, in words; the lists of applicants are in the order of their standing."""

    choices: dict[str, list[str]]
    groups: dict[str, list[tuple[str, int, list[str]]]]  # by offering: name, seats, `applicant: class`
    bounds_of: dict[str, tuple[Any, ...]]  # by offering: kind, seats, guaranteed, {slot: (floor, ceiling)}
    consent: list[str]
    queues: dict[str, list[str]]  # by offering: everybody eligible, where the mechanism asks


def engines_reading(file: PolicyFile, tiny: Cycle) -> Reading:
    market = compile_market(file, tiny)
    outcome = solve(market, market.given or draw(market, Seed.rehearsal(SEED).key()))
    choices, groups = witness.plain(market, outcome)
    rules = witness.rules(market, outcome)
    return in_words(choices, groups, rules, class_names(market))


def class_names(market: Market) -> dict[tuple[str, int, str], str]:
    """The name of the class of every application in every slot that it may enter."""
    return {
        (f"{market.programs[p]}/{market.grades[p]}", k, market.applicants[i]): market.class_names[
            s % (market.barred // 2)
        ]
        for i, p, own in zip(market.applicant_of(), market.program, market.standing.tolist(), strict=True)
        for k, s in enumerate(own)
        if s < market.barred
    }


def verifiers_reading(file: PolicyFile, tiny: Cycle, folder: Path) -> Reading:
    write_inputs(tiny, file.canonical(), folder)
    tables = {
        n: verify.read_table(folder, n, c) for n, c in (verify.REQUIRED | verify.OPTIONAL).items() if n != "choices"
    }
    everybody = tables["all applicants"] = tables["applicants"]
    taking_part = [status in ("", "included") for (status,) in everybody.each("status")]
    rows = [row for row, included in zip(everybody.rows, taking_part, strict=True) if included]
    tables["applicants"] = verify.Table("applicants", everybody.column, rows)
    written = verify.read_policy(folder)
    given = "numbers" in tiny
    record = {
        "seed": SEED,
        "draw": {
            "numbers": "given" if given else "formula",
            "tie_breaker": written["tie_breaker"]["draw"],
            "key": verify.rehearsal_key(SEED).hex(),
        },
    }
    drawn, findings = verify.redraw(tables, written, record, given)
    market = verify.compile_market(folder, tables, written, drawn)
    if found := [*findings, *drawn.findings]:
        raise verify.BadInput(str(found))
    names = {
        (title, k, i): order.name(i)
        for title, offering in market.offerings.items()
        for k, order in enumerate(offering.orders)
        for i in market.groups[title][k].standing
    }
    return in_words(market.choices, market.groups, market.rules, names)


def in_words(choices: Any, groups: Any, rules: verify.Rules, names: dict[tuple[str, int, str], str]) -> Reading:
    """Slots of bands and guarantees in the order of their names, for their order decides nothing."""
    told, bounds_of = {}, {}
    for title, own in groups.items():
        bounds = rules.bounds_of.get(title)
        slots = [k for k, group in enumerate(own) if group.name]
        if bounds is not None:
            slots.sort(key=lambda k, own=own: own[k].name)
            ends = [(own[k].name, list(bounds.floor[k : k + 1]), list(bounds.ceiling[k : k + 1])) for k in slots]
            bands = [] if bounds.kind == verify.GUARANTEES else ends
            guaranteed = [n for n in bounds.guaranteed.values() if n] if bounds.kind == verify.GUARANTEES else []
            bounds_of[title] = bounds.kind, bounds.seats, bounds.holders, guaranteed, bands
        told[title] = [
            (own[k].name, own[k].capacity, [f"{i}: {names[title, k, i]}" for i in sorted(own[k].standing, key=own[k].standing.__getitem__)])
            for k in slots
        ]  # fmt: skip
    asked = rules.queue if rules.mechanism == verify.TRADING else None
    queues = {} if asked is None else {title: list(asked(title)) for title in groups}
    return Reading({i: list(own) for i, own in choices.items()}, told, bounds_of, sorted(rules.consent), queues)


# ------------------------------------------------------------------------------------------------- random policies

ATOMS: list[Any] = [
    "zone", "sibling", "feeder", "continuing", "near", "twin", "audition", "poor",
    {"column": "income", "equals": "paid"}, {"column": "score", "range": [0, "2.5"]}, {"column": "score", "range": [None, 1]},
    {"column": "pathway", "in": ["ARTS"]}, {"column": "magnet", "equals": True}, {"column": "region", "in": ["north", "east"]},
    {"column": "grade", "table": "applicants", "in": ["KG"]}, {"column": "level", "range": [2, None]},
    {"column": "latitude", "table": "schools", "range": [34.1, None]},
]  # fmt: skip
UNDISCLOSED = ("income", "score", "twin", "magnet", "region", "latitude")


def condition(rng: Random, depth: int = 2) -> Any:
    if depth == 0 or rng.random() < 0.4:
        return rng.choice(ATOMS)
    return {rng.choice(["all", "any", "none"]): [condition(rng, depth - 1) for _ in range(rng.randint(1, 3))]}


CHILD = ["poor", "twin", {"column": "income", "equals": "paid"}, {"column": "score", "range": [0, "2.5"]}]
ROUNDING = ("up", "down", "nearest")


def about_the_child(rng: Random) -> Any:
    return rng.choice([*CHILD, {rng.choice(["all", "any", "none"]): rng.sample(CHILD, 2)}])


def size(rng: Random) -> dict[str, Any]:
    if rng.random() < 0.3:
        return {"seats": rng.randint(0, 3)}
    return {"share": rng.choice(["0%", "12.5%", "50%", "1/3", "100%"]), "rounding": rng.choice(ROUNDING)}


def lines(rng: Random, name: str) -> list[dict[str, Any]]:
    own = [{"class": f"{name}{n}", "when": condition(rng)} for n in range(rng.randint(0, 3))]
    if not own or rng.random() < 0.7:
        own.append({"class": "otherwise"})
    return own


def group(rng: Random, name: str) -> dict[str, Any]:
    written: dict[str, Any] = {"name": name}
    if rng.random() < 0.6:
        written |= {"for": condition(rng), "unfilled": rng.choice(["release", "hold"])}
    if rng.random() < 0.3:
        written["order"] = lines(rng, f"{name}_{rng.randrange(10**9)}_")
    return written


def groups(rng: Random) -> list[dict[str, Any]]:
    own = [group(rng, f"g{n}") | size(rng) for n in range(rng.randint(0, 3))]
    rest = (group(rng, "rest") if rng.random() < 0.3 else {"name": "rest"}) | {"rest": True}
    own.insert(rng.randint(0, len(own)), rest)
    return own


def category(rng: Random, name: str, whole: bool) -> dict[str, Any]:
    if whole or rng.random() < 0.3:
        low = rng.randint(0, 3)
        return {"name": name, "floor": low, "ceiling": low + rng.randint(0, 2)}
    if rng.random() < 0.5:
        centre = rng.choice(["district", "37.5%", "0%", "100%"])
        return {"name": name, "centre": centre, "points": rng.choice([0, 12.5, "33.3", 100])}
    low = rng.randint(0, 100)
    return {"name": name, "floor": f"{low}%", "ceiling": f"{rng.randint(low, 100)}%"}


def band(rng: Random) -> dict[str, Any]:
    """Mostly a partition: a condition about the child (a centre may ask for its share), its contrary, or the rest."""
    whole = rng.random() < 0.3
    parts = [category(rng, name, whole) for name in ("low", "high")]
    if promised(parts, "floor") > 1:
        return band(rng)
    when = about_the_child(rng) if any(part.get("centre") == "district" for part in parts) else condition(rng)
    parts[0]["for"] = when
    if rng.random() < 0.5:
        parts[1]["for"] = {"none": [when]} if rng.random() < 0.7 else about_the_child(rng)
    rng.shuffle(parts)
    numbers = all(isinstance(part.get(end), int) for part in parts for end in ("floor", "ceiling"))
    how = {} if numbers else {"rounding": {"floor": rng.choice(ROUNDING), "ceiling": rng.choice(ROUNDING)}}
    return {"kind": rng.choice(["soft", "hard"]), "categories": parts, **how}


def traits(rng: Random) -> dict[str, Any]:
    """Guarantees of all seats at most."""
    written = [{"name": f"t{n}", "for": condition(rng), **size(rng)} for n in range(rng.randint(1, 3))]
    return {"traits": written} if promised(written, "share") <= 1 else traits(rng)


def promised(parts: list[dict[str, Any]], key: str) -> Fraction:
    """The sum of the shares under a key, those around a centre of their own included."""
    shares = [fraction(part[key]) for part in parts if isinstance(part.get(key), str)]
    centres = [part for part in parts if part.get("centre", "district") != "district"]
    ends = [fraction(part["centre"]) - Fraction(str(part["points"])) / 100 for part in centres]
    return sum([*shares, *(max(Fraction(0), end) for end in ends)], Fraction(0))


SELECTORS: list[Any] = [
    "all",
    {"pathway": "ARTS"},
    {"pathway": ["GENERAL", "X"], "grade": ["KG"]},
    {"magnet": [True]},
    {"grade": "01"},
]


def seats(rng: Random) -> dict[str, Any]:
    """Seat groups, bands and guarantees; sometimes of one program."""
    first = [{"programs": selector, "groups": groups(rng)} for selector in rng.sample(SELECTORS, rng.randint(0, 3))]
    if rng.random() < 0.5:
        return {"seat_groups": first}
    apart = [{"program_id": ["art", "elm"]}, {"program_id": ["oak"]}, {"program_id": ["ash"], "grade": ["01", "K"]}]
    if rng.random() < 0.1:
        apart[0] = {"pathway": "GENERAL"}  # of which only the cycle knows whether it is one of the others
    rng.shuffle(apart)
    return {
        "bands": [{"programs": apart[0], **band(rng)}],
        "guarantees": [{"programs": apart[1], **traits(rng)}],
        "seat_groups": [{"programs": apart[2], "groups": groups(rng)}],
    }


def tie_breaker(rng: Random) -> dict[str, Any]:
    written: dict[str, Any] = rng.choice(
        [{"draw": "single"}, {"draw": "multiple"}, {"draw": "hybrid", "popular": rng.choice(SELECTORS)}]
    )
    if rng.random() < 0.4:
        drawn = rng.sample([(CHILD[n], rng.choice([2, 1.5, "0.25", 1000])) for n in range(4)], rng.randint(1, 2))
        written = {**written, "weights": [{"when": when, "tickets": tickets} for when, tickets in drawn]}
    return written


def mechanism(rng: Random) -> dict[str, Any]:
    """One of the others, with open seats only."""
    name = rng.choice(verify.MECHANISMS[1:])
    written: dict[str, Any] = {
        "mechanism": name,
        "secured_seat": "none",
        "seat_groups": [],
        "bands": [],
        "guarantees": [],
    }
    if name == "efficiency-adjusted":
        written["consent"] = rng.choice(["all", about_the_child(rng)])
    if name in ("top-trading-cycles", "serial-dictatorship"):
        written["tie_breaker"] = {"draw": "single"}
    return written


def random_policy(rng: Random) -> dict[str, Any]:
    written = {
        "facts": {"poor": {"column": "income", "in": ["free", "reduced"]}},
        "siblings": {"at": rng.choice(["program", "school"]), "household": "same_address"},
        "near": {"metres": rng.choice([0, 1000, 3000, 12000])},
        "undisclosed": {column: rng.choice(["member", "not_member"]) for column in UNDISCLOSED},
        "priorities": lines(rng, "c"),
        "tie_breaker": tie_breaker(rng),
        "secured_seat": rng.choice(["continuing", "none"]),
        **seats(rng),
    }
    if rng.random() < 0.3:
        written["eligible"] = condition(rng)
    if rng.random() < 0.4:
        written["given_priorities"] = {
            "use": rng.choice(["replaces_class", "breaks_ties_in_class"]),
            "absent": rng.choice(["last", "ineligible"]),
        }
    return written | mechanism(rng) if rng.random() < 0.3 else written


# --------------------------------------------------------------------------------------------------- random cycles

PROGRAMS = ("art", "elm", "oak", "ash")
SCHOOLS = {"art": "oakb", "elm": "elmb", "oak": "oakb", "ash": "elmb"}


def rows(header: str, lines: Any) -> str:
    return "\n".join([header, *(",".join(map(str, line)) for line in sorted(lines)), ""])


def random_cycle(rng: Random) -> dict[str, str]:
    people = [f"i{n:02}" for n in range(rng.randint(2, 16))]
    grade = {i: rng.choice(["KG", "KG", "01"]) for i in people}
    seats = [(p, g) for p in PROGRAMS for g in ("01", "KG") if rng.random() < 0.85]

    def spot() -> tuple[str, str]:
        return rng.choice([("", ""), (f"34.1{rng.randint(0, 9)}", f"-118.1{rng.randint(0, 9)}")])

    def applicant(i: str) -> tuple[str, ...]:
        household, zone, current = (
            rng.choice(["", "h1", "h2", "h3"]),
            rng.choice(["", "oakb", "elmb"]),
            rng.choice(["", *PROGRAMS]),
        )
        status = rng.choice(["", "", "included", "withdrawn"])
        facts = (
            rng.choice(["", "free", "reduced", "paid"]),
            rng.choice(["", "1", "2.50", "-1e0"]),
            rng.choice(["", "yes", "FALSE", "1"]),
        )
        return (i, grade[i], household, zone, current, *spot(), status, *facts)

    wanted = {
        i: rng.sample([p for p, g in seats if g == grade[i]], rng.randint(0, sum(g == grade[i] for _, g in seats)))
        for i in people
    }
    pairs = {(rng.choice(people), rng.choice(PROGRAMS)): rng.choice(["yes", "no"]) for _ in range(9)}
    levels = {(rng.choice(people), rng.choice(PROGRAMS)): rng.choice(["1", "2", "3.5"]) for _ in range(9)}
    facts = [(i, p, "audition", v) for (i, p), v in pairs.items()] + [
        (i, p, "level", v) for (i, p), v in levels.items()
    ]
    enrolled = [
        (
            rng.choice([f"r{n}", rng.choice(people)]),
            rng.choice(["", "h1", "h2", "h3"]),
            p,
            rng.choice(["KG", "01", "04", "05"]),
        )
        for n, p in enumerate(rng.choices(PROGRAMS, k=8))
    ]
    standings = {
        (rng.choice(people), rng.choice(["art", "oak"])): rng.choice(["1", "01", "2", "10", "-3"]) for _ in range(12)
    }
    roster = {student: (student, household, SCHOOLS[p], p, g) for student, household, p, g in enrolled}
    return {
        "schools": rows("school_id,name,latitude,longitude,region", [(s, s, *spot(), rng.choice(["", "north", "south"])) for s in ("elmb", "oakb")]),
        "programs": rows(
            "program_id,school_id,name,pathway,lowest_grade,highest_grade,magnet",
            [(p, SCHOOLS[p], p, rng.choice(["ARTS", "GENERAL"]), "KG", rng.choice(["01", "05"]), rng.choice(["", "true", "false"])) for p in PROGRAMS],
        ),
        "seats": rows("program_id,grade,capacity", [(p, g, rng.randint(0, 4)) for p, g in seats]),
        "applicants": rows(
            "applicant_id,grade,household_id,zone_school_id,current_program_id,latitude,longitude,status,income,score,twin",
            map(applicant, people),
        ),
        "choices": rows("applicant_id,rank,program_id", [(i, rank, p) for i, own in wanted.items() for rank, p in enumerate(own, 1)]),
        "roster": rows("student_id,household_id,school_id,program_id,grade", roster.values()),
        "feeders": rows("from_program_id,to_program_id", {tuple(rng.choices(PROGRAMS, k=2)) for _ in range(4)}),
        "facts": rows("applicant_id,program_id,fact,value", facts),
        **({"priorities": rows("applicant_id,program_id,priority", ((i, p, n) for (i, p), n in standings.items()))} if rng.random() < 0.7 else {}),
        **({"numbers": numbers(rng, people)} if rng.random() < 0.3 else {}),
    }  # fmt: skip


def numbers(rng: Random, people: list[str]) -> str:
    """A single number for each, a number at each program, or both; now and then one is missing."""
    pairs = [(i, p) for i in people for p in ["", *PROGRAMS]]
    kind = rng.choice([("",), PROGRAMS, ("", *PROGRAMS)])
    drawn = dict(zip(pairs, rng.sample(range(1000), len(pairs)), strict=True))
    left = [pair for pair in pairs if pair[1] in kind and rng.random() < 0.995]
    return rows("applicant_id,program_id,number", [(*pair, f"0.{drawn[pair]:03}") for pair in left])


@pytest.mark.parametrize("batch", range(4))
def test_the_engine_and_the_verifier_read_every_policy_alike(batch, tmp_path):
    """F4, F5, F8, F9: two independent derivations of every standing, on 280 random cycles; a refusal is shared."""
    rng = Random(f"{SEED} {batch}")
    n_read = 0
    for n in range(70):
        file, tiny = policy(**random_policy(rng)), cycle(**random_cycle(rng))
        try:
            engine = engines_reading(file, tiny)
        except PolicyError as refusal:
            if not only_the_engine_asks(refusal):
                with pytest.raises(verify.BadInput):
                    verifiers_reading(file, tiny, tmp_path / str(n))
            continue
        assert engine == verifiers_reading(file, tiny, tmp_path / str(n)), (batch, n, file.canonical())
        n_read += 1
    assert n_read > 45


def only_the_engine_asks(refusal: PolicyError) -> bool:
    """Numbers that no draw uses are refused at the door, and pass by the verifier."""
    return all(problem.column == "program_id" for problem in refusal.problems)


# -------------------------------------------------------------------------------------------------- edges of words

KINDS = {
    "a program nobody ranks has a blank": {"column": "magnet", "equals": "true"},
    "a school nobody ranks has no place": "near",
    "somebody without choices has a blank": {"column": "income", "equals": "free"},
    "somebody without choices has a word for a truth": "twin",
    "somebody without choices has a word for a number": {"column": "score", "range": [0, 1]},
    "a list of one is written without brackets": {"column": "pathway", "in": "GENERAL"},
    "a grade is written as a number": {"column": "grade", "table": "applicants", "in": [1]},
}
EDGES = {
    "schools": "school_id,name,latitude,longitude\nelmb,Elm,,\noakb,Oak,34.1,-118.1\n",
    "programs": "program_id,school_id,name,pathway,lowest_grade,highest_grade,magnet\nelm,elmb,Elm,GENERAL,KG,05,\noak,oakb,Oak,GENERAL,KG,05,true\n",
    "seats": "program_id,grade,capacity\nelm,KG,1\noak,01,1\noak,KG,1\n",
    "applicants": (
        "applicant_id,grade,latitude,longitude,income,score,twin\n"
        "ana,KG,34.1,-118.1,free,1,yes\nben,KG,34.1,-118.1,,many,perhaps\ncal,01,34.1,-118.1,paid,2,no\n"
    ),
    "choices": "applicant_id,rank,program_id\nana,1,oak\ncal,1,oak\n",
}  # fmt: skip


def agreed(changes: dict[str, Any], folder: Path) -> bool:
    """Whether the verifier reads what the engine reads, where the engine does not refuse."""
    try:
        file = policy(**changes)
        engine = engines_reading(file, cycle(**EDGES))
    except PolicyError:
        return True  # what is refused at the door never reaches the verifier
    try:
        return engine == verifiers_reading(file, cycle(**EDGES), folder / "bundle")
    except (verify.BadInput, InvalidOperation):
        return False


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_engine_accepts_the_verifier_can_read(kind, tmp_path):
    assert agreed(
        {"priorities": [{"class": "yes", "when": KINDS[kind]}, {"class": "no"}], "near": {"metres": 500}}, tmp_path
    )


@pytest.mark.parametrize("grades", ["KG", ["K"], "k", ["KG", "1"], 1, ["01"], ["kg"]], ids=str)
def test_a_grade_in_a_selector_is_read_alike(grades, tmp_path):
    """formats.md: grades are normalised; `K` and `1` are accepted."""
    entry = {"programs": {"grade": grades}, "groups": [{"name": "special", "rest": True}]}
    assert agreed({"seat_groups": [entry]}, tmp_path)
