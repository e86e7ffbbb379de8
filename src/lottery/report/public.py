"""What may be published: the page, cutoffs, bare lottery numbers, the seed, aggregates; small cells suppressed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from lottery.report.aggregates import MEASURES, PUBLIC, Aggregates, aggregates, cutoffs_of
from lottery.report.page import render
from lottery.report.reading import Bundle
from lottery.report.tables import write_csv


def write_public(bundle: Bundle) -> None:
    """Write the folder `public/` of a bundle."""
    counts = aggregates(bundle, PUBLIC)
    public = bundle.folder / "public"
    public.mkdir(exist_ok=True)
    cutoffs = cutoffs_of(bundle, counts)
    write_csv(public / "cutoffs.csv", cutoffs.columns.tolist(), cutoffs.itertuples(index=False))
    write_csv(public / "numbers.csv", ["lottery_number"], ([number] for number in _lottery_numbers(bundle.folder)))
    (public / "seed.json").write_text(_seed(bundle), encoding="utf-8", newline="\n")
    header = ["program_id", "grade", "group", "member", "applicants", "first_choices", "seats", "offers"]
    write_csv(public / "aggregates.csv", header, _lines(counts))
    (public / "report.html").write_text(render(bundle, counts), encoding="utf-8", newline="\n")


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
