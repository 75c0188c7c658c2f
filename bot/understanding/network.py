"""The network: a small reader of subwords, which knows words that no example holds.

It began as a public sentence encoder of sixteen languages (Yang et al., Multilingual Universal Sentence Encoder, ACL 2020; Apache-2.0),
cut down to the subwords of French and English, and was then taught by our examples (docs/adr/0017-a-small-network.md). A vector per
subword; neighbours of two, three and five are looked at twice (convolutions); what is found anywhere, and the mean of all, go to the
heads: levels of danger, signs, intents, and the answers that a question may ask for. Plain numpy; the same text gives the same answer up
to the last bits of a float.

It never decides alone: its scores are added to those of the linear readers (`danger_linear`, `intent_linear`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from bot.knowledge.network_weights import NetworkWeights, load_network
from bot.knowledge.weights import HEADS
from bot.understanding.subwords import Cutter

LONGEST = 160
"""Subwords that are looked at together; of a longer text, one window after the other, half of it again in the next."""
WINDOWS = 24
"""Windows of a text at most: the rest of it is left to the linear readers."""
ORDERS = ((2, 0), (3, 1), (5, 2))
"""How many subwords are looked at together, and how many of them stand before."""
LOUD = 8.0
"""How much the mean of all counts beside what is found anywhere: the one is of length 1, the other is not."""
_TINY = 1e-12
_REMEMBERED = 8  # texts, and no more: triage and understanding ask for the same one shortly after each other
_URGENT = HEADS.index("urgent")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """What it makes of a text: for every head the scores of what it tells apart (logits). `levels` in the order of `HEADS`."""

    levels: tuple[float, ...]
    codes: tuple[float, ...]
    intents: tuple[float, ...]
    topics: tuple[float, ...]


class Network:
    """The network with its weights. Holds no state but a memory of texts; may be shared by threads."""

    def __init__(self, weights: NetworkWeights) -> None:
        self.weights = weights
        self._w: dict[str, Any] = dict(weights.arrays)
        self._cutter = Cutter(weights.subwords, weights.likelihoods)
        self._width = len(self._w["pg"]) // len(ORDERS)
        self.heard = lru_cache(maxsize=_REMEMBERED)(self._heard)

    def _heard(self, text: str) -> Heard:
        """The window that speaks most for danger speaks for the text. Never raises."""
        subwords = self._cutter.cut(text)
        step = LONGEST // 2
        starts = range(0, max(1, len(subwords) - step), step)[:WINDOWS] if len(subwords) > LONGEST else (0,)
        found = [self._forward(subwords[start : start + LONGEST]) for start in starts]
        return max(found, key=lambda heard: heard.levels[_URGENT])

    def _forward(self, subwords: Sequence[int]) -> Heard:
        w = self._w
        rows = np.array(subwords)  # UNKNOWN, which is -1, is the last row
        small = w["emb"][rows].astype(np.float32) * w["emb_scale"][rows]
        wide = len(w["up_b"])
        seen = np.empty((len(rows), len(w["lg"])), np.float32)
        seen[:, :wide] = small @ w["up"] + w["up_b"]
        inner = _even(small @ w["proj"] + w["proj_b"], w["pg"], w["pb"])
        for number, (size, before) in enumerate(ORDERS):
            mine = inner[:, number * self._width : (number + 1) * self._width]
            once = _neighbours(mine, size, before, w[f"c1_{number}"], w[f"c1_{number}_b"]) + mine
            twice = _neighbours(once, size, before, w[f"c2_{number}"], w[f"c2_{number}_b"]) + once
            seen[:, wide + number * self._width : wide + (number + 1) * self._width] = twice
        seen = _even(seen, w["lg"], w["lb"])
        mean = (seen.sum(axis=0) @ w["W"] + len(rows) * w["b"]) / np.sqrt(len(rows))
        anywhere = np.maximum(seen @ w["att"] + w["att_b"], 0).max(axis=0)
        told = np.concatenate([LOUD * self._whole(mean), anywhere])
        return Heard(*(tuple(map(float, told @ w[f"h_{head}"] + w[f"h_{head}_b"])) for head in ("level", "code", "intent", "topic")))

    def _whole(self, mean: Floats) -> Floats:
        """The four layers through which the mean of all goes, each beside a way around it; of length 1."""
        w = self._w
        first = np.maximum(mean @ w["d0"], 0)
        second = np.maximum(mean @ w["p1"] + first @ w["d1"], 0)
        third = np.maximum(second @ w["d2"], 0)
        out = np.tanh(second @ w["p3"] + third @ w["d3"])
        return np.asarray(out / np.sqrt(max(float(out @ out), _TINY)))


@cache
def network() -> Network:
    """The installed one: triage and understanding share it, and what it remembers. Raises KnowledgeError when it cannot be trusted."""
    return Network(load_network())


def taught(language: str) -> Network | None:
    """The installed one, if it was taught the sayings of a language."""
    return network() if language in load_network().learnt_from else None


def _even(values: Floats, gain: Floats, bias: Floats) -> Floats:
    """Layer normalisation over the columns (Ba et al., Layer Normalization, 2016)."""
    values = values - values.mean(axis=1, keepdims=True)
    return np.asarray(values / np.sqrt((values * values).mean(axis=1, keepdims=True) + _TINY) * gain + bias)


def _neighbours(values: Floats, size: int, before: int, weights: Floats, bias: Floats) -> Floats:
    """What `size` rows in a row give, nothing standing before the first and after the last."""
    rows, width = values.shape
    padded = np.zeros((rows + size - 1, width), np.float32)
    padded[before : before + rows] = values
    together = as_strided(padded, (rows, size * width), (padded.strides[0], padded.strides[1]))
    return np.asarray(np.maximum(together @ weights + bias, 0))
