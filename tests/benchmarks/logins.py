"""Launches against one hub: its sign-in, its store and its proxy are real; learners' servers are a stub."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from tests.benchmarks.figures import Figure
from tests.benchmarks.hub.browser import Browser
from tests.benchmarks.hub.lms import KEY, SECRET, Launch, launch11, launch13, make_app, platforms
from tests.benchmarks.hub.site import HubSite, hub_site

LAUNCHES = 500
SECONDS = 60.0
AT_ONCE = 16
_BASELINE = "jupyterhub-ltiauthenticator, LTI 1.1"
_PLAIN = f"""
from ltiauthenticator.lti11.auth import LTI11Authenticator
c.JupyterHub.authenticator_class = LTI11Authenticator
c.LTI11Authenticator.consumers = {{{KEY!r}: {SECRET!r}}}
c.LTI11Authenticator.username_key = "user_id"
c.Authenticator.allow_all = True
"""


@dataclass(frozen=True)
class Trip:
    """One person's: seconds until the own server has answered, or what went wrong."""

    at_server: float = 0.0
    server: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Load:
    """What came of all trips of one kind of load."""

    trips: list[Trip]
    seconds: float
    processor: float
    """Seconds of the hub's process."""

    @property
    def good(self) -> list[Trip]:
        """Those that ended at a server, each at one of its own."""
        return list({trip.server: trip for trip in self.trips if not trip.trouble}.values())

    def quantile(self, share: float) -> float:
        """Seconds from the click to the own server that so many stayed below."""
        times = sorted(trip.at_server for trip in self.good)
        return times[min(int(len(times) * share), len(times) - 1)] if times else float("nan")


def measure(say: Callable[[str], None]) -> Iterator[Figure]:
    """Half of them by LTI 1.1 and half by LTI 1.3; beside the same hub with ltiauthenticator."""
    ours, plain = asyncio.run(_measure(say))
    for load in (*ours, *plain):
        for trouble in sorted({trip.trouble for trip in load.trips if trip.trouble}):
            say(f"a launch failed: {trouble}")
    (steady, rush), (plain_steady, plain_rush) = ours, plain
    yield Figure(
        "launches that ended at a server of one's own", len(steady.good), f"of {LAUNCHES} in {SECONDS:.0f} s",
        len(plain_steady.good), _BASELINE,
    )  # fmt: skip
    for name, share in (("median", 0.5), ("99 of 100 below", 0.99)):
        yield Figure(
            f"click to the server, {name}", steady.quantile(share), "s", plain_steady.quantile(share), _BASELINE
        )
    yield Figure(
        "processor time of the hub for one launch", 1000 * steady.processor / LAUNCHES, "ms",
        1000 * plain_steady.processor / LAUNCHES, _BASELINE,
    )  # fmt: skip
    yield Figure(
        "as fast as it goes", 60 * len(rush.good) / rush.seconds, "launches/min",
        60 * len(plain_rush.good) / plain_rush.seconds, _BASELINE, note=f"{len(rush.good)} of {LAUNCHES}",
    )  # fmt: skip


async def _measure(say: Callable[[str], None]) -> tuple[tuple[Load, Load], tuple[Load, Load]]:
    AsyncHTTPClient.configure(None, max_clients=4 * LAUNCHES)
    async with _served(make_app()) as port:
        launches = [launch11, launch13(port)]
        say("our hub …")
        ours = await _both(hub_site, (platforms(port), port), launches)
        say("the same hub with ltiauthenticator …")
        plain = await _both(hub_site, (platforms(port), port, _PLAIN), [launch11])
    return ours, plain


async def _both(site: Any, arguments: Sequence[Any], launches: Sequence[Launch]) -> tuple[Load, Load]:
    stack = contextlib.ExitStack()
    hub = await asyncio.to_thread(stack.enter_context, site(*arguments))
    try:
        return await _steady(hub, launches), await _rush(hub, launches)
    finally:
        await asyncio.to_thread(stack.close)


async def _steady(hub: HubSite, launches: Sequence[Launch]) -> Load:
    """They come one after the other, spread over the time, however long those before them take."""
    started, before = time.perf_counter(), hub.processor_seconds()
    tasks = []
    for number in range(LAUNCHES):
        await asyncio.sleep(max(0.0, started + number * SECONDS / LAUNCHES - time.perf_counter()))
        tasks.append(asyncio.create_task(_trip(hub, launches[number % len(launches)], f"steady-{number}")))
    trips = await asyncio.gather(*tasks)
    return Load(trips, time.perf_counter() - started, hub.processor_seconds() - before)


async def _rush(hub: HubSite, launches: Sequence[Launch]) -> Load:
    """So many are under way at any time."""
    started, before = time.perf_counter(), hub.processor_seconds()
    numbers = iter(range(LAUNCHES))
    trips: list[Trip] = []

    async def one_after_another() -> None:
        for number in numbers:
            trips.append(await _trip(hub, launches[number % len(launches)], f"rush-{number}"))

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    return Load(trips, time.perf_counter() - started, hub.processor_seconds() - before)


async def _trip(hub: HubSite, launch: Launch, person: str) -> Trip:
    started = time.perf_counter()
    browser = Browser(AsyncHTTPClient())
    try:
        answer = await launch(browser, hub.url, person)
        if answer.code not in (302, 303):
            return Trip(trouble=f"{launch.__name__}: the launch was answered with {answer.code}")
        page = await browser.follow(answer)
    except Exception as error:
        return Trip(trouble=f"{launch.__name__}: {error!r}")
    said = page.body.decode(errors="replace")
    if not said.startswith("server of "):
        return Trip(trouble=f"{launch.__name__}: {page.code} at {page.request.url.partition('?')[0]}")
    return Trip(time.perf_counter() - started, said)


@contextlib.asynccontextmanager
async def _served(app: Any) -> AsyncIterator[int]:
    sockets = bind_sockets(0, "127.0.0.1")
    server = HTTPServer(app)
    server.add_sockets(sockets)
    try:
        yield int(sockets[0].getsockname()[1])
    finally:
        server.stop()
