"""What a matplotlib figure shows, as plain data that tests can check: axes, texts, lines, bars, points, images."""

from typing import Any

import numpy as np

from openjupyter.wire.errors import WireError


def describe_figure(value: Any) -> dict[str, Any]:
    """Describe a Figure, or the figure behind an Axes, an array of Axes or a (figure, axes) pair.

    Arrays are float64; dates are matplotlib's day numbers. Raises WireError for what is no figure.
    """
    figure = _find_figure(value)
    if figure is None:
        raise WireError(f"a {type(value).__name__} is not a figure")
    # Tick labels exist only once a figure has been drawn.
    figure.canvas.draw()
    suptitle = getattr(figure, "_suptitle", None)
    return {
        "suptitle": suptitle.get_text() if suptitle is not None else "",
        "axes": [_describe_axes(axes) for axes in figure.axes],
    }


def _find_figure(value: Any) -> Any:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    if isinstance(value, Figure):
        return value
    if isinstance(value, Artist):
        return value.get_figure()
    if isinstance(value, tuple | list | np.ndarray):
        return next((found for item in np.ravel(np.asarray(value, object)) if (found := _find_figure(item))), None)
    figure = getattr(value, "figure", None)  # seaborn's grids and pandas' plot results
    return figure if isinstance(figure, Figure) else None


def _describe_axes(axes: Any) -> dict[str, Any]:
    legend = axes.get_legend()
    return {
        "title": axes.get_title() or axes.get_title("left") or axes.get_title("right"),
        "xlabel": axes.get_xlabel(),
        "ylabel": axes.get_ylabel(),
        "xlim": [float(limit) for limit in axes.get_xlim()],
        "ylim": [float(limit) for limit in axes.get_ylim()],
        "xscale": axes.get_xscale(),
        "yscale": axes.get_yscale(),
        "xticklabels": [label.get_text() for label in axes.get_xticklabels()],
        "yticklabels": [label.get_text() for label in axes.get_yticklabels()],
        "legend": [text.get_text() for text in legend.get_texts()] if legend is not None else [],
        "lines": [_describe_line(line) for line in axes.get_lines()],
        "bars": [_describe_bar(bar, label) for bar, label in _bars(axes)],
        "points": [_describe_points(points) for points in axes.collections if hasattr(points, "get_sizes")],
        "images": [_plain(image.get_array()) for image in axes.get_images()],
    }


def _plain(values: Any) -> Any:
    return np.ma.filled(np.ma.asarray(values).astype(float), np.nan)


def _label(artist: Any) -> str:
    label = str(artist.get_label())
    return "" if label.startswith("_") else label  # matplotlib's own placeholder labels


def _describe_line(line: Any) -> dict[str, Any]:
    return {
        "x": _plain(line.get_xdata(orig=False)),
        "y": _plain(line.get_ydata(orig=False)),
        "label": _label(line),
        "linestyle": str(line.get_linestyle()),
        "marker": str(line.get_marker()),
    }


def _bars(axes: Any) -> list[tuple[Any, str]]:
    from matplotlib.patches import Rectangle

    labels = {id(bar): _label(container) for container in axes.containers for bar in container.get_children()}
    return [(patch, labels.get(id(patch), "")) for patch in axes.patches if isinstance(patch, Rectangle)]


def _describe_bar(bar: Any, label: str) -> dict[str, Any]:
    return {
        "x": float(bar.get_x()),
        "y": float(bar.get_y()),
        "width": float(bar.get_width()),
        "height": float(bar.get_height()),
        "label": label,
    }


def _describe_points(points: Any) -> dict[str, Any]:
    offsets = _plain(points.get_offsets()).reshape(-1, 2)
    return {"x": offsets[:, 0], "y": offsets[:, 1], "label": _label(points)}
