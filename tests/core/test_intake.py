"""What was really taken: cases D4 and 78, and to which planned intake it belongs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.intake import (
    DayTotal,
    Slot,
    Taken,
    TopUpNow,
    days_missed,
    judge_intake,
    late_intake,
    match_slot,
    may_name,
    slots_around,
    top_up,
    unsure_whether_taken,
    whole_day_missed,
)
from bot.core.levels import Level
from bot.core.plan import Dose, Plan, Step, TopUp
from bot.knowledge.schemes import schemes
from tests.core.given import START, flat, on_day

PARIS = ZoneInfo("Europe/Paris")
P4 = schemes()["four-doses-200"].plan(start=START)
DAY33 = on_day(33)


def clock(hour: int, minute: int = 0, *, day: date = DAY33) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS)


def taken(hour: int, mg: float | None, minute: int = 0) -> Taken:
    return Taken(clock(hour, minute), mg)


# --- too much, or twice --------------------------------------------------------------------------------------------

EMERGENCY = Alarm(Level.emergency, ("over-200-single",))
JUDGED = [
    ("as planned", taken(22, 20), [taken(8, 20), taken(13, 15), taken(18, 15)], 70, Allowed(DayTotal(70, True))),
    ("above the plan", taken(22, 25), [taken(8, 20), taken(13, 15), taken(18, 15)], 70, Alarm(Level.urgent, ("over-plan",))),
    ("without a plan", taken(8, 20), [], None, Allowed(DayTotal(20, True))),
    ("above 300 without a plan", taken(22, 110), [taken(8, 100), taken(13, 100)], None, Alarm(Level.urgent, ("ceiling-300",))),
    ("above 300 and the plan", taken(22, 110), [taken(8, 100), taken(13, 100)], 200, Alarm(Level.urgent, ("ceiling-300", "over-plan"))),
    ("exactly 300", taken(22, 100), [taken(8, 100), taken(13, 100)], 300, Allowed(DayTotal(300, True))),
    ("an amount not said", taken(13, None), [taken(8, 20)], 70, Allowed(DayTotal(20, False))),
    ("too much even without the amount not said", taken(13, None), [taken(8, 80)], 70, Alarm(Level.urgent, ("over-plan",))),
    ("case 47: the same twice in five minutes", taken(8, 20, 5), [taken(8, 20)], 70, Withheld(("duplicate-entry",))),
    ("the same, ten minutes apart", taken(8, 20, 10), [taken(8, 20)], 70, Withheld(("duplicate-entry",))),
    ("the same, eleven minutes apart", taken(8, 20, 11), [taken(8, 20)], 70, Allowed(DayTotal(40, True))),
    ("said later, taken earlier", taken(7, 20, 55), [taken(8, 20)], 70, Withheld(("duplicate-entry",))),
    ("another amount within minutes", taken(8, 10, 5), [taken(8, 20)], 70, Allowed(DayTotal(30, True))),
    ("half a milligram above the plan", taken(22, 50.5), [taken(8, 20)], 70, Alarm(Level.urgent, ("over-plan",))),
    ("an amount not said is not counted to 200", taken(8, 199), [taken(8, None, 5)], 300, Allowed(DayTotal(199, False))),
    ("case 78: 200 mg at once", taken(8, 200), [], 300, EMERGENCY),
    ("just under 200 mg", taken(8, 195), [], 300, Allowed(DayTotal(195, True))),
    ("200 mg within half an hour", taken(8, 120, 30), [taken(8, 80)], 300, EMERGENCY),
    ("200 mg within more than half an hour", taken(8, 120, 31), [taken(8, 80)], 300, Allowed(DayTotal(200, True))),
    ("half an hour is one window, not one on each side", taken(8, 80, 30), [taken(8, 70), taken(9, 60)], 300, Allowed(DayTotal(210, True))),
    ("three within half an hour", taken(8, 70, 15), [taken(8, 60), taken(8, 75, 30)], 300, EMERGENCY),
]


@pytest.mark.parametrize(("why", "now", "today", "plan", "expected"), JUDGED, ids=[row[0] for row in JUDGED])
def test_an_intake_is_judged(why: str, now: Taken, today: list[Taken], plan: int | None, expected: object) -> None:
    assert judge_intake(mg=now.mg, at=now.at, today=today, plan_total_mg=plan) == expected


def test_once_it_is_surely_another_the_total_is_what_counts() -> None:
    said = judge_intake(mg=20, at=clock(8, 5), today=[taken(8, 20)], plan_total_mg=30, surely_another=True)
    assert said == Alarm(Level.urgent, ("over-plan",))


def test_an_emergency_is_not_kept_back_by_a_doubt() -> None:
    said = judge_intake(mg=100, at=clock(8, 3), today=[taken(8, 100)], plan_total_mg=300)
    assert said == Alarm(Level.emergency, ("over-200-single", "duplicate-entry"))


def test_what_was_taken_before_midnight_counts_to_what_is_taken_at_once() -> None:
    evening = Taken(clock(23, 50, day=on_day(32)), 150)
    assert judge_intake(mg=60, at=clock(0, 5), today=[], plan_total_mg=300, day_before=[evening]) == EMERGENCY
    assert judge_intake(mg=40, at=clock(0, 5), today=[], plan_total_mg=300, day_before=[evening]) == Allowed(DayTotal(40, True))


def test_a_planned_top_up_is_not_more_than_planned() -> None:
    assert judge_intake(mg=10, at=clock(19), today=[taken(8, 70)], plan_total_mg=70, top_up_mg=10) == Allowed(DayTotal(80, True))


@given(
    amounts=st.lists(st.tuples(st.integers(0, 24 * 60 - 1), st.integers(1, 60)), max_size=6),
    at=st.integers(0, 24 * 60 - 1),
    mg=st.integers(200, 1000),
)
def test_200_mg_at_once_is_an_emergency_whatever_else_was_taken(amounts: list[tuple[int, int]], at: int, mg: int) -> None:
    today = [Taken(clock(0) + timedelta(minutes=minute), 5 * units) for minute, units in amounts]
    said = judge_intake(mg=mg, at=clock(0) + timedelta(minutes=at), today=today, plan_total_mg=300)
    assert isinstance(said, Alarm)
    assert said.level is Level.emergency


@given(before=st.lists(st.integers(1, 20), max_size=8), more=st.integers(1, 39))
def test_nothing_above_300_in_a_day_passes(before: list[int], more: int) -> None:
    today = [taken(hour, 5 * units) for hour, units in enumerate(before)]
    said = judge_intake(mg=5 * more, at=clock(20), today=today, plan_total_mg=None)
    assert isinstance(said, Allowed) == (5 * (sum(before) + more) <= 300)


# --- missed, late, unsure ------------------------------------------------------------------------------------------

LATE = [
    (41, clock(15), Allowed(timedelta(hours=3), ("late-intake-ok", "never-double"))),
    (42, clock(16, 30), Withheld(("late-intake-skip", "never-double"))),
    (43, clock(16), Allowed(timedelta(hours=2), ("late-intake-ok", "never-double"))),
    (0, clock(19), Withheld(("late-intake-skip", "never-double"))),
]


@pytest.mark.parametrize(("case", "now", "expected"), LATE)
def test_a_missed_dose_is_taken_late_or_skipped_and_never_doubled(case: int, now: datetime, expected: object) -> None:
    assert late_intake(missed_at=clock(13), now=now, next_at=clock(18)) == expected


def test_the_two_hours_are_real_hours_when_the_clock_changes() -> None:
    spring = date(2026, 3, 29)  # 02:00 becomes 03:00
    said = late_intake(missed_at=clock(0, day=spring), now=clock(1, 30, day=spring), next_at=clock(4, day=spring))
    assert said == Withheld(("late-intake-skip", "never-double"))


def test_the_next_intake_comes_after_the_missed_one() -> None:
    with pytest.raises(ValueError, match=r"^the next intake comes after the missed one$"):
        late_intake(missed_at=clock(13), now=clock(15), next_at=clock(13))


def test_not_sure_means_taken() -> None:
    assert unsure_whether_taken() == Withheld(("unsure-means-taken", "never-double"))


def test_a_whole_day_missed_is_for_the_prescriber_today() -> None:
    assert days_missed(0) == Allowed(0, ("never-double",))
    assert days_missed(1) == Alarm(Level.urgent, ("day-missed", "never-double"))


def test_a_day_is_missed_only_when_every_hour_of_it_was_said_to_be() -> None:
    doses = (Dose(time(8), 5), Dose(time(22), 5))
    assert whole_day_missed(doses, missed=[time(8), time(22)], taken=0)
    assert not whole_day_missed(doses, missed=[time(8)], taken=0)
    assert not whole_day_missed(doses, missed=[time(8), time(22)], taken=1)
    assert not whole_day_missed((), missed=[], taken=0)


# --- what may be named ---------------------------------------------------------------------------------------------

NAMED = [
    ("the plan's own dose", lambda: may_name(P4, 20, on=DAY33, taken_today_mg=50), Allowed(20)),
    ("all of the day at once", lambda: may_name(flat(20), 20, on=DAY33), Allowed(20)),
    ("more than the day has left", lambda: may_name(P4, 20, on=DAY33, taken_today_mg=55), Withheld(("over-plan",))),
    ("while a case is open", lambda: may_name(P4, 20, on=DAY33, open_case=True), Withheld(("red-flag-freeze",))),
    ("while a case is open, before the plan", lambda: may_name(P4, 5, on=on_day(0), open_case=True), Withheld(("red-flag-freeze",))),
    ("before the plan", lambda: may_name(P4, 5, on=on_day(0)), Withheld(("plan-not-started",))),
    ("above the plan's single dose", lambda: may_name(replace(P4, max_single_mg=15), 20, on=DAY33), Withheld(("plan-max-single",))),
    ("a quarter of a tablet", lambda: may_name(P4, 2.5, on=DAY33), Withheld(("not-a-half-tablet",))),
    ("beside a top-up", lambda: may_name(P4, 20, on=DAY33, taken_today_mg=60, top_up_mg=10), Allowed(20)),
    ("beside less than a top-up", lambda: may_name(P4, 20, on=DAY33, taken_today_mg=60, top_up_mg=5), Withheld(("over-plan",))),
    ("a top-up lifts no ceiling", lambda: may_name(flat(295), 10, on=DAY33, taken_today_mg=295, top_up_mg=10), Withheld(("ceiling-300",))),
    ("of two strengths", lambda: may_name(replace(flat(45, tablet_mg=25), more_tablets_mg=(20,)), 45, on=DAY33), Allowed(45)),
    ("of one strength", lambda: may_name(flat(45, tablet_mg=25), 45, on=DAY33), Withheld(("not-a-half-tablet",))),
    ("200 mg at once", lambda: may_name(flat(300), 200, on=DAY33), Withheld(("over-200-single",))),
]


@pytest.mark.parametrize(("why", "verdict", "expected"), NAMED, ids=[why for why, _, _ in NAMED])
def test_an_amount_is_named_only_within_every_bound(why: str, verdict: Callable[[], object], expected: object) -> None:
    assert verdict() == expected


@pytest.mark.parametrize(("mg", "rules"), [(15, ()), (29.5, ()), (30, ("never-double",)), (40, ("never-double",))])
def test_twice_the_planned_dose_is_answered_with_never_double(mg: float, rules: tuple[str, ...]) -> None:
    said = judge_intake(mg=mg, at=clock(13), today=[taken(8, 20)], plan_total_mg=70, planned_mg=15)
    assert said == Allowed(DayTotal(20 + mg, True), rules)
    assert judge_intake(mg=None, at=clock(13), today=[], plan_total_mg=70, planned_mg=15) == Allowed(DayTotal(0, False))


# --- an extra dose for a strong craving ----------------------------------------------------------------------------

WITH_TOP_UP = replace(P4, top_up=TopUp(10, 1))


def test_without_a_planned_top_up_no_tablet_is_named() -> None:
    assert top_up(P4, on=DAY33, used_today=0) == Withheld(("top-up-only-if-planned",))


def test_a_planned_top_up_is_taken_once_and_the_day_comes_to_80() -> None:
    assert top_up(WITH_TOP_UP, on=DAY33, used_today=0) == Allowed(TopUpNow(10, 80), ("top-up-only-if-planned",))
    assert top_up(WITH_TOP_UP, on=DAY33, used_today=0, taken_today_mg=70) == Allowed(TopUpNow(10, 80), ("top-up-only-if-planned",))
    assert top_up(WITH_TOP_UP, on=DAY33, used_today=1) == Withheld(("top-up-used",))


def test_where_the_plan_has_come_down_to_nothing_no_top_up_is_left() -> None:
    ended = Plan(scheme="custom", start=START, steps=(Step(10, 2), Step(0, None)), top_up=TopUp(10, 1))
    assert top_up(ended, on=on_day(2), used_today=0) == Allowed(TopUpNow(10, 20), ("top-up-only-if-planned",))
    assert top_up(ended, on=on_day(3), used_today=0) == Withheld(("top-up-only-if-planned", "prescriber-decides"))
    assert top_up(ended, on=DAY33, used_today=0) == Withheld(("top-up-only-if-planned", "prescriber-decides"))


def test_of_two_bounds_the_smaller_is_named() -> None:
    near = flat(295, top_up=TopUp(10, 3))
    assert top_up(near, on=DAY33, used_today=0) == Withheld(("ceiling-300",))
    assert top_up(near, on=DAY33, used_today=3) == Withheld(("ceiling-300",))
    assert top_up(flat(70, top_up=TopUp(20, 2), max_single_mg=15), on=DAY33, used_today=0) == Withheld(("plan-max-single",))
    assert top_up(flat(70, top_up=TopUp(7, 1)), on=DAY33, used_today=0) == Withheld(("not-a-half-tablet",))
    assert top_up(flat(290, top_up=TopUp(10, 2)), on=DAY33, used_today=0) == Allowed(TopUpNow(10, 300), ("top-up-only-if-planned",))


@pytest.mark.parametrize(
    ("why", "expected"),
    [("case", Withheld(("red-flag-freeze",))), ("more", Withheld(("over-plan",))), ("early", Withheld(("plan-not-started",)))],
)
def test_a_top_up_waits_behind_everything_else(why: str, expected: Withheld) -> None:
    on = on_day(0) if why == "early" else DAY33
    assert top_up(WITH_TOP_UP, on=on, used_today=0, taken_today_mg=75 if why == "more" else 70, open_case=why == "case") == expected


# --- which planned intake ------------------------------------------------------------------------------------------


def slot_for(hour: int, minute: int = 0, *, day: date = DAY33, answered: tuple[str, ...] = (), plan: Plan = P4) -> str:
    at = clock(hour, minute, day=day)
    slot = match_slot(slots_around(plan, at=at, zone=PARIS), at=at, answered=answered)
    return slot.id if slot else ""


DAY = "2026-02-02"
CLOSE = Plan(scheme="custom", start=START, steps=(Step(20, None, (Dose(time(8), 10), Dose(time(10), 10))),))
MATCHES = [
    ("on time", lambda: slot_for(8), f"{DAY}T08:00"),
    ("a little early", lambda: slot_for(7, 30), f"{DAY}T08:00"),
    ("late", lambda: slot_for(10, 30), f"{DAY}T08:00"),
    ("as late as a late intake may be", lambda: slot_for(11), f"{DAY}T08:00"),
    ("nearer to the next", lambda: slot_for(11, 1), f"{DAY}T13:00"),
    ("between 18 and 22, the middle", lambda: slot_for(20), f"{DAY}T18:00"),
    ("after the middle", lambda: slot_for(20, 1), f"{DAY}T22:00"),
    ("past midnight", lambda: slot_for(0, 40, day=on_day(34)), f"{DAY}T22:00"),
    ("before dawn", lambda: slot_for(6, 30), f"{DAY}T08:00"),
    ("a second time", lambda: slot_for(8, 20, answered=(f"{DAY}T08:00",)), ""),
    ("late, and answered: it does not eat the next", lambda: slot_for(10, 55, answered=(f"{DAY}T08:00",)), ""),
    ("the one before is still open", lambda: slot_for(13, 5), f"{DAY}T13:00"),
    ("long before the first of all", lambda: slot_for(5, day=START), ""),
    ("before the first of all", lambda: slot_for(7, day=START), "2026-01-01T08:00"),
    ("two hours apart, before the middle", lambda: slot_for(8, 59, plan=CLOSE), f"{DAY}T08:00"),
    ("two hours apart, after the middle", lambda: slot_for(9, 1, plan=CLOSE), f"{DAY}T10:00"),
    ("a free split has no hours", lambda: slot_for(8, plan=flat(70)), ""),
]


@pytest.mark.parametrize(("why", "found", "expected"), MATCHES, ids=[why for why, _, _ in MATCHES])
def test_an_intake_finds_its_slot(why: str, found: Callable[[], str], expected: str) -> None:
    assert found() == expected


def test_slots_are_instants_of_the_persons_days() -> None:
    slots = slots_around(P4, at=clock(12, day=date(2026, 3, 29)), zone=PARIS)
    assert [slot.at.hour for slot in slots if slot.dose.at == time(8)] == [7, 6, 6]
    assert slots == tuple(sorted(slots, key=lambda slot: slot.at))
    assert [slot.day.day for slot in slots] == [28] * 4 + [29] * 4 + [30] * 4
    assert slots_around(P4, at=clock(0, 30), zone=PARIS)[0].day == on_day(32)


@given(hours=st.sets(st.integers(0, 23), min_size=1, max_size=6), minute=st.integers(0, 24 * 60 - 1))
def test_an_intake_belongs_to_one_slot_and_is_never_two_hours_early(hours: set[int], minute: int) -> None:
    plan = Plan(scheme="custom", start=START, steps=(Step(70, None, tuple(Dose(time(hour)) for hour in sorted(hours))),))
    at = datetime(2026, 2, 2, tzinfo=UTC) + timedelta(minutes=minute)
    slots = slots_around(plan, at=at, zone=UTC)
    found = match_slot(slots, at=at, answered=())
    assert isinstance(found, Slot)
    assert found.at - at < timedelta(hours=2)
    following = [slot for slot in slots if slot.at > found.at]
    assert all(at - found.at <= slot.at - at or slot.at - at >= timedelta(hours=2) for slot in following)
    assert match_slot(slots, at=at, answered={found.id}) is None
