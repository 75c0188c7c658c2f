"""The weights of the second opinion on what a message does, as `make knowledge` writes them: one small file per language.

one line of JSON: what is in it, and the hash of the sayings it was learnt from
the bytes: for every bucket one signed byte per intent, words first, then pieces
"""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.knowledge.files import KnowledgeError, root

FILE = "intent_weights.bin"


@dataclass(frozen=True, slots=True)
class IntentWeights:
    """`values[len(intents) * bucket + intent]`, first for words, then for pieces; times `scale`, plus `bias`, is a score."""

    buckets: int
    intents: tuple[str, ...]
    scale: float
    bias: tuple[float, ...]
    learnt_from: str
    values: array[int]


@cache
def load_intent_weights(language: str, folder: Path | None = None) -> IntentWeights:
    """Read the file of a language. Raises KnowledgeError when it is missing or not what it says."""
    name = f"{language}/{FILE}"
    try:
        content = ((folder or root()) / language / FILE).read_bytes()
    except FileNotFoundError:
        raise KnowledgeError(f"{name}: the file is missing: run make knowledge") from None
    first, _, body = content.partition(b"\n")
    try:
        header = json.loads(first)
        intents = tuple(header["intents"])
        if len(body) != 2 * int(header["buckets"]) * len(intents) or len(header["bias"]) != len(intents):
            raise ValueError("another length")
        return IntentWeights(
            buckets=int(header["buckets"]),
            intents=intents,
            scale=float(header["scale"]),
            bias=tuple(header["bias"]),
            learnt_from=str(header["learnt_from"]),
            values=array("b", body),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise KnowledgeError(f"{name}: cannot be read ({error}): run make knowledge") from error
