"""Where the cutoffs lie, draw by draw: enough to answer "what if I ranked these?" without matching again."""

from lottery.cutoff_model.matched import cutoff_model
from lottery.cutoff_model.model import Answer, CutoffModel, Presence, load
from lottery.cutoff_model.presence import answers, presences
from lottery.cutoff_model.seats import seats_hash

__all__ = ["Answer", "CutoffModel", "Presence", "answers", "cutoff_model", "load", "presences", "seats_hash"]
