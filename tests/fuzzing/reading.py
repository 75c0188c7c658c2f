"""The doors of the understanding and of the triage, one door each, with what must hold of every answer."""

from __future__ import annotations

import json
import math
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, get_args
from zoneinfo import ZoneInfo

from bot.core.flags import Screening, Status
from bot.core.levels import Level
from bot.core.meaning import Meaning
from bot.understanding.danger import screening_json
from bot.understanding.fold import fold
from bot.understanding.intents import LOGS
from bot.understanding.language import languages
from bot.understanding.reader import Reader, meaning_json
from tests.fuzzing.draw import Draw
from tests.fuzzing.words import LANGUAGES, numbers, words
from tests.houses import minds

AT_MOST_SECONDS = 2.0
"""Of processor time for one answer."""
SLOWED = 3 if "atheris" in sys.modules else 1
"""How much longer it takes while every branch is counted."""

ROUNDED = timedelta(minutes=16)
"""People round hours: what is said to be some minutes ahead is now."""

_MOMENTS = (
    ("2026-03-18T15:20:00+01:00", "Europe/Paris"),
    ("2026-03-18T02:10:00+00:00", "Europe/London"),
    ("2026-03-29T03:10:00+02:00", "Europe/Paris"),
    ("2026-10-25T02:30:00+01:00", "Europe/Paris"),
    ("2024-02-29T23:58:00-05:00", "America/Toronto"),
    ("2026-01-01T00:05:00+13:00", "Pacific/Apia"),
    ("0001-01-01T00:00:00+14:00", "Pacific/Apia"),
    ("9999-12-31T23:59:59-12:00", "Asia/Kathmandu"),
)
_HOUR = re.compile(r"[0-2]\d:[0-5]\d|bedtime")
_FIGURE = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_FRACTIONS = "½¼¾⅓⅔"
_GRAMS = re.compile(r"(?<![a-z])g(?![a-z])|(?<![a-z])gr(?:am|s)")
_IN_WORDS_AT_MOST = 999
_YEARS = range(1900, 2200)


class TooSlow(AssertionError):
    """An answer that took longer than anybody should wait."""


@contextmanager
def in_time(seconds: float = AT_MOST_SECONDS) -> Iterator[None]:
    """Raises TooSlow when what is done inside takes longer than it may, in processor time."""
    before = time.process_time()
    yield
    took = time.process_time() - before
    if took > seconds * SLOWED:
        raise TooSlow(f"{took:.1f} s")


def read(language: str, data: bytes) -> None:
    """A message is read."""
    draw = Draw(data)
    now, zone = moment(draw)
    text = draw.message(words(language))
    reader = minds().reader
    with in_time():
        meaning = reader.read(text, now=now, timezone=zone, language=language)
    check_meaning(meaning, text, now.astimezone(ZoneInfo(zone)) if now.year in _YEARS else None)


def check_meaning(meaning: Meaning, text: str, local: datetime | None) -> None:
    """Every intent exists, all of it can be told, nothing is logged of what is asked or still to come. `local`: None on a wrong clock."""
    assert meaning.acts, "a message without a meaning"
    assert {act.intent for act in meaning.acts} | set(meaning.candidates) <= _intents(), "an intent that nobody knows"
    assert meaning.confidence in ("sure", "ask", "lost")
    assert len(meaning.candidates) <= 3, "more is offered than anybody reads"
    told = meaning_json(meaning)
    assert json.loads(json.dumps(told, allow_nan=False)) == told, "a meaning that cannot be told"
    logs = [act.slots for act in meaning.acts if act.intent in LOGS]
    assert not (logs and "?" in text), "what is asked is logged"
    named = [float(slots[key]) for slots in logs for key in ("dose_mg", "tablets") if key in slots]
    assert max(named, default=0) <= most_said(text), "more is logged than was said"
    happened = [datetime.fromisoformat(slots["at"]) for slots in logs if "T" in slots.get("at", "")]
    if meaning.confidence == "sure" and happened:
        assert local, "something is sure on a clock that is wrong"
        assert max(happened) <= (local + ROUNDED).replace(tzinfo=None), "what is still to come is logged"


def most_said(text: str) -> float:
    """The most that the numbers of a message can make, however they are added and multiplied, and never less than misspelt words can."""
    plain = fold(text).text
    figures = [float(figure.replace(",", ".")) for figure in _FIGURE.findall(plain)]
    counted = [numbers()[word] for word in re.findall(r"[a-z]+|1/2", plain) if word in numbers()]
    total = sum(figures) + sum(counted) + sum(character in _FRACTIONS for character in text)
    return max(_IN_WORDS_AT_MOST, (total + 1) ** 2) * (1000 if _GRAMS.search(plain) else 1)


@cache
def _intents() -> frozenset[str]:
    return frozenset(rule.intent for rule in languages()["en"].understanding.rules)


def moment(draw: Draw) -> tuple[datetime, str]:
    """A present, and the zone of whoever writes."""
    now, zone = draw.pick(_MOMENTS)
    return datetime.fromisoformat(now), zone


def screen(language: str, data: bytes) -> None:
    """A message is screened, now and then as a forwarded one."""
    draw = Draw(data)
    quoted = draw.byte() % 4 == 1
    text = draw.message(words(language))
    triage = minds().triage
    with in_time():
        screening = triage.screen(text, language=language, quoted=quoted)
    check_screening(screening, text)


def check_screening(screening: Screening, text: str) -> None:
    """All of it can be told, on the scale; every flag lies within the words, and none is above the level of the message."""
    told = screening_json(screening)
    assert json.loads(json.dumps(told, allow_nan=False)) == told, "a screening that cannot be told"
    assert told["level"] in Level.__members__
    for flag in screening.flags:
        assert 0 <= flag.start <= flag.end <= len(text), "a sign outside the words"
        assert flag.status in get_args(Status)
        assert flag.level <= screening.level, "a sign above the level of its message"


def _door(look: Callable[[Reader, str, str, Draw], None], data: bytes) -> None:
    draw = Draw(data)
    language = draw.pick(LANGUAGES)
    choices = Draw(bytes([draw.byte()]))
    text = draw.message(words(language))
    reader = minds().reader
    with in_time():
        look(reader, text, language, choices)


def _plan(reader: Reader, text: str, language: str, draw: Draw) -> None:
    now, zone = moment(draw)
    slots = reader.plan(text, now=now, timezone=zone, language=language)
    assert json.loads(json.dumps(slots, allow_nan=False)) == slots
    check_doses(slots.get("doses", ()))


def _hours(reader: Reader, text: str, language: str, _: Draw) -> None:
    assert all(_HOUR.fullmatch(hour) for hour in reader.hours(text, language))


def _hour_of(reader: Reader, text: str, language: str, draw: Draw) -> None:
    now, zone = moment(draw)
    found = reader.hour_of(text, now=now, timezone=zone, language=language)
    assert found is None or isinstance(found, datetime)


def _doses(reader: Reader, text: str, language: str, _: Draw) -> None:
    doses = reader.doses(text, language)
    assert json.loads(json.dumps(doses, allow_nan=False)) == doses
    check_doses(doses)


def check_doses(doses: Sequence[Mapping[str, Any]]) -> None:
    """Every amount is a number that can be, and every hour one of the day."""
    for dose in doses:
        amounts = [dose[key] for key in ("mg", "tablets") if key in dose]
        assert all(math.isfinite(amount) and amount >= 0 for amount in amounts)
        assert "at" not in dose or _HOUR.fullmatch(dose["at"])


def _number(reader: Reader, text: str, language: str, _: Draw) -> None:
    number = reader.number(text, language)
    assert number is None or (isinstance(number, float) and math.isfinite(number))


def _clock(reader: Reader, text: str, language: str, _: Draw) -> None:
    clock = reader.clock(text, language)
    assert clock is None or 0 <= clock.hour < 24


READING: Mapping[str, Callable[[bytes], None]] = {
    **{f"read-{language}": partial(read, language) for language in LANGUAGES},
    **{f"triage-{language}": partial(screen, language) for language in LANGUAGES},
    "plan": partial(_door, _plan),
    "hours": partial(_door, _hours),
    "hour-of": partial(_door, _hour_of),
    "doses": partial(_door, _doses),
    "number": partial(_door, _number),
    "clock": partial(_door, _clock),
}
