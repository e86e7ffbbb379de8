"""The incentive audit as a reader wants it: a verdict, its reason, and a small story."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lottery.incentives.audit import Audit, Finding
from lottery.incentives.search import Example
from lottery.incentives.verdict import Statement, Threat

NOTHING = "nothing"
UNSAFE = {
    "list_cap": "the length of a list is limited",
    "immediate-acceptance": "the mechanism is immediate acceptance",
    "efficiency-adjusted": "the mechanism is efficiency-adjusted deferred acceptance",
    "stable-improvement-cycles": "the mechanism is stable improvement cycles",
}


def tell(audit: Audit) -> list[str]:
    """The audit in lines of text."""
    return [*_verdict(audit), *(line for finding in audit.findings for line in _finding(finding)), *_cautions(audit)]


def as_dict(audit: Audit) -> dict[str, Any]:
    """The audit for a program."""
    return {
        "safe": audit.safe,
        "mechanism": audit.mechanism,
        "reason": audit.assurance and audit.assurance._asdict(),
        "choice_rules": list(audit.kinds),
        "markets_without_counterexample": audit.tried,
        "findings": [
            {
                "threat": finding.threat,
                "reason": finding.statement._asdict(),
                "markets_tried": finding.tried,
                "example": finding.example and _market(finding.example),
            }
            for finding in audit.findings
        ],
        "cautions": [caution._asdict() for caution in audit.cautions],
    }


def _verdict(audit: Audit) -> Iterator[str]:
    yield f"Ranking truthfully is {'safe' if audit.safe else 'NOT safe'} under this policy."
    if audit.assurance is None:
        return
    if not audit.safe:
        yield "The mechanism itself would be safe without the limit:"
    yield _cited(audit.assurance)
    rules = f"; and of up to 3 applicants and 2 programs with {_listed(audit.kinds)}" if audit.kinds else ""
    yield (
        f"This engine was tried on {audit.tried:,} markets: all of up to 3 applicants and 2 programs, or 2 applicants "
        f"and 3 programs, one or two seats each{rules}. No list was better than the true one."
    )


def _finding(finding: Finding) -> Iterator[str]:
    yield f"Not safe, because {UNSAFE[finding.threat]}. {_cited(finding.statement)}"
    if finding.example is None:
        return
    size = _size(finding.example)
    if finding.tried:
        yield f"The smallest example found ({size}; market {finding.tried:,} in the order of size), run by this engine:"
    else:
        yield f"An example ({size}), run by this engine:"
    yield from (f"  {line}" for line in _story(finding.threat, finding.example))


def _story(threat: Threat, example: Example) -> Iterator[str]:
    structure, who = example.structure, example.applicant
    truth = dict(zip(structure.applicants, example.choices, strict=True))
    yield "Seats: " + ", ".join(f"{program} {seats}" for program, seats in structure.seats.items()) + "."
    ties = any(len(members) > 1 for classes in structure.priorities.values() for members in classes)
    for program, classes in structure.priorities.items():
        yield f"Priority at {program}: " + ", then ".join(" and ".join(members) for members in classes) + "."
    if ties or threat == "list_cap":
        yield f"Inside a class the lottery number decides; the best has {', then '.join(structure.applicants)}."
    if threat == "efficiency-adjusted":
        yield "Everybody consents."
    for applicant, wanted in truth.items():
        yield f"{applicant} wants {_order(wanted)}."
    told = "Everybody writes that"
    if threat == "list_cap":
        told = f"Everybody writes the best choices, {len(example.instead)} at most"
    yield f"{told}: " + "; ".join(_offer(applicant, offer) for applicant, offer in example.offers.items()) + "."
    yield f"{who} writes {_order(example.instead)} instead: {_offer(who, example.offers_instead[who])}."


def _cautions(audit: Audit) -> Iterator[str]:
    for caution in audit.cautions:
        yield f"Not about ranking: {caution.text}"


def _market(example: Example) -> dict[str, Any]:
    structure = example.structure
    return {
        "seats": dict(structure.seats),
        "priorities": {program: [list(members) for members in own] for program, own in structure.priorities.items()},
        "numbers": {applicant: number for number, applicant in enumerate(structure.applicants, 1)},
        "wants": {applicant: list(own) for applicant, own in zip(structure.applicants, example.choices, strict=True)},
        "applicant": example.applicant,
        "writes_instead": list(example.instead),
        "offers": dict(example.offers),
        "offers_instead": dict(example.offers_instead),
    }


def _size(example: Example) -> str:
    structure = example.structure
    seats = sum(structure.seats.values())
    counted = ((len(structure.applicants), "applicant"), (len(structure.seats), "program"), (seats, "seat"))
    return ", ".join(f"{number} {noun}{'s' * (number != 1)}" for number, noun in counted)


def _offer(applicant: str, offer: str | None) -> str:
    return f"{applicant} is offered {offer or NOTHING}"


def _order(programs: tuple[str, ...]) -> str:
    return ", then ".join(programs) if len(programs) > 1 else f"{programs[0]} and nothing else"


def _listed(kinds: tuple[str, ...]) -> str:
    return " and with ".join(kind if kind.endswith("s") else f"a {kind}" for kind in kinds)


def _cited(statement: Statement) -> str:
    return f"{statement.text} ({statement.source})"
