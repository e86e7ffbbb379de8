"""A plausible bundle folder made without the engine: small district, low-income reserve, secured seats, plain loops."""

from __future__ import annotations

import csv
import hashlib
import json
import random
from pathlib import Path

SEATS = {
    ("FIELD-MD", "KG"): 40,
    ("FIELD-MD", "06"): 0,
    ("JACKSON-SD", "KG"): 48,
    ("JACKSON-SD", "06"): 20,
    ("SIERRA-GE", "KG"): 30,
    ("SIERRA-GE", "06"): 45,
    ("MARSHALL-IB", "06"): 36,
    ("ALTADENA-ART", "KG"): 60,
    ("ALTADENA-ART", "06"): 12,
}
NAMES = {
    "FIELD-MD": ("FIELD", "Mandarin Dual Language", "MDLIP"),
    "JACKSON-SD": ("JACKSON", "Spanish Dual Language", "SDLIP"),
    "SIERRA-GE": ("SIERRA", "Sierra Madre Neighborhood", "GE"),
    "MARSHALL-IB": ("MARSHALL", "International Baccalaureate", "IB"),
    "ALTADENA-ART": ("ALTADENA", "Arts Magnet", "ART"),
}
POLICY = {
    "schema_version": 1,
    "policy": "example/reserve-2027",
    "title": "Half the seats for low-income families",
    "jurisdiction": "Example Unified",
    "effective": "2027-03-01",
    "reference": "https://district.example/board/2027-14",
    "resolution": "2027-14",
    "mechanism": "deferred-acceptance",
    "list_cap": "none",
    "undisclosed": {"income": "not_member"},
    "facts": {"low_income": {"column": "income", "in": ["free", "reduced"]}},
    "priorities": [{"class": "sibling", "when": "sibling"}, {"class": "zone", "when": "zone"}, {"class": "otherwise"}],
    "seat_groups": [
        {
            "programs": {"pathway": ["MDLIP", "SDLIP", "IB"]},
            "groups": [
                {"name": "open_first", "share": "30%", "rounding": "down"},
                {"name": "low_income", "for": "low_income", "share": "50%", "rounding": "up", "unfilled": "release"},
                {"name": "neighbors", "for": "zone", "rest": True, "unfilled": "hold"},
            ],
        }
    ],
    "tie_breaker": {"draw": "single"},
    "secured_seat": "continuing",
    "waitlist": {"vacancy": "group_then_open"},
    "rounds": ["main"],
    "targets": [
        {"fact": "low_income", "per": "program", "centre": "district", "points": 10},
        {"fact": "low_income", "per": "school", "centre": "50%", "points": 15},
    ],
}
CLASSES = ["secured", "sibling", "zone", "otherwise"]


def build(folder: Path, n: int = 300, seed: int = 1, status: str = "REHEARSAL") -> Path:
    """Write a bundle of n applicants and return its folder."""
    rng = random.Random(seed)
    applicants = _applicants(rng, n)
    included = {a["applicant_id"]: a for a in applicants if a["status"] == "included"}
    choices = {a["applicant_id"]: _choices(rng, a) for a in applicants}
    number = {who: rng.randrange(2**64) for who in included}
    place = {who: 1 + order for order, who in enumerate(sorted(included, key=lambda who: number[who]))}
    held = {who: a["current_program_id"] for who, a in included.items() if a["current_program_id"]}
    wishes = {who: choices[who] + [p for p in [held.get(who)] if p and p not in choices[who]] for who in included}
    standing = {(who, p): _class(rng, included[who], p) for who in included for p in wishes[who]}
    market = {key: _groups(key, [who for who in held if (held[who], included[who]["grade"]) == key]) for key in SEATS}
    member = {
        (who, p, g): _member(included[who], p, g)
        for who in included
        for p in wishes[who]
        for g in ("open", "open_first", "low_income", "neighbors", "secured")
    }

    def key_in(who, program, group):  # members first, then class, then place
        return (not member[who, program, group], CLASSES.index(standing[who, program]), place[who])

    def choose(key, pool):
        left, seated = list(pool), {}
        for group, capacity, hold in market[key]:
            order = sorted(left, key=lambda who: key_in(who, key[0], group))
            taken = [who for who in order if not hold or member[who, key[0], group]][:capacity]
            seated.update(dict.fromkeys(taken, group))
            left = [who for who in left if who not in seated]
        return seated

    holding: dict = {key: {} for key in SEATS}
    tried = dict.fromkeys(included, 0)
    free = list(included)
    while free:
        who = free.pop()
        while tried[who] < len(wishes[who]):
            program = wishes[who][tried[who]]
            tried[who] += 1
            key = (program, included[who]["grade"])
            if standing[who, program] == "":
                continue
            before = set(holding[key]) | {who}
            holding[key] = choose(key, before)
            free += sorted(before - set(holding[key]) - {who})
            if who in holding[key]:
                break
    offer = {who: (key[0], group) for key, seated in holding.items() for who, group in seated.items()}

    def shown(who):
        return f"0.{number[who] * 10**18 // 2**64:018d}"

    cutoffs = {}
    for key, groups in market.items():
        for group, capacity, _ in groups:
            inside = [who for who, where in holding[key].items() if where == group]
            last = max(inside, key=lambda who: key_in(who, key[0], group), default=None)
            full = last is not None and len(inside) == capacity
            cutoffs[(*key, group)] = [capacity, len(inside)] + (
                ["yes" if member[last, key[0], group] else "no", standing[last, key[0]], shown(last), place[last]]
                if full
                else [""] * 4
            )
    reasons, waiting = [], {}
    for who in included:
        got = wishes[who].index(offer[who][0]) if who in offer else len(wishes[who])
        for at, program in enumerate(wishes[who]):
            key, own = (program, included[who]["grade"]), standing[who, program]
            own_columns = [own, shown(who), place[who]] if own else [""] * 3
            if at == got:
                cut = cutoffs[(*key, offer[who][1])]
                rest = ["offered", offer[who][1], *own_columns, cut[3], cut[5], "", ""]
            elif at > got:
                rest = ["higher_choice", "", *own_columns, "", "", "", ""]
            elif not own:
                rest = ["ineligible", "", "", "", "", "", "", "", ""]
            else:
                waiting.setdefault(key, []).append(who)
                rest = ["not_reached", *_nearest(who, key, own, market, cutoffs, member, own_columns, place), ""]
            reasons.append([who, program, at + 1, *rest])
    waitlists = []
    for key, queue in waiting.items():
        queue.sort(key=lambda who: (CLASSES.index(standing[who, key[0]]), place[who]))
        for position, who in enumerate(queue, start=1):
            waitlists.append([*key, position, who, standing[who, key[0]], shown(who), place[who]])
            row = next(row for row in reasons if row[0] == who and row[1] == key[0])
            row[-1] = position
    _write_inputs(folder, applicants, choices)
    offers = []
    for who in included:
        program, group = offer.get(who, ("", ""))
        rank = wishes[who].index(program) + 1 if program else ""
        own = standing[who, program] if program else ""
        offers.append([who, included[who]["grade"], program, rank, group, own, shown(who), place[who]])
    reasons.sort(key=lambda row: (row[0], row[2]))
    _csv(
        folder / "offers.csv",
        "applicant_id,grade,program_id,rank,seat_group,priority,lottery_number,place",
        sorted(offers),
    )
    _csv(
        folder / "reasons.csv",
        "applicant_id,program_id,rank,outcome,seat_group,priority,lottery_number,place,"
        "cutoff_priority,cutoff_place,places_short,waitlist_position",
        reasons,
    )
    _csv(
        folder / "cutoffs.csv",
        "program_id,grade,seat_group,capacity,filled,member,priority,lottery_number,place",
        [[*key, *row] for key, row in sorted(cutoffs.items())],
    )
    _csv(
        folder / "waitlists.csv",
        "program_id,grade,position,applicant_id,priority,lottery_number,place",
        sorted(waitlists),
    )
    _write_record(folder, applicants, offers, status)
    return folder


def _applicants(rng, n):
    rows = []
    for index in range(n):
        grade = rng.choice(["KG", "KG", "06"])
        home = rng.choice(["SIERRA", "ALTADENA", "JACKSON", ""])
        income = rng.choices(["free", "reduced", "paid", ""], [4, 1, 5, 1])[0]
        status = rng.choices(["included", "withdrawn", "rejected"], [40, 1, 1])[0]
        reason = "Proof of address missing" if status == "rejected" else ""
        held = rng.choice(["JACKSON-SD", "SIERRA-GE"]) if grade == "06" and rng.random() < 0.15 else ""
        rows.append(
            {
                "applicant_id": f"A{index:04d}",
                "grade": grade,
                "zone_school_id": home,
                "current_program_id": held,
                "status": status,
                "status_reason": reason,
                "income": income,
                "speaks": rng.choice(["yes", "no"]),
            }
        )
    return rows


def _choices(rng, applicant):
    open_here = [program for program, grade in SEATS if grade == applicant["grade"]]
    weight = {"FIELD-MD": 6, "JACKSON-SD": 3 + 3 * (applicant["income"] in ("free", "reduced")), "MARSHALL-IB": 4}
    length = rng.choice([0, 1, 2, 2, 3, 3, 3, 4]) if rng.random() < 0.9 else 1
    order = sorted(open_here, key=lambda program: rng.random() ** (1 / weight.get(program, 1.5)), reverse=True)
    return order[:length]


def _class(rng, applicant, program):
    if applicant["current_program_id"] == program:
        return "secured"
    if program.endswith("-SD") and applicant["grade"] == "06" and applicant["speaks"] == "no":
        return ""  # ineligible
    if rng.random() < 0.06:
        return "sibling"
    return "zone" if applicant["zone_school_id"] == NAMES[program][0] else "otherwise"


def _groups(key, holders):
    """(name, capacity, hold) in precedence order."""
    seats = SEATS[key]
    if NAMES[key[0]][2] in ("MDLIP", "SDLIP", "IB"):
        first, reserve = seats * 3 // 10, min(seats - seats * 3 // 10, -(-seats // 2))
        groups = [
            ("open_first", first, False),
            ("low_income", reserve, False),
            ("neighbors", seats - first - reserve, True),
        ]
    else:
        groups = [("open", seats, False)]
    return [("secured", len(holders), False), *groups] if holders else groups


def _member(applicant, program, group):
    return {
        "low_income": applicant["income"] in ("free", "reduced"),
        "neighbors": applicant["zone_school_id"] == NAMES[program][0],
        "secured": applicant["current_program_id"] == program,
    }.get(group, True)


def _nearest(who, key, own, market, cutoffs, member, own_columns, place):
    """The columns seat_group … places_short of a refusal."""
    best = None
    for order, (group, _, hold) in enumerate(market[key]):
        if hold and not member[who, key[0], group]:
            continue
        cut = cutoffs[(*key, group)]
        alike = cut[2] == ("yes" if member[who, key[0], group] else "no") and cut[3] == own
        short = place[who] - cut[5] if alike else None
        rating = (short is None, short or 0, order)
        if best is None or rating < best[0]:
            best = (rating, [group, *own_columns, cut[3], cut[5], "" if short is None else short])
    return best[1] if best else ["", *own_columns, "", "", ""]


def _write_inputs(folder, applicants, choices):
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    schools = sorted({school for school, _, _ in NAMES.values()})
    _csv(inputs / "schools.csv", "school_id,name", [[school, f"{school.title()} School"] for school in schools])
    programs = [[p, school, name, pathway] for p, (school, name, pathway) in sorted(NAMES.items())]
    _csv(inputs / "programs.csv", "program_id,school_id,name,pathway", programs)
    _csv(inputs / "seats.csv", "program_id,grade,capacity", [[*key, seats] for key, seats in sorted(SEATS.items())])
    columns = list(applicants[0])
    _csv(inputs / "applicants.csv", ",".join(columns), [[a[c] for c in columns] for a in applicants])
    lines = [[who, rank, p] for who, wishes in choices.items() for rank, p in enumerate(wishes, start=1)]
    _csv(inputs / "choices.csv", "applicant_id,rank,program_id", lines)


def _write_record(folder, applicants, offers, status):
    policy = json.dumps(POLICY, sort_keys=True, separators=(",", ":")) + "\n"
    (folder / "policy.json").write_text(policy)
    counted = [a["status"] for a in applicants]
    lines = "".join(f"{row[0]},{row[1]},{row[2]}\n" for row in sorted(offers))
    counts = {name: counted.count(name) for name in ("included", "withdrawn", "rejected")}
    counts |= {"submitted": len(applicants), "offers": sum(bool(row[2]) for row in offers)}
    record = {
        "format": 1,
        "status": status,
        "ceremony": "none",
        "cycle": "fake",
        "seed": "any text",
        "round": "main",
        "draw": {"key": "ab" * 32, "tie_breaker": "single", "numbers": "formula"},
        "rules_hash": "11" * 32,
        "engine_hash": "22" * 32,
        "inputs": {},
        "outputs": {},
        "policy": {"id": POLICY["policy"], "sha256": hashlib.sha256(policy.encode()).hexdigest()},
        "outcome_digest": hashlib.sha256(lines.encode()).hexdigest(),
        "counts": counts,
        "versions": {"lottery": "0.1.0"},
    }
    (folder / "record.json").write_text(json.dumps(record, sort_keys=True, indent=1) + "\n")


def _csv(path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)
