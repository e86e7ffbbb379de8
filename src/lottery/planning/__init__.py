"""Questions of planning: each kind is read, answered with `lottery.plan` and told on a page."""

from lottery.planning.answered import Answered, Rows, Work
from lottery.planning.desk import Kind, answer_question
from lottery.planning.question import Question, QuestionError, QuestionFile

__all__ = ["Answered", "Kind", "Question", "QuestionError", "QuestionFile", "Rows", "Work", "answer_question"]
