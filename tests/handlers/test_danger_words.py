"""The words about danger name the sign that is known, and none where it is not; whoever is hurt is never told to keep from hurting."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.flags import Flag
from bot.core.levels import Level
from bot.core.person import Person
from bot.handlers.danger_words import LEANING, block_of, doubt_of, emergency_words, gentle_words, worst
from bot.handlers.turn import say
from bot.knowledge.countries import numbers
from tests.handlers.following import LANGUAGES
from tests.handlers.keepers import to
from tests.houses import rig, settings_in

HIT = {"fr": "mon mec m'a frappée encore hier soir, j'ai peur de rentrer", "en": "he hit me again last night, took my phone"}
STRANGLED = {"fr": "mon conjoint m'a étranglée", "en": "he strangled me last night"}
AFRAID = {"fr": "j'ai peur de mon mari", "en": "he says he'll kill me if I leave"}
NO_URINE = {"fr": "j'arrive plus à uriner", "en": "can't pee at all... belly rock hard"}
STOP = {"fr": "mon médecin veut que j'arrête pendant trois jours", "en": "my doctor wants me to stop for three days"}
NOT_YOURS = {"fr": "ce n'est pas votre faute", "en": "it is not your fault"}
BEFORE_ACTING = {"fr": "avant d'agir", "en": "before acting"}
TODAY = {"fr": "Cela mérite un avis aujourd'hui", "en": "This deserves advice today"}
AT_ONCE = {"fr": "avez-vous arrêté d'un coup", "en": "have you stopped all at once"}
HURT = {"fr": "quelqu'un vous fait-il du mal", "en": "is someone hurting you"}


def flag(code: str, level: Level = Level.urgent, *, unsure: bool = False) -> Flag:
    return Flag(code, level, 0, 4, "word", unsure=unsure)


def somebody(country: str = "FR") -> Person:
    return Person(id=1, role="patient", language="fr", timezone="Europe/Paris", country=country, consented_at=None)


def said(*flags: Flag, country: str = "FR") -> list[str]:
    """The keys of the words that answer some signs."""
    return [words.key for words in emergency_words(somebody(country), flags, told=say("danger.moderators-told")).words]


@LANGUAGES
@pytest.mark.parametrize("words", [HIT, STRANGLED])
async def test_whoever_is_hit_is_told_whom_to_call_and_is_never_blamed(language: str, words: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("keeper", role="moderator", on_duty=True)
        await house.settle("patient", language=language)
        answered = await house.says("patient", words[language])
        text = "\n".join(to("patient", answered))
        assert NOT_YOURS[language] in text
        assert BEFORE_ACTING[language] not in text
        assert all(number in text for number in ("999 or 112" if language == "en" else "999 ou 112", "55", "0808 2000 247"))
        assert "mg" not in text
        assert any(message.kind == "case" for message in answered)


@LANGUAGES
async def test_a_fear_of_somebody_is_asked_about_with_the_numbers_for_it(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        (text,) = to("patient", await house.says("patient", AFRAID[language]))
        assert HURT[language] in text
        assert "0808 2000 247" in text


@LANGUAGES
async def test_who_can_pass_no_urine_is_told_to_ask_today_and_nothing_else_is_named(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        text = "\n".join(to("patient", await house.says("patient", NO_URINE[language])))
        assert TODAY[language] in text


@LANGUAGES
async def test_a_stop_that_a_doctor_wants_is_asked_about(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        text = "\n".join(to("patient", await house.says("patient", STOP[language])))
        assert AT_ONCE[language] in text


@LANGUAGES
@pytest.mark.parametrize(
    ("country", "police", "listens"), [("FR", "17", "3919"), ("BE", "101", "0800 30 030"), ("GB", "999", "0808 2000 247")]
)
def test_a_country_says_whom_to_call_about_violence(country: str, police: str, listens: str, language: str) -> None:
    assert numbers(country, language).in_violence.startswith(police)
    assert numbers(country, language).about_violence.startswith(listens)


@LANGUAGES
@pytest.mark.parametrize("country", ["LU", "", "JP"])
def test_where_no_number_about_violence_is_verified_those_of_any_danger_are_shown(country: str, language: str) -> None:
    shown = numbers(country, language)
    assert (shown.in_violence, shown.about_violence) == (shown.emergency, shown.crisis)


def test_who_cannot_speak_is_told_of_it_only_where_there_is_a_number() -> None:
    assert "danger.violence.silent" in said(flag("violence_suffered"))
    assert "danger.violence.silent" not in said(flag("violence_suffered"), country="LU")


def test_whoever_is_hit_and_threatens_as_seriously_is_answered_as_one_who_is_hit() -> None:
    assert worst((flag("harm_to_others"), flag("violence_suffered"))).code == "violence_suffered"
    assert worst((flag("harm_to_others", Level.emergency), flag("violence_suffered"))).code == "harm_to_others"


@pytest.mark.parametrize("code", ["alcohol_withdrawal", "harm_to_others", "severe_sedation", "driving"])
def test_a_sign_that_nobody_is_sure_of_is_named_by_no_words(code: str) -> None:
    assert block_of(flag(code)) != block_of(flag(code, unsure=True)) == "unclear"
    assert "danger.unclear.heard.self" in said(flag(code, Level.emergency, unsure=True))
    assert doubt_of((flag(code, Level.check, unsure=True),)) == (LEANING, "open")


def test_what_may_be_of_death_is_asked_about_as_such_however_unsure() -> None:
    assert "danger.suicide.ask" in said(flag("suicidal_thoughts", unsure=True))
    asked = gentle_words(somebody(), (flag("suicidal_thoughts", Level.check, unsure=True),))
    assert [words.key for words in asked.words] == ["check.gentle.suicide"]
