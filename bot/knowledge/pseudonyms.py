"""Names that a question to the community bears in place of its author's: one id, said in each language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.knowledge.files import LANGUAGES, KnowledgeError, Strict
from bot.knowledge.shelf import load_from, same_ids
from bot.knowledge.wording import placeholders

Said = Annotated[str, Field(pattern=r"^[^\W\d_][\w' -]{1,30}$")]


class _File(Strict):
    """One language: the creatures, the places, and how the two make a name."""

    pattern: str
    creatures: dict[str, Said]
    places: dict[str, Said]


@cache
def pseudonyms(language: str, folder: Path | None = None) -> Mapping[str, str]:
    """Every name of a language by its id. Raises KnowledgeError when a language lacks one, or says two alike."""
    held = _held(language, folder)
    first = _held(LANGUAGES[0], folder)
    same_ids(first.creatures, held.creatures, path=f"{language}/pseudonyms.yaml")
    same_ids(first.places, held.places, path=f"{language}/pseudonyms.yaml")
    names = {
        f"{creature}-{place}": held.pattern.format(creature=held.creatures[creature], place=held.places[place])
        for creature in sorted(held.creatures)
        for place in sorted(held.places)
    }
    if len(set(names.values())) != len(names):
        raise KnowledgeError(f"{language}/pseudonyms.yaml: two names are alike")
    return names


def pseudonym(name: str, language: str) -> str:
    """A name in a language."""
    return pseudonyms(language)[name]


def choose_pseudonym(seed: int, taken: Collection[str]) -> str:
    """The id of a name that nobody bears now. `seed` says where in the list to begin; when all are taken, the first is shared."""
    ids = sorted(pseudonyms(LANGUAGES[0]))
    turned = [*ids[seed % len(ids) :], *ids[: seed % len(ids)]]
    return next((each for each in turned if each not in taken), turned[0])


def _held(language: str, folder: Path | None) -> _File:
    path = f"{language}/pseudonyms.yaml"
    held = load_from(path, _File, folder)
    if placeholders(held.pattern) != {"creature", "place"}:
        raise KnowledgeError(f"{path}: pattern: expected one creature and one place")
    return held
