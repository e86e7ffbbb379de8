"""What keeps a question from being answered; one rule is one function, and all are told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lottery.cycle import GRADE_ORDER, GRADES
from lottery.errors import Problem
from lottery.plan.cohorts import Rate
from lottery.planning.question import QuestionFile
from lottery.planning.roll_forward.network import Network, Roll, Span
from lottery.planning.roll_forward.question import ByGrade, RollForward

CORRECT_PROGRAM = "Correct it; `programs` of the cycle has the identifiers, and a scenario may open others."
Place = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Case:
    """A question beside its cycle."""

    file: QuestionFile[RollForward]
    listed: frozenset[str]  # the cycle's programs
    known: Mapping[str, Span]  # of those whose grades are known
    networks: Mapping[str, Network]  # by scenario
    roll: Roll

    @property
    def asked(self) -> RollForward:
        """What is asked."""
        return self.file.asked

    @property
    def anywhere(self) -> set[str]:
        """Programs of the cycle, and those that some scenario opens."""
        return set(self.known).union(*(network.spans for network in self.networks.values()))

    def needed(self, network: Network) -> tuple[str, ...]:
        """Programs of a scenario on which some site depends."""
        return network.behind(program for site in self.asked.sites.values() for program in site.programs)


def every_program_is_known(case: Case) -> Iterator[Problem]:
    """A program that is named is one of the cycle, or opened by a scenario."""
    asked, everywhere = case.asked, case.anywhere
    named: list[tuple[Place, str, set[str]]] = []
    for key, mapping in (("entering", asked.entering), ("refill", asked.refill), ("split", asked.split)):
        named += [((key, program), program, everywhere) for program in mapping]
    for key, rates in (("stay", asked.stay.by_program), ("continue", asked.onward.by_program)):
        named += [((key, "by_program", program), program, everywhere) for program in rates]
    for name, site in asked.sites.items():
        named += [(("sites", name, "programs", k), program, everywhere) for k, program in enumerate(site.programs)]
    for name, scenario in asked.scenarios.items():
        own = set(case.networks[name].spans)
        for key, other in (("entering", scenario.entering), ("split", scenario.split)):
            named += [(("scenarios", name, key, program), program, own) for program in other]
    for name, number, opening in asked.openings():
        own = set(case.networks[name].spans)
        for key, programs in (("fed_by", opening.fed_by), ("feeds", opening.feeds)):
            list_at = ("scenarios", name, "opens", number, key)
            named += [((*list_at, k), program, own) for k, program in enumerate(programs)]
    for place, program, permitted in named:
        if program not in permitted:
            gradeless = program in case.listed
            why = "Nothing says which grades this program has." if gradeless else "There is no such program."
            remedy = "Write lowest_grade and highest_grade in `programs`." if gradeless else CORRECT_PROGRAM
            yield case.file.problem(place, program, why, remedy)


def a_new_program_is_new(case: Case) -> Iterator[Problem]:
    """A scenario opens programs that do not exist yet, each once, while the question looks."""
    for name, number, opening in case.asked.openings():
        place: Place = ("scenarios", name, "opens", number)
        before = [other.program for other in case.asked.scenarios[name].opens[:number]]
        if opening.program in case.listed or opening.program in before:
            why = "A program of this identifier is there already."
            yield case.file.problem((*place, "program"), opening.program, why, "Give the new one another.")
        if not 1 <= case.asked.index(opening.begins) <= case.asked.years:
            why = "The question does not look at this school year, or the roster is of it."
            remedy = f"Write a school year from {case.asked.school_years[1]} to {case.asked.school_years[-1]}."
            yield case.file.problem((*place, "from"), opening.begins, why, remedy)
        if GRADE_ORDER[opening.lowest_grade] > GRADE_ORDER[opening.highest_grade]:
            why, remedy = "The lowest grade comes after the highest.", "Exchange them."
            yield case.file.problem((*place, "lowest_grade"), opening.lowest_grade, why, remedy)


def children_are_in_grades_of_their_program(case: Case) -> Iterator[Problem]:
    """The roster has nobody in a grade that the program does not have."""
    needed = {program for network in case.networks.values() for program in case.needed(network)}
    for program, grade in sorted(case.roll):
        span = case.known.get(program)
        if program in needed and span is not None and grade not in span.grades:
            why = f"The roster has children in grade {grade} of {program}, and `programs` says it has no such grade."
            yield case.file.problem(("cycle",), program, why, "Correct roster, or lowest_grade and highest_grade.")


def every_needed_program_says_who_enters(case: Case) -> Iterator[Problem]:
    """For each program on which a site depends the question says how many children come from elsewhere."""
    told = set()
    for name in sorted(case.networks):
        network = case.networks[name]
        for program in case.needed(network):
            if program not in network.entering and program not in told:
                told.add(program)
                why = f"A site depends on {program}, and nothing says how many children enter it from elsewhere."
                remedy = f"Write them, as `{program}: {{{network.spans[program].grades[0]}: {{per_year: 24}}}}`; 0 too."
                yield case.file.problem(("entering",), "", why, remedy)


def children_enter_a_grade_that_is_there(case: Case) -> Iterator[Problem]:
    """Places are of a grade that the program has."""
    asked = case.asked
    written: list[tuple[Place, str, Span | None, ByGrade]] = []
    for program, by_grade in asked.entering.items():
        spans = [network.spans[program] for network in case.networks.values() if program in network.spans]
        written.append((("entering", program), program, spans[0] if spans else None, by_grade))
    for name, scenario in asked.scenarios.items():
        for program, by_grade in scenario.entering.items():
            written.append(
                (("scenarios", name, "entering", program), program, case.networks[name].spans.get(program), by_grade)
            )
    for name, number, opening in asked.openings():
        span = case.networks[name].spans.get(opening.program)
        written.append((("scenarios", name, "opens", number, "entering"), opening.program, span, opening.entering))
    for place, program, span, by_grade in written:
        for grade, places in by_grade.items():
            if span is not None and grade not in span.grades:
                why = f"{program} has the grades {', '.join(span.grades)}."
                yield case.file.problem((*place, grade), grade, why, "Write one of them.")
            if program not in case.listed and not isinstance(places.per_year, int):
                why = "The cycle has no children and no seats of a program that is not open yet."
                yield case.file.problem((*place, grade, "per_year"), places.per_year, why, "Write a number.")


def a_split_divides_everybody(case: Case) -> Iterator[Problem]:
    """Where a program feeds several others, and a site depends on one, all their shares are written and sum to 1."""
    told = set()
    for name in sorted(case.networks):
        network = case.networks[name]
        needed = set(case.needed(network))
        for program, fed in sorted(network.feeds.items()):
            split = network.split.get(program)
            follows = program in needed and not needed.isdisjoint(fed)
            matters = follows and (len(fed) > 1 or split is not None)
            if not matters or (split is not None and set(split) == set(fed) and sum(split.values()) == 1):
                continue
            own = program in case.asked.scenarios[name].split
            place: Place = ("scenarios", name, "split") if own else ("split",)
            if (place, program) not in told:
                told.add((place, program))
                why = f"{program} feeds {', '.join(sorted(fed))} (scenario {name}); their shares must sum to 1."
                yield case.file.problem((*place, program), "", why, "Write a share of each; 0 for one nobody goes to.")


def a_claim_is_about_something(case: Case) -> Iterator[Problem]:
    """A claim names a site, a scenario and a school year of the question."""
    asked = case.asked
    for number, claim in enumerate(asked.claims):
        for key, named, known in (("site", claim.site, asked.sites), ("scenario", claim.scenario, asked.scenarios)):
            if named not in known:
                why = f"The question has no {key} of this name."
                yield case.file.problem(
                    ("claims", number, key), named, why, f"Write one of: {', '.join(sorted(known))}."
                )
        if claim.year is not None and not (claim.reading == "full_from") <= asked.index(claim.year) <= asked.years:
            why = "The question does not look at this school year."
            remedy = f"Write one up to {asked.school_years[-1]}, or change `start` or `years`."
            yield case.file.problem(("claims", number, claim.reading), claim.year, why, remedy)
        site = asked.sites.get(claim.site)
        if claim.program is not None and site is not None and claim.program not in site.programs:
            why, remedy = "The site does not have this program.", f"Write one of: {', '.join(site.programs)}."
            yield case.file.problem(("claims", number, "program"), claim.program, why, remedy)


def a_site_is_somewhere(case: Case) -> Iterator[Problem]:
    """The programs of a site have one of its grades."""
    for name, site in case.asked.sites.items():
        spans = [network.spans[p] for network in case.networks.values() for p in site.programs if p in network.spans]
        there = {grade for span in spans for grade in span.grades}
        if site.grades is not None and there and not there.intersection(site.grades):
            ordered = ", ".join(grade for grade in GRADES if grade in there)
            why = "None of its programs has one of these grades."
            yield case.file.problem(("sites", name, "grades"), "", why, f"Write some of: {ordered}.")


def rates_to_try_are_possible(case: Case) -> Iterator[Problem]:
    """A rate to be tried goes with every spread that is written."""
    if (vary := case.asked.vary) is None:
        return
    stay, onward = case.asked.stay, case.asked.onward
    spreads = {
        "stay": {float(rate.spread) for rate in (stay, *stay.by_grade.values(), *stay.by_program.values())},
        "continue": {float(rate.spread) for rate in (onward, *onward.by_program.values())},
    }
    for key, rates in (("stay", vary.stay), ("continue", vary.onward)):
        for number, rate in enumerate(rates):
            if not all(Rate(float(rate), spread).possible for spread in spreads[key]):
                why = "No chance has this mean and the spread that is written."
                yield case.file.problem(("vary", key, number), rate, why, "Write a rate further from 0 and 1.")


RULES = (
    every_program_is_known,
    a_new_program_is_new,
    children_are_in_grades_of_their_program,
    every_needed_program_says_who_enters,
    children_enter_a_grade_that_is_there,
    a_split_divides_everybody,
    a_claim_is_about_something,
    a_site_is_somewhere,
    rates_to_try_are_possible,
)
