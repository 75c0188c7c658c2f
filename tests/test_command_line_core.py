"""`palier plan`, `taper`, `split`, `curve` and `knowledge sources`, to the letter of the command-line contract."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from math import exp, log
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.command import Answer, palier

DAY_KEYS = ["date", "day", "step", "doses", "total_mg", "notices"]


def answer(command: str) -> Answer:
    """A command that must succeed."""
    run = palier(command)
    assert (run.exit_code, run.complaint) == (0, ""), run
    return run


def one(command: str) -> dict[str, Any]:
    """A command that answers with exactly one object."""
    (line,) = answer(command).lines
    return line


# --- bad input -----------------------------------------------------------------------------------------------------

PLAN = "plan --scheme four-doses-200 --start 2026-01-01"
BAD = [
    ("split --total 70 --craving 25:00 --json", "--craving"),
    ("split --total 70 --craving noon --json", "--craving"),
    ("split --total 70 --json", "--craving"),
    ("split --craving 18:00 --json", "--total"),
    ("split --total 0 --craving 18:00 --json", "--total"),
    ("split --total -70 --craving 18:00 --json", "--total"),
    ("split --total 70.5 --craving 18:00 --json", "--total"),
    ("split --total 305 --craving 18:00 --json", "--total"),
    ("split --total 70 --craving 18:00 --unit 7 --json", "--unit"),
    ("split --total 70 --craving 18:00 --wake 8h --json", "--wake"),
    ("split --total 70 --craving 18:00 --max-single 0 --json", "--max-single"),
    ("curve --json", "--doses"),
    ("curve --doses 40@x --json", "40@x"),
    ("curve --doses 40@13:00,60 --json", "'60'"),
    ("curve --doses 40@13:00,,60@15:00 --json", "''"),
    ("curve --doses x@13:00 --json", "x@13:00"),
    ("curve --doses 0@13:00 --json", "0@13:00"),
    ("curve --doses -5@13:00 --json", "-5@13:00"),
    ("curve --doses nan@13:00 --json", "nan@13:00"),
    ("curve --doses inf@13:00 --json", "inf@13:00"),
    ("curve --doses 400@13:00 --json", "ceiling-300"),
    ("curve --doses 200@08:00,101@13:00 --json", "ceiling-300"),
    ("curve --doses 40@24:00 --json", "40@24:00"),
    (f"{PLAN} --bedtime 18:00 --json", "--bedtime"),
    (f"{PLAN} --days 3 --on 2026-01-02 --json", "--on and --days"),
    ("plan --scheme four-doses-200 --start 9999-12-30 --days 5 --json", "--start: the year 9999"),
    (f"{PLAN} --on 9999-12-30 --json", "--on: the year 9999"),
    ("taper --from 100 --by 10 --every 2 --start 1066-10-14 --json", "--start: the year 1066"),
    ("curve --doses 40@13:60 --json", "40@13:60"),
    ("curve --doses 40@13 --json", "40@13"),
    ("curve --doses 40@13: --json", "40@13:"),
    ("curve --doses 40@:30 --json", "40@:30"),
    ("curve --doses 40@13:5 --json", "40@13:5"),
    ("curve --doses 40@13:005 --json", "40@13:005"),
    ("curve --doses 40@+9:00 --json", "40@+9:00"),
    ("curve --doses 40@9:+5 --json", "40@9:+5"),
    ("curve --doses 40@13:00:30 --json", "40@13:00:30"),
    ("curve --doses 40@13:00+02:00 --json", "40@13:00+02:00"),
    ("curve --doses 40@13:00 --profile medium --json", "--profile"),
    ("plan --start 2026-01-01 --json", "--scheme"),
    ("plan --scheme nobody-knows --start 2026-01-01 --json", "--scheme"),
    ("plan --scheme four-doses-200 --json", "--start"),
    ("plan --scheme four-doses-200 --start 2026-02-30 --json", "--start"),
    ("plan --scheme four-doses-200 --start 01/02/2026 --json", "--start"),
    (f"{PLAN} --on 2025-12-31 --json", "--on"),
    (f"{PLAN} --on tomorrow --json", "--on"),
    (f"{PLAN} --days 0 --json", "--days"),
    (f"{PLAN} --days many --json", "--days"),
    (f"{PLAN} --weight 70 --json", "--weight"),
    ("taper --by 10 --every 2 --json", "--from"),
    ("taper --from 100 --every 2 --json", "--by"),
    ("taper --from 100 --by 10 --json", "--every"),
    ("taper --from 0 --by 10 --every 2 --json", "--from"),
    ("taper --from 305 --by 10 --every 2 --json", "--from"),
    ("taper --from 100 --by 0 --every 2 --json", "--by"),
    ("taper --from 100 --by 10 --every 0 --json", "--every"),
    ("knowledge sources", "ID"),
    ("knowledge sources no-such-id", "no-such-id"),
    ("nothing-we-know", "nothing-we-know"),
]


@pytest.mark.parametrize(("command", "named"), BAD, ids=[command for command, _ in BAD])
def test_bad_input_is_one_clear_line_that_names_it_and_exit_2(command: str, named: str) -> None:
    run = palier(command)
    assert run.exit_code == 2
    assert run.out == ""
    assert run.complaint.startswith("palier: ")
    assert run.complaint.count("\n") == 1
    assert named in run.complaint


def test_the_real_process_ends_with_the_same_codes() -> None:
    good, bad = (
        subprocess.run([sys.executable, "-m", "bot", *command.split()], capture_output=True, text=True, check=False)
        for command in (f"{PLAN} --on 2026-01-06 --json", "split --total 0 --craving 18:00 --json")
    )
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["total_mg"] == 20
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.count("\n") == 1


# --- plan ----------------------------------------------------------------------------------------------------------


def test_a_day_of_a_plan_has_the_keys_of_the_contract() -> None:
    day = one(f"{PLAN} --on 2026-02-10 --json")
    assert list(day) == DAY_KEYS
    assert day == {
        "date": "2026-02-10",
        "day": 41,
        "step": 9,
        "doses": [{"at": "08:00", "mg": 25}, {"at": "13:00", "mg": 20}, {"at": "18:00", "mg": 20}, {"at": "22:00", "mg": 25}],
        "total_mg": 90,
        "notices": ["specialist-above-80"],
    }


def test_an_hour_without_a_dose_is_not_listed() -> None:
    assert one(f"{PLAN} --on 2026-01-01 --json")["doses"] == [{"at": "08:00", "mg": 5}, {"at": "22:00", "mg": 5}]


def test_bedtime_can_be_said_and_doses_stay_in_the_order_of_the_day() -> None:
    day = one(f"{PLAN} --on 2026-01-06 --bedtime 23:30 --json")
    assert [dose["at"] for dose in day["doses"]] == ["08:00", "13:00", "18:00", "23:30"]


@pytest.mark.parametrize("scheme", ["four-doses-200", "one-tablet-3-days", "fifteen-thirty-ten", "marketing-authorisation"])
def test_so_many_days_are_so_many_lines_in_order(scheme: str) -> None:
    days = answer(f"plan --scheme {scheme} --start 2027-12-20 --days 90 --json").lines
    assert [day["date"] for day in days] == [(date(2027, 12, 20) + timedelta(days=n)).isoformat() for n in range(90)]
    assert [day["day"] for day in days] == list(range(1, 91))
    assert [day["step"] for day in days] == sorted(day["step"] for day in days)
    assert all(list(day) == DAY_KEYS for day in days)
    assert all(0 < day["total_mg"] <= 300 for day in days)
    assert all(sum(dose["mg"] for dose in day["doses"]) in (0, day["total_mg"]) for day in days)


def test_without_days_a_plan_is_laid_out_to_its_last_step() -> None:
    days = answer(f"{PLAN} --json").lines
    assert (len(days), days[-1]["day"], days[-1]["step"], days[-1]["total_mg"]) == (71, 71, 15, 200)


# The first days of each scheme, from the sources (facts A2, B3): (day, total).
PACES = [
    ("one-tablet-3-days", [(1, 10), (3, 10), (4, 20), (7, 30), (88, 300), (3000, 300)]),
    ("fifteen-thirty-ten", [(1, 15), (3, 15), (4, 30), (6, 30), (7, 40), (10, 50), (3000, 300)]),
    ("marketing-authorisation", [(1, 15), (3, 15), (4, 25), (7, 35), (3000, 295)]),
]


@pytest.mark.parametrize(("scheme", "expected"), PACES, ids=[scheme for scheme, _ in PACES])
def test_each_scheme_rises_at_the_pace_of_its_source(scheme: str, expected: list[tuple[int, int]]) -> None:
    start = date(2026, 1, 1)
    for number, total in expected:
        day = one(f"plan --scheme {scheme} --start {start} --on {start + timedelta(days=number - 1)} --json")
        assert (day["day"], day["total_mg"], day["doses"]) == (number, total, [])


def test_at_300_the_ceiling_is_mentioned() -> None:
    day = one("plan --scheme one-tablet-3-days --start 2026-01-01 --on 2027-01-01 --json")
    assert day["notices"] == ["specialist-above-80", "ceiling-300"]


# --- taper ---------------------------------------------------------------------------------------------------------

# from, by, every, first day's total, day of zero (facts A5, arithmetic check; cases 63 to 66)
DECREASES = [
    (100, 10, 2, 90, 19),
    (200, 20, 2, 180, 19),
    (300, 20, 2, 280, 29),
    (200, 10, 2, 190, 39),
    (80, 20, 2, 60, 7),
    (50, 15, 2, 35, 7),
]


@pytest.mark.parametrize(("from_mg", "by", "every", "first", "zero_on"), DECREASES)
def test_a_decrease_goes_down_to_zero_day_by_day(from_mg: int, by: int, every: int, first: int, zero_on: int) -> None:
    days = answer(f"taper --from {from_mg} --by {by} --every {every} --start 2026-03-01 --json").lines
    assert all(list(day) == DAY_KEYS for day in days)
    assert (days[0]["date"], days[0]["total_mg"], days[-1]["day"], days[-1]["total_mg"]) == ("2026-03-01", first, zero_on, 0)
    assert [day["day"] for day in days] == list(range(1, zero_on + 1))
    assert all(earlier["total_mg"] - later["total_mg"] in (0, by, earlier["total_mg"]) for earlier, later in pairwise(days))
    assert [day["total_mg"] > 0 for day in days] == [True] * (zero_on - 1) + [False]


def test_a_decrease_begins_today_when_no_day_was_said() -> None:
    days = answer("taper --from 20 --by 10 --every 2 --json").lines
    assert [day["total_mg"] for day in days] == [10, 10, 0]
    begin = date.fromisoformat(days[0]["date"])
    assert [date.fromisoformat(day["date"]) - begin for day in days] == [timedelta(0), timedelta(1), timedelta(2)]


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("taper --from 200 --by 40 --every 1 --json", "taper-too-fast"),
        ("taper --from 100 --by 100 --every 30 --json", "never-stop-abruptly"),
        ("taper --from 200 --by 15 --every 1 --json", "sources-conflict"),
        ("taper --from 100 --by 7 --every 2 --json", "not-a-half-tablet"),
    ],
)
def test_a_decrease_that_no_source_describes_is_refused_and_lays_out_no_day(command: str, rule: str) -> None:
    said = one(command)
    assert said["refused"] is True
    assert rule in said["reasons"]
    assert "total_mg" not in said


# --- split ---------------------------------------------------------------------------------------------------------


def test_a_split_has_the_keys_of_the_contract() -> None:
    said = one("split --total 180 --craving 18:00 --json")
    assert list(said) == ["doses", "level_at_craving", "rules"]
    assert said["doses"] == [{"at": "13:00", "mg": 40}, {"at": "15:00", "mg": 60}, {"at": "17:00", "mg": 80}]
    assert said["level_at_craving"] == {"fast": pytest.approx(117.151, abs=0.001), "slow": pytest.approx(121.949, abs=0.001)}
    assert said["rules"] == ["split-illustration"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--total 70 --craving 18:00", "15@13:00 25@15:00 30@17:00"),
        ("--total 70 --craving 18:00 --unit 10", "20@13:00 20@15:00 30@17:00"),
        ("--total 70 --craving 12:00 --wake 07:00", "15@07:00 25@09:00 30@11:00"),
        ("--total 70 --craving 18:00 --max-single 20", "10@11:00 20@13:00 20@15:00 20@17:00"),
        ("--total 300 --craving 18:00", "60@11:00 80@13:00 80@15:00 80@17:00"),
    ],
)
def test_options_shape_the_split(options: str, expected: str) -> None:
    assert " ".join(f"{dose['mg']}@{dose['at']}" for dose in one(f"split {options} --json")["doses"]) == expected


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("--total 70 --craving 10:00 --wake 07:00", "split-too-few-hours"),
        ("--total 70 --craving 06:00", "split-too-few-hours"),
        ("--total 75 --craving 18:00 --unit 10", "not-a-half-tablet"),
        ("--total 70 --craving 18:00 --max-single 4", "plan-max-single"),
    ],
)
def test_where_no_split_keeps_the_bounds_that_is_the_answer(options: str, reason: str) -> None:
    said = one(f"split {options} --json")
    assert said == {"infeasible": True, "reasons": ["split-infeasible", reason]}


# --- curve ---------------------------------------------------------------------------------------------------------


def test_amounts_below_a_milligram_and_short_hours_are_read() -> None:
    said = one("curve --doses 0.5@9:05 --json")
    assert said["points"][0] == {"at": "09:05", "mg_eq": 0}
    assert said["peak"] == {"at": "10:05", "mg_eq": pytest.approx(0.4102, abs=1e-9)}


def test_levels_are_given_to_a_ten_thousandth() -> None:
    said = one("split --total 70 --craving 18:00 --json")["level_at_craving"]
    drawn = one("curve --doses 15@13:00,25@15:00,30@17:00 --json")
    shown = [*said.values(), drawn["peak"]["mg_eq"], *(point["mg_eq"] for point in drawn["points"])]
    assert shown == [round(level, 4) for level in shown]
    assert shown != [round(level, 3) for level in shown]


def test_a_curve_has_the_keys_of_the_contract_and_a_point_every_minute() -> None:
    said = one("curve --doses 10@10:00 --json")
    assert list(said) == ["profile", "points", "peak"]
    assert said["profile"] == "fast"
    assert said["points"][0] == {"at": "10:00", "mg_eq": 0}
    assert [point["at"] for point in said["points"]] == [f"{m // 60 % 24:02d}:{m % 60:02d}" for m in range(600, 600 + 1440)]
    assert said["peak"] == {"at": "11:00", "mg_eq": pytest.approx(8.203, abs=0.001)}


@pytest.mark.parametrize(
    ("options", "at", "level", "peak"),
    [
        ("--doses 10@10:00", "15:00", 3.990, "11:00"),
        ("--doses 10@10:00 --profile slow", "15:00", 5.503, "11:45"),
        ("--doses 10@10:00 --profile reference", "14:00", 5.84, "11:34"),
        ("--doses 40@13:00,60@15:00,80@17:00", "18:00", 117.151, "17:48"),
        ("--doses 80@17:00,60@15:00,40@13:00 --profile slow", "18:00", 121.949, "18:19"),
        ("--doses 40@13:00,60@15:00,80@17:00 --steady", "18:00", 118.21, "17:48"),
    ],
)
def test_a_curve_goes_through_the_published_points(options: str, at: str, level: float, peak: str) -> None:
    said = one(f"curve {options} --json")
    assert next(point["mg_eq"] for point in said["points"] if point["at"] == at) == pytest.approx(level, abs=0.006)
    assert said["peak"]["at"] == peak


@settings(max_examples=25)
@given(
    doses=st.lists(st.tuples(st.integers(1, 15), st.integers(0, 23 * 60)), min_size=1, max_size=4, unique_by=lambda dose: dose[1]),
    after=st.integers(0, 1439),
)
def test_a_curve_is_the_closed_form_of_the_facts(doses: list[tuple[int, int]], after: int) -> None:
    text = ",".join(f"{5 * units}@{minute // 60:02d}:{minute % 60:02d}" for units, minute in doses)
    first = min(minute for _, minute in doses)
    ka, ke = 2.872501, log(2) / 3.5
    since = [(5 * units, (first + after - minute) / 60) for units, minute in doses]
    expected = sum(mg * ka / (ka - ke) * (exp(-ke * hours) - exp(-ka * hours)) for mg, hours in since if hours > 0)
    assert one(f"curve --doses {text} --json")["points"][after]["mg_eq"] == pytest.approx(expected, abs=2e-3)


# --- knowledge sources ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ceiling-300", ["S003", "2021", "not yet reviewed by a clinician", "conflict C1", "300 mg"]),
        ("never-double", ["S001 §10", "2017"]),
        ("late-intake-ok", ["nhs"]),
        ("step-back-7-days", ["S000 table notes", "2012-03-26", "conflict C12"]),
        ("drowsiness", ["finding drowsiness", "S000", "S001"]),
        ("C8", ["S001", "S000"]),
        ("S003", ["2021", "authority 1"]),
    ],
)
def test_an_id_is_told_with_its_sources_their_dates_and_the_conflicts_it_settles(name: str, told: list[str]) -> None:
    text = answer(f"knowledge sources {name}").out
    assert [words for words in told if words not in text] == []
