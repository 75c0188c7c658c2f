"""The way in for messages: what is said to us in private, what is addressed to us elsewhere, and what it is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

import discord

from bot.adapters.discord.buttons import choices_under
from bot.adapters.discord.place import PLATFORM
from bot.buttons import ANSWER, press_of
from bot.core.person import Role
from bot.messages import Account, Incoming, Press

_SAID = (discord.MessageType.default, discord.MessageType.reply, discord.MessageType.thread_created)
"""The last one's words are the title that somebody gave to a thread."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a message, or what came instead of them."""

    text: str
    unreadable: str
    quoted: bool


def read(message: discord.Message, *, me: int) -> Said | None:
    """What a human said; None for programs, and for what Discord itself writes. In private nothing said is nothing: it is answered."""
    if message.author.bot or message.webhook_id is not None or message.type not in _SAID:
        return None
    forwarded = message.message_snapshots[0] if message.message_snapshots else None
    source = forwarded or message
    text = re.sub(rf"<@!?{me}>", "", source.content).strip()
    bare = "other" if message.guild is None and not text else ""
    return Said(text=text, unreadable=_unreadable(message, source) or bare, quoted=forwarded is not None)


def is_addressed(message: discord.Message, *, me: int) -> bool:
    """Where others read: our name, or an answer to us. Being one of everybody is not being addressed."""
    if any(user.id == me for user in message.mentions):
        return True
    answered = message.reference.resolved if message.reference is not None else None
    return isinstance(answered, discord.Message) and answered.author.id == me


def question_of(message: discord.Message, *, me: int) -> Press | None:
    """The question of ours that a message replies to: the button to answer it, which stands under the question, names it."""
    answered = message.reference.resolved if message.reference is not None else None
    if not isinstance(answered, discord.Message) or answered.author.id != me:
        return None
    presses = [press_of(each.data) for each in choices_under(answered)]
    return next((press for press in presses if press is not None and press.choice == ANSWER), None)


def incoming(message: discord.Message, said: Said, *, role: Role | None, correction: bool = False) -> Incoming:
    """A message as the conversation hears it. Its key is the same whenever it is given to us, so that its correction can name it."""
    key = f"{PLATFORM}:{message.id}"
    changed = message.edited_at if correction else None
    return Incoming(
        key=f"{key}:edit:{changed.timestamp():.6f}" if changed else key,
        account=Account(PLATFORM, str(message.author.id)),
        sent_at=message.created_at,
        text=said.text,
        role=role,
        quoted=said.quoted,
        public=message.guild is not None,
        edits=key if correction else "",
        unreadable=said.unreadable,
        where=message.jump_url if message.guild is not None else "",
    )


def _unreadable(message: discord.Message, source: discord.Message | discord.MessageSnapshot) -> str:
    if source.attachments:
        return _kind(source.attachments[0])
    if source.stickers:
        return "picture"
    return "other" if message.poll is not None else ""


def _kind(attachment: discord.Attachment) -> str:
    family = (attachment.content_type or "").partition("/")[0]
    if attachment.is_voice_message() or family == "audio":
        return "voice"
    return "picture" if family in ("image", "video") else "document"
