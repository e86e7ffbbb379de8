"""Seats derived from rooms: which class is in which room, how many places that makes, and who has them already."""

from lottery.plan.rooms.answer import Planned, Step
from lottery.plan.rooms.plan import plan_school
from lottery.plan.rooms.rules import QUOTED, RULES
from lottery.plan.rooms.school import Class, Room, School, Strand

__all__ = ["QUOTED", "RULES", "Class", "Planned", "Room", "School", "Step", "Strand", "plan_school"]
