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


async def test_a_moderator_who_writes_from_an_account_that_is_none_elsewhere_stays_one(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        elsewhere = house.message("elsewhere", "hello").account
        await house.says("elsewhere", "hello")
        keeper = house.message("keeper").account
        await house.house.store.run(lambda unit: unit.people.link(elsewhere, unit.people.behind(keeper) or 0, house.clock.now()))
        await house.says("keeper", "cases")
        said = await house.says("elsewhere", "cases")
        assert said[0].text == "No case is waiting."
        house.moderators.remove("keeper")
        await house.says("keeper", "hello")
        said = await house.says("elsewhere", "cases")
        assert all("case" not in each.text for each in said)
