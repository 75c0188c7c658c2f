"""Many days as a picture: what was taken beside the plan's steps, cravings, drinks, and effects, day under day.

Nothing here is worked out: a bar is what was said, a step is the plan's, and a day without either stays empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.drawing.curve import HEADING, LABEL, NOTE, RIGHT, head_height, write_head, write_note
from bot.drawing.paper import (
    FAINT,
    GRID,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    STEP,
    VERMILION,
    WIDTH,
    Paper,
    Rows,
    Shape,
    alone,
    width_of,
    wrapped,
)
from bot.drawing.values import DayColumn, DaysPicture, EffectRow, Mark

LEFT = 150
"""Where the days begin: the amounts and the scale stand before it."""

EDGE = 56
DOSES, NO_DOSES, CRAVINGS, DRINKS, EFFECT = 330, 110, 130, 110, 76
"""Heights of the parts in pixels: the first with and without anything to show in it; the last is one effect's."""

GAP = 62
"""Between two parts: the heading of the next stands there."""

FEW = 16
"""Up to so many days, each carries its numbers."""


def draw_days(picture: DaysPicture) -> bytes:
    """The picture as a PNG file."""
    return alone(lambda: compose_days(picture).png())


def compose_days(picture: DaysPicture) -> Paper:
    """The sheet, before it is made a file."""
    note = wrapped(picture.head.note, NOTE, RIGHT - EDGE)
    top = head_height(picture.head) + 8
    height = sum(_heights(picture)) + 66
    paper = Paper(top + height + 30 + len(note) * NOTE * STEP + 12)
    write_head(paper, picture.head)
    last = top + height - 66
    _draw_dates(paper, picture, top + GAP, last)
    y = _draw_doses(paper, picture, top)
    if any(day.craving is not None for day in picture.days):
        y = _draw_cravings(paper, picture, y)
    if any(_drank(day) for day in picture.days):
        y = _draw_drinks(paper, picture, y)
    if picture.effects:
        _draw_effects(paper, picture, y)
    write_note(paper, note, last + 66)
    return paper


def _heights(picture: DaysPicture) -> Iterator[float]:
    yield GAP + _doses_height(picture)
    if any(day.craving is not None for day in picture.days):
        yield GAP + CRAVINGS
    if any(_drank(day) for day in picture.days):
        yield GAP + DRINKS
    if picture.effects:
        yield GAP + EFFECT * len(picture.effects)


def _doses_height(picture: DaysPicture) -> float:
    return DOSES if any(day.planned_mg is not None or day.taken_mg is not None for day in picture.days) else NO_DOSES


def _drank(day: DayColumn) -> bool:
    return day.drinks is not None or day.drinks_more


def _step(picture: DaysPicture) -> float:
    return (RIGHT - LEFT) / len(picture.days)


def _x(picture: DaysPicture, index: float) -> float:
    """The middle of a day's column."""
    return LEFT + (index + 0.5) * _step(picture)


def _draw_dates(paper: Paper, picture: DaysPicture, top: float, bottom: float) -> None:
    """The dates that have room, at even distances back from the last day."""
    labels = [day.label for day in picture.days]
    widest = max(width_of(label, LABEL) for label in labels) + 22
    every = max(1, -(-int(widest) // max(1, int(_step(picture)))))
    for index in range(len(labels) - 1, -1, -every):
        x, half = _x(picture, index), width_of(labels[index], LABEL) / 2
        paper.line([x, x], [top, bottom], colour=GRID, width=1.1, over=0.8)
        paper.text(min(max(x, half + 8), WIDTH - half - 8), bottom + 36, labels[index], size=LABEL, side="center")


def _heading(paper: Paper, x: float, y: float, name: str) -> float:
    """A part's name; where it ends."""
    paper.text(x, y, name, size=HEADING, bold=True)
    return x + width_of(name, HEADING, bold=True)


def _part(paper: Paper, top: float, name: str, *, shape: Shape, colour: str) -> None:
    """The heading of a part: its mark, and its name."""
    y = top + GAP - 18
    paper.mark(EDGE + 11, y - 10, shape, size=20, colour=colour)
    _heading(paper, EDGE + 36, y, name)


def _draw_doses(paper: Paper, picture: DaysPicture, top: float) -> float:
    """A bar for what was taken, and a stair for the plan."""
    y, bottom = top + GAP - 18, top + GAP + _doses_height(picture)
    paper.box(EDGE, y - 22, EDGE + 22, y + 1, colour=SKY)
    x = _heading(paper, EDGE + 36, y, picture.names.taken)
    paper.line([x + 40, x + 84], [y - 10, y - 10], colour=INK, width=3.2)
    _heading(paper, x + 96, y, picture.names.planned)
    amounts = [each for day in picture.days for each in (day.planned_mg, day.taken_mg) if each is not None]
    if not amounts:
        paper.lines(LEFT, bottom - NO_DOSES / 2, wrapped(picture.names.empty, LABEL, RIGHT - LEFT), size=LABEL, colour=FAINT)
    scale = (DOSES - 34) / (max(amounts, default=0) or 1)
    _draw_amounts(paper, picture.amounts, bottom, scale)
    width = min(_step(picture) * 0.62, 60)
    for index, day in enumerate(picture.days):
        x = _x(picture, index)
        if day.taken_mg:
            paper.box(x - width / 2, bottom - day.taken_mg * scale, x + width / 2, bottom, colour=SKY, over=1.6)
        elif day.missed:
            paper.mark(x, bottom - 14, "cross", size=min(20, _step(picture) * 0.9), colour=FAINT)
    _draw_stair(paper, picture, bottom, scale)
    paper.line([LEFT, RIGHT], [bottom, bottom], colour=INK, width=1.6, over=3)
    return bottom


def _draw_amounts(paper: Paper, amounts: Sequence[Mark], bottom: float, scale: float) -> None:
    """The amounts beside the axis, the highest first; one that would lie on another is left out."""
    shown: list[float] = []
    for amount in sorted(amounts, key=lambda each: -each.at):
        y = bottom - amount.at * scale
        if all(abs(y - other) > LABEL * STEP for other in shown):
            shown.append(y)
            paper.line([LEFT, RIGHT], [y, y], colour=GRID, width=1.1, over=0.8)
            paper.text(LEFT - 12, y + LABEL * 0.36, amount.text, size=LABEL, side="right", colour=FAINT)


def _draw_stair(paper: Paper, picture: DaysPicture, bottom: float, scale: float) -> None:
    """The plan's total of each day; broken where there is no plan."""
    for planned, days in groupby(enumerate(picture.days), key=lambda each: each[1].planned_mg is not None):
        if not planned:
            continue
        lefts = [(LEFT + index * _step(picture), bottom - (day.planned_mg or 0) * scale) for index, day in days]
        xs = [x for left, _ in lefts for x in (left, left + _step(picture))]
        paper.line(xs, [y for _, y in lefts for _ in range(2)], colour=INK, width=3.2, over=2.5)


def _draw_cravings(paper: Paper, picture: DaysPicture, top: float) -> float:
    """The strongest of each day, as a stalk with a head."""
    bottom = top + GAP + CRAVINGS
    _part(paper, top, picture.names.cravings, shape="diamond", colour=ORANGE)
    scale = (CRAVINGS - 24) / 10
    for mark in picture.scale:
        y = bottom - mark.at * scale
        paper.line([LEFT, RIGHT], [y, y], colour=GRID, width=1.1, over=0.8)
        paper.text(LEFT - 12, y + LABEL * 0.36, mark.text, size=LABEL, side="right", colour=FAINT)
    size = min(22, _step(picture) * 0.9)
    for index, day in enumerate(picture.days):
        if day.craving is not None:
            x, y = _x(picture, index), bottom - day.craving * scale
            paper.line([x, x], [bottom, y], colour=ORANGE, width=2.4, over=1.6)
            paper.mark(x, y, "diamond", size=size, colour=ORANGE)
    paper.line([LEFT, RIGHT], [bottom, bottom], colour=INK, width=1.6, over=1)
    return bottom


def _draw_drinks(paper: Paper, picture: DaysPicture, top: float) -> float:
    """A bar for what was counted; a day of which it was said that nothing was drunk has a ring, and what was not counted a square."""
    bottom = top + GAP + DRINKS
    _part(paper, top, picture.names.drinks, shape="square", colour=PURPLE)
    most = max((day.drinks or 0 for day in picture.days), default=0)
    scale = (DRINKS - 40) / (most or 1)
    width, size = min(_step(picture) * 0.62, 60), min(18, _step(picture) * 0.8)
    rows = Rows(left=0, right=WIDTH, most=1)
    by_size = sorted(enumerate(picture.days), key=lambda each: -(each[1].drinks or 0))
    for index, day in by_size:
        x, y = _x(picture, index), bottom - (day.drinks or 0) * scale
        if day.drinks:
            paper.box(x - width / 2, y, x + width / 2, bottom, colour=PURPLE, over=1.6)
        _mark_drinks(paper, day, x, y, size)
        half = width_of(day.drinks_text, LABEL) / 2
        told = day.drinks and not day.drinks_more and (len(picture.days) <= FEW or rows.count == 0)
        if told and rows.place(x - half, x + half) is not None:
            paper.text(x, y - 8, day.drinks_text, size=LABEL, side="center")
    paper.line([LEFT, RIGHT], [bottom, bottom], colour=INK, width=1.6, over=3)
    return bottom


def _mark_drinks(paper: Paper, day: DayColumn, x: float, y: float, size: float) -> None:
    """What no bar can say: something that was not counted, or nothing at all."""
    if day.drinks_more:
        paper.mark(x, y - size, "square", size=size, colour=PURPLE, filled=False)
    elif day.drinks == 0:
        paper.mark(x, y - size, "circle", size=size, colour=PURPLE, filled=False)


def _draw_effects(paper: Paper, picture: DaysPicture, top: float) -> None:
    """A line for each effect: larger is stronger."""
    _part(paper, top, picture.names.effects, shape="peak", colour=VERMILION)
    for number, row in enumerate(picture.effects):
        _draw_effect(paper, picture, row, top + GAP + EFFECT * number)


def _draw_effect(paper: Paper, picture: DaysPicture, row: EffectRow, top: float) -> None:
    y = top + EFFECT - 20
    paper.text(EDGE + 36, top + LABEL + 4, row.name, size=LABEL)
    paper.line([LEFT, RIGHT], [y, y], colour=GRID, width=1.1, over=0.8)
    rows = Rows(left=0, right=WIDTH, most=1)
    few = len(picture.days) <= FEW
    for felt in row.felt:
        x, size = _x(picture, felt.at), 12 + 1.4 * (felt.score if felt.score is not None else 5)
        paper.mark(x, y, "peak", size=size, colour=VERMILION)
        if few and rows.place(x, x + size + width_of(felt.text, NOTE)) is not None:
            paper.text(x + size / 2 + 6, y + NOTE * 0.36, felt.text, size=NOTE, colour=FAINT)
