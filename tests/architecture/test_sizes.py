"""Files and functions fit a screen. Where one must not, it stands in the table below with its reason."""

from __future__ import annotations

import pytest

from tests.architecture.sizes import LIMITS, Size, measure, too_large
from tests.architecture.tree import EVERYWHERE, source, sources

EXCEPTIONS: dict[tuple[str, str], tuple[int, str]] = {}
"""(where, measure) -> (the size allowed, why it must be so large)."""


def test_everything_fits_a_screen_or_says_why_not() -> None:
    measured = sources(*EVERYWHERE)
    allowed = {place: limit for place, (limit, _) in EXCEPTIONS.items()}
    over = [size for size in too_large(measured) if size.value > allowed.get((size.where, size.measure), LIMITS[size.measure])]
    assert measured
    assert over == []


def test_an_exception_that_is_no_longer_needed_is_taken_away() -> None:
    needed = {(size.where, size.measure) for size in too_large(sources(*EVERYWHERE))}
    assert [place for place in EXCEPTIONS if place not in needed] == []


def test_every_exception_gives_its_reason() -> None:
    assert [place for place, (_, reason) in EXCEPTIONS.items() if len(reason.split()) < 4] == []


BODY = "\n".join(f"    step({number})" for number in range(61))
LONG = f'def slow() -> None:\n    """Planted."""\n    # a comment is not counted\n\n{BODY}\n'
DEEP = "def deep():\n" + "".join(f"{'    ' * depth}if a{depth}:\n" for depth in range(1, 6)) + "    " * 6 + "pass\n"
LADDER = (
    "def ladder(a):\n    if a == 0:\n        pass\n"
    + "".join(f"    elif a == {step}:\n        pass\n" for step in range(1, 15))
    + "    return a if a else 0\n"
)
PLANTED = {
    "lines": ("\n" * 401, Size("planted.py", "lines", 401)),
    "body": (LONG, Size("planted.py::slow", "body", 61)),
    "arguments": ("class A:\n    def f(self, *, a, b, c, d, e, f, g, h, i, j): ...", Size("planted.py::A.f", "arguments", 10)),
    "positional": ("def f(a, b, c, d, e, f): ...", Size("planted.py::f", "positional", 6)),
    "nesting": (DEEP, Size("planted.py::deep", "nesting", 5)),
    "paths": (LADDER, Size("planted.py::ladder", "paths", 17)),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_a_size_above_its_limit_is_seen(kind: str) -> None:
    text, expected = PLANTED[kind]
    assert expected in too_large((source("planted.py", text),))


def test_a_docstring_a_comment_and_a_blank_line_are_not_body() -> None:
    sizes = {size.measure: size.value for size in measure(source("planted.py", LONG))}
    assert sizes["body"] == 61


def test_a_ladder_of_alternatives_is_not_nested() -> None:
    sizes = {size.measure: size.value for size in measure(source("planted.py", LADDER))}
    assert sizes["nesting"] == 1
