"""What families hand in under an assumed behaviour: row by row by hand, and against a slow twin."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from random import Random
from typing import Any

import pytest
import tiny_cycles
from assumed_families import BASELINE, EVERYBODY, TINY, study_of

from lottery.cycle import Cycle
from lottery.policy import compile_market
from simulations.families import Answers, answers

LISTS = {"ana": "oak elm", "ben": "elm oak art", "cal": "oak", "dee": "elm oak", "eve": "oak elm"}


def lists(cycle: Cycle) -> dict[str, str]:
    """Everybody's list, after a look at the order of the rows and at the ranks."""
    table = cycle["choices"]
    rows = list(zip(table["applicant_id"], map(int, table["rank"]), table["program_id"], strict=True))
    assert rows == sorted(rows, key=lambda row: (row[0].encode(), row[1]))
    assert len(table.line) == len(rows)
    assert {type(value) for column in table.columns.values() for value in column} <= {str}
    found: dict[str, list[str]] = {}
    for applicant, rank, program in rows:
        found.setdefault(applicant, []).append(program)
        assert rank == len(found[applicant])
    return {applicant: " ".join(own) for applicant, own in found.items()}


def column(cycle: Cycle, name: str) -> dict[str, str]:
    people = cycle["applicants"]
    assert {type(value) for value in people[name]} <= {str}
    return dict(zip(people["applicant_id"], people[name], strict=True))


@pytest.fixture
def study(tmp_path):
    return partial(study_of, tmp_path)


@pytest.fixture
def told(study):
    """How the families of the tiny cycle, or of another, answer."""

    def answer(cycle: Cycle = TINY, replication: int = 0, seed: str = "2027", **behaviour: Any) -> Answers:
        return answers(study(behaviour, seed), "assumed", BASELINE, cycle, replication)

    return answer


# --- row by row ----------------------------------------------------------------------------------------------------


def test_truthful_families_hand_in_what_is_true(study):
    answer = answers(study(None), "assumed", BASELINE, TINY, 0)

    assert answer.seen is TINY
    assert answer.true is TINY
    assert answer.leaving == answer.sophisticated == frozenset()


def test_a_new_program_is_put_on_the_lists_of_those_who_could_attend_it_and_do_not_list_it(told):
    """Ben lists it already, Dee's grade has no seats there, Eve takes no part; Cal and Fay have shorter lists."""
    answer = told(new_program={"program": "art", "rank": 2, **EVERYBODY})

    assert lists(answer.true) == LISTS | {"ana": "oak art elm", "cal": "oak art", "fay": "art"}
    assert lists(answer.seen) == lists(answer.true)
    assert answer.true["choices"].line.tolist() == [2, 0, 3, 4, 5, 6, 7, 0, 8, 9, 10, 11, 0]  # 0: in no file


@pytest.mark.parametrize(("rank", "ana"), [(1, "art oak elm"), (3, "oak elm art"), (9, "oak elm art")])
def test_a_new_program_stands_at_its_rank_or_at_the_end_of_a_shorter_list(told, rank, ana):
    assert lists(told(new_program={"program": "art", "rank": rank, **EVERYBODY}).true)["ana"] == ana


def test_only_those_whom_a_condition_names_do_it(told):
    """Cal's blank income counts as the baseline's policy says; a condition may be as deep as in a policy."""
    who = {"all": ["low_income", {"none": [{"column": "grade", "equals": "01"}]}]}

    assert told(exit={"who": "low_income", **EVERYBODY}).leaving == {"ana", "dee", "fay"}
    assert told(exit={"who": who, **EVERYBODY}).leaving == {"ana", "fay"}
    assert told(sophisticated={"who": who, **EVERYBODY}).sophisticated == {"ana", "fay"}


def test_an_answer_is_left_blank_and_nothing_else_changes(told):
    answer = told(undisclosed={"column": "income", **EVERYBODY})

    assert column(answer.seen, "income") == {**dict.fromkeys(column(TINY, "income"), ""), "eve": "free"}
    assert column(answer.true, "income") == column(TINY, "income")
    assert lists(answer.seen) == LISTS
    assert answer.seen["applicants"]["distance_m"] is TINY["applicants"]["distance_m"]
    assert answer.seen["seats"] is TINY["seats"]


def test_another_answer_is_given_by_those_who_are_named_and_by_whoever_left_it_blank_too(told):
    """Who is named depends on the true answer, whatever else the family does with it."""
    paid = {"column": "income", "value": "paid", "who": "low_income", **EVERYBODY}

    false = column(told(misreported=paid).seen, "income")
    both = column(told(misreported=paid, undisclosed={"column": "income", **EVERYBODY}).seen, "income")

    assert false == {"ana": "paid", "ben": "paid", "cal": "", "dee": "paid", "eve": "free", "fay": "paid"}
    assert both == false | {"ben": ""}


def test_a_number_is_written_as_text(told):
    answer = told(misreported={"column": "distance_m", "value": 50, **EVERYBODY})

    assert column(answer.seen, "distance_m")["ana"] == "50"


def test_only_the_first_choices_are_handed_in(told):
    answer = told(keep_first=1)

    assert lists(answer.seen) == LISTS | {"ana": "oak", "ben": "elm", "dee": "elm"}
    assert lists(answer.true) == LISTS


def test_whoever_would_refuse_a_seat_does_not_ask_for_it(told):
    answer = told(decline={"beyond": 2, "who": {"column": "income", "equals": "paid"}, **EVERYBODY})

    assert lists(answer.seen) == LISTS | {"ben": "elm oak"}


def test_the_shorter_of_two_cuts_holds_and_both_count_from_the_new_list(told):
    answer = told(
        new_program={"program": "art", "rank": 1, **EVERYBODY},
        keep_first=2,
        decline={"beyond": 1, "who": "low_income", **EVERYBODY},
    )

    assert lists(answer.true)["ana"] == "art oak elm"
    assert lists(answer.seen) == {
        "ana": "art", "ben": "elm oak", "cal": "art oak", "dee": "elm", "eve": "oak elm", "fay": "art",
    }  # fmt: skip


def test_whoever_leaves_keeps_a_row_without_choices_and_without_a_seat(told):
    """The table keeps its rows, so that nobody's lottery number moves; Ana's seat at Oak is free for others."""
    answer = told(exit={"who": "low_income", **EVERYBODY})
    before, after = (compile_market(BASELINE, cycle) for cycle in (TINY, answer.seen))

    assert lists(answer.seen) == {"ben": "elm oak art", "cal": "oak", "eve": "oak elm"}
    assert lists(answer.true) == LISTS
    assert column(answer.seen, "current_program_id") == {
        "ana": "", "ben": "", "cal": "", "dee": "", "eve": "oak", "fay": "",
    }  # fmt: skip
    assert column(answer.true, "current_program_id")["ana"] == "oak"
    assert sorted(before.applicants) == sorted(after.applicants)
    assert (before.capacity[:, 0].sum(), after.capacity[:, 0].sum()) == (2, 0)  # seats that are held


def test_a_cycle_without_held_seats_or_lists_can_be_left_too(told):
    bare = tiny_cycles.cycle(applicants="applicant_id,grade\nana,KG\n", choices=tiny_cycles.choices())

    assert told(bare, exit=EVERYBODY).leaving == {"ana"}
    assert lists(told(bare, new_program={"program": "oak", "rank": 3, **EVERYBODY}).seen) == {"ana": "oak"}


def test_the_cycle_itself_stays_as_it_was(told):
    before = {name: {c: v.tolist() for c, v in table.columns.items()} for name, table in TINY.tables.items()}

    told(
        new_program={"program": "art", "rank": 1, **EVERYBODY},
        undisclosed={"column": "income", **EVERYBODY},
        misreported={"column": "distance_m", "value": 1, **EVERYBODY},
        keep_first=1,
        decline={"beyond": 1, **EVERYBODY},
        exit={"share": "50%"},
    )

    assert before == {name: {c: v.tolist() for c, v in table.columns.items()} for name, table in TINY.tables.items()}


# --- a slow twin ---------------------------------------------------------------------------------------------------


def is_among(seed: str, replication: int, key: str, applicant: str, percent: float) -> bool:
    """The coin from its definition: 64 bits of SHA-256 over length-prefixed fields, as a share of all there are."""
    fields = b"".join(len(f.encode()).to_bytes(4, "big") + f.encode() for f in (seed, str(replication), key, applicant))
    return int(sha256(b"OEL-FAMILIES-v1\0" + fields).hexdigest()[:16], 16) * 100 < percent * 2**64


def twin(cycle: Cycle, seed: str, replication: int, behaviour: dict[str, Any]) -> tuple[dict, dict, dict, set]:
    """True lists, lists handed in, incomes told and who leaves; one child at a time, with dictionaries."""
    people, seats = cycle["applicants"], cycle["seats"]
    offered = set(zip(seats["program_id"], seats["grade"], strict=True))
    rows = zip(*(people[name] for name in ("applicant_id", "grade", "status", "income")), strict=True)
    own: dict[str, list[str]] = {}
    for applicant, program in zip(cycle["choices"]["applicant_id"], cycle["choices"]["program_id"], strict=True):
        own.setdefault(applicant, []).append(program)
    true, handed_in, told, leaving = {}, {}, {}, set()
    for applicant, grade, status, income in rows:

        def does(key: str, applicant: str = applicant, status: str = status, income: str = income) -> bool:
            plan = behaviour.get(key)
            return (
                plan is not None
                and status in ("", "included")
                and (plan.get("who") != "low_income" or income == "free")
                and is_among(seed, replication, key, applicant, float(plan["share"][:-1]))
            )

        listed, new = own.get(applicant, []), behaviour.get("new_program")
        if does("new_program") and new["program"] not in listed and (new["program"], grade) in offered:
            listed = [*listed[: new["rank"] - 1], new["program"], *listed[new["rank"] - 1 :]]
        seen = listed
        if "keep_first" in behaviour and status in ("", "included"):
            seen = seen[: behaviour["keep_first"]]
        if does("decline"):
            seen = seen[: behaviour["decline"]["beyond"]]
        if does("exit"):
            seen = []
            leaving.add(applicant)
        told[applicant] = "" if does("undisclosed") else income
        if does("misreported"):
            told[applicant] = behaviour["misreported"]["value"]
        true |= {applicant: " ".join(listed)} if listed else {}
        handed_in |= {applicant: " ".join(seen)} if seen else {}
    return true, handed_in, told, leaving


def random_cycle(rng: Random) -> Cycle:
    """One to twelve children in two grades: empty lists, full lists, blank answers, some who take no part."""
    names = sorted(rng.sample([f"c{n}" for n in range(30)], rng.randint(1, 12)))  # c10 comes before c2
    grade = {name: rng.choice(["KG", "01"]) for name in names}
    open_to = {"KG": ["art", "elm", "oak"], "01": ["elm", "oak"]}
    own = {name: rng.sample(open_to[grade[name]], rng.randint(0, len(open_to[grade[name]]))) for name in names}
    rows = [
        f"{name},{grade[name]},{rng.choice(['', 'included', 'withdrawn'])},{rng.choice(['', 'free', 'paid'])}\n"
        for name in names
    ]
    return tiny_cycles.cycle(
        seats="program_id,grade,capacity\nart,KG,0\nelm,01,1\nelm,KG,1\noak,01,1\noak,KG,1\n",
        applicants="applicant_id,grade,status,income\n" + "".join(rows),
        choices=tiny_cycles.choices(**{name: " ".join(listed) for name, listed in own.items()}),
    )


def random_behaviour(rng: Random) -> dict[str, Any]:
    def some(**more: Any) -> dict[str, Any]:
        who = {"who": "low_income"} if rng.random() < 0.3 else {}
        return {"share": f"{rng.choice([0, 12.5, 40, 70, 100])}%", **who, **more}

    every = {
        "new_program": some(program=rng.choice(["art", "elm"]), rank=rng.randint(1, 4)),
        "undisclosed": some(column="income"),
        "misreported": some(column="income", value=rng.choice(["free", "paid"])),
        "keep_first": rng.randint(1, 3),
        "exit": some(),
        "decline": some(beyond=rng.randint(1, 2)),
    }
    return {key: plan for key, plan in every.items() if rng.random() < 0.5}


def test_families_do_what_a_slow_twin_does_child_by_child(told):
    rng = Random("families")
    for n in range(150):
        cycle, behaviour = random_cycle(rng), random_behaviour(rng)

        answer = told(cycle, replication=n, seed=f"seed {n}", **behaviour)
        true, handed_in, income, leaving = twin(cycle, f"seed {n}", n, behaviour)

        assert lists(answer.true) == true, behaviour
        assert lists(answer.seen) == handed_in, behaviour
        assert column(answer.seen, "income") == income, behaviour
        assert answer.leaving == leaving, behaviour
