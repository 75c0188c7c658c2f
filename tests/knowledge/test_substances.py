"""Substances: what is sedating or an opioid has one list of names, wherever it is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.knowledge.danger import load_danger
from bot.knowledge.files import LANGUAGES
from bot.knowledge.language import load_language
from bot.knowledge.substances import substances
from bot.knowledge.wording import wording

SLOTS = {
    ("fr", "interaction-sedative"): "sedatif",
    ("fr", "interaction-opioid"): "opioide",
    ("en", "interaction-sedative"): "sedative",
    ("en", "interaction-opioid"): "opioid",
}

# Cannabis and alcohol alone are no mix that the guides describe; the rest are everyday words, a danger only in the company of drink.
ONLY_HERE = {"cannabis", "beuh", "weed", "joint", "joints", "petard", "petards", "shit", "cbd", "marijuana", "pot", "hash", "l'hero"}
ONLY_IN_DANGER = {"bars"}


def spelled_out(form: str) -> Iterator[str]:
    """The words that a simple pattern stands for: optional letters, one choice of letters or of words; nothing for a richer one."""
    choice = re.search(r"\(\?:([^()]*)\)(\??)|\[([a-z]+)\]|([a-z])\?", form)
    if choice is None:
        yield from ([form] if re.fullmatch(r"[a-z0-9' ]+", form) else [])
        return
    words, maybe, letters, letter = choice.groups()
    options = words.split("|") if words is not None else list(letters) if letters else [letter, ""]
    for option in [*options, *([""] if maybe else [])]:
        yield from spelled_out(form[: choice.start()] + option + form[choice.end() :])


def names(language: str, rule: str) -> list[str]:
    """Every pattern by which a language names the substances of a rule."""
    terms = load_language(language).terms.substances
    return [form for name, held in substances().items() if held.rule == rule for form in terms[name]]


@pytest.mark.parametrize(("language", "rule"), SLOTS)
def test_what_is_sedating_or_an_opioid_is_known_to_both_lists(language: str, rule: str) -> None:
    danger = next(words for words in load_danger().languages if words.language == language)
    alarming = {word for word in re.split(r"[(|)\n]+", danger.slots[SLOTS[language, rule]]) if word.strip()}
    forms = names(language, rule)
    spoken = {word.strip() for form in forms for word in spelled_out(form)}
    known = re.compile("|".join(f"(?:{form})" for form in forms))
    assert len(alarming) > 20
    assert len(spoken) > 20
    assert sorted(word for word in alarming if not known.fullmatch(word.strip()) and word not in ONLY_IN_DANGER) == []
    assert sorted(word for word in spoken - alarming - ONLY_HERE if not _a_phrase(word)) == []


def _a_phrase(word: str) -> bool:
    """A description in several words ("medicines that make drowsy") names no product that could stand in a list."""
    return len(word.split()) > 3 or word.startswith(("medicament", "dafalgan ", "efferalgan ", "klipal ", "sodium ", "oxybate "))


@pytest.mark.parametrize(
    ("form", "words"), [("benzos?", {"benzos", "benzo"}), ("a (?:b|c)", {"a b", "a c"}), ("o[sz]e", {"ose", "oze"}), (r"x\w+", set())]
)
def test_a_simple_pattern_is_spelled_out(form: str, words: set[str]) -> None:
    assert set(spelled_out(form)) == words


def test_every_rule_of_a_substance_has_its_own_words_in_every_language() -> None:
    told = {f"interaction.{held.rule.removeprefix('interaction-')}" for held in substances().values()}
    assert len(told) > 10
    for language in LANGUAGES:
        assert told <= wording(language).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_what_no_source_names_the_words_claim_nothing(language: str) -> None:
    said = wording(language)["interaction.other"]
    assert said == {"fr": "Nos guides ne disent rien de ce produit.", "en": "Our guides say nothing of this product."}[language]


@pytest.mark.parametrize(
    ("name", "rule", "document"),
    [
        ("lithium", "interaction-lithium", "mims-interactions"),
        ("maoi", "interaction-maoi", "mims-interactions"),
        ("metformin", "interaction-antidiabetic", "mims-interactions"),
        ("kidney_harming", "interaction-kidney-harming", "mims-interactions"),
        ("tamsulosin", "interaction-standing-pressure", "S001"),
        ("opium", "interaction-opioid", "S004"),
        ("chlordiazepoxide", "interaction-sedative", "S001"),
        ("sodium_oxybate", "interaction-sedative", "S001"),
        ("ibuprofen", "interaction-other", "S001"),
    ],
)
def test_a_family_stands_on_its_source(name: str, rule: str, document: str) -> None:
    held = substances()[name]
    assert held.rule == rule
    assert document in {source.document.id for source in held.sources}
