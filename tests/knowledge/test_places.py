"""Zones by their cities, and the country that each is in."""

from __future__ import annotations

import pytest

from bot.knowledge.countries import countries
from bot.knowledge.places import country_of, find_timezone, zone_among


def test_every_zone_of_a_country_that_the_knowledge_holds_is_in_that_country() -> None:
    assert [(code, zone) for code, country in countries().items() for zone in country.timezones if country_of(zone) != code] == []


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Montréal", "America/Montreal"),
        ("sao paulo.", "America/Sao_Paulo"),
        ("europe/lisbon", "Europe/Lisbon"),
        ("malaga", "Europe/Madrid"),
        ("Édimbourg", "Europe/London"),
        ("tours", "Europe/Paris"),
        ("back home", None),
        ("", None),
    ],
)
def test_a_zone_is_known_by_its_city_or_its_whole_name(text: str, zone: str | None) -> None:
    assert find_timezone(text) == zone


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("I'm in New York, until Sunday!", "America/New_York"),
        ("from Paris to Tokyo", None),
        ("I'm in pain", None),
        ("I'm in York", "Europe/London"),
        ("back in Santiago de Compostela", "Europe/Madrid"),
        ("from Lyon to Marseille", "Europe/Paris"),
        ("je suis à Nice", "Europe/Paris"),
        ("nice of you", None),
        ("Nice of you", None),
        ("je fais des tours dehors", None),
    ],
)
def test_inside_a_sentence_only_one_zone_counts(text: str, zone: str | None) -> None:
    assert zone_among(text) == zone


@pytest.mark.parametrize(("zone", "country"), [("America/Montreal", "CA"), ("Canada/Pacific", ""), ("Etc/UTC", ""), ("Asia/Tokyo", "JP")])
def test_a_zone_that_is_no_place_is_in_no_country(zone: str, country: str) -> None:
    assert country_of(zone) == country
