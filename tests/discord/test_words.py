"""What Discord shows of the assistant: the same ids in both languages, within the platform's limits, and a fault is named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.knowledge.commands import command
from bot.knowledge.discord import discord_words, sentence
from bot.knowledge.files import LANGUAGES, KnowledgeError, root


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_moderators_is_one_that_they_can_write(language: str) -> None:
    for name, each in discord_words(language).moderator_commands.items():
        understood = command(sentence(each.says, {"case": 3, "pair": 3, "text": "hello"}))
        assert understood is not None
        wanted = {"cases": ("cases", "", ""), "duty-on": ("duty-on", "", ""), "duty-off": ("duty-off", "", ""), "pairs": ("pairs", "", "")}
        wanted |= {"reply": ("reply", "3", "hello"), "note": ("note", "3", "hello")}
        assert (understood.name, understood.case, understood.rest) == wanted.get(name, (name, "3", ""))


@pytest.mark.parametrize("given", [{}, {"mg": 5}, {"time": "12:30"}, {"mg": 5, "time": "12:30"}, {"mg": "", "time": " "}])
def test_only_what_was_given_is_said(given: dict[str, object]) -> None:
    said = sentence(discord_words("en").commands["taken"].says, given)
    assert said.startswith("I took")
    assert ("5 mg" in said, "12:30" in said) == (given.get("mg") == 5, given.get("time") == "12:30")


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """A copy of the words, to be spoilt."""
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
        shutil.copy(Path(str(root())) / language / "discord.yaml", tmp_path / language)
    return iter([tmp_path])


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("  help: {name: help", "  aid: {name: help", "commands: expected"),
        ("name: help,", "name: Help,", "commands.help.name"),
        ("name: next,", "name: plan,", "two commands have the same name"),
        ('  chosen: "✓ {label}"', '  chosen: "✓"', "words"),
        ("  moderators-only:", "  moderators:", "words"),
        ('" {mg} mg"', '" {milligrams} mg"', "commands.taken.says"),
        ("beer: ", "ale: ", "commands.drink.options.what.choices"),
        ('time: {name: time, shown: "at', 'hour: {name: time, shown: "at', "commands.taken.options"),
        ('title: "What I feel"', f'title: "{"What I feel" * 5}"', "forms.effect.title"),
        ("      severity: {label", "      strength: {label", "forms"),
        ('", {severity}/10", ", {more}"', '", {severity}/10"', "forms.effect.says"),
    ],
)
def test_a_fault_in_the_words_is_named(copy: Iterator[Path], before: str, after: str, fault: str) -> None:
    folder = next(copy)
    file = folder / "en" / "discord.yaml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(KnowledgeError, match=fault):
        discord_words("en", folder)
