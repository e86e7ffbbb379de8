"""The verifier agrees with a bundle worked out by hand (conftest.py), and finds every error planted in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lottery.auditor.verify import SHOWN, main, verify

NUMBER = {"ana": "0.036213696630121475", "ben": "0.085519192684721867", "eli": "0.805966600549468870"}


def invariants(bundle: Any) -> set[str]:
    """Seal the bundle again, so that no hash gives the error away, and return the invariants that fail."""
    bundle.seal()
    return set(verify(bundle.folder).totals)


def given_numbers(bundle: Any, rows: str) -> None:
    """Let the bundle have lottery numbers drawn elsewhere."""
    bundle.write("inputs/numbers.csv", "applicant_id,number\n" + rows)
    bundle.change_json("record.json", lambda record: record["draw"].update(numbers="given"))


# ------------------------------------------------------------------------------------------------- it agrees


def test_the_bundle_worked_out_by_hand_passes(bundle):
    report = verify(bundle.folder)

    assert report.findings == []
    assert report.totals == {}
    assert report.counts == {"submitted": 8, "included": 6, "withdrawn": 1, "rejected": 1, "offers": 4}
    assert report.digest == json.loads((bundle.folder / "record.json").read_text())["outcome_digest"]


def test_a_pass_exits_0_and_prints_the_digest(bundle, capsys):
    assert main([str(bundle.folder)]) == 0
    printed = capsys.readouterr().out
    assert "PASS" in printed
    assert verify(bundle.folder).digest in printed


def test_the_answer_for_a_program_says_the_same(bundle, capsys):
    bundle.replace("waitlists.csv", "eli,otherwise", "eli,zone")

    assert main([str(bundle.folder), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["passed"] is False
    assert answer["totals"] == {"I11": 1, "I12": 1}
    assert {finding["invariant"] for finding in answer["findings"]} == {"I11", "I12"}


def test_progress_is_told_step_by_step(bundle):
    steps: list[str] = []
    verify(bundle.folder, steps.append)
    assert steps == ["hashes", "inputs", "draw", "standings", "recount", "invariants", "letters"]


def test_numbers_drawn_elsewhere_are_taken_as_exact_decimals(bundle):
    # 0.10502540606179535300001 is cal's number, but for a 23rd decimal that is cut off when shown
    given_numbers(
        bundle,
        "ana,0.036213696630121475\nben,0.085519192684721867\ncal,0.10502540606179535300001\n"
        "dee,0.740800290429041398\neli,0.80596660054946887\nfay,0.923734283297965682\n",
    )
    assert invariants(bundle) == set()


def test_row_order_of_a_published_file_is_no_difference_of_content(bundle):
    lines = (bundle.folder / "reasons.csv").read_text().splitlines(keepends=True)
    bundle.write("reasons.csv", "".join([lines[0], *reversed(lines[1:])]))
    assert invariants(bundle) == set()


def test_who_holds_a_program_without_an_offering_in_the_own_grade_has_nothing_secured(bundle):
    bundle.replace("inputs/applicants.csv", "ana,KG,h1,,,", "ana,KG,h1,,pre,")
    assert invariants(bundle) == set()


# --------------------------------------------------------------------------------- one planted error each


def test_I1_two_rows_for_one_applicant(bundle):
    """F6: children with several seats."""
    bundle.replace("offers.csv", "ben,KG,,", f"ana,KG,oak,1,open,otherwise,{NUMBER['ana']},1\nben,KG,,")
    assert "I1" in invariants(bundle)


def test_I2_a_seat_that_is_not_on_the_applicants_list(bundle):
    """F26: seats in places nobody asked for."""
    bundle.replace("offers.csv", "ben,KG,,,,,", "ben,KG,elm,1,low_income,otherwise,")
    assert "I2" in invariants(bundle)


def test_I2_a_seat_at_a_program_that_is_not_open_in_this_grade(bundle):
    """F19: children sent to a program that did not exist."""
    bundle.replace("inputs/applicants.csv", "dee,KG", "dee,01")
    bundle.replace("offers.csv", "dee,KG", "dee,01")
    assert "I2" in invariants(bundle)


def test_I2_a_seat_in_a_program_for_which_the_applicant_is_ineligible(bundle):
    bundle.replace("offers.csv", "cal,KG,oak,2,low_income,otherwise,", "cal,KG,art,1,low_income,,")
    assert "I2" in invariants(bundle)


def test_I3_two_holders_of_one_seat(bundle):
    """F12: 512 letters for 16 seats."""
    bundle.replace("offers.csv", "ben,KG,,,,,", "ben,KG,oak,1,open,zone,")
    assert "I3" in invariants(bundle)


def test_I3_the_policys_share_decides_how_many_seats_a_group_has(bundle):
    # half of one seat, rounded down, is none: ana's seat at elm is one too many in its group
    bundle.change_json("policy.json", lambda p: p["seat_groups"][0]["groups"][0].update(rounding="down"))
    assert "I3" in invariants(bundle)


def test_I4_a_better_place_passed_over(bundle):
    bundle.replace("offers.csv", "ana,KG,elm,2,low_income,otherwise,", "ana,KG,,,,,")
    bundle.replace("offers.csv", "eli,KG,,,,,", "eli,KG,elm,1,low_income,otherwise,")
    found = [f for f in verify(bundle.folder).findings if f.invariant == "I4"]
    assert [f.subject for f in found] == ["ana"]
    assert "eli" in found[0].text
    assert "elm" in found[0].text


def test_I4_a_sibling_passed_over_for_the_zone(bundle):
    """F14: siblings wait-listed behind others."""
    bundle.replace("offers.csv", "dee,KG,oak,1,open,sibling,", "dee,KG,,,,,")
    bundle.replace("offers.csv", "ben,KG,,,,,", "ben,KG,oak,1,open,zone,")
    assert "I4" in invariants(bundle)


def test_I5_an_empty_seat_that_a_refused_applicant_wants(bundle):
    bundle.replace("offers.csv", "dee,KG,oak,1,open,sibling,", "dee,KG,,,,,")
    assert "I5" in invariants(bundle)


def test_I6_precedence_turned_round_without_envy_or_waste(bundle):
    # ana in fay's secured seat, fay in ana's: everybody keeps a program, nobody has envy; only the recount can tell
    bundle.replace("offers.csv", "elm,2,low_income,otherwise", "elm,2,secured,otherwise")
    bundle.replace("offers.csv", "elm,2,secured,secured", "elm,2,low_income,secured")
    found = invariants(bundle)
    assert "I6" in found
    assert found.isdisjoint({"I1", "I2", "I3", "I4", "I5"})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("0.036213696630121475,1", "0.036213696630121476,1", id="a number off by the last decimal"),
        pytest.param("0.036213696630121475,1", "0.036213696630121475,2", id="the place of somebody else"),
    ],
)
def test_I7_a_number_or_place_that_is_not_the_draws(bundle, old, new):
    bundle.replace("offers.csv", old, new)
    assert invariants(bundle) == {"I7"}


def test_I7_a_key_that_does_not_follow_from_the_seed(bundle):
    """F33: a draw that cannot be replayed."""
    bundle.change_json("record.json", lambda record: record["draw"].update(key="0" * 64))
    assert invariants(bundle) == {"I7"}


def test_I7_another_seed_gives_other_numbers(bundle):
    bundle.change_json("record.json", lambda record: record.update(seed="seed 172"))
    assert "I7" in invariants(bundle)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("ana,.1\nben,.2\ncal,.3\ndee,.4\neli,.5\n", id="fay has none"),
        pytest.param("ana,.1\nben,.2\ncal,.3\ndee,.4\neli,.5\nfay,0.50\n", id="eli and fay have the same"),
    ],
)
def test_I7_numbers_drawn_elsewhere_must_be_complete_and_distinct(bundle, rows):
    given_numbers(bundle, rows)
    bundle.seal()
    found = [f for f in verify(bundle.folder).findings if f.invariant == "I7"]
    assert "inputs/numbers.csv" in found[0].text or "the same as eli" in found[0].text
    assert found[0].subject == "fay"


def test_I7_the_record_says_where_the_numbers_come_from(bundle):
    bundle.change_json("record.json", lambda record: record["draw"].update(numbers="given"))
    assert invariants(bundle) == {"I7"}


def test_I8_an_included_applicant_without_a_row(bundle):
    """F37: people who never made it into the draw's source list."""
    bundle.replace("offers.csv", f"ben,KG,,,,,{NUMBER['ben']},2\n", "")
    assert "I8" in invariants(bundle)


def test_I8_a_withdrawn_applicant_with_a_row(bundle):
    """F11: children placed who never took part."""
    offers = (bundle.folder / "offers.csv").read_text()
    bundle.write("offers.csv", offers + "gus,KG,oak,1,open,otherwise,0.5,7\n")
    bundle.seal()
    assert ("I8", "gus") in {finding[:2] for finding in verify(bundle.folder).findings}


def test_I8_counts_that_do_not_add_up(bundle):
    """F26, F37: rows lost or gained on the way."""
    bundle.change_json("record.json", lambda record: record["counts"].update(withdrawn=0))
    assert invariants(bundle) == {"I8"}


def test_I8_a_rejection_without_a_reason(bundle):
    bundle.replace("inputs/applicants.csv", "rejected,lives elsewhere", "rejected,")
    assert invariants(bundle) == {"I8"}


def test_I8_a_status_that_is_none_of_the_three(bundle):
    bundle.replace("inputs/applicants.csv", "gus,KG,h7,,,withdrawn", "gus,KG,h7,,,lost")
    assert "I8" in invariants(bundle)


def test_I10_a_digest_of_another_outcome(bundle):
    bundle.change_json("record.json", lambda record: record.update(outcome_digest="0" * 64))
    assert invariants(bundle) == {"I10"}


@pytest.mark.parametrize(
    "name", ["summary.json", "offers.csv", "inputs/choices.csv", "inputs/seats.csv", "policy.json"]
)
def test_I11_a_byte_added_to_any_sealed_file(bundle, name):
    """F7: two versions of one table.  F46: a list exported while something else was being written."""
    bundle.write(name, (bundle.folder / name).read_text() + "\n")
    assert name.rpartition("/")[2] in found_in(bundle, "I11")


def found_in(bundle: Any, invariant: str) -> str:
    """Return the findings under one invariant, in words."""
    return "\n".join(f"{f.subject}: {f.text}" for f in verify(bundle.folder).findings if f.invariant == invariant)


def test_I11_a_rules_hash_that_is_not_that_of_the_rules(bundle):
    bundle.change_json("record.json", lambda record: record.update(rules_hash="0" * 64))
    assert set(verify(bundle.folder).totals) == {"I11"}


def test_I11_an_input_that_the_record_does_not_know(bundle):
    bundle.write("inputs/feeders.csv", "from_program_id,to_program_id\n")
    assert set(verify(bundle.folder).totals) == {"I11"}


@pytest.mark.parametrize(
    "name",
    ["public/names.csv", "names.csv", "inputs/names.txt", "inputs/old/seats.csv", "__pycache__/verify.pyc", ".x"],
)
def test_I11_a_file_anywhere_that_the_record_does_not_list(bundle, name):
    """F46: what is published is what was sealed."""
    bundle.write(name, "ana,Ana Anders\n")
    assert found_in(bundle, "I11") == f"{name}: lies in the bundle, and record.json does not list it"


def test_I11_a_link_is_a_file_that_the_record_does_not_list(bundle, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (bundle.folder / "public").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert found_in(bundle, "I11").startswith("public: lies in the bundle")


def test_I11_the_policy_is_the_one_that_the_record_names(bundle):
    """F2: the record says one policy, the run used another."""
    bundle.change_json("record.json", lambda record: record["policy"].update(id="test/other"))
    assert found_in(bundle, "I11") == "policy.json: record.json says test/other; the bundle has test/tiny"


SORTED_NUMBERS = [
    *("0.036213696630121475", "0.085519192684721867", "0.105025406061795353"),
    *("0.740800290429041398", "0.805966600549468870", "0.923734283297965682"),
]


def test_published_numbers_of_the_draw_pass(bundle):
    bundle.write("public/numbers.csv", "\n".join(["lottery_number", *SORTED_NUMBERS, ""]))
    assert invariants(bundle) == set()


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["lottery_number", *SORTED_NUMBERS[1:]], id="one is missing"),
        pytest.param(["lottery_number", *SORTED_NUMBERS, "0.99"], id="one that nobody drew"),
        pytest.param(["lottery_number", SORTED_NUMBERS[0], *SORTED_NUMBERS], id="one twice"),
        pytest.param(["lottery_number", *SORTED_NUMBERS[::-1]], id="in another order"),
        pytest.param(["number", *SORTED_NUMBERS], id="another header"),
        pytest.param(["lottery_number,who", *(f"{n},ana" for n in SORTED_NUMBERS)], id="with names"),
        pytest.param(["lottery_number", *(f"{n},ana" for n in SORTED_NUMBERS)], id="ragged, with names"),
        pytest.param([], id="empty"),
    ],
)
def test_I7_published_numbers_that_are_not_the_draws(bundle, lines):
    bundle.write("public/numbers.csv", "\n".join([*lines, ""]))
    assert invariants(bundle) == {"I7"}
    assert {f.subject for f in verify(bundle.folder).findings} == {"public/numbers.csv"}


def published_seed(bundle: Any, **changed: str) -> None:
    """Write public/seed.json as a run does, from the record, but for these fields."""
    record = json.loads((bundle.folder / "record.json").read_text())
    names = ("seed", "status", "ceremony", "round", "outcome_digest", "rules_hash", "engine_hash")
    content = {name: record[name] for name in names} | {"K": record["draw"]["key"], "tie_breaker": "single"}
    bundle.write("public/seed.json", json.dumps(content | changed))


def test_a_published_seed_that_is_the_records_passes(bundle):
    published_seed(bundle)
    assert invariants(bundle) == set()


@pytest.mark.parametrize(
    "field",
    ["seed", "status", "ceremony", "round", "K", "key", "tie_breaker", "outcome_digest", "rules_hash", "engine_hash"],
)
def test_I11_a_published_seed_that_is_not_the_records(bundle, field):
    published_seed(bundle, **{field: "another"})
    bundle.seal()
    assert found_in(bundle, "I11").startswith(f"public/seed.json: says {field} another; record.json says ")


def test_I11_a_published_seed_that_cannot_be_read(bundle):
    bundle.write("public/seed.json", "seed 171")
    bundle.seal()
    assert "public/seed.json: seed.json cannot be read" in found_in(bundle, "I11")


@pytest.mark.parametrize("kind", ["inputs", "outputs"])
def test_I11_a_file_that_the_record_knows_and_the_bundle_lacks(bundle, kind):
    bundle.change_json("record.json", lambda record: record[kind].update({"gone.csv": "0" * 64}))
    assert set(verify(bundle.folder).totals) == {"I11"}


def test_I11_a_rehearsal_does_not_pass_for_official(bundle):
    bundle.change_json("record.json", lambda record: record.update(status="OFFICIAL"))
    assert set(verify(bundle.folder).totals) == {"I11"}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("offers.csv", "oak,1,open,sibling", "oak,1,open,zone"),
        ("offers.csv", "oak,1,open,sibling", "oak,2,open,sibling"),
        ("reasons.csv", "cal,art,1,ineligible,,,,", "cal,art,1,not_reached,,,,"),
        ("reasons.csv", "otherwise,1,4,1\n", "otherwise,1,3,1\n"),
        ("reasons.csv", "cal,elm,3,higher_choice,,otherwise", "cal,elm,3,higher_choice,,zone"),
        ("reasons.csv", "otherwise,3,,2\n", "otherwise,3,,1\n"),
        ("cutoffs.csv", "elm,KG,low_income,1,1,no", "elm,KG,low_income,1,1,yes"),
        ("cutoffs.csv", "oak,KG,open,1,1", "oak,KG,open,2,1"),
        ("cutoffs.csv", "art,KG,open,0,0,,,,\n", ""),
        ("waitlists.csv", "oak,KG,1,ben,zone", "oak,KG,2,ben,zone"),
        ("waitlists.csv", "elm,KG,1,eli", "elm,KG,1,ben"),
    ],
)
def test_I12_a_letter_that_does_not_say_what_the_result_says(bundle, name, old, new):
    """F18: for dozens the official result and the personal letter differed.  F13: a wait list out of order."""
    bundle.replace(name, old, new)
    assert invariants(bundle) == {"I12"}


def test_I12_a_row_written_twice(bundle):
    bundle.replace("cutoffs.csv", "art,KG,open,0,0,,,,\n", "art,KG,open,0,0,,,,\n" * 2)
    assert invariants(bundle) == {"I12"}


# ------------------------------------------------------------------------- the inputs and the policy decide


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("inputs/roster.csv", "dora,h4,oakb,oak,02", "dora,h4,oakb,oak,05", id="the sister leaves"),
        pytest.param("inputs/roster.csv", "dora,h4", "dee,h4", id="dee is not her own sister"),
        pytest.param("inputs/roster.csv", "h4,oakb,oak", "h4,oakb,art", id="the sister is in another program"),
        pytest.param("inputs/applicants.csv", "cal,KG,h3,,,,,free", "cal,KG,h3,,,,,paid", id="cal is not low income"),
        pytest.param("inputs/applicants.csv", "fay,KG,h6,,elm", "fay,KG,h6,,oak", id="fay holds another seat"),
        pytest.param("inputs/facts.csv", "cal,art,audition,no", "cal,art,audition,Yes", id="cal passed the audition"),
        pytest.param("inputs/seats.csv", "oak,KG,2", "oak,KG,3", id="one seat more"),
        pytest.param("inputs/choices.csv", "dee,1,oak\ndee,2,elm", "dee,1,elm", id="dee did not rank oak"),
        pytest.param("inputs/applicants.csv", "gus,KG,h7,,,withdrawn", "gus,KG,h7,oakb,,", id="gus takes part"),
    ],
)
def test_I6_an_outcome_that_does_not_follow_from_the_inputs(bundle, name, old, new):
    """F5, F8, F9: derived data wrong, and no second derivation."""
    bundle.replace(name, old, new)
    assert "I6" in invariants(bundle) or "I8" in invariants(bundle)


@pytest.mark.parametrize(
    ("change", "invariant"),
    [
        pytest.param(lambda p: p["undisclosed"].update(income="member"), "I6", id="undisclosed income counts"),
        pytest.param(lambda p: p["priorities"].reverse(), "I6", id="priorities"),
        pytest.param(lambda p: p.pop("eligible"), "I6", id="everybody is eligible"),
        pytest.param(lambda p: p["seat_groups"][0]["groups"][0].update(unfilled="hold"), "I6", id="held for members"),
        pytest.param(
            lambda p: p["seat_groups"][0].update(programs={"pathway": ["arts"]}), "I6", id="for some programs"
        ),
        pytest.param(lambda p: p.update(secured_seat="none"), "I2", id="no secured seat"),
        pytest.param(
            lambda p: p["seat_groups"][0]["groups"].reverse(), "I12", id="precedence, here only in the letters"
        ),
    ],
)
def test_an_outcome_that_does_not_follow_from_the_written_policy_is_found(bundle, change, invariant):
    """F2: the text says one thing, the program does another."""
    bundle.change_json("policy.json", change)
    assert invariant in invariants(bundle)


def test_the_findings_shown_are_capped_and_all_are_counted(bundle):
    n = SHOWN + 5
    extra = "".join(f"x{i},KG,,,,,0.5,9\n" for i in range(n))
    bundle.write("offers.csv", (bundle.folder / "offers.csv").read_text() + extra)
    bundle.seal()
    report = verify(bundle.folder)
    assert report.totals["I8"] == n
    assert sum(finding.invariant == "I8" for finding in report.findings) == SHOWN


# ----------------------------------------------------------------------------------------------- bad input


def refused(bundle: Any, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the sentence with which the verifier refuses a bundle."""
    assert main([str(bundle.folder)]) == 2
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda p: p.update(fillled="last"), "fillled"),
        (lambda p: p.update(mechanism="top-trading-cycles"), "no seat_groups and no secured_seat: continuing"),
        (lambda p: p.update(mechanism="school-proposing"), "school-proposing"),
        (lambda p: p["tie_breaker"].update(draw="raffle"), "raffle"),
        (lambda p: p["tie_breaker"].update(weights=[{"when": "sibling", "tickets": 2}]), "about the child alone"),
        (lambda p: p.update(schema_version=2), "schema_version"),
        (lambda p: p.update(bands={}), "bands"),
        (lambda p: p.pop("undisclosed"), "undisclosed.income"),
        (lambda p: p["undisclosed"].update(income="maybe"), "maybe"),
        (lambda p: p.pop("siblings"), "siblings"),
        (lambda p: p["seat_groups"][0]["groups"][0].pop("rounding"), "rounding"),
        (lambda p: p["seat_groups"][0]["groups"][0].pop("unfilled"), "unfilled"),
        (lambda p: p["seat_groups"][0]["groups"].pop(), "rest"),
        (lambda p: p["seat_groups"][0]["groups"][0].update(order=[]), "order"),
        (lambda p: p["priorities"][0].update(when="brother"), "brother"),
        (lambda p: p["priorities"][0].update(when={"not": "sibling"}), "not"),
        (lambda p: p["facts"]["low_income"].update(column="school_id"), "programs and schools"),
        (lambda p: p["facts"]["low_income"].update(column="race"), "race"),
        (lambda p: p.update(list_cap=2), "cal ranks 3"),
    ],
)
def test_a_policy_that_is_not_understood_is_refused_in_words(bundle, capsys, change, word):
    bundle.change_json("policy.json", change)
    bundle.seal()
    assert word in refused(bundle, capsys)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.update(format=2),
        lambda r: r.update(ceremony="2027-04-01"),
        lambda r: r.update(round="supp-1"),
        lambda r: r["draw"].update(tie_breaker="raffle"),
        lambda r: r.pop("outputs"),
        lambda r: r.update(seed=7),
    ],
)
def test_a_record_that_is_not_understood_is_refused(bundle, capsys, change):
    bundle.change_json("record.json", change)
    assert "BAD INPUT" in refused(bundle, capsys)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("inputs/choices.csv", "ana,2,elm", "ana,2,oak"),
        ("inputs/choices.csv", "ana,2,elm", "ana,1,elm"),
        ("inputs/choices.csv", "ana,2,elm", "zoe,2,elm"),
        ("inputs/choices.csv", "ana,2,elm", "ana,two,elm"),
        ("inputs/applicants.csv", "ben,KG", "ana,KG"),
        ("inputs/applicants.csv", "ana,KG", "ana,13"),
        ("inputs/seats.csv", "oak,KG,2", "yew,KG,2"),
        ("inputs/seats.csv", "oak,KG,2", "oak,KG,-2"),
        ("inputs/seats.csv", "oak,KG,2", "oak,KG,2,3"),
        ("inputs/facts.csv", "audition,no", "audition,perhaps"),
        ("inputs/programs.csv", "pathway", "name"),
        ("policy.json", '"policy":', '"mechanism":"x","policy":'),
        ("policy.json", "{", "["),
    ],
)
def test_inputs_that_cannot_be_read_are_refused(bundle, capsys, name, old, new):
    text = (bundle.folder / name).read_text()
    bundle.write(name, text.replace(old, new, 1))
    bundle.seal()
    assert "BAD INPUT" in refused(bundle, capsys)


@pytest.mark.parametrize("name", ["inputs/schools.csv", "inputs/programs.csv"])
def test_an_unknown_school_is_refused_in_a_sentence(bundle, capsys, name):
    text = (bundle.folder / name).read_text()
    bundle.write(name, text.replace("elmb,", "nowhere,"))
    bundle.seal()
    said = refused(bundle, capsys)
    assert "elm is at school" in said
    assert "KeyError" not in said


SEALED = [
    *(f"inputs/{name}.csv" for name in ("schools", "programs", "seats", "applicants", "choices")),
    *("offers.csv", "reasons.csv", "cutoffs.csv", "waitlists.csv"),
]
FILES = [*SEALED, "policy.json", "record.json"]


@pytest.mark.parametrize("name", ["policy.json", "record.json"])
def test_a_record_or_policy_that_is_missing_or_no_text_is_bad_input(bundle, capsys, name):
    (bundle.folder / name).write_bytes(b"\xff\xfe\x00\x01")
    assert f"{name} cannot be read" in refused(bundle, capsys)
    (bundle.folder / name).unlink()
    assert f"{name} is missing" in refused(bundle, capsys)


@pytest.mark.parametrize("name", SEALED)
def test_I11_a_sealed_file_that_is_missing_or_no_text_is_named(bundle, capsys, name):
    (bundle.folder / name).write_bytes(b"\xff\xfe\x00\x01")
    assert named_as_damaged(bundle, capsys, name)
    (bundle.folder / name).unlink()
    assert named_as_damaged(bundle, capsys, name)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("inputs/schools.csv", "oakb,Oak\n", ""),
        ("inputs/programs.csv", "art,oakb", "art,gone"),
        ("inputs/choices.csv", "ana,2,elm", "zoe,2,elm"),
        ("inputs/seats.csv", "oak,KG,2", "oak,KG,two"),
        ("policy.json", '"mechanism":"deferred', '"mechanism":"undeferred'),
    ],
)
def test_I11_a_damaged_file_is_named_where_the_rest_cannot_be_derived(bundle, capsys, name, old, new):
    bundle.replace(name, old, new)
    assert named_as_damaged(bundle, capsys, name)
    assert [f.text for f in verify(bundle.folder).findings if "the rest could not be checked" in f.text]


def named_as_damaged(bundle: Any, capsys: pytest.CaptureFixture[str], name: str) -> bool:
    """Tell whether the verifier exits 1 and names the file among the hashes that do not agree."""
    assert main([str(bundle.folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    return any(line.startswith("I11") and name.rpartition("/")[2] + ": record.json says" in line for line in lines)


def test_why_the_rest_could_not_be_checked_is_said_after_any_number_of_findings(bundle, capsys):
    for n in range(SHOWN + 5):
        bundle.write(f"public/extra{n:02}.csv", "")
    bundle.write("offers.csv", "")
    assert main([str(bundle.folder)]) == 1
    printed = capsys.readouterr().out
    assert "outputs: offers.csv" in printed
    assert "the rest could not be checked" in printed
    assert verify(bundle.folder).totals == {"I11": SHOWN + 7}


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_anywhere_never_passes_and_never_raises(bundle, capsys, name):
    data = (bundle.folder / name).read_bytes()
    for cut in range(0, len(data) - 1, 17):
        (bundle.folder / name).write_bytes(data[:cut])
        assert main([str(bundle.folder)]) in (1, 2)


def test_a_folder_that_is_not_there_is_bad_input(bundle, capsys):
    assert main([str(bundle.folder / "nowhere"), "--json"]) == 2
    assert "bad_input" in json.loads(capsys.readouterr().out)
