"""A policy as the chapters of its rule book: every key of the policy is read here, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lottery.incentives import threats
from lottery.policy import PolicyFile
from lottery.policy.model import Policy
from lottery.rulebook.book import Chapter, Name, Sentence, Who, say
from lottery.rulebook.seats import lines_of, programs_of, seats


def chapters_of(file: PolicyFile, digest: str) -> list[Chapter]:
    """The whole book; `digest` is the SHA-256 of `policy.json`."""
    policy = file.policy
    written = (
        ("apply", _apply(policy)),
        ("classes", _classes(policy)),
        ("seats", seats(policy)),
        ("number", _number(policy)),
        ("offers", _offers(policy)),
        ("ranking", _ranking(policy)),
        ("held", iter([say(f"held_{policy.secured_seat}")])),
        ("waitlist", iter([say("waitlist"), say(f"vacancy_{_vacancy(policy)}")])),
        ("words", _words(policy)),
        ("board", _board(policy)),
        ("source", _source(policy, digest)),
    )
    return [Chapter(key, sentences) for key, found in written if (sentences := tuple(found))]


def _apply(policy: Policy) -> Iterator[Sentence]:
    if policy.eligible is None:
        yield say("eligible_all")
    else:
        yield say("eligible_if", condition=Who(policy.eligible))
    if policy.priorities[-1].when is not None:
        yield say("eligible_in_a_class")
    if policy.list_cap == "none":
        yield say("cap_none")
    else:
        yield say("cap_one" if policy.list_cap == 1 else "cap", cap=policy.list_cap)
    yield say("time")
    yield say("one_round")


def _classes(policy: Policy) -> Iterator[Sentence]:
    if policy.mechanism == "serial-dictatorship":
        yield say("classes_ignored")
    else:
        yield say("classes_one" if len(policy.priorities) == 1 else "classes")
    yield from lines_of(policy.priorities, "class")
    if policy.given_priorities:
        yield say(f"given_{policy.given_priorities.use}")
        yield say(f"absent_{policy.given_priorities.absent}")


def _number(policy: Policy) -> Iterator[Sentence]:
    draw = policy.tie_breaker
    popular = {"programs": programs_of(draw.popular)} if draw.popular else {}
    yield say(f"draw_{draw.draw}", **popular)
    yield say("place")
    for weight in draw.weights:
        tickets = f"{weight.tickets.normalize():f}"
        yield say("weight_one" if tickets == "1" else "weight", condition=Who(weight.when), tickets=tickets)
    if draw.weights:
        yield say("weight_rest")


def _offers(policy: Policy) -> Iterator[Sentence]:
    yield say(policy.mechanism)
    if policy.consent == "all":
        yield say("consent_all")
    elif policy.consent is not None:
        yield say("consent_if", condition=Who(policy.consent))


def _ranking(policy: Policy) -> Iterator[Sentence]:
    found = threats(policy)
    yield say("ranking_unsafe" if found else "ranking_safe")
    for threat in found:
        yield say(f"threat_{threat}")


def _vacancy(policy: Policy) -> str:
    """A vacancy of seats that are not divided has no group."""
    vacancy = policy.waitlist.vacancy
    divided = policy.seat_groups or policy.bands or policy.guarantees
    return vacancy if divided or vacancy == "choice_function" else "undivided"


def _words(policy: Policy) -> Iterator[Sentence]:
    for name, test in policy.facts.items():
        yield say("fact", name=Name("fact", name), condition=Who(test))
        if test.table:
            yield say(f"table_{test.table}")
    if policy.siblings:
        yield say(f"siblings_{policy.siblings.at}")
    if policy.near:
        yield say("near", metres=policy.near.metres)
    for column, answer in policy.undisclosed.items():
        yield say(f"blank_{answer}", column=Name("column", column))


def _board(policy: Policy) -> Iterator[Sentence]:
    yield say("resolution", resolution=policy.resolution) if policy.resolution else say("no_resolution")
    if policy.targets:
        yield say("targets")
    for target in policy.targets:
        name = Name("fact", target.fact)
        centre = say("centre_district", name=name) if target.centre == "district" else target.centre
        values = {"name": name, "centre": centre, "points": str(target.points)}
        yield say(f"target_{target.per}", **values)


def _source(policy: Policy, digest: str) -> Iterator[Sentence]:
    holds = "policy" if _adopted(policy) else "policy_draft"
    yield say(holds, policy=policy.policy, effective=policy.effective)
    if not _has_district(policy):
        yield say("jurisdiction", jurisdiction=policy.jurisdiction)
    yield say("reference", reference=policy.reference)
    if policy.source:
        yield say("safeguard", source=policy.source)
    yield say("decides")
    yield say("digest", digest=digest)


def title_of(policy: Policy) -> Sentence:
    """What stands above the first chapter."""
    if not _has_district(policy):
        return say("title_alone", title=policy.title)
    return say("title", title=policy.title, jurisdiction=policy.jurisdiction)


def _has_district(policy: Policy) -> bool:
    """A model for study names no district: its jurisdiction begins with `none`."""
    return re.match(r"none\b", policy.jurisdiction, re.IGNORECASE) is None


def _adopted(policy: Policy) -> bool:
    """Whether a policy can point at its adoption: a resolution, or a page of the district."""
    return policy.resolution is not None or policy.reference.startswith(("http://", "https://"))
