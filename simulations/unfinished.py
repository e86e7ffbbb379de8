"""An interrupted study: what has been counted, beside the folder it was to fill, for `--resume`."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lottery.arrays import AnyArray
from lottery.errors import LotteryError
from simulations.experiment import Ledger, Point
from simulations.tally import ArmTally

SAVE_EVERY_S = 5.0
COUNTED, ABOUT = "counted.npz", "about.json"
DEPTH = 3  # slashes in the name of a tally: cycle/replication/arm/name


class Unfinished:
    """The folder `OUT.unfinished`: saved every few seconds, and gone once the study is written."""

    def __init__(self, out: Path) -> None:
        self.folder = out.with_name(f"{out.name}.unfinished")
        self._saved = time.monotonic()

    def open(self, about: Mapping[str, Any], *, resume: bool) -> Ledger:
        """
        The ledger to go on with: an empty one, or with `resume` the one that was interrupted.

        `about` is everything that decides the numbers; raises LotteryError where the interrupted study was about
        something else, where there is none to resume, and where one would be overwritten.
        """
        there = (self.folder / ABOUT).is_file()
        if there and not resume:
            raise LotteryError(
                f"An interrupted study lies in {self.folder}. Go on with --resume, or remove the folder to start again."
            )
        if not resume:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ABOUT).write_text(_text(about), encoding="utf-8")
            return Ledger()
        if not there:
            raise LotteryError(f"There is no interrupted study in {self.folder}. Leave --resume out.")
        written = json.loads((self.folder / ABOUT).read_text(encoding="utf-8"))
        if changed := sorted(key for key in {*about, *written} if about.get(key) != written.get(key)):
            raise LotteryError(
                f"The interrupted study in {self.folder} had another {', another '.join(changed)}, and its draws cannot "
                "be joined with new ones. Restore what it was, or remove the folder to start again."
            )
        return self._read()

    def save(self, ledger: Ledger, *, now: bool = False) -> None:
        """Put the ledger into the folder, at most every few seconds unless it must be `now`."""
        if not now and time.monotonic() - self._saved < SAVE_EVERY_S:
            return
        arrays = {
            f"{cycle}/{replication}/{arm}/{name}": array
            for (cycle, replication), tallies in ledger.tallies.items()
            for arm, tally in enumerate(tallies)
            for name, array in tally.arrays().items()
        }
        points = {
            f"points/{name}": np.array(column)
            for name, column in zip(Point._fields, zip(*ledger.points, strict=True), strict=False)
        }
        partial = self.folder / f"{COUNTED}.partial"
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, done=np.array(ledger.done), **arrays, **points)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.folder / COUNTED)
        self._saved = time.monotonic()

    def finish(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self) -> Ledger:
        path = self.folder / COUNTED
        if not path.is_file():  # interrupted before the first batch
            return Ledger()
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        counted: dict[tuple[int, int], dict[int, dict[str, AnyArray]]] = {}
        for key in arrays:
            if key.count("/") == DEPTH:
                cycle, replication, arm, name = key.split("/")
                arms = counted.setdefault((int(cycle), int(replication)), {})
                arms.setdefault(int(arm), {})[name] = arrays[key]
        points = zip(*(arrays.get(f"points/{name}", ()) for name in Point._fields), strict=True)
        return Ledger(
            done=int(arrays["done"]),
            tallies={k: [ArmTally.from_arrays(arms[arm]) for arm in sorted(arms)] for k, arms in counted.items()},
            points=[Point(int(draws), mean, error) for draws, mean, error in points],
        )


def _text(about: Mapping[str, Any]) -> str:
    return json.dumps(about, indent=2, sort_keys=True) + "\n"
