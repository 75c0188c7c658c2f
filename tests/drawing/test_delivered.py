"""A picture on its way: read in the transaction, drawn beside the event loop, and never at the cost of the words."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.adapters.story import VirtualClock
from bot.core.case import Case
from bot.core.levels import Level
from bot.core.person import Person
from bot.delivery import LINGER_S, MakeFile, Postman
from bot.exports import FILES
from bot.messages import Account, Attachment, Reply, Words
from bot.ports import Draw, File, Outgoing, Unit
from storage.store import SqlStore, open_store
from storage.upgrade import upgrade
from tests.drawing.days_told import a_full_day, at, of_the_day
from tests.houses import START
from tests.log_reading import everything_logged

KEYS = count()
PICTURE = Attachment(kind="png", name="curve.png", source="day-picture", values=of_the_day())


@dataclass
class Platform:
    """A platform that takes everything."""

    platform: str = "one"
    taken: list[Outgoing] = field(default_factory=list)

    def accounts(self) -> None:
        """Everybody."""

    async def send(self, message: Outgoing) -> None:
        """Take it."""
        self.taken.append(message)


@dataclass
class Office:
    """A store with one person in it, and a letter to them."""

    store: SqlStore
    person: Person
    platform: Platform = field(default_factory=Platform)

    async def send(self, make: MakeFile = FILES["day-picture"], *, drawing_lasts: float = 10) -> Outgoing:
        """Send one letter with one picture; what arrived."""
        reply = Reply(to=self.person.id, words=(Words("text", {"text": "your day in words"}),), attachments=(PICTURE,))
        key = f"letter {next(KEYS)}"
        self.store.run_now(lambda unit: unit.outbox.post(key, self.person.id, reply, START))
        clock = VirtualClock(START)
        lasts = timedelta(seconds=drawing_lasts)
        office = Postman(store=self.store, clock=clock, senders=[self.platform], make_file={"day-picture": make}, drawing_lasts=lasts)
        await office.deliver()
        return self.platform.taken[-1]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Somebody with a full day in their log."""
    url = f"sqlite:///{tmp_path}/post.db"
    upgrade(url)
    store = open_store(url)

    def add(unit: Unit) -> Person:
        person = unit.people.add(Account("one", "ana"), role="patient", language="fr", timezone="Europe/Paris", country="FR", now=START)
        for each in a_full_day():
            unit.entries.add(person.id, each.kind, each.at, each.detail, each.recorded_at)
        return person

    yield Office(store, store.run_now(add))
    store.close()


async def test_the_picture_leaves_with_its_words(office: Office) -> None:
    arrived = await office.send()
    (picture,) = arrived.files
    assert (arrived.text, picture.kind, picture.name) == ("your day in words", "png", "curve.png")
    assert picture.content.startswith(b"\x89PNG")


async def test_drawing_holds_neither_the_event_loop_nor_the_database(office: Office) -> None:
    pauses: list[float] = []
    drawn_on: list[str] = []

    def make(unit: Unit, person: Person, attachment: Attachment) -> Draw | None:
        made = FILES["day-picture"](unit, person, attachment)
        assert callable(made)

        def draw() -> File:
            drawn_on.append(threading.current_thread().name)
            office.store.run_now(lambda unit: unit.people.get(person.id))  # whoever taps meanwhile is answered
            return made()

        return draw

    await office.send()  # what is read for the very first picture is not measured
    sending, before = asyncio.create_task(office.send(make)), time.perf_counter()
    while not sending.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        pauses.append(now - before)
        before = now
    await sending
    assert drawn_on
    assert drawn_on[0] != threading.current_thread().name
    assert len(pauses) > 20
    assert max(pauses) < 0.25  # of a drawing that takes longer: the loop and the thread share the interpreter


def breaks(unit: Unit, person: Person, attachment: Attachment) -> Draw:
    """A picture that cannot be drawn."""

    def draw() -> File:
        raise ValueError("a secret amount")

    return draw


def hangs(unit: Unit, person: Person, attachment: Attachment) -> Draw:
    """A picture that takes too long."""

    def draw() -> File:
        time.sleep(0.5)
        return File(kind="png", name="late.png", content=b"late")

    return draw


def may_not_be(unit: Unit, person: Person, attachment: Attachment) -> None:
    """A picture that may not be shown any more."""
    return


@pytest.mark.parametrize(("make", "noted"), [(breaks, "ValueError"), (hangs, "TimeoutError"), (may_not_be, "")])
async def test_a_picture_that_cannot_be_drawn_costs_no_words(office: Office, make: MakeFile, noted: str) -> None:
    with everything_logged(statements=False) as book:
        arrived = await office.send(make, drawing_lasts=0.1)
    assert (arrived.text, arrived.files) == ("your day in words", ())
    assert ("delivery.not-drawn" in book.events()) is bool(noted)
    assert noted in book.everything
    assert "secret" not in book.everything


async def test_what_is_wrong_in_the_log_costs_the_picture_and_not_the_words(office: Office) -> None:
    office.store.run_now(lambda unit: unit.entries.add(office.person.id, "side_effect", at(12), {"finding": "gone", "severity": 1}, START))
    arrived = await office.send()
    assert (arrived.text, arrived.files) == ("your day in words", ())


async def test_a_danger_sign_after_the_question_keeps_the_picture_back(office: Office) -> None:
    codes = ("suicidal_thoughts",)
    case = Case(id=0, person_id=office.person.id, level=Level.emergency, red=True, codes=codes, state="open", opened_at=START)
    office.store.run_now(lambda unit: unit.cases.add(case))
    arrived = await office.send()
    assert (arrived.text, arrived.files) == ("your day in words", ())


async def test_whoever_plays_step_by_step_waits_for_a_slow_picture(office: Office) -> None:
    def make(unit: Unit, person: Person, attachment: Attachment) -> Draw | None:
        made = FILES["day-picture"](unit, person, attachment)
        assert callable(made)

        def draw() -> File:
            time.sleep(LINGER_S + 0.5)
            return made()

        return draw

    reply = Reply(to=office.person.id, words=(Words("text", {"text": "your day in words"}),), attachments=(PICTURE,))
    office.store.run_now(lambda unit: unit.outbox.post("slow", office.person.id, reply, START))
    postman = Postman(store=office.store, clock=VirtualClock(START), senders=[office.platform], make_file={"day-picture": make})
    await postman.deliver()
    assert office.platform.taken == []
    await postman.at_rest()
    (arrived,) = office.platform.taken
    assert arrived.files
