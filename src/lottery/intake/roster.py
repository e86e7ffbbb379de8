"""Rules for `roster` and `feeders`: who is enrolled where now, and where programs lead."""

from __future__ import annotations

from collections.abc import Iterator

from lottery.errors import Problem
from lottery.intake.rule import Draft, Rule, needing


@needing("roster.school_id", "roster.program_id", "programs.program_id", "programs.school_id")
def the_program_is_at_the_school(draft: Draft) -> Iterator[Problem]:
    """A sibling at the wrong school would give the priority to the wrong family."""
    roster, programs = draft["roster"], draft["programs"]
    if not len(programs):
        return
    row = roster["program_id"].row_in(programs["program_id"])
    home = programs["school_id"].code_in(roster["school_id"])[row]
    wrong = (
        (row >= 0) & roster["school_id"].filled & (roster["school_id"].code != home) & programs["school_id"].filled[row]
    )
    school, stated = programs["school_id"].cells, roster["school_id"].cells
    yield from roster.problems(
        wrong,
        "program_id",
        lambda student: f"The program is at school {school[row[student]]}, but the row says {stated[student]}.",
        "Correct the program or the school.",
    )


@needing("feeders.from_program_id", "feeders.to_program_id")
def no_program_feeds_itself(draft: Draft) -> Iterator[Problem]:
    """Who stays in a program is `continuing`, not fed."""
    sheet = draft["feeders"]
    start, end = sheet["from_program_id"], sheet["to_program_id"]
    wrong = end.filled & (start.code_in(end) == end.code)
    yield from sheet.problems(wrong, "to_program_id", "The program feeds itself.", "Remove the edge, or correct it.")


RULES: tuple[Rule, ...] = (the_program_is_at_the_school, no_program_feeds_itself)
