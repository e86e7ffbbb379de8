"""Where more seats help most."""

from lottery.plan.extra import plan_extra
from lottery.planning.answered import Answered, Work
from lottery.planning.extra_seats.expansion import asked_of
from lottery.planning.extra_seats.files import files_of, public_files_of, summary_of
from lottery.planning.extra_seats.page import answer_of, page_of
from lottery.planning.extra_seats.question import ExtraSeats
from lottery.planning.extra_seats.told import told_of
from lottery.planning.question import QuestionFile

__all__ = ["ExtraSeats", "answer"]


def answer(file: QuestionFile[ExtraSeats], work: Work) -> Answered:
    """
    Plan the extra seats of a question.

    Raises QuestionError, IntakeError or PolicyError with every problem.
    """
    asked, question = asked_of(file, work), file.asked
    planned = plan_extra(asked.expansion, exact=question.exact, patience=work.patience, step=work.step)
    work.step("telling what the plan changes")
    told = told_of(asked, planned)
    return Answered(
        cycle=asked.cycle,
        policies=[asked.policy],
        files=files_of(told),
        public=public_files_of(told),
        summary=summary_of(told),
        page=page_of(told, question, public=False),
        public_page=page_of(told, question, public=True),
        lines=list(answer_of(told, question)),
    )
