"""Fixtures: a demo LMS that really listens, in the event loop of the test."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

ROOT = str(Path(__file__).parents[3])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from deploy.demo_lms import Config, RunningLms, start  # noqa: E402
from tests.unit.demo_lms.helpers import KEY, SECRET, TOOL_URL, Browser, Clock, Tool  # noqa: E402


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(tool_url=TOOL_URL, key=KEY, secret=SECRET, data_dir=tmp_path / "lms", port=0)


@pytest.fixture
async def start_lms(config: Config, clock: Clock) -> AsyncIterator[Callable[..., RunningLms]]:
    """Start a demo LMS, by default with the fixture's settings; all are stopped in the end."""
    running: list[RunningLms] = []

    def starter(chosen: Config | None = None) -> RunningLms:
        running.append(start(chosen or config, clock))
        return running[-1]

    yield starter
    for lms in running:
        await lms.stop()


@pytest.fixture
async def lms(start_lms: Callable[..., RunningLms]) -> RunningLms:
    return start_lms()


@pytest.fixture
def browser(lms: RunningLms) -> Browser:
    return Browser(lms.url)


@pytest.fixture
def tool(lms: RunningLms, clock: Clock) -> Tool:
    return Tool(lms, clock)
