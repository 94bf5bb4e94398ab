"""A learner who opens another course gets its data set: a server that runs without it is started anew."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from openjupyter_service.datasets import DataSet
from openjupyter_service.hub.admission import Admitted
from openjupyter_service.hub.entry import sign_in
from openjupyter_service.hub.spawner import OpenJupyterSpawner


class RunningSpawner(OpenJupyterSpawner):
    """One whose server is up, or not yet."""

    ready = True


class Door:
    """What sign_in asks of a handler; `done` has what was done, in order."""

    def __init__(self, spawner: Any) -> None:
        self.user = SimpleNamespace(name="ada", spawner=spawner)
        self.log = SimpleNamespace(info=lambda *words: None)
        self.done: list[str] = []

    async def login_user(self, admitted: Admitted) -> Any:
        self.done.append(f"login {admitted.name}")
        return self.user

    async def in_thread(self, function: Any) -> Any:
        return await asyncio.to_thread(function)

    async def stop_single_user(self, user: Any) -> None:
        self.done.append(f"stop {user.name}")

    def redirect(self, address: str, status: int) -> None:
        self.done.append(f"go to {address}")


def made(data_sets: tuple[DataSet, ...], mounted: tuple[str, ...], ready: bool = True) -> OpenJupyterSpawner:
    spawner = RunningSpawner(
        user=SimpleNamespace(name="ada", escaped_name="ada", url="/user/ada/"),
        hub=SimpleNamespace(public_host="", base_url="/hub/", api_url="http://127.0.0.1:8081/hub/api"),
        data_sets=lambda learner: data_sets,
    )
    spawner.mounted, spawner.ready = mounted, ready
    return spawner


async def entered(spawner: Any) -> list[str]:
    door = Door(spawner)
    await sign_in(door, Admitted("ada"), "/there")  # type: ignore[arg-type]
    return door.done


@pytest.fixture
def sets(tmp_path: Path) -> tuple[DataSet, DataSet]:
    for name in ("a", "b"):
        (tmp_path / name).mkdir(mode=0o755)
    return DataSet(str(tmp_path / "a"), "/srv/data/a"), DataSet(str(tmp_path / "b"), "/srv/data/b")


async def test_a_server_without_the_data_set_is_stopped_before_the_learner_goes_on(
    sets: tuple[DataSet, DataSet],
) -> None:
    assert await entered(made(sets, ("/srv/data/a",))) == ["login ada", "stop ada", "go to /there"]


async def test_no_other_server_is_touched(sets: tuple[DataSet, DataSet]) -> None:
    goes_on = ["login ada", "go to /there"]
    assert await entered(made(sets, ("/srv/data/b", "/srv/data/a"))) == goes_on
    assert await entered(made(sets[:1], ("/srv/data/b", "/srv/data/a"))) == goes_on
    assert await entered(made((), ())) == goes_on
    assert await entered(made(sets, (), ready=False)) == goes_on
    assert await entered(SimpleNamespace(ready=True)) == goes_on  # a site's own kind of spawner


async def test_a_data_set_that_cannot_be_read_stops_nothing_again_and_again(sets: tuple[DataSet, DataSet]) -> None:
    gone = DataSet("/srv/there is no such folder", "/srv/data/gone")
    assert await entered(made((*sets, gone), ("/srv/data/a", "/srv/data/b"))) == ["login ada", "go to /there"]
