"""`lottery what-if` as the office types it."""

from __future__ import annotations

import csv
import json
import shutil

import numpy as np
import pytest
from tiny_cycles import choices, cycle, policy

from lottery.chances import chances
from lottery.cli.what_if import _chance, _in_words
from lottery.cutoff_model import cutoff_model
from lottery.engine import prepare
from lottery.equity import Interval
from lottery.errors import LotteryError
from lottery.policy import compile_market
from lottery.policy.shipped import shipped_policy
from lottery.report.chances import sealed_inputs
from lottery.sample import synthesize
from lottery.what_if import what_if

GENERAL = shipped_policy("pusd/general-2019")
DRAWS = 400


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district") / "cycle"
    synthesize(300, 12, "what if", folder)
    return folder


@pytest.fixture(scope="module")
def prepared(district):
    return prepare(district, GENERAL)


@pytest.fixture(scope="module")
def model(district, prepared):
    _, file, market = prepared
    path = district.parent / "model.npz"
    cutoff_model(market, "x", DRAWS, policy=file.sha256()).save(path)
    return path


@pytest.fixture
def ask(lottery, district, model):
    def asked(applicant, *programs, cycle=district, policy=GENERAL, file=model, json=True):
        words = ["--policy", policy, "--model", file, *["--json"] * json]
        return lottery("what-if", cycle, applicant, *programs, *words)

    return asked


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def list_of(market, i):
    own = market.program[market.choice_start[i] : market.choice_start[i + 1]]
    return [market.programs[p] for p in own]


def edited(district, tmp_path, name, change):
    """The district with another text in one of its files."""
    other = tmp_path / "other"
    shutil.copytree(district, other)
    path = other / f"{name}.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return other


def test_under_the_own_list_the_chances_are_those_that_draws_count(ask, prepared):
    _, _, market = prepared
    counted = chances(market, "x", DRAWS)
    unsure = [i for i in range(market.n_applicants) if 0.2 * DRAWS < counted.count_none[i] < 0.8 * DRAWS][:4]
    assert unsure
    for i in unsure:
        code, out, err = ask(market.applicants[i], *list_of(market, i))
        answer = json.loads(out)
        assert (code, err) == (0, "")
        assert [choice["program"] for choice in answer["choices"]] == list_of(market, i)
        told = [choice["probability"] for choice in answer["choices"]]
        own = counted.count[market.choice_start[i] : market.choice_start[i + 1]] / DRAWS
        assert told == pytest.approx(own.tolist(), abs=0.1)  # four standard errors of the count
        assert sum(told) + answer["no_offer"]["probability"] == pytest.approx(1, abs=1e-5)
        assert answer["no_offer"]["warning"] == (answer["no_offer"]["probability"] > 0.3)


def test_a_longer_list_changes_nothing_above_and_risks_less_below(ask, prepared):
    """Strategy-proof: what is added at the end touches no earlier choice."""
    _, _, market = prepared
    i = next(i for i in range(market.n_applicants) if market.choice_start[i + 1] - market.choice_start[i] > 3)
    own = list_of(market, i)
    listed = [p for p in own if p != own[-1]]
    answers = [json.loads(ask(market.applicants[i], *listed[:length])[1]) for length in (1, len(listed))]
    short, long = ([choice["probability"] for choice in a["choices"] if not choice["held_now"]] for a in answers)
    assert long[:1] == short[:1]
    assert answers[1]["no_offer"]["probability"] <= answers[0]["no_offer"]["probability"]


def test_the_words_name_every_choice_and_its_interval(ask, prepared):
    _, _, market = prepared
    applicant = market.applicants[0]
    code, out, err = ask(applicant, *list_of(market, 0), json=False)
    assert (code, err) == (0, "")
    assert f"Applicant {applicant}" in out
    assert all(program in out for program in list_of(market, 0))
    assert "no offer" in out
    assert f"{DRAWS} trial draws (seed 'x')" in out
    assert "%" in out
    assert " to " in out


def risky_child(market):
    """Somebody with a list of several programs, and mostly no offer."""
    counted = chances(market, "x", DRAWS)
    several = np.diff(market.choice_start) > 1
    risky = int(np.where(several, counted.count_none, 0).argmax())
    assert counted.count_none[risky] > 0.6 * DRAWS
    return risky


def test_the_warning_is_said_where_the_risk_is_high(ask, prepared):
    _, _, market = prepared
    i = risky_child(market)
    code, out, _ = ask(market.applicants[i], *list_of(market, i)[:-1], json=False)
    assert code == 0
    assert "your child would have no offer in about" in " ".join(out.split())
    assert "handed in" not in out


def test_of_the_list_as_handed_in_the_family_hears_one_number_and_it_is_the_count(ask, prepared):
    """chances.csv said 42 of 100 and what-if 41: two numbers for one list."""
    _, _, market = prepared
    i = risky_child(market)
    code, out, _ = ask(market.applicants[i], *list_of(market, i), json=False)
    words = " ".join(out.split())
    assert code == 0
    assert "This is the list that was handed in. chances.csv counts its offers" in words
    assert "warnings.csv says whether to warn it" in words
    assert "of 100 draws" not in words


def test_only_the_own_list_in_its_own_order_is_the_one_that_was_handed_in(ask, prepared):
    _, _, market = prepared
    i = risky_child(market)
    own = list_of(market, i)
    lists = {True: own, False: own[::-1]}
    for handed_in, programs in lists.items():
        answer = json.loads(ask(market.applicants[i], *programs)[1])
        assert answer["handed_in"] is handed_in
        assert answer["no_offer"]["warning"] is True
    assert json.loads(ask(market.applicants[i], *own[:-1])[1])["handed_in"] is False


def test_json_has_the_documented_keys(ask, prepared):
    """docs/formats.md, other outputs."""
    _, _, market = prepared
    answer = json.loads(ask(market.applicants[0], *list_of(market, 0))[1])
    assert set(answer) == {"applicant", "grade", "seed", "draws", "handed_in", "choices", "no_offer"}
    keys = {"rank", "program", "eligible", "held_now", "probability", "low", "high"}
    assert all(set(choice) == keys for choice in answer["choices"])
    assert set(answer["no_offer"]) == {"probability", "low", "high", "warning"}


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((0.412, 0.410, 0.414), "41.2 % (41.0 % to 41.4 %)"),
        ((0.412, 0.391, 0.446), "41 % (39 % to 45 %)"),
        ((0.001, 0.0, 0.004), "under 1 % (0 % to under 1 %)"),
        ((0.002, 0.0004, 0.004), "0.2 % (under 0.1 % to 0.4 %)"),
        ((0.9985, 0.997, 0.9999), "99.9 % (99.7 % to over 99.9 %)"),
        ((0.9985, 0.98, 1.0), "over 99 % (98 % to 100 %)"),
        ((0.9, 0.88, 0.994), "90 % (88 % to 99 %)"),
        ((1.0, 1.0, 1.0), "100 % (100 % to 100 %)"),
        ((0.0, 0.0, 0.0), "0 % (0 % to 0 %)"),
        ((0.0, 0.0, 0.003), "0 % (0 % to under 1 %)"),
    ],
)
def test_an_interval_is_never_shown_as_a_point_unless_it_is_one(interval, words):
    """41 % (41 % to 41 %) claims what nobody knows."""
    assert " ".join(_in_words(Interval(*interval)).split()) == words


def test_every_objection_to_a_list_is_a_sentence(ask, prepared, district):
    _, _, market = prepared
    grade = market.applicant_grades[0]
    offered = {row["program_id"] for row in rows(district / "seats.csv") if row["grade"] == grade}
    elsewhere = next(row["program_id"] for row in rows(district / "programs.csv") if row["program_id"] not in offered)
    good = sorted(offered)[0]

    code, out, err = ask(market.applicants[0], good, "nowhere", elsewhere, good, json=False)

    assert (code, out) == (2, "")
    assert "There is no program nowhere. Correct its code." in err
    assert f"Program {elsewhere} is not for grade {grade}" in err
    assert f"Program {good} is on the list more than once." in err


def test_a_child_nobody_knows_or_who_does_not_take_part_is_refused(ask, prepared, district):
    _, _, market = prepared
    program = list_of(market, 0)[0]
    code, _, err = ask("nobody", program)
    assert (code, "Applicant nobody is not in applicants.csv" in err) == (2, True)

    people = rows(district / "applicants.csv")
    gone = [row for row in people if row.get("status") not in (None, "", "included")]
    code, _, err = ask(gone[0]["applicant_id"], program)
    assert (code, "does not take part" in err) == (2, True)


def test_a_model_of_other_seats_is_refused_F7(ask, prepared, district, tmp_path):
    """F7: odds from other seat counts were shown to 1,600 families."""
    _, _, market = prepared

    def one_seat_more(text):
        header, first, *others = text.splitlines()
        program, grade, capacity = first.split(",")
        return "\n".join([header, f"{program},{grade},{int(capacity) + 1}", *others]) + "\n"

    other = edited(district, tmp_path, "seats", one_seat_more)
    code, out, err = ask(market.applicants[0], list_of(market, 0)[0], cycle=other, json=False)
    assert (code, out) == (2, "")
    assert "other seats" in err


def test_a_model_of_another_policy_or_of_other_lists_is_refused(ask, prepared, district, tmp_path):
    _, _, market = prepared
    applicant, program = market.applicants[0], list_of(market, 0)[0]
    code, _, err = ask(applicant, program, policy=shipped_policy("baseline/no-priorities"))
    assert (code, "another policy" in err) == (2, True)

    def one_line_less(text):
        return "\n".join(text.splitlines()[:-1]) + "\n"

    other = edited(district, tmp_path, "choices", one_line_less)
    code, _, err = ask(applicant, program, cycle=other)
    assert (code, "other lists" in err) == (2, True)


def test_a_file_that_is_no_model_is_refused(ask, prepared, tmp_path):
    _, _, market = prepared
    applicant, program = market.applicants[0], list_of(market, 0)[0]
    (tmp_path / "text.npz").write_text("nothing")
    for name, words in (("text.npz", "is no model"), ("absent.npz", "absent.npz: No such file")):
        code, _, err = ask(applicant, program, file=tmp_path / name)
        assert (code, words in err) == (2, True)


def test_the_hash_of_the_policy_is_the_one_that_records_have(prepared):
    cycle, file, _ = prepared
    assert sealed_inputs(cycle, file)["policy"]["sha256"] == file.sha256()


def tiny(tables, applicant, *programs, **rules):
    """The answer in a tiny cycle under a tiny policy with these rules."""
    file, here = policy(**rules), cycle(**tables)
    market = compile_market(file, here)
    model = cutoff_model(market, "x", 60, policy=file.sha256())
    return what_if(here, file, market, model, applicant, programs)


PEOPLE = "applicant_id,grade,current_program_id,swd,el\na,KG,,yes,no\nb,KG,oak,no,yes\nc,KG,,no,no\n"
LISTS = {"applicants": PEOPLE, "choices": choices(a="oak", b="elm", c="elm oak")}


def test_an_ineligible_choice_is_passed_over_and_said_so():
    rules = {"eligible": {"any": [{"none": ["swd"]}, {"column": "pathway", "equals": "GENERAL", "table": "programs"}]}}
    found = tiny(LISTS, "a", "art", "oak", **rules)
    assert (found.choices[0].eligible, found.choices[0].chance.estimate) == (False, 0)
    assert found.choices[1].eligible
    assert found.choices[1].chance.estimate == 1 - found.none.estimate > 0
    assert "passes over" in _chance(found.choices[0])


def test_a_seat_that_is_held_now_ends_every_list():
    found = tiny(LISTS, "b", "elm", secured_seat="continuing")
    assert [(c.program, c.held_now) for c in found.choices] == [("elm", False), ("oak", True)]
    assert found.handed_in  # the seat that is held was appended to the filed list as well
    assert found.none.estimate == 0
    assert found.choices[0].chance.estimate == pytest.approx(1 / 2, abs=0.15)


def test_a_list_longer_than_the_policy_allows_is_refused():
    with pytest.raises(LotteryError, match="has 3 programs; the policy allows 2"):
        tiny(LISTS, "a", "oak", "elm", "art", list_cap=2)


def test_a_seat_group_is_found_by_its_name_and_traits_that_nobody_has_are_refused():
    traits = [{"name": name, "for": name, "seats": 1, "rounding": "down"} for name in ("el", "swd")]
    rules = {"guarantees": [{"programs": {"program_id": ["oak"]}, "traits": [{k: v for k, v in t.items() if k != "rounding"} for t in traits]}]}  # fmt: skip
    tables = {**LISTS, "seats": "program_id,grade,capacity\nart,KG,1\nelm,KG,1\noak,KG,3\n"}
    found = tiny(tables, "a", "oak", **rules)
    assert found.choices[0].chance.estimate == 1
    with pytest.raises(LotteryError, match="Nobody who applied to program oak is in the group 'el'"):
        tiny(tables, "b", "oak", **rules)


def test_numbers_that_are_drawn_already_do_not_keep_a_child_from_trying_another_program():
    numbers = "applicant_id,program_id,number\na,oak,1\nb,elm,2\nc,elm,1\nc,oak,2\n"
    found = tiny({**LISTS, "numbers": numbers}, "b", "oak", tie_breaker={"draw": "multiple"})
    assert found.choices[0].chance.estimate == pytest.approx(1 / 2, abs=0.25)
