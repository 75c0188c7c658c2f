"""Timers: one per person, kind and subject; claimed once, earliest first, in bounded batches."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.core.person import Person
from bot.ports import Timer, Unit
from storage.store import SqlStore
from tests.storage.samples import MINUTE, NOW, open_at


def put(store: SqlStore, person: Person, *timers: tuple[str, str, int]) -> None:
    """Set timers: kind, subject, minutes after NOW."""

    def work(unit: Unit) -> None:
        for kind, subject, minutes in timers:
            unit.timers.put(person.id, kind, subject, NOW + minutes * MINUTE)

    store.run_now(work)


def claim(now: datetime, limit: int) -> Callable[[Unit], list[str]]:
    """Work that claims, and says which subjects it got."""
    return lambda unit: [timer.subject for timer in unit.timers.claim(now, limit)]


def test_putting_a_timer_again_moves_it(store: SqlStore, someone: Person) -> None:
    put(store, someone, ("reminder", "08:00", 1))
    first = store.run_now(lambda unit: unit.timers.of(someone.id))
    store.run_now(lambda unit: unit.timers.put(someone.id, "reminder", "08:00", NOW + 9 * MINUTE, attempt=2))
    (moved,) = store.run_now(lambda unit: unit.timers.of(someone.id))
    expected = Timer(id=first[0].id, kind="reminder", person_id=someone.id, subject="08:00", due_at=NOW + 9 * MINUTE, attempt=2)
    assert moved == expected


def test_timers_due_are_claimed_earliest_first_and_once(store: SqlStore, someone: Person) -> None:
    put(store, someone, ("reminder", "3", 3), ("reminder", "1", 1), ("reminder", "2", 2), ("reminder", "4", 5))
    at = NOW + 3 * MINUTE
    assert [store.run_now(claim(at, 2)) for _ in range(3)] == [["1", "2"], ["3"], []]
    assert store.run_now(lambda unit: unit.timers.next_due()) == NOW + 5 * MINUTE


def test_a_timer_is_due_at_its_very_instant_and_not_a_microsecond_before(store: SqlStore, someone: Person) -> None:
    put(store, someone, ("reminder", "1", 1))
    due = NOW + MINUTE
    assert store.run_now(claim(due - timedelta(microseconds=1), 9)) == []
    assert store.run_now(claim(due, 9)) == ["1"]


def test_a_claim_that_fails_leaves_its_timers_to_the_next(store: SqlStore, someone: Person) -> None:
    put(store, someone, ("reminder", "1", 0))

    def claim_and_fail(unit: Unit) -> None:
        assert claim(NOW, 9)(unit) == ["1"]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.run_now(claim_and_fail)
    assert store.run_now(claim(NOW, 9)) == ["1"]


def test_cancelling_takes_one_subject_or_a_whole_kind(store: SqlStore, someone: Person) -> None:
    put(store, someone, ("reminder", "1", 1), ("reminder", "2", 2), ("snooze", "1", 3))
    store.run_now(lambda unit: unit.timers.cancel(someone.id, "reminder", "1"))
    assert [timer.subject for timer in store.run_now(lambda unit: unit.timers.of(someone.id))] == ["2", "1"]
    store.run_now(lambda unit: unit.timers.cancel(someone.id, "reminder"))
    assert [timer.kind for timer in store.run_now(lambda unit: unit.timers.of(someone.id))] == ["snooze"]


def test_an_empty_subject_is_a_subject(store: SqlStore, someone: Person) -> None:
    put(store, someone, ("reminder", "", 1), ("reminder", "2", 2))
    store.run_now(lambda unit: unit.timers.cancel(someone.id, "reminder", ""))
    assert [timer.subject for timer in store.run_now(lambda unit: unit.timers.of(someone.id))] == ["2"]


def test_with_no_timer_nothing_is_due(store: SqlStore) -> None:
    assert store.run_now(lambda unit: unit.timers.next_due()) is None


def test_the_id_of_a_claimed_timer_is_never_given_again(store: SqlStore, someone: Person) -> None:
    put(store, someone, ("reminder", "1", 0))
    (taken,) = store.run_now(lambda unit: unit.timers.claim(NOW, 1))
    put(store, someone, ("reminder", "2", 0))
    (later,) = store.run_now(lambda unit: unit.timers.claim(NOW, 1))
    assert later.id > taken.id


def test_two_processes_never_claim_the_same_timer(url: str, store: SqlStore, someone: Person) -> None:
    put(store, someone, *(("reminder", str(number), number % 7) for number in range(600)))
    other = open_at(url)
    claimed: dict[str, list[str]] = {"one": [], "other": []}

    def take_all(name: str, source: SqlStore) -> None:
        while batch := source.run_now(claim(NOW + 7 * MINUTE, 20)):
            claimed[name] += batch

    threads = [threading.Thread(target=take_all, args=each) for each in (("one", store), ("other", other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(claimed["one"] + claimed["other"], key=int) == [str(number) for number in range(600)]


@pytest.mark.parametrize("subject", ["Camille", "10 mg", "2026-01-01T08:00 evening", "é", "drowsiness"])
def test_a_timer_is_about_an_hour_or_a_number_and_never_about_words(store: SqlStore, someone: Person, subject: str) -> None:
    with pytest.raises(ValueError, match="an hour, a date or a number"):
        put(store, someone, ("reminder", subject, 1))


@pytest.mark.parametrize("subject", ["08:00", "2026-01-01T08:00", "2026-01-01T08:00:00.5+00:00 2026-01-01T08:00", "17", ""])
def test_every_way_the_house_names_an_hour_is_let_in(store: SqlStore, someone: Person, subject: str) -> None:
    put(store, someone, ("reminder", subject, 1))
    assert [timer.subject for timer in store.run_now(lambda unit: unit.timers.of(someone.id))] == [subject]


def test_timers_of_a_kind_that_lie_further_ahead_are_shown_and_stay(store: SqlStore, someone: Person) -> None:
    put(store, someone, ("reminder", "1", 1), ("reminder", "2", 2), ("reminder", "3", 3), ("reminder", "4", 4), ("held", "5", 5))
    for _ in range(2):
        far = store.run_now(lambda unit: unit.timers.far("reminder", NOW + MINUTE, 2))
        assert [timer.subject for timer in far] == ["2", "3"]
    assert len(store.run_now(lambda unit: unit.timers.of(someone.id))) == 5
