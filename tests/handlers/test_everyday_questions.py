"""Everyday questions: when the dose goes up, how the day went, what becomes of the reminders, and a dose that can only be taken later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import LANGUAGES, STEPS, at, follow, last, say
from tests.houses import rig, settings_in

OF_STEPS = [
    *(("en", each) for each in ("when do i go up?", "when is the dose to increase?", "when does it go up")),
    *(("en", each) for each in ("what is my next step and when", "when do i move on to the whole tablet?")),
    *(("fr", each) for each in ("quand est-ce que j'augmente ?", "jpasse a combien demain", "c'est quoi ma prochaine étape")),
    *(("fr", each) for each in ("c'est quoi le prochain palier et quand", "à quelle date je dois passer au comprimé entier ?")),
]


@pytest.mark.parametrize(("language", "words"), OF_STEPS)
async def test_when_the_dose_goes_up_is_answered_by_the_plan(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, STEPS)
        told = await say(house, words)
        assert {"fr": "Étape 2", "en": "Step 2"}[language] in told


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "c'est quand ma prochaine prise ?"), ("en", "when is my next dose?"), ("fr", "quand est-ce que ça passe ?")],
)
async def test_another_question_of_when_is_not_answered_by_the_whole_plan(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, STEPS)
        assert {"fr": "Étape 2", "en": "Step 2"}[language] not in await say(house, words)


OF_THE_DAY = [
    *(("fr", each) for each in ("ma journé", "récapitulatif de ma journée", "on en est où aujourd'hui", "résumé du jour")),
    *(("en", each) for each in ("my day", "summary of my day", "where am i at today")),
]


@pytest.mark.parametrize(("language", "words"), OF_THE_DAY)
async def test_the_day_so_far_is_told(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await house.presses("patient", "taken")
        assert "10 mg" in await say(house, words)


@pytest.mark.parametrize(("language", "words"), [("fr", "mon istorique"), ("fr", "résumé de la semaine"), ("en", "history please")])
async def test_the_history_is_shown_without_a_question_back(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await house.presses("patient", "taken")
        told = await say(house, words)
        assert "10 mg" in told
        assert {"fr": "Vouliez-vous dire", "en": "Did you mean"}[language] not in told


@pytest.mark.parametrize(("language", "words"), [("fr", "tu sais koi de moi"), ("en", "what do you know about me")])
async def test_what_is_known_of_them_is_told(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        said = await house.says("patient", words)
        assert "export" in [choice.id for choice in said[0].choices]


SILENT = [
    *(("en", each) for each in ("please pause the reminders", "stop the reminders", "pause reminders")),
    *(("fr", each) for each in ("arrêter les rappels", "mets les rappels en pause", "mets mes rappels en pause un moment")),
]


@pytest.mark.parametrize(("language", "words"), SILENT)
async def test_it_is_told_what_a_pause_does_and_nothing_stops_before_the_button(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        said = await house.says("patient", words)
        assert {"fr": "je ne reprends pas de moi-même", "en": "I do not start again by myself"}[language] in said[0].text
        assert "pause" in [choice.id for choice in said[0].choices]
        stored = await house.house.store.run(lambda unit: unit.plans.current(1))
        assert stored is not None
        assert stored.plan.holds == ()


BACK_ON = {"fr": "je reprends les rappels", "en": "turn reminders back on"}


@LANGUAGES
async def test_reminders_go_on_after_a_pause_and_are_said_to_be_on_without_one(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        assert {"fr": "Vos rappels sont actifs", "en": "Your reminders are on"}[language] in await say(house, BACK_ON[language])
        await say(house, {"fr": "arrêter les rappels", "en": "stop the reminders"}[language])
        await house.presses("patient", "pause")
        assert {"fr": "en pause", "en": "paused"}[language] in await say(
            house, {"fr": "arrêter les rappels", "en": "stop the reminders"}[language]
        )
        assert {"fr": "le plan reprend", "en": "the plan goes on"}[language] in await say(house, BACK_ON[language])


@pytest.mark.parametrize(
    ("language", "words"), [("en", "remind me at 12 30 instead of 1pm"), ("fr", "rappelle-moi à 12h30 au lieu de 13h")]
)
async def test_another_hour_for_a_reminder_is_the_prescribers_and_no_menu(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        said = await house.says("patient", words)
        assert "split-hours-fixed" in said[0].rules
        assert "pause" in [choice.id for choice in said[0].choices]


LATER = {
    "fr": "j'ai oublié ma boîte à la maison, je ne pourrai le prendre qu'en rentrant vers {hour}. Est-ce grave ?",
    "en": "forgot my dose, I can only take it at {hour} when I get home, is that ok?",
}


@pytest.mark.parametrize(
    ("language", "hour", "heard"),
    [
        ("fr", "17 heures", "vous pourrez encore la prendre"),
        ("en", "5pm", "you may still take it then"),
        ("fr", "19 heures", "laissez-la passer"),
        ("en", "7pm", "let it go"),
    ],
)
async def test_a_dose_that_can_only_be_taken_later_is_judged_by_that_hour(language: str, hour: str, heard: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 13, 10)
        told = await say(house, LATER[language].format(hour=hour))
        assert heard in told
        assert {"fr": "jeudi 1 janvier, 20 h", "en": "Thursday 1 January, 20:00"}[language] in told.replace("1er", "1")
        assert await last(house) is None


@LANGUAGES
async def test_what_is_on_for_tomorrow_is_told_of_tomorrow(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        told = await say(house, {"fr": "c'est quoi pour demain", "en": "what's on for tomorrow"}[language])
        assert {"fr": "vendredi 2 janvier", "en": "Friday 2 January"}[language] in told
        assert {"fr": "jeudi 1er janvier", "en": "Thursday 1 January"}[language] not in told
        assert told.count("10 mg") == 3


@LANGUAGES
async def test_of_a_step_to_come_no_day_is_told_alone(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, STEPS)
        await at(house, 9, days=4)
        told = await say(house, {"fr": "c'est quoi pour demain", "en": "what's on for tomorrow"}[language])
        assert {"fr": "lundi 5 janvier, jour 5", "en": "Monday 5 January, day 5"}[language] in told
        assert {"fr": "mardi 6 janvier, jour", "en": "Tuesday 6 January, day"}[language] not in told
