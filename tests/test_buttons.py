"""Choices as buttons: what they hold fits, survives, and is read back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons import MAX_DATA, data_of, is_aside, press_of
from bot.handlers import FORM_PRESSES, PRESSES, moderation
from bot.handlers.offers import TOLD
from bot.handlers.smalltalk import OFFERED
from bot.knowledge.wording import wording
from bot.messages import Press
from bot.ports import Dialogue, Label

ABOUT = {
    "a planned slot": "2026-01-01T08:00@2026-01-01T08:15",
    "a form's token": Dialogue("plan", "confirm", {}, datetime(2026, 1, 1, tzinfo=UTC)).token,
    "a day": "2026-01-01",
    "a case or an entry, after many years": str(10**12),
}

CHOICES = sorted(
    {choice for choice in PRESSES if choice != "arrive"}
    | {choice for _, choice in FORM_PRESSES}
    | set(moderation.PRESSES)
    | {f"intent-{intent}" for intent in (*OFFERED, TOLD)}
)


def label(choice: str, about: str = "") -> Label:
    """A choice as it is shown."""
    return Label(id=choice, about=about, text=choice)


@pytest.mark.parametrize("about", ABOUT.values(), ids=ABOUT)
def test_every_choice_fits_whatever_it_is_about(about: str) -> None:
    assert len(CHOICES) > 70
    assert [choice for choice in CHOICES if len(f"{choice}|{about}".encode()) > MAX_DATA] == []


def test_every_choice_that_the_wording_knows_is_looked_at() -> None:
    worded = {key.removeprefix("choice.") for key in wording("en") if key.startswith("choice.")}
    assert worded <= set(CHOICES)


@given(st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), st.text(alphabet="abc:-T0123456789|é", max_size=20))
def test_a_press_means_what_its_button_said(choice: str, about: str) -> None:
    assert press_of(data_of(label(choice, about))) == Press(choice, about)


def test_what_is_too_long_is_shortened_the_same_way_each_time_and_never_to_nothing() -> None:
    long = label("confirm", "x" * 80)
    assert data_of(long) == data_of(long)
    press = press_of(data_of(long))
    assert press is not None
    assert press.choice == "confirm"
    assert press.about.startswith("~")


@pytest.mark.parametrize("data", ["", "taken", "|", "TAKEN|", "../|x", "taken|" + "x" * 70, "é|x"])
def test_what_no_button_of_ours_holds_is_no_press(data: str) -> None:
    assert press_of(data) is None


@pytest.mark.parametrize(
    ("data", "aside"), [("talk-to-human|", True), ("history|7", True), ("taken|2026-01-01T08:00", False), ("nothing of ours", False)]
)
def test_a_question_stays_open_behind_an_aside(data: str, aside: bool) -> None:
    assert is_aside(data) is aside
