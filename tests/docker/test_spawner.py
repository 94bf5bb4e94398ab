"""Learners' containers, started by the hub's spawner from the settings."""

import asyncio
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docker
import pytest
from traitlets.config import Config

from openjupyter_service.datasets import DataSet
from openjupyter_service.hub.config import apply_spawner
from openjupyter_service.hub.network import SITE_LABEL, ensure_network, internet_network, remove_network
from openjupyter_service.hub.spawner import OpenJupyterSpawner
from openjupyter_service.settings import GradingSettings, Settings
from openjupyter_service.store import Store

pytestmark = pytest.mark.docker

INSIDE = "http://172.30.0.1:8123"
SLEEP = ["python", "-c", "import time; time.sleep(600)"]
IGNORE_SIGTERM = [
    "python",
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
]

Make = Callable[..., OpenJupyterSpawner]


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def network(engine: docker.DockerClient) -> Iterator[str]:
    name = f"oj-test-{secrets.token_hex(4)}"
    ensure_network(name, 8123)
    yield name
    for container in engine.containers.list(all=True, filters={"label": f"{SITE_LABEL}={name}"}):
        container.remove(force=True)
    for volume in engine.volumes.list(filters={"name": f"{name}-"}):
        volume.remove()
    remove_network(name)
    remove_network(internet_network(name))


@pytest.fixture
def make(network: str, grading_settings: GradingSettings, tmp_path: Path) -> Make:
    learner = {
        "network": network,
        "image": grading_settings.sandbox_image,
        "memory": "256M",
        "cpus": 0.5,
        "pids": 64,
        "idle_kernel_seconds": 60,
    }
    settings = Settings.model_validate({"data_dir": tmp_path, "learner": learner})
    store = Store(settings.store_url)
    store.upgrade()
    store.close()
    config = Config()
    apply_spawner(config, settings, INSIDE)

    def make(name: str = "uada", command: list[str] = SLEEP, **traits: Any) -> OpenJupyterSpawner:
        return OpenJupyterSpawner(
            config=config,
            user=SimpleNamespace(name=name, escaped_name=name, url=f"/user/{name}/"),
            hub=SimpleNamespace(public_host="", base_url="/hub/", api_url="http://127.0.0.1:8081/hub/api"),
            api_token="learners-own-token",
            oauth_client_id=f"jupyterhub-user-{name}",
            cmd=command,
            **traits,
        )

    return make


async def test_a_container_is_limited_and_named(make: Make, network: str, engine: docker.DockerClient) -> None:
    spawner = make()
    address, port = await spawner.start()
    found = engine.containers.get(f"{network}-uada").attrs
    assert (address, port) == (found["NetworkSettings"]["Networks"][network]["IPAddress"], 8888)
    assert list(found["NetworkSettings"]["Networks"]) == [network]
    host = found["HostConfig"]
    assert host["Memory"] == host["MemorySwap"] == 256 * 2**20
    assert (host["CpuQuota"], host["CpuPeriod"], host["PidsLimit"]) == (50_000, 100_000, 64)
    assert host["CapDrop"] == ["ALL"] and not host["CapAdd"] and not host["Privileged"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["Init"] is True and host["AutoRemove"] is True
    assert host["Dns"] == ["127.0.0.1"]
    assert host["Binds"] == [f"{network}-uada:/home/learner:rw"] and not host.get("Mounts")
    assert not host["PortBindings"]
    assert found["Config"]["Labels"][SITE_LABEL] == network
    assert found["Config"]["Labels"]["openjupyter.role"] == "learner"
    assert found["Config"]["User"] not in ("", "root", "0")
    assert await spawner.poll() is None
    await spawner.stop()


async def test_a_container_is_told_what_it_needs_and_nothing_of_ours(
    make: Make, network: str, engine: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFIGPROXY_AUTH_TOKEN", "of the hub alone")
    spawner = make()
    await spawner.start()
    lines = engine.containers.get(f"{network}-uada").attrs["Config"]["Env"]
    env = dict(line.split("=", 1) for line in lines)
    assert env["OPENJUPYTER_URL"] == f"{INSIDE}/services/openjupyter"
    assert env["OPENJUPYTER_KERNEL_IDLE_SECONDS"] == "60"
    assert env["JUPYTERHUB_API_URL"] == f"{INSIDE}/hub/api"
    assert env["JUPYTERHUB_ACTIVITY_URL"] == f"{INSIDE}/hub/api/users/uada/activity"
    assert env["JUPYTERHUB_DEFAULT_URL"] == "/lab"
    secret = {name for name, value in env.items() if value == "learners-own-token"}
    assert secret == {"JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN"}
    assert "of the hub alone" not in env.values()
    assert not any(name in env for name in os.environ if "SECRET" in name or "PASSWORD" in name)
    await spawner.stop()


async def test_a_deaf_container_delays_nobody_elses_start(make: Make, engine: docker.DockerClient) -> None:
    deaf = make("udeaf", IGNORE_SIGTERM, stop_seconds=60)
    await deaf.start()
    await asyncio.to_thread(next, engine.containers.get(deaf.object_id).logs(stream=True))
    stopping = asyncio.create_task(deaf.stop())
    other = make("uother")
    await other.start()
    assert await other.poll() is None
    assert not stopping.done()
    await other.docker("kill", deaf.container_id)
    await stopping
    await other.stop()


async def test_a_deaf_container_is_ended(make: Make, engine: docker.DockerClient) -> None:
    deaf = make("udeaf", IGNORE_SIGTERM, stop_seconds=1)
    await deaf.start()
    await asyncio.to_thread(next, engine.containers.get(deaf.object_id).logs(stream=True))
    gone = deaf.object_id
    await deaf.stop()
    assert await make("udeaf").poll() == 0
    deaf.object_id = gone
    await deaf.stop_object()
    await deaf.remove_object()


async def test_a_server_may_be_started_again_at_once(make: Make) -> None:
    spawner = make()
    for _ in range(3):
        await spawner.start()
        await spawner.stop()


async def test_a_container_that_a_killed_hub_left_is_replaced(make: Make) -> None:
    await make().start()
    again = make()
    await again.start()
    assert await again.poll() is None
    await again.stop()


async def test_files_outlive_the_container(make: Make, network: str, engine: docker.DockerClient) -> None:
    wait = "; import time; print('done', flush=True); time.sleep(600)"
    first = make(command=["python", "-c", "open('/home/learner/work.txt', 'w').write('mine')" + wait])
    await first.start()
    await asyncio.to_thread(next, engine.containers.get(f"{network}-uada").logs(stream=True))
    await first.stop()
    second = make(command=["python", "-c", "print(open('/home/learner/work.txt').read(), flush=True)" + wait])
    await second.start()
    log = engine.containers.get(f"{network}-uada").logs(stream=True)
    assert await asyncio.to_thread(next, log) == b"mine\n"
    await second.stop()
    assert [volume.name for volume in engine.volumes.list(filters={"name": network})] == [f"{network}-uada"]


async def test_a_course_with_internet_adds_a_second_network(
    make: Make, network: str, engine: docker.DockerClient
) -> None:
    assert not engine.networks.list(names=[internet_network(network)]), "it is made when the first learner needs it"
    open_one, closed_one = make("uopen", needs_internet=lambda learner: learner == "uopen"), make("uclosed")
    address, _ = await open_one.start()
    await closed_one.start()
    opened = engine.containers.get(f"{network}-uopen").attrs
    networks = opened["NetworkSettings"]["Networks"]
    assert set(networks) == {network, internet_network(network)}
    assert networks[network]["IPAddress"] == address
    assert not opened["HostConfig"]["Dns"]
    closed = engine.containers.get(f"{network}-uclosed").attrs
    assert set(closed["NetworkSettings"]["Networks"]) == {network}
    assert closed["HostConfig"]["Dns"] == ["127.0.0.1"]
    await open_one.stop()
    await closed_one.stop()


async def test_the_container_is_told_the_learners_language(
    make: Make, network: str, engine: docker.DockerClient
) -> None:
    german, other = make("ugerman", locale_of=lambda learner: "de-DE"), make("uother")
    for spawner, expected in ((german, ["OPENJUPYTER_LOCALE=de-DE"]), (other, [])):
        await spawner.start()
        environment = engine.containers.get(f"{network}-{spawner.user.name}").attrs["Config"]["Env"]
        assert [line for line in environment if line.startswith("OPENJUPYTER_LOCALE")] == expected
        await spawner.stop()


def data(folder: Path, course: str) -> DataSet:
    """A data set of one file, which says whose it is."""
    (folder / course).mkdir()
    (folder / course).chmod(0o777)  # nobody but the mount keeps learners from writing
    (folder / course / "whose.txt").write_text(course)
    return DataSet(str(folder / course), f"/srv/data/{course}")


async def test_data_sets_are_read_only_and_those_of_others_are_not_there(
    make: Make, engine: docker.DockerClient, tmp_path: Path
) -> None:
    physics, biology = data(tmp_path, "physics"), data(tmp_path, "biology")
    sets = {"uada": (physics, biology), "ubob": (biology,), "ucid": ()}
    look = "cat /srv/data/*/whose.txt; for each in /srv/data/*; do touch $each/mine 2>&1; done"
    seen = {}
    for learner in sets:
        spawner = make(learner, data_sets=lambda learner: sets[learner])
        await spawner.start()
        seen[learner] = engine.containers.get(spawner.object_id).exec_run(["sh", "-c", look]).output.decode()
        # A data set that is given away later, such as by a launch of another course, needs another start.
        assert spawner.lacks((physics,)) is ("physics" not in seen[learner])
        again = make(learner)
        again.load_state(spawner.get_state())
        assert again.mounted == tuple(each.target for each in sets[learner])
        await spawner.stop()
        spawner.clear_state()
        assert spawner.mounted == ()
    assert seen["uada"].startswith("biologyphysics") and seen["ubob"].startswith("biology")
    assert seen["uada"].count("Read-only file system") == 2 and seen["ubob"].count("Read-only file system") == 1
    assert "physics" not in seen["ubob"] and not {"physics", "biology"} & set(seen["ucid"].split("/"))
    assert not await asyncio.to_thread(lambda: list(tmp_path.rglob("mine")))


async def test_a_data_set_that_is_gone_keeps_nobody_from_the_rest(
    make: Make, engine: docker.DockerClient, tmp_path: Path
) -> None:
    here, gone = data(tmp_path, "here"), DataSet(str(tmp_path / "gone"), "/srv/data/gone")
    # A site's own mounts stay.
    own = {"type": "bind", "source": str(tmp_path), "target": "/srv/own", "read_only": True}
    spawner = make(data_sets=lambda learner: (gone, here), mounts=[own])
    await spawner.start()
    output = engine.containers.get(spawner.object_id).exec_run(["ls", "/srv", "/srv/data"]).output
    assert output == b"/srv:\ndata\nown\n\n/srv/data:\nhere\n" and not (tmp_path / "gone").exists()
    assert not spawner.lacks((gone, here))
    await spawner.stop()
