"""A site on this machine: its data directory and the settings file in it."""

import hashlib
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy import toml
from deploy.errors import SetupError
from deploy.ports import internal_port, reachable_host
from openjupyter_service.settings import Settings, load_settings

PROJECT = Path(__file__).resolve().parent.parent
PLATFORM, PLATFORM_13 = "demo", "demo13"
CONSUMER_KEY = "demo"
CLIENT_ID, DEPLOYMENT_ID = "openjupyter", "1"
COURSE = "sample"
_INTERNAL_PORTS = ("service_port", "hub_port", "proxy_api_port", "gateway_port")
_HEADER = """\
# Settings of this installation. deploy/try rewrites addresses, ports, image tags, the demo platform and the sample
# course at every start, and keeps everything else that is changed or added here.
"""


@dataclass(frozen=True)
class Site:
    """What belongs to one installation, and where its two front doors are."""

    data_dir: Path
    settings_file: Path
    settings: Settings
    hub_url: str
    """The hub as browsers reach it, without a slash at the end."""
    lms_url: str
    """The demo LMS as browsers reach it, without a slash at the end."""

    @property
    def name(self) -> str:
        """Prefix of the names of this site's containers, volumes and network."""
        return self.settings.learner.network

    @property
    def secret_file(self) -> Path:
        """The consumer secret shared with the demo LMS."""
        return self.data_dir / "secrets/demo-lms"

    @property
    def logs(self) -> Path:
        """The folder of log files."""
        return self.data_dir / "logs"


def write_site(
    data_dir: Path, bind: str, port: int, lms_port: int, images: Mapping[str, str], proxy_command: Sequence[str]
) -> Site:
    """Make the data directory, its secrets and its settings file.

    Raises:
        SettingsError: the settings file that is there was edited and is now wrong.
        SetupError: the data directory cannot be written.
    """
    data_dir = data_dir.resolve()
    file = data_dir / "openjupyter.toml"
    try:
        for folder in (data_dir, data_dir / "secrets", data_dir / "logs", data_dir / "hub", data_dir / "courses"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_secret(data_dir / "secrets/demo-lms")
        values = tomllib.loads(file.read_text()) if file.exists() else {}
        file.write_text(
            _HEADER + "\n" + toml.dumps(_updated(values, data_dir, bind, port, lms_port, images, proxy_command))
        )
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"the settings file {file} is not TOML: {error}; mend it or delete it") from None
    except OSError as error:
        raise SetupError(f"the data directory {data_dir} cannot be written: {error.strerror}") from None
    host = reachable_host(bind)
    return Site(data_dir, file, load_settings(file), f"http://{host}:{port}", f"http://{host}:{lms_port}")


def site_name(data_dir: Path) -> str:
    """Network name and name prefix of a site; two installations on one engine never share it."""
    return f"openjupyter-{hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:8]}"


def _make_secret(path: Path) -> None:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))


def _updated(
    values: dict[str, Any],
    data_dir: Path,
    bind: str,
    port: int,
    lms_port: int,
    images: Mapping[str, str],
    proxy_command: Sequence[str],
) -> dict[str, Any]:
    """The settings in `values`, with everything that the launcher decides set anew."""
    taken = {port, lms_port}
    lms_url = f"http://{reachable_host(bind)}:{lms_port}"
    # The demo LMS listens on this machine, where scores for an LMS out there must not go.
    by_key = {
        "name": PLATFORM,
        "consumer_key": CONSUMER_KEY,
        "secret_file": str(data_dir / "secrets/demo-lms"),
        "private_network": True,
    }
    by_issuer = {
        "name": PLATFORM_13,
        "title": "Demo LMS by LTI 1.3",
        "issuer": lms_url,
        "client_id": CLIENT_ID,
        "deployments": [DEPLOYMENT_ID],
        "authorization_url": f"{lms_url}/lti13/authorize",
        "token_url": f"{lms_url}/lti13/token",
        "jwks_url": f"{lms_url}/lti13/jwks",
        "private_network": True,
    }
    course = {
        "name": COURSE,
        "repository": str(data_dir / "courses/sample.git"),
        "private": str(PROJECT / "hidden_tests"),
    }
    decided = {
        "data_dir": str(data_dir),
        "bind": bind,
        "port": port,
        **{name: internal_port(values.get(name), taken) for name in _INTERNAL_PORTS},
        "proxy_command": list(proxy_command),
        "platforms": _with_named(_with_named(values.get("platforms", []), by_issuer), by_key),
        "courses": _with_named(values.get("courses", []), course),
        "learner": {**values.get("learner", {}), "image": images["learner"], "network": site_name(data_dir)},
        "grading": {**values.get("grading", {}), "sandbox_image": images["learner"], "judge_image": images["judge"]},
    }
    return {**values, **decided}


def _with_named(items: list[dict[str, Any]], item: dict[str, Any]) -> list[dict[str, Any]]:
    """The list with our item merged into the one of the same name, or put first."""
    same = next((old for old in items if old.get("name") == item["name"]), {})
    return [{**same, **item}, *(old for old in items if old.get("name") != item["name"])]
