"""The cutoff model against all orders of tiny markets, a slow twin of its answers, and counted draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from random import Random

import numpy as np
import pytest
from random_markets import Written, random_market, random_numbers
from tiny_cycles import choices, cycle, policy

import lottery
from lottery.chances import Draws, chances
from lottery.cutoff_model import CutoffModel, answers, cutoff_model, load, presences
from lottery.market import Lottery, Market, Terms
from lottery.matching import solve
from lottery.outcome import NOBODY
from lottery.policy import compile_market

NEW = "new"


@pytest.fixture
def all_orders(monkeypatch):
    """A model in which every order of the applicants is one draw."""

    def made(market: Market) -> CutoffModel:
        orders = list(permutations(range(1, market.n_applicants + 1)))

        class Orders:
            def __init__(self, *_):
                pass

            def places(self, draw):
                return np.array(orders[draw], dtype=np.int32)

        monkeypatch.setattr("lottery.cutoff_model.places.Draws", Orders)
        return cutoff_model(market, "all", len(orders), workers=1)

    return made


def one_program(n: int, seats: int) -> Market:
    names = [f"i{k}" for k in range(n)]
    return lottery.market_of(choices={i: ["oak"] for i in names}, priorities={"oak": [names]}, seats={"oak": seats})


@pytest.mark.parametrize(("n", "seats"), [(1, 1), (4, 2), (4, 4), (5, 0), (3, 9), (40, 13)])
def test_with_one_program_and_one_class_it_is_seats_by_applicants(n, seats):
    market = one_program(n, seats)
    model = cutoff_model(market, "x", 7)

    one_more = model.answer(market.standing[:1], [0])
    (one_of_them,) = answers(model, market, [0])

    assert one_more.probability == pytest.approx([min(1, seats / (n + 1)), 1 - min(1, seats / (n + 1))])
    assert one_of_them.probability == pytest.approx([min(1, seats / n), 1 - min(1, seats / n)])
    assert one_more.standard_error == pytest.approx([0, 0], abs=1e-12)


def tiny_markets(name: str, n_markets: int, longest: int, bounds: float, programs: int = 3) -> Iterator[Written]:
    """Up to five applicants and `new`, who ranks everything; single numbers, everything else that can be written."""
    rng = Random(name)
    for _ in range(n_markets):
        written = random_market(rng, rng.randint(1, 5), rng.randint(1, programs), 3, bounds)
        renamed = rename(written, "i0", NEW)
        lists = {i: own[:longest] for i, own in renamed.choices.items()} | {NEW: rng.sample(list(written.seats), len(written.seats))}  # fmt: skip
        yield replace(renamed, choices=lists, numbers=random_numbers(rng, list(lists)))


def rename(written, old: str, new: str):
    """Another name for an applicant, wherever it stands."""
    if isinstance(written, Written):
        return Written(**{field: rename(value, old, new) for field, value in vars(written).items()})
    if isinstance(written, dict):
        return {rename(key, old, new): rename(value, old, new) for key, value in written.items()}
    if isinstance(written, list):
        return [rename(item, old, new) for item in written]
    return new if written == old else written


def without(written, applicant: str):
    """The same market without one applicant."""
    if isinstance(written, Written):
        return Written(**{field: without(value, applicant) for field, value in vars(written).items()})
    if isinstance(written, dict):
        return {key: without(value, applicant) for key, value in written.items() if key != applicant}
    if isinstance(written, list):
        return [without(item, applicant) for item in written if item != applicant]
    return written


def rows_of(market: Market, applicant: str) -> slice:
    i = market.applicants.index(applicant)
    return slice(market.choice_start[i], market.choice_start[i + 1])


def frequencies(written: Written, applicant: str) -> list[Fraction]:
    """The chances of an applicant under all orders: of each choice, and of none."""
    names, own = list(written.choices), written.choices[applicant]
    counted: Counter[str | None] = Counter()
    for order in permutations(range(len(names))):
        numbers = {i: str(place) for i, place in zip(names, order, strict=True)}
        counted[replace(written, numbers=numbers).offers()[applicant]] += 1
    return [Fraction(counted[s], counted.total()) for s in [*own, None]]


def newcomers(all_orders, name: str, n_markets: int, longest: int, bounds: float) -> Iterator[tuple]:
    """What the model says of one more child, and what all orders say, where their slots are the same."""
    for written in tiny_markets(name, n_markets, longest, bounds):
        full, market = written.compiled(), without(written, NEW).compiled()
        if full.group_names == market.group_names and full.barred == market.barred:
            rows = rows_of(full, NEW)
            answer = all_orders(market).answer(full.standing[rows], full.program[rows])
            yield answer.probability, [float(share) for share in frequencies(written, NEW)], written


def test_if_the_others_rank_one_program_the_answer_for_one_more_child_is_that_of_all_orders(all_orders):
    """Nobody who is bumped comes back: seat groups, orders of their own, bands and guarantees alike are exact."""
    tried = 0
    for answer, truth, written in newcomers(all_orders, "no chains", 200, 1, 0.5):
        assert answer == pytest.approx(truth, abs=1e-9), written
        tried += 1
    assert tried > 80


def test_one_more_child_never_does_better_than_the_answer(all_orders):
    """Whom the child bumps can only come back to bump: choice by choice, the answer is a bound from above."""
    for answer, truth, written in newcomers(all_orders, "chains", 150, 3, 0.3):
        assert (np.cumsum(answer) - np.cumsum(truth) > -1e-9).all(), written


def test_in_a_small_market_a_chain_can_come_back_and_the_answer_does_not_see_it(all_orders):
    """`new` bumps j from a, j bumps l from b, and l bumps `new` from a."""
    choices, numbers = {"j": ["a", "b"], "l": ["b", "a"], NEW: ["a"]}, {"j": "1", "l": "2", NEW: "3"}
    written = Written(choices, {"a": [["l"], [NEW], ["j"]], "b": [["j"], ["l"]]}, {"a": 1, "b": 1}, numbers)
    market = without(written, NEW).compiled()

    assert all_orders(market).answer([[1]], [market.programs.index("a")]).probability.tolist() == [1.0, 0.0]
    assert frequencies(written, NEW) == [0, 1]


def test_if_the_others_rank_one_program_the_answer_for_a_child_of_the_market_is_that_of_all_orders(all_orders):
    """Without the own seat the next in line has it, and within a program whoever moves up."""
    for written in (*tiny_markets("own seat", 80, 1, 0.0), *tiny_markets("moving up", 120, 1, 0.0, programs=1)):
        market = written.compiled()
        (answer,) = answers(all_orders(market), market, [market.applicants.index(NEW)])
        assert answer.probability == pytest.approx([float(f) for f in frequencies(written, NEW)], abs=1e-9), written


def test_the_reserved_seat_of_a_child_goes_to_a_member_in_an_open_seat_and_that_one_to_whoever_waits(all_orders):
    """Without the own seat, someone of the same program may be next in line, and leave a seat for others."""
    names = [NEW, "m", "o", "x"]
    groups = {"oak": [{"for": [NEW, "m", "x"], "seats": 1, "unfilled": "hold"}, {"open": 1}]}
    numbers = {i: str(k) for k, i in enumerate(names)}
    written = Written({i: ["oak"] for i in names}, {"oak": [names]}, {"oak": 2}, numbers, groups)
    market = written.compiled()

    found = dict(zip(market.applicants, answers(all_orders(market), market, range(4)), strict=True))

    for i in names:
        assert found[i].probability == pytest.approx([float(f) for f in frequencies(written, i)])


def test_without_the_own_seat_in_a_band_or_guarantees_the_answer_is_hardly_ever_off(all_orders):
    """Who would take the seat depends on how all categories stand; the nearest in line is not always the one."""
    errors = []
    for written in tiny_markets("own band", 80, 1, 1.0):
        market = written.compiled()
        (answer,) = answers(all_orders(market), market, [market.applicants.index(NEW)])
        errors.append(np.abs(answer.probability - np.array(frequencies(written, NEW), dtype=np.float64)).max())
    assert np.mean(errors) < 0.005
    assert max(errors) < 0.2


def random_terms(rng: Random, market: Market) -> Market:
    """Any tie-breaker, with or without tickets."""
    tie_breaker = rng.choice(["single", "multiple", "hybrid"])
    popular = np.array([rng.random() < 0.5 for _ in market.programs]) if tie_breaker == "hybrid" else None
    tickets = np.array([rng.randint(1, 4) for _ in market.applicants], dtype=np.int64) if rng.random() < 0.5 else None
    return replace(market, terms=Terms(tie_breaker=tie_breaker, popular=popular, tickets=tickets))


def drawn_markets(name: str, n_markets: int, bounds: float) -> Iterator[Market]:
    rng = Random(name)
    for _ in range(n_markets):
        written = random_market(rng, rng.randint(1, 6), rng.randint(1, 4), bounds=bounds)
        yield random_terms(rng, lottery.market_of(**{**vars(written), "numbers": None}))


def test_the_seats_that_places_and_cutoffs_imply_are_those_of_every_draw():
    """A cutoff separates who got in from who did not, under every rule, tie-breaker and number of tickets."""
    for market in drawn_markets("seats", 60, 0.4):
        model = cutoff_model(market, "2027", 12)
        count = np.zeros(len(market.program), dtype=np.int64)
        for i, presence in enumerate(presences(model, market, range(market.n_applicants))):
            np.add.at(count, market.choice_start[i] + presence.application[presence.application >= 0], 1)
        assert count.tolist() == chances(market, "2027", 12).count.tolist()


def slow_answer(market: Market, seed: str, draws: int, standing, program) -> list[float]:
    """One draw after the other, one slot after the other; the own number tried at every gap between the places."""
    total = np.zeros(len(program) + 1)
    single_terms = replace(market.terms, tie_breaker="single", popular=None)
    for draw in range(draws):
        place = Draws(market, seed).places(draw)
        alone = Draws(replace(market, terms=single_terms), seed).places(draw)
        per_application = market.terms.tie_breaker != "single"
        outcome = solve(market, Lottery(place, (), "given", per_application=per_application))
        better, missed = set(), 1.0  # gaps of the shared number that are offered something better
        for k, p in enumerate(program):
            shared = not per_application or (market.terms.popular is not None and bool(market.terms.popular[p]))
            n = market.n_applicants if shared else int((market.program == p).sum())
            admitted = {gap for gap in range(n + 1) if gets_in(outcome, alone if shared else None, p, standing[k], gap)}
            if shared:
                total[k] += missed * len(admitted - better) / (n + 1)
                better |= admitted
            else:
                total[k] += missed * (1 - len(better) / (market.n_applicants + 1)) * len(admitted) / (n + 1)
                missed *= 1 - len(admitted) / (n + 1)
        total[-1] += missed * (1 - len(better) / (market.n_applicants + 1))
    return (total / draws).tolist()


def gets_in(outcome, alone, p: int, standing, gap: int) -> bool:
    """Whether a child behind `gap` of the places there would be admitted to one of the seat groups."""
    market = outcome.market
    of = market.applicant_of()
    for slot in range(market.n_slots):
        last = int(outcome.last_holder[p, slot])
        if standing[slot] == market.barred or (outcome.full[p, slot] and last == NOBODY):
            continue
        if not outcome.full[p, slot]:
            return True
        place = int(outcome.place[last] if alone is None else alone[of[last]])
        if (int(standing[slot]), gap) < (int(market.standing[last, slot]), place):
            return True
    return False


def test_the_answer_is_that_of_trying_every_gap_between_the_places():
    """Seat groups under a single, a multiple and a hybrid lottery; lists with ineligible choices and without any."""
    rng = Random("gaps")
    for market in drawn_markets("twin", 60, 0.0):
        market = replace(market, terms=replace(market.terms, tickets=None))
        model = cutoff_model(market, "2027", 6)
        asked = rng.sample(range(market.n_programs), rng.randint(0, market.n_programs))
        levels = [*range(market.n_classes), market.barred]
        standing = np.array([[rng.choice(levels) for _ in range(market.n_slots)] for _ in asked]).reshape(-1, market.n_slots)  # fmt: skip
        answer = model.answer(standing, asked)
        assert answer.probability == pytest.approx(slow_answer(market, "2027", 6, standing, asked), abs=1e-12)
        assert answer.probability.sum() == pytest.approx(1)


def test_a_child_with_w_tickets_is_first_with_w_by_all_tickets_RULES_6():
    names = ["a", "b", "c"]
    market = lottery.market_of(choices={i: ["oak"] for i in names}, priorities={"oak": [names]}, seats={"oak": 1})
    market = replace(market, terms=Terms(tickets=np.array([1, 2, 4], dtype=np.int64)))
    model = cutoff_model(market, "x", 5)

    assert [model.answer([[0]], [0], w).probability[0] for w in (1, 3, 7)] == pytest.approx([1 / 8, 3 / 10, 7 / 14])
    assert [a.probability[0] for a in answers(model, market, range(3))] == pytest.approx([1 / 7, 2 / 7, 4 / 7])


def test_in_a_large_market_tickets_give_the_shares_of_a_raffle():
    """One in three is drawn: with tau such that 1 - exp(-w tau) sum to a third, w tickets win with 1 - exp(-w tau)."""
    n, names = 600, [f"i{k:03}" for k in range(600)]
    tickets = np.array([(1, 2, 5)[k % 3] for k in range(n)], dtype=np.int64)
    market = lottery.market_of(choices={i: ["oak"] for i in names}, priorities={"oak": [names]}, seats={"oak": 200})
    by_name = dict(zip(names, tickets.tolist(), strict=True))
    own = np.array([by_name[i] for i in market.applicants], dtype=np.int64)
    model = cutoff_model(replace(market, terms=Terms(tickets=own)), "x", 30)

    low, high = 0.0, 10.0
    for _ in range(60):
        tau = (low + high) / 2
        low, high = (tau, high) if (1 - np.exp(-tickets * tau)).sum() < 200 else (low, tau)
    for w in (1, 2, 5, 9):
        assert model.answer([[0]], [0], w).probability[0] == pytest.approx(1 - np.exp(-w * tau), abs=0.003)


def test_answers_come_to_the_counted_chances_as_the_market_is_replicated():
    """Chains go round in small markets only.  The difference of the two is that of the model, noise apart."""
    lists = {"i0": ["a", "b"], "i1": ["b", "c", "a"], "i2": ["a", "c"], "i3": ["b", "a"], "i4": ["c", "a"]}
    order = {"a": [["i1", "i4"], ["i0", "i2", "i3"]], "b": [["i0"], ["i1", "i3"]], "c": [["i2", "i4", "i1"]]}
    errors = []
    for k in (1, 3, 10, 30):
        copies = {i: [f"{i}.{copy}" for copy in range(k)] for i in lists}
        market = lottery.market_of(
            choices={copy: own for i, own in lists.items() for copy in copies[i]},
            priorities={s: [[copy for i in own for copy in copies[i]] for own in lines] for s, lines in order.items()},
            seats=dict.fromkeys("abc", k),
        )
        draws = 3000 // k
        counted = chances(market, "2027", draws).count / draws
        model = cutoff_model(market, "2027", draws)
        told = np.concatenate([a.probability[:-1] for a in answers(model, market, range(market.n_applicants))])
        pairs = [(market.applicants[i].split(".")[0], p) for i, p in zip(market.applicant_of(), market.program, strict=True)]  # fmt: skip
        gaps = {pair: np.mean([(told - counted)[r] for r in range(len(pairs)) if pairs[r] == pair]) for pair in pairs}
        errors.append(max(map(abs, gaps.values())))
        assert errors[-1] < 0.02 + 0.3 / k
    assert errors[-1] < errors[0]


def test_the_standard_error_is_how_far_models_of_other_seeds_lie_apart():
    """Its interval is about the probability; a count of as many draws is far less sure (decisions/0013)."""
    names = [f"i{k:02}" for k in range(24)]
    lists = {i: [("a", "b", "c")[(k + j) % 3] for j in range(1 + k % 3)] for k, i in enumerate(names)}
    classes = {s: [names[k::2], names[1 - k :: 2]] for k, s in enumerate("ab")} | {"c": [names]}
    market = lottery.market_of(choices=lists, priorities=classes, seats={"a": 4, "b": 5, "c": 3})
    draws = 25
    models = [cutoff_model(market, f"{seed}", draws, workers=1) for seed in range(60)]
    told = zip(*(answers(model, market, range(market.n_applicants)) for model in models), strict=True)
    n_unsure = 0
    for of_child in told:
        estimates = np.array([answer.probability for answer in of_child])
        claimed = np.sqrt(np.mean([answer.standard_error**2 for answer in of_child], axis=0))
        unsure, p = claimed > 0.005, estimates.mean(axis=0)
        n_unsure += unsure.sum()
        assert np.std(estimates, axis=0, ddof=1)[unsure] == pytest.approx(claimed[unsure], rel=0.4)
        assert (claimed < 0.8 * np.sqrt(p * (1 - p) / draws) + 1e-9).all()
    assert n_unsure > 20


def test_whoever_holds_a_seat_is_never_told_of_no_offer():
    file = policy(secured_seat="continuing")
    people = "applicant_id,grade,current_program_id\n" + "".join(f"{i},KG,{'oak' if i < 'c' else ''}\n" for i in "abcdef")  # fmt: skip
    lists = choices(a="elm", b="elm oak", c="oak", d="oak elm", e="elm", f="oak")
    market = compile_market(file, cycle(applicants=people, choices=lists))
    model = cutoff_model(market, "x", 40)

    found = dict(zip(market.applicants, answers(model, market, range(6)), strict=True))

    assert found["a"].probability[-1] == found["b"].probability[-1] == 0
    assert 0 < found["a"].probability[0] < 1
    assert all(found[i].probability[-1] > 0 for i in "cdef")


def test_any_number_of_workers_makes_the_same_bytes_and_they_can_be_read_again(tmp_path):
    for k, market in enumerate(drawn_markets("files", 6, 0.3)):
        paths = [tmp_path / f"{k}-{workers}.npz" for workers in (1, 2, 5)]
        for workers, path in zip((1, 2, 5), paths, strict=True):
            cutoff_model(market, "x", 11, workers=workers, policy="abc").save(path)
        assert len({path.read_bytes() for path in paths}) == 1
        again = load(paths[0])
        again.save(tmp_path / "again.npz")
        assert (tmp_path / "again.npz").read_bytes() == paths[0].read_bytes()
        assert (again.draws, again.seed, again.policy) == (11, "x", "abc")


def test_an_answer_by_a_model_of_other_seats_is_refused_F7():
    market, fewer = one_program(5, 3), one_program(5, 2)
    model = cutoff_model(market, "x", 5, policy="abc")

    model.must_fit(market, "abc")
    with pytest.raises(lottery.LotteryError, match="other seats"):
        model.must_fit(fewer, "abc")
    with pytest.raises(lottery.LotteryError, match="other seats"):
        model.must_fit(replace(market, programs=("elm",)), "abc")
    with pytest.raises(lottery.LotteryError, match="another policy"):
        model.must_fit(market, "abd")
    with pytest.raises(lottery.LotteryError, match="other lists"):
        list(presences(model, one_program(6, 3), [0]))


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("no model")
    np.savez(tmp_path / "other.npz", some=np.arange(3))
    cutoff_model(one_program(2, 1), "x", 2).save(tmp_path / "model.npz")
    whole = (tmp_path / "model.npz").read_bytes()
    for length in range(0, len(whole), 97):
        (tmp_path / f"cut{length}.npz").write_bytes(whole[:length])
    (tmp_path / "damaged.npz").write_bytes(whole.replace(b"seed", b"sead"))
    np.save(tmp_path / "array.npy", np.arange(3))
    (tmp_path / "model.npz").unlink()
    for name in sorted(path.name for path in tmp_path.iterdir()):
        with pytest.raises(lottery.LotteryError, match="is no model"):
            load(tmp_path / name)


@pytest.mark.parametrize(
    ("standing", "program", "tickets", "words"),
    [([[0]], [1], 1, "does not have"), ([[0], [0]], [0, 0], 1, "twice"), ([[0]], [0], 0, "at least one")],
)
def test_what_is_no_list_is_refused(standing, program, tickets, words):
    with pytest.raises(lottery.LotteryError, match=words):
        cutoff_model(one_program(2, 1), "x", 2).answer(standing, program, tickets)


def test_nothing_to_draw_and_mechanisms_without_cutoffs_are_refused():
    market = one_program(2, 1)
    for draws, workers in ((0, None), (5, 0)):
        with pytest.raises(lottery.LotteryError, match="at least one draw"):
            cutoff_model(market, "x", draws, workers=workers)
    with pytest.raises(lottery.LotteryError, match="deferred-acceptance"):
        cutoff_model(replace(market, terms=Terms(mechanism="immediate-acceptance")), "x", 5)


def test_an_empty_list_has_no_offer_and_a_choice_where_the_child_is_ineligible_is_passed_over():
    model = cutoff_model(one_program(3, 5), "x", 4)
    assert model.answer(np.zeros((0, 1)), []).probability.tolist() == [1.0]
    assert model.answer([[2]], [0]).probability.tolist() == [0.0, 1.0]


def test_an_interval_is_never_narrower_than_three_draws():
    """What no draw showed may still have a chance of 3 / n (rule of three)."""
    model = cutoff_model(one_program(3, 5), "x", 100)
    assert [tuple(ends) for ends in model.answer([[0]], [0]).intervals()] == [(1.0, 0.97, 1.0), (0.0, 0.0, 0.03)]


def test_progress_counts_every_draw_once():
    told: list[tuple[int, int]] = []
    cutoff_model(one_program(3, 1), "x", 9, lambda done, total: told.append((done, total)), workers=3)
    assert told == [(done, 9) for done in range(1, 10)]
