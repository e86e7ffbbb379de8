"""Identifiers that point to a row of another file (F19: nobody is sent to a program that does not exist)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lottery.errors import Problem
from lottery.intake.rule import Draft, Rule, needing
from lottery.intake.sheet import Column
from lottery.intake.values import is_identifier


class Reference(NamedTuple):
    """A column whose values are keys of another table."""

    table: str
    column: str
    target: str
    key: str
    remedy: str


ELSEWHERE = "Correct it, or leave it blank where the child attends no school of the district."
REFERENCES = (
    Reference("programs", "school_id", "schools", "school_id", "Correct it, or add the school to `schools`."),
    Reference("seats", "program_id", "programs", "program_id", "Correct it, or add the program to `programs`."),
    Reference("applicants", "zone_school_id", "schools", "school_id", "Correct it, or leave it blank where unknown."),
    Reference("applicants", "current_school_id", "schools", "school_id", ELSEWHERE),
    Reference("applicants", "current_program_id", "programs", "program_id", ELSEWHERE),
    Reference("choices", "applicant_id", "applicants", "applicant_id", "Correct it, or add the applicant."),
    Reference("choices", "program_id", "programs", "program_id", "Correct it, or remove the choice."),
    Reference("roster", "school_id", "schools", "school_id", "Correct it, or add the school to `schools`."),
    Reference("roster", "program_id", "programs", "program_id", "Correct it, or leave it blank."),
    Reference("feeders", "from_program_id", "programs", "program_id", "Correct it, or remove the edge."),
    Reference("feeders", "to_program_id", "programs", "program_id", "Correct it, or remove the edge."),
    Reference("facts", "applicant_id", "applicants", "applicant_id", "Correct it, or remove the fact."),
    Reference("facts", "program_id", "programs", "program_id", "Correct it, or remove the fact."),
    Reference("priorities", "applicant_id", "applicants", "applicant_id", "Correct it, or remove the row."),
    Reference("priorities", "program_id", "programs", "program_id", "Correct it, or remove the row."),
    Reference("numbers", "applicant_id", "applicants", "applicant_id", "Correct it, or remove the number."),
    Reference("numbers", "program_id", "programs", "program_id", "Correct it, or remove the number."),
)


def _rule(reference: Reference) -> Rule:
    """What is named exists."""
    table, column, target, key, remedy = reference

    @needing(f"{table}.{column}", f"{target}.{key}")
    def what_is_named_exists(draft: Draft) -> Iterator[Problem]:
        sheet, existing = draft[table], draft[target][key]
        unknown = (sheet[column].code_in(existing) < 0) & sheet[column].where(is_identifier)
        if unknown.any():
            why = _sentence(sheet[column], existing, draft[target].file)
            yield from sheet.problems(unknown, column, why, remedy)

    return what_is_named_exists


def _sentence(column: Column, existing: Column, file: str) -> Callable[[int], str]:
    """The sentence for a row, with the identifier that was probably meant."""
    by_lower = {text.lower(): text for text in existing.value}

    def why(row: int) -> str:
        cell = column.text_of(row)
        meant = by_lower.get(cell.lower())
        guess = f" (did you mean {meant}? capital letters count)" if meant else ""
        return f"`{file}` has no {cell}{guess}."

    return why


RULES: tuple[Rule, ...] = tuple(_rule(reference) for reference in REFERENCES)
