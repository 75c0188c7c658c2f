"""Where somebody speaks to us right now, and where they can be answered there: an interaction, or a message that others read.

An answer to a command goes where it was given, seen by that person alone unless the place is private anyway. Everything else goes
by private message. Whoever cannot be written to in private is told so where they spoke, in fixed words.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
import discord

from bot.adapters.discord.parts import Part, payload
from bot.knowledge.discord import discord_words

PLATFORM = "discord"


class Place(Protocol):
    """Where somebody is being heard."""

    async def say(self, part: Part) -> bool:
        """Say it here, to this person alone. False when that is not possible here, or no longer."""
        ...

    async def say_closed(self) -> None:
        """Say that we cannot write to this person in private; nothing else, since others may read it."""
        ...

    def is_first(self, *, urgent: bool) -> bool:
        """Whether answers are said here before they are sent by private message."""
        ...

    async def leave(self) -> None:
        """Nothing more is said here now."""
        ...


@dataclass(slots=True)
class Answering:
    """An interaction, acknowledged and not answered yet."""

    interaction: discord.Interaction[Any]
    private: bool
    """The private chat with us: what is said there stays. Elsewhere only this person sees it, and only for a while."""
    language: str
    waits: bool = True
    """Discord shows that we think, until something is said."""

    def is_first(self, *, urgent: bool) -> bool:
        """What is urgent must not vanish with the window: it goes by private message first."""
        return self.private or not urgent

    async def say(self, part: Part) -> bool:
        """As a follow-up; the first one takes the place of the sign that we think."""
        try:
            await self.interaction.followup.send(ephemeral=not self.private, wait=True, **payload(part, language=self.language))
        except (discord.HTTPException, aiohttp.ClientError):
            return False
        self.waits = False
        return True

    async def say_closed(self) -> None:
        """Here we can be read: there is nothing to explain."""

    async def leave(self) -> None:
        """Take away the sign that we think, when the answer went elsewhere."""
        if not self.waits:
            return
        with suppress(discord.HTTPException, aiohttp.ClientError):
            if self.private:
                await self.interaction.delete_original_response()
            else:
                words = discord_words(self.language).words["answered-in-private"]
                await self.interaction.edit_original_response(content=words)


@dataclass(slots=True)
class InPublic:
    """A message that others read."""

    message: discord.Message
    language: str

    def is_first(self, *, urgent: bool) -> bool:
        """Never: others read here."""
        del urgent
        return False

    async def say(self, part: Part) -> bool:
        """Not here."""
        del part
        return False

    async def say_closed(self) -> None:
        """A discreet word under the message."""
        with suppress(discord.HTTPException, aiohttp.ClientError):
            await self.message.reply(discord_words(self.language).words["private-closed"], mention_author=True, silent=True)

    async def leave(self) -> None:
        """Nothing was begun here."""
