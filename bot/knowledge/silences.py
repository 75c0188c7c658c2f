"""What the sources do not say (facts, A19): looked for in every seed document, told as unknown, never filled in by a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from bot.knowledge.conflicts import Position, Stated, positions
from bot.knowledge.facts import facts
from bot.knowledge.files import KnowledgeError
from bot.knowledge.rules import known_rules
from bot.knowledge.shelf import load_from
from bot.knowledge.sources import Document, Reviewable, Text, document

PATH = "silences.yaml"
SAYS_SO = "unknown-fact"


class _Row(Reviewable):
    asks: Text
    searched: Annotated[tuple[Text, ...], Field(min_length=1)]
    nearest: tuple[Stated, ...] = ()
    rules: Annotated[tuple[Text, ...], Field(min_length=1)]
    topic: Text


class _File(RootModel[dict[str, _Row]]):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One thing that is asked and that no seed document answers.

    `asks` is what people want to know; `searched` the documents that were read for it; `nearest` quotes what comes closest, newest
    first, for clinicians and never as an advice; `topic` is the answer that says so, under the `rules`.
    """

    id: str
    asks: str
    searched: tuple[Document, ...]
    nearest: tuple[Position, ...]
    rules: tuple[str, ...]
    topic: str
    reviewed: str = ""


@cache
def silences(folder: Path | None = None) -> Mapping[str, Silence]:
    """Every silence by its id. Raises KnowledgeError for an unknown document, rule or topic, or for an answer that does not say so."""
    return {name: _silence(name, row, folder) for name, row in load_from(PATH, _File, folder).root.items()}


def _silence(name: str, row: _Row, folder: Path | None) -> Silence:
    path = f"{PATH}: {name}"
    answer = facts(folder).get(row.topic)
    if answer is None:
        raise KnowledgeError(f"{path}: no answer {row.topic!r} in facts.yaml")
    unsaid = [rule for rule in (SAYS_SO, *row.rules) if rule not in answer.rules]
    if unsaid:
        raise KnowledgeError(f"{path}: the answer {row.topic} does not carry {', '.join(dict.fromkeys(unsaid))}")
    return Silence(
        id=name,
        asks=row.asks,
        searched=tuple(document(name, path=path, folder=folder) for name in row.searched),
        nearest=positions(row.nearest, path=path, folder=folder),
        rules=known_rules(row.rules, path=path, folder=folder),
        topic=row.topic,
        reviewed=row.reviewed,
    )
