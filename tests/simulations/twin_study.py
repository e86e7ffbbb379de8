"""A study counted by the twin: every draw of every arm matched by itself, and what each row of the files must say."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from ruamel.yaml import YAML

import lottery
from lottery.chances import Draws, draw_places
from lottery.intake import read_cycle
from lottery.market import Lottery
from lottery.policy import compile_market, parse_policy
from lottery.policy.shipped import shipped_policy
from simulations import laboratory

from . import twin
from .twin_safeguards import members_offered, safeguards, seats_of

SAME = 1e-12  # entropies are not fractions


def write_tables_of(study, out, **options):
    """Run a study for its tables: the page and the searches for what could be reached have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(laboratory, "write_page", lambda *_, **__: None)
        patch.setattr(laboratory, "attainable_targets", lambda *_: [])
        laboratory.run_study(study, out, workers=1, **options)


def table(folder, name):
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rewritten(folder, name, change):
    """Replace a table by what `change` makes of its rows."""
    path = folder / f"{name}.csv"
    before = table(folder, path.name)
    after = change(before)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, before[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(after)


def copied(folder, to):
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


class Arm:
    """One arm, matched draw by draw through the engine's public door."""

    def __init__(self, policy, folder, seed):
        self.seed = seed
        cycle, problems = read_cycle(folder)
        assert not [problem for problem in problems if problem.severity == "error"]
        self.market = compile_market(parse_policy(json.dumps(policy)), cycle)
        self.draws = Draws(self.market, seed)

    def offers(self, draw):
        """What a draw of the laboratory offers."""
        terms, names = self.market.terms, self.market.applicants
        if terms.tie_breaker == "single" and terms.tickets is None:
            return self.under(dict(zip(sorted(names), draw_places(len(names), self.seed, draw).tolist(), strict=True)))
        return self._matched(self.draws.places(draw))

    def under(self, number):
        """What these lottery numbers offer, one for each applicant."""
        return self._matched(np.array([number[name] for name in self.market.applicants], dtype=np.int32))

    def _matched(self, place):
        given = Lottery(place, tuple(map(str, place)), "given", per_application=self.draws.per_application)
        return dict(lottery.match(replace(self.market, given=given)).offers)


def as_answered(town, behaviour, to):
    """(the folder the district sees, the folder with the true lists, who left), everybody behaving in this way."""
    true, seen, gone = copied(town, to / "true"), None, set()
    if "new_program" in behaviour:
        program, rank = behaviour["new_program"]["program"], behaviour["new_program"]["rank"]
        rewritten(true, "choices", lambda rows: with_choice(true, rows, program, rank))
    seen = copied(true, to / "seen")
    cap = behaviour.get("keep_first", behaviour.get("decline", {}).get("beyond"))
    if cap is not None:
        rewritten(seen, "choices", lambda rows: [row for row in rows if int(row["rank"]) <= cap])
    for key, value in (("undisclosed", ""), ("misreported", behaviour.get("misreported", {}).get("value"))):
        if key in behaviour:
            column = behaviour[key]["column"]
            rewritten(
                seen,
                "applicants",
                lambda rows, c=column, v=value: [r | ({c: v} if r["english_learner"] == "yes" else {}) for r in rows],
            )
    if "exit" in behaviour:
        gone = {row["applicant_id"] for row in table(town, "applicants.csv") if row["tier"] == "1"}
        away = {"current_program_id": "", "current_school_id": ""}
        free = Counter(
            (row.get("current_program_id", ""), row["grade"])
            for row in table(town, "applicants.csv")
            if row["applicant_id"] in gone
        )
        rewritten(
            seen,
            "seats",
            lambda rows: [
                row | {"capacity": str(int(row["capacity"]) + free[row["program_id"], row["grade"]])} for row in rows
            ],
        )
        rewritten(seen, "choices", lambda rows: [row for row in rows if row["applicant_id"] not in gone])
        rewritten(seen, "applicants", lambda rows: [r | (away if r["applicant_id"] in gone else {}) for r in rows])
    return seen, true, gone


def with_choice(folder, rows, program, rank):
    """The choices, with a program at this rank wherever a child of its grades has not listed it."""
    offered = {row["grade"] for row in table(folder, "seats.csv") if row["program_id"] == program}
    lists = {row["applicant_id"]: [] for row in table(folder, "applicants.csv")}
    grades = {row["applicant_id"]: row["grade"] for row in table(folder, "applicants.csv")}
    for row in sorted(rows, key=lambda row: int(row["rank"])):
        lists[row["applicant_id"]].append(row["program_id"])
    for child, listed in lists.items():
        if program not in listed and grades[child] in offered:
            listed.insert(rank - 1, program)
    return [
        {"applicant_id": child, "rank": str(place), "program_id": listed}
        for child, programs in sorted(lists.items())
        for place, listed in enumerate(programs, 1)
    ]


def read_policy(path):
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def policy_of(folder, name):
    beside = folder / name
    return read_policy(beside if beside.is_file() else shipped_policy(name))


class Twin:
    """Every arm of a study on one cycle, counted draw by draw."""

    def __init__(self, path, cycle, to):
        study = json.loads(path.read_text(encoding="utf-8"))
        town, self.baseline, self.seed = path.parent / cycle, study["baseline"], study["seed"]
        plans = {
            name: plan if isinstance(plan, dict) else {"policy": plan, "behaviour": {}}
            for name, plan in study["arms"].items()
        }
        rule = policy_of(path.parent, plans[self.baseline]["policy"])
        self.groups = twin.groups_of(twin.Town(town), study, rule)
        self.arms, self.town, self.true, self.gone, self.offers = {}, twin.Town(town), {}, {}, {}
        for name, plan in plans.items():
            (to / name).mkdir(parents=True)
            seen, true, self.gone[name] = as_answered(town, plan["behaviour"], to / name)
            policy = policy_of(path.parent, plan["policy"])
            if "sophisticated" in plan["behaviour"]:  # all of them: Pathak and Soenmez (2008), corollary
                policy["mechanism"] = "deferred-acceptance"
            self.arms[name], self.true[name] = (policy, seen), twin.Town(true)
            arm = Arm(policy, seen, study["seed"])
            self.offers[name] = [arm.offers(draw) for draw in range(study["draws"])]
        self.values = {
            name: [
                twin.values(self.true[name], study, rule, before, after, self.gone[name])
                for before, after in zip(self.offers[self.baseline], offers, strict=True)
            ]
            for name, offers in self.offers.items()
        }
        self.compared = {  # the baseline among those who take part here and there
            name: [
                twin.values(self.true[self.baseline], study, rule, before, before, self.gone[name])
                for before in self.offers[self.baseline]
            ]
            for name in self.offers
        }

    def results(self, replications=1):
        """By (arm, measure, group, program, rank): what a row of results.csv must say."""
        found = {}
        for arm, draws in self.values.items():
            for key in draws[0]:
                own, base = ([values[key] for values in of[arm]] for of in (self.values, self.compared))
                level, row = twin.estimate(own, replications), {}
                row["mean"], row["standard_error"] = level or (None, None)
                paired = [None if a is None or b is None else a - b for a, b in zip(own, base, strict=True)]
                change = None if arm == self.baseline else twin.estimate(paired, replications)
                row["difference"], row["difference_standard_error"] = change or (None, None)
                row["unchanged"] = None if change is None else sum(abs(each) < SAME for each in paired)
                measure, group, program, rank = key
                found[arm, measure, group, program, "" if rank is None else str(rank)] = row
        return found

    def flows(self):
        """By (arm, group, from, to): what a row of flows.csv must say."""
        found = {}
        for arm in set(self.offers) - {self.baseline}:
            groups = {name: members - self.gone[arm] for name, members in self.groups.items()}
            draws = [
                twin.flows(groups, before, after)
                for before, after in zip(self.offers[self.baseline], self.offers[arm], strict=True)
            ]
            for key in sorted(set().union(*draws)):
                mean, error = twin.estimate([Fraction(draw[key]) for draw in draws])
                found[arm, *key] = {"children": mean, "standard_error": error}
        return found

    def probabilities(self):
        """By (arm, applicant, program that the child applies to, or none): in how many draws it was the offer."""
        count = Counter(
            (arm, child, program or "")
            for arm, draws in self.offers.items()
            for offers in draws
            for child, program in offers.items()
        )
        for arm, (policy, seen) in self.arms.items():
            town = twin.Town(seen)
            for child, row in town.child.items():
                held = (row.get("current_program_id", ""), row["grade"])
                kept = [held[0]] if held in town.seats and policy["secured_seat"] == "continuing" else []
                for program in ["", *kept, *town.wishes[child]]:
                    count[arm, child, program] += 0
        return dict(count)

    def safeguards(self):
        """By (arm, safeguard): what a row of safeguards.csv must say."""
        found = {}
        for arm, (policy, seen) in self.arms.items():
            town = twin.Town(seen)
            for name, opened in safeguards(policy).items():
                other = Arm(opened, seen, self.seed)
                without = [other.offers(draw) for draw in range(len(self.offers[arm]))]
                pairs = list(zip(self.offers[arm], without, strict=True))
                moved = [sum(a[child] != b[child] for child in a) for a, b in pairs]
                row = {"seats": seats_of(town, policy, name), "unchanged": moved.count(0)}
                row["moved"], row["moved_se"] = twin.estimate([Fraction(each) for each in moved])
                for column, k in (("members", 0), ("anyway", 1)):
                    counts = [Fraction(members_offered(town, policy, name, pair[k])) for pair in pairs]
                    row[column], row[f"{column}_se"] = twin.estimate(counts)
                found[arm, name] = row
        return found


def assert_same_rows(written, keys, expected):
    """Every expected row is written, no other is, and its numbers are those expected to the sixth decimal."""
    found = {tuple(row[key] for key in keys): row for row in written}
    missing, surplus = set(expected) - set(found), set(found) - set(expected)
    wrong = {
        (*key, column): (found[key][column], value)
        for key in set(expected) & set(found)
        for column, value in expected[key].items()
        if not _says(found[key][column], value)
    }
    assert len(found) == len(written), "a row is written twice"
    assert not missing, f"not written: {sorted(missing)}"
    assert not surplus, f"not expected: {sorted(surplus)}"
    assert not wrong, f"written, expected: {wrong}"


def _says(text, value):
    if value is None or text == "":
        return value is None and text == ""
    return abs(float(text) - value) < 5.1e-7
