"""The laws of hearing and ticking: said once, kept before it is said, and never silent about danger."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.messages import Account, Press
from bot.ports import SendFailed, Unit
from tests.houses import START, Rig, rig, settings_in

PLAN = "four dose plan from today, bedtime 10pm"
DANGER = "I want to kill myself"


async def with_plan(house: Rig) -> None:
    """A patient whose plan has just begun, and a moderator on duty."""
    await house.settle("patient")
    await house.settle("keeper", role="moderator", on_duty=True)
    await house.says("patient", PLAN)
    await house.presses("patient", "confirm")


async def test_a_repeated_update_speaks_once_and_logs_once(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_plan(house)
        for _ in range(3):
            await house.house.conversation.hear(house.message("patient", "took 5 mg at 7am", key="the same update"))
        said = [d for d in house.sender.delivered if "Noted" in d.message.text and "5 mg" in d.message.text and "Today" in d.message.text]
        assert len(said) == 1
        assert (await house.says("patient", "how much have I taken so far today?"))[0].text.count("5 mg") == 2


async def test_a_repeated_tick_speaks_once(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_plan(house)
        house.clock.move(START + timedelta(minutes=30))
        since = len(house.sender.delivered)
        for _ in range(5):
            await house.house.conversation.tick()
        assert [d.message.kind for d in house.sender.delivered[since:]] == ["reminder"]


async def test_two_processes_tick_on_one_database_and_remind_once(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with rig(settings) as one, rig(settings) as other:
        other.sender.platform = "elsewhere"  # a terminal of its own: it ticks, and nobody it reaches is concerned
        await with_plan(one)
        for house in (one, other):
            house.clock.move(START + timedelta(minutes=30))
        since = len(one.sender.delivered)
        await asyncio.gather(*(house.house.conversation.tick() for house in (one, other) * 3))
        await one.house.conversation.tick()  # the other may have served the timer after the last time that this one delivered
        reminders = [d for d in one.sender.delivered[since:] + other.sender.delivered if d.message.kind == "reminder"]
        assert len(reminders) == 1


async def test_nothing_late_is_dropped_in_silence(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_plan(house)
        house.clock.move(START + timedelta(hours=3))  # the machine slept through 8:00
        since = len(house.sender.delivered)
        await house.house.conversation.tick()
        (late,) = [d.message for d in house.sender.delivered[since:]]
        assert "late" in late.text
        house.clock.move(START + timedelta(hours=38))  # and through two more
        await house.house.conversation.tick()
        all_that_was_missed = " ".join(d.message.text for d in house.sender.delivered[since + 1 :])
        assert "22:00" in all_that_was_missed
        assert "8:00" in all_that_was_missed


async def test_danger_is_answered_before_consent_and_nothing_but_the_way_to_answer_is_asked(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("keeper", role="moderator", on_duty=True)
        said = await house.says("stranger", DANGER)
        assert {(m.account.id, m.kind) for m in said} == {("stranger", "reply"), ("keeper", "case")}
        assert next(m for m in said if m.account.id == "stranger").level in ("urgent", "emergency")


async def test_with_nobody_to_page_the_person_is_told_so(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient")
        (answer,) = await house.says("patient", DANGER)
        assert "No moderator could be reached" in answer.text
        assert "moderators-alerted" not in answer.rules


async def test_a_moderator_off_duty_is_paged_when_nobody_is_on_duty(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient")
        await house.settle("keeper", role="moderator", on_duty=False)
        said = await house.says("patient", DANGER)
        assert ("keeper", "case") in {(m.account.id, m.kind) for m in said}


async def test_the_same_emergency_text_is_not_repeated_but_every_sign_reaches_a_human(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_plan(house)
        first = await house.says("patient", DANGER)
        second = await house.says("patient", "I really want to kill myself")
        texts = [next(m.text for m in said if m.account.id == "patient") for said in (first, second)]
        assert len(texts[1]) < len(texts[0])
        assert any(m.account.id == "keeper" for m in second)


async def test_a_moderators_words_are_not_screened_as_a_patients(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_plan(house)
        await house.says("patient", DANGER)
        await house.presses("keeper", "reply")
        said = await house.says("keeper", "You wrote that you want to kill yourself. Are you alone?")
        assert {m.account.id for m in said if "Are you alone" in m.text} == {"patient"}


async def test_a_patient_cannot_press_what_belongs_to_moderators(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_plan(house)
        await house.says("patient", DANGER)
        await house.house.conversation.hear(house.message("patient", press=Press("resolve-safe", "1")))
        case = await house.house.store.run(lambda unit: unit.cases.get(1))
        assert case is not None
        assert case.state == "open"


async def test_two_moderators_cannot_hold_one_case(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_plan(house)
        await house.settle("second", role="moderator", on_duty=True)
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        said = await house.presses("second", "claim")
        assert "another moderator" in said[0].text


async def test_what_cannot_be_sent_is_sent_later(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient")
        sender = house.sender
        refusing = Refusing(house, times=2)
        house.house.conversation._postman._senders["story"] = refusing
        assert await house.says("patient", "hello") == []
        await house.after(timedelta(minutes=1))
        await house.after(timedelta(minutes=1))
        assert [d.message.text.startswith("Hello") for d in sender.delivered] == [True]


class Refusing:
    """A platform that is away for a few attempts."""

    platform = "story"

    def __init__(self, house: Rig, *, times: int) -> None:
        self._inner = house.sender
        self._left = times

    def accounts(self) -> None:
        """Everybody."""
        return

    async def send(self, message: object) -> None:
        """Refuse, then pass on."""
        if self._left:
            self._left -= 1
            raise SendFailed("away")
        await self._inner.send(message)  # type: ignore[arg-type]  # the postman hands over what senders take


async def test_erasing_leaves_nothing_behind_and_starts_afresh(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_plan(house)
        await house.says("patient", "erase everything")
        (farewell,) = await house.presses("patient", "confirm")
        assert "erased everything" in farewell.text
        assert await house.house.store.run(lambda unit: unit.people.find(Account("story", "patient"))) is None
        assert await house.after(timedelta(days=2)) == []


async def test_a_plan_waits_while_a_case_is_open_and_then_goes_on_where_it_stood(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_plan(house)
        await house.until(START + timedelta(days=3))
        await house.says("patient", DANGER)
        await house.until(START + timedelta(days=20))
        await house.presses("keeper", "resolve-safe")
        (shown,) = await house.says("patient", "what is my plan?")
        assert "step 1" in shown.text
        assert "10 mg a day" in shown.text


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_forgotten_word_gets_one_clear_sentence_and_offers(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        (answer,) = await house.says("patient", "zxcv qwrt plop")
        assert "not-understood" in answer.rules
        assert answer.choices


def known(unit: Unit, name: str) -> bool:
    """Whether anybody is stored under a name."""
    return unit.people.find(Account("story", name)) is not None


async def test_a_restart_forgets_nothing_that_was_answered(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with rig(settings) as house:
        await with_plan(house)
        await house.says("patient", "took 5 mg at 7am")
    async with rig(settings, clock=house.clock) as again:
        assert await again.house.store.run(lambda unit: known(unit, "patient"))
        (answer,) = await again.says("patient", "how much have I taken so far today?")
        assert "5 mg" in answer.text
        assert replace(answer, text="") != answer
