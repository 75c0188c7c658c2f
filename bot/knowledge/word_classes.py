"""Words that mean much the same, in classes: what lets the second reader of danger signs generalise from one example to its neighbours.

`{language}/word_classes.yaml`: the same classes in every language, in the same order; words without accents or apostrophes ("jveux",
"dont"), a star for any ending. A word may stand in several classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import RootModel

from bot.knowledge.files import LANGUAGES, KnowledgeError, load

NAME = "word_classes.yaml"


class _File(RootModel[dict[str, str]]):
    pass


@dataclass(frozen=True, slots=True)
class WordClasses:
    """`words` and `stems` (beginnings of words) with the classes they stand in; the languages are read as one."""

    words: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]

    def of(self, word: str) -> tuple[str, ...]:
        """The classes of a folded word without apostrophes; none when it is unknown."""
        found = self.words.get(word)
        if found is not None:
            return found
        return next((classes for stem, classes in self.stems.items() if word.startswith(stem)), ())


@cache
def word_classes() -> WordClasses:
    """Read both files. Raises KnowledgeError when their classes differ."""
    spoken = [load(f"{language}/{NAME}", _File).root for language in LANGUAGES]
    if any(list(each) != list(spoken[0]) for each in spoken):
        raise KnowledgeError(f"{NAME}: the same classes in the same order are needed in every language")
    words: dict[str, set[str]] = {}
    for classes in spoken:
        for name, text in classes.items():
            for word in text.split():
                words.setdefault(word, set()).add(name)
    ordered = {word: tuple(sorted(names)) for word, names in words.items()}
    return WordClasses(
        words={word: names for word, names in ordered.items() if not word.endswith("*")},
        stems={word[:-1]: names for word, names in ordered.items() if word.endswith("*")},
    )
