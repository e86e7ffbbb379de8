"""The model of a market: every draw is matched once, its cutoffs are kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np

from lottery.arrays import Longs
from lottery.cutoff_model.model import CutoffModel
from lottery.cutoff_model.places import Places, packing
from lottery.cutoff_model.seats import lists_hash, seats_hash
from lottery.errors import LotteryError
from lottery.market import Market
from lottery.mechanisms import DeferredAcceptance


def cutoff_model(
    market: Market,
    seed: str,
    draws: int,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
    *,
    policy: str = "",
) -> CutoffModel:
    """
    Match a market under many draws, those of `lottery.chances`, and keep the cutoffs.

    `progress` is told (done, total), one call at a time; `policy` is the hash of the policy, for `must_fit`.  Equal
    arguments give equal models, whatever `workers` (None: one per processor).  The model takes 9 bytes for each draw,
    program and slot.

    Raises LotteryError where there is nothing to draw, and for mechanisms under which no cutoff decides.
    """
    if draws < 1 or (workers is not None and workers < 1):
        raise LotteryError("There is nothing to draw. Ask for at least one draw and at least one worker.")
    if market.terms.mechanism != "deferred-acceptance":
        raise LotteryError(
            f"Under {market.terms.mechanism} no cutoff decides who gets in, so no list can be tried out. "
            "Use a policy with deferred-acceptance."
        )
    places = Places(market, seed)
    cutoff, waiting = (np.empty((draws, *market.capacity.shape), dtype=packing(market)) for _ in range(2))
    leaves = np.empty(cutoff.shape, dtype=np.min_scalar_type(-market.n_slots))
    n_workers = min(workers or os.cpu_count() or 1, draws)
    done, lock = 0, Lock()

    def tell() -> None:
        nonlocal done
        with lock:
            done += 1
            if progress is not None:
                progress(done, draws)

    def share(worker: int) -> Longs:
        """Every n-th draw; returns the sums of the tickets not yet drawn."""
        engine = DeferredAcceptance(market)
        undrawn = np.zeros(places.size, dtype=np.int64)
        for draw in range(worker, draws, n_workers):
            place, single = places.of(draw)
            engine.run(place, per_application=places.per_application)
            found = engine.cutoffs(place, per_application=places.per_application)
            cutoff[draw], leaves[draw] = places.packed(found.to_beat, single), found.leaves
            waiting[draw] = places.packed(found.waiting, single)
            undrawn += places.undrawn(place, single)
            tell()
        return undrawn

    with ThreadPoolExecutor(n_workers) as pool:
        undrawn = np.array(list(pool.map(share, range(n_workers)))).sum(axis=0)
    return CutoffModel(
        seed=seed,
        seats=seats_hash(market),
        lists=lists_hash(market),
        policy=policy,
        base=places.base,
        cutoff=cutoff,
        waiting=waiting,
        leaves=leaves,
        drawn=places.drawn,
        shared=places.shared,
        undrawn=undrawn / draws,
        undrawn_start=places.start,
    )
