"""A short answer is noted for what it says, and for nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import LANGUAGES, MINUTE, STEPS, at, follow, last, say
from tests.houses import rig, settings_in

NOT_THIS_DOSE = [
    *(("fr", each) for each in ("pris que la moitié", "ma femme l'a pris", "pris mon café", "presque pris", "je l'ai pris puis vomi")),
    *(
        ("en", each)
        for each in ("took half", "my wife took it", "took my coffee", "should have taken it", "almost took it", "took it, threw up")
    ),
]


@pytest.mark.parametrize(("language", "words"), NOT_THIS_DOSE)
async def test_what_says_more_than_taken_is_not_noted_as_the_whole_dose(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 1)
        await say(house, words)
        noted = await last(house)
        assert noted is None or noted.kind != "intake" or noted.detail["dose_mg"] != 10


@LANGUAGES
async def test_not_yet_puts_the_reminder_off_and_not_at_all_is_a_missed_one(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 1)
        await say(house, {"fr": "pas encore", "en": "not yet"}[language])
        assert "reminder" in {message.kind for message in await house.after(20 * MINUTE)}
        await say(house, {"fr": "non", "en": "no"}[language], {"fr": "pas du tout", "en": "not at all"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.kind == "missed"


@LANGUAGES
async def test_the_drink_that_is_named_is_taken_back_and_not_the_craving(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, {"fr": "j'ai bu un verre de vin", "en": "had a glass of wine"}[language])
        await say(house, {"fr": "envie 5", "en": "craving 5"}[language])
        await say(house, {"fr": "annule le verre", "en": "delete the glass of wine"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.kind == "craving"


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "mes comprimés de 25 mg sont périmés"), ("en", "my tablets of 25 mg are out of date")]
)
async def test_other_talk_of_tablets_changes_no_strength(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, words)
        stored = await house.house.store.run(lambda unit: unit.plans.current(1))
        assert stored is not None
        assert stored.plan.tablet_mg == 10


@pytest.mark.parametrize("words", ["je vais prendre 30 comprimés", "j'ai failli prendre 30 comprimés", "j'ai 30 comprimés devant moi"])
async def test_what_was_not_taken_is_not_kept(words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "fr")
        await say(house, words)
        noted = await last(house)
        assert noted is None or noted.kind != "intake"


async def test_a_newer_reminder_comes_before_what_was_missed(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        await at(house, 10, 0)
        await say(house, "I forgot my 8am dose")
        await at(house, 13, 1)
        await say(house, "taken")
        noted = await last(house)
        assert noted is not None
        assert noted.detail["slot"] == "2026-01-01T13:00"


@pytest.mark.parametrize(("words", "kind"), [("forgot my 1pm dose", "missed"), ("3 beers at 8pm yesterday", "drink")])
async def test_asked_which_other_news_is_heard_as_such(words: str, kind: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        await at(house, 12, 5)
        await say(house, "taken", words)
        noted = await last(house)
        assert noted is None or noted.kind == kind


@pytest.mark.parametrize("words", ["my doctor said not to resume the plan yet", "I will resume the plan on Monday"])
async def test_a_plan_does_not_go_on_against_a_word(words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        await say(house, "pause the reminders")
        await house.presses("patient", "pause")
        assert "the plan goes on" not in await say(house, words)


async def test_what_is_told_beside_staying_is_noted_and_holds_nothing(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en", STEPS)
        await at(house, 8, 1, days=5)
        assert "you stay at step" not in await say(house, "I had to stay home, dizzy 6/10")


async def test_yesterday_at_eight_is_of_yesterday(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        await at(house, 8, 2, days=1)
        await say(house, "took it", "no, it was yesterday at 8pm")
        noted = await last(house)
        assert noted is not None
        assert noted.detail["slot"] in ("", "2026-01-01T20:00")


async def test_shall_i_take_it_back_is_answered_in_words(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        await at(house, 13, 2)
        await house.presses("patient", "taken")
        await say(house, "no", "yes")
        assert (await last(house)) is None


async def test_a_craving_is_no_number_of_tablets(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language="en")
        await say(house, "took it")
        await say(house, "craving 2")
        noted = await last(house)
        assert noted is not None
        assert noted.kind == "craving"
