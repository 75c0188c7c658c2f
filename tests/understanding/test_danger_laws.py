"""Laws that triage keeps on any text at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.flags import Flag
from bot.core.levels import Level, worst
from bot.understanding.danger import merge
from tests.understanding.test_danger import screen, sentences, table
from tests.understanding.test_danger_linear import rules_alone

DANGER = [
    sentence
    for name in ("fr.yaml", "en.yaml")
    for block in table(name).values()
    if isinstance(block, dict)
    for said in block.values()
    for sentence in sentences(said)
]
WORDS = [
    "je",
    "veux",
    "mourir",
    "pas",
    "plus",
    "I",
    "want",
    "to",
    "die",
    "not",
    "si",
    "if",
    "pris",
    "25",
    "comprimés",
    "took",
    "pills",
    "||",
    "?",
    "\n",
    "…",
]
LEVELS = st.sampled_from(list(Level))
FLAGS = st.builds(
    lambda code, level, start, size: Flag(code, level, start, start + size, "x" * size),
    st.sampled_from(["suicidal_thoughts", "overdose"]),
    LEVELS,
    st.integers(0, 20),
    st.integers(1, 8),
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)))
def test_any_text_is_screened_and_every_span_is_in_it(text: str) -> None:
    for flag in screen(text).flags:
        assert text[flag.start : flag.end] == flag.text
        assert 0 <= flag.start < flag.end <= len(text)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(DANGER), st.sampled_from(["Il fait beau.", "Merci de me lire.", "Thanks for reading.", "I had soup for dinner."]))
def test_an_unrelated_sentence_after_a_danger_removes_nothing_that_a_rule_has_found(danger: str, after: str) -> None:
    """What is only learnt is judged in its company, and is asked about at the least."""
    alone, joined = screen(danger), screen(f"{danger}\n{after}")
    before, later = ({flag.code for flag in each.flags if flag.level >= Level.urgent} for each in (alone, joined))
    ruled = {flag.code for flag in rules_alone().screen(danger).flags if flag.level >= Level.urgent}
    assert before & ruled <= later
    assert not before or joined.level >= Level.check or joined.leaning


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(DANGER))
def test_case_and_apostrophes_change_nothing(danger: str) -> None:
    plain = screen(danger)
    for typed in (danger.upper(), danger.replace("'", "’"), f"  {danger}  "):
        other = screen(typed)
        assert {(f.code, f.level, f.status) for f in other.flags} == {(f.code, f.level, f.status) for f in plain.flags}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([sentence for sentence in DANGER if not sentence.isascii()]))
def test_accents_change_nothing(danger: str) -> None:
    bare = danger.translate(str.maketrans("éèêëàâîïôöùûüçÉÈÀ", "eeeeaaiioouuucEEA")).replace("œ", "oe").replace("’", "'")
    assert screen(bare).level is screen(danger).level


@given(st.lists(FLAGS, max_size=8), FLAGS)
def test_one_more_flag_never_lowers_what_is_kept(flags: list[Flag], another: Flag) -> None:
    before = worst(flag.level for flag in merge(flags))
    after = worst(flag.level for flag in merge([*flags, another]))
    assert after >= before
    assert after is worst([*(flag.level for flag in flags), another.level])


@given(st.lists(FLAGS, max_size=8))
def test_merging_keeps_no_two_overlapping_flags_of_one_code(flags: list[Flag]) -> None:
    kept = merge(flags)
    for index, one in enumerate(kept):
        for other in kept[index + 1 :]:
            assert one.code != other.code or one.end <= other.start or other.end <= one.start


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "je veux " * 125_000,
        "é" * 1_000_000,
        '"' * 1_000_000,
        "a||" * 300_000,
        "不想活" * 300_000,
        "1 " * 500_000,
        "\x00" * 1_000_000,
    ],
    ids=["one-letter", "two-words", "accents", "quotes", "spoilers", "chinese", "numbers", "null"],
)
def test_a_hostile_megabyte_is_read_in_no_time(text: str) -> None:
    begun = time.process_time()
    assert screen(text).level <= Level.check
    assert time.process_time() - begun < 2


def test_a_megabyte_made_of_danger_stays_bounded_and_is_heard() -> None:
    text = " ".join(f"{sentence} {index}" for index, sentence in enumerate(DANGER * 40))
    begun = time.process_time()
    assert screen(text[:1_000_000]).level is Level.emergency
    assert time.process_time() - begun < 8


def test_a_sign_lost_in_the_middle_of_a_megabyte_is_found() -> None:
    assert screen("bla " * 120_000 + "je veux mourir " + "bla " * 120_000).level >= Level.urgent
