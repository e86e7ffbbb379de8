"""The lottery of a case: who was drawn first, or the numbers themselves, once for all or at each program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from lottery.policy.condition import Bound
from lottery.policy.model import Path_, Policy

SINGLE = "single"
EVERYWHERE = ""  # in place of a program: the one number that counts at every program without its own

Word = Annotated[str, Field(min_length=1)]
Words = tuple[Word, ...]
Drawing = Words | dict[Word, Bound]  # applicants, best number first; or the number of each
Lottery = Words | dict[Word, Bound | Words | dict[Word, Bound]]
Found = Iterator[tuple[Path_, Any, str, str]]  # path inside the case, what stands there, why, what to do


def number_rows(lottery: Lottery) -> list[tuple[str, ...]]:
    """The rows of the numbers file: applicant, program (blank: the single number), number."""
    return [
        (applicant, program, format(number, "f"))
        for program, drawing in drawings(lottery).items()
        for applicant, number in _numbers(drawing)
    ]


def drawings(lottery: Lottery) -> dict[str, Drawing]:
    """What was drawn, by program."""
    if not isinstance(lottery, dict):
        return {EVERYWHERE: lottery}
    numbers = {name: number for name, number in lottery.items() if isinstance(number, Decimal)}
    by_program: dict[str, Drawing] = {EVERYWHERE: numbers} if numbers else {}
    for program, drawing in lottery.items():
        if not isinstance(drawing, Decimal):
            by_program[EVERYWHERE if program == SINGLE else program] = drawing
    return by_program


def _numbers(drawing: Drawing) -> list[tuple[str, Decimal]]:
    if isinstance(drawing, dict):
        return list(drawing.items())
    return [(applicant, Decimal(place)) for place, applicant in enumerate(drawing, 1)]


def lottery_problems(
    policy: Policy, lottery: Lottery, choices: Mapping[str, Sequence[str]], seats: Mapping[str, int]
) -> Found:
    """What a case cannot say of its lottery; `choices` are those of each applicant."""
    drawn = drawings(lottery)
    draw = policy.tie_breaker.draw
    if draw == "single" and set(drawn) != {EVERYWHERE}:
        why = "The policy draws one number per applicant (single)."
        yield ("lottery",), None, why, "Write one list, best number first, or one number for each: {ana: 0.25}."
        return
    if draw == "multiple" and EVERYWHERE in drawn:
        why = "The policy draws one number at each program (multiple)."
        yield ("lottery",), None, why, "Write a list for each program: {oak: [ana, ben]}."
        return
    for program, drawing in drawn.items():
        here: Path_ = ("lottery",) if program == EVERYWHERE else ("lottery", program)
        if program != EVERYWHERE and program not in seats:
            why = "The case has no seats at a program of this name."
            yield here, program, why, f"Write one of: {', '.join(sorted(seats))}; or add it to the case."
        for name, times in sorted(Counter(name for name, _ in _numbers(drawing)).items()):
            if name not in choices:
                yield here, name, "There is no applicant of this name in the case.", "Correct the name, or remove it."
            if times > 1:
                yield here, name, "This applicant is named more than once.", "Name every applicant once."
        if policy.tie_breaker.weights:
            yield from _not_weighable(here, drawing)
    for name, listed in sorted(choices.items()):
        for program in listed if draw != "single" else (EVERYWHERE,):
            own = [name for at in {program, EVERYWHERE} & set(drawn) for name, _ in _numbers(drawn[at])]
            if name not in own:
                where = f" at {program}" if program else ""
                yield ("lottery",), None, f"Applicant {name} is missing{where}.", "Name every applicant in lottery."


def _not_weighable(here: Path_, drawing: Drawing) -> Found:
    if not isinstance(drawing, dict):
        why = "The policy gives tickets, so the numbers count and not only their order."
        yield here, None, why, "Write the number of each, from 0 to below 1: {ana: 0.25, ben: 0.5}."
        return
    for name, number in drawing.items():
        if not 0 <= number < 1:
            why = "The policy gives tickets, and then a number lies from 0 to below 1."
            yield (*here, name), number, why, "Write a number such as 0.25."
