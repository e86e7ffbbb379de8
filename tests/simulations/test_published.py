"""What is published: nothing of few children, and nothing that a reader who solves equations could compute."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from simulations.published import published
from simulations.results import Cell, Estimate, Flow

from .fake_findings import World, estimate, fake_findings

NOBODY_FROM, NOBODY_TO = "from no offer", "to no offer"
ARMS = {"general": 0.0, "half": 0.5, "all": 1.0}
THIRDS = ("red", "green", "blue")  # every child is in one of them


def world(seed, groups=("low_income",), parts=False, **how):
    made = World(seed=seed, groups=groups, arms=ARMS, draws=4, **{"programs": 5, "children": 110, **how})
    if parts:
        for number, group in enumerate(groups):
            made.member[group] = {child for child in made.children if child % 7 % len(groups) == number}
    return made


class Reader:
    """
    Unknowns and the equations between them, as the public files and common knowledge give them.

    Known beside the files: how many children there are in every group, every program's total where it is shown, and who
    is in no two of the groups that make up everybody.
    """

    def __init__(self, findings, groups, parts):
        self.findings = findings
        self.programs = list(findings.program_names["demo"])
        self.unknown, self.equations = {}, []
        shown = {(r.arm, r.cell): r for r in findings.results}
        for group in ("", *groups):
            for arm in ARMS:
                self._offers(shown, arm, group)
            for arm in list(ARMS)[1:]:
                self._flows(shown, arm, group)
        if parts:
            for arm, program in product(ARMS, self.programs):
                self.equation({("x", arm, g, program): 1 if g else -1 for g in ("", *groups)})
            for arm, o, d in product(list(ARMS)[1:], self.ends("from"), self.ends("to")):
                self.equation({("f", arm, g, o, d): 1 if g else -1 for g in ("", *groups)})

    def ends(self, side):
        return [*self.programs, NOBODY_FROM if side == "from" else NOBODY_TO]

    def equation(self, terms):
        self.equations.append({self.unknown.setdefault(key, len(self.unknown)): sign for key, sign in terms.items()})

    def _offers(self, shown, arm, group):
        """All offers of a group follow from any rate of the group; a shown row tells its own, a share with the total."""
        if (arm, Cell("offer_rate", group)) in shown or (arm, Cell("without_offer", group)) in shown:
            self.equation({("x", arm, group, program): 1 for program in self.programs})
        for program in self.programs:
            told = [shown.get((arm, Cell(m, group, program))) for m in ("program_offers", "program_share")]
            if any(told):
                self.equation({("x", arm, group, program): 1})
            if all(told):  # a number and its share of the whole tell the whole
                self.equation({("x", arm, "", program): 1})

    def _flows(self, shown, arm, group):
        """What each program gains and loses: those who stay, and those who move in or out."""
        base = next(iter(ARMS))
        for program in self.programs:
            out = {("f", arm, group, program, d): 1 for d in self.ends("to")}
            into = {("f", arm, group, o, program): 1 for o in self.ends("from")}
            self.equation({**out, ("x", base, group, program): -1})
            self.equation({**into, ("x", arm, group, program): -1})
        if (arm, Cell("without_offer", group)) in shown:
            self.equation({("f", arm, group, NOBODY_FROM, d): 1 for d in self.ends("to")})
            self.equation({("f", arm, group, o, NOBODY_TO): 1 for o in self.ends("from")})
        if (arm, Cell("displaced", group)) in shown:
            self.equation({("f", arm, group, o, NOBODY_TO): 1 for o in self.programs})
        for flow in self.findings.flows:
            if (flow.arm, flow.group) == (arm, group):
                self.equation({("f", arm, group, flow.origin or NOBODY_FROM, flow.destination or NOBODY_TO): 1})

    def loose(self):
        """The ways in which the unknowns can change and every equation still hold ([way, unknown])."""
        matrix = np.zeros((len(self.equations), len(self.unknown)))
        for row, terms in enumerate(self.equations):
            for column, sign in terms.items():
                matrix[row, column] = sign
        _, singular, basis = np.linalg.svd(matrix)
        return basis[(singular > 1e-9).sum() :]

    def told(self):
        """Every unknown whose value follows, and every offer whose change against the baseline does."""
        loose, base = self.loose(), next(iter(ARMS))
        found = set()
        for key, column in self.unknown.items():
            change = loose[:, column]
            if key[0] == "x" and key[1] != base:
                before = loose[:, self.unknown[("x", base, *key[2:])]]
                if np.abs(change - before).max(initial=0.0) < 1e-9:
                    found.add(key)
            if np.abs(change).max(initial=0.0) < 1e-9:
                found.add(key)
        return found


def secrets(made, findings, groups):
    """Offers and flows of fewer than 11 children, or of all but fewer than 11, by definition."""
    for arm, group, program in product(ARMS, ("", *groups), made.programs):
        if made.fewest(group, program) < 11:
            yield "x", arm, group, program
    everybody = {(f.arm, f.origin, f.destination): f.children.mean for f in findings.flows if not f.group}
    for f in findings.flows:
        rest = everybody[f.arm, f.origin, f.destination] - f.children.mean if f.group else 99
        if 0 < f.children.mean < 11 or (f.group and rest < 11):
            yield "f", f.arm, f.group, f.origin or NOBODY_FROM, f.destination or NOBODY_TO


def attack(made, groups, parts=False, publish=published):
    findings = fake_findings(made, targets=False)
    found = Reader(publish(findings), groups, parts).told()
    hidden = set(secrets(made, findings, groups))
    assert hidden, "there is nothing to attack"
    return found & hidden


@pytest.mark.parametrize("seed", range(6))
def test_no_small_number_follows_from_the_public_files(seed):
    groups = ("low_income",)

    assert attack(world(seed, groups, children=(60, 110, 400)[seed % 3], shares={"low_income": 0.25}), groups) == set()


@pytest.mark.parametrize("seed", range(3))
def test_no_small_number_follows_where_groups_make_up_everybody(seed):
    assert attack(world(seed, THIRDS, parts=True, children=150), THIRDS, parts=True) == set()


def test_large_flows_are_shown_and_do_not_tell_the_small_ones():
    """Few programs and many children: some flows are large enough to be shown."""
    made = world(1, programs=4, children=700)
    findings = fake_findings(made, targets=False)

    assert len(published(findings).flows) > 5
    assert attack(made, ("low_income",)) == set()


def without_small_rows(findings):
    """What a careless clerk would do: strike the small rows and nothing else."""
    return replace(
        findings,
        results=[result for result in findings.results if result.children >= 11],
        flows=[flow for flow in findings.flows if flow.children.mean >= 11],
    )


@pytest.mark.parametrize(("groups", "parts"), [(("low_income",), False), (THIRDS, True)])
def test_the_reader_finds_what_a_careless_clerk_would_publish(groups, parts):
    made = World(seed=2, groups=groups, arms=ARMS, draws=4, programs=5, children=150)
    if parts:
        made.member = {g: {c for c in made.children if c % 7 % 3 == n} for n, g in enumerate(groups)}
    asked = [program for program in made.programs if made.fewest(groups[-1], program) >= 11]
    lonely = asked[0]
    made.fewest = lambda group, program="", whole=made.fewest: (
        7 if group == groups[-1] and program == lonely else 99 if program else whole(group)
    )

    assert ("x", "general", groups[-1], lonely) in attack(made, groups, parts, without_small_rows)
    assert attack(made, groups, parts) == set()


def test_one_program_more_goes_and_not_the_whole_group():
    made = world(2, children=150)
    made.fewest = lambda group, program="": 7 if (group, program) == ("low_income", "P02") else 50
    findings = fake_findings(made, targets=False)
    nobody = Cell("program_offers", "low_income", "P05")  # which would hide nothing
    results = [replace(r, level=Estimate(0.0, 0.0, 0.0, 0.0)) if r.cell == nobody else r for r in findings.results]

    listing = {(g, p): 100 if g == "" else 70 - 10 * int(p[1:]) for g in ("", "low_income") for p in made.programs}

    shown = published(replace(findings, results=results, listing={"demo": listing}))

    kept = {r.cell.program for r in shown.results if r.cell.measure == "program_offers" and r.cell.group}
    assert kept == {"P01", "P03"}  # P05, which fewest list, and as that would not do P04
    assert {r.cell.program for r in shown.results if not r.cell.group} == {"", *made.programs}


def test_two_studies_of_one_baseline_keep_back_the_same_programs_first():
    """The arms offer other numbers of children; who lists what is the same."""
    gone = []
    for arms in ({"general": 0.0, "half": 0.5}, {"general": 0.0, "against": -0.6}, {"general": 0.0, "all": 1.0}):
        made = World(seed=2, arms=arms, draws=4, programs=6, children=300)
        made.fewest = lambda group, program="": 7 if (group, program) == ("low_income", "P03") else 50
        listing = {(g, p): 100 if g == "" else 60 - int(p[1:]) for g in ("", "low_income") for p in made.programs}
        shown = published(replace(fake_findings(made, targets=False), listing={"demo": listing}))
        told = {r.cell.program for r in shown.results if r.cell.measure == "program_offers" and r.cell.group}
        gone.append(set(made.programs) - told)

    assert gone == [{"P03", "P06"}] * 3


def test_a_unit_that_few_list_is_not_told_where_no_measure_is_by_program():
    made = world(2, children=150)
    findings = fake_findings(made, measures=["targets_met"])
    listing = {**findings.listing["demo"], ("low_income", "P02"): 10, ("", "P03"): 40, ("low_income", "P03"): 30}
    listing |= {(g, p): 20 * (2 - bool(g)) for g in ("", "low_income") for p in ("P01", "P04", "P05")}

    (target,) = published(replace(findings, listing={"demo": listing})).targets

    assert {unit.name for unit in target.attainable.units} == {"P01", "P04", "P05"}


def test_a_stop_rule_does_not_tell_of_a_group_that_is_kept_back():
    """A standard error of few children tells of them; that the rule did not hold stays."""
    findings = fake_findings(world(1, ("low_income", "foster"), shares={"foster": 0.05}))
    unmet = [("half", Cell("offer_rate", "foster"), 0.03), ("half", Cell("offer_rate", "low_income"), 0.02)]

    shown = published(replace(findings, until="se<0.001", unmet=unmet)).unmet

    assert shown[0][:2] == ("half", Cell("offer_rate"))
    assert np.isnan(shown[0][2])
    assert shown[1:] == unmet[1:]


def test_a_program_that_goes_for_everybody_goes_for_every_group():
    """A group's number and its share of the program would tell the program's."""
    made = world(2, children=150)
    made.fewest = lambda group, program="": 7 if (group, program) == ("", "P02") else 50

    shown = published(fake_findings(made, targets=False))

    by_group = [
        {r.cell.program for r in shown.results if r.cell.program and r.cell.group == group}
        for group in ("", "low_income")
    ]
    assert by_group[0] == by_group[1]
    assert len(by_group[0]) == 3


def test_where_one_of_the_groups_that_make_up_everybody_is_small_only_the_first_other_stays():
    made = world(2, THIRDS, parts=True, children=150)
    made.fewest = lambda group, program="": 7 if group == "green" else 50

    shown = published(fake_findings(made, targets=False))

    assert {result.cell.group for result in shown.results} == {"", "red"}


def test_the_flows_of_groups_that_make_up_everybody_do_not_tell_the_small_one():
    made = world(2, THIRDS, parts=True, children=400)
    findings = fake_findings(made, targets=False)
    sizes = {"": 40.0, "red": 14.0, "green": 15.0, "blue": 11.0 - 2}
    flows = [Flow("demo", "half", group, "P01", "P02", estimate([n] * 4)) for group, n in sizes.items()]

    shown = published(replace(findings, flows=flows))

    assert {flow.group for flow in shown.flows} == {"", "red"}


LARGE = {
    ("P01", "P02"): 25,
    ("P02", "P01"): 20,
    ("", "P01"): 30,
    ("P01", ""): 40,
    ("", "P02"): 50,
    ("P02", ""): 60,
}


@pytest.mark.parametrize("few", [[("P01", "P02")], [("", "P01")], [("", "P01"), ("P01", "")]])
def test_a_flow_that_the_sums_at_two_programs_would_tell_takes_another_one_with_it(few):
    """All flows are shown but one or two: those who stay at a program follow from one sum, and then the flow does."""
    findings = fake_findings(world(2, groups=(), programs=2, children=300), targets=False)
    flows = [
        Flow("demo", "half", "", *move, estimate([5.0 if move in few else float(n)] * 4)) for move, n in LARGE.items()
    ]
    findings = replace(findings, flows=flows)
    hidden = {("f", "half", "", o or NOBODY_FROM, d or NOBODY_TO) for o, d in few}

    shown = published(findings)

    assert hidden <= Reader(without_small_rows(findings), (), parts=False).told()
    assert not hidden & Reader(shown, (), parts=False).told()
    assert len(few) > 1 or shown.flows


def test_every_row_that_is_left_is_a_row_that_was_found_and_speaks_of_enough_children():
    findings = fake_findings(world(3, ("low_income", "foster"), shares={"foster": 0.05}))
    shown = published(findings)

    assert 0 < len(shown.results) < len(findings.results)
    assert set(shown.results) <= set(findings.results)
    assert min(result.children for result in shown.results) >= 11
    assert {result.cell.group for result in shown.results} == {"", "low_income"}


def test_a_row_goes_in_every_arm_or_in_none():
    """An arm's level less its difference is the baseline's level."""
    findings = fake_findings(world(1))
    cell = Cell("distance", "low_income")
    results = [replace(r, children=3) if (r.arm, r.cell) == ("general", cell) else r for r in findings.results]

    shown = published(replace(findings, results=results))

    assert not [result for result in shown.results if result.cell == cell]
    assert [result for result in shown.results if result.cell == Cell("distance")]


def test_a_group_goes_with_everything_that_is_about_it():
    findings = fake_findings(world(1))
    results = [
        replace(r, children=3) if r.cell == Cell("rank_distribution", "low_income", rank=0) else r
        for r in findings.results
    ]

    shown = published(replace(findings, results=results))

    assert {result.cell.group for result in shown.results} == {""}
    assert {flow.group for flow in shown.flows} <= {""}
    assert {trace.cell.group for trace in shown.traces} == {""}
    assert shown.targets == []


def test_where_a_total_of_nobody_would_tell_its_parts_one_more_program_goes():
    """Two programs whose members are nobody: their total, 0, tells both."""
    findings = fake_findings(world(1, children=300, programs=6), targets=False)
    empty, none = ("P05", "P06"), Estimate(0.0, 0.0, 0.0, 0.0)
    results = [
        replace(r, level=none, children=4)
        if r.cell.group and r.cell.program in empty and r.cell.measure == "program_offers"
        else r
        for r in findings.results
    ]

    shown = {r.cell.program for r in published(replace(findings, results=results)).results if r.cell.group}

    assert len(shown & set(findings.program_names["demo"])) == 3


def test_a_district_of_one_program_shows_no_group_whose_members_there_are_few():
    findings = fake_findings(world(1, programs=1, children=80), targets=False)
    results = [replace(r, children=4) if r.cell.program and r.cell.group else r for r in findings.results]

    assert {r.cell.group for r in published(replace(findings, results=results)).results} == {""}


def test_a_safeguard_of_few_members_goes_and_others_lose_what_their_programs_do_not_show():
    findings = fake_findings(world(4, ("low_income", "foster"), shares={"foster": 0.02}))
    uses = findings.safeguards
    few = [use for use in uses if use.members.mean < 11]
    of_some_programs = replace(uses[0], safeguard="elsewhere", members=estimate([19.0, 20.0, 21.0, 20.0]))
    findings = replace(findings, safeguards=[*uses, of_some_programs])

    shown = {(use.arm, use.safeguard): use for use in published(findings).safeguards}

    assert few
    assert not {(use.arm, use.safeguard) for use in few} & set(shown)
    assert shown[uses[0].arm, "low_income"] == uses[0]  # as many as the group's offers at all programs, which are shown
    told = shown[of_some_programs.arm, "elsewhere"]
    assert np.isnan([told.members.mean, told.anyway.mean, told.anyway.high]).all()
    assert (told.moved, told.unchanged) == (of_some_programs.moved, of_some_programs.unchanged)


def test_a_safeguard_for_all_but_few_does_not_tell_how_many_offers_its_group_has():
    made = world(4)
    made.fewest = lambda group, program="": 5 if group and not program else 50

    shown = published(fake_findings(made, targets=False)).safeguards

    assert len(shown) == 2
    assert np.isnan([use.members.mean for use in shown]).all()


def test_units_of_a_target_go_with_their_programs_and_schools_always():
    findings = fake_findings(world(0, children=80))
    school = replace(findings.targets[0], per="school")

    per_program, per_school = published(replace(findings, targets=[findings.targets[0], school])).targets

    listed = {r.cell.program for r in published(findings).results if r.cell.measure == "program_share"}
    assert {unit.name for unit in per_program.attainable.units} == listed
    assert 0 < len(listed) < 5
    assert per_school.attainable.units == ()
    assert per_school.attainable.any_assignment == school.attainable.any_assignment


def test_whoever_stays_is_never_a_flow():
    findings = fake_findings(world(1, children=400))
    stays = Flow("demo", "half", "", "P01", "P01", estimate([50.0] * 4))

    shown = published(replace(findings, flows=[*findings.flows, stays]))

    assert stays not in shown.flows


def test_a_study_without_groups_programs_or_flows_is_published_as_it_is():
    findings = fake_findings(World(groups=(), arms={"general": 0.0}), measures=["offer_rate", "mean_rank"])

    assert published(findings).results == findings.results
