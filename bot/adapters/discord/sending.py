"""The way out: a rendered message in the parts that Discord takes, each sent once, and every refusal told apart.

A part whose acceptance was never confirmed is sent again under the same nonce: Discord makes it one message for some minutes,
and twice rather than never afterwards. Paces and waits are the vendor's.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

import aiohttp
import discord
import structlog

from bot.adapters.discord.client import Client
from bot.adapters.discord.parts import Part, parts_of, payload
from bot.adapters.discord.place import Place
from bot.ports import Outgoing, SendFailed

log = structlog.get_logger()

REMEMBERED = 1000
"""Messages of which some parts were sent and not all."""

CLOSED = frozenset({50007, 50278})
"""Private messages are closed to us; we share no server with the person (facts on platforms, 4)."""

GONE = frozenset({10003, 10004, 10013, 50001, 50013})
"""The channel, server or user is not there any more; we may not see, or not write in, the channel."""

TOO_FAST = 40003

HURRY_S = 5.0
"""Seconds that an urgent private message may take while there is a place where its words can be said at once."""


_Mark = tuple[str, str, str]
_HERE = "here"
"""Marks what was said where somebody spoke, and is still to be sent in private."""


class Sending:
    """Sends messages. `channels` are the accounts that are channels and not persons."""

    def __init__(self, client: Callable[[], Client], *, channels: frozenset[str], language: str) -> None:
        self._client = client
        self._channels = channels
        self._language = language
        self._progress: OrderedDict[_Mark, int] = OrderedDict()

    async def send(self, message: Outgoing, place: Place | None) -> None:
        """Send every part that was not sent before. Raises SendFailed; TimeoutError when Discord cannot be reached.

        `place`: where the person is being heard at this very moment.
        """
        urgent = message.level in ("urgent", "emergency")
        if place is not None and message.kind == "reply" and place.is_first(urgent=urgent) and await self._all_said(message, place):
            return
        try:
            await self._send_in_private(message, within=HURRY_S if urgent and place is not None else None)
        except Exception as failure:  # whatever keeps words of danger from the private chat, they are not withheld where they can be said
            if place is None or not await self._said_instead(message, place, failure, urgent=urgent):
                raise
            return
        if place is not None:
            place.note_private()

    async def _said_instead(self, message: Outgoing, place: Place, failure: Exception, *, urgent: bool) -> bool:
        """Say here what the private chat did not take, and whether that is the end of it.

        What is urgent and may still be sent in private is said here and tried again there: a window vanishes.
        """
        if not (isinstance(failure, SendFailed) and failure.permanent):
            if urgent:
                await self._all_said(message, place, lasts=False)
            return False
        said = await self._all_said(message, place)
        if not said:
            await place.say_closed()
        return said

    async def _all_said(self, message: Outgoing, place: Place, *, lasts: bool = True) -> bool:
        """Every part, in this place; what was said stays said when a later part cannot be.

        `lasts`: it counts as sent. Otherwise it is only not said here twice.
        """
        mark = _mark(message, "" if lasts else _HERE)
        parts = parts_of(message)
        self._note(mark, max(self._progress.get(_mark(message), 0), self._progress.get(_mark(message, _HERE), 0)))
        for number in range(self._progress[mark], len(parts)):
            if not await place.say(parts[number]):
                return False
            self._note(mark, number + 1)
        if lasts:
            self._forget(message)
        return True

    async def _send_in_private(self, message: Outgoing, *, within: float | None) -> None:
        try:
            async with asyncio.timeout(within) as hurry:
                await self._every_part(message)
        except TimeoutError:
            if hurry.expired():
                raise SendFailed("the private chat takes its time") from None
            raise

    async def _every_part(self, message: Outgoing) -> None:
        for number, part in self._left(message):
            nonce = hashlib.sha256(f"{_mark(message)[:2]}#{number}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
            await self._deliver(message.account.id, part, nonce)
            self._note(_mark(message), number + 1)
        self._forget(message)

    def _left(self, message: Outgoing) -> list[tuple[int, Part]]:
        return list(enumerate(parts_of(message)))[self._progress.get(_mark(message), 0) :]

    def _forget(self, message: Outgoing) -> None:
        for where in ("", _HERE):
            self._progress.pop(_mark(message, where), None)

    def _note(self, mark: _Mark, sent: int) -> None:
        self._progress[mark] = sent
        while len(self._progress) > REMEMBERED:
            self._progress.popitem(last=False)

    async def _deliver(self, account: str, part: Part, nonce: str) -> None:
        try:
            await self._call(account, part, nonce)
        except discord.HTTPException as error:
            lighter = _lighter(part, error)
            if lighter is None:
                raise _failure(error) from None
            await self._deliver(account, lighter, nonce)
        except (aiohttp.ClientError, OSError):
            raise TimeoutError("Discord cannot be reached") from None

    async def _call(self, account: str, part: Part, nonce: str) -> None:
        client = self._client()
        if client.user is None or client.is_closed():
            raise TimeoutError("not connected to Discord")
        where: discord.abc.Messageable
        if account in self._channels:
            where = client.get_partial_messageable(int(account))
        else:
            where = await client.create_dm(discord.Object(int(account)))
        await where.send(nonce=nonce, **payload(part, language=self._language))


def _mark(message: Outgoing, where: str = "") -> _Mark:
    """What tells one version of a message from another: progress in one says nothing of the other."""
    return message.key, hashlib.sha256(message.text.encode("utf-8", "surrogatepass")).hexdigest(), where


def _lighter(part: Part, error: discord.HTTPException) -> Part | None:
    """What to try instead of a part that was refused; None when there is nothing else to try.

    Words matter more than what hangs on them: a text that is refused with its pictures, or its buttons, is sent without.
    """
    pictures = [file for file in part.files if file.kind == "png"]
    if pictures and part.text and (_is_form_trouble(error) or error.status == 413):
        log.error("discord.pictures-refused")
        return replace(part, files=tuple(file for file in part.files if file not in pictures))
    if part.labels and _is_form_trouble(error):
        log.error("discord.buttons-refused")
        return replace(part, labels=())
    return None


def _is_form_trouble(error: discord.HTTPException) -> bool:
    return error.status == 400 and error.code not in CLOSED | GONE and error.code != TOO_FAST


def _failure(error: discord.HTTPException) -> SendFailed:
    """What the postman must know, in fixed words: Discord's own repeat what was sent."""
    if error.code in CLOSED:
        return SendFailed("private messages are closed", permanent=True)
    if error.code in GONE:
        return SendFailed("there is no such place, or we may not write there", permanent=True)
    if error.code == TOO_FAST:
        return SendFailed("too many private chats opened at once")
    if error.status == 401:
        return SendFailed("the token is refused")
    if error.status >= 500 or error.status == 429:
        return SendFailed("trouble at Discord")
    return SendFailed("Discord refuses this message", permanent=True)
