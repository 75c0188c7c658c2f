"""What plain words settle: nothing else in a message is silenced by them, and whoever is hurt is not heard as whoever hurts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.flags import Flag
from bot.core.levels import Level
from bot.knowledge.signs import examples
from bot.understanding.danger_beside import as_suffered, without
from tests.understanding.test_danger import level_of_code, screen


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I took a whole tablet, can't breathe", Level.emergency),
        ("I took a whole tablet. I want to die", Level.urgent),
        ("took a whole tablet and another and another", Level.emergency),
        ("took a whole tablet every ten minutes since noon", Level.emergency),
        ("my son took a whole tablet", Level.emergency),
        ("my toddler got at the box. took a whole tablet", Level.emergency),
        ("le petit a avalé un comprimé entier", Level.emergency),
        ("j'ai pris toutes mes doses d'un coup", Level.emergency),
        ("j'ai pris toutes mes doses de la semaine", Level.emergency),
        ("took all my doses at once today", Level.urgent),
        ("can't sleep, i want to die", Level.urgent),
        ("je n'arrive pas à dormir, je pense à la mort", Level.urgent),
        ("mal dormi cette nuit, j'entends des voix", Level.urgent),
        ("je me suis réveillé 3 fois cette nuit en m'étouffant", Level.urgent),
        ("woke up 3 times last night and didn't know where i was", Level.emergency),
        ("mon médecin veut que j'arrête trois jours, je tremble et je vois des insectes", Level.urgent),
        ("my doctor wants me to stop for three days, I'm shaking all over and seeing things", Level.urgent),
        ("la tête dans le cul ce matin, je veux mourir", Level.urgent),
        ("j'ai la tête dans le seau, je vois des insectes", Level.urgent),
        ("j'ai la tête dans le cul, je suis tombé sur la tête hier", Level.urgent),
        ("head like a bag of spanners and I want to die", Level.urgent),
        ("j'ai avalé un comprimé de trop", Level.urgent),
        ("I just swallowed one tablet too many", Level.urgent),
    ],
)
def test_harmless_words_silence_nothing_that_stands_beside_them(text: str, level: Level) -> None:
    assert screen(text).level >= level


@pytest.mark.parametrize(
    "text",
    [
        "j'ai la tête dans le cul ce matin",
        "la tete ds le seau",
        "mal aux cheveux ce matin",
        "my head is up my arse this morning",
        "head like a bag of spanners",
        "je viens de gober un comprimé",
        "hop, dose avalée",
        "just swallowed a tablet",
        "done, tablet swallowed",
    ],
)
def test_a_heavy_head_and_one_tablet_taken_raise_nothing(text: str) -> None:
    assert screen(text).level is Level.none


@pytest.mark.parametrize(
    "text", ["je n'ai pas dormi depuis trois jours", "no sleep for 3 nights", "haven't slept in 4 nights and I feel amazing"]
)
def test_several_nights_without_sleep_are_still_asked_about(text: str) -> None:
    assert screen(text).level >= Level.check


@pytest.mark.parametrize(
    "text",
    [
        "mon mec m'a frappée encore hier soir, j'ai peur de rentrer",
        "mon conjoint m'a étranglée",
        "mon ex menace de me tuer",
        "j'ai peur de mon mari",
        "he hit me again… took my phone",
        "my husband hits me",
        "i'm scared of my husband",
        "he tried to choke me",
    ],
)
def test_whoever_is_hurt_is_not_heard_as_a_danger_to_others(text: str) -> None:
    found = screen(text)
    assert level_of_code(found, "violence_suffered") == found.level >= Level.check
    assert level_of_code(found, "harm_to_others") is Level.none
    assert {flag.subject for flag in found.flags if flag.level is found.level} == {"self"}


@pytest.mark.parametrize("text", ["mon père frappe ma mère", "il a levé la main sur ma fille", "my dad hits my mum", "he hits the kids"])
def test_violence_against_somebody_near_is_theirs(text: str) -> None:
    assert {(flag.code, flag.subject) for flag in screen(text).flags if flag.level >= Level.urgent} == {("violence_suffered", "other")}


@pytest.mark.parametrize(
    "text", ["il me frappe alors je vais le tuer", "he hits me so I'm going to kill him tonight", "j'ai peur de rentrer et de la frapper"]
)
def test_a_threat_of_ones_own_stays_one_beside_the_violence_suffered(text: str) -> None:
    assert level_of_code(screen(text), "harm_to_others") >= Level.urgent


def test_only_the_same_words_are_told_as_violence_suffered() -> None:
    text = "he hits me so I kill him"
    hits = Flag("violence_suffered", Level.urgent, 0, 10, text[:10])
    threat, same = (Flag("harm_to_others", Level.emergency, start, end, text[start:end]) for start, end in ((14, 24), (0, 24)))
    told = as_suffered([(hits, "violence-suffered"), (threat, "harm-others-intent"), (same, "learnt-harm_to_others")])
    assert [flag.code for flag, _ in told] == ["violence_suffered", "harm_to_others", "violence_suffered"]
    assert [flag.level for flag, _ in told] == [Level.urgent, Level.emergency, Level.emergency]


def test_what_is_left_of_a_text_does_not_run_together() -> None:
    text = "I took a whole tablet and fell"
    assert without(text, [Flag("dose_excess", Level.none, 0, 21, text[:21])]).split() == [".", "and", "fell"]


@pytest.mark.parametrize("text", ["j'ai pris un comprimé entier", "took a whole tablet", "je me suis réveillé 3 fois cette nuit"])
def test_the_rule_that_settled_words_is_told(text: str) -> None:
    found = screen(text)
    assert found.level is Level.none
    assert {"intake-plain", "little-sleep"} & set(found.rules)


def test_a_sign_that_hardly_stands_out_from_the_next_is_told_as_unsure_and_one_that_a_rule_names_is_not() -> None:
    assert [flag.unsure for flag in screen("something snapped in me this morning").flags] == [True]
    assert not any(flag.unsure for text in ("je veux mourir", "my husband hits me") for flag in screen(text).flags)


SETTLED = ["slept badly, woke up 3 times", "took a whole tablet", "mal dormi, je me suis réveillé 3 fois", "j'ai pris un comprimé entier"]
ALARMS = [example.clean for example in examples() if example.kind == "alarm"][::23]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(ALARMS), st.sampled_from(SETTLED), st.sampled_from(ALARMS))
def test_two_alarms_around_harmless_words_are_still_found(one: str, calm: str, other: str) -> None:
    assert screen(f"{one}. {calm}. {other}").level >= min(screen(one).level, screen(other).level, Level.check)
