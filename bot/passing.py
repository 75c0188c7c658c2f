"""What is said in passing, where others read as well, is answered there; where its person is reached otherwise stays as it was."""

from __future__ import annotations

from bot.messages import Account, Incoming
from bot.ports import Unit


def usual_account(unit: Unit, incoming: Incoming) -> Account | None:
    """Where whoever says something in passing is reached otherwise; None when that is this account, or nothing is said in passing."""
    first = _first_account(unit, incoming) if incoming.passing or incoming.public else None
    return first if first != incoming.account else None


def go_back(unit: Unit, incoming: Incoming, usual: Account) -> None:
    """Have its person reached where they were before; not when they have written elsewhere since, or the account is gone."""
    who = unit.people.behind(usual)
    if who is not None and who == unit.people.behind(incoming.account) and _first_account(unit, incoming) == incoming.account:
        unit.people.prefer(usual)


def _first_account(unit: Unit, incoming: Incoming) -> Account | None:
    who = unit.people.behind(incoming.account)
    return next(iter(unit.people.accounts(who)), None) if who is not None else None
