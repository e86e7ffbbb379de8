"""Questions of planning: each kind is read, answered with `lottery.plan` and told on a page."""

from collections.abc import Mapping

from lottery.planning import attainable, extra_seats, roll_forward, seats, sites
from lottery.planning.answered import Answered, Rows, Work
from lottery.planning.desk import Kind, answer_question
from lottery.planning.question import Question, QuestionError, QuestionFile

__all__ = ["KINDS", "Answered", "Kind", "Question", "QuestionError", "QuestionFile", "Rows", "Work", "answer_question"]

KINDS: Mapping[str, Kind] = {
    "extra_seats": Kind(extra_seats.ExtraSeats, extra_seats.answer),
    "seats": Kind(seats.Seats, seats.answer),
    "attainable": Kind(attainable.AttainableQuestion, attainable.answer),
    "sites": Kind(sites.Sites, sites.answer),
    "roll_forward": Kind(roll_forward.RollForward, roll_forward.answer),
}
