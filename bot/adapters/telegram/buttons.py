"""Choices as buttons under a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.buttons import data_of, is_aside, is_scale
from bot.ports import Label

SCALE_IN_ROW = 6
ROW_WIDTH = 30
"""Characters of the labels side by side; narrow telephones cut longer ones."""


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
    scale = is_scale(label.id)
    if scale != is_scale(row[-1].id):
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
    if not is_aside(data):
        return pressed.text, None
    left = [[button for button in row if button is not pressed] for row in markup.inline_keyboard]
    left = [row for row in left if row]
    return pressed.text, InlineKeyboardMarkup(left) if left else None
