"""The whole assistant on Telegram: real HTTP, real conversation, real store, and a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.story import VirtualClock
from bot.app import House, open_house
from bot.settings import Settings
from tests.houses import minds, settings_in
from tests.telegram.fake_bot_api import FakeBotApi, flood
from tests.telegram.fake_people import buttons
from tests.telegram.lines import HURRIED, adapter, running, until

ANA, BEN, KEEPER, GROUP, KEEPERS = 41, 42, 43, -100555, -100777
START = datetime(2026, 1, 1, 7, 30, tzinfo=UTC)


@dataclass
class Line:
    """One assistant on the fake platform, and the short words that tests speak."""

    fake: FakeBotApi
    house: House
    clock: VirtualClock

    async def says(self, person: int, text: str, **where: Any) -> list[str]:
        """Somebody writes; what the assistant wrote to them since, in private."""
        before = len(self.fake.people.seen(person))
        await self.fake.world.acknowledged(await self.fake.people.say(person, text, **where))
        return self.fake.people.texts(person)[before:]

    async def presses(self, person: int, label: str, *, chat: int | None = None) -> list[str]:
        """Somebody presses a button that they see; what the assistant wrote to them since, in private."""
        before = len(self.fake.people.seen(person))
        await self.fake.world.acknowledged(await self.fake.people.press(person, label, chat=chat))
        return self.fake.people.texts(person)[before:]

    async def until(self, moment: datetime) -> None:
        """Time passes, from one due time to the next."""
        while (due := await self.house.store.run(lambda unit: unit.timers.next_due())) is not None and due <= moment:
            self.clock.move(due)
            await self.house.conversation.tick()
        self.clock.move(moment)
        await self.house.conversation.tick()


@asynccontextmanager
async def line(fake: FakeBotApi, settings: Settings, clock: VirtualClock | None = None, **more: Any) -> AsyncIterator[Line]:
    """Start the assistant on the settings' database."""
    time = clock or VirtualClock(START)
    fake.world.now = time.now
    telegram = adapter(fake, clock=time, language=settings.language, **more)
    async with open_house(settings, clock=time, senders=[telegram], minds=minds()) as house, running(telegram, house.conversation.hear):
        yield Line(fake, house, time)


@pytest.fixture
def people(fake: FakeBotApi) -> FakeBotApi:
    """Ana and Ben, patients, and a keeper, all of them on the platform."""
    fake.people.join(ANA, "Ana", language="fr")
    fake.people.join(BEN, "Ben", language="en")
    fake.people.join(KEEPER, "Keeper", language="fr")
    return fake


async def arrive(talk: Line, person: int) -> None:
    """Somebody starts, agrees, and says where they live."""
    await talk.says(person, "/start")
    french = person == ANA
    await talk.presses(person, "J'ai 18 ans ou plus et je suis d'accord" if french else "I am 18 or over and I agree")
    await talk.presses(person, "France" if french else "United Kingdom")


async def test_a_newcomer_is_met_in_their_own_language(people: FakeBotApi, tmp_path: Path) -> None:
    async with line(people, settings_in(tmp_path)) as talk:
        (french,) = await talk.says(ANA, "/start")
        (english,) = await talk.says(BEN, "/start")
    assert "18 ans" in french
    assert "18 or over" in english
    assert [len(buttons(message)) for message in people.people.seen(ANA)] == [4]


async def test_two_people_at_once_are_never_mixed_up(people: FakeBotApi, tmp_path: Path) -> None:
    async with line(people, settings_in(tmp_path)) as talk:
        await arrive(talk, ANA)
        await arrive(talk, BEN)
        updates = [
            await people.people.say(person, text)
            for number in range(5)
            for person, text in ((ANA, f"envie {number}/10"), (BEN, f"craving {number + 5}/10"))
        ]
        for update in updates:
            await people.world.acknowledged(update)
        ana, ben = (people.people.texts(person)[-5:] for person in (ANA, BEN))
    assert [f"{number}/10" in text for number, text in enumerate(ana)] == [True] * 5
    assert [f"{number + 5}/10" in text for number, text in enumerate(ben)] == [True] * 5


async def test_a_form_goes_on_after_the_process_was_started_again(people: FakeBotApi, tmp_path: Path) -> None:
    settings, clock = settings_in(tmp_path), VirtualClock(START)
    async with line(people, settings, clock) as talk:
        await arrive(talk, BEN)
        await talk.says(BEN, "four dose plan from today, bedtime 10pm")
    missed = await people.people.say(BEN, "hello")
    async with line(people, settings, clock) as talk:
        await people.world.acknowledged(missed)
        await talk.presses(BEN, "Yes, that is it")
        await talk.until(START + timedelta(minutes=45))
    assert any("I will remind you" in text for text in people.people.texts(BEN))
    assert "Your plan has: 5 mg." in people.people.texts(BEN)[-1]


async def test_the_reminder_of_whoever_blocked_us_reaches_a_human_instead(people: FakeBotApi, tmp_path: Path) -> None:
    async with line(people, settings_in(tmp_path), moderators={KEEPER}) as talk:
        await talk.says(KEEPER, "de garde")
        await arrive(talk, BEN)
        await talk.says(BEN, "four dose plan from today, bedtime 10pm")
        await talk.presses(BEN, "Yes, that is it")
        people.people.block(BEN)
        await talk.until(START + timedelta(minutes=45))
    assert "n'a pas pu être" in people.people.texts(KEEPER)[-1]


async def test_an_alert_reaches_the_moderators_group_and_is_handled_from_there(people: FakeBotApi, tmp_path: Path) -> None:
    people.people.group(KEEPERS, members={KEEPER: "administrator"})
    async with line(people, settings_in(tmp_path), moderators_chat=KEEPERS) as talk:
        await talk.says(KEEPER, "/start")
        await arrive(talk, BEN)
        (words, *_) = await talk.says(BEN, "I want to die")
        card = people.people.texts(KEEPERS)[-1]
        claimed = await talk.presses(KEEPER, "Prendre", chat=KEEPERS)
        shown = people.people.texts(KEEPERS)
        await talk.says(KEEPER, "répondre 1 : je suis là")
    assert "999" in words
    assert "URGENCE" in card.upper()
    assert "Ben" not in card
    assert any("est à vous" in text for text in claimed)
    assert any("✓ Prendre" in text for text in shown)
    assert any("je suis là" in text for text in people.people.texts(BEN))


async def test_danger_said_in_a_group_is_answered_in_private(people: FakeBotApi, tmp_path: Path) -> None:
    people.people.group(GROUP, members={BEN: "member"})
    async with line(people, settings_in(tmp_path), moderators={KEEPER}) as talk:
        await talk.says(KEEPER, "de garde")
        await arrive(talk, BEN)
        said = await talk.says(BEN, "@palier_test_bot I want to die", chat=GROUP)
    assert any("999" in text for text in said)
    assert ["die" in text or "999" in text for text in people.people.texts(GROUP)] == [False]
    assert any("I want to die" in text for text in people.people.texts(KEEPER))


async def test_emergency_words_leave_although_the_chat_was_told_to_wait_a_moment(people: FakeBotApi, tmp_path: Path) -> None:
    async with line(people, settings_in(tmp_path), moderators={KEEPER}) as talk:
        await talk.says(KEEPER, "de garde")
        await arrive(talk, BEN)
        people.fail("sendMessage", flood(3), times=2)
        said = await talk.says(BEN, "I want to die")
    assert any("999" in text for text in said)
    assert any("I want to die" in text for text in people.people.texts(KEEPER))


async def test_a_chat_that_is_told_to_wait_holds_up_no_alarm_of_another(people: FakeBotApi, tmp_path: Path) -> None:
    over = asyncio.Event()

    async def wait(seconds: float) -> None:
        await (over.wait() if seconds >= 1 else asyncio.sleep(0))

    pacemaker = replace(HURRIED, sleep=wait)
    async with line(people, settings_in(tmp_path), moderators={KEEPER}, pacemaker=pacemaker) as talk:
        await talk.says(KEEPER, "de garde")
        await arrive(talk, ANA)
        await arrive(talk, BEN)
        before = len(people.people.seen(BEN))
        people.fail("sendMessage", flood(3), chat=BEN)
        waits = await people.people.say(BEN, "hello")
        await until(lambda: len(people.called("sendMessage")) > 0 and people.called("sendMessage")[-1].values["chat_id"] == str(BEN))
        await people.people.say(ANA, "je veux mourir")
        await until(lambda: any("3114" in text for text in people.people.texts(ANA)))
        await until(lambda: any("je veux mourir" in text for text in people.people.texts(KEEPER)))
        assert people.people.seen(BEN)[before:] == []
        over.set()
        await people.world.acknowledged(waits)
        await until(lambda: len(people.people.seen(BEN)) == before + 1)


async def test_whoever_stops_and_comes_back_finds_old_buttons_harmless(people: FakeBotApi, tmp_path: Path) -> None:
    async with line(people, settings_in(tmp_path)) as talk:
        await arrive(talk, BEN)
        await talk.says(BEN, "four dose plan from today, bedtime 10pm")
        question = dict(people.people.seen(BEN)[-1])
        await talk.presses(BEN, "Cancel")
        talk.clock.move(START + timedelta(days=40))
        confirm = next(button["callback_data"] for button in buttons(question) if "Yes" in button["text"])
        await people.world.acknowledged(await people.people.press_button(BEN, question, confirm))
        await asyncio.sleep(0)
    assert "no longer open" in people.people.texts(BEN)[-1]
