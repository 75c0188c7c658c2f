"""Which paragraph an amount was said in, by the knowledge's own wording: what law holds for a number depends on it."""

from __future__ import annotations

import re
from functools import cache

from bot.knowledge.wording import wording

TO_COME = (
    "plan.day",
    "plan.held",
    "reminder.now",
    "reminder.planned",
    "reminder.late",
    "reminder.again",
    "timing.next",
    "timing.illustration",
    "top-up.allowed",
    "rule.late-intake-ok",
    "rule.late-intake-skip",
)
"""What names an intake to come, or a day of them: all of it passes the choke point."""

NOT_TO_COME = (
    "intake.noted",
    "intake.noted-top-up",
    "read-back",
    "read-back.still",
    "told-beside.as-read",
    "intake.day-total",
    "rule.duplicate-entry",
    "history.today",
    "history.total",
    "history.planned",
    "history.of-day",
    "history.last-day",
    "history.last-intake",
    "figures.told",
    "plan.step",
    "plan.tablets",
    "plan.top-up",
    "plan.max-single",
    "plan.change",
    "plan.endless",
    "plan.at-the-ceiling",
    "timing.not-the-plans-total",
    "step.back.quoted",
    "rule.plan-sum-mismatch",
    "rule.start-low",
    "rule.ceiling-300",
    "rule.specialist-above-80",
    "text",
)
"""What names what was taken, or was told to be, a plan as it was written, or what a source says."""


@cache
def _shapes(language: str) -> dict[str, re.Pattern[str]]:
    """Each of those paragraphs as a pattern; "text" is a quoted fact, which anything may be, and is left to its source."""
    words = wording(language)
    keys = [key for key in (*TO_COME, *NOT_TO_COME) if key != "text"]
    return {key: re.compile("(?s)" + re.sub(r"\\\{[^}]*\\\}", "(.*)", re.escape(words[key])).strip()) for key in keys}


def key_of(paragraph: str, language: str) -> str:
    """The wording key of a paragraph, "" when it is none of those that may name an amount."""
    shapes = _shapes(language)
    return next((key for key in shapes if shapes[key].fullmatch(paragraph.strip())), "")
