"""How fast the assistant speaks, measured on a stopwatch that only its own waits move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest

from bot.adapters.telegram.pacing import LONGEST_WAIT, Pacemaker, Turnstile, WaitTooLong

GROUP = -100555


@dataclass
class Stopwatch:
    """Time that passes by waiting alone."""

    at: float = 0.0

    def now(self) -> float:
        """Seconds since the beginning."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        self.at += seconds

    def turnstile(self) -> Turnstile:
        """A turnstile on this stopwatch, at the real paces."""
        return Turnstile(Pacemaker(stopwatch=self.now, sleep=self.sleep))


async def times(number: int, chat: Callable[[int], int], watch: Stopwatch, *, urgent: bool = False) -> list[float]:
    """When each of so many messages may leave, one waiting for the other."""
    turnstile, left = watch.turnstile(), []
    for turn in range(number):
        await turnstile.turn(chat(turn), urgent=urgent)
        left.append(watch.at)
    return left


def most_within(left: list[float], seconds: float) -> int:
    """The most messages in any stretch of so many seconds."""
    return max(sum(start <= each < start + seconds for each in left) for start in left)


async def test_a_private_chat_gets_one_message_a_second_after_a_short_burst() -> None:
    left = await times(20, lambda _: 7, Stopwatch())
    assert left[:3] == [0, 0, 0]
    assert [later - former for former, later in pairwise(left[2:])] == pytest.approx([1.0] * 17)


async def test_a_group_gets_at_most_twenty_messages_in_any_minute() -> None:
    left = await times(60, lambda _: GROUP, Stopwatch())
    assert 18 <= most_within(left, 60) <= 20


async def test_all_chats_together_get_about_thirty_a_second() -> None:
    left = await times(300, lambda turn: 1000 + turn, Stopwatch())
    assert most_within(left, 1.0) <= 45
    assert 300 / left[-1] == pytest.approx(30, rel=0.1)


async def test_what_is_urgent_does_not_wait_for_a_pace_that_is_only_ours() -> None:
    assert await times(50, lambda _: 7, Stopwatch(), urgent=True) == [0] * 50


async def test_what_telegram_tells_to_wait_even_the_urgent_wait() -> None:
    watch = Stopwatch()
    turnstile = watch.turnstile()
    turnstile.hold(7, 3)
    await turnstile.turn(8)
    assert watch.at == 0
    await turnstile.turn(7, urgent=True)
    assert watch.at == 3


async def test_told_to_wait_in_two_chats_everybody_waits() -> None:
    watch = Stopwatch()
    turnstile = watch.turnstile()
    turnstile.hold(7, 3)
    turnstile.hold(8, 4)
    await turnstile.turn(9)
    assert watch.at == 4


async def test_a_long_wait_is_not_made_here_and_takes_no_turn() -> None:
    watch = Stopwatch()
    turnstile = watch.turnstile()
    turnstile.hold(7, LONGEST_WAIT + 1)
    for _ in range(10):
        with pytest.raises(WaitTooLong):
            await turnstile.turn(7)
    watch.at = LONGEST_WAIT + 1
    await turnstile.turn(7)
    assert watch.at == LONGEST_WAIT + 1
