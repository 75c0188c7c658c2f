"""Time zones by the cities they are named after, and the country that each is in.

Source: the IANA time zone database (package tzdata): `zone.tab` for countries, the links of `tzdata.zi` for older names.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from bot.knowledge.countries import plain

_LONGEST = 3
"""Words of the longest name of a city that is looked for."""


def find_timezone(text: str) -> str | None:
    """The IANA zone that a text names by its whole name or by its city ("Montréal", "america/toronto")."""
    wanted = text.strip(" .!?,").lower().replace(" ", "_")
    return _zones().get(wanted) if "/" in wanted else _cities().get(plain(text))


def zone_among(text: str) -> str | None:
    """The one zone that is named inside a sentence, by its city or its whole name; none when several are."""
    words = [word.strip(".!?,;") for word in text.split()]
    runs = (" ".join(words[at : at + length]) for length in range(_LONGEST, 0, -1) for at in range(len(words) - length + 1))
    found = {zone for run in runs if (zone := find_timezone(run)) is not None}
    return found.pop() if len(found) == 1 else None


def country_of(zone: str) -> str:
    """The ISO 3166 code of the country that an IANA zone is in; "" for one that is no place ("Etc/UTC", "Canada/Pacific")."""
    is_a_place = zone.partition("/")[0] in {name.partition("/")[0] for name in _countries()}
    return _countries().get(zone) or _countries().get(_links().get(zone, ""), "") if is_a_place else ""


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
