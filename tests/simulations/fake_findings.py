"""
Findings that fit together, made without the laboratory: children served in the order of a number, counted with loops.

An arm gives the first named group a head start; everything else (lists, numbers, seats) is the same in every arm.
"""

from __future__ import annotations

import random
from collections import Counter
from math import nan, sqrt
from statistics import fmean, stdev

from lottery.plan.reach import Attainable, Count, Reach
from simulations.results import Cell, Estimate, Findings, Flow, Result, SafeguardUse, Target, Trace
from simulations.study import ALL_MEASURES, Study

NO_OFFER = ""
FACTOR = 3.0  # standard errors on either side: stands for the simultaneous interval
LONG = "Academy of Science, Technology, Engineering, Arts and Mathematics (Dual Language Immersion)"
HEAD_STARTS = {"general": 0.0, "again": 0.0, "reserve": 0.25, "half": 0.5}


class World:
    """Children with lists and groups, programs with seats, and who is offered what in every arm and draw."""

    def __init__(self, seed=1, children=120, programs=6, draws=6, groups=("low_income",), arms=None, shares=None):
        rng = random.Random(seed)
        self.arms = HEAD_STARTS if arms is None else arms
        self.groups, self.draws = groups, draws
        self.children = range(children)
        self.programs = [f"P{number:02}" for number in range(1, programs + 1)]
        shares = shares or {}
        self.member = {
            group: {child for child in self.children if rng.random() < shares.get(group, 0.4)} for group in groups
        }
        weight = [1 / (1 + number) for number in range(programs)]
        self.lists = []
        for _ in self.children:
            wanted = rng.choices(self.programs, weight, k=rng.randint(0, 5))
            self.lists.append(list(dict.fromkeys(wanted)))
        self.seats = {program: max(1, int(children * 0.8 / programs)) for program in self.programs}
        self.offers = {arm: [] for arm in self.arms}
        for _ in range(draws):
            number = [rng.random() for _ in self.children]
            for arm, start in self.arms.items():
                self.offers[arm].append(self._serve(number, start))

    def _serve(self, number, start):
        first = self.member[self.groups[0]] if self.groups else set()
        left, offer = dict(self.seats), {}
        for child in sorted(self.children, key=lambda c: number[c] - start * (c in first)):
            offer[child] = next((p for p in self.lists[child] if left[p]), NO_OFFER)
            if offer[child]:
                left[offer[child]] -= 1
        return offer

    def of(self, group):
        return self.member[group] if group else set(self.children)

    def fewest(self, group, program=""):
        """The fewest children a cell, or what is left without it, speaks of."""
        behind = [child for child in self.children if not program or program in self.lists[child]]
        members = sum(child in self.of(group) for child in behind)
        return min(members, len(behind) - members) if group else members

    def listing(self):
        """By group and program: who of the group lists the program."""
        return {
            (group, program): sum(program in self.lists[child] for child in self.of(group))
            for group in ("", *self.groups)
            for program in self.programs
        }

    def measured(self, offer, before):
        """Every cell of one draw; children are counted one at a time."""
        found = {}
        everybody = set(self.children)
        offered = Counter(offer.values())
        for group in ("", *self.groups):
            own = self.of(group)
            rest = everybody - own
            ranks = {child: self._rank(child, offer[child]) for child in everybody}
            rate = {side: _share(sum(ranks[c] > 0 for c in side), len(side)) for side in map(frozenset, (own, rest))}
            first = {side: _share(sum(ranks[c] == 1 for c in side), len(side)) for side in map(frozenset, (own, rest))}
            own_, rest_ = frozenset(own), frozenset(rest)
            found[Cell("offer_rate", group)] = rate[own_]
            found[Cell("first_choice_rate", group)] = first[own_]
            found[Cell("top_three_rate", group)] = _share(sum(1 <= ranks[c] <= 3 for c in own), len(own))
            for rank in range(14):
                found[Cell("rank_distribution", group, rank=rank)] = _share(
                    sum(ranks[c] == rank for c in own), len(own)
                )
            placed = [ranks[c] for c in own if ranks[c]]
            found[Cell("mean_rank", group)] = _share(sum(placed), len(placed))
            found[Cell("without_offer", group)] = float(len(own) - len(placed))
            found[Cell("distance", group)] = _share(sum(800.0 + 40 * c for c in own if ranks[c]), len(placed))
            better = [c for c in own if self._better(c, offer[c], before[c])]
            worse = [c for c in own if self._better(c, before[c], offer[c])]
            found[Cell("better_off", group)] = float(len(better))
            found[Cell("worse_off", group)] = float(len(worse))
            found[Cell("displaced", group)] = float(sum(offer[c] == NO_OFFER for c in worse))
            inside = Counter(offer[c] for c in own)
            for program in self.programs:
                found[Cell("program_offers", group, program)] = float(inside[program])
                wanted = [c for c in own if self.lists[c][:1] == [program]]
                hit = sum(offer[c] == program for c in wanted)
                found[Cell("program_first_choice_rate", group, program)] = _share(hit, len(wanted))
                if group:
                    found[Cell("program_share", group, program)] = _share(inside[program], offered[program])
            if group:
                found |= self._of_named(group, inside, offered, rate[own_] - rate[rest_], first[own_] - first[rest_])
        found[Cell("siblings_together")] = 0.75
        return found

    def _of_named(self, group, inside, offered, gap, first_gap):
        seated = [p for p in self.programs if offered[p]]
        shares = [inside[p] / offered[p] for p in seated]
        centre = fmean(shares) if shares else nan
        within = _share(sum(abs(share - centre) <= 0.1 for share in shares), len(shares))
        members, everybody = sum(inside[p] for p in seated), sum(offered[p] for p in seated)
        apart = sum(abs(inside[p] * everybody - offered[p] * members) for p in seated)
        index = _share(apart, 2 * members * (everybody - members))
        cells = {"offer_rate_gap": gap, "first_choice_gap": first_gap, "group_share": _share(members, everybody)}
        cells |= dict.fromkeys(("dissimilarity", "isolation", "exposure", "theil_h", "variance_ratio"), index)
        cells |= {"within_band": within, "targets_met": within}
        if group == "low_income":
            cells["low_income_share"] = cells["group_share"]
        return {Cell(measure, group): value for measure, value in cells.items()}

    def _rank(self, child, program):
        return self.lists[child].index(program) + 1 if program else 0

    def _better(self, child, one, other):
        return bool(one) and one != other and (not other or self._rank(child, one) < self._rank(child, other))


def fake_findings(world=None, measures="all", cycles=("demo",), assumed=(), looks=1, targets=True, **study):
    """Findings of a world, the same for every cycle; `assumed` names arms whose families leave in part."""
    world = world or World()
    arms = list(world.arms)
    exit_ = {"assumed": "a guess of <i>nobody</i> & others", "exit": {"share": "10%"}}
    written = {
        "study": "fake", "question": "What do reserved seats change, and for whom?", "seed": "2027",
        "draws": world.draws, "cycles": list(cycles), "baseline": arms[0], "measures": measures,
        "groups": list(world.groups),
        "arms": {arm: {"policy": f"{arm}.yaml", "behaviour": exit_} if arm in assumed else f"{arm}.yaml" for arm in arms},
        **study,
    }  # fmt: skip
    plan = Study.model_validate(written)
    base = world.offers[arms[0]]
    values = {
        arm: [world.measured(offer, before) for offer, before in zip(world.offers[arm], base, strict=True)]
        for arm in arms
    }
    asked = ALL_MEASURES if measures == "all" else measures
    cells = sorted((c for c in values[arms[0]][0] if c.measure in asked), key=lambda c: asked.index(c.measure))
    results, traces, flows, safeguards = [], [], [], []
    for cycle in cycles:
        for arm in arms:
            results += [_result(world, cycle, arm, cell, values, arm == arms[0]) for cell in cells]
            traces += [
                _trace(cycle, arm, cell, values, arm == arms[0])
                for cell in cells
                if not cell.program and cell.rank is None
            ]
            if arm != arms[0]:
                flows += _flows(world, cycle, arm, base)
                safeguards += [_safeguard(world, cycle, arm, group) for group in world.groups]
    names = {p: f"School {p[1:]}" for p in world.programs} | {world.programs[0]: f"<b>First</b> & {LONG}"}
    return Findings(
        plan, world.draws, looks, results, flows, safeguards, traces,
        _targets(world, cycles) if targets else [], dict.fromkeys(cycles, names),
        dict.fromkeys(assumed, "a guess of <i>nobody</i> & others"),
        listing=dict.fromkeys(cycles, world.listing()),
    )  # fmt: skip


def estimate(sample):
    """Mean, standard error and interval; NaN where a number is."""
    if any(value != value for value in sample):
        return Estimate(nan, nan, nan, nan)
    mean = fmean(sample)
    error = stdev(sample) / sqrt(len(sample)) if len(sample) > 1 else 0.0
    return Estimate(mean, error, mean - FACTOR * error, mean + FACTOR * error)


def _share(part, whole):
    return part / whole if whole else nan


def _result(world, cycle, arm, cell, values, baseline):
    level = [draw[cell] for draw in values[arm]]
    against = [draw[cell] for draw in values[next(iter(world.arms))]]
    difference = estimate([a - b for a, b in zip(level, against, strict=True)])
    unchanged = sum(a == b for a, b in zip(level, against, strict=True))
    compared = (None, None) if baseline else (difference, unchanged)
    return Result(cycle, arm, cell, estimate(level), *compared, world.fewest(cell.group, cell.program))


def _trace(cycle, arm, cell, values, baseline):
    against = next(iter(values.values()))
    sample = [a[cell] - (0 if baseline else b[cell]) for a, b in zip(values[arm], against, strict=True)]
    points = [n for n in (2, 3, 5, 8, 13, 21, 34) if n < len(sample)] + [len(sample)]
    at = [estimate(sample[:n]) for n in points]
    return Trace(cycle, arm, cell, [250 * n for n in points], [e.mean for e in at], [e.standard_error for e in at])


def _flows(world, cycle, arm, base):
    found = []
    for group in ("", *world.groups):
        moved = [
            Counter((b[c], a[c]) for c in world.of(group) if b[c] != a[c])
            for a, b in zip(world.offers[arm], base, strict=True)
        ]
        pairs = sorted({move for draw in moved for move in draw})
        found += [Flow(cycle, arm, group, *pair, estimate([float(draw[pair]) for draw in moved])) for pair in pairs]
    return found


def _safeguard(world, cycle, arm, group):
    base = next(iter(world.arms))
    numbers = [
        [float(sum(offer[c] != NO_OFFER for c in world.of(group))) for offer in world.offers[of]] for of in (arm, base)
    ]
    moved = [
        float(sum(a[c] != b[c] for c in world.children))
        for a, b in zip(world.offers[arm], world.offers[base], strict=True)
    ]
    seats = sum(world.seats.values()) // 2
    return SafeguardUse(
        cycle, arm, "seat_group", group, seats, *map(estimate, numbers), estimate(moved), moved.count(0.0)
    )


def _targets(world, cycles):
    units = tuple(
        Reach(program, 0.1 + 0.02 * (n % 7), 0.55 + 0.05 * (n % 7), n % 3 != 0)
        for n, program in enumerate(world.programs)
    )
    reach = Attainable(
        0.3, 0.5, units, len(units), len(world.children), Count(len(units) - 2, len(units) - 1), Count(90, 90), Count(len(units) - 2, len(units) - 2),
        ("Ties were left to any draw.",),
    )  # fmt: skip
    return [Target(cycle, group, "program", 0.4, 10.0, reach) for cycle in cycles for group in world.groups[:1]]
