"""A patient in the middle of their plan, on a day of January 2026 in London, and the short words that tests of their days speak."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from bot.adapters.story import VirtualClock
from bot.app import Minds
from bot.core.entry import Entry, EntryKind
from bot.core.policy import Policy
from bot.handlers import agenda
from bot.handlers.turn import Moment
from bot.messages import Account
from bot.ports import Outgoing, StoredPlan, Unit
from tests.houses import Rig, rig, settings_in

T = TypeVar("T")
PLAN = "four dose plan from January 1st 2026, bedtime 10pm"
DANGER = "I want to kill myself"
AMOUNT = re.compile(r"\d+ ?mg")


def on(day: int, hour: int, minute: int = 0) -> datetime:
    """An hour of January 2026, in London."""
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


@asynccontextmanager
async def open_rig(folder: Path, at: datetime, plan: str = PLAN, thinking: Minds | None = None) -> AsyncIterator[Rig]:
    """A patient with a plan, a keeper on duty, and the clock at a moment. Without a plan, nobody is known yet."""
    async with rig(settings_in(folder), clock=VirtualClock(at), thinking=thinking) as house:
        if plan:
            await house.settle("patient")
            await house.settle("keeper", role="moderator", on_duty=True)
            await house.says("patient", plan)
            await house.presses("patient", "confirm")
        yield house


async def asleep_until(house: Rig, moment: datetime) -> list[Outgoing]:
    """The process is away until a moment, then beats three times; what the patient gets."""
    since = len(house.sender.delivered)
    house.clock.move(moment)
    for _ in range(3):
        await house.house.conversation.tick()
    return to_patient([delivery.message for delivery in house.sender.delivered[since:]])


def to_patient(said: list[Outgoing]) -> list[Outgoing]:
    """What the patient got."""
    return [message for message in said if message.account.id == "patient"]


async def says(house: Rig, text: str) -> list[Outgoing]:
    """The patient writes; what they get."""
    return to_patient(await house.says("patient", text))


async def presses(house: Rig, choice: str) -> list[Outgoing]:
    """The patient presses; what they get."""
    return to_patient(await house.presses("patient", choice))


def offered(message: Outgoing) -> set[str]:
    """The ids of a message's choices."""
    return {choice.id for choice in message.choices}


async def at_the_moment(house: Rig, work: Callable[[Moment], T]) -> T:
    """Run something for the patient, now."""

    def run(unit: Unit) -> T:
        person = unit.people.find(Account("story", "patient"))
        assert person is not None
        return work(Moment(unit=unit, person=person, now=house.clock.now(), policy=Policy()))

    return await house.house.store.run(run)


async def logged(house: Rig, kind: EntryKind) -> list[Entry]:
    """The entries of a kind that stand."""
    return await at_the_moment(house, lambda m: list(m.unit.entries.between(m.person.id, on(1, 0), on(31, 0), [kind])))


async def plan_of(house: Rig) -> StoredPlan:
    """The plan as it is kept."""
    stored = await at_the_moment(house, lambda moment: moment.unit.plans.current(moment.person.id))
    assert stored is not None
    return stored


async def steps_on(house: Rig, *days: int) -> list[int]:
    """The numbers of the steps that days of January have."""
    stored = await plan_of(house)
    laid = [agenda.day_of(stored, date(2026, 1, day)) for day in days]
    return [day.step_index + 1 for day in laid if day is not None]
