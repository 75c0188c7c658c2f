"""Erasing is a person's right at any time, and takes no alert away in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.keepers import DANGER, HOUR, MINUTE, open_rig, press, to


async def test_erasing_in_an_alert_shows_the_numbers_again_and_tells_the_moderators_no_word(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        asked = next(m for m in await house.says("patient", "erase everything") if m.account.id == "patient")
        assert "999" in asked.text
        assert "emergency-number" in asked.rules
        said = await house.presses("patient", "confirm")
        (told,) = to("keeper", said)
        assert "Case 1" in told
        assert DANGER not in told
        assert "erased everything" in to("patient", said)[0]
        assert "does not exist" in to("keeper", await house.presses("keeper", "claim"))[0]
        assert await house.after(2 * HOUR) == []


async def test_erasing_without_an_alert_tells_nobody(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        (asked,) = await house.says("patient", "erase everything")
        assert "999" not in asked.text
        assert {m.account.id for m in await house.presses("patient", "confirm")} == {"patient"}


async def test_the_button_of_a_question_that_was_left_does_not_answer_the_next_one(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        (asked,) = await house.says("patient", "erase everything")
        old = next(choice.about for choice in asked.choices if choice.id == "confirm")
        await house.presses("patient", "cancel")
        await house.after(MINUTE)
        await house.says("patient", "erase everything")
        await press(house, "patient", "confirm", old)
        assert await house.house.store.run(lambda unit: unit.people.get(1)) is not None
        assert old
        await house.presses("patient", "confirm")
        assert await house.house.store.run(lambda unit: unit.people.get(1)) is None


@pytest.mark.parametrize("said", ["cancel that", "wait", "not yet", "undo"])
async def test_whatever_is_no_yes_keeps_everything_and_notes_nothing(said: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", "2 beers yesterday")
        await house.says("patient", "erase everything")
        (kept,) = to("patient", await house.says("patient", said))
        assert "erased nothing" in kept
        last = await house.house.store.run(lambda unit: unit.entries.last(1))
        assert last is not None
        assert last.undone_at is None


async def test_the_question_of_erasing_does_not_stand_in_the_way_of_a_day(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", "erase everything")
        assert len(await house.says("patient", "drowsy 4/10")) == 1
        await house.says("patient", "yes")
        assert await house.house.store.run(lambda unit: unit.people.get(1)) is not None
