"""Where applicants of a market were in the draws of its model: their places, and the seats they had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lottery.arrays import Bools, Ints, Longs
from lottery.cutoff_model.model import Answer, CutoffModel, Presence
from lottery.cutoff_model.places import Places
from lottery.cutoff_model.seats import lists_hash
from lottery.errors import LotteryError
from lottery.market import Market


def presences(model: CutoffModel, market: Market, applicants: Sequence[int]) -> Iterator[Presence]:
    """
    Where applicants of the market (by index) were in each draw of its model, one after the other.

    Draws are made again, once for all; nothing is matched, since a seat follows from the place and the cutoffs.

    Raises LotteryError where the model was made of another market.
    """
    if model.lists != lists_hash(market):
        raise LotteryError(
            "The model was made of other applicants, or of other lists. Run `lottery chances` on this cycle again, and "
            "use the model it writes."
        )
    places, start = Places(market, model.seed), market.choice_start
    lists = [np.arange(start[i], start[i + 1]) for i in applicants]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *lists])
    place = np.empty((model.draws, len(rows)), dtype=np.int32)
    single: Ints | None = np.empty((model.draws, len(lists)), dtype=np.int32) if places.shared.any() else None
    for draw in range(model.draws):
        drawn, shared = places.of(draw)
        place[draw] = places.at(rows, drawn, shared)
        if single is not None and shared is not None:
            single[draw] = shared[list(applicants)]
    end = np.cumsum([len(own) for own in lists])
    for k, own in enumerate(lists):
        mine = place[:, end[k] - len(own) : end[k]]
        application, slot = _seats(model, market, own, mine)
        yield Presence(market.program[own], mine, None if single is None else single[:, k], application, slot)


def answers(model: CutoffModel, market: Market, applicants: Sequence[int]) -> Iterator[Answer]:
    """The chances of applicants of the market (by index) under their own lists, one after the other."""
    for i, presence in zip(applicants, presences(model, market, applicants), strict=True):
        rows = slice(market.choice_start[i], market.choice_start[i + 1])
        tickets = 1 if market.terms.tickets is None else int(market.terms.tickets[i])
        yield model.answer(market.standing[rows], market.program[rows], tickets, presence)


def _seats(model: CutoffModel, market: Market, rows: Longs, place: Ints) -> tuple[Longs, Longs]:
    """The application, from 0 on the own list, and the slot of the seat in each draw, or -1 ([draw])."""
    if not len(rows):
        return np.full(len(place), -1), np.full(len(place), -1)
    own = market.standing[rows].astype(np.int64) * model.base + place[:, :, None]  # [draw, application, slot]
    in_time: Bools = np.less_equal(own, model.cutoff[:, market.program[rows], :])
    seated: Bools = np.any(in_time, axis=2)
    application = np.where(np.any(seated, axis=1), np.argmax(seated, axis=1), -1)
    slot = np.argmax(in_time[np.arange(len(place)), application], axis=1)
    return application, np.where(application < 0, -1, slot)
