"""A step is judged before it is shown: what keeps it back is said with its rule, and nothing rises unannounced."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.handlers import steps
from bot.ports import Outgoing
from tests.handlers.days import DANGER, asleep_until, at_the_moment, offered, on, open_rig, presses, says, steps_on, to_patient
from tests.houses import Rig

EVENING = on(5, 21)
"""The evening before the second step of the four-dose plan."""


async def follow(house: Rig, *, since: int, until: int) -> None:
    """Days of the first step on which both planned intakes are logged."""
    for day in range(since, until + 1):
        await house.until(on(day, 8))
        await presses(house, "taken")
        await house.until(on(day, 22))
        await presses(house, "taken")


async def morning_of_the_step(house: Rig) -> list[Outgoing]:
    """What the patient gets on the morning on which the second step begins."""
    return [message for message in to_patient(await house.until(on(6, 8))) if "22:00" not in message.text or message.kind == "notice"]


async def test_a_step_that_nothing_withholds_is_announced_and_nothing_is_doubted(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7)) as house:
        await follow(house, since=1, until=5)
        news, reminder = await morning_of_the_step(house)
        assert "step-due" in news.rules
        assert "not heard of your intakes" not in news.text
        assert reminder.kind == "reminder"
        assert await steps_on(house, 6) == [2]


async def test_a_log_that_is_silent_is_said_to_be_and_the_person_decides(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7)) as house:
        await house.until(on(5, 23))
        news, _ = await morning_of_the_step(house)
        assert {"step-due", "history-missing", "prescriber-decides"} <= set(news.rules)
        assert "not heard of your intakes" in news.text
        assert offered(news) == {"step-up", "hold"}


@pytest.mark.parametrize(("words", "rule"), [("drowsy 9/10", "hold-side-effect"), ("dizzy 5/10", "hold-side-effect")])
async def test_a_bothersome_effect_holds_the_step_and_says_so(words: str, rule: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, words)
        kept, reminder = await morning_of_the_step(house)
        assert rule in kept.rules
        assert "step-due" not in kept.rules
        assert "step 1" in kept.text
        assert "step-up" in offered(kept)
        assert reminder.kind == "reminder"
        assert await steps_on(house, 6, 20) == [1, 1]


async def test_a_mild_effect_holds_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, "drowsy 2/10")
        news, _ = await morning_of_the_step(house)
        assert "step-due" in news.rules


async def test_restlessness_before_a_step_keeps_it_back_and_a_human_hears_of_it(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, "restless at night 8/10")
        said = await house.until(on(6, 8))
        kept = next(message for message in to_patient(said) if message.kind == "notice")
        assert (kept.level, "step-back-7-days" in kept.rules) == ("urgent", True)
        assert "step-up" not in offered(kept)
        (card,) = [message for message in said if message.account.id == "keeper"]
        assert "restlessness 8/10" in card.text
        assert await steps_on(house, 6, 20) == [1, 1]


@pytest.mark.parametrize("words", ["restless at night 7/10", "restless at night", "I can't sleep at night 8/10"])
async def test_restlessness_on_a_new_step_is_orange_with_the_tables_rule(words: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(28, 12)) as house:  # day 28: 60 mg a day
        said = await house.says("patient", words)
        orange = next(message for message in to_patient(said) if message.level == "urgent")
        assert "step-back-7-days" in orange.rules
        assert "50 mg" in orange.text
        assert "Wednesday 4 February" in orange.text
        assert "60 mg" not in orange.text
        assert any(message.account.id == "keeper" for message in said)


async def test_a_mild_restlessness_and_a_plan_without_the_rule_are_not_orange(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(28, 12)) as house:
        assert all(message.level != "urgent" for message in await says(house, "restless at night 2/10"))
        await says(house, "60 mg a day from January 1st 2026 at 8am 1pm and 10pm")
        await presses(house, "confirm")
        assert all(message.level != "urgent" for message in await says(house, "restless at night 8/10"))


async def test_no_step_is_shown_before_the_prescriber_has_answered(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await at_the_moment(house, lambda moment: steps.await_prescriber(moment, "interaction-opioid"))
        kept, _ = await morning_of_the_step(house)
        assert "prescriber-decides" in kept.rules
        assert await steps_on(house, 6) == [1]
        await house.until(on(7, 7))
        await presses(house, "step-up")  # the prescriber has answered, says the person
        assert await steps_on(house, 7) == [2]


async def test_the_person_who_goes_on_is_not_asked_again_unless_something_new_is_reported(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, "drowsy 9/10")
        await house.until(on(6, 8))
        await presses(house, "taken")
        await presses(house, "step-up")  # something was taken today: from tomorrow
        assert await steps_on(house, 6, 7) == [1, 2]
        said = to_patient(await house.until(on(7, 8)))
        assert [message.kind for message in said if message.kind == "notice"] == []


async def test_an_effect_reported_after_the_decision_is_judged_again(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, "drowsy 9/10")
        await house.until(on(6, 8))
        await presses(house, "taken")
        await presses(house, "step-up")
        house.clock.move(on(6, 9))
        await says(house, "dizzy 9/10")
        said = to_patient(await house.until(on(7, 8)))
        assert ["hold-side-effect" in message.rules for message in said if message.kind == "notice"] == [True]
        assert await steps_on(house, 7) == [1]


async def test_a_step_is_announced_once_a_day_however_many_reminders_it_has(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        said = to_patient(await house.until(on(6, 23)))
        assert [message.kind for message in said].count("notice") == 1


async def test_a_step_that_began_while_the_process_was_away_is_judged_all_the_same(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, "drowsy 9/10")
        said = await asleep_until(house, on(7, 12))
        assert "hold-side-effect" in said[0].rules
        assert await steps_on(house, 6, 7) == [1, 1]


async def test_a_step_whose_first_intake_is_logged_stops_there(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, "drowsy 9/10")
        house.clock.move(on(6, 7, 30))
        await says(house, "took 5 mg at 7:30am")
        said = to_patient(await house.until(on(6, 9)))
        kept = next(message for message in said if message.kind == "notice")
        assert "goes no further" in kept.text
        assert await steps_on(house, 6, 20) == [2, 2]


async def test_asking_for_the_plan_before_the_first_reminder_judges_the_step_first(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, "drowsy 9/10")
        house.clock.move(on(6, 0, 30))
        kept, shown = await says(house, "what is my plan?")
        assert "hold-side-effect" in kept.rules
        assert "step 1" in shown.text


async def test_while_somebody_waits_for_a_human_no_step_goes_up(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, "I want to talk to someone")
        said = to_patient(await house.until(on(6, 20)))
        assert [m.rules for m in said if m.kind == "notice" and "red-flag-freeze" in m.rules] == [("red-flag-freeze",)]
        assert await steps_on(house, 6, 20) == [1, 1]


async def test_after_a_red_flag_nothing_at_all_is_said_of_steps(tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await says(house, DANGER)
        said = to_patient(await house.until(on(6, 8)))
        assert [message for message in said if "step" in message.text] == []
        assert await steps_on(house, 6) == [1]


@pytest.mark.parametrize(("closed", "stepped"), [("referred 1", False), ("false alarm 1", True)])
async def test_after_a_closed_emergency_the_prescriber_comes_before_the_next_step(closed: str, stepped: bool, tmp_path: Path) -> None:
    async with open_rig(tmp_path, EVENING) as house:
        await house.until(on(5, 11))
        await says(house, DANGER)
        await house.says("keeper", "claim 1")
        await house.says("keeper", closed)
        said = to_patient(await house.until(on(7, 23)))
        offered = [message for message in said if "a new step starts" in message.text]
        assert bool(offered) is stepped
        assert stepped or any("only your prescriber" in message.text for message in said)
