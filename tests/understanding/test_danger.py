"""Triage on whole messages: what the contract promises, sentence by sentence, and the tables of development sentences."""

from __future__ import annotations

import functools
from importlib.resources import files

import pytest

from bot.core.flags import Screening
from bot.core.levels import Level
from bot.knowledge.files import parse
from bot.understanding.danger import Triage, screening_json

TABLES = tuple(
    f"{language}{part}.yaml" for language in ("fr", "en") for part in ("", "_blind_one", "_blind_two", "_blind_three", "_blind_four")
)
CALM = {"soft": Level.check, "quiet": Level.consult}


@functools.cache
def triage() -> Triage:
    return Triage.load()


def screen(text: str, *, language: str | None = None, quoted: bool = False) -> Screening:
    return triage().screen(text, language=language, quoted=quoted)


def sentences(block: str) -> list[str]:
    return [line.strip() for line in block.splitlines() if line.strip()]


def table(name: str) -> dict[str, dict[str, str] | str]:
    content = parse((files("tests.understanding") / "danger_cases" / name).read_text(encoding="utf-8"), name=name)
    assert isinstance(content, dict)
    assert content
    return content


def level_of_code(screening: Screening, code: str) -> Level:
    return max((flag.level for flag in screening.flags if flag.code == code), default=Level.none)


@pytest.mark.parametrize("name", TABLES)
def test_every_danger_sentence_of_the_table_is_flagged_at_its_level(name: str) -> None:
    missed = [
        f"{code} {level}: {sentence}"
        for code, levels in table(name).items()
        if isinstance(levels, dict)
        for level, block in levels.items()
        for sentence in sentences(block)
        if level_of_code(screen(sentence), code) < Level[level]
    ]
    assert missed == []


@pytest.mark.parametrize("name", TABLES)
def test_no_calm_sentence_of_the_table_raises_more_than_its_level(name: str) -> None:
    calm = {kind: sentences(block) for kind, block in table(name).items() if isinstance(block, str)}
    assert sum(map(len, calm.values())) >= 25
    alarms = [sentence for kind, said in calm.items() for sentence in said if screen(sentence).level > CALM[kind]]
    assert alarms == []


def test_the_tables_are_as_large_as_they_must_be() -> None:
    danger = calm = 0
    for name in TABLES:
        for block in table(name).values():
            if isinstance(block, str):
                calm += len(sentences(block))
            else:
                danger += sum(len(sentences(said)) for said in block.values())
    assert danger >= 1100
    assert calm >= 580


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("je veux mourir", Level.urgent),
        ("I want to kill myself", Level.emergency),
        ("je n'en peux plus de vivre", Level.urgent),
        ("j'ai envie d'en finir", Level.emergency),
        ("si elle part je me tue", Level.emergency),
        ("je ne sais plus quel jour on est", Level.emergency),
        ("j'arrête tout ce soir", Level.urgent),
        ("j'en peux plus", Level.check),
        ("can't go on like this", Level.check),
    ],
)
def test_the_contract_sentences_have_their_level(text: str, level: Level) -> None:
    assert screen(text).level is level


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("je n'ai aucune idée suicidaire", "suicidal_thoughts", "negated"),
        ("no suicidal thoughts", "suicidal_thoughts", "negated"),
        ("il y a cinq ans j'ai fait une tentative de suicide", "suicidal_thoughts", "past"),
        ("mon père s'est suicidé l'an dernier", "suicidal_thoughts", "other_person"),
        ("my father killed himself last year", "suicidal_thoughts", "other_person"),
        ("est-ce que le baclofène peut donner des convulsions ?", "seizure", "hypothetical"),
        ("what if I have a seizure?", "seizure", "hypothetical"),
        ("mon mari dit que je suis confuse", "confusion", "current"),
        ("my husband doesn't know where he is", "confusion", "current"),
    ],
)
def test_the_context_is_told(text: str, code: str, status: str) -> None:
    assert [flag.status for flag in screen(text).flags if flag.code == code] == [status]


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("25 comprimés de 10 d'un coup", True),
        ("j'ai pris 20 comprimés", True),
        ("I took 8 tablets of 25 mg", True),
        ("j'ai avalé deux cents mg d'un coup", True),
        ("je suis à 200 mg par jour", False),
        ("my plan is 240 mg/day", False),
        ("240 mg : 60 à 8h, 60 à 12h, 60 à 16h, 60 à 20h", False),
        ("j'ai pris 4 x 50 mg aujourd'hui", False),
        ("J'ai pris 20 comprimés hier, en 4 prises", False),
    ],
)
def test_only_a_single_intake_of_200_mg_is_an_overdose(text: str, alarm: bool) -> None:
    assert (level_of_code(screen(text), "overdose") is Level.emergency) is alarm


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("pris 60 au lieu de 30", True),
        ("j'ai pris 70 mg aujourd'hui au lieu de 60", True),
        ("je devais prendre 20 et j'ai pris 40", True),
        ("je suis à 60 et j'ai pris 80", True),
        ("took 60 today instead of 30", True),
        ("took 50 where it should be 20", True),
        ("Prescribed 20 mg three times. I took 40 mg at one o'clock.", True),
        ("I'm meant to be on 60 a day and I've had 80 the day", True),
        ("pris 10 au lieu de 20", False),
        ("pris à 14 au lieu de 13", False),
        ("bu 4 bières au lieu de 2", False),
        ("mon médecin m'a dit de prendre 60 au lieu de 30", False),
        ("je suis à 60 et j'ai pris 20 à 8h", False),
        ("took mine at 8 instead of 7", False),
        ("had 4 beers instead of 2", False),
        ("my doctor told me to take 60 instead of 30", False),
        ("prescribed 20 three times a day and I've taken 60 today", False),
        ("if I took 60 instead of 30, would it be bad?", False),
    ],
)
def test_more_than_was_due_is_told_from_less_and_from_what_is_no_dose(text: str, *, above: bool) -> None:
    assert (level_of_code(screen(text), "dose_excess") is Level.urgent) is above


@pytest.mark.parametrize(
    ("text", "code", "level"),
    [
        ("je suis tombé dans les pommes ce matin", "loss_of_consciousness", Level.emergency),
        ("went out cold in the queue at the chemist", "loss_of_consciousness", Level.emergency),
        ("quelqu'un contrôle mes gestes à distance", "psychosis", Level.urgent),
        ("people can read my thoughts", "psychosis", Level.urgent),
        ("i sliced my stomach this mornin", "self_harm", Level.urgent),
        ("je me suis entaillé les cuisses", "self_harm", Level.urgent),
    ],
)
def test_words_that_mean_nothing_else_are_not_taken_back_by_a_reader_that_never_saw_them(text: str, code: str, level: Level) -> None:
    assert level_of_code(screen(text), code) >= level


@pytest.mark.parametrize(
    "text",
    [
        "on me surveille par la télé",
        "people on tv are talking about me",
        "j'ai des envies de meurtre sur mon voisin",
        "gonna run the bastard over",
    ],
)
def test_a_rare_sign_is_asked_about_at_least(text: str) -> None:
    assert screen(text).level >= Level.check


@pytest.mark.parametrize(
    ("plain", "and_more"),
    [
        ("jai zappé le cachet de ce matin", "jai zappé le cachet de ce matin, je veux mourir"),
        ("i didnt take last nights pill", "i didnt take last nights pill, i want to die"),
        ("pris 30 mg à 14h", "pris 30 mg à 14h et je veux mourir"),
        ("swallowed 25 mg of bac at noon", "swallowed 25 mg of bac at noon and i want to die"),
        ("j'ai vomi ce matin", "j'ai vomi ce matin après être tombée sur la tête"),
        ("I vomited this morning", "I vomited this morning after hitting my head"),
    ],
)
def test_one_dose_taken_or_missed_is_no_alarm_and_hides_none(plain: str, and_more: str) -> None:
    assert screen(plain).level < Level.check
    assert screen(and_more).level >= Level.urgent


@pytest.mark.parametrize(
    "text", ["jveu mourrir", "JE VEUX MOURIR", "je veux  mourir", "j e veux mouriiir", "je veux ||mourir||", "jveux mourir lol"]
)
def test_a_wish_to_die_is_heard_however_it_is_typed(text: str) -> None:
    assert level_of_code(screen(text), "suicidal_thoughts") >= Level.urgent


@pytest.mark.parametrize(
    "text", ["j'ai envie d'en finir", "j’ai envie d’en finir", "j ai envie d en finir", "g envi den finir", "jai envie den finir"]
)
def test_no_apostrophe_lets_a_danger_through(text: str) -> None:
    assert screen(text).level is Level.emergency


@pytest.mark.parametrize("text", ["je veux mourir", "I'm going to kill myself tonight"])
def test_a_forwarded_statement_is_asked_about_and_never_dropped(text: str) -> None:
    screening = screen(text, quoted=True)
    assert screening.level is Level.check
    assert {flag.status for flag in screening.flags} == {"quoted"}


def test_a_mixed_message_is_read_in_both_languages() -> None:
    assert screen("I feel awful today, je veux mourir").level >= Level.urgent
    assert screen("bonsoir, I want to die").level >= Level.urgent


def test_a_cheerful_word_never_mutes_a_plan() -> None:
    assert screen("je vais me tuer ce soir mdr 😂").level is Level.emergency


def test_a_reply_to_a_quoted_line_is_read_apart_from_it() -> None:
    assert screen("> je veux mourir\ncourage, appelle le 15").level <= Level.check
    assert screen("> courage\nje veux mourir").level >= Level.urgent


def test_the_screening_names_its_rules_and_its_knowledge() -> None:
    screening = screen("je veux mourir", language="fr")
    assert screening.language == "fr"
    assert "suicide-wish" in screening.rules
    assert [len(part) for part in screening.knowledge.split("-")] == [12, 12, 12], (
        "the rules' files, and the weights of both halves of the second reader"
    )


def test_an_empty_message_says_nothing() -> None:
    assert screen("") == Screening(screen("").language, (), (), screen("").knowledge)


def test_the_json_is_the_contract() -> None:
    assert screening_json(screen("écoutez, je veux mourir", language="fr")) == {
        "language": "fr",
        "level": "urgent",
        "flags": [{"code": "suicidal_thoughts", "level": "urgent", "start": 9, "end": 23, "text": "je veux mourir", "status": "current"}],
        "rules": ["suicide-wish", "suicide-mention"],
        "knowledge": screen("").knowledge,
    }
