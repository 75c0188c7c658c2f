"""What the log tells, and when it cannot be told: doubt comes before any arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.entry import Entry, EntryKind
from bot.core.history import Doubt, History, may_step_by_log, read_history
from bot.core.levels import Level
from bot.core.plan import Plan, TopUp
from bot.core.stepping import Effect, step_back
from bot.core.titration import hold
from bot.knowledge.schemes import schemes
from tests.core.given import ONE_DAY, START, flat, on_day

PARIS = ZoneInfo("Europe/Paris")
P4 = schemes()["four-doses-200"].plan(start=START)
D16, D21 = on_day(16), on_day(21)
MORNING = datetime.combine(D21, time(7, 30), PARIS)
HOURS = (8, 13, 18, 22)
IDS = count(1)


def entry(kind: EntryKind, at: datetime, *, said: datetime | None = None, **detail: Any) -> Entry:
    """A line of the log, said when it happened unless told otherwise."""
    return Entry(id=next(IDS), person_id=1, kind=kind, at=at, recorded_at=said or at, detail=detail)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS)


def slot(day: date, hour: int) -> str:
    return f"{day}T{hour:02d}:00"


def taken(day: date, hour: int, mg: float | None = 10, **more: Any) -> Entry:
    return entry("intake", moment(day, hour), dose_mg=mg, slot=slot(day, hour), **more)


def missed(day: date, hour: int, **more: Any) -> Entry:
    return entry("missed", moment(day, hour), slot=slot(day, hour), **more)


def felt(finding: str, day: date, severity: float | None) -> Entry:
    return entry("side_effect", moment(day, 10), finding=finding, severity=severity)


def step_4() -> list[Entry]:
    """Every intake of D16 to D20, as planned: 10 mg, four times a day."""
    return [taken(on_day(number), hour) for number in range(16, 21) for hour in HOURS]


def told(entries: list[Entry], plan: Plan = P4) -> Allowed[History] | Withheld:
    return read_history(plan, entries, since=D16, now=MORNING, zone=PARIS)


def doubtful(doubt: Doubt) -> Withheld:
    return Withheld((doubt.value, "prescriber-decides"))


# --- doubt ---------------------------------------------------------------------------------------------------------

LAST = taken(on_day(20), 22)
DOUBTS = [
    ("not a word", [], Doubt.missing),
    ("words on other things alone", [felt("drowsiness", on_day(19), 2)], Doubt.missing),
    ("nothing since the step began", [taken(on_day(15), 22)], Doubt.missing),
    ("a minute before the step began", [entry("intake", moment(on_day(15), 23, 59), dose_mg=5, slot="")], Doubt.missing),
    ("at midnight of the first day, and stale", [entry("intake", moment(D16, 0), dose_mg=5, slot="")], Doubt.stale),
    ("undone is as if never said", [replace(entry, undone_at=MORNING) for entry in step_4()], Doubt.missing),
    ("the last word is three days old", [taken(on_day(16), 8), taken(on_day(18), 8)], Doubt.stale),
    ("taken, then missed", [*step_4(), missed(on_day(18), 13, said=MORNING)], Doubt.contradictory),
    ("an intake that lies ahead", [*step_4(), entry("intake", MORNING + timedelta(minutes=6), dose_mg=10, slot="")], Doubt.contradictory),
    ("ahead of the clock comes before stale", [entry("intake", MORNING + ONE_DAY, dose_mg=10, slot="")], Doubt.contradictory),
]


@pytest.mark.parametrize(("why", "entries", "doubt"), DOUBTS, ids=[why for why, _, _ in DOUBTS])
def test_a_doubtful_log_answers_that_it_cannot_be_said(why: str, entries: list[Entry], doubt: Doubt) -> None:
    assert told(entries) == doubtful(doubt)
    assert may_step_by_log(P4, entries, now=MORNING, zone=PARIS) == doubtful(doubt)


CLEAR = [
    ("every intake", step_4()),
    ("a single word in time", [LAST]),
    ("exactly two days ago", [entry("intake", MORNING - timedelta(days=2), dose_mg=10, slot="")]),
    ("missed, then taken late", [missed(on_day(18), 13), taken(on_day(18), 13, said=MORNING), LAST]),
    ("the clock of the phone runs five minutes ahead", [entry("intake", MORNING + timedelta(minutes=5), dose_mg=10, slot="")]),
    ("two extra intakes without a slot", [entry("intake", moment(on_day(20), 9), dose_mg=5, slot=""), entry("missed", MORNING, slot="")]),
    ("a missed one undone", [*step_4(), replace(missed(on_day(18), 13, said=MORNING), undone_at=MORNING)]),
]


@pytest.mark.parametrize(("why", "entries"), CLEAR, ids=[why for why, _ in CLEAR])
def test_a_log_without_doubt_is_read(why: str, entries: list[Entry]) -> None:
    assert isinstance(told(entries), Allowed)


def test_the_ids_of_doubt_say_what_is_wrong_with_the_history() -> None:
    assert [doubt.value for doubt in Doubt] == ["history-missing", "history-stale", "history-contradictory"]


# --- what it tells -------------------------------------------------------------------------------------------------


def history(entries: list[Entry], plan: Plan = P4) -> History:
    read = told(entries, plan)
    assert isinstance(read, Allowed), read
    return read.value


def test_effects_are_read_in_the_order_they_were_reported_on_local_days() -> None:
    late = felt("dizziness", on_day(17), 2)
    early = replace(felt("dizziness", on_day(19), None), recorded_at=late.recorded_at - ONE_DAY, at=moment(on_day(19), 0, 30))
    assert history([*step_4(), late, early]).effects == (Effect("dizziness", on_day(19), None), Effect("dizziness", on_day(17), 2))


def test_an_effect_of_the_late_evening_is_of_the_persons_own_day() -> None:
    late = replace(felt("dizziness", on_day(18), 3), at=moment(on_day(18), 23, 30))
    assert history([*step_4(), late]).effects == (Effect("dizziness", on_day(18), 3),)


def a_day_missed(number: int) -> list[Entry]:
    return [missed(on_day(number), hour) for hour in HOURS]


MISSED = [
    ("none", step_4(), 0),
    ("one, hour by hour", [*a_day_missed(18), LAST], 1),
    ("two", [*a_day_missed(18), *a_day_missed(17), LAST], 2),
    ("one, said as a whole", [entry("missed", moment(on_day(18), 12), slot="", day=f"{on_day(18)}"), LAST], 1),
    ("three hours of four", [*a_day_missed(18)[1:], LAST], 0),
    ("every hour, but something was taken", [*a_day_missed(18), entry("intake", moment(on_day(18), 23), dose_mg=5, slot=""), LAST], 0),
    ("before the step", [*a_day_missed(15), LAST], 0),
    ("today is not over", [*[missed(D21, hour, said=MORNING) for hour in (0,)], LAST], 0),
]


@pytest.mark.parametrize(("why", "entries", "days"), MISSED, ids=[why for why, _, _ in MISSED])
def test_whole_days_missed_are_counted(why: str, entries: list[Entry], days: int) -> None:
    assert history(entries).whole_days_missed == days


def late_bedtime(number: int) -> Entry:
    """The bedtime dose of a day, taken half an hour after midnight."""
    return replace(taken(on_day(number), 22), at=moment(on_day(number + 1), 0, 30))


OVER = [
    ("as planned", step_4(), 0),
    ("ten more on one day", [*step_4(), entry("intake", moment(on_day(18), 20), dose_mg=10, slot="")], 1),
    ("an amount not said adds nothing", [*step_4(), entry("intake", moment(on_day(18), 20), dose_mg=None, slot="")], 0),
    ("bedtime after midnight counts for the day of its slot", [*step_4()[:7], late_bedtime(17), *step_4()[8:]], 0),
    ("and not for the day it was taken on", [late_bedtime(17), *(taken(on_day(18), hour) for hour in HOURS), LAST], 0),
    ("without a slot, the local day counts", [entry("intake", moment(on_day(18), 0, 30), dose_mg=45, slot=""), LAST], 1),
    ("half a milligram more", [*step_4(), entry("intake", moment(on_day(18), 20), dose_mg=0.5, slot="")], 1),
    ("on two days", [entry("intake", moment(on_day(day), 20), dose_mg=45, slot="") for day in (18, 20)], 2),
]


@pytest.mark.parametrize(("why", "entries", "days"), OVER, ids=[why for why, _, _ in OVER])
def test_days_above_the_plan_are_counted(why: str, entries: list[Entry], days: int) -> None:
    assert history(entries).days_over_plan == days


def test_what_is_taken_today_is_not_yet_a_day_above_the_plan() -> None:
    afternoon = moment(D21, 14)  # tomorrow already where the machine stands
    today = entry("intake", moment(D21, 8), dose_mg=60, slot="")
    read = read_history(P4, [*step_4(), today], since=D16, now=afternoon, zone=PARIS)
    assert isinstance(read, Allowed)
    assert read.value.days_over_plan == 0


def test_a_planned_top_up_is_not_above_the_plan() -> None:
    extra = entry("intake", moment(on_day(18), 19), dose_mg=10, slot="")
    assert history([*step_4(), extra], replace(P4, top_up=TopUp(10, 1))).days_over_plan == 0
    assert history([*step_4(), extra, replace(extra, id=0)], replace(P4, top_up=TopUp(10, 1))).days_over_plan == 1
    assert history([*step_4(), extra, replace(extra, id=0)], replace(P4, top_up=TopUp(10, 2))).days_over_plan == 0


def test_a_free_split_has_no_hour_to_miss() -> None:
    assert history([LAST], flat(40)) == History()


# --- the step, by the log ------------------------------------------------------------------------------------------


def test_a_step_that_was_borne_well_is_due() -> None:
    verdict = may_step_by_log(P4, step_4(), now=MORNING, zone=PARIS)
    assert isinstance(verdict, Allowed)
    assert (verdict.value.total_mg, verdict.rules) == (50, ("step-due",))


BY_LOG = [
    ("drowsy", [*step_4(), felt("drowsiness", on_day(20), 6)], Withheld(("hold-side-effect",))),
    ("restless", [*step_4(), felt("restlessness", on_day(20), None)], Alarm(Level.urgent, ("step-back-7-days",))),
    ("a day missed", [*a_day_missed(18), LAST], Withheld(("day-missed", "prescriber-decides"))),
    (
        "more than planned",
        [*step_4(), entry("intake", moment(on_day(18), 20), dose_mg=10, slot="")],
        Withheld(("over-plan", "prescriber-decides")),
    ),
]


@pytest.mark.parametrize(("why", "entries", "expected"), BY_LOG, ids=[why for why, _, _ in BY_LOG])
def test_what_the_log_tells_withholds_a_step(why: str, entries: list[Entry], expected: object) -> None:
    assert may_step_by_log(P4, entries, now=MORNING, zone=PARIS) == expected


def test_danger_and_the_calendar_come_before_the_doubt() -> None:
    assert may_step_by_log(P4, [], now=MORNING, zone=PARIS, open_case=True) == Withheld(("red-flag-freeze",))
    assert may_step_by_log(P4, [], now=MORNING, zone=PARIS, awaiting_prescriber=True) == Withheld(("prescriber-decides",))
    assert may_step_by_log(P4, [], now=MORNING + ONE_DAY, zone=PARIS) == Withheld(("step-not-shortened",))
    assert may_step_by_log(hold(P4, D21), [], now=MORNING, zone=PARIS) == Withheld(("hold-side-effect",))


def test_the_local_day_decides_which_step_it_is() -> None:
    just_before = datetime(2026, 1, 20, 22, 59, tzinfo=ZoneInfo("UTC"))  # 23:59 in Paris, D20
    assert may_step_by_log(P4, step_4()[:-1], now=just_before, zone=PARIS) == Withheld(("step-not-shortened",))
    assert isinstance(may_step_by_log(P4, step_4(), now=just_before + timedelta(minutes=1), zone=PARIS), Allowed)


def test_a_stretched_step_is_read_from_its_first_day() -> None:
    plan = hold(P4, D21, on_day(28))
    day_29 = datetime.combine(on_day(28), time(7, 30), PARIS)
    words = [*a_day_missed(16), *(taken(on_day(number), 22) for number in range(17, 28))]
    assert may_step_by_log(plan, words, now=day_29, zone=PARIS) == Withheld(("day-missed", "prescriber-decides"))
    assert isinstance(may_step_by_log(plan, words[4:], now=day_29, zone=PARIS), Allowed)


def test_the_retry_after_a_step_back_looks_at_the_days_spent_back() -> None:
    back = step_back(P4, on=on_day(23))
    assert isinstance(back, Allowed)
    retry = datetime.combine(on_day(30), time(7, 30), PARIS)
    calm = [taken(on_day(number), hour) for number in range(23, 30) for hour in HOURS]
    assert isinstance(may_step_by_log(back.value.plan, calm, now=retry, zone=PARIS), Allowed)
    assert may_step_by_log(back.value.plan, [taken(on_day(22), 22)], now=retry, zone=PARIS) == doubtful(Doubt.missing)


@given(
    kept=st.lists(st.booleans(), min_size=20, max_size=20),
    undone=st.lists(st.booleans(), min_size=20, max_size=20),
)
def test_a_log_is_read_or_doubted_and_never_silently_allowed(kept: list[bool], undone: list[bool]) -> None:
    entries = [
        replace(entry, undone_at=MORNING if gone else None) for entry, keep, gone in zip(step_4(), kept, undone, strict=True) if keep
    ]
    verdict = may_step_by_log(P4, entries, now=MORNING, zone=PARIS)
    alive = [entry.at for entry in entries if entry.undone_at is None]
    assert isinstance(verdict, Allowed) == bool(alive and MORNING - max(alive) <= timedelta(days=2))
