"""Lottery numbers drawn elsewhere: one for each applicant, one for each applicant and program, or both."""

from __future__ import annotations

import pytest

from lottery.intake import read_cycle

PER_PROGRAM = "A1,P3,.1\nA1,P1,.2\nA2,P2,.1\nA2,P3,.4\nA2,P1,.5\nA3,P1,.6\n"


@pytest.fixture
def problems_of(clean, tmp_path):
    def read(rows: str):
        numbers = "applicant_id,program_id,number\n" + rows
        return read_cycle(clean.write(tmp_path / "cycle", {**clean.CLEAN, "numbers": numbers}))[1]

    return read


def test_numbers_may_be_per_program_and_equal_at_different_programs(problems_of):
    assert problems_of(PER_PROGRAM) == []


def test_equal_numbers_at_one_program_are_an_error(problems_of):
    [problem] = problems_of(PER_PROGRAM.replace("A3,P1,.6", "A3,P1,0.20"))

    assert (problem.file, problem.row, problem.column, problem.value) == ("numbers.csv", 7, "number", "0.20")
    assert "A1 on line 3" in problem.why


def test_every_choice_of_an_included_applicant_needs_a_number_where_numbers_are_per_program(problems_of):
    [problem] = problems_of(PER_PROGRAM.replace("A2,P3,.4\n", ""))

    assert (problem.file, problem.row, problem.column, problem.value) == ("choices.csv", 5, "program_id", "P3")


def test_rows_with_and_without_a_program_may_stand_in_one_file(problems_of):
    """Hybrid: the single number counts at some programs, own ones at the others; the policy says where."""
    assert problems_of(PER_PROGRAM + "A1,,.1\nA3,,.9\n") == []


def test_the_single_number_stands_in_for_a_program_without_its_own(problems_of):
    assert problems_of(PER_PROGRAM.replace("A2,P3,.4\n", "A2,,.4\n")) == []
    [problem] = problems_of(PER_PROGRAM.replace("A2,P3,.4\n", "A1,,.4\n"))

    assert (problem.file, problem.row, problem.value) == ("choices.csv", 5, "P3")


def test_equal_single_numbers_beside_those_of_programs_are_an_error(problems_of):
    [problem] = problems_of(PER_PROGRAM + "A1,,.7\nA3,,.70\n")

    assert (problem.file, problem.column, problem.value) == ("numbers.csv", "number", ".70")


def test_a_blank_program_in_every_row_means_one_number_for_each_applicant(problems_of):
    assert problems_of("A1,,1\nA2,,2\nA3,,3\n") == []


def test_numbers_that_differ_after_eighteen_digits_are_different(problems_of):
    assert problems_of("A1,,0.1234567890123456781\nA2,,0.1234567890123456782\nA3,,3\n") == []


def test_a_number_at_an_unknown_program_is_an_error(problems_of):
    [problem] = problems_of(PER_PROGRAM + "A1,P9,.9\n")

    assert (problem.file, problem.row, problem.column, problem.value) == ("numbers.csv", 8, "program_id", "P9")
