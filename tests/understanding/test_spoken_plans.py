"""Plans as people tell them in passing: an hour with "at night", "each time", "the others stay the same", and tablets that are cut."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.meaning import Meaning
from tests.houses import minds

THURSDAY = datetime(2026, 1, 8, 9, 0, tzinfo=UTC)


def read(text: str, language: str) -> Meaning:
    return minds().reader.read(text, now=THURSDAY, timezone="Europe/London", language=language)


def row(**hours: int) -> list[dict[str, Any]]:
    """Doses by their hour: `h08=10` is 10 mg at eight."""
    return [{"mg": mg, "at": f"{hour[1:]}:00"} for hour, mg in hours.items()]


@pytest.mark.parametrize(
    ("language", "text", "doses"),
    [
        ("en", "10 mg at 8 in the morning, 10 mg at 2 and 20 mg at 9 at night", row(h08=10, h14=10, h21=20)),
        ("en", "10 mg at 8 o'clock in the morning 10 mg at 2 o'clock and 20 mg at nine o'clock at night", row(h08=10, h14=10, h21=20)),
        ("fr", "10 mg à 8 heures du matin, 10 mg à 14 heures et 20 mg à 9 heures du soir", row(h08=10, h14=10, h21=20)),
        ("en", "I take 10mg each time, 8am 1pm and 6pm", row(h08=10, h13=10, h18=10)),
        ("fr", "je prends 10 mg à chaque fois, 8h 13h et 18h", row(h08=10, h13=10, h18=10)),
    ],
)
def test_hours_and_amounts_are_those_that_were_said(language: str, text: str, doses: list[dict[str, Any]]) -> None:
    meaning = read(text, language)
    assert (meaning.intent, meaning.confidence) == ("set_plan", "sure")
    assert meaning.slots["doses"] == doses


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "10mg at 8am, 10mg at 3pm and 10mg at 9pm for five days then 20mg at 9 and the others same"),
        ("en", "10mg at 8am, 3pm and 9pm for 5 days then 20 mg at 9pm, the rest stays the same"),
        ("fr", "10 mg à 8h, 15h et 21h pendant 5 jours puis 20 mg à 21h et les autres pareil"),
        ("fr", "10 mg à 8h, 10 mg à 15h et 10 mg à 21h pendant 5 jours puis 20 mg à 21h, le reste ne change pas"),
    ],
)
def test_a_stage_that_changes_one_dose_keeps_the_others(language: str, text: str) -> None:
    meaning = read(text, language)
    assert meaning.confidence == "sure"
    assert meaning.slots["stages"] == [{"doses": row(h08=10, h15=10, h21=10), "days": 5}, {"doses": row(h08=10, h15=10, h21=20)}]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "10mg at 8am, 1pm and 8pm for 3 days then 20mg at 8, the rest stays the same"),  # in the morning, or in the evening?
        ("en", "10mg at 8am, 1pm and 8pm for 3 days then 20mg at 5pm, the rest unchanged"),
        ("fr", "10 mg à 8h, 13h et 20h pendant 3 jours puis 20 mg à 17h, les autres restent pareils"),
    ],
)
def test_a_change_of_which_it_is_not_known_what_it_changes_makes_no_plan(language: str, text: str) -> None:
    assert read(text, language).slots == {"several_stages": True}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I am to take one 10 mg tablet, cut in half, at breakfast and at bedtime"),
        ("en", "one 10mg tablet halved, morning and night"),
        ("fr", "je dois prendre un comprimé de 10 mg, coupé en deux, au petit déjeuner et au coucher"),
    ],
)
def test_of_a_tablet_that_is_cut_no_dose_is_made(language: str, text: str) -> None:
    meaning = read(text, language)
    plan = minds().reader.plan(text, now=THURSDAY, timezone="Europe/London", language=language)
    assert meaning.intent != "set_plan" or meaning.slots == {"unplaced": True}
    assert plan == {"unplaced": True}
