"""Intake: the files of a cycle folder become a cycle, or a list of everything that is wrong with them."""

from lottery.intake.folder import load_cycle, read_cycle

__all__ = ["load_cycle", "read_cycle"]
