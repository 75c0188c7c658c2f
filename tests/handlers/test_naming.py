"""Amounts pass one choke point before they are named: what is withheld says its rule, and no number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from bot.core.plan import Dose, Plan, Step, TopUp
from bot.handlers import agenda
from bot.handlers.turn import Moment
from tests.handlers.days import AMOUNT, DANGER, at_the_moment, logged, offered, on, open_rig, plan_of, presses, says, to_patient
from tests.houses import Rig

FOUR = "plan: 20/15/15/20 at 8am 1pm 6pm 10pm"
TWO = Plan(scheme="custom", start=date(2026, 1, 1), steps=(Step(60, None, (Dose(time(8), 20), Dose(time(20), 40))),))


async def keep(house: Rig, plan: Plan) -> None:
    """A plan that no reading back let through: what is stored is doubted as well."""

    def add(moment: Moment) -> None:
        agenda.schedule(moment, moment.unit.plans.add(moment.person.id, plan, moment.now, by=None).plan)

    await at_the_moment(house, add)


# --- reminders, what is next, today -------------------------------------------------------------------------------


async def test_a_dose_that_would_pass_the_days_total_is_not_named(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), FOUR) as house:
        await says(house, "took 60 mg at 7:10am")
        (reminder,) = to_patient(await house.until(on(1, 13)))
        assert reminder.kind == "reminder"
        assert "over-plan" in reminder.rules
        assert "13:00" in reminder.text
        assert not AMOUNT.search(reminder.text)
        assert offered(reminder) == {"taken", "skip", "talk-to-human"}
        (answer,) = await says(house, "what is my plan?")
        assert "over-plan" in answer.rules
        assert not AMOUNT.search(answer.text)
        (answer,) = await says(house, "when is my next dose?")
        assert "over-plan" in answer.rules
        assert "18:00" in answer.text
        assert not AMOUNT.search(answer.text)


async def test_within_the_days_total_every_dose_is_named(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), FOUR) as house:
        for hour, dose in ((8, "20 mg"), (13, "15 mg"), (18, "15 mg"), (22, "20 mg")):
            (reminder,) = to_patient(await house.until(on(1, hour)))
            assert dose in reminder.text
            await presses(house, "taken")
        (answer,) = await says(house, "what is my plan?")
        assert "70 mg" in answer.text


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        (replace(TWO, max_single_mg=15), "plan-max-single"),
        (replace(TWO, tablet_mg=25), "not-a-half-tablet"),
        (replace(TWO, steps=(Step(220, None, (Dose(time(8), 20), Dose(time(20), 200))),)), "over-200-single"),
    ],
)
async def test_a_kept_plan_that_passes_a_bound_is_told_without_its_amounts(tmp_path: Path, changed: Plan, rule: str) -> None:
    async with open_rig(tmp_path, on(1, 9), FOUR) as house:
        await keep(house, changed)
        for question in ("what is my plan?", "how should I split it if cravings hit at 6pm?", "when is my next dose?"):
            answer = (await says(house, question))[-1]
            assert rule in answer.rules, question
            assert not AMOUNT.search(answer.text)
        (reminder,) = to_patient(await house.until(on(1, 20)))
        assert rule in reminder.rules
        assert not AMOUNT.search(reminder.text)


async def test_a_red_case_silences_every_amount(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), FOUR + ", one extra 10 mg tablet if the craving is strong, once a day") as house:
        await says(house, DANGER)
        for words in (
            "what is my plan?",
            "when is my next dose?",
            "can I take my extra tablet?",
            "extend this step by 3 days",
            "craving 9/10",
        ):
            said = await says(house, words)
            assert not any(AMOUNT.search(message.text) for message in said), words


# --- the extra tablet ---------------------------------------------------------------------------------------------


async def test_the_extra_tablet_does_not_take_the_place_of_a_planned_dose(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), FOUR + ", one extra 10 mg tablet if the craving is strong, once a day") as house:
        for hour in (8, 13, 18):
            await house.until(on(1, hour))
            await presses(house, "taken")
        await house.until(on(1, 19))
        await says(house, "took my extra tablet")
        (reminder,) = to_patient(await house.until(on(1, 22)))
        assert "20 mg" in reminder.text
        (echo,) = await presses(house, "taken")
        assert "over-plan" not in echo.rules
        extras = [bool(entry.detail.get("top_up")) for entry in await logged(house, "intake")]
        assert extras == [False, False, False, True, False]


async def test_a_button_for_the_extra_tablet_is_of_its_own_day(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), FOUR + ", one extra 10 mg tablet if the craving is strong, once a day") as house:
        await house.until(on(1, 19))
        (answer,) = await says(house, "can I take my extra tablet?")
        assert "taken" in offered(answer)
        button = next(choice for choice in answer.choices if choice.id == "taken")
        assert button.about == "top-up:2026-01-01"
        house.clock.move(on(2, 7))
        assert await presses(house, "taken")
        assert not await logged(house, "intake")


async def test_a_corrected_extra_tablet_stays_one(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), FOUR + ", one extra 10 mg tablet if the craving is strong, twice a day") as house:
        assert (await plan_of(house)).plan.top_up == TopUp(10, 2)
        await says(house, "took my extra tablet")
        await says(house, "no, 5 mg")
        (entry,) = await logged(house, "intake")
        assert (entry.detail["dose_mg"], entry.detail["top_up"]) == (5, True)


async def test_an_ended_plan_has_no_extra_tablet_left(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(5, 9), FOUR) as house:
        await keep(house, Plan(scheme="custom", start=date(2026, 1, 1), steps=(Step(10, 2), Step(0, None)), top_up=TopUp(10, 1)))
        (answer,) = await says(house, "can I take my extra tablet?")
        assert {"top-up-only-if-planned", "prescriber-decides"} <= set(answer.rules)
        assert not AMOUNT.search(answer.text)
        assert "taken" not in offered(answer)


# --- several strengths --------------------------------------------------------------------------------------------


async def test_tablets_counted_without_their_strength_are_asked_about_and_never_guessed(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), "plan: 45 mg at 8am and 25 mg at 8pm, 10 and 25 mg tablets") as house:
        await house.until(on(1, 8))
        (asked,) = await says(house, "took 2 tablets")
        assert "strength" in asked.text
        (again,) = await says(house, "2 tablets")
        assert "strength" in again.text
        assert not await logged(house, "intake")
        await says(house, "45 mg")
        assert [entry.detail["dose_mg"] for entry in await logged(house, "intake")] == [45]


async def test_the_tablets_at_hand_stay_at_hand_for_the_prescribers_change(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), "plan: 45 mg at 8am and 25 mg at 8pm, 10 and 25 mg tablets") as house:
        (change,) = await says(house, "plan: 50 mg at 8am and 35 mg at 8pm")
        assert "35 mg (1 × 25 mg and 1 × 10 mg)" in change.text
        await presses(house, "confirm")
        assert (await plan_of(house)).plan.tablets_mg == (25, 10)
