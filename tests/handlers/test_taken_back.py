"""An alarm that is taken back is believed halfway, and only where nothing else is said: no denial, and nothing that was swallowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import follow, say
from tests.houses import rig, settings_in

NOT_TAKEN_BACK = [
    *(("en", each) for each in ("I'm not joking", "I don't feel ok", "its not a false alarm", "I'm not feeling better", "this is no joke")),
    *(("en", each) for each in ("I'll be fine when I'm gone", "everyone says it's a figure of speech", "people laugh at me lol")),
    *(("fr", each) for each in ("ça va pas", "non ça va pas du tout", "ça va mal", "ça va pas mieux", "tout va mieux sans moi")),
    *(
        ("fr", each)
        for each in ("c'est pas de l'humour", "je ne rigole pas", "je vais bien finir par le faire", "ça va mieux quand je bois")
    ),
]


@pytest.mark.parametrize(("language", "words"), NOT_TAKEN_BACK)
async def test_a_denial_takes_nothing_back(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, {"fr": "je veux mourir", "en": "I want to die"}[language])
        assert {"fr": "Merci de me le dire", "en": "Thank you for telling me"}[language] not in await say(house, words)


TAKEN_BACK = [
    ("en", "just kidding"),
    ("en", "sorry, it was a joke"),
    ("fr", "je rigole"),
    ("fr", "c'était une blague"),
    ("fr", "je plaisantais"),
]


@pytest.mark.parametrize(("language", "words"), TAKEN_BACK)
async def test_an_alarm_taken_back_keeps_its_case_and_presses_no_button(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await house.settle("keeper", role="moderator", on_duty=True)
        await say(house, {"fr": "je veux mourir", "en": "I want to die"}[language])
        assert {"fr": "Merci de me le dire", "en": "Thank you for telling me"}[language] in await say(house, words)
        history = await house.house.store.run(lambda unit: unit.cases.history(1))
        assert "pressed-safe" not in {event.what for event in history}


@pytest.mark.parametrize("words", ["I'm fine", "I feel fine"])
async def test_feeling_well_takes_back_nothing_that_was_swallowed(words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        await say(house, "I took 15 baclofen tablets")
        assert "Thank you for telling me" not in await say(house, words)
