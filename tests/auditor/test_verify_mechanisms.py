"""The other mechanisms: published examples, twins from other definitions, and every matching of small markets."""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Iterator, Sequence

import pytest

from lottery.auditor.verify import Group, Rules, objections, outcome_of, recount

IMMEDIATE, TRADING, DICTATOR = "immediate-acceptance", "top-trading-cycles", "serial-dictatorship"
ADJUSTED, IMPROVED = "efficiency-adjusted", "stable-improvement-cycles"
Choices = dict[str, list[str]]
Groups = dict[str, list[Group]]
At = dict[str, str | None]


class Everybody(dict[str, list[str]]):
    """Queues by program: everybody eligible, best first."""

    def rules(self, mechanism: str, consent: Collection[str] = ()) -> Rules:
        return Rules(mechanism, consent=consent, queue=self.__getitem__)


def lists(text: str) -> dict[str, list[str]]:
    """Written as `i1: s1 s2 | i2: s1`."""
    return {name.strip(): rest.split() for name, rest in (part.split(":") for part in text.split("|"))}


def market(choices: str, orders: str, seats: dict[str, int] | None = None) -> tuple[Choices, Groups, Everybody]:
    """Choices and the programs' strict orders, one seat each where nothing else is said."""
    groups = {
        program: [Group("open", (seats or {}).get(program, 1), {a: (0, place) for place, a in enumerate(order)})]
        for program, order in lists(orders).items()
    }
    return lists(choices), groups, Everybody(lists(orders))


def outcome(choices: Choices, groups: Groups, rules: Rules) -> At:
    """The program of everybody."""
    return {a: seat and seat[0] for a, seat in outcome_of(choices, groups, rules).items()}


def random_market(rng: random.Random, most: int = 5, n_programs: int = 3) -> tuple[Choices, Groups, Everybody]:
    """
    Classes with ties broken by one number, people who are not eligible, no seats, empty lists, one wanted by all.

    In half of the markets everybody ranks every program, is eligible everywhere, and there is one seat each: there is
    most to trade.
    """
    crowded = rng.random() < 0.5
    applicants = [f"i{n}" for n in range(most if crowded else rng.randint(1, most))]
    programs = [f"s{n}" for n in range(n_programs if crowded else rng.randint(1, n_programs))]
    place = dict(zip(rng.sample(applicants, len(applicants)), itertools.count(1)))
    choices = {a: rng.sample(programs, len(programs) if crowded else rng.randint(0, len(programs))) for a in applicants}
    if rng.random() < 0.2 and not crowded:
        choices = {a: ["s0", *(p for p in own if p != "s0")] for a, own in choices.items()}
    groups, queues = {}, Everybody()
    for program in programs:
        standing = {a: (rng.randint(0, 2), place[a]) for a in applicants if crowded or rng.random() < 0.9}
        queues[program] = sorted(standing, key=lambda a, its=standing: its[a])  # type: ignore[misc]
        ranked = {a: key for a, key in standing.items() if program in choices[a]}
        groups[program] = [Group("open", 1 if crowded else rng.choice([0, 1, 1, 1, 2]), ranked)]
    return choices, groups, queues


def preferred(own: Sequence[str], program: str | None) -> list[str]:
    """What stands above a program on a list."""
    return list(own) if program is None else list(own[: own.index(program)])


def feasible(choices: Choices, groups: Groups) -> Iterator[At]:
    """Every matching within the seats, of people who are eligible."""
    options = [[None, *(p for p in own if a in groups[p][0].standing)] for a, own in choices.items()]
    for combination in itertools.product(*options):
        at = dict(zip(choices, combination, strict=True))
        if all(combination.count(p) <= its[0].capacity for p, its in groups.items()):
            yield at


def improves(choices: Choices, better: At, worse: At) -> bool:
    """Whether nobody loses and somebody gains."""
    rank = {a: {p: n for n, p in enumerate([*own, None])} for a, own in choices.items()}
    return better != worse and all(rank[a][better[a]] <= rank[a][worse[a]] for a in choices)


def envious(choices: Choices, groups: Groups, at: At, by: slice = slice(None)) -> set[str]:
    """Who stands before a holder of a preferred program; by class and place, or by a part of the standing."""
    return {
        a
        for a, own in choices.items()
        for p in preferred(own, at[a])
        if (standing := groups[p][0].standing).get(a)
        and any(at[b] == p and standing[a][by] < standing[b][by] for b in choices)
    }


def wasteful(choices: Choices, groups: Groups, at: At) -> bool:
    """Whether somebody eligible prefers an empty seat."""
    left = {p: its[0].capacity - list(at.values()).count(p) for p, its in groups.items()}
    return any(left[p] and a in groups[p][0].standing for a, own in choices.items() for p in preferred(own, at[a]))


def found(choices: Choices, groups: Groups, at: At, rules: Rules) -> set[str]:
    """The invariants under which there is an objection."""
    placed = {a: None if p is None else (p, 0) for a, p in at.items()}
    return {finding.invariant for finding in objections(choices, groups, placed, rules)}


# -------------------------------------------------------------------------------------------- from the literature

SCHOOL_CHOICE = (  # Abdulkadiroğlu and Sönmez 2003, appendix
    "i1: s2 s1 s3 s4 | i2: s1 s2 s3 s4 | i3: s3 s2 s1 s4 | i4: s3 s4 s1 s2 |"
    "i5: s1 s3 s4 s2 | i6: s4 s1 s2 s3 | i7: s1 s2 s3 s4 | i8: s1 s2 s4 s3",
    "s1: i1 i2 i3 i4 i5 i6 i7 i8 | s2: i3 i5 i4 i8 i7 i2 i1 i6 | s3: i5 i3 i1 i7 i2 i8 i6 i4 | s4: i6 i8 i7 i4 i2 i3 i5 i1",
    {"s1": 2, "s2": 2, "s3": 3, "s4": 3},
)
INTERRUPTED = (  # Abdulkadiroğlu and Sönmez 2003, example 1: i3 interrupts at s1
    "i1: s2 s1 s3 | i2: s1 s2 s3 | i3: s1 s2 s3",
    "s1: i1 i3 i2 | s2: i2 i1 i3 | s3: i2 i1 i3",
)


def test_top_trading_cycles_of_abdulkadiroglu_and_sonmez_2003():
    choices, groups, everybody = market(*SCHOOL_CHOICE)
    assert " ".join(map(str, outcome(choices, groups, everybody.rules(TRADING)).values())) == "s2 s1 s3 s3 s1 s4 s2 s4"


def test_a_program_points_to_the_best_of_everybody_even_to_one_who_did_not_rank_it():
    """RULES 8: i1 trades the priority at s1, which is not on the list, for s2, where i2 comes before i3."""
    choices, groups, everybody = market("i1: s2 | i2: s1 | i3: s2", "s1: i1 i2 i3 | s2: i2 i3 i1")
    assert outcome(choices, groups, everybody.rules(TRADING)) == {"i1": "s2", "i2": "s1", "i3": None}


@pytest.mark.parametrize(
    ("consent", "expected"),
    [
        pytest.param({"i1", "i2", "i3"}, "s2 s1 s3", id="all consent: i1 and i2 trade"),
        pytest.param({"i3"}, "s2 s1 s3", id="the interrupter's consent is enough"),
        pytest.param({"i1", "i2"}, "s1 s2 s3", id="without it the outcome is that of deferred acceptance"),
    ],
)
def test_efficiency_adjusted_deferred_acceptance_strikes_out_what_the_interrupter_consents_to(consent, expected):
    choices, groups, everybody = market(*INTERRUPTED)
    assert " ".join(map(str, outcome(choices, groups, everybody.rules(ADJUSTED, consent)).values())) == expected


def test_immediate_acceptance_punishes_a_first_choice_that_was_too_high():
    """Abdulkadiroğlu and Sönmez 2003: whoever is refused at the first choice finds the second one filled."""
    choices, groups, everybody = market("i1: s1 s2 | i2: s1 s2 | i3: s2", "s1: i1 i2 i3 | s2: i1 i2 i3")
    assert outcome(choices, groups, everybody.rules(IMMEDIATE)) == {"i1": "s1", "i2": None, "i3": "s2"}


def test_in_immediate_acceptance_a_choice_without_eligibility_uses_up_its_rank():
    choices, groups, everybody = market("i1: s1 s2 | i2: s2", "s1: i2 | s2: i1 i2")
    assert outcome(choices, groups, everybody.rules(IMMEDIATE)) == {"i1": None, "i2": "s2"}


def test_serial_dictatorship_goes_by_the_number_alone_and_passes_over_the_ineligible():
    groups = {"s1": [Group("open", 1, {"i1": (1, 1), "i2": (0, 2)})], "s2": [Group("open", 1, {"i2": (0, 2)})]}
    choices = {"i2": ["s1", "s2"], "i1": ["s2", "s1"]}
    assert outcome(choices, groups, Rules(DICTATOR)) == {"i2": "s2", "i1": "s1"}


def test_a_stable_improvement_cycle_undoes_what_the_tie_breaking_cost():
    """Erdil and Ergin 2008: i1 holds s1, i2 holds s2; i3 has the better number, but no better class than i2 at s1."""
    groups = {
        "s1": [Group("open", 1, {"i1": (0, 3), "i3": (1, 1), "i2": (1, 2)})],
        "s2": [Group("open", 1, {"i2": (0, 2), "i1": (1, 3)})],
    }
    choices = {"i1": ["s2", "s1"], "i2": ["s1", "s2"], "i3": ["s1"]}
    assert {a: s and s[0] for a, s in recount(choices, groups).items()} == {"i1": "s1", "i2": "s2", "i3": None}
    assert outcome(choices, groups, Rules(IMPROVED)) == {"i1": "s2", "i2": "s1", "i3": None}


def test_no_cycle_where_an_unmatched_applicant_of_a_better_class_desires_the_program():
    groups = {
        "s1": [Group("open", 1, {"i1": (0, 1), "i3": (1, 3), "i2": (2, 2)})],
        "s2": [Group("open", 1, {"i2": (0, 2), "i1": (1, 1)})],
    }
    choices = {"i1": ["s2", "s1"], "i2": ["s1", "s2"], "i3": ["s1"]}
    assert outcome(choices, groups, Rules(IMPROVED)) == {"i1": "s1", "i2": "s2", "i3": None}


# ------------------------------------------------------------------------------------- twins from other definitions


def test_immediate_acceptance_is_deferred_acceptance_with_the_rank_before_the_class():
    rng = random.Random(1)
    for _ in range(2000):
        choices, groups, everybody = random_market(rng, 8, 4)
        by_rank = {
            p: [Group("open", its.capacity, {a: (choices[a].index(p), *key) for a, key in its.standing.items()})]
            for p, (its,) in groups.items()
        }
        assert outcome_of(choices, groups, everybody.rules(IMMEDIATE)) == recount(choices, by_rank)


def test_serial_dictatorship_is_deferred_acceptance_with_the_place_alone():
    rng = random.Random(2)
    for _ in range(2000):
        choices, groups, _ = random_market(rng, 8, 4)
        by_place = {
            p: [Group("open", its.capacity, {a: key[1:] for a, key in its.standing.items()})]
            for p, (its,) in groups.items()
        }
        assert outcome_of(choices, groups, Rules(DICTATOR)) == recount(choices, by_place)


def trading_step_by_step(choices: Choices, groups: Groups, everybody: Everybody) -> At:
    """Top trading cycles as written: in each step everybody points, and every cycle trades."""
    answer: At = {}
    left = {p: its[0].capacity for p, its in groups.items()}
    while len(answer) < len(choices):
        points = {
            a: next((p for p in own if left[p] and a in groups[p][0].standing), None)
            for a, own in choices.items()
            if a not in answer
        }
        answer |= {a: None for a, program in points.items() if program is None}
        there = {a: p for a, p in points.items() if p is not None}
        best = {p: next((a for a in queue if a in there), None) for p, queue in everybody.items()}
        if not answer.keys().isdisjoint(points):
            continue  # whoever points to nobody has left: the programs point again
        for start in there:
            chain = [start]
            while (follower := best[there[chain[-1]]]) not in chain:
                chain.append(str(follower))
            if follower == start:
                answer[start] = there[start]
                left[there[start]] -= 1
    return answer


def test_top_trading_cycles_walked_is_top_trading_cycles_step_by_step_in_any_order():
    rng = random.Random(3)
    for _ in range(2000):
        choices, groups, everybody = random_market(rng, 9, 4)
        rules = everybody.rules(TRADING)
        expected = trading_step_by_step(choices, groups, everybody)
        assert outcome(choices, groups, rules) == {a: expected[a] for a in choices}
        backwards = outcome_of(choices, groups, rules, list(choices)[::-1])
        assert backwards == outcome_of(choices, groups, rules)


def tang_and_yu(choices: Choices, groups: Groups, consent: Collection[str]) -> At:
    """
    The simplified form (Tang and Yu 2014): settle underdemanded programs, and run deferred acceptance again.

    A program that turned nobody away is settled with those it holds.  Who leaves without consent keeps those who stand
    behind her out of the programs she still desires.
    """
    own = {a: [p for p in its if a in groups[p][0].standing] for a, its in choices.items()}
    answer: At = {}
    while own:
        at = {a: seat and seat[0] for a, seat in recount(own, groups).items()}
        refusing = {p for a, its in own.items() for p in preferred(its, at[a])}
        leaving = {a for a in own if at[a] not in refusing}
        answer |= {a: at[a] for a in leaving}
        lists = {a: [p for p in its if p in refusing] for a, its in own.items() if a not in leaving}
        for a in leaving - set(consent):
            for p in set(preferred(own[a], at[a])) & refusing:
                standing = groups[p][0].standing
                lists = {b: [q for q in its if q != p or standing[b] < standing[a]] for b, its in lists.items()}
        own = lists
    return answer


def with_interrupters(choices: Choices, groups: Groups, consent: Collection[str]) -> At:
    """
    Kesten's own definition (2010): deferred acceptance again and again, without what only kept others out.

    The last step at which somebody who consents is turned away from a program that held her for nothing tells which
    applications those are: all of that step are struck out at once, until there is no such step.
    """
    own = {a: [p for p in its if a in groups[p][0].standing] for a, its in choices.items()}
    while True:
        answer, interrupting = step_by_step(own, groups, consent)
        if not interrupting:
            return answer
        for applicant, program in interrupting:
            own[applicant].remove(program)


def step_by_step(choices: Choices, groups: Groups, consent: Collection[str]) -> tuple[At, list[tuple[str, str]]]:
    """
    Deferred acceptance, everybody who is free proposing in each step, and its last interrupting pairs.

    An applicant held by a program from step t on and turned away at a later step t' interrupts there if somebody else
    was turned away by it in t, ..., t' - 1.  The pairs are those of the last step with one who consents.
    """
    answer: At = dict.fromkeys(choices)
    held: dict[str, set[str]] = {program: set() for program in groups}
    since: dict[tuple[str, str], int] = {}  # from which step on an applicant was held by a program
    refusals: dict[str, list[int]] = {program: [] for program in groups}  # the steps with one
    left = {a: list(own) for a, own in choices.items()}
    pairs: list[tuple[str, str]] = []
    step = 0
    while free := [a for a, own in left.items() if answer[a] is None and own]:
        step += 1
        for applicant in free:
            program = answer[applicant] = left[applicant].pop(0)
            held[program].add(applicant)
            since[applicant, program] = step
        now = []
        for program, those in held.items():
            pool = sorted(those, key=groups[program][0].standing.__getitem__)
            for applicant in pool[groups[program][0].capacity :]:
                those.remove(applicant)
                answer[applicant] = None
                if applicant in consent and any(since[applicant, program] <= t < step for t in refusals[program]):
                    now.append((applicant, program))
            if len(those) < len(pool):
                refusals[program].append(step)
        pairs = now or pairs
    return answer, pairs


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8, 1.0])
def test_trading_past_those_who_consent_gives_what_kesten_and_what_tang_and_yu_define(share):
    """RULES 9 on 4,800 markets, in any order of the applicants."""
    rng = random.Random(f"consent {share}")
    n_better = 0
    for n_market in range(1200):
        choices, groups, everybody = random_market(rng, *[(12, 10), (12, 4), (6, 3)][n_market % 3])
        consent = {a for a in choices if rng.random() < share}
        rules = everybody.rules(ADJUSTED, consent)
        adjusted = outcome(choices, groups, rules)
        assert adjusted == with_interrupters(choices, groups, consent)
        assert adjusted == {a: tang_and_yu(choices, groups, consent)[a] for a in choices}
        assert outcome_of(choices, groups, rules, rng.sample(list(choices), len(choices))) == outcome_of(
            choices, groups, rules
        )
        n_better += adjusted != {a: seat and seat[0] for a, seat in recount(choices, groups).items()}
    assert (n_better > 20) == (share > 0)


def test_everybody_in_one_large_grade_is_adjusted_as_tang_and_yu_define():
    """80 applicants, 12 programs with several seats: chains of several trades through the same program."""
    rng = random.Random("large")
    for _ in range(20):
        choices, groups, everybody = random_market(rng, 80, 12)
        groups = {p: [Group("open", rng.randint(0, 7), its.standing)] for p, (its,) in groups.items()}
        consent = {a for a in choices if rng.random() < 0.8}
        adjusted = outcome(choices, groups, everybody.rules(ADJUSTED, consent))
        assert adjusted == {a: tang_and_yu(choices, groups, consent)[a] for a in choices}


def all_cycles(choices: Choices, groups: Groups, at: At) -> list[list[str]]:
    """Every stable improvement cycle, each from its smallest id on, each followed by the one whose seat it takes."""
    desiring = {
        p: {
            a: standing[a][0]
            for a, own in choices.items()
            if p in preferred(own, at[a]) and a in (standing := its[0].standing)
        }
        for p, its in groups.items()
    }
    best = {p: {a for a, c in those.items() if c == min(those.values())} for p, those in desiring.items()}
    seated = sorted(a for a in choices if at[a] is not None)
    sequences = itertools.chain.from_iterable(itertools.permutations(seated, n) for n in range(2, len(seated) + 1))
    return [
        list(those)
        for those in sequences
        if those[0] == min(those)
        and all(a in best[str(at[b])] for a, b in zip(those, [*those[1:], those[0]], strict=True))
    ]


def test_stable_improvement_cycles_take_the_shortest_then_the_first_by_id():
    """RULES 10 with all cycles enumerated; and no matching free of envy by class improves on the last one."""
    rng = random.Random(5)
    n_cycles = 0
    for _ in range(1000):
        n = rng.choice([4, 5, 5, 6])
        choices, groups, _ = random_market(rng, n, n)
        at: At = {a: seat and seat[0] for a, seat in recount(choices, groups).items()}
        while cycles := all_cycles(choices, groups, at):
            cycle = min(cycles, key=lambda those: (len(those), those))
            at |= {a: at[b] for a, b in zip(cycle, [*cycle[1:], cycle[0]], strict=True)}
            n_cycles += 1
        assert outcome(choices, groups, Rules(IMPROVED)) == at
        if n == 4:
            better = (other for other in feasible(choices, groups) if improves(choices, other, at))
            assert all(envious(choices, groups, other, slice(1)) for other in better)
    assert n_cycles > 20


# ---------------------------------------------------------------------------------- what each promises, and no more


@pytest.mark.parametrize("mechanism", [IMMEDIATE, TRADING, DICTATOR, ADJUSTED, IMPROVED])
def test_there_is_an_objection_exactly_where_a_promise_is_broken(mechanism):
    """I4 to I6 on every matching of small markets, against the definitions."""
    rng = random.Random(mechanism)
    n_broken = 0
    for _ in range(150):
        choices, groups, everybody = random_market(rng, 4)
        consent = {a for a in choices if rng.random() < 0.5}
        rules = everybody.rules(mechanism, consent)
        right = outcome(choices, groups, rules)
        matchings = list(feasible(choices, groups))
        for at in matchings:
            kinds = found(choices, groups, at, rules)
            broken = {
                IMMEDIATE: False,
                DICTATOR: False,
                TRADING: any(improves(choices, other, at) for other in matchings),
                ADJUSTED: bool(envious(choices, groups, at) - consent),
                IMPROVED: bool(envious(choices, groups, at, slice(1))),
            }[mechanism]
            assert ("I6" in kinds) == (at != right)
            assert ("I5" in kinds) == wasteful(choices, groups, at)
            assert bool(kinds & {"I4", "I5"}) == (broken or wasteful(choices, groups, at))
            assert kinds.isdisjoint({"I1", "I2", "I3"})
            n_broken += broken
        assert found(choices, groups, right, rules) == set()
    assert n_broken > 100 or mechanism in (IMMEDIATE, DICTATOR)


@pytest.mark.parametrize("mechanism", [IMMEDIATE, TRADING, DICTATOR, ADJUSTED, IMPROVED])
def test_seats_that_nobody_may_have_are_objected_to_under_every_mechanism(mechanism):
    choices, groups, everybody = market("i1: s1 | i2: s1 | i3: s2", "s1: i1 i2 | s2: i1 i3")
    rules = everybody.rules(mechanism)
    placed = {"i1": ("s1", 0), "i2": ("s1", 0), "i3": ("s1", 0)}
    kinds = {finding[:2] for finding in objections(choices, groups, placed, rules)}
    assert {("I3", "s1, group open"), ("I2", "i3"), ("I5", "i3"), ("I6", "i2")} <= kinds
    assert ("I1", "i2") in {finding[:2] for finding in objections(choices, groups, {"i1": ("s1", 0)}, rules)}


def test_a_trade_that_everybody_in_it_wants_is_named():
    choices, groups, everybody = market(*INTERRUPTED)
    stable = {"i1": ("s1", 0), "i2": ("s2", 0), "i3": ("s3", 0)}
    (trade, *others) = objections(choices, groups, stable, everybody.rules(TRADING))
    text = "could trade seats so that everybody in the trade gains: i1 gives s1 for s2; i2 gives s2 for s1"
    assert trade == ("I4", "i1", text, "s2")
    assert {finding.invariant for finding in others} == {"I6"}


def test_envy_of_one_who_does_not_consent_is_named():
    choices, groups, everybody = market(*INTERRUPTED)
    traded = {"i1": ("s2", 0), "i2": ("s1", 0), "i3": ("s3", 0)}
    assert objections(choices, groups, traded, everybody.rules(ADJUSTED, {"i3"})) == []
    envy = objections(choices, groups, traded, everybody.rules(ADJUSTED, {"i1"}))[0]
    assert envy == (
        "I4",
        "i3",
        "was refused at s1 with standing (0, 1) in group open; i2 has a seat there with (0, 2)",
        "s1",
    )
