"""Everyday news is noted for what it is: what is over is no effect of today, a drink without a word about it is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import LANGUAGES, at, follow, last, say
from tests.houses import rig, settings_in

HALVES = {
    "en": "plan: 5 mg at 8am, 5 mg at 8pm, starting today",
    "fr": "plan : 5 mg à 8h, 5 mg à 20h, à partir d'aujourd'hui",
}


@LANGUAGES
async def test_an_effect_that_is_over_is_heard_and_not_noted(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        told = await say(house, {"fr": "La nausée est passée", "en": "the nausea has gone"}[language])
        assert {"fr": "Tant mieux", "en": "Good to hear"}[language] in told
        assert await last(house) is None


@LANGUAGES
async def test_fewer_cravings_are_good_news_and_no_strength_is_asked(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        told = await say(house, {"fr": "moins d'envies", "en": "fewer cravings"}[language])
        assert {"fr": "bonne nouvelle", "en": "good news"}[language] in told
        assert await last(house) is None


@LANGUAGES
async def test_a_drink_without_a_word_about_it_is_asked_about(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        told = await say(house, {"fr": "j'ai bu", "en": "I drank"}[language])
        assert {"fr": "Qu'avez-vous bu", "en": "What did you drink"}[language] in told
        assert await last(house) is None


@pytest.mark.parametrize(
    ("language", "answer", "kept"),
    [
        ("fr", "2", [{"count": 2}]),
        ("en", "2", [{"count": 2}]),
        ("fr", "un demi", [{"count": 1, "unit": "half_pint"}]),
        ("en", "2 pints", [{"count": 2, "unit": "pint"}]),
        ("fr", "rien", [{"count": 0}]),
        ("en", "nothing", [{"count": 0}]),
    ],
)
async def test_the_answer_is_noted_for_the_day_that_was_told(
    language: str, answer: str, kept: list[dict[str, object]], tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, {"fr": "j'ai bu hier soir", "en": "I drank last night"}[language], answer)
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["drinks"]) == ("drink", kept)
        assert noted.at.date().isoformat() == "2025-12-31"


@pytest.mark.parametrize(("button", "kept"), [("drink-none", [{"count": 0}]), ("drink-unsaid", [])])
async def test_it_may_be_left_at_that(button: str, kept: list[dict[str, object]], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        await say(house, "I drank")
        await house.presses("patient", button)
        noted = await last(house)
        assert noted is not None
        assert noted.detail["drinks"] == kept


@LANGUAGES
async def test_another_thing_said_instead_is_heard_as_that(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await say(house, {"fr": "j'ai bu", "en": "I drank"}[language], {"fr": "pris 10 mg", "en": "took 10 mg"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.kind == "intake"


@LANGUAGES
async def test_the_whole_tablet_is_not_noted_as_the_half_of_the_plan(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, HALVES)
        await at(house, 8, 2)
        whole = {"fr": "j'ai pris le comprimé entier comme prévu", "en": "I have taken the whole tablet as planned"}
        told = await say(house, whole[language])
        assert {"fr": "Combien", "en": "How much"}[language] in told
        assert await last(house) is None


@LANGUAGES
async def test_the_whole_tablet_is_noted_where_the_plan_has_one(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await say(house, {"fr": "j'ai pris le comprimé entier", "en": "took the whole tablet"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.detail["dose_mg"] == 10


@pytest.mark.parametrize(
    ("language", "first", "again", "kept"),
    [
        ("en", "wine, 2 x 5 oz", "correction: 3 x 5oz pours", [{"count": 15, "unit": "ounce", "kind": "wine"}]),
        ("fr", "2 x 15 cl de vin", "correction : 3 x 15 cl", [{"count": 45, "unit": "centilitre", "kind": "wine"}]),
        (
            "en",
            "3 cans of lager and a glass of red",
            "scrap that it was 2 cans",
            [{"count": 2, "unit": "can", "kind": "beer"}, {"count": 1, "unit": "glass", "kind": "wine"}],
        ),
        (
            "fr",
            "3 canettes de bière et un verre de rouge",
            "en fait c'était 2 canettes",
            [{"count": 2, "unit": "can", "kind": "beer"}, {"count": 1, "unit": "glass", "kind": "wine"}],
        ),
    ],
)
async def test_a_drink_put_right_keeps_its_kind_and_what_was_beside_it(
    language: str, first: str, again: str, kept: list[dict[str, object]], tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, first, again)
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["drinks"]) == ("drink", kept)


@pytest.mark.parametrize(
    ("language", "words", "days"),
    [
        ("fr", "pas bu depuis 3 jours", "depuis lundi 29 décembre"),
        ("en", "havent drunk for 3 days", "since Monday 29 December"),
        ("fr", "rien bu hier", "mercredi 31 décembre"),
        ("en", "no alcohol yesterday", "Wednesday 31 December"),
    ],
)
async def test_days_without_are_read_back_by_name(language: str, words: str, days: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        assert days in await say(house, words)


@LANGUAGES
async def test_a_drink_is_put_right_though_an_intake_was_noted_since(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, {"fr": "bu 2 pintes", "en": "had 2 pints"}[language])
        await at(house, 8, 2)
        await house.presses("patient", "taken")
        await say(house, {"fr": "correction : 3 pintes", "en": "correction: 3 pints"}[language])
        told = await say(house, {"fr": "ma journée", "en": "my day"}[language])
        assert {"fr": "5,9", "en": "5.9"}[language] in told
        assert "10 mg" in told
