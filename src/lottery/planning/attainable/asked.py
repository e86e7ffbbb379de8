"""What a question of what is attainable may say."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from lottery.plan.prices import EVERYBODY
from lottery.planning.question import Question, Text
from lottery.policy.condition import Mistake
from lottery.policy.model import Target

MOST_GROUPS = 31
MOST_DRAWS = 100_000


def _group(name: str) -> str:
    if name.strip() in ("", EVERYBODY):
        raise Mistake("everybody is measured in any case, and needs no group", "Take it out.")
    return name


class AttainableQuestion(Question):
    """What can be reached at all, and the price of stability and of each safeguard."""

    policy: str = Field(description="a policy relative to the question, or a shipped one")
    seed: Text = Field(min_length=1, description="any text; the same text gives the same draws")
    draws: int = Field(100, ge=2, le=MOST_DRAWS, description="at least two, for a standard error")
    groups: tuple[Annotated[str, AfterValidator(_group)], ...] | None = Field(
        None,
        max_length=MOST_GROUPS,
        description="facts about the child in the policy, or columns of applicants that say yes or no; left out: "
        "low_income where the policy defines it",
    )
    targets: tuple[Target, ...] | None = Field(None, description="as in a policy; left out: the policy's own")

    @field_validator("groups")
    @classmethod
    def _named_once(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if twice := [name for name, times in Counter(names or ()).items() if times > 1]:
            raise Mistake(f"the name {' and the name '.join(twice)} is written twice", "Write every name once.")
        return names
