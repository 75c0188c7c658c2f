"""Less than the whole was taken, or two of two: what is noted is what was said, and what was not said is asked, never filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import LANGUAGES, at, follow, last, say
from tests.houses import rig, settings_in

TWENTY = {
    "en": "plan: 10 mg at 8am, 20 mg at 1pm, 10 mg at 8pm, starting today",
    "fr": "plan : 10 mg à 8h, 20 mg à 13h, 10 mg à 20h, à partir d'aujourd'hui",
}
"""Two tablets at one o'clock."""


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"fr": "pris la moitié parce que j'ai peur", "en": "took half because I'm nervous"},
        {"fr": "j'ai pris que la moitié de ma dose", "en": "only took half my dose"},
    ],
)
async def test_of_a_part_of_the_dose_it_is_asked_how_much(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, TWENTY)
        await at(house, 13, 5)
        await say(house, said[language])
        assert await last(house) is None
        await say(house, "10 mg")
        noted = await last(house)
        assert noted is not None
        assert (noted.detail["slot"], noted.detail["dose_mg"]) == ("2026-01-01T13:00", 10)


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"fr": "pris la moitié de mes 20", "en": "took half of my 20"},
        {"fr": "j'en ai pris qu'un sur les deux", "en": "only took one of the two"},
    ],
)
async def test_a_part_that_is_told_is_noted_at_most_after_a_yes_and_never_as_the_whole(
    language: str, said: dict[str, str], tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, TWENTY)
        await at(house, 13, 5)
        await say(house, said[language])
        if await last(house) is None:
            await house.presses("patient", "intent-told")
        noted = await last(house)
        assert noted is not None
        assert noted.detail["dose_mg"] == 10


@LANGUAGES
@pytest.mark.parametrize(
    "said", [{"fr": "les deux pris", "en": "both taken"}, {"fr": "pris les deux", "en": "took both"}, {"fr": "20 pris", "en": "20 done"}]
)
async def test_both_tablets_or_the_amount_alone_answer_the_reminder_of_as_much(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, TWENTY)
        await at(house, 13, 5)
        await say(house, said[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.detail["slot"], noted.detail["dose_mg"]) == ("2026-01-01T13:00", 20)


@LANGUAGES
@pytest.mark.parametrize("said", [{"fr": "les deux pris", "en": "both taken"}, {"fr": "20 fait", "en": "20 done"}])
async def test_more_than_was_reminded_of_is_asked_about(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, TWENTY)
        await at(house, 8, 5)
        await say(house, said[language])
        assert await last(house) is None
