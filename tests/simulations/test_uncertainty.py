"""Intervals that hold together, replications as clusters, and the rule that stops a study."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from itertools import permutations
from math import atan, cos, inf, pi, sin, sqrt

import pytest

from lottery.policy import load_policy
from lottery.policy.shipped import shipped_policy
from simulations import laboratory, population, run_study

from . import twin
from .twin_study import Arm, Twin, assert_same_rows, read_policy, table, write_tables_of

MEASURES = ["offer_rate", "offer_rate_gap", "first_choice_rate", "group_share", "better_off"]
STUDIES, FEWEST, EXACT = 100, 90, 1e-9
KEYS = ("arm", "measure", "group", "program", "rank")
CHILDREN = {
    "ana": ("free", "oak elm"),
    "ben": ("paid", "oak elm"),
    "cal": ("paid", "elm oak"),
    "dee": ("free", "oak"),
    "eli": ("paid", "elm oak"),
}
TABLES = {
    "schools": "school_id,name\nelmb,Elm\noakb,Oak\n",
    "programs": (
        "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
        "elm,elmb,Elm,GENERAL,KG,05\noak,oakb,Oak,GENERAL,KG,05\n"
    ),
    "seats": "program_id,grade,capacity\nelm,KG,1\noak,KG,2\n",
    "applicants": "applicant_id,grade,income\n" + "".join(f"{i},KG,{income}\n" for i, (income, _) in CHILDREN.items()),
    "choices": "applicant_id,rank,program_id\n"
    + "".join(f"{i},{rank},{p}\n" for i, (_, own) in CHILDREN.items() for rank, p in enumerate(own.split(), 1)),
}


def t_quantile(probability, freedom):
    """Student's t by halving, from the closed forms for whole degrees of freedom (Abramowitz and Stegun 26.7.3, 4)."""

    def within(t):
        angle = atan(t / sqrt(freedom))
        term = total = cos(angle) if freedom % 2 else 1.0
        for k in range(2 + freedom % 2, freedom - 1, 2):
            term *= cos(angle) ** 2 * (k - 1) / k
            total += term
        if freedom % 2 == 0:
            return sin(angle) * total
        return 2 / pi * (angle + (sin(angle) * total if freedom > 1 else 0))

    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < 2 * probability - 1 else (low, middle)
    return low


@pytest.mark.parametrize(
    ("probability", "freedom", "published"),
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 3, 3.182),
        (0.995, 4, 4.604),
        (0.995, 5, 4.032),
        (0.975, 10, 2.228),
        (0.9995, 15, 4.073),
        (0.975, 120, 1.980),
    ],
)
def test_the_quantile_used_here_is_that_of_the_printed_tables(probability, freedom, published):
    assert t_quantile(probability, freedom) == pytest.approx(published, abs=5e-4)


def written_study(folder, **changes):
    """A tiny town with five children for three seats, and a study of two policies on it."""
    folder.mkdir(exist_ok=True)
    (folder / "town").mkdir()
    for name, text in TABLES.items():
        (folder / "town" / f"{name}.csv").write_text(text, encoding="utf-8")
    policy = read_policy(shipped_policy("baseline/no-priorities"))
    groups = [
        {"name": "open", "rest": True},
        {"name": "income", "for": "low_income", "share": "50%", "rounding": "up", "unfilled": "release"},
    ]
    policy |= {"policy": "test/reserve", "seat_groups": [{"programs": "all", "groups": groups}]}
    (folder / "reserve.yaml").write_text(json.dumps(policy), encoding="utf-8")
    study = {
        "study": "uncertainty",
        "seed": "2027",
        "draws": 40,
        "cycles": ["town"],
        "baseline": "alone",
        "arms": {"alone": "baseline/no-priorities", "reserve": "reserve.yaml"},
        "measures": MEASURES,
        **changes,
    }
    (folder / "study.yaml").write_text(json.dumps(study), encoding="utf-8")
    return folder / "study.yaml"


def studied(path, **options):
    out = path.parent / "out"
    write_tables_of(path, out, **options)
    return out


def assert_intervals(rows, columns, freedom, looks=1):
    """Every interval is mean ± t · standard error, at the level that all of the file share, cut at what can be."""
    filled = [(row, names) for row in rows for names in columns if row[names[0]] != ""]
    t = t_quantile(1 - 0.05 / (2 * len(filled) * looks), freedom)
    assert filled
    for row, names in filled:
        mean, error, low, high = (float(row[name]) for name in names)
        rounding = (2 + t) * 5.1e-7
        lowest, highest = possible(row.get("measure", "children"), change=names[0] == "difference")
        assert low == pytest.approx(max(mean - t * error, lowest), abs=rounding)
        assert high == pytest.approx(min(mean + t * error, highest), abs=rounding)


def possible(measure, *, change):
    """No share lies outside 0 and 1, no number of children below 0; a gap is a difference itself."""
    shares = (
        "rate",
        "share",
        "distribution",
        "together",
        "gap",
        "similarity",
        "ation",
        "exposure",
        "theil_h",
        "ratio",
        "band",
        "met",
    )
    highest = 1 if measure.endswith(shares) else inf
    if measure.endswith("gap"):
        return (-2, 2) if change else (-1, 1)
    return (-highest if change else 0), highest


LEVEL = ("mean", "standard_error", "mean_low", "mean_high")
DIFFERENCE = ("difference", "difference_standard_error", "low", "high")
FLOW = ("children", "standard_error", "low", "high")


def test_the_intervals_of_a_file_share_five_percent(tmp_path):
    out = studied(written_study(tmp_path / "study"))

    assert_intervals(table(out, "results.csv"), (LEVEL, DIFFERENCE), freedom=39)
    assert_intervals(table(out, "flows.csv"), (FLOW,), freedom=39)


def test_replications_are_the_sample_where_there_are_some(tmp_path):
    """Three batches of four draws, one for each replication: two degrees of freedom."""
    decline = {"assumed": "for this test", "decline": {"share": "100%", "beyond": 1}}
    arms = {"alone": "baseline/no-priorities", "picky": {"policy": "reserve.yaml", "behaviour": decline}}
    path = written_study(tmp_path / "study", draws=12, replications=3, arms=arms)
    out = studied(path)

    rows = table(out, "results.csv")
    assert_intervals(rows, (LEVEL, DIFFERENCE), freedom=2)
    counted = Twin(path, "town", tmp_path / "twin")
    assert_same_rows(rows, KEYS, counted.results(replications=3))


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The exact mean of every measure, over all 120 orders of five children."""
    path = written_study(tmp_path_factory.mktemp("exact") / "study")
    study, folder = json.loads(path.read_text(encoding="utf-8")), path.parent
    town = twin.Town(folder / "town")
    rules = {"alone": read_policy(shipped_policy("baseline/no-priorities"))}
    rules["reserve"] = read_policy(folder / "reserve.yaml")
    arms = {name: Arm(policy, folder / "town", "2027") for name, policy in rules.items()}
    orders = list(permutations(range(1, len(CHILDREN) + 1)))
    sums: dict[tuple, Fraction] = {}
    for order in orders:
        number = dict(zip(CHILDREN, order, strict=True))
        offers = {name: arm.under(number) for name, arm in arms.items()}
        for name in arms:
            for key, value in twin.values(town, study, rules["alone"], offers["alone"], offers[name]).items():
                sums[name, *key] = sums.get((name, *key), 0) + value
    return {key: total / len(orders) for key, total in sums.items()}


@pytest.fixture
def unwritten(monkeypatch):
    """Studies whose findings are returned and not written, and whose policies are read once."""
    read_once = cache(load_policy)
    for room in (laboratory, population):
        monkeypatch.setattr(room, "load_policy", read_once)
    monkeypatch.setattr(laboratory, "write_everything", lambda *_: None)
    monkeypatch.setattr(laboratory, "attainable_targets", lambda *_: [])


def test_all_intervals_of_a_study_hold_together_in_nineteen_of_twenty(expected, unwritten, tmp_path):
    """Binomial bound: fewer than 90 of 100 would happen 12 times in a thousand were it 95 %."""
    held, cells = 0, set()
    path = written_study(tmp_path / "study")
    study = json.loads(path.read_text(encoding="utf-8"))
    for seed in range(STUDIES):
        path.write_text(json.dumps({**study, "seed": str(seed)}), encoding="utf-8")
        results = run_study(path, tmp_path / "out", workers=1).results
        holds = True
        for result in results:
            level = expected[result.arm, *result.cell]
            cells.add((result.arm, *result.cell))
            holds &= result.level.low - EXACT <= level <= result.level.high + EXACT
            if result.difference is not None:
                difference = level - expected["alone", *result.cell]
                holds &= result.difference.low - EXACT <= difference <= result.difference.high + EXACT
        held += holds

    assert cells == set(expected)
    assert held >= FEWEST


PLAIN = ("mean", "standard_error", "difference", "difference_standard_error", "unchanged")


def largest_error(out):
    return max(
        float(row[column])
        for row in table(out, "results.csv")
        for column in ("standard_error", "difference_standard_error")
        if row["measure"] == "offer_rate" and row[column] != ""
    )


@pytest.fixture(scope="module")
def to_the_end(tmp_path_factory):
    """By number of draws: what the study says that has just so many."""
    written = {}
    for draws in (250, 500, 750, 1000):
        written[draws] = studied(written_study(tmp_path_factory.mktemp("whole") / "study", draws=draws))
    return written


@pytest.mark.parametrize("stop", [250, 500, 750, 1000])
def test_a_study_stops_at_the_first_planned_look_where_the_rule_holds(stop, to_the_end, tmp_path):
    """250 draws a batch and 1,000 at most: four looks, whichever of them is the last."""
    below = largest_error(to_the_end[stop]) * 1.001
    assert all(largest_error(out) > below for draws, out in to_the_end.items() if draws < stop)

    out = studied(written_study(tmp_path / "study", draws=1000), until=f"se(offer_rate)<{below:.7f}")

    assert_intervals(table(out, "results.csv"), (LEVEL, DIFFERENCE), freedom=stop - 1, looks=4)
    assert_intervals(table(out, "flows.csv"), (FLOW,), freedom=stop - 1, looks=4)
    assert without_intervals(out) == without_intervals(to_the_end[stop])


def without_intervals(out):
    """Everything a study found, less what depends on how often it was looked at."""
    results = [[row[column] for column in (*KEYS, *PLAIN)] for row in table(out, "results.csv")]
    flows = [[row[c] for c in ("group", "from_program", "to_program", *FLOW[:2])] for row in table(out, "flows.csv")]
    same = [(out / name).read_bytes() for name in ("safeguards.csv", "probabilities.csv", "convergence.csv")]
    return results, flows, same


def test_a_rule_that_never_holds_uses_all_the_draws_there_are(to_the_end, tmp_path):
    out = studied(written_study(tmp_path / "study", draws=1000), until="se<0.0000001")

    assert without_intervals(out) == without_intervals(to_the_end[1000])


def test_several_rules_must_all_hold(to_the_end, tmp_path):
    """The easy one holds from the start, the other after 750 draws."""
    rules = f"se(first_choice_rate)<0.9, se(offer_rate)<{largest_error(to_the_end[750]) * 1.001:.7f}"

    out = studied(written_study(tmp_path / "study", draws=1000), until=rules)

    assert without_intervals(out) == without_intervals(to_the_end[750])


def test_the_last_look_may_come_early(to_the_end, tmp_path):
    """600 draws are two batches and a bit: three looks are planned."""
    out = studied(written_study(tmp_path / "study", draws=600), until="se<0.9")

    assert_intervals(table(out, "results.csv"), (LEVEL, DIFFERENCE), freedom=249, looks=3)
    assert without_intervals(out) == without_intervals(to_the_end[250])


def test_a_study_without_a_rule_is_looked_at_once(to_the_end):
    assert_intervals(table(to_the_end[1000], "results.csv"), (LEVEL, DIFFERENCE), freedom=999, looks=1)


def test_an_estimate_settles_as_studies_of_so_many_draws_say(to_the_end):
    """After one, two and three batches and at the end: the difference to the baseline, the baseline's own level."""
    settled = {
        (int(row["draws"]), row["arm"], row["measure"], row["group"]): (row["mean"], row["standard_error"])
        for row in table(to_the_end[1000], "convergence.csv")
    }

    assert settled == {
        (draws, row["arm"], row["measure"], row["group"]): tuple(
            row[column] for column in (LEVEL if row["arm"] == "alone" else DIFFERENCE)[:2]
        )
        for draws, out in to_the_end.items()
        for row in table(out, "results.csv")
    }
