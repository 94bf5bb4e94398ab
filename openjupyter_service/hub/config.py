"""Everything that jupyterhub_config.py sets, from the settings."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openjupyter_service.courses import Course
from openjupyter_service.datasets import DataSet
from openjupyter_service.errors import SettingsError
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.hub.authenticator import OpenJupyterAuthenticator
from openjupyter_service.hub.network import SITE_LABEL, ensure_network, internet_network
from openjupyter_service.hub.pages import template_words
from openjupyter_service.hub.proxy import OpenJupyterProxy
from openjupyter_service.hub.secrets import secret
from openjupyter_service.hub.spawner import THREADS, OpenJupyterSpawner
from openjupyter_service.settings import SETTINGS_VARIABLE, Settings
from openjupyter_service.store import Launches, People, Store

SERVICE = "openjupyter"
HOME = "/home/learner"
MAX_SPAWNS = 20
"""Servers that start at the same time; who comes then is asked to wait a moment."""

_KEPT = {"SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}
_LOGS = {"type": "json-file", "config": {"max-size": "5m", "max-file": "1"}}


def prepare(settings: Settings) -> str:
    """Folders, tables and networks. Returns the gateway's address in the learners' network.

    Raises:
        SettingsError: Docker, or what is there already, does not allow it.
    """
    for course in settings.courses:
        for each in course.data_sets:
            if trouble := each.trouble():
                raise SettingsError(f"the datasets of course {course.name}: {each.source} {trouble}")
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    hub_folder(settings).mkdir(mode=0o700, exist_ok=True)
    store = Store(settings.store_url)
    store.upgrade()
    courses = SiteCourses(settings, store).all()
    store.close()
    try:
        settings.refuse_exposed_data(courses)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    network = settings.learner.network
    if any(
        course.internet for course in courses
    ):  # else it is made when a learner first needs it: courses are followed without a restart
        _ensure_internet(settings)
    return ensure_network(network, settings.gateway_port)


def apply(c: Any, settings: Settings, gateway: str, settings_file: Path) -> None:
    """Set the hub up.

    Args:
        c: the hub's configuration.
        settings: of the installation.
        gateway: address of this machine in the learners' network, from prepare().
        settings_file: for the service, which reads it itself.
    """
    inside = f"http://{gateway}:{settings.gateway_port}"
    apply_hub(c, settings)
    apply_proxy(c, settings)
    apply_launches(c, settings, inside)
    apply_spawner(c, settings, inside)
    apply_services(c, settings, gateway, settings_file)


def hub_folder(settings: Settings) -> Path:
    """The folder of the hub's own files."""
    return settings.data_dir.resolve() / "hub"


def apply_hub(c: Any, settings: Settings) -> None:
    """Addresses, database and secrets of the hub, and what becomes of servers when it stops."""
    c.JupyterHub.bind_url = f"http://{_host(settings.bind)}:{settings.port}"
    c.JupyterHub.hub_ip = "127.0.0.1"
    c.JupyterHub.hub_port = settings.hub_port
    if settings.public_url:
        c.JupyterHub.public_url = settings.public_url
    c.JupyterHub.db_url = f"sqlite:///{hub_folder(settings) / 'jupyterhub.sqlite'}"
    c.JupyterHub.upgrade_db = True
    c.JupyterHub.cookie_secret = secret(settings, "hub-cookies")
    c.CryptKeeper.keys = [secret(settings, "hub-encryption")]
    # A restart of the hub is nothing that learners should notice: their servers go on.
    c.JupyterHub.cleanup_servers = False
    c.JupyterHub.concurrent_spawn_limit = MAX_SPAWNS
    c.JupyterHub.template_paths = [str(Path(__file__).parent / "templates")]
    c.JupyterHub.template_vars = template_words(settings)


def apply_proxy(c: Any, settings: Settings) -> None:
    """The proxy: started by the hub and ended with it; one that a killed hub has left is replaced."""
    c.JupyterHub.proxy_class = OpenJupyterProxy
    c.JupyterHub.cleanup_proxy = True
    c.ConfigurableHTTPProxy.command = settings.proxy_command
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_api_port}"
    c.ConfigurableHTTPProxy.auth_token = secret(settings, "proxy").hex()
    c.ConfigurableHTTPProxy.pid_file = str(hub_folder(settings) / "proxy.pid")


def apply_launches(c: Any, settings: Settings, inside: str) -> None:
    """Who may come in: everybody whom a registered platform sends."""
    c.JupyterHub.authenticator_class = OpenJupyterAuthenticator
    c.Authenticator.allow_all = True
    c.OpenJupyterAuthenticator.site = settings
    c.OpenJupyterAuthenticator.service_url = f"{inside}/services/{SERVICE}"


def apply_spawner(c: Any, settings: Settings, inside: str) -> None:
    """A learner's container: its limits, its volume, its network, and what it is told."""
    learner = settings.learner
    c.JupyterHub.spawner_class = OpenJupyterSpawner
    c.DockerSpawner.image = learner.image
    c.DockerSpawner.pull_policy = "ifnotpresent"
    c.DockerSpawner.client_kwargs = {"max_pool_size": THREADS}
    c.DockerSpawner.remove = True
    c.DockerSpawner.name_template = f"{learner.network}-{{username}}"
    c.DockerSpawner.volumes = {f"{learner.network}-{{username}}": HOME}
    c.DockerSpawner.extra_create_kwargs = {"labels": {SITE_LABEL: learner.network, "openjupyter.role": "learner"}}
    c.DockerSpawner.mem_limit = learner.memory
    c.DockerSpawner.cpu_limit = learner.cpus
    c.DockerSpawner.extra_host_config = {
        "memswap_limit": learner.memory,  # together with swap: none on top
        "pids_limit": learner.pids,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "init": True,
        "log_config": _LOGS,
        # The engine would ask this machine's name servers on a container's behalf, a way out of an internal network.
        "dns": ["127.0.0.1"],
    }
    c.DockerSpawner.use_internal_ip = True
    c.DockerSpawner.network_name = learner.network
    c.OpenJupyterSpawner.internet_network = internet_network(learner.network)
    store = Store(settings.store_url)
    courses, launches = SiteCourses(settings, store), Launches(store)
    c.OpenJupyterSpawner.ensure_internet = _internet_maker(settings)
    c.OpenJupyterSpawner.needs_internet = _internet_rule(courses, launches)
    c.OpenJupyterSpawner.locale_of = _locale_rule(People(store))
    c.OpenJupyterSpawner.data_sets = _data_rule(courses, launches)
    c.Spawner.hub_connect_url = inside
    c.Spawner.default_url = "/lab"
    c.Spawner.start_timeout = learner.start_seconds
    c.Spawner.http_timeout = learner.start_seconds
    c.Spawner.environment = {
        "OPENJUPYTER_URL": f"{inside}/services/{SERVICE}",
        "OPENJUPYTER_KERNEL_IDLE_SECONDS": str(learner.idle_kernel_seconds),
    }
    c.Spawner.server_token_scopes = [
        "users:activity!user",
        "access:servers!server",
        f"access:services!service={SERVICE}",
    ]


def apply_services(c: Any, settings: Settings, gateway: str, settings_file: Path) -> None:
    """The service, the gateway and the culler; and who may use the service."""
    roles: list[dict[str, Any]] = [{"name": "user", "scopes": ["self", f"access:services!service={SERVICE}"]}]
    services: list[dict[str, Any]] = [
        {
            "name": SERVICE,
            "url": f"http://127.0.0.1:{settings.service_port}",
            "command": [sys.executable, "-m", "openjupyter_service.web"],
            "environment": {SETTINGS_VARIABLE: str(settings_file.resolve()), **_surroundings()},
            "oauth_no_confirm": True,
            "display": False,
        },
        {
            "name": f"{SERVICE}-gateway",
            "command": [
                *(sys.executable, "-m", "openjupyter_service.hub.gateway"),
                *("--listen", f"{gateway}:{settings.gateway_port}"),
                *("--target", f"{_local(settings.bind)}:{settings.port}"),
            ],
        },
    ]
    if settings.learner.idle_server_seconds:
        culler = f"{SERVICE}-culler"
        services.append(
            {
                "name": culler,
                "command": [
                    *(sys.executable, "-m", "openjupyter_service.hub.culler"),
                    f"--timeout={settings.learner.idle_server_seconds}",
                ],
            }
        )
        scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
        roles.append({"name": culler, "scopes": scopes, "services": [culler]})
    c.JupyterHub.services = services
    c.JupyterHub.load_roles = roles


def _ensure_internet(settings: Settings) -> None:
    network = settings.learner.network
    ensure_network(internet_network(network), settings.gateway_port, site=network, internet=True)


def _internet_maker(settings: Settings) -> Callable[[], None]:
    """Makes the network with internet once, though many servers start at a time."""
    lock, made = threading.Lock(), threading.Event()

    def ensure() -> None:
        with lock:
            if not made.is_set():
                _ensure_internet(settings)
                made.set()

    return ensure


# Asked at every start of a server: which courses are followed, and what they allow, changes while the hub runs.
def _courses_of(learner: str, courses: SiteCourses, launches: Launches) -> list[Course]:
    """The courses of a learner's placements, by name."""
    names = {placement.course for placement in launches.placements(learner)}
    return [course for course in courses.all() if course.name in names]


def _internet_rule(courses: SiteCourses, launches: Launches) -> Callable[[str], bool]:
    return lambda learner: any(course.internet for course in _courses_of(learner, courses, launches))


def _locale_rule(people: People) -> Callable[[str], str | None]:
    def locale_of(learner: str) -> str | None:
        person = people.get(learner)
        return person.locale if person else None

    return locale_of


def _data_rule(courses: SiteCourses, launches: Launches) -> Callable[[str], tuple[DataSet, ...]]:
    def data_sets(learner: str) -> tuple[DataSet, ...]:
        found = sorted(_courses_of(learner, courses, launches), key=lambda course: course.name)
        return tuple(each for course in found for each in course.data_sets)

    return data_sets


def _surroundings() -> dict[str, str]:
    """What a managed service needs of the hub's environment: the way to the engine, to LMSes, and whom to trust."""
    return {name: value for name, value in os.environ.items() if name.startswith("DOCKER_") or name.upper() in _KEPT}


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _local(address: str) -> str:
    """Where a listener of this address is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(address, _host(address))  # noqa: S104
