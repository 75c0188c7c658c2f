"""The way out: a rendered message in the parts that Telegram takes, each sent once, and every refusal told apart.

What Telegram may or may not have accepted before the line broke is sent again: twice rather than never.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog
from telegram import InputFile, Message
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.adapters.telegram.buttons import keyboard
from bot.adapters.telegram.client import CAPTION_UNITS, NO_PREVIEW, TEXT_UNITS, Client, cut_off, seconds_told
from bot.adapters.telegram.pacing import Turnstile, WaitTooLong
from bot.messages import AttachmentKind
from bot.ports import File, Label, Outgoing, SendFailed
from bot.splitting import split, units

log = structlog.get_logger()

TRIES = 4
"""Of one part at once: after a wait that we were told, after a group moved, without what was refused."""

REMEMBERED = 1000
"""Messages of which some parts were sent and not all."""

GONE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid", "have no rights to send", "chat_write_forbidden")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message as Telegram knows messages: text with buttons, or a file with a caption."""

    text: str
    labels: tuple[Label, ...] = ()
    file: File | None = None
    protected: bool = False
    plain_file: bool = False
    """Send a picture as a document: Telegram refused it as a picture."""


def parts_of(message: Outgoing, *, protect: Collection[AttachmentKind], reads_others: bool = False) -> tuple[Part, ...]:
    """A message in parts, the buttons under its last text. A picture with more words than a caption holds comes before them.

    What moderators read of another person cannot be passed on (`protect_content`), nor can the kinds of files in `protect`. Whoever
    `reads_others` reads of them in any answer: that to a claim holds the person's words.
    """
    private = message.kind in ("case", "alert")
    if len(message.files) == 1 and units(message.text) <= CAPTION_UNITS:
        (file,) = message.files
        return (Part(text=message.text, labels=message.choices, file=file, protected=private or file.kind in protect),)
    texts = [Part(text=text, protected=private or reads_others) for text in split(message.text, TEXT_UNITS)]
    if texts:
        texts[-1] = replace(texts[-1], labels=message.choices)
    files = [Part(text="", file=file, protected=private or file.kind in protect) for file in message.files]
    shown = [part for part in files if part.file is not None and part.file.kind == "png"]
    return (*shown, *texts, *(part for part in files if part not in shown))


class Sending:
    """Sends messages, at the pace that the platform allows. `reads_others`: whether a chat is a moderator's."""

    def __init__(
        self, client: Client, turnstile: Turnstile, *, protect: Collection[AttachmentKind], reads_others: Callable[[int], bool]
    ) -> None:
        self._client = client
        self._reads_others = reads_others
        self._turnstile = turnstile
        self._protect = frozenset(protect)
        self._progress: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._moved: dict[int, int] = {}

    async def send(self, message: Outgoing) -> None:
        """Send every part that was not sent before. Raises SendFailed; TimeoutError when the platform cannot be reached."""
        parts = parts_of(message, protect=self._protect, reads_others=self._reads_others(int(message.account.id)))
        mark = (message.key, _digest(parts))
        urgent = message.kind in ("alert", "case") or message.level in ("urgent", "emergency")
        for number in range(self._progress.get(mark, 0), len(parts)):
            await self._deliver(int(message.account.id), parts[number], urgent=urgent)
            self._progress[mark] = number + 1
            while len(self._progress) > REMEMBERED:
                self._progress.popitem(last=False)
        self._progress.pop(mark, None)

    def whereabouts(self, chat: int) -> int:
        """The chat under the id that it has now: a group that grows is given another."""
        return self._moved.get(chat, chat)

    async def _deliver(self, chat: int, part: Part, *, urgent: bool) -> None:
        for _ in range(TRIES):
            try:
                await self._turnstile.turn(self.whereabouts(chat), urgent=urgent)
                await self._call(self.whereabouts(chat), part)
            except WaitTooLong:
                raise SendFailed("too many messages at once") from None
            except RetryAfter as told:
                self._turnstile.hold(self.whereabouts(chat), seconds_told(told))
            except ChatMigrated as moved:
                log.warning("telegram.group-moved")
                self._moved[chat] = moved.new_chat_id
            except TelegramError as error:
                part = _lighter(part, error)
            else:
                return
        raise SendFailed("refused again and again")

    async def _say_that_it_comes(self, chat: int) -> None:
        """What the telephone shows while a picture is on its way. Nothing depends on it."""
        with suppress(TelegramError):
            await self._client.send_chat_action(chat, ChatAction.UPLOAD_PHOTO)

    async def _call(self, chat: int, part: Part) -> Message | None:
        markup = keyboard(part.labels)
        if part.file is None and not part.text:
            return None  # a picture that could not be sent in any way, and nothing beside it
        if part.file is None:
            return await self._client.send_message(
                chat, part.text, reply_markup=markup, protect_content=part.protected, link_preview_options=NO_PREVIEW
            )
        file, caption = InputFile(part.file.content, filename=part.file.name), part.text or None
        if part.file.kind == "png" and not part.plain_file:
            await self._say_that_it_comes(chat)
            return await self._client.send_photo(chat, file, caption=caption, reply_markup=markup, protect_content=part.protected)
        return await self._client.send_document(chat, file, caption=caption, reply_markup=markup, protect_content=part.protected)


def _lighter(part: Part, error: TelegramError) -> Part:
    """What to try instead of a part that was refused. Raises what the postman must know when there is nothing else to try.

    Words matter more than what hangs on them: a text that is refused with its buttons is sent without.
    """
    if isinstance(error, Forbidden):
        raise SendFailed("blocked, or never started", permanent=True) from None
    if isinstance(error, InvalidToken):
        raise SendFailed("the token is refused") from None
    if not isinstance(error, BadRequest):
        if cut_off(error):
            raise TimeoutError("Telegram cannot be reached") from None
        raise SendFailed("trouble at Telegram") from None
    if any(word in error.message.lower() for word in GONE):
        raise SendFailed("there is no such chat", permanent=True) from None
    if part.file is not None and part.file.kind == "png" and not part.plain_file:
        log.error("telegram.refused", what="picture")
        return replace(part, plain_file=True)
    if part.file is not None and part.file.kind == "png":
        log.error("telegram.refused", what="picture as a file")
        return replace(part, file=None)
    if part.labels:
        log.error("telegram.refused", what="buttons")
        return replace(part, labels=())
    raise SendFailed("Telegram refuses this message", permanent=True) from None


def _digest(parts: tuple[Part, ...]) -> str:
    """What tells one version of a message from another: progress in one says nothing of the other."""
    return hashlib.sha256("\0".join(part.text for part in parts).encode("utf-8", "surrogatepass")).hexdigest()
