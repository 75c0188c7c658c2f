"""What is suggested while somebody types: effects, substances, the hours of their own plan. Anything else may be typed as well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from bot.knowledge.discord import COMMANDS
from bot.knowledge.findings import findings_in
from bot.knowledge.substances import substance_names
from bot.messages import Account
from bot.understanding.fold import fold

AT_ONCE = 25
LONGEST = 100

Slots = Callable[[Account], Awaitable[Sequence[str]]]
"""The local hours of a person's plan today, as they are written (08:00)."""


async def no_slots(_: Account) -> Sequence[str]:
    """Nobody's hours are known."""
    return ()


async def suggestions(command: str, option: str, typed: str, *, account: Account, language: str, slots: Slots) -> list[str]:
    """What fits what was typed so far."""
    takes = COMMANDS.get(command, {}).get(option)
    source = takes.suggests if takes is not None else None
    if source == "slots":
        return _fitting(typed, await slots(account))
    if source == "effects":
        return _fitting(typed, sorted(words.name for words in findings_in(language).values()))
    if source == "substances":
        return _fitting(typed, sorted(substance_names(language).values()))
    return []


def _fitting(typed: str, known: Iterable[str]) -> list[str]:
    """Those that begin with it first, then those that hold it."""
    wanted = fold(typed).text.strip()
    folded = [(fold(each).text, each) for each in known if len(each) <= LONGEST]
    begins = [each for text, each in folded if text.startswith(wanted)]
    return [*begins, *(each for text, each in folded if wanted in text and not text.startswith(wanted))][:AT_ONCE]
