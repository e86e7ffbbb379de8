"""What was found about every option: measures with their differences, who is displaced, a special lottery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lottery.arrays import Bools
from lottery.plan.sites.closing import Closing, closing
from lottery.plan.sites.measures import ByMeasure, measures
from lottery.plan.sites.outcomes import Placed, offers
from lottery.plan.sites.scene import Scene
from lottery.plan.sites.settled import settled
from lottery.plan.sites.special import Special, special_lottery
from lottery.planning.answered import Work
from lottery.planning.sites.lines import (
    Line,
    families,
    moving,
    of_displaced,
    of_draws,
    of_enrolled,
    of_families,
    of_moved,
)
from lottery.planning.sites.premises import EVERYBODY, Premises
from lottery.planning.sites.question import AS_IT_IS


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """An option and what it would change."""

    name: str
    title: str
    scene: Scene
    lines: Sequence[Line]
    closing: Closing | None = None  # where something closes
    special: Special | None = None
    whom: Mapping[str, Bools] = field(default_factory=dict)  # [row of roster or applicants]  behind a count, by measure

    def line(self, measure: str, group: str = EVERYBODY) -> Line | None:
        """A number by its name."""
        return next((own for own in self.lines if (own.measure, own.group) == (measure, group)), None)


def found(own: Premises, work: Work) -> list[Found]:
    """Every option, the district as it is first."""
    options = own.asked.options
    as_it_is = _option(own, AS_IT_IS, "As it is", Scene(own.base), None, work)
    answers = [as_it_is[0]]
    for name, option in options.items():
        answers.append(_option(own, name, option.title or name, own.scenes[name], as_it_is[1], work)[0])
    return answers


def _option(
    own: Premises, name: str, title: str, scene: Scene, before: ByMeasure | None, work: Work
) -> tuple[Found, ByMeasure]:
    asked, stepped, closed, special = own.asked, scene, None, None
    work.step(f"{title}: {asked.draws:,} draws")
    if asked.receiving is not None and asked.special_lottery is not None and scene.closes:
        closed = closing(own.base, scene, own.takes, own.places(scene))
        scene = settled(scene, closed.gone, closed.school, own.takes)
        lottery = asked.special_lottery
        special = special_lottery(
            scene, closed.gone, closed.seen, own.takes,
            choices=lottery.choices, added=lottery.added, seed=asked.seed, draws=asked.draws,
        )  # fmt: skip
    placed = None if closed is None or special is None else Placed(closed.gone, special)
    seen = offers(own.policy, own.base, scene, asked.seed, asked.draws, placed)
    measured = measures(seen, own.member, own.compared(scene))
    lines = [
        *of_draws(own, scene, measured, before),
        *of_enrolled(own, scene, closed),
        *([] if closed is None else of_displaced(own, closed)),
        *([] if closed is None else of_families(own, stepped)),
        *of_moved(own, scene),
    ]
    return Found(name, title, scene, lines, closed, special, _whom(own, stepped, closed)), measured


def _whom(own: Premises, scene: Scene, closed: Closing | None) -> dict[str, Bools]:
    """The children whom an option concerns."""
    whom: dict[str, Bools] = {}
    if closed is not None:
        gone = np.zeros(len(own.base["roster"]), dtype=np.bool_)
        gone[closed.gone.roster] = True
        whom = {"displaced": gone, **families(own, scene)}
    if scene.moved and "roster" in own.base:
        whom["moved"] = moving(own, scene)
    return whom
