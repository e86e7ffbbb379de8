"""Every shipped study on the sample district: it compiles, and one draw of it is measured in every arm."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import pytest

import simulations
from lottery.intake import read_cycle
from lottery.policy import load_policy
from lottery.sample import build_pasadena
from simulations.batch import run_batch
from simulations.families import check_behaviour
from simulations.measures import cells
from simulations.population import compile_population
from simulations.results import Cell
from simulations.study import load_study

STUDIES = sorted((Path(simulations.__file__).parent / "studies").glob("*.yaml"))


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district") / "demo"
    build_pasadena(folder)
    return read_cycle(folder)[0]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_shipped_study_measures_a_draw_of_every_arm(path, district):
    file = load_study(path)
    study = file.study
    check_behaviour(file, {arm: load_policy(file.policy(arm)) for arm in study.arms}, district)
    population = compile_population(file, district, "demo", 0, resample=study.resample)

    tallies = run_batch(population, study.measures, range(1))

    assert [arm.name for arm in population.arms] == list(study.arms)
    for arm, frame, tally in zip(population.arms, population.frames, tallies, strict=True):
        level = dict(zip(cells(study.measures, frame), tally.level.mean.tolist(), strict=True))
        assert 0.5 < level[Cell("offer_rate")] < 1
        assert 0 < level[Cell("dissimilarity", "low_income")] < 1
        assert isfinite(level[Cell("targets_met", "low_income")])
        moved = level[Cell("better_off")] + level[Cell("worse_off")]
        assert (moved > 0) == (arm.name != study.baseline)
