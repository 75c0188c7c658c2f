"""Discord as a platform: private messages, commands anywhere, the moderators' channel, and a discreet word where others read.

Nothing here logs a text, a name, an id or the token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import discord
import structlog

from bot.adapters.discord.catching_up import Recent, catch_up, nobody
from bot.adapters.discord.client import Client, keep_quiet
from bot.adapters.discord.desk import Desk
from bot.adapters.discord.hearing import Hear, Hearing
from bot.adapters.discord.openly import OPEN_MIND, Mind, answer_openly
from bot.adapters.discord.place import PLATFORM, InPublic
from bot.adapters.discord.reading import Said, incoming, is_addressed, question_of, read
from bot.adapters.discord.roles import Roles, Server
from bot.adapters.discord.sending import Sending
from bot.adapters.discord.starting import ContentRefused, Sleep, stay
from bot.adapters.discord.suggesting import Slots, no_slots
from bot.adapters.discord.warning import Warn, insist, to_nobody
from bot.adapters.discord.watching import Watching
from bot.knowledge.discord import discord_words
from bot.messages import CORRECTABLE, Account, Incoming, Press
from bot.ports import Clock, Outgoing
from bot.understanding.language import detect

log = structlog.get_logger()

GRACE = 10.0
"""Seconds for what is being heard when the process is told to stop."""


NO_SERVER = Server()


class Discord:
    """One bot. `moderators`: ids of persons; `server`: whose roles make moderators as well, and expert patients, and where members answer
    each other, in an account of its own; `moderators_channel`: where cards go, another; `watched`: channels that an administrator
    may have watched; `mind`: what is known of words alone.

    `language` is said to whoever's own is not among ours.
    """

    platform = PLATFORM

    def __init__(
        self,
        *,
        clock: Clock,
        language: str,
        moderators: Collection[int] = (),
        server: Server = NO_SERVER,
        moderators_channel: int | None = None,
        watched: Collection[int] = (),
        mind: Mind = OPEN_MIND,
        shards: tuple[int, Sequence[int]] = (1, ()),
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`shards`: how many there are, and those of this process (none: all)."""
        keep_quiet()
        self._clock = clock
        self._language = language
        self._moderators_channel = moderators_channel
        self._server = server
        self._mind = mind
        self._shards = shards
        self._sleep = sleep
        self._roles = Roles(lambda: self.client, listed=moderators, server=server)
        self._watching = Watching(allowed=watched, language=language)
        self._reads_channels = self._watching.wanted
        self._channels = frozenset(str(each) for each in (moderators_channel, server.community_channel) if each is not None)
        self._sending = Sending(lambda: self.client, channels=self._channels, language=language)
        self._hearing: Hearing | None = None
        self._desk: Desk | None = None
        self._recent: Recent = nobody
        self._blind: Warn = to_nobody
        self._asides: set[asyncio.Task[None]] = set()
        self._insisting: asyncio.Task[None] | None = None
        self.client = self._new_client()

    def _new_client(self) -> Client:
        count, ids = self._shards
        self.client = Client(self, shards=count, shard_ids=ids, reads_channels=self._reads_channels)
        return self.client

    def accounts(self) -> Collection[Account] | None:
        """Everybody on this platform."""
        return None

    async def send(self, message: Outgoing) -> None:
        """Hand a message over. Raises SendFailed; TimeoutError when Discord cannot be reached."""
        place = self._hearing.place_of(message.account.id, key=message.key) if self._hearing is not None else None
        try:
            await self._sending.send(message, place)
        finally:
            if self._hearing is not None:
                self._hearing.sent(place)

    def listen(self, hear: Hear, *, slots: Slots = no_slots, recent: Recent = nobody, blind: Warn = to_nobody) -> Hearing:
        """Hand over to `hear` what is said from now on. `slots` knows the hours of a person's plan, `recent` who wrote last, `blind`
        tells moderators that nothing is watched."""
        self._hearing = Hearing(hear, language=self._language)
        self._recent = recent
        self._blind = blind
        self._desk = Desk(
            hearing=self._hearing,
            roles=self._roles,
            watching=self._watching,
            slots=slots,
            mind=self._mind,
            moderators_channel=self._moderators_channel,
            language=self._language,
        )
        return self._hearing

    async def run(self, token: str, hear: Hear, *, slots: Slots = no_slots, recent: Recent = nobody, blind: Warn = to_nobody) -> None:
        """Hear everybody until cancelled. Raises TokenRefused; everything else is waited for, with growing pauses."""
        hearing = self.listen(hear, slots=slots, recent=recent, blind=blind)
        staying = asyncio.create_task(self._stay(token))
        try:
            await asyncio.wait({staying, hearing.death}, return_when=asyncio.FIRST_COMPLETED)
            for done in (hearing.death, staying):
                if done.done():
                    done.result()
        finally:
            await hearing.settle(GRACE)
            staying.cancel()
            await asyncio.gather(staying, return_exceptions=True)
            await self.close()

    async def _stay(self, token: str) -> None:
        """Reminders matter more than watched channels: without the intent for these, the rest goes on."""
        try:
            await stay(self._new_client, token, sleep=self._sleep)
        except ContentRefused:
            log.critical("discord.message-content-refused")
            self._reads_channels = False
            self._watching.refuse()
            await stay(self._new_client, token, sleep=self._sleep)

    async def close(self) -> None:
        """Let go of every connection. `run` does it at its end."""
        for task in list(self._asides):
            task.cancel()
        await asyncio.gather(*self._asides, return_exceptions=True)
        await self.client.close()

    async def ready(self) -> None:
        """Connected, for the first time or anew: what was missed meanwhile is looked for."""
        if self._hearing is None:
            return
        if self._moderators_channel is not None:
            await self._put_channel_on_duty(self._hearing, self._moderators_channel)
        if self._reads_channels and not await self._watching.look(self.client):
            self._insist()
        if self._watching.wanted and not self._reads_channels:
            self._aside(insist(self._warn_once(), sleep=self._sleep))
        if self._recent is not nobody:
            self._aside(catch_up(self.client, self._persons, self._read_back, now=self._clock.now(), sleep=self._sleep))

    def _warn_once(self) -> Warn:
        """The channel of moderators is on duty by now, so that it is told as well. The next entry has nothing to tell any more."""
        warn, self._blind = self._blind, to_nobody
        return warn

    async def _persons(self) -> Sequence[Account]:
        return [each for each in await self._recent() if each.id not in self._channels]

    async def _put_channel_on_duty(self, hearing: Hearing, channel: int) -> None:
        """The moderators' channel is a moderator's account like any other, and always on duty: it said so once, by its key."""
        said = discord_words(self._language).moderator_commands["duty-on"].says[0]

        async def words() -> Incoming:
            return Incoming(
                key=f"{PLATFORM}:on-duty:{channel}",
                account=Account(PLATFORM, str(channel)),
                sent_at=self._clock.now(),
                text=said,
                role="moderator",
                language_hint=self._language,
            )

        await hearing.hear(str(channel), words)

    async def said(self, message: discord.Message) -> None:
        """Words in private are heard; elsewhere only those addressed to us, or a sign where a channel is watched."""
        if self._hearing is None or self.client.user is None:
            return
        said = read(message, me=self.client.user.id)
        if said is None:
            return
        if message.guild is None:
            await self._hear(message, said, chat=message.channel)
        elif (question := self._answered_here(message)) is not None:
            await self._hear(message, said, place=self._in_public(message, said), press=question)
        elif is_addressed(message, me=self.client.user.id):
            await self._addressed(message, said)
        elif self._is_sign_in_watched(message, said):
            await self._hear(message, said, place=self._in_public(message, said))

    async def _read_back(self, message: discord.Message) -> None:
        """What was said, or changed, while nobody was connected."""
        await self.said(message)
        if message.edited_at is not None:
            await self.corrected(message)

    def _answered_here(self, message: discord.Message) -> Press | None:
        """The question that a message in the community's channel replies to, as the press that it stands for."""
        if message.channel.id != self._server.community_channel or self.client.user is None:
            return None
        return question_of(message, me=self.client.user.id)

    async def corrected(self, message: discord.Message) -> None:
        """A correction in private, or a sign that words which we hear where others read were changed into. What else was said there was
        answered, and is not heard again."""
        if self._hearing is None or self.client.user is None:
            return
        said = read(message, me=self.client.user.id)
        if said is None or not said.text:
            return
        if message.guild is None:
            is_fresh = discord.utils.utcnow() - message.created_at <= CORRECTABLE
            if is_fresh or self._mind.may_be_sign(said.text):  # long after, only a cry for help is meant for now
                await self._hear(message, said, correction=True)
        elif self._is_heard(message) and self._mind.may_be_sign(said.text):
            await self._hear(message, said, place=self._in_public(message, said), correction=True)

    def _is_heard(self, message: discord.Message) -> bool:
        """Whether signs of danger are heard where others read this: addressed to us, an answer to a question, or where it is watched."""
        addressed = self.client.user is not None and is_addressed(message, me=self.client.user.id)
        return addressed or self._watching.watches(message.channel)

    def _is_sign_in_watched(self, message: discord.Message, said: Said) -> bool:
        return bool(said.text) and self._watching.watches(message.channel) and self._mind.may_be_sign(said.text)

    async def pressed(self, interaction: discord.Interaction[Any], choice: str) -> None:
        """A button or menu of ours."""
        if self._desk is not None:
            await self._desk.pressed(interaction, choice)

    async def asked(self, interaction: discord.Interaction[Any]) -> None:
        """A command, a form, or something that is being typed."""
        if self._desk is not None:
            await self._desk.asked(interaction)

    async def pins_changed(self, channel: int) -> None:
        """The notice of a watched channel may have come or gone."""
        if self._reads_channels and not await self._watching.look_at(self.client, channel):
            self._insist()

    def _insist(self) -> None:
        """Look again where the notices stand, beside everything else; once is enough for all channels."""
        if self._insisting is None or self._insisting.done():
            self._insisting = self._aside(self._watching.insist(lambda: self.client, sleep=self._sleep))

    async def _addressed(self, message: discord.Message, said: Said) -> None:
        """Where others read: heard, and answered there with general knowledge and where to go on. Among moderators, no such word is
        needed."""
        at_work = message.channel.id == self._moderators_channel
        if not at_work:
            answer = self._mind.answer(said.text) if said.text and not said.quoted else None
            spoken = self._spoken(said)
            self._aside(answer_openly(message, answer, me=self.client.user, language=spoken, server=self._server))
        if said.text:
            await self._hear(message, said, place=self._in_public(message, said))

    def _in_public(self, message: discord.Message, said: Said) -> InPublic:
        return InPublic(message, self._spoken(said))

    def _spoken(self, said: Said) -> str:
        return detect(said.text, prior=self._language)

    async def _hear(
        self,
        message: discord.Message,
        said: Said,
        *,
        place: InPublic | None = None,
        chat: discord.abc.Messageable | None = None,
        correction: bool = False,
        press: Press | None = None,
    ) -> None:
        if self._hearing is None or not (said.text or said.unreadable):
            return

        async def words() -> Incoming:
            known = await self._roles.of(message.author)
            heard = incoming(message, said, role=known.role, correction=correction)
            at_work = known.role == "moderator" and message.channel.id == self._moderators_channel
            return replace(heard, press=press, expert=known.expert, public=heard.public and not at_work)

        await self._hearing.hear(str(message.author.id), words, place=place, chat=chat)

    def _aside(self, work: Any) -> asyncio.Task[None]:
        """Something that goes on beside; whatever of it is left at the end is broken off."""
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
        return task
