"""A sheet to draw on, in pixels from the top left corner: text that is measured, marks, bands, and PNG bytes.

The same values make the same bytes: the font is the one that matplotlib brings, nothing is read from the machine's own settings, and
nothing is written into the file but the picture. Colours are those of Okabe and Ito, told apart by whoever sees colours
differently; what matters is told apart by its shape as well.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import RLock
from typing import Literal, TypeVar

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.textpath import TextToPath

T = TypeVar("T")
Shape = Literal["circle", "triangle", "diamond", "square", "peak", "cross"]
Side = Literal["left", "center", "right"]

WIDTH = 1080
"""Pixels: what a phone shows from edge to edge. Telegram takes ten thousand of width and height together."""

DPI = 100
STEP = 1.35
"""From one line to the next, in heights of letters."""

INK, FAINT, GRID, PAPER, SHADE = "#1a1a1a", "#5c5c5c", "#d9d9d9", "#ffffff", "#f3f3f3"
BLUE, SKY, ORANGE, VERMILION, PURPLE, GREEN = "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#CC79A7", "#009E73"

_POINTS: dict[Shape, str] = {"circle": "o", "triangle": "v", "diamond": "D", "square": "s", "peak": "^", "cross": "X"}
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
_REGULAR, _BOLD = _FONTS / "DejaVuSans.ttf", _FONTS / "DejaVuSans-Bold.ttf"

_APART = re.compile(r" (?=[:;?!»§])|(?<=«) ")
_ONE_AT_A_TIME = RLock()
"""matplotlib keeps settings and fonts for the whole process and does not promise to serve two threads at once."""


def alone(draw: Callable[[], T]) -> T:
    """Draw while nothing else is drawn, with the vendor's own defaults, whatever the machine's are."""
    with _ONE_AT_A_TIME, mpl.rc_context(dict(mpl.rcParamsDefault), fname=None):
        return draw()


def _font(size: float, *, bold: bool) -> FontProperties:
    return FontProperties(fname=_BOLD if bold else _REGULAR, size=size * 72 / DPI)


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text of a size (both in pixels) stands on the sheet."""
    width, _, _ = TextToPath().get_text_width_height_descent(text, _font(size, bold=bold), ismath=False)
    return float(width) * DPI / 72


def wrapped(text: str, size: float, most: float) -> list[str]:
    """A text in lines that are at most so many pixels wide, broken between words, and never before a sign that stands apart in French."""
    lines = [""]
    for word in _APART.sub("\N{NO-BREAK SPACE}", text).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, size) > most:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


class Paper:
    """One sheet, `height` pixels high."""

    def __init__(self, height: float) -> None:
        self.height = round(height)
        self.figure = Figure(figsize=(WIDTH / DPI, self.height / DPI), dpi=DPI, facecolor=PAPER)
        FigureCanvasAgg(self.figure)
        self._axes: Axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(self.height, 0)

    def text(self, x: float, y: float, text: str, *, size: float, colour: str = INK, bold: bool = False, side: Side = "left") -> None:
        """Write a line, its baseline at `y`, with air around the letters. It is written as it stands: no character is markup."""
        if not text:
            return
        air = [withStroke(linewidth=5, foreground=PAPER)]
        font = _font(size, bold=bold)
        self._axes.text(x, y, text, fontproperties=font, color=colour, ha=side, va="baseline", parse_math=False, path_effects=air, zorder=5)

    def lines(self, x: float, y: float, lines: Sequence[str], *, size: float, colour: str = INK, side: Side = "left") -> None:
        """Write lines under each other, the first baseline at `y`."""
        for number, line in enumerate(lines):
            self.text(x, y + number * size * STEP, line, size=size, colour=colour, side=side)

    def mark(self, x: float, y: float, shape: Shape, *, size: float, colour: str, filled: bool = True) -> None:
        """A mark, `size` pixels wide, centred."""
        points = size * 72 / DPI
        inside = colour if filled else PAPER
        self._axes.plot(x, y, _POINTS[shape], ms=points, color=colour, mfc=inside, mec=colour, mew=2.2 if not filled else 0.8, zorder=4)

    def line(self, xs: Sequence[float], ys: Sequence[float], *, colour: str, width: float, dashed: bool = False, over: float = 2) -> None:
        """A line through points."""
        self._axes.plot(xs, ys, color=colour, lw=width, ls=(0, (4, 3)) if dashed else "-", solid_capstyle="butt", zorder=over)

    def band(self, xs: Sequence[float], tops: Sequence[float], bottoms: Sequence[float], *, colour: str, alpha: float) -> None:
        """A filled band."""
        self._axes.fill_between(xs, tops, bottoms, color=colour, alpha=alpha, lw=0, zorder=1.5)

    def box(self, left: float, top: float, right: float, bottom: float, *, colour: str, over: float = 2) -> None:
        """A filled rectangle."""
        self._axes.fill_between([left, right], [top, top], [bottom, bottom], color=colour, lw=0, zorder=over)

    def png(self) -> bytes:
        """The sheet as a file."""
        out = io.BytesIO()
        self.figure.savefig(out, format="png", dpi=DPI, metadata={"Software": None})
        return out.getvalue()


class Rows:
    """Places for labels, row by row, so that none lies on another."""

    GAP = 14

    def __init__(self, *, left: float, right: float, most: int) -> None:
        self._left, self._right, self._most = left, right, most
        self._taken: list[list[tuple[float, float]]] = []

    @property
    def count(self) -> int:
        """How many rows are in use."""
        return len(self._taken)

    def place(self, begin: float, end: float) -> int | None:
        """The first row where nothing stands between two places, which it then takes; None when every row is full there."""
        begin, end = max(begin, self._left), min(end, self._right)
        for number in range(self._most):
            if number == len(self._taken):
                self._taken.append([])
            if all(end + self.GAP <= other_begin or begin >= other_end + self.GAP for other_begin, other_end in self._taken[number]):
                self._taken[number].append((begin, end))
                return number
        return None
