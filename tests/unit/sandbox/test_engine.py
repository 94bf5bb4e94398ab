"""What is removed, what is tried again, and what is left alone; the Docker engine is played."""

from typing import Any

import pytest
from docker.errors import APIError, NotFound

from openjupyter_service.sandbox.engine import OWNER_LABEL, ROLE_LABEL, SITE_LABEL, Engine


class PlayedApi:
    """Containers and volumes by name with their labels."""

    def __init__(self) -> None:
        self.there: dict[str, dict[str, str]] = {}
        self.stuck: set[str] = set()
        self.made = 0

    def labelled(self, filters: dict[str, str], volumes: bool) -> list[dict[str, Any]]:
        key, _, value = filters["label"].partition("=")
        found = {name: labels for name, labels in self.there.items() if labels.get(key) == value}
        chosen = {name: labels for name, labels in found.items() if (labels[ROLE_LABEL] == "link") == volumes}
        return [{"Id": name, "Name": name, "Labels": labels} for name, labels in chosen.items()]

    def containers(self, all: bool, filters: dict[str, str]) -> list[dict[str, Any]]:
        assert all  # those that have ended as well
        return self.labelled(filters, volumes=False)

    def volumes(self, filters: dict[str, str]) -> dict[str, Any]:
        return {"Volumes": self.labelled(filters, volumes=True) or None}

    def create_volume(self, driver: str, driver_opts: dict[str, str], labels: dict[str, str]) -> dict[str, str]:
        self.made += 1
        self.there[f"link-{self.made}"] = labels
        return {"Name": f"link-{self.made}"}

    def remove(self, name: str, **options: Any) -> None:
        if name not in self.there:
            raise NotFound(name)
        if name in self.stuck:
            raise APIError("it is in use")
        del self.there[name]

    remove_container = remove_volume = remove


class PlayedClient:
    def __init__(self, api: PlayedApi) -> None:
        self.api = api


@pytest.fixture
def api() -> PlayedApi:
    return PlayedApi()


def engine_of(api: PlayedApi, site: str = "ours") -> Engine:
    engine = Engine(site)
    engine.__dict__["_client"] = PlayedClient(api)
    return engine


async def test_what_an_earlier_process_left_is_removed_and_all_else_stays(api: PlayedApi) -> None:
    earlier, now, other = engine_of(api), engine_of(api), engine_of(api, "theirs")
    left, ours, theirs = [await engine.create_link() for engine in (earlier, now, other)]
    api.there |= {
        role: {SITE_LABEL: "ours", OWNER_LABEL: "dead", ROLE_LABEL: role} for role in ("sandbox", "judge", "learner")
    }
    api.there["of-old"] = {SITE_LABEL: "ours", ROLE_LABEL: "judge"}  # of a version without owners
    assert await now.remove_orphans() == 3
    assert set(api.there) == {ours, theirs, "learner"}
    assert left not in api.there


async def test_what_could_not_be_removed_is_removed_later(api: PlayedApi) -> None:
    engine = engine_of(api)
    first, second = [await engine.create_link() for _ in range(2)]
    api.stuck.add(first)
    await engine.remove_link(first)
    await engine.remove_orphans()
    assert set(api.there) == {first, second}
    api.stuck.clear()
    await engine.remove_orphans()
    assert set(api.there) == {second}


async def test_what_is_gone_already_is_no_trouble(api: PlayedApi, caplog: pytest.LogCaptureFixture) -> None:
    engine = engine_of(api)
    await engine.remove("gone")
    await engine.remove_link("gone")
    assert not caplog.records


async def test_a_removal_that_is_under_way_is_waited_for(api: PlayedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    class Conflict:
        status_code = 409

    def conflict(name: str, **options: Any) -> None:
        raise APIError("removal is already in progress", response=Conflict())  # type: ignore[arg-type]

    waited: list[tuple[str, str]] = []
    monkeypatch.setattr(api, "remove_container", conflict, raising=False)
    monkeypatch.setattr(api, "wait", lambda name, timeout, condition: waited.append((name, condition)), raising=False)
    await engine_of(api).remove("sandbox")  # its volume comes next, and must no longer be in use
    assert waited == [("sandbox", "removed")]


async def test_a_volume_that_is_in_use_for_a_moment_is_removed_then(
    api: PlayedApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Conflict:
        status_code = 409

    monkeypatch.setattr("openjupyter_service.sandbox.engine.VOLUME_PAUSE_SECONDS", 0.0)
    engine = engine_of(api)
    link = await engine.create_link()
    refusals = 3

    def remove(name: str, **options: Any) -> None:
        nonlocal refusals
        refusals -= 1
        if refusals >= 0:
            raise APIError("volume is in use", response=Conflict())  # type: ignore[arg-type]
        PlayedApi.remove(api, name)

    monkeypatch.setattr(api, "remove_volume", remove, raising=False)
    await engine.remove_link(link)
    assert link not in api.there and not caplog.records
