"""How long somebody is willing to wait for a better plan."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

POLL = 0.05  # seconds between two looks at the patience
Answer = TypeVar("Answer")


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
    def left(self) -> float | None:
        """Seconds until it is over; None where nobody said how many."""
        return None if self._end is None else max(0.0, self._end - monotonic())

    @property
    def over(self) -> bool:
        """Whether searches should stop now."""
        return self._interrupted or (self._end is not None and monotonic() >= self._end)

    def spend_on(self, search: Callable[[], Answer], stop: Callable[[], None]) -> Answer:
        """Run a search, and tell it to `stop` once the patience is over; it answers with what it has by then."""
        with ThreadPoolExecutor(1) as thread:
            searching = thread.submit(search)
            while not searching.done():
                if self.over:
                    stop()
                try:
                    searching.result(timeout=POLL)
                except TimeoutError:
                    continue
            return searching.result()
