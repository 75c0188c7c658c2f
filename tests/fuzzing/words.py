"""What messages are put together from, and what the fuzzer begins with: words of the knowledge, and the messages of the tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.story_file import Step, read_story

TESTS = Path(__file__).parents[1]
KNOWLEDGE = TESTS.parent / "bot" / "knowledge"
LANGUAGES = ("fr", "en")

_FILES = ("amounts", "times", "terms", "substances", "commands", "understanding")
_RUN = re.compile(r"[a-z0-9][a-z0-9 '/%-]*[a-z0-9]|[a-z0-9]")
_SYNTAX = re.compile(r"\\.|\{[a-z_0-9,]*\}|\(\?(?:P<\w+>|<?[:=!])|\[[^\]]*\]")
_FIGURES = (
    *("0", "1", "2", "5", "7", "8", "10", "15", "20", "30", "40", "70", "80", "100", "200", "300", "310", "999", "1e9", "-5", "0,5", "½"),
    *(
        "mg",
        "20 mg",
        "5mg",
        "1 g",
        "8h",
        "8 am",
        "13h30",
        "18:00",
        "22h",
        "10 pm",
        "24:00",
        "7/10",
        "20/15/15/20",
        "31/02",
        "+10",
        "x 2",
        "?",
    ),
)


def _strings(value: Any) -> Iterator[str]:
    """Every string of what a YAML file holds, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _in(path: Path) -> list[str]:
    return list(_strings(yaml.safe_load(path.read_text(encoding="utf-8"))))


@cache
def words(language: str) -> tuple[str, ...]:
    """Figures, odd pieces, and every run of letters that the cues of a language are written with."""
    patterns = [text for name in _FILES for text in _in(KNOWLEDGE / language / f"{name}.yaml")]
    runs = [run for text in patterns for run in _RUN.findall(_SYNTAX.sub("|", text))]
    pieces = _in(TESTS / "understanding" / "understanding_cases" / "pieces.yaml")
    return tuple(dict.fromkeys(word for word in [*_FIGURES, *pieces, *runs] if word))


@cache
def numbers() -> Mapping[str, float]:
    """What the words that count are worth, in either language."""
    known: dict[str, float] = {}
    for language in LANGUAGES:
        amounts = yaml.safe_load((KNOWLEDGE / language / "amounts.yaml").read_text(encoding="utf-8"))
        known |= dict.fromkeys(amounts["articles"] + amounts["halves"], 1) | dict.fromkeys(amounts["hundred"], 100) | amounts["numbers"]
    return known


@cache
def messages(language: str) -> tuple[str, ...]:
    """What people say in the tests of the understanding and of the triage, in one language and in the files of both."""
    folders = (TESTS / "understanding" / "understanding_cases", TESTS / "understanding" / "danger_cases")
    other = next(code for code in LANGUAGES if code != language)
    files = [path for folder in folders for path in sorted(folder.glob("*.yaml")) if not re.search(rf"\b{other}\b", _spaced(path.stem))]
    said = [line.strip() for path in files for text in _in(path) for line in text.splitlines()]
    return tuple(dict.fromkeys(line for line in said if " " in line))


def _spaced(stem: str) -> str:
    return re.sub(r"[-_]", " ", stem)


@cache
def talks(language: str) -> tuple[tuple[Step, ...], ...]:
    """The stories of a language."""
    folder = TESTS / "stories" / language
    return tuple(read_story(path.read_text(encoding="utf-8"), name=path.name).steps for path in sorted(folder.glob("*.yaml")))


@cache
def plans(language: str) -> tuple[str, ...]:
    """The plans of the stories, in the words that were read back and then confirmed."""
    pairs = [pair for steps in talks(language) for pair in pairwise(steps)]
    return tuple(dict.fromkeys(told.text for told, answer in pairs if told.text and answer.press == "confirm"))
