"""What a figure shows, as plain data. Drawn by the real matplotlib, without a screen."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from openjupyter.agent.figures import describe_figure
from openjupyter.wire.codec import decode, encode
from openjupyter.wire.errors import WireError

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def no_figure_left() -> Iterator[None]:
    yield
    plt.close("all")


def described(value: Any) -> dict[str, Any]:
    """The description as it arrives at the judge."""
    data = decode(encode(describe_figure(value)))
    assert isinstance(data, dict)
    return data


def only(data: dict[str, Any]) -> dict[str, Any]:
    (axes,) = data["axes"]
    assert isinstance(axes, dict)
    return axes


def test_lines_with_titles_labels_limits_and_legend() -> None:
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3], [1, 4, np.nan], "r--o", label="squares")
    axes.plot([0.5], [2], label="_hidden")
    axes.set(title="Growth", xlabel="n", ylabel="n²", xlim=(0, 10), ylim=(5, -5), yscale="linear", xscale="log")
    axes.legend()
    figure.suptitle("All of it")
    data = described(figure)
    axes_data = only(data)
    assert data["suptitle"] == "All of it"
    assert [axes_data[key] for key in ("title", "xlabel", "ylabel", "xscale", "yscale")] == [
        *("Growth", "n", "n²", "log", "linear")
    ]
    assert axes_data["ylim"] == [5.0, -5.0]
    assert axes_data["legend"] == ["squares"]
    line, unnamed = axes_data["lines"]
    np.testing.assert_array_equal(line["x"], [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(line["y"], [1.0, 4.0, np.nan])
    assert line["y"].dtype == np.float64
    assert (line["label"], line["linestyle"], line["marker"]) == ("squares", "--", "o")
    assert unnamed["label"] == ""


def test_a_bare_figure() -> None:
    assert described(plt.figure()) == {"suptitle": "", "axes": []}
    data = only(described(plt.subplots()[0]))
    assert (data["title"], data["legend"], data["lines"], data["bars"]) == ("", [], [], [])


@pytest.mark.parametrize("side", ["left", "center", "right"])
def test_a_title_counts_on_either_side(side: str) -> None:
    figure, axes = plt.subplots()
    axes.set_title("Here", loc=side)
    assert only(described(figure))["title"] == "Here"


def test_bars_with_categories_and_groups() -> None:
    figure, axes = plt.subplots()
    axes.bar(["a", "b"], [3, 5], width=0.4, label="first")
    axes.bar(["a", "b"], [1, 1], bottom=[3, 5], label="second")
    data = only(described(figure))
    assert [(bar["height"], bar["y"], bar["label"]) for bar in data["bars"]] == [
        (3.0, 0.0, "first"),
        (5.0, 0.0, "first"),
        (1.0, 3.0, "second"),
        (1.0, 5.0, "second"),
    ]
    assert data["bars"][0]["width"] == pytest.approx(0.4) and data["bars"][0]["x"] == pytest.approx(-0.2)
    assert data["xticklabels"] == ["a", "b"]


def test_horizontal_bars_and_histograms() -> None:
    figure, (left, right) = plt.subplots(1, 2)
    left.barh(["x"], [7])
    right.hist([1, 1, 2, 5], bins=[0, 2, 4, 6])
    first, second = described(figure)["axes"]
    assert first["bars"][0]["width"] == 7
    assert [bar["height"] for bar in second["bars"]] == [2, 1, 1]


def test_points() -> None:
    figure, axes = plt.subplots()
    axes.scatter([1, 2], [3, np.nan], label="readings")
    axes.scatter([], [])
    axes.fill_between([0, 1], [0, 1])  # a collection, but no points
    points = only(described(figure))["points"]
    np.testing.assert_array_equal(points[0]["x"], [1, np.nan])  # matplotlib draws no half points
    np.testing.assert_array_equal(points[0]["y"], [3, np.nan])
    assert points[0]["label"] == "readings"
    assert points[1]["x"].shape == (0,)


def test_images() -> None:
    figure, axes = plt.subplots()
    axes.imshow(np.arange(6).reshape(2, 3))
    axes.imshow(np.ma.masked_equal([[1, 2]], 2))
    first, second = only(described(figure))["images"]
    np.testing.assert_array_equal(first, np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(second, [[1, np.nan]])


@pytest.mark.parametrize("kind", ["datetime", "numpy", "pandas"])
def test_dates_become_day_numbers(kind: str) -> None:
    pandas = pytest.importorskip("pandas")
    days = [dt.datetime(1970, 1, 2), dt.datetime(1970, 1, 3, 12)]
    given = {"datetime": days, "numpy": np.array(days, "M8[s]"), "pandas": pandas.Series(days)}[kind]
    figure, axes = plt.subplots()
    axes.plot(given, [1, 2])
    axes.scatter(given, [1, 2])
    axes.axvline(days[0])
    data = only(described(figure))
    np.testing.assert_array_equal(data["lines"][0]["x"], [1.0, 2.5])
    np.testing.assert_array_equal(data["points"][0]["x"], [1.0, 2.5])
    np.testing.assert_array_equal(data["lines"][1]["x"], [1.0, 1.0])


def test_lines_over_categories() -> None:
    figure, axes = plt.subplots()
    axes.plot(["mon", "tue"], [1, 2])
    data = only(described(figure))
    np.testing.assert_array_equal(data["lines"][0]["x"], [0, 1])
    assert data["xticklabels"] == ["mon", "tue"]


def test_twin_axes_come_one_after_the_other() -> None:
    figure, axes = plt.subplots()
    axes.set_ylabel("left")
    twin = axes.twinx()
    twin.set_ylabel("right")
    twin.plot([1], [2])
    assert [(each["ylabel"], len(each["lines"])) for each in described(figure)["axes"]] == [("left", 0), ("right", 1)]


def test_the_figure_is_found_behind_many_things() -> None:
    figure, grid = plt.subplots(2, 2)
    grid[1, 1].set_title("last")
    line = grid[0, 0].plot([1], [1])
    for value in (figure, grid, grid[0, 0], (figure, grid), [grid[0, 1]], line, line[0]):
        assert [axes["title"] for axes in described(value)["axes"]] == ["", "", "", "last"], value


def test_the_figure_of_a_pandas_plot_is_found() -> None:
    pandas = pytest.importorskip("pandas")
    axes = pandas.DataFrame({"a": [1, 2], "b": [3, 4]}).plot(title="Frame")
    data = only(described(axes))
    assert (data["title"], data["legend"]) == ("Frame", ["a", "b"])


@pytest.mark.parametrize("value", [None, 1, "figure", [], [1, 2], np.zeros(3), {}, object(), (None, None)])
def test_what_is_no_figure_is_refused(value: Any) -> None:
    with pytest.raises(WireError, match="is not a figure"):
        describe_figure(value)


def test_three_dimensions_and_polar_axes_do_not_break_it() -> None:
    figure = plt.figure()
    figure.add_subplot(1, 2, 1, projection="3d").plot([1, 2], [1, 2], [1, 2])
    figure.add_subplot(1, 2, 2, projection="polar").plot([0, 1], [1, 2])
    first, second = described(figure)["axes"]
    assert len(first["lines"]) == len(second["lines"]) == 1
