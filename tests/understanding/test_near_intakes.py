"""Messages that hold the words of an intake and are none, and intakes told beside something else: nothing is noted that was not said, and
nothing that was said is lost without a question."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.knowledge.files import LANGUAGES
from bot.knowledge.shelf import messages
from bot.understanding.reader import Reader

FOLDER = Path(__file__).parent / "near_intakes"
MISTAKEN = {"prise ok 10h entre deux cours de conduite, je suis moniteur"}
"""Known: the lessons are heard as a question about driving."""
NOW = datetime.fromisoformat("2026-03-10T20:30:00+01:00")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def book(language: str) -> dict[str, Any]:
    """One language's file."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return found


def done(reader: Reader, text: str, language: str) -> set[str]:
    """What a message does without a question."""
    meaning = reader.read(text, now=NOW, timezone="Europe/Paris", language=language)
    return {act.intent for act in meaning.acts} if meaning.confidence == "sure" else set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_intake_is_noted_that_was_none(reader: Reader, language: str) -> None:
    said = list(messages(book(language)["near"]))
    assert len(said) > 300
    for text in said:
        assert "log_intake" not in done(reader, text, language), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_intake_told_among_other_words_is_noted_or_asked_about_and_not_taken_for_something_else(reader: Reader, language: str) -> None:
    said = list(messages(book(language)["taken"]))
    assert len(said) > 300
    for text in said:
        noted = done(reader, text, language)
        assert (bool(noted) and "log_intake" not in noted) == (text in MISTAKEN), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_intake_told_beside_something_else_is_not_lost_in_silence(reader: Reader, language: str) -> None:
    said = [(what, text) for what, block in book(language)["beside"].items() for text in messages(block)]
    assert len(said) == 60
    for what, text in said:
        noted = done(reader, text, language)
        assert not (what in noted and "log_intake" not in noted), text


@pytest.mark.parametrize(("language", "text"), [("en", "took 20 mg at 14:00"), ("fr", "pris 20 mg à 14h")])
def test_a_plain_intake_is_noted(reader: Reader, language: str, text: str) -> None:
    """So that the above is no habit of asking."""
    assert done(reader, text, language) == {"log_intake"}
