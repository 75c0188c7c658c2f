"""The law of every fault under a running house, on either engine.

An intake said in that moment is either noted and there afterwards, or its person was told that it was not kept, and it is not there; a
danger sign gets the emergency words and the moderators at once, and a case as soon as there is a database; nothing that came due is
lost or said twice; and all of it without a restart.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from datetime import timedelta

from bot.core.entry import Entry
from bot.core.levels import Level
from bot.messages import Account
from bot.ports import Outgoing, Unit
from storage.store import StorageUnavailable
from tests.storage.trouble import Home

PLAN = "four dose plan from January 1st 2026, bedtime 10pm"
DANGER = "I want to kill myself"
NOTED, NOT_KEPT = "Noted: 20 mg", "kept me from storing"
SPEAKERS = [f"speaker-{number}" for number in range(4)]


async def settle(home: Home) -> None:
    """Speakers who will note an intake each, one whose plan runs, one who will be in danger, and a keeper on duty."""
    for name in (*SPEAKERS, "planned", "endangered", "later"):
        await home.rig.settle(name)
    await home.rig.settle("keeper", role="moderator", on_duty=True)
    await home.rig.says("planned", PLAN)
    await home.rig.presses("planned", "confirm")


def to(name: str, said: list[Outgoing]) -> list[Outgoing]:
    """What one person got."""
    return [message for message in said if message.account.id == name]


async def take(home: Home, *names: str) -> None:
    """Each of them notes an intake."""
    for name in names:
        await home.rig.says(name, "took 20 mg at 7am")


def is_noted(home: Home, name: str) -> bool:
    """Whether the one answer that somebody ever got says that their intake is noted, or that it is not."""
    (answer,) = got(home, name, "reply")
    assert (NOTED in answer.text) != (NOT_KEPT in answer.text), answer.text
    return NOTED in answer.text


async def beat(home: Home) -> None:
    """A beat as the ticker makes it: what it raises is caught, and the next one tries again."""
    with suppress(StorageUnavailable):
        await home.rig.house.conversation.tick()


async def intakes(home: Home, name: str) -> list[Entry]:
    """The intakes of somebody that are kept."""
    now = home.rig.clock.now()

    def read(unit: Unit) -> list[Entry]:
        person = unit.people.find(Account("story", name))
        assert person is not None
        return list(unit.entries.between(person.id, now - timedelta(days=1), now + timedelta(days=1), ["intake"]))

    return await home.rig.house.store.run(read)


def got(home: Home, name: str, kind: str) -> list[Outgoing]:
    """Everything of a kind that somebody ever got."""
    return [message for message in to(name, [each.message for each in home.rig.sender.delivered]) if message.kind == kind]


async def live_through(home: Home, fault: AbstractContextManager[None], *, total: bool = True) -> None:
    """The law, with the fault in the middle of a morning. `total`: not one more write succeeds while it lasts."""
    await settle(home)
    first, *others = SPEAKERS
    await take(home, first)
    with fault:
        await take(home, *others)
        if total:
            assert not any(is_noted(home, name) for name in others), "they are told at once"
        said = await home.rig.says("endangered", DANGER)
        if total:
            assert "999" in to("endangered", said)[0].text
            assert to("endangered", said)[0].level == "emergency"
            assert [message.kind for message in to("keeper", said)] == ["alert"]
        home.rig.clock.move(home.rig.clock.now() + timedelta(minutes=30))
        await beat(home)
    home.rig.clock.move(home.rig.clock.now() + timedelta(minutes=1))
    for _ in range(3):
        await beat(home)
    (case,) = await home.rig.house.store.run(lambda unit: unit.cases.waiting())
    assert (case.level, case.red) == (Level.emergency, True)
    assert "999" in got(home, "endangered", "reply")[0].text
    assert got(home, "keeper", "case"), "the case that the database learnt of afterwards has its card"
    noted = [is_noted(home, name) for name in SPEAKERS]
    assert noted[0]
    assert not all(noted), "a fault that nobody noticed proves nothing"
    assert [len(await intakes(home, name)) for name in SPEAKERS] == noted
    assert len(got(home, "planned", "reminder")) == 1, "what came due meanwhile is said, once"
    await take(home, "later")
    assert is_noted(home, "later")
    assert len(await intakes(home, "later")) == 1
