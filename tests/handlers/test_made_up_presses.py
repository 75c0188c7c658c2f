"""Buttons that nobody was shown: a client that was tampered with may press anything, and is answered like everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.handlers import HANDLERS
from bot.messages import Press
from tests.handlers.days import logged
from tests.houses import rig, settings_in

EVERY_CHOICE = sorted(
    {
        *HANDLERS.presses,
        *HANDLERS.moderator_presses,
        *(choice for _, choice in HANDLERS.form_presses),
        *(f"intent-{intent}" for intent in HANDLERS.intents),
    }
)


@pytest.mark.parametrize("role", ["patient", "moderator"])
@pytest.mark.parametrize("about", ["²", "9" * 30], ids=lambda about: ascii(about[:6]))
async def test_whatever_a_made_up_press_is_about_it_is_answered(role: str, about: str, tmp_path: Path) -> None:
    assert len(EVERY_CHOICE) > 100
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("somebody", role=role)
        with capture_logs() as logs:
            for choice in EVERY_CHOICE:
                await house.house.conversation.hear(house.message("somebody", press=Press(choice, about)))
        assert [entry for entry in logs if entry["log_level"] in ("warning", "error", "critical")] == []


@pytest.mark.parametrize("about", ["", "²", "9" * 19, "9" * 5000, "-1", "a:b", "\ud800"], ids=lambda about: ascii(about[:6]))
def test_what_is_no_id_is_no_number(about: str) -> None:
    assert Press("undo", "17").number == 17
    assert Press("undo", about).number is None


async def test_a_made_up_press_takes_nothing_back(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient")
        await house.says("patient", "took 20 mg at 7am")
        for about in ("²", "9" * 30, "x"):
            await house.house.conversation.hear(house.message("patient", press=Press("undo", about)))
        assert [entry.detail["dose_mg"] for entry in await logged(house, "intake")] == [20]
