"""The clock jumps, as after a night in a suspended machine or when the network corrects it: backwards and forwards, by an hour or by years.

What was said is not said again, what is due comes, what was heard stays heard, nobody waits for ever, and nothing raises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.story import StorySender, VirtualClock
from bot.messages import Press
from bot.ports import Outgoing
from tests.houses import Rig, rig, settings_in
from tests.rooms import room

HOUR, DAY, YEARS = timedelta(hours=1), timedelta(days=1), timedelta(days=3 * 365)
BACK = pytest.mark.parametrize("back", [timedelta(seconds=1), HOUR, DAY, YEARS], ids=["second", "hour", "day", "years"])
SOME_TIME = pytest.mark.parametrize("back", [timedelta(seconds=1), HOUR, DAY], ids=["second", "hour", "day"])
FORWARD = pytest.mark.parametrize("forward", [HOUR, DAY, 12 * DAY], ids=["hour", "day", "days"])

PLAN = "my doctor prescribed 80 mg a day: 20 at 8am, 20 at 1pm, 20 at 6pm, 20 at 10pm"
DANGER = "I want to kill myself"
HOURS = ("08:00", "13:00", "18:00", "22:00")
MIDMORNING = datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with an empty database."""
    with room() as made:
        yield made


def jump(house: Rig, to: datetime) -> None:
    """The clock shows another time from one moment to the next."""
    house.clock.at = to


async def settle(house: Rig, plan: str = PLAN) -> None:
    """A patient with a plan, and a keeper on duty."""
    await house.settle("patient")
    await house.settle("keeper", role="moderator", on_duty=True)
    await house.says("patient", plan)
    await house.presses("patient", "confirm")


def of(name: str, said: list[Outgoing], kind: str = "reply") -> list[Outgoing]:
    """What one person got of a kind."""
    return [message for message in said if message.account.id == name and message.kind == kind]


async def beats(house: Rig, length: timedelta, *, apart: timedelta = timedelta(seconds=30)) -> list[Outgoing]:
    """Time passes, beat after beat, as the ticker makes it; what everybody gets."""
    since, until = len(house.sender.delivered), house.clock.now() + length
    while house.clock.now() < until:
        jump(house, house.clock.now() + apart)
        await house.house.conversation.tick()
    return [each.message for each in house.sender.delivered[since:]]


def reminded(house: Rig) -> Counter[str]:
    """How often each planned intake was named by a reminder or by word of a missed one."""
    told = [each.message for each in house.sender.delivered if each.message.kind in ("reminder", "notice")]
    return Counter(choice.about for message in told for choice in message.choices[:1] if "T" in choice.about)


def slots(*days: int) -> Counter[str]:
    """The planned intakes of days of January, once each."""
    return Counter(f"2026-01-{day:02}T{hour}" for day in days for hour in HOURS)


@BACK
async def test_what_is_said_after_a_jump_backwards_is_heard_and_answered(back: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING - DAY)) as house:
        await settle(house)
        await house.until(MIDMORNING)
        jump(house, MIDMORNING - back)
        for text in ("took 20 mg at 7am", "what is my plan?", "I have a craving", "6", "what did I take today?", "my data"):
            assert of("patient", await house.says("patient", text)), text
        said = await house.says("patient", DANGER)
        assert "999" in of("patient", said)[0].text
        assert of("keeper", said, "case")
        assert of("patient", await house.presses("keeper", "claim"), "notice")
        assert of("keeper", await house.says("keeper", "history"))
        await house.presses("keeper", "resolve-safe")
        await house.after(2 * DAY)


@SOME_TIME
async def test_a_reminder_is_not_said_twice_after_a_jump_backwards(back: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING - 2 * DAY)) as house:
        await settle(house)
        await house.until(MIDMORNING)
        jump(house, MIDMORNING - back)
        await house.until(MIDMORNING + DAY)
        assert set(reminded(house).values()) == {1}


@SOME_TIME
async def test_no_reminder_is_lost_after_a_jump_backwards(back: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING - 2 * DAY)) as house:
        await settle(house)
        await house.until(MIDMORNING)
        jump(house, MIDMORNING - back)
        await house.until(MIDMORNING.replace(day=6, hour=23))
        assert slots(4, 5, 6) - reminded(house) == Counter()


@FORWARD
async def test_what_came_due_during_a_jump_forwards_is_said_once(forward: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING)) as house:
        await settle(house)
        jump(house, MIDMORNING + forward)
        for _ in range(60):
            await house.house.conversation.tick()
        before = reminded(house)
        tomorrow = house.clock.now() + DAY
        await house.until(tomorrow)
        assert set(reminded(house).values()) == {1}
        assert sum((reminded(house) - before).values()) == len(HOURS)


@pytest.mark.parametrize("plan", ["my doctor prescribed 40 mg a day: 20 at 1:30am, 20 at 1pm"])
@pytest.mark.parametrize(
    ("now", "back"),
    [("2026-10-25T00:40", HOUR), ("2026-10-25T01:40", HOUR), ("2026-03-29T01:10", HOUR), ("2026-10-25T01:40", DAY)],
    ids=["first 1:40", "second 1:40", "spring", "a day"],
)
async def test_a_jump_on_the_night_of_the_other_time_says_a_reminder_once(now: str, back: timedelta, plan: str, folder: Path) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    async with rig(settings_in(folder), clock=VirtualClock(moment - DAY)) as house:
        await settle(house, plan)
        await house.until(moment)
        jump(house, moment - back)
        await house.until(moment + DAY)
        told = reminded(house)
        days = {about[:10] for about in told}
        assert set(told.values()) == {1}
        assert f"{now[:10]}T01:30" in told
        assert len(days) >= 2


@BACK
async def test_an_update_that_comes_again_after_a_jump_is_heard_once(back: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING)) as house:
        await settle(house)
        update = house.message("patient", "took 20 mg at 8am")
        await house.house.conversation.hear(update)
        for moment in (MIDMORNING - back, MIDMORNING + back):
            jump(house, moment)
            since = len(house.sender.delivered)
            await house.house.conversation.hear(replace(update, sent_at=moment))
            assert house.sender.delivered[since:] == []
        exported = await house.house.store.run(lambda unit: unit.people.export(1))
        assert [entry["kind"] for entry in exported["entry"]].count("intake") == 1


@BACK
async def test_a_form_that_is_open_over_a_jump_backwards_is_answered(back: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING)) as house:
        await house.settle("patient")
        (asked,) = await house.says("patient", PLAN)
        jump(house, MIDMORNING - back)
        confirm = next(choice for choice in asked.choices if choice.id == "confirm")
        await house.house.conversation.hear(house.message("patient", press=Press(confirm.id, confirm.about)))
        assert await house.house.store.run(lambda unit: unit.plans.current(1)) is not None


# --- Whoever waits, waits no longer than they would have ---


@dataclass
class Away:
    """A platform that is away until its trouble is taken from it."""

    inner: StorySender
    trouble: Exception | None = field(default_factory=ConnectionError)
    platform: str = "story"

    def accounts(self) -> None:
        """Everybody."""
        return

    async def send(self, message: Outgoing) -> None:
        """Fail while away."""
        if self.trouble is not None:
            raise self.trouble
        await self.inner.send(message)


@BACK
async def test_a_case_that_nobody_claims_is_paged_again_after_a_jump_backwards(back: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING)) as house:
        await settle(house)
        await house.says("patient", DANGER)
        await house.after(timedelta(minutes=1))
        jump(house, house.clock.now() - back)
        said = await beats(house, HOUR + timedelta(minutes=5))
        assert of("keeper", said, "alert"), "the longest pause between two pages is an hour"


@BACK
async def test_an_owner_who_says_nothing_loses_the_case_after_a_jump_backwards(back: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING)) as house:
        await settle(house)
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.after(timedelta(minutes=1))
        await house.says("patient", "are you there?")
        jump(house, house.clock.now() - back)
        await beats(house, 2 * HOUR, apart=timedelta(minutes=1))
        (case,) = await house.house.store.run(lambda unit: unit.cases.waiting())
        history = await house.house.store.run(lambda unit: unit.cases.history(case.id))
        assert [event.what for event in history if event.what in ("owner-reminded", "handed-back")] == ["owner-reminded", "handed-back"]
        assert of("patient", [each.message for each in house.sender.delivered], "notice"), "who waits is told"


@BACK
async def test_a_letter_that_was_refused_is_sent_again_after_a_jump_backwards(back: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING)) as house:
        await settle(house)
        away = Away(house.sender)
        house.house.conversation._postman._senders["story"] = away
        await house.says("patient", DANGER)
        away.trouble = None
        jump(house, house.clock.now() - back)
        said = await beats(house, timedelta(minutes=20))
        assert "999" in of("patient", said)[0].text


@BACK
async def test_a_platform_that_rests_does_not_rest_for_ever_after_a_jump_backwards(back: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING)) as house:
        await settle(house)
        away = Away(house.sender, TimeoutError())
        house.house.conversation._postman._senders["story"] = away
        await house.says("patient", "hello")
        away.trouble = None
        jump(house, house.clock.now() - back)
        said = [*await house.says("patient", DANGER), *await beats(house, timedelta(minutes=1))]
        assert any("999" in message.text for message in of("patient", said))


@pytest.mark.parametrize("ahead", [DAY, 2 * DAY, YEARS], ids=["day", "two days", "years"])
async def test_a_clock_that_was_ahead_for_ten_beats_does_not_silence_the_reminders(ahead: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING)) as house:
        await settle(house)
        jump(house, MIDMORNING + ahead)
        for _ in range(10):
            await house.house.conversation.tick()
        jump(house, MIDMORNING)
        await house.house.conversation.tick()
        tomorrow = MIDMORNING + DAY
        said = await house.until(tomorrow.replace(hour=23))
        assert {message.choices[0].about for message in of("patient", said, "reminder")} >= set(slots(6))
        before = reminded(house)
        await house.until(tomorrow.replace(hour=23) + DAY)
        assert reminded(house) - before == slots(7)


@pytest.mark.parametrize("away", [16 * DAY, 20 * DAY], ids=["16 days", "20 days"])
async def test_a_long_outage_is_told_once_and_not_once_a_beat(away: timedelta, folder: Path) -> None:
    async with rig(settings_in(folder), clock=VirtualClock(MIDMORNING)) as house:
        await settle(house)
        jump(house, MIDMORNING + away)
        for _ in range(4 * away.days + 8):
            await house.house.conversation.tick()
        assert set(reminded(house).values()) == {1}
        entries = await house.house.store.run(lambda unit: unit.entries.between(1, house.clock.now(), house.clock.now() + HOUR))
        untold = {entry.detail["untold"] for entry in entries if "untold" in entry.detail}
        assert untold == {"2026-01-05T13:00", "2026-01-05T18:00", "2026-01-05T22:00", "2026-01-06T08:00"}, "what is not told leaves a trace"
