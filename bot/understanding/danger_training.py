"""How the second reader of danger signs is learnt: `make knowledge`, from the examples to `bot/knowledge/danger_weights.bin`.

Not part of the running assistant: it needs scikit-learn (the `knowledge` extra). One linear support-vector classifier per level (check
or more, urgent or more, emergency) and one per sign, over the features that `danger_linear` reads. The bars are set on
messages of authors that the model had not seen: a group of them is left out in turn, and the bar is where no more of the hard negatives
than `TRAPS` would pass.

    python -m bot.understanding.danger_training [--report]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.svm import LinearSVC
from sklearn.utils.parallel import Parallel, delayed

from bot.core.levels import Level
from bot.knowledge.files import root
from bot.knowledge.signs import COUNTS, Concerned, Example, concerned, concerned_hash, examples, examples_hash
from bot.knowledge.weights import FILE, HEADS
from bot.understanding.counted import counted
from bot.understanding.danger_linear import BUCKETS, SOMEONE, WHOLE, Clause, by_chance, clauses, piece_features, stretches, word_features
from bot.understanding.fold import fold

TRAPS = {"check": 0.10, "urgent": 0.07, "emergency": 0.02}
"""Of the hard negatives by authors never seen, the share that may pass each bar."""
EVERYDAY = {"check": 0.025, "urgent": 0.008, "emergency": 0.003}
"""Of everyday messages by authors never seen. Those of the examples are longer and nearer to danger than most: logs are shorter."""
LEANING = {"traps": 0.30, "everyday": 0.15}
"""What may pass the lowest bar of all: it only counts for messages that the understanding could make nothing of."""
CALM = 0.07
"""Of the alarms by authors never seen, the share that scores below what counts as calm: every other trap does."""
REGRESSION, DECIDED = "a0", 8.0
"""The sentences whose answer is settled (tests/understanding/danger_cases) count so many times: what is decided stays decided."""
GROUPS = 6
CODE_BUCKETS = 1 << 13
STRENGTH = 0.3
LEAST_GAIN = 0.3
CLOSE = 1e-2
"""How near to the best separation is near enough: half the time of scikit-learn's own bar, and the same figures to three places."""
_CLIPPED = 0.9997

Stretch = Sequence[Clause]


@dataclass(frozen=True, slots=True)
class Model:
    """One linear head."""

    weights: np.ndarray
    bias: float

    def scores(self, matrix: csr_matrix) -> np.ndarray:
        """The score of every row."""
        return np.asarray(matrix @ self.weights).ravel() + self.bias


@dataclass(frozen=True, slots=True)
class Lessons:
    """Stretches to learn from or to judge: one row each, with the message it comes from and the level that it needs.

    `chances` is what each loses for being one of many, `pull` how much it counts.
    """

    matrix: csr_matrix
    owners: np.ndarray
    levels: np.ndarray
    chances: np.ndarray
    pull: np.ndarray


def lessons(found: Sequence[Example]) -> Lessons:
    """What is learnt. Of a marked message the marked words count, and the rest is quiet."""
    rows = [(index, part, level) for index, example in enumerate(found) for part, level in _units(example) if part]
    owners, levels = np.array([index for index, _, _ in rows]), np.array([int(level) for _, _, level in rows])
    pull = np.array([DECIDED if found[index].author == REGRESSION else 1.0 for index in owners])
    return Lessons(matrix_of([part for _, part, _ in rows]), owners, levels, np.zeros(len(rows)), pull)


def _units(example: Example) -> Iterator[tuple[Stretch, Level]]:
    whole = clauses(fold(example.clean))
    if example.kind != "alarm":
        yield from ((part, example.level) for part in stretches(whole))
    elif COUNTS[0] in example.text:
        before, rest = example.text.split(COUNTS[0], 1)
        inner, after = rest.split(COUNTS[1], 1)
        yield clauses(fold(inner)), example.level
        if sum(len(clause.words) for clause in whole) <= WHOLE:
            yield whole, example.level
        quiet = [*clauses(fold(before)), *clauses(fold(after))]
        yield from (([clause], Level.none) for clause in quiet if len(clause.words) > 2)
    else:
        yield whole, example.level


def judged(found: Sequence[Example]) -> Lessons:
    """What the running reader judges of each message."""
    read = [stretches(clauses(fold(example.clean))) for example in found]
    rows = [(index, part, by_chance(len(parts))) for index, parts in enumerate(read) for part in parts]
    owners = np.array([index for index, _, _ in rows])
    levels = np.array([int(found[index].level) for index in owners])
    return Lessons(
        matrix_of([part for _, part, _ in rows]), owners, levels, np.array([chance for _, _, chance in rows]), np.ones(len(rows))
    )


def matrix_of(parts: Sequence[Stretch], buckets: int = BUCKETS) -> csr_matrix:
    """One row per stretch: counts of word and of piece features, each divided by the root of how many there are."""
    return counted(
        (
            (
                [feature % buckets for clause in part for feature in word_features(clause.words)],
                [buckets + feature % buckets for clause in part for word in clause.words for feature in piece_features(word)],
            )
            for part in parts
        ),
        2 * buckets,
    )


def learn(matrix: csr_matrix, truth: np.ndarray, pull: np.ndarray | None = None) -> Model:
    """One head. A feature that is much more frequent on one side is believed sooner (Wang and Manning, Baselines and Bigrams, ACL 2012)."""
    gain = telling(matrix, truth)
    fitted = LinearSVC(C=STRENGTH, class_weight="balanced", random_state=0, tol=CLOSE).fit(matrix @ diags(gain), truth, sample_weight=pull)
    return Model(fitted.coef_[0] * gain, float(fitted.intercept_[0]))


def telling(matrix: csr_matrix, truth: np.ndarray) -> np.ndarray:
    """Per feature how much its being there says at all: the size of its log-count ratio, and a little for every one."""
    there = (matrix > 0).astype(np.float64)
    ours, theirs = (1 + np.asarray(there[side].sum(axis=0)).ravel() for side in (truth, ~truth))
    return np.asarray(LEAST_GAIN + np.abs(np.log((ours / ours.sum()) / (theirs / theirs.sum()))))


def heads_of(learnt: Lessons) -> list[Model]:
    """One model per level, learnt side by side."""
    return list(Parallel(n_jobs=-1)(delayed(learn)(learnt.matrix, learnt.levels >= Level[head], learnt.pull) for head in HEADS))


def unseen_scores(found: Sequence[Example], learnt: Lessons, read: Lessons) -> list[np.ndarray]:
    """Per head and message the score of its worst stretch, by a model that never saw its author."""
    authors = np.array([example.author for example in found])
    scores = [np.full(len(found), -99.0) for _ in HEADS]
    for group in groups(authors):
        unseen = np.isin(authors, group)
        others, theirs = ~unseen[learnt.owners], unseen[read.owners]
        taught = Lessons(learnt.matrix[others], learnt.owners[others], learnt.levels[others], learnt.chances[others], learnt.pull[others])
        for worst, model in zip(scores, heads_of(taught), strict=True):
            worst[unseen] = worst_of(model, read, len(found), theirs)[unseen]
    return scores


def worst_of(model: Model, read: Lessons, count: int, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Per message, of so many, the score of its worst stretch among some rows of what is read."""
    worst = np.full(count, -99.0)
    np.maximum.at(worst, read.owners[rows], model.scores(read.matrix[rows]) - read.chances[rows])
    return worst


def groups(authors: np.ndarray) -> list[list[str]]:
    """The authors in groups that are left out together: every author once, and most of the others in each lesson."""
    known = sorted({str(author) for author in authors})
    return [known[start::GROUPS] for start in range(GROUPS)]


def bar(scores: np.ndarray, found: Sequence[Example], traps: float, everyday: float) -> float:
    """The score that no more than the allowed share of traps, and of everyday messages, reach."""
    kinds = np.array([example.kind for example in found])
    # A trap that deserves a question is none for the lowest bar; every trap and everyday message here needs less than `check`.
    of_traps = float(np.quantile(scores[kinds == "trap"], 1 - traps))
    of_everyday = float(np.quantile(scores[kinds == "everyday"], 1 - everyday))
    return max(of_traps, of_everyday)


def quantised(models: Sequence[Model]) -> tuple[np.ndarray, list[float]]:
    """Weights as signed bytes, interleaved by bucket, and what one unit of each head is worth."""
    scales = [float(np.quantile(np.abs(model.weights[model.weights != 0]), _CLIPPED)) / 127 for model in models]
    table = np.stack([np.clip(np.round(model.weights / scale), -127, 127) for model, scale in zip(models, scales, strict=True)], axis=1)
    return table.astype(np.int8), scales


def main(report: bool = False) -> None:
    """Learn everything and write the file."""
    found = examples()
    learnt, read = lessons(found), judged(found)
    unseen = unseen_scores(found, learnt, read)
    bars = [bar(scores, found, TRAPS[head], EVERYDAY[head]) for head, scores in zip(HEADS, unseen, strict=True)]
    for head, scores, at in zip(HEADS, unseen, bars, strict=True):
        _tell(head, scores, at, found)
    tell_subjects(concerned())
    if report:
        return
    models = heads_of(learnt)
    levels = np.array([int(example.level) for example in found])
    table, scales = quantised(models)
    codes, code_models = _signs(found)
    someone = concerned()
    code_models.append(_someone(someone))
    _, code_scales = quantised(code_models)
    # One scale for all: what tells one sign from another is compared.
    common = max(code_scales)
    code_table = np.clip(np.round(np.stack([m.weights for m in code_models], axis=1) / common), -127, 127).astype(np.int8)
    header = {
        "heads": HEADS,
        "buckets": BUCKETS,
        "scale": scales,
        "bias": [model.bias for model in models],
        "thresholds": bars,
        "leaning": bar(unseen[HEADS.index("check")], found, LEANING["traps"], LEANING["everyday"]),
        "calm": float(np.quantile(unseen[HEADS.index("urgent")][levels >= Level.urgent], CALM)),
        "learnt_from": examples_hash(found),
        "codes": codes,
        "code_buckets": CODE_BUCKETS,
        "code_scale": common,
        "code_bias": [model.bias for model in code_models],
        "subjects_from": concerned_hash(someone),
    }
    content = json.dumps(header).encode() + b"\n" + table.tobytes() + code_table.tobytes()
    Path(str(root() / FILE)).write_bytes(content)
    sys.stdout.write(f"{FILE}: {len(content)} bytes from {len(found)} messages\n")


def _signs(found: Sequence[Example]) -> tuple[list[str], list[Model]]:
    alarms = [example for example in found if example.kind == "alarm"]
    told = [_telling(example) for example in alarms]
    matrix = matrix_of([clauses(fold(text)) for text in told], CODE_BUCKETS)
    codes = sorted({example.code for example in alarms})
    truth = np.array([example.code for example in alarms])
    return codes, list(Parallel(n_jobs=-1)(delayed(learn)(matrix, truth == code) for code in codes))


def _someone(found: Sequence[Concerned]) -> Model:
    """Whether it is somebody else who is in danger: of an alarm, another question than which sign it gives."""
    return learn(_of_someone(found), np.array([each.someone for each in found]))


def _of_someone(found: Sequence[Concerned]) -> csr_matrix:
    return matrix_of([clauses(fold(each.text)) for each in found], CODE_BUCKETS)


def tell_subjects(found: Sequence[Concerned]) -> None:
    """What is told right of messages that are left out in turn, a group of them at a time."""
    matrix, truth = _of_someone(found), np.array([each.someone for each in found])
    group, scores = np.arange(len(found)) % GROUPS, np.zeros(len(found))
    for left in range(GROUPS):
        scores[group == left] = learn(matrix[group != left], truth[group != left]).scores(matrix[group == left])
    languages, right = np.array([each.language for each in found]), (scores >= SOMEONE) == truth
    for language in dict.fromkeys(languages):
        own, others = right[(languages == language) & ~truth], right[(languages == language) & truth]
        sys.stdout.write(f"{language}: the writer {own.mean():.3f} of {len(own)}, somebody else {others.mean():.3f} of {len(others)}\n")


def _telling(example: Example) -> str:
    """The marked words, or the whole message."""
    if COUNTS[0] not in example.text:
        return example.text
    return example.text.split(COUNTS[0], 1)[1].split(COUNTS[1], 1)[0]


def _tell(head: str, scores: np.ndarray, at: float, found: Sequence[Example]) -> None:
    levels, kinds = np.array([e.level for e in found]), np.array([e.kind for e in found])
    needed = scores[levels >= Level[head]] >= at
    traps, everyday = scores[kinds == "trap"] >= at, scores[kinds == "everyday"] >= at
    sys.stdout.write(f"{head}: found {needed.mean():.3f} of {len(needed)}, traps {traps.mean():.3f}, everyday {everyday.mean():.4f}\n")


if __name__ == "__main__":
    main(report="--report" in sys.argv)
