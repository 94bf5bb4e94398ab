"""What a container in a learners' network reaches, seen from inside, with listeners that are there to be found."""

import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import docker
import pytest
from docker.models.containers import Container

from openjupyter_service.errors import SettingsError
from openjupyter_service.hub.network import SITE_LABEL, ensure_network, interface_name, remove_network
from openjupyter_service.settings import GradingSettings

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("iptables"), reason="filters need root and iptables"),
]

PROBE = """
import json, socket, sys
def reach(address, port):
    try:
        socket.create_connection((address, port), timeout=3).close()
        return True
    except OSError:
        return False
print(json.dumps([reach(*each) for each in json.loads(sys.argv[1])]))
"""


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def name(engine: docker.DockerClient) -> Iterator[str]:
    """Of a network that, with all in it, is gone after the test."""
    name = f"oj-test-{secrets.token_hex(4)}"
    yield name
    for container in engine.containers.list(all=True, filters={"label": f"{SITE_LABEL}={name}"}):
        container.remove(force=True)
    remove_network(name)


@pytest.fixture
def listeners() -> Iterator[list[int]]:
    """Ports of this machine that listen at every address."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("0.0.0.0", 0))) for _ in range(2)]
        yield [each.getsockname()[1] for each in sockets]


def start(engine: docker.DockerClient, image: str, name: str, *command: str) -> Container:
    return engine.containers.run(
        image, list(command), network=name, labels={SITE_LABEL: name}, cap_drop=["ALL"], init=True, detach=True
    )


def probe(engine: docker.DockerClient, image: str, name: str, *targets: tuple[str, int]) -> list[bool]:
    container = start(engine, image, name, "python", "-c", PROBE, json.dumps(targets))
    assert container.wait()["StatusCode"] == 0, container.logs()
    reached: list[bool] = json.loads(container.logs(stderr=False))
    return reached


def rules() -> list[str]:
    return subprocess.run(["iptables", "-S"], capture_output=True, text=True, check=True).stdout.splitlines()


def own_addresses() -> set[str]:
    shown = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout
    return {address for address in shown.split() if ":" not in address}


def serving(engine: docker.DockerClient, image: str, name: str) -> str:
    """Address of a container that listens on port 7777."""
    program = "import socket; s = socket.create_server(('0.0.0.0', 7777)); print('up', flush=True)\nwhile 1: s.accept()"
    container = start(engine, image, name, "python", "-c", program)
    next(container.logs(stream=True))
    container.reload()
    address: str = container.attrs["NetworkSettings"]["Networks"][name]["IPAddress"]
    return address


def test_only_the_gateways_port_is_reached(
    engine: docker.DockerClient, name: str, listeners: list[int], grading_settings: GradingSettings
) -> None:
    image = grading_settings.sandbox_image
    port, other_port = listeners
    gateway = ensure_network(name, port)
    elsewhere = sorted(own_addresses() - {gateway})
    neighbour = serving(engine, image, name)
    targets = {
        (gateway, port): True,
        (gateway, other_port): False,
        (neighbour, 7777): False,
        ("192.0.2.1", 80): False,
        ("169.254.169.254", 80): False,
        **{(address, each): False for address in elsewhere for each in (port, other_port)},
    }
    reached = probe(engine, image, name, *targets)
    assert dict(zip(targets, reached, strict=True)) == targets
    # The listeners are real, and the proxy reaches the containers.
    for address in (gateway, *elsewhere):
        socket.create_connection((address, other_port), timeout=3).close()
    socket.create_connection((neighbour, 7777), timeout=3).close()


def test_a_network_with_internet_reaches_nothing_of_this_machine(
    engine: docker.DockerClient, name: str, listeners: list[int], grading_settings: GradingSettings
) -> None:
    image = grading_settings.sandbox_image
    gateway = ensure_network(name, listeners[0], internet=True)
    neighbour = serving(engine, image, name)
    targets = [(address, port) for address in (gateway, *own_addresses()) for port in listeners]
    assert not any(probe(engine, image, name, *targets, (neighbour, 7777), ("169.254.169.254", 80)))
    socket.create_connection((neighbour, 7777), timeout=3).close()
    assert engine.networks.get(name).attrs["Internal"] is False
    filters = [rule for rule in rules() if "-j REJECT" in rule and "-d 169.254.0.0/16" in rule]
    assert filters


def test_to_ensure_twice_changes_nothing(name: str) -> None:
    first = ensure_network(name, 8000)
    before = rules()
    assert ensure_network(name, 8000) == first
    assert rules() == before
    assert sum(interface_name(name) in rule and "INPUT" in rule for rule in before) == 1


def test_another_port_takes_the_place_of_the_first(name: str) -> None:
    ensure_network(name, 8001)
    ensure_network(name, 8002)
    text = "\n".join(rules())
    assert "--dport 8002" in text and "--dport 8001" not in text


def test_a_network_of_another_kind_is_not_used(engine: docker.DockerClient, name: str) -> None:
    engine.networks.create(name)
    with pytest.raises(SettingsError, match="of another kind"):
        ensure_network(name, 8000)


def test_removing_leaves_nothing(engine: docker.DockerClient, name: str) -> None:
    before = rules()
    ensure_network(name, 8000)
    remove_network(name)
    assert rules() == before
    assert engine.networks.list(names=[name]) == []
    remove_network(name)
