"""The life of a case: one owner at a time, never less serious by itself, and closed by a human alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.case import Case, Joined, Refused, claim, close, join, release, reopen
from bot.core.levels import Level
from bot.core.policy import Policy

AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
OPEN = Case(id=7, person_id=1, level=Level.urgent, red=False, codes=("withdrawal",), state="open", opened_at=AT)
CLAIMED = replace(OPEN, state="claimed", owner_id=5)
CLOSED = replace(CLAIMED, state="closed", closed_at=AT, resolution="safe")

MOVES = [
    ("an open case is claimed", lambda: claim(OPEN, by=5), CLAIMED),
    ("its owner may claim it again", lambda: claim(CLAIMED, by=5), CLAIMED),
    ("another may not", lambda: claim(CLAIMED, by=6), Refused("owned-by-another")),
    ("a closed one is not claimed", lambda: claim(CLOSED, by=5), Refused("already-closed")),
    ("its owner gives it back", lambda: release(CLAIMED, by=5), OPEN),
    ("another may not give it back", lambda: release(CLAIMED, by=6), Refused("not-owner")),
    ("nobody owns an open one", lambda: release(OPEN, by=5), Refused("not-owner")),
    ("a closed one is not given back", lambda: release(CLOSED, by=5), Refused("already-closed")),
    ("its owner closes it", lambda: close(CLAIMED, by=5, how="safe", now=AT), CLOSED),
    ("whoever closes an unclaimed one owns it", lambda: close(OPEN, by=5, how="safe", now=AT), CLOSED),
    (
        "the end is kept",
        lambda: close(OPEN, by=5, how="referred", now=AT + timedelta(1)),
        replace(CLOSED, resolution="referred", closed_at=AT + timedelta(1)),
    ),
    ("another may not close it", lambda: close(CLAIMED, by=6, how="safe", now=AT), Refused("owned-by-another")),
    ("nothing is closed twice", lambda: close(CLOSED, by=5, how="safe", now=AT), Refused("already-closed")),
    ("a closed one is opened again", lambda: reopen(CLOSED), OPEN),
    ("an open one is not", lambda: reopen(OPEN), Refused("not-closed")),
    ("nor a claimed one", lambda: reopen(CLAIMED), Refused("not-closed")),
]


@pytest.mark.parametrize(("why", "after", "expected"), MOVES, ids=[why for why, _, _ in MOVES])
def test_a_move_is_made_or_refused_with_its_reason(why: str, after: Callable[[], object], expected: object) -> None:
    assert after() == expected


JOINS = [
    ("the same again pages nobody", Level.urgent, False, ("withdrawal",), False),
    ("a lesser sign pages nobody", Level.check, False, ("depression",), False),
    ("a worse level pages again", Level.emergency, False, ("seizure",), True),
    ("a red sign of the same level pages again", Level.urgent, True, ("mania",), True),
]


@pytest.mark.parametrize(("why", "level", "red", "codes", "again"), JOINS, ids=[row[0] for row in JOINS])
def test_a_further_sign_joins_the_open_case(why: str, level: Level, red: bool, codes: tuple[str, ...], again: bool) -> None:
    merged = tuple(dict.fromkeys(("withdrawal", *codes)))
    expected = replace(OPEN, level=max(Level.urgent, level), red=red, codes=merged)
    assert join(OPEN, level=level, red=red, codes=codes) == Joined(expected, page_again=again)


def test_a_red_case_stays_red_and_is_not_paged_for_being_it() -> None:
    red = replace(OPEN, red=True)
    assert join(red, level=Level.urgent, red=True, codes=()) == Joined(red, page_again=False)
    assert join(red, level=Level.urgent, red=False, codes=()) == Joined(red, page_again=False)


@given(signs=st.lists(st.tuples(st.sampled_from(Level), st.booleans(), st.sampled_from(["breathing", "mania", "seizure"])), max_size=6))
def test_no_further_sign_ever_makes_a_case_less_serious(signs: list[tuple[Level, bool, str]]) -> None:
    case = OPEN
    for level, red, code in signs:
        after = join(case, level=level, red=red, codes=(code,)).case
        assert after.level >= case.level
        assert after.red >= case.red
        assert set(after.codes) >= {*case.codes, code}
        assert len(after.codes) == len(set(after.codes))
        case = after


# --- how long a case waits -----------------------------------------------------------------------------------------

MINUTE = timedelta(minutes=1)
EMERGENCY, SUICIDAL = replace(OPEN, level=Level.emergency, red=True), replace(OPEN, red=True)
PAGES = [
    (EMERGENCY, [3, 6, 12, 24, 48, 60, 60]),
    (SUICIDAL, [15, 30, 60, 60]),
    (OPEN, [240, 480, 960, 1440, 1440]),
    (replace(OPEN, level=Level.emergency), [240, 480]),
]


@pytest.mark.parametrize(("case", "minutes"), PAGES)
def test_an_unclaimed_case_is_paged_again_ever_more_rarely_and_for_ever(case: Case, minutes: list[int]) -> None:
    assert [Policy().next_page(case, attempt) for attempt in range(len(minutes))] == [minute * MINUTE for minute in minutes]
    assert Policy().next_page(case, 10_000) == Policy().next_page(case, 17) > timedelta(0)


def test_a_community_may_set_its_own_waiting_times() -> None:
    quick = Policy(claim_emergency=MINUTE, page_at_most=5 * MINUTE)
    assert [quick.next_page(EMERGENCY, attempt) for attempt in range(4)] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE]


def test_a_pause_doubles_sixteen_times_at_most_however_long_it_may_be() -> None:
    patient = Policy(claim_emergency=MINUTE, page_at_most=timedelta(days=999))
    assert [patient.next_page(EMERGENCY, attempt) for attempt in (15, 16, 17, 10_000)] == [2**15 * MINUTE, *[2**16 * MINUTE] * 3]


def test_what_waits_without_a_case_has_a_length_too() -> None:
    policy = Policy()
    assert (policy.repeat_block, policy.snooze, policy.late_after) == (timedelta(hours=1), 15 * MINUTE, 15 * MINUTE)
