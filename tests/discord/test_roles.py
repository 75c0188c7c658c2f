"""Who is a moderator when Discord cannot say: nobody loses a role by a server that is out of reach, and danger still finds a human."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.adapters.discord.roles import Server
from bot.adapters.story import VirtualClock
from bot.app import open_house
from tests.discord.lines import Stage, adapter, the_response
from tests.discord.test_house import Line, arrive, line
from tests.ears import START
from tests.houses import minds, settings_in


@dataclass
class Keepers:
    """A server whose role makes moderators, and one who has it."""

    stage: Stage
    guild: Any
    server: Server
    keeper: Any

    def is_out_of_reach(self, *, status: int = 500, code: int = 0) -> None:
        """Discord cannot say who has which role."""
        self.stage.env.inject_error("GET", f"/guilds/{self.guild.id}/members/*", status=status, code=code, times=None)

    def has_healed(self) -> None:
        """It can again."""
        self.stage.env.backend.faults.clear()


def keepers() -> Keepers:
    """The server before the bot is there."""
    stage = Stage()
    guild = stage.env.create_guild()
    role = guild.create_role("keepers")
    keeper = stage.join("keeper")
    guild.add_member(keeper, roles=[role])
    return Keepers(stage, guild, Server(guild=guild.id, moderator_role=role.id), keeper)


async def moderators(talk: Line) -> list[tuple[str, bool]]:
    """Everybody whom a page would be written to, and whether they are on duty."""
    return await talk.house.store.run(lambda unit: [(each.role, each.on_duty) for each in unit.people.moderators()])


@pytest.mark.parametrize(("status", "code"), [(500, 0), (403, 50001), (404, 10004)])
async def test_a_moderator_stays_one_while_discord_cannot_say_and_danger_finds_them_after_a_restart(
    tmp_path: Path, status: int, code: int
) -> None:
    place, settings, clock = keepers(), settings_in(tmp_path), VirtualClock(START)
    async with line(settings, clock, place.stage, server=place.server) as talk:
        await talk.says(place.keeper, "on duty")
        assert await moderators(talk) == [("moderator", True)]
        again = adapter(clock=clock, language=settings.language, server=place.server)
        async with open_house(settings, clock=clock, senders=[again], minds=minds()) as house:
            place.is_out_of_reach(status=status, code=code)
            await talk.stage.again(again, house.conversation.hear)
            await talk.says(place.keeper, "cases")
            assert await moderators(talk) == [("moderator", True)]
            ben = await arrive(talk, "ben")
            await talk.says(ben, "I want to die")
    assert "I want to die" in talk.stage.texts(place.keeper)[-1]


async def test_who_left_the_server_is_a_moderator_no_more(tmp_path: Path) -> None:
    place, settings, clock = keepers(), settings_in(tmp_path), VirtualClock(START)
    async with line(settings, clock, place.stage, server=place.server) as talk:
        await talk.says(place.keeper, "on duty")
        place.guild.remove_member(place.keeper)
        await talk.stage.again(adapter(clock=clock, server=place.server), talk.house.conversation.hear)
        await talk.says(place.keeper, "hello")
        assert await moderators(talk) == []


async def test_a_role_is_asked_for_also_where_another_process_holds_the_server() -> None:
    place = keepers()
    async with place.stage.playing(adapter(server=place.server)) as talk:
        talk.discord.client._connection._remove_guild(talk.discord.client.guilds[0])
        await place.keeper.send_dm("on duty")
        assert [said.role for said in talk.ear.heard] == ["moderator"]


async def test_a_stranger_of_whom_nothing_is_known_is_a_patient_until_discord_can_say() -> None:
    place = keepers()
    async with place.stage.playing(adapter(server=place.server)) as talk:
        place.is_out_of_reach()
        await place.keeper.send_dm("hello")
        place.has_healed()
        await place.keeper.send_dm("hello again")
        assert [said.role for said in talk.ear.heard] == [None, "moderator"]


async def test_a_moderators_command_in_another_server_is_not_refused_while_discord_cannot_say(tmp_path: Path) -> None:
    place, settings, clock = keepers(), settings_in(tmp_path), VirtualClock(START)
    elsewhere = place.stage.env.create_guild()
    channel = elsewhere.create_text_channel("general")
    leads = elsewhere.create_role("leads", permissions=discord.Permissions(administrator=True))
    async with line(settings, clock, place.stage, server=place.server) as talk:
        await talk.says(place.keeper, "on duty")
        await talk.stage.again(adapter(clock=clock, server=place.server), talk.house.conversation.hear)
        place.is_out_of_reach()
        known = await elsewhere.add_member(place.keeper, roles=[leads]).slash(channel, "cases")
        ana = talk.stage.join("ana")
        await elsewhere.add_member(ana, roles=[leads]).slash(channel, "cases")
    assert "Only moderators" not in the_response(known).content
    assert any("18 or over" in text for text in talk.stage.texts(ana))
