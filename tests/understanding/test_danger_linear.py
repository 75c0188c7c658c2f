"""The second reader of danger signs: what it knows is fresh, what it adds is only ever more."""

from __future__ import annotations

from array import array
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.levels import Level
from bot.knowledge.danger import load_danger
from bot.knowledge.files import LANGUAGES, KnowledgeError
from bot.knowledge.network_weights import load_network
from bot.knowledge.provenance import sources
from bot.knowledge.sayings import sayings
from bot.knowledge.signs import LEARNT, SAID, Example, concerned, concerned_hash, examples, examples_hash, read_examples
from bot.knowledge.weights import HEADS, Bars, Weights, load_weights
from bot.knowledge.word_classes import word_classes
from bot.understanding.danger import Triage
from bot.understanding.danger_linear import BUCKETS, LONG_CLAUSE, WHOLE, Linear, clauses, stretches
from bot.understanding.danger_second import Read, SecondReader
from bot.understanding.fold import fold
from bot.understanding.network import Network, network

EXAM = Path(__file__).parent / "danger_exam"


@cache
def triage() -> Triage:
    """Both readers."""
    return Triage.load()


@cache
def rules_alone() -> Triage:
    """The rules, beside a second reader that never speaks and is never calm."""
    return Triage(load_danger(), second(thresholds=(1e9,) * len(HEADS), calm=-1e9))


def second(**bars: Any) -> SecondReader:
    """The second reader with some of its bars elsewhere, whether the network is asked or not."""
    weights, taught = load_weights(), load_network()
    return SecondReader(
        Linear(replace(weights, bars=replace(weights.bars, **bars))), Network(replace(taught, bars=replace(taught.bars, **bars)))
    )


def read(text: str, reader: SecondReader | None = None) -> Read:
    """What the second reader makes of a message."""
    return (reader or SecondReader(Linear(load_weights()), network())).read(text, fold(text))


@cache
def exam() -> tuple[Example, ...]:
    """Messages by authors of whom nothing was learnt."""
    return tuple(
        example for path in sorted(EXAM.glob("*.yaml")) for example in read_examples(path.name, path.stem.rpartition(".")[2], folder=EXAM)
    )


def test_the_weights_were_learnt_from_these_very_examples() -> None:
    assert load_weights().learnt_from == examples_hash(examples()), "run make knowledge"


def test_who_is_in_danger_was_learnt_from_these_very_messages() -> None:
    assert load_weights().subjects_from == concerned_hash(concerned()), "run make knowledge"
    for language in LANGUAGES:
        told = [each.someone for each in concerned() if each.language == language]
        assert min(told.count(True), told.count(False)) > 500


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("I can't wake my wife", "other"),
        ("I think my brother is going to kill himself tonight", "other"),
        ("she's not making sense and she's shaking all over", "other"),
        ("her lips are blue", "other"),
        ("je n'arrive pas à réveiller ma femme", "other"),
        ("je crois que mon frère va se tuer ce soir", "other"),
        ("mon compagnon dit qu'il veut mourir", "other"),
        ("notre fille a avalé deux de mes comprimés", "other"),
        ("I want to die, my wife would be better off without me", "self"),
        ("my wife thinks I'm not making sense today", "self"),
        ("no baclofen since Monday, sweating and shaking", "self"),
        ("I took the whole box, my husband doesn't know", "self"),
        ("je veux mourir, ma femme serait mieux sans moi", "self"),
        ("3 jours sans baclofène, je tremble de partout", "self"),
        ("mon mari m'a trouvé inconscient par terre", "self"),
        ("je vois des choses qui n'existent pas, ma mère a peur", "self"),
    ],
)
def test_who_is_in_danger_is_told_apart_though_both_are_spoken_of(text: str, subject: str) -> None:
    flags = [flag for flag in Triage.load().screen(text).flags if flag.level >= Level.check]
    assert flags
    assert {flag.subject for flag in flags} == {subject}


def test_weights_of_a_table_of_another_size_are_refused() -> None:
    with pytest.raises(KnowledgeError, match="make knowledge"):
        Linear(replace(load_weights(), buckets=BUCKETS // 2))


def test_the_examples_are_thousands_by_many_authors_in_both_languages() -> None:
    found = examples()
    for language in LANGUAGES:
        theirs = [example for example in found if example.language == language]
        assert len(theirs) > 5000
        assert len({example.author for example in theirs}) >= 6
        traps = sum(example.kind != "alarm" for example in theirs)
        assert traps / len(theirs) > 0.45, "what only looks dangerous counts as much"


def test_ordinary_sayings_are_learnt_from_as_everyday_and_stops_and_effects_are_not() -> None:
    taught = [example for example in examples() if example.author.startswith(SAID)]
    assert {example.kind for example in taught} == {"everyday"}
    known = {example.text for example in taught}
    for language in LANGUAGES:
        found = sayings(language)
        assert {saying.text for saying in found if saying.intents == ("log_intake",)} <= known
        stops = {saying.text for saying in found if saying.intents == ("stop_treatment",)}
        assert len(stops - known) > 0.95 * len(stops), "but for what somebody else wrote in the very same words"


def test_no_message_of_the_exam_is_among_the_examples() -> None:
    known = {fold(example.clean).text for example in examples()}
    assert len(exam()) >= 1500
    assert [example.text for example in exam() if fold(example.clean).text in known] == []
    assert not {example.author for example in exam()} & {example.author for example in examples()}


def test_every_sign_that_is_learnt_has_an_answer_and_examples_in_both_languages() -> None:
    codes = {concept.code for concept in load_danger().concepts.values()}
    for language in LANGUAGES:
        learnt = {example.code for example in examples() if example.language == language and example.kind == "alarm"}
        assert learnt == set(load_weights().codes)
        assert learnt <= codes


texts = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from([example.clean for example in examples()[::37]]), min_size=1, max_size=3).map(" ".join),
)


@settings(max_examples=150, deadline=None)
@given(texts)
def test_what_a_rule_finds_is_asked_about_and_only_what_reads_as_harmless_all_through_makes_it_less(text: str) -> None:
    alone, both, said = rules_alone().screen(text), triage().screen(text), read(text)
    if said.still:
        assert both.level >= min(alone.level, Level.check) or both.leaning
    else:
        assert both.level >= (min(alone.level, Level.check) if said.calm else alone.level)
    assert set(alone.rules) <= set(both.rules)


@cache
def anxious() -> Triage:
    """Rules beside a second reader that finds nothing calm."""
    return Triage(load_danger(), second(calm=-1e9))


@settings(max_examples=150, deadline=None)
@given(texts)
def test_a_second_reader_that_is_never_calm_only_ever_adds(text: str) -> None:
    assert anxious().screen(text).level >= rules_alone().screen(text).level


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ce soir on regarde un film où le héros parle à sa mère décédée, très beau, avec du pop corn et les enfants", "fr"),
        ("Tonight a film where the hero talks to his dead mother, lovely, with popcorn and the kids on the sofa", "en"),
    ],
)
def test_a_rule_alone_in_a_message_that_is_calm_all_through_is_asked_about(text: str, language: str) -> None:
    assert triage().screen(text, language=language).level <= Level.check


def test_what_is_computed_or_known_by_name_is_never_made_less() -> None:
    calm = Triage(load_danger(), second(thresholds=(1e9,) * len(HEADS), calm=1e9))
    assert calm.screen("took 25 tablets of 10 at once this evening").level is Level.emergency
    assert calm.screen("had three beers and a Vicodin").level >= Level.urgent
    assert calm.screen("I have decided to hurt him as soon as he comes home").level is Level.check


def test_what_reads_as_nothing_but_harmless_is_left_to_the_open_question_and_a_denial_is_asked_about() -> None:
    still = Triage(load_danger(), second(thresholds=(1e9,) * len(HEADS), calm=1e9, still=1e9, leaning=1e9))
    told = still.screen("I swallowed the whole box of tablets")
    assert (told.level, told.leaning) == (Level.none, True)
    assert told.rules == ("overdose",), "what the rule found is in the record all the same"
    assert still.screen("I do not want to kill myself").level is Level.check
    assert still.screen("I have decided to hurt him as soon as he comes home").level is Level.check, "a rare sign is asked about"
    assert still.screen("took 25 tablets of 10 at once this evening").level is Level.emergency
    assert not still.screen("the soup was very good today").leaning


@pytest.mark.parametrize(
    "text",
    ["I had a seizure (call 10 of p5)", "j'ai des hallucinations (appel 15 de p4)", "je veux mourir (ticket 3)", "I want to die (msg 7)"],
)
def test_what_is_said_outright_alarms_whatever_stands_beside_it(text: str) -> None:
    assert triage().screen(text).level >= Level.urgent


def test_very_few_words_and_very_many_are_never_calm() -> None:
    anything = second(calm=1e9, still=1e9)
    assert not read("cannot breathe", anything).calm
    assert read("the soup was very good today", anything).still
    assert not read("the soup was very good today " * 60, anything).calm
    assert not read("the soup was very good today " * 60, anything).still


@settings(max_examples=100, deadline=None)
@given(texts)
def test_every_learnt_flag_points_into_the_text_and_names_its_rule(text: str) -> None:
    screening = triage().screen(text)
    for flag in screening.flags:
        assert text[flag.start : flag.end] == flag.text
    added = [rule for rule in screening.rules if rule.startswith(LEARNT)]
    assert {rule.removeprefix(LEARNT) for rule in added} <= {flag.code for flag in screening.flags} | set(load_weights().codes)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("J'ai donné le chat à la voisine et rendu les clés du garage, il n'y a plus qu'à fermer les yeux", "fr"),
        ("I've given the cat to next door and handed in the garage keys, all that's left is to shut my eyes", "en"),
    ],
)
def test_what_no_rule_has_words_for_is_found(text: str, language: str) -> None:
    assert triage().screen(text, language=language).level >= Level.urgent


def test_a_forwarded_text_is_asked_about_and_no_more() -> None:
    text = "I've given the cat to next door and handed in the garage keys, all that's left is to shut my eyes"
    assert triage().screen(text, quoted=True).level <= Level.check


def test_one_clause_of_a_long_post_is_read_by_itself() -> None:
    quiet = "Took my 20 at eight and went to work. The soup was good. We talked about the garden and the new fence. "
    found = clauses(fold(quiet + "I do not want to wake up tomorrow. " + quiet))
    assert len(found) == 7
    assert ("i", "do", "not", "want", "to", "wake", "up", "tomorrow") in [clause.words for clause in found]
    assert len(stretches(found)) == 7 + 6 + (sum(len(clause.words) for clause in found) <= WHOLE)


def test_a_sentence_without_stops_is_cut_at_its_pauses() -> None:
    found = clauses(fold("and then we went on " * 40))
    assert len(found) > 1
    assert max(len(clause.words) for clause in found) <= 2 * LONG_CLAUSE + 1


def test_spelling_and_figures_are_folded() -> None:
    (clause,) = clauses(fold("Jveuuuux 25 comprimés, l'armoire"))
    assert clause.words == ("jveux", "#3", "comprimes", "l'", "armoire")


def test_words_of_a_class_are_found_with_any_ending_and_in_both_languages() -> None:
    known = word_classes()
    assert "pet" in known.of("dog")
    assert "pet" in known.of("chien")
    assert "suicide" in known.of("suicidaires")
    assert known.of("zork") == ()


@pytest.mark.parametrize("code", load_weights().codes)
def test_every_learnt_rule_says_what_it_was_learnt_from(code: str) -> None:
    told = sources(f"{LEARNT}{code}")
    assert all(f"{language}: " in told and f"{language}/signs" in told for language in LANGUAGES)
    assert load_weights().learnt_from in told


def silent() -> Weights:
    """Weights of nothing, to plant faults in."""
    bars = Bars(thresholds=(0.5, 0.5, 0.5), leaning=0.0, calm=0.0)
    return replace(load_weights(), values=array("b", bytes(2 * BUCKETS * len(HEADS))), bars=bars, bias=(0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("bias", "level"),
    [((0.6, 0, 0), "check"), ((0.6, 0.6, 0), "urgent"), ((0, 0.6, 0.6), "emergency"), ((0, 0, 0.6), None), ((0.4, 0.4, 0.4), None)],
)
def test_an_emergency_needs_the_bar_of_what_is_urgent_too(bias: tuple[float, ...], level: str | None) -> None:
    found = read("anything that somebody said", SecondReader(Linear(replace(silent(), bias=bias)), None)).stretches
    assert [stretch.level.name for stretch in found] == ([level] if level else [])


def test_a_missing_or_foreign_file_of_weights_stops_the_start(tmp_path: Path) -> None:
    for content in (b"", b"{}\n", b'{"heads": ["check"]}\n'):
        (tmp_path / "danger_weights.bin").write_bytes(content)
        with pytest.raises(KnowledgeError, match="make knowledge"):
            load_weights(tmp_path)
    with pytest.raises(KnowledgeError, match="make knowledge"):
        load_weights(tmp_path / "nowhere")
