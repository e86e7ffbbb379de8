"""A rule is a function named after what it demands; it is asked when the columns it needs could be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lottery.errors import Problem
from lottery.intake.sheet import Sheet


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """The cycle while it is being checked: the sheets that could be read, by name."""

    sheets: Mapping[str, Sheet]

    def __getitem__(self, name: str) -> Sheet:
        return self.sheets[name]

    def has(self, place: str) -> bool:
        """Whether `table.column` (or `table`) could be read."""
        table, _, column = place.partition(".")
        return table in self.sheets and (not column or column in self.sheets[table])


Check = Callable[[Draft], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One check and the `table.column` names without which it has nothing to say."""

    needs: tuple[str, ...]
    check: Check


def needing(*columns: str) -> Callable[[Check], Rule]:
    """Name the columns that a rule cannot do without."""
    return lambda check: Rule(columns, check)


def broken_rules(rules: Iterable[Rule], draft: Draft) -> Iterator[Problem]:
    """What the rules object to."""
    for rule in rules:
        if all(draft.has(column) for column in rule.needs):
            yield from rule.check(draft)
