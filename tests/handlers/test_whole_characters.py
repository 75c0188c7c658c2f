"""Halves of characters, which a broken client sends, keep nobody from an answer, from their data or from a human."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.messages import Account, whole_characters
from bot.ports import Unit
from tests.houses import Rig, rig, settings_in

DANGER = {"en": "I want to die \ud83d", "fr": "je veux mourir \ud83d"}
EXPORT = {"en": "export my data", "fr": "exporter mes données"}


async def exported(house: Rig, language: str) -> str:
    """What is stored about the patient, as it is given to them."""
    said = await house.says("patient", EXPORT[language])
    (content,) = [file.content for message in said for file in message.files if file.kind == "json"]
    json.loads(content)
    return content.decode()


@pytest.mark.parametrize("language", EXPORT)
async def test_words_with_half_a_character_reach_a_human_and_are_given_back(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.settle("keeper", role="moderator", on_duty=True)
        said = await house.says("patient", DANGER[language])
        assert {message.account.id for message in said} == {"patient", "keeper"}
        assert all(message.text.encode() for message in said)
        assert DANGER[language].replace("\ud83d", "\N{REPLACEMENT CHARACTER}") in await exported(house, language)


async def test_half_a_character_that_was_kept_before_is_given_back_too(tmp_path: Path) -> None:
    def kept_before(unit: Unit) -> None:
        person = unit.people.find(Account("story", "patient"))
        assert person is not None
        unit.entries.add(person.id, "craving", house.clock.now(), {"score": 7, "note": "a \ud83d b"}, house.clock.now())

    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient")
        await house.house.store.run(kept_before)
        assert "\\ud83d" in await exported(house, "en")


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        ("à 8h 😀", "à 8h 😀"),
        ("at 8 \ud83d\ude00", "at 8 😀"),
        ("at \ud83d 8", "at � 8"),
        ("\ude00\ud83d", "��"),
        ("\udcff8 am", "�8 am"),
    ],
    ids=ascii,
)
def test_halves_become_their_character_or_the_sign_for_what_cannot_be_read(sent: str, heard: str) -> None:
    assert whole_characters(sent) == heard
