"""The way in: an update of Telegram as what it asks of us.

Private chats are for everything; in a group only what is addressed to the bot is looked at, and answered in private.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update, User

from bot.buttons import press_of
from bot.core.person import Role
from bot.knowledge.commands import command as command_of
from bot.knowledge.telegram import sentences
from bot.messages import Account, Incoming

PLATFORM = "telegram"

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
_UNREADABLE = {
    "voice": ("voice", "audio", "video_note"),
    "picture": ("photo", "sticker", "animation", "video", "story"),
    "document": ("document",),
    "place": ("location", "venue"),
    "other": ("contact", "poll", "dice", "game", "paid_media", "checklist"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A press that must be answered, and the message whose button it was."""

    callback_id: str
    data: str
    message: MaybeInaccessibleMessage | None
    allowed: bool = True
    """False when somebody without the right pressed what is for moderators."""
    in_private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one update asks of us. Those of one `person` are served in order."""

    person: int
    language: str
    incoming: Incoming | None = None
    pressed: Pressed | None = None
    redirect: int | None = None
    """The group in which to say that we speak in private."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Reads updates for one bot. `role_of` vouches for a person; `moderators_chat` is the group where cards go; `language` is that
    of whoever's own is not among ours."""

    bot_id: int
    username: str
    now: Callable[[], datetime]
    role_of: Callable[[int], Role]
    moderators_chat: Callable[[], int | None]
    language: str

    def read(self, update: Update) -> Heard | None:
        """What the update asks; None when it asks nothing of us."""
        if update.callback_query is not None:
            return self._pressed(update.callback_query)
        if update.message is not None:
            return self._said(update.message, key=self._key(update.message))
        if update.edited_message is not None:
            edited = update.edited_message
            if not (edited.text or edited.caption):
                return None  # a shared place that moves is edited every few seconds
            return self._said(edited, key=f"{PLATFORM}:{self.bot_id}:edit:{update.update_id}", edits=self._key(edited))
        return None

    def _key(self, message: Message) -> str:
        """The same whenever the message is given to us, so that its correction can name it."""
        return f"{PLATFORM}:{self.bot_id}:{message.chat.id}:{message.message_id}"

    def _pressed(self, query: CallbackQuery) -> Heard | None:
        press = press_of(query.data or "")
        chat = query.message.chat if query.message else None
        private = chat is None or chat.type == chat.PRIVATE
        role = self.role_of(query.from_user.id)
        allowed = private or (role == "moderator" and chat is not None and chat.id == self.moderators_chat())
        pressed = Pressed(callback_id=query.id, data=query.data or "", message=query.message, allowed=allowed, in_private=private)
        said = Incoming(
            key=f"{PLATFORM}:{self.bot_id}:press:{query.id}",
            account=Account(PLATFORM, str(query.from_user.id)),
            sent_at=self.now(),
            press=press,
            role=role,
            language_hint=query.from_user.language_code or "",
        )
        return self._heard(query.from_user, incoming=said if press and allowed else None, pressed=pressed)

    def _said(self, message: Message, *, key: str, edits: str = "") -> Heard | None:
        person, text, kind = _speaker(message), message.text or message.caption or "", _unreadable(message)
        if person is None or not (text or kind):
            return None  # somebody joined, a title changed: nothing was said
        private = message.chat.type == message.chat.PRIVATE
        if not private and not self._addressed(message, text):
            return None
        language, role = person.language_code or "", self.role_of(person.id)
        at_work = role == "moderator" and message.chat.id == self.moderators_chat()
        said = Incoming(
            key=key,
            account=Account(PLATFORM, str(person.id)),
            sent_at=message.edit_date or message.date,
            text=self._in_words(text, language),
            role=role,
            language_hint=language,
            quoted=message.forward_origin is not None,
            public=not (private or at_work),
            edits=edits,
            unreadable=kind,
        )
        return self._heard(person, incoming=said, redirect=None if private or at_work or edits else message.chat.id)

    def _heard(self, person: User, *, incoming: Incoming | None, pressed: Pressed | None = None, redirect: int | None = None) -> Heard:
        return Heard(person=person.id, language=(person.language_code or "")[:2], incoming=incoming, pressed=pressed, redirect=redirect)

    def _addressed(self, message: Message, text: str) -> bool:
        """In a group: a command of ours, an answer to us, or our name. Nothing else is looked at."""
        answered = message.reply_to_message
        if answered is not None and answered.from_user is not None and answered.from_user.id == self.bot_id:
            return True
        command = _COMMAND.fullmatch(text)
        if command:
            named = (command.group(2) or "").lower()
            return named == self.username.lower() if named else command.group(1).lower() in sentences()
        return f"@{self.username}".lower() in text.lower()

    def _in_words(self, text: str, language: str) -> str:
        """A command as the sentence that it stands for; our own name is not part of what is said to us."""
        command = _COMMAND.fullmatch(text)
        spoken = sentences().get(command.group(1).lower()) if command else None
        if command is None or spoken is None:
            return re.sub(rf"@{re.escape(self.username)}\b", "", text, flags=re.IGNORECASE).strip() or text
        sentence = spoken.get(language[:2]) or spoken.get(self.language) or next(iter(spoken.values()))
        if command.group(1).lower() == "start":
            return sentence  # what follows came with the link, and was not said by anybody
        said = f"{sentence} {command.group(3) or ''}".strip()
        return text if _names_a_case(text) and not _names_a_case(said) else said


def _names_a_case(text: str) -> bool:
    """Whether it is a moderator's command with the number of a case. `/history 3` is, though the menu's `/history` is anybody's."""
    typed = command_of(text)
    return typed is not None and typed.case != ""


def _speaker(message: Message) -> User | None:
    """The human who wrote it; None for a bot, and for who writes in the name of a chat."""
    person = message.from_user
    return None if person is None or person.is_bot or message.chat.type == message.chat.CHANNEL else person


def _unreadable(message: Message) -> str:
    return next((kind for kind, fields in _UNREADABLE.items() if any(getattr(message, field, None) for field in fields)), "")
