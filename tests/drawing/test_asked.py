"""What is answered when somebody asks for their curve or their figures, in both languages: a picture, and the same in words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.story import VirtualClock
from bot.knowledge.files import LANGUAGES
from bot.ports import Outgoing
from tests.houses import START, Rig, minds, rig, settings_in

MORNING = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
PLAN = {"fr": "plan quatre prises à partir d'aujourd'hui, coucher 22h", "en": "four dose plan from today, bedtime 10pm"}
YES = {"fr": "oui", "en": "yes"}
TOOK = {"fr": "j'ai pris 5 mg à 7h10", "en": "I took 5 mg at 7:10"}
CURVE = {"fr": "ma courbe", "en": "show my curve"}
WEEK = {"fr": "mes chiffres de la semaine", "en": "my figures for the week"}
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")

ASKED = [
    ("fr", "ma courbe", "curve"),
    ("fr", "montre-moi ma courbe", "curve"),
    ("fr", "un graphique de ma journée", "curve"),
    ("fr", "mes chiffres du mois", "figures"),
    ("fr", "un graphique de ma semaine", "figures"),
    ("fr", "mon historique", "figures"),
    ("fr", "j'en suis à combien aujourd'hui ?", None),
    ("en", "my curve", "curve"),
    ("en", "draw my curve", "curve"),
    ("en", "yesterday's curve", "curve"),
    ("en", "my numbers this month", "figures"),
    ("en", "a graph of my week", "figures"),
    ("en", "my diary", "figures"),
    ("en", "how much have I taken so far today", None),
]
NOT_ASKED = [
    ("en", "my cravings are off the charts"),
    ("en", "I feel like I am losing the plot"),
    ("fr", "j'ai pris 5 mg à 8h"),
]


@asynccontextmanager
async def somebody(folder: Path, language: str, *, at: datetime = MORNING, plan: bool = True) -> AsyncIterator[Rig]:
    """A patient in London who speaks a language, with a plan that begins today, and a keeper."""
    async with rig(settings_in(folder), clock=VirtualClock(at)) as house:
        await house.settle("patient", language=language)
        await house.settle("keeper", role="moderator", on_duty=True)
        if plan:
            await house.says("patient", PLAN[language])
            await house.says("patient", YES[language])
        yield house


async def asks(house: Rig, text: str) -> Outgoing:
    """The patient asks; the one answer they get."""
    (answer,) = [message for message in await house.says("patient", text) if message.account.id == "patient"]
    return answer


@pytest.mark.parametrize(("language", "text", "view"), ASKED)
def test_a_question_about_the_log_says_how_it_is_to_be_seen(language: str, text: str, view: str | None) -> None:
    meaning = minds().reader.read(text, now=START, timezone="Europe/Paris", language=language)
    assert (meaning.intent, meaning.confidence, meaning.slots.get("view")) == ("ask_history", "sure", view)


@pytest.mark.parametrize(("language", "text"), NOT_ASKED)
def test_what_only_sounds_like_a_picture_asks_for_none(language: str, text: str) -> None:
    assert minds().reader.read(text, now=START, timezone="Europe/Paris", language=language).intent != "ask_history"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_curve_comes_as_a_picture_and_in_words(language: str, tmp_path: Path) -> None:
    async with somebody(tmp_path, language) as house:
        await asks(house, TOOK[language])
        answer = await asks(house, CURVE[language])
        (picture,) = answer.files
        assert (picture.kind, picture.name) == ("png", "palier-2026-03-10.png")
        # Taken, planned, the last intake, the model's hours, the sources of its doubt: nothing else is a number.
        said = {"fr": "7 10 5 10 40 9 001 5.2 004 2018", "en": "7 10 5 40 9 001 5.2 004 2018"}[language].split()
        assert set(NUMBER.findall(answer.text.replace("S0", "0"))) <= {*said, "7", "9", "10"}
        assert {"curve-is-a-model", "prescriber-decides"} <= set(answer.rules)
        assert len(answer.text) < 1024


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_model_speaks_of_hours_in_its_own_name(language: str, tmp_path: Path) -> None:
    async with somebody(tmp_path, language) as house:
        await asks(house, TOOK[language])
        text = (await asks(house, CURVE[language])).text
        (sentence,) = [part for part in text.split("\n\n") if ("7 h 40" if language == "fr" else "7:40") in part]
        assert ("D'après le modèle" if language == "fr" else "By the model") in sentence


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_figures_of_a_week_come_as_a_picture_and_in_words(language: str, tmp_path: Path) -> None:
    async with somebody(tmp_path, language) as house:
        await asks(house, TOOK[language])
        house.clock.move(MORNING + timedelta(days=1, hours=2))
        answer = await asks(house, WEEK[language])
        assert [file.name for file in answer.files] == ["palier-2026-03-05-2026-03-11.png"]
        assert {"fr": "1 sur 7", "en": "1 of 7"}[language] in answer.text
        assert {"fr": "autant 0, moins 1, plus 0", "en": "as much 0, less 1, more 0"}[language] in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_with_nothing_to_draw_no_picture_is_sent(language: str, tmp_path: Path) -> None:
    async with somebody(tmp_path, language, plan=False) as house:
        assert (await asks(house, CURVE[language])).files == ()
        assert (await asks(house, WEEK[language])).files == ()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_while_a_danger_sign_is_open_there_is_no_picture_and_no_amount(language: str, tmp_path: Path) -> None:
    async with somebody(tmp_path, language) as house:
        await asks(house, TOOK[language])
        await house.says("patient", {"fr": "je veux mourir", "en": "I want to kill myself"}[language])
        for question in (CURVE[language], WEEK[language]):
            answer = await asks(house, question)
            assert (answer.files, "mg" in answer.text, "red-flag-freeze" in answer.rules) == ((), False, True)


async def test_before_six_in_the_morning_the_curve_is_of_the_last_24_hours(tmp_path: Path) -> None:
    async with somebody(tmp_path, "en", at=MORNING) as house:
        await asks(house, "I took 5 mg at 7:10")
        house.clock.move(MORNING + timedelta(hours=19))
        at_half_past_two = await asks(house, "my curve")
        house.clock.move(MORNING + timedelta(days=1))
        in_the_morning = await asks(house, "my curve")
    assert at_half_past_two.text.startswith("These last 24 hours:\n• 7:10: 5 mg")
    assert in_the_morning.text.startswith("I have nothing noted for today.")
    assert at_half_past_two.files
    assert in_the_morning.files


async def test_a_day_that_is_over_is_told_with_its_own_lines(tmp_path: Path) -> None:
    async with somebody(tmp_path, "en") as house:
        await asks(house, "I took 5 mg at 7:10")
        house.clock.move(MORNING + timedelta(days=1))
        yesterday, today = await asks(house, "how many mg in total yesterday?"), await asks(house, "how much have I taken today")
    assert "Tuesday 10 March:\n• 7:10: 5 mg" in yesterday.text
    assert today.text == "I have nothing noted for today."
    assert (yesterday.files, today.files) == ((), ())


@pytest.mark.parametrize(("asked", "days"), [("my figures for the last 2 days", 7), ("my figures for the last 300 days", 60)])
async def test_figures_are_of_seven_to_sixty_days(asked: str, days: int, tmp_path: Path) -> None:
    async with somebody(tmp_path, "en") as house:
        await asks(house, "I took 5 mg at 7:10")
        (picture,) = (await asks(house, asked)).files
    first, last = re.findall(r"\d{4}-\d\d-\d\d", picture.name)
    assert (datetime.fromisoformat(last) - datetime.fromisoformat(first)).days + 1 == days


async def test_when_what_was_taken_passes_the_plan_no_amount_to_come_is_named(tmp_path: Path) -> None:
    async with somebody(tmp_path, "en") as house:
        await house.says("patient", "I took 10 mg at 7:10")
        values = await planned_of(house, "my curve")
    assert [amount for _, amount in values] == [None, None]


async def test_otherwise_the_planned_intakes_stand_with_their_amounts(tmp_path: Path) -> None:
    async with somebody(tmp_path, "en") as house:
        values = await planned_of(house, "my curve")
    assert values == [["2026-03-10T08:00:00+00:00", 5], ["2026-03-10T22:00:00+00:00", 5]]


async def planned_of(house: Rig, question: str) -> list[list[object]]:
    """The planned intakes that a picture is asked with, as the outbox keeps them."""
    await house.says("patient", question)
    person = await house.house.store.run(lambda unit: unit.people.moderators()[0].id - 1)
    kept = await house.house.store.run(lambda unit: unit.people.export(person))
    values = [row["reply"]["attachments"][0]["values"] for row in kept["outbox"] if row["reply"].get("attachments")]
    return list(values[-1]["planned"])
