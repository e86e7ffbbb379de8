"""
What a target could be at all, one program or school at a time: never a target without it.

Every offering seats as many children as it does, of those who list it or hold a seat there; which of them is free.  The
shares of members that this allows hold the share of the run itself.  How many programs could meet a target at the same
time, with other numbers of children, is a search, and belongs to the laboratory (decision 0012).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from lottery.arrays import Bools
from lottery.report.reading import Bundle


class Range(NamedTuple):
    """Children who are seated, and the fewest and most members there could be among as many."""

    seated: int
    fewest: int
    most: int

    def can_meet(self, low: float, high: float) -> bool:
        """
        Whether some number of members is a share within the ends, both included.

        >>> Range(3, 0, 1).can_meet(0.3, 0.4), Range(3, 0, 1).can_meet(0.4, 0.6)
        (True, False)
        """
        rounding = 1e-9  # a share on the edge is inside
        first = max(self.fewest, int(np.ceil(low * self.seated - rounding)))
        return self.seated > 0 and first <= min(self.most, int(np.floor(high * self.seated + rounding)))


def within_reach(bundle: Bundle, member: Bools, per: str) -> Mapping[str, Range]:
    """The range of every `program` or `school`, by id; `member` is [applicant], in the order of the offers."""
    keys = ["program_id", "grade"]
    listed = bundle.choices[["applicant", *keys]]
    kept = bundle.offers[bundle.offers["kept"]]
    applying = pd.concat([listed, kept[keys].assign(applicant=kept.index)], ignore_index=True)
    applying["member"] = member[applying["applicant"].to_numpy(dtype=np.int64)]
    counts = applying.groupby(keys)["member"].agg(["sum", "size"])
    table = bundle.offerings.set_index(keys)[["offers"]].join(counts).fillna(0).astype(np.int64)
    table = table.rename(columns={"offers": "seated"})
    members, others = table["sum"], table["size"] - table["sum"]
    table["fewest"] = np.maximum(table["seated"] - others, 0)
    table["most"] = np.minimum(table["seated"], members)
    unit = pd.Series(table.index.get_level_values("program_id"), index=table.index)
    if per == "school":
        unit = unit.map(dict(zip(bundle.programs["program_id"], bundle.programs["school_id"], strict=True)))
    totals = table[["seated", "fewest", "most"]].groupby(unit.to_numpy(), sort=True).sum()
    return {str(name): Range(*row) for name, row in zip(totals.index, totals.to_numpy().tolist(), strict=True)}
