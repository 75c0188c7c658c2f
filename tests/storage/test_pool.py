"""Transactions on a server: many at once, none interleaved where it matters, tried again when that helps, never kept twice."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.core.case import Case
from bot.core.person import Person
from bot.messages import Account
from bot.ports import Unit
from storage import postgres
from storage.store import SqlStore, StorageUnavailable
from tests.storage.faulty_line import Moment, line_to
from tests.storage.postgres_server import Server
from tests.storage.samples import ACCOUNT, NOW, connection_of, danger, intake, newcomer, open_at, outsider

ENGINES = ("postgresql",)
OWN_DATABASE = True


def together(store: SqlStore, *works: Callable[[Unit], object]) -> list[object]:
    """Ask for all of it at once; what came of each."""

    async def ask() -> list[object]:
        return await asyncio.gather(*map(store.run, works), return_exceptions=True)

    return asyncio.run(ask())


class Meeting:
    """Lets works that run at the same time wait for each other, the first time that each is tried."""

    def __init__(self, people: int = 2) -> None:
        self._barrier = threading.Barrier(people)
        self._met: set[str] = set()

    def wait(self, who: str) -> None:
        """Wait for the others, once."""
        if who not in self._met:
            self._met.add(who)
            self._barrier.wait(5)


def lock(unit: Unit, person_id: int) -> None:
    """Hold a person's row."""
    connection_of(unit).execute(text("SELECT 1 FROM person WHERE id = :id FOR UPDATE"), {"id": person_id})


def entries(store: SqlStore, person: Person) -> int:
    """How many entries there are."""
    return len(store.run_now(lambda unit: unit.people.export(person.id))["entry"])


def test_works_that_do_not_meet_are_done_at_the_same_time(store: SqlStore) -> None:
    meeting = Meeting()
    assert together(store, lambda _: meeting.wait("one"), lambda _: meeting.wait("two")) == [None, None]


def test_an_update_that_two_processes_hear_at_once_is_heard_once(store: SqlStore, url: str) -> None:
    other, meeting = open_at(url), Meeting()

    def hear(who: str) -> Callable[[Unit], bool]:
        def work(unit: Unit) -> bool:
            meeting.wait(who)
            return unit.first_time("telegram:1", NOW)

        return work

    async def both() -> list[bool]:
        return list(await asyncio.gather(store.run(hear("one")), other.run(hear("two"))))

    assert sorted(asyncio.run(both())) == [False, True]
    other.close()


def test_two_first_words_of_a_newcomer_make_one_person(store: SqlStore) -> None:
    meeting = Meeting()

    def arrive(who: str) -> Callable[[Unit], Person]:
        def work(unit: Unit) -> Person:
            known = unit.people.find(ACCOUNT)
            meeting.wait(who)
            return known or newcomer(unit, ACCOUNT)

        return work

    first, second = together(store, arrive("one"), arrive("two"))
    assert isinstance(first, Person)
    assert first == second


def test_what_one_person_says_at_once_is_answered_one_after_the_other(store: SqlStore, someone: Person) -> None:
    def take_unless_taken(unit: Unit) -> bool:
        unit.people.find(ACCOUNT)
        if unit.entries.last(someone.id) is not None:
            return False
        intake(someone.id)(unit)
        return True

    assert Counter(together(store, *[take_unless_taken] * 6)) == {False: 5, True: 1}
    assert entries(store, someone) == 1


def test_of_two_moderators_who_take_a_case_one_gets_it(store: SqlStore, someone: Person) -> None:
    case = store.run_now(lambda unit: unit.cases.add(danger(someone.id)))
    moderators = store.run_now(lambda unit: [newcomer(unit, Account("discord", name), moderator=True) for name in "abcd"])

    def take(moderator: Person) -> Callable[[Unit], bool]:
        def work(unit: Unit) -> bool:
            found: Case | None = unit.cases.get(case.id)
            if found is None or found.owner_id is not None:
                return False
            unit.cases.save(replace(found, state="claimed", owner_id=moderator.id))
            return True

        return work

    assert Counter(together(store, *map(take, moderators))) == {False: 3, True: 1}


def test_the_timers_of_a_person_who_is_being_served_wait_for_the_next_beat(store: SqlStore, someone: Person, url: str) -> None:
    other = store.run_now(lambda unit: newcomer(unit, Account("telegram", "other")))

    def put(unit: Unit) -> None:
        for person in (someone, other):
            unit.timers.put(person.id, "reminder", "08:00", NOW)

    def claim(unit: Unit) -> list[int]:
        return [timer.person_id for timer in unit.timers.claim(NOW, 9)]

    store.run_now(put)

    outside = open_at(url)

    def listen(unit: Unit) -> list[int]:
        unit.people.find(ACCOUNT)
        return outside.run_now(claim)

    assert store.run_now(listen) == [other.id]
    assert store.run_now(claim) == [someone.id]
    outside.close()


def test_a_timer_that_was_passed_over_is_not_kept_from_others(store: SqlStore, someone: Person, url: str) -> None:
    store.run_now(lambda unit: unit.timers.put(someone.id, "reminder", "08:00", NOW))
    with outsider(url).connect() as serving, outsider(url).connect() as moderator:
        serving.execute(text("SELECT FROM person FOR UPDATE"))

        def claim(unit: Unit) -> int:
            assert unit.timers.claim(NOW, 9) == []
            return len(moderator.execute(text("SELECT id FROM timer FOR UPDATE SKIP LOCKED")).all())

        assert store.run_now(claim) == 1


def test_two_that_wait_for_each_other_are_both_done_in_the_end(store: SqlStore, someone: Person) -> None:
    other, meeting = store.run_now(lambda unit: newcomer(unit, Account("telegram", "other"))), Meeting()

    def cross(who: str, first: int, second: int) -> Callable[[Unit], None]:
        def work(unit: Unit) -> None:
            intake(first)(unit)
            lock(unit, first)
            meeting.wait(who)
            lock(unit, second)

        return work

    assert together(store, cross("one", someone.id, other.id), cross("two", other.id, someone.id)) == [None, None]
    assert (entries(store, someone), entries(store, other)) == (1, 1), "what was undone was done again, once"


def test_what_the_tables_refuse_is_the_callers_fault(store: SqlStore) -> None:
    with pytest.raises(IntegrityError):
        store.run_now(lambda unit: unit.timers.put(999, "reminder", "08:00", NOW))


def test_work_that_hides_a_failed_statement_is_not_taken_for_done(store: SqlStore, someone: Person) -> None:
    def hide(unit: Unit) -> str:
        intake(someone.id)(unit)
        try:
            connection_of(unit).exec_driver_sql("SELECT 1/0")
        except DBAPIError:
            return "fine"
        return "impossible"

    with pytest.raises(DBAPIError, match="aborted"):
        store.run_now(hide)
    assert entries(store, someone) == 0
    assert store.run_now(intake(someone.id)).id > 0


def cut(server: Server, url: str) -> None:
    """Cut every connection to the database, as a network does."""
    name = url.rpartition("/")[2]
    server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name)


def test_a_connection_lost_between_two_works_is_not_noticed(store: SqlStore, someone: Person, server: Server, url: str) -> None:
    store.run_now(intake(someone.id))
    cut(server, url)
    assert [type(made).__name__ for made in together(store, *(intake(someone.id, n) for n in range(20)))] == ["Entry"] * 20
    assert entries(store, someone) == 21


def test_a_connection_lost_in_the_middle_of_a_work_begins_it_again(store: SqlStore, someone: Person, server: Server, url: str) -> None:
    tries: list[int] = []

    def work(unit: Unit) -> None:
        intake(someone.id)(unit)
        tries.append(1)
        if len(tries) == 1:
            cut(server, url)

    store.run_now(work)
    assert len(tries) == 2
    assert entries(store, someone) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_commit_that_got_no_answer_is_kept_once(someone: Person, server: Server, url: str, moment: Moment) -> None:
    with line_to(server.port) as line:
        store = open_at(url.replace(str(server.port), str(line.port)))
        store.run_now(intake(someone.id))
        line.breaks = moment
        made = store.run_now(intake(someone.id, 1))
        assert line.broken == 1
        assert [row["id"] for row in store.run_now(lambda unit: unit.people.export(someone.id))["entry"]][1:] == [made.id]
        store.close()


@pytest.mark.parametrize("kept", [True, False])
def test_what_became_of_a_transaction_is_known_afterwards(url: str, kept: bool) -> None:
    with outsider(url).connect() as one, outsider(url).connect() as other:
        one.execute(text("INSERT INTO heard (key, at) VALUES ('doubt', 0)"))
        transaction_id = postgres.transaction_id(one)
        assert transaction_id is not None
        assert postgres.was_kept(other, transaction_id) is None, "it is not decided"
        one.commit() if kept else one.rollback()
        assert postgres.was_kept(other, transaction_id) is kept


def test_a_transaction_that_changed_nothing_has_nothing_to_look_up(url: str) -> None:
    with outsider(url).connect() as reading:
        reading.execute(text("SELECT count(*) FROM heard"))
        assert postgres.transaction_id(reading) is None


def test_a_server_that_restarts_is_waited_for(store: SqlStore, someone: Person, server: Server) -> None:
    server.stop()
    again = threading.Timer(0.5, server.start)
    again.start()
    made = together(store, *(intake(someone.id, n) for n in range(10)))
    again.join()
    assert [type(each).__name__ for each in made] == ["Entry"] * 10
    assert entries(store, someone) == 10


def test_a_server_that_dies_loses_nothing_that_was_acknowledged(store: SqlStore, someone: Person, server: Server) -> None:
    acknowledged: list[int] = []
    unknown: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            try:
                acknowledged.append(store.run_now(intake(someone.id, len(acknowledged) + len(unknown))).id)
            except StorageUnavailable as trouble:  # the one honest answer when a server dies in the middle of a commit
                unknown.append(str(trouble))

    writing = threading.Thread(target=write)
    writing.start()
    for _ in range(2):
        time.sleep(0.15)
        server.kill()
        server.start()
    stop.set()
    writing.join()
    kept = [row["id"] for row in store.run_now(lambda unit: unit.people.export(someone.id))["entry"]]
    assert len(acknowledged) > 10
    assert len(kept) == len(set(kept)), "none doubled"
    assert set(acknowledged) <= set(kept), "none lost"
    assert len(kept) - len(acknowledged) <= len(unknown), "what was kept and not acknowledged was said to be unknown"


def test_a_server_that_stays_away_is_said_in_one_sentence_and_then_at_once(someone: Person, url: str, server: Server) -> None:
    store = open_at(url, patience_s=0.3)
    server.stop()
    try:
        with pytest.raises(StorageUnavailable, match=r"^the database cannot be used: the connection failed: [^\n]*$"):
            store.run_now(intake(someone.id))
        started = time.perf_counter()
        refused = together(store, *(intake(someone.id) for _ in range(200)))
        assert time.perf_counter() - started < 3, "a queue is not made to wait one after the other"
    finally:
        server.start()
    assert {type(each) for each in refused} == {StorageUnavailable}
    time.sleep(1.1)
    assert entries(store, someone) == 0, "it is found again by itself"
    store.close()


def test_a_server_that_only_reads_is_said(url: str, someone: Person, server: Server) -> None:
    server.ask(f"ALTER DATABASE {url.rpartition('/')[2]} SET default_transaction_read_only TO on")
    store = open_at(url)
    with pytest.raises(StorageUnavailable, match="read-only"):
        store.run_now(intake(someone.id))
    store.close()


@pytest.mark.parametrize(
    ("code", "reason", "passes"),
    [
        ("53100", "the disk is full", False),
        ("53300", "it has too many connections", False),
        ("57P03", "the server is stopping or starting", True),
        ("08006", "the connection is lost", True),
        ("40001", "others keep changing the same rows", False),
        ("XX001", "it is damaged", False),
        ("23505", None, False),
        ("22012", None, False),
    ],
)
def test_a_code_of_the_server_is_put_into_words(url: str, code: str, reason: str | None, passes: bool) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$"
    with outsider(url).connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.exec_driver_sql(raising)
    assert postgres.why_unavailable(caught.value) == reason
    assert postgres.is_lost(caught.value) is passes
    assert postgres.has_collided(caught.value) is (code == "40001")
    assert postgres.may_have_raced(caught.value) is (code == "23505")


def test_a_lock_kept_too_long_is_said_and_passes(url: str, someone: Person) -> None:
    store = open_at(url, patience_s=0.2)
    with outsider(url).connect() as holder:
        holder.execute(text("LOCK TABLE entry"))
        with pytest.raises(StorageUnavailable, match="another process keeps it locked"):
            store.run_now(intake(someone.id))
        holder.rollback()
    assert store.run_now(intake(someone.id)).id > 0
    store.close()


def test_a_password_is_never_repeated(server: Server) -> None:
    url = server.url("nowhere").replace("postgres@", "postgres:secret-word@")
    store = open_at(url, patience_s=0.1)
    with pytest.raises(StorageUnavailable) as caught:
        store.run_now(lambda unit: unit.first_time("key", NOW))
    store.close()
    assert "secret-word" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    ("error", "blamed"),
    [(None, None), (ValueError("x"), None), (ZeroDivisionError(), None)],
)
def test_what_is_no_error_of_the_server_is_not_blamed_on_it(error: BaseException | None, blamed: str | None) -> None:
    assert postgres.why_unavailable(error) is blamed
    assert not postgres.is_lost(error)
    assert not postgres.has_collided(error)
    assert not postgres.may_have_raced(error)
