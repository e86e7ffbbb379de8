"""The incentive audit: every example is real and the smallest, every search can fail, every verdict is the literature's."""

from __future__ import annotations

import json
from itertools import permutations
from math import factorial
from types import SimpleNamespace

import pytest
from written_policies import LOW, OPEN, groups, policy_of, reserve

import lottery
from lottery.incentives import incentive_audit, search, tell, threats
from lottery.incentives.audit import counterexample
from lottery.incentives.search import beyond_the_cap, prefers
from lottery.incentives.story import as_dict
from lottery.incentives.tiny import RULES, structures
from lottery.incentives.verdict import kinds_of
from lottery.policy import load_policy
from lottery.policy.shipped import shipped_policies, shipped_policy

UNSAFE = ("immediate-acceptance", "efficiency-adjusted", "stable-improvement-cycles")
SAFE = ("deferred-acceptance", "top-trading-cycles", "serial-dictatorship")


def policy(**keys):
    return policy_of(**keys).policy


def rerun(structure, choices, mechanism):
    """The market of a story, typed in as a researcher would."""
    market = lottery.market_of(
        choices=dict(zip(structure.applicants, choices, strict=True)),
        priorities=structure.priorities,
        seats=structure.seats,
        numbers={applicant: number for number, applicant in enumerate(structure.applicants, 1)},
    )
    consent = {"consent": "all"} if mechanism == "efficiency-adjusted" else {}
    return lottery.match(market, mechanism=mechanism, **consent).offers


# --- where ranking truthfully is not safe -----------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", UNSAFE)
def test_the_example_of_an_unsafe_mechanism_comes_out_of_the_engine_as_told(mechanism):
    example = counterexample(mechanism).example
    structure, who = example.structure, example.applicant
    index = structure.applicants.index(who)
    changed = (*example.choices[:index], example.instead, *example.choices[index + 1 :])
    assert rerun(structure, example.choices, mechanism) == example.offers
    assert rerun(structure, changed, mechanism) == example.offers_instead
    truth = example.choices[index]
    assert prefers(truth, example.offers_instead[who], example.offers[who])
    assert example.offers_instead[who] in truth  # what is gained is wanted


@pytest.mark.parametrize("mechanism", UNSAFE)
def test_no_smaller_market_has_an_example(mechanism):
    """Three applicants are needed, and two programs: with fewer, every list of every applicant was tried in vain."""
    example = counterexample(mechanism).example
    assert (len(example.structure.applicants), len(example.structure.seats)) == (3, 2)
    orders = "with_ties" if mechanism == "stable-improvement-cycles" else "strict"
    smaller = [own for own in structures(orders) if len(own.seats) < 2 or len(own.applicants) < 3]
    assert {(len(own.applicants), len(own.seats)) for own in smaller} == {(2, 1), (3, 1), (2, 2), (2, 3)}
    assert search.search(smaller, mechanism).example is None


def test_the_immediate_acceptance_example_is_that_of_a_twin_written_here():
    """Step k: the seats left go to those who rank the program k-th, by priority, for good."""
    example = counterexample("immediate-acceptance").example

    def immediate(choices):
        wanted = dict(zip(example.structure.applicants, choices, strict=True))
        left, offers = dict(example.structure.seats), dict.fromkeys(wanted)
        for step in range(2):
            for program, classes in example.structure.priorities.items():
                for (applicant,) in classes:
                    free = offers[applicant] is None and wanted[applicant][step : step + 1] == (program,)
                    if free and left[program]:
                        offers[applicant], left[program] = program, left[program] - 1
        return offers

    index = example.structure.applicants.index(example.applicant)
    changed = (*example.choices[:index], example.instead, *example.choices[index + 1 :])
    assert immediate(example.choices) == example.offers
    assert immediate(changed) == example.offers_instead


@pytest.mark.parametrize("mechanism", [*SAFE, *UNSAFE])
@pytest.mark.parametrize("cap", range(1, 5))
def test_under_any_cap_and_mechanism_leaving_out_a_program_pays(cap, mechanism):
    example = beyond_the_cap(cap, mechanism)
    wanted = example.choices[example.structure.applicants.index("dee")]
    assert len(wanted) == len(example.structure.seats) == cap + 1
    assert len(example.instead) == cap
    assert example.offers["dee"] is None
    assert example.offers_instead["dee"] == wanted[-1]
    others = [(program,) for program in wanted[:cap]]
    assert rerun(example.structure, [*others, wanted[:cap]], mechanism) == example.offers
    assert rerun(example.structure, [*others, example.instead], mechanism) == example.offers_instead


def test_a_cap_that_no_list_can_reach_is_no_threat():
    capped = policy(list_cap=3)
    assert threats(capped) == ["list_cap"]
    assert threats(capped, longest_list=4) == ["list_cap"]
    assert threats(capped, longest_list=3) == []
    assert incentive_audit(capped, longest_list=3).safe


def test_a_cap_and_a_mechanism_are_two_findings():
    audit = incentive_audit(policy(list_cap=2, mechanism="immediate-acceptance"))
    assert [finding.threat for finding in audit.findings] == ["list_cap", "immediate-acceptance"]
    assert audit.assurance is None
    assert audit.tried == 0


# --- where it is ------------------------------------------------------------------------------------------------------


def test_all_markets_of_the_sizes_told_were_tried():
    """Counted by hand: lists^applicants · orders^(programs − 1) · seats, one order of the first program standing for all."""

    def count(applicants, programs, lists, seats):
        return lists**applicants * factorial(applicants) ** (programs - 1) * seats**programs

    sizes = [count(2, 1, 1, 1), count(3, 1, 1, 2), count(2, 2, 4, 1), count(3, 2, 4, 2), count(2, 3, 15, 1)]
    found = counterexample("deferred-acceptance")
    assert (found.tried, found.example) == (sum(sizes), None)
    assert counterexample("top-trading-cycles") == found
    flat = counterexample("serial-dictatorship")  # classes mean nothing
    assert (flat.tried, flat.example) == (1 + 2 + 4**2 + 4**3 * 4 + 15**2, None)


@pytest.mark.parametrize("kind", RULES)
def test_no_list_beats_the_true_one_under_any_choice_rule(kind):
    """Hatfield and Milgrom 2005: substitutable choice and the law of aggregate demand make the truth safe."""
    found = counterexample("deferred-acceptance", kind)
    assert found.tried > 400
    assert found.example is None


def test_three_applicants_are_ordered_in_thirteen_ways_with_ties():
    own = {tuple(own.priorities["elm"]) for own in structures("with_ties") if len(own.applicants) == 3}
    assert len(own) == 13


def programs_propose(market, mechanism):
    """A mechanism that is not safe: the programs propose, so an applicant gains by leaving out a second choice."""
    names, programs = market.applicants, market.programs
    start = market.choice_start.tolist()
    rows = [range(start[i], start[i + 1]) for i in range(len(names))]
    wanted = [[int(market.program[a]) for a in own] for own in rows]
    place = market.given.place.tolist()
    standing = {
        (i, int(market.program[a])): (int(market.priority_class[a]), place[i])
        for i in range(len(names))
        for a in rows[i]
    }
    held: dict[int, int] = {}
    asked: set[tuple[int, int]] = set()
    while True:
        open_now = [p for p in range(len(programs)) if list(held.values()).count(p) < int(market.capacity[p].sum())]
        calls = [(p, i) for p in open_now for i in range(len(names)) if (i, p) in standing and (p, i) not in asked]
        if not calls:
            return SimpleNamespace(
                offers={names[i]: programs[held[i]] if i in held else None for i in range(len(names))}
            )
        p, i = min(calls, key=lambda call: (call[0], standing[call[1], call[0]]))
        asked.add((p, i))
        if i not in held or wanted[i].index(p) < wanted[i].index(held[i]):
            held[i] = p


def test_the_search_finds_what_is_wrong_with_a_mechanism_that_looks_stable(monkeypatch):
    """Dubins and Freedman 1981, Roth 1982: where the programs propose, the truth is not safe for applicants."""
    monkeypatch.setattr(search, "match", programs_propose)
    found = search.search(structures("strict"), "deferred-acceptance")
    assert found.example is not None
    assert (len(found.example.structure.applicants), len(found.example.structure.seats)) == (2, 2)
    assert len(found.example.instead) == 1  # a truncated list


def test_the_search_finds_a_rule_that_takes_applicants_in_pairs(monkeypatch):
    """A planted choice rule that is not substitutable: the program takes both of two applicants or neither."""

    def pairs(market, mechanism):
        wanted = {}
        for i, name in enumerate(market.applicants):
            rows = range(int(market.choice_start[i]), int(market.choice_start[i + 1]))
            wanted[name] = [market.programs[int(market.program[a])] for a in rows]
        at_elm = sorted(name for name, own in wanted.items() if own[0] == "elm")
        offers = dict.fromkeys(wanted)
        for name, own in sorted(wanted.items()):
            if own[0] == "elm" and len(at_elm) % 2 == 0:
                offers[name] = "elm"
            elif own[0] == "fir" and "fir" not in offers.values():
                offers[name] = "fir"
        return SimpleNamespace(offers=offers)

    monkeypatch.setattr(search, "match", pairs)
    assert (
        search.search(structures("strict", "reserve filled first, released"), "deferred-acceptance").example is not None
    )


# --- verdicts and words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", [*SAFE, *UNSAFE])
def test_the_verdict_of_each_mechanism_is_that_of_the_literature(mechanism):
    consent = {"consent": "all"} if mechanism == "efficiency-adjusted" else {}
    audit = incentive_audit(policy(mechanism=mechanism, **consent))
    assert audit.safe == (mechanism in SAFE)
    text = "\n".join(tell(audit))
    assert ("NOT safe" in text) == (mechanism in UNSAFE)
    assert all(finding.example and finding.example.applicant in text for finding in audit.findings)
    assert "2003" in text or "2008" in text or "2010" in text


@pytest.mark.parametrize("name", shipped_policies())
def test_a_shipped_policy_is_safe_unless_its_mechanism_or_its_cap_is_not(name):
    shipped = load_policy(shipped_policy(name)).policy
    audit = incentive_audit(shipped)
    assert audit.safe == (shipped.mechanism in SAFE and shipped.list_cap == "none")
    json.dumps(as_dict(audit))


def test_the_kinds_of_rules_in_a_policy_are_the_ones_searched():
    band = {"programs": "all", "kind": "hard", "categories": [{"name": "all", "floor": 0, "ceiling": 9}]}
    trait = {"programs": "all", "traits": [{"name": "z", "for": "zone", "seats": 1}]}
    first, last = reserve("zone"), reserve("sibling", name="s", unfilled="hold")
    own = OPEN | {"order": [{"class": "sibling", "when": "sibling"}]}
    split = [groups(first, own, last, programs={"pathway": "ARTS"})]
    band, trait = band | {"programs": {"pathway": "STEM"}}, trait | {"programs": {"pathway": "IB"}}
    assert kinds_of(policy(seat_groups=split, bands=[band], guarantees=[trait])) == [
        "group with an order of its own",
        "hard band",
        "overlapping guarantees",
        "reserve filled first, released",
        "reserve filled last, held",
    ]
    audit = incentive_audit(policy(seat_groups=[groups(first, own, last)]))
    tried = [counterexample("deferred-acceptance", kind).tried for kind in ("", *audit.kinds)]
    assert audit.tried == sum(tried)
    assert len(tried) == 4


def test_the_story_of_immediate_acceptance_reads_as_a_story():
    text = tell(incentive_audit(policy(mechanism="immediate-acceptance")))
    assert text[0] == "Ranking truthfully is NOT safe under this policy."
    assert "  ben wants elm, then fir." in text
    assert "  ben writes fir and nothing else instead: ben is offered fir." in text
    assert any("3 applicants, 2 programs, 2 seats" in line for line in text)


def test_what_is_not_about_ranking_is_told_too():
    weighed = {"draw": "single", "weights": [{"when": LOW, "tickets": 2}]}
    keys = {"undisclosed": {"income": "member"}, "tie_breaker": weighed, "secured_seat": "none"}
    told = [caution.source for caution in incentive_audit(policy(**keys)).cautions]
    assert told == ["undisclosed", "tie_breaker.weights", "secured_seat"]
    quiet = policy(secured_seat="continuing", undisclosed={"income": "not_member"})
    assert incentive_audit(quiet).cautions == ()


def test_every_list_of_three_programs_is_tried():
    lists = next(own for own in structures("strict") if len(own.seats) == 3).lists
    assert len(lists) == len(set(lists)) == 15
    assert set(permutations(("elm", "fir", "oak"))) <= set(lists)
