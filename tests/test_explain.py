"""F18: the letter says what the files say, for every applicant, in both languages."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
from pathlib import Path

import pytest

from lottery.errors import LotteryError
from lottery.explain import explain, explain_all
from lottery.matching import MECHANISMS
from lottery.report.letters import english, letter, spanish

spec = importlib.util.spec_from_file_location("fake_bundle", Path(__file__).parent / "report" / "fake_bundle.py")
fake_bundle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fake_bundle)

WORDS = {
    "en": {
        "offered": "OFFERED.",
        "higher_choice": "NOT NEEDED.",
        "ineligible": "NOT ELIGIBLE.",
        "not_reached": "NOT OFFERED.",
        "title": r"Lottery result for applicant (\S+), grade (\S+)\n",
        "offer": r"(?:seat at|keeps the seat at) .+ \((\S+)\)\. It is",
        "own": r"and your place is ([\d,]+)\.",
        "cutoff": r"The last seat went to .*?place ([\d,]+)",
        "short": r"([\d,]+) places? before yours",
        "waiting": r"number ([\d,]+) on the wait list",
        "draw": r"number is (\S+)\. It is in place ([\d,]+) of",
        "rehearsal": "REHEARSAL.",
        "class": r"Your priority group is “(.+?)”",
        "withdrawn": "was withdrawn",
        "rejected": "was not accepted",
    },
    "es": {
        "offered": "OFRECIDO.",
        "higher_choice": "NO HIZO FALTA.",
        "ineligible": "NO CUMPLE LOS REQUISITOS.",
        "not_reached": "NO OFRECIDO.",
        "title": r"Resultado del sorteo para la solicitud (\S+), grado (\S+)\n",
        "offer": r"(?:un lugar en|conserva su lugar en) .+ \((\S+)\)\. Es",
        "own": r"y su puesto es el ([\d,]+)\.",
        "cutoff": r"El último lugar fue para .*?puesto ([\d,]+)",
        "short": r"([\d,]+) puestos? antes del suyo",
        "waiting": r"número ([\d,]+) de la lista de espera",
        "draw": r"aleatorio es (\S+)\. Ocupa el puesto ([\d,]+) de",
        "rehearsal": "ENSAYO.",
        "class": r"Su grupo de prioridad es «(.+?)»",
        "withdrawn": "fue retirada",
        "rejected": "no fue aceptada",
    },
}
CLASSES = {
    "en": {words: name for name, words in english.CLASSES.items()},
    "es": {words: name for name, words in spanish.CLASSES.items()},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return fake_bundle.build(tmp_path_factory.mktemp("bundle") / "out")


def rows(folder, file):
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def found(pattern, text):
    match = re.search(pattern, text)
    return match.group(1).replace(",", "") if match else ""


def class_of(words, language):
    """A class by name; one that the district invented is written as it is."""
    return CLASSES[language].get(words, words.replace(" ", "_"))


def parse(text, language):
    """Read a letter as a family would: who, what is offered, and what is said of each choice."""
    words = WORDS[language]
    title = re.search(words["title"], text)
    draw = re.search(words["draw"], text)
    choices = []
    for rank, program, rest in re.findall(r"^(\d+)\. .+? \((\S+)\): (.*)$", text, re.MULTILINE):
        outcome = next(
            name for name in ("not_reached", "higher_choice", "ineligible", "offered") if rest.startswith(words[name])
        )
        choices.append(
            {
                "rank": rank,
                "program_id": program,
                "outcome": outcome,
                "place": found(words["own"], rest),
                "cutoff_place": found(words["cutoff"], rest),
                "places_short": found(words["short"], rest),
                "waitlist_position": found(words["waiting"], rest),
                "priority": class_of(found(words["class"], rest), language),
            }
        )
    return {
        "applicant_id": title.group(1),
        "grade": title.group(2),
        "program_id": found(words["offer"], text),
        "lottery_number": draw.group(1) if draw else "",
        "place": draw.group(2).replace(",", "") if draw else "",
        "choices": choices,
    }


def result(offer, reasons):
    """The same from the files: numbers are said of refusals with a cutoff only."""
    choices = []
    for row in reasons:
        refused = row["outcome"] == "not_reached"
        compared = refused and row["cutoff_place"] != ""
        choices.append(
            {
                "rank": row["rank"],
                "program_id": row["program_id"],
                "outcome": row["outcome"],
                "place": row["place"] if compared else "",
                "cutoff_place": row["cutoff_place"] if compared else "",
                "places_short": row["places_short"],
                "waitlist_position": row["waitlist_position"],
                "priority": row["priority"] if compared else "",
            }
        )
    return {key: offer[key] for key in ("applicant_id", "grade", "program_id", "lottery_number", "place")} | {
        "choices": choices
    }


@pytest.mark.parametrize("language", ["en", "es"])
def test_f18_every_letter_parses_back_to_the_result(folder, language):
    """I12; F3: number, place and cutoff are in every letter."""
    reasons = {}
    for row in rows(folder, "reasons.csv"):
        reasons.setdefault(row["applicant_id"], []).append(row)
    offers = {row["applicant_id"]: row for row in rows(folder, "offers.csv")}
    letters = {e.applicant: letter(e, language) for e in explain_all(folder)}
    assert letters.keys() == {row["applicant_id"] for row in rows(folder, "inputs/applicants.csv")}
    for who, offer in offers.items():
        assert parse(letters[who], language) == result(offer, reasons.get(who, []))


@pytest.mark.parametrize("language", ["en", "es"])
def test_children_who_were_not_in_the_draw_are_told_so_and_why(folder, language):
    people = [row for row in rows(folder, "inputs/applicants.csv") if row["status"] != "included"]
    assert {row["status"] for row in people} == {"withdrawn", "rejected"}
    for person in people:
        text = letter(explain(folder, person["applicant_id"]), language)
        assert WORDS[language][person["status"]] in text
        assert person["status_reason"] in text
        assert parse(text, language)["choices"] == []
        assert parse(text, language)["place"] == ""


def test_the_bundle_of_this_test_has_every_case_the_letters_speak_of(folder):
    everyone = list(explain_all(folder))
    answers = [answer for e in everyone for answer in e.answers]
    assert {a.why for a in answers} >= {"", "no_seats", "priority", "number"}
    assert {a.outcome for a in answers} == {"offered", "higher_choice", "not_reached", "ineligible"}
    assert any(e.kept for e in everyone)
    assert any(e.status == "included" and not e.answers for e in everyone)
    assert any(a.outcome == "offered" and a.reserved for a in answers)
    assert {e.rank for e in everyone} >= {None, 1, 2}


def test_one_applicant_is_explained_as_among_all(folder):
    for explanation in list(explain_all(folder))[::37]:
        assert explain(folder, explanation.applicant) == explanation


def test_an_unknown_applicant_is_refused_with_what_to_compare(folder):
    with pytest.raises(LotteryError, match=r"Applicant NOBODY is not in the bundle.*applicants\.csv"):
        explain(folder, "NOBODY")


def test_a_folder_without_a_run_is_refused_with_what_to_name(tmp_path):
    with pytest.raises(LotteryError, match=r"no record\.json.*--out"):
        explain(tmp_path, "A")


def test_a_language_without_letters_is_refused_with_those_there_are(folder):
    with pytest.raises(LotteryError, match="Choose one of: en, es"):
        letter(explain(folder, "A0000"), "fr")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_rehearsal_is_named_first_and_an_official_letter_does_not_speak_of_one(tmp_path, folder, language):
    official = fake_bundle.build(tmp_path / "official", n=40, status="OFFICIAL")
    assert letter(explain(folder, "A0000"), language).startswith(WORDS[language]["rehearsal"])
    assert WORDS[language]["rehearsal"] not in letter(explain(official, "A0000"), language)


RESERVE = [{"programs": {"pathway": ["GE"]}, "groups": [{"name": "open", "for": "low_income", "rest": True}]}]


def small_bundle(
    folder,
    mechanism="deferred-acceptance",
    cutoff="zone,0.2,9",
    why=("zone", "50", "zone", "9", "41"),
    group="open",
    seat_groups=(),
):
    """One child, one choice, one refusal."""
    fake_bundle.build(folder, n=1)
    own, place, cutoff_class, cutoff_place, short = why
    policy = {**fake_bundle.POLICY, "mechanism": mechanism, "seat_groups": list(seat_groups)}
    (folder / "policy.json").write_text(json.dumps(policy))
    (folder / "inputs/applicants.csv").write_text("applicant_id,grade,status\nA,KG,\n")
    (folder / "inputs/seats.csv").write_text("program_id,grade,capacity\nSIERRA-GE,KG,24\n")
    header = "program_id,grade,seat_group,capacity,filled,member,priority,lottery_number,place\n"
    (folder / "cutoffs.csv").write_text(header + f"SIERRA-GE,KG,open,24,24,yes,{cutoff}\n")
    header = "applicant_id,grade,program_id,rank,seat_group,priority,lottery_number,place\n"
    (folder / "offers.csv").write_text(header + f"A,KG,,,,,0.5,{place}\n")
    header = (
        "applicant_id,program_id,rank,outcome,seat_group,priority,lottery_number,place,cutoff_priority,cutoff_place,"
        "places_short,waitlist_position\n"
    )
    (folder / "reasons.csv").write_text(
        header + f"A,SIERRA-GE,1,not_reached,{group},{own},0.5,{place},{cutoff_class},{cutoff_place},{short},7\n"
    )
    return folder


def test_a_refusal_says_how_many_seats_which_place_was_last_and_the_wait_list(tmp_path):
    text = letter(explain(small_bundle(tmp_path / "b"), "A"), "en")
    assert (
        "1. Sierra Madre Neighborhood (SIERRA-GE): NOT OFFERED. Its 24 seats went to applicants with a higher priority "
        "group, or with the same priority group and a better random number. Your priority group is “lives in the "
        "school's area” and your place is 50. The last seat went to place 9 of the same priority group, 41 places "
        "before yours. "
        "Your child is number 7 on the wait list."
    ) in text


def test_a_worse_class_is_told_the_class_of_the_last_seat(tmp_path):
    folder = small_bundle(tmp_path / "b", cutoff="sibling,0.2,80", why=("zone", "50", "sibling", "80", ""))
    explanation = explain(folder, "A")
    assert explanation.answers[0].why == "priority"
    assert "El último lugar fue para el grupo de prioridad «hermano o hermana», puesto 80." in letter(explanation, "es")


def test_a_refusal_in_favor_of_members_of_the_seat_group_says_so(tmp_path):
    """The last seat went to a worse class, which only a member of the seat group can do."""
    refused = ("sibling", "50", "otherwise", "80", "")
    folder = small_bundle(tmp_path / "b", cutoff="otherwise,0.2,80", why=refused, seat_groups=RESERVE)
    explanation = explain(folder, "A")
    assert (explanation.answers[0].why, explanation.answers[0].reserved) == ("members_first", True)
    text = letter(explanation, "en")
    assert "The last of 24 seats in the seat group “open” went to an applicant with first right to those seats." in text
    assert "higher priority group" not in text


def test_a_child_whom_no_seat_group_admits_is_told_so(tmp_path):
    explanation = explain(small_bundle(tmp_path / "b", why=("zone", "50", "", "", ""), group=""), "A")
    assert explanation.answers[0].why == "not_admitted"
    assert "Its seats are kept for seat groups that your child is not in." in letter(explanation, "en")


def test_a_seat_group_that_is_not_full_and_yet_refuses_is_not_given_a_cutoff(tmp_path):
    explanation = explain(small_bundle(tmp_path / "b", why=("zone", "50", "", "", "")), "A")
    assert explanation.answers[0].why == "nothing_left"
    assert "The last seat went" not in letter(explanation, "en")


def test_another_mechanism_is_not_explained_by_class_and_number(tmp_path):
    """Under immediate acceptance a better number may lose to a higher rank: the sentence must not claim otherwise."""
    explanation = explain(small_bundle(tmp_path / "b", mechanism="immediate-acceptance"), "A")
    assert explanation.answers[0].why == "rules"
    text = letter(explanation, "en")
    assert "Its 24 seats went in an earlier step, or in the same step to children with a higher priority group" in text
    assert "The last seat went" not in text


@pytest.mark.parametrize("mechanism", sorted(set(MECHANISMS) - {"deferred-acceptance"}))
def test_every_other_mechanism_has_its_own_sentence_in_both_languages(tmp_path, mechanism):
    explanation = explain(small_bundle(tmp_path / "b", mechanism=mechanism), "A")
    others = [explain(small_bundle(tmp_path / m, mechanism=m), "A") for m in MECHANISMS if m != mechanism]
    for language, seats in (("en", "ts 24 seats went"), ("es", "Sus 24 lugares se dieron")):
        text = letter(explanation, language)
        assert seats in text
        assert all(letter(other, language) != text for other in others)


def test_no_sentence_of_the_english_letters_has_more_than_thirty_words(folder):
    """Plain language: about grade 8."""
    for explanation in explain_all(folder):
        body = letter(explanation, "en").rsplit("\n\n", 1)[0]
        for sentence in re.split(r"(?<=[.:])\s+", body):
            assert len(sentence.split()) <= 30, sentence
