"""How families answer a district: assumed of them, never observed (docs/decisions/0015)."""

from simulations.families.answers import Answers, answers, free_seats
from simulations.families.assumptions import check_behaviour
from simulations.families.sophisticated import sophisticated_market

__all__ = ["Answers", "answers", "check_behaviour", "free_seats", "sophisticated_market"]
