"""Emergency numbers and crisis lines by country: what is dialled, kept as displayed text, with its source and date.

A country the knowledge does not hold gets an honest answer: 112 in the European Union, the local number elsewhere.
Source of the figures: each line's own `source`, `verified` being the date of that page or listing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.knowledge.files import LANGUAGES, KnowledgeError, Strict
from bot.knowledge.shelf import load_from, same_ids
from bot.knowledge.sources import Day, Text

PATH = "countries.yaml"

Code = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class Line(Strict):
    """One number as it is displayed (or a site), the label that explains it, who says so and as of when."""

    number: Text
    label: Text
    source: Text
    verified: Day


Lines = Annotated[tuple[Line, ...], Field(min_length=1)]


class Country(Strict):
    """What to dial in one country. `timezones` are its usual IANA time zones, the most peopled first."""

    timezones: Annotated[tuple[Text, ...], Field(min_length=1)]
    emergency: Lines
    crisis: Lines
    unable_to_speak: tuple[Line, ...] = ()
    police: tuple[Line, ...] = ()
    """Whom somebody calls who is hit or threatened, where that is another number than the one of an emergency."""
    violence: tuple[Line, ...] = ()
    """Who listens to people who are hit or threatened by somebody near them."""
    poison: tuple[Line, ...] = ()

    @property
    def single_zone(self) -> bool:
        """True when knowing the country is knowing the time zone, so that nobody needs to be asked."""
        return len(self.timezones) == 1


class _Fallback(Strict):
    emergency: Lines
    crisis: Lines


class _File(Strict):
    countries: dict[Code, Country]
    european_union: dict[Code, Annotated[tuple[Text, ...], Field(min_length=1)]]
    in_european_union: _Fallback
    elsewhere: _Fallback


class _Words(Strict):
    either: Text
    labels: dict[str, Text]
    names: dict[Code, Annotated[tuple[Text, ...], Field(min_length=1)]]
    alone: dict[Text, Code] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What to show in one language: "15 ou 112", "3114 (gratuit, 24 h/24)". For violence: the police where its number is another one,
    and who listens, or else the two numbers of any other danger. The last two are "" where none is verified."""

    emergency: str
    crisis: str
    in_violence: str
    about_violence: str
    unable_to_speak: str = ""
    poison: str = ""


@cache
def _file(folder: Path | None = None) -> _File:
    return load_from(PATH, _File, folder)


@cache
def countries(folder: Path | None = None) -> Mapping[str, Country]:
    """Every country we can name, by ISO 3166 code: those with lines of their own, and the rest of the European Union."""
    file = _file(folder)
    shared = {
        code: Country(timezones=zones, emergency=file.in_european_union.emergency, crisis=file.in_european_union.crisis)
        for code, zones in file.european_union.items()
    }
    twice = file.countries.keys() & shared.keys()
    if twice:
        raise KnowledgeError(f"{PATH}: both with lines of their own and without: {', '.join(sorted(twice))}")
    return {**file.countries, **shared}


@cache
def country_words(language: str, folder: Path | None = None) -> _Words:
    """Names and labels of a language. Raises KnowledgeError when a country or a label lacks words, or words lack a use."""
    path = f"{language}/countries.yaml"
    words = load_from(path, _Words, folder)
    same_ids(countries(folder), words.names, path=f"{path}: names")
    same_ids({line.label for line in every_line(folder)}, words.labels, path=f"{path}: labels")
    for label, text in words.labels.items():
        if "{number}" not in text:
            raise KnowledgeError(f"{path}: labels: {label}: the place of {{number}} is missing")
    return words


def every_line(folder: Path | None = None) -> tuple[Line, ...]:
    """All the lines that may be shown to somebody."""
    held = countries(folder).values()
    elsewhere = _file(folder).elsewhere
    own = tuple(line for c in held for line in (*c.emergency, *c.crisis, *c.unable_to_speak, *c.police, *c.violence, *c.poison))
    return (*own, *elsewhere.emergency, *elsewhere.crisis)


def country_name(code: str, language: str) -> str:
    """What the country is called. Raises KeyError for a code that the knowledge does not hold."""
    return country_words(language).names[code][0]


@cache
def numbers(country: str, language: str) -> Numbers:
    """The numbers of a country ("" or a code we do not hold: the honest fallback), as they are displayed."""
    words = country_words(language)
    held = countries().get(country.upper())
    if held is None:
        fallback = _file().elsewhere
        emergency, crisis = _labelled(fallback.emergency, words), _labelled(fallback.crisis, words)
        return Numbers(emergency=emergency, crisis=crisis, in_violence=emergency, about_violence=crisis)
    emergency = words.either.join(line.number for line in held.emergency)
    return Numbers(
        emergency=emergency,
        crisis=_labelled(held.crisis, words),
        in_violence=_labelled(held.police, words) or emergency,
        about_violence=_labelled(held.violence or held.crisis, words),
        unable_to_speak=_labelled(held.unable_to_speak, words),
        poison=_labelled(held.poison, words),
    )


def _labelled(lines: Iterable[Line], words: _Words) -> str:
    return words.either.join(words.labels[line.label].format(number=line.number) for line in lines)


def find_country(text: str, language: str) -> str | None:
    """The country a person names ("en France", "UK", "Angleterre"), or None when none or several are named.

    Names are read in every language, `language` only settling a name that two languages give to different countries.
    A bare code ("BE") or a name that is also another word counts only when it is the whole text.
    """
    said = plain(text)
    whole = _whole_answers(language).get(said)
    if whole:
        return whole
    found: set[str] = set()
    rest = f" {said} "
    for name, code in _names(language):
        if f" {name} " in rest:
            rest = rest.replace(f" {name} ", " | ")
            found.add(code)
    return found.pop() if len(found) == 1 else None


@cache
def _whole_answers(language: str) -> Mapping[str, str]:
    words = country_words(language)
    return {code.lower(): code for code in words.names} | {plain(name): code for name, code in words.alone.items()}


@cache
def _names(language: str) -> tuple[tuple[str, str], ...]:
    """Every name and its country, longest first so that Northern Ireland is not heard as Ireland."""
    names: dict[str, str] = {}
    for spoken in sorted(LANGUAGES, key=lambda other: other == language):
        for code, said in country_words(spoken).names.items():
            names.update({plain(name): code for name in said})
    return tuple(sorted(names.items(), key=lambda item: -len(item[0])))


def plain(text: str) -> str:
    """Lower case without accents or dots, every other sign a space: how names are compared."""
    letters = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(letters).replace(".", "")).split())
