"""The person's days: reminders late and put off, judged again before they leave, and what a freeze stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.handlers import agenda
from bot.handlers.reminders import judge_again
from bot.handlers.turn import choices, say
from bot.messages import Reply
from tests.handlers.days import (
    AMOUNT,
    DANGER,
    asleep_until,
    at_the_moment,
    offered,
    on,
    open_rig,
    plan_of,
    presses,
    says,
    steps_on,
    to_patient,
)
from tests.houses import Rig

# --- late, put off, after an outage ---


async def test_an_outage_is_told_in_one_message_that_dates_what_was_missed(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        (told,) = await asleep_until(house, on(22, 18, 30))
        assert "Thursday 22 January: 8:00 and 13:00" in told.text
        assert "late: Thursday 22 January, 18:00" in told.text
        assert told.text.count("mg") == 1
        assert {choice.about for choice in told.choices} == {"2026-01-22T18:00"}


async def test_two_days_away_are_one_message_and_the_next_reminder_comes_at_its_hour(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        (told,) = await asleep_until(house, on(24, 7, 30))
        assert "Thursday 22 January: 8:00, 13:00, 18:00 and 22:00" in told.text
        assert "Friday 23 January: 8:00, 13:00, 18:00 and 22:00" in told.text
        assert "taken" not in offered(told)
        assert not AMOUNT.search(told.text)
        (reminder,) = to_patient(await house.until(on(24, 8)))
        assert "It is 8:00" in reminder.text


async def test_less_than_two_hours_before_the_next_a_late_reminder_invites_to_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        (told,) = await asleep_until(house, on(22, 11, 1))
        assert offered(told) == {"taken-earlier", "skip"}
        assert not AMOUNT.search(told.text)
        assert "Thursday 22 January, 8:00" in told.text


@pytest.mark.parametrize(("minute", "said"), [(0, "It is 8:00"), (1, "Planned at 8:00"), (14, "Planned at 8:00"), (16, "late")])
async def test_it_is_eight_is_said_at_eight_alone(minute: int, said: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        (told,) = await asleep_until(house, on(1, 8, minute))
        assert said in told.text


async def test_a_reminder_put_off_past_the_next_intake_invites_to_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        await house.until(on(22, 8))
        await says(house, "remind me in 6 hours")
        await house.until(on(22, 13))
        await presses(house, "taken")
        (again,) = to_patient(await house.until(on(22, 14)))
        assert "It is" not in again.text
        assert offered(again) == {"taken-earlier", "skip"}
        assert not AMOUNT.search(again.text)


async def test_a_reminder_put_off_for_a_while_says_which_intake_it_is_about(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        await house.until(on(22, 8))
        await presses(house, "snooze-15")
        (again,) = to_patient(await house.until(on(22, 8, 15)))
        assert "Thursday 22 January, 8:00" in again.text
        assert "taken" in offered(again)


async def test_a_reminder_put_off_to_an_hour_comes_back_at_that_hour(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        await house.until(on(22, 8))
        await says(house, "snooze until 9:30am")
        assert to_patient(await house.until(on(22, 9, 29))) == []
        assert len(to_patient(await house.until(on(22, 9, 30)))) == 1


# --- judged again just before sending ---


def reminder_of(slot: str = "2026-01-22T08:00") -> Reply:
    """The reminder of a slot as it was posted on the hour."""
    words = (say("reminder.now", dose={"mg": 15}, hour={"clock": "08:00"}),)
    return Reply(to=1, words=words, kind="reminder", choices=choices("taken", "snooze-15", "skip", about=slot))


async def again(house: Rig, reply: Reply, when: datetime) -> Reply | None:
    """What is sent of a reply at a moment."""
    house.clock.move(when)
    return await at_the_moment(house, lambda moment: judge_again(moment, reply, reply.choices[0].about))


async def test_a_reminder_on_its_hour_is_sent_as_it_is(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        dose = await at_the_moment(house, lambda m: agenda.slot_named(m, "2026-01-22T08:00"))
        assert dose is not None
        reply = reminder_of()
        reply = replace(reply, words=(say("reminder.now", dose={"mg": dose.dose.mg}, hour={"clock": "08:00"}),))
        assert await again(house, reply, on(22, 8)) is reply


async def test_a_queued_reminder_becomes_what_is_true_when_it_leaves(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        reply = reminder_of()
        ten_past = await again(house, reply, on(22, 8, 10))
        late = await again(house, reply, on(22, 10))
        too_late = await again(house, reply, on(22, 12, 6))
        assert ten_past is not None
        assert late is not None
        assert too_late is not None
        assert [one.words[0].key for one in (ten_past, late, too_late)] == ["reminder.planned", "reminder.late", "reminder.missed-by-us"]
        assert {choice.id for choice in too_late.choices} == {"taken-earlier", "skip"}


async def test_what_was_answered_or_put_off_meanwhile_is_not_sent(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        reply = reminder_of()
        await house.until(on(22, 8))
        await presses(house, "snooze-15")
        assert await again(house, reply, on(22, 8, 1)) is None
        await says(house, "taken")
        assert await again(house, reply, on(22, 8, 2)) is None


async def test_after_a_red_flag_a_queued_reminder_becomes_one_check_in(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        reply = reminder_of()
        await says(house, DANGER)
        check_in = await again(house, reply, on(22, 8, 3))
        assert check_in is not None
        assert check_in.kind == "check_in"
        assert await again(house, reply, on(22, 13, 3)) is None


async def test_what_the_plan_no_longer_has_is_not_sent(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        reply = reminder_of(slot="2026-01-22T09:15")
        assert await again(house, reply, on(22, 9, 15)) is None


async def test_what_an_outage_left_behind_stays_beside_the_reminder_that_is_judged_again(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        reply = reminder_of()
        listed = say("reminder.missed-several", lines={"lines": ["…"]})
        judged = await again(house, replace(reply, words=(listed, *reply.words)), on(22, 10))
        assert judged is not None
        assert [words.key for words in judged.words] == ["reminder.missed-several", "reminder.late"]


async def test_news_of_a_step_is_not_sent_after_a_danger_sign_nor_on_another_day(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(6, 7)) as house:
        news = Reply(to=1, words=(say("step.due"),), kind="notice", choices=choices("step-up", "hold", about="2026-01-06"))
        assert await again(house, news, on(6, 8)) is news
        assert await again(house, news, on(7, 8)) is None
        house.clock.move(on(6, 8))
        await says(house, DANGER)
        assert await again(house, news, on(6, 8, 5)) is None


# --- a freeze freezes ---


async def test_a_freeze_on_the_morning_of_a_new_step_keeps_the_step_before(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(5, 21)) as house:
        await house.until(on(6, 7))
        await at_the_moment(house, agenda.freeze)
        said = to_patient(await house.until(on(6, 20)))
        assert [message.kind for message in said] == ["reminder"]
        assert await steps_on(house, 6) == [1]


async def test_a_freeze_after_an_intake_keeps_the_day_as_it_has_begun(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(5, 21)) as house:
        await house.until(on(6, 8))
        await presses(house, "taken")
        await at_the_moment(house, agenda.freeze)
        assert await steps_on(house, 6, 7, 20) == [2, 2, 2]


async def test_a_thaw_raises_nothing_the_same_day_and_the_step_is_announced_the_next(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(5, 21)) as house:
        await house.until(on(6, 7))
        await at_the_moment(house, agenda.freeze)
        await house.until(on(8, 9))
        await at_the_moment(house, agenda.thaw)
        assert await steps_on(house, 8, 9) == [1, 2]
        assert to_patient(await house.until(on(8, 19))) == []
        said = to_patient(await house.until(on(9, 8)))
        assert "step-due" in said[-2].rules


async def test_a_freeze_that_ends_before_it_began_never_was(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(3, 7)) as house:
        await house.until(on(3, 8))
        await presses(house, "taken")
        await at_the_moment(house, agenda.freeze)
        await at_the_moment(house, agenda.thaw)
        assert (await plan_of(house)).plan.holds == ()


async def test_freezing_twice_holds_once(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        await at_the_moment(house, agenda.freeze)
        await house.until(on(3, 9))
        await at_the_moment(house, agenda.freeze)
        assert len((await plan_of(house)).plan.holds) == 1
