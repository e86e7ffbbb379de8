"""Latitudes and longitudes of schools and applicants, in degrees."""

from __future__ import annotations

from collections.abc import Iterator

from lottery.errors import Problem
from lottery.intake.rule import Draft, Rule, needing
from lottery.intake.values import is_decimal

LIMITS = {"latitude": 90, "longitude": 180}
OTHER = {"latitude": "longitude", "longitude": "latitude"}
TABLES_WITH_COORDINATES = ("schools", "applicants")


@needing()
def coordinates_are_degrees(draft: Draft) -> Iterator[Problem]:
    """A number, and one that lies on the globe."""
    for table in TABLES_WITH_COORDINATES:
        for name, limit in LIMITS.items():
            if not draft.has(f"{table}.{name}"):
                continue
            sheet = draft[table]
            number = sheet[name].where(is_decimal)
            outside = sheet[name].where(lambda text, limit=limit: is_decimal(text) and abs(float(text)) > limit)  # type: ignore[misc]
            why = f"A {name} is a decimal number of degrees such as {'34.14780' if limit == 90 else '-118.14450'}."
            yield from sheet.problems(sheet[name].filled & ~number, name, why, "Correct it, or leave both blank.")
            why = f"A {name} lies between -{limit} and {limit}."
            yield from sheet.problems(outside, name, why, "Correct it; latitude and longitude may be interchanged.")


@needing()
def coordinates_come_in_pairs(draft: Draft) -> Iterator[Problem]:
    """One coordinate alone is no place."""
    for table in TABLES_WITH_COORDINATES:
        for name, other in OTHER.items():
            if draft.has(f"{table}.{name}"):
                sheet = draft[table]
                alone = sheet[name].filled
                if other in sheet:
                    alone = alone & ~sheet[other].filled
                yield from sheet.problems(
                    alone, name, f"There is a {name} without a {other}.", f"Add the {other}, or clear both."
                )


RULES: tuple[Rule, ...] = (coordinates_are_degrees, coordinates_come_in_pairs)
