"""Asking to be shown what the plan or the log holds, in ordinary words: never answered by a menu, and never taken for something told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.houses import minds

TUESDAY = datetime(2026, 3, 10, 14, 30, tzinfo=UTC)


def read(text: str, language: str) -> Any:
    return minds().reader.read(text, now=TUESDAY, timezone="Europe/Paris", language=language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "tell me what I'm on at the moment"),
        ("en", "what dose am i on"),
        ("en", "are we on step 2?"),
        ("en", "im on step 2 right"),
        ("en", "so we're at stage 3, is that correct?"),
        ("fr", "on est à l'étape 2 c'est ça ?"),
        ("fr", "je suis bien au palier 3 ?"),
        ("fr", "jsuis au palier 2 non"),
        ("fr", "dis moi à combien je suis en ce moment"),
        ("fr", "j'en suis à quelle dose"),
        ("fr", "on est à combien là"),
    ],
)
def test_where_one_is_in_the_plan_is_shown(language: str, text: str) -> None:
    meaning = read(text, language)
    assert (meaning.intent, meaning.confidence, meaning.slots) == ("show_plan", "sure", {})


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "what's on for tomorrow"),
        ("en", "whats planned for tomorrow?"),
        ("en", "what have i got tomorrow"),
        ("en", "anything planned for tomorrow?"),
        ("fr", "c'est quoi pour demain"),
        ("fr", "y a quoi de prévu demain ?"),
        ("fr", "j'ai quoi demain"),
        ("fr", "et demain c'est quoi"),
    ],
)
def test_a_day_to_come_is_shown_by_the_plan(language: str, text: str) -> None:
    meaning = read(text, language)
    assert (meaning.intent, meaning.confidence, meaning.slots) == ("show_plan", "sure", {"start": "2026-03-11"})


@pytest.mark.parametrize(
    ("language", "text", "since"),
    [
        ("en", "What have you recorded for yesterday?", "2026-03-09"),
        ("en", "what have you got down for yesterday", "2026-03-09"),
        ("en", "what did you write down for me today", "2026-03-10"),
        ("en", "what's my total today", "2026-03-10"),
        ("fr", "qu'avez-vous enregistré hier ?", "2026-03-09"),
        ("fr", "kest ce que t'as noté hier", "2026-03-09"),
        ("fr", "vous avez noté quoi pour lundi", "2026-03-09"),
        ("fr", "c'est quoi mon total aujourd'hui", "2026-03-10"),
    ],
)
def test_what_was_noted_is_shown_of_its_day(language: str, text: str, since: str) -> None:
    meaning = read(text, language)
    assert (meaning.intent, meaning.confidence, meaning.slots["since"]) == ("ask_history", "sure", since)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "does coffee matter"), ("en", "does tea make a difference"), ("fr", "le café ça joue ?"), ("fr", "est-ce que le café compte")],
)
def test_what_is_drunk_without_alcohol_is_a_question(language: str, text: str) -> None:
    meaning = read(text, language)
    assert (meaning.intent, meaning.confidence) == ("ask_safety", "sure")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I am on step 2"),
        ("fr", "je suis à l'étape 2"),
        ("en", "what have you recorded about me"),
        ("fr", "qu'avez-vous enregistré sur moi"),
        ("en", "what day is it today"),
        ("fr", "on est quel jour demain"),
        ("fr", "je suis à combien de verres"),
        ("en", "what do you have for side effects"),
    ],
)
def test_words_that_only_look_like_it_are_not_shown_the_plan(language: str, text: str) -> None:
    meaning = read(text, language)
    assert (meaning.intent, meaning.confidence) != ("show_plan", "sure")


@pytest.mark.parametrize(
    ("language", "text"), [("en", "show me the plan I started on Monday"), ("fr", "montre moi le plan commencé lundi")]
)
def test_a_plan_that_began_on_a_day_is_shown_whole(language: str, text: str) -> None:
    assert "start" not in read(text, language).slots
