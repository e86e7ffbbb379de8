"""The page for the board and the families: one self-contained file, the same bytes for the same bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lottery.cycle import GRADE_ORDER
from lottery.report import figures
from lottery.report.figures import MOST_LISTED, Figure, words
from lottery.report.groups import groups
from lottery.report.public import aggregates
from lottery.report.reading import Bundle, program_names, read
from lottery.report.summary import Summary, summary_of

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


def write_report(folder: Path) -> None:
    """Write `report.html` into the bundle."""
    page = render(read(folder))
    (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")


def render(bundle: Bundle) -> str:
    """The page as text."""
    summary = summary_of(bundle)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": _number, "percent": _percent, "decimal": _decimal, "words": words}
    cutoffs, n_cutoffs = _cutoffs(bundle)
    return environment.get_template("report.html.j2").render(
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
        record=bundle.record,
        policy=bundle.policy,
        link=_link(bundle.policy),
        rehearsal=bundle.rehearsal,
        summary=summary,
        figures=_figures(bundle, summary),
        cutoffs=cutoffs,
        n_cutoffs=n_cutoffs,
        most_listed=MOST_LISTED,
        hashes=_hashes(bundle.record),
        glossary=GLOSSARY,
        svg=Markup,
    )


def _figures(bundle: Bundle, summary: Summary) -> list[Figure]:
    found, _ = groups(bundle)
    names = program_names(bundle)
    counts = aggregates(bundle, found)
    drawn: list[Figure | None] = [
        figures.placement(bundle, found),
        figures.fill(counts, names),
        *(figures.composition(bundle, counts, group, names) for group in found),
        figures.demand(bundle, names),
        figures.seat_groups(summary["seat_groups"], counts, names),
    ]
    return [figure for figure in drawn if figure is not None]


def _cutoffs(bundle: Bundle) -> tuple[Sequence[Mapping[str, str]], int]:
    """The cutoffs of the offerings most in demand, without the counts of seats filled."""
    keys = ["program_id", "grade"]
    with_seats = bundle.cutoffs[bundle.cutoffs["capacity"] > 0]
    table = with_seats.merge(bundle.offerings[[*keys, "first"]], on=keys, how="left", sort=False)
    table = table.assign(order=range(len(table)), grade_order=table["grade"].map(GRADE_ORDER))
    most = table.sort_values(["first", "program_id", "grade_order", "order"], ascending=[False, True, True, True])
    chosen = most.head(MOST_LISTED).sort_values(["program_id", "grade_order", "order"])
    names = program_names(bundle)
    return [_cutoff(row, names) for row in chosen.to_dict("records")], len(table)


def _cutoff(row: Mapping[Any, Any], names: Mapping[str, str]) -> dict[str, str]:
    member = {"yes": "member", "no": "not a member"}.get(row["member"], "")
    return {
        "program": names.get(row["program_id"], row["program_id"]),
        "grade": row["grade"],
        "seat_group": words(row["seat_group"]),
        "seats": str(row["capacity"]),
        "last": ", ".join(part for part in (words(row["priority"]), member) if part),
        "place": f"{int(row['place']):,}" if row["place"] else "",
        "number": row["lottery_number"][:8],
        "open": "" if row["place"] else "seats left",
    }


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
