"""The question `seats`: seats derived from rooms, class sizes, teachers and strands."""

from lottery.planning.seats.answer import answer
from lottery.planning.seats.question import Seats
from lottery.planning.seats.tables import FacilitiesError

__all__ = ["FacilitiesError", "Seats", "answer"]
