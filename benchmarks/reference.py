"""The C++ heap beside which the kernel is timed: compiled when needed, called through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np

from benchmarks.instances import Instance
from lottery.arrays import AnyArray, Ints, Longs
from lottery.market import Market

COMPILER, FLAGS = "g++", ("-O3", "-march=native", "-std=c++17", "-shared", "-fPIC")
SOURCE = Path(__file__).with_name("heap.cpp")
PROGRAM_BITS = 24
MOST_CLASSES = 256


def compiler() -> str | None:
    """Name and version of the C++ compiler, or None where there is none."""
    if shutil.which(COMPILER) is None:
        return None
    return subprocess.run([COMPILER, "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]


def build(folder: Path) -> ctypes.CDLL:
    """Compile the reference into a folder and load it."""
    library = folder / "heap.so"
    subprocess.run([COMPILER, *FLAGS, "-o", str(library), str(SOURCE)], check=True)
    return ctypes.CDLL(str(library))


class Problem(ctypes.Structure):
    """What the reference is given and the memory it works in, field by field as in `heap.cpp`."""

    _fields_ = (
        ("n_applicants", ctypes.c_uint32),
        ("n_programs", ctypes.c_uint32),
        *((name, ctypes.c_void_p) for name in ("choice_start", "choice", "seat_start", "capacity")),
        *((name, ctypes.c_void_p) for name in ("seat", "cutoff", "n_held", "held")),
    )


class Heap:
    """The reference on one instance, with memory of its own that is used again for every draw."""

    def __init__(self, library: ctypes.CDLL, instance: Instance) -> None:
        n, programs = instance.n_applicants, len(instance.capacity)
        if max(n, programs) >= 1 << PROGRAM_BITS or int(instance.priority_class.max()) >= MOST_CLASSES:
            raise ValueError("A key has 64 bits: the reference takes at most 2^24 applicants or programs, 256 classes.")
        choice = instance.program.astype(np.uint32) | instance.priority_class.astype(np.uint32) << PROGRAM_BITS
        seats = np.concatenate([[0], np.cumsum(instance.capacity, dtype=np.int64)])
        self._arrays: dict[str, AnyArray] = {
            "choice_start": instance.choice_start.astype(np.uint32),
            "choice": choice.astype(np.uint32),
            "seat_start": seats[:-1].astype(np.uint32),
            "capacity": instance.capacity.astype(np.uint32),
            "seat": np.zeros(seats[-1], dtype=np.uint64),
            "cutoff": np.zeros(programs, dtype=np.uint64),
            "n_held": np.zeros(programs, dtype=np.uint32),
            "held": np.zeros(n, dtype=np.uint32),
        }
        self._problem = Problem(  # in the order of its fields
            n, programs, *(array.ctypes.data for array in self._arrays.values())
        )
        self._run = library.propose_and_reject
        self._run.argtypes, self._run.restype = (ctypes.c_void_p, ctypes.c_void_p), None

    def run(self, place: AnyArray) -> None:
        """Match under one draw: the order of the lottery numbers, [applicant], 32 bits each."""
        self._run(ctypes.addressof(self._problem), place.ctypes.data)

    def choice(self) -> Longs:
        """Which choice each applicant received in the last run, from 0, or the length of the list ([applicant])."""
        return self._arrays["held"].astype(np.int64) - self._arrays["choice_start"][:-1]


def expanded(market: Market) -> Instance:
    """
    A market without seat groups that has the same outcome: every group a program of its own, in precedence order.

    Kominers and Sönmez (2016).  A choice c of the market is the choices c · slots ... of the instance.
    """
    slots = market.n_slots
    group: Ints = np.add.outer(market.program * np.int32(slots), np.arange(slots, dtype=np.int32))
    start: Longs = market.choice_start.astype(np.int64) * np.int64(slots)
    return Instance(start, group.ravel(), market.standing.ravel(), market.capacity.ravel())
