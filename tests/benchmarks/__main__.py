"""`deploy/bench`: measure on this machine, against baselines of the same run, and print a table."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    calls,
    grade,
    lab,
    launch,
    logins,
    memory,
    messy,
    outbox,
    page,
    pair,
    results,
    sealed,
    throughput,
    work,
)
from tests.benchmarks.alone import alone
from tests.benchmarks.figures import Figure
from tests.benchmarks.processors import busy_seconds
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
    "work": work.measure,
    "pair": pair.measure,
    "messy": messy.measure,
    "lab": lab.measure,
    "logins": logins.measure,
    "outbox": outbox.measure,
    "results": results.measure,
}
"""Those that need the Docker engine and our images alone."""
QUIET_SHARE = 0.1
"""Of one processor; what uses more in the background spoils figures."""


def main() -> int:
    """Run one benchmark or all of them."""
    names = [*WITH_SITE, *ALONE]
    parser = argparse.ArgumentParser(prog="deploy/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(names)}; default: all")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object per figure instead of a table")
    form.add_argument("--markdown", action="store_true", help="tables as they stand in docs/performance.md")
    form.add_argument("--page", action="store_true", help="also write the figures into docs/performance.md")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in names]:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(names)}")
    progress = Console(stderr=True, highlight=False)
    with alone(progress.print):
        warn_if_busy(progress.print)
        _tell(options.names or names, options, progress.print)
    return 0


def _tell(names: list[str], options: argparse.Namespace, say: Say) -> None:
    """Measure, and print or write down what comes of it."""
    table = Table("Figure", "Value", "Baseline", "Ratio", "Baseline is")
    for name, measured in _measured(names, say):
        figures: list[Figure] = []
        for figure in measured:
            figures.append(figure)
            if options.json:  # at once: what takes long may be interrupted
                print(json.dumps({"benchmark": name, **figure.as_json()}), flush=True)
        if options.markdown:
            print("\n".join(page.lines(name, figures)), end="\n\n", flush=True)
        for figure in figures:
            table.add_row(*figure.as_row())
        if options.page:
            page.write(page.PAGE, name, figures)
    if not options.json and not options.markdown:
        Console(width=None if sys.stdout.isatty() else 160).print(table)


def warn_if_busy(say: Say, seconds: float = 2.0) -> None:
    """Say so if others use the processors, since all that is measured then is too slow."""
    busy = busy_seconds()
    time.sleep(seconds)
    if (share := (busy_seconds() - busy) / seconds) > QUIET_SHARE:
        say(f"others use {share:.1f} of {os.cpu_count()} processors now: what is measured is slower than it is alone")


def _measured(names: list[str], say: Say) -> Iterator[tuple[str, Iterator[Figure]]]:
    """The figures of each benchmark, as they come."""
    for name in (name for name in names if name in ALONE):
        say(f"measuring {name} …")
        yield name, ALONE[name](say)
    if with_site := [name for name in names if name in WITH_SITE]:
        with tempfile.TemporaryDirectory() as folder, running_site(Path(folder) / "site") as site:
            for name in with_site:
                say(f"measuring {name} …")
                yield name, WITH_SITE[name](site)


if __name__ == "__main__":
    sys.exit(main())
