"""Numbers in words, and lone answers to a form."""

from __future__ import annotations

from datetime import time

import pytest

from bot.understanding.language import languages
from bot.understanding.numbers import NumberWords
from bot.understanding.reader import Reader

READER = Reader.load()
WORDS = {code: NumberWords.of(language.amounts) for code, language in languages().items()}


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("quatre vingt dix mg", "90 mg"),
        ("soixante quinze", "75"),
        ("soixante et onze", "71"),
        ("vingt et un", "21"),
        ("cent vingt", "120"),
        ("deux cents", "200"),
        ("dix sept", "17"),
        ("trois quatre prises", "3 4 prises"),
        ("vingt heures trente", "20 heures 30"),
        ("un comprime et demi", "un comprime et demi"),
        ("deux et trois", "2 et 3"),
        ("septante cinq", "75"),
    ],
)
def test_french_number_words(said: str, figures: str) -> None:
    assert WORDS["fr"].to_figures(said) == figures


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("twenty five mg", "25 mg"),
        ("a hundred and fifty", "150"),
        ("one hundred twenty", "120"),
        ("ten and twenty", "10 and 20"),
        ("two ten mg tablets", "2 10 mg tablets"),
        ("one and a half", "one and a half"),
    ],
)
def test_english_number_words(said: str, figures: str) -> None:
    assert WORDS["en"].to_figures(said) == figures


@pytest.mark.parametrize(
    ("said", "language", "number"),
    [
        ("7", "fr", 7),
        ("sept", "fr", 7),
        ("7/10", "fr", 7),
        ("je dirais 6", "fr", 6),
        ("20 mg", "fr", 20),
        ("2,5", "fr", 2.5),
        ("seven", "en", 7),
        ("about a 6", "en", 6),
        ("twenty-five milligrams", "en", 25),
        ("8 out of 10", "en", 8),
        ("je ne sais pas", "fr", None),
        ("entre 4 et 5", "fr", None),
        ("", "en", None),
    ],
)
def test_a_lone_number(said: str, language: str, number: float | None) -> None:
    assert READER.number(said, language) == number


@pytest.mark.parametrize(
    ("said", "language", "hour"),
    [
        ("22h", "fr", time(22)),
        ("vers 22h30", "fr", time(22, 30)),
        ("vingt-deux heures", "fr", time(22)),
        ("22", "fr", time(22)),
        ("minuit", "fr", time(0)),
        ("10h du soir", "fr", time(22)),
        ("10 pm", "en", time(22)),
        ("half past ten pm", "en", time(22, 30)),
        ("22:15", "en", time(22, 15)),
        ("midnight", "en", time(0)),
        ("je ne sais pas", "fr", None),
        ("8h ou 9h", "fr", None),
        ("99", "fr", None),
    ],
)
def test_a_lone_hour(said: str, language: str, hour: time | None) -> None:
    assert READER.clock(said, language) == hour


@pytest.mark.parametrize(
    ("said", "language", "doses"),
    [
        ("10 à 8h, 10 à 13h, 20 à 19h", "fr", [{"mg": 10, "at": "08:00"}, {"mg": 10, "at": "13:00"}, {"mg": 20, "at": "19:00"}]),
        (
            "20/10/10/20 à 8h 13h 18h 22h",
            "fr",
            [{"mg": 20, "at": "08:00"}, {"mg": 10, "at": "13:00"}, {"mg": 10, "at": "18:00"}, {"mg": 20, "at": "22:00"}],
        ),
        ("10 mg at 8am and 20 mg at bedtime", "en", [{"mg": 10, "at": "08:00"}, {"mg": 20, "at": "bedtime"}]),
        ("20 mg", "fr", [{"mg": 20}]),
        ("rien", "fr", []),
    ],
)
def test_doses_with_their_hours(said: str, language: str, doses: list[dict[str, object]]) -> None:
    assert READER.doses(said, language) == doses
