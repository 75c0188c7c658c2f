"""Pauses while something outside fails: they grow, they have an end, and they begin anew when it works again."""

from __future__ import annotations

from bot.backoff import STEADY, Backoff


def test_each_pause_is_twice_the_one_before_until_the_longest() -> None:
    backoff = Backoff(first=5, longest=30)
    assert [backoff.next() for _ in range(5)] == [5, 10, 20, 30, 30]


def test_when_it_works_again_the_next_trouble_is_a_new_one() -> None:
    backoff = Backoff(first=5, longest=30)
    backoff.next()
    backoff.over()
    assert backoff.next() == 5


def test_only_work_that_lasted_ends_a_trouble() -> None:
    backoff = Backoff(first=5, longest=30)
    assert [backoff.next_after(lasted) for lasted in (0, 1, STEADY + 1, STEADY)] == [5, 10, 5, 10]
