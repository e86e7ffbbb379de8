"""Where the rooms of the laboratory meet: a study in, its findings and their record out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from lottery.cycle import Cycle
from lottery.draw.seals import file_hash
from lottery.folders import all_or_nothing
from lottery.named import cycle_at
from lottery.policy import PolicyFile, load_policy
from lottery.report.chances import sealed_inputs
from lottery.report.record import versions
from simulations.experiment import Ledger, Plan, run
from simulations.families import check_behaviour
from simulations.findings import findings_of
from simulations.page import write_page
from simulations.population import Population, compile_population
from simulations.probabilities import write_probabilities
from simulations.published import published
from simulations.results import Findings, Result
from simulations.stop import StopRule
from simulations.study import Measure, StudyFile, load_study
from simulations.tables import decimal, write_tables
from simulations.targets import attainable_targets
from simulations.unfinished import Unfinished
from simulations.watch import Watch
from simulations.workers import cluster, laboratory_hash, threads

Progress = Callable[[int, int], None]
MOST_CHILDREN = 2_000_000  # whose populations are kept in memory; others are compiled again when their turn comes
OF_TARGETS: frozenset[Measure] = frozenset({"targets_met", "program_share"})


def run_study(
    path: Path,
    out: Path,
    progress: Progress | None = None,
    workers: int | None = None,
    *,
    until: str | None = None,
    resume: bool = False,
    address: str | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> Findings:
    """
    Run a study and write everything it found into `out`, all or nothing.

    Equal studies and inputs give equal bytes, whatever `workers`, and whether they are threads or, with `address`, the
    processes of a Dask cluster.  `until` stops earlier (`StopRule`); `resume` goes on from `OUT.unfinished`, which an
    interruption leaves.  `progress` is told (draws done, draws in all).

    Raises StudyError, IntakeError or PolicyError with every problem.
    """
    file = load_study(path)
    study = file.study
    rule = None if until is None else StopRule.read(until, study.measures)
    plan = Plan(study.draws, study.replications, len(study.cycles))
    tables = [cycle_at(file.path, name) for name in study.cycles]
    policies = {arm: load_policy(file.policy(arm)) for arm in study.arms}
    for table in tables:
        check_behaviour(file, policies, table)

    n_children = max(len(table["applicants"]) for table in tables)

    @lru_cache(max(2, MOST_CHILDREN // max(1, n_children)))
    def population(cycle: int, replication: int) -> Population:
        name = study.cycles[cycle]
        return compile_population(file, tables[cycle], name, replication, resample=study.resample)

    populations = [population(cycle, 0) for cycle in range(len(tables))]
    sealed = _sealed(file, policies, tables)
    watch = Watch(study, populations, rule)
    unfinished = Unfinished(out)
    ledger = unfinished.open(sealed, resume=resume)
    counter = Counter(progress, plan.draws * plan.cycles, plan.draws_in(ledger.done))
    pool = (
        threads(population, study.measures, counter, workers)
        if address is None
        else cluster(population, study.measures, counter, address, unfinished.folder)
    )
    try:
        with pool as hands:
            draws = run(
                plan,
                ledger,
                hands,
                after_batch=lambda: unfinished.save(ledger),
                enough=lambda done: watch.look(ledger, done, plan.rounds_in(done)),
            )
    finally:
        unfinished.save(ledger, now=True)
    watch.last(ledger, draws)
    targets = []
    if OF_TARGETS & set(study.measures):
        own = [compile_population(file, *about, 0) for about in zip(tables, study.cycles, strict=True)]
        targets = attainable_targets(own, step)
    looks = 1 if rule is None else plan.rounds
    titles = {arm: policy.policy.title for arm, policy in policies.items()}
    findings = findings_of(study, populations, ledger, watch.cells, targets, titles, draws=draws, looks=looks)
    if rule is not None:
        findings = replace(findings, until=until, unmet=watch.unmet(ledger))
    with all_or_nothing(out) as folder:
        write_everything(findings, populations, ledger, sealed, folder)
    unfinished.finish()
    return findings


class Counter:
    """Draws done, told one call at a time from any thread."""

    def __init__(self, progress: Progress | None, total: int, done: int) -> None:
        self._progress, self._total, self._done = progress, total, done
        self._lock = Lock()

    def __call__(self, draws: int) -> None:
        """Some more draws were done."""
        with self._lock:
            self._done += draws
            if self._progress is not None:
                self._progress(self._done, self._total)


def write_everything(
    findings: Findings,
    populations: Sequence[Population],
    ledger: Ledger,
    sealed: Mapping[str, Any],
    folder: Path,
) -> None:
    """Write the office's files, those for the public, and the record of both."""
    public = folder / "public"
    public.mkdir()
    write_tables(findings, folder)
    write_page(findings, folder, public=False)
    if findings.study.replications == 1 and not findings.study.resample:
        write_probabilities(populations, ledger, findings.draws, folder)
    _write_json(folder / "summary.json", _summary(findings))
    shown = published(findings)
    write_tables(shown, public, public=True)
    write_page(shown, public, public=True)
    outputs = {
        path.relative_to(folder).as_posix(): file_hash(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    record = {"format": 1, "kind": "study", **_head(findings), **sealed, "outputs": outputs, **versions()}
    _write_json(folder / "record.json", record)


def _sealed(file: StudyFile, policies: Mapping[str, PolicyFile], tables: Sequence[Cycle]) -> dict[str, Any]:
    """Everything that decides the numbers: the hashes of the study, its inputs and policies, and of the laboratory."""
    cycles = {}
    for name, cycle in zip(file.study.cycles, tables, strict=True):
        seals = {arm: sealed_inputs(cycle, policy) for arm, policy in policies.items()}
        inputs = seals[file.study.baseline]["inputs"]
        cycles[name] = {"inputs": inputs, "arms": {arm: seal["policy"] for arm, seal in seals.items()}}
    return {
        "study_sha256": file_hash(file.path),
        "cycles": cycles,
        "laboratory_hash": laboratory_hash(),
    }


def _summary(findings: Findings) -> dict[str, Any]:
    """The results by group for a program: cycle, arm, measure, group; programs and ranks are in results.csv."""
    cycles: dict[str, Any] = {name: {} for name in findings.study.cycles}
    for result in findings.results:
        cell = result.cell
        if cell.program or cell.rank is not None:
            continue
        of_arm = cycles[result.cycle].setdefault(result.arm, {})
        of_arm.setdefault(cell.measure, {})[cell.group or "everybody"] = _told(result)
    return {**_head(findings), "interval": "together 95 %", "cycles": cycles}


def _told(result: Result) -> dict[str, Any]:
    return {
        "level": {name: _number(number) for name, number in result.level._asdict().items()},
        "difference": result.difference
        and {name: _number(number) for name, number in result.difference._asdict().items()},
        "unchanged": result.unchanged,
    }


def _head(findings: Findings) -> dict[str, Any]:
    study = findings.study
    return {
        "study": study.study,
        "seed": study.seed,
        "draws": findings.draws,
        "draws_planned": study.draws,
        "looks": findings.looks,
        "until": findings.until,
        "replications": study.replications,
        "baseline": study.baseline,
    }


def _number(number: float) -> float | None:
    text = decimal(number)
    return float(text) if text else None


def _write_json(path: Path, answer: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(answer, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
