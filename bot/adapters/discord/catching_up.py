"""What was written in private while nobody was connected. Discord keeps it, and does not give it again by itself.

The private chats of those who wrote last are read back over some hours, and everything in them is heard: what was heard before is
known by its key. No word of a person in danger is lost because a process was being started again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import aiohttp
import discord
import structlog

from bot.adapters.discord.place import PLATFORM
from bot.messages import Account

log = structlog.get_logger()

BACK = timedelta(hours=12)
AT_MOST = 200
"""Private chats that are looked at: Discord refuses whoever opens too many at once (40003)."""

MESSAGES = 50
PAUSE = 0.5
"""Seconds between two chats."""

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
    """Take every message of the last hours, oldest first. A chat that cannot be read is passed over."""
    for account in [each for each in await recent() if each.platform == PLATFORM][:AT_MOST]:
        try:
            chat = await client.create_dm(discord.Object(int(account.id)))
            newest = [message async for message in chat.history(limit=MESSAGES, after=now - BACK, oldest_first=False)]
            for message in reversed(newest):
                await take(message)
        except (discord.HTTPException, aiohttp.ClientError) as trouble:
            log.warning("discord.not-read-back", trouble=type(trouble).__name__)
        await sleep(PAUSE)
