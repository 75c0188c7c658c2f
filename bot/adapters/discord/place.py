"""Where somebody speaks to us right now, and where they can be answered there: an interaction, or a message that others read.

An answer to a command goes where it was given, seen by that person alone unless the place is private anyway. Everything else goes
by private message. Whoever cannot be written to in private is told so where they spoke, in fixed words.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import discord

from bot.adapters.discord.parts import Part, payload
from bot.knowledge.discord import discord_words

PLATFORM = "discord"

TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What may come of asking Discord for anything: a refusal, or a line that broke."""


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

    def note_private(self) -> None:
        """A private message was accepted: the answer is there."""
        ...

    @property
    def is_answered(self) -> bool:
        """Whether something was accepted, here or by private message, or nobody is shown that we think."""
        ...

    async def leave(self) -> None:
        """Nothing more may come for now: whoever looks here is not left with a sign that we think."""
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
    _is_elsewhere: bool = False
    _is_unsure: bool = False
    _is_accepted: bool = False
    _speaking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_first(self, *, urgent: bool) -> bool:
        """What is urgent must not vanish with the window: it goes by private message first."""
        return self.private or not urgent

    async def say(self, part: Part) -> bool:
        """As a follow-up; the first one takes the place of the sign that we think.

        From before it is sent nobody takes that sign for one that waits: Discord may have put the words there and answer late.
        """
        async with self._speaking:
            waited, self.waits = self.waits, False
            try:
                await self.interaction.followup.send(ephemeral=not self.private, wait=True, **payload(part, language=self.language))
            except TROUBLE as trouble:
                refused = isinstance(trouble, discord.HTTPException) and trouble.status < 500
                self.waits, self._is_unsure = waited and refused, self._is_unsure or (waited and not refused)
                return False
            except BaseException:
                self._is_unsure = self._is_unsure or waited
                raise
        self._is_unsure = False
        self._is_accepted = True
        return True

    async def say_closed(self) -> None:
        """Here we can be read: there is nothing to explain."""

    def note_private(self) -> None:
        """Only now may it be said that the answer is in private."""
        self._is_elsewhere = True
        self._is_accepted = True

    @property
    def is_answered(self) -> bool:
        """Something was accepted, or there is no sign that we think."""
        return self._is_accepted or not (self.waits or self._is_unsure or self._speaking.locked())

    async def leave(self) -> None:
        """End the sign that we think, honestly: the answer is in private, or there is none yet. Never while something is being said."""
        async with self._speaking:
            with suppress(*TROUBLE):
                if self._is_unsure:
                    shown = await self.interaction.original_response()
                    self.waits, self._is_unsure = shown.flags.loading, False
                if not self.waits:
                    return
                self.waits = False
                if self._is_elsewhere and self.private:
                    await self.interaction.delete_original_response()
                else:
                    words = discord_words(self.language).words["answered-in-private" if self._is_elsewhere else "not-answered-yet"]
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
        with suppress(*TROUBLE):
            await self.message.reply(discord_words(self.language).words["private-closed"], mention_author=True, silent=True)

    def note_private(self) -> None:
        """Nothing here waits for it."""

    @property
    def is_answered(self) -> bool:
        """Nothing here waits for an answer."""
        return True

    async def leave(self) -> None:
        """Nothing was begun here."""
