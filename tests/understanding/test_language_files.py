"""The language files: doubt in them stops the start, and both languages name the same things."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.knowledge.files import KnowledgeError
from bot.knowledge.findings import findings
from bot.knowledge.language import agree, expand, load_languages
from bot.understanding.language import languages
from bot.understanding.reader import Reader

INTENTS = (
    "log_intake log_missed correct_last undo log_side_effect log_craving log_drink set_plan show_plan ask_timing ask_next "
    "ask_history ask_safety ask_info stop_treatment set_reminder change_reminder snooze confirm decline report talk_to_human "
    "settings privacy help greet thanks cancel other"
)


def test_both_languages_name_the_same_things() -> None:
    assert set(load_languages()) == {"fr", "en"}


def test_an_effect_that_only_one_language_names_is_refused() -> None:
    french, english = languages().values()
    fewer = {name: words for name, words in english.terms.effects.items() if name != "tinnitus"}
    with pytest.raises(KnowledgeError, match="tinnitus"):
        agree([french, replace(english, terms=english.terms.model_copy(update={"effects": fewer}))])


def test_a_macro_that_nobody_defined_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="nobody"):
        expand("{nobody}", {"somebody": "a"})


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_intent_of_the_contract_has_cues_and_examples(language: str) -> None:
    held = languages()[language]
    assert {rule.intent for rule in held.understanding.rules} == set(INTENTS.split())
    assert set(held.examples) == set(INTENTS.split())


def test_every_effect_that_words_name_is_a_known_finding() -> None:
    known = set(findings())
    assert set(languages()["fr"].terms.effects) <= known


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_word_of_an_effect_is_taken_by_an_earlier_effect(language: str) -> None:
    """Plain words, without pattern signs, must be found as the effect that lists them."""
    reader = Reader.load()
    scanner = reader.tongues[language].scanner
    looked = 0
    for effect, words in languages()[language].terms.effects.items():
        for word in words:
            if word.replace(" ", "").isalpha():
                looked += 1
                assert [atom.value for atom in scanner.scan(word).of("EFFECT")] == [effect], word
    assert looked > 40
