"""The weights of the small network, as `make knowledge` writes them: one file, read whole at the start.

`network.npz` (numpy's own format): `header`, one JSON object as bytes, says what is in it and what it was learnt from; large matrices are
signed bytes `NAME` with one scale a column (`NAME_scale`; of `emb`, one a row), the others are floats.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.files import KnowledgeError, root
from bot.knowledge.weights import HEADS, Bars

FILE = "network.npz"
SCALE = "_scale"
ROWS = "emb"
"""Stays in bytes: only the rows of a text are ever needed."""


@dataclass(frozen=True, slots=True)
class NetworkWeights:
    """`subwords` with the logarithm of how frequent each is; `codes`, `intents` and `topics` name what those heads tell apart.

    `bars`: those of the scores of danger that both readers make together. `learnt_from`: the hashes of the examples, of the messages
    that tell who is in danger, of the sayings of each language, and of the questions.
    """

    subwords: tuple[str, ...]
    likelihoods: tuple[float, ...]
    codes: tuple[str, ...]
    intents: tuple[str, ...]
    topics: tuple[str, ...]
    bars: Bars
    learnt_from: Mapping[str, str]
    fingerprint: str
    arrays: Mapping[str, NDArray[Any]]


@cache
def load_network(folder: Path | None = None) -> NetworkWeights:
    """Read the file, the installed one when `folder` is None. Raises KnowledgeError when it is missing or not what it says."""
    try:
        content = ((folder or root()) / FILE).read_bytes()
    except FileNotFoundError:
        raise KnowledgeError(f"{FILE}: the file is missing: run make knowledge") from None
    try:
        with np.load(BytesIO(content), allow_pickle=False) as file:
            header = json.loads(bytes(file["header"]))
            held = {name: file[name] for name in file.files if name != "header"}
        if tuple(header["heads"]) != HEADS or len(header["subwords"]) != len(header["likelihoods"]):
            raise ValueError("other heads")
        # One row more than there are subwords: what is unknown.
        if len(held[ROWS]) != len(header["subwords"]) + 1 or held["h_code"].shape[1] != len(header["codes"]):
            raise ValueError("another length")
        return NetworkWeights(
            subwords=tuple(header["subwords"]),
            likelihoods=tuple(header["likelihoods"]),
            codes=tuple(header["codes"]),
            intents=tuple(header["intents"]),
            topics=tuple(header["topics"]),
            bars=Bars(**{**header["bars"], "thresholds": tuple(header["bars"]["thresholds"])}),
            learnt_from=header["learnt_from"],
            fingerprint=hashlib.sha256(content).hexdigest()[:12],
            arrays={name: _whole(name, held) for name in held if not name.endswith(SCALE) or name == ROWS + SCALE},
        )
    except (ValueError, KeyError, TypeError, OSError, EOFError, BadZipFile) as error:
        raise KnowledgeError(f"{FILE}: cannot be read ({error}): run make knowledge") from error


def _whole(name: str, held: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    if name == ROWS or name + SCALE not in held:
        return held[name]
    return np.asarray(held[name].astype(np.float32) * held[name + SCALE])
