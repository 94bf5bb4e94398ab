"""Watch the trial gradings of a regrade, which the running service does."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from openjupyter_service.errors import OpenJupyterError, RegradeError
from openjupyter_service.grading.regrade import Regrading
from openjupyter_service.settings import Settings
from openjupyter_service.store import RegradeProgress, RegradeState

POLL_SECONDS = 0.5
IDLE_SECONDS = 10.0
"""So long may nothing at all happen before the service is looked for."""


class NoService(OpenJupyterError):
    """Nobody grades."""

    status = 503


def watch(settings: Settings, regrading: Regrading, regrade_id: int) -> None:
    """Wait until a regrade is ready; a bar on standard error shows how far it is.

    Raises:
        NoService: nothing happens, and no service runs on this machine
        RegradeError: somebody has dropped it meanwhile
    """
    last, changed = None, time.monotonic()
    with _bar() as show:
        while True:
            state, progress = regrading.get(regrade_id).state, regrading.progress(regrade_id)
            if state is RegradeState.DROPPED:
                raise RegradeError(f"regrade {regrade_id} was dropped meanwhile")
            show(progress)
            if state is not RegradeState.GRADING:
                return
            if progress != last or progress.running:
                last, changed = progress, time.monotonic()
            elif time.monotonic() - changed > IDLE_SECONDS and not _runs(settings.service_port):
                raise NoService(
                    f"nobody grades: regrade {regrade_id} waits in the store, and no service runs on this machine; "
                    "start the hub, then give the same command again"
                )
            time.sleep(POLL_SECONDS)


def _runs(port: int) -> bool:
    """Does something listen where the service would?"""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


@contextmanager
def _bar() -> Iterator[Callable[[RegradeProgress], None]]:
    """A bar while a person looks at standard error, else nothing."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda progress: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("grading", total=None)

        def show(progress: RegradeProgress) -> None:
            waits = f", after {progress.learners_waiting} of learners" if progress.learners_waiting else ""
            failed = f", {progress.failed} failed" if progress.failed else ""
            ended = progress.done + progress.failed
            bar.update(task, description=f"grading{waits}{failed}", completed=ended, total=progress.total)

        yield show
