"""
`lottery.match` under all of its terms: mechanisms, tie-breakers, tickets, consent.

What is expected is written here from RULES and DRAW, one sentence after another, with the standard library alone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cmp_to_key
from itertools import permutations, product
from math import lcm
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest
from random_markets import Written, permuted, random_classes, random_market, shuffled

import lottery

SEED = "terms"
MECHANISMS = (
    "deferred-acceptance",
    "immediate-acceptance",
    "top-trading-cycles",
    "serial-dictatorship",
    "efficiency-adjusted",
    "stable-improvement-cycles",
)
TIE_BREAKERS = ("single", "multiple", "hybrid")
COMBINATIONS = [
    pair for pair in product(MECHANISMS, TIE_BREAKERS) if pair[0] != "serial-dictatorship" or pair[1] == "single"
]
WEIGHTS: tuple[dict[str, Any] | None, ...] = (None, {"i0": 3, "i2": 0.5, "i3": "1.25"})

Standing = Callable[
    [str, str], tuple[int, int] | None
]  # class and place of an applicant at a program; None: ineligible
Offers = dict[str, str | None]


# ---------------------------------------------------------------------------------------------------------- the draw


def ticket(scope: str, ref: str) -> int:
    """DRAW's T of a rehearsal."""

    def prefixed(*fields: str) -> bytes:
        return b"".join(len(field.encode()).to_bytes(4, "big") + field.encode() for field in fields)

    dice = hashlib.sha256(SEED.encode()).hexdigest()
    key = hashlib.sha256(b"OEL-SEED-v1\0" + prefixed("", "", "", "", dice, "", "", "")).digest()
    drawn = hmac.digest(key, b"OEL-TICKET-v1\0" + prefixed("", "main", scope, ref), "sha256")
    return int.from_bytes(drawn, "big")


def order_of(scope: str, refs: Sequence[str], weights: Mapping[str, Any]) -> list[str]:
    """N = 2^256 - T; i precedes j iff N_i^(w_j) · 2^(256·w_i) > N_j^(w_i) · 2^(256·w_j), then by ref."""
    exact = {i: Fraction(str(weights.get(i, 1))) for i in refs}
    scale = lcm(*(own.denominator for own in exact.values()))
    w = {i: int(own * scale) for i, own in exact.items()}
    n = {i: 2**256 - ticket(scope, i) for i in refs}

    if (
        max(w.values(), default=0) > 1000
    ):  # the powers would have millions of bits: the same by 200 digits of logarithms
        with localcontext(prec=200):
            return sorted(refs, key=lambda i: (256 * Decimal(2).ln() - Decimal(n[i]).ln()) / w[i])

    def compare(i: str, j: str) -> int:
        left, right = n[i] ** w[j] << 256 * w[i], n[j] ** w[i] << 256 * w[j]
        return -1 if left > right or (left == right and i < j) else 1

    return sorted(refs, key=cmp_to_key(compare))


def places(
    written: Written, tie_breaker: str, popular: Sequence[str], weights: Mapping[str, Any]
) -> dict[str, dict[str, int]]:
    """The place of everybody at every program, from 1."""

    def at(program: str) -> list[str]:
        single = tie_breaker == "single" or (tie_breaker == "hybrid" and program in popular)
        return order_of("*" if single else f"program:{program}", sorted(written.choices), weights)

    return {program: {i: place for place, i in enumerate(at(program), 1)} for program in written.seats}


# ---------------------------------------------------------------------------------------------------- the mechanisms


Choice = Callable[[str, set[str]], set[str]]  # whom of a pool a program chooses


def deferred(lists: Mapping[str, Sequence[str]], chosen: Choice) -> tuple[Offers, list[tuple[int, str, str, set[str]]]]:
    """Steps: everybody free proposes, each program keeps its choice.  Also every rejection, with those who were kept."""
    at, step = dict.fromkeys(lists, 0), 0
    kept: dict[str, set[str]] = {}
    rejections = []
    while free := [i for i in lists if at[i] < len(lists[i]) and not any(i in own for own in kept.values())]:
        step += 1
        asking = {i: lists[i][at[i]] for i in free}
        for program in set(asking.values()):
            pool = kept.get(program, set()) | {i for i in free if asking[i] == program}
            kept[program] = chosen(program, pool)
            for i in pool - kept[program]:
                at[i] += 1
                rejections.append((step, i, program, kept[program]))
    return {i: next((s for s, own in kept.items() if i in own), None) for i in lists}, rejections


def immediate(written: Written, standing: Standing) -> Offers:
    left, offers = dict(written.seats), dict.fromkeys(written.choices)
    for k in range(len(left)):
        for program in left:
            asking = [i for i, own in written.choices.items() if offers[i] is None and own[k : k + 1] == [program]]
            best = sorted((i for i in asking if standing(i, program)), key=lambda i: standing(i, program))[
                : left[program]
            ]
            for i in best:
                offers[i] = program
            left[program] -= len(best)
    return offers


def dictatorship(written: Written, place: Mapping[str, Mapping[str, int]], standing: Standing) -> Offers:
    left, offers = dict(written.seats), {}
    for i in sorted(written.choices, key=lambda i: next(iter(place.values()))[i] if place else 0):
        offers[i] = next((s for s in written.choices[i] if left[s] and standing(i, s)), None)
        if offers[i]:
            left[offers[i]] -= 1
    return offers


def trading(written: Written, standing: Standing) -> Offers:
    """Everyone points to the best choice with seats, programs to the best who remains; one cycle at a time trades."""
    left, offers, remaining = dict(written.seats), dict.fromkeys(written.choices), set(written.choices)
    while True:
        wish = {i: next((s for s in written.choices[i] if left[s] and standing(i, s)), None) for i in remaining}
        remaining = {i for i in remaining if wish[i]}
        if not remaining:
            return offers
        walk = [min(remaining)]
        while walk[-1] not in walk[:-1]:
            program = wish[walk[-1]]
            walk.append(min((i for i in remaining if standing(i, program)), key=lambda i: standing(i, program)))
        for i in walk[walk.index(walk[-1]) + 1 :]:
            offers[i] = wish[i]
            left[wish[i]] -= 1
            remaining.discard(i)


def adjusted(written: Written, best: Callable[[str, set[str]], set[str]], consent: set[str]) -> Offers:
    """
    Kesten (2010): take the last step at which a consenting interrupter is rejected; strike that program from the lists.

    An interrupter was kept by a program while it rejected somebody, and was rejected by it later.
    """
    lists = {i: list(own) for i, own in written.choices.items()}
    while True:
        offers, rejections = deferred(lists, best)
        found = [
            (step, i, s)
            for step, i, s, _ in rejections
            if i in consent and any(t == s and then < step and j != i and i in kept for then, j, t, kept in rejections)
        ]
        if not found:
            return offers
        last = max(step for step, _, _ in found)
        for step, i, s in found:
            if step == last:
                lists[i].remove(s)


def improved(written: Written, offers: Offers, standing: Standing) -> Offers:
    """RULES 10: the shortest cycle, among those the lexicographically first, until there is none."""
    while (cycle := first_cycle(written, offers, standing)) is not None:
        offers = offers | dict(zip(cycle, [offers[j] for j in (*cycle[1:], cycle[0])], strict=True))
    return offers


def first_cycle(written: Written, offers: Offers, standing: Standing) -> tuple[str, ...] | None:
    """Each takes the seat of the next; only the best class of those who desire a program may take a seat there."""
    desire = {
        i: [s for s in own[: own.index(offers[i]) if offers[i] else None] if standing(i, s)]
        for i, own in written.choices.items()
    }
    best = {s: min((standing(i, s)[0] for i in desire if s in desire[i]), default=None) for s in written.seats}

    def follows(i: str, j: str) -> bool:
        return offers[j] in desire[i] and standing(i, offers[j])[0] == best[offers[j]]

    seated = sorted(i for i in offers if offers[i])
    for length in range(2, len(seated) + 1):
        for cycle in permutations(seated, length):
            if cycle[0] == min(cycle) and all(map(follows, cycle, (*cycle[1:], cycle[0]))):
                return cycle
    return None


def expected(written: Written, mechanism: str, place: Mapping[str, Mapping[str, int]], consent: set[str]) -> Offers:
    """What a market of open seats must come to."""
    rank = {s: {i: c for c, own in enumerate(written.priorities.get(s, ())) for i in own} for s in written.seats}

    def standing(i: str, s: str) -> tuple[int, int] | None:
        return (rank[s][i], place[s][i]) if i in rank[s] else None

    def best(s: str, pool: set[str]) -> set[str]:
        return set(sorted((i for i in pool if i in rank[s]), key=lambda i: standing(i, s))[: written.seats[s]])

    if mechanism == "immediate-acceptance":
        return immediate(written, standing)
    if mechanism == "serial-dictatorship":
        return dictatorship(written, place, standing)
    if mechanism == "top-trading-cycles":
        return trading(written, standing)
    if mechanism == "efficiency-adjusted":
        return adjusted(written, best, consent)
    offers, _ = deferred(written.choices, best)
    return improved(written, offers, standing) if mechanism == "stable-improvement-cycles" else offers


# ------------------------------------------------------------------------------------------------------------- tests


def open_market(rng: Random, n_applicants: int, n_programs: int) -> Written:
    """Open seats, no numbers: ties, zero seats, empty lists, ineligible choices."""
    written = random_market(rng, n_applicants, n_programs)
    return Written(written.choices, written.priorities, written.seats, {})


def terms(
    rng: Random, mechanism: str, tie_breaker: str, weights: Mapping[str, Any] | None, written: Written
) -> dict[str, Any]:
    """The arguments of `match`; weights of those who are there."""
    arguments: dict[str, Any] = {"mechanism": mechanism, "tie_breaker": tie_breaker, "seed": SEED}
    if tie_breaker == "hybrid":
        arguments["popular"] = [s for s in written.seats if rng.random() < 0.5]
    if weights is not None:
        arguments["weights"] = {i: own for i, own in weights.items() if i in written.choices}
    if mechanism == "efficiency-adjusted":
        arguments["consent"] = rng.choice(["all", [i for i in written.choices if rng.random() < 0.5]])
    return arguments


def compiled(written: Written) -> lottery.Market:
    return lottery.market_of(**{**vars(written), "numbers": written.numbers or None})


def cases(
    mechanism: str, tie_breaker: str, weights: Mapping[str, Any] | None, n: int
) -> Iterator[tuple[Written, dict[str, Any]]]:
    rng = Random(f"{mechanism} {tie_breaker} {weights}")
    for _ in range(n):
        written = open_market(rng, rng.randint(1, 6), rng.randint(1, 4))
        yield written, terms(rng, mechanism, tie_breaker, weights, written)


@pytest.mark.parametrize("weights", WEIGHTS, ids=["one ticket each", "tickets"])
@pytest.mark.parametrize(("mechanism", "tie_breaker"), COMBINATIONS)
def test_every_mechanism_under_every_draw_is_what_the_rules_say(mechanism, tie_breaker, weights):
    for written, arguments in cases(mechanism, tie_breaker, weights, 25):
        place = places(written, tie_breaker, arguments.get("popular", ()), arguments.get("weights", {}))
        consent = set(written.choices) if arguments.get("consent") == "all" else set(arguments.get("consent", ()))
        outcome = lottery.match(compiled(written), **arguments)
        assert outcome.offers == expected(written, mechanism, place, consent), (written, arguments)


@pytest.mark.parametrize("tie_breaker", TIE_BREAKERS)
def test_reserves_bands_and_guarantees_are_filled_under_every_draw(tie_breaker):
    """Deferred acceptance with each program's own choice function, under the numbers of DRAW and tickets."""
    rng = Random(f"choice {tie_breaker}")
    for _ in range(60):
        bare = random_market(rng, rng.randint(1, 9), rng.randint(1, 4), most_seats=4, bounds=0.5)
        bare = Written(bare.choices, bare.priorities, bare.seats, {}, bare.seat_groups, bare.bands, bare.guarantees)
        arguments = terms(rng, "deferred-acceptance", tie_breaker, rng.choice(WEIGHTS), bare)
        place = places(bare, tie_breaker, arguments.get("popular", ()), arguments.get("weights", {}))
        drawn = Written(**{**vars(bare), "numbers": place})
        outcome = lottery.match(compiled(bare), **arguments)
        assert outcome.offers == deferred(bare.choices, drawn.chosen)[0], (bare, arguments)
        assert lottery.audit(compiled(bare), outcome) == []


@pytest.mark.parametrize("tie_breaker", TIE_BREAKERS)
@pytest.mark.parametrize(
    "weights", [{}, {"i1": 2, "i4": 5}, {"i0": 0.001, "i3": 1000}, {"i2": "1/3", "i5": 2.5}], ids=str
)
def test_places_are_those_of_the_sentence_in_whole_numbers(tie_breaker, weights):
    """At a program with numbers of its own, places count those who apply; elsewhere everybody."""
    rng = Random(f"places {tie_breaker} {weights}")
    written = open_market(rng, 12, 4)
    arguments = terms(rng, "deferred-acceptance", tie_breaker, weights, written)
    outcome = lottery.match(compiled(written), **arguments)
    market, applicant = outcome.market, outcome.market.applicant_of()
    for p, program in enumerate(market.programs):
        rows = [a for a in range(len(market.program)) if market.program[a] == p]
        single = tie_breaker == "single" or program in arguments.get("popular", ())
        among = sorted(market.applicants) if single else sorted(market.applicants[applicant[a]] for a in rows)
        order = order_of("*" if single else f"program:{program}", among, weights)
        assert {market.applicants[applicant[a]]: outcome.place[a] for a in rows} == {
            i: place for place, i in enumerate(order, 1) if program in written.choices[i]
        }


@pytest.mark.parametrize(("mechanism", "tie_breaker"), COMBINATIONS)
def test_the_order_of_the_dictionaries_changes_nothing(mechanism, tie_breaker):
    for n, (written, arguments) in enumerate(cases(mechanism, tie_breaker, WEIGHTS[1], 12)):
        rng = Random(n)
        other = dict(arguments)
        for key in ("popular", "consent"):
            if isinstance(other.get(key), list):
                other[key] = rng.sample(other[key], len(other[key]))
        other["weights"] = shuffled(rng, arguments["weights"])
        one = lottery.match(compiled(written), **arguments)
        two = lottery.match(compiled(permuted(rng, written)), **other)
        assert (one.offers, one.cutoffs) == (two.offers, two.cutoffs)


def fingerprint() -> str:
    """Offers and cutoffs of many markets under all terms, as one hash."""
    found = hashlib.sha256()
    for mechanism, tie_breaker in COMBINATIONS:
        for weights in WEIGHTS:
            for written, arguments in cases(mechanism, tie_breaker, weights, 4):
                outcome = lottery.match(compiled(written), **arguments)
                found.update(
                    json.dumps(
                        [dict(outcome.offers), {s: list(c.items()) for s, c in outcome.cutoffs.items()}]
                    ).encode()
                )
    rng = Random("fingerprint")
    for _ in range(20):
        written = random_market(rng, 8, 4, most_seats=4, bounds=0.5)
        found.update(json.dumps(dict(lottery.match(compiled(written)).offers)).encode())
    return found.hexdigest()


def test_another_hash_seed_without_compilation_gives_the_same_outcome():
    here = Path(__file__).parent
    code = f"import sys; sys.path[:0] = {[str(here), str(here / 'generators')]}; import test_match_terms as t; print(t.fingerprint())"
    other = "" if os.environ.get("NUMBA_DISABLE_JIT") == "1" else "1"
    environment = os.environ | {"PYTHONHASHSEED": "271828", "NUMBA_DISABLE_JIT": other or "0"}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == fingerprint()


# ------------------------------------------------------------------------------------- numbers that were drawn elsewhere


@pytest.mark.parametrize("mechanism", [m for m in MECHANISMS if m != "serial-dictatorship"])
@pytest.mark.parametrize("own", [False, True], ids=["one number each", "one at each program"])
def test_tickets_count_with_given_numbers_at_every_mechanism(mechanism, own):
    """x stands for N = 1 - x: i precedes j iff (1 - x_i)^(w_j) > (1 - x_j)^(w_i)."""
    rng = Random(f"given {mechanism} {own}")
    weights = {"i0": 9, "i1": 3, "i4": 5}
    for _ in range(25):
        written = open_market(rng, 6, 4)
        drawn = {s: dict(zip(written.choices, rng.sample(range(1, 100), 6), strict=True)) for s in written.seats}
        if not own:
            drawn = dict.fromkeys(drawn, drawn["s0"])
        text = {s: {i: f"0.{x:02}" for i, x in numbers.items()} for s, numbers in drawn.items()}

        def before(i: str, j: str, x: dict[str, int]) -> int:
            w, v = weights.get(i, 1), weights.get(j, 1)
            left, right = (100 - x[i]) ** v * 100**w, (100 - x[j]) ** w * 100**v
            return -1 if left > right or (left == right and i < j) else 1

        order = {s: sorted(x, key=cmp_to_key(lambda i, j, x=x: before(i, j, x))) for s, x in drawn.items()}
        place = {s: {i: n for n, i in enumerate(best_first, 1)} for s, best_first in order.items()}
        market = lottery.market_of(**{**vars(written), "numbers": text if own else text["s0"]})
        consent = {"consent": "all"} if mechanism == "efficiency-adjusted" else {}
        outcome = lottery.match(market, mechanism, weights=weights, **consent)
        assert outcome.offers == expected(written, mechanism, place, set(written.choices)), (written, text)


def test_numbers_with_forty_decimals_are_compared_to_the_last():
    written = {"choices": {"a": ["s"], "b": ["s"]}, "priorities": {"s": [["a", "b"]]}, "seats": {"s": 1}}
    for last, winner in (("1", "b"), ("3", "a")):
        numbers = {"a": "0." + "5" * 39 + "2", "b": "0." + "5" * 39 + last}
        for weights in (None, {"a": 7, "b": 7}):
            offers = lottery.match(lottery.market_of(**written, numbers=numbers), weights=weights).offers
            assert offers == {"a": None, "b": None} | {winner: "s"}


# ------------------------------------------------------------------------------------------------- markets at the edge

EDGES: dict[str, dict[str, Any]] = {
    "nobody applies": {"choices": {}, "priorities": {}, "seats": {"s": 2}},
    "nobody and nothing": {"choices": {}, "priorities": {}, "seats": {}},
    "no program": {"choices": {"i": []}, "priorities": {}, "seats": {}},
    "nobody eligible": {"choices": {"i": ["s"]}, "priorities": {}, "seats": {"s": 2}},
    "no seat": {"choices": {"i": ["s"]}, "priorities": {"s": [["i"]]}, "seats": {"s": 0}},
    "empty lists": {"choices": {"i": [], "j": []}, "priorities": {"s": [["i", "j"]]}, "seats": {"s": 1}},
    "one applicant and a million seats": {"choices": {"i": ["s"]}, "priorities": {"s": [["i"]]}, "seats": {"s": 1_000_000}},
    "empty classes": {"choices": {"i": ["s"]}, "priorities": {"s": [[], [], ["i"], []]}, "seats": {"s": 1}},
}  # fmt: skip


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize(("mechanism", "tie_breaker"), COMBINATIONS)
def test_a_market_at_the_edge_is_matched_as_the_rules_say(edge, mechanism, tie_breaker):
    written = Written(**EDGES[edge], numbers={})
    arguments = terms(Random(edge), mechanism, tie_breaker, None, written)
    outcome = lottery.match(compiled(written), **arguments)
    place = {s: {i: n for n, i in enumerate(written.choices, 1)} for s in written.seats}
    consent = set(written.choices) if arguments.get("consent") == "all" else set(arguments.get("consent", ()))
    assert outcome.offers == expected(written, mechanism, place, consent)
    assert set(outcome.cutoffs) == set(written.seats)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_three_hundred_classes_need_more_than_a_byte(mechanism):
    """Every applicant a class of one's own: the numbers decide nothing, or (serial dictatorship) everything."""
    rng = Random("classes")
    names = [f"i{n:03}" for n in range(300)]
    written = Written(
        {i: rng.sample(["s", "t", "u"], rng.randint(1, 3)) for i in names},
        {s: [[i] for i in rng.sample(names, 300)] for s in "stu"},
        {"s": 40, "t": 1, "u": 90},
        {},
    )
    if mechanism == "stable-improvement-cycles":  # strict classes leave nothing to trade
        place: Any = {s: dict.fromkeys(names, 1) for s in "stu"}
        deferred_only = expected(written, "deferred-acceptance", place, set())
        assert lottery.match(compiled(written), mechanism, seed=SEED).offers == deferred_only
        return
    consent: dict[str, Any] = {"consent": []} if mechanism == "efficiency-adjusted" else {}
    place = {s: {i: n for n, i in enumerate(order_of("*", names, {}), 1)} for s in "stu"}
    assert lottery.match(compiled(written), mechanism, seed=SEED, **consent).offers == expected(
        written, mechanism, place, set()
    )


def test_a_large_class_list_of_one_program_and_a_short_one_of_another_are_kept_apart():
    """Classes are counted within each program; a longer list elsewhere moves nobody."""
    rng = Random("apart")
    names = [f"i{n}" for n in range(40)]
    long = random_classes(rng, names)
    written = Written(
        {i: ["s"] for i in names}, {"s": [names[:20], names[20:]], "t": [*long, *[[]] * 500]}, {"s": 9, "t": 1}, {}
    )
    place = {s: {i: n for n, i in enumerate(order_of("*", names, {}), 1)} for s in "st"}
    assert lottery.match(compiled(written), seed=SEED).offers == expected(written, "deferred-acceptance", place, set())


# ---------------------------------------------------------------------------------------- what is handed over, and how

SMALL: dict[str, Any] = {
    "choices": {"i1": ["s1", "s2"], "i2": ["s2", "s1"]},
    "priorities": {"s1": [["i2"], ["i1"]], "s2": [["i1"], ["i2"]]},
    "seats": {"s1": 1, "s2": 1},
}


def test_consent_and_popular_that_can_be_read_once_are_read_once():
    market = lottery.market_of(**SMALL)
    for names in ([], ["i1"], ["i1", "i2"]):
        once = lottery.match(market, "efficiency-adjusted", seed=SEED, consent=iter(names))
        assert once.market.terms.consent.tolist() == [i in names for i in market.applicants]
    for names in ([], ["s1"], ["s1", "s2"]):
        once = lottery.match(market, seed=SEED, tie_breaker="hybrid", popular=iter(names))
        assert once.market.terms.popular.tolist() == [s in names for s in market.programs]


def test_consent_of_many_is_read_in_a_moment():
    names = [f"i{n}" for n in range(12_000)]
    market = lottery.market_of(choices={i: ["s"] for i in names}, priorities={"s": [names]}, seats={"s": 3})
    start = process_time()
    lottery.match(market, "efficiency-adjusted", seed=SEED, consent=names)
    assert process_time() - start < 1


NUMBERS = {"s1": {"i1": 0.1, "i2": 0.2}, "s2": {"i1": 0.3, "i2": 0.4}}
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "popular beside numbers of the programs": ({"numbers": NUMBERS}, {"popular": ["s1"]}),
    "popular that does not exist beside numbers of the programs": (
        {"numbers": NUMBERS}, {"tie_breaker": "hybrid", "popular": ["nowhere"]},
    ),
    "weights in a list": ({}, {"seed": SEED, "weights": ["i1"]}),
    "consent that is a number": ({}, {"seed": SEED, "mechanism": "efficiency-adjusted", "consent": 3}),
    "popular that is a number": ({}, {"seed": SEED, "tie_breaker": "hybrid", "popular": 3}),
    "an open group of two sizes": ({"seat_groups": {"s1": [{"open": 1, "seats": 7}]}}, {"seed": SEED}),
    "an open group that holds what nobody may miss": ({"seat_groups": {"s1": [{"open": 1, "unfilled": "hold"}]}}, {"seed": SEED}),
    "a group without a name": ({"seat_groups": {"s1": [{"open": 1, "name": ""}]}}, {"seed": SEED}),
    "priorities of nothing": ({"priorities": {"s1": None}}, {"seed": SEED}),
    "numbers in a list": ({"numbers": ["0.1", "0.2"]}, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused_with_a_sentence(case):
    change, arguments = REFUSED[case]
    with pytest.raises(lottery.LotteryError, match=r"\w{3}.*\."):
        lottery.match(lottery.market_of(**(SMALL | change)), **arguments)


def test_every_seat_group_has_a_cutoff_of_its_own_whatever_the_names():
    """Names that are written twice are numbered; numbers that meet another name are refused."""
    groups = [{"open": 1}, {"open": 1}, {"open": 0}]
    market = lottery.market_of(**(SMALL | {"seats": {"s1": 2, "s2": 1}, "seat_groups": {"s1": groups}}))
    assert list(lottery.match(market, seed=SEED).cutoffs["s1"]) == ["open-1", "open-2", "open-3"]
    groups[1]["name"] = "open-1"
    with pytest.raises(lottery.LotteryError, match=r"two seat groups that would be called open-1\. Rename one\."):
        lottery.market_of(**(SMALL | {"seats": {"s1": 2, "s2": 1}, "seat_groups": {"s1": groups}}))
