"""Laws that hold for every text, whatever it says."""

from __future__ import annotations

import re
import time
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.understanding.intents import LOGS
from bot.understanding.language import detect, languages
from bot.understanding.reader import Reader, meaning_json

READER = Reader.load()
NOW = datetime.fromisoformat("2026-03-18T15:20:00+01:00")
WORDS = sorted(
    {word for language in languages().values() for texts in language.examples.values() for text in texts for word in text.split()}
)
KEYS = {"language", "intent", "confidence", "slots", "candidates", "also"}
CLOCK = re.compile(r"\d\d:\d\d")

words = some.lists(some.sampled_from([*WORDS, "20", "mg", "à", "14h", "2", "half", "demain", "/", "+", "10/10/20"]), max_size=14).map(
    " ".join
)
texts = some.one_of(some.text(max_size=300), words)
tongues = some.sampled_from(["fr", "en", None, "de"])


@settings(max_examples=150, deadline=None)
@given(text=texts, language=tongues)
def test_any_text_is_read_as_at_least_one_act(text: str, language: str | None) -> None:
    meaning = READER.read(text, now=NOW, timezone="Europe/Paris", language=language)
    assert meaning.acts
    assert meaning.confidence in ("sure", "ask", "lost")
    assert len(meaning.candidates) <= 3
    assert set(meaning_json(meaning)) == KEYS


@settings(max_examples=150, deadline=None)
@given(text=words, language=tongues)
def test_a_message_that_ends_with_a_question_mark_never_logs(text: str, language: str | None) -> None:
    meaning = READER.read(f"{text} ?", now=NOW, timezone="Europe/Paris", language=language)
    assert not [act for act in meaning.acts if act.intent in LOGS]


@settings(max_examples=150, deadline=None)
@given(text=words, language=some.sampled_from(["fr", "en"]))
def test_every_time_slot_is_iso(text: str, language: str) -> None:
    meaning = READER.read(text, now=NOW, timezone="Europe/Paris", language=language)
    for act in meaning.acts:
        for name in ("at", "planned_at", "since", "until"):
            said = act.slots.get(name)
            if said:
                assert datetime.fromisoformat(said)
                assert len(said) in (len("2026-01-01"), len("2026-01-01T14:00"))
        for name in ("craving_at", "craving_weekend_at", "bedtime"):
            assert CLOCK.fullmatch(act.slots.get(name, "08:00"))
        assert all(CLOCK.fullmatch(hour) for hour in act.slots.get("times", ()))
        assert date.fromisoformat(act.slots.get("start", "2026-01-01"))


@settings(max_examples=80, deadline=None)
@given(text=some.text(max_size=400), language=some.sampled_from(["fr", "en"]))
def test_lone_answers_never_raise(text: str, language: str) -> None:
    READER.number(text, language)
    READER.clock(text, language)
    assert isinstance(READER.doses(text, language), list)


@settings(max_examples=100, deadline=None)
@given(text=some.text(max_size=400), prior=some.sampled_from(["fr", "en", None, "xx"]))
def test_a_language_is_always_detected(text: str, prior: str | None) -> None:
    assert detect(text, prior=prior) in ("fr", "en")


@pytest.mark.parametrize("mark", [None, "Europe/Paris", "Not/AZone", "../../etc/passwd", ""])
def test_a_zone_that_does_not_exist_is_no_reason_to_fail(mark: str | None) -> None:
    assert READER.read("j'ai pris 20 mg à 14h", now=NOW, timezone=mark or "", language="fr").intent == "log_intake"


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "20 mg " * 20_000, "1/" * 50_000, "h8" * 30_000, "\x00" * 5_000, "😀" * 20_000, "à 8h " * 8_000]
)
def test_a_huge_message_is_read_in_bounded_time(text: str) -> None:
    started = time.perf_counter()
    READER.read(text, now=NOW, timezone="Europe/Paris", language="fr")
    assert time.perf_counter() - started < 2


def test_a_message_longer_than_what_is_read_is_never_sure() -> None:
    meaning = READER.read("j'ai pris 20 mg à 14h. " + "Il fait beau ici. " * 200, now=NOW, timezone="Europe/Paris", language="fr")
    assert meaning.confidence != "sure"


def test_a_day_is_read_in_the_zone_of_the_person() -> None:
    now = datetime.fromisoformat("2026-03-18T23:30:00+00:00")
    meaning = READER.read("j'ai pris 20 mg à 12h hier", now=now, timezone="Pacific/Auckland", language="fr")
    assert meaning.slots["at"] == "2026-03-18T12:00"


def test_a_french_setting_still_hears_english() -> None:
    meaning = READER.read("i took 20 mg at 2pm", now=NOW, timezone="Europe/Paris", language="fr")
    assert (meaning.language, meaning.intent, meaning.slots["at"]) == ("en", "log_intake", "2026-03-18T14:00")


def test_the_prior_decides_when_the_text_does_not() -> None:
    assert detect("20 mg", prior="fr") == "fr"
    assert detect("20 mg", prior="en") == "en"


@pytest.mark.parametrize(
    "text", ["j'ai pris mes comprimés", "je ne dors plus", "combien de verres hier", "c koi la suite", "Où en suis-je ?"]
)
def test_french_is_recognised(text: str) -> None:
    assert detect(text) == "fr"


@pytest.mark.parametrize("text", ["took my pills", "can't sleep", "how many drinks yesterday", "what's next", "i'm dizzy"])
def test_english_is_recognised(text: str) -> None:
    assert detect(text) == "en"
