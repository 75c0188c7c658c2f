"""When: every moment falls on the right day and hour, leaning to the past or to the future as its message does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from bot.understanding.language import languages
from bot.understanding.moments import Clock, Day, Lean, Length, Moment, anchor
from bot.understanding.normal import Writing
from bot.understanding.times import TimeWords

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 18, 15, 20, tzinfo=PARIS)
CASES = yaml.safe_load((Path(__file__).parent / "understanding_cases" / "moments.yaml").read_text(encoding="utf-8"))
WORDS = {code: TimeWords.of(language.times) for code, language in languages().items()}
WRITING = {code: Writing.of(language) for code, language in languages().items()}


def placed(text: str, language: str, lean: Lean, now: datetime = NOW) -> tuple[str, bool]:
    (atom,) = WORDS[language].find(WRITING[language].plain(text))
    found = anchor(atom.value, now=now, lean=lean, parts=WORDS[language].part_hours)
    return found.iso(), found.doubt


@pytest.mark.parametrize(
    ("case", "language", "lean"),
    [
        pytest.param(c, code, lean, id=f"{code} {lean}: {c['say']}")
        for code, cases in CASES.items()
        for c in cases
        for lean in ("past", "future")
        if lean in c
    ],
)
def test_a_moment_falls_where_it_was_meant(case: dict[str, Any], language: str, lean: Lean) -> None:
    at, doubt = placed(case["say"], language, lean)
    assert at == case[lean]
    if lean == "past":
        assert doubt == (case.get("doubt") == lean)


def test_two_hours_ago_counts_the_hour_that_summer_time_takes() -> None:
    now = datetime(2026, 3, 29, 4, 30, tzinfo=PARIS)
    assert placed("il y a 2h", "fr", "past", now)[0] == "2026-03-29T01:30"


def test_two_hours_ago_counts_the_hour_that_winter_time_gives_back() -> None:
    now = datetime(2026, 10, 25, 4, 30, tzinfo=PARIS)
    assert placed("il y a 3h", "fr", "past", now)[0] == "2026-10-25T02:30"


def test_an_hour_that_the_clocks_skipped_is_the_hour_they_showed() -> None:
    now = datetime(2026, 3, 29, 9, 0, tzinfo=PARIS)
    assert placed("cette nuit à 2h30", "fr", "past", now)[0] == "2026-03-29T03:30"


def test_an_impossible_date_is_doubted_and_never_raises() -> None:
    found = anchor(Moment(day=Day("date", month=2, day=30)), now=NOW, lean="past", parts={})
    assert found.doubt


@given(
    hour=some.integers(0, 24),
    minute=some.integers(0, 59),
    twelve=some.booleans(),
    lean=some.sampled_from(["past", "future", "none"]),
    now=some.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001 (the zone is added below)
)
def test_what_happened_is_never_placed_in_the_future(hour: int, minute: int, twelve: bool, lean: Lean, now: datetime) -> None:
    moment = Moment(clock=Clock(hour, minute if hour < 24 else 0, twelve=twelve and 1 <= hour <= 12))
    local = now.replace(tzinfo=PARIS)
    found = anchor(moment, now=local, lean=lean, parts={})
    ahead = (found.start - now).total_seconds() / 60
    if lean == "past":
        assert found.doubt or ahead <= 75  # a quarter of an hour of rounding, and an hour when the clocks jump
    if lean == "future":
        assert ahead > -62


@given(amount=some.floats(0, 400), unit=some.sampled_from(["minute", "hour", "day", "week", "month"]))
def test_a_length_ago_is_before_now(amount: float, unit: str) -> None:
    found = anchor(Moment(shift=Length(-amount, unit)), now=NOW, lean="past", parts={})
    assert found.start <= NOW.replace(tzinfo=None)
