"""The example messages that the second reader of danger signs is learnt from: `bot/knowledge/*/signs/*.yaml`, one file an author.

They are knowledge like any other: what people write, with the level that it needs and the sign it gives. Hard negatives ("quiet") count
as much as alarms. Nothing here is read while the assistant runs; `make knowledge` reads it, and a test compares its hash with the one
in the weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.core.levels import Level
from bot.knowledge.files import LANGUAGES, KnowledgeError, Strict
from bot.knowledge.sayings import sayings
from bot.knowledge.shelf import Lines, authored, load_from, messages, short_hash

FOLDER = "signs"
SUBJECTS = "subjects.yaml"
LEARNT = "learnt-"
"""How the rules of the second reader are called: `learnt-seizure` is what the examples of seizures have in common."""

ORDINARY = frozenset(
    [
        *("log_intake", "log_craving", "log_drink", "correct_last", "undo", "set_plan", "show_plan", "ask_timing", "ask_next"),
        *("ask_history", "ask_info", "set_reminder", "change_reminder", "snooze", "confirm", "decline", "report", "settings"),
        *("privacy", "help", "greet", "thanks", "cancel", "other"),
    ]
)
"""What is said to the assistant on any day: a saying that does nothing else is an everyday message. A stop, an effect or a question of
safety may be a sign as well, and are taught by the authors of signs alone."""
SAID = "said-"
"""Before the name of an author of sayings, who may be called as one of signs is."""

COUNTS = ("⟦", "⟧")
"""Around the words that count in a long message; the rest of it is quiet."""


class _File(Strict):
    """`signs`: by code, then by level, one message a line. `quiet`: by level (none or consult), likewise; `everyday`: no trap at all."""

    author: str
    about: str
    signs: dict[str, dict[Literal["check", "urgent", "emergency"], Lines]]
    quiet: dict[Literal["none", "consult"], Lines]
    everyday: dict[Literal["none", "consult"], Lines]


@dataclass(frozen=True, slots=True)
class Example:
    """One message: what it needs and what it says ("" when it is quiet). `kind`: alarm, trap (it only looks like one), everyday."""

    author: str
    language: str
    level: Level
    code: str
    kind: Literal["alarm", "trap", "everyday"]
    text: str

    @property
    def clean(self) -> str:
        """The message as it was typed, without marks."""
        return self.text.replace(COUNTS[0], "").replace(COUNTS[1], "")


def examples() -> tuple[Example, ...]:
    """Every example, in a fixed order. Raises KnowledgeError for a file that cannot be trusted or an author of one language only."""
    found = tuple(example for language in LANGUAGES for path in authored(language, FOLDER) for example in read_examples(path, language))
    found += tuple(example for language in LANGUAGES for example in _said(language))
    authors = [{example.author for example in found if example.language == language} for language in LANGUAGES]
    if any(each != authors[0] for each in authors):
        odd = ", ".join(
            sorted({name for each in authors for name in each} - {name for name in authors[0] if all(name in each for each in authors)})
        )
        raise KnowledgeError(f"signs: every author writes in every language: {odd}")
    return found


def examples_hash(found: tuple[Example, ...]) -> str:
    """A short hash of what is learnt from."""
    return short_hash(f"{e.language} {e.author} {e.kind} {e.level.name} {e.code} {e.text}" for e in found)


def _said(language: str) -> Iterator[Example]:
    """The ordinary ones of the sayings that the understanding is taught by."""
    for saying in sayings(language):
        if ORDINARY.issuperset(saying.intents):
            yield Example(f"{SAID}{saying.author}", language, Level.none, "", "everyday", saying.text)


class _Subjects(Strict):
    """One message a line: of dangers of whoever writes, and of somebody else's."""

    about: str
    writer: Lines
    someone: Lines


@dataclass(frozen=True, slots=True)
class Concerned:
    """An alarming message, and whether somebody else than its writer is in danger."""

    language: str
    text: str
    someone: bool


def concerned() -> tuple[Concerned, ...]:
    """Who is in danger in some of the messages, in a fixed order. Raises KnowledgeError for a file that cannot be trusted."""
    files = [(language, load_from(f"{language}/{SUBJECTS}", _Subjects)) for language in LANGUAGES]
    told = [(language, lines, someone) for language, file in files for lines, someone in ((file.writer, False), (file.someone, True))]
    return tuple(Concerned(language, text, someone) for language, lines, someone in told for text in messages(lines))


def concerned_hash(found: tuple[Concerned, ...]) -> str:
    """A short hash of what is learnt of who is in danger."""
    return short_hash(f"{e.language} {e.someone} {e.text}" for e in found)


def read_examples(path: str, language: str, *, folder: Path | None = None) -> Iterator[Example]:
    """The examples of one author's file, in its order. `folder` is where `path` is looked for: the knowledge when None."""
    file = load_from(path, _File, folder)
    for code, by_level in file.signs.items():
        for level, lines in by_level.items():
            yield from (Example(file.author, language, Level[level], code, "alarm", text) for text in messages(lines))
    for kind, quiet in (("trap", file.quiet), ("everyday", file.everyday)):
        for name, lines in quiet.items():
            yield from (Example(file.author, language, Level[name], "", kind, text) for text in messages(lines))  # type: ignore[arg-type]
