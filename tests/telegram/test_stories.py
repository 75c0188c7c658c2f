"""The golden dialogues over Telegram: every story, in both languages, with the expectations that it has on the console."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bot.app import open_house, read_settings, story_settings
from bot.knowledge.story_file import read_story
from tests.houses import minds
from tests.telegram.fake_bot_api import FakeBotApi
from tests.telegram.telling import TelegramPlayer

STORIES = Path(__file__).parents[1] / "stories"
ALL = sorted(STORIES.glob("*/*.yaml"))


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_story_goes_on_telegram_as_it_is_told(path: Path, tmp_path: Path, fake: FakeBotApi) -> None:
    story = read_story(path.read_text(encoding="utf-8"), name=path.name)
    opener = partial(open_house, story_settings(read_settings(), story.settings, folder=str(tmp_path)), minds=minds())
    player = TelegramPlayer(story, open_house=opener, fake=fake)
    await player.play()
    shown, delivered = player.shown(), player.delivered()
    assert any(delivered.values())
    for name, texts in delivered.items():
        assert len(shown[name]) == len(texts), f"{name} sees other messages than were delivered"
        assert [text for text, seen in zip(texts, shown[name], strict=True) if not seen.startswith(text)] == []
