"""
Another year's families: this year's, drawn again with replacement.

Whole families are drawn, so that brothers and sisters stay together: the applicants who share a `household_id` or a
`family_ref`, with the rows of `roster` that belong to them.  A family is drawn among those whose youngest applicant is
in the same grade, as many as there are now.  It is the bootstrap of Efron ("Bootstrap methods: another look at the
jackknife", Annals of Statistics 7, 1979), for clusters in strata, and shows how far results depend on who happens to
apply.  What it leaves out is said in docs/decisions/0014.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from lottery.arrays import Longs, Texts
from lottery.cycle import GRADE_ORDER, Cycle, Table, taking_part
from lottery.errors import LotteryError
from lottery.sample.chance import Stream

NOBODY = -1
AS_THEY_ARE = ("schools", "programs", "seats", "feeders")


class AnotherYear(NamedTuple):
    """A cycle that might have been, and whom its applicants are copies of."""

    cycle: Cycle
    source: Mapping[str, str]  # new applicant_id -> the applicant_id of the cycle it was drawn from


def another_year(cycle: Cycle, seed: str, year: int) -> Cycle:
    """
    A cycle with the same programs and seats, and families drawn with replacement from the included applicants.

    Equal arguments give equal cycles.  Every drawn child has a new `applicant_id` (`y1.c0000000` and so on in year 1);
    lists, facts and priorities follow.  Lottery numbers drawn elsewhere do not: they belong to one draw.  The result
    passes the checks of intake, and every policy that compiles on `cycle` compiles on it.

    Raises LotteryError for a year below 1.
    """
    return drawn_year(cycle, seed, year).cycle


def drawn_year(cycle: Cycle, seed: str, year: int) -> AnotherYear:
    """As `another_year`, with the child that every new applicant is a copy of."""
    if year < 1:
        raise LotteryError(f"There is no year {year}. Years are counted from 1.")
    kin = _Kin.of(cycle)
    drawn = _drawn(cycle, kin.applicant, Stream(seed, f"another year {year}"))
    rows, draw = _following(kin.applicant, drawn)
    people, roster = cycle["applicants"], cycle["roster"]
    enrolled, roster_draw = _following(kin.enrolled, drawn)

    def renamed(letter: str, column: str, student: str | None = None) -> list[Texts]:
        parts = [(draw, people.get(column)[rows])]
        parts += [(roster_draw, roster[student][enrolled])] if student else []
        return _renamed(f"y{year}.{letter}", parts)

    children, students = renamed("c", "applicant_id", "student_id")
    homes, roster_homes = renamed("h", "household_id", "household_id")
    changed = {
        "applicant_id": children,
        "household_id": homes,
        "family_ref": renamed("f", "family_ref")[0],
        "ref": renamed("r", "ref")[0],
    }
    witnesses = _Witnesses(cycle, rows, f"y{year}.w")
    tables = {name: cycle[name] for name in AS_THEY_ARE if name in cycle}
    tables["applicants"] = witnesses.with_them(_taken(people, rows, changed))
    tables["choices"] = _about(cycle, "choices", rows, children)
    for name in ("facts", "priorities"):
        if name in cycle:
            tables[name] = witnesses.with_their_rows(_about(cycle, name, rows, children))
    if "roster" in cycle:
        tables["roster"] = _taken(roster, enrolled, {"student_id": students, "household_id": roster_homes})
    source = dict(zip(children.tolist(), people["applicant_id"][rows].tolist(), strict=True))
    return AnotherYear(Cycle(f"{cycle.name}-year-{year}", tables), source)


class _Kin(NamedTuple):
    """The family of every row, NOBODY for rows of families that do not take part."""

    applicant: Longs  # [row of applicants]
    enrolled: Longs  # [row of roster]

    @classmethod
    def of(cls, cycle: Cycle) -> _Kin:
        """Join whom a household or a family reference joins; a child's own row of the roster has a household too."""
        people, roster = cycle["applicants"], cycle["roster"]
        own = pd.Index(people["applicant_id"]).get_indexer(pd.Index(roster["student_id"]))
        everybody = np.arange(len(people))
        who = np.concatenate([everybody, own, everybody])
        tie = np.concatenate(
            [_marked("h", people.get("household_id")), _marked("h", roster["household_id"]),
             _marked("f", people.get("family_ref"))]
        )  # fmt: skip
        included = taking_part(people)
        joins = (tie != "") & np.append(included, False)[who]
        key, ties = pd.factorize(tie[joins])
        family = np.where(included, everybody, NOBODY)
        family, of_tie = _joined(family, who[joins], key, len(ties))
        at_home = pd.Index(ties).get_indexer(pd.Index(_marked("h", roster["household_id"])))
        by_home = np.append(of_tie, NOBODY)[at_home]
        by_name = np.append(family, NOBODY)[own]
        return cls(family, np.where(by_home == NOBODY, by_name, by_home))


def _marked(mark: str, texts: Texts) -> Texts:
    """Identifiers of two kinds kept apart; a blank stays blank."""
    return np.where(texts == "", "", mark + texts)


def _joined(family: Longs, who: Longs, tie: Longs, n_ties: int) -> tuple[Longs, Longs]:
    """Families named after their first child ([row]), and the family of every tie ([tie])."""
    of_tie = np.full(n_ties, len(family), dtype=np.int64)
    while True:
        before = family.copy()
        np.minimum.at(of_tie, tie, family[who])
        np.minimum.at(family, who, of_tie[tie])
        if np.array_equal(before, family):
            return family, of_tie


def _drawn(cycle: Cycle, family: Longs, stream: Stream) -> Longs:
    """The families of the other year, with replacement among those whose youngest applicant is in the same grade."""
    grade = np.array([GRADE_ORDER[grade] for grade in cycle["applicants"]["grade"]], dtype=np.int64)
    youngest = np.full(len(family), len(GRADE_ORDER), dtype=np.int64)
    here = family != NOBODY
    np.minimum.at(youngest, family[here], grade[here])
    drawn = []
    for order in range(len(GRADE_ORDER)):
        alike = np.flatnonzero(youngest == order)
        drawn.append(alike[stream.whole(len(alike), len(alike))])
    return np.concatenate(drawn)


def _following(owner: Longs, drawn: Longs) -> tuple[Longs, Longs]:
    """The rows of everything drawn, draw by draw, and the draw that each belongs to."""
    rows = np.argsort(owner, kind="stable")
    start = np.searchsorted(owner[rows], drawn, side="left")
    count = np.searchsorted(owner[rows], drawn, side="right") - start
    draw = np.repeat(np.arange(len(drawn)), count)
    within = np.arange(len(draw)) - np.repeat(np.cumsum(count) - count, count)
    return rows[start[draw] + within], draw


def _renamed(prefix: str, parts: list[tuple[Longs, Texts]]) -> list[Texts]:
    """A new identifier for every (draw, identifier), in this order, equal ones alike; a blank stays blank."""
    draw, text = (np.concatenate(column) for column in zip(*parts, strict=True))
    code, distinct = pd.factorize(text, sort=True)
    _, number = np.unique(draw * max(1, len(distinct)) + code, return_inverse=True)
    names = np.array([f"{prefix}{n:07d}" for n in number.tolist()], dtype=object)
    names[text == ""] = ""
    return np.split(names, np.cumsum([len(own) for own, _ in parts])[:-1])


def _taken(table: Table, rows: Longs, changed: Mapping[str, Texts]) -> Table:
    """Rows of a table, with other values in the columns that it has."""
    columns = {name: changed[name] if name in changed else values[rows] for name, values in table.columns.items()}
    return Table(table.name, table.file, columns, np.arange(2, len(rows) + 2))


def _about(cycle: Cycle, name: str, rows: Longs, children: Texts) -> Table:
    """What a table says of the applicants in `rows`, said of the children drawn."""
    table = cycle[name]
    owner = pd.Index(cycle["applicants"]["applicant_id"]).get_indexer(pd.Index(table["applicant_id"]))
    said, child = _following(owner.astype(np.int64), rows)
    return _taken(table, said, {"applicant_id": children[child]})


@dataclass
class _Witnesses:
    """
    Withdrawn children who keep known what no drawn family mentions.

    A policy refuses a fact that the cycle never mentions, and treats a program that `priorities` names unlike others.
    The first row of what would be lost is kept, said of a child who does not take part.
    """

    cycle: Cycle
    rows: Longs  # [new applicant]  row of `applicants`
    prefix: str

    def __post_init__(self) -> None:
        people = self.cycle["applicants"]["applicant_id"]
        self.kept = {
            name: self._lost(name, column) for name, column in (("facts", "fact"), ("priorities", "program_id"))
        }
        names = [self.cycle[name]["applicant_id"][lost] for name, lost in self.kept.items()]
        self.children = np.flatnonzero(pd.Index(people).isin(np.concatenate(names)))
        self.name = {old: f"{self.prefix}{n:07d}" for n, old in enumerate(people[self.children].tolist())}

    def _lost(self, name: str, column: str) -> Longs:
        """The first row of everything a column mentions that is said of nobody who was drawn."""
        table, people = self.cycle[name], self.cycle["applicants"]["applicant_id"]
        drawn = pd.Index(table["applicant_id"]).isin(people[self.rows])
        mentioned = pd.Index(table[column])
        return np.flatnonzero(~mentioned.duplicated() & ~mentioned.isin(mentioned[drawn]))

    def with_them(self, applicants: Table) -> Table:
        """The applicants, and the witnesses behind them."""
        if not len(self.children):
            return applicants
        alone = np.full(len(self.children), "", dtype=object)
        changed = dict.fromkeys(("household_id", "family_ref", "ref"), alone)
        changed |= {"applicant_id": np.array(list(self.name.values()), dtype=object)}
        theirs = _taken(self.cycle["applicants"], self.children, changed)
        status = np.array(["included"] * len(applicants) + ["withdrawn"] * len(theirs), dtype=object)
        joined = _appended(applicants, theirs)
        return Table(joined.name, joined.file, {**joined.columns, "status": status}, joined.line)

    def with_their_rows(self, table: Table) -> Table:
        """The rows of a table, and behind them what is said of the witnesses."""
        source, lost = self.cycle[table.name], self.kept[table.name]
        lost = lost[np.argsort(source["applicant_id"][lost], kind="stable")]
        names = np.array([self.name[old] for old in source["applicant_id"][lost].tolist()], dtype=object)
        return _appended(table, _taken(source, lost, {"applicant_id": names}))


def _appended(table: Table, more: Table) -> Table:
    columns = {name: np.concatenate([values, more[name]]) for name, values in table.columns.items()}
    return Table(table.name, table.file, columns, np.arange(2, len(table) + len(more) + 2))
