"""A learner's figure as plain data: what `learner.figure(...)` gives. Arrays are float64, made to be checked."""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from openjupyter_service.judge.failures import UnusableValue

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class _Part:
    """A part of a figure; its fields are filled from a dict of the same keys, each checked for its type."""

    @classmethod
    def from_data(cls, data: Any) -> Self:
        """The part, or UnusableValue when the data is not that of a figure."""
        if not isinstance(data, dict):
            raise UnusableValue("this is not a figure")
        return cls(**{field.name: cls._checked(field.name, field.type, data.get(field.name)) for field in fields(cls)})

    @classmethod
    def _checked(cls, name: str, kind: Any, value: Any) -> Any:
        if part := _PARTS.get((cls.__name__, name)):
            return [part.from_data(item) for item in _list(value)]
        if kind is str and isinstance(value, str):
            return value
        if kind is float and isinstance(value, float | int):
            return float(value)
        try:
            if kind is Array and isinstance(value, np.ndarray):
                return value.astype(np.float64)
            if kind == list[str]:
                return [str(item) for item in _list(value)]
            if kind == list[float]:
                return [float(item) for item in _list(value)]
            if kind == list[Array]:
                return [np.asarray(item, np.float64) for item in _list(value)]
        except (TypeError, ValueError):
            pass
        raise UnusableValue(f"the figure's {name} is malformed")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UnusableValue("the figure is malformed")
    return value


@dataclass(frozen=True)
class Line(_Part):
    """One line: x and y of shape (n,), its legend label ("" if none) and matplotlib's codes for style and marker."""

    x: Array
    y: Array
    label: str
    linestyle: str
    marker: str


@dataclass(frozen=True)
class Bar(_Part):
    """One bar: its lower left corner, width and height in data coordinates, and the label of its group."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Points(_Part):
    """One scatter plot: x and y of shape (n,) and its legend label."""

    x: Array
    y: Array
    label: str


@dataclass(frozen=True)
class Axes(_Part):
    """One pair of axes with everything drawn in it; limits are (low, high)."""

    title: str
    xlabel: str
    ylabel: str
    xlim: list[float]
    ylim: list[float]
    xscale: str
    yscale: str
    xticklabels: list[str]
    yticklabels: list[str]
    legend: list[str]
    lines: list[Line]
    bars: list[Bar]
    points: list[Points]
    images: list[Array]


@dataclass(frozen=True)
class Figure(_Part):
    """A figure: its overall title and its axes, in the order they were made."""

    suptitle: str
    axes: list[Axes]


_PARTS: dict[tuple[str, str], type[_Part]] = {
    ("Figure", "axes"): Axes,
    ("Axes", "lines"): Line,
    ("Axes", "bars"): Bar,
    ("Axes", "points"): Points,
}
