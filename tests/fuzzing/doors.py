"""Every door by its name, with the bytes that its search begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.knowledge.story_file import Step
from tests.fuzzing.conversing import ACTS_AT_MOST, CONVERSING
from tests.fuzzing.reading import READING
from tests.fuzzing.words import LANGUAGES, messages, talks

DOORS: Mapping[str, Callable[[bytes], None]] = {**READING, **CONVERSING}

_AS_IT_STANDS = b"\0"
_SAID, _PRESSED, _WAITED, _PLANNED = b"\0", b"\5", b"\x08\4", b"\x0b"
_BEFORE_THE_MESSAGE = {"read": b"\0", "triage": b"\0", "conversation": b""}
"""What a door draws before its message; the other doors draw a language and a choice."""

SEEDS_AT_MOST = 700


def seeds(door: str) -> Iterator[bytes]:
    """What the search of a door begins with: messages of the tests, evenly from all of them; for a conversation, the stories."""
    kind, _, language = door.partition("-")
    if kind == "conversation":
        yield from (b"\n".join(map(_line, talk[:ACTS_AT_MOST])) for talk in talks(language))
        yield from (
            b"\n".join((_PLANNED, _SAID + message.encode(), _WAITED)) for message in _evenly(messages(language), SEEDS_AT_MOST // 4)
        )
    elif language in LANGUAGES:
        yield from (_BEFORE_THE_MESSAGE[kind] + _AS_IT_STANDS + message.encode() for message in _evenly(messages(language), SEEDS_AT_MOST))
    else:
        for number, code in enumerate(LANGUAGES):
            yield from (bytes([number, 0]) + _AS_IT_STANDS + each.encode() for each in _evenly(messages(code), SEEDS_AT_MOST // 2))


def _evenly(texts: tuple[str, ...], at_most: int) -> tuple[str, ...]:
    return texts[:: max(1, -(-len(texts) // at_most))]


def _line(step: Step) -> bytes:
    """A step of a story as an act."""
    if step.press:
        return _PRESSED
    return _SAID + step.text.replace("\n", " ").encode() if step.text else _WAITED
