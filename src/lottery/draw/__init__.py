"""The draw: lottery numbers anyone can recompute."""

from lottery.draw.formula import SINGLE, Drum, Seed, lp, program_scope, shown
from lottery.draw.places import draw_numbers, given_numbers
from lottery.draw.weights import whole_tickets

__all__ = ["SINGLE", "Drum", "Seed", "draw_numbers", "given_numbers", "lp", "program_scope", "shown", "whole_tickets"]
