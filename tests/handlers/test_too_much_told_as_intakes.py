"""Intakes that add up to an emergency are answered as any poisoning told in words: the same question, heard when it is answered."""

from __future__ import annotations

from pathlib import Path

from bot.core.levels import Level
from tests.handlers.following import LANGUAGES, MINUTE, say
from tests.houses import rig, settings_in

FIRST = {"en": "took 150 mg just now", "fr": "j'ai pris 150 mg à l'instant"}
SECOND = {"en": "took 100 mg just now", "fr": "j'ai pris 100 mg à l'instant"}
AT_ONCE = {"en": "took 200 mg in one go", "fr": "j'ai pris 200 mg d'un coup"}
NO = {"en": "no", "fr": "non"}
NOT_ALONE = {"en": "Do not stay alone", "fr": "Ne restez pas seul"}


@LANGUAGES
async def test_nobody_is_with_them_is_an_answer_about_danger_and_takes_no_entry_back(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.says("patient", FIRST[language])
        await house.after(5 * MINUTE)
        said = await house.says("patient", SECOND[language])
        alarm = next(message for message in said if message.level == Level.emergency.name and message.account.id == "patient")
        assert {"over-200-single", "emergency-number", "red-flag-no-dose"} <= set(alarm.rules)
        assert NOT_ALONE[language] in await say(house, NO[language])


@LANGUAGES
async def test_a_large_intake_told_at_once_names_its_rule(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        said = await house.says("patient", AT_ONCE[language])
        assert "over-200-single" in next(message.rules for message in said if message.account.id == "patient")
