"""
How unevenly two groups are spread over schools: five published indices.

Every function takes `members` and `totals`, both [..., unit]: how many children of the group, and how many children in
all, hold a seat at each school or program.  It returns one number for each set of units ([...]): a float where there is
one set, an array where there are many, as from many draws.  Where one group is absent everywhere an index is undefined
and NaN is returned.

Worked example, used throughout: two schools of 100 children, one with 80 members and one with 20.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lottery.arrays import Bools, Floats

Index = Any  # a float for one set of units, an array of floats for many


def dissimilarity(members: npt.ArrayLike, totals: npt.ArrayLike) -> Index:
    """
    D = ½ Σ |l_s/L − h_s/H|: the share of members who would have to move for every school to be alike.

    Duncan and Duncan, "A methodological analysis of segregation indexes", American Sociological Review 20, 1955.
    Example: ½ (|80/100 − 20/100| + |20/100 − 80/100|) = 0.6.  From 0 (alike) to 1 (no school is mixed).
    """
    member, other = _two_groups(members, totals)
    with np.errstate(invalid="ignore"):
        apart = np.abs(member / _all(member) - other / _all(other)).sum(axis=-1) / 2
    return _index(np.where(_one_group_is_absent(member, other), np.nan, apart))


def isolation(members: npt.ArrayLike, totals: npt.ArrayLike) -> Index:
    """
    The share of members in the school of the average member: xPx = Σ (x_s/X)(x_s/t_s).

    Bell, "A probability model for the measurement of ecological segregation", Social Forces 32, 1954.
    Example: 80/100 · 80/100 + 20/100 · 20/100 = 0.68.
    """
    member, other = _two_groups(members, totals)
    with np.errstate(invalid="ignore"):
        return _index((member / _all(member) * _share(member, other)).sum(axis=-1))


def exposure(members: npt.ArrayLike, totals: npt.ArrayLike) -> Index:
    """
    The share of others in the school of the average member: xPy = Σ (x_s/X)(y_s/t_s) = 1 − isolation.

    Lieberson, "An asymmetrical approach to segregation", in Ethnic Segregation in Cities, 1981.
    Example: 80/100 · 20/100 + 20/100 · 80/100 = 0.32.
    """
    return 1.0 - isolation(members, totals)


def theil_h(members: npt.ArrayLike, totals: npt.ArrayLike) -> Index:
    """
    H = Σ t_s (E − E_s) / (T E), with E the entropy of the two shares: how much knowing the school tells of the group.

    Theil, Statistical Decomposition Analysis, 1972; Reardon and Firebaugh, "Measures of multigroup segregation",
    Sociological Methodology 32, 2002.  Example: E = 1 bit, E_s = 0.7219 at both schools, H = 0.2781.
    """
    member, other = _two_groups(members, totals)
    total = member + other
    with np.errstate(invalid="ignore"):
        overall = _entropy(_all(member) / _all(total))
        told = (total * (overall - _entropy(_share(member, other)))).sum(axis=-1)
        index = told / (total.sum(axis=-1) * overall[..., 0])
    return _index(np.where(_one_group_is_absent(member, other), np.nan, index))


def variance_ratio(members: npt.ArrayLike, totals: npt.ArrayLike) -> Index:
    """
    η² = Σ t_s (p_s − P)² / (T P (1 − P)): the part of the variance of membership that lies between schools.

    Also (xPx − P) / (1 − P); Bell 1954 (as the revised index of isolation); James and Taeuber, "Measures of
    segregation", Sociological Methodology 15, 1985.  Example: (100 · 0.09 + 100 · 0.09) / (200 · 0.25) = 0.36.
    """
    member, other = _two_groups(members, totals)
    total = member + other
    with np.errstate(invalid="ignore"):
        overall = _all(member) / _all(total)
        between = (total * (_share(member, other) - overall) ** 2).sum(axis=-1)
        index = between / (_all(total) * overall * (1 - overall))[..., 0]
    return _index(np.where(_one_group_is_absent(member, other), np.nan, index))


def share_within(members: npt.ArrayLike, totals: npt.ArrayLike, band: float, centre: float | None = None) -> Index:
    """
    Share of schools whose share of members is within ± `band` of `centre`, or of the average of the schools compared.

    The average is the plain mean of the schools' shares (each school counts once), both ends included, as in the
    controlled-choice plans of Cambridge (± 10 points).  Schools without children are not compared.
    Example: shares 0.8 and 0.2, average 0.5: 0 within ± 0.1, 1 within ± 0.3.
    """
    member, other = _two_groups(members, totals)
    occupied = member + other > 0
    share = _share(member, other)
    with np.errstate(invalid="ignore"):
        middle = share.sum(axis=-1, keepdims=True) / occupied.sum(axis=-1, keepdims=True) if centre is None else centre
        rounding = 1e-12  # 0.8 − 0.5 is a little more than 0.3 in binary
        near = occupied & (np.abs(share - middle) <= band + rounding)
        return _index(near.sum(axis=-1) / occupied.sum(axis=-1))


def _two_groups(members: npt.ArrayLike, totals: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Members and others."""
    member, total = np.asarray(members, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    if member.shape != total.shape or (member < 0).any() or (member > total).any():
        raise ValueError("members and totals need one entry per school, with 0 <= members <= totals.")
    return member, total - member


def _all(count: Floats) -> Floats:
    """The children of all units, ready to divide by ([..., 1])."""
    return np.asarray(count.sum(axis=-1, keepdims=True))


def _one_group_is_absent(member: Floats, other: Floats) -> Bools:
    return np.asarray((member.sum(axis=-1) == 0) | (other.sum(axis=-1) == 0))


def _share(member: Floats, other: Floats) -> Floats:
    """The share of members, 0 where a unit has no children."""
    total = member + other
    return np.divide(member, total, out=np.zeros_like(member), where=total > 0)


def _entropy(share: Floats) -> Floats:
    """Entropy in bits of (share, 1 − share); 0 where nobody or everybody is a member."""
    inside = np.clip(share, 1e-300, 1.0)
    outside = np.clip(1.0 - share, 1e-300, 1.0)
    entropy: Floats = -(share * np.log2(inside) + (1.0 - share) * np.log2(outside))
    return entropy


def _index(values: npt.ArrayLike) -> Index:
    """One number as a float, many as an array."""
    found = np.asarray(values, dtype=np.float64)
    return found if found.ndim else float(found)
