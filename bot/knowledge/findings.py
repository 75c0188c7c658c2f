"""Side effects and findings a person may report: how frequent, how they go, how soon a human should hear, what may be said.

Ids and facts are in findings.yaml, words in {language}/findings.yaml. Nothing here names an amount or tells anyone to stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, RootModel

from bot.core.levels import Level
from bot.knowledge.files import Strict
from bot.knowledge.rules import known_rules
from bot.knowledge.shelf import load_from, same_ids
from bot.knowledge.sources import Citations, Reviewable, Source, Text, cite

Frequency = Literal["most_common", "frequent", "less_frequent", "rare", "exceptional", "listed"]
Course = Literal["fades", "may_persist", "persists", "resolves_on_stopping", "not_stated"]
Management = Literal[
    "adapt_hours",
    "analgesic",
    "ask_about_it",
    "hospital",
    "hypnotic",
    "keep_active",
    "late_intake",
    "mood_treatment",
    "no_driving",
    "reduce",
    "sleep_apnoea_care",
    "step_back",
    "stop",
    "urgent_psychiatry",
    "not_stated",
]
"""What the sources do about an effect. Told to clinicians as data: what touches the dose is theirs, and is never said to a person."""

PATH = "findings.yaml"


def level_named(name: object) -> object:
    """A level by its name in a knowledge file (`consult` -> Level.consult); anything else is left for the model to refuse."""
    return Level.__members__.get(name, name) if isinstance(name, str) else name


LevelName = Annotated[Level, BeforeValidator(level_named)]


class _Row(Reviewable):
    frequency: Frequency
    course: Course
    management: Annotated[tuple[Management, ...], Field(min_length=1)]
    share_percent: Annotated[int, Field(gt=0, lt=100)] | None = None
    level: LevelName
    rules: tuple[str, ...] = ()
    sources: Citations


class _File(RootModel[dict[str, _Row]]):
    pass


class FindingWords(Strict):
    """A finding in one language: its name ("{name} noted"), and what may be said of it."""

    name: Text
    says: Text


class _WordsFile(RootModel[dict[str, FindingWords]]):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding, whatever the language.

    `frequency`, `course` and `management` are what the sources say of it, `share_percent` of how many people where a source counts them,
    as "about"; `level` how soon a human should hear of it when it is present;
    `rules` what it may lead to.
    """

    id: str
    frequency: Frequency
    course: Course
    management: tuple[Management, ...]
    share_percent: int | None
    level: Level
    rules: tuple[str, ...]
    sources: tuple[Source, ...]
    reviewed: str = ""

    @property
    def to_report(self) -> bool:
        """True when the prescriber should hear of it, at the next contact or sooner."""
        return self.level >= Level.consult


@cache
def findings(folder: Path | None = None) -> Mapping[str, Finding]:
    """Every finding by its id. Raises KnowledgeError for an unknown rule or source."""
    return {name: _finding(name, row, folder) for name, row in load_from(PATH, _File, folder).root.items()}


def finding(name: str) -> Finding:
    """A finding by its id. Raises KeyError for an id that the knowledge does not hold."""
    return findings()[name]


@cache
def findings_in(language: str, folder: Path | None = None) -> Mapping[str, FindingWords]:
    """The words of every finding. Raises KnowledgeError when ids and words do not match."""
    path = f"{language}/findings.yaml"
    words = load_from(path, _WordsFile, folder).root
    same_ids(findings(folder), words, path=path)
    return words


def finding_name(name: str, language: str) -> str:
    """What the finding is called, an article-free noun in lower case. Raises KeyError for an unknown id."""
    return findings_in(language)[name].name


def finding_words(name: str, language: str) -> str:
    """One or two sentences that may be told to the person as they stand. Raises KeyError for an unknown id."""
    return findings_in(language)[name].says


def _finding(name: str, row: _Row, folder: Path | None) -> Finding:
    path = f"{PATH}: {name}"
    return Finding(
        id=name,
        frequency=row.frequency,
        course=row.course,
        management=row.management,
        share_percent=row.share_percent,
        level=row.level,
        rules=known_rules(row.rules, path=path, folder=folder),
        sources=cite(row.sources, path=path, folder=folder),
        reviewed=row.reviewed,
    )
