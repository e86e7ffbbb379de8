"""The one place where the rooms meet: a cycle folder and a policy in, every child's answer and the evidence out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from lottery.auditor import verify
from lottery.chances import chances
from lottery.cycle import Cycle
from lottery.draw import Seed
from lottery.draw.seals import file_hash
from lottery.errors import AuditFailure, IntakeError, LotteryError, PolicyError, Problem
from lottery.folders import all_or_nothing, refuse_existing
from lottery.intake import read_cycle
from lottery.market import Market
from lottery.matching import draw, solve
from lottery.outcome import Outcome
from lottery.policy import PolicyFile, compile_market, load_policy, needs_resolution, remarks
from lottery.report.bundle import write_inputs
from lottery.report.page import write_report
from lottery.report.public import write_public
from lottery.report.reading import read as read_bundle
from lottery.report.record import record_of, seal_outputs, write_record
from lottery.report.safeguards import safeguards
from lottery.report.summary import write_summary
from lottery.report.tables import write_probabilities, write_tables
from lottery.rulebook import write_rule_books

Progress = Callable[[str], None]

QUICK = ("deferred-acceptance", "immediate-acceptance", "serial-dictatorship")
MANY_DRAWS, FEW_DRAWS = 1000, 100


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: where it lies and what it decided."""

    folder: Path
    outcome: Outcome
    digest: str
    warnings: tuple[Problem, ...]  # what was allowed and deserves a look


def silent(_: str) -> None:
    """Progress for nobody."""


def check_policy(policy_path: Path) -> list[Problem]:
    """Every problem of a policy by itself; what needs a board resolution is a warning until somebody runs it."""
    try:
        file = load_policy(policy_path)
    except PolicyError as refusal:
        return list(refusal.problems)
    return [replace(problem, severity="warning") for problem in needs_resolution(file)]


def check(cycle_folder: Path, policy_path: Path | None, progress: Progress = silent) -> list[Problem]:
    """Every problem of a cycle and, where one is given, of a policy and of the policy on the cycle."""
    progress("reading the cycle")
    cycle, problems = read_cycle(cycle_folder)
    if policy_path is None:
        return problems
    problems = [*problems, *check_policy(policy_path)]
    if cycle is not None and not any(problem.severity == "error" for problem in problems):
        progress("applying the policy")
        file = load_policy(policy_path)
        try:
            compile_market(file, cycle)
        except PolicyError as refusal:
            problems += refusal.problems
        problems += remarks(file, cycle)
    return problems


def prepare(
    cycle_folder: Path, policy_path: Path, progress: Progress = silent, warnings: list[Problem] | None = None
) -> tuple[Cycle, PolicyFile, Market]:
    """Read, check and compile; raises IntakeError or PolicyError with every problem, and appends to `warnings`."""
    progress("reading the cycle")
    cycle, problems = read_cycle(cycle_folder)
    errors = [problem for problem in problems if problem.severity == "error"]
    if cycle is None or errors:
        raise IntakeError(errors)
    progress("applying the policy")
    file = load_policy(policy_path)
    if warnings is not None:
        warnings += [*problems, *remarks(file, cycle)]
    return cycle, file, compile_market(file, cycle)


def draws_for(file: PolicyFile) -> int:
    """How many draws the probabilities of a run are of, unless somebody says: fewer where a draw takes long."""
    return MANY_DRAWS if file.policy.mechanism in QUICK else FEW_DRAWS


def run(
    cycle_folder: Path,
    policy_path: Path,
    seed: str,
    out: Path,
    progress: Progress = silent,
    probabilities: int | None = 0,
) -> Run:
    """
    Run the lottery as a rehearsal and write the bundle to `out`, all or nothing.

    `probabilities`: how many draws of the laboratory probabilities.csv is made of; 0: it is not written, None: as many
    as `draws_for` says.  They decide nothing.

    Raises IntakeError, PolicyError, or AuditFailure: then `out` holds the findings and nothing else.
    """
    refuse_existing(out)
    if not seed:
        raise LotteryError("The seed is empty. Write any text that was agreed on before the draw.")
    if probabilities is not None and probabilities < 0:
        raise LotteryError(f"There cannot be {probabilities} draws. Ask for 0, for no probabilities, or for more.")
    warnings: list[Problem] = []
    cycle, file, market = prepare(cycle_folder, policy_path, progress, warnings)
    if unresolved := needs_resolution(file):
        raise PolicyError(unresolved)
    draws = draws_for(file) if probabilities is None else probabilities
    progress("drawing the numbers")
    lottery = market.given or draw(market, Seed.rehearsal(seed).key())
    progress("matching")
    outcome = solve(market, lottery)
    with all_or_nothing(out) as folder:
        progress("writing the answers")
        write_inputs(cycle, file.canonical(), folder)
        write_tables(outcome, folder)
        record = record_of(folder, cycle, file, outcome, seed) | {
            "warnings": list(map(str, warnings)),
            "safeguards": safeguards(outcome, secured=file.policy.secured_seat == "continuing"),
        }
        if draws:
            write_probabilities(chances(market, seed, draws, _drawing(progress)), folder)
            record["probabilities"] = {"draws": draws, "seed": seed}
        write_record(record, folder)
        progress("writing the report")
        bundle = read_bundle(folder)
        write_summary(bundle)
        write_report(bundle)
        write_public(bundle)
        record["rule_book"] = write_rule_books(file, folder / "public")
        seal_outputs(record, folder)
        _gate(folder, out, progress)
    return Run(out, outcome, record["outcome_digest"], tuple(warnings))


def _drawing(progress: Progress) -> Callable[[int, int], None]:
    return lambda done, total: progress(f"drawing for probabilities: {done:,} of {total:,}")


def _gate(folder: Path, out: Path, progress: Progress) -> None:
    """The independent audit decides whether there are results at all (F14)."""
    progress("auditing")
    try:
        report = verify.verify(folder, lambda step: progress(f"auditing: {step}"))
    except verify.BadInput as refusal:  # the two readings of the policy disagree: no results either
        report = verify.Report([verify.Finding("I6", "bundle", str(refusal))], {"I6": 1}, "", {})
    if report.totals:
        out.mkdir(parents=True, exist_ok=True)
        findings = {"totals": report.totals, "findings": [finding._asdict() for finding in report.findings]}
        (out / "findings.json").write_text(json.dumps(findings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        raise AuditFailure([f"{finding.invariant} {finding.subject}: {finding.text}" for finding in report.findings])


def rebuild_report(folder: Path) -> None:
    """Write the pages of a finished run again, and their hashes into the record."""
    bundle = read_bundle(folder)
    write_report(bundle)
    write_public(bundle)
    pages = [folder / "report.html", *(folder / "public").iterdir()]
    outputs = {page.relative_to(folder).as_posix(): file_hash(page) for page in pages}
    write_record({**bundle.record, "outputs": bundle.record["outputs"] | outputs}, folder)
