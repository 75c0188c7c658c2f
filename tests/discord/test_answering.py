"""Where somebody asked: words of danger are not withheld there, slow answers still come there, and no sign that we think stays."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.adapters.discord.parts import Part
from bot.adapters.discord.place import Answering
from bot.messages import Incoming
from tests.discord.lines import outgoing, stage
from tests.discord.test_house import arrive, line
from tests.ears import START, Ear
from tests.houses import settings_in

IN_PRIVATE = "Answered in our private chat."
NOT_YET = "I have no answer for you here yet."


def said(done: Any) -> list[str]:
    """What one person alone was answered where they asked, first to last."""
    shown = {each.id: each for each in (done.response, *done.followups) if each}
    assert all(each.ephemeral for each in shown.values())
    return [each.content for each in shown.values()]


@pytest.mark.parametrize(("status", "code"), [(400, 40003), (500, 0), (429, 0), (401, 0)])
@pytest.mark.parametrize("what", ["opening", "posting"])
async def test_emergency_words_are_said_where_they_were_asked_for_while_the_private_chat_fails(
    tmp_path: Path, status: int, code: int, what: str
) -> None:
    async with line(settings_in(tmp_path)) as talk:
        channel = (guild := talk.stage.env.create_guild()).create_text_channel("general")
        ben = talk.stage.join("ben") if what == "opening" else await arrive(talk, "ben")
        path = "/users/@me/channels" if what == "opening" else f"/channels/{ben.dm_channel.id}/messages"
        talk.stage.env.inject_error("POST", path, status=status, code=code, times=None)
        done = await guild.add_member(ben).slash(channel, "someone", words="I want to die")
        answered = said(done)
        await talk.until(START + timedelta(minutes=5))
        again = said(done)
    assert sum("call" in text.lower() and "die" not in text for text in answered) >= 1
    assert IN_PRIVATE not in answered
    assert again == answered, "what is tried again in private is not said here twice"


async def test_emergency_words_that_were_said_where_they_were_asked_for_still_come_to_stay_in_private(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        channel = (guild := talk.stage.env.create_guild()).create_text_channel("general")
        ben = await arrive(talk, "ben")
        talk.stage.env.inject_error("POST", f"/channels/{ben.dm_channel.id}/messages", status=400, code=40003, times=1)
        done = await guild.add_member(ben).slash(channel, "someone", words="I want to die")
        assert any("999" in text for text in said(done))
        assert not any("999" in text for text in talk.stage.texts(ben))
        await talk.until(START + timedelta(minutes=1))
        assert any("999" in text for text in talk.stage.texts(ben))


async def test_an_answer_is_said_to_be_in_private_only_once_it_is_there() -> None:
    async def answer(incoming: Incoming) -> None:
        if incoming.text.endswith("good"):
            await talk.discord.send(outgoing(ana, "call for help", level="emergency", key=f"{incoming.key}#0@1"))

    async with stage(Ear(then=answer)) as talk:
        channel = (guild := talk.env.create_guild()).create_text_channel("general")
        ana = talk.join("ana")
        there = guild.add_member(ana)
        assert said(await there.slash(channel, "someone", words="good")) == [IN_PRIVATE]
        nothing = await there.slash(channel, "help")
        assert IN_PRIVATE not in said(nothing)
        await talk.env.advance_time(61)
        assert said(nothing)[0].startswith(NOT_YET)


async def test_a_hearing_that_fails_is_not_said_to_be_answered() -> None:
    async def fail(_: Incoming) -> None:
        raise ValueError

    async with stage(Ear(then=fail)) as talk:
        channel = (guild := talk.env.create_guild()).create_text_channel("general")
        done = await guild.add_member(talk.join("ana")).slash(channel, "help")
        assert said(done)[0].startswith(NOT_YET)


@pytest.mark.parametrize("level", ["none", "emergency"])
async def test_an_answer_that_outlasts_the_hearing_of_its_cause_still_comes_where_it_was_asked_for(level: str) -> None:
    async with stage() as talk:
        channel = (guild := talk.env.create_guild()).create_text_channel("general")
        ana = talk.join("ana")
        talk.close_messages(ana)
        done = await guild.add_member(ana).slash(channel, "curve")
        assert IN_PRIVATE not in said(done)
        await talk.discord.send(outgoing(ana, "my curve", level=level, key=f"{talk.ear.heard[-1].key}#0@1"))
        await talk.env.settle()
        assert said(done) == ["my curve"]


async def test_what_another_reads_of_the_same_cause_is_not_said_to_whoever_spoke() -> None:
    async with stage() as talk:
        channel = (guild := talk.env.create_guild()).create_text_channel("general")
        ana, keeper = talk.join("ana"), talk.join("keeper")
        done = await guild.add_member(ana).slash(channel, "someone", words="a question")
        await talk.discord.send(outgoing(keeper, "a case", level="urgent", key=f"{talk.ear.heard[-1].key}#1@2"))
        assert talk.texts(keeper) == ["a case"]
        assert "a case" not in said(done)
        assert IN_PRIVATE not in said(done)


@dataclass
class SlowReply:
    """An interaction whose follow-ups are taken at once, while Discord's answer to them takes its time, or never comes."""

    replied: asyncio.Event = field(default_factory=asyncio.Event)
    breaks: bool = False
    taken: bool = True
    shown: list[str] = field(default_factory=lambda: ["thinking"])

    @property
    def followup(self) -> Any:
        """Where follow-ups are sent."""
        return self

    async def send(self, content: str, **_: Any) -> None:
        """The first one takes the place of the sign."""
        if self.taken:
            self.shown[:] = [content] if self.shown == ["thinking"] else [*self.shown, content]
        if self.breaks:
            raise ConnectionResetError
        await self.replied.wait()

    async def original_response(self) -> Any:
        """What stands there now."""
        return SimpleNamespace(flags=discord.MessageFlags(loading=self.shown[0] == "thinking"))

    async def edit_original_response(self, *, content: str) -> None:
        """Whatever stood there is overwritten."""
        self.shown[0] = content

    async def delete_original_response(self) -> None:
        """Whatever stood there is gone."""
        del self.shown[0]


@pytest.mark.parametrize("private", [False, True])
async def test_an_answer_that_discord_took_is_not_overwritten_while_its_reply_is_slow(*, private: bool) -> None:
    there: Any = SlowReply()
    place = Answering(there, private, "en")
    saying = asyncio.create_task(place.say(Part(text="your plan")))
    await asyncio.sleep(0)
    leaving = asyncio.create_task(place.leave())
    await asyncio.sleep(0.01)
    there.replied.set()
    assert await saying
    await leaving
    assert there.shown == ["your plan"]


@pytest.mark.parametrize("taken", [False, True])
async def test_a_line_that_breaks_costs_neither_the_answer_nor_an_honest_word(*, taken: bool) -> None:
    there: Any = SlowReply(breaks=True, taken=taken)
    place = Answering(there, False, "en")
    assert not await place.say(Part(text="your plan"))
    await place.leave()
    assert there.shown[0].startswith("your plan" if taken else NOT_YET)
