"""A letter that one platform refuses for good: the person's other accounts are tried before it is buried."""

from __future__ import annotations

from bot.messages import Account
from bot.ports import OutboxRow, Unit

REMEMBERED = 1000
"""Letters that some account refused and that another may still take."""


class Refusals:
    """Which accounts refused which letter, as far as this process knows.

    Where each platform has a process of its own, none sees what another was refused: a letter that comes back to an account
    that refused it before has been everywhere.
    """

    def __init__(self) -> None:
        self._by: dict[int, set[Account]] = {}

    def goes_elsewhere(self, unit: Unit, row: OutboxRow, account: Account) -> bool:
        """Whether another account of its reader may take it. That one is written to from now on, until they write from this one."""
        refused = self._by.setdefault(row.id, set())
        again = account in refused
        refused.add(account)
        others = [each for each in unit.people.accounts(row.person_id) if each not in refused]
        if again or not others:
            del self._by[row.id]
            return False
        unit.people.prefer(others[0])
        while len(self._by) > REMEMBERED:
            del self._by[next(iter(self._by))]
        return True
