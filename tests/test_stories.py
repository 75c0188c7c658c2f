"""The golden dialogues: every story is played, in both languages, by the same player as `palier simulate`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.adapters.story import Delivery, Player, StoryFailed
from bot.knowledge.story_file import Story, read_story
from tests.players import ALL, STORIES, opener, read, story_id

A_GREETING = """
title: A greeting
start: 2026-01-01T10:00:00+01:00
people: {patient: {language: en, consent: true}, other: {language: en, consent: true}}
steps:
  - patient: "hello"
    expect: EXPECTED
"""


async def play(story: Story, folder: Path) -> list[Delivery]:
    """Play a story in this process."""
    shown: list[Delivery] = []
    await Player(story, open_house=opener(story, folder), show=shown.append, say=lambda step: None).play()
    return shown


@pytest.mark.parametrize("path", ALL, ids=story_id)
async def test_a_story_goes_as_it_is_told(path: Path, tmp_path: Path) -> None:
    deliveries = await play(read(path), tmp_path)
    assert deliveries, "a story in which nothing is ever said tells nothing"


def test_every_story_is_told_in_both_languages() -> None:
    names = {folder.name: {path.name for path in folder.glob("*.yaml")} for folder in STORIES.iterdir() if folder.is_dir()}
    assert set(names) == {"fr", "en"}
    assert names["fr"] == names["en"]
    assert len(names["fr"]) >= 12


@pytest.mark.parametrize(
    "unmet",
    [
        "{text: [goodbye]}",
        "{not_text: [hello]}",
        "{kind: reminder}",
        "{level: emergency}",
        "{rules: [never-double]}",
        "{choices: [confirm]}",
        "{attachment: png}",
        "{silent: true}",
        "{to: other}",
        "[{kind: reply}, {to: other}]",
    ],
)
async def test_an_unmet_expectation_fails_the_story(unmet: str, tmp_path: Path) -> None:
    story = read_story(A_GREETING.replace("EXPECTED", unmet), name="greeting.yaml")
    with pytest.raises(StoryFailed, match="step 1"):
        await play(story, tmp_path)


@pytest.mark.parametrize("met", ["{kind: reply, text: [HÉLLO]}", "[{text: hello}, {to: other, silent: true}]"])
async def test_text_is_met_whatever_its_case_and_accents(met: str, tmp_path: Path) -> None:
    assert await play(read_story(A_GREETING.replace("EXPECTED", met), name="greeting.yaml"), tmp_path)


async def test_nobody_presses_what_they_were_never_shown(tmp_path: Path) -> None:
    story = read_story(A_GREETING.replace('"hello"', "{press: confirm}").replace("    expect: EXPECTED\n", ""), name="press.yaml")
    with pytest.raises(StoryFailed, match="never offered"):
        await play(story, tmp_path)


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it."""
    return subprocess.run([sys.executable, "-m", "bot", "simulate", *arguments], capture_output=True, text=True, check=False)


def test_the_command_prints_one_json_object_a_delivery_and_says_how_it_went(tmp_path: Path) -> None:
    story = tmp_path / "greeting.yaml"
    story.write_text(A_GREETING.replace("EXPECTED", "{kind: reply}"), encoding="utf-8")
    played = simulate(str(story), "--json")
    assert played.returncode == 0
    assert '"kind": "reply"' in played.stdout
    assert '"at": "2026-01-01T10:00:00+01:00"' in played.stdout

    story.write_text(A_GREETING.replace("EXPECTED", "{kind: reminder}"), encoding="utf-8")
    unmet = simulate(str(story))
    assert unmet.returncode == 1
    assert "step 1" in unmet.stderr
    assert "delivered" in unmet.stderr

    story.write_text(A_GREETING.replace("EXPECTED", "{kindness: reply}"), encoding="utf-8")
    refused = simulate(str(story))
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "kindness" in refused.stderr
