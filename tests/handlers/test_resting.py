"""Reminders that rest until a day, or for a length: they ring again by themselves, and the treatment is said to go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.plan import Hold
from bot.core.policy import Policy
from bot.handlers import agenda
from bot.ports import Outgoing, Unit
from tests.handlers.following import DAY, HOUR, LANGUAGES, STEPS, at, follow, say
from tests.houses import Rig, rig, settings_in

NO_STOP = {"en": "Only the reminders rest", "fr": "Seuls les rappels se taisent"}
BACK = {"en": "Your reminders are back", "fr": "Vos rappels sont de retour"}


def reminders(said: list[Outgoing]) -> list[Outgoing]:
    """The reminders among what was said."""
    return [message for message in said if message.kind == "reminder"]


async def holds(house: Rig) -> tuple[Hold, ...]:
    """The days on which the plan stands still."""
    stored = await house.house.store.run(lambda unit: unit.plans.current(1))
    assert stored is not None
    return stored.plan.holds


async def midnight(house: Rig, *, days: int) -> list[Outgoing]:
    """What is said until the midnight that so many days begin after."""
    return await house.until(house.clock.now().replace(hour=0, minute=0) + days * DAY)


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "pause until Monday", "fr": "pause jusqu'à lundi"},
        {"en": "no reminders until monday please", "fr": "plus de rappels jusqu'a lundi svp"},
        {"en": "mute the notifications until Monday", "fr": "coupez les notifications jusqu'à lundi"},
        {"en": "dont remind me until monday", "fr": "ne me rappelle rien jusqu'à lundi"},
        {"en": "no reminders till monday please", "fr": "me rappelle pas avant lundi stp"},
    ],
)
async def test_reminders_rest_until_a_day_and_come_back_by_themselves(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 9)
        answer = await say(house, said[language])
        assert NO_STOP[language] in answer
        assert {"en": "Monday 5 January, 8:00", "fr": "lundi 5 janvier, 8 h"}[language] in answer
        assert reminders(await midnight(house, days=4)) == []
        back = await house.after(9 * HOUR)
        assert [message.text for message in back if BACK[language] in message.text]
        assert len(reminders(back)) == 1
        assert len(reminders(await house.after(12 * HOUR))) == 2
        assert await holds(house) == ()


@LANGUAGES
@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ({"en": "mute for 2 hours", "fr": "silence pendant 2 heures"}, "20"),
        ({"en": "pause my reminders til tmrw", "fr": "mets mes rappels en pause jusqu'à demain"}, "8"),
        ({"en": "no reminders for 3 days", "fr": "pas de rappels pendant 3 jours"}, "13"),
    ],
)
async def test_reminders_rest_for_a_length(language: str, said: dict[str, str], hour: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 12, 30)
        answer = await say(house, said[language])
        assert {"en": f"{hour}:00", "fr": f"{hour} h"}[language] in answer
        assert reminders(await house.after(2 * HOUR)) == []
        back = await house.after(3 * DAY)
        assert [message.text for message in back if BACK[language] in message.text]
        assert reminders(back)


@LANGUAGES
async def test_they_can_be_had_back_sooner(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 9)
        await say(house, {"en": "pause until Monday", "fr": "pause jusqu'à lundi"}[language])
        await say(house, {"en": "turn the reminders back on", "fr": "je reprends les rappels"}[language])
        assert len(reminders(await house.after(5 * HOUR))) == 1
        assert not [message for message in await house.after(5 * DAY) if BACK[language] in message.text]


@LANGUAGES
async def test_a_step_that_would_begin_meanwhile_waits_for_a_word(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language, STEPS)
        await at(house, 9, days=3)
        await say(house, {"en": "no reminders for 5 days", "fr": "pas de rappels pendant 5 jours"}[language])
        assert [hold.why for hold in await holds(house)] == [agenda.BECAUSE_PERSON]
        back = [message for message in await house.after(6 * DAY) if BACK[language] in message.text]
        assert len(back) == 1
        assert "step-up" in [choice.id for choice in back[0].choices]


@LANGUAGES
@pytest.mark.parametrize(
    "said",
    [
        {"en": "no reminders for 3 months", "fr": "pas de rappels pendant 3 mois"},
        {"en": "pause the reminders", "fr": "mets les rappels en pause"},
        {"en": "pause until Monday?", "fr": "pause jusqu'à lundi ?"},
    ],
)
async def test_without_an_end_that_is_near_nothing_is_silenced_unasked(language: str, said: dict[str, str], tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 9)
        await say(house, said[language])
        assert len(reminders(await house.after(5 * HOUR))) == 1


@LANGUAGES
async def test_a_danger_sign_ends_the_rest_and_the_person_is_asked_how_they_are(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await at(house, 9)
        await say(house, {"en": "pause until Monday", "fr": "pause jusqu'à lundi"}[language])
        await say(house, {"en": "I want to kill myself", "fr": "je veux me suicider"}[language])
        said = await house.after(6 * HOUR)
        assert [message for message in said if message.kind == "check_in"]
        assert all(" mg" not in message.text for message in said)


@LANGUAGES
async def test_while_a_case_is_open_reminders_do_not_rest(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, language)
        await house.settle("keeper", role="moderator", on_duty=True)
        await say(house, {"en": "I want to kill myself", "fr": "je veux me tuer"}[language])
        await say(house, {"en": "no reminders for 3 days", "fr": "pas de rappels pendant 3 jours"}[language])
        assert [message for message in await house.after(6 * HOUR) if message.kind == "check_in"]


async def test_a_rest_set_by_a_clock_that_was_ahead_ends_at_once(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await follow(house, "en")
        now = house.clock.now()

        def set_ahead(unit: Unit) -> None:
            unit.timers.cancel(1, agenda.INTAKE)
            unit.timers.put(1, agenda.RESTING, "", now + 400 * DAY)
            agenda.bring_nearer(unit, now, Policy(), at_most=10)

        await house.house.store.run(set_ahead)
        assert [message for message in await house.after(HOUR) if BACK["en"] in message.text]
