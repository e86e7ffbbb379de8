"""What may be published: cutoffs, bare lottery numbers, the seed, and aggregates with small cells suppressed."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.report.groups import Group, groups
from lottery.report.reading import Bundle, count_by_offering, read
from lottery.report.suppression import Tree, shown_counts, shown_split

MEASURES = ("applicants", "first_choices", "offers")


@dataclass(frozen=True, slots=True, eq=False)
class Aggregates:
    """Counts as they may be shown, on the tree district, programs, offerings."""

    program: list[str]  # [node] "" = the district
    grade: list[str]  # [node] "" = all grades
    seats: Longs  # [node]
    everyone: dict[str, list[str]]  # [node] by measure
    members: dict[tuple[str, str], list[str]]  # [node] by (group, measure)
    others: dict[tuple[str, str], list[str]]


def write_public(folder: Path) -> None:
    """Write the folder `public/` of a bundle."""
    bundle = read(folder)
    public = folder / "public"
    public.mkdir(exist_ok=True)
    shutil.copyfile(folder / "cutoffs.csv", public / "cutoffs.csv")
    _write_rows(public / "numbers.csv", ["lottery_number"], ([number] for number in _lottery_numbers(folder)))
    (public / "seed.json").write_text(_seed(bundle), encoding="utf-8", newline="\n")
    found, _ = groups(bundle)
    header = ["program_id", "grade", "group", "member", "applicants", "first_choices", "seats", "offers"]
    _write_rows(public / "aggregates.csv", header, _lines(aggregates(bundle, found)))


def aggregates(bundle: Bundle, found: Sequence[Group]) -> Aggregates:
    """Count applications, first choices and offers, and hide what must be hidden."""
    table = bundle.offerings
    tree, program, grade = _tree(bundle)
    n_inner = len(program) - len(table)
    rows = {
        "applicants": (bundle.choices, bundle.choices["applicant"].to_numpy()),
        "first_choices": (first := bundle.choices[bundle.choices["rank"] == 1], first["applicant"].to_numpy()),
        "offers": (bundle.offers, np.arange(len(bundle.offers))),
    }

    def counted(measure: str, member: Bools | None = None) -> Longs:
        lines, applicant = rows[measure]
        leaves = count_by_offering(bundle, lines, None if member is None else member[applicant])
        return tree.sums(np.append(np.zeros(n_inner, dtype=np.int64), leaves))

    everyone, members, others = {}, {}, {}
    for measure in MEASURES:
        total = counted(measure)
        # The offers made at an offering are no secret: cutoffs.csv shows how many seats of each group are filled.
        texts = [str(count) for count in total.tolist()] if measure == "offers" else shown_counts(tree, total)
        everyone[measure] = texts
        hidden = np.array([not text.isdigit() for text in texts], dtype=np.bool_)
        for group in found:
            split = shown_split(tree, counted(measure, group.member), total, hidden)
            members[group.name, measure], others[group.name, measure] = split
    seats = tree.sums(np.append(np.zeros(n_inner, dtype=np.int64), table["seats"].to_numpy()))
    return Aggregates(program, grade, seats, everyone, members, others)


def _tree(bundle: Bundle) -> tuple[Tree, list[str], list[str]]:
    table = bundle.offerings
    programs = table["program_id"].drop_duplicates().tolist()
    at = {program: node for node, program in enumerate(programs, start=1)}
    parent = [-1, *(0 for _ in programs), *(at[program] for program in table["program_id"])]
    program = ["", *programs, *table["program_id"]]
    return Tree.of(parent), program, ["", *("" for _ in programs), *table["grade"]]


def _lines(table: Aggregates) -> Iterable[list[str]]:
    """Rows sorted by program, grade (as a grade, totals first) and group."""
    names = sorted({group for group, _ in table.members})
    for node in sorted(
        range(len(table.program)), key=lambda node: (table.program[node], table.grade[node] != "", node)
    ):
        where = [table.program[node], table.grade[node]]
        counts = {measure: texts[node] for measure, texts in table.everyone.items()}
        yield [
            *where,
            "all",
            "",
            counts["applicants"],
            counts["first_choices"],
            str(table.seats[node]),
            counts["offers"],
        ]
        for name in names:
            for member, side in (("no", table.others), ("yes", table.members)):
                cells = [side[name, measure][node] for measure in MEASURES]
                yield [*where, name, member, cells[0], cells[1], "", cells[2]]


def _lottery_numbers(folder: Path) -> list[str]:
    """Every lottery number that took part, in order and without a name; one line per number, not per applicant."""
    numbers: set[str] = set()
    for file in ("offers.csv", "reasons.csv"):
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            column = next(reader).index("lottery_number")
            numbers.update(row[column] for row in reader)
    return sorted(numbers - {""})


def _seed(bundle: Bundle) -> str:
    record = bundle.record
    content = {
        "seed": record["seed"],
        "status": record["status"],
        "ceremony": record["ceremony"],
        "round": record["round"],
        "K": record["draw"]["key"],
        "tie_breaker": record["draw"]["tie_breaker"],
        "outcome_digest": record["outcome_digest"],
        "rules_hash": record["rules_hash"],
        "engine_hash": record["engine_hash"],
    }
    return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def _write_rows(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(header)
        writer.writerows(rows)
