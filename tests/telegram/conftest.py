"""The fake platform, running for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.telegram.fake_bot_api import FakeBotApi


@pytest.fixture
async def fake() -> AsyncIterator[FakeBotApi]:
    """A strict Bot API on loopback, with nobody on it yet."""
    api = FakeBotApi()
    await api.start()
    yield api
    await api.stop()
