"""The golden dialogues over Discord: every story, in both languages, with the expectations that it has on the console."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bot.app import open_house, read_settings, story_settings
from bot.knowledge.story_file import read_story
from tests.discord.telling import DiscordPlayer
from tests.houses import minds

STORIES = Path(__file__).parents[1] / "stories"
ALL = sorted(STORIES.glob("*/*.yaml"))


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_story_goes_on_discord_as_it_is_told(path: Path, tmp_path: Path) -> None:
    story = read_story(path.read_text(encoding="utf-8"), name=path.name)
    opener = partial(open_house, story_settings(read_settings(), story.settings, folder=str(tmp_path)), minds=minds())
    player = DiscordPlayer(story, open_house=opener)
    await player.play()
    shown, delivered = player.shown(), player.delivered()
    assert any(delivered.values())
    for name, texts in delivered.items():
        seen = shown[name].split()
        for text in texts:
            words = text.split()
            assert any(seen[at : at + len(words)] == words for at in range(len(seen))), f"{name} does not see: {text}"
