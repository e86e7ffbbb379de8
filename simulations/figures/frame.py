"""A figure of a study: what it says in words, drawings in two sizes, and tables with the same in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from simulations.results import Cell, Findings, Flow, Result, SafeguardUse, Target, Trace
from simulations.study import Measure, Some
from simulations.words import Words, words, words_of

MOST_LISTED = 200  # lines of a table; all are in the files


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawing, for wide screens and for phones."""

    caption: str  # "": it needs none beside the figure's title
    wide: str
    narrow: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the cells of its first `left` columns are words."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """One question and its answer; without pictures the notes are the answer."""

    name: str
    title: str
    notes: Sequence[str]
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    legend: Sequence[tuple[str, str]] = field(default_factory=tuple)  # (color, words)
    at_once: int = 1  # pictures that are shown unfolded


@dataclass(frozen=True)
class View:
    """One cycle of the findings, ready to be looked up."""

    findings: Findings
    cycle: str
    public: bool

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """The baseline first, then the others as written."""
        baseline = self.findings.study.baseline
        return (baseline, *(arm for arm in self.findings.study.arms if arm != baseline))

    @property
    def others(self) -> tuple[str, ...]:
        """The arms that are compared with the baseline."""
        return self.arms[1:]

    @cached_property
    def said(self) -> Mapping[str, Words]:
        """By measure: how this study tells it."""
        return words_of(self.findings.study.band)

    @cached_property
    def results(self) -> Mapping[tuple[str, Cell], Sequence[Result]]:
        """By arm and cell; two targets of one group share a cell, in the order of the policy."""
        found: dict[tuple[str, Cell], list[Result]] = {}
        for result in self.findings.results:
            if result.cycle == self.cycle:
                found.setdefault((result.arm, result.cell), []).append(result)
        return found

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell once, in the order of the study."""
        return tuple(dict.fromkeys(cell for _, cell in self.results))

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The named groups that something is told of."""
        told = [cell.group for cell in self.cells]
        told += [flow.group for arm in self.others for flow in self.flows(arm)]
        return tuple(group for group in dict.fromkeys(told) if group)

    def asked(self, *measures: Measure) -> bool:
        """Whether the study asks for all of these measures."""
        return set(measures) <= set(self.findings.study.measures)

    def at(self, arm: str, cell: Cell, number: int = 0) -> Result | None:
        """What was found of a cell, or None where it was not asked for or may not be shown."""
        found = self.results.get((arm, cell), ())
        return found[number] if number < len(found) else None

    @cached_property
    def _flows(self) -> Mapping[str, Sequence[Flow]]:
        found: dict[str, list[Flow]] = {}
        for flow in self.findings.flows:
            if flow.cycle == self.cycle:
                found.setdefault(flow.arm, []).append(flow)
        return {arm: sorted(flows, key=_largest) for arm, flows in found.items()}

    def flows(self, arm: str) -> Sequence[Flow]:
        """The flows of an arm, the largest first."""
        return self._flows.get(arm, ())

    @property
    def safeguards(self) -> list[SafeguardUse]:
        """The safeguards of the cycle."""
        return [use for use in self.findings.safeguards if use.cycle == self.cycle]

    @property
    def traces(self) -> list[Trace]:
        """How the estimates of the cycle settled."""
        return [trace for trace in self.findings.traces if trace.cycle == self.cycle]

    @property
    def targets(self) -> list[Target]:
        """The targets of the cycle."""
        return [target for target in self.findings.targets if target.cycle == self.cycle]

    def arm(self, name: str) -> str:
        """An arm as it is labelled everywhere: whoever reads it sees that its families are assumed."""
        return f"{name} (assumed)" if name in self.findings.assumed else name

    def departs(self, arm: str) -> bool:
        """Whether the children of an arm are not those of the baseline, because families leave."""
        return self._leavers(arm) != self._leavers(self.arms[0])

    def _leavers(self, arm: str) -> Some | None:
        behaviour = self.findings.study.arms[arm].behaviour
        return None if behaviour is None else behaviour.exit

    def of_both(self) -> Sequence[str]:
        """What differences compare where families leave: a note, or nothing."""
        arms = [self.arm(arm) for arm in self.others if self.departs(arm)]
        if not arms:
            return []
        return [
            f"Families leave under {listed(arms)}: the difference to {self.arm(self.arms[0])} compares the children "
            "who take part in both, so it is not that of the two levels, each of which is of those who take part there."
        ]

    def program(self, identifier: str) -> str:
        """The name of a program; no identifier is no offer."""
        return self.findings.program_names[self.cycle].get(identifier, identifier) or "no offer"

    def named(self, title: str) -> str:
        """A title, with the cycle where there are several."""
        return f"{title} · {self.cycle}" if len(self.findings.study.cycles) > 1 else title

    def identifier(self, name: str) -> str:
        """A name for links, the same in no other cycle."""
        return f"{name}-{self.findings.study.cycles.index(self.cycle) + 1}"


def _largest(flow: Flow) -> tuple[float, str, str, str]:
    return -flow.children.mean, flow.origin, flow.destination, flow.group


def title_of(title: str, group: str) -> str:
    """A title with the group that it is about."""
    return f"{title}: {words(group)}" if group else title


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def left_out(lines: int, file: str) -> Sequence[str]:
    """What a table leaves out."""
    return [f"The table shows {MOST_LISTED} of {lines:,} lines; all are in {file}."] if lines > MOST_LISTED else []
