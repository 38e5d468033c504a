"""A sheet of paper in pixels, with (0, 0) at the top left: shapes and words in their places, before any ink.

A sheet has no axes, and matplotlib draws no words: ticks, layout and text are nine tenths of the time it takes. Shapes
of one kind go in as one path; words are measured, and set, in the typeface that matplotlib carries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import cos, pi, sin
from pathlib import Path
from typing import Literal

import matplotlib as mpl
from PIL import ImageFont

_CIRCLE = [(cos(step * pi / 8), sin(step * pi / 8)) for step in range(16)]
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"

Align = Literal["left", "center", "right"]
Rectangle = tuple[float, float, float, float]
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Frame:
    """A rectangle on the sheet with its own scales. `y_high` is at the top."""

    left: float
    top: float
    width: float
    height: float
    x_low: float
    x_high: float
    y_low: float = 0.0
    y_high: float = 10.0

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def x(self, value: float) -> float:
        return self.left + (value - self.x_low) / (self.x_high - self.x_low) * self.width

    def y(self, value: float) -> float:
        return self.bottom - (value - self.y_low) / (self.y_high - self.y_low) * self.height

    def at(self, points: Points) -> list[tuple[float, float]]:
        return [(self.x(x), self.y(y)) for x, y in points]


@dataclass(frozen=True)
class Pen:
    """How shapes are drawn: filled, edged with `width` pixels, or both. `dashes` in units of the width.

    `sharp`: without soft edges. These compress well, and a tick one pixel wide stays dark.
    """

    fill: str | None = None
    edge: str | None = None
    width: float = 0.0
    dashes: tuple[float, float] | None = None
    sharp: bool = False


@dataclass(frozen=True)
class Ink:
    """Outlines, if `closed`, or lines, drawn alike."""

    pen: Pen
    closed: bool
    shapes: list[list[tuple[float, float]]]


@dataclass(frozen=True)
class Words:
    """Words in their place."""

    x: float
    y: float
    words: str
    size: int
    colour: str
    align: Align
    bold: bool
    upwards: bool

    def box(self) -> Rectangle:
        width, rise = text_width(self.words, self.size, self.bold), self.size * 0.75
        if self.upwards:
            return self.x - rise / 2, self.y - width, rise, width
        left = self.x - {"left": 0.0, "center": 0.5, "right": 1.0}[self.align] * width
        return left, self.y - rise, width, rise


class Sheet:
    """One picture. Later shapes lie on top of earlier ones; `height` is settled last, when all is placed."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.height = 0
        self.inks: list[Ink] = []
        self.words: list[Words] = []

    def place(self, other: "Sheet", x: float, y: float) -> None:
        """Another sheet's contents, its top left corner at (x, y)."""
        for ink in other.inks:
            shapes = [[(px + x, py + y) for px, py in points] for points in ink.shapes]
            self.inks.append(Ink(ink.pen, ink.closed, shapes))
        self.words += [replace(words, x=words.x + x, y=words.y + y) for words in other.words]

    def rectangles(self, boxes: Iterable[Rectangle], colour: str) -> None:
        """Filled (left, top, width, height)."""
        corners = [[(x, y), (x + width, y), (x + width, y + height), (x, y + height)] for x, y, width, height in boxes]
        self._add(Pen(fill=colour, sharp=True), corners, closed=True)

    def hatched(self, boxes: Iterable[Rectangle], colour: str) -> None:
        """The same, in slanting lines."""
        self.lines([line for box in boxes for line in _slants(box, 9)], colour, 3)

    def arrows(self, tips: Iterable[tuple[float, float]], along: tuple[int, int], colour: str) -> None:
        """Heads that point `along` an axis: (0, -1) is upwards."""
        (ahead_x, ahead_y), length, half = along, 15, 10
        shapes = [
            [
                (x, y),
                (x - ahead_x * length + ahead_y * half, y - ahead_y * length + ahead_x * half),
                (x - ahead_x * length - ahead_y * half, y - ahead_y * length - ahead_x * half),
            ]
            for x, y in tips
        ]
        self._add(Pen(fill=colour), shapes, closed=True)

    def diamonds(self, centres: Iterable[tuple[float, float]], radius: float, fill: str) -> None:
        shapes = [[(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)] for x, y in centres]
        self._add(Pen(fill=fill), shapes, closed=True)

    def lines(
        self,
        segments: Iterable[Points],
        colour: str,
        width: float,
        dashes: tuple[float, float] | None = None,
        sharp: bool = False,
    ) -> None:
        """Each segment through its points, none joined to the next."""
        pen = Pen(edge=colour, width=width, dashes=dashes, sharp=sharp)
        self._add(pen, [list(points) for points in segments], closed=False)

    def dots(
        self,
        centres: Iterable[tuple[float, float]],
        radius: float,
        fill: str,
        edge: str | None = None,
        width: float = 0,
    ) -> None:
        """Round marks, with an edge of `width` pixels."""
        shapes = [[(x + dx * radius, y + dy * radius) for dx, dy in _CIRCLE] for x, y in centres]
        self._add(Pen(fill, edge, width), shapes, closed=True)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: int,
        colour: str,
        align: Align = "left",
        bold: bool = False,
        upwards: bool = False,
    ) -> None:
        """Words with `y` as their baseline; written upwards they start at `y` and are centred on `x`."""
        self.words.append(Words(x, y, words, size, colour, align, bold, upwards))

    def text_lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        apart: float,
        size: int,
        colour: str,
        align: Align = "left",
        bold: bool = False,
    ) -> None:
        """One below the other, `apart` from baseline to baseline; `y` is the first one."""
        for number, line in enumerate(lines):
            self.text(x, y + number * apart, line, size, colour, align, bold)

    def text_boxes(self) -> list[tuple[str, Rectangle]]:
        """All words with the (left, top, width, height) that they cover."""
        return [(words.words, words.box()) for words in self.words]

    def _add(self, pen: Pen, shapes: list[list[tuple[float, float]]], closed: bool) -> None:
        """Onto the latest shapes, where these are drawn alike."""
        if not shapes:
            return
        if self.inks and self.inks[-1].pen == pen and self.inks[-1].closed == closed:
            self.inks[-1].shapes.extend(shapes)
        else:
            self.inks.append(Ink(pen, closed, shapes))


def _slants(box: Rectangle, apart: float) -> list[Points]:
    """Lines from lower left to upper right, cut at the box."""
    left, top, width, height = box
    lines: list[Points] = []
    for step in range(1, int((width + height) / apart) + 1):
        reach = step * apart
        # From the left or lower edge to the upper or right one.
        start = (left, top + reach) if reach <= height else (left + reach - height, top + height)
        end = (left + reach, top) if reach <= width else (left + width, top + reach - width)
        lines.append([start, end])
    return lines


@lru_cache(maxsize=4096)
def text_width(words: str, size: int, bold: bool = False) -> float:
    """The width of the words in pixels."""
    return float(font(size, bold).getlength(words))


def font_file(bold: bool) -> Path:
    """The typeface that matplotlib carries."""
    return _FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


@lru_cache(maxsize=32)
def font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    # The plain layout engine: the other one is not on every machine, and the same facts give the same bytes.
    return ImageFont.truetype(font_file(bold), size, layout_engine=ImageFont.Layout.BASIC)
