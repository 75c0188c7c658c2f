"""The words the assistant says, per language: key to text with {placeholders}. Same keys and placeholders everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from string import Formatter

from bot.knowledge.files import LANGUAGES, KnowledgeError, Strict, load, read


class Calendar(Strict):
    """How a language names days and months and writes dates, hours and numbers."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    date: str
    short_date: str
    date_first_of_month: str
    hour: str
    hour_and_minutes: str
    decimal: str
    last_of_list: str


@cache
def wording(language: str) -> Mapping[str, str]:
    """Every text of a language by its key. Raises KnowledgeError when the file holds anything but texts."""
    path = f"{language}/wording.yaml"
    texts = read(path)
    if not isinstance(texts, dict) or not texts:
        raise KnowledgeError(f"{path}: expected texts by key")
    for key, text in texts.items():
        if not isinstance(key, str) or not isinstance(text, str) or not text.strip():
            raise KnowledgeError(f"{path}: {key}: expected a text")
    return {key: text.strip("\n") for key, text in texts.items()}


@cache
def calendar(language: str) -> Calendar:
    """Days, months and number style of a language."""
    return load(f"{language}/calendar.yaml", Calendar)


def placeholders(text: str) -> frozenset[str]:
    """The names in braces that a text needs to be filled."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def check_parity() -> None:
    """Refuse a key or a placeholder that one language has and another lacks; called at the start of the program."""
    first, *others = LANGUAGES
    for other in others:
        missing = wording(first).keys() ^ wording(other).keys()
        if missing:
            raise KnowledgeError(f"wording.yaml: not in both {first} and {other}: {', '.join(sorted(missing))}")
        for key, text in wording(first).items():
            if placeholders(text) != placeholders(wording(other)[key]):
                raise KnowledgeError(f"wording.yaml: {key}: the placeholders differ between {first} and {other}")
