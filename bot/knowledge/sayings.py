"""What people write, by intent, for the second opinion to learn from: `bot/knowledge/*/sayings/*.yaml`, one file an author.

Nothing here is read while the assistant runs; `make knowledge` reads it, and a test compares its hash with the one in the weights.
A message that does several things stands under each of them joined by a plus: `log_intake + log_craving`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.knowledge.files import Strict
from bot.knowledge.language import Examples
from bot.knowledge.shelf import Lines, authored, load_from, messages, short_hash

FOLDER = "sayings"


class _File(Strict):
    """`sayings`: by intent, one message a line."""

    author: str
    about: str
    sayings: dict[str, Lines]


@dataclass(frozen=True, slots=True)
class Saying:
    """One message and what it does, the main thing first."""

    author: str
    intents: tuple[str, ...]
    text: str


def sayings(language: str) -> tuple[Saying, ...]:
    """Every message to learn a language from, in a fixed order: the authors' files, and the short examples. Raises KnowledgeError."""
    found = [saying for path in authored(language, FOLDER) for saying in _read(path)]
    short = load_from(f"{language}/examples.yaml", Examples, None).examples
    return (*found, *(Saying("examples", (intent,), text) for intent, texts in short.items() for text in texts))


def sayings_hash(found: tuple[Saying, ...]) -> str:
    """A short hash of what is learnt from."""
    return short_hash(f"{saying.intents} {saying.text}" for saying in found)


def _read(path: str) -> Iterator[Saying]:
    file = load_from(path, _File, None)
    for intents, lines in file.sayings.items():
        names = tuple(name.strip() for name in intents.split("+"))
        yield from (Saying(file.author, names, text) for text in messages(lines))
