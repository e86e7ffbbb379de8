"""Planning with OR-Tools: what could be reached at all.  Every answer passes a checker that knows no solver."""

from lottery.plan.reach.answer import Attainable, Count, Reach
from lottery.plan.reach.attainable import attainable

__all__ = ["Attainable", "Count", "Reach", "attainable"]
