"""What is said where others read: what the sources say in general, and where to go on. Nothing of what anybody said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import discord
import structlog

from bot.adapters.discord.roles import Server
from bot.general import Answer, General, nothing
from bot.knowledge.discord import discord_words

log = structlog.get_logger()


def anything(_: str) -> bool:
    """Every word may be a sign."""
    return True


@dataclass(frozen=True, slots=True)
class Mind:
    """What can be known of words alone: whether they hold a sign of danger, and what is answered to them where others read."""

    is_sign: Callable[[str], bool] = anything
    general: Answer = nothing

    def may_be_sign(self, words: str) -> bool:
        """Whether the words hold a sign of danger; what cannot be read may."""
        try:
            return self.is_sign(words)
        except Exception as trouble:  # noqa: BLE001 - a defect here must not keep anybody from being heard
            log.critical("discord.not-screened", trouble=type(trouble).__name__)
            return True

    def answer(self, words: str) -> General | None:
        """What is answered where others read, if anything is."""
        try:
            return self.general(words)
        except Exception as trouble:  # noqa: BLE001 - likewise
            log.error("discord.not-answered", trouble=type(trouble).__name__)
            return None


OPEN_MIND = Mind()


async def answer_openly(
    message: discord.Message, answer: General | None, *, me: discord.ClientUser | None, language: str, server: Server
) -> None:
    """What the sources say in general, where we can speak, and where members do. Nothing of what was said, nobody called, and nobody's
    channel guessed: both are shown."""
    words = discord_words(answer.language if answer is not None else language).words
    lines = [answer.text, words["general-only"]] if answer is not None else [words["in-private"]]
    if server.abstinent_channel is not None and server.drinking_channel is not None and _is_at(message, server):
        lines.append(words["channels"].format(abstinent=f"<#{server.abstinent_channel}>", drinking=f"<#{server.drinking_channel}>"))
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label=words["open-private"], url=f"https://discord.com/users/{me.id if me else 0}"))
    with suppress(discord.HTTPException, aiohttp.ClientError):
        await message.reply("\n".join(lines), view=view, mention_author=False, silent=True, suppress_embeds=True)


def _is_at(message: discord.Message, server: Server) -> bool:
    """Whether a message stands in the community's own server; in another, its channels lead nowhere."""
    return server.guild is None or (message.guild is not None and message.guild.id == server.guild)
