"""One benchmark at a time: a second one waits, and what a killed one has left is removed first."""

import asyncio
import contextlib
import fcntl
import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import docker

from openjupyter_service.sandbox.engine import SITE_LABEL, Engine

LOCK = Path(__file__).resolve().parents[2] / ".openjupyter" / "bench.lock"
PROCESSES = Path("/proc")
_SITE = re.compile(r"bench-(\d+)-(\d+)")


@contextlib.contextmanager
def alone(say: Callable[[str], None]) -> Iterator[None]:
    """Nobody else measures inside this block, which SIGTERM ends as Ctrl-C does, so that containers are removed."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another benchmark is running here; this one waits for its end …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            if removed := asyncio.run(_remove_leftovers()):
                say(f"removed {removed} containers that an earlier benchmark had left")
            yield
        finally:
            signal.signal(signal.SIGTERM, before)


def own_site() -> str:
    """The label of this process's containers."""
    return f"bench-{os.getpid()}-{_started(os.getpid())}"


def ended_sites(sites: Iterable[str]) -> set[str]:
    """Those of benchmarks that are no more; what is no benchmark's stays."""
    found = ((site, _SITE.fullmatch(site)) for site in sites)
    return {site for site, match in found if match and _started(int(match[1])) != match[2]}


def _started(process: int) -> str:
    """When a process has started, in ticks since the machine did: numbers of processes come again."""
    try:
        fields = (PROCESSES / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return fields[19]


async def _remove_leftovers() -> int:
    engine, filters = docker.from_env().api, {"label": SITE_LABEL}
    labelled = [*engine.containers(all=True, filters=filters), *(engine.volumes(filters=filters)["Volumes"] or [])]
    sites = ended_sites(item["Labels"][SITE_LABEL] for item in labelled)
    return sum([await Engine(site).remove_orphans() for site in sites])
