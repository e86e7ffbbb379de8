"""The smallest set of rules that conflict, against every subset, and as sentences a board can read."""

from __future__ import annotations

from itertools import combinations, islice

from lottery.plan.patience import Patience
from lottery.plan.rooms import Planned, Room, School, Strand, plan_school
from lottery.plan.rooms.conflict import smallest_conflict
from lottery.plan.rooms.rules import drafted
from lottery.plan.solver import solve

from .tiny_schools import best_by_trying, tiny_school


def conflict_together(school: School, chosen: tuple[int, ...]) -> bool:
    """Whether no plan meets the demands at these positions, asked of the model alone."""
    draft = drafted(school, loose=True)
    for at in chosen:
        draft.model.add(draft.demands[at].holds == 1)
    return solve(draft.model, [], effort=20, patience=Patience()).infeasible


def conflicting(most: int) -> list[School]:
    """Tiny schools without a plan."""
    schools = (tiny_school(number) for number in range(200))
    return list(islice((school for school in schools if best_by_trying(school) is None), most))


def test_no_smaller_set_of_demands_conflicts_and_this_one_does() -> None:
    compared = 0
    for school in conflicting(25):
        demands = [demand.sentence for demand in drafted(school, loose=True).demands]
        conflict, proved = smallest_conflict(school, Patience())
        chosen = tuple(demands.index(demand.sentence) for demand in conflict)

        assert proved
        assert conflict_together(school, chosen)
        if len(chosen) <= 3:
            for size in range(len(chosen)):
                for fewer in combinations(range(len(demands)), size):
                    assert not conflict_together(school, fewer)
            compared += 1
    assert compared > 3


def test_without_patience_every_demand_of_the_conflict_is_needed() -> None:
    patience = Patience()
    patience.interrupt()
    for school in conflicting(8):
        demands = [demand.sentence for demand in drafted(school, loose=True).demands]
        conflict, proved = smallest_conflict(school, patience)
        chosen = tuple(demands.index(demand.sentence) for demand in conflict)

        assert not proved
        assert conflict_together(school, chosen)
        for at in chosen:
            assert not conflict_together(school, tuple(other for other in chosen if other != at))


def field(**changed: object) -> School:
    """Two rooms, and three sections of grade 03 that go up."""
    facts: dict[str, object] = {
        "school_id": "field",
        "name": "Field",
        "years": 1,
        "rooms": (Room("r1", 30), Room("r2", 30)),
        "strands": (Strand("oak", "03", running=3), Strand("oak", "04", continuing=50)),
        "pairs": (),
        "teachers": {"general": 5},
        "class_size": {"03": 24, "04": 33},
        "combined_size": {},
        "upward": "sections",
        "stay": {},
    }
    return School(**{**facts, **changed})  # type: ignore[arg-type]


def told(school: School) -> list[str]:
    found: Planned = plan_school(school, Patience())
    assert not found.found
    return [demand.sentence for demand in found.conflict]


def test_too_few_rooms_for_the_sections_that_go_up_are_told_with_both_numbers() -> None:
    assert told(field()) == [
        "Field: 2 rooms take one class each.",
        "Field: 3 sections of oak grade 03 go up to grade 04.",
    ]


def test_children_for_whom_a_design_has_no_section_are_told() -> None:
    strands = (Strand("oak", "04", most=1, continuing=50),)

    assert told(field(strands=strands)) == [
        "Field: a class of grade 04 has at most 33 children, and no more than its room takes.",
        "Field: oak grade 04 is designed for 1 section at most.",
        "Field: oak grade 04 has places for 50 who continue, 0 residents and 0 that are held.",
    ]


def test_a_missing_teacher_is_told() -> None:
    assert "Field: 0 teachers have the credential `mandarin`." in told(
        field(strands=(Strand("oak", "03", running=1), Strand("oak", "04", credential="mandarin", continuing=5)))
    )
