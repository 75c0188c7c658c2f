"""Where others read: a discreet word, nothing personal, and a watch only where everybody can read that there is one."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.adapters.discord import Mind
from bot.messages import Incoming, Press
from bot.ports import SendFailed
from tests.discord.lines import Stage, adapter, outgoing, stage, the_last, the_response
from tests.ears import Ear

LEADER = discord.Permissions(administrator=True)
REDIRECT = "Let us talk about that in private: nobody else reads it there."


async def test_a_mention_is_heard_as_public_and_answered_with_where_to_go_on() -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        ana = guild.add_member(talk.join("ana"))
        await ana.send(channel, f"{talk.me()} how much may I take?")
        (said,) = talk.ear.heard
        assert (said.text, said.public) == ("how much may I take?", True)
        assert talk.said_in(channel) == [REDIRECT]


async def test_an_answer_to_us_is_addressed_to_us_and_talk_among_others_is_not() -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        ana, ben = guild.add_member(talk.join("ana")), guild.add_member(talk.join("ben"))
        await ana.send(channel, f"{talk.me()} hello")
        await ben.send(channel, "I want to die of laughter, @everyone")
        await ben.send(channel, "and you?", reply_to=channel.history()[0])
        assert talk.ear.texts == ["hello"]
        await ana.send(channel, "and now?", reply_to=next(m for m in channel.history() if m.author.bot))
        assert talk.said_in(channel) == [REDIRECT, REDIRECT]


async def test_a_bare_mention_is_answered_and_nothing_is_heard() -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        await guild.add_member(talk.join("ana")).send(channel, talk.me())
        assert talk.ear.heard == []
        assert talk.said_in(channel) == [REDIRECT]


@pytest.mark.parametrize("code", [50007, 50278])
async def test_whoever_closed_their_messages_is_told_so_under_their_own_and_no_more(code: int) -> None:
    async def answer(incoming: Incoming) -> None:
        if incoming.text == "hello":
            with pytest.raises(SendFailed) as failed:
                await talk.discord.send(outgoing(ana, "secret words", level="emergency"))
            assert failed.value.permanent

    async with stage(Ear(then=answer)) as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        ana = guild.add_member(talk.join("ana"))
        talk.close_messages(ana.user, code=code)
        await ana.send(channel, f"{talk.me()} hello")
        assert sorted(text[:13] for text in talk.said_in(channel)) == ["I cannot writ", "Let us talk a"]
        assert len(talk.ear.heard) == 1


async def test_a_server_where_we_may_not_write_keeps_nobody_from_being_heard() -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        talk.env.inject_error("POST", f"/channels/{channel.id}/messages", status=403, code=50013, times=None)
        await guild.add_member(talk.join("ana")).send(channel, f"{talk.me()} hello")
        assert talk.ear.texts == ["hello"]


async def test_a_card_is_pressed_by_moderators_alone() -> None:
    staged = Stage()
    guild = staged.env.create_guild()
    keepers, elsewhere = guild.create_text_channel("keepers"), guild.create_text_channel("general")
    keeper, other = guild.add_member(staged.join("keeper")), guild.add_member(staged.join("other"))
    async with staged.playing(adapter(moderators={keeper.id}, moderators_channel=keepers.id)):
        await staged.discord.send(outgoing(keepers, "A case waits.", ("claim", "Claim"), kind="case"))
        card = the_last(keepers)
        refused = await other.click(card, label="Claim")
        assert (the_response(refused).content, the_response(refused).ephemeral) == ("Only moderators can do that.", True)
        await keeper.click(card, label="Claim")
        pressed = [(said.press, said.account.id, said.role) for said in staged.ear.heard if said.press]
        assert pressed == [(Press("claim", "about"), str(keeper.id), "moderator")]
        assert the_last(keepers).content == "A case waits.\n\n✓ Claim"
        assert elsewhere.history() == []


async def test_in_the_moderators_channel_nobody_is_sent_away() -> None:
    staged = Stage()
    guild = staged.env.create_guild()
    keepers = guild.create_text_channel("keepers")
    keeper = guild.add_member(staged.join("keeper"))
    async with staged.playing(adapter(moderators={keeper.id}, moderators_channel=keepers.id)):
        await keeper.send(keepers, f"{staged.me()} cases")
        assert staged.ear.texts[-1] == "cases"
        assert staged.said_in(keepers) == []


async def test_the_moderators_channel_is_public_to_all_but_moderators_and_every_other_place_to_them_too() -> None:
    staged = Stage()
    guild = staged.env.create_guild()
    keepers, evening = guild.create_text_channel("keepers"), guild.create_text_channel("evening")
    keeper, ana = guild.add_member(staged.join("keeper")), guild.add_member(staged.join("ana"))
    async with staged.playing(adapter(moderators={keeper.id}, moderators_channel=keepers.id)):
        for person, channel in ((keeper, keepers), (keeper, evening), (ana, keepers)):
            await person.send(channel, f"{staged.me()} cases")
        assert [said.public for said in staged.ear.heard[-3:]] == [False, True, True]


class Watched:
    """A server with a channel that may be watched, and its leader."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.guild = self.stage.env.create_guild()
        self.channel = self.guild.create_text_channel("evening")
        self.other = self.guild.create_text_channel("general")
        self.leader = self.guild.add_member(self.stage.join("leader"), roles=[self.guild.create_role("l", permissions=LEADER)])
        self.ana = self.guild.add_member(self.stage.join("ana"))

    def adapter(self) -> Any:
        """The adapter, allowed to watch the one channel."""
        return adapter(watched={self.channel.id}, mind=Mind(is_sign=lambda text: "die" in text))


async def test_a_channel_is_watched_only_after_an_administrator_pinned_the_notice_for_all_to_read() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.ana.send(place.channel, "I want to die")
        assert talk.ear.heard == []
        done = await place.leader.slash(place.channel, "watch", state="on")
        assert done.ephemeral
        (notice,) = place.channel.pinned_messages()
        assert "signs of danger" in notice.content
        assert "signes de danger" in notice.content
        await place.ana.send(place.channel, "I want to die")
        await place.ana.send(place.channel, "a lovely evening")
        await place.ana.send(place.other, "I want to die")
        assert [(said.text, said.public) for said in talk.ear.heard] == [("I want to die", True)]
        assert [text for text in talk.said_in(place.channel) if text not in (notice.content, "pinned a message to this channel.")] == []


async def test_the_notice_is_the_record_of_the_watch_over_restarts_and_until_it_is_unpinned() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        await talk.again(place.adapter())
        await place.ana.send(place.channel, "I want to die")
        assert len(talk.ear.heard) == 1
        (notice,) = place.channel.pinned_messages()
        await place.leader.set_pinned(notice, False)
        await place.ana.send(place.channel, "I want to die")
        assert len(talk.ear.heard) == 1


async def test_the_watch_ends_by_command_and_the_notice_goes() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        await place.leader.slash(place.channel, "watch", state="off")
        await place.ana.send(place.channel, "I want to die")
        assert (place.channel.pinned_messages(), talk.ear.heard) == ([], [])


async def test_a_channel_that_the_settings_do_not_name_is_not_watched() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        done = await place.leader.slash(place.other, "watch", state="on")
        said = [each.content for each in (done.response, *done.followups) if each]
        assert any("PALIER_DISCORD_WATCHED_CHANNELS" in text for text in said)
        await place.ana.send(place.other, "I want to die")
        assert (place.other.pinned_messages(), talk.ear.heard) == ([], [])


async def test_a_missing_right_is_said_to_the_administrator() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        talk.env.inject_error("PUT", "/channels/*", status=403, code=50013, times=None)
        done = await place.leader.slash(place.channel, "watch", state="on")
        said = [each.content for each in (done.response, *done.followups) if each]
        assert any("lack a right" in text for text in said)
