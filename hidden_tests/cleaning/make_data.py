"""Make the data of the cleaning exercise: what learners get, and the truth behind it.

    python make_data.py ../../notebooks/cleaning

writes ``readings.csv`` to the folder given. The hidden tests take the truth behind it from `make_rows`. All readings are
invented. The seed is fixed: the same ones come out every time.
"""

import csv
import datetime as dt
import math
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

SEED = 20250501
SAMPLES = 640
FIRST_DAY, LAST_DAY = dt.date(2025, 5, 1), dt.date(2025, 9, 30)
# Per lake: summer peak in °C, usual pH, how often it is visited, and the ways its name was written down.
LAKES = {
    "Alder Lake": (21.5, 7.6, 0.26, ("Alder Lake", "alder lake", "ALDER LAKE", " Alder Lake", "Alder L.")),
    "Birch Pond": (24.0, 8.1, 0.17, ("Birch Pond", "birch pond", "BIRCH POND", "Birch Pond ", "Birch-Pond")),
    "Heron Lake": (22.5, 8.3, 0.24, ("Heron Lake", "heron lake", "HERON LAKE", " Heron Lake ", "Heron L.")),
    "Mill Pond": (23.0, 7.9, 0.19, ("Mill Pond", "mill pond", "MILL POND", "Mill Pond ", "Mill-Pond")),
    "Quarry Lake": (19.5, 7.2, 0.14, ("Quarry Lake", "quarry lake", "QUARRY LAKE", " Quarry Lake", "Quarry L.")),
}
SPELLING = (0.72, 0.10, 0.06, 0.06, 0.06)
MISSING = ("", "n/a", "-")
VOLUNTEERS = ("AK", "BM", "CT", "DN", "EW", "FS", "GH", "")
COLUMNS = ("sample_id", "date", "lake", "temperature", "ph", "volunteer")


class Field(NamedTuple):
    """One measurement: the text in the dirty file and the number it stands for (NaN: none)."""

    text: str
    value: float


class TrueRow(NamedTuple):
    """One sample after a perfect cleaning: temperature in °C; NaN where nothing usable was measured."""

    sample_id: str
    date: dt.date
    lake: str
    temperature: float
    ph: float


def one_of(rng: np.random.Generator, choices: tuple[str, ...], p: tuple[float, ...] | None = None) -> str:
    return choices[int(rng.choice(len(choices), p=p))]


def write_date(rng: np.random.Generator, day: dt.date) -> str:
    style = int(rng.choice(3, p=(0.6, 0.28, 0.12)))
    return (day.isoformat(), day.strftime("%d.%m.%Y"), f"{day.day} {day.strftime('%b %Y')}")[style]


def write_number(rng: np.random.Generator, number: float) -> str:
    text = f"{number:.1f}"
    return text.replace(".", ",") if rng.random() < 0.22 else text


def temperature_field(rng: np.random.Generator, celsius: float) -> Field:
    """Write a temperature down: °C with or without a unit, °F with one, or nothing; now and then wrongly."""
    fate = rng.random()
    if fate < 0.045:
        return Field(one_of(rng, MISSING), math.nan)
    if fate < 0.06:  # the decimal point was forgotten
        return Field(f"{celsius * 10:.0f}", math.nan)
    if fate < 0.07:  # what the thermometer shows when its battery is empty
        return Field("-99.9", math.nan)
    if fate < 0.20:
        fahrenheit = round(celsius * 9 / 5 + 32, 1)
        unit = one_of(rng, (" F", " °F", "F"))
        return Field(write_number(rng, fahrenheit) + unit, (fahrenheit - 32) * 5 / 9)
    unit = one_of(rng, ("", " C", " °C"), p=(0.7, 0.12, 0.18))
    return Field(write_number(rng, celsius) + unit, round(celsius, 1))


def ph_field(rng: np.random.Generator, ph: float) -> Field:
    fate = rng.random()
    if fate < 0.06:
        return Field(one_of(rng, MISSING), math.nan)
    if fate < 0.075:
        return Field(f"{ph * 10:.0f}", math.nan)
    if fate < 0.08:
        return Field("0.0", math.nan)
    return Field(write_number(rng, ph), round(ph, 1))


def make_rows() -> tuple[list[list[str]], list[TrueRow]]:
    """Return the dirty rows, as learners get them, and what a perfect cleaning makes of them."""
    rng = np.random.default_rng(SEED)
    days = (LAST_DAY - FIRST_DAY).days + 1
    names = tuple(LAKES)
    visits = tuple(LAKES[name][2] for name in names)
    dirty: list[list[str]] = []
    true: list[TrueRow] = []
    for number, offset in enumerate(sorted(rng.integers(0, days, SAMPLES).tolist()), start=1):
        sample_id, day = f"W{number:04d}", FIRST_DAY + dt.timedelta(days=offset)
        lake = one_of(rng, names, visits)
        peak, usual_ph, _, spellings = LAKES[lake]
        season = math.sin(math.pi * (offset + 8) / 180)  # warmest in late July
        celsius = round(peak * (0.48 + 0.52 * season) + rng.normal(0, 1.1), 1)
        temperature = temperature_field(rng, celsius)
        ph = ph_field(rng, round(usual_ph + 0.25 * season + rng.normal(0, 0.2), 1))
        lake_text = one_of(rng, MISSING) if rng.random() < 0.015 else one_of(rng, spellings, SPELLING)
        row = [sample_id, write_date(rng, day), lake_text, temperature.text, ph.text, one_of(rng, VOLUNTEERS)]
        dirty.append(row)
        if lake_text not in MISSING:
            true.append(TrueRow(sample_id, day, lake, temperature.value, ph.value))
        if (
            rng.random() < 0.06
        ):  # sent twice; half of the copies were typed in again, with another way to write the date
            copy = list(row)
            if rng.random() < 0.5:
                copy[1] = day.strftime("%d.%m.%Y") if "-" in row[1] else day.isoformat()
            dirty.append(copy)
    # Phones send when they are back in the network, so the order of arrival is only roughly that of the dates.
    arrival = np.arange(len(dirty)) + rng.normal(0, 6, len(dirty))
    return [dirty[i] for i in np.argsort(arrival)], true


def make(public: Path) -> None:
    """Write readings.csv to ``public``."""
    dirty, _ = make_rows()
    with (public / "readings.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(dirty)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
