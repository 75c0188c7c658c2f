"""What was written in private while nobody was connected. Discord keeps it, and does not give it again by itself.

The private chats of those who wrote last are read back over some hours, and everything in them is heard: what was heard before is
known by its key. No word of a person in danger is lost because a process was being started again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import discord
import structlog

from bot.adapters.discord.place import PLATFORM
from bot.backoff import Backoff
from bot.messages import Account

log = structlog.get_logger()

BACK = timedelta(hours=12)
AT_MOST = 200
"""Private chats that are looked at: Discord refuses whoever opens too many at once (40003)."""

MESSAGES = 50
PAUSE = 0.5
"""Seconds between two chats."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds until the store is asked again."""

Recent = Callable[[], Awaitable[Sequence[Account]]]
"""The accounts that were known last."""


async def nobody() -> Sequence[Account]:
    """There is nothing to catch up with."""
    return ()


async def catch_up(
    client: discord.Client,
    recent: Recent,
    take: Callable[[discord.Message], Awaitable[None]],
    *,
    now: datetime,
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """Take every message of the last hours, oldest first. A chat that cannot be read is passed over; the store is waited for."""
    for account in [each for each in await _known(recent, sleep=sleep) if each.platform == PLATFORM][:AT_MOST]:
        try:
            chat = await client.create_dm(discord.Object(int(account.id)))
            newest = [message async for message in chat.history(limit=MESSAGES, after=now - BACK, oldest_first=False)]
            for message in reversed(newest):
                await take(message)
        except Exception as trouble:  # noqa: BLE001 - the next chat may hold a cry for help
            log.warning("discord.not-read-back", trouble=type(trouble).__name__)
        await sleep(PAUSE)


async def _known(recent: Recent, *, sleep: Callable[[float], Awaitable[None]]) -> Sequence[Account]:
    backoff = Backoff(first=FIRST_PAUSE, longest=LONGEST_PAUSE)
    while True:
        try:
            return await recent()
        except Exception as trouble:  # noqa: BLE001 - the store answers sooner or later, and nothing else reads these words back
            log.warning("discord.nobody-known-yet", trouble=type(trouble).__name__)
            await sleep(backoff.next())
