"""Time zones by the cities they are named after and by larger towns, and the country that each is in.

Source: the IANA time zone database (package tzdata): `zone.tab` for countries, the links of `tzdata.zi` for older names; `places.yaml`
for the towns that no zone is named after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import Field

from bot.knowledge.countries import Code, plain
from bot.knowledge.files import Strict
from bot.knowledge.shelf import load_from
from bot.knowledge.sources import Text

PATH = "places.yaml"

_LONGEST = 4
"""Words of the longest name of a city that is looked for."""


class _File(Strict):
    """The names of towns by country and zone, and those that are other words as well."""

    with_capital: tuple[Text, ...]
    towns: dict[Code, dict[Text, Annotated[tuple[Text, ...], Field(min_length=1)]]]


@dataclass(frozen=True, slots=True)
class Named:
    """A zone that is named inside a sentence, and the words before its name."""

    zone: str
    before: str


@cache
def towns(folder: Path | None = None) -> Mapping[str, str]:
    """The zone of every town, by its name without accents, capitals and signs. Raises KnowledgeError on a file that is doubtful."""
    held = load_from(PATH, _File, folder).towns
    return {plain(name): zone for zones in held.values() for zone, names in zones.items() for name in names}


def place_doubts(shelf: Path) -> Iterator[str]:
    """A zone that is none or lies in another country, a name that stands twice, a name with a capital that is no town."""
    file = load_from(PATH, _File, shelf)
    seen: set[str] = set()
    for code, zones in file.towns.items():
        yield from (f"{PATH}: {code}: no time zone {zone} there" for zone in zones if country_of(zone) != code)
        for name in (name for names in zones.values() for name in names):
            if plain(name) in seen:
                yield f"{PATH}: {name}: stands twice"
            seen.add(plain(name))
    yield from (f"{PATH}: with_capital: no town {name}" for name in file.with_capital if plain(name) not in seen)


def find_timezone(text: str) -> str | None:
    """The IANA zone that a text names by its whole name, its city or a town ("Montréal", "america/toronto", "Malaga")."""
    wanted = text.strip(" .!?,").lower().replace(" ", "_")
    return _zones().get(wanted) if "/" in wanted else towns().get(plain(text)) or _cities().get(plain(text))


def zone_among(text: str) -> str | None:
    """The one zone that is named inside a sentence, by its city or its whole name; none when several are."""
    named = named_among(text)
    return named.zone if named else None


def named_among(text: str) -> Named | None:
    """The same with the words before it. The longest name counts: New York is not York."""
    words = [word.strip(".!?,;") for word in text.split()]
    found: list[Named] = []
    used: set[int] = set()
    for length in range(_LONGEST, 0, -1):
        for at in range(len(words) - length + 1):
            here = set(range(at, at + length))
            zone = None if used & here else _named(words[at : at + length], begins=at == 0 and length < len(words))
            if zone is not None:
                used |= here
                found.append(Named(zone, " ".join(words[:at])))
    return min(found, key=lambda each: len(each.before)) if len({each.zone for each in found}) == 1 else None


def _named(words: list[str], *, begins: bool) -> str | None:
    """The zone of a name; one that is another word too needs a capital, and not the one with which a sentence `begins`."""
    name = " ".join(words)
    if plain(name) in _with_capital() and (begins or not name[:1].isupper()):
        return None
    return find_timezone(name)


def country_of(zone: str) -> str:
    """The ISO 3166 code of the country that an IANA zone is in; "" for one that is no place ("Etc/UTC", "Canada/Pacific")."""
    is_a_place = zone.partition("/")[0] in {name.partition("/")[0] for name in _countries()}
    return _countries().get(zone) or _countries().get(_links().get(zone, ""), "") if is_a_place else ""


@cache
def _with_capital() -> frozenset[str]:
    return frozenset(map(plain, load_from(PATH, _File).with_capital))


@cache
def _zones() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones()}


@cache
def _cities() -> Mapping[str, str]:
    """Of two zones of one city ("America/Indiana/Knox"), the first by name."""
    return {plain(zone.rpartition("/")[2].replace("_", " ")): zone for zone in sorted(_zones().values(), reverse=True) if "/" in zone}


@cache
def _countries() -> Mapping[str, str]:
    lines = (line.split("\t") for line in _file("zone.tab") if not line.startswith("#"))
    return {zone: code for code, _, zone, *_ in lines}


@cache
def _links() -> Mapping[str, str]:
    lines = (line.split() for line in _file("tzdata.zi") if line.startswith("L "))
    return {other: zone for _, zone, other in lines}


def _file(name: str) -> list[str]:
    return (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8").splitlines()
