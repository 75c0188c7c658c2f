"""Questions to the community, volunteers and pairs, on both engines: what is open, who is asked, and what leaves with whom."""

from __future__ import annotations

import pytest

from bot.community import Question
from bot.core.mentoring import Pair, Volunteer
from bot.core.person import Person
from bot.messages import Account
from bot.ports import Unit
from storage import tables
from storage.errors import Missing
from storage.store import SqlStore
from tests.storage.samples import MINUTE, NOW, connection_of, newcomer

WORDS = "a-question-that-nobody-else-would-ask"


def question(person_id: int, text: str = WORDS) -> Question:
    """A question just asked."""
    return Question(id=0, person_id=person_id, name="otter-snow", chosen=False, text=text, asked_at=NOW)


@pytest.fixture
def other(store: SqlStore) -> Person:
    """Another member."""
    return store.run_now(lambda unit: newcomer(unit, Account("discord", "other")))


def test_a_question_is_read_back_as_it_was_asked_and_its_words_are_sealed(store: SqlStore, someone: Person) -> None:
    asked = store.run_now(lambda unit: unit.questions.add(question(someone.id)))
    assert store.run_now(lambda unit: unit.questions.get(asked.id)) == asked
    assert (asked.text, asked.person_id, asked.closed_at) == (WORDS, someone.id, None)
    rows = store.run_now(lambda unit: connection_of(unit).execute(tables.question.select()).all())
    assert all(WORDS.encode() not in row.content and b"otter" not in row.content for row in rows)
    assert len(rows) == 1


def test_a_closed_question_is_open_to_nobody_and_keeps_its_instant(store: SqlStore, someone: Person, other: Person) -> None:
    def work(unit: Unit) -> tuple[int, int]:
        mine, theirs = unit.questions.add(question(someone.id)), unit.questions.add(question(other.id))
        unit.questions.close(mine.id, NOW + MINUTE)
        unit.questions.close(mine.id, NOW + 2 * MINUTE)
        return mine.id, theirs.id

    mine, theirs = store.run_now(work)
    assert [each.id for each in store.run_now(lambda unit: unit.questions.open())] == [theirs]
    assert store.run_now(lambda unit: unit.questions.open_of(someone.id)) == []
    closed = store.run_now(lambda unit: unit.questions.get(mine))
    assert closed is not None
    assert closed.closed_at == NOW + MINUTE


def test_a_question_that_nobody_asked_is_none(store: SqlStore) -> None:
    assert store.run_now(lambda unit: unit.questions.get(7)) is None


def test_volunteers_come_oldest_first_and_volunteering_twice_changes_nothing(store: SqlStore, someone: Person, other: Person) -> None:
    def work(unit: Unit) -> None:
        unit.mentors.volunteer(other.id, NOW)
        unit.mentors.volunteer(someone.id, NOW + MINUTE)
        unit.mentors.volunteer(other.id, NOW + 2 * MINUTE)

    store.run_now(work)
    offered = [Volunteer(person_id=other.id, since=NOW), Volunteer(person_id=someone.id, since=NOW + MINUTE)]
    assert store.run_now(lambda unit: unit.mentors.volunteers()) == offered
    store.run_now(lambda unit: unit.mentors.withdraw(other.id))
    assert store.run_now(lambda unit: unit.mentors.volunteers()) == offered[1:]


def test_a_pair_is_found_from_both_sides_until_long_after_its_end(store: SqlStore, someone: Person, other: Person) -> None:
    pair = store.run_now(lambda unit: unit.mentors.add(someone.id, other.id, NOW))
    assert pair == Pair(id=pair.id, newcomer_id=someone.id, mentor_id=other.id, state="asked", asked_at=NOW)
    begun = pair.begun(NOW + MINUTE)
    store.run_now(lambda unit: unit.mentors.save(begun))
    assert store.run_now(lambda unit: unit.mentors.going_on()) == [begun]
    ended = begun.ended(NOW + 2 * MINUTE)
    store.run_now(lambda unit: unit.mentors.save(ended))
    assert store.run_now(lambda unit: unit.mentors.going_on()) == []
    assert store.run_now(lambda unit: unit.mentors.of(someone.id)) == store.run_now(lambda unit: unit.mentors.of(other.id)) == [ended]
    assert (ended.other(someone.id), ended.other(other.id)) == (other.id, someone.id)


def test_a_pair_that_is_not_there_cannot_be_kept(store: SqlStore) -> None:
    pair = Pair(id=7, newcomer_id=1, mentor_id=2, state="asked", asked_at=NOW)
    with pytest.raises(Missing):
        store.run_now(lambda unit: unit.mentors.save(pair))


@pytest.mark.parametrize("leaves", ["newcomer", "mentor"])
def test_a_pair_goes_with_either_of_the_two_and_leaves_the_other(store: SqlStore, someone: Person, other: Person, leaves: str) -> None:
    store.run_now(lambda unit: unit.mentors.add(someone.id, other.id, NOW))
    gone, stays = (someone, other) if leaves == "newcomer" else (other, someone)
    store.run_now(lambda unit: unit.people.erase(gone.id))
    assert store.run_now(lambda unit: unit.mentors.of(stays.id)) == []
    assert store.run_now(lambda unit: unit.people.get(stays.id)) is not None
