"""The second opinion on what a message does: what it knows is fresh, it forgives spelling, and it is never enough for a dose."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.meaning import Meaning
from bot.knowledge.files import LANGUAGES, KnowledgeError
from bot.knowledge.intent_weights import IntentWeights, load_intent_weights
from bot.knowledge.sayings import sayings, sayings_hash
from bot.understanding.fold import fold
from bot.understanding.intent_linear import BUCKETS, IntentLinear, Likeness
from bot.understanding.intent_second import SecondOpinion
from bot.understanding.reader import Reader
from tests.houses import minds

NOW = datetime(2026, 3, 18, 14, 20, tzinfo=UTC)
EXAM = Path(__file__).parent / "understanding_exam"
WRITTEN_BEFORE = ("examples", "v0")
"""Sentences of the cues, and those of the tests: older than the exam, whose author saw none of them."""


def says(text: str, language: str, reader: Reader | None = None) -> Meaning:
    """A message, read on a Wednesday at 15:20 in Paris."""
    return (reader or minds().reader).read(text, now=NOW, timezone="Europe/Paris", language=language)


def convinced_of(*intents: str) -> Reader:
    """A reader whose second opinion is the same whatever is said: one intent, or torn between several."""
    names = load_intent_weights("en").intents
    bias = tuple(50.0 if name in intents else 0.0 for name in names)
    blind = IntentWeights(BUCKETS, names, 0.0, bias, "nothing", array("b", bytes(2 * BUCKETS * len(names))))
    reader = minds().reader
    return replace(
        reader, tongues={code: replace(tongue, second=SecondOpinion(IntentLinear(blind), None)) for code, tongue in reader.tongues.items()}
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_weights_were_learnt_from_these_very_sayings(language: str) -> None:
    assert load_intent_weights(language).learnt_from == sayings_hash(sayings(language)), "run make knowledge"


def test_every_language_knows_the_same_intents_by_enough_sayings_of_several_authors() -> None:
    known = [set(load_intent_weights(language).intents) for language in LANGUAGES]
    assert all(each == known[0] for each in known)
    assert len(known[0]) == 29
    for language in LANGUAGES:
        found = sayings(language)
        assert len({saying.author for saying in found}) >= 3
        for intent in known[0]:
            assert sum(intent in saying.intents for saying in found) >= 40, (language, intent)


def test_no_message_of_the_exam_is_among_the_sayings() -> None:
    for path in sorted(EXAM.glob("*.yaml")):
        book = yaml.safe_load(path.read_text(encoding="utf-8"))
        known = {fold(s.text).text.strip(" .!?") for s in sayings(book["language"]) if s.author not in WRITTEN_BEFORE}
        asked = [case["say"] for kind in ("ordinary", "hard") for case in book[kind]]
        assert len(asked) >= 400
        # Words as short as "ok" and "pris 20" are everybody's.
        assert [text for text in asked if len(text) > 25 and fold(text).text.strip(" .!?") in known] == []


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("jai oublieé ma priz de mdi", "fr", "log_missed"),
        ("koman je repartie mé 70 mg si le kreving et a 18h", "fr", "ask_timing"),
        ("supprim la derniere prize stp", "fr", "undo"),
        ("fforgot my noon dsoe agian", "en", "log_missed"),
        ("hw shud i spred 70 mg if the cravng is at 6pm", "en", "ask_timing"),
        ("delte the last entyr pls", "en", "undo"),
    ],
)
def test_it_knows_a_message_again_however_it_is_spelt(text: str, language: str, intent: str) -> None:
    meaning = says(text, language)
    assert intent in (meaning.intent, *meaning.candidates)


def test_what_it_contradicts_is_asked_about_with_both_readings_on_offer() -> None:
    text = "I took 20 mg at 2pm"
    assert says(text, "en").confidence == "sure"
    doubted = says(text, "en", convinced_of("ask_next"))
    assert doubted.confidence == "ask"
    assert {"log_intake", "ask_next"} <= set(doubted.candidates)


@pytest.mark.parametrize(("text", "language"), [("taken", "fr"), ("pris", "en")])
def test_a_likeness_gives_way_to_a_cue_of_the_other_language(text: str, language: str) -> None:
    assert says(text, language).intent == "log_intake"
    assert says(text, language).confidence == "sure"


@pytest.mark.parametrize("text", ["no longer an hour for the second one", "shift the others along, all of them"])
def test_what_the_cues_do_not_know_is_changed_only_when_it_is_certain(text: str) -> None:
    certain = says(text, "en", convinced_of("change_reminder"))
    assert (certain.intent, certain.confidence) == ("change_reminder", "sure")
    assert says(text, "en", convinced_of("change_reminder", "snooze")).confidence == "ask"


@pytest.mark.parametrize("text", ["zzz 20 mg qqq 2pm", "20 mg", "hmm the 20", "blue 20 mg at 2pm fish", "deux trucs de 20 à 14h bof"])
@pytest.mark.parametrize("intent", ["correct_last", "set_plan", "erase", "stop_treatment"])
def test_no_correction_no_plan_and_no_stop_is_taken_on_its_word_alone(text: str, intent: str) -> None:
    assert says(text, "en", convinced_of(intent)).confidence != "sure"


@pytest.mark.parametrize(("text", "intent"), [("zzz 20 mg qqq 2pm", "log_missed"), ("hmm the 20", "undo")])
def test_a_missed_dose_and_undoing_are_taken_on_its_word_only_when_it_is_certain(text: str, intent: str) -> None:
    """Both are read back with their way back."""
    assert says(text, "en", convinced_of(intent)).confidence == "sure"
    assert says(text, "en", convinced_of(intent, "ask_history")).confidence == "ask"
    assert says("20 mg", "en", convinced_of(intent)).confidence != "sure", "figures alone are nothing to be certain of"


@pytest.mark.parametrize(
    "text",
    [
        "zzz qqq",
        "zzz 20 mg at 2pm",
        "blue fish at 2pm",
        "20 drops",
        "20 fish at 2pm",
        "my neighbour 20 mg",
        "zzz not taken 20 mg at 2pm",
        "going to take zzz 20 mg at 2pm",
        "20 mg of valium zzz",
        "zzz 20 mg or 30 mg",
    ],
)
def test_an_intake_is_logged_on_its_word_only_with_an_amount_that_is_nothing_else(text: str) -> None:
    assert says("the 20 mg, sharp, 2pm", "en", convinced_of("log_intake")).confidence == "sure"
    assert says(text, "en", convinced_of("log_intake")).confidence != "sure"


def test_what_only_answers_is_served_when_it_is_certain() -> None:
    """The words mean nothing to the cues: what is served is its own choice."""
    assert says("zzz qqq", "en", convinced_of("show_plan")).confidence == "sure"
    assert says("zzz qqq", "en", convinced_of("stop_treatment")).confidence == "ask"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from(LANGUAGES), st.booleans())
def test_all_that_a_message_may_be_is_one_whatever_the_text(text: str, language: str, asks: bool) -> None:
    opinion = IntentLinear(load_intent_weights(language)).opinion(text, asks=asks)
    assert sum(one.share for one in opinion) == pytest.approx(1)
    assert shares(opinion) == sorted(shares(opinion), reverse=True)


def shares(opinion: Sequence[Likeness]) -> list[float]:
    """How much each intent was given."""
    return [one.share for one in opinion]


def test_a_file_that_is_not_what_it_says_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    with pytest.raises(KnowledgeError, match="make knowledge"):
        load_intent_weights("en", tmp_path)
    (tmp_path / "en" / "intent_weights.bin").write_bytes(b'{"intents": ["help"], "buckets": 4, "bias": [0]}\n123')
    with pytest.raises(KnowledgeError, match="another length"):
        load_intent_weights("en", tmp_path)
