"""The golden dialogues over Discord: every story, in both languages, with the expectations that it has on the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.discord.telling import DiscordPlayer
from tests.players import ALL, opener, read, story_id


@pytest.mark.parametrize("path", ALL, ids=story_id)
async def test_a_story_goes_on_discord_as_it_is_told(path: Path, tmp_path: Path) -> None:
    story = read(path)
    player = DiscordPlayer(story, open_house=opener(story, tmp_path))
    await player.play()
    shown, delivered = player.shown(), player.delivered()
    assert any(delivered.values())
    for name, texts in delivered.items():
        seen = shown[name].split()
        for text in texts:
            words = text.split()
            assert any(seen[at : at + len(words)] == words for at in range(len(seen))), f"{name} does not see: {text}"
