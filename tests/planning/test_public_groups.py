"""Which groups of children may be told of together: held against every number a reader could compute."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from lottery.planning.few import few, tellable
from lottery.report.suppression import SMALLEST_SHOWN

EVERYBODY = "everybody"


def groups_of(n: int, **members: object) -> dict[str, np.ndarray]:
    child = np.arange(n)
    return {EVERYBODY: child >= 0, **{name: np.isin(child, list(own)) for name, own in members.items()}}


def computable(groups: list[np.ndarray]) -> set[int]:
    """The sizes of all sets of children whose sums follow from those of the groups with weights of -2 to 2."""
    sizes = set()
    for weights in product(range(-2, 3), repeat=len(groups)):
        total = sum(weight * group.astype(int) for weight, group in zip(weights, groups, strict=True))
        if set(np.unique(total).tolist()) <= {0, 1}:
            sizes.add(int(total.sum()))
    return sizes


@pytest.mark.parametrize("seed", range(60))
def test_no_number_about_few_children_can_be_computed_from_the_groups_that_are_told(seed):
    rng = Random(seed)
    n = rng.choice([5, 10, 11, 30, 60, 200])
    kinds = [sorted(rng.sample(range(n), rng.randint(0, n))) for _ in range(4)]
    for _ in range(2):  # groups that differ by few from another, or from its rest
        base = set(rng.choice(kinds))
        base = base if rng.random() < 0.5 else set(range(n)) - base
        kinds[rng.randrange(4)] = sorted(base ^ set(rng.sample(range(n), min(n, rng.randint(0, 12)))))
    groups = groups_of(n, **{f"g{number}": own for number, own in enumerate(kinds)})
    told = tellable(groups)
    assert not any(few(size) for size in computable([groups[name] for name in told])) if told else n < SMALLEST_SHOWN
    assert all(groups[name].sum() >= SMALLEST_SHOWN for name in told)


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (groups_of(40, some=range(20)), {EVERYBODY, "some"}),
        (groups_of(40, rest=range(11, 40), few=range(10)), {EVERYBODY, "rest"}),
        (groups_of(40, all_but_few=range(35)), {EVERYBODY}),
        (groups_of(40, everyone=range(40)), {EVERYBODY, "everyone"}),
        (groups_of(10, some=range(10)), set()),
        (groups_of(60, some=range(20), more=range(25)), {EVERYBODY, "some"}),
        (groups_of(60, some=range(30), others=range(25, 60)), {EVERYBODY, "some"}),  # overlap by few: all less some
        (groups_of(99, some=range(40), others=range(35, 80)), {EVERYBODY, "some", "others"}),
        (groups_of(65, a=range(20), b=range(20, 40), c=range(40, 60)), {EVERYBODY, "a", "b"}),  # five are left over
        (groups_of(40, nobody=()), {EVERYBODY}),
    ],
)
def test_groups_that_may_be_told(groups, told):
    assert tellable(groups) == told
