"""Where extra seats help most."""

from lottery.plan.extra.plan_seats import Plan, plan_seats
from lottery.plan.extra.planned import Planned, plan_extra

__all__ = ["Plan", "Planned", "plan_extra", "plan_seats"]
