"""pandas in the codec: Series, DataFrame and Index of every dtype that may cross."""

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openjupyter.wire.codec import Budget, Encoder, decode, encode
from openjupyter.wire.errors import WireError
from tests.unit.wire.values import any_text, assert_counted, canonical, through_json

MOMENTS = pd.to_datetime(["2026-03-29 01:59:59.000001", None, "1969-07-20"], format="ISO8601")


def object_column(*items: Any) -> Any:
    column = np.empty(len(items), dtype=object)
    column[:] = items
    return column


COLUMNS: dict[str, Any] = {
    "integers": np.array([1, -2, 3]),
    "bytes": np.array([1, 2, 3], np.uint8),
    "floats with gaps": np.array([1.5, np.nan, -0.0]),
    "half floats": np.array([1.5, np.inf, 0], np.float16),
    "complex": np.array([1j, np.nan, 2]),
    "booleans": np.array([True, False, True]),
    "big-endian": np.arange(3, dtype=">i4"),
    "objects": object_column(1, None, "a"),
    "objects that are lists": object_column([1, 2], [], [[3]]),
    "lists of one length": object_column([1, 2], [3, 4], [5, 6]),
    "arrays": object_column(np.arange(2), np.arange(2.0), np.array([])),
    "dates": object_column(dt.date(2026, 1, 1), dt.datetime(2026, 1, 1), dt.time(12)),
    "decimals": object_column(Decimal("1.10"), Decimal("NaN"), 10**40),
    "missing objects": object_column(pd.NA, pd.NaT, np.nan),
    "moments among objects": object_column(pd.Timestamp("2026-01-01"), pd.Timedelta("3s"), "x"),
    "text": pd.array(["a", None, "ä\0😀"], dtype="str"),
    "string": pd.array(["a", None, ""], dtype="string"),
    "nullable booleans": pd.array([True, None, False], dtype="boolean"),
    "Float32": pd.array([0.1, None, 2], dtype="Float32"),
    "Float64": pd.array([0.1, None, 2], dtype="Float64"),
    **{
        f"{sign}Int{bits}": pd.array([1, None, 100], dtype=f"{sign}Int{bits}") for sign in ("", "U") for bits in (8, 64)
    },
    "categories": pd.Categorical(["b", "a", None], categories=["b", "a", "never"]),
    "ordered categories": pd.Categorical([3, 1, 3], categories=[3, 2, 1], ordered=True),
    "categories that are moments": pd.Categorical(MOMENTS.tz_localize("UTC")),
    "no categories": pd.Categorical([None, None, None], categories=[]),
    "moments": MOMENTS,
    "moments in seconds": MOMENTS.as_unit("s"),
    "moments in nanoseconds": MOMENTS.as_unit("ns"),
    "moments in a zone": MOMENTS.tz_localize("Europe/Berlin"),
    "moments in UTC": MOMENTS.tz_localize("UTC"),
    "moments at an offset": MOMENTS.tz_localize(dt.timezone(dt.timedelta(hours=-3, minutes=-30))),
    "spans": pd.to_timedelta([1, None, -5], unit="ms"),
    "categories that are intervals": pd.cut([1, 2, 3], 2),
    "categories that are numbers": pd.Categorical([2, 1, 2]),
    "periods": pd.PeriodIndex(["2026-01", None, "1969-12"], freq="M"),
    "periods of two weeks": pd.period_range("2026-01-05", periods=3, freq="2W-WED"),
    "intervals": pd.interval_range(0, 3, closed="left"),
    "intervals of floats": pd.arrays.IntervalArray.from_tuples([(0.5, 1.5), None, (2, 3)]),
    "intervals of moments": pd.interval_range(pd.Timestamp("2026", tz="Asia/Tokyo"), periods=3),
    "sparse": pd.arrays.SparseArray([0, 0, 1]),
    "sparse floats": pd.arrays.SparseArray([np.nan, 1.5, np.nan]),
    "sparse booleans": pd.arrays.SparseArray([True, True, False], fill_value=True),
    "spans in seconds": pd.to_timedelta([1, None, -5], unit="s").as_unit("s"),
}

INDEXES: dict[str, Any] = {
    "range": pd.RangeIndex(5, -1, -2, name="r"),
    "integers": pd.Index([3, 1, 3], name=7),
    "text": pd.Index(["a", "a", "c"], name=("a", 1)),
    "objects": pd.Index(object_column(1, "a", None), dtype=object),
    "floats": pd.Index([0.5, np.nan, 1.5]),
    "moments": pd.DatetimeIndex(MOMENTS, name="when"),
    "days": pd.date_range("2026-01-30", periods=3),
    "days in a zone": pd.date_range("2026-03-28", periods=3, tz="Europe/Berlin", name="day"),
    "hours in a zone": pd.date_range("2026-03-28 23:00", periods=3, freq="2h", tz="Europe/Berlin"),
    "ends of months": pd.date_range("2026-01-31", periods=3, freq="ME"),
    "weeks": pd.date_range("2026-01-05", periods=3, freq="W-MON"),
    "spans": pd.timedelta_range("1s", periods=3, freq="90s"),
    "categories": pd.CategoricalIndex(["x", None, "x"], ordered=True, name="c"),
    "nullable": pd.Index([1, None, 3], dtype="Int32"),
    "periods": pd.period_range("2026", periods=3, freq="Q-MAR", name="p"),
    "intervals": pd.interval_range(0, 3, name="i"),
    "bins": pd.CategoricalIndex(pd.cut([1, 2, 3], 2)),
    "booleans": pd.Index([True, False, True]),
    "spans in hours": pd.timedelta_range("1h", periods=3, freq="h"),
    "levels with labels that are not used": pd.MultiIndex.from_product([["a", "b"], [1, 2]])[:3],
    "levels of days": pd.MultiIndex.from_arrays([pd.date_range("2026", periods=3), [1, 1, 2]], names=["day", "n"]),
    "levels": pd.MultiIndex.from_tuples([("a", 1), ("b", 2), ("a", 1)], names=["letter", None]),
    "levels with gaps": pd.MultiIndex.from_arrays([["a", None, "a"], MOMENTS, pd.Categorical(["u", "v", "u"])]),
}


def same(value: Any) -> None:
    arrived = through_json(value)
    assert type(arrived) is type(value)
    if isinstance(value, pd.DataFrame):
        pd.testing.assert_frame_equal(arrived, value, check_exact=True, check_freq=True, check_column_type="exact")
        assert type(arrived.columns) is type(value.columns)
    elif isinstance(value, pd.Series):
        pd.testing.assert_series_equal(
            arrived, value, check_exact=True, check_freq=True, check_index_type="exact", check_category_order=True
        )
        assert type(arrived.array) is type(value.array)
    else:
        pd.testing.assert_index_equal(arrived, value, exact=True, check_exact=True, check_order=True)
        assert getattr(arrived, "freq", None) == getattr(value, "freq", None)


@pytest.mark.parametrize("name", COLUMNS)
def test_column_arrives_the_same(name: str) -> None:
    series = pd.Series(COLUMNS[name], name=name)
    same(series)
    same(series.iloc[:0])
    same(series.iloc[:1])
    same(pd.DataFrame({"x": series, "y": 1}))
    assert through_json(series).dtype == series.dtype


def test_objects_in_a_column_keep_their_types() -> None:
    for name, column in COLUMNS.items():
        series = pd.Series(column)
        if series.dtype == object and "missing" not in name and "moments" not in name:
            assert [canonical(item) for item in through_json(series)] == [canonical(item) for item in series], name


@pytest.mark.parametrize("name", INDEXES)
def test_index_arrives_the_same(name: str) -> None:
    index = INDEXES[name]
    same(index)
    same(index[:0])
    same(pd.Series([1.0, 2.0, 3.0], index=index, name=("two", 2)))
    same(pd.DataFrame([[1, 2, 3]], columns=index))
    same(pd.DataFrame(index=index))


def test_columns_of_one_name_arrive_apart() -> None:
    frame = pd.DataFrame([[1, "a", 2.5], [2, "b", 3.5]], columns=["x", "x", "y"])
    same(frame)
    same(frame.iloc[:, :2])


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame(columns=["a", "b"]),
        pd.DataFrame(columns=pd.MultiIndex.from_product([["a"], ["x", "y"]], names=["upper", "lower"])),
        pd.DataFrame({"a": pd.Series([], dtype="datetime64[ns, Europe/Berlin]")}),
        pd.DataFrame(np.arange(12).reshape(3, 4)[:, ::-1]),
        pd.DataFrame({None: [1], 1: [2], ("a", 1): [3]}),
    ],
    ids=["nothing", "no rows", "levels", "no moments", "reversed", "odd names"],
)
def test_frames_at_the_edge_arrive_the_same(frame: pd.DataFrame) -> None:
    same(frame)


def test_what_learners_make_of_a_frame_arrives_the_same() -> None:
    readings = pd.DataFrame(
        {"day": pd.date_range("2026-01-01", periods=60), "lake": ["Alder", "Birch"] * 30, "t": np.linspace(0, 20, 60)}
    )
    same(readings.groupby("lake").agg(samples=("t", "size"), mean=("t", "mean")))
    same(readings.set_index("day")["t"].resample("W").mean())
    same(readings.pivot_table(index=readings["day"].dt.month, columns="lake", values="t"))
    same(readings.groupby(["lake", readings["day"].dt.month])["t"].describe())
    same(readings.describe())
    same(readings.dtypes.astype(str))


@given(
    st.lists(st.tuples(st.integers(-(2**70), 2**70), st.floats(), any_text, st.booleans() | st.none()), max_size=6),
    st.lists(any_text, min_size=4, max_size=4),
)
def test_frames_of_anything_arrive_the_same(rows: list[Any], names: list[str]) -> None:
    frame = pd.DataFrame(rows, columns=pd.Index(names, dtype=object), dtype=object)
    arrived = through_json(frame)
    assert list(arrived.columns) == names
    assert [canonical(tuple(row)) for row in arrived.itertuples(index=False, name=None)] == [
        canonical(tuple(row)) for row in rows
    ]
    assert list(arrived.dtypes) == [np.dtype(object)] * 4


@st.composite
def columns(draw: st.DrawFn, rows: int) -> Any:
    """A column of any dtype of the table above, its rows drawn again and again."""
    series = pd.Series(
        COLUMNS[draw(st.sampled_from(sorted(set(COLUMNS) - {"big-endian"})))]
    )  # pandas cannot take of it
    return series.take(draw(st.lists(st.integers(0, len(series) - 1), min_size=rows, max_size=rows))).array


@given(st.data(), st.integers(0, 5))
def test_frames_of_any_columns_and_labels_arrive_the_same(data: st.DataObject, rows: int) -> None:
    index = INDEXES[data.draw(st.sampled_from(sorted(INDEXES)))]
    index = index.take(data.draw(st.lists(st.integers(0, len(index) - 1), min_size=rows, max_size=rows)))
    made = data.draw(st.lists(columns(rows), max_size=4))
    frame = pd.DataFrame(dict(enumerate(made)), index=index)
    frame.columns = pd.Index(data.draw(st.lists(any_text, min_size=len(made), max_size=len(made))), dtype=object)
    same(frame)
    assert_counted(frame)


@pytest.mark.parametrize(
    "scalar",
    [
        pd.Timestamp("2026-01-01 00:00:00.123456789"),
        pd.Timestamp("2026-01-01", tz="UTC"),
        pd.Timestamp("2026-07-25 02:30", tz="Europe/Berlin"),
        pd.Timedelta("-1 days +00:00:00.000000001"),
        pd.Timedelta(5, unit="s"),
    ],
    ids=str,
)
def test_moments_and_spans_arrive_the_same(scalar: Any) -> None:
    arrived = through_json(scalar)
    assert type(arrived) is type(scalar)
    assert arrived == scalar


@pytest.mark.parametrize(
    "scalar",
    [
        *(
            pd.Timestamp("2026-10-25 01:30", tz="UTC").tz_convert("Europe/Berlin"),
            pd.Timestamp(0, unit="s"),
            pd.Timestamp.max,
        ),
        *(pd.Timestamp("2026-01-01T12:00-03:30"), pd.Timestamp("0001-01-01").as_unit("s"), pd.Timedelta.min),
        *(pd.Period("2026-01", "M"), pd.Period("2026-01-01 10:05", "5min"), pd.Period("2026Q1", "Q-MAR")),
        *(pd.Interval(0, 1), pd.Interval(0.5, 1.5, "both"), pd.Interval(pd.Timestamp("2026"), pd.Timestamp("2027"))),
    ],
    ids=str,
)
def test_scalars_arrive_the_same(scalar: Any) -> None:
    arrived = through_json({scalar: scalar})[scalar]
    assert type(arrived) is type(scalar) and arrived == scalar and repr(arrived) == repr(scalar)
    for name in ("unit", "tz", "freq", "closed"):
        assert getattr(arrived, name, None) == getattr(scalar, name, None)


@pytest.mark.parametrize("name", COLUMNS)
def test_arrays_of_pandas_arrive_the_same(name: str) -> None:
    array = pd.Series(COLUMNS[name]).array
    arrived = through_json(array)
    assert type(arrived) is type(array)
    pd.testing.assert_series_equal(pd.Series(arrived), pd.Series(array))


def test_what_unique_gives_arrives() -> None:
    assert list(through_json(pd.Series(["b", "a", "b"]).unique())) == ["b", "a"]
    assert list(through_json(pd.Series(["b", "a", "b"], dtype="category").unique())) == ["b", "a"]


def test_attributes_of_a_frame_stay_behind() -> None:
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["secret"] = object()
    assert through_json(frame).attrs == {}


@pytest.mark.parametrize("kind", ["i1", "u8", ">i4", "f2", "f4", "f8", "c16", "?"])
def test_frames_of_one_dtype_arrive_the_same(kind: str) -> None:
    frame = pd.DataFrame(np.arange(6).reshape(3, 2).astype(kind), columns=["x", "x"])
    same(frame)
    same(frame.T.T[::-1])
    same(frame.iloc[:0])


def test_both_axes_may_have_levels() -> None:
    rows = pd.MultiIndex.from_product([["a", "b"], pd.date_range("2026", periods=2)], names=["x", "y"])
    columns = pd.MultiIndex.from_product([[1, 2], ["u", "v"]], names=[None, "z"])
    same(pd.DataFrame(np.arange(16.0).reshape(4, 4), index=rows, columns=columns))
    same(pd.DataFrame([[1, "a", 2.5, None]] * 4, index=rows, columns=columns))


def test_tables_are_counted_as_they_are_sent() -> None:
    for name, column in COLUMNS.items():
        assert_counted([pd.DataFrame({name: column}), pd.Series(column).array] * 5)
    for index in INDEXES.values():
        assert_counted([index] * 5)
    assert_counted([pd.Timestamp("2026", tz="Asia/Tokyo"), pd.Timedelta(1), pd.Period("2026"), pd.NaT, pd.NA] * 50)
    assert_counted(pd.DataFrame([[1, "a"] * 50] * 2))


def test_a_wide_table_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(WireError, match="24 MB"):
        decode({**WIDE, "columns": [{"list": [1]}] * 30_000})
    with pytest.raises(WireError, match="24 MB"):
        decode([encode(pd.Series([1]))] * 10_000)


WIDE: dict[str, Any] = {
    "t": "frame",
    "index": {"range": [0, 1, 1], "name": None},
    "names": {"range": [0, 30_000, 1], "name": None},
}


def test_a_table_that_stays_behind_costs_nothing() -> None:
    budget = Budget()
    table = pd.DataFrame({"a": np.zeros(100_000), "b": [object()] * 100_000})
    assert Encoder(lambda value: {"t": "handle"}, budget).encode([table] * 100) == [{"t": "handle"}] * 100
    assert budget.bytes > 2**20


def test_missing_values_are_the_very_ones() -> None:
    assert through_json(pd.NA) is pd.NA
    assert through_json(pd.NaT) is pd.NaT


def test_what_arrives_is_a_copy_that_may_be_changed() -> None:
    array = through_json(np.zeros(3))
    array[0] = 1
    frame = through_json(pd.DataFrame({"a": [1.0, 2.0]}))
    frame.loc[0, "a"] = 5
    assert frame["a"].tolist() == [5, 2] and array.tolist() == [1, 0, 0]
