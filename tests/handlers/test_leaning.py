"""Words that nothing understands and that read like danger are asked about, not "not understood"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import open_house
from bot.core.flags import Screening
from bot.ports import Outgoing
from bot.understanding.danger import Triage
from tests.houses import minds, rig, settings_in

UNCLEAR = {"en": "the kettle is where it always was", "fr": "la bouilloire est toujours à sa place"}
ANSWERS = [({"en": "yes", "fr": "oui"}, "urgent"), ({"en": "no", "fr": "non"}, "none")]


class Leaning(Triage):
    """A triage that finds no sign in anything, and a likeness in everything."""

    def __init__(self) -> None:
        """It needs no knowledge."""

    def screen(self, text: str, *, language: str | None = None, quoted: bool = False) -> Screening:
        """A likeness, whatever is said."""
        return replace(Screening(language or "en"), leaning=True)


async def told(folder: Path, language: str, *words: str) -> Sequence[Outgoing]:
    """What a patient gets who says these words, one after the other, to a house with such a triage."""
    settings = settings_in(folder)
    async with rig(settings) as house:
        await house.settle("patient", language=language)
        leaning = replace(minds(), triage=Leaning())
        async with open_house(settings, clock=house.clock, senders=[house.sender], minds=leaning) as other:
            for each in words:
                await other.conversation.hear(house.message("patient", each))
        return [delivery.message for delivery in house.sender.delivered]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("answer", "level"), ANSWERS)
async def test_unclear_words_that_lean_towards_danger_are_asked_about(
    language: str, answer: dict[str, str], level: str, tmp_path: Path
) -> None:
    asked, *then = await told(tmp_path, language, UNCLEAR[language], answer[language])
    assert (asked.level, "gentle-check" in asked.rules) == ("check", True)
    assert then[0].level == level


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_what_is_understood_is_served_whatever_it_reads_like(language: str, tmp_path: Path) -> None:
    said = await told(tmp_path, language, {"en": "drowsy 4/10", "fr": "somnolence 4/10"}[language])
    assert said
    assert "gentle-check" not in {rule for message in said for rule in message.rules}


EXPLAINED = {"en": "took 20 or 10 at noon", "fr": "pris 20 ou 10 à midi"}


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_words_that_a_cue_explains_are_offered_with_the_way_to_say_that_something_is_wrong(language: str, tmp_path: Path) -> None:
    (asked,) = await told(tmp_path, language, EXPLAINED[language])
    offered = [choice.id for choice in asked.choices]
    assert "intent-told" in offered
    assert "talk-to-human" in offered
    assert offered[-1] == "cancel"
    assert "gentle-check" not in asked.rules


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_what_is_told_doubtfully_in_an_open_case_is_offered_to_be_noted(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.says("patient", {"en": "I see spiders on the wall", "fr": "je vois des araignées sur le mur"}[language])
        (asked,) = await house.says("patient", EXPLAINED[language])
        assert "intent-log_intake" in {choice.id for choice in asked.choices}
