"""What persons agree to: the version of the words, bound to the words themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from bot.core.person import Person
from bot.knowledge.files import LANGUAGES, Strict
from bot.knowledge.shelf import load_from, read_from

FILE = "consent.yaml"


class Consent(Strict):
    """The version in force. `digests` are of the texts of `texts`, per language."""

    version: int
    since: date
    texts: tuple[str, ...]
    digests: dict[str, str]


@cache
def consent(folder: Path | None = None) -> Consent:
    """The version in force. Raises KnowledgeError."""
    return load_from(FILE, Consent, folder)


def has_agreed(person: Person) -> bool:
    """Whether somebody agreed to the words in force."""
    return person.consented_at is not None and person.consent_version >= consent().version


def consent_doubts(folder: Path) -> Iterator[str]:
    """Words that are not those of the version: whoever changes them says whether everybody must be asked again."""
    known = consent(folder)
    for language in LANGUAGES:
        now = _digest(known, read_from(f"{language}/wording.yaml", folder))
        if known.digests.get(language) != now:
            yield (
                f"{FILE}: the words that people agree to have changed ({language}: {now}). "
                "With another meaning they are a new version; else only the digest is new"
            )


def _digest(known: Consent, words: Mapping[str, str]) -> str:
    return sha256("\n".join(str(words.get(key)).strip() for key in known.texts).encode()).hexdigest()[:16]
