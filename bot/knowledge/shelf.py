"""Knowledge files of one folder: the installed one, or a copy that is being examined."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from bot.knowledge.files import KnowledgeError, Model, load, parse, root

NEW_LINE = "⏎"
"""Stands for a line break in an example message: one message is one line of its file."""

Lines = Annotated[str, Field(min_length=1)]


def load_from(path: str, model: type[Model], folder: Path | None = None) -> Model:
    """Read `path` of `folder` (None: the installed knowledge) into its model.

    Raises KnowledgeError: from a folder under examination with every fault of the file, from the installed one with the first.
    """
    if folder is None:
        return load(path, model)
    try:
        return model.model_validate(read_from(path, folder))
    except ValidationError as error:
        raise KnowledgeError("; ".join(f"{path}: {_where(fault)}: {fault['msg']}" for fault in error.errors())) from error


def read_from(path: str, folder: Path | None = None) -> Any:
    """The plain values of one file. Raises KnowledgeError when it is missing or broken."""
    file = (root() if folder is None else folder) / path
    if not file.is_file():
        raise KnowledgeError(f"{path}: the file is missing")
    return parse(file.read_text(encoding="utf-8"), name=path)


def same_ids(expected: Iterable[str], found: Iterable[str], *, path: str) -> None:
    """Refuse a file of words whose ids are not exactly those that the data names. Raises KnowledgeError listing them."""
    wanted, present = set(expected), set(found)
    faults = [f"no words for {name}" for name in sorted(wanted - present)]
    faults += [f"words for {name}, which nothing names" for name in sorted(present - wanted)]
    if faults:
        raise KnowledgeError(f"{path}: {', '.join(faults)}")


def authored(language: str, folder: str) -> list[str]:
    """The files of a folder of example messages in a language, one an author, in a fixed order."""
    return sorted(f"{language}/{folder}/{entry.name}" for entry in (root() / language / folder).iterdir() if entry.name.endswith(".yaml"))


def messages(lines: str) -> Iterator[str]:
    """The messages of a block of an author's file: one a line, with their own line breaks again."""
    return (line.strip().replace(NEW_LINE, "\n") for line in lines.splitlines() if line.strip())


def short_hash(lines: Iterable[str]) -> str:
    """A short hash of what is learnt from, line by line."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _where(fault: Any) -> str:
    return ".".join(str(part) for part in fault["loc"]) or "the file"
