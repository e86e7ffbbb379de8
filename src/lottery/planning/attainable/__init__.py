"""What is attainable before the lottery, and what the rules of a policy cost."""

from lottery.planning.attainable.answer import answer
from lottery.planning.attainable.asked import AttainableQuestion

__all__ = ["AttainableQuestion", "answer"]
