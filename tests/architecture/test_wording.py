"""Every text that the code can say exists, and every text that exists can be said."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from bot.knowledge.files import LANGUAGES
from bot.knowledge.wording import wording
from tests.architecture.tree import Source, source, sources

SPEAKERS = frozenset({"say", "nested", "Words"})
SPOKEN_BY_ID = (
    "choice.",
    "code.",
    "entry.",
    "history.",
    "kind.",
    "level.",
    "state.",
    "rule.",
    "interaction.",
    "source.",
    "moderator.",
    "case.",
)


def spoken(file: Source) -> Iterator[str]:
    """The wording keys that a file names: whole, or as a pattern where a part is worked out (`danger.*.do.*`)."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS and node.args:
            yield from keys_in(node.args[0])


def keys_in(node: ast.expr) -> Iterator[str]:
    """Keys of an expression: a literal, an f-string, or either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from keys_in(node.body)
        yield from keys_in(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


def answers(pattern: str, keys: frozenset[str]) -> bool:
    """True when some text has the key, or a key of that shape."""
    if "*" not in pattern:
        return pattern in keys
    head, *rest = pattern.split("*")
    return any(key.startswith(head) and all(part in key for part in rest) for key in keys)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_has_words(language: str) -> None:
    keys = frozenset(wording(language))
    named = {(file.path, key) for file in sources("bot") for key in spoken(file)}
    assert len(named) > 100
    assert [f"{path}: {key}" for path, key in sorted(named) if not answers(key, keys)] == []


def test_a_key_without_words_is_noticed() -> None:
    planted = source("bot/planted.py", 'say("nobody.wrote.this")\nsay(f"nowhere.{x}.at-all")\nsay("a" if x else "b")\n')
    keys = frozenset(wording("en"))
    assert [key for key in spoken(planted) if not answers(key, keys)] == ["nobody.wrote.this", "nowhere.*.at-all", "a", "b"]


def test_no_text_is_left_that_nothing_says() -> None:
    literals = {
        node.value
        for file in sources("bot")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    patterns = [key for file in sources("bot") for key in spoken(file) if "*" in key]
    unsaid = [
        key
        for key in wording("fr")
        if key not in literals and not key.startswith(SPOKEN_BY_ID) and not any(answers(pattern, frozenset({key})) for pattern in patterns)
    ]
    assert unsaid == []
