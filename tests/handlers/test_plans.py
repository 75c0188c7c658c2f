"""The plan that the prescriber wrote: nothing of it is dropped, no yes starts another one, and a hold says what it holds."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from bot.core.decision import Alarm
from bot.core.plan import Dose, Plan
from bot.handlers.prescription import Unclear, Written, read_plan
from bot.messages import Press
from tests.handlers.days import DANGER, logged, offered, on, open_rig, plan_of, presses, says, steps_on, to_patient

TODAY = date(2026, 1, 1)


def plan_from(**slots: Any) -> Plan:
    """The plan that slots describe; it must be one."""
    written = read_plan(slots, today=TODAY)
    assert isinstance(written, Written), written
    return written.plan


def totals(plan: Plan) -> list[tuple[int, int | None]]:
    """The total and length of each step."""
    return [(step.total_mg, step.days) for step in plan.steps]


# --- what was said and cannot be used is named ---


@pytest.mark.parametrize(
    ("slots", "part"),
    [
        ({"total_mg": 100, "every_days": 2, "times": ["08:00"]}, "step-unsaid"),
        ({"total_mg": 30, "step_mg": 10}, "every-unsaid"),
        ({"total_mg": 30, "until": "2026-03-03"}, "until"),
        ({"total_mg": 30, "until_mg": 120}, "limit"),
        ({"total_mg": 30, "free_split": True, "times": ["08:00"]}, "free-hours"),
        ({"total_mg": 30, "bedtime": "22:00"}, "bedtime"),
        ({"scheme": "one-tablet-3-days", "every_days": 6}, "scheme-pace"),
        ({"scheme": "one-tablet-3-days", "step_mg": 20}, "scheme-step"),
        ({"scheme": "one-tablet-3-days", "until_mg": 125}, "limit"),
        ({"total_mg": 100, "step_mg": -10}, "every-unsaid"),
    ],
)
def test_a_part_that_cannot_be_used_is_named_and_nothing_is_made_of_the_rest(slots: dict[str, Any], part: str) -> None:
    assert read_plan(slots, today=TODAY) == Unclear((part,))


async def test_a_decrease_that_was_not_understood_is_refused_and_not_kept_constant(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        (answer,) = await says(house, "my doctor wrote: decrease from 100 mg/day by 10 mg every 2 days at 8am 2pm 8pm")
        assert "plan-unclear" in answer.rules
        assert "confirm" not in offered(answer)
        assert "how often" in answer.text


def test_the_doses_of_the_first_step_and_the_increase_are_both_kept() -> None:
    doses = [{"mg": mg, "at": at} for mg, at in ((10, "08:00"), (5, "13:00"), (5, "18:00"), (10, "22:00"))]
    plan = plan_from(doses=doses, step_mg=10, every_days=5, until_mg=50)
    assert totals(plan) == [(30, 5), (40, 5), (50, None)]
    assert [dose.mg for dose in plan.steps[0].doses] == [10, 5, 5, 10]
    assert plan.steps[1].doses == tuple(Dose(time(hour)) for hour in (8, 13, 18, 22))


def test_a_scheme_keeps_the_limit_the_pace_and_the_tablets_that_were_said() -> None:
    plan = plan_from(scheme="one-tablet-3-days", until_mg=40, every_days=5, tablet_mg=20)
    assert totals(plan)[-1] == (40, None)
    assert totals(plan)[1] == (20, 5)
    assert plan.tablet_mg == 20


def test_bedtime_is_one_of_the_hours() -> None:
    plan = plan_from(total_mg=60, times=["08:00", "13:00"], bedtime="22:30")
    assert [dose.at for dose in plan.steps[0].doses] == [time(8), time(13), time(22, 30)]


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"total_mg": 100, "step_mg": -10, "every_days": 2}, [(90, 2), (80, 2), (70, 2), (60, 2), (50, 2), (40, 2)]),
        ({"from_total_mg": 100, "total_mg": 60, "step_mg": 10, "every_days": 2}, [(90, 2), (80, 2), (70, 2), (60, None)]),
        ({"total_mg": 100, "step_mg": -10, "every_days": 2, "until_mg": 80}, [(90, 2), (80, None)]),
    ],
)
def test_a_decrease_goes_down_by_what_was_said(slots: dict[str, Any], expected: list[tuple[int, int | None]]) -> None:
    plan = plan_from(**slots, times=["08:00", "20:00"])
    assert totals(plan)[: len(expected)] == expected
    assert plan.steps[0].doses == (Dose(time(8)), Dose(time(20)))
    assert plan.steps[-1].total_mg or not plan.steps[-1].doses


def test_a_decrease_faster_than_every_source_is_an_alarm() -> None:
    verdict = read_plan({"total_mg": 200, "step_mg": -50, "every_days": 1}, today=TODAY)
    assert isinstance(verdict, Alarm)
    assert "taper-too-fast" in verdict.rules


# --- ceilings ---


async def test_a_plan_of_exactly_300_says_not_to_exceed_it(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        (answer,) = await says(house, "300 mg a day at 8am noon 4pm and 8pm")
        assert "do not exceed it" in answer.text
        assert "ceiling-300" in answer.rules
        assert "confirm" in offered(answer)


async def test_a_plan_above_300_is_for_a_human_today(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        (answer,) = await says(house, "320 mg a day at 8am noon 4pm and 8pm")
        assert answer.level == "urgent"
        assert offered(answer) == {"talk-to-human"}


async def test_an_increase_without_an_end_says_so(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        (endless,) = await says(house, "100 mg a day, +10 every 3 days at 8am noon 4pm and 8pm")
        assert "You gave no end" in endless.text
        (ended,) = await says(house, "30 mg a day, plus 10 every 3 days up to 120 mg, at 8am noon 4pm and 8pm")
        assert "You gave no end" not in ended.text


async def test_the_illustration_is_made_of_the_tablets_at_hand(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), plan="75 mg a day, split as I like, 25 mg tablets") as house:
        (answer,) = await says(house, "how should I split 75 mg if cravings hit at 6pm?")
        assert answer.text.count("25 mg at ") == 3


# --- a yes starts what was read back, on its day, and nothing else ---


async def test_a_refused_correction_leaves_no_plan_to_say_yes_to(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        before = await plan_of(house)
        await says(house, "40 mg a day at 8am 1pm and 10pm")
        await says(house, "20 mg a day: 10 mg at 8am, 5 mg at 1pm and 10 mg at 10pm")
        await says(house, "ok")
        assert await plan_of(house) == before


async def test_the_button_of_an_earlier_reading_starts_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        before = await plan_of(house)
        (first,) = await says(house, "20 mg a day at 8am 1pm and 10pm")
        await says(house, "100 mg a day at 8am 1pm and 10pm")
        stale = next(choice for choice in first.choices if choice.id == "confirm")
        await house.house.conversation.hear(house.message("patient", press=Press(stale.id, stale.about)))
        assert await plan_of(house) == before


async def test_a_plan_whose_first_day_went_by_is_read_back_from_today(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 23)) as house:
        before = await plan_of(house)
        await says(house, "20 mg a day from today at 8am 1pm and 10pm")
        house.clock.move(on(2, 7))
        (again,) = await presses(house, "confirm")
        assert "Friday 2 January" in again.text
        assert await plan_of(house) == before
        await presses(house, "confirm")
        assert (await plan_of(house)).plan.start == date(2026, 1, 2)


async def test_a_plan_already_under_way_is_not_moved(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(31, 23), plan="four dose plan starting January 1st, bedtime 10pm") as house:
        await says(house, "four dose plan starting January 2nd, bedtime 10pm")
        house.clock.move(on(31, 23, 59))
        await presses(house, "confirm")
        assert (await plan_of(house)).plan.start == date(2026, 1, 2)


async def test_the_question_of_bedtime_takes_no_other_hour(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 9), plan="") as house:
        await house.settle("patient")
        await says(house, "four dose plan from today")
        await says(house, "took 5 mg at 8am")
        assert [entry.detail["dose_mg"] for entry in await logged(house, "intake")] == [5]
        (read,) = await says(house, "10pm")
        assert "22:00" in read.text
        assert "confirm" in offered(read)


async def test_in_a_freeze_no_plan_is_read_back(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        await says(house, DANGER)
        (answer,) = await says(house, "40 mg a day at 8am 1pm and 10pm")
        assert "red-flag-freeze" in answer.rules


# --- holds ---


async def test_a_hold_before_anything_was_taken_says_the_step_before(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(5, 21)) as house:
        await house.until(on(6, 8))
        (answer,) = await presses(house, "hold")
        assert "step 1, 10 mg" in answer.text
        assert await steps_on(house, 6, 20) == [1, 1]


async def test_a_hold_after_an_intake_says_plainly_which_step_is_held(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(5, 21)) as house:
        await house.until(on(6, 8))
        await presses(house, "taken")
        (answer,) = await presses(house, "hold")
        assert "step 2, 20 mg" in answer.text
        assert "it is this one you stay at" in answer.text
        assert await steps_on(house, 6, 20) == [2, 2]


async def test_going_on_after_an_intake_begins_tomorrow(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(5, 21)) as house:
        await house.until(on(6, 8))
        await presses(house, "hold")
        await presses(house, "taken")
        (answer,) = await presses(house, "step-up")
        assert "Wednesday 7 January" in answer.text
        assert await steps_on(house, 6, 7) == [1, 2]


async def test_a_plan_that_stands_still_offers_to_go_on_whenever_it_is_shown(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(3, 7)) as house:
        assert "step-up" not in offered((await says(house, "what is my plan?"))[0])
        await says(house, "drowsy 7/10")
        await presses(house, "hold")
        (shown,) = await says(house, "what is my plan?")
        assert "step-up" in offered(shown)
        assert "Saturday 3 January" in shown.text


async def test_a_hold_is_asked_about_every_week_until_it_ends(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(3, 7)) as house:
        await says(house, "drowsy 7/10")
        await presses(house, "hold")
        asked = [message for message in to_patient(await house.until(on(18, 7))) if "stood still" in message.text]
        assert [offered(message) >= {"step-up", "hold"} for message in asked] == [True, True]
        await presses(house, "step-up")
        assert not [m for m in to_patient(await house.until(on(29, 7))) if "stood still" in m.text]


async def test_reminders_can_be_paused_in_words_without_erasing_and_come_back(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(3, 7)) as house:
        await says(house, "stop the reminders")
        (paused,) = await presses(house, "pause")
        assert "never-stop-abruptly" in paused.rules
        assert [m.kind for m in to_patient(await house.until(on(9, 7)))] == []
        await presses(house, "step-up")
        assert "reminder" in [m.kind for m in to_patient(await house.until(on(9, 8)))]
