"""The pool with real containers: used once, replaced, resized, and what a killed service leaves."""

import asyncio
import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox.engine import ROLE_LABEL, SITE_LABEL, Engine
from openjupyter_service.sandbox.limits import pair_spec
from openjupyter_service.sandbox.pool import Pool
from openjupyter_service.settings import SETTINGS_VARIABLE, GradingSettings

from .conftest import SITE

pytestmark = pytest.mark.docker

NAME = f"{SITE}-pool"
PATIENCE_SECONDS = 90


@pytest.fixture
def client() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    left = there(client)
    for container in client.containers.list(all=True, filters={"label": f"{SITE_LABEL}={NAME}"}):
        container.remove(force=True)
    assert left == (set(), set())
    client.close()


def there(client: docker.DockerClient, site: str = NAME) -> tuple[set[str], set[str]]:
    """Ids of a site's containers, and names of its volumes."""
    filters = {"label": f"{SITE_LABEL}={site}"}
    containers = {item["Id"] for item in client.api.containers(all=True, filters=filters)}
    return containers, {volume["Name"] for volume in client.api.volumes(filters=filters)["Volumes"] or []}


def running(client: docker.DockerClient) -> list[str]:
    """Roles of the containers that run."""
    found = client.api.containers(filters={"label": f"{SITE_LABEL}={NAME}"})
    return sorted(item["Labels"][ROLE_LABEL] for item in found)


async def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline, "it did not come to that"
        await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def pool_of(settings: GradingSettings, size: int) -> AsyncIterator[Pool]:
    pool = Pool(Engine(NAME), pair_spec(settings), size, 4)
    async with pool.running():
        await until(lambda: sum(pool.counts().values()) == size)
        yield pool


async def test_a_pair_is_used_once_and_then_gone_and_another_one_waits(
    client: docker.DockerClient, grading_settings: GradingSettings
) -> None:
    async with pool_of(grading_settings, 1) as pool:
        first = there(client)
        assert (len(first[0]), len(first[1])) == (2, 1)
        started = time.monotonic()
        async with pool.pair(pair_spec(grading_settings)) as pair:
            assert pair.warm and pair.link and time.monotonic() - started < 0.5
        await until(lambda: sum(pool.counts().values()) == 1 and len(there(client)[0]) == 2)
        assert not first[0] & there(client)[0] and not first[1] & there(client)[1]


@pytest.mark.parametrize("role", ["sandbox", "judge"])
async def test_what_is_killed_while_it_waits_is_replaced(
    client: docker.DockerClient, grading_settings: GradingSettings, role: str
) -> None:
    async with pool_of(grading_settings, 1) as pool:
        labels = [f"{SITE_LABEL}={NAME}", f"{ROLE_LABEL}={role}"]
        (victim,) = client.containers.list(filters={"label": labels})
        before = there(client)
        victim.kill()
        await until(lambda: not before[0] & there(client)[0] and sum(pool.counts().values()) == 1)
        assert running(client) == ["judge", "sandbox"] and len(there(client)[1]) == 1


async def test_another_size_holds_at_once(client: docker.DockerClient, grading_settings: GradingSettings) -> None:
    async with pool_of(grading_settings, 1) as pool:
        for size in (3, 1, 0):
            pool.resize(size)
            wanted = [2 * size, size, size]
            await until(lambda: [*map(len, there(client)), sum(pool.counts().values())] == wanted)  # noqa: B023


async def test_a_tag_that_moves_is_another_image(
    client: docker.DockerClient, grading_settings: GradingSettings
) -> None:
    tag = f"{NAME}:moving"
    client.images.get(grading_settings.sandbox_image).tag(tag)
    try:
        settings = grading_settings.model_copy(update={"sandbox_image": tag})
        async with pool_of(settings, 1) as pool:
            build(client, tag, f"FROM {grading_settings.sandbox_image}\nLABEL openjupyter.test=moved")
            moved = client.images.get(tag).id
            async with pool.pair(pair_spec(settings)):
                found = client.containers.list(filters={"label": [f"{SITE_LABEL}={NAME}", f"{ROLE_LABEL}=sandbox"]})
                assert moved in [container.attrs["Image"] for container in found]
            await until(lambda: [spec.sandbox.image for spec in pool.counts()] == [moved])
    finally:
        client.images.remove(tag, force=True)


async def test_a_broken_image_is_told_to_who_needs_it_and_to_nobody_else(
    client: docker.DockerClient, grading_settings: GradingSettings
) -> None:
    tag = f"{NAME}:broken"
    build(client, tag, f"FROM {grading_settings.sandbox_image}\nENV PYTHONHOME=/nowhere")
    try:
        async with pool_of(grading_settings, 1) as pool:
            with pytest.raises(
                SandboxError, match=r"(?s)the sandbox container ended early: .*No module named 'encodings'"
            ):
                async with pool.pair(pair_spec(grading_settings, tag)):
                    pass
            with pytest.raises(SandboxError, match=r"a grading image is missing: .*no-such-image"):
                async with pool.pair(pair_spec(grading_settings, "no-such-image:latest")):
                    pass
            async with pool.pair(pair_spec(grading_settings)) as pair:
                assert pair.warm
    finally:
        client.images.remove(tag, force=True)


def build(client: docker.DockerClient, tag: str, dockerfile: str) -> None:
    client.images.build(fileobj=io.BytesIO(dockerfile.encode()), tag=tag, rm=True)


@contextlib.contextmanager
def service(folder: Path, settings: GradingSettings, **changes: int | str) -> Iterator[subprocess.Popen[bytes]]:
    """The service as the hub starts it; the hub itself is not asked for anything here."""
    write_settings(folder, settings, **changes)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {
        **os.environ,
        SETTINGS_VARIABLE: str(folder / "openjupyter.toml"),
        "JUPYTERHUB_SERVICE_PREFIX": "/services/openjupyter/",
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
        "JUPYTERHUB_API_TOKEN": "of-nobody",
        "JUPYTERHUB_API_URL": "http://127.0.0.1:1/hub/api",
    }
    with (folder / "service.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "openjupyter_service.web"], env=env, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def write_settings(folder: Path, settings: GradingSettings, **changes: int | str) -> None:
    values = {"sandbox_image": settings.sandbox_image, "judge_image": settings.judge_image, **changes}
    lines = [f"{key} = {value!r}" for key, value in values.items()]
    text = "\n".join([f"data_dir = '{folder}'", f"learner.network = '{NAME}'", "[grading]", *lines])
    new = folder / "openjupyter.new"
    new.write_text(text + "\n")
    new.replace(folder / "openjupyter.toml")


async def test_the_service_takes_another_size_while_it_runs_and_leaves_nothing_when_it_ends(
    client: docker.DockerClient, grading_settings: GradingSettings, tmp_path: Path
) -> None:
    with service(tmp_path, grading_settings, pool=1) as process:
        await until(lambda: running(client) == ["judge", "sandbox"])
        write_settings(tmp_path, grading_settings, pool=2)
        process.send_signal(signal.SIGHUP)
        await until(lambda: len(running(client)) == 4)
        write_settings(tmp_path, grading_settings, pool="a lot")
        process.send_signal(signal.SIGHUP)
        await until(lambda: "the pool stays as it is: " in (tmp_path / "service.log").read_text())
        await until(lambda: len(running(client)) == 4)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 30) == 0
        assert there(client) == (set(), set())


async def test_what_a_killed_service_leaves_ends_and_is_removed_at_the_next_start(
    client: docker.DockerClient, grading_settings: GradingSettings, tmp_path: Path
) -> None:
    other = Pool(Engine(f"{NAME}-other"), pair_spec(grading_settings), 1)
    async with other.running():
        with service(tmp_path, grading_settings, pool=2) as process:
            await until(lambda: len(running(client)) == 4)
            process.kill()
            process.wait()
        left = there(client)
        assert (len(left[0]), len(left[1])) == (4, 2)
        await until(lambda: running(client) == [])  # nobody speaks to them any more
        async with pool_of(grading_settings, 1) as pool:
            await until(lambda: not left[0] & there(client)[0] and not left[1] & there(client)[1])
            assert len(there(client)[0]) == 2 and sum(pool.counts().values()) == 1
        await until(lambda: sum(other.counts().values()) == 1)
        async with other.pair(pair_spec(grading_settings)) as pair:
            assert pair.warm
    assert there(client, f"{NAME}-other") == (set(), set())
