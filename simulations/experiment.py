"""The experiment: every arm under the same draws, batch by batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np

from lottery.arrays import Floats
from lottery.mechanisms import mechanism_of
from simulations.arms import Arm
from simulations.measures import MEASURES
from simulations.study import Study

BATCH = 16  # draws; fixed, so that what is computed together does not depend on the number of workers


def run_arms(
    study: Study, arms: Sequence[Arm], progress: Callable[[int], None] | None = None, workers: int | None = None
) -> Floats:
    """
    Measure every arm in every draw ([draw, arm, measure]).

    Draw k gives an applicant the same number in every arm (common random numbers), so that a difference between two
    arms is a difference between policies.  `progress` is told how many draws a batch had.
    """
    values = np.empty((study.draws, len(arms), len(study.measures)), dtype=np.float64)
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        starts = range(0, study.draws, BATCH)
        batches = {pool.submit(_batch, study, arms, range(k, min(k + BATCH, study.draws))): k for k in starts}
        for batch in as_completed(batches):
            measured = batch.result()
            values[batches[batch] : batches[batch] + len(measured)] = measured
            if progress is not None:
                progress(len(measured))
    return values


def _batch(study: Study, arms: Sequence[Arm], draws: range) -> Floats:
    """Each arm's memory is used again for all draws of the batch; no other thread sees it."""
    measures = [MEASURES[name] for name in study.measures]
    engines = [mechanism_of(arm.market) for arm in arms]
    values = np.empty((len(draws), len(arms), len(measures)), dtype=np.float64)
    for row, draw in enumerate(draws):
        for column, (arm, engine) in enumerate(zip(arms, engines, strict=True)):
            application = engine.run(arm.draws.places(draw), per_application=arm.draws.per_application)
            values[row, column] = [measure(arm, application) for measure in measures]
    return values
