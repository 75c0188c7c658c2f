"""Which platforms a process serves, by its settings, and what each is given."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bot.__main__ import palier
from bot.adapters.clock import WallClock
from bot.app import SettingsError, policy
from bot.core.policy import Community
from bot.platforms import platforms_of
from bot.settings import load
from tests.houses import minds


@pytest.mark.parametrize(
    ("tokens", "served"),
    [
        ({"telegram_token": "1:a"}, ["telegram"]),
        ({"discord_token": "a"}, ["discord"]),
        ({"telegram_token": "1:a", "discord_token": "a"}, ["telegram", "discord"]),
    ],
)
async def test_every_platform_that_has_a_token_is_served(tokens: dict[str, str], served: list[str]) -> None:
    found = platforms_of(load(**tokens), clock=WallClock(), minds=minds())
    assert [sender.platform for sender, _ in found] == served


def test_without_a_token_there_is_none() -> None:
    with pytest.raises(SettingsError, match="neither"):
        platforms_of(load(), clock=WallClock(), minds=minds())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"discord_moderator_role": 1}, "PALIER_DISCORD_GUILD"),
        ({"discord_expert_role": 1}, "PALIER_DISCORD_GUILD"),
        ({"discord_community_channel": 1, "discord_moderators_channel": 1}, "PALIER_DISCORD_COMMUNITY_CHANNEL"),
        ({"discord_abstinent_channel": 1}, "PALIER_DISCORD_DRINKING_CHANNEL"),
        ({"discord_shard_ids": [2], "discord_shards": 2}, "PALIER_DISCORD_SHARD_IDS"),
        ({"discord_shards": 0}, "PALIER_DISCORD_SHARDS"),
    ],
)
def test_settings_of_discord_that_do_not_fit_are_named(given: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load(**given)


def test_questions_go_to_the_channel_that_the_settings_name_in_the_communitys_language() -> None:
    assert policy(load()).community is None
    assert policy(load(discord_community_channel=7, language="en")).community == Community("discord", "7", "en")


def test_commands_cannot_be_registered_without_a_token() -> None:
    done = CliRunner().invoke(palier, ["discord", "sync"], env={"PALIER_DISCORD_TOKEN": ""})
    assert (done.exit_code, "PALIER_DISCORD_TOKEN" in done.output) == (2, True)
