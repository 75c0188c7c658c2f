"""Members among each other on Discord: a question in the community's channel, answers by reply and by form, mentors by role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord.parts import shown
from bot.adapters.discord.roles import Server
from bot.messages import Account, Press
from bot.ports import Instant
from bot.settings import override
from tests.discord.lines import Stage, adapter, labels, outgoing, stage, the_last, the_response
from tests.discord.test_house import Line, arrive, line
from tests.ears import START
from tests.houses import settings_in

QUESTION = "how long did the drowsiness last for you?"
ANSWER = "two weeks, and then it was gone"


@dataclass
class Place:
    """A server with a channel of the community, and the assistant in it."""

    talk: Line
    guild: Any
    channel: Any
    expert: Any

    async def joins(self, name: str, *, french: bool = False, roles: tuple[Any, ...] = ()) -> tuple[Any, Any]:
        """Somebody agrees in private, and is a member of the server: their account, and their membership."""
        person = await arrive(self.talk, name, french=french)
        return person, self.guild.add_member(person, roles=list(roles))

    async def asks(self, person: Any, *, french: bool = False) -> Any:
        """They have a question posted; what stands in the channel."""
        await person.slash("ask", question=QUESTION)
        await self.talk.presses(person, "Oui, c'est bien cela" if french else "Yes, that is it")
        return the_last(self.channel)


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    """Open it."""
    staged = Stage()
    guild = staged.env.create_guild()
    channel, expert = guild.create_text_channel("among-us"), guild.create_role("experts")
    server = Server(guild=guild.id, expert_role=expert.id, community_channel=channel.id)
    settings = override(settings_in(folder), {"discord_community_channel": channel.id, "discord_guild": guild.id})
    async with line(settings, staged=staged, server=server) as talk:
        yield Place(talk, guild, channel, expert)


@pytest.mark.parametrize("french", [False, True])
async def test_a_question_is_posted_without_its_author_and_a_reply_is_brought_back(tmp_path: Path, *, french: bool) -> None:
    async with place(tmp_path) as there:
        ana, _ = await there.joins("ana", french=french)
        ben = there.guild.add_member(there.talk.stage.join("ben"))
        posted = await there.asks(ana, french=french)
        assert QUESTION in posted.content
        assert "ana" not in posted.content
        assert labels(posted) == ["Répondre"], "the channel speaks the community's language"
        before = len(there.talk.stage.seen(ana))
        await ben.send(there.channel, ANSWER, reply_to=posted)
        (brought,) = there.talk.stage.texts(ana)[before:]
        assert ANSWER in brought
        assert ("pas un avis médical" if french else "not medical advice") in brought
        assert there.talk.stage.said_in(there.channel) == [posted.content], "nothing more is said where others read"


@pytest.mark.parametrize("french", [False, True])
async def test_whoever_asked_is_told_when_the_community_never_saw_the_question(tmp_path: Path, *, french: bool) -> None:
    async with place(tmp_path) as there:
        ana, _ = await there.joins("ana", french=french)
        there.talk.stage.env.inject_error("POST", f"/channels/{there.channel.id}/messages", status=404, code=10003)
        await ana.slash("ask", question=QUESTION)
        await there.talk.presses(ana, "Oui, c'est bien cela" if french else "Yes, that is it")
        assert there.talk.stage.said_in(there.channel) == []
        told = there.talk.stage.texts(ana)[-1]
        assert QUESTION in told
        assert ("n'a pas pu être postée" if french else "could not be posted") in told


async def test_the_button_opens_a_form_whose_words_are_brought_and_the_button_stays(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        ana, _ = await there.joins("ana")
        ben = there.guild.add_member(there.talk.stage.join("ben"))
        posted = await there.asks(ana)
        form = await ben.click(posted, label="Répondre")
        answered = await ben.submit_modal(form, {"text": ANSWER})
        assert "I bring your words" in the_response(answered).content
        assert the_response(answered).ephemeral
        assert ANSWER in there.talk.stage.texts(ana)[-1]
        assert labels(the_last(there.channel)) == ["Répondre"]


async def test_a_reply_in_danger_is_answered_in_private_and_brought_to_nobody(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        ana, _ = await there.joins("ana")
        ben, member = await there.joins("ben")
        posted = await there.asks(ana)
        before = len(there.talk.stage.seen(ana))
        await member.send(there.channel, "I want to kill myself tonight", reply_to=posted)
        assert len(there.talk.stage.seen(ana)) == before
        assert any("999" in text for text in there.talk.stage.texts(ben)[-2:])


async def test_the_form_survives_a_restart_and_other_talk_in_the_channel_is_nobodys() -> None:
    staged = Stage()
    guild = staged.env.create_guild()
    channel = guild.create_text_channel("among-us")
    server = Server(guild=guild.id, community_channel=channel.id)
    async with staged.playing(adapter(server=server)) as talk:
        ben, cleo = guild.add_member(talk.join("ben")), guild.add_member(talk.join("cleo"))
        await talk.discord.send(outgoing(channel, "Morning Heron asks: who knows?", ("answer-question", "Answer"), kind="notice"))
        posted = the_last(channel)
        form = await ben.click(posted, label="Answer")
        await talk.again(adapter(server=server))
        await ben.submit_modal(form, {"text": "I do"})
        await ben.send(channel, "a reply", reply_to=posted)
        await cleo.send(channel, "talk among members")
        heard = [(said.text, said.press, said.public) for said in talk.ear.heard]
        assert heard == [("I do", Press("answer-question", "about"), False), ("a reply", Press("answer-question", "about"), True)]
        assert len(talk.said_in(channel)) == 1


async def test_a_reply_to_the_same_words_elsewhere_is_only_addressed_to_us() -> None:
    staged = Stage()
    guild = staged.env.create_guild()
    channel, elsewhere = guild.create_text_channel("among-us"), guild.create_text_channel("general")
    async with staged.playing(adapter(server=Server(guild=guild.id, community_channel=channel.id))) as talk:
        ben = guild.add_member(talk.join("ben"))
        await ben.send(elsewhere, f"{talk.me()} hello")
        await ben.send(elsewhere, "and now?", reply_to=next(m for m in elsewhere.history() if m.author.bot))
        assert [said.press for said in talk.ear.heard] == [None, None]


async def test_whoever_has_the_role_is_an_expert_patient_in_the_server_and_in_private() -> None:
    staged = Stage()
    guild = staged.env.create_guild()
    expert = guild.create_role("experts")
    user, other = staged.join("mentor"), staged.join("other")
    guild.add_member(user, roles=[expert])
    guild.add_member(other)
    async with staged.playing(adapter(server=Server(guild=guild.id, expert_role=expert.id))) as talk:
        for person in (user, other, staged.join("stranger")):
            await person.send_dm("hello")
        await user.slash("mentor", what="volunteer")
        assert [said.expert for said in talk.ear.heard] == [True, False, False, True]
        assert {said.role for said in talk.ear.heard} == {"patient"}
        assert talk.ear.texts[-1] == "I volunteer as a mentor"


async def test_two_members_become_a_pair_and_write_to_each_other(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        mentor, member = await there.joins("mentor", roles=(there.expert,))
        newcomer, _ = await there.joins("newcomer", french=True)
        await member.slash(there.channel, "mentor", what="volunteer")
        await newcomer.slash("mentor", what="find")
        await there.talk.presses(newcomer, "Oui, c'est bien cela")
        await there.talk.presses(mentor, "Yes, I agree")
        await newcomer.slash("mentor", what="write", words="bonjour, je débute")
        (arrived,) = there.talk.stage.texts(mentor)[-1:]
        assert "bonjour, je débute" in arrived
        assert "newcomer" not in arrived.removeprefix("The newcomer of pair 1")
        await there.talk.presses(mentor, "Write")
        await there.talk.says(mentor, "welcome, take your time")
        assert "welcome, take your time" in there.talk.stage.texts(newcomer)[-1]
        kept = await there.talk.house.store.run(lambda unit: unit.people.behind(Account("discord", str(there.channel.id))))
        assert kept is None, "a channel is an account only once something was posted there"


async def test_a_channel_that_is_gone_leaves_the_assistant_at_work(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        ana, _ = await there.joins("ana")
        there.talk.stage.env.inject_error("POST", f"/channels/{there.channel.id}/messages", status=404, code=10003, times=None)
        await ana.slash("ask", question=QUESTION)
        told = await there.talk.presses(ana, "Yes, that is it")
        assert any("goes to the community" in text for text in told)
        assert await there.talk.says(ana, "hello")


async def test_instants_of_others_are_shown_as_each_readers_own() -> None:
    async with stage() as talk:
        keeper = talk.join("keeper")
        at = int(START.timestamp())
        text = "opened: Thursday 1 January, 8:30 · before: Thursday 1 January, 8:30"
        instants = (Instant("Thursday 1 January, 8:30", START),)
        message = outgoing(keeper, text)
        assert shown(message) == text
        await talk.discord.send(replace(message, instants=instants))
        assert talk.texts(keeper) == [f"opened: <t:{at}:f> (<t:{at}:R>) · before: Thursday 1 January, 8:30"]


@pytest.mark.parametrize("text", ["how does baclofen work?", "I had three beers last night"])
async def test_both_channels_are_shown_to_everybody_and_nobody_is_sorted(text: str) -> None:
    staged = Stage()
    guild, other = staged.env.create_guild(), staged.env.create_guild()
    channel, elsewhere = guild.create_text_channel("general"), other.create_text_channel("general")
    dry, wet = guild.create_text_channel("dry"), guild.create_text_channel("not-yet")
    server = Server(guild=guild.id, abstinent_channel=dry.id, drinking_channel=wet.id)
    async with staged.playing(adapter(server=server)) as talk:
        ana = talk.join("ana")
        await guild.add_member(ana).send(channel, f"{talk.me()} {text}")
        (said,) = talk.said_in(channel)
        assert f"<#{dry.id}>" in said
        assert f"<#{wet.id}>" in said
        assert "beers" not in said
        await other.add_member(ana).send(elsewhere, f"{talk.me()} {text}")
        assert "<#" not in talk.said_in(elsewhere)[0]


async def test_a_card_says_when_and_until_when_in_each_readers_own_hours(tmp_path: Path) -> None:
    staged = Stage()
    keeper = staged.join("keeper")
    async with line(settings_in(tmp_path), staged=staged, moderators={keeper.id}) as talk:
        await talk.says(keeper, "on duty")
        ana = await arrive(talk, "ana")
        before = len(staged.seen(keeper))
        await talk.says(ana, "I want to kill myself tonight")
        (card,) = staged.texts(keeper)[before:]
        at = int(START.timestamp())
        assert f"<t:{at}:f>" in card
        assert f"<t:{at + 180}:R>" in card
