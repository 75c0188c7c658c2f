"""What a picture holds: every word and number is given, nothing is cut off, nothing lies on anything else, and it is always the same."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from matplotlib.text import Text

from bot.drawing.curve import compose_day, draw_day
from bot.drawing.days import compose_days, draw_days
from bot.drawing.paper import WIDTH, Paper, wrapped
from bot.drawing.values import DayPicture, DaysPicture, Mark
from bot.knowledge.files import LANGUAGES
from bot.pictures import day_picture, days_picture, model_picture
from tests.architecture.tree import ROOT
from tests.drawing.days_told import PLAN, WEDNESDAY, a_full_day, at, entry, many_days, of_days, of_the_day, person

PLANNED = ((at(8), 25), (at(18), 30), (at(22), None))
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def the_days(language: str) -> dict[str, DayPicture]:
    """Days of every shape."""
    who = person(language)
    one = [entry("intake", at(10), dose_mg=10)]
    return {
        "full": day_picture(a_full_day(), who, of_the_day(planned=PLANNED)),
        "full, at its end": day_picture(a_full_day(), who, of_the_day(now=at(23, 58), planned=PLANNED)),
        "full, at its beginning": day_picture(a_full_day(), who, of_the_day(now=at(0, 1))),
        "one intake": day_picture(one, who, of_the_day(now=at(10, 2))),
        "nothing": day_picture([], who, of_the_day(planned=PLANNED)),
        "nothing at all": day_picture([], who, of_the_day()),
        "spring": day_picture([entry("intake", at(8, on=SPRING), dose_mg=10)], who, of_the_day(SPRING)),
        "autumn": day_picture([entry("intake", at(8, on=AUTUMN), dose_mg=10)], who, of_the_day(AUTUMN)),
        "the model": model_picture([(780, 40), (900, 60), (1020, 80)], steady=False, language=language),
    }


def the_spans(language: str) -> dict[str, DaysPicture]:
    """Many days of every length."""
    who = person(language)
    spans = {str(days): days_picture(list(many_days(days)), PLAN, who, of_days(days)) for days in (7, 14, 30, 60)}
    return {**spans, "nothing": days_picture([], None, who, of_days(7))}


@cache
def sheets(language: str) -> tuple[tuple[str, DayPicture | DaysPicture, Paper], ...]:
    """Every picture, and the sheet that it makes: made once for a test run."""
    days = [(name, day, compose_day(day)) for name, day in the_days(language).items()]
    return (*days, *((f"{name} days", span, compose_days(span)) for name, span in the_spans(language).items()))


def written(paper: Paper) -> list[Text]:
    """Every text on a sheet."""
    return [text for text in paper.figure.findobj(Text) if isinstance(text, Text) and text.get_text()]


def given_texts(value: Any) -> Iterator[str]:
    """Every text in the values of a picture, however deep."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from given_texts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from given_texts(each)


def plain(text: str) -> str:
    """A text with one kind of space, as it may have been broken into lines."""
    return " ".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_holds_no_word_and_no_number_that_was_not_given(language: str) -> None:
    for name, picture, paper in sheets(language):
        known = [plain(text) for text in given_texts(picture)]
        if isinstance(picture, DayPicture):  # where `now` has no room of its own, one line holds it and what comes after it
            known.append(f"{picture.names.now} {picture.names.ahead}")
        told = [plain(text.get_text()) for text in written(paper)]
        numbers = {number for text in known for number in re.findall(r"\d+", text)}
        assert told, name
        assert {number for text in told for number in re.findall(r"\d+", text)} <= numbers, name
        assert [text for text in told if not any(text in each for each in known)] == [], name


def test_a_number_that_was_not_given_would_be_seen() -> None:
    day = the_days("en")["one intake"]
    paper = compose_day(day)
    paper.text(100, 100, "35 mg", size=20)
    assert not any("35 mg" in plain(text) for text in given_texts(day))
    assert "35 mg" in [text.get_text() for text in written(paper)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_amount_in_a_picture_is_the_plans_or_the_logs(language: str) -> None:
    day = the_days(language)["full"]
    shown = {mark.text for mark in (*day.taken, *day.planned)}
    assert {float(re.sub(r" mg$", "", text).replace(",", ".")) for text in shown if text} == {5, 25, 17.5, 2.5, 30}
    amounts = {mark.at for mark in the_spans(language)["7"].amounts}
    assert amounts <= {40.0, 55.0, 42.5, 45.0}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amount_that_may_not_be_named_is_an_hour_without_an_amount(language: str) -> None:
    planned = the_days(language)["full"].planned
    assert [mark.text == "" for mark in planned] == [False, False, True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_and_no_text_lies_on_another(language: str) -> None:
    for name, _, paper in sheets(language):
        boxes = [(text.get_text(), text.get_window_extent()) for text in written(paper)]
        assert len(boxes) > 3
        assert [text for text, box in boxes if box.x0 < 0 or box.x1 > WIDTH or box.y0 < 0 or box.y1 > paper.height] == [], name
        clash = [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if _overlap(a, b)]
        assert clash == [], name


def _overlap(one: Any, other: Any) -> bool:
    """By more than the air that letters have above and below."""
    return bool(min(one.x1, other.x1) - max(one.x0, other.x0) > 1 and min(one.y1, other.y1) - max(one.y0, other.y0) > 6)


def test_a_text_that_lies_on_another_would_be_seen() -> None:
    paper = Paper(200)
    paper.text(100, 100, "somnolence", size=27)
    paper.text(120, 105, "insomnie", size=27)
    one, other = (text.get_window_extent() for text in written(paper))
    assert _overlap(one, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_is_the_size_that_platforms_take(language: str) -> None:
    for name, _, paper in sheets(language):
        content = paper.png()
        width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
        assert (width, height) == (WIDTH, paper.height), name
        assert 400 < height < 2000, name
        assert len(content) < 1_000_000, name


def test_the_same_values_make_the_same_bytes() -> None:
    day, span = the_days("fr")["full"], the_spans("fr")["30"]
    assert draw_day(day) == draw_day(day)
    assert draw_days(span) == draw_days(span)
    assert draw_day(day) != draw_day(the_days("en")["full"])
    assert b"Software" not in draw_day(day)


def test_the_hours_of_the_days_when_clocks_change_stand_where_they_are() -> None:
    spring, autumn = the_days("fr")["spring"], the_days("en")["autumn"]
    assert (spring.hours, autumn.hours) == (23, 25)
    assert {mark.text: mark.at for mark in spring.ticks[:3]} == {"0 h": 0, "3 h": 2, "6 h": 5}
    assert [(mark.text, mark.at) for mark in autumn.ticks][:3] == [("0:00", 0), ("3:00", 4), ("6:00", 7)]
    assert (spring.taken[0].at, autumn.taken[0].at) == (7, 9)
    assert (spring.ticks[-1], autumn.ticks[-1]) == (Mark(23, "0 h"), Mark(25, "0:00"))


def test_the_band_is_a_band_wherever_something_was_taken() -> None:
    day = the_days("fr")["one intake"]
    taken = [span for span in day.band if 10.1 < span.at < 24]
    assert len(taken) > 100
    assert [span.at for span in taken if span.high < span.low * 1.03] == []
    assert all(span.high == 0 for span in day.band if span.at <= 10)


def test_what_was_taken_the_evening_before_is_still_there_in_the_morning() -> None:
    evening = entry("intake", at(22, on=WEDNESDAY - timedelta(days=1)), dose_mg=30)
    day = day_picture([evening], person("fr"), of_the_day())
    assert day.band[0].low > 5
    assert day.taken == ()


def test_an_undone_entry_is_in_no_picture() -> None:
    undone = [dataclasses.replace(each, undone_at=at(14)) for each in a_full_day()]
    assert day_picture(undone, person("fr"), of_the_day()) == day_picture([], person("fr"), of_the_day())
    assert days_picture(undone, PLAN, person("fr"), of_days(7)) == days_picture([], PLAN, person("fr"), of_days(7))


def test_a_line_never_begins_with_a_sign_that_stands_apart_in_french() -> None:
    lines = wrapped("Un premier mot : un deuxième « mot » ; et un troisième ! Vraiment ?", 27, 190)
    assert len(lines) > 3
    assert [line for line in lines if line[0] in ":;!?»" or line.endswith("«")] == []
    assert max(map(len, lines)) < 20


def test_matplotlib_is_read_when_a_picture_is_drawn_and_not_at_the_start() -> None:
    question = (
        "import sys, bot.app, bot.platforms, bot.offline; before = 'matplotlib' in sys.modules; "
        "import bot.drawing.curve; sys.stdout.write(f\"{before} {'matplotlib' in sys.modules}\")"
    )
    answer = subprocess.run([sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert answer.stdout == "False True"
