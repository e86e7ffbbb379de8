"""The rules about lists, asked once more with plain dictionaries and loops."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lottery.intake import read_cycle

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "A3", "A4", "A9"]), st.integers(0, 4), st.sampled_from(["P1", "P2", "P3", "P9"])
    ),
    max_size=12,
)
GRADE = {"A1": "KG", "A2": "KG", "A3": "01"}  # those who take part
OPEN = {("P1", "KG"), ("P2", "KG"), ("P3", "KG"), ("P1", "01")}


def slow_twin(rows: list[tuple[str, int, str]]) -> set[tuple[int, str, str]]:
    """(line, column, rule) of everything wrong, one row at a time."""
    wrong = set()
    ranks: dict[str, list[int]] = defaultdict(list)
    for applicant, rank, _ in rows:
        ranks[applicant].append(rank)
    seen_rank, seen_program = set(), set()
    for line, (applicant, rank, program) in enumerate(rows, start=2):
        if applicant == "A9":
            wrong.add((line, "applicant_id", "has no"))
        if program == "P9":
            wrong.add((line, "program_id", "has no"))
        if rank < 1:
            wrong.add((line, "rank", "whole number"))
        elif (applicant, rank) in seen_rank:
            wrong.add((line, "rank", "already"))
        if (applicant, program) in seen_program:
            wrong.add((line, "program_id", "twice"))
        if applicant in GRADE and program != "P9" and (program, GRADE[applicant]) not in OPEN:
            wrong.add((line, "program_id", "in grade"))
        first_of_its_rank = (applicant, rank) not in seen_rank
        if 0 not in ranks[applicant] and rank > 1 and rank - 1 not in ranks[applicant] and first_of_its_rank:
            wrong.add((line, "rank", "missing"))
        seen_rank.add((applicant, rank))
        seen_program.add((applicant, program))
    return wrong


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_every_wrong_choice_is_found_and_no_other(rows, clean, tmp_path):
    text = "applicant_id,rank,program_id\n" + "".join(f"{a},{r},{p}\n" for a, r, p in rows)
    folder = clean.write(tmp_path / "cycle", {**clean.CLEAN, "choices": text})

    _, problems = read_cycle(folder)

    words = ("has no", "whole number", "already", "twice", "in grade", "missing")
    found = {
        (p.row, p.column, next(word for word in words if word in p.why))
        for p in problems
        if p.file == "choices.csv" and p.row
    }
    assert found == slow_twin(rows)
