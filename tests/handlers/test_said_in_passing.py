"""What people say in passing on ordinary days: heard as what it is, and never as an alarm, a drink or an intake that it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import LANGUAGES, at, follow, last, say
from tests.houses import rig, settings_in


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "havent had a drink since last night", "fr": "j'ai pas bu depuis hier soir"},
        {"en": "haven't had a drop since yesterday", "fr": "pas une goutte depuis hier"},
        {"en": "not had a drink since yesterday", "fr": "pas bu un verre depuis hier"},
    ],
)
async def test_a_day_without_a_drink_is_no_day_without_the_medicine(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 10, 0, days=1)
        await say(house, said[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["drinks"]) == ("drink", [{"count": 0}])
        assert await house.house.store.run(lambda unit: unit.cases.open_for(1)) is None


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "not had the 1pm one yet, in a meeting", "fr": "pas encore pris celui de 13h, en réunion"},
        {"en": "not had it yet", "fr": "pas encore pris"},
        {"en": "haven't had dinner yet", "fr": "j'ai pas encore dîné"},
    ],
)
async def test_not_yet_is_never_read_as_nothing_drunk(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        assert {"en": "alcohol", "fr": "alcool"}[language] not in await say(house, said[language])
        assert await last(house) is None


@LANGUAGES
async def test_an_amount_told_hours_after_it_was_asked_for_is_of_its_own_hour(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await at(house, 14, 2)
        await say(house, {"en": "taken", "fr": "pris"}[language])
        await at(house, 21, 3)
        await say(house, {"en": "taken the twenty", "fr": "j'ai pris 20 mg"}[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.detail["dose_mg"], noted.at.hour) == (20, 21)
