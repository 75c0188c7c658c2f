"""What people ask, by the answer that it asks for (facts.yaml): `bot/knowledge/*/questions/*.yaml`, one file an author.

The network learns from them which answer a question wants, in words that no cue knows; `unknown` are those that none of our answers
answers. Nothing here is read while the assistant runs; `make knowledge-network` reads it, and a test compares its hash with the one in
the weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.facts import facts
from bot.knowledge.files import KnowledgeError, Strict
from bot.knowledge.shelf import Lines, authored, load_from, messages, short_hash

FOLDER = "questions"
SETTLED = "s0"
"""The author whose questions are those of the tests: their answer is decided."""


class _File(Strict):
    """`questions`: by topic, one message a line."""

    author: str
    about: str
    questions: dict[str, Lines]


@dataclass(frozen=True, slots=True)
class Question:
    """One message and the topic of the answer that it asks for."""

    author: str
    language: str
    topic: str
    text: str


def questions(language: str) -> tuple[Question, ...]:
    """Every question to learn a language from, in a fixed order. Raises KnowledgeError."""
    return tuple(question for path in authored(language, FOLDER) for question in read_questions(path, language))


def read_questions(path: str, language: str, *, folder: Path | None = None) -> Iterator[Question]:
    """One author's file. Raises KnowledgeError for a topic that no answer has."""
    file = load_from(path, _File, folder)
    for topic, lines in file.questions.items():
        if topic not in facts():
            raise KnowledgeError(f"{path}: no answer is called {topic}")
        yield from (Question(file.author, language, topic, text) for text in messages(lines))


def questions_hash(found: Sequence[Question]) -> str:
    """A short hash of what is learnt from."""
    return short_hash(f"{question.topic} {question.text}" for question in found)
