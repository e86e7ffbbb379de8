"""Cohorts of children rolled forward along the feeder graph, in many possible worlds."""

from lottery.plan.cohorts.arrival import earliest
from lottery.plan.cohorts.claims import (
    PERCENTS,
    Rooms,
    full_from,
    full_now,
    has_space_through,
    rooms_with,
    wall_to_wall_from,
)
from lottery.plan.cohorts.filling import Filling, filling
from lottery.plan.cohorts.rolling import roll
from lottery.plan.cohorts.stages import SURE, Rate, Stages, Way

__all__ = [
    "PERCENTS",
    "SURE",
    "Filling",
    "Rate",
    "Rooms",
    "Stages",
    "Way",
    "earliest",
    "filling",
    "full_from",
    "full_now",
    "has_space_through",
    "roll",
    "rooms_with",
    "wall_to_wall_from",
]
