"""
How unevenly two groups are spread over schools: five published indices.

Every function takes `members` and `totals`, both [unit]: how many children of the group, and how many children in all,
hold a seat at each school or program.  Where one group is absent everywhere an index is undefined and NaN is returned.

Worked example, used throughout: two schools of 100 children, one with 80 members and one with 20.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lottery.arrays import Floats


def dissimilarity(members: npt.ArrayLike, totals: npt.ArrayLike) -> float:
    """
    D = ½ Σ |l_s/L − h_s/H|: the share of members who would have to move for every school to be alike.

    Duncan and Duncan, "A methodological analysis of segregation indexes", American Sociological Review 20, 1955.
    Example: ½ (|80/100 − 20/100| + |20/100 − 80/100|) = 0.6.  From 0 (alike) to 1 (no school is mixed).
    """
    member, other = _two_groups(members, totals)
    if _one_group_is_absent(member, other):
        return float("nan")
    return float(np.abs(member / member.sum() - other / other.sum()).sum() / 2)


def isolation(members: npt.ArrayLike, totals: npt.ArrayLike) -> float:
    """
    The share of members in the school of the average member: xPx = Σ (x_s/X)(x_s/t_s).

    Bell, "A probability model for the measurement of ecological segregation", Social Forces 32, 1954.
    Example: 80/100 · 80/100 + 20/100 · 20/100 = 0.68.
    """
    member, other = _two_groups(members, totals)
    if member.sum() == 0:
        return float("nan")
    return float((member / member.sum() * _share(member, other)).sum())


def exposure(members: npt.ArrayLike, totals: npt.ArrayLike) -> float:
    """
    The share of others in the school of the average member: xPy = Σ (x_s/X)(y_s/t_s) = 1 − isolation.

    Lieberson, "An asymmetrical approach to segregation", in Ethnic Segregation in Cities, 1981.
    Example: 80/100 · 20/100 + 20/100 · 80/100 = 0.32.
    """
    return 1.0 - isolation(members, totals)


def theil_h(members: npt.ArrayLike, totals: npt.ArrayLike) -> float:
    """
    H = Σ t_s (E − E_s) / (T E), with E the entropy of the two shares: how much knowing the school tells of the group.

    Theil, Statistical Decomposition Analysis, 1972; Reardon and Firebaugh, "Measures of multigroup segregation",
    Sociological Methodology 32, 2002.  Example: E = 1 bit, E_s = 0.7219 at both schools, H = 0.2781.
    """
    member, other = _two_groups(members, totals)
    if _one_group_is_absent(member, other):
        return float("nan")
    total = member + other
    overall = _entropy(np.array([member.sum() / total.sum()]))[0]
    return float((total * (overall - _entropy(_share(member, other)))).sum() / (total.sum() * overall))


def variance_ratio(members: npt.ArrayLike, totals: npt.ArrayLike) -> float:
    """
    η² = Σ t_s (p_s − P)² / (T P (1 − P)): the part of the variance of membership that lies between schools.

    Also (xPx − P) / (1 − P); Bell 1954 (as the revised index of isolation); James and Taeuber, "Measures of
    segregation", Sociological Methodology 15, 1985.  Example: (100 · 0.09 + 100 · 0.09) / (200 · 0.25) = 0.36.
    """
    member, other = _two_groups(members, totals)
    if _one_group_is_absent(member, other):
        return float("nan")
    total = member + other
    overall = member.sum() / total.sum()
    between = (total * (_share(member, other) - overall) ** 2).sum()
    return float(between / (total.sum() * overall * (1 - overall)))


def share_within(members: npt.ArrayLike, totals: npt.ArrayLike, band: float) -> float:
    """
    Share of schools whose share of members is within ± `band` of the average of the schools compared.

    The average is the plain mean of the schools' shares (each school counts once), both ends included, as in the
    controlled-choice plans of Cambridge (± 10 points).  Schools without children are not compared.
    Example: shares 0.8 and 0.2, average 0.5: 0 within ± 0.1, 1 within ± 0.3.
    """
    member, other = _two_groups(members, totals)
    if len(member) == 0:
        return float("nan")
    share = _share(member, other)
    rounding = 1e-12  # 0.8 − 0.5 is a little more than 0.3 in binary
    return float((np.abs(share - share.mean()) <= band + rounding).mean())


def _two_groups(members: npt.ArrayLike, totals: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Members and others of the schools that have any children."""
    member, total = np.asarray(members, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    if member.shape != total.shape or (member < 0).any() or (member > total).any():
        raise ValueError("members and totals need one entry per school, with 0 <= members <= totals.")
    occupied = total > 0
    return member[occupied], (total - member)[occupied]


def _one_group_is_absent(member: Floats, other: Floats) -> bool:
    return bool(member.sum() == 0 or other.sum() == 0)


def _share(member: Floats, other: Floats) -> Floats:
    share: Floats = member / (member + other)
    return share


def _entropy(share: Floats) -> Floats:
    """Entropy in bits of (share, 1 − share); 0 where nobody or everybody is a member."""
    inside = np.clip(share, 1e-300, 1.0)
    outside = np.clip(1.0 - share, 1e-300, 1.0)
    entropy: Floats = -(share * np.log2(inside) + (1.0 - share) * np.log2(outside))
    return entropy
