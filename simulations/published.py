"""
What of a study may be published: rows about few children left out, and what would give them away.

The rule is about groups of children and not about how small a number is: a row is left out that is about a group of
fewer than 11 applicants, or of all but fewer than 11, and by program of those of them who list it.  A mean of what
happens to a larger group may be less than 11.  The children of a flow and the members of a safeguard are not counted by
whom it could concern; they are shown where their mean is 11 or more, for then there are as many.  Left out as well is
what a reader could subtract (decisions/0002):

* an arm's level less its difference is the baseline's level, so a row goes in every arm or in none;
* offers, ranks and gaps of a group follow from each other, so a group goes with all its rows or with none;
* everybody less all groups but one is that one: where one of three or more groups goes, only the first other stays;
* the offers of all programs add up to those of the district, so no program is left out alone; which others go with it
  follows from the lists, so that two studies of one baseline keep back the same ones;
* the flows at a program add up to what it gains and loses, so no flow is left out that these sums would tell;
* a safeguard's members are those of its programs added up, so they are blank where any program or group is left out.

A reader of the public files cannot tell a flow of nobody from one that is left out.  Groups that overlap are protected
each by itself, against a reader of its own rows and of everybody's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from math import isclose, isnan, nan

from lottery.report.suppression import SMALLEST_SHOWN
from simulations.results import Cell, Estimate, Findings, Flow, Result, SafeguardUse, Target

OFFERS, SHARES, FIRSTS = "program_offers", "program_share", "program_first_choice_rate"
OF_SOME = ("siblings_together", "distance")  # not of the whole group: few of a large group may be behind them
UNKNOWN = Estimate(nan, nan, nan, nan)
FEWEST_TO_SUBTRACT = 3  # groups
FROM_NOTHING, TO_NOTHING = "(from no offer)", "(to no offer)"  # no names of programs
PROGRAM = "program"

Pair = tuple[str, str]  # a group and a program
Levels = Mapping[Pair, Mapping[str, float]]  # by arm
Move = tuple[str, str]  # origin and destination
Flows = Mapping[tuple[str, str], Mapping[Move, float]]  # children, by arm and group
Listing = Mapping[Pair, int]  # applicants of a group who list a program
Totals = Mapping[tuple[str, str], Mapping[str, float]]  # children, by cycle and arm, by group


@dataclass(slots=True)
class Withheld:
    """What one cycle keeps back."""

    groups: set[str] = field(default_factory=set)
    cells: set[Cell] = field(default_factory=set)
    offers: set[Pair] = field(default_factory=set)  # and with them everything by program
    firsts: set[Pair] = field(default_factory=set)
    flows: set[tuple[str, str, Move]] = field(default_factory=set)  # by arm and group

    def keeps(self, cell: Cell) -> bool:
        """Whether a row of this cell stays in the office."""
        pair = (cell.group, cell.program)
        return (
            cell.group in self.groups
            or cell in self.cells
            or pair in self.offers
            or (cell.measure == FIRSTS and pair in self.firsts)
        )


def published(findings: Findings) -> Findings:
    """The findings without what speaks of fewer than 11 children, and without what would tell it."""
    kept = {cycle: _withheld(findings, cycle) for cycle in findings.study.cycles}
    totals = _totals(findings.results)
    return replace(
        findings,
        results=[result for result in findings.results if not kept[result.cycle].keeps(result.cell)],
        flows=[flow for flow in findings.flows if (flow.arm, flow.group, _move(flow)) not in kept[flow.cycle].flows],
        safeguards=[
            _told(use, kept[use.cycle], totals) for use in findings.safeguards if use.members.mean >= SMALLEST_SHOWN
        ],
        traces=[trace for trace in findings.traces if not kept[trace.cycle].keeps(trace.cell)],
        unmet=[
            unmet if _known(unmet[1], kept) else (unmet[0], Cell(unmet[1].measure), nan) for unmet in findings.unmet
        ],
        targets=[_of_shown_units(t, kept[t.cycle]) for t in findings.targets if t.group not in kept[t.cycle].groups],
    )


def _known(cell: Cell, kept: Mapping[str, Withheld]) -> bool:
    """Whether a cell is shown in every cycle."""
    return not any(withheld.keeps(cell) for withheld in kept.values())


def _withheld(findings: Findings, cycle: str) -> Withheld:
    results = [result for result in findings.results if result.cycle == cycle]
    fewest: dict[Cell, int] = {}
    for result in results:
        fewest[result.cell] = min(result.children, fewest.get(result.cell, result.children))
    kept = Withheld()
    for cell, children in fewest.items():
        if children < SMALLEST_SHOWN:
            _keep(kept, cell)
    listing = findings.listing.get(cycle, {})
    kept.offers |= {pair for pair, heads in listing.items() if _of_few(pair, heads, listing)}
    kept.groups |= _but_the_first(list(dict.fromkeys(cell.group for cell in fewest)), kept.groups)
    _keep_programs(kept, results, listing)
    _keep_flows(kept, _by_arm_and_group(findings, cycle), sorted(findings.program_names[cycle]))
    return kept


def _of_few(pair: Pair, heads: int, listing: Listing) -> bool:
    """Whether few of a group list a program, or all but few: whatever the study measures, something tells of them."""
    group, program = pair
    others = listing.get(("", program), heads) - heads
    return heads < SMALLEST_SHOWN or bool(group and others < SMALLEST_SHOWN)


def _keep(kept: Withheld, cell: Cell) -> None:
    if cell.program:
        (kept.firsts if cell.measure == FIRSTS else kept.offers).add((cell.group, cell.program))
    elif cell.measure in OF_SOME:
        kept.cells.add(cell)
    else:
        kept.groups.add(cell.group)


def _but_the_first(groups: Sequence[str], gone: AbstractSet[str]) -> set[str]:
    """Where one of three or more named groups is gone, all but the first of the others."""
    named = [group for group in groups if group]
    left = [group for group in named if group not in gone]
    return set(left[1:]) if len(named) >= FEWEST_TO_SUBTRACT and len(left) < len(named) else set()


def _keep_programs(kept: Withheld, results: Sequence[Result], listing: Listing) -> None:
    """Until nothing by program can be computed: by subtraction of groups, or of programs from the district."""
    offers, firsts = (_levels(results, measure) for measure in (OFFERS, FIRSTS))
    offers = {**_levels(results, SHARES), **offers}  # where offers are not measured, a share stands for them
    while True:
        before = len(kept.offers), len(kept.firsts)
        for pairs, levels in ((kept.offers, offers), (kept.firsts, firsts)):
            pairs |= {pair for pair in levels if ("", pair[1]) in pairs}
            for program in {program for _, program in pairs}:
                here = [group for group, at in levels if at == program]
                gone = {group for group in here if (group, program) in pairs}
                pairs |= {(group, program) for group in _but_the_first(here, gone)}
            for group in {group for group, _ in pairs} - kept.groups:
                if not _keep_another(pairs, group, levels, listing):
                    kept.groups.add(group)
        if before == (len(kept.offers), len(kept.firsts)):
            return


def _keep_another(pairs: set[Pair], group: str, levels: Levels, listing: Listing) -> bool:
    """
    Keep programs of a group until they are more than one, with somebody in every arm; False where there is one.

    Which ones follows from the lists of the families alone: those that fewest list.  Two studies of one baseline keep
    back the same ones first, so that the rows of one do not tell what the other keeps back.
    """
    own = {program: values for (of, program), values in levels.items() if of == group}
    gone = [program for program in own if (group, program) in pairs]
    left = sorted(set(own) - set(gone), key=lambda program: (listing.get((group, program), 0), program))
    added: list[str] = []
    while gone and left and (len(gone) + len(added) < 2 or _nobody(own, [*gone, *added]) or _nobody(own, added)):
        added.append(left.pop(0))
    pairs |= {(group, program) for program in [*gone, *added]}
    return len(gone) + len(added) != 1


def _nobody(own: Mapping[str, Mapping[str, float]], programs: Sequence[str]) -> bool:
    """Whether in some arm nobody is behind programs that are kept: a total of nothing tells all its parts."""
    arms = {arm for program in programs for arm in own[program]}
    return any(sum(own[program].get(arm, 0.0) for program in programs) <= 0 for arm in arms)


def _levels(results: Sequence[Result], measure: str) -> Levels:
    levels: dict[Pair, dict[str, float]] = {}
    for result in results:
        if result.cell.measure == measure:
            mean = result.level.mean
            levels.setdefault((result.cell.group, result.cell.program), {})[result.arm] = 0.0 if isnan(mean) else mean
    return levels


def _by_arm_and_group(findings: Findings, cycle: str) -> Flows:
    flows: dict[tuple[str, str], dict[Move, float]] = {}
    for flow in findings.flows:
        if flow.cycle == cycle:
            flows.setdefault((flow.arm, flow.group), {})[_move(flow)] = flow.children.mean
    return flows


def _move(flow: Flow) -> Move:
    return flow.origin, flow.destination


def _keep_flows(kept: Withheld, flows: Flows, programs: Sequence[str]) -> None:
    """Flows of few, or of all but few; then what would tell them."""
    groups = list(dict.fromkeys(group for _, group in flows if group))
    for arm in sorted({arm for arm, _ in flows}):
        every = {group: flows.get((arm, group), {}) for group in ["", *groups]}
        shown = {group: _large(kept, group, every) for group in every}
        for move in every[""]:
            for group in _but_the_first(groups, {group for group in groups if move not in shown[group]}):
                del shown[group][move]
        for group, own in every.items():
            _untell(own, shown[group], programs)
            kept.flows |= {(arm, group, move) for move in own if move not in shown[group]}


def _large(kept: Withheld, group: str, every: Mapping[str, Mapping[Move, float]]) -> dict[Move, float]:
    """The flows of a group that may be shown by themselves; whoever stays is no flow, and never shown."""
    return {
        move: children
        for move, children in every[group].items()
        if group not in kept.groups
        and move[0] != move[1]
        and children >= SMALLEST_SHOWN
        and (not group or every[""].get(move, 0.0) - children >= SMALLEST_SHOWN)
    }


def _untell(own: Mapping[Move, float], shown: dict[Move, float], programs: Sequence[str]) -> None:
    """
    Show fewer flows of a group in an arm until the sums at the programs tell none that is not shown.

    One unknown flow can change unnoticed exactly if other unknown ones lead round from its origin to its destination,
    in either direction (Gusfield, “A graph theoretic approach to statistical data security”, SIAM Journal on Computing
    17, 1988).  At a single program there is no way round: its flows are the children who gain and lose an offer.
    """
    for move in [move for move in own if move not in shown]:
        while shown and not _way_round(move, shown, programs):
            del shown[min(shown, key=lambda other: (shown[other], other))]


def _way_round(move: Move, shown: Mapping[Move, float], programs: Sequence[str]) -> bool:
    """Whether unknown flows other than `move` link its two ends."""
    start, goal = move[0] or FROM_NOTHING, move[1] or TO_NOTHING
    reached, edge = {start}, [start]
    while edge:
        here = edge.pop()
        for there in [node for node in (goal, *programs, FROM_NOTHING, TO_NOTHING) if node not in reached]:
            if any(flow not in shown for flow in _flows_between(here, there) if flow != move):
                if there == goal:
                    return True
                reached.add(there)
                edge.append(there)
    return False


def _flows_between(here: str, there: str) -> list[Move]:
    """The flows in either direction; none comes from those who end without an offer, or leads to those who began so."""
    if {here, there} == {FROM_NOTHING, TO_NOTHING}:
        return []
    if FROM_NOTHING in (here, there):
        return [("", here if there == FROM_NOTHING else there)]
    if TO_NOTHING in (here, there):
        return [(here if there == TO_NOTHING else there, "")]
    return [(here, there), (there, here)]


def _of_shown_units(target: Target, kept: Withheld) -> Target:
    """Without the units that are kept back; schools cut the same children in another way than programs do."""
    hidden = {program for group, program in kept.offers if group == target.group}
    units = tuple(
        replace(unit, lowest=None, highest=None) if unit.name in target.few_hold else unit
        for unit in target.attainable.units
        if target.per == PROGRAM and unit.name not in hidden
    )
    return replace(target, attainable=replace(target.attainable, units=units))


def _told(use: SafeguardUse, kept: Withheld, totals: Totals) -> SafeguardUse:
    """Where anything is kept back the members are too, unless they are all of a group whose total is shown."""
    shown = [total for group, total in totals.get((use.cycle, use.arm), {}).items() if group not in kept.groups]
    if not (kept.offers or kept.groups) or any(isclose(use.members.mean, total, abs_tol=1e-6) for total in shown):
        return use
    return replace(use, members=UNKNOWN, anyway=UNKNOWN)


def _totals(results: Sequence[Result]) -> Totals:
    """The mean offers of every named group, all programs together."""
    totals: dict[tuple[str, str], dict[str, float]] = {}
    for result in results:
        if result.cell.measure == OFFERS and result.cell.group:
            of_arm = totals.setdefault((result.cycle, result.arm), {})
            of_arm[result.cell.group] = of_arm.get(result.cell.group, 0.0) + result.level.mean
    return totals
