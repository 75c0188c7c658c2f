"""One hearing after the other for each person, and where each of them is being heard: answers are given there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import discord
import structlog

from bot.adapters.discord.lanes import Lanes
from bot.adapters.discord.place import TROUBLE, Place
from bot.knowledge.discord import discord_words
from bot.messages import Incoming
from bot.understanding.language import detect

log = structlog.get_logger()

Hear = Callable[[Incoming], Awaitable[None]]

TYPING_AFTER = 1.0
"""Seconds until we show that we are writing."""

TOKEN_LASTS = 14 * 60.0
"""Seconds for which an answer can be given where it was asked for: Discord says a quarter of an hour."""

THINKING_LASTS = 60.0
"""Seconds for which we are shown to think, after hearing has ended, while nothing was accepted: a letter, or its picture, may take long."""

Words = Callable[[], Awaitable[Incoming | None]]
"""Makes what is heard, once it is this person's turn; None when there is nothing to hear after all."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where what one cause brings about can still be said, to the one who spoke."""

    account: str
    place: Place
    until: float


class Hearing:
    """Hands over what people say. `death` ends with what must end the process."""

    def __init__(self, hear: Hear, *, language: str) -> None:
        """`language`: what whoever cannot be heard is told in."""
        self._hear = hear
        self._language = language
        self._lanes = Lanes()
        self._places: dict[str, Place] = {}
        self._kept: dict[str, _Kept] = {}
        self._waiting: list[tuple[Place, asyncio.TimerHandle]] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self.death: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def place_of(self, account: str, *, key: str = "") -> Place | None:
        """Where this account is answered: where the cause that a letter's key begins with was said, or where it is being heard now.

        A letter that is slow outlives the hearing of its cause; Discord itself refuses what comes too late for the place.
        """
        kept = self._kept.get(key.partition("#")[0])
        return kept.place if kept is not None and kept.account == account else self._places.get(account)

    async def hear(self, person: str, words: Words, *, place: Place | None = None, chat: discord.abc.Messageable | None = None) -> None:
        """Hear it in its turn. A failure is told and holds up nobody. `chat`: where to show that we are writing."""
        until = asyncio.get_running_loop().time() + TOKEN_LASTS
        failed, said = False, ""
        async with self._lanes.turn(person):
            if place is not None:
                self._places[person] = place
            typing = asyncio.create_task(_typing(chat)) if chat is not None else None
            try:
                incoming = await words()
                if incoming is not None:
                    said = incoming.text
                    self._keep(incoming.key, _Kept(person, place, until) if place is not None else None)
                    await self._hear(incoming)
            except Exception as trouble:  # noqa: BLE001 - the words of one person must not keep another's from being heard
                log.critical("discord.hearing-failed", trouble=type(trouble).__name__)
                failed = True
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
            await self._leave_soon(place, failed=failed)
        elif failed and chat is not None:
            await _tell_unheard(chat, detect(said, prior=self._language))

    async def _leave_soon(self, place: Place, *, failed: bool) -> None:
        if failed or place.is_answered:
            await place.leave()
        else:
            self._waiting.append((place, asyncio.get_running_loop().call_later(THINKING_LASTS, self._take_leave, place)))

    def sent(self, place: Place | None) -> None:
        """Something was sent to whoever is answered here: where it was accepted, no sign that we think stays."""
        if place is not None and place.is_answered:
            self._take_leave(place)

    def _take_leave(self, place: Place) -> None:
        for waiting in [each for each in self._waiting if each[0] is place]:
            self._waiting.remove(waiting)
            waiting[1].cancel()
            task = asyncio.create_task(place.leave())
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    def _keep(self, cause: str, kept: _Kept | None) -> None:
        """Keep it until Discord takes no answer there any more, and forget those for which that is so."""
        now = asyncio.get_running_loop().time()
        for each in [each for each, former in self._kept.items() if former.until <= now]:
            del self._kept[each]
        if kept is not None:
            self._kept[cause] = kept

    async def settle(self, seconds: float) -> None:
        """Let what is being heard come to its end, for so long. Nobody is left looking at a sign that we think."""
        await self._lanes.settle(seconds)
        for place, _ in list(self._waiting):
            self._take_leave(place)
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=seconds)


async def _tell_unheard(chat: discord.abc.Messageable, language: str) -> None:
    """Nobody is left waiting for an answer that cannot come."""
    with suppress(*TROUBLE):
        await chat.send(discord_words(language).words["not-answered-yet"])


async def _typing(chat: discord.abc.Messageable) -> None:
    await asyncio.sleep(TYPING_AFTER)
    with suppress(discord.HTTPException, aiohttp.ClientError):
        async with chat.typing():
            await asyncio.Event().wait()
