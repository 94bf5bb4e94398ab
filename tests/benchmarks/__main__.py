"""`deploy/bench`: measure on this machine, against baselines of the same run, and print a table."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import grade, launch, memory
from tests.benchmarks.figures import Figure
from tests.running_site import RunningSite, running_site

BENCHMARKS: dict[str, Callable[[RunningSite], Iterator[Figure]]] = {
    "launch": launch.measure,
    "grade": grade.measure,
    "memory": memory.measure,
}


def main() -> int:
    """Run one benchmark or all of them."""
    parser = argparse.ArgumentParser(prog="deploy/bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(BENCHMARKS)}; default: all"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per figure instead of a table")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in BENCHMARKS]:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    progress = Console(stderr=True)
    table = Table("Figure", "Value", "Baseline", "Ratio", "Baseline is")
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder) / "site") as site:
        for name in options.names or BENCHMARKS:
            progress.print(f"measuring {name} …")
            for figure in BENCHMARKS[name](site):
                if options.json:
                    print(json.dumps(figure.as_json()), flush=True)
                table.add_row(*_row(figure))
    if not options.json:
        Console(width=None if sys.stdout.isatty() else 130).print(table)
    return 0


def _row(figure: Figure) -> tuple[str, ...]:
    digits = 3 if figure.value < 1 else 1 if figure.unit == "MB" else 2
    if figure.baseline is None or figure.ratio is None:
        return figure.name, f"{figure.value:.{digits}f} {figure.unit}", "", "", ""
    baseline = f"{figure.baseline:.{1 if figure.unit == 'MB' else 2}f} {figure.unit}"
    return (
        figure.name,
        f"{figure.value:.{digits}f} {figure.unit}",
        baseline,
        f"{figure.ratio:.2f}",
        figure.baseline_name,
    )


if __name__ == "__main__":
    sys.exit(main())
