"""What Telegram shows of the assistant: the same in both languages, within the platform's limits, and understood when typed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.knowledge.commands import command
from bot.knowledge.files import LANGUAGES, KnowledgeError, root
from bot.knowledge.telegram import sentences, telegram_words
from tests.houses import START, minds

INTENTS = {
    "start": "greet",
    "help": "help",
    "human": "talk_to_human",
    "taken": "log_intake",
    "symptom": "log_side_effect",
    "next": "ask_next",
    "timing": "ask_timing",
    "today": "ask_history",
    "curve": "ask_history",
    "history": "ask_history",
    "report": "report",
    "plan": "show_plan",
    "pause": "change_reminder",
    "undo": "undo",
    "privacy": "privacy",
    "export": "privacy",
    "erase": "privacy",
    "settings": "settings",
    "cancel": "cancel",
}


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_stands_for_a_sentence_that_is_understood(language: str, spoken: str) -> None:
    commands = telegram_words(language).commands
    reader = minds().reader
    read = {name: reader.read(each.says, now=START, timezone="Europe/Paris", language=spoken).intent for name, each in commands.items()}
    assert read == INTENTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_moderators_is_one_that_they_can_write(language: str) -> None:
    commands = telegram_words(language).moderator_commands
    assert len(commands) > 5
    for name, each in commands.items():
        understood = command(each.says)
        assert understood is not None
        assert understood.name == name


def test_the_commands_that_telegram_asks_of_every_bot_are_understood() -> None:
    assert {"start", "help", "settings", "privacy", "cancel"} <= sentences().keys()


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """A copy of the words, to be spoilt."""
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
        shutil.copy(Path(str(root())) / language / "telegram.yaml", tmp_path / language)
    return iter([tmp_path])


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("  help: {name: help", "  aid: {name: help", "not the commands of fr"),
        ("name: help,", "name: Help,", "commands.help.name"),
        ("name: next,", "name: plan,", "two commands have the same name"),
        ('  chosen: "✓ {label}"', '  chosen: "✓"', "words"),
        ("  moderators-only:", "  moderators:", "words"),
        ('  name: "Palier"', f'  name: "{"Palier" * 11}"', "profile.name"),
    ],
)
def test_a_fault_in_the_words_is_named(copy: Iterator[Path], before: str, after: str, fault: str) -> None:
    folder = next(copy)
    file = folder / "en" / "telegram.yaml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(KnowledgeError, match=fault):
        telegram_words("en", folder)
