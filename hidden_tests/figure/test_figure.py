"""Hidden tests of the figure exercise: the functions, and what the figure shows of a week that learners do not have."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def other_week() -> pd.DataFrame:
    """Return a week like that of the notebook, with other numbers: 168 hours from a Monday on, power in kW."""
    rng = np.random.default_rng(7)
    time = pd.date_range("2025-08-04", periods=7 * 24, freq="h")
    daylight = np.clip(np.sin(np.pi * (time.hour.to_numpy() - 6) / 14), 0, None)
    sky = np.repeat(rng.uniform(0.3, 1, 7), 24)
    east, west = (np.round(sky * daylight * rng.uniform(low, low + 1, 7 * 24), 2) for low in (1.5, 3))
    return pd.DataFrame({"time": time, "east_kw": east, "west_kw": west})


def true_profile(week: pd.DataFrame) -> pd.DataFrame:
    return week.groupby(week["time"].dt.hour)[["east_kw", "west_kw"]].mean()


def true_energy(week: pd.DataFrame) -> list[float]:
    both = week["east_kw"] + week["west_kw"]
    return [float(value) for value in both.groupby(week["time"].dt.date).sum()]


def draw(learner: Any) -> tuple[Any, Any]:
    """Let the learner draw the other week and return the two panels: the lines, and the one with the bars."""
    handle = learner.plot_week(other_week())
    assert getattr(handle, "type_name", "") == "Figure", "plot_week should return the Figure."
    axes = learner.figure(handle).axes
    assert len(axes) >= 2, "The figure should have two panels."
    with_bars = [panel for panel in axes if panel.bars]
    energy = with_bars[0] if with_bars else axes[1]
    power = next(panel for panel in axes if panel is not energy)
    return power, energy


def units(label: str) -> list[str]:
    """Return the words of a label without brackets and slashes, so that (kW), [kW], in kW and / kW are the same."""
    return re.sub(r"[^A-Za-z]+", " ", label).split()


def shows(line: Any, expected: Any) -> bool:
    """Whether a line shows these 24 values over the hours 0 to 23."""
    return len(line.x) == 24 and np.allclose(line.x, np.arange(24)) and np.allclose(line.y, expected, atol=0.01)


@pytest.mark.points(1)
@pytest.mark.hint("Which rows belong to the same hour of the day? There are seven of them, one per day.")
def test_hourly_profile(learner: Any) -> None:
    """hourly_profile: the mean power at each hour of the day"""
    week = other_week()
    profile = learner.hourly_profile(week)
    assert isinstance(profile, pd.DataFrame), "hourly_profile should return a DataFrame."
    for column in ("east_kw", "west_kw"):
        assert column in profile.columns, f"The profile should have a column {column}."
        assert profile[column].to_dict() == pytest.approx(true_profile(week)[column].to_dict(), abs=0.01)


@pytest.mark.points(1)
@pytest.mark.hint("Each row gives power × one hour. What do you do with the 24 rows of a day, and with the two roofs?")
def test_daily_energy(learner: Any) -> None:
    """daily_energy: the energy of both roofs on each day"""
    week = other_week()
    energy = learner.daily_energy(week)
    assert isinstance(energy, pd.Series), "daily_energy should return a Series."
    assert energy.tolist() == pytest.approx(true_energy(week), abs=0.01)


@pytest.mark.points(1)
@pytest.mark.hint("Each of the two panels needs a title of its own. Axes.set_title, or title= in Axes.set, writes one.")
def test_titles(learner: Any) -> None:
    """The figure has two panels, each with its own title"""
    power, energy = draw(learner)
    for panel in (power, energy):
        assert len(panel.title.strip()) >= 3, "A panel has no title."
    assert power.title != energy.title, "Both panels have the same title."


@pytest.mark.points(1)
@pytest.mark.hint("A reader needs to know what is on each axis and in which unit.")
def test_labels_of_the_lines(learner: Any) -> None:
    """The axes of the lines are labelled, with units"""
    power, _ = draw(learner)
    assert "hour" in power.xlabel.lower() and "h" in units(power.xlabel), (
        "Compare the label of the x-axis with the task."
    )
    assert "power" in power.ylabel.lower() and "kW" in units(power.ylabel), (
        "Compare the label of the y-axis with the task."
    )


@pytest.mark.points(1)
@pytest.mark.hint("Power and energy have different units. Which one do the bars show?")
def test_labels_of_the_bars(learner: Any) -> None:
    """The axes of the bars are labelled, with units"""
    _, energy = draw(learner)
    assert "day" in energy.xlabel.lower(), "Compare the label of the x-axis with the task."
    assert "energy" in energy.ylabel.lower() and "kWh" in units(energy.ylabel), (
        "Compare the label of the y-axis with the task."
    )


@pytest.mark.points(2)
@pytest.mark.hint("Draw the result of hourly_profile for the table passed in: hours along x, one line per roof.")
def test_lines(learner: Any) -> None:
    """The lines show the typical day of each roof"""
    power, _ = draw(learner)
    profile = true_profile(other_week())
    for roof in ("east_kw", "west_kw"):
        assert any(shows(line, profile[roof]) for line in power.lines), "A roof is missing, or its line is not right."


@pytest.mark.points(1)
@pytest.mark.hint("A legend has to be asked for, and each line needs the right name for it.")
def test_legend(learner: Any) -> None:
    """A legend tells which line is which roof"""
    power, _ = draw(learner)
    entries = [entry.lower() for entry in power.legend]
    profile = true_profile(other_week())
    for roof in ("east", "west"):
        assert any(roof in entry for entry in entries), "The legend does not name both roofs."
        for line in power.lines:
            named = roof in line.label.lower()
            assert not named or shows(line, profile[f"{roof}_kw"]), "The name of a line does not fit the line."


@pytest.mark.points(2)
@pytest.mark.hint("There is one bar per day, as high as the energy of both roofs. Is the order of the days right?")
def test_bars(learner: Any) -> None:
    """The bars show the energy of each day"""
    _, energy = draw(learner)
    bars = sorted(energy.bars, key=lambda bar: bar.x)
    assert len(bars) == 7, "There should be one bar for each day."
    assert [bar.height for bar in bars] == pytest.approx(true_energy(other_week()), abs=0.01)


@pytest.mark.points(1)
@pytest.mark.hint("What stands below each bar? Bars can be given names instead of numbers as their x.")
def test_names_of_days(learner: Any) -> None:
    """The bars are called Mon to Sun"""
    _, energy = draw(learner)
    assert len(energy.bars) == 7, "There should be one bar for each day."
    names = [text.strip().lower()[:3] for text in energy.xticklabels if text.strip()]
    assert names == DAYS


@pytest.mark.points(1)
@pytest.mark.hint("Look at Axes.axhline: at which height, and in which line style?")
def test_mean_line(learner: Any) -> None:
    """A dashed line marks the mean of the week"""
    _, energy = draw(learner)
    mean = np.mean(true_energy(other_week()))
    at_mean = [line for line in energy.lines if len(line.y) >= 2 and np.allclose(line.y, mean, atol=0.01)]
    assert at_mean, "There is no horizontal line at the mean of the seven days."
    assert any(line.linestyle not in ("-", "solid") for line in at_mean), "The line at the mean should be dashed."
