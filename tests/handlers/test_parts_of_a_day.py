"""What is told of a part of the day, without an hour, is noted of that part; what is due now is neither next nor forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.days import logged, on, open_rig, says

EVENING, JUST_DUE = on(22, 17, 30), on(22, 19, 10)
PLAN = "my doctor's plan: 10 mg at 8am, 10 mg at 1pm and 20 mg at 7pm from January 1st 2026"


@pytest.mark.parametrize("said", ["craving 3 this morning", "envie de boire à 3 ce matin"])
async def test_a_craving_of_this_morning_is_none_of_this_evening(tmp_path: Path, said: str) -> None:
    async with open_rig(tmp_path, EVENING, PLAN) as house:
        (noted,) = await says(house, said)
        assert "17:30" not in noted.text
        assert [entry.at for entry in await logged(house, "craving")] == [on(22, 9)]


@pytest.mark.parametrize("said", ["felt dizzy this morning, 4/10", "vertiges ce matin, 4/10"])
async def test_an_effect_of_this_morning_is_none_of_this_evening(tmp_path: Path, said: str) -> None:
    async with open_rig(tmp_path, EVENING, PLAN) as house:
        await says(house, said)
        assert [entry.at for entry in await logged(house, "side_effect")] == [on(22, 9)]


@pytest.mark.parametrize("said", ["took 10 mg this morning", "pris 10 mg ce matin"])
async def test_an_intake_of_this_morning_is_the_one_planned_then_and_says_what_was_assumed(tmp_path: Path, said: str) -> None:
    async with open_rig(tmp_path, EVENING, PLAN) as house:
        (noted,) = await says(house, said)
        assert "8:00 (assumed: the hour" in noted.text
        (entry,) = await logged(house, "intake")
        assert (entry.at, entry.detail["slot"]) == (on(22, 8), "2026-01-22T08:00")


async def test_a_morning_without_a_planned_intake_is_its_middle(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING, "my doctor's plan: 10 mg at 1pm and 20 mg at 7pm from January 1st 2026") as house:
        await says(house, "took 10 mg this morning")
        assert [entry.at for entry in await logged(house, "intake")] == [on(22, 9)]


async def test_what_is_told_of_a_part_that_is_not_over_is_of_now_at_the_latest(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7, 10), PLAN) as house:
        await says(house, "craving 3 this morning")
        assert [entry.at for entry in await logged(house, "craving")] == [on(22, 7, 10)]


@pytest.mark.parametrize("said", ["missed my lunchtime one", "oublié celui de midi"])
async def test_the_one_of_lunch_is_missed_and_not_the_one_of_the_morning(tmp_path: Path, said: str) -> None:
    async with open_rig(tmp_path, EVENING, PLAN) as house:
        await says(house, said)
        assert [entry.detail["slot"] for entry in await logged(house, "missed")] == ["2026-01-22T13:00"]


async def test_where_no_intake_was_planned_none_is_taken_for_the_missed_one(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING, "my doctor's plan: 10 mg at 8am and 20 mg at 7pm from January 1st 2026") as house:
        (asked,) = await says(house, "missed my lunchtime one")
        assert not await logged(house, "missed")
        assert "Never double" in asked.text


async def test_an_intake_that_has_just_become_due_is_named_before_the_next(tmp_path: Path) -> None:
    async with open_rig(tmp_path, JUST_DUE, PLAN) as house:
        still_open, following = await says(house, "what's my next dose?")
        assert "19:00 is not noted yet" in still_open.text
        assert "Friday 23 January, 8:00" in following.text
        await says(house, "took it at 7pm")
        (following,) = await says(house, "what's my next dose?")
        assert "Friday 23 January, 8:00" in following.text


async def test_a_large_number_corrects_no_drinks(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING, PLAN) as house:
        await says(house, "2 beers last night")
        await says(house, "not 20, 25")
        (kept,) = await logged(house, "drink")
        assert kept.detail["drinks"] == [{"count": 2, "kind": "beer"}]
        assert kept.undone_at is None
        await says(house, "no, 5")
        assert any(entry.detail["drinks"] == [{"count": 5, "kind": "beer"}] for entry in await logged(house, "drink"))


async def test_an_hour_far_from_every_open_intake_names_none_of_them(tmp_path: Path) -> None:
    async with open_rig(tmp_path, JUST_DUE, PLAN) as house:
        await says(house, "took 10 mg at 1pm")
        (asked,) = await says(house, "missed the 1pm one")
        assert not await logged(house, "missed")
        assert "Never double" in asked.text


async def test_a_number_after_something_else_was_noted_is_no_answer_to_how_much(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING, PLAN) as house:
        (asked,) = await says(house, "20 at 1pm")
        assert "How much" in asked.text
        await says(house, "2 beers last night")
        await says(house, "no, 5")
        assert not await logged(house, "intake")


async def test_milligrams_that_no_tablet_makes_are_asked_about_again(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING, PLAN) as house:
        await says(house, "20 at 1pm")
        (again,) = await says(house, "13")
        assert "How much" in again.text
        assert not await logged(house, "intake")
        await says(house, "1 tablet")
        assert [entry.detail["dose_mg"] for entry in await logged(house, "intake")] == [10]
