"""What the adapter asks of the store by itself: hours to suggest, and whose private chats to read back. It changes nothing there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.adapters.discord.catching_up import Recent
from bot.adapters.discord.suggesting import Slots
from bot.core.decision import Allowed
from bot.core.titration import plan_day
from bot.messages import Account
from bot.ports import Clock, Store, Unit

LOOKED_AT = 500
"""Accounts of every platform among which Discord's are found."""


def slots_in(store: Store, clock: Clock) -> Slots:
    """The hours of a person's plan today. Nothing for whoever has no plan yet, or is not known."""

    async def slots(account: Account) -> Sequence[str]:
        return await store.run(lambda unit: _hours_today(unit, account, clock.now()))

    return slots


def recent_in(store: Store) -> Recent:
    """The accounts that were made known last."""

    async def recent() -> Sequence[Account]:
        return await store.run(lambda unit: [account for account, _ in unit.people.reachable(LOOKED_AT)])

    return recent


def _hours_today(unit: Unit, account: Account, now: datetime) -> Sequence[str]:
    number = unit.people.behind(account)
    person = unit.people.get(number) if number is not None else None
    stored = unit.plans.current(person.id) if person is not None else None
    if person is None or stored is None:
        return ()
    day = plan_day(stored.plan, now.astimezone(ZoneInfo(person.timezone)).date())
    return [f"{dose.at:%H:%M}" for dose in day.value.step.doses] if isinstance(day, Allowed) else ()
