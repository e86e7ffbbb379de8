"""F2: the rule text is generated from the policy and hashed with it; nothing in the policy is left out of it."""

from __future__ import annotations

import re
from hashlib import sha256
from string import Formatter

import pytest
from hypothesis import given, settings
from written_policies import LOW, OPEN, groups, policies, policy_of, reserve

from lottery.errors import LotteryError
from lottery.policy import load_policy
from lottery.policy.allot import allot
from lottery.policy.model import Policy
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.rulebook import LANGUAGES, rule_book
from lottery.rulebook.english import ENGLISH
from lottery.rulebook.spanish import SPANISH

BOTH = sorted(LANGUAGES)
ONCE = {"schema_version", "rounds"}  # there is one answer only


def flat(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def body(file, language: str) -> str:
    """Everything but the hash."""
    text = flat(rule_book(file, language))
    return text[: text.rindex("SHA-256")]


SPLIT = [groups(OPEN, reserve("zone"))]
BAND = {
    "programs": "all",
    "kind": "soft",
    "rounding": {"floor": "down", "ceiling": "up"},
    "categories": [
        {"name": "low", "for": LOW, "floor": "20%", "ceiling": "60%"},
        {"name": "others", "floor": "10%", "ceiling": "90%"},
    ],
}
TRAIT = {"name": "el", "for": "learner", "share": "30%", "rounding": "down"}
SURE = {"programs": "all", "traits": [TRAIT]}
TARGET = {"fact": "low", "per": "school", "centre": "district", "points": 10}
GIVEN = {"use": "replaces_class", "absent": "last"}
WEIGHED = {"draw": "single", "weights": [{"when": LOW, "tickets": 2}]}
HYBRID = {"draw": "hybrid", "popular": {"pathway": "ARTS"}}
ONE_LINE = [{"class": "sibling", "when": "sibling"}]
KESTEN = {"mechanism": "efficiency-adjusted"}

# What a policy says, and what it says after one change: both must be readable in the text.
CHANGES: dict[str, list[tuple[dict[str, object], dict[str, object]]]] = {
    "policy": [({}, {"policy": "test/other"})],
    "title": [({}, {"title": "Other"})],
    "jurisdiction": [({}, {"jurisdiction": "Elsewhere"}), ({}, {"jurisdiction": "none; a model"})],
    "effective": [({}, {"effective": "2028-03-01"})],
    "reference": [({}, {"reference": "https://district.example"})],
    "source": [({}, {"source": "A study of 2019"})],
    "resolution": [({}, {"resolution": "2027-14"}), ({"resolution": "2027-14"}, {"resolution": "2027-15"})],
    "mechanism": [
        ({}, {"mechanism": "immediate-acceptance"}),
        ({}, {"mechanism": "top-trading-cycles"}),
        ({"mechanism": "top-trading-cycles"}, {"mechanism": "serial-dictatorship"}),
        ({}, {"mechanism": "stable-improvement-cycles"}),
    ],
    "consent": [(KESTEN | {"consent": "all"}, KESTEN | {"consent": LOW})],
    "list_cap": [({}, {"list_cap": 1}), ({"list_cap": 3}, {"list_cap": 4})],
    "undisclosed": [
        ({"undisclosed": {"income": "member"}}, {"undisclosed": {"income": "not_member"}}),
        ({"undisclosed": {"income": "member"}}, {"undisclosed": {"age": "member"}}),
    ],
    "facts": [
        ({"facts": {"low": LOW}}, {"facts": {"low": LOW | {"in": ["free"]}}}),
        ({"facts": {"low": LOW}}, {"facts": {"low": LOW | {"table": "applicants"}}}),
        ({"facts": {"low": LOW}}, {"facts": {"low": {"column": "income", "range": [1, 9]}}}),
        ({"facts": {"low": {"column": "x", "range": [1, 9]}}}, {"facts": {"low": {"column": "x", "range": [None, 9]}}}),
        ({"facts": {"low": {"column": "x", "range": [1, 9]}}}, {"facts": {"low": {"column": "x", "range": [1, None]}}}),
    ],
    "siblings": [({}, {"siblings": {"at": "school", "household": "same_address"}})],
    "near": [({"near": {"metres": 805}}, {"near": {"metres": 806}})],
    "eligible": [
        ({}, {"eligible": "zone"}),
        ({"eligible": "zone"}, {"eligible": {"none": ["zone"]}}),
        ({"eligible": {"all": ["zone", "feeder"]}}, {"eligible": {"any": ["zone", "feeder"]}}),
        ({"eligible": {"none": [{"all": ["zone", "feeder"]}]}}, {"eligible": {"none": [{"any": ["zone", "feeder"]}]}}),
    ],
    "priorities": [
        ({}, {"priorities": ONE_LINE}),
        ({}, {"priorities": [{"class": "brother", "when": "sibling"}, {"class": "otherwise"}]}),
        ({}, {"priorities": [{"class": "sibling", "when": "zone"}, {"class": "otherwise"}]}),
    ],
    "given_priorities": [
        ({}, {"given_priorities": GIVEN}),
        ({"given_priorities": GIVEN}, {"given_priorities": GIVEN | {"use": "breaks_ties_in_class"}}),
        ({"given_priorities": GIVEN}, {"given_priorities": GIVEN | {"absent": "ineligible"}}),
    ],
    "seat_groups": [
        ({}, {"seat_groups": SPLIT}),
        ({"seat_groups": SPLIT}, {"seat_groups": [groups(reserve("zone"), OPEN)]}),
        *(
            ({"seat_groups": SPLIT}, {"seat_groups": [groups(OPEN, reserve("zone", **change))]})
            for change in (
                {"share": "40%"}, {"rounding": "down"}, {"unfilled": "hold"}, {"name": "other"}, {"for": "feeder"},
                {"order": ONE_LINE},
            )
        ),
        ({"seat_groups": SPLIT}, {"seat_groups": [groups(OPEN, reserve("zone"), programs={"pathway": "ARTS"})]}),
        (
            {"seat_groups": [groups(OPEN, {"name": "r", "seats": 1})]},
            {"seat_groups": [groups(OPEN, {"name": "r", "seats": 2})]},
        ),
        (
            {"seat_groups": [groups(OPEN | {"order": ONE_LINE})]},
            {"seat_groups": [groups(OPEN | {"order": [*ONE_LINE, {"class": "otherwise"}]})]},
        ),
    ],
    "bands": [
        ({}, {"bands": [BAND]}),
        ({"bands": [BAND]}, {"bands": [BAND | {"kind": "hard"}]}),
        ({"bands": [BAND]}, {"bands": [BAND | {"rounding": {"floor": "up", "ceiling": "up"}}]}),
        ({"bands": [BAND]}, {"bands": [BAND | {"rounding": {"floor": "down", "ceiling": "nearest"}}]}),
        ({"bands": [BAND]}, {"bands": [BAND | {"programs": {"grade": "01"}}]}),
        *(
            ({"bands": [BAND]}, {"bands": [BAND | {"categories": [change, BAND["categories"][1]]}]})
            for change in (
                {"name": "low", "for": LOW, "floor": "25%", "ceiling": "60%"},
                {"name": "low", "for": LOW, "floor": "20%", "ceiling": "65%"},
                {"name": "low", "for": "zone", "floor": "20%", "ceiling": "60%"},
                {"name": "poor", "for": LOW, "floor": "20%", "ceiling": "60%"},
                {"name": "low", "for": LOW, "floor": 4, "ceiling": 12},
                {"name": "low", "for": LOW, "centre": "40%", "points": 20},
                {"name": "low", "for": LOW, "centre": "district", "points": 20},
            )
        ),
    ],
    "guarantees": [
        ({}, {"guarantees": [SURE]}),
        ({"guarantees": [SURE]}, {"guarantees": [SURE | {"programs": {"pathway": "ARTS"}}]}),
        *(
            ({"guarantees": [SURE]}, {"guarantees": [SURE | {"traits": [TRAIT | change]}]})
            for change in ({"share": "31%"}, {"rounding": "up"}, {"name": "other"}, {"for": "zone"})
        ),
    ],
    "tie_breaker": [
        ({}, {"tie_breaker": {"draw": "multiple"}}),
        ({}, {"tie_breaker": HYBRID}),
        ({"tie_breaker": HYBRID}, {"tie_breaker": HYBRID | {"popular": {"pathway": "STEM"}}}),
        ({}, {"tie_breaker": WEIGHED}),
        ({"tie_breaker": WEIGHED}, {"tie_breaker": WEIGHED | {"weights": [{"when": LOW, "tickets": 1.5}]}}),
        ({"tie_breaker": WEIGHED}, {"tie_breaker": WEIGHED | {"weights": [{"when": "learner", "tickets": 2}]}}),
    ],
    "secured_seat": [({}, {"secured_seat": "continuing"})],
    "waitlist": [
        ({}, {"waitlist": {"vacancy": "choice_function"}}),
        ({"seat_groups": SPLIT}, {"seat_groups": SPLIT, "waitlist": {"vacancy": "choice_function"}}),
    ],
    "targets": [
        ({"targets": [TARGET]}, {"targets": [TARGET | change]})
        for change in ({"fact": "zone"}, {"per": "program"}, {"per": "district"}, {"centre": "40%"}, {"points": 5})
    ],
}  # fmt: skip
EACH = [(key, *change) for key, changes in CHANGES.items() for change in changes]


def test_every_key_of_a_policy_is_tried_below():
    assert set(Policy.model_fields) - ONCE == set(CHANGES)


@pytest.mark.parametrize(("key", "before", "after"), EACH, ids=[f"{key}-{k}" for k, (key, *_) in enumerate(EACH)])
@pytest.mark.parametrize("language", BOTH)
def test_a_changed_rule_is_a_changed_text(key, before, after, language):
    """F2: a rule that is not in the text could be changed without anybody reading of it."""
    assert body(policy_of(**before), language) != body(policy_of(**after), language)


@pytest.mark.parametrize("name", shipped_policies())
def test_the_text_of_a_shipped_policy_ends_with_the_hash_of_its_policy_json(name):
    file = load_policy(shipped_policy(name))
    digest = sha256(file.canonical().encode()).hexdigest()
    for language in BOTH:
        text = rule_book(file, language)
        assert text.endswith(f"{digest}\n")
        assert all(line == line.rstrip() and len(line) <= 78 for line in text.splitlines())
        assert {file.policy.policy, file.policy.effective} <= set(re.split(r"[ \n,]+|\.(?=\s)", text))


def test_the_same_policy_has_the_same_text_and_no_other_has_its_hash():
    assert rule_book(policy_of()) == rule_book(policy_of())
    hashes = {rule_book(policy_of(**after))[-65:] for _, _, after in EACH}
    assert len(hashes) == len({policy_of(**after).canonical() for _, _, after in EACH})


@settings(max_examples=40)
@given(policies())
def test_names_sizes_and_examples_of_any_policy_stand_in_both_texts(file):
    policy = file.policy
    for language, spoken in LANGUAGES.items():
        text = flat(rule_book(file, language))
        for line in policy.priorities:
            assert told(spoken, "class", line.name) in text
        for entry in policy.seat_groups:
            for group, seats in zip(entry.groups, allot(20, entry.groups), strict=True):
                unit = {"en": "seat", "es": "lugar"}[language] + (
                    "" if seats == 1 else {"en": "s", "es": "es"}[language]
                )
                assert f"{told(spoken, 'group', group.name)}: {seats} {unit}" in text
                assert group.share is None or f"{group.share} " in text
        for entry in (*policy.bands, *policy.guarantees):
            for part in getattr(entry, "categories", None) or entry.traits:
                assert told(spoken, "group", part.name) in text
        assert len(re.findall("^-+$", rule_book(file, language), re.MULTILINE)) == len(
            re.findall("^-+$", rule_book(file, "en"), re.MULTILINE)
        )


def told(language, kind: str, name: str) -> str:
    """A name as the language writes it, in quotes."""
    return language.words.get((kind, name), name.replace("_", " ")).join(language.quotes)


def test_both_languages_have_the_same_sentences_with_the_same_places():
    def places(text: str) -> set[str]:
        return {place for _, place, _, _ in Formatter().parse(text) if place}

    assert list(ENGLISH.sentences) == list(SPANISH.sentences)
    assert list(ENGLISH.headings) == list(SPANISH.headings)
    assert set(ENGLISH.facts) <= set(SPANISH.facts)
    for key, sentence in ENGLISH.sentences.items():
        assert places(sentence) == places(SPANISH.sentences[key]), key
        assert indent(sentence) == indent(SPANISH.sentences[key]), key
        assert sentence != SPANISH.sentences[key] or not words(re.sub(r"{\w+}|SHA|policy.json", "", sentence)), key


def indent(sentence: str) -> int:
    return len(sentence) - len(sentence.lstrip())


def words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", text)}


@pytest.mark.parametrize("name", shipped_policies())
def test_no_english_is_left_in_the_spanish_text_of_a_shipped_policy(name):
    file = load_policy(shipped_policy(name))
    own = [file.policy.title, file.policy.jurisdiction, file.policy.reference, file.policy.source or ""]
    text = flat(rule_book(file, "es"))
    for part in sorted(filter(None, own), key=len, reverse=True):
        text = text.replace(flat(part), "")
    english, spanish = (
        words(
            " ".join(
                [*own.sentences.values(), *own.headings.values(), *own.words.values(), *sum(own.facts.values(), ())]
            )
        )
        for own in (ENGLISH, SPANISH)
    )
    names = words(file.policy.policy)  # the identifier is not translated
    assert words(text) & english - spanish - names == set()


def test_a_language_without_a_rule_book_is_refused_with_the_ones_there_are():
    with pytest.raises(LotteryError, match=r"'fr'.*Choose one of: en, es"):
        rule_book(policy_of(), "fr")


# --- what a first reader stumbled over --------------------------------------------------------------------------------

OF_PROGRAMS = {
    "a column that programs alone have": {"column": "pathway", "in": ["IB"]},
    "a column of programs": {"column": "rating", "table": "programs", "equals": "IB"},
}


@pytest.mark.parametrize("what", OF_PROGRAMS)
def test_a_program_has_its_columns_and_a_child_does_not(what):
    """A child applies to a program; it has no pathway."""
    file = policy_of(eligible={"none": [OF_PROGRAMS[what]]})
    column = OF_PROGRAMS[what]["column"]
    assert f"applies to a program that does not have “IB” under “{column}”" in flat(rule_book(file))
    assert "solicita un programa que no tiene «IB» en" in flat(rule_book(file, "es"))
    own = policy_of(eligible=LOW)
    assert "a child who has “free” or “reduced” under “income”" in flat(rule_book(own))
    school = policy_of(eligible={"column": "area", "table": "schools", "equals": "1"})
    assert "applies to a school that has “1” under “area”" in flat(rule_book(school))
    assert "solicita una escuela que tiene «1» en «area»" in flat(rule_book(school, "es"))


def test_a_share_is_the_share_of_somebody():
    around = [{"name": "poor", "for": LOW, "centre": "district", "points": 10}, BAND["categories"][1]]
    file = policy_of(facts={"low": LOW}, bands=[BAND | {"categories": around}], targets=[TARGET])
    assert "above the share of “poor” among all children who take part" in flat(rule_book(file))
    assert "percentage points of the share of “low” among all children who take part" in flat(rule_book(file))
    assert "la proporción de «poor» entre todos los participantes" in flat(rule_book(file, "es"))


def test_one_class_is_not_one_of_several():
    text = flat(rule_book(policy_of(priorities=[{"class": "otherwise"}])))
    assert "There is one priority group, and the random number decides inside it:" in text
    assert ": every child." in text
    assert "every other child" not in text
    assert "the next one" not in text


def test_seats_that_are_not_divided_have_no_group_that_a_vacancy_could_stay_in():
    assert "it goes to the next child who waits." in flat(rule_book(policy_of()))
    assert "the next child of the seat group in which it was" in flat(rule_book(policy_of(seat_groups=SPLIT)))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "written to hold from 2027-03-01"),
        ({"reference": "httpless"}, "written to hold from 2027-03-01"),
        ({"reference": "https://district.example"}, "in effect from 2027-03-01"),
        ({"resolution": "2027-14"}, "in effect from 2027-03-01"),
    ],
)
def test_only_what_was_adopted_is_in_effect(keys, words):
    assert words in flat(rule_book(policy_of(**keys)))


def test_a_model_for_study_has_no_district_below_its_title():
    model = rule_book(policy_of(jurisdiction="none; a model"))
    assert model.splitlines()[:3] == ["THE RULES OF THE SCHOOL LOTTERY", "Small", ""]
    assert "Jurisdiction: none; a model." in model
    assert rule_book(policy_of(jurisdiction="Nonesuch Unified")).splitlines()[2] == "Nonesuch Unified"


@pytest.mark.parametrize("language", BOTH)
def test_who_may_not_enter_a_group_is_not_told_that_everybody_may(language):
    listed = flat(rule_book(policy_of(seat_groups=[groups(OPEN | {"order": ONE_LINE})]), language))
    open_to_all = flat(rule_book(policy_of(seat_groups=[groups(OPEN)]), language))
    everybody = {"en": "Every eligible child may have one.", "es": "Puede obtener uno cualquier estudiante"}[language]
    assert everybody in open_to_all
    assert everybody not in listed


def test_the_words_of_the_policy_are_quoted_in_spanish():
    lines = rule_book(policy_of(source="A study"), "es").splitlines()
    assert lines[1:3] == ["Título de la norma: «Small»", "Distrito: «Nowhere»"]
    assert "Sobre las reglas: «A study»" in lines
