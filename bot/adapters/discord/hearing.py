"""One hearing after the other for each person, and where each of them is being heard: answers are given there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp
import discord
import structlog

from bot.adapters.discord.lanes import Lanes
from bot.adapters.discord.place import Place
from bot.messages import Incoming

log = structlog.get_logger()

Hear = Callable[[Incoming], Awaitable[None]]

TYPING_AFTER = 1.0
"""Seconds until we show that we are writing."""

Words = Callable[[], Awaitable[Incoming | None]]
"""Makes what is heard, once it is this person's turn; None when there is nothing to hear after all."""


class Hearing:
    """Hands over what people say. `death` ends with what must end the process."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._lanes = Lanes()
        self._places: dict[str, Place] = {}
        self.death: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def place_of(self, account: str) -> Place | None:
        """Where this account is being heard now."""
        return self._places.get(account)

    async def hear(self, person: str, words: Words, *, place: Place | None = None, chat: discord.abc.Messageable | None = None) -> None:
        """Hear it in its turn. A failure is told and holds up nobody. `chat`: where to show that we are writing."""
        async with self._lanes.turn(person):
            if place is not None:
                self._places[person] = place
            typing = asyncio.create_task(_typing(chat)) if chat is not None else None
            try:
                incoming = await words()
                if incoming is not None:
                    await self._hear(incoming)
            except Exception as trouble:  # noqa: BLE001 - the words of one person must not keep another's from being heard
                log.critical("discord.hearing-failed", trouble=type(trouble).__name__)
            except asyncio.CancelledError:
                raise
            except BaseException as end:  # noqa: BLE001 - the process dies here: `run` raises it
                if not self.death.done():
                    self.death.set_exception(end)
                return
            finally:
                self._places.pop(person, None)
                if typing is not None:
                    typing.cancel()
            if place is not None:
                await place.leave()

    async def settle(self, seconds: float) -> None:
        """Let what is being heard come to its end, for so long."""
        await self._lanes.settle(seconds)


async def _typing(chat: discord.abc.Messageable) -> None:
    await asyncio.sleep(TYPING_AFTER)
    with suppress(discord.HTTPException, aiohttp.ClientError):
        async with chat.typing():
            await asyncio.Event().wait()
