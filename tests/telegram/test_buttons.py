"""Choices laid out under a message of Telegram."""

from __future__ import annotations

from bot.adapters.telegram.buttons import keyboard, rows
from bot.ports import Label


def label(choice: str, text: str) -> Label:
    """A choice as it is shown."""
    return Label(id=choice, about="", text=text)


def test_a_scale_is_shown_in_two_rows() -> None:
    scale = [label(f"severity-{number}", str(number)) for number in range(11)]
    assert [[each.text for each in row] for row in rows(scale)] == [list("012345"), ["6", "7", "8", "9", "10"]]


def test_short_labels_stand_side_by_side_and_long_ones_alone() -> None:
    laid = rows([label("a", "Taken"), label("b", "Later"), label("c", "I am 18 or over and I agree"), label("d", "No")])
    assert [[each.text for each in row] for row in laid] == [["Taken", "Later"], ["I am 18 or over and I agree", "No"]]


def test_without_choices_there_is_no_keyboard() -> None:
    assert keyboard(()) is None
