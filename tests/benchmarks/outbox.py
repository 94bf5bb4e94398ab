"""Scores that wait for an LMS which fails three calls of ten and is killed twice: does every one arrive?"""

import asyncio
import contextlib
import logging
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

from openjupyter_service.grading.passback import MAX_AT_ONCE, Sender
from openjupyter_service.store import PassbackState
from tests.benchmarks.figures import Figure
from tests.benchmarks.passback.site import Learner, Site

ROWS = 10_000
AGAIN = 1_000
"""So many of them come while the others are on their way: those learners are graded a second time."""
FAIL_RATE = 0.3
KILLED_AT = (0.33, 0.66)
"""Parts of all scores that have arrived when the LMS is killed."""
DOWN_SECONDS = 5.0
MAX_SECONDS = 3600.0
_ROOT = Path(__file__).resolve().parents[2]


class LmsProcess:
    """The LMS as a process of its own, which keeps its port and its journal from one life to the next."""

    def __init__(self, folder: Path, fail_rate: float) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._journal, self._fail_rate, self._lives = folder / "journal", fail_rate, 0
        self.calls = 0
        """Calls that were counted in lives that have ended."""

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._lives += 1
        options = {"--port": self._port, "--journal": self._journal, "--fail-rate": self._fail_rate}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.passback.lms", "--seed", str(self._lives)]
            + [str(word) for pair in options.items() for word in pair],
            stdout=subprocess.PIPE,
            cwd=_ROOT,
        )
        assert self._process.stdout and self._process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        """SIGKILL."""
        with contextlib.suppress(requests.RequestException):
            self.calls += sum(self.summary()["calls"].get(name, 0) for name in ("OutcomesHandler", "ScoresHandler"))
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def count(self) -> int:
        """How many scores have arrived."""
        return int(requests.get(f"{self.url}/count", timeout=30).text)

    def summary(self) -> dict[str, Any]:
        """All that has arrived."""
        answer: dict[str, Any] = requests.get(f"{self.url}/summary", timeout=60).json()
        return answer


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """Beside the same scores sent once each, without an outbox, to the same LMS with the same faults."""
    with _quiet():
        yield from _measure(say)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    log = logging.getLogger("openjupyter_service.grading")
    level = log.level
    log.setLevel(logging.CRITICAL)  # it tells each failure, of thousands
    try:
        yield
    finally:
        log.setLevel(level)


def _measure(say: Callable[[str], None]) -> Iterator[Figure]:
    learners = [Learner(number) for number in range(ROWS - AGAIN)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say(f"{len(learners)} learners launch and are graded …")
        faulty = LmsProcess(folder, FAIL_RATE)
        site = Site(folder, faulty.url)
        for learner in learners:
            site.launch(learner)
            site.grade(learner)
        shutil.copytree(folder, folder.parent / f"{folder.name}-once")
        once_folder = folder.parent / f"{folder.name}-once"
        try:
            say("sent once each, without an outbox …")
            once, once_seconds = asyncio.run(_once(once_folder, faulty, learners))
            (folder / "journal").unlink()
            say("from the outbox …")
            drained = asyncio.run(_drain(site, faulty, learners, say))
        finally:
            shutil.rmtree(once_folder)
            site.store.close()
    right, calls, seconds, most = drained
    baseline = "sent once each"
    yield Figure("final grades that are right", right, f"of {len(learners)}", once, baseline)
    yield Figure("scores that were lost", len(learners) - right, "scores", len(learners) - once, baseline)
    yield Figure(
        "scores a second, until 99 of 100 had arrived", 0.99 * len(learners) / most, "1/s",
        len(learners) / once_seconds, baseline,
    )  # fmt: skip
    yield Figure(
        "calls for one score", calls / ROWS, "calls", 1 / (1 - FAIL_RATE),
        "the least there can be, with that many failing",
    )  # fmt: skip
    note = f"the LMS is killed {len(KILLED_AT)} times, and down for {DOWN_SECONDS:.0f} s"
    yield Figure("until 99 of 100 had arrived", most, "s", note=note)
    yield Figure("until the last had arrived", seconds, "s", note=note)


async def _once(folder: Path, lms: LmsProcess, learners: list[Learner]) -> tuple[int, float]:
    """How many grades are right when each is sent once, and the seconds that took."""
    site = Site(folder, lms.url)
    await asyncio.to_thread(lms.start)
    items = iter(site.outbox.list(PassbackState.PENDING, limit=ROWS))
    started = time.perf_counter()

    async def one_after_another() -> None:
        for item in items:
            await site.deliveries.deliver(item)

    await asyncio.gather(*(one_after_another() for _ in range(MAX_AT_ONCE)))
    seconds = time.perf_counter() - started
    right = _right(await asyncio.to_thread(lms.summary), learners)
    lms.kill()
    lms.calls = 0
    site.store.close()
    return right, seconds


async def _drain(
    site: Site, lms: LmsProcess, learners: list[Learner], say: Callable[[str], None]
) -> tuple[int, int, float, float]:
    """Grades that are right, calls that sent a score, and seconds until all and until 99 of 100 had arrived."""
    await asyncio.to_thread(lms.start)
    started = time.perf_counter()
    wake = asyncio.Event()
    sending = asyncio.create_task(Sender(site.outbox, site.deliveries.deliver).run(wake))
    again = asyncio.create_task(asyncio.to_thread(_grade_again, site, learners))
    most, kills = 0.0, list(KILLED_AT)
    told = 0
    try:
        while await asyncio.to_thread(site.outbox.pending_count) or not again.done():
            arrived = await asyncio.to_thread(lms.count)
            seconds = time.perf_counter() - started
            assert seconds < MAX_SECONDS, "the outbox does not drain"
            if kills and arrived >= kills[0] * len(learners):
                kills.pop(0)
                say(f"{arrived} have arrived after {seconds:.0f} s: the LMS is killed")
                await asyncio.to_thread(lms.kill)
                await asyncio.sleep(DOWN_SECONDS)
                await asyncio.to_thread(lms.start)
            if not most and arrived >= 0.99 * len(learners):
                most = seconds
            if seconds > told + 30:
                told = int(seconds)
                say(f"{arrived} have arrived after {seconds:.0f} s")
            await asyncio.sleep(0.5)
        await again
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    seconds = time.perf_counter() - started
    right = _right(await asyncio.to_thread(lms.summary), learners)
    await asyncio.to_thread(lms.kill)
    return right, lms.calls, seconds, most


def _grade_again(site: Site, learners: list[Learner]) -> None:
    chosen = random.Random(3).sample(learners, AGAIN)
    for learner in chosen:
        site.grade(learner)
        time.sleep(0.02)


def _right(summary: dict[str, Any], learners: list[Learner]) -> int:
    arrived = {(of, person): score for of, person, score in summary["scores"]}
    return sum(abs(arrived.get(learner.place, -1.0) - learner.score) < 1e-6 for learner in learners)
