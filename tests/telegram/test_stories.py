"""The golden dialogues over Telegram: every story, in both languages, with the expectations that it has on the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.players import ALL, opener, read, story_id
from tests.telegram.fake_bot_api import FakeBotApi
from tests.telegram.telling import TelegramPlayer


@pytest.mark.parametrize("path", ALL, ids=story_id)
async def test_a_story_goes_on_telegram_as_it_is_told(path: Path, tmp_path: Path, fake: FakeBotApi) -> None:
    story = read(path)
    player = TelegramPlayer(story, open_house=opener(story, tmp_path), fake=fake)
    await player.play()
    shown, delivered = player.shown(), player.delivered()
    assert any(delivered.values())
    for name, texts in delivered.items():
        assert len(shown[name]) == len(texts), f"{name} sees other messages than were delivered"
        assert [text for text, seen in zip(texts, shown[name], strict=True) if not seen.startswith(text)] == []
