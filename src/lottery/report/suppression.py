"""
Small cells hidden so that they stay hidden: complementary suppression on a tree of totals.

Counts stand on the nodes of a tree (district, programs, offerings) and every node is the sum of its children.  Cells
of 1 to 10 are hidden.  Then, as long as the totals would give a hidden cell away, another cell of the same sum is
hidden too.  On a tree the values a hidden cell can take, given everything that is shown, are found exactly by passing
intervals up and then down; a cell is safe if at least two values remain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lottery.arrays import Bools, Longs

SMALLEST_SHOWN = 11
SMALL, WITHHELD = "<11", "*"
UNBOUNDED = 2**40


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Which total each cell belongs to; parents come before their children and node 0 is the root."""

    parent: Longs  # [node]; the root's is -1
    children: tuple[Longs, ...]  # [node]
    levels: tuple[Longs, ...]  # [depth - 1] the nodes at each depth below the root

    @classmethod
    def of(cls, parent: Sequence[int] | Longs) -> Tree:
        """The tree in which `parent[node]` is the total that node is part of."""
        array = np.asarray(parent, dtype=np.int64)
        order = np.argsort(array, kind="stable")
        ends = np.searchsorted(array[order], np.arange(-1, len(array)), side="right")
        children = tuple(order[ends[node] : ends[node + 1]] for node in range(len(array)))
        depth = np.zeros(len(array), dtype=np.int64)
        for node in range(1, len(array)):
            depth[node] = depth[array[node]] + 1
        return cls(array, children, tuple(np.flatnonzero(depth == d) for d in range(1, int(depth.max()) + 1)))

    def sums(self, leaves: npt.ArrayLike) -> Longs:
        """Fill in the totals: `leaves` has a value at every node, those of inner nodes are ignored."""
        value = np.array(leaves, dtype=np.int64)
        for level in reversed(self.levels):
            totals = np.unique(self.parent[level])
            value[totals] = self.added(value, level)[totals]
        return value

    def added(self, value: Longs, level: Longs) -> Longs:
        """What the nodes of one level add up to, at their parents."""
        total = np.zeros(len(self.parent), dtype=np.int64)
        np.add.at(total, self.parent[level], value[level])
        return total


@dataclass(slots=True, eq=False)
class _Table:
    """One unknown per node: what is hidden, and what a reader knows of it from the marks alone."""

    tree: Tree
    value: Longs
    hidden: Bools
    low: Longs
    high: Longs
    floor: Longs  # known of a hidden cell that bears no mark of smallness
    ceiling: Longs

    def exposed(self) -> Longs:
        """Hidden nodes whose value follows from what is shown."""
        low, high = np.where(self.hidden, self.low, self.value), np.where(self.hidden, self.high, self.value)
        tree = self.tree
        for level in reversed(tree.levels):
            totals = np.unique(tree.parent[level])
            low[totals] = np.maximum(low, tree.added(low, level))[totals]
            high[totals] = np.minimum(high, tree.added(high, level))[totals]
        for level in tree.levels:
            total = tree.parent[level]
            others_low = tree.added(low, level)[total] - low[level]
            others_high = tree.added(high, level)[total] - high[level]
            low[level], high[level] = (
                np.maximum(low[level], low[total] - others_high),
                np.minimum(high[level], high[total] - others_low),
            )
        return np.flatnonzero(self.hidden & (low == high) & (self.floor < self.ceiling))

    def hide_beside(self, node: int) -> set[int]:
        """Hide one more cell of a sum in which `node` alone is hidden; return the totals whose sums changed."""
        return self._hide_one([cells for cells in self._sums_of(node) if self.hidden[cells].sum() == 1])

    def hide_around(self, node: int) -> set[int]:
        """Hide one more cell of any sum of `node`: several hidden cells pin each other."""
        return self._hide_one(self._sums_of(node))

    def withdraw_marks(self, node: int) -> set[int]:
        """Everything is hidden and the marks alone pin the value."""
        sums = self._sums_of(node)
        cells = np.concatenate(sums)
        marked = (self.low[cells] > self.floor[cells]) | (self.high[cells] < self.ceiling[cells])
        self.low[cells], self.high[cells] = self.floor[cells], self.ceiling[cells]
        return {node, int(self.tree.parent[node])} if (marked & self.hidden[cells]).any() else set()

    def _hide_one(self, sums: Sequence[Longs]) -> set[int]:
        if not (free := self._candidates(sums)):
            return set()
        # A total is hidden last, an empty cell before it.
        *_, chosen = min((total, self.value[cell] == 0, self.value[cell], cell) for total, cell in free)
        self.hidden[chosen], self.low[chosen], self.high[chosen] = True, self.floor[chosen], self.ceiling[chosen]
        return {chosen, int(self.tree.parent[chosen])}

    def _candidates(self, sums: Sequence[Longs]) -> list[tuple[bool, int]]:
        """Cells that could be hidden, and whether each is the total; one that cannot vary helps nobody."""
        varies = ~self.hidden & (self.floor < self.ceiling)
        return [(cell == cells[0], int(cell)) for cells in sums for cell in cells[varies[cells]].tolist()]

    def _sums_of(self, node: int) -> list[Longs]:
        """The sums a node takes part in, each as the total and then its parts."""
        totals = [total for total in (int(self.tree.parent[node]), node) if total >= 0]
        return [np.append(total, self.tree.children[total]) for total in totals if len(self.tree.children[total])]

    def settle(self) -> None:
        """Hide until nothing hidden can be computed, by the mildest step that changes anything."""
        while len(exposed := self.exposed()):
            if not any(self._each(exposed, step) for step in (self.hide_beside, self.hide_around, self.withdraw_marks)):
                return

    def _each(self, exposed: Longs, step: Callable[[int], set[int]]) -> bool:
        changed: set[int] = set()  # look again before a sum is changed twice
        for node in exposed.tolist():
            if not changed & {node, int(self.tree.parent[node])}:
                changed |= step(node)
        return bool(changed)


def shown_counts(
    tree: Tree,
    count: npt.ArrayLike,
    secret: Bools | None = None,
    floor: npt.ArrayLike = 0,
    ceiling: npt.ArrayLike = UNBOUNDED,
) -> list[str]:
    """
    The text of every cell of a tree of counts; the cells of 1 to 10 are `secret` unless it is said which are.

    `floor` and `ceiling` are what a reader knows of a cell from elsewhere; a cell where they are equal is no secret.
    """
    value = np.asarray(count, dtype=np.int64)
    hidden = is_small(value) if secret is None else secret
    # A total of cells that a reader knows is known too.
    least, most = (tree.sums(np.broadcast_to(bound, value.shape)) for bound in (floor, ceiling))
    low, high = np.maximum(least, 1), np.minimum(most, SMALLEST_SHOWN - 1)
    # Where "<11" would leave one value only, the mark itself would tell it.
    marks = hidden & is_small(value) & (low < high)
    low, high = np.where(marks, low, least), np.where(marks, high, most)
    table = _Table(tree, value, hidden.copy(), low.copy(), high.copy(), least, most)
    table.settle()
    return _texts(value, table.hidden, marks & (table.low == low) & (table.high == high))


def shown_split(
    tree: Tree, member: npt.ArrayLike, total: npt.ArrayLike, hidden_total: npt.ArrayLike | None = None
) -> tuple[list[str], list[str]]:
    """
    The texts of the members and of the others, where `total` is shown except at `hidden_total`.

    Members and others of one node are hidden together, since either follows from the other.
    """
    inside, everyone = np.asarray(member, dtype=np.int64), np.asarray(total, dtype=np.int64)
    outside = everyone - inside
    unknown = (
        np.zeros(len(inside), dtype=np.bool_) if hidden_total is None else np.asarray(hidden_total, dtype=np.bool_)
    )
    few, few_others = is_small(inside) & ~unknown, is_small(outside) & ~unknown
    low = np.maximum(np.where(few, 1, 0), np.where(few_others, everyone - SMALLEST_SHOWN + 1, 0))
    high = np.minimum(np.where(few, SMALLEST_SHOWN - 1, everyone), np.where(few_others, everyone - 1, everyone))
    zero = np.zeros(len(inside), dtype=np.int64)
    table = _Table(tree, inside, few | few_others | unknown, low.copy(), high.copy(), zero, everyone)
    table.settle()
    marked = (table.low == low) & (table.high == high)
    return _texts(inside, table.hidden, few & marked), _texts(outside, table.hidden, few_others & marked)


def is_small(count: Longs) -> Bools:
    """Cells that may not be shown by themselves."""
    small: Bools = (count > 0) & (count < SMALLEST_SHOWN)
    return small


def _texts(value: Longs, hidden: Bools, marked: Bools) -> list[str]:
    return [
        str(number) if not secret else SMALL if small else WITHHELD
        for number, secret, small in zip(value.tolist(), hidden.tolist(), marked.tolist(), strict=True)
    ]
