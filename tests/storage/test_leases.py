"""A letter is one process's while it sends it: never sent by two, and never lost with the one that died."""

from __future__ import annotations

import asyncio
import os
import platform
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.core.person import Person
from bot.delivery import LONGEST_RETRY, PATIENCE, SPARE, Postman
from bot.messages import Account
from bot.ports import OutboxRow, Outgoing, Unit
from storage import tables
from storage.repositories.outbox import FURTHEST
from storage.store import SqlStore
from tests.storage.samples import MINUTE, NOW, connection_of, newcomer, open_at, reply


def post(store: SqlStore, person: Person, *keys: str) -> None:
    """Post replies, one a second."""

    def work(unit: Unit) -> None:
        for number, key in enumerate(keys):
            unit.outbox.post(key, person.id, reply(person.id, key="form.over"), NOW + timedelta(seconds=number))

    store.run_now(work)


def claim(store: SqlStore, *, at: int = 60, until: int = 61, limit: int = 99) -> list[OutboxRow]:
    """Claim what is ready so many minutes after NOW."""
    now, end = NOW + at * MINUTE, NOW + until * MINUTE
    return list(store.run_now(lambda unit: unit.outbox.claim(now, end, platforms=["telegram"], accounts=None, limit=limit)))


def keys(rows: list[OutboxRow]) -> list[str]:
    """Their keys."""
    return [row.key for row in rows]


def test_what_one_has_claimed_nobody_else_is_given_until_the_lease_ends(store: SqlStore, someone: Person) -> None:
    post(store, someone, "a", "b", "c")
    assert keys(claim(store, limit=2)) == ["a", "b"]
    assert keys(claim(store)) == ["c"]
    assert claim(store) == []
    assert keys(claim(store, at=61, until=62)) == ["a", "b", "c"], "whoever had them is taken for dead"


def test_the_end_of_a_lease_is_an_instant_to_wake_up_for(store: SqlStore, someone: Person) -> None:
    post(store, someone, "a")
    assert store.run_now(lambda unit: unit.outbox.next_retry()) is None
    (row,) = claim(store)
    assert store.run_now(lambda unit: unit.outbox.next_retry()) == NOW + 61 * MINUTE
    store.run_now(lambda unit: unit.outbox.sent(row.id, NOW))
    assert store.run_now(lambda unit: unit.outbox.next_retry()) is None


def test_what_is_given_back_is_ready_at_once(store: SqlStore, someone: Person) -> None:
    post(store, someone, "a", "b")
    rows = claim(store)
    store.run_now(lambda unit: unit.outbox.release(rows[1:]))
    assert keys(claim(store)) == ["b"]


def test_nobody_gives_back_what_another_has_claimed_since(store: SqlStore, someone: Person) -> None:
    post(store, someone, "a")
    (row,) = claim(store)
    assert keys(claim(store, at=61, until=62)) == ["a"]
    store.run_now(lambda unit: unit.outbox.release([row]))
    assert claim(store, at=61) == []


def test_a_failure_ends_the_lease_and_keeps_the_pause(store: SqlStore, someone: Person) -> None:
    post(store, someone, "a")
    (row,) = claim(store, until=90)
    store.run_now(lambda unit: unit.outbox.failed(row.id, retry_at=NOW + 65 * MINUTE, reason="timed out"))
    assert store.run_now(lambda unit: unit.outbox.next_retry()) == NOW + 65 * MINUTE
    assert claim(store, at=64, until=65) == []
    assert keys(claim(store, at=65, until=66)) == ["a"]


def test_nothing_that_the_postman_asks_for_is_taken_for_the_work_of_a_wrong_clock() -> None:
    assert max(LONGEST_RETRY, PATIENCE + SPARE) + SPARE < FURTHEST, "clocks of different machines may differ by so much"


@pytest.mark.parametrize("ahead", [2 * FURTHEST, timedelta(days=1), timedelta(days=3 * 365)], ids=["half an hour", "day", "years"])
def test_what_a_machine_claimed_whose_clock_was_ahead_is_free(store: SqlStore, someone: Person, ahead: timedelta) -> None:
    post(store, someone, "a")
    minutes = int(ahead / MINUTE)
    assert keys(claim(store, at=minutes, until=minutes + 1)) == ["a"]
    assert keys(claim(store, at=1, until=2)) == ["a"]
    assert claim(store, at=1, until=2) == [], "a lease by the right clock holds"


@pytest.mark.parametrize("ahead", [2 * FURTHEST, timedelta(days=3 * 365)], ids=["half an hour", "years"])
def test_what_was_put_off_by_a_clock_that_was_ahead_is_due(store: SqlStore, someone: Person, ahead: timedelta) -> None:
    post(store, someone, "a")
    (row,) = claim(store)
    store.run_now(lambda unit: unit.outbox.failed(row.id, retry_at=NOW + MINUTE + ahead, reason="timed out"))
    assert keys(claim(store, at=1, until=2)) == ["a"]


def test_a_letter_written_by_a_clock_that_was_ahead_goes_out_on_any_account(store: SqlStore, someone: Person) -> None:
    elsewhere = Account("discord", "elsewhere")

    def write(unit: Unit) -> None:
        newcomer(unit, elsewhere)
        unit.people.link(elsewhere, someone.id, NOW)
        unit.people.prefer(elsewhere)
        for key, at in (("a", NOW + timedelta(days=1)), ("b", NOW + MINUTE)):
            unit.outbox.post(key, someone.id, reply(someone.id, key="form.over"), at)

    store.run_now(write)
    assert keys(claim(store, at=1, until=2)) == ["a"], "the other waits a minute for the account preferred"


def test_processes_that_claim_at_once_never_get_the_same_letter(url: str, store: SqlStore, someone: Person) -> None:
    post(store, someone, *map(str, range(300)))
    others = [store, open_at(url), open_at(url)]
    got: list[str] = []

    def take_all(source: SqlStore) -> None:
        while rows := claim(source, limit=7):
            got.extend(keys(rows))

    threads = [threading.Thread(target=take_all, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in others[1:]:
        each.close()
    assert sorted(got, key=int) == list(map(str, range(300)))


@pytest.mark.parametrize(
    ("holder", "free"),
    [
        (f"{platform.node()}:{os.getpid()}", True),  # ourselves, before we were started again
        (f"{platform.node()}:{2**22 + 1}", True),  # no process has such a number
        (f"{platform.node()}:{os.getppid()}", False),  # it lives
        (f"{platform.node()}:{2**80}", False),
        (f"elsewhere:{2**22 + 1}", False),  # who could tell?
        ("nonsense", False),
    ],
    ids=["ourselves", "dead", "living", "no number", "elsewhere", "nonsense"],
)
def test_a_process_that_starts_frees_what_the_dead_of_its_machine_held(store: SqlStore, someone: Person, holder: str, free: bool) -> None:
    post(store, someone, "a")
    claim(store)
    store.run_now(lambda unit: connection_of(unit).execute(update(tables.outbox).values(leased_by=holder)))
    store.run_now(lambda unit: unit.outbox.take_back())
    assert keys(claim(store)) == ["a"] * free


@dataclass
class Clock:
    """Stands still unless it is moved."""

    moment: datetime = NOW + MINUTE

    def now(self) -> datetime:
        """The moment."""
        return self.moment


@dataclass
class Telegram:
    """Takes every message, and so much time for each; after some, the process dies."""

    clock: Clock
    seconds: float = 0
    dies_after: int = 10**6
    platform: str = "telegram"
    taken: list[str] = field(default_factory=list)

    def accounts(self) -> None:
        """Everybody."""
        return

    async def send(self, message: Outgoing) -> None:
        """Take it."""
        if len(self.taken) == self.dies_after:
            raise asyncio.CancelledError
        await asyncio.sleep(0)
        self.clock.moment += timedelta(seconds=self.seconds)
        self.taken.append(message.key)


def postman(store: SqlStore, sender: Telegram) -> Postman:
    """A process's postman."""
    return Postman(store=store, clock=sender.clock, senders=[sender], make_file={})


@pytest.fixture
def patients(store: SqlStore) -> list[Person]:
    """A few people."""
    return store.run_now(lambda unit: [newcomer(unit, Account("telegram", str(number))) for number in range(3)])


def test_two_processes_send_each_letter_once(url: str, store: SqlStore, patients: list[Person]) -> None:
    for person in patients:
        post(store, person, *(f"{person.id}:{number}" for number in range(40)))
    other, clock = open_at(url), Clock()
    senders = [Telegram(clock), Telegram(clock)]

    async def both() -> None:
        await asyncio.gather(postman(store, senders[0]).deliver(), postman(other, senders[1]).deliver())

    asyncio.run(both())
    other.close()
    sent = senders[0].taken + senders[1].taken
    assert len(sent) == len(set(sent)) == 120


def test_slow_letters_are_claimed_again_before_the_lease_ends(store: SqlStore, someone: Person) -> None:
    post(store, someone, *map(str, range(12)))
    sender = Telegram(Clock(), seconds=4)
    watcher: list[int] = []

    async def run() -> None:
        await postman(store, sender).deliver()
        watcher.append(len(sender.taken))

    asyncio.run(run())
    assert sender.taken == list(map(str, range(12)))
    assert sender.clock.moment - Clock().moment > SPARE, "longer than one lease allows"


def test_the_letters_of_a_process_that_stops_are_given_back_at_once(store: SqlStore, someone: Person) -> None:
    post(store, someone, *map(str, range(5)))
    stopping, next_one = Telegram(Clock(), dies_after=2), Telegram(Clock())
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(postman(store, stopping).deliver())
    asyncio.run(postman(store, next_one).deliver())
    assert (stopping.taken, next_one.taken) == (["0", "1"], ["3", "4"]), "the third was on its way when it stopped"
    next_one.clock.moment += MINUTE
    asyncio.run(postman(store, next_one).deliver())
    assert next_one.taken == ["3", "4", "2"], "it is sent once its lease has ended"
