"""A language that nobody speaks, in five small files: a third language needs files, and no line of code (docs/adding-a-language.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.core.meaning import Meaning
from bot.knowledge.files import LANGUAGES, KnowledgeError
from bot.knowledge.language import Terms, agree, load_language
from bot.understanding.intents import LOGS
from bot.understanding.language import languages
from bot.understanding.reader import Reader
from bot.understanding.scan import Scanner
from tests.houses import minds

TOY = "xx"
TOYS = Path(__file__).parent / "toy"
NOW = datetime.fromisoformat("2026-03-18T15:20:00+01:00")


@cache
def reader() -> Reader:
    """French and English with their second opinions, and the toy language, which has none."""
    seconds = {code: tongue.second for code, tongue in minds().reader.tongues.items() if tongue.second}
    return Reader.of({**languages(), TOY: load_language(TOY, TOYS)}, seconds)


def says(text: str, language: str | None = TOY) -> Meaning:
    """A message, read on a Wednesday at 15:20 in Paris."""
    return reader().read(text, now=NOW, timezone="Europe/Paris", language=language)


@pytest.mark.parametrize("language", [TOY, None, "fr", "en"])
@pytest.mark.parametrize("text", ["mi glu 20 miga na 14 tik", "Mi glup bideka miga, na 14:00 tik."])
def test_an_intake_is_logged_with_its_amount_and_its_hour(text: str, language: str | None) -> None:
    """Whatever the setting: the words are enough to know the language by."""
    meaning = says(text, language)
    assert (meaning.language, meaning.intent, meaning.confidence) == (TOY, "log_intake", "sure")
    assert meaning.slots == {"dose_mg": 20, "at": "2026-03-18T14:00"}


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("mi glu o pastil 3 tik retro", "log_intake", {"tablets": 1, "at": "2026-03-18T12:20"}),
        ("mi forgo la pastil na 8 tik", "log_missed", {"planned_at": "2026-03-18T08:00", "at": "2026-03-18T08:00"}),
        ("frogo pasol", "log_missed", {"planned_at": "2026-03-17", "at": "2026-03-17"}),
        ("mi havas vertigu", "log_side_effect", {"effects": ["dizziness"]}),
        ("zar 7/10 na 13 tik", "log_craving", {"craving": 7, "at": "2026-03-18T13:00", "craving_at": "13:00"}),
        ("mi glu 2 glasi de vinu", "log_drink", {"drinks": [{"count": 2, "unit": "glass", "kind": "wine"}], "standard_drinks": 2}),
        ("danko", "thanks", {}),
    ],
)
def test_what_happened_is_read(text: str, intent: str, slots: dict[str, Any]) -> None:
    meaning = says(text)
    assert (meaning.intent, meaning.confidence, meaning.slots) == (intent, "sure", slots)


def test_several_things_said_at_once_are_all_served() -> None:
    acts = says("mi glu 20 miga na 12 tik, zar 7/10 na 13 tik").acts
    assert [act.intent for act in acts] == ["log_intake", "log_craving"]


@pytest.mark.parametrize(
    "text", ["ke tik mi glu la pastil nehe", "ke mi glu 20 miga na 14 tik", "mi glu 20 miga na 14 tik?", "chu mi forgo?"]
)
def test_a_question_logs_nothing(text: str) -> None:
    meaning = says(text)
    assert meaning.question
    assert not [act for act in meaning.acts if act.intent in LOGS]


@pytest.mark.parametrize("text", ["blorp zand", "mi ne forgo la pastil", "ba ti"])
def test_what_no_file_holds_is_not_understood(text: str) -> None:
    assert says(text).confidence == "lost"


@pytest.mark.parametrize("text", ["mi vol glu 20 miga", "mi glu 20 miga 30", "la amik glu 20 miga", "mi glu duoblu 20 miga"])
def test_a_doubtful_dose_is_asked_about(text: str) -> None:
    assert says(text).confidence == "ask"


def test_it_is_read_by_its_cues_where_nothing_was_learnt() -> None:
    assert reader().tongues[TOY].second is None
    assert all(reader().tongues[code].second for code in LANGUAGES)


@pytest.mark.parametrize(
    "text", ["i took 20 mg at 2pm", "j'ai pris 20 mg à 14h", "missed my noon dose", "je peux boire un verre ce soir ?"]
)
@pytest.mark.parametrize("setting", ["fr", "en", None])
def test_french_and_english_are_read_as_they_are_without_it(text: str, setting: str | None) -> None:
    assert says(text, setting) == minds().reader.read(text, now=NOW, timezone="Europe/Paris", language=setting)


def test_a_person_whose_language_it_is_is_heard_in_the_others_too() -> None:
    assert says("i took 20 mg at 2pm").language == "en"
    assert says("j'ai pris mes comprimés à 14h").language == "fr"


def test_the_answers_to_a_form_are_read() -> None:
    assert reader().number("ti", TOY) == 3
    assert reader().clock("na 14 tik", TOY) == time(14)
    assert reader().doses("20 miga", TOY) == [{"mg": 20}]


def test_all_that_the_other_languages_name_and_it_does_not_is_told_by_name_at_once() -> None:
    with pytest.raises(KnowledgeError) as told:
        agree([*languages().values(), load_language(TOY, TOYS)])
    faults = str(told.value).split("; ")
    assert any(fault.startswith("fr and xx differ in effects: ") and "tinnitus" in fault for fault in faults)
    assert any(fault.startswith("fr and xx differ in intents: ") and "set_plan" in fault for fault in faults)


@pytest.mark.parametrize("part", ["guards", "cues"])
def test_a_language_without_what_the_code_looks_for_is_refused(part: str) -> None:
    """A missing name is found at the start, and not when somebody writes the message that needs it."""
    toy = load_language(TOY, TOYS)
    held = dict(getattr(toy.understanding, part))
    lost = held.popitem()[0]
    fewer = replace(toy, understanding=toy.understanding.model_copy(update={part: held}))
    with pytest.raises(KnowledgeError, match=f"differ in {part}: {lost}"):
        agree([toy, fewer])


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"xx/examples\.yaml: the file is missing"):
        load_language(TOY, tmp_path)


def test_a_list_that_is_empty_finds_nothing() -> None:
    toy = load_language(TOY, TOYS)
    none: dict[str, Any] = {"effects": {}, "substances": {}, "ages": {}, "harmless": [], "drink_units": {}, "drink_kinds": {}}
    bare = Scanner.of(replace(toy, terms=Terms.model_validate(toy.terms.model_dump() | none)))
    assert [atom.kind for atom in bare.scan("vertigu alku, o glas de vinu 20 miga").atoms] == ["MG"]
