"""Long texts in parts: nothing lost, nothing too long, nothing torn apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.splitting import split, units

PARAGRAPHS = st.lists(st.text(alphabet="ab é🙂\n👩🏽‍🚀مر.! ", max_size=60), max_size=12).map("\n\n".join)


def letters(text: str) -> str:
    """The text without its white space: what may never be lost."""
    return "".join(text.split())


@given(PARAGRAPHS, st.integers(min_value=20, max_value=80))
def test_every_part_fits_and_nothing_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < units(part) <= limit for part in parts)
    assert letters("".join(parts)) == letters(text)


@given(PARAGRAPHS)
def test_a_text_that_fits_is_left_whole(text: str) -> None:
    assert split(text, 4096) == ((text.strip(),) if text.strip() else ())


def test_units_are_those_of_utf_16() -> None:
    assert (units("é"), units("🙂"), units("👩🏽‍🚀"), units("مرحبا")) == (1, 2, 7, 5)


def test_the_border_between_paragraphs_is_preferred_to_any_other() -> None:
    first, second = "one two. three\nfour five", "six seven eight nine"
    assert split(f"{first}\n\n{second}", 30) == (first, second)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 10 + "\n" + "b" * 10, ("a" * 10, "b" * 10)),
        ("aaaa bbbb. cccc dddd", ("aaaa bbbb.", "cccc dddd")),
        ("aaaaaa bbbbbb cccc", ("aaaaaa bbbbbb", "cccc")),
        ("x" * 30, ("x" * 15, "x" * 15)),
        ("x" * 12 + "👩🏽‍🚀" + "y" * 8, ("x" * 12, "👩🏽‍🚀" + "y" * 8)),
        ("x" * 14 + "e\u0301" + "y", ("x" * 14, "e\u0301y")),
        ("🇫🇷🇧🇪🇨🇭🇨🇦", ("🇫🇷🇧🇪🇨🇭", "🇨🇦")),
    ],
)
def test_where_there_is_no_paragraph_the_next_best_place_is_cut(text: str, parts: tuple[str, ...]) -> None:
    assert split(text, 15) == parts
