"""How long somebody is willing to wait for a better plan."""

from __future__ import annotations

from time import monotonic


class Patience:
    """
    Over after a number of seconds, or as soon as somebody says so; without either never.

    A search that is cut short returns the best plan so far with its gap.  Only a search that ends by itself gives the
    same plan on every machine.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._end = None if seconds is None else monotonic() + seconds
        self._interrupted = False

    def interrupt(self) -> None:
        """Ask every search to stop soon."""
        self._interrupted = True

    @property
    def over(self) -> bool:
        """Whether searches should stop now."""
        return self._interrupted or (self._end is not None and monotonic() >= self._end)
