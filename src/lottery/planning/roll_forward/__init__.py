"""The kind `roll_forward`: in which year each site runs out of room, and what becomes of claims about it."""

from lottery.planning.roll_forward.answering import answer
from lottery.planning.roll_forward.question import RollForward

__all__ = ["RollForward", "answer"]
