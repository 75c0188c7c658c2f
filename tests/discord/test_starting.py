"""Entering Discord: growing pauses, a day's entries never used up, and a refused token said once and clearly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest

from bot.adapters.discord import Discord, TokenRefused
from bot.adapters.discord.client import Client
from bot.adapters.discord.starting import FIRST_PAUSE, LONGEST_PAUSE, RESERVE, ContentRefused, stay
from bot.adapters.story import Killed
from bot.backoff import Backoff
from bot.messages import Account, Incoming
from bot.platforms import discord_of
from bot.settings import override
from tests.discord.lines import Stage, adapter
from tests.ears import START, Ear, StillClock
from tests.houses import minds, settings_in


@dataclass
class Entry:
    """A client that fails in its own way: at login, or when it is connected."""

    login_fails: Exception | None = None
    connect_fails: Exception | None = None
    remaining: int = 1000
    stays: bool = False
    closed: bool = False
    connected: bool = False

    @property
    def http(self) -> Any:
        """What is asked how many entries are left."""

        async def get_bot_gateway() -> tuple[int, str, dict[str, int]]:
            return 1, "", {"remaining": self.remaining, "reset_after": 3_600_000}

        return SimpleNamespace(get_bot_gateway=get_bot_gateway)

    async def login(self, _: str) -> None:
        """As the vendor's."""
        if self.login_fails:
            raise self.login_fails

    async def connect(self) -> None:
        """As the vendor's."""
        self.connected = True
        if self.stays:
            await asyncio.Event().wait()
        if self.connect_fails:
            raise self.connect_fails

    async def close(self) -> None:
        """As the vendor's."""
        self.closed = True


@dataclass
class Clockwork:
    """Entries one after the other, and the pauses between them; the last entry is followed by the end."""

    entries: list[Entry]
    pauses: list[float] = field(default_factory=list)

    def maker(self) -> Callable[[], Client]:
        """Makes the next client."""
        left: Iterator[Entry] = iter(self.entries)

        def make() -> Client:
            found = next(left, None)
            if found is None:
                raise asyncio.CancelledError
            return cast(Client, found)

        return make

    async def sleep(self, seconds: float) -> None:
        """Wait, in no time."""
        self.pauses.append(seconds)

    async def run(self) -> None:
        """Stay until there is no further entry."""
        with pytest.raises(asyncio.CancelledError):
            await stay(self.maker(), "token", sleep=self.sleep)


def closed(code: int) -> discord.ConnectionClosed:
    """The gateway closed on us."""
    return discord.ConnectionClosed(cast(Any, SimpleNamespace(close_code=code)), shard_id=0, code=code)


async def test_the_network_is_waited_for_longer_each_time() -> None:
    trouble = aiohttp.ClientConnectionError()
    work = Clockwork([Entry(login_fails=trouble) for _ in range(10)])
    await work.run()
    assert work.pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert all(entry.closed for entry in work.entries)


@pytest.mark.parametrize(
    "trouble",
    [closed(4000), discord.DiscordServerError(cast(Any, SimpleNamespace(status=502, reason="")), ""), RuntimeError(), OSError(), None],
)
async def test_whatever_ends_a_connection_it_is_entered_again(trouble: Exception | None) -> None:
    work = Clockwork([Entry(connect_fails=trouble), Entry()])
    await work.run()
    assert [entry.connected for entry in work.entries] == [True, True]


def test_a_day_of_failures_does_not_use_up_a_days_entries() -> None:
    backoff, day, entries = Backoff(first=FIRST_PAUSE, longest=LONGEST_PAUSE), 0.0, 0
    while day < 86400:
        day += backoff.next()
        entries += 1
    assert entries < 150
    assert backoff.next() == LONGEST_PAUSE


async def test_when_few_entries_are_left_the_day_is_waited_out_before_the_next() -> None:
    work = Clockwork([Entry(remaining=RESERVE)])
    await work.run()
    assert work.pauses[0] == 3600
    assert work.entries[0].connected


@pytest.mark.parametrize("entry", [Entry(login_fails=discord.LoginFailure()), Entry(connect_fails=closed(4004))])
async def test_a_refused_token_ends_it_with_a_sentence_that_does_not_hold_it(entry: Entry) -> None:
    work = Clockwork([entry])
    with pytest.raises(TokenRefused, match="PALIER_DISCORD_TOKEN") as refused:
        await stay(work.maker(), "very-secret", sleep=work.sleep)
    assert "very-secret" not in str(refused.value)
    assert (work.pauses, entry.closed) == ([], True)


async def test_words_of_channels_that_are_refused_are_told_apart() -> None:
    work = Clockwork([Entry(connect_fails=discord.PrivilegedIntentsRequired(None))])
    with pytest.raises(ContentRefused):
        await stay(work.maker(), "token", sleep=work.sleep)


class Entering(Discord):
    """The adapter, with entries instead of a gateway; `watched` keeps whether each was to read channels."""

    entries: list[Entry]
    watched: list[bool]

    def _new_client(self) -> Client:
        if not hasattr(self, "entries"):
            return super()._new_client()
        self.watched.append(self._reads_channels)
        self.client = cast(Client, self.entries.pop(0))
        return self.client


async def test_without_the_words_of_channels_the_rest_goes_on() -> None:
    """Reminders matter more than a watch that nobody allowed."""
    ours = Entering(clock=StillClock(), language="en", watched={1})
    ours.entries, ours.watched = (
        [Entry(connect_fails=discord.PrivilegedIntentsRequired(None)), Entry(login_fails=discord.LoginFailure())],
        [],
    )
    with pytest.raises(TokenRefused):
        await ours.run("token", Ear().hear)
    assert ours.watched == [True, False]


async def test_what_ends_the_process_ends_the_run() -> None:
    ours = Entering(clock=StillClock(), language="en")
    ours.entries, ours.watched = [Entry(stays=True)], []
    running = asyncio.create_task(ours.run("token", Ear().hear))
    while not ours.watched:
        await asyncio.sleep(0)
    hearing = ours._hearing
    assert hearing is not None
    hearing.death.set_exception(Killed())
    with pytest.raises(Killed):
        await running


async def test_what_is_being_heard_is_finished_when_the_process_is_told_to_stop() -> None:
    gate, ear = asyncio.Event(), Ear()

    async def slow(_: Incoming) -> None:
        await gate.wait()

    ear.then = slow
    ours = Entering(clock=StillClock(), language="en")
    ours.entries, ours.watched = [Entry(stays=True)], []
    running = asyncio.create_task(ours.run("token", ear.hear))
    while not ours.watched:
        await asyncio.sleep(0)

    async def words() -> Incoming:
        return Incoming(key="k", account=Account("discord", "7"), sent_at=START, text="last words")

    hearing = ours._hearing
    assert hearing is not None
    said = asyncio.create_task(hearing.hear("7", words))
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.sleep(0)
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    await said
    assert ear.texts == ["last words"]


async def test_a_client_that_was_never_opened_is_closed_without_a_word() -> None:
    await adapter().close()


async def test_every_shard_is_ours_unless_the_settings_share_them_out() -> None:
    for given, ids in ((4, ()), [0, 1, 2, 3]), ((4, (1, 3)), [1, 3]), ((1, ()), [0]):
        client = adapter(shards=given).client
        assert isinstance(client, discord.AutoShardedClient)
        assert (client.shard_count, client.shard_ids) == (given[0], ids)


def test_the_settings_say_which_shards_are_ours(tmp_path: Path) -> None:
    settings = override(settings_in(tmp_path), {"discord_shards": 4, "discord_shard_ids": {3, 1}})
    client = discord_of(settings, clock=StillClock(), minds=minds()).client
    assert (client.shard_count, client.shard_ids) == (4, [1, 3])


async def test_commands_are_registered_by_hand_and_never_by_being_connected() -> None:
    staged = Stage()
    async with staged.playing(adapter()) as talk:
        registered = talk.env.backend.commands
        registered.clear()
        await talk.again(adapter())
        await talk.discord.ready()
        assert registered == {}
