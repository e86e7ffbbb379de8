"""quotas.csv and its figure, against a recount from the offers and the inputs of real runs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lottery import engine
from lottery.report.aggregates import OFFICE, PUBLIC, aggregates
from lottery.report.figures import quotas
from lottery.report.reading import program_names, read
from lottery.report.summary import quota_use
from lottery.sample import synthesize

POLICIES = Path(__file__).parents[2] / "policies" / "pusd"


@pytest.fixture(
    scope="module", params=["cambridge-band-10-2027", "cambridge-band-10-hard-2027", "dual-language-guarantees-2027"]
)
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    synthesize(600, 12, "quotas", folder / "cycle")
    policy = folder / f"{request.param}.yaml"
    policy.write_text((POLICIES / policy.name).read_text() + '\nresolution: "a test"\n')
    engine.run(folder / "cycle", policy, "2027", folder / "run")
    return folder / "run"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_members_are_those_seated_outside_the_secured_seats(run):
    own = {row["applicant_id"]: row for row in rows(run / "offers.csv")}
    found = rows(run / "quotas.csv")
    assert found
    for line in found:
        here = [
            row["seat_group"].split("+")
            for row in own.values()
            if (row["program_id"], row["grade"]) == (line["program_id"], line["grade"])
        ]
        assert int(line["members"]) == sum(line["name"] in groups for groups in here)


def test_a_category_is_met_between_its_ends_and_judged_where_no_seat_is_left(run):
    bundle = read(run)
    use = quota_use(bundle)
    for line in use:
        seated = line["members"]
        within = line["floor"] <= seated and (line["ceiling"] is None or seated <= line["ceiling"])
        assert line["met"] == within
    assert {line["full"] for line in use} == {True, False}


def test_the_public_figure_tells_nothing_of_fewer_than_eleven_children(run):
    bundle = read(run)
    use = quota_use(bundle)
    names = program_names(bundle)
    office, public = (quotas(bundle, use, aggregates(bundle, audience), names) for audience in (OFFICE, PUBLIC))
    seated = {(row[0], row[1], row[2]): int(row[6]) for row in office.rows}
    for row in public.rows:
        if row[6].isdigit():
            assert row[3] != "guarantees"
            assert int(row[6]) == seated[row[0], row[1], row[2]]
            assert not 0 < int(row[6]) < 11
        elif row[3] == "guarantees":
            assert row[6] == "not shown"
