"""Hidden tests of the cleaning exercise. What a perfect cleaning finds comes from ``make_data.py`` beside this file."""

import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

COLUMNS = ["sample_id", "date", "lake", "temperature", "ph"]
# °F become °C with more digits than anybody measured: a solution may round to one digit.
ROUNDING = 0.06


def true_readings() -> pd.DataFrame:
    generator = runpy.run_path(str(Path(__file__).with_name("make_data.py")))
    _, rows = generator["make_rows"]()
    table = pd.DataFrame(rows, columns=COLUMNS).set_index("sample_id")
    return table.assign(date=pd.to_datetime(table["date"]))


def raw_readings(**columns: list[Any]) -> pd.DataFrame:
    """Return raw readings T1, T2, ... with harmless values in all columns but those given."""
    count = len(next(iter(columns.values())))
    table: dict[str, list[Any]] = {
        "sample_id": [f"T{i}" for i in range(1, count + 1)],
        "date": ["2025-08-20"] * count,
        "lake": ["Mill Pond"] * count,
        "temperature": ["20.5"] * count,
        "ph": ["7.5"] * count,
        "volunteer": ["AK"] * count,
    }
    return pd.DataFrame(table | columns)


def by_sample(table: Any) -> pd.DataFrame:
    """Check the form of a clean table and return it with the sample_id as index."""
    assert isinstance(table, pd.DataFrame), "The clean table should be a DataFrame."
    if "sample_id" not in table.columns:
        table = table.reset_index()
    for column in COLUMNS:
        assert column in table.columns, f"The clean table should have a column {column}."
    return table.set_index("sample_id")


def grouped(table: Any, key: str) -> pd.DataFrame:
    """Check that a summary is a DataFrame and return it with the groups as index."""
    assert isinstance(table, pd.DataFrame), "The summary should be a DataFrame."
    return table.set_index(key) if key in table.columns else table


def tidy_samples() -> pd.DataFrame:
    """Return a small clean table with gaps, as lake_summary and monthly_temperature receive it."""
    rows = [
        ("T1", "2025-05-02", "Quarry Lake", 12.0, 7.0),
        ("T2", "2025-05-30", "Quarry Lake", 15.0, 7.4),
        ("T3", "2025-05-31", "Quarry Lake", np.nan, 7.3),
        ("T4", "2025-09-01", "Quarry Lake", 18.0, np.nan),
        ("T5", "2025-05-11", "Birch Pond", 16.5, 8.0),
        ("T6", "2025-09-12", "Birch Pond", 17.5, 8.5),
        ("T7", "2025-09-21", "Birch Pond", 14.0, 9.5),
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(date=pd.to_datetime(table["date"]))


@pytest.mark.points(1)
@pytest.mark.hint(
    "Which texts stand for a missing value? Look for them in your table after loading: none should be left."
)
def test_load(learner: Any) -> None:
    """Loading: the whole file, with missing values recognised"""
    table = learner.load_readings("readings.csv")
    assert isinstance(table, pd.DataFrame), "load_readings should return a DataFrame."
    assert list(table.columns) == [*COLUMNS, "volunteer"]
    assert len(table) == 674
    for column in ("lake", "temperature", "ph"):
        assert table[column].isna().any(), f"No value is missing in the column {column}."
        assert not table[column].isin(["", "n/a", "-"]).any(), f"The column {column} has unrecognised missing values."
    assert table["lake"].isna().sum() == 7
    assert table["temperature"].astype(str).str.contains("F").any(), "The temperatures should stay as they were typed."


@pytest.mark.points(1)
@pytest.mark.hint("Try your function on '21', '9,5', '17.0 C' and '17,0 °C', and on a missing value.")
def test_parse_temperature(learner: Any) -> None:
    """One temperature in °C: decimal comma, units, missing values"""
    for text, celsius in [("21", 21.0), ("9,5", 9.5), ("17.2 C", 17.2), ("16,8 °C", 16.8), ("-99.9", -99.9)]:
        assert learner.parse_temperature(text) == pytest.approx(celsius, abs=ROUNDING)
    missing = learner.parse_temperature(math.nan)
    assert pd.isna(missing) is True, "A missing temperature should stay missing."


@pytest.mark.points(1)
@pytest.mark.hint(
    "Look at how °F is written in the data: with a space or none, with a point or a comma. Check the brackets, too."
)
def test_parse_fahrenheit(learner: Any) -> None:
    """One temperature in °F becomes °C"""
    for text, celsius in [("50.0 F", 10.0), ("71.6 °F", 22.0), ("60,8F", 16.0), ("68,0 °F", 20.0)]:
        assert learner.parse_temperature(text) == pytest.approx(celsius, abs=ROUNDING)


@pytest.mark.points(1)
@pytest.mark.hint("Two rows may describe the same sample although they look different. Which column tells?")
def test_duplicates(learner: Any) -> None:
    """Cleaning: one row per sample, the first one"""
    raw = raw_readings(
        sample_id=["T1", "T2", "T1", "T3", "T2"],
        date=["2025-05-28", "29.05.2025", "28.05.2025", "30 May 2025", "29.05.2025"],
        temperature=["15.0", "16,5", "15.0", "17", "11,0"],
    )
    clean = by_sample(learner.clean_readings(raw))
    assert len(clean) == 3
    assert set(clean.index) == {"T1", "T2", "T3"}
    assert clean.loc["T2", "temperature"] == pytest.approx(16.5)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Compare dates before and after cleaning, one notation at a time. Have day and month been swapped in any of them?"
)
def test_dates(learner: Any) -> None:
    """Cleaning: dates in all three notations"""
    raw = raw_readings(
        date=["2025-06-03", "03.06.2025", "3 Jun 2025", "2025-09-12", "12.09.2025", "28 May 2025", "31.07.2025"]
    )
    dates = by_sample(learner.clean_readings(raw))["date"]
    assert pd.api.types.is_datetime64_any_dtype(dates), "The column date should hold dates (datetime64)."
    days = dates.dt.strftime("%Y-%m-%d").to_dict()
    found = [days.get(f"T{i}") for i in range(1, 8)]
    assert found == ["2025-06-03"] * 3 + ["2025-09-12"] * 2 + ["2025-05-28", "2025-07-31"]


@pytest.mark.points(2)
@pytest.mark.hint(
    "Count the values of the column lake in your clean table: there should be five. What about rows without a lake?"
)
def test_lakes(learner: Any) -> None:
    """Cleaning: every lake has its proper name"""
    typed = [
        " Alder Lake",
        "Alder L.",
        "BIRCH POND",
        "Birch-Pond",
        " Heron Lake ",
        "heron lake",
        None,
        "Mill Pond ",
        "Quarry L.",
    ]
    lakes = by_sample(learner.clean_readings(raw_readings(lake=typed)))["lake"]
    assert "T7" not in lakes.index, "A row without a lake is still there."
    expected = ["Alder Lake"] * 2 + ["Birch Pond"] * 2 + ["Heron Lake"] * 2 + ["Mill Pond", "Quarry Lake"]
    assert [lakes.get(f"T{i}") for i in (1, 2, 3, 4, 5, 6, 8, 9)] == expected


@pytest.mark.points(1)
@pytest.mark.hint(
    "Sort the cleaned columns temperature and ph: are the smallest and the largest value possible for a lake?"
)
def test_impossible_values(learner: Any) -> None:
    """Cleaning: impossible values become missing, their rows stay"""
    raw = raw_readings(
        temperature=["184", "-99.9", "19,5", "34.5", None, "0.5"],
        ph=["7.1", "8,0", "78", "0.0", "4.5", None],
    )
    clean = by_sample(learner.clean_readings(raw))
    for column in ("temperature", "ph"):
        assert pd.api.types.is_numeric_dtype(clean[column]), f"The column {column} should hold numbers."
    assert len(clean) == 6, "No row should be lost because of an impossible value."
    order = [f"T{i}" for i in range(1, 7)]
    assert set(clean.index) == set(order)
    temperature = clean["temperature"].astype(float).reindex(order).tolist()
    ph = clean["ph"].astype(float).reindex(order).tolist()
    assert temperature == pytest.approx([math.nan, math.nan, 19.5, 34.5, math.nan, 0.5], nan_ok=True)
    assert ph == pytest.approx([7.1, 8.0, math.nan, math.nan, 4.5, math.nan], nan_ok=True)


@pytest.mark.points(2)
@pytest.mark.hint("Get the tests of single rules right first, then run the notebook from top to bottom once more.")
def test_tidy(learner: Any) -> None:
    """The variable tidy: all readings, cleaned"""
    truth = true_readings()
    tidy = by_sample(learner.tidy)
    assert len(tidy) == len(truth) and set(tidy.index) == set(truth.index), (
        "tidy does not hold exactly one row for each sample with a lake."
    )
    tidy = tidy.reindex(truth.index)
    assert pd.api.types.is_datetime64_any_dtype(tidy["date"]), "The column date should hold dates (datetime64)."
    assert tidy["date"].dt.strftime("%Y-%m-%d").tolist() == truth["date"].dt.strftime("%Y-%m-%d").tolist()
    assert tidy["lake"].tolist() == truth["lake"].tolist()
    for column in ("temperature", "ph"):
        assert pd.api.types.is_numeric_dtype(tidy[column]), f"The column {column} should hold numbers."
        same = np.isclose(tidy[column].astype(float), truth[column], rtol=0, atol=ROUNDING, equal_nan=True)
        assert same.all(), f"Some values in the column {column} are not right yet."


@pytest.mark.points(1)
@pytest.mark.hint("Does your function change the table it receives? Work on a copy.")
def test_raw_is_left_alone(learner: Any) -> None:
    """Cleaning leaves the raw table as it was"""
    unchanged = learner.run(
        'before = load_readings("readings.csv")\n'
        "kept = before.copy(deep=True)\n"
        "result = clean_readings(before)\n"
        "result is not before and before.equals(kept)"
    )
    assert unchanged, "The table passed to clean_readings has changed."


@pytest.mark.points(2)
@pytest.mark.hint(
    "Check by hand on a few rows. Is a sample without a temperature counted? Is the median really a median?"
)
def test_lake_summary(learner: Any) -> None:
    """Summary by lake of a small table"""
    summary = grouped(learner.lake_summary(tidy_samples()), "lake")
    for column in ("samples", "mean_temperature", "median_ph"):
        assert column in summary.columns, f"The summary should have a column {column}."
    assert set(summary.index) == {"Birch Pond", "Quarry Lake"}, "There should be one row per lake in the table."
    assert summary["samples"].to_dict() == {"Quarry Lake": 4, "Birch Pond": 3}
    assert summary["mean_temperature"].to_dict() == pytest.approx(
        {"Quarry Lake": 15.0, "Birch Pond": 16.0}, abs=ROUNDING
    )
    assert summary["median_ph"].to_dict() == pytest.approx({"Quarry Lake": 7.3, "Birch Pond": 8.5}, abs=ROUNDING)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Rows are months, columns are lakes. Which values belong into one field, and what do you do with several?"
)
def test_monthly_temperature(learner: Any) -> None:
    """Mean temperature by month and lake of a small table"""
    monthly = grouped(learner.monthly_temperature(tidy_samples()), "month")
    assert set(monthly.columns) == {"Birch Pond", "Quarry Lake"}, "There should be one column per lake in the table."
    assert set(monthly.index) == {5, 9}, "The index should hold the numbers of the months in the table."
    assert monthly.loc[5].to_dict() == pytest.approx({"Quarry Lake": 13.5, "Birch Pond": 16.5}, abs=ROUNDING)
    assert monthly.loc[9].to_dict() == pytest.approx({"Quarry Lake": 18.0, "Birch Pond": 15.75}, abs=ROUNDING)


@pytest.mark.points(1)
@pytest.mark.hint("These three are made from tidy. Is tidy right, and did you take July alone for the warmest lake?")
def test_results(learner: Any) -> None:
    """The variables by_lake, by_month and warmest_lake"""
    truth = true_readings()
    by_lake, by_month = grouped(learner.by_lake, "lake"), grouped(learner.by_month, "month")
    assert set(by_lake.columns) >= {"samples", "mean_temperature", "median_ph"}, "by_lake lacks a column."
    assert 7 in by_month.index, "by_month has no row for July."
    known = truth.groupby("lake").agg(samples=("ph", "size"), t=("temperature", "mean"), ph=("ph", "median"))
    assert by_lake["samples"].to_dict() == known["samples"].to_dict()
    assert by_lake["mean_temperature"].to_dict() == pytest.approx(known["t"].to_dict(), abs=ROUNDING)
    assert by_lake["median_ph"].to_dict() == pytest.approx(known["ph"].to_dict(), abs=ROUNDING)
    july = truth[truth["date"].dt.month == 7].groupby("lake")["temperature"].mean()
    assert by_month.loc[7].to_dict() == pytest.approx(july.to_dict(), abs=ROUNDING)
    assert learner.warmest_lake == july.idxmax()
