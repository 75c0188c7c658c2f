"""Every text that the code can say exists; that every text can be said, `palier knowledge check` holds (tests/knowledge/test_check.py)."""

from __future__ import annotations

import pytest

from bot.knowledge.files import LANGUAGES
from bot.knowledge.rules_in_code import spoken
from bot.knowledge.unused import answers
from bot.knowledge.wording import wording
from tests.architecture.tree import source, sources


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_has_words(language: str) -> None:
    keys = frozenset(wording(language))
    named = {(file.path, key) for file in sources("bot") for key in spoken(file.tree)}
    assert len(named) > 100
    assert [f"{path}: {key}" for path, key in sorted(named) if not answers(key, keys)] == []


def test_a_key_without_words_is_noticed() -> None:
    planted = source("bot/planted.py", 'say("nobody.wrote.this")\nsay(f"nowhere.{x}.at-all")\nsay("a" if x else "b")\n')
    keys = frozenset(wording("en"))
    assert [key for key in spoken(planted.tree) if not answers(key, keys)] == ["nobody.wrote.this", "nowhere.*.at-all", "a", "b"]
