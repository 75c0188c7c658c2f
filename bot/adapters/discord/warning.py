"""What the adapter tells moderators by itself: that channels which are to be watched are not. Through the outbox, like any page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from bot.backoff import Backoff
from bot.messages import Group, Reply, Words
from bot.ports import Clock, StorageUnavailable, Store, Unit
from bot.posting import post

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
"""Seconds until it is tried again while the database does not answer."""

Warn = Callable[[], Awaitable[None]]
"""Tells moderators that nothing is watched."""


async def to_nobody() -> None:
    """There are no moderators to tell."""


def blind_in(store: Store, clock: Clock) -> Warn:
    """Whoever is on duty is told once; a process that is started again and again on one day does not tell it again."""

    async def warn() -> None:
        now = clock.now()
        notice = Reply(to=Group.moderators_on_duty, words=(Words("watch.blind"),), kind="alert")

        def keep(unit: Unit) -> None:
            post(unit, f"watch-blind:{now.date()}", [notice], now)

        await store.run(keep)

    return warn


async def insist(warn: Warn, *, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Tell it, as soon as the database answers."""
    backoff = Backoff(first=FIRST_PAUSE, longest=LONGEST_PAUSE)
    while True:
        try:
            return await warn()
        except StorageUnavailable as trouble:
            log.warning("discord.moderators-not-told", trouble=type(trouble).__name__)
            await sleep(backoff.next())
