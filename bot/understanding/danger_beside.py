"""What one finding of a message makes of another: words that are plainly harmless, and violence that is suffered, not done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.flags import Flag
from bot.knowledge.signs import LEARNT

DONE, SUFFERED = "harm_to_others", "violence_suffered"
"""The codes of the two sides of violence: who may do harm, and who is harmed."""


def without(text: str, flags: Sequence[Flag]) -> str:
    """A text without the words of some flags; a stop stands in their place, so that what is left does not run together."""
    for flag in sorted(flags, key=lambda each: -each.start):
        text = f"{text[: flag.start]} . {text[flag.end :]}"
    return text


def as_suffered(found: Sequence[tuple[Flag, str]]) -> list[tuple[Flag, str]]:
    """The same findings, where words that tell of violence suffered are no threat of whoever wrote them.

    The same words often say both ("he threatened to kill me"): who is hurt by somebody is never answered as if they were to hurt.
    A threat in other words of the message stands. The level never falls.
    """
    suffered = [flag for flag, rule in found if flag.code == SUFFERED and flag.status == "current" and not rule.startswith(LEARNT)]
    told = []
    for flag, rule in found:
        either = flag.code == DONE or (flag.code == SUFFERED and rule.startswith(LEARNT))
        of = next((other for other in suffered if _same_words(flag, other)), None) if either else None
        told.append((replace(flag, code=SUFFERED, subject=of.subject, unsure=False), rule) if of else (flag, rule))
    return told


def only_these(found: Sequence[Flag], settled: Sequence[Flag]) -> bool:
    """Whether something was found and all of it is settled."""
    return bool(found) and all(flag in settled for flag in found)


def _same_words(a: Flag, b: Flag) -> bool:
    return a.start < b.end and b.start < a.end
