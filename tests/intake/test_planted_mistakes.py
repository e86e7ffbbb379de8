"""One planted mistake per rule: the problem names file, line, column and value, and says what to do."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from lottery.errors import IntakeError
from lottery.intake import load_cycle, read_cycle


class Mistake(NamedTuple):
    """In `table`, `old` becomes `new`; then a problem stands at row and column with the value, and says `says`."""

    table: str
    old: str
    new: str
    row: int | None
    column: str
    value: str
    says: str
    severity: str = "error"
    file: str = ""


P = "P1,S1,Oak,neighborhood,KG,05"
MISTAKES = {
    "a blank header name": Mistake("seats", "grade,capacity\n", "grade,capacity,\n", 1, "", "", "Column 4 has no name"),
    "a header name twice": Mistake("schools", "name,lat", "name,name,lat", 1, "name", "name", "Columns 2 and 3"),
    "a required column is missing": Mistake("seats", "capacity", "places", 1, "capacity", "", "is required"),
    "a required column in capitals": Mistake("seats", "capacity", "Capacity", 1, "capacity", "", "is required"),
    "an optional column misspelt": Mistake(
        "applicants", "household_id", "Household ID", 1, "Household ID", "Household ID", "reads `household_id`"
    ),
    "an optional column almost right": Mistake(
        "applicants", "household_id", "houshold_id", 1, "houshold_id", "houshold_id", "looks like", "warning"
    ),
    "a column nobody reads": Mistake("facts", "value", "value,note", 1, "note", "note", "not read", "warning"),
    "semicolons": Mistake("feeders", ",", ";", 1, "", "from_program_id;to_program_id", "semicolons"),
    "tabs": Mistake("feeders", ",", "\t", 1, "", "from_program_id\tto_program_id", "tabs"),
    "a row too short": Mistake("seats", "P2,KG,10", "P2,KG", 3, "", "P2,KG", "2 fields where the header has 3"),
    "a row too long": Mistake("seats", "P2,KG,10", "P2,KG,1,0", 3, "", "P2,KG,1,0", "4 fields"),
    "a quotation mark left open": Mistake("programs", "P2,S2,Elm", 'P2,S2,"Elm', 3, "", "", "never closed"),
    "text after a quotation mark": Mistake("programs", "Elm,", '"El"m,', 3, "", "", "closing quotation mark"),
    "a NUL byte": Mistake("schools", "Elm", "E\0lm", 3, "", "0x00", "NUL"),
    "an empty file": Mistake("seats", "", "", None, "", "", "empty"),
    "a header without rows": Mistake("choices", "", "header", None, "", "", "no rows", "warning"),
    "a blank row": Mistake("seats", "P2,KG,10", ",,", 3, "", "", "blank", "warning"),
    "a blank in a required column": Mistake("programs", "P3,S2,Elm Spanish", "P3,S2,", 4, "name", "", "is blank"),
    "a malformed identifier": Mistake("roster", "B1", "B 1", 2, "student_id", "B 1", "identifier"),
    "an accent in an identifier": Mistake("roster", "B1", "Bé", 2, "student_id", "Bé", "identifier"),
    "an identifier of 65 signs": Mistake("roster", "B1", "B" * 65, 2, "student_id", "B" * 59 + "…", "identifier"),
    "identifiers that differ by case": Mistake(
        "roster", "B2", "b1", 3, "student_id", "b1", "differs from B1", "warning"
    ),
    "an unknown grade": Mistake("applicants", "A2,KG", "A2,13", 3, "grade", "13", "not a grade"),
    "a grade that became a date": Mistake("seats", "P2,KG", "P2,10-Dec", 3, "grade", "10-Dec", "date"),
    "a school twice": Mistake("schools", "S2,Elm", "S1,Elm", 3, "school_id", "S1", "already on line 2"),
    "a program twice": Mistake("programs", "P2,S2", "P1,S2", 3, "program_id", "P1", "already on line 2"),
    "seats twice": Mistake("seats", "P1,01", "P1,K", 5, "program_id", "P1", "already on line 2"),
    "an applicant twice": Mistake("applicants", "A2,", "A1,", 3, "applicant_id", "A1", "already on line 2"),
    "an edge twice": Mistake("feeders", "P3,P2", "P1,P2", 3, "from_program_id", "P1", "already on line 2"),
    "a fact twice": Mistake("facts", "yes\n", "yes\nA1,P3,staff,no\n", 3, "applicant_id", "A1", "already on line 2"),
    "a priority twice": Mistake("priorities", "A2,", "A1,", 3, "applicant_id", "A1", "already on line 2"),
    "a number twice": Mistake("numbers", "A2,", "A1,", 3, "applicant_id", "A1", "already on line 2"),
    "a student twice": Mistake("roster", "B2,,S1,,", "B1,,S2,P3,", 3, "student_id", "B1", "already on line 2"),
    "a student at two programs": Mistake("roster", "B2,,S1,,", "B1,,S2,P2,", 3, "student_id", "B1", "two programs"),
    "a program at no school": Mistake("programs", "P2,S2", "P2,S9", 3, "school_id", "S9", "has no S9"),
    "an identifier in small letters": Mistake("programs", "P2,S2", "P2,s2", 3, "school_id", "s2", "did you mean S2"),
    "seats of no program": Mistake("seats", "P1,01", "P9,01", 5, "program_id", "P9", "has no P9"),
    "an unknown zone": Mistake("applicants", "H1,S1", "H1,S9", 2, "zone_school_id", "S9", "has no S9"),
    "an unknown current school": Mistake("applicants", "S1,S2,P2", "S1,S9,P2", 4, "current_school_id", "S9", "has no"),
    "an unknown current program": Mistake("applicants", "S2,P2", "S2,P9", 4, "current_program_id", "P9", "has no"),
    "a choice of nobody": Mistake("choices", "A3,1", "A9,1", 7, "applicant_id", "A9", "has no A9"),
    "a choice of nothing": Mistake("choices", "A3,1,P1", "A3,1,P9", 7, "program_id", "P9", "has no P9"),
    "a roster at no school": Mistake("roster", "S1,,", "S9,,", 3, "school_id", "S9", "has no S9"),
    "a roster in no program": Mistake("roster", "S1,,", "S1,P9,", 3, "program_id", "P9", "has no P9"),
    "a program at another school": Mistake("roster", "S1,,", "S1,P2,", 3, "program_id", "P2", "at school S2"),
    "a feeder from nowhere": Mistake("feeders", "P3,", "P9,", 3, "from_program_id", "P9", "has no P9"),
    "a feeder to nowhere": Mistake("feeders", "P3,P2", "P3,P9", 3, "to_program_id", "P9", "has no P9"),
    "a feeder to itself": Mistake("feeders", "P3,P2", "P3,P3", 3, "to_program_id", "P3", "feeds itself"),
    "a fact of nobody": Mistake("facts", "A1,", "A9,", 2, "applicant_id", "A9", "has no A9"),
    "a fact about nothing": Mistake("facts", "P3", "P9", 2, "program_id", "P9", "has no P9"),
    "a fact without a value": Mistake("facts", "yes", "", 2, "value", "", "is blank"),
    "a protected fact": Mistake("facts", "staff", "Gender", 2, "fact", "Gender", "§ 31"),
    "a priority of nobody": Mistake("priorities", "A2", "A9", 3, "applicant_id", "A9", "has no A9"),
    "a priority at nothing": Mistake("priorities", "A2,P3", "A2,P9", 3, "program_id", "P9", "has no P9"),
    "a number of nobody": Mistake("numbers", "0.75\n", "0.75\nA9,0.9\n", 5, "applicant_id", "A9", "has no A9"),
    "a latitude in words": Mistake("schools", "34.2", "north", 3, "latitude", "north", "decimal number"),
    "a latitude off the globe": Mistake("schools", "34.2", "-118.1", 3, "latitude", "-118.1", "between -90 and 90"),
    "a longitude off the globe": Mistake("applicants", "-118.2", "-181", 3, "longitude", "-181", "between -180"),
    "a latitude alone": Mistake("schools", "-118.2", "", 3, "latitude", "34.2", "without a longitude"),
    "a longitude alone": Mistake("applicants", "34.2,", ",", 3, "longitude", "-118.2", "without a latitude"),
    "a school without a program": Mistake(
        "schools", "S2,Elm", "S3,Ash,,\nS2,Elm", 3, "school_id", "S3", "no program", "warning"
    ),
    "a program without seats": Mistake(
        "programs", P, f"P4,S1,Ash,arts,,\n{P}", 2, "program_id", "P4", "no row in `seats`", "warning"
    ),
    "grades upside down": Mistake("programs", "neighborhood,KG,05", "x,05,KG", 2, "lowest_grade", "05", "which is KG"),
    "half a seat": Mistake("seats", "10", "10.5", 3, "capacity", "10.5", "whole number"),
    "a negative capacity": Mistake("seats", "10", "-1", 3, "capacity", "-1", "negative"),
    "no capacity": Mistake("seats", "P2,KG,10", "P2,KG,", 3, "capacity", "", "is blank"),
    "an absurd capacity": Mistake("seats", "10", "5001", 3, "capacity", "5001", "cannot be right"),
    "a telephone number as capacity": Mistake(
        "seats", "10", "6263963600", 3, "capacity", "6263963600", "cannot be right"
    ),
    "seats outside the program's grades": Mistake(
        "seats", "P1,01", "P1,TK", 5, "grade", "TK", "does not have this grade"
    ),
    "seats above the program's grades": Mistake(
        "seats", "P1,01", "P1,06", 5, "grade", "06", "does not have this grade"
    ),
    "an unknown status": Mistake("applicants", "included", "Included", 3, "status", "Included", "one of included"),
    "a rejection without a reason": Mistake("applicants", "duplicate", "", 5, "status_reason", "", "without a reason"),
    "a person twice": Mistake("applicants", "rejected", "included", 5, "ref", "R2", "already applies as A2 on line 3"),
    "nothing chosen": Mistake(
        "choices", "A3,1,P1\n", "", 4, "applicant_id", "A3", "no row", "warning", "applicants.csv"
    ),
    "rank zero": Mistake("choices", "A3,1", "A3,0", 7, "rank", "0", "whole number"),
    "half a rank": Mistake("choices", "A3,1", "A3,1.5", 7, "rank", "1.5", "whole number"),
    "a rank in words": Mistake("choices", "A3,1", "A3,first", 7, "rank", "first", "whole number"),
    "a rank twice": Mistake("choices", "A2,2", "A2,1", 5, "rank", "1", "already has a choice 1, on line 4"),
    "a missing rank": Mistake("choices", "A2,3", "A2,4", 6, "rank", "4", "choice 3 is missing"),
    "missing first ranks": Mistake("choices", "A3,1", "A3,3", 7, "rank", "3", "1 to 2 are missing"),
    "a program twice in a list": Mistake(
        "choices", "A2,3,P1", "A2,3,P2", 6, "program_id", "P2", "as choices 1 (line 4) and 3"
    ),
    "a program closed in the grade": Mistake(
        "choices", "A3,1,P1", "A3,1,P2", 7, "program_id", "P2", "no row in `seats`"
    ),
    "a grade the program does not have": Mistake(
        "applicants", "A3,01", "A3,08", 7, "program_id", "P1", "does not have", file="choices.csv"
    ),
    "half a priority": Mistake("priorities", "P3,2", "P3,2.5", 3, "priority", "2.5", "whole number"),
    "a number with an exponent": Mistake("numbers", "0.5", "5E-1", 3, "number", "5E-1", "digits"),
    "a negative number": Mistake("numbers", "0.5", "-0.5", 3, "number", "-0.5", "negative"),
    "equal numbers": Mistake("numbers", "0.5", "00.250", 3, "number", "00.250", "A1 on line 2 has the same"),
    "no number": Mistake(
        "numbers", "A3,0.75\n", "", 4, "applicant_id", "A3", "no lottery number", file="applicants.csv"
    ),
}


def planted(clean: ModuleType, tables: dict[str, str], mistake: Mistake) -> dict[str, str]:
    text = tables[mistake.table]
    if mistake.new == "header":
        return {**tables, mistake.table: text.splitlines()[0] + "\n"}
    assert mistake.old in text
    changed = text.replace(mistake.old, mistake.new, -1 if mistake.old == "," else 1) if mistake.old else ""
    return {**tables, mistake.table: changed}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_planted_mistake_is_found_with_its_place_and_a_remedy(mistake, clean, tmp_path):
    """I8, I9; F4, F5, F7, F19, F27, F28, F30, F37."""
    folder = clean.write(tmp_path / "cycle", planted(clean, clean.CLEAN, mistake))

    cycle, problems = read_cycle(folder)

    file = mistake.file or f"{mistake.table}.csv"
    place = (file, mistake.row, mistake.column, mistake.value, mistake.severity)
    found = [p for p in problems if (p.file, p.row, p.column, p.value, p.severity) == place and mistake.says in p.why]
    assert len(found) == 1, "\n".join(map(str, problems))
    assert found[0].remedy.endswith(".")
    assert (cycle is None) == any(problem.severity == "error" for problem in problems)


ALONE = [name for name, mistake in MISTAKES.items() if name not in {
    # these leave others behind: a renamed, unread or empty thing is missing elsewhere
    "a required column is missing", "a header without rows", "an accent in an identifier",
    "a school twice", "a program twice", "seats twice", "an applicant twice", "a choice of nobody", "a number twice",
    "a program at no school", "an identifier in small letters", "a grade that became a date", "an unknown grade",
    "seats of no program", "seats outside the program's grades", "seats above the program's grades",
    "a header name twice", "a blank row", "a row too short", "a row too long",
    "a person twice", "a rank twice",
}]  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
def test_one_mistake_is_one_problem(name, clean, tmp_path):
    """Whoever corrects one cell should not have to read five sentences about it."""
    _, problems = read_cycle(clean.write(tmp_path / "cycle", planted(clean, clean.CLEAN, MISTAKES[name])))

    ragged = {
        "a blank header name",
        "a header name twice",
        "a column nobody reads",
    }  # the rows do not fit the new header
    assert len([p for p in problems if name not in ragged or p.row == 1]) == 1, "\n".join(map(str, problems))


def test_mistakes_of_all_files_are_reported_at_once(clean, tmp_path):
    names = [
        "a latitude in words",
        "grades upside down",
        "half a seat",
        "an unknown status",
        "a missing rank",
        "a program at another school",
        "a feeder to itself",
        "a fact of nobody",
        "half a priority",
        "equal numbers",
    ]
    tables = dict(clean.CLEAN)
    for name in names:
        tables = planted(clean, tables, MISTAKES[name])

    with pytest.raises(IntakeError) as refusal:
        load_cycle(clean.write(tmp_path / "cycle", tables))

    problems = refusal.value.problems
    assert {p.file.removesuffix(".csv") for p in problems} == set(clean.CLEAN)
    assert all(any(MISTAKES[name].says in p.why for p in problems) for name in names)
    assert [(p.file, p.row) for p in problems] == sorted((p.file, p.row) for p in problems)


def test_a_thousand_times_the_same_mistake_are_a_hundred_problems_and_their_number(clean, tmp_path):
    rows = "".join(f"A1,P3,fact{index},\n" for index in range(1000))
    tables = {**clean.CLEAN, "facts": "applicant_id,program_id,fact,value\n" + rows}

    _, problems = read_cycle(clean.write(tmp_path / "cycle", tables))

    assert len(problems) == 101
    assert [p.row for p in problems] == [None, *range(2, 102)]
    assert "1000 times" in problems[0].why


def test_an_unreadable_file_does_not_make_its_identifiers_unknown(clean: ModuleType, tmp_path: Path):
    tables = {**clean.CLEAN, "programs": "program_id;school_id;name;pathway\n"}

    _, problems = read_cycle(clean.write(tmp_path / "cycle", tables))

    assert [p.file for p in problems] == ["programs.csv"]
