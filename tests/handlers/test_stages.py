"""A plan in stages is read back whole, its hours are asked for where they are missing, and what waits for a yes may be corrected."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.plan import Plan
from tests.handlers.following import LANGUAGES, say
from tests.houses import Rig, rig, settings_in

STAGES = {
    "en": "5 mg three times a day for 3 days, then 10 mg three times a day",
    "fr": "5 mg trois fois par jour pendant 3 jours, puis 10 mg trois fois par jour",
}
HOURS = {"en": "8, 1 and 8", "fr": "8h, 13h et 20h"}
YES = {"en": "yes", "fr": "oui"}


async def kept(house: Rig) -> Plan | None:
    """The plan of the patient."""
    stored = await house.house.store.run(lambda unit: unit.plans.current(1))
    return stored.plan if stored else None


def laid(plan: Plan | None) -> list[tuple[int, int | None, list[str]]]:
    """The total, length and hours of every step."""
    assert plan is not None
    return [(step.total_mg, step.days, [dose.at.isoformat("minutes") for dose in step.doses]) for step in plan.steps]


@LANGUAGES
async def test_the_hours_of_a_plan_in_stages_are_asked_for_once_and_the_plan_is_kept_meanwhile(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        asked = await say(house, STAGES[language])
        assert "5 mg" in asked
        again = await say(house, {"en": "8am and 8pm", "fr": "8h et 20h"}[language])
        assert again == asked
        assert await kept(house) is None
        read_back = await say(house, HOURS[language])
        assert "15 mg" in read_back
        assert "30 mg" in read_back
        await say(house, YES[language])
        hours = ["08:00", "13:00", "20:00"]
        assert laid(await kept(house)) == [(15, 3, hours), (30, None, hours)]


@LANGUAGES
async def test_other_words_than_hours_are_served_and_the_plan_waits(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await say(house, STAGES[language])
        await say(house, {"en": "craving 6/10", "fr": "craving 6/10"}[language])
        noted = await house.house.store.run(lambda unit: unit.entries.last(1))
        assert noted is not None
        assert noted.kind == "craving"
        await say(house, HOURS[language], YES[language])
        assert len(laid(await kept(house))) == 2


@LANGUAGES
@pytest.mark.parametrize(
    ("said", "hours", "day"),
    [
        ({"en": "no the last one is at 9pm", "fr": "non la dernière est à 21h"}, ["08:00", "13:00", "21:00"], 1),
        ({"en": "7, 2 and 9pm", "fr": "7h, 14h et 21h"}, ["07:00", "14:00", "21:00"], 1),
        ({"en": "starting tomorrow", "fr": "à partir de demain"}, ["08:00", "13:00", "20:00"], 2),
    ],
)
async def test_a_plan_that_waits_for_a_yes_may_be_corrected_in_its_hours_and_its_first_day(
    language: str, said: dict[str, str], hours: list[str], day: int, tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await say(house, STAGES[language], HOURS[language], said[language], YES[language])
        plan = await kept(house)
        assert plan is not None
        assert plan.start.day == day
        assert laid(plan) == [(15, 3, hours), (30, None, hours)]


@LANGUAGES
async def test_a_no_without_a_correction_still_leaves_the_plan(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await say(house, STAGES[language], HOURS[language], {"en": "no", "fr": "non"}[language], YES[language])
        assert await kept(house) is None


@LANGUAGES
async def test_stages_that_are_not_all_read_are_asked_for_again_whole(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        told = {
            "en": "5 mg three times a day for 3 days then 10, and after that it depends, 20 mg",
            "fr": "5 mg matin midi soir 3 jours puis 10 et après on verra, 20 mg",
        }
        assert "mg" not in (await say(house, told[language])).replace("… mg", "")
        await say(house, YES[language])
        assert await kept(house) is None


@LANGUAGES
@pytest.mark.parametrize(
    ("told", "quoted"),
    [
        (
            {"en": "30mg a day for a week, then 40, then 50", "fr": "30mg par jour pendant une semaine, puis 40, puis 50"},
            {
                "en": ["30 mg a day, 7 d", "40 mg a day\n", "50 mg a day\n"],
                "fr": ["30 mg par jour, 7 j", "40 mg par jour\n", "50 mg par jour\n"],
            },
        ),
        (
            {"en": "week 1: 30 mg a day, week 2: 40 mg a day", "fr": "semaine 1 : 30 mg/j, semaine 2 : 40 mg/j"},
            {"en": ["30 mg a day, 7 d", "40 mg a day, 7 d"], "fr": ["30 mg par jour, 7 j", "40 mg par jour, 7 j"]},
        ),
        (
            {"en": "3 tablets a day for 3 days then 4", "fr": "3 comprimes par jour pdt 3 jours puis 4"},
            {"en": ["3 tablets a day, 3 d", "4 tablets a day\n"], "fr": ["3 comprimés par jour, 3 j", "4 comprimés par jour\n"]},
        ),
    ],
)
async def test_stages_told_as_totals_a_day_are_quoted_and_their_doses_and_hours_are_asked_for(
    language: str, told: dict[str, str], quoted: dict[str, list[str]], tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        asked = await say(house, told[language])
        assert all(line in asked for line in quoted[language])
        await say(house, YES[language])
        assert await kept(house) is None
        await say(house, STAGES[language], HOURS[language], YES[language])
        assert len(laid(await kept(house))) == 2


@LANGUAGES
async def test_a_total_above_the_ceiling_is_not_quoted_as_a_stage(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        told = {"en": "30 mg a day for a week, then 400 mg a day", "fr": "30 mg par jour pendant une semaine, puis 400 mg par jour"}
        assert "400" not in await say(house, told[language])
        assert await kept(house) is None


@LANGUAGES
async def test_after_asking_how_to_register_a_plan_bare_doses_are_one(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await say(house, {"en": "register a plan", "fr": "enregistrer un plan"}[language])
        await say(house, {"en": "1 tablet morning, noon and night", "fr": "1 comprimé matin, midi et soir"}[language])
        await say(house, HOURS[language], YES[language])
        assert laid(await kept(house)) == [(30, None, ["08:00", "13:00", "20:00"])]


@LANGUAGES
async def test_rows_of_doses_from_somebody_without_a_plan_are_read_back_as_one(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await say(house, {"en": "10 mg at 8am and 10 mg at 9pm", "fr": "10 mg à 8h et 10 mg à 21h"}[language], YES[language])
        assert laid(await kept(house)) == [(20, None, ["08:00", "21:00"])]
