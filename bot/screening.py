"""The danger signs of what is heard, before anything else is done with it. Nothing here fails: what cannot be read is itself a sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.core.flags import Flag, Screening
from bot.core.levels import Level
from bot.handlers import danger, danger_words, reports
from bot.messages import Incoming
from bot.ports import Clock
from bot.rescue import place
from bot.understanding.danger import Triage
from bot.understanding.reader import Reader

log = structlog.get_logger()


def screened(triage: Triage, incoming: Incoming, *, language: str) -> Screening:
    """The signs of a message or press. `language` is what it is taken for when it cannot be read."""
    if reports.is_report(incoming):
        # The words are somebody else's, whoever they speak of; the reason is the reporter's own.
        theirs = _of_words(triage, incoming.text, quoted=False, language=language)
        flags = [replace(flag, status="quoted", subject="other") for flag in theirs.flags]
        return _of_words(triage, reports.reason_of(incoming), quoted=False, language=language).plus(flags, rules=theirs.rules)
    screening = _of_words(triage, incoming.text, quoted=incoming.quoted, language=language)
    for words in incoming.said:
        screening = _with(screening, _of_words(triage, words, quoted=incoming.quoted, language=language), incoming.text.find(words))
    if incoming.press is not None and incoming.press.choice == "not-safe":
        return screening.plus((Flag(danger_words.NOT_SAFE, Level.emergency, 0, 0, ""),))
    return screening


def sign_finder(triage: Triage, reader: Reader, clock: Clock) -> Callable[[str], bool]:
    """Tells whether words hold a sign of danger, by themselves or once they are understood. It may fail: that is no "no"."""

    def is_sign(words: str) -> bool:
        if triage.screen(words).level >= Level.check:
            return True
        return bool(danger.flags_of(reader.read(words, now=clock.now(), timezone="UTC"), words))

    return is_sign


def _with(screening: Screening, own: Screening, at: int) -> Screening:
    """The signs of words as somebody typed them, beside those of the sentence around them: it must not make them look calmer."""
    known = {(flag.code, flag.level) for flag in screening.flags}
    moved = [replace(flag, start=flag.start + at, end=flag.end + at) if at >= 0 else replace(flag, start=0, end=0) for flag in own.flags]
    new = [flag for flag in moved if (flag.code, flag.level) not in known]
    return screening.plus(new, rules=tuple(rule for rule in own.rules if rule not in screening.rules)) if new else screening


def _of_words(triage: Triage, text: str, *, quoted: bool, language: str) -> Screening:
    """A triage that fails is itself a reason to ask, and to tell a human."""
    try:
        return triage.screen(text, quoted=quoted)
    except Exception as trouble:  # noqa: BLE001 - nothing may keep a message from being looked at
        log.critical("triage.failed", trouble=place(trouble))
        return Screening(language, (Flag(danger_words.UNSCREENED, Level.check, 0, len(text), text),))
