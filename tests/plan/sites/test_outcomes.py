"""Offers in many draws: against the counts of `chances`, and what an option must not change."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from street import TAKES, opening, scene, town
from tiny_cycles import choices, numbers, policy

from lottery.chances import chances
from lottery.cycle import Cycle
from lottery.plan.sites.closing import closing
from lottery.plan.sites.measures import change, measures
from lottery.plan.sites.outcomes import Offers, Placed, children_of, offers
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.settled import settled
from lottery.plan.sites.special import special_lottery
from lottery.policy import compile_market

DRAWS = 60
PLAIN, SECURED = policy(), policy(secured_seat="continuing", mechanism="deferred-acceptance")


def crowd(chance: Random) -> Cycle:
    """Ties, offerings without seats, empty lists, children who are withdrawn, everybody wanting one program."""
    programs = ("a-gen", "b-art", "b-gen", "c-gen")
    people = [f"p{n}" for n in range(chance.choice([1, 4, 9]))]
    everybody_alike = chance.random() < 0.3
    lists = {
        name: " ".join(("b-art", "a-gen") if everybody_alike else chance.sample(programs, chance.randint(0, 4)))
        for name in people
    }
    rows = "".join(
        f"{name},KG,{chance.choice('abc')},0,{chance.random() * 0.03:.4f},{chance.choice(['', '', 'withdrawn'])}\n"
        for name in people
    )
    seats = "".join(f"{program},KG,{chance.choice([0, 1, 1, 2])}\n" for program in programs)
    return town(
        applicants="applicant_id,grade,zone_school_id,latitude,longitude,status\n" + rows,
        choices=choices(**lists),
        seats="program_id,grade,capacity\n" + seats,
    )


def offered(base: Cycle, own: Scene, file=PLAIN, placed: Placed | None = None) -> Offers:
    return offers(file, base, own, "2027", DRAWS, placed)


def test_the_district_as_it_is_has_the_offers_that_chances_counts():
    for number in range(25):
        base = crowd(Random(number))
        market = compile_market(PLAIN, base)
        counted = chances(market, "2027", DRAWS)

        seen = offered(base, Scene(base))

        names = base["applicants"]["applicant_id"][children_of(base)].tolist()
        programs = base["programs"]["program_id"].tolist()
        for application, (who, where) in enumerate(zip(market.applicant_of(), market.program, strict=True)):
            column = names.index(market.applicants[who])
            row = programs.index(market.programs[where])
            assert (seen.program[:, column] == row).sum() == counted.count[application]
            assert set(seen.rank[seen.program[:, column] == row, column].tolist()) <= {
                int(market.rank_of()[application])
            }
        assert (seen.program == -1).sum() == counted.count_none.sum()


def test_opening_a_program_that_nobody_can_list_changes_no_offer():
    for number in range(15):
        base = crowd(Random(number))
        families = {"like": {"pathway": ["NOBODY"]}, "place": "nearer_first"}
        own = scene(opening(families=families), cycle=base)

        before, then = offered(base, Scene(base)), offered(base, own)

        names = [cycle["programs"]["program_id"].tolist() for cycle in (base, own.cycle)]
        told = [[[name[p] if p >= 0 else "" for p in row] for row in seen.program.tolist()]
                for name, seen in zip(names, (before, then), strict=True)]  # fmt: skip
        assert told[0] == told[1]
        assert before.rank.tolist() == then.rank.tolist()
        assert before.metres.tolist() == then.metres.tolist()


def test_opening_a_program_never_hurts_a_child():
    for number in range(15):
        base = crowd(Random(number))
        before, then = offered(base, Scene(base)), offered(base, scene(opening(), cycle=base))

        assert ((before.program == -1) | (then.program != -1)).all()


def test_what_closes_is_offered_to_nobody():
    for number in range(15):
        base = crowd(Random(number))
        own = scene({"close": {"school": "b"}}, cycle=base)

        seen = offered(base, own)

        assert 1 not in seen.school  # Birch


def test_numbers_that_the_cycle_brings_along_are_not_used():
    base = town(numbers=numbers("k1 k2 k3 s1"))

    assert offered(base, Scene(base)).program.tolist() == offered(town(), Scene(town())).program.tolist()


def test_ranks_count_what_closes_and_what_opens():
    base = town(choices=choices(k1="a-gen b-gen", k2="b-art"))
    closed = offered(base, scene({"close": {"school": "a"}}, cycle=base))
    opened = offered(base, scene(opening(), cycle=base))

    assert set(closed.rank[:, 0].tolist()) == {2}  # Birch is still k1's second choice
    assert set(opened.rank[:, 1].tolist()) == {1}  # k2 lives beside Birch: the new program stands behind it


def test_a_kept_seat_that_is_not_listed_ranks_behind_the_list():
    base = town(choices=choices(s1="b-gen"), seats="program_id,grade,capacity\na-gen,01,0\nb-gen,01,0\n")

    assert set(offered(base, Scene(base), SECURED).rank[:, 3].tolist()) == {2}


def displaced_street(**tables: str) -> tuple[Cycle, Scene, Placed]:
    base = town(**tables)
    own = scene({"close": {"school": "a"}}, cycle=base)
    closed = closing(base, own, TAKES, np.array([10, 5, 10]))
    own = settled(own, closed.gone, closed.school, TAKES)
    special = special_lottery(own, closed.gone, closed.seen, TAKES, choices=3, added={}, seed="2027", draws=DRAWS)
    return base, own, Placed(closed.gone, special)


def test_a_displaced_applicant_keeps_the_special_seat_unless_the_general_lottery_offers_better():
    base, own, placed = displaced_street(choices=choices(s1="c-gen b-gen"))
    seen = offered(base, own, SECURED, placed)

    # s1 gets b-gen in the special lottery in every draw; c-gen has a seat left in the general one, and stands higher.
    assert (placed.special.choice[:, 0] == 0).all()
    assert set(seen.program[:, 3].tolist()) == {3}
    assert set(seen.rank[:, 3].tolist()) == {1}


def test_a_special_seat_is_an_offer_behind_the_list_where_it_is_not_listed():
    base, own, placed = displaced_street(choices=choices(k1="a-gen"))
    seen = offered(base, own, PLAIN, placed)

    assert set(seen.program[:, 3].tolist()) == {2}  # b-gen
    assert set(seen.rank[:, 3].tolist()) == {1}  # the list is empty
    assert set(seen.metres[:, 3].tolist()) == {667}


def test_seats_of_the_special_lottery_are_gone_in_the_general_one():
    people = "applicant_id,grade\nx1,01\nx2,02\n"
    base, own, placed = displaced_street(applicants=people, choices=choices(x1="b-gen", x2="b-gen"))
    seen = offered(base, own, PLAIN, placed)

    assert (seen.program == -1).all()  # one seat each in grades 01 and 02, and displaced children have both


def test_every_measure_is_a_count_over_the_offers():
    base = town()
    seen = offered(base, scene(opening(), cycle=base))
    member = np.array([[True] * 4, [True, False, False, True]])

    told = measures(seen, member, np.ones(3, dtype=np.bool_))

    for draw in range(DRAWS):
        for group in (0, 1):
            own = [c for c in range(4) if member[group, c]]
            placed = [c for c in own if seen.program[draw, c] >= 0]
            ways = [seen.metres[draw, c] for c in placed if seen.metres[draw, c] >= 0]
            assert told["offers"][draw, group] == len(placed)
            assert told["without_offer"][draw, group] == len(own) - len(placed)
            assert told["first_choices"][draw, group] == sum(seen.rank[draw, c] == 1 for c in placed)
            assert told["mean_rank"][draw, group] == pytest.approx(np.mean([seen.rank[draw, c] for c in placed]))
            assert told["distance"][draw, group] == pytest.approx(np.mean(ways) if ways else np.nan, nan_ok=True)
            assert told["offered_opened"][draw, group] == sum(bool(seen.opened[seen.program[draw, c]]) for c in placed)
    assert np.isnan(told["dissimilarity"][:, 0]).all()


def test_dissimilarity_is_over_the_schools_compared():
    school = np.array([[0, 0, 1, 1, 2]], dtype=np.int32)
    seen = Offers(school, school, school + 1, school, np.zeros(3, dtype=np.bool_))
    member = np.array([[True] * 5, [True, True, True, False, False]])

    every = measures(seen, member, np.array([True, True, True]))["dissimilarity"]
    two = measures(seen, member, np.array([True, True, False]))["dissimilarity"]

    assert every[0, 1] == pytest.approx(2 / 3)  # ½ (2/3 + |1/3 − 1/2| + 1/2)
    assert two[0, 1] == pytest.approx(2 / 3)  # ½ (2/3 + |1/3 − 1|)


def test_a_change_is_paired_by_draw():
    own = change(np.array([3.0, 5.0, 4.0]), np.array([1.0, 3.0, 3.0]))

    assert own == pytest.approx((4.0, 5 / 3, 1 / 3))
    assert change(np.array([3.0, 5.0]), None) == pytest.approx((4.0, 0.0, 1.0))
    assert np.isnan(change(np.array([1.0]), np.array([1.0])).standard_error)


def test_a_child_has_the_same_number_in_every_option():
    base = town()
    moved = offered(base, scene({"move": {"program": "c-gen", "to": "b"}}, cycle=base))
    as_it_is = offered(base, Scene(base))

    assert moved.program.tolist() == as_it_is.program.tolist()
    assert moved.school.tolist() != as_it_is.school.tolist()
    assert replace(moved, school=as_it_is.school).rank.tolist() == as_it_is.rank.tolist()
