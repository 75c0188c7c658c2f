"""Where the sources disagree (C1 to C22): every position with its source, and what was settled on whose authority."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from bot.knowledge.files import KnowledgeError, Strict
from bot.knowledge.rules import known_rules
from bot.knowledge.shelf import load_from
from bot.knowledge.sources import Citations, Reviewable, Source, Text, cite

PATH = "conflicts.yaml"


class Stated(Strict):
    """What one place in one document states, as it is written in a file."""

    source: Text
    says: Text


class _Row(Reviewable):
    subject: Text
    positions: Annotated[tuple[Stated, ...], Field(min_length=2)]
    settled: Text
    authority: Citations
    rules: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


class _File(RootModel[dict[str, _Row]]):
    pass


@dataclass(frozen=True, slots=True)
class Position:
    """What one source holds."""

    source: Source
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One disagreement. `positions` come newest first, undated ones last; `authority` is whose word was followed; `rules` carry it out.

    `findings` are the ids of the findings it is about.
    """

    id: str
    subject: str
    positions: tuple[Position, ...]
    settled: str
    authority: tuple[Source, ...]
    rules: tuple[str, ...]
    findings: tuple[str, ...]
    reviewed: str = ""


@cache
def conflicts(folder: Path | None = None) -> Mapping[str, Conflict]:
    """Every conflict by its id. Raises KnowledgeError for an unknown source or rule, or for fewer than two positions."""
    return {name: _conflict(name, row, folder) for name, row in load_from(PATH, _File, folder).root.items()}


def known_conflicts(ids: tuple[str, ...], *, path: str, folder: Path | None = None) -> tuple[str, ...]:
    """The ids, each checked. Raises KnowledgeError naming `path` for an id that conflicts.yaml does not hold."""
    for name in ids:
        if name not in conflicts(folder):
            raise KnowledgeError(f"{path}: names the conflict {name!r}, which {PATH} does not hold")
    return ids


def positions(stated: Iterable[Stated], *, path: str, folder: Path | None = None) -> tuple[Position, ...]:
    """What is stated, newest first and undated last. Raises KnowledgeError naming `path` for an unknown document."""
    held = (Position(cite((each.source,), path=path, folder=folder)[0], each.says) for each in stated)
    return tuple(sorted(held, key=lambda position: position.source.document.date, reverse=True))


def _conflict(name: str, row: _Row, folder: Path | None) -> Conflict:
    path = f"{PATH}: {name}"
    return Conflict(
        id=name,
        subject=row.subject,
        positions=positions(row.positions, path=path, folder=folder),
        settled=row.settled,
        authority=cite(row.authority, path=path, folder=folder),
        rules=known_rules(row.rules, path=path, folder=folder),
        findings=row.findings,
        reviewed=row.reviewed,
    )
