"""One day as a picture: the model's band over the hours, what was planned and taken, and what was felt, on one axis.

A band and never a line: the sources disagree on how fast baclofen comes and goes (S001 §5.2 and S004 §D; conflicts C2, C3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.drawing.paper import (
    BLUE,
    FAINT,
    GRID,
    INK,
    ORANGE,
    PURPLE,
    SHADE,
    SKY,
    VERMILION,
    WIDTH,
    Paper,
    Rows,
    Shape,
    alone,
    width_of,
    wrapped,
)
from bot.drawing.values import DayPicture, Head, Mark, Scored, Span

LEFT, RIGHT = 56, WIDTH - 56
TITLE, SUBTITLE, HEADING, LABEL, NOTE = 46, 32, 28, 27, 25
"""Heights of letters in pixels; a phone shows the sheet at a little more than a third."""

BAND, NO_BAND = 400, 170
"""Heights of the band's place, and of the same without a band."""

ROW = 42
MOST_ROWS = 4
BEFORE_THE_BAND = 66


@dataclass(frozen=True, slots=True)
class _Chip:
    """A mark with its label, and the row where both stand."""

    x: float
    row: int
    size: float
    text: str
    to_the_left: bool


@dataclass(frozen=True, slots=True)
class _Lane:
    """One kind of marks under the band."""

    name: str
    shape: Shape
    colour: str
    filled: bool
    chips: tuple[_Chip, ...]
    rows: int

    @property
    def height(self) -> float:
        """With its heading, and the air below."""
        return 44 + self.rows * ROW + 10


def draw_day(picture: DayPicture) -> bytes:
    """The picture as a PNG file."""
    return alone(lambda: compose_day(picture).png())


def compose_day(picture: DayPicture) -> Paper:
    """The sheet, before it is made a file."""
    lanes = list(_lanes(picture))
    note = wrapped(picture.head.note, NOTE, RIGHT - LEFT)
    top = head_height(picture.head) + BEFORE_THE_BAND
    bottom = top + (BAND if picture.band else NO_BAND)
    below = bottom + 64
    paper = Paper(below + sum(lane.height for lane in lanes) + 30 + len(note) * NOTE * 1.35 + 12)
    write_head(paper, picture.head)
    ends = below + sum(lane.height for lane in lanes) - 10
    _draw_hours(paper, picture, top, bottom, ends)
    _draw_band(paper, picture, top, bottom)
    for lane in lanes:
        _draw_lane(paper, lane, below)
        below += lane.height
    write_note(paper, note, below)
    return paper


def head_height(head: Head) -> float:
    """How far down the title and what stands under it reach."""
    lines = len(wrapped(head.title, TITLE * 1.08, RIGHT - LEFT))  # bold letters are wider
    return 34 + lines * TITLE * 1.25 + (SUBTITLE * 1.4 if head.subtitle else 0)


def write_head(paper: Paper, head: Head) -> None:
    """The title, and what stands under it."""
    y = 34 + TITLE * 0.85
    for line in wrapped(head.title, TITLE * 1.08, RIGHT - LEFT):
        paper.text(LEFT, y, line, size=TITLE, bold=True)
        y += TITLE * 1.25
    paper.text(LEFT, y - 6, head.subtitle, size=SUBTITLE, colour=FAINT)


def write_note(paper: Paper, note: Sequence[str], y: float) -> None:
    """What must be known to read the picture, under a thin line."""
    paper.line([LEFT, RIGHT], [y + 4, y + 4], colour=GRID, width=1.5)
    paper.lines(LEFT, y + 12 + NOTE * 1.1, note, size=NOTE, colour=FAINT)


def _x(picture: DayPicture, at: float) -> float:
    return LEFT + (RIGHT - LEFT) * at / picture.hours


def _draw_hours(paper: Paper, picture: DayPicture, top: float, bottom: float, ends: float) -> None:
    """Thin lines down the whole sheet at the hours that have a label; what is still to come on a shaded ground."""
    if picture.now is not None and picture.now < picture.hours:
        paper.box(_x(picture, picture.now), top, RIGHT, bottom, colour=SHADE, over=0.5)
    rows = Rows(left=0, right=WIDTH, most=1)
    for tick in picture.ticks:
        x = _x(picture, tick.at)
        half = width_of(tick.text, LABEL) / 2
        centre = min(max(x, half + 8), WIDTH - half - 8)
        if rows.place(centre - half, centre + half) is None:
            continue
        paper.line([x, x], [top, ends], colour=GRID, width=1.2, over=0.8)
        paper.text(centre, bottom + 36, tick.text, size=LABEL, colour=INK, side="center")


def _draw_band(paper: Paper, picture: DayPicture, top: float, bottom: float) -> None:
    paper.text(LEFT, top - 16, picture.names.band, size=HEADING, colour=BLUE, bold=True)
    paper.line([LEFT, RIGHT], [bottom, bottom], colour=INK, width=1.6, over=3)
    if not picture.band:
        lines = wrapped(picture.names.empty, LABEL, RIGHT - LEFT - 60)
        paper.lines(LEFT + 30, (top + bottom) / 2 + 36 - len(lines) * LABEL * 0.675, lines, size=LABEL, colour=FAINT)
    else:
        highest = max([*(span.high for span in picture.band), *(level.at for level in picture.levels)]) or 1.0
        scale = (BAND - 70) / highest
        past = [span for span in picture.band if _is_past(picture, span)]
        ahead = [span for span in picture.band if not _is_past(picture, span)]
        _fill(paper, picture, past, bottom, scale, alpha=0.55)
        _fill(paper, picture, [*past[-1:], *ahead] if ahead else [], bottom, scale, alpha=0.25)
        for level in picture.levels:
            paper.line([LEFT, RIGHT], [bottom - level.at * scale] * 2, colour=GRID, width=1.2, over=0.8)
            paper.text(RIGHT - 4, bottom - level.at * scale - 6, level.text, size=NOTE, colour=FAINT, side="right")
    _draw_now(paper, picture, top, bottom)


def _is_past(picture: DayPicture, span: Span) -> bool:
    return picture.now is None or span.at <= picture.now


def _fill(paper: Paper, picture: DayPicture, spans: Sequence[Span], bottom: float, scale: float, *, alpha: float) -> None:
    begun = next((number for number, span in enumerate(spans) if span.high > 0), len(spans))
    spans = spans[max(0, begun - 1) :]
    if len(spans) < 2:
        return
    xs = [_x(picture, span.at) for span in spans]
    tops, bottoms = [bottom - span.high * scale for span in spans], [bottom - span.low * scale for span in spans]
    paper.band(xs, tops, bottoms, colour=SKY, alpha=alpha)
    for edge in (tops, bottoms):
        paper.line(xs, edge, colour=BLUE, width=1.6, dashed=alpha < 0.5)


def _draw_now(paper: Paper, picture: DayPicture, top: float, bottom: float) -> None:
    """Where we are; beside it, what the part of the band still to come leaves out."""
    if picture.now is None or not 0 <= picture.now <= picture.hours:
        return
    x, names = _x(picture, picture.now), picture.names
    paper.line([x, x], [top, bottom], colour=INK, width=1.8, dashed=True, over=3)
    behind = [names.now] if x - LEFT > width_of(names.now, NOTE) + 20 else []
    ahead = wrapped(" ".join([*([] if behind else [names.now]), *([names.ahead] if picture.band else [])]), NOTE, max(RIGHT - x - 20, 1))
    if any(width_of(line, NOTE) > RIGHT - x - 20 for line in ahead):
        behind, ahead = [*behind, *wrapped(" ".join(ahead), NOTE, x - LEFT - 20)], []
    paper.lines(x + 10, top + 26, ahead, size=NOTE, colour=FAINT)
    paper.lines(x - 10, top + 26, behind, size=NOTE, colour=FAINT, side="right")


def _lanes(picture: DayPicture) -> Iterator[_Lane]:
    names = picture.names
    kinds: tuple[tuple[str, Shape, str, bool, Sequence[Mark | Scored]], ...] = (
        (names.planned, "triangle", INK, False, picture.planned),
        (names.taken, "circle", BLUE, True, picture.taken),
        (names.missed, "cross", FAINT, True, picture.missed),
        (names.cravings, "diamond", ORANGE, True, picture.cravings),
        (names.drinks, "square", PURPLE, True, picture.drinks),
        (names.effects, "peak", VERMILION, True, picture.effects),
    )
    for name, shape, colour, filled, marks in kinds:
        if marks:
            chips, rows = _placed(picture, marks)
            yield _Lane(name, shape, colour, filled, chips, rows)


def _placed(picture: DayPicture, marks: Sequence[Mark | Scored]) -> tuple[tuple[_Chip, ...], int]:
    """Each mark at its hour, its label beside it, in as many rows as they need. Where every row is full the mark stands alone."""
    rows = Rows(left=0, right=WIDTH, most=MOST_ROWS)
    chips = []
    for mark in sorted(marks, key=lambda each: each.at):
        x, size = _x(picture, mark.at), _size(mark)
        length = size / 2 + (10 + width_of(mark.text, LABEL) if mark.text else 0)
        to_the_left = x + length > WIDTH - 14
        ends = (x - length, x + size / 2) if to_the_left else (x - size / 2, x + length)
        row = rows.place(*ends)
        chips.append(_Chip(x, row or 0, size, mark.text if row is not None else "", to_the_left))
    return tuple(chips), rows.count


def _size(mark: Mark | Scored) -> float:
    """Stronger is larger; what has no strength is of middle size."""
    if isinstance(mark, Mark) or mark.score is None:
        return 24.0
    return 14.0 + 1.6 * mark.score


def _draw_lane(paper: Paper, lane: _Lane, top: float) -> None:
    paper.mark(LEFT + 11, top + 22, lane.shape, size=20, colour=lane.colour, filled=lane.filled)
    paper.text(LEFT + 36, top + 32, lane.name, size=HEADING, bold=True, colour=INK)
    for chip in lane.chips:
        y = top + 44 + ROW * (chip.row + 0.5)
        paper.mark(chip.x, y, lane.shape, size=chip.size, colour=lane.colour, filled=lane.filled)
        if chip.to_the_left:
            paper.text(chip.x - chip.size / 2 - 10, y + LABEL * 0.36, chip.text, size=LABEL, side="right")
        else:
            paper.text(chip.x + chip.size / 2 + 10, y + LABEL * 0.36, chip.text, size=LABEL)
