"""The hour to aim at: cases 60 and 61."""

from __future__ import annotations

from datetime import time

from bot.core.craving import every_day, onset
from bot.core.decision import Allowed, Withheld


def test_the_target_is_the_first_thought_not_the_first_glass() -> None:
    assert onset(first_thought=time(10, 30), first_drink=time(18)) == Allowed(time(10, 30), ("craving-onset",))
    assert onset(first_thought=time(18)) == Allowed(time(18), ("craving-onset",))


def test_the_hour_of_the_glass_alone_is_asked_about_and_not_used() -> None:
    assert onset(first_thought=None, first_drink=time(18)) == Withheld(("craving-onset",))


def test_thought_and_glass_at_the_same_hour_are_no_doubt() -> None:
    assert onset(first_thought=time(18), first_drink=time(18)) == Allowed(time(18), ("craving-onset",))


def test_four_in_the_morning_is_the_new_day() -> None:
    assert onset(first_thought=time(4), first_drink=time(22)) == Allowed(time(4), ("craving-onset",))
    assert onset(first_thought=time(3, 59), first_drink=time(22)) == Withheld(("craving-onset",))


def test_a_thought_said_to_come_after_the_glass_is_a_doubt() -> None:
    assert onset(first_thought=time(20), first_drink=time(18)) == Withheld(("craving-onset",))


def test_a_glass_past_midnight_comes_after_an_evening_thought() -> None:
    assert onset(first_thought=time(22), first_drink=time(0, 30)) == Allowed(time(22), ("craving-onset",))


def test_the_earliest_day_serves_every_day() -> None:
    assert every_day({"weekday": time(18), "weekend": time(11)}) == Allowed(time(11), ("craving-onset", "weekend-earliest"))
    assert every_day({"weekday": time(22), "weekend": time(1)}) == Allowed(time(22), ("craving-onset", "weekend-earliest"))


def test_equal_days_need_no_choice() -> None:
    assert every_day({"weekday": time(18), "weekend": time(18)}) == Allowed(time(18), ("craving-onset",))
    assert every_day({}) == Withheld(("craving-onset",))
