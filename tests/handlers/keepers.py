"""A patient, a keeper on duty, and the short words that tests of their meeting speak."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bot.core.case import Case
from bot.messages import Press
from bot.ports import Outgoing
from tests.houses import Rig, rig, settings_in

DANGER = "I want to kill myself"
HUMAN = "I want to talk to someone"
PLAN = "four dose plan from today, bedtime 10pm"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@asynccontextmanager
async def open_rig(folder: Path, *others: str) -> AsyncIterator[Rig]:
    """A patient, a keeper on duty, and other moderators who are not."""
    async with rig(settings_in(folder)) as house:
        await house.settle("patient")
        await house.settle("keeper", role="moderator", on_duty=True)
        for name in others:
            await house.settle(name, role="moderator", on_duty=False)
        yield house


def to(name: str, said: list[Outgoing]) -> list[str]:
    """What somebody was told."""
    return [message.text for message in said if message.account.id == name]


async def case_of(house: Rig, number: int = 1) -> Case:
    """A case, as it is kept."""
    case = await house.house.store.run(lambda unit: unit.cases.get(number))
    assert case is not None
    return case


async def press(house: Rig, name: str, choice: str, about: str) -> list[Outgoing]:
    """Press a button that may be an old one."""
    since = len(house.sender.delivered)
    await house.house.conversation.hear(house.message(name, press=Press(choice, about)))
    return [delivery.message for delivery in house.sender.delivered[since:]]
