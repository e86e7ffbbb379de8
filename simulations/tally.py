"""Sums over draws that need no memory of the draws: counts, means, and sums of squared deviations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lottery.arrays import AnyArray, Floats, Longs


@dataclass(slots=True, eq=False)
class Moments:
    """
    The mean and the sum of squared deviations of many numbers per draw.

    Parts are joined by the formula of Chan, Golub and LeVeque ("Updating formulae and a pairwise algorithm for
    computing sample variances", 1979); joined in the order of the draws they give the same bits whoever counted them.
    """

    n: int
    mean: Floats  # [number]
    squares: Floats  # [number]

    @classmethod
    def none(cls, n_numbers: int) -> Moments:
        """Of no draw at all."""
        return cls(0, np.zeros(n_numbers), np.zeros(n_numbers))

    @classmethod
    def of(cls, values: Floats) -> Moments:
        """Of some draws ([draw, number])."""
        mean = values.mean(axis=0)
        return cls(len(values), mean, ((values - mean) ** 2).sum(axis=0))

    @classmethod
    def of_sums(cls, n: int, sums: Longs, squares: Longs) -> Moments:
        """Of `n` draws whose whole numbers have these sums and sums of squares ([number])."""
        whole = sums // n  # taken out first: n · squares would not fit 64 bits after many draws
        rest = sums - whole * n
        return cls(n, sums / n, squares - 2 * whole * sums + n * whole**2 - rest**2 / n)

    def taken(self, numbers: Sequence[int]) -> Moments:
        """Of some of the numbers."""
        return Moments(self.n, self.mean[numbers], self.squares[numbers])

    def join(self, other: Moments) -> None:
        """Add the draws that follow."""
        if not other.n:
            return
        n = self.n + other.n
        apart = other.mean - self.mean
        self.mean += apart * (other.n / n)
        self.squares += other.squares + apart**2 * (self.n * other.n / n)
        self.n = n


class Spread(NamedTuple):
    """Means over draws with their standard errors, and the degrees of freedom of those ([number])."""

    mean: Floats
    standard_error: Floats
    freedom: int

    @classmethod
    def over(cls, replications: Sequence[Moments]) -> Spread:
        """
        Over all draws.  With several replications they are the sample: clusters, whose draws share their families.

        One replication: s / √n with n − 1 degrees of freedom.  R clusters with shares w of the draws:
        √(R / (R − 1) · Σ w² (mean of the cluster − mean)²) with R − 1, the ratio estimator of cluster sampling
        (Cochran, Sampling Techniques, 1977, section 3.12).
        """
        drawn = [moments for moments in replications if moments.n]
        if not drawn:
            nothing = np.empty(0)
            return cls(nothing, nothing, 0)
        if len(replications) == 1:
            (only,) = drawn
            error = np.sqrt(only.squares / max(only.n - 1, 1) / only.n)
            return cls(only.mean, error if only.n > 1 else np.full_like(error, np.nan), only.n - 1)
        total = sum(moments.n for moments in drawn)
        share = np.array([moments.n / total for moments in drawn])[:, None]
        means = np.array([moments.mean for moments in drawn])
        mean = (share * means).sum(axis=0)
        clusters = len(drawn)
        if clusters < 2:
            return cls(mean, np.full_like(mean, np.nan), 0)
        error = np.sqrt(clusters / (clusters - 1) * (share**2 * (means - mean) ** 2).sum(axis=0))
        return cls(mean, error, clusters - 1)


@dataclass(slots=True, eq=False)
class ArmTally:
    """One arm: its measures, their differences to the baseline, what its safeguards do, and who was offered what."""

    level: Moments  # [cell]
    difference: Moments  # [cell]
    unchanged: Longs  # [cell]  draws with the baseline's value
    safeguards: Moments  # [safeguard × (members, anyway, moved)]
    unmoved: Longs  # [safeguard]  draws in which nobody gets another answer
    offers: Longs  # [application]  draws in which it was the offer
    flows: Longs  # [2, group, from, to]  children summed over draws, and their squares; no rows: not counted
    fewest: Longs  # [cell]  the fewest children it speaks of
    listing: Longs  # [program, group]  the fewest who list a program, or hold it

    @classmethod
    def none(
        cls, n_safeguards: int, n_applications: int, flows: tuple[int, int], fewest: Longs, listing: Longs
    ) -> ArmTally:
        """Of no draw at all; `flows` are the groups and the programs that are told apart."""
        n_cells, (n_groups, n_places) = len(fewest), flows
        return cls(
            level=Moments.none(n_cells),
            difference=Moments.none(n_cells),
            unchanged=np.zeros(n_cells, dtype=np.int64),
            safeguards=Moments.none(3 * n_safeguards),
            unmoved=np.zeros(n_safeguards, dtype=np.int64),
            offers=np.zeros(n_applications, dtype=np.int64),
            flows=np.zeros((2, n_groups, n_places, n_places), dtype=np.int64),
            fewest=fewest,
            listing=listing,
        )

    def join(self, other: ArmTally) -> None:
        """Add the draws that follow."""
        self.level.join(other.level)
        self.difference.join(other.difference)
        self.safeguards.join(other.safeguards)
        self.unchanged += other.unchanged
        self.unmoved += other.unmoved
        self.offers += other.offers
        self.flows += other.flows
        np.minimum(self.fewest, other.fewest, out=self.fewest)
        np.minimum(self.listing, other.listing, out=self.listing)

    def arrays(self) -> dict[str, AnyArray]:
        """Everything in it, by name, for a file."""
        moments = {
            f"{name}.{part}": np.asarray(getattr(own, part))
            for name in MOMENTS
            for own in [getattr(self, name)]
            for part in ("n", "mean", "squares")
        }
        return moments | {name: getattr(self, name) for name in COUNTS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, AnyArray]) -> ArmTally:
        """What `arrays` gave."""

        def moments(name: str) -> Moments:
            return Moments(int(arrays[f"{name}.n"]), arrays[f"{name}.mean"], arrays[f"{name}.squares"])

        return cls(
            level=moments("level"),
            difference=moments("difference"),
            unchanged=arrays["unchanged"],
            safeguards=moments("safeguards"),
            unmoved=arrays["unmoved"],
            offers=arrays["offers"],
            flows=arrays["flows"],
            fewest=arrays["fewest"],
            listing=arrays["listing"],
        )


MOMENTS = ("level", "difference", "safeguards")
COUNTS = ("unchanged", "unmoved", "offers", "flows", "fewest", "listing")
