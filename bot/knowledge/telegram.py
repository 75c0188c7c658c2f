"""What is shown on Telegram beside the answers, per language: the profile, the menu, and the words of the platform alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.knowledge.files import LANGUAGES, KnowledgeError, Strict
from bot.knowledge.shelf import load_from
from bot.knowledge.wording import placeholders

WORDS = {
    "chosen": frozenset({"label"}),
    "in-private": frozenset[str](),
    "open-private": frozenset[str](),
    "answered-in-private": frozenset[str](),
    "moderators-only": frozenset[str](),
}
"""The words that the adapter says itself, and what fills them."""


class Profile(Strict):
    """What Telegram shows of the bot before the first word. Limits: setMyName, setMyShortDescription, setMyDescription."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    short: Annotated[str, Field(min_length=1, max_length=120)]
    description: Annotated[str, Field(min_length=1, max_length=512)]


class MenuCommand(Strict):
    """One line of the menu: what is typed, what is shown beside it, and the sentence that it stands for."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
    shown: Annotated[str, Field(min_length=1, max_length=256)]
    says: Annotated[str, Field(min_length=1)]


class TelegramWords(Strict):
    """Everything of one language. Commands and words are held by their ids, the same in every language."""

    profile: Profile
    commands: dict[str, MenuCommand]
    moderator_commands: dict[str, MenuCommand]
    words: dict[str, str]


@cache
def telegram_words(language: str, folder: Path | None = None) -> TelegramWords:
    """The words of a language. Raises KnowledgeError when the languages differ in their ids, or a word in what fills it."""
    read = {each: load_from(f"{each}/telegram.yaml", TelegramWords, folder) for each in LANGUAGES}
    for each, held in read.items():
        path = f"{each}/telegram.yaml"
        if {word: placeholders(text) for word, text in held.words.items()} != WORDS:
            raise KnowledgeError(f"{path}: words: expected {', '.join(sorted(WORDS))}, each with what fills it")
        _check_menu(path, held, read[LANGUAGES[0]])
    return read[language]


def _check_menu(path: str, held: TelegramWords, first: TelegramWords) -> None:
    for ours, theirs in ((held.commands, first.commands), (held.moderator_commands, first.moderator_commands)):
        if ours.keys() != theirs.keys():
            raise KnowledgeError(f"{path}: not the commands of {LANGUAGES[0]}: {', '.join(sorted(ours.keys() ^ theirs.keys()))}")
    names = [command.name for command in (*held.commands.values(), *held.moderator_commands.values())]
    if len(names) != len(set(names)):
        raise KnowledgeError(f"{path}: two commands have the same name")


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Command name to the sentence that it stands for, by language: whoever types the other language's name is understood."""
    said: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        held = telegram_words(language)
        for command in (*held.commands.values(), *held.moderator_commands.values()):
            said.setdefault(command.name, {})[language] = command.says
    return said
