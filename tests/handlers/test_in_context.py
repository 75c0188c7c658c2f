"""Words that only what was said just before explains: they are heard as what they answer, and nothing is noted that was not meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.following import DAY, LANGUAGES, STEPS, at, follow, last, say
from tests.houses import rig, settings_in


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"fr": "c'est fait", "en": "done"},
        {"fr": "ok j ai pris", "en": "ok done"},
        {"fr": "finalement je viens de le prendre", "en": "ok taken"},
    ],
)
async def test_short_words_after_a_reminder_are_an_answer_to_it(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 1)
        await say(house, said[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"], noted.detail["dose_mg"]) == ("intake", "2026-01-01T08:00", 10)


@LANGUAGES
@pytest.mark.parametrize("said", [{"fr": "oui", "en": "yes"}, {"fr": "ok", "en": "k"}, {"fr": "👍", "en": "👍"}])
async def test_a_lone_yes_to_a_reminder_is_asked_about_once(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 1)
        await say(house, said[language])
        assert await last(house) is None
        await at(house, 8, 2)
        await say(house, {"fr": "oui", "en": "yes"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.detail["slot"] == "2026-01-01T08:00"


@LANGUAGES
async def test_not_yet_is_asked_about_and_nothing_is_noted(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 1)
        said = await house.says("patient", {"fr": "non", "en": "no"}[language])
        assert [choice.id for choice in said[0].choices] == ["snooze-15", "skip"]
        assert await last(house) is None


@LANGUAGES
async def test_no_after_a_note_offers_to_take_it_back(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 13, 2)
        await house.presses("patient", "taken")
        await at(house, 13, 3)
        said = await house.says("patient", {"fr": "non pas encore", "en": "no not yet"}[language])
        assert [choice.id for choice in said[0].choices] == ["undo"]
        await house.presses("patient", "undo")
        noted = await last(house)
        assert noted is None or noted.kind != "intake"


@LANGUAGES
async def test_taken_after_all(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 1)
        await house.presses("patient", "skip")
        await at(house, 8, 20)
        await say(house, {"fr": "pris", "en": "taken"}[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"]) == ("intake", "2026-01-01T08:00")


@LANGUAGES
async def test_taken_between_two_intakes_is_asked_which(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 12, 5)
        asked = await say(house, {"fr": "pris", "en": "taken"}[language])
        assert "8" in asked
        assert await last(house) is None
        await say(house, {"fr": "celle de 8h", "en": "the 8am one"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.detail["slot"] == "2026-01-01T08:00"


@LANGUAGES
async def test_taken_on_time_is_noted_at_its_hour(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 9, 0)
        await say(house, {"fr": "pris à l'heure", "en": "took it on time"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.at.hour == 8


@LANGUAGES
@pytest.mark.parametrize(
    "said", [{"fr": "non je préfère attendre", "en": "no I'd rather wait"}, {"fr": "je préfère rester à 10", "en": "I'd rather stay at 10"}]
)
async def test_a_step_does_not_begin_against_a_word(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, STEPS)
        await at(house, 8, 1, days=5)
        answer = await say(house, said[language])
        assert {"fr": "étape 1", "en": "step 1"}[language] in answer


@LANGUAGES
async def test_reminders_are_turned_on_again_in_words(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, {"fr": "mets les rappels en pause", "en": "pause the reminders"}[language])
        await house.presses("patient", "pause")
        assert await house.after(DAY) == []
        await say(house, {"fr": "remets les rappels", "en": "turn the reminders back on"}[language])
        assert "reminder" in {message.kind for message in await house.after(DAY)}


@LANGUAGES
async def test_an_hour_is_no_strength(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, {"fr": "insomnie", "en": "insomnia"}[language])
        await say(house, {"fr": "réveillée à 3h du mat", "en": "woke up at 3am"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.detail["severity"] is None
        await say(house, "6")
        noted = await last(house)
        assert noted is not None
        assert noted.detail["severity"] == 6


@LANGUAGES
async def test_the_entry_that_is_named_is_the_one_taken_back(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 8, 1)
        await house.presses("patient", "taken")
        await say(house, {"fr": "bu 2 bières hier", "en": "2 beers yesterday"}[language])
        await say(house, {"fr": "supprime la prise de 8h d'aujourd'hui", "en": "delete the 8am dose"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.kind == "drink"


@LANGUAGES
async def test_tablets_of_another_strength_are_counted_as_such(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await say(house, {"fr": "mes comprimés font 25 mg", "en": "my tablets are 25mg"}[language])
        await say(house, {"fr": "pris 1 comprimé à 7h", "en": "took 1 tablet at 7am"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.detail["dose_mg"] == 25


@LANGUAGES
async def test_days_of_silence_are_asked_about_with_the_first_intake_after_them(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await house.settle("keeper", role="moderator", on_duty=True)
        await at(house, 8, 1)
        await house.presses("patient", "taken")
        await at(house, 8, 2, days=6)
        said = await house.says("patient", {"fr": "pris", "en": "taken"}[language])
        assert "day-missed" in said[-1].rules
        told = await house.says("patient", {"fr": "non", "en": "no"}[language])
        assert any(message.account.id == "keeper" for message in told)


async def test_a_bedtime_dose_past_midnight_counts_for_its_own_day(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        await at(house, 8, 1)
        await house.presses("patient", "taken")
        await at(house, 13, 1)
        await house.presses("patient", "taken")
        await at(house, 20, 1)
        await say(house, "in 5 hours")
        await at(house, 1, 10, days=1)
        await house.presses("patient", "taken")
        for hour in (8, 13, 20):
            await at(house, hour, 1)
            await house.presses("patient", "taken")
        assert await house.house.store.run(lambda unit: unit.cases.open_for(1)) is None


@LANGUAGES
async def test_that_was_yesterdays_frees_today(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 20, 2, days=1)
        await say(house, {"fr": "pris", "en": "took it"}[language])
        await say(house, {"fr": "pardon c'était hier", "en": "sorry that was yesterday's"}[language])
        noted = await last(house)
        assert noted is not None
        assert noted.detail["slot"] == "2026-01-01T20:00"


@LANGUAGES
async def test_an_answer_that_takes_an_alarm_back_is_believed_halfway(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await house.settle("keeper", role="moderator", on_duty=True)
        await say(house, {"fr": "ça serait plus simple si j'étais plus là", "en": "I want to die"}[language])
        said = await house.says(
            "patient", {"fr": "non vraiment, ça va, c'était une façon de parler", "en": "no really, I'm fine, figure of speech"}[language]
        )
        assert "emergency" not in {message.level for message in said if message.account.id == "patient"}
        assert await house.house.store.run(lambda unit: unit.cases.open_for(1)) is not None


@LANGUAGES
async def test_heard_is_no_answer_after_a_blackout(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        asked = {"fr": "quelqu'un", "en": "anyone with you"}[language]
        await say(
            house,
            {"fr": "je me suis réveillé par terre, je ne me souviens de rien", "en": "woke up on the floor dont remember anything"}[
                language
            ],
        )
        assert asked in await say(house, "ok")


@LANGUAGES
async def test_the_signs_asked_about_after_days_without_are_an_emergency_when_they_are_there(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await house.settle("keeper", role="moderator", on_duty=True)
        await at(house, 9, 0, days=3)
        await say(
            house,
            {"fr": "j'ai rien pris hier, j'avais perdu la boîte", "en": "took nothing at all yesterday, I had lost the box"}[language],
        )
        said = await house.says("patient", {"fr": "oui", "en": "yes"}[language])
        assert said[0].level == "emergency"


@LANGUAGES
async def test_what_was_taken_in_danger_is_counted_once_the_case_is_closed(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await house.settle("keeper", role="moderator", on_duty=True)
        await at(house, 8, 5)
        alarm = await house.says("patient", {"fr": "j'ai pris 6 comprimés d'un coup", "en": "took 6 tablets at once"}[language])
        assert alarm[0].level in ("urgent", "emergency")
        await house.presses("keeper", "claim")
        await house.presses("keeper", "resolve-safe")
        reminders = [message for message in await house.until(house.clock.now().replace(hour=13, minute=1)) if message.kind == "reminder"]
        assert reminders
        assert not any("10 mg" in message.text for message in reminders)


async def test_a_yes_that_something_is_wrong_makes_up_no_sign(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        await house.settle("keeper", role="moderator", on_duty=True)
        await say(house, "morning, didnt sleep great")
        said = await house.says("patient", "yes")
        assert not any("suicidal" in message.text for message in said)


@LANGUAGES
@pytest.mark.parametrize("said", [{"fr": "1", "en": "1"}, {"fr": "un", "en": "one"}])
async def test_a_lone_number_after_how_much_counts_tablets(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await say(
            house,
            {"fr": "plan : 5 mg à 8h, 5 mg à 20h à partir d'aujourd'hui", "en": "plan: 5 mg at 8am, 5 mg at 8pm starting today"}[language],
        )
        await house.presses("patient", "confirm")
        await at(house, 8, 10)
        await say(house, {"fr": "pris 1", "en": "took 1"}[language], said[language])
        noted = await last(house)
        assert noted is not None
        assert noted.detail["dose_mg"] == 10


@LANGUAGES
async def test_an_evening_forgotten_the_day_before_is_no_whole_day_without(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 7, 40, days=1)
        said = await say(house, {"fr": "j'ai oublié ma dose d'hier soir", "en": "I forgot my evening dose"}[language])
        noted = await last(house)
        assert noted is not None
        assert (noted.kind, noted.detail["slot"]) == ("missed", "2026-01-01T20:00")
        assert {"fr": "entier", "en": "whole day"}[language] not in said


@LANGUAGES
async def test_whoever_trembles_after_stopping_baclofen_is_told_of_baclofen(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        words = {
            "fr": "je tremble et je transpire, j'ai arrêté le baclofène il y a deux jours",
            "en": "I'm shaky and sweating, I stopped baclofen two days ago",
        }
        assert {"fr": "Arrêter le baclofène", "en": "Stopping baclofen"}[language] in await say(house, words[language])
