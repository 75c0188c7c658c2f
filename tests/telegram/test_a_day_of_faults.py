"""A whole day of a patient, and an alert with its moderator, while the platform fails at random: nothing lost, nothing said twice.

Twice is only what Telegram took and never confirmed (`DROPPED_AFTER`): there nobody can know, and twice is better than never.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.entry import Entry
from tests.houses import settings_in
from tests.telegram.fake_bot_api import DROPPED_AFTER, DROPPED_BEFORE, FakeBotApi, Fault, flood, refusal
from tests.telegram.test_house import BEN, KEEPER, START, Line, arrive, line

METHODS = ("sendMessage", "getUpdates", "answerCallbackQuery", "editMessageReplyMarkup", "editMessageText", "sendChatAction")
PASSING = (flood(1), refusal(500, "Internal Server Error"), refusal(502, "Bad Gateway"), DROPPED_BEFORE)
QUIET_MINUTES = 15
"""After which whatever was put off has been tried again."""


class Weather:
    """Faults at random, and which messages may have been taken without a word of it."""

    def __init__(self, fake: FakeBotApi, seed: int, *, also: tuple[Fault, ...] = ()) -> None:
        self._fake = fake
        self._dice = random.Random(seed)  # noqa: S311 - the same day in every run
        self._faults = (*PASSING, *also)
        self.planted = 0

    def strike(self) -> None:
        """Plant a fault or two before something happens."""
        for _ in range(self._dice.choice((0, 1, 1, 2))):
            self._fake.fail(self._dice.choice(METHODS), self._dice.choice(self._faults), times=self._dice.choice((1, 1, 2)))
            self.planted += 1


async def settle(talk: Line, minutes: int = QUIET_MINUTES) -> None:
    """Let what was put off be tried again."""
    for _ in range(minutes * 2):
        talk.clock.move(talk.clock.now() + timedelta(seconds=30))
        await talk.house.conversation.tick()


async def live(talk: Line, weather: Weather) -> None:
    """The day."""
    for text in ("took 5 mg at 7am", "craving 6/10", "nausea 3/10", "2 glasses of wine", "when is my next dose?"):
        weather.strike()
        await talk.says(BEN, text)
        await settle(talk, minutes=2)
    weather.strike()
    await talk.says(BEN, "I want to kill myself")
    await settle(talk, minutes=1)
    for text in ("prendre 1", "répondre 1 : je suis avec vous", "clore 1"):
        weather.strike()
        await talk.says(KEEPER, text)
        await settle(talk, minutes=2)
    await settle(talk)


async def noted(talk: Line) -> list[Entry]:
    """Everything in the log."""
    return list(
        await talk.house.store.run(
            lambda unit: unit.entries.between(
                1, START - timedelta(days=1), START + timedelta(days=2), ("intake", "craving", "side_effect", "drink")
            )
        )
    )


async def the_day(
    fake: FakeBotApi, folder: Path, seed: int, *, also: tuple[Fault, ...] = ()
) -> tuple[list[str], list[str], list[Entry], int]:
    """What the patient and the moderator read that day, what is in the log, and how much went wrong."""
    fake.people.join(BEN, "Ben", language="en")
    fake.people.join(KEEPER, "Keeper", language="fr")
    async with line(fake, settings_in(folder), moderators={KEEPER}) as talk:
        await arrive(talk, BEN)
        await talk.says(BEN, "four dose plan from today, bedtime 10pm")
        await talk.presses(BEN, "Yes, that is it")
        await talk.says(KEEPER, "de garde")
        before = len(fake.people.texts(BEN)), len(fake.people.texts(KEEPER))
        weather = Weather(fake, seed, also=also)
        await live(talk, weather)
        entries = await noted(talk)
        return fake.people.texts(BEN)[before[0] :], fake.people.texts(KEEPER)[before[1] :], entries, weather.planted


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_nothing_is_lost_and_nothing_is_said_twice(fake: FakeBotApi, tmp_path: Path, seed: int) -> None:
    patient, keeper, entries, planted = await the_day(fake, tmp_path, seed)
    assert planted >= 5
    assert Counter(entry.kind for entry in entries) == {"intake": 1, "craving": 1, "side_effect": 1, "drink": 1}
    for words in ("Noted: 5 mg", "craving 6/10", "nausea, 3/10", "What you write worries me", "je suis avec vous"):
        assert sum(words in text for text in patient) == 1, (words, patient)
    assert any("I want to kill myself" in text for text in keeper), keeper
    assert not [text for text, times in Counter(patient).items() if times > 1 and "reminder" not in text]


async def test_what_was_taken_without_a_word_of_it_may_come_twice_and_never_not_at_all(fake: FakeBotApi, tmp_path: Path) -> None:
    patient, keeper, entries, _ = await the_day(fake, tmp_path, 4, also=(DROPPED_AFTER, DROPPED_AFTER))
    assert Counter(entry.kind for entry in entries) == {"intake": 1, "craving": 1, "side_effect": 1, "drink": 1}
    for words in ("Noted: 5 mg", "craving 6/10", "nausea, 3/10", "What you write worries me", "je suis avec vous"):
        assert sum(words in text for text in patient) >= 1, words
    assert any("I want to kill myself" in text for text in keeper)
