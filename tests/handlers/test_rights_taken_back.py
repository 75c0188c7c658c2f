"""Whoever was a moderator and is none any more has left whatever they were writing as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.keepers import DANGER, open_rig, press, to

WORDS = "a word for somebody else, which was never meant for the forum"


@pytest.mark.parametrize("opened_by", ["reply", "note", ""])
async def test_whoever_is_a_moderator_no_more_writes_to_nobodys_patient(opened_by: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "second") as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        if opened_by:
            await press(house, "keeper", opened_by, "1")
        else:
            await house.says("keeper", WORDS)  # they are offered for relay
        offered = [choice for each in house.sender.delivered for choice in each.message.choices if choice.id == "yes"]
        house.moderators.remove("keeper")
        said = await house.says("keeper", WORDS)
        for button in offered:
            said += await press(house, "keeper", "yes", button.about)
        assert to("patient", said) == []
        assert all(WORDS not in text for text in to("second", said))
