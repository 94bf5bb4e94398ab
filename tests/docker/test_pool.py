"""The pool with real containers: each pair serves once, and the count of those that wait comes right again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import docker
import pytest

from openjupyter_service.sandbox.engine import ROLE_LABEL, SITE_LABEL, Engine
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pool import Pool
from openjupyter_service.settings import GradingSettings

from .conftest import SITE

pytestmark = pytest.mark.docker

PATIENCE_SECONDS = 120

_HOLDER = """
import asyncio, sys
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pool import Pool
from openjupyter_service.settings import GradingSettings

async def main():
    settings = GradingSettings(sandbox_image=sys.argv[2], judge_image=sys.argv[3])
    pool = Pool(Engine(sys.argv[1]), pair_spec(settings), 1)
    async with pool.running():
        while not pool.counts():
            await asyncio.sleep(0.1)
        print("ready", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def containers_of(site: str) -> dict[str, Any]:
    """Running grading containers by id."""
    found = docker.from_env().containers.list(filters={"label": [f"{SITE_LABEL}={site}", ROLE_LABEL]})
    return {container.id: container for container in found}


def volumes_of(site: str) -> list[str]:
    return [volume.name for volume in docker.from_env().volumes.list(filters={"label": f"{SITE_LABEL}={site}"})]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():  # noqa: ASYNC110  # the engine tells nobody
            await asyncio.sleep(0.1)


async def test_a_pair_serves_once_and_is_replaced(grading_settings: GradingSettings) -> None:
    spec = pair_spec(grading_settings)
    pool = Pool(Engine(SITE), spec, 1)
    async with pool.running():
        await until(lambda: sum(pool.counts().values()) == 1)
        waiting = set(containers_of(SITE))
        async with pool.pair(spec) as pair:
            assert pair.warm and pair.link
            assert waiting <= set(containers_of(SITE))
        await until(lambda: not waiting & set(containers_of(SITE)))
        await until(lambda: sum(pool.counts().values()) == 1)
        assert len(containers_of(SITE)) == 2
    assert containers_of(SITE) == {} and volumes_of(SITE) == []


async def test_a_pair_that_dies_waiting_is_replaced_and_a_new_size_holds_at_once(
    grading_settings: GradingSettings,
) -> None:
    pool = Pool(Engine(SITE), pair_spec(grading_settings), 1)
    async with pool.running():
        await until(lambda: sum(pool.counts().values()) == 1)
        first = containers_of(SITE)
        next(iter(first.values())).kill()
        await until(lambda: sum(pool.counts().values()) == 1 and not set(first) & set(containers_of(SITE)))
        pool.resize(2)
        await until(lambda: sum(pool.counts().values()) == 2)
        pool.resize(0)
        await until(lambda: pool.counts() == {} and containers_of(SITE) == {})
    assert volumes_of(SITE) == []


async def test_what_a_killed_service_left_is_removed_at_the_next_start(grading_settings: GradingSettings) -> None:
    site, other = f"{SITE}-killed", f"{SITE}-other"
    images = [grading_settings.sandbox_image, grading_settings.judge_image]
    holders = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", _HOLDER, name, *images, stdout=subprocess.PIPE)
        for name in (site, other)
    ]
    try:
        for holder in holders:
            assert holder.stdout is not None
            assert await asyncio.wait_for(holder.stdout.readline(), PATIENCE_SECONDS) == b"ready\n"
        os.kill(holders[0].pid, signal.SIGKILL)
        await holders[0].wait()
        assert len(containers_of(site)) == 2 and len(volumes_of(site)) == 1
        assert await Engine(site).remove_orphans() == 2
        assert containers_of(site) == {} and volumes_of(site) == []
        assert len(containers_of(other)) == 2  # of a service that lives on the same engine
    finally:
        for holder in holders:
            if holder.returncode is None:
                holder.kill()
                await holder.wait()
        await Engine(other).remove_orphans()
