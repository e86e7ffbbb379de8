"""What a hostile reader of the laboratory's numbers found: each the smallest cycle that shows it."""

from __future__ import annotations

import json
import random

import pytest

from lottery.errors import LotteryError
from lottery.policy.shipped import shipped_policy
from simulations import laboratory

from .twin_study import read_policy, table

SCHOOLS = "school_id,name,latitude,longitude\nx,X,34.1,-118.1\n"
COLUMNS = "applicant_id,grade,income"
TARGET = {"fact": "low_income", "per": "program", "centre": "district", "points": 10}
NAMES = [f"c{number:03d}" for number in range(150)]
RESERVE = {"programs": "all", "groups": [{"name": "own", "for": "low_income", "seats": 2, "unfilled": "release"}]}


def cycle(seats, children, lists, columns=COLUMNS, **more):
    """Seats by program; what follows the identifier of every child; the lists as `oak elm`."""
    programs = "".join(f"{program},x,{program},GENERAL,KG,05\n" for program in sorted(seats))
    return {
        "schools": SCHOOLS,
        "programs": f"program_id,school_id,name,pathway,lowest_grade,highest_grade\n{programs}",
        "seats": "program_id,grade,capacity\n" + "".join(f"{program},KG,{n}\n" for program, n in seats.items()),
        "applicants": f"{columns}\n" + "".join(f"{child},KG,{row}\n" for child, row in children.items()),
        "choices": "applicant_id,rank,program_id\n"
        + "".join(f"{i},{k},{p}\n" for i, own in lists.items() for k, p in enumerate(own.split(), 1)),
        **more,
    }


def incomes(n, low_income):
    """Children, of whom the chosen numbers have a low income."""
    return {child: "free" if number in low_income else "paid" for number, child in enumerate(NAMES[:n])}


def policy(**changes):
    return {**read_policy(shipped_policy("baseline/no-priorities")), "targets": [TARGET], "policy": "test/x", **changes}


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """Run a study of one cycle and return its folder; the first arm is the baseline."""
    runs = []

    def run(tables, arms, *, page=False, behaviour=None, **study):
        folder = tmp_path / str(len(runs))
        runs.append(folder)
        (folder / "town").mkdir(parents=True)
        for name, text in tables.items():
            (folder / "town" / f"{name}.csv").write_text(text, encoding="utf-8")
        plans = {}
        for name, written in arms.items():
            (folder / f"{name}.yaml").write_text(json.dumps(written), encoding="utf-8")
            does = (behaviour or {}).get(name)
            plans[name] = {"policy": f"{name}.yaml"} | ({"behaviour": {"assumed": "a test", **does}} if does else {})
        about = {"study": "review", "seed": "2027", "draws": 20, "cycles": ["town"], "baseline": next(iter(arms))}
        (folder / "study.yaml").write_text(json.dumps({**about, "arms": plans, **study}), encoding="utf-8")
        with monkeypatch.context() as patch:
            if not page:
                patch.setattr(laboratory, "write_page", lambda *_, **__: None)
            laboratory.run_study(folder / "study.yaml", folder / "out", workers=1)
        return folder / "out"

    return run


def means(folder, *, public=False):
    """By arm, measure, group and program: the mean as written."""
    rows = table(folder / "public" if public else folder, "results.csv")
    return {(row["arm"], row["measure"], row["group"], row["program"]): row["mean"] for row in rows}


# --- wrong numbers, and a way into a traceback -----------------------------------------------------------------------


@pytest.mark.parametrize("targets", [[], [{**TARGET, "per": "school"}]])
def test_targets_met_of_a_policy_without_a_target_per_program_is_refused_or_left_out(ran, targets):
    town = cycle({"oak": 2}, incomes(4, {0, 1}), dict.fromkeys(NAMES[:4], "oak"))

    try:
        written = means(ran(town, {"plain": policy(targets=targets)}, measures="all"))
    except LotteryError:
        return
    assert not any(measure == "targets_met" for _, measure, _, _ in written)


@pytest.mark.parametrize("fact", ["zone", "continuing"])
def test_a_group_that_depends_on_the_program_is_refused_and_not_read_at_the_first_program(ran, fact):
    """Three live in the zone of a school, one holds oak; at which program the question is asked decides who is in it."""
    children = dict.fromkeys(NAMES[:3], "paid,,x") | {NAMES[3]: "paid,oak,"}
    town = cycle(
        {"elm": 2, "oak": 2},
        children,
        dict.fromkeys(NAMES[:4], "oak elm"),
        columns=f"{COLUMNS},current_program_id,zone_school_id",
    )

    with pytest.raises(LotteryError, match="about the child alone"):
        ran(town, {"plain": policy()}, measures=["offer_rate"], groups=[fact])


@pytest.mark.parametrize("fact", ["sibling", "near"])
def test_a_group_of_a_fact_that_the_baseline_does_not_settle_is_refused_in_a_sentence(ran, fact):
    town = cycle({"oak": 2}, incomes(4, {0, 1}), dict.fromkeys(NAMES[:4], "oak"))

    with pytest.raises(LotteryError):
        ran(town, {"plain": policy()}, measures=["offer_rate"], groups=[fact])


def test_the_report_counts_programs_that_meet_a_target_among_those_with_offers(ran):
    """Forty children have oak, their first choice; elm has seats, nobody is offered one, and no target is met there."""
    town = cycle({"elm": 20, "oak": 40}, incomes(40, set(range(20))), dict.fromkeys(NAMES[:40], "oak elm"))

    out = ran(town, {"plain": policy()}, page=True, measures=["targets_met"])

    assert means(out)["plain", "targets_met", "low_income", ""] == "1.000000"
    assert "2.0 of 2" not in (out / "report.html").read_text(encoding="utf-8")


def test_a_kept_seat_that_was_never_listed_is_nobodys_first_choice(ran):
    """One child of three holds oak and lists nothing: the distribution has it at rank 1, the first-choice rate has not."""
    children = {"ana": "paid,oak", "ben": "paid,", "cal": "paid,"}
    town = cycle({"elm": 1, "oak": 1}, children, {"ben": "elm", "cal": "elm"}, columns=f"{COLUMNS},current_program_id")

    out = ran(town, {"plain": policy()}, groups=[], measures=["first_choice_rate", "rank_distribution"])

    first, *_ = (row["mean"] for row in table(out, "results.csv") if row["rank"] == "1")
    assert first == means(out)["plain", "first_choice_rate", "", ""]


def order_of_near(*programs):
    """A seat group with an order of its own, the same at all of the programs: one entry for all, or one for each."""
    order = [{"class": "near", "when": "near_home"}, {"class": "far"}]
    groups = [{"name": "local", "seats": 2, "order": order}, {"name": "open", "rest": True}]
    entries = [{"programs": {"program_id": own}, "groups": groups} for own in programs]
    facts = {"low_income": {"column": "income", "in": ["free"]}, "near_home": {"column": "near_home", "in": ["yes"]}}
    return policy(facts=facts, seat_groups=entries)


def near_town(near):
    children = {child: f"paid,{'yes' if number in near else 'no'}" for number, child in enumerate(NAMES[:12])}
    lists = {child: "oak" if number % 2 else "elm" for number, child in enumerate(children)}
    return cycle({"elm": 4, "oak": 4}, children, lists, columns=f"{COLUMNS},near_home")


def test_a_safeguard_counts_the_same_members_whether_a_rule_is_written_once_or_for_each_program(ran):
    arms = {"once": order_of_near(["oak", "elm"]), "twice": order_of_near(["oak"], ["elm"])}

    once, twice = table(ran(near_town({0, 1, 2, 3}), arms, measures=["offer_rate"]), "safeguards.csv")

    assert {**twice, "arm": ""} == {**once, "arm": ""}


def test_a_safeguard_whose_first_class_is_empty_has_no_members(ran):
    (row,) = table(
        ran(near_town(set()), {"once": order_of_near(["oak", "elm"])}, measures=["offer_rate"]), "safeguards.csv"
    )

    assert (row["members"], row["anyway"]) == ("0.000000", "0.000000")


def test_a_safeguard_does_not_count_the_open_seats_of_its_name_at_other_programs(ran):
    entries = [
        {"programs": {"program_id": ["oak"]}, "groups": [RESERVE["groups"][0], {"name": "open", "rest": True}]},
        {"programs": "all", "groups": [{"name": "own", "rest": True}]},
    ]
    children = incomes(12, {0, 1, 2, 3})
    lists = {child: "oak" if number % 2 else "elm" for number, child in enumerate(children)}
    town = cycle({"elm": 4, "oak": 4}, children, lists)

    (row,) = table(ran(town, {"plain": policy(seat_groups=entries)}, measures=["offer_rate"]), "safeguards.csv")

    assert row["seats"] == "2"
    assert float(row["members"]) <= 2  # two children of a low income list oak


def test_nothing_is_called_stable_under_immediate_acceptance_whoever_plays_it_well(ran):
    rules = policy(mechanism="immediate-acceptance", secured_seat="none")
    children = incomes(8, {0, 1, 2, 3})
    lists = {child: "oak elm" if number % 2 else "elm oak" for number, child in enumerate(children)}
    does = {"boston": {"sophisticated": {"share": "50%"}}}

    out = ran(cycle({"elm": 2, "oak": 2}, children, lists), {"boston": rules}, behaviour=does, measures=["targets_met"])

    assert {row["stable_found"] for row in table(out, "attainable.csv")} == {""}


# --- what the public files tell of fewer than eleven children -----------------------------------------------------------


def test_a_program_of_three_children_is_not_told_by_what_is_attainable_where_no_measure_is_by_program(ran):
    lists = dict.fromkeys(NAMES[:60], "oak elm") | dict.fromkeys(NAMES[:3], "art")
    town = cycle({"art": 3, "elm": 10, "oak": 10}, incomes(60, set(range(2, 32))), lists)

    out = ran(town, {"plain": policy()}, measures=["targets_met"])

    assert "art" not in {row["unit"] for row in table(out / "public", "attainable.csv")}


def test_the_offers_of_a_program_do_not_follow_from_the_members_of_a_safeguard_at_all_others(ran):
    """One low-income child is offered art: all of them who are offered anything, less those at oak and elm."""
    reserve = {
        "programs": {"program_id": ["elm", "oak"]},
        "groups": [RESERVE["groups"][0], {"name": "open", "rest": True}],
    }
    lists = dict.fromkeys(NAMES[:60], "oak elm") | dict.fromkeys(NAMES[:3], "art")
    town = cycle({"art": 3, "elm": 14, "oak": 14}, incomes(60, set(range(2, 32))), lists)

    out = ran(
        town, {"plain": policy(), "reserve": policy(seat_groups=[reserve])}, measures=["offer_rate", "without_offer"]
    )

    offered = 30 - float(means(out, public=True)["reserve", "without_offer", "low_income", ""])
    (row,) = table(out / "public", "safeguards.csv")
    assert row["members"] == "" or offered - float(row["members"]) >= 11


def test_the_rate_of_a_programs_first_choosers_is_published_of_eleven_of_them_at_least(ran):
    """All list art, and two rank it first."""
    lists = dict.fromkeys(NAMES[:60], "oak art") | dict.fromkeys(NAMES[:2], "art oak")
    town = cycle({"art": 3, "oak": 10}, incomes(60, set(range(1, 31))), lists)

    written = means(
        ran(town, {"plain": policy()}, measures=["program_first_choice_rate", "program_offers"]), public=True
    )

    assert {key: mean for key, mean in written.items() if key[1::2] == ("program_first_choice_rate", "art")} == {}


def test_siblings_together_is_published_of_eleven_children_at_least(ran):
    """Two children have a brother or sister in school."""
    children = {child: f"paid,h{child}" for child in NAMES[:60]}
    roster = "student_id,household_id,school_id,program_id,grade\n" + "".join(
        f"s{child},h{child},x,oak,01\n" for child in NAMES[:2]
    )
    town = cycle(
        {"oak": 20},
        children,
        dict.fromkeys(NAMES[:60], "oak"),
        columns=f"{COLUMNS},household_id",
        roster=roster,
    )
    rules = policy(siblings={"at": "program", "household": "same_address"})

    written = means(ran(town, {"plain": rules}, measures=["siblings_together"]), public=True)

    assert written == {}


def test_the_mean_distance_is_published_of_eleven_children_at_least(ran):
    """Where sixty live is known of two."""
    children = {
        child: f"{'free' if number % 2 else 'paid'},{'34.15,-118.15' if number < 2 else ','}"
        for number, child in enumerate(NAMES[:60])
    }
    town = cycle({"oak": 60}, children, dict.fromkeys(children, "oak"), columns=f"{COLUMNS},latitude,longitude")

    assert means(ran(town, {"plain": policy()}, measures=["distance"]), public=True) == {}


def test_a_group_of_eight_is_not_published_because_another_year_draws_eleven_of_them(ran):
    """Means over the replications tell the group as it is: 8 on average."""
    town = cycle({"elm": 20, "oak": 20}, incomes(60, set(range(8))), dict.fromkeys(NAMES[:60], "oak elm"))

    out = ran(town, {"plain": policy()}, measures=["without_offer"], resample=True, replications=4, draws=40, seed="1")

    assert {group for _, _, group, _ in means(out, public=True)} == {""}


def test_what_the_children_who_leave_were_offered_does_not_follow_from_a_difference(ran):
    """Seven leave: the baseline's level, less that of those who stay (the arm's level less the difference)."""
    town = cycle({"elm": 14, "oak": 14}, incomes(60, set(range(7))), dict.fromkeys(NAMES[:60], "oak elm"))
    leave = {"gone": {"exit": {"share": "100%", "who": "low_income"}}}

    out = ran(town, {"plain": policy(), "gone": policy()}, behaviour=leave, groups=[], measures=["program_offers"])

    rows = {(row["arm"], row["program"]): row for row in table(out / "public", "results.csv")}
    told = {
        program: float(rows["plain", program]["mean"]) - (float(row["mean"]) - float(row["difference"]))
        for (arm, program), row in rows.items()
        if arm == "gone" and row["difference"] and ("plain", program) in rows
    }
    assert told == {}


def test_two_studies_of_one_baseline_do_not_tell_together_what_each_keeps_back(ran):
    """The baseline's offers of a group: one program is small; beside it each study keeps another one back."""
    chance = random.Random(0)
    children = {child: chance.choice(["free", "paid", "paid"]) for child in NAMES}
    lists = {
        child: " ".join(dict.fromkeys(chance.choices("abcdef", [8, 6, 5, 4, 3, 1], k=chance.randint(1, 4))))
        for child in NAMES
    }
    town = cycle(dict.fromkeys("abcdef", 18), children, lists)
    open_seats = {"name": "open", "rest": True}
    own = {"name": "own", "share": "60%", "rounding": "up", "for": "low_income", "unfilled": "release"}
    others = {"name": "others", "share": "90%", "rounding": "up", "for": {"none": ["low_income"]}, "unfilled": "hold"}
    hidden = []
    for group in (own, others):
        arms = {
            "plain": policy(secured_seat="none"),
            "other": policy(secured_seat="none", seat_groups=[{"programs": "all", "groups": [group, open_seats]}]),
        }
        out = ran(town, arms, measures=["program_offers", "offer_rate"])
        shown = means(out, public=True)
        hidden.append({p for p in "abcdef" if ("plain", "program_offers", "low_income", p) not in shown})

    assert all(hidden), "there is nothing to attack"
    assert len(hidden[0] & hidden[1]) > 1, f"all offers less those shown are the offers of {hidden[0] & hidden[1]}"
