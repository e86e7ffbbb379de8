"""The sample district's own target, program by program; figures that are proved do not depend on how they are found."""

from __future__ import annotations

import numpy as np
import pytest

from lottery.engine import prepare
from lottery.plan.reach import Count, attainable
from lottery.policy.shipped import shipped_policy
from lottery.sample import build_pasadena


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "pasadena"
    build_pasadena(folder)
    return prepare(folder, shipped_policy("pusd/general-2019"))


def test_priorities_leave_forty_of_forty_eight_programs_within_reach_of_the_target(district):
    cycle, file, market = district
    (target,) = file.policy.targets
    assert (target.per, target.centre, target.points) == ("program", "district", 10)
    income = dict(zip(cycle["applicants"]["applicant_id"], cycle["applicants"]["income"], strict=True))
    members = np.array([income[i] in ("free", "reduced") for i in market.applicants], dtype=np.bool_)
    names = sorted(set(market.programs))
    unit = np.array([names.index(program) for program in market.programs], dtype=np.int32)
    found = attainable(market, members, unit, names, float(members.mean()), float(target.points), 1)
    assert (found.largest, found.largest_stable) == (1874, Count(1829, 1829))
    assert (found.compared, found.any_assignment, found.stable) == (48, Count(48, 48), Count(40, 40))
    assert all(line.can_meet and line.lowest < found.high and line.highest > found.low for line in found.units)
