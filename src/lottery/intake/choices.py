"""Rules for `choices`: lists without gaps or repetitions, of programs open to the applicant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Bools, Longs
from lottery.errors import Problem
from lottery.intake.applicants import included
from lottery.intake.keys import repeated
from lottery.intake.programs import NO_GRADE, grade_orders, outside_the_grades
from lottery.intake.rule import Draft, Rule, needing
from lottery.intake.sheet import Sheet, joint_key
from lottery.intake.values import whole_or

GRADE_CODES = 16  # more than there are grades


def ranks(choices: Sheet) -> Longs:
    """[choice] the rank, 0 where none is written."""
    return choices["rank"].numbers(lambda text: max(0, whole_or(0, text)))


@needing("choices.rank")
def rank_counts_from_one(draft: Draft) -> Iterator[Problem]:
    """1 is the first choice."""
    sheet = draft["choices"]
    wrong = sheet["rank"].filled & sheet["rank"].where(lambda text: whole_or(0, text) < 1)
    why = "A rank is a whole number; 1 is the first choice."
    yield from sheet.problems(wrong, "rank", why, "Number the choices of the applicant 1, 2, 3 and so on.")


@needing("choices.applicant_id", "choices.rank")
def no_rank_twice(draft: Draft) -> Iterator[Problem]:
    """Two first choices are none."""
    sheet = draft["choices"]
    rank = ranks(sheet)
    applicant = sheet["applicant_id"]
    twice, first = repeated(applicant.code * (rank.max(initial=0) + 1) + rank, applicant.filled & (rank > 0))
    yield from sheet.problems(
        twice,
        "rank",
        lambda row: (
            f"Applicant {applicant.text_of(row)} already has a choice {rank[row]}, on line {sheet.line[first[row]]}."
        ),
        "Number the choices of the applicant 1, 2, 3 and so on.",
    )


@needing("choices.applicant_id", "choices.rank")
def no_gap_in_the_ranks(draft: Draft) -> Iterator[Problem]:
    """A missing rank is a lost choice, or a typing mistake; both matter to the family."""
    sheet = draft["choices"]
    applicant, rank = sheet["applicant_id"], ranks(sheet)
    order = np.lexsort((rank, applicant.code))
    same = applicant.code[order][1:] == applicant.code[order][:-1]
    before = np.zeros(len(sheet), dtype=np.int64)
    before[order[1:]] = np.where(same, rank[order][:-1], 0)
    gap = (rank > before + 1) & applicant.filled & ~_lists_with(sheet, (rank == 0) | sheet.damaged)

    def why(row: int) -> str:
        missing = (
            f"choice {rank[row] - 1} is"
            if rank[row] == before[row] + 2
            else f"{before[row] + 1} to {rank[row] - 1} are"
        )
        return f"In the list of applicant {applicant.text_of(row)}, {missing} missing."

    yield from sheet.problems(gap, "rank", why, "Add what is missing, or renumber the choices without a gap.")


def _lists_with(choices: Sheet, wrong: Bools) -> Bools:
    """[choice] whether some choice of the same applicant is wrong."""
    applicant = choices["applicant_id"]
    spoilt = np.zeros(len(applicant.value), dtype=np.bool_)
    spoilt[applicant.code[wrong]] = True
    return spoilt[applicant.code]


@needing("choices.applicant_id", "choices.rank", "choices.program_id")
def no_program_twice_in_a_list(draft: Draft) -> Iterator[Problem]:
    """A program may stand on a list once."""
    sheet = draft["choices"]
    applicant, program, rank = sheet["applicant_id"], sheet["program_id"], sheet["rank"].cells
    twice, first = repeated(joint_key(applicant, program), applicant.filled & program.filled)
    yield from sheet.problems(
        twice,
        "program_id",
        lambda row: (
            f"Applicant {applicant.text_of(row)} ranks the program twice, as choices {rank[first[row]]}"
            f" (line {sheet.line[first[row]]}) and {rank[row]}."
        ),
        "Keep the better rank, remove the other and close the gap; or correct the program.",
    )


@needing(
    "choices.applicant_id",
    "choices.program_id",
    "applicants.applicant_id",
    "applicants.grade",
    "programs.program_id",
    "seats.program_id",
    "seats.grade",
)
def the_program_is_open_in_the_grade(draft: Draft) -> Iterator[Problem]:
    """A choice applies to the seats of the applicant's own grade, so there must be a row for them (F19)."""
    sheet, applicants, seats = draft["choices"], draft["applicants"], draft["seats"]
    if not len(applicants):
        return
    program = sheet["program_id"].code_in(draft["programs"]["program_id"])
    row = sheet["applicant_id"].row_in(applicants["applicant_id"])
    grade = grade_orders(applicants["grade"])[row]
    offered = seats["program_id"].code_in(draft["programs"]["program_id"]) * GRADE_CODES + grade_orders(seats["grade"])
    taking_part = (row >= 0) & included(applicants)[row] & ~applicants.damaged[row]
    closed = (program >= 0) & taking_part & (grade != NO_GRADE) & ~np.isin(program * GRADE_CODES + grade, offered)
    name = applicants["grade"].cells
    outside = outside_the_grades(draft["programs"], sheet["program_id"].row_in(draft["programs"]["program_id"]), grade)

    def why(choice: int) -> str:
        is_in = f"Applicant {sheet['applicant_id'].text_of(choice)} is in grade {name[row[choice]]}"
        if outside[choice]:
            return f"{is_in}, which the program does not have (lowest_grade to highest_grade in `programs`)."
        return f"{is_in}, in which the program is not open this cycle (no row in `seats`)."

    remedy = "Correct the program or the grade, remove the choice, or add the seats."
    yield from sheet.problems(closed, "program_id", why, remedy)


RULES: tuple[Rule, ...] = (
    rank_counts_from_one,
    no_rank_twice,
    no_gap_in_the_ranks,
    no_program_twice_in_a_list,
    the_program_is_open_in_the_grade,
)
