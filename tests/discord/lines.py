"""The adapter on simcord's stand-in for Discord, with an ear instead of the conversation, or with the whole house behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import simcord

from bot.adapters.discord import PLATFORM, Discord
from bot.adapters.discord.commands import register
from bot.adapters.discord.hearing import Hear
from bot.adapters.story import VirtualClock
from bot.messages import Account
from bot.ports import Outgoing
from tests.ears import Ear, StillClock, rendered


class Locales:
    """Gives each person's interactions their own locale: simcord says en-US for everybody.

    It stands before the bot among those who are told what happens, and completes what they are told.
    """

    def __init__(self) -> None:
        self.of: dict[int, str] = {}

    def __call__(self, event: str, payload: Any) -> None:
        """As simcord calls whoever is told."""
        if event == "INTERACTION_CREATE":
            user = payload.get("user") or payload["member"]["user"]
            payload["locale"] = self.of.get(int(user["id"]), payload["locale"])


@dataclass
class Stage:
    """The stand-in, the adapter on it, and who speaks which language. People and servers may be there before the bot is."""

    env: simcord.Env = field(default_factory=lambda: simcord.Env(adapter().client, strict_sync=False))
    discord: Discord = field(default_factory=lambda: adapter(language="en"))
    locales: Locales = field(default_factory=Locales)
    ear: Ear = field(default_factory=Ear)

    def join(self, name: str, *, locale: str = "en-US") -> Any:
        """Somebody opens an account."""
        user = self.env.create_user(name)
        self.locales.of[user.id] = locale
        return user

    @asynccontextmanager
    async def playing(self, discord: Discord, hear: Hear | None = None, **more: Any) -> AsyncIterator[Stage]:
        """The adapter at work, with its commands registered."""
        self.discord, self.env.bot = discord, discord.client
        discord.listen(hear or self.ear.hear, **more)
        self.env.backend.subscribers.insert(0, self.locales)
        await self.env.start()
        try:
            await register(discord.client)
            yield self
        finally:
            await self.env.shutdown()

    async def again(self, discord: Discord, hear: Hear | None = None, **more: Any) -> None:
        """The process was started again: another adapter, the same platform."""
        self.discord = discord
        discord.listen(hear or self.ear.hear, **more)
        await self.env.restart_bot(discord.client)

    def close_messages(self, person: Any, *, code: int = 50007) -> None:
        """Somebody closes their private messages."""
        self.env.inject_error("POST", f"/channels/{person.dm_channel.id}/messages", status=403, code=code, times=None)

    def me(self) -> str:
        """The bot's name, as it is called in a server."""
        user = self.discord.client.user
        return f"<@{user.id}>" if user else ""

    def seen(self, person: Any) -> list[Any]:
        """What the bot wrote to somebody in private, oldest first."""
        return [message for message in person.dm_channel.history() if message.author.bot]

    def texts(self, person: Any) -> list[str]:
        """The words of it."""
        return [message.content for message in self.seen(person)]

    def said_in(self, channel: Any) -> list[str]:
        """What the bot wrote in a channel for everybody to read."""
        return [m.content for m in channel.history() if m.author.bot and not m.flags.ephemeral]


def keep_step(env: simcord.Env, clock: VirtualClock) -> None:
    """What is said on the stand-in from now on is said when the assistant's clock shows it."""
    env.backend.advance_clock(max(0.0, (clock.now() - env.now()).total_seconds()))


def adapter(**settings: Any) -> Discord:
    """The adapter, as tests need it."""
    return Discord(**{"clock": StillClock(), "language": "en", **settings})


@asynccontextmanager
async def stage(ear: Ear | None = None, **settings: Any) -> AsyncIterator[Stage]:
    """The adapter at work, with an ear."""
    async with Stage(ear=ear or Ear()).playing(adapter(**settings)) as playing:
        yield playing


def outgoing(person: Any, text: str, *choices: tuple[str, str], **more: Any) -> Outgoing:
    """A rendered message; choices are (id, label)."""
    return rendered(Account(PLATFORM, str(person.id)), text, choices, **more)


def labels(message: Any) -> list[str]:
    """The words on the buttons of a message."""
    return [item.label for row in message.components for item in getattr(row, "children", ()) if getattr(item, "label", None)]


def the_last(channel: Any) -> Any:
    """The newest message of a channel. Raises LookupError when there is none."""
    if channel.last_message is None:
        raise LookupError("nothing was written there")
    return channel.last_message


def the_response(result: Any) -> Any:
    """What an interaction was answered with first. Raises LookupError when it was not."""
    if result.response is None:
        raise LookupError("there was no answer")
    return result.response
