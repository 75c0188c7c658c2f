"""Short sourced answers by topic. Every sentence has a key; facts.yaml cites its sources, {language}/facts.yaml says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from bot.knowledge.conflicts import known_conflicts
from bot.knowledge.files import KnowledgeError
from bot.knowledge.rules import known_rules
from bot.knowledge.shelf import load_from, same_ids
from bot.knowledge.sources import Citations, Reviewable, Source, Text, cite, labels, merged

PATH = "facts.yaml"
UNKNOWN = "unknown"
CONDITION = "condition-"
AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:mg|milligram)", re.IGNORECASE)


class _Row(Reviewable):
    rules: Annotated[tuple[str, ...], Field(min_length=1)]
    conflicts: tuple[str, ...] = ()
    quotes_mg: tuple[int, ...] = ()
    sentences: Annotated[dict[str, Citations], Field(min_length=1)]


class _File(RootModel[dict[str, _Row]]):
    pass


class _WordsFile(RootModel[dict[str, dict[str, Text]]]):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What stands behind an answer, whatever the language: each sentence's key with its sources.

    `quotes_mg` are the only amounts (mg a day) that the words may name, each as a labelled quotation of a source.
    """

    id: str
    rules: tuple[str, ...]
    conflicts: tuple[str, ...]
    quotes_mg: tuple[int, ...]
    sentences: Mapping[str, tuple[Source, ...]]
    reviewed: str = ""

    @property
    def condition(self) -> str:
        """The rule of the condition that it is about, "" when it is about none."""
        return next((rule for rule in self.rules if rule.startswith(CONDITION)), "")

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source of every sentence, once."""
        return merged(self.sentences.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """The answer to a topic in one language. `sources` are named as to people, each document once."""

    text: str
    rules: tuple[str, ...]
    sources: tuple[str, ...]


@cache
def facts(folder: Path | None = None) -> Mapping[str, Topic]:
    """Every topic by its id. Raises KnowledgeError for an unknown rule, conflict or source."""
    return {name: _topic(name, row, folder) for name, row in load_from(PATH, _File, folder).root.items()}


@cache
def facts_in(language: str, folder: Path | None = None) -> Mapping[str, Mapping[str, str]]:
    """The sentences of every topic by their keys. Raises KnowledgeError when topics or keys differ from the data."""
    path = f"{language}/facts.yaml"
    words = load_from(path, _WordsFile, folder).root
    topics = facts(folder)
    same_ids(topics, words, path=path)
    for name, topic in topics.items():
        same_ids(topic.sentences, words[name], path=f"{path}: {name}")
        _only_quoted_amounts(topic, words[name].values(), path=f"{path}: {name}")
    return words


def fact(topic: str, language: str) -> Fact:
    """The answer to a topic; for a topic we hold nothing on, the one that says so (rule `unknown-fact`)."""
    held = facts().get(topic) or facts()[UNKNOWN]
    words = facts_in(language)[held.id]
    return Fact(text=" ".join(words[key] for key in held.sentences), rules=held.rules, sources=labels(held.sources))


def _only_quoted_amounts(topic: Topic, sentences: Iterable[str], *, path: str) -> None:
    """An answer names no amount in mg but the quotations that its data allow: it can never be read as a dose."""
    for sentence in sentences:
        for amount in AMOUNT.findall(sentence):
            if amount not in map(str, topic.quotes_mg):
                raise KnowledgeError(f"{path}: names {amount} mg, which is no quotation that {PATH} allows")


def _topic(name: str, row: _Row, folder: Path | None) -> Topic:
    path = f"{PATH}: {name}"
    return Topic(
        id=name,
        rules=known_rules(row.rules, path=path, folder=folder),
        conflicts=known_conflicts(row.conflicts, path=path, folder=folder),
        quotes_mg=row.quotes_mg,
        sentences={key: cite(citations, path=f"{path}: {key}", folder=folder) for key, citations in row.sentences.items()},
        reviewed=row.reviewed,
    )
