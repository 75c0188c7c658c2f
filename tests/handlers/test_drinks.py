"""Drinks are read back as they were said, with what they come to where that is another number, and counted in the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.drinks import STANDARD
from bot.knowledge.files import LANGUAGES
from bot.knowledge.wording import wording
from bot.understanding.language import languages
from tests.handlers.days import logged, on, open_rig, says
from tests.houses import rig, settings_in

SAID = {
    "en": [
        ("had 2 pints", "2 × pint,", "about 4 standard drinks"),
        ("a bottle and a half of wine", "1.5 × bottle (wine),", "about 10.7 standard drinks"),
        ("50 cl of beer", "50 cl (beer),", "about 2 standard drinks"),
        ("3 glasses of wine", "3 × glass (wine),", ""),
        ("drank a bottle", "1 × bottle,", ""),
    ],
    "fr": [
        ("bu 2 pintes", "2 × pinte,", "environ 4 verres standard"),
        ("une bouteille et demie de vin", "1,5 × bouteille (vin),", "environ 10,7 verres standard"),
        ("bu 50 cl de bière", "50 cl (bière),", "environ 2 verres standard"),
        ("3 verres de vin", "3 × verre (vin),", ""),
        ("bu une bouteille", "1 × bouteille,", ""),
    ],
}


@pytest.mark.parametrize(("language", "said", "heard", "estimate"), [(code, *row) for code, rows in SAID.items() for row in rows])
async def test_a_drink_is_read_back_as_said_and_with_what_it_comes_to(
    language: str, said: str, heard: str, estimate: str, tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        told = (await house.says("patient", said))[0].text
        assert heard in told
        assert estimate in told if estimate else "standard" not in told


@pytest.mark.parametrize(
    ("language", "said", "heard"),
    [
        ("en", "2 standard drinks and a bottle", "2 × standard drink and 1 × bottle,"),
        ("fr", "bu 2 verres standard et une bouteille", "2 × verre standard et 1 × bouteille,"),
    ],
)
async def test_standard_drinks_are_read_back_beside_what_else_was_drunk(language: str, said: str, heard: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        (answer,) = await house.says("patient", said)
        assert heard in answer.text


async def test_what_it_comes_to_is_kept_and_worked_out_again_when_the_number_is_corrected(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language="en")
        await house.says("patient", "had 2 pints")
        assert [entry.detail["standard_drinks"] for entry in await logged(house, "drink")] == [4]
        again = await house.says("patient", "no, 3 pints")
        if "intent-correct_last" in [choice.id for choice in again[0].choices]:
            await house.presses("patient", "intent-correct_last")
        (kept,) = await logged(house, "drink")
        assert (kept.detail["drinks"], kept.detail["standard_drinks"]) == ([{"count": 3, "unit": "pint"}], 5.9)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_may_be_drunk_has_a_name_to_be_read_back_by(language: str) -> None:
    terms = languages()[language].terms
    nameless = [name for name in (*terms.drink_units, *terms.drink_kinds, STANDARD) if f"drink.{name}" not in wording(language)]
    assert nameless == [], "a text without its words is never sent"


@pytest.mark.parametrize("text", ["had 3 sherries", "a jug of wine last night", "a bottle of baileys"])
async def test_what_cannot_be_counted_is_read_back_all_the_same(text: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 20)) as house:
        (answer, *_) = await says(house, text)
        assert "without judgement" in answer.text
