"""Make the data of the figure exercise: a week of two solar roofs, hour by hour.

    python make_data.py ../../notebooks/figure

writes ``solar_week.csv`` to the folder given. The week is invented. The seed is fixed: the same file comes out every time.
"""

import csv
import datetime as dt
import sys
from pathlib import Path

import numpy as np

SEED = 20250616
MONDAY = dt.datetime(2025, 6, 16)
# How clear the sky was, Monday to Sunday: 1 is cloudless.
CLEARNESS = (0.95, 0.9, 0.55, 0.3, 0.7, 1.0, 0.85)
PEAK_KW = 4.6
SUNRISE, SUNSET = 5.0, 21.5


def sunlight(hour: float, tilted_towards: float) -> float:
    """Return the share of the peak power of a roof at a time of day (h) that looks towards the sun of another (h)."""
    if not SUNRISE < hour < SUNSET:
        return 0.0
    height = np.sin(np.pi * (hour - SUNRISE) / (SUNSET - SUNRISE))
    return float(height * np.exp(-(((hour - tilted_towards) / 5.0) ** 2)))


def make(public: Path) -> None:
    """Write solar_week.csv to ``public``."""
    rng = np.random.default_rng(SEED)
    with (public / "solar_week.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("time", "east_kw", "west_kw"))
        for hours in range(7 * 24):
            time = MONDAY + dt.timedelta(hours=hours)
            sky = np.clip(CLEARNESS[hours // 24] + rng.normal(0, 0.1), 0.1, 1.0)
            middle = time.hour + 0.5
            powers = (PEAK_KW * sky * sunlight(middle, towards) for towards in (10.5, 15.5))
            writer.writerow((f"{time:%Y-%m-%d %H:%M}", *(f"{power:.2f}" for power in powers)))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
