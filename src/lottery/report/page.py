"""
The page of a run, once for the office and once for the public: self-contained, the same bytes for the same bundle.

The office copy shows every count; the public one nothing below 11 by group, nor what would give it away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lottery.cycle import GRADE_ORDER
from lottery.report import figures
from lottery.report.aggregates import OFFICE, Aggregates, aggregates, cutoffs_of
from lottery.report.figures import MOST_LISTED, RATED, Figure, words
from lottery.report.groups import Group
from lottery.report.reading import Bundle, program_names
from lottery.report.summary import Summary, summary_of
from lottery.report.suppression import SMALLEST_SHOWN, WITHHELD

TEMPLATES = Path(__file__).parent / "templates"
GLOSSARY = (
    ("Priority group", "Grupo de prioridad", "The first line of the policy that holds for a child at a program."),
    (
        "Random number",
        "Número aleatorio",
        "The child's lottery number. It decides inside a priority group; lower is better.",
    ),
    ("Place", "Puesto", "Where the random number stands among all applicants; place 1 is served first."),
    (
        "Seat group",
        "Grupo de lugares",
        "Seats of a program that are filled by one rule, in the order the policy lists them.",
    ),
    ("Cutoff", "Último lugar", "The priority group and place of the last child seated in a full seat group."),
    ("Wait list", "Lista de espera", "The order in which seats that become free are offered."),
    ("Outcome digest", "Huella del resultado", "A fingerprint of all offers: if one offer changes, it changes."),
)


def templates(folder: Path) -> Environment:
    """The templates of a folder: everything is escaped, and a name that is missing is an error."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def write_report(bundle: Bundle) -> None:
    """Write `report.html`, the office copy, into the bundle."""
    page = render(bundle, aggregates(bundle, OFFICE))
    (bundle.folder / "report.html").write_text(page, encoding="utf-8", newline="\n")


def render(bundle: Bundle, counts: Aggregates) -> str:
    """The page as text, for the audience of the counts."""
    summary = summary_of(bundle)
    environment = templates(TEMPLATES)
    environment.filters |= {"number": _number, "percent": _percent, "decimal": _decimal, "words": words}
    office = counts.audience == OFFICE
    cutoffs, n_cutoffs = _cutoffs(bundle, counts)
    return environment.get_template("report.html.j2").render(
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
        office=office,
        record=bundle.record,
        policy=bundle.policy,
        link=_link(bundle.policy),
        rehearsal=bundle.rehearsal,
        summary=summary,
        seats=_seats(summary, counts),
        figures=_figures(bundle, summary, counts),
        told=[group.name for group in counts.groups if _tells_rates(bundle, counts, group)],
        few=lambda count: (
            _number(count) if office or not 0 < count < SMALLEST_SHOWN else f"fewer than {SMALLEST_SHOWN}"
        ),
        pocos=lambda count: (
            _number(count) if office or not 0 < count < SMALLEST_SHOWN else f"menos de {SMALLEST_SHOWN}"
        ),
        cutoffs=cutoffs,
        balanced=bool(bundle.cutoffs["balanced"].any()),
        n_cutoffs=n_cutoffs,
        most_listed=MOST_LISTED,
        hashes=_hashes(bundle.record),
        glossary=GLOSSARY,
        svg=Markup,
    )


def _figures(bundle: Bundle, summary: Summary, counts: Aggregates) -> list[Figure]:
    names = program_names(bundle)
    drawn: list[Figure | None] = [figures.placement(bundle, counts), figures.fill(counts, names)]
    for order, group in enumerate(counts.groups, start=1):
        drawn.append(figures.by_program(bundle, counts, group, names, str(order)))
        # Schools cut the offers in another way than programs and grades do: both together would tell small counts.
        if counts.audience == OFFICE:
            drawn.append(figures.by_school(bundle, group, str(order)))
    drawn += [figures.demand(counts, names), figures.seat_groups(bundle, summary["seat_groups"], counts, names)]
    if counts.audience == OFFICE:
        drawn.append(figures.bounds(summary["bounds"], names))
    return [figure for figure in drawn if figure is not None]


def _seats(summary: Summary, counts: Aggregates) -> dict[str, int]:
    """The seats of the district; in public the secured ones are left out where they are few."""
    secured = summary["counts"]["secured_seats"] if counts.n_secured.isdigit() else 0
    opened = summary["counts"]["seats"] - summary["counts"]["secured_seats"]
    return {"all": opened + secured, "secured": secured, "filled": summary["counts"]["filled"]}


def _tells_rates(bundle: Bundle, counts: Aggregates, group: Group) -> bool:
    """Whether rates of the group may be told: a rate and a total give a count away."""
    sides = figures.rank_cells(bundle, group, counts.audience)
    known = all(cell.isdigit() for side in sides for cell in side[: RATED + 1])
    some = all(int(side[0]) > 0 for side in sides) if known else False
    return some and counts.shows(group.name, "offers", 0)


def _cutoffs(bundle: Bundle, counts: Aggregates) -> tuple[Sequence[Mapping[str, str]], int]:
    """The cutoffs of the offerings most in demand, without the counts of seats filled."""
    table = cutoffs_of(bundle, counts).assign(balanced=bundle.cutoffs["balanced"])[bundle.cutoffs["capacity"] > 0]
    first = {
        (counts.program[node], counts.grade[node]): int(text) if text.isdigit() else 0
        for node, text in enumerate(counts.everyone["first_choices"])
    }
    table = table.assign(
        first=[first.get(key, 0) for key in zip(table["program_id"], table["grade"], strict=True)],
        order=range(len(table)),
        grade_order=table["grade"].map(GRADE_ORDER),
    )
    most = table.sort_values(["first", "program_id", "grade_order", "order"], ascending=[False, True, True, True])
    chosen = most.head(MOST_LISTED).sort_values(["program_id", "grade_order", "order"])
    names = program_names(bundle)
    return [_cutoff(row, names) for row in chosen.to_dict("records")], len(table)


def _cutoff(row: Mapping[Any, Any], names: Mapping[str, str]) -> dict[str, str]:
    told = row["place"] != WITHHELD
    member = {"yes": "member", "no": "not a member"}.get(row["member"], "")
    return {
        "program": names.get(row["program_id"], row["program_id"]),
        "grade": row["grade"],
        "seat_group": words(row["seat_group"]),
        "seats": _seats_of(row),
        "last": ", ".join(part for part in (words(row["priority"]), member) if part) if told else "not shown",
        "place": f"{int(row['place']):,}" if told and row["place"] else "",
        "number": row["lottery_number"][:8] if told else "",
        "open": "" if row["place"] else "no cutoff" if row["balanced"] else "seats left",
    }


def _seats_of(row: Mapping[Any, Any]) -> str:
    """The seats of a group; a category or a set of traits has none of its own, and may hold so many at most."""
    if row["balanced"]:
        return f"at most {row['capacity']}" if row["capacity"].isdigit() else ""
    return figures.cell(row["capacity"])


def _hashes(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = [
        ("Outcome digest", record["outcome_digest"]),
        ("Key K of the draw", record["draw"]["key"]),
        ("Rules", record["rules_hash"]),
        ("Engine", record["engine_hash"]),
        ("policy.json", record["policy"]["sha256"]),
    ]
    return [*lines, *sorted(record.get("inputs", {}).items())]


def _link(policy: Mapping[str, Any]) -> str:
    """The policy's reference, where it is an address and not a sentence."""
    reference = str(policy.get("reference") or "")
    return reference if reference.startswith(("https://", "http://")) else ""


def _number(value: int) -> str:
    return f"{value:,}"


def _percent(value: float | None) -> str:
    return "–" if value is None or pd.isna(value) else f"{value:.1%}"


def _decimal(value: float | None) -> str:
    return "–" if value is None or pd.isna(value) else f"{value:.2f}"
