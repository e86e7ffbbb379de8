"""Where a policy contradicts itself, or combines rules that cannot be combined."""

from __future__ import annotations

from collections.abc import Iterator

from lottery.policy.model import BUILT_IN_FACTS, SECURED, ColumnTest, Path_, Policy, atoms, conditions
from lottery.protected import is_protected


def contradictions(policy: Policy) -> Iterator[tuple[Path_, str, str]]:
    """Where a policy contradicts itself: path, why, what to do."""
    classes = [line.name for line in policy.priorities]
    for index, line in enumerate(policy.priorities):
        path = ("priorities", index, "class")
        if line.name in classes[:index]:
            yield path, f"There are two classes {line.name!r}; each needs a name of its own.", "Rename one."
        if line.name == SECURED:
            yield path, "This name is taken by the seats that are held now.", "Choose another name."
        if line.when is None and index + 1 < len(policy.priorities):
            why = "A class without `when` takes everybody who is left, so it can only be the last line."
            yield path, why, "Move it to the end, or say when it holds."
    for entry, written in enumerate(policy.seat_groups):
        names = [group.name for group in written.groups]
        for slot, name in enumerate(names):
            here = ("seat_groups", entry, "groups", slot, "name")
            if name in names[:slot]:
                yield here, f"There are two groups {name!r}; each needs a name of its own.", "Rename one."
            if name == SECURED:
                yield here, "This name is taken by the seats that are held now.", "Choose another name."
        if sum(group.rest is True for group in written.groups) != 1:
            why = "Exactly one seat group has `rest: true`, so that every seat is in a group."
            yield ("seat_groups", entry, "groups"), why, "Add it to one group, or take it from the others."
    for place, name in _named(policy):
        if is_protected(name):
            why = f"No rule and no measure may use {name!r} (California Constitution art. I, section 31)."
            yield place, why, "Take it out."
    for name, test in policy.facts.items():
        yield from _empty_range(("facts", name), test)
        if name in BUILT_IN_FACTS:
            yield ("facts", name), f"The fact {name!r} is built in.", "Choose another name."


def _named(policy: Policy) -> Iterator[tuple[Path_, str]]:
    """Every column and fact a policy reads, with its path."""
    for name, test in policy.facts.items():
        yield ("facts", name), name
        yield ("facts", name, "column"), test.column
    for path, condition in conditions(policy):
        for atom in atoms(condition):
            yield path, atom if isinstance(atom, str) else atom.column
    for entry, written in enumerate(policy.seat_groups):
        for column in () if written.programs == "all" else written.programs:
            yield ("seat_groups", entry, "programs", column), column
    for index, target in enumerate(policy.targets):
        yield ("targets", index, "fact"), target.fact


def _empty_range(path: Path_, test: ColumnTest) -> Iterator[tuple[Path_, str, str]]:
    low, high = test.range or (None, None)
    if low is not None and high is not None and low > high:
        yield (*path, "range"), f"Nothing lies between {low} and {high}.", "Write the lower end first."
