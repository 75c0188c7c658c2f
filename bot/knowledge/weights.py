"""The weights of the second reader of danger signs, as `make knowledge` writes them: one small file, read whole at the start.

one line of JSON: what is in it, and the hash of the examples it was learnt from
the bytes: for every bucket one signed byte per head, words first, then pieces; then, of a smaller table, one per code
likewise, and one for whether somebody else than the writer is in danger
"""

from __future__ import annotations

import hashlib
import json
from array import array
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path

from bot.knowledge.files import KnowledgeError, root

FILE = "danger_weights.bin"
HEADS = ("check", "urgent", "emergency")


@dataclass(frozen=True, slots=True)
class Bars:
    """`thresholds`: the score from which on a head speaks; `leaning`: the lower one of the first head, for what nothing else
    understands; `calm`: the score of `urgent` below which a message reads as harmless; `still`: that of `check` below which hardly any
    message that needs a question is found."""

    thresholds: tuple[float, ...]
    leaning: float
    calm: float
    still: float = -inf


@dataclass(frozen=True, slots=True)
class Weights:
    """`values[len(HEADS) * bucket + head]`, first for words, then for pieces; times `scale`, plus `bias`, is a score.

    `bars`: those of these scores alone. `learnt_from` is the hash of the examples (bot/knowledge/signs.py).
    `code_values[columns * bucket + code]`, of `columns = len(codes) + 1`, likewise tells one sign from another, once a head has spoken;
    the last column tells whether somebody else is in danger, learnt from `subjects_from`.
    """

    buckets: int
    scale: tuple[float, ...]
    bias: tuple[float, ...]
    bars: Bars
    learnt_from: str
    fingerprint: str
    values: array[int]
    codes: tuple[str, ...]
    code_buckets: int
    code_scale: float
    code_bias: tuple[float, ...]
    code_values: array[int]
    subjects_from: str


@cache
def load_weights(folder: Path | None = None) -> Weights:
    """Read the file, the installed one when `folder` is None. Raises KnowledgeError when it is missing or not what it says."""
    try:
        content = ((folder or root()) / FILE).read_bytes()
    except FileNotFoundError:
        raise KnowledgeError(f"{FILE}: the file is missing: run make knowledge") from None
    first, _, body = content.partition(b"\n")
    try:
        header = json.loads(first)
        if tuple(header["heads"]) != HEADS:
            raise ValueError("other heads")
        size = 2 * int(header["buckets"]) * len(HEADS)
        codes = tuple(header["codes"])
        if len(body) != size + 2 * int(header["code_buckets"]) * (len(codes) + 1) or len(header["code_bias"]) != len(codes) + 1:
            raise ValueError("another length")
        return Weights(
            buckets=int(header["buckets"]),
            scale=tuple(header["scale"]),
            bias=tuple(header["bias"]),
            bars=Bars(tuple(header["thresholds"]), float(header["leaning"]), float(header["calm"])),
            learnt_from=str(header["learnt_from"]),
            fingerprint=hashlib.sha256(content).hexdigest()[:12],
            values=array("b", body[:size]),
            codes=codes,
            code_buckets=int(header["code_buckets"]),
            code_scale=float(header["code_scale"]),
            code_bias=tuple(header["code_bias"]),
            code_values=array("b", body[size:]),
            subjects_from=str(header["subjects_from"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise KnowledgeError(f"{FILE}: cannot be read ({error}): run make knowledge") from error
