"""Where the rooms of the laboratory meet: a study in, its results and their record out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lottery.cycle import Cycle
from lottery.draw.seals import combined_hash, file_hash
from lottery.errors import IntakeError
from lottery.intake import read_cycle
from lottery.report.chances import sealed_inputs
from lottery.report.record import versions
from lottery.sample import build_pasadena
from simulations.arms import compile_arms
from simulations.experiment import run_arms
from simulations.page import write_page
from simulations.results import Result, decimal, results_of, write_results
from simulations.study import DEMO, StudyFile, load_study

Progress = Callable[[int, int], None]


def run_study(path: Path, folder: Path, progress: Progress | None = None, workers: int | None = None) -> list[Result]:
    """
    Run a study and write results.csv, summary.json, report.html and record.json into an existing folder.

    Equal studies and inputs give equal bytes, whatever `workers`.  `progress` is told (draws done, draws in all).

    Raises StudyError, IntakeError or PolicyError with every problem.
    """
    file = load_study(path)
    study = file.study
    done, total = 0, study.draws * len(study.cycles)

    def tell(draws: int) -> None:
        nonlocal done
        done += draws
        if progress is not None:
            progress(done, total)

    results: list[Result] = []
    inputs: dict[str, Any] = {}
    for name in study.cycles:
        with cycle_of(file, name) as cycle:
            arms = compile_arms(file, cycle)
            results += results_of(study, name, run_arms(study, arms, tell, workers))
            seals = {arm.name: sealed_inputs(cycle, arm.policy) for arm in arms}
            inputs[name] = {
                "inputs": seals[study.baseline]["inputs"],
                "arms": {arm: seal["policy"] for arm, seal in seals.items()},
            }
    write_results(results, folder)
    _write_json(folder / "summary.json", _summary(file, results))
    write_page(study, results, folder)
    _write_json(folder / "record.json", _record(file, inputs, folder))
    return results


@contextmanager
def cycle_of(file: StudyFile, name: str) -> Iterator[Cycle]:
    """The sample district, or a folder beside the study."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = file.path.parent / name
        if name == DEMO:
            folder = Path(scratch) / DEMO
            build_pasadena(folder)
        elif not folder.is_dir():
            where = ("cycles", file.study.cycles.index(name))
            raise file.refusal(where, name, "There is no such folder beside the study.", f"Name one, or `{DEMO}`.")
        cycle, problems = read_cycle(folder)
        errors = [problem for problem in problems if problem.severity == "error"]
        if cycle is None or errors:
            raise IntakeError(errors)
        yield cycle


def _summary(file: StudyFile, results: list[Result]) -> dict[str, Any]:
    """The results for a program: cycle, arm, measure."""
    cycles: dict[str, Any] = {name: {} for name in file.study.cycles}
    for result in results:
        paired = result.difference
        cycles[result.cycle].setdefault(result.arm, {})[result.measure] = {
            "mean": _number(result.mean),
            "standard_error": _number(result.standard_error),
            "difference": paired
            and {name: _number(getattr(paired, name)) for name in ("mean", "standard_error", "low", "high")},
        }
    return {**_head(file), "interval": "normal, 95 %", "cycles": cycles}


def _record(file: StudyFile, inputs: dict[str, Any], folder: Path) -> dict[str, Any]:
    laboratory = Path(__file__).parent
    return {
        "format": 1,
        "kind": "study",
        **_head(file),
        "study_sha256": file_hash(file.path),
        "cycles": inputs,
        "laboratory_hash": combined_hash({path.name: file_hash(path) for path in laboratory.glob("*.py")}),
        "outputs": {path.name: file_hash(path) for path in sorted(folder.iterdir())},
        **versions(),
    }


def _head(file: StudyFile) -> dict[str, Any]:
    study = file.study
    return {"study": study.study, "seed": study.seed, "draws": study.draws, "baseline": study.baseline}


def _number(number: float) -> float | None:
    text = decimal(number)
    return float(text) if text else None


def _write_json(path: Path, answer: dict[str, Any]) -> None:
    path.write_text(json.dumps(answer, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
