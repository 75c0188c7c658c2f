"""What the sources do not say: each silence is data with where it was looked for, and its answer says so."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.knowledge.facts import AMOUNT, fact, facts
from bot.knowledge.files import LANGUAGES, KnowledgeError
from bot.knowledge.provenance import render_rules, sources
from bot.knowledge.silences import silences

INSTALLED = Path(__file__).parents[2] / "bot" / "knowledge"
SEEDS = ("S000", "S001", "S002", "S003", "S004")
_NAMES = "max-single min-interval late-rule top-up-count days-missed renal-thresholds pregnancy overdose-threshold under-18 older"
NAMES = [*_NAMES.split(), "dependence-on-it"]
SAYS_NOTHING = {
    "fr": re.compile(r"aucune? (?:de nos )?(?:sources?|guides?)|ne (?:disent|donnent) (?:rien|pas)|n'ont pas", re.IGNORECASE),
    "en": re.compile(r"\b(?:none of our|no source|say nothing|give no rule|hold no rule)", re.IGNORECASE),
}


def test_every_silence_that_was_found_is_held() -> None:
    assert list(silences()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_was_looked_for_in_every_seed(name: str) -> None:
    assert tuple(document.id for document in silences()[name].searched) == SEEDS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_its_answer_says_that_it_is_not_known_and_names_no_amount(name: str, language: str) -> None:
    silence = silences()[name]
    answer = fact(silence.topic, language)
    assert SAYS_NOTHING[language].search(answer.text)
    assert not AMOUNT.search(answer.text)
    assert {"unknown-fact", *silence.rules} <= set(answer.rules)
    assert facts()[silence.topic].quotes_mg == ()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_shown_with_what_comes_closest_and_with_its_review(name: str) -> None:
    shown = sources(name)
    assert f"silence {name}" in shown
    assert "looked for in S000, S001, S002, S003, S004: not stated" in shown
    assert shown.count("  nearest: ") == len(silences()[name].nearest) > 0
    assert "not yet reviewed by a clinician" in shown
    assert f"| `{name}` |" in render_rules()


def test_the_largest_doses_that_were_ever_planned_stay_with_the_clinicians() -> None:
    quoted = " ".join(position.says for position in silences()["max-single"].nearest)
    assert all(f"{mg} mg" in quoted for mg in (80, 70, 50))
    assert all(not re.search(r"\d", fact("largest_single", language).text.replace("2021", "")) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("old", "new", "doubt"),
    [
        ("topic: older", "topic: oldest", "no answer 'oldest'"),
        ("rules: [unknown-fact, adults-only]", "rules: [unknown-fact, never-double]", "does not carry never-double"),
        ("  topic: older\n", "  topic: driving\n", "does not carry unknown-fact"),
        ("searched: [S000, S001, S002, S003, S004]", "searched: [S000, S009]", "'S009'"),
        ("searched: [S000, S001, S002, S003, S004]", "searched: []", "max-single.searched"),
        ("  asks: older people\n", "  asks: older people\n  reviewed_by: me\n", "a name and a day"),
    ],
)
def test_a_silence_that_cannot_be_trusted_is_refused(old: str, new: str, doubt: str, tmp_path: Path) -> None:
    for path in INSTALLED.rglob("*.yaml"):
        copy = tmp_path / path.relative_to(INSTALLED)
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, copy)
    file = tmp_path / "silences.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(doubt)):
        silences(tmp_path)
