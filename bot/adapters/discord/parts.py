"""A rendered message in the parts that Discord takes."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.adapters.discord.buttons import view_of
from bot.knowledge.discord import discord_words
from bot.ports import File, Label, Outgoing
from bot.splitting import split

FILES_AT_ONCE = 10
TEXT_UNITS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message as Discord knows messages."""

    text: str
    labels: tuple[Label, ...] = ()
    files: tuple[File, ...] = ()


def parts_of(message: Outgoing) -> tuple[Part, ...]:
    """A message in parts: buttons and files with its last text."""
    parts = [Part(text=text) for text in split(shown(message), TEXT_UNITS)] or [Part(text="")]
    parts[-1] = replace(parts[-1], labels=message.choices, files=message.files[:FILES_AT_ONCE])
    further = range(FILES_AT_ONCE, len(message.files), FILES_AT_ONCE)
    return (*parts, *(Part(text="", files=message.files[at : at + FILES_AT_ONCE]) for at in further))


def shown(message: Outgoing) -> str:
    """The text, with the instants of somebody else's hours as Discord writes them: each reader sees their own hour, and how far it is."""
    text = message.text
    for each in message.instants:
        at = int(each.at.timestamp())
        text = text.replace(each.text, f"<t:{at}:f> (<t:{at}:R>)", 1)
    return text


def payload(part: Part, *, language: str) -> dict[str, Any]:
    """The part as the vendor's methods of sending take it: no link is unfolded, and nobody is called by a mention."""
    view = view_of(part.labels, choose=discord_words(language).words["choose"])
    return {
        "content": part.text or discord.utils.MISSING,
        "suppress_embeds": True,
        "allowed_mentions": discord.AllowedMentions.none(),
        **({"view": view} if view is not None else {}),
        **({"files": [discord.File(io.BytesIO(file.content), filename=file.name) for file in part.files]} if part.files else {}),
    }
