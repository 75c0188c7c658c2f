"""Who lives in the house while it is killed, what they say, and the settings that they live under."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from bot.adapters.story import Faults, StorySender, VirtualClock
from bot.app import House
from bot.core.case import Case
from bot.settings import Settings, load
from tests.crash.journal import Journal, Update
from tests.houses import Rig
from tests.storage.samples import GIVEN_TEXT

MORNING = datetime(2026, 2, 2, 7, 30, tzinfo=UTC)
"""The plan is at 70 mg a day: what is logged here stays below that on most days, and passes it on some."""

PATIENTS = {f"p{number}": "en" if number % 2 else "fr" for number in range(1, 9)}
MODERATORS = ("m1", "m2", "m3")

PLANS = {
    "en": ("four dose plan from January 1st 2026, bedtime 10pm", "yes"),
    "fr": ("plan quatre prises à partir du 1er janvier 2026, coucher 22h", "oui"),
}
INTAKES = {"en": ("took {mg} mg", "I took {mg} mg just now"), "fr": ("pris {mg} mg", "j'ai pris {mg} mg")}
SIGNS = {
    "en": ("I can't breathe (call {n} of {who})", "I want to kill myself (call {n} of {who})", "I had a seizure (call {n} of {who})"),
    "fr": (
        "je veux mourir (appel {n} de {who})",
        "je n'arrive plus à respirer (appel {n} de {who})",
        "j'ai des hallucinations (appel {n} de {who})",
    ),
}
OTHERS = {
    "en": ("craving 3/10", "when is my next dose?", "what is my plan?", "I had 2 beers"),
    "fr": ("envie de boire 4/10", "c'est quand ma prochaine prise ?", "c'est quoi mon plan ?", "j'ai bu 2 bières"),
}

WHEN_OPEN = ("claim {case}",) * 5 + ("reply {case}: hello {n} from {who}", "note {case}: seen {n} by {who}", "raise {case}", "close {case}")
WHEN_CLAIMED = (
    *(
        "reply {case}: how are you {n} from {who}",
        "note {case}: seen {n} by {who}",
        "claim {case}",
        "release {case}",
        "lower {case}",
        "raise {case}",
    ),
    *("close {case}", "close {case}", "referred {case}", "false alarm {case}"),
)
WHEN_CLOSED = ("reopen {case}", "note {case}: afterwards {n} by {who}", "history {case}", "claim {case}")


@cache
def settings_of(url: str) -> Settings:
    """The settings of a house on that database; on a server it is given its keys, a file has its own beside it."""
    return load(database_url=url, keys=None if url.startswith("sqlite") else GIVEN_TEXT, key_file=None)


async def settle(house: House, journal: Journal) -> None:
    """Everybody has agreed, every patient has registered the plan, and the moderators are on duty."""
    clock = VirtualClock(MORNING)
    rig = Rig(house, clock, StorySender(clock, Faults(), {}), Faults())
    for name, language in PATIENTS.items():
        await rig.settle(name, language=language)
    for name in MODERATORS:
        await rig.settle(name, role="moderator", on_duty=True)
    for name, language in PATIENTS.items():
        for number, text in enumerate(PLANS[language]):
            update = Update(key=f"settle:{name}:{number}", who=name, text=text, at=MORNING)
            await hear(house, journal, update)


async def hear(house: House, journal: Journal, update: Update) -> None:
    """As a platform does: it has the update, hands it over, and forgets it once that has returned."""
    journal.came(update)
    await house.conversation.hear(update.incoming)
    journal.acknowledged(update)


async def hear_again(house: House, journal: Journal, updates: Sequence[Update]) -> None:
    """The same keys again: each person's in order, everybody at once."""

    async def one(name: str) -> None:
        for update in updates:
            if update.who == name:
                await hear(house, journal, update)

    await asyncio.gather(*(one(name) for name in {update.who for update in updates}))


def words_of_a_patient(chance: Random, who: str, number: int) -> dict[str, Any]:
    """What a patient says next: the fields of an update that depend on it. `number` is one that they never said before."""
    language = PATIENTS[who]
    roll = chance.random()
    if roll < 0.7:
        amount = number / 1000
        shown = f"{amount:.3f}"
        text = chance.choice(INTAKES[language]).format(mg=shown if language == "en" else shown.replace(".", ","))
        return {"text": text, "mg": amount}
    if roll < 0.8:
        return {"text": chance.choice(SIGNS[language]).format(n=number, who=who), "sign": True}
    return {"text": chance.choice(OTHERS[language])}


def words_of_a_moderator(chance: Random, who: str, waiting: Sequence[Case], closed: Sequence[int], number: int) -> str:
    """What a moderator types next, about a case that waits or, now and then, one that is closed."""
    if closed and (not waiting or chance.random() < 0.1):
        return chance.choice(WHEN_CLOSED).format(case=chance.choice(closed), n=number, who=who)
    if not waiting:
        return "cases"
    case = chance.choice(waiting)
    return chance.choice(WHEN_OPEN if case.state == "open" else WHEN_CLAIMED).format(case=case.id, n=number, who=who)
