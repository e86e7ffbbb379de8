"""The page of a study: one self-contained file in the style of the lottery's report, for office or public."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

from markupsafe import Markup

from lottery.policy.condition import Condition
from lottery.report.page import TEMPLATES as HOUSE
from lottery.report.page import templates
from lottery.rulebook.english import ENGLISH
from simulations import figures
from simulations.figures import Figure, View
from simulations.results import Cell, Findings
from simulations.words import Words, children_of, words_of

TEMPLATES = Path(__file__).parent / "templates"
FEW_DRAWS, FEW_REPLICATIONS = 30, 10
MOST_UNMET = 3  # that are told of a stop rule
ONE_QUESTION = (
    figures.ranks,
    figures.shares,
    figures.targets,
    figures.frontier,
    figures.moves,
    figures.safeguards,
    figures.convergence,
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One cycle: the answer, one figure per question, and every measure by itself."""

    view: View
    answer: figures.Answer
    figures: Sequence[Figure]
    measures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class ArmTold:
    """One arm: its policy, and what is assumed of its families."""

    name: str
    title: str  # of its policy; "": not known
    policy: str
    behaviour: Sequence[str]
    assumed: str  # "": nothing


def write_page(findings: Findings, folder: Path, public: bool) -> None:
    """
    Write report.html into an existing folder: the same bytes for the same findings.

    The office copy says that it shows small groups; for the public the findings are suppressed before
    (`simulations.published`), and the page says what is not shown.
    """
    (folder / "report.html").write_text(render(findings, public), encoding="utf-8", newline="\n")


def render(findings: Findings, public: bool) -> str:
    """The page as text."""
    study = findings.study
    return (
        templates(TEMPLATES)
        .get_template("study.html.j2")
        .render(
            style=Markup((HOUSE / "report.css").read_text(encoding="utf-8")),
            study=study,
            findings=findings,
            public=public,
            chapters=[_chapter(View(findings, cycle, public)) for cycle in study.cycles],
            arms=[_arm(findings, arm) for arm in study.arms],
            stopped=list(_stopped(findings)),
            warnings=list(_warnings(findings)),
            glossary=_glossary(findings),
            svg=Markup,
        )
    )


def _chapter(view: View) -> Chapter:
    drawn = [figure for question in ONE_QUESTION for figure in question(view)]
    return Chapter(view, figures.answer(view), drawn, list(figures.differences(view)))


def _arm(findings: Findings, name: str) -> ArmTold:
    plan = findings.study.arms[name]
    behaviour = list(_behaviour(findings, name))
    title = findings.titles.get(name, "")
    return ArmTold(name, title, plan.policy, behaviour, findings.assumed.get(name, ""))


def _behaviour(findings: Findings, name: str) -> Iterator[str]:
    """What families do under an arm, a sentence for every key of the study."""
    does = findings.study.arms[name].behaviour
    if does is None:
        return
    if (new := does.new_program) is not None:
        yield f"{new.share}{_of(new.who)} put the program {new.program} on their lists, as choice {new.rank}."
    if (blank := does.undisclosed) is not None:
        yield f"{blank.share}{_of(blank.who)} leave the answer to “{blank.column}” blank."
    if (other := does.misreported) is not None:
        yield f"{other.share}{_of(other.who)} write “{other.value}” as the answer to “{other.column}”, true or not."
    if does.keep_first is not None:
        yield f"Families hand in their first {does.keep_first} choices only."
    if (leave := does.exit) is not None:
        yield f"{leave.share}{_of(leave.who)} leave before seats are final."
    if (refuse := does.decline) is not None:
        yield f"{refuse.share}{_of(refuse.who)} refuse whatever is not among their first {refuse.beyond} choices."
    if (play := does.sophisticated) is not None:
        yield f"{play.share}{_of(play.who)} choose their lists by strategy, the others tell the truth."


def _of(who: Condition | None) -> str:
    return " of the families" if who is None else f" of the families whose child {ENGLISH.clause(who)}"


def _stopped(findings: Findings) -> Iterator[str]:
    """Whether the stop rule held, and what it still found too large; nothing where there was none."""
    if findings.until is None:
        return
    rule, draws = f"The study was to stop where {findings.until} holds", f"{findings.draws:,} draws"
    if not findings.unmet:
        yield f"{rule}: it held after {draws} of at most {findings.study.draws:,}."
        return
    yield f"{rule}: after all {draws} it did not."
    if largest := [unmet for unmet in findings.unmet if not isnan(unmet[2])][:MOST_UNMET]:
        told = "; ".join(_unmet(findings, *unmet) for unmet in largest)
        yield f"The standard errors farthest from it: {told}."
    if findings.study.replications > 1:
        yield (
            "These are standard errors of replications: more of them help, and more draws of the same families hardly "
            "do."
        )
    else:
        yield "More draws make them smaller: four times as many halve a standard error."


def _unmet(findings: Findings, arm: str, cell: Cell, error: float) -> str:
    title = words_of(findings.study.band)[cell.measure].title
    of = f" ({children_of(cell.group)})" if cell.group else ""
    return f"{title}{of} under {arm}, {error:.2g}"


def _warnings(findings: Findings) -> Iterator[str]:
    """What makes the numbers of this study less certain than they look."""
    study = findings.study
    if findings.draws < FEW_DRAWS:
        yield f"With only {findings.draws} draws the intervals are wide and their 95 % is rough. Ask for 1,000 or more."
    if 1 < study.replications < FEW_REPLICATIONS:
        yield (
            f"The families were drawn anew only {study.replications} times; intervals over so few are wide. Ask for "
            f"{FEW_REPLICATIONS} replications or more."
        )


def _glossary(findings: Findings) -> list[Words]:
    said = words_of(findings.study.band)
    return [said[measure] for measure in figures.told_once(findings.study.measures)]
