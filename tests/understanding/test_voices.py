"""What people write, read as they meant it: every case file holds messages with the intent and the slots expected of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.understanding.reader import Reader

CASES = Path(__file__).parent / "understanding_cases"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def voices() -> Iterator[Any]:
    for file in sorted(CASES.glob("voices*.yaml")):
        book = yaml.safe_load(file.read_text(encoding="utf-8"))
        now = book["now"] if book["now"].tzinfo else book["now"].replace(tzinfo=UTC)
        for case in book["cases"]:
            yield pytest.param(case, now, book["timezone"], book["language"], id=f"{book['language']}: {case['say']}")


@pytest.mark.parametrize(("case", "now", "zone", "language"), list(voices()))
def test_a_message_is_read_as_it_was_meant(reader: Reader, case: dict[str, Any], now: datetime, zone: str, language: str) -> None:
    meaning = reader.read(case["say"], now=now, timezone=zone, language=language)
    if "is" in case:
        assert meaning.intent == case["is"]
        assert {name: meaning.slots.get(name) for name in case.get("with", {})} == case.get("with", {})
    if "also" in case:
        assert sorted(act.intent for act in meaning.acts[1:]) == sorted(case["also"])
    if "tells" in case:
        assert ([meaning.told.act.intent] if meaning.told else []) == case["tells"]
    if "never" in case:
        assert not (meaning.confidence == "sure" and case["never"] in [act.intent for act in meaning.acts])


def doubtful() -> Iterator[Any]:
    book = yaml.safe_load((CASES / "doubtful.yaml").read_text(encoding="utf-8"))
    for language, messages in book.items():
        for message in messages:
            yield pytest.param(message, language, id=f"{language}: {message}")


@pytest.mark.parametrize(("message", "language"), list(doubtful()))
def test_a_doubtful_dose_is_never_logged_in_silence(reader: Reader, message: str, language: str) -> None:
    now = datetime.fromisoformat("2026-03-18T15:20:00+01:00")
    meaning = reader.read(message, now=now, timezone="Europe/Paris", language=language)
    assert not (meaning.confidence == "sure" and "log_intake" in [act.intent for act in meaning.acts])


def test_most_messages_are_read_without_asking(reader: Reader) -> None:
    """A reader that always asks would pass the rest: at least nine messages in ten that mean something are sure."""
    meant = [case for case in voices() if case.values[0].get("is", "other") != "other" and "never" not in case.values[0]]
    assert len(meant) > 400
    sure = 0
    for case in meant:
        message, now, zone, language = case.values
        sure += reader.read(message["say"], now=now, timezone=zone, language=language).confidence == "sure"
    assert sure / len(meant) > 0.9
