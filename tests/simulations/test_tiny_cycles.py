"""Cycles small enough to count at a glance: one child, no seats, nobody in the group, a kept seat and no list."""

from __future__ import annotations

import json

import pytest

from lottery.policy.shipped import shipped_policy

from .twin_study import Twin, assert_same_rows, read_policy, table, write_tables_of

INCOME_FIRST = "income-first.yaml"  # written beside the study
SCHOOLS = "school_id,name,latitude,longitude\nelmb,Elm,34.1,-118.1\noakb,Oak,34.2,-118.2\n"
PROGRAMS = (
    "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
    "elm,elmb,Elm,GENERAL,KG,05\nlone,elmb,Lone,GENERAL,KG,05\noak,oakb,Oak,GENERAL,KG,05\n"
)
FULL = [f"p{k:02d}" for k in range(1, 14)]  # thirteen programs without a seat
CHILDREN = "applicant_id,grade,income,current_program_id,latitude,longitude\n"
TINY = {  # name: (capacity of oak, elm, lone; children: income, held program, list)
    "one-child": ((1, 1, 1), {"ana": ("free", "", "oak elm")}),
    "nobody-in-the-group": ((1, 1, 1), {"ana": ("paid", "", "oak elm"), "ben": ("paid", "", "oak")}),
    "everybody-in-the-group": ((1, 1, 1), {"ana": ("free", "", "oak elm"), "ben": ("reduced", "", "oak elm")}),
    "no-seats": ((0, 0, 0), {"ana": ("free", "", "oak elm"), "ben": ("paid", "", "oak")}),
    "kept-without-a-list": ((1, 1, 1), {"ana": ("free", "", "oak"), "ben": ("paid", "elm", "")}),
    "fourteenth-choice": ((1, 1, 1), {"ana": ("free", "", " ".join([*FULL, "oak"]))}),
    "at-the-edge": (  # 4 of 5 and 3 of 5 members: each ten points from their mean, and from the district's 7 of 10
        (5, 5, 0),
        {f"o{k}": ("free" if k < 4 else "paid", "", "oak") for k in range(5)}
        | {f"e{k}": ("free" if k < 3 else "paid", "", "elm") for k in range(5)},
    ),
    "everyone-wants-one": ((2, 1, 1), {f"c{k}": (("free", "paid")[k % 2], "", "oak") for k in range(5)}),
}
TINY_STUDY = {
    "study": "tiny",
    "seed": "2027",
    "draws": 5,
    "cycles": list(TINY),
    "baseline": "alone",
    "arms": {"alone": "baseline/no-priorities", "income-first": INCOME_FIRST},
    "measures": "all",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    policy = read_policy(shipped_policy("baseline/no-priorities"))
    groups = [
        {"name": "income", "for": "low_income", "share": "50%", "rounding": "up", "unfilled": "release"},
        {"name": "open", "rest": True},
    ]
    policy |= {"policy": "test/income-first", "seat_groups": [{"programs": "all", "groups": groups}]}
    (folder / INCOME_FIRST).write_text(json.dumps(policy), encoding="utf-8")
    (folder / "study.yaml").write_text(json.dumps(TINY_STUDY), encoding="utf-8")
    for name, ((oak, elm, lone), children) in TINY.items():
        tables = {
            "schools": SCHOOLS,
            "programs": PROGRAMS + "".join(f"{p},elmb,{p},GENERAL,KG,05\n" for p in FULL),
            "seats": f"program_id,grade,capacity\nelm,KG,{elm}\nlone,KG,{lone}\noak,KG,{oak}\n"
            + "".join(f"{p},KG,0\n" for p in FULL),
            "applicants": CHILDREN + "".join(f"{i},KG,{x},{p},34.15,-118.15\n" for i, (x, p, _) in children.items()),
            "choices": "applicant_id,rank,program_id\n"
            + "".join(f"{i},{k},{p}\n" for i, (*_, own) in children.items() for k, p in enumerate(own.split(), 1)),
        }
        (folder / name).mkdir()
        for stem, text in tables.items():
            (folder / name / f"{stem}.csv").write_text(text, encoding="utf-8")
    write_tables_of(folder / "study.yaml", folder / "out")
    return folder


@pytest.mark.parametrize("cycle", TINY)
def test_tiny_cycles_are_counted_as_by_the_twin(cycle, tiny, tmp_path):
    counted = Twin(tiny / "study.yaml", cycle, tmp_path)
    out = {
        name: [row for row in table(tiny / "out", f"{name}.csv") if row["cycle"] == cycle]
        for name in ("results", "flows", "safeguards")
    }

    assert_same_rows(out["results"], ("arm", "measure", "group", "program", "rank"), counted.results())
    assert_same_rows(out["flows"], ("arm", "group", "from_program", "to_program"), counted.flows())
    assert_same_rows(out["safeguards"], ("arm", "safeguard"), counted.safeguards())


WORKED = {  # (cycle, measure, group, program, rank): the mean under the lottery alone, worked by hand
    ("one-child", "offer_rate", "low_income", "", ""): 1,
    ("one-child", "offer_rate_gap", "low_income", "", ""): None,  # there are no others
    ("one-child", "isolation", "low_income", "", ""): 1,
    ("one-child", "exposure", "low_income", "", ""): 0,
    ("one-child", "dissimilarity", "low_income", "", ""): None,
    ("one-child", "program_share", "low_income", "oak", ""): 1,
    ("one-child", "program_share", "low_income", "elm", ""): None,  # nobody is offered it
    ("one-child", "program_offers", "", "lone", ""): 0,
    ("one-child", "program_first_choice_rate", "", "lone", ""): None,  # nobody lists it
    ("nobody-in-the-group", "offer_rate", "low_income", "", ""): None,
    ("nobody-in-the-group", "without_offer", "low_income", "", ""): 0,
    ("nobody-in-the-group", "group_share", "low_income", "", ""): 0,
    ("nobody-in-the-group", "isolation", "low_income", "", ""): None,
    ("nobody-in-the-group", "program_offers", "low_income", "oak", ""): 0,
    ("everybody-in-the-group", "offer_rate", "low_income", "", ""): 1,
    ("everybody-in-the-group", "mean_rank", "", "", ""): 1.5,  # one has the first choice, one the second
    ("everybody-in-the-group", "group_share", "low_income", "", ""): 1,
    ("everybody-in-the-group", "within_band", "low_income", "", ""): 1,
    ("everybody-in-the-group", "variance_ratio", "low_income", "", ""): None,
    ("no-seats", "offer_rate", "", "", ""): 0,
    ("no-seats", "rank_distribution", "", "", "0"): 1,
    ("no-seats", "mean_rank", "", "", ""): None,
    ("no-seats", "group_share", "low_income", "", ""): None,
    ("no-seats", "within_band", "low_income", "", ""): None,
    ("no-seats", "targets_met", "low_income", "", ""): None,
    ("no-seats", "program_first_choice_rate", "", "oak", ""): 0,
    ("no-seats", "distance", "", "", ""): None,
    ("kept-without-a-list", "offer_rate", "", "", ""): 1,
    ("kept-without-a-list", "first_choice_rate", "", "", ""): 0.5,  # what is kept was no choice
    ("kept-without-a-list", "mean_rank", "", "", ""): 1,  # behind a list of none
    ("kept-without-a-list", "dissimilarity", "low_income", "", ""): 1,
    ("kept-without-a-list", "theil_h", "low_income", "", ""): 1,
    ("kept-without-a-list", "within_band", "low_income", "", ""): 0,  # shares 1 and 0, 50 points from their mean
    ("kept-without-a-list", "targets_met", "low_income", "", ""): 0,
    ("fourteenth-choice", "rank_distribution", "", "", "12"): 1,  # the twelfth or a later one
    ("fourteenth-choice", "mean_rank", "", "", ""): 14,
    ("fourteenth-choice", "top_three_rate", "", "", ""): 0,
    ("at-the-edge", "within_band", "low_income", "", ""): 1,
    ("at-the-edge", "targets_met", "low_income", "", ""): 1,
    ("at-the-edge", "isolation", "low_income", "", ""): (4 * 0.8 + 3 * 0.6) / 7,
    ("everyone-wants-one", "offer_rate", "", "", ""): 0.4,
    ("everyone-wants-one", "without_offer", "", "", ""): 3,
    ("everyone-wants-one", "top_three_rate", "", "", ""): 0.4,
    ("everyone-wants-one", "siblings_together", "", "", ""): None,  # nobody asks
}


@pytest.mark.parametrize(
    ("cell", "mean"),
    WORKED.items(),
    ids=lambda value: "-".join(filter(None, value)) if isinstance(value, tuple) else "",
)
def test_tiny_cycles_are_what_a_board_member_would_count(cell, mean, tiny):
    cycle, *key = cell

    (row,) = (
        row
        for row in table(tiny / "out", "results.csv")
        if (row["cycle"], row["arm"]) == (cycle, "alone")
        and [row[column] for column in ("measure", "group", "program", "rank")] == key
    )

    assert row["mean"] == ("" if mean is None else f"{mean:.6f}")
