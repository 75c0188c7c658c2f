"""Every name that is suggested while somebody types is read as what it names, when it is chosen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.levels import Level
from bot.knowledge.files import LANGUAGES
from bot.knowledge.findings import findings_in
from bot.knowledge.substances import substance_names
from tests.houses import minds

NOW = datetime(2026, 3, 18, 14, 20, tzinfo=UTC)
EFFECT = {"fr": "effet : {name}", "en": "side effect: {name}"}
MIX = {"fr": "puis-je prendre {name} avec le baclofène ?", "en": "can I take {name} with baclofen?"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_effect_is_noted_or_is_answered_as_a_danger(language: str) -> None:
    missed = []
    for finding, words in findings_in(language).items():
        said = EFFECT[language].format(name=words.name)
        meaning = minds().reader.read(said, now=NOW, timezone="Europe/Paris", language=language)
        noted = finding in meaning.slots.get("effects", ())
        if not noted and minds().triage.screen(said, language=language).level < Level.check:
            missed.append(said)
    assert missed == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("side effect: dark thoughts", "dark thoughts"),
        ("Effet indésirable : hallucinations", "hallucinations"),
        ("effet :idées noires", "idées noires"),
    ],
)
def test_a_danger_behind_a_heading_is_no_less_one_and_is_found_where_it_stands(text: str, words: str) -> None:
    screening = minds().triage.screen(text)
    assert screening.level >= Level.urgent
    assert {text[flag.start : flag.end] for flag in screening.flags} == {words}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_substance_is_known_by_its_name(language: str) -> None:
    missed = []
    for substance, name in substance_names(language).items():
        meaning = minds().reader.read(MIX[language].format(name=name), now=NOW, timezone="Europe/Paris", language=language)
        if (meaning.intent, meaning.confidence) != ("ask_safety", "sure") or substance not in meaning.slots.get("substances", ()):
            missed.append(name)
    assert missed == []
