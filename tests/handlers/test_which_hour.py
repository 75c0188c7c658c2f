"""Which hour an illustrated split aims at: the first thought and not the first glass, and one hour for all days (cases 60 and 61)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ports import Outgoing
from tests.handlers.following import LANGUAGES
from tests.houses import Rig, rig, settings_in

FREE = {
    "en": "my doctor prescribed 70 mg a day, to be split freely, from today",
    "fr": "mon médecin a prescrit 70 mg par jour à répartir librement à partir d'aujourd'hui",
}
GLASS = {"en": "I drink from 6pm to 11pm, how do I split it?", "fr": "je bois de 18 h à 23 h, comment je répartis ?"}
THOUGHT = {
    "en": "I drink from 6pm to 11pm, the first thought comes at 3pm, how should I split my doses?",
    "fr": "je bois de 18 h à 23 h, la première envie vient à 15h, comment je répartis ?",
}
DAYS = {
    "en": "craving at 6pm on weekdays and 4pm at weekends, how do I split it?",
    "fr": "craving à 18h en semaine et 16h le week-end, comment je répartis ?",
}
AIMED = {"en": "Illustration for a craving at {}:00", "fr": "Illustration pour une envie à {} h"}


async def asked(house: Rig, language: str, question: str) -> Outgoing:
    await house.settle("patient", language=language)
    await house.says("patient", FREE[language])
    await house.presses("patient", "confirm")
    return (await house.says("patient", question))[-1]


@LANGUAGES
async def test_the_hour_of_the_first_glass_alone_is_asked_about_and_not_aimed_at(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        answer = await asked(house, language, GLASS[language])
        assert "craving-onset" in answer.rules
        assert "split-illustration" not in answer.rules


@pytest.mark.parametrize(
    ("question", "hour", "rule"), [(THOUGHT, 15, "craving-onset"), (DAYS, 16, "weekend-earliest")], ids=["thought", "days"]
)
@LANGUAGES
async def test_what_is_aimed_at_is_the_first_thought_and_the_earliest_day(
    language: str, question: dict[str, str], hour: int, rule: str, tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        answer = await asked(house, language, question[language])
        assert {"split-illustration", rule} <= set(answer.rules)
        assert AIMED[language].format(hour) in answer.text
