"""Progress of a set-up: named steps with their time; a spinner on a terminal, plain lines in a log."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.markup import escape

DETAIL_SECONDS = 10
"""On no terminal, a step's details appear at most so often."""

Say = Callable[[str], None]


class Steps:
    """Prints steps as they start and end; every line goes to standard output."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    def line(self, text: str) -> None:
        """Print one line as it is."""
        self.console.print(escape(text), soft_wrap=True)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Say]:
        """One step; gives a function that shows what it is doing now."""
        started = time.monotonic()
        mark = "[red]✗[/red]"
        with self._show(name) as say:
            try:
                yield say
                mark = "[green]✓[/green]"
            finally:
                took = time.monotonic() - started
                self.console.print(f"{mark} {escape(name)} [dim]{took:.1f} s[/dim]")

    @contextlib.contextmanager
    def _show(self, name: str) -> Iterator[Say]:
        if self.console.is_terminal:
            with self.console.status(escape(name)) as status:
                yield lambda detail: status.update(f"{escape(name)} [dim]{escape(detail)}[/dim]")
            return
        shown = time.monotonic()

        def say(detail: str) -> None:
            nonlocal shown
            if time.monotonic() - shown >= DETAIL_SECONDS:
                shown = time.monotonic()
                self.line(f"  {name}: {detail}")

        yield say
