"""Line charts in SVG, of whole numbers from the oldest to the newest; as wide as there is room, with text of one size.

So what is across is in percent of the width, and what is down in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from import_contracts.drawing.markup import escaped, number

HEIGHT = 132
"""The height of the plot, in pixels."""
_LEFT, _ABOVE, _BELOW = 46, 16, 26
_MANY = 24
"""With more points than this, only those that are marked have dots."""
_STEPS = 3
"""How many steps of the axis there are at least, if numbers are whole."""
_FEW = 20
"""If no value is greater, the axis begins at 0."""
_LEAST_SHARE = 0.1
"""The least part of the greatest value that the axis has: a change of one in a hundred is not to look like a cliff."""


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A point: its name below the axis, all that is known of it in several lines, and its value, if there is one.

    A value that is not ``whole`` is too low. ``event`` is what begins at the point; "" if nothing does.
    """

    name: str
    about: str
    value: int | None
    whole: bool = True
    event: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """The values at the bottom and at the top of a chart, and the steps between two lines."""

    low: int
    high: int
    step: int

    def height(self, value: int) -> float:
        """Return how far below the top a value is, in pixels."""
        return HEIGHT * (self.high - value) / (self.high - self.low)


def axis_of(values: Sequence[int]) -> Axis:
    """Return the axis for values of 0 or more: it begins at 0, unless the least is more than half of the greatest."""
    least, most = min(values, default=0), max(values, default=0)
    low = 0 if least == most or most <= _FEW or least <= most / 2 else min(least, floor(most * (1 - _LEAST_SHARE)))
    step = _round_step((most - low) / _STEPS)
    low, high = low // step * step, -(-most // step) * step
    return Axis(low, high if high > low else low + step, step)


def _round_step(rough: float) -> int:
    """Return the least of 1, 2, 5, 10, 20 and so on that is not less."""
    power = 10 ** max(floor(log10(rough)), 0) if rough > 1 else 1
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= min(ceil(rough), 10 * power))


def chart(title: str, points: Sequence[ChartPoint], base: int | None = None) -> str:
    """Return a chart of at least two points, with a line across at the value that others are compared with.

    One point can have the focus; a script moves it with the arrow keys.
    """
    known = [point.value for point in points if point.value is not None]
    axis = axis_of(known if base is None else [*known, base])
    css = "plot many" if len(points) > _MANY else "plot"
    label = f"{title}: a chart of {len(points)} points; the arrow keys lead from one to the next"
    size = f'width="100%" height="{_ABOVE + HEIGHT + _BELOW}"'
    return "".join(
        [
            f'<svg class="lines" {size} role="group" aria-label="{escaped(label)}">',
            *_ticks(axis),
            f'<svg class="{css}" x="{_LEFT}" y="{_ABOVE}" width="85%" height="{HEIGHT}">',
            *(_line(("0", "100%"), (axis.height(at),) * 2, "grid") for at in _values(axis)),
            *([] if base is None else [_line(("0", "100%"), (axis.height(base),) * 2, "base")]),
            *_pieces(points, axis),
            *(_point(at, points, axis) for at in range(len(points))),
            *_names(points),
            "</svg></svg>",
        ]
    )


def _values(axis: Axis) -> range:
    return range(axis.low, axis.high + 1, axis.step)


def _ticks(axis: Axis) -> Iterator[str]:
    for value in _values(axis):
        height = number(_ABOVE + axis.height(value) + 4)
        yield f'<text class="tick" x="{_LEFT - 8}" y="{height}">{value:,}</text>'


def _names(points: Sequence[ChartPoint]) -> Iterator[str]:
    """Yield the names of the first point, of the last, and of one between them if there is room."""
    last = len(points) - 1
    places = {0: "first", last: "last"} if last < 4 else {0: "first", last // 2: "middle", last: "last"}
    for at, css in places.items():
        yield f'<text class="tick {css}" x="{_across(at, points)}" y="{HEIGHT + 19}">{escaped(points[at].name)}</text>'


def _across(at: float, points: Sequence[ChartPoint]) -> str:
    return f"{100 * at / (len(points) - 1):.2f}".rstrip("0").rstrip(".") + "%"


def _line(across: tuple[str, str], down: tuple[float, float], css: str) -> str:
    (left, right), (top, bottom) = across, map(number, down)
    return f'<line class="{css}" x1="{left}" x2="{right}" y1="{top}" y2="{bottom}"/>'


def _pieces(points: Sequence[ChartPoint], axis: Axis) -> Iterator[str]:
    """Yield the line from each point to the next; dashed if one of them is too low, none if there is no value."""
    for at, (one, other) in enumerate(pairwise(points)):
        if one.value is not None and other.value is not None:
            heights = axis.height(one.value), axis.height(other.value)
            css = "piece" if one.whole and other.whole else "piece unsure"
            yield _line((_across(at, points), _across(at + 1, points)), heights, css)


def _point(at: int, points: Sequence[ChartPoint], axis: Axis) -> str:
    """Return a point with the area around it, so that pointing near it is enough to see its values."""
    point, middle = points[at], _across(at, points)
    is_last = at == len(points) - 1
    about = "&#10;".join(map(escaped, point.about.split("\n")))
    css = "point" if point.whole else "point unsure"
    area = f'x="{_across(at - 0.5, points)}" y="-8" width="{_across(1, points)}" height="{HEIGHT + 16}"'
    hair = _line((middle, middle), (0, HEIGHT), "hair")
    event = f"{_line((middle, middle), (0, HEIGHT), 'event')}{_shape(middle, -2, _FLAG, 'flag')}" if point.event else ""
    if point.value is not None:
        dot = f'<circle class="dot" cx="{middle}" cy="{number(axis.height(point.value))}" r="3"/>'
    else:
        dot = "" if point.whole else _shape(middle, HEIGHT, _CROSS, "cross")
    return (
        f'<g class="{css}" role="img" tabindex="{0 if is_last else -1}" aria-label="{about}">'
        f'<rect class="near" {area}/>{event}{hair}{dot}</g>'
    )


def _shape(across: str, down: float, path: str, css: str) -> str:
    place = f'x="{across}" y="{number(down)}" width="1" height="1"'
    return f'<svg class="shape" {place}><path class="{css}" d="{path}"/></svg>'


_FLAG, _CROSS = "M-5-9h10l-5 8z", "M-4-4l8 8m0-8l-8 8"


def spark(values: Sequence[float]) -> str:
    """Return a small line without axes, of at least two values from the least to the greatest."""
    least, most = min(values), max(values)
    heights = [18.0 - 16 * (value - least) / (most - least or 1) for value in values]
    width = 100 / (len(values) - 1)
    way = " ".join(f"{number(at * width)},{number(height)}" for at, height in enumerate(heights))
    size = 'viewBox="-2 0 104 20" width="104" height="20"'
    return f'<svg class="spark" {size} aria-hidden="true"><polyline points="{way}"/></svg>'
