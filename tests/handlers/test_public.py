"""Where others read: a danger sign is answered in private and reaches a human, and nothing else is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ports import Outgoing
from tests.houses import rig, settings_in


async def said_in_public(folder: Path, text: str, language: str) -> tuple[Sequence[Outgoing], Sequence[Outgoing]]:
    """What the writer gets in private, and what the moderator on duty gets."""
    async with rig(settings_in(folder)) as house:
        await house.settle("patient", language=language)
        await house.settle("keeper", role="moderator", on_duty=True)
        await house.house.conversation.hear(replace(house.message("patient", text), public=True))
        delivered = [delivery.message for delivery in house.sender.delivered]
        private = [message for message in delivered if message.account.id == "patient"]
        return private, [message for message in delivered if message.account.id == "keeper"]


@pytest.mark.parametrize(("text", "language"), [("I want to kill myself tonight", "en"), ("je veux mourir ce soir", "fr")])
async def test_a_danger_sign_said_in_public_is_answered_in_private_and_reaches_a_human(text: str, language: str, tmp_path: Path) -> None:
    private, moderator = await said_in_public(tmp_path, text, language)
    assert "emergency-number" in private[0].rules
    assert moderator[0].kind == "case"


@pytest.mark.parametrize(("text", "language"), [("what's the point of going on", "en"), ("à quoi bon continuer", "fr")])
async def test_a_doubt_said_in_public_is_asked_about_in_private(text: str, language: str, tmp_path: Path) -> None:
    private, moderator = await said_in_public(tmp_path, text, language)
    assert ["gentle-check" in message.rules for message in private] == [True]
    assert not moderator


@pytest.mark.parametrize(("text", "language"), [("took 20 mg at 2pm", "en"), ("j'ai pris 20 mg à 14h", "fr"), ("bonjour à tous", "fr")])
async def test_nothing_else_said_in_public_is_answered_or_kept(text: str, language: str, tmp_path: Path) -> None:
    assert await said_in_public(tmp_path, text, language) == ([], [])
