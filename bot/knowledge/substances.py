"""Medicines and drugs that interact with baclofen: which rule, how soon a human should hear, and what to call them.

The words by which people name them are in each language's understanding file, under the same ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import RootModel

from bot.core.levels import Level
from bot.knowledge.files import KnowledgeError
from bot.knowledge.findings import LevelName
from bot.knowledge.rules import known_rules
from bot.knowledge.shelf import load_from, same_ids
from bot.knowledge.sources import Citations, Reviewable, Source, Text, cite

PATH = "substances.yaml"


class _Group(Reviewable):
    rule: Text
    level: LevelName
    sources: Citations
    members: tuple[Text, ...]


class _File(RootModel[dict[str, _Group]]):
    pass


class _WordsFile(RootModel[dict[str, Text]]):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """One substance: the interaction rule that answers for it, and the level of saying that one takes it."""

    id: str
    rule: str
    level: Level
    sources: tuple[Source, ...]
    reviewed: str = ""


@cache
def substances(folder: Path | None = None) -> Mapping[str, Substance]:
    """Every substance by its id. Raises KnowledgeError for an unknown rule or for an id in two groups."""
    held: dict[str, Substance] = {}
    for name, group in load_from(PATH, _File, folder).root.items():
        path = f"{PATH}: {name}"
        sources = cite(group.sources, path=path, folder=folder)
        (rule,) = known_rules((group.rule,), path=path, folder=folder)
        for member in group.members:
            if member in held:
                raise KnowledgeError(f"{path}: {member} stands in two groups")
            held[member] = Substance(id=member, rule=rule, level=group.level, sources=sources, reviewed=group.reviewed)
    return held


def substance(name: str) -> Substance:
    """A substance by its id. Raises KeyError for one that the knowledge does not hold."""
    return substances()[name]


@cache
def substance_names(language: str, folder: Path | None = None) -> Mapping[str, str]:
    """What each substance is called. Raises KnowledgeError when ids and words do not match."""
    path = f"{language}/substances.yaml"
    words = load_from(path, _WordsFile, folder).root
    same_ids(substances(folder), words, path=path)
    return words


def substance_name(name: str, language: str) -> str:
    """What the substance is called. Raises KeyError for an id that the knowledge does not hold."""
    return substance_names(language)[name]
