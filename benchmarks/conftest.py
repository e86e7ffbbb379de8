"""The ledger of the session and the compiled reference, shared by all benchmarks."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest

from benchmarks.ledger import Ledger
from benchmarks.reference import COMPILER, build, compiler


@pytest.fixture(scope="session")
def ledger() -> Iterator[Ledger]:
    """Every figure of the session, written when it ends."""
    ledger = Ledger()
    yield ledger
    if ledger.figures or ledger.missing:
        ledger.write()


@pytest.fixture(scope="session")
def library(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The C++ heap, compiled for this machine; without a compiler there is nothing to compare with."""
    if compiler() is None:
        ledger.missing.append(f"the kernel beside the C++ heap: there is no {COMPILER} on this machine")
        pytest.skip(f"There is no {COMPILER}, so the kernel has no reference to be timed beside. Install it.")
    return build(tmp_path_factory.mktemp("reference"))
