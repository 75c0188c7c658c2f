"""A key for everybody out of one: what was destroyed cannot be had again, and nobody else notices."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.tree import DEPTH, LEAVES, Tree

WHOLE = Tree.grown_from(b"r" * 32)
leaves = st.integers(0, LEAVES - 1) | st.integers(1, 50)


@settings(max_examples=60)
@given(gone=st.sets(leaves, max_size=8), asked=leaves)
def test_what_was_destroyed_is_gone_and_every_other_key_is_what_it_was(gone: set[int], asked: int) -> None:
    left = WHOLE.without(gone)
    assert left.leaf(asked) == (None if asked in gone else WHOLE.leaf(asked))
    assert left.holds(asked) == (asked not in gone)
    assert list(left.holes()) == sorted(gone)
    assert left.missing == len(gone)


@settings(max_examples=30)
@given(first=st.sets(leaves, max_size=4), then=st.sets(leaves, max_size=4))
def test_the_order_of_leaving_does_not_matter(first: set[int], then: set[int]) -> None:
    assert WHOLE.without(first).without(then) == WHOLE.without(then).without(first) == WHOLE.without(first | then)


def test_no_ancestor_of_a_destroyed_key_is_left() -> None:
    left = WHOLE.without([5])
    assert not any((height, 5 >> height) in left.nodes for height in range(DEPTH + 1))
    assert len(left.nodes) == DEPTH


def test_keys_differ_and_say_nothing_of_one_another() -> None:
    keys = {WHOLE.leaf(number) for number in range(1000)}
    assert len(keys) == 1000
    assert not keys & set(WHOLE.without([1]).nodes.values()) - {WHOLE.leaf(0)}


def test_a_thousand_who_leave_a_hundred_thousand_cost_some_hundred_bytes_each() -> None:
    left = WHOLE.without(range(1, 100_000, 100))
    assert len(left.nodes) * 32 / 1000 < 300


@pytest.mark.parametrize("outside", [-1, LEAVES])
def test_there_is_nobody_outside_the_tree(outside: int) -> None:
    with pytest.raises(ValueError, match="not below"):
        WHOLE.leaf(outside)
