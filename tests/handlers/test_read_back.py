"""What is not surely understood is said back as it was heard, and noted with one yes; what only shows something is shown at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.app import Minds
from bot.knowledge.files import LANGUAGES as SPOKEN
from bot.understanding.language import languages
from bot.understanding.reader import Reader
from tests.handlers.following import LANGUAGES, at, follow, last, say
from tests.houses import Rig, minds, rig, settings_in
from tests.opinions import Leaning, Saying

EITHER = {"en": "took 20 or 10 mg at noon", "fr": "pris 20 ou 10 mg à midi"}
TEN_AT_NOON = {"en": "an intake of 10 mg, Thursday 1 January, 12:00", "fr": "une prise de 10 mg, jeudi 1er janvier, 12 h"}
WHEN = {"en": "and the next one, when would you say, roughly?", "fr": "et la prochaine alors, tu dirais quand ?"}
YES = {"en": "yes", "fr": "oui"}
NO = {"en": "no", "fr": "non"}


def taking_questions_for(*intents: str) -> Minds:
    """The real minds, but that every question is taken for these, and none of it is sure."""
    doubting = Saying({}, {intent: 0.3 / (place + 1) for place, intent in enumerate(intents)})
    return replace(minds(), reader=Reader.of(languages(), dict.fromkeys(SPOKEN, doubting)))


async def at_noon(house: Rig, language: str) -> None:
    await follow(house, language)
    await at(house, 12, 20)


@LANGUAGES
async def test_a_doubtful_intake_is_said_back_and_noted_with_one_yes(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await at_noon(house, language)
        assert TEN_AT_NOON[language] in await say(house, EITHER[language])
        assert await last(house) is None
        await say(house, YES[language])
        entry = await last(house)
        assert entry is not None
        assert (entry.kind, entry.detail["dose_mg"], entry.at.hour) == ("intake", 10, 12)


@LANGUAGES
async def test_the_button_says_what_the_yes_says(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await at_noon(house, language)
        await say(house, EITHER[language])
        await house.presses("patient", "intent-told")
        entry = await last(house)
        assert entry is not None
        assert entry.detail["dose_mg"] == 10


@LANGUAGES
async def test_a_no_notes_nothing_and_leaves_the_other_meanings_on_offer(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await at_noon(house, language)
        await say(house, EITHER[language])
        (then,) = await house.says("patient", NO[language])
        assert await last(house) is None
        offered = [choice.id for choice in then.choices]
        assert "intent-told" not in offered
        assert "intent-log_intake" not in offered
        assert offered[-1] == "cancel"


@LANGUAGES
async def test_what_is_put_right_before_it_was_noted_touches_no_other_entry(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await house.presses("patient", "taken")
        before = await last(house)
        await at(house, 12, 20)
        await say(house, EITHER[language])
        again = await say(house, {"en": "no, 15 mg", "fr": "non, 15 mg"}[language])
        assert await last(house) == before
        assert {"en": "had not noted anything yet", "fr": "encore rien noté"}[language] in again


@LANGUAGES
async def test_an_intake_of_an_hour_to_come_is_not_said_back_as_taken(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await at_noon(house, language)
        (asked,) = await house.says("patient", {"en": "took 20 or 10 mg tonight", "fr": "pris 20 ou 10 mg ce soir"}[language])
        assert "intent-told" not in {choice.id for choice in asked.choices}
        assert " mg" not in asked.text


@LANGUAGES
async def test_nothing_names_an_amount_while_a_red_case_is_open(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await at_noon(house, language)
        await house.says("patient", {"en": "I want to kill myself", "fr": "je veux me suicider"}[language])
        said = await house.says("patient", EITHER[language])
        mine = [message for message in said if message.account.id == "patient"]
        assert mine
        assert all(" mg" not in message.text for message in mine)


@LANGUAGES
async def test_what_only_shows_is_shown_with_what_else_may_have_been_meant(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path), thinking=taking_questions_for("ask_next", "show_plan")) as house:
        await at_noon(house, language)
        (shown, beside) = await house.says("patient", WHEN[language])
        assert "10 mg" in shown.text
        assert [choice.id for choice in beside.choices] == ["intent-show_plan", "cancel"]


@LANGUAGES
async def test_what_leans_towards_danger_is_not_answered_by_the_plan(language: str, tmp_path: Path) -> None:
    thinking = taking_questions_for("ask_next", "show_plan")
    async with rig(settings_in(tmp_path), thinking=replace(thinking, triage=Leaning(minds().triage))) as house:
        await at_noon(house, language)
        (asked,) = await house.says("patient", WHEN[language])
        assert " mg" not in asked.text
        assert "talk-to-human" in {choice.id for choice in asked.choices}


@LANGUAGES
async def test_a_lone_number_after_an_effect_was_said_back_is_a_yes_with_its_strength(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await at_noon(house, language)
        said = await house.says("patient", {"en": "bit queasy but fine or so they say", "fr": "nausées bis, le chat aussi"}[language])
        assert "intent-told" in {choice.id for message in said for choice in message.choices}
        await say(house, "4")
        entry = await last(house)
        assert entry is not None
        assert (entry.kind, entry.detail["finding"], entry.detail["severity"]) == ("side_effect", "nausea", 4)


@LANGUAGES
async def test_an_intake_that_was_said_back_is_asked_about_once_more_after_other_words(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await at_noon(house, language)
        await say(house, EITHER[language])
        both = await say(house, {"en": "craving 4", "fr": "envie 4"}[language])
        assert "4/10" in both
        assert TEN_AT_NOON[language] in both
        await say(house, {"en": "craving 5", "fr": "envie 5"}[language])
        assert TEN_AT_NOON[language] not in await say(house, {"en": "craving 6", "fr": "envie 6"}[language])


@LANGUAGES
async def test_a_yes_after_other_words_notes_what_was_asked_about_once_more(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await at_noon(house, language)
        await say(house, EITHER[language], {"en": "craving 4", "fr": "envie 4"}[language], YES[language])
        entry = await last(house)
        assert entry is not None
        assert (entry.kind, entry.detail["dose_mg"]) == ("intake", 10)


@LANGUAGES
async def test_an_intake_told_anew_takes_the_place_of_the_one_that_was_said_back(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await at_noon(house, language)
        await say(house, EITHER[language])
        noted = await say(house, {"en": "took 20 mg at noon", "fr": "pris 20 mg à midi"}[language])
        assert TEN_AT_NOON[language] not in noted
        assert "20 mg" in noted
