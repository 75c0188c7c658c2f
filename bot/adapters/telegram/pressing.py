"""What becomes of a button that was pressed: the press is answered at once, and its message shows what was chosen."""

from __future__ import annotations

from contextlib import suppress

from telegram import InlineKeyboardMarkup, Message
from telegram.error import TelegramError

from bot.adapters.telegram.buttons import without
from bot.adapters.telegram.client import CAPTION_UNITS, NO_PREVIEW, TEXT_UNITS, Client
from bot.adapters.telegram.reading import Pressed
from bot.knowledge.telegram import telegram_words
from bot.splitting import units


async def answer(client: Client, pressed: Pressed, *, language: str) -> None:
    """Take the waiting sign off the button. A press that is too old to be answered is heard all the same."""
    words = telegram_words(language).words
    text = None if pressed.in_private else words["answered-in-private" if pressed.allowed else "moderators-only"]
    with suppress(TelegramError):  # too old, or the line is down: it is courtesy, and the answer itself is on its way
        await client.answer_callback_query(pressed.callback_id, text=text, show_alert=not pressed.allowed)


async def show_chosen(client: Client, pressed: Pressed, *, language: str) -> None:
    """Write the choice under the message and take its buttons away, in place. Done before, gone or too old: left as it is."""
    message = pressed.message
    if message is None:
        return
    if not isinstance(message, Message) or not message.is_accessible:  # Telegram no longer shows us what it said
        with suppress(TelegramError):
            await client.edit_message_reply_markup(message.chat.id, message.message_id)
        return
    if message.reply_markup is None:
        return
    label, left = without(message.reply_markup, pressed.data)
    if label:
        with suppress(TelegramError):  # not modified, not there any more, or not now: the answer does not depend on it
            await _show(client, message, telegram_words(language).words["chosen"].format(label=label), left)


async def _show(client: Client, message: Message, chosen: str, left: InlineKeyboardMarkup | None) -> None:
    chat, number = message.chat.id, message.message_id
    said = f"{message.text or message.caption or ''}\n\n{chosen}".strip()
    if message.text and units(said) <= TEXT_UNITS:
        await client.edit_message_text(said, chat, number, reply_markup=left, link_preview_options=NO_PREVIEW)
    elif not message.text and units(said) <= CAPTION_UNITS:
        await client.edit_message_caption(chat, number, caption=said, reply_markup=left)
    else:
        await client.edit_message_reply_markup(chat, number, reply_markup=left)
