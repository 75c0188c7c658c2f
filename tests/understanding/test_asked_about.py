"""Which answer a question asks for, where no cue names it: the network's word, and how far it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.meaning import QUESTIONS, Meaning
from bot.knowledge.facts import UNKNOWN, facts
from bot.knowledge.files import LANGUAGES, KnowledgeError
from bot.knowledge.intent_weights import load_intent_weights
from bot.knowledge.network_weights import load_network
from bot.knowledge.questions import questions, questions_hash, read_questions
from bot.understanding.intent_linear import IntentLinear
from bot.understanding.intent_second import SecondOpinion
from bot.understanding.interpret import ABOUT, CERTAIN, MAYBE_ABOUT, WIDE
from bot.understanding.language import languages
from bot.understanding.network import network
from bot.understanding.reader import Reader
from tests.opinions import Saying

NOW = datetime(2026, 2, 2, 15, 0, tzinfo=UTC)
NO_CUE = {"en": "would it be fine at the allotment?", "fr": "ça irait au potager ?"}


def read(text: str, topics: Mapping[str, float], language: str = "en", intents: Mapping[str, float] | None = None) -> Meaning:
    """A message read with such an opinion."""
    second = Saying(topics, intents)
    return Reader.of(languages(), dict.fromkeys(LANGUAGES, second)).read(text, now=NOW, timezone="Europe/Paris", language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_network_is_sure_of_is_answered(language: str) -> None:
    meaning = read(NO_CUE[language], {"daily_life": ABOUT, "driving": 1 - ABOUT}, language)
    assert (meaning.confidence, meaning.slots) == ("sure", {"topic": "daily_life"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_it_doubts_is_offered_the_likeliest_first(language: str) -> None:
    meaning = read(NO_CUE[language], {"driving": ABOUT - 0.05, "daily_life": 0.3, "onset": MAYBE_ABOUT - 0.01}, language)
    assert (meaning.intent, meaning.slots) == ("ask_info", {"topics": ["driving", "daily_life"]})


def test_that_no_answer_answers_is_neither_a_topic_nor_on_offer() -> None:
    assert read(NO_CUE["en"], {UNKNOWN: 0.9, "onset": 0.1}).slots == {}
    assert read(NO_CUE["en"], {UNKNOWN: 0.5, "onset": 0.5}).slots == {"topics": ["onset"]}


def test_a_question_taken_for_something_else_is_also_offered_the_answer_that_it_may_ask_for() -> None:
    seems = {"show_plan": 0.5, "ask_info": 0.2, "ask_history": 0.2}
    meaning = read(NO_CUE["en"], {"daily_life": ABOUT}, intents=seems)
    assert (meaning.confidence, meaning.candidates[:2], meaning.about) == ("ask", ("show_plan", "ask_info"), ("daily_life",))
    assert read(NO_CUE["en"], {"daily_life": ABOUT - 0.01}, intents=seems).about == ()
    assert read(NO_CUE["en"], {UNKNOWN: 1.0}, intents=seems).about == ()
    assert read("it was fine at the allotment", {"daily_life": 1.0}).about == ()


def test_without_a_network_a_question_has_the_topic_of_its_cue_or_none() -> None:
    assert read(NO_CUE["en"], {}).slots == {}
    assert read("when does it start to work?", {}).slots == {"topic": "onset"}


def test_a_cue_of_wide_words_gives_way_to_what_the_network_says_or_stands_beside_it() -> None:
    asked = "when does it start to work?"
    assert "onset" in WIDE
    assert read(asked, {"pace": ABOUT, "onset": 0.1}).slots == {"topic": "pace"}
    assert read(asked, {"pace": ABOUT - 0.01, "onset": 0.1}).slots == {"topics": ["pace", "onset"]}
    assert read(asked, {"onset": 0.4, "pace": 0.3}).slots == {"topic": "onset"}
    assert read(asked, {UNKNOWN: 1.0}).slots == {"topic": "onset"}


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("can I take two doses at once?", "double_dose"),
        ("what is the largest dose in one go?", "largest_single"),
        ("I am pregnant, is it safe?", "pregnancy"),
    ],
)
def test_any_other_cue_is_believed(text: str, topic: str) -> None:
    assert topic not in WIDE
    assert read(text, {"pace": 1.0}).slots["topic"] == topic


def test_an_answer_that_does_something_is_given_only_when_it_is_certain() -> None:
    for heavy in ("days_missed", "kidney"):
        assert read(NO_CUE["en"], {heavy: CERTAIN - 0.01}).slots == {"topics": [heavy]}
        assert read(NO_CUE["en"], {heavy: CERTAIN}).slots["topic"] == heavy


def test_a_question_about_an_effect_that_is_named_is_answered_with_what_is_known_of_it() -> None:
    asked = read("is hypomania common?", {"serious_effects": 1.0})
    assert (asked.slots["topic"], asked.slots["effects"]) == ("side_effects", ["hypomania"])


def test_a_medicine_that_is_named_is_answered_as_such_unless_something_else_is_certain() -> None:
    assert read("is it fine with ibuprofen?", {"side_effects": 0.8, "interaction": 0.2}).slots["substances"] == ["ibuprofen"]
    assert read("is naltrexone any better?", {"others": 0.99}).slots["topic"] == "others"


def test_a_question_that_is_doubtful_only_in_its_kind_is_answered() -> None:
    halves = {"ask_info": 0.4, "ask_safety": 0.35, "help": 0.2}
    assert read(NO_CUE["en"], {"daily_life": ABOUT}, intents=halves).confidence == "sure"
    assert read(NO_CUE["en"], {"daily_life": 0.99}, intents={"ask_info": 0.3, "help": 0.25, "ask_timing": 0.2}).confidence == "ask"


@pytest.mark.parametrize("text", ["took 20 at noon", "dizzy this morning, 4/10", "my curve please", "hello"])
def test_what_asks_for_no_answer_has_no_topic(text: str) -> None:
    meaning = read(text, {"onset": 1.0}, intents={"log_intake": 0.2, "log_side_effect": 0.2, "ask_history": 0.3, "greet": 0.3})
    assert meaning.intent not in QUESTIONS
    assert not {"topic", "topics"} & set(meaning.slots) or meaning.intent == "ask_history"


def test_what_was_taught_are_these_very_questions_and_only_answers_that_there_are() -> None:
    asked = [question for language in LANGUAGES for question in questions(language)]
    assert load_network().learnt_from["questions"] == questions_hash(asked), "run make knowledge-network"
    assert set(load_network().topics) == set(facts())
    for language in LANGUAGES:
        theirs = [question.topic for question in asked if question.language == language]
        assert len(theirs) > 3000
        assert all(theirs.count(topic) >= 4 for topic in facts()), "a topic that nobody asks about is never heard"


def test_a_topic_that_no_answer_has_is_refused(tmp_path: Path) -> None:

    (tmp_path / "q.yaml").write_text("author: q\nabout: one\nquestions:\n  weather: |\n    will it rain\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="weather"):
        list(read_questions("q.yaml", "en", folder=tmp_path))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.sampled_from(LANGUAGES))
def test_of_any_text_the_shares_of_all_answers_are_one_together(text: str, language: str) -> None:
    second = SecondOpinion(IntentLinear(load_intent_weights(language)), network())
    told = second.topics(text, whole=True)
    assert sum(share for _, share in told) == pytest.approx(1)
    assert [share for _, share in told] == sorted((share for _, share in told), reverse=True)
    assert second.topics(text, whole=False) == ()
