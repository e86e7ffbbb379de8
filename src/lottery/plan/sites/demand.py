"""
Who would list a program that nobody could list: one written assumption, the same children every time.

Families who list a program like the new one, and have a child in a grade that it offers, put the new one directly
before the first such program on their list if its school is nearer to their home than that program's, and directly
after it otherwise, or where one of the places is not known.  With a share below 100 % a child is among them if its
coin, the first 53 bits of SHA-256(label, seed, program, applicant) as a number in [0, 1), is below the share: a larger
share has everybody of a smaller one.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256

import numpy as np

from lottery.arrays import Bools, Longs, Texts
from lottery.cycle import Cycle, Table
from lottery.draw import lp
from lottery.plan.sites.places import metres, ranked, spots
from lottery.plan.sites.steps import OpenProgram
from lottery.plan.sites.tables import NO_LINE, among, fitting, rows_of

COIN_LABEL = b"OEL-SITES-v1\0"
BITS = 53  # as many as a float holds exactly


def with_opened(cycle: Cycle, opened: OpenProgram, seed: str) -> Table:
    """The choices once a program is on the lists of those who are assumed to want it; the ranks behind it move down."""
    people, choices = cycle["applicants"], cycle["choices"]
    child = rows_of(people, "applicant_id", choices["applicant_id"])
    rank = choices["rank"].astype(np.int64)
    first = _first_like(cycle, opened, child)
    first = first[_wants(seed, opened, choices["applicant_id"][first])]
    place = rank[first] + ~_nearer(cycle, opened, child[first], choices["program_id"][first])
    inserted = np.full(len(people), np.iinfo(np.int64).max)
    inserted[child[first]] = place
    later = rank + (rank >= inserted[child])
    owner, ranks = np.concatenate([child, child[first]]), np.concatenate([later, place])
    order = np.lexsort((ranks, owner))
    programs = np.append(choices["program_id"], np.full(len(first), opened.program_id, dtype=object))
    columns = {
        "applicant_id": people["applicant_id"][owner],
        "rank": np.array([str(own) for own in ranks.tolist()], dtype=object),
        "program_id": programs,
    }
    line = np.append(choices.line, np.full(len(first), NO_LINE))
    return Table(choices.name, choices.file, {name: values[order] for name, values in columns.items()}, line[order])


def coins(seed: str, program: str, applicants: Iterable[str]) -> list[float]:
    """
    One coin for each applicant, in [0, 1).

    >>> [round(coin, 3) for coin in coins("2027", "oak", ["ana", "ben"])]
    [0.74, 0.997]
    """
    asked = COIN_LABEL + lp(seed) + lp(program)
    digests = (sha256(asked + lp(applicant)).digest() for applicant in applicants)
    return [(int.from_bytes(digest[:8], "big") >> (64 - BITS)) * 2.0**-BITS for digest in digests]


def _first_like(cycle: Cycle, opened: OpenProgram, child: Longs) -> Longs:
    """The row of the first choice like the new program, of every child in one of its grades who lists one."""
    people, programs, choices = cycle["applicants"], cycle["programs"], cycle["choices"]
    like = among(choices["program_id"], programs["program_id"][fitting(programs, opened.families.like)].tolist())
    like &= ~(choices["program_id"] == opened.program_id)
    grade = among(people["grade"], sorted(grade for grade, seats in opened.seats.items() if seats > 0))
    rows = np.flatnonzero(like & grade[child])
    return rows[np.unique(child[rows], return_index=True)[1]]  # choices are sorted by child and rank


def _wants(seed: str, opened: OpenProgram, applicants: Iterable[str]) -> Bools:
    share = float(Decimal(opened.families.share.removesuffix("%")) / 100)
    return np.array([coin < share for coin in coins(seed, opened.program_id, applicants)], dtype=np.bool_)


def _nearer(cycle: Cycle, opened: OpenProgram, child: Longs, program: Texts) -> Bools:
    """Whether the new school is nearer to home than that of a program ([pair])."""
    programs, schools = cycle["programs"], cycle["schools"]
    homes, buildings = spots(cycle["applicants"])[child], spots(schools)
    new = int(np.flatnonzero(schools["school_id"] == opened.school)[0])
    other = rows_of(schools, "school_id", programs["school_id"])[rows_of(programs, "program_id", program)]
    apart = metres(homes, buildings)
    own, theirs = apart[:, new], apart[np.arange(len(child)), other]
    return np.asarray((own >= 0) & (ranked(own) < ranked(theirs)) & (theirs >= 0))
