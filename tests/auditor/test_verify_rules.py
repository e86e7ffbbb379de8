"""Every rule of a policy in a bundle worked out by hand, and errors planted in each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from lottery.auditor.verify import main, verify

COLUMNS = {
    "offers": "applicant_id,grade,program_id,rank,seat_group,priority,lottery_number,place",
    "reasons": "applicant_id,program_id,rank,outcome,seat_group,priority,lottery_number,place,"
    "cutoff_priority,cutoff_place,places_short,waitlist_position",
    "cutoffs": "program_id,grade,seat_group,capacity,filled,member,priority,lottery_number,place",
    "waitlists": "program_id,grade,position,applicant_id,priority,lottery_number,place",
}


class Case(NamedTuple):
    """A cycle, its policy, and the files that must follow; `.3` stands for the lottery number 0.3 in full."""

    seats: str  # program capacity
    applicants: str  # a header, then one line each
    choices: str  # applicant: programs
    policy: Mapping[str, Any]
    offers: str
    reasons: str
    cutoffs: str
    waitlists: str
    numbers: str = "a .1\nb .2\nc .3\nd .4\ne .5"
    priorities: str = ""


def table(header: str, text: str) -> str:
    """A CSV file from words, one line a row; a lone hyphen is a blank, and .3 the number 0.3 with 18 decimals."""
    words = (line.split() for line in text.strip().splitlines())
    cells = ([f"0{w:0<19}" if w[0] == "." else "" if w == "-" else w for w in row] for row in words)
    return "\n".join([header, *(",".join(row) for row in cells), ""])


def write(bundle: Any, case: Case) -> None:
    """Write a case as a bundle, in place of what the bundle held."""
    for path in sorted(bundle.folder.rglob("*")):
        if path.is_file() and path.name != "record.json":
            path.unlink()
    policy = {
        "schema_version": 1, "policy": "test/tiny", "mechanism": "deferred-acceptance", "priorities": [{"class": "all"}],
        "tie_breaker": {"draw": "single"}, "secured_seat": "none", **case.policy,
    }  # fmt: skip
    programs = [line.split()[0] for line in case.seats.strip().splitlines()]
    bundle.write("inputs/schools.csv", table("school_id", "\n".join(f"{p}b" for p in programs)))
    bundle.write("inputs/programs.csv", table("program_id,school_id", "\n".join(f"{p} {p}b" for p in programs)))
    bundle.write(
        "inputs/seats.csv", table("program_id,capacity,grade", case.seats.replace("\n", " KG\n").strip() + " KG")
    )
    header, _, rows = case.applicants.strip().partition("\n")
    bundle.write("inputs/applicants.csv", table(",".join(["applicant_id", "grade", *header.split()]), rows))
    lists = (line.split(":") for line in case.choices.strip().splitlines())
    ranked = [f"{a.strip()} {rank} {p}" for a, own in lists for rank, p in enumerate(own.split(), 1)]
    bundle.write("inputs/choices.csv", table("applicant_id,rank,program_id", "\n".join(ranked)))
    rows = "\n".join(line if len(line.split()) > 2 else f"{line} -" for line in case.numbers.strip().splitlines())
    bundle.write("inputs/numbers.csv", table("applicant_id,number,program_id", rows))
    if case.priorities:
        bundle.write("inputs/priorities.csv", table("applicant_id,program_id,priority", case.priorities))
    bundle.write("policy.json", json.dumps(policy))
    for name in COLUMNS:
        bundle.write(f"{name}.csv", table(COLUMNS[name], getattr(case, name)))
    agree(bundle)


def agree(bundle: Any) -> None:
    """Let record.json say what the other files say, so that nothing else gives a planted error away."""
    offers = [line.split(",") for line in (bundle.folder / "offers.csv").read_text().splitlines()[1:]]
    policy = json.loads((bundle.folder / "policy.json").read_text())
    lines = "".join(sorted(",".join(row[:3]) + "\n" for row in offers))

    def change(record: dict[str, Any]) -> None:
        n = len((bundle.folder / "inputs/applicants.csv").read_text().splitlines()) - 1
        record["counts"] = {"submitted": n, "included": n, "withdrawn": 0, "rejected": 0}
        record["counts"]["offers"] = sum(bool(row[2]) for row in offers)
        record["outcome_digest"] = bundle.sha256(lines.encode())
        record["draw"].update(numbers="given", tie_breaker=policy["tie_breaker"]["draw"])

    bundle.change_json("record.json", change)
    bundle.seal()


def findings(bundle: Any) -> list[str]:
    """The findings in words, nothing left to the hashes."""
    agree(bundle)
    return [f"{f.invariant} {f.subject}: {f.text}" for f in verify(bundle.folder).findings]


HARD_BAND = Case(
    seats="oak 2",
    applicants="low current_program_id\na KG no -\nb KG no -\nc KG yes -\nd KG yes -\ne KG no oak",
    choices="a: oak\nb: oak\nc: oak\nd: oak\ne: oak",
    policy={
        "secured_seat": "continuing",
        "bands": [{
            "programs": "all", "kind": "hard", "rounding": {"floor": "down", "ceiling": "up"},
            "categories": [
                {"name": "low", "for": "low", "floor": "50%", "ceiling": "50%"},
                {"name": "high", "floor": 0, "ceiling": "1/3"},
            ],
        }],
    },
    offers="""
        a KG oak 1 high all .1 1
        b KG - - - - .2 2
        c KG oak 1 low all .3 3
        d KG - - - - .4 4
        e KG oak 1 secured secured .5 5
    """,
    reasons="""
        a oak 1 offered high all .1 1 all 1 - -
        b oak 1 not_reached high all .2 2 all 1 1 1
        c oak 1 offered low all .3 3 all 3 - -
        d oak 1 not_reached low all .4 4 all 3 1 2
        e oak 1 offered secured secured .5 5 secured 5 - -
    """,
    cutoffs="""
        oak KG high 1 1 yes all .1 1
        oak KG low 1 1 yes all .3 3
        oak KG secured 1 1 yes secured .5 5
    """,
    waitlists="oak KG 1 b all .2 2\noak KG 2 d all .4 4",
)  # fmt: skip

SOFT_BAND = HARD_BAND._replace(  # three seats: the floor of one for low, then a, and b in the seat that the ceiling leaves
    seats="oak 3",
    policy={
        "bands": [{
            "programs": {"program_id": ["oak"]}, "kind": "soft", "rounding": {"floor": "nearest", "ceiling": "down"},
            "categories": [
                {"name": "low", "for": "low", "centre": "district", "points": 10},  # 2 of 5: 30 to 50 %, 1 to 1 seat
                {"name": "high", "floor": 0, "ceiling": 1},
            ],
        }],
    },
    offers="""
        a KG oak 1 high all .1 1
        b KG oak 1 high all .2 2
        c KG oak 1 low all .3 3
        d KG - - - - .4 4
        e KG - - - - .5 5
    """,
    reasons="""
        a oak 1 offered high all .1 1 all 2 - -
        b oak 1 offered high all .2 2 all 2 - -
        c oak 1 offered low all .3 3 all 3 - -
        d oak 1 not_reached low all .4 4 all 3 1 1
        e oak 1 not_reached high all .5 5 all 2 3 2
    """,
    cutoffs="oak KG high 3 2 yes all .2 2\noak KG low 3 1 yes all .3 3",
    waitlists="oak KG 1 d all .4 4\noak KG 2 e all .5 5",
)  # fmt: skip

GUARANTEED = Case(  # b has both traits and leaves the seat of el to c; a, with none, is third
    seats="oak 2",
    applicants="el swd\na KG no no\nb KG yes yes\nc KG yes no\nd KG no no",
    choices="a: oak\nb: oak\nc: oak\nd: oak",
    policy={
        "guarantees": [{
            "programs": "all",
            "traits": [
                {"name": "el", "for": "el", "share": "50%", "rounding": "up"},
                {"name": "swd", "for": "swd", "seats": 4},
            ],
        }],
    },
    offers="""
        a KG - - - - .1 1
        b KG oak 1 el+swd all .2 2
        c KG oak 1 el all .3 3
        d KG - - - - .4 4
    """,
    reasons="""
        a oak 1 not_reached none all .1 1 - - - 1
        b oak 1 offered el+swd all .2 2 all 2 - -
        c oak 1 offered el all .3 3 all 3 - -
        d oak 1 not_reached none all .4 4 - - - 2
    """,
    cutoffs="""
        oak KG el 2 1 yes all .3 3
        oak KG el+swd 2 1 yes all .2 2
        oak KG none 2 0 - - - -
    """,
    waitlists="oak KG 1 a all .1 1\noak KG 2 d all .4 4",
)  # fmt: skip

LOCAL = [{"class": "local", "when": "local"}, {"class": "otherwise"}]
OWN_ORDER = Case(
    seats="oak 2",
    applicants="local award\na KG yes no\nb KG no yes\nc KG yes no\nd KG no yes",
    choices="a: oak\nb: oak\nc: oak\nd: oak",
    policy={
        "priorities": LOCAL,
        "seat_groups": [{
            "programs": "all",
            "groups": [
                {"name": "talent", "seats": 1, "order": [{"class": "winner", "when": "award"}]},
                {"name": "open", "rest": True},
            ],
        }],
    },
    offers="""
        a KG oak 1 open local .1 1
        b KG oak 1 talent winner .2 2
        c KG - - - - .3 3
        d KG - - - - .4 4
    """,
    reasons="""
        a oak 1 offered open local .1 1 local 1 - -
        b oak 1 offered talent winner .2 2 winner 2 - -
        c oak 1 not_reached open local .3 3 local 1 2 1
        d oak 1 not_reached talent winner .4 4 winner 2 2 2
    """,
    cutoffs="oak KG open 1 1 yes local .1 1\noak KG talent 1 1 yes winner .2 2",
    waitlists="oak KG 1 c local .3 3\noak KG 2 d otherwise .4 4",
)  # fmt: skip

REPLACED = Case(
    seats="elm 0\noak 2",
    applicants="local\na KG no\nb KG yes\nc KG no\nd KG no",
    choices="a: oak\nb: oak\nc: oak elm\nd: oak",
    policy={"priorities": LOCAL, "given_priorities": {"use": "replaces_class", "absent": "last"}},
    offers="""
        a KG oak 1 open 2 .1 1
        b KG - - - - .2 2
        c KG oak 1 open 1 .3 3
        d KG - - - - .4 4
    """,
    reasons="""
        a oak 1 offered open 2 .1 1 2 1 - -
        b oak 1 not_reached open 2 .2 2 2 1 1 1
        c oak 1 offered open 1 .3 3 2 1 - -
        c elm 2 higher_choice - otherwise .3 3 - - - -
        d oak 1 not_reached open unlisted .4 4 2 1 - 2
    """,
    cutoffs="elm KG open 0 0 - - - -\noak KG open 2 2 yes 2 .1 1",
    waitlists="oak KG 1 b 2 .2 2\noak KG 2 d unlisted .4 4",
    priorities="a oak 2.0\nb oak 2\nc oak 1",
)

DIVIDED = REPLACED._replace(
    policy={"priorities": LOCAL, "given_priorities": {"use": "breaks_ties_in_class", "absent": "ineligible"}},
    offers="""
        a KG - - - - .1 1
        b KG oak 1 open local:2 .2 2
        c KG oak 1 open otherwise:1 .3 3
        d KG - - - - .4 4
    """,
    reasons="""
        a oak 1 not_reached open otherwise:2 .1 1 otherwise:1 3 - 1
        b oak 1 offered open local:2 .2 2 otherwise:1 3 - -
        c oak 1 offered open otherwise:1 .3 3 otherwise:1 3 - -
        c elm 2 higher_choice - otherwise .3 3 - - - -
        d oak 1 ineligible - - - - - - - -
    """,
    cutoffs="elm KG open 0 0 - - - -\noak KG open 2 2 yes otherwise:1 .3 3",
    waitlists="oak KG 1 a otherwise:2 .1 1",
)

MULTIPLE = Case(
    seats="elm 1\noak 1",
    applicants="low\na KG no\nb KG no\nc KG yes",
    choices="a: oak elm\nb: oak elm\nc: oak",
    policy={"tie_breaker": {"draw": "multiple"}},
    offers="""
        a KG elm 2 open all .1 1
        b KG oak 1 open all .1 1
        c KG - - - - - -
    """,
    reasons="""
        a oak 1 not_reached open all .3 2 all 1 1 1
        a elm 2 offered open all .1 1 all 1 - -
        b oak 1 offered open all .1 1 all 1 - -
        b elm 2 higher_choice - all .2 2 - - - -
        c oak 1 not_reached open all .5 3 all 1 2 2
    """,
    cutoffs="elm KG open 1 1 yes all .1 1\noak KG open 1 1 yes all .1 1",
    waitlists="oak KG 1 a all .3 2\noak KG 2 c all .5 3",
    numbers="a .3 oak\nb .1 oak\nc .5 oak\na .1 elm\nb .2 elm",
)

HYBRID = MULTIPLE._replace(  # d ranks nothing, needs no number but has one, and so c's place is 4
    applicants="low\na KG no\nb KG no\nc KG yes\nd KG no",
    policy={"tie_breaker": {"draw": "hybrid", "popular": {"program_id": ["oak"]}}},
    offers="""
        a KG elm 2 open all .1 1
        b KG oak 1 open all .1 1
        c KG - - - - - -
        d KG - - - - - -
    """,
    reasons="""
        a oak 1 not_reached open all .3 2 all 1 1 1
        a elm 2 offered open all .1 1 all 1 - -
        b oak 1 offered open all .1 1 all 1 - -
        b elm 2 higher_choice - all .2 2 - - - -
        c oak 1 not_reached open all .5 4 all 1 3 2
    """,
    waitlists="oak KG 1 a all .3 2\noak KG 2 c all .5 4",
    numbers="a .3\nb .1\nc .5\nd .4\na .1 elm\nb .2 elm",
)

WEIGHTED = Case(  # -ln(1 - .7) / 4 = .301 comes before -ln(1 - .5) = .693
    seats="oak 1",
    applicants="low\na KG no\nb KG yes",
    choices="a: oak\nb: oak",
    policy={"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": 4}]}},
    offers="a KG - - - - .5 2\nb KG oak 1 open all .7 1",
    reasons="a oak 1 not_reached open all .5 2 all 1 1 1\nb oak 1 offered open all .7 1 all 1 - -",
    cutoffs="oak KG open 1 1 yes all .7 1",
    waitlists="oak KG 1 a all .5 2",
    numbers="a .5\nb .7",
)

AT_ONCE = Case(  # c, who ranks elm first, has it before b, who stands better but ranks it second
    seats="elm 1\noak 1",
    applicants="local\na KG yes\nb KG no\nc KG no",
    choices="a: oak elm\nb: oak elm\nc: elm",
    policy={"mechanism": "immediate-acceptance"},
    offers="""
        a KG oak 1 open all .1 1
        b KG - - - - .2 2
        c KG elm 1 open all .3 3
    """,
    reasons="""
        a oak 1 offered open all .1 1 - - - -
        a elm 2 higher_choice - all .1 1 - - - -
        b oak 1 not_reached open all .2 2 - - - 1
        b elm 2 not_reached open all .2 2 - - - 1
        c elm 1 offered open all .3 3 - - - -
    """,
    cutoffs="elm KG open 1 1 yes all .3 3\noak KG open 1 1 yes all .1 1",
    waitlists="elm KG 1 b all .2 2\noak KG 1 b all .2 2",
)

ZONE = [{"class": "zone", "when": "zone"}, {"class": "otherwise"}]
TRADING = Case(  # b trades the zone at oak, which is not on the list, with c, who has that of elm: a loses elm
    seats="elm 1\noak 1",
    applicants="zone_school_id\na KG -\nb KG oakb\nc KG elmb",
    choices="a: elm\nb: elm\nc: oak",
    policy={"mechanism": "top-trading-cycles", "priorities": ZONE},
    offers="""
        a KG - - - - .1 1
        b KG elm 1 open otherwise .2 2
        c KG oak 1 open otherwise .3 3
    """,
    reasons="""
        a elm 1 not_reached open otherwise .1 1 - - - 1
        b elm 1 offered open otherwise .2 2 - - - -
        c oak 1 offered open otherwise .3 3 - - - -
    """,
    cutoffs="elm KG open 1 1 yes otherwise .2 2\noak KG open 1 1 yes otherwise .3 3",
    waitlists="elm KG 1 a otherwise .1 1",
)

DICTATOR = Case(  # the zone of c does not count
    seats="elm 1\noak 1",
    applicants="zone_school_id\na KG -\nb KG -\nc KG oakb",
    choices="a: oak\nb: oak elm\nc: oak elm",
    policy={"mechanism": "serial-dictatorship", "priorities": ZONE},
    offers="""
        a KG oak 1 open otherwise .1 1
        b KG elm 2 open otherwise .2 2
        c KG - - - - .3 3
    """,
    reasons="""
        a oak 1 offered open otherwise .1 1 - - - -
        b oak 1 not_reached open otherwise .2 2 - - - 2
        b elm 2 offered open otherwise .2 2 - - - -
        c oak 1 not_reached open zone .3 3 - - - 1
        c elm 2 not_reached open otherwise .3 3 - - - 1
    """,
    cutoffs="elm KG open 1 1 yes otherwise .2 2\noak KG open 1 1 yes otherwise .1 1",
    waitlists="elm KG 1 c otherwise .3 3\noak KG 1 c zone .3 3\noak KG 2 b otherwise .2 2",
)

ADJUSTED = Case(  # Abdulkadiroğlu and Sönmez 2003, example 1: c interrupts at s1, and consents
    seats="s1 1\ns2 1\ns3 1",
    applicants="agrees\na KG no\nb KG no\nc KG yes",
    choices="a: s2 s1\nb: s1 s2\nc: s1 s2 s3",
    policy={
        "mechanism": "efficiency-adjusted", "consent": "agrees",
        "given_priorities": {"use": "replaces_class", "absent": "last"},
    },
    offers="""
        a KG s2 1 open 2 .1 1
        b KG s1 1 open 3 .2 2
        c KG s3 3 open all .3 3
    """,
    reasons="""
        a s2 1 offered open 2 .1 1 - - - -
        a s1 2 higher_choice - 1 .1 1 - - - -
        b s1 1 offered open 3 .2 2 - - - -
        b s2 2 higher_choice - 1 .2 2 - - - -
        c s1 1 not_reached open 2 .3 3 - - - 1
        c s2 2 not_reached open 3 .3 3 - - - 1
        c s3 3 offered open all .3 3 - - - -
    """,
    cutoffs="s1 KG open 1 1 yes 3 .2 2\ns2 KG open 1 1 yes 2 .1 1\ns3 KG open 1 1 yes all .3 3",
    waitlists="s1 KG 1 c 2 .3 3\ns2 KG 1 c 3 .3 3",
    priorities="a s1 1\nb s1 3\nc s1 2\na s2 2\nb s2 1\nc s2 3",
)  # fmt: skip

IMPROVED = Case(  # c has the better number at s1, but no better class than b: a and b trade
    seats="s1 1\ns2 1",
    applicants="local\na KG no\nb KG no\nc KG no",
    choices="a: s2 s1\nb: s1 s2\nc: s1",
    policy={
        "mechanism": "stable-improvement-cycles",
        "given_priorities": {"use": "replaces_class", "absent": "last"},
    },
    offers="""
        a KG s2 1 open unlisted .3 3
        b KG s1 1 open unlisted .2 2
        c KG - - - - .1 1
    """,
    reasons="""
        a s2 1 offered open unlisted .3 3 - - - -
        a s1 2 higher_choice - 1 .3 3 - - - -
        b s1 1 offered open unlisted .2 2 - - - -
        b s2 2 higher_choice - 1 .2 2 - - - -
        c s1 1 not_reached open unlisted .1 1 - - - 1
    """,
    cutoffs="s1 KG open 1 1 yes unlisted .2 2\ns2 KG open 1 1 yes unlisted .3 3",
    waitlists="s1 KG 1 c unlisted .1 1",
    numbers="a .3\nb .2\nc .1",
    priorities="a s1 1\nb s2 1",
)  # fmt: skip

CASES = {
    "hard band": HARD_BAND, "soft band": SOFT_BAND, "guarantees": GUARANTEED, "own order": OWN_ORDER,
    "standings replace": REPLACED, "standings divide": DIVIDED, "multiple": MULTIPLE, "hybrid": HYBRID,
    "weights": WEIGHTED, "immediate": AT_ONCE, "trading": TRADING, "dictator": DICTATOR, "adjusted": ADJUSTED,
    "improved": IMPROVED,
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_bundle_worked_out_by_hand_passes(bundle, name):
    write(bundle, CASES[name])
    assert findings(bundle) == []


# --------------------------------------------------------------------------------------------- one planted error each


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "invariant"),
    [
        pytest.param("hard band", "offers.csv", "b,KG,,,,,", "b,KG,oak,1,high,all,", "I3", id="above a ceiling"),
        pytest.param("hard band", "offers.csv", "oak,1,low,all", "oak,1,high,all", "I2", id="in another category"),
        pytest.param("hard band", "offers.csv", "d,KG,,,,,", "d,KG,oak,1,secured,all,", "I2", id="in a holder's seat"),
        pytest.param("hard band", "cutoffs.csv", "high,1,1", "high,2,1", "I12", id="more than the ceiling on offer"),
        pytest.param("soft band", "inputs/numbers.csv", "c,0.3", "c,0.45", "I4", id="envy within a category"),
        pytest.param("soft band", "offers.csv", "b,KG,oak,1,high,all", "b,KG,,,,", "I5", id="a seat not released"),
        pytest.param("soft band", "cutoffs.csv", "low,3,1,yes,all,0.300000000000000000,3", "low,3,1,,,,", "I12", id="full"),
        pytest.param("guarantees", "inputs/applicants.csv", "a,KG,no,no", "a,KG,yes,no", "I4", id="a trait passed over"),
        pytest.param("guarantees", "reasons.csv", "not_reached,none,all,0.1", "not_reached,el,all,0.1", "I12", id="the traits"),
        pytest.param("own order", "offers.csv", "talent,winner", "talent,otherwise", "I12", id="the name of the line"),
        pytest.param("own order", "offers.csv", "c,KG,,,,,", "c,KG,oak,1,talent,,", "I2", id="whom no line takes"),
        pytest.param("own order", "waitlists.csv", "d,otherwise", "d,winner", "I12", id="the class of the program"),
        pytest.param("standings replace", "inputs/priorities.csv", "b,oak,2", "b,oak,1.5", "I6", id="a better standing"),
        pytest.param("standings replace", "inputs/priorities.csv", "b,oak,2", "b,oak,02", "I12", id="another spelling"),
        pytest.param("standings divide", "reasons.csv", "otherwise:2", "otherwise", "I12", id="the class without standing"),
        pytest.param("multiple", "offers.csv", "0.100000000000000000,1\nb", "0.300000000000000000,2\nb", "I7", id="of another program"),
        pytest.param("multiple", "offers.csv", "c,KG,,,,,", "c,KG,,,,0.500000000000000000,3", "I7", id="a number for nothing"),
        pytest.param("multiple", "inputs/numbers.csv", "c,0.500000000000000000,oak\n", "", "I7", id="no number at a choice"),
        pytest.param("multiple", "inputs/numbers.csv", "c,0.5", "c,0.3", "I7", id="two of one number"),
        pytest.param("hybrid", "inputs/numbers.csv", "c,0.500000000000000000,\n", "", "I7", id="none where it decides"),
        pytest.param("hybrid", "reasons.csv", "oak,1,not_reached,open,all,0.500000000000000000,4", "oak,1,not_reached,open,all,0.500000000000000000,3", "I12", id="among all"),
        pytest.param("weights", "offers.csv", "0.700000000000000000,1", "0.700000000000000000,2", "I7", id="as if unweighted"),
        pytest.param("weights", "inputs/applicants.csv", "b,KG,yes", "b,KG,no", "I6", id="one ticket"),
        pytest.param("immediate", "reasons.csv", "c,elm,1,offered,open,all,0.300000000000000000,3,,", "c,elm,1,offered,open,all,0.300000000000000000,3,all,3", "I12", id="a cutoff"),
        pytest.param("trading", "inputs/applicants.csv", "b,KG,oakb", "b,KG,", "I6", id="a zone at a program not ranked"),
        pytest.param("dictator", "inputs/numbers.csv", "a,0.1", "a,0.35", "I6", id="another number"),
        pytest.param("adjusted", "inputs/applicants.csv", "c,KG,yes", "c,KG,no", "I4", id="no consent"),
        pytest.param("improved", "inputs/priorities.csv", "b,s2,1", "b,s2,1\nc,s1,2", "I4", id="envy by class"),
    ],
)  # fmt: skip
def test_a_planted_error_is_found(bundle, name, file, old, new, invariant):
    write(bundle, CASES[name])
    bundle.replace(file, old, new)
    assert invariant in {finding.split()[0] for finding in findings(bundle)}


BAND = HARD_BAND.policy["bands"][0]
TRAITS = GUARANTEED.policy["guarantees"][0]["traits"]
OPEN = {"programs": "all", "groups": [{"name": "open", "rest": True}]}


@pytest.mark.parametrize(
    ("name", "policy", "invariant"),
    [
        pytest.param("hard band", {"bands": [{**BAND, "kind": "soft"}]}, "I12", id="soft, here only in the letters"),
        pytest.param("hard band", {"bands": [{**BAND, "rounding": {"floor": "up", "ceiling": "down"}}]}, "I6", id="rounding"),
        pytest.param("hard band", {"secured_seat": "none"}, "I2", id="no secured seat"),
        pytest.param("soft band", {"bands": [{**SOFT_BAND.policy["bands"][0], "kind": "hard"}]}, "I3", id="hard"),
        pytest.param("guarantees", {"guarantees": [{"programs": "all", "traits": TRAITS[:1]}]}, "I12", id="one trait"),
        pytest.param("guarantees", {"guarantees": [{"programs": "all", "traits": TRAITS[::-1]}]}, "I6", id="written order"),
        pytest.param("own order", {"priorities": LOCAL[1:]}, "I12", id="classes of the program"),
        pytest.param("own order", {"seat_groups": [OPEN]}, "I2", id="no group of that name"),
        pytest.param("standings replace", {"given_priorities": {"use": "replaces_class", "absent": "ineligible"}}, "I12", id="absent"),
        pytest.param("standings replace", {"given_priorities": {"use": "breaks_ties_in_class", "absent": "last"}}, "I6", id="use"),
        pytest.param("standings replace", {"priorities": LOCAL[:1]}, "I2", id="whom no line takes is ineligible"),
        pytest.param("standings divide", {"given_priorities": {"use": "breaks_ties_in_class", "absent": "last"}}, "I12", id="absent"),
        pytest.param("hybrid", {"tie_breaker": {"draw": "hybrid", "popular": {"program_id": "elm"}}}, "I7", id="popular"),
        pytest.param("weights", {"tie_breaker": {"draw": "single"}}, "I7", id="no weights"),
        pytest.param("weights", {"tie_breaker": {"draw": "single", "weights": [{"when": {"none": ["low"]}, "tickets": "2.5"}]}}, "I7", id="others"),
        pytest.param("immediate", {"mechanism": "deferred-acceptance"}, "I4", id="deferred acceptance"),
        pytest.param("immediate", {"mechanism": "serial-dictatorship"}, "I6", id="serial dictatorship"),
        pytest.param("trading", {"mechanism": "deferred-acceptance"}, "I4", id="deferred acceptance"),
        pytest.param("trading", {"mechanism": "serial-dictatorship"}, "I6", id="serial dictatorship"),
        pytest.param("dictator", {"mechanism": "stable-improvement-cycles"}, "I4", id="stable improvement cycles"),
        pytest.param("adjusted", {"consent": {"none": ["agrees"]}}, "I4", id="the consent of others"),
        pytest.param("improved", {"mechanism": "deferred-acceptance"}, "I4", id="deferred acceptance"),
        pytest.param("improved", {"given_priorities": {"use": "replaces_class", "absent": "ineligible"}}, "I2", id="ineligible"),
    ],
)  # fmt: skip
def test_an_outcome_that_does_not_follow_from_the_written_rule_is_found(bundle, name, policy, invariant):
    write(bundle, CASES[name]._replace(policy={**CASES[name].policy, **policy}))
    assert invariant in {finding.split()[0] for finding in findings(bundle)}


@pytest.mark.parametrize("name", ["multiple", "hybrid"])
def test_the_published_numbers_are_all_that_decide_somewhere_each_once(bundle, name):
    write(bundle, CASES[name])
    numbers = [f"0.{n}" + "0" * 17 for n in "1235"]
    bundle.write("public/numbers.csv", "\n".join(["lottery_number", *numbers, ""]))
    assert findings(bundle) == []
    bundle.write("public/numbers.csv", "\n".join(["lottery_number", *numbers[1:], ""]))
    assert findings(bundle) == ["I7 public/numbers.csv: the line '0.100000000000000000' of the draw is missing"]


def test_a_number_that_decides_nothing_is_not_published(bundle):
    """c is eligible nowhere."""
    write(bundle, MULTIPLE._replace(policy={**MULTIPLE.policy, "eligible": {"none": ["low"]}}))
    numbers = [f"0.{n}" + "0" * 17 for n in "123"]
    bundle.write("public/numbers.csv", "\n".join(["lottery_number", *numbers, ""]))
    assert not [finding for finding in findings(bundle) if "public" in finding]


def test_I7_the_record_names_the_tie_breaker_of_the_policy(bundle):
    write(bundle, MULTIPLE)
    bundle.change_json("record.json", lambda record: record["draw"].update(tie_breaker="hybrid"))
    assert [f.text for f in verify(bundle.folder).findings] == [
        "record.json says tie_breaker 'hybrid'; the inputs say 'multiple'"
    ]


# ------------------------------------------------------------------------------------------------------ bad input

OTHERS = ["immediate-acceptance", "top-trading-cycles", "serial-dictatorship", "stable-improvement-cycles"]


def band(**changes: Any) -> dict[str, Any]:
    """The policy of the hard band with another first category."""
    low, high = BAND["categories"]
    return {"bands": [{**BAND, "categories": [{**low, **changes}, high]}]}


@pytest.mark.parametrize(
    ("name", "policy", "word"),
    [
        *(("hard band", {"mechanism": m, "secured_seat": "none"}, "no bands") for m in OTHERS),
        *(("guarantees", {"mechanism": m}, "no guarantees") for m in OTHERS),
        *(("own order", {"mechanism": m}, "no seat_groups") for m in OTHERS),
        *(("weights", {"mechanism": m, "secured_seat": "continuing"}, "no secured_seat: continuing") for m in OTHERS),
        *(("multiple", {"mechanism": m}, "draw: single") for m in OTHERS[1:3]),
        ("adjusted", {"consent": None}, "efficiency-adjusted and consent"),
        ("adjusted", {"consent": "zone"}, "about the child alone"),
        ("adjusted", {"mechanism": "deferred-acceptance"}, "efficiency-adjusted and consent"),
        ("hybrid", {"tie_breaker": {"draw": "hybrid"}}, "hybrid and popular"),
        ("multiple", {"tie_breaker": {"draw": "multiple", "popular": "all"}}, "hybrid and popular"),
        ("hybrid", {"tie_breaker": {"draw": "hybrid", "popular": "some"}}, "programs must be"),
        ("weights", {"tie_breaker": {"draw": "single", "weights": [{"when": "low"}]}}, "tickets must be written"),
        ("weights", {"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": 0}]}}, "tickets"),
        ("weights", {"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": "0.0001"}]}}, "tickets"),
        ("weights", {"tie_breaker": {"draw": "single", "weights": [{"when": "near", "tickets": 2}]}}, "near"),
        ("standings divide", {"given_priorities": {"use": "orders", "absent": "last"}}, "orders"),
        ("standings divide", {"given_priorities": {"use": "replaces_class", "absent": "first"}}, "first"),
        ("standings divide", {"given_priorities": {"use": "replaces_class"}}, "absent"),
        ("hard band", {"seat_groups": [OPEN]}, "seat_groups and bands all serve oak"),
        ("hard band", {"guarantees": GUARANTEED.policy["guarantees"], "facts": {t: {"column": "low", "equals": "yes"} for t in ("el", "swd")}}, "bands and guarantees"),
        ("hard band", {"bands": [{**BAND, "kind": "firm"}]}, "soft or hard"),
        ("hard band", {"bands": [{**BAND, "rounding": {"floor": "down"}}]}, "rounding"),
        ("hard band", {"bands": [{**BAND, "rounding": {"floor": "down", "ceiling": "up", "points": "up"}}]}, "points"),
        ("hard band", {"bands": [{**BAND, "categories": BAND["categories"][:1]}]}, "no category"),
        ("hard band", {"bands": [{**BAND, "categories": [*BAND["categories"], {"name": "poor", "for": "low", "floor": 0, "ceiling": 1}]}]}, "two categories"),
        ("hard band", {"bands": [{**BAND, "categories": [*BAND["categories"], {"name": "rest", "floor": 0, "ceiling": 1}]}]}, "one category without a for"),
        ("hard band", {"bands": [{**BAND, "categories": BAND["categories"] * 2}]}, "one category without a for"),
        ("hard band", band(name="secured"), "one name"),
        ("hard band", band(points=5), "floor and ceiling, or centre and points"),
        ("hard band", band(floor=None), "floor and ceiling, or centre and points"),
        ("hard band", band(floor=-1), "fewer than no seats"),
        ("hard band", band(floor=True), "share"),
        ("hard band", band(seats=1), "does not know seats"),
        ("soft band", {"bands": [{**BAND, "categories": [{"name": "low", "for": "continuing", "centre": "district", "points": 1}, BAND["categories"][1]]}]}, "about the child alone"),
        ("guarantees", {"guarantees": [{"programs": "all", "traits": [{"name": "el", "seats": 1}]}]}, "needs a for"),
        ("guarantees", {"guarantees": [{"programs": "all", "traits": [{"name": "el", "for": "el"}]}]}, "share, seats"),
        ("guarantees", {"guarantees": [{"programs": "all", "traits": TRAITS[:1] * 2}]}, "one name"),
        ("own order", {"seat_groups": [{"programs": "all", "groups": [{"name": "a", "rest": True, "order": [{"when": "award"}]}]}]}, "class"),
        ("guarantees", {"bands": {"programs": "all"}}, "bands: a list"),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_understood_or_contradicts_another_is_refused(bundle, capsys, name, policy, word):
    write(bundle, CASES[name]._replace(policy={**CASES[name].policy, **policy}))
    assert main([str(bundle.folder)]) == 2
    assert word in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "changes", "word"),
    [
        ("standings divide", {"priorities": "a oak 1\na oak 2"}, "twice"),
        ("standings divide", {"priorities": "a oak -"}, "BAD INPUT"),
        ("standings divide", {"priorities": "a oak Infinity"}, "without a number"),
        ("multiple", {"numbers": "a .3 oak\na .4 oak"}, "two numbers of one kind"),
        ("weights", {"numbers": "a .5\nb 1.0"}, "lies in"),
    ],
)
def test_standings_and_numbers_that_cannot_be_read_are_refused(bundle, capsys, name, changes, word):
    write(bundle, CASES[name]._replace(**changes))
    assert main([str(bundle.folder)]) == 2
    assert word in capsys.readouterr().out
