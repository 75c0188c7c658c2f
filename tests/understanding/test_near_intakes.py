"""Messages that hold the words of an intake and are none, and intakes told beside something else: nothing is noted that was not said, and
nothing that was said is lost without a question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from bot.knowledge.files import LANGUAGES
from bot.understanding.reader import Reader

FOLDER = Path(__file__).parent / "near_intakes"
MISTAKEN = {"prise ok 10h entre deux cours de conduite, je suis moniteur"}
"""Known: the lessons are heard as a question about driving."""
NOW = datetime.fromisoformat("2026-03-10T20:30:00+01:00")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def lines(language: str, kind: str) -> Iterator[str]:
    book = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    yield from (line.replace("⏎", "\n") for line in book[kind].splitlines())


def beside(language: str) -> Iterator[tuple[str, str]]:
    book = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    yield from ((what, line.replace("⏎", "\n")) for what, lines in book["beside"].items() for line in lines.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_intake_is_noted_that_was_none(reader: Reader, language: str) -> None:
    said = list(lines(language, "near"))
    assert len(said) > 300
    for text in said:
        meaning = reader.read(text, now=NOW, timezone="Europe/Paris", language=language)
        assert not (meaning.confidence == "sure" and "log_intake" in [act.intent for act in meaning.acts]), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_intake_told_among_other_words_is_noted_or_asked_about_and_not_taken_for_something_else(reader: Reader, language: str) -> None:
    said = list(lines(language, "taken"))
    assert len(said) > 300
    for text in said:
        meaning = reader.read(text, now=NOW, timezone="Europe/Paris", language=language)
        mistaken = meaning.confidence == "sure" and "log_intake" not in [act.intent for act in meaning.acts]
        assert mistaken == (text in MISTAKEN), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_intake_told_beside_something_else_is_not_lost_in_silence(reader: Reader, language: str) -> None:
    said = list(beside(language))
    assert len(said) == 60
    for what, text in said:
        meaning = reader.read(text, now=NOW, timezone="Europe/Paris", language=language)
        told = {act.intent for act in meaning.acts}
        assert not (meaning.confidence == "sure" and what in told and "log_intake" not in told), text


@pytest.mark.parametrize(("language", "text"), [("en", "took 20 mg at 14:00"), ("fr", "pris 20 mg à 14h")])
def test_a_plain_intake_is_noted(reader: Reader, language: str, text: str) -> None:
    """So that the above is no habit of asking."""
    meaning = reader.read(text, now=NOW, timezone="Europe/Paris", language=language)
    assert (meaning.confidence, meaning.intent) == ("sure", "log_intake")
