"""Channels that are watched for danger signs: allowed by the settings, and opted in by an administrator of the server, in the open.

The opt-in is a notice of ours that stands pinned in the channel for everybody to read. It is its own record: whoever unpins it ends the
watch, and nothing else needs to remember it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Literal

import aiohttp
import discord
import structlog

from bot.backoff import Backoff
from bot.knowledge.discord import discord_words, languages

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
"""Seconds until it is looked again where Discord could not say whether our notice stands."""

Outcome = Literal["watch-on", "watch-off", "watch-not-listed", "watch-no-words", "watch-cannot"]
"""What became of a command, as the id of the word that says so."""


class Watching:
    """Knows which channels are watched now. `allowed`: the channels that the settings name."""

    def __init__(self, *, allowed: Collection[int], language: str) -> None:
        self._allowed = frozenset(allowed)
        self._language = language
        self._watched: set[int] = set()
        self._unknown: set[int] = set()
        self._given_words = True

    @property
    def wanted(self) -> bool:
        """Whether any channel may be watched at all."""
        return bool(self._allowed)

    def refuse(self) -> None:
        """Discord does not give us the words of channels: nothing is watched, whatever stands pinned, and no watch is promised."""
        self._given_words = False
        self._watched.clear()
        self._unknown.clear()

    def watches(self, where: discord.abc.MessageableChannel) -> bool:
        """Whether this channel is watched now. A thread, and a post of a forum, are part of the channel that they stand under."""
        return where.id in self._watched or getattr(where, "parent_id", None) in self._watched

    async def look(self, client: discord.Client) -> bool:
        """See where our notice stands. False where Discord could not say."""
        for channel in sorted(self._allowed):
            await self.look_at(client, channel)
        return not self._unknown

    async def insist(self, client: Callable[[], discord.Client], *, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Look again, with growing pauses, until Discord has said of every channel: a watch must not end by a bad moment."""
        backoff = Backoff(first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        while self._unknown:
            await sleep(backoff.next())
            for channel in sorted(self._unknown):
                await self.look_at(client(), channel)

    async def look_at(self, client: discord.Client, channel: int) -> bool:
        """See whether our notice stands in this channel. When Discord cannot say, what was known stays, and the answer is False."""
        if channel not in self._allowed:
            return True
        try:
            found = await self._notice(client, client.get_partial_messageable(channel))
        except (discord.Forbidden, discord.NotFound):
            found = None
        except (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError) as trouble:
            log.warning("discord.notice-unknown", trouble=type(trouble).__name__)
            self._unknown.add(channel)
            return False
        self._unknown.discard(channel)
        if found is None and channel in self._watched:
            log.warning("discord.watch-ended")
        (self._watched.discard if found is None else self._watched.add)(channel)
        return True

    async def turn(self, client: discord.Client, channel: int, *, on: bool) -> Outcome:
        """Pin the notice, or take it away."""
        if on and channel not in self._allowed:
            return "watch-not-listed"
        if on and not self._given_words:
            return "watch-no-words"
        where = client.get_partial_messageable(channel)
        try:
            notice = await self._notice(client, where)
            if on and notice is None:
                await self._pin(where)
            if not on and notice is not None:
                await notice.delete()
        except (discord.HTTPException, aiohttp.ClientError):
            return "watch-cannot"
        self._unknown.discard(channel)
        (self._watched.add if on else self._watched.discard)(channel)
        return "watch-on" if on else "watch-off"

    async def _pin(self, where: discord.PartialMessageable) -> None:
        """Write the notice and pin it. One that cannot be pinned promises a watch that there is not: it is taken away again."""
        written = await where.send(self._text(), silent=True, suppress_embeds=True)
        try:
            await written.pin()
        except (discord.HTTPException, aiohttp.ClientError):
            with suppress(discord.HTTPException, aiohttp.ClientError):
                await written.delete()
            raise

    async def _notice(self, client: discord.Client, where: discord.PartialMessageable) -> discord.Message | None:
        mine = client.user.id if client.user is not None else 0
        known = [discord_words(language).words["watch-notice"] for language in languages()]
        async for message in where.pins(limit=None):
            if message.author.id == mine and any(text in message.content for text in known):
                return message
        return None

    def _text(self) -> str:
        """In every language, the community's own first: whoever reads the channel must be able to read this."""
        ordered = sorted(languages(), key=lambda language: language != self._language)
        return "\n\n".join(discord_words(language).words["watch-notice"] for language in ordered)
