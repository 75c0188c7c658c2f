"""One house on Discord and on Telegram at once: the same life ends in the same record, and one person goes on where they like."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord.buttons import choices_under
from bot.adapters.story import VirtualClock
from bot.app import House, open_house
from bot.buttons import press_of
from bot.messages import Account
from tests.discord.lines import Stage, adapter, keep_step
from tests.ears import START
from tests.houses import minds, settings_in
from tests.telegram.fake_bot_api import FakeBotApi
from tests.telegram.fake_people import buttons
from tests.telegram.lines import adapter as telegram_adapter
from tests.telegram.lines import running

ANA, BEN = 41, 42
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
ITS_OWN = re.compile(r"(^|_)(id|key|platform|account|sent_at|token)$")
"""What differs between the rows of two people who did the same: their numbers, where they are reached, instants of sending."""


@pytest.fixture
async def fake() -> AsyncIterator[FakeBotApi]:
    """The stand-in for Telegram."""
    api = FakeBotApi()
    await api.start()
    yield api
    await api.stop()


@dataclass
class Both:
    """One house on both platforms; a person is a number on Telegram and a user on Discord."""

    stage: Stage
    fake: FakeBotApi
    house: House
    clock: VirtualClock

    async def says(self, person: Any, text: str) -> list[str]:
        """Somebody writes; what they read since."""
        before = len(self.read(person))
        if isinstance(person, int):
            await self.fake.world.acknowledged(await self.fake.people.say(person, text))
        else:
            await person.send_dm(text)
        return self.read(person)[before:]

    async def presses(self, person: Any, choice: str) -> list[str]:
        """Somebody presses the newest button of a choice; what they read since."""
        before = len(self.read(person))
        if isinstance(person, int):
            message, data = next(
                (message, button["callback_data"])
                for message in reversed(self.fake.people.seen(person))
                for button in buttons(message)
                if (press := press_of(button.get("callback_data", ""))) is not None and press.choice == choice
            )
            await self.fake.world.acknowledged(await self.fake.people.press_button(person, message, data))
        else:
            message, data = next(
                (message, each.data)
                for message in reversed(self.stage.seen(person))
                for each in choices_under(message)
                if (press := press_of(each.data)) is not None and press.choice == choice
            )
            await person.click(message, custom_id=data)
        return self.read(person)[before:]

    def read(self, person: Any) -> list[str]:
        """Everything that somebody was written."""
        return self.fake.people.texts(person) if isinstance(person, int) else self.stage.texts(person)

    async def until(self, moment: datetime) -> None:
        """Time passes, from one due time to the next."""
        while (due := await self.house.store.run(lambda unit: unit.timers.next_due())) is not None and due <= moment:
            self.clock.move(due)
            await self.house.conversation.tick()
        self.clock.move(moment)
        keep_step(self.stage.env, self.clock)
        await self.house.conversation.tick()
        await self.stage.env.settle()

    async def export(self, person: Any) -> Any:
        """Everything stored about somebody, without what is each person's own."""
        account = Account("telegram", str(person)) if isinstance(person, int) else Account("discord", str(person.id))
        number = await self.house.store.run(lambda unit: unit.people.behind(account))
        assert number is not None
        return stripped(await self.house.store.run(lambda unit: unit.people.export(number)))


def stripped(record: Any) -> Any:
    """The rows of each table without what differs between two people who did the same; replies keep their words and choices."""
    return {table: [_row(row) for row in rows] for table, rows in record.items() if isinstance(rows, list)}


def _row(row: Any) -> Any:
    """A timer of a case is about its number."""
    kept = {name: value for name, value in row.items() if not ITS_OWN.search(name) and not (name == "subject" and str(value).isdigit())}
    if isinstance(kept.get("detail"), dict):  # an entry that takes another back tells its number
        kept["detail"] = {name: value for name, value in kept["detail"].items() if not ITS_OWN.search(name)}
    return {name: _reply(value) if name == "reply" else value for name, value in kept.items()}


def _reply(value: Any) -> Any:
    """Without the reader's number, and the numbers of entries that buttons are about."""
    if isinstance(value, dict):
        return {name: _reply(each) for name, each in value.items() if name != "to" and not (name == "about" and str(each).isdigit())}
    return [_reply(each) for each in value] if isinstance(value, list) else value


@asynccontextmanager
async def both(fake: FakeBotApi, folder: Path) -> AsyncIterator[Both]:
    """Start the house on both."""
    settings, clock, stage = settings_in(folder), VirtualClock(START), Stage()
    fake.world.now = clock.now
    telegram, discord = telegram_adapter(fake, clock=clock, language="fr"), adapter(clock=clock, language="fr")
    async with (
        open_house(settings, clock=clock, senders=[telegram, discord], minds=minds()) as house,
        running(telegram, house.conversation.hear),
        stage.playing(discord, house.conversation.hear),
    ):
        keep_step(stage.env, clock)
        yield Both(stage, fake, house, clock)


LIFE: tuple[tuple[str, str], ...] = (
    ("say", "bonjour"),
    ("press", "consent-yes"),
    ("press", "country-fr"),
    ("say", "plan : 5 mg à 9h, 5 mg à 13h, 5 mg à 20h à partir d'aujourd'hui"),
    ("press", "confirm"),
    ("say", "envie 6/10"),
    ("say", "j'ai des vertiges, 4/10"),
    ("wait", "1"),
    ("press", "taken"),
    ("say", "annule"),
    ("say", "j'ai pris 5 mg à 9h"),
    ("wait", "4"),
    ("press", "skip"),
    ("say", "j'ai bu 2 bières"),
    ("say", "c'est quand la prochaine prise ?"),
    ("say", "20 mg, enfin je crois"),
    ("press", "cancel"),
    ("wait", "7"),
    ("say", "rappelle-moi dans 30 minutes"),
    ("wait", "1"),
    ("press", "taken"),
    ("say", "je me sens un peu perdu, à quoi bon"),
    ("press", "not-safe"),
    ("say", "je veux mourir ce soir"),
    ("wait", "5"),
    ("say", "ma sœur est avec moi"),
    ("press", "talk-to-human"),
)


async def test_the_same_life_on_discord_and_on_telegram_ends_in_the_same_record(fake: FakeBotApi, tmp_path: Path) -> None:
    async with both(fake, tmp_path) as talk:
        ana, ben = fake.people.join(ANA, "Ana", language="fr"), talk.stage.join("ben", locale="fr")
        moment = START
        for what, words in LIFE:
            if what == "wait":
                moment += timedelta(hours=int(words))
                await talk.until(moment)
                continue
            act = talk.says if what == "say" else talk.presses
            assert await act(ana, words) == await act(ben, words)
        on_telegram, on_discord = await talk.export(ana), await talk.export(ben)
        assert on_telegram == on_discord
        assert len(str(on_discord)) > 1000


async def test_a_linked_person_goes_on_on_discord_with_what_they_began_on_telegram(fake: FakeBotApi, tmp_path: Path) -> None:
    async with both(fake, tmp_path) as talk:
        ana, there = fake.people.join(ANA, "Ana", language="fr"), talk.stage.join("ana-there", locale="fr")
        for what, words in LIFE[:5]:
            await (talk.says if what == "say" else talk.presses)(ana, words)
        (offered,) = await talk.says(ana, "lier mes comptes")
        code = CODE.search(offered)
        assert code is not None
        await there.slash("link", code=code[0])
        linked = await talk.presses(there, "confirm")
        assert any("n'en font plus qu'un" in text for text in linked)
        (plan,) = await talk.says(there, "c'est quoi mon plan ?")
        assert "5 mg" in plan
        before = len(talk.read(ana))
        await talk.until(START + timedelta(hours=1))
        assert "5 mg" in talk.read(there)[-1]
        assert len(talk.read(ana)) == before
        await talk.presses(there, "taken")
        (today,) = await talk.says(ana, "j'en suis à combien de mg aujourd'hui ?")
        assert "5 mg" in today


async def linked(talk: Both) -> tuple[Any, Any]:
    """Somebody with a plan who linked their two accounts; they last wrote on Telegram."""
    ana, there = talk.fake.people.join(ANA, "Ana", language="fr"), talk.stage.join("ana-there", locale="fr")
    for what, words in LIFE[:5]:
        await (talk.says if what == "say" else talk.presses)(ana, words)
    code = CODE.search("".join(await talk.says(ana, "lier mes comptes")))
    assert code is not None
    await there.slash("link", code=code[0])
    await talk.presses(there, "confirm")
    await talk.says(ana, "envie 3/10")
    return ana, there


async def test_reminders_that_discord_can_never_deliver_come_by_telegram(fake: FakeBotApi, tmp_path: Path) -> None:
    async with both(fake, tmp_path) as talk:
        ana, there = await linked(talk)
        await talk.says(there, "envie 4/10")
        talk.stage.close_messages(there)
        before = len(talk.read(ana))
        await talk.until(START + timedelta(hours=1))
        await talk.house.conversation.tick()
        assert any("5 mg" in text for text in talk.read(ana)[before:])


@pytest.mark.parametrize("how", ["a mention", "a command"])
@pytest.mark.parametrize("closed", [False, True])
async def test_what_is_said_in_a_server_is_answered_there_and_moves_no_reminder(
    fake: FakeBotApi, tmp_path: Path, how: str, *, closed: bool
) -> None:
    async with both(fake, tmp_path) as talk:
        ana, there = await linked(talk)
        if closed:
            talk.stage.close_messages(there)
        channel = (guild := talk.stage.env.create_guild()).create_text_channel("general")
        member = guild.add_member(there)
        if how == "a mention":
            await member.send(channel, f"{talk.stage.me()} bonjour")
        else:
            answer = await member.slash(channel, "plan")
            assert "5 mg" in (answer.response.content if answer.response else "")
        read, seen = len(talk.read(ana)), len(talk.read(there))
        await talk.until(START + timedelta(hours=1))
        await talk.house.conversation.tick()
        assert any("5 mg" in text for text in talk.read(ana)[read:])
        assert len(talk.read(there)) == seen


async def test_a_command_in_private_has_reminders_come_there(fake: FakeBotApi, tmp_path: Path) -> None:
    async with both(fake, tmp_path) as talk:
        ana, there = await linked(talk)
        await there.slash("plan")
        before = len(talk.read(ana))
        await talk.until(START + timedelta(hours=1))
        assert "5 mg" in talk.read(there)[-1]
        assert len(talk.read(ana)) == before
