"""
The cutoffs of a market in many draws, and the chances that follow from them.

In a large market one child moves no cutoff, so a child's chances under any list follow from the cutoffs alone (Azevedo
and Leshno, "A supply and demand framework for two-sided matching markets", JPE 124(5), 2016).  What the child's own
number does is worked out, not drawn; docs/decisions/0013 says what is exact and what is not.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from lottery.arrays import AnyArray, Bools, Floats, Ints, Longs
from lottery.cutoff_model.seats import seats_hash
from lottery.equity import Interval
from lottery.equity.access import Z_95
from lottery.errors import LotteryError
from lottery.market import Market

FORMAT = 1
UNSEEN = 3.0  # draws: what was never seen in n of them is less likely than 3 / n, with 95 %


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The chances of one child under one list."""

    draws: int
    probability: Floats  # [choice + 1]  of each choice, and of no offer at the end; they add up to 1
    standard_error: Floats  # [choice + 1]  over draws; 0 of a single draw

    def intervals(self) -> list[Interval]:
        """
        95 % intervals, of each choice and of no offer: normal, but at least three draws to either side.

        An offer that no draw allowed may still have the chance of 3 / draws (Hanley and Lippman-Hand, "If nothing goes
        wrong, is everything all right?", JAMA 249, 1983).
        """
        half = np.maximum(Z_95 * self.standard_error, UNSEEN / self.draws)
        low, high = (np.clip(self.probability + side * half, 0.0, 1.0) for side in (-1, 1))
        return [Interval(*ends) for ends in zip(self.probability.tolist(), low.tolist(), high.tolist(), strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Where a child of the market was in each draw."""

    program: Ints  # [application]  the child's list in the market
    place: Ints  # [draw, application]  the place that the cutoffs are compared with
    single: Ints | None  # [draw]  the place of the shared number, where there is one
    application: Longs  # [draw]  whose seat the child had, or -1
    slot: Longs  # [draw]  the slot of that seat, or -1

    def place_at(self, program: int, shared: bool) -> Ints | None:
        """The child's places at a program ([draw]); None where the child was not among those who drew them."""
        if shared:
            return self.single
        listed = np.flatnonzero(self.program == program)
        return self.place[:, listed[0]] if len(listed) else None

    def seated_at(self, program: int) -> Longs:
        """The draws in which the child had a seat there."""
        return np.flatnonzero(np.append(self.program, -1)[self.application] == program)


@dataclass(frozen=True, slots=True, eq=False)
class CutoffModel:
    """The cutoffs of a market under many draws; programs and slots are those of the market."""

    seed: str
    seats: str  # SHA-256 of the table of seats (`seats_hash`)
    lists: str  # SHA-256 of who applied where in which standing (`lists_hash`)
    policy: str  # SHA-256 of the policy (policy.json of a run), "" where it is not known
    base: int  # one more than the last place
    cutoff: AnyArray  # [draw, program, slot]  standing * base + place of whom one more has to stand before
    waiting: AnyArray  # [draw, program, slot]  the same of whoever would take the seat of a holder
    leaves: AnyArray  # [draw, program, slot]  the later slot of the program that this applicant would leave, or -1
    drawn: Longs  # [program]  how many applicants have a place there
    shared: Bools  # [program]  whether one number of a child counts at all of these programs
    undrawn: Floats  # tickets not yet drawn before the k-th place, on average; empty: a ticket each
    undrawn_start: Longs  # [program]  where those of the program begin

    @property
    def draws(self) -> int:
        """How many draws were matched."""
        return len(self.cutoff)

    def answer(
        self, standing: npt.ArrayLike, program: npt.ArrayLike, tickets: int = 1, presence: Presence | None = None
    ) -> Answer:
        """
        The chances of a child whose number is not drawn yet.

        `program` ([choice]) is the list, best first, and `standing` ([choice, slot]) the child's standings there as in
        `Market.standing`.  `tickets` count as in `Market.terms`.  Without `presence` the child is one more; with it,
        one of those in the market, who does not compete with the own place or the own seat.

        In one draw, a number comes before the P-th of n others with t = P / (n + 1); with w tickets, it does with
        1 - Π_k R_k / (R_k + w) for k = 1 ... P, R_k the tickets not yet drawn before the k-th (a raffle without
        replacement, RULES 6).  With t_k for the k-th choice and one number everywhere, the offer is k with
        max(0, t_k - max of those before); where programs draw numbers of their own, with t_k times the product of
        1 - t_j before.

        Example: 4 applicants for 2 open seats at one program.  One more child gets a seat with 2 / 5; one of the four,
        with 2 / 4.

        Raises LotteryError for a list that names a program twice, or one that the model does not have.
        """
        listed = np.asarray(program, dtype=np.int64).reshape(-1)
        own = np.asarray(standing, dtype=np.int64).reshape(len(listed), self.cutoff.shape[2])
        self._must_be_a_list(listed, tickets)
        offer = np.empty((len(listed) + 1, self.draws))
        single, missed = np.zeros(self.draws), np.ones(self.draws)  # better offers: the highest t; none of the others
        for k, p in enumerate(listed.tolist()):
            t = self._before(p, self._reach(p, own[k], presence), tickets, presence)
            if self.shared[p]:
                offer[k] = np.maximum(t - single, 0.0) * missed
                single = np.maximum(single, t)
            else:
                offer[k] = (1.0 - single) * missed * t
                missed = missed * (1.0 - t)
        offer[-1] = (1.0 - single) * missed
        mean = offer.mean(axis=1)
        squares = ((offer - mean[:, None]) ** 2).sum(axis=1)
        return Answer(self.draws, mean, np.sqrt(squares / (self.draws * max(1, self.draws - 1))))

    def must_fit(self, market: Market, policy: str) -> None:
        """
        Refuse a market with other seats, or a policy with another hash, than the model was made of (F7).

        Raises LotteryError that says which.  Other lists are refused where a child of the market is asked about, by
        `presences`.
        """
        if self.policy != policy:
            raise LotteryError(
                "The model was made under another policy. Run `lottery chances` with this policy, or name the policy "
                "that the model was made under."
            )
        if self.seats != seats_hash(market):
            raise LotteryError(
                "The model was made of other seats: programs, grades, seat groups or capacities differ from this "
                "cycle's. Run `lottery chances` on this cycle again, and use the model it writes."
            )

    def save(self, path: Path) -> None:
        """Write the model as one file of arrays; equal models give equal bytes."""
        parts = {own.name: np.asarray(getattr(self, own.name)) for own in fields(self)}
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, format=np.asarray(FORMAT), **parts)

    def _must_be_a_list(self, listed: Longs, tickets: int) -> None:
        n_programs = self.cutoff.shape[1]
        if ((listed < 0) | (listed >= n_programs)).any():
            raise LotteryError(
                f"The list names a program that the model does not have. Programs are 0 to {n_programs - 1}."
            )
        if len(np.unique(listed)) != len(listed):
            raise LotteryError("The list has a program twice. A program may appear once; keep its first line.")
        if tickets < 1:
            raise LotteryError(f"A child has {tickets} tickets in the draw. Give at least one.")

    def _reach(self, program: int, standing: Longs, presence: Presence | None) -> Longs:
        """[draw] Places that get in: from 0, nobody, to that of the last in; `base` for any."""
        cutoff = self.cutoff[:, program, :]
        if presence is not None:
            cutoff = self._without_own_seat(program, presence)
        return np.asarray(np.clip(cutoff - standing * self.base, 0, self.base).max(axis=1))

    def _without_own_seat(self, program: int, presence: Presence) -> AnyArray:
        """[draw, slot] The cutoffs once the seat of the child is taken by the next, whose seat is taken by the next."""
        cutoff = self.cutoff[:, program, :].copy()
        draw = presence.seated_at(program)
        slot = presence.slot[draw]
        while len(draw):
            cutoff[draw, slot] = self.waiting[draw, program, slot]
            slot = self.leaves[draw, program, slot].astype(np.int64)
            draw, slot = draw[slot >= 0], slot[slot >= 0]
        return cutoff

    def _before(self, program: int, reach: Longs, tickets: int, presence: Presence | None) -> Floats:
        """[draw] The chance of a number that gets in."""
        n = int(self.drawn[program])
        place = None if presence is None else presence.place_at(program, bool(self.shared[program]))
        among = place is not None
        position = np.minimum(reach, n)
        if place is not None:
            position = position - (place < reach)
        if not len(self.undrawn):
            t = position / (n + 1 - among)
        else:
            start = int(self.undrawn_start[program])
            others = np.maximum(0.0, self.undrawn[start : start + n] - tickets * among)
            t = np.concatenate(([0.0], 1.0 - np.cumprod(others / (others + tickets))))[position]
        return np.where(reach == self.base, 1.0, t)


def load(path: Path) -> CutoffModel:
    """Read a model that `CutoffModel.save` wrote; raises LotteryError where the file is something else."""
    no_model = LotteryError(f"{path} is no model. Name the model.npz that `lottery chances` wrote.")
    names = ("format", *(own.name for own in fields(CutoffModel)))
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            parts: dict[str, Any] = {name: arrays[name] for name in names}
        written = int(parts.pop("format"))
    except (BadZipFile, ValueError, KeyError, EOFError, TypeError, AttributeError) as error:
        raise no_model from error
    if written != FORMAT:
        raise LotteryError(f"{path} was written by another version of the engine. Run `lottery chances` again.")
    parts |= {name: str(parts[name]) for name in ("seed", "seats", "lists", "policy")} | {"base": int(parts["base"])}
    return CutoffModel(**parts)
