"""Grades as a question writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from lottery.cycle import GRADE_ORDER, normal_grade
from lottery.policy.condition import Mistake, as_text


def _grade(text: str) -> str:
    if (grade := normal_grade(text)) not in GRADE_ORDER:
        raise Mistake("this is not a grade", 'Write one of TK, KG, "01" … "12".')
    return grade


def _once(written: Any) -> Any:
    if isinstance(written, Mapping) and len({normal_grade(str(key)) for key in written}) < len(written):
        raise Mistake("a grade stands here twice", "Write each grade once; K is KG.")
    return written


Grade = Annotated[str, BeforeValidator(as_text), AfterValidator(_grade)]
EachGradeOnce = BeforeValidator(_once)  # of a mapping by grade
