"""No hidden cell can be computed: every table that fits what is shown is listed, and each hidden cell varies."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lottery.report.suppression import SMALL, WITHHELD, Tree, shown_counts, shown_split

FLAT = Tree.of([-1, 0, 0, 0])
DEEP = Tree.of([-1, 0, 0, 1, 1, 2, 2])  # district, two programs, two grades each


def leaves(tree):
    return [node for node in range(len(tree.parent)) if len(tree.children[node]) == 0]


def allowed(text, bound):
    """Values a reader must allow for one cell, knowing only its mark."""
    return range(1, 11) if text == SMALL else range(bound + 1) if text == WITHHELD else [int(text)]


def readings(tree, texts, bound):
    """Every table of whole numbers that fits the texts shown."""
    last = leaves(tree)
    for values in product(*(allowed(texts[node], bound[node]) for node in last)):
        table = np.zeros(len(texts), dtype=np.int64)
        table[last] = values
        table = tree.sums(table)
        if all(table[node] in allowed(text, bound[node]) for node, text in enumerate(texts)):
            yield table


def assert_hidden_cells_vary(texts, tables, bound=None):
    """A cell of a total of nobody tells nothing about anybody: it may be computed."""
    tables = np.array(list(tables))
    assert len(tables), "what is shown contradicts itself"
    for node, text in enumerate(texts):
        if text in (SMALL, WITHHELD) and (bound is None or bound[node] > 0):
            assert len(np.unique(tables[:, node])) > 1, (node, texts)


def counts(tree, draw, largest=14):
    table = np.zeros(len(tree.parent), dtype=np.int64)
    for node in leaves(tree):
        table[node] = draw(st.integers(0, largest))
    return tree.sums(table)


@pytest.mark.parametrize("tree", [FLAT, DEEP, Tree.of([-1, 0]), Tree.of([-1, 0, 0, 1, 2, 2])])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_no_hidden_count_follows_from_the_totals(tree, data):
    value = counts(tree, data.draw)
    texts = shown_counts(tree, value)
    assert_hidden_cells_vary(texts, readings(tree, texts, bound=np.full(len(value), 25)))


@pytest.mark.parametrize("tree", [FLAT, DEEP, Tree.of([-1, 0]), Tree.of([-1, 0, 0, 1, 2, 2])])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_no_hidden_split_follows_from_the_totals(tree, data):
    member, other = counts(tree, data.draw, 13), counts(tree, data.draw, 13)
    total = member + other
    inside, outside = shown_split(tree, member, total)
    fits = [
        table
        for table in readings(tree, inside, bound=total)
        if all((total[node] - table[node]) in allowed(text, total[node]) for node, text in enumerate(outside))
    ]
    assert_hidden_cells_vary(inside, fits, total)
    assert_hidden_cells_vary(outside, total - np.array(fits), total)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_hidden_totals_and_their_splits_do_not_give_each_other_away(data):
    tree = Tree.of([-1, 0, 0])
    member, other = counts(tree, data.draw, 9), counts(tree, data.draw, 9)
    total = member + other
    texts = shown_counts(tree, total)
    hidden = np.array([not text.isdigit() for text in texts])
    inside, outside = shown_split(tree, member, total, hidden)
    bound = np.full(len(total), 20)
    together = [
        np.concatenate([first + second, first, second])
        for first in readings(tree, inside, bound)
        for second in readings(tree, outside, bound)
        if all((first[node] + second[node]) in allowed(text, 40) for node, text in enumerate(texts))
    ]
    assert_hidden_cells_vary([*texts, *inside, *outside], together)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_hidden_seat_group_follows_from_its_offering_and_the_capacities(data):
    """Two offerings of two or three groups; a reader knows every capacity and which groups are full."""
    tree = Tree.of([-1, 0, 0, 1, 1, 1, 2, 2])
    last = leaves(tree)
    value, floor, ceiling = np.zeros(8, dtype=np.int64), np.zeros(8, dtype=np.int64), np.full(8, 2**40)
    secret = np.zeros(8, dtype=bool)
    for node in last:
        seats = data.draw(st.integers(0, 13))
        value[node] = data.draw(st.integers(0, seats))
        full = value[node] == seats
        floor[node], ceiling[node] = (seats, seats) if full else (0, seats - 1)
        secret[node] = not full and 1 <= value[node] <= 10 and data.draw(st.booleans())
    value = tree.sums(value)
    texts = shown_counts(tree, value, secret, floor, ceiling)
    assert not any(texts[node].isdigit() for node in np.flatnonzero(secret))
    known = [
        sorted(set(allowed(texts[node], ceiling[node])) & set(range(floor[node], ceiling[node] + 1))) for node in last
    ]
    tables = []
    for leaf in product(*known):
        table = np.zeros(8, dtype=np.int64)
        table[last] = leaf
        table = tree.sums(table)
        if all(not texts[node].isdigit() or int(texts[node]) == table[node] for node in range(8)):
            tables.append(table)
    tables = np.array(tables)
    assert len(tables)
    assert all(len(np.unique(tables[:, node])) > 1 for node in np.flatnonzero(secret) if ceiling[node] > 0)


def test_a_total_of_known_parts_is_not_hidden_for_show():
    """
    Offerings 1, 2 and 3 of one program: 3 of 9 members seated beside a full open group; two groups full; one not full.

    Hiding the total of offering 2 would protect nothing, since both its groups are known to be full.
    """
    tree = Tree.of([-1, 0, 0, 0, 1, 1, 2, 2, 3])
    value = tree.sums([0, 0, 0, 0, 20, 3, 12, 5, 7])
    secret = np.arange(9) == 5
    floor, ceiling = np.array([0, 0, 0, 0, 20, 0, 12, 5, 0]), np.array([0, 0, 0, 0, 20, 8, 12, 5, 30])
    texts = shown_counts(tree, value, secret, floor, ceiling)
    assert texts == ["47", WITHHELD, "17", WITHHELD, "20", SMALL, "12", "5", WITHHELD]


def test_a_mark_that_would_tell_the_number_is_not_set():
    """One of two seats filled, and not full: "<11" would leave 1 alone, a star leaves 0 and 1."""
    flat = Tree.of([-1, 0, 0])
    texts = shown_counts(
        flat, [21, 20, 1], np.array([False, False, True]), floor=np.array([0, 0, 0]), ceiling=np.array([99, 39, 1])
    )
    assert texts == ["21", WITHHELD, WITHHELD]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_every_cell_of_one_to_ten_is_hidden_and_what_is_shown_is_true(values):
    tree = Tree.of([-1] + [0] * len(values))
    value = tree.sums([0, *values])
    for number, text in zip(value, shown_counts(tree, value), strict=True):
        assert text in (SMALL, WITHHELD) if 1 <= number <= 10 else text in (str(number), WITHHELD)


def test_a_single_small_cell_takes_the_next_smallest_with_it():
    assert shown_counts(FLAT, FLAT.sums([0, 4, 30, 20])) == ["54", SMALL, "30", WITHHELD]


def test_two_small_cells_whose_sum_pins_them_take_a_third_with_them():
    """1 + 1 = 2: with both marked <11 and the total shown, both would be known."""
    assert shown_counts(FLAT, FLAT.sums([0, 1, 1, 50])) == ["52", SMALL, SMALL, WITHHELD]


def test_nothing_is_hidden_where_nothing_is_small():
    assert shown_counts(DEEP, DEEP.sums([0, 0, 0, 11, 0, 30, 12])) == ["53", "11", "42", "11", "0", "30", "12"]
