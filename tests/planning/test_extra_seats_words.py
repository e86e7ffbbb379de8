"""What a newcomer reads first in an answer about extra seats: where, what it brings, and in which numbers."""

from __future__ import annotations

import pytest

from lottery.planning import KINDS, Work, answer_question
from lottery.sample import synthesize

QUESTION = """question: extra_seats
cycle: cycle
policy: pusd/general-2019
seed: words
extra: {extra}
draws: {draws}
objective: {objective}
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    synthesize(200, 24, "words", folder / "cycle")

    def asked(extra: int, draws: int, name: str, objective: str = "sum_of_ranks", **more: str):
        text = QUESTION.format(extra=extra, draws=draws, objective=objective) + "".join(
            f"{key}: {value}\n" for key, value in more.items()
        )
        (folder / "question.yaml").write_text(text, encoding="utf-8")
        return answer_question(folder / "question.yaml", folder / name, KINDS, Work())

    return asked


def test_the_places_come_first_then_what_the_seats_bring_everybody(ask):
    answered = ask(3, 2, "one")
    changes = {
        (row[0], row[1]): float(row[4]) for row in answered.files["groups.csv"].rows
    }  # group, measure: difference

    assert answered.lines[0].startswith("3 seats more: ")
    assert "(p" not in answered.lines[0], "identifiers of programs are for the table"
    offers, first = (f"{changes['', measure]:.1f}".removesuffix(".0") for measure in ("offers", "first_choices"))
    assert answered.lines[1] == (
        f"They bring {offers} more children offered a choice of their list and {first} more children offered their "
        "first choice (mean of 2 draws)."
    )
    assert "a first choice counts 1, a second 2 and so on: less is better" in answered.lines[2]


def test_a_goal_is_not_told_twice(ask):
    answered = ask(2, 2, "goals", objective="[offers, first_choices]")

    assert not any(line.startswith("They bring") for line in answered.lines)


def test_many_places_are_counted_after_the_first_six(ask):
    answered = ask(9, 1, "many", limits="{per_offering: 1}", exact="false")
    places = [row for row in answered.files["plan.csv"].rows if int(row[3]) > 0]

    assert len(places) > 6
    assert answered.lines[0].endswith(f"; and {sum(int(row[3]) for row in places[6:])} elsewhere.")
    assert answered.lines[0].count(";") <= 6
