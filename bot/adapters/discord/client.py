"""The vendor's client, tamed: quiet in the logs, as few intents as will do, and every event handed to one listener.

No command tree is used: commands and what they say are data, and are read as they come.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

import discord
import structlog

from bot.adapters.discord.buttons import ChosenButton, ChosenInMenu

log = structlog.get_logger()


class TokenRefused(Exception):
    """Discord does not know the token. The message never holds it."""

    def __init__(self) -> None:
        super().__init__("Discord refused the bot's token: check PALIER_DISCORD_TOKEN against the developer portal")


class Listener(Protocol):
    """Who is told what happens on Discord."""

    async def ready(self) -> None:
        """Everything is connected, for the first time or anew."""
        ...

    async def said(self, message: discord.Message) -> None:
        """Somebody wrote."""
        ...

    async def corrected(self, message: discord.Message) -> None:
        """Somebody changed what they wrote."""
        ...

    async def pressed(self, interaction: discord.Interaction[Any], choice: str) -> None:
        """Somebody pressed a button of ours, or chose in a menu: `choice|about`."""
        ...

    async def asked(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody gave a command, sent a form, or types one."""
        ...

    async def pins_changed(self, channel: int) -> None:
        """Somebody pinned or unpinned something in a channel."""
        ...


class Client(discord.AutoShardedClient):
    """One bot, over one or several shards. `reads_channels` asks for the message content intent: only for watched channels."""

    def __init__(self, listener: Listener, *, shards: int = 1, shard_ids: Sequence[int] = (), reads_channels: bool = False) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        intents.guild_messages = True
        intents.dm_messages = True
        intents.message_content = reads_channels
        super().__init__(
            intents=intents,
            shard_count=shards,
            shard_ids=list(shard_ids) or list(range(shards)),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            enable_debug_events=False,
        )
        self.listener = listener
        self._begun = False
        for event, take in (("message", listener.said),):
            setattr(self, f"on_{event}", take)  # the vendor calls what bears the name of its event
        self.add_dynamic_items(ChosenButton, ChosenInMenu)

    async def login(self, token: str) -> None:
        """As the vendor's."""
        self._begun = True
        await super().login(token)

    async def close(self) -> None:
        """As the vendor's, which cannot close what was never opened."""
        if self._begun:
            await super().close()

    async def on_ready(self) -> None:
        """As the vendor calls it; so are those below."""
        await self.listener.ready()

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A correction; what Discord adds to a message by itself is none."""
        if payload.data.get("edited_timestamp") and "content" in payload.data:
            await self.listener.corrected(payload.message)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Commands and forms; presses come by the items that were pressed."""
        if interaction.type is not discord.InteractionType.component:
            await self.listener.asked(interaction)

    async def on_guild_channel_pins_update(self, channel: discord.abc.GuildChannel | discord.Thread, _: object) -> None:
        """Pins are how a channel is opted in, and out again."""
        await self.listener.pins_changed(channel.id)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A notice that is deleted is told by no change of the pins."""
        await self.listener.pins_changed(payload.channel_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Likewise."""
        await self.listener.pins_changed(payload.channel_id)

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """What fails in an event is named, and nothing of the event is."""
        log.critical("discord.event-failed", kind=event_method.replace("_", "-"))


def keep_quiet() -> None:
    """The vendor's loggers write names, ids and whole events: they write nothing any more."""
    logging.getLogger("discord").setLevel(logging.CRITICAL + 1)
