"""Who moves between two runs, and why: read from the two bundles, without running anything again."""

from lottery.diff.movers import CHANGES, Difference, Mover, diff, write_movers

__all__ = ["CHANGES", "Difference", "Mover", "diff", "write_movers"]
