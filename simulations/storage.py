"""Populations in files, so that the processes of a cluster map them into memory instead of being sent them."""

from __future__ import annotations

import mmap
import pickle
import struct
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from simulations.population import Population

ALIGNMENT = 64  # bytes: where a kernel likes its arrays to start
LENGTH = struct.Struct("<Q")


def store(population: Population, folder: Path) -> Path:
    """
    Write a population into a folder: its objects, and behind them every array as it lies in memory.

    The file holds the number of parts, the length of the objects and of each array, then all of them, aligned.  It is
    named after what is in it: a process that maps a file of this name has this population and no older one.
    """
    arrays: list[pickle.PickleBuffer] = []
    objects = pickle.dumps(population, protocol=5, buffer_callback=arrays.append)
    parts = [memoryview(objects), *(array.raw() for array in arrays)]
    lengths = b"".join(LENGTH.pack(part.nbytes) for part in parts)
    digest = sha256(lengths)
    for part in parts:
        digest.update(part)
    path = folder / f"population-{digest.hexdigest()}"
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(LENGTH.pack(len(parts)) + lengths)
        for part in parts:
            file.write(bytes(-file.tell() % ALIGNMENT))
            file.write(part)
    partial.replace(path)
    return path


@lru_cache(maxsize=8)
def load(path: str) -> Population:
    """Map a stored population into memory; its arrays are read-only and shared by all processes of a machine."""
    with Path(path).open("rb") as file:
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    (n_parts,) = LENGTH.unpack_from(mapped)
    lengths = [LENGTH.unpack_from(mapped, LENGTH.size * (1 + part))[0] for part in range(n_parts)]
    parts, at = [], LENGTH.size * (1 + n_parts)
    for length in lengths:
        at += -at % ALIGNMENT
        parts.append(mapped[at : at + length])
        at += length
    population: Population = pickle.loads(parts[0], buffers=parts[1:])
    return population
