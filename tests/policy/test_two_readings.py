"""
Two programs read every random policy and cycle: the engine's compiler, and the verifier's that shares no code with it.

They must agree on every list, seat group, capacity and on who stands before whom; what one of them refuses, the other
refuses too, so that no run fails at the gate for want of a sentence at the door.
"""

from __future__ import annotations

from decimal import InvalidOperation
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tiny_cycles import cycle, policy

from lottery.auditor import verify
from lottery.auditor.witness import plain
from lottery.cycle import Cycle
from lottery.errors import PolicyError
from lottery.matching import match
from lottery.policy import PolicyFile, compile_market
from lottery.report.bundle import write_inputs

Reading = tuple[dict[str, list[str]], dict[str, list[tuple[str, int, list[str]]]]]
SEED = "two readings"


def engines_reading(file: PolicyFile, tiny: Cycle) -> Reading:
    market = compile_market(file, tiny)
    choices, groups = plain(market, match(market, seed=SEED))
    return choices, in_order({title: [g for g in own if g.name] for title, own in groups.items()})


def verifiers_reading(file: PolicyFile, tiny: Cycle, folder: Path) -> Reading:
    write_inputs(tiny, file.canonical(), folder)
    tables = {
        n: verify.read_table(folder, n, c) for n, c in (verify.REQUIRED | verify.OPTIONAL).items() if n != "choices"
    }
    everybody = tables["all applicants"] = tables["applicants"]
    taking_part = [status in ("", "included") for (status,) in everybody.each("status")]
    rows = [row for row, included in zip(everybody.rows, taking_part, strict=True) if included]
    tables["applicants"] = verify.Table("applicants", everybody.column, rows)
    people = [i for (i,) in tables["applicants"].each("applicant_id")]
    draw = verify.draw_by_formula(verify.rehearsal_key(SEED), people)
    market = verify.compile_market(folder, tables, verify.read_policy(folder), draw)
    return {i: list(own) for i, own in market.choices.items()}, in_order(market.groups)


def in_order(groups: Any) -> dict[str, list[tuple[str, int, list[str]]]]:
    return {
        title: [(g.name, g.capacity, sorted(g.standing, key=lambda i, s=g.standing: s[i])) for g in own]
        for title, own in groups.items()
    }


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


def group(rng: Random, name: str) -> dict[str, Any]:
    written: dict[str, Any] = {"name": name}
    if rng.random() < 0.6:
        written |= {"for": condition(rng), "unfilled": rng.choice(["release", "hold"])}
    if rng.random() < 0.3:
        return {**written, "seats": rng.randint(0, 3)}
    return {
        **written,
        "share": rng.choice(["0%", "12.5%", "50%", "1/3", "100%"]),
        "rounding": rng.choice(["up", "down", "nearest"]),
    }


def groups(rng: Random) -> list[dict[str, Any]]:
    own = [group(rng, f"g{n}") for n in range(rng.randint(0, 3))]
    rest: dict[str, Any] = {"name": "rest", "rest": True}
    if rng.random() < 0.2:
        rest |= {"for": condition(rng), "unfilled": rng.choice(["release", "hold"])}
    own.insert(rng.randint(0, len(own)), rest)
    return own


def random_policy(rng: Random) -> dict[str, Any]:
    lines = [{"class": f"c{n}", "when": condition(rng)} for n in range(rng.randint(0, 3))]
    if not lines or rng.random() < 0.7:
        lines.append({"class": "otherwise"})
    selectors = [
        "all",
        {"pathway": "ARTS"},
        {"pathway": ["GENERAL", "X"], "grade": ["KG"]},
        {"magnet": [True]},
        {"grade": "01"},
    ]
    return {
        "facts": {"poor": {"column": "income", "in": ["free", "reduced"]}},
        "siblings": {"at": rng.choice(["program", "school"]), "household": "same_address"},
        "near": {"metres": rng.choice([0, 1000, 3000, 12000])},
        "undisclosed": {column: rng.choice(["member", "not_member"]) for column in UNDISCLOSED},
        "priorities": lines,
        "seat_groups": [
            {"programs": selector, "groups": groups(rng)} for selector in rng.sample(selectors, rng.randint(0, 3))
        ],
        "secured_seat": rng.choice(["continuing", "none"]),
        **({"eligible": condition(rng)} if rng.random() < 0.3 else {}),
    }


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
    }  # fmt: skip


@pytest.mark.parametrize("batch", range(4))
def test_the_engine_and_the_verifier_read_every_policy_alike(batch, tmp_path):
    """F4, F5, F8, F9: two independent derivations of every standing, on 400 random cycles."""
    rng = Random(f"{SEED} {batch}")
    for n in range(100):
        file, tiny = policy(**random_policy(rng)), cycle(**random_cycle(rng))
        assert engines_reading(file, tiny) == verifiers_reading(file, tiny, tmp_path / str(n)), (
            batch,
            n,
            file.canonical(),
        )


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
