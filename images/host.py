"""What a build inherits from this machine: pip's settings, the CA bundle, HTTP proxies.

They reach the build stage only (the `host/` folder of the context); nothing of them is in a finished image.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from images.context import Entry

_KEPT = ("index-url", "extra-index-url", "find-links", "no-index", "timeout", "retries", "trusted-host", "proxy")
_LOCATIONS = ("index-url", "extra-index-url", "find-links")
_BUNDLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "FTP_PROXY")


def pip_settings(listing: str) -> dict[str, str]:
    """The settings worth taking along, from the output of `pip config list`.

    Local paths and file: URLs are dropped, for a build container has none of them; the environment wins over files.
    """
    settings: dict[str, str] = {}
    lines = sorted(listing.splitlines(), key=lambda line: line.startswith(":env:"))
    for line in lines:
        name, separator, quoted = line.partition("=")
        key = name.rpartition(".")[2].replace("default-timeout", "timeout")
        if not separator or key not in _KEPT:
            continue
        value = str(ast.literal_eval(quoted))
        if key in _LOCATIONS:
            value = " ".join(word for word in value.split() if "://" in word and not word.startswith("file:"))
        if value:
            settings[key] = value
    return settings


def ca_bundle(environment: Mapping[str, str]) -> bytes | None:
    """The CA bundle that this machine's own tools are told to use, if any."""
    for name in _BUNDLES:
        path = Path(environment.get(name) or "/nonexistent")
        if path.is_file():
            return path.read_bytes()
    return None


def host_context(environment: Mapping[str, str] = os.environ) -> dict[str, Entry]:
    """The `host/` folder of a build context: `environment` (a shell file to source), pip.conf and ca.pem."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings = pip_settings(listing)
    bundle = ca_bundle(environment)
    shell = ["export PIP_CONFIG_FILE=/run/host/pip.conf PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_PROGRESS_BAR=off"]
    files = {}
    if bundle:
        files["host/ca.pem"] = Entry(bundle)
        shell.append("export PIP_CERT=/run/host/ca.pem SSL_CERT_FILE=/run/host/ca.pem")
    lines = ["[global]", *(f"{key} = {value}" for key, value in sorted(settings.items()))]
    files["host/pip.conf"] = Entry("\n".join([*lines, ""]).encode())
    files["host/environment"] = Entry("\n".join([*shell, ""]).encode())
    return files


def proxy_arguments(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Proxy variables as build arguments; Docker predefines these names and keeps them out of the image's history."""
    names = [*_PROXIES, *(name.lower() for name in _PROXIES)]
    return {name: environment[name] for name in names if environment.get(name)}
