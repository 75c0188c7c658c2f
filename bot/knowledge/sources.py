"""The documents that the knowledge stands on, and citations of them such as "S001 §10.4"."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, RootModel, model_validator

from bot.knowledge.files import KnowledgeError, Strict
from bot.knowledge.shelf import load_from

Kind = Literal["regulator", "guide", "opinion", "literature", "project"]
Day = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Text = Annotated[str, Field(min_length=1)]
Citations = Annotated[tuple[Text, ...], Field(min_length=1)]


class Reviewable(Strict):
    """What a clinician signs: a name with the profession, and a day. Both are empty while nobody has."""

    reviewed_by: str = ""
    reviewed_on: datetime.date | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Reviewable:
        if bool(self.reviewed_by) != bool(self.reviewed_on):
            raise ValueError("a review needs both a name and a day")
        return self

    @property
    def reviewed(self) -> str:
        """Who reviewed it and when, in words; "" while nobody has."""
        return f"reviewed by {self.reviewed_by} on {self.reviewed_on.isoformat()}" if self.reviewed_on else ""


class _Row(Strict):
    kind: Kind
    short: Text
    title: Text
    authority: int
    date: Day | Literal[""] = ""
    noted: Day | Literal[""] = ""
    url: str = ""
    places: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _dated_or_noted(self) -> _Row:
        if not self.date and not self.noted:
            raise ValueError("an undated document says on which day it was noted")
        return self


class _File(RootModel[dict[str, _Row]]):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Something that states facts. `authority` ranks documents, 1 the strongest (facts, section 0).

    `short` is how it is named to people, whatever their language.
    `date` is the document's own (year, month or day; "" when it shows none) and `noted` the day on which the project wrote down
    an undated one. `places` are the sections that it has, where it is one of ours to read: a citation names one of them.
    """

    id: str
    kind: Kind
    short: str
    title: str
    authority: int
    date: str
    noted: str
    url: str
    places: tuple[str, ...] = ()

    @property
    def dated(self) -> str:
        """Its date; where it shows none, the day the project noted it."""
        return self.date or f"undated, noted {self.noted}"


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a document: where a sentence or a rule comes from."""

    document: Document
    where: str = ""

    @property
    def place(self) -> str:
        """The citation as it is written: "S001 §10.4"."""
        return f"{self.document.id} {self.where}".strip()

    def __str__(self) -> str:
        link = f" <{self.document.url}>" if self.document.url else ""
        return f"{self.place} ({self.document.dated}): {self.document.title}{link}"


@cache
def documents(folder: Path | None = None) -> Mapping[str, Document]:
    """Every document by its id: the seeds S000 to S004, the literature, and `contract` for the project's own choices."""
    rows = load_from("documents.yaml", _File, folder).root
    return {name: Document(id=name, **row.model_dump()) for name, row in rows.items()}


def cite(citations: Iterable[str], *, path: str, folder: Path | None = None) -> tuple[Source, ...]:
    """Citations as sources. Raises KnowledgeError naming `path` for a document that documents.yaml does not hold."""
    return tuple(_cite(citation, path=path, folder=folder) for citation in citations)


def document(name: str, *, path: str, folder: Path | None = None) -> Document:
    """A document by its id. Raises KnowledgeError naming `path` when documents.yaml does not hold it."""
    held = documents(folder).get(name)
    if held is None:
        raise KnowledgeError(f"{path}: cites {name!r}, which documents.yaml does not hold")
    return held


def _cite(citation: str, *, path: str, folder: Path | None) -> Source:
    name, _, where = citation.partition(" ")
    found = document(name, path=path, folder=folder)
    if found.places and where not in found.places:
        raise KnowledgeError(f"{path}: cites {citation!r}, and {name} has no such place")
    return Source(found, where)


def labels(sources: Iterable[Source]) -> tuple[str, ...]:
    """Sources as they are named to people: "Guide 2017 (S001 §5.4, §10)", each document once, the strongest authority first.

    Our own choices name no source.
    """
    places: dict[Document, list[str]] = {}
    for source in sources:
        if source.document.kind != "project":
            places.setdefault(source.document, []).append(source.where)
    return tuple(_label(document, places[document]) for document in sorted(places, key=lambda held: held.authority))


def _label(document: Document, places: list[str]) -> str:
    if document.kind == "literature":
        return document.short
    where = ", ".join(dict.fromkeys(filter(None, places)))
    return f"{document.short} ({f'{document.id} {where}'.strip()})"


def merged(groups: Iterable[tuple[Source, ...]]) -> tuple[Source, ...]:
    """Every source once, in order of first appearance."""
    return tuple(dict.fromkeys(source for group in groups for source in group))
