"""A watch that was promised holds: over bad moments of Discord, for changed words, in threads, under many pins; and none is promised
that there is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot.adapters.discord import Mind, TokenRefused, blind_in
from bot.adapters.discord.warning import insist
from bot.adapters.discord.watching import FIRST_PAUSE, LONGEST_PAUSE, Watching
from bot.knowledge.discord import discord_words
from bot.messages import Incoming
from bot.ports import SendFailed, StorageUnavailable
from tests.discord.lines import adapter, outgoing
from tests.discord.test_house import arrive, line
from tests.discord.test_servers import Watched
from tests.discord.test_starting import Entering, Entry
from tests.ears import Ear, StillClock
from tests.houses import settings_in

SIGN = "I want to die"


def notices(place: Watched) -> list[str]:
    """Whatever the bot wrote in the channel, but for what Discord writes of a pin."""
    return [text for text in place.stage.said_in(place.channel) if "pinned a message" not in text]


async def test_words_that_are_changed_into_a_sign_are_heard_where_a_channel_is_watched() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        here, elsewhere = await place.ana.send(place.channel, "hello"), await place.ana.send(place.other, "hello")
        await talk.env.advance_time(5)
        await place.ana.edit(here, "hello all")
        await place.ana.edit(elsewhere, SIGN)
        assert talk.ear.heard == []
        await talk.env.advance_time(5)
        await place.ana.edit(here, SIGN)
        (said,) = talk.ear.heard
    assert (said.text, said.public, said.edits) == (SIGN, True, f"discord:{here.id}")
    assert said.key != said.edits


@dataclass
class Patience:
    """Pauses that take no time; Discord has healed after so many."""

    place: Watched
    until: int
    pauses: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """As asyncio's."""
        self.pauses.append(seconds)
        if len(self.pauses) == self.until:
            self.place.stage.env.backend.faults.clear()


@pytest.mark.parametrize("status", [500, 503])
async def test_where_discord_could_not_say_at_the_start_it_is_asked_again_with_growing_pauses(status: int) -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        patience = Patience(place, until=3)
        talk.env.inject_error("GET", f"/channels/{place.channel.id}/messages/pins", status=status, times=None)
        await talk.again(adapter(watched={place.channel.id}, mind=Mind(is_sign=lambda text: "die" in text), sleep=patience.sleep))
        await place.ana.send(place.channel, SIGN)
        assert patience.pauses == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
        assert talk.ear.texts == [SIGN]


async def test_the_pauses_grow_to_a_quarter_of_an_hour_and_no_further() -> None:
    place, pauses = Watched(), []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 12:
            place.stage.env.backend.faults.clear()

    async with place.stage.playing(adapter()) as talk:
        talk.env.inject_error("GET", f"/channels/{place.channel.id}/messages/pins", status=500, times=None)
        await talk.again(adapter(watched={place.channel.id}, sleep=sleep))
    assert (pauses == sorted(pauses), pauses[-1]) == (True, LONGEST_PAUSE)


class Pinned:
    """A channel with many pins: like Discord, it gives the newest fifty unless it is asked for all."""

    def __init__(self, *messages: Any) -> None:
        self.messages = messages

    async def pins(self, *, limit: int | None = 50) -> AsyncIterator[Any]:
        """As the vendor's, newest first."""
        for message in self.messages[:limit]:
            yield message


async def test_the_notice_is_found_under_any_number_of_later_pins() -> None:
    notice = SimpleNamespace(author=SimpleNamespace(id=7), content=discord_words("en").words["watch-notice"])
    others = [SimpleNamespace(author=SimpleNamespace(id=8), content=f"pin {number}") for number in range(120)]
    channel = Pinned(*others, notice)
    client = cast(discord.Client, SimpleNamespace(user=SimpleNamespace(id=7), get_partial_messageable=lambda _: channel))
    watching = Watching(allowed={1}, language="en")
    await watching.look(client)
    assert watching.watches(cast(Any, SimpleNamespace(id=1)))


async def test_a_thread_under_a_watched_channel_is_watched_with_it() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        for parent in (place.channel, place.other):
            talk.env.backend.create_thread(parent.id, "tonight", place.ana.id)
            (thread,) = parent.threads
            await place.ana.send(thread, f"{SIGN} under {parent.name}")
        assert talk.ear.texts == [f"{SIGN} under {place.channel.name}"]


async def test_a_notice_that_cannot_be_pinned_is_taken_away_again() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        talk.env.inject_error("PUT", "/channels/*", status=403, code=50013, times=None)
        for _ in range(2):
            await place.leader.slash(place.channel, "watch", state="on")
        await place.ana.send(place.channel, SIGN)
        assert (notices(place), talk.ear.heard) == ([], [])


async def without_words(place: Watched, **settings: Any) -> Entering:
    """The adapter after Discord refused it the words of channels."""
    ours = Entering(
        **{
            "clock": StillClock(),
            "language": "en",
            "watched": {place.channel.id},
            "mind": Mind(is_sign=lambda text: "die" in text),
            **settings,
        }
    )
    ours.entries = [Entry(connect_fails=discord.PrivilegedIntentsRequired(None)), Entry(login_fails=discord.LoginFailure())]
    ours.watched = []
    with pytest.raises(TokenRefused):
        await ours.run("token", Ear().hear)
    del ours.entries
    ours._new_client()
    return ours


@pytest.mark.parametrize(("locale", "missing"), [("en-GB", "I cannot watch here"), ("fr", "Je ne peux pas veiller ici")])
async def test_no_watch_is_promised_where_discord_refuses_the_words_of_channels(locale: str, missing: str) -> None:
    place = Watched()
    place.stage.locales.of[place.leader.id] = locale
    async with place.stage.playing(await without_words(place)) as talk:
        done = await place.leader.slash(place.channel, "watch", state="on")
        said = [each.content for each in (done.response, *done.followups) if each]
        assert any(missing in text and "Message Content Intent" in text for text in said)
        await place.ana.send(place.channel, SIGN)
        assert (place.channel.pinned_messages(), notices(place), talk.ear.heard) == ([], [], [])


async def test_a_notice_that_stands_pinned_is_no_watch_where_the_words_are_refused_and_can_be_taken_away() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        ours = await without_words(place)
        await talk.again(ours)
        await place.leader.set_pinned(await place.leader.send(place.channel, "a pin of another"), True)
        assert not ours._watching.watches(cast(Any, place.channel))
        await place.leader.slash(place.channel, "watch", state="off")
        assert [message.content for message in place.channel.pinned_messages()] == ["a pin of another"]


async def test_moderators_are_told_once_that_nothing_is_watched(tmp_path: Path) -> None:
    place = Watched()
    settings, keeper = settings_in(tmp_path), place.stage.join("keeper")
    async with line(settings, staged=place.stage, moderators={keeper.id}, watched={place.channel.id}) as talk:
        await talk.says(keeper, "on duty")
        ben = await arrive(talk, "ben")
        before = len(talk.stage.seen(keeper)), len(talk.stage.seen(ben))
        for _ in range(2):
            again = await without_words(place, clock=talk.clock, moderators={keeper.id})
            await talk.stage.again(again, talk.house.conversation.hear, blind=blind_in(talk.house.store, talk.clock))
            await again.ready()
            await talk.until(talk.clock.now())
        told = talk.stage.texts(keeper)[before[0] :]
        assert (len(told), len(talk.stage.seen(ben))) == (1, before[1])
    assert "aucun salon n'est veillé" in told[0] or "no channel is watched" in told[0]


async def test_moderators_are_told_as_soon_as_the_database_answers() -> None:
    pauses: list[float] = []

    async def warn() -> None:
        if len(pauses) < 3:
            raise StorageUnavailable

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    await insist(warn, sleep=sleep)
    assert pauses == [5, 10, 20]


async def test_a_watch_is_turned_on_and_off_by_administrators_alone() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        (command,) = [each for (name, _), each in talk.env.backend.commands[None].items() if name == "watch"]
        place.guild.set_command_permissions(int(command["id"]), {place.ana: True})
        refused = await place.ana.slash(place.channel, "watch", state="on")
        assert (refused.ephemeral, place.channel.pinned_messages(), notices(place)) == (True, [], [])
        await place.leader.slash(place.channel, "watch", state="on")
        await place.ana.slash(place.channel, "watch", state="off")
        assert len(place.channel.pinned_messages()) == 1


@pytest.mark.parametrize("changed", [False, True])
async def test_whoever_is_in_danger_in_a_watched_channel_and_closed_their_messages_is_told_so_discreetly(*, changed: bool) -> None:
    async def answer(_: Incoming) -> None:
        with pytest.raises(SendFailed):
            await talk.discord.send(outgoing(place.ana, "secret words", level="emergency"))

    place = Watched()
    place.stage.ear.then = answer
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        (before,) = notices(place)
        talk.close_messages(place.ana.user)
        if changed:
            written = await place.ana.send(place.channel, "hello")
            await talk.env.advance_time(5)
            await place.ana.edit(written, SIGN)
        else:
            await place.ana.send(place.channel, SIGN)
        (said,) = [text for text in notices(place) if text != before]
    assert said == discord_words("en").words["private-closed"]


@pytest.mark.parametrize(("status", "code"), [(403, 50001), (404, 10003)])
async def test_a_channel_that_we_may_not_read_or_that_is_gone_is_watched_no_more(status: int, code: int) -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        talk.env.inject_error("GET", f"/channels/{place.channel.id}/messages/pins", status=status, code=code, times=None)
        await talk.discord.ready()
        await place.ana.send(place.channel, SIGN)
        assert talk.ear.heard == []


async def test_only_our_own_notice_counts_and_no_copy_of_it() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        copy = await place.ana.send(place.channel, discord_words("en").words["watch-notice"])
        await place.leader.set_pinned(copy, True)
        await talk.again(place.adapter())
        await place.ana.send(place.channel, SIGN)
        assert talk.ear.heard == []
