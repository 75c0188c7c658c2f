"""One person on several accounts, and a trail that cannot be rewritten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import exc, insert, update

from bot.core.person import Person, Role
from bot.messages import Account, Reply, Words
from bot.ports import CaseEvent, Trace, Unit
from storage import tables
from storage.errors import Missing
from storage.store import SqlStore
from tests.storage.samples import ACCOUNT, MINUTE, NOW, PLAN, connection_of, danger, newcomer, reply

ELSEWHERE = Account("discord", "777")
QUARTER = timedelta(minutes=15)


@pytest.fixture
def linked(store: SqlStore, someone: Person) -> Person:
    """Somebody who wrote from elsewhere as well, and was linked."""

    def work(unit: Unit) -> None:
        stranger = newcomer(unit, ELSEWHERE)
        unit.people.link(ELSEWHERE, someone.id, NOW)
        unit.people.erase(stranger.id)

    store.run_now(work)
    return someone


def ready(store: SqlStore, platform: str, minutes: int = 0) -> list[str]:
    """The keys of the letters that a platform may take."""
    now = NOW + minutes * MINUTE
    rows = store.run_now(lambda unit: unit.outbox.claim(now, now + MINUTE, platforms=[platform], accounts=None, limit=9))
    store.run_now(lambda unit: unit.outbox.release(rows))
    return [row.key for row in rows]


def holds(store: SqlStore, code: str, minutes: int = 0) -> bool:
    """Whether a code leads to somebody."""
    return store.run_now(lambda unit: unit.people.by_code(code, NOW + minutes * MINUTE)) is not None


def test_a_linked_account_reaches_its_person_and_whoever_it_reached_before_is_gone(store: SqlStore, linked: Person) -> None:
    assert store.run_now(lambda unit: unit.people.accounts(linked.id)) == [ACCOUNT, ELSEWHERE]
    found = store.run_now(lambda unit: unit.people.find(ELSEWHERE))
    assert found is not None
    assert found.id == linked.id
    assert [row["platform_id"] for row in store.run_now(lambda unit: unit.people.export(linked.id))["account"]] == ["4242", "777"]


def test_letters_go_where_the_person_last_wrote(store: SqlStore, linked: Person) -> None:
    store.run_now(lambda unit: unit.outbox.post("hello", linked.id, reply(linked.id), NOW))
    assert (ready(store, "telegram"), ready(store, "discord")) == (["hello"], [])
    store.run_now(lambda unit: unit.people.find(ELSEWHERE))
    assert (ready(store, "telegram"), ready(store, "discord")) == ([], ["hello"])
    assert store.run_now(lambda unit: unit.people.accounts(linked.id)) == [ELSEWHERE, ACCOUNT]


def test_what_one_platform_leaves_lying_another_takes(store: SqlStore, linked: Person) -> None:
    store.run_now(lambda unit: unit.outbox.post("hello", linked.id, reply(linked.id), NOW))
    assert ready(store, "discord", minutes=2) == ["hello"]


def test_asking_who_is_behind_an_account_changes_nothing(store: SqlStore, linked: Person) -> None:
    assert store.run_now(lambda unit: unit.people.behind(ELSEWHERE)) == linked.id
    assert store.run_now(lambda unit: unit.people.behind(Account("discord", "nobody"))) is None
    assert store.run_now(lambda unit: unit.people.accounts(linked.id)) == [ACCOUNT, ELSEWHERE]


def test_an_account_that_is_taken_off_reaches_nobody_and_the_other_answers(store: SqlStore, linked: Person) -> None:
    store.run_now(lambda unit: unit.people.find(ELSEWHERE))
    store.run_now(lambda unit: unit.people.unlink(ELSEWHERE, NOW))
    assert store.run_now(lambda unit: unit.people.find(ELSEWHERE)) is None
    store.run_now(lambda unit: unit.outbox.post("hello", linked.id, reply(linked.id), NOW))
    assert ready(store, "telegram") == ["hello"]
    with pytest.raises(Missing):
        store.run_now(lambda unit: unit.people.unlink(ELSEWHERE, NOW))


def test_a_code_is_good_for_a_while_and_for_one_account(store: SqlStore, someone: Person) -> None:
    code = store.run_now(lambda unit: unit.people.new_code(someone.id, until=NOW + QUARTER))
    asked = [code, code.lower(), code.replace("-", " "), f" {code} "]
    assert [holds(store, each) for each in asked] == [True] * len(asked)
    assert not holds(store, code, minutes=15)
    store.run_now(lambda unit: newcomer(unit, ELSEWHERE))
    store.run_now(lambda unit: unit.people.link(ELSEWHERE, someone.id, NOW))
    assert not holds(store, code)


def test_a_new_code_makes_the_former_one_void_and_no_two_are_alike(store: SqlStore, someone: Person) -> None:
    codes = [store.run_now(lambda unit: unit.people.new_code(someone.id, until=NOW + QUARTER)) for _ in range(20)]
    assert len(set(codes)) == 20
    assert [code for code in codes if holds(store, code)] == codes[-1:]


def test_what_happens_to_a_plan_leaves_a_trace_of_who_did_it(store: SqlStore, someone: Person) -> None:
    first = store.run_now(lambda unit: unit.plans.add(someone.id, PLAN, NOW, by=someone.id))
    second = store.run_now(lambda unit: unit.plans.replace(first, PLAN, NOW + MINUTE, by=None))
    store.run_now(lambda unit: unit.plans.end(second, NOW + 2 * MINUTE, by=someone.id))
    store.run_now(lambda unit: unit.plans.end(second, NOW + 3 * MINUTE, by=someone.id))
    traces = store.run_now(lambda unit: unit.trail.of(someone.id))
    assert [(trace.what, trace.actor_id, trace.note) for trace in traces] == [
        ("plan-added", someone.id, "version 1"),
        ("plan-changed", None, "version 2"),
        ("plan-ended", someone.id, "version 2"),
    ]


def test_a_letter_about_somebody_leaves_a_trace_of_its_reader(store: SqlStore, someone: Person) -> None:
    keeper = store.run_now(lambda unit: newcomer(unit, Account("discord", "keeper"), moderator=True))

    def tell(unit: Unit) -> None:
        case = unit.cases.add(danger(someone.id))
        card = Reply(to=keeper.id, words=(Words("case.card", {"case": case.id}),), kind="case")
        unit.outbox.post("card", keeper.id, card, NOW)
        unit.outbox.post("card", keeper.id, card, NOW)
        unit.outbox.post("greeting", keeper.id, reply(keeper.id), NOW)

    store.run_now(tell)
    traces = store.run_now(lambda unit: unit.trail.of(someone.id))
    assert [(trace.what, trace.actor_id, trace.note) for trace in traces] == [("told", keeper.id, "case")]
    assert store.run_now(lambda unit: unit.trail.of(keeper.id)) == []


@pytest.mark.parametrize("table", ["trail", "case_event"])
@pytest.mark.parametrize("column", ["at", "what", "actor_id", "note"])
def test_the_database_refuses_to_change_a_line_of_a_history(store: SqlStore, someone: Person, table: str, column: str) -> None:
    def write(unit: Unit) -> None:
        unit.trail.add(Trace(person_id=someone.id, at=NOW, what="exported", actor_id=someone.id))
        case = unit.cases.add(danger(someone.id))
        unit.cases.record(CaseEvent(case_id=case.id, at=NOW, what="claimed", actor_id=someone.id))

    store.run_now(write)
    other = {"at": NOW + MINUTE, "what": "nothing", "actor_id": 77, "note": b"other"}[column]
    history = tables.metadata.tables[table]
    with pytest.raises(exc.DBAPIError, match="append-only"):
        store.run_now(lambda unit: connection_of(unit).execute(update(history).values({column: other})))


def test_who_erases_themselves_leaves_no_number_in_the_trails_of_others(store: SqlStore, someone: Person) -> None:
    keeper = store.run_now(lambda unit: newcomer(unit, Account("discord", "keeper"), moderator=True))
    store.run_now(lambda unit: unit.trail.add(Trace(person_id=someone.id, at=NOW, what="told", actor_id=keeper.id)))
    store.run_now(lambda unit: unit.people.erase(keeper.id))
    assert [trace.actor_id for trace in store.run_now(lambda unit: unit.trail.of(someone.id))] == [tables.ERASED]


def test_two_persons_never_hold_the_same_code(store: SqlStore, someone: Person) -> None:
    store.run_now(lambda unit: unit.people.new_code(someone.id, until=NOW))
    other = store.run_now(lambda unit: newcomer(unit, ELSEWHERE))
    (taken,) = store.run_now(lambda unit: connection_of(unit).execute(tables.link_code.select()).all())
    again = {"person_id": other.id, "known_as": taken.known_as, "until": NOW}
    with pytest.raises(exc.IntegrityError):
        store.run_now(lambda unit: connection_of(unit).execute(insert(tables.link_code).values(again)))


# --- Roles ---

WEEK = timedelta(days=7)


def vouched(store: SqlStore, account: Account, role: Role, *, days: float = 0) -> Role:
    """The role of a person by all their accounts, once a platform has said it of one."""
    now = NOW + timedelta(days=days)
    return store.run_now(lambda unit: unit.people.vouch(account, role, now=now, until=now + WEEK))


def test_a_moderator_of_one_platform_is_one_on_the_other_until_the_first_says_otherwise(store: SqlStore, linked: Person) -> None:
    assert vouched(store, ELSEWHERE, "patient") == "patient"
    assert vouched(store, ACCOUNT, "moderator") == "moderator"
    assert vouched(store, ELSEWHERE, "patient") == "moderator"
    assert vouched(store, ACCOUNT, "patient") == "patient"
    assert vouched(store, ELSEWHERE, "patient") == "patient"


def test_what_a_platform_said_a_week_ago_makes_nobody_a_moderator_elsewhere(store: SqlStore, linked: Person) -> None:
    vouched(store, ACCOUNT, "moderator")
    assert vouched(store, ELSEWHERE, "patient", days=6.9) == "moderator"
    assert vouched(store, ELSEWHERE, "patient", days=7) == "patient"


def test_every_word_of_a_moderator_makes_it_last_again(store: SqlStore, linked: Person) -> None:
    for days in (0, 3, 6):
        vouched(store, ACCOUNT, "moderator", days=days)
    assert vouched(store, ELSEWHERE, "patient", days=12) == "moderator"


def test_an_account_that_is_taken_off_takes_its_role_along(store: SqlStore, linked: Person) -> None:
    vouched(store, ELSEWHERE, "moderator")
    store.run_now(lambda unit: unit.people.unlink(ELSEWHERE, NOW))
    assert vouched(store, ACCOUNT, "patient") == "patient"
    with pytest.raises(Missing):
        vouched(store, ELSEWHERE, "moderator")
