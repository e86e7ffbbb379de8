"""
Counts by program and grade, for the office as they are and for the public with small cells suppressed.

In public, three families of counts are secret below 11: applications and first choices of an offering; everything by
group; and the seats filled in a reserved seat group, together with how many seats are secured (a count of children who
hold one).  The offers of an offering are the sum of its seat groups, so both stand in one tree and are hidden together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Longs
from lottery.explain import SECURED
from lottery.report.groups import Group, groups
from lottery.report.reading import Bundle, count_by_offering
from lottery.report.summary import reserved_groups
from lottery.report.suppression import (
    SMALL,
    SMALLEST_SHOWN,
    UNBOUNDED,
    WITHHELD,
    Tree,
    is_small,
    shown_counts,
    shown_split,
)

Audience = Literal["office", "public"]
OFFICE: Audience = "office"
PUBLIC: Audience = "public"
MEASURES = ("applicants", "first_choices", "offers")


@dataclass(frozen=True, slots=True, eq=False)
class Aggregates:
    """Counts as the audience may see them, on the tree district, programs, offerings."""

    audience: Audience
    groups: tuple[Group, ...]  # those that are compared
    program: list[str]  # [node] "" = the district
    grade: list[str]  # [node] "" = all grades
    seats: Longs  # [node]  in public without the secured ones
    everyone: dict[str, list[str]]  # [node] by measure
    filled: list[str]  # [row of cutoffs]
    capacity: list[str]  # [row of cutoffs]
    n_secured: str  # in the district
    members: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # [node] by (group, measure)
    others: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def programs(self) -> list[int]:
        """The nodes that are programs."""
        return [node for node, program in enumerate(self.program) if program and not self.grade[node]]

    def offerings(self) -> list[int]:
        """The nodes that are offerings."""
        return [node for node, grade in enumerate(self.grade) if grade]

    def shows(self, group: str, measure: str, node: int) -> bool:
        """Whether members and others of the group are both shown at a node."""
        return self.members[group, measure][node].isdigit() and self.others[group, measure][node].isdigit()


def aggregates(bundle: Bundle, audience: Audience) -> Aggregates:
    """Count applications, first choices and offers, and hide what the audience must not see."""
    found, _ = groups(bundle)
    tree, program, grade = _tree(bundle)
    first = bundle.choices[bundle.choices["rank"] == 1]
    rows = {
        "applicants": (bundle.choices, bundle.choices["applicant"].to_numpy()),
        "first_choices": (first, first["applicant"].to_numpy()),
        "offers": (bundle.offers, np.arange(len(bundle.offers))),
    }

    def counted(measure: str, member: Bools | None = None) -> Longs:
        lines, applicant = rows[measure]
        return _with_totals(tree, count_by_offering(bundle, lines, None if member is None else member[applicant]))

    total = {measure: counted(measure) for measure in MEASURES}
    everyone = {measure: shown(tree, total[measure], audience) for measure in MEASURES}
    capacity, n_secured = _capacity(bundle, audience)
    everyone["offers"], filled = _offers(bundle, tree, list(zip(program, grade, strict=True)), capacity, audience)
    seats = bundle.offerings["seats"] - (bundle.offerings["secured"] if audience == PUBLIC else 0)
    seated = _with_totals(tree, seats.to_numpy())
    table = Aggregates(audience, found, program, grade, seated, everyone, filled, capacity, n_secured)
    for measure in MEASURES:
        hidden = np.array([not text.isdigit() for text in everyone[measure]], dtype=np.bool_)
        for group in found:
            split = split_of(tree, counted(measure, group.member), total[measure], audience, hidden)
            table.members[group.name, measure], table.others[group.name, measure] = split
    return table


def shown(tree: Tree, total: Longs, audience: Audience) -> list[str]:
    """The texts of counts of everybody."""
    return shown_counts(tree, total) if audience == PUBLIC else _texts(total)


def split_of(
    tree: Tree, member: Longs, total: Longs, audience: Audience, hidden: Bools | None = None
) -> tuple[list[str], list[str]]:
    """The texts of the members and of the others."""
    if audience == PUBLIC:
        return shown_split(tree, member, total, hidden)
    return _texts(member), _texts(total - member)


def cutoffs_of(bundle: Bundle, counts: Aggregates) -> pd.DataFrame:
    """The cutoffs as the audience may see them; capacity and filled are text."""
    table = bundle.cutoffs.drop(columns="balanced").assign(capacity=counts.capacity, filled=counts.filled)
    if counts.audience == PUBLIC:
        table.loc[_tells_traits(bundle), ["member", "priority", "lottery_number", "place"]] = WITHHELD
    return table


def _tells_traits(bundle: Bundle) -> Bools:
    """[row of cutoffs] Cutoffs of sets of traits that few of those seated have: they would tell what one child is."""
    table, rule = bundle.cutoffs, bundle.bounds[bundle.bounds["rule"] == "guarantees"]
    by_traits = set(zip(rule["program_id"], rule["grade"], strict=True))
    keys = zip(table["program_id"], table["grade"], strict=True)
    guaranteed = np.array([key in by_traits for key in keys], dtype=np.bool_) & table["balanced"].to_numpy()
    return np.asarray(guaranteed & (table["place"] != "").to_numpy() & is_small(table["filled"].to_numpy()))


def _tree(bundle: Bundle) -> tuple[Tree, list[str], list[str]]:
    table = bundle.offerings
    programs = table["program_id"].drop_duplicates().tolist()
    at = {program: node for node, program in enumerate(programs, start=1)}
    parent = [-1, *(0 for _ in programs), *(at[program] for program in table["program_id"])]
    program = ["", *programs, *table["program_id"]]
    return Tree.of(parent), program, ["", *("" for _ in programs), *table["grade"]]


def _with_totals(tree: Tree, leaves: Longs) -> Longs:
    return tree.sums(np.append(np.zeros(len(tree.parent) - len(leaves), dtype=np.int64), leaves))


def _texts(count: Longs) -> list[str]:
    return [str(number) for number in count.tolist()]


def _capacity(bundle: Bundle, audience: Audience) -> tuple[list[str], str]:
    """[row of cutoffs] The seats of every group, and the secured ones of the district."""
    capacity = bundle.cutoffs["capacity"].to_numpy()
    secured = np.flatnonzero(bundle.cutoffs["seat_group"] == SECURED)
    under_one_total = Tree.of([-1, *(0 for _ in secured)])
    total, *cells = shown(under_one_total, _with_totals(under_one_total, capacity[secured]), audience)
    texts = _texts(capacity)
    for row, text in zip(secured.tolist(), cells, strict=True):
        texts[row] = text
    if audience == PUBLIC:  # the most that a category may hold grows with the seats that are held now
        texts = [WITHHELD if own else text for own, text in zip(bundle.cutoffs["balanced"], texts, strict=True)]
    return texts, total


def _offers(
    bundle: Bundle, tree: Tree, place: list[tuple[str, str]], capacity: list[str], audience: Audience
) -> tuple[list[str], list[str]]:
    """
    [node] The offers, and [row of cutoffs] the seats filled, which add up to them.

    In public the categories of a band and the sets of traits are withheld: with the shares of a group, which are shown,
    they would tell how many of its members hold a seat now.  Together they are one part of the offering's offers.
    """
    table = bundle.cutoffs
    node = {key: at for at, key in enumerate(place)}
    offering = np.array([node[key] for key in zip(table["program_id"], table["grade"], strict=True)], dtype=np.int64)
    filled = table["filled"].to_numpy()
    if audience == OFFICE:
        whole = Tree.of([*tree.parent.tolist(), *offering.tolist()])
        texts = _texts(_with_totals(whole, filled))
        return texts[: len(place)], texts[len(place) :]
    balanced = table["balanced"].to_numpy(dtype=np.bool_)
    joined = np.unique(offering[balanced])
    together = np.bincount(offering[balanced], filled[balanced], len(place)).astype(np.int64)[joined]
    whole = Tree.of([*tree.parent.tolist(), *offering[~balanced].tolist(), *joined.tolist()])
    count = _with_totals(whole, np.concatenate([filled[~balanced], together]))
    secret, floor, ceiling = (
        np.concatenate(
            [np.full(len(place), blank, of_rows.dtype), of_rows[~balanced], np.full(len(joined), blank, of_rows.dtype)]
        )
        for blank, of_rows in zip((False, 0, UNBOUNDED), _known(bundle, capacity), strict=True)
    )
    texts = shown_counts(whole, count, secret, floor, ceiling)
    rows = np.full(len(table), WITHHELD, dtype=object)
    rows[~balanced] = texts[len(place) : len(place) + int((~balanced).sum())]
    return texts[: len(place)], rows.tolist()


def _known(bundle: Bundle, capacity: list[str]) -> tuple[Bools, Longs, Longs]:
    """
    [row of cutoffs] Whether the seats filled are a secret, and the least and most a reader knows they are.

    A cutoff says that the group is full, a blank one that it is not; neither can be withheld, since families check
    their answer against it.  So a full group is a secret only where its capacity is.
    """
    table = bundle.cutoffs
    seats, filled = table["capacity"].to_numpy(), table["filled"].to_numpy()
    full = (table["place"] != "").to_numpy()
    of_children = table["seat_group"].isin([SECURED, *reserved_groups(bundle.policy)]).to_numpy()
    told = np.array([text.isdigit() for text in capacity], dtype=np.bool_)
    most_seats = np.where(told, seats, [SMALLEST_SHOWN - 1 if text == SMALL else UNBOUNDED for text in capacity])
    secret = np.where(full, ~told, of_children & is_small(filled))
    floor = np.where(full, np.where(told, seats, 1), 0)
    return secret, floor, np.where(full, most_seats, np.maximum(most_seats - 1, 0))
