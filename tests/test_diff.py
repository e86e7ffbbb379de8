"""Who moves between two runs and why: one change at a time in a cycle small enough to see the reason."""

from __future__ import annotations

import csv
import json
from itertools import permutations
from pathlib import Path

import pytest
from written_policies import LOW, OPEN, groups, policy_of, reserve

from lottery import engine
from lottery.diff import CHANGES, diff, write_movers
from lottery.diff.seats import Seats, seats_of
from lottery.diff.standings import REST, improves
from lottery.errors import LotteryError
from lottery.report.reading import read

CLASSES = [{"class": "zone", "when": "zone"}, {"class": "otherwise"}]
RULES: dict[str, object] = {
    "priorities": CLASSES,
    "facts": {"low": LOW},
    "undisclosed": {"income": "not_member"},
    "resolution": "1",
    "seat_groups": [groups(OPEN, reserve("low", share="50%", rounding="down"))],
}
# child: grade, zone, income, number, choices
CHILDREN = {
    "ana": ("KG", "so", "paid", "1", "oak elm"),
    "ben": ("KG", "", "paid", "2", "oak elm"),
    "cruz": ("KG", "", "free", "3", "oak elm"),
    "dee": ("KG", "", "paid", "4", "oak"),
    "eli": ("KG", "", "free", "5", "elm oak"),
}
SEATS = {"oak": 2, "elm": 1}


def table(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


def run(out: Path, children=CHILDREN, seats=SEATS, *, numbers: bool = True, **keys: object) -> Path:
    """Run the small cycle; returns the bundle."""
    cycle = out / "cycle"
    cycle.mkdir(parents=True)
    people = [f"{i},{grade},{zone},{income}" for i, (grade, zone, income, _, _) in children.items()]
    choices = [f"{i},{rank},{p}" for i, own in children.items() for rank, p in enumerate(own[4].split(), 1)]
    files = {
        "schools": table("school_id,name", ["so,Oak", "se,Elm"]),
        "programs": table("program_id,school_id,name,pathway", ["oak,so,Oak,GENERAL", "elm,se,Elm,GENERAL"]),
        "seats": table("program_id,grade,capacity", [f"{p},{g},{n}" for p, n in seats.items() for g in ("KG", "01")]),
        "applicants": table("applicant_id,grade,zone_school_id,income", people),
        "choices": table("applicant_id,rank,program_id", choices),
        "numbers": table("applicant_id,number", [f"{i},0.{own[3]}" for i, own in children.items()]),
    }
    for name, text in files.items() if numbers else [item for item in files.items() if item[0] != "numbers"]:
        (cycle / f"{name}.csv").write_text(text)
    (out / "policy.yaml").write_text(policy_of(**RULES | keys).canonical())
    engine.run(cycle, out / "policy.yaml", "seed", out / "run")
    return out / "run"


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return run(tmp_path_factory.mktemp("before"))


def changed(child: str, **own: str):
    """The children, one of them with other entries."""
    names = ("grade", "zone", "income", "number", "choices")
    values = dict(zip(names, CHILDREN[child], strict=True)) | own
    return CHILDREN | {child: tuple(values.values())}


def moves(difference):
    return {mover.applicant_id: mover for mover in difference.movers}


def test_the_small_cycle_is_the_one_these_tests_speak_of(before):
    """One open seat at oak goes to ana, the reserved one to cruz; elm, one open seat, to ben."""
    with (before / "offers.csv").open() as file:
        offers = {row["applicant_id"]: row["program_id"] for row in csv.DictReader(file)}
    assert offers == {"ana": "oak", "ben": "elm", "cruz": "oak", "dee": "", "eli": ""}


def test_a_run_and_itself_do_not_differ(before):
    difference = diff(before, before)
    assert difference.differing == ()
    assert difference.movers == ()
    assert difference.counts == {
        "same": 5, "better": 0, "worse": 0, "moved": 0, "placed": 0, "unplaced": 0, "only_first": 0, "only_second": 0,
    }  # fmt: skip


REASONS: dict[str, tuple[dict[str, object], str, str, str]] = {  # what changes, who is looked at, the change, why
    "another list": (
        {"children": changed("ben", choices="oak")}, "ben", "unplaced", "another list: oak elm, then oak",
    ),
    "a class": (
        {"children": changed("ana", zone="", number="9")}, "ana", "unplaced",
        "another priority class at oak: zone, then all others",
    ),
    "a place in the draw": (
        {"children": changed("ana", number="9", zone="so") | {"dee": ("KG", "so", "paid", "4", "oak")}}, "ana", "unplaced",
        "another place in the draw: 1, then 5",
    ),
    "eligibility": (
        {"eligible": {"any": ["zone", "low"]}}, "ben", "unplaced", "eligible at elm in the first run only",
    ),
    "seats": (
        {"seats": {"oak": 3, "elm": 1}}, "ben", "better", "other seats at oak: open 1, r 1, then open 2, r 1",
    ),
    "the sizes of the groups": (
        {"seat_groups": [groups(OPEN)]}, "cruz", "worse", "other seats at oak: open 1, r 1, then open 2",
    ),
    "own entries": (
        {"children": changed("cruz", income="paid")}, "cruz", "unplaced", "other entries: income free, then paid",
    ),
    "others moved": (
        {"children": changed("ben", choices="oak")}, "eli", "placed",
        "others moved: the cutoff of open at elm went from otherwise 2 to otherwise 5",
    ),
    "another grade": (
        {"children": changed("dee", grade="01")}, "dee", "placed", "another grade: KG, then 01",
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_a_planted_change_is_named_as_the_reason(reason, before, tmp_path):
    keys, who, change, why = REASONS[reason]
    difference = diff(before, run(tmp_path, **keys))
    assert who in moves(difference), moves(difference)
    assert (moves(difference)[who].change, moves(difference)[who].why) == (change, why)
    assert sum(difference.counts.values()) == len(CHILDREN)


def test_the_same_class_under_another_name_is_no_reason(tmp_path):
    """Whoever is left is left under every policy; what changed for ben is that ana has no priority any more."""
    late = changed("ana", number="9")
    after = run(tmp_path / "after", children=late, priorities=[{"class": "everyone"}])
    found = moves(diff(run(tmp_path / "zone", children=late), after))
    assert found["ana"].why == "another priority class at oak: zone, then all others"
    assert (found["ben"].change, found["ben"].to_program) == ("better", "oak")
    assert found["ben"].why == "others moved: the cutoff of open at oak went from zone 5 to everyone 1"


def test_what_differs_between_the_runs_is_told_by_file(before, tmp_path):
    after = run(tmp_path, children=changed("ben", choices="oak"), secured_seat="none", policy="test/other")
    assert diff(before, after).differing == ("input choices.csv", "policy: test/small, then test/other")


PARTS = {
    "the mechanism": (
        {"mechanism": "immediate-acceptance", "seat_groups": None},
        ("mechanism: deferred-acceptance, then immediate-acceptance", "other parts of the policy: seat_groups"),
    ),
    "the tie-breaker": ({"numbers": False, "tie_breaker": {"draw": "multiple"}}, ("tie-breaker: single, then multiple",)),
    "the popular programs": (
        {"tie_breaker": {"draw": "hybrid", "popular": "all"}}, ('tie-breaker: single, then hybrid (popular: "all")',),
    ),
    "tickets": (
        {"tie_breaker": {"draw": "single", "weights": [{"when": "low", "tickets": 2}]}}, ("tie-breaker: other tickets",),
    ),
    "held seats": ({"secured_seat": "continuing"}, ("secured seat: none, then continuing",)),
    "other parts": (
        {"eligible": "low", "waitlist": {"vacancy": "choice_function"}, "title": "Other"},
        ("other parts of the policy: eligible, waitlist",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_the_parts_of_the_policy_that_differ_are_named(part, before, tmp_path):
    keys, lines = PARTS[part]
    told = diff(before, run(tmp_path, **keys)).differing
    assert tuple(line for line in told if not line.startswith(("policy: ", "input "))) == lines
    assert "policy: test/small, then test/small" in told


NUMBERS = {"ana": "1", "ben": "2", "cruz": "3", "dee": "4", "eli": "5"}


def drawn(numbers: str):
    """The children with other numbers, best first."""
    return {who: (*own[:3], str(numbers.split().index(who) + 1), own[4]) for who, own in CHILDREN.items()}


@pytest.mark.parametrize("order", [*permutations(NUMBERS)][::5], ids=" ".join)
def test_a_reason_points_the_way_of_the_move(order, before, tmp_path):
    """Under another draw everybody has another place; only a better one explains a gain, a worse one a loss."""
    after = run(tmp_path, children=drawn(" ".join(order)))
    for mover in diff(before, after).movers:
        own = int(NUMBERS[mover.applicant_id]), order.index(mover.applicant_id) + 1
        gain = mover.change in ("better", "placed", "moved")
        if mover.why.startswith("another place in the draw: "):
            assert mover.why == f"another place in the draw: {own[0]}, then {own[1]}"
            assert (own[1] < own[0]) == gain
        else:
            assert mover.why.startswith("others moved")
            assert own[0] == own[1] or (own[1] < own[0]) != gain


def test_a_better_place_does_not_explain_a_loss(tmp_path):
    """Dee comes in with priority, so ana loses oak's one seat, though she is second in the draw and was third."""
    others = {"ben": ("01", "", "paid", "1", "oak"), "cruz": ("01", "", "paid", "4", "oak")}
    ana, dee = ("KG", "", "paid", "2", "oak"), ("KG", "so", "paid", "5", "oak")
    then = others | {"ana": ana, "dee": dee}
    early = {"cruz": ("01", "", "paid", "0", "oak"), "dee": ("KG", "", "paid", "5", "oak")}
    keys = {"seats": {"oak": 1}, "seat_groups": None}
    found = moves(diff(run(tmp_path / "1", children=then | early, **keys), run(tmp_path / "2", children=then, **keys)))
    assert (found["ana"].change, found["dee"].change) == ("unplaced", "placed")
    assert found["ana"].why == "others moved: the cutoff of open at oak went from otherwise 3 to zone 4"
    assert found["dee"].why == "another priority class at oak: all others, then zone"


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"mechanism": "immediate-acceptance", "seat_groups": None}, "another mechanism: deferred-acceptance, then immediate-acceptance"),
        ({"tie_breaker": {"draw": "multiple"}}, "another tie-breaker: single, then multiple"),
    ],
)  # fmt: skip
def test_a_rule_that_changed_for_all_comes_before_seats_and_places(keys, why, before, tmp_path):
    """Places under two draws are on two scales; seats go by other rules under another mechanism."""
    found = {mover.why for mover in diff(before, run(tmp_path, numbers=False, **keys)).movers}
    assert found == {why}


LOW_BAND = {
    "programs": "all",
    "kind": "soft",
    "categories": [
        {"name": "low", "for": "low", "floor": 1, "ceiling": 1},
        {"name": "others", "floor": 0, "ceiling": 1},
    ],
}
LOW_SEAT = {"programs": "all", "traits": [{"name": "low", "for": "low", "seats": 1}]}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"bands": [LOW_BAND]}, "2 seats, with low 1 to 1, others 0 to 1"),
        ({"guarantees": [LOW_SEAT]}, "2 seats, guaranteed: low 1"),
    ],
)
def test_floors_and_guarantees_are_not_read_as_seats_of_their_own(keys, words, before, tmp_path):
    """A band of two seats has two seats, however many categories."""
    after = run(tmp_path, seat_groups=None, **keys)
    told = seats_of(read(after))["oak", "KG"]
    assert str(told) == words
    assert str(seats_of(read(before))["oak", "KG"]) == "open 1, r 1"


@pytest.mark.parametrize(
    ("before", "after", "slot", "gain", "loss"),
    [
        (Seats("seat_groups", 2, {"open": (1,), "r": (1,)}), Seats("seat_groups", 3, {"open": (2,), "r": (1,)}), "r", True, False),
        (Seats("seat_groups", 2, {"open": (1,), "r": (1,)}), Seats("seat_groups", 2, {"open": (2,)}), "r", False, True),
        (Seats("soft_band", 9, {"a": (1, 5), "b": (1, 5)}), Seats("soft_band", 9, {"a": (2, 5), "b": (1, 5)}), "a", True, False),
        (Seats("soft_band", 9, {"a": (1, 5), "b": (1, 5)}), Seats("soft_band", 9, {"a": (2, 5), "b": (1, 5)}), "b", False, True),
        (Seats("guarantees", 9, {"a": (1,), "b": (1,)}), Seats("guarantees", 9, {"a": (2,), "b": (1,)}), "a+b", True, False),
        (Seats("seat_groups", 9, {"open": (9,)}), Seats("soft_band", 9, {"a": (2, 5)}), "a", True, True),
    ],
)  # fmt: skip
def test_seats_explain_a_move_in_their_own_direction(before, after, slot, gain, loss):
    assert before.explains(after, slot, gain=True) == gain
    assert before.explains(after, slot, gain=False) == loss


@pytest.mark.parametrize(
    ("orders", "before", "after", "better"),
    [
        ([["secured", "sibling", REST]] * 2, "sibling", REST, False),
        ([["secured", "sibling", REST]] * 2, REST, "secured", True),
        ([["secured", "a", "b"], ["secured", "b", "a"]], "a", "b", None),
        ([["secured", "a"], ["secured", "b"]], "a", "b", None),
        ([["secured", "a", REST], ["secured", REST]], "a", REST, False),
        ([["secured", "a"]] * 2, "a:9", "a:10", False),
        ([["secured", "a"]] * 2, "a:unlisted", "a:3", True),
        ([["secured", "a"]] * 2, "2", "1", True),
        ([["secured", "a"]] * 2, "1", "unlisted", False),
        ([["secured", "a"]] * 2, "a", "1", None),
    ],
)
def test_a_class_is_better_only_where_the_orders_tell(orders, before, after, better):
    assert improves(orders, before, after) is better


def test_a_child_in_one_run_only_is_counted_and_not_a_mover(before, tmp_path):
    four = {name: own for name, own in CHILDREN.items() if name != "ana"}
    difference = diff(before, run(tmp_path, children=four))
    assert difference.only_first == ("ana",)
    assert difference.counts["only_first"] == 1
    assert diff(tmp_path / "run", before).only_second == ("ana",)
    assert "ana" not in moves(difference)


def test_ranks_are_those_of_the_first_runs_list_and_a_program_that_is_not_on_it_is_a_move(before, tmp_path):
    short = tmp_path / "short"
    after = run(short, children=changed("ben", choices="oak"), seats={"oak": 3, "elm": 1})
    better = moves(diff(before, after))["ben"]
    assert (better.from_program, better.from_rank, better.to_program, better.to_rank) == ("elm", "2", "oak", "1")
    back = moves(diff(after, before))["ben"]
    assert (back.change, back.from_rank, back.to_rank) == ("moved", "1", "")


def test_better_and_worse_change_places_when_the_runs_do(before, tmp_path):
    after = run(tmp_path, seats={"oak": 3, "elm": 1}, seat_groups=[groups(OPEN)])
    there, back = diff(before, after).counts, diff(after, before).counts
    turned = {
        "better": "worse",
        "worse": "better",
        "placed": "unplaced",
        "unplaced": "placed",
        "moved": "moved",
        "same": "same",
    }
    assert {turned[change]: there[change] for change in turned} == {change: back[change] for change in turned}
    assert there["same"] < len(CHILDREN)


def test_the_file_of_movers_has_a_row_for_each(before, tmp_path):
    difference = diff(before, run(tmp_path / "after", children=changed("ben", choices="oak")))
    write_movers(difference, tmp_path / "movers.csv")
    with (tmp_path / "movers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["applicant_id"] for row in rows] == sorted(moves(difference))
    assert {row["change"] for row in rows} <= set(CHANGES)
    json.dumps(difference.as_dict())


def test_a_folder_that_is_no_run_and_an_altered_run_are_refused(before, tmp_path):
    with pytest.raises(LotteryError, match=r"record\.json"):
        diff(before, tmp_path)
    after = run(tmp_path / "after")
    offers = (after / "offers.csv").read_text()
    (after / "offers.csv").write_text(offers.replace("oak", "elm", 1))
    with pytest.raises(LotteryError, match=r"offers\.csv"):
        diff(before, after)
