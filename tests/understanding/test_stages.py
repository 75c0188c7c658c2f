"""Prescriptions in stages, as people copy them: every stage is read with its doses, hours and length, or the whole is not read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.houses import minds

THURSDAY = datetime(2026, 1, 8, 9, 0, tzinfo=UTC)
FIVES, TENS, FIFTEENS = ([{"mg": mg}] * 3 for mg in (5, 10, 15))
HALVES, ONES = [{"tablets": 0.5}] * 3, [{"tablets": 1}] * 3


def at(hours: str, row: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The doses of a row at these hours."""
    return [{**dose, "at": hour} for dose, hour in zip(row, hours.split(), strict=True)]


def read(text: str, language: str) -> Any:
    return minds().reader.read(text, now=THURSDAY, timezone="Europe/London", language=language)


SAID: list[tuple[dict[str, str], list[tuple[list[dict[str, Any]], int | None]]]] = [
    (
        {
            "en": "My doctor wants me on 5 mg three times a day for 3 days, then 10 mg three times a day",
            "fr": "mon médecin veut que je prenne 5 mg trois fois par jour pendant 3 jours, puis 10 mg trois fois par jour",
        },
        [(FIVES, 3), (TENS, None)],
    ),
    (
        {
            "en": "start with 5mg at 8am, 1pm and 8pm for three days. Then 10mg at 8am, 1pm and 8pm for a week. Then 15mg each time",
            "fr": "5mg à 8h, 13h et 20h pendant trois jours. Ensuite 10mg à 8h, 13h, 20h une semaine. Puis 15mg à chaque fois",
        },
        [(at("08:00 13:00 20:00", FIVES), 3), (at("08:00 13:00 20:00", TENS), 7), (at("08:00 13:00 20:00", FIFTEENS), None)],
    ),
    (
        {"en": "Baclofen 10mg: 1/2 tab TID x 3 days, then 1 tab TID", "fr": "Baclofène 10mg : 1/2 cp x3/j pendant 3 jours puis 1 cp x3/j"},
        [(HALVES, 3), (ONES, None)],
    ),
    (
        {
            "en": "half a tablet at 8, 1 and 8 for one week and then one whole tablet at the same hours",
            "fr": "1/2 comprimé à 8h, 13h et 20h pendant une semaine, ensuite un comprimé entier aux mêmes heures",
        },
        [(at("08:00 13:00 20:00", HALVES), 7), (at("08:00 13:00 20:00", ONES), None)],
    ),
    ({"en": "week 1: 5-5-5, week 2: 10-10-10", "fr": "semaine 1 : 5-5-5, semaine 2 : 10-10-10"}, [(FIVES, 7), (TENS, 7)]),
    (
        {
            "en": "5mg TID x 3 days then 10mg TID x 7d, then 10/10/20 at 7am, 2pm and 9pm",
            "fr": "5 mg TID x 3j puis 10 mg TID x 7j puis 10-10-20. Prises 7h/14h/21h",
        },
        [
            (at("07:00 14:00 21:00", FIVES), 3),
            (at("07:00 14:00 21:00", TENS), 7),
            (at("07:00 14:00 21:00", [{"mg": 10}, {"mg": 10}, {"mg": 20}]), None),
        ],
    ),
    (
        {
            "en": "1/2 at 8am, nothing at noon, 1/2 at 4pm and 1/2 at 8pm. In 3 days 1 - 1/2 - 1",
            "fr": "1/2 à 8h, rien à midi, 1/2 à 16h et 1/2 à 20h. Dans 3 jours 1 - 1/2 - 1",
        },
        [
            (at("08:00 16:00 20:00", HALVES), 3),
            (at("08:00 16:00 20:00", [{"tablets": 1}, {"tablets": 0.5}, {"tablets": 1}]), None),
        ],
    ),
    (
        {
            "en": "1 tab in the morning, 1 tab at noon, 1 tab in the evening for 5 days then 1 tab morning, 1 tab noon, 2 tabs evening",
            "fr": "BACLOFENE 10 MG 1 cp matin, 1 cp midi et 1 le soir 5 jours puis 1 cp matin, 1 cp midi, 2 cp soir. Puis je le revois",
        },
        [(ONES, 5), ([*ONES[:2], {"tablets": 2}], None)],
    ),
    (
        {
            "en": "take 1/2 tab am and pm for 3 days then 1 tab am and pm, 10mg tabs, 8am and 8pm",
            "fr": "1 demi le matin et 1 demi le soir les 3 premiers jours puis 1 cp matin et soir. Prises 8h et 20h. cp 10 mg sécables",
        },
        [(at("08:00 20:00", HALVES[:2]), 3), (at("08:00 20:00", ONES[:2]), None)],
    ),
    (
        {
            "en": "10 mg morning and night for 4 days then 10 mg morning, noon and night",
            "fr": "10 mg matin et soir pendant 4 jours puis 10 mg matin midi et soir",
        },
        [(TENS[:2], 4), (TENS, None)],
    ),
]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("text", "stages"), SAID, ids=[row[0]["en"] for row in SAID])
def test_every_stage_is_read_with_its_doses_its_hours_and_its_length(
    language: str, text: dict[str, str], stages: list[tuple[list[dict[str, Any]], int | None]]
) -> None:
    meaning = read(text[language], language)
    assert (meaning.intent, meaning.confidence) == ("set_plan", "sure")
    assert [(stage["doses"], stage.get("days")) for stage in meaning.slots["stages"]] == stages


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "30mg par jour pendant une semaine, puis 40, puis 50"),
        ("en", "30mg a day for a week, then 40, then 50"),
        ("fr", "elle a dit 10mg matin et soir cette semaine, 10mg trois fois par jour à partir de lundi"),
        ("en", "she said 10mg morning and evening this week, 10mg three times a day from next Monday"),
        ("fr", "baclofene 1 cachet le matin 1 cachet le midi et 1 le soir pendant 5 jours et après 2 le soir"),
        ("en", "Baclofen 10 mg PO TID, titrate by 5 mg per dose q3d to 20 mg TID"),
        ("fr", "5 mg à 8h, 14h et 22h pendant 3 jours puis ajouter 5 mg par jour tous les 3 jours jusqu'à 60 mg"),
        ("en", "5 mg at 8am, 2pm and 10pm for 3 days, then add 5 mg a day every 3 days up to 60 mg"),
        ("fr", "5 mg matin midi soir 3 jours puis 10 et après on verra, 20 mg"),
        ("en", "5 mg three times a day for 3 days then 10, and after that it depends, 20 mg"),
        ("fr", "1 comprimé le matin et 10 le soir pendant 3 jours, puis 2 comprimés matin et soir"),
        ("en", "1 tablet in the morning and 10 in the evening for 3 days, then 2 tablets morning and evening"),
    ],
)
def test_of_stages_that_are_not_all_read_no_plan_is_made(language: str, text: str) -> None:
    assert read(text, language).slots == {"several_stages": True}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "j'ai pris 10 mg trois fois par jour pendant 3 jours puis 20 mg trois fois par jour"),
        ("en", "I took 10 mg three times a day for 3 days then 20 mg three times a day"),
        ("fr", "pris 10 à 8h puis 20 à midi"),
        ("en", "took 10 at 8am then 20 at noon"),
        ("fr", "5 mg trois fois par jour 3 jours puis 10 mg trois fois par jour, c'est bien ça ?"),
        ("en", "5 mg three times a day for 3 days then 10 mg three times a day, is that right?"),
    ],
)
def test_what_was_taken_and_what_is_asked_is_no_plan(language: str, text: str) -> None:
    assert "stages" not in read(text, language).slots


@pytest.mark.parametrize(
    ("language", "text", "start"),
    [
        ("fr", "à partir de lundi 5 mg trois fois par jour pendant une semaine, puis 10 mg trois fois par jour", "2026-01-12"),
        ("en", "from monday 5 mg three times a day for a week, then 10 mg three times a day", "2026-01-12"),
        ("fr", "il me l'a prescrit vendredi : 5 mg trois fois par jour pendant une semaine, puis 10 mg trois fois par jour", None),
        ("en", "she prescribed it on friday: 5 mg three times a day for a week, then 10 mg three times a day", None),
    ],
)
def test_only_the_day_on_which_it_begins_is_the_first(language: str, text: str, start: str | None) -> None:
    slots = read(text, language).slots
    assert "stages" in slots
    assert slots.get("start") == start


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("8, 1 and 8", ("08:00", "13:00", "20:00")),
        ("8am, noon and bedtime", ()),
        ("at 8:00 14:00 22:00", ("08:00", "14:00", "22:00")),
        ("20:00, 8:00", ()),
        ("8 and 3 beers", ()),
        ("", ()),
    ],
)
def test_hours_alone_go_through_a_day(text: str, hours: tuple[str, ...]) -> None:
    assert minds().reader.hours(text, "en") == hours


@pytest.mark.parametrize(
    ("text", "items"), [("1 - 1/2 - 1", [1, 0.5, 1]), ("1/2-0-1/2", [0.5, 0, 0.5]), ("5/5/10/0", [5, 5, 10, 0]), ("1-2/3-1", None)]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_dashes_part_halves_of_tablets_and_no_other_fraction(language: str, text: str, items: list[float] | None) -> None:
    doses = minds().reader.plan(f"plan : {text}", now=THURSDAY, timezone="Europe/London", language=language).get("doses")
    assert (doses and [dose.get("tablets", dose.get("mg")) for dose in doses]) == items


@pytest.mark.parametrize(
    ("language", "text", "totals"),
    [
        ("fr", "15 mg par jour 3 jours puis 30 mg par jour 3 jours puis 45", [(15, 3), (30, 3), (45, None)]),
        ("en", "15mg daily for 3 days then 30mg daily for 3 days then 45", [(15, 3), (30, 3), (45, None)]),
        ("fr", "30 mg par jour, dans 7 jours 40 mg par jour", [(30, 7), (40, None)]),
        ("en", "30 mg a day, after 7 days 40 mg a day", [(30, 7), (40, None)]),
        ("fr", "30 mg par jour pendant une semaine, puis 40 mg par jour en 3 prises", []),
        ("en", "30 mg a day for a week, then 40 mg a day in 3 doses", []),
        ("fr", "30 mg par jour pendant une semaine, puis 40 mg à 8h", []),
        ("en", "30 mg a day for a week, then 40 mg at 8am", []),
        ("fr", "10 mg pendant une semaine, puis 40 mg par jour", []),
        ("en", "10 mg for a week, then 40 mg a day", []),
        ("fr", "5 mg trois fois par jour pendant 3 jours, puis 10 mg trois fois par jour", []),
        ("en", "5 mg three times a day for 3 days, then 10 mg three times a day", []),
    ],
)
def test_stages_that_give_the_total_of_a_day_alone_can_be_quoted(language: str, text: str, totals: list[tuple[float, int | None]]) -> None:
    assert [(stage["total_mg"], stage.get("days")) for stage in minds().reader.totals(text, language)] == totals


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "my plan is 10 mg at 8am, 10 at 1pm and 10 at 8pm from tomorrow"),
        ("fr", "mon plan : 10 mg à 8h, 10 à 13h et 10 à 20h à partir de demain"),
    ],
)
def test_the_first_day_after_amounts_with_their_hours_makes_no_total_of_the_first(language: str, text: str) -> None:
    meaning = read(text, language)
    assert (meaning.intent, meaning.confidence) == ("set_plan", "sure")
    assert meaning.slots == {"doses": at("08:00 13:00 20:00", TENS), "start": "2026-01-09"}
