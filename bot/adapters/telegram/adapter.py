"""Telegram as a platform: people's private chats, the moderators' group, and a word in other groups on where to write.

Updates come by long polling, or by webhook when one is given; each is acknowledged after it was heard (see `polling`). Nothing
here logs a text, a name, a chat or the token.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator
from contextlib import AsyncExitStack, suppress

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from bot.adapters.telegram.client import API, Client, Raw, keep_quiet
from bot.adapters.telegram.lanes import Lanes
from bot.adapters.telegram.menu import show_menu
from bot.adapters.telegram.pacing import REAL_TIME, Pacemaker, Turnstile, WaitTooLong
from bot.adapters.telegram.polling import FIRST_PAUSE, GRACE, KINDS, LONGEST_PAUSE, Poller
from bot.adapters.telegram.pressing import answer, show_chosen
from bot.adapters.telegram.reading import PLATFORM, Heard, Reading
from bot.adapters.telegram.roles import Roles
from bot.adapters.telegram.sending import Sending
from bot.adapters.telegram.webhook import CONNECTIONS, Webhook, WebhookServer
from bot.backoff import Backoff
from bot.knowledge.files import LANGUAGES
from bot.knowledge.telegram import telegram_words
from bot.messages import Account, AttachmentKind, Incoming
from bot.ports import Clock, Outgoing

log = structlog.get_logger()

Hear = Callable[[Incoming], Awaitable[None]]

TYPING_AFTER, TYPING_LASTS = 1.0, 4.5
"""Seconds until we show that we are writing, and between two such signs: one fades after five."""

KEPT_ALBUMS = 200
"""Albums of which another picture may still come."""

FROM_GROUP = "group"
"""What the link in a group brings along."""

_MAKES_NO_SENSE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)
"""What the vendor raises when an update lacks what it must have."""


class Telegram:
    """One bot. `moderators`: ids of persons; `moderators_chat`: the group where cards go, an account of its own.

    `language` is said to whoever's own is not among ours; files of the kinds in `protect` cannot be passed on. Without a
    `webhook`, updates are polled for.
    """

    platform = PLATFORM

    def __init__(
        self,
        *,
        token: str,
        clock: Clock,
        language: str,
        moderators: Collection[int] = (),
        moderators_chat: int | None = None,
        webhook: Webhook | None = None,
        protect: Collection[AttachmentKind] = ("png", "pdf"),
        api: str = API,
        pacemaker: Pacemaker = REAL_TIME,
    ) -> None:
        keep_quiet()
        self._client = Client(token=token, base_url=api)
        self._clock = clock
        self._language = language
        self._webhook = webhook
        self._pacemaker = pacemaker
        self._turnstile = Turnstile(pacemaker)
        self._roles = Roles(self._client, listed=moderators, group=moderators_chat, sleep=pacemaker.sleep)
        self._sending = Sending(self._client, self._turnstile, protect=protect, reads_others=self._roles.reads_others)
        self._lanes = Lanes()
        self._asides: set[asyncio.Task[None]] = set()
        self._albums: deque[str] = deque(maxlen=KEPT_ALBUMS)

    def accounts(self) -> Collection[Account] | None:
        """Everybody on this platform."""
        return None

    async def send(self, message: Outgoing) -> None:
        """Hand a message over. Raises SendFailed; TimeoutError when Telegram cannot be reached."""
        await self._sending.send(message)

    async def close(self) -> None:
        """Let go of every connection. `run` does it at its end; whoever only sends does it here."""
        await self._client.close_connections()

    async def run(self, hear: Hear) -> None:
        """Hear everybody until cancelled. Raises TokenRefused at the start; a network that is down is waited for."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.close)
            await self._insist(self._client.begin)
            await self._roles.refresh()
            stack.push_async_callback(self._lanes.stop)
            stack.push_async_callback(self._finish_asides)
            self._aside(self._roles.keep_up())
            self._aside(show_menu(self._client, self._roles, language=self._language))
            reading = self._reading()
            await self._put_group_on_duty(hear)

            def take(raw: Raw) -> None:
                self._take(raw, reading, hear)

            if self._webhook is None:
                await self._poll(take)
            else:
                await self._listen(self._webhook, take)

    async def _poll(self, take: Callable[[Raw], None]) -> None:
        await self._insist(lambda: self._client.delete_webhook(drop_pending_updates=False))
        await Poller(client=self._client, lanes=self._lanes, take=take, sleep=self._pacemaker.sleep).run()

    async def _listen(self, webhook: Webhook, take: Callable[[Raw], None]) -> None:
        server = WebhookServer(webhook=webhook, lanes=self._lanes, take=take)
        await server.start()
        try:
            await self._insist(
                lambda: self._client.set_webhook(
                    webhook.url,
                    secret_token=webhook.secret,
                    allowed_updates=list(KINDS),
                    max_connections=CONNECTIONS,
                    drop_pending_updates=False,
                )
            )
            await self._lanes.watch()
        finally:
            await self._lanes.settle(GRACE)
            await server.stop()

    async def _insist(self, ask: Callable[[], Awaitable[object]]) -> None:
        """Ask until Telegram answers: a machine often starts before its network. What it refuses is raised: asking again is no help."""
        backoff = Backoff(first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        while True:
            try:
                await ask()
            except BadRequest:
                raise
            except TelegramError as error:
                log.warning("telegram.unreachable", trouble=type(error).__name__)
                await self._pacemaker.sleep(backoff.next())
            else:
                return

    def _reading(self) -> Reading:
        return Reading(
            bot_id=self._client.id,
            username=self._client.username,
            now=self._clock.now,
            role_of=self._roles.role_of,
            moderators_chat=lambda: self._roles.group,
            language=self._language,
        )

    async def _put_group_on_duty(self, hear: Hear) -> None:
        """The moderators' group is a moderator's account like any other, and always on duty: it said so once, by its key."""
        if self._roles.group is None:
            return
        said = telegram_words(self._language).moderator_commands["duty-on"].says
        await hear(
            Incoming(
                key=f"{PLATFORM}:{self._client.id}:on-duty:{self._roles.group}",
                account=Account(PLATFORM, str(self._roles.group)),
                sent_at=self._clock.now(),
                text=said,
                role="moderator",
                language_hint=self._language,
            )
        )

    def _take(self, raw: Raw, reading: Reading, hear: Hear) -> None:
        """Start what one update asks for. One that makes no sense is passed over, and stands in nobody's way."""
        try:
            update = Update.de_json(raw, self._client)
            heard = reading.read(update)
        except _MAKES_NO_SENSE as trouble:
            log.error("telegram.update-makes-no-sense", trouble=type(trouble).__name__)
            return
        if heard is None or self._of_a_known_album(update.message):
            return
        if heard.pressed is not None:
            # At once, not in the lane: the telephone shows a waiting sign until then.
            self._aside(answer(self._client, heard.pressed, language=self._spoken(heard)))
        self._lanes.add(heard.person, update.update_id, lambda: self._serve(heard, hear))

    def _of_a_known_album(self, message: Message | None) -> bool:
        """The second picture of an album and those after it say nothing that the first did not."""
        album = message.media_group_id if message is not None else None
        if message is None or album is None:
            return False
        known = album in self._albums
        self._albums.append(album)
        return known and not message.caption

    async def _serve(self, heard: Heard, hear: Hear) -> None:
        """Hear it, while the platform shows what it can. Both are done when this ends, unless hearing fails."""
        shown = [self._aside(work) for work in self._showing(heard)]
        if heard.incoming is not None:
            await self._hear_showing_it(heard.incoming, heard.person, hear)
        await asyncio.gather(*shown)

    def _showing(self, heard: Heard) -> Iterator[Coroutine[None, None, None]]:
        if heard.redirect is not None:
            yield self._redirect(heard.redirect, self._spoken(heard))
        if heard.pressed is not None and heard.incoming is not None:
            yield show_chosen(self._client, heard.pressed, language=self._spoken(heard))

    async def _hear_showing_it(self, incoming: Incoming, chat: int, hear: Hear) -> None:
        if incoming.public:
            await hear(incoming)
            return
        typing = asyncio.create_task(self._typing(chat))
        try:
            await hear(incoming)
        finally:
            typing.cancel()

    async def _typing(self, chat: int) -> None:
        await asyncio.sleep(TYPING_AFTER)
        with suppress(TelegramError):
            while True:
                await self._client.send_chat_action(chat, ChatAction.TYPING)
                await asyncio.sleep(TYPING_LASTS)

    async def _redirect(self, group: int, language: str) -> None:
        """In a group: where we can speak. Nothing of what was said, and nobody named."""
        words = telegram_words(language).words
        link = f"https://t.me/{self._client.username}?start={FROM_GROUP}"
        button = InlineKeyboardMarkup([[InlineKeyboardButton(words["open-private"], url=link)]])
        with suppress(TelegramError, WaitTooLong):
            await self._turnstile.turn(group)
            await self._client.send_message(group, words["in-private"], reply_markup=button, disable_notification=True)

    def _spoken(self, heard: Heard) -> str:
        return heard.language if heard.language in LANGUAGES else self._language

    def _aside(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Something that goes on beside; whatever of it is left at the end is broken off."""
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
        return task

    async def _finish_asides(self) -> None:
        for task in list(self._asides):
            task.cancel()
        await asyncio.gather(*self._asides, return_exceptions=True)
