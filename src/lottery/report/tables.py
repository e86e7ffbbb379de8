"""The files of a run that say who got what, and why: offers, reasons, cutoffs, wait lists."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.chances import Chances
from lottery.market import GUARANTEES, HARD_BAND, INELIGIBLE, SEAT_GROUPS, SOFT_BAND, Bounds
from lottery.outcome import NOBODY, Outcome

OFFERS = ("applicant_id", "grade", "program_id", "rank", "seat_group", "priority", "lottery_number", "place")
REASONS = (
    "applicant_id", "program_id", "rank", "outcome", "seat_group", "priority", "lottery_number", "place",
    "cutoff_priority", "cutoff_place", "places_short", "waitlist_position",
)  # fmt: skip
CUTOFFS = (
    "program_id", "grade", "seat_group", "capacity", "filled", "member", "priority", "lottery_number", "place",
)  # fmt: skip
BOUNDS = ("program_id", "grade", "rule", "name", "floor", "ceiling", "members")
PROBABILITIES = ("applicant_id", "program_id", "priority", "draws", "probability")
WAITLISTS = ("program_id", "grade", "position", "applicant_id", "priority", "lottery_number", "place")

RULES = {SOFT_BAND: "soft_band", HARD_BAND: "hard_band", GUARANTEES: "guarantees"}
OUTCOMES = ("offered", "higher_choice", "not_reached", "ineligible")
OFFERED, HIGHER_CHOICE, NOT_REACHED, NOT_ELIGIBLE = range(len(OUTCOMES))
FAR = np.iinfo(np.int64).max


def write_tables(outcome: Outcome, folder: Path) -> None:
    """Write offers.csv, reasons.csv, cutoffs.csv and waitlists.csv; with bands or guarantees bounds.csv."""
    answers = Answers(outcome)
    if outcome.market.bounds is not None:
        write_csv(folder / "bounds.csv", BOUNDS, answers.bounds(outcome.market.bounds))
    for name, header, rows in (
        ("offers", OFFERS, answers.offers()),
        ("reasons", REASONS, answers.reasons()),
        ("cutoffs", CUTOFFS, answers.cutoffs()),
        ("waitlists", WAITLISTS, answers.waitlists()),
    ):
        write_csv(folder / f"{name}.csv", header, rows)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file: UTF-8, LF, minimal quoting."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_probabilities(chances: Chances, folder: Path) -> None:
    """
    Write probabilities.csv: in which share of the draws each application was the offer (blank program: none).

    With the priorities beside them, effects of programs can be estimated from the chance in the lottery alone
    (Abdulkadiroğlu, Angrist, Narita and Pathak, "Research design meets market design", Econometrica 85, 2017).
    """
    write_csv(folder / "probabilities.csv", PROBABILITIES, _probabilities(chances))


def _probabilities(chances: Chances) -> Iterator[Sequence[object]]:
    market, draws = chances.market, chances.draws
    shares = [f"{count / draws:.6f}" for count in range(draws + 1)]
    names = [*market.class_names, ""]  # INELIGIBLE is -1: the last, blank name
    start, program, none = market.choice_start.tolist(), market.program.tolist(), chances.count_none.tolist()
    priority, count = market.priority_class.tolist(), chances.count.tolist()
    for i in sorted(range(market.n_applicants), key=lambda i: market.applicants[i].encode()):
        yield market.applicants[i], "", "", draws, shares[none[i]]
        for a in sorted(range(start[i], start[i + 1]), key=lambda a: market.programs[program[a]].encode()):
            yield market.applicants[i], market.programs[program[a]], names[priority[a]], draws, shares[count[a]]


@dataclass(frozen=True, eq=False)
class Answers:
    """The answer to every application of an outcome, column by column."""

    of: Outcome

    @cached_property
    def applicant(self) -> Ints:
        """[application] who applied."""
        return self.of.market.applicant_of()

    @cached_property
    def rank(self) -> Ints:
        """[application] the rank on the applicant's list."""
        return self.of.market.rank_of()

    @cached_property
    def result(self) -> Longs:
        """[application] an index of OUTCOMES."""
        market, offered = self.of.market, self.of.application[self.applicant]
        rows = np.arange(len(self.applicant))
        refused = np.where(market.priority_class == INELIGIBLE, NOT_ELIGIBLE, NOT_REACHED)
        answer = np.where((offered != NOBODY) & (rows > offered), HIGHER_CHOICE, refused)
        return np.where(rows == offered, OFFERED, answer)

    @cached_property
    def by_applicant(self) -> Longs:
        """[application] the applications in the order of applicants' names, then of ranks."""
        names = self.of.market.applicants
        order = sorted(range(len(names)), key=lambda i: names[i].encode())
        position = np.empty(len(names), dtype=np.int64)
        position[order] = np.arange(len(names))
        return np.lexsort((self.rank, position[self.applicant]))

    @cached_property
    def program_order(self) -> list[int]:
        """Programs in the order of their identifiers, then of grades."""
        market = self.of.market
        return sorted(range(market.n_programs), key=lambda p: (market.programs[p].encode(), market.grades[p]))

    @cached_property
    def waiting(self) -> Longs:
        """The applications that wait, program by program, by class and place."""
        market = self.of.market
        waits = np.flatnonzero(self.result == NOT_REACHED)
        order = np.empty(market.n_programs, dtype=np.int64)
        order[self.program_order] = np.arange(market.n_programs)
        keys = (self.of.place[waits], market.priority_class[waits], order[market.program[waits]])
        return np.asarray(waits[np.lexsort(keys)])

    @cached_property
    def waitlist_position(self) -> Longs:
        """[application] the position on the wait list from 1, or 0."""
        program = self.of.market.program[self.waiting]
        starts = (
            np.flatnonzero(np.r_[True, program[1:] != program[:-1]]) if len(program) else np.empty(0, dtype=np.int64)
        )
        ordinal = np.arange(len(program)) - np.repeat(starts, np.diff(np.r_[starts, len(program)])) + 1
        position = np.zeros(len(self.result), dtype=np.int64)
        position[self.waiting] = ordinal
        return position

    @cached_property
    def cutoff_holder(self) -> Ints:
        """[program, slot] The last holder, whom the refused stand behind, or NOBODY: under deferred acceptance only."""
        of = self.of
        if of.mechanism == "deferred-acceptance":
            return of.last_holder
        return np.full_like(of.last_holder, NOBODY)

    @cached_property
    def closest(self) -> tuple[Longs, Longs]:
        """
        [application] The seat group shown with an answer, or NOBODY, and the places short there, or FAR.

        An offer shows its own group; a refusal the group with the fewest places short, where none is comparable the
        first that admits the applicant.
        """
        market, result, place = self.of.market, self.result, self.of.place
        group = np.full(len(result), NOBODY, dtype=np.int64)
        short = np.full(len(result), FAR, dtype=np.int64)
        offered = self.of.application[self.of.application != NOBODY]
        group[offered] = self.of.slot[self.of.application != NOBODY]
        refused = result == NOT_REACHED
        for slot in range(market.n_slots):
            admits = refused & (market.standing[:, slot] < market.barred)
            last = self.cutoff_holder[market.program, slot]
            same: Bools = admits & (last != NOBODY)
            same[same] = market.standing[last[same], slot] == market.standing[same, slot]
            gap = np.full(len(result), FAR, dtype=np.int64)
            gap[same] = place[same] - place[last[same]]
            nearer = gap < short
            group[nearer | (admits & (group == NOBODY))] = slot
            short = np.minimum(short, gap)
        return group, short

    def offers(self) -> Iterator[Sequence[object]]:
        """Rows of offers.csv."""
        market, of = self.of.market, self.of
        offered, slot = of.application.tolist(), of.slot.tolist()
        for i in sorted(range(market.n_applicants), key=lambda i: market.applicants[i].encode()):
            a = offered[i]
            number, place = self._number_and_place(i, a)
            if a == NOBODY:
                yield market.applicants[i], market.applicant_grades[i], "", "", "", "", number, place
                continue
            p = int(market.program[a])
            yield (
                market.applicants[i], market.applicant_grades[i], market.programs[p], int(self.rank[a]),
                market.group_names[p][slot[i]], of.class_in(a, slot[i]), number, place,
            )  # fmt: skip

    def reasons(self) -> Iterator[Sequence[object]]:
        """Rows of reasons.csv."""
        market, of = self.of.market, self.of
        order = self.by_applicant
        group, short = self.closest
        shown = np.maximum(group, 0)
        last = np.where(group == NOBODY, NOBODY, self.cutoff_holder[market.program, shown])
        order_in_group = market.standing[np.arange(len(group)), shown].astype(np.int64) % max(1, market.n_classes)
        own_class = np.where(group == NOBODY, market.priority_class, order_in_group)
        last_class = market.standing[last, shown].astype(np.int64) % max(1, market.n_classes)
        class_names = np.array([*market.class_names, ""], dtype=object)  # INELIGIBLE is -1: the last, blank name
        eligible = market.priority_class != INELIGIBLE
        group_names = np.array(
            [self._group_name(p, k) for p in range(market.n_programs) for k in range(market.n_slots)]
        )
        columns = (
            np.array(market.applicants, dtype=object)[self.applicant],
            np.array(market.programs, dtype=object)[market.program],
            self.rank,
            np.array(OUTCOMES, dtype=object)[self.result],
            np.where(group == NOBODY, "", group_names[market.program * market.n_slots + shown]),
            class_names[own_class],
            np.where(eligible, self._numbers(), ""),
            np.where(eligible, of.place.astype(object), ""),
            np.where(last == NOBODY, "", class_names[last_class]),
            np.where(last == NOBODY, "", of.place[last].astype(object)),
            np.where(short == FAR, "", short.astype(object)),
            np.where(self.waitlist_position == 0, "", self.waitlist_position.astype(object)),
        )
        return zip(*(column[order].tolist() for column in columns), strict=True)

    def cutoffs(self) -> Iterator[Sequence[object]]:
        """Rows of cutoffs.csv."""
        market, of = self.of.market, self.of
        for p in self.program_order:
            names = market.group_names[p]
            for slot in sorted(range(len(names)), key=lambda k: names[k].encode()):
                if not names[slot]:
                    continue
                last = int(of.last_holder[p, slot])
                cutoff: tuple[object, ...] = ("",) * 4
                if last != NOBODY:
                    member = "yes" if market.member[last, slot] else "no"
                    cutoff = member, of.class_in(last, slot), of.number_of(last), int(of.place[last])
                seats = int(market.capacity[p, slot]), int(of.filled[p, slot])
                yield market.programs[p], market.grades[p], names[slot], *seats, *cutoff

    def waitlists(self) -> Iterator[Sequence[object]]:
        """Rows of waitlists.csv."""
        market, of = self.of.market, self.of
        for a in self.waiting.tolist():
            p = int(market.program[a])
            yield (
                market.programs[p], market.grades[p], int(self.waitlist_position[a]),
                market.applicants[int(self.applicant[a])], market.class_names[market.priority_class[a]],
                of.number_of(a), int(of.place[a]),
            )  # fmt: skip

    def bounds(self, bounds: Bounds) -> Iterator[Sequence[object]]:
        """Rows of bounds.csv: floors and ceilings, or guaranteed seats, and the members among those offered a seat."""
        market, filled = self.of.market, self.of.filled
        for p in self.program_order:
            rule = int(bounds.rule[p])
            head = market.programs[p], market.grades[p], RULES.get(rule, "")
            if rule == GUARANTEES:
                for t, name in enumerate(bounds.trait_names[p]):
                    having = filled[p, (bounds.traits[p] >> t & 1).astype(np.bool_)]
                    yield *head, name, int(bounds.guaranteed[p, t]), "", int(having.sum())
            elif rule != SEAT_GROUPS:
                for slot, name in list(enumerate(market.group_names[p]))[bounds.first :]:
                    ends = int(bounds.floor[p, slot]), int(bounds.ceiling[p, slot])
                    yield *head, name, *ends, int(filled[p, slot])

    def _number_and_place(self, applicant: int, application: int) -> tuple[str, object]:
        lottery = self.of.lottery
        if lottery.per_application:
            return ("", "") if application == NOBODY else (lottery.shown[application], int(lottery.place[application]))
        return lottery.shown[applicant], int(lottery.place[applicant])

    def _numbers(self) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        shown = np.array(self.of.lottery.shown, dtype=object)
        return shown if self.of.lottery.per_application else shown[self.applicant]

    def _group_name(self, program: int, slot: int) -> str:
        names = self.of.market.group_names[program]
        return names[slot] if slot < len(names) else ""
