"""A patient who follows a plan from the first of January 2026, and the short words that tests of their talk speak."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.entry import Entry
from tests.houses import Rig

PLAN = {
    "en": "plan: 10 mg at 8am, 10 mg at 1pm, 10 mg at 8pm, starting today",
    "fr": "plan : 10 mg à 8h, 10 mg à 13h, 10 mg à 20h, à partir d'aujourd'hui",
}
STEPS = {"en": "four dose plan from today, bedtime 10pm", "fr": "plan quatre prises à partir d'aujourd'hui, coucher 22h"}
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


async def follow(house: Rig, language: str, plan: dict[str, str] = PLAN) -> None:
    """A patient with a plan, at half past seven of its first day, in London."""
    await house.settle("patient", language=language)
    await house.says("patient", plan[language])
    await house.presses("patient", "confirm")


async def say(house: Rig, *words: str) -> str:
    """The patient writes; what they read at the end."""
    for each in words[:-1]:
        await house.says("patient", each)
    said = await house.says("patient", words[-1])
    return "\n".join(message.text for message in said if message.account.id == "patient")


async def last(house: Rig) -> Entry | None:
    """What was noted last."""
    return await house.house.store.run(lambda unit: unit.entries.last(1))


async def at(house: Rig, hour: int, minute: int = 0, *, days: int = 0) -> None:
    """Time passes, to an hour of the first day or of a later one."""
    start = house.clock.now().replace(hour=0, minute=0, second=0) if days == 0 else house.clock.now().replace(hour=0, minute=0) + days * DAY
    await house.until(start + timedelta(hours=hour, minutes=minute))
