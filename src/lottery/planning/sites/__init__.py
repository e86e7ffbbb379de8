"""Sites: what opening, moving or closing a program or a school would change."""

from lottery.planning.sites.answer import answer
from lottery.planning.sites.question import Sites

__all__ = ["Sites", "answer"]
