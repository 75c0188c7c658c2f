"""The prescriber's changes, longer steps, days without: nothing is jumped over, and nobody is left without a plan."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.handlers import agenda
from tests.handlers.days import AMOUNT, logged, offered, on, open_rig, plan_of, presses, says, steps_on

FOUR = "plan: 20/15/15/20 at 8am 1pm 6pm 10pm"


async def totals_on(house: object, *days: int) -> list[int]:
    """The daily totals of days of January."""
    stored = await plan_of(house)  # type: ignore[arg-type]  # a rig
    laid = [agenda.day_of(stored, date(2026, 1, day)) for day in days]
    return [day.total_mg for day in laid if day is not None]


# --- a change -----------------------------------------------------------------------------------------------------


async def test_a_change_reads_both_amounts_back_and_starts_nothing_low(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 9), FOUR) as house:
        house.clock.move(on(3, 9))
        (answer,) = await says(house, "plan: 20/20/20/20 at 8am 1pm 6pm 10pm")
        assert "70 mg" in answer.text
        assert "80 mg" in answer.text
        assert "start-low" not in answer.rules
        assert "never-stop-abruptly" not in answer.rules
        assert "confirm" in offered(answer)


@pytest.mark.parametrize(("plan", "rule"), [("10/10/10/10", "never-stop-abruptly"), ("30/30/30/30", "prescriber-decides")])
async def test_a_large_jump_is_said_to_be_one(tmp_path: Path, plan: str, rule: str) -> None:
    async with open_rig(tmp_path, on(1, 9), FOUR) as house:
        house.clock.move(on(3, 9))
        (answer,) = await says(house, f"plan: {plan} at 8am 1pm 6pm 10pm")
        assert rule in answer.rules
        assert "confirm" in offered(answer)


async def test_until_a_change_begins_the_present_plan_goes_on(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 9), FOUR) as house:
        (answer,) = await says(house, "plan: 20/20/20/20 at 8am 1pm 6pm 10pm from January 4th")
        assert "goes on" in answer.text
        await presses(house, "confirm")
        assert await totals_on(house, 1, 2, 3, 4, 5, 20) == [70, 70, 70, 80, 80, 80]
        assert await steps_on(house, 3, 4) == [1, 2]


async def test_a_change_that_drops_the_extra_tablet_says_so(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 9), FOUR + ", one extra 10 mg tablet if the craving is strong, once a day") as house:
        house.clock.move(on(3, 9))
        (answer,) = await says(house, "plan: 20/20/20/20 at 8am 1pm 6pm 10pm")
        assert "this one has none" in answer.text


# --- a longer step ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["extend this step by 3 days", "stay on this step 3 more days", "prolonge ce palier de 3 jours"])
async def test_a_longer_step_shifts_what_follows_case_15(tmp_path: Path, words: str) -> None:
    async with open_rig(tmp_path, on(2, 9)) as house:
        assert await steps_on(house, 5, 6) == [1, 2]
        (answer,) = await says(house, words)
        assert {"hold-side-effect", "step-not-shortened"} <= set(answer.rules)
        assert not AMOUNT.search(answer.text)
        assert await steps_on(house, 5, 6, 8, 9, 13, 14) == [1, 1, 1, 2, 2, 3]


async def test_a_first_step_still_to_begin_is_made_longer_too(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(2, 9), "four dose plan from January 10th 2026, bedtime 10pm") as house:
        (answer,) = await says(house, "extend this step by 3 days")
        assert "18 January" in answer.text
        assert await steps_on(house, 17, 18) == [1, 2]


async def test_asking_whether_a_step_may_last_longer_changes_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(2, 9)) as house:
        (answer,) = await says(house, "can I extend this step by 3 days?")
        assert "hold" in offered(answer)
        assert await steps_on(house, 5, 6) == [1, 2]


async def test_a_step_without_an_end_is_not_made_longer(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(2, 9), FOUR) as house:
        version = (await plan_of(house)).version
        (answer,) = await says(house, "extend this step by 3 days")
        assert "no end" in answer.text
        assert (await plan_of(house)).version == version


async def test_staying_without_a_length_is_a_hold(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(2, 9)) as house:
        (answer,) = await says(house, "I'd like to stay on this step")
        assert "hold-side-effect" in answer.rules
        assert await steps_on(house, 6, 20) == [1, 1]


# --- days without -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "my boyfriend stopped his vodka wednesday, he shakes so hard that the bed moves",
        "mon copain a arrêté la vodka mercredi, il tremble à faire bouger le lit, il est trempé",
    ],
)
async def test_what_somebody_else_has_is_not_noted_as_ones_own(tmp_path: Path, words: str) -> None:
    async with open_rig(tmp_path, on(8, 9)) as house:
        said = await says(house, words)
        assert any(message.level in ("urgent", "emergency") for message in said)
        assert await logged(house, "side_effect") == []


@pytest.mark.parametrize("words", ["haven't taken any since Monday", "3 days without baclofen", "3 jours sans baclofène"])
async def test_days_without_are_kept_and_reach_a_human_case_45(tmp_path: Path, words: str) -> None:
    async with open_rig(tmp_path, on(8, 9)) as house:  # a Thursday
        said = await says(house, words)
        assert any({"day-missed", "never-double"} <= set(message.rules) and message.level == "urgent" for message in said)
        assert not any(AMOUNT.search(message.text) for message in said)
        assert [entry.detail["day"] for entry in await logged(house, "missed")] == ["2026-01-06", "2026-01-07"]
        await house.until(on(11, 9))  # a step would begin
        assert await steps_on(house, 10, 11, 12) == [2, 2, 2]


async def test_a_day_on_which_something_was_taken_was_not_missed(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(7, 9)) as house:
        await says(house, "took 5 mg at 8am")
        house.clock.move(on(8, 12))
        await says(house, "haven't taken any since Monday")
        assert [entry.detail["day"] for entry in await logged(house, "missed")] == ["2026-01-06"]


async def test_after_days_without_no_former_dose_is_started_again_unasked(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(8, 9), FOUR) as house:
        await says(house, "haven't taken any since Monday")
        answer = (await says(house, FOUR))[0]
        assert {"day-missed", "start-low", "prescriber-decides"} <= set(answer.rules)
        assert "confirm" not in offered(answer)
        low = (await says(house, "plan: 5/5/5/5 at 8am 1pm 6pm 10pm"))[0]
        assert "confirm" in offered(low)


# --- what one's own plan adds to a question -----------------------------------------------------------------------


async def test_questions_of_staying_and_going_down_are_answered_with_dates_and_no_amount(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 9), FOUR) as house:
        house.clock.move(on(8, 9))
        (soon,) = await says(house, "when can I start lowering the dose?")
        assert "three weeks at least" in soon.text
        assert not AMOUNT.search(soon.text)
        house.clock.move(on(29, 9))
        (later,) = await says(house, "when can I start lowering the dose?")
        assert "three weeks at least" not in later.text
        assert "1 January" in later.text
        (kept,) = await says(house, "how long is the consolidation?")
        assert "consolidation" in kept.rules
        assert "0 whole months" in kept.text


@pytest.mark.parametrize("words", ["I relapsed, what dose should I go back to?", "j'ai rechuté, à quelle dose je reprends ?"])
async def test_after_a_relapse_no_dose_is_named(tmp_path: Path, words: str) -> None:
    async with open_rig(tmp_path, on(8, 9), FOUR) as house:
        (answer,) = await says(house, words)
        assert {"relapse", "prescriber-decides"} <= set(answer.rules)
        assert not AMOUNT.search(answer.text)
        assert "S000" in answer.text
