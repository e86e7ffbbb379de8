"""Planning with OR-Tools: what could be reached at all.  Every answer passes a checker that knows no solver."""

from lottery.plan.answer import Attainable, Count, Reach
from lottery.plan.attainable import attainable

__all__ = ["Attainable", "Count", "Reach", "attainable"]
