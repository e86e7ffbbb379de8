"""Populations in files: what is read is what was written, mapped and not copied, and never an older one."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from lottery.named import cycle_at
from lottery.policy.shipped import shipped_policies
from lottery.sample import synthesize
from simulations.batch import run_batch
from simulations.population import compile_population
from simulations.storage import ALIGNMENT, load, store
from simulations.study import load_study

from .interruptions import town


def compiled(path, name="town", replication=0):
    file = load_study(path)
    return compile_population(file, cycle_at(file.path, name), name, replication)


def arrays_of(value, seen=None):
    """Every array that can be reached from a population, each once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        yield value
    elif is_dataclass(value):
        for own in fields(value):
            yield from arrays_of(getattr(value, own.name), seen)
    elif isinstance(value, (tuple, list)):
        for own in value:
            yield from arrays_of(own, seen)


@pytest.fixture(scope="module")
def population(tmp_path_factory):
    return compiled(town(tmp_path_factory.mktemp("stored") / "study"))


def test_a_stored_population_is_counted_to_the_same_bits(population, tmp_path):
    again = load(str(store(population, tmp_path)))
    measures, draws = ("offer_rate", "theil_h", "better_off"), range(20)

    for one, other in zip(run_batch(population, measures, draws), run_batch(again, measures, draws), strict=True):
        theirs = other.arrays()
        assert all(np.array_equal(array, theirs[name], equal_nan=True) for name, array in one.arrays().items())


def test_arrays_are_mapped_aligned_and_read_only(population, tmp_path):
    again = load(str(store(population, tmp_path)))

    before, after = list(arrays_of(population)), list(arrays_of(again))
    assert len(before) == len(after) > 20
    for one, other in zip(before, after, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        if one.dtype != object and one.size and one.flags.c_contiguous:
            assert not other.flags.owndata
            assert other.ctypes.data % ALIGNMENT == 0
            with pytest.raises(ValueError, match="read-only"):
                other[...] = 0


def test_another_population_has_another_name_so_that_a_process_that_lives_on_never_takes_an_older_one(tmp_path):
    first = town(tmp_path / "first")
    other = town(tmp_path / "other", seed="2028")
    folder = tmp_path / "folder"
    folder.mkdir()

    one, again, another = (store(compiled(path), folder) for path in (first, first, other))

    assert one == again != another
    assert load(str(one)).seed == "2027"
    assert load(str(another)).seed == "2028"
    assert sorted(folder.iterdir()) == sorted([one, another])  # nothing half-written stays


def test_every_shipped_policy_survives_being_stored(tmp_path):
    synthesize(30, 4, "storage", tmp_path / "district")
    arms = {name.replace("/", "-"): name for name in shipped_policies()}
    path = town(tmp_path / "study", cycles=["../district"], arms=arms, baseline="baseline-no-priorities", groups=[])

    population = compiled(path, "../district")
    again = load(str(store(population, tmp_path)))

    for one, other in zip(population.arms, again.arms, strict=True):
        assert one.name == other.name
        assert one.market.terms.mechanism == other.market.terms.mechanism
    counted = [run_batch(each, ("offer_rate",), range(2)) for each in (population, again)]
    for one, other in zip(*counted, strict=True):
        assert np.array_equal(one.offers, other.offers)
