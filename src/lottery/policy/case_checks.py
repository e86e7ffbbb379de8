"""
What a case may say under its policy.

A key that the policy never reads, or a name that means nothing, would let a case hold without testing anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lottery.cycle import GRADE_ORDER, GRADES, normal_grade
from lottery.errors import PolicyError, Problem
from lottery.policy.case_draw import Found, lottery_problems
from lottery.policy.cases import Case, Readings, near_programs, read_cases, readings_of
from lottery.policy.load import PolicyFile
from lottery.policy.model import BUILT_IN_FACTS, Policy
from lottery.policy.reading import Path_, line_of

PLACES = ("zone", "sibling", "feeder", "continuing")


def load_cases(path: Path, file: PolicyFile) -> list[Case]:
    """Read the cases of a policy; raises PolicyError with the problems of every case (of its form before its names)."""
    cases, problems, written = read_cases(path)
    readings = readings_of(file)
    problems += [
        Problem(path.name, line_of(written, (index, *place)), ".".join(map(str, (index, *place))), shown, why, remedy)
        for index, case in cases.items()
        for place, value, why, remedy in _Check(case, readings, file.policy).problems()
        for shown in ["" if value is None or isinstance(value, (list, dict)) else str(value)[:60]]
    ]
    if problems:
        raise PolicyError(sorted(problems, key=lambda problem: problem.order))
    return list(cases.values())


@dataclass(frozen=True, slots=True)
class _Check:
    case: Case
    readings: Readings
    policy: Policy

    def problems(self) -> Found:
        case = self.case
        for program in case.known:
            if program.startswith("before-"):
                place = ("seats" if program in case.seats else "programs", program)
                yield place, None, "This name is kept for the program that feeds another.", "Choose another name."
        choices = {name: child.choices for name, child in case.applicants.items()}
        yield from lottery_problems(self.policy, case.lottery, choices, case.seats)
        yield from self._offers()
        for program, row in case.programs.items():
            for column in row:
                if column not in self.readings.programs:
                    permitted = ", ".join(sorted(self.readings.programs))
                    why = f"The policy never reads the column {column!r} of a program."
                    yield ("programs", program, column), None, why, f"Remove it, or write one of: {permitted}."
        for name, applicant in case.applicants.items():
            here: Path_ = ("applicants", name)
            yield from self._programs((*here, "choices"), applicant.choices, case.seats)
            if normal_grade(applicant.grade) not in GRADE_ORDER:
                remedy = f"Write one of: {', '.join(GRADES)}."
                yield (*here, "grade"), applicant.grade, "This is not a grade.", remedy
            yield from self._own(here, applicant.own)
        yield from self._standings()
        yield from self._forms()
        yield from self._neighbours()

    def _offers(self) -> Found:
        """What is expected of everybody."""
        applicants, offers = self.case.applicants, self.case.offers
        for name in sorted(set(applicants) - set(offers)):
            yield ("offers",), None, f"Applicant {name} is missing.", "Name every applicant in offers."
        for name in sorted(set(offers) - set(applicants)):
            why = "There is no applicant of this name in the case."
            yield ("offers",), name, why, "Correct the name, or remove it."
        for child, offer in offers.items():
            if offer is not None:
                yield from self._programs(("offers", child), [offer], self.case.seats)

    def _programs(self, path: Path_, given: Sequence[str], permitted: Iterable[str]) -> Found:
        known = sorted(permitted)
        for program, times in Counter(given).items():
            if program not in known:
                why = "The case has no seats at a program of this name."
                yield path, program, why, f"Write one of: {', '.join(known)}; or add it to the case."
            if times > 1:
                yield path, program, "This program is named more than once.", "Name every program once."

    def _listed(self, path: Path_, value: Any) -> Found:
        """A program or a list of programs."""
        programs = [value] if isinstance(value, str) else value
        if not isinstance(programs, list) or not all(isinstance(p, str) for p in programs):
            shown = str(value).lower() if isinstance(value, bool) else value
            yield path, shown, "This is not a program.", "Write a program, or a list of programs."
        else:
            yield from self._programs(path, programs, self.case.known)

    def _own(self, here: Path_, own: Mapping[str, Any]) -> Found:
        for key, value in own.items():
            path = (*here, key)
            if key in PLACES or (key == "near" and not isinstance(value, bool)):
                if key == "near" and not isinstance(value, list):
                    yield path, value, "This is not an answer.", "Write true, false, or a list of programs."
                else:
                    yield from self._listed(path, value)
            elif key != "near":
                yield from self._fact(path, key, value)
        if isinstance(zones := own.get("zone"), list) and len(zones) > 1:
            yield (*here, "zone"), None, "A child lives in one attendance area.", "Write one program."
        now = [p for key in ("continuing", "feeder") for p in _as_list(own.get(key))]
        if len(now) > 1:
            path = (*here, "continuing" if "continuing" in own else "feeder")
            why = "A child attends one program now."
            yield path, None, why, "Write one program, under continuing or under feeder."

    def _fact(self, path: Path_, key: str, value: Any) -> Found:
        columns, pairs = self.readings.columns, self.readings.pairs
        if key not in columns | pairs:
            permitted = ", ".join(sorted({"choices", "grade", *BUILT_IN_FACTS, *columns, *pairs}))
            yield path, None, f"The policy never reads {key!r}.", f"Remove it, or write one of: {permitted}."
        elif value is None:
            yield path, None, "The answer is left blank.", 'Write the value, or "" for undisclosed.'
        elif isinstance(value, dict):
            yield path, None, "This is not a value.", "Write a value, or a list of programs."
        elif isinstance(value, list):
            if key in pairs:
                yield from self._listed(path, value)
            else:
                yield path, None, "The policy reads this as a column of applicants.", "Write one value, not a list."
        elif key not in columns:
            yield path, value, "The policy reads this as a fact of a child at a program.", "Write a list of programs."

    def _standings(self) -> Found:
        """Standings by a program's own criterion, where the policy says what they do."""
        standings = self.case.standings
        if standings and self.policy.given_priorities is None:
            yield ("standings",), None, "The policy never reads standings.", "Remove it, or write given_priorities."
        for name, own in standings.items():
            if name not in self.case.applicants:
                why = "There is no applicant of this name in the case."
                yield ("standings", name), name, why, "Correct the name, or remove it."
            yield from self._programs(("standings", name), list(own), self.case.seats)

    def _forms(self) -> Found:
        """A fact is a list for everybody or a value for everybody."""
        form: dict[str, bool] = {}
        for name, child in self.case.applicants.items():
            for key, value in child.own.items():
                if key not in BUILT_IN_FACTS and form.setdefault(key, isinstance(value, list)) != isinstance(
                    value, list
                ):
                    why = "Another applicant has a list here, or this one alone has."
                    yield ("applicants", name, key), None, why, "Write lists of programs for all, or values for all."

    def _neighbours(self) -> Found:
        """Schools stand at one place: whom two children live near to must be the same programs, or different ones."""
        seen: list[frozenset[str]] = []
        for name, child in self.case.applicants.items():
            near = near_programs(_known_near(child.own.get("near")), self.case.known)
            if any(near != other and near & other for other in seen):
                why = "This child shares some near programs with another, but not all."
                remedy = "Split the case in two, or give both the same list."
                yield ("applicants", name, "near"), None, why, remedy
            seen.append(near)


def _known_near(value: Any) -> Any:
    return [p for p in value if isinstance(p, str)] if isinstance(value, list) else value is True


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
