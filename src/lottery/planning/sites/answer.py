"""From a question of sites to its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lottery.planning.answered import Answered, Work
from lottery.planning.question import QuestionFile
from lottery.planning.sites.found import Found, found
from lottery.planning.sites.page import page
from lottery.planning.sites.premises import premises
from lottery.planning.sites.published import published
from lottery.planning.sites.question import Sites
from lottery.planning.sites.scorecard import Score, scorecard
from lottery.planning.sites.tables import files
from lottery.planning.sites.words import sentences

MOST_LINES = 8


def answer(file: QuestionFile[Sites], work: Work) -> Answered:
    """
    Answer what opening, moving or closing would change.

    Raises QuestionError, IntakeError or PolicyError with every problem; AuditFailure where the checker objects.
    """
    work.step("reading the cycle")
    own = premises(file)
    options = found(own, work)
    closes = any(each.closing is not None for each in options)
    scores = scorecard(own, work) if closes else []
    return Answered(
        cycle=own.base,
        policies=[own.policy],
        files=files(own, options, scores),
        public=published(own, options, scores),
        summary=_summary(options, scores),
        page=page(own, options, scores, public=False),
        public_page=page(own, options, scores, public=True),
        lines=sentences(options)[:MOST_LINES],
    )


def _summary(options: Sequence[Found], scores: Sequence[Score]) -> dict[str, Any]:
    """For a program; what is not known is null."""
    return {
        "question": "sites",
        "options": {
            each.name: {
                "title": each.title,
                "lines": [
                    {
                        "measure": line.measure,
                        "group": line.group,
                        "level": _number(line.level),
                        "difference": _number(line.difference),
                        "standard_error": _number(line.standard_error),
                    }
                    for line in each.lines
                ],
            }
            for each in options
        },
        "schools_scored": [score.school for score in scores],
    }


def _number(number: float) -> float | None:
    return None if np.isnan(number) else round(number, 6)
