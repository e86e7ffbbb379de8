"""What the safeguards of a policy changed on this draw, for the record and the page."""

from __future__ import annotations

from typing import Any

from lottery import equity
from lottery.matching import solve
from lottery.outcome import Outcome


def safeguards(outcome: Outcome, *, secured: bool) -> dict[str, Any]:
    """
    What was given up, and who moves against open seats under the same numbers; empty where all seats are open.

    `secured`: the first slot of every program is for those who hold a seat now, and is no safeguard.
    """
    market, held = outcome.market, int(secured)
    if not equity.has_safeguards(market, held):
        return {}
    open_seats = solve(equity.with_open_seats(market, held), outcome.lottery)
    groups = {name: equity.moved(open_seats, outcome, own) for name, own in equity.members(market, held).items()}
    everybody = equity.moved(open_seats, outcome)
    return equity.given_up(outcome, held)._asdict() | {
        "against_open_seats": {
            "all": everybody._asdict(),
            "groups": {name: counts._asdict() for name, counts in groups.items()},
            "nobody_gains": everybody.better == 0 < everybody.worse,
            "hurts_its_own": sorted(name for name, counts in groups.items() if counts.better == 0 < counts.worse),
        }
    }
