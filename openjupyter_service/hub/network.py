"""The learners' Docker networks: containers reach the gateway's one port, not one another, nor this machine.

An internal network alone keeps containers from other networks; listeners of this machine stay reachable through the
network's own address, so that packets from its interface are filtered where they come in.
"""

import hashlib
import logging
import os
import shutil
import subprocess
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from docker.models.networks import Network

from openjupyter_service.errors import SettingsError

SITE_LABEL = "openjupyter.site"

_ICC = "com.docker.network.bridge.enable_icc"
_BRIDGE = "com.docker.network.bridge.name"
_NOT_PUBLIC = ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
"""Addresses that are not the internet (RFC 6890): other machines on the premises, metadata services of clouds."""

log = logging.getLogger(__name__)


def internet_network(name: str) -> str:
    """Name of the second network, of learners whose course allows the internet."""
    return f"{name}-internet"


def interface_name(name: str) -> str:
    """The bridge interface of a network: fixed, and within Linux's 15 characters."""
    return f"oj-{_digest(name)}"


def ensure_network(name: str, gateway_port: int, *, site: str | None = None, internet: bool = False) -> str:
    """Create the network if missing, filter what its containers may reach, and give the gateway's address.

    Args:
        name: name of the network.
        gateway_port: the port of this machine that containers may reach; none on a network with internet.
        site: label of the installation; the network's name when None.
        internet: may containers reach public addresses?

    Raises:
        SettingsError: Docker does not answer, or a network of that name is of another kind.
    """
    options = {_ICC: "false", _BRIDGE: interface_name(name)}
    try:
        client = docker.from_env()
        try:
            network = _find(client, name) or client.networks.create(
                name,
                driver="bridge",
                internal=not internet,
                options=options,
                labels={SITE_LABEL: site or name},
                check_duplicate=True,
            )
        except APIError as error:
            if error.status_code != 409:
                raise
            network = client.networks.get(name)  # another process has just made it
        network.reload()
    except DockerException as error:
        raise SettingsError(f"the Docker engine cannot give the network {name}: {error}") from None
    wrong = network.attrs["Internal"] is internet
    if wrong or any(network.attrs["Options"].get(key) != value for key, value in options.items()):
        raise SettingsError(
            f"there is a Docker network {name} of another kind; remove it (docker network rm {name}) or name another"
        )
    gateway: str = network.attrs["IPAM"]["Config"][0]["Gateway"]
    _filter(name, gateway, gateway_port, internet)
    return gateway


def remove_network(name: str) -> None:
    """Remove the network and its filter; no error when they are gone. Containers in it must be gone."""
    network = _find(docker.from_env(), name)
    if network is not None:
        try:
            network.remove()
        except NotFound:
            log.info("network %s is gone already", name)
    if not _may_filter():
        return
    for program, hooks in (("iptables", ("INPUT", "DOCKER-USER")), ("ip6tables", ("INPUT",))):
        for hook in hooks:
            while _run(program, "-D", *_jump(hook, name)):
                pass
        for chain in (_chain(name, "INPUT"), _chain(name, "DOCKER-USER")):
            _run(program, "-F", chain)
            _run(program, "-X", chain)


def _filter(name: str, gateway: str, port: int, internet: bool) -> None:
    if not _may_filter():
        log.warning(
            "containers in %s can reach every port that this machine listens on at %s: to filter them, "
            "run the hub as root with iptables installed, or see the page on security",
            name,
            gateway,
        )
        return
    answers = "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"  # the proxy's connections into the containers
    allowed = [] if internet else [f"-d {gateway}/32 -p tcp --dport {port} -j ACCEPT"]
    _install("iptables", name, "INPUT", [answers, *allowed, "-j REJECT"])
    if shutil.which("ip6tables"):
        _install("ip6tables", name, "INPUT", ["-j REJECT"], must=False)
    if internet:
        names = [f"-p {protocol} --dport 53 -j RETURN" for protocol in ("udp", "tcp")]
        _install("iptables", name, "DOCKER-USER", [*names, *(f"-d {each} -j REJECT" for each in _NOT_PUBLIC)])


def _install(program: str, name: str, hook: str, rules: list[str], must: bool = True) -> None:
    """Fill this network's own chain, in one step, and send what comes from its interface through it."""
    chain = _chain(name, hook)
    text = "\n".join(["*filter", f":{chain} - [0:0]", *(f"-A {chain} {rule}" for rule in rules), "COMMIT", ""])
    filled = _run(f"{program}-restore", "--noflush", text=text)
    jump = _jump(hook, name)
    if not (filled and (_run(program, "-C", *jump) or _run(program, "-I", *jump))) and must:
        raise SettingsError(f"{program} cannot filter the network {name}; try: {program} -S {hook}")


def _jump(hook: str, name: str) -> list[str]:
    return [hook, "-i", interface_name(name), "-j", _chain(name, hook)]


def _chain(name: str, hook: str) -> str:
    return f"OPENJUPYTER-{_digest(name)}-{'H' if hook == 'INPUT' else 'F'}"


def _run(program: str, *arguments: str, text: str = "") -> bool:
    # Wait for others that change the rules, such as the engine.
    done = subprocess.run([program, "-w", "10", *arguments], input=text, text=True, capture_output=True)
    return done.returncode == 0


def _may_filter() -> bool:
    return os.geteuid() == 0 and shutil.which("iptables") is not None


def _find(client: Any, name: str) -> Network | None:
    try:
        network: Network = client.networks.get(name)
    except NotFound:
        return None
    return network


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:10]
