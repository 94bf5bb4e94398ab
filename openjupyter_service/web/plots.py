"""Plots as SVG, made of numbers and of texts that are escaped. Colours come from the page's style, by class.

Each has a title and a description for those who do not see it; the page has the numbers as a table, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tornado.escape import xhtml_escape

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 96, 20, 28
_MAX_POINTS = 400


@dataclass(frozen=True)
class Series:
    """A line: its name, and a value for each place on the x axis."""

    name: str
    values: Sequence[int]


def bars(name: str, title: str, description: str, labels: Sequence[str], values: Sequence[int]) -> str:
    """A bar for each value, with its number above it and its label below.

    Args:
        name: identifies the plot in its page: letters and hyphens.
        title: what it shows.
        description: what there is to see, in a sentence.
        labels: as many as values.
        values: counts.
    """
    highest = max([1, *values])
    width = (WIDTH - _LEFT) / max(len(values), 1)
    parts = []
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        x, y = _LEFT + number * width, _y(value, highest)
        height = HEIGHT - _BOTTOM - y
        parts.append(f'<rect class="bar" x="{x + 3:.1f}" y="{y:.1f}" width="{width - 6:.1f}" height="{height:.1f}"/>')
        parts.append(_text(x + width / 2, y - 4, str(value), "middle"))
        parts.append(_text(x + width / 2, HEIGHT - 10, label, "middle"))
    return _svg(name, title, description, [_axis(), *parts])


def lines(name: str, title: str, description: str, labels: tuple[str, str], series: Sequence[Series]) -> str:
    """A line for each series, told apart by dashes and by its name at the end.

    Args:
        name: identifies the plot in its page.
        title: what it shows.
        description: what there is to see, in a sentence.
        labels: of the first and the last place on the x axis.
        series: all of the same length.
    """
    highest = max([1, *(max(each.values, default=0) for each in series)])
    parts = [_text(_LEFT - 6, _y(value, highest) + 4, str(value), "end") for value in (0, highest)]
    right = WIDTH - _RIGHT
    last_y = 0.0
    for number, each in enumerate(series):
        count = len(each.values)
        step = max(1, count // _MAX_POINTS)
        places = sorted({*range(0, count, step), count - 1}) if count else []
        points = [
            (_LEFT + (right - _LEFT) * (place / (count - 1) if count > 1 else 1), _y(each.values[place], highest))
            for place in places
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline class="line line-{number}" points="{path}"/>')
        if points:
            x, y = points[-1]
            if number and abs(y - last_y) < 14:
                y = last_y + 14
            parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{points[-1][1]:.1f}" r="3"/>')
            parts.append(_text(right + 8, y + 4, f"{each.name} {each.values[-1]}", "start"))
            last_y = y
    parts += [_text(_LEFT, HEIGHT - 10, labels[0], "start"), _text(right, HEIGHT - 10, labels[1], "end")]
    return _svg(name, title, description, [_axis(right), *parts])


def _y(value: int, highest: int) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * value / highest


def _axis(right: int = WIDTH) -> str:
    y = HEIGHT - _BOTTOM
    return f'<line class="axis" x1="{_LEFT}" y1="{y}" x2="{right}" y2="{y}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{xhtml_escape(text)}</text>'


def _svg(name: str, title: str, description: str, parts: Sequence[str]) -> str:
    head = f'<title id="{name}-title">{xhtml_escape(title)}</title><desc id="{name}-desc">{xhtml_escape(description)}'
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc">{head}</desc>{"".join(parts)}</svg>'
    )
