"""What is said right after the emergency words: no politeness ends them, and no other question stands before the one about danger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.ports import Outgoing
from tests.handlers.keepers import open_rig, to
from tests.houses import rig, settings_in

DANGER = {"en": "I want to kill myself", "fr": "j'ai envie de mourir"}
POLITE = {"en": ("thanks", "ok thanks, good night", "bye"), "fr": ("merci", "ok merci bonne nuit", "à demain")}
ASKED = {"en": "Are you safe", "fr": "Êtes-vous en sécurité"}
OTHER = {"en": "my wife says she wants to kill herself tonight", "fr": "ma femme dit qu'elle veut se tuer ce soir"}
OF_THE_OTHER = {"en": "How is the person now", "fr": "Comment va la personne"}
NEW = {"en": "I drink in the evening", "fr": "je bois le soir"}
CONSENT = {"en": "18 or over", "fr": "18 ans ou plus"}


async def strangers(folder: Path, language: str, *words: str) -> Sequence[Outgoing]:
    """What somebody gets who has agreed to nothing and says these words, one after the other."""
    async with rig(settings_in(folder)) as house:
        await house.settle("keeper", role="moderator", on_duty=True)
        await house.says("patient", {"en": "hello", "fr": "bonjour"}[language])
        for each in words[:-1]:
            await house.says("patient", each)
        return await house.says("patient", words[-1])


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("which", range(3))
async def test_thanks_and_goodbyes_are_not_the_end_of_it(language: str, which: int, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.says("patient", DANGER[language])
        said = to("patient", await house.says("patient", POLITE[language][which]))
        assert ASKED[language] in said[0]
        assert "safe" in {choice.id for delivery in house.sender.delivered[-1:] for choice in delivery.message.choices}


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_whoever_thanks_for_somebody_else_is_asked_about_them(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.says("patient", OTHER[language])
        assert OF_THE_OTHER[language] in to("patient", await house.says("patient", POLITE[language][0]))[0]


async def test_a_gentle_question_is_asked_again_after_thanks(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        asked = await house.says("patient", "sometimes I wonder if it is worth going on")
        assert "gentle-check" in asked[-1].rules
        again = await house.says("patient", "thanks")
        assert ("gentle-check" in again[0].rules, again[0].level) == (True, "check")


async def test_thanks_once_it_is_answered_are_thanks_with_the_numbers(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER["en"])
        await house.says("patient", "yes")
        (said,) = to("patient", await house.says("patient", "thanks"))
        assert "116 123" in said
        assert "Are you safe" not in said


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_no_to_are_you_safe_is_no_answer_to_the_question_of_consent(language: str, tmp_path: Path) -> None:
    said = await strangers(tmp_path, language, DANGER[language], {"en": "no", "fr": "non"}[language])
    assert (said[0].level, said[0].account.id) == ("emergency", "patient")


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_consent_waits_until_the_question_about_danger_is_answered(language: str, tmp_path: Path) -> None:
    asked = to("patient", list(await strangers(tmp_path, language, DANGER[language], NEW[language])))
    assert ASKED[language] in asked[0]
    assert not any(CONSENT[language] in text for text in asked)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_consent_is_asked_for_afterwards(language: str, tmp_path: Path) -> None:
    asked = to("patient", list(await strangers(tmp_path, language, DANGER[language], {"en": "yes", "fr": "oui"}[language], NEW[language])))
    assert CONSENT[language] in asked[0]


@pytest.mark.parametrize(("language", "words"), [("fr", "je suis en sécurité"), ("en", "I am safe"), ("en", "safe"), ("fr", "en sécurité")])
async def test_the_words_of_the_button_are_its_answer(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.says("patient", DANGER[language])
        said = to("patient", await house.says("patient", words))
        assert {"fr": "Merci de me le dire", "en": "Thank you for telling me"}[language] in said[0]


@pytest.mark.parametrize(("language", "words"), [("fr", "je ne suis pas en sécurité"), ("en", "I am not safe"), ("en", "not safe")])
async def test_not_safe_in_words_is_an_emergency(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.says("patient", DANGER[language])
        said = await house.says("patient", words)
        assert said[0].level in ("urgent", "emergency")


@pytest.mark.parametrize(("language", "words"), [("fr", "je ne suis pas en sécurité"), ("en", "I am not safe")])
async def test_not_being_safe_is_never_passed_over(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        said = await house.says("patient", words)
        assert said[0].level in ("check", "urgent", "emergency")
        assert "crisis-line" in said[0].rules
