"""How the second opinion on intents is learnt: `make knowledge`, from the sayings to `bot/knowledge/*/intent_weights.bin`.

Not part of the running assistant: it needs scikit-learn (the `knowledge` extra). One logistic regression over all intents of a language,
on the features that `intent_linear` reads; a feature counts by its rarity.

    python -m bot.understanding.intent_training [--report]
"""

from __future__ import annotations

import json
import random
import string
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from bot.knowledge.files import LANGUAGES, root
from bot.knowledge.intent_weights import FILE
from bot.knowledge.sayings import Saying, sayings, sayings_hash
from bot.understanding.counted import counted
from bot.understanding.intent_linear import BUCKETS, piece_features, word_features, words_of
from bot.understanding.reader import Reader

STRENGTH = 8.0
SETTLED, DECIDED = "v0", 4.0
"""The sentences whose reading is settled (those of the tests) count so many times: what is decided stays decided."""
SHORTEST = 5
"""Letters of the shortest message in which a slip leaves something to recognise."""
COPIES = 2
"""Every saying is learnt so many times more, each time with other slips of the thumb: nobody types what the authors spelt."""
_CLIPPED = 0.9995


@dataclass(frozen=True, slots=True)
class Model:
    """One language's weights, a column per intent."""

    intents: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray

    def best(self, matrix: csr_matrix, count: int) -> np.ndarray:
        """The likeliest intents of every row."""
        order = np.argsort(-(matrix @ self.weights + self.bias), axis=1)[:, :count]
        return np.array(self.intents)[order]


def matrix_of(reader: Reader, language: str, texts: Sequence[str]) -> csr_matrix:
    """One row per message: counts of word and of piece features, each divided by the root of how many there are."""
    return counted((_features(*reader.masked(text, language)) for text in texts), 2 * BUCKETS)


def _features(masked: str, asks: bool) -> tuple[list[int], list[int]]:
    words = words_of(masked)
    return word_features(words, asks=asks), [BUCKETS + feature for word in words for feature in piece_features(word)]


def slipped(text: str, chance: random.Random) -> str:
    """A message with one or two slips: a letter left out, doubled, wrong, or after the next one. A very short one stays as it is."""
    for _ in range(chance.choice((1, 1, 2))):
        letters = [place for place, letter in enumerate(text) if letter.isalpha()]
        if len(letters) < SHORTEST:
            return text
        at, slip = chance.choice(letters), chance.randrange(4)
        before, here, after = text[:at], text[at], text[at + 1 :]
        text = before + ("", here * 2, chance.choice(string.ascii_lowercase), after[:1] + here)[slip] + (after[1:] if slip == 3 else after)
    return text


def learn(matrix: csr_matrix, found: Sequence[Saying]) -> Model:
    """A message that does several things teaches each of them, the first one twice as much as the others together."""
    owners = [(row, intent) for row, saying in enumerate(found) for intent in saying.intents]
    pull = [_pull(found[row], intent) for row, intent in owners]
    rarity = np.log((1 + matrix.shape[0]) / (1 + np.asarray((matrix > 0).sum(axis=0)).ravel())) + 1
    taught = (matrix @ diags(rarity))[[row for row, _ in owners]]
    fitted = LogisticRegression(C=STRENGTH, max_iter=400).fit(taught, [intent for _, intent in owners], sample_weight=pull)
    return Model(tuple(fitted.classes_), fitted.coef_.T * rarity[:, None], fitted.intercept_)


def _pull(saying: Saying, intent: str) -> float:
    share = 1.0 if intent == saying.intents[0] else 0.5 / (len(saying.intents) - 1)
    return share * DECIDED if saying.author == SETTLED else share


def report(matrix: csr_matrix, found: Sequence[Saying], language: str) -> None:
    """What a model that never saw an author makes of them, author by author."""
    authors = np.array([saying.author for saying in found])
    for author in sorted(set(authors)):
        theirs = authors == author
        model = learn(matrix[~theirs], [saying for saying, left in zip(found, theirs, strict=True) if not left])
        best, wanted = model.best(matrix[theirs], 3), [saying.intents for saying in found if saying.author == author]
        first = np.mean([row[0] in intents for row, intents in zip(best, wanted, strict=True)])
        three = np.mean([intents[0] in row for row, intents in zip(best, wanted, strict=True)])
        sys.stdout.write(f"{language} {author}: first {first:.3f}, among three {three:.3f} of {theirs.sum()}\n")


def main(only_report: bool = False) -> None:
    """Learn every language and write its file."""
    reader = Reader.load(second_opinion=False)
    for language in LANGUAGES:
        found, chance = sayings(language), random.Random(COPIES)  # noqa: S311 - the same slips at every run
        taught = (*found, *(replace(saying, text=slipped(saying.text, chance)) for _ in range(COPIES) for saying in found))
        matrix = matrix_of(reader, language, [saying.text for saying in taught])
        report(matrix, taught, language)
        if only_report:
            continue
        model = learn(matrix, taught)
        scale = float(np.quantile(np.abs(model.weights[model.weights != 0]), _CLIPPED)) / 127
        table = np.clip(np.round(model.weights / scale), -127, 127).astype(np.int8)
        header = {
            "buckets": BUCKETS,
            "intents": model.intents,
            "scale": scale,
            "bias": [round(float(each), 6) for each in model.bias],
            "learnt_from": sayings_hash(found),
        }
        content = json.dumps(header).encode() + b"\n" + table.tobytes()
        Path(str(root() / language / FILE)).write_bytes(content)
        sys.stdout.write(f"{language}/{FILE}: {len(content)} bytes from {len(found)} messages\n")


if __name__ == "__main__":
    main(only_report="--report" in sys.argv)
