"""What was taken back can stand again; no word about reminders raises a dose; a correction is of what it can only be of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import LANGUAGES, MINUTE, at, follow, last, say
from tests.houses import Rig, rig, settings_in

TAKEN = {"en": "taken", "fr": "pris"}
UNDO = {"en": "delete the last entry", "fr": "annule la dernière entrée"}
BACK = [
    {"en": "put it back", "fr": "remets-le"},
    {"en": "oh no, put that back please", "fr": "ah non finalement remets-la"},
    {"en": "restore it", "fr": "rétablis ça"},
    {"en": "can you put it back?", "fr": "tu peux le remettre ?"},
]
BEERS = {"en": "2 beers", "fr": "2 bières"}


@LANGUAGES
@pytest.mark.parametrize("back", BACK, ids=["it", "please", "restore", "asked"])
async def test_what_was_taken_back_is_put_back_and_nothing_else_goes(language: str, back: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await say(house, TAKEN[language])
        await at(house, 9, 0)
        await say(house, BEERS[language])
        drunk = await last(house)
        await say(house, UNDO[language], back[language])
        again = await last(house)
        assert drunk is not None
        assert again is not None
        assert (again.kind, again.at, again.detail) == ("drink", drunk.at, drunk.detail)
        start = house.clock.now().replace(hour=0, minute=0)
        told = await house.house.store.run(lambda unit: unit.entries.between(1, start, house.clock.now() + MINUTE, ["intake"]))
        assert len(told) == 1


@LANGUAGES
async def test_an_intake_that_is_put_back_answers_its_planned_hour_again(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await say(house, TAKEN[language], UNDO[language], BACK[0][language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"], noted.at.minute) == ("intake", "2026-01-01T08:00", 2)


@LANGUAGES
async def test_with_nothing_taken_back_putting_back_changes_nothing(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await say(house, TAKEN[language])
        before = await last(house)
        answer = await say(house, BACK[0][language])
        assert await last(house) == before
        assert {"en": "once more", "fr": "Redites-moi"}[language] in answer


RISING = {
    "en": "plan: 10 mg at 8am, 10 mg at 1pm and 10 mg at 9pm, starting today, up 10 mg every 3 days till 60",
    "fr": "plan : 10 mg à 8h, 10 mg à 13h et 10 mg à 21h, à partir d'aujourd'hui, plus 10 mg tous les 3 jours jusqu'à 60",
}
RESUME = {"en": "resume reminders", "fr": "remets les rappels"}


async def kept_back(house: Rig, language: str) -> None:
    """A rising plan whose next step, a morning later, is kept back for what was felt the evening before."""
    await follow(house, language, RISING)
    await at(house, 21, 4, days=2)
    await say(house, TAKEN[language], {"en": "drowsy 6/10", "fr": "somnolence 6/10"}[language])
    await at(house, 8, 5, days=1)


@LANGUAGES
async def test_words_about_reminders_raise_no_dose_while_a_step_is_kept_back(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await kept_back(house, language)
        shown = await say(house, {"en": "my plan", "fr": "mon plan"}[language])
        assert {"en": "At your request", "fr": "À votre demande"}[language] not in shown
        assert "40 mg" not in await say(house, RESUME[language])
        day = {"en": "what am I on today", "fr": "mon plan du jour"}[language]
        assert {"en": "step 1: 30 mg", "fr": "étape 1 : 30 mg"}[language] in await say(house, day)


@LANGUAGES
async def test_a_plan_taken_up_in_words_says_that_it_rises_and_waits_for_a_yes(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await kept_back(house, language)
        asked = await say(house, {"en": "resume the plan", "fr": "je reprends le plan"}[language])
        assert {"en": "the dose goes up", "fr": "augmenter la dose"}[language] in asked
        assert "40" in await say(house, {"en": "yes", "fr": "oui"}[language])


@LANGUAGES
@pytest.mark.parametrize(
    "words",
    [
        {"en": "took it: no wait i didnt take it yet", "fr": "non atten jé pas encor pri je me sui tronpé"},
        {"en": "no wait i didnt tak it yet", "fr": "attends non je l'ai pas encore pris"},
    ],
)
async def test_an_intake_noted_too_soon_is_offered_to_be_taken_back(language: str, words: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 2)
        await say(house, TAKEN[language])
        await at(house, 8, 7)
        said = await house.says("patient", words[language])
        assert [choice.id for choice in said[0].choices] == ["undo"]


TOTALS = {
    "en": "plan: 30 mg a day at 8am, 1pm and 8pm, starting today",
    "fr": "plan : 30 mg par jour à 8h, 13h et 20h, à partir d'aujourd'hui",
}


@LANGUAGES
async def test_a_number_taken_back_is_told_anew_beside_an_older_question(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, TOTALS)
        await at(house, 8, 5)
        await say(house, TAKEN[language])
        await at(house, 8, 10)
        await say(house, {"en": "4 standard drinks", "fr": "4 verres"}[language])
        await at(house, 8, 11)
        await say(house, {"en": "delete that last one i meant 3", "fr": "supprime le dernier je voulais dire 3"}[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["standard_drinks"]) == ("drink", 3)


@LANGUAGES
async def test_an_amount_after_another_reminder_corrects_nothing_unasked(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 5)
        await say(house, TAKEN[language])
        before = await last(house)
        await at(house, 13, 30)
        asked = await say(house, {"en": "yeah 20mg not 10", "fr": "20 mg, pas 10"}[language])
        assert await last(house) == before
        assert {"en": "Is that the one", "fr": "Est-ce celle"}[language] in asked
        await say(house, {"en": "yes", "fr": "oui"}[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.detail["slot"], noted.detail["dose_mg"]) == ("2026-01-01T08:00", 20)


@LANGUAGES
async def test_what_was_taken_instead_of_the_plan_is_noted_beside_its_alarm(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 30)
        words = {"en": "I took 20 mg instead of 10", "fr": "j'ai pris 2 comprimés ce matin au lieu d'un"}
        answer = await say(house, words[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["dose_mg"], noted.detail["slot"]) == ("intake", 20, "2026-01-01T08:00")
        assert {"en": "prescriber", "fr": "prescripteur"}[language] in answer
