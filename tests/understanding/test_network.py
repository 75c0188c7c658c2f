"""The small network beside the linear readers: what it knows is fresh, its sums are the ones they should be, and it never decides alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import inf, isfinite
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.core.levels import Level
from bot.knowledge.danger import load_danger
from bot.knowledge.files import LANGUAGES, KnowledgeError
from bot.knowledge.intent_weights import load_intent_weights
from bot.knowledge.network_weights import load_network
from bot.knowledge.sayings import sayings, sayings_hash
from bot.knowledge.signs import concerned, concerned_hash, examples, examples_hash
from bot.knowledge.weights import HEADS, load_weights
from bot.understanding.danger import Triage
from bot.understanding.danger_linear import Linear
from bot.understanding.danger_second import HIGHEST, LOWEST, SHARE, Read, SecondReader
from bot.understanding.fold import fold
from bot.understanding.intent_linear import IntentLinear
from bot.understanding.intent_second import SecondOpinion
from bot.understanding.network import LONGEST, ORDERS, WINDOWS, Heard, Network, network, taught
from bot.understanding.subwords import SPACE, UNKNOWN, Cutter, plain

DANGER = "my chest feels crushed and I cannot breathe, I have taken all of the tablets"
MESSAGES = [example.clean for example in examples()[::97]]
texts = st.one_of(st.text(max_size=200), st.sampled_from(MESSAGES))


class Answering(Network):
    """The network with another answer; `asked` counts how often it was wanted."""

    def __init__(self, answer: Callable[[str], Heard]) -> None:
        self.weights, self.asked = load_network(), 0

        def counted(text: str) -> Heard:
            self.asked += 1
            return answer(text)

        self.heard = counted  # type: ignore[assignment]


def saying(level: float) -> Answering:
    """A network that says the same of every message: so much danger, and no intent or topic."""
    taught = load_network()
    heard = Heard((level,) * len(HEADS), (0.0,) * len(taught.codes), (0.0,) * len(taught.intents), (0.0,) * len(taught.topics))
    return Answering(lambda _: heard)


@cache
def linear() -> Linear:
    """The linear reader of danger signs."""
    return Linear(load_weights())


def judged(text: str, beside: Network | None) -> Read:
    """What the second reader makes of a message with that network, or none, beside the linear scores."""
    return SecondReader(linear(), beside).read(text, fold(text))


def test_the_network_was_taught_these_very_examples_and_sayings() -> None:
    learnt = load_network().learnt_from
    assert learnt["signs"] == examples_hash(examples()), "run make knowledge-network"
    assert learnt["subjects"] == concerned_hash(concerned()), "run make knowledge-network"
    for language in LANGUAGES:
        assert learnt[language] == sayings_hash(sayings(language)), "run make knowledge-network"


def test_it_tells_apart_what_the_linear_readers_tell_apart() -> None:
    taught = load_network()
    assert set(taught.codes) == set(load_weights().codes)
    assert all(set(taught.intents) == set(load_intent_weights(language).intents) for language in LANGUAGES)


def test_a_missing_or_foreign_file_stops_the_start(tmp_path: Path) -> None:
    for content in (b"", b"nothing of the kind", b"PK\x03\x04 and no more"):
        (tmp_path / "network.npz").write_bytes(content)
        load_network.cache_clear()
        with pytest.raises(KnowledgeError, match="make knowledge"):
            load_network(tmp_path)
    np.savez(tmp_path / "network.npz", header=np.frombuffer(b'{"heads": ["check"], "subwords": [], "likelihoods": []}', np.uint8))
    load_network.cache_clear()
    with pytest.raises(KnowledgeError, match="make knowledge"):
        load_network(tmp_path)
    with pytest.raises(KnowledgeError, match="make knowledge"):
        load_network(tmp_path / "nowhere")


# How a text is cut.

TOY = Cutter(["▁", "▁un", "▁under", "under", "d", "e", "r", "stand", "ing", "standing"], [-5, -4, -6, -7, -8, -8, -8, -6, -6, -9])


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("under", [2]),
        ("understanding", [2, 9]),  # one subword of -9 is likelier than two of -6 together
        ("UNDERSTAND", [2, 7]),
        ("un  der", [1, 0, 4, 5, 6]),
        ("unxder", [1, UNKNOWN, 4, 5, 6]),
        ("", [0]),
        ("中", [0, UNKNOWN]),
    ],
)
def test_of_all_cuts_the_likeliest_is_taken(text: str, cut: list[int]) -> None:
    assert TOY.cut(text) == cut


@given(st.text(alphabet="understaig x", max_size=12))
def test_no_other_cut_is_likelier(text: str) -> None:
    """Every cut is tried, by hand."""
    pieces = {"▁": -5, "▁un": -4, "▁under": -6, "under": -7, "d": -8, "e": -8, "r": -8, "stand": -6, "ing": -6, "standing": -9}
    marked, worst = plain(text), min(pieces.values()) - 10
    likeliest = [0.0] + [-inf] * len(marked)
    for end in range(1, len(marked) + 1):
        for start in range(end):
            known = pieces.get(marked[start:end])
            if known is None and end == start + 1:
                known = worst
            if known is not None:
                likeliest[end] = max(likeliest[end], likeliest[start] + known)
    values = list(pieces.values())
    assert sum(worst if number == UNKNOWN else values[number] for number in TOY.cut(text)) == likeliest[-1]


@pytest.mark.parametrize(
    ("text", "same"),
    [("J’AI  PRIS 20 mg", "j'ai pris 20 mg"), ("nooooon", "noon"), ("ﬁn", "fin"), (" un\nmot ", "un mot"), ("1000000", "1000000")],
)
def test_what_looks_the_same_is_cut_the_same(text: str, same: str) -> None:
    assert plain(text) == plain(same) == SPACE + same.replace(" ", SPACE)


# The sums.


def slowly(subwords: list[int]) -> dict[str, NDArray[np.float64]]:
    """The heads for subwords, worked out place by place from the same weights: what no place stands for is nothing at all."""
    w = {name: np.asarray(values, np.float64) for name, values in load_network().arrays.items()}
    width = len(w["pg"]) // len(ORDERS)

    def even(row: NDArray[np.float64], gain: NDArray[np.float64], bias: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((row - row.mean()) / np.sqrt(row.var() + 1e-12) * gain + bias)

    small = [w["emb"][number] * w["emb_scale"][number] for number in subwords]
    inner = [even(row @ w["proj"] + w["proj_b"], w["pg"], w["pb"]) for row in small]
    found = [[row @ w["up"] + w["up_b"]] for row in small]
    for number, (size, before) in enumerate(ORDERS):
        rows = [row[number * width : (number + 1) * width] for row in inner]
        for layer in ("c1", "c2"):
            around = dict(enumerate(rows))
            rows = [
                row
                + np.maximum(
                    np.concatenate([around.get(place - before + shift, np.zeros(width)) for shift in range(size)]) @ w[f"{layer}_{number}"]
                    + w[f"{layer}_{number}_b"],
                    0,
                )
                for place, row in enumerate(rows)
            ]
        for each, row in zip(found, rows, strict=True):
            each.append(row)
    seen = np.stack([even(np.concatenate(each), w["lg"], w["lb"]) for each in found])
    mean = (seen.sum(axis=0) @ w["W"] + len(seen) * w["b"]) / np.sqrt(len(seen))
    first = np.maximum(mean @ w["d0"], 0)
    second = np.maximum(mean @ w["p1"] + first @ w["d1"], 0)
    third = np.maximum(second @ w["d2"], 0)
    whole = np.tanh(second @ w["p3"] + third @ w["d3"])
    told = np.concatenate([8 * whole / np.linalg.norm(whole), np.maximum(seen @ w["att"] + w["att_b"], 0).max(axis=0)])
    return {head: told @ w[f"h_{head}"] + w[f"h_{head}_b"] for head in ("level", "code", "intent")}


@pytest.mark.parametrize("text", ["pris 20", "a", DANGER, "je passe à 70 mg/j demain, craving à 18 h, comment je répartis ?", "中文"])
def test_the_sums_are_those_worked_out_place_by_place(text: str) -> None:
    taught = load_network()
    wanted, heard = slowly(Cutter(taught.subwords, taught.likelihoods).cut(text)), network().heard(text)
    assert np.allclose(heard.levels, wanted["level"], atol=1e-2)
    assert np.allclose(heard.codes, wanted["code"], atol=1e-2)
    assert np.allclose(heard.intents, wanted["intent"], atol=1e-2)


@cache
def another() -> Network:
    """A second one with the same weights, and a memory of its own."""
    return Network(load_network())


@settings(max_examples=80, deadline=None)
@given(texts)
def test_any_text_has_an_answer_in_figures_and_always_the_same(text: str) -> None:
    heard = network().heard(text)
    assert all(map(isfinite, (*heard.levels, *heard.codes, *heard.intents)))
    assert another().heard(text) == heard


def test_what_is_said_in_the_middle_of_a_long_text_is_heard() -> None:
    calm = "The garden is lovely and my sister came over for tea with the children. " * 20
    first = network().heard(calm).levels
    assert network().heard(f"{calm}{DANGER}. {calm}").levels[1] > first[1] + 1


def test_of_an_endless_text_so_many_windows_are_read_and_no_more() -> None:
    endless = "word " * 40 * LONGEST
    assert len(Cutter(load_network().subwords, load_network().likelihoods).cut(endless)) > WINDOWS * LONGEST
    counted = Network(load_network())
    forward, read = counted._forward, []
    counted._forward = lambda subwords: (read.append(len(subwords)), forward(subwords))[1]  # type: ignore[method-assign,func-returns-value]
    counted.heard(endless)
    assert len(read) == WINDOWS
    assert max(read) <= LONGEST


# What its word is worth.


@settings(max_examples=60, deadline=None)
@given(texts, st.floats(-1e6, 1e6))
def test_the_network_alone_moves_a_score_no_further_than_its_bounds(text: str, level: float) -> None:
    """However loud: what it makes of a message is what the loudest that is believed would."""
    assert judged(text, saying(level)) == judged(text, saying(min(max(level, LOWEST), HIGHEST)))
    assert SHARE * HIGHEST <= 1


@settings(max_examples=60, deadline=None)
@given(texts, st.floats(-8, 8), st.floats(0, 8))
def test_the_more_danger_it_hears_the_worse_the_message_is_judged(text: str, level: float, more: float) -> None:
    less, worse = judged(text, saying(level)), judged(text, saying(level + more))
    assert max((each.level for each in less.stretches), default=Level.none) <= max(
        (each.level for each in worse.stretches), default=Level.none
    )
    assert less.leans <= worse.leans
    assert (less.calm, less.still) >= (worse.calm, worse.still)


def test_of_a_text_longer_than_any_message_it_is_not_asked() -> None:
    real = Answering(network().heard)
    triage = Triage(load_danger(), SecondReader(linear(), real))
    assert triage.screen(f"{'the weather was fine. ' * 400} {DANGER}").level >= Level.check
    assert real.asked == 0
    triage.screen(DANGER)
    assert real.asked


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(MESSAGES), st.sampled_from(LANGUAGES))
def test_half_of_the_opinion_on_what_a_message_does_is_its_own(text: str, language: str) -> None:
    alone = IntentLinear(load_intent_weights(language))
    both = SecondOpinion(alone, network()).of(text, text, asks=False, whole=True)
    assert sum(one.share for one in both) == pytest.approx(1)
    assert [one.share for one in both] == sorted((one.share for one in both), reverse=True)
    linear_alone = {one.intent: one.share for one in alone.opinion(text, asks=False)}
    loudest = load_network().intents[int(np.argmax(network().heard(text).intents))]
    given_both = {one.intent: one.share for one in both}
    assert all(0.5 * linear_alone[intent] <= share <= 0.5 * linear_alone[intent] + 0.5 for intent, share in given_both.items())
    assert max(given_both, key=lambda intent: given_both[intent] - 0.5 * linear_alone[intent]) == loudest


def test_a_language_that_it_was_not_taught_is_left_to_the_linear_half() -> None:
    assert all(taught(language) is network() for language in LANGUAGES)
    assert taught("xx") is None


def test_a_text_that_is_cut_off_is_left_to_the_linear_half() -> None:
    real = Answering(network().heard)
    alone = IntentLinear(load_intent_weights("en"))
    assert SecondOpinion(alone, real).of("took 20", "took MG", asks=False, whole=False) == alone.opinion("took MG", asks=False)
    assert real.asked == 0


def test_weights_of_nothing_say_nothing() -> None:
    """A planted fault: without what it has learnt, the network tells no two texts apart."""
    taught = load_network()
    blind = Network(replace(taught, arrays={**taught.arrays, "h_level": np.zeros_like(taught.arrays["h_level"])}))
    assert blind.heard(DANGER).levels == blind.heard("thanks, see you tomorrow").levels
    assert network().heard(DANGER).levels != network().heard("thanks, see you tomorrow").levels
