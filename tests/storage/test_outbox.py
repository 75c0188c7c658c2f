"""The outbox: said once, urgent first, only to whom can be reached, and never stuck behind a bad row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest
from sqlalchemy import insert, update

from bot.core.person import Person
from bot.messages import Account
from bot.ports import OutboxRow, Unit
from storage import tables
from storage.claims import LETTER
from storage.store import SqlStore
from tests.storage.samples import ACCOUNT, MINUTE, NOW, connection_of, newcomer, reply, seals_of

EVERYWHERE = ("telegram", "discord", "console")


def post(store: SqlStore, person: Person, key: str, *, minutes: int = 0, urgent: bool = False) -> bool:
    """Post a reply so many minutes after NOW."""
    return store.run_now(lambda unit: unit.outbox.post(key, person.id, reply(person.id, urgent=urgent), NOW + minutes * MINUTE))


def ready(
    store: SqlStore,
    *,
    minutes: int = 60,
    platforms: Collection[str] = EVERYWHERE,
    accounts: Collection[Account] | None = None,
    limit: int = 99,
) -> list[OutboxRow]:
    """What could be sent so many minutes after NOW; it is given back at once."""
    now = NOW + minutes * MINUTE

    def look(unit: Unit) -> list[OutboxRow]:
        rows = list(unit.outbox.claim(now, now + MINUTE, platforms=platforms, accounts=accounts, limit=limit))
        unit.outbox.release(rows)
        return rows

    return store.run_now(look)


def keys(rows: Collection[OutboxRow]) -> list[str]:
    """Their keys."""
    return [row.key for row in rows]


def test_a_key_is_said_once(store: SqlStore, someone: Person) -> None:
    assert [post(store, someone, "hello") for _ in range(3)] == [True, False, False]
    assert keys(ready(store)) == ["hello"]


def test_a_key_once_sent_is_not_said_again(store: SqlStore, someone: Person) -> None:
    post(store, someone, "hello")
    (row,) = ready(store)
    store.run_now(lambda unit: unit.outbox.sent(row.id, NOW))
    assert not post(store, someone, "hello")
    assert ready(store) == []


def test_a_row_carries_its_reply(store: SqlStore, someone: Person) -> None:
    post(store, someone, "hello", urgent=True)
    (row,) = ready(store)
    expected = OutboxRow(id=row.id, key="hello", person_id=someone.id, reply=reply(someone.id, urgent=True), created_at=NOW)
    assert row == replace(expected, claimed_until=NOW + 61 * MINUTE)


def test_urgent_goes_first_then_the_oldest(store: SqlStore, someone: Person) -> None:
    for key, minutes, urgent in (("b", 2, False), ("alert-2", 9, True), ("a", 1, False), ("alert-1", 8, True), ("a2", 1, False)):
        post(store, someone, key, minutes=minutes, urgent=urgent)
    assert keys(ready(store)) == ["alert-1", "alert-2", "a", "a2", "b"]
    assert keys(ready(store, limit=2)) == ["alert-1", "alert-2"]


def test_a_failed_row_waits_for_its_time_and_counts_its_attempts(store: SqlStore, someone: Person) -> None:
    post(store, someone, "hello")
    assert store.run_now(lambda unit: unit.outbox.next_retry()) is None, "what was never tried is no retry"
    (row,) = ready(store)
    store.run_now(lambda unit: unit.outbox.failed(row.id, retry_at=NOW + 5 * MINUTE, reason="timed out"))
    assert ready(store, minutes=4) == []
    assert store.run_now(lambda unit: unit.outbox.next_retry()) == NOW + 5 * MINUTE
    assert [(again.id, again.attempts) for again in ready(store, minutes=5)] == [(row.id, 1)]
    store.run_now(lambda unit: unit.outbox.sent(row.id, NOW + 6 * MINUTE))
    assert store.run_now(lambda unit: unit.outbox.next_retry()) is None


def test_a_dead_letter_is_not_tried_again_and_says_why(store: SqlStore, someone: Person) -> None:
    post(store, someone, "hello")
    (row,) = ready(store)
    store.run_now(lambda unit: unit.outbox.failed(row.id, retry_at=None, reason="blocked \ud83d" + "!" * 9999))
    assert ready(store) == []
    assert store.run_now(lambda unit: unit.outbox.next_retry()) is None
    (letter,) = store.run_now(lambda unit: unit.people.export(someone.id))["outbox"]
    assert letter["last_error"].startswith("blocked \\ud83d!!!")
    assert len(letter["last_error"]) < 600
    assert letter["dead_at"] is not None


def test_a_row_that_was_dropped_is_never_sent_and_says_why(store: SqlStore, someone: Person) -> None:
    post(store, someone, "reminder")
    post(store, someone, "hello")
    row = ready(store)[0]
    store.run_now(lambda unit: unit.outbox.drop(row.id, "answered meanwhile"))
    assert keys(ready(store)) == ["hello"]
    assert store.run_now(lambda unit: unit.outbox.next_retry()) is None
    letter = store.run_now(lambda unit: unit.people.export(someone.id))["outbox"][0]
    assert letter["last_error"] == "dropped: answered meanwhile"
    assert (letter["attempts"], letter["sent_at"]) == (0, None)
    assert letter["dead_at"] is not None


def test_what_was_sent_is_not_dropped(store: SqlStore, someone: Person) -> None:
    post(store, someone, "reminder")
    (row,) = ready(store)
    store.run_now(lambda unit: unit.outbox.sent(row.id, NOW))
    store.run_now(lambda unit: unit.outbox.drop(row.id, "too late"))
    (letter,) = store.run_now(lambda unit: unit.people.export(someone.id))["outbox"]
    assert (letter["dead_at"], letter["last_error"]) == (None, None)


@pytest.mark.parametrize(
    ("platforms", "accounts", "reached"),
    [
        (("telegram",), None, True),
        (("discord",), None, False),
        ((), None, False),
        (("telegram", "discord"), None, True),
        (("telegram",), [ACCOUNT], True),
        (("telegram",), [Account("telegram", "other")], False),
        (("discord",), [ACCOUNT], False),
        (("telegram",), [], False),
        (("telegram", "console"), [Account("console", "me"), ACCOUNT], True),
    ],
)
def test_only_who_can_be_reached_is_written_to(
    store: SqlStore, someone: Person, platforms: Collection[str], accounts: Collection[Account] | None, reached: bool
) -> None:
    post(store, someone, "hello")
    assert keys(ready(store, platforms=platforms, accounts=accounts)) == ["hello"] * reached


def test_a_person_of_two_accounts_gets_one_row(store: SqlStore, someone: Person) -> None:
    second = insert(tables.account).values(platform="discord", platform_id=b"", known_as=b"77", person_id=someone.id)
    store.run_now(lambda unit: connection_of(unit).execute(second))
    post(store, someone, "hello")
    assert keys(ready(store)) == ["hello"]


def test_a_row_that_cannot_be_read_is_buried_and_the_others_go_out(store: SqlStore, someone: Person) -> None:
    post(store, someone, "bad", urgent=True)
    post(store, someone, "good")
    spoil = update(tables.outbox).where(tables.outbox.c.id == 1)
    store.run_now(lambda unit: connection_of(unit).execute(spoil.values(letter=b"?")))
    assert keys(ready(store)) == ["good"]
    bad, good = store.run_now(lambda unit: unit.people.export(someone.id))["outbox"]
    assert "outbox.letter 1 is of a format that is not known" in bad["last_error"]
    assert bad["letter"] == "(cannot be read)"
    assert bad["dead_at"] is not None
    assert (good["key"], good["dead_at"]) == ("good", None)


def test_a_letter_of_a_format_that_is_not_known_is_buried_too(store: SqlStore, someone: Person) -> None:
    def work(unit: Unit) -> None:
        unit.outbox.post("bad", someone.id, reply(someone.id), NOW)
        letter = seals_of(unit).seal(LETTER, 1, {"key": "bad", "reply": {"format": 99}}, someone.id)
        connection_of(unit).execute(update(tables.outbox).values(letter=letter))

    store.run_now(work)
    assert ready(store) == []
    (bad,) = store.run_now(lambda unit: unit.people.export(someone.id))["outbox"]
    assert "format 99" in bad["last_error"]


@pytest.mark.parametrize(
    ("prefix", "since", "said"),
    [
        ("step-due:", 0, True),
        ("step-due:", 5, True),  # the very instant counts
        ("step-due:", 6, False),
        ("step-due:3", 0, True),
        ("step-due:4", 0, False),
        ("STEP-DUE:", 0, False),  # case counts
        ("step_due:", 0, False),  # no wildcard
        ("%", 0, False),
        ("", 0, True),
    ],
)
def test_what_was_said_lately_is_known_by_the_beginning_of_its_key(
    store: SqlStore, someone: Person, prefix: str, since: int, said: bool
) -> None:
    def work(unit: Unit) -> bool:
        other = newcomer(unit, Account("telegram", "other"))
        unit.outbox.post("step-due:4", other.id, reply(other.id), NOW + 9 * MINUTE)
        unit.outbox.post("step-due:3", someone.id, reply(someone.id), NOW + 5 * MINUTE)
        return unit.outbox.said_since(someone.id, prefix, NOW + since * MINUTE)

    assert store.run_now(work) is said


def test_a_row_erased_while_it_was_being_sent_is_no_error(store: SqlStore, someone: Person) -> None:
    post(store, someone, "hello")
    (row,) = ready(store)
    store.run_now(lambda unit: unit.people.erase(someone.id))
    store.run_now(lambda unit: unit.outbox.sent(row.id, NOW))
    store.run_now(lambda unit: unit.outbox.failed(row.id, retry_at=NOW, reason="gone"))
    assert ready(store) == []
