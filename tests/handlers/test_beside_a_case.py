"""While a case is open that is no matter of life, the day goes on: intakes are told and put off, questions of any day are answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.handlers.following import LANGUAGES, at, follow, last, say
from tests.houses import Rig, rig, settings_in

ORANGE = {"en": "I fell and hit my head yesterday", "fr": "je suis tombé sur la tête hier"}
RED = {"en": "I want to kill myself", "fr": "je veux me suicider"}
KEPT = {"en": "kept it for the moderators", "fr": "gardé pour les modérateurs"}


@asynccontextmanager
async def after(folder: Path, language: str, sign: dict[str, str]) -> AsyncIterator[Rig]:
    """A patient with a plan and an open case since half past seven, twenty minutes after the reminder of one o'clock."""
    async with rig(settings_in(folder)) as house:
        await follow(house, language)
        await house.settle("keeper", role="moderator", on_duty=True)
        await house.says("patient", sign[language])
        await at(house, 8, 2)
        await say(house, {"en": "taken", "fr": "pris"}[language])
        await at(house, 13, 20)
        yield house


@LANGUAGES
async def test_an_intake_is_put_off_and_told_as_on_any_day(language: str, tmp_path: Path) -> None:
    async with after(tmp_path, language, ORANGE) as house:
        put_off = await say(
            house, {"en": "not had the 1pm one yet, in a meeting", "fr": "zut pas encore pris celui de 13h, en réunion"}[language]
        )
        assert "13:35" in put_off.replace(" h ", ":")
        await at(house, 13, 36)
        again = house.sender.delivered[-1].message.text
        assert {"en": "too close", "fr": "trop proche"}[language] not in again
        assert {"en": "your prescriber or your pharmacist", "fr": "votre prescripteur ou à votre pharmacien"}[language] in again
        await say(house, {"en": "taken", "fr": "pris"}[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"]) == ("intake", "2026-01-01T13:00")


@LANGUAGES
@pytest.mark.parametrize("words", [{"en": "night night", "fr": "bonne nuit"}], ids=["goodnight"])
async def test_a_goodbye_is_answered(language: str, words: dict[str, str], tmp_path: Path) -> None:
    async with after(tmp_path, language, ORANGE) as house:
        assert KEPT[language] not in await say(house, words[language])


@LANGUAGES
async def test_hours_later_a_question_of_any_day_is_none_for_the_emergency(language: str, tmp_path: Path) -> None:
    async with after(tmp_path, language, ORANGE) as house:
        asked = await say(house, {"en": "can I drink a coffee with it?", "fr": "je peux boire un café avec ?"}[language])
        assert {"en": "only the emergency", "fr": "les secours le peuvent"}[language] not in asked


@LANGUAGES
async def test_what_nobody_understands_is_still_kept_for_the_moderators(language: str, tmp_path: Path) -> None:
    async with after(tmp_path, language, ORANGE) as house:
        assert KEPT[language] in await say(house, {"en": "the geraniums and the wall", "fr": "les géraniums et le mur"}[language])


@LANGUAGES
async def test_in_a_matter_of_life_a_goodbye_is_no_end(language: str, tmp_path: Path) -> None:
    async with after(tmp_path, language, RED) as house:
        said = await say(house, {"en": "night night", "fr": "bonne nuit"}[language])
        assert {"en": "999", "fr": "999"}[language] in said
