"""The parts of triage: patterns, spellings, and the knowledge that both stand on."""

from __future__ import annotations

import pytest

from bot.knowledge.danger import load_danger
from bot.knowledge.files import KnowledgeError
from bot.knowledge.weights import load_weights
from bot.understanding.danger import Triage
from bot.understanding.danger_linear import Linear
from bot.understanding.danger_pattern import Finder, Line, PatternError, PatternReader
from bot.understanding.danger_reading import Speller, tokenize
from bot.understanding.danger_second import SecondReader
from bot.understanding.fold import fold


def reader() -> PatternReader:
    return PatternReader(slots={"me": "me tuer\nmourir"}, spell=lambda word: [word], blockers=frozenset({"pas"}), common=frozenset({"je"}))


def found(pattern: str, text: str) -> bool:
    words = [".", *text.split(), "."]
    extras = [("suicid*",) if word.startswith("suicid") else ("<n>",) if word.isdigit() else () for word in words]
    return bool(Finder([("it", reader().pattern(pattern))]).find(Line(words, extras), {}))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("je veux mourir", "hier je veux mourir", True),
        ("je veux mourir", "je veux courir", False),
        ("je (veux|vais) {me}", "je vais me tuer", True),
        ("je veux [bien] mourir", "je veux mourir", True),
        ("veux .. mourir", "veux ce soir enfin mourir", True),
        ("veux .. mourir", "veux un peu de repos mourir", False),
        ("veux .. mourir", "veux pas mourir", False),
        ("veux mourir", "veux , mourir", True),
        ("suicid*", "idees suicidaires", True),
        ("pris <n> mg", "pris 30 mg", True),
        ("^ mourir $", "mourir", True),
        ("^ mourir $", "mourir demain", False),
    ],
)
def test_patterns_mean_what_the_editor_reads(pattern: str, text: str, expected: bool) -> None:
    assert found(pattern, text) is expected


@pytest.mark.parametrize("pattern", ["je (veux", "je veux)", ".. mourir", "[mourir]", "{absent}", "(a||b)", ""])
def test_a_doubtful_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        reader().pattern(pattern)


def speller() -> Speller:
    one = Speller(
        rewrites="j' g = je\njveu = je veux\nj'ai = je ai",
        glued="j = je",
        fillers="ne vraiment",
        repair="mourir suicide",
        lookalikes="nourrir courir",
    )
    one.learn(frozenset({"mourir", "suicide", "sais", "noir"}))
    return one


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("jveu", ["je", "veux"]),
        ("j'ai", ["je", "ai"]),
        ("jsais", ["je", "sais"]),
        ("mourirrrr", ["mourir"]),
        ("mourrir", ["mourir"]),
        ("moruir", ["mourir"]),
        ("s*icide", ["suicide"]),
        ("mou||rir", ["mourir"]),
        ("vraiment", []),
        ("courir", ["courir"]),
        ("nourrir", ["nourrir"]),
        ("jardin", ["jardin"]),
    ],
)
def test_spellings_come_down_to_one_and_real_words_stay_themselves(typed: str, plain: list[str]) -> None:
    assert list(speller().spell(typed)) == plain


def test_a_word_spelled_letter_by_letter_is_joined() -> None:
    assert [token.text for token in tokenize(fold("s u i c i d e ce soir"))] == ["suicide", "ce", "soir"]
    assert [token.text for token in tokenize(fold("m.o.u.r.i.r"))] == ["mourir"]


def test_a_link_is_not_read() -> None:
    assert [token.text for token in tokenize(fold("voir https://example.org/je-veux-mourir merci"))] == ["voir", "merci"]


def test_both_languages_say_every_concept() -> None:
    danger = load_danger()
    spoken = {name for name, concept in danger.concepts.items() if not concept.computed}
    assert len(spoken) > 50
    for language in danger.languages:
        assert set(language.triggers) == spoken
        assert all(trigger.says.strip() for trigger in language.triggers.values())


def test_every_concept_has_a_source_and_every_policy_is_used() -> None:
    danger = load_danger()
    assert all(concept.sources for concept in danger.concepts.values())
    assert {concept.policy for concept in danger.concepts.values()} == set(danger.policies)


def test_no_spelling_turns_an_everyday_word_into_another() -> None:
    for language in load_danger().languages:
        words = language.words
        everyday = set(fold(words.stopwords).text.split())
        one = Speller(rewrites=words.rewrites, glued=words.glued, fillers="", repair="", lookalikes="")
        changed = {word: one.rewrites[word] for word in everyday & one.rewrites.keys() if one.rewrites[word] != (word,)}
        # These carry no other meaning: an elision, and singular forms.
        assert changed.keys() <= {"l'", "c'est", "comprime", "baclo", "tablet", "pill"}, changed


def test_a_broken_pattern_stops_the_start_up_and_names_itself() -> None:
    danger = load_danger()
    french = danger.languages[0]
    broken = {**french.triggers, "suicide-wish": french.triggers["suicide-wish"].model_copy(update={"says": "je (veux"})}
    spoiled = type(danger)(
        danger.concepts, danger.policies, (type(french)("fr", french.words, french.slots, broken), *danger.languages[1:]), ""
    )
    with pytest.raises(KnowledgeError, match="je"):
        Triage(spoiled, SecondReader(Linear(load_weights()), None))


def test_the_fingerprint_is_stable() -> None:
    assert load_danger().fingerprint == load_danger().fingerprint
