"""The page of a roll-forward: claims first, then site by site, then what decides it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lottery.named import DEMO
from lottery.plan.cohorts import PERCENTS, earliest
from lottery.planning.roll_forward.findings import Findings, Future, Judged, Past
from lottery.planning.roll_forward.premises import EVERYWHERE, premises
from lottery.planning.roll_forward.tables import judged_at, small
from lottery.planning.roll_forward.words import answers, reading, rooms_in_words, running_out, simulation_error, verdict
from lottery.report.planned import Bars, Cell, Column, Line, Lines, Page, Section, Table
from lottery.report.suppression import SMALL

REMARKS = (
    "A world is one set of rates, drawn once and kept in all its years; within it children decide independently. Bands "
    "hold nine worlds in ten. The simulation error beside a probability says how far other draws of the worlds would "
    "move it, and not whether the rates are right.",
    "A site is over its room where it has more children than places; how many would like to come is not simulated, and "
    "a new program takes no children from another one unless the question says so.",
)
SAMPLE = (
    "How the sample district's children divide into programs and grades is assumed (SOURCES.md beside it); only the "
    "totals of schools are the state's. Every verdict is about the sample."
)
CLAIMS = (
    "± points: the simulation error of the share of the worlds. Words such as likely are those of a scale: very likely "
    "from 90% of the worlds, likely from 66%, about as likely as not from 33%, unlikely from 10%."
)
BACK_TEST = (
    "Real schools also changed by classes that opened or closed, permits, charter schools and a pandemic: those are in "
    "the real numbers and not in the simulated ones."
)


def page(found: Findings, sites: Sequence[str], *, public: bool) -> Page:
    """Everything about some sites; in public numbers of 1 to 10 children are left out."""
    asked = found.asked
    judged = judged_at(found, sites)
    sections = [*_claims(found, sites, public), *(_site(found, name, public) for name in sites)]
    sections += [*_decisive(found, sites), *_back_test(found, sites, public), *_clock(found, sites)]
    sections.append(premises(found, sites))
    facts = [
        ("Cycle", found.cycle),
        ("School years", f"{asked.start} to {asked.school_years[-1]}"),
        ("Scenarios", ", ".join(future.name for future in found.futures)),
        ("Worlds", f"{min(future.worlds for future in found.futures):,} simulated futures, each with rates of its own"),
        ("Seed", asked.seed),
    ]
    return Page(
        title=asked.title or "When does each site run out of room?",
        kind="Cohorts rolled forward",
        facts=facts,
        answer=tuple(answers(found, sites, judged, public=public)),
        sections=tuple(sections),
        assumed=tuple(_assumed(found, sites)),
        remarks=tuple(_remarks(found, sites)),
        public=public,
    )


def _claims(found: Findings, sites: Sequence[str], public: bool) -> Iterator[Section]:
    judged = judged_at(found, sites)
    if not judged:
        return
    columns = (
        Column("Claim", "count"),
        Column("Site"),
        Column("Scenario"),
        Column("In its own words"),
        Column("Read as"),
        Column("Verdict: this claim …"),
        Column("± points"),
    )
    rows = [
        (
            one.number,
            one.claim.site,
            one.claim.scenario,
            one.claim.quote,
            reading(one),
            verdict(found, one, public=public),
            None if one.claim.full_now else f"{simulation_error(one.chance):.1f}",
        )
        for one in judged
    ]
    yield Section("What becomes of the claims", (), (Table("Claims", columns, rows, CLAIMS),))


def _site(found: Findings, name: str, public: bool) -> Section:
    """How a site fills, drawn and in a table."""
    site, years = found.asked.sites[name], found.asked.school_years
    told = [
        f"{future.name[0].upper()}{future.name[1:]}: {running_out(found, future.fillings[name], site)}."
        for future in found.futures
    ]
    lines = [_line(found, future, name, public) for future in found.futures]
    really = [
        (float(found.asked.first + found.asked.index(year)), float(children))
        for year, children in sorted(site.enrolled.items())
        if not small(children, public)
    ]
    if really:
        lines.append(Line(f"really enrolled ({site.enrolled_source})", really))
    drawing = Lines(
        f"{name}: children expected, with the band of nine worlds in ten",
        "school year that begins in",
        "children",
        lines,
        ((f"room for {site.room:,}", float(site.room)),),
        years=True,
    )
    fillings = [future.fillings[name] for future in found.futures]
    intervals = [[own.chance(int(worlds)) for worlds in own.first] for own in fillings]
    bars = Bars(
        f"{name}: the first year with more children than room",
        (*years, f"not by {years[-1]}"),
        tuple(
            (future.name, tuple(one.estimate for one in row))
            for future, row in zip(found.futures, intervals, strict=True)
        ),
        "percent",
        "Share of the worlds, with the 95% interval of the simulation error.",
        low=tuple(tuple(one.low for one in own) for own in intervals),
        high=tuple(tuple(one.high for one in own) for own in intervals),
    )
    return Section(name, tuple(told), (drawing, bars, _years(found, name, public)))


def _line(found: Findings, future: Future, name: str, public: bool) -> Line:
    """The children expected; a year in which some end of the band may not be told is left out."""
    own = future.fillings[name]
    shown = [
        year
        for year in range(len(own.mean))
        if not any(small(float(n), public) for n in (own.mean[year], own.low[year], own.high[year]))
    ]
    return Line(
        future.name,
        tuple((float(found.asked.first + year), float(own.mean[year])) for year in shown),
        tuple(float(own.low[year]) for year in shown),
        tuple(float(own.high[year]) for year in shown),
    )


def _years(found: Findings, name: str, public: bool) -> Table:
    columns = (
        Column("Scenario"),
        Column("School year"),
        Column("Expected", "decimal"),
        Column("1 world in 20 has fewer than", "count"),
        Column("1 world in 20 has more than", "count"),
        Column("Over the room in", "percent"),
    )
    rows: list[Sequence[Cell]] = []
    for future in found.futures:
        own = future.fillings[name]
        for year, label in enumerate(found.asked.school_years):
            children = (float(own.mean[year]), int(own.low[year]), int(own.high[year]))
            shown = [SMALL if small(n, public) else n for n in children]
            rows.append((future.name, label, *shown, own.chance(int(own.over[year])).estimate))
    return Table(f"{name}, year by year", columns, rows, folded=True)


def _decisive(found: Findings, sites: Sequence[str]) -> Iterator[Section]:
    """Which room, and which rates, would make a claim hold."""
    if judged := judged_at(found, sites):
        figures = [*_rooms_needed(judged), *_other_rates(found, judged)]
        yield Section("For which room and which rates a claim would hold", (), figures)


def _rooms_needed(judged: Sequence[Judged]) -> Iterator[Table]:
    columns = (
        Column("Claim", "count"),
        Column("Site"),
        Column("Scenario"),
        Column("Read as"),
        Column("Room written", "count"),
        *(Column(f"Holds in {percent}% of the worlds with") for percent in PERCENTS),
    )
    rows: list[Sequence[Cell]] = []
    for one in judged:
        if one.about_room:
            needed = (rooms_in_words(rooms) for rooms in one.needed())
            rows.append((one.number, one.claim.site, one.claim.scenario, reading(one), one.site.room, *needed))
    if rows:
        yield Table("The room a claim would need", columns, rows)


def _other_rates(found: Findings, judged: Sequence[Judged]) -> Iterator[Table]:
    columns = (Column("Rate of"), Column("Rate", "decimal"), *(Column(f"Claim {j.number}", "percent") for j in judged))
    rows: list[Sequence[Cell]] = [
        (tried.key, tried.rate, *(tried.chances[one.number - 1].estimate for one in judged)) for tried in found.tried
    ]
    if rows and found.asked.vary is not None:
        note = f"Share of {found.asked.vary.worlds:,} worlds in which each claim holds; the spread is as written."
        yield Table("Other rates, in every program", columns, rows, note)


def _back_test(found: Findings, sites: Sequence[str], public: bool) -> Iterator[Section]:
    """The simulated years beside those that have passed."""
    columns = (
        Column("Site"),
        Column("Scenario"),
        Column("School year"),
        Column("Expected", "decimal"),
        Column("Low", "count"),
        Column("High", "count"),
        Column("Really enrolled", "count"),
        Column("Really"),
    )
    alike: dict[Past, list[str]] = {}  # scenarios that agree about a site are shown once
    for scenario, past in found.past(sites):
        alike.setdefault(past, []).append(scenario)
    rows: list[Sequence[Cell]] = []
    for past, scenarios in sorted(alike.items()):
        shown = [SMALL if small(n, public) else n for n in (past.mean, past.low, past.high, past.really)]
        where = EVERYWHERE if len(scenarios) == len(found.futures) else ", ".join(scenarios)
        rows.append((past.site, where, past.year, *shown, past.where))
    if rows:
        inside = sum(row[-1] == "inside" for row in rows)
        told = f"{inside} of {len(rows)} real numbers lie inside the band of nine worlds in ten. {BACK_TEST}"
        yield Section("Against what really happened", (told,), (Table("Back-test", columns, rows),))


def _clock(found: Findings, sites: Sequence[str]) -> Iterator[Section]:
    """The first year in which children of a new program can be at each site, whatever the rates."""
    told = []
    for scenario, _, opening in found.asked.openings():
        future = found.future(scenario)
        for name in sites:
            site = found.asked.sites[name]
            if opening.program in site.programs or opening.program not in future.former.network.behind(site.programs):
                continue
            year = earliest(future.stages, opening.program, future.former.group(future.stages, site))
            when = f"after {found.asked.school_years[-1]}" if year is None else f"in {found.asked.school_years[year]}"
            told.append(f"{scenario}: the first children of {opening.program} can be at {name} {when}.")
    if told:
        yield Section("The clock: when a new program can be felt", tuple(told))


def _assumed(found: Findings, sites: Sequence[str]) -> Iterator[str]:
    yield found.asked.assumed
    for what, rates in (("Chance to stay", found.asked.stay), ("Chance to go on", found.asked.onward)):
        if rates.assumed:
            yield f"{what}: {rates.assumed}"
    for name in sites:
        if (assumed := found.asked.sites[name].assumed) is not None:
            yield f"Room of {name}, {found.asked.sites[name].room:,}: {assumed}"


def _remarks(found: Findings, sites: Sequence[str]) -> Iterator[str]:
    if found.asked.cycle == DEMO:
        yield SAMPLE
    yield from REMARKS
    if loose := sorted({edge for future in found.futures for edge in future.former.network.loose}):
        named = ", ".join(f"{before} to {after}" for before, after in loose)
        yield f"These feeders lead to a program without the next grade, and nobody follows them: {named}."
    if withheld := len(found.sites) - len(sites):
        are = "site is" if withheld == 1 else "sites are"
        yield f"{withheld} {are} left out, with any claims: behind them are grades of fewer than 11 children."
