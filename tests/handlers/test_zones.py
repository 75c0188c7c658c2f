"""Where the person is: first contact, the question of country and zone, and what a change of zone does to reminders."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from bot.handlers import agenda
from bot.knowledge.countries import numbers
from tests.handlers.days import PLAN, at_the_moment, offered, on, open_rig, presses, says, to_patient
from tests.handlers.following import LANGUAGES, follow, say
from tests.houses import Rig, rig, settings_in


async def test_after_a_change_of_zone_every_hour_rings_once_and_at_its_local_hour(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 16), plan="") as house:
        await says(house, "hello")
        await presses(house, "consent-yes")
        await says(house, PLAN)
        await presses(house, "confirm")
        await presses(house, "country-us")
        await says(house, "Chicago")
        said = await house.until(on(3, 6))
        assert [message.text.partition(".")[0] for message in said if message.kind == "reminder"] == [
            "It is 22:00",
            "It is 8:00",
            "It is 22:00",
        ]


async def test_a_timer_set_in_another_zone_says_nothing_and_is_set_anew(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        await at_the_moment(house, lambda m: m.unit.timers.put(m.person.id, agenda.INTAKE, "22:00", on(1, 15)))
        said = to_patient(await house.until(on(1, 15)))
        assert [message.text for message in said if "22:00" in message.text] == []
        timers = await at_the_moment(house, lambda m: {timer.subject: timer.due_at for timer in m.unit.timers.of(m.person.id)})
        assert timers["22:00"] == on(1, 22)


async def test_whoever_leaves_the_question_of_the_zone_keeps_one_of_their_country(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), plan="") as house:
        await says(house, "hello")
        await presses(house, "consent-yes")
        await presses(house, "country-us")
        await says(house, "later")
        person = await at_the_moment(house, lambda moment: moment.person)
        assert person.timezone.startswith("America/")


async def test_the_country_is_asked_again_once_and_then_words_are_served(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), plan="") as house:
        await says(house, "hello")
        await presses(house, "consent-yes")
        (first,) = await says(house, "Zirkonia")
        assert "cancel" in offered(first)
        (second,) = await says(house, "took 5mg or 10 not sure")
        assert "country" not in second.text


@pytest.mark.parametrize("asked", ["which country are you in", "large city"])
async def test_a_plan_that_is_given_at_once_is_heard_as_a_plan(asked: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), plan="") as house:
        await says(house, "hello")
        questions = await presses(house, "consent-yes")
        if "city" in asked:
            questions = await says(house, "Canada")
        assert asked in questions[-1].text.lower()
        answer = await says(house, "my doctor gave me 5 mg at 8am, 2pm and 8pm from tomorrow, he drew it on a napkin")
        assert any(choice in offered(answer[-1]) for choice in ("confirm", "intent-set_plan")), answer[-1].text


async def test_taking_consent_back_leads_to_erasing_and_claims_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), plan="") as house:
        await says(house, "hello")
        await presses(house, "consent-yes")
        (answer,) = await presses(house, "consent-no")
        assert "I keep nothing" not in answer.text
        (sure,) = await presses(house, "erase")
        assert "confirm" in offered(sure)


async def test_before_consent_a_human_can_be_asked_for(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), plan="") as house:
        await house.settle("keeper", role="moderator", on_duty=True)
        (question,) = await says(house, "hello")
        assert "talk-to-human" in offered(question)
        said = await house.says("patient", "I want to talk to someone")
        assert {message.account.id for message in said} == {"patient", "keeper"}


@pytest.mark.parametrize(
    ("words", "country", "timezone"),
    [
        ("change my time zone to Chicago", "GB", "America/Chicago"),
        ("I live in Belgium now", "BE", "Europe/Brussels"),
    ],
)
async def test_country_and_zone_change_in_words_and_the_reminders_with_them(
    words: str, country: str, timezone: str, tmp_path: Path
) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        await says(house, words)
        moment = await at_the_moment(house, lambda moment: moment)
        assert (moment.person.country, moment.person.timezone) == (country, timezone)
        due = await at_the_moment(house, lambda m: next(t.due_at for t in m.unit.timers.of(m.person.id) if t.subject == "22:00"))
        assert due.astimezone(moment.zone).time() == time(22)


@LANGUAGES
@pytest.mark.parametrize(
    ("told", "country", "zone"),
    [
        ({"fr": "je suis à Montréal pour 15 jours", "en": "I'm in Montreal for two weeks"}, "CA", "America/Montreal"),
        ({"fr": "de retour à Paris", "en": "landed in Paris"}, "FR", "Europe/Paris"),
        ({"fr": "on est à Tokyo depuis hier", "en": "I'm in Tokyo this week"}, "JP", "Asia/Tokyo"),
        ({"fr": "je suis rentré en Belgique", "en": "back in Belgium"}, "BE", "Europe/Brussels"),
        ({"fr": "je suis à Malaga", "en": "landed in malaga"}, "ES", "Europe/Madrid"),
        ({"fr": "arrivée à Lyon", "en": "just arrived in Lyon"}, "FR", "Europe/Paris"),
        ({"fr": "à Bilbao pour le week-end", "en": "in Bilbao for the weekend"}, "ES", "Europe/Madrid"),
        ({"fr": "en vacances à Ténérife", "en": "on holiday in Tenerife for two weeks"}, "ES", "Atlantic/Canary"),
        ({"fr": "je suis à Nice", "en": "I'm in Nice for a week"}, "FR", "Europe/Paris"),
        ({"fr": "bien arrivés à la Nouvelle-Orléans", "en": "we arrived in New Orleans"}, "US", "America/Chicago"),
    ],
)
async def test_where_somebody_says_they_are_their_hours_and_the_numbers_to_call_are_those_of_there(
    language: str, told: dict[str, str], country: str, zone: str, tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        said = await say(house, told[language])
        person = await house.house.store.run(lambda unit: unit.people.get(1))
        assert person is not None
        assert (person.country, person.timezone) == (country, zone)
        assert numbers(country, language).emergency in said


@LANGUAGES
async def test_the_country_that_was_understood_is_told_back(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        said = await say(house, {"fr": "je suis à Birmingham", "en": "I'm in Birmingham"}[language])
        assert {"fr": "Pays : Royaume-Uni", "en": "Country: United Kingdom"}[language] in said


@LANGUAGES
@pytest.mark.parametrize(
    "told",
    [
        {"fr": "je pars à Montréal demain", "en": "I'm flying to New York tomorrow"},
        {"fr": "je suis à l'hôpital", "en": "I'm in hospital"},
        {"fr": "je suis en pause", "en": "I'm in a meeting"},
        {"fr": "de retour de Malaga", "en": "back from Malaga"},
        {"fr": "je suis au travail, Florence est là", "en": "back at work, Florence is here"},
        {"fr": "je suis à bout, nice les rappels", "en": "I'm in the bath"},
        {"fr": "je suis dans de beaux draps", "en": "I'm in a nice mood"},
        {"fr": "ma soeur est à Glasgow", "en": "my sister is in Glasgow"},
    ],
)
async def test_a_journey_to_come_and_what_is_no_place_move_nobody(language: str, told: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        before = await house.house.store.run(lambda unit: unit.people.get(1))
        await say(house, told[language])
        assert await house.house.store.run(lambda unit: unit.people.get(1)) == before


@LANGUAGES
async def test_a_zone_that_is_asked_for_by_name_leaves_the_country(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        before = await house.house.store.run(lambda unit: unit.people.get(1))
        await say(house, {"fr": "mon fuseau c'est Europe/Lisbon", "en": "my time zone is Europe/Lisbon"}[language])
        assert before is not None
        assert await house.house.store.run(lambda unit: unit.people.get(1)) == replace(before, timezone="Europe/Lisbon")


async def _asked_where(house: Rig, language: str) -> None:
    """A newcomer who has agreed, and is asked in which country they are."""
    await say(house, {"en": "hello", "fr": "bonjour"}[language])
    await house.presses("patient", "consent-yes")


@LANGUAGES
@pytest.mark.parametrize(
    ("said", "zone", "country"),
    [
        ("ny", "America/New_York", "US"),
        ("Ohio", "America/New_York", "US"),
        ("Brisbane", "Australia/Brisbane", "AU"),
        ("Perth, Australia", "Australia/Perth", "AU"),
        ("Dublin", "Europe/Dublin", "IE"),
        ("Montréal", "America/Toronto", "CA"),
    ],
)
async def test_a_town_answers_the_question_of_the_country_and_tells_the_hour(
    language: str, said: str, zone: str, country: str, tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await _asked_where(house, language)
        await say(house, said)
        person = await at_the_moment(house, lambda moment: moment.person)
        assert (person.timezone.replace("Montreal", "Toronto"), person.country) == (zone, country)


@LANGUAGES
async def test_a_yes_or_an_age_does_not_leave_the_question_where_somebody_is(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await _asked_where(house, language)
        asked = await say(house, {"en": "over 18 yeah", "fr": "oui plus de 18"}[language])
        assert {"en": "Which country", "fr": "quel pays"}[language] in asked
        await say(house, {"en": "I'm fifty two", "fr": "j'ai cinquante-deux ans"}[language])
        await say(house, {"en": "Manchester", "fr": "Lyon"}[language])
        person = await at_the_moment(house, lambda moment: moment.person)
        assert person.country == {"en": "GB", "fr": "FR"}[language]


async def test_whoever_says_nothing_of_where_they_are_is_told_whose_hours_are_counted(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await _asked_where(house, "en")  # not the language of the community, whose country is taken for granted
        assert "if your clock shows another time" in await say(house, "later")
