"""How the gateway is entered, and entered again: with growing pauses, and never past what Discord allows in a day.

Discord resets the token of a bot that identifies itself more than a thousand times in a day. A process that is started again and
again cannot count across its lives, but Discord can: it is asked before each entry how many are left (facts on platforms, 4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import discord
import structlog

from bot.adapters.discord.client import Client, TokenRefused
from bot.backoff import Backoff

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
"""Seconds. At the longest there are about a hundred entries a day; the growing ones before it are eight."""

RESERVE = 100
"""Entries of a day that are kept back for those who start the process by hand."""

Sleep = Callable[[float], Awaitable[None]]


class ContentRefused(Exception):
    """Discord does not give this bot the words of channels: the intent is not switched on in the developer portal."""


async def stay(make_client: Callable[[], Client], token: str, *, sleep: Sleep = asyncio.sleep) -> None:
    """Connected until cancelled. Raises TokenRefused, and ContentRefused; everything else is waited for."""
    backoff, loop = Backoff(first=FIRST_PAUSE, longest=LONGEST_PAUSE), asyncio.get_running_loop()
    while True:
        began = loop.time()
        await enter(make_client(), token, sleep=sleep)
        await sleep(backoff.next_after(loop.time() - began))


async def enter(client: Client, token: str, *, sleep: Sleep) -> None:
    """One entry, from login to the end of the connection. Returns when it ended; the client is closed then."""
    try:
        await client.login(token)
        await _wait_for_leave(client, sleep)
        await client.connect()
    except discord.LoginFailure:
        raise TokenRefused from None
    except discord.PrivilegedIntentsRequired:
        raise ContentRefused from None
    except discord.ConnectionClosed as closed:
        if closed.code == 4004:
            raise TokenRefused from None
        log.warning("discord.disconnected", trouble=type(closed).__name__)
    except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as trouble:
        log.warning("discord.unreachable", trouble=type(trouble).__name__)
    finally:
        await client.close()


async def _wait_for_leave(client: Client, sleep: Sleep) -> None:
    """Wait until there are entries left for today."""
    _, _, limit = await client.http.get_bot_gateway()
    if limit["remaining"] <= RESERVE:
        log.critical("discord.too-many-starts")
        await sleep(limit["reset_after"] / 1000)
