"""Rules for `applicants`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lottery.arrays import Bools
from lottery.cycle import INCLUDED
from lottery.errors import Problem
from lottery.intake.keys import repeated
from lottery.intake.rule import Draft, Rule, needing
from lottery.intake.sheet import Sheet

STATUSES = (INCLUDED, "withdrawn", "rejected")


def included(applicants: Sheet) -> Bools:
    """[applicant] whether the child takes part; a blank status means that it does."""
    if "status" not in applicants:
        return np.ones(len(applicants), dtype=np.bool_)
    return applicants["status"].where(lambda text: text in ("", INCLUDED))


@needing("applicants.status")
def status_is_known(draft: Draft) -> Iterator[Problem]:
    """`included + withdrawn + rejected = submitted`."""
    sheet = draft["applicants"]
    unknown = sheet["status"].filled & ~sheet["status"].where(lambda text: text in STATUSES)
    why = "The status is one of included, withdrawn and rejected; blank means included."
    yield from sheet.problems(unknown, "status", why, "Write one of these, in small letters.")


@needing("applicants.status")
def rejection_has_a_reason(draft: Draft) -> Iterator[Problem]:
    """Nobody is left out of a draw without a reason on file (F36, F37)."""
    sheet = draft["applicants"]
    wrong = sheet["status"].where(lambda text: text == "rejected")
    if "status_reason" in sheet:
        wrong = wrong & ~sheet["status_reason"].filled
    yield from sheet.problems(
        wrong, "status_reason", "The application is rejected without a reason.", "Write the reason."
    )


@needing("applicants.applicant_id", "applicants.ref")
def a_person_applies_once(draft: Draft) -> Iterator[Problem]:
    """One person, one ticket (F27, F28, F30); a withdrawn or rejected duplicate is settled."""
    sheet = draft["applicants"]
    twice, first = repeated(sheet["ref"].code, sheet["ref"].filled & included(sheet))
    applicant = sheet["applicant_id"].cells
    yield from sheet.problems(
        twice,
        "ref",
        lambda row: f"The same person already applies as {applicant[first[row]]} on line {sheet.line[first[row]]}.",
        "Keep one application, and set the status of the other to `rejected` with the reason `duplicate`.",
    )


@needing("applicants.applicant_id", "choices.applicant_id")
def every_included_applicant_has_a_choice(draft: Draft) -> Iterator[Problem]:
    """Somebody who ranked nothing can be offered nothing."""
    sheet = draft["applicants"]
    applicant = sheet["applicant_id"]
    silent = applicant.filled & included(sheet) & (applicant.code_in(draft["choices"]["applicant_id"]) < 0)
    why = "The applicant takes part and has no row in `choices`."
    remedy = "Add the choices, or set the status to `withdrawn`."
    yield from sheet.problems(silent, "applicant_id", why, remedy, "warning")


RULES: tuple[Rule, ...] = (
    status_is_known,
    rejection_has_a_reason,
    a_person_applies_once,
    every_included_applicant_has_a_choice,
)
