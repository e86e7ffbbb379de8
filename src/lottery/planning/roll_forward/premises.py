"""What a roll-forward starts from: the children now, the rates, and the places for children from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lottery.cycle import GRADE_ORDER
from lottery.planning.roll_forward.findings import Findings, Future
from lottery.report.planned import Cell, Column, Section, Table

EVERYWHERE = "all"
Key = Callable[[Future, int], tuple[int, ...]]


def premises(found: Findings, sites: Sequence[str]) -> Section:
    """The tables of everything that was put in, about the programs behind some sites."""
    return Section("What went in", (), (_rooms(found, sites), _stages(found, sites), _places(found, sites)))


def _rooms(found: Findings, sites: Sequence[str]) -> Table:
    columns = (Column("Site"), Column("Programs"), Column("Grades"), Column("Room", "count"), Column("Where from"))
    rows = []
    for name in sites:
        site = found.asked.sites[name]
        where = site.source or f"assumed: {site.assumed}"
        rows.append((name, ", ".join(site.programs), ", ".join(site.grades or ("all",)), site.room, where))
    return Table("Rooms", columns, rows)


def _stages(found: Findings, sites: Sequence[str]) -> Table:
    """Children now and the chance to go on, by program and grade."""
    columns = (
        Column("Program"),
        Column("Grade"),
        Column("Children now", "count"),
        Column("Chance to go on", "decimal"),
        Column("Its spread", "decimal"),
        Column("Places refilled up to", "count"),
        Column("Scenario"),
    )
    rows = []
    for future, stage, where in _once(found, sites, lambda future, stage: (int(future.stages.children[stage]),)):
        stages = future.stages
        rate = stages.onward[stage]
        head = (stages.program[stage], stages.grade[stage], int(stages.children[stage]))
        rows.append((*head, rate.mean, rate.spread, int(stages.refill_to[stage]) or None, where))
    return Table("Children now, and their chance to go on a year later", columns, rows, folded=True)


def _places(found: Findings, sites: Sequence[str]) -> Table:
    columns = (
        Column("Program"),
        Column("Grade"),
        Column("Places a year"),
        Column("Chance to be taken", "decimal"),
        Column("Its spread", "decimal"),
        Column("Scenario"),
    )
    rows: list[Sequence[Cell]] = []
    for future, stage, where in _once(
        found, sites, lambda future, stage: tuple(future.stages.places[:, stage].tolist())
    ):
        stages = future.stages
        if stages.places[:, stage].any():
            rate = stages.taken[stage]
            head = (stages.program[stage], stages.grade[stage], _by_year(found, future, stage))
            rows.append((*head, rate.mean, rate.spread, where))
    return Table("Places for children from elsewhere", columns, rows, folded=True)


def _once(found: Findings, sites: Sequence[str], key: Key) -> Iterator[tuple[Future, int, str]]:
    """Every stage behind some sites with a scenario that has it, and the scenarios in which it is the same."""
    alike: dict[tuple[str, str, tuple[int, ...]], list[tuple[Future, int]]] = {}
    for future in found.futures:
        behind = {p for name in sites for p in future.former.network.behind(found.asked.sites[name].programs)}
        for stage, program in enumerate(future.stages.program):
            if program in behind:
                own = (program, future.stages.grade[stage], key(future, stage))
                alike.setdefault(own, []).append((future, stage))
    for _, having in sorted(alike.items(), key=lambda item: (item[0][0], GRADE_ORDER[item[0][1]], item[0][2])):
        everywhere = len(having) == len(found.futures)
        yield *having[0], EVERYWHERE if everywhere else ", ".join(future.name for future, _ in having)


def _by_year(found: Findings, future: Future, stage: int) -> str:
    """Numbers of places, each with the school year from which it holds."""
    numbers = future.stages.places[1:, stage].tolist()
    changes = [year for year, number in enumerate(numbers) if year == 0 or number != numbers[year - 1]]
    years = found.asked.school_years[1:]
    return ", ".join(f"{numbers[year]:,} from {years[year]}" for year in changes)
