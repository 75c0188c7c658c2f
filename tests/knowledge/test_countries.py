"""Emergency numbers: right for the country, honest where unknown, and found by the words people use."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.countries import countries, country_name, every_line, find_country, numbers
from bot.knowledge.files import LANGUAGES


@pytest.mark.parametrize(
    ("country", "language", "emergency", "crisis"),
    [
        ("FR", "fr", "15 ou 112", "3114 (gratuit, 24 h/24)"),
        ("FR", "en", "15 or 112", "3114 (free, 24/7)"),
        ("RE", "fr", "15 ou 112", "3114 (gratuit, 24 h/24)"),
        ("BE", "fr", "112", "0800 32 123 (en français, gratuit, 24 h/24) ou 1813 (en néerlandais)"),
        ("CH", "fr", "144 ou 112", "143 (24 h/24)"),
        ("CA", "fr", "911", "9-8-8 (appel ou SMS, 24 h/24) ou 1 866 277-3553 (au Québec)"),
        ("LU", "fr", "112", "45 45 45 (SOS Détresse, pas à toute heure ; sinon le 112)"),
        ("GB", "en", "999 or 112", "116 123 (Samaritans, free, 24/7) or 85258 (by text)"),
        ("IE", "en", "112 or 999", "116 123 (Samaritans, free, 24/7)"),
        ("US", "en", "911", "988 (call or text, 24/7) or 741741 (by text)"),
        ("DE", "en", "112", "0800 111 0 111 (free, 24/7) or 0800 111 0 222 (free, 24/7)"),
        ("AU", "en", "000", "13 11 14 (24/7)"),
        ("ES", "fr", "112", "findahelpline.com (les lignes d'écoute de votre pays)"),
    ],
)
def test_the_numbers_of_a_country_are_shown_as_they_are_dialled(country: str, language: str, emergency: str, crisis: str) -> None:
    shown = numbers(country, language)
    assert shown.emergency == emergency
    assert shown.crisis == crisis


@pytest.mark.parametrize("country", ["", "JP", "XX", "nowhere"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_country_is_answered_honestly(country: str, language: str) -> None:
    shown = numbers(country, language)
    assert shown.emergency.startswith("112 (")
    assert {"fr": "votre pays", "en": "your country"}[language] in shown.emergency
    assert shown.crisis.startswith("findahelpline.com")


@given(country=st.text(max_size=6), language=st.sampled_from(LANGUAGES))
def test_whatever_is_stored_as_a_country_there_is_always_a_number_to_call(country: str, language: str) -> None:
    shown = numbers(country, language)
    assert re.search(r"\d{2,}", shown.emergency)
    assert shown.crisis


def test_a_deaf_person_in_france_is_told_of_the_text_service_and_of_poison_centres() -> None:
    shown = numbers("FR", "fr")
    assert shown.unable_to_speak.startswith("114")
    assert "01 40 05 48 48 (Paris)" in shown.poison
    assert numbers("LU", "fr").poison == ""


def test_every_line_says_who_states_it_and_as_of_when() -> None:
    lines = every_line()
    assert len(lines) > 40
    for line in lines:
        assert line.source
        assert re.fullmatch(r"20\d\d(-\d\d){0,2}", line.verified)


def test_a_crisis_line_that_is_not_always_open_never_stands_without_the_emergency_number() -> None:
    for language in LANGUAGES:
        assert "112" in numbers("LU", language).crisis


def test_time_zones_exist_and_one_zone_spares_the_question() -> None:
    for country in countries().values():
        assert all(ZoneInfo(zone).key == zone for zone in country.timezones)
    assert countries()["FR"].timezones == ("Europe/Paris",)
    assert countries()["FR"].single_zone
    assert not countries()["CA"].single_zone


@pytest.mark.parametrize(
    ("said", "country"),
    [
        ("france", "FR"),
        ("Je vis en France.", "FR"),
        ("FR", "FR"),
        ("UK", "GB"),
        ("the U.K.", "GB"),
        ("l'Angleterre", "GB"),
        ("Écosse", "GB"),
        ("Northern Ireland", "GB"),
        ("Irlande du Nord", "GB"),
        ("Ireland", "IE"),
        ("Québec", "CA"),
        ("je suis à quebec", "CA"),
        ("Montréal, Canada", "CA"),
        ("Belgique", "BE"),
        ("la province de Luxembourg", "BE"),
        ("au Luxembourg", "LU"),
        ("Suisse", "CH"),
        ("Etats-Unis", "US"),
        ("USA!", "US"),
        ("u.s.a.", "US"),
        ("I'm in the States", "US"),
        ("New England", "US"),
        ("Allemagne", "DE"),
        ("New South Wales", "AU"),
        ("Espagne", "ES"),
        ("Réunion", "RE"),
        ("à La Réunion", "RE"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_country_is_found_by_the_words_people_use(said: str, country: str, language: str) -> None:
    assert find_country(said, language) == country


@pytest.mark.parametrize(
    "said",
    [
        "",
        "   ",
        "ça va",
        "let us see",
        "j'ai une réunion demain",
        "Amérique du Sud",
        "France ou Belgique",
        "born in Spain, living in Italy",
        "Japon",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_none_or_several_countries_are_asked_again(said: str, language: str) -> None:
    assert find_country(said, language) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_found_again_by_the_name_it_is_shown_with(language: str) -> None:
    for code in countries():
        assert find_country(country_name(code, language), language) == code


@given(said=st.text(max_size=60), language=st.sampled_from(LANGUAGES))
def test_any_text_names_a_country_we_hold_or_none(said: str, language: str) -> None:
    assert find_country(said, language) in {None, *countries()}
