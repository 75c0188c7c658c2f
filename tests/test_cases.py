"""The cases by which the software is judged (contracts: cases), row by row.

`IN_CORE` are rows that the core, the schemes or the command line decide; `IN_CONVERSATION` (in `talks.py`) those whose words must be
understood and answered, played on a whole house. A row may stand in both. P4 is the table of S000 from 2026-01-01, bedtime 22:00.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.story import VirtualClock
from bot.core.craving import every_day, onset
from bot.core.daily import hours_between, next_local
from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.intake import DayTotal, Taken, TopUpNow, days_missed, judge_intake, late_intake, top_up, unsure_whether_taken
from bot.core.levels import Level
from bot.core.plan import Dose, Plan, Step, TopUp
from bot.core.split import illustrate
from bot.core.stepping import Effect, StepBack, may_step, step_back
from bot.core.taper import Decrease, judge_stop, maintenance_decrease
from bot.core.titration import SumMismatch, check_plan, extend_step, plan_day, sum_mismatches
from bot.knowledge.schemes import schemes
from tests.core.command import palier
from tests.core.given import START, flat, on_day
from tests.houses import rig, settings_in
from tests.talks import IN_CONVERSATION, NEVER_DOUBLE, TABLE_EN, Talk, answer_of, prepare

ROWS = frozenset(
    {*range(1, 13), 15, 18, *range(22, 27), *range(33, 37), *range(41, 46), *range(47, 53), 55, 56, *range(59, 62), *range(63, 69)}
    | {71, 72, 73, 78, 83, *range(85, 89), 94}
)
"""Every row of the contract."""

P4 = schemes()["four-doses-200"].plan(start=START)
PARIS = ZoneInfo("Europe/Paris")
ORANGE, RED = Level.urgent, Level.emergency

# --- rows that the core and the command line decide ----------------------------------------------------------------


def p4(on: str) -> str:
    """A day of the table as "morning/noon/evening/bedtime = total"."""
    (day,) = palier(f"plan --scheme four-doses-200 --start 2026-01-01 --on {on} --json").lines
    taken = {dose["at"]: dose["mg"] for dose in day["doses"]}
    return "/".join(str(taken.get(hour, "none")) for hour in ("08:00", "13:00", "18:00", "22:00")) + f" = {day['total_mg']}"


def p4_adds_up() -> tuple[int, bool, float]:
    """How many stages the table has, whether every day's doses make its total, and the tablets of the first seventy days."""
    days = palier("plan --scheme four-doses-200 --start 2026-01-01 --days 71 --json").lines
    sums = [sum(dose["mg"] for dose in day["doses"]) for day in days]
    return len({day["step"] for day in days}), sums == [day["total_mg"] for day in days], sum(sums[:70]) / 10


def notices(on: str) -> list[str]:
    """What goes with a day of the table."""
    found: list[str] = palier(f"plan --scheme four-doses-200 --start 2026-01-01 --on {on} --json").lines[0]["notices"]
    return found


def total(plan: Plan, on: date) -> int:
    """A day's mg by a plan."""
    laid = plan_day(plan, on)
    assert isinstance(laid, Allowed)
    return laid.value.total_mg


def stretched() -> list[int]:
    """The totals of D23, D24, D73 and D74 when stage 4 lasted three days longer."""
    plan = extend_step(P4, on=on_day(20), days=3)
    return [total(plan, day) for day in (on_day(23), on_day(24), on_day(73), date(2026, 3, 15))]


def fifteen_thirty_ten() -> list[int]:
    days = palier("plan --scheme fifteen-thirty-ten --start 2026-01-01 --days 10 --json").lines
    return [days[number - 1]["total_mg"] for number in (1, 3, 4, 7, 10)]


def over_the_clock_change() -> tuple[str, str, float]:
    """The two mornings around 2026-03-29 in Paris, in UTC, and the hours from the evening before to the second."""
    first = next_local(datetime(2026, 3, 28, 0, tzinfo=UTC), time(8), PARIS)
    second = next_local(first, time(8), PARIS)
    return f"{first:%d %H:%M}", f"{second:%d %H:%M}", hours_between(datetime(2026, 3, 28, 22, tzinfo=PARIS), second)


TYPED = Plan(
    scheme="custom",
    start=START,
    steps=(Step(70, None, tuple(Dose(time(hour), mg) for hour, mg in ((8, 20), (13, 15), (18, 15), (22, 15)))),),
)


def restless_at(number: int, plan: Plan = P4) -> tuple[int, date | None, Level, tuple[str, ...]]:
    """Going back from a day of the table: to how much, until when, how urgent, and by which rule."""
    verdict = step_back(plan, on=on_day(number))
    assert isinstance(verdict, Allowed)
    return verdict.value.to_mg, verdict.value.retry_on, verdict.value.level, verdict.rules


def after_the_retry() -> tuple[int, object]:
    """The total long after the effect came back on D35, and whether a step up is shown then."""
    again = step_back(_stepped(28, P4).plan, on=on_day(35))
    assert isinstance(again, Allowed)
    return total(again.value.plan, on_day(120)), may_step(again.value.plan, on=on_day(120))


def _stepped(number: int, plan: Plan) -> StepBack:
    verdict = step_back(plan, on=on_day(number))
    assert isinstance(verdict, Allowed)
    return verdict.value


def at(hour: int, minute: int = 0) -> datetime:
    """An hour of D33, in Paris."""
    return datetime.combine(on_day(33), time(hour, minute), PARIS)


def forgotten_at_13(now: datetime) -> object:
    return late_intake(missed_at=at(13), now=now, next_at=at(18))


def curve(options: str, *hours: str) -> tuple[list[object], str]:
    """The levels at some hours, to a thousandth, and the hour of the peak."""
    (drawn,) = palier(f"curve {options} --json").lines
    levels = {point["at"]: point["mg_eq"] for point in drawn["points"]}
    return [pytest.approx(levels[hour], abs=0.001) for hour in hours], drawn["peak"]["at"]


def split(options: str) -> str:
    (found,) = palier(f"split {options} --json").lines
    return " ".join(f"{dose['mg']}@{dose['at'][:2]}" for dose in found["doses"])


def zero_on(options: str) -> tuple[int, list[int]]:
    """The day of a decrease that is the first at zero, and the totals before it, each once."""
    days = palier(f"taper {options} --start 2026-01-01 --json").lines
    return days[-1]["day"], list(dict.fromkeys(day["total_mg"] for day in days))


def refused(options: str) -> list[str]:
    (said,) = palier(f"taper {options} --json").lines
    reasons: list[str] = said["reasons"]
    return reasons


def lowered(mg: int, after_days: int, **more: int) -> object:
    last = date(2026, 5, 1)
    return maintenance_decrease(mg, on=last + timedelta(days=after_days), last_change=last, **more)


TOP_UP = replace(P4, top_up=TopUp(10, 1))
FIGURE_B = "--doses 40@13:00,60@15:00,80@17:00"

IN_CORE: list[tuple[str, Callable[[], object], object]] = [
    ("1", lambda: p4("2026-01-01"), "5/none/none/5 = 10"),
    ("2", lambda: p4("2026-01-05"), "5/none/none/5 = 10"),
    ("3", lambda: p4("2026-01-06"), "5/5/5/5 = 20"),
    ("4", lambda: p4("2026-01-11"), "10/5/5/10 = 30"),
    ("5", lambda: p4("2026-01-23"), "15/10/10/15 = 50"),
    ("6", lambda: p4("2026-02-02"), "20/15/15/20 = 70"),
    ("7", lambda: (p4("2026-02-10"), notices("2026-02-10")), ("25/20/20/25 = 90", ["specialist-above-80"])),
    ("8", lambda: (p4("2026-02-19"), p4("2026-02-20")), ("25/25/25/25 = 100", "30/30/30/30 = 120")),
    ("9", lambda: p4("2026-02-27"), "40/30/30/40 = 140"),
    ("10", lambda: p4("2026-03-11"), "50/40/40/50 = 180"),
    ("11", lambda: (p4("2026-03-12"), p4("2026-07-19")), ("50/50/50/50 = 200",) * 2),
    ("12", p4_adds_up, (15, True, 575)),
    ("15", stretched, [40, 50, 180, 200]),
    ("18", fifteen_thirty_ten, [15, 15, 30, 40, 50]),
    ("22", over_the_clock_change, ("28 07:00", "29 06:00", 9.0)),
    ("23", lambda: check_plan(TYPED), Withheld(("plan-sum-mismatch",))),
    ("23 both numbers", lambda: sum_mismatches(TYPED), (SumMismatch(0, doses_mg=65, total_mg=70),)),
    ("25", lambda: restless_at(28), (50, on_day(35), ORANGE, ("step-back-7-days",))),
    (
        "25 as the plan carries it",
        lambda: (_stepped(28, P4).carried, _stepped(28, replace(P4, step_back_rule=False)).carried),
        (True, False),
    ),
    (
        "25 before the next step",
        lambda: may_step(P4, on=on_day(31), effects=[Effect("restlessness", on_day(28))]),
        Alarm(ORANGE, ("step-back-7-days",)),
    ),
    ("26", lambda: restless_at(35, _stepped(28, P4).plan), (50, None, ORANGE, ("ceiling-after-recurrence",))),
    ("26 until the prescriber decides", after_the_retry, (50, Withheld(("ceiling-after-recurrence",)))),
    ("33", lambda: check_plan(flat(80)), Allowed(flat(80), ("start-low", "specialist-above-80"))),
    ("34", lambda: check_plan(flat(85)), Allowed(flat(85), ("start-low", "specialist-above-80"))),
    ("35", lambda: check_plan(flat(300)), Allowed(flat(300), ("start-low", "specialist-above-80", "ceiling-300"))),
    ("36", lambda: check_plan(flat(305)), Alarm(ORANGE, ("ceiling-300",))),
    ("36 with a top-up", lambda: check_plan(flat(300, top_up=TopUp(10, 1))), Alarm(ORANGE, ("ceiling-300",))),
    ("41", lambda: forgotten_at_13(at(15)), Allowed(timedelta(hours=3), ("late-intake-ok", NEVER_DOUBLE))),
    ("42", lambda: forgotten_at_13(at(16, 30)), Withheld(("late-intake-skip", NEVER_DOUBLE))),
    ("43", lambda: forgotten_at_13(at(16)), Allowed(timedelta(hours=2), ("late-intake-ok", NEVER_DOUBLE))),
    ("44", unsure_whether_taken, Withheld(("unsure-means-taken", NEVER_DOUBLE))),
    ("45", lambda: (days_missed(1), total(P4, on_day(33))), (Alarm(ORANGE, ("day-missed", NEVER_DOUBLE)), 70)),
    (
        "47",
        lambda: judge_intake(mg=20, at=at(8, 5), today=[Taken(at(8), 20)], plan_total_mg=70),
        Withheld(("duplicate-entry",)),
    ),
    (
        "47 if real, within the plan",
        lambda: judge_intake(mg=20, at=at(8, 5), today=[Taken(at(8), 20)], plan_total_mg=70, surely_another=True),
        Allowed(DayTotal(40, True)),
    ),
    (
        "47 if real, above the plan",
        lambda: judge_intake(mg=20, at=at(22, 5), today=[Taken(at(8), 50), Taken(at(22), 20)], plan_total_mg=70, surely_another=True),
        Alarm(ORANGE, ("over-plan",)),
    ),
    ("48", lambda: top_up(P4, on=on_day(33), used_today=0), Withheld(("top-up-only-if-planned",))),
    ("49", lambda: top_up(TOP_UP, on=on_day(33), used_today=0), Allowed(TopUpNow(10, 80), ("top-up-only-if-planned",))),
    ("49 again", lambda: top_up(TOP_UP, on=on_day(33), used_today=1), Withheld(("top-up-used",))),
    (
        "50",
        lambda: curve("--doses 10@10:00", "10:00", "10:30", "11:00", "12:00", "15:00", "20:00"),
        ([0, 7.174, 8.203, 7.193, 3.990, 1.482], "11:00"),
    ),
    ("51", lambda: curve("--doses 10@10:00 --profile slow", "11:00", "11:45", "15:00", "20:00"), ([7.132, 7.846, 5.503, 2.755], "11:45")),
    ("52 fast", lambda: curve(FIGURE_B, "18:00"), ([117.151], "17:48")),
    ("52 slow", lambda: curve(f"{FIGURE_B} --profile slow", "18:00"), ([121.949], "18:19")),
    ("55", lambda: split("--total 180 --craving 18:00"), "40@13 60@15 80@17"),
    ("56 halves", lambda: split("--total 70 --craving 18:00"), "15@13 25@15 30@17"),
    ("56 whole", lambda: split("--total 70 --craving 18:00 --unit 10"), "20@13 20@15 30@17"),
    ("59", lambda: illustrate(P4.steps[6], craving=time(18)), Withheld(("split-hours-fixed", "prescriber-decides"))),
    ("60", lambda: onset(first_thought=time(10, 30), first_drink=time(18)), Allowed(time(10, 30), ("craving-onset",))),
    (
        "61",
        lambda: every_day({"weekday": time(18), "weekend": time(11)}),
        Allowed(time(11), ("craving-onset", "weekend-earliest")),
    ),
    ("63", lambda: zero_on("--from 100 --by 10 --every 2"), (19, [90, 80, 70, 60, 50, 40, 30, 20, 10, 0])),
    ("64", lambda: zero_on("--from 200 --by 20 --every 2"), (19, [*range(180, -1, -20)])),
    ("65", lambda: zero_on("--from 300 --by 20 --every 2"), (29, [*range(280, -1, -20)])),
    ("66", lambda: zero_on("--from 200 --by 10 --every 2"), (39, [*range(190, -1, -10)])),
    ("67", lambda: judge_stop(current_mg=200, days=5), Alarm(ORANGE, ("taper-too-fast", "never-stop-abruptly"))),
    ("67 tonight", lambda: judge_stop(current_mg=200), Alarm(ORANGE, ("never-stop-abruptly",))),
    ("67 as a decrease", lambda: refused("--from 200 --by 40 --every 1"), ["taper-too-fast", "never-stop-abruptly"]),
    ("68", lambda: lowered(200, 21), Allowed(Decrease(20, 180), ("slow-decrease",))),
    ("68 not before", lambda: lowered(200, 20), Withheld(("slow-decrease",))),
    ("68 at 180", lambda: lowered(180, 21), Allowed(Decrease(15, 165), ("slow-decrease",))),
    ("68 as the plan says", lambda: lowered(180, 21, plan_by_mg=20), Allowed(Decrease(20, 160), ("slow-decrease",))),
    ("78", lambda: judge_intake(mg=200, at=at(8), today=[], plan_total_mg=300), Alarm(RED, ("over-200-single",))),
]


@pytest.mark.parametrize(("found", "expected"), [row[1:] for row in IN_CORE], ids=[row[0] for row in IN_CORE])
def test_a_case_is_decided_as_the_contract_says(found: Callable[[], object], expected: object) -> None:
    assert found() == expected


# --- rows that need words ------------------------------------------------------------------------------------------

AMOUNT = re.compile(r"\d[\d   ]*(?:[.,]\d+)?\s*mg\b")


@pytest.mark.parametrize("talk", IN_CONVERSATION, ids=lambda talk: talk.row)
async def test_a_case_is_answered_as_the_contract_says(talk: Talk, tmp_path: Path) -> None:
    heard, paged = await answer_of(talk, tmp_path)
    text = "\n".join(message.text for message in heard)
    rules = {rule for message in heard for rule in message.rules}
    levels = {message.level for message in heard}
    assert heard
    assert set(talk.rules) <= rules, (sorted(rules), text)
    assert [words for words in talk.text if words not in text] == [], text
    assert [words for words in talk.not_text if words in text] == [], text
    assert talk.paged is None or paged == talk.paged, text
    assert _level_is(talk.level, levels), (levels, text)
    if talk.amounts is not None:
        named = {int(re.sub(r"\D", "", amount)) for amount in AMOUNT.findall(text)}
        assert named <= talk.amounts, text


def _level_is(wanted: str | None, levels: set[str]) -> bool:
    if wanted == "not urgent":
        return not levels & {"urgent", "emergency"}
    if wanted == "urgent or more":
        return bool(levels & {"urgent", "emergency"})
    if wanted == "consult or more":
        return bool(levels & {"consult", "urgent", "emergency"})
    return wanted is None or wanted in levels


async def test_a_notice_from_80_mg_is_said_once_on_the_way_up(tmp_path: Path) -> None:
    """Row 34: the notice comes with the first step that reaches it, is kept as acknowledged, and is not said with the next."""
    async with rig(settings_in(tmp_path), clock=VirtualClock(datetime(2026, 2, 4, 12, tzinfo=UTC))) as house:
        await prepare(house, Talk(row="34", says=""))
        heard = await house.until(datetime(2026, 2, 11, 12, tzinfo=UTC))
    notices_said = [m.text for m in heard if "specialist-above-80" in m.rules]
    assert len(notices_said) == 2
    assert ["spécialis" in text for text in notices_said] == [True, False]


async def test_an_hour_stays_on_the_wall_over_a_clock_change(tmp_path: Path) -> None:
    """Row 22: the reminder of eight o'clock comes once a day at eight, local time."""
    async with rig(settings_in(tmp_path), clock=VirtualClock(datetime(2026, 3, 27, 9, tzinfo=UTC))) as house:
        await prepare(house, Talk(row="22", says="", plan=TABLE_EN))
        await house.until(datetime(2026, 3, 30, 12, tzinfo=UTC))
        fired = [d.at.astimezone(ZoneInfo("Europe/London")) for d in house.sender.delivered if d.message.kind == "reminder"]
    days = {day: [at.hour for at in fired if at.day == day] for day in (28, 29)}
    assert days == {28: [8, 13, 18, 22], 29: [8, 13, 18, 22]}
    assert [at.astimezone(UTC).hour for at in fired if at.hour == 8] == [8, 7, 7]


# Row 49: "one tablet, once a day" is written in the plan by the prescriber; a conversation has no words for it yet, so it is core alone.


def numbers(ids: list[str]) -> set[int]:
    """The rows that ids belong to."""
    return {int(row.split()[0]) for row in ids}


def test_every_row_of_the_contract_is_tested() -> None:
    told = numbers([row for row, _, _ in IN_CORE]) | numbers([talk.row for talk in IN_CONVERSATION])
    assert told == ROWS
    assert len(ROWS) == 55


def test_rows_have_one_id_each() -> None:
    for ids in ([row for row, _, _ in IN_CORE], [talk.row for talk in IN_CONVERSATION]):
        assert len(ids) == len(set(ids))
