"""`deploy/bench`: measure on this machine, against baselines of the same run, and print a table."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import calls, grade, launch, memory, messy, pair, sealed, throughput
from tests.benchmarks.figures import Figure
from tests.running_site import RunningSite, running_site

Say = Callable[[str], None]
WITH_SITE: dict[str, Callable[[RunningSite], Iterator[Figure]]] = {
    "launch": launch.measure,
    "grade": grade.measure,
    "memory": memory.measure,
}
"""Those that need a hub, a service and a demo LMS."""
ALONE: dict[str, Callable[[Say], Iterator[Figure]]] = {
    "sealed": sealed.measure,
    "calls": calls.measure,
    "throughput": throughput.measure,
    "pair": pair.measure,
    "messy": messy.measure,
}
"""Those that need the Docker engine and our images alone."""


def main() -> int:
    """Run one benchmark or all of them."""
    names = [*WITH_SITE, *ALONE]
    parser = argparse.ArgumentParser(prog="deploy/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(names)}; default: all")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object per figure instead of a table")
    form.add_argument("--markdown", action="store_true", help="rows for a page instead of a table")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in names]:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(names)}")
    progress = Console(stderr=True)
    table = Table("Figure", "Value", "Baseline", "Ratio", "Baseline is")
    for name, figure in _figures(options.names or names, progress.print):
        if options.json:
            print(json.dumps({"benchmark": name, **figure.as_json()}), flush=True)
        elif options.markdown:
            print(f"| {' | '.join(_row(figure))} |", flush=True)
        else:
            table.add_row(*_row(figure))
    if not options.json and not options.markdown:
        Console(width=None if sys.stdout.isatty() else 130).print(table)
    return 0


def _figures(names: list[str], say: Say) -> Iterator[tuple[str, Figure]]:
    for name in (name for name in names if name in ALONE):
        say(f"measuring {name} …")
        yield from ((name, figure) for figure in ALONE[name](say))
    if with_site := [name for name in names if name in WITH_SITE]:
        with tempfile.TemporaryDirectory() as folder, running_site(Path(folder) / "site") as site:
            for name in with_site:
                say(f"measuring {name} …")
                yield from ((name, figure) for figure in WITH_SITE[name](site))


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
