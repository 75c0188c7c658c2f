"""One word per thing: the glossary is complete, and no name in the code uses a word that it refuses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.architecture.tree import EVERYWHERE, ROOT, Source, source, sources

GLOSSARY = ROOT / "docs" / "glossary.md"
SPOKEN_OF_BY_THE_DESIGN = frozenset(
    {"person", "plan", "step", "dose", "intake", "craving", "finding", "flag", "case", "moderator", "reminder"}
)


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the glossary."""

    word: str
    french: str
    meaning: str
    refused: tuple[str, ...]


def terms(markdown: str) -> tuple[Term, ...]:
    """Every line of every table, without the headings."""
    rows = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in markdown.splitlines() if line.startswith("|"))
    filled = [row for row in rows if row[0] != "word" and not set(row[0]) <= {"-"}]
    return tuple(Term(word, french, meaning, tuple(re.findall(r"`(\w+)`", refused))) for word, french, meaning, refused in filled)


def given_names(file: Source) -> Iterator[tuple[int, str]]:
    """Every name that the file gives: to a file, class, function, argument, attribute or variable."""
    yield 1, file.path.rsplit("/", 1)[-1].removesuffix(".py")
    for node in ast.walk(file.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def refused_names(file: Source, refused: frozenset[str]) -> Iterator[str]:
    """Each name that holds a refused word, whatever stands around it and however it is written."""
    for line, name in given_names(file):
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        if any(re.search(rf"(?:^|_){word}s?(?:_|$)", snake) for word in refused):
            yield f"{file.path}:{line}: {name}"


def the_refused() -> frozenset[str]:
    """Every word that the glossary refuses in code."""
    return frozenset(word for term in terms(GLOSSARY.read_text("utf-8")) for word in term.refused)


def test_no_name_in_the_code_uses_a_refused_word() -> None:
    refused = the_refused()
    assert len(refused) > 30
    assert [place for file in sources(*EVERYWHERE) for place in refused_names(file, refused)] == []


def test_every_term_is_told_in_french_and_explained_once() -> None:
    known = terms(GLOSSARY.read_text("utf-8"))
    words = [term.word for term in known]
    assert len(words) == len(set(words))
    assert [term.word for term in known if not (term.french and len(term.meaning.split()) > 3)] == []


def test_the_glossary_holds_the_words_of_the_design() -> None:
    told = {term.word for term in terms(GLOSSARY.read_text("utf-8"))}
    assert told >= SPOKEN_OF_BY_THE_DESIGN


def test_no_word_is_both_used_and_refused() -> None:
    used = {term.word.replace(" ", "_") for term in terms(GLOSSARY.read_text("utf-8"))}
    assert used & the_refused() == set()


@pytest.mark.parametrize(
    "text",
    [
        "class TicketRow: ...",
        "def open_ticket(): ...",
        "def f(patient_id): ...",
        "tickets = []",
        "for patient_id in x: ...",
        "self.ticket = 1",
        "with f() as ticket: ...",
    ],
)
def test_a_refused_name_is_seen(text: str) -> None:
    assert list(refused_names(source("planted.py", text), frozenset({"ticket", "patient_id"})))


@pytest.mark.parametrize("text", ["x = update.user_id", "def person_id(): ...", "stickets = 1", "'a ticket'"])
def test_a_name_of_somebody_else_or_a_longer_word_is_let_through(text: str) -> None:
    assert list(refused_names(source("planted.py", text), frozenset({"ticket", "user_id"}))) == []
