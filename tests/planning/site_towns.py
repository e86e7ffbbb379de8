"""Small towns on a street as tables, questions of sites about them, and the town after some steps in dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from random import Random
from typing import Any

from tiny_cycles import choices

from lottery.policy.distance import metres

GRADES = ("TK", "KG", "01", "02", "03")  # as far as these towns go
NOT_KNOWN = 40_000_000
DRAWS = 3
AS_IT_IS = "as_it_is"
SEED = "2027"

Row = dict[str, str]
Tables = dict[str, list[Row]]


def random_town(rng: Random) -> Tables:
    """Three or four schools on a street, one or two programs each; some homes, areas and households are not known."""
    schools = [
        {
            "school_id": name, "name": name.upper(), "latitude": "0" if known else "", "places": rng.choice(["", "1", "3", "6"]),
            "longitude": str(rng.choice([0.0, 0.01, 0.02, 0.03])) if known else "", "low": str(low := rng.choice([0, 2, 5])),
            "all": rng.choice(["", str(low + rng.choice([0, 1, 6]))]), "level": rng.choice(["ES", "ES", "MS"]),
        }
        for name in "abcd"[: rng.choice([3, 4])]
        for known in [rng.random() < 0.85]
    ]  # fmt: skip
    programs, seats = [], []
    for school in schools:
        for pathway in rng.sample(["GENERAL", "ARTS"], rng.choice([1, 1, 2, 2, 0])):
            name = f"{school['school_id']}-{pathway.lower()[:3]}"
            ends = ("KG", rng.choice(["01", "02"])) if rng.random() < 0.8 else ("", "")
            programs.append({"program_id": name, "school_id": school["school_id"], "name": name, "pathway": pathway,
                             "lowest_grade": ends[0], "highest_grade": ends[1]})  # fmt: skip
            grades = rng.sample(["KG", "01", *(["02"] if ends[1] in ("", "02") else [])], rng.choice([1, 2]))
            seats += [
                {"program_id": name, "grade": own, "capacity": str(rng.choice([0, 1, 1, 2, 3]))} for own in grades
            ]
    if not programs:
        return random_town(rng)
    names, households = [own["program_id"] for own in programs], ["", "h1", "h2", "h3"]
    school_of = {own["program_id"]: own["school_id"] for own in programs}
    roster = []
    for n in range(rng.choice([0, 3, 5, 6])):
        program = rng.choice(names)
        top = next(own["highest_grade"] for own in programs if own["program_id"] == program) or "02"
        grade = rng.choice(["KG", "01", "02"][: GRADES.index(top)])
        roster.append({"student_id": f"s{n}", "household_id": rng.choice(households), "school_id": school_of[program],
                       "program_id": program, "grade": grade})  # fmt: skip
    applicants = []
    for name in [f"k{n}" for n in range(rng.choice([1, 3, 5]))] + [
        own["student_id"] for own in roster if rng.random() < 0.6
    ]:
        own = next((row for row in roster if row["student_id"] == name), None)
        known = rng.random() < 0.7
        applicants.append({
            "applicant_id": name, "household_id": own["household_id"] if own else rng.choice(households),
            "grade": GRADES[GRADES.index(own["grade"]) + 1] if own else rng.choice(["KG", "01"]),
            "zone_school_id": rng.choice(["", *(school["school_id"] for school in schools)]),
            "current_program_id": own["program_id"] if own else "",
            "latitude": "0" if known else "", "longitude": str(rng.choice([0.002, 0.011, 0.024])) if known else "",
            "low": rng.choice(["yes", "no"]), "status": "withdrawn" if rng.random() < 0.1 else "included",
            "status_reason": "",
        })  # fmt: skip
    lists = {}
    for own in applicants:
        offered = sorted({seat["program_id"] for seat in seats if seat["grade"] == own["grade"]})
        lists[own["applicant_id"]] = " ".join(rng.sample(offered, rng.randint(0, min(3, len(offered)))))
    chosen = [dict(zip(("applicant_id", "rank", "program_id"), line.split(","), strict=True))
              for line in choices(**lists).splitlines()[1:]]  # fmt: skip
    applicants.sort(key=lambda own: own["applicant_id"])
    return {"schools": schools, "programs": programs, "seats": seats, "roster": roster, "applicants": applicants,
            "choices": chosen}  # fmt: skip


def random_steps(rng: Random, town: Tables) -> list[dict[str, Any]]:
    """One to three steps, each of which can be taken after those before it."""
    scene, steps = Scene(town), []
    for number in range(rng.choice([1, 1, 2, 3])):
        schools = [name for name in scene.schools if name not in scene.gone]
        programs = [name for name in scene.programs if name not in scene.closed]
        kind = rng.choice(["open", "open", "close", "close", "close", "move", "open_school"])
        if kind == "open":
            step: dict[str, Any] = {"program_id": rng.choice([f"a-new{number}", f"z-new{number}"]), "school": rng.choice(schools),
                    "pathway": rng.choice(["GENERAL", "ARTS"]), "seats": rng.choice([{"KG": 1}, {"KG": 0, "01": 2}, {"01": 1}]),
                    "families": {"like": {"pathway": [rng.choice(town["programs"])["pathway"]]}, "place": "nearer_first",
                                 "share": rng.choice(["100%", "100%", "40%"])}}  # fmt: skip
            if rng.random() < 0.4:
                step["columns"] = {"highest_grade": "02"}
        elif kind == "open_school":
            step = {"school_id": f"n{number}", "name": "New", **rng.choice([{}, {"latitude": 0.0, "longitude": 0.015}])}
        elif kind == "close":
            step = (
                {"program": rng.choice(programs)}
                if programs and rng.random() < 0.4
                else {"school": rng.choice(schools)}
            )
        else:
            what = (
                {"program": rng.choice(programs)}
                if programs and rng.random() < 0.5
                else {"school": rng.choice(schools)}
            )
            there = what.get("school") or scene.programs[what["program"]]["school_id"]
            to = [name for name in schools if name != there]
            if not to:
                continue
            step = {**what, "to": rng.choice(to)}
        if kind in ("close", "move") and len(schools) < 3:
            continue
        gone = {p for p in programs if step.get("school") == scene.programs[p]["school_id"] or step.get("program") == p}
        if kind == "close" and gone & {*scene.opened, *scene.moved}:
            continue  # refused
        steps.append({kind: step})
        scene.take(kind, step)
    return steps or random_steps(rng, town)


def random_question(rng: Random, town: Tables) -> dict[str, Any]:
    own = sorted({program["pathway"] for program in town["programs"]}, reverse=True)
    return {
        "question": "sites", "cycle": "town", "policy": "plain.yaml", "seed": SEED, "draws": DRAWS, "assumed": "a test",
        "compare": rng.choice([{}, {"level": [town["schools"][0]["level"]]}]), "band": rng.choice([5, 10, 40]),
        **rng.choice([{"capacity_column": "places"}, {}]),
        "buildings": {"a": {"capacity": rng.choice([0, 2, 9])}},
        "enrolled": {"low_income": {"members": "low", "of": "all"}},
        "receiving": {"programs": {"pathway": rng.choice([own[:1], own])},
                      "neighbours": rng.choice([1, 2])},
        "special_lottery": {"choices": rng.choice([1, 2, 3]), **rng.choice([{}, {"added": {"01": 1, "02": 2}}])},
        "options": {f"o{n}": {"steps": random_steps(rng, town)} for n in range(rng.choice([1, 2]))},
    }  # fmt: skip


def metres_between(one: Row, other: Row) -> int | None:
    places = [own.get(axis, "") for own in (one, other) for axis in ("latitude", "longitude")]
    return None if "" in places else metres(*map(float, places))


def coin(program: str, applicant: str) -> float:
    texts = b"".join(len(t.encode()).to_bytes(4, "big") + t.encode() for t in (SEED, program, applicant))
    return (int.from_bytes(sha256(b"OEL-SITES-v1\0" + texts).digest()[:8], "big") >> 11) / 2**53


class Scene:
    """The town after some steps, in dictionaries by identifier."""

    def __init__(self, town: Tables) -> None:
        self.schools = {own["school_id"]: dict(own) for own in town["schools"]}
        self.programs = {own["program_id"]: dict(own) for own in town["programs"]}
        self.seats = {(own["program_id"], own["grade"]): int(own["capacity"]) for own in town["seats"]}
        self.people = {own["applicant_id"]: dict(own) for own in town["applicants"]}
        self.lists: dict[str, list[str]] = {name: [] for name in self.people}  # what closes stays, for its rank
        for own in sorted(town["choices"], key=lambda row: (row["applicant_id"], int(row["rank"]))):
            self.lists[own["applicant_id"]].append(own["program_id"])
        self.roster = {own["student_id"]: dict(own) for own in town["roster"]}
        self.gone: set[str] = set()  # schools that closed or moved
        self.closed: set[str] = set()  # programs
        self.shut: set[str] = set()  # schools that closed
        self.opened: list[str] = []
        self.moved: set[str] = set()
        self.closes = False
        self.residents: set[str] = set()

    def take(self, kind: str, step: Mapping[str, Any]) -> None:
        getattr(self, f"_{kind}")(step)

    def _open(self, new: Mapping[str, Any]) -> None:
        grades = sorted(new["seats"], key=GRADES.index)
        name, like = new["program_id"], new["families"]["like"]["pathway"]
        before = {p for p, own in self.programs.items() if own["pathway"] in like}
        self.programs[name] = {"program_id": name, "school_id": new["school"], "pathway": new["pathway"],
                               "lowest_grade": grades[0], "highest_grade": grades[-1], **new.get("columns", {})}  # fmt: skip
        self.seats |= {(name, grade): n for grade, n in new["seats"].items()}
        self.opened.append(name)
        share = float(new["families"].get("share", "100%")[:-1]) / 100
        for child, own in self.people.items():
            first = next((p for p in self.lists[child] if p in before - self.closed), None)
            if first is None or not new["seats"].get(own["grade"]) or coin(name, child) >= share:
                continue
            here = metres_between(own, self.schools[new["school"]])
            there = metres_between(own, self.schools[self.programs[first]["school_id"]])
            nearer = here is not None and there is not None and here < there
            self.lists[child].insert(self.lists[child].index(first) + (not nearer), name)

    def _open_school(self, new: Mapping[str, Any]) -> None:
        self.schools[new["school_id"]] = {key: str(value) for key, value in new.items()}

    def _close(self, what: Mapping[str, Any]) -> None:
        self.closes = True
        if "school" in what:
            self.gone.add(what["school"])
            self.shut.add(what["school"])
            self.residents |= {i for i, own in self.people.items() if own["zone_school_id"] == what["school"]}
        self.closed |= {p for p, own in self.programs.items()
                        if p == what.get("program") or own["school_id"] == what.get("school")}  # fmt: skip
        self.seats = {key: n for key, n in self.seats.items() if key[0] not in self.closed}

    def _move(self, what: Mapping[str, Any]) -> None:
        for name, own in self.programs.items():
            if name not in self.closed and (name == what.get("program") or own["school_id"] == what.get("school")):
                own["school_id"] = what["to"]
                self.moved.add(name)
                for child in self.roster.values():
                    if child["program_id"] == name:
                        child["school_id"] = what["to"]
        if "school" in what:
            self.gone.add(what["school"])
            for own in self.people.values():
                if own["zone_school_id"] == what["school"]:
                    own["zone_school_id"] = what["to"]

    def grades(self, program: str) -> set[str]:
        own = self.programs[program]
        ends = own.get("lowest_grade", ""), own.get("highest_grade", "")
        if "" in ends:
            return {grade for name, grade in self.seats if name == program}
        return set(GRADES[GRADES.index(ends[0]) : GRADES.index(ends[1]) + 1])

    def going_on(self, school: str, fits: Sequence[str] | None = None) -> list[str]:
        """Open programs at a school, bytewise; those of some pathways only."""
        return sorted(p for p, own in self.programs.items() if own["school_id"] == school and p not in self.closed
                      and (fits is None or own["pathway"] in fits))  # fmt: skip
