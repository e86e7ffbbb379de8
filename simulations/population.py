"""A population: the families of one cycle, or of another year, and how each arm of a study would serve them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Floats, Ints, Longs, frozen
from lottery.chances import Draws
from lottery.cycle import Cycle, taking_part
from lottery.equity.safeguards import OpenTwin, open_twins
from lottery.market import Market, Mechanism
from lottery.policy import PolicyFile, compile_market, load_policy
from lottery.policy.distance import distances
from lottery.policy.facts import Facts
from lottery.policy.groups_of_children import members_of
from lottery.policy.model import Target
from lottery.policy.selection import Offerings
from lottery.sample.another_year import another_year
from simulations.families import Answers, answers, free_seats, sophisticated_market
from simulations.lists import Lists
from simulations.measures import Frame
from simulations.study import StudyFile

EVERYBODY = ""
Targets = tuple[tuple[Target, int, float], ...]  # with its group, and its centre as a share
MOST_FLOWS = 25_000_000  # pairs of programs, in all groups, arms and replications: 16 bytes each


@dataclass(frozen=True, slots=True, eq=False)
class Roll:
    """Who and what the arrays of a population are about."""

    children: tuple[str, ...]  # [child]  included applicants, sorted bytewise
    programs: tuple[str, ...]  # [program]  sorted bytewise
    program_names: Mapping[str, str]
    groups: tuple[str, ...]  # [group]  "" first: everybody
    member: Bools  # [group, child]
    rows: Longs  # [child]  in the cycle's table of applicants


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """A compiled policy, and what the measures ask about its applications."""

    name: str
    held: int  # slots that come first, for those who hold a seat now
    market: Market
    mechanism: Mechanism  # of the policy; the market of sophisticated families has another one
    draws: Draws
    child: Longs  # [applicant]  on the roll
    program: Ints  # [application]  on the roll: the same number in every grade and arm
    rank: Ints  # [application]  on the true list
    listed: Bools  # [application]  whether it is on the true list; otherwise a seat that is kept
    order: Ints  # [application]  on the list by which all arms are compared
    metres: Ints  # [application]  from home to the school, -1 where one is not known
    sibling: Bools  # [application]  whether a sibling is there and the program on the true list
    member: Bools  # [group, child]  belongs to the group and takes part
    first: Ints  # [child]  the first program of the true list, or -1
    near_sibling: Bools  # [child]  truly lists a program where a sibling is
    located: Bools  # [child]  the distance to a program is known
    twins: tuple[OpenTwin, ...]  # the same arm without one of its safeguards

    def __post_init__(self) -> None:
        for array in (self.child, self.program, self.rank, self.listed, self.order, self.metres, self.sibling):
            frozen(array)
        frozen(self.member)
        frozen(self.first)


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Those who take part in an arm and in the baseline, where these are not the same children."""

    member: Bools  # [group, child]
    here: Frame  # what their counts in the arm are counted of
    there: Frame  # and in the baseline


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Everything that the draws of one replication of a cycle need."""

    cycle: str
    seed: str
    roll: Roll
    arms: tuple[Arm, ...]  # in the study's order
    frames: tuple[Frame, ...]  # what the counts of each arm are counted of
    shared: tuple[Shared | None, ...]  # by arm; None: everybody takes part in both
    targets: tuple[
        tuple[Target, int, float], ...
    ]  # of the baseline's policy: with its group, and its centre as a share
    baseline: int
    follows: bool  # whether it is counted who went where


def compile_population(
    file: StudyFile, cycle: Cycle, name: str, replication: int, *, resample: bool = False
) -> Population:
    """
    Compile every arm of a study for one replication of a cycle, of its own families or with `resample` another year's.

    A policy without a resolution may be simulated.  Raises StudyError or PolicyError with every problem.
    """
    study = file.study
    tables = {table: own for table, own in cycle.tables.items() if table != "numbers"}  # of one draw, already known
    cycle = replace(cycle, tables=tables)
    if resample:
        cycle = another_year(cycle, study.seed, replication + 1)
    policies = {arm: load_policy(file.policy(arm)) for arm in study.arms}
    baseline = policies[study.baseline]
    roll = _roll(file, baseline, cycle)
    told = {arm: answers(file, arm, baseline, cycle, replication) for arm in study.arms}
    told = {arm: free_seats(own) if _secures(policies[arm]) else own for arm, own in told.items()}
    union = next((told[arm].true for arm, plan in study.arms.items() if plan.opens is not None), cycle)
    places = _Places(baseline, union, roll)
    arms = [_arm(name, policies[name], told[name], places, study.seed) for name in study.arms]
    targets, band = _targets(baseline, roll), study.band / 100
    compared = arms[list(study.arms).index(study.baseline)]

    def shared(arm: Arm) -> Shared | None:
        if (arm.member == compared.member).all():
            return None
        both = arm.member & compared.member
        return Shared(both, *(_frame(of, both, roll, targets, band) for of in (arm, compared)))

    return Population(
        cycle=name,
        seed=study.seed,
        roll=roll,
        arms=tuple(arms),
        frames=tuple(_frame(arm, arm.member, roll, targets, band) for arm in arms),
        shared=tuple(shared(arm) for arm in arms),
        targets=targets,
        baseline=arms.index(compared),
        follows=study.replications * len(arms) * len(roll.groups) * (len(roll.programs) + 1) ** 2 <= MOST_FLOWS,
    )


def _secures(policy: PolicyFile) -> bool:
    """Whether children keep the seats they hold."""
    return policy.policy.secured_seat == "continuing"


def _targets(baseline: PolicyFile, roll: Roll) -> Targets:
    """The targets that can be measured: about a named group, and one of schools or programs; one for each group."""
    found: dict[int, tuple[Target, int, float]] = {}
    for target in baseline.policy.targets:
        if target.fact in roll.groups and target.per == "program":
            group = roll.groups.index(target.fact)
            centre = (
                float(roll.member[group].mean())
                if target.centre == "district"
                else float(target.centre.rstrip("%")) / 100
            )
            found.setdefault(group, (target, group, centre))
    return tuple(found.values())


def _frame(arm: Arm, member: Bools, roll: Roll, targets: Targets, band: float) -> Frame:
    """What the counts of members ([group, child]) are counted of."""
    n_programs = len(roll.programs)
    firsts = [np.bincount(arm.first[own & (arm.first >= 0)], minlength=n_programs) for own in member]
    return Frame(
        groups=roll.groups,
        programs=roll.programs,
        applicants=member.sum(axis=1),
        first_choosers=np.array(firsts, dtype=np.int64).T,
        with_sibling=int((member[0] & arm.near_sibling).sum()),
        band=band,
        targets=tuple((group, centre, float(target.points) / 100) for target, group, centre in targets),
    )


def _roll(file: StudyFile, baseline: PolicyFile, cycle: Cycle) -> Roll:
    people, programs = cycle["applicants"], cycle["programs"]
    included = np.flatnonzero(taking_part(people)).tolist()
    ids = people["applicant_id"].tolist()
    rows = np.array(sorted(included, key=lambda row: ids[row].encode()), dtype=np.int64)
    groups = file.groups(baseline, cycle)
    members = members_of(groups, baseline, cycle, rows)
    return Roll(
        children=tuple(people["applicant_id"][rows].tolist()),
        programs=tuple(sorted(programs["program_id"].tolist(), key=str.encode)),
        program_names=dict(zip(programs["program_id"].tolist(), programs["name"].tolist(), strict=True)),
        groups=(EVERYBODY, *groups),
        member=np.array([np.ones(len(rows), dtype=np.bool_), *members.values()]),
        rows=rows,
    )


class _Places:
    """What is true of a child at a program whatever the arm: the distance, a sibling, and how arms are compared."""

    def __init__(self, baseline: PolicyFile, cycle: Cycle, roll: Roll) -> None:
        self.roll, self.baseline, self.cycle = roll, baseline, cycle
        self.children, self.programs = pd.Index(roll.children), pd.Index(roll.programs)
        self.order = Lists.of(cycle, self.children, self.programs)
        self._program_row = pd.Index(cycle["programs"]["program_id"]).get_indexer(self.programs)
        schools = pd.Index(cycle["schools"]["school_id"])
        self._school_row = schools.get_indexer(pd.Index(cycle["programs"]["school_id"]))[self._program_row]

    def sibling(self, child: Longs, program: Longs) -> Bools:
        """Whether a sibling is at the program (or the school), as the baseline's policy says ([pair])."""
        if self.baseline.policy.siblings is None or "roster" not in self.cycle:
            return np.zeros(len(child), dtype=np.bool_)
        facts = Facts(self.baseline, self.cycle, self.roll.rows[child], self._program_row[program].astype(np.int64))
        return facts.holds("sibling", ("siblings",))

    def metres(self, child: Longs, program: Longs) -> Longs:
        """From home to the school ([pair])."""
        home = _spots(self.cycle, "applicants")[self.roll.rows]
        school = _spots(self.cycle, "schools")[self._school_row]
        return distances(home[child], school[program])


def _spots(cycle: Cycle, table: str) -> Floats:
    """[row, 2] Latitude and longitude in degrees, nan where they are not known."""
    spots = [[float(text) if text else np.nan for text in cycle[table].get(axis)] for axis in ("latitude", "longitude")]
    return np.array(spots, dtype=np.float64).T


def _arm(name: str, policy: PolicyFile, told: Answers, places: _Places, seed: str) -> Arm:
    market, roll = compile_market(policy, told.seen), places.roll
    child = places.children.get_indexer(pd.Index(market.applicants)).astype(np.int64)
    if told.sophisticated:
        plays = np.array([applicant in told.sophisticated for applicant in market.applicants], dtype=np.bool_)
        market = sophisticated_market(market, plays)
    program = places.programs.get_indexer(pd.Index(market.programs)).astype(np.int64)[market.program]
    who = child[market.applicant_of()]
    own = Lists.of(told.true, places.children, places.programs)
    near_sibling = np.zeros(len(roll.children), dtype=np.bool_)
    near_sibling[own.child[places.sibling(own.child, own.program)]] = True
    rank, listed = own.rank_of(who, program)
    metres = places.metres(who, program).astype(np.int32)
    located = np.zeros(len(roll.children), dtype=np.bool_)
    located[who[metres >= 0]] = True
    held = int(_secures(policy))
    entry = Offerings(policy, told.seen, []).entries("seat_groups", policy.policy.seat_groups)
    takes_part = np.array([applicant not in told.leaving for applicant in roll.children], dtype=np.bool_)
    return Arm(
        name=name,
        held=held,
        market=market,
        mechanism=policy.policy.mechanism,
        draws=Draws(market, seed),
        child=child,
        program=program.astype(np.int32),
        rank=rank,
        listed=listed,
        order=places.order.rank_of(who, program)[0],
        metres=metres,
        sibling=listed & places.sibling(who, program),
        member=roll.member & takes_part,
        first=own.first(),
        near_sibling=near_sibling,
        located=located,
        twins=open_twins(market, held, policy.policy, entry),
    )
