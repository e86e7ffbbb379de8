"""What a study assumes of families, held against the cycle: whom it names, and what cannot be meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from lottery.arrays import Bools
from lottery.cycle import Cycle, taking_part
from lottery.errors import Problem, Severity
from lottery.policy import PolicyFile
from lottery.policy.children import Children
from lottery.policy.condition import ColumnTest, Condition, atoms
from lottery.policy.load import Path_
from lottery.policy.truth import DECIMAL
from simulations.families.coins import coins
from simulations.families.sophisticated import IMMEDIATE
from simulations.study import Behaviour, Some, StudyError, StudyFile

NO_ANSWERS = ("applicant_id", "grade", "status", "status_reason")  # who takes part, and where
SHOWN = 12  # values or names that an objection lists


class Assumptions:
    """The behaviour of one arm, asked of the included applicants of a cycle; objections are collected."""

    def __init__(self, file: StudyFile, arm: str, baseline: PolicyFile, cycle: Cycle) -> None:
        self.file = file
        self.behaviour = file.study.arms[arm].behaviour or Behaviour(assumed="nothing")
        self.cycle = cycle
        self.people = cycle["applicants"]
        self.included = np.flatnonzero(taking_part(self.people))
        self.problems: list[Problem] = []
        self._path: Path_ = ("arms", arm, "behaviour")
        self._baseline = baseline
        self._children = Children(_Asked(baseline, file), cycle, self.included, self.problems)

    def families(self, key: str, some: Some | None, replication: int) -> Bools:
        """Whom a behaviour is assumed of in a replication ([row of applicants])."""
        chosen = np.zeros(len(self.people), dtype=np.bool_)
        if some is not None:
            applicants = self.people["applicant_id"][self.included].tolist()
            drawn = coins(self.file.study.seed, replication, key, applicants) < some.fraction
            chosen[self.included] = drawn & self._named(key, some.who)
        return chosen

    def check(self) -> None:
        """Object to programs, columns and conditions that the cycle does not have."""
        behaviour = self.behaviour
        for key in ("new_program", "undisclosed", "misreported", "exit", "decline", "sophisticated"):
            some: Some | None = getattr(behaviour, key)
            if some is not None:
                self._named(key, some.who)
        if (new := behaviour.new_program) is not None and new.program not in self.cycle["seats"]["program_id"]:
            why = "The cycle has no seats at this program, so no family could list it."
            remedy = f"Correct the program_id, or add its seats to {self.cycle['seats'].file}."
            self._object(("new_program", "program"), new.program, why, remedy)
        if behaviour.undisclosed is not None:
            self._check_column("undisclosed", behaviour.undisclosed.column)
        if behaviour.misreported is not None:
            self._check_column("misreported", behaviour.misreported.column)

    def check_value(self) -> None:
        """Object to an answer that nobody gives: a typing mistake would silently take children out of their group."""
        told = self.behaviour.misreported
        if told is None or told.column not in self.people:
            return
        given = {value for value in self.people[told.column][self.included].tolist() if value}
        numbers = all(DECIMAL.fullmatch(value) for value in (*given, told.value))
        if told.value not in given and not numbers:
            why = f"No applicant answers this in the column {told.column!r}."
            remedy = f"Write one of: {_listed(given)}; to leave the answer blank, write `undisclosed`."
            self._object(("misreported", "value"), told.value, why, remedy)

    def check_against(self, policy: PolicyFile) -> None:
        """Object to what the arm's own policy rules out."""
        behaviour, terms = self.behaviour, policy.policy
        if behaviour.sophisticated is not None and terms.mechanism != IMMEDIATE:
            why = f"The policy of this arm is {terms.mechanism}; this behaviour is the equilibrium of {IMMEDIATE}."
            remedy = f"Take it out, or choose a policy with `mechanism: {IMMEDIATE}`."
            self._object(("sophisticated",), "", why, remedy)
        cap, most = terms.list_cap, behaviour.keep_first
        if behaviour.new_program is not None and cap != "none" and (most is None or most > cap):
            why = f"With one more program, lists may be longer than the {cap} choices that this arm's policy allows."
            self._object(("new_program",), "", why, f"Write `keep_first: {cap}` beside it, or a lower number.")

    def refuse(self) -> None:
        """Raise StudyError with every objection so far, each once."""
        if self.problems:
            raise StudyError(_in_order(self.problems))

    def _check_column(self, key: str, column: str) -> None:
        answers = [name for name in self.people.columns if name not in NO_ANSWERS]
        if column not in answers:
            why = f"{self.people.file} has no answer of this name."
            self._object((key, "column"), column, why, f"Write one of its columns: {_listed(answers)}.")

    def _named(self, key: str, who: Condition | None) -> Bools:
        """Whom a behaviour names ([applicant])."""
        if who is None:
            return np.ones(len(self.included), dtype=np.bool_)
        strangers = [atom for atom in atoms(who) if not self._about_the_child(atom)]
        for atom in strangers:
            name = atom if isinstance(atom, str) else atom.column
            why = "This is neither a column of applicants nor a fact of the baseline's policy about the child alone."
            self._object((key, "who"), name, why, f"Write one of: {_listed({*self.people.columns, *self._facts()})}.")
        if strangers:
            return np.zeros(len(self.included), dtype=np.bool_)
        return self._children.holds(who, (*self._path, key, "who"))

    def _about_the_child(self, atom: str | ColumnTest) -> bool:
        if isinstance(atom, ColumnTest):
            return atom.column in self.people and atom.table in (None, "applicants")
        return atom in self._facts() or atom in self.people

    def _facts(self) -> list[str]:
        """The facts of the baseline's policy that are about the child alone."""
        facts = self._baseline.policy.facts.items()
        return [name for name, test in facts if test.column in self.people and test.table in (None, "applicants")]

    def _object(self, key: tuple[str, ...], value: str, why: str, remedy: str) -> None:
        self.problems += self.file.refusal((*self._path, *key), value, why, remedy).problems


class _Asked(PolicyFile):
    """The baseline's policy, asked by a study: what is wrong with a condition of the study is told of its line."""

    def __init__(self, baseline: PolicyFile, study: StudyFile) -> None:
        super().__init__(baseline.policy, baseline.written, baseline.file)
        self._study = study

    def problem(self, path: Path_, why: str, remedy: str, *, severity: Severity = "error") -> Problem:
        """An objection to a place of the study or of the policy."""
        if path[0] == "arms":
            return self._study.refusal(path, "", why, remedy).problems[0]
        return super().problem(path, why, remedy, severity=severity)


def check_behaviour(file: StudyFile, policies: Mapping[str, PolicyFile], cycle: Cycle) -> None:
    """
    Check what a study assumes of families against a cycle and the policies of its arms, by name.

    Raises StudyError with every problem of every arm.  To be asked of the cycle as it was read: in another year's
    families a rare answer may be missing.
    """
    problems: list[Problem] = []
    for arm in file.study.arms:
        assumed = Assumptions(file, arm, policies[file.study.baseline], cycle)
        assumed.check()
        assumed.check_value()
        assumed.check_against(policies[arm])
        problems += assumed.problems
    if problems:
        raise StudyError(_in_order(problems))


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(set(problems), key=lambda problem: problem.order)


def _listed(names: Iterable[str]) -> str:
    own = sorted(names)
    return ", ".join(own[:SHOWN]) + (" …" if len(own) > SHOWN else "")
