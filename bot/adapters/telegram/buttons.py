"""Choices as buttons, and presses back as choices.

A button holds `choice|about`, at most 64 bytes: ids alone, so that it means the same after a restart and after weeks. Whether
it still counts is for the handlers to say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.messages import Press
from bot.ports import Label

log = structlog.get_logger()

MAX_DATA = 64
SCALE_IN_ROW = 6
ROW_WIDTH = 30
"""Characters of the labels side by side; narrow telephones cut longer ones."""

ASIDES = frozenset({"talk-to-human", "history"})
"""Choices that answer no question: the other buttons stay where they are."""

_DATA = re.compile(r"([a-z0-9][a-z0-9_-]*)\|(.*)", re.DOTALL)
_SCALE = re.compile(r"(?:severity|craving)-\d+")


def data_of(label: Label) -> str:
    """What a button holds. What it is about is shortened to a digest when it is too long: no handler knows it then, and the
    press is answered as one of a question that is over. No choice of today is so long; the log would say so."""
    data = f"{label.id}|{label.about}"
    if len(data.encode()) <= MAX_DATA:
        return data
    log.error("telegram.button-too-long", choice=label.id)
    return f"{label.id}|~{hashlib.sha256(label.about.encode()).hexdigest()[:16]}"


def press_of(data: str) -> Press | None:
    """The choice that a button stands for; None for what none of ours holds."""
    found = _DATA.fullmatch(data)
    return Press(found.group(1), found.group(2)) if found and len(data.encode()) <= MAX_DATA else None


def keyboard(labels: Sequence[Label]) -> InlineKeyboardMarkup | None:
    """The buttons under a message; None when there are none."""
    if not labels:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(each.text, callback_data=data_of(each)) for each in row] for row in rows(labels)])


def rows(labels: Iterable[Label]) -> list[list[Label]]:
    """Buttons in rows: a scale in rows of its own, short labels side by side."""
    laid: list[list[Label]] = []
    for each in labels:
        if laid and _fits(laid[-1], each):
            laid[-1].append(each)
        else:
            laid.append([each])
    return laid


def _fits(row: Sequence[Label], label: Label) -> bool:
    scale = _SCALE.fullmatch(label.id) is not None
    if scale != (_SCALE.fullmatch(row[-1].id) is not None):
        return False
    if scale:
        return len(row) < SCALE_IN_ROW
    return len(row) < 3 and sum(len(each.text) for each in row) + len(label.text) <= ROW_WIDTH


def without(markup: InlineKeyboardMarkup, data: str) -> tuple[str, InlineKeyboardMarkup | None]:
    """The label of the button that was pressed ("" when it is not there any more), and the keyboard that stays.

    A choice that answers a question takes all the buttons with it; an aside goes alone.
    """
    pressed = next((button for row in markup.inline_keyboard for button in row if button.callback_data == data), None)
    if pressed is None:
        return "", markup
    press = press_of(data)
    if press is None or press.choice not in ASIDES:
        return pressed.text, None
    left = [[button for button in row if button is not pressed] for row in markup.inline_keyboard]
    left = [row for row in left if row]
    return pressed.text, InlineKeyboardMarkup(left) if left else None
