"""What was drunk is told back as it was said: a day without is no drink, and what nobody counted is not nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.houses import rig, settings_in

LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
MY_DAY = {"fr": "ma journée", "en": "My day"}
WEEK = {"fr": "mes chiffres de la semaine", "en": "my figures of the week"}


@LANGUAGES
async def test_a_day_without_is_told_as_one(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.says("patient", {"fr": "rien bu aujourd'hui", "en": "no alcohol today"}[language])
        (said,) = await house.says("patient", MY_DAY[language])
        assert {"fr": "pas d'alcool", "en": "no alcohol"}[language] in said.text


@LANGUAGES
async def test_drinks_are_told_with_what_they_come_to(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.says("patient", {"fr": "bu 2 bières à 7h", "en": "2 beers at 7am"}[language])
        (said,) = await house.says("patient", MY_DAY[language])
        assert {"fr": "environ 2", "en": "about 2"}[language] in said.text


@LANGUAGES
async def test_what_nobody_counted_is_not_nothing(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.says("patient", {"fr": "j'ai fini la bouteille", "en": "finished the bottle"}[language])
        await house.presses("patient", "drink-unsaid")  # what it was is asked; it may be left at that
        said = await house.says("patient", WEEK[language])
        assert {"fr": "quantité inconnue", "en": "not known"}[language] in said[0].text


@LANGUAGES
async def test_good_night_is_a_goodbye(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        (said,) = await house.says("patient", {"fr": "bonne nuit", "en": "good night"}[language])
        assert {"fr": "bientôt", "en": "See you"}[language] in said.text
